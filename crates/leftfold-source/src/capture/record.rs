//! A record as it lay in a topic, and what it means as an event.

use leftfold_event::json::Value;
use leftfold_event::{Event, EventId, Payload, Problem, ProblemCode, TimeZoneOrigin, Timestamp};

use super::anew::Incarnation;
use super::decoders::{Part, Reading};
use super::form::{Form, form, kind, stated_time, valid_time};
use super::headers;
use super::payload::{payload, schema_fact};
use super::stream::stream_name;
use super::why::{decoded_by, key_decoded_by};
use crate::decode::{TimeOf, taken};

/// The headers an event's id goes by.
const ID: &[&str] = &[
    "ce_id",
    "event_id",
    "eventId",
    "event-id",
    "message_id",
    "messageId",
    "id",
];
const CORRELATION: &[&str] = &[
    "correlation_id",
    "correlation-id",
    "correlationId",
    "ce_correlationid",
];
const CAUSATION: &[&str] = &["causation_id", "causation-id", "causationId", "ce_causationid"];

/// Who gave a record its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimestampKind {
    /// The producer (CreateTime).
    Create,
    /// The broker, when it took the record in (LogAppendTime).
    Append,
}

/// A record as it lies in its topic, less its headers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record<'r> {
    /// Milliseconds since 1970 and who said so; `None`: the record has no time.
    pub timestamp: Option<(i64, TimestampKind)>,
    /// The key's bytes; `None` differs from no bytes.
    pub key: Option<&'r [u8]>,
    /// The value's bytes; `None` is a tombstone.
    pub value: Option<&'r [u8]>,
}

impl Record<'_> {
    /// Its time, if it has one that can be shown.
    pub fn time(&self) -> Option<Timestamp> {
        let (ms, _) = self.timestamp?;
        Timestamp::from_units(ms, 3)
    }
}

/// Where a record lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At<'r> {
    /// The topic.
    pub topic: &'r str,
    /// The partition.
    pub partition: i32,
    /// The offset.
    pub offset: i64,
    /// The broker that led the partition when it was read, as far as that is known.
    pub broker: Option<i32>,
    /// Whether streams are named with their topic, because there are several.
    pub with_topic: bool,
    /// Which of the topics of this name that were made one after the other: 1 for the first.
    pub incarnation: u32,
}

impl At<'_> {
    /// `topic[partition]`, as positions begin.
    pub fn place(&self) -> String {
        let topic = Incarnation {
            topic: self.topic,
            number: self.incarnation,
        };
        format!("{topic}[{}]", self.partition)
    }
}

/// A record as a whole event. The version is the index's business unless a mapping states it: a topic counts none.
pub fn event_of(record: &Record<'_>, stored_headers: Option<&str>, at: &At<'_>, reading: &Reading) -> Event {
    let mut event = by_itself(record, stored_headers, at, reading);
    if let Some(mapping) = &reading.mapping {
        mapping.apply(&mut event);
    }
    event
}

/// A record as it says of itself.
fn by_itself(record: &Record<'_>, stored_headers: Option<&str>, at: &At<'_>, reading: &Reading) -> Event {
    let headers = stored_headers.map(headers::read).unwrap_or_default();
    let form = form(record.value, &headers, at.topic, reading);
    let named = stream_name(record.key, &headers, at, reading);
    let text = |names: &[&str]| headers::first_text(&headers, names).map(str::to_owned);
    let mut event = Event {
        stream: named.name.into_owned(),
        category: Some(at.topic.to_owned()),
        position: Some(format!("{}@{}", at.place(), at.offset)),
        id: text(ID).map(EventId::Text),
        kind: kind(&form, &headers).into_owned(),
        time: record.time(),
        time_origin: TimeZoneOrigin::Stated,
        correlation_id: text(CORRELATION),
        causation_id: text(CAUSATION),
        ..Event::default()
    };
    if let (Some((ms, _)), None) = (record.timestamp, event.time) {
        event.problems.push(Problem::new(
            ProblemCode::TimeUnreadable,
            format!("the time {ms} ms is outside the years 1677 to 2262"),
        ));
        event.extra.push(("time_text".to_owned(), Value::from(ms)));
    }
    let stated = stated_time(&form, &headers);
    let written = || stated.as_deref().map_or(Value::Null, Value::from);
    event.valid_time = taken(
        valid_time(stated.as_deref()),
        TimeOf::Validity,
        written,
        &mut event,
    )
    .map(|read| read.time);
    let decoder = reading.decoders.of(at.topic, Part::Value);
    payload(record.value, &headers, &form, decoder, &mut event);
    metadata(&form, &headers, &mut event);
    extra(record, &headers, at, &mut event);
    if let Form::BySchema(by_schema) = &form {
        event
            .extra
            .extend(schema_fact(by_schema, decoder).map(|fact| ("schema".to_owned(), fact)));
    }
    let key_decoder = reading.decoders.of(at.topic, Part::Key);
    if let Some(problem) = named.problem {
        event.problems.push(problem);
    } else if let Some(why) = key_decoded_by(named.by_schema, named.of_connect, key_decoder) {
        event
            .extra
            .push(("key_decoded_by".to_owned(), Value::from(why.as_str())));
    }
    if let Some(why) = decoded_by(&form, &headers, &event.payload, decoder) {
        event
            .extra
            .push(("decoded_by".to_owned(), Value::from(why.as_str())));
    }
    event
}

