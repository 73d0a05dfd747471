//! `blame`: the event that last set each field.

use std::collections::BTreeMap;
use std::io::Write as _;

use leftfold_event::json::Value;
use leftfold_session::dto::{BlameDto, RowDto};

use crate::args::BlameArgs;
use crate::diff::end_document;
use crate::document::{Document, list, number, position, shown, value};
use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::input;
use crate::state::{check_path, event_line};
use crate::style::{Tone, clean};
use crate::table::{Column, Table};

pub(crate) fn run(front: &mut Front, args: &BlameArgs) -> Outcome {
    if let Some(path) = &args.path {
        check_path(path)?;
    }
    let opened = input::open(front, &args.stream.source)?;
    let view = opened.view()?;
    let stream = opened.stream(&view, &args.stream.stream)?;
    let at = input::at(&view, stream, &args.at)?;
    let cancel = front.interrupt.cancel.clone();
    let dto = view.state(stream, &at.place, args.stream.projection.as_deref(), &cancel)?;
    let state = value(&dto.state)?;
    let below = |path: &str| match args.path.as_deref() {
        None => true,
        Some(root) => path
            .strip_prefix(root)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
    };
    let fields: Vec<&BlameDto> = dto.blame.iter().filter(|f| below(&f.path)).collect();
    if let (true, Some(path)) = (fields.is_empty(), &args.path) {
        return Err(Failure::new(format!("nothing is at {path} in this state")));
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
    if args.json {
        let document = Document::new()
            .with("stream", dto.stream.as_str())
            .with("at", end_document(dto.last.as_ref()))
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
        paint.with(Tone::Title, &clean(&dto.stream)),
        paint.with(Tone::Dim, &head)
    )?;
    print(front, &fields)
}

/// A field of the state and the event that last set it.
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
            .with("type", self.row.kind.as_str())
            .maybe("time", self.row.time.as_deref())
            .with("position", position(&self.row.position))
    }
}

fn print(front: &mut Front, fields: &[Field<'_>]) -> Outcome {
    let versioned = fields.iter().any(|f| f.row.version.is_some());
    let timed = fields.iter().any(|f| f.row.time.is_some());
    let mut columns = vec![
        Column::left("path", Tone::Key, 16),
        Column::left("value", Tone::Plain, 12),
    ];
    if versioned {
        columns.push(Column::right("v", Tone::Number));
    }
    columns.push(Column::left("set by", Tone::Plain, 12));
    columns.push(Column::right("position", Tone::Dim));
    if timed {
        columns.push(Column::left("time", Tone::Dim, 19));
    }
    let mut table = Table::new(columns);
    for field in fields {
        let path = if field.path.is_empty() {
            "(all)"
        } else {
            field.path
        };
        let mut cells = vec![path.to_owned(), field.value.map(shown).unwrap_or_default()];
        if versioned {
            cells.push(field.row.version.map(|v| v.0.to_string()).unwrap_or_default());
        }
        cells.push(field.row.kind.clone());
        cells.push(field.row.position.clone());
        if timed {
            cells.push(field.row.time.clone().unwrap_or_default());
        }
        table.row(cells);
    }
    table.write(&mut front.out, front.paint, front.width)?;
    Ok(())
}
