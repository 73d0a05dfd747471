//! Every row of a damaged file is read or reported lost: none disappears silently.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use common::events;
use leftfold_event::{Cancel, Event, Locator, ProblemCode};
use leftfold_source::{Header, RowCount, ScanSummary, open};
use rusqlite::Connection;

const PAGE: usize = 1024;
const ROWS: i64 = 400;

/// A table of 400 events over many small pages; every twentieth payload reaches into pages of its own.
fn table(folder: &Path, index: bool, without: &[i64]) -> PathBuf {
    let path = folder.join("a.db");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(&format!("PRAGMA page_size={PAGE}; CREATE TABLE emt_messages (stream_id TEXT, stream_position INTEGER, message_type TEXT, message_metadata TEXT, created TEXT, global_position INTEGER PRIMARY KEY, message_data TEXT)")).unwrap();
    if index {
        connection
            .execute_batch("CREATE UNIQUE INDEX place ON emt_messages (stream_id, stream_position)")
            .unwrap();
    }
    connection.execute_batch("BEGIN").unwrap();
    {
        let mut insert = connection
            .prepare(
                "INSERT INTO emt_messages VALUES ('a', ?1, 'Placed', '{}', '2026-01-02 03:04:05', ?1, ?2)",
            )
            .unwrap();
        for row in (1..=ROWS).filter(|r| !without.contains(r)) {
            let length = if row % 20 == 0 { 3000 } else { 100 };
            insert
                .execute((row, format!("{{\"x\":\"{}\"}}", "y".repeat(length))))
                .unwrap();
        }
    }
    connection.execute_batch("COMMIT").unwrap();
    path
}

/// The pages of the file that belong to the table's own tree: leaves and inner ones, and those of long payloads.
fn pages(path: &Path) -> Vec<(usize, u8)> {
    let bytes = fs::read(path).unwrap();
    (1..bytes.len() / PAGE).map(|p| (p, bytes[p * PAGE])).collect()
}

fn overwritten(path: &Path, page: usize, with: u8) -> PathBuf {
    let mut bytes = fs::read(path).unwrap();
    bytes[page * PAGE..(page + 1) * PAGE].fill(with);
    let path = path.with_file_name(format!("damaged-{page}-{with}.db"));
    fs::write(&path, bytes).unwrap();
    path
}

struct Scanned {
    summary: ScanSummary,
    locators: Vec<Locator>,
    events: Vec<Event>,
}

fn scanned(path: &Path) -> Option<Scanned> {
    let file = open(path).ok()?;
    let store = file.store(0).unwrap();
    let mut locators = Vec::new();
    let summary = store
        .scan(
            &mut |h: &Header<'_>| {
                locators.push(h.locator);
                ControlFlow::Continue(())
            },
            &Cancel::new(),
        )
        .unwrap();
    let events = events(&*store, &locators);
    Some(Scanned {
        summary,
        locators,
        events,
    })
}

impl Scanned {
    /// Rows that came out whole; rows of which something is lost but whose place is known; rows in lost stretches.
    fn counts(&self) -> [u64; 3] {
        let broken = |e: &&Event| e.problems.iter().any(|p| p.code == ProblemCode::RowUnreadable);
        let marked = self.events.iter().filter(broken).count() as u64;
        let lost: u64 = self.summary.lost.iter().map(|l| l.rows.at_least()).sum();
        assert!(marked >= self.summary.lost.len() as u64);
        [
            self.events.len() as u64 - marked,
            marked - self.summary.lost.len() as u64,
            lost,
        ]
    }
}

#[test]
fn rows_read_and_rows_reported_lost_are_all_rows_whichever_page_is_overwritten() {
    for index in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let path = table(folder.path(), index, &[]);
        let mut lossy = 0;
        for (page, kind) in pages(&path) {
            for with in [0x00, 0x41] {
                let damaged = overwritten(&path, page, with);
                // Without the root page nothing of the table is left.
                let Some(seen) = scanned(&damaged) else { continue };
                let [whole, partly, lost] = seen.counts();
                let to_the_end = seen.summary.lost.iter().any(|l| l.last.is_none());
                let all = whole + partly + lost;
                let told = &seen.summary.unreadable;
                if to_the_end {
                    assert!(all <= ROWS as u64, "page {page} ({kind:#x}) {with:#x}: {told:?}");
                } else {
                    assert_eq!(
                        all, ROWS as u64,
                        "page {page} ({kind:#x}) {with:#x}: {whole} + {partly} + {lost}: {told:?}"
                    );
                }
                assert!(told.len() <= 2, "{told:?}");
                assert!(seen.locators.is_sorted(), "each stands at its place");
                lossy += u32::from(lost > 0);
                fs::remove_file(&damaged).unwrap();
            }
        }
        assert!(lossy > 30, "{lossy}");
    }
}

