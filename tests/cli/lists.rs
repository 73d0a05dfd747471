//! The list of streams, and one event whole.

use std::collections::BTreeMap;
use std::fs;

use crate::run::{folder, leftfold, shop, write};

const LINES: &str = r#"{"stream":"a-1","type":"T","id":"one","time":"2026-11-20T10:00:00.5Z","payload":{"n":1}}
{"stream":"b-1","category":"b","type":"U","id":"two","causation_id":"one","time":"2026-11-21 10:00:00","payload":{"n":2},"metadata":{"user":"ann"}}
{"stream":"a-1","type":"V","id":"three","causation_id":"one","time":"2026-11-22T10:00:00Z","payload_base64":"/wAB"}
{"stream":"a-2","type":"W","id":"four","causation_id":"elsewhere","payload":{"n":4}}
"#;

fn json(line: &str) -> serde_json::Value {
    serde_json::from_str(line).expect("one JSON document")
}

#[test]
fn streams_are_counted_as_the_events_say() {
    let mut expected: BTreeMap<String, u64> = BTreeMap::new();
    for line in leftfold(shop(), &["events", "shop.db", "--json"]).ok().lines() {
        let stream = json(line)["stream"].as_str().expect("a stream").to_owned();
        *expected.entry(stream).or_default() += 1;
    }
    let out = leftfold(shop(), &["streams", "shop.db", "--json"]).ok();
    let listed: Vec<(String, u64)> = out
        .lines()
        .map(json)
        .map(|s| {
            (
                s["stream"].as_str().expect("a name").to_owned(),
                s["events"].as_u64().expect("a count"),
            )
        })
        .collect();
    assert_eq!(listed, expected.into_iter().collect::<Vec<_>>());
}

#[test]
fn streams_say_when_they_began_and_ended() {
    let folder = folder();
    write(folder.path(), "a.ndjson", LINES);
    let out = leftfold(folder.path(), &["streams", "a.ndjson", "--json", "--name", "A-1"]).ok();
    let stream = json(&out);
    assert_eq!(stream["events"], 2, "{out}");
    let time = |name: &str| stream[name].as_str().unwrap_or_default().to_owned();
    assert!(time("first_time").starts_with("2026-11-20T10:00:00.5"), "{out}");
    assert!(time("last_time").starts_with("2026-11-22T10:00:00"), "{out}");
    let timeless = leftfold(folder.path(), &["streams", "a.ndjson", "--json", "--name", "a-2"]).ok();
    assert!(!timeless.contains("time"), "{timeless}");
    let table = leftfold(folder.path(), &["streams", "a.ndjson"]).ok();
    assert_eq!(table.lines().count(), 4, "{table}");
    assert!(table.starts_with("stream"), "{table}");
}

#[test]
fn streams_are_kept_sorted_and_cut_as_asked() {
    let names = |args: &[&str]| -> Vec<String> {
        let out = leftfold(shop(), &[&["streams", "shop.db", "--json"], args].concat()).ok();
        out.lines()
            .map(|l| json(l)["stream"].as_str().expect("a name").to_owned())
            .collect()
    };
    let all = names(&["--category", "stock"]);
    assert!(
        all.len() > 3 && all.iter().all(|n| n.starts_with("stock-")),
        "{all:?}"
    );
    assert_eq!(names(&["--category", "stock", "-c", "2"]), all[..2]);
    assert_eq!(names(&["--category", "stock", "--limit", "2"]), all[..2]);
    assert_eq!(names(&["--category", "stock", "-o", "-2"]), all[all.len() - 2..]);
    let minus = names(&["-f", "payload.available < 0"]);
    assert_eq!(minus.len(), 1, "{minus:?}");
    let counts = |args: &[&str]| -> Vec<u64> {
        let out = leftfold(shop(), &[&["streams", "shop.db", "--json"], args].concat()).ok();
        out.lines()
            .map(|l| json(l)["events"].as_u64().expect("a count"))
            .collect()
    };
    assert!(counts(&["--sort", "events"]).is_sorted_by(|a, b| a >= b));
    assert_eq!(counts(&["-f", "payload.available < 0"]), [1]);
    let none = leftfold(shop(), &["streams", "shop.db", "--name", "zebra"]);
    assert_eq!((none.code, none.out.as_str()), (Some(0), ""));
    assert!(none.err.contains("no stream matches"), "{}", none.err);
}

