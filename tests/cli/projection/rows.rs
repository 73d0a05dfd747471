//! Which rows there are beside the states: whole states, lines, other histories, several rows and fields of few streams.

use std::fs;

use rusqlite::Connection;
use serde_json::Value;

use super::{AS_OF_SIX, compared, history, lines, run, table, told};
use crate::run::{folder, leftfold, write};

#[test]
fn columns_can_be_chosen_and_placed() {
    let folder = folder();
    history(folder.path());
    let db = Connection::open(folder.path().join("read.db")).expect("a database");
    db.execute_batch(
        "CREATE TABLE c(id TEXT, who TEXT, status TEXT); INSERT INTO c VALUES ('1', 'Ada', 'x'), ('2', 'Bob', 'x'), ('3', 'Ann', 'x'),
         ('4', 'Kim', 'x')",
    )
    .expect("a table");
    let args = [
        "read.db",
        "--table",
        "c",
        "--key",
        "cart-{id}",
        "--map",
        "who=$.customer.name",
        "--fields",
        "who",
    ];
    let (found, summary, _) = compared(folder.path(), &args);
    assert_eq!(told(&found), ["field-mismatch confirmed cart-3"]);
    assert_eq!(
        summary["columns"],
        serde_json::json!([{"column": "who", "path": "/customer/name"}])
    );
    let (found, ..) = compared(
        folder.path(),
        &[&args[..], &["--ignore", "/customer/name"]].concat(),
    );
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_snapshot_keeps_the_whole_state_in_one_column_beside_the_events_or_comes_in_a_pipe() {
    let folder = folder();
    let demo = leftfold(folder.path(), &["demo", "--events", "1000"]).ok();
    assert!(demo.contains("shop.db"));
    let state = |stream: &str| leftfold(folder.path(), &["state", "shop.db", stream, "--json"]).ok();
    let whole: Value = serde_json::from_str(&state("stock-SKU-0001")).expect("JSON");
    let db = Connection::open(folder.path().join("shop.db")).expect("the demo opens");
    db.execute_batch("CREATE TABLE shots(sku TEXT PRIMARY KEY, data TEXT)")
        .expect("a table");
    db.execute(
        "INSERT INTO shots VALUES ('SKU-0001', ?1), ('SKU-0002', '{}')",
        [whole["state"].to_string()],
    )
    .expect("two snapshots");
    drop(db);
    let args = [
        "compare",
        "shop.db",
        "shop.db",
        "--mode",
        "projection",
        "--table",
        "shots",
        "--map",
        "data=$",
    ];
    let only = [
        "--only-stream",
        "stock-SKU-0001",
        "--only-stream",
        "stock-SKU-0002",
    ];
    let (found, summary) = lines(&leftfold(
        folder.path(),
        &[&args[..], &only[..], &["--json"]].concat(),
    ));
    assert_eq!(told(&found), ["field-mismatch confirmed stock-SKU-0002"]);
    assert_eq!(
        summary["columns"],
        serde_json::json!([{"column": "data", "path": ""}])
    );
    let piped = crate::run::leftfold_reading(
        folder.path(),
        &[
            "compare",
            "shop.db",
            "-",
            "--mode",
            "projection",
            "--only-stream",
            "stock-SKU-0001",
            "--json",
        ],
        state("stock-SKU-0001").as_bytes(),
    );
    let (found, summary) = lines(&piped);
    assert_eq!(
        (found.len(), &summary["verdict"]),
        (0, &"always-equal".into()),
        "{}",
        piped.err
    );
}

#[test]
fn states_in_lines_and_states_of_another_history_are_rows_too() {
    let folder = folder();
    history(folder.path());
    let states: String = ["cart-1", "cart-2", "cart-3"]
        .iter()
        .map(|stream| {
            let at = ["--at", "2026-01-01T00:00:06Z", "--json"];
            leftfold(
                folder.path(),
                &[&["state", "log.ndjson", stream], &at[..]].concat(),
            )
            .ok()
        })
        .collect();
    write(folder.path(), "states.ndjson", states);
    let (found, summary, code) = compared(folder.path(), &["states.ndjson"]);
    assert_eq!(
        (told(&found), code),
        (
            vec![
                "field-mismatch pending cart-3 1 behind".to_owned(),
                "missing pending cart-4 1 behind".to_owned()
            ],
            Some(0)
        )
    );
    assert_eq!(summary["as_of"]["after"]["position"], 7);
    // A copy that lost an event has another state.
    let log = fs::read_to_string(folder.path().join("log.ndjson")).expect("the history");
    let lost: Vec<&str> = log.lines().filter(|l| !l.contains("\"position\":6,")).collect();
    write(folder.path(), "copy.ndjson", lost.join("\n"));
    let (found, summary, code) = compared(folder.path(), &["copy.ndjson", "--lag-tolerance", "2s"]);
    assert_eq!(
        (told(&found), code),
        (vec!["late confirmed cart-2 1 behind".to_owned()], Some(1))
    );
    assert_eq!(summary["as_of"]["end"], true);
    let (found, summary, code) = compared(folder.path(), &["log.ndjson"]);
    assert_eq!((found.len(), code), (0, Some(0)));
    assert_eq!(summary["verdict"], "always-equal");
}

#[test]
fn what_belongs_to_no_stream_is_nobodys_state() {
    let folder = folder();
    history(folder.path());
    let log = fs::read_to_string(folder.path().join("log.ndjson")).expect("the history");
    let beat = "{\"type\":\"Beat\",\"time\":\"2026-01-01T00:00:00Z\",\"payload\":{\"beat\":1}}\n";
    write(folder.path(), "copy.ndjson", format!("{beat}{log}"));
    let (found, summary, code) = compared(folder.path(), &["copy.ndjson"]);
    assert_eq!((told(&found), code), (Vec::new(), Some(0)));
    assert_eq!(summary["verdict"], "always-equal");
}

#[test]
fn of_two_histories_the_event_that_set_a_field_is_told_on_each_side() {
    let folder = folder();
    history(folder.path());
    // The same carts in another service: one was set to another total, by an event of its own, in between.
    let log = fs::read_to_string(folder.path().join("log.ndjson")).expect("the history");
    let mut other = log.replace("\"totalCents\":120", "\"totalCents\":119");
    other.push_str(
        r#"{"stream":"cart-1","type":"Corrected","position":10,"time":"2026-01-01T00:00:09Z","payload":{"totalCents":551}}"#,
    );
    write(folder.path(), "other.ndjson", other);
    let (found, ..) = compared(folder.path(), &["other.ndjson"]);
    let set: Vec<[&Value; 5]> = found
        .iter()
        .map(|f| {
            let field = &f["fields"][0];
            let (left, right) = (&field["blame"], &field["blame_right"]);
            [
                &f["stream"],
                &field["path"],
                &left["position"],
                &right["position"],
                &right["type"],
            ]
        })
        .collect();
    let expected = [
        serde_json::json!(["cart-2", "/totalCents", 6, 6, "ItemAdded"]),
        serde_json::json!(["cart-1", "/totalCents", 3, 10, "Corrected"]),
    ];
    for wanted in &expected {
        assert!(
            set.iter().any(|s| serde_json::json!(s) == *wanted),
            "{wanted} in {set:?}"
        );
    }
    assert_eq!(set.len(), 2);
    let text = run(folder.path(), &["other.ndjson"]).out;
    assert!(
        text.contains("(left set by ItemAdded #3, right set by Corrected #10)"),
        "{text}"
    );
    // Under a column's own name, too, and in the report.
    let (found, ..) = compared(
        folder.path(),
        &["other.ndjson", "--fields", "totalCents", "--fields", "status"],
    );
    assert_eq!(
        found[0]["fields"][0]["blame_right"]["type"], "Corrected",
        "{found:?}"
    );
    let mode = ["--mode", "projection", "-O", "page.html"];
    leftfold(
        folder.path(),
        &[&["report", "log.ndjson", "other.ndjson"], &mode[..]].concat(),
    );
    let page = fs::read_to_string(folder.path().join("page.html")).expect("the report");
    assert!(
        page.contains("set on the right by") && page.contains("Corrected #10"),
        "{page}"
    );
}

#[test]
fn at_a_moment_both_histories_are_as_they_were_then() {
    let folder = folder();
    history(folder.path());
    let (found, summary, code) = compared(folder.path(), &["log.ndjson", "--at", "2026-01-01T00:00:05Z"]);
    assert_eq!((told(&found), code), (Vec::new(), Some(0)));
    assert_eq!(summary["rows"]["all"], 4);
}

#[test]
fn a_field_that_every_state_has_lost_is_compared_with_the_column_of_its_name() {
    let folder = folder();
    let line = |cart: u32, second: u32, payload: &str| {
        format!(
            "{{\"stream\":\"cart-{cart}\",\"type\":\"Put\",\"time\":\"2026-01-01T00:00:{second:02}Z\",\"payload\":{payload}}}\n"
        )
    };
    let put = (0..3).map(|n| line(n, n, r#"{"total":1,"couponCode":"X"}"#));
    let removed = (0..3).map(|n| line(n, 10 + n, r#"{"couponCode":null}"#));
    write(
        folder.path(),
        "log.ndjson",
        put.chain(removed).collect::<String>(),
    );
    let db = Connection::open(folder.path().join("read.db")).expect("a database");
    db.execute_batch(
        "CREATE TABLE carts(id INTEGER PRIMARY KEY, total INTEGER, coupon_code TEXT, seen_at TEXT);
         INSERT INTO carts VALUES (0, 1, NULL, 'now'), (1, 1, 'X', 'now'), (2, 1, NULL, 'now')",
    )
    .expect("a table");
    let args = ["read.db", "--key", "id", "--settled"];
    let (found, summary, code) = compared(folder.path(), &args);
    assert_eq!(code, Some(1));
    assert_eq!(told(&found), ["late confirmed cart-1 1 behind"]);
    assert_eq!(summary["not_compared"], serde_json::json!(["seen_at"]));
    // It may be named, as it may be placed.
    for stated in [["--fields", "coupon_code"], ["--map", "coupon_code=/couponCode"]] {
        let (found, ..) = compared(folder.path(), &[&args[..], &stated].concat());
        assert_eq!(told(&found), ["late confirmed cart-1 1 behind"], "{stated:?}");
    }
    let lines = (0..3).map(|n| format!("{{\"stream\":\"cart-{n}\",\"state\":{{\"couponCode\":\"Y\"}}}}\n"));
    write(folder.path(), "states.ndjson", lines.collect::<String>());
    let (found, ..) = compared(folder.path(), &["states.ndjson", "--fields", "couponCode"]);
    assert_eq!(found.len(), 3, "{found:?}");
}

#[test]
fn a_second_row_of_a_stream_is_no_further_stream() {
    let folder = folder();
    history(folder.path());
    let db = table(folder.path(), &AS_OF_SIX);
    db.execute_batch(
        "CREATE TABLE twice AS SELECT * FROM carts WHERE cart_id = 2; INSERT INTO twice SELECT * FROM twice;
         UPDATE twice SET total_cents = 121",
    )
    .expect("a table of doubled rows");
    let args = [
        "read.db",
        "--table",
        "twice",
        "--key",
        "cart_id",
        "--only-stream",
        "cart-2",
    ];
    let (found, summary, _) = compared(folder.path(), &args);
    assert_eq!(
        told(&found),
        ["field-mismatch confirmed cart-2", "duplicate confirmed cart-2"]
    );
    assert_eq!(summary["streams"], 1);
    assert_eq!(
        summary["rows"],
        serde_json::json!({"all": 2, "without_stream": 0, "differing": 1})
    );
    let text = run(folder.path(), &args).out;
    assert!(
        text.contains("1 stream of cart") && text.contains("differ for 1 of 1"),
        "{text}"
    );
}

#[test]
fn a_field_that_a_single_stream_has_is_compared_however_many_streams_there_are() {
    let folder = folder();
    let event = |n: u32| {
        // Streams are in the order of their first events, and a thousand of them spread over all are looked at first: not the second.
        let coupon = if n == 2 { r#","couponCode":"A1""# } else { "" };
        format!(
            "{{\"stream\":\"cart-{n}\",\"type\":\"Opened\",\"version\":1,\"time\":\"2026-01-01T00:00:00Z\",\"payload\":{{\"status\":\"open\"{coupon}}}}}\n"
        )
    };
    write(
        folder.path(),
        "log.ndjson",
        (1..=2500).map(event).collect::<String>(),
    );
    let db = Connection::open(folder.path().join("read.db")).expect("a database");
    db.execute_batch(
        "CREATE TABLE carts(cart_id INTEGER PRIMARY KEY, status TEXT, coupon_code TEXT, seen_at TEXT);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
         INSERT INTO carts SELECT i, 'open', iif(i = 2, 'B2', NULL), 'now' FROM n;",
    )
    .expect("a table");
    let run = run(folder.path(), &["read.db", "--settled", "--json"]);
    assert!(
        run.err
            .contains("not compared, as no state has a field of that name: seen_at "),
        "{}",
        run.err
    );
    let (found, summary) = lines(&run);
    let fields = serde_json::json!([{"path": "/couponCode", "left": "A1", "right": "B2"}]);
    assert_eq!(found.len(), 1, "{summary}");
    let mut told = found[0]["fields"].clone();
    for field in told.as_array_mut().expect("a list") {
        field.as_object_mut().expect("an object").remove("blame");
    }
    assert_eq!((&found[0]["category"], told), (&"field-mismatch".into(), fields));
}
