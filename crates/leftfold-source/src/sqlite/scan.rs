//! Streams the headers of all events once, in log order.

use std::collections::HashSet;
use std::ops::ControlFlow;

use bumpalo::Bump;
use leftfold_event::{Cancel, Locator, Timestamp};
use rusqlite::{Connection, ErrorCode, Row, params_from_iter};

use super::compile::HeaderColumns;
use super::keyed::KeySamples;
use super::row::{HeaderRead, further, header, is_hidden, items};
use super::salvage;
use super::store::SqliteStore;
use crate::lost::{LostRows, RowCount};
use crate::{Header, HeaderSink, ScanSummary, SourceError, Unreadable};

/// Rows between two looks at the cancel flag.
const CANCEL_EVERY: u64 = 2_048;

/// How a run over some rows ended.
pub(super) enum Ended {
    /// There are no more rows.
    Done,
    /// The sink or a cancel ended it.
    Stopped,
    /// SQLite could not read on after this row number (`None`: not one row).
    Broken(Option<i64>, rusqlite::Error),
}

/// One pass of a scan: what it has handed on, and its scratch memory.
pub(super) struct Pass<'s> {
    pub(super) store: &'s SqliteStore,
    pub(super) sink: &'s mut dyn HeaderSink,
    pub(super) cancel: &'s Cancel,
    /// Rows not to hand on: they were already.
    pub(super) skip: HashSet<i64>,
    /// Rows handed on.
    pub(super) rows: u64,
    events: u64,
    lost: Vec<LostRows>,
    /// The row before, in row order.
    before: Option<i64>,
    /// Whether row numbers are missing where nothing is damaged.
    holes: bool,
    /// Rows whose number is smaller than that of the one before: only a damaged page has such.
    disordered: u64,
    bump: Bump,
    also: Vec<String>,
    group: Option<Group>,
    pub(super) keys: Option<KeySamples>,
}

/// The header of an event whose joined rows are still coming.
struct Group {
    locator: Locator,
    stream: String,
    category: Option<String>,
    kind: String,
    version: Option<i64>,
    position: Option<i64>,
    time: Option<Timestamp>,
    valid_time: Option<Timestamp>,
    also: Vec<String>,
    problem: bool,
}

/// Scans a whole store.
pub(super) fn scan(
    store: &SqliteStore,
    sink: &mut dyn HeaderSink,
    cancel: &Cancel,
) -> Result<ScanSummary, SourceError> {
    let database = &store.database;
    let mut lease = database.lease()?;
    lease.heed(cancel)?;
    let moment = database.moment(&lease)?;
    let keys = store.keyed.as_ref().map(|k| KeySamples::of_width(k.width));
    let mut pass = Pass {
        store,
        sink,
        cancel,
        skip: HashSet::new(),
        rows: 0,
        events: 0,
        lost: Vec::new(),
        before: None,
        holes: false,
        disordered: 0,
        bump: Bump::new(),
        also: Vec::new(),
        group: None,
        keys,
    };
    let mut unreadable = Vec::new();
    let (sql, params) = store.plan.header.0.in_log_order();
    let ended = pass.run(&lease, &sql, params)?;
    let complete = match ended {
        Ended::Done => true,
        Ended::Stopped => false,
        Ended::Broken(last, error) => salvage::go_on(&mut pass, &lease, last, &error, &mut unreadable)?,
    };
    let (events, keys) = (pass.events, pass.keys.take());
    let lost = pass.settled();
    unreadable.extend(crate::lost::summary(&lost));
    if pass.disordered > 0 {
        unreadable.push(Unreadable::of_the_whole(out_of_order(pass.disordered)));
    }
    if complete
        && unreadable.is_empty()
        && let (Some(keys), Some(keyed)) = (keys, &store.keyed)
    {
        keyed.keep(keys, database.fingerprint()?);
    }
    let changed = complete && database.moment(&lease)? != moment;
    if changed {
        unreadable.push(Unreadable::of_the_whole(
            "another program changed the file while it was read: read it again",
        ));
    }
    store.remember(&lost);
    Ok(ScanSummary {
        events,
        complete,
        unreadable,
        lost,
        changed,
        mark: None,
    })
}

