//! Memory of a process that has only opened a file.

use std::path::Path;
use std::process::Command;

use leftfold_log::{Axis, LaneBy};
use serde_json::{Value, json};

use crate::Outcome;
use crate::files::{Files, open};
use crate::open::{COLUMNS, cached};
use crate::stats::brief;
use crate::table::{Row, Table};

/// A line of `/proc/self/status`, in MB.
pub(crate) fn status(name: &str) -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find(|l| l.starts_with(name)).unwrap_or_default();
    let kilobytes: f64 = line
        .split_whitespace()
        .nth(1)
        .and_then(|n| n.parse().ok())
        .unwrap_or(f64::NAN);
    kilobytes * 1024.0 / 1e6
}

/// In the child: opens the file, asks what a window asks first, and says what it took.
pub(crate) fn opened(file: &Path, cache: Option<&Path>) -> Outcome {
    let opening = open(file, cache)?;
    let log = opening.until_ready()?.log.clone();
    let events = f64::from(log.events());
    let (bare, rss_bare) = (log.heap_bytes() as f64 / events, status("VmRSS"));
    let view = opening.source.view(None)?;
    for axis in [Axis::Time, Axis::Log] {
        let lanes: Vec<u32> = view
            .lanes_dto(LaneBy::Type, 20)
            .lanes
            .iter()
            .map(|l| l.key)
            .collect();
        let (from, to) = log.extent(axis).ok_or("no extent")?;
        view.density_bytes(axis, LaneBy::Type, &lanes, from, to, COLUMNS)?;
    }
    // A state needs the streams' postings.
    let _ = log.stream_events(0);
    let used = log.heap_bytes() as f64 / events;
    let numbers = json!({
        "bare": bare, "used": used, "rss_bare": rss_bare, "rss": status("VmRSS"), "peak": status("VmHWM"),
    });
    println!("{numbers}");
    Ok(())
}

/// The rows about memory.
pub(crate) fn measure(files: &Files, table: &mut Table) -> Outcome {
    let large = files.demo(files.events)?;
    cached(files, &large)?;
    for (how, cache) in [("freshly indexed", None), ("from the cache", Some(files.cache()))] {
        let output = Command::new(std::env::current_exe()?)
            .arg("opened")
            .arg(&large)
            .args(cache.as_deref())
            .output()?;
        let said: Value = serde_json::from_slice(&output.stdout)
            .map_err(|e| format!("{e}: {}", String::from_utf8_lossy(&output.stderr)))?;
        let number = |name: &str| said[name].as_f64().unwrap_or(f64::NAN);
        let (rss, peak) = (number("rss"), number("peak"));
        table.add(Row {
            what: format!("memory of a process with {} events open, {how}", files.events),
            value: format!(
                "{} MB (peak {} MB; before lanes and streams are asked for {} MB)",
                brief(rss),
                brief(peak),
                brief(number("rss_bare"))
            ),
            target: "≤ 700 MB".into(),
            met: Some(rss <= 700.0 && peak <= 700.0),
            runs: "1".into(),
            ..Row::default()
        });
        table.add(Row {
            what: format!(
                "index, {how}: columns and names, then with the lists of both timelines, types and streams"
            ),
            value: format!("{}, {} B/event", brief(number("bare")), brief(number("used"))),
            target: "≤ 40 B/event".into(),
            met: Some(number("used") <= 40.0),
            runs: "1".into(),
            ..Row::default()
        });
    }
    Ok(())
}
