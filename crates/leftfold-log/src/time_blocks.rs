//! Where the moments of a nearly ordered time column can lie, without looking at each.

use crate::builder::NO_TIME;

/// Events a block.
const BLOCK: usize = 256;

/// The extremes of a time column, block by block. Real logs are ordered by time but for a few events, so a moment splits nearly
/// all ordinals into those certainly before it and those certainly not; only the few between need their time looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TimeBlocks {
    /// By block: the latest time in it and before it.
    latest: Vec<i64>,
    /// By block: the earliest time in it and after it.
    earliest: Vec<i64>,
}

impl TimeBlocks {
    pub(crate) fn new(time: &[i64]) -> Self {
        let mut latest: Vec<i64> = time
            .chunks(BLOCK)
            .map(|block| block.iter().copied().max().unwrap_or(NO_TIME))
            .collect();
        let timed = |block: &[i64]| {
            block
                .iter()
                .copied()
                .filter(|t| *t != NO_TIME)
                .min()
                .unwrap_or(i64::MAX)
        };
        let mut earliest: Vec<i64> = time.chunks(BLOCK).map(timed).collect();
        for i in 1..latest.len() {
            latest[i] = latest[i].max(latest[i - 1]);
        }
        for i in (1..earliest.len()).rev() {
            earliest[i - 1] = earliest[i - 1].min(earliest[i]);
        }
        Self { latest, earliest }
    }

    /// Every event that has a time and whose ordinal is below the first number lies before this moment; every one whose
    /// ordinal is the second or higher does not.
    pub(crate) fn split(&self, moment: i64) -> (u32, u32) {
        let sure = self.latest.partition_point(|t| *t < moment);
        let possible = self.earliest.partition_point(|t| *t < moment);
        // Ordinals are below 2^32; the last block may be short.
        let at = |blocks: usize| u32::try_from(blocks * BLOCK).unwrap_or(u32::MAX);
        (at(sure), at(possible))
    }

    /// The first ordinal whose time is not before this moment. `time` is the column the blocks were made from.
    pub(crate) fn first_not_before(&self, time: &[i64], moment: i64) -> u32 {
        let from = self.latest.partition_point(|t| *t < moment) * BLOCK;
        let block = &time[from.min(time.len())..time.len().min(from + BLOCK)];
        // Ordinals are below 2^32.
        (from + block.iter().position(|t| *t >= moment).unwrap_or(block.len())) as u32
    }

    /// The latest time that is not behind a moment. `time` is the column the blocks were made from.
    pub(crate) fn latest_by(&self, time: &[i64], moment: i64) -> Option<i64> {
        let sure = self.latest.partition_point(|t| *t <= moment);
        let possible = self.earliest.partition_point(|t| *t <= moment);
        let before = sure.checked_sub(1).and_then(|last| self.latest.get(last));
        let from = (sure * BLOCK).min(time.len());
        let between = &time[from..time.len().min(possible * BLOCK).max(from)];
        let by_then = between.iter().filter(|t| **t <= moment);
        let latest = by_then.chain(before).copied().max()?;
        (latest != NO_TIME).then_some(latest)
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        (self.latest.len() + self.earliest.len()) * 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_moment_splits_the_ordinals_where_the_times_say(
            steps in prop::collection::vec(prop_oneof![20 => Just(1_i64), 1 => -3000_i64..3000, 1 => Just(NO_TIME)], 0..5000),
            moment in -10_000_i64..10_000,
        ) {
            let mut now = 0;
            let times: Vec<i64> = steps
                .iter()
                .map(|&s| if s == NO_TIME { NO_TIME } else { now += 1; now + if s == 1 { 0 } else { s } })
                .collect();
            let blocks = TimeBlocks::new(&times);
            let first = blocks.first_not_before(&times, moment) as usize;
            prop_assert_eq!(first.min(times.len()), times.iter().position(|t| *t >= moment).unwrap_or(times.len()));
            let by_then = times.iter().copied().filter(|t| *t != NO_TIME && *t <= moment).max();
            prop_assert_eq!(blocks.latest_by(&times, moment), by_then);
            let (sure, possible) = blocks.split(moment);
            for (i, t) in times.iter().enumerate().filter(|(_, t)| **t != NO_TIME) {
                prop_assert!(i >= sure as usize || *t < moment);
                prop_assert!(i < possible as usize || *t >= moment);
            }
        }
    }

    #[test]
    fn an_ordered_column_leaves_less_than_two_blocks_open() {
        let times: Vec<i64> = (0..100_000).collect();
        let blocks = TimeBlocks::new(&times);
        for moment in [-1, 0, 1, 5000, 99_999, 100_000, i64::MAX] {
            let (sure, possible) = blocks.split(moment);
            assert!(
                possible.saturating_sub(sure) as usize <= 2 * BLOCK,
                "{moment}: {sure} to {possible}"
            );
        }
    }
}
