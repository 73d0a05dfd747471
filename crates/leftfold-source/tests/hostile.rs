//! Nothing in a hostile schema runs, and every kind of wrong file has its own clear error.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::fs;
use std::path::Path;

use common::{database, events, heads};
use leftfold_event::{Cancel, Locator, ProblemCode};
use leftfold_source::{EventStore, Mapping, ScanSummary, SourceFile, open};
use rusqlite::Connection;

const EVENTS: &str = "CREATE TABLE events (aggregate_type TEXT, aggregate_id TEXT, sequence INTEGER, event_type TEXT, event_version TEXT, payload TEXT, metadata TEXT, PRIMARY KEY (aggregate_type, aggregate_id, sequence));";

fn code(path: &Path) -> String {
    match open(path) {
        Ok(file) => format!("opened with {} stores", file.stores().len()),
        Err(e) => {
            assert!(
                e.to_string()
                    .contains(&*path.file_name().unwrap().to_string_lossy()),
                "{e}"
            );
            e.code().to_owned()
        }
    }
}

#[test]
fn views_and_virtual_tables_and_computed_columns_are_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let sql = format!(
        "{EVENTS}
         INSERT INTO events VALUES ('Order', '1', 1, 'Placed', '1', '{{}}', '{{}}');
         CREATE VIEW messages AS SELECT 1 AS global_position, 0 AS position, 'x' AS id, load_extension('evil') AS time, 's' AS stream_name, 't' AS type, '{{}}' AS data, '{{}}' AS metadata;
         CREATE VIRTUAL TABLE stored_events USING fts5(originator_id, originator_version, topic, state);
         CREATE TABLE outbox (id TEXT, aggregatetype TEXT, aggregateid TEXT, type TEXT, payload TEXT, bomb AS (upper(id)), kept AS (upper(type)) STORED);
         INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload) VALUES ('1', 'order', '1', 'placed', '{{}}');
         CREATE TABLE side (x);
         CREATE TRIGGER t AFTER INSERT ON events BEGIN INSERT INTO side VALUES (1); END;
         CREATE INDEX odd ON events (lower(hex(payload))) WHERE length(payload) > 1;"
    );
    let path = database(folder.path(), "a.db", &sql);
    let file = open(&path).unwrap();
    let mut tables: Vec<&str> = file.stores().iter().map(|s| s.tables[0].as_str()).collect();
    tables.sort_unstable();
    assert_eq!(tables, ["events", "outbox"]);
    let bomb = file
        .tables()
        .iter()
        .find(|t| t.name == "outbox")
        .and_then(|t| t.column("bomb"))
        .unwrap();
    assert!(bomb.computed && bomb.samples.is_empty());
    for i in 0..2 {
        let store = file.store(i).unwrap();
        let locators: Vec<Locator> = heads(&*store).iter().map(|h| h.locator).collect();
        let events = events(&*store, &locators);
        assert_eq!(events.len(), 1);
        assert!(
            events[0].extra.iter().all(|(k, _)| k != "bomb"),
            "{:?}",
            events[0].extra
        );
    }
    // Not even a mapping of the user's own makes it run.
    for (table, column) in [
        ("outbox", "bomb"),
        ("messages", "type"),
        ("stored_events", "topic"),
        ("nowhere", "x"),
        ("events", "nothing"),
    ] {
        let mapping: Mapping = toml::from_str(&format!("table = '{table}'\ntype = '{column}'")).unwrap();
        let error = file.store_with(&mapping).err().unwrap();
        assert_eq!(error.code(), "source-mapping", "{table}.{column}: {error}");
    }
}

#[test]
fn a_view_beside_an_event_table_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let sql = format!(
        "{EVENTS}
         INSERT INTO events VALUES ('Order', '1', 1, 'Placed', '1', '{{}}', '{{}}');
         CREATE VIEW order_events AS SELECT rowid AS id, aggregate_id AS stream_id, sequence AS version, event_type, payload, '2026-01-02' AS created_at FROM events;
         CREATE VIEW kinds AS SELECT event_type AS kind FROM events;"
    );
    let path = database(folder.path(), "a.db", &sql);
    let file = open(&path).unwrap();
    let notes = file.stores()[0].notes.join(" ");
    assert!(notes.contains("The view order_events was not read"), "{notes}");
    assert!(!notes.contains("kinds"), "{notes}");
}

