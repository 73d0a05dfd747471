//! How far a capture was read, so that what came since can be read alone.

use std::collections::BTreeSet;

use leftfold_event::json::Value;
use leftfold_schema::{SchemaId, Schemas, framed};

use super::decoders::{Part, Reading};
use super::{Record, headers, place_of, record_id};

/// Schemas kept in mind that records name and that were not there, at most.
const LACKING: usize = 1024;

/// How far a scan got, in a source that is only ever appended to. Of a file of lines it is the end of a line.
///
/// In a capture that holds partition by partition: a writer takes no record below the partition's `next` offset, which never goes back
/// (a run that asks for an earlier start goes on behind what is there, a topic made anew under the same name is another partition), and records are not
/// changed. Some are deleted only when the last of a partition are found to be of the topic that was made anew in its place; then the last
/// row is not there any more, and the whole is read again. What older records *mean* may change in three ways: they may be said to be read otherwise, a second topic puts the topics' names before those of the streams, and a
/// schema may come after the records that name it. Both are kept here, and the whole is read again when they happen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// When the capture was begun: another file in its place is another capture.
    created: Option<String>,
    /// By partition id less one: the highest row handed on.
    rows: Vec<Option<i64>>,
    /// Whether streams are named with their topics.
    with_topic: bool,
    /// Schemas that records handed on name and that were not there.
    lacking: BTreeSet<SchemaId>,
    /// How many schemas there were.
    schemas: usize,
    /// How keys and values were read, and where streams, types and versions were found.
    reading: String,
    /// Of a file of lines: where the last whole line ends, and a digest of the bytes before it.
    lines: Option<(u64, u64)>,
}

impl Mark {
    pub(super) fn new(created: Option<&str>, with_topic: bool, reading: &Reading) -> Self {
        Self {
            created: created.map(str::to_owned),
            with_topic,
            schemas: reading.schemas.len(),
            reading: reading.text(),
            ..Self::default()
        }
    }

    /// Where the last whole line ends, in bytes, in a file of lines.
    pub fn end_of_lines(&self) -> Option<u64> {
        self.lines.map(|(end, _)| end)
    }

    /// In a file of lines: where the last whole line ends that was handed on, and a digest of the bytes before that place.
    pub(crate) fn of_lines(end: u64, digest: u64) -> Self {
        Self {
            lines: Some((end, digest)),
            ..Self::default()
        }
    }

    /// The same, of a mark that is one of lines.
    pub(crate) fn lines(&self) -> Option<(u64, u64)> {
        self.lines
    }

    /// The mark as it stands when nothing has come since, if what was handed on until then still means the same.
    pub(super) fn renewed(&self, now: Self, schemas: &Schemas) -> Option<Self> {
        let same_schemas = schemas.len() == self.schemas
            || (self.lacking.len() < LACKING && self.lacking.iter().all(|id| schemas.written(*id).is_none()));
        let same = same_schemas
            && now.created == self.created
            && now.with_topic == self.with_topic
            && now.reading == self.reading;
        same.then(|| Self {
            rows: self.rows.clone(),
            lacking: self.lacking.clone(),
            ..now
        })
    }

    /// Keeps that a record was handed on.
    pub(super) fn note(
        &mut self,
        id: i64,
        record: &Record<'_>,
        headers: &[(Value, Value)],
        schemas: &Schemas,
    ) {
        let index = place_of(id).0.max(1) as usize - 1;
        if self.rows.len() <= index {
            self.rows.resize(index + 1, None);
        }
        self.rows[index] = Some(id);
        let mut named = |id: SchemaId| {
            if self.lacking.len() < LACKING && schemas.written(id).is_none() {
                self.lacking.insert(id);
            }
        };
        for (part, bytes) in [(Part::Key, record.key), (Part::Value, record.value)] {
            if let Some((id, _)) = headers::schema_id(headers, part) {
                named(id);
            } else if let Some(bytes) = bytes.filter(|b| b.first() == Some(&0))
                && let Some((number, _)) = framed(bytes)
            {
                named(SchemaId::Number(number));
            }
        }
    }

    /// The highest rows handed on.
    pub(super) fn last_rows(&self) -> impl Iterator<Item = i64> {
        self.rows.iter().copied().flatten()
    }

    /// For each of so many partitions: the row after which the new ones stand, and the last it can have.
    pub(super) fn stretches(&self, partitions: usize) -> impl Iterator<Item = (i64, i64)> {
        (0..partitions).map(|index| {
            // Partitions have ids from 1 to 32767, as was checked where they were taken in.
            let id = index as i64 + 1;
            let last = self.rows.get(index).copied().flatten();
            (
                last.unwrap_or(record_id(id, 0) - 1),
                record_id(id, super::MAX_OFFSET),
            )
        })
    }
}
