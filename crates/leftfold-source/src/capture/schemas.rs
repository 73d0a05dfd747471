//! Schemas in a capture: those of a registry that its records name, and those of files that were chosen, so that they can be read anywhere.

use leftfold_event::json::{self, Object, Value};
use leftfold_schema::{Kind, SchemaId, Schemas, Use, Written};
use rusqlite::{Connection, Row, params};

use super::decoders::{Bound, Decoder, Decoders, Part, ReadAs};

const SCHEMA: &str = include_str!("schema.sql");

/// Schemas named in a note, at most.
const TOLD: usize = 5;

/// What stands in front of the tables that captures made before do not have.
const LATER: &str = "-- Below stands what";

/// Makes the tables that are lacking.
pub(super) fn make_later(connection: &Connection) -> rusqlite::Result<()> {
    let later = SCHEMA.find(LATER).and_then(|at| SCHEMA.get(at..));
    connection.execute_batch(later.unwrap_or_default())
}

fn is_there(connection: &Connection, table: &str) -> rusqlite::Result<bool> {
    connection.table_exists(None, table)
}

/// The schemas that a capture holds.
pub(super) fn read(connection: &Connection) -> rusqlite::Result<Schemas> {
    let mut schemas = Schemas::new();
    let mut select =
        connection.prepare("SELECT kind, text, uses, id FROM schemas WHERE text IS NOT NULL ORDER BY id")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        if let Some(written) = written(row)? {
            schemas.insert(SchemaId::Number(row.get(3)?), written);
        }
    }
    if is_there(connection, "schemas_by_guid")? {
        let mut select = connection.prepare(
            "SELECT kind, text, uses, guid FROM schemas_by_guid WHERE text IS NOT NULL ORDER BY guid",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let guid: String = row.get(3)?;
            if let (Some(id), Some(written)) = (SchemaId::of_guid(&guid), written(row)?) {
                schemas.insert(id, written);
            }
        }
    }
    Ok(schemas)
}

/// The schema of a row that begins with its kind, text and uses. A language that a later version knows is one that cannot be read here.
fn written(row: &Row<'_>) -> rusqlite::Result<Option<Written>> {
    let (kind, text): (String, String) = (row.get(0)?, row.get(1)?);
    let uses: Option<String> = row.get(2)?;
    let uses = uses.map(|u| uses_of(&u)).unwrap_or_default();
    Ok(Kind::of_name(&kind).map(|kind| Written { kind, text, uses }))
}

/// The brokers that led so many partitions, by id less one.
pub(super) fn leaders(connection: &Connection, partitions: usize) -> rusqlite::Result<Vec<Option<i32>>> {
    let mut leaders = vec![None; partitions];
    if is_there(connection, "leaders")? {
        let mut select = connection.prepare("SELECT partition_id, broker FROM leaders")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let (id, broker): (i64, i32) = (row.get(0)?, row.get(1)?);
            let place = usize::try_from(id).ok().and_then(|id| id.checked_sub(1));
            if let Some(leader) = place.and_then(|place| leaders.get_mut(place)) {
                *leader = Some(broker);
            }
        }
    }
    Ok(leaders)
}

/// The partitions whose topic was deleted.
pub(super) fn deleted(connection: &Connection) -> rusqlite::Result<Vec<u32>> {
    if !is_there(connection, "deleted")? {
        return Ok(Vec::new());
    }
    let mut select = connection.prepare("SELECT partition_id FROM deleted ORDER BY partition_id")?;
    let ids = select.query_map([], |row| row.get(0))?;
    ids.collect()
}

/// How the capture says its records are to be read.
pub(super) fn decoders(connection: &Connection) -> rusqlite::Result<Decoders> {
    let mut decoders = Decoders::new();
    if !is_there(connection, "decoders")? {
        return Ok(decoders);
    }
    let mut select = connection
        .prepare("SELECT topic, part, form, file, message, text, uses FROM decoders ORDER BY topic, part")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (topic, part, form): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (file, message): (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
        let (text, uses): (Option<String>, Option<String>) = (row.get(5)?, row.get(6)?);
        // What a later version knows cannot be read here.
        let (Some(part), Some(read_as)) = (Part::of_name(&part), ReadAs::of_name(&form)) else {
            continue;
        };
        let bound = match (read_as.kind(), file, text) {
            (Some(kind), Some(file), Some(text)) => {
                let uses = uses.map(|u| uses_of(&u)).unwrap_or_default();
                Some(Bound::new(file, message, Written { kind, text, uses }))
            }
            _ => None,
        };
        decoders.push(Decoder {
            topic: (!topic.is_empty()).then_some(topic),
            part,
            read_as,
            bound,
        });
    }
    Ok(decoders)
}

