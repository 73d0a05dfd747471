//! Reads on behind a damaged page: finds the next row number SQLite can reach.

use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode};

use super::connection::Lease;
use super::scan::{Ended, Pass};
use crate::SourceError;

/// Damaged places after which a file is given up.
const MOST_GAPS: usize = 10_000;

/// What a probe at a row number found.
enum Probe {
    /// The first row at or after it.
    Row(i64),
    /// No row from there on.
    Nothing,
    /// SQLite cannot read there.
    Damaged,
}

/// Continues a scan that broke after row `last`. Returns whether it reached the end; every gap goes to `unreadable`.
pub(super) fn go_on(
    pass: &mut Pass<'_>,
    lease: &Lease<'_>,
    mut last: Option<i64>,
    error: &rusqlite::Error,
    unreadable: &mut Vec<String>,
) -> Result<bool, SourceError> {
    let store = pass.store;
    let damaged = matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DatabaseCorrupt
                | ErrorCode::SystemIoFailure
                | ErrorCode::TooBig
                | ErrorCode::NotADatabase
        )
    );
    if !damaged {
        return Err(store.database.error(error));
    }
    if store.keyed.is_some() {
        unreadable.push(format!(
            "the rows after number {} cannot be read: {error}",
            last.map_or(0, |n| n + 1)
        ));
        return Ok(true);
    }
    if !store.plan.row_order {
        if pass.events > 0 {
            unreadable.push(format!(
                "the events after the first {} cannot be read: {error}",
                pass.events
            ));
            return Ok(true);
        }
        unreadable.push(
            "the events stand in row order: the store's own order cannot be read over the damage".to_owned(),
        );
        last = None;
    }
    let mut why = error.to_string();
    let sql = store.plan.header.0.starting_at_row();
    let mut from = first_row(lease, store, last);
    for _ in 0..MOST_GAPS {
        let Some(start) = from else {
            unreadable.push(format!(
                "the rows after row {} cannot be read: {why}",
                last.map_or("none".to_owned(), |n| n.to_string())
            ));
            return Ok(true);
        };
        if last.is_none_or(|l| start > l.saturating_add(1)) {
            let after = last.map_or("the start".to_owned(), |n| format!("row {n}"));
            unreadable.push(format!(
                "rows between {after} and row {start} cannot be read, if there are any: {why}"
            ));
        }
        let mut params: Vec<Value> = store.plan.header.0.params().to_vec();
        params.push(Value::Integer(start));
        match pass.run(lease, &sql, &params)? {
            Ended::Done => return Ok(true),
            Ended::Stopped => return Ok(false),
            Ended::Broken(reached, error) => {
                why = error.to_string();
                // Not even the row the probe saw: its own content is damaged.
                last = Some(reached.unwrap_or(start));
                if reached.is_none() {
                    unreadable.push(format!("row {start} cannot be read: {why}"));
                }
                from = first_row(lease, store, last);
            }
        }
    }
    unreadable.push(format!(
        "more than {MOST_GAPS} damaged places: the rest is not read"
    ));
    Ok(true)
}

/// The first readable row after `last`, found by growing steps and then by halving.
fn first_row(lease: &Lease<'_>, store: &super::SqliteStore, last: Option<i64>) -> Option<i64> {
    let probe = |at: i64| probe(lease, &store.probe_sql, at);
    let mut low = last.map_or(i64::MIN, |n| n.saturating_add(1));
    if low == i64::MIN {
        match probe(low) {
            Probe::Row(row) => return Some(row),
            Probe::Nothing => return None,
            Probe::Damaged => low = 0,
        }
    }
    match probe(low) {
        Probe::Row(row) => return Some(row),
        Probe::Nothing => return None,
        Probe::Damaged => {}
    }
    let mut step = 1_i64;
    let mut high = loop {
        let at = low.checked_add(step)?;
        match probe(at) {
            Probe::Row(_) | Probe::Nothing => break at,
            Probe::Damaged => step = step.checked_mul(2)?,
        }
    };
    // Invariant: `low` is damaged, `high` is not.
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        match probe(middle) {
            Probe::Damaged => low = middle,
            Probe::Row(_) | Probe::Nothing => high = middle,
        }
    }
    match probe(high) {
        Probe::Row(row) => Some(row),
        _ => None,
    }
}

fn probe(connection: &Connection, sql: &str, at: i64) -> Probe {
    let row = connection
        .prepare_cached(sql)
        .and_then(|mut s| s.query_row([at], |row| row.get::<_, i64>(0)));
    match row {
        Ok(row) => Probe::Row(row),
        Err(rusqlite::Error::QueryReturnedNoRows) => Probe::Nothing,
        Err(_) => Probe::Damaged,
    }
}
