//! How long two sides disagreed, for a chart of it.

use leftfold_compare::{Convergence, Hand};
use leftfold_log::Axis;

use super::found::Found;
use crate::dto::{ConvergenceDto, Int, LengthClassDto, LengthsDto};
use crate::error::SessionError;

/// Most columns of a chart.
const MOST_COLUMNS: u32 = 2_000;

const MS: i64 = 1_000_000;
const SECOND: i64 = 1_000 * MS;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The greatest length of each class but the last, which has none.
const CLASSES: [i64; 19] = [
    0,
    MS,
    10 * MS,
    100 * MS,
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
    HOUR,
    3 * HOUR,
    12 * HOUR,
    DAY,
    7 * DAY,
];

/// How lengths are spread that ascend.
fn spread(lengths: &[i64]) -> LengthsDto {
    let at = |share: usize| {
        let last = lengths.len().checked_sub(1)?;
        let rank = (lengths.len() * share).div_ceil(100).saturating_sub(1);
        Some(Int(lengths[rank.min(last)]))
    };
    let mut classes = Vec::with_capacity(CLASSES.len() + 1);
    let mut before = 0;
    for up_to in CLASSES {
        let end = lengths.partition_point(|l| *l <= up_to);
        classes.push(LengthClassDto {
            up_to: Some(Int(up_to)),
            count: (end - before) as u32,
        });
        before = end;
    }
    classes.push(LengthClassDto {
        up_to: None,
        count: (lengths.len() - before) as u32,
    });
    let first = classes.iter().position(|c| c.count > 0).unwrap_or(classes.len());
    let end = classes.iter().rposition(|c| c.count > 0).map_or(first, |i| i + 1);
    LengthsDto {
        count: lengths.len() as u32,
        median: at(50),
        p95: at(95),
        longest: lengths.last().copied().map(Int),
        classes: classes.drain(first..end).collect(),
    }
}

/// How many streams disagreed at one moment: the most within each part of `from..to`, the most of all, and when that was first.
fn at_once(convergence: &Convergence, (from, to): (i64, i64), columns: u32) -> (Vec<u32>, u32, Option<i64>) {
    let mut most_of = vec![0_u32; columns as usize];
    let length = (i128::from(to) - i128::from(from)).max(1);
    let column = |t: i64| {
        let at = (i128::from(t) - i128::from(from)) * i128::from(columns) / length;
        at.clamp(0, i128::from(columns) - 1) as usize
    };
    let begins = &convergence.intervals;
    let mut ends: Vec<i64> = begins.iter().filter_map(|i| i.to).collect();
    ends.sort_unstable();
    let (mut begun, mut ended) = (0, 0);
    let (mut most, mut most_at) = (0, None);
    let next = |begun: usize, ended: usize| {
        let begin = begins.get(begun).map(|i| i.from);
        begin.into_iter().chain(ends.get(ended).copied()).min()
    };
    while let Some(t) = next(begun, ended) {
        begun += begins[begun..].partition_point(|i| i.from <= t);
        ended += ends[ended..].partition_point(|e| *e <= t);
        let now = (begun - ended) as u32;
        if now > most {
            (most, most_at) = (now, Some(t));
        }
        let until = next(begun, ended).unwrap_or(to).min(to);
        if now > 0 && until > t.max(from) {
            for part in &mut most_of[column(t.max(from))..=column(until - 1)] {
                *part = now.max(*part);
            }
        }
    }
    (most_of, most, most_at)
}

impl Found {
    /// How long both sides disagreed, as known at a moment.
    pub(crate) fn convergence(
        &self,
        known_at: Option<Int>,
        columns: u32,
    ) -> Result<ConvergenceDto, SessionError> {
        let none = Convergence::default();
        let all = self.convergence_of_all().unwrap_or(&none);
        let as_known = known_at.map(|at| all.at(at.0));
        let convergence = as_known.as_ref().unwrap_or(all);
        let sides = [
            self.standing(Hand::Left, Axis::Time)?,
            self.standing(Hand::Right, Axis::Time)?,
        ];
        let from = sides.iter().filter_map(|s| s.first()).min().copied().unwrap_or(0);
        let to = sides.iter().filter_map(|s| s.last()).max().copied().unwrap_or(0);
        let mut lengths: Vec<i64> = convergence
            .intervals
            .iter()
            .filter_map(|i| Some(i.to?.saturating_sub(i.from)))
            .collect();
        lengths.sort_unstable();
        let columns = columns.clamp(1, MOST_COLUMNS);
        let (mut disagreeing, most, most_at) = at_once(convergence, (from, to.saturating_add(1)), columns);
        // Nothing is known of what comes after the moment.
        if let Some(at) = known_at {
            let length = (i128::from(to) + 1 - i128::from(from)).max(1);
            let known = (i128::from(at.0) - i128::from(from)) * disagreeing.len() as i128 / length;
            let known = usize::try_from(known + 1).unwrap_or(0);
            disagreeing.truncate(known);
        }
        Ok(ConvergenceDto {
            from: Int(from),
            to: Int(to.saturating_add(1)),
            most,
            most_at: most_at.map(Int),
            disagreeing,
            to_converge: spread(&lengths),
            open: convergence.open() as u32,
            lag: spread(self.made.lags()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_is_in_one_class_and_the_empty_ones_at_both_ends_are_left_out() {
        let spread = spread(&[SECOND, SECOND + 1, 4 * SECOND, 8 * DAY]);
        let classes: Vec<(Option<i64>, u32)> = spread
            .classes
            .iter()
            .map(|c| (c.up_to.map(|l| l.0), c.count))
            .collect();
        assert_eq!(classes[0], (Some(SECOND), 1));
        assert_eq!(classes[1], (Some(2 * SECOND), 1));
        assert_eq!(classes[2], (Some(5 * SECOND), 1));
        assert_eq!(classes.last(), Some(&(None, 1)));
        assert_eq!(classes.iter().map(|c| c.1).sum::<u32>(), spread.count);
        assert_eq!(spread.median, Some(Int(SECOND + 1)));
        assert_eq!(spread.p95, Some(Int(8 * DAY)));
    }

    #[test]
    fn without_lengths_there_are_no_classes() {
        let spread = spread(&[]);
        assert_eq!((spread.count, spread.median, spread.classes.len()), (0, None, 0));
    }
}
