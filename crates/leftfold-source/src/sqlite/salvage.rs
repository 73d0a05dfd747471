//! Reads on behind damaged pages: finds the next row SQLite can reach, and says which rows were between.

use std::collections::HashSet;
use std::ops::ControlFlow;

use leftfold_event::Cancel;
use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode};

use super::connection::Lease;
use super::scan::{Ended, Pass};
use super::sql::quote;
use super::store::SqliteStore;
use crate::lost::{LostRows, RowCount};
use crate::{SourceError, Unreadable};

/// Damaged places after which a file is given up.
const MOST_GAPS: usize = 10_000;

/// Row numbers of one scan tried one by one; behind them steps grow, and readable rows between two damaged pages may be stepped over.
const ONE_BY_ONE: i64 = 16_384;

/// Row numbers an index may tell, so that they are held in memory at once.
const MOST_KNOWN: u64 = 4_000_000;

/// What a probe at a row number found.
enum Probe {
    /// The first row at or after it.
    Row(i64),
    /// No row from there on.
    Nothing,
    /// SQLite cannot read there.
    Damaged,
}

/// Continues a scan that broke after row `last`. Returns whether it reached the end. What is lost goes to the pass, what else is
/// to be known to `notes`.
pub(super) fn go_on(
    pass: &mut Pass<'_>,
    lease: &Lease<'_>,
    mut last: Option<i64>,
    error: &rusqlite::Error,
    notes: &mut Vec<Unreadable>,
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
        // Rows are numbered by counting here: behind the damage there are no numbers.
        let lost = LostRows {
            first: last.map_or(0, |n| n + 1),
            last: None,
            rows: RowCount::AtLeast(1),
            why: error.to_string(),
        };
        return Ok(pass.lose(lost).is_continue());
    }
    if !store.plan.row_order {
        notes.push(Unreadable::of_the_whole(
            "the store's own order cannot be read over the damage: the events behind it stand in row order",
        ));
        pass.skip = already(pass, lease)?;
        pass.start_over();
        last = None;
    }
    let mut search = Search {
        lease,
        store,
        cancel: pass.cancel,
        one_by_one: ONE_BY_ONE,
    };
    let known = known_rows(lease, store);
    let mut why = error.to_string();
    let sql = store.plan.header.0.starting_at_row();
    for _ in 0..MOST_GAPS {
        let next = search.next_row(last);
        if lose_between(pass, &known, last, &next, &why).is_break() {
            return Ok(false);
        }
        let start = match next {
            Next::Row(start) => start,
            Next::End { .. } | Next::Damaged => return Ok(true),
            Next::Stopped => return Ok(false),
        };
        let mut params: Vec<Value> = store.plan.header.0.params().to_vec();
        params.push(Value::Integer(start));
        match pass.run(lease, &sql, &params)? {
            Ended::Done => return Ok(true),
            Ended::Stopped => return Ok(false),
            Ended::Broken(Some(reached), error) => {
                why = error.to_string();
                last = Some(reached);
            }
            Ended::Broken(None, error) => {
                // Rows that are no events may stand before the one whose own content is damaged.
                why = error.to_string();
                last = match search.first_broken(start) {
                    Some(row) => {
                        let lost = LostRows {
                            first: row,
                            last: Some(row),
                            rows: RowCount::Exactly(1),
                            why: why.clone(),
                        };
                        if pass.lose(lost).is_break() {
                            return Ok(false);
                        }
                        Some(row)
                    }
                    None => Some(start),
                };
            }
        }
    }
    notes.push(Unreadable::of_the_whole(format!(
        "more than {MOST_GAPS} damaged places: what lies behind row {} is not read",
        last.unwrap_or_default()
    )));
    Ok(true)
}

/// Loses what stood between the last row read and the next one that can be.
fn lose_between(
    pass: &mut Pass<'_>,
    known: &Known,
    last: Option<i64>,
    next: &Next,
    why: &str,
) -> ControlFlow<()> {
    let end = match next {
        Next::Row(row) => Some(row - 1),
        Next::End { damaged_to: None } | Next::Stopped => return ControlFlow::Continue(()),
        Next::End { damaged_to } => *damaged_to,
        Next::Damaged => None,
    };
    if let Known::All(rows) = known {
        let begin = last.map_or(0, |l| rows.partition_point(|r| *r <= l));
        for &row in rows[begin..].iter().take_while(|r| end.is_none_or(|e| **r <= e)) {
            pass.lose(LostRows {
                first: row,
                last: Some(row),
                rows: RowCount::Exactly(1),
                why: why.to_owned(),
            })?;
        }
        return ControlFlow::Continue(());
    }
    // Row numbers begin at 1 unless somebody chose them otherwise.
    let first = last.map_or(1, |l| l.saturating_add(1));
    if end.is_some_and(|e| e < first) {
        return ControlFlow::Continue(());
    }
    pass.lose(LostRows {
        first,
        last: end,
        // Settled at the end, when it is known whether the table has holes elsewhere.
        rows: match end {
            Some(end) => RowCount::Between(1, end.abs_diff(first).saturating_add(1)),
            None => RowCount::AtLeast(1),
        },
        why: why.to_owned(),
    })
}

