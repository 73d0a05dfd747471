//! Writes a capture: batches of records in one transaction, with how far each partition was read in the same one.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use leftfold_schema::{SchemaId, Written};
use rusqlite::{Connection, OpenFlags, params};

use super::{
    APPLICATION_ID, CaptureError, Decoders, FORMAT, Headers, MAX_OFFSET, MAX_PARTITIONS, Record,
    TimestampKind, is_being_written, is_capture, ours, record_id, schemas,
};
use crate::sqlite::read_up_to;

const SCHEMA: &str = include_str!("schema.sql");

/// Bytes of a page. Records are some hundred bytes: larger pages are split less often.
const PAGE: u32 = 16 << 10;

/// How the name of a capture ends that is being made.
const NEW: &str = ".new";

const FLAGS: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE
    .union(OpenFlags::SQLITE_OPEN_NO_MUTEX)
    .union(OpenFlags::SQLITE_OPEN_CREATE);

const INSERT: &str = "INSERT INTO stored_records (id, timestamp, timestamp_type, key, value, headers) \
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

/// A partition the capture holds records of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapturedPartition {
    /// Its id in the capture.
    pub id: i64,
    /// The topic.
    pub topic: String,
    /// The broker's identity of the topic, where it told one.
    pub topic_id: Option<String>,
    /// Its number.
    pub partition: i32,
    /// The first offset that was asked for.
    pub first: i64,
    /// Everything before this offset was seen.
    pub next: i64,
}

/// What the broker said of a partition when a run began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watermarks {
    /// The first offset there.
    pub low: i64,
    /// The one after the last.
    pub high: i64,
    /// Where the run begins.
    pub start: i64,
    /// Where it stops (exclusive); `None`: it follows.
    pub stop: Option<i64>,
}

/// What a run was asked for, for those who open the capture later.
#[derive(Clone, Debug, Default)]
pub struct RunStart {
    /// When, as RFC 3339.
    pub started: String,
    /// The program and its version.
    pub tool: String,
    /// What was asked for, as JSON.
    pub request: String,
    /// The settings without secrets, as JSON.
    pub settings: String,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All that was asked for is there.
    Complete,
    /// The user stopped it.
    Cancelled,
    /// An error, by its code.
    Failed(String),
}

/// What is durable in a capture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Durable {
    /// Records written by this writer and committed.
    pub records: u64,
    /// Bytes of their keys and values.
    pub bytes: u64,
}

/// Writes one capture. All it does lies in one open transaction until [`CaptureWriter::commit`]; dropping it without a commit
/// leaves what was committed before.
pub struct CaptureWriter {
    path: PathBuf,
    connection: Connection,
    partitions: Vec<CapturedPartition>,
    /// Schemas that are named, and whether they are there.
    schemas: BTreeMap<SchemaId, bool>,
    run: Option<i64>,
    durable: Durable,
    pending: Durable,
    /// Let go of last, after the connection.
    _claim: ours::Claim,
}

