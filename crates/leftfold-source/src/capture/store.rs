//! A capture as an event history: records by topic, partition and offset.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::{Arc, PoisonError, RwLock};

use leftfold_event::{Cancel, Event, Locator, Timestamp};
use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension as _, Row};

use super::anew::Incarnation;
use super::behind::{self, is_damage};
use super::decoders::{Decoders, Reading};
use super::mapped::RecordMapping;
use super::record::At;
use super::scan::{Ended, between};
use super::schemas;
use super::{FORMAT, Mark, Record, TimestampKind, fetch, is_being_written, place_of, record_id};
use crate::mapping::Mapping;
use crate::sqlite::{Database, PastDamage};
use crate::{Certainty, EventStore, HeaderSink, Identity, RawPayload, ScanSummary, SourceError, StoreInfo};

/// Goes up whenever records are understood differently, so that an index made before is made anew.
const READING: u32 = 4;

/// The columns every read asks for, in the order of [`record_of`].
pub(super) const COLUMNS: &str = "id, timestamp, timestamp_type, key, value, headers";

/// A capture as an event history.
pub(crate) struct CaptureStore {
    pub(super) database: Arc<Database>,
    info: StoreInfo,
    places: RwLock<Arc<Places>>,
    said: Said,
    pub(super) past: PastDamage,
}

/// What the user says of the records, whatever the capture says.
#[derive(Clone, Debug, Default)]
struct Said {
    /// Where streams, types and versions are found.
    mapping: Option<Arc<RecordMapping>>,
    /// How keys and values are to be read.
    decoders: Decoders,
}

/// The name of the fact that says where streams, types and versions are found.
pub(super) const MAPPING: &str = "mapping";

/// The table of the records.
const RECORDS: &str = "stored_records";

/// Topics and partitions by the ids they have in the capture.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// By id less one: the topic, which one of this name, and the partition.
    partitions: Vec<(Arc<str>, u32, i32)>,
    topics: BTreeSet<Arc<str>>,
    /// The brokers that led them when the latest run began to read them, by id less one.
    leaders: Vec<Option<i32>>,
    /// Those whose topic was deleted.
    deleted: Vec<u32>,
    /// What its values and keys are read by.
    reading: Reading,
    /// When the capture was begun.
    created: Option<String>,
}

impl Places {
    fn read(database: &Database, said: &Said) -> Result<Self, SourceError> {
        let lease = database.lease()?;
        let fail = |e: &rusqlite::Error| database.error(e);
        let mut places = Self::default();
        let mut select = lease
            .prepare("SELECT id, topic, partition FROM partitions ORDER BY id")
            .map_err(|e| fail(&e))?;
        let mut rows = select.query([]).map_err(|e| fail(&e))?;
        while let Some(row) = rows.next().map_err(|e| fail(&e))? {
            let read =
                || -> rusqlite::Result<(i64, String, i32)> { Ok((row.get(0)?, row.get(1)?, row.get(2)?)) };
            let (id, topic, partition) = read().map_err(|e| fail(&e))?;
            if id != places.partitions.len() as i64 + 1 {
                return Err(SourceError::Damaged {
                    path: database.path().to_owned(),
                    reason: format!("partition {id} of the capture does not follow the one before"),
                });
            }
            let Incarnation { topic, number } = Incarnation::of_stored(&topic);
            let topic: Arc<str> = topic.into();
            let topic = places.topics.get(&topic).cloned().unwrap_or(topic);
            places.topics.insert(Arc::clone(&topic));
            places.partitions.push((topic, number, partition));
        }
        places.reading = Reading {
            schemas: schemas::read(&lease).map_err(|e| fail(&e))?,
            decoders: schemas::decoders(&lease)
                .map_err(|e| fail(&e))?
                .then(&said.decoders),
            mapping: said.mapping.clone(),
        };
        let fact = |name: &str| -> Result<Option<String>, SourceError> {
            let value = lease.query_row("SELECT value FROM capture WHERE name = ?1", [name], |row| {
                row.get(0)
            });
            value.optional().map_err(|e| fail(&e))
        };
        places.created = fact("created")?;
        places.leaders = match schemas::leaders(&lease, places.partitions.len()) {
            // Who led is no reason not to read the rest.
            Err(e) if is_damage(&e) => Vec::new(),
            leaders => leaders.map_err(|e| fail(&e))?,
        };
        places.deleted = match schemas::deleted(&lease) {
            // That more may come is what is taken for true where nothing is known.
            Err(e) if is_damage(&e) => Vec::new(),
            deleted => deleted.map_err(|e| fail(&e))?,
        };
        if places.reading.mapping.is_none()
            && let Some(kept) = fact(MAPPING)?
        {
            places.reading.mapping = Some(RecordMapping::of_kept(&kept)?);
        }
        Ok(places)
    }

