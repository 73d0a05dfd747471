//! Rows SQLite cannot reach, found in the file itself and read all the same.

use std::sync::Arc;

use leftfold_event::Cancel;
use rusqlite::types::ValueRef;

use super::aside::{Aside, LeafRow, Unjoined, rows, sample_rows};
use super::connection::{Database, Lease};
use super::orphans::{Layout, Orphans};
use super::partners::Partners;
use super::schema::{SAMPLE_ROWS, sample_of};
use super::store::SqliteStore;
use super::survey::{Stray, Survey};
use crate::shape::{RowKey, TableShape};

/// Rows that are looked up at once where one is asked for: its neighbours are often asked for next.
const AT_ONCE: usize = 64;

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

/// Reads rows of a store past what is damaged before them, or beside them in joined tables.
pub(super) struct Rescue<'r> {
    store: &'r SqliteStore,
    pub(super) lease: &'r Lease<'r>,
    cancel: &'r Cancel,
    pub(super) found: Option<Arc<Found>>,
    aside: Option<Aside>,
    /// The joined tables, once one of them was found to be damaged.
    partners: Option<Arc<Partners>>,
    /// The first row and the last one of those in `aside`, if it holds all between.
    loaded: Option<[i64; 2]>,
    /// What cannot be read of that which joins the rows in `aside`.
    pub(super) unjoined: Vec<Unjoined>,
}

impl<'r> Rescue<'r> {
    /// Looks for them, if that was not done for this state of the file.
    pub(super) fn new(store: &'r SqliteStore, lease: &'r Lease<'r>, cancel: &'r Cancel) -> Self {
        Self {
            store,
            lease,
            cancel,
            found: store.found(lease, cancel),
            aside: None,
            partners: None,
            loaded: None,
            unjoined: Vec::new(),
        }
    }

    fn aside(&mut self) -> rusqlite::Result<&Aside> {
        let aside = match self.aside.take() {
            Some(aside) => aside,
            None => Aside::new(self.store, self.lease)?,
        };
        Ok(self.aside.insert(aside))
    }

    /// A database that holds these rows and no others, with what joins them.
    pub(super) fn with_rows(&mut self, rows: &[LeafRow]) -> rusqlite::Result<&Aside> {
        self.loaded = None;
        let (lease, partners) = (self.lease, self.partners.clone());
        let mut unjoined = self.aside()?.fill(rows, lease, partners.as_deref())?;
        if !unjoined.is_empty() && partners.is_none() {
            self.partners = self.store.partners(lease, self.cancel);
            if let Some(partners) = self.partners.clone() {
                unjoined = self.aside()?.fill(rows, lease, Some(&partners))?;
            }
        }
        self.unjoined = unjoined;
        self.aside()
    }

    /// At most `most` rows from a number on that SQLite reads when nothing is joined to them; and why there are no more, if that is
    /// damage.
    pub(super) fn rows_alone(&mut self, start: i64, most: usize) -> (Vec<LeafRow>, Option<rusqlite::Error>) {
        let lease = self.lease;
        match self.aside() {
            Ok(aside) => aside.rows_from(start, most, lease),
            Err(e) => (Vec::new(), Some(e)),
        }
    }

    /// Whether this row, or the next one there is, can be read when nothing is joined to it.
    pub(super) fn reads_alone(&mut self, start: i64) -> bool {
        !self.store.plan.joins.is_empty()
            && matches!(self.rows_alone(start, 1), (rows, None) if !rows.is_empty())
    }

    /// A database that holds this row; `None`: it was not found, or is damaged itself.
    pub(super) fn with_row(&mut self, number: i64) -> Option<&Aside> {
        if !self
            .loaded
            .is_some_and(|[first, last]| first <= number && number <= last)
        {
            let leaf = |f: &Found| f.orphans.leaf_of(number).map(|leaf| f.rows(leaf));
            let rows = match self.found.as_deref().and_then(leaf) {
                Some(rows) => rows,
                // What is damaged may be what joins it.
                None if self.reads_alone(number) => self.rows_alone(number, AT_ONCE).0,
                None => return None,
            };
            let ends = [rows.first()?.number, rows.last()?.number];
            self.with_rows(&rows).ok()?;
            self.loaded = Some(ends);
        }
        let aside = self.aside.as_ref()?;
        let sql = &self.store.probe_sql;
        let next = aside
            .connection
            .prepare_cached(sql)
            .and_then(|mut s| s.query_row([number], |row| row.get::<_, i64>(0)));
        (next.ok()? == number).then_some(aside)
    }

    /// Why something of what joins this row of `aside` is missing, in a sentence.
    pub(super) fn why_unjoined(&self, number: i64) -> Option<String> {
        let unjoined = self.unjoined.iter().find(|u| u.rows.contains(&number))?;
        Some(format!(
            "what belongs to it in the table {} cannot be read: {}",
            unjoined.table, unjoined.why
        ))
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
