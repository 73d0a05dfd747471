//! Takes what has come to a source since into its log, without reading the rest again.

use std::ops::Range;
use std::sync::OnceLock;

use crate::columns::{IntColumn, Positions};
use crate::log::{Columns, VersionColumn};

/// Where a log's events stand in one that holds them and more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Growth {
    /// Events before.
    old: u32,
    /// Ascending.
    stretches: Vec<Stretch>,
    /// Old events, by where they stand now, ascending, whose version is another one now: it was counted from places in the log.
    recounted: Vec<u32>,
    /// Whether no stream got anything but at its end, as far as that is known.
    only_extends: bool,
}

/// New events that stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    /// The old event they stand before.
    before: u32,
    /// Which of the new ones they are.
    from: u32,
    to: u32,
}

/// Events that stay together.
enum Part {
    Old(Range<usize>),
    New(Range<usize>),
}

impl Growth {
    /// Nothing came to so many events.
    pub(crate) fn nothing(old: u32) -> Self {
        Self {
            old,
            stretches: Vec::new(),
            recounted: Vec::new(),
            only_extends: true,
        }
    }

    /// How many events came.
    pub fn events(&self) -> u32 {
        self.stretches.last().map_or(0, |s| s.to)
    }

    /// Where the new events stand, ascending.
    pub fn new_events(&self) -> impl Iterator<Item = u32> {
        self.stretches
            .iter()
            .flat_map(|s| s.before + s.from..s.before + s.to)
    }

    /// Old events whose version is another one now, by where they stand now, ascending: it was counted from places in the log.
    pub fn recounted(&self) -> &[u32] {
        &self.recounted
    }

    /// Whether every stream has the events it had, in their order, and new ones at most behind them. False also where that is not known.
    pub fn only_extends_streams(&self) -> bool {
        self.only_extends
    }

    /// Where an old event stands now.
    pub fn place(&self, old: u32) -> u32 {
        let i = self.stretches.partition_point(|s| s.before <= old);
        old + i.checked_sub(1).map_or(0, |i| self.stretches[i].to)
    }

    /// Whether all old events stand where they stood.
    pub(crate) fn is_at_end(&self) -> bool {
        self.stretches.first().is_none_or(|s| s.before == self.old)
    }

    /// Where the old ones of two logs in the order of their rows stand when they are brought into one order. `None`: they are in no such order,
    /// or an event is in both.
    fn of_rows(old: &Columns, new: &Columns) -> Option<Self> {
        let key = |columns: &Columns, i: usize| {
            let item = columns.item.get(i).copied().unwrap_or(0);
            (columns.row.get(i), item)
        };
        let mut growth = Self::nothing(u32::try_from(old.len()).ok()?);
        let mut at = 0;
        for i in 0..new.len() {
            let here = key(new, i);
            if i > 0 && key(new, i - 1) >= here {
                return None;
            }
            if at < old.len() && key(old, at) <= here {
                let (mut low, mut high) = (at, old.len());
                while low < high {
                    let middle = low + (high - low) / 2;
                    if key(old, middle) < here {
                        low = middle + 1;
                    } else {
                        high = middle;
                    }
                }
                if low < old.len() && key(old, low) == here {
                    return None;
                }
                at = low;
            }
            // Both are below 2^32, as is their sum (checked by the caller).
            growth.push(at as u32, i as u32);
        }
        growth.only_extends = growth.is_at_end();
        Some(growth)
    }

    /// What came to a log that continues another one.
    pub(crate) fn between(before: &Columns, now: &Columns) -> Self {
        // A log holds fewer than 2^32 events.
        let mut growth = Self::nothing(before.len() as u32);
        let key = |columns: &Columns, i: usize| {
            let item = columns.item.get(i).copied().unwrap_or(0);
            (columns.row.get(i), item)
        };
        let (mut old, mut new) = (0, 0);
        for i in 0..now.len() {
            if old < before.len() && key(before, old) == key(now, i) {
                if before.version.get(old) != now.version.get(i) {
                    growth.recounted.push(i as u32);
                }
                old += 1;
            } else {
                growth.push(old as u32, new);
                new += 1;
            }
        }
        growth.only_extends = growth.is_at_end();
        growth
    }

