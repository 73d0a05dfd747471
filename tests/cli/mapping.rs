//! Mappings: printed as a start, put into leftfold.toml, told of when they are wrong.

use std::fs;
use std::path::Path;

use crate::run::{folder, leftfold, write};

const HAPPENINGS: &str = "CREATE TABLE happenings (id INTEGER PRIMARY KEY, plant TEXT, rev INTEGER, what TEXT, details TEXT, happened_at TEXT, UNIQUE (plant, rev));
    INSERT INTO happenings VALUES (1, 'basil-1', 1, 'sown', '{\"pot\":3}', '2026-03-01 08:00:00'), (2, 'basil-1', 2, 'watered', 'oops', '2026-03-01 08:00:01'),
    (3, 'basil-1', 3, 'moved', '{\"pot\":4}', '2026-03-01 08:00:02');";

fn database(path: &Path, sql: &str) {
    let file = rusqlite::Connection::open(path).expect("a new file");
    file.execute_batch(sql).expect("it can be written");
}

#[test]
fn a_hobby_table_opens_at_once() {
    let folder = folder();
    database(&folder.path().join("plants.db"), HAPPENINGS);
    let state = leftfold(folder.path(), &["state", "plants.db", "basil-1", "--json"]).ok();
    assert!(state.contains(r#""version":3"#), "{state}");
}

#[test]
fn a_payload_that_is_no_json_is_skipped_by_the_fold_and_told() {
    let folder = folder();
    database(&folder.path().join("plants.db"), HAPPENINGS);
    let state = leftfold(
        folder.path(),
        &["state", "plants.db", "basil-1", "--at", "v2", "--json"],
    )
    .ok();
    assert!(
        state.contains(r#""state":{"pot":3}"#) && state.contains("payload-undecodable"),
        "{state}"
    );
    let list = leftfold(folder.path(), &["events", "plants.db"]).ok();
    assert!(list.contains("oops"), "shown as the text it is: {list}");
}

#[test]
fn every_table_has_a_mapping_to_start_from() {
    let folder = folder();
    let sql = "CREATE TABLE colours (shade TEXT, word TEXT); INSERT INTO colours VALUES ('red', 'rot');";
    database(&folder.path().join("a.db"), &format!("{HAPPENINGS} {sql}"));
    let shown = leftfold(folder.path(), &["mapping", "show", "a.db", "--table", "colours"]);
    assert!(shown.err.contains("only a start"), "{}", shown.err);
    let text = shown.ok();
    for part in [
        "table = \"colours\"",
        "# The columns of colours: shade, word",
        "# stream = \"COLUMN\"",
        "# type = ",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let filled = text.replace("# stream = \"COLUMN\"", "stream = \"shade\"");
    write(folder.path(), "leftfold.toml", filled);
    let events = leftfold(folder.path(), &["events", "a.db", "--json"]).ok();
    assert!(events.contains(r#""stream":"red""#), "{events}");
}

#[test]
fn a_mapped_table_is_one_history_and_a_path_elsewhere_works_from_here() {
    let folder = folder();
    fs::create_dir(folder.path().join("data")).expect("a folder");
    database(&folder.path().join("data/plants.db"), HAPPENINGS);
    let shown = leftfold(folder.path(), &["mapping", "show", "data/plants.db"]).ok();
    assert!(shown.contains("path = \"data/plants.db\""), "{shown}");
    write(folder.path(), "leftfold.toml", shown);
    for source in ["plants", "data/plants.db"] {
        let told = leftfold(folder.path(), &["inspect", source]).ok();
        assert!(told.contains("1 history"), "{source}: {told}");
    }
}

#[test]
fn one_bad_source_breaks_no_other_file_of_the_folder() {
    let folder = folder();
    for name in ["good.db", "bad.db"] {
        database(&folder.path().join(name), HAPPENINGS);
    }
    write(
        folder.path(),
        "leftfold.toml",
        "[[source]]\nname = 'bad'\npath = 'bad.db'\n[source.mapping]\ntable = 'happenings'\nstraem = 'plant'\n",
    );
    leftfold(folder.path(), &["events", "good.db"]).ok();
    for source in ["bad", "bad.db"] {
        let told = leftfold(folder.path(), &["events", source]).failed();
        assert!(
            told.contains("unknown key `straem`") && told.contains("line 6"),
            "{told}"
        );
    }
}

#[test]
fn two_sources_of_one_name_are_told() {
    let folder = folder();
    database(&folder.path().join("a.db"), HAPPENINGS);
    let one = "[[source]]\nname = 'plants'\npath = 'a.db'\n";
    write(folder.path(), "leftfold.toml", format!("{one}{one}"));
    let told = leftfold(folder.path(), &["events", "plants"]).failed();
    assert!(told.contains("two sources are called \"plants\""), "{told}");
}

#[test]
fn foreign_lines_are_a_guess_until_a_mapping_says_what_is_what() {
    let folder = folder();
    let lines = "{\"user\":\"ann-1\",\"event\":\"login\",\"at\":\"2026-01-02T03:04:05Z\",\"ip\":\"::1\"}\n{\"user\":\"bo-2\",\"event\":\"login\",\"at\":\"2026-01-02T03:04:06Z\"}\n";
    write(folder.path(), "logins.ndjson", lines);
    let told = leftfold(folder.path(), &["inspect", "logins.ndjson", "--json"]).ok();
    assert!(
        told.contains(r#""certainty":"guess""#) && told.contains("none of the keys"),
        "{told}"
    );
    let first = leftfold(folder.path(), &["events", "logins.ndjson", "--json", "-c", "1"]).ok();
    assert!(
        first.contains(r#""payload":{"user":"ann-1","event":"login""#),
        "{first}"
    );
    let shown = leftfold(folder.path(), &["mapping", "show", "logins.ndjson"]).ok();
    assert!(
        shown.contains("type = \"event\"") && shown.contains("# stream ="),
        "{shown}"
    );
    // As it is printed it changes nothing: what is guessed is a comment.
    write(folder.path(), "leftfold.toml", &shown);
    let still = leftfold(folder.path(), &["events", "logins.ndjson", "--json", "-c", "1"]).ok();
    assert_eq!(still, first, "{shown}");
    let filled = shown
        .replace("# [source.mapping]\n", "[source.mapping]\nstream = \"user\"\n")
        .replace("# type = ", "type = ");
    write(folder.path(), "leftfold.toml", filled);
    let mapped = leftfold(
        folder.path(),
        &["events", "logins.ndjson", "--json", "--stream", "bo-2"],
    )
    .ok();
    assert!(
        mapped.contains(r#""category":"bo""#) && mapped.contains(r#""type":"login""#),
        "{mapped}"
    );
    assert!(
        leftfold(folder.path(), &["inspect", "logins.ndjson"])
            .ok()
            .contains("1 history")
    );
}

#[test]
fn a_stream_without_a_kind_in_its_name_has_no_category() {
    let folder = folder();
    let line = |stream: &str| format!("{{\"stream\":\"{stream}\",\"type\":\"T\",\"payload\":{{}}}}\n");
    let lines = [
        line("6f1c0b1e-0000-4000-8000-0123456789ab"),
        line("6f1c0b1e-0000-4000-8000-0123456789ac"),
        line("order-6f1c0b1e-0000-4000-8000-0123456789ab"),
        line("order/1002"),
        line("shopping_cart"),
    ];
    write(folder.path(), "a.ndjson", lines.concat());
    let events = leftfold(folder.path(), &["events", "a.ndjson", "--json"]).ok();
    let categories: Vec<bool> = events
        .lines()
        .map(|l| l.contains(r#""category":"order""#))
        .collect();
    assert_eq!(categories, [false, false, true, true, false], "{events}");
    assert_eq!(events.matches("category").count(), 2, "{events}");
    for (filter, matched) in [
        ("category == \"order\"", 2),
        ("category == null", 3),
        ("category != null", 2),
        ("category == null && payload == {}", 3),
        ("category.startsWith(\"o\") && version == null", 2),
    ] {
        let run = leftfold(folder.path(), &["events", "a.ndjson", "--json", "-f", filter]);
        assert_eq!(
            run.out.lines().count(),
            matched,
            "{filter}: {}{}",
            run.out,
            run.err
        );
    }
    let lanes = leftfold(
        folder.path(),
        &["timeline", "a.ndjson", "--by", "category", "--json"],
    )
    .ok();
    assert!(lanes.contains(r#""lanes_in_all":2"#), "{lanes}");
}

#[test]
fn what_never_ends_and_what_is_empty_say_so() {
    let folder = folder();
    let endless = leftfold(folder.path(), &["inspect", "/dev/zero"]).failed();
    assert!(endless.contains("no line ends within 64 MiB"), "{endless}");
    let empty = leftfold(folder.path(), &["inspect", "/dev/null"]);
    assert!(
        empty.out.contains("it is empty") && !empty.out.contains("certain"),
        "{}{}",
        empty.out,
        empty.err
    );
}

#[test]
fn the_mapping_shown_of_foreign_lines_is_what_is_in_force() {
    let folder = folder();
    let line = |n: u32| format!("{{\"who\":\"a-{n}\",\"event\":\"opened\",\"door\":{{\"n\":{n}}}}}\n");
    write(folder.path(), "doors.ndjson", line(1) + &line(2));
    let shown = leftfold(folder.path(), &["mapping", "show", "doors.ndjson"]).ok();
    assert!(shown.contains("Each line is whole the payload"), "{shown}");
    let stated: Vec<&str> = shown
        .lines()
        .filter(|l| !l.starts_with('#') && !l.is_empty())
        .collect();
    assert_eq!(
        stated,
        ["[[source]]", "name = \"doors\"", "path = \"doors.ndjson\""],
        "{shown}"
    );
}

#[test]
fn further_facts_as_a_list_are_told_how_to_be_written() {
    let folder = folder();
    database(&folder.path().join("plants.db"), HAPPENINGS);
    let stated = "[[source]]\nname = 'plants'\npath = 'plants.db'\n[source.mapping]\ntable = 'happenings'\nstream = 'plant'\n";
    write(
        folder.path(),
        "leftfold.toml",
        format!("{stated}extra = ['rev']\n"),
    );
    let told = leftfold(folder.path(), &["events", "plants.db"]).failed();
    assert!(
        told.contains("line 7") && told.contains("extra = { shown_as = \"column\" }"),
        "{told}"
    );
    write(
        folder.path(),
        "leftfold.toml",
        format!("{stated}extra = {{ turn = 'rev' }}\n"),
    );
    let events = leftfold(folder.path(), &["events", "plants.db", "--json", "-c", "1"]).ok();
    assert!(events.contains("\"turn\":1"), "{events}");
}

#[test]
fn a_source_without_a_name_is_called_by_its_path() {
    let folder = folder();
    let sql = format!(
        "{HAPPENINGS} CREATE TABLE order_events (id INTEGER PRIMARY KEY, stream_id TEXT, version INTEGER, type TEXT, data TEXT, created_at TEXT);
         INSERT INTO order_events VALUES (1, 'order-1', 1, 'Placed', '{{}}', '2026-03-01');"
    );
    database(&folder.path().join("plants.db"), &sql);
    let nameless =
        "[[source]]\npath = 'plants.db'\n[source.mapping]\ntable = 'happenings'\nstream = 'plant'\n";
    write(folder.path(), "leftfold.toml", nameless);
    let told = leftfold(folder.path(), &["events", "plants.db"]).err;
    assert!(
        told.contains("reading plants.db (leftfold.toml) (happenings)"),
        "{told}"
    );
    let told = leftfold(folder.path(), &["events", "nowhere"]).failed();
    assert!(told.contains("leftfold.toml here names no source"), "{told}");
    write(
        folder.path(),
        "leftfold.toml",
        format!("{nameless}{nameless}type = 'what'\n"),
    );
    let told = leftfold(folder.path(), &["events", "plants.db"]).failed();
    assert!(
        told.contains(r#"the sources "plants.db" and "plants.db" both state a mapping"#),
        "{told}"
    );
}

#[test]
fn inspect_counts_every_event_with_a_part_that_cannot_be_read() {
    let folder = folder();
    let sql = "CREATE TABLE order_events (id INTEGER PRIMARY KEY, stream_id TEXT, version INTEGER, type TEXT, data TEXT, created_at TEXT);
        INSERT INTO order_events VALUES (1, 'order-1', 1, 'Placed', '{}', '2026-03-01'), (2, NULL, 1, 'Placed', '{}', '2026-03-01'),
        (3, 'order-1', 2, NULL, '{}', '2026-03-01'), (4, 'order-1', 3, 'Sent', '{}', NULL), (5, 'order-1', 4, 'Sent', '{oops', '2026-03-01'),
        (6, 'order-1', 5, 'Sent', '{', '2026-03-01');";
    database(&folder.path().join("orders.db"), sql);
    let out = leftfold(folder.path(), &["inspect", "orders.db", "--json"]).ok();
    let told: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let oddities = told["stores"][0]["oddities"].as_array().expect("a list");
    let of = |code: &str| {
        let oddity = oddities.iter().find(|o| o["code"] == code).expect("it is told");
        (
            oddity["count"].as_u64(),
            oddity["message"].as_str().unwrap_or_default(),
        )
    };
    assert_eq!(
        of("header-problem"),
        (
            Some(2),
            "2 events have a part that is missing or cannot be read; the first is v1 (#2)"
        )
    );
    assert_eq!(
        of("without-time"),
        (
            Some(1),
            "1 event has no time that can be read: it is not on the time axis"
        ),
        "told once, and as what it is"
    );
    assert_eq!(
        of("payload-problem"),
        (
            Some(2),
            "2 events have a payload or metadata that cannot be read; the first is order-1 v4 (#5)"
        )
    );
}

#[test]
fn of_a_long_history_inspect_says_that_there_may_be_more() {
    let folder = folder();
    let sql = "CREATE TABLE order_events (id INTEGER PRIMARY KEY, stream_id TEXT, version INTEGER, type TEXT, data TEXT, created_at TEXT);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
        INSERT INTO order_events SELECT i, 'order-1', i, 'Placed', iif(i = 7 OR i = 3000, '{oops', '{}'), '2026-03-01' FROM n;";
    database(&folder.path().join("orders.db"), sql);
    let out = leftfold(folder.path(), &["inspect", "orders.db", "--json"]).ok();
    assert!(
        out.contains("at least 2 events have a payload or metadata that cannot be read, of 1024 looked at; the first of those is order-1 v7 (#7)"),
        "{out}"
    );
}

#[test]
fn generated_columns_that_are_not_read_are_named() {
    let folder = folder();
    let kept = "CREATE TABLE order_events (id INTEGER PRIMARY KEY, stream_id TEXT, version INTEGER, type TEXT, data TEXT,
        sum AS (json_extract(data, '$.sum')), shout AS (upper(type)) VIRTUAL, stored AS (lower(type)) STORED);
        INSERT INTO order_events VALUES (1, 'order-1', 1, 'Placed', '{\"sum\":1}');";
    database(&folder.path().join("kept.db"), kept);
    let told = leftfold(folder.path(), &["inspect", "kept.db", "--json"]).ok();
    assert!(
        told.contains("The virtual generated columns sum, shout are not read"),
        "{told}"
    );
    assert!(!told.contains("stored are not"), "{told}");
    let refused = "CREATE TABLE docs (id INTEGER PRIMARY KEY, doc TEXT, entity AS (json_extract(doc, '$.e')), kind AS (json_extract(doc, '$.k')));";
    database(&folder.path().join("refused.db"), refused);
    let told = leftfold(folder.path(), &["inspect", "refused.db"]).failed();
    assert!(
        told.contains("the virtual generated columns docs.entity, docs.kind are not read"),
        "{told}"
    );
}

#[test]
fn a_source_of_the_project_file_that_cannot_be_used_is_told_by_every_verb() {
    let folder = folder();
    let sql = "CREATE TABLE order_events (id INTEGER PRIMARY KEY, stream_id TEXT, version INTEGER, type TEXT, data TEXT, created_at TEXT);
        INSERT INTO order_events VALUES (1, 'order-1', 1, 'Placed', '{}', '2026-03-01');";
    database(&folder.path().join("orders.db"), sql);
    write(
        folder.path(),
        "leftfold.toml",
        "[[source]]\nname = 'odd'\nstraem = 'x'\n",
    );
    for args in [
        &["events", "orders.db"][..],
        &["state", "orders.db", "order-1"],
        &["timeline", "orders.db"],
    ] {
        let run = leftfold(folder.path(), args);
        assert_eq!(run.err.matches("straem").count(), 1, "{args:?}: {}", run.err);
        assert_eq!(run.code, Some(0), "{args:?}: {}", run.err);
    }
    let inspected = leftfold(folder.path(), &["inspect", "orders.db"]);
    assert_eq!(inspected.out.matches("straem").count(), 1, "{}", inspected.out);
    assert_eq!(inspected.err.matches("straem").count(), 0, "{}", inspected.err);
}

#[test]
fn a_time_that_is_not_all_of_what_was_written_is_told_and_exported_as_it_was() {
    let folder = folder();
    let sql = "CREATE TABLE order_events (id INTEGER PRIMARY KEY, stream_id TEXT, version INTEGER, type TEXT, data TEXT, created_at TEXT);
        INSERT INTO order_events VALUES (1, 'order-1', 1, 'Placed', '{}', '2026-03-01T00:00:00Z'), (2, 'order-1', 2, 'Paid', '{}', '2016-12-31T23:59:60Z'),
        (3, 'order-1', 3, 'Sent', '{}', '2026-03-02T03:04:05.1234567890123Z'), (4, 'order-1', 4, 'Due', '{}', '9999-12-31T23:59:59Z');";
    database(&folder.path().join("orders.db"), sql);
    let times = |file: &str| -> Vec<[String; 3]> {
        let lines = leftfold(folder.path(), &["events", file, "--json"]).ok();
        let events = lines
            .lines()
            .map(|l| serde_json::from_str::<serde_json::Value>(l).expect("JSON"));
        let text = |v: &serde_json::Value| v.as_str().unwrap_or("-").to_owned();
        events
            .map(|e| [&e["time"], &e["time_text"], &e["problem"]["code"]].map(text))
            .collect()
    };
    let wanted = [
        ["2026-03-01T00:00:00Z", "-", "-"],
        ["2017-01-01T00:00:00Z", "2016-12-31T23:59:60Z", "time-inexact"],
        [
            "2026-03-02T03:04:05.123456789Z",
            "2026-03-02T03:04:05.1234567890123Z",
            "time-inexact",
        ],
        ["-", "9999-12-31T23:59:59Z", "time-unreadable"],
    ];
    assert_eq!(times("orders.db"), wanted);
    leftfold(folder.path(), &["export", "orders.db", "-O", "one.ndjson"]).ok();
    assert_eq!(times("one.ndjson"), wanted, "and back");
    leftfold(folder.path(), &["export", "one.ndjson", "-O", "two.ndjson"]).ok();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("the export is there");
    assert_eq!(read("two.ndjson"), read("one.ndjson"));
    let event = leftfold(
        folder.path(),
        &["event", "orders.db", "v2", "--stream", "order-1"],
    )
    .ok();
    for part in [
        "time_text        \"2016-12-31T23:59:60Z\"",
        "time-inexact: a leap second is counted as the second after it",
    ] {
        assert!(event.contains(part), "{event}");
    }
    let kept = leftfold(
        folder.path(),
        &[
            "events",
            "orders.db",
            "-f",
            "extra.time_text.startsWith('9999')",
            "--json",
        ],
    )
    .ok();
    assert_eq!(kept.lines().count(), 1, "{kept}");
    let inspected = leftfold(folder.path(), &["inspect", "orders.db"]).ok();
    assert!(
        inspected.contains("2 events have a time written with more than is kept (a leap second, or digits behind the nanosecond); the first is order-1 v2 (#2)"),
        "{inspected}"
    );
}

#[test]
fn a_key_that_is_not_set_is_right_where_it_stands() {
    let folder = folder();
    database(
        &folder.path().join("garden.db"),
        "CREATE TABLE journal (plant TEXT, rev INTEGER, what TEXT, details TEXT, at_ms INTEGER, UNIQUE (plant, rev));
         INSERT INTO journal VALUES ('basil-1', 1, 'sown', '{\"pot\":3}', 1763600000000), ('basil-1', 2, 'moved', '{\"pot\":4}', 1763600060000);",
    );
    let shown = leftfold(folder.path(), &["mapping", "show", "garden.db"]).ok();
    assert!(shown.contains("# time = \"COLUMN\""), "{shown}");
    let filled: String = shown
        .lines()
        .map(|line| match line {
            line if line.starts_with("# time = ") => {
                "time = { from = \"at_ms\", format = \"milliseconds\" }\n".to_owned()
            }
            line if line.starts_with("name = ") => "name = \"journal\"\n".to_owned(),
            line => format!("{line}\n"),
        })
        .collect();
    write(folder.path(), "leftfold.toml", filled);
    let events = leftfold(folder.path(), &["events", "garden.db", "--json"]).ok();
    assert!(
        events.contains("\"time\":\"2025-11-20T00:53:20.000Z\""),
        "{events}"
    );
    // It goes by the name that is in force, however it is asked for.
    for source in ["garden.db", "journal"] {
        let shown = leftfold(folder.path(), &["mapping", "show", source]).ok();
        assert!(shown.contains("name = \"journal\""), "{source}: {shown}");
    }
}
