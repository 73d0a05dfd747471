//! A stream's events for the replay, from the log and the source.

use std::cell::Cell;
use std::ops::Range;

use leftfold_event::{Cancel, Event, Locator, Problem, ProblemCode, Timestamp};
use leftfold_log::Log;
use leftfold_replay::{ReplayError, Step, StepPayload, StreamHistory};
use leftfold_source::{EventStore, RawPayload, SourceError};

/// Events fetched at a time.
const CHUNK: usize = 1024;

/// The events of one stream.
pub struct LogStream<'a> {
    log: &'a Log,
    store: &'a dyn EventStore,
    ordinals: &'a [u32],
    stream: u32,
    /// Whether the last chunk had payloads that need decoding; then whole events are fetched at once.
    decoded: Cell<bool>,
}

impl<'a> LogStream<'a> {
    /// The stream of this key.
    pub fn new(log: &'a Log, store: &'a dyn EventStore, stream: u32) -> Self {
        Self {
            log,
            store,
            ordinals: log.stream_events(stream),
            stream,
            decoded: Cell::new(false),
        }
    }

    /// The ordinals of its events, in stream order.
    pub fn ordinals(&self) -> &'a [u32] {
        self.ordinals
    }

    fn time(&self, ordinal: u32) -> Option<Timestamp> {
        self.log.time(ordinal).map(|nanos| Timestamp {
            nanos,
            digits: self.log.time_digits(),
        })
    }

    fn whole(
        &self,
        range: Range<usize>,
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, Step<'_>),
    ) -> Result<(), SourceError> {
        let mut all_plain = true;
        self.store
            .fetch(&self.locators(&range), cancel, &mut |i, event| {
                all_plain &= event.payload.encoding == "json";
                let index = range.start + i;
                visit(index, self.step_here(index, &event));
            })?;
        self.decoded.set(!all_plain);
        Ok(())
    }

    fn raw(
        &self,
        range: Range<usize>,
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, Step<'_>),
    ) -> Result<(), SourceError> {
        let locators = self.locators(&range);
        let mut failed = None;
        self.store.fetch_raw(&locators, cancel, &mut |i, kind, raw| {
            let index = range.start + i;
            let ordinal = self.ordinals[index];
            let payload = match raw {
                RawPayload::Json(bytes) => StepPayload::Json(bytes),
                RawPayload::Absent => StepPayload::Absent,
                RawPayload::Other => {
                    self.decoded.set(true);
                    let one = self.store.fetch(&locators[i..=i], cancel, &mut |_, event| {
                        visit(index, self.step_here(index, &event));
                    });
                    failed = failed.take().or(one.err());
                    return;
                }
            };
            visit(
                index,
                Step {
                    kind,
                    payload,
                    version: self.log.version_in(self.stream, ordinal),
                    time: self.time(ordinal),
                },
            );
        })?;
        failed.map_or(Ok(()), Err)
    }

    /// A whole event as a step of this stream.
    fn step_here<'e>(&self, index: usize, event: &'e Event) -> Step<'e> {
        let version = self.log.version_in(self.stream, self.ordinals[index]);
        Step {
            version,
            ..step_of(event)
        }
    }

    fn locators(&self, range: &Range<usize>) -> Vec<Locator> {
        self.ordinals[range.clone()]
            .iter()
            .map(|o| self.log.locator(*o))
            .collect()
    }
}

pub(crate) fn step_of(event: &Event) -> Step<'_> {
    // A time that cannot be read is no reason to doubt that there is no payload.
    let of_payload = |p: &&Problem| {
        matches!(
            p.code,
            ProblemCode::PayloadUndecodable | ProblemCode::PayloadEncrypted | ProblemCode::RowUnreadable
        )
    };
    let payload = match (&event.payload.value, event.problems.iter().find(of_payload)) {
        (Some(value), _) => StepPayload::Value(value),
        (None, Some(problem)) => StepPayload::Unreadable(problem),
        (None, None) => StepPayload::Absent,
    };
    Step {
        kind: &event.kind,
        payload,
        version: event.version,
        time: event.time,
    }
}

impl StreamHistory for LogStream<'_> {
    fn len(&self) -> usize {
        self.ordinals.len()
    }

    fn read(
        &self,
        range: Range<usize>,
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, Step<'_>),
    ) -> Result<(), ReplayError> {
        in_chunks(range, cancel, |some| {
            let read = if self.decoded.get() {
                self.whole(some, cancel, visit)
            } else {
                self.raw(some, cancel, visit)
            };
            read.map_err(|e| match e {
                SourceError::Cancelled => ReplayError::Cancelled,
                other => ReplayError::History(Box::new(other)),
            })
        })
    }
}

/// Reads a range in parts of which each is soon done, so that a cancel is soon obeyed.
pub(crate) fn in_chunks(
    range: Range<usize>,
    cancel: &Cancel,
    mut read: impl FnMut(Range<usize>) -> Result<(), ReplayError>,
) -> Result<(), ReplayError> {
    let mut from = range.start;
    while from < range.end {
        if cancel.is_cancelled() {
            return Err(ReplayError::Cancelled);
        }
        let to = range.end.min(from + CHUNK);
        read(from..to)?;
        from = to;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_without_payload_is_no_unreadable_one_because_its_time_is() {
        let with = |code| Event {
            problems: vec![Problem::new(code, "why")],
            ..Event::default()
        };
        let (late, lost) = (
            with(ProblemCode::TimeUnreadable),
            with(ProblemCode::RowUnreadable),
        );
        assert!(matches!(step_of(&late).payload, StepPayload::Absent));
        assert!(matches!(step_of(&lost).payload, StepPayload::Unreadable(_)));
    }
}