    pub(super) fn reading(&self) -> &Reading {
        &self.reading
    }

    /// Whether anything is found elsewhere than where records have it by themselves.
    pub(super) fn is_mapped(&self) -> bool {
        self.reading.mapping.is_some()
    }

    /// The ids of the partitions and their topics.
    pub(super) fn topics_by_id(&self) -> impl Iterator<Item = (i64, &Arc<str>)> {
        (1_i64..).zip(self.partitions.iter().map(|(topic, ..)| topic))
    }

    /// Whether streams are named with their topics.
    fn with_topic(&self) -> bool {
        self.topics.len() > 1
    }

    /// What is told of topics that were made anew.
    fn anew(&self) -> Vec<String> {
        let mut told: Vec<String> = Vec::new();
        for (topic, number, _) in self.partitions.iter().filter(|(_, number, _)| *number > 1) {
            let later = Incarnation {
                topic,
                number: *number,
            };
            let note = format!(
                "The topic {topic} was deleted and made anew: positions of the new one begin with {later}."
            );
            if !told.contains(&note) {
                told.push(note);
            }
        }
        told
    }

    /// The mark of a scan that has handed on nothing yet.
    fn mark(&self) -> Mark {
        Mark::new(self.created.as_deref(), self.with_topic(), &self.reading)
    }

    /// Where a record with this id lies.
    pub(super) fn at(&self, id: i64) -> Option<At<'_>> {
        let (partition, offset) = place_of(id);
        let index = usize::try_from(partition).ok()?.checked_sub(1)?;
        let (topic, incarnation, partition) = self.partitions.get(index)?;
        Some(At {
            topic,
            partition: *partition,
            offset,
            broker: self.leaders.get(index).copied().flatten(),
            with_topic: self.with_topic(),
            incarnation: *incarnation,
        })
    }
}

/// A record as its row has it, and its stored headers.
pub(super) fn record_of<'r>(row: &'r Row<'_>) -> rusqlite::Result<(i64, Record<'r>, Option<Cow<'r, str>>)> {
    let bytes = |i: usize| -> rusqlite::Result<Option<&'r [u8]>> {
        Ok(match row.get_ref(i)? {
            ValueRef::Blob(b) | ValueRef::Text(b) => Some(b),
            _ => None,
        })
    };
    let timestamp = match (row.get_ref(1)?, row.get_ref(2)?) {
        (ValueRef::Integer(ms), ValueRef::Integer(1)) => Some((ms, TimestampKind::Append)),
        (ValueRef::Integer(ms), _) => Some((ms, TimestampKind::Create)),
        _ => None,
    };
    let record = Record {
        timestamp,
        key: bytes(3)?,
        value: bytes(4)?,
    };
    Ok((row.get(0)?, record, bytes(5)?.map(String::from_utf8_lossy)))
}

impl CaptureStore {
    /// Opens a capture. `warnings` are about the file as it lies there.
    pub(crate) fn open(database: Arc<Database>, warnings: Vec<String>) -> Result<Self, SourceError> {
        let said = Said::default();
        let places = Places::read(&database, &said)?;
        let info = describe(&database, &places, warnings)?;
        Ok(Self {
            database,
            info,
            places: RwLock::new(Arc::new(places)),
            said,
            past: PastDamage::of(RECORDS),
        })
    }

    /// The same capture, its keys and values read as the user says.
    pub(crate) fn read_by(&self, decoders: &Decoders) -> Result<Self, SourceError> {
        let said = Said {
            decoders: self.said.decoders.then(decoders),
            ..self.said.clone()
        };
        let mut info = self.info.clone();
        info.notes
            .extend(schemas::told("You say how records are read", &said.decoders));
        Ok(Self {
            database: Arc::clone(&self.database),
            info,
            places: RwLock::new(Arc::new(Places::read(&self.database, &said)?)),
            said,
            past: PastDamage::of(RECORDS),
        })
    }

