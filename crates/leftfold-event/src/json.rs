//! JSON that loses nothing: numbers keep their text, objects their order.
//!
//! serde_json can keep number texts only through a feature that changes `serde_json::Value` for every crate of the
//! build, the shell's IPC among them; so values are built here, over jiter's pull parser.

use std::fmt::{self, Write as _};

use compact_str::CompactString;
use hashbrown::HashTable;
use jiter::{Jiter, Peek};
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher;

/// How deep arrays and objects may nest before a text is refused.
pub const MAX_DEPTH: usize = 256;

/// Objects with more keys than this get a hash index.
const INDEX_FROM: usize = 24;

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

/// A number's own text, valid JSON. Equality is equality of the text: `10.10` and `10.1` differ (see
/// [`Number::same_value`]).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Number(CompactString);

impl Number {
    /// The text, every digit of it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A number from its text, if that is valid JSON.
    pub fn parse(text: &str) -> Option<Self> {
        match parse(text.as_bytes()) {
            Ok(Value::Number(n)) if n.0.len() == text.len() => Some(n),
            _ => None,
        }
    }

    /// The value as an integer, when it is written as one that fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }

    /// The nearest float, for drawing only.
    pub fn as_f64(&self) -> f64 {
        self.0.parse().unwrap_or(f64::NAN)
    }

    /// Whether both stand for the same value however spelt: `10.10`, `10.1` and `1.01e1` do; 9007199254740993 and
    /// 9007199254740992 do not.
    pub fn same_value(&self, other: &Self) -> bool {
        self.0 == other.0 || canonical(&self.0) == canonical(&other.0)
    }
}

macro_rules! number_from {
    ($($t:ty),*) => {$(
        impl From<$t> for Number {
            fn from(n: $t) -> Self {
                Self(compact_str::format_compact!("{n}"))
            }
        }
        impl From<$t> for Value {
            fn from(n: $t) -> Self {
                Self::Number(n.into())
            }
        }
    )*};
}
number_from!(i64, u64, i32, u32);

/// Sign, significant digits without zeros at either end, and the power of ten of the last digit. Zero has no digits.
fn canonical(text: &str) -> (bool, String, i64) {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |t| (true, t));
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, 0), |(m, e)| {
        (
            m,
            e.parse::<i64>().unwrap_or(if e.starts_with('-') {
                i64::MIN / 2
            } else {
                i64::MAX / 2
            }),
        )
    });
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return (false, String::new(), 0);
    }
    let trailing = digits.len() - digits.trim_end_matches('0').len();
    let power = exponent
        .saturating_sub(fraction.len() as i64)
        .saturating_add(trailing as i64);
    (negative, significant.to_owned(), power)
}

/// An object: entries in the order they came; a key given twice keeps its first place and its last value.
#[derive(Clone, Default)]
pub struct Object {
    entries: Vec<(CompactString, Value)>,
    /// Positions in `entries` by key; only for objects past [`INDEX_FROM`] keys.
    index: Option<Box<HashTable<u32>>>,
}

impl Object {
    /// An empty object.
    pub const fn new() -> Self {
        Self {
            entries: Vec::new(),
            index: None,
        }
    }

    /// How many keys.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn place(&self, key: &str) -> Option<usize> {
        match &self.index {
            None => self.entries.iter().position(|(k, _)| k == key),
            Some(index) => index
                .find(FxBuildHasher.hash_one(key), |&i| {
                    self.entries[i as usize].0 == key
                })
                .map(|&i| i as usize),
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.place(key).map(|i| &self.entries[i].1)
    }

