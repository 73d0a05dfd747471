//! The rows of a table behind the first damage in it, in the order of their numbers, whether SQLite reaches them or not. For a table whose
//! first column is its row number.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use leftfold_event::Cancel;
use rusqlite::types::Value;

use super::connection::{Database, Lease};
use super::found::Found;
use super::orphans::Layout;
use super::read_shapes;
use super::sql::quote;
use crate::lost::{LostRows, RowCount};

/// Damaged places after which a table is given up.
const MOST_GAPS: usize = 10_000;

/// Rows between two looks at the cancel flag.
const CANCEL_EVERY: usize = 512;

/// What stands behind damage.
pub(crate) enum Past<'v> {
    /// A row: its number, and all its columns.
    Row(i64, &'v [Value]),
    /// Rows that cannot be read.
    Lost(LostRows),
}

/// Takes what stands behind damage; a break ends it.
pub(crate) type Visit<'v> = dyn FnMut(Past<'_>) -> ControlFlow<()> + 'v;

/// Reads a table past its damage, and knows what a walk over the file has found for one state of it.
#[derive(Debug)]
pub(crate) struct PastDamage {
    table: &'static str,
    found: Mutex<Option<(String, Arc<Found>)>>,
}

/// What a probe at a row number found.
enum Probe {
    /// The first row at or after it.
    Row(i64),
    /// No row from there on.
    Nothing,
    /// SQLite cannot read there.
    Damaged,
}

/// How a run over some rows ended.
enum Ended {
    /// There are no more of them.
    Done,
    /// SQLite could not read on after this row number (`None`: not one row).
    Broken(Option<i64>, String),
}

impl PastDamage {
    /// Of one table.
    pub(crate) const fn of(table: &'static str) -> Self {
        Self {
            table,
            found: Mutex::new(None),
        }
    }

    /// The rows after `last`, behind which SQLite could not read on for this reason.
    pub(crate) fn rows(
        &self,
        (database, lease): (&Database, &Lease<'_>),
        last: Option<i64>,
        why: &rusqlite::Error,
        cancel: &Cancel,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        let mut read = Read {
            table: self.table,
            lease,
            found: self.found(database, lease, cancel),
            cancel,
            why: why.to_string(),
            visit,
        };
        let at = read.broken_at(last);
        read.go_on(at)
    }

    /// A row of this number that SQLite cannot reach.
    pub(crate) fn row(
        &self,
        (database, lease): (&Database, &Lease<'_>),
        number: i64,
        cancel: &Cancel,
    ) -> Option<Vec<Value>> {
        let found = self.found(database, lease, cancel)?;
        let leaf = found.orphans.leaf_of(number)?;
        let row = found.rows(leaf).into_iter().find(|r| r.number == number)?;
        row.values.map(|values| with_number(number, values))
    }

    /// What lies past SQLite's reach. `None`: the file cannot be walked, as a write-ahead log has some of its pages.
    fn found(&self, database: &Database, lease: &Lease<'_>, cancel: &Cancel) -> Option<Arc<Found>> {
        let content = database.fingerprint().ok()?;
        let mut slot = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, found)) = slot.as_ref().filter(|(of, _)| *of == content) {
            return Some(Arc::clone(found));
        }
        let (shapes, _) = read_shapes(lease).ok()?;
        let layouts: Vec<Layout> = shapes.iter().filter_map(Layout::of).collect();
        let found = Arc::new(Found::of(database, lease, cancel, self.table, &layouts)?);
        *slot = Some((content, Arc::clone(&found)));
        Some(found)
    }
}

/// In a page the column that is the row number holds nothing.
fn with_number(number: i64, mut values: Vec<Value>) -> Vec<Value> {
    if let Some(first) = values.first_mut() {
        *first = Value::Integer(number);
    }
    values
}

/// One read behind damage.
struct Read<'r, 'v> {
    table: &'static str,
    lease: &'r Lease<'r>,
    found: Option<Arc<Found>>,
    cancel: &'r Cancel,
    why: String,
    visit: &'r mut Visit<'v>,
}

