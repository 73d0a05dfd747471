//! What a cluster has: its topics, where they begin and end, how long they keep what, and what their latest records look like.

use std::time::Duration;

use leftfold_event::json::{self, Value};
use leftfold_event::{Cancel, Event, Timestamp};
use leftfold_source::capture::{Headers, Reading, Record};
use leftfold_source::ndjson::write_event;

use crate::cluster::{Cluster, Partition, Topic};
use crate::error::KafkaError;
use crate::keys::KeyLook;
use crate::native;
use crate::own::{Known, Own};
use crate::piece::Piece;
use crate::range::{From, Range};
use crate::reader::{Reader, Sink, Taken};
use crate::registry::Registry;
use crate::settings::Settings;

/// How long a broker may take to tell a topic's configuration.
const PATIENCE: Duration = Duration::from_secs(5);

/// Bytes of keys and values that a sample holds at most.
const SAMPLE_BYTES: usize = 16 << 20;

/// The parts of a topic's configuration that matter to a reader.
const CONFIG: &[&str] = &[
    "cleanup.policy",
    "retention.ms",
    "retention.bytes",
    "delete.retention.ms",
    "message.timestamp.type",
    "max.message.bytes",
    "compression.type",
];

/// What is known of a topic without reading its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicFacts {
    /// The topic.
    pub topic: Topic,
    /// Where its partitions begin and end.
    pub partitions: Vec<Partition>,
    /// The parts of its configuration that matter to a reader, by their names; empty where the broker does not tell.
    pub config: Vec<(String, String)>,
}

impl TopicFacts {
    /// Records at most: transactions' markers, compaction and deleted records leave holes.
    pub fn at_most(&self) -> u64 {
        let spans = self.partitions.iter().map(|p| p.high.saturating_sub(p.low));
        spans.map(|n| u64::try_from(n).unwrap_or(0)).sum()
    }

    /// A part of the configuration.
    pub fn config(&self, name: &str) -> Option<&str> {
        self.config
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
    }
}

/// The latest records of a topic, and when its first one was.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// The events, by partition and offset.
    pub events: Vec<Event>,
    /// The time of the first record of all partitions that is still there: not always the earliest.
    pub first: Option<Timestamp>,
    /// The time of the last record sampled.
    pub last: Option<Timestamp>,
    /// Why values could not be decoded that need a schema.
    pub notes: Vec<String>,
}

impl Sample {
    /// The events in the envelope that every front end shares.
    pub fn values(&self, source: &str) -> impl Iterator<Item = Value> {
        let values = self.events.iter().map(move |event| {
            let mut line = String::new();
            write_event(event, source, &mut line);
            json::parse(line.as_bytes()).unwrap_or_default()
        });
        values.collect::<Vec<_>>().into_iter()
    }
}

impl Cluster {
    /// Every topic that may be seen, by name; `internal`: also those whose names begin with two underscores.
    pub fn all_topics(&self, internal: bool, cancel: &Cancel) -> Result<Vec<Topic>, KafkaError> {
        let mut topics = self.every_topic(cancel)?;
        topics.retain(|t| internal || !t.name.starts_with("__"));
        topics.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(topics)
    }

    /// Where a topic begins and ends, and how it is kept.
    pub fn describe(&self, topic: &Topic, cancel: &Cancel) -> Result<TopicFacts, KafkaError> {
        let partitions = topic
            .partitions
            .iter()
            .map(|number| self.partition(&topic.name, *number, cancel))
            .collect::<Result<_, _>>()?;
        let mut config = native::topic_config(self.native(), &topic.name, PATIENCE);
        config.retain(|(name, _)| CONFIG.contains(&name.as_str()));
        config.sort();
        Ok(TopicFacts {
            topic: topic.clone(),
            partitions,
            config,
        })
    }
}

/// The latest records of a topic, at most so many of each partition, read as was chosen and with what the registry has.
pub fn sample(
    settings: &Settings,
    cluster: &Cluster,
    topic: &Topic,
    last: u32,
    reading: Reading,
    cancel: &Cancel,
) -> Result<Sample, KafkaError> {
    let registry = settings.registry()?.map(Registry::new).transpose()?;
    let pieces = |range: &Range| -> Result<Vec<Piece>, KafkaError> {
        let pieces = topic.partitions.iter().map(|number| {
            let partition = cluster.partition(&topic.name, *number, cancel)?;
            Piece::of(cluster, (0, topic), partition, range, false, cancel)
        });
        pieces.collect()
    };
    let whole = pieces(&Range::default())?;
    let mut first = Kept::new(1, whole.iter().filter(|p| p.low < p.high).count());
    Reader::new(cluster, whole)?.run(&mut first, cancel)?;
    let latest = pieces(&Range {
        from: From::Last(i64::from(last)),
        until: None,
    })?;
    let places = latest.clone();
    let mut kept = Kept::new(usize::MAX, usize::MAX);
    Reader::new(cluster, latest)?.run(&mut kept, cancel)?;
    if cancel.is_cancelled() {
        return Err(KafkaError::Cancelled);
    }
    kept.records.sort_by_key(|r| (r.piece, r.offset));
    let mut known = Known::new(registry, reading);
    let mut notes = known.learn(&kept.records, |_| topic.name.as_str(), cancel);
    let mut keys = KeyLook::default();
    keys.take_in(&topic.name, &known.reading.decoders);
    for record in &kept.records {
        keys.look(0, &record.record());
    }
    notes.extend(keys.notes());
    let events: Vec<Event> = kept
        .records
        .iter()
        .map(|r| r.event(&places[r.piece], false, &known.reading))
        .collect();
    Ok(Sample {
        first: first.records.iter().filter_map(|r| r.record().time()).min(),
        last: events.iter().filter_map(|e| e.time).max(),
        events,
        notes,
    })
}

/// Records kept in memory.
struct Kept {
    records: Vec<Own>,
    bytes: usize,
    /// Records of each piece, at most.
    each: usize,
    /// Pieces after whose first records it is enough.
    pieces: usize,
}

impl Kept {
    fn new(each: usize, pieces: usize) -> Self {
        Self {
            records: Vec::new(),
            bytes: 0,
            each,
            pieces,
        }
    }
}

impl Sink for Kept {
    fn record(
        &mut self,
        piece: usize,
        offset: i64,
        record: &Record<'_>,
        headers: &mut Headers,
    ) -> Result<Taken, KafkaError> {
        if self.records.iter().filter(|r| r.piece == piece).count() < self.each {
            self.bytes += record.key.map_or(0, <[u8]>::len) + record.value.map_or(0, <[u8]>::len);
            self.records.push(Own::of(piece, offset, record, headers));
        }
        let enough = self.bytes > SAMPLE_BYTES || (self.each == 1 && self.records.len() >= self.pieces);
        Ok(if enough { Taken::Enough } else { Taken::More })
    }

    fn seen(&mut self, _: usize, _: i64) {}

    fn gap(&mut self, _: usize, _: i64, _: &str) -> Result<(), KafkaError> {
        Ok(())
    }

    fn tick(&mut self, _: u64) -> Result<Taken, KafkaError> {
        Ok(Taken::More)
    }

    fn waiting(&mut self, _: &str) {}

    fn found(&mut self, _: &mut Piece, _: &Topic) -> Result<(), KafkaError> {
        Ok(())
    }
}
