//! Schemas by their registry's numbers.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::schema::{Schema, SchemaError, Written};

/// Schemas by number, each made ready when it is first needed.
#[derive(Debug, Default)]
pub struct Schemas {
    by_number: BTreeMap<u32, Entry>,
}

#[derive(Debug)]
struct Entry {
    written: Written,
    ready: OnceLock<Result<Schema, SchemaError>>,
}

impl Schemas {
    /// No schemas.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in a schema; the one that had its number goes.
    pub fn insert(&mut self, number: u32, written: Written) {
        let ready = OnceLock::new();
        self.by_number.insert(number, Entry { written, ready });
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_number.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_number.is_empty()
    }

    /// The numbers, ascending.
    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        self.by_number.keys().copied()
    }

    /// A schema as it is written.
    pub fn written(&self, number: u32) -> Option<&Written> {
        self.by_number.get(&number).map(|e| &e.written)
    }

    /// A schema to decode with, or why it cannot be used; `None`: there is none of this number.
    pub fn get(&self, number: u32) -> Option<Result<&Schema, &SchemaError>> {
        let entry = self.by_number.get(&number)?;
        Some(entry.ready.get_or_init(|| Schema::new(&entry.written)).as_ref())
    }
}
