//! A damaged capture: what stands behind the damage is read, and what cannot be read is told by its offsets.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};

use leftfold_event::{Cancel, Locator};
use leftfold_source::capture::{CaptureWriter, Headers, Outcome, Record, RunStart, TimestampKind};
use leftfold_source::{Header, ScanSummary, open};
use rusqlite::Connection;

/// Offsets of each of two partitions; some values reach into pages of their own.
const OFFSETS: Range<i64> = 10..3_010;

/// Every so many values one is long.
const LONG: i64 = 250;

fn value(partition: i64, offset: i64) -> String {
    let length = if offset % LONG == 0 { 70_000 } else { 200 };
    format!(
        "{{\"p\":{partition},\"n\":{offset},\"text\":\"{}\"}}",
        "x".repeat(length)
    )
}

fn capture(folder: &Path) -> PathBuf {
    let path = folder.join("o.leftfold");
    let mut writer = CaptureWriter::open(&path).unwrap();
    writer.begin_run(&RunStart::default()).unwrap();
    for number in 0..2 {
        let id = writer
            .add_partition("orders", None, number, OFFSETS.start)
            .unwrap();
        for offset in OFFSETS {
            let value = value(id, offset);
            let record = Record {
                timestamp: Some((offset, TimestampKind::Create)),
                key: Some(b"k"),
                value: Some(value.as_bytes()),
            };
            writer.push(id, offset, &record, &mut Headers::new()).unwrap();
        }
    }
    writer.finish("", &Outcome::Complete).unwrap();
    path
}

fn all() -> BTreeSet<(i64, i64)> {
    (1..=2).flat_map(|p| OFFSETS.map(move |o| (p, o))).collect()
}

const fn place(row: i64) -> (i64, i64) {
    (row >> 48, row & 0xffff_ffff_ffff)
}

/// The places that are read, each once and in order, with what the scan says; each is fetched, too, and says what was written.
fn read(path: &Path) -> (BTreeSet<(i64, i64)>, ScanSummary) {
    let store = open(path).unwrap().store(0).unwrap();
    let mut locators: Vec<Locator> = Vec::new();
    let mut sink = |h: &Header<'_>| {
        locators.push(h.locator);
        ControlFlow::Continue(())
    };
    let summary = store.scan(&mut sink, &Cancel::new()).unwrap();
    assert!(summary.complete);
    assert_eq!(summary.events, locators.len() as u64);
    assert!(locators.is_sorted_by(|a, b| a.row < b.row), "each once, in order");
    store
        .fetch(&locators, &Cancel::new(), &mut |i, event| {
            let (partition, offset) = place(locators[i].row);
            assert_eq!(
                event.payload.value.map(|v| v.to_string()),
                Some(value(partition, offset)),
                "{partition} {offset}"
            );
        })
        .unwrap();
    (locators.iter().map(|l| place(l.row)).collect(), summary)
}

/// The kinds of the file's pages by their first bytes, and how large they are.
fn pages(bytes: &[u8]) -> (usize, Vec<u8>) {
    let size = usize::from(u16::from_be_bytes([bytes[16], bytes[17]]));
    let kinds = bytes.chunks(size).map(|p| p[0]).collect();
    (size, kinds)
}

/// The pages of the records' tree of this kind, counted from 0.
fn of_records(path: &Path, kind: u8) -> Vec<usize> {
    let root: u32 = Connection::open(path)
        .unwrap()
        .query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'stored_records'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let (_, kinds) = pages(&fs::read(path).unwrap());
    // Everything behind the schema's other tables is the records'.
    (root as usize - 1..kinds.len())
        .filter(|&p| kinds[p] == kind)
        .collect()
}

fn overwritten(path: &Path, broken: &[usize], name: &str) -> PathBuf {
    let mut bytes = fs::read(path).unwrap();
    let (size, _) = pages(&bytes);
    for page in broken {
        bytes[page * size..(page + 1) * size].fill(0xa7);
    }
    let damaged = path.with_file_name(name);
    fs::write(&damaged, bytes).unwrap();
    damaged
}

