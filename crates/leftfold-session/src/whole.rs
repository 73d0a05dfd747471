//! Folding every stream of a source: events of many streams are read together, then folded stream by stream.
//!
//! Reading one stream after the other asks the source once a stream; where streams are short, that costs more than the
//! events themselves.

use std::ops::Range;

use leftfold_event::{Cancel, Event, Locator, Timestamp};
use leftfold_log::{LaneBy, Log};
use leftfold_replay::{FoldSink, Projection, ReplayError, Step, StepPayload, StreamHistory, WholeFold};
use leftfold_source::{EventStore, RawPayload, SourceError};

use crate::history::LogStream;

/// Events read together; streams that are longer are read on their own.
const BATCH: usize = 16 * 1024;

/// Folds these streams to their ends, in this order. Streams without events are left out.
pub fn fold_streams<S: FoldSink>(
    log: &Log,
    store: &dyn EventStore,
    streams: impl IntoIterator<Item = u32>,
    projection: &dyn Projection,
    sink: S,
    cancel: &Cancel,
) -> Result<S, ReplayError> {
    let mut batch = Batch {
        log,
        store,
        size: BATCH,
        events: Vec::new(),
        text: Vec::new(),
    };
    batch.fold_streams(streams, WholeFold::new(projection, sink), cancel)
}

/// A payload of a batch.
enum Kept {
    /// JSON, in the batch's text.
    Text(Range<usize>),
    Absent,
    /// Decoded by the source.
    Whole(Box<Event>),
}

/// Events of some streams, stream by stream.
struct Batch<'a> {
    log: &'a Log,
    store: &'a dyn EventStore,
    /// The most events it takes.
    size: usize,
    /// Stream and ordinal.
    events: Vec<(u32, u32)>,
    text: Vec<u8>,
}

