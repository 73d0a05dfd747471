//! Events of a view as a table (RFC 4180), for spreadsheets and data frames.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use leftfold_event::{Cancel, Event};

use crate::lines::LinesError;
use crate::view::View;

/// Events fetched at a time.
const CHUNK: usize = 4096;

/// The columns, by the names that the fields of an event's line have.
const COLUMNS: [&str; 14] = [
    "time",
    "position",
    "stream",
    "category",
    "version",
    "type",
    "id",
    "valid_time",
    "correlation_id",
    "causation_id",
    "payload",
    "payload_base64",
    "metadata",
    "problem",
];

fn row(event: &Event) -> [String; COLUMNS.len()] {
    let payload = &event.payload;
    let said = |text: &Option<String>| text.clone().unwrap_or_default();
    // As a line has it: what cannot be read is there by its bytes, with the reason.
    let bytes = payload.value.is_none() && !payload.raw.is_empty();
    let problems: Vec<String> = event
        .problems
        .iter()
        .map(|p| format!("{}: {}", p.code.as_str(), p.message))
        .collect();
    [
        event.time.map(|t| t.to_string()).unwrap_or_default(),
        said(&event.position),
        event.stream.clone(),
        said(&event.category),
        event.version.map(|v| v.to_string()).unwrap_or_default(),
        event.kind.clone(),
        event.id.as_ref().map(ToString::to_string).unwrap_or_default(),
        event.valid_time.map(|t| t.to_string()).unwrap_or_default(),
        said(&event.correlation_id),
        said(&event.causation_id),
        payload
            .value
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        if bytes {
            STANDARD.encode(&payload.raw)
        } else {
            String::new()
        },
        event
            .metadata
            .value
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        problems.join("; "),
    ]
}

/// A table's failure as a failed write: what the system said of it stays, as whether the reader is gone.
pub(super) fn failed(e: csv::Error) -> LinesError {
    LinesError::Write(match e.into_kind() {
        csv::ErrorKind::Io(e) => e,
        other => io::Error::other(format!("{other:?}")),
    })
}

impl View {
    /// Writes these events as a table with a line of names, in the order of the ordinals, as [`View::write_lines`] writes lines.
    ///
    /// # Errors
    /// Events that cannot be read, a cancel, or a failed write.
    pub fn write_csv(
        &self,
        ordinals: &[u32],
        out: &mut dyn Write,
        cancel: &Cancel,
        tick: &mut dyn FnMut(u64),
    ) -> Result<u32, LinesError> {
        let mut table = csv::Writer::from_writer(out);
        table.write_record(COLUMNS).map_err(failed)?;
        let mut written = 0;
        for chunk in ordinals.chunks(CHUNK) {
            let mut broken = None;
            self.events(chunk, cancel, &mut |_, event| {
                if broken.is_none() {
                    broken = table.write_record(row(&event)).err();
                    written += 1;
                }
            })?;
            if let Some(e) = broken {
                return Err(failed(e));
            }
            tick(u64::from(written));
        }
        table.flush()?;
        Ok(written)
    }
}
