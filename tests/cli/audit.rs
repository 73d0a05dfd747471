//! What one history tells against itself.

use std::fs;

use serde_json::Value;

use crate::run::{folder, leftfold, shop};

const LINES: &str = r#"{"stream":"a-1","version":1,"type":"Paid","time":"2026-01-01T00:00:00Z","id":"1","payload":{"cents":5}}
{"stream":"a-1","version":2,"type":"Paid","time":"2026-01-01T00:00:02Z","id":"2","causation_id":"1","payload":{"cents":6}}
{"stream":"a-1","version":5,"type":"Paid","time":"2026-01-01T00:00:03Z","id":"3","causation_id":"2","payload":{"cents":"5"}}
{"stream":"b-1","version":1,"type":"Sent","time":"2026-01-01T00:00:02.5Z","id":"4","causation_id":"3","payload":{"n":1}}
{"stream":"b-1","version":1,"type":"Sent","time":"2026-01-01T00:00:02.5Z","id":"5","causation_id":"1","payload":{"n":2}}
{"stream":"b-2","version":1,"type":"Sent","time":"2026-01-01T00:00:04Z","id":"6","payload":{"n":3}}
{"stream":"b-2","version":1,"type":"Sent","time":"2026-01-01T00:00:04Z","id":"6","payload":{"n":3.0}}
"#;

fn found(args: &[&str]) -> (i32, Vec<Value>) {
    let folder = folder();
    fs::write(folder.path().join("a.ndjson"), LINES).expect("it can be written");
    let run = leftfold(folder.path(), &[&["audit", "a.ndjson", "--json"], args].concat());
    let lines = run
        .out
        .lines()
        .map(|l| serde_json::from_str(l).expect("every line is JSON"))
        .collect();
    (run.code.expect("it exits"), lines)
}

fn told(line: &Value) -> String {
    let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
    format!(
        "{} {} {} after {}: {}",
        text("category"),
        text("stream"),
        line["left"]["id"].as_str().unwrap_or_default(),
        line["of"]["id"].as_str().unwrap_or_default(),
        text("message")
    )
}

#[test]
fn drift_versions_and_clocks_are_told_with_the_events_around() {
    let (code, mut lines) = found(&[]);
    assert_eq!(code, 1);
    let summary = lines.pop().expect("a summary");
    assert_eq!(summary["summary"]["events"], 7);
    assert_eq!(summary["summary"]["fails"], true);
    let told: Vec<String> = lines.iter().map(told).collect();
    assert_eq!(
        told,
        [
            "duplicate b-2 6 after 6: version 1 is there twice, and both say the same",
            "version-collision b-1 5 after 4: two events claim version 1, and they say different things",
            "version-gap a-1 3 after 2: versions 3 to 4 are missing",
            "schema-drift a-1 3 after 2: Paid: /cents becomes a text; before it was a number, 2 times",
            "clock-skew b-1 4 after 3: stamped 0.5 s before its cause in a-1",
        ]
    );
    assert_eq!(
        lines[3]["fields"],
        serde_json::json!([{"path": "/cents", "left": 6, "right": "5"}])
    );
}

#[test]
fn drift_of_events_without_times_goes_by_their_places_in_the_log() {
    let folder = folder();
    let event = |id: u32, time: Option<u32>, cents: &str| {
        let time = time.map_or_else(String::new, |s| format!("\"time\":\"2026-01-01T00:00:{s:02}Z\","));
        format!(
            "{{\"stream\":\"a-1\",\"type\":\"Paid\",{time}\"id\":\"{id}\",\"payload\":{{\"cents\":{cents}}}}}\n"
        )
    };
    let drift = |events: &[String]| {
        fs::write(folder.path().join("a.ndjson"), events.concat()).expect("it can be written");
        let run = leftfold(folder.path(), &["audit", "a.ndjson", "--only", "drift", "--json"]);
        told(&serde_json::from_str(run.out.lines().next().expect("a line")).expect("JSON"))
    };
    let expected = "schema-drift a-1 4 after 3: Paid: /cents becomes a text; before it was a number, 3 times";
    // The last ones have no time and are none the earlier for that.
    let some = [
        event(1, Some(1), "1"),
        event(2, Some(2), "2"),
        event(3, Some(3), "3"),
        event(4, None, "\"4\""),
        event(5, None, "\"5\""),
    ];
    assert_eq!(drift(&some), expected);
    let none = [
        event(1, None, "1"),
        event(2, None, "2"),
        event(3, None, "3"),
        event(4, None, "\"4\""),
        event(5, None, "\"5\""),
    ];
    assert_eq!(drift(&none), expected);
}

#[test]
fn who_takes_a_version_that_is_taken_puts_no_clock_wrong() {
    let folder = folder();
    let event = |id: &str, version: u32, second: u32, n: u32| {
        format!(
            "{{\"stream\":\"a-1\",\"version\":{version},\"type\":\"T\",\"id\":\"{id}\",\"time\":\"2026-01-01T10:00:{second:02}Z\",\"payload\":{{\"n\":{n}}}}}\n"
        )
    };
    let events = [
        event("1", 1, 0, 1),
        event("2", 2, 10, 2),
        event("3", 3, 20, 3),
        event("x", 2, 30, 9),
    ];
    fs::write(folder.path().join("a.ndjson"), events.concat()).expect("it can be written");
    let run = leftfold(folder.path(), &["audit", "a.ndjson", "--json"]);
    let categories: Vec<Value> = run
        .out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["category"].take())
        .filter(|category| !category.is_null())
        .collect();
    assert_eq!(categories, ["version-collision"]);
}

#[test]
fn a_report_can_be_asked_for_alone_and_clocks_fail_nothing() {
    let (code, lines) = found(&["--only", "clocks"]);
    assert_eq!((code, lines.len()), (0, 2));
    let (code, lines) = found(&["--only", "clocks", "--skew", "500ms"]);
    assert_eq!((code, lines.len()), (0, 1));
    let (code, lines) = found(&["--only", "drift"]);
    assert_eq!((code, lines.len()), (1, 2));
}

#[test]
fn the_demo_has_one_clock_that_is_wrong_and_nothing_else() {
    let run = leftfold(shop(), &["audit", "shop.db"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(
        run.out.contains("3,000 events: 1 clock-skew")
            && run
                .out
                .contains("payment after payment: 1 event stamped too early, by up to 1.2 s"),
        "{}",
        run.out
    );
}
