//! One table of a SQLite file, read as events through a mapping.

use std::sync::{Arc, Mutex, PoisonError};

use leftfold_event::{Cancel, Event, Locator};

use super::compile::{Plan, check, compile};
use super::connection::{Database, Lease};
use super::found::Found;
use super::keyed::Keyed;
use super::orphans::Layout;
use super::partners::Partners;
use super::sql::quote;
use super::{fetch, scan, whole};
use crate::expression::Expression;
use crate::lost::LostRows;
use crate::mapping::Mapping;
use crate::shape::{RowKey, TableShape};
use crate::{EventStore, HeaderSink, Identity, RawPayload, ScanSummary, SourceError, StoreInfo, WholeSink};

/// One table of a SQLite file, read as events through a mapping.
pub(crate) struct SqliteStore {
    pub(super) database: Arc<Database>,
    pub(super) plan: Plan,
    /// Finds the next row number from a given one.
    pub(super) probe_sql: String,
    /// For tables without row numbers.
    pub(super) keyed: Option<Keyed>,
    pub(super) main: Main,
    info: StoreInfo,
    mapping_text: String,
    estimate: Option<u64>,
    /// What the last scan could not read, by row number.
    lost: Mutex<Vec<LostRows>>,
    /// The records of all tables.
    pub(super) layouts: Vec<Layout>,
    /// What was found of the rows a damaged tree does not lead to, for one state of the file.
    found: Mutex<Option<(String, Arc<Found>)>>,
    /// What could be copied of joined tables that are damaged, for one state of the file.
    partners: Mutex<Option<(String, Arc<Partners>)>>,
}

/// What is to be known of the events' table to read around damage.
pub(super) struct Main {
    pub(super) name: String,
    /// The name of its row number.
    pub(super) row_id: &'static str,
    pub(super) rows_at_most: Option<u64>,
    /// Its indexes over all rows.
    pub(super) indexes: Vec<String>,
    /// The column its row number stands for.
    pub(super) integer_key: Option<String>,
    /// Whether an event's position is its row number.
    pub(super) position_is_row: bool,
}

impl Main {
    fn new(mapping: &Mapping, table: Option<&TableShape>) -> Self {
        let integer_key = table.and_then(TableShape::integer_key);
        let is_row = |e: &Expression| {
            let key = integer_key.map(Expression::column);
            key.as_ref() == Some(e) || *e == Expression::column("rowid")
        };
        Self {
            name: mapping.table.clone(),
            row_id: match table.map(|t| &t.key) {
                Some(RowKey::RowId(id)) => id,
                _ => "rowid",
            },
            rows_at_most: table.and_then(|t| t.rows_at_most),
            indexes: table.map(|t| t.indexes.clone()).unwrap_or_default(),
            integer_key: integer_key.map(str::to_owned),
            position_is_row: mapping.position.as_ref().is_some_and(is_row),
        }
    }
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
            main: Main::new(mapping, main),
            info,
            mapping_text,
            estimate,
            lost: Mutex::default(),
            layouts: tables.iter().filter_map(Layout::of).collect(),
            found: Mutex::default(),
            partners: Mutex::default(),
        })
    }

    /// Keeps what a scan could not read, for those who ask for these rows.
    pub(super) fn remember(&self, lost: &[LostRows]) {
        let mut sorted = lost.to_vec();
        sorted.sort_by_key(|l| l.first);
        *self.lost.lock().unwrap_or_else(PoisonError::into_inner) = sorted;
    }

    /// The rows SQLite cannot reach, looked for once for each state of the file.
    pub(super) fn found(&self, lease: &Lease<'_>, cancel: &Cancel) -> Option<Arc<Found>> {
        let mut slot = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let content = self.database.fingerprint().ok()?;
        if let Some((_, found)) = slot.as_ref().filter(|(of, _)| *of == content) {
            return Some(Arc::clone(found));
        }
        let found = Found::of(&self.database, lease, cancel, &self.main.name, &self.layouts);
        let found = Arc::new(found?);
        *slot = Some((content, Arc::clone(&found)));
        Some(found)
    }

    /// The joined tables as far as they can be read, copied once for each state of the file.
    pub(super) fn partners(&self, lease: &Lease<'_>, cancel: &Cancel) -> Option<Arc<Partners>> {
        let mut slot = self.partners.lock().unwrap_or_else(PoisonError::into_inner);
        let content = self.database.fingerprint().ok()?;
        if let Some((_, partners)) = slot.as_ref().filter(|(of, _)| *of == content) {
            return Some(Arc::clone(partners));
        }
        let partners = Arc::new(Partners::of(self, lease, cancel)?);
        *slot = Some((content, Arc::clone(&partners)));
        Some(partners)
    }

    /// The stretch of lost rows this one is in.
    pub(super) fn lost_at(&self, row: i64) -> Option<LostRows> {
        let lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        let behind = lost.partition_point(|l| l.first <= row);
        let stretch = lost.get(behind.checked_sub(1)?)?;
        stretch
            .last
            .is_none_or(|last| row <= last)
            .then(|| stretch.clone())
    }
}

impl EventStore for SqliteStore {
    fn info(&self) -> &StoreInfo {
        &self.info
    }

    fn identity(&self) -> Result<Identity, SourceError> {
        let content = self.database.fingerprint()?;
        Ok(Identity {
            path: (!self.database.is_copy()).then(|| self.database.path().to_owned()),
            fingerprint: format!("{content} | {}", self.mapping_text),
        })
    }

    fn estimate(&self) -> Option<u64> {
        self.estimate
    }

    fn scan(&self, sink: &mut dyn HeaderSink, cancel: &Cancel) -> Result<ScanSummary, SourceError> {
        scan::scan(self, sink, cancel)
    }

    fn scan_whole(&self, sink: &mut dyn WholeSink, cancel: &Cancel) -> Result<ScanSummary, SourceError> {
        whole::scan_whole(self, sink, cancel)
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
