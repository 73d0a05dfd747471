//! Opening: the first density, the whole index against the sqlite3 shell, the cache, growth; and how soon work stops.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use leftfold_log::{Axis, LaneBy};
use leftfold_session::IndexState;

use crate::Outcome;
use crate::files::{Files, Opening, open};
use crate::stats::{brief, median, milliseconds, processor_seconds, spread};
use crate::table::{Row, Table};

/// Pixel columns of a timeline across a large window.
pub(crate) const COLUMNS: u32 = 1400;

/// The columns the demo's dialect reads for the index, joined and ordered as it does.
const SCAN: &str = "SELECT e.id, s.category, s.name, s.uuid, e.name, e.version, e.created_at \
    FROM event_sourcery_events e LEFT JOIN event_sourcery_streams s ON s.id = e.db_stream_id ORDER BY e.id";

/// Which work is cancelled how often.
const CANCELS: u64 = 10;

/// One opening without a cache.
struct Indexed {
    first_density: f64,
    ready: f64,
    processor: f64,
}

fn first_density(opening: &Opening) -> Outcome {
    opening.until(|s| s.log.events() > 0)?;
    let view = opening.source.view(None)?;
    let lanes: Vec<u32> = view
        .lanes_dto(LaneBy::Category, 20)
        .lanes
        .iter()
        .map(|l| l.key)
        .collect();
    let (from, to) = view.log().extent(Axis::Time).ok_or("no event has a time")?;
    view.density_bytes(Axis::Time, LaneBy::Category, &lanes, from, to, COLUMNS)?;
    Ok(())
}

fn index(path: &Path) -> Outcome<Indexed> {
    let (before, _) = processor_seconds();
    let started = Instant::now();
    let opening = open(path, None)?;
    first_density(&opening)?;
    let first_density = started.elapsed().as_secs_f64();
    opening.until_ready()?;
    let ready = started.elapsed().as_secs_f64();
    Ok(Indexed {
        first_density,
        ready,
        processor: processor_seconds().0 - before,
    })
}

/// Wall and processor seconds of the shell.
fn shell(path: &Path) -> Outcome<(f64, f64)> {
    let (_, before) = processor_seconds();
    let started = Instant::now();
    let status = Command::new("sqlite3")
        .arg("-readonly")
        .arg(path)
        .arg(SCAN)
        .stdout(Stdio::null())
        .status()?;
    if !status.success() {
        return Err("the sqlite3 shell cannot read the file".into());
    }
    Ok((started.elapsed().as_secs_f64(), processor_seconds().1 - before))
}

/// The rows about opening.
pub(crate) fn measure(files: &Files, runs: u32, table: &mut Table) -> Outcome {
    let large = files.demo(files.events)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        ours.push(index(&large)?);
        theirs.push(shell(&large)?);
    }
    let of = |value: fn(&Indexed) -> f64| median(&ours.iter().map(value).collect::<Vec<_>>());
    let peer = median(&theirs.iter().map(|t| t.0).collect::<Vec<_>>());
    let ratios: Vec<f64> = ours.iter().zip(&theirs).map(|(o, t)| o.ready / t.0).collect();
    let processor: Vec<f64> = ours.iter().zip(&theirs).map(|(o, t)| o.processor / t.1).collect();
    let first = of(|o| o.first_density);
    let what = |what: &str| format!("{what}, {} events", files.events);
    table.add(Row {
        what: what("open to first density, no cache"),
        value: format!("{} s", brief(first)),
        target: "1 s".into(),
        met: Some(first <= 1.0),
        runs: format!("{runs}, median"),
        ..Row::default()
    });
    let ratio = median(&ratios);
    table.add(Row {
        what: what("complete index"),
        value: format!("{} s", brief(of(|o| o.ready))),
        peer: format!("sqlite3 shell, same columns: {} s", brief(peer)),
        ratio: format!(
            "{}× (processor time {}×)",
            brief(ratio),
            brief(median(&processor))
        ),
        target: "≤ 1.5×".into(),
        met: Some(ratio <= 1.5),
        runs: format!("{runs} each in turn, median of ratios"),
    });
    reopen(files, &large, table)?;
    growth(files, runs, &large, table)
}

