//! Work on all streams of a history: read in batches in the order of the file, done on all cores.

use std::ops::Range;

use leftfold_event::{Cancel, Event, Progress};
use leftfold_log::LaneBy;
use leftfold_replay::{Projection, ReplayError, Step, StreamHistory};
use rayon::prelude::*;

use super::rule::{History, batches};
use crate::error::SessionError;
use crate::history::{LogStream, step_of};

/// Events of a stream that were read.
struct Read<'e>(&'e [Event]);

impl StreamHistory for Read<'_> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn read(
        &self,
        range: Range<usize>,
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, Step<'_>),
    ) -> Result<(), ReplayError> {
        if cancel.is_cancelled() {
            return Err(ReplayError::Cancelled);
        }
        let (from, all) = (range.start, self.0.len());
        let events = self.0.get(range.clone()).ok_or(ReplayError::Incomplete {
            given: all,
            asked: range.end,
        })?;
        for (i, event) in events.iter().enumerate() {
            visit(from + i, step_of(event));
        }
        Ok(())
    }
}

/// Does some work on each of these streams that has events; in their order, whatever the number of threads.
pub(super) fn over_streams<T: Send>(
    history: History<'_>,
    streams: &[u32],
    cancel: &Cancel,
    progress: &Progress,
    work: impl Fn(u32, &dyn StreamHistory) -> Result<T, ReplayError> + Sync,
) -> Result<Vec<(u32, T)>, SessionError> {
    let log = history.log;
    let mut all = Vec::with_capacity(streams.len());
    let mut done = progress.done();
    for batch in batches(history, streams) {
        if let [stream] = batch[..] {
            let whole = LogStream::new(log, history.store, stream);
            all.push((stream, work(stream, &whole)?));
        } else {
            let mut wanted: Vec<(u32, usize)> = batch
                .iter()
                .enumerate()
                .flat_map(|(i, stream)| log.stream_events(*stream).iter().map(move |o| (*o, i)))
                .collect();
            wanted.sort_unstable();
            let ordinals: Vec<u32> = wanted.iter().map(|(o, _)| *o).collect();
            let mut of_streams: Vec<Vec<Event>> = Vec::new();
            of_streams.resize_with(batch.len(), Vec::new);
            let events = history.read(&ordinals, cancel)?;
            for ((_, stream), event) in wanted.into_iter().zip(events) {
                of_streams[stream].push(event);
            }
            let worked: Vec<Result<T, ReplayError>> = batch
                .par_iter()
                .zip(&of_streams)
                .map(|(stream, events)| work(*stream, &Read(events)))
                .collect();
            for (stream, worked) in batch.iter().zip(worked) {
                all.push((*stream, worked?));
            }
        }
        done += batch
            .iter()
            .map(|s| log.stream_events(*s).len() as u64)
            .sum::<u64>();
        progress.set_done(done);
    }
    Ok(all)
}

/// The projection of a stream: the one of this number, or its own.
pub(super) fn projection_of(
    history: History<'_>,
    stream: u32,
    named: Option<usize>,
) -> Result<&dyn Projection, ReplayError> {
    let log = history.log;
    let name = log.names(LaneBy::Stream).get(stream);
    let categories = log.names(LaneBy::Category);
    let category = log.category_of_stream(stream).map_or("", |c| categories.get(c));
    let number = named.unwrap_or_else(|| history.projections.of_stream(name, category));
    let projection = history.projections.get(number);
    projection.map(|p| &**p).ok_or(ReplayError::NoProjection(number))
}

/// The number of a projection by its name; an error says which there are.
pub(super) fn named(history: History<'_>, name: Option<&str>) -> Result<Option<usize>, SessionError> {
    let Some(name) = name else { return Ok(None) };
    let known = || history.projections.names().collect::<Vec<_>>().join(", ");
    match history.projections.find(name) {
        Some(number) => Ok(Some(number)),
        None => Err(SessionError::new(
            "no-such-projection",
            format!("there is no projection {name:?}; there are {}", known()),
        )),
    }
}
