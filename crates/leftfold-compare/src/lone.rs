//! What a lone event is, seen beside all others: at another place, in the way of another one, or one that cannot be read.

use rustc_hash::FxHashMap;

use crate::comparison::StreamPair;
use crate::finding::{Category, Finding, Hand};
use crate::side::{Identity, Side};

/// Two sides and what was found between them so far, stream by stream.
pub(crate) struct Lones<'a> {
    pub(crate) left: &'a Side,
    pub(crate) right: &'a Side,
    pub(crate) identity: Identity,
    pub(crate) lag_tolerance: i64,
    pub(crate) streams: &'a [StreamPair],
    pub(crate) findings: &'a mut [Finding],
    /// Findings that are none any more, because others say it.
    pub(crate) gone: Vec<u32>,
}

impl Lones<'_> {
    /// Says of all lone events what they are.
    pub(crate) fn named(mut self) -> Vec<u32> {
        self.unreadable();
        match self.identity {
            Identity::Id => {
                self.placed_by_id();
                self.colliding();
            }
            Identity::Version | Identity::Content => self.placed_by_content(),
        }
        self.gone
    }

    fn side(&self, hand: Hand) -> &Side {
        match hand {
            Hand::Left => self.left,
            Hand::Right => self.right,
        }
    }

    /// The lone event of a side that a finding is about, if it is of this category.
    fn lone(&self, number: usize, category: Category) -> Option<u32> {
        let finding = &self.findings[number];
        match (finding.category, finding.left, finding.right) {
            (own, Some(event), None) | (own, None, Some(event)) if own == category => Some(event),
            _ => None,
        }
    }

    /// An event that is missing in one stream and too many in another is one at another place.
    fn pair(&mut self, missing: u32, extra: usize) {
        let lost = self.findings[missing as usize];
        let (Some(left), Some(right)) = (lost.left, self.findings[extra].right) else {
            return;
        };
        self.findings[extra] = Finding {
            left: Some(left),
            right: Some(right),
            // Both are there from the later one on.
            since: self.left.time(left).max(self.right.time(right)),
            ..Finding::new(Category::Placement, lost.stream)
        };
        self.gone.push(missing);
    }

    fn placed_by_id(&mut self) {
        let mut missing: FxHashMap<u64, Vec<u32>> = FxHashMap::default();
        for i in (0..self.findings.len()).rev() {
            if let Some(left) = self.lone(i, Category::Missing) {
                missing.entry(self.left.id(left)).or_default().push(i as u32);
            }
        }
        missing.remove(&0);
        for i in 0..self.findings.len() {
            let Some(right) = self.lone(i, Category::Extra) else {
                continue;
            };
            if let Some(m) = missing.get_mut(&self.right.id(right)).and_then(Vec::pop) {
                self.pair(m, i);
            }
        }
    }

    /// Without ids, what says the same is the same event only if nothing else that is lone says it, and their times do not speak against it.
    fn placed_by_content(&mut self) {
        let mut saying: FxHashMap<u64, [Vec<u32>; 2]> = FxHashMap::default();
        for i in 0..self.findings.len() {
            if let Some(left) = self.lone(i, Category::Missing) {
                saying.entry(self.left.content(left)).or_default()[0].push(i as u32);
            } else if let Some(right) = self.lone(i, Category::Extra) {
                saying.entry(self.right.content(right)).or_default()[1].push(i as u32);
            }
        }
        let mut pairs: Vec<(u32, u32)> = saying
            .into_values()
            .filter_map(|[missing, extra]| match (&missing[..], &extra[..]) {
                ([m], [e]) => Some((*m, *e)),
                _ => None,
            })
            .filter(|(m, e)| {
                let (lost, found) = (self.findings[*m as usize], self.findings[*e as usize]);
                let times = lost.since.zip(found.since);
                lost.stream != found.stream
                    && times.is_none_or(|(l, r)| l.abs_diff(r) <= self.lag_tolerance.unsigned_abs())
            })
            .collect();
        pairs.sort_unstable();
        for (missing, extra) in pairs {
            self.pair(missing, extra as usize);
        }
    }

    /// An event of the right side with an id of its own that states the version of another event of its stream is in that one's way: of one that
    /// both sides have at that version, or of one that only the left side has. Where the right side has that one at another version, versions were
    /// counted on, and the event is only too many.
    fn colliding(&mut self) {
        let mut by_stream: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        for i in 0..self.findings.len() {
            if self
                .lone(i, Category::Extra)
                .is_some_and(|right| self.right.version(right).is_some())
            {
                by_stream
                    .entry(self.findings[i].stream)
                    .or_default()
                    .push(i as u32);
            }
        }
        for (stream, extras) in by_stream {
            let pair = self.streams[stream as usize];
            let (Some(l), Some(r)) = (pair.left, pair.right) else {
                continue;
            };
            let there: FxHashMap<u64, u32> = self
                .right
                .stream_events(r)
                .iter()
                .filter(|o| self.right.id(**o) != 0)
                .map(|o| (self.right.id(*o), *o))
                .collect();
            let mut claimed: FxHashMap<i64, u32> = FxHashMap::default();
            // One side may count from 0, and the other one from 1.
            let mut shift = None;
            for &left in self.left.stream_events(l) {
                let Some(version) = self.left.version(left) else {
                    continue;
                };
                claimed.entry(version).or_insert(left);
                if shift.is_none()
                    && let Some(partner) = there.get(&self.left.id(left))
                {
                    shift = self.right.version(*partner).map(|v| v.wrapping_sub(version));
                }
            }
            for i in extras {
                let Some(right) = self.findings[i as usize].right else {
                    continue;
                };
                let Some(version) = self.right.version(right) else {
                    continue;
                };
                let Some(left) = claimed.get(&version.wrapping_sub(shift.unwrap_or(0))) else {
                    continue;
                };
                let of = there.get(&self.left.id(*left)).copied();
                if of.is_none_or(|of| self.right.version(of) == Some(version)) {
                    // The same once more under a new id.
                    let again = of.is_some() && self.left.content(*left) == self.right.content(right);
                    let category = if again {
                        Category::Duplicate
                    } else {
                        Category::VersionCollision
                    };
                    let extra = &mut self.findings[i as usize];
                    *extra = Finding {
                        right: extra.right,
                        of,
                        since: extra.since,
                        ..Finding::new(category, stream)
                    };
                }
            }
        }
    }

    /// Events that cannot be read say neither what they are nor where they belong. Where what stands before and behind them has partners
    /// between which just as many are lone, they are these.
    fn unreadable(&mut self) {
        for hand in [Hand::Left, Hand::Right] {
            let (own, others) = match hand {
                Hand::Left => (Category::Missing, Category::Extra),
                Hand::Right => (Category::Extra, Category::Missing),
            };
            let mut garbled: Vec<(u32, u32)> = (0..self.findings.len())
                .filter_map(|i| Some((self.lone(i, own)?, i as u32)))
                .filter(|(event, _)| self.side(hand).is_garbled(*event))
                .collect();
            garbled.sort_unstable();
            if garbled.is_empty() {
                continue;
            }
            let lone_others: FxHashMap<u32, u32> = (0..self.findings.len())
                .filter_map(|i| Some((self.lone(i, others)?, i as u32)))
                .collect();
            for run in garbled.chunk_by(|a, b| a.0 + 1 == b.0) {
                let among = self.between(hand, run[0].0, run[run.len() - 1].0);
                for (k, (event, number)) in run.iter().enumerate() {
                    let since = self.side(hand).time(*event);
                    let stream = self.findings[*number as usize].stream;
                    let mut finding = Finding {
                        since,
                        ..Finding::new(Category::Undecodable, stream)
                    };
                    let partner = among
                        .filter(|(from, to)| to.saturating_sub(*from) as usize == run.len())
                        .and_then(|(from, _)| lone_others.get(&(from + k as u32)));
                    let mut other = None;
                    if let Some(partner) = partner {
                        let lost = self.findings[*partner as usize];
                        other = lost.left.or(lost.right);
                        finding.stream = lost.stream;
                        finding.since = since.or(lost.since);
                        self.gone.push(*partner);
                    }
                    (finding.left, finding.right) = match hand {
                        Hand::Left => (Some(*event), other),
                        Hand::Right => (other, Some(*event)),
                    };
                    self.findings[*number as usize] = finding;
                }
            }
        }
    }

    /// The places of the other side between the partners of what stands before and behind a run of events; `None`: they have none.
    fn between(&self, hand: Hand, first: u32, last: u32) -> Option<(u32, u32)> {
        let (own, other) = (self.side(hand), self.side(hand.other()));
        let from = match first.checked_sub(1) {
            None => 0,
            Some(before) => self.partner(hand, before)? + 1,
        };
        let to = if last + 1 == own.events() {
            other.events()
        } else {
            self.partner(hand, last + 1)?
        };
        Some((from, to))
    }

    /// The only event of the other side that is known by the same in the same stream.
    fn partner(&self, hand: Hand, event: u32) -> Option<u32> {
        let (own, other) = (self.side(hand), self.side(hand.other()));
        let stream = other.streams().key(own.streams().get(own.stream_of(event)))?;
        let key = own.key(event, self.identity);
        let events = other.stream_events(stream).iter();
        let mut alike = events.filter(|o| other.key(**o, self.identity) == key);
        let partner = *alike.next()?;
        alike.next().is_none().then_some(partner)
    }
}
