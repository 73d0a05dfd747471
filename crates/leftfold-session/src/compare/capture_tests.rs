//! What captures of topics ask of correlated comparisons and projections: ends by partition, retention, places in time.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use leftfold_event::json::parse;
use leftfold_event::{Cancel, Progress};
use leftfold_source::capture::{
    CaptureWriter, Headers, Outcome, Record, RunStart, TimestampKind, Watermarks,
};
use leftfold_source::{EventStore, SourceFile};

use super::*;
use crate::source::{OpenOptions, OpenSource};

const SECOND: i64 = 1_000_000_000;

/// A partition: its first offset and its records, by second, key and value.
type Partition<'p> = (i64, &'p [(i64, &'p str, &'p str)]);

/// A capture of a topic.
fn capture(folder: &Path, name: &str, partitions: &[Partition<'_>]) -> PathBuf {
    let path = folder.join(name);
    let mut writer = CaptureWriter::open(&path).unwrap();
    let run = RunStart {
        started: "2026-01-01T00:00:00.000Z".to_owned(),
        tool: "test".to_owned(),
        request: "{}".to_owned(),
        settings: "{}".to_owned(),
    };
    writer.begin_run(&run).unwrap();
    for (number, (low, records)) in (0..).zip(partitions) {
        let id = writer.add_partition("t", None, number, *low).unwrap();
        let high = low + records.len() as i64;
        let marks = Watermarks {
            leader: None,
            low: *low,
            high,
            start: *low,
            stop: Some(high),
        };
        writer.set_watermarks(id, marks).unwrap();
        for (offset, (second, key, value)) in (*low..).zip(*records) {
            let record = Record {
                timestamp: Some((second * 1000, TimestampKind::Create)),
                key: Some(key.as_bytes()),
                value: Some(value.as_bytes()),
            };
            writer.push(id, offset, &record, &mut Headers::new()).unwrap();
        }
    }
    writer.commit().unwrap();
    writer
        .finish("2026-01-01T00:00:01.000Z", &Outcome::Complete)
        .unwrap();
    path
}

fn store(path: &Path) -> Arc<dyn EventStore> {
    SourceFile::open_unmapped(path).unwrap().store(0).unwrap()
}

/// Categories and statuses with their keys.
fn told(found: &dyn Findings) -> Vec<String> {
    let numbers: Vec<u32> = (0..found.findings().len() as u32).collect();
    let shown = found.shown(&numbers, &Cancel::new()).unwrap();
    shown
        .iter()
        .map(|s| format!("{} {} {}", s.category.as_str(), s.status.as_str(), s.place()))
        .collect()
}

#[test]
fn what_retention_took_is_no_divergence_and_each_partition_has_an_end_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let left = capture(
        folder.path(),
        "left.leftfold",
        &[(
            0,
            &[
                (10, "old", "{}"),
                (100, "a", "{}"),
                (140, "young", "{}"),
                (200, "b", "{}"),
            ],
        )],
    );
    // The right topic keeps nothing from before second 90; its second partition got as far as 150.
    let right = capture(
        folder.path(),
        "right.leftfold",
        &[
            (7, &[(90, "x", "{}"), (101, "a", "{}"), (201, "b", "{}")]),
            (0, &[(150, "y", "{}")]),
        ],
    );
    let texts = CorrelatedTexts {
        // What a scan does not give, so that events are fetched.
        key: [Some("key".to_owned()), Some("key".to_owned())],
        within: Some(30 * SECOND),
        ..CorrelatedTexts::default()
    };
    let by = Arc::new(texts.read().unwrap());
    let progress = [Progress::new(), Progress::new()];
    let found = compare_correlated(
        (&left, store(&left)),
        (&right, store(&right)),
        &by,
        MirrorOptions::default(),
        &Cancel::new(),
        [&progress[0], &progress[1]],
    )
    .unwrap();
    assert_eq!(found.known_until(), Some(150 * SECOND));
    assert_eq!(
        told(&found),
        [
            "deadline out-of-coverage old",
            "extra confirmed x",
            "deadline pending young",
            "extra pending y"
        ]
    );
    assert_eq!(found.paired(), 2);
    assert_eq!(progress[0].done(), 4);
    let cancel = Cancel::new();
    cancel.cancel();
    let ended = compare_correlated(
        (&left, store(&left)),
        (&right, store(&right)),
        &by,
        MirrorOptions::default(),
        &cancel,
        [&progress[0], &progress[1]],
    );
    assert_eq!(ended.err().map(|e| e.code), Some("cancelled"));
}

