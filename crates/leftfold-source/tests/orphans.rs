//! Rows in undamaged pages come out although the pages that led to them are gone; rows that were deleted do not.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use common::events;
use leftfold_event::{Cancel, Event, Locator, ProblemCode};
use leftfold_source::{Header, ScanSummary, open};
use proptest::prelude::{ProptestConfig, prop_assert, proptest};
use rusqlite::Connection;

const PAGE: usize = 1024;

const COLUMNS: &str = "stream_id TEXT, stream_position INTEGER, message_type TEXT, message_metadata TEXT, created TEXT, global_position INTEGER PRIMARY KEY, message_data TEXT";

fn fresh(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch(&format!(
            "PRAGMA page_size={PAGE}; CREATE TABLE emt_messages ({COLUMNS})"
        ))
        .unwrap();
    connection
}

/// Every twentieth payload reaches into pages of its own.
fn fill(connection: &Connection, table: &str, rows: impl Iterator<Item = i64>) {
    connection.execute_batch("BEGIN").unwrap();
    let mut insert = connection
        .prepare(&format!(
            "INSERT INTO {table} VALUES ('{table}', ?1, 'Placed', '{{}}', '2026-01-02 03:04:05', ?1, ?2)"
        ))
        .unwrap();
    for row in rows {
        let length = if row % 20 == 0 { 3000 } else { 100 };
        insert
            .execute((row, format!("{{\"row\":{row},\"x\":\"{}\"}}", "y".repeat(length))))
            .unwrap();
    }
    connection.execute_batch("COMMIT").unwrap();
}

/// A table of so many events.
fn table(folder: &Path, rows: i64) -> PathBuf {
    let path = folder.join("a.db");
    fill(&fresh(&path), "emt_messages", 1..=rows);
    path
}

/// The pages of a kind, but for the first: 0x05 leads to others, 0x0d has rows.
fn pages(path: &Path, kind: u8) -> Vec<usize> {
    let bytes = fs::read(path).unwrap();
    (1..bytes.len() / PAGE)
        .filter(|p| bytes[p * PAGE] == kind)
        .collect()
}

fn overwrite(path: &Path, page: usize, with: u8) {
    let mut bytes = fs::read(path).unwrap();
    bytes[page * PAGE..(page + 1) * PAGE].fill(with);
    fs::write(path, bytes).unwrap();
}

struct Seen {
    summary: ScanSummary,
    locators: Vec<Locator>,
    events: Vec<Event>,
}

fn seen(path: &Path) -> Seen {
    seen_in(path, 0)
}

fn seen_in(path: &Path, store: usize) -> Seen {
    let before = fs::read(path).unwrap();
    let store = open(path).unwrap().store(store).unwrap();
    let mut locators = Vec::new();
    let mut heads = BTreeMap::new();
    let mut sink = |h: &Header<'_>| {
        locators.push(h.locator);
        heads.insert(h.locator.row, (h.stream.to_owned(), h.version));
        ControlFlow::Continue(())
    };
    let summary = store.scan(&mut sink, &Cancel::new()).unwrap();
    let events = events(&*store, &locators);
    for (locator, event) in locators.iter().zip(&events).filter(|(_, e)| !is_lost(e)) {
        assert_eq!(
            heads[&locator.row],
            (event.stream.clone(), event.version),
            "the log and the event agree"
        );
    }
    assert!(fs::read(path).unwrap() == before);
    Seen {
        summary,
        locators,
        events,
    }
}

fn is_lost(event: &Event) -> bool {
    event
        .problems
        .iter()
        .any(|p| p.code == ProblemCode::RowUnreadable)
}

impl Seen {
    /// The rows that came out whole: each says its own number in its payload.
    fn rows(&self) -> Vec<i64> {
        let whole = self
            .locators
            .iter()
            .zip(&self.events)
            .filter(|(_, e)| !is_lost(e));
        whole
            .map(|(locator, event)| {
                let payload = String::from_utf8_lossy(&event.payload.raw).into_owned();
                assert!(
                    payload.starts_with(&format!("{{\"row\":{},", locator.row)),
                    "{payload}"
                );
                assert_eq!(event.version, Some(locator.row));
                locator.row
            })
            .collect()
    }
}

