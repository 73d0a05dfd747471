//! Comparisons that run in the background, and what they came to.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use leftfold_event::{Cancel, Point, Progress};
use leftfold_log::Axis;
use leftfold_replay::Projections;
use leftfold_source::EventStore;

use super::checked::{RuleAsked, check_rules};
use super::correlated::{CorrelatedBy, compare_correlated};
use super::found::Found;
use super::made::Made;
use super::mirror::{MirrorOptions, compare_mirror};
use super::projection::{ProjectionBy, Rows, compare_projection, states_of};
use crate::dto::{ComparisonDto, ComparisonStateDto, Int, ModeDto};
use crate::error::SessionError;
use crate::source::{Changed, IndexState, OnChange, OpenOptions, OpenSource, Snapshot, lock};

/// How often a running comparison tells how far it is.
const TELL_EVERY: Duration = Duration::from_millis(80);

/// The comparisons of a session.
pub(crate) struct Comparisons {
    tasks: Mutex<BTreeMap<u32, Arc<ComparisonTask>>>,
    next: AtomicU32,
    on_change: OnChange,
}

/// What the right side is called.
pub(crate) struct RightNames {
    /// Where it is; empty: there is none.
    pub(crate) path: PathBuf,
    /// What it was read as.
    pub(crate) title: String,
    /// How many other histories the file holds.
    pub(crate) others: u32,
}

/// The right side of states.
pub(crate) enum RightStates {
    /// Rows that were read.
    Rows(Rows),
    /// A history whose streams' states are to be compared, with its projections.
    History(Arc<dyn EventStore>, Projections),
}

/// What is to be done.
pub(crate) enum Work {
    /// The same events are expected on both sides.
    Mirror(Arc<dyn EventStore>, MirrorOptions),
    /// Events belong together by a key.
    Correlated(Arc<dyn EventStore>, Arc<CorrelatedBy>, MirrorOptions),
    /// The right side holds states.
    Projection(Box<RightStates>, Arc<ProjectionBy>, MirrorOptions),
    /// Rules are checked over the left side.
    Rules(Vec<RuleAsked>),
}

impl Work {
    fn mode(&self) -> ModeDto {
        match self {
            Self::Mirror(..) => ModeDto::Mirror,
            Self::Correlated(..) => ModeDto::Correlated,
            Self::Projection(..) => ModeDto::Projection,
            Self::Rules(_) => ModeDto::Rules,
        }
    }
}

/// How a front end wants a comparison.
pub(crate) struct Asked {
    work: Work,
    /// As known at which moment it is looked at first; `None`: in the end.
    known_at: Option<Point>,
}

impl Asked {
    /// With the moment as a user writes it: a time, or `-15m`.
    pub(crate) fn new(work: Work, known_at: Option<&str>) -> Result<Self, SessionError> {
        let moment = |text: &str| match Point::parse(text)? {
            point @ (Point::Time(_) | Point::BeforeEnd { .. }) => Ok(point),
            _ => Err(SessionError::new(
                "point-syntax",
                format!("{text:?} is no time: write 2026-11-20T14:32:07Z, or -15m"),
            )
            .with("text", text)),
        };
        Ok(Self {
            work,
            known_at: known_at.map(moment).transpose()?,
        })
    }

    /// The moment, once it is known when the sides end.
    fn moment(point: &Point, latest: Option<i64>) -> Option<i64> {
        match point {
            Point::Time(at) => Some(at.nanos),
            Point::BeforeEnd { nanos } => Some(latest?.saturating_sub(*nanos)),
            _ => None,
        }
    }
}

/// What a comparison that is done leaves.
#[derive(Clone)]
struct Ended {
    found: Arc<Found>,
    known_at: Option<i64>,
}

/// A comparison at work, or ended.
pub struct ComparisonTask {
    /// Its handle.
    pub id: u32,
    source: Arc<OpenSource>,
    mode: ModeDto,
    right: RightNames,
    cancel: Cancel,
    progress: [Progress; 2],
    outcome: Mutex<Option<Result<Ended, SessionError>>>,
}

impl Comparisons {
    pub(crate) fn new(on_change: OnChange) -> Self {
        Self {
            tasks: Mutex::default(),
            next: AtomicU32::new(1),
            on_change,
        }
    }

