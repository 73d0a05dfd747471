//! A dictionary of names: each stored once, known by a small number.

use std::hash::BuildHasher;
use std::sync::OnceLock;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

/// Names in the order they were first seen. Reading a name by its key costs one lookup; finding a key by name builds a
/// hash table on first use (a log read from its cache seldom needs one).
#[derive(Debug, Default)]
pub struct Names {
    text: String,
    /// Where each name ends in `text`.
    ends: Vec<u64>,
    table: OnceLock<HashTable<u32>>,
}

impl Names {
    /// No names.
    pub fn new() -> Self {
        Self::default()
    }

    /// Names from their parts, as [`Names::parts`] gives them; `None` when the ends do not fit the text.
    pub fn from_parts(text: String, ends: Vec<u64>) -> Option<Self> {
        let mut last = 0;
        for &end in &ends {
            if end < last || !text.is_char_boundary(usize::try_from(end).ok()?) {
                return None;
            }
            last = end;
        }
        (last as usize == text.len()).then(|| Self {
            text,
            ends,
            table: OnceLock::new(),
        })
    }

    /// All names run together, and where each ends.
    pub fn parts(&self) -> (&str, &[u64]) {
        (&self.text, &self.ends)
    }

    /// How many names.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The name behind a key; empty for a key that is none.
    pub fn get(&self, key: u32) -> &str {
        let i = key as usize;
        let Some(&end) = self.ends.get(i) else { return "" };
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        &self.text[start as usize..end as usize]
    }

    /// The key of a name.
    pub fn key(&self, name: &str) -> Option<u32> {
        let table = self.table.get_or_init(|| self.build_table());
        table.find(hash(name), |&k| self.get(k) == name).copied()
    }

    /// The key of a name, given a new one when it has none yet; whether it is new.
    pub fn intern(&mut self, name: &str) -> (u32, bool) {
        let mut table = self.table.take().unwrap_or_else(|| self.build_table());
        let h = hash(name);
        let found = table.find(h, |&k| self.get(k) == name).copied();
        let answer = found.map_or_else(
            || {
                let key = self.ends.len() as u32;
                self.text.push_str(name);
                self.ends.push(self.text.len() as u64);
                table.insert_unique(h, key, |&k| hash(self.get(k)));
                (key, true)
            },
            |key| (key, false),
        );
        self.table = OnceLock::from(table);
        answer
    }

    /// A copy that takes in more names at once.
    #[must_use]
    pub fn clone_for_more(&self) -> Self {
        Self {
            table: self.table.clone(),
            ..self.clone()
        }
    }

    fn build_table(&self) -> HashTable<u32> {
        let mut table = HashTable::with_capacity(self.len());
        for key in 0..self.len() as u32 {
            table.insert_unique(hash(self.get(key)), key, |&k| hash(self.get(k)));
        }
        table
    }

    /// Keys and names in the order they were first seen.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &str)> {
        (0..self.len() as u32).map(|k| (k, self.get(k)))
    }

    /// Bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        let table = self.table.get().map_or(0, |t| t.capacity() * 5);
        self.text.len() + self.ends.len() * 8 + table
    }
}

/// The copy has no hash table until it needs one.
impl Clone for Names {
    fn clone(&self) -> Self {
        Self {
            text: self.text.clone(),
            ends: self.ends.clone(),
            table: OnceLock::new(),
        }
    }
}

fn hash(name: &str) -> u64 {
    FxBuildHasher.hash_one(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_key() {
        let mut names = Names::new();
        let keys: Vec<u32> = ["a", "", "ü", "a", "b"]
            .iter()
            .map(|n| names.intern(n).0)
            .collect();
        assert_eq!(keys, [0, 1, 2, 0, 3]);
        assert_eq!(
            names.iter().map(|(_, n)| n).collect::<Vec<_>>(),
            ["a", "", "ü", "b"]
        );
        assert_eq!(
            (names.key("ü"), names.key("c"), names.get(9)),
            (Some(2), None, "")
        );
        let again = Names::from_parts(names.parts().0.to_owned(), names.parts().1.to_vec());
        assert_eq!(again.and_then(|n| n.key("b")), Some(3));
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        assert!(Names::from_parts("ab".into(), vec![3]).is_none());
        assert!(Names::from_parts("ab".into(), vec![2, 1]).is_none());
        assert!(Names::from_parts("ü".into(), vec![1, 2]).is_none());
        assert!(Names::from_parts("ab".into(), vec![1]).is_none());
    }
}
