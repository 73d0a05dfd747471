//! Records of a damaged capture: what stands behind the damage, and which offsets cannot be read.

use std::borrow::Cow;
use std::ops::ControlFlow;

use leftfold_event::Cancel;
use rusqlite::ErrorCode;
use rusqlite::types::Value;

use super::record::{Record, TimestampKind};
use super::store::{CaptureStore, Places};
use super::{place_of, record_id};
use crate::lost::{LostRows, RowCount};
use crate::sqlite::{Lease, Past};
use crate::{HeaderSink, ScanSummary, Unreadable};

/// Places told one by one.
const TOLD: usize = 5;

/// Whether an error says that the file is damaged.
pub(super) fn is_damage(e: &rusqlite::Error) -> bool {
    matches!(
        e.sqlite_error_code(),
        Some(
            ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::SystemIoFailure
                | ErrorCode::TooBig
        )
    )
}

/// A record as its columns have it, and its stored headers.
pub(super) fn record_of_values(values: &[Value]) -> (Record<'_>, Option<Cow<'_, str>>) {
    let bytes = |i: usize| match values.get(i) {
        Some(Value::Blob(bytes)) => Some(&bytes[..]),
        Some(Value::Text(text)) => Some(text.as_bytes()),
        _ => None,
    };
    let timestamp = match (values.get(1), values.get(2)) {
        (Some(Value::Integer(ms)), Some(Value::Integer(1))) => Some((*ms, TimestampKind::Append)),
        (Some(Value::Integer(ms)), _) => Some((*ms, TimestampKind::Create)),
        _ => None,
    };
    let record = Record {
        timestamp,
        key: bytes(3),
        value: bytes(4),
    };
    (record, bytes(5).map(String::from_utf8_lossy))
}

/// The offsets of a partition that the capture has seen: its id, the first, and the one after the last.
type Seen = (i64, i64, i64);

/// Goes on with a scan that broke after a record.
pub(super) fn go_on(
    (store, places): (&CaptureStore, &Places),
    lease: &Lease<'_>,
    (last, why): (Option<i64>, &rusqlite::Error),
    (sink, cancel): (&mut dyn HeaderSink, &Cancel),
    summary: &mut ScanSummary,
) {
    // Offsets that were never asked for, or not seen yet, are not lost.
    let seen = seen(lease).unwrap_or_default();
    let mut lost = Vec::new();
    let file = (&*store.database, lease);
    let flow = store.past.rows(file, last, why, cancel, &mut |past| match past {
        Past::Row(id, values) => {
            let (record, headers) = record_of_values(values);
            let flow = places.hand_on(id, &record, headers.as_deref(), sink);
            summary.events += u64::from(flow.is_some());
            flow.unwrap_or(ControlFlow::Continue(()))
        }
        Past::Lost(rows) => {
            lost.extend(within(&rows, &seen));
            ControlFlow::Continue(())
        }
    });
    summary.complete = flow.is_continue();
    summary.unreadable.extend(told(&lost, places));
}

fn seen(lease: &Lease<'_>) -> rusqlite::Result<Vec<Seen>> {
    let mut select = lease.prepare("SELECT id, first, next FROM partitions ORDER BY id")?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    rows.collect()
}

/// The parts of a lost stretch that the partitions had records of.
fn within(rows: &LostRows, seen: &[Seen]) -> Vec<LostRows> {
    let part = |&(id, first, next): &Seen| {
        let first = rows.first.max(record_id(id, first));
        let last = rows.last.unwrap_or(i64::MAX).min(record_id(id, next) - 1);
        (first <= last).then(|| LostRows {
            first,
            last: Some(last),
            rows: RowCount::Between(0, last.abs_diff(first) + 1),
            why: rows.why.clone(),
        })
    };
    let mut parts: Vec<LostRows> = seen.iter().filter_map(part).collect();
    if let [only] = &mut parts[..] {
        let most = only.rows.at_most().unwrap_or(u64::MAX);
        let least = rows.rows.at_least().min(most);
        only.rows = if least == most {
            RowCount::Exactly(most)
        } else {
            RowCount::Between(least, most)
        };
    }
    parts
}

/// What is said of lost records; compaction and transactions leave holes, so that there may be fewer records than offsets.
fn told(lost: &[LostRows], places: &Places) -> Option<Unreadable> {
    let (first, all) = (lost.first()?, lost.iter().map(|l| l.rows).reduce(RowCount::plus)?);
    let place = |l: &LostRows| {
        let (last, at) = (l.last.unwrap_or(l.first), places.at(l.first));
        let place = at.map_or_else(String::new, |at| at.place());
        let (from, to) = (place_of(l.first).1, place_of(last).1);
        if from == to {
            format!("offset {from} of {place}")
        } else {
            format!("offsets {from} to {to} of {place}")
        }
    };
    let mut named: Vec<String> = lost.iter().take(TOLD).map(place).collect();
    if lost.len() > TOLD {
        named.push(format!("and in {} further places", lost.len() - TOLD));
    }
    let count = all.to_string().replace("row", "record");
    Some(Unreadable {
        message: format!(
            "the capture is damaged: {} cannot be read ({count}): {}",
            named.join(", "),
            first.why
        ),
        rows: all.at_least().max(1),
        events: 0,
        marked: 0,
    })
}
