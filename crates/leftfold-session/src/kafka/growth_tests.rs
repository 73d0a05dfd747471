//! A source that is open grows with the capture it reads: what is looked at stays.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use leftfold_event::Cancel;
use leftfold_log::LaneBy;
use leftfold_source::SourceFile;
use leftfold_source::capture::{CaptureWriter, Headers, Outcome, Record, TimestampKind, settle};

use crate::source::{IndexState, OpenOptions, OpenSource};

fn push(writer: &mut CaptureWriter, partition: i64, offset: i64, ms: i64, key: &str) {
    let value = format!("{{\"n\":{offset},\"of\":\"{key}\"}}");
    let record = Record {
        timestamp: Some((ms, TimestampKind::Create)),
        key: Some(key.as_bytes()),
        value: Some(value.as_bytes()),
    };
    writer
        .push(partition, offset, &record, &mut Headers::new())
        .expect("a record can be written");
}

fn open(path: &Path) -> Arc<OpenSource> {
    let file = SourceFile::open_unmapped(path).expect("a capture opens while it is written");
    let source = OpenSource::open(OpenOptions {
        id: 1,
        path: path.to_owned(),
        store: file.store(0).expect("a capture is one history"),
        projections: leftfold_replay::Projections::default(),
        warnings: Vec::new(),
        cache_folder: None,
        growing: true,
        on_change: Arc::new(|_| ()),
    });
    source.wait_ready(&mut |_| ()).expect("it can be read");
    source
}

#[test]
fn events_move_keys_stay_and_filters_go_along() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.leftfold");
    let mut writer = CaptureWriter::open(&path).expect("a capture");
    for partition in [0, 1] {
        writer
            .add_partition("t", None, partition, 0)
            .expect("a partition");
    }
    push(&mut writer, 1, 0, 10, "a");
    push(&mut writer, 2, 0, 20, "b");
    push(&mut writer, 2, 1, 30, "a");
    writer.commit().expect("a commit");
    let source = open(&path);
    let before = source.snapshot();
    assert_eq!(before.log.events(), 3);
    let task = source
        .start_filter("payload.of == \"a\" && find(\"of\")")
        .expect("a filter");
    task.wait_done(&mut |_| std::ops::ControlFlow::Continue(()))
        .expect("it ends");
    let keys = |name: &str| source.snapshot().log.names(LaneBy::Stream).key(name);
    let (a, b) = (keys("a"), keys("b"));
    let view = source.view(None).expect("a view");
    assert_eq!(view.at_position_text("t[1]@0"), Some(1));

    assert!(!source.grow(&Cancel::new()).expect("nothing is new"));
    // New ones between those that are there, of a new stream too.
    push(&mut writer, 1, 1, 40, "c");
    push(&mut writer, 1, 2, 50, "a");
    push(&mut writer, 2, 2, 60, "b");
    assert!(!source.grow(&Cancel::new()).expect("nothing is committed"));
    writer.commit().expect("a commit");
    assert!(source.grow(&Cancel::new()).expect("it grows"));
    let now = source.snapshot();
    assert_eq!(now.state, IndexState::Ready);
    assert_eq!((now.log.events(), now.generation > before.generation), (6, true));
    assert_eq!((keys("a"), keys("b")), (a, b));
    let view = source.view(None).expect("a view");
    assert_eq!(view.at_position_text("t[1]@0"), Some(3));
    assert_eq!(view.at_position_text("t[1]@9"), None);
    let matches = task.matches();
    assert!(matches.done && Arc::ptr_eq(&matches.log, &now.log));
    let order = matches.selection.order(leftfold_log::Axis::Log);
    assert_eq!(order.range(0, order.len()), [0, 2, 4]);
    // Versions count along the log.
    let versions: Vec<_> = [0, 2, 4].iter().map(|o| now.log.version(*o)).collect();
    assert_eq!(versions, [Some(1), Some(2), Some(3)]);

    writer
        .finish("2026-01-01T00:00:00Z", &Outcome::Complete)
        .expect("it ends");
    source.store.let_go();
    assert!(settle(&path).expect("it settles"));
    assert!(source.grow(&Cancel::new()).expect("its end is read"));
    let files: Vec<_> = std::fs::read_dir(folder.path())
        .expect("the folder")
        .map(|f| f.expect("a file").file_name())
        .collect();
    assert_eq!(files, ["t.leftfold"], "nothing is left beside it");
    source.growing.store(false, std::sync::atomic::Ordering::Relaxed);
    assert!(!source.is_stale());
    drop(source.wait_newer(0, Duration::ZERO));
}

