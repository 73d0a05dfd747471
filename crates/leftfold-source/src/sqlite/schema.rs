//! Reads what tables a file has, without touching views, virtual tables or computed columns.

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::sql::quote;
use crate::shape::{ColumnShape, RowKey, Sample, TableShape};

/// Rows looked at for samples, at either end.
pub(super) const SAMPLE_ROWS: usize = 24;

/// Bytes kept of one sample.
const SAMPLE_BYTES: usize = 16 << 10;

/// Every plain table of the file, in the schema's order, and what could not be read of them.
pub(crate) fn read_shapes(connection: &Connection) -> rusqlite::Result<(Vec<TableShape>, Vec<String>)> {
    let mut shapes = Vec::new();
    let mut troubles = Vec::new();
    for name in table_names(connection)? {
        match shape(connection, &name, &mut troubles) {
            Ok(shape) => shapes.push(shape),
            Err(e) => troubles.push(format!("table {name} cannot be read: {e}")),
        }
    }
    Ok((shapes, troubles))
}

/// Virtual tables have no root page; SQLite's own tables are no events.
fn table_names(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT name, rootpage FROM main.sqlite_schema WHERE type = 'table' ORDER BY rowid";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut names = Vec::new();
    loop {
        let row = match rows.next() {
            Ok(Some(row)) => row,
            Ok(None) => break,
            // What was listed so far may still be readable.
            Err(_) if !names.is_empty() => break,
            Err(e) => return Err(e),
        };
        let (Ok(name), Ok(root)) = (row.get::<_, String>(0), row.get::<_, i64>(1)) else {
            continue;
        };
        if root > 0 && !name.starts_with("sqlite_") {
            names.push(name);
        }
    }
    Ok(names)
}

/// A view: its columns or, where SQLite does not name these without running anything, why it does not.
pub(crate) struct View {
    /// Its name and columns. It is taken for a table with row numbers, so that it can be looked at like a table; nothing ever reads it.
    pub(crate) shape: TableShape,
    /// Why its columns are not known.
    pub(crate) hidden: Option<String>,
}

/// The views of the file.
pub(crate) fn read_views(connection: &Connection) -> rusqlite::Result<Vec<View>> {
    let mut statement =
        connection.prepare("SELECT name FROM main.sqlite_schema WHERE type = 'view' ORDER BY rowid")?;
    let names: Vec<String> = statement
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(names
        .into_iter()
        .map(|name| {
            let (columns, hidden) = match columns(connection, &name) {
                Ok(columns) => (columns, None),
                Err(e) => (Vec::new(), Some(why_hidden(&e))),
            };
            let shape = TableShape {
                columns,
                name,
                key: RowKey::RowId("rowid"),
                ..TableShape::default()
            };
            View { shape, hidden }
        })
        .collect())
}

/// Why a view's columns are not known, as the end of a sentence.
fn why_hidden(e: &rusqlite::Error) -> String {
    let message = match e {
        rusqlite::Error::SqlInputError { msg, .. } | rusqlite::Error::SqliteFailure(_, Some(msg)) => {
            msg.clone()
        }
        e => e.to_string(),
    };
    if let Some(function) = message.strip_prefix("unsafe use of ") {
        return format!("it calls the function {}", function.trim_end_matches("()"));
    }
    match message.strip_prefix("no such function: ") {
        Some(function) => format!("it calls the function {function}, which SQLite does not have"),
        None => message,
    }
}

/// The virtual tables of the file, each with the module that answers for it.
pub(crate) fn virtual_tables(connection: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    let sql = "SELECT name, sql FROM main.sqlite_schema WHERE type = 'table' AND rootpage = 0 ORDER BY rowid";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (name, sql): (String, String) = (row.get(0)?, row.get(1)?);
        found.push((name.clone(), module(&sql, &name)));
    }
    Ok(found)
}

