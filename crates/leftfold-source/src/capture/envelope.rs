//! What a JSON value says of itself at its top: a CloudEvent, a Debezium change, a type.

use std::borrow::Cow;

use jiter::Jiter;
use leftfold_event::json::Value;

/// The names an event's type goes by in a JSON value, the likeliest first.
const KIND: &[&str] = &["type", "event_type", "eventType", "kind"];

/// Every name that is looked at, with its place in [`Top::found`].
const NAMES: &[&str] = &[
    "type",
    "event_type",
    "eventType",
    "kind",
    "specversion",
    "id",
    "source",
    "time",
    "data",
    "data_base64",
    "datacontenttype",
    "op",
    "before",
    "after",
    "payload",
    "schema",
    "ts_ms",
];

/// The members at the top of a JSON object that say what it is, as JSON texts.
pub(super) struct Top<'j> {
    json: &'j [u8],
    found: [Option<&'j [u8]>; NAMES.len()],
    /// How many members there are.
    count: usize,
}

impl<'j> Top<'j> {
    /// Reads an object to its end. `None`: it is no JSON object, or broken.
    pub(super) fn read(json: &'j [u8]) -> Option<Self> {
        let mut jiter = Jiter::new(json);
        let mut top = Self {
            json,
            found: [None; NAMES.len()],
            count: 0,
        };
        let mut key = jiter.next_object().ok()?;
        while let Some(name) = key {
            top.count += 1;
            // Of a key that stands twice the last value counts.
            let slot = NAMES.iter().position(|n| *n == name);
            jiter.peek().ok()?;
            let start = jiter.current_index();
            jiter.next_skip().ok()?;
            if let Some(slot) = slot {
                top.found[slot] = json.get(start..jiter.current_index()).map(<[u8]>::trim_ascii);
            }
            key = jiter.next_key().ok()?;
        }
        jiter.finish().ok()?;
        Some(top)
    }

    /// A member's JSON text.
    pub(super) fn get(&self, name: &str) -> Option<&'j [u8]> {
        let slot = NAMES.iter().position(|n| *n == name)?;
        self.found[slot]
    }

    /// A member that is a JSON string, decoded.
    pub(super) fn text(&self, name: &str) -> Option<Cow<'j, str>> {
        text(self.get(name)?)
    }

    /// Whether it is a CloudEvent in structured mode.
    pub(super) fn is_cloud_event(&self) -> bool {
        ["specversion", "id", "source", "type"]
            .iter()
            .all(|name| self.text(name).is_some())
    }

    /// A CloudEvent's attributes: everything but its data.
    pub(super) fn attributes(&self) -> Vec<(String, Value)> {
        let Ok(Value::Object(whole)) = leftfold_event::json::parse(self.json) else {
            return Vec::new();
        };
        let members = whole.into_iter().map(|(name, value)| (name.to_string(), value));
        members
            .filter(|(name, _)| name != "data" && name != "data_base64")
            .collect()
    }

    /// The value of a key that Kafka Connect wrote with its schema: an object of `schema` and `payload` alone.
    pub(super) fn connect_payload(&self) -> Option<&'j [u8]> {
        let schema = self.get("schema")?;
        let says_type = || Top::read(schema).is_some_and(|s| s.text("type").is_some());
        (self.count == 2 && (schema == b"null" || says_type())).then(|| self.get("payload"))?
    }

    /// The operation of a Debezium change event in words; the envelope may be wrapped under `payload`.
    pub(super) fn change(&self) -> Option<&'static str> {
        let Some(op) = self.text("op") else {
            let inner = self.get("payload")?;
            self.get("schema")?;
            // One level deep: what is inside has no `schema` beside its `op`.
            return Top::read(inner)?.own_change();
        };
        self.operation(&op)
    }

    /// Whether it is for certain a change of a row, wrapped or not: its rows are objects, and Debezium says where or when it was.
    pub(super) fn is_row_change(&self) -> bool {
        if self.change().is_none() {
            return false;
        }
        if self.text("op").is_none() {
            let inner = self.get("payload").and_then(Top::read);
            return inner.is_some_and(|inner| inner.has_rows());
        }
        self.has_rows()
    }

    fn has_rows(&self) -> bool {
        let row = |name: &str| {
            let json = self.get(name);
            json.is_none_or(|json| json.starts_with(b"{") || json == b"null")
        };
        row("before") && row("after") && (self.get("source").is_some() || self.get("ts_ms").is_some())
    }

    fn own_change(&self) -> Option<&'static str> {
        let op = self.text("op")?;
        self.operation(&op)
    }

    fn operation(&self, op: &str) -> Option<&'static str> {
        // An `op` alone says nothing.
        if self.get("before").is_none() && self.get("after").is_none() && self.get("source").is_none() {
            return None;
        }
        operation_of(op)
    }

    /// The type it states of itself.
    pub(super) fn kind(&self) -> Option<Cow<'j, str>> {
        KIND.iter().find_map(|name| self.text(name))
    }
}

