//! Objects that keep the order of their keys.

use std::fmt;
use std::hash::BuildHasher;

use compact_str::CompactString;
use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use super::Value;

/// Objects with more keys than this get a hash index.
const INDEX_FROM: usize = 24;

/// An object: entries in the order they came; a key given twice keeps its first place and its last value.
#[derive(Clone, Default)]
pub struct Object {
    entries: Vec<(CompactString, Value)>,
    /// Positions in `entries` by key; only for objects past [`INDEX_FROM`] keys.
    index: Option<Box<HashTable<u32>>>,
}

impl Object {
    /// An empty object.
    pub const fn new() -> Self {
        Self {
            entries: Vec::new(),
            index: None,
        }
    }

    /// How many keys.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// An object of these entries, whose keys the caller knows to differ from each other.
    pub fn of_different_keys(entries: Vec<(CompactString, Value)>) -> Self {
        let mut object = Self { entries, index: None };
        if object.entries.len() > INDEX_FROM {
            object.index_from(0);
        }
        object
    }

    fn place(&self, key: &str) -> Option<usize> {
        match &self.index {
            None => self.entries.iter().position(|(k, _)| k == key),
            Some(index) => index
                .find(FxBuildHasher.hash_one(key), |&i| {
                    self.entries[i as usize].0 == key
                })
                .map(|&i| i as usize),
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.place(key).map(|i| &self.entries[i].1)
    }

    /// The value of a key, to change.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.place(key).map(|i| &mut self.entries[i].1)
    }

    /// Sets a key, returning what it held. A new key goes to the end.
    pub fn insert(&mut self, key: impl AsRef<str> + Into<CompactString>, value: Value) -> Option<Value> {
        if let Some(i) = self.place(key.as_ref()) {
            return Some(std::mem::replace(&mut self.entries[i].1, value));
        }
        let place = self.entries.len() as u32;
        self.entries.push((key.into(), value));
        if self.index.is_some() || self.entries.len() > INDEX_FROM {
            self.index_from(place);
        }
        None
    }

    fn index_from(&mut self, place: u32) {
        let entries = &self.entries;
        let hash = |i: &u32| FxBuildHasher.hash_one(entries[*i as usize].0.as_str());
        if let Some(index) = &mut self.index {
            index.insert_unique(hash(&place), place, hash);
        } else {
            let mut index = HashTable::with_capacity(entries.len() * 2);
            for i in 0..entries.len() as u32 {
                index.insert_unique(hash(&i), i, hash);
            }
            self.index = Some(Box::new(index));
        }
    }

    /// Takes a key out; the others keep their order.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let i = self.place(key)?;
        self.index = None;
        let (_, value) = self.entries.remove(i);
        if self.entries.len() > INDEX_FROM {
            self.index_from(0);
        }
        Some(value)
    }

    /// Keys and values in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> + Clone {
        self.entries.iter().map(|(k, v)| (k.as_str(), v))
    }

    /// Keys and values in order, values to change.
    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = (&str, &mut Value)> {
        self.entries.iter_mut().map(|(k, v)| (k.as_str(), v))
    }
}

impl IntoIterator for Object {
    type Item = (CompactString, Value);
    type IntoIter = std::vec::IntoIter<(CompactString, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<K: Into<CompactString> + AsRef<str>> FromIterator<(K, Value)> for Object {
    fn from_iter<T: IntoIterator<Item = (K, Value)>>(entries: T) -> Self {
        let mut object = Self::new();
        for (k, v) in entries {
            object.insert(k, v);
        }
        object
    }
}

/// Objects are equal when they hold the same keys and values, in whatever order.
impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(k, v)| other.get(k) == Some(v))
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
