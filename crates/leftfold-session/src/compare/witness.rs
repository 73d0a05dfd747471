//! The smallest history that still shows a finding, as files that show it to whoever compares them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use leftfold_compare::{Category, Finding, Hand, IdentityBy, Side, Status, smallest};
use leftfold_event::{Cancel, Event, Progress};
use leftfold_source::{EventStore, MemoryStore};

use super::mirror::{Compared, MirrorOptions, compare_mirror};
use super::side::TakenSide;
use crate::error::SessionError;

/// How many events on either side of the finding's own are tried, one after the other.
const WINDOWS: [u32; 6] = [0, 4, 32, 256, 2048, 50_000];

/// Up to which of them the finding has to be the only one.
const ALONE: u32 = 256;

/// Events from the end of a side among which one is looked for that both sides have.
const LOOKED_AT: u32 = 4096;

/// A part of two histories that shows a finding.
pub struct Witness {
    /// What is left of the left side, in the order of its log.
    pub left: Vec<Arc<Event>>,
    /// What is left of the right side.
    pub right: Vec<Arc<Event>>,
    /// How they are compared.
    pub options: MirrorOptions,
    /// The finding's number among those of the two.
    pub number: u32,
    /// What it is.
    pub category: Category,
    /// How certain it was, and is here.
    pub status: [Status; 2],
    /// Findings there are beside it.
    pub others: usize,
}

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

/// The smallest history that shows a finding. `at`: what was known then, where the comparison went back to that.
pub fn witness(
    compared: &Compared,
    number: u32,
    at: Option<i64>,
    cancel: &Cancel,
) -> Result<Witness, SessionError> {
    let finding = *compared
        .comparison
        .findings
        .get(number as usize)
        .ok_or_else(|| no_such_finding(number, compared.comparison.findings.len()))?;
    let wanted = Wanted {
        compared,
        finding,
        status: compared.comparison.status(&finding),
        at,
        cancel,
    };
    let fixed = MirrorOptions {
        by: IdentityBy::Fixed(compared.comparison.identity),
        ..compared.options.clone()
    };
    let mut all = vec![fixed.clone(), compared.options.clone()];
    if wanted.status == Status::Confirmed {
        // What makes it certain may lie in what is known of the sources as a whole.
        all.push(MirrorOptions {
            settled: true,
            ..fixed
        });
    }
    let last = wanted.last_of_both();
    for level in [Level::Alone, Level::Same, Level::Any] {
        for options in &all {
            let mut tried = BTreeSet::new();
            for window in WINDOWS {
                if level == Level::Alone && window > ALONE {
                    break;
                }
                for clocks in [&last[..2], &last] {
                    let ordinals = wanted.around(window, clocks);
                    if !tried.insert(ordinals.clone()) {
                        continue;
                    }
                    let items = wanted.items(&ordinals)?;
                    if let Some(found) = wanted.least(&items, options, level)? {
                        return Ok(found);
                    }
                }
            }
        }
    }
    let hidden = [Hand::Left, Hand::Right].map(|hand| compared.side(hand).store().hidden());
    Err(no_witness(
        hidden.concat().is_empty(),
        "no part of the two histories shows this finding alone: it depends on what both hold as a whole",
    ))
}

/// Nothing smaller shows a finding. Where something is hidden, that may be what shows it.
pub(super) fn no_witness(all_is_seen: bool, why: &str) -> SessionError {
    if all_is_seen {
        return SessionError::new("no-witness", why);
    }
    SessionError::new(
        "no-witness",
        "no part of what is not hidden shows this finding: what masks hide may be what shows it, and would not be written; lift the masks (--no-masks)",
    )
}

/// There is no finding of that number.
pub(super) fn no_such_finding(number: u32, findings: usize) -> SessionError {
    let known = match findings {
        0 => "nothing was found".to_owned(),
        1 => "there is one, number 1".to_owned(),
        n => format!("they are numbered from 1 to {n}"),
    };
    SessionError::new(
        "no-such-finding",
        format!("there is no finding {}: {known}", u64::from(number) + 1),
    )
}