    /// Takes in the new event of this number, which stands before this old one.
    fn push(&mut self, before: u32, number: u32) {
        match self.stretches.last_mut() {
            Some(stretch) if stretch.before == before => stretch.to = number + 1,
            _ => self.stretches.push(Stretch {
                before,
                from: number,
                to: number + 1,
            }),
        }
    }

    fn parts(&self) -> impl Iterator<Item = Part> {
        let starts = std::iter::once(0).chain(self.stretches.iter().map(|s| s.before as usize));
        let old = starts.zip(
            self.stretches
                .iter()
                .map(|s| Part::New(s.from as usize..s.to as usize)),
        );
        let before = self.stretches.iter().map(|s| s.before as usize);
        let last = self.stretches.last().map_or(0, |s| s.before as usize);
        old.zip(before)
            .flat_map(|((from, new), to)| [Part::Old(from..to), new])
            .chain([Part::Old(last..self.old as usize)])
    }

    fn merge<T: Copy>(&self, old: &[T], new: &[T]) -> Vec<T> {
        let mut merged = Vec::with_capacity(old.len() + new.len());
        for part in self.parts() {
            merged.extend_from_slice(match &part {
                Part::Old(range) => &old[range.clone()],
                Part::New(range) => &new[range.clone()],
            });
        }
        merged
    }

    fn integers(&self, old: &IntColumn, new: &IntColumn) -> IntColumn {
        // The base of a column is its first value.
        let mut merged = match self.stretches.first() {
            Some(stretch) if stretch.before == 0 => IntColumn::default(),
            _ => IntColumn::with_capacity_of(old, new.len()),
        };
        for part in self.parts() {
            match part {
                Part::Old(range) => merged.extend_from(old, range),
                Part::New(range) => merged.extend_from(new, range),
            }
        }
        merged
    }

    fn versions(&self, old: &VersionColumn, new: &VersionColumn) -> VersionColumn {
        match (old, new) {
            (VersionColumn::Narrow(old), VersionColumn::Narrow(new)) => {
                VersionColumn::Narrow(self.merge(old, new))
            }
            _ => VersionColumn::Wide(self.merge(&old.to_wide(), &new.to_wide())),
        }
    }

    fn positions(
        &self,
        (old, old_rows): (&Positions, &IntColumn),
        new: &Columns,
        rows: &IntColumn,
    ) -> Positions {
        match (old, &new.positions) {
            (Positions::Rows, Positions::Rows) => Positions::Rows,
            (Positions::Absent, Positions::Absent) => Positions::Absent,
            _ if self.old == 0 => new.positions.clone(),
            (old, added) => {
                let mut merged = Positions::Rows;
                let mut ordinal = 0;
                for part in self.parts() {
                    let (positions, of, range) = match part {
                        Part::Old(range) => (old, old_rows, range),
                        Part::New(range) => (added, &new.row, range),
                    };
                    for i in range {
                        merged.push(positions.get(i, of), of.get(i), ordinal, rows);
                        ordinal += 1;
                    }
                }
                merged
            }
        }
    }

    /// Ascending old ordinals and ascending new ones (by their number among the new), as they stand now, each with what belongs to it.
    fn ordinals<T: Copy>(
        &self,
        old: &[T],
        new: &[T],
        of: impl Fn(T) -> u32,
        set: impl Fn(T, u32) -> T,
    ) -> Vec<T> {
        let mut merged = Vec::with_capacity(old.len() + new.len());
        let (mut old, mut new) = (old.iter().copied().peekable(), new.iter().copied().peekable());
        for stretch in &self.stretches {
            while let Some(here) = old.next_if(|t| of(*t) < stretch.before) {
                merged.push(set(here, of(here) + stretch.from));
            }
            while let Some(here) = new.next_if(|t| of(*t) < stretch.to) {
                merged.push(set(here, of(here) + stretch.before));
            }
        }
        merged.extend(old.map(|t| set(t, of(t) + self.events())));
        merged
    }

