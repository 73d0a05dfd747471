//! When two payloads say the same, and where they do not.

use std::str::FromStr;

use bigdecimal::BigDecimal;
use leftfold_event::json::{Number, Object, Value};
use leftfold_event::{Event, Timestamp};
use leftfold_replay::Path;

use crate::ignored::{Ignored, Place};

/// What is left out and what is near enough.
#[derive(Clone, Debug, Default)]
pub struct Equality {
    /// Places that are left out.
    pub ignored: Ignored,
    /// How far apart two values may be and still be equal.
    pub tolerance: Tolerance,
    /// Whether the events' metadata is compared, too.
    pub metadata: bool,
}

/// How far apart two values may be and still be equal. What is not given tolerates nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tolerance {
    /// For numbers, as a difference.
    pub number: Option<BigDecimal>,
    /// For times, in nanoseconds: between the events' times, and between texts of the payload that both are times.
    pub time: Option<i64>,
}

/// A place at which two events differ.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldDifference {
    /// A pointer into the payload, or `type`, `time`, `payload` (unreadable on one side), or `metadata` with a pointer behind it.
    pub path: String,
    /// What the left side has; `None`: nothing.
    pub left: Option<Value>,
    /// What the right side has.
    pub right: Option<Value>,
}

/// An event's metadata, less what is compared as the event's own: one store keeps the ids of correlation and cause in the metadata,
/// another one beside it.
fn of_metadata(event: &Event) -> Option<Value> {
    let mut value = event.metadata.value.clone()?;
    if let Value::Object(object) = &mut value {
        let own = [&event.correlation_id, &event.causation_id];
        let is_own = |name: &str, value: &Value| {
            let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
            let plain = plain.to_ascii_lowercase();
            let named = plain.contains("correlation") || plain.contains("causation");
            let same = |id: &Option<String>| id.is_some() && id.as_deref() == value.as_str();
            named && (*value == Value::Null || own.into_iter().any(same))
        };
        let names: Vec<String> = object
            .iter()
            .filter(|(name, value)| is_own(name, value))
            .map(|(name, _)| name.to_string())
            .collect();
        for name in names {
            object.remove(&name);
        }
        if object.is_empty() {
            return None;
        }
    }
    Some(value)
}

/// Is told of a place and what either side has there.
type Tell<'t> = dyn FnMut(&Path, Option<&Value>, Option<&Value>) + 't;

impl Equality {
    /// Where two events differ, in the order of the left payload, then of what the right one has beyond it. Streams, versions, positions
    /// and ids are not compared: they say which event it is.
    pub fn differences(&self, left: &Event, right: &Event) -> Vec<FieldDifference> {
        let mut found = Vec::new();
        if left.kind != right.kind && !self.ignored.kind {
            found.push(FieldDifference {
                path: "type".to_owned(),
                left: Some(Value::from(left.kind.as_str())),
                right: Some(Value::from(right.kind.as_str())),
            });
        }
        if let (Some(tolerance), Some(l), Some(r)) = (self.tolerance.time, left.time, right.time)
            && l.nanos.abs_diff(r.nanos) > tolerance.unsigned_abs()
        {
            found.push(FieldDifference {
                path: "time".to_owned(),
                left: Some(Value::from(l.to_string().as_str())),
                right: Some(Value::from(r.to_string().as_str())),
            });
        }
        match (&left.payload.value, &right.payload.value) {
            (Some(l), Some(r)) => {
                self.walk(&mut Path::root(), self.ignored.root(), l, r, &mut |path, l, r| {
                    found.push(FieldDifference {
                        path: path.to_string(),
                        left: l.cloned(),
                        right: r.cloned(),
                    });
                });
            }
            (None, None) if left.payload.raw == right.payload.raw => {}
            (l, r) => found.push(FieldDifference {
                path: "payload".to_owned(),
                left: l.clone().or_else(|| of_bytes(&left.payload.raw)),
                right: r.clone().or_else(|| of_bytes(&right.payload.raw)),
            }),
        }
        if self.metadata {
            let null = Value::Null;
            for (path, l, r) in [
                ("correlation_id", &left.correlation_id, &right.correlation_id),
                ("causation_id", &left.causation_id, &right.causation_id),
            ] {
                if l != r {
                    let value = |text: &Option<String>| text.as_deref().map(Value::from);
                    found.push(FieldDifference {
                        path: path.to_owned(),
                        left: value(l),
                        right: value(r),
                    });
                }
            }
            let (l, r) = (of_metadata(left), of_metadata(right));
            if l.is_some() || r.is_some() {
                let (l, r) = (l.as_ref().unwrap_or(&null), r.as_ref().unwrap_or(&null));
                // Pointers are the payload's, so nothing of the metadata is left out.
                let everything = Ignored::default();
                let whole = Self {
                    tolerance: self.tolerance.clone(),
                    ..Self::default()
                };
                whole.walk(&mut Path::root(), everything.root(), l, r, &mut |path, l, r| {
                    found.push(FieldDifference {
                        path: format!("metadata{path}"),
                        left: l.cloned(),
                        right: r.cloned(),
                    });
                });
            }
        }
        found
    }

