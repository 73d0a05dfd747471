//! Integer columns that take as few bytes as their values need.

use std::ops::Range;

/// A column of integers by ordinal. The form is chosen by the values: nothing for an arithmetic run (row numbers without
/// holes), four bytes while all fit around a base, eight otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IntColumn {
    /// `base + ordinal`, for `len` ordinals.
    Run {
        /// The first value.
        base: i64,
        /// How many.
        len: u32,
    },
    /// `base + deltas[ordinal]`.
    Narrow {
        /// What the deltas are added to.
        base: i64,
        /// Differences to the base.
        deltas: Vec<i32>,
    },
    /// The values themselves.
    Wide(Vec<i64>),
}

impl Default for IntColumn {
    fn default() -> Self {
        Self::Run { base: 0, len: 0 }
    }
}

impl IntColumn {
    /// How many values.
    pub fn len(&self) -> usize {
        match self {
            Self::Run { len, .. } => *len as usize,
            Self::Narrow { deltas, .. } => deltas.len(),
            Self::Wide(values) => values.len(),
        }
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value at an ordinal below [`IntColumn::len`].
    pub fn get(&self, i: usize) -> i64 {
        match self {
            Self::Run { base, .. } => base + i as i64,
            Self::Narrow { base, deltas } => base + i64::from(deltas[i]),
            Self::Wide(values) => values[i],
        }
    }

    /// Appends a value, widening the form when it has to.
    pub fn push(&mut self, value: i64) {
        match self {
            Self::Run { base, len } => {
                if *len == 0 {
                    *base = value;
                    *len = 1;
                } else if base.checked_add(i64::from(*len)) == Some(value) && *len < u32::MAX {
                    *len += 1;
                } else {
                    self.widen();
                    self.push(value);
                }
            }
            Self::Narrow { base, deltas } => {
                match value.checked_sub(*base).and_then(|d| i32::try_from(d).ok()) {
                    Some(delta) => deltas.push(delta),
                    None => {
                        self.widen();
                        self.push(value);
                    }
                }
            }
            Self::Wide(values) => values.push(value),
        }
    }

    /// No values, with room for those of another column and more of them.
    pub(crate) fn with_capacity_of(other: &Self, more: usize) -> Self {
        match other {
            // A run that goes on takes no room, and one that does not is unrolled anyway.
            Self::Run { .. } => Self::default(),
            Self::Narrow { base, deltas } => Self::Narrow {
                base: *base,
                deltas: Vec::with_capacity(deltas.len() + more),
            },
            Self::Wide(values) => Self::Wide(Vec::with_capacity(values.len() + more)),
        }
    }

    /// Appends values of another column.
    pub(crate) fn extend_from(&mut self, other: &Self, range: Range<usize>) {
        let (mut start, end) = (range.start, range.end);
        while start < end {
            match (&mut *self, other) {
                (Self::Run { base, len }, Self::Run { base: theirs, .. })
                    if *len == 0 || base.checked_add(i64::from(*len)) == Some(theirs + start as i64) =>
                {
                    if *len == 0 {
                        *base = theirs + start as i64;
                    }
                    // A log has fewer than 2^32 events.
                    *len += (end - start) as u32;
                    return;
                }
                (
                    Self::Narrow { base, deltas },
                    Self::Narrow {
                        base: theirs,
                        deltas: more,
                    },
                ) if base == theirs => {
                    deltas.extend_from_slice(&more[start..end]);
                    return;
                }
                (Self::Wide(values), Self::Wide(more)) => {
                    values.extend_from_slice(&more[start..end]);
                    return;
                }
                (Self::Wide(values), other) => {
                    values.extend((start..end).map(|i| other.get(i)));
                    return;
                }
                // The form may change with any of them.
                _ => self.push(other.get(start)),
            }
            start += 1;
        }
    }

    fn widen(&mut self) {
        *self = match std::mem::take(self) {
            Self::Run { base, len } => match i32::try_from(len) {
                Ok(n) => Self::Narrow {
                    base,
                    deltas: (0..n).collect(),
                },
                Err(_) => Self::Wide((0..i64::from(len)).map(|i| base + i).collect()),
            },
            Self::Narrow { base, deltas } => {
                Self::Wide(deltas.into_iter().map(|d| base + i64::from(d)).collect())
            }
            wide @ Self::Wide(_) => wide,
        };
    }

    /// Bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        match self {
            Self::Run { .. } => 0,
            Self::Narrow { deltas, .. } => deltas.len() * 4,
            Self::Wide(values) => values.len() * 8,
        }
    }
}

