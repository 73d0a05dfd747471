//! The right side of a projection: rows of a table, lines that state states, or the states of another history.

use std::ops::ControlFlow;
use std::path::Path;

use leftfold_event::json::Value;
use leftfold_event::{Cancel, Event, Locator, Progress};
use leftfold_log::LaneBy;
use leftfold_source::{EventStore, Header, SourceFile, SourceKind, TableShape};

use super::by::{KeyTemplate, ProjectionBy};
use crate::compare::rule::History;
use crate::compare::side::{Only, called};
use crate::compare::streams::{named, over_streams, projection_of};
use crate::error::SessionError;
use crate::session::Session;

/// Lines fetched at a time.
const CHUNK: usize = 4096;

/// A state as the right side has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What says whose state it is.
    pub key: String,
    /// Its columns, or the state.
    pub fields: Value,
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

/// The right side.
#[derive(Clone, Debug)]
pub struct Rows {
    /// What it is called.
    pub name: String,
    /// Where they are from.
    pub from: RowsFrom,
    /// All of them, in the order of their source.
    pub rows: Vec<Row>,
    /// How many were left out because they have no key.
    pub keyless: u64,
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
        match (file.kind(), &by.table) {
            (SourceKind::Sqlite, Some(table)) => of_table(&file, path, table, by, cancel, progress).map(Some),
            (SourceKind::Sqlite, None) if file.stores().is_empty() => match file.tables() {
                [only] => of_table(&file, path, &only.name, by, cancel, progress).map(Some),
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
            (SourceKind::Ndjson, None) => of_lines(&*file.store(0)?, path, cancel, progress),
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
    path: &Path,
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
    progress.set_total(shape.rows_at_most.unwrap_or(0));
    let (mut rows, mut keyless) = (Vec::new(), 0);
    file.rows(table, cancel, &mut |row| {
        let fields = Value::Object(row);
        match key.of(&fields) {
            Some(key) => rows.push(Row { key, fields }),
            None => keyless += 1,
        }
        progress.set_done(rows.len() as u64);
    })?;
    let compared = shape
        .columns
        .iter()
        .filter(|c| !c.computed && !used.contains(&c.name));
    Ok(Rows {
        name: called(path),
        from: RowsFrom::Table {
            name: table.to_owned(),
            columns: compared.map(|c| c.name.clone()).collect(),
        },
        rows,
        keyless,
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
    })
}

fn of_lines(
    store: &dyn EventStore,
    path: &Path,
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
    let (mut rows, mut keyless): (Vec<Row>, u64) = (Vec::new(), 0);
    for chunk in locators.chunks(CHUNK) {
        store.fetch(chunk, cancel, &mut |_, event| match state_of(&event) {
            Some(row) => rows.push(row),
            None => keyless += 1,
        })?;
        progress.set_done(rows.len() as u64);
    }
    if cancel.is_cancelled() {
        return Err(SessionError::cancelled());
    }
    Ok((!rows.is_empty()).then(|| Rows {
        name: called(path),
        from: RowsFrom::States,
        rows,
        keyless,
    }))
}

/// The states of a history's streams as rows, by the streams' names. Streams whose state is null have no row.
pub fn states_of(
    path: &Path,
    history: History<'_>,
    by: &ProjectionBy,
    only: &Only,
    cancel: &Cancel,
    progress: &Progress,
) -> Result<Rows, SessionError> {
    let number = named(history, by.projection.as_deref())?;
    let streams = history.streams(only);
    progress.set_total(u64::from(history.log.events()));
    let states = over_streams(history, &streams, cancel, progress, |stream, events| {
        let projection = projection_of(history, stream, number)?;
        let mut state = projection.initial();
        events.read(0..events.len(), cancel, &mut |_, step| {
            let _ = projection.apply(&mut state, &step);
        })?;
        Ok(state)
    })?;
    let names = history.log.names(LaneBy::Stream);
    Ok(Rows {
        name: called(path),
        from: RowsFrom::History,
        rows: states
            .into_iter()
            .filter(|(_, state)| *state != Value::Null)
            .map(|(stream, fields)| Row {
                key: names.get(stream).to_owned(),
                fields,
            })
            .collect(),
        keyless: 0,
    })
}
