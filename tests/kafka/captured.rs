//! What a capture holds is what lies in the topic.

use std::fs;

use crate::rig::{assert_same, captured, leftfold, rig};

#[test]
fn every_topic_is_captured_as_it_lies_there() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let topics = rig.topics();
    let mut args = vec!["capture", "-b", rig.brokers()];
    for topic in &topics {
        args.extend(["-t", topic]);
    }
    args.push("all.leftfold");
    leftfold(folder.path(), &args).ok();
    let found = captured(&folder.path().join("all.leftfold"));
    for topic in &topics {
        let of_topic: Vec<_> = found.iter().filter(|r| r.topic == *topic).cloned().collect();
        assert_same(&of_topic, &rig.truth(topic, true));
    }
    let names: Vec<_> = fs::read_dir(folder.path())
        .expect("the folder can be read")
        .map(|e| e.expect("the folder can be read").file_name())
        .collect();
    assert_eq!(names, ["all.leftfold"], "nothing else is written");
}

#[test]
fn aborted_and_open_transactions_are_captured_on_demand() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    for topic in ["transactions", "transactions-open"] {
        let mut args = vec!["capture", "-b", rig.brokers(), "-t", topic, "t.leftfold"];
        args.extend(["-X", "isolation.level=read_uncommitted"]);
        leftfold(folder.path(), &args).ok();
        let path = folder.path().join("t.leftfold");
        assert_same(&captured(&path), &rig.truth(topic, false));
        let told = leftfold(folder.path(), &["inspect", "t.leftfold"]).ok();
        assert!(told.contains("read uncommitted"), "{told}");
        fs::remove_file(path).expect("it is there");
    }
}

/// Whether a record is to be there.
type Wanted<'w> = Box<dyn Fn(&crate::rig::Record) -> bool + 'w>;

#[test]
fn a_range_is_captured_as_kcat_would_read_it() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let truth = rig.truth("orders", true);
    let of = |partition: i64| truth.iter().filter(move |r| r.partition == partition);
    let high = |partition| of(partition).map(|r| r.offset + 1).max().unwrap_or(0);
    let middle = truth[truth.len() / 2].timestamp;
    let late = middle + 600_000;
    let offset_at = |partition, ms| {
        of(partition)
            .find(|r| r.timestamp >= ms)
            .map_or(i64::MAX, |r| r.offset)
    };
    let (from, until) = (format!("s@{middle}"), format!("e@{late}"));
    let cases: Vec<(Vec<&str>, Wanted<'_>)> = vec![
        (vec!["-o", "beginning", "-p", "1"], Box::new(|r| r.partition == 1)),
        (vec!["-o", "17"], Box::new(|r| r.offset >= 17)),
        (vec!["-o", "-5"], Box::new(|r| r.offset >= high(r.partition) - 5)),
        (vec!["-o", "end"], Box::new(|_| false)),
        (
            vec!["-o", &from],
            Box::new(|r| r.offset >= offset_at(r.partition, middle) && r.timestamp >= middle),
        ),
        (
            vec!["-o", &from, "-o", &until],
            Box::new(|r| {
                r.offset >= offset_at(r.partition, middle)
                    && r.timestamp >= middle
                    && r.offset < offset_at(r.partition, late)
            }),
        ),
    ];
    for (flags, wanted) in cases {
        let mut args = vec!["capture", "-b", rig.brokers(), "-t", "orders", "r.leftfold"];
        args.extend(&flags);
        leftfold(folder.path(), &args).ok();
        let path = folder.path().join("r.leftfold");
        let truth: Vec<_> = truth.iter().filter(|r| wanted(r)).cloned().collect();
        assert_same(&captured(&path), &truth);
        fs::remove_file(path).expect("it is there");
    }
    let args = [
        "capture",
        "-b",
        rig.brokers(),
        "-t",
        "orders",
        "-p",
        "0",
        "-c",
        "7",
        "r.leftfold",
    ];
    leftfold(folder.path(), &args).ok();
    let first: Vec<_> = of(0).take(7).cloned().collect();
    assert_same(&captured(&folder.path().join("r.leftfold")), &first);
    // And on from there.
    leftfold(folder.path(), &args).ok();
    let first: Vec<_> = of(0).take(14).cloned().collect();
    assert_same(&captured(&folder.path().join("r.leftfold")), &first);
}

