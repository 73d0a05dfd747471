//! Folding whole histories, stream after stream, for rebuilding read models and for measuring.

use leftfold_event::json::Value;
use leftfold_event::{Cancel, Problem};

use crate::projection::{Fold, Projection};
use crate::step::{ReplayError, Step, StreamHistory};

/// Takes the outcome of every stream.
pub trait FoldSink {
    /// A stream is folded to its end.
    fn stream(&mut self, folded: Folded);
}

impl<F: FnMut(Folded)> FoldSink for F {
    fn stream(&mut self, folded: Folded) {
        self(folded);
    }
}

/// The outcome of one stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Folded {
    /// The stream.
    pub stream: u32,
    /// How many events it has.
    pub events: usize,
    /// Its last state.
    pub state: Value,
    /// Which events could not be applied, and why.
    pub problems: Vec<(usize, Problem)>,
}

/// Folds events that come grouped by stream, reusing one fold's buffers for all.
pub struct WholeFold<'a, S> {
    fold: Box<dyn Fold + 'a>,
    initial: Value,
    sink: S,
    stream: Option<u32>,
    events: usize,
    problems: Vec<(usize, Problem)>,
}

impl<'a, S: FoldSink> WholeFold<'a, S> {
    /// A fold under this projection into this sink.
    pub fn new(projection: &'a dyn Projection, sink: S) -> Self {
        let initial = projection.initial();
        Self {
            fold: projection.fold(),
            initial,
            sink,
            stream: None,
            events: 0,
            problems: Vec::new(),
        }
    }

    /// The next event. One of another stream than the last ends that one.
    pub fn push(&mut self, stream: u32, step: &Step<'_>) {
        if self.stream != Some(stream) {
            self.begin(stream);
        }
        if let Err(e) = self.fold.push(step) {
            self.problems.push((self.events, e.into_problem()));
        }
        self.events += 1;
    }

    fn begin(&mut self, stream: u32) {
        self.end();
        self.fold.start(self.initial.clone());
        self.stream = Some(stream);
    }

    fn end(&mut self) {
        if let Some(stream) = self.stream.take() {
            let problems = std::mem::take(&mut self.problems);
            let events = std::mem::take(&mut self.events);
            self.sink.stream(Folded {
                stream,
                events,
                state: self.fold.state(),
                problems,
            });
        }
    }

    /// Ends the last stream and gives the sink back.
    pub fn finish(mut self) -> S {
        self.end();
        self.sink
    }
}

/// Folds these streams to their ends, one after the other.
pub fn fold_all<'h, S: FoldSink>(
    projection: &dyn Projection,
    streams: impl IntoIterator<Item = (u32, &'h dyn StreamHistory)>,
    sink: S,
    cancel: &Cancel,
) -> Result<S, ReplayError> {
    let mut whole = WholeFold::new(projection, sink);
    for (stream, history) in streams {
        if cancel.is_cancelled() {
            return Err(ReplayError::Cancelled);
        }
        // A stream without events has a state as well.
        whole.begin(stream);
        history.read(0..history.len(), cancel, &mut |_, step| whole.push(stream, &step))?;
    }
    Ok(whole.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::{Limits, Replay, monotonic_clock};
    use crate::set::Projections;
    use crate::testing::merges;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_whole_fold_ends_every_stream_where_a_replay_does(histories in prop::collection::vec(merges(12), 0..6)) {
            let set = Projections::default();
            for number in 0..set.names().count() {
                let projection = set.get(number).unwrap();
                let streams = histories.iter().enumerate().map(|(i, h)| (i as u32, h as &dyn StreamHistory));
                let mut folded = Vec::new();
                let cancel = Cancel::new();
                let _ = fold_all(projection.as_ref(), streams, |f: Folded| folded.push(f), &cancel).unwrap();
                prop_assert_eq!(folded.len(), histories.len());
                let replay = Replay::new(set.clone(), Limits::default(), monotonic_clock());
                for (i, (folded, history)) in folded.into_iter().zip(&histories).enumerate() {
                    let stream = replay.stream(i as u32, number, history).unwrap();
                    let end = stream.state_at(history.len(), &cancel).unwrap();
                    prop_assert_eq!((folded.stream, folded.events), (i as u32, history.len()));
                    prop_assert_eq!(folded.state.to_string(), end.state.to_string());
                    let problems: Vec<_> = end.problems.iter().map(|(n, p)| (*n, Problem::clone(p))).collect();
                    prop_assert_eq!(folded.problems, problems);
                }
            }
        }
    }
}