    /// The same capture, read through a mapping.
    pub(crate) fn mapped(&self, mapping: &Mapping) -> Result<Self, SourceError> {
        let info = StoreInfo {
            dialect: "mapping".to_owned(),
            title: "Your mapping of a Kafka capture".to_owned(),
            reasons: vec!["the mapping says so".to_owned()],
            ..self.info.clone()
        };
        let said = Said {
            mapping: Some(Arc::new(RecordMapping::new(mapping)?)),
            ..self.said.clone()
        };
        Ok(Self {
            database: Arc::clone(&self.database),
            info,
            places: RwLock::new(Arc::new(Places::read(&self.database, &said)?)),
            said,
            past: PastDamage::of(RECORDS),
        })
    }

    pub(super) fn places(&self) -> Arc<Places> {
        Arc::clone(&self.places.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Partitions may have come since.
    fn refresh(&self) -> Result<Arc<Places>, SourceError> {
        let now = Arc::new(Places::read(&self.database, &self.said)?);
        *self.places.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&now);
        Ok(now)
    }
}

impl EventStore for CaptureStore {
    fn info(&self) -> &StoreInfo {
        &self.info
    }

    fn identity(&self) -> Result<Identity, SourceError> {
        // A checkpoint moves pages from the log into the file: that is no change.
        let content = if is_being_written(self.database.path()) {
            seen(&self.database)?
        } else {
            self.database.fingerprint()?
        };
        Ok(Identity {
            path: (!self.database.is_copy()).then(|| self.database.path().to_owned()),
            fingerprint: format!(
                "{content} | capture {FORMAT}.{READING} | {} | {}",
                self.said.mapping.as_ref().map_or("", |m| m.text()),
                self.said.decoders.text()
            ),
        })
    }

    fn estimate(&self) -> Option<u64> {
        None
    }

    fn let_go(&self) {
        self.database.let_go();
    }

    fn counts_versions(&self) -> bool {
        self.places()
            .reading
            .mapping
            .as_ref()
            .is_none_or(|m| !m.states_versions())
    }

    fn in_parts(&self) -> bool {
        true
    }

    fn ended_parts(&self) -> Result<Vec<u32>, SourceError> {
        Ok(self.refresh()?.deleted.clone())
    }

    fn parts(&self) -> Result<Vec<(String, i32)>, SourceError> {
        let places = self.refresh()?;
        let all = places.partitions.iter();
        Ok(all
            .map(|(topic, number, partition)| {
                let incarnation = Incarnation {
                    topic,
                    number: *number,
                };
                (incarnation.stored().into_owned(), *partition)
            })
            .collect())
    }

    fn folds(&self) -> Result<Vec<(String, &'static str)>, SourceError> {
        let found = super::changes::categories_of_changes(self)?;
        Ok(found.into_iter().map(|category| (category, "debezium")).collect())
    }

    fn holds_since(&self) -> Result<Option<Timestamp>, SourceError> {
        let lease = self.database.lease()?;
        // A partition whose first offset is above 0 has lost what was before; its oldest record's time says when that ends.
        lease
            .query_row(
                "SELECT max((SELECT r.timestamp FROM stored_records r WHERE r.id >= w.partition_id << 48 ORDER BY r.id LIMIT 1))
                 FROM watermarks w WHERE w.low > 0 AND w.start <= w.low",
                [],
                |row| row.get::<_, Option<i64>>(0),
            )
            .map(|ms| Timestamp::from_units(ms?, 3))
            .map_err(|e| self.database.error(&e))
    }

    fn locate(&self, position: &str) -> Result<Option<Locator>, SourceError> {
        let Some((topic, partition, offset)) = parse_position(position) else {
            return Ok(None);
        };
        let places = self.places();
        let Incarnation { topic, number } = Incarnation::of_stored(topic);
        let found = places
            .partitions
            .iter()
            .position(|(t, n, p)| **t == *topic && *n == number && *p == partition);
        Ok(found.map(|index| Locator {
            row: record_id(index as i64 + 1, offset),
            item: 0,
        }))
    }