/// What an index tells about the rows of the table.
enum Known {
    /// The numbers of all of them, ascending.
    All(Vec<i64>),
    /// Nothing.
    Nothing,
}

/// The row numbers as an undamaged index over all rows has them.
fn known_rows(lease: &Lease<'_>, store: &SqliteStore) -> Known {
    if store.main.rows_at_most.is_some_and(|n| n > MOST_KNOWN) {
        return Known::Nothing;
    }
    for index in &store.main.indexes {
        let sql = format!(
            "SELECT t.{} FROM main.{} AS t INDEXED BY {}",
            store.main.row_id,
            quote(&store.main.name),
            quote(index)
        );
        let all = lease.prepare(&sql).and_then(|mut statement| {
            let mut rows = statement.query([])?;
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                all.push(row.get::<_, i64>(0)?);
                if all.len() as u64 > MOST_KNOWN {
                    return Ok(None);
                }
            }
            Ok(Some(all))
        });
        if let Ok(Some(mut all)) = all {
            all.sort_unstable();
            all.dedup();
            return Known::All(all);
        }
    }
    Known::Nothing
}

/// The rows that were handed on in the store's own order before that order broke.
fn already(pass: &Pass<'_>, lease: &Lease<'_>) -> Result<HashSet<i64>, SourceError> {
    let store = pass.store;
    let (sql, params) = store.plan.header.0.in_log_order();
    let fail = |e: &rusqlite::Error| store.database.error(e);
    let mut statement = lease.prepare(&sql).map_err(|e| fail(&e))?;
    let mut rows = statement
        .query(rusqlite::params_from_iter(params))
        .map_err(|e| fail(&e))?;
    let mut seen = HashSet::new();
    for _ in 0..pass.rows {
        let Ok(Some(row)) = rows.next() else { break };
        if let Ok(number) = row.get::<_, i64>(0) {
            seen.insert(number);
        }
    }
    Ok(seen)
}

/// What lies behind a row.
enum Next {
    /// This row can be read.
    Row(i64),
    /// The table ends; rows up to this number may have been lost before.
    End { damaged_to: Option<i64> },
    /// Nothing more can be read.
    Damaged,
    /// The work was cancelled.
    Stopped,
}

/// Looks for rows around damage.
struct Search<'s> {
    lease: &'s Lease<'s>,
    store: &'s SqliteStore,
    cancel: &'s Cancel,
    /// Row numbers still to be tried one by one.
    one_by_one: i64,
}

impl Search<'_> {
    fn probe(&self, at: i64) -> Probe {
        probe(self.lease, &self.store.probe_sql, at)
    }

    /// The next readable row after `last`.
    fn next_row(&mut self, last: Option<i64>) -> Next {
        let start = last.map_or(i64::MIN, |n| n.saturating_add(1));
        match self.probe(start) {
            Probe::Row(row) => return Next::Row(row),
            Probe::Nothing => return Next::End { damaged_to: None },
            Probe::Damaged => {}
        }
        let mut low = if start == i64::MIN { 0 } else { start };
        while self.one_by_one > 0 {
            self.one_by_one -= 1;
            if self.cancel.is_cancelled() {
                return Next::Stopped;
            }
            match self.probe(low) {
                Probe::Row(row) => return Next::Row(row),
                Probe::Nothing => {
                    return Next::End {
                        damaged_to: Some(low - 1),
                    };
                }
                Probe::Damaged => low = low.saturating_add(1),
            }
        }
        self.leap(low).unwrap_or(Next::Damaged)
    }

    /// The same by growing steps and then by halving; `None` where not even the last number can be read.
    fn leap(&self, mut low: i64) -> Option<Next> {
        let mut step = 1_i64;
        let mut high = loop {
            let at = low.checked_add(step)?;
            match self.probe(at) {
                Probe::Row(_) | Probe::Nothing => break at,
                Probe::Damaged => step = step.checked_mul(2)?,
            }
        };
        // Invariant: `low` is damaged, `high` is not.
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            match self.probe(middle) {
                Probe::Damaged => low = middle,
                Probe::Row(_) | Probe::Nothing => high = middle,
            }
        }
        Some(match self.probe(high) {
            Probe::Row(row) => Next::Row(row),
            _ => Next::End {
                damaged_to: Some(low),
            },
        })
    }

    /// The first row from `start` on whose own content cannot be read.
    fn first_broken(&mut self, start: i64) -> Option<i64> {
        let mut row = start;
        while !self.cancel.is_cancelled() {
            let read = self
                .lease
                .prepare_cached(&self.store.plan.header.0.one())
                .and_then(|mut s| s.query([row]).and_then(|mut rows| rows.next().map(|_| ())));
            if read.is_err() {
                return Some(row);
            }
            let Next::Row(next) = self.next_row(Some(row)) else {
                return None;
            };
            row = next;
        }
        None
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
