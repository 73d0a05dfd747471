//! Captures whose keys and values are read as the user says.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test's own steps end it when they fail"
)]

mod common;

use std::fs;
use std::path::Path;

use common::heads;
use leftfold_event::json::Value;
use leftfold_event::{Cancel, Event, ProblemCode};
use leftfold_schema::{Kind, SchemaId, Written};
use leftfold_source::capture::{CaptureWriter, Decoders, Headers, Outcome, Record, RunStart};
use leftfold_source::{SourceFile, open};
use rusqlite::Connection;

const PAID: &str =
    r#"{"type":"record","namespace":"shop","name":"Paid","fields":[{"name":"cents","type":"long"}]}"#;
const GUID: &[u8] = b"\x01\x89\x79\x1b\x62\x00\x34\x4d\x7e\x8f\x11\xa2\xb3\xc4\xd5\xe6\xf7";

type Line<'l> = (&'l [u8], &'l [u8], &'l [(&'l str, &'l [u8])]);

/// A capture of one topic with these keys, values and headers.
fn capture(path: &Path, topic: &str, lines: &[Line<'_>], decoders: &Decoders) -> CaptureWriter {
    let mut writer = CaptureWriter::open(path).unwrap();
    writer.begin_run(&RunStart::default()).unwrap();
    writer.set_decoders(decoders).unwrap();
    let partition = match writer.partitions().iter().find(|p| p.topic == topic) {
        Some(partition) => partition.id,
        None => writer.add_partition(topic, None, 0, 0).unwrap(),
    };
    for (offset, (key, value, headers)) in (0..).zip(lines) {
        let mut stored = Headers::new();
        for (name, value) in *headers {
            stored.push(name.as_bytes(), Some(value));
        }
        let record = Record {
            timestamp: None,
            key: Some(key),
            value: Some(value),
        };
        writer.push(partition, offset, &record, &mut stored).unwrap();
    }
    writer
}

fn finish(writer: CaptureWriter) {
    writer.finish("", &Outcome::Complete).unwrap();
}

fn events(file: &SourceFile) -> Vec<Event> {
    let store = file.store(0).unwrap();
    let heads = heads(&*store);
    let locators: Vec<_> = heads.iter().map(|h| h.locator).collect();
    let mut events = vec![Event::default(); locators.len()];
    store
        .fetch(&locators, &Cancel::new(), &mut |i, event| events[i] = event)
        .unwrap();
    // The index, the whole event and the fold's view of it agree.
    for (head, event) in heads.iter().zip(&events) {
        assert_eq!((&head.stream, &head.kind), (&event.stream, &event.kind));
        assert_eq!(head.problem, !event.problems.is_empty(), "{event:?}");
    }
    store
        .fetch_raw(&locators, &Cancel::new(), &mut |i, kind, raw| {
            assert_eq!(kind, events[i].kind);
            let json = match raw {
                leftfold_source::RawPayload::Json(text) => Some(leftfold_event::json::parse(text).unwrap()),
                _ => None,
            };
            assert_eq!(json, events[i].payload.value, "{}", events[i].stream);
        })
        .unwrap();
    events
}

fn fact<'e>(event: &'e Event, name: &str) -> &'e str {
    let found = event.extra.iter().find(|(n, _)| n == name);
    found.and_then(|(_, v)| v.as_str()).unwrap_or_default()
}

fn value(event: &Event) -> String {
    event
        .payload
        .value
        .as_ref()
        .map(Value::to_string)
        .unwrap_or_default()
}

fn flags(flags: &[&str]) -> Decoders {
    Decoders::of_flags(flags.iter().copied()).unwrap()
}

