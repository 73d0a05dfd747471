//! The generated day, looked at from outside: through what was written.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test's own helpers may fail loudly"
)]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use leftfold_demo::{DemoError, DemoOptions, DemoSummary, write_ndjson, write_sqlite};
use leftfold_event::json::{self, Value};
use leftfold_event::{Cancel, Progress, Timestamp};
use proptest::prelude::*;

struct Line {
    value: Value,
}

impl Line {
    fn text(&self, key: &str) -> &str {
        self.value
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("no {key} in {}", self.value))
    }

    fn payload(&self, pointer: &str) -> Option<&Value> {
        self.value.get("payload").and_then(|p| p.pointer(pointer))
    }

    fn number(&self, key: &str) -> i64 {
        match self.value.get(key) {
            Some(Value::Number(n)) => n.as_i64().expect(key),
            other => panic!("{key}: {other:?}"),
        }
    }

    fn time(&self) -> i64 {
        Timestamp::parse(self.text("time")).expect("a time").0.nanos
    }
}

fn ndjson(options: &DemoOptions) -> (Vec<u8>, DemoSummary) {
    let mut bytes = Vec::new();
    let summary = write_ndjson(&mut bytes, options, &Cancel::new(), &Progress::new()).expect("written");
    (bytes, summary)
}

fn lines(bytes: &[u8]) -> Vec<Line> {
    bytes
        .split(|b| *b == b'\n')
        .filter(|l| !l.is_empty())
        .map(|l| Line {
            value: json::parse(l).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(l))),
        })
        .collect()
}

