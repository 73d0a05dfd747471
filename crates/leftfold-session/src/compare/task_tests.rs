//! Comparisons as the window asks for them.

use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use crate::commands;
use crate::contract::{
    CloseArgs, CompareCancelArgs, CompareCloseArgs, CompareStartArgs, CompareStatusArgs, FindingArgs,
    FindingNearArgs, FindingTilesArgs, FindingsArgs, OpenArgs,
};
use crate::dto::{
    AxisDto, CompareOptionsDto, ComparisonDto, ComparisonStateDto, FindingListDto, FindingStatusDto,
    IdentityDto, IndexStateDto, Int, SpanDto, VerdictDto,
};
use crate::{Changed, Session};

/// How long what has to be told is waited for.
const PATIENCE: Duration = Duration::from_mins(5);

/// A session, and what it tells of comparisons.
pub(super) struct Two {
    pub(super) session: Session,
    told: mpsc::Receiver<u32>,
    folder: tempfile::TempDir,
    pub(super) source: u32,
}

/// As the form has them at first.
pub(super) fn options() -> CompareOptionsDto {
    CompareOptionsDto {
        lag_tolerance_ms: Int(30_000),
        settled: false,
        ignore: Vec::new(),
        identity: IdentityDto::Auto,
        metadata: false,
        number_tolerance: None,
        time_tolerance_ms: None,
        left_compacted: false,
        right_compacted: false,
        only_streams: Vec::new(),
        only_categories: Vec::new(),
        only_types: Vec::new(),
        known_at: None,
        correlated: None,
        projection: None,
    }
}

/// An event a second, from midnight on.
pub(super) fn line(stream: &str, version: u32, second: u32, total: &str) -> String {
    format!(
        r#"{{"stream":"{stream}","version":{version},"id":"{stream}@{version}","type":"OrderChanged","time":"2026-01-01T00:{:02}:{:02}Z","payload":{{"total":{total}}}}}"#,
        second / 60,
        second % 60
    )
}

impl Two {
    pub(super) fn of(left: &[String]) -> Self {
        let (tell, told) = mpsc::channel();
        let session = Session::new(
            None,
            Arc::new(move |changed| {
                if let Changed::Comparison { comparison } = changed {
                    let _ = tell.send(comparison);
                }
            }),
        );
        let folder = tempfile::tempdir().unwrap();
        let mut two = Self {
            session,
            told,
            folder,
            source: 0,
        };
        let path = two.file("left.ndjson", left);
        let args = OpenArgs {
            path: path.display().to_string(),
            store: 0,
            mapping: None,
            unmasked: false,
        };
        two.source = commands::open(&two.session, args).unwrap().id;
        while two.session.status(two.source).unwrap().index.state != IndexStateDto::Ready {
            std::thread::sleep(Duration::from_millis(2));
        }
        two
    }

    pub(super) fn file(&self, name: &str, lines: &[String]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, lines.join("\n") + "\n").unwrap();
        path
    }

    pub(super) fn start(&self, right: &[String]) -> ComparisonDto {
        self.start_with(right, options())
    }

    pub(super) fn start_with(&self, right: &[String], options: CompareOptionsDto) -> ComparisonDto {
        let right = self.file("right.ndjson", right);
        let args = CompareStartArgs {
            source: self.source,
            right: right.display().to_string(),
            options,
        };
        commands::compare_start(&self.session, args).unwrap()
    }

    fn status(&self, comparison: u32) -> ComparisonDto {
        commands::compare_status(&self.session, CompareStatusArgs { comparison }).unwrap()
    }

    /// Waits as the window does: told that something changed, it asks.
    pub(super) fn done(&self, comparison: u32) -> ComparisonDto {
        loop {
            let told = self.told.recv_timeout(PATIENCE).unwrap();
            assert_eq!(told, comparison);
            let status = self.status(comparison);
            if status.state != ComparisonStateDto::Running {
                return status;
            }
        }
    }

    /// The same where others ended before it, of which more may have been told.
    fn ended(&self, comparison: u32) -> ComparisonDto {
        loop {
            let status = self.status(comparison);
            if status.state != ComparisonStateDto::Running {
                return status;
            }
            self.told.recv_timeout(PATIENCE).unwrap();
        }
    }
}

