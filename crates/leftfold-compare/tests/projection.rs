//! Rows are states of generated streams at a place of their log, with faults planted in them; the place and each fault have to be found, and
//! nothing else.
#![allow(clippy::unwrap_used, reason = "a test's own steps end it when they fail")]

use std::collections::BTreeMap;
use std::ops::Range;

use leftfold_compare::{
    Category, Column, Fit, RowFields, Standing, Status, best_place_of_rows, judge, stretches,
};
use leftfold_event::Cancel;
use leftfold_event::json::{Value, parse};
use leftfold_replay::{Path, Projections, ReplayError, Step, StepPayload, StreamHistory};
use proptest::prelude::*;

/// A stream's events: their places in the log and their payloads.
#[derive(Clone, Debug, Default)]
struct Stream(Vec<(u32, String)>);

impl StreamHistory for Stream {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn read(
        &self,
        range: Range<usize>,
        _: &Cancel,
        visit: &mut dyn FnMut(usize, Step<'_>),
    ) -> Result<(), ReplayError> {
        for i in range {
            visit(i, Step::new("E", StepPayload::Json(self.0[i].1.as_bytes())));
        }
        Ok(())
    }
}

/// What was done to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    /// A value that never was.
    Wrong,
    /// It stayed as it was an event before.
    Stale,
    /// It was removed.
    Gone,
}

fn fields() -> RowFields {
    let path = |text: &str| Path::parse(text).unwrap();
    let column = |name: &str| Column {
        in_state: path(name),
        in_row: path(name),
    };
    RowFields {
        columns: Some(vec![column("/n"), column("/kind")]),
        of_table: true,
        ..RowFields::default()
    }
}

/// The row after the first `n` events: the number of the last one, and what the first one said.
fn row_after(stream: &Stream, n: usize) -> Value {
    let (last, _) = stream.0[n - 1];
    let first = stream.0[0].0 % 3;
    parse(format!(r#"{{"n":"{last}","kind":{first},"other":1}}"#).as_bytes()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn the_place_and_every_planted_fault_are_found_and_nothing_else(
        of_events in prop::collection::vec(0_usize..12, 30..120),
        place in 0.2_f64..1.0,
        faults in prop::collection::vec(0_u32..16, 12),
        lag in 0_i64..40,
    ) {
        let mut streams: BTreeMap<usize, Stream> = BTreeMap::new();
        for (ordinal, stream) in (0_u32..).zip(&of_events) {
            let own = &mut streams.entry(*stream).or_default().0;
            let kind = if own.is_empty() { format!(r#","kind":{}"#, ordinal % 3) } else { String::new() };
            own.push((ordinal, format!(r#"{{"n":{ordinal}{kind}}}"#)));
        }
        // The rows are as of the event before this one.
        let until = (of_events.len() as f64 * place) as u32;
        let set = Projections::default();
        let merge = set.get(Projections::DEFAULT).unwrap();
        let (fields, cancel) = (fields(), Cancel::new());
        let mut planted = Vec::new();
        let mut standings = Vec::new();
        for (number, stream) in (0_u32..).zip(streams.values()) {
            let then = stream.0.iter().filter(|(o, _)| *o < until).count();
            let fault = match faults[number as usize % faults.len()] {
                0 if then > 0 => Fault::Wrong,
                1 if then > 1 => Fault::Stale,
                2 if then > 0 => Fault::Gone,
                _ => Fault::None,
            };
            let row = match (fault, then) {
                (Fault::Gone, _) | (_, 0) => None,
                (Fault::Stale, n) => Some(row_after(stream, n - 1)),
                (Fault::Wrong, n) => {
                    let mut row = row_after(stream, n);
                    if let Value::Object(row) = &mut row {
                        row.insert("n", Value::from(1_000_000));
                    }
                    Some(row)
                }
                (Fault::None, n) => Some(row_after(stream, n)),
            };
            let course = stretches(stream, stream.0.len(), merge.as_ref(), row.as_ref(), &fields, &cancel).unwrap();
            let ordinal = |n: usize| n.checked_sub(1).map(|i| stream.0[i].0);
            let fits = course.stretches.iter().map(|s| Fit {
                from: ordinal(s.from),
                until: s.until.and_then(ordinal),
            });
            standings.push(Standing {
                number,
                has_row: row.is_some(),
                has_state: course.end.is_some(),
                fits: fits.collect(),
                blamed: stream.0.last().map(|(o, _)| *o),
            });
            planted.push((fault, then, stream));
        }
        let fits_of = |with_row: bool| -> Vec<Fit> {
            let of = standings.iter().filter(|s| s.has_row == with_row);
            of.flat_map(|s| s.fits.iter().copied()).collect()
        };
        let best = best_place_of_rows(&fits_of(true), &fits_of(false));
        let healthy = planted.iter().filter(|(f, then, _)| *f == Fault::None && *then > 0).count();
        prop_assert!(best.map_or(0, |b| b.rows as usize) >= healthy);
        let Some(best) = best else { return Ok(()) };
        let end = of_events.len() as u32;
        let stretch = best.after.map_or(0, |o| o + 1)..=best.before.unwrap_or(end);
        // Where so much was broken that another place fits as many, there is nothing to say of this one.
        prop_assume!(stretch.contains(&until));
        let time = |ordinal: u32| Some(i64::from(ordinal) * 10);
        let known = stretch.end().checked_sub(1).and_then(time).unwrap_or(-1);
        for (standing, (fault, then, stream)) in standings.iter().zip(&planted) {
            let found = judge(standing, &time, lag, Some(known));
            let told = found.map(|f| (f.category, f.status(Some(known)), f.left));
            let next = |n: usize| stream.0.get(n).map(|(o, _)| *o);
            let young = |ordinal: Option<u32>| ordinal.and_then(time).is_some_and(|t| t + lag > known);
            let expected = match (fault, *then) {
                (Fault::None, n) if n == stream.0.len() => None,
                (Fault::None, 0) | (Fault::Gone, _) => Some((Category::Missing, young(next(0)), next(0))),
                (Fault::None, n) => Some((Category::FieldMismatch, young(next(n)), next(n))),
                (Fault::Wrong, _) => Some((Category::FieldMismatch, false, standing.blamed)),
                (Fault::Stale, n) => Some((Category::FieldMismatch, young(next(n - 1)), next(n - 1))),
            };
            let expected = expected.map(|(category, pending, left)| {
                let late = !pending && category == Category::FieldMismatch && *fault != Fault::Wrong;
                let status = if pending { Status::Pending } else { Status::Confirmed };
                (if late { Category::Late } else { category }, status, left)
            });
            prop_assert_eq!(told, expected, "{:?} after {} of {}", fault, then, stream.0.len());
        }
    }
}
