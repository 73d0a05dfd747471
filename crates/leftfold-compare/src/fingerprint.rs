//! Fingerprints of streams, and the first point at which two of them part.

use crate::digest::mix;

/// What tells with one look whether two streams hold the same: how many events, their sum, which does not know the order, and a chain,
/// which does. The sum is 128 bits wide and modular, so that an event which stands twice does not cancel itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    /// Events.
    pub count: u64,
    /// The sum of what they are.
    pub sum: u128,
    /// The chain over them, H(i) = h(H(i-1), e(i)).
    pub chain: u64,
}

impl Fingerprint {
    /// Takes one more event, by what it is known by and what it says.
    pub fn push(&mut self, identity: u64, content: u64) {
        let event = mix(identity, content);
        self.count += 1;
        self.sum = self
            .sum
            .wrapping_add((u128::from(mix(content, identity)) << 64) | u128::from(event));
        self.chain = mix(self.chain, event);
    }

    /// The fingerprint of a stream.
    pub fn of(events: impl IntoIterator<Item = (u64, u64)>) -> Self {
        let mut all = Self::default();
        for (identity, content) in events {
            all.push(identity, content);
        }
        all
    }
}

/// The chain after each event of a stream.
pub fn chain(events: impl IntoIterator<Item = (u64, u64)>) -> Vec<u64> {
    let mut all = Fingerprint::default();
    events
        .into_iter()
        .map(|(identity, content)| {
            all.push(identity, content);
            all.chain
        })
        .collect()
}

/// How many events two streams have in common from their beginning on, by bisection of their chains: once they part, chains do not meet
/// again (but for a collision in 64 bits).
pub fn first_difference(left: &[u64], right: &[u64]) -> usize {
    let (mut same, mut end) = (0, left.len().min(right.len()));
    while same < end {
        let middle = same + (end - same) / 2;
        if left[middle] == right[middle] {
            same = middle + 1;
        } else {
            end = middle;
        }
    }
    same
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn events() -> impl Strategy<Value = Vec<(u64, u64)>> {
        prop::collection::vec((0_u64..4, 0_u64..3), 0..24)
    }

    proptest! {
        #[test]
        fn bisection_finds_what_a_walk_finds(left in events(), right in events(), common in events()) {
            let joined = |tail: Vec<(u64, u64)>| common.iter().copied().chain(tail).collect::<Vec<_>>();
            let (left, right) = (joined(left), joined(right));
            let walked = left.iter().zip(&right).take_while(|(l, r)| l == r).count();
            prop_assert_eq!(first_difference(&chain(left), &chain(right)), walked);
        }

        #[test]
        fn the_sum_does_not_know_the_order_and_the_chain_does(events in events(), turn in 0_usize..24) {
            let mut turned = events.clone();
            turned.rotate_left(turn % events.len().max(1));
            let (a, b) = (Fingerprint::of(events.iter().copied()), Fingerprint::of(turned.iter().copied()));
            prop_assert_eq!((a.count, a.sum), (b.count, b.sum));
            prop_assert_eq!(a.chain == b.chain, events == turned);
        }
    }

    #[test]
    fn doubling_is_seen() {
        let one = Fingerprint::of([(1, 1), (2, 2)]);
        let doubled = Fingerprint::of([(1, 1), (1, 1), (1, 1), (2, 2)]);
        assert_ne!(one.sum, doubled.sum);
        assert_ne!(one, Fingerprint::of([(1, 1), (2, 2), (3, 3)]));
    }
}