fn reopen(files: &Files, large: &Path, table: &mut Table) -> Outcome {
    cached(files, large)?;
    let (mut ready, mut density) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let started = Instant::now();
        let opening = open(large, Some(&files.cache()))?;
        opening.until_ready()?;
        ready.push(started.elapsed().as_secs_f64());
        first_density(&opening)?;
        density.push(started.elapsed().as_secs_f64());
    }
    let took = median(&density);
    table.add(Row {
        what: format!("reopen from the cache to first density, {} events", files.events),
        value: format!("{} s (index read after {} s)", brief(took), brief(median(&ready))),
        target: "0.5 s".into(),
        met: Some(took <= 0.5),
        runs: "5, median".into(),
        ..Row::default()
    });
    Ok(())
}

/// Sees to it that the index of a file is cached: opening it, then, takes no scan.
pub(crate) fn cached(files: &Files, path: &Path) -> Outcome {
    let identity = open(path, None)?.source.store.identity()?;
    let index = leftfold_log::cache::path_of(&files.cache(), &identity);
    if leftfold_log::cache::load(&index, &identity).is_none() {
        let opening = open(path, None)?;
        let log = &opening.until_ready()?.log;
        leftfold_log::cache::store(&index, &identity, log)?;
    }
    Ok(())
}

fn growth(files: &Files, runs: u32, large: &Path, table: &mut Table) -> Outcome {
    let half = files.demo(files.events / 2)?;
    let (mut small, mut big, mut processor) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs {
        let (a, b) = (index(&half)?, index(large)?);
        small.push(a.ready);
        big.push(b.ready);
        processor.push(b.processor / a.processor);
    }
    let ratios: Vec<f64> = big.iter().zip(&small).map(|(b, s)| b / s).collect();
    let ratio = median(&ratios);
    table.add(Row {
        what: format!(
            "growth: {} against {} events, complete index",
            files.events,
            files.events / 2
        ),
        value: format!("{} s", brief(median(&big))),
        peer: format!("half as many: {} s", brief(median(&small))),
        ratio: format!(
            "{}× (processor time {}×)",
            brief(ratio),
            brief(median(&processor))
        ),
        target: "≤ 2.1×".into(),
        met: Some(ratio <= 2.1),
        runs: format!("{runs} each in turn, median of ratios"),
    });
    Ok(())
}

/// The rows about cancelling.
pub(crate) fn cancel(files: &Files, table: &mut Table) -> Outcome {
    let large = files.demo(files.events)?;
    let mut indexing = Vec::new();
    for i in 1..=CANCELS {
        let opening = open(&large, None)?;
        // Later and later in the scan, the first before anything is there.
        let progress = opening.source.progress();
        let wanted = files.events * (i - 1) / (CANCELS * 2);
        while progress.done() < wanted {
            opening.source.wait_newer(u32::MAX, Duration::from_millis(1));
        }
        let started = Instant::now();
        opening.source.cancel_index();
        opening.until(|s| s.state != IndexState::Reading)?;
        indexing.push(milliseconds(started.elapsed()));
    }
    let mut add = |what: &str, took: &[f64]| {
        let worst = took.iter().copied().fold(0.0, f64::max);
        table.add(Row {
            what: what.into(),
            value: format!("{}, worst {} ms", spread(took), brief(worst)),
            target: "50 ms".into(),
            met: Some(worst <= 50.0),
            runs: format!("{}", took.len()),
            ..Row::default()
        });
    };
    add("cancel while indexing, until it has stopped", &indexing);
    cached(files, &large)?;
    let opening = open(&large, Some(&files.cache()))?;
    opening.until_ready()?;
    let source = &opening.source;
    for (what, text) in [
        (
            "cancel of a filter on payload values, until it has stopped",
            "payload.nothing == 'such a value'",
        ),
        (
            "cancel of a text search, until it has stopped",
            "find('no such text anywhere')",
        ),
    ] {
        let mut took = Vec::new();
        for i in 1..=CANCELS {
            let task = source.start_filter(text)?;
            while u64::from(task.matches().scanned) < i * 10_000 && !task.matches().done {
                opening.changes.recv()?;
            }
            let started = Instant::now();
            source.drop_filter(task.id);
            while !task.matches().done {
                opening.changes.recv()?;
            }
            took.push(milliseconds(started.elapsed()));
        }
        add(what, &took);
    }
    Ok(())
}
