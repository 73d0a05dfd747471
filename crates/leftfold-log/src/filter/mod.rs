//! Filters: a CEL expression over an event, as much of it as possible answered from the index alone.
//!
//! Names: `id, stream, category, type, time, valid_time, version, position, payload, metadata, correlation_id,
//! causation_id, problem, extra`; `key, topic, partition, offset, headers` of a record of Kafka; beside CEL's own functions `find("text")`, which looks through the payload's text ignoring ASCII case.
//! What an event does not have (a field of a null payload, too) makes a comparison fail, and a failed comparison keeps the event out (CEL's `&&` and `||`
//! absorb failures as the language defines).
//! Source: the Common Expression Language definition, through the `cel` crate.

mod compile;
mod constant;
mod eval;
mod expression;
mod known;
mod mentions;
#[cfg(test)]
mod mistakes;
mod reads;
mod reason;
mod rewrite;
mod syntax;
mod tokens;
mod values;

use std::ops::Range;

use cel::IdedExpr;
use leftfold_source::EventStore;

use crate::log::LaneBy;

pub use eval::FilterRun;
pub use expression::{Beside, Evaluation, Expression};
pub use mentions::Mentions;
pub use reads::{Read, ReadFor, ReadStep};

/// The longest filter text taken, in bytes.
pub const MAX_TEXT: usize = 16 * 1024;

/// The names a filter can use, as the filter bar completes them.
pub const VARIABLES: &[&str] = &[
    "id",
    "stream",
    "category",
    "type",
    "time",
    "valid_time",
    "version",
    "position",
    "payload",
    "metadata",
    "correlation_id",
    "causation_id",
    "problem",
    "extra",
    "key",
    "topic",
    "partition",
    "offset",
    "headers",
];

/// The name of the store's further facts.
pub const EXTRA: &str = "extra";

/// What a record of Kafka has beside an event; where a store has none of it, null.
pub const OF_RECORDS: &[&str] = &["key", "topic", "partition", "offset", HEADERS];

/// The name of a record's headers.
const HEADERS: &str = "headers";

/// A compiled filter.
#[derive(Debug)]
pub struct Filter {
    text: String,
    root: Node,
}

/// A comparison's operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A filter's tree: leaves that the index answers, leaves that need the payload's bytes, leaves that need the event.
#[derive(Debug)]
enum Node {
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Constant(bool),
    /// An expression over one name alone: evaluated once a name, not once an event. `slot` numbers these leaves.
    Name {
        by: LaneBy,
        slot: usize,
        expr: Box<IdedExpr>,
    },
    Time {
        comparison: Comparison,
        nanos: i64,
    },
    /// The time an event is effective, which the index does not have.
    ValidTime {
        comparison: Comparison,
        nanos: i64,
    },
    Version {
        comparison: Comparison,
        number: i64,
    },
    /// A text to find in the payload, in lower case.
    Find(Vec<u8>),
    Cel(Box<CelLeaf>),
}

/// An expression that needs more than one name, and what of an event it uses.
#[derive(Debug)]
struct CelLeaf {
    expr: IdedExpr,
    variables: Vec<String>,
    /// The members of the payload that it uses; `None`: all of it.
    members: Option<Vec<String>>,
}

impl CelLeaf {
    /// Whether type and payload bytes are not enough beside the index.
    fn needs_event(&self) -> bool {
        !self
            .variables
            .iter()
            .all(|v| v == PAYLOAD || IN_LOG.contains(&v.as_str()))
    }
}

/// The name of the payload.
const PAYLOAD: &str = "payload";

/// Names whose values the index has.
const IN_LOG: &[&str] = &["stream", "category", "type", "time", "version"];

/// What is wrong with a filter, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FilterError {
    /// Stable across releases: `filter-syntax`, `filter-name` (something no event has), `filter-not-a-condition` (it can never be
    /// true or false) or `filter-fails` (a part that is the same for every event fails).
    pub code: &'static str,
    /// What is wrong and what to write instead, in one sentence that ends with the place.
    pub message: String,
    /// First wrong byte of the text.
    pub start: usize,
    /// After the last wrong byte.
    pub end: usize,
}

impl FilterError {
    /// An error at these bytes of a filter's text.
    fn at(code: &'static str, text: &str, place: Range<usize>, message: &str) -> Self {
        let before = text.get(..place.start).unwrap_or(text);
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let line = before.matches('\n').count() + 1;
        let line = if text.contains('\n') {
            format!("line {line}, ")
        } else {
            String::new()
        };
        Self {
            code,
            message: format!("{message} ({line}column {column})"),
            start: place.start,
            end: place.end.max(place.start),
        }
    }
}

impl Filter {
    /// Compiles a filter. White space alone is the filter that keeps everything.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let root = compile::compile(text)?;
        Ok(Self {
            text: text.to_owned(),
            root,
        })
    }

    /// The text it was compiled from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it looks at the version.
    pub fn uses_version(&self) -> bool {
        self.root.uses_version()
    }

    /// Whether the index alone answers it, without reading a payload.
    pub fn is_index_only(&self) -> bool {
        self.root.is_index_only()
    }
}

impl Node {
    fn is_index_only(&self) -> bool {
        match self {
            Self::And(nodes) | Self::Or(nodes) => nodes.iter().all(Self::is_index_only),
            Self::Not(node) => node.is_index_only(),
            Self::Find(_) | Self::ValidTime { .. } => false,
            Self::Cel(leaf) => leaf.variables.iter().all(|v| IN_LOG.contains(&v.as_str())),
            _ => true,
        }
    }

    /// Whether some leaf looks at the version.
    fn uses_version(&self) -> bool {
        match self {
            Self::And(nodes) | Self::Or(nodes) => nodes.iter().any(Self::uses_version),
            Self::Not(node) => node.uses_version(),
            Self::Version { .. } => true,
            Self::Cel(leaf) => leaf.variables.iter().any(|v| v == "version"),
            _ => false,
        }
    }

    /// Whether some leaf needs more than type and payload bytes.
    fn needs_event(&self) -> bool {
        match self {
            Self::And(nodes) | Self::Or(nodes) => nodes.iter().any(Self::needs_event),
            Self::Not(node) => node.needs_event(),
            Self::Cel(leaf) => leaf.needs_event(),
            Self::ValidTime { .. } => true,
            _ => false,
        }
    }
}

/// What an event has under `extra` or under one of the names of Kafka's records; `None`: nothing.
pub fn record_value(name: &str, event: &leftfold_event::Event) -> Option<leftfold_event::json::Value> {
    values::of_record(name, event)
}

/// A store's events as a filter reads them.
pub(crate) type Store<'a> = &'a dyn EventStore;
