//! Compares two histories that should hold the same events.

use leftfold_event::{Cancel, Event};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::align::{Again, Aligned, Known, Lone, align, guess_pairs};
use crate::comparison::{Comparison, StreamPair};
use crate::convergence::{Awaited, Convergence, Interval, UnderWay, merge};
use crate::equality::Equality;
use crate::finding::{Category, Finding, Hand, in_order};
use crate::fingerprint::{chain, first_difference};
use crate::identity::choose;
use crate::lone::Lones;
use crate::side::{Identity, Side};
use crate::watermark::both_known;

mod read;

/// Why a comparison ended without an answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompareError {
    /// The work was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// Evidence could not be read.
    #[error("the {side} side cannot be read: {source}", side = hand.as_str())]
    Evidence {
        /// The side.
        hand: Hand,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Reads whole events of either side.
pub trait Evidence: Sync {
    /// Reads these events (ordinals, ascending); `visit(i, event)` is called once for each, in their order.
    fn read(
        &self,
        hand: Hand,
        ordinals: &[u32],
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, Event),
    ) -> Result<(), CompareError>;
}

/// What events are known by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IdentityBy {
    /// By what both sides share: ids, else versions, else contents.
    #[default]
    Auto,
    /// By this.
    Fixed(Identity),
}

/// What a side is expected to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// It holds nothing older than this (retention), in nanoseconds.
    pub since: Option<i64>,
    /// Only the last event of a stream is certain to be there (a compacted topic).
    pub compacted: bool,
}

/// How two sides are compared.
#[derive(Clone, Debug)]
pub struct MirrorSettings {
    /// What events are known by.
    pub by: IdentityBy,
    /// When two events say the same.
    pub equality: Equality,
    /// How much later an event may be on the other side, in nanoseconds.
    pub lag_tolerance: i64,
    /// Whether both sides are complete, so that nothing is pending.
    pub settled: bool,
    /// What the left and the right side are expected to hold.
    pub coverage: [Coverage; 2],
}

impl MirrorSettings {
    /// Whether events whose digests are equal have to be read all the same.
    fn reads_all(&self) -> bool {
        self.equality.metadata
    }
}

/// What one run over some streams gives.
#[derive(Default)]
struct Part {
    findings: Vec<Finding>,
    intervals: Vec<Interval>,
    /// Findings that are conflicts only if the events, once read, say so; by their number here. True: known by their place alone.
    to_read: Vec<(u32, bool)>,
    streams: Vec<StreamPair>,
    paired: u32,
    lags: Vec<i64>,
    /// Pairs whose second event came within the tolerance.
    under_way: Vec<Awaited>,
    shifted: u32,
}

/// Compares two sides, stream by stream on all cores; the outcome does not depend on their number.
pub fn mirror(
    left: &Side,
    right: &Side,
    settings: &MirrorSettings,
    evidence: &dyn Evidence,
    cancel: &Cancel,
) -> Result<Comparison, CompareError> {
    let (identity, identity_reason) = choose(left, right, settings.by);
    let streams = joined(left, right);
    let mirroring = Mirroring {
        left,
        right,
        settings,
        identity,
        until: None,
    };
    let parts: Vec<Part> = streams
        .par_chunks(STREAMS_AT_ONCE)
        .enumerate()
        .map(|(i, chunk)| mirroring.part(i * STREAMS_AT_ONCE, chunk, cancel))
        .collect();
    if cancel.is_cancelled() {
        return Err(CompareError::Cancelled);
    }
    let mut comparison = Comparison {
        identity,
        identity_reason,
        streams: Vec::with_capacity(streams.len()),
        findings: Vec::new(),
        paths: Vec::new(),
        fields: Vec::new(),
        paired: 0,
        lags: Vec::new(),
        shifted: 0,
        known_until: known_until([left, right], settings.settled, None),
        convergence: Convergence::default(),
        under_way: UnderWay::default(),
    };
    let (mut intervals, mut to_read, mut under_way) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts {
        let base = comparison.findings.len() as u32;
        to_read.extend(part.to_read.into_iter().map(|(i, guessed)| (base + i, guessed)));
        comparison.findings.extend(part.findings);
        comparison.streams.extend(part.streams);
        intervals.extend(part.intervals);
        comparison.paired += part.paired;
        comparison.lags.extend(part.lags);
        under_way.extend(part.under_way);
        comparison.shifted += part.shifted;
    }
    let lones = Lones {
        left,
        right,
        identity,
        lag_tolerance: settings.lag_tolerance,
        streams: &comparison.streams,
        findings: &mut comparison.findings,
        gone: Vec::new(),
    };
    let gone = lones.named();
    mirroring.read(&mut comparison, &to_read, gone, evidence, cancel)?;
    in_order(&mut comparison.findings);
    comparison.lags.sort_unstable();
    comparison.under_way = UnderWay::new(under_way);
    finish(&mut comparison, intervals);
    comparison.settle(left, right);
    Ok(comparison)
}

