//! What is told of a large state: enough to look at it, and not so much that a window cannot take it.

use std::collections::HashMap;

use leftfold_event::json::{Value, escape_token};

use crate::dto::BlameDto;

/// Of containers with more members than this a front end is told what changed one of them last, not what changed each.
pub(super) const LONG: usize = 1000;

/// The blame of a state without that below long containers, whose latest stands for all of it.
pub(super) fn in_brief(blame: Vec<BlameDto>, state: &Value) -> Vec<BlameDto> {
    let mut long: HashMap<String, Option<BlameDto>> = HashMap::new();
    let mut rest = vec![(String::new(), state)];
    while let Some((path, value)) = rest.pop() {
        let members: Vec<(String, &Value)> = match value {
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(i, v)| (i.to_string(), v))
                .collect(),
            Value::Object(object) => object.iter().map(|(k, v)| (escape_token(k), v)).collect(),
            _ => continue,
        };
        if members.len() > LONG {
            long.insert(path, None);
        } else {
            rest.extend(members.into_iter().map(|(name, v)| (format!("{path}/{name}"), v)));
        }
    }
    if long.is_empty() {
        return blame;
    }
    let mut kept = Vec::new();
    for one in blame {
        let above = one
            .path
            .match_indices('/')
            .map(|(i, _)| &one.path[..i])
            .find(|above| long.contains_key(*above));
        match above.map(str::to_owned) {
            None => kept.push(one),
            Some(above) => {
                if let Some(latest) = long.get_mut(&above)
                    && latest.as_ref().is_none_or(|known| known.ordinal < one.ordinal)
                {
                    *latest = Some(BlameDto { path: above, ..one });
                }
            }
        }
    }
    // What was set as a whole has its own blame, unless a member was changed later.
    let mut latest: Vec<BlameDto> = long.into_values().flatten().collect();
    latest.sort_by(|a, b| a.path.cmp(&b.path));
    for one in latest {
        match kept.iter_mut().find(|known| known.path == one.path) {
            Some(known) if known.ordinal >= one.ordinal => {}
            Some(known) => *known = one,
            None => kept.push(one),
        }
    }
    kept
}
