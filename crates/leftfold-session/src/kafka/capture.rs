//! A capture at work: it writes on a thread of its own, and another one lets what is open of the file grow.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use leftfold_event::Cancel;
use leftfold_kafka::{Captured, KafkaError, Pause, Request, Told, capture};
use leftfold_source::capture::settle;

use crate::dto::{CaptureDto, CaptureStateDto, Int};
use crate::error::SessionError;
use crate::source::{Changed, IndexState, OnChange, OpenSource, lock};

/// How often a front end is told at most.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// The time a rate is taken over.
const RATE_OVER: Duration = Duration::from_secs(3);

/// What is open grows this often at most: soon enough for what comes to be seen coming.
const GROW_EVERY: Duration = Duration::from_millis(150);

/// Of the time of a processor, growing takes one part in so many at most.
const SHARE: u32 = 4;

/// How long the end waits for readers of the file, in tries.
const TRIES: u32 = 20;

/// Notes kept.
const NOTES: usize = 20;

/// How far a capture is.
#[derive(Default)]
struct Progress {
    ready: bool,
    records: u64,
    bytes: u64,
    left: u64,
    /// Records at earlier moments, for the rate.
    marks: VecDeque<(Instant, u64)>,
    notes: Vec<String>,
    /// Why nothing comes.
    waiting: Option<String>,
    /// When a record came last.
    came: Option<Instant>,
    end: Option<Result<Captured, SessionError>>,
    /// How long it was at work, when it has ended.
    took: Option<Duration>,
    told_at: Option<Instant>,
    /// What was told last, so that nothing is told twice.
    told: Option<(u64, u64, u32, bool)>,
}

/// A capture of this run of the program.
pub(crate) struct CaptureTask {
    id: u32,
    path: PathBuf,
    topics: Vec<String>,
    follow: bool,
    since: Instant,
    cancel: Cancel,
    pause: Pause,
    progress: Mutex<Progress>,
    /// Whether writing has ended, for the thread that lets sources grow.
    written: (Mutex<bool>, Condvar),
    sources: Mutex<Vec<Weak<OpenSource>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// The program ends: nobody looks any more.
    leaving: AtomicBool,
    on_change: OnChange,
}

