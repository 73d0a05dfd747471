//! Records read through a mapping of the user: what it gives goes before what the record says of itself.
//!
//! A column is a name of the envelope that every front end shares: `key`, `topic`, `headers`, or `{ column = "payload", at = "/orderId" }`,
//! `{ column = "metadata", at = "/event" }`, in which the headers stand by name. Where an expression finds nothing, the record's own counts.

use std::sync::Arc;

use bumpalo::Bump;
use leftfold_event::{Event, Problem, ProblemCode};

use crate::SourceError;
use crate::decode::is_as_written;
use crate::expression::Expression;
use crate::mapping::Mapping;
use crate::ndjson::{Fields, LineMapping, write_event};

/// A mapping made ready for records.
#[derive(Debug)]
pub struct RecordMapping {
    given: Mapping,
    over: LineMapping,
    states_versions: bool,
}

impl RecordMapping {
    /// Compiles a mapping; an error names the key that records have no use for.
    pub fn new(mapping: &Mapping) -> Result<Self, SourceError> {
        let given = mapping.clone();
        let fixed = [
            ("table", !mapping.table.is_empty()),
            ("joins", !mapping.joins.is_empty()),
            ("explode", mapping.explode.is_some()),
            ("order", !mapping.order.is_empty()),
            ("filters", !mapping.filters.is_empty()),
            ("position", mapping.position.is_some()),
            ("time", mapping.time.is_some()),
            ("payload", mapping.payload.is_some()),
            ("metadata", mapping.metadata.is_some()),
            ("hidden_streams", !mapping.hidden_streams.is_empty()),
            ("extra", !mapping.extra.is_empty()),
        ];
        if let Some((name, _)) = fixed.iter().find(|(_, given)| *given) {
            return Err(SourceError::Mapping(format!(
                "{name}: a record of Kafka has its own; a capture's mapping may give stream, category, type, version, id, valid_time, \
                 correlation, causation and also_in"
            )));
        }
        known_places(mapping)?;
        let mut mapping = mapping.clone();
        // Lines without a stream and a type of their own must be given one of them; records have both.
        if mapping.stream.is_none() && mapping.kind.is_none() {
            mapping.kind = Some(crate::Expression::column("type"));
        }
        // What is not found is no problem: the record's own counts.
        mapping.stream_optional = true;
        Ok(Self {
            states_versions: mapping.version.is_some(),
            given,
            over: LineMapping::new(&mapping)?,
        })
    }

    /// The mapping that a capture keeps, from its text.
    pub(super) fn of_kept(text: &str) -> Result<Arc<Self>, SourceError> {
        let mapping: Mapping = serde_json::from_str(text)
            .map_err(|e| SourceError::Mapping(format!("the one that the capture keeps: {e}")))?;
        Ok(Arc::new(Self::new(&mapping)?))
    }

    /// As a capture keeps it.
    pub(super) fn to_keep(&self) -> String {
        // Text and lists of text alone: nothing of it cannot be written.
        serde_json::to_string(&self.given).unwrap_or_default()
    }

    /// What it gives, by the names a mapping has.
    pub fn names(&self) -> String {
        let given = &self.given;
        let all = [
            ("stream", given.stream.is_some()),
            ("category", given.category.is_some()),
            ("type", given.kind.is_some()),
            ("version", given.version.is_some()),
            ("id", given.id.is_some()),
            ("valid_time", given.valid_time.is_some()),
            ("correlation", given.correlation.is_some()),
            ("causation", given.causation.is_some()),
            ("also_in", !given.also_in.is_empty()),
        ];
        let names: Vec<&str> = all.iter().filter(|(_, is)| *is).map(|(name, _)| *name).collect();
        names.join(", ")
    }

    /// Whether it says what the versions are, so that none are counted.
    pub fn states_versions(&self) -> bool {
        self.states_versions
    }

    /// The mapping as text: another one makes another history.
    pub(super) fn text(&self) -> &str {
        &self.over.text
    }

    /// An event with what the mapping says of it.
    pub(super) fn apply(&self, event: &mut Event) {
        let mut line = String::new();
        write_event(event, "", &mut line);
        let bump = Bump::new();
        let Ok(fields) = Fields::read(line.as_bytes()) else {
            // An event is always written as an object; were it none, its own would count.
            return;
        };
        let over = self.over.event(&fields, &bump);
        if !over.stream.is_empty() {
            event.stream = over.stream;
        } else if self.given.stream.is_some() {
            // A tombstone has no payload to find it in. That its stream is another one must not pass silently.
            let why = "the mapping finds no stream in this record: it is in that of its key";
            event
                .problems
                .push(Problem::new(ProblemCode::NameUnreadable, why));
        }
        if !over.kind.is_empty() {
            event.kind = over.kind;
        }
        event.category = over.category.or(event.category.take());
        event.version = over.version;
        event.id = over.id.or(event.id.take());
        event.valid_time = over.valid_time.or(event.valid_time);
        event.correlation_id = over.correlation_id.or(event.correlation_id.take());
        event.causation_id = over.causation_id.or(event.causation_id.take());
        event.also_in = over.also_in;
        let of_time_or_version = |p: &Problem| {
            matches!(
                p.code,
                ProblemCode::VersionUnreadable | ProblemCode::TimeUnreadable | ProblemCode::TimeInexact
            )
        };
        for (name, written) in over.extra {
            if is_as_written(&name) && !event.extra.iter().any(|(n, _)| *n == name) {
                event.extra.push((name, written));
            }
        }
        event
            .problems
            .extend(over.problems.into_iter().filter(of_time_or_version));
    }
}

/// What a place in a record may begin with.
const PLACES: &[&str] = &[
    "key",
    "key_base64",
    "topic",
    "partition",
    "offset",
    "position",
    "tstype",
    "headers",
    "payload",
    "payload_base64",
    "metadata",
    "stream",
    "category",
    "type",
    "id",
    "time",
    "valid_time",
    "correlation_id",
    "causation_id",
    "schema",
    "decoded_by",
    "key_decoded_by",
    "broker",
];

/// Checks that every place named is one that records have.
fn known_places(mapping: &Mapping) -> Result<(), SourceError> {
    let plain = [
        &mapping.stream,
        &mapping.category,
        &mapping.kind,
        &mapping.version,
        &mapping.id,
        &mapping.correlation,
        &mapping.causation,
    ];
    let valid_time = mapping.valid_time.as_ref().map(|t| &t.from);
    let all = plain
        .into_iter()
        .flatten()
        .chain(valid_time)
        .chain(&mapping.also_in);
    all.flat_map(Expression::columns)
        .map(|column| column.trim_start_matches('/').split('/').next().unwrap_or_default())
        .find(|name| !PLACES.contains(name))
        .map_or(Ok(()), |name| {
            Err(SourceError::Mapping(format!(
                "a record of Kafka has no {name:?}: a place begins with key, topic, payload (payload/orderId), metadata (metadata/NAME is a header), \
                 id, type, schema, partition or offset"
            )))
        })
}
