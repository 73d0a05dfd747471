//! A merge under way that keeps, for every key, where its last value lies in the payloads' text.
//!
//! No value is built until the state is asked for, and no event allocates once the buffers have grown. Members whose
//! value is an object are merged as trees when a second object meets them; everything the scanner leaves to the
//! parser goes through the parsed patch, member by member.

use compact_str::CompactString;
use hashbrown::HashTable;
use leftfold_event::json::{self, Object, Value};
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher;

use super::merge::merge_patch;
use crate::projection::Fold;
use crate::scan::{Member, Shape, Top, scan};
use crate::step::{HandlerError, Step, StepPayload};

/// States with more keys than this get a hash index.
const INDEX_FROM: usize = 24;
/// Nested objects with more members are merged as trees.
const FEW_MEMBERS: usize = 16;
/// The text kept before dead spans are thrown out for the first time, in bytes.
const COMPACT_FROM: usize = 64 * 1024;

type Span = (u32, u32);

pub(super) struct MergeFold {
    /// The state when it is no object.
    whole: Option<Value>,
    entries: Vec<Entry>,
    /// Places in `entries` by key; only past [`INDEX_FROM`] keys.
    index: Option<HashTable<u32>>,
    /// The text that the entries' spans point into.
    text: Vec<u8>,
    compact_at: usize,
    /// Numbers the events, to see a key that is given twice in one.
    event: u32,
    members: Vec<Member>,
    /// Members of a nested object and of the one it meets.
    nested: [Vec<Member>; 2],
    places: Vec<Option<u32>>,
}

struct Entry {
    key: Span,
    held: Held,
    /// The last event that had this key.
    event: u32,
}

enum Held {
    /// JSON text of anything but an object.
    Text(Span),
    /// JSON text of an object as the patch has it: its `null` members are still to be removed.
    Patch(Span),
    /// A built value.
    Built(Value),
    /// Removed by the event being applied.
    Dead,
}

impl MergeFold {
    pub(super) fn new(state: Value) -> Self {
        let mut fold = Self {
            whole: None,
            entries: Vec::new(),
            index: None,
            text: Vec::new(),
            compact_at: COMPACT_FROM,
            event: 0,
            members: Vec::new(),
            nested: [Vec::new(), Vec::new()],
            places: Vec::new(),
        };
        fold.start(state);
        fold
    }

    fn clear(&mut self) {
        self.whole = None;
        self.entries.clear();
        self.index = None;
        self.text.clear();
    }

    #[inline]
    fn slice(&self, (start, end): Span) -> &[u8] {
        &self.text[start as usize..end as usize]
    }

    /// Where the key is; `hint` is where it probably is, as payloads of one type list their keys in one order.
    #[inline]
    fn place(&self, key: &[u8], hint: usize) -> Option<u32> {
        if let Some(entry) = self.entries.get(hint)
            && self.slice(entry.key) == key
        {
            return Some(hint as u32);
        }
        match &self.index {
            Some(index) => index
                .find(FxBuildHasher.hash_one(key), |&i| {
                    self.slice(self.entries[i as usize].key) == key
                })
                .copied(),
            None => self
                .entries
                .iter()
                .position(|e| self.slice(e.key) == key)
                .map(|i| i as u32),
        }
    }

    /// Adds an entry at the end.
    fn append(&mut self, key: Span, held: Held) {
        self.entries.push(Entry {
            key,
            held,
            event: self.event,
        });
        let (entries, text) = (&self.entries, &self.text);
        let hash = |&i: &u32| {
            let (start, end) = entries[i as usize].key;
            FxBuildHasher.hash_one(&text[start as usize..end as usize])
        };
        let last = entries.len() as u32 - 1;
        match &mut self.index {
            Some(index) => {
                index.insert_unique(hash(&last), last, hash);
            }
            None if entries.len() > INDEX_FROM => {
                let mut index = HashTable::with_capacity(entries.len() * 2);
                for i in 0..=last {
                    index.insert_unique(hash(&i), i, hash);
                }
                self.index = Some(index);
            }
            None => {}
        }
    }

