//! Comparisons that run in the background, and what they came to.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use leftfold_event::{Cancel, Point, Progress};
use leftfold_source::EventStore;

use super::found::Found;
use super::mirror::{Compared, MirrorOptions, compare_mirror};
use crate::dto::{ComparisonDto, ComparisonStateDto, Int};
use crate::error::SessionError;
use crate::source::{Changed, OnChange, OpenSource, lock};

/// How often a running comparison tells how far it is.
const TELL_EVERY: Duration = Duration::from_millis(80);

/// The comparisons of a session.
pub(crate) struct Comparisons {
    tasks: Mutex<BTreeMap<u32, Arc<ComparisonTask>>>,
    next: AtomicU32,
    on_change: OnChange,
}

/// The file that an open source is compared with.
pub(crate) struct RightSide {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Its events.
    pub(crate) store: Arc<dyn EventStore>,
    /// What it was read as.
    pub(crate) title: String,
    /// How many other histories the file holds.
    pub(crate) others: u32,
}

/// How a front end wants a comparison.
pub(crate) struct Asked {
    options: MirrorOptions,
    /// As known at which moment it is looked at first; `None`: in the end.
    known_at: Option<Point>,
}

impl Asked {
    /// With the moment as a user writes it: a time, or `-15m`.
    pub(crate) fn new(options: MirrorOptions, known_at: Option<&str>) -> Result<Self, SessionError> {
        let moment = |text: &str| match Point::parse(text)? {
            point @ (Point::Time(_) | Point::BeforeEnd { .. }) => Ok(point),
            _ => Err(SessionError::new(
                "point-syntax",
                format!("{text:?} is no time: write 2026-11-20T14:32:07Z, or -15m"),
            )
            .with("text", text)),
        };
        Ok(Self {
            options,
            known_at: known_at.map(moment).transpose()?,
        })
    }

    /// The moment, once both sides are known.
    fn moment(point: &Point, compared: &Compared) -> Option<i64> {
        let latest = compared.left.side.latest().max(compared.right.side.latest());
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
    right: RightSide,
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
        right: RightSide,
        asked: Asked,
    ) -> Result<Arc<ComparisonTask>, SessionError> {
        let task = Arc::new(ComparisonTask {
            id: self.next.fetch_add(1, Ordering::Relaxed),
            source,
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
        let Asked { options, known_at } = asked;
        let left = (self.source.path.as_path(), Arc::clone(&self.source.store));
        let right = (self.right.path.as_path(), Arc::clone(&self.right.store));
        let progress = [&self.progress[0], &self.progress[1]];
        let (working, ended) = mpsc::channel::<()>();
        let compared = thread::scope(|scope| {
            let work = scope.spawn(move || {
                let _working = working;
                compare_mirror(left, right, options, &self.cancel, progress)
            });
            while matches!(ended.recv_timeout(TELL_EVERY), Err(RecvTimeoutError::Timeout)) {
                tell();
            }
            work.join()
                .unwrap_or_else(|_| Err(SessionError::new("internal", "the comparison stopped")))
        })?;
        let empty = |c: &Compared| c.left.side.events() == 0 && c.right.side.events() == 0;
        if !compared.options.only.is_all() && empty(&compared) {
            return Err(SessionError::new(
                "nothing-to-compare",
                "no event of either side is in the streams, categories and types that are to be compared",
            ));
        }
        Ok(Ended {
            known_at: known_at.and_then(|point| Asked::moment(&point, &compared)),
            found: Arc::new(Found::new(Arc::clone(&self.source), compared)),
        })
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
