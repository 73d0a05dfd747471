//! Where the right side stands while the playhead is at a place of the left one: by the moment, or by the event that belongs to it.

use std::collections::HashMap;
use std::sync::Arc;

use leftfold_compare::{Hand, Side};
use leftfold_event::{Cancel, Event};
use leftfold_log::{Axis, Place};

use super::aligned::Alignment;
use super::found::{Found, last_before};
use super::made::Made;
use super::mirror::Compared;
use crate::dto::{BesideDto, Int, RowDto, SyncDto};
use crate::error::SessionError;
use crate::source::lock;
use crate::view::{View, row_of};

/// Of an event of the left side: it has no partner.
const ALONE: u32 = u32::MAX;

/// It takes no part.
const ASIDE: u32 = u32::MAX - 1;

/// Places of the list looked at together.
const CHUNK: u32 = 4096;

/// Which event of the right side belongs to which of the left one.
pub(super) struct Partners {
    /// By the left events' ordinals.
    right_of: Vec<u32>,
    /// Times and ordinals of the right side, by time.
    right_by_time: Vec<(i64, u32)>,
}

impl Partners {
    /// `None`: the right side holds no events.
    fn of(made: &Made) -> Option<Self> {
        match made {
            Made::Mirror(compared) => Some(Self::of_mirror(compared)),
            Made::Correlated(correlated) => {
                let mut right_of = vec![ASIDE; made.events()[0] as usize];
                let mut set = |left: u32, right: u32| {
                    // The first of several partners is the one that was waited for.
                    if let Some(slot) = right_of.get_mut(left as usize).filter(|s| **s >= ASIDE) {
                        *slot = right;
                    }
                };
                for left in correlated.places(Hand::Left) {
                    set(left, ALONE);
                }
                for (left, right) in correlated.pairs() {
                    set(*left, *right);
                }
                Some(Self {
                    right_of,
                    right_by_time: correlated.timed(Hand::Right),
                })
            }
            Made::Projection(_) | Made::Rules(_) => None,
        }
    }

    fn of_mirror(compared: &Compared) -> Self {
        let (left, right) = (&compared.left.side, &compared.right.side);
        let mut right_of = vec![ALONE; left.events() as usize];
        for pair in &compared.comparison.streams {
            if let (Some(l), Some(r)) = (pair.left, pair.right) {
                let (ours, theirs) = (left.stream_events(l), right.stream_events(r));
                pair_stream((left, ours), (right, theirs), compared, &mut right_of);
            }
        }
        let mut right_by_time: Vec<(i64, u32)> = (0..right.events())
            .filter_map(|o| Some((right.time(o)?, o)))
            .collect();
        right_by_time.sort_unstable();
        Self {
            right_of,
            right_by_time,
        }
    }

    /// The partner of a left event.
    pub(super) fn of_left(&self, left: u32) -> Option<u32> {
        self.right_of.get(left as usize).copied().filter(|r| *r < ASIDE)
    }

    fn is_aside(&self, left: u32) -> bool {
        self.right_of.get(left as usize).is_none_or(|r| *r == ASIDE)
    }
}

/// Pairs the events of one stream by what they are known by; what is there more than once, in its order.
fn pair_stream(
    (left, ours): (&Side, &[u32]),
    (right, theirs): (&Side, &[u32]),
    compared: &Compared,
    right_of: &mut [u32],
) {
    let by = compared.comparison.identity;
    let is_same = |(l, r): (&u32, &u32)| left.key(*l, by) == right.key(*r, by);
    if ours.len() == theirs.len() && ours.iter().zip(theirs).all(is_same) {
        for (l, r) in ours.iter().zip(theirs) {
            right_of[*l as usize] = *r;
        }
        return;
    }
    let mut waiting: HashMap<u64, std::collections::VecDeque<u32>> = HashMap::with_capacity(theirs.len());
    for r in theirs {
        waiting.entry(right.key(*r, by)).or_default().push_back(*r);
    }
    for l in ours {
        if let Some(r) = waiting
            .get_mut(&left.key(*l, by))
            .and_then(std::collections::VecDeque::pop_front)
        {
            right_of[*l as usize] = r;
        }
    }
}

/// What a walk back from the playhead comes to.
struct Matched {
    /// In the index.
    left: u32,
    right: u32,
    without_partner: u32,
}

impl Found {
    /// Which events belong together; found out when it is first asked for.
    pub(super) fn partners(&self) -> Option<Arc<Partners>> {
        let mut known = lock(&self.partners);
        if known.is_none() {
            *known = Partners::of(&self.made).map(Arc::new);
        }
        known.clone()
    }