    /// The value of a key, to change.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.place(key).map(|i| &mut self.entries[i].1)
    }

    /// Sets a key, returning what it held. A new key goes to the end.
    pub fn insert(&mut self, key: impl AsRef<str> + Into<CompactString>, value: Value) -> Option<Value> {
        if let Some(i) = self.place(key.as_ref()) {
            return Some(std::mem::replace(&mut self.entries[i].1, value));
        }
        let place = self.entries.len() as u32;
        self.entries.push((key.into(), value));
        if self.index.is_some() || self.entries.len() > INDEX_FROM {
            self.index_from(place);
        }
        None
    }

    fn index_from(&mut self, place: u32) {
        let entries = &self.entries;
        let hash = |i: &u32| FxBuildHasher.hash_one(entries[*i as usize].0.as_str());
        if let Some(index) = &mut self.index {
            index.insert_unique(hash(&place), place, hash);
        } else {
            let mut index = HashTable::with_capacity(entries.len() * 2);
            for i in 0..entries.len() as u32 {
                index.insert_unique(hash(&i), i, hash);
            }
            self.index = Some(Box::new(index));
        }
    }

    /// Takes a key out; the others keep their order.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let i = self.place(key)?;
        self.index = None;
        let (_, value) = self.entries.remove(i);
        if self.entries.len() > INDEX_FROM {
            self.index_from(0);
        }
        Some(value)
    }

    /// Keys and values in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> + Clone {
        self.entries.iter().map(|(k, v)| (k.as_str(), v))
    }

    /// Keys and values in order, values to change.
    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = (&str, &mut Value)> {
        self.entries.iter_mut().map(|(k, v)| (k.as_str(), v))
    }
}

impl IntoIterator for Object {
    type Item = (CompactString, Value);
    type IntoIter = std::vec::IntoIter<(CompactString, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<K: Into<CompactString> + AsRef<str>> FromIterator<(K, Value)> for Object {
    fn from_iter<T: IntoIterator<Item = (K, Value)>>(entries: T) -> Self {
        let mut object = Self::new();
        for (k, v) in entries {
            object.insert(k, v);
        }
        object
    }
}

/// Objects are equal when they hold the same keys and values, in whatever order.
impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(k, v)| other.get(k) == Some(v))
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
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

/// Reads one JSON text; nothing but white space may follow it.
pub fn parse(bytes: &[u8]) -> Result<Value, JsonError> {
    let mut jiter = Jiter::new(bytes);
    let wrap = |e: jiter::JiterError| JsonError {
        offset: e.index,
        message: e.error_type.to_string(),
    };
    let peek = jiter.peek().map_err(wrap)?;
    let value = value(&mut jiter, peek, 0)?;
    jiter.finish().map_err(wrap)?;
    Ok(value)
}

fn value(jiter: &mut Jiter<'_>, peek: Peek, depth: usize) -> Result<Value, JsonError> {
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
                items.push(value(jiter, peek, depth + 1)?);
                next = jiter.array_step().map_err(wrap)?;
            }
            Value::Array(items)
        }
        Peek::Object => {
            let mut object = Object::new();
            let mut next = jiter.known_object().map_err(wrap)?.map(CompactString::new);
            while let Some(key) = next {
                let peek = jiter.peek().map_err(wrap)?;
                let v = value(jiter, peek, depth + 1)?;
                object.insert(key, v);
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

/// Appends a JSON string literal, quotes included.
pub fn write_string(text: &str, out: &mut String) {
    out.push('"');
    let mut clean = 0;
    for (i, b) in text.bytes().enumerate() {
        let escape = match b {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0c => "\\f",
            0..0x20 => "",
            _ => continue,
        };
        out.push_str(&text[clean..i]);
        clean = i + 1;
        if escape.is_empty() {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\u{b:04x}");
        } else {
            out.push_str(escape);
        }
    }
    out.push_str(&text[clean..]);
    out.push('"');
}

/// A pointer token as RFC 6901 escapes it: `~` is `~0`, `/` is `~1`.
pub fn escape_token(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// The key behind an RFC 6901 token.
pub fn unescape_token(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

/// An array index as RFC 6901 allows it: no sign, no leading zero.
pub fn array_index(token: &str) -> Option<usize> {
    if token.len() > 1 && token.starts_with('0') || !token.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    token.parse().ok()
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
            "\"\\ud800\"",
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

    proptest! {
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
