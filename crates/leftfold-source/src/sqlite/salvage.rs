//! Reads on behind damaged pages: finds the next row SQLite can reach, and says which rows were between.

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use leftfold_event::Cancel;
use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode};

use super::access::Access;
use super::aside::LeafRow;
use super::connection::Lease;
use super::found::{Found, Rescue};
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

/// Rows that are read at once where what joins them is looked up apart.
const ALONE_AT_ONCE: usize = 512;

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
        notes.push(Unreadable::of_the_whole(
            "the table has no row numbers: what stands behind the damage is not looked for",
        ));
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
    let mut rescue = Rescue::new(store, lease, pass.cancel);
    if let Some(found) = &rescue.found
        && found.orphans.passed_over > 0
    {
        notes.push(Unreadable::of_the_whole(passed_over(found.orphans.passed_over)));
    }
    if matches!(lease.access(), Access::LiveLog | Access::PrivateLog) {
        notes.push(Unreadable::of_the_whole(
            "a write-ahead log lies beside the file: sound pages behind the damage are not looked for",
        ));
    }
    let mut search = Search {
        lease,
        store,
        cancel: pass.cancel,
        one_by_one: ONE_BY_ONE,
        found: rescue.found.clone(),
    };
    let known = known_rows(lease, store);
    let why = error.to_string();
    let mut unjoined = Unread::new();
    let complete = over_gaps(pass, &mut rescue, &mut search, &known, last, why, &mut unjoined)?;
    notes.extend(unjoined.into_iter().map(|(table, (rows, why))| Unreadable {
        message: without_partners(&table, rows, &why),
        rows,
        events: 0,
        marked: rows,
    }));
    if let Some(given_up) = complete.given_up {
        notes.push(Unreadable::of_the_whole(given_up));
    }
    Ok(complete.to_the_end)
}

/// How far the events behind the first damage were read.
struct Reached {
    to_the_end: bool,
    /// Why it was not tried any further.
    given_up: Option<String>,
}

impl Reached {
    const END: Self = Self {
        to_the_end: true,
        given_up: None,
    };
    const STOPPED: Self = Self {
        to_the_end: false,
        given_up: None,
    };
}

/// Events of which the rows of a joined table, by its name, cannot be read: how many, and why of the first.
type Unread = BTreeMap<String, (u64, String)>;

/// Reads on from gap to gap.
fn over_gaps(
    pass: &mut Pass<'_>,
    rescue: &mut Rescue<'_>,
    search: &mut Search<'_>,
    known: &Known,
    mut last: Option<i64>,
    mut why: String,
    unjoined: &mut Unread,
) -> Result<Reached, SourceError> {
    let behind = |row: Option<i64>| row.map_or(i64::MIN, |r| r.saturating_add(1));
    if rescue.reads_alone(behind(last)) {
        match run_alone(pass, rescue, behind(last), unjoined)? {
            Ended::Done => return Ok(Reached::END),
            Ended::Stopped => return Ok(Reached::STOPPED),
            Ended::Broken(reached, error) => {
                why = error.to_string();
                last = reached.or(last);
            }
        }
    } else if let Some(reached) = last {
        match search.really_reached(pass, i64::MIN, reached, &why) {
            ControlFlow::Continue(reached) => last = Some(reached),
            ControlFlow::Break(()) => return Ok(Reached::STOPPED),
        }
    }
    for _ in 0..MOST_GAPS {
        let next = search.next_row(last);
        if between(pass, rescue, known, last, &next, &why)?.is_break() {
            return Ok(Reached::STOPPED);
        }
        let start = match next {
            Next::Row(start) => start,
            Next::End { .. } | Next::Damaged => return Ok(Reached::END),
            Next::Stopped => return Ok(Reached::STOPPED),
        };
        match run_on(pass, rescue, start, unjoined)? {
            Ended::Done => return Ok(Reached::END),
            Ended::Stopped => return Ok(Reached::STOPPED),
            Ended::Broken(Some(reached), error) => {
                why = error.to_string();
                // A damaged page may have any number: what was read is not read again, and nothing is passed over.
                match search.really_reached(pass, start, reached.max(start), &why) {
                    ControlFlow::Continue(reached) => last = Some(reached.max(start)),
                    ControlFlow::Break(()) => return Ok(Reached::STOPPED),
                }
            }
            Ended::Broken(None, error) => {
                // Rows that are no events may stand before the one whose own content is damaged.
                why = error.to_string();
                last = match search.first_broken(start) {
                    Some(row) => {
                        if pass.lose(one_lost(row, &why)).is_break() {
                            return Ok(Reached::STOPPED);
                        }
                        Some(row)
                    }
                    None => Some(start),
                };
            }
        }
    }
    Ok(Reached {
        given_up: Some(format!(
            "more than {MOST_GAPS} damaged places: what lies behind row {} is not read",
            last.unwrap_or_default()
        )),
        ..Reached::END
    })
}

