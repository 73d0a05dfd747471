//! MessagePack and CBOR (RFC 8949).
//!
//! JSON has fewer types: bytes become base64, keys that are no text their text, MessagePack's extensions and CBOR's tags
//! objects that name them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use leftfold_event::json::{Number, Object, Value};

use crate::cell::real;

/// How deep values may nest.
const MAX_DEPTH: usize = 128;

/// Whether bytes begin like a map in MessagePack, which begins no JSON, no text and no map in CBOR.
pub(crate) fn begins_like_msgpack(bytes: &[u8]) -> bool {
    matches!(bytes.first(), Some(0x80..=0x8f | 0xde | 0xdf))
}

/// Whether bytes begin like a map in CBOR, tagged as CBOR or not.
pub(crate) fn begins_like_cbor(bytes: &[u8]) -> bool {
    matches!(bytes.first(), Some(0xa0..=0xbb | 0xbf)) || bytes.starts_with(&[0xd9, 0xd9, 0xf7])
}

/// One MessagePack value, with nothing behind it.
pub fn from_msgpack(bytes: &[u8]) -> Result<Value, String> {
    let mut rest = bytes;
    let value = rmpv::decode::read_value_with_max_depth(&mut rest, MAX_DEPTH).map_err(|e| e.to_string())?;
    nothing_left(rest)?;
    Ok(of_msgpack(value))
}

/// One CBOR value, with nothing behind it.
pub fn from_cbor(bytes: &[u8]) -> Result<Value, String> {
    let mut rest = bytes;
    let value: ciborium::Value = ciborium::de::from_reader_with_recursion_limit(&mut rest, MAX_DEPTH)
        .map_err(|e| match e {
            ciborium::de::Error::Io(_) => "cut short".to_owned(),
            e => e.to_string(),
        })?;
    nothing_left(rest)?;
    Ok(of_cbor(value))
}

fn nothing_left(rest: &[u8]) -> Result<(), String> {
    if rest.is_empty() {
        Ok(())
    } else {
        Err(format!("{} bytes are left over", rest.len()))
    }
}

fn base64(bytes: &[u8]) -> Value {
    Value::from(STANDARD.encode(bytes))
}

/// A float in its shortest spelling; what JSON has no number for is its name.
fn float(x: f64) -> Value {
    if x.is_nan() {
        Value::from("NaN")
    } else if x.is_infinite() {
        Value::from(if x > 0.0 { "Infinity" } else { "-Infinity" })
    } else {
        real(x)
    }
}

/// Members of an object; a key that is no text is written as JSON.
fn object(entries: impl Iterator<Item = (Value, Value)>) -> Value {
    let mut object = Object::new();
    for (key, value) in entries {
        match key {
            Value::String(key) => object.insert(key, value),
            key => object.insert(key.to_string(), value),
        };
    }
    Value::Object(object)
}

fn of_msgpack(value: rmpv::Value) -> Value {
    use rmpv::Value as Packed;
    match value {
        Packed::Nil => Value::Null,
        Packed::Boolean(b) => Value::Bool(b),
        Packed::Integer(n) => match (n.as_i64(), n.as_u64()) {
            (Some(n), _) => Value::from(n),
            (None, Some(n)) => Value::from(n),
            // One of the two holds it.
            (None, None) => Value::Null,
        },
        Packed::F32(x) => match Number::parse(&format!("{x:?}")) {
            Some(number) if x.is_finite() => Value::Number(number),
            _ => float(f64::from(x)),
        },
        Packed::F64(x) => float(x),
        Packed::String(text) => match text.as_str() {
            Some(text) => Value::from(text),
            None => base64(text.as_bytes()),
        },
        Packed::Binary(bytes) => base64(&bytes),
        Packed::Array(items) => Value::Array(items.into_iter().map(of_msgpack).collect()),
        Packed::Map(entries) => object(entries.into_iter().map(|(k, v)| (of_msgpack(k), of_msgpack(v)))),
        Packed::Ext(kind, bytes) => object(
            [
                (Value::from("extension"), Value::from(i64::from(kind))),
                (Value::from("base64"), base64(&bytes)),
            ]
            .into_iter(),
        ),
    }
}

