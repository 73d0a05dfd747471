//! Folding every stream of a source: events of many streams are read together, then folded stream by stream.
//!
//! Reading one stream after the other asks the source once a stream; where streams are short, that costs more than the
//! events themselves.

use std::num::NonZeroUsize;
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use leftfold_event::{Cancel, Event, Locator, Timestamp};
use leftfold_log::{LaneBy, Log};
use leftfold_replay::{
    FoldSink, Folded, Projection, ReplayError, Step, StepPayload, StreamHistory, WholeFold,
};
use leftfold_source::{EventStore, RawPayload, SourceError};

use crate::history::LogStream;

/// Events read together; a stream that is longer is read on its own.
const BATCH: usize = 16 * 1024;

/// Batches that every thread has in a round, so that an uneven one costs little.
const BATCHES_A_THREAD: usize = 4;

/// Folds these streams to their ends. The sink gets them in this order, whatever the number of threads; streams without
/// events are left out.
pub fn fold_streams<S: FoldSink>(
    log: &Log,
    store: &dyn EventStore,
    streams: impl IntoIterator<Item = u32>,
    projection: &dyn Projection,
    mut sink: S,
    threads: NonZeroUsize,
    cancel: &Cancel,
) -> Result<S, ReplayError> {
    let folding = Folding {
        log,
        store,
        projection,
        size: BATCH,
        cancel,
    };
    folding.run(streams, &mut |folded| sink.stream(folded), threads)?;
    Ok(sink)
}

/// What all batches share.
struct Folding<'a> {
    log: &'a Log,
    store: &'a dyn EventStore,
    projection: &'a dyn Projection,
    /// The most events of a batch, but for one of a single stream.
    size: usize,
    cancel: &'a Cancel,
}

impl Folding<'_> {
    fn run(
        &self,
        streams: impl IntoIterator<Item = u32>,
        sink: &mut dyn FnMut(Folded),
        threads: NonZeroUsize,
    ) -> Result<(), ReplayError> {
        let mut streams = streams.into_iter().peekable();
        let a_round = threads.get() * BATCHES_A_THREAD;
        while streams.peek().is_some() {
            let mut round = Vec::with_capacity(a_round);
            while round.len() < a_round
                && let Some(batch) = self.next_batch(&mut streams)
            {
                round.push(batch);
            }
            for folded in self.round(&round, threads) {
                folded?.into_iter().for_each(&mut *sink);
            }
        }
        Ok(())
    }

    /// The streams of the next batch; `None` when none is left.
    fn next_batch(&self, streams: &mut std::iter::Peekable<impl Iterator<Item = u32>>) -> Option<Vec<u32>> {
        let mut batch = vec![streams.next()?];
        let mut events = self.log.stream_events(batch[0]).len();
        while let Some(&stream) = streams.peek() {
            events += self.log.stream_events(stream).len();
            if events > self.size {
                break;
            }
            batch.push(stream);
            streams.next();
        }
        Some(batch)
    }

    /// The outcome of every batch, in order.
    fn round(&self, batches: &[Vec<u32>], threads: NonZeroUsize) -> Vec<Result<Vec<Folded>, ReplayError>> {
        let threads = threads.get().min(batches.len());
        if threads < 2 {
            return batches.iter().map(|streams| self.batch(streams)).collect();
        }
        let next = AtomicUsize::new(0);
        let work = || {
            let mut done = Vec::new();
            loop {
                let i = next.fetch_add(1, Ordering::Relaxed);
                let Some(streams) = batches.get(i) else {
                    return done;
                };
                done.push((i, self.batch(streams)));
            }
        };
        let mut done: Vec<_> = thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let joined = workers
                .into_iter()
                .map(|w| w.join().unwrap_or_else(|panic| resume_unwind(panic)));
            joined.flatten().collect()
        });
        done.sort_unstable_by_key(|(i, _)| *i);
        done.into_iter().map(|(_, folded)| folded).collect()
    }

    fn batch(&self, streams: &[u32]) -> Result<Vec<Folded>, ReplayError> {
        let mut all = Vec::with_capacity(streams.len());
        let mut whole = WholeFold::new(self.projection, |folded| all.push(folded));
        let mut batch = Batch {
            log: self.log,
            store: self.store,
            events: Vec::new(),
            text: Vec::new(),
        };
        match streams {
            [one] if self.log.stream_events(*one).len() > self.size => {
                let history = LogStream::new(self.log, self.store, *one);
                history.read(0..history.len(), self.cancel, &mut |_, step| {
                    whole.push(*one, &step);
                })?;
            }
            _ => {
                for &stream in streams {
                    let events = self.log.stream_events(stream).iter();
                    batch.events.extend(events.map(|&ordinal| (stream, ordinal)));
                }
                batch.fold(&mut whole, self.cancel)?;
            }
        }
        let _ = whole.finish();
        Ok(all)
    }
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
    /// Stream and ordinal.
    events: Vec<(u32, u32)>,
    text: Vec<u8>,
}

impl Batch<'_> {
    /// Reads the payloads and folds them.
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
                Kept::Text(range) => self.step(stream, ordinal, StepPayload::Json(&self.text[range.clone()])),
                Kept::Absent => self.step(stream, ordinal, StepPayload::Absent),
                Kept::Whole(event) => Step {
                    version: self.log.version_in(stream, ordinal),
                    ..crate::history::step_of(event)
                },
            };
            whole.push(stream, &step);
        }
        Ok(())
    }

    fn step<'s>(&'s self, stream: u32, ordinal: u32, payload: StepPayload<'s>) -> Step<'s> {
        let log = self.log;
        Step {
            kind: log.names(LaneBy::Type).get(log.lane(LaneBy::Type, ordinal)),
            payload,
            version: log.version_in(stream, ordinal),
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
    use leftfold_replay::{Projections, fold_all};
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
            let folding = Folding {
                log: &log,
                store: &store,
                projection: projection.as_ref(),
                size: 32,
                cancel: &cancel,
            };
            let together = [1, 2, 3].map(|threads| {
                let mut all = Vec::new();
                let threads = NonZeroUsize::new(threads).unwrap();
                folding.run(keys.clone(), &mut |f| all.push(f), threads).unwrap();
                all
            });
            let mut alone = Vec::new();
            let histories: Vec<_> = keys
                .clone()
                .map(|k| (k, LogStream::new(&log, &store, k)))
                .collect();
            let each = histories.iter().map(|(k, h)| (*k, h as &dyn StreamHistory));
            let _ = fold_all(projection.as_ref(), each, |f: Folded| alone.push(f), &cancel).unwrap();
            assert_eq!(alone.iter().map(|f| f.events).sum::<usize>(), LINES);
            assert_eq!(together, [alone.clone(), alone.clone(), alone]);
        }
    }

    #[test]
    fn folding_stops_when_cancelled() {
        let store = ndjson::from_reader(&mut lines().as_bytes()).unwrap();
        let (log, _) = index(&store, &Cancel::new(), &Progress::new(), &mut |_| ());
        let (set, cancel) = (Projections::default(), Cancel::new());
        let merge = set.get(Projections::DEFAULT).unwrap();
        cancel.cancel();
        let result = fold_streams(
            &log,
            &store,
            0..1,
            merge.as_ref(),
            |_: Folded| (),
            NonZeroUsize::MIN,
            &cancel,
        );
        assert!(matches!(result, Err(ReplayError::Cancelled)));
    }
}
