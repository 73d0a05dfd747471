//! Captures: written, gone on with, broken off, and read back as events.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test's own steps end it when they fail"
)]

mod common;

use std::path::Path;

use common::heads;
use leftfold_event::{Cancel, Event, Locator};
use leftfold_source::capture::{
    CaptureWriter, Headers, MAX_OFFSET, Outcome, Record, RunStart, Sorted, TimestampKind, Watermarks,
};
use leftfold_source::{SourceKind, open};
use rusqlite::Connection;

fn record<'r>(ms: i64, key: Option<&'r [u8]>, value: Option<&'r [u8]>) -> Record<'r> {
    Record {
        timestamp: Some((ms, TimestampKind::Create)),
        key,
        value,
    }
}

fn run() -> RunStart {
    RunStart {
        started: "2026-01-01T00:00:00.000Z".to_owned(),
        tool: "test".to_owned(),
        request: "{}".to_owned(),
        settings: "{}".to_owned(),
    }
}

/// A capture of `orders` with two partitions, the records written out of order.
fn orders(path: &Path) {
    let mut writer = CaptureWriter::open(path).unwrap();
    writer.set_fact("cluster_id", "c-1").unwrap();
    writer.begin_run(&run()).unwrap();
    let first = writer.add_partition("orders", Some("id"), 0, 5).unwrap();
    let second = writer.add_partition("orders", Some("id"), 3, 0).unwrap();
    let marks = Watermarks {
        low: 0,
        high: 9,
        start: 0,
        stop: Some(9),
        leader: Some(3),
    };
    writer.set_watermarks(second, marks).unwrap();
    let mut headers = Headers::new();
    headers.push(b"type", Some(b"Placed"));
    headers.push(b"type", None);
    let placed = record(2_000, Some(b"o-1"), Some(br#"{"n":1.10}"#));
    assert!(writer.push(second, 1, &placed, &mut headers).unwrap());
    headers.clear();
    let paid = record(1_000, Some(b"o-2"), Some(br#"{"type":"Paid"}"#));
    writer.push(first, 7, &paid, &mut headers).unwrap();
    writer
        .push(second, 4, &record(3_000, Some(b"o-1"), None), &mut headers)
        .unwrap();
    writer
        .push(second, 5, &record(3_000, Some(b"\xff"), Some(b"")), &mut headers)
        .unwrap();
    writer
        .push(second, 6, &record(3_000, None, Some(b"\x00\x01")), &mut headers)
        .unwrap();
    writer.seen(second, 9);
    assert_eq!(
        writer
            .finish("2026-01-01T00:00:01.000Z", &Outcome::Complete)
            .unwrap()
            .records,
        5
    );
}

fn fetched(path: &Path, locators: &[Locator]) -> Vec<Event> {
    let store = open(path).unwrap().store(0).unwrap();
    let mut events: Vec<Option<Event>> = vec![None; locators.len()];
    store
        .fetch(locators, &Cancel::new(), &mut |i, event| events[i] = Some(event))
        .unwrap();
    events.into_iter().map(Option::unwrap).collect()
}

#[test]
fn a_capture_that_was_ended_while_it_was_being_made_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("o.leftfold");
    std::fs::write(folder.path().join("o.leftfold.new"), b"half of a file").unwrap();
    std::fs::write(folder.path().join("o.leftfold.new-journal"), b"its journal").unwrap();
    orders(&path);
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(left, ["o.leftfold"]);
    assert_eq!(CaptureWriter::open(&path).unwrap().partitions().len(), 2);
}

#[test]
fn a_capture_may_take_the_place_of_an_empty_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("o.leftfold");
    std::fs::write(&path, b"").unwrap();
    orders(&path);
    assert_eq!(CaptureWriter::open(&path).unwrap().partitions().len(), 2);
}

#[test]
fn records_stand_by_topic_partition_and_offset_whatever_order_they_came_in() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.leftfold");
    orders(&path);
    let files: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(files, ["orders.leftfold"], "nothing is left beside the file");

    let file = open(&path).unwrap();
    assert_eq!(file.kind(), SourceKind::Capture);
    let store = file.store(0).unwrap();
    let heads = heads(&*store);
    let told: Vec<String> = heads
        .iter()
        .map(|h| {
            format!(
                "{} | {} | {}",
                h.stream,
                h.kind,
                h.time.as_deref().unwrap_or_default()
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "o-2 | Paid | 1970-01-01T00:00:01.000Z",
            "o-1 | Placed | 1970-01-01T00:00:02.000Z",
            "o-1 | tombstone | 1970-01-01T00:00:03.000Z",
            "x'ff' |  | 1970-01-01T00:00:03.000Z",
            " |  | 1970-01-01T00:00:03.000Z",
        ]
    );
    let problems: Vec<bool> = heads.iter().map(|h| h.problem).collect();
    assert!(problems[4] && !problems[0] && !problems[1], "{problems:?}");

    let locators: Vec<Locator> = heads.iter().map(|h| h.locator).collect();
    let events = fetched(&path, &locators);
    let places: Vec<_> = events.iter().map(|e| e.position.clone().unwrap()).collect();
    assert_eq!(
        places,
        [
            "orders[0]@7",
            "orders[3]@1",
            "orders[3]@4",
            "orders[3]@5",
            "orders[3]@6"
        ]
    );
    assert_eq!(
        events[1].payload.value.as_ref().unwrap().to_string(),
        r#"{"n":1.10}"#
    );
    assert_eq!(
        events[1].metadata.value.as_ref().unwrap().to_string(),
        r#"{"type":["Placed",null]}"#
    );
    assert_eq!(events[4].payload.raw, b"\x00\x01");
    assert_eq!(events[4].problems.len(), 1);
    for (i, place) in places.iter().enumerate() {
        assert_eq!(store.locate(place).unwrap(), Some(locators[i]));
    }
    assert_eq!(store.locate("payments[0]@7").unwrap(), None);
}

#[test]
fn events_are_found_again_in_any_order_and_missing_ones_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.leftfold");
    orders(&path);
    let store = open(&path).unwrap().store(0).unwrap();
    let at = |text: &str| store.locate(text).unwrap().unwrap();
    let wanted = [
        "orders[3]@6",
        "orders[3]@6",
        "orders[3]@2",
        "orders[0]@7",
        "orders[3]@4",
        "orders[3]@5",
        "orders[3]@400",
        "orders[0]@0",
        "orders[3]@1",
    ];
    let events = fetched(&path, &wanted.map(at));
    for (event, wanted) in events.iter().zip(wanted) {
        let there = !matches!(wanted, "orders[3]@2" | "orders[3]@400" | "orders[0]@0");
        assert_eq!(event.position.as_deref(), there.then_some(wanted));
        assert_eq!(
            there,
            !event.problems.iter().any(|p| p.message.contains("no longer")),
            "{wanted}"
        );
    }
}

#[test]
fn the_file_tells_anybody_where_its_records_come_from() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.leftfold");
    orders(&path);
    let connection = Connection::open(&path).unwrap();
    let text: String = connection
        .query_row(
            "SELECT topic || '[' || partition || ']@' || \"offset\" || ' ' || timestamp_type || ' ' || CAST(key AS TEXT) || ' ' || headers
             FROM records WHERE headers IS NOT NULL",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(
        text,
        r#"orders[3]@1 create o-1 [["type","Placed"],["type",null]]"#
    );
    let tombstones: i64 = connection
        .query_row("SELECT count(*) FROM records WHERE value IS NULL", [], |row| {
            row.get(0)
        })
        .unwrap();
    let empty: i64 = connection
        .query_row(
            "SELECT count(*) FROM records WHERE length(value) = 0",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!((tombstones, empty), (1, 1));
}

#[test]
fn a_capture_goes_on_where_it_was_committed_without_loss_or_doubles() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.leftfold");
    let value = |i: i64| format!("{{\"n\":{i}}}");
    let write = |writer: &mut CaptureWriter, offsets: std::ops::Range<i64>| {
        for i in offsets {
            let value = value(i);
            writer
                .push(
                    1,
                    i,
                    &record(i, Some(b"k"), Some(value.as_bytes())),
                    &mut Headers::new(),
                )
                .unwrap();
        }
    };
    let mut writer = CaptureWriter::open(&path).unwrap();
    writer.begin_run(&run()).unwrap();
    writer.add_partition("orders", None, 0, 0).unwrap();
    write(&mut writer, 0..10);
    writer.commit().unwrap();
    write(&mut writer, 10..17);
    // Broken off: what was not committed is gone.
    drop(writer);
    let mut writer = CaptureWriter::open(&path).unwrap();
    let place = writer.partitions()[0].clone();
    assert_eq!(place.next, 10);
    // Some of it comes again.
    write(&mut writer, 5..20);
    writer.finish("", &Outcome::Complete).unwrap();
    let connection = Connection::open(&path).unwrap();
    let all: Vec<i64> = connection
        .prepare("SELECT \"offset\" FROM records ORDER BY id")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(all, (0..20).collect::<Vec<_>>());
}

