//! The right side of a projection: rows of a table, lines that state states, or the states of another history.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use leftfold_event::json::Value;
use leftfold_event::{Cancel, Event, Locator, Progress};
use leftfold_log::LaneBy;
use leftfold_source::{EventStore, Header, RowKey, SourceFile, SourceKind, TableShape};

use super::by::{KeyTemplate, ProjectionBy};
use super::{history_of, length};
use crate::compare::side::{Only, called};
use crate::compare::streams::{named, over_streams, projection_of};
use crate::error::SessionError;
use crate::masks::Masks;
use crate::session::Session;
use crate::source::{OpenSource, Snapshot};

/// Lines fetched at a time.
const CHUNK: usize = 4096;

/// A state as the right side has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What says whose state it is.
    pub key: String,
    /// Its columns, or the state.
    pub fields: Value,
    /// Where it stands, if its store says so: another one that holds the same is not it.
    pub place: Option<RowPlace>,
}

/// Where a row stands in its store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowPlace {
    /// The row of a table by its row number.
    RowId(i64),
    /// The row of a table without row numbers, by the columns of its primary key.
    PrimaryKey(Arc<[String]>),
    /// A line, counted from 1.
    Line(u64),
}

/// Where rows are from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowsFrom {
    /// A table, with its columns beside those of the key.
    Table {
        /// Its name.
        name: String,
        /// The columns that may be compared.
        columns: Vec<String>,
    },
    /// Lines with a key and a state.
    States,
    /// Another history, folded.
    History,
}

/// A history whose states are the rows.
#[derive(Clone)]
pub(super) struct Folded {
    pub(super) source: Arc<OpenSource>,
    pub(super) snapshot: Arc<Snapshot>,
    /// The projection that was named.
    pub(super) number: Option<usize>,
    /// The moment after which events do not count, in nanoseconds.
    pub(super) moment: Option<i64>,
}

/// The right side.
#[derive(Clone)]
pub struct Rows {
    /// What it is called.
    pub name: String,
    /// Where they are from.
    pub from: RowsFrom,
    /// All of them, in the order of their source.
    pub rows: Vec<Row>,
    /// How many were left out because they have no key.
    pub keyless: u64,
    /// Columns that masks hide.
    pub hidden: Vec<String>,
    /// How a table's rows are known.
    pub(super) key: Option<Arc<KeyTemplate>>,
    /// The history that they are states of, where they are.
    pub(super) folded: Option<Folded>,
}

impl Rows {
    /// States by the names of their streams.
    pub fn of_states(name: &str, rows: Vec<Row>) -> Self {
        Self {
            name: name.to_owned(),
            from: RowsFrom::States,
            rows,
            keyless: 0,
            hidden: Vec::new(),
            key: None,
            folded: None,
        }
    }
}

impl Session {
    /// The rows of a file that should hold states. `None`: it holds a history, whose states are to be compared ([`states_of`]).
    pub fn rows(
        &self,
        path: &Path,
        by: &ProjectionBy,
        cancel: &Cancel,
        progress: &Progress,
    ) -> Result<Option<Rows>, SessionError> {
        let file = self.file(path)?;
        let masks = self.masks_of(path)?;
        match (file.kind(), &by.table) {
            (SourceKind::Sqlite, Some(table)) => {
                of_table(&file, (path, &masks), table, by, cancel, progress).map(Some)
            }
            (SourceKind::Sqlite, None) if file.stores().is_empty() => match file.tables() {
                [only] => of_table(&file, (path, &masks), &only.name, by, cancel, progress).map(Some),
                tables => Err(SessionError::new(
                    "source-mapping",
                    format!(
                        "{} holds no history: name the table whose rows are compared (--table); there are {}",
                        path.display(),
                        names(tables)
                    ),
                )),
            },
            (_, Some(table)) => Err(SessionError::new(
                "source-mapping",
                format!(
                    "{} is no SQLite database: it has no table {table:?}",
                    path.display()
                ),
            )),
            (SourceKind::Ndjson, None) => of_lines(&*file.store(0)?, (path, &masks), cancel, progress),
            (_, None) => Ok(None),
        }
    }
}

