//! What `compare` finds between two histories.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::run::{Run, folder, leftfold, shop};

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

fn compared(folder: &Path, args: &[&str]) -> (Vec<Value>, Value, Option<i32>) {
    let mut all = vec!["compare"];
    all.extend(args);
    all.push("--json");
    let run = leftfold(folder, &all);
    let (found, summary) = findings(&run);
    (found, summary, run.code)
}

/// Two histories of the stream `s` as NDJSON, each event given by its own members.
fn two(left: &[&str], right: &[&str]) -> tempfile::TempDir {
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

fn told(found: &[Value]) -> Vec<String> {
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
fn a_verdict_has_a_time() {
    let event = |v: u32, second: u32| {
        format!(r#""version":{v},"time":"2026-01-01T00:00:{second:02}Z","payload":{v}"#)
    };
    let (left, late) = (
        [event(1, 0), event(2, 10), event(3, 50)],
        [event(1, 0), event(2, 45), event(3, 50)],
    );
    let of = |events: &[String; 3]| events.each_ref().map(String::as_str).map(str::to_owned);
    let (left, late) = (of(&left), of(&late));
    let folder = two(
        &left.each_ref().map(String::as_str),
        &late.each_ref().map(String::as_str),
    );
    let at = |at: &str| {
        let args = [
            "left.ndjson",
            "right.ndjson",
            "--lag-tolerance",
            "20s",
            "--at",
            at,
        ];
        let (found, summary, code) = compared(folder.path(), &args);
        let verdict = summary["verdict"].as_str().unwrap_or_default().to_owned();
        (told(&found), verdict, code)
    };
    let missing = |status: &str| vec![format!("missing {status} v2")];
    assert_eq!(at("2026-01-01T00:00:05Z").0, Vec::<String>::new());
    assert_eq!(
        at("2026-01-01T00:00:29Z"),
        (missing("pending"), "undecided".to_owned(), Some(0))
    );
    assert_eq!(
        at("2026-01-01T00:00:30Z"),
        (missing("confirmed"), "never".to_owned(), Some(1))
    );
    let healed = (
        vec!["late healed v2".to_owned()],
        "eventually-equal".to_owned(),
        Some(1),
    );
    assert_eq!(at("2026-01-01T00:00:45Z"), healed);
    assert_eq!(at("-5s"), healed);
}

#[test]
fn what_is_younger_than_the_lag_tolerance_is_pending() {
    let event = |v: u32, second: u32| {
        format!(r#""version":{v},"time":"2026-01-01T00:00:{second:02}Z","payload":{v}"#)
    };
    let (a, b, c) = (event(1, 0), event(2, 30), event(3, 40));
    let folder = two(&[&a, &b, &c], &[&a, &c]);
    let run = |more: &[&str]| {
        let mut args = vec!["left.ndjson", "right.ndjson"];
        args.extend(more);
        let (found, _, code) = compared(folder.path(), &args);
        (told(&found), code)
    };
    assert_eq!(run(&[]), (vec!["missing pending v2".to_owned()], Some(0)));
    assert_eq!(
        run(&["--lag-tolerance", "10s"]),
        (vec!["missing confirmed v2".to_owned()], Some(1))
    );
    assert_eq!(
        run(&["--settled"]),
        (vec!["missing confirmed v2".to_owned()], Some(1))
    );
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
fn findings_are_shown_by_how_certain_they_are() {
    let event =
        |id: u32, hour: u32| format!(r#""id":"ev-{id}","time":"2026-01-01T{hour:02}:00:00Z","payload":{id}"#);
    let both: Vec<String> = (10..20).map(|id| event(id, 0)).collect();
    let of = |more: &[String]| [&both[..], more].concat();
    let (left, right) = (of(&[event(1, 1), event(2, 2)]), of(&[event(3, 2)]));
    let left: Vec<&str> = left.iter().map(String::as_str).collect();
    let right: Vec<&str> = right.iter().map(String::as_str).collect();
    let sides = two(&left, &right);
    let ids = |status: &[&str]| {
        let ask = ["left.ndjson", "right.ndjson"];
        let (found, ..) = compared(sides.path(), &[&ask[..], status].concat());
        let id = |f: &Value, side: &str| f[side]["id"].as_str().map(str::to_owned);
        let ids: Vec<Option<String>> = found
            .iter()
            .map(|f| id(f, "left").or_else(|| id(f, "right")))
            .collect();
        ids.into_iter().flatten().collect::<Vec<_>>()
    };
    assert_eq!(ids(&[]), ["ev-1", "ev-2", "ev-3"]);
    assert_eq!(ids(&["--status", "confirmed"]), ["ev-1"]);
    assert_eq!(ids(&["--status", "pending,healed"]), ["ev-2", "ev-3"]);
    let ask = ["compare", "left.ndjson", "right.ndjson", "--status", "sure"];
    let told = leftfold(sides.path(), &ask).err;
    assert!(
        told.contains("there are pending, confirmed, healed, out-of-coverage"),
        "{told}"
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
fn the_first_divergence_is_where_something_differs_still() {
    let event = |id: u32, stream: u32, second: u32| {
        format!(
            r#"{{"stream":"s-{stream}","type":"E","id":"ev-{id}","time":"2026-01-01T00:{:02}:{:02}Z","payload":{{"n":{id}}}}}"#,
            second / 60,
            second % 60
        )
    };
    let all: Vec<String> = (0..20).map(|id| event(id, id % 2, id)).collect();
    let folder = folder();
    let write = |name: &str, lines: &[String]| {
        fs::write(folder.path().join(name), lines.join("\n")).expect("it can be written");
    };
    // On the right event 3 comes late, and event 8 is lost for good.
    let mut right = all.clone();
    right[3] = event(3, 1, 1500);
    right.remove(8);
    let end = event(99, 0, 3000);
    write("l.ndjson", &[&all[..], std::slice::from_ref(&end)].concat());
    write("r.ndjson", &[&right[..], &[end]].concat());
    let (found, summary, code) = compared(folder.path(), &["l.ndjson", "r.ndjson"]);
    let kinds: Vec<&str> = found.iter().filter_map(|f| f["category"].as_str()).collect();
    assert!(kinds.contains(&"late") && kinds.contains(&"missing"), "{kinds:?}");
    assert_eq!(code, Some(1));
    assert_eq!(summary["first"]["stream"], "s-0", "{summary}");
    assert_eq!(summary["first"]["common"], 4, "{summary}");
    // Each stream has a first divergence of its own.
    let (streams, ..) = compared(folder.path(), &["l.ndjson", "r.ndjson", "--streams"]);
    let told: Vec<_> = streams
        .iter()
        .map(|s| {
            (
                s["stream"].as_str(),
                s["common"].as_u64(),
                s["first"]["category"].as_str(),
            )
        })
        .collect();
    assert!(
        told.contains(&(Some("s-0"), Some(4), Some("missing"))),
        "{told:?}"
    );
    assert_eq!(told.len(), 2, "{told:?}");
    let table = leftfold(folder.path(), &["compare", "l.ndjson", "r.ndjson", "--streams"]).out;
    assert!(table.contains("in common") && table.contains("s-1"), "{table}");
}

#[test]
fn what_an_empty_side_lacks_is_pending_while_it_may_still_come() {
    let folder = folder();
    let line = |second: u32| {
        format!(
            r#"{{"stream":"s","type":"E","id":"ev-{second}","version":{second},"time":"2026-01-01T00:00:{second:02}Z"}}"#
        )
    };
    let all: Vec<String> = (1..50).map(line).collect();
    fs::write(folder.path().join("l.ndjson"), all.join("\n")).expect("it can be written");
    leftfold(folder.path(), &["demo", "--events", "1000", "-O", "r.db"]).ok();
    let counts = |more: &[&str]| {
        let ask = ["l.ndjson", "r.db", "--only-stream", "s"];
        let (_, summary, code) = compared(folder.path(), &[&ask[..], more].concat());
        (summary["findings"]["missing"].clone(), code)
    };
    let (missing, code) = counts(&[]);
    assert_eq!(
        (&missing["pending"], &missing["confirmed"]),
        (&30.into(), &19.into())
    );
    assert_eq!(code, Some(1));
    assert_eq!(counts(&["--lag-tolerance", "1h"]).1, Some(0));
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
