//! One value of a row, borrowed from SQLite or from a JSON text, and what it means as a name or a number.

use std::fmt::Write as _;

use bumpalo::Bump;
use bumpalo::collections::String as BumpString;
use leftfold_event::json::{Number, Value};
use rusqlite::types::ValueRef;

/// One value of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell<'a> {
    /// NULL, JSON `null`, or nothing there.
    Null,
    /// An integer of SQLite.
    Integer(i64),
    /// A float of SQLite.
    Real(f64),
    /// A number as JSON has it, or `true`, `false`, an array or an object: its JSON text.
    Json(&'a str),
    /// Text.
    Text(&'a str),
    /// Bytes, or text that is no UTF-8.
    Bytes(&'a [u8]),
}

impl<'a> From<ValueRef<'a>> for Cell<'a> {
    fn from(value: ValueRef<'a>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(n) => Self::Integer(n),
            ValueRef::Real(x) => Self::Real(x),
            ValueRef::Text(t) => std::str::from_utf8(t).map_or(Self::Bytes(t), Self::Text),
            ValueRef::Blob(b) => Self::Bytes(b),
        }
    }
}

impl<'a> Cell<'a> {
    /// Whether there is nothing.
    pub(crate) const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The value as a name: text as it is, numbers written out, 16 bytes as a UUID, other bytes as text or hex.
    pub(crate) fn name(self, bump: &'a Bump) -> Option<&'a str> {
        match self {
            Self::Null => None,
            Self::Text(t) | Self::Json(t) => Some(t),
            Self::Integer(n) => Some(written(bump, format_args!("{n}"))),
            Self::Real(x) => Some(written(bump, format_args!("{x}"))),
            Self::Bytes(b) => Some(bytes_name(b, bump)),
        }
    }

    /// The value as a stream's name: as [`Self::name`], but bytes are told from the text of the same letters, written as SQLite
    /// writes them (`x'6f7264'`). Sixteen bytes that are no text are the UUID they are in either form.
    pub(crate) fn stream_name(self, bump: &'a Bump) -> Option<&'a str> {
        match self {
            Self::Bytes(b) if b.len() != 16 || legible(b).is_some() => {
                let mut out = BumpString::with_capacity_in(b.len() * 2 + 3, bump);
                out.push_str("x'");
                for byte in b {
                    // Writing to a string cannot fail.
                    let _ = write!(out, "{byte:02x}");
                }
                out.push('\'');
                Some(out.into_bump_str())
            }
            other => other.name(bump),
        }
    }

    /// The value as an integer: written as one, or a float without a fraction.
    pub(crate) fn integer(self) -> Option<i64> {
        match self {
            Self::Integer(n) => Some(n),
            Self::Text(t) | Self::Json(t) => t.trim().parse().ok(),
            // Below 2^53 a float without a fraction is exactly that integer.
            Self::Real(x) if x.fract() == 0.0 && x.abs() < 9_007_199_254_740_992.0 => Some(x as i64),
            Self::Bytes(b) => std::str::from_utf8(b).ok()?.trim().parse().ok(),
            Self::Null | Self::Real(_) => None,
        }
    }

    /// The bytes of text or of a blob.
    pub(crate) fn bytes(self) -> Option<&'a [u8]> {
        match self {
            Self::Text(t) | Self::Json(t) => Some(t.as_bytes()),
            Self::Bytes(b) => Some(b),
            _ => None,
        }
    }

    /// The value as JSON: bytes as their name.
    pub(crate) fn value(self, bump: &'a Bump) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Integer(n) => Value::from(n),
            Self::Real(x) => real(x),
            Self::Json(t) => leftfold_event::json::parse(t.as_bytes()).unwrap_or_else(|_| Value::from(t)),
            Self::Text(t) => Value::from(t),
            Self::Bytes(b) => Value::from(bytes_name(b, bump)),
        }
    }
}

/// A float as a JSON number: the shortest text that reads back the same; infinities as text.
pub(crate) fn real(x: f64) -> Value {
    Number::parse(&format!("{x:?}")).map_or_else(|| Value::from(x.to_string()), Value::Number)
}

fn written<'a>(bump: &'a Bump, text: std::fmt::Arguments<'_>) -> &'a str {
    let mut out = BumpString::new_in(bump);
    // Writing to a string cannot fail.
    let _ = out.write_fmt(text);
    out.into_bump_str()
}

fn legible(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes)
        .ok()
        .filter(|text| !text.chars().any(char::is_control))
}

fn bytes_name<'a>(bytes: &'a [u8], bump: &'a Bump) -> &'a str {
    if let Some(text) = legible(bytes) {
        return text;
    }
    written(
        bump,
        format_args!("{}", leftfold_event::EventId::Bytes(bytes.to_vec())),
    )
}
