//! Moves what was committed from the write-ahead log into the file, on a thread of its own: who writes does not wait for the disk.

use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};

use rusqlite::Connection;

use super::CaptureError;
use super::make::connect;

/// The thread and what it is asked for. It ends, and its connection is closed, when this is dropped.
pub(super) struct Checkpoints {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Passes asked for.
    wanted: u64,
    /// Of those, how many a pass has answered that began after they were asked for.
    done: u64,
    /// Pages the log held in the last pass.
    pages: u64,
    ended: bool,
    failed: Option<rusqlite::Error>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'g>(&self, state: MutexGuard<'g, State>) -> MutexGuard<'g, State> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }
}

impl Checkpoints {
    /// Begins to look after a capture that is in write-ahead mode.
    pub(super) fn of(path: &Path) -> Result<Self, CaptureError> {
        let connection = connect(path).map_err(|e| CaptureError::of(path, &e))?;
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let thread = Builder::new()
            .name("capture-checkpoints".to_owned())
            .spawn(move || run(&theirs, &connection))
            .map_err(|e| CaptureError::Write {
                path: path.to_owned(),
                reason: e.to_string(),
            })?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// Something was committed. Waits only where the log holds more than `most` pages: a transaction that begins after that writes it
    /// from its beginning again, unless a reader still needs what it holds. An error is one that a pass has met since the last time.
    pub(super) fn committed(&self, most: u64) -> rusqlite::Result<()> {
        let mut state = self.shared.lock();
        state.wanted += 1;
        let this = state.wanted;
        self.shared.changed.notify_all();
        while state.pages > most && state.done < this && state.failed.is_none() {
            state = self.shared.wait(state);
        }
        state.failed.take().map_or(Ok(()), Err)
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.shared.lock().ended = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // It panics nowhere; and what it leaves undone, the end of the writer does.
            let _ = thread.join();
        }
    }
}

fn run(shared: &Shared, connection: &Connection) {
    let mut state = shared.lock();
    loop {
        while state.done == state.wanted && !state.ended {
            state = shared.wait(state);
        }
        if state.ended {
            return;
        }
        let wanted = state.wanted;
        drop(state);
        // Goes as far as readers let it; waits for nobody.
        let pass = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get::<_, i64>(1));
        state = shared.lock();
        state.done = wanted;
        match pass {
            // -1: there is no log.
            Ok(pages) => state.pages = u64::try_from(pages).unwrap_or(0),
            Err(e) => state.failed = Some(e),
        }
        shared.changed.notify_all();
    }
}