    /// Throws the entries out that the event removed.
    fn bury(&mut self) {
        self.entries.retain(|e| !matches!(e.held, Held::Dead));
        if self.index.take().is_some() {
            let entries = std::mem::take(&mut self.entries);
            for entry in entries {
                self.append(entry.key, entry.held);
            }
        }
    }

    fn push_text(&mut self, payload: &[u8]) -> Result<(), HandlerError> {
        let mut members = std::mem::take(&mut self.members);
        let top = scan(payload, &mut members);
        let merged = top == Some(Top::Object) && self.merge_members(payload, &members);
        self.members = members;
        if !merged {
            self.merge_value(json::parse(payload)?);
        }
        Ok(())
    }

    /// Merges the members of one payload. False, and nothing changed, when a key is given twice.
    fn merge_members(&mut self, payload: &[u8], members: &[Member]) -> bool {
        self.event = self.event.wrapping_add(1);
        if self.whole.is_some() {
            return false;
        }
        self.places.clear();
        let mut hint = 0;
        for (n, member) in members.iter().enumerate() {
            let key = &payload[member.key_range()];
            let place = self.place(key, hint);
            match place {
                Some(i) => {
                    let seen = &mut self.entries[i as usize].event;
                    if *seen == self.event {
                        return false;
                    }
                    *seen = self.event;
                    hint = i as usize + 1;
                }
                None => {
                    let earlier = members[..n].iter().zip(&self.places);
                    if earlier
                        .into_iter()
                        .any(|(m, p)| p.is_none() && payload[m.key_range()] == *key)
                    {
                        return false;
                    }
                }
            }
            self.places.push(place);
        }

        self.make_room(payload.len());
        if self.text.len() + payload.len() > u32::MAX as usize {
            return false;
        }
        let base = self.text.len() as u32;
        self.text.extend_from_slice(payload);
        let moved = |(start, end): Span| (start + base, end + base);
        let mut removed = false;
        for (n, member) in members.iter().enumerate() {
            let span = moved(member.value);
            match (self.places[n], member.shape) {
                (None, Shape::Null) => {}
                (None, Shape::Object) => self.append(moved(member.key), Held::Patch(span)),
                (None, Shape::Other) => self.append(moved(member.key), Held::Text(span)),
                (Some(i), Shape::Null) => {
                    self.entries[i as usize].held = Held::Dead;
                    removed = true;
                }
                (Some(i), Shape::Object) => self.merge_object(i as usize, span),
                (Some(i), Shape::Other) => self.entries[i as usize].held = Held::Text(span),
            }
        }
        if removed {
            self.bury();
        }
        true
    }

    /// Merges an object into what an entry holds.
    fn merge_object(&mut self, i: usize, patch: Span) {
        let held = std::mem::replace(&mut self.entries[i].held, Held::Dead);
        self.entries[i].held = match held {
            Held::Text(_) | Held::Dead => Held::Patch(patch),
            Held::Patch(earlier) if self.supersedes(patch, earlier) => Held::Patch(patch),
            Held::Patch(earlier) => {
                let mut value = self.built_patch(earlier);
                merge_patch(&mut value, self.parsed(patch));
                Held::Built(value)
            }
            Held::Built(mut value) => {
                merge_patch(&mut value, self.parsed(patch));
                Held::Built(value)
            }
        };
    }

    /// Whether merging the object `patch` into the object `earlier` gives just what merging `patch` into nothing gives:
    /// it begins with all of the other's keys, in their order, and has no objects to merge. So do the objects that events
    /// of one type carry along.
    fn supersedes(&mut self, patch: Span, earlier: Span) -> bool {
        let mut nested = std::mem::take(&mut self.nested);
        let scanned = [patch, earlier].iter().zip(&mut nested).all(|(span, members)| {
            scan(self.slice(*span), members) == Some(Top::Object) && members.len() <= FEW_MEMBERS
        });
        let [new, old] = &nested;
        let key = |span, member: &Member| &self.slice(span)[member.key_range()];
        let superseded = scanned
            && old.len() <= new.len()
            && old.iter().all(|m| m.shape != Shape::Null)
            && new.iter().all(|m| m.shape != Shape::Object)
            && old.iter().zip(new).all(|(o, n)| key(earlier, o) == key(patch, n))
            && (1..new.len()).all(|i| new[..i].iter().all(|m| key(patch, m) != key(patch, &new[i])));
        self.nested = nested;
        superseded
    }

