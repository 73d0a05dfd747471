//! What a timeline chart shows, as plain data.

use std::path::PathBuf;

use crate::language::Language;
use crate::line::{Folds, Line, Stretch};
use crate::theme::Theme;

/// Densities over one axis, a lane under the other.
#[derive(Clone, Debug, PartialEq)]
pub struct TimelineChart {
    /// What the chart is of.
    pub title: String,
    /// From top to bottom.
    pub lanes: Vec<Lane>,
    /// What fields of states held, below the lanes.
    pub values: Vec<ValueLane>,
    /// What lies from left to right.
    pub axis: Axis,
    /// Which gaps of it are drawn shorter than they are.
    pub folds: Folds,
    /// How high the counts are drawn.
    pub heights: Heights,
    /// Points worth a label.
    pub marks: Vec<Mark>,
    /// Where the playhead stands, on the axis; what lies right of it is drawn dim.
    pub playhead: Option<i64>,
    /// Pixels; a PNG has twice as many, for dense screens.
    pub width: u32,
    /// Pixels; more when the lanes need more.
    pub height: u32,
    /// Dark or light.
    pub theme: Theme,
    /// What its words are in.
    pub language: Language,
}

impl TimelineChart {
    pub(crate) const fn line(&self) -> Line<'_> {
        Line {
            axis: self.axis,
            folds: &self.folds,
        }
    }

    /// The parts of the axis that are drawn to scale, where a lane has so many bins: all of it where nothing is folded.
    pub fn stretches(&self, bins: u32) -> Vec<Stretch> {
        self.line().stretches(bins)
    }
}

/// By what measure counts are as high as they are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Heights {
    /// Each lane's greatest count fills it.
    #[default]
    OfLane,
    /// The greatest count of all lanes fills its lane.
    Linear,
    /// The same, by square roots: small counts can be seen beside great ones.
    Root,
}

/// What a field of a stream's states held along the axis.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueLane {
    /// The field.
    pub name: String,
    /// Whose state it is in.
    pub stream: String,
    /// What it held.
    pub values: Values,
    /// What it holds where the playhead stands, or at the end.
    pub here: String,
}

/// Values from where on each holds, in the axis's order; `None`: the field is not there.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// A step curve, between the least and the greatest of all of them.
    Numbers(Vec<(i64, Option<f64>)>),
    /// Bands that say what they are.
    Texts(Vec<(i64, Option<String>)>),
}

/// One lane: events per bin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lane {
    /// What the lane holds.
    pub name: String,
    /// The number of its colour; they begin anew after the last one.
    pub colour: usize,
    /// Events in each of the equally wide bins that divide the drawn line.
    pub counts: Vec<u32>,
}

impl Lane {
    /// All events of the lane.
    pub fn total(&self) -> u64 {
        self.counts.iter().map(|&n| u64::from(n)).sum()
    }
}

/// The axis, from its first point up to but not including its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// Nanoseconds since the epoch, UTC.
    Time {
        /// First moment.
        from: i64,
        /// First moment no longer shown.
        to: i64,
    },
    /// Places in the log.
    Log {
        /// First place.
        from: i64,
        /// First place no longer shown.
        to: i64,
    },
}

impl Axis {
    pub(crate) const fn ends(self) -> (i64, i64) {
        match self {
            Self::Time { from, to } | Self::Log { from, to } => (from, to),
        }
    }

    /// How far along the axis a point lies, of `whole`; `None` outside.
    pub(crate) fn place(self, at: i64, whole: u32) -> Option<u32> {
        Line::plain(self).place(at, whole)
    }
}

/// A labelled point on the axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Where on the axis.
    pub at: i64,
    /// In a word or two.
    pub label: String,
}

/// Why a chart could not be drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChartError {
    /// Wider or higher than a picture may be, or too narrow to read.
    #[error("a chart of {width} × {height} pixels cannot be drawn: 320 × 80 to 16000 × 16000 can")]
    Size {
        /// Pixels.
        width: u32,
        /// Pixels, with all lanes.
        height: u32,
    },
    /// The file cannot be written.
    #[error("{path}: {reason}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The drawing failed.
    #[error("cannot draw: {0}")]
    Draw(String),
}
