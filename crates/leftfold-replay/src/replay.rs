//! Replaying streams: the state after any event, by way of checkpoints.

use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use leftfold_event::Cancel;
use leftfold_event::json::Value;

use crate::blame::{BlameTree, Blamed};
use crate::checkpoint::{Checkpoints, Key, Problems};
use crate::diff::{Change, changes, diff};
use crate::patch::Op;
use crate::path::Path;
use crate::projection::Projection;
use crate::set::Projections;
use crate::step::{ReplayError, Step, StreamHistory};

/// The clock is read once in so many events.
const CLOCK_EVERY: u32 = 8;

/// How much a replay may keep, and when it does. Results never depend on it.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of checkpoints over all streams.
    pub bytes: usize,
    /// The replay time after which a checkpoint is worth having.
    pub checkpoint_after: Duration,
}

impl Default for Limits {
    /// 128 MiB; a checkpoint for every 2 ms of replay.
    fn default() -> Self {
        Self {
            bytes: 128 << 20,
            checkpoint_after: Duration::from_millis(2),
        }
    }
}

/// A monotonic time since some fixed moment.
pub type Clock = Box<dyn Fn() -> Duration + Send + Sync>;

/// The computer's monotonic clock.
pub fn monotonic_clock() -> Clock {
    let start = Instant::now();
    Box::new(move || start.elapsed())
}

/// Replays streams under projections; keeps checkpoints. Usable from several threads at once.
pub struct Replay {
    projections: Projections,
    limits: Limits,
    clock: Clock,
    checkpoints: Mutex<Checkpoints>,
}

/// A state and how it came to be.
#[derive(Clone, Debug)]
pub struct StateAt {
    /// After how many of the stream's events.
    pub after: usize,
    /// The state.
    pub state: Arc<Value>,
    /// Which of these events could not be applied, and why.
    pub problems: Problems,
}

/// What differs between two points of a stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// An RFC 6902 patch from the first state to the second.
    pub patch: Vec<Op>,
    /// The same, leaf by leaf.
    pub changes: Vec<Change>,
}

/// Which way along a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Towards the end.
    Forward,
    /// Towards the start.
    Backward,
}

/// An event's change of the value at one path.
#[derive(Clone, Debug, PartialEq)]
pub struct PathChange {
    /// The event's index.
    pub event: usize,
    /// The value before it; `None`: nothing was there.
    pub before: Option<Value>,
    /// The value after it; `None`: nothing is there any more.
    pub after: Option<Value>,
}

impl Replay {
    /// A replay with these projections. The clock measures what a checkpoint saves.
    pub fn new(projections: Projections, limits: Limits, clock: Clock) -> Self {
        Self {
            projections,
            limits,
            clock,
            checkpoints: Mutex::new(Checkpoints::new(limits.bytes)),
        }
    }

    /// Its projections.
    pub const fn projections(&self) -> &Projections {
        &self.projections
    }

    /// One stream, under the projection of this number. `stream` identifies it in the checkpoints; its events may
    /// grow at the end but not change (else [`Replay::forget`] it).
    pub fn stream<'a>(
        &'a self,
        stream: u32,
        projection: usize,
        history: &'a dyn StreamHistory,
    ) -> Result<StreamReplay<'a>, ReplayError> {
        let p = self
            .projections
            .get(projection)
            .ok_or(ReplayError::NoProjection(projection))?;
        Ok(StreamReplay {
            replay: self,
            key: (stream, projection as u32),
            projection: p.as_ref(),
            history,
        })
    }

    /// Forgets the checkpoints of a stream whose events have changed.
    pub fn forget(&self, stream: u32) {
        self.checkpoints().forget(stream);
    }

    /// Forgets all checkpoints.
    pub fn clear(&self) {
        self.checkpoints().clear();
    }

    /// Bytes held by checkpoints, as estimated.
    pub fn bytes(&self) -> usize {
        self.checkpoints().bytes()
    }

    fn checkpoints(&self) -> MutexGuard<'_, Checkpoints> {
        // Checkpoints are whole at every moment that may panic, so a poisoned lock holds good ones.
        self.checkpoints.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One stream under one projection.
pub struct StreamReplay<'a> {
    replay: &'a Replay,
    key: Key,
    projection: &'a dyn Projection,
    history: &'a dyn StreamHistory,
}

