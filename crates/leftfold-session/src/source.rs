//! A source that is open: its store, its index as it grows, its filters and its replay.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use leftfold_event::{Cancel, Progress};
use leftfold_log::{Log, cache, index, index_again};
use leftfold_replay::{Limits, Projections, Replay, monotonic_clock};
use leftfold_source::capture::Mark;
use leftfold_source::{EventStore, Identity, Unreadable};

use crate::error::SessionError;
use crate::filter::FilterTask;
use crate::view::Gaps;

/// Whether an index is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndexState {
    /// Still reading.
    Reading,
    /// Complete.
    Ready,
    /// Stopped by the user; usable as far as it got.
    Cancelled,
    /// Failed; usable as far as it got.
    Failed(SessionError),
}

/// One state of a growing index. Everything that answers from it agrees with everything else that does.
pub struct Snapshot {
    /// Counts publications.
    pub generation: u32,
    /// The events so far.
    pub log: Arc<Log>,
    /// Whether these are all.
    pub state: IndexState,
    /// Rows that could not be read at all.
    pub unreadable: Vec<Unreadable>,
    /// What the file was when the scan began.
    pub identity: Option<Identity>,
    /// The replay that fits this log's stream keys.
    pub replay: Arc<Replay>,
    /// How far the scan got, where what comes later can be read alone.
    pub(crate) mark: Option<Mark>,
    /// The versions missing of the stream asked for last, which is asked for again at every step.
    pub(crate) gaps: Mutex<Option<(u32, Gaps)>>,
}

impl Snapshot {
    pub(crate) fn new(log: Arc<Log>, state: IndexState, replay: Arc<Replay>) -> Self {
        Self {
            generation: 0,
            log,
            state,
            unreadable: Vec::new(),
            identity: None,
            replay,
            mark: None,
            gaps: Mutex::default(),
        }
    }
}

/// Tells a front end that something grew. Carries no data: the front end asks for what it shows.
pub type OnChange = Arc<dyn Fn(Changed) + Send + Sync>;

/// What grew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// The index of a source.
    Index {
        /// The source.
        source: u32,
        /// Its new generation.
        generation: u32,
    },
    /// A capture that is being written: how far it is, or that it ended.
    Capture {
        /// The capture.
        capture: u32,
    },
    /// A comparison: how far it is, or that it ended.
    Comparison {
        /// The comparison.
        comparison: u32,
    },
    /// The matches of a filter.
    Filter {
        /// The source.
        source: u32,
        /// The filter.
        filter: u32,
    },
}

/// A source that is open. Shared between threads; dropping the last handle stops its work.
pub struct OpenSource {
    /// Its handle.
    pub id: u32,
    /// Its path as the user gave it.
    pub path: PathBuf,
    /// Its events.
    pub store: Arc<dyn EventStore>,
    /// What every reader should know: what is wrong with the file, and with what the project file says of sources, in sentences.
    pub warnings: Vec<String>,
    pub(crate) on_change: OnChange,
    pub(crate) projections: Projections,
    cache_folder: Option<PathBuf>,
    progress: Mutex<Progress>,
    cancel: Mutex<Cancel>,
    indexing: Mutex<Option<JoinHandle<()>>>,
    search: Mutex<Cancel>,
    snapshot: RwLock<Arc<Snapshot>>,
    grown: (Mutex<u32>, Condvar),
    pub(crate) filters: Mutex<BTreeMap<u32, Arc<FilterTask>>>,
    pub(crate) next_filter: AtomicU32,
    /// Whether it is a capture that this program is writing.
    pub(crate) growing: AtomicBool,
}

