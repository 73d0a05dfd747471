//! JSON that loses nothing: numbers keep their text, objects their order.
//!
//! serde_json can keep number texts only through a feature that changes `serde_json::Value` for every crate of the
//! build, the shell's IPC among them; so values are built here, over jiter's pull parser.

mod number;
mod object;
mod text;

use std::fmt;

use compact_str::CompactString;
use jiter::{Jiter, Peek};

pub use number::{Number, significant};
pub use object::Object;
pub(crate) use text::{HALF, half_at};
pub use text::{array_index, escape_token, one_line, unescape_token, unmarked, write_string};

/// How deep arrays and objects may nest before a text is refused.
pub const MAX_DEPTH: usize = 256;

/// A JSON value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as it was written.
    Number(Number),
    /// A string, decoded.
    String(CompactString),
    /// An array.
    Array(Vec<Value>),
    /// An object, keys in the order they came.
    Object(Object),
}
/// Why bytes are no JSON.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not JSON at byte {offset}: {message}")]
pub struct JsonError {
    /// Where, in bytes from the start.
    pub offset: usize,
    /// What the parser says.
    pub message: String,
}

/// Reads one JSON text; nothing but white space may follow it. Of a key that stands twice in an object the last value counts.
/// A byte order mark before it is passed over.
pub fn parse(bytes: &[u8]) -> Result<Value, JsonError> {
    parse_noting(bytes).map(|(value, _)| value)
}

/// The same, with the first key that stands twice in one object, if there is one.
///
/// Half of a surrogate pair (`"\ud800"`), which JSON can spell and no text can hold, is read as U+10FFFF, which is no character, and a mark of
/// its own behind it: it is no other text, and is written as it was.
pub fn parse_noting(bytes: &[u8]) -> Result<(Value, Option<CompactString>), JsonError> {
    parse_strictly(bytes).or_else(|e| mended(bytes, e, &parse_strictly))
}

/// What is read of a text whose halves of surrogate pairs are marked; an error has its place in the text as it is.
fn mended<T>(
    bytes: &[u8],
    e: JsonError,
    read: &dyn Fn(&[u8]) -> Result<T, JsonError>,
) -> Result<T, JsonError> {
    let Some(marked) = text::with_halves_marked(bytes, false) else {
        return Err(e);
    };
    read(&marked).map_err(|e| {
        let in_place = text::with_halves_marked(bytes, true);
        in_place.and_then(|text| read(&text).err()).unwrap_or(e)
    })
}

fn parse_strictly(bytes: &[u8]) -> Result<(Value, Option<CompactString>), JsonError> {
    let mut twice = None;
    let text = unmarked(bytes);
    let mark = bytes.len() - text.len();
    let mut jiter = Jiter::new(text);
    let wrap = |e: jiter::JiterError| JsonError {
        offset: mark + e.index,
        message: e.error_type.to_string(),
    };
    let peek = jiter.peek().map_err(wrap)?;
    let value = value(&mut jiter, peek, 0, &mut twice).map_err(|e| JsonError {
        offset: mark + e.offset,
        ..e
    })?;
    jiter.finish().map_err(wrap)?;
    Ok((value, twice))
}

/// Reads one JSON text as [`parse`] does, but of an object only the members with these keys; the text of the others is
/// checked and left out.
pub fn parse_members(bytes: &[u8], keys: &[String]) -> Result<Value, JsonError> {
    members(bytes, keys).or_else(|e| mended(bytes, e, &|text| members(text, keys)))
}

fn members(bytes: &[u8], keys: &[String]) -> Result<Value, JsonError> {
    let mut jiter = Jiter::new(unmarked(bytes));
    let wrap = |e: jiter::JiterError| JsonError {
        offset: e.index,
        message: e.error_type.to_string(),
    };
    if jiter.peek().map_err(wrap)? != Peek::Object {
        return parse(bytes);
    }
    let mut object = Object::new();
    let mut next = jiter.known_object().map_err(wrap)?;
    while let Some(key) = next {
        match keys.iter().find(|k| *k == key) {
            Some(key) => {
                let peek = jiter.peek().map_err(wrap)?;
                object.insert(key.as_str(), value(&mut jiter, peek, 1, &mut None)?);
            }
            None => jiter.next_skip().map_err(wrap)?,
        }
        next = jiter.next_key().map_err(wrap)?;
    }
    jiter.finish().map_err(wrap)?;
    Ok(Value::Object(object))
}

