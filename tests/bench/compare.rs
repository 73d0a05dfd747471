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

fn files(files: &Files, events: u64) -> Outcome<(PathBuf, PathBuf)> {
    let name = |side: &str| files.folder().join(format!("compared-{events}-{side}.db"));
    let (left, right) = (name("left"), name("right"));
    if !right.exists() {
        for file in [&left, &right] {
            drop(fs::remove_file(file));
        }
        make(&left, events)?;
        let unspoilt = files.folder().join("compared.new");
        fs::copy(&left, &unspoilt)?;
        spoil(&unspoilt)?;
        fs::rename(&unspoilt, &right)?;
    }
    Ok((left, right))
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

/// The row about comparing.
pub(crate) fn measure(at: &Files, runs: u32, table: &mut Table) -> Outcome {
    let events = env::var("LEFTFOLD_BENCH_COMPARED")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(EVENTS);
    let (left, right) = files(at, events)?;
    let (mut ours, mut scans, mut joins) = (Vec::new(), Vec::new(), Vec::new());
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
        let output = Command::new(env::current_exe()?)
            .arg("compared")
            .args([&left, &right])
            .stderr(Stdio::inherit())
            .output()?;
        said = serde_json::from_slice(&output.stdout)?;
        ours.push(said["seconds"].as_f64().ok_or("the child says no time")?);
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
    Ok(())
}
