//! Records that wait to be written: a statement is set up once for many of them.

use rusqlite::Connection;

use super::Record;
use super::headers::Headers;
use super::record::TimestampKind;

const INSERT: &str = "INSERT INTO stored_records (id, timestamp, timestamp_type, key, value, headers) \
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

/// Bytes that wait at most, but for the record that is over.
const MOST: usize = 1 << 20;

/// Records in the order they came, their bytes one after the other.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    rows: Vec<Row>,
    bytes: Vec<u8>,
    headers: String,
}

/// A record; of bytes and texts how long they are.
#[derive(Debug)]
struct Row {
    id: i64,
    timestamp: Option<i64>,
    timestamp_type: Option<i64>,
    key: Option<usize>,
    value: Option<usize>,
    headers: Option<usize>,
}

impl Waiting {
    /// Takes a record in. Whether there are as many now as should be written at once.
    pub(super) fn push(&mut self, id: i64, record: &Record<'_>, headers: &mut Headers) -> bool {
        let (timestamp, timestamp_type) = match record.timestamp {
            Some((ms, TimestampKind::Create)) => (Some(ms), Some(0)),
            Some((ms, TimestampKind::Append)) => (Some(ms), Some(1)),
            None => (None, None),
        };
        for bytes in [record.key, record.value].into_iter().flatten() {
            self.bytes.extend_from_slice(bytes);
        }
        let headers = headers.with_text(|text| {
            text.map(|text| {
                self.headers.push_str(text);
                text.len()
            })
        });
        self.rows.push(Row {
            id,
            timestamp,
            timestamp_type,
            key: record.key.map(<[u8]>::len),
            value: record.value.map(<[u8]>::len),
            headers,
        });
        self.bytes.len() + self.headers.len() + self.rows.len() * size_of::<Row>() >= MOST
    }

    /// Writes all of them. After an error some of them may be written.
    pub(super) fn write(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let mut insert = connection.prepare_cached(INSERT)?;
        let (mut bytes, mut texts) = (&self.bytes[..], &self.headers[..]);
        let mut take = |len: Option<usize>| {
            let (taken, rest) = bytes.split_at(len.unwrap_or(0));
            bytes = rest;
            len.map(|_| taken)
        };
        for row in &self.rows {
            let (text, rest) = texts.split_at(row.headers.unwrap_or(0));
            texts = rest;
            insert.raw_bind_parameter(1, row.id)?;
            insert.raw_bind_parameter(2, row.timestamp)?;
            insert.raw_bind_parameter(3, row.timestamp_type)?;
            insert.raw_bind_parameter(4, take(row.key))?;
            insert.raw_bind_parameter(5, take(row.value))?;
            insert.raw_bind_parameter(6, row.headers.map(|_| text))?;
            insert.raw_execute()?;
        }
        self.clear();
        Ok(())
    }

    /// Forgets all of them and keeps the memory, unless a huge record has made it much.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.bytes.clear();
        self.headers.clear();
        self.bytes.shrink_to(2 * MOST);
        self.headers.shrink_to(2 * MOST);
    }
}