impl Read<'_, '_> {
    /// Where a read broke that came to this row. A damaged page may have any number: what stands behind it is not passed over for one.
    fn broken_at(&self, last: Option<i64>) -> i64 {
        let Some(last) = last else { return i64::MIN };
        let broken = self.found.as_ref().and_then(|f| {
            let mut gaps = f.orphans.gaps_before(i64::MIN, last);
            gaps.find(|g| !self.is_sound(g.first, g.last)).map(|g| g.first)
        });
        broken.unwrap_or_else(|| last.saturating_add(1))
    }

    fn is_sound(&self, first: i64, last: i64) -> bool {
        let mut sound = true;
        let read = self.each(first, last, &mut |number, _| {
            sound &= first <= number && number <= last;
            ControlFlow::Continue(())
        });
        sound && matches!(read, ControlFlow::Continue(Ended::Done))
    }

    /// Reads on from a row number at which SQLite cannot.
    fn go_on(&mut self, mut at: i64) -> ControlFlow<()> {
        let mut damaged = true;
        for _ in 0..MOST_GAPS {
            if damaged {
                match self.end_of_damage(at) {
                    Some(end) => {
                        self.between(at, Some(end))?;
                        let Some(next) = end.checked_add(1) else {
                            return ControlFlow::Continue(());
                        };
                        at = next;
                    }
                    None => return self.between(at, None),
                }
            }
            let (stop, ended) = self.run(at)?;
            damaged = match ended {
                Ended::Done => {
                    let Some(next) = stop.checked_add(1) else {
                        return ControlFlow::Continue(());
                    };
                    at = next;
                    false
                }
                Ended::Broken(reached, why) => {
                    self.why = why;
                    at = reached.map_or(at, |r| r.saturating_add(1));
                    true
                }
            };
        }
        // More places than are looked at.
        self.between(at, None)
    }

    /// Reads from a row on to the next place that may be damaged, or to the end of such a one; where that is, and how it ended.
    fn run(&mut self, at: i64) -> ControlFlow<(), (i64, Ended)> {
        let stop = self
            .found
            .as_ref()
            .map_or(i64::MAX, |f| match f.orphans.gap_of(at) {
                Some(gap) => gap.last,
                None => f
                    .orphans
                    .next_gap(at)
                    .map_or(i64::MAX, |g| g.first.saturating_sub(1)),
            });
        let mut count = 0_usize;
        let mut before = at.checked_sub(1);
        let mut astray = false;
        let visit = &mut *self.visit;
        let cancel = self.cancel;
        let ended = each(self.lease, self.table, (at, stop), &mut |number, values| {
            // Only a damaged page has such numbers.
            astray = number > stop || before.is_some_and(|b| number <= b);
            if astray {
                return ControlFlow::Break(());
            }
            before = Some(number);
            count += 1;
            if count.is_multiple_of(CANCEL_EVERY) && cancel.is_cancelled() {
                return ControlFlow::Break(());
            }
            visit(Past::Row(number, values))
        });
        match ended {
            ControlFlow::Break(()) if astray => ControlFlow::Continue((
                stop,
                Ended::Broken(
                    before.filter(|_| count > 0),
                    "a page holds rows that are not its own".to_owned(),
                ),
            )),
            ControlFlow::Break(()) => ControlFlow::Break(()),
            ControlFlow::Continue(ended) => ControlFlow::Continue((stop, ended)),
        }
    }

    fn each(
        &self,
        first: i64,
        last: i64,
        visit: &mut dyn FnMut(i64, &[Value]) -> ControlFlow<()>,
    ) -> ControlFlow<(), Ended> {
        each(self.lease, self.table, (first, last), visit)
    }