/// Runs from a row on; where that breaks at what is joined, without that.
fn run_on(
    pass: &mut Pass<'_>,
    rescue: &mut Rescue<'_>,
    start: i64,
    unjoined: &mut Unread,
) -> Result<Ended, SourceError> {
    let select = &pass.store.plan.header.0;
    let mut params: Vec<Value> = select.params().to_vec();
    params.push(Value::Integer(start));
    let sql = select.starting_at_row();
    let ended = pass.run(rescue.lease, &sql, &params)?;
    let Ended::Broken(reached, _) = &ended else {
        return Ok(ended);
    };
    let reached = *reached;
    let behind = reached.map_or(start, |r| r.saturating_add(1));
    if !rescue.reads_alone(behind) {
        return Ok(ended);
    }
    Ok(match run_alone(pass, rescue, behind, unjoined)? {
        Ended::Broken(further, error) => Ended::Broken(further.or(reached), error),
        ended => ended,
    })
}

/// Runs from a row on over the events' table alone; what is joined is looked up for some rows at a time, as far as it can be read.
fn run_alone(
    pass: &mut Pass<'_>,
    rescue: &mut Rescue<'_>,
    mut start: i64,
    unjoined: &mut Unread,
) -> Result<Ended, SourceError> {
    let store = pass.store;
    let select = &store.plan.header.0;
    let mut params: Vec<Value> = select.params().to_vec();
    params.push(Value::Integer(i64::MIN));
    let sql = select.starting_at_row();
    let mut last = None;
    loop {
        let (rows, error) = rescue.rows_alone(start, ALONE_AT_ONCE);
        if pass.cancel.is_cancelled() {
            return Ok(Ended::Stopped);
        }
        if !rows.is_empty() {
            let aside = rescue.with_rows(&rows).map_err(|e| store.database.error(&e))?;
            let ended = pass.run(&aside.connection, &sql, &params)?;
            for u in &rescue.unjoined {
                let told = unjoined
                    .entry(u.table.clone())
                    .or_insert_with(|| (0, u.why.clone()));
                told.0 += u.rows.len() as u64;
            }
            if !matches!(ended, Ended::Done) {
                return Ok(ended);
            }
        }
        let full = rows.len() == ALONE_AT_ONCE;
        last = rows.last().map(|r| r.number).or(last);
        match (error, last.and_then(|l| l.checked_add(1))) {
            (Some(error), _) => return Ok(Ended::Broken(last, error)),
            (None, Some(next)) if full => start = next,
            (None, _) => return Ok(Ended::Done),
        }
    }
}

/// What is said of events whose rows are whole, and rows that join them are not.
fn without_partners(table: &str, events: u64, why: &str) -> String {
    let events = if events == 1 {
        "1 event is".to_owned()
    } else {
        format!("{events} events are")
    };
    format!("{events} shown without what belongs to them in the table {table}, which is damaged: {why}")
}

