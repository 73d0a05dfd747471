//! Blame: for every place of a state, the event after which its value last changed.

use compact_str::CompactString;
use leftfold_event::json::{Object, Value};

use crate::align::{Pair, align};
use crate::diff::is_leaf;
use crate::path::Path;

/// Who set one place of the state.
#[derive(Clone, Debug, PartialEq)]
pub struct Blamed {
    /// The place.
    pub path: Path,
    /// The index of the event after which the value here (for a container: anything in it) last changed; `None`: it
    /// is as it was before the first event.
    pub event: Option<usize>,
    /// Whether nothing is below it: a scalar or an empty container.
    pub leaf: bool,
}

/// The blame of a state: a tree of the same form as the state.
///
/// An object is found by its keys; an array's elements keep their blame when they move, as far as the two arrays can
/// be aligned (equal elements, and objects with the same `id`, `sku` or the like).
#[derive(Clone, Debug)]
pub struct BlameTree {
    root: Node,
}

#[derive(Clone, Debug)]
struct Node {
    event: Option<usize>,
    below: Below,
}

#[derive(Clone, Debug)]
enum Below {
    Nothing,
    /// The nodes of an object, each at its key's place.
    Keys(Vec<(CompactString, Node)>),
    Elements(Vec<Node>),
}

impl BlameTree {
    /// The blame of a state that no event has touched.
    pub fn new(state: &Value) -> Self {
        Self {
            root: Node::fresh(state, None),
        }
    }

    /// Follows one event's change of the whole state.
    pub fn update(&mut self, before: &Value, after: &Value, event: usize) {
        self.root.update(before, after, event);
    }

    /// Follows an RFC 7396 patch about to be merged into `target`, touching only what the patch names.
    pub(crate) fn merge(&mut self, target: &Value, patch: &Value, event: usize) {
        self.root.merge(target, patch, event);
    }

    /// About how many bytes it holds.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.root.heap_bytes()
    }

    /// Every place of the state, containers before what is in them, in the order of the state.
    pub fn places(&self, state: &Value) -> Vec<Blamed> {
        let mut out = Vec::new();
        self.root.list(state, &mut Path::root(), &mut out);
        out
    }
}

impl Node {
    fn fresh(value: &Value, event: Option<usize>) -> Self {
        let below = match value {
            Value::Object(o) => {
                Below::Keys(o.iter().map(|(k, v)| (k.into(), Self::fresh(v, event))).collect())
            }
            Value::Array(a) => Below::Elements(a.iter().map(|v| Self::fresh(v, event)).collect()),
            _ => Below::Nothing,
        };
        Self { event, below }
    }

    /// True when anything changed.
    fn update(&mut self, before: &Value, after: &Value, event: usize) -> bool {
        let changed = match (before, after, &mut self.below) {
            (Value::Object(old), Value::Object(new), Below::Keys(keys)) => update_keys(keys, old, new, event),
            (Value::Array(old), Value::Array(new), Below::Elements(nodes)) => {
                update_elements(nodes, old, new, event)
            }
            _ if before == after => false,
            _ => {
                *self = Self::fresh(after, Some(event));
                true
            }
        };
        if changed {
            self.event = Some(event);
        }
        changed
    }

    /// True when anything changes.
    fn merge(&mut self, target: &Value, patch: &Value, event: usize) -> bool {
        let Value::Object(patch) = patch else {
            return self.update(target, patch, event);
        };
        let empty = Object::new();
        let mut changed = false;
        let target = if let Value::Object(o) = target {
            o
        } else {
            *self = Self::fresh(&Value::Object(Object::new()), Some(event));
            changed = true;
            &empty
        };
        let Below::Keys(keys) = &mut self.below else {
            return changed;
        };
        for (n, (key, value)) in patch.iter().enumerate() {
            let place = place(keys, key, n);
            match (target.get(key).zip(place), value) {
                (None, Value::Null) => {}
                (Some((_, place)), Value::Null) => {
                    keys.remove(place);
                    changed = true;
                }
                (Some((held, place)), _) => changed |= keys[place].1.merge(held, value, event),
                (None, _) => {
                    keys.push((key.into(), Self::merged(value, event)));
                    changed = true;
                }
            }
        }
        if changed {
            self.event = Some(event);
        }
        changed
    }

    /// The blame of a patch merged into nothing.
    fn merged(patch: &Value, event: usize) -> Self {
        let Value::Object(patch) = patch else {
            return Self::fresh(patch, Some(event));
        };
        let members = patch.iter().filter(|(_, v)| !matches!(v, Value::Null));
        let keys = members.map(|(k, v)| (k.into(), Self::merged(v, event))).collect();
        Self {
            event: Some(event),
            below: Below::Keys(keys),
        }
    }

    fn heap_bytes(&self) -> usize {
        let key = |k: &CompactString| size_of::<CompactString>() + if k.len() > 24 { k.len() } else { 0 };
        size_of::<Self>()
            + match &self.below {
                Below::Nothing => 0,
                Below::Keys(keys) => keys.iter().map(|(k, node)| key(k) + node.heap_bytes()).sum(),
                Below::Elements(nodes) => nodes.iter().map(Self::heap_bytes).sum(),
            }
    }

