//! Filters that run in the background and can be looked through while they do.

use std::ops::ControlFlow;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use leftfold_event::Cancel;
use leftfold_log::{Axis, Filter, FilterRun, Growth, Log, Selection};
use leftfold_source::EventStore;

use crate::error::SessionError;
use crate::masks::Masks;
use crate::source::{Changed, IndexState, OpenSource, lock};

/// How often a running filter shows what it has.
const SHOW_EVERY: Duration = Duration::from_millis(120);

/// A filter at work on a source.
pub struct FilterTask {
    /// Its handle.
    pub id: u32,
    /// What it keeps.
    pub filter: Filter,
    pub(crate) cancel: Cancel,
    matches: Mutex<Arc<Matches>>,
    shown: Condvar,
}

/// What a filter has found so far, over one snapshot of the log.
pub struct Matches {
    /// The log it belongs to.
    pub log: Arc<Log>,
    /// The events kept.
    pub selection: Selection,
    /// Events looked at.
    pub scanned: u32,
    /// Whether all were looked at.
    pub done: bool,
    /// Events on which the expression failed.
    pub failed: u32,
    /// The first failure.
    pub first_failure: Option<String>,
    /// Why the scan ended early, if it did.
    pub error: Option<SessionError>,
}

impl FilterTask {
    /// What it has found so far.
    pub fn matches(&self) -> Arc<Matches> {
        Arc::clone(&lock(&self.matches))
    }

    /// What it keeps of a log that continues the one it has looked through: its verdicts move along, and only what is new is judged, as what
    /// has another version now is, if that matters. Over any other log it starts anew. `grown` may give what came since a log. `None` where there is
    /// nothing to take over: it is still at work, or was stopped.
    pub(crate) fn over(
        &self,
        log: &Arc<Log>,
        grown: Option<(&Arc<Log>, &Growth)>,
        store: &dyn EventStore,
        cancel: &Cancel,
    ) -> Result<Option<Matches>, SessionError> {
        let before = self.matches();
        if !before.done || before.error.is_some() || Arc::ptr_eq(&before.log, log) {
            return Ok(None);
        }
        let judge = |ordinals: &[u32]| FilterRun::over(&self.filter, log, ordinals, store, cancel);
        let matches = |selection: Selection, run: &FilterRun<'_>, told: (u32, Option<String>)| {
            let ((failed, first_failure), (more, first)) = (told, run.failures());
            Matches {
                log: Arc::clone(log),
                selection,
                scanned: log.events(),
                done: true,
                failed: failed + more,
                first_failure: first_failure.or_else(|| first.map(str::to_owned)),
                error: None,
            }
        };
        if !log.continues(&before.log) {
            let all: Vec<u32> = (0..log.events()).collect();
            let run = judge(&all)?;
            return Ok(Some(matches(log.select(run.kept().to_vec()), &run, (0, None))));
        }
        let since;
        let growth = match grown {
            Some((of, growth)) if Arc::ptr_eq(of, &before.log) => growth,
            _ => {
                since = log.growth_since(&before.log);
                &since
            }
        };
        let new: Vec<u32> = growth.new_events().collect();
        let run = judge(&new)?;
        let mut selection = log.select_grown(&before.selection, growth, run.kept());
        let recounted = growth.recounted();
        if !recounted.is_empty() && self.filter.uses_version() {
            let order = selection.order(Axis::Log);
            let mut kept = order.range(0, order.len());
            kept.retain(|o| recounted.binary_search(o).is_err());
            // What fails there has failed before.
            kept.extend_from_slice(judge(recounted)?.kept());
            kept.sort_unstable();
            selection = log.select(kept);
        }
        let failures = (before.failed, before.first_failure.clone());
        Ok(Some(matches(selection, &run, failures)))
    }

    pub(crate) fn take(&self, matches: Matches) {
        *lock(&self.matches) = Arc::new(matches);
        self.shown.notify_all();
    }

    /// Stops it; what it has found stays.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// Waits until all events were looked at, calling `tick` about ten times a second; `Break` ends the waiting early, with
    /// what was found by then. For the command line.
    pub fn wait_done(
        &self,
        tick: &mut dyn FnMut(&Matches) -> ControlFlow<()>,
    ) -> Result<Arc<Matches>, SessionError> {
        loop {
            let matches = self.matches();
            if let Some(error) = &matches.error {
                return Err(error.clone());
            }
            if matches.done || tick(&matches).is_break() {
                return Ok(matches);
            }
            let guard = lock(&self.matches);
            // What was shown since the look above needs no waiting for.
            if Arc::ptr_eq(&guard, &matches) {
                drop(self.shown.wait_timeout(guard, Duration::from_millis(100)));
            }
        }
    }
}

