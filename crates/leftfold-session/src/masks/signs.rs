//! What is judged by the signs that stand in place of what is hidden, found in the values themselves: where folds, wrappings and whole objects have
//! taken it, no path of a mask tells.

use leftfold_event::Event;
use leftfold_event::json::Value;
use leftfold_log::filter::{Read, ReadFor, ReadStep};

use super::{MARK, SIGN, called};
use crate::error::SessionError;

/// Whether something of an event is hidden.
pub(crate) fn is_masked(event: &Event) -> bool {
    event.extra.iter().any(|(name, _)| name == MARK)
}

fn is_sign(text: &str) -> bool {
    text.starts_with(SIGN)
}

/// Whether a value is a sign.
fn stands_for(value: &Value) -> bool {
    value.as_str().is_some_and(is_sign)
}

/// Whether a value is a sign, or holds one.
pub(crate) fn holds_sign(value: &Value) -> bool {
    // By hand: values are as deep as the data say.
    let mut rest = vec![value];
    while let Some(value) = rest.pop() {
        match value {
            Value::String(_) if stands_for(value) => return true,
            Value::Array(items) => rest.extend(items.iter()),
            Value::Object(object) => {
                for (name, item) in object.iter() {
                    // A fold may have made a name of it.
                    if is_sign(name) {
                        return true;
                    }
                    rest.push(item);
                }
            }
            _ => {}
        }
    }
    false
}

/// Whether steps from a value lead to a sign, or to what holds one that counts.
fn leads_to_sign(value: &Value, steps: &[ReadStep], used: ReadFor) -> bool {
    let mut here = vec![value];
    for step in steps {
        if here.iter().any(|value| stands_for(value)) {
            return true;
        }
        let mut next: Vec<&Value> = Vec::new();
        for value in here {
            match (value, step) {
                (Value::Object(object), ReadStep::Name(name)) => next.extend(object.get(name)),
                (Value::Object(object), _) => next.extend(object.iter().map(|(_, item)| item)),
                // Whether a text is in a list is a question about its texts.
                (Value::Array(items), ReadStep::Name(_)) => {
                    next.extend(items.iter().filter(|item| item.as_str().is_some()));
                }
                (Value::Array(items), _) => next.extend(items.iter()),
                _ => {}
            }
        }
        here = next;
    }
    match used {
        ReadFor::Presence => here.iter().any(|value| stands_for(value)),
        ReadFor::Value | ReadFor::Whole => here.iter().any(|value| holds_sign(value)),
    }
}

/// The first value that is read and is a sign, or holds one: from the event, or from what stands beside it.
pub(crate) fn met(reads: &[Read], event: &Event, beside: &[(&str, Option<&Value>)]) -> Option<String> {
    let read = reads.iter().find(|read| {
        let Some((ReadStep::Name(root), below)) = read.steps.split_first() else {
            return false;
        };
        let value = match root.as_str() {
            "payload" => event.payload.value.as_ref(),
            "metadata" => event.metadata.value.as_ref(),
            root => beside
                .iter()
                .find(|(name, _)| *name == root)
                .and_then(|(_, v)| *v),
        };
        value.is_some_and(|value| leads_to_sign(value, below, read.used))
    })?;
    Some(called(&read.steps))
}

/// Refuses an outcome that such a value had a part in.
pub(crate) fn refuse_met(way: Option<&str>, what: &str) -> Result<(), SessionError> {
    let Some(way) = way else { return Ok(()) };
    let why = format!(
        "{what} asks for {way}, in which something is hidden by a mask: lift the masks (--no-masks), or ask for something else"
    );
    Err(SessionError::new("masked", why).with("field", way))
}
