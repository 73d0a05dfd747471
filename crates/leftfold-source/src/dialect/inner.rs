//! Looks into JSON columns: a type, a time or an envelope may stand inside.

use leftfold_event::json::{self, Value};

use super::checks::looks;
use super::file::Look;
use crate::shape::{ColumnShape, Sample};

/// Where a payload says its event's type, the surest first.
pub(super) const KIND_IN_PAYLOAD: &[&str] = &[
    "/headers/__event_type",
    "/type",
    "/eventType",
    "/event_type",
    "/$type",
    "/kind",
    "/name",
    "/@type",
];

/// Where metadata says its event's type.
pub(super) const KIND_IN_METADATA: &[&str] = &[
    "/event_name",
    "/eventName",
    "/event_type",
    "/eventType",
    "/__event_type",
    "/message_type",
    "/messageType",
    "/type",
];

/// Where a payload that carries its own headers says when it was recorded. What else is a time in a payload is the
/// application's matter.
pub(super) const TIME_IN_PAYLOAD: &[&str] = &[
    "/headers/__time_of_recording",
    "/headers/timestamp",
    "/metadata/timestamp",
];

/// Where metadata says when its event was recorded.
pub(super) const TIME_IN_METADATA: &[&str] = &[
    "/timestamp",
    "/__time_of_recording",
    "/recorded_at",
    "/recordedAt",
    "/created_at",
    "/createdAt",
    "/occurred_at",
    "/occurredAt",
];

/// The parsed values of a column that is JSON in most of its rows.
pub(super) struct Inner {
    values: Vec<Value>,
    /// Values that are there, JSON or not.
    all: usize,
}

impl Inner {
    /// Parses the samples.
    pub(super) fn of(column: &ColumnShape) -> Self {
        let there = column.samples.iter().filter(|s| **s != Sample::Null);
        let values = there.clone().filter_map(|s| match s {
            Sample::Text(t, false) => json::parse(t.as_bytes()).ok(),
            Sample::Blob(b, false) => json::parse(b).ok(),
            _ => None,
        });
        Self {
            values: values.collect(),
            all: there.count(),
        }
    }

    fn most(&self, test: impl Fn(&Value) -> bool) -> bool {
        let fitting = self.values.iter().filter(|v| test(v)).count();
        fitting > 0 && fitting * 2 >= self.all
    }

    /// The first pointer at which most values have a short text.
    pub(super) fn kind(&self, pointers: &[&'static str]) -> Option<&'static str> {
        let named = |v: &Value| v.as_str().is_some_and(|t| !t.is_empty() && t.len() < 300);
        pointers
            .iter()
            .copied()
            .find(|p| self.most(|v| v.pointer(p).is_some_and(named)))
    }

    /// The first pointer at which most values have a time.
    pub(super) fn time(&self, pointers: &[&'static str]) -> Option<&'static str> {
        let timed = |v: &Value| {
            let sample = match v.as_str() {
                Some(t) => Sample::Text(t.to_owned(), false),
                None => v.to_string().parse().map_or(Sample::Null, Sample::Integer),
            };
            [Look::IsoTime, Look::EpochMilliseconds, Look::EpochSeconds]
                .iter()
                .any(|l| looks(*l, &sample, None))
        };
        pointers
            .iter()
            .copied()
            .find(|p| self.most(|v| v.pointer(p).is_some_and(timed)))
    }

    /// Whether most values are `{"headers": {…}, "payload": …}`.
    pub(super) fn is_envelope(&self) -> bool {
        self.most(|v| v.get("headers").and_then(Value::as_object).is_some() && v.get("payload").is_some())
    }
}