/// Pairs of events as they were at a moment.
pub(crate) struct PairsAt {
    /// Of how many both had come.
    pub(crate) paired: u32,
    /// How much later the second of each was recorded, ascending, in nanoseconds.
    pub(crate) lags: Vec<i64>,
    /// Of which one had come and the other one was to come within the tolerance: as if it were late.
    pub(crate) under_way: Vec<Finding>,
}

/// The pairs there were at a moment, in nanoseconds.
pub(crate) fn pairs_at(
    (left, right): (&Side, &Side),
    (by, identity, lag_tolerance): (IdentityBy, Identity, i64),
    moment: i64,
) -> PairsAt {
    let settings = MirrorSettings {
        by,
        equality: Equality::default(),
        lag_tolerance,
        settled: true,
        coverage: [Coverage::default(); 2],
    };
    let mirroring = Mirroring {
        left,
        right,
        settings: &settings,
        identity,
        until: Some(moment),
    };
    let parts: Vec<Part> = joined(left, right)
        .par_chunks(STREAMS_AT_ONCE)
        .enumerate()
        .map(|(i, chunk)| mirroring.part(i * STREAMS_AT_ONCE, chunk, &Cancel::new()))
        .collect();
    let mut pairs = PairsAt {
        paired: parts.iter().map(|part| part.paired).sum(),
        lags: Vec::new(),
        under_way: Vec::new(),
    };
    for part in parts {
        pairs.lags.extend(part.lags);
        let comes = |f: &Finding| f.category == Category::Late && f.healed > Some(moment);
        pairs.under_way.extend(part.findings.into_iter().filter(comes));
    }
    pairs.lags.sort_unstable();
    pairs
}

/// Streams that one task compares.
const STREAMS_AT_ONCE: usize = 512;

/// The streams of both sides: the left ones, then what only the right side has.
fn joined(left: &Side, right: &Side) -> Vec<StreamPair> {
    let pair = |left, right| StreamPair {
        left,
        right,
        common: 0,
        differs: false,
    };
    let both = left
        .streams()
        .iter()
        .map(|(key, name)| pair(Some(key), right.streams().key(name)));
    let only_right = right
        .streams()
        .iter()
        .filter(|(_, name)| left.streams().key(name).is_none())
        .map(|(key, _)| pair(None, Some(key)));
    both.chain(only_right).collect()
}

/// Up to when both sides are known; `None`: everything is. With a moment, as of then: what is complete in the end was not then.
pub fn known_until([left, right]: [&Side; 2], settled: bool, moment: Option<i64>) -> Option<i64> {
    if settled && moment.is_none() {
        return None;
    }
    both_known([left, right].map(|side| side.watermark(moment, settled)), moment)
}

