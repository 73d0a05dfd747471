//! Finds events again by their locators: dense stretches by one pass over the table, others row by row.

use std::ops::Range;

use bumpalo::Bump;
use leftfold_event::{Cancel, Event, Locator, Problem, ProblemCode};
use rusqlite::{ErrorCode, Row, Statement, params_from_iter};

use super::compile::{EventColumns, RawColumns};
use super::connection::Lease;
use super::event::{beginning, event, hide_stream, merge_row, unreadable};
use super::found::Rescue;
use super::keyed::{EVERY, KeySamples};
use super::row::{Item, cell, eval, items};
use super::select::Select;
use super::store::SqliteStore;
use crate::cell::Cell;
use crate::decode::raw_json;
use crate::{RawPayload, SourceError};

/// Rows that are cheaper to step over than to seek past.
const NEAR: i64 = 8;

/// Events between two looks at the cancel flag.
const CANCEL_EVERY: usize = 512;

/// What becomes of found rows. Ranges are of places in the locators' slice, all of one row.
trait Take {
    /// A row, and whose it is.
    fn row(&mut self, places: Range<usize>, row: &Row<'_>, bump: &Bump);
    /// A further joined row of the row before.
    fn again(&mut self, _row: &Row<'_>, _bump: &Bump) {}
    /// A row that is gone or cannot be read.
    fn lost(&mut self, place: usize, why: &str);
    /// No further row joins the last one.
    fn settle(&mut self) {}
    /// Of the rows to come, what joins them cannot be read, for this reason.
    fn unjoined(&mut self, _why: Option<String>) {}
}

/// Whole events.
pub(super) fn fetch(
    store: &SqliteStore,
    locators: &[Locator],
    cancel: &Cancel,
    visit: &mut dyn FnMut(usize, Event),
) -> Result<(), SourceError> {
    let (select, columns) = &store.plan.event;
    let hidden = &store.plan.hidden;
    let mut events = Events {
        columns,
        hidden,
        locators,
        visit,
        waiting: Vec::new(),
        unjoined: None,
        store,
    };
    Fetch {
        store,
        select,
        locators,
        cancel,
    }
    .run(&mut events)
}

/// Types and payload bytes.
pub(super) fn fetch_raw(
    store: &SqliteStore,
    locators: &[Locator],
    cancel: &Cancel,
    visit: &mut dyn FnMut(usize, &str, RawPayload<'_>),
) -> Result<(), SourceError> {
    let (select, columns) = &store.plan.raw;
    Fetch {
        store,
        select,
        locators,
        cancel,
    }
    .run(&mut Raw {
        columns,
        locators,
        visit,
    })
}

struct Events<'f> {
    columns: &'f EventColumns,
    hidden: &'f [String],
    locators: &'f [Locator],
    visit: &'f mut dyn FnMut(usize, Event),
    /// Events whose joined rows are still coming.
    waiting: Vec<(usize, Event)>,
    /// Why something of what joins these cannot be read.
    unjoined: Option<String>,
    store: &'f SqliteStore,
}

impl Take for Events<'_> {
    fn row(&mut self, places: Range<usize>, row: &Row<'_>, bump: &Bump) {
        let Some(explode) = &self.columns.header.explode else {
            for place in places {
                let mut event = event(self.columns, row, bump, None);
                hide_stream(&mut event, self.hidden);
                self.waiting.push((place, event));
            }
            return;
        };
        let items = items(explode, row, bump);
        for place in places {
            let i = self.locators[place].item as usize;
            let found = match &items {
                Some(items) => match items.get(i) {
                    Some(&item) => event(self.columns, row, bump, Some((item, i, items.len()))),
                    None => unreadable(format!("the row has only {} events", items.len())),
                },
                None => event(self.columns, row, bump, None),
            };
            self.waiting.push((place, found));
        }
    }

    fn again(&mut self, row: &Row<'_>, bump: &Bump) {
        for (_, event) in &mut self.waiting {
            merge_row(event, self.columns, row, bump, self.hidden);
        }
    }

    fn lost(&mut self, place: usize, why: &str) {
        self.settle();
        let event = rescued(self.store, self.locators[place], why);
        (self.visit)(place, event);
    }

    fn settle(&mut self) {
        for (place, mut event) in self.waiting.drain(..) {
            if let Some(why) = &self.unjoined {
                // It says why a name is missing, too.
                event.problems.retain(|p| p.code != ProblemCode::NameUnreadable);
                event
                    .problems
                    .push(Problem::new(ProblemCode::NameUnreadable, why));
            }
            (self.visit)(place, event);
        }
    }

    fn unjoined(&mut self, why: Option<String>) {
        self.unjoined = why;
    }
}

struct Raw<'f> {
    columns: &'f RawColumns,
    locators: &'f [Locator],
    visit: &'f mut dyn FnMut(usize, &str, RawPayload<'_>),
}

