//! Which elements of two arrays are the same ones.

use leftfold_event::json::Value;

/// Comparisons spent on one pair of arrays; beyond it elements are paired by their place.
const MAX_CELLS: usize = 250_000;

/// Members that tell what an element is, tried in this order.
const IDENTITIES: [&str; 8] = ["id", "_id", "uuid", "key", "sku", "code", "name", "type"];

/// One step through both arrays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pair {
    /// Element `.0` of the first is element `.1` of the second, changed or not.
    Both(usize, usize),
    /// Element `.0` of the first is gone.
    Removed(usize),
    /// Element `.0` of the second is new.
    Added(usize),
}

/// Pairs the elements in order: equal ones by a longest common subsequence between the common ends, objects of the
/// same identity where that does not suffice, the rest of each gap by place. Every index of both comes once, ascending.
pub(crate) fn align(a: &[Value], b: &[Value]) -> Vec<Pair> {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let tail = a[head..]
        .iter()
        .rev()
        .zip(b[head..].iter().rev())
        .take_while(|(x, y)| x == y)
        .count();
    let mut pairs: Vec<Pair> = (0..head).map(|i| Pair::Both(i, i)).collect();
    let (a_end, b_end) = (a.len() - tail, b.len() - tail);
    middle(&a[head..a_end], &b[head..b_end], head, &mut pairs);
    pairs.extend((0..tail).map(|i| Pair::Both(a_end + i, b_end + i)));
    pairs
}

fn middle(a: &[Value], b: &[Value], base: usize, pairs: &mut Vec<Pair>) {
    let matched = match a.len().checked_mul(b.len()) {
        Some(cells @ 1..=MAX_CELLS) => common(a, b, cells),
        _ => Vec::new(),
    };
    let (mut i, mut j) = (0, 0);
    for (x, y) in matched.into_iter().chain([(a.len(), b.len())]) {
        // A gap: what is left on both sides is taken as changed in place, the surplus as removed or added. Objects
        // that name different identities are never the same one.
        let both = (x - i).min(y - j);
        for n in 0..both {
            if differs_in_identity(&a[i + n], &b[j + n]) {
                pairs.extend([Pair::Removed(base + i + n), Pair::Added(base + j + n)]);
            } else {
                pairs.push(Pair::Both(base + i + n, base + j + n));
            }
        }
        pairs.extend((i + both..x).map(|i| Pair::Removed(base + i)));
        pairs.extend((j + both..y).map(|j| Pair::Added(base + j)));
        if x < a.len() {
            pairs.push(Pair::Both(base + x, base + y));
        }
        (i, j) = (x + 1, y + 1);
    }
}

/// How much it is worth to pair two elements: equality more than identity, nothing for strangers.
fn worth(a: &Value, b: &Value) -> u32 {
    if a == b {
        3
    } else {
        match identities(a, b) {
            Some((x, y)) if x == y => 2,
            _ => 0,
        }
    }
}

fn differs_in_identity(a: &Value, b: &Value) -> bool {
    identities(a, b).is_some_and(|(x, y)| x != y)
}

/// The values of the first identifying member that both objects have.
fn identities<'v>(a: &'v Value, b: &'v Value) -> Option<(&'v Value, &'v Value)> {
    let (a, b) = (a.as_object()?, b.as_object()?);
    IDENTITIES.iter().find_map(|name| a.get(name).zip(b.get(name)))
}

/// The common subsequence worth most, as index pairs in order.
fn common(a: &[Value], b: &[Value], cells: usize) -> Vec<(usize, usize)> {
    let width = b.len() + 1;
    let mut worths = Vec::with_capacity(cells);
    for x in a {
        worths.extend(b.iter().map(|y| worth(x, y)));
    }
    // best[i][j]: the worth of a[i..] and b[j..].
    let mut best = vec![0_u32; width * (a.len() + 1)];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            let skip = best[(i + 1) * width + j].max(best[i * width + j + 1]);
            let pair = worths[i * b.len() + j];
            let take = if pair > 0 {
                best[(i + 1) * width + j + 1] + pair
            } else {
                0
            };
            best[i * width + j] = skip.max(take);
        }
    }
    let (mut i, mut j, mut matched) = (0, 0, Vec::new());
    while i < a.len() && j < b.len() {
        let here = best[i * width + j];
        let pair = worths[i * b.len() + j];
        if pair > 0 && here == best[(i + 1) * width + j + 1] + pair {
            matched.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if here == best[(i + 1) * width + j] {
            i += 1;
        } else {
            j += 1;
        }
    }
    matched
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::any_value;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_element_of_both_sides_comes_once_and_in_order(
            a in prop::collection::vec(any_value(), 0..12),
            b in prop::collection::vec(any_value(), 0..12),
        ) {
            let (mut left, mut right) = (Vec::new(), Vec::new());
            for pair in align(&a, &b) {
                match pair {
                    Pair::Both(i, j) => { left.push(i); right.push(j); }
                    Pair::Removed(i) => left.push(i),
                    Pair::Added(j) => right.push(j),
                }
            }
            prop_assert_eq!(left, (0..a.len()).collect::<Vec<_>>());
            prop_assert_eq!(right, (0..b.len()).collect::<Vec<_>>());
        }
    }

    #[test]
    fn arrays_too_large_to_compare_are_paired_by_place() {
        let numbers = |from: u32| (from..from + 2000).map(Value::from).collect::<Vec<_>>();
        let pairs = align(&numbers(0), &numbers(5000));
        assert!(pairs.iter().enumerate().all(|(n, p)| *p == Pair::Both(n, n)));
    }
}
