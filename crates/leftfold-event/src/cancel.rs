//! Cancelling long work, and saying how far it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A flag that asks long work to stop. Clones share the flag.
///
/// Work looks at it at least every few thousand events or every fetched row batch, so that it stops within 50 ms.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A flag nobody has raised yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the work that holds a clone of this flag to stop.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// How far a long task is, in its own unit (events, bytes or rows). Clones share the numbers.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<[AtomicU64; 2]>);

impl Progress {
    /// Nothing done, total unknown.
    pub fn new() -> Self {
        Self::default()
    }

    /// States the total; 0 means unknown.
    pub fn set_total(&self, total: u64) {
        self.0[1].store(total, Ordering::Relaxed);
    }

    /// States how much is done.
    pub fn set_done(&self, done: u64) {
        self.0[0].store(done, Ordering::Relaxed);
    }

    /// How much is done.
    pub fn done(&self) -> u64 {
        self.0[0].load(Ordering::Relaxed)
    }

    /// The total, if it is known.
    pub fn total(&self) -> Option<u64> {
        match self.0[1].load(Ordering::Relaxed) {
            0 => None,
            n => Some(n),
        }
    }
}
