//! Events that undo others, or that belong to them: templates the user writes, filled from the event that is wrong or that lacks one.

use leftfold_event::Event;
use leftfold_event::json::{Object, Value};

/// What undoes events of one type, or belongs to them.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// The type of the events that it undoes or belongs to.
    pub of: String,
    /// The type of the event that it makes.
    pub with: String,
    /// What that says. Texts may hold places of the wrong event in braces: `{id}`, `{payload@/amount}`.
    payload: Value,
    /// The stream of the event that it makes; `None`: that of the other one.
    stream: Option<Value>,
}

/// Why a template cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A brace is open.
    #[error("{0:?} has a brace that is not closed; a brace itself is written twice")]
    Open(String),
    /// A place that no event has.
    #[error(
        "{{{0}}} is no place of an event: write {{id}}, {{stream}}, {{category}}, {{version}}, {{type}}, {{time}}, {{position}}, \
         {{correlation_id}}, {{causation_id}}, {{payload}}, {{metadata}}, or a JSON pointer into one of the last two: {{payload@/amount}}"
    )]
    Place(String),
}

/// A place that a template asks for and an event does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the event has no {place}")]
pub struct Unfilled {
    /// The place.
    pub place: String,
}

/// A part of a text with places.
enum Part<'t> {
    Text(char),
    Place(&'t str),
}

/// What a place begins with.
const ROOTS: &[&str] = &[
    "id",
    "stream",
    "category",
    "version",
    "type",
    "time",
    "position",
    "correlation_id",
    "causation_id",
    "payload",
    "metadata",
];

impl Template {
    /// A template; refuses one that names a place no event has.
    pub fn new(of: String, with: String, payload: Value) -> Result<Self, TemplateError> {
        check(&payload)?;
        Ok(Self {
            of,
            with,
            payload,
            stream: None,
        })
    }

    /// The same for an event of another stream, which may hold places, too.
    pub fn in_stream(mut self, stream: &str) -> Result<Self, TemplateError> {
        let stream = Value::from(stream);
        check(&stream)?;
        self.stream = Some(stream);
        Ok(self)
    }

    /// The stream of the event that it makes for this one.
    pub fn stream_for(&self, event: &Event) -> Result<String, Unfilled> {
        let Some(stream) = &self.stream else {
            return Ok(event.stream.clone());
        };
        Ok(match filled(stream, event)? {
            Value::String(text) => text.to_string(),
            other => other.to_string(),
        })
    }

    /// What the event says that undoes this one. A text that is one place becomes its value, with its kind and all digits.
    pub fn fill(&self, wrong: &Event) -> Result<Value, Unfilled> {
        filled(&self.payload, wrong)
    }
}

fn check(value: &Value) -> Result<(), TemplateError> {
    match value {
        Value::String(text) => {
            for part in parts(text)? {
                if let Part::Place(place) = part {
                    let (root, pointer) = split(place);
                    let has_pointer = pointer.is_none_or(|p| {
                        matches!(root, "payload" | "metadata") && (p.is_empty() || p.starts_with('/'))
                    });
                    if !ROOTS.contains(&root) || !has_pointer {
                        return Err(TemplateError::Place(place.to_owned()));
                    }
                }
            }
            Ok(())
        }
        Value::Array(items) => items.iter().try_for_each(check),
        Value::Object(object) => object.iter().try_for_each(|(_, v)| check(v)),
        _ => Ok(()),
    }
}

fn split(place: &str) -> (&str, Option<&str>) {
    match place.split_once('@') {
        Some((root, pointer)) => (root, Some(pointer)),
        None => (place, None),
    }
}

/// The parts of a text; two braces of a kind are one.
fn parts(text: &str) -> Result<Vec<Part<'_>>, TemplateError> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let doubled = matches!(c, '{' | '}') && rest[1..].starts_with(c);
        if doubled {
            parts.push(Part::Text(c));
            rest = &rest[2..];
        } else if c == '{' {
            let end = rest
                .find('}')
                .ok_or_else(|| TemplateError::Open(text.to_owned()))?;
            parts.push(Part::Place(&rest[1..end]));
            rest = &rest[end + 1..];
        } else {
            parts.push(Part::Text(c));
            rest = &rest[c.len_utf8()..];
        }
    }
    Ok(parts)
}

