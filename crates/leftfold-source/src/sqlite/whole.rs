//! Hands on every event with what it says, in one pass where the layout and the file allow it.

use std::ops::ControlFlow;

use bumpalo::Bump;
use leftfold_event::{Cancel, EventId, Locator};
use rusqlite::{ErrorCode, Row, params_from_iter};

use super::compile::WholeColumns;
use super::row::{cell, eval, header};
use super::store::SqliteStore;
use crate::cell::Cell;
use crate::decode::raw_json;
use crate::store::scan_then_fetch;
use crate::{RawPayload, ScanSummary, SourceError, Whole, WholePayload, WholeSink};

/// Rows between two looks at the cancel flag.
const CANCEL_EVERY: u64 = 1_024;

/// One pass over rows that each are one event; everything else (rows of several events, several rows of one, damage, a file that is
/// written to meanwhile) is read in two.
pub(super) fn scan_whole(
    store: &SqliteStore,
    sink: &mut dyn WholeSink,
    cancel: &Cancel,
) -> Result<ScanSummary, SourceError> {
    let plan = &store.plan;
    if plan.many || plan.header.1.explode.is_some() || store.keyed.is_some() {
        return scan_then_fetch(store, sink, cancel);
    }
    match one_pass(store, sink, cancel)? {
        Some(summary) => Ok(summary),
        None => {
            sink.start_over();
            scan_then_fetch(store, sink, cancel)
        }
    }
}

/// `None`: something came between.
fn one_pass(
    store: &SqliteStore,
    sink: &mut dyn WholeSink,
    cancel: &Cancel,
) -> Result<Option<ScanSummary>, SourceError> {
    let database = &store.database;
    let mut lease = database.lease()?;
    lease.heed(cancel)?;
    let moment = database.moment(&lease)?;
    let (select, columns) = &store.plan.whole;
    let (sql, params) = select.in_log_order();
    let mut statement = lease.prepare(&sql).map_err(|e| database.error(&e))?;
    let mut rows = statement
        .query(params_from_iter(params))
        .map_err(|e| database.error(&e))?;
    let mut summary = ScanSummary::default();
    let mut bump = Bump::new();
    let mut before = None;
    loop {
        let row = match rows.next() {
            Ok(Some(row)) => row,
            Ok(None) => break,
            Err(e) if e.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
                return Ok(Some(summary));
            }
            Err(e) => {
                tracing::debug!(error = %e, "reading in two passes over damage");
                return Ok(None);
            }
        };
        let number = row
            .get_ref(0)
            .ok()
            .and_then(|v| v.as_i64().ok())
            .unwrap_or_default();
        // Only a damaged page has rows out of the order of their numbers.
        if store.plan.row_order && before.is_some_and(|b| number <= b) {
            return Ok(None);
        }
        before = Some(number);
        let flow = hand_on(columns, row, number, &bump, sink);
        summary.events += 1;
        if flow.is_break() || (summary.events.is_multiple_of(CANCEL_EVERY) && cancel.is_cancelled()) {
            return Ok(Some(summary));
        }
        bump.reset();
    }
    if database.moment(&lease)? != moment {
        return Ok(None);
    }
    summary.complete = true;
    Ok(Some(summary))
}

fn hand_on(
    columns: &WholeColumns,
    row: &Row<'_>,
    number: i64,
    bump: &Bump,
    sink: &mut dyn WholeSink,
) -> ControlFlow<()> {
    let read = header(&columns.header, row, bump);
    let of_bytes;
    let id = match columns.id.as_ref().map(|e| eval(e, row, bump)) {
        None | Some(Cell::Null) => None,
        Some(Cell::Bytes(b)) => {
            of_bytes = EventId::Bytes(b.to_vec()).to_string();
            Some(of_bytes.as_str())
        }
        Some(other) => other.name(bump),
    };
    let decoded;
    let payload = match &columns.payload {
        None => WholePayload::Absent,
        Some((index, reader)) => match raw_json(reader, cell(row, *index), read.kind, bump) {
            RawPayload::Json(text) => WholePayload::Json(text),
            RawPayload::Absent => WholePayload::Absent,
            RawPayload::Other => {
                (decoded, _) = reader.read(cell(row, *index), read.kind);
                WholePayload::of(&decoded)
            }
        },
    };
    sink.push(&Whole {
        locator: Locator { row: number, item: 0 },
        stream: read.stream,
        kind: read.kind,
        id,
        version: read.version,
        time: read.time,
        partition: None,
        payload,
    })
}