fn names(tables: &[TableShape]) -> String {
    let names: Vec<&str> = tables.iter().map(|t| t.name.as_str()).collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

/// The columns of a row that tell it apart, where nothing else is said.
fn primary_key(table: &TableShape) -> Vec<&str> {
    let mut key: Vec<_> = table.columns.iter().filter(|c| c.primary_key > 0).collect();
    key.sort_by_key(|c| c.primary_key);
    key.into_iter().map(|c| c.name.as_str()).collect()
}

fn of_table(
    file: &SourceFile,
    (path, masks): (&Path, &Masks),
    table: &str,
    by: &ProjectionBy,
    cancel: &Cancel,
    progress: &Progress,
) -> Result<Rows, SessionError> {
    let wrong = |why: String| SessionError::new("source-mapping", format!("{}: {why}", path.display()));
    let tables = file.tables();
    let shape = tables.iter().find(|t| t.name == table).ok_or_else(|| {
        let near = crate::alike::nearest(table, tables.iter().map(|t| t.name.as_str()), 1);
        let near = near
            .first()
            .map_or_else(String::new, |n| format!("; did you mean {n}?"));
        wrong(format!(
            "there is no table {table:?} (views are never read); there are {}{near}",
            names(tables)
        ))
    })?;
    let columns = || shape.columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>();
    let key = match by.key_template()? {
        Some(key) => key,
        None => match primary_key(shape)[..] {
            [one] => KeyTemplate::of_columns(&[one]),
            _ => {
                return Err(wrong(format!(
                    "say which column of {table} says whose state a row is (--key); it has {}",
                    columns().join(", ")
                )));
            }
        },
    };
    let used: Vec<String> = key.columns().map(str::to_owned).collect();
    let asked = by.fields.iter().chain(by.map.iter().map(|(column, _)| column));
    for column in used.iter().chain(asked) {
        let shape = shape.columns.iter().find(|c| c.name == *column);
        if shape.is_none_or(|c| c.computed) {
            let why = if shape.is_some() {
                "is computed when read, which is never done"
            } else {
                "is not there"
            };
            let near = crate::alike::nearest(column, columns(), 3);
            let near: Vec<String> = near.into_iter().map(str::to_owned).collect();
            return Err(wrong(format!(
                "the column {column:?} of {table} {why}; it has {}{}",
                columns().join(", "),
                crate::alike::did_you_mean(&near)
            )));
        }
    }
    if let Some(column) = by.fields.iter().find(|column| masks.covers_column(column)) {
        return Err(super::hidden::refused(column));
    }
    progress.set_total(shape.rows_at_most.unwrap_or(0));
    let (mut rows, mut keyless) = (Vec::new(), 0);
    let primary_key: Option<Arc<[String]>> = match &shape.key {
        RowKey::Columns(names) => Some(names.iter().cloned().collect()),
        RowKey::RowId(_) | RowKey::None => None,
    };
    file.rows(table, cancel, &mut |number, row| {
        let row = Value::Object(row);
        match key.of(&row) {
            Some(key) => rows.push(Row {
                key,
                place: match number {
                    Some(number) => Some(RowPlace::RowId(number)),
                    None => primary_key.clone().map(RowPlace::PrimaryKey),
                },
                fields: masks.hide_row(row),
            }),
            None => keyless += 1,
        }
        progress.set_done(rows.len() as u64);
    })?;
    let compared = shape
        .columns
        .iter()
        .filter(|c| !c.computed && !used.contains(&c.name) && !masks.covers_column(&c.name));
    let masked = shape
        .columns
        .iter()
        .filter(|c| !used.contains(&c.name) && masks.covers_column(&c.name));
    Ok(Rows {
        name: called(path),
        from: RowsFrom::Table {
            name: table.to_owned(),
            columns: compared.map(|c| c.name.clone()).collect(),
        },
        rows,
        keyless,
        hidden: masked.map(|c| c.name.clone()).collect(),
        key: Some(Arc::new(key)),
        folded: None,
    })
}

/// The key and the state that a line says, if it is one of a snapshot: `{"stream": …, "state": …}`, or with `key`.
fn state_of(event: &Event) -> Option<Row> {
    let fact = |name: &str| event.extra.iter().find(|(n, _)| n == name).map(|(_, v)| v);
    let whole = event.payload.value.as_ref();
    let (key, state) = match fact("state") {
        Some(state) => (fact("key"), state),
        None => (
            whole?.get("key").or_else(|| whole?.get("stream")),
            whole?.get("state")?,
        ),
    };
    let key = match key {
        Some(key) => crate::compare::field::key_text(key),
        None if !event.stream.is_empty() => event.stream.clone(),
        None => return None,
    };
    Some(Row {
        key,
        fields: state.clone(),
        place: None,
    })
}

fn of_lines(
    store: &dyn EventStore,
    (path, masks): (&Path, &Masks),
    cancel: &Cancel,
    progress: &Progress,
) -> Result<Option<Rows>, SessionError> {
    let mut locators: Vec<Locator> = Vec::new();
    store.scan(
        &mut |header: &Header<'_>| {
            locators.push(header.locator);
            ControlFlow::Continue(())
        },
        cancel,
    )?;
    progress.set_total(locators.len() as u64);
    // A history is told by its first line.
    let mut first = None;
    let one = locators.get(..1).unwrap_or_default();
    store.fetch(one, cancel, &mut |_, event| first = state_of(&event))?;
    if first.is_none() {
        return Ok(None);
    }
    let lines = store.line_numbers(&locators, cancel)?.unwrap_or_default();
    let (mut rows, mut keyless): (Vec<Row>, u64) = (Vec::new(), 0);
    for (number, chunk) in locators.chunks(CHUNK).enumerate() {
        store.fetch(chunk, cancel, &mut |i, event| match state_of(&event) {
            Some(mut row) => {
                let line = lines.get(number * CHUNK + i).copied();
                row.place = line.map(RowPlace::Line);
                masks.hide_state(&mut row.fields);
                rows.push(row);
            }
            None => keyless += 1,
        })?;
        progress.set_done(rows.len() as u64);
    }
    if cancel.is_cancelled() {
        return Err(SessionError::cancelled());
    }
    Ok((!rows.is_empty()).then(|| Rows {
        keyless,
        ..Rows::of_states(&called(path), rows)
    }))
}

