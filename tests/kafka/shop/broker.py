"""Topics on the rig's broker: made anew, written to, read back, and held against what was sent."""

import json
import subprocess
import time
from base64 import b64encode
from pathlib import Path

from confluent_kafka import OFFSET_BEGINNING, TIMESTAMP_LOG_APPEND_TIME, Consumer, KafkaError, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

PATIENCE = 180  # seconds that anything may take
LARGEST = 33554432


class Record:
    """A record as it was sent, and where the broker put it."""

    def __init__(self, key, value, headers=(), timestamp=None, partition=None, **known):
        self.key, self.value, self.headers, self.timestamp = key, value, list(headers), timestamp
        self.partition, self.offset, self.timestamp_type = partition, None, "create"
        self.aborted = self.open = False
        # decoded: JSON text; format, note, schema: see README.md
        self.known = known

    def as_line(self, topic):
        line = {
            "topic": topic,
            "partition": self.partition,
            "offset": self.offset,
            "timestamp": self.timestamp,
            "timestamp_type": self.timestamp_type,
            "key": base64(self.key),
            "value": base64(self.value),
            "headers": [[name, base64(value)] for name, value in self.headers],
            "aborted": self.aborted,
            "open": self.open,
        }
        decoded = self.known.get("decoded")
        line |= {name: value for name, value in self.known.items() if name != "decoded"}
        text = json.dumps(line, ensure_ascii=False)
        # The value's own text, so that no digit is lost on the way.
        return text if decoded is None else f'{text[:-1]}, "decoded": {decoded}}}'


def base64(data):
    return None if data is None else b64encode(data).decode()


def wait_for(what, check):
    """Asks again and again, and gives what check returns once that is true."""
    end = time.monotonic() + PATIENCE
    while not (found := check()):
        if time.monotonic() > end:
            raise SystemExit(f"kafka topics: {what}: not within {PATIENCE} s")
        time.sleep(0.05)
    return found