/// Keeps how parts are to be read, in place of what was kept of the same topics before.
pub(super) fn keep_decoders(connection: &Connection, decoders: &Decoders) -> rusqlite::Result<()> {
    for decoder in decoders.iter().filter(|d| d.topic.is_none()) {
        connection.execute("DELETE FROM decoders WHERE part = ?1", [decoder.part.name()])?;
    }
    decoders
        .iter()
        .try_for_each(|decoder| keep_decoder(connection, decoder))
}

fn keep_decoder(connection: &Connection, decoder: &Decoder) -> rusqlite::Result<()> {
    let bound = decoder.bound.as_ref();
    connection.execute(
        "INSERT OR REPLACE INTO decoders (topic, part, form, file, message, text, uses) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            decoder.topic.as_deref().unwrap_or_default(),
            decoder.part.name(),
            decoder.read_as.name(),
            bound.map(|b| &b.file),
            bound.and_then(|b| b.message.as_ref()),
            bound.map(|b| &b.written.text),
            bound.map(|b| uses_text(&b.written)),
        ],
    )?;
    Ok(())
}

/// What is said of decoders, in a sentence.
pub(super) fn told(who: &str, decoders: &Decoders) -> Option<String> {
    let all: Vec<String> = decoders.iter().map(ToString::to_string).collect();
    (!all.is_empty()).then(|| format!("{who}: {}.", all.join(", ")))
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

/// What a schema refers to, as JSON.
fn uses_text(written: &Written) -> String {
    let uses = written.uses.iter().map(|used| {
        let mut object = Object::new();
        object.insert("name", Value::from(used.name.as_str()));
        object.insert("text", Value::from(used.text.as_str()));
        Value::Object(object)
    });
    Value::Array(uses.collect()).to_string()
}

/// The table that holds a schema, its column for what the schema is called, and that.
fn place(id: SchemaId) -> (&'static str, &'static str, rusqlite::types::Value) {
    match id {
        SchemaId::Number(number) => ("schemas", "id", i64::from(number).into()),
        SchemaId::Guid(_) => ("schemas_by_guid", "guid", id.to_string().into()),
    }
}

/// Keeps a schema.
pub(super) fn insert(connection: &Connection, id: SchemaId, written: &Written) -> rusqlite::Result<()> {
    let (table, column, id) = place(id);
    connection.execute(
        &format!("INSERT OR REPLACE INTO {table} ({column}, kind, text, uses, lacking) VALUES (?1, ?2, ?3, ?4, NULL)"),
        params![id, written.kind.name(), written.text, uses_text(written)],
    )?;
    Ok(())
}

/// Keeps that a schema is named and could not be had.
pub(super) fn insert_lacking(connection: &Connection, id: SchemaId, why: &str) -> rusqlite::Result<()> {
    let (table, column, id) = place(id);
    connection.execute(
        &format!(
            "INSERT INTO {table} ({column}, lacking) VALUES (?1, ?2) ON CONFLICT ({column}) DO UPDATE SET lacking = ?2 WHERE text IS NULL"
        ),
        params![id, why],
    )?;
    Ok(())
}

/// What is known of each schema: whether it is there.
pub(super) fn known(connection: &Connection) -> rusqlite::Result<Vec<(SchemaId, bool)>> {
    let mut select = connection.prepare("SELECT id, text IS NOT NULL FROM schemas")?;
    let rows = select.query_map([], |row| Ok((SchemaId::Number(row.get(0)?), row.get(1)?)))?;
    let mut known = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut select = connection.prepare("SELECT guid, text IS NOT NULL FROM schemas_by_guid")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let guid: String = row.get(0)?;
        if let Some(id) = SchemaId::of_guid(&guid) {
            known.push((id, row.get(1)?));
        }
    }
    Ok(known)
}

/// What a reader of the capture should know of its schemas.
pub(super) fn notes(connection: &Connection, registry: Option<&str>) -> rusqlite::Result<Vec<String>> {
    let mut notes = Vec::new();
    let by_guid = is_there(connection, "schemas_by_guid")?;
    let all = if by_guid {
        "(SELECT CAST(id AS TEXT) AS id, text, lacking, id AS place FROM schemas \
         UNION ALL SELECT guid, text, lacking, NULL FROM schemas_by_guid)"
    } else {
        "(SELECT CAST(id AS TEXT) AS id, text, lacking, id AS place FROM schemas)"
    };
    let count: i64 = connection.query_row(
        &format!("SELECT count(*) FROM {all} WHERE text IS NOT NULL"),
        [],
        |row| row.get(0),
    )?;
    if count > 0 {
        let from = registry
            .map(|url| format!(" of the registry {url}"))
            .unwrap_or_default();
        notes.push(format!(
            "It holds the {count} schemas{from} that its records name."
        ));
    }
    let mut select = connection.prepare(&format!(
        "SELECT id, lacking FROM {all} WHERE text IS NULL ORDER BY place NULLS LAST, id"
    ))?;
    let mut rows = select.query([])?;
    let mut told = 0;
    while let Some(row) = rows.next()? {
        let (id, why): (String, Option<String>) = (row.get(0)?, row.get(1)?);
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
