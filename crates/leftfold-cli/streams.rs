//! `streams`: which streams there are, how long each is, and when it began and ended.

use leftfold_log::{Axis, LaneBy};
use leftfold_session::View;

use crate::args::{SortStreams, StreamsArgs};
use crate::clock::Clock;
use crate::document::{Document, number, stated};
use crate::events::slice;
use crate::failure::Outcome;
use crate::front::Front;
use crate::input;
use crate::style::{Tone, counted, grouped, named};
use crate::table::{Column, Table};

/// Rows aligned at a time.
const CHUNK: usize = 1000;

/// A stream as the list shows it.
struct Listed<'v> {
    name: &'v str,
    category: &'v str,
    /// How many of its events the filter keeps; all, without one.
    events: u64,
    /// The earliest and the latest recorded time of those events, in nanoseconds, where any has one.
    times: Option<(i64, i64)>,
}

pub(crate) fn run(front: &mut Front, args: &StreamsArgs) -> Outcome {
    let opened = input::open(front, &args.source)?;
    let view = opened.filtered(front, args.filter.as_deref(), None)?;
    let mut streams = listed(&view, args)?;
    let found = streams.len();
    let without = without_stream(&view);
    sort(&mut streams, args.sort);
    slice(&mut streams, args.offset, args.count);
    if args.json {
        for stream in &streams {
            document(&view, stream).print(&mut front.out)?;
        }
    } else {
        print(front, &view, &streams)?;
    }
    if without > 0 {
        front.note(format!(
            "{} of no stream: `events -f 'stream == \"\"'` lists {}",
            if without == 1 {
                "1 record is".to_owned()
            } else {
                format!("{} records are", grouped(without))
            },
            if without == 1 { "it" } else { "them" }
        ));
    }
    if args.json {
        return Ok(());
    }
    if found == 0 {
        let total = view.log().names(LaneBy::Stream).len() as u64;
        front.note(format!("no stream matches, of {}", counted(total, "stream")));
    }
    Ok(())
}

/// The streams asked for, in the order in which the log first names them.
fn listed<'v>(view: &'v View, args: &StreamsArgs) -> Outcome<Vec<Listed<'v>>> {
    let log = view.log();
    let wanted = input::keys(view, LaneBy::Category, &args.category, "category")?;
    let part = args.name.as_deref().unwrap_or_default().to_ascii_lowercase();
    let categories = log.names(LaneBy::Category);
    let mut found = Vec::new();
    for (key, name) in log.names(LaneBy::Stream).iter() {
        let category = log.category_of_stream(key);
        let kept = view.lanes(LaneBy::Stream, Axis::Log).get(key);
        if kept.is_empty()
            || !view.is_stream(name)
            || !(wanted.is_empty() || category.is_some_and(|c| wanted.contains(&c)))
            || !name.to_ascii_lowercase().contains(&part)
        {
            continue;
        }
        let times = kept.iter().filter_map(|o| log.time(*o));
        let times = times.fold(None, |ends: Option<(i64, i64)>, time| {
            Some(ends.map_or((time, time), |(a, b)| (a.min(time), b.max(time))))
        });
        found.push(Listed {
            name,
            category: category.map_or("", |c| categories.get(c)),
            events: kept.len() as u64,
            times,
        });
    }
    Ok(found)
}

/// How many of the kept events belong to no stream, beside those that do.
fn without_stream(view: &View) -> u64 {
    let key = view.log().names(LaneBy::Stream).key("");
    let key = key.filter(|_| !view.is_stream(""));
    key.map_or(0, |k| view.lanes(LaneBy::Stream, Axis::Log).get(k).len() as u64)
}

fn sort(streams: &mut [Listed<'_>], by: SortStreams) {
    streams.sort_by(|a, b| a.name.cmp(b.name));
    match by {
        SortStreams::Name => {}
        SortStreams::Events => streams.sort_by_key(|s| std::cmp::Reverse(s.events)),
        // Streams without a time stand last.
        SortStreams::First => streams.sort_by_key(|s| (s.times.is_none(), s.times.map(|t| t.0))),
        SortStreams::Last => {
            streams.sort_by_key(|s| (s.times.is_none(), s.times.map(|t| std::cmp::Reverse(t.1))));
        }
    }
}

fn document(view: &View, stream: &Listed<'_>) -> Document {
    let text = |nanos| Clock::text(view, nanos);
    Document::new()
        .maybe("stream", stated(stream.name))
        .maybe("category", stated(stream.category))
        .with("events", number(stream.events))
        .maybe("first_time", stream.times.map(|t| text(t.0)))
        .maybe("last_time", stream.times.map(|t| text(t.1)))
}

fn print(front: &mut Front, view: &View, streams: &[Listed<'_>]) -> Outcome {
    let timed = streams.iter().any(|s| s.times.is_some());
    let categorised = streams.iter().any(|s| !s.category.is_empty());
    let ends = streams.iter().filter_map(|s| s.times).flat_map(|(a, b)| [a, b]);
    let clock = Clock::of(front, ends);
    let mut columns = vec![Column::left("stream", Tone::Key, 12)];
    if categorised {
        columns.push(Column::left("category", Tone::Plain, 8));
    }
    columns.push(Column::right("events", Tone::Number));
    if timed {
        columns.extend([
            clock.named("first", Tone::Plain),
            clock.named("last", Tone::Plain),
        ]);
    }
    let mut table = Table::new(columns);
    for chunk in streams.chunks(CHUNK) {
        for stream in chunk {
            let mut cells = vec![named(stream.name).to_owned()];
            if categorised {
                cells.push(stream.category.to_owned());
            }
            cells.push(grouped(stream.events));
            if timed {
                let text = |nanos| clock.shown(&Clock::text(view, nanos));
                let (first, last) = stream.times.map(|(a, b)| (text(a), text(b))).unwrap_or_default();
                cells.extend([first, last]);
            }
            table.row(cells);
        }
        table.write(&mut front.out, front.paint, front.width)?;
    }
    Ok(())
}
