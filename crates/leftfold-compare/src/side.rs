//! One side of a comparison: what comparing needs of every event, in columns.

use std::collections::BTreeSet;

use leftfold_event::Names;
use leftfold_event::json::Value;
use rustc_hash::FxHashSet;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::digest::{Digester, mix};
use crate::watermark::{Marks, Watermark, latest, watermark};

/// Stands for "none" in the columns of versions and times. The moment it shadows is the first that nanoseconds can say at all.
const NONE: i64 = i64::MIN;

/// Stands for the end of a lane that nothing follows, so that it holds back nobody.
pub const NO_END: u32 = u32::MAX;

/// Stands for "none" in the column of parts.
const NO_PART: u16 = u16::MAX;

/// What an event says, as far as it can be read.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// JSON text.
    Json(&'a [u8]),
    /// A decoded value.
    Value(&'a Value),
    /// Bytes that are no JSON, or cannot be read.
    Bytes(&'a [u8]),
    /// The event has no payload.
    Absent,
}

/// What is taken of one event.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The stream's full name.
    pub stream: &'a str,
    /// The event type.
    pub kind: &'a str,
    /// The store's identity of the event, as text or bytes.
    pub id: Option<&'a [u8]>,
    /// The version that the store states; one that is only counted says nothing of which event it is.
    pub version: Option<i64>,
    /// The recorded time in nanoseconds.
    pub time: Option<i64>,
    /// Which part of the source it comes from (a partition): each has an end of its own.
    pub lane: u32,
    /// What it says.
    pub content: Content<'a>,
}

/// What an event is known by on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Identity {
    /// The store's id of it.
    Id,
    /// Its stream and version.
    Version,
    /// What it says, and how often that was said in the stream before.
    Content,
}

impl Identity {
    /// As it stands in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Version => "version",
            Self::Content => "content",
        }
    }
}

/// The events of one history as columns by ordinal, the place in its log. About 40 bytes an event.
#[derive(Debug, Default)]
pub struct Side {
    streams: Names,
    /// Stream key by ordinal.
    stream: Vec<u32>,
    /// Digest of the id; 0: none.
    id: Vec<u64>,
    version: Vec<i64>,
    time: Vec<i64>,
    /// Digest of type and content.
    content: Vec<u64>,
    /// Ordinals by stream, and where each stream's begin.
    by_stream: Vec<u32>,
    starts: Vec<u32>,
    /// By lane, the one whose end is its own, too, or [`NO_END`].
    ends: Vec<u32>,
    /// Up to when the side is known, by its events and by those that are not compared.
    marks: Marks,
    passed: (Marks, Vec<i64>),
    /// Of a source in parts that the other side has, too: which of these each event is in.
    part: Vec<u16>,
    /// Events whose payloads cannot be read, a bit each, and those of which nothing can.
    unread: Vec<u64>,
    garbled: FxHashSet<u32>,
    with_id: u32,
    /// Ids that are small numbers and were not taken.
    counted_ids: u32,
    with_version: u32,
    with_time: u32,
}

impl Side {
    /// How many events.
    pub fn events(&self) -> u32 {
        // The builder stops below 2^32.
        self.content.len() as u32
    }

    /// The streams' names by key.
    pub fn streams(&self) -> &Names {
        &self.streams
    }

    /// The ordinals of a stream's events, ascending.
    pub fn stream_events(&self, stream: u32) -> &[u32] {
        let i = stream as usize;
        match (self.starts.get(i), self.starts.get(i + 1)) {
            (Some(&from), Some(&to)) => &self.by_stream[from as usize..to as usize],
            _ => &[],
        }
    }

    /// The stream of an event.
    pub fn stream_of(&self, ordinal: u32) -> u32 {
        self.stream[ordinal as usize]
    }

    /// An event's stated version.
    pub fn version(&self, ordinal: u32) -> Option<i64> {
        Some(self.version[ordinal as usize]).filter(|v| *v != NONE)
    }

