//! Questions of a window that is scrubbed: density, and a stream's state.

use std::time::Instant;

use leftfold_event::Cancel;
use leftfold_log::{Axis, LaneBy, Place};
use leftfold_session::View;

use crate::Outcome;
use crate::files::{Files, Opening, open};
use crate::open::{COLUMNS, cached};
use crate::stats::{Chance, milliseconds, percentile, spread};
use crate::table::{Row, Table};

const DENSITY_QUERIES: usize = 500;
const STATE_QUERIES: usize = 2000;

fn ready(files: &Files) -> Outcome<Opening> {
    let large = files.demo(files.events)?;
    cached(files, &large)?;
    let opening = open(&large, Some(&files.cache()))?;
    opening.until_ready()?;
    Ok(opening)
}

/// The rows about density.
pub(crate) fn density(files: &Files, table: &mut Table) -> Outcome {
    let opening = ready(files)?;
    let view = opening.source.view(None)?;
    for (axis, name) in [(Axis::Time, "event time"), (Axis::Log, "log order")] {
        for (by, kind) in [(LaneBy::Type, "types"), (LaneBy::Stream, "longest streams")] {
            let lanes: Vec<u32> = view.lanes_dto(by, 20).lanes.iter().map(|l| l.key).collect();
            let (from, to) = view.log().extent(axis).ok_or("no extent")?;
            let ask = |a: i64, b: i64| -> Outcome<f64> {
                let started = Instant::now();
                view.density_bytes(axis, by, &lanes, a.min(b), a.max(b), COLUMNS)?;
                Ok(milliseconds(started.elapsed()))
            };
            ask(from, to)?;
            let mut chance = Chance(1);
            let mut took = Vec::with_capacity(DENSITY_QUERIES);
            for _ in 0..DENSITY_QUERIES {
                took.push(ask(chance.between(from, to), chance.between(from, to))?);
            }
            table.add(Row {
                what: format!(
                    "density, {name}, {} {kind} × {COLUMNS} columns, random windows",
                    lanes.len()
                ),
                value: spread(&took),
                target: "within the frame below".into(),
                runs: format!("{DENSITY_QUERIES}, after one"),
                ..Row::default()
            });
        }
    }
    Ok(())
}

/// Milliseconds of one state each for these streams, at random places.
fn states(view: &View, streams: &[u32], chance: &mut Chance) -> Outcome<Vec<f64>> {
    let (from, to) = view.log().extent(Axis::Time).ok_or("no event has a time")?;
    let cancel = Cancel::new();
    let mut took = Vec::with_capacity(streams.len());
    for &stream in streams {
        let place = Place {
            axis: Axis::Time,
            coord: chance.between(from, to),
            ordinal: None,
        };
        let started = Instant::now();
        view.state(stream, &place, None, &cancel)?;
        took.push(milliseconds(started.elapsed()));
    }
    Ok(took)
}

/// The rows about states.
pub(crate) fn state(files: &Files, table: &mut Table) -> Outcome {
    let mut chance = Chance(2);
    for (kind, longest) in [("random streams", false), ("the 20 longest streams", true)] {
        // Opened anew, so that no replay has kept anything.
        let opening = ready(files)?;
        let view = opening.source.view(None)?;
        let count = view.log().names(LaneBy::Stream).len() as u64;
        let pool: Vec<u32> = if longest {
            view.lanes_dto(LaneBy::Stream, 20)
                .lanes
                .iter()
                .map(|l| l.key)
                .collect()
        } else {
            (0..STATE_QUERIES / 4)
                .map(|_| chance.below(count) as u32)
                .collect()
        };
        let events = view.log().stream_events(pool[0]).len();
        // The first question builds the streams' postings, which is no part of a state.
        let _ = view.log().extent(Axis::Time);
        let cold = states(&view, &pool, &mut chance)?;
        // Warm: every stream was replayed to its end once.
        let end = Place {
            axis: Axis::Log,
            coord: i64::MAX,
            ordinal: None,
        };
        for &stream in &pool {
            view.state(stream, &end, None, &Cancel::new())?;
        }
        let warm_pool: Vec<u32> = (0..STATE_QUERIES)
            .map(|_| pool[chance.below(pool.len() as u64) as usize])
            .collect();
        let warm = states(&view, &warm_pool, &mut chance)?;
        let size = if longest {
            format!(" ({events} events the longest)")
        } else {
            String::new()
        };
        table.add(Row {
            what: format!("state, warm, {kind}{size}"),
            value: spread(&warm),
            target: "p99 ≤ 5 ms".into(),
            met: Some(percentile(&warm, 99.0) <= 5.0),
            runs: format!(
                "{} at random places, each stream replayed once before",
                warm.len()
            ),
            ..Row::default()
        });
        table.add(Row {
            what: format!("state, cold, {kind}{size}"),
            value: spread(&cold),
            runs: format!("{}, each stream's first", cold.len()),
            ..Row::default()
        });
    }
    Ok(())
}
