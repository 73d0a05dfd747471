//! What a record's stream is called.

use std::borrow::Cow;

use leftfold_event::json::Value;
use leftfold_schema::{Schemas, framed};

use super::At;

/// The name of the stream a record belongs to: its key as text. A key that is no text, is empty, or looks like what
/// stands for such a key, is written as SQL writes bytes (`x'00ff'`), so that no two keys share a name. A record without a key is in
/// no stream.
pub(super) fn stream_name<'n>(key: Option<&'n [u8]>, at: &At<'_>, schemas: &Schemas) -> Cow<'n, str> {
    let own = match key {
        None => Cow::Borrowed(""),
        Some(key) => match std::str::from_utf8(key) {
            _ if key.first() == Some(&0) => match of_schema(key, schemas) {
                Some(name) => Cow::Owned(name),
                None => Cow::Owned(hex_name(key)),
            },
            Ok(text) if !text.is_empty() && !looks_like_hex(text) && !text.contains('\0') => {
                Cow::Borrowed(text)
            }
            _ => Cow::Owned(hex_name(key)),
        },
    };
    if !at.with_topic {
        return own;
    }
    // No topic's name holds a slash.
    Cow::Owned(if key.is_none() {
        at.topic.to_owned()
    } else {
        format!("{}/{own}", at.topic)
    })
}

/// What a key in a registry's framing says.
fn of_schema(key: &[u8], schemas: &Schemas) -> Option<String> {
    let (number, body) = framed(key)?;
    let decoded = schemas.get(number)?.ok()?.decode(body).ok()?;
    let name = match decoded.value {
        Value::String(text) => text.into(),
        other => other.to_string(),
    };
    // Such names are those of bytes.
    (!name.is_empty() && !looks_like_hex(&name) && !name.contains('\0')).then_some(name)
}

fn looks_like_hex(text: &str) -> bool {
    let inner = text.strip_prefix("x'").and_then(|t| t.strip_suffix('\''));
    inner.is_some_and(|t| t.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn hex_name(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut name = String::with_capacity(bytes.len() * 2 + 3);
    name.push_str("x'");
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    name.push('\'');
    name
}

#[cfg(test)]
mod tests {
    use leftfold_schema::{Kind, Written};

    use super::*;

    const AT: At<'_> = At {
        topic: "orders",
        partition: 3,
        offset: 17,
        with_topic: false,
    };

    fn name(key: Option<&[u8]>) -> String {
        stream_name(key, &AT, &Schemas::new()).into_owned()
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
        assert_eq!(stream_name(Some(b"a"), &several, &Schemas::new()), "orders/a");
        assert_eq!(stream_name(Some(b""), &several, &Schemas::new()), "orders/x''");
        assert_eq!(stream_name(None, &several, &Schemas::new()), "orders");
    }

    #[test]
    fn a_key_with_a_schema_is_what_it_says() {
        let mut schemas = Schemas::new();
        let avro = |text: &str| Written {
            kind: Kind::Avro,
            text: text.to_owned(),
            uses: Vec::new(),
        };
        schemas.insert(1, avro("\"string\""));
        schemas.insert(
            2,
            avro(r#"{"type":"record","name":"K","fields":[{"name":"id","type":"long"}]}"#),
        );
        let name = |key: &[u8]| stream_name(Some(key), &AT, &schemas).into_owned();
        assert_eq!(name(b"\0\0\0\0\x01\x0corder1"), "order1");
        assert_eq!(name(b"\0\0\0\0\x02\x54"), r#"{"id":42}"#);
        // Cut short, unknown, empty, and a text that looks like bytes.
        assert_eq!(name(b"\0\0\0\0\x01\x0cord"), "x'00000000010c6f7264'");
        assert_eq!(name(b"\0\0\0\0\x09\x02a"), "x'00000000090261'");
        assert_eq!(name(b"\0\0\0\0\x01\0"), "x'000000000100'");
        assert_eq!(name(b"\0\0\0\0\x01\x0ax'00'"), "x'00000000010a7827303027'");
    }
}
