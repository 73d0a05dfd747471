//! The two timelines, and places on them.

/// What a horizontal position means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Axis {
    /// Recorded time: nanoseconds since the epoch. Events without a time are not on it.
    Time,
    /// Log order: the ordinal.
    Log,
}

/// A place on an axis. It includes every event whose `(coordinate, ordinal)` is at most this; without an ordinal, all events
/// at the coordinate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The axis.
    pub axis: Axis,
    /// The coordinate: nanoseconds or an ordinal.
    pub coord: i64,
    /// Breaks the tie between events at one coordinate.
    pub ordinal: Option<u32>,
}

impl Place {
    /// What an event's `(coordinate, ordinal)` is compared with.
    pub fn key(&self) -> (i64, u32) {
        (self.coord, self.ordinal.unwrap_or(u32::MAX))
    }
}

/// A stretch of an axis without events, between two coordinates that have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Gap {
    /// The last coordinate before it.
    pub from: i64,
    /// The first coordinate after it.
    pub to: i64,
}