#[test]
fn no_row_is_lost_with_a_page_that_only_leads_to_others() {
    for rows in [300, 6000] {
        let folder = tempfile::tempdir().unwrap();
        let path = table(folder.path(), rows);
        let whole = fs::read(&path).unwrap();
        let inner = pages(&path, 0x05);
        assert!(inner.len() > usize::from(rows > 300) * 3);
        for page in inner {
            for with in [0x00, 0x05, 0x41] {
                fs::write(&path, &whole).unwrap();
                overwrite(&path, page, with);
                let seen = seen(&path);
                assert_eq!(
                    seen.rows(),
                    (1..=rows).collect::<Vec<_>>(),
                    "page {page}: {:?}",
                    seen.summary
                );
                assert_eq!(seen.summary.lost, [], "page {page}");
                assert!(seen.summary.complete);
            }
        }
    }
}

#[test]
fn all_pages_that_lead_to_others_may_be_gone_and_a_leaf_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = table(folder.path(), 3000);
    for page in pages(&path, 0x05) {
        overwrite(&path, page, 0);
    }
    assert_eq!(seen(&path).rows(), (1..=3000).collect::<Vec<_>>());
    let leaves = pages(&path, 0x0d);
    let gone = leaves[leaves.len() / 2];
    let bytes = fs::read(&path).unwrap();
    overwrite(&path, gone, 0);
    let seen = seen(&path);
    let rows = seen.rows();
    let lost: Vec<i64> = (1..=3000).filter(|r| !rows.contains(r)).collect();
    assert!(!lost.is_empty() && lost.len() < 12, "{lost:?}");
    // The leaf held just these.
    let held = u16::from_be_bytes([bytes[gone * PAGE + 3], bytes[gone * PAGE + 4]]);
    assert_eq!(lost.len(), usize::from(held));
    let told = &seen.summary.lost;
    assert_eq!(told[0].first, lost[0]);
    assert_eq!(told[0].last, lost.last().copied());
    assert!(seen.locators.is_sorted(), "each stands at its place");
}

#[test]
fn a_damaged_record_in_a_leaf_nothing_leads_to_hides_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = table(folder.path(), 300);
    let leaves = pages(&path, 0x0d);
    let mut bytes = fs::read(&path).unwrap();
    let leaf = leaves[leaves.len() / 2] * PAGE;
    // The second entry: two bytes of length, two of the row number, then how long the record's beginning is.
    let at = leaf + usize::from(u16::from_be_bytes([bytes[leaf + 10], bytes[leaf + 11]]));
    let row = i64::from(bytes[at + 2] & 0x7f) << 7 | i64::from(bytes[at + 3]);
    bytes[at + 4] = 0x7f;
    fs::write(&path, bytes).unwrap();
    overwrite(&path, pages(&path, 0x05)[0], 0);
    let seen = seen(&path);
    assert_eq!(
        seen.rows(),
        (1..=300).filter(|r| *r != row).collect::<Vec<_>>(),
        "{:?}",
        seen.summary
    );
    assert_eq!(seen.summary.lost.len(), 1);
    assert_eq!(seen.summary.lost[0].place(), format!("row {row}"));
}

#[test]
fn rows_that_were_deleted_do_not_come_back() {
    for vacuum in ["NONE", "FULL", "INCREMENTAL"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch(&format!(
                "PRAGMA page_size={PAGE}; PRAGMA auto_vacuum={vacuum}; CREATE TABLE emt_messages ({COLUMNS})"
            ))
            .unwrap();
        fill(&connection, "emt_messages", 1..=3000);
        connection
            .execute_batch("DELETE FROM emt_messages WHERE global_position BETWEEN 400 AND 1200 OR global_position % 7 = 0")
            .unwrap();
        drop(connection);
        let left: Vec<i64> = (1..=3000)
            .filter(|r| !(400..=1200).contains(r) && r % 7 != 0)
            .collect();
        let whole = fs::read(&path).unwrap();
        for page in pages(&path, 0x05) {
            fs::write(&path, &whole).unwrap();
            overwrite(&path, page, 0);
            let seen = seen(&path);
            let rows = seen.rows();
            assert!(
                rows.iter().all(|r| left.binary_search(r).is_ok()),
                "{vacuum}: page {page}"
            );
            // A freed page may itself look like one that leads to others.
            assert_eq!(rows, left, "{vacuum}: page {page}: {:?}", seen.summary);
            assert_eq!(seen.summary.lost, [], "{vacuum}: page {page}");
        }
    }
}

