//! Rows read past SQLite, put into tables of the same names in memory, so that the same statements read them.

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::btree::node;
use super::orphans::Affinity;
use super::sql::quote;
use super::store::SqliteStore;
use super::survey::{Stray, Survey};
use crate::shape::TableShape;

/// A database in memory with the tables of one store.
pub(super) struct Aside {
    pub(super) connection: Connection,
    table: Table,
    /// Joined tables: their columns, the column that is compared, and what with.
    joined: Vec<Joined>,
}

struct Table {
    name: String,
    /// The name of its row number.
    row_id: &'static str,
    columns: Vec<Column>,
}

struct Column {
    name: String,
    /// What rows have that were written before the column was added.
    default: Value,
    is_row: bool,
}

struct Joined {
    name: String,
    columns: Vec<String>,
    right: String,
    lefts: String,
}

/// A row as its page has it; `None`: its content is damaged.
pub(super) struct LeafRow {
    pub(super) number: i64,
    pub(super) values: Option<Vec<Value>>,
}

/// The rows of a leaf.
pub(super) fn rows(survey: &Survey, leaf: &Stray) -> Vec<LeafRow> {
    let mut buffer = Vec::new();
    let node = survey
        .pages
        .read(leaf.page, &mut buffer)
        .and_then(|b| node(b, false));
    let cells = node.map(|n| n.cells).unwrap_or_default();
    let row = |c: &super::btree::Cell<'_>| LeafRow {
        number: c.row,
        values: (!leaf.torn.contains(&c.row))
            .then(|| survey.pages.values(c))
            .flatten(),
    };
    cells.iter().map(row).collect()
}

impl Aside {
    /// Makes the tables; `source` says what they look like.
    pub(super) fn new(store: &SqliteStore, source: &Connection) -> rusqlite::Result<Self> {
        let mut connection = Connection::open_in_memory()?;
        let main = &store.main;
        let columns = described(source, &main.name)?;
        let defaults = constants(&mut connection, &columns)?;
        create(&connection, &main.name, &columns)?;
        let mut joined: Vec<Joined> = Vec::new();
        for join in &store.plan.joins {
            if join.table == main.name || joined.iter().any(|j| j.name == join.table) {
                // One copy of a table serves all; one of the main table itself has none of its own.
                continue;
            }
            let columns = described(source, &join.table)?;
            create(&connection, &join.table, &columns)?;
            joined.push(Joined {
                name: join.table.clone(),
                columns: columns.into_iter().map(|c| c.name).collect(),
                right: join.right.clone(),
                lefts: join.lefts.clone(),
            });
        }
        let columns = columns.into_iter().zip(defaults).map(|(c, default)| Column {
            is_row: main.integer_key.as_ref() == Some(&c.name),
            name: c.name,
            default,
        });
        Ok(Self {
            table: Table {
                name: main.name.clone(),
                row_id: main.row_id,
                columns: columns.collect(),
            },
            connection,
            joined,
        })
    }

    /// Takes these rows in place of those before, with what joins them in `source`.
    pub(super) fn fill(&self, rows: &[LeafRow], source: &Connection) -> rusqlite::Result<()> {
        let table = &self.table;
        let name = quote(&table.name);
        self.connection
            .execute_batch(&format!("BEGIN; DELETE FROM main.{name}"))?;
        let mut names = vec![table.row_id.to_owned()];
        names.extend(table.columns.iter().map(|c| quote(&c.name)));
        let marks: Vec<&str> = names.iter().map(|_| "?").collect();
        let mut insert = self.connection.prepare_cached(&format!(
            "INSERT INTO main.{name} ({}) VALUES ({})",
            names.join(", "),
            marks.join(", ")
        ))?;
        for row in rows {
            let Some(values) = &row.values else { continue };
            let number = Value::Integer(row.number);
            let value = |(i, column): (usize, &Column)| match values.get(i) {
                Some(Value::Null) if column.is_row => number.clone(),
                Some(value) => value.clone(),
                None => column.default.clone(),
            };
            let all = std::iter::once(number.clone()).chain(table.columns.iter().enumerate().map(value));
            insert.execute(params_from_iter(all))?;
        }
        drop(insert);
        for join in &self.joined {
            // A joined table that cannot be read leaves its columns empty, as a row without a partner does.
            drop(self.fill_joined(join, source));
        }
        self.connection.execute_batch("COMMIT")
    }

