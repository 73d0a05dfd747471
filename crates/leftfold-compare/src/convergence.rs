//! How long two sides disagreed: intervals by stream, their lengths, and a verdict.

use crate::finding::{Category, Finding};

/// A stretch of time in which one stream was not the same on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval {
    /// When it began, in nanoseconds.
    pub from: i64,
    /// When it ended; `None`: it has not.
    pub to: Option<i64>,
    /// The stream, by its number in the comparison.
    pub stream: u32,
}

/// What a comparison comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Both sides say the same, and did at every moment that can be told.
    AlwaysEqual,
    /// Both sides say the same in the end; it took no stream longer than this, in nanoseconds.
    EventuallyEqual {
        /// The longest disagreement.
        within: i64,
    },
    /// Nothing is certain yet: what differs is younger than the lag tolerance.
    Undecided,
    /// They differ.
    Never,
}

impl Verdict {
    /// As it stands in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AlwaysEqual => "always-equal",
            Self::EventuallyEqual { .. } => "eventually-equal",
            Self::Undecided => "undecided",
            Self::Never => "never",
        }
    }
}

/// A pair of events of which the second came within the tolerance, and so is no finding in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Awaited {
    /// When the first of them came, in nanoseconds.
    pub since: i64,
    /// When the second came, later than that.
    pub came: i64,
    /// The left one.
    pub left: u32,
    /// The right one.
    pub right: u32,
}

impl Awaited {
    /// Of two events, each with its time.
    pub(crate) fn new((left, at_left): (u32, i64), (right, at_right): (u32, i64)) -> Self {
        Self {
            since: at_left.min(at_right),
            came: at_left.max(at_right),
            left,
            right,
        }
    }

    /// How much later the second came, in nanoseconds.
    pub(crate) const fn lag(&self) -> i64 {
        self.came.saturating_sub(self.since)
    }

    /// What it is a finding of, from the first event until the second came.
    pub fn late(&self, stream: u32, lag_tolerance: i64) -> Finding {
        Finding {
            left: Some(self.left),
            right: Some(self.right),
            since: Some(self.since),
            due: Some(self.since.saturating_add(lag_tolerance)),
            healed: Some(self.came),
            ..Finding::new(Category::Late, stream)
        }
    }
}

/// Such pairs by when the first of each came: which of them were under way at any moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnderWay {
    pairs: Vec<Awaited>,
    /// No second came later than so long after the first, in nanoseconds.
    longest: i64,
}

impl UnderWay {
    pub(crate) fn new(mut pairs: Vec<Awaited>) -> Self {
        pairs.sort_unstable();
        pairs.shrink_to_fit();
        let longest = pairs.iter().map(Awaited::lag).max().unwrap_or(0);
        Self { pairs, longest }
    }

    /// All of them, in their order.
    pub fn pairs(&self) -> &[Awaited] {
        &self.pairs
    }

    /// Those of which one had come by a moment, and the other one had not: their places among all, ascending.
    pub fn at(&self, moment: i64) -> impl Iterator<Item = usize> {
        let earliest = moment.saturating_sub(self.longest);
        let from = self.pairs.partition_point(|pair| pair.since < earliest);
        let to = self.pairs.partition_point(|pair| pair.since <= moment);
        (from..to).filter(move |at| self.pairs[*at].came > moment)
    }
}

/// When streams disagreed, and for how long.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Convergence {
    /// By beginning, then by stream; those of one stream do not touch.
    pub intervals: Vec<Interval>,
    /// The lengths of those that ended, ascending, in nanoseconds.
    lengths: Vec<i64>,
}

impl Convergence {
    /// Of intervals that are merged by stream.
    pub(crate) fn new(mut intervals: Vec<Interval>) -> Self {
        intervals.sort_unstable();
        let mut lengths: Vec<i64> = intervals
            .iter()
            .filter_map(|i| Some(i.to?.saturating_sub(i.from)))
            .collect();
        lengths.sort_unstable();
        Self { intervals, lengths }
    }

