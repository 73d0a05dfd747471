//! Hands on the headers of a capture's records.

use std::ops::ControlFlow;

use leftfold_event::json::Value;
use leftfold_event::{Cancel, Locator};
use rusqlite::{ErrorCode, Rows};

use super::form::meaning;
use super::record::event_of;
use super::store::{COLUMNS, CaptureStore, Places, record_of};
use super::stream::stream_name;
use super::{Mark, Record, headers};
use crate::{Header, HeaderSink, ScanSummary, SourceError};

/// Rows between two looks at the cancel flag.
const CANCEL_EVERY: u64 = 2_048;

/// Reads the records of a stretch of ids: behind the first number, up to the second.
pub(super) fn between() -> String {
    format!("SELECT {COLUMNS} FROM stored_records WHERE id > ?1 AND id <= ?2 ORDER BY id")
}

/// How handing on rows ended.
pub(super) enum Ended {
    /// With the last of them.
    Whole,
    /// The sink has enough, or it was cancelled.
    Early,
    /// They cannot be read on after this one.
    Broken(Option<i64>, rusqlite::Error),
}

impl CaptureStore {
    /// Hands on the headers of rows.
    pub(super) fn hand_on_rows(
        &self,
        mut rows: Rows<'_>,
        places: &Places,
        (summary, mark): (&mut ScanSummary, &mut Mark),
        sink: &mut dyn HeaderSink,
        cancel: &Cancel,
    ) -> Result<Ended, SourceError> {
        let mut last = None;
        loop {
            let row = match rows.next() {
                Ok(Some(row)) => row,
                Ok(None) => return Ok(Ended::Whole),
                Err(e) if e.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
                    return Ok(Ended::Early);
                }
                Err(e) => return Ok(Ended::Broken(last, e)),
            };
            let (id, record, headers) = record_of(row).map_err(|e| self.database.error(&e))?;
            last = Some(id);
            let read = headers.as_deref().map(headers::read).unwrap_or_default();
            let Some(flow) = places.hand_on_read(id, &record, (headers.as_deref(), &read), sink) else {
                continue;
            };
            mark.note(id, &record, &read, &places.reading().schemas);
            summary.events += 1;
            if flow.is_break() || (summary.events.is_multiple_of(CANCEL_EVERY) && cancel.is_cancelled()) {
                return Ok(Ended::Early);
            }
        }
    }
}

impl Places {
    /// Hands a record's header on. `None`: its partition came after the places were read; the next scan has it.
    pub(super) fn hand_on(
        &self,
        id: i64,
        record: &Record<'_>,
        headers: Option<&str>,
        sink: &mut dyn HeaderSink,
    ) -> Option<ControlFlow<()>> {
        let read = headers.map(headers::read).unwrap_or_default();
        self.hand_on_read(id, record, (headers, &read), sink)
    }

    fn hand_on_read(
        &self,
        id: i64,
        record: &Record<'_>,
        (headers, read): (Option<&str>, &[(Value, Value)]),
        sink: &mut dyn HeaderSink,
    ) -> Option<ControlFlow<()>> {
        let at = self.at(id)?;
        let locator = Locator { row: id, item: 0 };
        if self.is_mapped() {
            let event = event_of(record, headers, &at, self.reading());
            return Some(sink.push(&Header {
                stream: &event.stream,
                category: event.category.as_deref(),
                kind: &event.kind,
                version: event.version,
                time: event.time,
                valid_time: event.valid_time,
                also_in: &event.also_in,
                problem: !event.problems.is_empty(),
                ..Header::at(locator)
            }));
        }
        let meaning = meaning(record.value, read, at.topic, self.reading());
        let named = stream_name(record.key, read, &at, self.reading());
        let time = record.time();
        Some(sink.push(&Header {
            stream: &named.name,
            category: Some(at.topic),
            kind: &meaning.kind,
            time,
            valid_time: meaning.valid_time,
            problem: meaning.problem
                || named.problem.is_some()
                || (time.is_none() && record.timestamp.is_some()),
            ..Header::at(locator)
        }))
    }
}
