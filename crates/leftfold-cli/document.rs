//! JSON documents for machines, and JSON made readable.

use std::io::{self, Write};

use leftfold_event::json::{self, Number, Object, Value, write_string};

use crate::failure::{Failure, Outcome};
use crate::style::{Paint, Tone, clean};

/// An object under construction. What is unknown is absent.
#[derive(Clone, Default)]
pub(crate) struct Document(Object);

impl Document {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name, value.into());
        self
    }

    #[must_use]
    pub(crate) fn maybe(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// With all that another one has, behind its own.
    #[must_use]
    pub(crate) fn and(mut self, other: Self) -> Self {
        for (name, value) in other.0 {
            self.0.insert(name, value);
        }
        self
    }

    /// On a line of its own.
    pub(crate) fn print(self, out: &mut dyn Write) -> io::Result<()> {
        let mut line = String::new();
        Value::from(self).write(&mut line);
        line.push('\n');
        out.write_all(line.as_bytes())
    }
}

impl From<Document> for Value {
    fn from(document: Document) -> Self {
        Self::Object(document.0)
    }
}

/// A whole number.
pub(crate) fn number(n: impl Into<i128>) -> Value {
    let text = n.into().to_string();
    // The decimal text of an integer is a JSON number; were it none, it would still be shown.
    Number::parse(&text).map_or(Value::String(text.into()), Value::Number)
}

/// A name, where there is one.
pub(crate) fn stated(name: &str) -> Option<&str> {
    Some(name).filter(|n| !n.is_empty())
}

pub(crate) fn list<T: Into<Value>>(items: impl IntoIterator<Item = T>) -> Value {
    Value::Array(items.into_iter().map(Into::into).collect())
}

/// A position as the store writes it: a number where it is one.
pub(crate) fn position(text: &str) -> Value {
    match text.parse::<i64>() {
        Ok(n) if n.to_string() == text => number(n),
        _ => Value::from(text),
    }
}

/// A value that crossed the boundary as JSON text.
pub(crate) fn value(text: &str) -> Outcome<Value> {
    json::parse(text.as_bytes()).map_err(|e| Failure::new("internal", format!("the state is no JSON: {e}")))
}

/// Longest array or object that stays on one line.
const ONE_LINE: usize = 72;

/// Appends a value over several lines, two blanks a level; short arrays and objects of plain values stay on one line.
pub(crate) fn pretty(value: &Value, paint: Paint, depth: usize, out: &mut String) {
    let plain = |v: &Value| !matches!(v, Value::Array(_) | Value::Object(_));
    let fits = |v: &Value| {
        let mut text = String::new();
        v.write(&mut text);
        text.len() + depth * 2 <= ONE_LINE
    };
    let indent = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    match value {
        Value::Array(items) if items.is_empty() => out.push_str("[]"),
        Value::Object(object) if object.is_empty() => out.push_str("{}"),
        Value::Array(items) if items.iter().all(plain) && fits(value) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                pretty(item, paint, depth, out);
            }
            out.push(']');
        }
        Value::Object(object) if depth > 0 && object.iter().all(|(_, v)| plain(v)) && fits(value) => {
            out.push('{');
            for (i, (key, item)) in object.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { " " });
                name(key, paint, out);
                pretty(item, paint, depth, out);
            }
            out.push_str(" }");
        }
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i > 0 { "," } else { "" });
                indent(out, depth + 1);
                pretty(item, paint, depth + 1, out);
            }
            indent(out, depth);
            out.push(']');
        }
        Value::Object(object) => {
            out.push('{');
            for (i, (key, item)) in object.iter().enumerate() {
                out.push_str(if i > 0 { "," } else { "" });
                indent(out, depth + 1);
                name(key, paint, out);
                pretty(item, paint, depth + 1, out);
            }
            indent(out, depth);
            out.push('}');
        }
        scalar => {
            let tone = match scalar {
                Value::String(_) => Tone::Text,
                Value::Number(_) => Tone::Number,
                _ => Tone::Notice,
            };
            out.push_str(&paint.with(tone, &shown(scalar)));
        }
    }
}

fn name(key: &str, paint: Paint, out: &mut String) {
    let mut quoted = String::new();
    write_string(key, &mut quoted);
    out.push_str(&paint.with(Tone::Key, &clean(&quoted)));
    out.push_str(": ");
}

/// A value on one line, safe for a terminal.
pub(crate) fn shown(value: &Value) -> String {
    let mut text = String::new();
    value.write(&mut text);
    clean(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_digit_survives_and_what_is_short_stays_on_a_line() {
        let text = r#"{"n":12345678901234567890.10,"list":[1,2],"o":{"a":null},"deep":{"x":[{"y":"z"}]}}"#;
        let parsed = value(text).unwrap();
        let mut out = String::new();
        pretty(&parsed, Paint::new(false), 0, &mut out);
        let expected = r#"{
  "n": 12345678901234567890.10,
  "list": [1, 2],
  "o": { "a": null },
  "deep": {
    "x": [
      { "y": "z" }
    ]
  }
}"#;
        assert_eq!(out, expected);
    }

    #[test]
    fn a_position_that_is_no_plain_number_stays_text() {
        let line = |text| shown(&position(text));
        assert_eq!(
            [line("17"), line("017"), line("orders[3]@17")],
            ["17", "\"017\"", "\"orders[3]@17\""]
        );
    }
}