/// What is said of leaves whose rows are not shown.
fn passed_over(pages: usize) -> String {
    let [page, holds, it] = if pages == 1 {
        ["page that nothing leads to", "holds", "it"]
    } else {
        ["pages that nothing leads to", "hold", "they"]
    };
    format!(
        "{pages} {page} {holds} rows that are not shown: {it} may belong to another table, or be out of use, with what was deleted"
    )
}

/// Hands on what can be found between the last row read and the next one that can be, and loses the rest.
fn between(
    pass: &mut Pass<'_>,
    rescue: &mut Rescue<'_>,
    known: &Known,
    last: Option<i64>,
    next: &Next,
    why: &str,
) -> Result<ControlFlow<()>, SourceError> {
    let end = match next {
        Next::Row(row) => Some(row - 1),
        Next::End { damaged_to: None } | Next::Stopped => return Ok(ControlFlow::Continue(())),
        Next::End { damaged_to } => *damaged_to,
        Next::Damaged => None,
    };
    let mut begin = last.map_or(i64::MIN, |l| l.saturating_add(1));
    let stop = end.unwrap_or(i64::MAX);
    let unread = [begin, stop];
    if let Some(found) = rescue.found.clone() {
        for leaf in found.orphans.within(begin, stop) {
            if pass.cancel.is_cancelled() {
                return Ok(ControlFlow::Break(()));
            }
            let before = leaf.first.checked_sub(1).filter(|b| *b >= begin);
            if before.is_some() && lose(pass, Some((&found, unread)), known, begin, before, why).is_break() {
                return Ok(ControlFlow::Break(()));
            }
            let mut rows = found.rows(leaf);
            rows.retain(|r| r.number >= begin && r.number <= stop && known.may_hold(r.number));
            if hand_on(pass, rescue, rows, why)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
            begin = match leaf.last.min(stop).checked_add(1) {
                Some(next) => next,
                None => return Ok(ControlFlow::Continue(())),
            };
        }
    }
    let found = rescue.found.as_deref().map(|f| (f, unread));
    Ok(lose(pass, found, known, begin, end, why))
}

