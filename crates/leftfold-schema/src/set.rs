//! Schemas by what their registry calls them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::framing::SchemaId;
use crate::schema::{Schema, SchemaError, Written};

/// Schemas by what their registry calls them, each made ready when it is first needed.
#[derive(Debug, Default)]
pub struct Schemas {
    by_id: BTreeMap<SchemaId, Entry>,
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

    /// Takes in a schema; the one that was called so goes.
    pub fn insert(&mut self, id: SchemaId, written: Written) {
        let ready = OnceLock::new();
        self.by_id.insert(id, Entry { written, ready });
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// A schema as it is written.
    pub fn written(&self, id: SchemaId) -> Option<&Written> {
        self.by_id.get(&id).map(|e| &e.written)
    }

    /// A schema to decode with, or why it cannot be used; `None`: there is none that is called so.
    pub fn get(&self, id: SchemaId) -> Option<Result<&Schema, &SchemaError>> {
        let entry = self.by_id.get(&id)?;
        Some(entry.ready.get_or_init(|| Schema::new(&entry.written)).as_ref())
    }
}
