//! Payloads that need a schema, and binary forms that need none: Avro, Protobuf, a registry's framing, MessagePack, CBOR.

use std::sync::OnceLock;

use leftfold_schema::{Decoded, Kind, Schema, SchemaError, SchemaId, Schemas, Use, Written, framed};
use leftfold_source::PayloadFormat;
use leftfold_source::decode::{from_cbor, from_msgpack};

use crate::read::writable;

const ORDER: &str = r#"{"type":"record","name":"OrderPlaced","namespace":"shop","fields":[
    {"name":"id","type":{"type":"string","logicalType":"uuid"}},
    {"name":"total","type":{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}},
    {"name":"mark","type":{"type":"fixed","name":"Mark","size":2}},
    {"name":"tags","type":{"type":"map","values":"int"}},
    {"name":"next","type":["null","OrderPlaced"]},
    {"name":"kind","type":{"type":"enum","name":"Kind","symbols":["A","B"]}},
    {"name":"rate","type":["null","float","double","boolean","long"]}]}"#;

const SHOP: &str = r#"syntax = "proto3"; package shop; import "money.proto"; import "google/protobuf/timestamp.proto";
    enum Kind { NONE = 0; GOOD = 1; }
    message Order { message Line { uint64 n = 1; } string id = 1; Kind kind = 2; repeated Line lines = 3; map<int32, string> tags = 4;
      Money total = 5; google.protobuf.Timestamp at = 6; bytes raw = 7; double price = 8; repeated sint32 many = 9; }
    message Paid { sint64 cents = 1; }"#;

const MONEY: &str = r#"syntax = "proto3"; package shop; message Money { int64 cents = 1; }"#;

fn uses(kind: Kind) -> Vec<Use> {
    match kind {
        Kind::Protobuf => vec![Use {
            name: "money.proto".to_owned(),
            text: MONEY.to_owned(),
        }],
        Kind::Avro | Kind::Json => Vec::new(),
    }
}

fn written(kind: Kind) -> Written {
    let text = match kind {
        Kind::Avro => ORDER,
        Kind::Protobuf => SHOP,
        Kind::Json => "{}",
    };
    Written {
        kind,
        text: text.to_owned(),
        uses: uses(kind),
    }
}

/// A registry of one schema of each language, by the numbers 1 to 3.
fn registry() -> &'static Schemas {
    static REGISTRY: OnceLock<Schemas> = OnceLock::new();
    REGISTRY.get_or_init(|| {
        let mut schemas = Schemas::new();
        for (number, kind) in (1..).zip([Kind::Avro, Kind::Protobuf, Kind::Json]) {
            schemas.insert(SchemaId::Number(number), written(kind));
        }
        schemas
    })
}

/// What is decoded is JSON, and the same each time; what is not says why.
fn sound(decode: impl Fn() -> Result<Decoded, SchemaError>) {
    let first = decode();
    match &first {
        Ok(decoded) => writable(&decoded.value),
        Err(e) => assert!(!e.to_string().is_empty(), "refused without words"),
    }
    assert_eq!(decode(), first, "the same bytes give the same value");
}

/// A payload in a schema's eyes. The input is the payload or, up to a zero byte, a schema of its own and then the payload: a
/// mutation of the payload alone does not spoil the schema, nor does one of the schema the payload.
fn with_schema(kind: Kind, data: &[u8]) {
    let own = data
        .iter()
        .position(|b| *b == 0)
        .and_then(|end| Some((std::str::from_utf8(&data[..end]).ok()?, &data[end + 1..])))
        .filter(|(text, _)| text.len() > 3);
    let Some((text, body)) = own else {
        let schema = (1..=3)
            .filter_map(|n| registry().get(SchemaId::Number(n))?.ok())
            .find(|schema| schema.kind() == kind)
            .expect("the registry has one of each language");
        sound(|| schema.decode(data));
        sound(|| schema.decode_bare(data, None));
        return;
    };
    let made = Schema::new(&Written {
        kind,
        text: text.to_owned(),
        uses: uses(kind),
    });
    match made {
        Ok(schema) => {
            sound(|| schema.decode(body));
            sound(|| schema.decode_bare(body, None));
        }
        Err(e) => assert!(!e.to_string().is_empty(), "a schema is refused without words"),
    }
}

/// Avro.
pub fn avro(data: &[u8]) {
    with_schema(Kind::Avro, data);
}

/// Protobuf.
pub fn protobuf(data: &[u8]) {
    with_schema(Kind::Protobuf, data);
}

/// A registry's framing, with schemas of every language behind it.
pub fn framing(data: &[u8]) {
    let Some((number, body)) = framed(data) else {
        let numbered = data.len() >= 5 && data[0] == 0 && data[1..5] != [0; 4];
        assert!(!numbered, "a frame is not seen");
        return;
    };
    assert_eq!([&[0], &number.to_be_bytes()[..], body].concat(), data);
    match registry().get(SchemaId::Number(number)) {
        Some(Ok(schema)) => sound(|| schema.decode(body)),
        Some(Err(e)) => panic!("schema {number} cannot be used: {e}"),
        None => assert!(!(1..=3).contains(&number), "schema {number} is not found"),
    }
}

/// MessagePack and CBOR.
pub fn binary(data: &[u8]) {
    for (read, format) in [
        (from_msgpack(data), PayloadFormat::Msgpack),
        (from_cbor(data), PayloadFormat::Cbor),
    ] {
        let (value, _, problem) = leftfold_source::decode::decode(data, format);
        assert_eq!(
            value.as_ref(),
            read.as_ref().ok(),
            "{format:?} is read in two ways"
        );
        match read {
            Ok(value) => writable(&value),
            Err(why) => assert!(
                !why.is_empty() && problem.is_some(),
                "{format:?} is refused without words"
            ),
        }
    }
}