impl Batch<'_> {
    fn fold_streams<S: FoldSink>(
        &mut self,
        streams: impl IntoIterator<Item = u32>,
        mut whole: WholeFold<'_, S>,
        cancel: &Cancel,
    ) -> Result<S, ReplayError> {
        let log = self.log;
        for stream in streams {
            let events = log.stream_events(stream);
            if self.events.len() + events.len() > self.size {
                self.fold(&mut whole, cancel)?;
            }
            if events.len() > self.size {
                let history = LogStream::new(log, self.store, stream);
                history.read(0..events.len(), cancel, &mut |_, step| whole.push(stream, &step))?;
            } else {
                self.events
                    .extend(events.iter().map(|&ordinal| (stream, ordinal)));
            }
        }
        self.fold(&mut whole, cancel)?;
        Ok(whole.finish())
    }

    /// Reads the payloads and folds them; the batch is empty then.
    fn fold<S: FoldSink>(
        &mut self,
        whole: &mut WholeFold<'_, S>,
        cancel: &Cancel,
    ) -> Result<(), ReplayError> {
        if cancel.is_cancelled() {
            return Err(ReplayError::Cancelled);
        }
        let kept = self.read(cancel).map_err(|e| match e {
            SourceError::Cancelled => ReplayError::Cancelled,
            other => ReplayError::History(Box::new(other)),
        })?;
        for (&(stream, ordinal), kept) in self.events.iter().zip(&kept) {
            let step = match kept {
                Kept::Text(range) => self.step(ordinal, StepPayload::Json(&self.text[range.clone()])),
                Kept::Absent => self.step(ordinal, StepPayload::Absent),
                Kept::Whole(event) => crate::history::step_of(event),
            };
            whole.push(stream, &step);
        }
        self.events.clear();
        Ok(())
    }

    fn step<'s>(&'s self, ordinal: u32, payload: StepPayload<'s>) -> Step<'s> {
        let log = self.log;
        Step {
            kind: log.names(LaneBy::Type).get(log.lane(LaneBy::Type, ordinal)),
            payload,
            version: log.version(ordinal),
            time: log.time(ordinal).map(|nanos| Timestamp {
                nanos,
                digits: log.time_digits(),
            }),
        }
    }

    /// The payloads of the batch's events, in their order; read in the order of the file.
    fn read(&mut self, cancel: &Cancel) -> Result<Vec<Kept>, SourceError> {
        self.text.clear();
        let mut order: Vec<(Locator, usize)> = self
            .events
            .iter()
            .enumerate()
            .map(|(i, (_, ordinal))| (self.log.locator(*ordinal), i))
            .collect();
        order.sort_unstable_by_key(|(l, i)| (l.row, l.item, *i));
        let locators: Vec<Locator> = order.iter().map(|(l, _)| *l).collect();
        let mut kept: Vec<Kept> = Vec::new();
        kept.resize_with(self.events.len(), || Kept::Absent);
        let mut other = Vec::new();
        let text = &mut self.text;
        self.store
            .fetch_raw(&locators, cancel, &mut |i, _, raw| match raw {
                RawPayload::Json(bytes) => {
                    let start = text.len();
                    text.extend_from_slice(bytes);
                    kept[order[i].1] = Kept::Text(start..text.len());
                }
                RawPayload::Absent => {}
                RawPayload::Other => other.push(i),
            })?;
        let wanted: Vec<Locator> = other.iter().map(|i| locators[*i]).collect();
        self.store.fetch(&wanted, cancel, &mut |i, event| {
            kept[order[other[i]].1] = Kept::Whole(Box::new(event));
        })?;
        Ok(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leftfold_event::Progress;
    use leftfold_log::index;
    use leftfold_replay::{Folded, Projections, fold_all};
    use leftfold_source::ndjson;
    use std::fmt::Write as _;

    const LINES: usize = 600;

    /// Streams that interleave, one longer than a batch, with payloads of every kind.
    fn lines() -> String {
        let mut text = String::new();
        for i in 0..LINES {
            let stream = if i % 10 == 0 { i % 70 } else { 1000 };
            let payload = match i % 7 {
                0 => r#","payload":"text""#.to_owned(),
                1 => r#","payload_base64":"/wA=""#.to_owned(),
                2 => String::new(),
                _ => format!(r#","payload":{{"n":{i},"k{}":{{"at":{i}.50}}}}"#, i % 5),
            };
            writeln!(
                text,
                r#"{{"stream":"s-{stream}","version":{i},"type":"T{}"{payload}}}"#,
                i % 3
            )
            .unwrap();
        }
        text
    }

    #[test]
    fn streams_read_together_end_where_each_alone_does() {
        let store = ndjson::from_reader(&mut lines().as_bytes()).unwrap();
        let cancel = Cancel::new();
        let (log, _) = index(&store, &cancel, &Progress::new(), &mut |_| ());
        let keys = 0..log.names(LaneBy::Stream).len() as u32;
        let set = Projections::default();
        for number in 0..set.names().count() {
            let projection = set.get(number).unwrap();
            let (mut together, mut alone) = (Vec::new(), Vec::new());
            let sink = |f: Folded| together.push(f);
            let mut batch = Batch {
                log: &log,
                store: &store,
                size: 32,
                events: Vec::new(),
                text: Vec::new(),
            };
            let _ = batch
                .fold_streams(keys.clone(), WholeFold::new(projection.as_ref(), sink), &cancel)
                .unwrap();
            let histories: Vec<_> = keys
                .clone()
                .map(|k| (k, LogStream::new(&log, &store, k)))
                .collect();
            let each = histories.iter().map(|(k, h)| (*k, h as &dyn StreamHistory));
            let _ = fold_all(projection.as_ref(), each, |f: Folded| alone.push(f), &cancel).unwrap();
            assert_eq!(together, alone);
            assert_eq!(together.iter().map(|f| f.events).sum::<usize>(), LINES);
        }
    }

    #[test]
    fn folding_stops_when_cancelled() {
        let store = ndjson::from_reader(&mut lines().as_bytes()).unwrap();
        let (log, _) = index(&store, &Cancel::new(), &Progress::new(), &mut |_| ());
        let (set, cancel) = (Projections::default(), Cancel::new());
        let merge = set.get(Projections::DEFAULT).unwrap();
        cancel.cancel();
        let result = fold_streams(&log, &store, 0..1, merge.as_ref(), |_: Folded| (), &cancel);
        assert!(matches!(result, Err(ReplayError::Cancelled)));
    }
}