/// The states of the streams of a history whose index is complete as rows, by the streams' names. Streams whose state is null have no row.
/// With a moment (nanoseconds), events after it do not count.
pub fn states_of(
    path: &Path,
    (source, snapshot): (Arc<OpenSource>, Arc<Snapshot>),
    by: &ProjectionBy,
    (only, moment): (&Only, Option<i64>),
    cancel: &Cancel,
    progress: &Progress,
) -> Result<Rows, SessionError> {
    let history = history_of(&source, &snapshot);
    let number = named(history, by.projection.as_deref())?;
    let streams = history.streams(only);
    progress.set_total(u64::from(history.log.events()));
    let states = over_streams(history, &streams, cancel, progress, |stream, events| {
        let projection = projection_of(history, stream, number)?;
        let mut state = projection.initial();
        let len = length(history.log, stream, moment);
        events.read(0..len, cancel, &mut |_, step| {
            let _ = projection.apply(&mut state, &step);
        })?;
        Ok(Some(state).filter(|_| len > 0).unwrap_or_default())
    })?;
    let names = history.log.names(LaneBy::Stream);
    // What belongs to no stream (a heartbeat, a line that cannot be read) is nobody's state.
    let rows = states
        .into_iter()
        .filter(|(stream, state)| *state != Value::Null && !names.get(*stream).is_empty())
        .map(|(stream, fields)| Row {
            key: names.get(stream).to_owned(),
            fields,
            place: None,
        })
        .collect();
    Ok(Rows {
        name: called(path),
        from: RowsFrom::History,
        rows,
        keyless: 0,
        hidden: Vec::new(),
        key: None,
        folded: Some(Folded {
            source,
            snapshot,
            number,
            moment,
        }),
    })
}
