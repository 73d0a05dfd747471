//! Ctrl-C ends the program at once; while something half done would be left behind, the work is asked to stop first.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use leftfold_event::Cancel;

use crate::failure::Failure;

/// What a shell expects of a program ended by Ctrl-C.
pub(crate) const INTERRUPTED: u8 = 130;

/// Whether the user asked to stop.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interrupt {
    pub(crate) cancel: Cancel,
    /// Whether there is something to clean up.
    careful: Arc<AtomicBool>,
    /// Folders of this run that are removed when it ends at once.
    temporary: Arc<Mutex<Vec<PathBuf>>>,
}

impl Interrupt {
    /// Listens for Ctrl-C, and for what else asks a program to end (SIGTERM, SIGHUP), from now on; `json`: how the end is told.
    pub(crate) fn listen(json: bool) -> Self {
        let interrupt = Self::default();
        let heard = interrupt.clone();
        let stop = move || {
            // Asked twice, it ends without cleaning up.
            let first = !heard.cancel.is_cancelled();
            heard.cancel.cancel();
            if !(first && heard.careful.load(Ordering::SeqCst)) {
                heard.clean_up();
                end(json);
            }
        };
        // Without a handler Ctrl-C ends the program as it always did.
        drop(ctrlc::set_handler(stop));
        interrupt
    }

    /// Sees to it that a folder of this run does not outlive it, if it is ended at once.
    pub(crate) fn remove_at_end(&self, folder: &Path) {
        self.temporary().push(folder.to_owned());
    }

    fn temporary(&self) -> MutexGuard<'_, Vec<PathBuf>> {
        // The list is whole whatever happened to the thread that held it.
        self.temporary.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn clean_up(&self) {
        for folder in self.temporary().drain(..) {
            // Nobody is left to tell.
            drop(std::fs::remove_dir_all(folder));
        }
        leftfold_session::remove_temporary_copies();
    }

    /// Does what leaves something half done behind unless it is asked to stop: it looks at the cancel.
    pub(crate) fn careful<T>(&self, work: impl FnOnce() -> T) -> T {
        self.careful.store(true, Ordering::SeqCst);
        let done = work();
        self.careful.store(false, Ordering::SeqCst);
        done
    }
}

/// Ends the program, telling why, without freeing what the system frees faster.
fn end(json: bool) -> ! {
    let mut err = io::stderr();
    if err.is_terminal() {
        // A progress bar may stand there.
        drop(err.write_all(b"\r\x1b[K"));
    }
    Failure::Cancelled.tell(json);
    process::exit(i32::from(INTERRUPTED));
}
