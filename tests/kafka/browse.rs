//! What a cluster has, told without reading it through, and how far a connection gets.

use serde_json::Value;

use crate::rig::{leftfold, rig};

fn lines(text: &str) -> Vec<Value> {
    let line = |l: &str| serde_json::from_str(l).expect("every line is JSON");
    text.lines().map(line).collect()
}

#[test]
fn every_topic_is_listed_with_its_bounds_and_how_it_is_kept() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let listed = leftfold(folder.path(), &["topics", "-b", rig.brokers(), "--json"]).ok();
    let found = lines(&listed);
    let names: Vec<&str> = found.iter().filter_map(|t| t["topic"].as_str()).collect();
    for topic in rig.topics() {
        assert!(names.contains(&topic.as_str()), "{topic} is missing: {names:?}");
    }
    let of = |name: &str| found.iter().find(|t| t["topic"] == name).expect("it is listed");
    assert_eq!(of("trimmed")["partitions"][0]["low"], 123);
    assert_eq!(of("trimmed")["partitions"].as_array().map(Vec::len), Some(3));
    assert!(
        of("compacted")["config"]["cleanup.policy"]
            .as_str()
            .is_some_and(|p| p.contains("compact"))
    );
    assert_eq!(
        of("append-time")["config"]["message.timestamp.type"],
        "LogAppendTime"
    );
    let high = |t: &Value| {
        t["partitions"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|p| p["high"].as_i64().unwrap_or(0))
            .sum::<i64>()
    };
    assert_eq!(of("orders")["at_most"], high(of("orders")));
}

#[test]
fn a_pattern_stands_for_the_topics_it_fits() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let listed = leftfold(
        folder.path(),
        &["topics", "-b", rig.brokers(), "-t", "^mirror-[ab]$", "--json"],
    )
    .ok();
    let names: Vec<Value> = lines(&listed).into_iter().map(|t| t["topic"].clone()).collect();
    assert_eq!(names, ["mirror-a", "mirror-b"]);
    leftfold(
        folder.path(),
        &[
            "capture",
            "-b",
            rig.brokers(),
            "-t",
            "^mirror-[ab]$",
            "m.leftfold",
        ],
    )
    .ok();
    let told: Value =
        serde_json::from_str(&leftfold(folder.path(), &["inspect", "m.leftfold", "--json"]).ok())
            .expect("inspect gives JSON");
    let truth = rig.truth("mirror-a", true).len() + rig.truth("mirror-b", true).len();
    assert_eq!(told["stores"][0]["events"], truth);
    let run = |pattern| leftfold(folder.path(), &["topics", "-b", rig.brokers(), "-t", pattern]);
    assert_eq!(run("^nothing-of-that-name$").refused(), "kafka-no-topic");
    assert_eq!(run("^(").refused(), "kafka-property");
}

#[test]
fn a_sample_shows_the_latest_records_decoded() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let flags = [
        "topics",
        "-b",
        rig.brokers(),
        "-r",
        rig.fact("registry"),
        "-t",
        "orders-avro",
        "--sample",
        "3",
    ];
    let found = lines(&leftfold(folder.path(), &[&flags[..], &["--json"]].concat()).ok());
    let sample = found[0]["sample"].as_array().expect("a sample");
    let truth = rig.truth("orders-avro", true);
    let mut latest = Vec::new();
    for partition in 0..2 {
        let of: Vec<_> = truth.iter().filter(|r| r.partition == partition).collect();
        latest.extend(of[of.len() - 3..].iter().map(|r| r.place()));
    }
    let places: Vec<&str> = sample.iter().filter_map(|e| e["position"].as_str()).collect();
    assert_eq!(places, latest);
    assert!(
        sample.iter().all(|e| e["payload"]["orderId"].is_string()),
        "{sample:?}"
    );
    let first = truth
        .iter()
        .map(|r| r.timestamp)
        .min()
        .expect("there are records");
    let first = leftfold_event::Timestamp::from_units(first, 3).expect("a time");
    assert_eq!(found[0]["first_time"], first.to_string());
    let shown = leftfold(folder.path(), &flags).ok();
    assert!(shown.contains("avro") && shown.contains(&latest[0]), "{shown}");
    let empty = lines(
        &leftfold(
            folder.path(),
            &[
                "topics",
                "-b",
                rig.brokers(),
                "-t",
                "empty",
                "--sample",
                "3",
                "--json",
            ],
        )
        .ok(),
    );
    assert_eq!(empty[0]["sample"], serde_json::json!([]));
}

#[test]
fn a_connection_is_tried_step_by_step() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (alice, tls) = (rig.client("plain-alice.conf"), rig.client("ssl.conf"));
    let stranger = format!("ssl.ca.location={}", rig.fact("stranger_ca"));
    let went = |flags: &[&str], code: Option<&str>| -> Vec<String> {
        let run = leftfold(folder.path(), &[&["topics", "--test", "--json"], flags].concat());
        match code {
            None => assert_eq!(run.code, Some(0), "{}", run.err),
            Some(code) => assert!(run.code == Some(2) && run.err.contains(code), "{}", run.err),
        }
        let out = String::from_utf8(run.out).expect("the output is text");
        assert!(!out.contains("-secret"), "{out}");
        lines(&out)
            .iter()
            .map(|s| {
                format!(
                    "{} {}",
                    s["part"].as_str().unwrap_or_default(),
                    s["outcome"].as_str().unwrap_or_default()
                )
            })
            .collect()
    };
    assert_eq!(
        went(&["-F", &alice, "-r", rig.fact("registry")], None),
        [
            "properties works",
            "network works",
            "tls works",
            "login works",
            "topics works",
            "registry works"
        ]
    );
    assert_eq!(
        went(&["-b", rig.brokers()], None),
        [
            "properties works",
            "network works",
            "tls none",
            "login none",
            "topics works",
            "registry none"
        ]
    );
    assert_eq!(
        went(
            &["-F", &alice, "-X", "sasl.password=wrong-secret"],
            Some("kafka-sasl")
        ),
        [
            "properties works",
            "network works",
            "tls works",
            "login fails",
            "topics not-reached",
            "registry none"
        ]
    );
    assert_eq!(
        went(&["-F", &tls, "-X", &stranger], Some("kafka-tls")),
        [
            "properties works",
            "network works",
            "tls fails",
            "login not-reached",
            "topics not-reached",
            "registry none"
        ]
    );
    assert_eq!(
        went(
            &["-b", "127.0.0.1:9", "-r", rig.fact("registry_guarded")],
            Some("kafka-unreachable")
        ),
        [
            "properties works",
            "network fails",
            "tls not-reached",
            "login not-reached",
            "topics not-reached",
            "registry fails"
        ]
    );
    assert_eq!(
        went(
            &["-b", rig.brokers(), "-X", "no.such.property=1"],
            Some("kafka-property")
        )[0],
        "properties fails"
    );
}
