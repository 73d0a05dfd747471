//! RFC 6901 pointers, and changes at a path that can be taken back.

use std::fmt;

use compact_str::CompactString;
use leftfold_event::json::{Object, Value, array_index, escape_token, unescape_token};

/// An RFC 6901 pointer, split into its keys and indices.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<CompactString>);

impl Path {
    /// The whole document.
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// Reads a pointer: `""` or `/a/0`. `None` when the text is neither, or escapes something but `~` and `/`.
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::root());
        }
        let tokens = text.strip_prefix('/')?.split('/');
        tokens
            .map(|t| {
                let escapes = t.split('~').skip(1);
                escapes
                    .clone()
                    .all(|e| e.starts_with(['0', '1']))
                    .then(|| CompactString::from(unescape_token(t)))
            })
            .collect::<Option<Vec<_>>>()
            .map(Self)
    }

    /// The keys and indices from the root on.
    pub fn tokens(&self) -> &[CompactString] {
        &self.0
    }

    /// Goes one step down.
    pub fn push(&mut self, token: impl Into<CompactString>) {
        self.0.push(token.into());
    }

    /// Goes one step up.
    pub fn pop(&mut self) {
        self.0.pop();
    }

    /// Whether `other` is this place or below it.
    pub fn holds(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// The value at this path.
    pub fn find<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(value, |here, token| child(here, token))
    }
}

impl From<Vec<CompactString>> for Path {
    fn from(tokens: Vec<CompactString>) -> Self {
        Self(tokens)
    }
}

/// The pointer's text.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for token in &self.0 {
            write!(f, "/{}", escape_token(token))?;
        }
        Ok(())
    }
}

/// The value one step down.
pub(crate) fn child<'v>(value: &'v Value, token: &str) -> Option<&'v Value> {
    match value {
        Value::Object(o) => o.get(token),
        Value::Array(a) => a.get(array_index(token)?),
        _ => None,
    }
}

fn child_mut<'v>(value: &'v mut Value, token: &str) -> Option<&'v mut Value> {
    match value {
        Value::Object(o) => o.get_mut(token),
        Value::Array(a) => a.get_mut(array_index(token)?),
        _ => None,
    }
}

fn find_mut<'v>(value: &'v mut Value, tokens: &[CompactString]) -> Option<&'v mut Value> {
    tokens
        .iter()
        .try_fold(value, |here, token| child_mut(here, token))
}

/// Why a change does not fit the document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// A key or element on the way is not there.
    #[error("{0:?} does not exist")]
    Missing(String),
    /// The parent is neither object nor array.
    #[error("{0:?} is below a value that is neither object nor array")]
    NotAContainer(String),
    /// The index is no index, or past the array's end.
    #[error("{path:?}: the array has {len} elements")]
    NoSuchIndex {
        /// The pointer.
        path: String,
        /// The array's length.
        len: usize,
    },
    /// The state would nest deeper than any sane one does.
    #[error("{path:?}: the state would nest deeper than {MAX_STATE_DEPTH}")]
    TooDeep {
        /// The pointer.
        path: String,
    },
}

/// How deep a state may nest, so that nothing that walks it runs out of stack. A payload nests at most
/// [`leftfold_event::json::MAX_DEPTH`] deep, but many of them can put one inside the other.
pub const MAX_STATE_DEPTH: usize = 512;

