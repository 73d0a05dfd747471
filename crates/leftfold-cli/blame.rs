//! `blame`: the event that last changed each field.

use std::collections::BTreeMap;
use std::io::Write as _;

use leftfold_event::json::Value;
use leftfold_session::dto::{BlameDto, RowDto};

use crate::args::BlameArgs;
use crate::clock::Clock;
use crate::diff::end_document;
use crate::document::{Document, list, number, shown, stated, value};
use crate::failure::Outcome;
use crate::front::Front;
use crate::input;
use crate::later::Later;
use crate::state::{event_line, note_problems};
use crate::style::{Tone, clean, counted, named};
use crate::table::{Column, Table};
use crate::{path, place};

pub(crate) fn run(front: &mut Front, args: &BlameArgs) -> Outcome {
    if let Some(path) = &args.path {
        path::check(path)?;
    }
    let opened = input::open(front, &args.stream.source)?;
    let view = opened.view()?;
    let stream = view.stream_key(&args.stream.stream)?;
    let cancel = front.interrupt.cancel.clone();
    let at = input::at(&view, stream, &args.at, &cancel)?;
    let dto = view.state(stream, &at.place, args.stream.projection.as_deref(), &cancel)?;
    let state = value(&dto.state)?;
    match args.path.as_deref().filter(|path| !path.is_empty()) {
        Some(path) => {
            let there: Vec<&Value> = state.pointer(path).into_iter().collect();
            view.refuse_hidden(path, &there)?;
        }
        None if view.hides_of(&state) => {
            front.note("of what masks hide the first event is shown: whether a later one changed it is not told (--no-masks tells it)");
        }
        None => {}
    }
    let below = |path: &str| match args.path.as_deref() {
        None => true,
        Some(root) => path
            .strip_prefix(root)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
    };
    let fields: Vec<&BlameDto> = told(&dto.blame, &state, args.path.as_deref())
        .into_iter()
        .filter(|f| below(&f.path))
        .collect();
    if let (true, Some(path)) = (fields.is_empty(), &args.path) {
        return Err(path::nowhere("is", path, &state));
    }
    let mut ordinals: Vec<u32> = fields.iter().map(|f| f.ordinal).collect();
    ordinals.sort_unstable();
    ordinals.dedup();
    let rows: BTreeMap<u32, RowDto> = ordinals
        .iter()
        .copied()
        .zip(view.rows_of(&ordinals, &cancel)?)
        .collect();
    let fields: Vec<Field<'_>> = fields
        .into_iter()
        .filter_map(|f| {
            Some(Field {
                path: &f.path,
                value: state.pointer(&f.path),
                row: rows.get(&f.ordinal)?,
            })
        })
        .collect();
    note_problems(front, &dto.problems);
    let later = Later::of(&view, stream, &at, &cancel)?;
    later.note(front);
    if args.json {
        let document = Document::new()
            .maybe("stream", stated(&dto.stream))
            .with("at", later.told(end_document(dto.last.as_ref())))
            .with("fields", list(fields.iter().map(Field::document)));
        return Ok(document.print(&mut front.out)?);
    }
    let after = dto
        .last
        .as_ref()
        .map_or_else(|| "before its first event".to_owned(), event_line);
    let head = format!("at {after} · {}", clean(&dto.projection));
    let paint = front.paint;
    writeln!(
        front.out,
        "{}  {}",
        paint.with(Tone::Title, &clean(named(&dto.stream))),
        paint.with(Tone::Dim, &head)
    )?;
    print(front, &fields)
}

/// The fields worth telling: those without fields of their own, the one asked for, and those that lost one by another event
/// than any that is left in them tells.
fn told<'a>(fields: &'a [BlameDto], state: &Value, asked: Option<&str>) -> Vec<&'a BlameDto> {
    let is_leaf = |path: &str| match state.pointer(path) {
        Some(Value::Object(o)) => o.is_empty(),
        Some(Value::Array(a)) => a.is_empty(),
        _ => true,
    };
    // Parents come before their children, so that one pass from the end knows all that lies below a field.
    let mut below: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    let mut kept = Vec::new();
    for field in fields.iter().rev() {
        let inner = below.remove(field.path.as_str()).unwrap_or_default();
        if is_leaf(&field.path) || asked == Some(&field.path) || !inner.contains(&field.ordinal) {
            kept.push(field);
        }
        if let Some((parent, _)) = field.path.rsplit_once('/') {
            let outer = below.entry(parent).or_default();
            outer.push(field.ordinal);
            outer.extend(inner);
        }
    }
    kept.reverse();
    kept
}

/// A value in a cell: of one with fields of its own, only how many there are.
fn cell(value: Option<&Value>) -> String {
    match value {
        Some(Value::Object(o)) if !o.is_empty() => format!("{{{}}}", counted(o.len() as u64, "field")),
        Some(Value::Array(a)) if !a.is_empty() => format!("[{}]", counted(a.len() as u64, "item")),
        value => value.map(shown).unwrap_or_default(),
    }
}

/// A field of the state and the event that last changed it.
struct Field<'a> {
    path: &'a str,
    value: Option<&'a Value>,
    row: &'a RowDto,
}

impl Field<'_> {
    fn document(&self) -> Document {
        Document::new()
            .with("path", self.path)
            .maybe("value", self.value.cloned())
            .maybe("version", self.row.version.map(|v| number(v.0)))
            .maybe("type", stated(&self.row.kind))
            .maybe("time", self.row.time.as_deref())
            .maybe("position", place::value(self.row))
    }
}

fn print(front: &mut Front, fields: &[Field<'_>]) -> Outcome {
    let versioned = fields.iter().any(|f| f.row.version.is_some());
    let timed = fields.iter().any(|f| f.row.time.is_some());
    let nanos = |f: &Field<'_>| f.row.time_nanos.map(|n| n.0);
    let clock = Clock::of(front, fields.iter().filter_map(nanos));
    // Where room is short, the version alone names the event.
    let positioned = !versioned || front.width.is_none_or(|w| w >= 100);
    let mut columns = vec![
        Column::left("path", Tone::Key, 20),
        Column::left("value", Tone::Plain, 16),
    ];
    if versioned {
        columns.push(Column::right("v", Tone::Number));
    }
    columns.push(Column::left("last changed by", Tone::Plain, 12));
    if positioned {
        let stated = fields.iter().any(|f| f.row.position.is_some());
        columns.push(place::column(stated));
    }
    if timed {
        columns.push(clock.column(Tone::Dim));
    }
    let mut table = Table::new(columns);
    for field in fields {
        let path = if field.path.is_empty() {
            "(all)"
        } else {
            field.path
        };
        let mut cells = vec![path.to_owned(), cell(field.value)];
        if versioned {
            cells.push(field.row.version.map(|v| v.0.to_string()).unwrap_or_default());
        }
        cells.push(named(&field.row.kind).to_owned());
        if positioned {
            cells.push(place::cell(field.row));
        }
        if timed {
            cells.push(clock.cell(field.row));
        }
        table.row(cells);
    }
    table.write(&mut front.out, front.paint, front.width)?;
    Ok(())
}
