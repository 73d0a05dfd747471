//! Finds records of a capture again by their ids.

use std::borrow::Cow;

use leftfold_event::{Cancel, Event, Locator, Problem, ProblemCode};
use rusqlite::ErrorCode;

use super::Record;
use super::behind::{is_damage, record_of_values};
use super::form::{form, kind};
use super::headers;
use super::payload::raw_payload;
use super::record::event_of;
use super::store::{COLUMNS, CaptureStore, record_of};
use crate::{RawPayload, SourceError};

/// Rows that are cheaper to step over than to seek past.
const NEAR: i64 = 8;

/// Records between two looks at the cancel flag.
const CANCEL_EVERY: usize = 512;

/// Takes a place in the slice, and the record found for it with its stored headers.
type Visit<'v> = dyn FnMut(usize, Option<(&Record<'_>, Option<Cow<'_, str>>)>) + 'v;

/// Visits the records with these ids, in the slice's order; `None`: there is none.
fn each(
    store: &CaptureStore,
    locators: &[Locator],
    cancel: &Cancel,
    visit: &mut Visit<'_>,
) -> Result<(), SourceError> {
    let database = &store.database;
    let fail = |e: &rusqlite::Error| database.error(e);
    let mut lease = database.lease()?;
    lease.heed(cancel)?;
    let mut select = lease
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM stored_records WHERE id >= ?1 ORDER BY id"
        ))
        .map_err(|e| fail(&e))?;
    let mut place = 0;
    while place < locators.len() {
        // One pass from here on, as long as the ids ascend closely.
        let mut rows = select.query([locators[place].row]).map_err(|e| fail(&e))?;
        let mut first = true;
        loop {
            let row = match rows.next() {
                Ok(row) => row,
                Err(e) if e.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
                    return Err(SourceError::Cancelled);
                }
                // Another record on the way to this one may be the damaged one.
                Err(e) if is_damage(&e) && !first => break,
                Err(e) if is_damage(&e) => {
                    let found = store.past.row((database, &lease), locators[place].row, cancel);
                    let record = found.as_deref().map(record_of_values);
                    visit(
                        place,
                        record.as_ref().map(|(record, headers)| (record, headers.clone())),
                    );
                    place += 1;
                    break;
                }
                Err(e) => return Err(fail(&e)),
            };
            first = false;
            let Some(row) = row else {
                // Behind the last record there is nothing to find.
                visit(place, None);
                place += 1;
                break;
            };
            let (id, record, headers) = record_of(row).map_err(|e| fail(&e))?;
            let mut wanted = locators[place].row;
            while wanted <= id {
                if place.is_multiple_of(CANCEL_EVERY) && cancel.is_cancelled() {
                    return Err(SourceError::Cancelled);
                }
                visit(place, (wanted == id).then(|| (&record, headers.clone())));
                place += 1;
                let Some(next) = locators.get(place) else {
                    return Ok(());
                };
                if next.row < wanted {
                    break;
                }
                wanted = next.row;
            }
            if wanted <= id || wanted - id > NEAR {
                break;
            }
        }
    }
    Ok(())
}

/// Whole events.
pub(super) fn fetch(
    store: &CaptureStore,
    locators: &[Locator],
    cancel: &Cancel,
    visit: &mut dyn FnMut(usize, Event),
) -> Result<(), SourceError> {
    let places = store.places();
    each(store, locators, cancel, &mut |i, found| {
        let at = places.at(locators[i].row);
        visit(
            i,
            match (found, at) {
                (Some((record, headers)), Some(at)) => {
                    event_of(record, headers.as_deref(), &at, places.reading())
                }
                _ => Event {
                    problems: vec![Problem::new(
                        ProblemCode::RowUnreadable,
                        "the capture no longer holds this record",
                    )],
                    ..Event::default()
                },
            },
        );
    })
}

/// Types and payload bytes.
pub(super) fn fetch_raw(
    store: &CaptureStore,
    locators: &[Locator],
    cancel: &Cancel,
    visit: &mut dyn FnMut(usize, &str, RawPayload<'_>),
) -> Result<(), SourceError> {
    let places = store.places();
    let mut written = String::new();
    each(store, locators, cancel, &mut |i, found| match found {
        Some((record, headers)) => {
            let stored = headers;
            let headers = stored.as_deref().map(headers::read).unwrap_or_default();
            let at = places.at(locators[i].row);
            let topic = at.map_or("", |at| at.topic);
            let form = form(record.value, &headers, topic, places.reading());
            let kind = match at {
                Some(at) if places.is_mapped() => {
                    Cow::Owned(event_of(record, stored.as_deref(), &at, places.reading()).kind)
                }
                _ => kind(&form, &headers),
            };
            visit(i, &kind, raw_payload(&form, record.value, &mut written));
        }
        None => visit(i, "", RawPayload::Other),
    })
}
