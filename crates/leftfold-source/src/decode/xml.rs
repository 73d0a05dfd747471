//! XML as XStream writes it: elements become keys, text stays text, metadata maps become objects.

use leftfold_event::json::{Object, Value};
use quick_xml::Reader;
use quick_xml::events::Event;

/// Deepest nesting.
const MAX_DEPTH: usize = 256;

/// An element being read.
struct Element {
    name: String,
    text: String,
    children: Vec<(String, Value)>,
}

/// The content of the root element. Every text stays a string: XML states no types.
pub fn from_xml(text: &str) -> Result<Value, String> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        match reader.read_event().map_err(|e| e.to_string())? {
            Event::Start(start) => {
                if open.len() >= MAX_DEPTH {
                    return Err(format!("nested deeper than {MAX_DEPTH}"));
                }
                open.push(element(&start)?);
            }
            Event::Empty(start) => {
                let element = element(&start)?;
                close(element, &mut open, &mut root);
            }
            Event::End(_) => match open.pop() {
                Some(element) => close(element, &mut open, &mut root),
                None => return Err("an end without its start".to_owned()),
            },
            Event::Text(t) => push_text(&mut open, &t)?,
            Event::CData(t) => push_text(&mut open, &t)?,
            Event::GeneralRef(r) => {
                let resolved = r.resolve_char_ref().map_err(|e| e.to_string())?;
                let text = match resolved {
                    Some(c) => c.to_string(),
                    None => quick_xml::escape::resolve_predefined_entity(&r)
                        .ok_or_else(|| "an entity nobody defined".to_owned())?
                        .to_owned(),
                };
                push_text(&mut open, &text)?;
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if !open.is_empty() {
        return Err("it ends in the middle".to_owned());
    }
    root.ok_or_else(|| "no element".to_owned())
}

fn push_text(open: &mut [Element], text: &str) -> Result<(), String> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err("text outside an element".to_owned()),
    }
    Ok(())
}

fn element(start: &quick_xml::events::BytesStart<'_>) -> Result<Element, String> {
    let mut children = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|e| e.to_string())?;
        let value = attribute
            .normalized_value(quick_xml::XmlVersion::Implicit1_0)
            .map_err(|e| e.to_string())?;
        children.push((format!("@{}", attribute.key.as_ref()), Value::from(&*value)));
    }
    Ok(Element {
        name: unescape_name(start.name().as_ref()),
        text: String::new(),
        children,
    })
}

/// XStream writes `$` as `_-` and `_` as `__` in names.
fn unescape_name(name: &str) -> String {
    name.replace("__", "\u{0}")
        .replace("_-", "$")
        .replace('\u{0}', "_")
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Value>) {
    let name = element.name.clone();
    let value = value_of(element);
    match open.last_mut() {
        Some(parent) => parent.children.push((name, value)),
        // An object without fields is an empty root; an empty element inside one may as well be an empty text.
        None if value.as_str() == Some("") => *root = Some(Value::Object(Object::new())),
        None => *root = Some(value),
    }
}

fn value_of(element: Element) -> Value {
    if element.children.is_empty() {
        return Value::from(element.text);
    }
    if let Some(map) = as_map(&element.children) {
        return Value::Object(map);
    }
    let mut object = Object::new();
    for (key, value) in element.children {
        match object.get_mut(&key) {
            None => {
                object.insert(key, value);
            }
            // A name that repeats is a list.
            Some(Value::Array(items)) => items.push(value),
            Some(first) => *first = Value::Array(vec![std::mem::take(first), value]),
        }
    }
    let text = element.text.trim();
    if !text.is_empty() {
        object.insert("#text", Value::from(text));
    }
    Value::Object(object)
}

/// `<entry><string>key</string><type>value</type></entry>…` is how XStream writes a map.
fn as_map(children: &[(String, Value)]) -> Option<Object> {
    let mut map = Object::new();
    for (name, entry) in children {
        if name != "entry" {
            return None;
        }
        let entry = entry.as_object()?;
        let mut parts = entry.iter();
        let (first_name, first) = parts.next()?;
        if first_name.starts_with('@') {
            return None;
        }
        let before = match (first, parts.next(), parts.next()) {
            // Two strings share their name and became a list.
            (Value::Array(two), None, None) if two.len() == 2 => {
                map.insert(two[0].as_str()?.to_owned(), two[1].clone())
            }
            (key, Some((name, value)), None) if !name.starts_with('#') => {
                map.insert(key.as_str()?.to_owned(), value.clone())
            }
            _ => return None,
        };
        // A key that stands twice would lose the first value.
        if before.is_some() {
            return None;
        }
    }
    Some(map)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn show(text: &str) -> String {
        from_xml(text).map_or_else(|e| e, |v| v.to_string())
    }

    #[test]
    fn xstream_objects_and_metadata_are_read() {
        let meta = "<meta-data><entry><string>traceId</string><string>a&amp;b</string></entry>\
            <entry><string>n</string><long>9007199254740993</long></entry></meta-data>";
        assert_eq!(show(meta), r#"{"traceId":"a&b","n":"9007199254740993"}"#);
        let object = "<shop.Order_-Placed><order__id>42</order__id><line><sku>A</sku></line><line><sku>B</sku></line>\
            <note/></shop.Order_-Placed>";
        assert_eq!(
            show(object),
            r#"{"order_id":"42","line":[{"sku":"A"},{"sku":"B"}],"note":""}"#
        );
    }

    #[test]
    fn a_map_whose_key_stands_twice_or_has_attributes_keeps_everything() {
        let twice = "<m><entry><string>a</string><int>1</int></entry><entry><string>a</string><int>2</int></entry></m>";
        assert_eq!(
            show(twice),
            r#"{"entry":[{"string":"a","int":"1"},{"string":"a","int":"2"}]}"#
        );
        let attribute = r#"<m><entry id="7"><string>a</string></entry></m>"#;
        assert_eq!(show(attribute), r#"{"entry":{"@id":"7","string":"a"}}"#);
    }

    #[test]
    fn broken_xml_says_so() {
        for text in ["<a><b></a>", "<a>", "", "x<a/>", "<a>&nope;</a>"] {
            assert!(from_xml(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "\\PC{0,60}|[<>/a&;#=\" ]{0,60}") {
            let _ = from_xml(&text);
        }
    }
}