/// The operation of a Debezium change event that a schema has decoded.
pub(super) fn change_of(value: &Value) -> Option<&'static str> {
    let op = value.get("op")?.as_str()?;
    let said = ["before", "after", "source"]
        .iter()
        .any(|name| value.get(name).is_some());
    operation_of(op).filter(|_| said)
}

/// The same of a value.
pub(super) fn is_row_change(value: &Value) -> bool {
    let row = |name: &str| matches!(value.get(name), None | Some(Value::Null | Value::Object(_)));
    let said = ["source", "ts_ms"].iter().any(|name| value.get(name).is_some());
    change_of(value).is_some() && row("before") && row("after") && said
}

fn operation_of(op: &str) -> Option<&'static str> {
    Some(match op {
        "c" => "create",
        "u" => "update",
        "d" => "delete",
        "r" => "read",
        "t" => "truncate",
        "m" => "message",
        _ => return None,
    })
}

/// A JSON string, decoded.
pub(super) fn text(json: &[u8]) -> Option<Cow<'_, str>> {
    let inner = json.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if !inner.contains(&b'\\') {
        return std::str::from_utf8(inner).ok().map(Cow::Borrowed);
    }
    let value = leftfold_event::json::parse(json).ok()?;
    value.as_str().map(|t| Cow::Owned(t.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_bare_and_wrapped_and_an_op_alone_is_none() {
        let change = |json: &str| Top::read(json.as_bytes()).and_then(|t| t.change());
        assert_eq!(
            change(r#"{"before":null,"after":{"id":1},"op":"c"}"#),
            Some("create")
        );
        assert_eq!(
            change(r#"{"schema":{"type":"struct"},"payload":{"before":{},"after":null,"op":"d"}}"#),
            Some("delete")
        );
        assert_eq!(change(r#"{"op":"c"}"#), None);
        assert_eq!(change(r#"{"payload":{"op":"c","after":1}}"#), None);
        assert_eq!(change(r#"{"op":"x","after":1}"#), None);
        let of_row = |json: &str| Top::read(json.as_bytes()).is_some_and(|t| t.is_row_change());
        assert!(of_row(r#"{"before":null,"after":{"id":1},"op":"c","ts_ms":1}"#));
        assert!(of_row(
            r#"{"schema":{},"payload":{"before":{},"after":null,"op":"d","source":{}}}"#
        ));
        assert!(!of_row(
            r#"{"op":"c","before":"monday","after":"tuesday","ts_ms":1}"#
        ));
        assert!(!of_row(r#"{"op":"c","before":{},"after":{}}"#));
    }

    #[test]
    fn a_type_may_hold_escapes_and_the_last_of_two_counts() {
        let top = Top::read(br#"{"type":"a","n":1,"type":"b\u0041"}"#).unwrap();
        assert_eq!(top.kind().as_deref(), Some("bA"));
        assert!(Top::read(br#"{"type":"a""#).is_none());
        assert!(Top::read(b"[1]").is_none());
    }
}
