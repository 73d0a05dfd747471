//! Comparing two SQLite files, against the `sqlite3` shell scanning both and joining them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;
use std::{env, fs};

use leftfold_event::{Cancel, Progress};
use leftfold_session::Session;
use leftfold_session::compare::{Equality, IdentityBy, MirrorOptions, Only, compare_mirror};
use serde_json::{Value, json};

use crate::Outcome;
use crate::files::Files;
use crate::memory::status;
use crate::stats::{brief, median};
use crate::table::{Row, Table};

/// Events of each file, unless LEFTFOLD_BENCH_COMPARED says otherwise.
const EVENTS: u64 = 5_000_000;

/// One in so many events is at fault.
const ONE_IN: u64 = 1_000;

/// What SQLite has to read of both files at least.
const SCAN: &str = "SELECT count(*), sum(length(stream_id)), sum(stream_position), sum(length(message_type)), \
                    sum(length(message_id)), sum(length(message_data)) FROM emt_messages";

/// A file in Emmett's layout: ten events a stream, payloads of about 100 bytes.
fn make(left: &Path, events: u64) -> Outcome {
    let sql = format!(
        "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA page_size=4096;
         CREATE TABLE emt_messages (stream_id TEXT NOT NULL, stream_position BIGINT NOT NULL, partition TEXT NOT NULL DEFAULT 'global',
           message_kind CHAR(1) NOT NULL DEFAULT 'E', message_data JSONB NOT NULL, message_metadata JSONB NOT NULL,
           message_schema_version TEXT NOT NULL, message_type TEXT NOT NULL, message_id TEXT NOT NULL, is_archived BOOLEAN NOT NULL DEFAULT FALSE,
           global_position INTEGER PRIMARY KEY, created DATETIME DEFAULT CURRENT_TIMESTAMP,
           UNIQUE (stream_id, stream_position, partition, is_archived));
         BEGIN;
         WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {events})
         INSERT INTO emt_messages (stream_id, stream_position, message_data, message_metadata, message_schema_version, message_type, message_id, global_position, created)
         SELECT 'order-' || (i / 10), i % 10 + 1,
           '{{\"orderId\":' || (i / 10) || ',\"sku\":\"SKU-' || (i % 997) || '\",\"qty\":' || (i % 7 + 1) || ',\"price\":' || (i % 10000) || '.50,\"note\":\"left at the door\"}}',
           '{{}}', '1', CASE i % 10 WHEN 0 THEN 'OrderPlaced' WHEN 9 THEN 'OrderShipped' ELSE 'ItemAdded' END,
           printf('0197f0a1-7d5e-7%03x-8%03x-%012x', i % 4096, (i / 4096) % 4096, i), i + 1,
           datetime(1790000000 + i / 50, 'unixepoch')
         FROM n;
         COMMIT;"
    );
    shell(left, &sql).map(drop)
}

/// The same with faults: one in a thousand events is gone, changed, or said otherwise.
fn spoil(right: &Path) -> Outcome {
    let sql = format!(
        "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN;
         DELETE FROM emt_messages WHERE global_position % {third} = 7;
         UPDATE emt_messages SET message_data = replace(message_data, '\"qty\":', '\"qty\":1') WHERE global_position % {third} = 1507;
         UPDATE emt_messages SET message_data = replace(message_data, ',', ', ') WHERE global_position % {third} = 2507;
         COMMIT;",
        third = ONE_IN * 3
    );
    shell(right, &sql).map(drop)
}

/// The same with three events in ten changed.
fn spoil_much(right: &Path) -> Outcome {
    let sql = "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN;
         UPDATE emt_messages SET message_data = replace(message_data, '\"qty\":', '\"qty\":1') WHERE global_position % 10 < 3;
         COMMIT;";
    shell(right, sql).map(drop)
}

/// Runs the shell; seconds it took.
fn shell(file: &Path, sql: &str) -> Outcome<f64> {
    let since = Instant::now();
    let done = Command::new("sqlite3")
        .arg(file)
        .arg(sql)
        .stdout(Stdio::null())
        .status()?;
    if done.success() {
        Ok(since.elapsed().as_secs_f64())
    } else {
        Err(format!("the sqlite3 shell fails on {}", file.display()).into())
    }
}

fn files(files: &Files, events: u64) -> Outcome<[PathBuf; 3]> {
    let name = |side: &str| files.folder().join(format!("compared-{events}-{side}.db"));
    let (left, right, dense) = (name("left"), name("right"), name("dense"));
    if !dense.exists() {
        for file in [&left, &right, &dense] {
            drop(fs::remove_file(file));
        }
        make(&left, events)?;
        let unspoilt = files.folder().join("compared.new");
        fs::copy(&left, &unspoilt)?;
        spoil(&unspoilt)?;
        fs::rename(&unspoilt, &right)?;
        fs::copy(&left, &unspoilt)?;
        spoil_much(&unspoilt)?;
        fs::rename(&unspoilt, &dense)?;
    }
    Ok([left, right, dense])
}

