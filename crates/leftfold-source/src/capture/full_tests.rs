//! A disk that is full, as far as the writer can be told so without one: SQLite refuses further pages.
#![allow(clippy::unwrap_used, reason = "a test's own steps end it when they fail")]

use std::path::Path;

use rusqlite::Connection;

use super::{CaptureError, CaptureWriter, Headers, Outcome, Record, RunStart};

const VALUE: &[u8] = &[b'x'; 10_000];

fn push(writer: &mut CaptureWriter, offset: i64) -> Result<bool, CaptureError> {
    let record = Record {
        timestamp: None,
        key: None,
        value: Some(VALUE),
    };
    writer.push(1, offset, &record, &mut Headers::new())
}

/// How many records are there, and where the next run goes on.
fn there(path: &Path) -> (i64, i64) {
    let connection = Connection::open(path).unwrap();
    connection
        .query_row(
            "SELECT (SELECT count(*) FROM records), (SELECT next FROM partitions)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap()
}

#[test]
fn nothing_that_did_not_fit_is_called_seen_when_room_comes_before_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("o.leftfold");
    let mut writer = CaptureWriter::open(&path).unwrap();
    writer.begin_run(&RunStart::default()).unwrap();
    writer.add_partition("orders", None, 0, 0).unwrap();
    for offset in 0..50 {
        push(&mut writer, offset).unwrap();
    }
    writer.commit().unwrap();
    writer.at_most_pages(60).unwrap();
    let full = (50..5_000)
        .find_map(|offset| push(&mut writer, offset).err())
        .unwrap();
    assert_eq!(full.code(), "capture-disk-full", "{full}");
    assert_eq!(writer.written(), writer.durable());
    // What ends a run needs less room than what did not fit.
    writer.at_most_pages(1 << 20).unwrap();
    let outcome = Outcome::Failed(full.code().to_owned());
    assert_eq!(writer.finish("", &outcome).unwrap().records, 50);
    assert_eq!(there(&path), (50, 50));

    let mut writer = CaptureWriter::open(&path).unwrap();
    for offset in writer.partitions()[0].next..5_000 {
        push(&mut writer, offset).unwrap();
    }
    writer.finish("", &Outcome::Complete).unwrap();
    assert_eq!(there(&path), (5_000, 5_000));
}

#[test]
fn a_commit_that_does_not_fit_takes_all_of_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("o.leftfold");
    let mut writer = CaptureWriter::open(&path).unwrap();
    writer.begin_run(&RunStart::default()).unwrap();
    writer.add_partition("orders", None, 0, 0).unwrap();
    push(&mut writer, 0).unwrap();
    writer.commit().unwrap();
    writer.at_most_pages(20).unwrap();
    for offset in 1..60 {
        push(&mut writer, offset).unwrap();
    }
    assert_eq!(writer.commit().unwrap_err().code(), "capture-disk-full");
    // The disk is as full when the run ends.
    writer.finish("", &Outcome::Cancelled).unwrap();
    assert_eq!(there(&path), (1, 1));
}
