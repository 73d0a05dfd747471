//! Why an expression cannot be evaluated, in words.

use cel::objects::ValueType;
use cel::{ExecutionError, OverloadError, Value};
use leftfold_event::TimeError;

/// A value's type, for a person.
pub(super) fn kind(value: &Value) -> &'static str {
    match value.type_of() {
        ValueType::Bool => "true or false",
        ValueType::Int | ValueType::UInt | ValueType::Float => "a number",
        ValueType::String => "a text",
        ValueType::Bytes => "bytes",
        ValueType::List => "a list",
        ValueType::Map | ValueType::Struct => "an object",
        ValueType::Timestamp => "a time",
        ValueType::Duration => "a duration",
        ValueType::Null => "nothing (null)",
        ValueType::Function | ValueType::Opaque => "something else",
    }
}

/// Whether it fails on nothing (null): then something is not there, which is no failure of the filter.
pub(super) fn is_absence(error: &ExecutionError) -> bool {
    let nothing = |value: &Value| matches!(value, Value::Null);
    match error {
        ExecutionError::NoSuchKey(_) => true,
        ExecutionError::ValuesNotComparable(a, b) | ExecutionError::UnsupportedBinaryOperator(_, a, b) => {
            nothing(a) || nothing(b)
        }
        ExecutionError::UnsupportedTargetType { target }
        | ExecutionError::NotSupportedAsMethod { target, .. } => nothing(target),
        ExecutionError::NoSuchOverload(error) => error
            .argument_types()
            .iter()
            .any(|t| matches!(t.as_str(), "null" | "null_type")),
        _ => false,
    }
}

/// The reason, in one sentence without a full stop.
pub(super) fn of(error: &ExecutionError) -> String {
    match error {
        ExecutionError::ValuesNotComparable(a, b) => {
            format!("{} cannot be compared with {}", kind(a), kind(b))
        }
        ExecutionError::UnsupportedBinaryOperator(operator, a, b) => {
            format!("{operator} does not work on {} and {}", kind(a), kind(b))
        }
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            "division by zero".to_owned()
        }
        ExecutionError::Overflow(..) => "a number grows past 64 bits".to_owned(),
        ExecutionError::IndexOutOfBounds(_) => "a list has no item of that number".to_owned(),
        ExecutionError::UnsupportedTargetType { target } => {
            format!("the function does not work on {}", kind(target))
        }
        ExecutionError::NotSupportedAsMethod { method, target } => {
            format!("{method} does not work on {}", kind(target))
        }
        ExecutionError::FunctionError { function, message } => {
            // A regular expression's error draws the pattern over several lines; the last says what is wrong.
            let last = message
                .lines()
                .rfind(|l| !l.trim().is_empty())
                .unwrap_or_default();
            let said = last.trim().trim_start_matches("error: ");
            format!("{function} fails: {said}")
        }
        ExecutionError::InvalidArgumentCount { expected, actual } => {
            format!("the function takes {expected} arguments, not {actual}")
        }
        ExecutionError::NoSuchOverload(error) => overload(error),
        other => other.to_string(),
    }
}

/// Why a text is no time, and what is one where that does not say it.
pub(super) fn time(error: &TimeError) -> String {
    match error {
        TimeError::Unreadable(_) => format!("{error}; write a time such as \"2026-11-20T14:32:07Z\""),
        _ => error.to_string(),
    }
}

/// Why a text is no length of time, as CEL writes them.
pub(super) fn duration(text: &str) -> Option<String> {
    let rest = text.trim_start_matches(['-', '+']);
    let unit = rest
        .split(|c: char| c.is_ascii_digit() || c == '.')
        .find(|unit| {
            !unit.is_empty() && !matches!(*unit, "h" | "m" | "s" | "ms" | "us" | "\u{b5}s" | "ns")
        })?;
    let days = if unit == "d" { "; a day is 24h" } else { "" };
    Some(format!(
        "{unit:?} is no unit of {text:?}: write ns, us, ms, s, m or h{days}"
    ))
}

/// An operator or function and operands of types it does not take.
fn overload(error: &OverloadError) -> String {
    let types: Vec<&str> = error.argument_types().iter().map(|t| named(t)).collect();
    let name = error.function().trim_matches('_');
    let name = name.strip_prefix('@').unwrap_or(name);
    if types.is_empty() {
        return format!("{name} needs something to work on");
    }
    format!("{name} does not work on {}", types.join(" and "))
}

fn named(cel_type: &str) -> &str {
    match cel_type {
        "bool" => "true or false",
        "int" | "uint" | "double" => "a number",
        "string" => "a text",
        "list" => "a list",
        "map" => "an object",
        "timestamp" | "google.protobuf.Timestamp" => "a time",
        "null" | "null_type" => "nothing (null)",
        other => other,
    }
}