#[test]
fn what_is_not_run_is_named_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let sql = format!(
        "{EVENTS}
         INSERT INTO events VALUES ('Order', '1', 1, 'Placed', '1', '{{}}', '{{}}');
         CREATE VIEW messages AS SELECT 1 AS global_position, 's' AS stream_name, load_extension('evil') AS data;
         CREATE VIEW plain AS SELECT own_kind(event_type) AS kind FROM events;
         CREATE VIEW kinds AS SELECT event_type AS kind FROM events;
         CREATE VIRTUAL TABLE \"words using x\" USING fts5(body);"
    );
    let path = database(folder.path(), "a.db", &sql);
    let notes = open(&path).unwrap().stores()[0].notes.join("\n");
    for part in [
        "The view messages was not read: views are not run, and its columns are not known without it (it calls the function load_extension).",
        "The view plain was not read: views are not run, and its columns are not known without it (it calls the function own_kind, which SQLite does not have).",
        "The virtual table words using x was not read: its rows come from code (the module fts5), which is not run.",
    ] {
        assert!(notes.contains(part), "{notes}");
    }
    assert!(!notes.contains("kinds"), "{notes}");
    // Where no table looks like events either, they may be what is missed.
    let sql = "CREATE TABLE things (x); CREATE VIRTUAL TABLE log USING fts5(stream, type, data); CREATE VIEW loud AS SELECT own_kind(x) AS type FROM things;";
    let path = database(folder.path(), "b.db", sql);
    let told = open(&path).err().unwrap().to_string();
    for part in [
        "the view loud is not run",
        "the virtual table log is not read, as its rows come from code (the module fts5)",
    ] {
        assert!(told.contains(part), "{told}");
    }
}

#[test]
fn names_are_quoted_and_values_bound() {
    let folder = tempfile::tempdir().unwrap();
    let sql = r#"CREATE TABLE "x"" UNION SELECT 1; --" ("t""y" TEXT, "s'" TEXT, ok TEXT); INSERT INTO "x"" UNION SELECT 1; --" VALUES ('a', 'b', '"; DROP'), ('c', 'd', 'no');"#;
    let path = database(folder.path(), "a.db", sql);
    let file = SourceFile::open_unmapped(&path).unwrap();
    let mapping: Mapping = toml::from_str(
        r#"table = 'x" UNION SELECT 1; --'
           type = 't"y'
           stream = "s'"
           filters = [{ column = "ok", is = '"; DROP' }]"#,
    )
    .unwrap();
    let heads = heads(&*file.store_with(&mapping).unwrap());
    assert_eq!(heads.len(), 1);
    assert_eq!((heads[0].kind.as_str(), heads[0].stream.as_str()), ("a", "b"));
}

#[test]
fn every_wrong_file_has_its_own_error() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        code(&path)
    };
    assert_eq!(code(&folder.path().join("missing.db")), "source-unopenable");
    assert_eq!(code(folder.path()), "source-unopenable");
    assert_eq!(at("empty.db", b""), "source-not-a-database");
    assert_eq!(at("text.db", b"hello"), "source-not-a-database");
    assert_eq!(at("zip.db", b"PK\x03\x04..."), "source-not-a-database");
    assert_eq!(at("magic.db", b"SQLite format 3\0short"), "source-damaged");
    // The bytes of an encrypted database look random from the first on.
    let mut state = 7_u64;
    let random: Vec<u8> = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u8
    })
    .take(8192)
    .collect();
    assert_eq!(at("encrypted.db", &random), "source-encrypted");
    let mut noise = b"SQLite format 3\0".to_vec();
    noise.extend(&random);
    assert_eq!(at("noise.db", &noise), "source-damaged");
    let path = database(
        folder.path(),
        "other.db",
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)",
    );
    assert_eq!(code(&path), "source-no-events");
    let path = database(folder.path(), "none.db", EVENTS);
    assert_eq!(code(&path), "opened with 1 stores");
    assert!(heads(&*open(&path).unwrap().store(0).unwrap()).is_empty());
}

