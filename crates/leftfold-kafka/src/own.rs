//! Records with bytes of their own, and what they mean as events.

use std::time::{Duration, Instant};

use leftfold_event::{Cancel, Event};
use leftfold_schema::{SchemaId, framed};
use leftfold_source::capture::{At, Headers, Part, Reading, Record, TimestampKind, event_of};

use crate::piece::Piece;
use crate::registry::{Answer, Registry};

/// How long schemas are waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often a wait looks at the cancel flag.
const LOOK: Duration = Duration::from_millis(20);

/// One record with its own bytes.
#[derive(Clone, Debug)]
pub(crate) struct Own {
    /// The number of its piece.
    pub(crate) piece: usize,
    pub(crate) offset: i64,
    timestamp: Option<(i64, TimestampKind)>,
    key: Option<Vec<u8>>,
    value: Option<Vec<u8>>,
    headers: Option<String>,
    /// The schemas that the headers name for the key and the value.
    named: [Option<SchemaId>; 2],
}

impl Own {
    pub(crate) fn of(piece: usize, offset: i64, record: &Record<'_>, headers: &mut Headers) -> Self {
        Self {
            piece,
            offset,
            timestamp: record.timestamp,
            key: record.key.map(<[u8]>::to_vec),
            value: record.value.map(<[u8]>::to_vec),
            named: Part::ALL.map(|part| headers.schema_id(part)),
            headers: headers.with_text(|text| text.map(str::to_owned)),
        }
    }

    pub(crate) fn record(&self) -> Record<'_> {
        Record {
            timestamp: self.timestamp,
            key: self.key.as_deref(),
            value: self.value.as_deref(),
        }
    }

    pub(crate) fn event(&self, piece: &Piece, with_topic: bool, reading: &Reading) -> Event {
        let at = At {
            topic: &piece.name,
            partition: piece.partition,
            offset: self.offset,
            broker: piece.leader,
            with_topic,
            incarnation: piece.incarnation,
        };
        event_of(&self.record(), self.headers.as_deref(), &at, reading)
    }
}

/// What a part of a record names as its schema: a header, or else what its bytes begin with.
pub(crate) fn named(bytes: Option<&[u8]>, by_header: Option<SchemaId>) -> Option<SchemaId> {
    by_header.or_else(|| Some(SchemaId::Number(framed(bytes?)?.0)))
}

/// What records are read by, and whom to ask for more schemas.
pub(crate) struct Known {
    pub(crate) reading: Reading,
    registry: Option<Registry>,
    /// Schemas that could not be had.
    lacking: Vec<SchemaId>,
}

impl Known {
    /// `reading` is what was chosen, and the schemas that are there already.
    pub(crate) fn new(registry: Option<Registry>, reading: Reading) -> Self {
        Self {
            reading,
            registry,
            lacking: Vec::new(),
        }
    }

    /// Gets the schemas that records name, as far as they can be had soon; what to tell of the others. `topic` says of which topic a piece
    /// is.
    pub(crate) fn learn<'t>(
        &mut self,
        records: &[Own],
        topic: impl Fn(usize) -> &'t str,
        cancel: &Cancel,
    ) -> Vec<String> {
        let mut notes = Vec::new();
        let Some(registry) = &mut self.registry else {
            return notes;
        };
        for record in records {
            for (part, bytes) in [(Part::Key, &record.key), (Part::Value, &record.value)] {
                if let Some(id) = named(bytes.as_deref(), record.named[part as usize])
                    && self.reading.schemas.written(id).is_none()
                    && !self.lacking.contains(&id)
                    && self.reading.decoders.may_name_schemas(topic(record.piece), part)
                {
                    registry.ask(id);
                }
            }
        }
        let since = Instant::now();
        while registry.is_waiting() && since.elapsed() < PATIENCE && !cancel.is_cancelled() {
            match registry.answer(LOOK) {
                Some((id, Answer::Schema(written))) => self.reading.schemas.insert(id, written),
                Some((id, Answer::Lacking(why))) => {
                    self.lacking.push(id);
                    notes.push(format!("schema {id} is lacking: {why}"));
                }
                None => {}
            }
        }
        notes
    }
}
