//! Indexing a source while others already look at what is there.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use leftfold_event::{Cancel, Progress};
use leftfold_source::capture::Mark;
use leftfold_source::{EventStore, Header, ScanSummary, SourceError};

use crate::builder::LogBuilder;
use crate::growth::Growth;
use crate::log::Log;

/// The first snapshot is published this soon.
const FIRST: Duration = Duration::from_millis(100);

/// Events between two looks at the clock and the cancel flag.
const LOOK_EVERY: usize = 2048;

/// Indexes a source anew that has got more events since, perhaps between the ones there were: names keep the keys they have in `known`.
/// `None`: the scan ended early.
pub fn index_again(
    store: &dyn EventStore,
    known: &Log,
    cancel: &Cancel,
) -> Result<Option<(Log, ScanSummary)>, SourceError> {
    let mut builder = LogBuilder::knowing(known);
    if store.counts_versions() {
        builder = builder.counting_versions();
    }
    let summary = store.scan(&mut builder, cancel)?;
    Ok(summary.complete.then(|| (builder.finish(), summary)))
}

/// What has come to a source since it was indexed.
#[derive(Debug)]
pub struct Grown {
    /// All events; the log there was, where nothing came.
    pub log: Arc<Log>,
    /// Where those there were stand now.
    pub growth: Growth,
    /// How the scan of what is new ended.
    pub summary: ScanSummary,
}

impl Grown {
    /// Nothing came.
    pub fn nothing(log: &Arc<Log>) -> Self {
        Self {
            log: Arc::clone(log),
            growth: Growth::nothing(log.events()),
            summary: ScanSummary::default(),
        }
    }
}

/// Indexes what has come to a source since, in time that grows with what is new; what there was is copied. The log is the one that
/// [`index_again`] would give. `None`: the source cannot tell what is new, so it is to be indexed again.
pub fn index_since(
    store: &dyn EventStore,
    known: &Arc<Log>,
    since: &Mark,
    cancel: &Cancel,
) -> Result<Option<Grown>, SourceError> {
    let mut builder = LogBuilder::knowing(known);
    let Some(summary) = store.scan_since(since, &mut builder, cancel)? else {
        return Ok(None);
    };
    if !summary.complete {
        return Err(SourceError::Cancelled);
    }
    if builder.is_empty() {
        return Ok(Some(Grown {
            summary,
            ..Grown::nothing(known)
        }));
    }
    let grown = builder.finish_onto(known, store.counts_versions());
    Ok(grown.map(|(log, growth)| Grown {
        log: Arc::new(log),
        growth,
        summary,
    }))
}

/// Indexes a whole source. `publish` gets snapshots on the way: the first after 100 ms, each later one when half as much again
/// was read, so that all copying together stays within a small multiple of the final size.
///
/// The log holds everything read, also where the scan ended early (see [`ScanSummary::complete`]) or with an error.
pub fn index(
    store: &dyn EventStore,
    cancel: &Cancel,
    progress: &Progress,
    publish: &mut dyn FnMut(Log),
) -> (Log, Result<ScanSummary, SourceError>) {
    if let Some(total) = store.estimate() {
        progress.set_total(total);
    }
    let started = Instant::now();
    let mut builder = if store.counts_versions() {
        LogBuilder::new().counting_versions()
    } else {
        LogBuilder::new()
    };
    let mut next_publication = 0;
    let mut sink = |header: &Header<'_>| {
        if !builder.take(header) {
            return ControlFlow::Break(());
        }
        let n = builder.len();
        if n.is_multiple_of(LOOK_EVERY) {
            progress.set_done(n as u64);
            if cancel.is_cancelled() {
                return ControlFlow::Break(());
            }
            if n >= next_publication && started.elapsed() >= FIRST {
                publish(builder.snapshot());
                next_publication = n + n / 2;
            }
        }
        ControlFlow::Continue(())
    };
    let result = store.scan(&mut sink, cancel);
    progress.set_done(builder.len() as u64);
    (builder.finish(), result)
}
