//! What a list shows of an event beside the usual: parts of its envelope, and fields by their paths.

use leftfold_event::Event;
use leftfold_event::json::Value;

/// Characters of a field a list shows.
const SHOWN: usize = 240;

/// What a field of an event says: `payload.total`, `metadata.user.id`, `items.0.sku` and `items[0].sku` below them, `headers.NAME`, or a part of
/// the envelope by its name. `payload/a~1b` is a JSON pointer, for names that hold a dot. `None`: the event has none.
pub(super) fn field_of(event: &Event, field: &str) -> Option<String> {
    let text = match field {
        "position" => event.position.clone(),
        "category" => event.category.clone(),
        "id" => event.id.as_ref().map(ToString::to_string),
        "correlation_id" => event.correlation_id.clone(),
        "causation_id" => event.causation_id.clone(),
        "valid_time" => event.valid_time.map(|t| t.to_string()),
        _ => value_at(event, field).map(text_of),
    }?;
    Some(match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    })
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn value_at<'e>(event: &'e Event, field: &str) -> Option<&'e Value> {
    let (root, rest) = field.split_at(field.find(['.', '/', '[']).unwrap_or(field.len()));
    let fact = |name: &str| event.extra.iter().find(|(n, _)| n == name).map(|(_, v)| v);
    let value = match root {
        "payload" => event.payload.value.as_ref()?,
        "metadata" => event.metadata.value.as_ref()?,
        "extra" => return fact(rest.strip_prefix('.')?),
        "headers" => return header(fact("headers")?, rest.strip_prefix('.')?),
        _ => fact(root)?,
    };
    if rest.starts_with('/') {
        return value.pointer(rest);
    }
    let tokens = rest.split(['.', '[']).map(|t| t.strip_suffix(']').unwrap_or(t));
    tokens
        .filter(|t| !t.is_empty())
        .try_fold(value, |at, token| match at {
            Value::Array(items) => items.get(token.parse::<usize>().ok()?),
            _ => at.get(token),
        })
}

/// The last header of a name: they are written as names and values in turn, or as an object.
fn header<'e>(headers: &'e Value, name: &str) -> Option<&'e Value> {
    match headers {
        Value::Array(flat) => flat
            .chunks_exact(2)
            .rfind(|pair| pair[0].as_str() == Some(name))
            .map(|pair| &pair[1]),
        _ => headers.get(name),
    }
}

#[cfg(test)]
mod tests {
    use leftfold_event::json::parse;
    use leftfold_event::{EventId, Payload};

    use super::*;

    #[test]
    fn a_field_is_told_with_all_its_digits_and_what_is_not_there_is_not_told() {
        let value = |text: &str| Payload::from_json(text.as_bytes().to_vec()).0;
        let event = Event {
            id: Some(EventId::Text("i-1".into())),
            payload: value(
                r#"{"total":10.10,"items":[{"sku":"A"},{"sku":"B","n":9007199254740993}],"a.b":1,"none":null}"#,
            ),
            metadata: value(r#"{"user":{"id":"ada"}}"#),
            extra: vec![
                ("partition".into(), parse(b"3").unwrap()),
                ("headers".into(), parse(br#"["trace","1","trace","2"]"#).unwrap()),
            ],
            ..Event::default()
        };
        for (field, told) in [
            ("payload.total", Some("10.10")),
            ("payload.items.1.n", Some("9007199254740993")),
            ("payload.items[0].sku", Some("A")),
            (
                "payload.items",
                Some(r#"[{"sku":"A"},{"sku":"B","n":9007199254740993}]"#),
            ),
            ("payload/a.b", Some("1")),
            ("payload.none", Some("null")),
            ("payload.nowhere.below", None),
            ("payload.total.below", None),
            ("payload.items.x", None),
            ("metadata.user.id", Some("ada")),
            ("headers.trace", Some("2")),
            ("headers.other", None),
            ("partition", Some("3")),
            ("extra.partition", Some("3")),
            ("id", Some("i-1")),
            ("position", None),
            ("", None),
        ] {
            assert_eq!(field_of(&event, field).as_deref(), told, "{field}");
        }
    }

    #[test]
    fn a_long_field_is_cut() {
        let event = Event {
            payload: Payload::from_json(format!("\"{}\"", "é".repeat(500)).into_bytes()).0,
            ..Event::default()
        };
        let told = field_of(&event, "payload").unwrap();
        assert_eq!(told.chars().count(), SHOWN + 1);
        assert!(told.ends_with('…'));
    }
}
