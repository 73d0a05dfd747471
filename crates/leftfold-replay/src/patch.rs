//! RFC 6902 JSON Patch over lossless values.

use leftfold_event::json::{Object, Value};

use crate::checkpoint::heap_bytes;
use crate::path::{Edits, Path, PathError};

/// Copies of values this small, in bytes, are not counted: they grow a state no faster than payloads do.
const SMALL_COPY: usize = 4096;
/// The size, in bytes, to which copies may grow a state.
const MAX_COPIED_STATE: usize = 256 << 20;

/// One operation of a patch.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// Sets a key, inserts an array element (`-`: at the end), or replaces the whole document.
    Add {
        /// Where.
        path: Path,
        /// What.
        value: Value,
    },
    /// Takes out what is there.
    Remove {
        /// Where.
        path: Path,
    },
    /// Replaces what is there.
    Replace {
        /// Where.
        path: Path,
        /// By what.
        value: Value,
    },
    /// Takes a value out and adds it elsewhere.
    Move {
        /// From where.
        from: Path,
        /// To where.
        path: Path,
    },
    /// Adds a copy of a value.
    Copy {
        /// From where.
        from: Path,
        /// To where.
        path: Path,
    },
    /// Fails the patch unless the value there is this one; numbers compare by value, not by spelling.
    Test {
        /// Where.
        path: Path,
        /// What it has to be.
        value: Value,
    },
}

/// Why a patch cannot be read or applied, and which of its operations is to blame.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}{reason}", self.index.map(|i| format!("operation {i}: ")).unwrap_or_default())]
pub struct PatchError {
    /// The operation, from 0; `None` when the whole is no patch.
    pub index: Option<usize>,
    /// What is wrong.
    pub reason: PatchFault,
}