#[test]
fn a_capture_is_read_while_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.leftfold");
    let mut writer = CaptureWriter::open(&path).unwrap();
    writer.begin_run(&run()).unwrap();
    writer.add_partition("orders", None, 0, 0).unwrap();
    writer
        .push(1, 0, &record(1, Some(b"a"), Some(b"{}")), &mut Headers::new())
        .unwrap();
    writer.commit().unwrap();
    let file = open(&path).unwrap();
    assert_eq!(file.kind(), SourceKind::Capture);
    let store = file.store(0).unwrap();
    let before = store.identity().unwrap();
    assert_eq!(heads(&*store).len(), 1);
    assert!(
        store.info().notes.iter().any(|n| n.contains("has not ended")),
        "{:?}",
        store.info().notes
    );
    writer.add_partition("orders", None, 1, 0).unwrap();
    writer
        .push(2, 9, &record(1, Some(b"b"), Some(b"{}")), &mut Headers::new())
        .unwrap();
    writer.commit().unwrap();
    assert_eq!(heads(&*store).len(), 2);
    assert_ne!(store.identity().unwrap(), before);
}

#[test]
fn nothing_else_is_ever_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    std::fs::write(&path, "mine").unwrap();
    let error = CaptureWriter::open(&path).map(|_| ()).unwrap_err();
    assert_eq!(error.code(), "capture-not-ours");
    assert_eq!(std::fs::read(&path).unwrap(), b"mine");

    let database = folder.path().join("shop.db");
    Connection::open(&database)
        .unwrap()
        .execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (1)")
        .unwrap();
    let before = std::fs::read(&database).unwrap();
    assert_eq!(
        CaptureWriter::open(&database).map(|_| ()).unwrap_err().code(),
        "capture-not-ours"
    );
    assert_eq!(std::fs::read(&database).unwrap(), before);
}

