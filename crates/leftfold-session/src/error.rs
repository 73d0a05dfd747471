//! Errors at the boundary: a code the front end acts on, a message for a person.

use leftfold_log::FilterError;
use leftfold_replay::ReplayError;
use leftfold_source::SourceError;

use crate::dto::ErrorDto;

/// An error of a use case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SessionError {
    /// Stable across releases.
    pub code: &'static str,
    /// What, where and what to do.
    pub message: String,
}

impl SessionError {
    /// An error with its explanation.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// The work was cancelled.
    pub fn cancelled() -> Self {
        Self::new("cancelled", "cancelled")
    }
}

impl From<SourceError> for SessionError {
    fn from(e: SourceError) -> Self {
        Self::new(e.code(), e.to_string())
    }
}

impl From<FilterError> for SessionError {
    fn from(e: FilterError) -> Self {
        Self::new(
            "filter-syntax",
            format!("the filter is wrong at {}: {}", e.start, e.message),
        )
    }
}

impl From<ReplayError> for SessionError {
    fn from(e: ReplayError) -> Self {
        let code = match e {
            ReplayError::Cancelled => "cancelled",
            ReplayError::Path(_) => "path-syntax",
            _ => "replay-failed",
        };
        Self::new(code, e.to_string())
    }
}

impl From<leftfold_event::PointError> for SessionError {
    fn from(e: leftfold_event::PointError) -> Self {
        Self::new("point-syntax", e.to_string())
    }
}

impl From<SessionError> for ErrorDto {
    fn from(e: SessionError) -> Self {
        Self {
            code: e.code.to_owned(),
            message: e.message,
        }
    }
}
