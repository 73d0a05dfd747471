//! Takes the headers of a scan into columns and gives snapshots of them.

use std::ops::ControlFlow;

use leftfold_event::category_of;
use leftfold_source::{Header, HeaderSink};

use crate::growth::Growth;
use crate::log::{Columns, Log};

/// Stands for "no time" in the time column. The moment it shadows, 1677-09-21T00:12:43.145224192Z, is the first that
/// nanoseconds in 64 bits can say at all.
pub(crate) const NO_TIME: i64 = i64::MIN;

/// Stands for "no version" in the version column.
pub(crate) const NO_VERSION: i64 = i64::MIN;

/// Grows a log, header by header.
#[derive(Debug, Default)]
pub struct LogBuilder {
    columns: Columns,
    last_stream: Option<u32>,
    /// Events taken by stream, where places in the stream stand for versions.
    counted: Option<Vec<u32>>,
}

impl LogBuilder {
    /// An empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty log that gives the names of another one the keys they have there.
    pub fn knowing(known: &Log) -> Self {
        Self {
            columns: known.columns().names_alone(),
            ..Self::default()
        }
    }

    /// The same, giving events without a version their place in their stream for one, counted from 1. Events of no stream get none.
    #[must_use]
    pub fn counting_versions(self) -> Self {
        Self {
            counted: Some(Vec::new()),
            ..self
        }
    }

    /// The version of an event of this stream that states none.
    fn count(&mut self, stream: u32, name: &str) -> Option<i64> {
        let counted = self.counted.as_mut()?;
        if name.is_empty() {
            return None;
        }
        let index = stream as usize;
        if counted.len() <= index {
            counted.resize(index + 1, 0);
        }
        counted[index] += 1;
        Some(i64::from(counted[index]))
    }

    /// Events taken so far.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Whether no event was taken yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A log of what was taken so far; the builder goes on.
    pub fn snapshot(&self) -> Log {
        Log::new(self.columns.clone())
    }

    /// The log of all that was taken.
    pub fn finish(self) -> Log {
        Log::new(self.columns)
    }

    /// The log of another one's events and of all that was taken, by a builder that knows the other and counts no versions, and where
    /// the other's events stand in it. `None`: their rows cannot be brought into one order, or versions (`counting`) are not counted alone.
    pub(crate) fn finish_onto(self, known: &Log, counting: bool) -> Option<(Log, Growth)> {
        known.grown(self.columns, counting)
    }

    fn stream(&mut self, header: &Header<'_>) -> u32 {
        // Stores that write one aggregate at a time repeat the name; comparing is cheaper than hashing.
        if let Some(last) = self.last_stream
            && self.columns.streams.get(last) == header.stream
        {
            return last;
        }
        let (key, new) = self.columns.streams.intern(header.stream);
        if new {
            let category = header
                .category
                .or_else(|| category_of(header.stream))
                .unwrap_or_default();
            let (category, _) = self.columns.categories.intern(category);
            self.columns.stream_category.push(category);
        }
        self.last_stream = Some(key);
        key
    }

    /// Takes one event. Returns false when the log is full (2^32 - 2 events).
    pub fn take(&mut self, header: &Header<'_>) -> bool {
        let Ok(ordinal) = u32::try_from(self.columns.len()) else {
            return false;
        };
        if ordinal >= u32::MAX - 1 {
            return false;
        }
        for name in header.also_in {
            let (key, new) = self.columns.streams.intern(name);
            if new {
                let (category, _) = self
                    .columns
                    .categories
                    .intern(category_of(name).unwrap_or_default());
                self.columns.stream_category.push(category);
            }
            self.columns.also_in.push((key, ordinal));
        }
        let stream = self.stream(header);
        let version = header.version.or_else(|| self.count(stream, header.stream));
        let columns = &mut self.columns;
        columns.stream.push(stream);
        columns.kind.push(columns.kinds.intern(header.kind).0);
        columns.time.push(header.time.map_or(NO_TIME, |t| t.nanos));
        columns.version.push(version.unwrap_or(NO_VERSION));
        columns
            .positions
            .push(header.position, header.locator.row, ordinal, &columns.row);
        columns.row.push(header.locator.row);
        if header.locator.item != 0 && columns.item.is_empty() {
            columns.item.resize(ordinal as usize, 0);
        }
        if header.locator.item != 0 || !columns.item.is_empty() {
            columns.item.push(header.locator.item);
        }
        if let Some(time) = header.time {
            columns.time_digits = columns.time_digits.max(time.digits);
        }
        if header.problem {
            columns.problems.push(ordinal);
        }
        true
    }
}

impl HeaderSink for LogBuilder {
    fn push(&mut self, header: &Header<'_>) -> ControlFlow<()> {
        if self.take(header) {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    }
}