/// When the disagreements began that have not ended.
fn finish(comparison: &mut Comparison, mut intervals: Vec<Interval>) {
    // What was read and found equal began no disagreement.
    let mut open: Vec<(u32, i64)> = comparison
        .findings
        .iter()
        .filter(|f| f.healed.is_none() && f.covered && f.category != Category::ClockSkew)
        .filter_map(|f| Some((f.stream, f.since?)))
        .collect();
    open.sort_unstable();
    open.dedup_by_key(|(stream, _)| *stream);
    let mut by_stream: FxHashMap<u32, Vec<(i64, i64)>> = FxHashMap::default();
    for (stream, since) in open {
        by_stream.insert(stream, vec![(since, i64::MAX)]);
    }
    intervals.retain(|i| match by_stream.get_mut(&i.stream) {
        Some(of_stream) => {
            of_stream.push((i.from, i.to.unwrap_or(i64::MAX)));
            false
        }
        None => true,
    });
    for (stream, mut of_stream) in by_stream {
        merge(stream, &mut of_stream, &mut intervals);
    }
    comparison.convergence = Convergence::new(intervals);
}

/// What all parts share.
struct Mirroring<'a> {
    left: &'a Side,
    right: &'a Side,
    settings: &'a MirrorSettings,
    identity: Identity,
    /// Pairs of which one came later than this do not count.
    until: Option<i64>,
}

