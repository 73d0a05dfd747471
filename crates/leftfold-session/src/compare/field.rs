//! Values of events that comparisons and their keys are about: expressions, or places in the payload.

use leftfold_compare::decimal;
use leftfold_event::Event;
use leftfold_event::json::Value;
use leftfold_log::filter::Read;
use leftfold_log::{Evaluation, Expression, VARIABLES};
use leftfold_replay::Path;

use crate::error::SessionError;

/// Names that every event of a scan with payloads has; what is asked for beside these has to be fetched.
const OF_WHOLE: &[&str] = &["id", "stream", "type", "time", "version", "payload"];

/// A value of an event.
#[derive(Debug)]
pub struct Field {
    text: String,
    from: From,
}

#[derive(Debug)]
enum From {
    /// A place in the payload.
    Payload(Path),
    Expression(Box<Expression>),
}

impl Field {
    /// Reads a CEL expression (`correlation_id`, `payload.orderId`), a pointer into the payload (`/orderId`), or the latter as JSONPath
    /// writes it (`$.orderId`).
    pub fn parse(text: &str) -> Result<Self, SessionError> {
        let text = text.trim();
        let from = match (text.strip_prefix('$'), text.starts_with('/')) {
            (_, true) => From::Payload(Path::parse(text).ok_or_else(|| {
                SessionError::new(
                    "path-syntax",
                    format!("{text:?} is no place in the payload: write /orderId"),
                )
            })?),
            (Some(""), _) => From::Payload(Path::root()),
            (Some(below), _) => From::Expression(Box::new(expression(&format!("payload{below}"))?)),
            (None, _) => From::Expression(Box::new(expression(text)?)),
        };
        Ok(Self {
            text: text.to_owned(),
            from,
        })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The fields it asks for, as the keys that lead to them from `payload`, `metadata`, … on.
    pub(crate) fn ways(&self) -> Vec<Vec<String>> {
        match &self.from {
            From::Payload(path) => {
                let keys = path.tokens().iter().map(ToString::to_string);
                vec![std::iter::once("payload".to_owned()).chain(keys).collect()]
            }
            From::Expression(expression) => expression.mentions().fields,
        }
    }

    /// What it reads of an event.
    pub(crate) fn reads(&self) -> Vec<Read> {
        match &self.from {
            From::Payload(path) => {
                let keys = path.tokens().iter().map(ToString::to_string).collect::<Vec<_>>();
                vec![Read::at(
                    std::iter::once("payload").chain(keys.iter().map(String::as_str)),
                )]
            }
            From::Expression(expression) => expression.reads(),
        }
    }

    /// Whether it asks for anything of an event.
    pub(crate) fn is_of_event(&self) -> bool {
        match &self.from {
            From::Payload(_) => true,
            From::Expression(expression) => VARIABLES.iter().any(|name| expression.uses(name)),
        }
    }

    /// Its value; `None` where the event has none, or null. An error says why it cannot be evaluated.
    pub fn value(&self, evaluation: &Evaluation, event: &Event) -> Result<Option<Value>, String> {
        match &self.from {
            From::Payload(path) => {
                let found = event.payload.value.as_ref().and_then(|v| path.find(v));
                Ok(found.filter(|v| **v != Value::Null).cloned())
            }
            From::Expression(expression) => expression.value(evaluation, event, &[]),
        }
    }

    /// Whether what it asks for comes with a scan.
    pub(crate) fn is_scanned(&self) -> bool {
        match &self.from {
            From::Payload(_) => true,
            From::Expression(expression) => is_scanned(expression),
        }
    }
}

/// Whether an expression asks for nothing but what comes with a scan.
pub(crate) fn is_scanned(expression: &Expression) -> bool {
    let mut used = VARIABLES.iter().filter(|name| expression.uses(name));
    used.all(|name| OF_WHOLE.contains(name))
}

/// A CEL expression over an event.
pub(crate) fn expression(text: &str) -> Result<Expression, SessionError> {
    Expression::parse(text, &[]).map_err(|e| SessionError::new(e.code, e.message))
}

/// The text of a value as a key: a text is itself, a number the same however it is spelled, anything else its JSON, in which the order of an
/// object's keys does not count.
pub(crate) fn key_text(value: &Value) -> String {
    if let Value::Number(_) = value {
        let text = value.to_string();
        // 10.10 is 10.1.
        let Some(number) = decimal(&text).map(|n| n.normalized()) else {
            return text;
        };
        // Without an exponent, unless that would be a text of very many zeros.
        return if (-64..=0).contains(&number.fractional_digit_count()) {
            number.with_scale(0).to_string()
        } else {
            number.to_string()
        };
    }
    if let Some(text) = value.as_str() {
        return text.to_owned();
    }
    let mut out = String::new();
    canonical(value, &mut out);
    out
}

/// JSON that is the same text wherever it means the same.
fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(&str, &Value)> = members.iter().collect();
            // What a key that stands twice says last comes last.
            members.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (i, (key, value)) in members.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key).to_string());
                out.push(':');
                canonical(value, out);
            }
            out.push('}');
        }
        Value::Array(elements) => {
            out.push('[');
            for (i, value) in elements.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                canonical(value, out);
            }
            out.push(']');
        }
        Value::Number(_) => out.push_str(&key_text(value)),
        Value::Null | Value::Bool(_) | Value::String(_) => out.push_str(&value.to_string()),
    }
}

