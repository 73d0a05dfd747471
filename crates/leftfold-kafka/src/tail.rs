//! Events of topics as they come, kept nowhere.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use leftfold_event::{Cancel, Event, Locator};
use leftfold_source::capture::{Headers, Record};
use leftfold_source::{
    Certainty, EventStore, Header, HeaderSink, Identity, RawPayload, ScanSummary, SourceError, StoreInfo,
};

use crate::capture::{Request, Told, found, pieces, tell_nothing};
use crate::cluster::{Cluster, Topic};
use crate::error::KafkaError;
use crate::own::{Known, Own};
use crate::piece::Piece;
use crate::reader::{Reader, Sink, Taken};
use crate::registry::Registry;

/// Records and bytes handed on at a time, at most.
const RECORDS: usize = 8_192;
const BYTES: usize = 16 << 20;

/// How long records wait for others to come.
const WAIT: Duration = Duration::from_millis(50);

/// Events that came together. They are an event history of their own, so that a filter can be asked about them. Versions are counted where every
/// partition is read from the first record it holds; otherwise none is known.
pub struct Batch {
    events: Vec<Event>,
    info: StoreInfo,
}

impl Batch {
    fn new(events: Vec<Event>) -> Self {
        Self {
            events,
            info: StoreInfo {
                dialect: "kafka".to_owned(),
                title: "Kafka".to_owned(),
                certainty: Certainty::Certain,
                reasons: Vec::new(),
                tables: Vec::new(),
                notes: Vec::new(),
                warnings: Vec::new(),
                has_time: true,
                has_global_order: false,
                time_digits: Some(3),
            },
        }
    }

    /// The events, in the order in which they came.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    fn at(&self, locator: Locator) -> Event {
        let found = usize::try_from(locator.row).ok().and_then(|i| self.events.get(i));
        found.cloned().unwrap_or_default()
    }
}

impl EventStore for Batch {
    fn info(&self) -> &StoreInfo {
        &self.info
    }

    fn identity(&self) -> Result<Identity, SourceError> {
        Ok(Identity {
            path: None,
            fingerprint: String::new(),
        })
    }

    fn estimate(&self) -> Option<u64> {
        Some(self.events.len() as u64)
    }

    fn scan(&self, sink: &mut dyn HeaderSink, cancel: &Cancel) -> Result<ScanSummary, SourceError> {
        let mut summary = ScanSummary::default();
        for (row, event) in self.events.iter().enumerate() {
            let header = Header {
                stream: &event.stream,
                category: event.category.as_deref(),
                kind: &event.kind,
                version: event.version,
                time: event.time,
                valid_time: event.valid_time,
                problem: !event.problems.is_empty(),
                ..Header::at(Locator {
                    row: row as i64,
                    item: 0,
                })
            };
            summary.events += 1;
            if sink.push(&header).is_break() || cancel.is_cancelled() {
                return Ok(summary);
            }
        }
        summary.complete = true;
        Ok(summary)
    }

    fn fetch(
        &self,
        locators: &[Locator],
        _: &Cancel,
        visit: &mut dyn FnMut(usize, Event),
    ) -> Result<(), SourceError> {
        for (i, locator) in locators.iter().enumerate() {
            visit(i, self.at(*locator));
        }
        Ok(())
    }

    fn fetch_raw(
        &self,
        locators: &[Locator],
        _: &Cancel,
        visit: &mut dyn FnMut(usize, &str, RawPayload<'_>),
    ) -> Result<(), SourceError> {
        for (i, locator) in locators.iter().enumerate() {
            // Whoever needs more fetches the event.
            visit(i, &self.at(*locator).kind, RawPayload::Other);
        }
        Ok(())
    }
}

/// Hands events on as they come, until the range ends, a cancel, or `take` has enough.
pub fn tail(
    request: &Request,
    cancel: &Cancel,
    tell: &mut dyn FnMut(Told),
    take: &mut dyn FnMut(&Batch) -> Result<Taken, KafkaError>,
) -> Result<(), KafkaError> {
    request.check()?;
    let cluster = Cluster::connect(&request.settings)?;
    let registry = request.settings.registry()?.map(Registry::new).transpose()?;
    let topics = cluster.topics(&request.topics, cancel)?;
    let pieces = pieces(&cluster, request, &topics, cancel)?;
    tell_nothing(&pieces, &request.range, tell);
    let whole = request.partitions.is_empty() && pieces.iter().all(|p| p.start == p.low);
    let mut sink = TailSink {
        versions: Versions(whole.then(HashMap::new)),
        places: pieces.clone(),
        // A pattern may fit more topics later.
        with_topic: topics.len() > 1 || request.topics.iter().any(|t| t.starts_with('^')),
        known: Known::new(registry, request.reading()),
        waiting: Vec::new(),
        bytes: 0,
        since: Instant::now(),
        enough: false,
        cancel: cancel.clone(),
        tell,
        take,
    };
    Reader::new(&cluster, pieces)?
        .watching(request.watch(), &topics)
        .run(&mut sink, cancel)?;
    sink.hand_on()
}

/// How many records of each stream came, where that says what place a record has in its stream.
struct Versions(Option<HashMap<String, i64>>);

impl Versions {
    /// The version of the next record of a stream, counted from 1; records of no stream have none.
    fn next(&mut self, stream: &str) -> Option<i64> {
        let counts = self.0.as_mut().filter(|_| !stream.is_empty())?;
        if let Some(count) = counts.get_mut(stream) {
            *count += 1;
            return Some(*count);
        }
        counts.insert(stream.to_owned(), 1);
        Some(1)
    }

