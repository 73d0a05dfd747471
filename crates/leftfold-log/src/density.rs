//! Event counts for pixel columns, by binary search over postings: no pyramid, no pass over the events.

use crate::axis::Axis;
use crate::log::LaneBy;
use crate::selection::{Order, Selection};

/// Counts of a window: one row a lane, `columns` numbers each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Density {
    /// `lanes * columns` counts, row by row.
    pub counts: Vec<u32>,
    /// Columns a row.
    pub columns: u32,
    /// The greatest count.
    pub max: u32,
}

/// Where column `c` of `columns` begins between `from` and `to`; column `columns` begins at `to`.
pub fn boundaries(from: i64, to: i64, columns: u32) -> impl Fn(u32) -> i64 {
    let width = i128::from(to) - i128::from(from);
    // The result lies between `from` and `to`, so it fits.
    move |c| (i128::from(from) + width * i128::from(c) / i128::from(columns.max(1))) as i64
}

impl Selection {
    /// Event counts between two coordinates (`to` exclusive) in `columns` equal columns, one row for each lane key; with no
    /// lane, one row of all events. O(lanes × columns × log events).
    pub fn density(
        &self,
        axis: Axis,
        by: LaneBy,
        lanes: &[u32],
        from: i64,
        to: i64,
        columns: u32,
    ) -> Density {
        let edges: Vec<i64> = {
            let edge = boundaries(from, to.max(from), columns);
            (0..=columns).map(edge).collect()
        };
        let mut counts = Vec::with_capacity(lanes.len().max(1) * columns as usize);
        // Edge by edge: the ordinals certainly before it, and those possibly.
        let splits: Vec<(u32, u32)> = match axis {
            Axis::Time => {
                let blocks = self.columns().time_blocks();
                edges.iter().map(|e| blocks.split(*e)).collect()
            }
            Axis::Log => Vec::new(),
        };
        let time = &self.columns().time;
        let before = |o: u32, edge: usize| match axis {
            Axis::Time => {
                let (sure, possible) = splits[edge];
                o < sure || (o < possible && time[o as usize] < edges[edge])
            }
            Axis::Log => i64::from(o) < edges[edge],
        };
        if lanes.is_empty() {
            match self.order(axis) {
                Order::All(n) if axis == Axis::Log => {
                    let clamp = |edge: i64| edge.clamp(0, i64::from(*n));
                    // Both ends lie in 0..=n, which is a u32.
                    counts.extend(edges.windows(2).map(|e| (clamp(e[1]) - clamp(e[0])) as u32));
                }
                Order::All(_) => count_sorted(time, edges.len(), |t, e| *t < edges[e], &mut counts),
                Order::List(list) => count_sorted(list, edges.len(), |o, e| before(*o, e), &mut counts),
            }
        }
        // Where log order and time order agree, ordinals alone tell; those lie together, while times are scattered.
        let firsts: Vec<u32> = match self.order(Axis::Log) {
            Order::All(_) if axis == Axis::Time => {
                let blocks = self.columns().time_blocks();
                edges.iter().map(|e| blocks.first_not_before(time, *e)).collect()
            }
            _ => Vec::new(),
        };
        for &lane in lanes {
            let postings = self.lanes(by, axis);
            let list = postings.get(lane);
            if firsts.is_empty() || postings.is_reordered(lane) {
                count_sorted(list, edges.len(), |o, e| before(*o, e), &mut counts);
            } else {
                count_sorted(list, edges.len(), |o, e| *o < firsts[e], &mut counts);
            }
        }
        let max = counts.iter().copied().max().unwrap_or(0);
        Density { counts, columns, max }
    }

    /// The single events of a window: `(coordinate, ordinal, index into lanes)` in axis order; `None` when more than `limit`.
    pub fn marks(
        &self,
        axis: Axis,
        by: LaneBy,
        lanes: &[u32],
        window: std::ops::Range<i64>,
        limit: usize,
    ) -> Option<Vec<(i64, u32, u32)>> {
        let coords = self.columns();
        let mut marks = Vec::new();
        for (i, &lane) in lanes.iter().enumerate() {
            let list = self.lanes(by, axis).get(lane);
            let from = list.partition_point(|o| coords.coord(axis, *o) < window.start);
            let to = from + list[from..].partition_point(|o| coords.coord(axis, *o) < window.end);
            if marks.len() + (to - from) > limit {
                return None;
            }
            marks.extend(
                list[from..to]
                    .iter()
                    .map(|o| (coords.coord(axis, *o), *o, i as u32)),
            );
        }
        marks.sort_unstable();
        Some(marks)
    }
}

/// Appends how many of the sorted items lie between each two of so many edges.
fn count_sorted<T>(items: &[T], edges: usize, before: impl Fn(&T, usize) -> bool, counts: &mut Vec<u32>) {
    if edges == 0 {
        return;
    }
    let mut at = items.partition_point(|i| before(i, 0));
    for edge in 1..edges {
        let next = gallop(items, at, |i| before(i, edge));
        counts.push((next - at) as u32);
        at = next;
    }
}

/// The partition point of `items[from..]`, found near `from` first: neighbouring columns hold few events each.
fn gallop<T>(items: &[T], from: usize, holds: impl Fn(&T) -> bool) -> usize {
    let mut step = 1;
    let mut low = from;
    while low + step <= items.len() && holds(&items[low + step - 1]) {
        low += step;
        step *= 2;
    }
    let high = (low + step).min(items.len());
    low + items[low..high].partition_point(holds)
}