    /// The last row of the damage that begins at a row; `None`: it goes to the end.
    fn end_of_damage(&self, at: i64) -> Option<i64> {
        if let Some(gap) = self.found.as_ref().and_then(|f| f.orphans.gap_of(at)) {
            return (gap.last < i64::MAX).then_some(gap.last);
        }
        match self.probe(at) {
            // Its own content is damaged.
            Probe::Row(row) => return Some(row),
            Probe::Nothing => return Some(i64::MAX),
            Probe::Damaged => {}
        }
        // By growing steps, then by halving.
        let (mut low, mut step) = (at.max(0), 1_i64);
        let mut high = loop {
            let next = low.checked_add(step)?;
            match self.probe(next) {
                Probe::Damaged => (low, step) = (next, step.checked_mul(2)?),
                Probe::Row(_) | Probe::Nothing => break next,
            }
        };
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            match self.probe(middle) {
                Probe::Damaged => low = middle,
                Probe::Row(_) | Probe::Nothing => high = middle,
            }
        }
        Some(low)
    }

    fn probe(&self, at: i64) -> Probe {
        let table = quote(self.table);
        let sql = format!("SELECT rowid FROM main.{table} WHERE rowid >= ?1 ORDER BY rowid LIMIT 1");
        let row = self
            .lease
            .prepare_cached(&sql)
            .and_then(|mut s| s.query_row([at], |row| row.get(0)));
        match row {
            Ok(row) => Probe::Row(row),
            Err(rusqlite::Error::QueryReturnedNoRows) => Probe::Nothing,
            Err(_) => Probe::Damaged,
        }
    }

    /// Hands on what was found of a stretch that SQLite cannot read, and loses the rest.
    fn between(&mut self, first: i64, last: Option<i64>) -> ControlFlow<()> {
        let stop = last.unwrap_or(i64::MAX);
        let unread = [first, stop];
        let mut begin = first;
        if let Some(found) = self.found.clone() {
            for leaf in found.orphans.within(first, stop) {
                if self.cancel.is_cancelled() {
                    return ControlFlow::Break(());
                }
                if let Some(before) = leaf.first.checked_sub(1).filter(|b| *b >= begin) {
                    self.lose(begin, Some(before), unread)?;
                }
                for row in found.rows(leaf) {
                    if row.number < begin || row.number > stop {
                        continue;
                    }
                    let past = match row.values {
                        Some(values) => {
                            let values = with_number(row.number, values);
                            (self.visit)(Past::Row(row.number, &values))
                        }
                        None => self.lose(row.number, Some(row.number), unread),
                    };
                    past?;
                }
                begin = match leaf.last.checked_add(1) {
                    Some(next) => next,
                    None => return ControlFlow::Continue(()),
                };
            }
        }
        self.lose(begin, last, unread)
    }

    fn lose(&mut self, first: i64, last: Option<i64>, unread: [i64; 2]) -> ControlFlow<()> {
        let stop = last.unwrap_or(i64::MAX);
        let orphans = self.found.as_ref().map(|f| &f.orphans);
        if stop < first || orphans.is_some_and(|o| first != stop && o.is_whole([first, stop], unread)) {
            return ControlFlow::Continue(());
        }
        let rows = if first == stop {
            RowCount::Exactly(1)
        } else {
            let least = u64::from(orphans.is_none_or(|o| o.is_missing([first, stop], unread)));
            last.map_or(RowCount::AtLeast(least), |last| {
                RowCount::Between(least, last.abs_diff(first).saturating_add(1))
            })
        };
        let why = self.why.clone();
        (self.visit)(Past::Lost(LostRows {
            first,
            last,
            rows,
            why,
        }))
    }
}

/// The rows of these numbers, as far as SQLite reads them; a break: `visit` has broken off, or it was cancelled.
fn each(
    lease: &Lease<'_>,
    table: &str,
    (first, last): (i64, i64),
    visit: &mut dyn FnMut(i64, &[Value]) -> ControlFlow<()>,
) -> ControlFlow<(), Ended> {
    let broken = |reached, e: rusqlite::Error| {
        if e.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted) {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(Ended::Broken(reached, e.to_string()))
    };
    let table = quote(table);
    let sql = format!("SELECT rowid, * FROM main.{table} WHERE rowid BETWEEN ?1 AND ?2 ORDER BY rowid");
    let mut reached = None;
    let mut select = match lease.prepare_cached(&sql) {
        Ok(select) => select,
        Err(e) => return broken(None, e),
    };
    let columns = select.column_count();
    let mut rows = match select.query([first, last]) {
        Ok(rows) => rows,
        Err(e) => return broken(None, e),
    };
    let mut values = Vec::new();
    loop {
        let read = rows.next().and_then(|row| {
            let Some(row) = row else { return Ok(None) };
            values.clear();
            for column in 1..columns {
                values.push(row.get(column)?);
            }
            row.get(0).map(Some)
        });
        match read {
            Ok(Some(number)) => {
                visit(number, &values)?;
                reached = Some(number);
            }
            Ok(None) => return ControlFlow::Continue(Ended::Done),
            Err(e) => return broken(reached, e),
        }
    }
}
