//! Avro's binary encoding (Apache Avro 1.12, "Binary encoding"), read by a schema.
//!
//! The schema is apache-avro's to read. The values are read here: that crate recurses as deep as the data say, gives maps in no order
//! and rounds what it can.

use std::collections::HashMap;

use apache_avro::Schema;
use apache_avro::schema::{Name, Namespace};
use compact_str::CompactString;
use leftfold_event::json::{Object, Value};

use crate::framing::{unzigzag, varint};
use crate::number::{bytes, decimal, double, float};
use crate::schema::{Decoded, Use};
use crate::{MAX_DEPTH, MAX_EMPTY};

/// A place in [`Avro::nodes`].
type At = usize;

/// A part of a schema.
enum Node {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    Decimal {
        scale: usize,
    },
    FixedDecimal {
        scale: usize,
        size: usize,
    },
    BigDecimal,
    Duration,
    Fixed {
        size: usize,
    },
    Enum(Vec<CompactString>),
    Array(At),
    Map(At),
    Union(Vec<At>),
    Record(Vec<(CompactString, At)>),
    /// A named part whose own parts are being read.
    Unfinished,
}

/// An Avro schema.
pub(crate) struct Avro {
    nodes: Vec<Node>,
    top: At,
    /// Full names of the records that may stand at the top: of a union there may be several.
    names: HashMap<At, String>,
}

impl Avro {
    pub(crate) fn new(text: &str, uses: &[Use]) -> Result<Self, String> {
        let text = without_uuids(text)?;
        let used: Vec<String> = uses
            .iter()
            .map(|u| without_uuids(&u.text))
            .collect::<Result<_, _>>()?;
        let (schema, known) = Schema::parse_str_with_list(&text, &used).map_err(|e| e.to_string())?;
        let known = known
            .iter()
            .filter_map(|s| Some((full(s.name()?, &None), s)))
            .collect();
        let mut reading = Reading {
            nodes: Vec::new(),
            by_name: HashMap::new(),
            records: HashMap::new(),
            known,
        };
        let top = reading.node(&schema, &None)?;
        Ok(Self {
            nodes: reading.nodes,
            top,
            names: reading.records,
        })
    }

    pub(crate) fn decode(&self, bytes: &[u8]) -> Result<Decoded, String> {
        let mut data = Data {
            avro: self,
            rest: bytes,
            whole: bytes.len(),
            empty: 0,
            named: None,
        };
        let value = data.value(self.top, 0).map_err(|e| data.place(&e))?;
        if !data.rest.is_empty() {
            return Err(format!("{} bytes are left over", data.rest.len()));
        }
        let name = data.named.and_then(|at| self.names.get(&at)).cloned();
        Ok(Decoded { value, name })
    }
}