/// What is wrong with a patch.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PatchFault {
    /// A patch is an array of operations.
    #[error("no JSON Patch: an array of operations is expected, not {0}")]
    NotAnArray(&'static str),
    /// An operation is an object.
    #[error("an operation is an object, not {0}")]
    NotAnObject(&'static str),
    /// The operation lacks a member.
    #[error("{0:?} is missing")]
    Missing(&'static str),
    /// The member has to be a string.
    #[error("{0:?} is no string")]
    NotAString(&'static str),
    /// The pointer is malformed.
    #[error("{0:?} is no JSON pointer")]
    BadPointer(String),
    /// There is no such operation.
    #[error("there is no operation {0:?}")]
    UnknownOp(String),
    /// The operation does not fit the document.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A `test` failed.
    #[error("test failed at {path:?}: expected {expected}, found {}", .found.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string))]
    Test {
        /// The pointer.
        path: String,
        /// What should be there.
        expected: Value,
        /// What is there.
        found: Option<Value>,
    },
    /// Copies that double the state over and over end here, before the memory does.
    #[error("copying {0:?} would make the state larger than {MAX_COPIED_STATE} bytes")]
    TooLarge(String),
    /// A value cannot be moved into itself.
    #[error("{from:?} cannot be moved into itself at {path:?}")]
    MoveIntoItself {
        /// From.
        from: String,
        /// To.
        path: String,
    },
}

/// What a value is, for messages.
pub(crate) const fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// Reads a patch.
pub fn parse(patch: &Value) -> Result<Vec<Op>, PatchError> {
    let Value::Array(items) = patch else {
        return Err(PatchError {
            index: None,
            reason: PatchFault::NotAnArray(kind_of(patch)),
        });
    };
    let op = |(i, item)| {
        Op::parse(item).map_err(|reason| PatchError {
            index: Some(i),
            reason,
        })
    };
    items.iter().enumerate().map(op).collect()
}

/// The patch as a JSON value.
pub fn to_value(patch: &[Op]) -> Value {
    Value::Array(patch.iter().map(Op::to_value).collect())
}

/// Applies a patch as a whole: on an error the document is what it was before.
pub fn apply(patch: &[Op], doc: &mut Value) -> Result<(), PatchError> {
    let mut edits = Edits::default();
    for (i, op) in patch.iter().enumerate() {
        if let Err(reason) = op.apply(doc, &mut edits) {
            edits.roll_back(doc);
            return Err(PatchError {
                index: Some(i),
                reason,
            });
        }
    }
    Ok(())
}

impl Op {
    /// Where it acts.
    pub const fn path(&self) -> &Path {
        match self {
            Self::Add { path, .. }
            | Self::Remove { path }
            | Self::Replace { path, .. }
            | Self::Move { path, .. }
            | Self::Copy { path, .. }
            | Self::Test { path, .. } => path,
        }
    }

    fn parse(item: &Value) -> Result<Self, PatchFault> {
        let Value::Object(o) = item else {
            return Err(PatchFault::NotAnObject(kind_of(item)));
        };
        let path = pointer(o, "path");
        let value = || o.get("value").cloned().ok_or(PatchFault::Missing("value"));
        Ok(match string(o, "op")? {
            "add" => Self::Add {
                path: path?,
                value: value()?,
            },
            "remove" => Self::Remove { path: path? },
            "replace" => Self::Replace {
                path: path?,
                value: value()?,
            },
            "move" => Self::Move {
                from: pointer(o, "from")?,
                path: path?,
            },
            "copy" => Self::Copy {
                from: pointer(o, "from")?,
                path: path?,
            },
            "test" => Self::Test {
                path: path?,
                value: value()?,
            },
            other => return Err(PatchFault::UnknownOp(other.to_owned())),
        })
    }

    /// The operation as a JSON object.
    pub fn to_value(&self) -> Value {
        let (op, from, value) = match self {
            Self::Add { value, .. } => ("add", None, Some(value)),
            Self::Remove { .. } => ("remove", None, None),
            Self::Replace { value, .. } => ("replace", None, Some(value)),
            Self::Move { from, .. } => ("move", Some(from), None),
            Self::Copy { from, .. } => ("copy", Some(from), None),
            Self::Test { value, .. } => ("test", None, Some(value)),
        };
        let mut o = Object::new();
        o.insert("op", op.into());
        if let Some(from) = from {
            o.insert("from", from.to_string().into());
        }
        o.insert("path", self.path().to_string().into());
        if let Some(value) = value {
            o.insert("value", value.clone());
        }
        Value::Object(o)
    }

    fn apply(&self, doc: &mut Value, edits: &mut Edits) -> Result<(), PatchFault> {
        let found = |doc: &Value, at: &Path| {
            at.find(doc)
                .cloned()
                .ok_or_else(|| PathError::Missing(at.to_string()))
        };
        match self {
            Self::Add { path, value } => edits.add(doc, path, value.clone())?,
            Self::Remove { path } => edits.remove(doc, path)?,
            Self::Replace { path, value } => edits.replace(doc, path, value.clone())?,
            Self::Move { from, path } if from == path => {
                found(doc, from)?;
            }
            Self::Move { from, path } => {
                if from.holds(path) {
                    return Err(PatchFault::MoveIntoItself {
                        from: from.to_string(),
                        path: path.to_string(),
                    });
                }
                let value = found(doc, from)?;
                edits.remove(doc, from)?;
                edits.add(doc, path, value)?;
            }
            Self::Copy { from, path } => {
                let value = found(doc, from)?;
                let copied = heap_bytes(&value);
                if copied > SMALL_COPY && copied + heap_bytes(doc) > MAX_COPIED_STATE {
                    return Err(PatchFault::TooLarge(from.to_string()));
                }
                edits.add(doc, path, value)?;
            }
            Self::Test { path, value } => {
                let found = path.find(doc);
                if !found.is_some_and(|f| same_value(f, value)) {
                    let (path, expected) = (path.to_string(), value.clone());
                    return Err(PatchFault::Test {
                        path,
                        expected,
                        found: found.cloned(),
                    });
                }
            }
        }
        Ok(())
    }
}

fn string<'v>(o: &'v Object, name: &'static str) -> Result<&'v str, PatchFault> {
    o.get(name)
        .ok_or(PatchFault::Missing(name))?
        .as_str()
        .ok_or(PatchFault::NotAString(name))
}

fn pointer(o: &Object, name: &'static str) -> Result<Path, PatchFault> {
    let text = string(o, name)?;
    Path::parse(text).ok_or_else(|| PatchFault::BadPointer(text.to_owned()))
}

/// Equality as RFC 6902 defines it for `test`: numbers by value, objects in any order.
pub fn same_value(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.same_value(b),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, a)| b.get(k).is_some_and(|b| same_value(a, b)))
        }
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leftfold_event::json;

    fn run(doc: &str, patch: &str) -> Result<String, String> {
        let patch = parse(&json::parse(patch.as_bytes()).unwrap()).map_err(|e| e.to_string())?;
        let before = json::parse(doc.as_bytes()).unwrap();
        let mut after = before.clone();
        match apply(&patch, &mut after) {
            Ok(()) => Ok(after.to_string()),
            Err(e) => {
                assert_eq!(
                    after.to_string(),
                    before.to_string(),
                    "a failed patch changes nothing"
                );
                Err(e.to_string())
            }
        }
    }

    /// RFC 6902, appendix A, in its order; `Err` holds a part of the message.
    #[test]
    fn the_examples_of_the_rfc_hold() {
        let cases: [(&str, &str, Result<&str, &str>); 19] = [
            (
                r#"{"foo":"bar"}"#,
                r#"[{"op":"add","path":"/baz","value":"qux"}]"#,
                Ok(r#"{"foo":"bar","baz":"qux"}"#),
            ),
            (
                r#"{"foo":["bar","baz"]}"#,
                r#"[{"op":"add","path":"/foo/1","value":"qux"}]"#,
                Ok(r#"{"foo":["bar","qux","baz"]}"#),
            ),
            (
                r#"{"baz":"qux","foo":"bar"}"#,
                r#"[{"op":"remove","path":"/baz"}]"#,
                Ok(r#"{"foo":"bar"}"#),
            ),
            (
                r#"{"foo":["bar","qux","baz"]}"#,
                r#"[{"op":"remove","path":"/foo/1"}]"#,
                Ok(r#"{"foo":["bar","baz"]}"#),
            ),
            (
                r#"{"baz":"qux","foo":"bar"}"#,
                r#"[{"op":"replace","path":"/baz","value":"boo"}]"#,
                Ok(r#"{"baz":"boo","foo":"bar"}"#),
            ),
            (
                r#"{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}"#,
                r#"[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]"#,
                Ok(r#"{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}"#),
            ),
            (
                r#"{"foo":["all","grass","cows","eat"]}"#,
                r#"[{"op":"move","from":"/foo/1","path":"/foo/3"}]"#,
                Ok(r#"{"foo":["all","cows","eat","grass"]}"#),
            ),
            (
                r#"{"baz":"qux","foo":["a",2,"c"]}"#,
                r#"[{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2}]"#,
                Ok(r#"{"baz":"qux","foo":["a",2,"c"]}"#),
            ),
            (
                r#"{"baz":"qux"}"#,
                r#"[{"op":"test","path":"/baz","value":"bar"}]"#,
                Err("test failed at \"/baz\""),
            ),
            (
                r#"{"foo":"bar"}"#,
                r#"[{"op":"add","path":"/child","value":{"grandchild":{}}}]"#,
                Ok(r#"{"foo":"bar","child":{"grandchild":{}}}"#),
            ),
            (
                r#"{"foo":"bar"}"#,
                r#"[{"op":"add","path":"/baz","value":"qux","xyz":123}]"#,
                Ok(r#"{"foo":"bar","baz":"qux"}"#),
            ),
            (
                r#"{"foo":"bar"}"#,
                r#"[{"op":"add","path":"/baz/bat","value":"qux"}]"#,
                Err("\"/baz\" does not exist"),
            ),
            (
                r#"{"/":9,"~1":10}"#,
                r#"[{"op":"test","path":"/~01","value":10}]"#,
                Ok(r#"{"/":9,"~1":10}"#),
            ),
            (
                r#"{"/":9,"~1":10}"#,
                r#"[{"op":"test","path":"/~01","value":"10"}]"#,
                Err("test failed"),
            ),
            (
                r#"{"foo":["bar"]}"#,
                r#"[{"op":"add","path":"/foo/-","value":["abc","def"]}]"#,
                Ok(r#"{"foo":["bar",["abc","def"]]}"#),
            ),
            (
                "[1,2]",
                r#"[{"op":"remove","path":"/0"},{"op":"remove","path":"/5"}]"#,
                Err("operation 1"),
            ),
            (
                r#"{"a":{"b":1}}"#,
                r#"[{"op":"move","from":"/a","path":"/a/b"}]"#,
                Err("into itself"),
            ),
            (r#"{"a":1}"#, r#"[{"op":"copy","from":"/a","path":""}]"#, Ok("1")),
            (
                r#"{"a":1.0}"#,
                r#"[{"op":"test","path":"/a","value":1}]"#,
                Ok(r#"{"a":1.0}"#),
            ),
        ];
        for (doc, patch, expected) in cases {
            match (run(doc, patch), expected) {
                (Ok(got), Ok(expected)) => assert_eq!(got, expected, "{patch}"),
                (Err(got), Err(part)) => assert!(got.contains(part), "{patch}: {got}"),
                (got, expected) => panic!("{patch}: {got:?}, expected {expected:?}"),
            }
        }
    }

    #[test]
    fn what_is_no_patch_says_so() {
        for (patch, part) in [
            ("{}", "an array of operations is expected, not an object"),
            ("[1]", "operation 0: an operation is an object"),
            (r#"[{"path":"/a"}]"#, "\"op\" is missing"),
            (r#"[{"op":"add","path":"/a"}]"#, "\"value\" is missing"),
            (r#"[{"op":"add","path":"a","value":1}]"#, "no JSON pointer"),
            (r#"[{"op":"merge","path":"/a"}]"#, "no operation \"merge\""),
            (r#"[{"op":"move","path":"/a","from":1}]"#, "\"from\" is no string"),
        ] {
            let error = run("{}", patch).unwrap_err();
            assert!(error.contains(part), "{patch}: {error}");
        }
    }

    #[test]
    fn a_patch_can_neither_nest_nor_double_a_state_without_end() {
        let value = |text: &str| parse(&json::parse(text.as_bytes()).unwrap()).unwrap();
        let deeper = value(
            r#"[{"op":"copy","from":"/a","path":"/b"},{"op":"remove","path":"/a"},
            {"op":"add","path":"/a","value":{}},{"op":"move","from":"/b","path":"/a/x"}]"#,
        );
        let mut doc = json::parse(br#"{"a":1}"#).unwrap();
        let failed = (0..1000).find_map(|i| apply(&deeper, &mut doc).err().map(|e| (i, e)));
        assert!(matches!(
            failed,
            Some((
                511,
                PatchError {
                    reason: PatchFault::Path(PathError::TooDeep { .. }),
                    ..
                }
            ))
        ));

        let double = value(r#"[{"op":"copy","from":"","path":"/-"}]"#);
        let mut doc = Value::Array(vec![Value::from("x".repeat(1 << 20))]);
        let failed = (0..100).find_map(|_| apply(&double, &mut doc).err());
        assert!(matches!(
            failed,
            Some(PatchError {
                reason: PatchFault::TooLarge(_),
                ..
            })
        ));
    }

    #[test]
    fn a_failed_patch_restores_order_and_elements() {
        let fail = r#"{"op":"test","path":"","value":0}"#;
        let patch = format!(
            r#"[{{"op":"remove","path":"/a"}},{{"op":"remove","path":"/l/0"}},{{"op":"add","path":"/l/-","value":9}},
                {{"op":"replace","path":"/b","value":[]}},{{"op":"add","path":"/b/0","value":1}},
                {{"op":"move","from":"/l","path":"/c"}},{{"op":"add","path":"","value":5}},{fail}]"#
        );
        assert!(run(r#"{"a":1,"l":[1,2,3],"b":{"x":1}}"#, &patch).is_err());
    }
}
