//! Two clusters, one of which mirrors the other by Kafka's own MirrorMaker: what differs is told, and offsets that differ are none of it.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::broker::{Rig, keeper, rig, root};
use crate::rig::leftfold;

/// Makes a topic of three partitions with a hundred records of ten orders, and takes the first records of one partition away.
const WRITE: &str = r#"
import json, sys
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
address, name = {"bootstrap.servers": sys.argv[1]}, sys.argv[2]
admin = AdminClient(address)
admin.create_topics([NewTopic(name, 3, 1)])[name].result(300)
producer = Producer(address | {"enable.idempotence": True})
for n in range(100):
    value = json.dumps({"order": n % 10, "amount": n})
    producer.produce(name, value, f"order-{n % 10}", n % 10 % 3, timestamp=1_700_000_000_000 + n * 1000,
                     headers={"id": f"e{n}", "type": "Placed"})
assert producer.flush(300) == 0
gone = TopicPartition(name, 0, 7)
admin.delete_records([gone])[gone].result(300)
"#;

/// Writes records to one partition: `PARTITION KEY ID SECONDS AMOUNT`.
const ADD: &str = r#"
import json, sys
from confluent_kafka import Producer
producer = Producer({"bootstrap.servers": sys.argv[1], "enable.idempotence": True})
for line in sys.argv[3:]:
    partition, key, id, seconds, amount = line.split(" ")
    value = json.dumps({"order": int(key.split("-")[1]), "amount": int(amount)})
    producer.produce(sys.argv[2], value, key, int(partition), timestamp=1_700_000_000_000 + int(seconds) * 1000,
                     headers={"id": id, "type": "Placed"})
assert producer.flush(300) == 0
"#;

/// Reads a topic until it holds so many records, whenever they come, and says at which offset each partition begins.
const AWAIT: &str = r#"
import sys, time
from confluent_kafka import Consumer, TopicPartition
consumer = Consumer({"bootstrap.servers": sys.argv[1], "group.id": "none", "enable.auto.commit": False,
                     "auto.offset.reset": "earliest", "topic.metadata.refresh.interval.ms": 200})
name, wanted, seen, end = sys.argv[2], int(sys.argv[3]), {}, time.monotonic() + 600
consumer.assign([TopicPartition(name, p, 0) for p in range(3)])
while sum(map(len, seen.values())) < wanted:
    assert time.monotonic() < end, f"{seen} after 600 s"
    record = consumer.poll(1)
    if record is not None and not record.error():
        seen.setdefault(record.partition(), []).append(record.offset())
print([min(seen[p]) for p in range(3)])
"#;

/// A second cluster beside the rig: a broker alone, which ends with this.
struct Cluster {
    brokers: String,
    keeper: Child,
}

impl Cluster {
    /// Starts it.
    fn second() -> Self {
        let here = root().join("tests/kafka");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kafka-second");
        let keeper = keeper(&here, &folder);
        for part in ["kdc", "broker"] {
            let done = Command::new(here.join("rig.sh"))
                .arg("start")
                .arg(&folder)
                .arg(part)
                .env("RIG_BROKER_HEAP", "256m")
                .env("RIG_CLUSTER", "bGVmdGZvbGQtc2Vjb25kLQ")
                .output()
                .expect("the rig's script runs");
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        }
        let text = fs::read_to_string(folder.join("rig.json")).expect("it says where it is");
        let facts: BTreeMap<String, String> = serde_json::from_str(&text).expect("what it says is JSON");
        Self {
            brokers: facts["plaintext"].clone(),
            keeper,
        }
    }