impl Mirroring<'_> {
    fn part(&self, first: usize, streams: &[StreamPair], cancel: &Cancel) -> Part {
        let mut part = Part::default();
        for (i, pair) in streams.iter().enumerate() {
            if cancel.is_cancelled() {
                return part;
            }
            self.stream((first + i) as u32, *pair, &mut part);
        }
        part
    }

    /// Compares one stream.
    fn stream(&self, number: u32, pair: StreamPair, part: &mut Part) {
        let of = |side: &'_ Side, key: Option<u32>| key.map_or(&[][..], |k| side.stream_events(k)).to_vec();
        let (l, r) = (of(self.left, pair.left), of(self.right, pair.right));
        let known = |side: &Side, events: &[u32]| {
            events
                .iter()
                .map(|&o| Known {
                    key: side.key(o, self.identity),
                    content: side.content(o),
                    time: side.time(o).filter(|_| self.identity == Identity::Content),
                })
                .collect::<Vec<_>>()
        };
        let (left, right) = (known(self.left, &l), known(self.right, &r));
        let mut spans = Vec::new();
        let same = |l: &Known, r: &Known| (l.key, l.content) == (r.key, r.content);
        if left.len() == right.len() && left.iter().zip(&right).all(|(l, r)| same(l, r)) {
            part.streams.push(StreamPair {
                common: l.len() as u32,
                ..pair
            });
            for (l, r) in l.iter().zip(&r) {
                self.times(number, *l, *r, part, &mut spans);
                if self.is_doubtful(*l, *r) {
                    part.to_read.push((part.findings.len() as u32, false));
                    part.findings
                        .push(self.of_pair(Category::Conflict, number, *l, *r));
                }
            }
            let pairs = l.iter().copied().zip(r.iter().copied());
            self.other_versions(number, pairs, part);
            merge(number, &mut spans, &mut part.intervals);
            return;
        }
        let chained = |events: &[Known]| chain(events.iter().map(|e| (e.key, e.content)));
        let common = first_difference(&chained(&left), &chained(&right)) as u32;
        part.streams.push(StreamPair { common, ..pair });
        let (mut aligned, shifted) = self.aligned(&left, &right);
        aligned.move_only(|(a, b)| !self.is_elsewhere(l[a as usize], r[b as usize]));
        part.shifted += u32::from(shifted);
        for (i, (a, b)) in aligned.pairs.iter().enumerate() {
            let (ours, theirs) = (l[*a as usize], r[*b as usize]);
            self.times(number, ours, theirs, part, &mut spans);
            if left[*a as usize].content != right[*b as usize].content || self.is_doubtful(ours, theirs) {
                part.to_read.push((part.findings.len() as u32, false));
                part.findings
                    .push(self.of_pair(Category::Conflict, number, ours, theirs));
            }
            if aligned.moved.binary_search(&(i as u32)).is_ok() {
                part.findings
                    .push(self.of_pair(Category::Reordered, number, ours, theirs));
            }
        }
        // Where one is lost or moved, the versions behind it may be counted anew.
        if aligned.moved.is_empty() && aligned.left.is_empty() && aligned.right.is_empty() {
            let alike = aligned.pairs.iter().map(|(a, b)| (*a as usize, *b as usize));
            let alike = alike.filter(|(a, b)| left[*a].content == right[*b].content);
            self.other_versions(number, alike.map(|(a, b)| (l[a], r[b])), part);
        }
        for (a, b) in &aligned.guessed {
            let (ours, theirs) = (l[*a as usize], r[*b as usize]);
            part.to_read.push((part.findings.len() as u32, true));
            part.findings
                .push(self.of_pair(Category::Conflict, number, ours, theirs));
        }
        for (hand, lone, events, other) in [
            (Hand::Left, &aligned.left, &l, &r),
            (Hand::Right, &aligned.right, &r, &l),
        ] {
            for lone in lone {
                part.findings
                    .push(self.of_lone(hand, number, lone, events, !other.is_empty()));
            }
        }
        merge(number, &mut spans, &mut part.intervals);
    }

    /// Pairs of events known by their ids that state other versions than their partners do, though they say the same. One side may count
    /// from 0 and the other one from 1: what is the same for most pairs of the stream is no difference, and where nothing is, versions
    /// mean something else on either side.
    fn other_versions(&self, stream: u32, pairs: impl Iterator<Item = (u32, u32)> + Clone, part: &mut Part) {
        if self.identity != Identity::Id {
            return;
        }
        let apart = |(l, r): (u32, u32)| Some(self.right.version(r)?.wrapping_sub(self.left.version(l)?));
        let mut shifts = pairs.clone().filter_map(apart);
        let Some(first) = shifts.next() else { return };
        if shifts.all(|shift| shift == first) {
            return;
        }
        let mut counts: FxHashMap<i64, usize> = FxHashMap::default();
        let mut all = 0;
        for shift in pairs.clone().filter_map(apart) {
            *counts.entry(shift).or_default() += 1;
            all += 1;
        }
        let Some((shift, count)) = counts
            .into_iter()
            .max_by_key(|(shift, n)| (*n, std::cmp::Reverse(*shift)))
        else {
            return;
        };
        if count * 2 <= all {
            return;
        }
        for (l, r) in pairs {
            if apart((l, r)).is_some_and(|own| own != shift) {
                part.findings.push(self.of_pair(Category::Conflict, stream, l, r));
            }
        }
    }

    /// Whether two events of the same content have to be read to know that they are equal.
    fn is_doubtful(&self, left: u32, right: u32) -> bool {
        let apart = match (
            self.settings.equality.tolerance.time,
            self.left.time(left),
            self.right.time(right),
        ) {
            (Some(tolerance), Some(l), Some(r)) => l.abs_diff(r) > tolerance.unsigned_abs(),
            _ => false,
        };
        apart || self.settings.reads_all()
    }

    /// The alignment, and whether it goes by contents though versions were to be known by.
    fn aligned(&self, left: &[Known], right: &[Known]) -> (Aligned, bool) {
        let aligned = align(left, right);
        let by_content = |left: &[Known], right: &[Known]| {
            let plain = |events: &[Known]| {
                let by = |e: &Known| Known { key: e.content, ..*e };
                events.iter().map(by).collect::<Vec<_>>()
            };
            let mut aligned = align(&plain(left), &plain(right));
            guess_pairs(&mut aligned);
            // What says the same as another event is no double of it: the left side has it once more, or the right one.
            for lone in &mut aligned.left {
                lone.of = None;
            }
            aligned
        };
        match (self.identity, self.settings.by) {
            (Identity::Content, _) => (by_content(left, right), false),
            // One event inserted by somebody who counts on moves all versions behind it: what the events say tells better then.
            (Identity::Version, IdentityBy::Auto) => {
                let cost = aligned.cost(left, right);
                if cost < 3 {
                    return (aligned, false);
                }
                let other = by_content(left, right);
                if other.cost(left, right) * 2 < cost {
                    (other, true)
                } else {
                    (aligned, false)
                }
            }
            _ => (aligned, false),
        }
    }

    /// Whether two partners are in different parts of their sides.
    fn is_elsewhere(&self, left: u32, right: u32) -> bool {
        let parts = self.left.part(left).zip(self.right.part(right));
        parts.is_some_and(|(l, r)| l != r)
    }

    /// What times and partitions of a pair tell: when the two sides disagreed, whether for too long, and whether it is elsewhere.
    fn times(&self, stream: u32, left: u32, right: u32, part: &mut Part, spans: &mut Vec<(i64, i64)>) {
        let latest = self.left.time(left).max(self.right.time(right));
        if let Some(until) = self.until.filter(|until| latest > Some(*until)) {
            self.under_way(stream, (left, right), until, part);
            return;
        }
        part.paired += 1;
        if self.is_elsewhere(left, right) {
            part.findings
                .push(self.of_pair(Category::Placement, stream, left, right));
        }
        let (Some(l), Some(r)) = (self.left.time(left), self.right.time(right)) else {
            return;
        };
        part.lags.push(l.abs_diff(r).min(i64::MAX as u64) as i64);
        if l == r {
            return;
        }
        let pair = Awaited::new((left, l), (right, r));
        spans.push((pair.since, pair.came));
        if pair.lag() > self.settings.lag_tolerance {
            part.findings.push(self.late(stream, pair));
        } else {
            part.under_way.push(pair);
        }
    }

    /// A pair of which one had come by a moment, and the other one came within the tolerance.
    fn under_way(&self, stream: u32, (left, right): (u32, u32), moment: i64, part: &mut Part) {
        let (Some(l), Some(r)) = (self.left.time(left), self.right.time(right)) else {
            return;
        };
        let pair = Awaited::new((left, l), (right, r));
        if pair.since <= moment && pair.lag() <= self.settings.lag_tolerance {
            part.findings.push(self.late(stream, pair));
        }
    }

    fn late(&self, stream: u32, pair: Awaited) -> Finding {
        pair.late(stream, self.settings.lag_tolerance)
    }

    fn due(&self, since: Option<i64>) -> Option<i64> {
        since.map(|s| s.saturating_add(self.settings.lag_tolerance))
    }

    fn of_pair(&self, category: Category, stream: u32, left: u32, right: u32) -> Finding {
        // Both are there from the later one on.
        let since = self.left.time(left).max(self.right.time(right));
        Finding {
            left: Some(left),
            right: Some(right),
            since,
            ..Finding::new(category, stream)
        }
    }

    fn of_lone(
        &self,
        hand: Hand,
        stream: u32,
        lone: &Lone,
        events: &[u32],
        other_has_stream: bool,
    ) -> Finding {
        let (side, category) = match hand {
            Hand::Left => (self.left, Category::Missing),
            Hand::Right => (self.right, Category::Extra),
        };
        let ordinal = events[lone.at as usize];
        let since = side.time(ordinal);
        let of = lone.of.map(|(at, _)| events[at as usize]);
        let category = match lone.of {
            Some((_, Again::Doubled)) => Category::Duplicate,
            Some((_, Again::Colliding)) => Category::VersionCollision,
            None => category,
        };
        let awaited = matches!(category, Category::Missing | Category::Extra);
        let is_last = lone.at as usize + 1 == events.len();
        Finding {
            left: (hand == Hand::Left).then_some(ordinal),
            right: (hand == Hand::Right).then_some(ordinal),
            of,
            since,
            due: self.due(since).filter(|_| awaited),
            covered: !awaited || self.covers(hand.other(), since, is_last, other_has_stream),
            ..Finding::new(category, stream)
        }
    }

    /// Whether a side is expected to hold an event of the other one.
    fn covers(&self, hand: Hand, time: Option<i64>, is_last: bool, has_stream: bool) -> bool {
        let coverage = self.settings.coverage[hand as usize];
        let too_old = matches!((coverage.since, time), (Some(since), Some(time)) if time < since);
        let compacted = coverage.compacted && (!is_last || !has_stream);
        !too_old && !compacted
    }
}
