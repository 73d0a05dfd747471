//! Pairs the events of one stream's two sides.

use std::cmp::Ordering;

use rustc_hash::{FxHashMap, FxHashSet};

/// An event of one side, by what it is known by and what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) key: u64,
    pub(crate) content: u64,
    /// Its time, where that may tell equal events apart.
    pub(crate) time: Option<i64>,
}

/// An event that has no partner, by its place in its side's stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Lone {
    pub(crate) at: u32,
    /// An event of the same side and identity that came before it, if there is one: with the same content it is doubled, with another
    /// the two collide.
    pub(crate) of: Option<(u32, Again)>,
}

/// How an event repeats another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Again {
    Doubled,
    Colliding,
}

/// The outcome for one stream; all places ascend.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Aligned {
    /// Places left and right, ascending by the left one.
    pub(crate) pairs: Vec<(u32, u32)>,
    /// Pairs, by their number, that stand in another order: all others are in one order on both sides, and no larger set is.
    pub(crate) moved: Vec<u32>,
    /// Pairs that only their place suggests: what was known of them differs.
    pub(crate) guessed: Vec<(u32, u32)>,
    pub(crate) left: Vec<Lone>,
    pub(crate) right: Vec<Lone>,
}

impl Aligned {
    /// What this outcome would tell: the fewer, the likelier it is what happened.
    pub(crate) fn cost(&self, left: &[Known], right: &[Known]) -> usize {
        let differing = |(l, r): &&(u32, u32)| left[*l as usize].content != right[*r as usize].content;
        self.pairs.iter().filter(differing).count()
            + self.moved.len()
            + self.guessed.len()
            + self.left.len()
            + self.right.len()
    }
}

/// Pairs events of the same key: those of equal content first, the others in their order. O(n log n).
pub(crate) fn align(left: &[Known], right: &[Known]) -> Aligned {
    let mut aligned = Aligned::default();
    let (l, r) = (by_key(left), by_key(right));
    let (mut l, mut r) = (l.as_slice(), r.as_slice());
    while !l.is_empty() || !r.is_empty() {
        let key = match (l.first(), r.first()) {
            (Some(a), Some(b)) => left[*a as usize].key.min(right[*b as usize].key),
            (Some(a), None) => left[*a as usize].key,
            (None, Some(b)) => right[*b as usize].key,
            (None, None) => break,
        };
        let (ours, rest) = l.split_at(l.partition_point(|i| left[*i as usize].key == key));
        l = rest;
        let (theirs, rest) = r.split_at(r.partition_point(|i| right[*i as usize].key == key));
        r = rest;
        group(left, right, ours, theirs, &mut aligned);
    }
    aligned.pairs.sort_unstable();
    aligned.left.sort_unstable();
    aligned.right.sort_unstable();
    aligned.moved = moved(&aligned.pairs);
    aligned
}

impl Aligned {
    /// Leaves pairs out of what moved that are elsewhere on either side: they say nothing of the order.
    pub(crate) fn move_only(&mut self, is_here: impl Fn((u32, u32)) -> bool) {
        let numbered = (0..).zip(&self.pairs).filter(|(_, pair)| is_here(**pair));
        let (numbers, here): (Vec<u32>, Vec<(u32, u32)>) = numbered.map(|(n, pair)| (n, *pair)).unzip();
        if here.len() < self.pairs.len() {
            let moved = moved(&here);
            self.moved = moved.into_iter().map(|i| numbers[i as usize]).collect();
        }
    }
}

/// The places by key, then by content, then in their order.
fn by_key(events: &[Known]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..events.len() as u32).collect();
    order.sort_unstable_by_key(|&i| {
        let event = events[i as usize];
        (event.key, event.content, i)
    });
    order
}

