//! Events of a view written as NDJSON.

use std::io::{self, Write};

use leftfold_event::Cancel;
use leftfold_event::json::Value;
use leftfold_source::ndjson;

use crate::error::SessionError;
use crate::view::View;

/// Events fetched at a time.
const CHUNK: usize = 4096;

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
        let (mut line, mut written) = (String::new(), 0);
        for chunk in ordinals.chunks(CHUNK) {
            let mut broken = None;
            self.events(chunk, cancel, &mut |_, mut event| {
                if broken.is_some() {
                    return;
                }
                line.clear();
                // An event that says where it was taken from goes on saying so.
                let stated = |(name, value): &(String, Value)| name == "source" && value.as_str().is_some();
                let own = event
                    .extra
                    .iter()
                    .position(stated)
                    .map(|i| event.extra.remove(i).1);
                let source = own.as_ref().and_then(Value::as_str).unwrap_or(&name);
                ndjson::write_event(&event, source, &mut line);
                line.push('\n');
                match out.write_all(line.as_bytes()) {
                    Ok(()) => written += 1,
                    Err(e) => broken = Some(e),
                }
            })?;
            if let Some(e) = broken {
                return Err(e.into());
            }
            tick(u64::from(written));
        }
        Ok(written)
    }
}