    /// Merges a parsed patch, whose keys are unique.
    fn merge_value(&mut self, patch: Value) {
        let Value::Object(patch) = patch else {
            self.clear();
            self.whole = Some(patch);
            return;
        };
        if self.whole.take().is_some() {
            self.clear();
        }
        self.make_room(patch.iter().map(|(key, _)| key.len()).sum());
        let mut removed = false;
        for (key, value) in patch {
            match (self.place(key.as_bytes(), usize::MAX), value) {
                (None, Value::Null) => {}
                (None, value) => {
                    let mut fresh = Value::Null;
                    merge_patch(&mut fresh, value);
                    self.append_built(&key, fresh);
                }
                (Some(i), Value::Null) => {
                    self.entries[i as usize].held = Held::Dead;
                    removed = true;
                }
                (Some(i), value) => {
                    let mut held = match std::mem::replace(&mut self.entries[i as usize].held, Held::Dead) {
                        Held::Patch(span) => self.built_patch(span),
                        Held::Built(held) => held,
                        Held::Text(_) | Held::Dead => Value::Null,
                    };
                    merge_patch(&mut held, value);
                    self.entries[i as usize].held = Held::Built(held);
                }
            }
        }
        if removed {
            self.bury();
        }
    }

    fn append_built(&mut self, key: &str, value: Value) {
        let start = self.text.len() as u32;
        self.text.extend_from_slice(key.as_bytes());
        self.append((start, self.text.len() as u32), Held::Built(value));
    }

    /// The value of text that the scanner accepted. The parser accepts it too; were it not so, the text would be shown.
    fn parsed(&self, span: Span) -> Value {
        let text = self.slice(span);
        json::parse_valid(text).unwrap_or_else(|_| String::from_utf8_lossy(text).into_owned().into())
    }

    /// An object as it becomes when merged into nothing.
    fn built_patch(&self, span: Span) -> Value {
        let mut value = Value::Null;
        merge_patch(&mut value, self.parsed(span));
        value
    }

    fn make_room(&mut self, bytes: usize) {
        if self.text.len() + bytes > self.compact_at {
            self.compact();
        }
    }

    /// Keeps only the text that entries point to.
    fn compact(&mut self) {
        let old = std::mem::take(&mut self.text);
        let mut text = Vec::with_capacity(old.len());
        let mut keep = |span: &mut Span| {
            let start = text.len() as u32;
            text.extend_from_slice(&old[span.0 as usize..span.1 as usize]);
            *span = (start, text.len() as u32);
        };
        for entry in &mut self.entries {
            keep(&mut entry.key);
            if let Held::Text(span) | Held::Patch(span) = &mut entry.held {
                keep(span);
            }
        }
        self.compact_at = COMPACT_FROM.max(text.len() * 4);
        self.text = text;
        // The index goes by the keys' text, which is what it was.
    }
}

impl Fold for MergeFold {
    fn start(&mut self, state: Value) {
        self.clear();
        match state {
            Value::Object(o) => {
                for (key, value) in o {
                    self.append_built(&key, value);
                }
            }
            other => self.whole = Some(other),
        }
    }

    fn push(&mut self, step: &Step<'_>) -> Result<(), HandlerError> {
        if let StepPayload::Json(payload) = step.payload {
            return self.push_text(payload);
        }
        if let Some(patch) = step.payload.decode()? {
            self.merge_value(patch.into_owned());
        }
        Ok(())
    }

