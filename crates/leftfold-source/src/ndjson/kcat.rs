//! Writes records of Kafka as kcat's `-J` does.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use leftfold_event::Event;
use leftfold_event::json::{Value, write_string};

/// Appends a record's line, without its line break, in kcat's fields and order. What kcat writes as it is though it is no UTF-8 has a
/// name that ends in `_base64` here, so that every line is JSON. False, and nothing appended: the event is no record of Kafka.
pub fn write_kcat(event: &Event, out: &mut String) -> bool {
    let extra = |name: &str| event.extra.iter().find(|(n, _)| n == name).map(|(_, v)| v);
    let (Some(topic), Some(partition), Some(offset)) = (extra("topic"), extra("partition"), extra("offset"))
    else {
        return false;
    };
    let start = out.len() + 1;
    let field = |name: &str, value: &Value, out: &mut String| {
        if out.len() > start {
            out.push(',');
        }
        write_string(name, out);
        out.push(':');
        value.write(out);
    };
    out.push('{');
    field("topic", topic, out);
    field("partition", partition, out);
    field("offset", offset, out);
    // kcat's words for who gave the time.
    let who = match extra("tstype").and_then(Value::as_str) {
        Some("append") => "logappend",
        Some(who) => who,
        None => "unknown",
    };
    field("tstype", &Value::from(who), out);
    let ms = event.time.map_or(-1, |t| t.nanos / 1_000_000);
    field("ts", &Value::from(ms), out);
    if let Some(broker) = extra("broker") {
        field("broker", broker, out);
    }
    if let Some(headers) = extra("headers") {
        field("headers", headers, out);
    }
    match (extra("key"), extra("key_base64")) {
        (Some(key), _) => field("key", key, out),
        (None, Some(key)) => field("key_base64", key, out),
        (None, None) => field("key", &Value::Null, out),
    }
    if event.payload.encoding == "tombstone" {
        field("payload", &Value::Null, out);
    } else {
        match std::str::from_utf8(&event.payload.raw) {
            Ok(text) => field("payload", &Value::from(text), out),
            Err(_) => {
                let text = STANDARD.encode(&event.payload.raw);
                field("payload_base64", &Value::from(text.as_str()), out);
            }
        }
    }
    out.push('}');
    true
}
