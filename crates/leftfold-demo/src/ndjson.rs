//! The demo as one JSON object a line, in the envelope all of Leftfold shares.

use std::io::{BufWriter, Write};

use leftfold_event::{Cancel, Progress};

use crate::clock_text::ClockText;
use crate::payload::put;
use crate::shop::{self, Row, RowSink};
use crate::{DemoError, DemoOptions, DemoSummary};

/// Writes the demo as NDJSON. What was written before an error or a cancel stays written.
///
/// # Errors
/// [`DemoError::Events`] for a number of events outside the bounds; [`DemoError::Cancelled`]; [`DemoError::Write`].
pub fn write_ndjson<W: Write>(
    out: W,
    options: &DemoOptions,
    cancel: &Cancel,
    progress: &Progress,
) -> Result<DemoSummary, DemoError> {
    let mut lines = Lines {
        out: BufWriter::with_capacity(1 << 16, out),
        line: String::new(),
        clock: ClockText::default(),
    };
    let summary = shop::run(options, &mut lines, cancel, progress)?;
    lines.out.flush().map_err(DemoError::Write)?;
    Ok(summary)
}

struct Lines<W: Write> {
    out: BufWriter<W>,
    line: String,
    clock: ClockText,
}

impl<W: Write> RowSink for Lines<W> {
    fn row(&mut self, row: &Row<'_>) -> Result<(), DemoError> {
        let line = &mut self.line;
        line.clear();
        let category = row.category.name();
        put!(
            line,
            r#"{{"source":"shop","position":{},"stream":"{category}-{}","category":"{category}","version":{},"id":"{}","type":"{}","time":""#,
            row.position,
            row.stream,
            row.version,
            row.id,
            row.kind
        );
        self.clock.append(line, row.time, 'T');
        put!(
            line,
            r#"Z","payload":{},"correlation_id":"{}""#,
            row.payload,
            row.correlation
        );
        if let Some(cause) = row.causation {
            put!(line, r#","causation_id":"{cause}""#);
        }
        line.push_str("}\n");
        self.out.write_all(line.as_bytes()).map_err(DemoError::Write)
    }
}