    /// An event's recorded time in nanoseconds.
    pub fn time(&self, ordinal: u32) -> Option<i64> {
        Some(self.time[ordinal as usize]).filter(|t| *t != NONE)
    }

    /// The digest of an event's type and content.
    pub fn content(&self, ordinal: u32) -> u64 {
        self.content[ordinal as usize]
    }

    /// The digest of an event's id; 0: none.
    pub fn id(&self, ordinal: u32) -> u64 {
        self.id[ordinal as usize]
    }

    /// What an event is known by in its stream. An event that has no such identity is known by its content.
    pub fn key(&self, ordinal: u32, by: Identity) -> u64 {
        let i = ordinal as usize;
        match by {
            Identity::Id if self.id[i] != 0 => self.id[i],
            Identity::Version if self.version[i] != NONE => mix(self.version[i] as u64, 0x9e37_79b9),
            _ => self.content[i],
        }
    }

    /// How many events have such an identity of their own.
    pub fn having(&self, by: Identity) -> u32 {
        match by {
            Identity::Id => self.with_id,
            Identity::Version => self.with_version,
            Identity::Content => self.events(),
        }
    }

    /// How many events have an id that is a small number, which is not trusted.
    pub fn counted_ids(&self) -> u32 {
        self.counted_ids
    }

    /// How many events have a time.
    pub fn timed(&self) -> u32 {
        self.with_time
    }

    /// The part that an event is in, by the number that both sides have for it; `None`: parts are not compared.
    pub fn part(&self, ordinal: u32) -> Option<u16> {
        self.part
            .get(ordinal as usize)
            .copied()
            .filter(|part| *part != NO_PART)
    }

    /// The parts that events are in, ascending.
    pub fn parts(&self) -> Vec<u16> {
        let parts: BTreeSet<u16> = self
            .part
            .iter()
            .copied()
            .filter(|part| *part != NO_PART)
            .collect();
        parts.into_iter().collect()
    }

    /// Forgets which parts events are in, so that these are not compared.
    pub fn forget_parts(&mut self) {
        self.part = Vec::new();
    }

    /// Whether an event's payload cannot be read.
    pub fn is_unread(&self, ordinal: u32) -> bool {
        let word = self.unread.get(ordinal as usize / 64).copied().unwrap_or(0);
        word & (1 << (ordinal % 64)) != 0
    }

    /// How many events cannot be read at all.
    pub fn garbled(&self) -> u32 {
        self.garbled.len() as u32
    }

    /// Whether an event cannot be read at all: it says neither which stream it is in nor what it is.
    pub fn is_garbled(&self, ordinal: u32) -> bool {
        self.garbled.contains(&ordinal)
    }

    /// The end that a lane's events count towards.
    fn end(&self, lane: u32) -> u32 {
        self.ends.get(lane as usize).copied().unwrap_or(lane)
    }

    fn columns(&self) -> [(&Marks, &[i64]); 2] {
        [(&self.marks, &self.time), (&self.passed.0, &self.passed.1)]
    }

    /// How far it is known by a moment, in nanoseconds; without one, in the end. A lane is known up to its latest event; `complete`: nothing
    /// follows the last one.
    pub fn watermark(&self, moment: Option<i64>, complete: bool) -> Watermark {
        let mark = watermark(&self.columns(), moment.unwrap_or(i64::MAX));
        match moment {
            Some(moment) if complete => mark.of_complete(self.latest(), moment),
            _ => mark,
        }
    }

    /// The latest time of all.
    pub fn latest(&self) -> Option<i64> {
        latest(&self.columns())
    }

    /// The place of an event among those of its stream, from 0.
    pub fn place(&self, ordinal: u32) -> u32 {
        let events = self.stream_events(self.stream_of(ordinal));
        events.partition_point(|o| *o < ordinal) as u32
    }

