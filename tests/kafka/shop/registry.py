"""Topics whose values need the schema registry, written by Confluent's own serialisers, and values that no schema fits."""

import io
import json
import subprocess
import sys
import tempfile
from base64 import b64encode
from decimal import Decimal
from pathlib import Path

import fastavro
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient, topic_record_subject_name_strategy
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.schema_registry.json_schema import JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufSerializer
from confluent_kafka.schema_registry.serde import SchemaId
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from .broker import Record
from .history import BASE, to_json

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"
PER_VERSION = 40


def text_of(version, name):
    return (SCHEMAS / f"v{version}" / name).read_text()


def client(broker):
    return SchemaRegistryClient({"url": broker.rig["registry"]})


def schema_of(registry, value, subject, version):
    """The registry's id of a value's schema stands behind the magic byte; the other two are what we asked for."""
    number = int.from_bytes(value[1:5], "big")
    known = registry.get_version(subject, version)
    if known.schema_id != number:
        raise SystemExit(f"kafka topics: {subject} version {version} has id {known.schema_id}, its value {number}")
    return {"id": number, "subject": subject, "version": version}


def record(topic, number, value, kind, form, schema, decoded):
    headers = [("type", kind.encode())]
    key = f"order-{number % 9}".encode()
    return Record(key, value, headers, BASE + number * 1000, format=form, schema=schema, decoded=to_json(decoded))