/// A key in the form that both sides share: a UUID is the same however it is written.
pub(crate) fn shared(key: String) -> String {
    let digits: String = key.chars().filter(|c| *c != '-').collect();
    let dashes = key.len() - digits.len();
    let is_uuid = digits.len() == 32
        && digits.bytes().all(|b| b.is_ascii_hexdigit())
        && (dashes == 0 || dashes == 4 && [8, 13, 18, 23].iter().all(|i| key.as_bytes()[*i] == b'-'));
    if !is_uuid {
        return key;
    }
    let mut out = String::with_capacity(36);
    for (i, c) in digits.chars().enumerate() {
        if matches!(i, 8 | 12 | 16 | 20) {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use leftfold_event::Payload;

    use super::*;

    #[test]
    fn a_number_is_the_same_key_however_it_is_spelled() {
        let key = |text: &str| key_text(&leftfold_event::json::parse(text.as_bytes()).unwrap());
        for (one, other) in [
            ("10.10", "10.1"),
            ("1", "1.0"),
            ("100", "1e2"),
            ("10020", "10020.00"),
        ] {
            assert_eq!(key(one), key(other));
        }
        assert_eq!([key("10020"), key("0"), key("-7.50")], ["10020", "0", "-7.5"]);
        assert_ne!(key("9007199254740993"), key("9007199254740992"));
        assert_ne!(key("1e99999999"), key("1e99999998"));
    }

    #[test]
    fn objects_and_arrays_are_the_same_key_if_they_mean_the_same() {
        let key = |text: &str| key_text(&leftfold_event::json::parse(text.as_bytes()).unwrap());
        for (one, other) in [
            (r#"{"a":1,"b":"x"}"#, r#"{ "b" : "x", "a" : 1.0 }"#),
            (r#"[10.10,{"b":[],"a":null}]"#, r#"[1.01e1, {"a":null,"b":[]}]"#),
            (r#"{"k":"\u0061\/"}"#, r#"{"k":"a/"}"#),
        ] {
            assert_eq!(key(one), key(other));
        }
        for (one, other) in [
            ("[1,2]", "[2,1]"),
            (r#"{"a":"1"}"#, r#"{"a":1}"#),
            (r#"{"a":9007199254740993}"#, r#"{"a":9007199254740992}"#),
        ] {
            assert_ne!(key(one), key(other));
        }
    }

    #[test]
    fn a_uuid_is_the_same_key_however_it_is_written() {
        let key = |text: &str| shared(text.to_owned());
        let plain = "01a1f9af-e4cb-768e-8f9b-c0fad67a1d26";
        assert_eq!(key("01A1F9AFE4CB768E8F9BC0FAD67A1D26"), plain);
        assert_eq!(key(plain), plain);
        for other in [
            "ABC",
            "-1a1f9af-e4cb-768e-8f9b-c0fad67a1d260",
            "01a1-f9afe4cb768e8f9bc0fad67a1d26-0-0-0",
            "größe",
        ] {
            assert_eq!(key(other), other);
        }
    }

    #[test]
    fn a_place_is_found_however_it_is_written_with_every_digit() {
        let event = Event {
            payload: Payload::from_json(br#"{"order":{"id":12345678901234567890.10},"gone":null}"#.to_vec())
                .0,
            correlation_id: Some("c".to_owned()),
            ..Event::default()
        };
        let value = |text: &str| {
            let found = Field::parse(text).unwrap().value(&Evaluation::new(), &event);
            found.unwrap().map(|v| v.to_string())
        };
        for text in ["/order/id", "$.order.id", "payload.order.id"] {
            assert_eq!(value(text).as_deref(), Some("12345678901234567890.10"), "{text}");
        }
        assert_eq!(value("correlation_id").as_deref(), Some("\"c\""));
        assert_eq!((value("/gone"), value("$.nowhere")), (None, None));
        assert!(Field::parse("orderId").is_err() && Field::parse("/a~2").is_err());
        assert!(Field::parse("$.a").unwrap().is_scanned());
        assert!(!Field::parse("correlation_id").unwrap().is_scanned());
    }
}
