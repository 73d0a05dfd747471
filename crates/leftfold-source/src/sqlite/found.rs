//! Rows SQLite cannot reach, found in the file itself and read all the same.

use std::sync::Arc;

use leftfold_event::Cancel;
use rusqlite::types::ValueRef;

use super::aside::{Aside, LeafRow, rows, sample_rows};
use super::connection::{Database, Lease};
use super::orphans::{Layout, Orphans};
use super::schema::{SAMPLE_ROWS, sample_of};
use super::store::SqliteStore;
use super::survey::{Stray, Survey};
use crate::shape::{RowKey, TableShape};

/// What was found of one table.
#[derive(Debug)]
pub(super) struct Found {
    survey: Arc<Survey>,
    pub(super) orphans: Orphans,
}

impl Found {
    /// Looks for the rows of a table. `None`: the file cannot be walked, the table is not in its schema, or it was cancelled.
    pub(super) fn of(
        database: &Database,
        lease: &Lease<'_>,
        cancel: &Cancel,
        table: &str,
        layouts: &[Layout],
    ) -> Option<Self> {
        let survey = database.survey(lease, cancel)?;
        let mut named = Vec::new();
        let mut statement = lease
            .prepare("SELECT name, rootpage FROM main.sqlite_schema WHERE type = 'table'")
            .ok()?;
        let mut schema = statement.query([]).ok()?;
        // A schema that is itself damaged makes the survey uncertain.
        while let Ok(Some(row)) = schema.next() {
            let (Ok(name), Ok(root)) = (row.get::<_, String>(0), row.get::<_, u32>(1)) else {
                continue;
            };
            if let Some(layout) = layouts.iter().find(|l| l.table == name) {
                named.push((root, layout.clone()));
            }
        }
        let (root, layout) = named.iter().find(|(_, l)| l.table == table)?;
        Some(Self {
            orphans: Orphans::pick(&survey, *root, layout, &named),
            survey,
        })
    }

    /// The rows of one of the leaves.
    pub(super) fn rows(&self, leaf: &Stray) -> Vec<LeafRow> {
        rows(&self.survey, leaf)
    }
}

/// Reads the rows that were found of a store.
pub(super) struct Rescue<'r> {
    store: &'r SqliteStore,
    lease: &'r Lease<'r>,
    pub(super) found: Option<Arc<Found>>,
    aside: Option<Aside>,
    /// The leaf whose rows are in `aside`.
    loaded: Option<u32>,
}

impl<'r> Rescue<'r> {
    /// Looks for them, if that was not done for this state of the file.
    pub(super) fn new(store: &'r SqliteStore, lease: &'r Lease<'r>, cancel: &Cancel) -> Self {
        Self {
            store,
            lease,
            found: store.found(lease, cancel),
            aside: None,
            loaded: None,
        }
    }

    /// A database that holds these rows and no others.
    pub(super) fn with_rows(&mut self, rows: &[LeafRow]) -> rusqlite::Result<&Aside> {
        self.loaded = None;
        let aside = match self.aside.take() {
            Some(aside) => aside,
            None => Aside::new(self.store, self.lease)?,
        };
        let aside = self.aside.insert(aside);
        aside.fill(rows, self.lease)?;
        Ok(aside)
    }

    /// A database that holds this row; `None`: it was not found, or is damaged itself.
    pub(super) fn with_row(&mut self, number: i64) -> Option<&Aside> {
        let found = self.found.clone()?;
        let leaf = found.orphans.leaf_of(number)?;
        if self.loaded != Some(leaf.page) {
            self.with_rows(&found.rows(leaf)).ok()?;
            self.loaded = Some(leaf.page);
        }
        let aside = self.aside.as_ref()?;
        let sql = &self.store.probe_sql;
        let next = aside
            .connection
            .prepare_cached(sql)
            .and_then(|mut s| s.query_row([number], |row| row.get::<_, i64>(0)));
        (next.ok()? == number).then_some(aside)
    }
}

/// Gives the tables of which SQLite reads not one row, as their first page is damaged, samples of the rows that were found.
pub(crate) fn find_samples(database: &Database, lease: &Lease<'_>, tables: &mut [TableShape]) {
    let blank = |t: &TableShape| {
        let rows = matches!(t.key, RowKey::RowId(_)) && t.rows_at_most.is_none();
        rows && t.columns.iter().all(|c| c.samples.is_empty())
    };
    if !tables.iter().any(blank) {
        return;
    }
    let layouts: Vec<Layout> = tables.iter().filter_map(Layout::of).collect();
    for table in tables.iter_mut().filter(|t| blank(t)) {
        let Some(found) = Found::of(database, lease, &Cancel::new(), &table.name, &layouts) else {
            continue;
        };
        let leaves = &found.orphans.leaves;
        let ends = match &leaves[..] {
            [] => continue,
            [only] => vec![only],
            [first, .., last] => vec![first, last],
        };
        let mut samples = Vec::new();
        for leaf in ends {
            samples.extend(sample_rows(table, found.rows(leaf)).into_iter().take(SAMPLE_ROWS));
        }
        let stored = table.columns.iter_mut().filter(|c| !c.computed);
        for (i, column) in stored.enumerate() {
            let values = samples.iter().filter_map(|row| row.get(i));
            column
                .samples
                .extend(values.map(|v| sample_of(ValueRef::from(v))));
        }
    }
}
