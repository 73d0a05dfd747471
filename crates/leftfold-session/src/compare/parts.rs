//! Partitions of two sides: which of them are the same.

use std::collections::BTreeMap;

use leftfold_compare::Side;
use leftfold_source::EventStore;

use crate::error::SessionError;

/// The partitions of two sides, as far as they can be compared.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// For each side that is of partitions, by its own number of one, the number that both have for it. `None`: it is not, or partitions are not
    /// compared.
    pub(crate) numbers: [Option<Vec<u16>>; 2],
    /// The partition, by the number that both have for it.
    partitions: Vec<i32>,
    /// Whether records of a side state their partitions themselves, as lines do: the number is the partition.
    stated: bool,
    /// Why partitions are not compared though both sides have some, in a sentence.
    pub note: Option<String>,
}

impl Parts {
    /// Of two sides that are of partitions. One topic on each side may be called otherwise there; of several, those of the same names are compared.
    /// Where one is not, its records may state their partitions.
    pub(crate) fn of(left: &dyn EventStore, right: &dyn EventStore) -> Result<Self, SessionError> {
        if !left.in_parts() || !right.in_parts() {
            let of_lanes = |store: &dyn EventStore| {
                if !store.in_parts() {
                    return Ok::<_, SessionError>(None);
                }
                let own = store.parts()?;
                let numbers = own.iter().map(|(_, n)| stated_part(*n).unwrap_or(u16::MAX));
                // A side's own numbers begin at 1.
                Ok(Some(std::iter::once(u16::MAX).chain(numbers).collect()))
            };
            return Ok(Self {
                numbers: [of_lanes(left)?, of_lanes(right)?],
                stated: true,
                ..Self::default()
            });
        }
        let sides = [left.parts()?, right.parts()?];
        Ok(Self::between([&sides[0], &sides[1]]))
    }

    fn between(sides: [&[(String, i32)]; 2]) -> Self {
        let by_topic = sides.map(|side| {
            let mut topics: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
            for (topic, partition) in side {
                topics.entry(topic).or_default().push(*partition);
            }
            for partitions in topics.values_mut() {
                partitions.sort_unstable();
            }
            topics
        });
        if by_topic.iter().any(BTreeMap::is_empty) {
            return Self::default();
        }
        let one_each = by_topic.iter().all(|topics| topics.len() == 1);
        let name = |topic: &str| if one_each { String::new() } else { topic.to_owned() };
        for (topic, partitions) in &by_topic[0] {
            let other = if one_each {
                by_topic[1].first_key_value()
            } else {
                by_topic[1].get_key_value(topic)
            };
            let Some((other, theirs)) = other else { continue };
            if partitions != theirs {
                let note = format!(
                    "partitions are not compared: {topic} has {} on the left, and {other} {} on the right",
                    partitions.len(),
                    theirs.len()
                );
                return Self {
                    note: Some(note),
                    ..Self::default()
                };
            }
        }
        let mut partitions = Vec::new();
        let mut known: BTreeMap<(String, i32), u16> = BTreeMap::new();
        let numbers = sides.map(|side| {
            // A side's own numbers begin at 1.
            let mut numbers = vec![u16::MAX];
            for (topic, partition) in side {
                let next = partitions.len() as u16;
                let number = *known.entry((name(topic), *partition)).or_insert_with(|| {
                    partitions.push(*partition);
                    next
                });
                numbers.push(number);
            }
            numbers
        });
        Self {
            numbers: numbers.map(Some),
            partitions,
            stated: false,
            note: None,
        }
    }

    /// Looks at which partitions records state to be from. Those of other partitions are not compared: what is in which by its key is not the same
    /// then.
    pub(crate) fn settle(&mut self, sides: [&mut Side; 2]) {
        if !self.stated {
            return;
        }
        let parts = [sides[0].parts(), sides[1].parts()];
        if parts[0] == parts[1] {
            return;
        }
        if parts.iter().all(|parts| !parts.is_empty()) {
            let [left, right] = parts.map(|parts| listed(&parts));
            self.note = Some(format!(
                "partitions are not compared: the left side has records in {left}, the right one in {right}"
            ));
        }
        sides.into_iter().for_each(Side::forget_parts);
    }

    /// The partition of a number that both sides have for it.
    pub(crate) fn partition(&self, number: u16) -> Option<i32> {
        if self.stated {
            return Some(i32::from(number));
        }
        self.partitions.get(usize::from(number)).copied()
    }
}

/// Partitions that are named.
const NAMED: usize = 8;

fn listed(parts: &[u16]) -> String {
    let named: Vec<String> = parts.iter().take(NAMED).map(ToString::to_string).collect();
    let more = if parts.len() > NAMED { ", …" } else { "" };
    format!("{}{more}", named.join(", "))
}

/// The number of a partition that a record states.
pub(crate) fn stated_part(partition: i32) -> Option<u16> {
    u16::try_from(partition).ok().filter(|part| *part != u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(left: &[(&str, i32)], right: &[(&str, i32)]) -> Parts {
        let [left, right] = [left, right].map(|side| {
            let owned = side
                .iter()
                .map(|(topic, partition)| ((*topic).to_owned(), *partition));
            owned.collect::<Vec<_>>()
        });
        Parts::between([&left, &right])
    }

    #[test]
    fn partitions_are_the_same_by_their_numbers_and_topics_by_their_names_where_there_are_several() {
        let one = between(&[("orders", 0), ("orders", 1)], &[("copy", 1), ("copy", 0)]);
        let numbers = [vec![u16::MAX, 0, 1], vec![u16::MAX, 1, 0]].map(Some);
        assert_eq!(one.numbers, numbers);
        assert_eq!((one.partition(1), one.note), (Some(1), None));
        let two = between(&[("a", 0), ("b", 0)], &[("b", 0), ("a", 0)]);
        assert_eq!(two.numbers, numbers);
    }

    #[test]
    fn other_numbers_of_partitions_are_told_and_not_compared() {
        let other = between(&[("orders", 0), ("orders", 1)], &[("copy", 0)]);
        assert_eq!(other.numbers, [None, None]);
        assert_eq!(
            other.note.as_deref(),
            Some("partitions are not compared: orders has 2 on the left, and copy 1 on the right")
        );
    }
}