/// The word behind `USING` behind the table's name, which may hold that word itself.
fn module(sql: &str, name: &str) -> String {
    let rest = sql.find(name).map_or(sql, |at| &sql[at + name.len()..]);
    let mut words = rest
        .split_whitespace()
        .skip_while(|w| !w.eq_ignore_ascii_case("using"));
    let word = words.nth(1).unwrap_or_default();
    word.split('(').next().unwrap_or_default().to_owned()
}

fn columns(connection: &Connection, name: &str) -> rusqlite::Result<Vec<ColumnShape>> {
    let mut columns = Vec::new();
    let mut statement = connection.prepare(&format!("PRAGMA main.table_xinfo({})", quote(name)))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        columns.push(ColumnShape {
            name: row.get(1)?,
            declared: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
            not_null: row.get::<_, i64>(3)? != 0,
            primary_key: row.get::<_, u32>(5)?,
            computed: row.get::<_, i64>(6)? == 2,
            samples: Vec::new(),
        });
    }
    Ok(columns)
}

fn shape(connection: &Connection, name: &str, troubles: &mut Vec<String>) -> rusqlite::Result<TableShape> {
    let columns = columns(connection, name)?;
    let key = row_key(connection, name, &columns);
    let mut shape = TableShape {
        name: name.to_owned(),
        columns,
        key,
        ..TableShape::default()
    };
    indexes(connection, &mut shape);
    shape.rows_at_most = rows_at_most(connection, &shape);
    if let Err(e) = sample(connection, &mut shape) {
        troubles.push(format!("table {name}: not every sample row can be read: {e}"));
    }
    Ok(shape)
}

fn row_key(connection: &Connection, name: &str, columns: &[ColumnShape]) -> RowKey {
    for alias in ["rowid", "_rowid_", "oid"] {
        if columns.iter().any(|c| c.name.eq_ignore_ascii_case(alias)) {
            continue;
        }
        let sql = format!("SELECT t.{alias} FROM main.{} AS t", quote(name));
        if connection.prepare(&sql).is_ok() {
            return RowKey::RowId(alias);
        }
        let mut key: Vec<_> = columns.iter().filter(|c| c.primary_key > 0).collect();
        key.sort_by_key(|c| c.primary_key);
        return if key.is_empty() {
            RowKey::None
        } else {
            RowKey::Columns(key.into_iter().map(|c| c.name.clone()).collect())
        };
    }
    RowKey::None
}

/// Adds the indexes over all rows, and which columns are unique. What cannot be read is left out: it only helps.
fn indexes(connection: &Connection, shape: &mut TableShape) {
    let mut keys: Vec<_> = shape.columns.iter().filter(|c| c.primary_key > 0).collect();
    keys.sort_by_key(|c| c.primary_key);
    let key: Vec<_> = keys.into_iter().map(|c| c.name.clone()).collect();
    if !key.is_empty() {
        shape.unique.push(key);
    }
    for (name, unique) in index_list(connection, &shape.name).unwrap_or_default() {
        let columns = index_columns(connection, &name).unwrap_or_default();
        shape.indexes.push(name);
        if let Some(columns) = columns.filter(|c| unique && !shape.unique.contains(c)) {
            shape.unique.push(columns);
        }
    }
}

/// The indexes over all rows, and whether they are unique.
fn index_list(connection: &Connection, table: &str) -> rusqlite::Result<Vec<(String, bool)>> {
    let mut statement = connection.prepare(&format!("PRAGMA main.index_list({})", quote(table)))?;
    let mut rows = statement.query([])?;
    let mut names = Vec::new();
    while let Some(row) = rows.next()? {
        let partial: bool = row.get(4)?;
        if !partial {
            names.push((row.get(1)?, row.get(2)?));
        }
    }
    Ok(names)
}

