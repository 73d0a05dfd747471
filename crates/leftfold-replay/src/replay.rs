//! Replaying streams: the state after any event, by way of checkpoints.

use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use leftfold_event::Cancel;
use leftfold_event::json::Value;

use crate::blame::{BlameTree, Blamed};
use crate::checkpoint::{Checkpoints, Kept, Key, Problems};
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

/// A state with the state before its last event, and what set each place of it.
#[derive(Clone, Debug)]
pub struct BlamedState {
    /// The state.
    pub at: StateAt,
    /// The state one event earlier; the initial state when there is none.
    pub before: Arc<Value>,
    /// For every place of the state, the event after which its value last changed; containers before what is in
    /// them, in the order of the state.
    pub blame: Vec<Blamed>,
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
            stream,
            number: projection as u32,
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
    stream: u32,
    number: u32,
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
        self.within(n)?;
        let (start, mut kept) = self.start(n, false);
        if start < n {
            let mut fold = self.projection.fold();
            fold.start(Arc::unwrap_or_clone(kept.state));
            let mut saving = Saving::new(self);
            self.read(start..n, cancel, &mut |i, step| {
                if let Err(e) = fold.push(&step) {
                    kept.problems.push(i, e.into_problem());
                }
                saving.after(i, || Kept {
                    state: Arc::new(fold.state()),
                    blame: None,
                    problems: kept.problems.clone(),
                });
            })?;
            kept.state = Arc::new(fold.state());
            self.save(n, &kept);
        }
        Ok(StateAt {
            after: n,
            state: kept.state,
            problems: kept.problems,
        })
    }

    /// The state after the first `n` events, the one before the last of them, and the blame.
    pub fn blamed_state(&self, n: usize, cancel: &Cancel) -> Result<BlamedState, ReplayError> {
        self.within(n)?;
        let (start, kept) = self.start(n.saturating_sub(1), true);
        let mut state = Arc::unwrap_or_clone(kept.state);
        let mut tree = kept
            .blame
            .map_or_else(|| BlameTree::new(&state), Arc::unwrap_or_clone);
        let mut problems = kept.problems;
        let mut before = None;
        let mut saving = Saving::new(self);
        self.read(start..n, cancel, &mut |i, step| {
            if i + 1 == n {
                before = Some(state.clone());
            }
            if let Err(e) = self.projection.apply_with_blame(&mut state, &mut tree, i, &step) {
                problems.push(i, e.into_problem());
            }
            saving.after(i, || kept_with(&state, &tree, &problems));
        })?;
        let kept = kept_with(&state, &tree, &problems);
        self.save(n, &kept);
        Ok(BlamedState {
            before: Arc::new(before.unwrap_or_else(|| self.projection.initial())),
            blame: tree.places(&kept.state),
            at: StateAt {
                after: n,
                state: kept.state,
                problems,
            },
        })
    }

    fn within(&self, asked: usize) -> Result<(), ReplayError> {
        let len = self.history.len();
        if asked > len {
            return Err(ReplayError::BeyondEnd { asked, len });
        }
        Ok(())
    }

    fn key(&self, blamed: bool) -> Key {
        Key {
            stream: self.stream,
            projection: self.number,
            blamed,
        }
    }

    /// The nearest checkpoint at or before `n`.
    fn start(&self, n: usize, blamed: bool) -> (usize, Kept) {
        let nearest = self.replay.checkpoints().nearest(self.key(blamed), n);
        nearest.unwrap_or_else(|| {
            let fresh = Kept {
                state: Arc::new(self.projection.initial()),
                blame: None,
                problems: Problems::default(),
            };
            (0, fresh)
        })
    }

    fn save(&self, after: usize, kept: &Kept) {
        self.replay
            .checkpoints()
            .save(self.key(kept.blame.is_some()), after, kept);
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
        Ok(self.blamed_state(n, cancel)?.blame)
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
            let (start, _) = self.start(to - 1, false);
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

fn kept_with(state: &Value, tree: &BlameTree, problems: &Problems) -> Kept {
    Kept {
        state: Arc::new(state.clone()),
        blame: Some(Arc::new(tree.clone())),
        problems: problems.clone(),
    }
}

/// Lays checkpoints along a replay, as dense as their cost makes worth while.
struct Saving<'a> {
    stream: &'a StreamReplay<'a>,
    worth_keeping: Duration,
    last: Duration,
    since_clock: u32,
}

impl<'a> Saving<'a> {
    fn new(stream: &'a StreamReplay<'a>) -> Self {
        Self {
            stream,
            worth_keeping: stream.replay.limits.checkpoint_after,
            last: (stream.replay.clock)(),
            since_clock: 0,
        }
    }

    /// After the event of this index: keeps what was reached when enough time went into it.
    #[inline]
    fn after(&mut self, event: usize, reached: impl FnOnce() -> Kept) {
        self.since_clock += 1;
        if self.since_clock < CLOCK_EVERY {
            return;
        }
        self.since_clock = 0;
        let clock = &self.stream.replay.clock;
        let now = clock();
        if now.saturating_sub(self.last) < self.worth_keeping {
            return;
        }
        self.stream.save(event + 1, &reached());
        self.last = clock();
        // Where saving is dear, fewer checkpoints pay.
        let cost = self.last.saturating_sub(now);
        self.worth_keeping = self.stream.replay.limits.checkpoint_after.max(cost * 4);
    }
}