#[test]
fn two_programs_cannot_write_one_capture() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.leftfold");
    let first = CaptureWriter::open(&path).unwrap();
    assert_eq!(
        CaptureWriter::open(&path).map(|_| ()).unwrap_err().code(),
        "capture-busy"
    );
    drop(first);
    assert!(CaptureWriter::open(&path).is_ok());
}

#[test]
fn a_capture_of_a_newer_format_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.leftfold");
    orders(&path);
    Connection::open(&path)
        .unwrap()
        .execute_batch("PRAGMA user_version = 9; UPDATE capture SET value = '9' WHERE name = 'format'")
        .unwrap();
    assert_eq!(
        CaptureWriter::open(&path).map(|_| ()).unwrap_err().code(),
        "capture-newer"
    );
    let error = open(&path).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("format 9"), "{error}");
}

#[test]
fn an_offset_the_format_cannot_hold_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = CaptureWriter::open(&folder.path().join("o.leftfold")).unwrap();
    writer.add_partition("orders", None, 0, 0).unwrap();
    let one = record(1, None, Some(b"{}"));
    assert!(writer.push(1, MAX_OFFSET, &one, &mut Headers::new()).unwrap());
    let error = writer
        .push(1, MAX_OFFSET + 1, &one, &mut Headers::new())
        .unwrap_err();
    assert_eq!(error.code(), "capture-out-of-range");
}

