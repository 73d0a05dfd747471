//! `history`: every value a field has held.

use std::io::Write as _;

use leftfold_event::Point;
use leftfold_session::dto::HistoryEntryDto;

use crate::args::HistoryArgs;
use crate::clock::Clock;
use crate::document::{Document, list, number, shown, stated, value};
use crate::failure::Outcome;
use crate::front::Front;
use crate::input;
use crate::style::{Tone, clean, counted, grouped, named};
use crate::table::{Column, Table};
use crate::{path, place};

pub(crate) fn run(front: &mut Front, args: &HistoryArgs) -> Outcome {
    path::check(&args.path)?;
    let opened = input::open(front, &args.stream.source)?;
    let view = opened.view()?;
    let stream = view.stream_key(&args.stream.stream)?;
    let projection = args.stream.projection.as_deref();
    let cancel = front.interrupt.cancel.clone();
    let latest = (!args.all).then_some(args.limit);
    let (total, changes) = view.changes_of(stream, &args.path, latest, projection, &cancel)?;
    if total == 0 {
        let end = view.place(Some(stream), &Point::End, &cancel)?;
        let state = value(&view.state(stream, &end, projection, &cancel)?.state)?;
        if state.pointer(&args.path).is_none() {
            return Err(path::nowhere("ever was", &args.path, &state));
        }
    }
    for change in &changes {
        let after = change.after.as_deref().map(value).transpose()?;
        if after.is_some_and(|after| view.hides_of(&after)) {
            front.note("changes of what masks hide alone are not told (--no-masks tells them)");
            break;
        }
    }
    if args.json {
        let changes = changes.iter().map(change_document).collect::<Outcome<Vec<_>>>()?;
        let document = Document::new()
            .maybe("stream", stated(&args.stream.stream))
            .with("path", args.path.as_str())
            .with("changes_in_all", number(total))
            .with("changes", list(changes));
        return Ok(document.print(&mut front.out)?);
    }
    let paint = front.paint;
    let stream = clean(named(&args.stream.stream)).into_owned();
    writeln!(
        front.out,
        "{}  {}",
        paint.with(Tone::Title, &stream),
        paint.with(
            Tone::Key,
            &clean(if args.path.is_empty() { "(all)" } else { &args.path })
        )
    )?;
    if changes.is_empty() {
        writeln!(front.out, "{}", paint.with(Tone::Dim, "never set"))?;
        return Ok(());
    }
    if changes.len() < total as usize {
        front.note(format!(
            "the latest {} of {}; -c shows more, --all every one",
            grouped(changes.len() as u64),
            counted(total.into(), "change")
        ));
    }
    print(front, &changes)
}

fn change_document(entry: &HistoryEntryDto) -> Outcome<Document> {
    let read = |json: &Option<String>| json.as_deref().map(value).transpose();
    let row = &entry.row;
    Ok(Document::new()
        .maybe("version", row.version.map(|v| number(v.0)))
        .maybe("position", place::value(row))
        .maybe("time", row.time.as_deref())
        .maybe("type", stated(&row.kind))
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
    let mut columns = vec![place::column(changes.iter().any(|c| c.row.position.is_some()))];
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
        let mut cells = vec![place::cell(&change.row)];
        if timed {
            cells.push(clock.cell(&change.row));
        }
        if versioned {
            cells.push(change.row.version.map(|v| v.0.to_string()).unwrap_or_default());
        }
        cells.push(named(&change.row.kind).to_owned());
        cells.push(match change.after.as_deref() {
            Some(after) => shown(&value(after)?),
            None => "(removed)".to_owned(),
        });
        table.row(cells);
    }
    table.write(&mut front.out, front.paint, front.width)?;
    Ok(())
}