def common(number):
    return {"orderId": f"order-{number % 9}", "version": number // 9 + 1}


def orders_avro(broker):
    """Two record types, one of them in two versions; subjects are TOPIC-RECORDNAME."""
    topic, registry, records = "orders-avro", client(broker), []
    broker.make_topic(topic, 2)
    config = {"subject.name.strategy": topic_record_subject_name_strategy}
    context = SerializationContext(topic, MessageField.VALUE)
    for version in (1, 2):
        placed = AvroSerializer(registry, text_of(version, "OrderPlaced.avsc"), conf=config)
        paid = AvroSerializer(registry, text_of(1, "OrderPaid.avsc"), conf=config)
        for number in range(PER_VERSION * (version - 1), PER_VERSION * version):
            cents, checksum = 1990 + number * 7, bytes((number, 0, 255, 254))
            event = common(number) | {
                "customer": None if number % 4 == 0 else f"Kundin {number}",
                "total": Decimal(cents) / 100 if number % 5 else Decimal(-cents) / 100,
                "placedAt": BASE + number * 1000 + 7,
                "lines": [{"sku": f"SKU-{line}", "count": line + 1, "price": 0.1 * line} for line in range(number % 3)],
                "priority": "URGENT" if number % 2 else "NORMAL",
                "tags": {"ü": "客户"} if number % 2 else {},
                "checksum": checksum,
                "ledger": 2**53 + 1 + number,
            }
            if version == 2:
                event["currency"] = "CHF"
            decoded = event | {"total": f"{event['total']:.2f}", "checksum": b64encode(checksum).decode()}
            value = placed(event, context)
            schema = schema_of(registry, value, f"{topic}-shop.OrderPlaced", version)
            records.append(record(topic, number, value, "OrderPlaced", "avro", schema, decoded))
            if number % 2:
                means = (None, "voucher", ("shop.Card", {"last4": "4242"}))[number % 3]
                event = common(number) | {"means": means, "cents": -cents * 10**9}
                value = paid(event, context)
                decoded = event | {"means": means[1] if isinstance(means, tuple) else means}
                schema = schema_of(registry, value, f"{topic}-shop.OrderPaid", 1)
                records.append(record(topic, number, value, "OrderPaid", "avro", schema, decoded))
    return broker.send(topic, records)


def messages(version):
    """The message classes of that version's order.proto, compiled by protoc."""
    with tempfile.NamedTemporaryFile() as file:
        folder = SCHEMAS / f"v{version}"
        options = [f"--proto_path={folder}", "--include_imports", f"--descriptor_set_out={file.name}", "order.proto"]
        subprocess.run([sys.executable, "-m", "grpc_tools.protoc", *options], check=True)
        files = descriptor_pb2.FileDescriptorSet.FromString(Path(file.name).read_bytes())
    # Each version in a pool of its own: they share their names.
    pool = descriptor_pool.DescriptorPool()
    for each in files.file:
        pool.Add(each)
    names = ("shop.OrderPlaced", "shop.OrderPaid", "shop.OrderPaid.Refunded")
    return [message_factory.GetMessageClass(pool.FindMessageTypeByName(name)) for name in names]


class TextRegistry(SchemaRegistryClient):
    """Gives the registry a .proto file's text, as Java clients do; Python's own serialiser gives it a descriptor in base64."""

    text = None

    def register_schema_full_response(self, subject_name, schema, *arguments, **options):
        schema = Schema(self.text, "PROTOBUF")
        return super().register_schema_full_response(subject_name, schema, *arguments, **options)


def orders_protobuf(broker):
    """Three messages of one file, one of them nested; version 1 came to the registry as a descriptor, 2 as text."""
    topic, registry, records = "orders-protobuf", client(broker), []
    broker.make_topic(topic, 2)
    context = SerializationContext(topic, MessageField.VALUE)
    for version in (1, 2):
        registering = TextRegistry({"url": broker.rig["registry"]}) if version == 2 else registry
        registering.text = text_of(version, "order.proto")
        classes = messages(version)
        to_bytes = [ProtobufSerializer(each, registering) for each in classes]
        for number in range(PER_VERSION * (version - 1), PER_VERSION * version):
            which = number % 3
            body = {"order_id": f"order-{number % 9}", "version": number // 9 + 1}
            decoded = dict(body)
            if which == 0:
                body |= {"lines": [{"sku": "SKU-1", "count": 2**32 - 1, "price": 0.1}, {}], "priority": 2}
                body |= {"tags": {"ü": "客户"}, "placed_at": {"seconds": BASE // 1000, "nanos": number + 1}, "ledger": 2**64 - 1 - number}
                body |= {"checksum": b"\x00\xff\xfe"}
                # An optional field that is there and empty is not one that is absent.
                body |= {"customer": ""} if number % 2 else {}
                body |= {"currency": "CHF"} if version == 2 else {}
                decoded = body | {"priority": "PRIORITY_URGENT", "checksum": b64encode(body["checksum"]).decode()}
            elif which == 1:
                body |= {"card": "4242", "cents": -(2**53) - 1} if number % 2 else {"voucher": "", "cents": 5}
                body |= {"captured": False} if version == 2 else {}
                decoded = body
            else:
                body |= {"cents": -number}
                decoded = body
            value = to_bytes[which](classes[which](**body), context)
            schema = schema_of(registry, value, f"{topic}-value", version) | {"message": classes[which].DESCRIPTOR.full_name}
            kind = ("OrderPlaced", "OrderPaid", "Refunded")[which]
            records.append(record(topic, number, value, kind, "protobuf", schema, decoded))
    return broker.send(topic, records)


def orders_jsonschema(broker):
    topic, registry, records = "orders-jsonschema", client(broker), []
    broker.make_topic(topic, 2)
    context = SerializationContext(topic, MessageField.VALUE)
    for version in (1, 2):
        to_bytes = JSONSerializer(text_of(version, "order.schema.json"), registry)
        for number in range(PER_VERSION * (version - 1), PER_VERSION * version):
            event = {"type": "OrderPlaced"} | common(number) | {"total": number / 8, "ledger": 2**53 + 1 + number}
            if version == 2:
                event["currency"] = "CHF"
            value = to_bytes(event, context)
            schema = schema_of(registry, value, f"{topic}-value", version)
            line = record(topic, number, value, "OrderPlaced", "jsonschema", schema, event)
            line.known["decoded"] = value[5:].decode()
            records.append(line)
    return broker.send(topic, records)


def broken(broker):
    """Values that begin as a registry's serialiser writes them and do not go on so, between good ones."""
    topic, registry = "broken", client(broker)
    broker.make_topic(topic)
    to_bytes = AvroSerializer(registry, text_of(1, "OrderPaid.avsc"))
    good = to_bytes({"orderId": "order-1", "version": 1, "means": None, "cents": 5}, SerializationContext(topic, MessageField.VALUE))
    schema = schema_of(registry, good, f"{topic}-value", 1)
    decoded = '{"orderId": "order-1", "version": 1, "means": null, "cents": 5}'
    unknown = (2**31 - 5).to_bytes(4, "big")
    values = [
        ("good", good),
        ("a schema that the registry does not have", b"\x00" + unknown + good[5:]),
        ("cut short", good[:-3]),
        ("bytes left over", good + b"\x01\x02"),
        ("a branch that the union does not have", good[:-2] + b"\x0c" + good[-1:]),
        ("a length far beyond the value", good[:5] + b"\xfe\xff\xff\xff\x0f" + good[6:]),
        ("the magic byte alone", b"\x00"),
        ("the magic byte and half an id", good[:3]),
        ("another magic byte", b"\x05" + good[1:]),
        ("good", good),
    ]
    records = []
    for number, (note, value) in enumerate(values):
        known = {"format": "avro", "schema": schema, "decoded": decoded} if note == "good" else {"format": "bytes"}
        records.append(Record(b"k-%d" % number, value, [], BASE + number, 0, note=note, **known))
    return broker.send(topic, records)


def bare(broker):
    """Values without a registry's framing, by fastavro and protobuf alone, beside keys in Avro; and values whose schema a header names."""
    topic, registry, records = "bare", client(broker), []
    broker.make_topic(topic)
    paid = fastavro.parse_schema(json.loads(text_of(1, "OrderPaid.avsc")))
    placed = messages(1)[0]
    to_framed = AvroSerializer(registry, text_of(1, "OrderPaid.avsc"))

    def avro(schema, value):
        out = io.BytesIO()
        fastavro.schemaless_writer(out, schema, value)
        return out.getvalue()

    for number in range(12):
        event = common(number) | {"means": None if number % 2 else "voucher", "cents": number - 6}
        records.append(record(topic, number, avro(paid, event), "", "avro", None, event))
        records[-1].key = avro("string", f"order-{number % 9}")
    for number in range(12, 20):
        body = {"order_id": f"order-{number % 9}", "version": number, "ledger": 2**64 - number, "tags": {"ü": "客户"}}
        value = placed(**body).SerializeToString()
        records.append(record(topic, number, value, "", "protobuf", None, body))
    for number in range(20, 24):
        event = common(number) | {"means": None, "cents": number}
        framed = to_framed(event, SerializationContext(topic, MessageField.VALUE))
        schema = schema_of(registry, framed, f"{topic}-value", 1)
        line = record(topic, number, framed[5:], "", "avro", schema, event)
        line.headers = [("__value_schema_id", framed[:5])]
        records.append(line)
    # The serialisers' own header has a GUID, which a registry must be new to know.
    guid = SchemaId("AVRO", None, "89791b62-0034-4d7e-8f11-a2b3c4d5e6f7").guid_to_bytes()
    line = Record(b"order-0", avro(paid, event), [("__value_schema_id", guid)], BASE + 24000, format="avro", note="a GUID in the header")
    records.append(line)
    for each in records:
        each.partition = 0
        each.headers = [header for header in each.headers if header[0] != "type"]
        each.known = {name: value for name, value in each.known.items() if value is not None}
    return broker.send(topic, records)


TOPICS = {"bare": bare, "orders-avro": orders_avro, "orders-protobuf": orders_protobuf, "orders-jsonschema": orders_jsonschema, "broken": broken}