/// What is said of rows whose number is smaller than that of the row before.
fn out_of_order(rows: u64) -> String {
    if rows == 1 {
        return "1 row stands out of the order of its number: its page is damaged, and what it says may be wrong"
            .to_owned();
    }
    format!(
        "{rows} rows stand out of the order of their numbers: their pages are damaged, and what they say may be wrong"
    )
}

impl Pass<'_> {
    /// Hands on an event that stands for rows that cannot be read, at their place in the log.
    pub(super) fn lose(&mut self, lost: LostRows) -> ControlFlow<()> {
        self.events += 1;
        let header = Header {
            position: self.store.main.position_is_row.then_some(lost.first),
            problem: true,
            ..Header::at(Locator {
                row: lost.first,
                item: 0,
            })
        };
        // The rows behind do not follow the one before.
        self.before = None;
        self.lost.push(lost);
        self.sink.push(&header)
    }

    /// Forgets the row before: the next one need not follow it.
    pub(super) fn start_over(&mut self) {
        self.before = None;
    }

    /// What was lost. In a table whose numbers have no holes elsewhere, each number missing is a row.
    fn settled(&mut self) -> Vec<LostRows> {
        let mut lost = std::mem::take(&mut self.lost);
        let filtered = !self.store.plan.header.0.params().is_empty() || !self.store.plan.row_order;
        for stretch in &mut lost {
            if let RowCount::Between(_, most) = stretch.rows
                && !self.holes
                && !filtered
            {
                stretch.rows = RowCount::Exactly(most);
            }
        }
        lost
    }

    /// Notices holes and disorder of the row numbers. Returns whether the row was handed on before.
    fn follow(&mut self, number: i64) -> bool {
        if let Some(before) = self.before {
            self.holes |= number > before.saturating_add(1);
            self.disordered += u64::from(number < before);
        }
        self.before = Some(number);
        !self.skip.is_empty() && self.skip.contains(&number)
    }

    /// Runs one statement to its end.
    pub(super) fn run(
        &mut self,
        connection: &Connection,
        sql: &str,
        params: &[rusqlite::types::Value],
    ) -> Result<Ended, SourceError> {
        let fail = |e: &rusqlite::Error| self.store.database.error(e);
        let mut statement = connection.prepare(sql).map_err(|e| fail(&e))?;
        let mut rows = statement.query(params_from_iter(params)).map_err(|e| fail(&e))?;
        let plan = &self.store.plan;
        let columns = &plan.header.1;
        let in_row_order = self.keys.is_none() && (plan.row_order || !self.skip.is_empty());
        let mut last = None;
        loop {
            let row = match rows.next() {
                Ok(Some(row)) => row,
                Ok(None) => break,
                Err(e) if e.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
                    return Ok(Ended::Stopped);
                }
                Err(e) => {
                    if self.flush().is_break() {
                        return Ok(Ended::Stopped);
                    }
                    return Ok(Ended::Broken(last, e));
                }
            };
            let number = match &mut self.keys {
                Some(keys) => keys.note(row),
                None => row
                    .get_ref(0)
                    .ok()
                    .and_then(|v| v.as_i64().ok())
                    .unwrap_or_default(),
            };
            if in_row_order && self.follow(number) {
                last = Some(number);
                continue;
            }
            let flow = if plan.many {
                self.joined_row(columns, row, number)
            } else if columns.explode.is_some() {
                self.exploded_row(columns, row, number)
            } else {
                self.row(columns, row, number)
            };
            last = Some(number);
            self.rows += 1;
            if flow.is_break() || (self.rows.is_multiple_of(CANCEL_EVERY) && self.cancel.is_cancelled()) {
                return Ok(Ended::Stopped);
            }
            self.bump.reset();
        }
        Ok(if self.flush().is_break() {
            Ended::Stopped
        } else {
            Ended::Done
        })
    }

    fn row(&mut self, columns: &HeaderColumns, row: &Row<'_>, number: i64) -> ControlFlow<()> {
        let read = header(columns, row, &self.bump);
        if !columns.also_in.is_empty() {
            further(&columns.also_in, row, &self.bump, read.stream, &mut self.also);
        }
        self.events += 1;
        self.sink
            .push(&header_of(&read, Locator { row: number, item: 0 }, &self.also))
    }

    fn exploded_row(&mut self, columns: &HeaderColumns, row: &Row<'_>, number: i64) -> ControlFlow<()> {
        let read = header(columns, row, &self.bump);
        let Some(explode) = &columns.explode else {
            return ControlFlow::Continue(());
        };
        let Some(items) = items(explode, row, &self.bump) else {
            self.events += 1;
            let mut header = header_of(&read, Locator { row: number, item: 0 }, &[]);
            header.problem = true;
            return self.sink.push(&header);
        };
        let n = items.len();
        for (i, item) in items.into_iter().enumerate() {
            let mut header = header_of(
                &read,
                Locator {
                    row: number,
                    item: i as u32,
                },
                &[],
            );
            header.version = explode.version(read.version, i, n);
            match item.kind.name(&self.bump) {
                Some(kind) => header.kind = kind,
                None => header.problem |= !explode.kind.is_empty(),
            }
            self.events += 1;
            self.sink.push(&header)?;
        }
        ControlFlow::Continue(())
    }

    fn joined_row(&mut self, columns: &HeaderColumns, row: &Row<'_>, number: i64) -> ControlFlow<()> {
        let locator = Locator { row: number, item: 0 };
        let read = header(columns, row, &self.bump);
        let hidden = is_hidden(&self.store.plan.hidden, read.stream);
        if let Some(group) = self.group.as_mut().filter(|g| g.locator == locator) {
            if !hidden && !read.stream.is_empty() && group.stream != read.stream {
                if group.stream.is_empty() {
                    read.stream.clone_into(&mut group.stream);
                    group.version = read.version;
                    group.category = read.category.map(str::to_owned);
                } else if !group.also.iter().any(|s| s == read.stream) {
                    group.also.push(read.stream.to_owned());
                }
            }
            return ControlFlow::Continue(());
        }
        let next = Group {
            locator,
            stream: if hidden {
                String::new()
            } else {
                read.stream.to_owned()
            },
            category: read.category.filter(|_| !hidden).map(str::to_owned),
            kind: read.kind.to_owned(),
            version: read.version.filter(|_| !hidden),
            position: read.position,
            time: read.time,
            valid_time: read.valid_time,
            also: Vec::new(),
            problem: read.problem,
        };
        let flow = self.flush();
        self.group = Some(next);
        flow
    }

    /// Hands on the event whose joined rows are complete.
    fn flush(&mut self) -> ControlFlow<()> {
        let Some(group) = self.group.take() else {
            return ControlFlow::Continue(());
        };
        self.events += 1;
        self.sink.push(&Header {
            locator: group.locator,
            stream: &group.stream,
            category: group.category.as_deref(),
            kind: &group.kind,
            version: group.version,
            position: group.position,
            time: group.time,
            valid_time: group.valid_time,
            also_in: &group.also,
            problem: group.problem,
        })
    }
}

fn header_of<'a>(read: &HeaderRead<'a>, locator: Locator, also_in: &'a [String]) -> Header<'a> {
    Header {
        locator,
        stream: read.stream,
        category: read.category,
        kind: read.kind,
        version: read.version,
        position: read.position,
        time: read.time,
        valid_time: read.valid_time,
        also_in,
        problem: read.problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_row_out_of_order_is_one_row() {
        assert!(out_of_order(1).starts_with("1 row stands out of the order of its number"));
        assert!(out_of_order(2).starts_with("2 rows stand out of the order of their numbers"));
    }
}