impl OpenSource {
    /// Starts a filter; it goes on in the background, following the index while that grows.
    pub fn start_filter(self: &Arc<Self>, text: &str) -> Result<Arc<FilterTask>, SessionError> {
        let filter = Filter::parse(text)?;
        Masks::refuse(self.store.hidden(), &filter.reads(), "the filter")?;
        let log = Arc::clone(&self.snapshot().log);
        let task = Arc::new(FilterTask {
            id: self.filter_id(),
            filter,
            cancel: Cancel::new(),
            matches: Mutex::new(Arc::new(Matches {
                selection: log.select(Vec::new()),
                log,
                scanned: 0,
                done: false,
                failed: 0,
                first_failure: None,
                error: None,
            })),
            shown: Condvar::new(),
        });
        self.scan(&task, None)?;
        lock(&self.filters).insert(task.id, Arc::clone(&task));
        Ok(task)
    }

    /// Lets all filters look through the log anew that comes after a generation: the one before says nothing of it. Until then they keep what
    /// they kept.
    pub(crate) fn filter_anew(self: &Arc<Self>, after: u32) {
        let all: Vec<Arc<FilterTask>> = lock(&self.filters).values().cloned().collect();
        for old in all {
            old.cancel();
            let kept = old.matches();
            // It could be read before.
            let Ok(filter) = Filter::parse(old.filter.text()) else {
                continue;
            };
            let still = |error: Option<SessionError>| {
                let order = kept.selection.order(Axis::Log);
                Matches {
                    log: Arc::clone(&kept.log),
                    selection: kept.log.select(order.range(0, order.len())),
                    scanned: 0,
                    done: error.is_some(),
                    failed: 0,
                    first_failure: None,
                    error,
                }
            };
            let task = Arc::new(FilterTask {
                id: old.id,
                filter,
                cancel: Cancel::new(),
                matches: Mutex::new(Arc::new(still(None))),
                shown: Condvar::new(),
            });
            if let Err(e) = self.scan(&task, Some(after)) {
                task.take(still(Some(e)));
            }
            // Who dropped it meanwhile does not want it.
            if let Some(slot) = lock(&self.filters).get_mut(&task.id) {
                *slot = Arc::clone(&task);
            } else {
                task.cancel();
            }
        }
    }

    /// Looks through the log in the background, and through what it grows by while it is read; `after`: not before a later snapshot is there.
    fn scan(self: &Arc<Self>, task: &Arc<FilterTask>, after: Option<u32>) -> Result<(), SessionError> {
        let (weak, task_too, store) = (Arc::downgrade(self), Arc::clone(task), Arc::clone(&self.store));
        let run = move || {
            let mut carry = Carry::default();
            let mut after = after;
            loop {
                let Some(source) = weak.upgrade() else { return };
                let snapshot = match after {
                    Some(generation) => source.wait_newer(generation, Duration::from_millis(100)),
                    None => source.snapshot(),
                };
                if after.is_some_and(|generation| snapshot.generation <= generation) {
                    if task_too.cancel.is_cancelled() {
                        return;
                    }
                    continue;
                }
                after = None;
                let id = source.id;
                let on_change = Arc::clone(&source.on_change);
                drop(source);
                let last = snapshot.state != IndexState::Reading;
                let shown = || {
                    on_change(Changed::Filter {
                        source: id,
                        filter: task_too.id,
                    });
                };
                if !pass(&task_too, &*store, &snapshot.log, last, &mut carry, &shown) || last {
                    return;
                }
                let Some(source) = weak.upgrade() else { return };
                source.wait_newer(snapshot.generation, Duration::from_millis(500));
            }
        };
        let thread = std::thread::Builder::new()
            .name("filter".to_owned())
            // An unoptimised evaluation takes some 30 KiB of stack a level.
            .stack_size(16 << 20)
            .spawn(run);
        match thread {
            Ok(_) => Ok(()),
            Err(e) => Err(SessionError::new(
                "no-thread",
                format!("the system gives no thread to filter with: {e}"),
            )),
        }
    }

    /// A running or finished filter.
    pub fn filter(&self, id: u32) -> Result<Arc<FilterTask>, SessionError> {
        let filters = lock(&self.filters);
        filters
            .get(&id)
            .cloned()
            .ok_or_else(|| SessionError::new("filter-gone", format!("there is no filter {id}")))
    }

    /// Stops and forgets a filter.
    pub fn drop_filter(&self, id: u32) {
        if let Some(task) = lock(&self.filters).remove(&id) {
            task.cancel.cancel();
        }
    }
}