#[test]
fn without_its_list_of_free_pages_nothing_is_taken_that_may_be_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let connection = fresh(&path);
    fill(&connection, "emt_messages", 1..=3000);
    connection
        .execute_batch("DELETE FROM emt_messages WHERE global_position BETWEEN 400 AND 1200")
        .unwrap();
    drop(connection);
    let bytes = fs::read(&path).unwrap();
    let trunk = u32::from_be_bytes(bytes[32..36].try_into().unwrap()) as usize;
    overwrite(&path, trunk - 1, 0x41);
    let root = pages(&path, 0x05)[0];
    overwrite(&path, root, 0);
    // Nothing of the table can be read then, not even to see what its columns hold.
    let Ok(file) = open(&path) else { return };
    let store = file.store(0).unwrap();
    let mut rows = Vec::new();
    let summary = store
        .scan(
            &mut |h: &Header<'_>| {
                rows.extend(h.version);
                ControlFlow::Continue(())
            },
            &Cancel::new(),
        )
        .unwrap();
    assert!(
        rows.iter().all(|r| !(400..=1200).contains(r)),
        "{:?}",
        summary.unreadable
    );
    let told = format!("{:?}", summary.unreadable);
    assert!(told.contains("out of use"), "{told}");
}

#[test]
fn rows_of_another_table_are_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let connection = fresh(&path);
    connection
        .execute_batch(&format!("CREATE TABLE other ({COLUMNS}); CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, age INTEGER, seen REAL)"))
        .unwrap();
    fill(&connection, "emt_messages", 1..=600);
    fill(&connection, "other", 2000..=2600);
    connection
        .execute_batch("WITH RECURSIVE n(i) AS (SELECT 3000 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) INSERT INTO users SELECT i, 'somebody ' || i, i % 90, 1.5 FROM n")
        .unwrap();
    let root = |name: &str| {
        connection
            .query_row(
                "SELECT rootpage FROM sqlite_schema WHERE name = ?1",
                [name],
                |r| r.get::<_, u32>(0),
            )
            .unwrap() as usize
            - 1
    };
    let (mine, other, users) = (root("emt_messages"), root("other"), root("users"));
    drop(connection);
    // Another table with the same columns is whole; one with others is not.
    overwrite(&path, mine, 0);
    overwrite(&path, users, 0);
    let store = |path: &Path| {
        let file = open(path).unwrap();
        let stores = file.stores();
        stores.iter().position(|s| s.tables[0] == "emt_messages").unwrap()
    };
    let first = seen_in(&path, store(&path));
    assert_eq!(first.rows(), (1..=600).collect::<Vec<_>>(), "{:?}", first.summary);
    assert!(first.events.iter().all(|e| e.stream == "emt_messages"));
    // If both are damaged, a page may be of either.
    overwrite(&path, other, 0);
    if let Ok(file) = open(&path) {
        for i in 0..file.stores().len() {
            let store = file.store(i).unwrap();
            let summary = store
                .scan(
                    &mut |h: &Header<'_>| {
                        assert!(h.problem, "nothing is shown as if it were certain");
                        ControlFlow::Continue(())
                    },
                    &Cancel::new(),
                )
                .unwrap();
            let told = format!("{:?}", summary.unreadable);
            assert!(told.contains("may belong to another table"), "{told}");
        }
    }
}

