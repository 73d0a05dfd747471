//! An event's parts as CEL values.

use std::collections::HashMap;
use std::sync::Arc;

use cel::Value as Cel;
use cel::objects::{Key, Map};
use chrono::{DateTime, Utc};
use leftfold_event::json::{Value, parse, parse_members};
use leftfold_event::{Event, Payload, Timestamp, category_of};
use leftfold_source::RawPayload;

use super::{EXTRA, HEADERS, OF_RECORDS};
use crate::log::{LaneBy, Log};

/// The value of one of a filter's names. What the event lacks is null, so that comparing it fails.
pub(super) fn variable(name: &str, event: &Event) -> Cel {
    let text = |t: &str| Cel::String(Arc::new(t.to_owned()));
    let maybe = |t: Option<&String>| t.map_or(Cel::Null, |t| text(t));
    match name {
        "stream" => text(&event.stream),
        "type" => text(&event.kind),
        "category" => category(event.category.as_deref().or_else(|| category_of(&event.stream))),
        "id" => event.id.as_ref().map_or(Cel::Null, |id| text(&id.to_string())),
        "time" => event.time.map_or(Cel::Null, moment),
        "valid_time" => effective(event).map_or(Cel::Null, moment),
        "version" => event.version.map_or(Cel::Null, Cel::Int),
        "position" => match &event.position {
            Some(p) => p.parse().map_or_else(|_| text(p), Cel::Int),
            None => Cel::Null,
        },
        "payload" => payload(&event.payload),
        "metadata" => payload(&event.metadata),
        "correlation_id" => maybe(event.correlation_id.as_ref()),
        "causation_id" => maybe(event.causation_id.as_ref()),
        "problem" => Cel::Bool(!event.problems.is_empty()),
        other => of_record(other, event).as_ref().map_or(Cel::Null, json),
    }
}

/// When an event is effective: where the store tells nothing else, when it was recorded.
fn effective(event: &Event) -> Option<Timestamp> {
    event.valid_time.or(event.time)
}

/// The same in nanoseconds.
pub(super) fn valid_time(event: &Event) -> Option<i64> {
    effective(event).map(|t| t.nanos)
}

/// The store's further facts, or one that a record of Kafka has. A key that is no text is its base64.
pub(super) fn of_record(name: &str, event: &Event) -> Option<Value> {
    let fact = |name: &str| event.extra.iter().find(|(n, _)| n == name).map(|(_, v)| v);
    match name {
        EXTRA if event.extra.is_empty() => None,
        EXTRA => Some(Value::Object(event.extra.iter().cloned().collect())),
        HEADERS => Some(headers(fact(HEADERS)?)),
        "key" => fact("key").or_else(|| fact("key_base64")).cloned(),
        _ if OF_RECORDS.contains(&name) => fact(name).cloned(),
        _ => None,
    }
}

/// kcat lists names and values in turn; asked for by name, as the metadata has them: of a name that stands twice, all values.
fn headers(stored: &Value) -> Value {
    let Value::Array(flat) = stored else {
        return stored.clone();
    };
    let mut named: Vec<(String, Vec<Value>)> = Vec::new();
    for pair in flat.chunks(2) {
        let [name, value] = pair else { break };
        let name = name.as_str().map_or_else(|| name.to_string(), str::to_owned);
        match named.iter_mut().find(|(n, _)| *n == name) {
            Some((_, values)) => values.push(value.clone()),
            None => named.push((name, vec![value.clone()])),
        }
    }
    let one = |values: Vec<Value>| <[Value; 1]>::try_from(values).map_or_else(Value::Array, |[v]| v);
    Value::Object(named.into_iter().map(|(n, values)| (n, one(values))).collect())
}

/// The value of a name that the index knows.
pub(super) fn of_log(name: &str, log: &Log, ordinal: u32) -> Option<Cel> {
    let named = |by| Cel::String(Arc::new(log.names(by).get(log.lane(by, ordinal)).to_owned()));
    Some(match name {
        "stream" => named(LaneBy::Stream),
        "category" => category(Some(
            log.names(LaneBy::Category)
                .get(log.lane(LaneBy::Category, ordinal)),
        )),
        "type" => named(LaneBy::Type),
        "version" => log.version(ordinal).map_or(Cel::Null, Cel::Int),
        "time" => {
            let digits = log.time_digits();
            log.time(ordinal)
                .map_or(Cel::Null, |nanos| moment(Timestamp { nanos, digits }))
        }
        _ => return None,
    })
}

/// A category; what has none is null, as other things an event lacks are.
pub(super) fn category(name: Option<&str>) -> Cel {
    name.filter(|n| !n.is_empty())
        .map_or(Cel::Null, |n| Cel::String(Arc::new(n.to_owned())))
}

/// A payload's value from its bytes, of an object only these members; `None` where the event itself has to tell.
pub(super) fn raw_payload(raw: RawPayload<'_>, members: Option<&[String]>) -> Option<Cel> {
    match raw {
        RawPayload::Json(bytes) => {
            let value = match members {
                Some(members) => parse_members(bytes, members),
                None => parse(bytes),
            };
            value.ok().as_ref().map(json)
        }
        RawPayload::Absent => Some(Cel::Null),
        RawPayload::Other => None,
    }
}

fn moment(time: Timestamp) -> Cel {
    let utc: DateTime<Utc> = time.to_chrono();
    Cel::Timestamp(utc.fixed_offset())
}

fn payload(payload: &Payload) -> Cel {
    match &payload.value {
        Some(value) => json(value),
        None if payload.raw.is_empty() => Cel::Null,
        // Shown as text, so asked about as text.
        None if payload.encoding == "text" => match String::from_utf8(payload.raw.clone()) {
            Ok(text) => Cel::String(Arc::new(text)),
            Err(e) => Cel::Bytes(Arc::new(e.into_bytes())),
        },
        None => Cel::Bytes(Arc::new(payload.raw.clone())),
    }
}

/// JSON as CEL has it: whole numbers stay whole as far as 64 bits go, the rest become doubles (CEL knows no other).
pub(super) fn json(value: &Value) -> Cel {
    match value {
        Value::Null => Cel::Null,
        Value::Bool(b) => Cel::Bool(*b),
        Value::Number(n) => {
            let text = n.as_str();
            text.parse()
                .map(Cel::Int)
                .or_else(|_| text.parse().map(Cel::UInt))
                .unwrap_or(Cel::Float(n.as_f64()))
        }
        Value::String(s) => Cel::String(Arc::new(s.to_string())),
        Value::Array(items) => Cel::List(Arc::new(items.iter().map(json).collect())),
        Value::Object(object) => {
            let map: HashMap<Key, Cel> = object
                .iter()
                .map(|(k, v)| (Key::String(Arc::new(k.to_owned())), json(v)))
                .collect();
            Cel::Map(Map { map: Arc::new(map) })
        }
    }
}