/// The store's numbers in the log. Most stores number events by their rows, or not at all; both take no memory.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) enum Positions {
    /// Every event's position is its row.
    #[default]
    Rows,
    /// No event has one.
    Absent,
    /// As stated; [`NO_POSITION`] where absent.
    Stated(IntColumn),
}

/// Stands for "no position" in a stated column.
pub(crate) const NO_POSITION: i64 = i64::MIN;

impl Positions {
    /// The position of the event `i`; `rows` gives the rows.
    pub(crate) fn get(&self, i: usize, rows: &IntColumn) -> Option<i64> {
        match self {
            Self::Rows => Some(rows.get(i)),
            Self::Absent => None,
            Self::Stated(column) => Some(column.get(i)).filter(|p| *p != NO_POSITION),
        }
    }

    /// Appends the position of the event `ordinal`, which lies in `row`; `rows` gives the rows before it.
    pub(crate) fn push(&mut self, position: Option<i64>, row: i64, ordinal: u32, rows: &IntColumn) {
        match (&mut *self, position) {
            (Self::Rows, Some(p)) if p == row => {}
            (Self::Rows, None) if ordinal == 0 => *self = Self::Absent,
            (Self::Absent, None) => {}
            (Self::Stated(column), p) => column.push(p.unwrap_or(NO_POSITION)),
            (before, p) => {
                let mut column = IntColumn::default();
                for i in 0..ordinal as usize {
                    column.push(if matches!(before, Self::Rows) {
                        rows.get(i)
                    } else {
                        NO_POSITION
                    });
                }
                column.push(p.unwrap_or(NO_POSITION));
                *self = Self::Stated(column);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn row_numbers_without_holes_take_no_memory() {
        let mut column = IntColumn::default();
        (5..1000).for_each(|v| column.push(v));
        assert_eq!(column, IntColumn::Run { base: 5, len: 995 });
    }

    #[test]
    fn positions_are_stored_only_when_they_say_more_than_the_row() {
        let stated = |pairs: &[(Option<i64>, i64)]| {
            let (mut rows, mut positions) = (IntColumn::default(), Positions::default());
            for (i, (p, row)) in pairs.iter().enumerate() {
                positions.push(*p, *row, i as u32, &rows);
                rows.push(*row);
            }
            positions
        };
        assert_eq!(stated(&[(Some(1), 1), (Some(2), 2)]), Positions::Rows);
        assert_eq!(stated(&[(None, 1), (None, 2)]), Positions::Absent);
        let Positions::Stated(column) = stated(&[(Some(1), 1), (None, 2), (Some(9), 3)]) else {
            panic!()
        };
        assert_eq!((column.get(0), column.get(1), column.get(2)), (1, NO_POSITION, 9));
        let Positions::Stated(column) = stated(&[(None, 1), (Some(7), 2)]) else {
            panic!()
        };
        assert_eq!((column.get(0), column.get(1)), (NO_POSITION, 7));
    }

    proptest! {
        #[test]
        fn a_column_gives_back_what_was_pushed(
            values in prop::collection::vec(prop_oneof![0_i64..100, any::<i64>(), Just(i64::MAX), Just(i64::MIN)], 0..200),
            start in any::<i64>(), run in 0_usize..50,
        ) {
            let all: Vec<i64> = (0..run).filter_map(|i| start.checked_add(i as i64)).chain(values).collect();
            let mut column = IntColumn::default();
            for &v in &all {
                column.push(v);
            }
            prop_assert_eq!(column.len(), all.len());
            for (i, v) in all.iter().enumerate() {
                prop_assert_eq!(column.get(i), *v);
            }
        }
    }
}
