//! A record's headers as the capture keeps them: all of them, in order, as one JSON text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use leftfold_event::json::{self, Object, Value, write_string};
use leftfold_schema::{KEY_HEADER, SchemaId, VALUE_HEADER, of_header};

use super::decoders::Part;

/// Names and values of one record's headers, being written or read back. Names may repeat; values may be absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Headers {
    text: String,
    count: usize,
    /// The schemas named for the key and the value.
    schemas: [Option<SchemaId>; 2],
}

/// The header that names the schema of a part.
pub(super) const fn schema_header(part: Part) -> &'static str {
    match part {
        Part::Key => KEY_HEADER,
        Part::Value => VALUE_HEADER,
    }
}

impl Headers {
    /// No headers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets all of them and keeps the memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.count = 0;
        self.schemas = [None; 2];
    }

    /// Appends one. `None` is a header without a value, which differs from an empty one.
    pub fn push(&mut self, name: &[u8], value: Option<&[u8]>) {
        self.text.push(if self.count == 0 { '[' } else { ',' });
        self.text.push('[');
        write_bytes(name, &mut self.text);
        self.text.push(',');
        match value {
            Some(value) => write_bytes(value, &mut self.text),
            None => self.text.push_str("null"),
        }
        self.text.push(']');
        self.count += 1;
        for part in Part::ALL {
            // The last one counts, as it does to the serialisers that write them.
            if name == schema_header(part).as_bytes() {
                self.schemas[part as usize] = value.and_then(of_header).map(|(id, _)| id);
            }
        }
    }

    /// The schema of a registry that a header names for a part.
    pub fn schema_id(&self, part: Part) -> Option<SchemaId> {
        self.schemas[part as usize]
    }

    /// The text the capture stores; `None`: the record has no headers.
    pub fn with_text<R>(&mut self, use_text: impl FnOnce(Option<&str>) -> R) -> R {
        if self.count == 0 {
            return use_text(None);
        }
        self.text.push(']');
        let result = use_text(Some(&self.text));
        self.text.pop();
        result
    }
}

/// Bytes as JSON: text, or `{"base64": …}` where they are none.
fn write_bytes(bytes: &[u8], out: &mut String) {
    match std::str::from_utf8(bytes) {
        Ok(text) => write_string(text, out),
        Err(_) => {
            out.push_str("{\"base64\":\"");
            STANDARD.encode_string(bytes, out);
            out.push_str("\"}");
        }
    }
}

/// The headers in a stored text: names and values as JSON values. What is no such text has none.
pub(super) fn read(text: &str) -> Vec<(Value, Value)> {
    let Ok(Value::Array(pairs)) = json::parse(text.as_bytes()) else {
        return Vec::new();
    };
    let pair = |pair: Value| match pair {
        Value::Array(mut two) if two.len() == 2 => {
            let value = two.pop()?;
            Some((two.pop()?, value))
        }
        _ => None,
    };
    pairs.into_iter().filter_map(pair).collect()
}

/// What a name is called where only text can stand.
fn name_text(name: &Value) -> String {
    match name {
        Value::String(text) => text.to_string(),
        other => other.to_string(),
    }
}

/// The value of the first of these headers that is text.
pub(super) fn first_text<'h>(headers: &'h [(Value, Value)], names: &[&str]) -> Option<&'h str> {
    names.iter().find_map(|wanted| {
        let found = headers.iter().find(|(n, _)| n.as_str() == Some(wanted));
        found.and_then(|(_, v)| v.as_str())
    })
}

/// The schema that a header names for a part, and what stands behind it there.
pub(super) fn schema_id(headers: &[(Value, Value)], part: Part) -> Option<(SchemaId, Vec<u8>)> {
    let mut named = headers.iter().rev();
    let (_, value) = named.find(|(name, _)| name.as_str() == Some(schema_header(part)))?;
    let bytes = match value {
        Value::String(text) => text.as_bytes().to_vec(),
        other => STANDARD.decode(other.get("base64")?.as_str()?).ok()?,
    };
    let (id, rest) = of_header(&bytes)?;
    Some((id, rest.to_vec()))
}

/// As an object by name; a name that stands several times has an array of its values.
pub(super) fn as_object(headers: &[(Value, Value)]) -> Value {
    let mut object = Object::new();
    for (i, (name, _)) in headers.iter().enumerate() {
        if headers[..i].iter().any(|(n, _)| n == name) {
            continue;
        }
        let mut values: Vec<Value> = headers[i..]
            .iter()
            .filter(|(n, _)| n == name)
            .map(|(_, v)| v.clone())
            .collect();
        let value = if values.len() == 1 {
            values.pop().unwrap_or_default()
        } else {
            Value::Array(values)
        };
        object.insert(name_text(name), value);
    }
    Value::Object(object)
}

/// As kcat lists them: names and values in turn.
pub(super) fn as_flat_list(headers: &[(Value, Value)]) -> Value {
    Value::Array(headers.iter().flat_map(|(n, v)| [n.clone(), v.clone()]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_keep_their_order_repeats_nulls_and_bytes() {
        let mut headers = Headers::new();
        assert_eq!(headers.with_text(|t| t.map(str::to_owned)), None);
        headers.push(b"a", Some(b"1"));
        headers.push(b"b", None);
        headers.push(b"a", Some(b""));
        headers.push(b"\xff", Some(b"\xfe"));
        let text = headers.with_text(|t| t.map(str::to_owned)).unwrap();
        assert_eq!(
            text,
            r#"[["a","1"],["b",null],["a",""],[{"base64":"/w=="},{"base64":"/g=="}]]"#
        );
        let read = read(&text);
        assert_eq!(read.len(), 4);
        assert_eq!(first_text(&read, &["x", "a"]), Some("1"));
        assert_eq!(
            as_object(&read).to_string(),
            r#"{"a":["1",""],"b":null,"{\"base64\":\"/w==\"}":{"base64":"/g=="}}"#
        );
        assert_eq!(
            as_flat_list(&read).to_string(),
            r#"["a","1","b",null,"a","",{"base64":"/w=="},{"base64":"/g=="}]"#
        );
    }

    #[test]
    fn a_header_may_name_the_schema_and_the_last_one_counts() {
        let mut headers = Headers::new();
        headers.push(b"__value_schema_id", Some(b"\0\0\0\0\x01"));
        headers.push(b"__value_schema_id", Some(b"\0\0\0\0\xff\x02\x02"));
        headers.push(b"__key_schema_id", Some(b"text"));
        let named = Some(SchemaId::Number(255));
        assert_eq!(
            (headers.schema_id(Part::Value), headers.schema_id(Part::Key)),
            (named, None)
        );
        let stored = read(&headers.with_text(|t| t.map(str::to_owned)).unwrap());
        assert_eq!(
            schema_id(&stored, Part::Value),
            Some((SchemaId::Number(255), vec![2, 2]))
        );
        assert_eq!(schema_id(&stored, Part::Key), None);
        headers.clear();
        assert_eq!(headers.schema_id(Part::Value), None);
    }
}