/// The headers by name; of a CloudEvent in structured mode its attributes, too.
fn metadata(form: &Form<'_>, headers: &[(Value, Value)], event: &mut Event) {
    let mut value = match headers {
        [] => Value::Null,
        headers => headers::as_object(headers),
    };
    if let Form::CloudEvent(top) = form {
        let attributes = top.attributes();
        match &mut value {
            Value::Object(object) => {
                for (name, attribute) in attributes {
                    if object.get(&name).is_none() {
                        object.insert(name, attribute);
                    }
                }
            }
            _ => value = Value::Object(attributes.into_iter().collect()),
        }
    }
    if value != Value::Null {
        event.metadata = Payload {
            raw: value.to_string().into_bytes(),
            value: Some(value),
            encoding: "json",
        };
    }
}

fn extra(record: &Record<'_>, headers: &[(Value, Value)], at: &At<'_>, event: &mut Event) {
    let mut fact = |name: &str, value: Value| event.extra.push((name.to_owned(), value));
    fact("topic", Value::from(at.topic));
    fact("partition", Value::from(i64::from(at.partition)));
    fact("offset", Value::from(at.offset));
    if at.incarnation > 1 {
        fact("incarnation", Value::from(i64::from(at.incarnation)));
    }
    if let Some(broker) = at.broker {
        fact("broker", Value::from(i64::from(broker)));
    }
    if let Some((_, kind)) = record.timestamp {
        let kind = match kind {
            TimestampKind::Create => "create",
            TimestampKind::Append => "append",
        };
        fact("tstype", Value::from(kind));
    }
    match record.key.map(std::str::from_utf8) {
        None => {}
        Some(Ok(key)) => fact("key", Value::from(key)),
        Some(Err(_)) => {
            use base64::Engine as _;
            let key = record.key.unwrap_or_default();
            fact(
                "key_base64",
                Value::from(base64::engine::general_purpose::STANDARD.encode(key)),
            );
        }
    }
    if !headers.is_empty() {
        fact("headers", headers::as_flat_list(headers));
    }
}

#[cfg(test)]
mod tests {
    use leftfold_schema::SchemaId;

    use super::super::form::meaning;
    use super::*;