fn small() -> DemoOptions {
    DemoOptions {
        events: 3_000,
        ..DemoOptions::default()
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let (bytes, summary) = ndjson(&DemoOptions::default());
    assert_eq!(summary.events, 24_000);
    // Fixed, so that no release changes the demo without saying so.
    assert_eq!(
        format!("{:016x}", xxhash_rust::xxh3::xxh3_64(&bytes)),
        "09262347e5f71b74"
    );
    assert_eq!(ndjson(&DemoOptions::default()).0, bytes);
    assert_ne!(
        ndjson(&DemoOptions {
            seed: 8,
            ..DemoOptions::default()
        })
        .0,
        bytes
    );
}

#[test]
fn positions_and_versions_have_no_gaps_and_causes_come_from_the_same_workflow() {
    let (bytes, summary) = ndjson(&DemoOptions::default());
    let mut versions: BTreeMap<String, i64> = BTreeMap::new();
    let mut correlation_of: BTreeMap<String, String> = BTreeMap::new();
    let lines = lines(&bytes);
    for (i, line) in lines.iter().enumerate() {
        assert_eq!(line.number("position"), i as i64 + 1);
        let version = versions.entry(line.text("stream").to_owned()).or_default();
        *version += 1;
        assert_eq!(line.number("version"), *version, "{}", line.value);
        let before =
            correlation_of.insert(line.text("id").to_owned(), line.text("correlation_id").to_owned());
        assert_eq!(before, None, "an id is there twice");
    }
    assert_eq!(versions.len() as u64, summary.streams);
    let mut caused = 0;
    for line in &lines {
        if let Some(cause) = line.value.get("causation_id").and_then(Value::as_str) {
            assert_eq!(
                correlation_of.get(cause).map(String::as_str),
                Some(line.text("correlation_id"))
            );
            caused += 1;
        }
    }
    assert!(caused > lines.len() / 2);
}

#[test]
fn every_order_is_told_of_its_capture_once_except_the_lost_and_the_doubled() {
    let (bytes, summary) = ndjson(&DemoOptions::default());
    let mut told: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for line in lines(&bytes)
        .iter()
        .filter(|l| l.text("type") == "PaymentCaptured")
    {
        let number = line
            .text("stream")
            .split('-')
            .next_back()
            .unwrap_or_default()
            .to_owned();
        let counts = told.entry(number).or_default();
        if line.text("category") == "payment" {
            counts.0 += 1;
        } else {
            counts.1 += 1;
        }
    }
    let odd: Vec<_> = told
        .iter()
        .filter(|(_, c)| **c != (1, 1))
        .map(|(n, c)| (format!("order-{n}"), *c))
        .collect();
    let stream = |name| {
        summary
            .incidents
            .iter()
            .find(|i| i.name == name)
            .map(|i| i.stream.clone())
            .expect(name)
    };
    assert_eq!(odd, [(stream("lost"), (1, 0)), (stream("doubled"), (1, 2))]);
}

#[test]
fn exactly_one_event_is_recorded_late() {
    let (bytes, summary) = ndjson(&DemoOptions::default());
    let lines = lines(&bytes);
    let mut latest = i64::MIN;
    let mut late = Vec::new();
    for line in &lines {
        if line.time() < latest {
            late.push((
                line.text("stream").to_owned(),
                line.number("version"),
                line.number("position"),
            ));
        }
        latest = latest.max(line.time());
    }
    let told = summary.incidents.iter().find(|i| i.name == "late").expect("late");
    assert_eq!(
        late,
        [(told.stream.clone(), i64::from(told.version), told.position as i64)]
    );
    assert_eq!(
        lines[told.position as usize - 1].text("type"),
        "PaymentAuthorised"
    );
    assert_eq!(told.version, 3, "it comes after the capture");
}

#[test]
fn stock_falls_below_zero_exactly_once_and_by_two_who_saw_the_same() {
    let (bytes, summary) = ndjson(&DemoOptions::default());
    let lines = lines(&bytes);
    let available = |l: &Line| {
        l.payload("/available")
            .map(|v| v.to_string().parse::<i64>().expect("a number"))
    };
    let below: Vec<_> = lines
        .iter()
        .filter(|l| available(l).is_some_and(|a| a < 0))
        .collect();
    let told = summary
        .incidents
        .iter()
        .find(|i| i.name == "oversold")
        .expect("oversold");
    assert_eq!(below.len(), 1);
    let second = below[0];
    assert_eq!(
        (available(second), second.text("stream")),
        (Some(-1), told.stream.as_str())
    );
    assert_eq!(second.number("position"), told.position as i64);
    let first = lines
        .iter()
        .find(|l| l.text("stream") == told.stream && l.number("version") == i64::from(told.version) - 1)
        .expect("the first of the two");
    assert_eq!(first.payload("/seenVersion"), second.payload("/seenVersion"));
    assert_ne!(first.payload("/order"), second.payload("/order"));
}

#[test]
fn incidents_happen_during_the_sale() {
    let (_, summary) = ndjson(&DemoOptions::default());
    assert_eq!(
        summary.incidents.iter().map(|i| i.name).collect::<Vec<_>>(),
        ["lost", "late", "doubled", "oversold"]
    );
    for i in &summary.incidents {
        assert!(i.time.to_string().starts_with("2026-11-20T19:0"), "{i:?}");
    }
}

#[test]
fn numbers_keep_their_digits_and_names_their_letters() {
    let text = String::from_utf8(ndjson(&DemoOptions::default()).0).expect("UTF-8");
    assert!(text.contains(r#""price":24.90"#));
    assert!(text.contains("Müller") && text.contains("上海"));
    let loyalty = lines(text.as_bytes())
        .iter()
        .find_map(|l| l.payload("/customer/loyaltyNumber").map(Value::to_string));
    assert!(loyalty.is_some_and(|n| n.parse::<i64>().is_ok_and(|n| n > 1 << 53 && n % 2 == 1)));
}

#[test]
fn the_sqlite_file_holds_the_same_events_as_the_lines() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("shop.db");
    let progress = Progress::new();
    let summary = write_sqlite(&path, &small(), &Cancel::new(), &progress).expect("written");
    let (bytes, same) = ndjson(&small());
    assert_eq!(summary, same);
    assert_eq!((progress.done(), progress.total()), (3_000, Some(3_000)));
    assert_eq!(
        std::fs::read_dir(folder.path()).expect("a folder").count(),
        1,
        "nothing else is left behind"
    );

    let db = rusqlite::Connection::open(&path).expect("a database");
    let sql = "SELECT e.id, s.category || '-' || s.name, e.version, e.name, replace(e.created_at, ' ', 'T') || 'Z', e.data,
                      json_extract(e.event_context, '$.correlation_id')
               FROM event_sourcery_events e JOIN event_sourcery_streams s ON s.id = e.db_stream_id ORDER BY e.id";
    let mut statement = db.prepare(sql).expect("the layout");
    let mut rows = statement.query([]).expect("rows");
    for line in lines(&bytes) {
        let row = rows.next().expect("a row").expect("as many rows as lines");
        let text = |i| row.get::<_, String>(i).expect("text");
        assert_eq!(row.get::<_, i64>(0).expect("id"), line.number("position"));
        assert_eq!(row.get::<_, i64>(2).expect("version"), line.number("version"));
        assert_eq!(
            (text(1).as_str(), text(3).as_str(), text(4).as_str()),
            (line.text("stream"), line.text("type"), line.text("time"))
        );
        assert_eq!(
            json::parse(text(5).as_bytes()).ok().as_ref(),
            line.value.get("payload")
        );
        assert_eq!(text(6), line.text("correlation_id"));
    }
    assert!(rows.next().expect("the end").is_none());
    let one = |sql: &str| db.query_row(sql, [], |r| r.get::<_, i64>(0)).expect(sql);
    assert_eq!(
        one("SELECT count(*) FROM event_sourcery_streams") as u64,
        summary.streams
    );
    assert_eq!(
        one(
            "SELECT count(*) FROM event_sourcery_streams s WHERE version IS NOT
             (SELECT max(version) FROM event_sourcery_events WHERE db_stream_id = s.id)"
        ),
        0
    );
}

#[test]
fn a_file_that_exists_is_left_alone_unless_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mine.db");
    std::fs::write(&path, "mine").expect("a file");
    let write = |options: &DemoOptions| write_sqlite(&path, options, &Cancel::new(), &Progress::new());
    assert!(matches!(write(&small()), Err(DemoError::Exists { .. })));
    assert_eq!(std::fs::read(&path).expect("a file"), b"mine");
    write(&DemoOptions {
        overwrite: true,
        ..small()
    })
    .expect("written over");
    assert!(
        std::fs::read(&path)
            .expect("a file")
            .starts_with(b"SQLite format 3\0")
    );
}

#[test]
fn a_cancelled_run_leaves_no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let cancel = Cancel::new();
    cancel.cancel();
    let result = write_sqlite(
        &folder.path().join("shop.db"),
        &small(),
        &cancel,
        &Progress::new(),
    );
    assert!(matches!(result, Err(DemoError::Cancelled)));
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[test]
fn too_few_events_for_a_day_are_refused() {
    let result = write_ndjson(
        Vec::new(),
        &DemoOptions {
            events: 999,
            ..small()
        },
        &Cancel::new(),
        &Progress::new(),
    );
    assert!(matches!(result, Err(DemoError::Events { asked: 999 })));
}

/// Counts what is written and forgets it.
struct Newlines<'a>(&'a AtomicU64);

