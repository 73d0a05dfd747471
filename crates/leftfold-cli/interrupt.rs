//! Ctrl-C: work is asked to stop; asked twice, or while waiting for input, it ends at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use leftfold_event::Cancel;

/// What a shell expects of a program ended by Ctrl-C.
const INTERRUPTED: i32 = 130;

/// Whether the user asked to stop.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interrupt {
    pub(crate) cancel: Cancel,
    at_once: Arc<AtomicBool>,
}

impl Interrupt {
    /// Listens for Ctrl-C from now on.
    pub(crate) fn listen() -> Self {
        let interrupt = Self::default();
        let heard = interrupt.clone();
        let stop = move || {
            if heard.at_once.swap(true, Ordering::Relaxed) {
                std::process::exit(INTERRUPTED);
            }
            heard.cancel.cancel();
        };
        // Without a handler Ctrl-C ends the program as it always did.
        drop(ctrlc::set_handler(stop));
        interrupt
    }

    /// Does what cannot look at the cancel (reading a terminal, waiting for a window): meanwhile Ctrl-C ends the program.
    pub(crate) fn blocking<T>(&self, work: impl FnOnce() -> T) -> T {
        self.at_once.store(true, Ordering::Relaxed);
        let done = work();
        self.at_once.store(false, Ordering::Relaxed);
        done
    }
}