fn of_cbor(value: ciborium::Value) -> Value {
    use ciborium::Value as Packed;
    match value {
        Packed::Null => Value::Null,
        Packed::Bool(b) => Value::Bool(b),
        Packed::Integer(n) => whole(&i128::from(n).to_string()),
        Packed::Float(x) => float(x),
        Packed::Text(text) => Value::from(text),
        Packed::Bytes(bytes) => base64(&bytes),
        Packed::Array(items) => Value::Array(items.into_iter().map(of_cbor).collect()),
        Packed::Map(entries) => object(entries.into_iter().map(|(k, v)| (of_cbor(k), of_cbor(v)))),
        Packed::Tag(tag, inner) => match (tag, *inner) {
            // Times as text or seconds, and CBOR itself: what is inside says it all.
            (0 | 1 | 55_799, inner) => of_cbor(inner),
            // Integers of any size.
            (2 | 3, Packed::Bytes(bytes)) => big(tag == 3, &bytes),
            (tag, inner) => object(
                [
                    (Value::from("tag"), Value::from(tag)),
                    (Value::from("value"), of_cbor(inner)),
                ]
                .into_iter(),
            ),
        },
        // The type may grow.
        other => Value::from(format!("{other:?}")),
    }
}

fn whole(text: &str) -> Value {
    Number::parse(text).map_or_else(|| Value::from(text), Value::Number)
}

/// An integer of any size; a negative one stands for -1 less it.
fn big(negative: bool, bytes: &[u8]) -> Value {
    let n = num_bigint::BigInt::from_bytes_be(num_bigint::Sign::Plus, bytes);
    let n = if negative { -1 - n } else { n };
    whole(&n.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn messagepack_keeps_every_digit_and_names_what_json_has_not() {
        let read = |bytes: &[u8]| from_msgpack(bytes).unwrap().to_string();
        assert_eq!(
            read(
                b"\x83\xa1a\x93\x01\xfe\xcf\xff\xff\xff\xff\xff\xff\xff\xff\xa1b\xc0\x01\xca\x3d\xcc\xcc\xcd"
            ),
            r#"{"a":[1,-2,18446744073709551615],"b":null,"1":0.1}"#
        );
        assert_eq!(
            read(b"\x82\xa1x\xc4\x01\xff\xa1t\xd4\x07\x09"),
            r#"{"x":"/w==","t":{"extension":7,"base64":"CQ=="}}"#
        );
        assert!(from_msgpack(b"\x81\xa1a").is_err());
        assert_eq!(from_msgpack(b"\x80\x80").unwrap_err(), "1 bytes are left over");
        assert!(from_msgpack(&vec![0x91; 100_000]).is_err());
    }

    #[test]
    fn cbor_keeps_every_digit_and_names_what_json_has_not() {
        let read = |bytes: &[u8]| from_cbor(bytes).unwrap().to_string();
        assert_eq!(
            read(b"\xa3aa\x82\x1b\xff\xff\xff\xff\xff\xff\xff\xff\x3b\xff\xff\xff\xff\xff\xff\xff\xffab\xf6\x01\xfb\x3f\xb9\x99\x99\x99\x99\x99\x9a"),
            r#"{"a":[18446744073709551615,-18446744073709551616],"b":null,"1":0.1}"#
        );
        assert_eq!(
            read(b"\xa4aw\xc0ax\x61b\xc2\x49\x01\0\0\0\0\0\0\0\0\x61n\xc3\x41\x09\x61u\xd8\x20ay"),
            r#"{"w":"x","b":18446744073709551616,"n":-10,"u":{"tag":32,"value":"y"}}"#
        );
        assert_eq!(read(b"\xd9\xd9\xf7\xbf\x61a\x01\xff"), r#"{"a":1}"#);
        assert_eq!(from_cbor(b"\xa1aa").unwrap_err(), "cut short");
        assert!(from_cbor(&vec![0x81; 100_000]).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = (from_msgpack(&bytes), from_cbor(&bytes));
        }
    }
}
