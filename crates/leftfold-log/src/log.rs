//! An immutable snapshot of a source's index.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use leftfold_event::{Locator, Names};

use crate::axis::{Axis, Place};
use crate::builder::{NO_TIME, NO_VERSION};
use crate::columns::{IntColumn, NO_POSITION, Positions};
use crate::growth::{Growth, join};
use crate::selection::{Order, Selection};
use crate::time_blocks::TimeBlocks;

/// What makes a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LaneBy {
    /// One lane a category.
    Category,
    /// One lane an event type.
    Type,
    /// One lane a stream.
    Stream,
}

/// Everything indexed about the events, by ordinal.
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns {
    pub(crate) time: Vec<i64>,
    pub(crate) stream: Vec<u32>,
    pub(crate) kind: Vec<u32>,
    pub(crate) version: VersionColumn,
    pub(crate) row: IntColumn,
    /// Empty while every row holds one event.
    pub(crate) item: Vec<u32>,
    pub(crate) positions: Positions,
    pub(crate) streams: Names,
    pub(crate) kinds: Names,
    pub(crate) categories: Names,
    /// Category by stream key.
    pub(crate) stream_category: Vec<u32>,
    /// Further (stream, ordinal) pairs, ascending by ordinal.
    pub(crate) also_in: Vec<(u32, u32)>,
    /// Ordinals whose header has a problem.
    pub(crate) problems: Vec<u32>,
    pub(crate) time_digits: u8,
    /// Built when first asked for.
    pub(crate) time_blocks: OnceLock<TimeBlocks>,
}

/// Versions by ordinal: four bytes while they fit, which they do unless something is odd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum VersionColumn {
    Narrow(Vec<i32>),
    Wide(Vec<i64>),
}

impl Default for VersionColumn {
    fn default() -> Self {
        Self::Narrow(Vec::new())
    }
}

impl VersionColumn {
    pub(crate) fn push(&mut self, version: i64) {
        match self {
            Self::Narrow(v) => match i32::try_from(version) {
                Ok(n) if n != i32::MIN => v.push(n),
                _ if version == NO_VERSION => v.push(i32::MIN),
                _ => {
                    let mut wide = self.to_wide().into_owned();
                    wide.push(version);
                    *self = Self::Wide(wide);
                }
            },
            Self::Wide(v) => v.push(version),
        }
    }

    pub(crate) fn get(&self, i: usize) -> Option<i64> {
        match self {
            Self::Narrow(v) => v.get(i).filter(|n| **n != i32::MIN).map(|n| i64::from(*n)),
            Self::Wide(v) => v.get(i).copied().filter(|n| *n != NO_VERSION),
        }
    }

    pub(crate) fn to_wide(&self) -> Cow<'_, [i64]> {
        match self {
            Self::Narrow(v) => v
                .iter()
                .map(|&n| if n == i32::MIN { NO_VERSION } else { i64::from(n) })
                .collect(),
            Self::Wide(v) => Cow::Borrowed(v),
        }
    }

    fn heap_bytes(&self) -> usize {
        match self {
            Self::Narrow(v) => v.len() * 4,
            Self::Wide(v) => v.len() * 8,
        }
    }
}

impl Columns {
    pub(crate) fn len(&self) -> usize {
        self.time.len()
    }

    /// No events, and the names with their keys.
    pub(crate) fn names_alone(&self) -> Self {
        Self {
            streams: self.streams.clone_for_more(),
            kinds: self.kinds.clone_for_more(),
            categories: self.categories.clone_for_more(),
            stream_category: self.stream_category.clone(),
            ..Self::default()
        }
    }

    /// The lane key of an event.
    pub(crate) fn lane(&self, by: LaneBy, ordinal: u32) -> u32 {
        let i = ordinal as usize;
        match by {
            LaneBy::Stream => self.stream[i],
            LaneBy::Type => self.kind[i],
            LaneBy::Category => self.stream_category[self.stream[i] as usize],
        }
    }

    /// The further streams of an event.
    pub(crate) fn also_in_of(&self, ordinal: u32) -> impl Iterator<Item = u32> {
        let from = self.also_in.partition_point(|(_, other)| *other < ordinal);
        self.also_in[from..]
            .iter()
            .take_while(move |(_, other)| *other == ordinal)
            .map(|(stream, _)| *stream)
    }