#[test]
fn a_capture_holds_nothing_from_before_what_retention_had_left() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole.leftfold");
    orders(&whole);
    let since = |path: &Path| {
        let store = open(path).unwrap().store(0).unwrap();
        store.holds_since().unwrap().map(|t| t.nanos)
    };
    assert_eq!(since(&whole), None);
    let trimmed = folder.path().join("trimmed.leftfold");
    let mut writer = CaptureWriter::open(&trimmed).unwrap();
    writer.begin_run(&run()).unwrap();
    let id = writer.add_partition("orders", None, 0, 10).unwrap();
    let marks = Watermarks {
        low: 10,
        high: 12,
        start: 10,
        stop: Some(12),
        leader: None,
    };
    writer.set_watermarks(id, marks).unwrap();
    for (offset, ms) in [(10, 5_000), (11, 4_000)] {
        let record = record(ms, Some(b"o-1"), Some(b"{}"));
        writer.push(id, offset, &record, &mut Headers::new()).unwrap();
    }
    writer.commit().unwrap();
    assert_eq!(since(&trimmed), Some(5_000_000_000));
}

/// Writes records with these texts to a partition, from offset 0 on.
fn texts(writer: &mut CaptureWriter, partition: i64, texts: &[&str]) {
    for (offset, text) in (0..).zip(texts) {
        let one = record(offset, None, Some(text.as_bytes()));
        writer.push(partition, offset, &one, &mut Headers::new()).unwrap();
    }
}

/// What becomes of records of `orders`, of which the first are certain, when these are found in the topic made anew: what is told, and how
/// many stay with the old one.
fn sorted(old: &[&str], certain: i64, new: &[&str]) -> (Option<Sorted>, i64) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("o.leftfold");
    let mut writer = CaptureWriter::open(&path).unwrap();
    writer.begin_run(&run()).unwrap();
    let first = writer.add_partition("orders", Some("then"), 0, 0).unwrap();
    texts(&mut writer, first, old);
    writer.certain(first, certain);
    let later = writer.add_partition("orders~2", Some("now"), 0, 0).unwrap();
    texts(&mut writer, later, new);
    // What is in doubt stays so over the end of a run.
    writer.finish("", &Outcome::Complete).unwrap();
    let mut writer = CaptureWriter::open(&path).unwrap();
    let told = writer.sort_out(first, later).unwrap();
    assert_eq!(
        writer.sort_out(first, later).unwrap(),
        None,
        "nothing is in doubt any more"
    );
    let next = writer.partition(first).unwrap().next;
    writer.finish("", &Outcome::Complete).unwrap();
    let count = |topic: &str| -> i64 {
        let sql = "SELECT count(*) FROM records WHERE topic = ?1";
        let connection = Connection::open(&path).unwrap();
        connection.query_row(sql, [topic], |row| row.get(0)).unwrap()
    };
    assert_eq!(count("orders~2"), new.len() as i64);
    assert_eq!(count("orders"), next);
    (told, next)
}