impl CaptureWriter {
    /// Makes a new capture, or goes on with the one that is there.
    pub fn open(path: &Path) -> Result<Self, CaptureError> {
        let busy = || CaptureError::Busy {
            path: path.to_owned(),
        };
        if is_being_written(path) {
            return Err(busy());
        }
        let there = match head_of(path) {
            Ok(head) if head.is_empty() => false,
            Ok(head) => {
                if !is_capture(&head) {
                    return Err(CaptureError::NotACapture {
                        path: path.to_owned(),
                        reason: "a file of this name is there and is no capture".to_owned(),
                    });
                }
                true
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => false,
            Err(e) => {
                return Err(CaptureError::Write {
                    path: path.to_owned(),
                    reason: e.to_string(),
                });
            }
        };
        let fail = |e: rusqlite::Error| CaptureError::of(path, &e);
        if !there {
            make(path)?;
        }
        let write = |e: std::io::Error| CaptureError::Write {
            path: path.to_owned(),
            reason: e.to_string(),
        };
        let claim = ours::claim(path).map_err(write)?.ok_or_else(busy)?;
        let connection = connect(path).map_err(fail)?;
        if there {
            let found: u32 = connection
                .query_row("PRAGMA user_version", [], |row| row.get(0))
                .map_err(fail)?;
            if found > FORMAT {
                return Err(CaptureError::Newer {
                    path: path.to_owned(),
                    found,
                    known: FORMAT,
                });
            }
        }
        // Held from commit to commit: two writers of one capture would both be lost.
        begin(&connection).map_err(fail)?;
        let partitions = read_partitions(&connection).map_err(fail)?;
        schemas::make_later(&connection).map_err(fail)?;
        let schemas = schemas::known(&connection).map_err(fail)?.into_iter().collect();
        Ok(Self {
            path: path.to_owned(),
            connection,
            partitions,
            schemas,
            run: None,
            durable: Durable::default(),
            pending: Durable::default(),
            _claim: claim,
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is durable of what this writer wrote.
    pub fn durable(&self) -> Durable {
        self.durable
    }

    /// What this writer wrote, durable or not.
    pub fn written(&self) -> Durable {
        self.pending
    }

    /// The partitions the capture holds, by id.
    pub fn partitions(&self) -> &[CapturedPartition] {
        &self.partitions
    }

    fn fail(&self, e: &rusqlite::Error) -> CaptureError {
        CaptureError::of(&self.path, e)
    }

    /// A fact about the whole capture.
    pub fn fact(&self, name: &str) -> Result<Option<String>, CaptureError> {
        use rusqlite::OptionalExtension as _;
        self.connection
            .query_row("SELECT value FROM capture WHERE name = ?1", [name], |row| {
                row.get(0)
            })
            .optional()
            .map_err(|e| self.fail(&e))
    }

    /// Keeps a fact about the whole capture.
    pub fn set_fact(&mut self, name: &str, value: &str) -> Result<(), CaptureError> {
        self.connection
            .execute(
                "INSERT INTO capture (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
                [name, value],
            )
            .map(|_| ())
            .map_err(|e| self.fail(&e))
    }

    /// Whether a schema that is called so is there; `None`: nobody has asked for it yet.
    pub fn has_schema(&self, id: SchemaId) -> Option<bool> {
        self.schemas.get(&id).copied()
    }

    /// Schemas that records name and that could not be had.
    pub fn lacking_schemas(&self) -> impl Iterator<Item = SchemaId> {
        self.schemas
            .iter()
            .filter(|(_, there)| !**there)
            .map(|(id, _)| *id)
    }

    /// Keeps a schema that records name.
    pub fn add_schema(&mut self, id: SchemaId, written: &Written) -> Result<(), CaptureError> {
        schemas::insert(&self.connection, id, written).map_err(|e| self.fail(&e))?;
        self.schemas.insert(id, true);
        Ok(())
    }

    /// Keeps that a schema which records name could not be had.
    pub fn lack_schema(&mut self, id: SchemaId, why: &str) -> Result<(), CaptureError> {
        schemas::insert_lacking(&self.connection, id, why).map_err(|e| self.fail(&e))?;
        self.schemas.entry(id).or_insert(false);
        Ok(())
    }

    /// How the records are to be read, as it was kept.
    pub fn decoders(&self) -> Result<Decoders, CaptureError> {
        schemas::decoders(&self.connection).map_err(|e| self.fail(&e))
    }

    /// Keeps how the records are to be read. What is said of all topics takes the place of all that was kept of that part before.
    pub fn set_decoders(&mut self, decoders: &Decoders) -> Result<(), CaptureError> {
        schemas::keep_decoders(&self.connection, decoders).map_err(|e| self.fail(&e))
    }

    /// Says that a run begins.
    pub fn begin_run(&mut self, run: &RunStart) -> Result<(), CaptureError> {
        self.connection
            .execute(
                "INSERT INTO runs (started, tool, request, settings) VALUES (?1, ?2, ?3, ?4)",
                params![run.started, run.tool, run.request, run.settings],
            )
            .map_err(|e| self.fail(&e))?;
        self.run = Some(self.connection.last_insert_rowid());
        Ok(())
    }

    /// Takes in a partition that the capture does not hold yet; its id.
    pub fn add_partition(
        &mut self,
        topic: &str,
        topic_id: Option<&str>,
        partition: i32,
        first: i64,
    ) -> Result<i64, CaptureError> {
        let id = self.partitions.last().map_or(1, |p| p.id + 1);
        if id > MAX_PARTITIONS {
            return Err(self.out_of_range(format!("the {id}th partition")));
        }
        self.in_range(first)?;
        self.connection
            .execute(
                "INSERT INTO partitions (id, topic, topic_id, partition, first, next) VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
                params![id, topic, topic_id, partition, first],
            )
            .map_err(|e| self.fail(&e))?;
        self.partitions.push(CapturedPartition {
            id,
            topic: topic.to_owned(),
            topic_id: topic_id.map(str::to_owned),
            partition,
            first,
            next: first,
        });
        Ok(id)
    }

    fn out_of_range(&self, what: String) -> CaptureError {
        CaptureError::OutOfRange {
            path: self.path.clone(),
            what,
        }
    }

    fn in_range(&self, offset: i64) -> Result<(), CaptureError> {
        if (0..=MAX_OFFSET).contains(&offset) {
            Ok(())
        } else {
            Err(self.out_of_range(format!("offset {offset}")))
        }
    }

    /// Keeps what the broker said of a partition at the beginning of this run.
    pub fn set_watermarks(&mut self, partition: i64, marks: Watermarks) -> Result<(), CaptureError> {
        let Some(run) = self.run else { return Ok(()) };
        self.connection
            .execute(
                "INSERT OR REPLACE INTO watermarks (run, partition_id, low, high, start, stop) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![run, partition, marks.low, marks.high, marks.start, marks.stop],
            )
            .map(|_| ())
            .map_err(|e| self.fail(&e))
    }

    /// Keeps that these offsets are gone for a reason, and goes on behind them.
    pub fn gap(&mut self, partition: i64, next: i64, reason: &str) -> Result<(), CaptureError> {
        let Some(first) = self.partition(partition).map(|p| p.next) else {
            return Ok(());
        };
        self.connection
            .execute(
                "INSERT INTO gaps (partition_id, first, next, reason) VALUES (?1, ?2, ?3, ?4)",
                params![partition, first, next, reason],
            )
            .map_err(|e| self.fail(&e))?;
        self.seen(partition, next);
        Ok(())
    }

    /// A partition by its id.
    pub fn partition(&self, id: i64) -> Option<&CapturedPartition> {
        // Ids count from 1 without holes.
        self.partitions.get(usize::try_from(id).ok()?.checked_sub(1)?)
    }

    /// Says that everything of a partition before this offset was seen, whether or not it held records.
    pub fn seen(&mut self, partition: i64, next: i64) {
        let index = usize::try_from(partition).unwrap_or(0);
        if let Some(p) = index.checked_sub(1).and_then(|i| self.partitions.get_mut(i)) {
            p.next = p.next.max(next);
        }
    }

    /// Writes one record of a partition. What was seen before is passed over: false.
    pub fn push(
        &mut self,
        partition: i64,
        offset: i64,
        record: &Record<'_>,
        headers: &mut Headers,
    ) -> Result<bool, CaptureError> {
        let next = match self.partition(partition) {
            Some(place) => place.next,
            None => return Err(self.out_of_range(format!("partition {partition}"))),
        };
        if offset < next {
            return Ok(false);
        }
        self.in_range(offset)?;
        let (timestamp, kind) = match record.timestamp {
            Some((ms, TimestampKind::Create)) => (Some(ms), Some(0_i64)),
            Some((ms, TimestampKind::Append)) => (Some(ms), Some(1)),
            None => (None, None),
        };
        let id = record_id(partition, offset);
        let written = self.connection.prepare_cached(INSERT).and_then(|mut insert| {
            headers.with_text(|text| {
                insert.execute(params![id, timestamp, kind, record.key, record.value, text])
            })
        });
        written.map_err(|e| self.fail(&e))?;
        self.seen(partition, offset + 1);
        self.pending.records += 1;
        self.pending.bytes +=
            (record.key.map_or(0, <[u8]>::len) + record.value.map_or(0, <[u8]>::len)) as u64;
        Ok(true)
    }

    /// Makes everything written so far durable, together with how far each partition was seen.
    pub fn commit(&mut self) -> Result<(), CaptureError> {
        self.keep_places().map_err(|e| self.fail(&e))?;
        self.connection
            .execute_batch("COMMIT")
            .map_err(|e| self.fail(&e))?;
        self.durable = self.pending;
        begin(&self.connection).map_err(|e| self.fail(&e))
    }

    fn keep_places(&self) -> rusqlite::Result<()> {
        let mut update = self
            .connection
            .prepare_cached("UPDATE partitions SET next = ?2 WHERE id = ?1 AND next <> ?2")?;
        for p in &self.partitions {
            update.execute([p.id, p.next])?;
        }
        Ok(())
    }

    /// Ends the run and leaves one file, with nothing beside it.
    pub fn finish(mut self, ended: &str, outcome: &Outcome) -> Result<Durable, CaptureError> {
        let outcome = match outcome {
            Outcome::Complete => "complete",
            Outcome::Cancelled => "cancelled",
            Outcome::Failed(code) => code,
        };
        let done = (|| {
            if let Some(run) = self.run {
                self.connection.execute(
                    "UPDATE runs SET ended = ?2, outcome = ?3 WHERE id = ?1",
                    params![run, ended, outcome],
                )?;
            }
            self.keep_places()?;
            self.connection.execute_batch("COMMIT")?;
            // A reader that is busy keeps the log a while longer: then it stays beside the file, which is whole all the same.
            let single = self
                .connection
                .query_row("PRAGMA journal_mode = DELETE", [], |row| row.get::<_, String>(0));
            match single {
                Ok(_) => Ok(()),
                Err(e) if e.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => Ok(()),
                Err(e) => Err(e),
            }
        })();
        done.map_err(|e| self.fail(&e))?;
        self.durable = self.pending;
        Ok(self.durable)
    }
}

/// Leaves a capture that was written as one file, with nothing beside it, after a reader kept the log there; whether it is. Waits a moment
/// for readers that are about to end.
pub fn settle(path: &Path) -> Result<bool, CaptureError> {
    let Ok(Some(_claim)) = ours::claim(path) else {
        return Ok(false);
    };
    let fail = |e: rusqlite::Error| CaptureError::of(path, &e);
    let flags = FLAGS.difference(OpenFlags::SQLITE_OPEN_CREATE);
    let connection = Connection::open_with_flags(path, flags).map_err(fail)?;
    connection
        .busy_timeout(Duration::from_millis(200))
        .map_err(fail)?;
    match connection.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get::<_, String>(0)) {
        Ok(mode) => Ok(mode.eq_ignore_ascii_case("delete")),
        Err(e) if e.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => Ok(false),
        Err(e) => Err(fail(e)),
    }
}

fn head_of(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut head = vec![0_u8; 100];
    let n = read_up_to(&mut File::open(path)?, &mut head)?;
    head.truncate(n);
    Ok(head)
}

/// Makes an empty capture under another name and gives it its own when it is whole: who is ended meanwhile leaves no half of one
/// under the name that the next run would go on with.
fn make(path: &Path) -> Result<(), CaptureError> {
    let beside = |ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let new = beside(NEW);
    let write = |e: std::io::Error| CaptureError::Write {
        path: path.to_owned(),
        reason: e.to_string(),
    };
    // Left by a run that was ended here.
    for left in [&new, &beside(&format!("{NEW}-journal"))] {
        match fs::remove_file(left) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(write(e)),
            _ => {}
        }
    }
    let made = Connection::open_with_flags(&new, FLAGS).and_then(|mut connection| {
        connection.pragma_update(None, "page_size", PAGE)?;
        create(&mut connection)?;
        connection.close().map_err(|(_, e)| e)
    });
    let made = made
        .map_err(|e| CaptureError::of(path, &e))
        .and_then(|()| name(&new, path).map_err(write));
    // Gone when it was renamed; and of two errors the first one matters.
    let _ = fs::remove_file(&new);
    made
}

/// Gives a file its name, if nobody else has taken it: what another run began meanwhile stays, and is gone on with.
fn name(new: &Path, path: &Path) -> std::io::Result<()> {
    match fs::hard_link(new, path) {
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists && fs::metadata(path)?.len() > 0 => Ok(()),
        // An empty file, or a file system that knows no links.
        Err(_) => fs::rename(new, path),
        Ok(()) => Ok(()),
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, FLAGS)?;
    connection.busy_timeout(Duration::from_millis(500))?;
    // A log beside the file while it is written: others may read meanwhile, and a crash loses nothing that was committed.
    connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0))?;
    // A power cut may lose the last commits, never more; where to go on is told by what is there.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "cache_size", -32_000)?;
    Ok(connection)
}

fn create(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(SCHEMA)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", FORMAT)?;
    transaction.commit()
}

fn begin(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE")
}

fn read_partitions(connection: &Connection) -> rusqlite::Result<Vec<CapturedPartition>> {
    let mut select = connection
        .prepare("SELECT id, topic, topic_id, partition, first, next FROM partitions ORDER BY id")?;
    let rows = select.query_map([], |row| {
        Ok(CapturedPartition {
            id: row.get(0)?,
            topic: row.get(1)?,
            topic_id: row.get(2)?,
            partition: row.get(3)?,
            first: row.get(4)?,
            next: row.get(5)?,
        })
    })?;
    rows.collect()
}