    /// Bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.streams.heap_bytes()
            + (self.stream.len() + self.by_stream.len() + self.starts.len()) * 4
            + self.part.len() * 2
            + self.unread.len() * 8
            + self.marks.heap_bytes()
            + self.passed.0.heap_bytes()
            + (self.passed.1.len()
                + self.id.len()
                + self.version.len()
                + self.time.len()
                + self.content.len())
                * 8
    }
}

/// Takes the events of one history, in its log's order.
#[derive(Debug, Default)]
pub struct SideBuilder {
    side: Side,
    digester: Digester,
    last_stream: Option<u32>,
    with_kind: bool,
    trusting: bool,
    parts: Option<Vec<u16>>,
    stated_part: Option<u16>,
}

/// Digits up to which a number is one that somebody counted.
const COUNTED_DIGITS: usize = 12;

/// Whether an id is a small number: a row's, most likely, which says nothing of the event on another machine.
fn is_counted(id: &[u8]) -> bool {
    id.len() <= COUNTED_DIGITS && id.iter().all(u8::is_ascii_digit)
}

/// The digest of an id. A UUID is itself with its hyphens or without them, in capitals or not.
fn of_id(id: &[u8]) -> u64 {
    let mut digits = [0; 32];
    let mut n = 0;
    let is_uuid = matches!(id.len(), 32 | 36)
        && id.iter().enumerate().all(|(i, b)| match b {
            b'-' => id.len() == 36 && matches!(i, 8 | 13 | 18 | 23),
            b if b.is_ascii_hexdigit() && n < digits.len() => {
                digits[n] = b.to_ascii_lowercase();
                n += 1;
                true
            }
            _ => false,
        });
    let text = if is_uuid && n == digits.len() { &digits } else { id };
    xxh3_64(text).max(1)
}

impl SideBuilder {
    /// A side without events, whose contents are digested so.
    pub fn new(digester: Digester, ignore_kind: bool) -> Self {
        Self {
            side: Side::default(),
            digester,
            last_stream: None,
            with_kind: !ignore_kind,
            trusting: false,
            parts: None,
            stated_part: None,
        }
    }

    /// The same, taking ids for what events are known by even where they are small numbers, as rows have them.
    #[must_use]
    pub fn trusting_ids(self) -> Self {
        Self {
            trusting: true,
            ..self
        }
    }

    /// The same, where a lane's end is another one's: by lane, the one that goes on in its place, or [`NO_END`].
    #[must_use]
    pub fn ending(mut self, ends: &[u32]) -> Self {
        self.side.ends = ends.to_vec();
        self
    }

    /// The same, keeping which part each event is in: by lane, the number that the part has on both sides.
    #[must_use]
    pub fn with_parts(self, parts: Vec<u16>) -> Self {
        Self {
            parts: Some(parts),
            ..self
        }
    }

    /// Says which part the event that is taken next is in, by the number that the part has on both sides; where lanes have none.
    pub fn next_is_in(&mut self, part: Option<u16>) {
        self.stated_part = part;
    }

    /// Events taken so far.
    pub fn len(&self) -> usize {
        self.side.content.len()
    }

    /// Whether no event was taken yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Knows of an event that is not compared: it says how far its source is known.
    pub fn pass_over(&mut self, lane: u32, time: Option<i64>) {
        let end = self.side.end(lane);
        self.side.passed.0.push(end, time);
        self.side.passed.1.push(time.unwrap_or(NONE));
    }

