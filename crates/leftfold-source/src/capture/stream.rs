//! What a record's stream is called.

use std::borrow::Cow;

use leftfold_event::json::{self, Value};
use leftfold_event::{Problem, ProblemCode};
use leftfold_schema::Kind;

use super::At;
use super::decoders::{Decoder, Part, ReadAs, Reading};
use super::envelope::Top;
use super::form::{NamedBy, by_registry, chosen_schema};
use super::headers;
use super::integer::integer;
use super::payload::hex;
use super::why::your_choice;
use crate::decode::{from_cbor, from_msgpack};

/// The name of a record's stream, and how it was found.
#[derive(Debug)]
pub(super) struct StreamName<'n> {
    pub(super) name: Cow<'n, str>,
    /// The language of the registry's schema that the key was read by, and who named that.
    pub(super) by_schema: Option<(Kind, NamedBy)>,
    /// Whether the key is what Kafka Connect writes with its schema, and the name what that says.
    pub(super) of_connect: bool,
    /// Why the key is not what the user says.
    pub(super) problem: Option<Problem>,
}

/// The name of the stream a record belongs to: its key as text. A key that is no text, is empty, or looks like what
/// stands for such a key, is written as SQL writes bytes (`x'00ff'`), so that no two keys share a name. A record without a key is in
/// no stream.
pub(super) fn stream_name<'n>(
    key: Option<&'n [u8]>,
    headers: &[(Value, Value)],
    at: &At<'_>,
    reading: &Reading,
) -> StreamName<'n> {
    let mut found = StreamName {
        name: Cow::Borrowed(""),
        by_schema: None,
        of_connect: false,
        problem: None,
    };
    if let Some(key) = key {
        match reading.decoders.of(at.topic, Part::Key) {
            None => by_itself(key, headers, reading, &mut found),
            Some(decoder) => match chosen(key, headers, decoder, reading) {
                Ok(name) => found.name = safe(name, key),
                Err(why) => {
                    found.name = Cow::Owned(hex_name(key));
                    let why = format!("the key cannot be read: {why} ({})", your_choice(decoder));
                    found.problem = Some(Problem::new(ProblemCode::NameUnreadable, why));
                }
            },
        }
    }
    if at.with_topic {
        // No topic's name holds a slash.
        found.name = Cow::Owned(match key {
            None => at.topic.to_owned(),
            Some(_) => format!("{}/{}", at.topic, found.name),
        });
    }
    found
}

/// By what is found: text, or what a registry's schema says.
fn by_itself<'n>(key: &'n [u8], headers: &[(Value, Value)], reading: &Reading, found: &mut StreamName<'n>) {
    let named = headers::schema_id(headers, Part::Key);
    if let Some(by_schema) = by_registry(key, named.as_ref(), &reading.schemas)
        && let Ok(decoded) = by_schema.decoded
    {
        found.by_schema = Some((by_schema.kind, by_schema.named_by));
        found.name = safe(Cow::Owned(name_of(decoded.value)), key);
        return;
    }
    if let Some(name) = name_of_connect(key) {
        found.of_connect = true;
        found.name = safe(Cow::Owned(name), key);
        return;
    }
    found.name = match std::str::from_utf8(key) {
        Ok(text) if key.first() != Some(&0) => safe(Cow::Borrowed(text), key),
        _ => Cow::Owned(hex_name(key)),
    };
}