    /// Of findings that heal one by one: from when each began until it healed. What has no time, is out of coverage or is a mere skew of
    /// clocks is left out.
    pub fn of_findings(findings: &[Finding]) -> Self {
        let mut lasting: Vec<(u32, i64, i64)> = findings
            .iter()
            .filter(|f| f.covered && f.category != Category::ClockSkew)
            .filter_map(|f| Some((f.stream, f.since?, f.healed.unwrap_or(i64::MAX))))
            .collect();
        lasting.sort_unstable();
        let mut all = Vec::with_capacity(lasting.len());
        for of_stream in lasting.chunk_by(|a, b| a.0 == b.0) {
            let mut intervals: Vec<(i64, i64)> = of_stream.iter().map(|(_, from, to)| (*from, *to)).collect();
            merge(of_stream[0].0, &mut intervals, &mut all);
        }
        Self::new(all)
    }

    /// The same as far as it was known at a moment.
    #[must_use]
    pub fn at(&self, moment: i64) -> Self {
        let begun = self.intervals.iter().filter(|i| i.from <= moment);
        Self::new(
            begun
                .map(|i| Interval {
                    to: i.to.filter(|to| *to <= moment),
                    ..*i
                })
                .collect(),
        )
    }

    /// How many disagreements ended.
    pub fn healed(&self) -> usize {
        self.lengths.len()
    }

    /// How many have not.
    pub fn open(&self) -> usize {
        self.intervals.len() - self.lengths.len()
    }

    /// The longest that ended, in nanoseconds.
    pub fn longest(&self) -> Option<i64> {
        self.lengths.last().copied()
    }

    /// The length that a share of those that ended does not exceed (0.5: the median), in nanoseconds.
    pub fn quantile(&self, share: f64) -> Option<i64> {
        quantile(&self.lengths, share)
    }

    /// How many streams disagreed at a moment.
    pub fn disagreeing(&self, at: i64) -> usize {
        let begun = self.intervals.partition_point(|i| i.from <= at);
        self.intervals[..begun]
            .iter()
            .filter(|i| i.to.is_none_or(|to| to > at))
            .count()
    }

    /// How many ended within each of these lengths and not within the one before, in nanoseconds, ascending; then how many took longer.
    pub fn histogram(&self, bounds: &[i64]) -> Vec<u32> {
        let mut before = 0;
        let mut counts: Vec<u32> = bounds
            .iter()
            .map(|bound| {
                let within = self.lengths.partition_point(|l| l <= bound);
                let n = within.saturating_sub(before);
                before = before.max(within);
                n as u32
            })
            .collect();
        counts.push((self.lengths.len() - before) as u32);
        counts
    }

    /// How many streams disagreed at one moment, at most, within each of `points` equal parts of `from..to`.
    pub fn series(&self, from: i64, to: i64, points: u32) -> Vec<u32> {
        let span = (i128::from(to) - i128::from(from)).max(1);
        let mut steps: Vec<(i64, i32)> = Vec::with_capacity(self.intervals.len() * 2);
        for interval in self.intervals.iter().filter(|i| i.from < to) {
            if interval.to.is_some_and(|end| end <= from) {
                continue;
            }
            steps.push((interval.from.max(from), 1));
            steps.extend(interval.to.map(|end| (end, -1)));
        }
        // What ends at a moment has ended when another begins there.
        steps.sort_unstable();
        let mut steps = steps
            .into_iter()
            .map(|(at, step)| ((i128::from(at) - i128::from(from)) * i128::from(points), step))
            .peekable();
        let mut now = 0_i32;
        (0..i128::from(points))
            .map(|part| {
                while let Some((_, step)) = steps.next_if(|(at, step)| *at == part * span && *step < 0) {
                    now += step;
                }
                let mut most = now;
                while let Some((_, step)) = steps.next_if(|(at, _)| *at < (part + 1) * span) {
                    now += step;
                    most = most.max(now);
                }
                most as u32
            })
            .collect()
    }