/// The columns of an index; `None` when one of them is an expression.
fn index_columns(connection: &Connection, index: &str) -> rusqlite::Result<Option<Vec<String>>> {
    let mut statement = connection.prepare(&format!("PRAGMA main.index_info({})", quote(index)))?;
    let columns = statement.query_map([], |row| row.get::<_, Option<String>>(2))?;
    columns.collect()
}

fn rows_at_most(connection: &Connection, shape: &TableShape) -> Option<u64> {
    let RowKey::RowId(id) = shape.key else { return None };
    let end = |direction: &str| -> Option<i64> {
        let table = quote(&shape.name);
        let sql = format!("SELECT t.{id} FROM main.{table} AS t ORDER BY t.{id} {direction} LIMIT 1");
        let mut statement = connection.prepare(&sql).ok()?;
        let mut rows = statement.query([]).ok()?;
        match rows.next().ok()? {
            Some(row) => row.get(0).ok(),
            None => Some(i64::MIN),
        }
    };
    let (first, last) = (end("ASC")?, end("DESC")?);
    if last == i64::MIN {
        return Some(0);
    }
    Some(last.abs_diff(first).saturating_add(1))
}

fn sample(connection: &Connection, shape: &mut TableShape) -> rusqlite::Result<()> {
    let readable: Vec<usize> = (0..shape.columns.len())
        .filter(|&i| !shape.columns[i].computed)
        .collect();
    if readable.is_empty() {
        return Ok(());
    }
    let list: Vec<String> = readable
        .iter()
        .map(|&i| format!("t.{}", quote(&shape.columns[i].name)))
        .collect();
    let table = quote(&shape.name);
    let sql = format!(
        "SELECT {} FROM main.{table} AS t LIMIT {SAMPLE_ROWS}",
        list.join(", ")
    );
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut first = 0;
    while let Some(row) = rows.next()? {
        first += 1;
        for (at, &i) in readable.iter().enumerate() {
            shape.columns[i].samples.push(sample_of(row.get_ref(at)?));
        }
    }
    if let (RowKey::RowId(id), SAMPLE_ROWS) = (&shape.key, first) {
        // The first rows were read: an end that cannot be is for the scan to tell.
        let last = last_rows(connection, &table, id, &list).unwrap_or_default();
        for row in last.into_iter().rev() {
            for (&i, value) in readable.iter().zip(row) {
                shape.columns[i].samples.push(value);
            }
        }
    }
    Ok(())
}

/// The last rows that are not among the first, last one first.
fn last_rows(
    connection: &Connection,
    table: &str,
    id: &str,
    columns: &[String],
) -> rusqlite::Result<Vec<Vec<Sample>>> {
    let after = format!(
        "SELECT t.{id} FROM main.{table} AS t ORDER BY t.{id} LIMIT 1 OFFSET {}",
        SAMPLE_ROWS - 1
    );
    let after: i64 = connection.query_row(&after, [], |row| row.get(0))?;
    let sql = format!(
        "SELECT {} FROM main.{table} AS t WHERE t.{id} > ?1 ORDER BY t.{id} DESC LIMIT {SAMPLE_ROWS}",
        columns.join(", ")
    );
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map([after], |row| {
        (0..columns.len())
            .map(|i| row.get_ref(i).map(sample_of))
            .collect()
    })?;
    rows.collect()
}

pub(super) fn sample_of(value: ValueRef<'_>) -> Sample {
    match value {
        ValueRef::Null => Sample::Null,
        ValueRef::Integer(n) => Sample::Integer(n),
        ValueRef::Real(x) => Sample::Real(x),
        ValueRef::Text(t) => {
            let cut = t.len() > SAMPLE_BYTES;
            Sample::Text(
                String::from_utf8_lossy(&t[..t.len().min(SAMPLE_BYTES)]).into_owned(),
                cut,
            )
        }
        ValueRef::Blob(b) => Sample::Blob(b[..b.len().min(SAMPLE_BYTES)].to_vec(), b.len() > SAMPLE_BYTES),
    }
}
