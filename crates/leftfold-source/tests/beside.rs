//! Other programs write while a file is read: what is read is of one moment, or it is said that it is not.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::fs;
use std::ops::ControlFlow;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use common::heads;
use leftfold_event::{Cancel, Locator};
use leftfold_source::{Header, SourceError, open};
use rusqlite::Connection;

const TABLE: &str = "CREATE TABLE emt_messages (stream_id TEXT, stream_position INTEGER, message_type TEXT, message_metadata TEXT, created TEXT, global_position INTEGER PRIMARY KEY, message_data TEXT)";

/// Ten thousand events; the connection that wrote them is still open.
fn table(folder: &Path, mode: &str) -> (PathBuf, Connection) {
    let path = folder.join("a.db");
    let writer = Connection::open(&path).unwrap();
    writer
        .execute_batch(&format!(
            "PRAGMA journal_mode={mode}; {TABLE};
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
             INSERT INTO emt_messages SELECT 'a', i, 'Placed', '{{}}', '2026-01-02 03:04:05', i, '{{\"n\":' || i || '}}' FROM n;"
        ))
        .unwrap();
    (path, writer)
}

/// The first bytes of a file on which this process has a lock for reading.
fn read_locks(path: &Path) -> Vec<u64> {
    let inode = format!(":{}", fs::metadata(path).unwrap().ino());
    let locks = fs::read_to_string("/proc/locks").unwrap();
    let own = std::process::id().to_string();
    locks
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|f| f[3] == "READ" && f[4] == own && f[5].ends_with(&inode))
        .map(|f| f[6].parse().unwrap())
        .collect()
}

/// What the locks are at the first event, and after the file was looked at in all the ways there are, while it is still read.
fn locks_while_reading(path: &Path, locked: &Path) -> [Vec<u64>; 2] {
    let store = open(path).unwrap().store(0).unwrap();
    let mut seen = None;
    let mut sink = |_: &Header<'_>| {
        if seen.is_none() {
            let before = read_locks(locked);
            store.identity().unwrap();
            let other = open(path).unwrap();
            other.store(0).unwrap().identity().unwrap();
            drop(other);
            seen = Some([before, read_locks(locked)]);
        }
        ControlFlow::Continue(())
    };
    store.scan(&mut sink, &Cancel::new()).unwrap();
    seen.unwrap()
}

#[test]
fn a_look_at_a_file_does_not_let_go_of_the_locks_it_is_read_under() {
    let folder = tempfile::tempdir().unwrap();
    let (path, writer) = table(folder.path(), "DELETE");
    drop(writer);
    let [before, after] = locks_while_reading(&path, &path);
    assert!(!before.is_empty(), "it is read under a lock");
    assert_eq!(before, after);
    assert_eq!(read_locks(&path), [0_u64; 0], "and none is left");
}

#[test]
fn nor_of_those_of_a_live_writers_log() {
    let folder = tempfile::tempdir().unwrap();
    let (path, writer) = table(folder.path(), "WAL");
    let shm = folder.path().join("a.db-shm");
    let [before, after] = locks_while_reading(&path, &shm);
    let reading = |locks: &[u64]| locks.iter().filter(|at| (123..128).contains(*at)).count();
    assert!(
        reading(&before) > 0,
        "a log is read under a lock of its own: {before:?}"
    );
    assert_eq!(before, after);
    drop(writer);
}

/// Writes every payload anew, and moves it into the file itself.
fn write_anew(path: &Path) {
    let writer = Connection::open(path).unwrap();
    writer
        .execute_batch(
            "UPDATE emt_messages SET message_data = '{\"new\":true}'; PRAGMA wal_checkpoint(TRUNCATE)",
        )
        .unwrap();
}

#[test]
fn a_scan_during_which_a_writer_begins_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (path, writer) = table(folder.path(), "WAL");
    drop(writer);
    let store = open(&path).unwrap().store(0).unwrap();
    let mut events = 0;
    let mut sink = |_: &Header<'_>| {
        events += 1;
        if events == 10 {
            write_anew(&path);
        }
        ControlFlow::Continue(())
    };
    let summary = store.scan(&mut sink, &Cancel::new()).unwrap();
    assert!(summary.changed, "{summary:?}");
    let again = store
        .scan(&mut |_: &Header<'_>| ControlFlow::Continue(()), &Cancel::new())
        .unwrap();
    assert!(!again.changed && again.unreadable.is_empty(), "{again:?}");
}

#[test]
fn events_are_not_handed_on_as_whole_when_a_writer_begins_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let (path, writer) = table(folder.path(), "WAL");
    drop(writer);
    let store = open(&path).unwrap().store(0).unwrap();
    let locators: Vec<Locator> = heads(&*store).iter().map(|h| h.locator).collect();
    let fetched = store.fetch(&locators, &Cancel::new(), &mut |i, _| {
        if i == 10 {
            write_anew(&path);
        }
    });
    assert!(matches!(fetched, Err(SourceError::Changed { .. })), "{fetched:?}");
    let mut payloads = Vec::new();
    store
        .fetch(&locators, &Cancel::new(), &mut |_, e| {
            payloads.push(e.payload.raw);
        })
        .unwrap();
    assert!(payloads.iter().all(|p| p == b"{\"new\":true}"));
    let raw = store.fetch_raw(&locators, &Cancel::new(), &mut |i, _, _| {
        if i == 10 {
            write_anew(&path);
        }
    });
    // Read along its log now, all is of one moment.
    assert!(
        raw.is_ok() || matches!(raw, Err(SourceError::Changed { .. })),
        "{raw:?}"
    );
}
