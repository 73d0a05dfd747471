//! What came to a capture since it was read is read alone, unless what was read before means something else by now.
#![allow(clippy::unwrap_used, reason = "a test's own steps end it when they fail")]

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use leftfold_event::Cancel;
use leftfold_schema::{Kind, SchemaId, Written};
use leftfold_source::capture::{CaptureWriter, Headers, Mark, Record, TimestampKind};
use leftfold_source::{EventStore, Header, open};

fn push(writer: &mut CaptureWriter, partition: i64, offset: i64, key: &[u8], value: &[u8]) {
    let record = Record {
        timestamp: Some((1_000 + offset, TimestampKind::Create)),
        key: Some(key),
        value: Some(value),
    };
    let written = writer.push(partition, offset, &record, &mut Headers::new());
    assert!(written.unwrap());
}

fn begun(path: &Path, partitions: &[(&str, i32)]) -> CaptureWriter {
    let mut writer = CaptureWriter::open(path).unwrap();
    for (topic, partition) in partitions {
        writer.add_partition(topic, None, *partition, 0).unwrap();
    }
    writer
}

fn store(path: &Path) -> Arc<dyn EventStore> {
    open(path).unwrap().store(0).unwrap()
}

/// Streams and types, in the order in which they are handed on.
type Heads = Vec<(String, String)>;

fn into(heads: &mut Heads) -> impl FnMut(&Header<'_>) -> ControlFlow<()> {
    |header| {
        heads.push((header.stream.to_owned(), header.kind.to_owned()));
        ControlFlow::Continue(())
    }
}

fn all(store: &dyn EventStore) -> (Heads, Mark) {
    let mut heads = Heads::new();
    let summary = store.scan(&mut into(&mut heads), &Cancel::new()).unwrap();
    assert!(summary.complete);
    (heads, summary.mark.unwrap())
}

fn since(store: &dyn EventStore, mark: &Mark) -> Option<(Heads, Mark)> {
    let mut heads = Heads::new();
    let summary = store
        .scan_since(mark, &mut into(&mut heads), &Cancel::new())
        .unwrap()?;
    assert!(summary.complete);
    assert_eq!(summary.events, heads.len() as u64);
    Some((heads, summary.mark.unwrap()))
}

fn streams(heads: &Heads) -> Vec<&str> {
    heads.iter().map(|(stream, _)| stream.as_str()).collect()
}

#[test]
fn only_what_came_behind_is_handed_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.leftfold");
    let mut writer = begun(&path, &[("t", 0), ("t", 1), ("t", 2)]);
    push(&mut writer, 1, 0, b"a", b"{}");
    push(&mut writer, 3, 7, b"b", b"{}");
    writer.commit().unwrap();
    let store = store(&path);
    let (heads, mark) = all(&*store);
    assert_eq!(streams(&heads), ["a", "b"]);

    let (heads, mark) = since(&*store, &mark).unwrap();
    assert_eq!(streams(&heads), [""; 0]);
    // Into a partition that had some, one that had none, and one that is new.
    push(&mut writer, 1, 5, b"c", b"{}");
    push(&mut writer, 3, 8, b"d", b"{}");
    push(&mut writer, 2, 0, b"e", b"{}");
    let fourth = writer.add_partition("t", None, 3, 0).unwrap();
    push(&mut writer, fourth, 0, b"f", b"{}");
    push(&mut writer, 1, 6, b"g", b"{}");
    assert_eq!(since(&*store, &mark).unwrap().0, [], "nothing is committed");
    writer.commit().unwrap();
    let (heads, mark) = since(&*store, &mark).unwrap();
    assert_eq!(streams(&heads), ["c", "g", "e", "d", "f"]);
    assert_eq!(all(&*store).1, mark, "it is the mark of the whole");
    assert_eq!(since(&*store, &mark).unwrap().0, []);
}

