"""Topics whose records anybody can read without a registry: JSON, CloudEvents, Debezium, and odd bytes."""

import json
import random
from base64 import b64decode

import cbor2
import msgpack

from .broker import LARGEST, Record
from .history import BASE, history, to_json


def order_record(event, partition=None):
    text = to_json(event.payload)
    headers = [("type", event.type.encode()), ("correlation-id", event.correlation.encode()), ("content-type", b"application/json")]
    return Record(event.order.encode(), text.encode(), headers, event.time, partition, format="json", decoded=text)


def orders(broker):
    """JSON, three partitions, keys order-N, the type in a header."""
    broker.make_topic("orders", 3)
    return broker.send("orders", [order_record(event) for event in history(1000)])


def mirror_a(broker):
    broker.make_topic("mirror-a", 3)
    return broker.send("mirror-a", [order_record(event) for event in history(120, seed=2)])


def mirror_b(broker):
    """mirror-a as a Java client would place it, with known faults, which are given as notes."""
    dice, records, late = random.Random(3), [], []
    events = history(120, seed=2)
    for index, event in enumerate(events):
        fault = {50: "missing", 90: "doubled", 130: "changed", 170: "late", 210: "other time"}.get(index)
        if fault == "missing":
            continue
        record = order_record(event)
        if fault == "changed":
            text = to_json(event.payload | {"changedOnTheWay": True})
            record = Record(record.key, text.encode(), record.headers, event.time, format="json", decoded=text)
        if fault == "other time":
            record.timestamp += dice.randrange(1000, 60000)
        if fault:
            record.known["note"] = fault
        if fault == "late":
            late.append(record)
            continue
        records.append(record)
        if fault == "doubled":
            twin = order_record(event)
            twin.known["note"] = fault
            records.append(twin)
    broker.make_topic("mirror-b", 3)
    # Java's way to choose the partition of a key.
    return broker.send("mirror-b", records + late, broker.producer(partitioner="murmur2_random"))


def customer(number, **changes):
    return {"id": number, "name": f"Kundin {number}", "email": None, "credit": 2**53 + number} | changes


def changes():
    """(op, key, before, after, time) of a table's rows: read, created, updated, deleted."""
    time = BASE
    for number in range(1, 21):
        yield "r" if number <= 5 else "c", number, None, customer(number), (time := time + 1000)
    for number in range(1, 21, 2):
        yield "u", number, customer(number), customer(number, email=f"k{number}@example.com"), (time := time + 1000)
    for number in range(1, 21, 4):
        yield "d", number, customer(number, email=f"k{number}@example.com"), None, (time := time + 1000)


def envelope(op, before, after, time, position):
    source = {"version": "2.7.0.Final", "connector": "postgresql", "name": "shop", "ts_ms": time - 7, "snapshot": "true" if op == "r" else "false"}
    source |= {"db": "shop", "schema": "public", "table": "customers", "txId": 500 + position, "lsn": 24023128 + position}
    return {"before": before, "after": after, "source": source, "transaction": None, "op": op, "ts_ms": time}


def field(name, kind, optional=True):
    return {"type": kind, "optional": optional, "field": name}


ROW = [field("id", "int32", False), field("name", "string"), field("email", "string"), field("credit", "int64")]
ENVELOPE_SCHEMA = {
    "type": "struct",
    "name": "shop.public.customers.Envelope",
    "optional": False,
    "fields": [
        {"type": "struct", "name": "shop.public.customers.Value", "optional": True, "field": "before", "fields": ROW},
        {"type": "struct", "name": "shop.public.customers.Value", "optional": True, "field": "after", "fields": ROW},
        field("op", "string", False),
        field("ts_ms", "int64"),
    ],
}
KEY_SCHEMA = {"type": "struct", "name": "shop.public.customers.Key", "optional": False, "fields": [field("id", "int32", False)]}