/// By what the user says.
fn chosen<'n>(
    key: &'n [u8],
    headers: &[(Value, Value)],
    decoder: &Decoder,
    reading: &Reading,
) -> Result<Cow<'n, str>, String> {
    if let Some(by_schema) = chosen_schema(key, headers, decoder, &reading.schemas) {
        return by_schema
            .decoded
            .map(|decoded| Cow::Owned(name_of(decoded.value)));
    }
    let value = match decoder.read_as {
        ReadAs::Json => match name_of_connect(key) {
            Some(name) => return Ok(Cow::Owned(name)),
            None => json::parse(key).map_err(|e| e.to_string())?,
        },
        ReadAs::Int | ReadAs::Long => Value::from(integer(decoder.read_as, key)?),
        ReadAs::Msgpack => from_msgpack(key).map_err(|e| format!("no MessagePack: {e}"))?,
        ReadAs::Cbor => from_cbor(key).map_err(|e| format!("no CBOR: {e}"))?,
        ReadAs::Hex => return Ok(Cow::Owned(hex_name(key))),
        ReadAs::Auto | ReadAs::Text | ReadAs::Avro | ReadAs::Protobuf => {
            let text = std::str::from_utf8(key).map_err(|e| format!("no UTF-8 text: {e}"))?;
            return Ok(Cow::Borrowed(text));
        }
    };
    Ok(Cow::Owned(name_of(value)))
}

/// What a key of Kafka Connect says, as in Debezium's `{"schema":…,"payload":{"id":1}}`: of one field its value alone, `1`, as the schema stands in
/// every such key of the topic; of several the whole, `{"shop":7,"id":1}`.
fn name_of_connect(key: &[u8]) -> Option<String> {
    if !key.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    let payload = json::parse(Top::read(key)?.connect_payload()?).ok()?;
    let only = match &payload {
        Value::Object(fields) if fields.len() == 1 => fields.iter().next().map(|(_, value)| value.clone()),
        _ => None,
    };
    match only {
        Some(value) if !matches!(value, Value::Null | Value::Object(_) | Value::Array(_)) => {
            Some(name_of(value))
        }
        _ => Some(name_of(payload)),
    }
}

fn name_of(value: Value) -> String {
    match value {
        Value::String(text) => text.into(),
        other => other.to_string(),
    }
}

/// A name, unless it could be that of bytes.
fn safe<'n>(name: Cow<'n, str>, key: &[u8]) -> Cow<'n, str> {
    if name.is_empty() || name.contains('\0') || (looks_like_hex(&name) && name != hex_name(key)) {
        return Cow::Owned(hex_name(key));
    }
    name
}

