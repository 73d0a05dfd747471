//! Which place of a log a snapshot or a read model's table fits best.

/// Places at which the state of one stream equals its row: after the event `from`, and until just before the event `until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fit {
    /// The ordinal of the event that made it equal; `None`: it equals from before the first event on.
    pub from: Option<u32>,
    /// The ordinal of the event that made it unequal; `None`: it still is equal at the end.
    pub until: Option<u32>,
}

/// A place of the log, and how many rows it fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fitting {
    /// After this event, by ordinal; `None`: before the first one.
    pub after: Option<u32>,
    /// Before this one: every place in between fits as well; `None`: up to the end.
    pub before: Option<u32>,
    /// How many rows fit there.
    pub rows: u32,
}

/// The stretch of the log that fits most rows; of several, the latest. `None` where no row fits anywhere. O(n log n).
pub fn best_place(fits: &[Fit]) -> Option<Fitting> {
    let best = heaviest(fits.iter().map(|fit| (*fit, 1)))?;
    Some(Fitting {
        rows: best.weight as u32,
        ..best.fitting
    })
}

/// The stretch that fits most rows and, of several that fit as many, most streams that have none there. A missing row proves less than one
/// that is there: a table that was emptied would be as of its beginning. `rows` counts both.
pub fn best_place_of_rows(rows: &[Fit], absent: &[Fit]) -> Option<Fitting> {
    let weight = absent.len() as i64 + 1;
    let rows = rows.iter().map(|fit| (*fit, weight));
    let best = heaviest(rows.chain(absent.iter().map(|fit| (*fit, 1))))?;
    Some(Fitting {
        rows: (best.weight / weight + best.weight % weight) as u32,
        ..best.fitting
    })
}

/// A stretch and how much fits there.
struct Heaviest {
    weight: i64,
    fitting: Fitting,
}

fn heaviest(fits: impl Iterator<Item = (Fit, i64)>) -> Option<Heaviest> {
    // The place after event o is o + 1; the place before all events is 0.
    let mut steps: Vec<(u64, i64)> = Vec::with_capacity(fits.size_hint().0 * 2);
    for (fit, weight) in fits {
        let from = fit.from.map_or(0, |o| u64::from(o) + 1);
        steps.push((from, weight));
        if let Some(until) = fit.until {
            steps.push((u64::from(until) + 1, -weight));
        }
    }
    steps.sort_unstable();
    let (mut now, mut best): (i64, Option<(u64, i64)>) = (0, None);
    let mut i = 0;
    let mut ends: Option<u64> = None;
    while i < steps.len() {
        let place = steps[i].0;
        while i < steps.len() && steps[i].0 == place {
            now += steps[i].1;
            i += 1;
        }
        if now > 0 && best.is_none_or(|(_, most)| now >= most) {
            best = Some((place, now));
            ends = steps.get(i).map(|s| s.0);
        }
    }
    best.map(|(place, weight)| Heaviest {
        weight,
        fitting: Fitting {
            after: place.checked_sub(1).map(|o| o as u32),
            before: ends.and_then(|e| e.checked_sub(1)).map(|o| o as u32),
            rows: 0,
        },
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fit(from: Option<u32>, until: Option<u32>) -> Fit {
        Fit { from, until }
    }

    #[test]
    fn the_place_that_fits_most_rows_is_found() {
        assert_eq!(best_place(&[]), None);
        let fits = [
            fit(Some(2), Some(9)),
            fit(Some(5), Some(7)),
            fit(None, Some(6)),
            fit(Some(20), None),
        ];
        let best = best_place(&fits).unwrap();
        assert_eq!((best.after, best.before, best.rows), (Some(5), Some(6), 3));
        let open = best_place(&[fit(None, None)]).unwrap();
        assert_eq!((open.after, open.before, open.rows), (None, None, 1));
    }

    #[test]
    fn a_row_that_is_there_proves_more_than_those_that_are_not() {
        let absent = [fit(None, Some(1)), fit(None, Some(2)), fit(None, Some(3))];
        let emptied = best_place_of_rows(&[fit(Some(7), None)], &absent).unwrap();
        assert_eq!((emptied.after, emptied.before, emptied.rows), (Some(7), None, 1));
        // Of the places that a row fits, that is meant at which least is lacking.
        let early = best_place_of_rows(&[fit(Some(0), None)], &absent).unwrap();
        assert_eq!((early.after, early.before, early.rows), (Some(0), Some(1), 4));
    }

    proptest! {
        #[test]
        fn no_other_place_fits_more(fits in prop::collection::vec((prop::option::of(0_u32..12), prop::option::of(0_u32..12)), 0..10)) {
            let fits: Vec<Fit> = fits
                .into_iter()
                .map(|(from, until)| fit(from, until.filter(|u| from.is_none_or(|f| f < *u))))
                .collect();
            let rows_at = |place: u32| {
                fits.iter()
                    .filter(|f| f.from.is_none_or(|o| o < place) && f.until.is_none_or(|o| o >= place))
                    .count() as u32
            };
            let most = (0..=13).map(rows_at).max().unwrap();
            match best_place(&fits) {
                None => prop_assert_eq!(most, 0),
                Some(best) => {
                    prop_assert_eq!(best.rows, most);
                    prop_assert_eq!(rows_at(best.after.map_or(0, |o| o + 1)), most);
                }
            }
        }
    }
}