    /// Starts to compare an open source with another history.
    pub(crate) fn start(
        &self,
        source: Arc<OpenSource>,
        right: RightNames,
        asked: Asked,
    ) -> Result<Arc<ComparisonTask>, SessionError> {
        let task = Arc::new(ComparisonTask {
            id: self.next.fetch_add(1, Ordering::Relaxed),
            source,
            mode: asked.work.mode(),
            right,
            cancel: Cancel::new(),
            progress: [Progress::new(), Progress::new()],
            outcome: Mutex::default(),
        });
        lock(&self.tasks).insert(task.id, Arc::clone(&task));
        let (running, on_change) = (Arc::clone(&task), Arc::clone(&self.on_change));
        let spawned = thread::Builder::new()
            .name("comparison".to_owned())
            .spawn(move || {
                let tell = || {
                    on_change(Changed::Comparison {
                        comparison: running.id,
                    });
                };
                let outcome = running.run(asked, &tell);
                *lock(&running.outcome) = Some(outcome);
                tell();
            });
        if let Err(e) = spawned {
            lock(&self.tasks).remove(&task.id);
            return Err(SessionError::new(
                "no-thread",
                format!("the system gives no thread to compare with: {e}"),
            ));
        }
        Ok(task)
    }

    pub(crate) fn task(&self, id: u32) -> Result<Arc<ComparisonTask>, SessionError> {
        lock(&self.tasks)
            .get(&id)
            .cloned()
            .ok_or_else(|| SessionError::new("comparison-gone", format!("there is no comparison {id}")))
    }

    /// Stops and forgets a comparison.
    pub(crate) fn close(&self, id: u32) {
        if let Some(task) = lock(&self.tasks).remove(&id) {
            task.cancel();
        }
    }

    /// Stops and forgets the comparisons of a source.
    pub(crate) fn close_of(&self, source: u32) {
        lock(&self.tasks).retain(|_, task| {
            let stays = task.source.id != source;
            if !stays {
                task.cancel();
            }
            stays
        });
    }
}

impl ComparisonTask {
    fn run(&self, asked: Asked, tell: &dyn Fn()) -> Result<Ended, SessionError> {
        let (working, ended) = mpsc::channel::<()>();
        let (made, known_at) = thread::scope(|scope| {
            let work = scope.spawn(move || {
                let _working = working;
                self.make(asked)
            });
            while matches!(ended.recv_timeout(TELL_EVERY), Err(RecvTimeoutError::Timeout)) {
                tell();
            }
            work.join()
                .unwrap_or_else(|_| Err(SessionError::new("internal", "the comparison stopped")))
        })?;
        Ok(Ended {
            known_at,
            found: Arc::new(Found::new(Arc::clone(&self.source), made)),
        })
    }

    /// What is found, and as known at which moment it is looked at first.
    fn make(&self, asked: Asked) -> Result<(Made, Option<i64>), SessionError> {
        let Asked { work, known_at } = asked;
        let left = (self.source.path.as_path(), Arc::clone(&self.source.store));
        let path = self.right.path.as_path();
        let progress = [&self.progress[0], &self.progress[1]];
        let cancel = &self.cancel;
        let (made, is_part) = match work {
            Work::Mirror(store, options) => {
                let is_part = !options.only.is_all();
                let compared = compare_mirror(left, (path, store), options, cancel, progress)?;
                (Made::Mirror(Box::new(compared)), is_part)
            }
            Work::Correlated(store, by, options) => {
                let correlated = compare_correlated(left, (path, store), &by, options, cancel, progress)?;
                (Made::Correlated(Box::new(correlated)), true)
            }
            Work::Projection(right, by, options) => {
                let snapshot = indexed(&self.source, cancel)?;
                let rows = self.rows(*right, &by, &options)?;
                let last = snapshot.log.all().extent(Axis::Time).map(|(_, last)| last);
                let moment = known_at.and_then(|point| Asked::moment(&point, last));
                let left = (Arc::clone(&self.source), snapshot);
                let projected = compare_projection(left, rows, &by, &options, moment, cancel, progress[0])?;
                // Its rows say what they say now: there is nothing to go back to.
                return Ok((Made::Projection(Box::new(projected)), None));
            }
            Work::Rules(rules) => {
                let snapshot = indexed(&self.source, cancel)?;
                let checked = check_rules(&self.source, &snapshot, rules, cancel, progress)?;
                (Made::Rules(Box::new(checked)), false)
            }
        };
        if is_part && made.is_empty() {
            return Err(SessionError::new(
                "nothing-to-compare",
                "no event of either side is in the streams, categories and types that are to be compared",
            ));
        }
        let known_at = known_at.and_then(|point| Asked::moment(&point, made.latest()));
        Ok((made, known_at))
    }

