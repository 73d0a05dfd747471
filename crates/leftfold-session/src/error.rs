//! Errors at the boundary: a code the front end acts on, a message for a person.

use std::collections::BTreeMap;

use leftfold_log::FilterError;
use leftfold_replay::ReplayError;
use leftfold_source::SourceError;

use crate::dto::ErrorDto;

/// Every code an error, a problem of an event or a mistake in a filter can carry. The window has a text for each.
pub const CODES: &[&str] = &[
    "cancelled",
    "capture-busy",
    "capture-disk-full",
    "capture-newer",
    "capture-not-ours",
    "capture-out-of-range",
    "capture-write",
    "check-name",
    "clipboard",
    "comparison-gone",
    "comparison-running",
    "demo-failed",
    "export-early",
    "filter-fails",
    "filter-gone",
    "filter-name",
    "filter-not-a-condition",
    "filter-syntax",
    "handler-failed",
    "index-incomplete",
    "internal",
    "json-duplicate-key",
    "kafka-disconnected",
    "kafka-forbidden",
    "kafka-keyring",
    "kafka-no-partition",
    "kafka-no-profile",
    "kafka-no-topic",
    "kafka-other-cluster",
    "kafka-profile-name",
    "kafka-properties-file",
    "kafka-property",
    "kafka-range",
    "kafka-read",
    "kafka-registry",
    "kafka-sasl",
    "kafka-secret-wanted",
    "kafka-tls",
    "kafka-topic-changed",
    "kafka-unreachable",
    "kafka-variable",
    "link-syntax",
    "masked",
    "metadata-undecodable",
    "name-unreadable",
    "no-such-capture",
    "no-such-demo",
    "no-such-event",
    "no-such-finding",
    "no-such-lane",
    "no-such-point",
    "no-such-projection",
    "no-such-stream",
    "no-thread",
    "no-witness",
    "not-kept",
    "nothing-to-compare",
    "number-syntax",
    "output-exists",
    "output-failed",
    "output-is-source",
    "path-syntax",
    "payload-encrypted",
    "payload-undecodable",
    "point-syntax",
    "project-file",
    "replay-failed",
    "row-unreadable",
    "source-changed",
    "source-closed",
    "source-damaged",
    "source-encrypted",
    "source-locked",
    "source-mapping",
    "source-no-events",
    "source-not-a-database",
    "source-not-rolled-back",
    "source-only-views",
    "source-read",
    "source-received",
    "source-unopenable",
    "time-inexact",
    "time-unreadable",
    "too-much",
    "version-gap",
    "version-late-start",
    "version-unreadable",
];

/// An error of a use case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SessionError {
    /// Stable across releases; one of [`CODES`].
    pub code: &'static str,
    /// What, where and what to do.
    pub message: String,
    /// The names and texts in the message.
    pub params: BTreeMap<String, String>,
}

impl SessionError {
    /// An error with its explanation.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        debug_assert!(CODES.contains(&code), "{code} is not among the codes");
        Self {
            code,
            message: message.into(),
            params: BTreeMap::new(),
        }
    }

    /// The same, with a name or text of its message apart.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.params.insert(name.to_owned(), value.into());
        self
    }

    /// The work was cancelled.
    pub fn cancelled() -> Self {
        Self::new("cancelled", "cancelled")
    }
}

impl From<SourceError> for SessionError {
    fn from(e: SourceError) -> Self {
        let error = Self::new(e.code(), e.to_string());
        match e {
            SourceError::Unopenable { path, reason }
            | SourceError::NotADatabase { path, reason }
            | SourceError::Damaged { path, reason }
            | SourceError::Locked { path, reason }
            | SourceError::NotRolledBack { path, reason }
            | SourceError::NoEvents { path, reason }
            | SourceError::OnlyViews { path, reason }
            | SourceError::Read { path, reason } => error
                .with("path", path.display().to_string())
                .with("reason", reason),
            SourceError::Encrypted { path } => error.with("path", path.display().to_string()),
            SourceError::Mapping(reason) => error.with("reason", reason),
            _ => error,
        }
    }
}

impl From<FilterError> for SessionError {
    fn from(e: FilterError) -> Self {
        Self::new(e.code, format!("the filter cannot be used: {}", e.message))
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
            params: e.params,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_keeps_its_names_apart_from_its_sentence() {
        let error = SessionError::from(SourceError::Locked {
            path: "/data/shop.db".into(),
            reason: "close it".into(),
        });
        let dto = ErrorDto::from(error);
        assert_eq!(dto.code, "source-locked");
        assert_eq!(dto.params["path"], "/data/shop.db");
        assert_eq!(dto.params["reason"], "close it");
        assert!(dto.message.contains("/data/shop.db"));
    }

    #[test]
    fn what_can_be_wrong_with_an_event_is_among_the_codes() {
        use leftfold_event::ProblemCode as P;
        for code in [
            P::PayloadUndecodable,
            P::PayloadEncrypted,
            P::MetadataUndecodable,
            P::TimeUnreadable,
            P::TimeInexact,
            P::VersionUnreadable,
            P::NameUnreadable,
            P::RowUnreadable,
            P::HandlerFailed,
        ] {
            assert!(CODES.contains(&code.as_str()), "{}", code.as_str());
        }
    }

    #[test]
    fn codes_stand_in_order_and_once() {
        assert!(CODES.is_sorted_by(|a, b| a < b));
    }
}
