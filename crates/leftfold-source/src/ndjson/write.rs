//! Writes events as lines in the envelope every front end shares.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use leftfold_event::json::{Value, one_line, parse, write_string};
use leftfold_event::{Event, EventId, Payload, TimeZoneOrigin};

use super::line::ORIGINALS;

/// The envelope's own names: a fact of the source that is called so goes by `extra_NAME`.
const OWN: &[&str] = &[
    "source",
    "position",
    "stream",
    "category",
    "version",
    "id",
    "id_base64",
    "type",
    "time",
    "time_zone",
    "payload",
    "payload_base64",
    "payload_yaml",
    "payload_xml",
    "metadata",
    "metadata_base64",
    "correlation_id",
    "causation_id",
    "valid_time",
    "also_in",
    "problem",
    "problems",
];

/// Appends one event as one line without its line break. What the event does not have is absent.
pub fn write_event(event: &Event, source: &str, out: &mut String) {
    out.push('{');
    let start = out.len();
    let field = |name: &str, out: &mut String| {
        if out.len() > start {
            out.push(',');
        }
        write_string(name, out);
        out.push(':');
    };
    let text = |name: &str, value: &str, out: &mut String| {
        field(name, out);
        write_string(value, out);
    };
    if !source.is_empty() {
        text("source", source, out);
    }
    if let Some(position) = &event.position {
        field("position", out);
        match position.parse::<i64>() {
            // Only what reads back as the same text.
            Ok(n) if n.to_string() == *position => out.push_str(position),
            _ => write_string(position, out),
        }
    }
    if !event.stream.is_empty() {
        text("stream", &event.stream, out);
    }
    if let Some(category) = &event.category {
        text("category", category, out);
    }
    if let Some(version) = event.version {
        field("version", out);
        out.push_str(&version.to_string());
    }
    if let Some(id) = &event.id {
        text("id", &id.to_string(), out);
        // Bytes are shown as a text could be, too: what they are stands beside.
        if let EventId::Bytes(bytes) = id {
            text("id_base64", &STANDARD.encode(bytes), out);
        }
    }
    if !event.kind.is_empty() {
        text("type", &event.kind, out);
    }
    if let Some(time) = event.time {
        text("time", &time.to_string(), out);
        if event.time_origin == TimeZoneOrigin::AssumedUtc {
            text("time_zone", "assumed UTC", out);
        }
    }
    if let Some(time) = event.valid_time {
        text("valid_time", &time.to_string(), out);
    }
    let payload = |names: [&str; 2], payload: &Payload, out: &mut String| {
        if let Some(value) = &payload.value {
            field(names[0], out);
            match own_text(payload, value) {
                Some(text) => out.push_str(&text),
                None => value.write(out),
            }
        } else if !payload.encoding.is_empty() || !payload.raw.is_empty() {
            text(names[1], &STANDARD.encode(&payload.raw), out);
        }
    };
    payload(["payload", "payload_base64"], &event.payload, out);
    // A value keeps neither the order of XML's elements nor YAML's tags: what it was read from stands beside it.
    let original = ORIGINALS
        .iter()
        .find(|(_, encoding)| *encoding == event.payload.encoding);
    if let (Some((name, _)), Some(_), Ok(stored)) = (
        original,
        &event.payload.value,
        std::str::from_utf8(&event.payload.raw),
    ) {
        text(name, stored, out);
    }
    payload(["metadata", "metadata_base64"], &event.metadata, out);
    if let Some(id) = &event.correlation_id {
        text("correlation_id", id, out);
    }
    if let Some(id) = &event.causation_id {
        text("causation_id", id, out);
    }
    if !event.also_in.is_empty() {
        field("also_in", out);
        Value::Array(event.also_in.iter().map(|s| Value::from(s.as_str())).collect()).write(out);
    }
    for (i, (name, value)) in event.extra.iter().enumerate() {
        // A version of more digits than a number has here keeps its name.
        let free = (name == "source" && source.is_empty()) || (name == "version" && event.version.is_none());
        let twice = event.extra[..i].iter().any(|(n, _)| n == name);
        if free {
            field(name, out);
        } else if twice || OWN.contains(&name.as_str()) {
            field(&format!("extra_{name}"), out);
        } else {
            field(name, out);
        }
        value.write(out);
    }
    problems(event, &field, out);
    out.push('}');
}

/// The stored JSON text where it is what the value was read from, with its spelling and its keys that stand twice.
fn own_text<'p>(payload: &'p Payload, value: &Value) -> Option<Cow<'p, str>> {
    if payload.encoding != "json" {
        return None;
    }
    let text = one_line(std::str::from_utf8(&payload.raw).ok()?);
    // The value may be a part of the text, taken out of a wrapping.
    let whole = value.to_string() == text || parse(&payload.raw).is_ok_and(|v| v == *value);
    whole.then_some(text)
}

fn problems(event: &Event, field: &dyn Fn(&str, &mut String), out: &mut String) {
    let objects: Vec<Value> = event
        .problems
        .iter()
        .map(|p| {
            let entries = [
                ("code", Value::from(p.code.as_str())),
                ("message", Value::from(p.message.as_str())),
            ];
            Value::Object(entries.into_iter().collect())
        })
        .collect();
    if let Some(first) = objects.first() {
        field("problem", out);
        first.write(out);
    }
    if objects.len() > 1 {
        field("problems", out);
        Value::Array(objects).write(out);
    }
}
