//! What two histories differ in, as pictures: their densities head to head, streams in disagreement, how long that took, and where.

mod layout;

use self::layout::Layout;
use crate::chart::{Axis, ChartError};
use crate::density::grouped;
use crate::language::Language;
use crate::ruler::span;
use crate::sheet::{DENSE, png, svg};
use crate::theme::Theme;

/// Panels under each other.
#[derive(Clone, Debug, PartialEq)]
pub struct DivergenceChart {
    /// What it is of; without one there is no heading.
    pub title: Option<String>,
    /// From top to bottom.
    pub panels: Vec<Panel>,
    /// Pixels; a PNG has twice as many, for dense screens.
    pub width: u32,
    /// Dark or light.
    pub theme: Theme,
}

/// One picture.
#[derive(Clone, Debug, PartialEq)]
pub enum Panel {
    /// Two densities, and where they differ.
    HeadToHead(HeadToHead),
    /// How many streams disagreed.
    Disagreeing(Disagreeing),
    /// How long they did.
    Converging(Converging),
    /// Where they did.
    HeatMap(HeatMap),
}

/// Two sides' densities, one upwards and one downwards, to one scale, with a strip between them.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadToHead {
    /// What lies from left to right.
    pub axis: Axis,
    /// What the sides are called.
    pub names: [String; 2],
    /// Events of either side in equally wide bins.
    pub counts: [Vec<u32>; 2],
    /// What differs.
    pub strip: Strip,
}

/// Findings in equally wide bins. They are told apart by shape: what is confirmed is solid, what is pending hatched, what healed an outline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strip {
    /// Those that are certain.
    pub confirmed: Vec<u32>,
    /// Those that may still heal.
    pub pending: Vec<u32>,
    /// Those that did.
    pub healed: Vec<u32>,
}

impl Strip {
    /// Without any, in so many bins.
    #[must_use]
    pub fn of_bins(bins: usize) -> Self {
        let none = || vec![0; bins];
        Self {
            confirmed: none(),
            pending: none(),
            healed: none(),
        }
    }

    /// Findings of all kinds.
    #[must_use]
    pub fn total(&self) -> u64 {
        let all = [&self.confirmed, &self.pending, &self.healed]
            .into_iter()
            .flatten();
        all.map(|n| u64::from(*n)).sum()
    }
}

/// Streams in disagreement over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Disagreeing {
    /// What lies from left to right.
    pub axis: Axis,
    /// The most at one moment, in equally wide bins.
    pub counts: Vec<u32>,
}

/// How long streams disagreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converging {
    /// Lengths and how many disagreements were that long, ascending.
    pub bars: Vec<(String, u32)>,
    /// Disagreements that have not ended.
    pub open: u32,
}

/// Findings by stream and time.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMap {
    /// What lies from left to right.
    pub axis: Axis,
    /// A stream's name and its findings, a row each.
    pub rows: Vec<(String, Strip)>,
    /// Streams with findings that have no row.
    pub more: u64,
    /// What has a row.
    pub by: HeatBy,
}

/// What has a row in a heat map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HeatBy {
    /// A stream.
    #[default]
    Stream,
    /// What two sides are known by together.
    Key,
}

/// Most rows of a heat map.
const MOST_ROWS: usize = 200;

const HEAD: i32 = 26;
const RULER: i32 = 20;
const GAP: i32 = 20;
const LANE: i32 = 56;
const STRIP: i32 = 18;
const CURVE: i32 = 90;
const BARS: i32 = 110;
const ROW: i32 = 18;
/// Least pixels of a mark in the strip.
const LEAST_MARK: i32 = 3;

/// The picture as an SVG document.
///
/// # Errors
/// [`ChartError::Size`] outside 320 to 16000 pixels, or with more than 200 rows in a heat map; [`ChartError::Draw`].
pub fn divergence_svg(chart: &DivergenceChart) -> Result<String, ChartError> {
    svg(&Layout::new(chart, 1)?)
}

/// The picture as a PNG file's bytes, two pixels for each of its own.
///
/// # Errors
/// As [`divergence_svg`].
pub fn divergence_png_bytes(chart: &DivergenceChart) -> Result<Vec<u8>, ChartError> {
    png(&Layout::new(chart, DENSE)?)
}

impl Panel {
    /// What it shows, in a few words.
    pub const fn heading(&self) -> &'static str {
        match self {
            Self::HeadToHead(_) => "Events of both sides, and where they differ",
            Self::Disagreeing(_) => "Streams in disagreement",
            Self::Converging(_) => "How long streams disagreed",
            Self::HeatMap(map) => match map.by {
                HeatBy::Stream => "Findings by stream and time",
                HeatBy::Key => "Findings by key and time",
            },
        }
    }

    fn content(&self) -> i32 {
        match self {
            Self::HeadToHead(_) => RULER + 2 * LANE + STRIP,
            Self::Disagreeing(_) => RULER + CURVE,
            Self::Converging(_) => BARS,
            Self::HeatMap(map) => RULER + ROW * map.rows.len().max(1) as i32,
        }
    }

    fn note(&self) -> String {
        match self {
            Self::HeadToHead(h) => span(h.axis, Language::English),
            Self::Disagreeing(d) => {
                let most = d.counts.iter().max().copied().unwrap_or(0);
                format!("at most {} at one moment", grouped(most.into()))
            }
            Self::Converging(c) => {
                let ended: u64 = c.bars.iter().map(|(_, n)| u64::from(*n)).sum();
                format!(
                    "{} ended, {} have not",
                    grouped(ended.into()),
                    grouped(c.open.into())
                )
            }
            Self::HeatMap(map) if map.more > 0 => {
                let what = match map.by {
                    HeatBy::Stream => "streams",
                    HeatBy::Key => "keys",
                };
                format!("{} more {what} are not shown", grouped(map.more.into()))
            }
            Self::HeatMap(_) => String::new(),
        }
    }
}