#[test]
fn an_event_is_shown_whole_with_its_cause_and_its_effects() {
    let folder = folder();
    write(folder.path(), "a.ndjson", LINES);
    let shown = leftfold(folder.path(), &["event", "a.ndjson", "e1"]).ok();
    for part in [
        "b-1",
        "two",
        "2026-11-21T10:00:00Z",
        "zone assumed UTC",
        "resolution 1s",
        "one",
        "a-1 · T",
        "\"user\": \"ann\"",
        "\"n\": 2",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let told = json(&leftfold(folder.path(), &["event", "a.ndjson", "e0", "--effects", "--json"]).ok());
    assert_eq!(told["event"]["id"], "one");
    assert_eq!(
        (&told["time_zone"], &told["time_resolution"]),
        (&"stated".into(), &"100ms".into())
    );
    let effects: Vec<&str> = told["effects"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|e| e["type"].as_str())
        .collect();
    assert_eq!(effects, ["U", "V"]);
    assert_eq!(told.get("cause"), None);
    let caused = json(&leftfold(folder.path(), &["event", "a.ndjson", "e2", "--json"]).ok());
    assert_eq!(
        (&caused["cause"]["type"], &caused["payload_bytes"]),
        (&"T".into(), &3.into())
    );
    assert_eq!(caused.get("effects"), None);
    let elsewhere = leftfold(folder.path(), &["event", "a.ndjson", "e3"]).ok();
    assert!(
        elsewhere.contains("no event with that id is stored here"),
        "{elsewhere}"
    );
}

#[test]
fn the_stored_bytes_of_an_event_can_be_had_unchanged() {
    let folder = folder();
    write(folder.path(), "a.ndjson", LINES);
    let raw = |args: &[&str]| {
        let mut command = crate::run::program(folder.path(), &[&["event", "a.ndjson"], args].concat());
        command.output().expect("it starts").stdout
    };
    assert_eq!(raw(&["e2", "--raw"]), [0xff, 0, 1]);
    assert_eq!(raw(&["e0", "--raw"]), b"{\"n\":1}");
    assert_eq!(raw(&["e1", "--raw=metadata"]), b"{\"user\":\"ann\"}");
    let shown = leftfold(folder.path(), &["event", "a.ndjson", "e2"]).ok();
    assert!(shown.contains("ff 00 01") && shown.contains("3 bytes"), "{shown}");
    let none = leftfold(folder.path(), &["event", "a.ndjson", "e0", "--raw=metadata"]);
    assert_eq!((none.code, none.out.as_str()), (Some(0), ""));
    assert!(none.err.contains("no metadata"), "{}", none.err);
}

#[test]
fn an_event_is_found_by_each_kind_of_point() {
    let found = |args: &[&str]| {
        let out = leftfold(shop(), &[&["event", "shop.db", "--json"], args].concat()).ok();
        json(&out)["event"]["position"].as_i64()
    };
    assert_eq!(found(&["#7"]), Some(7));
    assert_eq!(found(&["e6"]), Some(7));
    assert_eq!(found(&["end"]), Some(3000));
    let of_stream = json(
        &leftfold(
            shop(),
            &["event", "shop.db", "v2", "--stream", "stock-SKU-0007", "--json"],
        )
        .ok(),
    );
    assert_eq!(of_stream["event"]["version"], 2);
    let last = json(&leftfold(shop(), &["event", "shop.db", "-0s", "--json"]).ok());
    let state = leftfold(
        shop(),
        &["events", "shop.db", "--order", "time", "-o", "-1", "--json"],
    )
    .ok();
    assert_eq!(last["event"], json(&state));
    let versionless = leftfold(shop(), &["event", "shop.db", "v2"]).failed();
    assert!(versionless.contains("--stream"), "{versionless}");
    let before = leftfold(shop(), &["event", "shop.db", "start"]).failed();
    assert!(before.contains("no event was recorded by then"), "{before}");
}

#[test]
fn a_demo_that_is_too_small_is_refused_with_the_size_that_works() {
    let folder = folder();
    let said = leftfold(folder.path(), &["demo", "--events", "10"]).failed();
    assert!(
        said.contains("10 events") && said.contains("1000 at least"),
        "{said}"
    );
    assert_eq!(
        fs::read_dir(folder.path()).expect("the folder is there").count(),
        0
    );
    leftfold(folder.path(), &["demo", "--events", "1000"]).ok();
    assert!(folder.path().join("shop.db").exists());
}

#[test]
fn a_demo_written_to_a_file_named_ndjson_is_ndjson() {
    let folder = folder();
    leftfold(folder.path(), &["demo", "--events", "1000", "-O", "lines.ndjson"]).ok();
    let lines = fs::read_to_string(folder.path().join("lines.ndjson")).expect("it is text");
    assert!(
        lines.starts_with('{'),
        "{}",
        lines.escape_debug().take(80).collect::<String>()
    );
}

#[test]
fn what_cannot_be_written_is_called_by_the_name_it_was_given() {
    let folder = folder();
    let shop = shop().join("shop.db");
    let shop = shop.to_str().expect("a plain path");
    for args in [
        &["export", shop, "-O", "no/such/out"][..],
        &["timeline", shop, "--svg", "no/such/out"],
        &["demo", "--events", "1000", "-O", "no/such/out"],
        &["demo", "--events", "1000", "--ndjson", "-O", "no/such/out"],
    ] {
        let said = leftfold(folder.path(), args).failed();
        assert!(
            said.contains("error[output-failed]: no/such/out: "),
            "{args:?}: {said}"
        );
        assert!(!said.contains("part"), "{args:?}: {said}");
    }
}
