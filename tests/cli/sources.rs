//! Where events can come from.

use std::fs;

use crate::run::{doubled, folder, leftfold, leftfold_reading, shop, write};

#[test]
fn an_export_read_from_standard_input_has_the_same_states() {
    let lines = leftfold(shop(), &["export", "shop.db"]).ok();
    assert_eq!(lines.lines().count(), 3000);
    let (order, _) = doubled();
    for verb in ["state", "blame"] {
        for stream in [order.as_str(), "stock-SKU-0007"] {
            let direct = leftfold(shop(), &[verb, "shop.db", stream, "--json"]).ok();
            let piped = leftfold_reading(shop(), &[verb, "-", stream, "--json"], lines.as_bytes()).ok();
            assert_eq!(direct, piped, "{verb} {stream}");
        }
    }
}

#[test]
fn an_export_of_an_export_is_the_same_file() {
    let folder = folder();
    let source = shop().join("shop.db");
    let source = source.to_str().expect("a plain path");
    leftfold(
        folder.path(),
        &[
            "export",
            source,
            "-f",
            r#"category == "stock""#,
            "-O",
            "one.ndjson",
        ],
    )
    .ok();
    leftfold(folder.path(), &["export", "one.ndjson", "-O", "two.ndjson"]).ok();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("the export is there");
    let (one, two) = (read("one.ndjson"), read("two.ndjson"));
    assert!(one.lines().count() > 100);
    assert!(one.lines().all(|l| l.starts_with(r#"{"source":"shop.db","#)));
    // Without the lines themselves in the message: there are many.
    assert!(one == two, "the second export differs from the first");
}

#[test]
fn every_digit_survives() {
    let folder = folder();
    let line = r#"{"stream":"a-1","version":1,"type":"T","payload":{"n":123456789012345678901234567890,"d":0.10,"e":1e400}}"#;
    write(folder.path(), "digits.ndjson", line);
    let out = leftfold(folder.path(), &["state", "digits.ndjson", "a-1", "--json"]).ok();
    assert!(
        out.contains(r#""state":{"n":123456789012345678901234567890,"d":0.10,"e":1e400}"#),
        "{out}"
    );
    let shown = leftfold(folder.path(), &["state", "digits.ndjson", "a-1"]).ok();
    assert!(
        shown.contains("123456789012345678901234567890") && shown.contains("1e400"),
        "{shown}"
    );
}

#[test]
fn a_line_that_is_no_event_is_shown_and_hides_no_other() {
    let folder = folder();
    write(
        folder.path(),
        "a.ndjson",
        "{\"stream\":\"a-1\",\"type\":\"T\",\"payload\":{\"x\":1}}\n{broken\n{\"stream\":\"a-1\",\"type\":\"U\",\"payload\":{\"x\":2}}\n",
    );
    let out = leftfold(folder.path(), &["events", "a.ndjson", "--json"]).ok();
    assert_eq!(out.lines().count(), 3, "{out}");
    assert!(
        out.lines().nth(1).is_some_and(|l| l.contains("\"problem\"")),
        "{out}"
    );
    let state = leftfold(folder.path(), &["state", "a.ndjson", "a-1", "--json"]).ok();
    assert!(state.contains(r#""state":{"x":2}"#), "{state}");
}

/// A table nobody knows, with its mapping.
fn homemade(path: &std::path::Path) {
    let file = rusqlite::Connection::open(path).expect("a new file");
    file.execute_batch(
        "CREATE TABLE things (a INTEGER PRIMARY KEY, b TEXT, c TEXT, d TEXT);
         INSERT INTO things VALUES (1, 'cart-1', 'Opened', '{\"n\":1}'), (2, 'cart-1', 'Closed', '{\"n\":2}');",
    )
    .expect("the table can be written");
}

const MAPPING: &str = "[[source]]\nname = 'carts'\npath = 'data/things.db'\n[source.mapping]\ntable = 'things'\nposition = 'a'\nstream = 'b'\n\
                       type = 'c'\npayload = { column = 'd', format = 'json' }\n";

#[test]
fn a_name_in_the_project_file_stands_for_a_file_and_its_mapping() {
    let folder = folder();
    fs::create_dir(folder.path().join("data")).expect("a folder");
    homemade(&folder.path().join("data/things.db"));
    write(folder.path(), "leftfold.toml", MAPPING);
    let expected = r#""position":2,"projection":"merge","state":{"n":2}"#;
    for source in ["carts", "data/things.db"] {
        let state = leftfold(folder.path(), &["state", source, "cart-1", "--json"]).ok();
        assert!(state.contains(expected), "{source}: {state}");
    }
    let unknown = leftfold(folder.path(), &["events", "cards"]).failed();
    assert!(
        unknown.contains("cards") && unknown.contains("carts"),
        "{unknown}"
    );
}

#[test]
fn a_mapping_that_is_shown_can_be_put_into_the_project_file() {
    let folder = folder();
    fs::copy(shop().join("shop.db"), folder.path().join("shop.db")).expect("a copy");
    let (order, _) = doubled();
    let before = leftfold(folder.path(), &["state", "shop.db", &order, "--json"]).ok();
    let mapping = leftfold(folder.path(), &["mapping", "show", "shop.db"]).ok();
    write(folder.path(), "leftfold.toml", mapping);
    let inspected = leftfold(folder.path(), &["inspect", "shop.db", "--json"]).ok();
    assert!(
        inspected.contains(r#""stores":[{"dialect":"mapping""#),
        "{inspected}"
    );
    assert_eq!(
        leftfold(folder.path(), &["state", "shop", &order, "--json"]).ok(),
        before
    );
}

#[test]
fn projections_of_the_project_file_are_used() {
    let folder = folder();
    write(
        folder.path(),
        "a.ndjson",
        "{\"stream\":\"a-1\",\"type\":\"T\",\"payload\":{\"x\":1}}\n{\"stream\":\"a-1\",\"type\":\"T\",\"payload\":{\"y\":2}}\n",
    );
    let merged = leftfold(folder.path(), &["state", "a.ndjson", "a-1", "--json"]).ok();
    assert!(
        merged.contains(r#""projection":"merge","state":{"x":1,"y":2}"#),
        "{merged}"
    );
    let latest = leftfold(
        folder.path(),
        &["state", "a.ndjson", "a-1", "--projection", "latest", "--json"],
    )
    .ok();
    assert!(
        latest.contains(r#""projection":"latest","state":{"y":2}"#),
        "{latest}"
    );
}

#[test]
fn of_several_histories_the_best_is_read_and_the_others_can_be_chosen() {
    let folder = folder();
    let path = folder.path().join("two.db");
    let file = rusqlite::Connection::open(&path).expect("a new file");
    for (table, n) in [("order_events", 1), ("audit_events", 2)] {
        file.execute_batch(&format!(
            "CREATE TABLE {table} (id INTEGER PRIMARY KEY, stream_id TEXT, version INTEGER, event_type TEXT, payload TEXT, created_at TEXT);
             INSERT INTO {table} VALUES (1, 'x-{n}', 1, 'Made', '{{\"n\":{n}}}', '2026-11-20T10:00:00Z');"
        ))
        .expect("the table can be written");
    }
    drop(file);
    let both = leftfold(folder.path(), &["events", "two.db", "--json"]);
    assert_eq!(both.code, Some(0));
    assert!(
        both.err.contains("2 histories") && both.err.contains("--store"),
        "{}",
        both.err
    );
    for (table, n) in [("order_events", 1), ("audit_events", 2)] {
        let one = leftfold(folder.path(), &["events", "two.db", "--table", table, "--json"]).ok();
        assert!(one.contains(&format!("x-{n}")), "{one}");
    }
    let wrong = leftfold(folder.path(), &["events", "two.db", "--store", "3"]).failed();
    assert!(
        wrong.contains("order_events") && wrong.contains("audit_events"),
        "{wrong}"
    );
}