#[test]
fn of_a_truncated_file_every_row_in_the_part_that_is_left_comes_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = table(folder.path(), 4000);
    let whole = fs::read(&path).unwrap();
    for keep in [10, 30, 50, 70, 90] {
        let left = whole.len() / PAGE * keep / 100;
        fs::write(&path, &whole[..left * PAGE]).unwrap();
        // What stands whole in the pages that are left.
        let mut there: Vec<i64> = Vec::new();
        for leaf in pages(&path, 0x0d) {
            there.extend(rows_in(&whole[leaf * PAGE..(leaf + 1) * PAGE]));
        }
        there.sort_unstable();
        // A long payload may reach into the missing part.
        let short: Vec<i64> = there.iter().copied().filter(|r| r % 20 != 0).collect();
        let seen = seen(&path);
        let rows = seen.rows();
        assert!(rows.iter().all(|r| there.contains(r)));
        let missing: Vec<&i64> = short.iter().filter(|r| rows.binary_search(r).is_err()).collect();
        assert_eq!(missing, Vec::<&i64>::new(), "{keep} %: {:?}", seen.summary);
        assert!(!seen.summary.lost.is_empty(), "{keep} %");
    }
}

#[test]
fn what_joins_a_row_is_found_with_it_and_columns_added_later_have_their_default() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(&format!(
            "PRAGMA page_size={PAGE};
             CREATE TABLE streams (id INTEGER PRIMARY KEY, name TEXT);
             CREATE TABLE happened (n INTEGER PRIMARY KEY, stream INTEGER, version INTEGER, kind TEXT, body TEXT);
             INSERT INTO streams VALUES (1, 'order-1'), (2, 'order-2');
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)
             INSERT INTO happened SELECT i, 1 + i % 2, (i + 1) / 2, 'T', '{{\"row\":' || i || ',\"x\":1}}' FROM n;
             ALTER TABLE happened ADD COLUMN source TEXT DEFAULT 'web';
             ALTER TABLE happened ADD COLUMN cost REAL DEFAULT 2;
             INSERT INTO happened VALUES (901, 1, 451, 'T', '{{}}', 'app', 7);"
        ))
        .unwrap();
    let root: u32 = connection
        .query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'happened'",
            [],
            |r| r.get(0),
        )
        .unwrap();
    drop(connection);
    let mapping = toml::from_str(
        "table = 'happened'\nstream = 's.name'\nversion = 'version'\ntype = 'kind'\nposition = 'n'\npayload = { column = 'body' }\njoins = [{ alias = 's', table = 'streams', left = 'stream', right = 'id' }]",
    )
    .unwrap();
    let account = || {
        let file = leftfold_source::SourceFile::open_unmapped(&path).unwrap();
        common::account(&*file.store_with(&mapping).unwrap())
    };
    let before = account();
    assert!(before.contains(r#""source":"web""#) && before.contains("order-2"));
    overwrite(&path, root as usize - 1, 0);
    assert!(before == account(), "{}", account());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    /// Bytes of one page are changed: nothing falls, every row of another page comes out or is told lost, and a row that says something else than
    /// it did stands in that page.
    #[test]
    fn changed_bytes_in_one_page_hide_no_row_of_another(
        place in 0.0..1.0_f64,
        changes in proptest::collection::vec((0..PAGE, 1..=255_u8), 1..40),
        inner in proptest::bool::ANY,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = table(folder.path(), 1500);
        let mut bytes = fs::read(&path).unwrap();
        let chosen = if inner { pages(&path, 0x05) } else { pages(&path, 0x0d) };
        let page = chosen[(place * chosen.len() as f64) as usize];
        let own: Vec<i64> = if inner { Vec::new() } else { rows_in(&bytes[page * PAGE..(page + 1) * PAGE]) };
        for (at, by) in &changes {
            bytes[page * PAGE + at] ^= by;
        }
        if inner {
            // Without this SQLite may take the page for a sound one that leads elsewhere, and nobody could tell.
            bytes[page * PAGE] = 0x41;
        }
        fs::write(&path, bytes).unwrap();
        let store = open(&path).unwrap().store(0).unwrap();
        let mut locators = Vec::new();
        let summary = store.scan(&mut |h: &Header<'_>| { locators.push(h.locator); ControlFlow::Continue(()) }, &Cancel::new()).unwrap();
        let told = |row: i64| summary.lost.iter().any(|l| l.first <= row && l.last.is_none_or(|last| row <= last));
        let found = events(&*store, &locators);
        let mut shown: BTreeMap<i64, &Event> = BTreeMap::new();
        for (locator, event) in locators.iter().zip(&found) {
            if is_lost(event) { continue; }
            shown.entry(locator.row).or_insert(event);
            let text = String::from_utf8_lossy(&event.payload.raw);
            let true_row = text.starts_with(&format!("{{\"row\":{},", locator.row)) && event.version == Some(locator.row);
            prop_assert!(true_row || !own.is_empty(), "row {} is no row of the table", locator.row);
        }
        for row in (1..=1500).filter(|r| !own.contains(r)) {
            // A damaged leaf may state the number of a row far behind it: what is between is told.
            prop_assert!(shown.contains_key(&row) || (!inner && told(row)), "row {row} is hidden by page {page}; its own rows are {own:?}");
        }
    }
}

/// The numbers of a leaf's rows.
fn rows_in(page: &[u8]) -> Vec<i64> {
    let n = usize::from(u16::from_be_bytes([page[3], page[4]]));
    let row = |i: usize| {
        let at = usize::from(u16::from_be_bytes([page[8 + 2 * i], page[9 + 2 * i]]));
        let mut bytes = page[at..].iter();
        let mut number = || {
            let mut value = 0_i64;
            loop {
                let b = *bytes.next().unwrap();
                value = value << 7 | i64::from(b & 0x7f);
                if b < 0x80 {
                    return value;
                }
            }
        };
        let (_, row) = (number(), number());
        row
    };
    (0..n).map(row).collect()
}

#[test]
fn a_row_whose_number_is_wrong_hides_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = table(folder.path(), 300);
    let leaves = pages(&path, 0x0d);
    let mut bytes = fs::read(&path).unwrap();
    let leaf = leaves[leaves.len() / 2] * PAGE;
    let own = rows_in(&bytes[leaf..leaf + PAGE]);
    let at = leaf + usize::from(u16::from_be_bytes([bytes[leaf + 10], bytes[leaf + 11]]));
    // Far behind all others: what follows stands before it.
    bytes[at + 2] |= 0x40;
    fs::write(&path, bytes).unwrap();
    let store = open(&path).unwrap().store(0).unwrap();
    let others: Vec<Locator> = (1..=300)
        .filter(|r| !own.contains(r))
        .map(|row| Locator { row, item: 0 })
        .collect();
    let found = events(&*store, &others);
    let lost: Vec<i64> = others
        .iter()
        .zip(&found)
        .filter(|(_, e)| is_lost(e))
        .map(|(l, _)| l.row)
        .collect();
    assert_eq!(lost, Vec::<i64>::new());
}

#[test]
fn a_wrong_number_before_a_break_hides_nothing_silently() {
    let folder = tempfile::tempdir().unwrap();
    let path = table(folder.path(), 300);
    let leaves = pages(&path, 0x0d);
    let mut bytes = fs::read(&path).unwrap();
    let leaf = leaves[leaves.len() / 2] * PAGE;
    let own = rows_in(&bytes[leaf..leaf + PAGE]);
    // The second row's number is larger than all others, and the entry behind it stands nowhere.
    let at = leaf + usize::from(u16::from_be_bytes([bytes[leaf + 10], bytes[leaf + 11]]));
    bytes[at + 2] |= 0x40;
    bytes[leaf + 12] ^= 0x0e;
    fs::write(&path, bytes).unwrap();
    let seen = seen_loosely(&path);
    let told = |row: i64| {
        let mut lost = seen.1.iter();
        lost.any(|l| l.first <= row && l.last.is_none_or(|last| row <= last))
    };
    for row in (1..=300).filter(|r| !own.contains(r)) {
        assert!(seen.0.contains(&row) || told(row), "row {row}: {:?}", seen.1);
    }
}

/// The rows that came out, whatever they say, and what was lost.
fn seen_loosely(path: &Path) -> (Vec<i64>, Vec<leftfold_source::LostRows>) {
    let store = open(path).unwrap().store(0).unwrap();
    let mut locators = Vec::new();
    let mut sink = |h: &Header<'_>| {
        locators.push(h.locator);
        ControlFlow::Continue(())
    };
    let summary = store.scan(&mut sink, &Cancel::new()).unwrap();
    let found = events(&*store, &locators);
    let whole = locators.iter().zip(&found).filter(|(_, e)| !is_lost(e));
    (whole.map(|(l, _)| l.row).collect(), summary.lost)
}
