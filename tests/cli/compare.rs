//! What `compare` finds between two histories.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::run::{Run, folder, leftfold, shop, write};

/// The findings of a run with `--json`, and its summary.
fn findings(run: &Run) -> (Vec<Value>, Value) {
    let mut lines: Vec<Value> = run
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect();
    assert!(!lines.is_empty(), "{}", run.err);
    let summary = lines.pop().expect("the last line is the summary")["summary"].take();
    (lines, summary)
}

pub(crate) fn compared(folder: &Path, args: &[&str]) -> (Vec<Value>, Value, Option<i32>) {
    let mut all = vec!["compare"];
    all.extend(args);
    all.push("--json");
    let run = leftfold(folder, &all);
    let (found, summary) = findings(&run);
    (found, summary, run.code)
}

/// Two histories of the stream `s` as NDJSON, each event given by its own members.
pub(crate) fn two(left: &[&str], right: &[&str]) -> tempfile::TempDir {
    let folder = folder();
    for (name, events) in [("left.ndjson", left), ("right.ndjson", right)] {
        let lines: Vec<String> = events
            .iter()
            .map(|e| format!("{{\"stream\":\"s\",\"type\":\"E\",{e}}}\n"))
            .collect();
        fs::write(folder.path().join(name), lines.concat()).expect("a file");
    }
    folder
}

pub(crate) fn told(found: &[Value]) -> Vec<String> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    found
        .iter()
        .map(|f| {
            format!(
                "{} {} v{}",
                text(&f["category"]),
                text(&f["status"]),
                f["version"]
            )
        })
        .collect()
}

#[test]
fn the_demos_faults_are_found_each_and_nothing_else() {
    let folder = folder();
    let demo = leftfold(folder.path(), &["demo", "--mirror"]).ok();
    let planted = |category: &str| -> u64 {
        let (_, of_mirror) = demo.split_once("shop-mirror.ndjson").expect("the copy is told");
        let line = of_mirror
            .lines()
            .find(|l| l.starts_with(&format!("{category}: ")));
        let line = line.unwrap_or_else(|| panic!("no {category} is planted: {demo}"));
        let n = line.rsplit('(').next().and_then(|l| l.split(' ').next());
        n.and_then(|n| n.parse().ok()).expect("a number")
    };
    let (found, summary, code) = compared(folder.path(), &["shop.db", "shop-mirror.ndjson"]);
    assert_eq!(code, Some(1));
    let count = |category: &str, status: &str| {
        found
            .iter()
            .filter(|f| f["category"] == category && f["status"] == status)
            .count() as u64
    };
    for category in [
        "extra",
        "reordered",
        "conflict",
        "placement",
        "missing",
        "duplicate",
        "version-collision",
        "undecodable",
    ] {
        assert_eq!(count(category, "confirmed"), planted(category), "{category}");
    }
    assert_eq!(count("late", "healed"), planted("late"));
    assert_eq!(count("missing", "pending"), planted("pending"));
    let all: u64 = [
        "extra",
        "reordered",
        "late",
        "conflict",
        "placement",
        "missing",
        "duplicate",
        "version-collision",
        "undecodable",
        "pending",
    ]
    .iter()
    .map(|c| planted(c))
    .sum();
    assert_eq!(found.len() as u64, all, "{:?}", summary["findings"]);
    assert_eq!(summary["verdict"], "never");
    assert_eq!(summary["identity"], "id");
    assert!(
        summary["time_to_converge"]["max"]
            .as_f64()
            .is_some_and(|s| s > 600.0)
    );
    let conflict = found
        .iter()
        .find(|f| f["category"] == "conflict")
        .expect("a conflict");
    assert!(conflict["fields"][0]["left"].is_number(), "{conflict}");
    assert!(conflict["left"]["payload"].is_object() && conflict["right"]["payload"].is_object());
}

