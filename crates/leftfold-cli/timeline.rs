//! `timeline`: density over time or log order, in the terminal and as a picture.

use std::io::Write as _;
use std::path::Path;

use leftfold_event::{Cancel, Point, Timestamp};
use leftfold_log::{Axis, Density, LaneBy};
use leftfold_report::{
    Folds, Heights, Lane, Language, Mark, TimelineChart, history_html, timeline_png_bytes, timeline_svg,
    timeline_text,
};
use leftfold_session::export::{Bookmark, PageOf};
use leftfold_session::{View, output};

use crate::args::{BookmarkArg, By, Theme, TimelineArgs};
use crate::document::{Document, list, number, stated};
use crate::export::check_target;
use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::input;
use crate::style::counted;

/// Bins of a picture in text: many more than columns, so that fitting them to the columns there are shows no pattern of its own.
const TEXT_BINS: u32 = 4000;
/// Columns of a terminal that is none.
const TEXT_COLUMNS: usize = 100;
/// Columns for a program that asks for none.
const JSON_COLUMNS: u32 = 100;
/// Pixels of a picture.
const WIDTH: u32 = 1200;
const LANE_HEIGHT: u32 = 44;
const FRAME_HEIGHT: u32 = 96;
/// Streams of a page whose changes are shown.
const PAGE_STREAMS: u32 = 20;

/// What is drawn: lanes and their counts over a range of an axis, `to` exclusive.
struct Drawn {
    axis: Axis,
    from: i64,
    to: i64,
    lanes: Vec<(String, u32)>,
    total_lanes: usize,
    density: Density,
    /// Digits of the second the store's times have.
    digits: u8,
    /// From the last event's coordinate to `to`.
    step: i64,
    /// The lanes' keys.
    keys: Vec<u32>,
}

impl Drawn {
    /// The same in so many columns.
    fn in_columns(mut self, view: &View, by: LaneBy, columns: u32) -> Self {
        if self.density.columns != columns {
            self.density = view.density(self.axis, by, &self.keys, self.from, self.to, columns);
        }
        self
    }

    /// Digits that say a moment whole: those of the store, unless the user asked for a finer one.
    fn digits_of(&self, nanos: i64) -> u8 {
        let says_all = |digits: &u8| nanos % 10_i64.pow(9 - u32::from(*digits)) == 0;
        (self.digits.min(9)..9).find(says_all).unwrap_or(9)
    }
}

pub(crate) fn run(front: &mut Front, args: &TimelineArgs) -> Outcome {
    let named = input::find(&args.source.source)?;
    let files = || args.svg.iter().chain(&args.png).chain(&args.html);
    let to_output = files().filter(|p| is_output(p)).count();
    if to_output > 1 || (to_output == 1 && args.json) {
        return Err(Failure::new(
            "usage",
            "standard output takes one thing: give the others a file",
        ));
    }
    if to_output > 0 && front.width.is_some() {
        return Err(Failure::new(
            "usage",
            "a picture cannot be shown in a terminal: name a file (--svg day.svg), or pipe it to a program",
        ));
    }
    for file in files().filter(|p| !is_output(p)) {
        check_target(file, &named.path, args.force)?;
    }
    let opened = input::open(front, &args.source)?;
    let view = opened.filtered(front, args.filter.as_deref(), None)?;
    let pictured = files().next().is_some();
    let room = front.width.unwrap_or(TEXT_COLUMNS);
    let columns = args.columns.unwrap_or(if pictured { WIDTH } else { TEXT_BINS });
    let Some(drawn) = drawn(front, args, &view, columns)? else {
        front.note("no event is there to be drawn");
        return Ok(());
    };
    if drawn.axis == Axis::Time {
        input::note_untimed(front, &view);
    }
    let bookmarks = bookmarks(&view, drawn.axis, &args.bookmark, &front.interrupt.cancel)?;
    let chart = chart(&drawn, &opened.source.name(), args, &bookmarks);
    if let Some(path) = &args.svg {
        save(front, path, timeline_svg(&chart)?.as_bytes())?;
    }
    if let Some(path) = &args.png {
        save(front, path, &timeline_png_bytes(&chart)?)?;
    }
    if let Some(path) = &args.html {
        let of = PageOf {
            axis: drawn.axis,
            range: (drawn.from, drawn.to - drawn.step),
            bookmarks: &bookmarks,
            projection: args.projection.as_deref(),
            events: args.count,
            streams: PAGE_STREAMS,
            filter: args.filter.as_deref(),
            language: Language::English,
        };
        let mut page = view.page(&of, &front.interrupt.cancel)?;
        page.chart = Some(chart.clone());
        page.made.clone_from(&args.made);
        save(front, path, history_html(&page)?.as_bytes())?;
    }
    if args.json {
        let drawn = drawn.in_columns(&view, args.by.into(), args.columns.unwrap_or(JSON_COLUMNS));
        return Ok(document(&drawn, &opened.source.name(), args.by).print(&mut front.out)?);
    }
    if !pictured {
        write!(front.out, "{}", timeline_text(&chart, room, front.paint.colour))?;
    }
    if let Some(more) = drawn
        .total_lanes
        .checked_sub(drawn.lanes.len())
        .filter(|n| *n > 0)
    {
        front.note(format!(
            "{} with fewer events not shown; --lanes shows more",
            counted(more as u64, "lane")
        ));
    }
    Ok(())
}

