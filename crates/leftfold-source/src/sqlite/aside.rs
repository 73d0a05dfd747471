//! Rows read past SQLite, put into tables of the same names in memory, so that the same statements read them.

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::btree::node;
use super::orphans::Affinity;
use super::partners::Partners;
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

/// A table that takes rows as a page has them.
pub(super) struct Table {
    pub(super) name: String,
    /// The name of its row number.
    pub(super) row_id: &'static str,
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
    concerned: String,
}

/// Rows whose partner in a joined table cannot be read.
pub(super) struct Unjoined {
    pub(super) table: String,
    /// Their numbers.
    pub(super) rows: Vec<i64>,
    pub(super) why: String,
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

impl Table {
    /// Makes the table; `source` says what it looks like. `integer_key` is the column its row number stands for.
    pub(super) fn like(
        name: &str,
        row_id: &'static str,
        integer_key: Option<&str>,
        source: &Connection,
        connection: &mut Connection,
    ) -> rusqlite::Result<Self> {
        let columns = described(source, name)?;
        let defaults = constants(connection, &columns)?;
        create(connection, name, &columns)?;
        let columns = columns.into_iter().zip(defaults).map(|(c, default)| Column {
            is_row: integer_key == Some(&c.name),
            name: c.name,
            default,
        });
        Ok(Self {
            name: name.to_owned(),
            row_id,
            columns: columns.collect(),
        })
    }

    /// Reads whole rows of the table: their numbers, then their columns.
    pub(super) fn select(&self) -> String {
        format!(
            "SELECT {} FROM main.{} NOT INDEXED",
            self.names().join(", "),
            quote(&self.name)
        )
    }

    /// Takes such rows; one of a number that is there already is passed over.
    pub(super) fn insert(&self) -> String {
        let names = self.names();
        let marks: Vec<&str> = names.iter().map(|_| "?").collect();
        format!(
            "INSERT OR IGNORE INTO main.{} ({}) VALUES ({})",
            quote(&self.name),
            names.join(", "),
            marks.join(", ")
        )
    }

    fn names(&self) -> Vec<String> {
        let mut names = vec![self.row_id.to_owned()];
        names.extend(self.columns.iter().map(|c| quote(&c.name)));
        names
    }

    /// A row's number and values, in the order of the columns; nothing where its content is damaged.
    pub(super) fn values(&self, row: &LeafRow) -> Option<Vec<Value>> {
        let values = row.values.as_ref()?;
        let number = Value::Integer(row.number);
        let value = |(i, column): (usize, &Column)| match values.get(i) {
            Some(Value::Null) if column.is_row => number.clone(),
            Some(value) => value.clone(),
            None => column.default.clone(),
        };
        let all = std::iter::once(number.clone()).chain(self.columns.iter().enumerate().map(value));
        Some(all.collect())
    }

