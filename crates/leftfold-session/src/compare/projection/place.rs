//! Which place of the log the rows are as of.

use leftfold_compare::Fitting;
use leftfold_log::{Axis, Log};

/// The order in which places are counted: the log's, or that of time where a log is of several partitions, whose order says nothing.
#[derive(Debug)]
pub(super) struct Places(Option<ByTime>);

#[derive(Debug)]
struct ByTime {
    /// Rank by ordinal; events without a time come last.
    rank: Vec<u32>,
    ordinal: Vec<u32>,
}

/// A place of the log and how well it fits. Events are ordinals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AsOf {
    /// After this event; `None`: before all.
    pub after: Option<u32>,
    /// The last event up to which it fits as well.
    pub last: Option<u32>,
    /// Whether it fits up to the end.
    pub is_end: bool,
    /// The latest time that it may be as of, in nanoseconds.
    pub time: Option<i64>,
    /// Rows that fit there, and streams that rightly have none.
    pub fitting: u64,
    /// How many there are.
    pub of: u64,
    /// How many events of the log come after the last one up to which it fits.
    pub events_behind: u64,
    /// For how long the first of these has been there at the end, in nanoseconds; `None`: nothing is behind, or nothing has a time.
    pub time_behind: Option<i64>,
    /// The rank of `after`.
    pub(super) rank: Option<u32>,
}

impl AsOf {
    /// Whether it is further behind the end than it may be, in nanoseconds.
    pub fn is_behind_by_more(&self, within: Option<i64>) -> bool {
        self.time_behind
            .zip(within)
            .is_some_and(|(by, within)| by > within)
    }
}

impl Places {
    pub(super) fn of(log: &Log, by_time: bool) -> Self {
        if !by_time || log.all().is_time_ordered() {
            return Self(None);
        }
        let timed = log.all().order(Axis::Time);
        let mut ordinal = timed.range(0, timed.len());
        ordinal.extend((0..log.events()).filter(|o| log.time(*o).is_none()));
        let mut rank = vec![0; ordinal.len()];
        for (r, o) in (0_u32..).zip(&ordinal) {
            rank[*o as usize] = r;
        }
        Self(Some(ByTime { rank, ordinal }))
    }

    pub(super) fn rank(&self, ordinal: u32) -> u32 {
        self.0.as_ref().map_or(ordinal, |by| by.rank[ordinal as usize])
    }

    pub(super) fn ordinal(&self, rank: u32) -> u32 {
        self.0.as_ref().map_or(rank, |by| by.ordinal[rank as usize])
    }

    /// What a fitting of ranks is, of so many that could fit.
    pub(super) fn as_of(&self, log: &Log, fitting: &Fitting, of: u64, moment: Option<i64>) -> AsOf {
        let end = log.events().checked_sub(1);
        let last = match fitting.before {
            Some(before) => before.checked_sub(1),
            None => end,
        };
        let end_time = log.latest_by(moment.unwrap_or(i64::MAX));
        let time = match fitting.before {
            None => end_time,
            Some(_) => last.and_then(|rank| log.time(self.ordinal(rank))),
        };
        let first = fitting.before.map_or(log.events(), |rank| rank);
        let counts = |ordinal: u32| match (moment, log.time(ordinal)) {
            (Some(moment), Some(time)) => time <= moment,
            _ => true,
        };
        let lacking = (first..log.events()).map(|rank| self.ordinal(rank));
        let events_behind = lacking.filter(|ordinal| counts(*ordinal)).count() as u64;
        let since = fitting.before.and_then(|rank| log.time(self.ordinal(rank)));
        let time_behind = end_time
            .zip(since)
            .map(|(end, since)| end.saturating_sub(since).max(0));
        AsOf {
            after: fitting.after.map(|rank| self.ordinal(rank)),
            last: last.map(|rank| self.ordinal(rank)),
            is_end: fitting.before.is_none(),
            time,
            fitting: u64::from(fitting.rows),
            of,
            events_behind,
            time_behind,
            rank: fitting.after,
        }
    }

    /// How many of a stream's events there are at the place, where it begins.
    pub(super) fn included(&self, as_of: &AsOf, ordinals: &[u32]) -> usize {
        let is_by_then = |ordinal: &&u32| as_of.rank.is_some_and(|rank| self.rank(**ordinal) <= rank);
        ordinals.iter().filter(is_by_then).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_of_the_log_is_its_own_rank() {
        let places = Places::of(&Log::empty(), true);
        assert_eq!((places.rank(7), places.ordinal(7)), (7, 7));
        let as_of = AsOf {
            after: Some(3),
            last: Some(4),
            is_end: false,
            time: None,
            fitting: 1,
            of: 1,
            events_behind: 0,
            time_behind: None,
            rank: Some(3),
        };
        assert_eq!(places.included(&as_of, &[1, 3, 4, 9]), 2);
    }

    #[test]
    fn in_a_log_of_several_partitions_places_are_counted_in_the_order_of_time() {
        let line = |second: u32| {
            format!("{{\"stream\":\"s\",\"type\":\"E\",\"time\":\"2026-01-01T00:00:{second:02}Z\"}}\n")
        };
        // Two partitions, one behind the other, and an event without a time.
        let lines: String = [0, 4, 8, 1, 5].into_iter().map(line).collect();
        let lines = lines + "{\"stream\":\"s\",\"type\":\"E\"}\n";
        let store = leftfold_source::ndjson::from_reader(&mut lines.as_bytes()).unwrap();
        let (log, _) = leftfold_log::index(
            &store,
            &leftfold_event::Cancel::new(),
            &leftfold_event::Progress::new(),
            &mut |_| (),
        );
        let by_time = Places::of(&log, true);
        let ranks = |places: &Places| (0..6).map(|o| places.rank(o)).collect::<Vec<_>>();
        assert_eq!(ranks(&by_time), [0, 2, 4, 1, 3, 5]);
        assert!((0..6).all(|o| by_time.ordinal(by_time.rank(o)) == o));
        assert_eq!(ranks(&Places::of(&log, false)), [0, 1, 2, 3, 4, 5]);
        let fitting = Fitting {
            after: Some(1),
            before: Some(3),
            rows: 2,
        };
        let as_of = by_time.as_of(&log, &fitting, 3, None);
        assert_eq!((as_of.after, as_of.last), (Some(3), Some(1)));
        // Two with a time after it, from second 5 to second 8, and one without.
        let second = 1_000_000_000;
        assert_eq!((as_of.events_behind, as_of.time_behind), (3, Some(3 * second)));
        assert!(as_of.is_behind_by_more(Some(2 * second)) && !as_of.is_behind_by_more(Some(3 * second)));
        assert!(!as_of.is_behind_by_more(None));
        assert_eq!(as_of.time, log.time(1));
    }
}
