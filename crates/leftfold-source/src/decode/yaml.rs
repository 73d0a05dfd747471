//! YAML as Rails writes it: Ruby's symbols and tagged objects become plain values, numbers keep their text.

use std::collections::BTreeMap;

use leftfold_event::json::{Number, Object, Value};
use saphyr_parser::{Event, Parser, ScalarStyle, StrInput, Tag};

/// Most nodes one document may have with its aliases filled in.
const MAX_NODES: usize = 1_000_000;

/// Deepest nesting.
const MAX_DEPTH: usize = 256;

/// The value of the first document.
pub fn from_yaml(text: &str) -> Result<Value, String> {
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
        anchors: BTreeMap::new(),
        nodes: 0,
    };
    loop {
        match reader.next()? {
            Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
            Event::StreamEnd | Event::DocumentEnd => return Ok(Value::Null),
            event => return reader.value(event, 0),
        }
    }
}

struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    anchors: BTreeMap<usize, (Value, usize)>,
    nodes: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<Event<'t>, String> {
        match self.parser.next_event() {
            Some(Ok((event, _))) => Ok(event),
            Some(Err(e)) => Err(e.to_string()),
            None => Err("it ends in the middle".to_owned()),
        }
    }

    fn value(&mut self, event: Event<'t>, depth: usize) -> Result<Value, String> {
        if depth > MAX_DEPTH {
            return Err(format!("nested deeper than {MAX_DEPTH}"));
        }
        self.count(1)?;
        let before = self.nodes;
        let (value, anchor) = match event {
            Event::Alias(anchor) => {
                let Some((value, nodes)) = self.anchors.get(&anchor).cloned() else {
                    return Err("an alias without its anchor".to_owned());
                };
                self.count(nodes)?;
                return Ok(value);
            }
            Event::Scalar(text, style, anchor, tag) => (scalar(&text, style, tag.as_deref()), anchor),
            Event::SequenceStart(anchor, _) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        Event::SequenceEnd => break,
                        event => items.push(self.value(event, depth + 1)?),
                    }
                }
                (Value::Array(items), anchor)
            }
            Event::MappingStart(anchor, _) => {
                let mut object = Object::new();
                loop {
                    let key = match self.next()? {
                        Event::MappingEnd => break,
                        event => self.value(event, depth + 1)?,
                    };
                    let event = self.next()?;
                    let value = self.value(event, depth + 1)?;
                    let key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
                    object.insert(key, value);
                }
                (Value::Object(object), anchor)
            }
            _ => return Err("no value where one should be".to_owned()),
        };
        if anchor > 0 {
            self.anchors
                .insert(anchor, (value.clone(), self.nodes - before + 1));
        }
        Ok(value)
    }

    fn count(&mut self, nodes: usize) -> Result<(), String> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MAX_NODES {
            Err(format!("more than {MAX_NODES} values"))
        } else {
            Ok(())
        }
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    if let Some(tag) = tag {
        // Ruby writes a BigDecimal as its precision, a colon and the number.
        if tag.suffix == "ruby/object:BigDecimal" {
            let number = text.split_once(':').map_or(text, |(_, n)| n);
            return Number::parse(number).map_or_else(|| Value::from(number), Value::Number);
        }
        return Value::from(text);
    }
    if style != ScalarStyle::Plain {
        return Value::from(text);
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => {
            if let Some(number) = Number::parse(text) {
                return Value::Number(number);
            }
            match text.strip_prefix(':') {
                Some(symbol) if !symbol.is_empty() && !symbol.starts_with([' ', ':']) => {
                    Value::from(symbol.trim_matches('"'))
                }
                _ => Value::from(text),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn symbols_and_tagged_objects_become_plain_values() {
        let text = "---\n:order_id: 42\nprice: !ruby/object:BigDecimal 18:0.1e2\nstate: :paid\nquoted: ':x'\n\
            big: 123456789012345678901234567890\nitems:\n- &1\n  sku: A\n- *1\nnone:\nat: 2026-01-01 10:00:00.5 Z\n";
        assert_eq!(
            from_yaml(text).map(|v| v.to_string()).as_deref(),
            Ok(concat!(
                r#"{"order_id":42,"price":0.1e2,"state":"paid","quoted":":x","big":123456789012345678901234567890,"#,
                r#""items":[{"sku":"A"},{"sku":"A"}],"none":null,"at":"2026-01-01 10:00:00.5 Z"}"#
            ))
        );
    }

    #[test]
    fn a_bomb_of_aliases_is_refused() {
        let mut text = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for i in 1..10 {
            let refs = vec![format!("*a{}", i - 1); 10].join(",");
            text = format!("{text}a{i}: &a{i} [{refs}]\n");
        }
        assert!(from_yaml(&text).is_err_and(|e| e.contains("more than")));
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "\\PC{0,60}|[-:{}\\[\\]&*!a \n]{0,60}") {
            let _ = from_yaml(&text);
        }
    }
}
