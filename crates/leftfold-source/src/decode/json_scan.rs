//! Finds a place in a JSON text without building a tree.

use bumpalo::Bump;
use jiter::{Jiter, Peek};
use leftfold_event::json::{Value, unmarked};

use crate::cell::Cell;

/// A JSON pointer (RFC 6901), taken apart once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pointer {
    tokens: Vec<String>,
}

impl Pointer {
    /// From its text; anything before the first `/` is ignored.
    pub(crate) fn new(text: &str) -> Self {
        let tokens = text
            .split('/')
            .skip(1)
            .map(|t| t.replace("~1", "/").replace("~0", "~"))
            .collect();
        Self { tokens }
    }

    /// The JSON text of the value it points at.
    pub(crate) fn slice<'j>(&self, json: &'j [u8]) -> Option<&'j [u8]> {
        let mut here = unmarked(json);
        if self.tokens.is_empty() {
            return Some(here.trim_ascii());
        }
        for token in &self.tokens {
            here = step(here, token)?;
        }
        Some(here)
    }

    /// The value it points at in a decoded value.
    pub(crate) fn value<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.tokens.iter().try_fold(value, |here, token| match here {
            Value::Object(o) => o.get(token),
            Value::Array(a) => a.get(token.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// The value it points at.
    pub(crate) fn cell<'j>(&self, json: &'j [u8], bump: &'j Bump) -> Cell<'j> {
        self.slice(json).map_or(Cell::Null, |slice| cell_of(slice, bump))
    }
}

/// The value of one key or index of the object or array that `json` begins with.
fn step<'j>(json: &'j [u8], token: &str) -> Option<&'j [u8]> {
    let mut jiter = Jiter::new(json);
    match jiter.peek().ok()? {
        Peek::Object => {
            let mut key = jiter.known_object().ok()?;
            loop {
                let found = key? == token;
                if found {
                    return value_slice(&mut jiter, json);
                }
                jiter.next_skip().ok()?;
                key = jiter.next_key().ok()?;
            }
        }
        Peek::Array => {
            let index: usize = token.parse().ok()?;
            jiter.known_array().ok()??;
            for _ in 0..index {
                jiter.next_skip().ok()?;
                jiter.array_step().ok()??;
            }
            value_slice(&mut jiter, json)
        }
        _ => None,
    }
}

/// The text of the value that comes next, without the white space around it.
fn value_slice<'j>(jiter: &mut Jiter<'j>, json: &'j [u8]) -> Option<&'j [u8]> {
    jiter.peek().ok()?;
    let start = jiter.current_index();
    jiter.next_skip().ok()?;
    json.get(start..jiter.current_index()).map(<[u8]>::trim_ascii)
}

/// A whole JSON text as a cell.
fn cell_of<'j>(slice: &'j [u8], bump: &'j Bump) -> Cell<'j> {
    match slice.first() {
        None | Some(b'n') => Cell::Null,
        Some(b'"') => {
            let inner = &slice[1..slice.len().saturating_sub(1).max(1)];
            if memchr::memchr(b'\\', inner).is_none() {
                return std::str::from_utf8(inner).map_or(Cell::Bytes(inner), Cell::Text);
            }
            match Jiter::new(slice).next_str() {
                Ok(text) => Cell::Text(bump.alloc_str(text)),
                // Half a surrogate pair has a mark in its place.
                Err(_) => match leftfold_event::json::parse(slice) {
                    Ok(Value::String(text)) => Cell::Text(bump.alloc_str(&text)),
                    _ => Cell::Null,
                },
            }
        }
        Some(_) => std::str::from_utf8(slice).map_or(Cell::Bytes(slice), Cell::Json),
    }
}

/// The texts of an array's elements; `None` when it is no array or broken.
pub(crate) fn elements(json: &[u8]) -> Option<Vec<&[u8]>> {
    let mut jiter = Jiter::new(json);
    if jiter.peek().ok()? != Peek::Array {
        return None;
    }
    let mut out = Vec::new();
    let mut next = jiter.known_array().ok()?;
    while next.is_some() {
        out.push(value_slice(&mut jiter, json)?);
        next = jiter.array_step().ok()?;
    }
    Some(out)
}

/// The value of an object whose only key is `key`.
pub(crate) fn single_entry<'j>(json: &'j [u8], key: &str) -> Option<&'j [u8]> {
    let mut jiter = Jiter::new(json);
    if jiter.peek().ok()? != Peek::Object || jiter.known_object().ok()?? != key {
        return None;
    }
    let value = value_slice(&mut jiter, json)?;
    jiter.next_key().ok()?.is_none().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(json: &str, pointer: &str) -> String {
        let bump = Bump::new();
        format!("{:?}", Pointer::new(pointer).cell(json.as_bytes(), &bump))
    }

    #[test]
    fn pointers_find_values_without_a_tree() {
        let json = r#" {"a": [1, {"b/c": "x\ny"}, 9007199254740993 ], "z": null, "t": true} "#;
        assert_eq!(at(json, "/a/1/b~1c"), r#"Text("x\ny")"#);
        assert_eq!(at(json, "/a/2"), r#"Json("9007199254740993")"#);
        assert_eq!(at(json, "/z"), "Null");
        assert_eq!(at(json, "/t"), r#"Json("true")"#);
        for missing in ["/a/3", "/b", "/a/x", "/z/q"] {
            assert_eq!(at(json, missing), "Null", "{missing}");
        }
        assert_eq!(single_entry(br#"{"T": {"a":1} }"#, "T"), Some(&br#"{"a":1}"#[..]));
        assert_eq!(single_entry(br#"{"T": 1, "U": 2}"#, "T"), None);
        assert_eq!(elements(b"[1, [2], {}]").map(|e| e.len()), Some(3));
    }

    proptest! {
        #[test]
        fn scanning_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..100), pointer in "(/[a-b0-2~]{0,3}){0,3}") {
            let bump = Bump::new();
            let _ = Pointer::new(&pointer).cell(&bytes, &bump);
            let _ = elements(&bytes);
        }
    }
}
