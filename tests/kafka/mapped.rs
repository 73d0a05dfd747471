//! Where streams, types and versions are found: said once, on the command line or in a profile, it holds for a topic read directly, for
//! one that is followed, and for its capture wherever that is opened.

use std::fs;

use serde_json::Value;

use crate::rig::{leftfold, rig};

/// The facts of `orders` in the payload.
const MAPPING: [&str; 6] = [
    "--map",
    "stream=o/{payload@/orderId}",
    "--map",
    "version=payload/version",
    "--map",
    "type=payload/at",
];

fn lines(text: &str) -> Vec<Value> {
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().expect("every line is JSON")
}

fn is_mapped(line: &Value) {
    let order = line["payload"]["orderId"].as_str().expect("orders have an id");
    assert_eq!(line["stream"], format!("o/{order}"));
    assert_eq!(line["version"], line["payload"]["version"]);
    assert_eq!(line["type"], line["payload"]["at"].to_string());
}

#[test]
fn a_topic_read_directly_has_its_facts_where_the_user_says() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a folder");
    let from = ["events", "-b", rig.brokers(), "-t", "orders", "--json"];
    let direct = lines(&leftfold(folder.path(), &[&from[..], &MAPPING].concat()).ok());
    assert_eq!(direct.len(), rig.truth("orders", true).len());
    direct.iter().for_each(is_mapped);

    // A topic that is followed says the same of itself.
    let follow = ["--follow", "-o", "beginning", "-c", "40"];
    let followed = lines(&leftfold(folder.path(), &[&from[..], &MAPPING, &follow].concat()).ok());
    assert_eq!(followed.len(), 40);
    followed.iter().for_each(is_mapped);

    let plain = &from[..from.len() - 1];
    let wrong = leftfold(folder.path(), &[plain, &["--map", "payload=key"]].concat());
    assert_eq!(wrong.refused(), "source-mapping");
    assert!(
        wrong.err.contains("payload: a record of Kafka has its own"),
        "{}",
        wrong.err
    );
    let wrong = leftfold(folder.path(), &[plain, &["--map", "straem=key"]].concat());
    assert!(
        wrong.err.contains("there is no field \"straem\""),
        "{}",
        wrong.err
    );
}

#[test]
fn a_capture_keeps_where_its_facts_are_found() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a folder");
    let run = |args: &[&str]| leftfold(folder.path(), args);
    let capture = ["capture", "-b", rig.brokers(), "-t", "orders"];
    run(&[&capture[..], &MAPPING, &["o.leftfold"]].concat()).ok();
    // Carried elsewhere, it opens the same.
    let elsewhere = tempfile::tempdir().expect("a folder");
    let moved = elsewhere.path().join("moved.leftfold");
    fs::copy(folder.path().join("o.leftfold"), &moved).expect("it can be copied");
    let all = lines(&leftfold(elsewhere.path(), &["events", "moved.leftfold", "--json"]).ok());
    assert_eq!(all.len(), rig.truth("orders", true).len());
    all.iter().for_each(is_mapped);
    let state = |at: &str| -> Value {
        let state = ["state", "moved.leftfold", "o/order-4", "--at", at, "--json"];
        serde_json::from_str(&leftfold(elsewhere.path(), &state).ok()).expect("state gives JSON")
    };
    assert_eq!(state("v2")["state"]["version"], 2);
    let told = leftfold(elsewhere.path(), &["inspect", "moved.leftfold"]).ok();
    assert!(
        told.contains("where facts of its records are found: stream, type, version"),
        "{told}"
    );

    // A second run that says nothing of it leaves it, and one that says something else counts.
    run(&[&capture[..], &["o.leftfold"]].concat()).ok();
    is_mapped(&lines(&run(&["events", "o.leftfold", "--json", "-c", "1"]).ok())[0]);
    let again = run(&[&capture[..], &["--map", "stream=topic", "-o", "5", "o.leftfold"]].concat());
    assert_eq!(again.code, Some(0), "{}", again.err);
    assert!(
        again.err.contains("goes on where it got to") && again.err.contains("-o) says nothing"),
        "{}",
        again.err
    );
    let line = &lines(&run(&["events", "o.leftfold", "--json", "-c", "1"]).ok())[0];
    assert_eq!(line["stream"], "orders");
    // Another topic beside it is told, not mixed in silently.
    let more = run(&["capture", "-b", rig.brokers(), "-t", "cdc", "o.leftfold"]);
    assert!(
        more.err
            .contains("the capture holds other topics, which stay as they are: orders"),
        "{}",
        more.err
    );
}

#[test]
fn a_profile_says_where_facts_are_found() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a folder");
    let profile = |mapping: &str| {
        let text = format!(
            "[kafka.shop]\nbootstrap.servers = '{}'\n[kafka.shop.mapping]\n{mapping}\n",
            rig.brokers()
        );
        fs::write(folder.path().join("leftfold.toml"), text).expect("it can be written");
    };
    profile("stream = 'o/{payload@/orderId}'\nversion = { column = 'payload', at = '/version' }");
    let run = |args: &[&str]| leftfold(folder.path(), args);
    let state = run(&[
        "state",
        "kafka://shop/orders",
        "o/order-4",
        "--at",
        "v2",
        "--json",
    ])
    .ok();
    let state: Value = serde_json::from_str(&state).expect("state gives JSON");
    assert_eq!(state["state"]["version"], 2);
    profile("table = 'x'\nstream = 'key'");
    let refused = run(&["events", "kafka://shop/orders"]);
    assert_eq!(refused.refused(), "project-file");
    assert!(refused.err.contains("[kafka.shop.mapping]"), "{}", refused.err);
}