class Broker:
    """The rig's broker by its plaintext door, where nobody is refused anything."""

    def __init__(self, rig):
        self.rig = rig
        self.address = {"bootstrap.servers": rig["plaintext"]}
        self.admin = AdminClient(self.address)
        self.plain_producer = self.producer()

    def make_topic(self, name, partitions=1, **config):
        """Makes the topic, empty, whatever was there before."""
        if name in self.admin.list_topics(timeout=PATIENCE).topics:
            if self.rig.get("given") and not Path(self.rig["dir"], "truth", f"{name}.json").exists():
                raise SystemExit(f"kafka topics: the given broker has a topic {name} that these tests did not write: give them another one")
            self.admin.delete_topics([name])[name].result(PATIENCE)
            wait_for(f"{name} is deleted", lambda: name not in self.admin.list_topics(timeout=PATIENCE).topics)
        config = {option.replace("_", "."): str(value) for option, value in config.items()}
        self.admin.create_topics([NewTopic(name, partitions, 1, config=config)])[name].result(PATIENCE)
        self.wait_until_usable(name, partitions)

    def wait_until_usable(self, name, partitions):
        def has_leaders():
            topic = self.admin.list_topics(name, timeout=PATIENCE).topics[name]
            return len(topic.partitions) == partitions and all(part.leader >= 0 for part in topic.partitions.values())

        wait_for(f"{name} has leaders", has_leaders)

    def producer(self, **config):
        config = {option.replace("_", "."): value for option, value in config.items()}
        own = {"enable.idempotence": True, "linger.ms": 20, "message.max.bytes": LARGEST, "queue.buffering.max.kbytes": 262144}
        # Errors alone: a coordinator that still loads is asked again anyway.
        own["log_level"] = 3
        return Producer(self.address | own | config)

    def send(self, topic, records, producer=None):
        """Sends the records and notes where each of them went."""
        producer = producer or self.plain_producer
        failures = []

        def delivered(record):
            def note(error, message):
                if error:
                    failures.append(error)
                    return
                kind, timestamp = message.timestamp()
                record.timestamp_type = "append" if kind == TIMESTAMP_LOG_APPEND_TIME else "create"
                if record.timestamp_type == "create" and record.timestamp not in (None, timestamp):
                    failures.append(f"time {record.timestamp} became {timestamp}")
                record.timestamp, record.partition, record.offset = timestamp, message.partition(), message.offset()

            return note

        for record in records:
            place = {} if record.partition is None else {"partition": record.partition}
            when = {} if record.timestamp is None else {"timestamp": record.timestamp}
            producer.produce(topic, record.value, record.key, headers=record.headers, on_delivery=delivered(record), **place, **when)
            producer.poll(0)
        producer.flush(PATIENCE)
        if failures or any(record.offset is None for record in records):
            raise SystemExit(f"kafka topics: {topic}: not all records were taken: {failures[:3]}")
        return records

    def consumer(self, isolation="read_committed"):
        own = {"group.id": "never-joined", "enable.auto.commit": False, "enable.partition.eof": True, "isolation.level": isolation}
        own |= {"auto.offset.reset": "error", "fetch.wait.max.ms": 10}
        return Consumer(self.address | own | {"fetch.message.max.bytes": LARGEST, "receive.message.max.bytes": 100000000})

    def read(self, topic, isolation="read_committed"):
        """All records of the topic from its low watermarks to the ends, by (partition, offset)."""
        consumer = self.consumer(isolation)
        partitions = list(consumer.list_topics(topic, timeout=PATIENCE).topics[topic].partitions)
        consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for partition in partitions])
        ended, found, end = set(), {}, time.monotonic() + PATIENCE
        while len(ended) < len(partitions):
            if time.monotonic() > end:
                raise SystemExit(f"kafka topics: {topic}: not read to its end within {PATIENCE} s")
            for message in consumer.consume(1000, 0.02):
                if message.error() is None:
                    found[message.partition(), message.offset()] = message
                elif message.error().code() == KafkaError._PARTITION_EOF:
                    ended.add(message.partition())
                else:
                    raise SystemExit(f"kafka topics: {topic}: {message.error()}")
        consumer.close()
        return found

    def watermarks(self, topic, isolation="read_uncommitted"):
        """Low and high of every partition."""
        consumer = self.consumer(isolation)
        partitions = sorted(consumer.list_topics(topic, timeout=PATIENCE).topics[topic].partitions)
        found = [consumer.get_watermark_offsets(TopicPartition(topic, partition), PATIENCE) for partition in partitions]
        consumer.close()
        return found

    def tool(self, *arguments, stdin=b""):
        """Runs one of Kafka's own tools."""
        java = ["java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]
        done = subprocess.run([*java, "-cp", self.rig["classpath"], *arguments], input=stdin, capture_output=True, timeout=PATIENCE)
        if done.returncode:
            raise SystemExit(f"kafka topics: {arguments[0]}: {done.stderr.decode()[-2000:]}")


def differences(record, message):
    """What of the record the broker gives back otherwise than it was sent."""
    kind, timestamp = message.timestamp()
    kind = "append" if kind == TIMESTAMP_LOG_APPEND_TIME else "create"
    sent = (record.key, record.value, record.headers, record.timestamp, record.timestamp_type)
    got = (message.key(), message.value(), message.headers() or [], timestamp, kind)
    return [(a, b) for a, b in zip(sent, got) if a != b]


def write_truth(broker, folder: Path, topic, records, **about):
    """Reads the topic back, makes sure that it holds these records and no others, and writes them down."""
    records = sorted(records, key=lambda record: (record.partition, record.offset))
    visible = [record for record in records if not (record.aborted or record.open)]
    for isolation, wanted in (("read_committed", visible), ("read_uncommitted", records)):
        found = broker.read(topic, isolation)
        if set(found) != {(record.partition, record.offset) for record in wanted}:
            raise SystemExit(f"kafka topics: {topic} holds {len(found)} records to a {isolation} reader, not {len(wanted)}")
        for record in wanted:
            if unlike := differences(record, found[record.partition, record.offset]):
                raise SystemExit(f"kafka topics: {topic}[{record.partition}]@{record.offset}: sent and read {str(unlike)[:500]}")
    with open(folder / f"{topic}.ndjson", "w", encoding="utf-8") as file:
        file.writelines(record.as_line(topic) + "\n" for record in records)
    ends = zip(broker.watermarks(topic), broker.watermarks(topic, "read_committed"))
    parts = []
    for partition, ((low, high), (_, stable)) in enumerate(ends):
        count = sum(record.partition == partition for record in visible)
        parts.append({"partition": partition, "low": low, "high": high, "stable": stable, "records": count})
    return {"topic": topic, "records": len(visible), "not_committed": len(records) - len(visible), "partitions": parts} | about