/// What a pass hands to the next one, over a longer log.
#[derive(Default)]
struct Carry {
    kept: Vec<u32>,
    scanned: u32,
    failed: u32,
    first_failure: Option<String>,
}

/// Looks at the events of one snapshot that earlier passes have not seen; false when it ended early.
fn pass(
    task: &FilterTask,
    store: &dyn EventStore,
    log: &Arc<Log>,
    last: bool,
    carry: &mut Carry,
    shown: &dyn Fn(),
) -> bool {
    if log.events() < carry.scanned {
        // Another log than before (indexed anew): start over.
        *carry = Carry::default();
    }
    let mut run = FilterRun::resume(&task.filter, log, std::mem::take(&mut carry.kept), carry.scanned);
    let (failed_before, failure_before) = (carry.failed, carry.first_failure.take());
    let mut shown_at = Instant::now();
    let show = |run: &FilterRun<'_>, done: bool, error: Option<SessionError>| {
        let (failed, first) = run.failures();
        *lock(&task.matches) = Arc::new(Matches {
            log: Arc::clone(log),
            selection: log.select(run.kept().to_vec()),
            scanned: run.scanned(),
            done,
            failed: failed_before + failed,
            first_failure: failure_before.clone().or_else(|| first.map(str::to_owned)),
            error,
        });
        task.shown.notify_all();
        shown();
    };
    let ended_well = loop {
        match run.step(store, &task.cancel) {
            _ if task.cancel.is_cancelled() => {
                show(&run, true, Some(SessionError::cancelled()));
                break false;
            }
            Err(e) => {
                show(&run, true, Some(e.into()));
                break false;
            }
            Ok(false) => {
                show(&run, last, None);
                break true;
            }
            Ok(true) if shown_at.elapsed() >= SHOW_EVERY => {
                show(&run, false, None);
                shown_at = Instant::now();
            }
            Ok(true) => {}
        }
    };
    let (failed, first) = run.failures();
    carry.failed = failed_before + failed;
    carry.first_failure = failure_before.or_else(|| first.map(str::to_owned));
    carry.scanned = run.scanned();
    carry.kept = run.kept().to_vec();
    ended_well
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::path::Path;

    use leftfold_source::SourceFile;

    use super::*;
    use crate::source::OpenOptions;

    fn lines(range: std::ops::Range<u32>) -> String {
        let line = |i: u32| {
            format!(
                "{{\"stream\":\"s-{}\",\"type\":\"T{}\",\"payload\":{{\"n\":{i}}}}}\n",
                i % 7,
                i % 2
            )
        };
        range.map(line).collect()
    }

    fn open(path: &Path) -> Arc<OpenSource> {
        let file = SourceFile::open_unmapped(path).expect("a file of events");
        let source = OpenSource::open(OpenOptions {
            id: 1,
            path: path.to_owned(),
            store: file.store(0).expect("one history"),
            projections: leftfold_replay::Projections::default(),
            warnings: Vec::new(),
            cache_folder: None,
            growing: false,
            on_change: Arc::new(|_| ()),
        });
        source.wait_ready(&mut |_| ()).expect("it can be read");
        source
    }

    fn kept(source: &Arc<OpenSource>, id: u32) -> (u32, usize) {
        let task = source.filter(id).expect("it has the id it had");
        let matches = task
            .wait_done(&mut |_| ControlFlow::Continue(()))
            .expect("it ends");
        (
            matches.log.events(),
            matches.selection.order(Axis::Log).len() as usize,
        )
    }

    #[test]
    fn a_source_that_is_read_again_is_looked_through_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("events.ndjson");
        std::fs::write(&path, lines(0..1000)).expect("it can be written");
        let source = open(&path);
        let id = source.start_filter("type == \"T1\"").expect("a filter").id;
        assert_eq!(kept(&source, id), (1000, 500));
        let mut file = std::fs::OpenOptions::new()
            .append(true)
            .open(&path)
            .expect("the file");
        file.write_all(lines(1000..1100).as_bytes()).expect("more events");
        source.reindex();
        source.wait_ready(&mut |_| ()).expect("it can be read");
        assert_eq!(kept(&source, id), (1100, 550));
        // Others in their place, of which there are more than were looked through.
        std::fs::write(&path, lines(0..1200).replace("T1", "T9").replace("T0", "T1")).expect("written anew");
        source.reindex();
        source.wait_ready(&mut |_| ()).expect("it can be read");
        assert_eq!(kept(&source, id), (1200, 600));
    }
}
