//! A pause that one thread asks of another.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use leftfold_event::Cancel;

/// How often who waits looks at the cancel flag.
const LOOK: Duration = Duration::from_millis(20);

/// Asks a capture to wait, and to go on. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Pause(Arc<(Mutex<bool>, Condvar)>);

impl Pause {
    /// Nobody waits yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks to wait, or to go on.
    pub fn set(&self, paused: bool) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = paused;
        self.0.1.notify_all();
    }

    /// Whether a wait is asked for.
    pub fn is_set(&self) -> bool {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until it may go on, at most a moment; whether it may.
    pub(crate) fn wait(&self, cancel: &Cancel) -> bool {
        let paused = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !*paused || cancel.is_cancelled() {
            return true;
        }
        let (paused, _) = self
            .0
            .1
            .wait_timeout(paused, LOOK)
            .unwrap_or_else(PoisonError::into_inner);
        !*paused || cancel.is_cancelled()
    }
}