    /// All streams of an event, with the event.
    pub(crate) fn streams_of(&self, ordinal: u32) -> impl Iterator<Item = (u32, u32)> {
        let own = self.stream[ordinal as usize];
        std::iter::once(own)
            .chain(self.also_in_of(ordinal))
            .map(move |stream| (stream, ordinal))
    }

    pub(crate) fn time_blocks(&self) -> &TimeBlocks {
        self.time_blocks.get_or_init(|| TimeBlocks::new(&self.time))
    }

    pub(crate) fn names(&self, by: LaneBy) -> &Names {
        match by {
            LaneBy::Stream => &self.streams,
            LaneBy::Type => &self.kinds,
            LaneBy::Category => &self.categories,
        }
    }

    pub(crate) fn coord(&self, axis: Axis, ordinal: u32) -> i64 {
        match axis {
            Axis::Time => self.time[ordinal as usize],
            Axis::Log => i64::from(ordinal),
        }
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        let positions = match &self.positions {
            Positions::Stated(column) => column.heap_bytes(),
            _ => 0,
        };
        self.time.len() * 8
            + self.stream.len() * 4
            + self.kind.len() * 4
            + self.version.heap_bytes()
            + self.row.heap_bytes()
            + self.item.len() * 4
            + positions
            + self.streams.heap_bytes()
            + self.kinds.heap_bytes()
            + self.categories.heap_bytes()
            + self.stream_category.len() * 4
            + self.also_in.len() * 8
            + self.problems.len() * 4
            + self.time_blocks.get().map_or(0, TimeBlocks::heap_bytes)
    }
}

/// An immutable snapshot of a source's index: all its events, and the queries over them.
///
/// Dereferences to the [`Selection`] of all events.
#[derive(Debug)]
pub struct Log {
    all: Selection,
    /// Shared with the logs that have grown from it.
    line: Arc<()>,
}

impl Deref for Log {
    type Target = Selection;

    fn deref(&self) -> &Selection {
        &self.all
    }
}

impl Log {
    pub(crate) fn new(columns: Columns) -> Self {
        Self {
            all: Selection::all(Arc::new(columns)),
            line: Arc::default(),
        }
    }

    /// The log of nothing.
    pub fn empty() -> Self {
        Self::new(Columns::default())
    }

    /// Those of the events that a filter kept, ascending.
    pub fn select(&self, ordinals: Vec<u32>) -> Selection {
        Selection::some(Arc::clone(self.all.columns()), ordinals)
    }

    /// All events, as a selection.
    pub fn all(&self) -> &Selection {
        &self.all
    }

    pub(crate) fn columns(&self) -> &Columns {
        self.all.columns()
    }

    /// This log with what came since: `new` was taken by [`crate::LogBuilder::knowing`] this one, without counting versions. What is built of lanes and
    /// orders is carried over.
    pub(crate) fn grown(&self, new: Columns, counting: bool) -> Option<(Self, Growth)> {
        let (columns, growth) = join(self.columns(), new, counting)?;
        let columns = Arc::new(columns);
        let order = Order::All(columns.len() as u32);
        let added: Vec<u32> = growth.new_events().collect();
        let all = self.all.grown(columns, order, &growth, &added);
        let line = Arc::clone(&self.line);
        Some((Self { all, line }, growth))
    }

