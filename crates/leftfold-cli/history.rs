//! `history`: every value a field has held.

use std::io::Write as _;

use leftfold_session::dto::HistoryEntryDto;

use crate::args::HistoryArgs;
use crate::clock::Clock;
use crate::document::{Document, list, number, position, shown, value};
use crate::failure::Outcome;
use crate::front::Front;
use crate::input;
use crate::state::check_path;
use crate::style::{Tone, clean};
use crate::table::{Column, Table};

pub(crate) fn run(front: &mut Front, args: &HistoryArgs) -> Outcome {
    check_path(&args.path)?;
    let opened = input::open(front, &args.stream.source)?;
    let view = opened.view()?;
    let stream = view.stream_key(&args.stream.stream)?;
    let projection = args.stream.projection.as_deref();
    let changes = view.history(
        stream,
        &args.path,
        args.count,
        projection,
        &front.interrupt.cancel,
    )?;
    if args.json {
        let changes = changes.iter().map(change_document).collect::<Outcome<Vec<_>>>()?;
        let document = Document::new()
            .with("stream", args.stream.stream.as_str())
            .with("path", args.path.as_str())
            .with("changes", list(changes));
        return Ok(document.print(&mut front.out)?);
    }
    let paint = front.paint;
    let stream = clean(&args.stream.stream).into_owned();
    writeln!(
        front.out,
        "{}  {}",
        paint.with(Tone::Title, &stream),
        paint.with(Tone::Key, &clean(&args.path))
    )?;
    if changes.is_empty() {
        writeln!(front.out, "{}", paint.with(Tone::Dim, "never set"))?;
        return Ok(());
    }
    if changes.len() == args.count as usize {
        front.note(format!(
            "the latest {} changes; there may be earlier ones",
            args.count
        ));
    }
    print(front, &changes)
}

fn change_document(entry: &HistoryEntryDto) -> Outcome<Document> {
    let read = |json: &Option<String>| json.as_deref().map(value).transpose();
    let row = &entry.row;
    Ok(Document::new()
        .maybe("version", row.version.map(|v| number(v.0)))
        .with("position", position(&row.position))
        .maybe("time", row.time.as_deref())
        .with("type", row.kind.as_str())
        .maybe("before", read(&entry.before)?)
        .maybe("after", read(&entry.after)?))
}

fn print(front: &mut Front, changes: &[HistoryEntryDto]) -> Outcome {
    let versioned = changes.iter().any(|c| c.row.version.is_some());
    let timed = changes.iter().any(|c| c.row.time.is_some());
    let clock = Clock::of(
        front,
        changes.iter().filter_map(|c| c.row.time_nanos.map(|n| n.0)),
    );
    let mut columns = vec![Column::right("position", Tone::Dim)];
    if timed {
        columns.push(clock.column(Tone::Plain));
    }
    if versioned {
        columns.push(Column::right("v", Tone::Number));
    }
    columns.push(Column::left("type", Tone::Plain, 12));
    columns.push(Column::left("value", Tone::Text, 12));
    let mut table = Table::new(columns);
    for change in changes {
        let mut cells = vec![change.row.position.clone()];
        if timed {
            cells.push(clock.cell(&change.row));
        }
        if versioned {
            cells.push(change.row.version.map(|v| v.0.to_string()).unwrap_or_default());
        }
        cells.push(change.row.kind.clone());
        cells.push(match change.after.as_deref() {
            Some(after) => shown(&value(after)?),
            None => "(removed)".to_owned(),
        });
        table.row(cells);
    }
    table.write(&mut front.out, front.paint, front.width)?;
    Ok(())
}