/// A database of 2000 events over many pages, with pages of the table overwritten.
fn damaged(folder: &Path, pages: &[usize], keep: f64) -> std::path::PathBuf {
    let path = folder.join("a.db");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch("CREATE TABLE emt_messages (stream_id TEXT, stream_position INTEGER, message_type TEXT, message_data TEXT, message_metadata TEXT, created TEXT, global_position INTEGER PRIMARY KEY); BEGIN").unwrap();
    let mut insert = connection
        .prepare("INSERT INTO emt_messages VALUES ('a', ?1, 'Placed', ?2, '{}', '2026-01-02 03:04:05', ?1)")
        .unwrap();
    let payload = format!("{{\"x\":\"{}\"}}", "y".repeat(300));
    for i in 1..=2000 {
        insert.execute((i, &payload)).unwrap();
    }
    connection.execute_batch("COMMIT").unwrap();
    drop(insert);
    drop(connection);
    let mut bytes = fs::read(&path).unwrap();
    for page in pages {
        bytes[page * 4096..(page + 1) * 4096].fill(0);
    }
    let left = (bytes.len() as f64 * keep) as usize / 4096 * 4096;
    bytes.truncate(left);
    fs::write(&path, bytes).unwrap();
    path
}

fn scan(store: &dyn EventStore) -> (Vec<i64>, ScanSummary) {
    let mut versions = Vec::new();
    let summary = store
        .scan(
            &mut |h: &leftfold_source::Header<'_>| {
                versions.extend(h.version);
                std::ops::ControlFlow::Continue(())
            },
            &Cancel::new(),
        )
        .unwrap();
    (versions, summary)
}

#[test]
fn rows_around_a_damaged_page_come_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = damaged(folder.path(), &[40, 41, 90], 1.0);
    let store = open(&path).unwrap().store(0).unwrap();
    let (versions, summary) = scan(&*store);
    assert!(
        versions.len() > 1950 && versions.len() < 2000,
        "{}",
        versions.len()
    );
    assert!(versions.is_sorted() && versions[0] == 1 && versions[versions.len() - 1] == 2000);
    assert!(summary.complete && summary.lost.len() == 2, "{summary:?}");
    assert!(summary.unreadable.len() == 1 && summary.unreadable[0].message.contains("in 2 places"));
    // Asking for all of them gives each, the lost ones as lost.
    let all: Vec<Locator> = (1..=2000).map(|row| Locator { row, item: 0 }).collect();
    let found = events(&*store, &all);
    let lost = |e: &leftfold_event::Event| e.problems.iter().any(|p| p.code == ProblemCode::RowUnreadable);
    let readable: Vec<i64> = found
        .iter()
        .filter(|e| !lost(e))
        .map(|e| e.version.unwrap())
        .collect();
    assert_eq!(readable, versions);
}

#[test]
fn a_truncated_file_gives_what_is_left_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = damaged(folder.path(), &[], 0.6);
    let file = open(&path).unwrap();
    assert!(
        file.stores()[0]
            .notes
            .join(" ")
            .contains("shorter than its header says")
    );
    let (versions, summary) = scan(&*file.store(0).unwrap());
    assert!(
        versions.len() > 1000 && versions.len() < 1300,
        "{}",
        versions.len()
    );
    assert!(!summary.unreadable.is_empty());
    let path = damaged(tempfile::tempdir_in(folder.path()).unwrap().path(), &[], 0.001);
    assert!(open(&path).is_err());
}

#[test]
fn one_bad_row_hides_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let sql = "CREATE TABLE emt_messages (stream_id, stream_position, message_type, message_data, message_metadata, created, global_position INTEGER PRIMARY KEY);
        INSERT INTO emt_messages VALUES ('a', 1, 'Placed', '{}', '{}', '2026-01-02 03:04:05', 1), (NULL, 'x', x'ff00', CAST(x'ff' AS TEXT), '{', 1e300, 2), ('a', 2, 'Paid', '{}', '{}', '2026-01-02 03:04:06', 3);";
    let path = database(folder.path(), "a.db", sql);
    let store = open(&path).unwrap().store(0).unwrap();
    let heads = heads(&*store);
    assert_eq!(
        heads.iter().map(|h| h.problem).collect::<Vec<_>>(),
        [false, true, false]
    );
    let events = events(&*store, &heads.iter().map(|h| h.locator).collect::<Vec<_>>());
    let codes: Vec<&str> = events[1].problems.iter().map(|p| p.code.as_str()).collect();
    assert_eq!(
        codes,
        [
            "name-unreadable",
            "version-unreadable",
            "time-unreadable",
            "payload-undecodable",
            "metadata-undecodable"
        ]
    );
    assert_eq!(events[1].payload.raw, b"\xff");
}