    /// In how many streams there was a disagreement at any time within each of `tiles` equal parts of `from..to`.
    pub fn tiles(&self, from: i64, to: i64, tiles: u32) -> Vec<u32> {
        let n = tiles as usize;
        let span = (i128::from(to) - i128::from(from)).max(1);
        let tile = |t: i64| {
            let place = (i128::from(t) - i128::from(from)) * i128::from(tiles) / span;
            place.clamp(-1, n as i128) as i64
        };
        // A stream counts once in a tile, though it may have disagreed twice in it.
        let mut by_stream = self.intervals.clone();
        by_stream.sort_unstable_by_key(|i| (i.stream, i.from));
        let mut steps = vec![0_i64; n + 1];
        let mut last = (u32::MAX, -1_i64);
        for interval in by_stream {
            if interval.from >= to || interval.to.is_some_and(|end| end <= from) {
                continue;
            }
            let mut first = tile(interval.from).max(0);
            let end = interval
                .to
                .map_or(n as i64 - 1, |end| tile(end - 1).min(n as i64 - 1));
            if last.0 == interval.stream {
                first = first.max(last.1 + 1);
            }
            if first <= end {
                steps[first as usize] += 1;
                steps[end as usize + 1] -= 1;
                last = (interval.stream, end);
            }
        }
        let mut now = 0;
        steps[..n]
            .iter()
            .map(|step| {
                now += step;
                now as u32
            })
            .collect()
    }
}

/// Of ascending values, the one that a share of them does not exceed (0.5: the median).
pub fn quantile(ascending: &[i64], share: f64) -> Option<i64> {
    let last = ascending.len().checked_sub(1)?;
    let rank = (share.clamp(0.0, 1.0) * ascending.len() as f64).ceil() as usize;
    ascending.get(rank.saturating_sub(1).min(last)).copied()
}