    fn list(&self, value: &Value, path: &mut Path, out: &mut Vec<Blamed>) {
        out.push(Blamed {
            path: path.clone(),
            event: self.event,
            leaf: is_leaf(value),
        });
        match (value, &self.below) {
            (Value::Object(o), Below::Keys(keys)) => {
                for (n, (key, inner)) in o.iter().enumerate() {
                    if let Some(place) = place(keys, key, n) {
                        path.push(key);
                        keys[place].1.list(inner, path, out);
                        path.pop();
                    }
                }
            }
            (Value::Array(a), Below::Elements(nodes)) => {
                for (i, (node, inner)) in nodes.iter().zip(a).enumerate() {
                    path.push(compact_str::format_compact!("{i}"));
                    node.list(inner, path, out);
                    path.pop();
                }
            }
            _ => {}
        }
    }
}

/// Where the key is: most often where the other side has it.
fn place(keys: &[(CompactString, Node)], key: &str, hint: usize) -> Option<usize> {
    match keys.get(hint) {
        Some((k, _)) if k == key => Some(hint),
        _ => keys.iter().position(|(k, _)| k == key),
    }
}

fn update_keys(keys: &mut Vec<(CompactString, Node)>, old: &Object, new: &Object, event: usize) -> bool {
    let held = keys.len();
    keys.retain(|(k, _)| new.get(k).is_some());
    let mut changed = keys.len() != held;
    for (n, (key, value)) in new.iter().enumerate() {
        match (old.get(key), place(keys, key, n)) {
            (Some(before), Some(place)) => changed |= keys[place].1.update(before, value, event),
            _ => {
                keys.push((key.into(), Node::fresh(value, Some(event))));
                changed = true;
            }
        }
    }
    changed
}

fn update_elements(nodes: &mut Vec<Node>, old: &[Value], new: &[Value], event: usize) -> bool {
    if old == new {
        return false;
    }
    let mut earlier: Vec<_> = std::mem::take(nodes).into_iter().map(Some).collect();
    for pair in align(old, new) {
        match pair {
            Pair::Removed(_) => {}
            Pair::Added(j) => nodes.push(Node::fresh(&new[j], Some(event))),
            Pair::Both(i, j) => match earlier.get_mut(i).and_then(Option::take) {
                Some(mut node) => {
                    node.update(&old[i], &new[j], event);
                    nodes.push(node);
                }
                None => nodes.push(Node::fresh(&new[j], Some(event))),
            },
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin::Merge;
    use crate::projection::Projection;
    use crate::step::{Step, StepPayload};
    use crate::testing::merges;
    use leftfold_event::json;
    use proptest::prelude::*;

    fn show(blamed: &[Blamed]) -> Vec<String> {
        blamed
            .iter()
            .map(|b| format!("{} {:?}", b.path, b.event))
            .collect()
    }

    #[test]
    fn elements_keep_their_blame_when_they_move() {
        let states = [
            "[]",
            r#"[{"sku":"a","n":1}]"#,
            r#"[{"sku":"b","n":1},{"sku":"a","n":1}]"#,
            r#"[{"sku":"b","n":1},{"sku":"a","n":2}]"#,
        ];
        let states: Vec<_> = states
            .iter()
            .map(|s| json::parse(s.as_bytes()).unwrap())
            .collect();
        let mut tree = BlameTree::new(&states[0]);
        for (i, pair) in states.windows(2).enumerate() {
            tree.update(&pair[0], &pair[1], i);
        }
        let expected = [
            " Some(2)",
            "/0 Some(1)",
            "/0/sku Some(1)",
            "/0/n Some(1)",
            "/1 Some(2)",
            "/1/sku Some(0)",
            "/1/n Some(2)",
        ];
        assert_eq!(show(&tree.places(&states[3])), expected);
    }

    /// The states after every event, the first being the initial one.
    fn states(history: &[(String, String)]) -> Vec<Value> {
        let mut states = vec![Merge.initial()];
        for (kind, text) in history {
            let mut state = states.last().cloned().unwrap_or_default();
            let _ = Merge.apply(&mut state, &Step::new(kind, StepPayload::Json(text.as_bytes())));
            states.push(state);
        }
        states
    }

    proptest! {
        #[test]
        fn merge_blame_is_what_comparing_all_states_gives(history in merges(25)) {
            let states = states(&history.0);
            let mut native = BlameTree::new(&states[0]);
            let mut by_states = BlameTree::new(&states[0]);
            let mut state = Merge.initial();
            for (i, (kind, text)) in history.0.iter().enumerate() {
                let step = Step::new(kind, StepPayload::Json(text.as_bytes()));
                let _ = Merge.apply_with_blame(&mut state, &mut native, i, &step);
                by_states.update(&states[i], &states[i + 1], i);
                prop_assert_eq!(state.to_string(), states[i + 1].to_string());
                prop_assert_eq!(native.places(&state), by_states.places(&state));
            }
            // Away from arrays a place is its path: search back for the last change of the value there.
            for blamed in native.places(&state) {
                let tokens = blamed.path.tokens();
                let in_array = (0..tokens.len()).any(|n| {
                    states.iter().any(|s| matches!(Path::from(tokens[..n].to_vec()).find(s), Some(Value::Array(_))))
                });
                if !in_array {
                    let at = |s: usize| blamed.path.find(&states[s]);
                    let last = (0..history.0.len()).rev().find(|&i| at(i) != at(i + 1));
                    prop_assert_eq!(blamed.event, last, "{}", blamed.path);
                }
            }
        }
    }
}