    /// Where the right side stands; `None`: it holds no events.
    pub(crate) fn beside(
        &self,
        place: &Place,
        sync: SyncDto,
        cancel: &Cancel,
    ) -> Result<Option<BesideDto>, SessionError> {
        let Some(partners) = self.partners() else {
            return Ok(None);
        };
        let view = self.source.view(None)?;
        let mut beside = BesideDto {
            left: None,
            right: None,
            at: None,
            without_partner: 0,
        };
        let right = match sync {
            SyncDto::Time => moment_of(&view, place).and_then(|moment| {
                let end = partners.right_by_time.partition_point(|(t, _)| *t <= moment);
                partners.right_by_time[..end].last().map(|(_, o)| *o)
            }),
            SyncDto::Alignment => {
                let matched = self.last_matched(&view, place, &partners, None);
                if let Some(matched) = &matched {
                    beside.left = view.rows_of(&[matched.left], cancel)?.pop();
                    beside.without_partner = matched.without_partner;
                }
                matched.map(|m| m.right)
            }
        };
        if let Some(right) = right
            && let Some(event) = self.right_event(right, cancel)?
        {
            beside.at = event
                .time
                .and_then(|t| match place.axis {
                    Axis::Time => Some(t.nanos),
                    Axis::Log => last_before(&view, t.nanos).map(i64::from),
                })
                .map(Int);
            beside.right = Some(RowDto {
                category: event
                    .category
                    .clone()
                    .or_else(|| leftfold_event::category_of(&event.stream).map(str::to_owned)),
                ..row_of(&event, right)
            });
        }
        Ok(Some(beside))
    }

    fn right_event(&self, right: u32, cancel: &Cancel) -> Result<Option<Event>, SessionError> {
        let mut found = None;
        match &self.made {
            Made::Mirror(compared) => {
                compared
                    .right
                    .events(&[right], cancel, &mut |_, event| found = Some(event))?;
            }
            Made::Correlated(correlated) => {
                found = correlated
                    .events_at(Hand::Right, &[Some(right)], cancel)?
                    .pop()
                    .flatten();
            }
            Made::Projection(_) | Made::Rules(_) => {}
        }
        Ok(found)
    }

    /// The last event of the left side up to a place that has a partner: of all, or of one stream's events.
    fn last_matched(
        &self,
        view: &View,
        place: &Place,
        partners: &Partners,
        stream: Option<&[u32]>,
    ) -> Option<Matched> {
        let alignment = self.alignment();
        let mut without_partner = 0;
        let mut look = |ordinal: u32| {
            let left = alignment.left(ordinal)?;
            if let Some(right) = partners.of_left(left) {
                return Some(Matched {
                    left: ordinal,
                    right,
                    without_partner,
                });
            }
            without_partner += u32::from(!partners.is_aside(left));
            None
        };
        if let Some(ordinals) = stream {
            return ordinals.iter().rev().find_map(|o| look(*o));
        }
        let order = view.order(place.axis);
        let mut end = view.rank(place);
        while end > 0 {
            let from = end.saturating_sub(CHUNK);
            let found = order.range(from, end).into_iter().rev().find_map(&mut look);
            if found.is_some() {
                return found;
            }
            end = from;
        }
        None
    }

    /// How many events of the two sides' stream of this name are there at a place; `None`: a side has no such stream.
    pub(super) fn included_beside(
        &self,
        compared: &Compared,
        name: &str,
        place: &Place,
        sync: SyncDto,
    ) -> Result<[Option<(u32, usize)>; 2], SessionError> {
        let (left, right) = (&compared.left.side, &compared.right.side);
        let view = self.source.view(None)?;
        let log = view.log();
        let ours = left.streams().key(name);
        let in_index = log.names(leftfold_log::LaneBy::Stream).key(name);
        let included = in_index.map_or(0, |stream| log.included(stream, place));
        let indexed = in_index.map_or(&[][..], |stream| &log.stream_events(stream)[..included]);
        let alignment = self.alignment();
        let of_left = ours.map(|stream| {
            let events = left.stream_events(stream);
            let last = indexed.last().copied();
            let is_in = |o: &u32| {
                alignment
                    .ordinal(*o)
                    .is_some_and(|i| last.is_some_and(|l| i <= l))
            };
            (stream, events.partition_point(is_in))
        });
        let theirs = right.streams().key(name);
        let of_right = theirs.map(|stream| {
            let events = right.stream_events(stream);
            let last = match sync {
                SyncDto::Time => moment_of(&view, place).and_then(|moment| {
                    let is_later = |o: &u32| right.time(*o).is_some_and(|t| t > moment);
                    events.iter().rposition(|o| !is_later(o))
                }),
                SyncDto::Alignment => self
                    .partners()
                    .and_then(|partners| self.last_matched(&view, place, &partners, Some(indexed)))
                    .map(|matched| right.place(matched.right) as usize),
            };
            (stream, last.map_or(0, |place| place + 1))
        });
        Ok([of_left, of_right])
    }
}

/// The moment of a place: in log order, of its event.
fn moment_of(view: &View, place: &Place) -> Option<i64> {
    match place.axis {
        Axis::Time => Some(place.coord),
        Axis::Log => {
            let last = view.rank(place).checked_sub(1)?;
            let ordinal = view.order(Axis::Log).range(last, last + 1).pop()?;
            view.log().time(ordinal)
        }
    }
}

impl Alignment {
    /// The left event at an ordinal of the index.
    fn left(&self, ordinal: u32) -> Option<u32> {
        match self {
            Self::Unknown => None,
            Self::Same => Some(ordinal),
            Self::At(ordinals) => ordinals.binary_search(&ordinal).ok().map(|i| i as u32),
        }
    }
}
