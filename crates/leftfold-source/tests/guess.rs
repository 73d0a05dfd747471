//! Tables of one's own: what is guessed of them, and what is said where nothing is.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{database, events, heads, store};
use leftfold_event::Event;
use leftfold_source::{Certainty, EventStore, SourceFile, open};

fn all(store: &dyn EventStore) -> Vec<Event> {
    let locators: Vec<_> = heads(store).iter().map(|h| h.locator).collect();
    events(store, &locators)
}

const HAPPENINGS: &str = "CREATE TABLE happenings (id INTEGER PRIMARY KEY, plant TEXT, rev INTEGER, what TEXT, details TEXT, happened_at TEXT, UNIQUE (plant, rev));";

#[test]
fn a_hobby_table_is_read_by_its_unique_index_and_plain_names() {
    let folder = tempfile::tempdir().unwrap();
    let sql = format!(
        "{HAPPENINGS} INSERT INTO happenings VALUES
         (1, 'basil', 1, 'sown', '{{\"pot\":3}}', '2026-03-01 08:00:00'),
         (2, 'mint', 1, 'sown', '{{\"pot\":4}}', '2026-03-01 08:05:00'),
         (3, 'basil', 2, 'watered', '{{\"ml\":200}}', '2026-03-02 08:00:00');"
    );
    let path = database(folder.path(), "plants.db", &sql);
    let file = open(&path).unwrap();
    assert_eq!(file.stores()[0].certainty, Certainty::Guess);
    let reasons = file.stores()[0].reasons.join("; ");
    assert!(reasons.contains("a unique index covers plant, rev"), "{reasons}");
    let found = all(&*file.store(0).unwrap());
    let third = &found[2];
    assert_eq!(
        (third.stream.as_str(), third.version, third.kind.as_str()),
        ("basil", Some(2), "watered")
    );
    assert_eq!(third.payload.value.as_ref().unwrap().to_string(), r#"{"ml":200}"#);
    assert!(third.time.is_some());
}

#[test]
fn an_empty_hobby_table_is_read_by_its_names_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path(), "plants.db", HAPPENINGS);
    let file = open(&path).unwrap();
    let text = toml::to_string(file.mapping(0).unwrap()).unwrap();
    for line in ["stream = \"plant\"", "version = \"rev\"", "type = \"what\""] {
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn two_columns_that_are_unique_together_need_no_telling_names() {
    let folder = tempfile::tempdir().unwrap();
    let sql = "CREATE TABLE log (plant TEXT, turn INTEGER, what TEXT, details TEXT, PRIMARY KEY (plant, turn));
        INSERT INTO log VALUES ('basil', 1, 'sown', '{}'), ('basil', 2, 'watered', '{}'), ('mint', 1, 'sown', '{}');";
    let found = all(&*store(folder.path(), sql));
    assert_eq!((found[1].stream.as_str(), found[1].version), ("basil", Some(2)));
}

#[test]
fn a_refusal_says_of_each_table_what_is_missing_and_every_table_has_a_start() {
    let folder = tempfile::tempdir().unwrap();
    let sql = "CREATE TABLE notes (id INTEGER PRIMARY KEY, plant TEXT, rev INTEGER, text TEXT, UNIQUE (plant, rev));
        CREATE TABLE sightings (id INTEGER PRIMARY KEY, kind TEXT, created_at TEXT, details TEXT);
        CREATE TABLE colours (a TEXT, b TEXT);";
    let path = database(folder.path(), "a.db", sql);
    let error = open(&path).err().unwrap().to_string();
    for part in [
        "notes comes near",
        "no column names an event type",
        "sightings comes near",
        "no column names a stream",
        "mapping show FILE --table TABLE",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
    let file = SourceFile::open_unmapped(&path).unwrap();
    for table in ["notes", "sightings", "colours"] {
        let (_, mapping, against) = file.start_of_mapping(table).unwrap();
        assert_eq!(mapping.table, table);
        assert!(against.is_some(), "{table}");
    }
    assert!(file.start_of_mapping("none").is_none());
}

#[test]
fn a_payload_column_stays_one_though_half_its_values_are_no_json() {
    let folder = tempfile::tempdir().unwrap();
    let sql = "CREATE TABLE order_events (id INTEGER PRIMARY KEY, stream_id TEXT, version INTEGER, type TEXT, data TEXT);
        INSERT INTO order_events VALUES (1, 'order-1', 1, 'Placed', '{\"n\":1}'), (2, 'order-1', 2, 'Noted', 'oops'),
        (3, 'order-1', 3, 'Sent', ''), (4, 'order-1', 4, 'Noted', 'so what'), (5, 'order-1', 5, 'Noted', 'hm');";
    let found = all(&*store(folder.path(), sql));
    assert_eq!(found[0].payload.value.as_ref().unwrap().to_string(), r#"{"n":1}"#);
    let oops = &found[1];
    assert_eq!(
        (oops.payload.raw.as_slice(), &oops.payload.value),
        (&b"oops"[..], &None)
    );
    assert_eq!(oops.payload.encoding, "text");
    assert_eq!(oops.problems[0].code.as_str(), "payload-undecodable");
    // No bytes are not no payload.
    assert_eq!((found[2].payload.encoding, found[2].problems.len()), ("bytes", 0));
}

#[test]
fn a_payload_column_of_plain_words_throughout_is_text_by_design() {
    let folder = tempfile::tempdir().unwrap();
    let sql = "CREATE TABLE order_events (id INTEGER PRIMARY KEY, stream_id TEXT, version INTEGER, type TEXT, details TEXT);
        INSERT INTO order_events VALUES (1, 'order-1', 1, 'Noted', 'first call'), (2, 'order-1', 2, 'Noted', 'second call');";
    let found = all(&*store(folder.path(), sql));
    assert_eq!(
        found[1].payload.value.as_ref().unwrap().to_string(),
        r#""second call""#
    );
    assert_eq!(found[1].problems, []);
}

#[test]
fn a_stream_named_by_bytes_is_not_the_one_named_by_the_same_letters() {
    let folder = tempfile::tempdir().unwrap();
    let sql = "CREATE TABLE order_events (id INTEGER PRIMARY KEY, stream_id, version INTEGER, type TEXT, data TEXT);
        INSERT INTO order_events VALUES (1, 'ab', 1, 'T', '{}'), (2, x'6162', 1, 'T', '{}'), (3, x'ff01', 1, 'T', '{}'),
        (4, x'000102030405060708090a0b0c0d0e0f', 1, 'T', '{}');";
    let heads = heads(&*store(folder.path(), sql));
    let names: Vec<&str> = heads.iter().map(|h| h.stream.as_str()).collect();
    assert_eq!(
        names,
        ["ab", "x'6162'", "x'ff01'", "00010203-0405-0607-0809-0a0b0c0d0e0f"]
    );
}

#[test]
fn times_are_read_in_the_unit_their_column_has() {
    let folder = tempfile::tempdir().unwrap();
    let times = |values: [&str; 3]| {
        let sql = format!(
            "DROP TABLE IF EXISTS order_events;
             CREATE TABLE order_events (id INTEGER PRIMARY KEY, stream_id TEXT, version INTEGER, type TEXT, data TEXT, ts);
             INSERT INTO order_events VALUES (1, 'a-1', 1, 'T', '{{}}', {}), (2, 'a-1', 2, 'T', '{{}}', {}), (3, 'a-1', 3, 'T', '{{}}', {});",
            values[0], values[1], values[2]
        );
        let heads = heads(&*store(folder.path(), &sql));
        heads
            .into_iter()
            .map(|h| h.time.unwrap_or_default())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        times(["2460263.5", "2460264", "2460264.5"]),
        [
            "2023-11-15T00:00:00.000Z",
            "2023-11-15T12:00:00Z",
            "2023-11-16T00:00:00.000Z"
        ]
    );
    // A millisecond of 1970 among those of today.
    assert_eq!(
        times(["86400000", "1700000000000", "1700000000001"])[0],
        "1970-01-02T00:00:00.000Z"
    );
}

#[test]
fn a_mapping_takes_plain_names_and_says_which_key_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let sql = format!(
        "{HAPPENINGS} INSERT INTO happenings VALUES (1, 'basil', 1, 'sown', '{{\"pot\":3}}', '2026-03-01 08:00:00');"
    );
    let file = SourceFile::open_unmapped(&database(folder.path(), "plants.db", &sql)).unwrap();
    let mapping = |text: &str| toml::from_str(&format!("table = 'happenings'\n{text}")).unwrap();
    let plain = mapping("stream = 'plant'\ntype = 'what'\ntime = 'happened_at'\npayload = 'details'");
    let found = all(&*file.store_with(&plain).unwrap());
    assert_eq!(
        found[0].payload.value.as_ref().unwrap().to_string(),
        r#"{"pot":3}"#
    );
    assert_eq!(found[0].time.unwrap().to_string(), "2026-03-01T08:00:00Z");
    for (text, parts) in [
        (
            "stream = 'plnt'",
            ["stream: ", "no column plnt; it has id, plant"],
        ),
        (
            "stream = 'plant'\npayload = 'detail'",
            ["payload: ", "no column detail"],
        ),
        (
            "stream = 'plant'\ntime = { from = 'when' }",
            ["time: ", "no column when"],
        ),
        ("version = 'rev'", ["neither stream", "nor type"]),
    ] {
        let told = file.store_with(&mapping(text)).err().unwrap().to_string();
        assert!(parts.iter().all(|p| told.contains(p)), "{told}");
    }
}

/// The first events of a table of three plants that has these columns, as `stream vN type`.
fn first_of_three_plants(columns: &str, named: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let rows = [
        "'plant-0', 1, 'sown'",
        "'plant-1', 1, 'sown'",
        "'plant-0', 2, 'watered'",
        "'plant-2', 1, 'sown'",
        "'plant-0', 3, 'moved'",
    ]
    .map(|row| format!("({row}, '2026-03-01 08:00:00', '{{\"n\":1}}')"));
    let sql = format!(
        "CREATE TABLE t ({columns}); INSERT INTO t ({named}) VALUES {};",
        rows.join(", ")
    );
    let found = all(&*store(folder.path(), &sql));
    let head = |e: &Event| format!("{} v{} {}", e.stream, e.version.unwrap_or(-1), e.kind);
    found.iter().take(3).map(head).collect()
}

#[test]
fn an_entity_or_an_aggregate_named_plainly_is_the_stream() {
    let expected = ["plant-0 v1 sown", "plant-1 v1 sown", "plant-0 v2 watered"];
    for (columns, named) in [
        (
            "id INTEGER PRIMARY KEY, entity TEXT, rev INTEGER, kind TEXT, at TEXT, body TEXT",
            "entity, rev, kind, at, body",
        ),
        (
            "aggregate TEXT, version INTEGER, event TEXT, created_at TEXT, data TEXT",
            "aggregate, version, event, created_at, data",
        ),
        (
            "subject TEXT, rev INTEGER, kind TEXT, at TEXT, body TEXT",
            "subject, rev, kind, at, body",
        ),
        (
            "item TEXT, rev INTEGER, kind TEXT, at TEXT, body TEXT",
            "item, rev, kind, at, body",
        ),
        (
            "object TEXT, rev INTEGER, kind TEXT, at TEXT, body TEXT, UNIQUE (object, rev)",
            "object, rev, kind, at, body",
        ),
    ] {
        assert_eq!(first_of_three_plants(columns, named), expected, "{columns}");
    }
}

#[test]
fn an_aggregate_beside_its_id_stays_the_kind_of_stream() {
    let folder = tempfile::tempdir().unwrap();
    let sql = "CREATE TABLE t (aggregate TEXT, key TEXT, version INTEGER, event TEXT, created_at TEXT, data TEXT);
        INSERT INTO t VALUES ('order', '7', 1, 'placed', '2026-03-01', '{}'), ('order', '8', 1, 'placed', '2026-03-01', '{}'),
        ('order', '7', 2, 'sent', '2026-03-02', '{}'), ('order', '8', 2, 'sent', '2026-03-02', '{}');";
    let found = all(&*store(folder.path(), sql));
    assert_eq!(
        (
            found[1].stream.as_str(),
            found[1].category.as_deref(),
            found[1].version
        ),
        ("order-8", Some("order"), Some(1))
    );
}

const FERNS: &str = "CREATE TABLE happenings (plant TEXT, what TEXT, rev INTEGER, happened_at TEXT, details TEXT);
    INSERT INTO happenings VALUES ('fern', 'sown', 1, '2026-03-01 08:00:00', '{}'), ('fern', 'watered', 2, '2026-03-02 08:00:00', '{}'),";

#[test]
fn four_rows_show_which_column_is_the_stream() {
    let folder = tempfile::tempdir().unwrap();
    let sql = format!(
        "{FERNS} ('ivy', 'sown', 1, '2026-03-03 08:00:00', '{{}}'), ('fern', 'moved', 3, '2026-03-04 08:00:00', '{{}}');"
    );
    let found = all(&*store(folder.path(), &sql));
    let heads: Vec<_> = found.iter().map(|e| (e.stream.as_str(), e.version)).collect();
    assert_eq!(
        heads,
        [
            ("fern", Some(1)),
            ("fern", Some(2)),
            ("ivy", Some(1)),
            ("fern", Some(3))
        ]
    );
}

#[test]
fn a_refusal_for_want_of_a_stream_gives_the_real_reason() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |name: &str, sql: &str| {
        open(&database(folder.path(), name, sql))
            .err()
            .unwrap()
            .to_string()
    };
    // One value that counts up may as well be the same everywhere by chance.
    let told = refused("one.db", &format!("{} ;", FERNS.trim_end_matches(',')));
    assert!(
        told.contains("where plant repeats, rev rises, but too few rows show that"),
        "{told}"
    );
    let falling = format!(
        "{FERNS} ('fern', 'moved', 1, '2026-03-04 08:00:00', '{{}}'), ('fern', 'moved', 2, '2026-03-04 08:00:00', '{{}}');"
    );
    let told = refused("falling.db", &falling);
    assert!(told.contains("none repeats with a rising rev"), "{told}");
    let without =
        "CREATE TABLE sightings (id INTEGER PRIMARY KEY, kind TEXT, created_at TEXT, details TEXT);";
    let told = refused("without.db", without);
    assert!(
        told.contains("no column names a stream, and none counts its events"),
        "{told}"
    );
}

#[test]
fn an_event_without_a_stream_among_others_with_one_is_told_as_one_without_a_type_is() {
    let folder = tempfile::tempdir().unwrap();
    let sql = "CREATE TABLE order_events (id INTEGER PRIMARY KEY, stream_id TEXT, version INTEGER, type TEXT, data TEXT, created_at TEXT);
        INSERT INTO order_events VALUES (1, 'order-1', 1, 'Placed', '{}', '2026-03-01'), (2, NULL, 1, 'Placed', '{}', '2026-03-01'),
        (3, 'order-1', 2, NULL, '{}', '2026-03-01'), (4, 'order-1', 3, 'Sent', '{}', NULL), (5, 'order-1', 4, 'Sent', '{}', '2026-03-01');";
    let store = store(folder.path(), sql);
    let told: Vec<String> = all(&*store)
        .iter()
        .map(|e| e.problems.iter().map(|p| p.message.clone()).collect())
        .collect();
    assert_eq!(
        told,
        [
            "",
            "the stream is missing",
            "the event type is missing",
            "the time is missing",
            ""
        ]
    );
    let marked: Vec<bool> = heads(&*store).iter().map(|h| h.problem).collect();
    assert_eq!(
        marked,
        [false, true, true, true, false],
        "the index knows of them"
    );
}