#[test]
fn changes_of_rows_leave_the_row_behind_without_being_asked() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a folder");
    let state = |source: &str, key: &str| -> Value {
        let state = ["state", source, key, "--json"];
        serde_json::from_str(&leftfold(folder.path(), &state).ok()).expect("state gives JSON")
    };
    // Of a key with its schema the payload counts.
    for (topic, key) in [("cdc", r#"{"id":3}"#), ("cdc-with-schema", "3")] {
        let found = state(&format!("kafka://{}/{topic}", rig.brokers()), key);
        assert_eq!(found["projection"], "debezium", "{topic}");
        assert_eq!(found["state"]["email"], "k3@example.com", "{topic}");
        assert_eq!(
            found["state"]["credit"].to_string(),
            "9007199254740995",
            "{topic}"
        );
        assert!(found["state"].get("after").is_none(), "{topic}");
    }
}

#[test]
fn what_is_said_of_a_topic_that_is_not_read_is_refused() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a folder");
    let from = ["events", "-b", rig.brokers(), "-t", "orders"];
    let run = |more: &[&str]| leftfold(folder.path(), &[&from[..], more].concat());
    let refused = run(&["-s", "order:value=json"]);
    assert_eq!(refused.refused(), "usage");
    assert!(
        refused.err.contains("\"order\" is not among those that are read"),
        "{}",
        refused.err
    );
    let refused = run(&["--follow", "-o", "e@4102444800000"]);
    assert_eq!(refused.refused(), "usage");
    assert!(refused.err.contains("leave the end"), "{}", refused.err);
    assert!(run(&["-s", "orders:value=json", "--json"]).ok().lines().count() > 0);
}

/// Writes lines of `key TAB value` to a topic that it makes; an empty value is a tombstone.
const WRITE: &str = r#"
import sys
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic
address = {"bootstrap.servers": sys.argv[1]}
name = sys.argv[2]
admin = AdminClient(address)
admin.create_topics([NewTopic(name, 1, 1)])[name].result(300)
producer = Producer(address | {"enable.idempotence": True})
for line in sys.argv[3:]:
    key, value = line.split("\t")
    producer.produce(name, value or None, key)
assert producer.flush(300) == 0
"#;

#[test]
fn what_a_mapping_does_not_find_is_told_record_by_record() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a folder");
    let topic = format!("mapped-{}", std::process::id());
    rig.python(
        WRITE,
        &[&topic, "k1\t{\"order\":{\"id\":7}}", "k1\t", "k2\t{\"other\":1}"],
    );
    let from = ["events", "-b", rig.brokers(), "-t", &topic, "--json"];
    let run = |more: &[&str]| leftfold(folder.path(), &[&from[..], more].concat());
    let found = lines(&run(&["--map", "stream=payload/order/id"]).ok());
    let streams: Vec<&str> = found.iter().filter_map(|l| l["stream"].as_str()).collect();
    assert_eq!(streams, ["7", "k1", "k2"]);
    assert!(found[0].get("problem").is_none(), "{}", found[0]);
    for line in &found[1..] {
        let told = line["problem"]["message"].as_str().unwrap_or_default();
        assert!(told.contains("finds no stream in this record"), "{line}");
    }
    // A place that no record can have is a mistake.
    for wrong in ["stream=nosuch", "type=header/type", "stream=o-{bogus@/id}"] {
        let refused = run(&["--map", wrong]);
        assert!(
            refused.err.contains("a record of Kafka has no") && refused.code == Some(2),
            "{wrong}: {}",
            refused.err
        );
    }
}

#[test]
fn heartbeats_among_the_changes_of_rows_do_not_hide_them() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a folder");
    let topic = format!("beats-{}", std::process::id());
    let change = |id: u32, email: &str| {
        format!(
            "{{\"id\":{id}}}\t{{\"before\":null,\"after\":{{\"id\":{id},\"email\":\"{email}\"}},\"op\":\"c\",\"ts_ms\":1,\"source\":{{\"table\":\"t\"}}}}"
        )
    };
    let (one, two) = (change(1, "a"), change(2, "b"));
    rig.python(WRITE, &[&topic, "beat\t{\"ts_ms\":1}", &one, &two]);
    let state = |more: &[&str], stream: &str| -> Value {
        let capture = ["capture", "-b", rig.brokers(), "-t", &topic];
        let name = format!("{}.leftfold", more.len());
        leftfold(folder.path(), &[&capture[..], more, &[name.as_str()]].concat()).ok();
        let state = leftfold(folder.path(), &["state", &name, stream, "--json"]).ok();
        serde_json::from_str(&state).expect("state gives JSON")
    };
    let found = state(&[], r#"{"id":1}"#);
    assert_eq!(
        (&found["projection"], &found["state"]["email"]),
        (&"debezium".into(), &"a".into())
    );
    // Also where the mapping says another category.
    let found = state(&["--map", "category=payload/source/table"], r#"{"id":2}"#);
    assert_eq!(
        (&found["projection"], &found["state"]["email"]),
        (&"debezium".into(), &"b".into())
    );
}