/// What is to be shown, and of what.
struct Wanted<'a> {
    compared: &'a Compared,
    finding: Finding,
    status: Status,
    at: Option<i64>,
    cancel: &'a Cancel,
}

impl Wanted<'_> {
    fn side(&self, hand: Hand) -> &TakenSide {
        self.compared.side(hand)
    }

    fn had_come(&self, side: &Side, ordinal: u32) -> bool {
        match (self.at, side.time(ordinal)) {
            (Some(at), Some(time)) => time <= at,
            _ => true,
        }
    }

    /// The last event that both sides have, left and right; then the latest of either side: up to there both are known.
    fn last_of_both(&self) -> Vec<Option<(Hand, u32)>> {
        let [left, right] = [Hand::Left, Hand::Right].map(|hand| &self.side(hand).side);
        let by = self.compared.comparison.identity;
        let from = right.events().saturating_sub(LOOKED_AT);
        let partner = |ordinal: u32| {
            let key = left
                .streams()
                .key(right.streams().get(right.stream_of(ordinal)))?;
            let same = |o: &&u32| {
                (left.key(**o, by), left.content(**o)) == (right.key(ordinal, by), right.content(ordinal))
            };
            left.stream_events(key)
                .iter()
                .rev()
                .take(LOOKED_AT as usize)
                .find(same)
                .copied()
        };
        let pair = (from..right.events())
            .filter(|o| self.had_come(right, *o))
            .filter_map(|o| Some((partner(o)?, o)))
            .filter(|(l, _)| self.had_come(left, *l))
            .max_by_key(|(l, r)| (left.time(*l).min(right.time(*r)), *r));
        let latest = |side: &Side| {
            let came = (0..side.events()).filter(|o| self.had_come(side, *o));
            came.max_by_key(|o| (side.time(*o), *o))
        };
        vec![
            pair.map(|(l, _)| (Hand::Left, l)),
            pair.map(|(_, r)| (Hand::Right, r)),
            latest(left).map(|o| (Hand::Left, o)),
            latest(right).map(|o| (Hand::Right, o)),
        ]
    }

    /// The finding's events with so many before and behind them in their streams, on both sides, and others.
    fn around(&self, window: u32, others: &[Option<(Hand, u32)>]) -> BTreeSet<(Hand, u32)> {
        let finding = &self.finding;
        let own = [(Hand::Left, finding.left), (Hand::Right, finding.right)];
        let own: Vec<(Hand, u32)> = own.into_iter().filter_map(|(h, o)| Some((h, o?))).collect();
        let mut all: BTreeSet<(Hand, u32)> = own.iter().copied().collect();
        let hand = own.first().map_or(Hand::Left, |(h, _)| *h);
        all.extend(finding.of.map(|of| (hand, of)));
        if window > 0 {
            for (hand, ordinal) in &own {
                let side = &self.side(*hand).side;
                let (name, place) = (side.streams().get(side.stream_of(*ordinal)), side.place(*ordinal));
                for hand in [Hand::Left, Hand::Right] {
                    let side = &self.side(hand).side;
                    let events = side
                        .streams()
                        .key(name)
                        .map_or(&[][..], |key| side.stream_events(key));
                    let from = place.saturating_sub(window).min(events.len() as u32) as usize;
                    let to = place.saturating_add(window + 1).min(events.len() as u32) as usize;
                    let came = events[from..to].iter().filter(|o| self.had_come(side, **o));
                    all.extend(came.map(|o| (hand, *o)));
                }
            }
        }
        all.extend(others.iter().flatten());
        all
    }

    fn items(&self, ordinals: &BTreeSet<(Hand, u32)>) -> Result<Vec<Item>, SessionError> {
        let mut items = Vec::with_capacity(ordinals.len());
        for hand in [Hand::Left, Hand::Right] {
            let of_hand: Vec<u32> = ordinals
                .iter()
                .filter(|(h, _)| *h == hand)
                .map(|(_, o)| *o)
                .collect();
            self.side(hand).events(&of_hand, self.cancel, &mut |i, event| {
                items.push(Item {
                    hand,
                    ordinal: of_hand[i],
                    event: Arc::new(event),
                });
            })?;
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

    /// Events of both sides that are known by the same thing in the same stream, together.
    fn with_partners(&self, items: &[Item]) -> Vec<Vec<Item>> {
        let by = self.compared.comparison.identity;
        let mut groups: BTreeMap<(&str, u64), Vec<Item>> = BTreeMap::new();
        for item in items {
            let side = &self.side(item.hand).side;
            let stream = side.streams().get(side.stream_of(item.ordinal));
            let group = groups.entry((stream, side.key(item.ordinal, by))).or_default();
            group.push(item.clone());
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
        let small = compare_events(&left, &right, options, self.cancel)?;
        let comparison = &small.comparison;
        let is_it = |found: &Finding| {
            let back = |ordinal: Option<u32>, all: &[u32]| ordinal.and_then(|o| all.get(o as usize).copied());
            let (l, r) = (back(found.left, &ours), back(found.right, &theirs));
            let events = (l, r) == (self.finding.left, self.finding.right);
            // Of two events that changed places either one may be called the one that moved.
            let moved = found.category == Category::Reordered && (l.is_some() || r.is_some());
            let stream = small.stream_name(found.stream) == self.compared.stream_name(self.finding.stream);
            found.category == self.finding.category
                && found.of.is_some() == self.finding.of.is_some()
                && (events || moved && stream && level == Level::Any)
                && (level == Level::Any || comparison.status(found) == self.status)
        };
        let Some(number) = comparison.findings.iter().position(is_it) else {
            return Ok(None);
        };
        if level == Level::Alone && comparison.findings.len() > 1 {
            return Ok(None);
        }
        Ok(Some(Witness {
            number: number as u32,
            category: self.finding.category,
            status: [self.status, comparison.status(&comparison.findings[number])],
            others: comparison.findings.len() - 1,
            options: options.clone(),
            left,
            right,
        }))
    }
}

/// Compares two small histories.
fn compare_events(
    left: &[Arc<Event>],
    right: &[Arc<Event>],
    options: &MirrorOptions,
    cancel: &Cancel,
) -> Result<Compared, SessionError> {
    let store =
        |events: &[Arc<Event>]| -> Arc<dyn EventStore> { Arc::new(MemoryStore::new(events.to_vec(), false)) };
    compare_mirror(
        (Path::new("left"), store(left)),
        (Path::new("right"), store(right)),
        options.clone(),
        cancel,
        [&Progress::new(), &Progress::new()],
    )
}

impl Witness {
    /// Whether a comparison of the two histories, read from files, shows the same.
    pub fn is_shown_by(&self, read: &Compared) -> bool {
        let small = compare_events(&self.left, &self.right, &self.options, &Cancel::new());
        let Ok(small) = small else { return false };
        let Some(wanted) = small.comparison.findings.get(self.number as usize) else {
            return false;
        };
        read.comparison.findings.iter().any(|found| {
            (found.category, found.left, found.right, found.of)
                == (wanted.category, wanted.left, wanted.right, wanted.of)
                && read.comparison.status(found) == self.status[1]
        })
    }
}

/// What the least of these items shows; `None`: not even all of them show it. First whole groups are left out (an event with its partners, as one of
/// two alone would be a finding of its own), then single ones. `place` says in which order items stand.
pub(super) fn least_of<I: Clone, K: Ord, W>(
    items: &[I],
    grouped: impl FnOnce(&[I]) -> Vec<Vec<I>>,
    place: impl Fn(&I) -> K,
    shown: impl Fn(&[I]) -> Result<Option<W>, SessionError>,
) -> Result<Option<W>, SessionError> {
    if shown(items)?.is_none() {
        return Ok(None);
    }
    let mut failed = None;
    let mut shows = |some: &[I]| match shown(some) {
        Ok(shown) => shown.is_some(),
        Err(e) => {
            failed.get_or_insert(e);
            false
        }
    };
    let together = |some: &[Vec<I>]| {
        let mut all: Vec<I> = some.iter().flatten().cloned().collect();
        all.sort_by_key(&place);
        all
    };
    let fewer = together(&smallest(&grouped(items), |some| shows(&together(some))));
    let least = smallest(&fewer, shows);
    match failed {
        Some(e) => Err(e),
        None => shown(&least),
    }
}