    const AT: At<'_> = At {
        topic: "orders",
        partition: 3,
        offset: 17,
        broker: None,
        with_topic: false,
        incarnation: 1,
    };

    fn read(value: Option<&[u8]>, headers: Option<&str>) -> Event {
        let record = Record {
            timestamp: Some((1_700_000_000_123, TimestampKind::Create)),
            key: Some(b"k"),
            value,
        };
        event_of(&record, headers, &AT, &Reading::default())
    }

    #[test]
    fn a_record_says_where_it_lies_and_all_its_headers() {
        let event = read(
            Some(br#"{"a":1.10}"#),
            Some(r#"[["t","x"],["t",null],["correlation-id","c"]]"#),
        );
        assert_eq!(event.position.as_deref(), Some("orders[3]@17"));
        assert_eq!(
            event.time.map(|t| t.to_string()).as_deref(),
            Some("2023-11-14T22:13:20.123Z")
        );
        assert_eq!(event.payload.value.unwrap().to_string(), r#"{"a":1.10}"#);
        assert_eq!(
            event.metadata.value.unwrap().to_string(),
            r#"{"t":["x",null],"correlation-id":"c"}"#
        );
        assert_eq!(event.correlation_id.as_deref(), Some("c"));
        let extra: Vec<String> = event.extra.iter().map(|(n, v)| format!("{n}={v}")).collect();
        assert_eq!(
            extra.join(" "),
            r#"topic="orders" partition=3 offset=17 tstype="create" key="k" headers=["t","x","t",null,"correlation-id","c"] decoded_by="json: it is a JSON object""#
        );
    }

    #[test]
    fn the_type_comes_from_a_header_a_cloud_event_a_change_or_the_value() {
        let kind = |value: Option<&[u8]>, headers: Option<&str>| {
            let record = Record {
                value,
                ..Record::default()
            };
            let stored = headers.map(headers::read).unwrap_or_default();
            let said = meaning(record.value, &stored, "orders", &Reading::default())
                .kind
                .into_owned();
            assert_eq!(said, read(value, headers).kind);
            said
        };
        let typed: &[u8] = br#"{"type":"OrderPaid"}"#;
        assert_eq!(kind(Some(typed), Some(r#"[["type","Header"]]"#)), "Header");
        assert_eq!(kind(Some(typed), None), "OrderPaid");
        assert_eq!(
            kind(Some(br#"{"op":"u","before":{},"after":{}}"#), None),
            "update"
        );
        assert_eq!(
            kind(
                Some(br#"{"specversion":"1.0","id":"1","source":"/s","type":"T","data":{"type":"inner"}}"#),
                None
            ),
            "T"
        );
        assert_eq!(kind(None, None), "tombstone");
        assert_eq!(kind(Some(b"[1]"), None), "");
    }

    #[test]
    fn a_tombstone_an_empty_value_and_null_are_three_things() {
        let tombstone = read(None, None);
        assert_eq!(tombstone.payload.encoding, "tombstone");
        let empty = read(Some(b""), None);
        assert_ne!(empty.payload.encoding, "tombstone");
        assert_ne!(empty.payload.value, Some(Value::Null));
        let null = read(Some(b"null"), None);
        assert_eq!(
            (null.payload.encoding, null.payload.value),
            ("json", Some(Value::Null))
        );
    }

    #[test]
    fn a_cloud_events_data_is_the_payload_and_the_rest_is_metadata() {
        let value = br#"{"specversion":"1.0","id":"7","source":"/s","type":"T","time":"2026-01-02T03:04:05Z","data":{"n":1}}"#;
        let event = read(Some(value), Some(r#"[["source","header"]]"#));
        assert_eq!(event.payload.value.unwrap().to_string(), r#"{"n":1}"#);
        assert_eq!(event.id, Some(EventId::Text("7".into())));
        assert_eq!(
            event.valid_time.map(|t| t.to_string()).as_deref(),
            Some("2026-01-02T03:04:05Z")
        );
        assert_eq!(
            event.metadata.value.unwrap().to_string(),
            r#"{"source":"header","specversion":"1.0","id":"7","type":"T","time":"2026-01-02T03:04:05Z"}"#
        );
    }

    #[test]
    fn of_a_cloud_event_with_bytes_that_nobody_can_read_these_are_shown_and_the_rest_is_metadata() {
        let of = |media: &str, data: &str| {
            let value = format!(
                r#"{{"specversion":"1.0","id":"7","source":"/s","type":"T","datacontenttype":"{media}","data_base64":"{data}"}}"#
            );
            read(Some(value.as_bytes()), None)
        };
        let event = of("image/png", "AP8B");
        assert_eq!(event.payload.raw, b"\x00\xff\x01");
        assert_eq!((event.payload.encoding, event.payload.value), ("bytes", None));
        assert_eq!(event.problems[0].code, ProblemCode::PayloadUndecodable);
        assert_eq!(
            event.metadata.value.unwrap().to_string(),
            r#"{"specversion":"1.0","id":"7","source":"/s","type":"T","datacontenttype":"image/png"}"#
        );
        // What the event says its data is in is read so.
        assert_eq!(
            of("application/cbor", "AQ==").payload.value.unwrap().to_string(),
            "1"
        );
        // What is no base64 cannot be shown as bytes.
        assert!(of("image/png", "*").payload.raw.starts_with(b"{\"specversion\""));
    }

    #[test]
    fn what_cannot_be_decoded_keeps_its_bytes_and_says_why() {
        let event = read(Some(b"\x00\x01\xff"), None);
        assert_eq!(event.payload.raw, b"\x00\x01\xff");
        assert_eq!(event.payload.value, None);
        assert_eq!(event.problems[0].code, ProblemCode::PayloadUndecodable);
        let record = Record {
            value: Some(b"\x00\x01\xff"),
            ..Record::default()
        };
        assert!(meaning(record.value, &[], "orders", &Reading::default()).problem);
    }

    #[test]
    fn a_header_says_what_bytes_are_written_in_that_do_not_say_so_themselves() {
        let headers = |content: &str| format!(r#"[["content-type","{content}"]]"#);
        let of = |value: &[u8], content: &str| {
            let payload = read(Some(value), Some(&headers(content))).payload;
            (payload.value.map(|v| v.to_string()), payload.encoding)
        };
        assert_eq!(of(b"\x01", "application/cbor"), (Some("1".to_owned()), "cbor"));
        assert_eq!(
            of(b"\xff", "Application/MsgPack; v=1"),
            (Some("-1".to_owned()), "msgpack")
        );
        // What is JSON is JSON, whatever a header says.
        assert_eq!(of(b"{}", "application/cbor"), (Some("{}".to_owned()), "json"));
        assert_eq!(of(b"\x01", "application/octet-stream").0, None);
    }

    #[test]
    fn the_schemas_name_is_the_type_unless_a_header_gives_one() {
        let mut reading = Reading::default();
        reading.schemas.insert(
            SchemaId::Number(7),
            leftfold_schema::Written {
                kind: leftfold_schema::Kind::Avro,
                text: r#"{"type":"record","namespace":"shop","name":"Paid","fields":[{"name":"type","type":"string"}]}"#.to_owned(),
                uses: Vec::new(),
            },
        );
        let kind = |headers| {
            let record = Record {
                value: Some(b"\0\0\0\0\x07\x02x"),
                ..Record::default()
            };
            event_of(&record, headers, &AT, &reading).kind
        };
        assert_eq!(kind(None), "Paid");
        assert_eq!(kind(Some(r#"[["type","Header"]]"#)), "Header");
    }
}