/// Pairs the events of one key, given by content and then by place.
fn group(left: &[Known], right: &[Known], ours: &[u32], theirs: &[u32], aligned: &mut Aligned) {
    if let ([l], [r]) = (ours, theirs) {
        aligned.pairs.push((*l, *r));
        return;
    }
    let (mut lone_left, mut lone_right) = (Vec::new(), Vec::new());
    let mut paired = FxHashSet::default();
    let (mut l, mut r) = (ours, theirs);
    while let (Some(&i), Some(&j)) = (l.first(), r.first()) {
        let (a, b) = (left[i as usize].content, right[j as usize].content);
        let end = |run: &[u32], events: &[Known], content| {
            run.partition_point(|i| events[*i as usize].content == content)
        };
        match a.cmp(&b) {
            Ordering::Equal => {
                let (run_l, rest_l) = l.split_at(end(l, left, a));
                let (run_r, rest_r) = r.split_at(end(r, right, a));
                (l, r) = (rest_l, rest_r);
                paired.insert(a);
                let (one, other) = equal_run(left, right, run_l, run_r, &mut aligned.pairs);
                lone_left.extend(one);
                lone_right.extend(other);
            }
            Ordering::Less => {
                let (run, rest) = l.split_at(end(l, left, a));
                lone_left.extend(run);
                l = rest;
            }
            Ordering::Greater => {
                let (run, rest) = r.split_at(end(r, right, b));
                lone_right.extend(run);
                r = rest;
            }
        }
    }
    lone_left.extend(l);
    lone_right.extend(r);
    lone_left.sort_unstable();
    lone_right.sort_unstable();
    // An event that is doubled beside an equal one that has a partner is no partner for another content.
    let single = |lone: &[u32], events: &[Known]| {
        let is = |at: &u32| !paired.contains(&events[*at as usize].content);
        lone.iter().copied().filter(is).collect::<Vec<_>>()
    };
    let (single_left, single_right) = (single(&lone_left, left), single(&lone_right, right));
    let n = single_left.len().min(single_right.len());
    aligned
        .pairs
        .extend(single_left.iter().copied().zip(single_right.iter().copied()));
    tell(&lone_left, &single_left[..n], ours, left, &mut aligned.left);
    tell(&lone_right, &single_right[..n], theirs, right, &mut aligned.right);
}

/// Events whose times are compared one by one with so many others, at most.
const NEAR: usize = 256;

/// Pairs events that are all alike: in the order of their times, which is that of their places where they have none; but where there are
/// more on one side those of the same time first, and then those nearest to each other in time. Answers the places of those that are over.
fn equal_run(
    left: &[Known],
    right: &[Known],
    l: &[u32],
    r: &[u32],
    pairs: &mut Vec<(u32, u32)>,
) -> (Vec<u32>, Vec<u32>) {
    if l.len() == r.len() {
        let in_time = |run: &[u32], events: &[Known]| {
            let mut run: Vec<(Option<i64>, u32)> =
                run.iter().map(|i| (events[*i as usize].time, *i)).collect();
            if run.iter().all(|(time, _)| time.is_some()) {
                run.sort_unstable();
            }
            run.into_iter().map(|(_, i)| i)
        };
        pairs.extend(in_time(l, left).zip(in_time(r, right)));
        return (Vec::new(), Vec::new());
    }
    let mut at: FxHashMap<i64, Vec<u32>> = FxHashMap::default();
    for &j in r.iter().rev() {
        if let Some(time) = right[j as usize].time {
            at.entry(time).or_default().push(j);
        }
    }
    let mut taken = FxHashSet::default();
    let mut rest_l = Vec::new();
    for &i in l {
        match left[i as usize].time.and_then(|t| at.get_mut(&t)?.pop()) {
            Some(j) => {
                pairs.push((i, j));
                taken.insert(j);
            }
            None => rest_l.push(i),
        }
    }
    let mut rest_r: Vec<u32> = r.iter().copied().filter(|j| !taken.contains(j)).collect();
    nearest(left, right, (&mut rest_l, &mut rest_r), pairs);
    let n = rest_l.len().min(rest_r.len());
    pairs.extend(rest_l.drain(..n).zip(rest_r.drain(..n)));
    (rest_l, rest_r)
}

