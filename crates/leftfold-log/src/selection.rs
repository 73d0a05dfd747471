//! A set of events and its orders: all of a log, or what a filter kept.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::axis::{Axis, Gap, Place};
use crate::builder::NO_TIME;
use crate::growth::Growth;
use crate::log::{Columns, LaneBy};
use crate::postings::{Carried, Postings};

/// Where more than one event in so many is displaced, lanes are put in the order of time all together.
const MANY: usize = 8;

/// How many gaps are kept.
const GAPS: usize = 32;

/// Ordinals in some order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// All ordinals below a number, ascending.
    All(u32),
    /// A list.
    List(Vec<u32>),
}

impl Order {
    /// How many.
    pub fn len(&self) -> u32 {
        match self {
            Self::All(n) => *n,
            Self::List(list) => list.len() as u32,
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The ordinal at a rank.
    pub fn get(&self, rank: u32) -> Option<u32> {
        match self {
            Self::All(n) => (rank < *n).then_some(rank),
            Self::List(list) => list.get(rank as usize).copied(),
        }
    }

    /// The ordinals of a range of ranks.
    pub fn range(&self, from: u32, to: u32) -> Vec<u32> {
        let to = to.min(self.len());
        let from = from.min(to);
        match self {
            Self::All(_) => (from..to).collect(),
            Self::List(list) => list[from as usize..to as usize].to_vec(),
        }
    }

    fn heap_bytes(&self) -> usize {
        match self {
            Self::All(_) => 0,
            Self::List(list) => list.len() * 4,
        }
    }
}

/// A set of a log's events with its two orders and its lanes, each built when first asked for.
#[derive(Debug)]
pub struct Selection {
    columns: Arc<Columns>,
    /// In log order.
    log_order: Order,
    /// Those that are recorded as earlier than one before them, or have no time: all that keeps the two orders apart.
    displaced: OnceLock<Vec<u32>>,
    /// By time, then ordinal; events without a time left out. `None` inside: the same as `log_order`.
    time_order: OnceLock<Option<Order>>,
    lanes: [OnceLock<Postings>; 6],
    gaps: [OnceLock<Vec<Gap>>; 2],
}

impl Selection {
    pub(crate) fn all(columns: Arc<Columns>) -> Self {
        let order = Order::All(columns.len() as u32);
        Self::of(columns, order)
    }

    pub(crate) fn some(columns: Arc<Columns>, ordinals: Vec<u32>) -> Self {
        Self::of(columns, Order::List(ordinals))
    }

    fn of(columns: Arc<Columns>, log_order: Order) -> Self {
        Self {
            columns,
            log_order,
            displaced: OnceLock::new(),
            time_order: OnceLock::new(),
            lanes: [const { OnceLock::new() }; 6],
            gaps: [const { OnceLock::new() }; 2],
        }
    }

    /// What this selection is in a log that has grown, with `added` (ascending) of its new events: what is built of orders and lanes is
    /// carried over, so that it takes a copy and no sorting, and the rest is built when asked for.
    pub(crate) fn grown(
        &self,
        columns: Arc<Columns>,
        log_order: Order,
        growth: &Growth,
        added: &[u32],
    ) -> Self {
        let grown = Self::of(columns, log_order);
        let time = |o: u32| grown.columns.time[o as usize];
        let mut timed: Vec<u32> = added.iter().copied().filter(|o| time(*o) != NO_TIME).collect();
        timed.sort_by_key(|o| time(*o));
        let order = match self.time_order.get() {
            Some(Some(Order::List(list))) => {
                let mut carried = Carried::new(list, growth, timed.len());
                carried.insert(0..list.len(), timed.iter().copied(), &|o| (time(o), o));
                Some(Some(Order::List(carried.finish())))
            }
            // In order, and all that is new comes after it in both.
            Some(None) if growth.is_at_end() && timed == added => {
                let before = self
                    .log_order
                    .len()
                    .checked_sub(1)
                    .and_then(|rank| self.log_order.get(rank));
                let latest = before.map(|o| self.columns.time[o as usize]);
                let fits = added
                    .first()
                    .is_none_or(|first| latest.is_none_or(|t| t <= time(*first)));
                fits.then_some(None)
            }
            _ => None,
        };
        for by in [LaneBy::Category, LaneBy::Type, LaneBy::Stream] {
            for (slot, events) in [(by as usize * 2, added), (by as usize * 2 + 1, &timed)] {
                let of_time = slot % 2 == 1;
                if let Some(before) = self.lanes[slot].get().filter(|p| !of_time || p.is_by_time()) {
                    let columns = &*grown.columns;
                    let mut pairs: Vec<(u32, u32)> = match by {
                        LaneBy::Stream => events.iter().flat_map(|o| columns.streams_of(*o)).collect(),
                        _ => events.iter().map(|o| (columns.lane(by, *o), *o)).collect(),
                    };
                    pairs.sort_by_key(|(key, _)| *key);
                    let keys = grown.columns.names(by).len();
                    let carried = if of_time {
                        before.grown(keys, growth, &pairs, |o| (time(o), o))
                    } else {
                        before.grown(keys, growth, &pairs, |o| o)
                    };
                    if let Some(carried) = carried {
                        // Nobody else has it yet.
                        let _ = grown.lanes[slot].set(carried);
                    }
                }
            }
        }
        if let Some(order) = order {
            let _ = grown.time_order.set(order);
        }
        grown
    }

    pub(crate) fn columns(&self) -> &Arc<Columns> {
        &self.columns
    }

    /// Events of the selection, with or without a time.
    pub fn len(&self) -> u32 {
        self.log_order.len()
    }

    /// Whether the selection is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether log order and time order are the same.
    pub fn is_time_ordered(&self) -> bool {
        self.own_time_order().is_none()
    }

    /// The events of an axis, in its order.
    pub fn order(&self, axis: Axis) -> &Order {
        match axis {
            Axis::Log => &self.log_order,
            Axis::Time => self.own_time_order().unwrap_or(&self.log_order),
        }
    }

    fn own_time_order(&self) -> Option<&Order> {
        self.time_order.get_or_init(|| self.sort_by_time()).as_ref()
    }

    fn displaced(&self) -> &[u32] {
        self.displaced.get_or_init(|| {
            let time = &self.columns.time;
            let mut displaced = Vec::new();
            let mut latest = i64::MIN;
            let mut look = |ordinal: u32| {
                let here = time[ordinal as usize];
                if here == NO_TIME || here < latest {
                    displaced.push(ordinal);
                } else {
                    latest = here;
                }
            };
            match &self.log_order {
                Order::All(n) => (0..*n).for_each(&mut look),
                Order::List(list) => list.iter().for_each(|o| look(*o)),
            }
            displaced
        })
    }

    fn sort_by_time(&self) -> Option<Order> {
        let displaced = self.displaced();
        if displaced.is_empty() {
            return None;
        }
        let mut list = Vec::with_capacity(self.len() as usize);
        match &self.log_order {
            Order::All(n) => self.merge_by_time(displaced, 0..*n, &mut list),
            Order::List(all) => self.merge_by_time(displaced, all.iter().copied(), &mut list),
        }
        Some(Order::List(list))
    }

    /// Appends these ordinals, ascending, by time and then ordinal; those without a time are left out. All but the displaced
    /// ones are in that order already.
    fn merge_by_time(&self, displaced: &[u32], ordinals: impl Iterator<Item = u32>, out: &mut Vec<u32>) {
        let time = &self.columns.time;
        let key = |o: u32| (time[o as usize], o);
        let mut late: Vec<u32> = displaced
            .iter()
            .copied()
            .filter(|o| time[*o as usize] != NO_TIME)
            .collect();
        late.sort_by_key(|o| time[*o as usize]);
        let mut late = late.into_iter().peekable();
        let mut displaced = displaced.iter().copied().peekable();
        for ordinal in ordinals {
            if displaced.next_if_eq(&ordinal).is_some() {
                continue;
            }
            while let Some(earlier) = late.next_if(|o| key(*o) < key(ordinal)) {
                out.push(earlier);
            }
            out.push(ordinal);
        }
        out.extend(late);
    }

    /// The lanes of a kind: for every lane key its events, in the axis's order.
    pub fn lanes(&self, by: LaneBy, axis: Axis) -> &Postings {
        let slot = by as usize * 2;
        let in_log_order = || self.lanes[slot].get_or_init(|| self.build_lanes(by));
        if self.is_time_ordered_for(axis) {
            return in_log_order();
        }
        self.lanes[slot + 1].get_or_init(|| self.reorder_lanes(by, in_log_order()))
    }

    /// The lanes in the order of time: those of displaced events anew, the others shared. Where many are displaced, as they are where the log
    /// goes partition by partition, all of them.
    fn reorder_lanes(&self, by: LaneBy, in_log_order: &Postings) -> Postings {
        let columns = &*self.columns;
        if self.displaced().len() > self.len() as usize / MANY {
            let keys = columns.names(by).len();
            return match self.order(Axis::Time) {
                Order::List(list) => {
                    let ordinals = || list.iter().copied();
                    if by == LaneBy::Stream && !columns.also_in.is_empty() {
                        Postings::build_by_time(keys, || ordinals().flat_map(|o| columns.streams_of(o)))
                    } else {
                        Postings::build_by_time(keys, || ordinals().map(|o| (columns.lane(by, o), o)))
                    }
                }
                Order::All(_) => in_log_order.clone(),
            };
        }
        let mut of_lanes: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for &ordinal in self.displaced() {
            of_lanes
                .entry(columns.lane(by, ordinal))
                .or_default()
                .push(ordinal);
            if by == LaneBy::Stream {
                columns
                    .also_in_of(ordinal)
                    .for_each(|stream| of_lanes.entry(stream).or_default().push(ordinal));
            }
        }
        let reordered = of_lanes.into_iter().map(|(key, displaced)| {
            let list = in_log_order.get(key);
            let mut ordered = Vec::with_capacity(list.len());
            self.merge_by_time(&displaced, list.iter().copied(), &mut ordered);
            (key, ordered)
        });
        in_log_order.with_reordered(reordered.collect())
    }

    fn is_time_ordered_for(&self, axis: Axis) -> bool {
        axis == Axis::Log || self.is_time_ordered()
    }

    fn build_lanes(&self, by: LaneBy) -> Postings {
        let columns = &*self.columns;
        let keys = columns.names(by).len();
        if by == LaneBy::Stream && !columns.also_in.is_empty() {
            let with = |o: u32| columns.streams_of(o);
            return match &self.log_order {
                Order::All(n) => Postings::build(keys, || (0..*n).flat_map(with)),
                Order::List(list) => Postings::build(keys, || list.iter().copied().flat_map(with)),
            };
        }
        let pair = |o: u32| (columns.lane(by, o), o);
        match &self.log_order {
            Order::All(n) => Postings::build(keys, || (0..*n).map(pair)),
            Order::List(list) => Postings::build(keys, || list.iter().copied().map(pair)),
        }
    }

    /// An event's coordinate; `None` when it is not on the axis.
    pub fn coord(&self, axis: Axis, ordinal: u32) -> Option<i64> {
        (ordinal < self.columns.len() as u32)
            .then(|| self.columns.coord(axis, ordinal))
            .filter(|c| axis == Axis::Log || *c != NO_TIME)
    }

    /// How many events lie at or before a place.
    pub fn rank(&self, place: &Place) -> u32 {
        let key = place.key();
        let before = |o: u32| (self.columns.coord(place.axis, o), o) <= key;
        match self.order(place.axis) {
            Order::List(list) => list.partition_point(|o| before(*o)) as u32,
            Order::All(n) => partition(*n, before),
        }
    }

    /// The next (or previous) event of a lane, or of all, after (or before) a place. From a place on an event, the previous
    /// one is the one before that; from a place between events, it is the last one included.
    pub fn step(&self, place: &Place, lane: Option<(LaneBy, u32)>, forward: bool) -> Option<u32> {
        let key = place.key();
        let columns = &*self.columns;
        let list = lane.map(|(by, lane)| self.lanes(by, place.axis).get(lane));
        let after = list.map_or_else(
            || self.rank(place),
            |list| list.partition_point(|o| (columns.coord(place.axis, *o), *o) <= key) as u32,
        );
        let at = |rank: u32| match list {
            Some(list) => list.get(rank as usize).copied(),
            None => self.order(place.axis).get(rank),
        };
        if forward {
            return at(after);
        }
        let last = at(after.checked_sub(1)?)?;
        let stands_on_it = columns.coord(place.axis, last) == place.coord
            && place.ordinal.is_none_or(|ordinal| ordinal == last);
        if stands_on_it {
            at(after.checked_sub(2)?)
        } else {
            Some(last)
        }
    }

    /// The first and last coordinate of an axis.
    pub fn extent(&self, axis: Axis) -> Option<(i64, i64)> {
        let order = self.order(axis);
        let first = order.get(0)?;
        let last = order.get(order.len() - 1)?;
        Some((self.columns.coord(axis, first), self.columns.coord(axis, last)))
    }

    /// The longest stretches without events that take at least a fiftieth of the axis each, longest first.
    pub fn gaps(&self, axis: Axis) -> &[Gap] {
        self.gaps[usize::from(axis == Axis::Time)].get_or_init(|| self.find_gaps(axis))
    }

    fn find_gaps(&self, axis: Axis) -> Vec<Gap> {
        let Some((first, last)) = self.extent(axis) else {
            return Vec::new();
        };
        let least = (i128::from(last) - i128::from(first)) / 50;
        let mut gaps = Vec::new();
        let order = self.order(axis);
        let mut previous = first;
        let mut look = |ordinal: u32| {
            let here = self.columns.coord(axis, ordinal);
            if i128::from(here) - i128::from(previous) > least.max(1) {
                gaps.push(Gap {
                    from: previous,
                    to: here,
                });
            }
            previous = here;
        };
        match order {
            Order::All(n) => (0..*n).for_each(&mut look),
            Order::List(list) => list.iter().for_each(|o| look(*o)),
        }
        gaps.sort_by_key(|g| (std::cmp::Reverse(i128::from(g.to) - i128::from(g.from)), g.from));
        gaps.truncate(GAPS);
        gaps
    }

    /// The lanes of a kind that have events: key and count, most events first, ties by name.
    pub fn lane_counts(&self, by: LaneBy) -> Vec<(u32, u32)> {
        let postings = self.lanes(by, Axis::Log);
        let names = self.columns.names(by);
        let mut lanes: Vec<(u32, u32)> = (0..postings.keys() as u32)
            .map(|key| (key, postings.get(key).len() as u32))
            .filter(|(_, n)| *n > 0)
            .collect();
        lanes.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| names.get(a.0).cmp(names.get(b.0))));
        lanes
    }

    /// Bytes on the heap beyond the log's columns.
    pub fn heap_bytes(&self) -> usize {
        let time = self
            .time_order
            .get()
            .and_then(Option::as_ref)
            .map_or(0, Order::heap_bytes);
        let lanes = |shared: bool, bytes: fn(&Postings) -> usize| -> usize {
            self.lanes
                .iter()
                .skip(usize::from(shared))
                .step_by(2)
                .filter_map(OnceLock::get)
                .map(bytes)
                .sum()
        };
        let displaced = self.displaced.get().map_or(0, |d| d.len() * 4);
        let lanes = lanes(false, Postings::heap_bytes) + lanes(true, Postings::own_bytes);
        self.log_order.heap_bytes() + time + displaced + lanes
    }
}

/// How many of `0..n` satisfy a predicate that holds for a prefix.
fn partition(n: u32, holds: impl Fn(u32) -> bool) -> u32 {
    let (mut low, mut high) = (0, n);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