/// What a source is opened with.
pub struct OpenOptions {
    /// Its handle.
    pub id: u32,
    /// Its path.
    pub path: PathBuf,
    /// Its events.
    pub store: Arc<dyn EventStore>,
    /// What every reader should know.
    pub warnings: Vec<String>,
    /// Projections for its streams.
    pub projections: Projections,
    /// Where its index is kept between runs; `None`: nowhere.
    pub cache_folder: Option<PathBuf>,
    /// Whether it is a capture that this program is writing: somebody calls `OpenSource::grow`.
    pub growing: bool,
    /// Whom to tell when something grew.
    pub on_change: OnChange,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What the locks guard is replaced whole, so a panic elsewhere leaves it whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl OpenSource {
    /// Opens a source and starts to index it on a thread of its own.
    pub fn open(options: OpenOptions) -> Arc<Self> {
        let replay = Arc::new(new_replay(&options.projections));
        let source = Arc::new(Self {
            id: options.id,
            path: options.path,
            store: options.store,
            warnings: options.warnings,
            on_change: options.on_change,
            projections: options.projections,
            cache_folder: options.cache_folder,
            progress: Mutex::default(),
            cancel: Mutex::default(),
            indexing: Mutex::default(),
            search: Mutex::default(),
            snapshot: RwLock::new(Arc::new(Snapshot::new(
                Arc::new(Log::empty()),
                IndexState::Reading,
                replay,
            ))),
            grown: Default::default(),
            filters: Mutex::default(),
            next_filter: AtomicU32::new(1),
            growing: AtomicBool::new(options.growing),
        });
        source.reindex();
        source
    }

    /// A source whose log is already there.
    pub(crate) fn of_log(
        path: &Path,
        store: Arc<dyn EventStore>,
        log: Log,
        projections: Projections,
    ) -> Arc<Self> {
        Arc::new(Self {
            id: 0,
            path: path.to_owned(),
            store,
            warnings: Vec::new(),
            on_change: Arc::new(|_| ()),
            cache_folder: None,
            progress: Mutex::default(),
            cancel: Mutex::default(),
            indexing: Mutex::default(),
            search: Mutex::default(),
            snapshot: RwLock::new(Arc::new(Snapshot {
                generation: 1,
                ..Snapshot::new(
                    Arc::new(log),
                    IndexState::Ready,
                    Arc::new(new_replay(&projections)),
                )
            })),
            projections,
            grown: Default::default(),
            filters: Mutex::default(),
            next_filter: AtomicU32::new(1),
            growing: AtomicBool::new(false),
        })
    }

    /// Its file name.
    pub fn name(&self) -> String {
        self.path.file_name().map_or_else(
            || self.path.display().to_string(),
            |n| n.to_string_lossy().into_owned(),
        )
    }

    /// The newest snapshot.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// How far indexing is, in events.
    pub fn progress(&self) -> Progress {
        lock(&self.progress).clone()
    }

    /// Stops indexing; what is there stays usable.
    pub fn cancel_index(&self) {
        lock(&self.cancel).cancel();
    }

    /// Begins a search for one event, and ends the one before it.
    pub fn begin_search(&self) -> Cancel {
        let cancel = Cancel::new();
        std::mem::replace(&mut *lock(&self.search), cancel.clone()).cancel();
        cancel
    }

    /// Ends the search that is under way, if one is.
    pub fn cancel_search(&self) {
        lock(&self.search).cancel();
    }

    /// Starts to index anew, from the cache when the file is still the same.
    pub fn reindex(self: &Arc<Self>) {
        self.cancel_index();
        let (cancel, progress) = (Cancel::new(), Progress::new());
        *lock(&self.cancel) = cancel.clone();
        *lock(&self.progress) = progress.clone();
        let weak = Arc::downgrade(self);
        let store = Arc::clone(&self.store);
        let cached = self.cache_folder.clone();
        let before = self.snapshot();
        self.publish(Snapshot::new(
            Arc::clone(&before.log),
            IndexState::Reading,
            Arc::clone(&before.replay),
        ));
        self.filter_anew(self.snapshot().generation);
        // The thread holds no handle to the source, so that closing the source ends it.
        let publish = move |snapshot| match weak.upgrade() {
            Some(source) => source.publish(snapshot),
            None => false,
        };
        let replay = Arc::new(new_replay(&self.projections));
        let run = move || run_index(&*store, cached.as_deref(), &cancel, &progress, &replay, &publish);
        match std::thread::Builder::new().name("index".to_owned()).spawn(run) {
            Ok(thread) => *lock(&self.indexing) = Some(thread),
            Err(e) => {
                let error = SessionError::new(
                    "no-thread",
                    format!("the system gives no thread to index with: {e}"),
                );
                self.publish(Snapshot::new(
                    Arc::new(Log::empty()),
                    IndexState::Failed(error),
                    Arc::clone(&before.replay),
                ));
            }
        }
    }

    pub(crate) fn publish(&self, mut snapshot: Snapshot) -> bool {
        let generation = {
            let mut slot = self.snapshot.write().unwrap_or_else(PoisonError::into_inner);
            snapshot.generation = slot.generation + 1;
            let generation = snapshot.generation;
            *slot = Arc::new(snapshot);
            generation
        };
        *lock(&self.grown.0) = generation;
        self.grown.1.notify_all();
        (self.on_change)(Changed::Index {
            source: self.id,
            generation,
        });
        true
    }

    /// Waits until a snapshot newer than `generation` is there, at most `wait`.
    pub fn wait_newer(&self, generation: u32, wait: Duration) -> Arc<Snapshot> {
        let guard = lock(&self.grown.0);
        let waited = self
            .grown
            .1
            .wait_timeout_while(guard, wait, |now| *now <= generation);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
        self.snapshot()
    }

    /// Waits for the complete index, calling `tick` about ten times a second; for the command line.
    pub fn wait_ready(&self, tick: &mut dyn FnMut(&Progress)) -> Result<Arc<Snapshot>, SessionError> {
        loop {
            let snapshot = self.snapshot();
            match &snapshot.state {
                IndexState::Ready => return Ok(snapshot),
                IndexState::Cancelled => return Err(SessionError::cancelled()),
                IndexState::Failed(e) => return Err(e.clone()),
                IndexState::Reading => {
                    tick(&self.progress());
                    self.wait_newer(snapshot.generation, Duration::from_millis(100));
                }
            }
        }
    }

    /// Waits until the thread that indexes is done, with keeping the index for the next time too; for a program that ends.
    pub fn finish_indexing(&self) {
        let thread = lock(&self.indexing).take();
        if let Some(thread) = thread {
            // What a panic there was about is told where it happened.
            drop(thread.join());
        }
    }

    /// Whether the file changed since the index was made.
    pub fn is_stale(&self) -> bool {
        // Who writes it says so.
        if self.is_growing() {
            return false;
        }
        let snapshot = self.snapshot();
        match (&snapshot.identity, self.store.identity()) {
            (Some(then), Ok(now)) => *then != now,
            (Some(_), Err(_)) => true,
            (None, _) => false,
        }
    }

    /// Whether it is a capture that this program is writing.
    pub fn is_growing(&self) -> bool {
        self.growing.load(Ordering::Relaxed)
    }

    /// A handle for a new filter.
    pub(crate) fn filter_id(&self) -> u32 {
        self.next_filter.fetch_add(1, Ordering::Relaxed)
    }
}

impl Drop for OpenSource {
    fn drop(&mut self) {
        lock(&self.cancel).cancel();
        for filter in lock(&self.filters).values() {
            filter.cancel.cancel();
        }
    }
}

pub(crate) fn new_replay(projections: &Projections) -> Replay {
    Replay::new(projections.clone(), Limits::default(), monotonic_clock())
}

/// Times a file is read again that was written while it was read.
const AGAIN: usize = 3;

fn run_index(
    store: &dyn EventStore,
    cached: Option<&Path>,
    cancel: &Cancel,
    progress: &Progress,
    replay: &Arc<Replay>,
    publish: &dyn Fn(Snapshot) -> bool,
) {
    let mut identity = store.identity().ok();
    let snapshot_of = |identity: &Option<Identity>, log, state, unreadable| Snapshot {
        unreadable,
        identity: identity.clone(),
        ..Snapshot::new(Arc::new(log), state, Arc::clone(replay))
    };
    let first = identity.clone();
    let snapshot = |log, state, unreadable| snapshot_of(&first, log, state, unreadable);
    let place = cached
        .zip(identity.as_ref())
        .map(|(folder, identity)| (cache::path_of(folder, identity), identity));
    if let Some((path, identity)) = &place
        && let Some(log) = cache::load(path, identity)
    {
        progress.set_done(u64::from(log.events()));
        publish(snapshot(log, IndexState::Ready, Vec::new()));
        return;
    }
    let (mut log, mut ended) = index(store, cancel, progress, &mut |log| {
        if !publish(snapshot(log, IndexState::Reading, Vec::new())) {
            cancel.cancel();
        }
    });
    // Another program began to write what was read without locks: now it is read along its log, or under a lock.
    for _ in 0..AGAIN {
        if !matches!(&ended, Ok(summary) if summary.changed) {
            break;
        }
        identity = store.identity().ok();
        match index_again(store, &log, cancel) {
            Ok(Some((anew, summary))) => (log, ended) = (anew, Ok(summary)),
            Ok(None) => ended = Err(leftfold_source::SourceError::Cancelled),
            Err(e) => ended = Err(e),
        }
    }
    let snapshot = |log, state, unreadable| snapshot_of(&identity, log, state, unreadable);
    let place = cached
        .zip(identity.as_ref())
        .map(|(folder, identity)| (cache::path_of(folder, identity), identity));
    match ended {
        Ok(summary) => {
            let complete = summary.complete;
            let state = if complete {
                IndexState::Ready
            } else {
                IndexState::Cancelled
            };
            let clean = complete && summary.unreadable.is_empty();
            let done = Snapshot {
                mark: summary.mark,
                ..snapshot(log, state, summary.unreadable)
            };
            let log = Arc::clone(&done.log);
            publish(done);
            if let (true, Some((path, identity))) = (clean, place)
                && let Err(e) = cache::store(&path, identity, &log)
            {
                tracing::warn!(path = %path.display(), error = %e, "the index could not be cached");
            }
        }
        Err(leftfold_source::SourceError::Cancelled) => {
            publish(snapshot(log, IndexState::Cancelled, Vec::new()));
        }
        Err(e) => {
            publish(snapshot(log, IndexState::Failed(e.into()), Vec::new()));
        }
    }
}