    /// The rows of the right side; of a history, the states of its streams.
    fn rows(
        &self,
        right: RightStates,
        by: &ProjectionBy,
        options: &MirrorOptions,
    ) -> Result<Rows, SessionError> {
        let (store, projections) = match right {
            RightStates::Rows(rows) => {
                self.progress[1].set_total(rows.rows.len() as u64);
                self.progress[1].set_done(rows.rows.len() as u64);
                return Ok(rows);
            }
            RightStates::History(store, projections) => (store, projections),
        };
        let other = OpenSource::open(OpenOptions {
            id: 0,
            path: self.right.path.clone(),
            store,
            warnings: Vec::new(),
            projections,
            cache_folder: None,
            growing: false,
            on_change: Arc::new(|_| ()),
        });
        let snapshot = indexed(&other, &self.cancel);
        if snapshot.is_err() {
            other.cancel_index();
        }
        let snapshot = snapshot?;
        let only = (&options.only, None);
        states_of(
            &self.right.path,
            (other, snapshot),
            by,
            only,
            &self.cancel,
            &self.progress[1],
        )
    }

    /// Ends it.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// What it found, once it is done.
    pub(crate) fn found(&self) -> Result<Arc<Found>, SessionError> {
        match &*lock(&self.outcome) {
            Some(outcome) => outcome.clone().map(|ended| ended.found),
            None => Err(SessionError::new(
                "comparison-running",
                format!("comparison {} is not done yet", self.id),
            )),
        }
    }

    /// How far it is, and what it came to.
    pub fn dto(&self) -> ComparisonDto {
        let outcome = lock(&self.outcome).clone();
        let known_at = match &outcome {
            Some(Ok(ended)) => ended.known_at.map(Int),
            _ => None,
        };
        let (state, summary, error) = match outcome {
            None => (ComparisonStateDto::Running, None, None),
            Some(Ok(ended)) => (ComparisonStateDto::Done, Some(ended.found.summary()), None),
            Some(Err(e)) if e.code == "cancelled" => (ComparisonStateDto::Cancelled, None, None),
            Some(Err(e)) => (ComparisonStateDto::Failed, None, Some(e.into())),
        };
        let [left, right] = &self.progress;
        let int = |n: u64| Int(i64::try_from(n).unwrap_or(i64::MAX));
        ComparisonDto {
            id: self.id,
            source: self.source.id,
            mode: self.mode,
            left: self.source.name(),
            right: self.right.path.file_name().map_or_else(
                || self.right.path.display().to_string(),
                |name| name.to_string_lossy().into_owned(),
            ),
            right_path: self.right.path.display().to_string(),
            right_store: self.right.title.clone(),
            right_others: self.right.others,
            state,
            left_read: int(left.done()),
            left_total: left.total().map(int),
            right_read: int(right.done()),
            right_total: right.total().map(int),
            summary,
            known_at,
            error,
        }
    }
}

/// The index of a source, once it is complete; of a capture that is being written, as far as it is.
fn indexed(source: &Arc<OpenSource>, cancel: &Cancel) -> Result<Arc<Snapshot>, SessionError> {
    let mut snapshot = source.snapshot();
    loop {
        if cancel.is_cancelled() {
            return Err(SessionError::cancelled());
        }
        match &snapshot.state {
            IndexState::Ready => return Ok(snapshot),
            IndexState::Reading if source.growing.load(Ordering::Relaxed) => return Ok(snapshot),
            IndexState::Reading => snapshot = source.wait_newer(snapshot.generation, TELL_EVERY),
            IndexState::Cancelled => {
                return Err(SessionError::new(
                    "index-incomplete",
                    format!("{} was not read to its end: read it again first", source.name()),
                )
                .with("name", source.name()));
            }
            IndexState::Failed(e) => return Err(e.clone()),
        }
    }
}
