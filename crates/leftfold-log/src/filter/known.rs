//! The names and functions a filter can use, and which one was meant by another.

use super::{VARIABLES, syntax};

/// Functions and methods of CEL's standard library that make sense here, for telling a typing error early.
pub(super) const FUNCTIONS: &[&str] = &[
    "find",
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "has",
    "all",
    "exists",
    "exists_one",
    "map",
    "filter",
    "int",
    "uint",
    "double",
    "string",
    "bytes",
    "bool",
    "timestamp",
    "duration",
    "dyn",
    "type",
    "max",
    "min",
    "getFullYear",
    "getMonth",
    "getDayOfYear",
    "getDayOfMonth",
    "getDate",
    "getDayOfWeek",
    "getHours",
    "getMinutes",
    "getSeconds",
    "getMilliseconds",
];

/// How alike two names must be, of 1, to be taken for each other.
const ALIKE: f64 = 0.6;

/// The name that was most likely meant.
fn meant(name: &str, known: &[&'static str]) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    let alike = |k: &str| strsim::normalized_damerau_levenshtein(&k.to_ascii_lowercase(), &lower);
    let best = known
        .iter()
        .copied()
        .map(|k| (alike(k), k))
        .max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 >= ALIKE).then_some(best.1)
}

/// What elsewhere is the name of what an event says, or of what stands beside that.
const ELSEWHERE: &[(&str, &str)] = &[
    ("data", "payload"),
    ("body", "payload"),
    ("content", "payload"),
    ("value", "payload"),
    ("event", "payload"),
    ("meta", "metadata"),
    ("kind", "type"),
    ("event_type", "type"),
    ("stream_id", "stream"),
    ("aggregate_id", "stream"),
    ("timestamp", "time"),
    ("created_at", "time"),
];

/// What is told of a name that no event has.
pub(super) fn unknown_name(name: &str) -> String {
    let elsewhere = ELSEWHERE.iter().find(|(other, _)| *other == name);
    match elsewhere.map(|(_, own)| *own).or_else(|| meant(name, VARIABLES)) {
        Some(meant) => format!("there is no name {name:?}; did you mean {meant}?"),
        None => format!(
            "there is no name {name:?}: a field of the payload is payload.{name}, a text stands between quotes, and names are {}",
            VARIABLES.join(", ")
        ),
    }
}

/// What is told of a function there is not.
pub(super) fn unknown_function(name: &str) -> String {
    if let Some(instead) = syntax::instead(name) {
        return format!("write {instead} instead of {name}");
    }
    match meant(name, FUNCTIONS) {
        Some(meant) => format!("there is no function {name:?}; did you mean {meant}?"),
        None => format!(
            "there is no function {name:?}; the usual ones are find, contains, startsWith, endsWith, matches, size and has"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::unknown_name;

    #[test]
    fn what_the_payload_is_called_elsewhere_is_the_payload_and_no_field_of_it() {
        assert_eq!(
            unknown_name("data"),
            "there is no name \"data\"; did you mean payload?"
        );
        assert_eq!(
            unknown_name("event_type"),
            "there is no name \"event_type\"; did you mean type?"
        );
        assert!(unknown_name("amount").contains("payload.amount"));
    }
}