fn depth(value: &Value) -> usize {
    match value {
        Value::Object(o) => 1 + o.iter().map(|(_, v)| depth(v)).max().unwrap_or(0),
        Value::Array(a) => 1 + a.iter().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// Changes made to one document since it was last kept, so that they can be taken back as a whole.
#[derive(Debug, Default)]
pub(crate) struct Edits {
    undo: Vec<Undo>,
}

#[derive(Debug)]
enum Undo {
    /// The value at the path was this one.
    Was { at: Path, value: Value },
    /// Nothing was at the path.
    Absent { at: Path },
    /// The parent object held this entry at this place.
    Entry {
        parent: Path,
        place: usize,
        key: CompactString,
        value: Value,
    },
    /// The parent array held this element at this index.
    Element {
        parent: Path,
        index: usize,
        value: Value,
    },
}

impl Edits {
    /// RFC 6902 `add`: sets a key, inserts an element (`-`: at the end), or replaces the whole.
    pub(crate) fn add(&mut self, doc: &mut Value, path: &Path, value: Value) -> Result<(), PathError> {
        if path.0.len() + depth(&value) > MAX_STATE_DEPTH {
            return Err(PathError::TooDeep {
                path: path.to_string(),
            });
        }
        let Some((last, parents)) = path.0.split_last() else {
            let value = std::mem::replace(doc, value);
            self.undo.push(Undo::Was {
                at: Path::root(),
                value,
            });
            return Ok(());
        };
        match find_mut(doc, parents).ok_or_else(|| PathError::Missing(text(parents)))? {
            Value::Object(o) => match o.insert(last.clone(), value) {
                Some(value) => self.undo.push(Undo::Was {
                    at: path.clone(),
                    value,
                }),
                None => self.undo.push(Undo::Absent { at: path.clone() }),
            },
            Value::Array(a) => {
                let index = if last == "-" {
                    Some(a.len())
                } else {
                    array_index(last)
                };
                let Some(index) = index.filter(|i| *i <= a.len()) else {
                    return Err(PathError::NoSuchIndex {
                        path: path.to_string(),
                        len: a.len(),
                    });
                };
                a.insert(index, value);
                let mut at = Path(parents.to_vec());
                at.push(compact_str::format_compact!("{index}"));
                self.undo.push(Undo::Absent { at });
            }
            _ => return Err(PathError::NotAContainer(path.to_string())),
        }
        Ok(())
    }

    /// Replaces what is at the path.
    pub(crate) fn replace(&mut self, doc: &mut Value, path: &Path, value: Value) -> Result<(), PathError> {
        if path.0.len() + depth(&value) > MAX_STATE_DEPTH {
            return Err(PathError::TooDeep {
                path: path.to_string(),
            });
        }
        let slot = find_mut(doc, &path.0).ok_or_else(|| PathError::Missing(path.to_string()))?;
        let value = std::mem::replace(slot, value);
        self.undo.push(Undo::Was {
            at: path.clone(),
            value,
        });
        Ok(())
    }

    /// Takes out what is at the path; the whole document becomes `null`.
    pub(crate) fn remove(&mut self, doc: &mut Value, path: &Path) -> Result<(), PathError> {
        let Some((last, parents)) = path.0.split_last() else {
            return self.replace(doc, path, Value::Null);
        };
        let missing = || PathError::Missing(path.to_string());
        let parent = Path(parents.to_vec());
        match find_mut(doc, parents).ok_or_else(missing)? {
            Value::Object(o) => {
                let place = o.iter().position(|(k, _)| k == last).ok_or_else(missing)?;
                let value = o.remove(last).ok_or_else(missing)?;
                self.undo.push(Undo::Entry {
                    parent,
                    place,
                    key: last.clone(),
                    value,
                });
            }
            Value::Array(a) => {
                let Some(index) = array_index(last).filter(|i| *i < a.len()) else {
                    return Err(PathError::NoSuchIndex {
                        path: path.to_string(),
                        len: a.len(),
                    });
                };
                let value = a.remove(index);
                self.undo.push(Undo::Element { parent, index, value });
            }
            _ => return Err(missing()),
        }
        Ok(())
    }

    /// Takes every change back, last first.
    pub(crate) fn roll_back(&mut self, doc: &mut Value) {
        while let Some(undo) = self.undo.pop() {
            match undo {
                Undo::Was { at, value } => {
                    if let Some(slot) = find_mut(doc, &at.0) {
                        *slot = value;
                    }
                }
                Undo::Absent { at } => {
                    let Some((last, parents)) = at.0.split_last() else {
                        continue;
                    };
                    match find_mut(doc, parents) {
                        Some(Value::Object(o)) => {
                            o.remove(last);
                        }
                        Some(Value::Array(a)) => {
                            if let Some(i) = array_index(last).filter(|i| *i < a.len()) {
                                a.remove(i);
                            }
                        }
                        _ => {}
                    }
                }
                Undo::Entry {
                    parent,
                    place,
                    key,
                    value,
                } => {
                    if let Some(Value::Object(o)) = find_mut(doc, &parent.0) {
                        insert_entry(o, place, key, value);
                    }
                }
                Undo::Element { parent, index, value } => {
                    if let Some(Value::Array(a)) = find_mut(doc, &parent.0)
                        && index <= a.len()
                    {
                        a.insert(index, value);
                    }
                }
            }
        }
    }
}

/// Puts an entry back at its place among the others.
fn insert_entry(object: &mut Object, place: usize, key: CompactString, value: Value) {
    let mut entries: Vec<_> = std::mem::take(object).into_iter().collect();
    entries.insert(place.min(entries.len()), (key, value));
    *object = entries.into_iter().collect();
}

fn text(tokens: &[CompactString]) -> String {
    Path(tokens.to_vec()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_written_as_it_was_read() {
        for text in ["", "/", "/a/0", "/a~1b/m~0n", "//x"] {
            assert_eq!(Path::parse(text).map(|p| p.to_string()).as_deref(), Some(text));
        }
        for text in ["a", "/~", "/~2"] {
            assert_eq!(Path::parse(text), None, "{text}");
        }
    }
}
