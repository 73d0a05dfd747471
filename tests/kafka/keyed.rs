//! Keys that are no text: whole numbers of Kafka's serialisers, and those that Connect writes with their schemas.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::rig::{Rig, leftfold, rig};

/// Makes topics and writes records whose keys are the numbers 990 to 1009, by the Python client's own serialiser of 4 bytes, and of 8 bytes as
/// Java's `DataOutput.writeLong` does: INTS LONGS.
const WRITE: &str = r#"
import struct, sys
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic
from confluent_kafka.serialization import IntegerSerializer
address = {"bootstrap.servers": sys.argv[1]}
ints, longs = sys.argv[2:]
admin = AdminClient(address)
for made in admin.create_topics([NewTopic(name, 2, 1) for name in (ints, longs)]).values():
    made.result(300)
producer, int_of = Producer(address | {"enable.idempotence": True}), IntegerSerializer()
for i in range(990, 1010):
    producer.produce(ints, f'{{"n":{i}}}', int_of(i))
    producer.produce(longs, f'{{"n":{i}}}', struct.pack(">q", i))
assert producer.flush(300) == 0
"#;

/// The streams of a source, and what its events say of themselves.
fn events(folder: &Path, args: &[&str]) -> Vec<Value> {
    let said = leftfold(folder, &[&["events", "--json"], args].concat()).ok();
    let line = |line: &str| serde_json::from_str(line).expect("events are JSON");
    said.lines().map(line).collect()
}

/// Whether each event is of the stream that is called like its number.
fn by_number(events: &[Value]) -> bool {
    let numbers: BTreeSet<String> = (990..1010).map(|n: i64| n.to_string()).collect();
    let streams: BTreeSet<String> = events
        .iter()
        .filter_map(|e| Some(e["stream"].as_str()?.to_owned()))
        .collect();
    let fits = |e: &Value| e["stream"].as_str() == Some(&e["payload"]["n"].to_string());
    streams == numbers && events.iter().all(fits)
}

/// Topics of this process alone, one with keys of 4 bytes and one with keys of 8.
fn written(rig: &Rig, name: &str) -> (String, String) {
    let own = |kind: &str| format!("{kind}-{name}-{}", std::process::id());
    let (ints, longs) = (own("ints"), own("longs"));
    rig.python(WRITE, &[&ints, &longs]);
    (ints, longs)
}

#[test]
fn keys_of_kafkas_serialisers_of_numbers_are_numbers_where_somebody_says_so() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (ints, longs) = written(rig, "said");
    for (topic, form) in [(&ints, "int"), (&longs, "long")] {
        let key = format!("key={form}");
        let read = events(folder.path(), &["-b", rig.brokers(), "-t", topic, "-s", &key]);
        assert!(by_number(&read), "{read:?}");
        let why = format!("{form}: your choice {key}");
        assert_eq!(read[0]["key_decoded_by"], why.as_str());
    }
    // Those of another length keep their bytes and say why.
    let read = events(
        folder.path(),
        &["-b", rig.brokers(), "-t", &longs, "-s", "key=int"],
    );
    let problem = read[0]["problem"]["message"].as_str().unwrap_or_default();
    assert!(problem.contains("it has 8 bytes, not 4"), "{problem}");
    assert!(
        read[0]["stream"]
            .as_str()
            .is_some_and(|s| s.starts_with("x'0000"))
    );
}

#[test]
fn keys_that_look_like_numbers_are_told_with_the_reason_and_a_capture_takes_the_word_for_it_later() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (ints, longs) = written(rig, "told");
    let from = ["-b", rig.brokers(), "-t", &ints, "-t", &longs, "-t", "mirror-a"];
    let sampled = leftfold(folder.path(), &[&["topics", "--sample", "5"], &from[..]].concat());
    let captured = leftfold(folder.path(), &[&["capture", "o.leftfold"], &from[..]].concat());
    for run in [&sampled, &captured] {
        for (topic, form, serialiser) in [
            (&ints, "int", "IntegerSerializer"),
            (&longs, "long", "LongSerializer"),
        ] {
            let told =
                format!("keys of {topic} look like whole numbers, as Kafka's {serialiser} writes them");
            assert!(run.err.contains(&told), "{}", run.err);
            assert!(
                run.err.contains(&format!("read them by -s {topic}:key={form}")),
                "{}",
                run.err
            );
        }
        assert!(!run.err.contains("keys of mirror-a look"), "{}", run.err);
    }
    sampled.ok();
    captured.ok();
    let said = format!("{longs}:key=long");
    let again = [
        "capture",
        "-b",
        rig.brokers(),
        "-t",
        &longs,
        "-s",
        &said,
        "o.leftfold",
    ];
    let again = leftfold(folder.path(), &again);
    assert!(!again.err.contains("look like whole numbers"), "{}", again.err);
    assert!(
        !again.err.contains("framed"),
        "no schema is called 0: {}",
        again.err
    );
    again.ok();
    let named = format!("{longs}/1009");
    let state = leftfold(folder.path(), &["state", "o.leftfold", &named, "--json"]).ok();
    let state: Value = serde_json::from_str(&state).expect("state gives JSON");
    assert_eq!(state["state"]["n"], 1009);
}

#[test]
fn keys_that_connect_wrote_with_their_schemas_are_what_they_say() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let streams = |topic: &str| -> BTreeSet<String> {
        let read = events(folder.path(), &["-b", rig.brokers(), "-t", topic]);
        let name = |e: &Value| e["stream"].as_str().map(str::to_owned);
        read.iter().filter_map(name).collect()
    };
    // The same rows in another topic, whose keys have no schemas.
    let bare: BTreeSet<String> = streams("cdc")
        .iter()
        .map(|key| {
            let key: Value = serde_json::from_str(key).expect("the key is JSON");
            key["id"].to_string()
        })
        .collect();
    assert!(!bare.is_empty());
    assert_eq!(streams("cdc-with-schema"), bare);
    let read = events(folder.path(), &["-b", rig.brokers(), "-t", "cdc-with-schema"]);
    let why = read[0]["key_decoded_by"].as_str().unwrap_or_default();
    assert!(why.contains("as Kafka Connect writes keys"), "{why}");
    // With another topic beside it the topic's name stands before.
    let both = ["-b", rig.brokers(), "-t", "cdc-with-schema", "-t", "mirror-a"];
    let read = events(folder.path(), &both);
    assert!(read.iter().any(|e| e["stream"] == "cdc-with-schema/3"));
}
