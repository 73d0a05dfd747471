"""Topics about what a broker does with a log: transactions, compaction, deletion, codecs, its own times, rights."""

from .broker import Record, wait_for
from .history import BASE, history, to_json
from .plain import order_record


def numbered(count, start, partition, what, time=1000):
    records = []
    for number in range(start, start + count):
        text = to_json({"n": number, "what": what})
        headers = [("type", what.encode())]
        records.append(Record(f"{what}-{number % 7}".encode(), text.encode(), headers, BASE + number * time, partition, format="json", decoded=text))
    return records


class Ledger:
    """Sends to one topic and knows how far each partition must have come, markers of transactions included."""

    def __init__(self, broker, topic, partitions):
        self.broker, self.topic, self.high, self.records = broker, topic, [0] * partitions, []

    def send(self, producer, records):
        self.broker.send(self.topic, records, producer)
        self.records += records
        for record in records:
            self.high[record.partition] += 1

    def ended(self, partitions):
        """A commit or abort is answered before its markers are written: waits until they are."""
        for partition in partitions:
            self.high[partition] += 1
        self.settled()

    def settled(self):
        wait_for(f"{self.topic}: log ends {self.high}", lambda: [high for _, high in self.broker.watermarks(self.topic)] == self.high)


def transactions(broker):
    """Committed and aborted, across partitions and interleaved; both partitions end in a marker."""
    broker.make_topic("transactions", 2)
    ledger = Ledger(broker, "transactions", 2)
    first, second = (broker.producer(transactional_id=f"shop-{name}") for name in "ab")
    for producer in (first, second):
        producer.init_transactions()

    def transaction(producer, ending, *batches):
        producer.begin_transaction()
        for batch in batches:
            ledger.send(producer, batch)
        end(producer, ending, *batches)

    def end(producer, ending, *batches):
        getattr(producer, f"{ending}_transaction")()
        for batch in batches:
            for record in batch:
                record.aborted = ending == "abort"
        ledger.ended(sorted({record.partition for batch in batches for record in batch}))

    transaction(first, "commit", numbered(10, 0, 0, "committed"), numbered(10, 10, 1, "committed"))
    transaction(second, "abort", numbered(5, 20, 0, "aborted"))
    # Two at once: the aborted one's records stand between the committed one's.
    first.begin_transaction()
    second.begin_transaction()
    one, two, three = numbered(3, 30, 0, "committed"), numbered(4, 33, 0, "aborted"), numbered(2, 37, 0, "committed")
    ledger.send(first, one)
    ledger.send(second, two)
    ledger.send(first, three)
    end(second, "abort", two)
    end(first, "commit", one, three)
    ledger.send(broker.plain_producer, numbered(3, 40, 1, "outside"))
    transaction(first, "commit", numbered(300, 50, 0, "committed"), numbered(2, 350, 1, "committed"))
    transaction(second, "abort", numbered(6, 352, 1, "aborted"))
    return ledger.records


def transactions_open(broker):
    """A transaction that nobody ended: a committed reader sees nothing from its first record on."""
    producer = broker.producer(transactional_id="shop-open", transaction_timeout_ms=86400000)
    # Ends what an earlier run left open, while its topic is there still: the marker would go into the new one.
    producer.init_transactions()
    broker.make_topic("transactions-open")
    ledger = Ledger(broker, "transactions-open", 1)
    ledger.send(broker.plain_producer, numbered(3, 0, 0, "outside"))
    producer.begin_transaction()
    pending, after = numbered(2, 3, 0, "pending"), numbered(3, 5, 0, "outside")
    ledger.send(producer, pending)
    ledger.send(broker.producer(), after)
    for record in pending + after:
        record.open = True
    ledger.settled()
    return ledger.records