    fn state(&self) -> Value {
        if let Some(whole) = &self.whole {
            return whole.clone();
        }
        let entry = |e: &Entry| {
            let key = CompactString::from_utf8_lossy(self.slice(e.key));
            let value = match &e.held {
                Held::Text(span) => self.parsed(*span),
                Held::Patch(span) => self.built_patch(*span),
                Held::Built(value) => value.clone(),
                Held::Dead => Value::Null,
            };
            (key, value)
        };
        Value::Object(Object::of_different_keys(
            self.entries.iter().map(entry).collect(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin::Merge;
    use crate::projection::Projection;
    use proptest::prelude::*;

    fn both(payloads: &[Vec<u8>]) -> Result<(), TestCaseError> {
        let mut fast = MergeFold::new(Merge.initial());
        let mut slow = Merge.initial();
        for (i, payload) in payloads.iter().enumerate() {
            let step = Step::new("", StepPayload::Json(payload));
            prop_assert_eq!(fast.push(&step), Merge.apply(&mut slow, &step));
            prop_assert_eq!(fast.state().to_string(), slow.to_string());
            if i % 3 == 2 {
                fast.start(slow.clone());
            }
        }
        Ok(())
    }

    fn member() -> impl Strategy<Value = String> + Clone {
        let key = prop_oneof![4 => "[a-e]", 1 => "k[0-9]{1,2}", 1 => Just("\\u0061".to_owned()), 1 => Just("é".to_owned())];
        let scalar = prop_oneof![
            Just("null".to_owned()),
            Just("1.50".to_owned()),
            Just("\"x\\n\"".to_owned()),
            Just(" [1, null]".to_owned()),
            Just("{}".to_owned()),
            Just("\"\\ud83d\\ude00\"".to_owned()),
        ];
        let value = scalar.prop_recursive(3, 12, 4, |inner| {
            prop::collection::vec(("[a-d]", inner), 0..4).prop_map(|m| {
                let members: Vec<_> = m.into_iter().map(|(k, v)| format!("\"{k}\":{v}")).collect();
                format!("{{{}}}", members.join(","))
            })
        });
        (key, value).prop_map(|(k, v)| format!("\"{k}\":{v}"))
    }

    fn payload() -> impl Strategy<Value = Vec<u8>> {
        let object =
            prop::collection::vec(member(), 0..8).prop_map(|m| format!("{{{}}}", m.join(",")).into_bytes());
        let damaged =
            (object.clone(), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(mut text, at, byte)| {
                let at = at.index(text.len());
                text[at] = byte;
                text
            });
        prop_oneof![8 => object, 2 => damaged, 1 => Just(b"null".to_vec()), 1 => Just(b"[1]".to_vec())]
    }

    proptest! {
        #[test]
        fn the_fast_merge_gives_what_the_slow_one_gives(payloads in prop::collection::vec(payload(), 0..30)) {
            both(&payloads)?;
        }
    }

    #[test]
    fn a_long_history_of_many_keys_is_compacted_and_indexed_without_loss() {
        let payloads: Vec<_> = (0..4000_u32)
            .map(|i| match i % 7 {
                3 => format!("{{\"k{}\":null,\"k{}\":{i}}}", i % 41, i % 43),
                5 => format!("{{\"o{}\":{{\"x{}\":{i}}}}}", i % 5, i % 3),
                _ => format!(
                    "{{\"k{}\":\"{}\",\"z\":{i}}}",
                    i % 97,
                    "v".repeat((i % 50) as usize)
                ),
            })
            .collect();
        let mut fast = MergeFold::new(Merge.initial());
        let mut slow = Merge.initial();
        for payload in &payloads {
            let step = Step::new("", StepPayload::Json(payload.as_bytes()));
            assert_eq!(fast.push(&step), Ok(()));
            assert_eq!(Merge.apply(&mut slow, &step), Ok(()));
        }
        assert_eq!(fast.state().to_string(), slow.to_string());
        assert!(fast.text.len() <= fast.compact_at && fast.index.is_some());
    }
}