/// The schema without its uuids: apache-avro (0.21) forgets whether one is text or 16 bytes, and both are read as what they are.
fn without_uuids(text: &str) -> Result<String, String> {
    fn strip(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(object) => {
                if object.get("logicalType").is_some_and(|t| t == "uuid") {
                    object.remove("logicalType");
                }
                object.values_mut().for_each(strip);
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut value = match serde_json::from_str(text) {
        Ok(value) => value,
        // Registries keep a schema that is one name as that name alone.
        Err(_) if is_name(text.trim()) => serde_json::Value::String(text.trim().to_owned()),
        Err(e) => return Err(e.to_string()),
    };
    strip(&mut value);
    Ok(value.to_string())
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.')
}

fn full(name: &Name, enclosing: &Namespace) -> String {
    name.fully_qualified_name(enclosing).fullname(None)
}

/// A schema on its way into nodes.
struct Reading<'s> {
    nodes: Vec<Node>,
    by_name: HashMap<String, At>,
    records: HashMap<At, String>,
    /// Schemas that the one at hand refers to.
    known: HashMap<String, &'s Schema>,
}

impl<'s> Reading<'s> {
    fn push(&mut self, node: Node) -> At {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// A named part, which may refer to itself.
    fn named(
        &mut self,
        name: &Name,
        enclosing: &Namespace,
        fill: impl FnOnce(&mut Self, At, &Namespace) -> Result<Node, String>,
    ) -> Result<At, String> {
        let at = self.push(Node::Unfinished);
        self.by_name.insert(full(name, enclosing), at);
        let inside = name.fully_qualified_name(enclosing).namespace;
        self.nodes[at] = fill(self, at, &inside)?;
        Ok(at)
    }

    fn node(&mut self, schema: &'s Schema, enclosing: &Namespace) -> Result<At, String> {
        let node = match schema {
            Schema::Null => Node::Null,
            Schema::Boolean => Node::Boolean,
            Schema::Int | Schema::Date | Schema::TimeMillis => Node::Int,
            Schema::Long
            | Schema::TimeMicros
            | Schema::TimestampMillis
            | Schema::TimestampMicros
            | Schema::TimestampNanos
            | Schema::LocalTimestampMillis
            | Schema::LocalTimestampMicros
            | Schema::LocalTimestampNanos => Node::Long,
            Schema::Float => Node::Float,
            Schema::Double => Node::Double,
            Schema::Bytes => Node::Bytes,
            // Stripped before; as text it is what it was.
            Schema::String | Schema::Uuid => Node::String,
            Schema::BigDecimal => Node::BigDecimal,
            Schema::Duration => Node::Duration,
            Schema::Decimal(decimal) => match &*decimal.inner {
                Schema::Fixed(fixed) => {
                    let (scale, size) = (decimal.scale, fixed.size);
                    return self.named(&fixed.name, enclosing, |_, _, _| {
                        Ok(Node::FixedDecimal { scale, size })
                    });
                }
                _ => Node::Decimal { scale: decimal.scale },
            },
            Schema::Fixed(fixed) => {
                return self.named(&fixed.name, enclosing, |_, _, _| {
                    Ok(Node::Fixed { size: fixed.size })
                });
            }
            Schema::Enum(symbols) => {
                return self.named(&symbols.name, enclosing, |_, _, _| {
                    Ok(Node::Enum(
                        symbols.symbols.iter().map(CompactString::from).collect(),
                    ))
                });
            }
            Schema::Record(record) => {
                return self.named(&record.name, enclosing, |reading, at, inside| {
                    reading.records.insert(at, full(&record.name, enclosing));
                    let fields = record.fields.iter().map(|field| {
                        let at = reading.node(&field.schema, inside)?;
                        Ok((CompactString::from(&field.name), at))
                    });
                    Ok(Node::Record(fields.collect::<Result<_, String>>()?))
                });
            }
            Schema::Array(array) => Node::Array(self.node(&array.items, enclosing)?),
            Schema::Map(map) => Node::Map(self.node(&map.types, enclosing)?),
            Schema::Union(union) => {
                let branches = union.variants().iter().map(|s| self.node(s, enclosing));
                Node::Union(branches.collect::<Result<_, _>>()?)
            }
            Schema::Ref { name } => {
                let name = full(name, enclosing);
                if let Some(at) = self.by_name.get(&name) {
                    return Ok(*at);
                }
                let Some(schema) = self.known.get(&name).copied() else {
                    return Err(format!("it refers to {name}, which is not there"));
                };
                return self.node(schema, &None);
            }
        };
        Ok(self.push(node))
    }
}

/// Bytes being read.
struct Data<'d> {
    avro: &'d Avro,
    rest: &'d [u8],
    whole: usize,
    /// Values read that took no bytes.
    empty: usize,
    /// The record at the top.
    named: Option<At>,
}

impl<'d> Data<'d> {
    /// An error with the place it happened at.
    fn place(&self, what: &str) -> String {
        format!(
            "{what}, at byte {} of {}",
            self.whole - self.rest.len(),
            self.whole
        )
    }

    fn take(&mut self, n: usize) -> Result<&'d [u8], String> {
        match self.rest.split_at_checked(n) {
            Some((taken, rest)) => {
                self.rest = rest;
                Ok(taken)
            }
            None => Err(format!("{n} bytes are wanted where {} are left", self.rest.len())),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let taken = self.take(N)?;
        taken.try_into().map_err(|_| "cut short".to_owned())
    }

    fn long(&mut self) -> Result<i64, String> {
        match varint(self.rest) {
            Some((n, rest)) => {
                self.rest = rest;
                Ok(unzigzag(n))
            }
            None => Err("a number is cut short or too long".to_owned()),
        }
    }

    fn length(&mut self) -> Result<usize, String> {
        let n = self.long()?;
        usize::try_from(n).map_err(|_| format!("{n} is no length"))
    }

    fn bytes(&mut self) -> Result<&'d [u8], String> {
        let n = self.length()?;
        self.take(n)
    }

    fn text(&mut self) -> Result<&'d str, String> {
        std::str::from_utf8(self.bytes()?).map_err(|e| format!("a text is no UTF-8: {e}"))
    }

    /// The blocks of an array or a map; `item` reads one item.
    fn blocks(&mut self, mut item: impl FnMut(&mut Self) -> Result<(), String>) -> Result<(), String> {
        loop {
            let mut count = self.long()?;
            if count == 0 {
                return Ok(());
            }
            if count < 0 {
                // Its size in bytes follows, for those who would step over it.
                count = count.checked_neg().ok_or("a block has too many items")?;
                self.long()?;
            }
            for _ in 0..count {
                let before = self.rest.len();
                item(self)?;
                if self.rest.len() == before {
                    self.empty += 1;
                    if self.empty > MAX_EMPTY {
                        return Err(format!(
                            "it holds more than {MAX_EMPTY} values that take no bytes"
                        ));
                    }
                }
            }
        }
    }

    fn value(&mut self, at: At, depth: usize) -> Result<Value, String> {
        if depth > MAX_DEPTH {
            return Err(format!("nested deeper than {MAX_DEPTH}"));
        }
        let avro = self.avro;
        Ok(match &avro.nodes[at] {
            Node::Null => Value::Null,
            Node::Boolean => match self.array::<1>()? {
                [0] => Value::Bool(false),
                [1] => Value::Bool(true),
                [other] => return Err(format!("{other} is neither true nor false")),
            },
            Node::Int => {
                let n = self.long()?;
                Value::from(i64::from(
                    i32::try_from(n).map_err(|_| format!("{n} is beyond 32 bits"))?,
                ))
            }
            Node::Long => Value::from(self.long()?),
            Node::Float => float(f32::from_le_bytes(self.array()?)),
            Node::Double => double(f64::from_le_bytes(self.array()?)),
            Node::Bytes => bytes(self.bytes()?),
            Node::String => Value::from(self.text()?),
            Node::Decimal { scale } => decimal(self.bytes()?, *scale),
            Node::FixedDecimal { scale, size } => decimal(self.take(*size)?, *scale),
            Node::BigDecimal => {
                let mut inner = Self {
                    rest: self.bytes()?,
                    ..*self
                };
                let unscaled = inner.bytes()?;
                let scale = usize::try_from(inner.long()?).ok().filter(|s| *s <= 4096);
                decimal(unscaled, scale.ok_or("a decimal's scale is out of bounds")?)
            }
            Node::Duration => {
                let mut object = Object::new();
                for unit in ["months", "days", "milliseconds"] {
                    object.insert(unit, Value::from(i64::from(u32::from_le_bytes(self.array()?))));
                }
                Value::Object(object)
            }
            Node::Fixed { size } => bytes(self.take(*size)?),
            Node::Enum(symbols) => {
                let n = self.long()?;
                let symbol = usize::try_from(n).ok().and_then(|n| symbols.get(n));
                Value::from(
                    symbol
                        .ok_or_else(|| format!("the enum has no symbol {n}"))?
                        .as_str(),
                )
            }
            Node::Array(items) => {
                let mut found = Vec::new();
                self.blocks(|data| {
                    found.push(data.value(*items, depth + 1)?);
                    Ok(())
                })?;
                Value::Array(found)
            }
            Node::Map(values) => {
                let mut object = Object::new();
                self.blocks(|data| {
                    let key = data.text()?;
                    object.insert(key, data.value(*values, depth + 1)?);
                    Ok(())
                })?;
                Value::Object(object)
            }
            Node::Union(branches) => {
                let n = self.long()?;
                let branch = usize::try_from(n).ok().and_then(|n| branches.get(n));
                let branch = *branch.ok_or_else(|| format!("the union has no branch {n}"))?;
                self.value(branch, depth + 1)?
            }
            Node::Record(fields) => {
                if self.named.is_none() {
                    self.named = Some(at);
                }
                let mut entries = Vec::with_capacity(fields.len());
                for (name, field) in fields {
                    let value = self
                        .value(*field, depth + 1)
                        .map_err(|e| format!("{name}: {e}"))?;
                    entries.push((name.clone(), value));
                }
                // A record's fields have different names: apache-avro refuses others.
                Value::Object(Object::of_different_keys(entries))
            }
            Node::Unfinished => return Err("the schema is not whole".to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ORDER: &str = r#"{"type":"record","name":"OrderPlaced","namespace":"shop","fields":[
        {"name":"id","type":{"type":"string","logicalType":"uuid"}},
        {"name":"total","type":{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}},
        {"name":"mark","type":{"type":"fixed","name":"Mark","size":2}},
        {"name":"tags","type":{"type":"map","values":"int"}},
        {"name":"next","type":["null","OrderPlaced"]},
        {"name":"kind","type":{"type":"enum","name":"Kind","symbols":["A","B"]}}]}"#;

    fn avro(text: &str) -> Avro {
        Avro::new(text, &[]).unwrap()
    }

    #[test]
    fn a_record_keeps_its_fields_in_order_and_says_its_name() {
        let bytes = b"\x02x\x04\x07\xe2\0\xff\x04\x02b\x02\x02a\x04\0\0\x02";
        let decoded = avro(ORDER).decode(bytes).unwrap();
        assert_eq!(decoded.name.as_deref(), Some("shop.OrderPlaced"));
        assert_eq!(
            decoded.value.to_string(),
            r#"{"id":"x","total":20.18,"mark":"AP8=","tags":{"b":1,"a":2},"next":null,"kind":"B"}"#
        );
    }

    #[test]
    fn what_does_not_fit_is_told_with_its_place() {
        let said = |bytes: &[u8]| avro(ORDER).decode(bytes).unwrap_err();
        assert_eq!(
            said(b"\x02x"),
            "total: a number is cut short or too long, at byte 2 of 2"
        );
        assert_eq!(
            said(b"\x02x\0\0\xff\0\x04"),
            "next: the union has no branch 2, at byte 7 of 7"
        );
        assert_eq!(
            said(b"\x02x\0\0\xff\0\0\x04"),
            "kind: the enum has no symbol 2, at byte 8 of 8"
        );
        assert_eq!(said(b"\x02x\0\0\xff\0\0\0xy"), "2 bytes are left over");
        assert!(said(b"\xfe\xff\xff\xff\x0fx").contains("bytes are wanted where 1 are left"));
    }

    #[test]
    fn data_that_nest_without_end_are_refused() {
        let list = avro(r#"{"type":"record","name":"L","fields":[{"name":"n","type":["null","L"]}]}"#);
        assert!(list.decode(&[0; 1]).is_ok());
        let deep = vec![2; 100_000];
        assert!(list.decode(&deep).unwrap_err().contains("nested deeper"));
        let endless = avro(r#"{"type":"record","name":"E","fields":[{"name":"n","type":"E"}]}"#);
        assert!(endless.decode(b"").unwrap_err().contains("nested deeper"));
        let nothing = avro(r#"{"type":"array","items":"null"}"#);
        let many = b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\0";
        assert!(nothing.decode(many).unwrap_err().contains("take no bytes"));
    }

    #[test]
    fn schemas_may_refer_to_each_other() {
        let line = Use {
            name: "shop.Line".to_owned(),
            text:
                r#"{"type":"record","name":"Line","namespace":"shop","fields":[{"name":"n","type":"int"}]}"#
                    .to_owned(),
        };
        let text = r#"{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"a","type":"Line"},{"name":"b","type":{"type":"array","items":"shop.Line"}}]}"#;
        let decoded = Avro::new(text, std::slice::from_ref(&line))
            .unwrap()
            .decode(b"\x02\x02\x04\0")
            .unwrap();
        assert_eq!(decoded.value.to_string(), r#"{"a":{"n":1},"b":[{"n":2}]}"#);
        assert!(Avro::new(text, &[]).is_err());
    }

    #[test]
    fn a_schema_may_be_one_name() {
        assert_eq!(
            avro("\"string\"").decode(b"\x02x").unwrap().value,
            Value::from("x")
        );
        assert_eq!(avro("long").decode(b"\x03").unwrap().value, Value::from(-2_i64));
    }

    proptest! {
        #[test]
        fn any_bytes_are_decoded_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = avro(ORDER).decode(&bytes);
        }
    }
}
