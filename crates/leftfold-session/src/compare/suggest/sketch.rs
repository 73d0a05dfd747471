//! Sets of values in little memory, of which it can be told how much they have in common.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::Overlap;

/// Hashes kept of a set of values.
const KEPT: usize = 1024;

/// The smallest hashes of a set of values, each with the first time at which it was there: what two such have in common tells how much of the
/// sets is, and how much later it is there on the other side.
#[derive(Clone, Debug, Default)]
pub(super) struct Sketch(BTreeMap<u64, Option<i64>>);

impl Sketch {
    /// Takes in a value, at a time in nanoseconds.
    pub(super) fn add(&mut self, value: &str, time: Option<i64>) {
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        let hash = hasher.finish();
        if self.0.len() >= KEPT && self.0.last_key_value().is_some_and(|(last, _)| hash > *last) {
            return;
        }
        let first = self.0.entry(hash).or_insert(time);
        *first = match (*first, time) {
            (Some(first), Some(time)) => Some(first.min(time)),
            (one, other) => one.or(other),
        };
        if self.0.len() > KEPT {
            self.0.pop_last();
        }
    }

    /// How many hashes it keeps.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The hashes it keeps, ascending.
    pub(super) fn hashes(&self) -> impl Iterator<Item = u64> + '_ {
        self.0.keys().copied()
    }

    /// How much later what both have was there first on the other side, ascending, in nanoseconds; as far as both state times.
    pub(super) fn later_in(&self, other: &Self) -> Vec<i64> {
        let both = self.0.iter().filter_map(|(hash, time)| {
            let (ours, theirs) = ((*time)?, (*other.0.get(hash)?)?);
            Some(theirs.saturating_sub(ours))
        });
        let mut later: Vec<i64> = both.collect();
        later.sort_unstable();
        later
    }

    /// Up to where it knows of all values.
    fn limit(&self) -> u64 {
        match self.0.last_key_value() {
            Some((last, _)) if self.0.len() >= KEPT => *last,
            _ => u64::MAX,
        }
    }

    /// How many values there are, about.
    pub(super) fn distinct(&self) -> u64 {
        match self.limit() {
            u64::MAX => self.0.len() as u64,
            limit => (u128::from(u64::MAX) * self.0.len() as u128 / u128::from(limit.max(1))) as u64,
        }
    }

    pub(super) fn overlap(&self, other: &Self) -> Overlap {
        let limit = self.limit().min(other.limit());
        let within = |sketch: &Self| sketch.0.range(..=limit).count();
        Overlap {
            shared: self
                .0
                .range(..=limit)
                .filter(|(hash, _)| other.0.contains_key(*hash))
                .count(),
            of: within(self).min(within(other)),
            all: self.distinct().min(other.distinct()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_large_sets_have_in_common_is_estimated_by_the_same_values_of_both() {
        let sketch = |range: std::ops::Range<u32>| {
            let mut sketch = Sketch::default();
            for n in range {
                sketch.add(&n.to_string(), None);
            }
            sketch
        };
        let small = sketch(0..10).overlap(&sketch(5..30));
        assert_eq!((small.shared, small.of), (5, 10));
        let large = sketch(0..40_000).overlap(&sketch(20_000..60_000));
        assert!((40..60).contains(&large.percent()), "{large:?}");
        assert_eq!(sketch(0..40_000).overlap(&sketch(50_000..90_000)).shared, 0);
        let distinct = sketch(0..40_000).distinct();
        assert!((36_000..44_000).contains(&distinct), "{distinct}");
    }
}
