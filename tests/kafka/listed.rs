//! Events listed straight from a topic, and the same lines that kcat writes.

use std::process::Command;

use serde_json::Value;

use crate::rig::{leftfold, rig};

/// kcat's fields that Leftfold has no use for: the broker that answered.
const LEFT_OUT: &[&str] = &["broker"];

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
                Ok(mut value) => {
                    let object = value.as_object_mut().expect("a line is an object");
                    for name in LEFT_OUT {
                        object.remove(*name);
                    }
                    theirs.push(value);
                }
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