#[test]
fn a_capture_keeps_how_it_is_read_with_the_schema_and_without_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let (path, avsc) = (folder.path().join("o.leftfold"), folder.path().join("paid.avsc"));
    fs::write(&avsc, PAID).unwrap();
    let chosen = flags(&[&format!("orders:value=avro:{}", avsc.display()), "key=json"]);
    let lines: &[Line<'_>] = &[(br#""o-1""#, b"\x54", &[]), (b"o-2", b"\x54\x00", &[])];
    finish(capture(&path, "orders", lines, &chosen));
    fs::remove_file(&avsc).unwrap();
    let file = open(&path).unwrap();
    let found = events(&file);
    assert_eq!(
        (found[0].stream.as_str(), found[0].kind.as_str()),
        ("o-1", "Paid")
    );
    assert_eq!(value(&found[0]), r#"{"cents":42}"#);
    assert_eq!(
        fact(&found[0], "decoded_by"),
        "avro: your choice orders:value=avro:paid.avsc"
    );
    assert_eq!(fact(&found[0], "key_decoded_by"), "json: your choice key=json");
    let schema = found[0].extra.iter().find(|(n, _)| n == "schema").unwrap();
    assert_eq!(
        schema.1.to_string(),
        r#"{"file":"paid.avsc","kind":"AVRO","name":"shop.Paid"}"#
    );
    // What does not fit keeps its bytes and says why, and what was asked of it.
    assert_eq!(
        (found[1].payload.value.clone(), &found[1].payload.raw[..]),
        (None, &b"\x54\0"[..])
    );
    let codes: Vec<_> = found[1].problems.iter().map(|p| p.code).collect();
    assert!(codes.contains(&ProblemCode::PayloadUndecodable) && codes.contains(&ProblemCode::NameUnreadable));
    let why = |code| &found[1].problems.iter().find(|p| p.code == code).unwrap().message;
    let payload = why(ProblemCode::PayloadUndecodable);
    assert!(
        payload.contains("left over") && payload.contains("your choice orders:value=avro:paid.avsc"),
        "{payload}"
    );
    assert!(why(ProblemCode::NameUnreadable).contains("your choice key=json"));
    assert_eq!(found[1].stream, "x'6f2d32'");
    let notes = &file.stores()[0].notes;
    assert!(
        notes
            .iter()
            .any(|n| n == "It says how its records are read: key=json, orders:value=avro:paid.avsc."),
        "{notes:?}"
    );
    // Another time another choice.
    finish(capture(
        &path,
        "orders",
        &[],
        &flags(&["orders:value=hex", "key=auto"]),
    ));
    let found = events(&open(&path).unwrap());
    assert_eq!(
        (found[0].stream.as_str(), value(&found[0]).as_str()),
        ("\"o-1\"", "\"54\"")
    );
    assert_eq!(fact(&found[1], "decoded_by"), "hex: your choice orders:value=hex");
    assert!(found.iter().all(|e| e.problems.is_empty()));
    // What is said of all topics is of this one, too.
    finish(capture(&path, "orders", &[], &flags(&["value=msgpack"])));
    assert_eq!(value(&events(&open(&path).unwrap())[0]), "84");
}

#[test]
fn what_the_reader_says_goes_before_what_the_capture_says_and_is_another_history() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("o.leftfold");
    let lines: &[Line<'_>] = &[(b"k", br#"{"a":1}"#, &[]), (b"k", b"\x81\xa1a\x01", &[])];
    finish(capture(&path, "orders", lines, &flags(&["value=text"])));
    let before = fs::read(&path).unwrap();
    let file = open(&path).unwrap();
    assert_eq!(value(&events(&file)[0]), r#""{\"a\":1}""#);
    let all = file.read_by(&flags(&["value=hex"])).unwrap().unwrap();
    assert_eq!(fact(&events(&all)[0], "decoded_by"), "hex: your choice value=hex");
    let other = file.read_by(&flags(&["orders:value=auto"])).unwrap().unwrap();
    let found = events(&other);
    assert_eq!(value(&found[0]), r#"{"a":1}"#);
    assert_eq!(value(&found[1]), r#"{"a":1}"#);
    assert_eq!(fact(&found[0], "decoded_by"), "json: it is a JSON object");
    assert_eq!(
        fact(&found[1], "decoded_by"),
        "msgpack: it begins as a map in MessagePack, and ends where that says"
    );
    let identity = |file: &SourceFile| file.store(0).unwrap().identity().unwrap().fingerprint;
    assert_ne!(identity(&file), identity(&other));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_schema_is_named_by_a_header_with_its_number_or_its_guid() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("o.leftfold");
    let number: &[(&str, &[u8])] = &[
        ("__value_schema_id", b"\0\0\0\0\xff"),
        ("__key_schema_id", b"\0\0\0\0\x07"),
    ];
    let guid: &[(&str, &[u8])] = &[("__value_schema_id", GUID)];
    let lost: &[(&str, &[u8])] = &[("__value_schema_id", b"\0\0\0\0\x63")];
    let message: &[(&str, &[u8])] = &[("__value_schema_id", b"\0\0\0\0\x08\x02\x02")];
    let lines: &[Line<'_>] = &[
        (b"\x02k", b"\x54", number),
        (b"k", b"\x54", guid),
        (b"k", b"\x81\xa1a\x01", lost),
        (b"k", b"{}", lost),
        (b"k", b"\x08\x05", message),
    ];
    let mut writer = capture(&path, "orders", lines, &Decoders::new());
    let avro = |text: &str| Written {
        kind: Kind::Avro,
        text: text.to_owned(),
        uses: Vec::new(),
    };
    let id = SchemaId::of_guid("89791b62-0034-4d7e-8f11-a2b3c4d5e6f7").unwrap();
    writer.add_schema(SchemaId::Number(255), &avro(PAID)).unwrap();
    writer
        .add_schema(SchemaId::Number(7), &avro("\"string\""))
        .unwrap();
    writer.lack_schema(id, "nobody was there").unwrap();
    assert_eq!(writer.has_schema(id), Some(false));
    writer.add_schema(id, &avro(PAID)).unwrap();
    writer.lack_schema(SchemaId::Guid(1), "nobody was there").unwrap();
    let proto = "syntax = 'proto3'; message A {} message B { int32 n = 1; }";
    let written = Written {
        kind: Kind::Protobuf,
        ..avro(proto)
    };
    writer.add_schema(SchemaId::Number(8), &written).unwrap();
    finish(writer);
    let file = open(&path).unwrap();
    let found = events(&file);
    assert_eq!(found[0].stream, "k");
    for i in [0, 1] {
        assert_eq!(value(&found[i]), r#"{"cents":42}"#);
    }
    assert_eq!(
        fact(&found[0], "decoded_by"),
        "avro: the header __value_schema_id names schema 255 of the registry"
    );
    assert_eq!(
        fact(&found[0], "key_decoded_by"),
        "avro: the header __key_schema_id names schema 7 of the registry"
    );
    assert!(fact(&found[1], "decoded_by").contains("schema 89791b62-0034-4d7e-8f11-a2b3c4d5e6f7"));
    // Bytes of a schema that is lacking are not taken for something else.
    assert_eq!(found[2].payload.value, None);
    let why = &found[2].problems[0].message;
    assert!(why.contains("__value_schema_id names schema 99"), "{why}");
    assert_eq!(value(&found[3]), "{}");
    assert_eq!(
        (found[4].kind.as_str(), value(&found[4]).as_str()),
        ("B", r#"{"n":5}"#)
    );
    let notes = &file.stores()[0].notes;
    assert!(
        notes.iter().any(|n| n.contains("It holds the 4 schemas")),
        "{notes:?}"
    );
    assert!(
        notes
            .iter()
            .any(|n| n.contains("Schema 00000000-0000-0000-0000-000000000001 is lacking: nobody")),
        "{notes:?}"
    );
    let writer = CaptureWriter::open(&path).unwrap();
    assert_eq!(writer.lacking_schemas().collect::<Vec<_>>(), [SchemaId::Guid(1)]);
}

#[test]
fn a_registrys_schemas_are_asked_for_by_a_choice_that_says_why_there_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("o.leftfold");
    let lines: &[Line<'_>] = &[
        (b"k", b"\0\0\0\0\x07\x54", &[]),
        (b"k", b"\0\0\0\0\x09\x54", &[]),
        (b"k", b"{}", &[]),
        (b"k", b"\0\0\0\0\x08\0", &[]),
    ];
    let mut writer = capture(&path, "orders", lines, &flags(&["value=avro"]));
    let written = |kind, text: &str| Written {
        kind,
        text: text.to_owned(),
        uses: Vec::new(),
    };
    writer
        .add_schema(SchemaId::Number(7), &written(Kind::Avro, PAID))
        .unwrap();
    let proto = written(Kind::Protobuf, "syntax = 'proto3'; message A {}");
    writer.add_schema(SchemaId::Number(8), &proto).unwrap();
    finish(writer);
    let found = events(&open(&path).unwrap());
    assert_eq!(value(&found[0]), r#"{"cents":42}"#);
    for (i, why) in [
        (
            1,
            "with its schema 9, which is not in this capture (your choice value=avro)",
        ),
        (2, "neither its bytes nor a header name a schema"),
        (3, "its schema is PROTOBUF, not AVRO"),
    ] {
        assert_eq!(found[i].payload.value, None);
        assert!(
            found[i].problems[0].message.contains(why),
            "{}",
            found[i].problems[0].message
        );
    }
}

#[test]
fn every_form_can_be_chosen_and_what_is_not_of_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    for (flag, good, wanted, bad, why) in [
        ("value=json", &b"[1]"[..], "[1]", &b"\xff"[..], ""),
        ("value=text", b"{}", r#""{}""#, b"\xff", "no UTF-8"),
        ("value=msgpack", b"\x01", "1", b"\x92\x01", "no MessagePack"),
        ("value=cbor", b"\x01", "1", b"\x82\x01", "no CBOR"),
    ] {
        let path = folder.path().join(flag);
        finish(capture(
            &path,
            "t",
            &[(b"k", good, &[]), (b"k", bad, &[])],
            &flags(&[flag]),
        ));
        let found = events(&open(&path).unwrap());
        assert_eq!(value(&found[0]), wanted, "{flag}");
        assert_eq!(
            fact(&found[0], "decoded_by"),
            format!("{}: your choice {flag}", &flag[6..])
        );
        let said = &found[1].problems[0].message;
        assert!(
            said.contains(why) && said.contains(&format!("your choice {flag}")),
            "{said}"
        );
        assert_eq!(found[1].payload.raw, bad);
    }
    // CloudEvents and changes are JSON, too.
    let path = folder.path().join("cloud");
    let cloud = br#"{"specversion":"1.0","id":"7","source":"/s","type":"T","data":{"n":1}}"#;
    finish(capture(
        &path,
        "t",
        &[(b"k", cloud, &[])],
        &flags(&["value=json"]),
    ));
    let found = events(&open(&path).unwrap());
    assert_eq!(
        (found[0].kind.as_str(), value(&found[0]).as_str()),
        ("T", r#"{"n":1}"#)
    );
}

#[test]
fn a_capture_of_an_earlier_version_is_read_and_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("o.leftfold");
    finish(capture(&path, "orders", &[(b"k", b"{}", &[])], &Decoders::new()));
    let earlier = Connection::open(&path).unwrap();
    earlier
        .execute_batch("DROP TABLE decoders; DROP TABLE schemas_by_guid")
        .unwrap();
    drop(earlier);
    assert_eq!(value(&events(&open(&path).unwrap())[0]), "{}");
    finish(capture(&path, "orders", &[], &flags(&["value=text"])));
    assert_eq!(value(&events(&open(&path).unwrap())[0]), r#""{}""#);
    let shop = folder.path().join("lines.ndjson");
    fs::write(&shop, "{\"stream\":\"a\",\"type\":\"b\"}\n").unwrap();
    assert!(
        open(&shop)
            .unwrap()
            .read_by(&flags(&["value=text"]))
            .unwrap()
            .is_none()
    );
}