    fn scan(&self, sink: &mut dyn HeaderSink, cancel: &Cancel) -> Result<ScanSummary, SourceError> {
        let places = self.refresh()?;
        let database = &self.database;
        let mut lease = database.lease()?;
        lease.heed(cancel)?;
        let fail = |e: &rusqlite::Error| database.error(e);
        let mut select = lease.prepare(&between()).map_err(|e| fail(&e))?;
        let rows = select.query([i64::MIN, i64::MAX]).map_err(|e| fail(&e))?;
        let (mut summary, mut mark) = (ScanSummary::default(), places.mark());
        match self.hand_on_rows(rows, &places, (&mut summary, &mut mark), sink, cancel)? {
            Ended::Whole => {
                summary.complete = true;
                summary.mark = Some(mark);
            }
            Ended::Early => {}
            Ended::Broken(last, e) if is_damage(&e) => {
                behind::go_on((self, &places), &lease, (last, &e), (sink, cancel), &mut summary);
            }
            Ended::Broken(_, e) => return Err(fail(&e)),
        }
        Ok(summary)
    }

    fn scan_since(
        &self,
        since: &Mark,
        sink: &mut dyn HeaderSink,
        cancel: &Cancel,
    ) -> Result<Option<ScanSummary>, SourceError> {
        let places = self.refresh()?;
        let Some(mut mark) = since.renewed(places.mark(), &places.reading.schemas) else {
            return Ok(None);
        };
        let database = &self.database;
        let mut lease = database.lease()?;
        lease.heed(cancel)?;
        let fail = |e: &rusqlite::Error| database.error(e);
        // All partitions as of one moment.
        let lease = lease.unchecked_transaction().map_err(|e| fail(&e))?;
        let mut there = lease
            .prepare("SELECT 1 FROM main.stored_records WHERE id = ?1")
            .map_err(|e| fail(&e))?;
        for row in since.last_rows() {
            // A writer deletes what turns out to be another topic's; somebody may have by hand.
            if !there.exists([row]).map_err(|e| fail(&e))? {
                return Ok(None);
            }
        }
        let mut select = lease.prepare(&between()).map_err(|e| fail(&e))?;
        let mut summary = ScanSummary::default();
        for (after, last) in since.stretches(places.partitions.len()) {
            let rows = select.query([after, last]).map_err(|e| fail(&e))?;
            match self.hand_on_rows(rows, &places, (&mut summary, &mut mark), sink, cancel)? {
                Ended::Whole => {}
                Ended::Early => return Ok(Some(summary)),
                // The whole scan tells what is damaged.
                Ended::Broken(..) => return Ok(None),
            }
        }
        summary.complete = true;
        summary.mark = Some(mark);
        Ok(Some(summary))
    }

    fn fetch(
        &self,
        locators: &[Locator],
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, Event),
    ) -> Result<(), SourceError> {
        fetch::fetch(self, locators, cancel, visit)
    }

    fn fetch_raw(
        &self,
        locators: &[Locator],
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, &str, RawPayload<'_>),
    ) -> Result<(), SourceError> {
        fetch::fetch_raw(self, locators, cancel, visit)
    }
}

/// How far a capture is that this program is writing: every commit of records, schemas or gaps makes it another text.
fn seen(database: &Database) -> Result<String, SourceError> {
    let lease = database.lease()?;
    let read = || -> rusqlite::Result<String> {
        let mut text = "written".to_owned();
        for sql in [
            "SELECT id, next FROM partitions ORDER BY id",
            "SELECT id, text IS NOT NULL FROM schemas ORDER BY id",
            "SELECT id, ended IS NOT NULL FROM runs ORDER BY id",
            "SELECT partition_id, next FROM gaps ORDER BY rowid",
        ] {
            let mut select = lease.prepare_cached(sql)?;
            let mut rows = select.query([])?;
            while let Some(row) = rows.next()? {
                let (a, b): (i64, i64) = (row.get(0)?, row.get(1)?);
                // A String takes all that is written to it.
                let _ = write!(text, " {a}:{b}");
            }
            text.push(';');
        }
        Ok(text)
    };
    read().map_err(|e| database.error(&e))
}

/// `topic[partition]@offset`.
fn parse_position(text: &str) -> Option<(&str, i32, i64)> {
    let (place, offset) = text.rsplit_once("]@")?;
    let (topic, partition) = place.rsplit_once('[')?;
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if !digits(offset) || !digits(partition) {
        return None;
    }
    let offset: i64 = offset.parse().ok()?;
    (offset <= super::MAX_OFFSET).then_some((topic, partition.parse().ok()?, offset))
}

