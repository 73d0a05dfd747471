//! The smallest two histories that still show a finding of what belongs together by a key.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use leftfold_compare::{Finding, Hand, Status};
use leftfold_event::{Cancel, Event, Progress};
use leftfold_source::{EventStore, MemoryStore};

use super::{Correlated, CorrelatedBy, compare_correlated};
use crate::compare::findings::Findings as _;
use crate::compare::mirror::MirrorOptions;
use crate::compare::witness::{Witness, least_of, no_such_finding, no_witness};
use crate::error::SessionError;

/// An event that may be left out.
#[derive(Clone)]
struct Item {
    hand: Hand,
    ordinal: u32,
    event: Arc<Event>,
}

/// What a smaller history has to show.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    /// The finding, as certain as it was, and no other one.
    Alone,
    /// The finding, as certain as it was.
    Same,
    /// The finding.
    Any,
}

/// The smallest histories that show a finding: of the events of its key, with those that say up to when both sides are known.
///
/// # Errors
/// `no-such-finding`; `no-witness` where the finding depends on what the sides hold as a whole; `cancelled`.
pub fn correlated_witness(found: &Correlated, number: u32, cancel: &Cancel) -> Result<Witness, SessionError> {
    let all = found.findings();
    let finding = *all
        .get(number as usize)
        .ok_or_else(|| no_such_finding(number, all.len()))?;
    let wanted = Wanted {
        found,
        finding,
        status: found.status(&finding),
        cancel,
    };
    let mut ways = vec![found.options.clone()];
    if wanted.status == Status::Confirmed {
        // What makes it certain may lie in what is known of the sources as a whole.
        ways.push(MirrorOptions {
            settled: true,
            ..found.options.clone()
        });
    }
    for level in [Level::Alone, Level::Same, Level::Any] {
        for options in &ways {
            let mut tried = BTreeSet::new();
            for clocks in wanted.clocks() {
                let mut ordinals = wanted.of_key();
                ordinals.extend(clocks);
                if !tried.insert(ordinals.clone()) {
                    continue;
                }
                let items = wanted.items(&ordinals)?;
                if let Some(least) = wanted.least(&items, options, level)? {
                    return Ok(least);
                }
            }
        }
    }
    let hidden = found
        .sides
        .iter()
        .flat_map(|side| side.store_again().hidden().to_vec());
    Err(no_witness(
        hidden.count() == 0,
        "no part of the two histories shows this finding: it depends on what both hold as a whole, or one of them holds no event",
    ))
}

/// Whether a comparison of a witness's histories, read from files, shows the same.
pub fn correlated_is_shown(witness: &Witness, by: &Arc<CorrelatedBy>, read: &Correlated) -> bool {
    let small = compare_events(
        [&witness.left, &witness.right],
        by,
        &witness.options,
        &Cancel::new(),
    );
    let Ok(small) = small else { return false };
    let Some(wanted) = small.findings().get(witness.number as usize) else {
        return false;
    };
    read.findings().iter().any(|found| {
        (found.category, found.left, found.right) == (wanted.category, wanted.left, wanted.right)
            && read.key(found) == small.key(wanted)
            && read.status(found) == witness.status[1]
    })
}

/// What is to be shown, and of what.
struct Wanted<'a> {
    found: &'a Correlated,
    finding: Finding,
    status: Status,
    cancel: &'a Cancel,
}

