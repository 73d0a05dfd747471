//! All rows of a plain table, as they are: a read model's, a snapshot's.

use bumpalo::Bump;
use leftfold_event::Cancel;
use leftfold_event::json::Object;

use super::connection::Database;
use super::sql::quote;
use crate::cell::Cell;
use crate::shape::{RowKey, TableShape};
use crate::store::SourceError;

/// Rows between two looks at the cancel flag.
const LOOK_EVERY: u32 = 256;

/// Hands every row on as an object of its columns, in the table's order, with its row number where it has one. Computed columns are never read.
pub(crate) fn rows(
    database: &Database,
    table: &TableShape,
    cancel: &Cancel,
    visit: &mut dyn FnMut(Option<i64>, Object),
) -> Result<(), SourceError> {
    let mut lease = database.lease()?;
    lease.heed(cancel)?;
    let moment = database.moment(&lease)?;
    let names: Vec<&str> = table
        .columns
        .iter()
        .filter(|c| !c.computed)
        .map(|c| c.name.as_str())
        .collect();
    let mut list: Vec<String> = names.iter().map(|n| format!("t.{}", quote(n))).collect();
    if let RowKey::RowId(id) = table.key {
        list.push(format!("t.{id}"));
    }
    let sql = format!("SELECT {} FROM main.{} AS t", list.join(", "), quote(&table.name));
    let failed = |e: rusqlite::Error| database.error(&e);
    let mut statement = lease.prepare(&sql).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    let mut bump = Bump::new();
    let mut read = 0_u32;
    while let Some(row) = rows.next().map_err(failed)? {
        read = read.wrapping_add(1);
        if read.is_multiple_of(LOOK_EVERY) && cancel.is_cancelled() {
            return Err(SourceError::Cancelled);
        }
        let mut object = Object::new();
        for (i, name) in names.iter().enumerate() {
            let cell = Cell::from(row.get_ref(i).map_err(failed)?);
            object.insert(*name, cell.value(&bump));
        }
        let number = match table.key {
            RowKey::RowId(_) => row.get(names.len()).map_err(failed)?,
            RowKey::Columns(_) | RowKey::None => None,
        };
        visit(number, object);
        bump.reset();
    }
    drop(rows);
    drop(statement);
    if database.moment(&lease)? != moment {
        return Err(database.changed());
    }
    Ok(())
}
