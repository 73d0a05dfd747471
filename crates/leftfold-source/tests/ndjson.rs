//! NDJSON: the envelope goes out and comes back whole, kcat's lines are read, broken lines hide no others.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::fs;

use common::{account, events, heads, raws};
use leftfold_event::json::{Value, parse};
use leftfold_event::{Event, EventId, Locator, Payload, ProblemCode, TimeZoneOrigin, Timestamp};
use leftfold_source::{SourceKind, detect, ndjson, open};
use proptest::prelude::*;

const LINES: &str = r#"{"position":9007199254740993,"stream":"order-1","category":"order","version":0,"id":"e\n1","type":"Placed","time":"2026-01-02T03:04:05.123456789Z","payload":{"total":10.10},"metadata":{"user":"ü"},"correlation_id":"c","tenant":"t"}

not json
{"stream":"order-1","type":"Paid","version":1,"payload_base64":"AP8=","time":1767323045123}
[1,2]
{"topic":"orders","partition":3,"offset":17,"tstype":"create","ts":1767323045123,"broker":0,"headers":["ce_type","OrderPlaced","a",null,"a","2"],"key":"order-7","payload":"{\"n\":1e400}"}
{"topic":"orders","partition":3,"offset":18,"tstype":"create","ts":-1,"broker":0,"key":null,"payload":null}
{"stream":"x","type":"Late","payload":null,"valid_time":"2020-01-01","also_in":["y"]}"#;

#[test]
fn a_problem_of_somebody_elses_is_part_of_their_line() {
    let line = br#"{"who":"anne","problem":{"code":"out-of-paper","message":"tray 2"}}"#;
    let event = leftfold_source::ndjson::parse_line(line);
    assert_eq!(event.payload.raw, line);
}

