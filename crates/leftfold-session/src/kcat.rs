//! Events of a view written as kcat writes records.

use std::io::Write;

use leftfold_event::Cancel;
use leftfold_source::ndjson;

use crate::lines::{HELD, LinesError};
use crate::view::View;

/// Events fetched at a time.
const CHUNK: usize = 4096;

impl View {
    /// Writes these events as kcat's `-J` does, in the order of the ordinals. Answers how many are no records of Kafka and were left out.
    pub fn write_kcat_lines(
        &self,
        ordinals: &[u32],
        out: &mut dyn Write,
        cancel: &Cancel,
    ) -> Result<u32, LinesError> {
        let (mut lines, mut line, mut left_out) = (Vec::new(), String::new(), 0);
        for chunk in ordinals.chunks(CHUNK) {
            let mut broken = None;
            lines.clear();
            self.events(chunk, cancel, &mut |_, event| {
                line.clear();
                if broken.is_some() {
                    return;
                }
                if !ndjson::write_kcat(&event, &mut line) {
                    left_out += 1;
                    return;
                }
                line.push('\n');
                lines.extend_from_slice(line.as_bytes());
                if lines.len() >= HELD {
                    broken = out.write_all(&lines).err();
                    lines.clear();
                }
            })?;
            if let Some(e) = broken {
                return Err(e.into());
            }
            out.write_all(&lines)?;
        }
        Ok(left_out)
    }
}
