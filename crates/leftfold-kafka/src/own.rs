//! Records with bytes of their own, and what they mean as events.

use std::time::{Duration, Instant};

use leftfold_event::{Cancel, Event};
use leftfold_schema::{Schemas, framed};
use leftfold_source::capture::{At, Headers, Record, TimestampKind, event_of};

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
}

impl Own {
    pub(crate) fn of(piece: usize, offset: i64, record: &Record<'_>, headers: &mut Headers) -> Self {
        Self {
            piece,
            offset,
            timestamp: record.timestamp,
            key: record.key.map(<[u8]>::to_vec),
            value: record.value.map(<[u8]>::to_vec),
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

    pub(crate) fn event(&self, topic: &str, partition: i32, with_topic: bool, schemas: &Schemas) -> Event {
        let at = At {
            topic,
            partition,
            offset: self.offset,
            with_topic,
        };
        event_of(&self.record(), self.headers.as_deref(), &at, schemas)
    }
}

/// The schemas that are known, and whom to ask for more.
pub(crate) struct Known {
    pub(crate) schemas: Schemas,
    registry: Option<Registry>,
    /// Schemas that could not be had.
    lacking: Vec<u32>,
}

impl Known {
    pub(crate) fn new(registry: Option<Registry>) -> Self {
        Self {
            schemas: Schemas::new(),
            registry,
            lacking: Vec::new(),
        }
    }

    /// Gets the schemas that records name, as far as they can be had soon; what to tell of the others.
    pub(crate) fn learn(&mut self, records: &[Own], cancel: &Cancel) -> Vec<String> {
        let mut notes = Vec::new();
        let Some(registry) = &mut self.registry else {
            return notes;
        };
        for record in records {
            for bytes in [record.key.as_deref(), record.value.as_deref()]
                .into_iter()
                .flatten()
            {
                if let Some((id, _)) = framed(bytes)
                    && self.schemas.written(id).is_none()
                    && !self.lacking.contains(&id)
                {
                    registry.ask(id);
                }
            }
        }
        let since = Instant::now();
        while registry.is_waiting() && since.elapsed() < PATIENCE && !cancel.is_cancelled() {
            match registry.answer(LOOK) {
                Some((id, Answer::Schema(written))) => self.schemas.insert(id, written),
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
