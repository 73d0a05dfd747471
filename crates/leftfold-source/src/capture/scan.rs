//! Hands on the headers of a capture's records.

use leftfold_event::{Cancel, Locator};
use rusqlite::{ErrorCode, Rows};

use super::form::meaning;
use super::store::{COLUMNS, CaptureStore, Places, record_of};
use super::stream::stream_name;
use super::{Mark, headers};
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
    /// They cannot be read on.
    Broken(rusqlite::Error),
}

impl CaptureStore {
    /// Hands on the headers of rows.
    pub(super) fn hand_on(
        &self,
        mut rows: Rows<'_>,
        places: &Places,
        (summary, mark): (&mut ScanSummary, &mut Mark),
        sink: &mut dyn HeaderSink,
        cancel: &Cancel,
    ) -> Result<Ended, SourceError> {
        loop {
            let row = match rows.next() {
                Ok(Some(row)) => row,
                Ok(None) => return Ok(Ended::Whole),
                Err(e) if e.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
                    return Ok(Ended::Early);
                }
                Err(e) => return Ok(Ended::Broken(e)),
            };
            let (id, record, headers) = record_of(row).map_err(|e| self.database.error(&e))?;
            // A partition that came after the places were read: the next scan has it.
            let Some(at) = places.at(id) else { continue };
            let locator = Locator { row: id, item: 0 };
            let read = headers.as_deref().map(headers::read).unwrap_or_default();
            let flow = if self.is_mapped() {
                let event = self.event(&record, headers.as_deref(), &at, places);
                sink.push(&Header {
                    stream: &event.stream,
                    category: event.category.as_deref(),
                    kind: &event.kind,
                    version: event.version,
                    time: event.time,
                    valid_time: event.valid_time,
                    also_in: &event.also_in,
                    problem: !event.problems.is_empty(),
                    ..Header::at(locator)
                })
            } else {
                let meaning = meaning(record.value, &read, at.topic, places.reading());
                let named = stream_name(record.key, &read, &at, places.reading());
                let time = record.time();
                sink.push(&Header {
                    stream: &named.name,
                    category: Some(at.topic),
                    kind: &meaning.kind,
                    time,
                    valid_time: meaning.valid_time,
                    problem: meaning.problem
                        || named.problem.is_some()
                        || (time.is_none() && record.timestamp.is_some()),
                    ..Header::at(locator)
                })
            };
            mark.note(id, &record, &read, &places.reading().schemas);
            summary.events += 1;
            if flow.is_break() || (summary.events.is_multiple_of(CANCEL_EVERY) && cancel.is_cancelled()) {
                return Ok(Ended::Early);
            }
        }
    }
}
