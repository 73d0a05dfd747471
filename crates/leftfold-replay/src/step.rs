//! One event as a fold sees it, and where a stream's events come from.

use std::borrow::Cow;
use std::ops::Range;

use leftfold_event::json::{self, JsonError, Value};
use leftfold_event::{Cancel, Problem, ProblemCode, Timestamp};

use crate::patch::PatchError;

/// One event of a stream, borrowed from whoever holds it for the time of one call.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// The event type.
    pub kind: &'a str,
    /// What happened.
    pub payload: StepPayload<'a>,
    /// The version, where the store has one.
    pub version: Option<i64>,
    /// The recorded time, where known.
    pub time: Option<Timestamp>,
}

impl<'a> Step<'a> {
    /// An event of this type with this payload; version and time unknown.
    pub const fn new(kind: &'a str, payload: StepPayload<'a>) -> Self {
        Self {
            kind,
            payload,
            version: None,
            time: None,
        }
    }
}

/// A payload in the form its holder has it.
#[derive(Clone, Copy, Debug)]
pub enum StepPayload<'a> {
    /// JSON text, not yet checked.
    Json(&'a [u8]),
    /// A decoded value.
    Value(&'a Value),
    /// The event has no payload (a tombstone, or a bare fact).
    Absent,
    /// The payload cannot be decoded, and why.
    Unreadable(&'a Problem),
}

impl<'a> StepPayload<'a> {
    /// The payload's value; `None` when the event has no payload.
    pub fn decode(&self) -> Result<Option<Cow<'a, Value>>, HandlerError> {
        match *self {
            Self::Json(bytes) => Ok(Some(Cow::Owned(json::parse(bytes)?))),
            Self::Value(value) => Ok(Some(Cow::Borrowed(value))),
            Self::Absent => Ok(None),
            Self::Unreadable(problem) => Err(HandlerError::Unreadable(problem.clone())),
        }
    }
}

/// Why a projection could not apply an event. The state is then what it was before the event.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HandlerError {
    /// The payload is no JSON.
    #[error(transparent)]
    NotJson(#[from] JsonError),
    /// The source could not decode the payload.
    #[error("{}", .0.message)]
    Unreadable(Problem),
    /// The payload is no RFC 6902 patch, or does not fit the state.
    #[error(transparent)]
    Patch(#[from] PatchError),
    /// The payload has not the form the projection expects.
    #[error("{0}")]
    Form(String),
    /// A declared action does not fit the state or the payload.
    #[error("action {action} at {path:?}: {reason}")]
    Action {
        /// Which action of the handler, from 1.
        action: usize,
        /// The pointer in the state.
        path: String,
        /// What does not fit.
        reason: String,
    },
}

impl HandlerError {
    /// The error as it is shown at its event.
    pub fn into_problem(self) -> Problem {
        match self {
            Self::Unreadable(problem) => problem,
            Self::NotJson(e) => Problem::new(ProblemCode::PayloadUndecodable, e.to_string()),
            other => Problem::new(ProblemCode::HandlerFailed, other.to_string()),
        }
    }
}

/// The events of one stream in stream order, given by whoever holds them. Events are counted from 0; a prefix of
/// length `n` holds the events `0..n`.
pub trait StreamHistory {
    /// How many events the stream has.
    fn len(&self) -> usize;

    /// Whether it has none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Calls `visit(index, step)` for every event of the range, in order. Returns [`ReplayError::Cancelled`] when
    /// `cancel` stopped it early.
    fn read(
        &self,
        range: Range<usize>,
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, Step<'_>),
    ) -> Result<(), ReplayError>;
}

/// Why a question about a history has no answer. A handler's failure is none of these: it is a [`Problem`] in the
/// answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The work was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// The stream has fewer events than the point asks for.
    #[error("there is no state after event {asked} of the stream: it ends with event {len}")]
    BeyondEnd {
        /// The asked prefix length.
        asked: usize,
        /// The stream's length.
        len: usize,
    },
    /// No projection has this number.
    #[error("there is no projection number {0}")]
    NoProjection(usize),
    /// The holder of the events gave fewer than it said.
    #[error("the history gave {given} of {asked} events")]
    Incomplete {
        /// Events given.
        given: usize,
        /// Events asked for.
        asked: usize,
    },
    /// The text is no RFC 6901 pointer.
    #[error("{0:?} is no path: write a JSON pointer, `` for the whole state or like `/lines/0/price`")]
    Path(String),
    /// The events could not be read.
    #[error("the events cannot be read: {0}")]
    History(#[source] Box<dyn std::error::Error + Send + Sync>),
}