/// In the child: compares, and says how long it took and what was found.
pub(crate) fn compared(left: &Path, right: &Path) -> Outcome {
    let session = Session::new(None, std::sync::Arc::new(|_| ()));
    let since = Instant::now();
    let history = |path: &Path| session.history(path, 0, None).map(|(store, _)| store);
    let options = MirrorOptions {
        by: IdentityBy::Auto,
        equality: Equality::default(),
        lag_tolerance: 30_000_000_000,
        settled: true,
        compacted: [false; 2],
        only: Only::default(),
    };
    let (l, r) = (history(left)?, history(right)?);
    let found = compare_mirror(
        (left, l),
        (right, r),
        options,
        &Cancel::new(),
        [&Progress::new(), &Progress::new()],
    )?;
    let took = since.elapsed().as_secs_f64();
    let numbers = json!({
        "seconds": took, "findings": found.comparison.findings.len(), "peak": status("VmHWM"),
        "identity": found.comparison.identity.as_str(),
    });
    println!("{numbers}");
    Ok(())
}

/// Compares in a process of its own: what it says.
fn in_a_child(left: &Path, right: &Path) -> Outcome<Value> {
    let output = Command::new(env::current_exe()?)
        .arg("compared")
        .args([left, right])
        .stderr(Stdio::inherit())
        .output()?;
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn number(said: &Value, name: &str) -> Outcome<f64> {
    said[name]
        .as_f64()
        .ok_or_else(|| format!("the child says no {name}").into())
}

/// How long the command line takes to say again what it has said of two files, in seconds.
fn said_again(left: &Path, right: &Path, runs: u32) -> Outcome<f64> {
    let program = env::current_exe()?.with_file_name("leftfold");
    let cache = env::temp_dir().join("leftfold-bench-verdicts");
    let ask = || -> Outcome<f64> {
        let since = Instant::now();
        let done = Command::new(&program)
            .args(["compare", "--settled"])
            .args([left, right])
            .env("LEFTFOLD_CACHE_DIR", &cache)
            .stdout(Stdio::null())
            .status()?;
        match done.code() {
            Some(0 | 1) => Ok(since.elapsed().as_secs_f64()),
            _ => Err(format!("{} fails", program.display()).into()),
        }
    };
    let first = ask()?;
    let again: Vec<f64> = (0..runs.max(5)).map(|_| ask()).collect::<Outcome<_>>()?;
    fs::remove_dir_all(&cache)?;
    let again = median(&again);
    if again > first {
        return Err("what was said is not said again".into());
    }
    Ok(again)
}

/// The row about comparing.
pub(crate) fn measure(at: &Files, runs: u32, table: &mut Table) -> Outcome {
    let events = env::var("LEFTFOLD_BENCH_COMPARED")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(EVENTS);
    let [left, right, dense] = files(at, events)?;
    let (mut ours, mut scans, mut joins) = (Vec::new(), Vec::new(), Vec::new());
    let (mut dense_ours, mut dense_found) = (Vec::new(), 0.0);
    let mut said = Value::Null;
    let join = format!(
        "ATTACH '{}' AS r; SELECT count(*) FROM main.emt_messages a FULL JOIN r.emt_messages b \
         ON a.stream_id = b.stream_id AND a.stream_position = b.stream_position AND a.partition = b.partition AND a.is_archived = b.is_archived \
         WHERE a.message_data IS NOT b.message_data OR a.message_type IS NOT b.message_type",
        right.display()
    );
    for _ in 0..runs {
        scans.push(shell(&left, SCAN)? + shell(&right, SCAN)?);
        joins.push(shell(&left, &join)?);
        said = in_a_child(&left, &right)?;
        ours.push(number(&said, "seconds")?);
        let of_dense = in_a_child(&left, &dense)?;
        dense_ours.push(number(&of_dense, "seconds")?);
        dense_found = number(&of_dense, "findings")?;
    }
    let (mine, scan, joined) = (median(&ours), median(&scans), median(&joins));
    let findings = said["findings"].as_u64().unwrap_or_default();
    let third = ONE_IN * 3;
    let hits = |rest: u64| (1..=events).filter(|p| p % third == rest).count() as u64;
    if findings != hits(7) + hits(1507) {
        return Err(format!("{findings} findings instead of {}", hits(7) + hits(1507)).into());
    }
    for (peer, seconds, most) in [
        ("sqlite3 scanning both", scan, 2.2),
        ("sqlite3's indexed FULL JOIN", joined, 0.6),
    ] {
        table.add(Row {
            what: format!(
                "two SQLite files of {events} events compared, {findings} findings, cold, against {peer}"
            ),
            value: format!(
                "{} s, peak {} MB",
                brief(mine),
                brief(said["peak"].as_f64().unwrap_or(f64::NAN))
            ),
            peer: format!("{} s", brief(seconds)),
            ratio: format!("{}×", brief(mine / seconds)),
            target: format!("≤ {most}×"),
            met: Some(mine / seconds <= most),
            runs: format!("median of {runs}"),
        });
    }
    let dense = median(&dense_ours);
    table.add(Row {
        what: format!("the same with {dense_found} findings, three events in ten"),
        value: format!("{} s", brief(dense)),
        peer: format!("few findings: {} s", brief(mine)),
        ratio: format!("{}×", brief(dense / mine)),
        target: "≤ 3×".to_owned(),
        met: Some(dense <= 3.0 * mine),
        runs: format!("median of {runs}"),
    });
    let again = said_again(&left, &right, runs)?;
    table.add(Row {
        what: "the verdict again, by the command line, start to end".to_owned(),
        value: format!("{} ms", brief(again * 1000.0)),
        peer: String::new(),
        ratio: String::new(),
        target: "≤ 50 ms".to_owned(),
        met: Some(again <= 0.05),
        runs: format!("median of {}", runs.max(5)),
    });
    Ok(())
}