impl std::io::Write for Newlines<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let lines = bytes.split(|b| *b == b'\n').count() - 1;
        self.0.fetch_add(lines as u64, Ordering::Relaxed);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_seed_and_size_gives_exactly_the_events_asked_for_and_all_incidents(seed in any::<u64>(), events in 1_000_u64..60_000) {
        let counted = AtomicU64::new(0);
        let options = DemoOptions { seed, events, ..DemoOptions::default() };
        let summary = write_ndjson(Newlines(&counted), &options, &Cancel::new(), &Progress::new()).expect("written");
        prop_assert_eq!(counted.load(Ordering::Relaxed), events);
        prop_assert_eq!(summary.events, events);
        let mut names: Vec<_> = summary.incidents.iter().map(|i| i.name).collect();
        names.sort_unstable();
        prop_assert_eq!(names, ["doubled", "late", "lost", "oversold"]);
    }

    #[test]
    fn whatever_the_seed_only_one_event_falls_below_zero(seed in any::<u64>(), events in 1_000_u64..20_000) {
        let (bytes, _) = ndjson(&DemoOptions { seed, events, ..DemoOptions::default() });
        let text = String::from_utf8(bytes).expect("UTF-8");
        prop_assert_eq!(text.matches(r#""available":-1,"#).count(), 1);
        prop_assert_eq!(text.matches(r#""available":-"#).count(), 1);
        prop_assert_eq!(text.matches(r#""reserved":-"#).count(), 0);
        prop_assert_eq!(text.matches(r#""onHand":-"#).count(), 0);
    }
}