    /// Those of the events that a filter keeps, where it kept `before` of the log this one has grown from and keeps `added` of the new ones.
    #[expect(
        clippy::stable_sort_primitive,
        reason = "it merges two ascending runs in one pass"
    )]
    pub fn select_grown(&self, before: &Selection, growth: &Growth, added: &[u32]) -> Selection {
        let kept = before.order(Axis::Log);
        let mut kept = growth.moved(&kept.range(0, kept.len()));
        kept.extend_from_slice(added);
        kept.sort();
        before.grown(Arc::clone(self.all.columns()), Order::List(kept), growth, added)
    }

    /// How many events.
    pub fn events(&self) -> u32 {
        // The builder stops below 2^32.
        self.columns().len() as u32
    }

    /// The names of a kind of lane, by key.
    pub fn names(&self, by: LaneBy) -> &Names {
        self.columns().names(by)
    }

    /// The lane key of an event.
    pub fn lane(&self, by: LaneBy, ordinal: u32) -> u32 {
        self.columns().lane(by, ordinal)
    }

    /// The category key of a stream.
    pub fn category_of_stream(&self, stream: u32) -> Option<u32> {
        self.columns().stream_category.get(stream as usize).copied()
    }

    /// An event's recorded time in nanoseconds.
    pub fn time(&self, ordinal: u32) -> Option<i64> {
        self.columns()
            .time
            .get(ordinal as usize)
            .copied()
            .filter(|t| *t != NO_TIME)
    }

    /// The latest time that an event has by a moment, in nanoseconds.
    pub fn latest_by(&self, moment: i64) -> Option<i64> {
        let columns = self.columns();
        columns.time_blocks().latest_by(&columns.time, moment)
    }

    /// Digits of the second the finest time has.
    pub fn time_digits(&self) -> u8 {
        self.columns().time_digits
    }

    /// An event's version.
    pub fn version(&self, ordinal: u32) -> Option<i64> {
        self.columns().version.get(ordinal as usize)
    }

    /// An event's version in a stream. What an event counts in the other streams it belongs to is not known.
    pub fn version_in(&self, stream: u32, ordinal: u32) -> Option<i64> {
        let own = self.columns().stream.get(ordinal as usize)? == &stream;
        self.version(ordinal).filter(|_| own)
    }

    /// An event's number in the store's log, where the store has one.
    pub fn position(&self, ordinal: u32) -> Option<i64> {
        let columns = self.columns();
        match &columns.positions {
            Positions::Absent => None,
            Positions::Rows => Some(columns.row.get(ordinal as usize)),
            Positions::Stated(column) => Some(column.get(ordinal as usize)).filter(|p| *p != NO_POSITION),
        }
    }

    /// Whether any event has a number in the store's log.
    pub fn has_positions(&self) -> bool {
        self.events() > 0 && !matches!(self.columns().positions, Positions::Absent)
    }

    /// The event at a position of the store's log.
    pub fn at_position(&self, position: i64) -> Option<u32> {
        // Ascending in nearly every store: try that first.
        let n = self.events();
        let (mut low, mut high) = (0, n);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.position(middle).is_some_and(|p| p < position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if low < n && self.position(low) == Some(position) {
            return Some(low);
        }
        (0..n).find(|&o| self.position(o) == Some(position))
    }

    /// The event that the source finds in this row, where rows ascend with the log.
    pub fn at_row(&self, row: i64) -> Option<u32> {
        let rows = &self.columns().row;
        let (mut low, mut high) = (0, self.events());
        while low < high {
            let middle = low + (high - low) / 2;
            if rows.get(middle as usize) < row {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        (low < self.events() && rows.get(low as usize) == row).then_some(low)
    }

    /// Whether it has grown from the other one, perhaps by way of others: what was there means the same and has moved at most.
    pub fn continues(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.line, &other.line)
    }

    /// What has come since another log that this one continues.
    pub fn growth_since(&self, before: &Self) -> Growth {
        Growth::between(before.columns(), self.columns())
    }

    /// Where the source finds an event again.
    pub fn locator(&self, ordinal: u32) -> Locator {
        let columns = self.columns();
        let i = ordinal as usize;
        Locator {
            row: columns.row.get(i),
            item: columns.item.get(i).copied().unwrap_or(0),
        }
    }

    /// Ordinals whose header has a problem, ascending.
    pub fn problems(&self) -> &[u32] {
        &self.columns().problems
    }

    /// The events of a stream, in log order.
    pub fn stream_events(&self, stream: u32) -> &[u32] {
        self.all.lanes(LaneBy::Stream, Axis::Log).get(stream)
    }

    /// How many of a stream's events lie at or before a place. On the time axis: up to and including the last event
    /// recorded at or before that moment, so that the state shown is one the stream really had.
    pub fn included(&self, stream: u32, place: &Place) -> usize {
        let events = self.stream_events(stream);
        let key = place.key();
        let before = |o: &u32| (self.columns().coord(place.axis, *o), *o) <= key;
        match place.axis {
            Axis::Log => events.partition_point(before),
            Axis::Time if self.all.is_time_ordered() => events.partition_point(before),
            Axis::Time => {
                let timed = |o: &u32| self.time(*o).is_some() && before(o);
                events.iter().rposition(timed).map_or(0, |i| i + 1)
            }
        }
    }

    /// Bytes of memory the index takes: columns, names and the postings built so far.
    pub fn heap_bytes(&self) -> usize {
        self.columns().heap_bytes() + self.all.heap_bytes()
    }

    pub(crate) fn raw_columns(&self) -> &Columns {
        self.columns()
    }
}
