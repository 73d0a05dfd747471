//! `events`: the list, as a table or as NDJSON; and which events a list holds, for `export` too.

use leftfold_event::{Cancel, Point};
use leftfold_log::{Axis, LaneBy, Order};
use leftfold_session::View;

use crate::args::{EventsArgs, Offset, OrderBy, Which};
use crate::clock::Clock;
use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::input::{self, Opened};
use crate::place;
use crate::style::{Tone, counted, named};
use crate::table::{Column, Table};

/// Rows fetched and aligned at a time.
const CHUNK: usize = 1000;

pub(crate) fn run(front: &mut Front, args: &EventsArgs) -> Outcome {
    if args.follow {
        return crate::follow::run(front, args);
    }
    let offset = offset(args)?;
    let opened = input::open(front, &args.source.given())?;
    let view = opened.filtered(front, args.which.filter.as_deref(), enough(args, offset))?;
    let mut ordinals = chosen(&view, &args.which, &front.interrupt.cancel)?;
    let time = |point: &Option<Point>| matches!(point, Some(Point::Time(_) | Point::BeforeEnd { .. }));
    if args.which.order == OrderBy::Time || time(&args.which.from) || time(&args.which.to) {
        input::note_untimed(front, &view);
    }
    slice(&mut ordinals, offset, args.count);
    if args.kcat {
        let left_out = view.write_kcat_lines(&ordinals, &mut front.out, &front.interrupt.cancel)?;
        input::note_written(front, &opened);
        if left_out > 0 {
            let what = crate::style::counted(u64::from(left_out), "event");
            front.note(format!("{what} left out: no records of Kafka"));
        }
        return Ok(());
    }
    if args.json {
        view.write_lines(&ordinals, &mut front.out, &front.interrupt.cancel, &mut |_| ())?;
    } else {
        print(front, &opened, &view, &ordinals)?;
    }
    input::note_written(front, &opened);
    Ok(())
}

/// Where the list begins. Of a topic that was read from there already, with the first.
fn offset(args: &EventsArgs) -> Outcome<Offset> {
    if args.kafka.is_given() {
        return Ok(Offset::Beginning);
    }
    match args.offsets.last() {
        None => Ok(Offset::Beginning),
        Some(Offset::OfTopic(_)) => Err(Failure::new(
            "usage",
            "s@MS and e@MS are for topics (-b, -t): use --from and --to with a time",
        )),
        Some(offset) => Ok(*offset),
    }
}

/// How many of the events that a filter keeps are sure to be all that is shown.
fn enough(args: &EventsArgs, offset: Offset) -> Option<u32> {
    let which = &args.which;
    let filtered_further = !(which.stream.is_empty() && which.kind.is_empty() && which.category.is_empty())
        || which.from.is_some()
        || which.to.is_some()
        || which.order != OrderBy::Log;
    let skipped = match offset {
        Offset::Beginning => 0,
        Offset::Skip(n) => n,
        Offset::End | Offset::Last(_) | Offset::OfTopic(_) => return None,
    };
    args.count
        .filter(|_| !filtered_further)
        .map(|n| n.saturating_add(skipped))
}

impl From<OrderBy> for Axis {
    fn from(order: OrderBy) -> Self {
        match order {
            OrderBy::Log => Self::Log,
            OrderBy::Time => Self::Time,
        }
    }
}

/// The events asked for, in the order asked for.
pub(crate) fn chosen(view: &View, which: &Which, cancel: &Cancel) -> Outcome<Vec<u32>> {
    let order: &Order = view.order(which.order.into());
    let log = view.log();
    let streams = input::keys(view, LaneBy::Stream, &which.stream, "stream")?;
    let kinds = input::keys(view, LaneBy::Type, &which.kind, "event type")?;
    let categories = input::keys(view, LaneBy::Category, &which.category, "category")?;
    let mut ordinals = order.range(0, order.len());
    if !streams.is_empty() {
        // An event can belong to further streams than the one it is listed under.
        let mut of_streams: Vec<u32> = streams
            .iter()
            .flat_map(|s| log.stream_events(*s).iter().copied())
            .collect();
        of_streams.sort_unstable();
        ordinals.retain(|o| of_streams.binary_search(o).is_ok());
    }
    if !kinds.is_empty() {
        ordinals.retain(|o| kinds.contains(&log.lane(LaneBy::Type, *o)));
    }
    if !categories.is_empty() {
        ordinals.retain(|o| categories.contains(&log.lane(LaneBy::Category, *o)));
    }
    let stream = if let [only] = streams[..] {
        Some(only)
    } else {
        None
    };
    if let Some(point) = &which.from {
        let after = beyond(view, stream, point, true, cancel)?;
        ordinals.retain(|o| after(*o));
    }
    if let Some(point) = &which.to {
        let after = beyond(view, stream, point, false, cancel)?;
        ordinals.retain(|o| !after(*o));
    }
    Ok(ordinals)
}