#[test]
fn lines_of_every_kind_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ndjson");
    fs::write(&path, LINES).unwrap();
    let file = open(&path).unwrap();
    assert_eq!(file.kind(), SourceKind::Ndjson);
    let store = file.store(0).unwrap();
    let heads = heads(&*store);
    assert_eq!(heads.len(), 7);
    assert_eq!(
        heads.iter().map(|h| h.problem).collect::<Vec<_>>(),
        [false, true, false, true, false, false, false]
    );
    let found = events(&*store, &heads.iter().map(|h| h.locator).collect::<Vec<_>>());
    assert_eq!(found[0].position.as_deref(), Some("9007199254740993"));
    assert_eq!(
        found[0].payload.value.as_ref().unwrap().to_string(),
        r#"{"total":10.10}"#
    );
    assert_eq!(found[0].extra, [("tenant".to_owned(), Value::from("t"))]);
    assert_eq!(found[1].problems[0].code.as_str(), "row-unreadable");
    assert_eq!(found[2].payload.raw, [0, 0xff]);
    assert_eq!(found[2].time.unwrap().to_string(), "2026-01-02T03:04:05.123Z");
    let kafka = &found[4];
    assert_eq!(
        (kafka.stream.as_str(), kafka.kind.as_str()),
        ("orders/order-7", "OrderPlaced")
    );
    assert_eq!(kafka.position.as_deref(), Some("orders[3]@17"));
    assert_eq!(
        kafka.payload.value.as_ref().unwrap().to_string(),
        r#"{"n":1e400}"#
    );
    let headers = kafka.extra.iter().find(|(k, _)| k == "headers").unwrap();
    assert_eq!(
        headers.1.to_string(),
        r#"["ce_type","OrderPlaced","a",null,"a","2"]"#
    );
    assert_eq!((found[5].stream.as_str(), found[5].time), ("orders", None));
    assert_eq!(found[5].payload.value, Some(Value::Null), "a tombstone");
    assert_eq!(found[6].also_in, ["y"]);
    let raw = raws(&*store, &heads.iter().map(|h| h.locator).collect::<Vec<_>>());
    assert_eq!(raw[0], ("Placed".to_owned(), r#"{"total":10.10}"#.to_owned()));
    assert_eq!(raw[6].1, "null");
}

/// The line an event is written as, after it was read from a line.
fn again(line: &str) -> (Event, String) {
    let event = ndjson::parse_line(line.as_bytes());
    let mut out = String::new();
    ndjson::write_event(&event, "", &mut out);
    (event, out)
}

#[test]
fn only_in_a_record_of_kafka_is_ts_a_time() {
    let (own, line) = again(r#"{"stream":"a-1","type":"T","ts":1767323045123,"offset":4}"#);
    assert_eq!(own.time, None);
    assert!(line.contains(r#""ts":1767323045123"#), "{line}");
    let record = r#"{"topic":"o","partition":3,"offset":17,"tstype":"create","ts":TS,"broker":0,"headers":[],"key":"a","payload":"{}"}"#;
    let (timed, _) = again(&record.replace("TS", "1767323045123"));
    assert_eq!(timed.time.unwrap().to_string(), "2026-01-02T03:04:05.123Z");
    let (timeless, line) = again(&record.replace("TS", "-1"));
    assert_eq!(timeless.time, None);
    assert!(line.contains(r#""ts":-1"#), "{line}");
    let (twice, same) = again(&line);
    assert_eq!((twice.time, same), (None, line));
}

#[test]
fn a_tombstone_is_not_a_record_without_a_value() {
    let record = r#"{"topic":"o","partition":0,"offset":1,"tstype":"create","ts":1,"broker":0,"key":null,"payload":null}"#;
    let (tombstone, line) = again(record);
    assert_eq!(tombstone.payload.value, Some(Value::Null));
    assert!(
        line.contains(r#""payload":null"#) && line.contains(r#""key":null"#),
        "{line}"
    );
    let (again_, same) = again(&line);
    assert_eq!((again_.payload.value, same), (Some(Value::Null), line));
    let (absent, line) = again(&record.replace(r#","key":null,"payload":null"#, ""));
    assert_eq!(absent.payload, Payload::absent());
    assert!(!line.contains("payload") && !line.contains("key"), "{line}");
}

#[test]
fn json_behind_a_byte_order_mark_is_json() {
    // {"n":1.10} behind the mark, as bytes, and as the text of a record of Kafka.
    let (event, line) = again(r#"{"stream":"a-1","type":"T","payload_base64":"77u/eyJuIjoxLjEwfQ=="}"#);
    assert_eq!(event.problems, []);
    assert_eq!(event.payload.raw, b"\xef\xbb\xbf{\"n\":1.10}", "the bytes stay");
    assert!(line.contains(r#""payload":{"n":1.10}"#), "{line}");
    let record = "{\"topic\":\"o\",\"partition\":0,\"offset\":1,\"tstype\":\"create\",\"ts\":1,\"key\":\"k\",\"payload\":\"\u{feff}{\\\"type\\\":\\\"Paid\\\"}\"}";
    let (event, _) = again(record);
    assert_eq!((event.kind.as_str(), event.payload.encoding), ("Paid", "json"));
    assert_eq!(event.problems, []);
}

#[test]
fn an_identity_of_bytes_stays_apart_from_the_text_it_is_shown_as() {
    let uuid = "00010203-0405-0607-0809-0a0b0c0d0e0f";
    for id in [
        EventId::Bytes((0..16).collect()),
        EventId::Bytes(b"abcd".to_vec()),
        EventId::Bytes(Vec::new()),
        EventId::Text(uuid.to_owned()),
        EventId::Text("61626364".to_owned()),
    ] {
        let event = Event {
            stream: "a-1".to_owned(),
            kind: "T".to_owned(),
            id: Some(id.clone()),
            ..Event::default()
        };
        let mut line = String::new();
        ndjson::write_event(&event, "", &mut line);
        let (read, same) = again(&line);
        assert_eq!((read.id, read.extra), (Some(id), Vec::new()), "{line}");
        assert_eq!(same, line);
    }
    let line = r#"{"stream":"a-1","id":"00010203-0405-0607-0809-0a0b0c0d0e0f","id_base64":"AAECAwQFBgcICQoLDA0ODw=="}"#;
    assert_eq!(again(line).0.id, Some(EventId::Bytes((0..16).collect())));
    // What is no base64, or speaks of another identity, is a fact of somebody else's.
    for other in ["%%%", "AAECAwQFBgcICQoLDA0OAA=="] {
        let line = line.replace("AAECAwQFBgcICQoLDA0ODw==", other);
        let (read, written) = again(&line);
        assert_eq!(read.id, Some(EventId::Text(uuid.to_owned())));
        assert_eq!(read.extra, [("id_base64".to_owned(), Value::from(other))]);
        assert_eq!(
            again(&written).0.extra,
            [("extra_id_base64".to_owned(), Value::from(other))]
        );
    }
}

#[test]
fn a_time_that_is_not_all_of_what_was_written_keeps_what_was() {
    for (written, time, code) in [
        (r#""3000-01-01T00:00:00Z""#, None, "time-unreadable"),
        (r#""0001-01-01 00:00:00""#, None, "time-unreadable"),
        ("99999999999", None, "time-unreadable"),
        (r#"{"at":[1]}"#, None, "time-unreadable"),
        (
            r#""2016-12-31T23:59:60Z""#,
            Some("2017-01-01T00:00:00Z"),
            "time-inexact",
        ),
        (
            r#""2026-11-20T14:32:07.123456789123+02:00""#,
            Some("2026-11-20T12:32:07.123456789Z"),
            "time-inexact",
        ),
        (
            "1700000000.1234567899",
            Some("2023-11-14T22:13:20.123456789Z"),
            "time-inexact",
        ),
    ] {
        for field in ["time", "valid_time"] {
            let mut line = format!(r#"{{"stream":"a-1","version":1,"type":"T","{field}":{written}}}"#);
            for _ in 0..3 {
                let (event, out) = again(&line);
                let read = if field == "time" {
                    event.time
                } else {
                    event.valid_time
                };
                assert_eq!(read.map(|t| t.to_string()).as_deref(), time, "{line}");
                let codes: Vec<&str> = event.problems.iter().map(|p| p.code.as_str()).collect();
                assert_eq!(codes, [code], "told once: {line}");
                let kept = (format!("{field}_text"), parse(written.as_bytes()).unwrap());
                assert_eq!(event.extra, [kept], "{line}");
                assert_eq!(out.contains(&format!("\"{field}\":")), time.is_some(), "{out}");
                line = out;
            }
        }
    }
    // A column of the store's own that is called so does not make a key stand twice.
    let (event, out) = again(r#"{"stream":"a-1","time_text":"mine","time":"soon"}"#);
    assert_eq!(event.extra.len(), 2);
    assert!(
        out.contains(r#""time_text":"soon""#) && out.contains(r#""extra_time_text":"mine""#),
        "{out}"
    );
}

#[test]
fn what_is_no_base64_is_kept_and_says_so() {
    let (event, line) = again(r#"{"stream":"a-1","type":"T","payload_base64":"%%%"}"#);
    assert_eq!(event.payload.raw, b"%%%");
    assert_eq!(event.payload.value, None);
    assert_eq!(event.problems[0].code.as_str(), "payload-undecodable");
    assert!(
        event.problems[0].message.contains("no base64"),
        "{:?}",
        event.problems
    );
    let (read, same) = again(&line);
    assert_eq!((read.payload, same), (event.payload, line));
}

#[test]
fn a_payload_is_written_as_it_was_spelt() {
    for payload in [
        r#"{"a":1,"a":2}"#,
        r#"{"n": 1.0, "big":1E400, "text":"ü\/"}"#,
        "[ 1 , 2 ]",
        r#""x""#,
    ] {
        let (_, line) = again(&format!(r#"{{"stream":"a-1","type":"T","payload":{payload}}}"#));
        assert!(line.contains(&format!(r#""payload":{payload}"#)), "{line}");
    }
    let (event, _) = again(r#"{"stream":"a-1","type":"T","payload":{"o":[{"a":1,"b":0,"a":2}]}}"#);
    assert_eq!(
        event.payload.value.unwrap().to_string(),
        r#"{"o":[{"a":2,"b":0}]}"#
    );
    assert_eq!(event.problems[0].code.as_str(), "json-duplicate-key");
    assert!(
        event.problems[0].message.contains(r#""a""#),
        "{:?}",
        event.problems
    );
    // Stored over several lines, written on one.
    let folder = tempfile::tempdir().unwrap();
    let sql = "CREATE TABLE order_events (id INTEGER PRIMARY KEY, stream TEXT, version INTEGER, type TEXT, data TEXT);
        INSERT INTO order_events VALUES (1, 'a', 1, 'T', '{\n  \"a b\": 1.0,\n  \"a b\": \" x \"\n}');";
    let store = common::store(folder.path(), sql);
    let found = events(&*store, &[Locator { row: 1, item: 0 }]);
    let mut line = String::new();
    ndjson::write_event(&found[0], "", &mut line);
    assert!(line.contains(r#""payload":{"a b":1.0,"a b":" x "}"#), "{line}");
    assert!(line.contains("json-duplicate-key"), "{line}");
    assert!(!heads(&*store)[0].problem, "indexing does not look for it");
}

/// The file of these lines, and its events.
fn file_of(lines: &str) -> (leftfold_source::SourceFile, Vec<Event>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ndjson");
    fs::write(&path, lines).unwrap();
    let file = leftfold_source::SourceFile::from_reader(
        &path,
        &mut lines.as_bytes(),
        &leftfold_event::Cancel::new(),
        &mut |_| (),
    );
    let file = file.unwrap();
    let store = file.store(0).unwrap();
    let found = events(
        &*store,
        &heads(&*store).iter().map(|h| h.locator).collect::<Vec<_>>(),
    );
    (file, found)
}

const FOREIGN: &str = r#"{"user":{"id":"u-1"},"event":"login","at":"2026-01-02T03:04:05Z","ip":"::1"}
{"user":{"id":"u-2"},"event":"login","at":"2026-01-02T03:04:06Z","ok":false}
{"user":{"id":"u-1"},"event":"logout","at":"2026-01-02T03:04:07Z"}"#;

#[test]
fn a_foreign_line_is_whole_its_payload_and_is_not_taken_for_certain() {
    let (file, found) = file_of(FOREIGN);
    let info = &file.stores()[0];
    assert_eq!(info.certainty, leftfold_source::Certainty::Guess);
    assert!(info.reasons[0].contains("none of the keys"), "{:?}", info.reasons);
    let line = FOREIGN.lines().next().unwrap();
    assert_eq!(found[0].payload.value, parse(line.as_bytes()).ok());
    assert_eq!(found[0].extra, []);
    account(&*file.store(0).unwrap());
}

#[test]
fn a_mapping_reads_foreign_lines_by_their_keys_and_places() {
    let (file, _) = file_of(FOREIGN);
    let mapping = toml::from_str("stream = '/user/id'\ntype = 'event'\ntime = 'at'").unwrap();
    let store = file.store_with(&mapping).unwrap();
    let heads = heads(&*store);
    let names: Vec<_> = heads
        .iter()
        .map(|h| (h.stream.as_str(), h.kind.as_str()))
        .collect();
    assert_eq!(names, [("u-1", "login"), ("u-2", "login"), ("u-1", "logout")]);
    assert_eq!(heads[1].time.as_deref(), Some("2026-01-02T03:04:06Z"));
    account(&*store);
    let part = "stream = 'u{user@/id}'\ntype = { constant = 'Seen' }\npayload = 'user'\nfilters = [{ column = 'event', is = 'login' }]";
    let store = file.store_with(&toml::from_str(part).unwrap()).unwrap();
    let heads = common::heads(&*store);
    let found = events(&*store, &heads.iter().map(|h| h.locator).collect::<Vec<_>>());
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].stream, "uu-1");
    assert_eq!(
        found[0].payload.value.as_ref().unwrap().to_string(),
        r#"{"id":"u-1"}"#
    );
    assert!(
        found[0].extra.contains(&("ip".to_owned(), Value::from("::1"))),
        "{:?}",
        found[0].extra
    );
    account(&*store);
    for (text, part) in [
        ("table = 't'\nstream = 'a'", "table: "),
        ("version = 'a'", "neither stream nor type"),
    ] {
        let told = file
            .store_with(&toml::from_str(text).unwrap())
            .err()
            .unwrap()
            .to_string();
        assert!(told.contains(part), "{told}");
    }
    // What is guessed is a start.
    let (_, start, _) = file.start_of_mapping("").unwrap();
    assert_eq!(
        toml::to_string(start)
            .unwrap()
            .lines()
            .find(|l| l.starts_with("type")),
        Some("type = \"event\"")
    );
}

#[test]
fn one_array_is_refused_with_the_way_to_make_lines_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    fs::write(&path, "[{\"a\":1}]").unwrap();
    let told = open(&path).err().unwrap().to_string();
    assert!(told.contains("jq -c '.[]'"), "{told}");
}

#[test]
fn a_line_that_cannot_be_read_is_text_where_it_is_legible() {
    assert_eq!(ndjson::parse_line("{ümlaut".as_bytes()).payload.encoding, "text");
    assert_eq!(ndjson::parse_line(b"{\xff").payload.encoding, "bytes");
}

#[test]
fn one_key_in_two_topics_is_two_streams() {
    let record = r#"{"topic":"TOPIC","partition":0,"offset":1,"tstype":"create","ts":1,"broker":0,"key":"a-1","payload":"{}"}"#;
    let lines = format!(
        "{}\n{}",
        record.replace("TOPIC", "orders"),
        record.replace("TOPIC", "bills")
    );
    let (_, found) = file_of(&lines);
    assert_eq!(
        (found[0].stream.as_str(), found[1].stream.as_str()),
        ("orders/a-1", "bills/a-1")
    );
}

#[test]
fn nothing_of_an_event_is_lost_between_two_exports() {
    let deep = "[".repeat(300) + &"]".repeat(300);
    let long = "7".repeat(5000);
    for (line, kept) in [
        (
            r#"{"stream":"a-1","type":"T","time":"2026-01-02T03:04:05.100"}"#.to_owned(),
            r#""time":"2026-01-02T03:04:05.100Z","time_zone":"assumed UTC""#.to_owned(),
        ),
        (
            r#"{"stream":"a-1","type":"T","time_zone":"Europe/Berlin"}"#.to_owned(),
            r#"time_zone":"Europe/Berlin""#.to_owned(),
        ),
        (
            r#"{"stream":"a-1","type":"T","payload_base64":""}"#.to_owned(),
            r#""payload_base64":"""#.to_owned(),
        ),
        (
            r#"{"stream":"a-1","type":"T","payload_base64":"b29wcw=="}"#.to_owned(),
            r#""payload_base64":"b29wcw==""#.to_owned(),
        ),
        (
            r#"{"stream":"a-1","type":"T","version":18446744073709551615}"#.to_owned(),
            r#""version":18446744073709551615"#.to_owned(),
        ),
        (
            r#"{"stream":"a-1","type":"T","payload":{"a":"\ud800"}}"#.to_owned(),
            r#""payload":{"a":"\ud800"}"#.to_owned(),
        ),
        (
            r#"{"stream":"a-1","type":"T","payload":{"a":"1"},"payload_xml":"<r a=\"1\"/>"}"#.to_owned(),
            r#""payload_xml":"<r a=\"1\"/>""#.to_owned(),
        ),
        (
            format!(r#"{{"stream":"a-1","type":"T","payload":{{"a":{deep}}}}}"#),
            r#""problem":{"code":"payload-undecodable""#.to_owned(),
        ),
        (
            format!(r#"{{"stream":"a-1","type":"T","payload":{{"a":{long}}}}}"#),
            r#""problem":{"code":"payload-undecodable""#.to_owned(),
        ),
    ] {
        let (first, once) = again(&line);
        assert!(once.contains(&kept), "{once}");
        assert_eq!(
            (first.stream.as_str(), first.kind.as_str()),
            ("a-1", "T"),
            "{line}"
        );
        let (second, twice) = again(&once);
        assert_eq!(once, twice);
        assert_eq!(
            (first.time, first.time_origin, first.payload),
            (second.time, second.time_origin, second.payload)
        );
    }
    let (stated, _) = again(r#"{"stream":"a-1","type":"T","time":"2026-01-02T03:04:05Z"}"#);
    assert_eq!(stated.time_origin, TimeZoneOrigin::Stated);
}

#[test]
fn standard_input_is_read_from_memory() {
    let store = ndjson::from_reader(&mut LINES.as_bytes()).unwrap();
    assert_eq!(heads(&store).len(), 7);
}

#[test]
fn lines_are_found_in_any_order() {
    let lines: Vec<String> = (0..2000)
        .map(|i| {
            format!(
                "{{\"stream\":\"s-{}\",\"type\":\"T\",\"version\":{i},\"payload\":{{\"i\":{i}}}}}",
                i % 7
            )
        })
        .collect();
    let store = ndjson::from_reader(&mut lines.join("\n").as_bytes()).unwrap();
    let heads = heads(&store);
    let some: Vec<Locator> = [1999, 3, 4, 1000, 0]
        .iter()
        .map(|&i: &usize| heads[i].locator)
        .collect();
    let versions: Vec<_> = events(&store, &some).iter().map(|e| e.version).collect();
    assert_eq!(versions, [1999, 3, 4, 1000, 0].map(Some));
    account(&store);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,9})?".prop_map(|n| parse(n.as_bytes()).unwrap()),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((any::<String>(), inner), 0..4)
                .prop_map(|kv| Value::Object(kv.into_iter().collect())),
        ]
    })
}

fn payload() -> impl Strategy<Value = Payload> {
    prop_oneof![
        Just(Payload::absent()),
        any_json().prop_map(|v| Payload {
            raw: v.to_string().into_bytes(),
            value: Some(v),
            encoding: "json",
        }),
    ]
}

prop_compose! {
    fn event()(
        names in (any::<String>(), prop::option::of(any::<String>()), any::<String>())
            .prop_filter("a line names a stream or a type", |n| !(n.0.is_empty() && n.2.is_empty())),
        numbers in (prop::option::of(any::<i64>()), prop::option::of(prop_oneof!["[a-z]{1,5}\\[[0-9]\\]@[0-9]{1,4}", any::<i64>().prop_map(|n| n.to_string())])),
        id in prop::option::of(any::<String>()),
        times in (prop::option::of(any::<i64>()), prop::option::of(any::<i64>())),
        payload in payload(),
        metadata in payload(),
        links in (prop::option::of(any::<String>()), prop::option::of(any::<String>())),
        also_in in prop::collection::vec(any::<String>(), 0..3),
        extra in prop::collection::btree_map("x_[a-z]{1,6}", any_json(), 0..3),
    ) -> Event {
        Event {
            stream: names.0, category: names.1, kind: names.2,
            version: numbers.0, position: numbers.1, id: id.map(EventId::Text),
            time_origin: if times.0.is_some() { TimeZoneOrigin::Stated } else { TimeZoneOrigin::default() },
            time: times.0.map(Timestamp::from_nanos), valid_time: times.1.map(Timestamp::from_nanos),
            payload, metadata, correlation_id: links.0, causation_id: links.1, also_in,
            extra: extra.into_iter().collect(), problems: Vec::new(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_event_survives_being_written_and_read(event in event()) {
        let mut line = String::new();
        ndjson::write_event(&event, "", &mut line);
        prop_assert!(!line.contains('\n'));
        prop_assert_eq!(ndjson::parse_line(line.as_bytes()), event, "{}", line);
    }

    #[test]
    fn reading_a_line_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = ndjson::parse_line(&bytes);
    }

    #[test]
    fn detection_never_panics(tables in prop::collection::vec(shape(), 0..6)) {
        for found in detect(&tables) {
            prop_assert!(tables.iter().any(|t| t.name == found.mapping.table));
            let text = toml::to_string(&found.mapping).unwrap();
            prop_assert_eq!(toml::from_str::<leftfold_source::Mapping>(&text).unwrap(), found.mapping);
        }
    }
}

fn shape() -> impl Strategy<Value = leftfold_source::TableShape> {
    use leftfold_source::{ColumnShape, RowKey, Sample, TableShape};
    let sample = prop_oneof![
        Just(Sample::Null),
        any::<i64>().prop_map(Sample::Integer),
        any::<f64>().prop_map(Sample::Real),
        "\\PC{0,12}|[{\\[\"a:0-9\\]}-]{0,12}|2026-01-02T03:04:05".prop_map(|t| Sample::Text(t, false)),
        (prop::collection::vec(any::<u8>(), 0..40), any::<bool>()).prop_map(|(b, cut)| Sample::Blob(b, cut)),
    ];
    let name = prop_oneof![
        "\\PC{0,10}",
        prop::sample::select(vec![
            "id",
            "stream_id",
            "type",
            "version",
            "payload",
            "metadata",
            "event_id",
            "event_type",
            "data",
            "created_at",
            "position",
            "aggregate_id",
            "aggregateType",
            "timestamp",
            "name",
            "event",
            "stream",
            "aggregate_type",
            "sequence",
            "event_version",
            "topic",
            "state",
            "originator_id",
            "originator_version",
            "inserted_at",
            "no",
            "event_name",
            "a{b}",
            "x@y",
        ])
        .prop_map(str::to_owned),
    ];
    let column = (name.clone(), prop::collection::vec(sample, 0..4), 0_u32..3).prop_map(
        |(name, samples, primary_key)| ColumnShape {
            name,
            declared: "INTEGER".to_owned(),
            primary_key,
            samples,
            ..ColumnShape::default()
        },
    );
    (name, prop::collection::vec(column, 0..14), any::<bool>()).prop_map(|(name, columns, numbered)| {
        TableShape {
            name,
            columns,
            key: if numbered {
                RowKey::RowId("rowid")
            } else {
                RowKey::None
            },
            ..TableShape::default()
        }
    })
}

#[test]
fn a_valid_time_that_cannot_be_read_is_told_and_written_again_as_it_was() {
    for stated in [r#""rubbish""#, r#""9999-12-31T23:59:59.9999999Z""#] {
        let line = format!(r#"{{"stream":"a-1","version":1,"type":"T","valid_time":{stated}}}"#);
        let mut line = line;
        // Read and written any number of times.
        for _ in 0..3 {
            let event = ndjson::parse_line(line.as_bytes());
            assert_eq!(event.valid_time, None);
            assert!(
                event
                    .problems
                    .iter()
                    .any(|p| p.code == ProblemCode::TimeUnreadable && p.message.contains("valid")),
                "{:?}",
                event.problems
            );
            let mut out = String::new();
            ndjson::write_event(&event, "", &mut out);
            assert!(out.contains(&format!(r#""valid_time_text":{stated}"#)), "{out}");
            assert!(!out.contains(r#""valid_time":"#), "{out}");
            line = out;
        }
        let count = ndjson::parse_line(line.as_bytes()).problems.len();
        assert_eq!(count, 1, "one trouble is told once");
    }
}