def capture_of_changes(broker, topic, with_schema):
    """What Debezium writes for a table, each delete followed by a tombstone; with_schema: as schemas.enable=true has it."""
    records = []
    for position, (op, number, before, after, time) in enumerate(changes()):
        key, value = {"id": number}, envelope(op, before, after, time, position)
        if with_schema:
            key, value = {"schema": KEY_SCHEMA, "payload": key}, {"schema": ENVELOPE_SCHEMA, "payload": value}
        key, text = to_json(key).encode(), to_json(value)
        records.append(Record(key, text.encode(), [], time, format="debezium", decoded=text))
        if op == "d":
            records.append(Record(key, None, [], time, format="debezium", note="tombstone"))
    broker.make_topic(topic, cleanup_policy="delete")
    return broker.send(topic, records)


def cdc(broker):
    return capture_of_changes(broker, "cdc", False)


def cdc_with_schema(broker):
    return capture_of_changes(broker, "cdc-with-schema", True)


def cloud_attributes(event, number):
    time = f"2025-01-{event.time // 86400000 % 28 + 1:02}T12:00:00.{number:09}Z"
    own = {"specversion": "1.0", "id": f"{event.order}/{event.version}", "source": "/shop/orders", "type": f"shop.{event.type}"}
    return own | {"time": time, "subject": event.order, "partitionkey": event.order}


def cloudevents_structured(broker):
    records = []
    for number, event in enumerate(history(30, seed=4)):
        whole = cloud_attributes(event, number) | {"datacontenttype": "application/json", "data": event.payload}
        if number % 10 == 9:
            whole = cloud_attributes(event, number) | {"datacontenttype": "application/octet-stream", "data_base64": "AP/+gA=="}
        text = to_json(whole)
        headers = [("content-type", b"application/cloudevents+json; charset=UTF-8")]
        records.append(Record(event.order.encode(), text.encode(), headers, event.time, format="cloudevents", decoded=text))
    broker.make_topic("cloudevents-structured")
    return broker.send("cloudevents-structured", records)


def cloudevents_binary(broker):
    records = []
    for number, event in enumerate(history(30, seed=4)):
        headers = [(f"ce_{name}", value.encode()) for name, value in cloud_attributes(event, number).items()]
        if number % 10 == 9:
            headers.append(("content-type", b"application/octet-stream"))
            records.append(Record(event.order.encode(), b64decode("AP/+gA=="), headers, event.time, format="cloudevents"))
            continue
        text = to_json(event.payload)
        headers.append(("content-type", b"application/json"))
        records.append(Record(event.order.encode(), text.encode(), headers, event.time, format="cloudevents", decoded=text))
    broker.make_topic("cloudevents-binary")
    return broker.send("cloudevents-binary", records)