    /// Where these old events (ascending) stand now.
    pub fn moved(&self, old: &[u32]) -> Vec<u32> {
        self.ordinals(old, &[], |o| o, |_, now| now)
    }

    /// Gives the new events of a stream their places in it for versions, and those that stand behind them now. `None`: a version there was not
    /// counted so.
    fn count(&mut self, columns: &mut Columns) -> Option<()> {
        let VersionColumn::Narrow(versions) = &mut columns.version else {
            return None;
        };
        // Of all streams only those that got something need to be counted; a bit for each stays in the processor's cache.
        let mut grown = vec![0_u64; columns.streams.len().div_ceil(64)];
        let mut counts = vec![0_i32; columns.streams.len()];
        let nameless = columns.streams.key("");
        let first = self.new_events().next().unwrap_or(u32::MAX);
        let mut all_counted = columns.also_in.is_empty();
        for ordinal in self.new_events() {
            let stream = columns.stream[ordinal as usize];
            if versions[ordinal as usize] != i32::MIN {
                return None;
            }
            if Some(stream) == nameless {
                all_counted = false;
            } else {
                grown[stream as usize / 64] |= 1 << (stream % 64);
            }
        }
        for (i, (stream, version)) in columns.stream.iter().zip(versions).enumerate() {
            let stream = *stream as usize;
            if grown[stream / 64] & 1 << (stream % 64) == 0 {
                continue;
            }
            // The caller sees to it that there are fewer events than that.
            counts[stream] += 1;
            if *version == counts[stream] {
                continue;
            }
            // Ordinals are below 2^32.
            let ordinal = i as u32;
            if ordinal < first {
                return None;
            }
            if *version != i32::MIN {
                self.recounted.push(ordinal);
            }
            *version = counts[stream];
        }
        // An old event that stands behind a new one of its stream counts more now.
        self.only_extends |= all_counted && self.recounted.is_empty();
        Some(())
    }
}

/// A log's columns with those of what came since, in the order of their rows. `new` has the names of `old` with the same keys, and more.
/// `counting`: versions are counted, see [`crate::LogBuilder::counting_versions`]. `None`: they cannot be brought together so.
pub(crate) fn join(old: &Columns, new: Columns, counting: bool) -> Option<(Columns, Growth)> {
    let total = old.len().checked_add(new.len())?;
    let most = if counting {
        i32::MAX as usize
    } else {
        u32::MAX as usize - 1
    };
    if total > most {
        return None;
    }
    let mut growth = Growth::of_rows(old, &new)?;
    let row = growth.integers(&old.row, &new.row);
    let items = |columns: &Columns| {
        let mut item = columns.item.clone();
        item.resize(columns.len(), 0);
        item
    };
    let item = if old.item.is_empty() && new.item.is_empty() {
        Vec::new()
    } else {
        growth.merge(&items(old), &items(&new))
    };
    let mut columns = Columns {
        time: growth.merge(&old.time, &new.time),
        stream: growth.merge(&old.stream, &new.stream),
        kind: growth.merge(&old.kind, &new.kind),
        version: growth.versions(&old.version, &new.version),
        positions: growth.positions((&old.positions, &old.row), &new, &row),
        row,
        item,
        also_in: growth.ordinals(
            &old.also_in,
            &new.also_in,
            |(_, ordinal)| ordinal,
            |(stream, _), now| (stream, now),
        ),
        problems: growth.ordinals(&old.problems, &new.problems, |o| o, |_, now| now),
        time_digits: old.time_digits.max(new.time_digits),
        streams: new.streams,
        kinds: new.kinds,
        categories: new.categories,
        stream_category: new.stream_category,
        time_blocks: OnceLock::default(),
    };
    if counting {
        growth.count(&mut columns)?;
    }
    Some((columns, growth))
}