    /// Takes one event. Returns false when the side is full (2^32 - 2 events).
    pub fn take(&mut self, facts: &Facts<'_>) -> bool {
        let side = &mut self.side;
        if side.content.len() >= u32::MAX as usize - 1 {
            return false;
        }
        let stream = match self.last_stream {
            Some(last) if side.streams.get(last) == facts.stream => last,
            _ => side.streams.intern(facts.stream).0,
        };
        self.last_stream = Some(stream);
        side.stream.push(stream);
        let trusting = self.trusting;
        let id = facts.id.filter(|id| trusting || !is_counted(id)).map_or(0, of_id);
        side.id.push(id);
        side.with_id += u32::from(id != 0);
        side.counted_ids += u32::from(id == 0 && facts.id.is_some());
        side.version.push(facts.version.unwrap_or(NONE));
        side.with_version += u32::from(facts.version.is_some());
        side.time.push(facts.time.unwrap_or(NONE));
        side.with_time += u32::from(facts.time.is_some());
        let end = side.end(facts.lane);
        side.marks.push(end, facts.time);
        if let Some(parts) = &self.parts {
            // A lane that came since has no number yet.
            side.part
                .push(parts.get(facts.lane as usize).copied().unwrap_or(NO_PART));
        } else if let Some(part) = self.stated_part.take() {
            // Events before it stated none.
            side.part.resize(side.content.len(), NO_PART);
            side.part.push(part);
        }
        let mut is_unread = false;
        let mut unread = |digest| {
            is_unread = true;
            digest
        };
        let content = match facts.content {
            Content::Json(text) => match self.digester.json(text) {
                Ok(digest) => digest,
                Err(_) => unread(self.digester.bytes(text)),
            },
            Content::Value(value) => self.digester.value(value),
            Content::Bytes(bytes) => unread(self.digester.bytes(bytes)),
            Content::Absent => self.digester.absent(),
        };
        let ordinal = side.content.len();
        if is_unread {
            side.unread.resize(ordinal / 64 + 1, 0);
            side.unread[ordinal / 64] |= 1 << (ordinal % 64);
            if facts.stream.is_empty() && facts.kind.is_empty() && facts.id.is_none() {
                side.garbled.insert(ordinal as u32);
            }
        }
        let kind = if self.with_kind {
            xxh3_64_with_seed(facts.kind.as_bytes(), 7)
        } else {
            0
        };
        side.content.push(mix(content, kind));
        true
    }

    /// The side of all that was taken.
    pub fn finish(self) -> Side {
        let mut side = self.side;
        let mut starts = vec![0_u32; side.streams.len() + 1];
        for &stream in &side.stream {
            starts[stream as usize + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let mut next = starts.clone();
        side.by_stream = vec![0; side.stream.len()];
        for (ordinal, &stream) in side.stream.iter().enumerate() {
            let at = &mut next[stream as usize];
            side.by_stream[*at as usize] = ordinal as u32;
            *at += 1;
        }
        side.starts = starts;
        side
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_is_the_same_however_it_is_written() {
        let id = |text: &str| of_id(text.as_bytes());
        let plain = id("01a1f9afe4cb768e8f9bc0fad67a1d26");
        assert_eq!(id("01a1f9af-e4cb-768e-8f9b-c0fad67a1d26"), plain);
        assert_eq!(id("01A1F9AF-E4CB-768E-8F9B-C0FAD67A1D26"), plain);
        assert_ne!(id("01a1f9af-e4cb-768e-8f9b-c0fad67a1d27"), plain);
        assert_ne!(id("ABC"), id("abc"));
        assert_ne!(id("-1a1f9af-e4cb-768e-8f9b-c0fad67a1d26"), plain);
    }

    #[test]
    fn a_small_number_is_nobodys_identity_unless_it_is_said_to_be() {
        let with = |builder: SideBuilder| {
            let mut builder = builder;
            for id in [
                "17",
                "0197f0a1-7d5e-7000-8000-000000000001",
                "1234567890123456789",
            ] {
                builder.take(&Facts {
                    stream: "s",
                    kind: "E",
                    id: Some(id.as_bytes()),
                    version: None,
                    time: None,
                    lane: 0,
                    content: Content::Absent,
                });
            }
            builder.finish().having(Identity::Id)
        };
        assert_eq!(with(SideBuilder::default()), 2);
        assert_eq!(with(SideBuilder::default().trusting_ids()), 3);
    }
}