/// Reads a text that the caller knows to be one JSON value without white space around it: quicker than [`parse`] for
/// plain strings and numbers, the same otherwise.
pub fn parse_valid(bytes: &[u8]) -> Result<Value, JsonError> {
    match bytes {
        [b'"', inner @ .., b'"'] if memchr::memchr(b'\\', inner).is_none() => {
            if let Ok(text) = std::str::from_utf8(inner) {
                return Ok(Value::String(CompactString::new(text)));
            }
        }
        [b'-' | b'0'..=b'9', ..] => {
            if let Ok(text) = std::str::from_utf8(bytes) {
                return Ok(Value::Number(Number(CompactString::new(text))));
            }
        }
        _ => {}
    }
    parse(bytes)
}

fn value(
    jiter: &mut Jiter<'_>,
    peek: Peek,
    depth: usize,
    twice: &mut Option<CompactString>,
) -> Result<Value, JsonError> {
    let wrap = |e: jiter::JiterError| JsonError {
        offset: e.index,
        message: e.error_type.to_string(),
    };
    if depth > MAX_DEPTH {
        let message = format!("nested deeper than {MAX_DEPTH}");
        return Err(JsonError {
            offset: jiter.current_index(),
            message,
        });
    }
    Ok(match peek {
        Peek::Null => {
            jiter.known_null().map_err(wrap)?;
            Value::Null
        }
        Peek::True | Peek::False => Value::Bool(jiter.known_bool(peek).map_err(wrap)?),
        Peek::String => Value::String(CompactString::new(jiter.known_str().map_err(wrap)?)),
        Peek::Array => {
            let mut items = Vec::new();
            let mut next = jiter.known_array().map_err(wrap)?;
            while let Some(peek) = next {
                items.push(value(jiter, peek, depth + 1, twice)?);
                next = jiter.array_step().map_err(wrap)?;
            }
            Value::Array(items)
        }
        Peek::Object => {
            let mut object = Object::new();
            let mut next = jiter.known_object().map_err(wrap)?.map(CompactString::new);
            while let Some(key) = next {
                let peek = jiter.peek().map_err(wrap)?;
                let v = value(jiter, peek, depth + 1, twice)?;
                let name = key.clone();
                if object.insert(key, v).is_some() {
                    twice.get_or_insert(name);
                }
                next = jiter.next_key().map_err(wrap)?.map(CompactString::new);
            }
            Value::Object(object)
        }
        _ => {
            let start = jiter.current_index();
            let bytes = jiter.next_number_bytes().map_err(wrap)?;
            // jiter also reads NaN and Infinity, which JSON has not; "-" alone is refused by jiter itself.
            match std::str::from_utf8(bytes) {
                Ok(text) if text.bytes().last().is_some_and(|b| b.is_ascii_digit()) => {
                    Value::Number(Number(CompactString::new(text)))
                }
                _ => {
                    return Err(JsonError {
                        offset: start,
                        message: "expected a value".to_owned(),
                    });
                }
            }
        }
    })
}

impl Value {
    /// The value at an RFC 6901 pointer (`""` is the whole, `/a/0` a path).
    pub fn pointer(&self, pointer: &str) -> Option<&Self> {
        if pointer.is_empty() {
            return Some(self);
        }
        let mut here = self;
        for token in pointer.strip_prefix('/')?.split('/') {
            let token = unescape_token(token);
            here = match here {
                Self::Object(o) => o.get(&token)?,
                Self::Array(a) => a.get(array_index(&token)?)?,
                _ => return None,
            };
        }
        Some(here)
    }