    /// Where two values differ, as pointers.
    pub fn value_differences(&self, left: &Value, right: &Value) -> Vec<FieldDifference> {
        let mut found = Vec::new();
        self.walk(
            &mut Path::root(),
            self.ignored.root(),
            left,
            right,
            &mut |path, l, r| {
                found.push(FieldDifference {
                    path: path.to_string(),
                    left: l.cloned(),
                    right: r.cloned(),
                });
            },
        );
        found
    }

    /// Where two values differ that stand at a place, which may be left out.
    pub(crate) fn differences_at(
        &self,
        at: &Path,
        left: Option<&Value>,
        right: Option<&Value>,
        found: &mut Vec<FieldDifference>,
    ) {
        let mut tokens = at.tokens().iter();
        let Some(place) = tokens.try_fold(self.ignored.root(), |place, t| self.ignored.step(place, t)) else {
            return;
        };
        let mut tell = |path: &Path, l: Option<&Value>, r: Option<&Value>| {
            found.push(FieldDifference {
                path: path.to_string(),
                left: l.cloned(),
                right: r.cloned(),
            });
        };
        match (left, right) {
            (Some(l), Some(r)) => self.walk(&mut at.clone(), place, l, r, &mut tell),
            (l, r) => tell(at, l, r),
        }
    }

    fn walk(&self, path: &mut Path, place: Place, left: &Value, right: &Value, found: &mut Tell<'_>) {
        match (left, right) {
            (Value::Object(l), Value::Object(r)) => self.members(path, place, l, r, found),
            (Value::Array(l), Value::Array(r)) => {
                for i in 0..l.len().max(r.len()) {
                    let token = i.to_string();
                    self.child(path, place, &token, (l.get(i), r.get(i)), found);
                }
            }
            _ if self.same(left, right) => {}
            _ => found(path, Some(left), Some(right)),
        }
    }

    fn members(&self, path: &mut Path, place: Place, left: &Object, right: &Object, found: &mut Tell<'_>) {
        for (key, value) in left.iter() {
            self.child(path, place, key, (Some(value), right.get(key)), found);
        }
        for (key, value) in right.iter().filter(|(key, _)| left.get(key).is_none()) {
            self.child(path, place, key, (None, Some(value)), found);
        }
    }

    fn child(
        &self,
        path: &mut Path,
        place: Place,
        token: &str,
        sides: (Option<&Value>, Option<&Value>),
        found: &mut Tell<'_>,
    ) {
        let Some(below) = self.ignored.step(place, token) else {
            return;
        };
        path.push(token);
        match sides {
            (Some(l), Some(r)) => self.walk(path, below, l, r, found),
            (l, r) => found(path, l, r),
        }
        path.pop();
    }

    /// Whether two values that are not both objects or both arrays are equal, or near enough.
    fn same(&self, left: &Value, right: &Value) -> bool {
        match (left, right) {
            (Value::Number(l), Value::Number(r)) => {
                l.same_value(r) || self.tolerance.number.as_ref().is_some_and(|t| near(l, r, t))
            }
            (Value::String(l), Value::String(r)) => {
                l == r
                    || self
                        .tolerance
                        .time
                        .is_some_and(|tolerance| near_in_time(l, r, tolerance))
            }
            _ => left == right,
        }
    }
}

/// A tolerance from its text.
pub fn decimal(text: &str) -> Option<BigDecimal> {
    BigDecimal::from_str(text.trim())
        .ok()
        .filter(|d| d.fractional_digit_count().abs() <= MAX_POWER)
}

