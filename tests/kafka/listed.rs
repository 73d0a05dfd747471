//! Events listed straight from a topic, and the same lines that kcat writes.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::rig::{leftfold, program, rig};

fn sorted(lines: Vec<Value>) -> Vec<Value> {
    let mut lines = lines;
    lines.sort_by_key(|l| (l["partition"].as_i64(), l["offset"].as_i64()));
    lines
}

#[test]
fn the_lines_hold_what_kcats_hold_field_by_field() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    for topic in [
        "orders",
        "odd",
        "transactions",
        "compacted",
        "trimmed",
        "codecs-zstd",
        "append-time",
        "cdc",
        "empty",
    ] {
        let done = Command::new("kcat")
            .args([
                "-C",
                "-e",
                "-q",
                "-J",
                "-b",
                rig.brokers(),
                "-t",
                topic,
                "-o",
                "beginning",
            ])
            .output()
            .expect("kcat runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let mut theirs = Vec::new();
        let mut not_json = 0;
        for line in done.stdout.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
            // Bytes that are no UTF-8 come out of kcat as they are; such a line is no JSON.
            match serde_json::from_slice::<Value>(line) {
                Ok(value) => theirs.push(value),
                Err(_) => not_json += 1,
            }
        }
        let run = leftfold(
            folder.path(),
            &["events", "-b", rig.brokers(), "-t", topic, "-e", "-J"],
        );
        let all: Vec<Value> = run
            .ok()
            .lines()
            .map(|l| serde_json::from_str(l).expect("every line is JSON"))
            .collect();
        assert_eq!(all.len(), theirs.len() + not_json, "{topic}");
        let of_text = |line: &Value| !line.to_string().contains("base64");
        let ours: Vec<Value> = all.into_iter().filter(of_text).collect();
        assert_eq!(sorted(ours), sorted(theirs), "{topic}");
        assert_eq!(not_json > 0, topic == "odd", "{topic}");
    }
}

#[test]
fn events_of_a_topic_are_listed_and_filtered_as_those_of_a_file() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let from = ["events", "-b", rig.brokers(), "-t", "orders"];
    let run = |more: &[&str]| leftfold(folder.path(), &[&from, more].concat());
    let truth = rig.truth("orders", true);
    assert_eq!(run(&["--json"]).ok().lines().count(), truth.len());
    let kind = truth[0].headers[0].1.clone().expect("orders have a type");
    let kind = String::from_utf8(kind).expect("as text");
    let of_kind = truth
        .iter()
        .filter(|r| r.headers[0].1.as_deref() == Some(kind.as_bytes()))
        .count();
    let filter = format!("type == \"{kind}\"");
    assert_eq!(run(&["--json", "-f", &filter]).ok().lines().count(), of_kind);
    assert_eq!(run(&["--json", "-c", "5"]).ok().lines().count(), 5);
    let last = run(&["--json", "-o", "-2", "-p", "1"]).ok();
    let offsets: Vec<i64> = last
        .lines()
        .map(|l| {
            serde_json::from_str::<Value>(l).expect("JSON")["offset"]
                .as_i64()
                .expect("an offset")
        })
        .collect();
    let high = truth
        .iter()
        .filter(|r| r.partition == 1)
        .map(|r| r.offset)
        .max()
        .expect("there are some");
    assert_eq!(offsets, [high - 1, high]);
    assert_eq!(run(&["-t", "nowhere"]).refused(), "kafka-no-topic");
    // Nothing is left: neither here nor in the folder for temporary files.
    let left = std::fs::read_dir(folder.path())
        .expect("the folder can be read")
        .count();
    assert!(left <= 1, "only the cache may be there");
}

/// Writes numbered records to a topic of one partition, which it makes before the first: NAME FROM TO.
const WRITE: &str = r#"
import sys
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic
address = {"bootstrap.servers": sys.argv[1]}
name, first, end = sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
admin = AdminClient(address)
if first == 0:
    admin.create_topics([NewTopic(name, 1, 1)])[name].result(300)
producer = Producer(address | {"enable.idempotence": True})
for i in range(first, end):
    producer.produce(name, f'{{"type":"Counted","n":{i}}}', f"k{i % 3}")
assert producer.flush(300) == 0
"#;

#[test]
fn events_are_shown_as_they_come_and_only_those_asked_for() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let topic = format!("followed-{}", std::process::id());
    rig.python(WRITE, &[&topic, "0", "10"]);
    let mut args = vec![
        "events",
        "-b",
        rig.brokers(),
        "-t",
        &topic,
        "-o",
        "beginning",
        "--follow",
        "--json",
    ];
    args.extend(["-f", "payload.n % 2 == 0", "-c", "10"]);
    let mut run = program(folder.path(), &args)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut lines = BufReader::new(run.stdout.take().expect("its output is piped")).lines();
    let mut next = || -> Value {
        let line = lines.next().expect("a line comes").expect("it is text");
        serde_json::from_str(&line).expect("every line is JSON")
    };
    for n in [0, 2, 4, 6, 8] {
        assert_eq!(next()["payload"]["n"], n);
    }
    // The first five stand there while it waits for more.
    rig.python(WRITE, &[&topic, "10", "40"]);
    for n in [10, 12, 14, 16, 18] {
        let line = next();
        assert_eq!(
            (&line["payload"]["n"], &line["type"]),
            (&Value::from(n), &Value::from("Counted"))
        );
        assert_eq!(line["position"], format!("{topic}[0]@{n}"));
        // It reads from the first record on, so it can count: every third is of the same stream.
        assert_eq!(line["version"], n / 3 + 1);
    }
    assert!(run.wait().expect("it ends").success(), "enough is enough");
    assert_eq!(
        leftfold(
            folder.path(),
            &[
                "events",
                "-b",
                rig.brokers(),
                "-t",
                &topic,
                "--follow",
                "-f",
                "nonsense >"
            ]
        )
        .refused(),
        "filter-syntax"
    );
}