/// The leaf in the middle of the table, overwritten.
fn middle(path: &Path) -> PathBuf {
    let leaves: Vec<usize> = pages(path)
        .iter()
        .filter(|(_, kind)| *kind == 0x0d)
        .map(|(p, _)| *p)
        .collect();
    overwritten(path, leaves[leaves.len() / 2], 0)
}

#[test]
fn where_rows_were_missing_before_the_number_lost_has_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let seen = scanned(&middle(&table(folder.path(), false, &[17]))).unwrap();
    assert_eq!(seen.summary.lost.len(), 1, "{:?}", seen.summary);
    let lost = &seen.summary.lost[0];
    let width = (lost.last.unwrap() - lost.first + 1) as u64;
    assert_eq!(lost.rows, RowCount::Between(1, width));
    let text = &seen.summary.unreadable[0].message;
    assert!(text.contains("at least 1 and at most"), "{text}");
    let event = seen.events.iter().find(|e| !e.problems.is_empty()).unwrap();
    assert_eq!(event.position, Some(lost.first.to_string()));
    let fact = event.extra[0].1.to_string();
    assert_eq!(event.extra[0].0, "lost");
    assert!(
        fact.contains(&format!(r#""from":{},"to":{}"#, lost.first, lost.last.unwrap())),
        "{fact}"
    );
}

#[test]
fn an_index_tells_which_rows_are_lost() {
    let folder = tempfile::tempdir().unwrap();
    let seen = scanned(&middle(&table(folder.path(), true, &[17]))).unwrap();
    let lost = &seen.summary.lost;
    assert!(
        lost.len() > 1 && lost.iter().all(|l| l.last == Some(l.first)),
        "{lost:?}"
    );
    let [whole, partly, lost] = seen.counts();
    assert_eq!(whole + partly + lost, ROWS as u64 - 1);
    assert_eq!(
        seen.summary.unreadable.len(),
        1,
        "one sentence for all: {:?}",
        seen.summary.unreadable
    );
}

#[test]
fn a_row_whose_payload_is_lost_keeps_its_stream_and_type() {
    let folder = tempfile::tempdir().unwrap();
    let path = table(folder.path(), false, &[]);
    // A page of a long payload begins with the number of the next one.
    let (page, _) = pages(&path).into_iter().find(|(_, kind)| *kind == 0).unwrap();
    let seen = scanned(&overwritten(&path, page, 0xff)).unwrap();
    assert_eq!(seen.summary.lost, []);
    let broken: Vec<&Event> = seen.events.iter().filter(|e| !e.problems.is_empty()).collect();
    assert_eq!(broken.len(), 1);
    assert_eq!(
        (broken[0].stream.as_str(), broken[0].kind.as_str()),
        ("a", "Placed")
    );
    assert_eq!(broken[0].version.map(|v| v % 20), Some(0));
    assert_eq!(broken[0].problems[0].code, ProblemCode::RowUnreadable);
}

#[test]
fn an_order_that_breaks_midway_goes_on_in_row_order_without_doubling() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b.db");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(&format!("PRAGMA page_size={PAGE}; CREATE TABLE order_events (stream_id TEXT, version INTEGER, type TEXT, data TEXT, at TEXT, position INTEGER); CREATE INDEX by_position ON order_events (position); BEGIN")).unwrap();
    for row in 1..=200 {
        connection
            .execute(
                "INSERT INTO order_events VALUES ('a', ?1, 'T', ?2, '2026-01-02T03:04:05Z', ?1)",
                (row, format!("{{\"x\":\"{}\"}}", "y".repeat(100))),
            )
            .unwrap();
    }
    connection.execute_batch("COMMIT").unwrap();
    drop(connection);
    let seen = scanned(&middle(&path)).unwrap();
    let mut rows: Vec<i64> = seen.locators.iter().map(|l| l.row).collect();
    let n = rows.len();
    rows.sort_unstable();
    rows.dedup();
    assert_eq!(rows.len(), n, "none twice");
    let [whole, partly, lost] = seen.counts();
    assert_eq!((whole + partly + lost, partly), (200, 0), "{:?}", seen.summary);
}

#[test]
fn a_file_cut_within_a_page_shows_nothing_that_was_never_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = table(folder.path(), false, &[]);
    let whole = fs::read(&path).unwrap();
    let cut = folder.path().join("cut.db");
    let (leaf, _) = pages(&path).into_iter().rfind(|(_, kind)| *kind == 0x0d).unwrap();
    let mut shown = 0;
    // The page's head is there, and more and more of what it points at.
    for rest in (PAGE / 4..PAGE).step_by(15) {
        fs::write(&cut, &whole[..leaf * PAGE + rest]).unwrap();
        let Some(found) = scanned(&cut) else { continue };
        for event in &found.events {
            let invented = event.stream.contains('\0') || event.kind.contains('\0');
            assert!(!invented, "cut at {rest}: {event:?}");
        }
        shown += found.events.iter().filter(|e| e.problems.is_empty()).count();
    }
    assert!(shown > 10_000, "the pages before the cut are shown: {shown}");
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        2,
        "nothing is left beside the files"
    );
}
