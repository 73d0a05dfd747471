//! The drawn line: an axis on which long gaps are folded.

use crate::chart::Axis;

/// Gaps without events that are drawn shorter than they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folds {
    /// The last coordinate before each gap and the first one behind it, in the axis's order; they do not overlap.
    pub gaps: Vec<(i64, i64)>,
    /// What each of them takes of the line, in the axis's unit.
    pub length: i64,
}

/// A part of the axis that is drawn to scale, and the columns it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Its first coordinate.
    pub from: i64,
    /// Its last one.
    pub to: i64,
    /// Its first column.
    pub first: u32,
    /// How many columns it takes: one at least.
    pub columns: u32,
}

/// Nothing is folded.
static UNFOLDED: Folds = Folds {
    gaps: Vec::new(),
    length: 0,
};

/// An axis with its folds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    pub(crate) axis: Axis,
    pub(crate) folds: &'a Folds,
}

impl<'a> Line<'a> {
    /// An axis of which nothing is folded.
    pub(crate) const fn plain(axis: Axis) -> Self {
        Self {
            axis,
            folds: &UNFOLDED,
        }
    }

    /// Where a coordinate lies on the line, from wherever coordinate 0 would.
    fn at(self, coord: i64) -> i128 {
        let mut at = i128::from(coord);
        for &(from, to) in &self.folds.gaps {
            if coord <= from {
                break;
            }
            let length = i128::from(to) - i128::from(from);
            let into = i128::from(coord.min(to)) - i128::from(from);
            at -= into - into * i128::from(self.folds.length) / length.max(1);
        }
        at
    }

    /// How long all of it is.
    pub(crate) fn length(self) -> i128 {
        let (from, to) = self.axis.ends();
        self.at(to) - self.at(from)
    }

    /// How far along the line a point lies, of `whole`; `None` outside.
    pub(crate) fn place(self, at: i64, whole: u32) -> Option<u32> {
        let (from, to) = self.axis.ends();
        let length = self.length();
        if at < from || at > to || length <= 0 {
            return None;
        }
        Some(((self.at(at) - self.at(from)) * i128::from(whole) / length) as u32)
    }

    /// The folded gaps in sight, cut at the axis's ends.
    pub(crate) fn gaps(self) -> impl Iterator<Item = (i64, i64)> + use<'a> {
        let (from, to) = self.axis.ends();
        let gaps = self.folds.gaps.iter();
        gaps.map(move |&(a, b)| (a.max(from), b.min(to)))
            .filter(|(a, b)| a < b)
    }

    /// The parts between the folds, with the columns each takes of so many.
    pub(crate) fn stretches(self, columns: u32) -> Vec<Stretch> {
        let (from, to) = self.axis.ends();
        let mut ends = Vec::new();
        let (mut start, mut open) = (from, true);
        for &(a, b) in &self.folds.gaps {
            if b <= from {
                continue;
            }
            if a >= to {
                break;
            }
            // An axis that begins in a gap has nothing before it, and one that ends in one nothing behind it.
            if a >= from {
                ends.push((start, a));
            }
            (start, open) = (b, b <= to);
        }
        if open {
            ends.push((start, to));
        }
        let stretch = |(from, to): (i64, i64)| {
            let last = columns.saturating_sub(1);
            let first = self.place(from, columns)?.min(last);
            let end = self.place(to, columns)?;
            // What is a single coordinate takes the column it begins in.
            Some(Stretch {
                from,
                to,
                first,
                columns: (end.max(first + 1) - first).min(columns - first),
            })
        };
        ends.into_iter().filter_map(stretch).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const AXIS: Axis = Axis::Log { from: 0, to: 1000 };

    fn folded(gaps: &[(i64, i64)], length: i64) -> Folds {
        Folds {
            gaps: gaps.to_vec(),
            length,
        }
    }

    #[test]
    fn a_folded_gap_takes_what_it_is_given_and_the_rest_stays_to_scale() {
        let folds = folded(&[(100, 900)], 50);
        let line = Line {
            axis: AXIS,
            folds: &folds,
        };
        assert_eq!(line.length(), 250);
        let places = [0, 100, 500, 900, 1000].map(|at| line.place(at, 250));
        assert_eq!(places, [Some(0), Some(100), Some(125), Some(150), Some(250)]);
        assert_eq!(line.place(1001, 250), None);
        let stretch = |from, to, first, columns| Stretch {
            from,
            to,
            first,
            columns,
        };
        assert_eq!(
            line.stretches(250),
            [stretch(0, 100, 0, 100), stretch(900, 1000, 150, 100)]
        );
    }

    #[test]
    fn an_axis_that_begins_and_ends_in_gaps_shows_parts_of_them() {
        let folds = folded(&[(-500, 100), (900, 2000)], 60);
        let line = Line {
            axis: AXIS,
            folds: &folds,
        };
        let parts: Vec<_> = line.stretches(815).iter().map(|s| (s.from, s.to)).collect();
        assert_eq!(parts, [(100, 900)]);
        assert_eq!(line.gaps().collect::<Vec<_>>(), [(0, 100), (900, 1000)]);
    }

    #[test]
    fn a_single_moment_behind_a_gap_has_a_column() {
        let folds = folded(&[(0, 1000)], 10);
        let line = Line {
            axis: AXIS,
            folds: &folds,
        };
        let parts: Vec<_> = line.stretches(100).iter().map(|s| (s.first, s.columns)).collect();
        assert_eq!(parts, [(0, 1), (99, 1)]);
    }

    proptest! {
        #[test]
        fn places_never_go_back_and_stretches_cover_all_but_the_gaps(
            cuts in prop::collection::btree_set(-200_i64..1200, 0..8), length in 1_i64..40, columns in 10_u32..600,
        ) {
            let cuts: Vec<i64> = cuts.into_iter().collect();
            let gaps: Vec<(i64, i64)> = cuts.chunks_exact(2).map(|c| (c[0], c[1])).filter(|(a, b)| b - a > length).collect();
            let folds = folded(&gaps, length);
            let line = Line { axis: AXIS, folds: &folds };
            let places: Vec<u32> = (0..=1000).filter_map(|at| line.place(at, columns)).collect();
            prop_assert_eq!(places.len(), 1001);
            prop_assert!(places.is_sorted());
            prop_assert_eq!((places[0], places[1000]), (0, columns));
            let stretches = line.stretches(columns);
            prop_assert!(stretches.iter().all(|s| s.first + s.columns <= columns && s.columns > 0));
            for at in 0..=1000 {
                let in_gap = gaps.iter().any(|(a, b)| a < &at && &at < b);
                prop_assert_eq!(stretches.iter().any(|s| s.from <= at && at <= s.to), !in_gap, "{}", at);
            }
        }
    }
}