impl From<By> for LaneBy {
    fn from(by: By) -> Self {
        match by {
            By::Category => Self::Category,
            By::Type => Self::Type,
            By::Stream => Self::Stream,
        }
    }
}

fn drawn(front: &mut Front, args: &TimelineArgs, view: &View, columns: u32) -> Outcome<Option<Drawn>> {
    let timed = view.log().extent(Axis::Time).is_some();
    let axis = args
        .order
        .map_or(if timed { Axis::Time } else { Axis::Log }, Into::into);
    if axis == Axis::Time && !timed {
        return Err(Failure::new("no-time", "no event has a time: say --order log"));
    }
    if args.order.is_none() && !timed {
        front.note("no event has a time: drawn in log order");
    }
    // The range is that of all events, so that filters can be compared.
    let Some((first, last)) = view.log().extent(axis) else {
        return Ok(None);
    };
    let cancel = front.interrupt.cancel.clone();
    let coordinate = |point: &Point| -> Outcome<i64> { Ok(view.resolve(axis, None, point, &cancel)?.coord) };
    let from = args.from.as_ref().map_or(Ok(first), coordinate)?.max(first);
    let to = args.to.as_ref().map_or(Ok(last), coordinate)?.min(last);
    let step = resolution(view, axis);
    let to = to.saturating_add(step);
    if from >= to {
        return Err(Failure::new(
            "empty-range",
            "nothing lies between --from and --to",
        ));
    }
    let by: LaneBy = args.by.into();
    let names = view.log().names(by);
    let mut counts = view.lane_counts(by);
    counts.retain(|(_, n)| *n > 0);
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| names.get(a.0).cmp(names.get(b.0))));
    let total_lanes = counts.len();
    counts.truncate(args.lanes as usize);
    let keys: Vec<u32> = counts.iter().map(|(key, _)| *key).collect();
    if keys.is_empty() {
        return Ok(None);
    }
    let density = view.density(axis, by, &keys, from, to, columns);
    let lanes = keys.iter().map(|k| names.get(*k).to_owned());
    let in_range = density
        .counts
        .chunks(columns as usize)
        .map(|row| row.iter().sum());
    let lanes = lanes.zip(in_range).collect();
    Ok(Some(Drawn {
        axis,
        from,
        to,
        lanes,
        total_lanes,
        density,
        digits: view.log().time_digits(),
        step,
        keys,
    }))
}

/// The least step of an axis: what lies between the last event and the end of a range that excludes its end.
fn resolution(view: &View, axis: Axis) -> i64 {
    match axis {
        Axis::Time => 10_i64.pow(9 - u32::from(view.log().time_digits().min(9))),
        Axis::Log => 1,
    }
}