impl Take for Raw<'_> {
    fn row(&mut self, places: Range<usize>, row: &Row<'_>, bump: &Bump) {
        let kind = self
            .columns
            .kind
            .as_ref()
            .and_then(|e| eval(e, row, bump).name(bump))
            .unwrap_or_default();
        let Some(explode) = &self.columns.explode else {
            let payload = match &self.columns.payload {
                Some((index, reader)) => raw_json(reader, cell(row, *index), kind, bump),
                None => RawPayload::Absent,
            };
            for place in places {
                (self.visit)(place, kind, payload);
            }
            return;
        };
        let items: Vec<Item<'_>> = items(explode, row, bump).unwrap_or_default();
        for place in places {
            match items.get(self.locators[place].item as usize) {
                Some(item) => {
                    let kind = item.kind.name(bump).unwrap_or_default();
                    let payload = match (item.payload, &self.columns.payload) {
                        (Some(json), Some((_, reader))) => raw_json(reader, Cell::Bytes(json), kind, bump),
                        _ => RawPayload::Absent,
                    };
                    (self.visit)(place, kind, payload);
                }
                None => (self.visit)(place, kind, RawPayload::Other),
            }
        }
    }

    fn lost(&mut self, place: usize, _why: &str) {
        (self.visit)(place, "", RawPayload::Other);
    }
}

struct Fetch<'f> {
    store: &'f SqliteStore,
    select: &'f Select,
    locators: &'f [Locator],
    cancel: &'f Cancel,
}

/// What it means that a pass does not come to a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    /// The row is no longer there.
    Gone,
    /// The same, where rows have no numbers: they are counted from this one.
    GoneCountedFrom(i64),
    /// A pass over many rows ends early at a row whose number is damaged: each of the rest is to be asked for.
    LookAgain,
}

/// A pass over rows that ended early, at this place in the slice.
struct Broken {
    place: usize,
    why: String,
}

