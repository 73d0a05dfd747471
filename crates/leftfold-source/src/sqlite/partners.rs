//! The rows of joined tables, copied as far as a damaged file lets them be read.

use std::sync::{Mutex, PoisonError};

use leftfold_event::Cancel;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::aside::{Table, matching};
use super::connection::Lease;
use super::found::Found;
use super::sql::quote;
use super::store::SqliteStore;

/// Rows of one table that are copied at most: they are held in memory.
const MOST_COPIED: u64 = 2_000_000;

/// Rows between two looks at the cancel flag.
const CANCEL_EVERY: u64 = 2_048;

/// The joined tables of a store, as far as they can be read.
#[derive(Debug)]
pub(super) struct Partners {
    connection: Mutex<Connection>,
    copied: Vec<Copied>,
}

#[derive(Debug)]
struct Copied {
    table: String,
    /// Whether every row was read: one that is not in the copy is not in the file.
    whole: bool,
}

impl Partners {
    /// Copies them. `None`: it was cancelled, or there is no memory for them.
    pub(super) fn of(store: &SqliteStore, lease: &Lease<'_>, cancel: &Cancel) -> Option<Self> {
        let mut connection = Connection::open_in_memory().ok()?;
        let mut copied: Vec<Copied> = Vec::new();
        for join in &store.plan.joins {
            if join.table == store.main.name || copied.iter().any(|c| c.table == join.table) {
                continue;
            }
            // Only rows with numbers can be told from those copied before.
            let Some(layout) = store.layouts.iter().find(|l| l.table == join.table) else {
                continue;
            };
            let key = layout.integer_key.as_deref();
            let table = Table::like(&join.table, layout.row_id, key, lease, &mut connection).ok()?;
            let whole = copy(&table, store, lease, cancel, &connection)?;
            copied.push(Copied {
                table: join.table.clone(),
                whole,
            });
        }
        for (i, join) in store.plan.joins.iter().enumerate() {
            if copied.iter().any(|c| c.table == join.table) {
                let (table, right) = (quote(&join.table), quote(&join.right));
                connection
                    .execute_batch(&format!(
                        "CREATE INDEX main.\"leftfold {i}\" ON {table} ({right})"
                    ))
                    .ok()?;
            }
        }
        Some(Self {
            connection: Mutex::new(connection),
            copied,
        })
    }

    /// The rows of a table that a statement finds for a value. `None`: there may be some that could not be copied.
    pub(super) fn matching(
        &self,
        table: &str,
        sql: &str,
        width: usize,
        left: &Value,
    ) -> Option<Vec<Vec<Value>>> {
        let copied = self.copied.iter().find(|c| c.table == table)?;
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let rows = matching(&connection, sql, width, left).ok()?;
        (copied.whole || !rows.is_empty()).then_some(rows)
    }
}

/// Copies a table from its beginning, from its end, and what was found between. Returns whether that is all of it.
fn copy(
    table: &Table,
    store: &SqliteStore,
    lease: &Lease<'_>,
    cancel: &Cancel,
    to: &Connection,
) -> Option<bool> {
    let transaction = to.unchecked_transaction().ok()?;
    let mut insert = to.prepare(&table.insert()).ok()?;
    let mut rows = 0;
    // Whether there may be more.
    let mut take = |values: Vec<Value>| -> Option<bool> {
        insert.execute(params_from_iter(values)).ok()?;
        rows += 1;
        if rows % CANCEL_EVERY == 0 && cancel.is_cancelled() {
            return None;
        }
        Some(rows < MOST_COPIED)
    };
    let mut whole = false;
    let mut full = false;
    for order in ["ASC", "DESC"] {
        let sql = format!("{} ORDER BY {} {order}", table.select(), table.row_id);
        let mut statement = lease.prepare(&sql).ok()?;
        let width = statement.column_count();
        let mut found = statement.query([]).ok()?;
        while !full && !whole {
            match found.next() {
                Ok(Some(row)) => {
                    let values = (0..width).map(|i| row.get(i)).collect::<Result<_, _>>().ok()?;
                    full = !take(values)?;
                }
                Ok(None) => whole = true,
                Err(_) => break,
            }
        }
    }
    if !whole
        && !full
        && let Some(found) = Found::of(&store.database, lease, cancel, &table.name, &store.layouts)
    {
        for row in found.orphans.leaves.iter().flat_map(|leaf| found.rows(leaf)) {
            if let Some(values) = table.values(&row)
                && !take(values)?
            {
                break;
            }
        }
    }
    drop(insert);
    transaction.commit().ok()?;
    Some(whole)
}
