//! Writes a capture: batches of records in one transaction, with how far each partition was read in the same one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use leftfold_schema::{SchemaId, Written};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, params};

use super::anew::Incarnation;
use super::checkpoints::Checkpoints;
use super::make::{FLAGS, PAGE, connect, head_of, make};
use super::mapped::RecordMapping;
use super::store::MAPPING;
use super::waiting::Waiting;
use super::{
    CaptureError, Decoders, FORMAT, Headers, MAX_OFFSET, MAX_PARTITIONS, Record, is_being_written,
    is_capture, ours, place_of, record_id, schemas,
};

/// Pages of the write-ahead log behind which a commit waits until they are in the file, so that the log does not grow without end: 64 MB.
const MOST_LOG: u64 = (64 << 20) / PAGE as u64;

/// A partition the capture holds records of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapturedPartition {
    /// Its id in the capture.
    pub id: i64,
    /// The topic, as the capture stores it: see [`CapturedPartition::incarnation`].
    pub topic: String,
    /// The broker's identity of the topic, where it told one.
    pub topic_id: Option<String>,
    /// Its number.
    pub partition: i32,
    /// The first offset that was asked for.
    pub first: i64,
    /// Everything before this offset was seen.
    pub next: i64,
    /// Everything before this offset is of the topic with this identity for certain.
    pub certain: i64,
}

impl CapturedPartition {
    /// The topic's name, and which one of this name it was.
    pub fn incarnation(&self) -> Incarnation<'_> {
        Incarnation::of_stored(&self.topic)
    }
}

