//! Values wrapped as `{"_type_": …, "_data_": …}`, as Python's `eventsourcing` writes what JSON has no form for.

use std::sync::LazyLock;

use bumpalo::Bump;
use leftfold_event::json::Value;
use memchr::{memchr2, memmem};

/// Takes the wrapping off, at any depth.
pub(super) fn unwrap(value: Value) -> Value {
    match value {
        Value::Object(mut object) => {
            if object.len() == 2
                && object.get("_type_").is_some_and(|t| t.as_str().is_some())
                && let Some(data) = object.remove("_data_")
            {
                return unwrap(data);
            }
            Value::Object(object.into_iter().map(|(k, v)| (k, unwrap(v))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(unwrap).collect()),
        other => other,
    }
}

/// The key that tells a wrapping. An unescaped quote never stands inside a JSON string, so this is no part of one.
static KEY: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(b"\"_type_\""));

/// What follows the key, up to the type.
const AFTER_KEY: &[u8] = b":\"";

/// What stands between a wrapping's type and its value.
const MIDDLE: &[u8] = b"\",\"_data_\":";

/// The same on the text, without building values: for the compact form the library writes, with single values inside.
/// `None` for anything else: in another spelling, or nested, values must be built.
pub(super) fn flatten<'b>(json: &[u8], bump: &'b Bump) -> Option<&'b [u8]> {
    let key = &*KEY;
    let mut out = bumpalo::collections::Vec::with_capacity_in(json.len(), bump);
    let mut rest = json;
    while let Some(at) = key.find(rest) {
        out.extend_from_slice_copy(rest[..at].strip_suffix(b"{")?);
        let tail = rest[at + key.needle().len()..].strip_prefix(AFTER_KEY)?;
        let end = memchr2(b'"', b'\\', tail)?;
        let value = tail[end..].strip_prefix(MIDDLE)?;
        let length = single_length(value)?;
        out.extend_from_slice_copy(&value[..length]);
        rest = value[length..].strip_prefix(b"}")?;
    }
    out.extend_from_slice_copy(rest);
    Some(out.into_bump_slice())
}

/// The length of the string or number that begins here.
fn single_length(value: &[u8]) -> Option<usize> {
    match value.first()? {
        b'"' => {
            let mut at = 1;
            loop {
                at += memchr2(b'"', b'\\', &value[at..])?;
                if value[at] == b'"' {
                    return Some(at + 1);
                }
                at += 2;
                if at > value.len() {
                    return None;
                }
            }
        }
        b'-' | b'0'..=b'9' => value
            .iter()
            .position(|b| !matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leftfold_event::json::{Object, parse};
    use proptest::prelude::*;

    fn wrapped() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            Just(Value::from("x{\"_type_\":\"")),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
                prop::collection::vec(("[a-c]|_type_|_data_", inner.clone()), 0..4)
                    .prop_map(|kv| Value::Object(kv.into_iter().collect::<Object>())),
                (any::<String>(), inner).prop_map(|(t, v)| {
                    Value::Object([("_type_", Value::from(t)), ("_data_", v)].into_iter().collect())
                }),
            ]
        })
    }

    #[test]
    fn the_librarys_own_form_is_flattened() {
        let bump = Bump::new();
        let json = br#"{"timestamp":{"_type_":"datetime_iso","_data_":"2026\"x"},"n":{"_type_":"d","_data_":-1.50},"a":[1]}"#;
        assert_eq!(
            flatten(json, &bump),
            Some(&br#"{"timestamp":"2026\"x","n":-1.50,"a":[1]}"#[..])
        );
    }

    proptest! {
        #[test]
        fn text_and_values_are_unwrapped_alike(value in wrapped()) {
            let bump = Bump::new();
            if let Some(flat) = flatten(value.to_string().as_bytes(), &bump) {
                prop_assert_eq!(parse(flat), Ok(unwrap(value)));
            }
        }

        #[test]
        fn flattening_never_panics(text in r#"(\{"_type_":"|","_data_":|["\\}{1-])*"#) {
            let _ = flatten(text.as_bytes(), &Bump::new());
        }
    }
}