#[test]
fn what_stands_behind_a_damaged_leaf_is_read_and_the_rest_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = capture(folder.path());
    let (whole, summary) = read(&path);
    assert_eq!(whole, all());
    assert!(summary.unreadable.is_empty());
    let leaves = of_records(&path, 0x0d);
    assert!(leaves.len() > 20, "{}", leaves.len());
    let middle = leaves.len() / 2;
    for broken in [
        vec![leaves[0]],
        vec![leaves[middle]],
        vec![leaves[7], leaves[8], leaves[middle]],
        vec![leaves[leaves.len() - 1]],
    ] {
        let (found, summary) = read(&overwritten(&path, &broken, "leaf.leftfold"));
        let lost = all().len() - found.len();
        let most = 200 * broken.len();
        assert!(lost > 0 && lost <= most, "{broken:?}: {lost} lost");
        let [told] = &summary.unreadable[..] else {
            panic!("{:?}", summary.unreadable)
        };
        // Every place that is missing lies in what is told.
        let missing: Vec<_> = all().difference(&found).copied().collect();
        for (partition, offset) in [missing[0], missing[missing.len() - 1]] {
            let place = format!("{offset} of orders[{}]", partition - 1);
            let begins = format!("offsets {offset} to ");
            assert!(
                told.message.contains(&place) || told.message.contains(&begins),
                "{place}: {}",
                told.message
            );
        }
        assert!(told.message.contains("records): "), "{}", told.message);
    }
}

#[test]
fn below_a_damaged_inner_page_every_record_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = capture(folder.path());
    let inner = of_records(&path, 0x05);
    assert!(!inner.is_empty());
    for page in inner {
        let (found, summary) = read(&overwritten(&path, &[page], "inner.leftfold"));
        assert_eq!(found, all(), "page {page}");
        assert!(summary.unreadable.is_empty(), "{:?}", summary.unreadable);
    }
}

#[test]
fn a_record_whose_long_value_is_damaged_is_the_only_one_that_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = capture(folder.path());
    let bytes = fs::read(&path).unwrap();
    let (size, _) = pages(&bytes);
    // Not the last of its chain, which says nothing of a next one.
    let text = vec![b'x'; size - 4];
    let long = bytes
        .chunks(size)
        .position(|p| p[4..].starts_with(&text))
        .unwrap();
    let (found, summary) = read(&overwritten(&path, &[long], "long.leftfold"));
    assert_eq!(all().len() - found.len(), 1);
    let missing = all().difference(&found).next().copied().unwrap();
    assert_eq!(missing.1 % LONG, 0);
    let told = format!(
        "offset {} of orders[{}] cannot be read (1 record)",
        missing.1,
        missing.0 - 1
    );
    assert!(
        summary.unreadable[0].message.contains(&told),
        "{:?}",
        summary.unreadable
    );
}

#[test]
fn beside_a_log_what_sqlite_reaches_behind_the_damage_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = capture(folder.path());
    let leaves = of_records(&path, 0x0d);
    let damaged = overwritten(&path, &[leaves[leaves.len() / 3]], "log.leftfold");
    // A run that goes on with it, and is ended by force.
    let other = tempfile::tempdir().unwrap();
    let copy = other.path().join("log.leftfold");
    let mut writer = CaptureWriter::open(&damaged).unwrap();
    writer.begin_run(&RunStart::default()).unwrap();
    writer.commit().unwrap();
    for name in ["log.leftfold", "log.leftfold-wal"] {
        fs::copy(folder.path().join(name), other.path().join(name)).unwrap();
    }
    drop(writer);
    assert!(fs::metadata(other.path().join("log.leftfold-wal")).unwrap().len() > 0);
    let (found, summary) = read(&copy);
    let lost = all().len() - found.len();
    assert!(lost > 0 && lost <= 200, "{lost} lost");
    assert_eq!(summary.unreadable.len(), 1, "{:?}", summary.unreadable);
}
