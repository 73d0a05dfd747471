//! `leftfold compare`: how certain findings are, in the end and as known at a moment.

use std::fs;

use serde_json::Value;

use crate::compare::{compared, told, two};
use crate::run::{folder, leftfold};

#[test]
fn a_verdict_has_a_time() {
    let event = |v: u32, second: u32| {
        format!(r#""version":{v},"time":"2026-01-01T00:00:{second:02}Z","payload":{v}"#)
    };
    let (left, late) = (
        [event(1, 0), event(2, 10), event(3, 31), event(4, 50)],
        [event(1, 0), event(2, 45), event(3, 31), event(4, 50)],
    );
    let of = |events: &[String; 4]| events.each_ref().map(String::as_str).map(str::to_owned);
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
    // Nothing had come by then that says it should have been there.
    assert_eq!(at("2026-01-01T00:00:30Z").0, missing("pending"));
    assert_eq!(
        at("2026-01-01T00:00:31Z"),
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
fn what_came_within_the_tolerance_was_awaited_before_it_came() {
    let event = |v: u32, second: u32| {
        format!(
            r#""version":{v},"time":"2026-01-01T10:{:02}:{:02}Z","payload":{{"k":{v}}}"#,
            second / 60,
            second % 60
        )
    };
    let left = [event(1, 0), event(2, 60), event(3, 62), event(4, 120)];
    let right = [event(1, 0), event(2, 80), event(3, 82), event(4, 121)];
    let folder = two(
        &left.each_ref().map(String::as_str),
        &right.each_ref().map(String::as_str),
    );
    let at = |moment: &[&str]| {
        let (found, summary, code) = compared(
            folder.path(),
            &[&["left.ndjson", "right.ndjson"], moment].concat(),
        );
        let found: Vec<String> = found
            .iter()
            .map(|f| format!("{} {} {}", f["category"], f["status"], f["left"]["version"]).replace('"', ""))
            .collect();
        (
            found,
            summary["verdict"].as_str().unwrap_or_default().to_owned(),
            code,
        )
    };
    let pending = ["missing pending 2", "missing pending 3"]
        .map(str::to_owned)
        .to_vec();
    assert_eq!(
        at(&["--at", "2026-01-01T10:01:10Z"]),
        (pending, "undecided".to_owned(), Some(0))
    );
    let nothing = (Vec::new(), "eventually-equal".to_owned(), Some(0));
    assert_eq!(at(&["--at", "2026-01-01T10:01:30Z"]), nothing);
    assert_eq!(at(&[]), nothing);
}

/// Both sides of a line that was down from 10:00 to 10:20: an event a minute on the left, 10:05 never came to the right, and 10:06 came at 10:21.
fn line_that_was_down() -> tempfile::TempDir {
    let event = |v: u32, minute: u32| {
        format!(r#""version":{v},"time":"2026-01-01T10:{minute:02}:00Z","payload":{{"k":{v}}}"#)
    };
    let left: Vec<String> = (0..30).map(|m| event(m + 1, m)).collect();
    let kept = |m: &u32| *m == 0 || *m >= 20 || *m == 6;
    let right: Vec<String> = (0..30)
        .filter(kept)
        .map(|m| event(m + 1, if m == 6 { 21 } else { m }))
        .collect();
    let left: Vec<&str> = left.iter().map(String::as_str).collect();
    let right: Vec<&str> = right.iter().map(String::as_str).collect();
    two(&left, &right)
}

#[test]
fn what_a_line_that_was_down_had_not_brought_was_pending_until_it_was_up_again() {
    let folder = line_that_was_down();
    let at = |modes: &[&str], at: &str| {
        let mut args = vec!["left.ndjson", "right.ndjson", "--lag-tolerance", "1m", "--at", at];
        args.extend(modes);
        let (found, summary, _) = compared(folder.path(), &args);
        let mut statuses: Vec<String> = found
            .iter()
            .map(|f| f["status"].as_str().unwrap_or_default().to_owned())
            .collect();
        let all = statuses.len();
        statuses.sort();
        statuses.dedup();
        (
            all,
            statuses.join(" "),
            summary["known_until"].as_str().unwrap_or_default().to_owned(),
        )
    };
    let told =
        |n: usize, status: &str, until: &str| (n, status.to_owned(), format!("2026-01-01T10:{until}:00Z"));
    for modes in [
        &[][..],
        &["--mode", "correlated", "--key", "$.k"],
        &["--mode", "correlated", "--key", "$.k", "--within", "1m"],
    ] {
        // Without a deadline what came late belongs together all the same.
        let then = if modes.len() == 4 {
            told(18, "confirmed", "25")
        } else {
            told(19, "confirmed healed", "25")
        };
        assert_eq!(
            at(modes, "2026-01-01T10:10:00Z"),
            told(10, "pending", "00"),
            "{modes:?}"
        );
        assert_eq!(
            at(modes, "2026-01-01T10:19:59Z"),
            told(19, "pending", "00"),
            "{modes:?}"
        );
        assert_eq!(at(modes, "2026-01-01T10:25:00Z"), then, "{modes:?}");
    }
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