def odd(broker):
    """What producers do and readers forget."""
    body, decoded = {"a": [1, -2, 2**63], "b": None, "ü": "客户"}, '{"a": [1, -2, 9223372036854775808], "b": null, "ü": "客户"}'
    text = '{"n":12345678901234567890.0123456789,"e":1e400,"z":-0.0}'
    day = 86400000

    def of(note, key, value, headers=(), timestamp=BASE, **known):
        return Record(key, value, headers, timestamp, note=note, **known)

    records = [
        of("null key", None, b'{"x":1}', format="json", decoded='{"x":1}'),
        of("empty key", b"", b'{"x":2}', format="json", decoded='{"x":2}'),
        of("null value", b"k", None),
        of("empty value", b"k", b""),
        of("null key, null value", None, None),
        of("empty key, empty value", b"", b""),
        of("a header repeated", b"k", b"{}", [("h", b"1"), ("other", b"x"), ("h", b"2"), ("h", b"1")], format="json", decoded="{}"),
        of("null and empty header values", b"k", b"{}", [("null", None), ("empty", b""), ("null", b"then not")], format="json", decoded="{}"),
        of("header value that is not UTF-8", b"k", b"{}", [("bytes", b"\xff\x00\xfe"), ("käse", "ü".encode()), ("", b"empty name")], format="json", decoded="{}"),
        of("key that is not UTF-8", b"\xff\xfe\x00key", b"{}", format="json", decoded="{}"),
        of("another key that is not UTF-8", b"\xff\xfe\x01key", b"{}", format="json", decoded="{}"),
        of("key that is a big-endian integer", (42).to_bytes(8, "big"), b"{}", format="json", decoded="{}"),
        of("later", b"time", b"3", timestamp=BASE + 3 * day, format="json", decoded="3"),
        of("earlier", b"time", b"1", timestamp=BASE + day, format="json", decoded="1"),
        of("between", b"time", b"2", timestamp=BASE + 2 * day, format="json", decoded="2"),
        of("the first millisecond of all but one", b"time", b"0", timestamp=1, format="json", decoded="0"),
        of("text that is no JSON", b"k", "Bestellung eingegangen: größer als 10 €".encode(), format="text"),
        of("text that begins like JSON", b"k", b'{"order": 17, "unfinished', format="text"),
        of("JSON, then more", b"k", b'{"x":1} and more', format="text"),
        of("JSON with a name twice", b"k", b'{"x":1,"x":2}', format="json", decoded='{"x":1,"x":2}'),
        of("JSON with numbers that no double holds", b"k", text.encode(), format="json", decoded=text),
        of("JSON with blanks and a line end", b"k", b' \n{"x": 1}\r\n', format="json", decoded='{"x": 1}'),
        of("JSON with a byte order mark", b"k", b'\xef\xbb\xbf{"x":1}', format="json"),
        of("JSON of UTF-8 cut short", b"k", b'{"x":"\xc3"}', format="bytes"),
        of("JSON string alone", b"k", b'"text"', format="json", decoded='"text"'),
        of("a NUL in a JSON string", b"k", b'{"x":"\\u0000"}', format="json", decoded='{"x":"\\u0000"}'),
        of("terminal sequences", b"\x1b[31mred", b"\x1b]0;title\x07\x1b[2J", format="text"),
        of("MessagePack", b"k", msgpack.packb({"a": [1, -2, 2**63], "b": None, "ü": "客户"}), [("content-type", b"application/msgpack")], format="msgpack", decoded=decoded),
        of("CBOR", b"k", cbor2.dumps(body), [("content-type", b"application/cbor")], format="cbor", decoded=decoded),
        of("CBOR with a tag and bytes", b"k", cbor2.dumps({"when": cbor2.CBORTag(0, "2025-01-01T00:00:00Z"), "raw": b"\x00\xff"}), format="cbor"),
        of("digits and letters that could be hex", b"k", b"deadbeef0042", format="text"),
        of("bytes of every value", b"k", bytes(range(256)), format="bytes"),
        of("zeros", b"k", bytes(64), format="bytes"),
    ]
    for record in records:
        record.partition = 0
    broker.make_topic("odd")
    return broker.send("odd", records)


def big(broker):
    """A record of 20 MB between small ones, and 30 MB of blanks that came compressed to a few KB."""
    dice = random.Random(5)
    text = to_json({"type": "Archive", "lines": [f"{dice.randrange(16**64):064x}" for _ in range(298508)]})
    text = text[:-2] + ',"' + "x" * (20_000_000 - len(text) - 3) + '"]}'
    blanks = json.dumps({"type": "Blanks", "text": " " * 30_000_000})
    broker.make_topic("big", max_message_bytes=LARGEST)
    small = [Record(b"small", b'{"n":%d}' % n, [], BASE + n, format="json", decoded='{"n":%d}' % n) for n in range(6)]
    large = Record(b"large", text.encode(), [], BASE + 3, format="json", note="20 MB")
    bomb = Record(b"blanks", blanks.encode(), [], BASE + 4, format="json", note="30 MB of blanks, compressed by zstd")
    sent = broker.send("big", small[:3]) + broker.send("big", [large])
    return sent + broker.send("big", [bomb], broker.producer(compression_type="zstd")) + broker.send("big", small[3:])


def empty(broker):
    broker.make_topic("empty", 2)
    return []


TOPICS = {
    "orders": orders,
    "mirror-a": mirror_a,
    "mirror-b": mirror_b,
    "cdc": cdc,
    "cdc-with-schema": cdc_with_schema,
    "cloudevents-structured": cloudevents_structured,
    "cloudevents-binary": cloudevents_binary,
    "odd": odd,
    "big": big,
    "empty": empty,
}