    /// The text of a string value.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(s) => Some(s),
            _ => None,
        }
    }

    /// The object, if it is one.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(o) => Some(o),
            _ => None,
        }
    }

    /// A key of an object.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_object()?.get(key)
    }

    /// Appends the JSON text, compact.
    pub fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(true) => out.push_str("true"),
            Self::Bool(false) => out.push_str("false"),
            Self::Number(n) => out.push_str(n.as_str()),
            Self::String(s) => write_string(s, out),
            Self::Array(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(o) => {
                out.push('{');
                for (i, (k, v)) in o.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    write_string(k, out);
                    out.push(':');
                    v.write(out);
                }
                out.push('}');
            }
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text.into())
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}

/// The compact JSON text.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        self.write(&mut out);
        f.write_str(&out)
    }
}
#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn round(text: &str) -> String {
        parse(text.as_bytes()).map_or_else(|e| e.to_string(), |v| v.to_string())
    }

    #[test]
    fn numbers_keep_every_digit() {
        for text in [
            "9007199254740993",
            "0.10",
            "1e400",
            "-0",
            "18446744073709551616",
            "3.141592653589793238462643",
            "1E+2",
        ] {
            assert_eq!(round(text), text);
        }
    }

    #[test]
    fn objects_keep_their_order_and_the_last_of_two_values() {
        assert_eq!(round(r#"{"b":1,"a":2,"b":3}"#), r#"{"b":3,"a":2}"#);
    }

    #[test]
    fn a_key_that_stands_twice_is_noted() {
        let twice = |text: &str| parse_noting(text.as_bytes()).ok().and_then(|(_, twice)| twice);
        assert_eq!(twice(r#"{"a":1,"b":{"c":1,"c":2},"a":3}"#).as_deref(), Some("c"));
        assert_eq!(twice(r#"{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}"#), None);
    }

    #[test]
    fn a_text_on_one_line_keeps_all_but_its_layout() {
        let text = "{\r\n  \"a b\" : [ 1.0,\t2E+1 ],\n  \"q\\\"\\\\\": \" x \",\n \"a b\":\"\\u00fc\"}";
        assert_eq!(
            one_line(text),
            r#"{"a b":[1.0,2E+1],"q\"\\":" x ","a b":"\u00fc"}"#
        );
        assert_eq!(one_line(" {\"a\": 1} "), "{\"a\": 1}");
    }

    #[test]
    fn what_is_no_json_is_refused_with_its_place() {
        for text in [
            "",
            "{",
            "[1,]",
            "NaN",
            "Infinity",
            "-Infinity",
            "01",
            "1.",
            "{\"a\":1}x",
            "'a'",
            "-",
        ] {
            assert!(
                round(text).starts_with("not JSON at byte"),
                "{text} gave {}",
                round(text)
            );
        }
        let deep = "[".repeat(100_000);
        assert!(round(&deep).contains("nested deeper"));
    }

    #[test]
    fn half_a_surrogate_pair_hides_nothing_else() {
        assert_eq!(
            round(r#"{"a":"x\ud800y","\uDFFF":1}"#),
            r#"{"a":"x\ud800y","\udfff":1}"#
        );
        assert_eq!(
            round(r#"["\udc00\ud800","\ud83d\ude00","\\ud800"]"#),
            "[\"\\udc00\\ud800\",\"\u{1f600}\",\"\\\\ud800\"]"
        );
        // What is no half stays what it is.
        for text in [
            "\u{10ffff}",
            "\u{10ffff}x",
            "\u{10ffff}\u{e800}",
            "\u{10fffe}\u{e000}",
            "\u{fffd}",
        ] {
            assert_eq!(round(&format!("\"{text}\"")), format!("\"{text}\""));
        }
        let value = |text: &str| parse(text.as_bytes()).unwrap();
        let halves = [
            r#""\ud800""#,
            r#""\ud801""#,
            r#""\udfff""#,
            "\"\u{fffd}\"",
            r#""""#,
        ]
        .map(value);
        for (i, half) in halves.iter().enumerate() {
            assert!(halves.iter().skip(i + 1).all(|other| other != half), "{half}");
        }
        assert_eq!(value(r#""\uD800""#), halves[0]);
        // An error has its place in the text as it was written.
        let broken = r#"{"a":"\ud800\ud800","n":}"#;
        assert_eq!(round(broken), round(&broken.replace("d800", "0041")));
        let keys = ["n".to_owned()];
        assert!(parse_members(br#"{"a":"\ud800","n":1}"#, &keys).is_ok());
        assert!(round(r#"{"a":"\ud800","n":}"#).starts_with("not JSON"));
    }

    #[test]
    fn a_byte_order_mark_before_a_text_is_passed_over() {
        assert_eq!(round("\u{feff} {\"a\":\"\u{feff}\"}"), "{\"a\":\"\u{feff}\"}");
        assert_eq!(
            round("\u{feff}{\"a\":x}"),
            "not JSON at byte 8: expected value",
            "the place counts it"
        );
        assert!(round("\u{feff}\u{feff}1").starts_with("not JSON at byte 3"));
        assert!(round("[\u{feff}1]").starts_with("not JSON"));
        let keys = ["n".to_owned()];
        assert!(
            parse_members("\u{feff}{\"a\":1,\"n\":1}".as_bytes(), &keys).is_ok_and(|v| v.get("n").is_some())
        );
        assert_eq!(one_line("\u{feff}{\"a\":1}"), "{\"a\":1}");
    }

    #[test]
    fn spelling_does_not_change_a_value() {
        let same = |a: &str, b: &str| Number(a.into()).same_value(&Number(b.into()));
        assert!(same("10.10", "10.1") && same("1.01e1", "10.1") && same("0", "-0.00") && same("100", "1e2"));
        assert!(!same("9007199254740993", "9007199254740992") && !same("1", "-1") && !same("1", "10"));
    }

    #[test]
    fn large_objects_find_their_keys_after_removals() {
        let mut o: Object = (0..100_u32).map(|i| (format!("k{i}"), Value::from(i))).collect();
        for i in (0..100_u32).step_by(3) {
            assert_eq!(o.remove(&format!("k{i}")), Some(Value::from(i)));
        }
        for i in 0..100_u32 {
            assert_eq!(o.get(&format!("k{i}")).is_some(), i % 3 != 0);
        }
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::from),
            "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?"
                .prop_map(|t| Value::Number(Number(t.into()))),
            "\\PC*".prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                prop::collection::vec((any::<String>(), inner), 0..40)
                    .prop_map(|kv| Value::Object(kv.into_iter().collect())),
            ]
        })
    }

    #[test]
    fn members_left_out_are_checked_like_the_others() {
        for text in [
            r#"{"a":1,"b":NaN}"#,
            r#"{"a":1,"b":[-Infinity]}"#,
            r#"{"b":{"c":01},"a":1}"#,
            "{\"b\":\"\u{1}\"}",
            r#"{"a":1,"b":-}"#,
            r#"{"a":1,"b":1.}"#,
            r#"{"a":1} x"#,
        ] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
            assert!(
                parse_members(text.as_bytes(), &["a".to_owned()]).is_err(),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_text_known_to_be_valid_is_read_as_any_other(text in "\"[a-z\\u{e9} ]{0,30}\"|\"(\\\\n|x){0,4}\"|-?[1-9][0-9]{0,30}(\\.5)?|true|null|\\[1\\]") {
            prop_assert_eq!(parse_valid(text.as_bytes()), parse(text.as_bytes()), "{}", text);
        }

        #[test]
        fn chosen_members_are_those_of_the_whole(
            members in prop::collection::vec(("[a-e]", any_value()), 0..6),
            keys in prop::collection::vec("[a-c]", 0..3),
        ) {
            let v = Value::Object(members.into_iter().collect());
            let chosen = match &v {
                Value::Object(o) => Value::Object(o.iter().filter(|(k, _)| keys.iter().any(|key| key == k)).map(|(k, v)| (k, v.clone())).collect()),
                other => other.clone(),
            };
            prop_assert_eq!(parse_members(v.to_string().as_bytes(), &keys), Ok(chosen));
        }

        #[test]
        fn every_value_survives_being_written_and_read(v in any_value()) {
            let text = v.to_string();
            prop_assert_eq!(parse(text.as_bytes()).map(|v| v.to_string()), Ok(text.clone()));
            prop_assert_eq!(parse(text.as_bytes()), Ok(v));
        }

        #[test]
        fn reading_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
        }
    }
}