fn looks_like_hex(text: &str) -> bool {
    let inner = text.strip_prefix("x'").and_then(|t| t.strip_suffix('\''));
    inner.is_some_and(|t| t.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn hex_name(bytes: &[u8]) -> String {
    format!("x'{}'", hex(bytes))
}

#[cfg(test)]
mod tests {
    use leftfold_schema::{SchemaId, Written};

    use super::super::decoders::Decoders;

    use super::*;

    const AT: At<'_> = At {
        topic: "orders",
        partition: 3,
        offset: 17,
        broker: None,
        with_topic: false,
        incarnation: 1,
    };

    fn name(key: Option<&[u8]>) -> String {
        named(key, &AT)
    }

    fn named(key: Option<&[u8]>, at: &At<'_>) -> String {
        stream_name(key, &[], at, &Reading::default()).name.into_owned()
    }

    #[test]
    fn no_two_keys_share_a_stream() {
        assert_eq!(name(Some(b"order-1")), "order-1");
        assert_eq!(name(Some(b"\xff\x01")), "x'ff01'");
        assert_eq!(name(Some(b"")), "x''");
        assert_eq!(name(None), "");
        // The text that stands for bytes is itself written as bytes.
        assert_eq!(name(Some(b"x'ff01'")), "x'782766663031 27'".replace(' ', ""));
        let several = At {
            with_topic: true,
            ..AT
        };
        assert_eq!(named(Some(b"a"), &several), "orders/a");
        assert_eq!(named(Some(b""), &several), "orders/x''");
        assert_eq!(named(None, &several), "orders");
    }

    #[test]
    fn a_key_with_a_schema_is_what_it_says() {
        let mut reading = Reading::default();
        let avro = |text: &str| Written {
            kind: Kind::Avro,
            text: text.to_owned(),
            uses: Vec::new(),
        };
        reading.schemas.insert(SchemaId::Number(1), avro("\"string\""));
        reading.schemas.insert(
            SchemaId::Number(2),
            avro(r#"{"type":"record","name":"K","fields":[{"name":"id","type":"long"}]}"#),
        );
        let name = |key: &[u8]| stream_name(Some(key), &[], &AT, &reading).name.into_owned();
        assert_eq!(name(b"\0\0\0\0\x01\x0corder1"), "order1");
        assert_eq!(name(b"\0\0\0\0\x02\x54"), r#"{"id":42}"#);
        // Cut short, unknown, empty, and a text that looks like bytes.
        assert_eq!(name(b"\0\0\0\0\x01\x0cord"), "x'00000000010c6f7264'");
        assert_eq!(name(b"\0\0\0\0\x09\x02a"), "x'00000000090261'");
        assert_eq!(name(b"\0\0\0\0\x01\0"), "x'000000000100'");
        assert_eq!(name(b"\0\0\0\0\x01\x0ax'00'"), "x'00000000010a7827303027'");
    }

    #[test]
    fn a_key_that_connect_wrote_with_its_schema_is_what_it_says() {
        let of = |payload: &str| {
            let schema =
                r#"{"type":"struct","fields":[{"type":"int64","field":"id"}],"name":"shop.customers.Key"}"#;
            name(Some(
                format!(r#"{{"schema":{schema},"payload":{payload}}}"#).as_bytes(),
            ))
        };
        assert_eq!(of(r#"{"id":1}"#), "1");
        assert_eq!(of(r#"{"code":"a-7"}"#), "a-7");
        assert_eq!(of(r#"{"shop":7,"id":1}"#), r#"{"shop":7,"id":1}"#);
        assert_eq!(of(r#"{"id":null}"#), r#"{"id":null}"#);
        assert_eq!(of("17"), "17");
        assert_eq!(name(Some(br#"{"schema":null,"payload":"k"}"#)), "k");
        // What only looks so is a key like any other.
        for other in [
            r#"{"schema":"public","payload":{"id":1}}"#,
            r#"{"schema":{"type":"struct"},"payload":{"id":1},"more":1}"#,
            r#"{"payload":{"id":1}}"#,
            r#"{"id":1}"#,
        ] {
            assert_eq!(name(Some(other.as_bytes())), other);
        }
    }

    #[test]
    fn a_key_is_read_as_the_user_says_and_one_that_is_not_keeps_its_bytes() {
        let read = |flag: &str, key: &[u8]| {
            let reading = Reading {
                decoders: Decoders::of_flags([flag]).unwrap(),
                ..Reading::default()
            };
            let found = stream_name(Some(key), &[], &AT, &reading);
            (found.name.into_owned(), found.problem.map(|p| p.message))
        };
        let good = |flag, key| {
            let (name, problem) = read(flag, key);
            assert_eq!(problem, None);
            name
        };
        assert_eq!(good("key=json", br#""order-1""#), "order-1");
        assert_eq!(good("key=json", br#"{ "id": 1.0 }"#), r#"{"id":1.0}"#);
        assert_eq!(good("key=msgpack", b"\xa1k"), "k");
        assert_eq!(good("key=cbor", b"\x07"), "7");
        assert_eq!(good("key=hex", b"k"), "x'6b'");
        assert_eq!(good("other:key=hex", b"k"), "k");
        assert_eq!(good("key=int", b"\0\0\0\x07"), "7");
        assert_eq!(good("key=long", b"\xff\xff\xff\xff\xff\xff\xff\xf9"), "-7");
        let (name, problem) = read("key=long", b"k");
        assert_eq!(name, "x'6b'");
        assert!(problem.unwrap().contains("it has 1 bytes, not 8"));
        // No text may pass for other bytes.
        assert_eq!(
            good("key=json", br#""x'00'""#),
            "x'2278273030272 2'".replace(' ', "")
        );
        let (name, problem) = read("key=text", b"\xff");
        assert_eq!(name, "x'ff'");
        let problem = problem.unwrap();
        assert!(
            problem.contains("no UTF-8") && problem.contains("your choice key=text"),
            "{problem}"
        );
        let (name, problem) = read("key=avro", b"k");
        assert_eq!(name, "x'6b'");
        assert!(problem.unwrap().contains("neither its bytes nor a header"));
    }
}