    /// At most `most` rows from a number on, as SQLite gives them, without what joins them; and why there are no more, if that is
    /// damage.
    pub(super) fn rows_from(
        &self,
        start: i64,
        most: usize,
        source: &Connection,
    ) -> (Vec<LeafRow>, Option<rusqlite::Error>) {
        let id = self.row_id;
        let sql = format!("{} WHERE {id} >= ?1 ORDER BY {id} LIMIT ?2", self.select());
        let mut rows = Vec::new();
        let error = source.prepare_cached(&sql).and_then(|mut statement| {
            let mut found = statement.query((start, most as i64))?;
            while let Some(row) = found.next()? {
                let values = (1..=self.columns.len()).map(|i| row.get(i));
                rows.push(LeafRow {
                    number: row.get(0)?,
                    values: Some(values.collect::<Result<_, _>>()?),
                });
            }
            Ok(())
        });
        (rows, error.err())
    }
}

impl Aside {
    /// Makes the tables; `source` says what they look like.
    pub(super) fn new(store: &SqliteStore, source: &Connection) -> rusqlite::Result<Self> {
        let mut connection = Connection::open_in_memory()?;
        let main = &store.main;
        let key = main.integer_key.as_deref();
        let table = Table::like(&main.name, main.row_id, key, source, &mut connection)?;
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
                concerned: join.concerned.clone(),
            });
        }
        Ok(Self {
            connection,
            table,
            joined,
        })
    }

    /// Rows of the events' table alone, as [`Table::rows_from`].
    pub(super) fn rows_from(
        &self,
        start: i64,
        most: usize,
        source: &Connection,
    ) -> (Vec<LeafRow>, Option<rusqlite::Error>) {
        self.table.rows_from(start, most, source)
    }

    /// Takes these rows in place of those before, with what joins them in `source` or, where that is damaged, among `partners`.
    /// Returns what cannot be read of that.
    pub(super) fn fill(
        &self,
        rows: &[LeafRow],
        source: &Connection,
        partners: Option<&Partners>,
    ) -> rusqlite::Result<Vec<Unjoined>> {
        let table = &self.table;
        let name = quote(&table.name);
        self.connection
            .execute_batch(&format!("BEGIN; DELETE FROM main.{name}"))?;
        let mut insert = self.connection.prepare_cached(&table.insert())?;
        for values in rows.iter().filter_map(|row| table.values(row)) {
            insert.execute(params_from_iter(values))?;
        }
        drop(insert);
        let mut unjoined = Vec::new();
        for join in &self.joined {
            self.fill_joined(join, source, partners, &mut unjoined)?;
        }
        self.connection.execute_batch("COMMIT")?;
        Ok(unjoined)
    }

    fn fill_joined(
        &self,
        join: &Joined,
        source: &Connection,
        partners: Option<&Partners>,
        unjoined: &mut Vec<Unjoined>,
    ) -> rusqlite::Result<()> {
        let name = quote(&join.name);
        self.connection.execute(&format!("DELETE FROM main.{name}"), [])?;
        let columns: Vec<String> = join.columns.iter().map(|c| quote(c)).collect();
        let marks: Vec<&str> = columns.iter().map(|_| "?").collect();
        let columns = columns.join(", ");
        let mut insert = self.connection.prepare_cached(&format!(
            "INSERT INTO main.{name} ({columns}) VALUES ({})",
            marks.join(", ")
        ))?;
        let sql = format!(
            "SELECT {columns} FROM main.{name} WHERE {} = ?1",
            quote(&join.right)
        );
        let width = join.columns.len();
        let mut lefts = self.connection.prepare_cached(&join.lefts)?;
        let lefts: Vec<Value> = lefts.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        for left in lefts.into_iter().filter(|l| *l != Value::Null) {
            let copied = partners.and_then(|p| p.matching(&join.name, &sql, width, &left));
            let found = match copied {
                Some(rows) => Ok(rows),
                // A table that cannot be read leaves its columns empty, as a row without a partner does.
                None => matching(source, &sql, width, &left),
            };
            match found {
                Ok(rows) => {
                    for values in rows {
                        insert.execute(params_from_iter(values))?;
                    }
                }
                Err(why) => {
                    let mut concerned = self.connection.prepare_cached(&join.concerned)?;
                    let rows = concerned.query_map([left], |row| row.get(0))?;
                    unjoined.push(Unjoined {
                        table: join.name.clone(),
                        rows: rows.collect::<Result<_, _>>()?,
                        why: why.to_string(),
                    });
                }
            }
        }
        Ok(())
    }
}

/// The rows a statement finds for a value.
pub(super) fn matching(
    connection: &Connection,
    sql: &str,
    width: usize,
    left: &Value,
) -> rusqlite::Result<Vec<Vec<Value>>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = statement.query([left])?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        rows.push((0..width).map(|i| row.get(i)).collect::<Result<_, _>>()?);
    }
    Ok(rows)
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