/// Pairs those nearest to each other in time, as long as both have one; among equally near ones those that come first.
fn nearest(
    left: &[Known],
    right: &[Known],
    (l, r): (&mut Vec<u32>, &mut Vec<u32>),
    pairs: &mut Vec<(u32, u32)>,
) {
    if l.is_empty() || r.is_empty() || l.len().max(r.len()) > NEAR {
        return;
    }
    let mut apart: Vec<(u64, u32, u32)> = Vec::new();
    for &i in l.iter() {
        for &j in r.iter() {
            if let Some((a, b)) = left[i as usize].time.zip(right[j as usize].time) {
                apart.push((a.abs_diff(b), i, j));
            }
        }
    }
    apart.sort_unstable();
    let (mut taken_l, mut taken_r) = (FxHashSet::default(), FxHashSet::default());
    for (_, i, j) in apart {
        if !taken_l.contains(&i) && !taken_r.contains(&j) {
            taken_l.insert(i);
            taken_r.insert(j);
            pairs.push((i, j));
        }
    }
    l.retain(|i| !taken_l.contains(i));
    r.retain(|j| !taken_r.contains(j));
}

/// Tells those events of a key that found no partner, with what they repeat.
fn tell(lone: &[u32], since_paired: &[u32], all: &[u32], events: &[Known], told: &mut Vec<Lone>) {
    if lone.len() == since_paired.len() {
        return;
    }
    let mut first_of: FxHashMap<u64, u32> = FxHashMap::default();
    let mut first = u32::MAX;
    for &at in all {
        first = first.min(at);
        let of = first_of.entry(events[at as usize].content).or_insert(at);
        *of = at.min(*of);
    }
    let found = |at: &u32| since_paired.binary_search(at).is_err();
    told.extend(lone.iter().copied().filter(found).map(|at| {
        let equal = first_of.get(&events[at as usize].content).copied();
        let of = match equal {
            Some(equal) if equal < at => Some((equal, Again::Doubled)),
            _ => (first < at).then_some((first, Again::Colliding)),
        };
        Lone { at, of }
    }));
}

/// The pairs outside one longest run of pairs that stand in the same order on both sides (a longest increasing subsequence by patience,
/// O(n log n)).
fn moved(pairs: &[(u32, u32)]) -> Vec<u32> {
    if pairs.windows(2).all(|w| w[0].1 < w[1].1) {
        return Vec::new();
    }
    // The last pair of the best run of each length, and for each pair the one before it in its run.
    let mut tails: Vec<u32> = Vec::new();
    let mut before: Vec<u32> = vec![u32::MAX; pairs.len()];
    for (i, (_, right)) in pairs.iter().enumerate() {
        let length = tails.partition_point(|t| pairs[*t as usize].1 < *right);
        if length > 0 {
            before[i] = tails[length - 1];
        }
        if length == tails.len() {
            tails.push(i as u32);
        } else {
            tails[length] = i as u32;
        }
    }
    let mut kept = vec![false; pairs.len()];
    let mut at = tails.last().copied();
    while let Some(i) = at {
        kept[i as usize] = true;
        at = Some(before[i as usize]).filter(|b| *b != u32::MAX);
    }
    (0..pairs.len() as u32).filter(|i| !kept[*i as usize]).collect()
}

