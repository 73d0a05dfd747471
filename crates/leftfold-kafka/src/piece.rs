//! A stretch of one partition that is read.

use leftfold_event::Cancel;
use leftfold_source::capture::Incarnation;

use crate::cluster::{Cluster, Partition, Topic};
use crate::error::KafkaError;
use crate::range::{From, Range, Until};

/// A stretch of one partition to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its topic, by its number in the list the pieces were made from.
    pub topic: usize,
    /// The topic's name.
    pub name: String,
    /// The partition.
    pub partition: i32,
    /// Which topic of this name it is of, of those that were made one after the other: 1 for the first.
    pub incarnation: u32,
    /// The broker that led it when the range was looked up.
    pub leader: Option<i32>,
    /// The first offset there when the range was looked up.
    pub low: i64,
    /// The one after the last.
    pub high: i64,
    /// The offset to begin with.
    pub start: i64,
    /// The offset to end before; `None`: it has no end.
    pub stop: Option<i64>,
    /// Records of an earlier time are passed over where the piece has an end: times may stand out of order.
    pub since: Option<i64>,
}

impl Piece {
    /// `topic[partition]`.
    pub fn place(&self) -> String {
        let topic = Incarnation {
            topic: &self.name,
            number: self.incarnation,
        };
        format!("{topic}[{}]", self.partition)
    }

    /// A stretch of a partition. `follow`: it has no end, unless the range has one.
    pub(crate) fn of(
        cluster: &Cluster,
        (number, topic): (usize, &Topic),
        partition: Partition,
        range: &Range,
        follow: bool,
        cancel: &Cancel,
    ) -> Result<Self, KafkaError> {
        let Partition {
            number: id,
            low,
            high,
        } = partition;
        let at = |ms| cluster.offset_at(&topic.name, id, ms, cancel);
        let start = match range.from {
            From::Beginning => low,
            From::End => high,
            From::Offset(offset) => offset.max(low),
            From::Last(n) => high.saturating_sub(n).max(low),
            From::Time(ms) => at(ms)?.unwrap_or(high),
        };
        let stop = match range.until {
            Some(Until::Time(ms)) => at(ms)?.or_else(|| (!follow).then_some(high)),
            // Who follows waits for what is not written yet.
            Some(Until::Offset(n)) => Some(if follow { n } else { n.min(high) }),
            None if follow => None,
            None => Some(high),
        };
        Ok(Self {
            topic: number,
            name: topic.name.clone(),
            partition: id,
            incarnation: 1,
            leader: topic.leaders.get(&id).copied(),
            low,
            high,
            start,
            stop,
            since: match range.from {
                From::Time(ms) => Some(ms),
                _ => None,
            },
        })
    }

    /// The whole of a partition that was found later, without an end.
    pub(crate) fn found(
        cluster: &Cluster,
        (number, topic): (usize, &Topic),
        id: i32,
        since: Option<i64>,
        cancel: &Cancel,
    ) -> Result<Self, KafkaError> {
        let Partition { low, high, .. } = cluster.partition(&topic.name, id, cancel)?;
        Ok(Self {
            topic: number,
            name: topic.name.clone(),
            partition: id,
            incarnation: 1,
            leader: topic.leaders.get(&id).copied(),
            low,
            high,
            start: low,
            stop: None,
            since,
        })
    }

    /// At most so many records are left, counted from an offset.
    pub(crate) fn left(&self, next: i64) -> u64 {
        let end = self.stop.unwrap_or(self.high);
        u64::try_from(end.saturating_sub(next)).unwrap_or(0)
    }
}
