//! What was said of a check that goes on, so that it is said once.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher as _};

use leftfold_event::Event;
use leftfold_session::compare::{Category, Hand, Shown};

use crate::finding::event_cell;
use crate::style::{counted, named};

/// Findings that are named where they are gone.
const NAMED: usize = 3;

/// What was said of a check, and what of it is there as of the last look.
#[derive(Default)]
pub(super) struct Said {
    /// The number of the finding that a digest is of.
    findings: HashMap<u64, u32>,
    there: HashSet<u32>,
    /// What was said first, in a few words: enough to name some that are gone.
    first: Vec<String>,
    pub(super) count: u32,
}

/// Findings whose words are kept.
const KEPT: usize = 1000;

impl Said {
    /// Whether nothing was said yet of a finding's events in this respect; from now on it was.
    pub(super) fn is_new(&mut self, shown: &Shown) -> bool {
        let digests = digests(shown);
        let known = digests.iter().find_map(|d| self.findings.get(d)).copied();
        let number = known.unwrap_or(self.count);
        for digest in digests {
            self.findings.entry(digest).or_insert(number);
        }
        self.there.insert(number);
        if known.is_none() {
            self.count += 1;
            if self.first.len() < KEPT {
                let words = format!(
                    "{} in {} {}",
                    shown.category.as_str(),
                    named(shown.place()),
                    event_cell(shown)
                );
                self.first.push(words.trim_end().to_owned());
            }
        }
        known.is_none()
    }

    /// What was said has to be found once more, or it is gone. What was there until now, for a look that is broken off.
    pub(super) fn look_anew(&mut self) -> HashSet<u32> {
        std::mem::take(&mut self.there)
    }

    /// A look was broken off: what was there is taken to be there still.
    pub(super) fn are_there(&mut self, before: HashSet<u32>) {
        self.there.extend(before);
    }

    /// How many findings were said that are there no longer.
    pub(super) fn gone(&self) -> u64 {
        u64::from(self.count) - self.there.len() as u64
    }

    /// The same in a sentence, with the first of them.
    pub(super) fn gone_in_words(&self) -> Option<String> {
        let gone = self.gone();
        if gone == 0 {
            return None;
        }
        let numbered = (0..).zip(&self.first);
        let words = numbered
            .filter(|(n, _)| !self.there.contains(n))
            .map(|(_, w)| &**w);
        let words: Vec<&str> = words.take(NAMED).collect();
        let more = if gone > words.len() as u64 { ", …" } else { "" };
        let are = if gone == 1 { "is" } else { "are" };
        Some(format!(
            "{} that {} said {are} not in what is there now: {}{more}",
            counted(gone, "finding"),
            if gone == 1 { "was" } else { "were" },
            words.join(", ")
        ))
    }
}

/// What a finding is known by, whichever run finds it: what it is about, for each of its events. What was missing and came too late is the same.
fn digests(shown: &Shown) -> Vec<u64> {
    let about = match shown.category {
        Category::Missing | Category::Extra | Category::Late => "presence",
        other => other.as_str(),
    };
    let of = |hand: Hand, event: &Option<Event>| {
        let mut hasher = DefaultHasher::new();
        (about, hand, shown.place()).hash(&mut hasher);
        match event {
            Some(e) => {
                let what = (&e.position, e.version, e.time.map(|t| t.nanos), &e.kind);
                what.hash(&mut hasher);
                e.id.as_ref().map(ToString::to_string).hash(&mut hasher);
                e.payload.raw.hash(&mut hasher);
            }
            None => {
                for field in &shown.fields {
                    field.path.hash(&mut hasher);
                }
            }
        }
        hasher.finish()
    };
    let mut digests = Vec::new();
    if shown.left.is_some() || shown.right.is_none() {
        digests.push(of(Hand::Left, &shown.left));
    }
    if shown.right.is_some() && (about == "presence" || shown.left.is_none()) {
        digests.push(of(Hand::Right, &shown.right));
    }
    digests
}