#[test]
fn a_history_is_always_equal_to_itself_and_to_its_export() {
    let (found, summary, code) = compared(shop(), &["shop.db", "shop.db"]);
    assert_eq!((found.len(), code), (0, Some(0)));
    assert_eq!(summary["verdict"], "always-equal");
    let folder = folder();
    let db = shop().join("shop.db");
    let db = db.to_str().expect("a path");
    let export = leftfold(folder.path(), &["export", db]).ok();
    fs::write(folder.path().join("export.ndjson"), export).expect("a file");
    let (found, summary, code) = compared(folder.path(), &[db, "export.ndjson"]);
    assert_eq!((found.len(), code), (0, Some(0)), "{summary}");
    assert_eq!(summary["events"]["paired"], summary["events"]["left"]);
}

#[test]
fn what_was_done_to_a_copy_of_a_file_is_found() {
    let folder = folder();
    fs::copy(shop().join("shop.db"), folder.path().join("copy.db")).expect("a copy");
    let copy = rusqlite::Connection::open(folder.path().join("copy.db")).expect("the copy opens");
    let one = |sql: &str| {
        copy.query_row(sql, [], |row| row.get::<_, i64>(0))
            .expect("a row")
    };
    let nth = |n: u32| {
        one(&format!(
            "SELECT id FROM event_sourcery_events ORDER BY id LIMIT 1 OFFSET {n}"
        ))
    };
    let (gone, changed, respelt) = (nth(100), nth(200), nth(300));
    copy.execute("DELETE FROM event_sourcery_events WHERE id = ?", [gone])
        .expect("it is deleted");
    copy.execute(
        "UPDATE event_sourcery_events SET data = json_set(data, '$.added', 1) WHERE id = ?",
        [changed],
    )
    .expect("it is changed");
    copy.execute(
        "UPDATE event_sourcery_events SET data = replace(replace(data, ':', ' : '), '{', '{  ') WHERE id = ?",
        [respelt],
    )
    .expect("it is spelt anew");
    drop(copy);
    let db = shop().join("shop.db");
    let (found, summary, code) = compared(
        folder.path(),
        &[db.to_str().expect("a path"), "copy.db", "--settled"],
    );
    assert_eq!(code, Some(1));
    let categories: Vec<_> = found.iter().map(|f| f["category"].as_str()).collect();
    assert_eq!(categories, [Some("missing"), Some("conflict")], "{summary}");
    assert_eq!(found[0]["left"]["position"], gone);
    assert_eq!(
        found[1]["fields"],
        serde_json::json!([{"path": "/added", "right": 1}])
    );
    assert_eq!(summary["streams"]["differing"], 2);
}

