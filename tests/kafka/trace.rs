//! Reading leaves no trace on the cluster.

use crate::rig::{leftfold, rig_alone};

/// Groups, what they committed, topics, and where every partition begins and ends; Kafka's own topics too.
const LOOK: &str = r#"
import json, sys, time
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient
address = {"bootstrap.servers": sys.argv[1]}
admin = AdminClient(address)
# A broker that was started anew a moment ago still reads what its groups committed.
end = time.monotonic() + 300
while (groups := admin.list_consumer_groups().result(300)).errors:
    assert time.monotonic() < end, groups.errors
names = sorted(g.group_id for g in groups.valid)
consumer = Consumer(address | {"group.id": "only-looks", "enable.auto.commit": False})
topics = {}
for name, topic in sorted(consumer.list_topics(timeout=300).topics.items()):
    topics[name] = [consumer.get_watermark_offsets(TopicPartition(name, p), 300) for p in sorted(topic.partitions)]
print(json.dumps({"groups": names, "topics": topics}, indent=1))
"#;

#[test]
fn groups_offsets_and_logs_are_the_same_after_a_read_as_before() {
    let (rig, _alone) = rig_alone();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let before = rig.python(LOOK, &[]);
    assert!(before.contains("\"orders\""), "{before}");
    for flags in [
        vec!["-b", rig.brokers(), "-t", "orders", "-t", "odd", "a.leftfold"],
        vec!["-b", rig.brokers(), "-t", "orders", "-o", "-10", "b.leftfold"],
        // What files made for other programs ask for is not done.
        vec![
            "-b",
            rig.brokers(),
            "-t",
            "orders",
            "-X",
            "group.id=would-stay",
            "-X",
            "enable.auto.commit=true",
            "c.leftfold",
        ],
    ] {
        let mut args = vec!["capture"];
        args.extend(flags);
        leftfold(folder.path(), &args).ok();
    }
    let run = leftfold(
        folder.path(),
        &[
            "capture",
            "-b",
            rig.brokers(),
            "-t",
            "would-be-made",
            "d.leftfold",
        ],
    );
    assert_eq!(run.refused(), "kafka-no-topic");
    assert_eq!(rig.python(LOOK, &[]), before);
}