    /// The door where everybody may do all.
    fn brokers(&self) -> &str {
        &self.brokers
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// A MirrorMaker that runs; it ends with this, or with the process.
struct MirrorMaker(Child);

impl MirrorMaker {
    fn start(rig: &Rig, folder: &Path, [from, to]: [&str; 2], topic: &str) -> Self {
        let settings = format!(
            "clusters = a, b\na.bootstrap.servers = {from}\nb.bootstrap.servers = {to}\na->b.enabled = true\n\
             b->a.enabled = false\na->b.topics = {topic}\n\
             replication.policy.class = org.apache.kafka.connect.mirror.IdentityReplicationPolicy\n\
             replication.factor = 1\noffset-syncs.topic.location = target\noffset-syncs.topic.replication.factor = 1\n\
             offset.storage.replication.factor = 1\noffset.storage.partitions = 1\n\
             status.storage.replication.factor = 1\nstatus.storage.partitions = 1\n\
             config.storage.replication.factor = 1\nemit.heartbeats.enabled = false\n\
             emit.checkpoints.enabled = false\nsync.topic.acls.enabled = false\n\
             sync.topic.configs.enabled = false\ntasks.max = 1\n"
        );
        let path = folder.join("mirror.properties");
        fs::write(&path, settings).expect("a file");
        let script = "java -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp \"$1\" org.apache.kafka.connect.mirror.MirrorMaker \"$2\" \
                      </dev/null >\"$2.log\" 2>&1 & made=$!; cat >/dev/null; kill -KILL \"$made\"; wait";
        let child = Command::new("setsid")
            .args(["sh", "-c", script, "sh", rig.fact("classpath")])
            .arg(&path)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh runs");
        Self(child)
    }
}

impl Drop for MirrorMaker {
    fn drop(&mut self) {
        // The pipe is what keeps it.
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

#[test]
fn a_cluster_that_mirrors_another_one_holds_the_same_until_it_does_not() {
    let (rig, _calm) = rig();
    let second = Cluster::second();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let topic = format!("two-clusters-{}", std::process::id());
    let (a, b) = (rig.brokers(), second.brokers());
    rig.python(WRITE, &[&topic]);
    let maker = MirrorMaker::start(rig, folder.path(), [a, b], &topic);
    let starts = |brokers: &str, records: &str| Rig::python_at(brokers, AWAIT, &[&topic, records]);
    let begun = starts(b, "93");
    drop(maker);
    // The same records lie at other offsets there.
    assert_eq!((starts(a, "93").trim(), begun.trim()), ("[7, 0, 0]", "[0, 0, 0]"));
    let (left, right) = (format!("kafka://{a}/{topic}"), format!("kafka://{b}/{topic}"));
    let compared = || {
        let run = leftfold(folder.path(), &["compare", &left, &right, "--settled", "--json"]);
        let text = String::from_utf8(run.out).expect("text");
        let mut lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("a line is JSON"))
            .collect();
        let summary = lines.pop().expect("a summary")["summary"].take();
        (lines, summary, run.code)
    };
    let (found, summary, code) = compared();
    assert_eq!((found.len(), code), (0, Some(0)), "{found:?}");
    assert_eq!(
        (
            &summary["verdict"],
            &summary["events"]["paired"],
            &summary["identity"]
        ),
        (&json!("always-equal"), &json!(93), &json!("id"))
    );
    // One is lost, one comes twice, one says something else on the second cluster.
    let lost = "1 order-1 lost 200 1";
    Rig::python_at(a, ADD, &[&topic, lost, "2 order-2 changed 201 2"]);
    Rig::python_at(
        b,
        ADD,
        &[&topic, "2 order-2 changed 201 3", "0 order-0 e90 90 90"],
    );
    let (found, summary, code) = compared();
    let mut told: Vec<[String; 4]> = found
        .iter()
        .map(|f| {
            let event = if f["left"].is_null() {
                &f["right"]
            } else {
                &f["left"]
            };
            [
                &f["category"],
                &f["status"],
                &event["id"],
                &f["fields"][0]["path"],
            ]
            .map(Value::to_string)
        })
        .collect();
    told.sort();
    let one = |category: &str, id: &str, path: Value| {
        [json!(category), json!("confirmed"), json!(id), path].map(|v| v.to_string())
    };
    assert_eq!(
        told,
        [
            one("conflict", "changed", json!("/amount")),
            one("duplicate", "e90", Value::Null),
            one("missing", "lost", Value::Null),
        ]
    );
    assert_eq!((code, &summary["verdict"]), (Some(1), &json!("never")));
}
