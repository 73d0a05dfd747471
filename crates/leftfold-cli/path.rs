//! Paths into a state: JSON pointers (RFC 6901), and what is near one that leads nowhere.

use leftfold_event::json::Value;

use crate::failure::{Failure, Outcome};

/// Paths looked at for one that is alike.
const LOOKED_AT: usize = 20_000;

/// Paths named in an error.
const NAMED: usize = 5;

/// How alike two paths must be, of 1, to be taken for each other.
const ALIKE: f64 = 0.6;

/// Refuses what is no JSON pointer.
pub(crate) fn check(path: &str) -> Outcome {
    if path.is_empty() || path.starts_with('/') {
        return Ok(());
    }
    Err(Failure::new(
        "path-syntax",
        format!("{path:?} is no path: write a JSON pointer such as /items/0/price"),
    ))
}

/// Nothing is at a path: `what` says of what, `state` has the paths there are.
pub(crate) fn nowhere(what: &str, path: &str, state: &Value) -> Failure {
    let mut there = Vec::new();
    collect(state, "", &mut there);
    let mut near: Vec<(f64, &String)> = there
        .iter()
        .map(|p| (strsim::normalized_damerau_levenshtein(p, path), p))
        .filter(|(alike, _)| *alike >= ALIKE)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    let named = |paths: &mut dyn Iterator<Item = &String>| {
        let named: Vec<&str> = paths.take(NAMED).map(String::as_str).collect();
        named.join(", ")
    };
    let hint = if near.is_empty() {
        let top = |p: &&String| !p[1..].contains('/');
        match named(&mut there.iter().filter(top)) {
            none if none.is_empty() => String::new(),
            top => format!("; at the top there are {top}"),
        }
    } else {
        format!("; did you mean {}?", named(&mut near.iter().map(|(_, p)| *p)))
    };
    Failure::new("no-such-path", format!("nothing {what} at {path}{hint}"))
}

/// The paths of a value's fields and items, in their order, parents first.
fn collect(value: &Value, path: &str, out: &mut Vec<String>) {
    if out.len() >= LOOKED_AT {
        return;
    }
    if !path.is_empty() {
        out.push(path.to_owned());
    }
    match value {
        Value::Object(object) => {
            for (key, item) in object.iter() {
                let key = key.replace('~', "~0").replace('/', "~1");
                collect(item, &format!("{path}/{key}"), out);
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                collect(item, &format!("{path}/{i}"), out);
            }
        }
        _ => {}
    }
}