#[test]
fn records_that_came_while_a_topic_was_made_anew_stay_with_the_one_they_are_of() {
    // The last two were read of the new one; the third is the old one's.
    assert_eq!(
        sorted(&["a", "b", "c", "y", "z"], 2, &["v", "w", "x", "y", "z"]),
        (Some(Sorted::Later(2)), 3)
    );
    // One that happens to be the same in between is no sign.
    assert_eq!(
        sorted(&["a", "b", "x", "d"], 1, &["v", "w", "x", "y"]),
        (Some(Sorted::Later(0)), 4)
    );
    // All that is certain stays, whatever stands in the new one.
    assert_eq!(sorted(&["a", "b"], 2, &["a", "b"]), (None, 2));
    // The same history written again: what is the same tells nothing.
    assert_eq!(
        sorted(&["a", "b", "c"], 2, &["a", "b", "c"]),
        (Some(Sorted::Alike), 3)
    );
    // Nothing is certain.
    assert_eq!(
        sorted(&["a", "b"], 0, &["a", "b", "c"]),
        (Some(Sorted::Later(2)), 0)
    );
}

#[test]
fn a_topic_made_anew_is_one_history_with_the_old_one_and_each_place_one_event() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("o.leftfold");
    let mut writer = CaptureWriter::open(&path).unwrap();
    writer.begin_run(&run()).unwrap();
    for (topic, value) in [("orders", r#"{"n":1}"#), ("orders~2", r#"{"n":2}"#)] {
        let id = writer.add_partition(topic, Some(topic), 0, 0).unwrap();
        let one = record(1_000, Some(b"o-1"), Some(value.as_bytes()));
        writer.push(id, 0, &one, &mut Headers::new()).unwrap();
    }
    writer.finish("", &Outcome::Complete).unwrap();
    let store = open(&path).unwrap().store(0).unwrap();
    let at = |position: &str| {
        let found = store.locate(position).unwrap()?;
        let mut event = Event::default();
        store
            .fetch(&[found], &Cancel::new(), &mut |_, e| event = e)
            .unwrap();
        assert_eq!(event.position.as_deref(), Some(position));
        assert_eq!(
            (event.stream.as_str(), event.category.as_deref()),
            ("o-1", Some("orders"))
        );
        Some(event.payload.value.unwrap().to_string())
    };
    assert_eq!(at("orders[0]@0").as_deref(), Some(r#"{"n":1}"#));
    assert_eq!(at("orders~2[0]@0").as_deref(), Some(r#"{"n":2}"#));
    assert_eq!(at("orders~3[0]@0"), None);
}

#[test]
fn a_deleted_topic_has_no_end_until_it_is_there_again() {
    use leftfold_source::{Ends, NO_END};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("o.leftfold");
    let write = |deleted: Option<bool>, anew: bool| {
        let mut writer = CaptureWriter::open(&path).unwrap();
        writer.begin_run(&run()).unwrap();
        if writer.partitions().is_empty() {
            for (topic, partition) in [("orders", 0), ("orders", 1), ("carts", 0)] {
                let id = writer.add_partition(topic, Some("then"), partition, 0).unwrap();
                texts(&mut writer, id, &["{}"]);
            }
        }
        if anew {
            let id = writer.add_partition("orders~2", Some("now"), 0, 0).unwrap();
            texts(&mut writer, id, &["{}"]);
        }
        for id in [1, 2] {
            if let Some(is_gone) = deleted {
                writer.deleted(id, is_gone).unwrap();
            }
        }
        writer.finish("", &Outcome::Complete).unwrap();
    };
    let ends = || {
        let file = open(&path).unwrap();
        Ends::of(&*file.store(0).unwrap()).unwrap().by_part().to_vec()
    };
    write(None, false);
    assert_eq!(ends(), [0, 1, 2, 3]);
    write(Some(true), false);
    assert_eq!(ends(), [0, NO_END, NO_END, 3]);
    write(Some(false), false);
    assert_eq!(ends(), [0, 1, 2, 3]);
    // What takes its place has an end.
    write(Some(true), true);
    assert_eq!(ends(), [0, 4, 4, 3, 4]);
    // A capture of a version that did not keep this.
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch("DROP TABLE deleted").unwrap();
    drop(connection);
    assert_eq!(ends(), [0, 4, 4, 3, 4]);
}
