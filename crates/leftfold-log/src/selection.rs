//! A set of events and its orders: all of a log, or what a filter kept.

use std::sync::{Arc, OnceLock};

use crate::axis::{Axis, Gap, Place};
use crate::builder::NO_TIME;
use crate::log::{Columns, LaneBy};
use crate::postings::Postings;

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
            time_order: OnceLock::new(),
            lanes: [const { OnceLock::new() }; 6],
            gaps: [const { OnceLock::new() }; 2],
        }
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

    fn sort_by_time(&self) -> Option<Order> {
        let time = &self.columns.time;
        let ordered = match &self.log_order {
            Order::All(_) => time.first().is_none_or(|t| *t != NO_TIME) && time.is_sorted(),
            Order::List(list) => {
                list.first().is_none_or(|o| time[*o as usize] != NO_TIME)
                    && list.is_sorted_by_key(|o| time[*o as usize])
            }
        };
        if ordered {
            return None;
        }
        let timed = |o: &u32| time[*o as usize] != NO_TIME;
        let mut list: Vec<u32> = match &self.log_order {
            Order::All(n) => (0..*n).filter(timed).collect(),
            Order::List(list) => list.iter().copied().filter(timed).collect(),
        };
        // Stable, and adaptive to the long ascending runs that real logs have.
        list.sort_by_key(|o| time[*o as usize]);
        Some(Order::List(list))
    }

    /// The lanes of a kind: for every lane key its events, in the axis's order.
    pub fn lanes(&self, by: LaneBy, axis: Axis) -> &Postings {
        let axis = if self.is_time_ordered_for(axis) {
            Axis::Log
        } else {
            axis
        };
        let slot = by as usize * 2 + usize::from(axis == Axis::Time);
        self.lanes[slot].get_or_init(|| self.build_lanes(by, self.order(axis)))
    }

    fn is_time_ordered_for(&self, axis: Axis) -> bool {
        axis == Axis::Log || self.is_time_ordered()
    }

    fn build_lanes(&self, by: LaneBy, order: &Order) -> Postings {
        let columns = &*self.columns;
        let keys = columns.names(by).len();
        if by == LaneBy::Stream && !columns.also_in.is_empty() {
            let also = |o: u32| {
                let from = columns.also_in.partition_point(|(_, other)| *other < o);
                columns.also_in[from..]
                    .iter()
                    .take_while(move |(_, other)| *other == o)
                    .map(|(s, o)| (*s, *o))
            };
            let with = move |o: u32| std::iter::once((columns.stream[o as usize], o)).chain(also(o));
            return match order {
                Order::All(n) => Postings::build(keys, || (0..*n).flat_map(with)),
                Order::List(list) => Postings::build(keys, || list.iter().copied().flat_map(with)),
            };
        }
        let pair = |o: u32| (columns.lane(by, o), o);
        match order {
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
        let lanes: usize = self
            .lanes
            .iter()
            .filter_map(OnceLock::get)
            .map(Postings::heap_bytes)
            .sum();
        self.log_order.heap_bytes() + time + lanes
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