/// Where events are known by their content alone, one that was changed looks like one missing and another one too many. Between
/// two pairs that hold, such events are paired in their order; whether they belong together is seen when they are read.
pub(crate) fn guess_pairs(aligned: &mut Aligned) {
    if aligned.left.is_empty() || aligned.right.is_empty() {
        return;
    }
    let mut firm: Vec<(u32, u32)> = Vec::with_capacity(aligned.pairs.len());
    let mut moved = aligned.moved.iter().peekable();
    for (i, pair) in aligned.pairs.iter().enumerate() {
        if moved.next_if(|m| **m as usize == i).is_none() {
            firm.push(*pair);
        }
    }
    // The number of firm pairs before a place says in which stretch it lies.
    let stretch_left = |at: u32| firm.partition_point(|(l, _)| *l < at);
    let stretch_right = |at: u32| firm.partition_point(|(_, r)| *r < at);
    let single = |lone: &Lone| lone.of.is_none();
    let mut theirs = aligned
        .right
        .iter()
        .filter(|l| single(l))
        .map(|l| l.at)
        .peekable();
    let mut guessed = Vec::new();
    for ours in aligned.left.iter().filter(|l| single(l)).map(|l| l.at) {
        let stretch = stretch_left(ours);
        while theirs.next_if(|r| stretch_right(*r) < stretch).is_some() {}
        if let Some(right) = theirs.next_if(|r| stretch_right(*r) == stretch) {
            guessed.push((ours, right));
        }
    }
    // Both places of the guessed pairs ascend.
    aligned
        .left
        .retain(|l| guessed.binary_search_by_key(&l.at, |g| g.0).is_err());
    aligned
        .right
        .retain(|r| guessed.binary_search_by_key(&r.at, |g| g.1).is_err());
    aligned.guessed = guessed;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Events written as key and content: `a1` is key a, content 1.
    fn events(text: &str) -> Vec<Known> {
        text.split_whitespace()
            .map(|e| Known {
                key: u64::from(e.as_bytes()[0]),
                content: u64::from(e.as_bytes()[1]),
                time: None,
            })
            .collect()
    }

    fn run(left: &str, right: &str) -> Aligned {
        align(&events(left), &events(right))
    }

    fn lone(at: u32) -> Lone {
        Lone { at, of: None }
    }

    #[test]
    fn what_is_missing_and_what_is_extra_is_found_by_key() {
        let aligned = run("a1 b1 c1", "a1 c1 d1");
        assert_eq!(aligned.pairs, [(0, 0), (2, 1)]);
        assert_eq!((aligned.left, aligned.right), (vec![lone(1)], vec![lone(2)]));
        assert!(aligned.moved.is_empty());
    }

    #[test]
    fn one_event_that_moved_is_one_event_that_moved() {
        assert_eq!(run("a1 b1 c1 d1", "b1 c1 d1 a1").moved, [0]);
        assert_eq!(run("a1 b1 c1 d1", "d1 a1 b1 c1").moved, [3]);
        assert!(run("a1 b1 c1 d1", "a1 b1 c1 d1").moved.is_empty());
    }

    #[test]
    fn a_doubled_event_is_the_later_one() {
        let aligned = run("a1 b1", "a1 b1 a1");
        assert_eq!(aligned.pairs, [(0, 0), (1, 1)]);
        assert_eq!(
            aligned.right,
            [Lone {
                at: 2,
                of: Some((0, Again::Doubled))
            }]
        );
    }

    #[test]
    fn equal_contents_are_paired_before_others() {
        let aligned = run("a1 a2", "a2 a1");
        assert_eq!(aligned.pairs, [(0, 1), (1, 0)]);
        let aligned = run("a1", "a2 a1");
        assert_eq!(aligned.pairs, [(0, 1)]);
        assert_eq!(aligned.right, [lone(0)]);
        let aligned = run("a1", "a1 a2");
        assert_eq!(
            aligned.right,
            [Lone {
                at: 1,
                of: Some((0, Again::Colliding))
            }]
        );
    }

    #[test]
    fn a_doubled_event_is_no_partner_for_another_content() {
        let aligned = run("a1 a2", "a1 a1");
        assert_eq!(aligned.pairs, [(0, 0)]);
        assert_eq!(
            aligned.right,
            [Lone {
                at: 1,
                of: Some((0, Again::Doubled))
            }]
        );
        assert_eq!(aligned.left.len(), 1);
    }

    #[test]
    fn of_equal_events_those_of_one_time_belong_together() {
        let at = |times: &[i64]| {
            let one = |t: &i64| Known {
                key: 1,
                content: 1,
                time: Some(*t),
            };
            times.iter().map(one).collect::<Vec<_>>()
        };
        let aligned = align(&at(&[10, 20, 30, 40]), &at(&[10, 30, 40]));
        assert_eq!(aligned.pairs, [(0, 0), (2, 1), (3, 2)]);
        assert_eq!(aligned.left.len(), 1);
        assert_eq!(aligned.left[0].at, 1);
        // Recorded a little later there: the nearest ones.
        let aligned = align(&at(&[10, 20, 30, 40]), &at(&[21, 31, 42]));
        assert_eq!(aligned.pairs, [(1, 0), (2, 1), (3, 2)]);
        assert_eq!((aligned.left[0].at, aligned.moved.len()), (0, 0));
        // As many, in another order there: those of one time, and their order is what differs.
        let aligned = align(&at(&[10, 20, 30]), &at(&[20, 30, 10]));
        assert_eq!(
            (aligned.pairs, aligned.moved),
            (vec![(0, 2), (1, 0), (2, 1)], vec![0])
        );
    }

    #[test]
    fn a_changed_event_is_guessed_by_its_place() {
        // Known by content alone: the key is the content.
        let mut aligned = run("a1 b1 c1", "a1 x1 c1 y1");
        guess_pairs(&mut aligned);
        assert_eq!(aligned.guessed, [(1, 1)]);
        assert_eq!((aligned.left.len(), aligned.right), (0, vec![lone(3)]));
    }

    fn stream() -> impl Strategy<Value = Vec<Known>> {
        prop::collection::vec((0_u64..5, 0_u64..2), 0..14).prop_map(|v| {
            v.into_iter()
                .map(|(key, content)| Known {
                    key,
                    content,
                    time: None,
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn every_event_is_in_one_pair_or_alone(left in stream(), right in stream()) {
            let mut aligned = align(&left, &right);
            guess_pairs(&mut aligned);
            let all = aligned.pairs.iter().chain(&aligned.guessed);
            let mut l: Vec<u32> = all.clone().map(|p| p.0).chain(aligned.left.iter().map(|l| l.at)).collect();
            let mut r: Vec<u32> = all.map(|p| p.1).chain(aligned.right.iter().map(|l| l.at)).collect();
            l.sort_unstable();
            r.sort_unstable();
            prop_assert_eq!(l, (0..left.len() as u32).collect::<Vec<_>>());
            prop_assert_eq!(r, (0..right.len() as u32).collect::<Vec<_>>());
            for (l, r) in &aligned.pairs {
                prop_assert_eq!(left[*l as usize].key, right[*r as usize].key);
            }
        }

        #[test]
        fn what_did_not_move_is_in_one_order_and_no_larger_set_is(order in Just((0_u32..8).collect::<Vec<_>>()).prop_shuffle()) {
            let pairs: Vec<(u32, u32)> = order.iter().enumerate().map(|(i, r)| (i as u32, *r)).collect();
            let moved = moved(&pairs);
            let longest = (0_u32..256)
                .filter(|set| {
                    let kept: Vec<u32> = (0..8).filter(|i| set & (1 << i) != 0).map(|i| order[i]).collect();
                    kept.windows(2).all(|w| w[0] < w[1])
                })
                .map(u32::count_ones)
                .max();
            prop_assert_eq!(Some(8 - moved.len() as u32), longest);
        }

        #[test]
        fn sides_change_places(left in stream(), right in stream()) {
            let (one, other) = (align(&left, &right), align(&right, &left));
            prop_assert_eq!(one.left, other.right);
            prop_assert_eq!(one.right, other.left);
            prop_assert_eq!(one.moved.len(), other.moved.len());
        }
    }
}