impl Fetch<'_> {
    fn run(&self, take: &mut dyn Take) -> Result<(), SourceError> {
        if self.locators.is_empty() {
            return Ok(());
        }
        let database = &self.store.database;
        let mut lease = database.lease()?;
        lease.heed(self.cancel)?;
        let moment = database.moment(&lease)?;
        self.run_over(&lease, take)?;
        if database.moment(&lease)? != moment {
            return Err(database.changed());
        }
        Ok(())
    }

    fn run_over(&self, lease: &Lease<'_>, take: &mut dyn Take) -> Result<(), SourceError> {
        let database = &self.store.database;
        if let Some(keyed) = &self.store.keyed {
            let fingerprint = database.fingerprint()?;
            let samples = match keyed.kept(&fingerprint) {
                Some(samples) => samples,
                None => {
                    let samples = self.sample_keys(lease, keyed.width)?;
                    keyed.keep(samples.clone(), fingerprint);
                    samples
                }
            };
            return self.by_key(lease, &samples, take);
        }
        // One read transaction: a lock for each row would cost more than the row, and all rows are of one moment.
        let _snapshot = lease.unchecked_transaction().map_err(|e| database.error(&e))?;
        let prepare = |sql: &str| lease.prepare_cached(sql).map_err(|e| database.error(&e));
        let mut between = prepare(&self.select.between())?;
        let mut one = prepare(&self.select.one())?;
        let mut bump = Bump::new();
        let mut rescue = None;
        let mut start = 0;
        while start < self.locators.len() {
            let end = self.run_end(start, NEAR);
            self.check()?;
            if end - start < 4 {
                self.row_by_row(&mut one, (lease, &mut rescue), start..end, take, &mut bump)?;
            } else {
                let span = [self.locators[start].row, self.locators[end - 1].row];
                if let Some(broken) = self.pass(
                    &mut between,
                    params_from_iter(span),
                    Missing::LookAgain,
                    start..end,
                    take,
                    &mut bump,
                )? {
                    tracing::debug!(why = broken.why, "reading row by row over damage");
                    self.row_by_row(&mut one, (lease, &mut rescue), broken.place..end, take, &mut bump)?;
                }
            }
            start = end;
        }
        Ok(())
    }

    fn check(&self) -> Result<(), SourceError> {
        if self.cancel.is_cancelled() {
            Err(SourceError::Cancelled)
        } else {
            Ok(())
        }
    }

    /// The end of the stretch of near, ascending rows that begins at `start`.
    fn run_end(&self, start: usize, near: i64) -> usize {
        let mut end = start + 1;
        while end < self.locators.len() {
            let (before, here) = (self.locators[end - 1].row, self.locators[end].row);
            if here < before || here.checked_sub(before).is_none_or(|gap| gap > near) {
                break;
            }
            end += 1;
        }
        end
    }

    /// Steps over the rows of a statement, giving each to its places.
    fn pass(
        &self,
        statement: &mut Statement<'_>,
        params: impl rusqlite::Params,
        missing: Missing,
        places: Range<usize>,
        take: &mut dyn Take,
        bump: &mut Bump,
    ) -> Result<Option<Broken>, SourceError> {
        let mut rows = statement
            .query(params)
            .map_err(|e| self.store.database.error(&e))?;
        let mut count = match missing {
            Missing::GoneCountedFrom(first) => Some(first),
            Missing::Gone | Missing::LookAgain => None,
        };
        let not_there = |place: usize| Broken {
            place,
            why: GONE.to_owned(),
        };
        let mut place = places.start;
        let mut last = None;
        let mut checked = place;
        loop {
            let row = match rows.next() {
                Ok(Some(row)) => row,
                Ok(None) => break,
                Err(e) if e.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
                    return Err(SourceError::Cancelled);
                }
                Err(e) => {
                    take.settle();
                    return Ok(Some(Broken {
                        place,
                        why: e.to_string(),
                    }));
                }
            };
            let number = match &mut count {
                Some(n) => {
                    *n += 1;
                    *n - 1
                }
                None => row
                    .get_ref(0)
                    .ok()
                    .and_then(|v| v.as_i64().ok())
                    .unwrap_or_default(),
            };
            if last == Some(number) {
                take.again(row, bump);
                continue;
            }
            take.settle();
            bump.reset();
            if place >= places.end {
                break;
            }
            while place < places.end && self.locators[place].row < number {
                if missing == Missing::LookAgain {
                    return Ok(Some(not_there(place)));
                }
                take.lost(place, GONE);
                place += 1;
            }
            let mut end = place;
            while end < places.end && self.locators[end].row == number {
                end += 1;
            }
            if end > place {
                take.row(place..end, row, bump);
                last = Some(number);
                place = end;
            }
            if place - checked > CANCEL_EVERY {
                self.check()?;
                checked = place;
            }
        }
        take.settle();
        if missing == Missing::LookAgain && place < places.end {
            return Ok(Some(not_there(place)));
        }
        for place in place..places.end {
            take.lost(place, GONE);
        }
        Ok(None)
    }

    fn row_by_row<'l>(
        &'l self,
        one: &mut Statement<'_>,
        (lease, rescue): (&'l Lease<'l>, &mut Option<Rescue<'l>>),
        places: Range<usize>,
        take: &mut dyn Take,
        bump: &mut Bump,
    ) -> Result<(), SourceError> {
        let mut place = places.start;
        while place < places.end {
            self.check()?;
            let row = self.locators[place].row;
            let mut end = place + 1;
            while end < places.end && self.locators[end].row == row {
                end += 1;
            }
            if let Some(broken) = self.pass(one, [row], Missing::Gone, place..end, take, bump)? {
                let rescue = rescue.get_or_insert_with(|| Rescue::new(self.store, lease, self.cancel));
                if rescue.with_row(row).is_some()
                    && let why = rescue.why_unjoined(row)
                    && let Some(aside) = rescue.with_row(row)
                    && let Ok(mut one) = aside.connection.prepare_cached(&self.select.one())
                {
                    take.unjoined(why);
                    let again = self.pass(&mut one, [row], Missing::Gone, broken.place..end, take, bump)?;
                    take.unjoined(None);
                    if again.is_none() {
                        place = end;
                        continue;
                    }
                }
                for place in broken.place..end {
                    take.lost(place, &format!("row {row} cannot be read: {}", broken.why));
                }
            }
            place = end;
        }
        Ok(())
    }

    fn by_key(
        &self,
        lease: &Lease<'_>,
        samples: &KeySamples,
        take: &mut dyn Take,
    ) -> Result<(), SourceError> {
        let database = &self.store.database;
        let mut statement = lease
            .prepare_cached(&self.select.starting_at_key())
            .map_err(|e| database.error(&e))?;
        let mut bump = Bump::new();
        let mut start = 0;
        while start < self.locators.len() {
            self.check()?;
            let end = self.run_end(start, EVERY);
            let first = self.locators[start].row;
            let key = usize::try_from(first / EVERY)
                .ok()
                .and_then(|i| samples.keys.get(i));
            let Some(key) = key else {
                (start..end).for_each(|place| take.lost(place, GONE));
                start = end;
                continue;
            };
            let params = params_from_iter(self.select.params().iter().chain(key));
            let from = Missing::GoneCountedFrom(first / EVERY * EVERY);
            if let Some(broken) = self.pass(&mut statement, params, from, start..end, take, &mut bump)? {
                (broken.place..end).for_each(|place| take.lost(place, &broken.why));
            }
            start = end;
        }
        Ok(())
    }

    /// Counts the rows once, keeping every so often a key.
    fn sample_keys(&self, lease: &Lease<'_>, width: usize) -> Result<KeySamples, SourceError> {
        let database = &self.store.database;
        let (sql, params) = self.store.plan.header.0.keys_alone();
        let mut statement = lease.prepare(&sql).map_err(|e| database.error(&e))?;
        let mut rows = statement
            .query(params_from_iter(params))
            .map_err(|e| database.error(&e))?;
        let mut samples = KeySamples::of_width(width);
        // A damaged rest has no numbers: its rows were not handed out by a scan either.
        while let Ok(Some(row)) = rows.next() {
            samples.note(row);
        }
        self.check()?;
        Ok(samples)
    }
}

/// What can be said of a row that cannot be read whole: what the log knows of it, if its beginning can be; else which rows are
/// lost there.
fn rescued(store: &SqliteStore, locator: Locator, why: &str) -> Event {
    let row = locator.row;
    let position = || store.main.position_is_row.then(|| row.to_string());
    if let Some(lost) = store.lost_at(row) {
        return Event {
            position: position(),
            extra: vec![("lost".to_owned(), lost.fact())],
            ..unreadable(lost.message())
        };
    }
    if why == GONE || store.keyed.is_some() {
        return unreadable(why);
    }
    let (select, columns) = &store.plan.header;
    let beginning = store.database.lease().ok().and_then(|lease| {
        let mut statement = lease.prepare(&select.one()).ok()?;
        let mut rows = statement.query([row]).ok()?;
        let bump = Bump::new();
        let row = rows.next().ok()??;
        Some(beginning(columns, row, &bump, locator.item))
    });
    let mut event = beginning.unwrap_or_else(|| Event {
        position: position(),
        ..Event::default()
    });
    event.problems.push(Problem::new(ProblemCode::RowUnreadable, why));
    event
}

/// Why a row that was there before is not found.
const GONE: &str = "the row is no longer there: the file changed since it was read";
