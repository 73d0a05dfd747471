//! Towards which end of a log an event counts: each part of it has an end of its own, unless another one took its place.

use crate::capture::Incarnation;
use crate::store::{EventStore, SourceError};

/// Stands for the end of what has none: nothing follows it, so it holds back nobody.
pub const NO_END: u32 = u32::MAX;

/// The ends of a log, by number. A log that is not of parts has one end, 0.
///
/// A part that got its last event holds back nobody: where its topic was made anew, its events count towards the part that took its place; where it
/// was deleted, towards no end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    in_parts: bool,
    /// By a part's number.
    of_part: Vec<u32>,
}

impl Ends {
    /// Of a store as it is now.
    pub fn of(store: &dyn EventStore) -> Result<Self, SourceError> {
        if !store.in_parts() {
            return Ok(Self::default());
        }
        let mut of_part = heirs(&store.parts()?);
        let ended = store.ended_parts()?;
        for end in &mut of_part {
            if ended.contains(end) {
                *end = NO_END;
            }
        }
        Ok(Self {
            in_parts: true,
            of_part,
        })
    }

    /// The same by part: for every number of one, that of the end its events count towards, or [`NO_END`].
    pub fn by_part(&self) -> &[u32] {
        &self.of_part
    }

    /// The end towards which the event of a row counts, or [`NO_END`].
    pub fn of_row(&self, row: i64) -> u32 {
        if !self.in_parts {
            return 0;
        }
        let part = (row >> 48) as u32;
        self.of_part.get(part as usize).copied().unwrap_or(part)
    }
}

/// Up to when everything has come, by the latest time towards each end: the earliest of these; where nothing can follow, the latest.
pub fn known_until(latest: impl Iterator<Item = (u32, i64)>) -> Option<i64> {
    let (mut open, mut ended): (Option<i64>, Option<i64>) = (None, None);
    for (end, time) in latest {
        if end == NO_END {
            ended = ended.max(Some(time));
        } else {
            open = Some(open.map_or(time, |open| open.min(time)));
        }
    }
    open.or(ended)
}

/// For every part, by its number (they begin at 1), the one of the topic's latest incarnation: of the same partition or, where there are
/// fewer now, the first one.
fn heirs(parts: &[(String, i32)]) -> Vec<u32> {
    let all: Vec<(Incarnation<'_>, i32)> = parts
        .iter()
        .map(|(stored, partition)| (Incarnation::of_stored(stored), *partition))
        .collect();
    let heir = |(own, partition): &(Incarnation<'_>, i32), number: usize| {
        let same_name = || all.iter().filter(|(other, _)| other.topic == own.topic);
        let latest = same_name().map(|(other, _)| other.number).max();
        if latest == Some(own.number) {
            return number as u32;
        }
        let of_latest = |p: &(Incarnation<'_>, i32)| p.0.topic == own.topic && Some(p.0.number) == latest;
        let same = all.iter().position(|p| of_latest(p) && p.1 == *partition);
        let first = || all.iter().position(of_latest);
        same.or_else(first).map_or(number as u32, |i| i as u32 + 1)
    };
    let numbered = all.iter().enumerate().map(|(i, part)| heir(part, i + 1));
    std::iter::once(0).chain(numbered).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nothing_follows_holds_back_nobody() {
        let known = |latest: &[(u32, i64)]| known_until(latest.iter().copied());
        assert_eq!(known(&[(1, 50), (2, 40)]), Some(40));
        assert_eq!(known(&[(1, 50), (NO_END, 10)]), Some(50));
        // It says nothing of the others, either.
        assert_eq!(known(&[(1, 50), (NO_END, 90)]), Some(50));
        assert_eq!(known(&[(NO_END, 10), (NO_END, 20)]), Some(20));
        assert_eq!(known(&[]), None);
    }

    #[test]
    fn what_was_made_anew_counts_towards_what_took_its_place() {
        let parts = |all: &[(&str, i32)]| {
            let owned: Vec<(String, i32)> = all.iter().map(|(t, p)| ((*t).to_owned(), *p)).collect();
            heirs(&owned)
        };
        assert_eq!(parts(&[("a", 0), ("a", 1), ("b", 0)]), [0, 1, 2, 3]);
        assert_eq!(
            parts(&[("a", 0), ("a", 1), ("b", 0), ("a~2", 0), ("a~3", 0), ("a~3", 1)]),
            [0, 5, 6, 3, 5, 5, 6]
        );
        assert_eq!(parts(&[("a", 0), ("a", 1), ("a~2", 0)]), [0, 3, 3, 3]);
        assert_eq!(parts(&[]), [0]);
    }
}