/// Hands on the rows of a leaf, and loses those that are damaged, in their order.
fn hand_on(
    pass: &mut Pass<'_>,
    rescue: &mut Rescue<'_>,
    mut rows: Vec<LeafRow>,
    why: &str,
) -> Result<ControlFlow<()>, SourceError> {
    let store = pass.store;
    let sql = store.plan.header.0.starting_at_row();
    let mut params: Vec<Value> = store.plan.header.0.params().to_vec();
    params.push(Value::Integer(i64::MIN));
    while !rows.is_empty() {
        let whole = rows.iter().take_while(|r| r.values.is_some()).count();
        let rest = rows.split_off(whole);
        if whole > 0 {
            let aside = rescue.with_rows(&rows).map_err(|e| store.database.error(&e))?;
            if !matches!(pass.run(&aside.connection, &sql, &params)?, Ended::Done) {
                return Ok(ControlFlow::Break(()));
            }
        }
        rows = rest;
        if rows.is_empty() {
            break;
        }
        let row = rows.remove(0).number;
        if !pass.skip.contains(&row) && pass.lose(one_lost(row, why)).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

fn one_lost(row: i64, why: &str) -> LostRows {
    LostRows {
        first: row,
        last: Some(row),
        rows: RowCount::Exactly(1),
        why: why.to_owned(),
    }
}

/// Loses the rows of a stretch, unless it is known that there were none. `found` comes with all that SQLite could not read here.
fn lose(
    pass: &mut Pass<'_>,
    found: Option<(&Found, [i64; 2])>,
    known: &Known,
    begin: i64,
    end: Option<i64>,
    why: &str,
) -> ControlFlow<()> {
    if let Known::All(rows) = known {
        let from = rows.partition_point(|r| *r < begin);
        for &row in rows[from..].iter().take_while(|r| end.is_none_or(|e| **r <= e)) {
            pass.lose(one_lost(row, why))?;
        }
        return ControlFlow::Continue(());
    }
    // Row numbers begin at 1 unless somebody chose them otherwise.
    let first = if begin == i64::MIN { 1 } else { begin };
    let stop = end.unwrap_or(i64::MAX);
    if stop < first || found.is_some_and(|(f, unread)| f.orphans.is_whole([begin, stop], unread)) {
        return ControlFlow::Continue(());
    }
    let least = u64::from(found.is_none_or(|(f, unread)| f.orphans.is_missing([begin, stop], unread)));
    pass.lose(LostRows {
        first,
        last: end,
        // Settled at the end, when it is known whether the table has holes elsewhere.
        rows: match end {
            Some(end) => RowCount::Between(least, end.abs_diff(first).saturating_add(1)),
            None => RowCount::AtLeast(least),
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

impl Known {
    /// Whether the table may have a row of this number.
    fn may_hold(&self, row: i64) -> bool {
        match self {
            Self::All(rows) => rows.binary_search(&row).is_ok(),
            Self::Nothing => true,
        }
    }
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
    /// What was found where SQLite cannot read.
    found: Option<Arc<Found>>,
}

impl Search<'_> {
    fn probe(&self, at: i64) -> Probe {
        let probe = |at: i64| probe(self.lease, &self.store.probe_sql, at);
        let found = probe(at);
        // In a damaged page numbers may be wrong: what stands behind it is not passed over for one of them.
        let Probe::Row(row) = found else { return found };
        let gap = self.found.as_ref().and_then(|f| f.orphans.gap_of(at));
        match gap
            .and_then(|g| g.last.checked_add(1))
            .filter(|b| *b < row)
            .map(probe)
        {
            Some(Probe::Row(behind)) if behind < row => Probe::Row(behind),
            _ => found,
        }
    }

    /// How far a run from `start` came that broke after a row of this number. Where it cannot have come past a damaged page, the
    /// number is wrong; what else that page held is told.
    fn really_reached(
        &self,
        pass: &mut Pass<'_>,
        start: i64,
        reached: i64,
        why: &str,
    ) -> ControlFlow<(), i64> {
        let Some(found) = &self.found else {
            return ControlFlow::Continue(reached);
        };
        let mut gaps = found.orphans.gaps_before(start, reached);
        let Some(gap) = gaps.find(|g| self.breaks(g.first, g.last)) else {
            return ControlFlow::Continue(reached);
        };
        if found.orphans.end_of_gap(gap.first).is_some() {
            return ControlFlow::Continue(gap.first.saturating_sub(1));
        }
        let first = gap.first.max(start).max(1);
        pass.lose(LostRows {
            first,
            last: Some(gap.last),
            rows: RowCount::Between(0, gap.last.abs_diff(first).saturating_add(1)),
            why: why.to_owned(),
        })?;
        ControlFlow::Continue(gap.last)
    }

    /// Whether SQLite cannot read all of these rows.
    fn breaks(&self, first: i64, last: i64) -> bool {
        let sql = self.store.plan.header.0.between();
        let read = self.lease.prepare_cached(&sql).and_then(|mut statement| {
            let mut rows = statement.query([first, last])?;
            while rows.next()?.is_some() {}
            Ok(())
        });
        read.is_err()
    }

    /// The next readable row after `last`.
    fn next_row(&mut self, last: Option<i64>) -> Next {
        let start = last.map_or(i64::MIN, |n| n.saturating_add(1));
        match self.probe(start) {
            Probe::Row(row) => return Next::Row(row),
            Probe::Nothing => return Next::End { damaged_to: None },
            Probe::Damaged => {}
        }
        // Behind leaves that were found, SQLite may reach the rows again; other gaps may hold some it reaches.
        let past = |low: i64| {
            let found = self.found.as_ref();
            found.and_then(|f| f.orphans.end_of_gap(low)).unwrap_or(low)
        };
        let mut low = if start == i64::MIN && past(start) == start {
            0
        } else {
            start
        };
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
                Probe::Damaged => match past(low).checked_add(1) {
                    Some(next) => low = next,
                    None => return Next::Damaged,
                },
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