fn describe(database: &Database, places: &Places, warnings: Vec<String>) -> Result<StoreInfo, SourceError> {
    let lease = database.lease()?;
    let fail = |e: &rusqlite::Error| database.error(e);
    let format: u32 = lease
        .query_row(
            "SELECT CAST(value AS INTEGER) FROM capture WHERE name = 'format'",
            [],
            |row| row.get(0),
        )
        .map_err(|e| fail(&e))?;
    if format > FORMAT {
        return Err(SourceError::Unopenable {
            path: database.path().to_owned(),
            reason: format!(
                "this is a capture of format {format}; this program reads up to format {FORMAT}: use a newer one"
            ),
        });
    }
    let mut notes = warnings.clone();
    let mut facts = lease
        .prepare("SELECT name, value FROM capture")
        .map_err(|e| fail(&e))?;
    let facts: Vec<(String, String)> = facts
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .and_then(Iterator::collect)
        .map_err(|e| fail(&e))?;
    let fact = |name: &str| facts.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    if let (Some(created), Some(tool)) = (fact("created"), fact("tool")) {
        notes.push(format!("Captured by {tool} from {created} on."));
    }
    if let Some(cluster) = fact("cluster_id") {
        notes.push(format!("The cluster's id is {cluster}."));
    }
    if fact("isolation") == Some("read_uncommitted") {
        notes
            .push("Records of aborted transactions are in it, unmarked: it was read uncommitted.".to_owned());
    }
    if unfinished(&lease).map_err(|e| fail(&e))? {
        notes.push(
            "The last run of this capture has not ended: it is still being written, or was ended by force; run the same command again to go on."
                .to_owned(),
        );
    }
    notes.extend(places.anew());
    notes.extend(gaps(&lease, places).map_err(|e| fail(&e))?);
    notes.extend(schemas::notes(&lease, fact("registry")).map_err(|e| fail(&e))?);
    notes.extend(schemas::told(
        "It says how its records are read",
        &places.reading.decoders,
    ));
    if let Some(mapping) = &places.reading.mapping {
        notes.push(format!(
            "It says where facts of its records are found: {}.",
            mapping.names()
        ));
    }
    let topics: Vec<&str> = places.topics.iter().map(|t| &**t).collect();
    Ok(StoreInfo {
        dialect: "capture".to_owned(),
        title: "Kafka capture".to_owned(),
        certainty: Certainty::Certain,
        reasons: vec![format!("the file is a capture of format {format}")],
        tables: topics.into_iter().map(str::to_owned).collect(),
        notes,
        warnings,
        has_time: true,
        has_global_order: false,
        time_digits: Some(3),
    })
}

fn unfinished(connection: &rusqlite::Connection) -> rusqlite::Result<bool> {
    let mut last = connection.prepare("SELECT ended FROM runs ORDER BY id DESC LIMIT 1")?;
    let mut rows = last.query([])?;
    Ok(match rows.next()? {
        Some(row) => row.get_ref(0)? == ValueRef::Null,
        None => false,
    })
}

/// Gaps told in an error or a note, at most.
const TOLD: usize = 5;

fn gaps(connection: &rusqlite::Connection, places: &Places) -> rusqlite::Result<Vec<String>> {
    let mut select = connection.prepare("SELECT partition_id, first, next, reason FROM gaps")?;
    let mut rows = select.query([])?;
    let mut told = Vec::new();
    while let (Some(row), true) = (rows.next()?, told.len() < TOLD) {
        let (id, first, next, reason): (i64, i64, i64, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        if let Some(at) = places.at(record_id(id, 0)) {
            told.push(format!(
                "Offsets {first} to {} of {} are missing: {reason}.",
                next - 1,
                at.place()
            ));
        }
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_as_it_is_written() {
        assert_eq!(parse_position("orders[3]@17"), Some(("orders", 3, 17)));
        assert_eq!(parse_position("a[b]@c[0]@1"), Some(("a[b]@c", 0, 1)));
        for text in [
            "orders",
            "orders[3]",
            "orders[]@1",
            "orders[+3]@1",
            "orders[3]@-1",
            "orders[3]@999999999999999999",
        ] {
            assert_eq!(parse_position(text), None, "{text}");
        }
    }
}
