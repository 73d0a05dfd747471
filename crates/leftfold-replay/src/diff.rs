//! The difference of two values: a small RFC 6902 patch, and a form to read.

use leftfold_event::json::Value;

use crate::align::{Pair, align};
use crate::patch::Op;
use crate::path::Path;

/// The patch that turns `a` into `b`: `apply(diff(a, b), a) == b`. Made of `add`, `remove` and `replace`; array
/// elements that both sides have are kept. Empty when the values are equal; the order of keys is no difference.
pub fn diff(a: &Value, b: &Value) -> Vec<Op> {
    let mut ops = Vec::new();
    diff_at(a, b, &mut Path::root(), &mut ops);
    ops
}

fn diff_at(a: &Value, b: &Value, path: &mut Path, ops: &mut Vec<Op>) {
    match (a, b) {
        (Value::Object(x), Value::Object(y)) => {
            for (key, _) in x.iter().filter(|(k, _)| y.get(k).is_none()) {
                below(path, key, |path| ops.push(Op::Remove { path: path.clone() }));
            }
            for (key, new) in y.iter() {
                below(path, key, |path| match x.get(key) {
                    Some(old) => diff_at(old, new, path, ops),
                    None => ops.push(Op::Add {
                        path: path.clone(),
                        value: new.clone(),
                    }),
                });
            }
        }
        (Value::Array(x), Value::Array(y)) => {
            // The index in the array as the patch has made it so far.
            let mut at = 0;
            for pair in align(x, y) {
                path.push(compact_str::format_compact!("{at}"));
                match pair {
                    Pair::Both(i, j) => diff_at(&x[i], &y[j], path, ops),
                    Pair::Removed(_) => ops.push(Op::Remove { path: path.clone() }),
                    Pair::Added(j) => ops.push(Op::Add {
                        path: path.clone(),
                        value: y[j].clone(),
                    }),
                }
                path.pop();
                at += usize::from(!matches!(pair, Pair::Removed(_)));
            }
        }
        _ if a == b => {}
        _ => ops.push(Op::Replace {
            path: path.clone(),
            value: b.clone(),
        }),
    }
}

fn below(path: &mut Path, token: &str, f: impl FnOnce(&mut Path)) {
    path.push(token);
    f(path);
    path.pop();
}

/// One leaf (a scalar or an empty container) that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Where it is: in the later value, or in the earlier one where it was removed.
    pub path: Path,
    /// What it was; `None`: it was not there.
    pub before: Option<Value>,
    /// What it is; `None`: it is gone.
    pub after: Option<Value>,
}

/// The differing leaves from `a` to `b`: removed ones first within an object, then the others in the order of `b`.
pub fn changes(a: &Value, b: &Value) -> Vec<Change> {
    let mut out = Vec::new();
    changes_at(a, b, &mut Path::root(), &mut Path::root(), &mut out);
    out
}

fn changes_at(a: &Value, b: &Value, was: &mut Path, is: &mut Path, out: &mut Vec<Change>) {
    match (a, b) {
        (Value::Object(x), Value::Object(y)) if !(x.is_empty() || y.is_empty()) => {
            for (key, old) in x.iter().filter(|(k, _)| y.get(k).is_none()) {
                below(was, key, |was| removed(old, was, out));
            }
            for (key, new) in y.iter() {
                below(is, key, |is| match x.get(key) {
                    Some(old) => below(was, key, |was| changes_at(old, new, was, is, out)),
                    None => added(new, is, out),
                });
            }
        }
        (Value::Array(x), Value::Array(y)) if !(x.is_empty() || y.is_empty()) => {
            for pair in align(x, y) {
                match pair {
                    Pair::Both(i, j) => below(is, &index(j), |is| {
                        below(was, &index(i), |was| changes_at(&x[i], &y[j], was, is, out));
                    }),
                    Pair::Removed(i) => below(was, &index(i), |was| removed(&x[i], was, out)),
                    Pair::Added(j) => below(is, &index(j), |is| added(&y[j], is, out)),
                }
            }
        }
        _ if a == b => {}
        _ if is_leaf(a) && is_leaf(b) => {
            out.push(Change {
                path: is.clone(),
                before: Some(a.clone()),
                after: Some(b.clone()),
            });
        }
        _ => {
            removed(a, was, out);
            added(b, is, out);
        }
    }
}