#[test]
fn what_grew_is_read_alone_and_verdicts_about_versions_follow_the_counts() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.leftfold");
    let mut writer = CaptureWriter::open(&path).expect("a capture");
    for partition in [0, 1] {
        writer
            .add_partition("t", None, partition, 0)
            .expect("a partition");
    }
    push(&mut writer, 1, 0, 10, "a");
    push(&mut writer, 2, 0, 20, "a");
    push(&mut writer, 2, 1, 30, "b");
    writer.commit().expect("a commit");
    let source = open(&path);
    let before = source.snapshot();
    let task = source.start_filter("version == 2").expect("a filter");
    task.wait_done(&mut |_| std::ops::ControlFlow::Continue(()))
        .expect("it ends");
    let kept = || {
        let matches = task.matches();
        let order = matches.selection.order(leftfold_log::Axis::Log);
        order.range(0, order.len())
    };
    assert_eq!(kept(), [1]);
    // Behind all events of its stream: what was replayed of the others stays.
    push(&mut writer, 2, 2, 40, "b");
    writer.commit().expect("a commit");
    assert!(source.grow(&Cancel::new()).expect("it grows"));
    let now = source.snapshot();
    assert!(now.log.continues(&before.log) && Arc::ptr_eq(&now.replay, &before.replay));
    assert_eq!(kept(), [1, 3]);
    // Before one of its stream, which is the third then.
    push(&mut writer, 1, 1, 50, "a");
    writer.commit().expect("a commit");
    assert!(source.grow(&Cancel::new()).expect("it grows"));
    let now = source.snapshot();
    assert!(now.log.continues(&before.log) && !Arc::ptr_eq(&now.replay, &before.replay));
    assert_eq!(now.log.version(2), Some(3));
    assert_eq!(kept(), [1, 4]);
}

#[test]
fn a_second_topic_has_everything_read_and_every_filter_run_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.leftfold");
    let mut writer = CaptureWriter::open(&path).expect("a capture");
    writer.add_partition("t", None, 0, 0).expect("a partition");
    push(&mut writer, 1, 0, 10, "a");
    writer.commit().expect("a commit");
    let source = open(&path);
    let before = source.snapshot();
    let task = source.start_filter("stream == \"t/a\"").expect("a filter");
    task.wait_done(&mut |_| std::ops::ControlFlow::Continue(()))
        .expect("it ends");
    assert_eq!(task.matches().selection.len(), 0);
    writer.add_partition("u", None, 0, 0).expect("a partition");
    push(&mut writer, 2, 0, 20, "a");
    writer.commit().expect("a commit");
    assert!(source.grow(&Cancel::new()).expect("it grows"));
    let now = source.snapshot();
    assert!(!now.log.continues(&before.log));
    assert_eq!((now.log.events(), task.matches().selection.len()), (2, 1));
    // From there on it grows as before.
    push(&mut writer, 1, 1, 30, "a");
    writer.commit().expect("a commit");
    assert!(source.grow(&Cancel::new()).expect("it grows"));
    assert!(source.snapshot().log.continues(&now.log));
    assert_eq!(task.matches().selection.len(), 2);
}

/// What another program does that opens the file meanwhile must not take the log away under the writer.
#[cfg(unix)]
#[test]
fn looking_into_a_capture_does_not_let_go_of_the_writers_locks() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.leftfold");
    let mut writer = CaptureWriter::open(&path).expect("a capture");
    writer.add_partition("t", None, 0, 0).expect("a partition");
    push(&mut writer, 1, 0, 10, "a");
    writer.commit().expect("a commit");
    let source = open(&path);
    assert!(!source.is_stale());
    drop(source.store.identity().expect("it is there"));
    let session = crate::Session::new(None, Arc::new(|_| ()));
    session.inspect(&path).expect("it can be looked into");
    crate::output::refuse_source(&folder.path().join("other"), &path).expect("another file");
    let locks = std::fs::read_to_string("/proc/locks").unwrap_or_default();
    let own = format!(" {} ", std::process::id());
    for beside in ["", "-shm"] {
        use std::os::unix::fs::MetadataExt as _;
        let file = folder.path().join(format!("t.leftfold{beside}"));
        let inode = format!(":{} ", std::fs::metadata(&file).expect("it is there").ino());
        let held = locks.lines().any(|l| l.contains(&own) && l.contains(&inode));
        assert!(
            held || locks.is_empty(),
            "no lock on {}:\n{locks}",
            file.display()
        );
    }
    assert!(matches!(
        CaptureWriter::open(&path),
        Err(leftfold_source::capture::CaptureError::Busy { .. })
    ));
    drop(writer);
}