impl Wanted<'_> {
    /// The events of the finding's key.
    fn of_key(&self) -> BTreeSet<(Hand, u32)> {
        let of = |hand: Hand| {
            let parts = self.found.parts[hand as usize].iter();
            parts
                .filter(|p| p.key == self.finding.stream)
                .map(move |p| (hand, p.ordinal))
        };
        of(Hand::Left).chain(of(Hand::Right)).collect()
    }

    /// What may be taken along, so that it is known up to when both sides are: nothing; the last event of each side or of one; the last two
    /// partners of another key, of one without a finding first; and the last event of each side that takes part.
    fn clocks(&self) -> Vec<Vec<(Hand, u32)>> {
        let parts: [BTreeMap<u32, (u32, Option<i64>)>; 2] = [Hand::Left, Hand::Right].map(|hand| {
            let parts = self.found.parts[hand as usize].iter();
            parts
                .filter(|p| p.key != self.finding.stream)
                .map(|p| (p.ordinal, (p.key, p.time)))
                .collect()
        });
        let differing: BTreeSet<u32> = self.found.findings().iter().map(|f| f.stream).collect();
        let pair = |may: &dyn Fn(u32) -> bool| -> Vec<(Hand, u32)> {
            let both = |(l, r): &(u32, u32)| {
                let ((key, left), (_, right)) = (parts[0].get(l)?, parts[1].get(r)?);
                may(*key).then_some((*left).min(*right))
            };
            let last = self.found.found.pairs.iter().filter_map(|p| Some((both(p)?, *p)));
            let last = last.max().map(|(_, pair)| pair).into_iter();
            last.flat_map(|(l, r)| [(Hand::Left, l), (Hand::Right, r)])
                .collect()
        };
        let [quiet, any] = [pair(&|key| !differing.contains(&key)), pair(&|_| true)];
        let each = |pick: &dyn Fn(Hand) -> Option<u32>| {
            [Hand::Left, Hand::Right].map(|hand| pick(hand).map(|ordinal| (hand, ordinal)))
        };
        let last = each(&|hand| {
            let last = self.found.sides[hand as usize].last.as_ref()?;
            let came = self.found.moment.is_none_or(|moment| last.time <= moment);
            came.then_some(last.ordinal)
        });
        let taking_part = each(&|hand| {
            let of_hand = parts[hand as usize].iter();
            of_hand.max_by_key(|(o, (_, t))| (*t, **o)).map(|(o, _)| *o)
        });
        let [left, right] = last.map(|l| l.into_iter().collect::<Vec<_>>());
        let mut all = Vec::new();
        for partners in [Vec::new(), quiet, any] {
            for lasts in [&[][..], &[&left[..], &right[..]], &[&left[..]], &[&right[..]]] {
                all.push([&partners[..], &lasts.concat()].concat());
            }
        }
        all.push(taking_part.into_iter().flatten().collect());
        all
    }

    fn items(&self, ordinals: &BTreeSet<(Hand, u32)>) -> Result<Vec<Item>, SessionError> {
        let mut items = Vec::with_capacity(ordinals.len());
        for hand in [Hand::Left, Hand::Right] {
            let of_hand: Vec<Option<u32>> = ordinals
                .iter()
                .filter(|(h, _)| *h == hand)
                .map(|(_, o)| Some(*o))
                .collect();
            let events = self.found.sides[hand as usize].at(&of_hand, self.cancel)?;
            for (ordinal, event) in of_hand.into_iter().zip(events) {
                if let (Some(ordinal), Some(event)) = (ordinal, event) {
                    items.push(Item {
                        hand,
                        ordinal,
                        event: Arc::new(event),
                    });
                }
            }
        }
        if self.cancel.is_cancelled() {
            return Err(SessionError::cancelled());
        }
        Ok(items)
    }

    /// The least of these events that shows it; `None` where all of them do not.
    fn least(
        &self,
        items: &[Item],
        options: &MirrorOptions,
        level: Level,
    ) -> Result<Option<Witness>, SessionError> {
        least_of(
            items,
            |all| self.with_partners(all),
            |i| (i.hand, i.ordinal),
            |some| self.shown(some, options, level),
        )
    }

    fn with_partners(&self, items: &[Item]) -> Vec<Vec<Item>> {
        // By the right one of two partners, as a left one may have several.
        let of: BTreeMap<u32, u32> = self.found.found.pairs.iter().map(|(l, r)| (*r, *l)).collect();
        let mut groups: BTreeMap<(Hand, u32), Vec<Item>> = BTreeMap::new();
        for item in items {
            let group = match (item.hand, of.get(&item.ordinal)) {
                (Hand::Right, Some(left)) => (Hand::Left, *left),
                _ => (item.hand, item.ordinal),
            };
            groups.entry(group).or_default().push(item.clone());
        }
        groups.into_values().collect()
    }

    /// What these events alone show, if it is the finding.
    fn shown(
        &self,
        items: &[Item],
        options: &MirrorOptions,
        level: Level,
    ) -> Result<Option<Witness>, SessionError> {
        if self.cancel.is_cancelled() {
            return Err(SessionError::cancelled());
        }
        let of = |hand: Hand| items.iter().filter(move |i| i.hand == hand);
        let [left, right] =
            [Hand::Left, Hand::Right].map(|hand| of(hand).map(|i| Arc::clone(&i.event)).collect::<Vec<_>>());
        // A file without an event is no history.
        if left.is_empty() || right.is_empty() {
            return Ok(None);
        }
        let ordinals = |hand: Hand| of(hand).map(|i| i.ordinal).collect::<Vec<_>>();
        let (ours, theirs) = (ordinals(Hand::Left), ordinals(Hand::Right));
        let small = match compare_events([&left, &right], &self.found.by, options, self.cancel) {
            Ok(small) => small,
            Err(e) if e.code == "cancelled" => return Err(e),
            // What is left is nothing that could be compared.
            Err(_) => return Ok(None),
        };
        let is_it = |found: &Finding| {
            let back = |ordinal: Option<u32>, all: &[u32]| ordinal.and_then(|o| all.get(o as usize).copied());
            let events = (back(found.left, &ours), back(found.right, &theirs));
            found.category == self.finding.category
                && events == (self.finding.left, self.finding.right)
                && small.key(found) == self.found.key(&self.finding)
                && (level == Level::Any || small.status(found) == self.status)
        };
        let findings = small.findings();
        let Some(number) = findings.iter().position(is_it) else {
            return Ok(None);
        };
        if level == Level::Alone && findings.len() > 1 {
            return Ok(None);
        }
        Ok(Some(Witness {
            number: number as u32,
            category: self.finding.category,
            status: [self.status, small.status(&findings[number])],
            others: findings.len() - 1,
            options: options.clone(),
            left,
            right,
        }))
    }
}

/// Compares two small histories.
fn compare_events(
    [left, right]: [&[Arc<Event>]; 2],
    by: &Arc<CorrelatedBy>,
    options: &MirrorOptions,
    cancel: &Cancel,
) -> Result<Correlated, SessionError> {
    let store =
        |events: &[Arc<Event>]| -> Arc<dyn EventStore> { Arc::new(MemoryStore::new(events.to_vec(), false)) };
    compare_correlated(
        (Path::new("left"), store(left)),
        (Path::new("right"), store(right)),
        by,
        options.clone(),
        cancel,
        [&Progress::new(), &Progress::new()],
    )
}