fn index(i: usize) -> String {
    i.to_string()
}

fn removed(value: &Value, path: &mut Path, out: &mut Vec<Change>) {
    each_leaf(value, path, &mut |path, leaf| {
        out.push(Change {
            path: path.clone(),
            before: Some(leaf.clone()),
            after: None,
        });
    });
}

fn added(value: &Value, path: &mut Path, out: &mut Vec<Change>) {
    each_leaf(value, path, &mut |path, leaf| {
        out.push(Change {
            path: path.clone(),
            before: None,
            after: Some(leaf.clone()),
        });
    });
}

/// Whether nothing is below the value.
pub(crate) fn is_leaf(value: &Value) -> bool {
    match value {
        Value::Object(o) => o.is_empty(),
        Value::Array(a) => a.is_empty(),
        _ => true,
    }
}

fn each_leaf(value: &Value, path: &mut Path, f: &mut impl FnMut(&Path, &Value)) {
    match value {
        Value::Object(o) if !o.is_empty() => {
            for (key, inner) in o.iter() {
                below(path, key, |path| each_leaf(inner, path, f));
            }
        }
        Value::Array(a) if !a.is_empty() => {
            for (i, inner) in a.iter().enumerate() {
                below(path, &index(i), |path| each_leaf(inner, path, f));
            }
        }
        leaf => f(path, leaf),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patch;
    use crate::testing::{any_value, close_values};
    use leftfold_event::json;
    use proptest::prelude::*;

    fn v(text: &str) -> Value {
        json::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_patch_says_only_what_differs() {
        for (a, b, expected) in [
            (r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#, "[]"),
            (
                r#"{"a":10.10}"#,
                r#"{"a":10.1}"#,
                r#"[{"op":"replace","path":"/a","value":10.1}]"#,
            ),
            ("[1,2,3,4]", "[1,3,4]", r#"[{"op":"remove","path":"/1"}]"#),
            ("[1,2,3]", "[0,1,2,3]", r#"[{"op":"add","path":"/0","value":0}]"#),
            (
                r#"[{"sku":"a","n":1},{"sku":"b","n":1}]"#,
                r#"[{"sku":"b","n":2}]"#,
                r#"[{"op":"remove","path":"/0"},{"op":"replace","path":"/0/n","value":2}]"#,
            ),
            (
                r#"{"a/b":1}"#,
                r#"{"c~":1}"#,
                r#"[{"op":"remove","path":"/a~1b"},{"op":"add","path":"/c~0","value":1}]"#,
            ),
        ] {
            assert_eq!(
                patch::to_value(&diff(&v(a), &v(b))).to_string(),
                expected,
                "{a} -> {b}"
            );
        }
    }

    #[test]
    fn the_reading_form_names_every_leaf() {
        let a = v(r#"{"gone":{"x":1},"same":[1,2],"n":1,"l":[5,6]}"#);
        let b = v(r#"{"same":[1,2],"n":2,"l":[6,{"y":[]}]}"#);
        let show = |c: Change| {
            let text = |v: Option<Value>| v.map_or("-".to_owned(), |v| v.to_string());
            format!("{} {} {}", c.path, text(c.before), text(c.after))
        };
        let lines: Vec<_> = changes(&a, &b).into_iter().map(show).collect();
        assert_eq!(lines, ["/gone/x 1 -", "/n 1 2", "/l/0 5 -", "/l/1/y - []"]);
    }

    proptest! {
        #[test]
        fn applying_the_difference_gives_the_other_value((a, b) in close_values()) {
            let ops = diff(&a, &b);
            let again = patch::parse(&patch::to_value(&ops));
            prop_assert_eq!(again.as_ref(), Ok(&ops));
            let mut c = a.clone();
            prop_assert_eq!(patch::apply(&ops, &mut c), Ok(()));
            prop_assert_eq!(&c, &b);
            prop_assert_eq!(ops.is_empty(), a == b);
            prop_assert_eq!(changes(&a, &b).is_empty(), a == b);
        }

        #[test]
        fn values_that_have_nothing_in_common_work_too(a in any_value(), b in any_value()) {
            let mut c = a.clone();
            prop_assert_eq!(patch::apply(&diff(&a, &b), &mut c), Ok(()));
            prop_assert_eq!(&c, &b);
            prop_assert_eq!(changes(&a, &b).is_empty(), a == b);
        }
    }
}
