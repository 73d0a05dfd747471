//! What a comparison found, as series over time and by stream: for pictures and tables.

use std::collections::BTreeMap;

use leftfold_compare::{Category, Hand, Side, Status};

use super::findings::Findings;
use super::mirror::Compared;

/// Lengths by which disagreements are counted, in nanoseconds.
pub const LENGTHS: [i64; 9] = [
    1_000_000,
    10_000_000,
    100_000_000,
    1_000_000_000,
    10_000_000_000,
    60_000_000_000,
    600_000_000_000,
    3_600_000_000_000,
    86_400_000_000_000,
];

/// Counts over the time that both sides span, in equally wide parts of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// The first moment, in nanoseconds.
    pub from: i64,
    /// The first moment after the last one.
    pub to: i64,
    /// Events of the left and of the right side.
    pub events: [Vec<u32>; 2],
    /// Findings by when they began: pending, confirmed, healed, out of coverage.
    pub by_status: [Vec<u32>; 4],
    /// The most streams that disagreed at one moment.
    pub disagreeing: Vec<u32>,
    /// How many disagreements ended within each of [`LENGTHS`] and not within the one before, then how many took longer.
    pub lengths: Vec<u32>,
    /// How many have not ended.
    pub open: u32,
}

/// What was found in one stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamFindings {
    /// The stream, by its number.
    pub stream: u32,
    /// How many findings.
    pub findings: u32,
    /// The first of them, by its number.
    pub first: u32,
    /// The most certain of their statuses that matters most: confirmed, else pending, else healed.
    pub status: Status,
}

/// The part of `from..to` in which a moment lies, of so many.
fn part(from: i64, to: i64, parts: u32, at: i64) -> Option<usize> {
    if at < from || at >= to {
        return None;
    }
    let span = i128::from(to) - i128::from(from);
    let place = (i128::from(at) - i128::from(from)) * i128::from(parts) / span;
    usize::try_from(place).ok().filter(|p| *p < parts as usize)
}

/// What matters more.
const fn weight(status: Status) -> u8 {
    match status {
        Status::Confirmed => 3,
        Status::Pending => 2,
        Status::Healed => 1,
        Status::OutOfCoverage => 0,
    }
}

/// When the first event with a time was recorded, and the last one.
pub fn extent(side: &Side) -> Option<(i64, i64)> {
    let times = (0..side.events()).filter_map(|o| side.time(o));
    times.fold(None, |extent, t| {
        Some(extent.map_or((t, t), |(first, last): (i64, i64)| (first.min(t), last.max(t))))
    })
}

/// Streams (or keys, or rows) in which something was found that is expected of both sides: those that differ for certain first, then by when
/// that began. A mere skew of clocks is no divergence of its own.
pub fn streams_with_findings(found: &dyn Findings) -> Vec<StreamFindings> {
    let mut by_stream: BTreeMap<u32, StreamFindings> = BTreeMap::new();
    for (number, finding) in found.findings().iter().enumerate() {
        let status = found.status(finding);
        if status == Status::OutOfCoverage || finding.category == Category::ClockSkew {
            continue;
        }
        let of = by_stream.entry(finding.stream).or_insert(StreamFindings {
            stream: finding.stream,
            findings: 0,
            first: number as u32,
            status,
        });
        of.findings += 1;
        if weight(status) > weight(of.status) {
            of.status = status;
        }
    }
    let mut streams: Vec<StreamFindings> = by_stream.into_values().collect();
    streams.sort_by_key(|s| (s.status != Status::Confirmed, s.first));
    streams
}

impl Compared {
    /// The series in so many parts; `None` where no event has a time.
    pub fn series(&self, parts: u32) -> Option<Series> {
        let sides = [Hand::Left, Hand::Right].map(|hand| &self.side(hand).side);
        let extents = sides.map(extent);
        let from = extents.iter().flatten().map(|e| e.0).min()?;
        let to = extents.iter().flatten().map(|e| e.1).max()?.saturating_add(1);
        let parts = parts.max(1);
        let n = parts as usize;
        let mut series = Series {
            from,
            to,
            events: [vec![0; n], vec![0; n]],
            by_status: [vec![0; n], vec![0; n], vec![0; n], vec![0; n]],
            disagreeing: self.comparison.convergence.series(from, to, parts),
            lengths: self.comparison.convergence.histogram(&LENGTHS),
            open: self.comparison.convergence.open() as u32,
        };
        for (side, counts) in sides.into_iter().zip(&mut series.events) {
            for time in (0..side.events()).filter_map(|o| side.time(o)) {
                if let Some(part) = part(from, to, parts, time) {
                    counts[part] += 1;
                }
            }
        }
        for finding in &self.comparison.findings {
            if let Some(part) = finding.since.and_then(|t| part(from, to, parts, t)) {
                series.by_status[self.comparison.status(finding) as usize][part] += 1;
            }
        }
        Some(series)
    }

    /// The streams in which something was found that is expected of both sides: those that differ for certain first, then by when that began.
    pub fn streams_with_findings(&self) -> Vec<StreamFindings> {
        streams_with_findings(self)
    }

    /// When the findings of these streams began, in so many parts of a time, a row each; by status, as in [`Series::by_status`].
    pub fn findings_over_time(
        &self,
        streams: &[u32],
        (from, to): (i64, i64),
        parts: u32,
    ) -> Vec<[Vec<u32>; 4]> {
        let none = || [(); 4].map(|()| vec![0; parts as usize]);
        let mut rows: Vec<[Vec<u32>; 4]> = streams.iter().map(|_| none()).collect();
        let places: BTreeMap<u32, usize> = streams.iter().enumerate().map(|(i, s)| (*s, i)).collect();
        for finding in &self.comparison.findings {
            let row = places.get(&finding.stream);
            let part = finding.since.and_then(|t| part(from, to, parts, t));
            if let (Some(row), Some(part)) = (row, part) {
                rows[*row][self.comparison.status(finding) as usize][part] += 1;
            }
        }
        rows
    }
}