#[test]
fn rows_are_as_of_a_moment_where_the_log_is_of_several_partitions() {
    let folder = tempfile::tempdir().unwrap();
    let path = capture(
        folder.path(),
        "t.leftfold",
        &[
            (
                0,
                &[
                    (10, "a", r#"{"n":1}"#),
                    (40, "a", r#"{"n":2}"#),
                    (50, "c", r#"{"n":5}"#),
                ],
            ),
            (0, &[(20, "b", r#"{"n":3}"#), (30, "b", r#"{"n":4}"#)]),
        ],
    );
    let source = OpenSource::open(OpenOptions {
        id: 1,
        path: path.clone(),
        store: store(&path),
        projections: leftfold_replay::Projections::default(),
        warnings: Vec::new(),
        cache_folder: None,
        growing: false,
        on_change: Arc::new(|_| ()),
    });
    let snapshot = source.wait_ready(&mut |_| ()).unwrap();
    let row = |key: &str, fields: &str| Row {
        key: key.to_owned(),
        fields: parse(fields.as_bytes()).unwrap(),
        place: None,
    };
    // As of second 30: in the order of the log that is no place at all.
    let rows = vec![row("a", r#"{"n":1}"#), row("b", r#"{"n":4}"#)];
    let rows = Rows::of_states("states", rows);
    let options = MirrorOptions {
        lag_tolerance: 0,
        ..MirrorOptions::default()
    };
    let found = compare_projection(
        (source, snapshot),
        rows,
        &Arc::new(ProjectionBy::default()),
        &options,
        None,
        &Cancel::new(),
        &Progress::new(),
    )
    .unwrap();
    let as_of = found.as_of().unwrap();
    assert_eq!((as_of.fitting, as_of.of, as_of.time), (3, 3, Some(30 * SECOND)));
    assert_eq!(told(&found), ["field-mismatch pending a", "missing pending c"]);
}

#[test]
fn a_capture_read_through_a_mapping_has_its_partitions_still() {
    let folder = tempfile::tempdir().unwrap();
    let partitions: [Partition<'_>; 2] = [
        (0, &[(90, "x", "{}"), (201, "b", "{}")]),
        (0, &[(150, "y", "{}")]),
    ];
    let path = capture(folder.path(), "t.leftfold", &partitions);
    let mapping = leftfold_source::Mapping {
        stream: Some(leftfold_source::Expression::column("key")),
        ..leftfold_source::Mapping::default()
    };
    let mapped = SourceFile::open_unmapped(&path)
        .unwrap()
        .store_with(&mapping)
        .unwrap();
    for store in [store(&path), mapped] {
        let sides = ((&*path, Arc::clone(&store)), (&*path, store));
        let progress = [&Progress::new(), &Progress::new()];
        let compared = compare_mirror(
            sides.0,
            sides.1,
            MirrorOptions::default(),
            &Cancel::new(),
            progress,
        );
        // Its second partition got as far as 150.
        assert_eq!(compared.unwrap().comparison.known_until, Some(150 * SECOND));
    }
}

#[test]
fn the_same_record_in_another_partition_is_at_another_place_where_both_have_as_many() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str, partitions: &[Partition<'_>]| capture(folder.path(), name, partitions);
    let left = at(
        "left.leftfold",
        &[
            (
                0,
                &[
                    (1, "a", r#"{"n":1}"#),
                    (2, "b", r#"{"n":2}"#),
                    (9, "z", r#"{"n":9}"#),
                ],
            ),
            (0, &[(3, "c", r#"{"n":3}"#)]),
        ],
    );
    let right = at(
        "right.leftfold",
        &[
            (0, &[(1, "a", r#"{"n":1}"#), (9, "z", r#"{"n":9}"#)]),
            (5, &[(2, "b", r#"{"n":2}"#), (3, "c", r#"{"n":3}"#)]),
        ],
    );
    let compared = |right: &Path| {
        let progress = [Progress::new(), Progress::new()];
        compare_mirror(
            (&left, store(&left)),
            (right, store(right)),
            MirrorOptions::default(),
            &Cancel::new(),
            [&progress[0], &progress[1]],
        )
        .unwrap()
    };
    let found = compared(&right);
    assert_eq!(told(&found), ["placement confirmed b"]);
    let shown = found.shown(&[0], &Cancel::new()).unwrap();
    let fields: Vec<_> = shown[0]
        .fields
        .iter()
        .map(|f| (f.path.as_str(), &f.left, &f.right))
        .collect();
    let value = |n: i64| Some(leftfold_event::json::Value::from(n));
    assert_eq!(fields, [("partition", &value(0), &value(1))]);
    // Spread over another number of partitions, nothing can be said.
    let three = at(
        "three.leftfold",
        &[
            (0, &[(1, "a", r#"{"n":1}"#), (9, "z", r#"{"n":9}"#)]),
            (0, &[(3, "c", r#"{"n":3}"#)]),
            (0, &[(2, "b", r#"{"n":2}"#)]),
        ],
    );
    let found = compared(&three);
    assert!(told(&found).is_empty());
    assert!(found.parts.note.is_some());
}