impl CaptureTask {
    /// Starts a capture.
    pub(crate) fn start(
        id: u32,
        path: PathBuf,
        request: Request,
        on_change: OnChange,
    ) -> Result<Arc<Self>, SessionError> {
        let task = Arc::new(Self {
            id,
            path,
            topics: request.topics.clone(),
            follow: request.follow,
            since: Instant::now(),
            cancel: Cancel::new(),
            pause: request.pause.clone(),
            progress: Mutex::default(),
            written: (Mutex::new(false), Condvar::new()),
            sources: Mutex::default(),
            thread: Mutex::default(),
            leaving: AtomicBool::new(false),
            on_change,
        });
        let at_work = Arc::clone(&task);
        let thread = std::thread::Builder::new()
            .name("capture".to_owned())
            .spawn(move || at_work.run(&request))
            .map_err(|e| {
                SessionError::new(
                    "no-thread",
                    format!("the system gives no thread to capture with: {e}"),
                )
            })?;
        *lock(&task.thread) = Some(thread);
        Ok(task)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn has_ended(&self) -> bool {
        lock(&self.progress).end.is_some()
    }

    /// Holds it, or lets it go on.
    pub(crate) fn set_paused(&self, paused: bool) {
        self.pause.set(paused);
        if !paused {
            // While it was held nobody waited for records.
            lock(&self.progress).came = Some(Instant::now());
        }
        self.tell();
    }

    /// Ends it; what was read is kept.
    pub(crate) fn stop(&self) {
        self.cancel.cancel();
        self.tell();
    }

    /// Ends it for a program that ends.
    pub(crate) fn leave(&self) {
        self.leaving.store(true, Ordering::Relaxed);
        self.stop();
    }

    /// Waits until its file is whole.
    pub(crate) fn join(&self) {
        let thread = lock(&self.thread).take();
        if let Some(thread) = thread {
            // What a panic there was about is told where it happened.
            drop(thread.join());
        }
    }

    /// Lets a source that reads the file grow with it.
    pub(crate) fn feed(&self, source: &Arc<OpenSource>) {
        let mut sources = lock(&self.sources);
        sources.retain(|s| s.strong_count() > 0);
        sources.push(Arc::downgrade(source));
        if self.has_ended() {
            source.growing.store(false, Ordering::Relaxed);
        }
    }

    fn fed(&self) -> Vec<Arc<OpenSource>> {
        lock(&self.sources).iter().filter_map(Weak::upgrade).collect()
    }

    fn run(self: &Arc<Self>, request: &Request) {
        let growing = {
            let task = Arc::clone(self);
            let grow = move || task.let_grow();
            std::thread::Builder::new().name("grow".to_owned()).spawn(grow)
        };
        let ended = capture(request, &self.path, &self.cancel, &mut |told| self.hear(told));
        *lock(&self.written.0) = true;
        self.written.1.notify_all();
        match growing {
            Ok(thread) => drop(thread.join()),
            Err(e) => tracing::warn!(error = %e, "what is open of the capture does not grow"),
        }
        self.close();
        let ended = ended.map_err(|e| match e {
            KafkaError::Cancelled => SessionError::cancelled(),
            e => e.into(),
        });
        {
            // With the lock held, so that a source is fed before this or told that nothing comes.
            let sources = lock(&self.sources);
            let mut progress = lock(&self.progress);
            if let Ok(captured) = &ended {
                progress.records = captured.durable.records;
                progress.bytes = captured.durable.bytes;
                progress.ready = true;
                progress.left = if captured.complete { 0 } else { progress.left };
            }
            progress.end = Some(ended);
            progress.took = Some(self.since.elapsed());
            for source in sources.iter().filter_map(Weak::upgrade) {
                source.growing.store(false, Ordering::Relaxed);
                (self.on_change)(Changed::Index {
                    source: source.id,
                    generation: source.snapshot().generation,
                });
            }
        }
        self.tell();
    }

    fn hear(&self, told: Told) {
        let mut progress = lock(&self.progress);
        match told {
            Told::Note(note) => {
                progress.note(note);
            }
            Told::Waiting(why) => {
                progress.waiting = Some(why);
            }
            Told::Kept(durable) => {
                progress.records = durable.records;
                progress.bytes = durable.bytes;
            }
            Told::Progress { written, left } => {
                let now = Instant::now();
                progress.ready = true;
                if written.records > progress.records {
                    let waited = (now - progress.came.replace(now).unwrap_or(self.since)).as_secs();
                    if let Some(why) = progress.waiting.take().filter(|_| waited > 0) {
                        progress.note(format!("waited {waited} s: {why}"));
                    }
                }
                progress.records = written.records;
                progress.bytes = written.bytes;
                progress.left = left;
                let lately = progress
                    .marks
                    .back()
                    .is_some_and(|(at, _)| now - *at < TELL_EVERY);
                if !lately {
                    progress.marks.push_back((now, written.records));
                }
                while progress.marks.len() > 2
                    && progress
                        .marks
                        .front()
                        .is_some_and(|(at, _)| now - *at > RATE_OVER)
                {
                    progress.marks.pop_front();
                }
                if progress.told_at.is_some_and(|at| now - at < TELL_EVERY) {
                    return;
                }
                let news = (written.records, left, progress.rate(), progress.ready);
                if progress.told.replace(news) == Some(news) {
                    return;
                }
                progress.told_at = Some(now);
            }
        }
        drop(progress);
        self.tell();
    }

    fn tell(&self) {
        (self.on_change)(Changed::Capture { capture: self.id });
    }

    /// Lets what is open of the file grow until writing has ended.
    fn let_grow(&self) {
        let mut rest = GROW_EVERY;
        loop {
            let written = lock(&self.written.0);
            let (ended, _) = self
                .written
                .1
                .wait_timeout_while(written, rest, |ended| !*ended)
                .unwrap_or_else(PoisonError::into_inner);
            if *ended {
                return;
            }
            drop(ended);
            let since = Instant::now();
            for source in self.fed() {
                if let Err(e) = source.grow(&self.cancel) {
                    tracing::debug!(error = %e, "a capture could not be read while it is written");
                }
            }
            rest = GROW_EVERY.max(since.elapsed() * (SHARE - 1));
        }
    }

    /// Leaves one file with nothing beside it, and shows the whole of it.
    fn close(&self) {
        let leaving = || self.leaving.load(Ordering::Relaxed);
        for source in self.fed() {
            loop {
                let snapshot = source.snapshot();
                if snapshot.state != IndexState::Reading {
                    break;
                }
                if leaving() {
                    source.cancel_index();
                }
                source.wait_newer(snapshot.generation, TELL_EVERY);
            }
        }
        for _ in 0..TRIES {
            for source in self.fed() {
                source.store.let_go();
            }
            // Where there is no file there is nothing to leave whole.
            if !self.path.exists() || settle(&self.path).unwrap_or(true) {
                break;
            }
        }
        if leaving() {
            return;
        }
        for source in self.fed() {
            if let Err(e) = source.grow(&Cancel::new()) {
                tracing::warn!(error = %e, "a capture could not be read when it was written");
            }
        }
    }

    pub(crate) fn dto(&self) -> CaptureDto {
        let progress = lock(&self.progress);
        let number = |n: u64| Int(i64::try_from(n).unwrap_or(i64::MAX));
        let (state, error) = match &progress.end {
            Some(Err(e)) if e.code == "cancelled" => (CaptureStateDto::Stopped, None),
            Some(Err(e)) => (CaptureStateDto::Failed, Some(e.clone().into())),
            Some(Ok(captured)) if captured.complete => (CaptureStateDto::Complete, None),
            Some(Ok(_)) => (CaptureStateDto::Stopped, None),
            None if self.pause.is_set() => (CaptureStateDto::Paused, None),
            None if !progress.ready => (CaptureStateDto::Connecting, None),
            None if self.follow && progress.left == 0 => (CaptureStateDto::Live, None),
            None => (CaptureStateDto::Reading, None),
        };
        CaptureDto {
            id: self.id,
            path: self.path.display().to_string(),
            topics: self.topics.clone(),
            follow: self.follow,
            state,
            ready: progress.ready,
            records: number(progress.records),
            bytes: number(progress.bytes),
            left: number(progress.left),
            rate: if progress.end.is_some() {
                0
            } else {
                progress.rate()
            },
            seconds: {
                let took = progress.took.unwrap_or_else(|| self.since.elapsed());
                u32::try_from(took.as_secs()).unwrap_or(u32::MAX)
            },
            notes: {
                let waiting = progress.waiting.as_ref().map(|why| format!("waiting: {why}"));
                progress.notes.iter().cloned().chain(waiting).collect()
            },
            error,
        }
    }
}

impl Progress {
    fn note(&mut self, note: String) {
        if self.notes.len() < NOTES && !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Records a second, over the last seconds.
    fn rate(&self) -> u32 {
        let (Some((from, before)), Some((to, after))) = (self.marks.front(), self.marks.back()) else {
            return 0;
        };
        let seconds = (*to - *from).as_secs_f64();
        if seconds < 0.05 {
            return 0;
        }
        (after.saturating_sub(*before) as f64 / seconds).round() as u32
    }
}