#[test]
fn every_digit_counts_and_spelling_does_not() {
    let event = |payload: &str| format!(r#""version":1,"payload":{payload}"#);
    let (a, b) = (
        event(r#"{"n":10.10,"text":"é","o":{"x":1,"y":2}}"#),
        event(r#"{ "o":{"y":2.0,"x":1e0}, "n":10.1, "text":"\u00e9" }"#),
    );
    let folder = two(&[&a], &[&b]);
    let (found, ..) = compared(folder.path(), &["left.ndjson", "right.ndjson"]);
    assert_eq!(told(&found), Vec::<String>::new());
    let (a, b) = (
        event(r#"{"n":9007199254740993}"#),
        event(r#"{"n":9007199254740992}"#),
    );
    let folder = two(&[&a], &[&b]);
    let run = leftfold(
        folder.path(),
        &["compare", "left.ndjson", "right.ndjson", "--json"],
    );
    assert!(
        run.out
            .contains(r#"{"path":"/n","left":9007199254740993,"right":9007199254740992}"#),
        "{}",
        run.out
    );
}

#[test]
fn what_is_ignored_or_near_enough_is_equal() {
    let event = |n: &str, at: &str| format!(r#""version":1,"payload":{{"n":{n},"at":"{at}"}}"#);
    let (a, b) = (
        event("1.00", "2026-01-01T00:00:00Z"),
        event("1.01", "2026-01-01T00:00:03Z"),
    );
    let folder = two(&[&a], &[&b]);
    let run = |more: &[&str]| {
        let mut args = vec!["left.ndjson", "right.ndjson"];
        args.extend(more);
        let (found, _, code) = compared(folder.path(), &args);
        let fields = found.first().map(|f| f["fields"].as_array().map_or(0, Vec::len));
        (fields, code)
    };
    assert_eq!(run(&[]), (Some(2), Some(1)));
    assert_eq!(run(&["--ignore", "/n"]), (Some(1), Some(1)));
    assert_eq!(run(&["--number-tolerance", "0.01"]), (Some(1), Some(1)));
    assert_eq!(
        run(&["--number-tolerance", "0.01", "--time-tolerance", "3s"]),
        (None, Some(0))
    );
    assert_eq!(run(&["--ignore", "/n", "--ignore", "/at"]), (None, Some(0)));
}

#[test]
fn what_a_reader_sees_is_short_and_says_where_they_part() {
    let event =
        |v: u32, n: u32| format!(r#""version":{v},"time":"2026-01-01T00:00:0{v}Z","payload":{{"n":{n}}}"#);
    let (a, b, c) = (event(1, 1), event(2, 2), event(3, 3));
    let folder = two(&[&a, &b, &c], &[&a, &event(2, 5), &c]);
    let run = leftfold(folder.path(), &["compare", "left.ndjson", "right.ndjson"]);
    assert_eq!(run.code, Some(1));
    insta::assert_snapshot!(run.out);
}

#[test]
fn metadata_and_the_events_own_times_are_compared_when_they_are_asked_for() {
    let event = |v: u32, second: u32, who: &str| {
        format!(
            r#""version":{v},"time":"2026-01-01T00:00:{second:02}Z","payload":{v},"metadata":{{"who":"{who}"}}"#
        )
    };
    let folder = two(
        &[&event(1, 0, "a"), &event(2, 1, "a")],
        &[&event(1, 0, "a"), &event(2, 6, "b")],
    );
    let fields = |more: &[&str]| {
        let mut args = vec!["left.ndjson", "right.ndjson"];
        args.extend(more);
        let (found, _, code) = compared(folder.path(), &args);
        let path = |f: &Value| f["fields"][0]["path"].as_str().unwrap_or_default().to_owned();
        (found.iter().map(path).collect::<Vec<_>>(), code)
    };
    assert_eq!(fields(&[]), (Vec::new(), Some(0)));
    assert_eq!(
        fields(&["--metadata"]),
        (vec!["metadata/who".to_owned()], Some(1))
    );
    assert_eq!(
        fields(&["--time-tolerance", "4s"]),
        (vec!["time".to_owned()], Some(1))
    );
    assert_eq!(fields(&["--time-tolerance", "5s"]), (Vec::new(), Some(0)));
}

#[test]
fn equal_events_are_told_apart_by_their_times_and_one_fewer_is_missing() {
    let beat = |second: u32| format!(r#""time":"2026-01-01T00:00:{second:02}Z","payload":{{"beat":true}}"#);
    let all: Vec<String> = (0..10).map(beat).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let some: Vec<&str> = all
        .iter()
        .enumerate()
        .filter(|(i, _)| *i != 3 && *i != 7)
        .map(|(_, e)| *e)
        .collect();
    let folder = two(&all, &some);
    let (found, summary, _) = compared(folder.path(), &["left.ndjson", "right.ndjson", "--settled"]);
    let since: Vec<_> = found
        .iter()
        .map(|f| (f["category"].as_str(), f["since"].as_str()))
        .collect();
    assert_eq!(
        since,
        [
            (Some("missing"), Some("2026-01-01T00:00:03Z")),
            (Some("missing"), Some("2026-01-01T00:00:07Z"))
        ],
        "{summary}"
    );
}

#[test]
fn shifted_versions_are_told_and_forbidden_where_versions_are_to_count() {
    let event = |v: u32, n: u32| format!(r#""version":{v},"payload":{{"n":{n}}}"#);
    let side = |from: u32| (0..6).map(|i| event(from + i, i)).collect::<Vec<_>>();
    let (left, right) = (side(0), side(1));
    let texts = |side: &[String]| side.iter().map(String::clone).collect::<Vec<_>>();
    let (left, right) = (texts(&left), texts(&right));
    let folder = two(
        &left.iter().map(String::as_str).collect::<Vec<_>>(),
        &right.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    let run = leftfold(folder.path(), &["compare", "left.ndjson", "right.ndjson"]);
    assert_eq!(run.code, Some(0), "{}", run.out);
    assert!(run.err.contains("versions are shifted"), "{}", run.err);
    let (found, _, code) = compared(
        folder.path(),
        &["left.ndjson", "right.ndjson", "--identity", "version"],
    );
    assert_eq!((found.len(), code), (7, Some(1)));
}

#[test]
fn a_gap_on_both_sides_is_no_difference() {
    let event = |v: u32| format!(r#""version":{v},"payload":{v}"#);
    let folder = two(&[&event(1), &event(4)], &[&event(1), &event(4)]);
    let (found, _, code) = compared(folder.path(), &["left.ndjson", "right.ndjson"]);
    assert_eq!((found.len(), code), (0, Some(0)));
}

#[test]
fn what_cannot_be_compared_is_said() {
    let folder = two(&[r#""version":1"#], &[r#""version":1"#]);
    let run = |args: &[&str]| {
        let mut all = vec!["compare", "left.ndjson"];
        all.extend(args);
        leftfold(folder.path(), &all).failed()
    };
    assert!(run(&["nothing.db"]).contains("nothing.db"));
    assert!(run(&["right.ndjson", "--ignore", "updatedAt"]).contains("JSON pointer"));
    assert!(run(&["right.ndjson", "--lag-tolerance", "30"]).contains("30s"));
    assert!(run(&["right.ndjson", "--category", "lost"]).contains("missing"));
    assert!(run(&["right.ndjson", "--number-tolerance", "x"]).contains("0.01"));
    assert!(run(&["right.ndjson", "--only-stream", "nosuch"]).contains("leftfold streams"));
    assert!(run(&["right.ndjson", "--at", "v7"]).contains("-15m"));
    assert!(
        leftfold(folder.path(), &["compare", "-", "-"])
            .failed()
            .contains("one side only")
    );
}

#[test]
fn ids_of_correlation_beside_the_metadata_are_those_within_it() {
    let folder = folder();
    leftfold(folder.path(), &["demo", "--events", "1000", "-O", "a.db"]).ok();
    leftfold(folder.path(), &["demo", "--events", "1000", "-O", "a.ndjson"]).ok();
    let (found, summary, code) = compared(folder.path(), &["a.db", "a.ndjson", "--metadata"]);
    assert_eq!((found.len(), code), (0, Some(0)), "{summary}");
    let text = fs::read_to_string(folder.path().join("a.ndjson")).expect("it is there");
    let changed = text.replacen("\"correlation_id\":\"", "\"correlation_id\":\"x", 1);
    fs::write(folder.path().join("b.ndjson"), changed).expect("it can be written");
    let (found, summary, code) = compared(folder.path(), &["a.db", "b.ndjson", "--metadata"]);
    assert_eq!((found.len(), code), (1, Some(1)), "{summary}");
    assert_eq!(found[0]["fields"][0]["path"], "correlation_id");
}

#[test]
fn another_version_of_the_same_event_is_a_conflict_and_another_beginning_of_the_count_is_none() {
    let event = |id: u32, version: u32| {
        format!(
            r#""id":"ev-{id}","version":{version},"time":"2026-01-01T00:00:{id:02}Z","payload":{{"n":{id}}}"#
        )
    };
    let side =
        |version: &dyn Fn(u32) -> u32| -> Vec<String> { (0..8).map(|id| event(id, version(id))).collect() };
    let found = |left: &[String], right: &[String]| {
        let left: Vec<&str> = left.iter().map(String::as_str).collect();
        let right: Vec<&str> = right.iter().map(String::as_str).collect();
        let sides = two(&left, &right);
        compared(sides.path(), &["left.ndjson", "right.ndjson"]).0
    };
    let left = side(&|id| id + 1);
    assert_eq!(found(&left, &side(&|id| id)), Vec::<Value>::new());
    // One is said to be v33.
    let right = side(&|id| if id == 2 { 33 } else { id + 1 });
    let conflicts = found(&left, &right);
    assert_eq!(conflicts.len(), 1, "{conflicts:?}");
    assert_eq!(conflicts[0]["category"], "conflict");
    assert_eq!(
        conflicts[0]["fields"],
        serde_json::json!([{"path": "version", "left": 3, "right": 33}])
    );
    // Versions that follow no rule mean something else there.
    assert_eq!(found(&left, &side(&|id| 100 + id * id)), Vec::<Value>::new());
}

#[test]
fn clocks_that_are_apart_and_sides_without_times_are_told() {
    let timed = |hour: u32| {
        let event = |id: u32| format!(r#""id":"ev-{id}","time":"2026-01-01T{hour:02}:00:{id:02}Z""#);
        (0..9).map(event).collect::<Vec<String>>()
    };
    let told = |left: &[String], right: &[String]| {
        let left: Vec<&str> = left.iter().map(String::as_str).collect();
        let right: Vec<&str> = right.iter().map(String::as_str).collect();
        let sides = two(&left, &right);
        leftfold(sides.path(), &["compare", "left.ndjson", "right.ndjson"]).err
    };
    let apart = told(&timed(1), &timed(2));
    assert!(apart.contains("other clocks or time zones"), "{apart}");
    assert!(!told(&timed(1), &timed(1)).contains("clocks"));
    let without: Vec<String> = (0..9).map(|id| format!(r#""id":"ev-{id}""#)).collect();
    let told = told(&without, &without[..8]);
    assert!(told.contains("a side has no times"), "{told}");
}

#[test]
fn a_line_that_cannot_be_read_is_the_event_that_stands_there_on_the_other_side() {
    let line = |n: u32| {
        format!(
            "{{\"stream\":\"s\",\"type\":\"E\",\"version\":{n},\"time\":\"2026-01-01T00:00:0{n}Z\",\"payload\":{{\"n\":{n}}}}}\n"
        )
    };
    let all: Vec<String> = (1..=6).map(line).collect();
    let folder = folder();
    fs::write(folder.path().join("left.ndjson"), all.concat()).expect("a file");
    let mut copy = all.clone();
    copy[2] = "{\"stream\":\"s\",\"typ\n".to_owned();
    copy[3] = "\u{0}\u{0}\u{0}\n".to_owned();
    fs::write(folder.path().join("right.ndjson"), copy.concat()).expect("a file");
    let (found, summary, code) = compared(folder.path(), &["left.ndjson", "right.ndjson"]);
    assert_eq!(
        told(&found),
        ["undecodable confirmed v3", "undecodable confirmed v4"]
    );
    assert_eq!((code, &summary["identity"]), (Some(1), &"version".into()));
    assert_eq!(found[0]["stream"], "s");
    assert!(found[0]["right"]["payload_base64"].is_string(), "{}", found[0]);
    let text = leftfold(folder.path(), &["compare", "left.ndjson", "right.ndjson"]);
    assert!(text.out.contains("cannot be read on the right: "), "{}", text.out);
    // The other way round, too; and what both sides have so is no difference.
    let (found, ..) = compared(folder.path(), &["right.ndjson", "left.ndjson"]);
    assert_eq!(found.len(), 2);
    assert!(
        found
            .iter()
            .all(|f| f["category"] == "undecodable" && f["right"]["version"].is_u64())
    );
    leftfold(folder.path(), &["compare", "right.ndjson", "right.ndjson"]).ok();
    // One more is lost beside them: which is which cannot be told.
    copy.remove(4);
    fs::write(folder.path().join("right.ndjson"), copy.concat()).expect("a file");
    let (found, ..) = compared(folder.path(), &["left.ndjson", "right.ndjson"]);
    let count = |category: &str| found.iter().filter(|f| f["category"] == category).count();
    assert_eq!((count("undecodable"), count("missing"), found.len()), (2, 3, 5));
    let plan = leftfold(
        folder.path(),
        &["repair", "left.ndjson", "right.ndjson", "--json"],
    );
    assert!(plan.out.contains("\"because\""), "{}", plan.err);
}

#[test]
fn a_payload_that_can_be_read_on_one_side_only_is_undecodable_there() {
    let with = |payload: &str| format!("\"version\":1,\"time\":\"2026-01-01T00:00:01Z\",{payload}");
    let good = with("\"payload\":{\"n\":1}");
    let bad = with("\"payload_base64\":\"//79\"");
    let folder = two(&[&good], &[&bad]);
    let (found, ..) = compared(folder.path(), &["left.ndjson", "right.ndjson"]);
    assert_eq!(told(&found), ["undecodable confirmed v1"]);
    // What neither side can read is compared by its bytes.
    let folder = two(&[&bad], &[&with("\"payload_base64\":\"//78\"")]);
    let (found, ..) = compared(folder.path(), &["left.ndjson", "right.ndjson"]);
    assert_eq!(told(&found), ["conflict confirmed v1"]);
}

#[test]
fn a_new_event_that_takes_the_version_of_another_one_collides_with_it() {
    let one = |id: &str, version: u32, second: u32| {
        format!(
            "\"id\":\"00000000-0000-7000-8000-00000000000{id}\",\"version\":{version},\"time\":\"2026-01-01T00:00:{second:02}Z\",\"payload\":{{\"of\":\"{id}\"}}"
        )
    };
    let (a, b, c) = (one("a", 1, 1), one("b", 2, 2), one("c", 3, 3));
    // Beside the event that claims it, and in its place.
    let folder = two(&[&a, &b, &c], &[&a, &b, &one("d", 2, 2), &c]);
    let (found, ..) = compared(folder.path(), &["left.ndjson", "right.ndjson"]);
    assert_eq!(told(&found), ["version-collision confirmed v2"]);
    assert_eq!(found[0]["of"]["payload"]["of"], "b");
    let folder = two(&[&a, &b, &c], &[&a, &one("d", 2, 2), &c]);
    let (found, ..) = compared(folder.path(), &["left.ndjson", "right.ndjson", "--settled"]);
    assert_eq!(
        told(&found),
        ["missing confirmed v2", "version-collision confirmed v2"]
    );
    let text = leftfold(folder.path(), &["compare", "left.ndjson", "right.ndjson"]).out;
    assert!(
        text.contains("claims the version of another event of the left"),
        "{text}"
    );
    // Who counts on behind a new event takes nobody's version.
    let folder = two(
        &[&a, &b, &c],
        &[&a, &one("d", 2, 2), &one("b", 3, 2), &one("c", 4, 3)],
    );
    let (found, ..) = compared(folder.path(), &["left.ndjson", "right.ndjson", "--settled"]);
    assert_eq!(told(&found), ["extra confirmed v2"]);
    // From 0 on the left, from 1 on the right.
    let folder = two(&[&one("a", 0, 1), &one("b", 1, 2)], &[&a, &b, &one("d", 3, 9)]);
    let (found, ..) = compared(folder.path(), &["left.ndjson", "right.ndjson", "--settled"]);
    assert_eq!(told(&found), ["extra confirmed v3"]);
}

#[test]
fn what_is_known_by_its_content_is_elsewhere_if_nothing_else_says_it() {
    let line = |stream: &str, second: u32, payload: &str| {
        format!(
            "{{\"stream\":\"{stream}\",\"type\":\"E\",\"time\":\"2026-01-01T00:{second:02}:00Z\",\"payload\":{payload}}}\n"
        )
    };
    let compared = |left: &[String], right: &[String]| {
        let folder = folder();
        fs::write(folder.path().join("left.ndjson"), left.concat()).expect("a file");
        fs::write(folder.path().join("right.ndjson"), right.concat()).expect("a file");
        let (found, ..) = compared(folder.path(), &["left.ndjson", "right.ndjson", "--settled"]);
        let mut told: Vec<String> = found
            .iter()
            .map(|f| f["category"].as_str().unwrap_or_default().to_owned())
            .collect();
        told.sort();
        told
    };
    let same = [line("a-1", 1, "{\"n\":1}"), line("b-1", 1, "{\"n\":2}")];
    let with = |more: &[String]| [&same[..], more].concat();
    let lost = line("a-1", 2, "{\"total\":7}");
    assert_eq!(
        compared(
            &with(std::slice::from_ref(&lost)),
            &with(&[line("b-1", 2, "{\"total\":7}")])
        ),
        ["placement"]
    );
    // At another time it is another one; and of two that say the same nobody can tell.
    assert_eq!(
        compared(
            &with(std::slice::from_ref(&lost)),
            &with(&[line("b-1", 9, "{\"total\":7}")])
        ),
        ["extra", "missing"]
    );
    let twice = [line("b-1", 2, "{\"total\":7}"), line("c-1", 2, "{\"total\":7}")];
    assert_eq!(
        compared(&with(&[lost]), &with(&twice)),
        ["extra", "extra", "missing"]
    );
}

#[test]
fn half_of_a_surrogate_pair_is_no_other_text_and_is_shown_as_it_was_written() {
    let folder = folder();
    let event = |n: u32, text: &str| {
        format!(
            "{{\"stream\":\"s-1\",\"version\":{n},\"type\":\"Said\",\"time\":\"2026-01-01T00:00:0{n}Z\",\"payload\":{{\"t{n}\":\"{text}\"}}}}\n"
        )
    };
    let of = |texts: [&str; 3]| (1..).zip(texts).map(|(n, t)| event(n, t)).collect::<String>();
    write(
        folder.path(),
        "left.ndjson",
        of([r"\ud83d", r"\ud83d", r"\ud83d\ude00"]),
    );
    write(
        folder.path(),
        "right.ndjson",
        of([r"\uD83D", "\u{fffd}", "\u{1f600}"]),
    );
    let run = leftfold(
        folder.path(),
        &["compare", "left.ndjson", "right.ndjson", "--settled", "--json"],
    );
    assert_eq!(run.code, Some(1));
    let found: Vec<&str> = run.out.lines().filter(|l| l.contains("\"conflict\"")).collect();
    assert_eq!(found.len(), 1 + 1, "one finding and the summary: {}", run.out);
    assert!(
        found[0].contains("{\"path\":\"/t2\",\"left\":\"\\ud83d\",\"right\":\"\u{fffd}\"}"),
        "{}",
        found[0]
    );
    let state = leftfold(folder.path(), &["state", "left.ndjson", "s-1", "--json"]).ok();
    assert!(
        state.contains("{\"t1\":\"\\ud83d\",\"t2\":\"\\ud83d\",\"t3\":\"\u{1f600}\"}"),
        "{state}"
    );
    let export = leftfold(folder.path(), &["export", "left.ndjson", "-O", "-"]).ok();
    assert!(export.contains(r#""t1":"\ud83d""#), "{export}");
}

/// Records as `kcat -J` writes them: key, partition and offset.
fn kcat(records: &[(&str, u32, u32)]) -> String {
    let record = |(key, partition, offset): &(&str, u32, u32)| {
        format!(
            "{{\"topic\":\"orders\",\"partition\":{partition},\"offset\":{offset},\"tstype\":\"create\",\"ts\":{},\"broker\":0,\
             \"headers\":[],\"key\":\"{key}\",\"payload\":\"{{\\\"n\\\":{offset}}}\"}}\n",
            1_767_225_600_000_u64 + u64::from(*offset)
        )
    };
    records.iter().map(record).collect()
}

#[test]
fn partitions_that_lines_state_are_compared() {
    let folder = folder();
    let left = [("a", 0, 0), ("a", 0, 1), ("b", 1, 5), ("b", 1, 6)];
    write(folder.path(), "left.ndjson", kcat(&left));
    let mut right = left;
    right[1].1 = 1;
    write(folder.path(), "right.ndjson", kcat(&right));
    let sides = ["left.ndjson", "right.ndjson", "--settled"];
    let (found, summary, code) = compared(folder.path(), &sides);
    assert_eq!(code, Some(1), "{summary}");
    let told: Vec<(&Value, &Value)> = found.iter().map(|f| (&f["category"], &f["fields"])).collect();
    let fields = serde_json::json!([{"path": "partition", "left": 0, "right": 1}]);
    assert_eq!(told, [(&"placement".into(), &fields)]);
    // Of another number of partitions a key's is another one, too.
    for record in &mut right {
        record.1 += 1;
    }
    write(folder.path(), "right.ndjson", kcat(&right));
    let run = leftfold(folder.path(), &[&["compare"][..], &sides].concat());
    assert_eq!(run.code, Some(0), "{}", run.out);
    let told = "partitions are not compared: the left side has records in 0, 1, the right one in 1, 2";
    assert!(run.err.contains(told), "{}", run.err);
}