impl StreamReplay<'_> {
    /// The projection.
    pub fn projection(&self) -> &dyn Projection {
        self.projection
    }

    /// The state after the first `n` events.
    pub fn state_at(&self, n: usize, cancel: &Cancel) -> Result<StateAt, ReplayError> {
        let len = self.history.len();
        if n > len {
            return Err(ReplayError::BeyondEnd { asked: n, len });
        }
        let (start, state, mut problems) = self.start(n);
        if start == n {
            return Ok(StateAt {
                after: n,
                state,
                problems,
            });
        }
        let clock = &self.replay.clock;
        let mut fold = self.projection.fold();
        fold.start(Arc::unwrap_or_clone(state));
        let mut worth_keeping = self.replay.limits.checkpoint_after;
        let mut last = clock();
        let mut since_clock = 0;
        self.read(start..n, cancel, &mut |i, step| {
            if let Err(e) = fold.push(&step) {
                problems.push(i, e.into_problem());
            }
            since_clock += 1;
            if since_clock == CLOCK_EVERY {
                since_clock = 0;
                let now = clock();
                if now.saturating_sub(last) >= worth_keeping {
                    let state = Arc::new(fold.state());
                    self.replay.checkpoints().save(self.key, i + 1, &state, &problems);
                    last = clock();
                    // Where saving is dear, fewer checkpoints pay.
                    worth_keeping = self
                        .replay
                        .limits
                        .checkpoint_after
                        .max(last.saturating_sub(now) * 4);
                }
            }
        })?;
        let state = Arc::new(fold.state());
        self.replay.checkpoints().save(self.key, n, &state, &problems);
        Ok(StateAt {
            after: n,
            state,
            problems,
        })
    }

    /// The nearest known state at or before `n`.
    fn start(&self, n: usize) -> (usize, Arc<Value>, Problems) {
        let nearest = self.replay.checkpoints().nearest(self.key, n);
        nearest.unwrap_or_else(|| (0, Arc::new(self.projection.initial()), Problems::default()))
    }

    fn read(
        &self,
        range: Range<usize>,
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, Step<'_>),
    ) -> Result<(), ReplayError> {
        let asked = range.len();
        let mut given = 0;
        self.history.read(range, cancel, &mut |i, step| {
            given += 1;
            visit(i, step);
        })?;
        if given == asked {
            Ok(())
        } else if cancel.is_cancelled() {
            Err(ReplayError::Cancelled)
        } else {
            Err(ReplayError::Incomplete { given, asked })
        }
    }

    /// The state one event further or back; `None` at the end or the start.
    pub fn step(
        &self,
        n: usize,
        direction: Direction,
        cancel: &Cancel,
    ) -> Result<Option<StateAt>, ReplayError> {
        let to = match direction {
            Direction::Forward => Some(n + 1).filter(|n| *n <= self.history.len()),
            Direction::Backward => n.checked_sub(1),
        };
        to.map(|to| self.state_at(to, cancel)).transpose()
    }

    /// What differs between the states after `a` and after `b` events.
    pub fn diff(&self, a: usize, b: usize, cancel: &Cancel) -> Result<Difference, ReplayError> {
        let (a, b) = (self.state_at(a, cancel)?.state, self.state_at(b, cancel)?.state);
        Ok(Difference {
            patch: diff(&a, &b),
            changes: changes(&a, &b),
        })
    }

    /// For every place of the state after `n` events, the event after which its value last changed; containers before
    /// what is in them, in the order of the state.
    pub fn blame(&self, n: usize, cancel: &Cancel) -> Result<Vec<Blamed>, ReplayError> {
        let len = self.history.len();
        if n > len {
            return Err(ReplayError::BeyondEnd { asked: n, len });
        }
        let mut state = self.projection.initial();
        let mut tree = BlameTree::new(&state);
        self.read(0..n, cancel, &mut |i, step| {
            // A failed event changes nothing; state_at reports it.
            let _ = self.projection.apply_with_blame(&mut state, &mut tree, i, &step);
        })?;
        Ok(tree.places(&state))
    }

    /// The nearest event that changes the value at the path: the first with an index of at least `from` (forward), or
    /// the last with an index below `from` (backward). At the playhead after `n` events, `from = n` asks forward for
    /// the next change, and backward for the change that made the value shown.
    pub fn next_change(
        &self,
        path: &Path,
        from: usize,
        direction: Direction,
        cancel: &Cancel,
    ) -> Result<Option<usize>, ReplayError> {
        match direction {
            Direction::Forward => self.first_change(path, from, cancel),
            Direction::Backward => self.last_change(path, from, cancel),
        }
    }

    fn first_change(&self, path: &Path, from: usize, cancel: &Cancel) -> Result<Option<usize>, ReplayError> {
        let len = self.history.len();
        let mut span = 256;
        let mut from = from;
        // In growing pieces, as a history cannot be left in the middle of a piece.
        while from < len {
            let to = (from + span).min(len);
            if let Some(change) = self.history(path, from..to, cancel)?.first() {
                return Ok(Some(change.event));
            }
            (from, span) = (to, span * 2);
        }
        Ok(None)
    }

    fn last_change(&self, path: &Path, from: usize, cancel: &Cancel) -> Result<Option<usize>, ReplayError> {
        let mut to = from.min(self.history.len());
        // Lays checkpoints on the way, so that the pieces below are short.
        self.state_at(to, cancel)?;
        while to > 0 {
            let (start, ..) = self.start(to - 1);
            if let Some(change) = self.history(path, start..to, cancel)?.last() {
                return Ok(Some(change.event));
            }
            to = start;
        }
        Ok(None)
    }

    /// Every change of the value at the path by the events of the range, in order.
    pub fn history(
        &self,
        path: &Path,
        range: Range<usize>,
        cancel: &Cancel,
    ) -> Result<Vec<PathChange>, ReplayError> {
        let mut state = Arc::unwrap_or_clone(self.state_at(range.start, cancel)?.state);
        let len = self.history.len();
        if range.end > len {
            return Err(ReplayError::BeyondEnd {
                asked: range.end,
                len,
            });
        }
        let mut out = Vec::new();
        let mut held = path.find(&state).cloned();
        self.read(range, cancel, &mut |event, step| {
            if self.projection.apply(&mut state, &step).is_ok() {
                let now = path.find(&state);
                if now != held.as_ref() {
                    let after = now.cloned();
                    let before = std::mem::replace(&mut held, after.clone());
                    out.push(PathChange { event, before, after });
                }
            }
        })?;
        Ok(out)
    }
}
