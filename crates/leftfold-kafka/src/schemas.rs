//! The schemas that records name, on their way from the registry into a capture.

use std::time::Duration;

use leftfold_event::Cancel;
use leftfold_schema::SchemaId;
use leftfold_source::capture::{CaptureWriter, Decoders, Headers, Part, Record};

use crate::capture::Told;
use crate::error::KafkaError;
use crate::own::named;
use crate::registry::{Answer, Registry, RegistrySettings};

/// How often a wait for the last schemas looks at the cancel flag.
const WAIT: Duration = Duration::from_millis(20);

/// Schemas that may be lacking before no more are asked for: what only looks framed names a new one each time.
const MAX_LACKING: usize = 64;

/// Looks for schemas that records name, and keeps them.
pub(crate) struct SchemaBook {
    registry: Option<Registry>,
    /// The schema looked at last: most records name the same.
    last: Option<SchemaId>,
    lacking: usize,
    /// Whether something was kept since the last commit.
    news: bool,
    decoders: Decoders,
    /// Whether the key and the value of a piece's records may name one.
    pieces: Vec<[bool; 2]>,
}

impl SchemaBook {
    pub(crate) fn new(settings: Option<RegistrySettings>) -> Result<Self, KafkaError> {
        Ok(Self {
            registry: settings.map(Registry::new).transpose()?,
            last: None,
            lacking: 0,
            news: false,
            decoders: Decoders::new(),
            pieces: Vec::new(),
        })
    }

    /// Says how the records are read: parts that name no schemas are not looked at.
    pub(crate) fn read_by(&mut self, decoders: Decoders) {
        self.decoders = decoders;
    }

    /// Takes in the next piece, which is of this topic.
    pub(crate) fn take_in(&mut self, topic: &str) {
        self.pieces
            .push(Part::ALL.map(|part| self.decoders.may_name_schemas(topic, part)));
    }

    /// Asks again for what earlier runs could not get.
    pub(crate) fn ask_again(&mut self, writer: &CaptureWriter) {
        self.lacking = writer.lacking_schemas().count();
        if let Some(registry) = &mut self.registry {
            for id in writer.lacking_schemas() {
                registry.ask(id);
            }
        }
    }

    /// Looks whether a record of a piece names a schema that is not there yet.
    pub(crate) fn look(
        &mut self,
        piece: usize,
        record: &Record<'_>,
        headers: &Headers,
        writer: &mut CaptureWriter,
    ) -> Result<(), KafkaError> {
        for (part, bytes) in [(Part::Key, record.key), (Part::Value, record.value)] {
            if let Some(id) = named(bytes, headers.schema_id(part))
                && self.last != Some(id)
                && self.pieces.get(piece).is_none_or(|may| may[part as usize])
            {
                self.named(id, writer)?;
            }
        }
        Ok(())
    }

    fn named(&mut self, id: SchemaId, writer: &mut CaptureWriter) -> Result<(), KafkaError> {
        self.last = Some(id);
        if writer.has_schema(id).is_some() || self.lacking >= MAX_LACKING {
            return Ok(());
        }
        match &mut self.registry {
            Some(registry) => registry.ask(id),
            None => {
                self.lacking += 1;
                writer.lack_schema(id, NO_REGISTRY)?;
            }
        }
        Ok(())
    }

    /// Keeps what the registry has answered, waiting for one answer at most this long.
    pub(crate) fn keep(
        &mut self,
        writer: &mut CaptureWriter,
        within: Duration,
        tell: &mut dyn FnMut(Told),
    ) -> Result<(), KafkaError> {
        let Some(registry) = &mut self.registry else {
            return Ok(());
        };
        let mut within = within;
        while registry.is_waiting()
            && let Some((id, answer)) = registry.answer(within)
        {
            within = Duration::ZERO;
            self.news = true;
            match answer {
                Answer::Schema(written) => writer.add_schema(id, &written)?,
                Answer::Lacking(why) => {
                    self.lacking += 1;
                    writer.lack_schema(id, &why)?;
                    tell(Told::Note(format!("schema {id} is lacking: {why}")));
                }
            }
        }
        Ok(())
    }

    /// Whether something was kept that is not committed yet.
    pub(crate) fn has_news(&self) -> bool {
        self.news
    }

    /// All that was kept is committed.
    pub(crate) fn committed(&mut self) {
        self.news = false;
    }

    /// Waits for what is outstanding.
    pub(crate) fn finish(
        &mut self,
        writer: &mut CaptureWriter,
        cancel: &Cancel,
        tell: &mut dyn FnMut(Told),
    ) -> Result<(), KafkaError> {
        while !cancel.is_cancelled() && self.registry.as_ref().is_some_and(Registry::is_waiting) {
            self.keep(writer, WAIT, tell)?;
        }
        if self.registry.is_none() && self.lacking > 0 {
            tell(Told::Note("values or keys look framed for a schema registry: name it with -r URL (run again with the same file, the schemas are added)".to_owned()));
        }
        Ok(())
    }
}

/// Why a schema is lacking that nobody was asked for.
const NO_REGISTRY: &str = "no registry was named (-r)";