/// Merges the intervals of one stream and adds them to those of all; an end of `i64::MAX` is none.
pub(crate) fn merge(stream: u32, intervals: &mut Vec<(i64, i64)>, all: &mut Vec<Interval>) {
    intervals.sort_unstable();
    let mut push = |(from, to): (i64, i64)| {
        all.push(Interval {
            from,
            to: (to != i64::MAX).then_some(to),
            stream,
        });
    };
    let mut now: Option<(i64, i64)> = None;
    for (from, to) in intervals.drain(..) {
        match &mut now {
            Some((_, end)) if from <= *end => *end = (*end).max(to),
            _ => {
                if let Some(done) = now.replace((from, to)) {
                    push(done);
                }
            }
        }
    }
    if let Some(done) = now {
        push(done);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_last_until_they_heal_and_those_of_one_stream_are_one_disagreement() {
        let finding = |category, stream, since, healed| Finding {
            since: Some(since),
            healed,
            ..Finding::new(category, stream)
        };
        let found = Convergence::of_findings(&[
            finding(Category::Deadline, 0, 10, Some(30)),
            finding(Category::Conflict, 0, 20, Some(50)),
            finding(Category::ClockSkew, 1, 5, None),
            finding(Category::Missing, 2, 40, None),
        ]);
        assert_eq!((found.healed(), found.open(), found.longest()), (1, 1, Some(40)));
        assert_eq!([9, 10, 45, 50].map(|at| found.disagreeing(at)), [0, 1, 2, 1]);
    }

    fn of(streams: &[&[(i64, i64)]]) -> Convergence {
        let mut all = Vec::new();
        for (stream, intervals) in streams.iter().enumerate() {
            merge(stream as u32, &mut intervals.to_vec(), &mut all);
        }
        Convergence::new(all)
    }

    #[test]
    fn findings_of_one_key_that_overlap_are_one_disagreement_and_a_skew_of_clocks_is_none() {
        let finding = |category, stream, since, healed| Finding {
            since,
            healed,
            ..Finding::new(category, stream)
        };
        let findings = [
            finding(Category::Deadline, 0, Some(10), Some(30)),
            finding(Category::Conflict, 0, Some(20), Some(40)),
            finding(Category::Missing, 1, Some(5), None),
            finding(Category::Extra, 2, None, None),
            finding(Category::ClockSkew, 3, Some(1), None),
            Finding {
                covered: false,
                ..finding(Category::Missing, 4, Some(1), None)
            },
        ];
        let convergence = Convergence::of_findings(&findings);
        let told: Vec<(u32, i64, Option<i64>)> = convergence
            .intervals
            .iter()
            .map(|i| (i.stream, i.from, i.to))
            .collect();
        assert_eq!(told, [(1, 5, None), (0, 10, Some(40))]);
    }

    #[test]
    fn what_overlaps_in_a_stream_is_one_disagreement() {
        let convergence = of(&[&[(5, 9), (0, 3), (2, 4)], &[(1, i64::MAX), (3, 4)]]);
        assert_eq!(convergence.intervals.len(), 3);
        assert_eq!((convergence.healed(), convergence.open()), (2, 1));
        assert_eq!(convergence.longest(), Some(4));
        let at = |t| convergence.disagreeing(t);
        assert_eq!([at(-1), at(0), at(2), at(4), at(6), at(9)], [0, 1, 2, 1, 2, 1]);
    }

    #[test]
    fn quantiles_are_lengths_that_occurred() {
        let convergence = of(&[&[(0, 1)], &[(0, 2)], &[(0, 3)], &[(0, 100)]]);
        let q = |share| convergence.quantile(share);
        assert_eq!(
            [q(0.0), q(0.5), q(0.75), q(0.99), q(1.0)].map(Option::unwrap),
            [1, 2, 3, 100, 100]
        );
        assert_eq!(Convergence::default().quantile(0.5), None);
    }

    #[test]
    fn a_series_has_the_most_that_disagreed_at_one_moment() {
        let convergence = of(&[&[(0, 10), (12, 14)], &[(2, 6)], &[(6, 20)], &[(35, i64::MAX)]]);
        assert_eq!(convergence.series(0, 40, 4), [2, 2, 0, 1]);
        assert_eq!(convergence.series(0, 40, 40)[9..15], [2, 1, 1, 2, 2, 1]);
        assert_eq!(convergence.series(5, 7, 2), [2, 2]);
        assert_eq!(convergence.series(0, 40, 0), [0; 0]);
    }

    #[test]
    fn a_histogram_counts_every_length_once() {
        let convergence = of(&[&[(0, 1)], &[(0, 2)], &[(0, 3)], &[(0, 100)], &[(5, i64::MAX)]]);
        assert_eq!(convergence.histogram(&[1, 3, 50]), [1, 2, 0, 1]);
        assert_eq!(convergence.histogram(&[]), [4]);
    }

    proptest::proptest! {
        #[test]
        fn a_series_agrees_with_looking_at_every_moment(
            streams in proptest::collection::vec(proptest::collection::vec((0_i64..60, 1_i64..20), 0..4), 0..6),
            from in 0_i64..30, length in 1_i64..30, points in 1_u32..8,
        ) {
            let streams: Vec<Vec<(i64, i64)>> = streams
                .into_iter()
                .map(|s| s.into_iter().map(|(f, l)| (f, f + l)).collect())
                .collect();
            let convergence = of(&streams.iter().map(Vec::as_slice).collect::<Vec<_>>());
            // Only in parts of whole moments each moment can be looked at.
            let to = from + length * i64::from(points);
            let looked: Vec<u32> = (0..i64::from(points))
                .map(|p| (from + p * length..from + (p + 1) * length).map(|t| convergence.disagreeing(t) as u32).max().unwrap_or(0))
                .collect();
            proptest::prop_assert_eq!(convergence.series(from, to, points), looked);
        }
    }

    #[test]
    fn a_stream_counts_once_in_a_tile() {
        let convergence = of(&[&[(0, 1), (2, 3), (15, i64::MAX)], &[(5, 25)]]);
        assert_eq!(convergence.tiles(0, 40, 4), [2, 2, 2, 1]);
        assert_eq!(convergence.tiles(10, 20, 2), [1, 2]);
    }
}
