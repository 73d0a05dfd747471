//! Values wrapped as `{"_type_": …, "_data_": …}`, as Python's `eventsourcing` writes what JSON has no form for.

use leftfold_event::json::Value;

/// Takes the wrapping off, at any depth.
pub(super) fn unwrap(value: Value) -> Value {
    match value {
        Value::Object(mut object) => {
            if object.len() == 2
                && object.get("_type_").is_some_and(|t| t.as_str().is_some())
                && let Some(data) = object.remove("_data_")
            {
                return unwrap(data);
            }
            Value::Object(object.into_iter().map(|(k, v)| (k, unwrap(v))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(unwrap).collect()),
        other => other,
    }
}
