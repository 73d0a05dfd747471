//! One table of a SQLite file, read as events through a mapping.

use std::sync::Arc;

use leftfold_event::{Cancel, Event, Locator};

use super::compile::{Plan, check, compile};
use super::connection::Database;
use super::keyed::Keyed;
use super::sql::quote;
use super::{fetch, scan};
use crate::mapping::Mapping;
use crate::shape::{RowKey, TableShape};
use crate::{EventStore, HeaderSink, Identity, RawPayload, ScanSummary, SourceError, StoreInfo};

/// One table of a SQLite file, read as events through a mapping.
pub(crate) struct SqliteStore {
    pub(super) database: Arc<Database>,
    pub(super) plan: Plan,
    /// Finds the next row number from a given one.
    pub(super) probe_sql: String,
    /// For tables without row numbers.
    pub(super) keyed: Option<Keyed>,
    info: StoreInfo,
    mapping_text: String,
    estimate: Option<u64>,
}

impl SqliteStore {
    /// Compiles the mapping against the file's tables.
    pub(crate) fn new(
        database: Arc<Database>,
        tables: &[TableShape],
        mapping: &Mapping,
        info: StoreInfo,
    ) -> Result<Self, SourceError> {
        check(mapping, tables)?;
        let plan = compile(mapping, tables)?;
        let main = tables.iter().find(|t| t.name == mapping.table);
        let keyed = main.and_then(|t| match &t.key {
            RowKey::Columns(names) => Some(Keyed::new(names.len())),
            _ => None,
        });
        let probe_sql = match main.map(|t| &t.key) {
            Some(RowKey::RowId(id)) => {
                let table = quote(&mapping.table);
                format!("SELECT t.{id} FROM main.{table} AS t WHERE t.{id} >= ?1 ORDER BY t.{id} LIMIT 1")
            }
            _ => String::new(),
        };
        let mapping_text = toml::to_string(mapping).map_err(|e| SourceError::Mapping(e.to_string()))?;
        let estimate = if mapping.explode.is_some() {
            None
        } else {
            main.and_then(|t| t.rows_at_most)
        };
        Ok(Self {
            database,
            plan,
            probe_sql,
            keyed,
            info,
            mapping_text,
            estimate,
        })
    }
}

impl EventStore for SqliteStore {
    fn info(&self) -> &StoreInfo {
        &self.info
    }

    fn identity(&self) -> Result<Identity, SourceError> {
        let disk = self.database.disk()?;
        Ok(Identity {
            path: Some(self.database.path().to_owned()),
            fingerprint: format!("{} | {}", disk.fingerprint(), self.mapping_text),
        })
    }

    fn estimate(&self) -> Option<u64> {
        self.estimate
    }

    fn scan(&self, sink: &mut dyn HeaderSink, cancel: &Cancel) -> Result<ScanSummary, SourceError> {
        scan::scan(self, sink, cancel)
    }

    fn fetch(
        &self,
        locators: &[Locator],
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, Event),
    ) -> Result<(), SourceError> {
        fetch::fetch(self, locators, cancel, visit)
    }

    fn fetch_raw(
        &self,
        locators: &[Locator],
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, &str, RawPayload<'_>),
    ) -> Result<(), SourceError> {
        fetch::fetch_raw(self, locators, cancel, visit)
    }
}