    /// Records are missing: from here on places are not known.
    fn give_up(&mut self) {
        self.0 = None;
    }
}

struct TailSink<'t> {
    versions: Versions,
    places: Vec<Piece>,
    with_topic: bool,
    known: Known,
    /// Records that came and were not handed on yet.
    waiting: Vec<Own>,
    bytes: usize,
    since: Instant,
    enough: bool,
    cancel: Cancel,
    tell: &'t mut dyn FnMut(Told),
    take: &'t mut dyn FnMut(&Batch) -> Result<Taken, KafkaError>,
}

impl TailSink<'_> {
    fn taken(&self) -> Taken {
        if self.enough { Taken::Enough } else { Taken::More }
    }

    fn hand_on(&mut self) -> Result<(), KafkaError> {
        if self.waiting.is_empty() || self.enough {
            return Ok(());
        }
        let topic = |piece: usize| self.places[piece].name.as_str();
        for note in self.known.learn(&self.waiting, topic, &self.cancel) {
            (self.tell)(Told::Note(note));
        }
        let mapping = self.known.reading.mapping.as_ref();
        let stated = mapping.is_some_and(|m| m.states_versions());
        let events = self.waiting.iter().map(|own| {
            let place = &self.places[own.piece];
            let mut event = own.event(place, self.with_topic, &self.known.reading);
            if !stated {
                event.version = self.versions.next(&event.stream);
            }
            event
        });
        let batch = Batch::new(events.collect());
        self.waiting.clear();
        self.bytes = 0;
        self.enough = (self.take)(&batch)? == Taken::Enough;
        Ok(())
    }
}

impl Sink for TailSink<'_> {
    fn record(
        &mut self,
        piece: usize,
        offset: i64,
        record: &Record<'_>,
        headers: &mut Headers,
    ) -> Result<Taken, KafkaError> {
        if self.waiting.is_empty() {
            self.since = Instant::now();
        }
        self.bytes += record.key.map_or(0, <[u8]>::len) + record.value.map_or(0, <[u8]>::len);
        self.waiting.push(Own::of(piece, offset, record, headers));
        if self.waiting.len() >= RECORDS || self.bytes >= BYTES {
            self.hand_on()?;
        }
        Ok(self.taken())
    }

    fn seen(&mut self, _: usize, _: i64) {}

    fn gap(&mut self, _: usize, _: i64, reason: &str) -> Result<(), KafkaError> {
        // What came before it was read whole.
        self.hand_on()?;
        self.versions.give_up();
        (self.tell)(Told::Note(format!("records are missing: {reason}")));
        Ok(())
    }

    fn found(&mut self, piece: &mut Piece, _: &Topic) -> Result<(), KafkaError> {
        let of_it = |p: &Piece| p.name == piece.name && p.incarnation == piece.incarnation;
        if let Some(note) = found(piece, self.places.iter().any(of_it)) {
            // What was handed on since the last look cannot be had back.
            let again = if piece.incarnation > 1 {
                "; records that came in the seconds before may be of it, and come again"
            } else {
                ""
            };
            (self.tell)(Told::Note(format!("{note}{again}")));
        }
        self.places.push(piece.clone());
        Ok(())
    }

    fn tick(&mut self, _: u64) -> Result<Taken, KafkaError> {
        if self.since.elapsed() >= WAIT {
            self.hand_on()?;
        }
        Ok(self.taken())
    }

    fn told(&mut self, what: &str) {
        (self.tell)(Told::Note(what.to_owned()));
    }

    fn waiting(&mut self, why: &str) {
        (self.tell)(Told::Waiting(why.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_count_along_each_stream_until_records_are_missing() {
        let mut versions = Versions(Some(HashMap::new()));
        let counted: Vec<_> = ["a", "b", "", "a"].map(|s| versions.next(s)).into();
        assert_eq!(counted, [Some(1), Some(1), None, Some(2)]);
        versions.give_up();
        assert_eq!(versions.next("a"), None);
        assert_eq!(Versions(None).next("a"), None);
    }
}