/// What came of records of which it was not certain whether they are of a topic or of the one that took its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sorted {
    /// So many were of the later one, where they stand now alone.
    Later(u64),
    /// Both hold the same records before, too: what is the same tells nothing, and both keep theirs.
    Alike,
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
    /// The broker that leads the partition, if one does.
    pub leader: Option<i32>,
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
    /// Records that are not in the transaction yet.
    waiting: Waiting,
    durable: Durable,
    pending: Durable,
    /// `None`: the end has come.
    checkpoints: Option<Checkpoints>,
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
        let checkpoints = Checkpoints::of(path)?;
        // Held from commit to commit: two writers of one capture would both be lost.
        begin(&connection).map_err(fail)?;
        schemas::make_later(&connection).map_err(fail)?;
        let partitions = read_partitions(&connection).map_err(fail)?;
        let schemas = schemas::known(&connection).map_err(fail)?.into_iter().collect();
        Ok(Self {
            path: path.to_owned(),
            connection,
            partitions,
            schemas,
            run: None,
            waiting: Waiting::default(),
            durable: Durable::default(),
            pending: Durable::default(),
            checkpoints: Some(checkpoints),
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

    /// Where the events' facts are found, as it was kept.
    pub fn mapping(&self) -> Result<Option<String>, CaptureError> {
        self.fact(MAPPING)
    }

    /// Keeps where the events' facts are found, in place of what was kept before.
    pub fn set_mapping(&mut self, mapping: &RecordMapping) -> Result<(), CaptureError> {
        self.set_fact(MAPPING, &mapping.to_keep())
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
            certain: first,
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
            .map_err(|e| self.fail(&e))?;
        if let Some(leader) = marks.leader {
            self.connection
                .execute(
                    "INSERT OR REPLACE INTO leaders (partition_id, broker) VALUES (?1, ?2)",
                    params![partition, leader],
                )
                .map_err(|e| self.fail(&e))?;
        }
        Ok(())
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

    /// Says that everything of a partition before this offset is of the topic with its identity.
    pub fn certain(&mut self, partition: i64, next: i64) {
        let index = usize::try_from(partition).unwrap_or(0);
        if let Some(p) = index.checked_sub(1).and_then(|i| self.partitions.get_mut(i)) {
            p.certain = p.certain.max(next.min(p.next));
        }
    }

    /// Says that a partition's topic was deleted, so that nothing follows what it holds, or that it is there after all.
    pub fn deleted(&mut self, partition: i64, is_gone: bool) -> Result<(), CaptureError> {
        let sql = if is_gone {
            "INSERT OR IGNORE INTO deleted (partition_id) VALUES (?1)"
        } else {
            "DELETE FROM deleted WHERE partition_id = ?1"
        };
        self.connection
            .execute(sql, [partition])
            .map_err(|e| self.fail(&e))?;
        Ok(())
    }

    /// Sorts the records of a partition that may be of the topic which took its topic's place: those that stand in the later one's partition,
    /// too, from the last that differs on. What was read of the later one must reach as far. `None`: none was in doubt.
    pub fn sort_out(&mut self, earlier: i64, later: i64) -> Result<Option<Sorted>, CaptureError> {
        let Some((certain, next)) = self.partition(earlier).map(|p| (p.certain, p.next)) else {
            return Ok(None);
        };
        if certain >= next {
            return Ok(None);
        }
        self.waiting
            .write(&self.connection)
            .map_err(|e| self.give_up(&e))?;
        let sorted = self.sorted(earlier, later, certain, next);
        let (sorted, from) = sorted.map_err(|e| self.give_up(&e))?;
        if let Sorted::Later(count @ 1..) = sorted {
            self.pending.records = self.pending.records.saturating_sub(count);
            // Its place is there: it was asked for above.
            if let Some(p) = self.partitions.iter_mut().find(|p| p.id == earlier) {
                p.next = from;
            }
        }
        self.certain(earlier, next);
        Ok(Some(sorted))
    }

    /// Takes the records out of the earlier partition that are the later one's; the first offset of those.
    fn sorted(&self, earlier: i64, later: i64, certain: i64, next: i64) -> rusqlite::Result<(Sorted, i64)> {
        const SAME: &str = "l.timestamp IS e.timestamp AND l.timestamp_type IS e.timestamp_type AND l.key IS e.key \
                            AND l.value IS e.value AND l.headers IS e.headers";
        let apart = record_id(later, 0) - record_id(earlier, 0);
        let (from, end) = (record_id(earlier, certain), record_id(earlier, next));
        // The last one that is certain: where the later topic has the same, a history was written again.
        let before: Option<bool> = self
            .connection
            .query_row(
                &format!(
                    "SELECT l.id IS NOT NULL AND {SAME} FROM stored_records AS e \
                     LEFT JOIN stored_records AS l ON l.id = e.id + ?1 \
                     WHERE e.id >= ?2 AND e.id < ?3 ORDER BY e.id DESC LIMIT 1"
                ),
                [apart, record_id(earlier, 0), from],
                |row| row.get(0),
            )
            .optional()?;
        if before == Some(true) {
            return Ok((Sorted::Alike, next));
        }
        let differs: Option<i64> = self.connection.query_row(
            &format!(
                "SELECT max(e.id) FROM stored_records AS e LEFT JOIN stored_records AS l ON l.id = e.id + ?1 \
                 WHERE e.id >= ?2 AND e.id < ?3 AND NOT (l.id IS NOT NULL AND {SAME})"
            ),
            [apart, from, end],
            |row| row.get(0),
        )?;
        let first = differs.map_or(from, |id| id + 1);
        let taken = self.connection.execute(
            "DELETE FROM stored_records WHERE id >= ?1 AND id < ?2",
            [first, end],
        )?;
        Ok((Sorted::Later(taken as u64), place_of(first).1))
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
        let enough = self.waiting.push(record_id(partition, offset), record, headers);
        self.seen(partition, offset + 1);
        self.pending.records += 1;
        self.pending.bytes +=
            (record.key.map_or(0, <[u8]>::len) + record.value.map_or(0, <[u8]>::len)) as u64;
        if enough {
            let written = self.waiting.write(&self.connection);
            written.map_err(|e| self.give_up(&e))?;
        }
        Ok(true)
    }

    /// Makes everything written so far durable, together with how far each partition was seen: it survives the end of this program,
    /// however that comes, and a power cut once the next checkpoint is made, which begins now.
    pub fn commit(&mut self) -> Result<(), CaptureError> {
        let committed = self.keep().and_then(|()| self.connection.execute_batch("COMMIT"));
        committed.map_err(|e| self.give_up(&e))?;
        self.durable = self.pending;
        let checkpoint = self
            .checkpoints
            .as_ref()
            .map_or(Ok(()), |c| c.committed(MOST_LOG));
        // Whatever became of that: what is written next belongs into a transaction.
        begin(&self.connection).map_err(|e| self.fail(&e))?;
        checkpoint.map_err(|e| self.fail(&e))
    }

    /// Writes the records that wait, and how far each partition was seen.
    fn keep(&mut self) -> rusqlite::Result<()> {
        self.waiting.write(&self.connection)?;
        let mut update = self
            .connection
            .prepare_cached("UPDATE partitions SET next = ?2 WHERE id = ?1 AND next <> ?2")?;
        for p in &self.partitions {
            update.execute([p.id, p.next])?;
        }
        let mut certain = self.connection.prepare_cached(
            "INSERT INTO certain (partition_id, next) VALUES (?1, ?2)
             ON CONFLICT (partition_id) DO UPDATE SET next = excluded.next WHERE next <> excluded.next",
        )?;
        for p in &self.partitions {
            certain.execute([p.id, p.certain])?;
        }
        Ok(())
    }

    /// A disk on which the file can have so many pages.
    #[cfg(test)]
    pub(super) fn at_most_pages(&self, pages: u32) -> rusqlite::Result<()> {
        let sql = format!("PRAGMA max_page_count = {pages}");
        self.connection.query_row(&sql, [], |_| Ok(()))
    }

    /// The error behind which what is not committed is taken back.
    fn give_up(&mut self, e: &rusqlite::Error) -> CaptureError {
        self.take_back();
        self.fail(e)
    }

    /// Takes back what is not committed, so that nothing says of it later that it was seen.
    fn take_back(&mut self) {
        self.waiting.clear();
        self.pending = self.durable;
        if !self.connection.is_autocommit() {
            // What cannot be rolled back cannot be committed either.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        // None are kept if not even this can be read: then nothing is said of them at the end.
        self.partitions = read_partitions(&self.connection).unwrap_or_default();
        self.schemas = schemas::known(&self.connection)
            .map(|known| known.into_iter().collect())
            .unwrap_or_default();
    }

    /// Ends the run and leaves one file, with nothing beside it.
    pub fn finish(mut self, ended: &str, outcome: &Outcome) -> Result<Durable, CaptureError> {
        let outcome = match outcome {
            Outcome::Complete => "complete",
            Outcome::Cancelled => "cancelled",
            Outcome::Failed(code) => code,
        };
        if self.connection.is_autocommit() {
            // Some statement failed in a way that took the whole transaction back, or it was given up.
            self.take_back();
            begin(&self.connection).map_err(|e| self.fail(&e))?;
        }
        let done = (|| {
            if let Some(run) = self.run {
                self.connection.execute(
                    "UPDATE runs SET ended = ?2, outcome = ?3 WHERE id = ?1",
                    params![run, ended, outcome],
                )?;
            }
            self.keep()?;
            self.connection.execute_batch("COMMIT")
        })();
        done.map_err(|e| self.fail(&e))?;
        self.durable = self.pending;
        // Its connection would keep the log.
        self.checkpoints = None;
        match leave_one_file(&self.connection) {
            // A reader that is busy keeps the log a while longer: then it stays beside the file, which is whole all the same.
            Ok(_) => Ok(self.durable),
            Err(e) => Err(self.fail(&e)),
        }
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
    leave_one_file(&connection).map_err(fail)
}

/// Moves the log into the file and removes it; false: somebody still reads from it.
fn leave_one_file(connection: &Connection) -> rusqlite::Result<bool> {
    match connection.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get::<_, String>(0)) {
        Ok(mode) => Ok(mode.eq_ignore_ascii_case("delete")),
        Err(e) if e.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => Ok(false),
        Err(e) => Err(e),
    }
}

fn begin(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE")
}

fn read_partitions(connection: &Connection) -> rusqlite::Result<Vec<CapturedPartition>> {
    let mut select = connection.prepare(
        "SELECT p.id, topic, topic_id, partition, first, p.next, coalesce(min(c.next, p.next), p.next)
             FROM partitions AS p LEFT JOIN certain AS c ON c.partition_id = p.id ORDER BY p.id",
    )?;
    let rows = select.query_map([], |row| {
        Ok(CapturedPartition {
            id: row.get(0)?,
            topic: row.get(1)?,
            topic_id: row.get(2)?,
            partition: row.get(3)?,
            first: row.get(4)?,
            next: row.get(5)?,
            certain: row.get(6)?,
        })
    })?;
    rows.collect()
}
