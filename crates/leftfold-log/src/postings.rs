//! Which ordinals belong to a key: one flat list, sliced by key.

use std::sync::Arc;

/// For each key the ordinals that carry it, all in one allocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Postings {
    lists: Arc<Lists>,
    /// Keys whose ordinals stand in another order than in `lists`, ascending by key.
    reordered: Vec<(u32, Vec<u32>)>,
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
        }
    }

    /// The same lists, sharing their memory, but for these keys (ascending).
    pub(crate) fn with_reordered(&self, reordered: Vec<(u32, Vec<u32>)>) -> Self {
        Self {
            lists: Arc::clone(&self.lists),
            reordered,
        }
    }

    /// Whether a key's ordinals stand in another order than the log's.
    pub(crate) fn is_reordered(&self, key: u32) -> bool {
        self.reordered.binary_search_by_key(&key, |(k, _)| *k).is_ok()
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
        (self.lists.starts.len() + self.lists.items.len()) * 4 + self.reordered_bytes()
    }

    /// Bytes on the heap beyond the lists it shares with the postings it was made from.
    pub(crate) fn reordered_bytes(&self) -> usize {
        self.reordered
            .iter()
            .map(|(_, list)| list.len() * 4 + size_of::<(u32, Vec<u32>)>())
            .sum()
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
