//! The demo as a SQLite file laid out as Python's `event-sourcery` 0.6.1 does it.
//!
//! Of the stores that write SQLite themselves this one suits a demonstration best: its times go down to the microsecond,
//! every event names its correlation and its cause, a stream's category stands apart from its name, and payloads are JSON
//! text. (Emmett's times are whole seconds; cqrs-es has none at all; Axon keeps milliseconds.)

use std::fs;
use std::path::{Path, PathBuf};

use leftfold_event::{Cancel, Progress};
use rusqlite::{CachedStatement, Connection, params};
use uuid::Uuid;

use crate::clock_text::ClockText;
use crate::payload::put;
use crate::shop::{self, Row, RowSink};
use crate::{DemoError, DemoOptions, DemoSummary};

/// The tables as the library's models create them.
const TABLES: &str = include_str!("../schema/event-sourcery.sql");
/// Their indexes: made when the rows are there, which is several times faster and grows no faster than the rows do.
const INDEXES: &str = include_str!("../schema/event-sourcery-indexes.sql");
/// How many instructions SQLite runs between two looks at whether to stop: well below a millisecond's worth.
const INSTRUCTIONS: i32 = 10_000;

/// The library derives a named stream's UUID from its name in this namespace, and refuses others.
const NAMESPACE: Uuid = Uuid::from_u128(0x3a24_a3ee_d33d_4266_93ab_7d8e_256a_6d44);

/// Writes the demo to a new SQLite file.
///
/// The file appears under its name only when it is complete; until then it is `<name>.partial`, which is removed when
/// anything fails or the work is cancelled.
///
/// # Errors
/// [`DemoError::Exists`] when there is a file already and `options.overwrite` is not set; [`DemoError::Events`] for a number
/// of events outside the bounds; [`DemoError::Cancelled`]; otherwise what the disk or SQLite says.
pub fn write_sqlite(
    path: &Path,
    options: &DemoOptions,
    cancel: &Cancel,
    progress: &Progress,
) -> Result<DemoSummary, DemoError> {
    if !options.overwrite && path.exists() {
        return Err(DemoError::Exists {
            path: path.to_owned(),
        });
    }
    let partial = Partial::new(path).map_err(|e| e.about(path))?;
    let summary = fill(&partial.0, options, cancel, progress).map_err(|e| e.about(path))?;
    fs::rename(&partial.0, path).map_err(|e| DemoError::io(path, &e))?;
    Ok(summary)
}

/// The file in the making; removed when dropped before it got its name.
struct Partial(PathBuf);

impl Partial {
    fn new(path: &Path) -> Result<Self, DemoError> {
        let mut name = path.as_os_str().to_owned();
        name.push(".partial");
        let partial = PathBuf::from(name);
        match fs::remove_file(&partial) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(DemoError::io(&partial, &e)),
            _ => {}
        }
        fs::File::create_new(&partial).map_err(|e| DemoError::io(&partial, &e))?;
        Ok(Self(partial))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // Nothing to tell anybody: after the rename it is gone, and otherwise the error that led here is the news.
        let _ = fs::remove_file(&self.0);
    }
}

fn fill(
    path: &Path,
    options: &DemoOptions,
    cancel: &Cancel,
    progress: &Progress,
) -> Result<DemoSummary, DemoError> {
    let sqlite = |e: rusqlite::Error| DemoError::Sqlite {
        path: path.to_owned(),
        reason: e.to_string(),
    };
    let mut connection = Connection::open(path).map_err(sqlite)?;
    // A half-written demo is thrown away, so nothing needs to survive a crash.
    connection
        .execute_batch("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA foreign_keys=OFF; PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-262144; PRAGMA threads=2;")
        .map_err(sqlite)?;
    let stop = cancel.clone();
    connection
        .progress_handler(INSTRUCTIONS, Some(move || stop.is_cancelled()))
        .map_err(sqlite)?;
    let transaction = connection.transaction().map_err(sqlite)?;
    transaction.execute_batch(TABLES).map_err(sqlite)?;
    let summary = {
        let mut table = Tables::new(&transaction, path).map_err(sqlite)?;
        shop::run(options, &mut table, cancel, progress).map_err(|e| {
            if cancel.is_cancelled() {
                DemoError::Cancelled
            } else {
                e
            }
        })?
    };
    transaction.execute_batch(INDEXES).map_err(sqlite)?;
    // Only streams shared between orders do not know their length from the start.
    transaction
        .execute(
            "UPDATE event_sourcery_streams SET version =
               (SELECT max(e.version) FROM event_sourcery_events e WHERE e.db_stream_id = event_sourcery_streams.id)
             WHERE version IS NULL",
            [],
        )
        .map_err(sqlite)?;
    transaction.commit().map_err(sqlite)?;
    connection.close().map_err(|(_, e)| sqlite(e))?;
    Ok(summary)
}

struct Tables<'c> {
    path: &'c Path,
    stream: CachedStatement<'c>,
    event: CachedStatement<'c>,
    clock: ClockText,
    context: String,
    time: String,
    hex: [u8; 32],
}

impl<'c> Tables<'c> {
    fn new(connection: &'c Connection, path: &'c Path) -> rusqlite::Result<Self> {
        Ok(Self {
            path,
            stream: connection.prepare_cached(
                "INSERT INTO event_sourcery_streams (id, uuid, name, category, tenant_id, version) VALUES (?, ?, ?, ?, '', ?)",
            )?,
            event: connection.prepare_cached(
                "INSERT INTO event_sourcery_events (id, version, uuid, name, data, event_context, created_at, db_stream_id)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            )?,
            clock: ClockText::default(),
            context: String::new(),
            time: String::new(),
            hex: [0; 32],
        })
    }

    /// The stream too, when this is its first event.
    fn insert(&mut self, row: &Row<'_>) -> rusqlite::Result<()> {
        let stream = row.stream_number as i64;
        if row.version == 1 {
            let uuid = Uuid::new_v5(&NAMESPACE, row.stream.as_bytes());
            let hex = uuid.simple().encode_lower(&mut self.hex);
            self.stream.execute(params![
                stream,
                &*hex,
                row.stream,
                row.category.name(),
                row.stream_length
            ])?;
        }
        self.context.clear();
        put!(
            self.context,
            r#"{{"correlation_id": "{}", "causation_id": "#,
            row.correlation
        );
        match row.causation {
            Some(cause) => put!(self.context, r#""{cause}"}}"#),
            None => self.context.push_str("null}"),
        }
        self.time.clear();
        self.clock.append(&mut self.time, row.time, ' ');
        let id = row.id.simple().encode_lower(&mut self.hex);
        self.event.execute(params![
            row.position as i64,
            row.version,
            &*id,
            row.kind,
            row.payload,
            self.context,
            self.time,
            stream
        ])?;
        Ok(())
    }
}

impl RowSink for Tables<'_> {
    fn row(&mut self, row: &Row<'_>) -> Result<(), DemoError> {
        self.insert(row).map_err(|e| DemoError::Sqlite {
            path: self.path.to_owned(),
            reason: e.to_string(),
        })
    }
}