pub(super) fn all(grouped: bool) -> FindingListDto {
    FindingListDto {
        hidden_categories: Vec::new(),
        hidden_statuses: Vec::new(),
        grouped,
        known_at: None,
    }
}

/// Two streams of sixty events each, one after the other; the other side lacks one event, changed another, and has one more.
fn sides() -> (Vec<String>, Vec<String>) {
    let both = |second: u32| {
        let stream = if second.is_multiple_of(2) {
            "order-1"
        } else {
            "order-2"
        };
        line(stream, second / 2 + 1, second, "1.00")
    };
    let left: Vec<String> = (0..120).map(both).collect();
    let mut right = left.clone();
    right[20] = line("order-1", 11, 20, "2.00");
    right.insert(50, line("basket-9", 1, 49, "0"));
    right.remove(11);
    (left, right)
}

#[test]
fn a_comparison_tells_what_it_found_and_where_that_stands() {
    let (left, right) = sides();
    let two = Two::of(&left);
    let id = two.start(&right).id;
    let done = two.done(id);
    assert_eq!(done.state, ComparisonStateDto::Done);
    assert_eq!(
        (done.left.as_str(), done.right.as_str()),
        ("left.ndjson", "right.ndjson")
    );
    let summary = done.summary.unwrap();
    assert_eq!(summary.verdict, VerdictDto::Never);
    assert_eq!(summary.identity, Some(IdentityDto::Id));
    assert!(summary.aligned);
    assert_eq!((summary.streams, summary.streams_differing), (3, 3));
    let counts: Vec<(&str, u32)> = summary
        .counts
        .iter()
        .map(|c| (c.category.as_str(), c.confirmed))
        .collect();
    assert_eq!(counts, [("missing", 1), ("extra", 1), ("conflict", 1)]);

    let page = |list: FindingListDto, offset, limit| {
        let args = FindingsArgs {
            comparison: id,
            list,
            offset,
            limit,
        };
        commands::findings(&two.session, args).unwrap()
    };
    let grouped = page(all(true), 0, 10);
    let categories: Vec<&str> = grouped.findings.iter().map(|f| f.category.as_str()).collect();
    assert_eq!(categories, ["missing", "extra", "conflict"]);
    let missing = &grouped.findings[0];
    assert_eq!(missing.left.as_ref().unwrap().ordinal, 11);
    assert_eq!((missing.at_log, missing.right.is_none()), (Int(11), true));
    let extra = &grouped.findings[1];
    assert_eq!((extra.stream.as_str(), extra.at_log), ("basket-9", Int(49)));
    assert_eq!(extra.right.as_ref().unwrap().kind, "OrderChanged");
    let conflict = &grouped.findings[2];
    assert_eq!(conflict.fields.len(), 1);
    assert_eq!(conflict.fields[0].path, "/total");
    assert_eq!(conflict.fields[0].left.as_deref(), Some("1.00"));
    assert_eq!(conflict.fields[0].right.as_deref(), Some("2.00"));

    let by_time = page(all(false), 1, 1);
    assert_eq!((by_time.total, by_time.offset), (3, 1));
    assert_eq!(by_time.findings[0].category, "conflict");
    let some = FindingListDto {
        hidden_categories: vec!["missing".to_owned()],
        ..all(true)
    };
    assert_eq!(page(some, 0, 10).total, 2);
    let none = FindingListDto {
        hidden_statuses: vec![FindingStatusDto::Confirmed],
        ..all(true)
    };
    assert_eq!(page(none.clone(), 0, 10).total, 0);

    let args = FindingArgs {
        comparison: id,
        number: conflict.number,
        known_at: None,
    };
    let evidence = commands::finding(&two.session, args).unwrap();
    assert_eq!(evidence.left_payload.as_deref(), Some(r#"{"total":1.00}"#));
    assert_eq!(evidence.right_payload.as_deref(), Some(r#"{"total":2.00}"#));
    let unknown = FindingArgs {
        comparison: id,
        number: 99,
        known_at: None,
    };
    assert_eq!(
        commands::finding(&two.session, unknown).unwrap_err().code,
        "no-such-finding"
    );

    let near = |list: FindingListDto, coord| {
        let args = FindingNearArgs {
            comparison: id,
            list,
            axis: AxisDto::Log,
            coord: Int(coord),
        };
        commands::finding_near(&two.session, args).unwrap()
    };
    assert_eq!(
        [near(all(true), 0), near(all(true), 22), near(all(true), 400)],
        [Some(0), Some(2), Some(1)]
    );
    assert_eq!(near(none, 22), None);

    let span = |from, to, columns| SpanDto {
        from: Int(from),
        to: Int(to),
        columns,
    };
    let args = FindingTilesArgs {
        comparison: id,
        list: all(true),
        axis: AxisDto::Log,
        spans: vec![span(0, 40, 4), span(40, 120, 2)],
    };
    let bytes = commands::finding_tiles(&two.session, args).unwrap().0;
    let confirmed: Vec<u32> = bytes
        .chunks_exact(16)
        .map(|c| u32::from_le_bytes([c[4], c[5], c[6], c[7]]))
        .collect();
    assert_eq!(confirmed, [0, 1, 1, 0, 1, 0]);
}

#[test]
fn two_histories_that_say_the_same_are_equal() {
    let (left, _) = sides();
    let two = Two::of(&left);
    let summary = two.done(two.start(&left).id).summary.unwrap();
    assert_eq!(summary.verdict, VerdictDto::AlwaysEqual);
    assert!(summary.counts.is_empty() && summary.first.is_none());
}

#[test]
fn a_comparison_is_cancelled_within_fifty_milliseconds() {
    let left: Vec<String> = (0..200_000)
        .map(|i| line("order-1", i + 1, i % 3600, "1"))
        .collect();
    let two = Two::of(&left);
    // Twice the promise, on a machine that builds meanwhile: of a few times the quickest counts.
    let mut took_each = Vec::new();
    for _ in 0..5 {
        let id = two.start(&left).id;
        commands::compare_cancel(&two.session, CompareCancelArgs { comparison: id }).unwrap();
        let asked = Instant::now();
        let ended = two.ended(id);
        took_each.push(asked.elapsed());
        assert_eq!(ended.state, ComparisonStateDto::Cancelled);
        assert!(ended.summary.is_none() && ended.error.is_none());
    }
    took_each.sort_unstable();
    assert!(took_each[0] < Duration::from_millis(100), "{took_each:?}");
    assert!(took_each[4] < Duration::from_secs(10), "{took_each:?}");
}

#[test]
fn what_is_asked_too_early_or_too_late_is_answered_with_a_code() {
    let (left, right) = sides();
    let two = Two::of(&left);
    let code = |comparison| {
        let args = FindingsArgs {
            comparison,
            list: all(true),
            offset: 0,
            limit: 1,
        };
        commands::findings(&two.session, args).err().map(|e| e.code)
    };
    assert_eq!(code(7), Some("comparison-gone"));
    let id = two.start(&right).id;
    two.done(id);
    commands::compare_close(&two.session, CompareCloseArgs { comparison: id }).unwrap();
    assert_eq!(code(id), Some("comparison-gone"));
    let other = two.start(&right).id;
    commands::close(&two.session, CloseArgs { source: two.source }).unwrap();
    assert_eq!(code(other), Some("comparison-gone"));
}

#[test]
fn a_file_that_holds_no_events_is_refused() {
    let two = Two::of(&sides().0);
    let path = two.folder.path().join("notes.txt");
    std::fs::write(&path, "nothing of the kind").unwrap();
    let args = CompareStartArgs {
        source: two.source,
        right: path.display().to_string(),
        options: CompareOptionsDto {
            ignore: vec!["updatedAt".to_owned()],
            ..options()
        },
    };
    // What is asked for is looked at before the file.
    assert_eq!(
        commands::compare_start(&two.session, args.clone())
            .unwrap_err()
            .code,
        "path-syntax"
    );
    let args = CompareStartArgs {
        options: CompareOptionsDto {
            ignore: vec!["/updatedAt".to_owned()],
            ..args.options
        },
        ..args
    };
    let refused = commands::compare_start(&two.session, args).unwrap_err();
    assert!(refused.code.starts_with("source-"), "{refused:?}");
}

#[test]
fn a_second_comparison_stands_beside_the_first_and_says_the_same() {
    let (left, right) = sides();
    let two = Two::of(&left);
    let id = two.start(&right).id;
    two.done(id);
    let again = two.start(&right).id;
    assert_ne!(id, again);
    two.done(again);
    assert_eq!(two.status(id).summary, two.status(again).summary);
}