#[test]
fn a_time_that_is_not_all_of_what_was_written_keeps_what_was() {
    let folder = tempfile::tempdir().unwrap();
    let sql = "CREATE TABLE happenings (stream_id TEXT, version INTEGER, type TEXT, at, due);
        INSERT INTO happenings VALUES ('a-1', 1, 'T', '9999-12-31 23:59:59', 99999999999), ('a-1', 2, 'T', '2016-12-31T23:59:60Z', NULL),
            ('a-1', 3, 'T', '2026-01-02T03:04:05.123456789123Z', '2016-12-31T23:59:60.5Z'), ('a-1', 4, 'T', '2026-01-02T03:04:06Z', '2026-01-02');";
    let path = database(folder.path(), "a.db", sql);
    let mapping: Mapping = toml::from_str(
        "table = 'happenings'\nstream = 'stream_id'\ntype = 'type'\nversion = 'version'\ntime = 'at'\nvalid_time = 'due'",
    )
    .unwrap();
    let store = SourceFile::open_unmapped(&path)
        .unwrap()
        .store_with(&mapping)
        .unwrap();
    let heads = heads(&*store);
    let events = events(&*store, &heads.iter().map(|h| h.locator).collect::<Vec<_>>());
    let told: Vec<String> = events
        .iter()
        .map(|e| {
            let codes: Vec<&str> = e.problems.iter().map(|p| p.code.as_str()).collect();
            let kept: Vec<String> = e
                .extra
                .iter()
                .map(|(name, value)| format!("{name} {value}"))
                .collect();
            let times = [e.time, e.valid_time].map(|t| t.map(|t| t.to_string()).unwrap_or_default());
            format!("{}: {} | {}", times.join(", "), codes.join(" "), kept.join(", "))
        })
        .collect();
    assert_eq!(
        told,
        [
            r#", : time-unreadable time-unreadable | time_text "9999-12-31 23:59:59", valid_time_text 99999999999"#,
            r#"2017-01-01T00:00:00Z, : time-inexact | time_text "2016-12-31T23:59:60Z""#,
            r#"2026-01-02T03:04:05.123456789Z, 2017-01-01T00:00:00.5Z: time-inexact time-inexact | time_text "2026-01-02T03:04:05.123456789123Z", valid_time_text "2016-12-31T23:59:60.5Z""#,
            "2026-01-02T03:04:06Z, 2026-01-02T00:00:00Z:  | ",
        ]
    );
    let times: Vec<Option<String>> = events.iter().map(|e| e.time.map(|t| t.to_string())).collect();
    assert_eq!(
        heads.into_iter().map(|h| h.time).collect::<Vec<_>>(),
        times,
        "the index has the same"
    );
}

#[test]
fn a_cancelled_scan_stops_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = damaged(folder.path(), &[], 1.0);
    let store = open(&path).unwrap().store(0).unwrap();
    let cancel = Cancel::new();
    cancel.cancel();
    let summary = store
        .scan(
            &mut |_: &leftfold_source::Header<'_>| std::ops::ControlFlow::Continue(()),
            &cancel,
        )
        .unwrap();
    assert!(!summary.complete);
    let locators = [Locator { row: 1, item: 0 }];
    let fetched = store.fetch(&locators, &cancel, &mut |_, _| {});
    assert_eq!(fetched.err().map(|e| e.code()), Some("cancelled"));
    let mut n = 0;
    let summary = store
        .scan(
            &mut |_: &leftfold_source::Header<'_>| {
                n += 1;
                if n == 3 {
                    std::ops::ControlFlow::Break(())
                } else {
                    std::ops::ControlFlow::Continue(())
                }
            },
            &Cancel::new(),
        )
        .unwrap();
    assert_eq!((summary.events, summary.complete), (3, false));
}