/// Whether an event lies after a point or, where `itself`, at it. Events without a time lie before and after no moment.
fn beyond<'a>(
    view: &'a View,
    stream: Option<u32>,
    point: &Point,
    itself: bool,
    cancel: &Cancel,
) -> Outcome<impl Fn(u32) -> bool + use<'a>> {
    let place = view.place(stream, point, cancel)?;
    let (log, key) = (view.log(), place.key());
    // "from start" and "from end" mean all and none; "from" an event or a moment includes it.
    let at_event = itself && (place.ordinal.is_some() || place.axis == Axis::Time);
    Ok(move |ordinal: u32| match log.coord(place.axis, ordinal) {
        Some(coord) if at_event && place.ordinal.is_none() => coord >= key.0,
        Some(coord) if at_event => (coord, ordinal) >= key,
        Some(coord) => (coord, ordinal) > key,
        None => !itself,
    })
}

/// Leaves of a list what `-o` and `-c` ask for.
pub(crate) fn slice<T>(list: &mut Vec<T>, offset: Offset, count: Option<u32>) {
    let count = count.map(|n| n as usize);
    let skip = match offset {
        Offset::Beginning | Offset::OfTopic(_) => 0,
        Offset::Skip(n) => n as usize,
        Offset::Last(n) => list.len().saturating_sub(n as usize),
        Offset::End => list.len().saturating_sub(count.unwrap_or(0)),
    };
    list.drain(..skip.min(list.len()));
    list.truncate(count.unwrap_or(usize::MAX));
}

fn print(front: &mut Front, opened: &Opened, view: &View, ordinals: &[u32]) -> Outcome {
    let clock = Clock::of(front, ordinals.iter().filter_map(|o| view.log().time(*o)));
    let versioned = ordinals
        .iter()
        .take(CHUNK)
        .any(|o| view.log().version(*o).is_some());
    let timed = !view.order(Axis::Time).is_empty();
    let mut columns = vec![place::column(view.states_positions(&front.interrupt.cancel)?)];
    if timed {
        columns.push(clock.column(Tone::Plain));
    }
    columns.push(Column::left("stream", Tone::Key, 12));
    if versioned {
        columns.push(Column::right("v", Tone::Number));
    }
    columns.push(Column::left("type", Tone::Plain, 12));
    columns.push(Column::left("payload", Tone::Dim, 12));
    let mut table = Table::new(columns);
    let mut marked = 0_u64;
    for chunk in ordinals.chunks(CHUNK) {
        let rows = view.rows_of(chunk, &front.interrupt.cancel)?;
        for row in rows {
            let mut cells = vec![place::cell(&row)];
            if timed {
                cells.push(clock.cell(&row));
            }
            cells.push(named(&row.stream).to_owned());
            if versioned {
                cells.push(row.version.map_or(String::new(), |v| v.0.to_string()));
            }
            marked += u64::from(row.problem);
            cells.push(if row.problem {
                format!("! {}", row.kind)
            } else {
                named(&row.kind).to_owned()
            });
            cells.push(if row.preview_complete {
                row.preview
            } else {
                row.preview + "…"
            });
            table.row(cells);
        }
        table.write(&mut front.out, front.paint, front.width)?;
    }
    if marked > 0 {
        front.note(format!(
            "! marks {} with a problem; `leftfold event` says which",
            counted(marked, "event")
        ));
    }
    if ordinals.is_empty() {
        let total = counted(u64::from(opened.snapshot.log.events()), "event");
        front.note(format!("no event matches, of {total}"));
    }
    Ok(())
}
