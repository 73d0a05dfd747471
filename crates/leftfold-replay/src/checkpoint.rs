//! Saved states inside replays, bounded in bytes, the least recently used thrown out first.

use std::collections::BTreeMap;
use std::mem::size_of;
use std::ops::Deref;
use std::sync::Arc;

use leftfold_event::Problem;
use leftfold_event::json::Value;
use rustc_hash::FxHashMap;

use crate::blame::BlameTree;

/// Which replay: a stream under a projection, followed with or without its blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) stream: u32,
    pub(crate) projection: u32,
    pub(crate) blamed: bool,
}

/// What a checkpoint holds.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) state: Arc<Value>,
    /// Only in replays that follow it.
    pub(crate) blame: Option<Arc<BlameTree>>,
    pub(crate) problems: Problems,
}

/// The problems of a prefix: the index of each event that could not be applied, and why. Shared, cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Problems {
    all: Arc<Vec<(usize, Arc<Problem>)>>,
    len: usize,
}

impl Problems {
    /// Adds one; equal problems in a row share their text.
    pub(crate) fn push(&mut self, event: usize, problem: Problem) {
        let all = Arc::make_mut(&mut self.all);
        all.truncate(self.len);
        let problem = match all.last() {
            Some((_, last)) if **last == problem => Arc::clone(last),
            _ => Arc::new(problem),
        };
        all.push((event, problem));
        self.len = all.len();
    }

    /// Those of the first `n` events.
    fn before(&self, n: usize) -> Self {
        Self {
            all: Arc::clone(&self.all),
            len: self.partition_point(|(event, _)| *event < n),
        }
    }
}

impl Deref for Problems {
    type Target = [(usize, Arc<Problem>)];

    fn deref(&self) -> &Self::Target {
        &self.all[..self.len]
    }
}

/// The checkpoints of all replays.
#[derive(Debug)]
pub(crate) struct Checkpoints {
    limit: usize,
    bytes: usize,
    uses: u64,
    replays: FxHashMap<Key, Saved>,
    /// By last use, oldest first: which checkpoint.
    by_use: BTreeMap<u64, (Key, usize)>,
}

#[derive(Debug, Default)]
struct Saved {
    states: BTreeMap<usize, State>,
    /// All events before this one have been applied once, and their problems are in `problems`.
    known_to: usize,
    problems: Problems,
}

#[derive(Debug)]
struct State {
    value: Arc<Value>,
    blame: Option<Arc<BlameTree>>,
    bytes: usize,
    used: u64,
}

impl Checkpoints {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            bytes: 0,
            uses: 0,
            replays: FxHashMap::default(),
            by_use: BTreeMap::new(),
        }
    }

    /// Bytes held, as estimated.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// The nearest checkpoint at or before `n`: its place, and what it holds.
    pub(crate) fn nearest(&mut self, key: Key, n: usize) -> Option<(usize, Kept)> {
        let saved = self.replays.get_mut(&key)?;
        let (&at, state) = saved.states.range_mut(..=n).next_back()?;
        self.uses += 1;
        self.by_use.remove(&state.used);
        state.used = self.uses;
        self.by_use.insert(self.uses, (key, at));
        let kept = Kept {
            state: Arc::clone(&state.value),
            blame: state.blame.clone(),
            problems: saved.problems.before(at),
        };
        Some((at, kept))
    }

    /// Keeps what was reached after `at` events; its problems are all up to there.
    pub(crate) fn save(&mut self, key: Key, at: usize, kept: &Kept) {
        let blame_bytes = kept.blame.as_ref().map_or(0, |tree| tree.heap_bytes());
        let bytes = heap_bytes(&kept.state) + blame_bytes + size_of::<State>() + 64;
        if bytes > self.limit {
            return;
        }
        let saved = self.replays.entry(key).or_default();
        if at > saved.known_to {
            saved.known_to = at;
            saved.problems = kept.problems.clone();
        }
        if saved.states.contains_key(&at) {
            return;
        }
        self.uses += 1;
        saved.states.insert(
            at,
            State {
                value: Arc::clone(&kept.state),
                blame: kept.blame.clone(),
                bytes,
                used: self.uses,
            },
        );
        self.by_use.insert(self.uses, (key, at));
        self.bytes += bytes;
        while self.bytes > self.limit {
            let Some((_, (key, at))) = self.by_use.pop_first() else {
                break;
            };
            self.drop_state(key, at);
        }
    }

    fn drop_state(&mut self, key: Key, at: usize) {
        let Some(saved) = self.replays.get_mut(&key) else {
            return;
        };
        if let Some(state) = saved.states.remove(&at) {
            self.bytes -= state.bytes;
        }
        // A replay without a checkpoint begins anew and finds its problems again.
        if saved.states.is_empty() {
            self.replays.remove(&key);
        }
    }

    /// Forgets everything about one stream, under whatever projection.
    pub(crate) fn forget(&mut self, stream: u32) {
        let stale: Vec<_> = self
            .by_use
            .iter()
            .filter(|(_, (key, _))| key.stream == stream)
            .map(|(u, c)| (*u, *c))
            .collect();
        for (used, (key, at)) in stale {
            self.by_use.remove(&used);
            self.drop_state(key, at);
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        *self = Self::new(self.limit);
    }
}

/// About how many bytes a value holds.
pub(crate) fn heap_bytes(value: &Value) -> usize {
    let text = |len: usize| if len > 24 { len } else { 0 };
    size_of::<Value>()
        + match value {
            Value::Null | Value::Bool(_) => 0,
            Value::Number(n) => text(n.as_str().len()),
            Value::String(s) => text(s.len()),
            Value::Array(a) => a.iter().map(heap_bytes).sum(),
            Value::Object(o) => o.iter().map(|(k, v)| 24 + text(k.len()) + heap_bytes(v)).sum(),
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(stream: u32) -> Key {
        Key {
            stream,
            projection: 0,
            blamed: false,
        }
    }

    fn kept(text: String) -> Kept {
        let state = Arc::new(Value::from(text));
        Kept {
            blame: Some(Arc::new(BlameTree::new(&state))),
            state,
            problems: Problems::default(),
        }
    }

    #[test]
    fn the_bytes_stay_below_the_limit_and_the_oldest_go_first() {
        let value = kept("x".repeat(1000));
        let mut c = Checkpoints::new(5000);
        for at in 0..10 {
            c.save(key(0), at, &value);
            assert!(c.bytes() <= 5000);
            // The first one is used all the time, so it stays.
            assert_eq!(c.nearest(key(0), 0).map(|(at, ..)| at), Some(0));
        }
        assert_eq!(c.nearest(key(0), 5).map(|(at, ..)| at), Some(0));
        assert_eq!(c.nearest(key(0), 9).map(|(at, ..)| at), Some(9));
        assert_eq!(c.nearest(key(1), 9).map(|(at, ..)| at), None);
        c.forget(0);
        assert_eq!((c.bytes(), c.by_use.len()), (0, 0));
    }

    #[test]
    fn a_state_larger_than_the_limit_is_not_kept() {
        let mut c = Checkpoints::new(100);
        c.save(key(0), 1, &kept("x".repeat(1000)));
        assert_eq!(c.bytes(), 0);
    }
}