fn filled(value: &Value, wrong: &Event) -> Result<Value, Unfilled> {
    Ok(match value {
        Value::String(text) => {
            // What is no template was refused when it was made.
            let parts = parts(text).unwrap_or_default();
            if let [Part::Place(place)] = parts[..] {
                return at(place, wrong);
            }
            let mut out = String::new();
            for part in parts {
                match part {
                    Part::Text(c) => out.push(c),
                    Part::Place(place) => match at(place, wrong)? {
                        Value::String(text) => out.push_str(&text),
                        other => other.write(&mut out),
                    },
                }
            }
            Value::from(out)
        }
        Value::Array(items) => {
            Value::Array(items.iter().map(|v| filled(v, wrong)).collect::<Result<_, _>>()?)
        }
        Value::Object(object) => {
            let mut out = Object::default();
            for (key, value) in object.iter() {
                out.insert(key, filled(value, wrong)?);
            }
            Value::Object(out)
        }
        other => other.clone(),
    })
}

fn at(place: &str, wrong: &Event) -> Result<Value, Unfilled> {
    let (root, pointer) = split(place);
    let text = |t: &str| Some(t).filter(|t| !t.is_empty()).map(Value::from);
    let found = match root {
        "id" => wrong.id.as_ref().map(|id| Value::from(id.to_string())),
        "stream" => text(&wrong.stream),
        "category" => wrong.category.as_deref().and_then(text),
        "version" => wrong.version.map(Value::from),
        "type" => text(&wrong.kind),
        "time" => wrong.time.map(|t| Value::from(t.to_string())),
        "position" => wrong.position.as_deref().and_then(text),
        "correlation_id" => wrong.correlation_id.as_deref().and_then(text),
        "causation_id" => wrong.causation_id.as_deref().and_then(text),
        "payload" => inside(wrong.payload.value.as_ref(), pointer),
        "metadata" => inside(wrong.metadata.value.as_ref(), pointer),
        _ => None,
    };
    found.ok_or_else(|| Unfilled {
        place: place.to_owned(),
    })
}

fn inside(value: Option<&Value>, pointer: Option<&str>) -> Option<Value> {
    value?.pointer(pointer.unwrap_or_default()).cloned()
}

#[cfg(test)]
mod tests {
    use leftfold_event::json::parse;
    use leftfold_event::{EventId, Payload};

    use super::*;

    fn value(text: &str) -> Value {
        parse(text.as_bytes()).unwrap()
    }

    fn template(payload: &str) -> Result<Template, TemplateError> {
        Template::new("Paid".to_owned(), "Refunded".to_owned(), value(payload))
    }

    fn paid() -> Event {
        let payload = r#"{"amount":12345678901234567890.10,"to":{"name":"Ada"}}"#;
        Event {
            stream: "order-1".to_owned(),
            kind: "Paid".to_owned(),
            id: Some(EventId::Text("e1".to_owned())),
            version: Some(3),
            payload: Payload::from_json(payload.into()).0,
            ..Event::default()
        }
    }

    #[test]
    fn a_place_keeps_its_kind_and_its_digits_and_is_text_within_a_text() {
        let t = template(
            r#"{"amount":"{payload@/amount}","why":"undoes {type} {id}, v{version} {{of}} {stream}","n":[1,"{payload@/to}"]}"#,
        );
        assert_eq!(
            t.unwrap().fill(&paid()).unwrap().to_string(),
            r#"{"amount":12345678901234567890.10,"why":"undoes Paid e1, v3 {of} order-1","n":[1,{"name":"Ada"}]}"#
        );
    }

    #[test]
    fn what_the_event_does_not_have_is_told_and_never_made_up() {
        let t = template(r#"{"reversed":"{payload@/currency}"}"#).unwrap();
        assert_eq!(
            t.fill(&paid()).unwrap_err().to_string(),
            "the event has no payload@/currency"
        );
    }

    #[test]
    fn a_place_that_no_event_has_is_refused_when_the_template_is_made() {
        for (bad, part) in [
            (r#"["{payload.amount}"]"#, "{payload@/amount}"),
            (r#"["{id@/x}"]"#, "is no place"),
            (r#"["{payload@amount}"]"#, "is no place"),
            (r#"["{id"]"#, "not closed"),
        ] {
            let told = template(bad).unwrap_err().to_string();
            assert!(told.contains(part), "{bad}: {told}");
        }
    }
}