#[test]
fn a_second_topic_changes_the_names_of_the_streams_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.leftfold");
    let mut writer = begun(&path, &[("t", 0)]);
    push(&mut writer, 1, 0, b"a", b"{}");
    writer.commit().unwrap();
    let store = store(&path);
    let (_, mark) = all(&*store);
    let second = writer.add_partition("u", None, 0, 0).unwrap();
    push(&mut writer, second, 0, b"a", b"{}");
    writer.commit().unwrap();
    assert_eq!(since(&*store, &mark), None);
    let (heads, mark) = all(&*store);
    assert_eq!(streams(&heads), ["t/a", "u/a"]);
    // The third changes nothing more.
    let third = writer.add_partition("v", None, 0, 0).unwrap();
    push(&mut writer, third, 0, b"a", b"{}");
    writer.commit().unwrap();
    assert_eq!(streams(&since(&*store, &mark).unwrap().0), ["v/a"]);
}

fn avro(name: &str) -> Written {
    Written {
        kind: Kind::Avro,
        text: format!(r#"{{"type":"record","name":"{name}","fields":[{{"name":"id","type":"long"}}]}}"#),
        uses: Vec::new(),
    }
}

#[test]
fn a_schema_that_comes_after_its_records_says_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.leftfold");
    let mut writer = begun(&path, &[("t", 0)]);
    push(&mut writer, 1, 0, b"a", b"\0\0\0\0\x05\x54");
    writer.commit().unwrap();
    let store = store(&path);
    let (_, mark) = all(&*store);
    // One that no record before it names is no reason to read them again.
    writer.add_schema(SchemaId::Number(6), &avro("Paid")).unwrap();
    push(&mut writer, 1, 1, b"a", b"\0\0\0\0\x06\x54");
    writer.commit().unwrap();
    let (heads, mark) = since(&*store, &mark).unwrap();
    assert_eq!(heads, [("a".to_owned(), "Paid".to_owned())]);
    writer.add_schema(SchemaId::Number(5), &avro("Placed")).unwrap();
    writer.commit().unwrap();
    assert_eq!(since(&*store, &mark), None);
    let (heads, mark) = all(&*store);
    let kinds: Vec<&str> = heads.iter().map(|(_, kind)| kind.as_str()).collect();
    assert_eq!(kinds, ["Placed", "Paid"]);
    assert_eq!(since(&*store, &mark).unwrap().0, []);
}

#[test]
fn many_schemas_that_are_not_there_are_all_kept_in_mind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.leftfold");
    let mut writer = begun(&path, &[("t", 0)]);
    for number in 0..2_000_u32 {
        let value = [&[0][..], &number.to_be_bytes(), b"\x54"].concat();
        push(&mut writer, 1, i64::from(number), b"a", &value);
    }
    writer.commit().unwrap();
    let store = store(&path);
    let (_, mark) = all(&*store);
    let (_, mark) = since(&*store, &mark).unwrap();
    writer.add_schema(SchemaId::Number(1_999), &avro("Late")).unwrap();
    writer.commit().unwrap();
    assert_eq!(since(&*store, &mark), None);
}

#[test]
fn rows_that_somebody_took_away_are_missed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.leftfold");
    let mut writer = begun(&path, &[("t", 0)]);
    push(&mut writer, 1, 0, b"a", b"{}");
    push(&mut writer, 1, 1, b"b", b"{}");
    writer.commit().unwrap();
    drop(writer);
    let (_, mark) = all(&*store(&path));
    let by_hand = rusqlite::Connection::open(&path).unwrap();
    let gone = by_hand.execute("DELETE FROM stored_records WHERE id & 1 = 1", []);
    assert_eq!(gone.unwrap(), 1);
    drop(by_hand);
    assert_eq!(since(&*store(&path), &mark), None);
}

#[test]
fn another_capture_at_the_same_path_is_another_capture() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("1.leftfold"), folder.path().join("2.leftfold"));
    for path in [&one, &other] {
        let mut writer = begun(path, &[("t", 0)]);
        writer.set_fact("created", &path.display().to_string()).unwrap();
        push(&mut writer, 1, 0, b"a", b"{}");
        writer.commit().unwrap();
    }
    let (_, mark) = all(&*store(&one));
    assert!(since(&*store(&one), &mark).is_some());
    assert_eq!(since(&*store(&other), &mark), None);
}