#[test]
fn a_range_that_ends_before_it_begins_is_refused_or_told() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let read = |range: [&str; 2]| {
        let [from, until] = range;
        let args = [
            "events",
            "-b",
            rig.brokers(),
            "-t",
            "orders",
            "-o",
            from,
            "-o",
            until,
        ];
        leftfold(folder.path(), &args)
    };
    for reversed in [
        ["10", "..5"],
        ["s@2026-01-02T00:00:00Z", "e@2026-01-01T00:00:00Z"],
    ] {
        let run = read(reversed);
        assert_eq!(run.refused(), "kafka-property", "{reversed:?}");
        assert!(run.err.contains("ends before it begins"), "{}", run.err);
    }
    // A capture that would hold nothing is not begun.
    let args = [
        "capture",
        "-b",
        rig.brokers(),
        "-t",
        "orders",
        "-o",
        "10",
        "-o",
        "..5",
        "o.leftfold",
    ];
    assert_eq!(leftfold(folder.path(), &args).refused(), "kafka-property");
    assert!(!folder.path().join("o.leftfold").exists());
    // Where only the topic tells, it is told.
    let run = read(["end", "..5"]);
    assert!(
        run.err.contains("the end lies before the beginning"),
        "{}",
        run.err
    );
    assert_eq!(run.ok(), "");
    let run = read(["0", "..5"]);
    assert!(!run.err.contains("nothing is read"), "{}", run.err);
    // A line of names before five records of each partition.
    assert_eq!(run.ok().lines().count(), 1 + 15);
}