/// Ranges are half-open: column c of n counts the events from `from + (to-from)*c/n` on that lie before
/// `from + (to-from)*(c+1)/n`.
fn document(drawn: &Drawn, source: &str, by: By) -> Document {
    let end = |nanos: i64| match drawn.axis {
        Axis::Time => {
            let digits = drawn.digits_of(nanos);
            Timestamp { nanos, digits }.to_string().into()
        }
        Axis::Log => number(nanos),
    };
    let rows = drawn.density.counts.chunks(drawn.density.columns as usize);
    let lane = |((name, events), row): (&(String, u32), &[u32])| {
        let counts = list(row.iter().map(|n| number(*n)));
        Document::new()
            .maybe("name", stated(name))
            .with("events", number(*events))
            .with("counts", counts)
    };
    let by = match by {
        By::Category => "category",
        By::Type => "type",
        By::Stream => "stream",
    };
    Document::new()
        .with("source", source)
        .with("by", by)
        .with("order", if drawn.axis == Axis::Time { "time" } else { "log" })
        .with("from", end(drawn.from))
        .with("to", end(drawn.to))
        .with("columns", number(drawn.density.columns))
        .with("lanes", list(drawn.lanes.iter().zip(rows).map(lane)))
        .with("lanes_in_all", number(drawn.total_lanes as u64))
}

/// The places to mark, in the axis's order.
fn bookmarks(view: &View, axis: Axis, asked: &[BookmarkArg], cancel: &Cancel) -> Outcome<Vec<Bookmark>> {
    let mut bookmarks = Vec::with_capacity(asked.len());
    for arg in asked {
        let stream = arg
            .stream
            .as_deref()
            .map(|name| view.stream_key(name))
            .transpose()?;
        bookmarks.push(Bookmark {
            place: view.resolve(axis, stream, &arg.point, cancel)?,
            stream,
            note: arg.note.clone(),
        });
    }
    bookmarks.sort_by_key(|b| b.place.key());
    Ok(bookmarks)
}

fn chart(drawn: &Drawn, source: &str, args: &TimelineArgs, bookmarks: &[Bookmark]) -> TimelineChart {
    // The chart's end is written on it: the last moment there is an event, not the first after it.
    let last = drawn.to - drawn.step;
    let (from, to) = (drawn.from, last.max(drawn.from + 1));
    let rows = drawn.density.counts.chunks(drawn.density.columns as usize);
    let lane = |(((name, _), row), key): ((&(String, u32), &[u32]), &u32)| Lane {
        name: if name.is_empty() {
            "(none)".to_owned()
        } else {
            crate::style::clean(name).into_owned()
        },
        // As in the window, wherever the lane stands.
        colour: *key as usize,
        counts: row.to_vec(),
    };
    TimelineChart {
        title: crate::style::clean(source).into_owned(),
        lanes: drawn.lanes.iter().zip(rows).zip(&drawn.keys).map(lane).collect(),
        values: Vec::new(),
        folds: Folds::default(),
        heights: Heights::OfLane,
        language: Language::English,
        axis: match drawn.axis {
            Axis::Time => leftfold_report::Axis::Time { from, to },
            Axis::Log => leftfold_report::Axis::Log { from, to },
        },
        marks: bookmarks
            .iter()
            .filter(|b| (from..=to).contains(&b.place.coord))
            .map(|b| Mark {
                at: b.place.coord,
                label: crate::style::clean(&b.note).into_owned(),
            })
            .collect(),
        playhead: None,
        width: WIDTH,
        height: FRAME_HEIGHT + LANE_HEIGHT * drawn.lanes.len() as u32,
        theme: match args.theme {
            Theme::Dark => leftfold_report::Theme::Dark,
            Theme::Light => leftfold_report::Theme::Light,
        },
    }
}

/// Whether a picture is to go to standard output.
fn is_output(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn save(front: &mut Front, path: &Path, bytes: &[u8]) -> Outcome {
    if is_output(path) {
        front.out.write_all(bytes)?;
        return Ok(());
    }
    output::write_whole(path, |out| Ok(out.write_all(bytes)?))?;
    front.note(format!("{} written", path.display()));
    Ok(())
}
