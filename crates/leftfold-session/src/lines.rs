//! Events of a view written as NDJSON.

use std::io::{self, Write};

use leftfold_event::Cancel;
use leftfold_event::json::Value;
use leftfold_source::ndjson;

use crate::error::SessionError;
use crate::view::View;

/// Events fetched at a time.
const CHUNK: usize = 4096;

/// Bytes of lines that are held before they are written. While a file is read its writer may have to wait, and whoever takes the lines may
/// be slow: so they are written between two reads.
pub(crate) const HELD: usize = 16 << 20;

/// Why lines could not be written.
#[derive(Debug, thiserror::Error)]
pub enum LinesError {
    /// The events cannot be read, or the work was cancelled.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// They cannot be written.
    #[error(transparent)]
    Write(#[from] io::Error),
}

impl View {
    /// Writes these events as lines of the shared envelope, in the order of the ordinals, calling `tick` with the number of
    /// lines so far now and then. Answers how many were written.
    pub fn write_lines(
        &self,
        ordinals: &[u32],
        out: &mut dyn Write,
        cancel: &Cancel,
        tick: &mut dyn FnMut(u64),
    ) -> Result<u32, LinesError> {
        let name = self.source().name();
        let (mut lines, mut text, mut written) = (Vec::new(), String::new(), 0);
        for chunk in ordinals.chunks(CHUNK) {
            let mut broken = None;
            lines.clear();
            self.events(chunk, cancel, &mut |_, mut event| {
                if broken.is_some() {
                    return;
                }
                // An event that says where it was taken from goes on saying so.
                let stated = |(name, value): &(String, Value)| name == "source" && value.as_str().is_some();
                let own = event
                    .extra
                    .iter()
                    .position(stated)
                    .map(|i| event.extra.remove(i).1);
                let source = own.as_ref().and_then(Value::as_str).unwrap_or(&name);
                text.clear();
                ndjson::write_event(&event, source, &mut text);
                text.push('\n');
                lines.extend_from_slice(text.as_bytes());
                written += 1;
                if lines.len() >= HELD {
                    broken = out.write_all(&lines).err();
                    lines.clear();
                }
            })?;
            if let Some(e) = broken {
                return Err(e.into());
            }
            out.write_all(&lines)?;
            tick(u64::from(written));
        }
        Ok(written)
    }
}
