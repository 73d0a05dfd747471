//! The smallest history that still violates a rule.

use std::collections::BTreeSet;
use std::sync::Arc;

use leftfold_compare::{Status, smallest};
use leftfold_event::{Cancel, Event, Progress};
use leftfold_log::{Axis, LaneBy, index};
use leftfold_source::MemoryStore;

use super::{History, Rule, Ruled, check_rule};
use crate::compare::Shown;
use crate::compare::witness::{no_such_finding, no_witness};
use crate::error::SessionError;

/// How many events of the stream before and behind the finding's own are tried, one after the other.
const WINDOWS: [usize; 5] = [0, 8, 128, 4096, 100_000];

/// A part of a history that violates a rule.
pub struct RuleWitness {
    /// What is left of it, in the order of its log.
    pub events: Vec<Arc<Event>>,
    /// How certain the violation was, and is here.
    pub status: [Status; 2],
    /// The violation's number among those of the small history.
    pub number: u32,
}

/// The smallest history that shows a violation of a rule, by its number in what was found.
pub fn rule_witness(
    rule: &Rule,
    history: History<'_>,
    ruled: &Ruled,
    number: u32,
    cancel: &Cancel,
) -> Result<RuleWitness, SessionError> {
    let wanted = ruled
        .shown
        .get(number as usize)
        .ok_or_else(|| no_such_finding(number, ruled.shown.len()))?;
    let showing = Showing {
        rule,
        history,
        wanted,
        cancel,
    };
    for strict in [true, false] {
        let mut tried = BTreeSet::new();
        for window in WINDOWS {
            for with_last in [false, true] {
                let ordinals = showing.around(window, with_last)?;
                if !tried.insert(ordinals.clone()) {
                    continue;
                }
                let ordinals: Vec<u32> = ordinals.into_iter().collect();
                let events = history.read(&ordinals, cancel)?;
                let events: Vec<Arc<Event>> = events.into_iter().map(Arc::new).collect();
                if let Some(found) = showing.least(&events, strict)? {
                    return Ok(found);
                }
            }
        }
    }
    Err(no_witness(
        history.store.hidden().is_empty(),
        "no part of the history violates the rule in the same way: it depends on the history as a whole",
    ))
}

struct Showing<'a> {
    rule: &'a Rule,
    history: History<'a>,
    wanted: &'a Shown,
    cancel: &'a Cancel,
}

impl Showing<'_> {
    /// The place of an event among those of its stream.
    fn place(&self, event: &Event) -> Result<Option<(u32, usize)>, SessionError> {
        let log = self.history.log;
        let Some(stream) = log.names(LaneBy::Stream).key(&event.stream) else {
            return Ok(None);
        };
        let ordinals = log.stream_events(stream);
        // By its number where it has one: nothing has to be read then.
        let position = event.position.as_deref().and_then(|p| p.parse().ok());
        let found = position
            .and_then(|p: i64| log.at_position(p))
            .and_then(|o| ordinals.binary_search(&o).ok());
        if let Some(place) = found {
            return Ok(Some((stream, place)));
        }
        for (chunk, start) in ordinals.chunks(super::BATCH).zip((0..).step_by(super::BATCH)) {
            let events = self.history.read(chunk, self.cancel)?;
            if let Some(place) = events.iter().position(|e| e == event) {
                return Ok(Some((stream, start + place)));
            }
        }
        Ok(None)
    }

    /// The finding's events with so many of their streams before and behind them, and the last event of all.
    fn around(&self, window: usize, with_last: bool) -> Result<BTreeSet<u32>, SessionError> {
        let log = self.history.log;
        let mut all = BTreeSet::new();
        for event in [&self.wanted.left, &self.wanted.right, &self.wanted.of]
            .into_iter()
            .flatten()
        {
            let Some((stream, place)) = self.place(event)? else {
                continue;
            };
            let ordinals = log.stream_events(stream);
            let to = (place + window + 1).min(ordinals.len());
            all.extend(&ordinals[place.saturating_sub(window)..to]);
        }
        if with_last && let Some((_, last)) = log.all().extent(Axis::Time) {
            all.extend((0..log.events()).rev().find(|o| log.time(*o) == Some(last)));
        }
        Ok(all)
    }

    fn least(&self, events: &[Arc<Event>], strict: bool) -> Result<Option<RuleWitness>, SessionError> {
        if self.shown(events, strict)?.is_none() {
            return Ok(None);
        }
        let mut failed = None;
        let least = smallest(events, |some| match self.shown(some, strict) {
            Ok(shown) => shown.is_some(),
            Err(e) => {
                failed = Some(e);
                false
            }
        });
        match failed {
            Some(e) => Err(e),
            None => self.shown(&least, strict),
        }
    }

    fn shown(&self, events: &[Arc<Event>], strict: bool) -> Result<Option<RuleWitness>, SessionError> {
        if self.cancel.is_cancelled() {
            return Err(SessionError::cancelled());
        }
        if events.is_empty() {
            return Ok(None);
        }
        let store = MemoryStore::new(events.to_vec(), self.history.store.counts_versions());
        let (log, scanned) = index(&store, self.cancel, &Progress::new(), &mut |_| ());
        scanned?;
        let history = History {
            log: &log,
            store: &store,
            projections: self.history.projections,
        };
        let ruled = check_rule(self.rule, history, self.cancel, &Progress::new())?;
        let wanted = self.wanted;
        let is_it = |found: &Shown| {
            found.category == wanted.category
                && found.left == wanted.left
                && (!strict || (found.status, found.healed) == (wanted.status, wanted.healed))
        };
        Ok(ruled.shown.iter().position(is_it).map(|number| RuleWitness {
            events: events.to_vec(),
            status: [wanted.status, ruled.shown[number].status],
            number: number as u32,
        }))
    }
}