/// Powers of ten past which the decimals of a difference would be too long to write out.
const MAX_POWER: i64 = 400;

fn near(left: &Number, right: &Number, tolerance: &BigDecimal) -> bool {
    let read = |n: &Number| {
        BigDecimal::from_str(n.as_str())
            .ok()
            .filter(|d| d.fractional_digit_count().abs() <= MAX_POWER)
    };
    match (read(left), read(right)) {
        (Some(l), Some(r)) => (l - r).abs() <= *tolerance,
        _ => false,
    }
}

fn near_in_time(left: &str, right: &str, tolerance: i64) -> bool {
    match (Timestamp::parse(left), Timestamp::parse(right)) {
        (Ok((l, _)), Ok((r, _))) => l.nanos.abs_diff(r.nanos) <= tolerance.unsigned_abs(),
        _ => false,
    }
}

/// What stands for bytes that mean nothing: their text where they are some.
fn of_bytes(raw: &[u8]) -> Option<Value> {
    (!raw.is_empty()).then(|| Value::from(String::from_utf8_lossy(raw).as_ref()))
}

#[cfg(test)]
mod tests {
    use leftfold_event::json;

    use super::*;

    fn places(equality: &Equality, left: &str, right: &str) -> Vec<String> {
        let value = |text: &str| json::parse(text.as_bytes()).unwrap();
        equality
            .value_differences(&value(left), &value(right))
            .into_iter()
            .map(|d| d.path)
            .collect()
    }

    #[test]
    fn differences_are_told_by_place() {
        let plain = Equality::default();
        assert_eq!(
            places(
                &plain,
                r#"{"a":1,"b":[1,2],"c":{"d":1}}"#,
                r#"{"b":[1,3,4],"c":{"d":1.0},"e":null}"#
            ),
            ["/a", "/b/1", "/b/2", "/e"]
        );
        assert!(places(&plain, r#"{"a":10.10}"#, r#"{ "a" : 10.1 }"#).is_empty());
        assert_eq!(places(&plain, "9007199254740993", "9007199254740992"), [""]);
    }

    #[test]
    fn near_enough_is_equal_where_it_is_said_how_near() {
        let near = Equality {
            tolerance: Tolerance {
                number: BigDecimal::from_str("0.01").ok(),
                time: Some(1_000_000_000),
            },
            ..Equality::default()
        };
        assert!(places(&near, "[1.00, 0.1]", "[1.01, 0.09]").is_empty());
        assert_eq!(places(&near, "[1.00]", "[1.0101]"), ["/0"]);
        assert!(places(&near, r#""2026-01-01T00:00:00Z""#, r#""2026-01-01T00:00:01Z""#).is_empty());
        assert_eq!(
            places(&near, r#""2026-01-01T00:00:00Z""#, r#""2026-01-01T00:00:02Z""#),
            [""]
        );
        assert_eq!(places(&near, "1e999999999", "2e999999999"), [""]);
    }

    #[test]
    fn ignored_places_do_not_differ() {
        let equality = Equality {
            ignored: Ignored::parse(["/at", "/lines/*/id"]).unwrap(),
            ..Equality::default()
        };
        assert_eq!(
            places(
                &equality,
                r#"{"at":1,"lines":[{"id":1,"n":1}]}"#,
                r#"{"lines":[{"n":2}]}"#
            ),
            ["/lines/0/n"]
        );
    }

    #[test]
    fn an_event_differs_by_type_and_by_time_only_if_asked() {
        let event = |kind: &str, nanos| Event {
            kind: kind.to_owned(),
            time: Some(Timestamp::from_nanos(nanos)),
            ..Event::default()
        };
        let (a, b) = (event("A", 0), event("B", 5));
        let paths = |equality: &Equality| {
            let found = equality.differences(&a, &b);
            found.into_iter().map(|d| d.path).collect::<Vec<_>>()
        };
        assert_eq!(paths(&Equality::default()), ["type"]);
        let strict = Equality {
            tolerance: Tolerance {
                time: Some(4),
                ..Tolerance::default()
            },
            ignored: Ignored::parse(["type"]).unwrap(),
            ..Equality::default()
        };
        assert_eq!(paths(&strict), ["time"]);
    }
}
