//! Random values and histories for the properties.

use std::ops::Range;

use leftfold_event::Cancel;
use leftfold_event::json::{self, Value};
use proptest::prelude::*;

use crate::step::{ReplayError, Step, StepPayload, StreamHistory};

/// A history held in memory: types and payload texts.
#[derive(Debug)]
pub(crate) struct Texts(pub(crate) Vec<(String, String)>);

impl StreamHistory for Texts {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn read(
        &self,
        range: Range<usize>,
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, Step<'_>),
    ) -> Result<(), ReplayError> {
        for i in range {
            if cancel.is_cancelled() {
                return Err(ReplayError::Cancelled);
            }
            let (kind, text) = &self.0[i];
            visit(i, Step::new(kind, StepPayload::Json(text.as_bytes())));
        }
        Ok(())
    }
}

/// Values from a small alphabet, so that equal parts are common.
pub(crate) fn any_value() -> impl Strategy<Value = Value> + Clone {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (0_u32..4).prop_map(Value::from),
        Just(json::parse(b"10.10").unwrap_or_default()),
        Just(json::parse(b"123456789012345678901234567890.10").unwrap_or_default()),
        "[a-c]".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::vec(
                (
                    prop_oneof![4 => "[a-d]", 1 => Just("id".to_owned()), 1 => Just("~/".to_owned())],
                    inner
                ),
                0..5
            )
            .prop_map(|kv| Value::Object(kv.into_iter().collect())),
        ]
    })
}

/// Two values of which the second is the first with some merges.
pub(crate) fn close_values() -> impl Strategy<Value = (Value, Value)> {
    let lists = prop::collection::vec(any_value(), 0..8);
    let arrays = (
        lists,
        prop::collection::vec(
            (any::<prop::sample::Index>(), prop::option::of(any_value())),
            0..4,
        ),
    )
        .prop_map(|(a, edits)| {
            let mut b = a.clone();
            for (at, edit) in edits {
                match edit {
                    Some(v) => b.insert(at.index(b.len() + 1), v),
                    None if b.is_empty() => {}
                    None => {
                        b.remove(at.index(b.len()));
                    }
                }
            }
            (Value::Array(a), Value::Array(b))
        });
    let objects = (any_value(), any_value()).prop_map(|(a, patch)| {
        let mut b = a.clone();
        crate::builtin::merge_patch(&mut b, patch);
        (a, b)
    });
    prop_oneof![arrays, objects]
}

/// Payload texts of merges, some of them no JSON.
pub(crate) fn merges(max: usize) -> impl Strategy<Value = Texts> {
    let object = prop::collection::vec(("[a-d]", any_value()), 0..4)
        .prop_map(|kv| Value::Object(kv.into_iter().collect()).to_string());
    let payload = prop_oneof![12 => object, 1 => any_value().prop_map(|v| v.to_string()), 1 => Just("{oops".to_owned())];
    prop::collection::vec(("[A-C]", payload), 0..max).prop_map(Texts)
}
