//! Tables without row numbers: rows are counted in key order, and every so often the key is kept.

use std::sync::{Mutex, PoisonError};

use rusqlite::Row;
use rusqlite::types::Value;

/// Rows between two kept keys.
pub(super) const EVERY: i64 = 512;

/// Kept keys: the key of row `i * EVERY` at `i`.
#[derive(Clone, Debug, Default)]
pub(super) struct KeySamples {
    width: usize,
    rows: i64,
    pub(super) keys: Vec<Vec<Value>>,
}

impl KeySamples {
    /// For keys of this many columns.
    pub(super) const fn of_width(width: usize) -> Self {
        Self {
            width,
            rows: 0,
            keys: Vec::new(),
        }
    }

    /// Counts a row, and returns its number.
    pub(super) fn note(&mut self, row: &Row<'_>) -> i64 {
        let number = self.rows;
        if number % EVERY == 0 {
            self.keys.push(
                (0..self.width)
                    .map(|i| row.get(i).unwrap_or(Value::Null))
                    .collect(),
            );
        }
        self.rows += 1;
        number
    }
}

/// The kept keys of a store, for one state of its file.
#[derive(Debug)]
pub(super) struct Keyed {
    pub(super) width: usize,
    kept: Mutex<Option<(String, KeySamples)>>,
}

impl Keyed {
    /// For keys of this many columns; nothing is kept yet.
    pub(super) const fn new(width: usize) -> Self {
        Self {
            width,
            kept: Mutex::new(None),
        }
    }

    /// Keeps the keys of a scan.
    pub(super) fn keep(&self, samples: KeySamples, fingerprint: String) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((fingerprint, samples));
    }

    /// The keys kept for this state of the file.
    pub(super) fn kept(&self, fingerprint: &str) -> Option<KeySamples> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref()
            .filter(|(f, _)| f == fingerprint)
            .map(|(_, s)| s.clone())
    }
}
