//! Which ordinals belong to a key: one flat list, sliced by key.

use std::ops::Range;
use std::sync::Arc;

use crate::growth::Growth;

/// For each key the ordinals that carry it, all in one allocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Postings {
    lists: Arc<Lists>,
    /// Keys whose ordinals stand in another order than in `lists`, ascending by key.
    reordered: Vec<(u32, Vec<u32>)>,
    /// The lists themselves are not in the log's order.
    by_time: bool,
}

/// `items[starts[k]..starts[k + 1]]` belong to key `k`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Lists {
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Postings {
    /// Sorts `(key, ordinal)` pairs by key, keeping their order within a key. The pairs are produced twice: once to count,
    /// once to place; keys are below `keys`.
    pub fn build<I: Iterator<Item = (u32, u32)>>(keys: usize, pairs: impl Fn() -> I) -> Self {
        let mut starts = vec![0_u32; keys + 1];
        for (key, _) in pairs() {
            starts[key as usize + 1] += 1;
        }
        for k in 0..keys {
            starts[k + 1] += starts[k];
        }
        let mut items = vec![0; starts[keys] as usize];
        let mut next = starts.clone();
        for (key, ordinal) in pairs() {
            let place = &mut next[key as usize];
            items[*place as usize] = ordinal;
            *place += 1;
        }
        Self {
            lists: Arc::new(Lists { starts, items }),
            reordered: Vec::new(),
            by_time: false,
        }
    }

    /// The same, of pairs that are not in the log's order.
    pub(crate) fn build_by_time<I: Iterator<Item = (u32, u32)>>(keys: usize, pairs: impl Fn() -> I) -> Self {
        Self {
            by_time: true,
            ..Self::build(keys, pairs)
        }
    }

    /// These lists in a log that has grown, where ordinals moved as `growth` says. `added` are pairs of new events, ascending by key and then
    /// by `order`, in which each list stands; keys are below `keys`. `None`: some lists stand apart in another order.
    pub(crate) fn grown<K: Ord>(
        &self,
        keys: usize,
        growth: &Growth,
        added: &[(u32, u32)],
        order: impl Fn(u32) -> K,
    ) -> Option<Self> {
        if !self.reordered.is_empty() {
            return None;
        }
        let Lists { starts, items } = &*self.lists;
        let all = items.len();
        let start = |key: usize| starts.get(key).map_or(all, |s| *s as usize);
        let mut grown = Carried::new(items, growth, added.len());
        let (mut new_starts, mut next) = (Vec::with_capacity(keys + 1), 0);
        for pairs in added.chunk_by(|a, b| a.0 == b.0) {
            let key = pairs[0].0 as usize;
            // No more than `added`, which are ordinals.
            new_starts.extend((new_starts.len()..=key).map(|k| (start(k) + next) as u32));
            let ordinals = pairs.iter().map(|p| p.1);
            grown.insert(start(key)..start(key + 1), ordinals, &order);
            next += pairs.len();
        }
        new_starts.extend((new_starts.len()..=keys).map(|k| (start(k) + next) as u32));
        Some(Self {
            lists: Arc::new(Lists {
                starts: new_starts,
                items: grown.finish(),
            }),
            reordered: Vec::new(),
            by_time: self.by_time,
        })
    }

    /// The same lists, sharing their memory, but for these keys (ascending).
    pub(crate) fn with_reordered(&self, reordered: Vec<(u32, Vec<u32>)>) -> Self {
        Self {
            lists: Arc::clone(&self.lists),
            reordered,
            by_time: false,
        }
    }

    /// Whether the lists themselves are not in the log's order.
    pub(crate) fn is_by_time(&self) -> bool {
        self.by_time
    }

    /// Whether a key's ordinals stand in another order than the log's.
    pub(crate) fn is_reordered(&self, key: u32) -> bool {
        self.by_time || self.reordered.binary_search_by_key(&key, |(k, _)| *k).is_ok()
    }

    /// How many keys.
    pub fn keys(&self) -> usize {
        self.lists.starts.len().saturating_sub(1)
    }

    /// The ordinals of a key; none for a key out of range.
    pub fn get(&self, key: u32) -> &[u32] {
        if let Ok(i) = self.reordered.binary_search_by_key(&key, |(k, _)| *k) {
            return &self.reordered[i].1;
        }
        let k = key as usize;
        let Lists { starts, items } = &*self.lists;
        match (starts.get(k), starts.get(k + 1)) {
            (Some(&a), Some(&b)) => &items[a as usize..b as usize],
            _ => &[],
        }
    }

    /// Bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        (self.lists.starts.len() + self.lists.items.len()) * 4 + self.list_bytes()
    }

    /// Bytes on the heap beyond the lists it shares with the postings it was made from.
    pub(crate) fn own_bytes(&self) -> usize {
        if self.by_time {
            self.heap_bytes()
        } else {
            self.list_bytes()
        }
    }

    fn list_bytes(&self) -> usize {
        self.reordered
            .iter()
            .map(|(_, list)| list.len() * 4 + size_of::<(u32, Vec<u32>)>())
            .sum()
    }
}

/// Ordinals of a log carried into one that has grown, with new ones between them.
pub(crate) struct Carried<'a> {
    old: &'a [u32],
    copied: usize,
    growth: &'a Growth,
    out: Vec<u32>,
}

impl<'a> Carried<'a> {
    pub(crate) fn new(old: &'a [u32], growth: &'a Growth, added: usize) -> Self {
        Self {
            old,
            copied: 0,
            growth,
            out: Vec::with_capacity(old.len() + added),
        }
    }

    fn carry(&mut self, to: usize) {
        let some = &self.old[self.copied..to];
        if self.growth.is_at_end() {
            self.out.extend_from_slice(some);
        } else {
            self.out.extend(some.iter().map(|o| self.growth.place(*o)));
        }
        self.copied = to;
    }

    /// Brings new ones, ascending by `order`, among those of a range, which are, too. Ranges come ascending.
    pub(crate) fn insert<K: Ord>(
        &mut self,
        range: Range<usize>,
        added: impl Iterator<Item = u32>,
        order: &impl Fn(u32) -> K,
    ) {
        let mut from = range.start;
        for ordinal in added {
            let rest = &self.old[from..range.end];
            from += rest.partition_point(|o| order(self.growth.place(*o)) < order(ordinal));
            self.carry(from);
            self.out.push(ordinal);
        }
    }

    pub(crate) fn finish(mut self) -> Vec<u32> {
        self.carry(self.old.len());
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinals_stand_by_key_in_their_order() {
        let pairs = [(2, 0), (0, 1), (2, 2), (0, 3)];
        let postings = Postings::build(4, || pairs.into_iter());
        assert_eq!(postings.get(0), [1, 3]);
        assert_eq!(postings.get(1), [0_u32; 0]);
        assert_eq!(postings.get(2), [0, 2]);
        assert_eq!(postings.get(9), [0_u32; 0]);
        assert_eq!(postings.keys(), 4);
        let other = postings.with_reordered(vec![(2, vec![2, 0])]);
        assert_eq!(
            (other.get(0), other.get(2), other.keys()),
            (&[1, 3][..], &[2, 0][..], 4)
        );
    }
}