#[test]
fn a_capture_says_where_it_comes_from_and_no_secret() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let conf = rig.client("plain-alice.conf");
    leftfold(
        folder.path(),
        &["capture", "-F", &conf, "-t", "orders", "o.leftfold"],
    )
    .ok();
    let path = folder.path().join("o.leftfold");
    let bytes = fs::read(&path).expect("the capture is there");
    let secret = b"alice-secret";
    assert!(
        !bytes.windows(secret.len()).any(|w| w == secret),
        "the password is in the file"
    );
    let connection = rusqlite::Connection::open(&path).expect("a capture is a SQLite file");
    let one = |sql: &str| -> String {
        let answer = connection.query_row(sql, [], |row| row.get::<_, rusqlite::types::Value>(0));
        match answer.unwrap_or_else(|e| panic!("{sql}: {e}")) {
            rusqlite::types::Value::Text(text) => text,
            other => format!("{other:?}"),
        }
    };
    let fact = |name: &str| one(&format!("SELECT value FROM capture WHERE name = '{name}'"));
    assert_eq!(fact("cluster_id"), "bGVmdGZvbGQtdGVzdC1yaQ");
    assert_eq!(fact("isolation"), "read_committed");
    assert_eq!(fact("tool"), concat!("leftfold ", env!("CARGO_PKG_VERSION")));
    let settings = one("SELECT settings FROM runs");
    assert!(
        settings.contains(r#""sasl.username":"alice""#) && settings.contains(r#""sasl.password":"***""#),
        "{settings}"
    );
    assert!(one("SELECT request FROM runs").contains(r#""topics":["orders"]"#));
    assert_eq!(one("SELECT outcome FROM runs"), "complete");
    assert_eq!(
        one("SELECT count(*) FROM watermarks WHERE high > low"),
        "Integer(3)"
    );
    assert_eq!(
        one("SELECT count(*) FROM partitions WHERE topic_id IS NOT NULL"),
        "Integer(3)"
    );
}

#[test]
fn a_capture_opens_like_any_other_history() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    leftfold(
        folder.path(),
        &["capture", "-b", rig.brokers(), "-t", "orders", "o.leftfold"],
    )
    .ok();
    let run = |args: &[&str]| leftfold(folder.path(), args).ok();
    let truth = rig.truth("orders", true);
    let inspected: serde_json::Value =
        serde_json::from_str(&run(&["inspect", "o.leftfold", "--json"])).expect("inspect gives JSON");
    assert_eq!(inspected["kind"], "capture");
    assert_eq!(inspected["stores"][0]["events"], truth.len());
    assert_eq!(inspected["stores"][0]["streams"], 1000);
    // Some record in the middle: its stream, its version, its place.
    let record = &truth[truth.len() / 2];
    let key = String::from_utf8(record.key.clone().expect("orders have keys")).expect("as text");
    let before = truth
        .iter()
        .filter(|r| r.key == record.key && r.offset <= record.offset)
        .count();
    let place = format!("#{}", record.place());
    let state: serde_json::Value =
        serde_json::from_str(&run(&["state", "o.leftfold", &key, "--at", &place, "--json"]))
            .expect("state gives JSON");
    assert_eq!(state["version"], before);
    assert_eq!(state["position"], record.place());
    let version = format!("v{before}");
    let same: serde_json::Value =
        serde_json::from_str(&run(&["state", "o.leftfold", &key, "--at", &version, "--json"]))
            .expect("state gives JSON");
    assert_eq!(same["state"], state["state"]);
    let exported = run(&["export", "o.leftfold"]);
    assert_eq!(exported.lines().count(), truth.len());
    let line: serde_json::Value =
        serde_json::from_str(exported.lines().nth(truth.len() / 2).expect("a line")).expect("a line is JSON");
    assert_eq!(line["topic"], "orders");
    assert_eq!(line["partition"], record.partition);
    assert_eq!(line["offset"], record.offset);
    assert_eq!(line["stream"], key);
    assert_eq!(
        line["type"],
        String::from_utf8_lossy(record.headers[0].1.as_deref().unwrap_or_default()).as_ref()
    );
    assert!(run(&["blame", "o.leftfold", &key]).contains("orders["));
    assert!(run(&["timeline", "o.leftfold"]).contains("orders"));
    let filtered = run(&[
        "events",
        "o.leftfold",
        "-f",
        &format!("stream == \"{key}\" && version == {before}"),
        "--json",
    ]);
    assert_eq!(filtered.lines().count(), 1, "{filtered}");
}

#[test]
fn a_mapping_says_what_names_the_stream_the_type_and_the_version() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    leftfold(
        folder.path(),
        &[
            "capture",
            "-b",
            rig.brokers(),
            "-r",
            rig.fact("registry"),
            "-t",
            "orders-avro",
            "o.leftfold",
        ],
    )
    .ok();
    let project = |mapping: &str| {
        let text = format!("[[source]]\nname = 'o'\npath = 'o.leftfold'\n[source.mapping]\n{mapping}\n");
        fs::write(folder.path().join("leftfold.toml"), text).expect("it can be written");
    };
    let run = |args: &[&str]| leftfold(folder.path(), args);
    project(
        "stream = 'order/{payload@/orderId}'\ntype = { column = 'schema', at = '/name' }\nversion = { column = 'payload', at = '/version' }",
    );
    let lines = run(&["events", "o.leftfold", "--json"]).ok();
    assert_eq!(lines.lines().count(), rig.truth("orders-avro", true).len());
    for line in lines.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("every line is JSON");
        assert_eq!(
            line["stream"],
            format!(
                "order/{}",
                line["payload"]["orderId"].as_str().unwrap_or_default()
            )
        );
        assert_eq!(line["type"], line["schema"]["name"]);
        assert_eq!(line["version"], line["payload"]["version"]);
    }
    let state: serde_json::Value =
        serde_json::from_str(&run(&["state", "o.leftfold", "order/order-4", "--at", "v2", "--json"]).ok())
            .expect("state gives JSON");
    assert_eq!(state["state"]["version"], 2);
    // What it does not find is as the record has it.
    project("stream = { column = 'payload', at = '/nowhere' }");
    let line = run(&["events", "o.leftfold", "--json", "-c", "1"]).ok();
    assert!(line.contains(r#""stream":"order-4""#), "{line}");
    project("stream = 'key'\npayload = 'payload'");
    let run = run(&["events", "o.leftfold"]);
    assert_eq!(run.refused(), "source-mapping", "{}", run.err);
    assert!(
        run.err.contains("payload: a record of Kafka has its own"),
        "{}",
        run.err
    );
}