def compacted(broker):
    """Older values of a key are gone, up to the active segment; tombstones stay."""
    config = {"cleanup_policy": "compact", "segment_ms": 500, "min_cleanable_dirty_ratio": 0.01, "delete_retention_ms": 10 * 365 * 86400000}
    broker.make_topic("compacted", 1, **config)
    # A segment ends when a record is half a second younger than the segment's first: every batch begins one.
    batches = []
    for number in range(25):
        batch = numbered(12, number * 12, 0, "state", time=1)
        for record in batch:
            record.timestamp += number * 1000
        if number < 9:
            gone = Record(b"gone-%d" % (number % 3), None, [], batch[-1].timestamp, 0, note="tombstone")
            if number < 6:
                gone.value, gone.known = b"%d" % number, {"format": "json", "decoded": str(number)}
            batch.append(gone)
        batches.append(broker.send("compacted", batch))
    closed = [record for batch in batches[:-1] for record in batch]
    last = {record.key: record.offset for record in closed}
    left = [record for record in closed if last[record.key] == record.offset] + batches[-1]
    offsets = {(0, record.offset) for record in left}
    wait_for("compacted: compaction", lambda: set(broker.read("compacted")) == offsets)
    return left


def trimmed(broker):
    """Records deleted before the read: some of partition 0, all of partition 1, none of partition 2."""
    broker.make_topic("trimmed", 3)
    records = [record for partition in range(3) for record in numbered(200, partition * 200, partition, "kept")]
    broker.send("trimmed", records)
    # Kafka's own tool for it.
    parts = ",".join(f'{{"topic":"trimmed","partition":{partition},"offset":{offset}}}' for partition, offset in ((0, 123), (1, -1)))
    with open(f"{broker.rig['dir']}/delete-records.json", "w", encoding="utf-8") as file:
        file.write(f'{{"partitions":[{parts}],"version":1}}')
    broker.tool("org.apache.kafka.tools.DeleteRecordsCommand", "--bootstrap-server", broker.rig["plaintext"], "--offset-json-file", file.name)
    low = [123, 200, 0]
    wait_for("trimmed: deletion", lambda: [mark for mark, _ in broker.watermarks("trimmed")] == low)
    return [record for record in records if record.offset >= low[record.partition]]


def codecs(codec):
    """Batches compressed by librdkafka, then by Kafka's own console producer, whose times are those of the run."""

    def write(broker):
        topic = f"codecs-{codec}"
        broker.make_topic(topic)
        records = [order_record(event, 0) for event in history(40, seed=6)]
        broker.send(topic, records, broker.producer(compression_type=codec))
        lines, own = b"", []
        for number in range(300):
            text = to_json({"n": number, "what": "by the console producer", "filler": "ab" * (number % 50)})
            record = Record(b"line-%d" % number, text.encode(), [("type", b"Line")], None, 0, format="json", decoded=text)
            record.offset = len(records) + number
            own.append(record)
            lines += b"type:Line\t" + record.key + b"\t" + record.value + b"\n"
        properties = ("parse.key=true", "parse.headers=true")
        options = [word for property in properties for word in ("--property", property)]
        broker.tool(
            "org.apache.kafka.tools.ConsoleProducer", "--bootstrap-server", broker.rig["plaintext"], "--topic", topic,
            "--compression-codec", codec, "--producer-property", "linger.ms=50", *options, stdin=lines,
        )  # fmt: skip
        found = broker.read(topic)
        for record in own:
            _, record.timestamp = found[0, record.offset].timestamp()
        return records + own

    return write


def append_time(broker):
    """The broker's own times: they are those of the run."""
    broker.make_topic("append-time", message_timestamp_type="LogAppendTime")
    return broker.send("append-time", numbered(50, 0, 0, "stamped"))


def secret(broker):
    """bob may know of it, and may not read it."""
    broker.make_topic("secret-orders")
    return broker.send("secret-orders", numbered(10, 0, 0, "secret"))


TOPICS = {
    "transactions": transactions,
    "transactions-open": transactions_open,
    "compacted": compacted,
    "trimmed": trimmed,
    **{f"codecs-{codec}": codecs(codec) for codec in ("gzip", "snappy", "lz4", "zstd")},
    "append-time": append_time,
    "secret-orders": secret,
}
