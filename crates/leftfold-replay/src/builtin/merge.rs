//! `merge`: every payload is an RFC 7396 merge patch.

use std::borrow::Cow;

use leftfold_event::json::{Object, Value};

use super::merge_fold::MergeFold;
use crate::blame::BlameTree;
use crate::projection::{Fold, Projection};
use crate::step::{HandlerError, Step};

/// Merges every payload into the state as RFC 7396 says: objects member by member, `null` removes a member, anything
/// else replaces. Begins with `{}`; an event without payload changes nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Merge;

impl Projection for Merge {
    fn name(&self) -> &'static str {
        "merge"
    }

    fn initial(&self) -> Value {
        Value::Object(Object::new())
    }

    fn apply(&self, state: &mut Value, step: &Step<'_>) -> Result<(), HandlerError> {
        if let Some(patch) = step.payload.decode()? {
            merge_patch(state, patch.into_owned());
        }
        Ok(())
    }

    fn apply_with_blame(
        &self,
        state: &mut Value,
        blame: &mut BlameTree,
        event: usize,
        step: &Step<'_>,
    ) -> Result<(), HandlerError> {
        if let Some(patch) = step.payload.decode()? {
            blame.merge(state, patch.as_ref(), event);
            merge_patch(state, Cow::into_owned(patch));
        }
        Ok(())
    }

    fn fold<'a>(&'a self) -> Box<dyn Fold + 'a> {
        Box::new(MergeFold::new(self.initial()))
    }
}

/// Applies an RFC 7396 merge patch.
pub fn merge_patch(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !matches!(target, Value::Object(_)) {
        *target = Value::Object(Object::new());
    }
    let Value::Object(target) = target else { return };
    for (key, value) in patch {
        match value {
            Value::Null => {
                target.remove(&key);
            }
            Value::Object(_) => match target.get_mut(&key) {
                Some(held) => merge_patch(held, value),
                None => {
                    let mut fresh = Value::Null;
                    merge_patch(&mut fresh, value);
                    target.insert(key, fresh);
                }
            },
            other => {
                target.insert(key, other);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leftfold_event::json;

    /// RFC 7396, appendix A.
    #[test]
    fn the_examples_of_the_rfc_hold() {
        for (target, patch, expected) in [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"a":null}"#, "{}"),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
            (
                r#"{"a":{"b":"c"}}"#,
                r#"{"a":{"b":"d","c":null}}"#,
                r#"{"a":{"b":"d"}}"#,
            ),
            (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            (r#"["a","b"]"#, r#"["c","d"]"#, r#"["c","d"]"#),
            (r#"{"a":"b"}"#, r#"["c"]"#, r#"["c"]"#),
            (r#"{"a":"foo"}"#, "null", "null"),
            (r#"{"a":"foo"}"#, r#""bar""#, r#""bar""#),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
            ("[1,2]", r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
            ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ] {
            let mut value = json::parse(target.as_bytes()).unwrap();
            merge_patch(&mut value, json::parse(patch.as_bytes()).unwrap());
            assert_eq!(value.to_string(), expected, "{target} + {patch}");
        }
    }
}
