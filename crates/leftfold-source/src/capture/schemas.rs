//! A registry's schemas in a capture: those its records name, so that they can be read anywhere.

use leftfold_event::json::{self, Object, Value};
use leftfold_schema::{Kind, Schemas, Use, Written};
use rusqlite::{Connection, params};

/// Schemas named in a note, at most.
const TOLD: usize = 5;

/// The schemas that a capture holds.
pub(super) fn read(connection: &Connection) -> rusqlite::Result<Schemas> {
    let mut schemas = Schemas::new();
    let mut select =
        connection.prepare("SELECT id, kind, text, uses FROM schemas WHERE text IS NOT NULL ORDER BY id")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (id, kind, text): (u32, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let uses: Option<String> = row.get(3)?;
        // A language that a later version knows is one that cannot be read here.
        if let Some(kind) = Kind::of_name(&kind) {
            let uses = uses.map(|u| uses_of(&u)).unwrap_or_default();
            schemas.insert(id, Written { kind, text, uses });
        }
    }
    Ok(schemas)
}

fn uses_of(text: &str) -> Vec<Use> {
    let Ok(Value::Array(items)) = json::parse(text.as_bytes()) else {
        return Vec::new();
    };
    let member = |item: &Value, name: &str| item.get(name)?.as_str().map(str::to_owned);
    let uses = items.iter().map(|item| {
        Some(Use {
            name: member(item, "name")?,
            text: member(item, "text")?,
        })
    });
    uses.flatten().collect()
}

/// Keeps a schema.
pub(super) fn insert(connection: &Connection, id: u32, written: &Written) -> rusqlite::Result<()> {
    let uses = written.uses.iter().map(|used| {
        let mut object = Object::new();
        object.insert("name", Value::from(used.name.as_str()));
        object.insert("text", Value::from(used.text.as_str()));
        Value::Object(object)
    });
    let uses = Value::Array(uses.collect()).to_string();
    connection.execute(
        "INSERT OR REPLACE INTO schemas (id, kind, text, uses, lacking) VALUES (?1, ?2, ?3, ?4, NULL)",
        params![id, written.kind.name(), written.text, uses],
    )?;
    Ok(())
}

/// Keeps that a schema is named and could not be had.
pub(super) fn insert_lacking(connection: &Connection, id: u32, why: &str) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO schemas (id, lacking) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET lacking = ?2 WHERE text IS NULL",
        params![id, why],
    )?;
    Ok(())
}

/// What is known of each schema: whether it is there.
pub(super) fn known(connection: &Connection) -> rusqlite::Result<Vec<(u32, bool)>> {
    let mut select = connection.prepare("SELECT id, text IS NOT NULL FROM schemas ORDER BY id")?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// What a reader of the capture should know of its schemas.
pub(super) fn notes(connection: &Connection, registry: Option<&str>) -> rusqlite::Result<Vec<String>> {
    let mut notes = Vec::new();
    let count: i64 =
        connection.query_row("SELECT count(*) FROM schemas WHERE text IS NOT NULL", [], |row| {
            row.get(0)
        })?;
    if count > 0 {
        let from = registry
            .map(|url| format!(" of the registry {url}"))
            .unwrap_or_default();
        notes.push(format!(
            "It holds the {count} schemas{from} that its records name."
        ));
    }
    let mut select = connection.prepare("SELECT id, lacking FROM schemas WHERE text IS NULL ORDER BY id")?;
    let mut rows = select.query([])?;
    let mut told = 0;
    while let Some(row) = rows.next()? {
        let (id, why): (i64, Option<String>) = (row.get(0)?, row.get(1)?);
        told += 1;
        if told > TOLD {
            notes.push("More schemas are lacking.".to_owned());
            break;
        }
        let why = why.unwrap_or_default();
        notes.push(format!("Schema {id} is lacking: {why}."));
    }
    Ok(notes)
}