    fn fill_joined(&self, join: &Joined, source: &Connection) -> rusqlite::Result<()> {
        let name = quote(&join.name);
        self.connection.execute(&format!("DELETE FROM main.{name}"), [])?;
        let columns: Vec<String> = join.columns.iter().map(|c| quote(c)).collect();
        let marks: Vec<&str> = columns.iter().map(|_| "?").collect();
        let columns = columns.join(", ");
        let mut insert = self.connection.prepare_cached(&format!(
            "INSERT INTO main.{name} ({columns}) VALUES ({})",
            marks.join(", ")
        ))?;
        let mut partner = source.prepare_cached(&format!(
            "SELECT {columns} FROM main.{name} WHERE {} = ?1",
            quote(&join.right)
        ))?;
        let mut lefts = self.connection.prepare_cached(&join.lefts)?;
        let lefts: Vec<Value> = lefts.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        for left in lefts {
            let mut rows = partner.query([left])?;
            while let Some(row) = rows.next()? {
                let values: Vec<Value> = (0..join.columns.len())
                    .map(|i| row.get(i))
                    .collect::<Result<_, _>>()?;
                insert.execute(params_from_iter(values))?;
            }
        }
        Ok(())
    }
}

/// A column as the schema describes it.
struct Described {
    name: String,
    affinity: Affinity,
    default: Option<String>,
}

/// The columns that stand in a record.
fn described(source: &Connection, table: &str) -> rusqlite::Result<Vec<Described>> {
    let mut statement = source.prepare(&format!("PRAGMA main.table_xinfo({})", quote(table)))?;
    let mut rows = statement.query([])?;
    let mut columns = Vec::new();
    while let Some(row) = rows.next()? {
        const VIRTUAL: i64 = 2;
        if row.get::<_, i64>(6)? != VIRTUAL {
            let declared = row.get::<_, Option<String>>(2)?.unwrap_or_default();
            columns.push(Described {
                name: row.get(1)?,
                affinity: Affinity::of(&declared),
                default: row.get(4)?,
            });
        }
    }
    Ok(columns)
}

/// Without keys and constraints: damaged rows may break them.
fn create(connection: &Connection, table: &str, columns: &[Described]) -> rusqlite::Result<()> {
    let columns: Vec<String> = columns
        .iter()
        .map(|c| format!("{} {}", quote(&c.name), c.affinity.as_sql()))
        .collect();
    connection.execute_batch(&format!(
        "CREATE TABLE main.{} ({})",
        quote(table),
        columns.join(", ")
    ))
}

/// The columns' defaults. They are the file's own text: only constants are worked out, nothing is called or read.
fn constants(connection: &mut Connection, columns: &[Described]) -> rusqlite::Result<Vec<Value>> {
    connection.authorizer(Some(|context: AuthContext<'_>| match context.action {
        AuthAction::Select => Authorization::Allow,
        _ => Authorization::Deny,
    }))?;
    let value = |text: &String| {
        let sql = format!("SELECT {text}");
        connection.query_row(&sql, [], |row| row.get(0)).ok()
    };
    let values = columns
        .iter()
        .map(|c| c.default.as_ref().and_then(value).unwrap_or(Value::Null))
        .collect();
    connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>)?;
    Ok(values)
}

/// The first and the last values of a leaf's columns, as samples; `None` where the row says nothing.
pub(super) fn sample_rows(table: &TableShape, leaf: Vec<LeafRow>) -> Vec<Vec<Value>> {
    let key = table.integer_key();
    let stored = || table.columns.iter().filter(|c| !c.computed);
    leaf.into_iter()
        .filter_map(|row| {
            let values = row.values?;
            let values = stored().enumerate().map(|(i, column)| match values.get(i) {
                Some(Value::Null) if key == Some(&column.name) => Value::Integer(row.number),
                Some(value) => value.clone(),
                None => Value::Null,
            });
            Some(values.collect())
        })
        .collect()
}
