//! Where events can come from.

use std::fs;

use crate::run::{Run, doubled, folder, leftfold, leftfold_reading, program, shop, write};

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
fn a_table_that_only_comes_near_is_named_and_its_mapping_is_a_start() {
    let folder = folder();
    let file = rusqlite::Connection::open(folder.path().join("users.db")).expect("a new file");
    file.execute_batch(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, email TEXT, created_at TEXT, type TEXT, version INTEGER, data TEXT);
         INSERT INTO users VALUES (1, 'Ann', 'a@x', '2026-01-02 03:04:05', 'admin', 1, '{}');",
    )
    .expect("the table can be written");
    drop(file);
    let said = leftfold(folder.path(), &["inspect", "users.db"]).failed();
    for part in [
        "users comes near",
        "no column names a stream",
        "leftfold mapping show",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let mapping = leftfold(folder.path(), &["mapping", "show", "users.db"]);
    assert!(mapping.err.contains("only a start"), "{}", mapping.err);
    write(folder.path(), "leftfold.toml", mapping.ok());
    let events = leftfold(folder.path(), &["events", "users.db", "--json"]).ok();
    assert!(events.contains(r#""type":"admin""#), "{events}");
}

const ORDERS: &str = "CREATE TABLE order_events (id INTEGER PRIMARY KEY, stream_id TEXT, version INTEGER, event_type TEXT, payload TEXT, created_at TEXT)";

/// A file left behind in the middle of a transaction, with its rollback journal.
fn interrupted(folder: &std::path::Path) {
    let path = folder.join("live.db");
    let file = rusqlite::Connection::open(&path).expect("a new file");
    let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
        INSERT INTO order_events SELECT i, 'order-' || (i % 9), i, 'Placed', '{\"n\":1}', '2026-01-02 03:04:05' FROM n";
    file.execute_batch(&format!("PRAGMA synchronous=OFF; PRAGMA cache_size=2; {ORDERS}; {fill}; BEGIN; UPDATE order_events SET version = version + 1"))
        .expect("it can be written");
    for suffix in ["", "-journal"] {
        fs::copy(
            format!("{}{suffix}", path.display()),
            folder.join(format!("left.db{suffix}")),
        )
        .expect("a copy");
    }
}

#[test]
fn an_interrupted_transaction_is_told_by_every_verb() {
    let folder = folder();
    interrupted(folder.path());
    for args in [
        &["events", "left.db", "-c", "1"][..],
        &["state", "left.db", "order-1"],
        &["timeline", "left.db"],
        &["export", "left.db", "-O", "out.ndjson"],
    ] {
        let run = leftfold(folder.path(), args);
        assert_eq!(
            run.err.matches("rollback journal").count(),
            1,
            "{args:?}: {}",
            run.err
        );
        assert_eq!(run.code, Some(0), "{args:?}: {}", run.err);
    }
    let inspected = leftfold(folder.path(), &["inspect", "left.db"]);
    assert!(inspected.out.contains("rollback journal"), "{}", inspected.out);
    assert!(
        !inspected.err.contains("rollback journal"),
        "said once: {}",
        inspected.err
    );
}

#[test]
fn an_interrupted_transaction_is_not_shown_and_its_copy_does_not_stay() {
    let folder = folder();
    interrupted(folder.path());
    let temporary = tempfile::tempdir().expect("a folder for the copy");
    let listed = |folder: &std::path::Path| {
        let read = fs::read_dir(folder).expect("the folder");
        let mut all: Vec<_> = read
            .map(|e| {
                let path = e.expect("an entry").path();
                (path.clone(), fs::read(path).unwrap_or_default())
            })
            .collect();
        all.sort();
        all
    };
    let before = listed(folder.path());
    let run = |args: &[&str], temporary: &std::path::Path| {
        let run = program(folder.path(), args).env("TMPDIR", temporary).output();
        Run::from(run.expect("the program runs"))
    };
    let state = run(&["state", "left.db", "order-1", "--json"], temporary.path()).ok();
    assert!(state.contains(r#""version":496"#), "not 497: {state}");
    let inspected = run(&["inspect", "left.db", "--json"], temporary.path()).ok();
    assert!(
        inspected.contains("rolled back in a temporary copy of"),
        "{inspected}"
    );
    assert_eq!(listed(temporary.path()), [], "the copies are gone");
    // Where no copy can be made, nothing is shown.
    let nowhere = temporary.path().join("nowhere");
    let refused = run(&["state", "left.db", "order-1", "--json"], &nowhere);
    assert_eq!((refused.code, refused.out.as_str()), (Some(2), ""));
    for part in ["source-not-rolled-back", "TMPDIR"] {
        assert!(refused.err.contains(part), "{part}: {}", refused.err);
    }
    assert_eq!(listed(folder.path()), before);
}

#[test]
fn a_view_that_looks_like_events_is_named_and_not_run() {
    let folder = folder();
    let file = rusqlite::Connection::open(folder.path().join("views.db")).expect("a new file");
    file.execute_batch(
        "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT);
         CREATE VIEW order_events AS SELECT a AS id, b AS stream_id, 1 AS version, 'T' AS event_type, '{}' AS payload, '2026-01-02' AS created_at FROM t;
         CREATE VIEW names AS SELECT b AS name FROM t;",
    )
    .expect("it can be written");
    drop(file);
    let said = leftfold(folder.path(), &["events", "views.db", "--json"]);
    assert_eq!(said.code, Some(2));
    for part in [
        "source-only-views",
        "view `order_events` looks like an event table",
        "views are not run",
    ] {
        assert!(said.err.contains(part), "{part}: {}", said.err);
    }
}

#[test]
fn inspect_says_what_the_times_are_worth() {
    let folder = folder();
    interrupted(folder.path());
    let stored = leftfold(folder.path(), &["inspect", "left.db", "--json"]).ok();
    assert!(
        stored.contains(r#""time":{"zone":"assumed UTC","resolution":"1s"}"#),
        "{stored}"
    );
    let shop = leftfold(shop(), &["inspect", "shop.db", "--json"]).ok();
    assert!(shop.contains(r#""resolution":"1us"}"#), "{shop}");
    write(
        folder.path(),
        "a.ndjson",
        "{\"stream\":\"a\",\"type\":\"T\",\"time\":\"2026-01-02T03:04:05.123Z\"}\n{\"stream\":\"a\",\"type\":\"T\",\"time\":\"2026-01-02T03:04:06\"}\n",
    );
    let lines = leftfold(folder.path(), &["inspect", "a.ndjson", "--json"]).ok();
    assert!(
        lines.contains(r#""time":{"zone":"mixed","resolution":"1ms"}"#),
        "{lines}"
    );
    write(folder.path(), "b.ndjson", "{\"stream\":\"a\",\"type\":\"T\"}\n");
    let none = leftfold(folder.path(), &["inspect", "b.ndjson", "--json"]).ok();
    assert!(!none.contains(r#""time""#), "{none}");
}

#[test]
fn rows_a_damaged_file_has_lost_are_records_in_the_list() {
    let folder = folder();
    let path = folder.path().join("torn.db");
    let file = rusqlite::Connection::open(&path).expect("a new file");
    let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
        INSERT INTO order_events SELECT i, 'order-' || (i % 9), i, 'Placed', '{\"n\":1}', '2026-01-02 03:04:05' FROM n";
    file.execute_batch(&format!("PRAGMA page_size=1024; {ORDERS}; {fill}"))
        .expect("it can be written");
    drop(file);
    let mut bytes = fs::read(&path).expect("it is there");
    let pages = bytes.len() / 1024;
    bytes[pages / 2 * 1024..(pages / 2 + 1) * 1024].fill(0);
    fs::write(&path, bytes).expect("it can be overwritten");
    let events = leftfold(folder.path(), &["events", "torn.db", "--json"]);
    let lost: Vec<&str> = events
        .out
        .lines()
        .filter(|l| l.contains("row-unreadable"))
        .collect();
    assert_eq!(lost.len(), 1, "{lost:?}");
    let record: serde_json::Value = serde_json::from_str(lost[0]).expect("a line of JSON");
    let (from, to) = (record["lost"]["from"].as_u64(), record["lost"]["to"].as_u64());
    assert_eq!(record["position"].as_u64(), from, "{record}");
    assert_eq!(
        record["lost"]["rows"].as_u64(),
        to.zip(from).map(|(to, from)| to - from + 1),
        "{record}"
    );
    let rows = record["lost"]["rows"].as_u64().unwrap_or_default() as usize;
    assert_eq!(
        events.out.lines().count() - 1 + rows,
        500,
        "all are read or reported lost"
    );
    assert!(events.err.contains("cannot be read"), "{}", events.err);
    let listed = leftfold(folder.path(), &["events", "torn.db"]).ok();
    assert_eq!(
        listed.matches("cannot be read (").count(),
        1,
        "the list says so at their place"
    );
    let told = leftfold(folder.path(), &["inspect", "torn.db", "--json"]).ok();
    let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    let oddities = told["stores"][0]["oddities"].as_array().expect("a list");
    let events = told["stores"][0]["events"].as_u64().unwrap_or_default() as usize;
    assert_eq!(events + rows, 500, "what stands for lost rows is no event");
    assert_eq!(told["stores"][0]["streams"], 9, "and in no stream");
    assert!(told["stores"][0]["without_type"].is_null(), "{told}");
    assert_eq!(oddities[0]["code"], "unreadable");
    assert_eq!(oddities[0]["count"], rows, "as many as are lost: {oddities:?}");
    assert!(
        oddities.iter().all(|o| o["code"] != "header-problem"),
        "told once: {oddities:?}"
    );
    let inspected = leftfold(folder.path(), &["inspect", "torn.db"]);
    assert!(
        inspected.out.contains("cannot be read") && !inspected.err.contains("cannot be read"),
        "{}",
        inspected.err
    );
    let named = |name: &str| name.starts_with("order-");
    let streams = leftfold(folder.path(), &["streams", "torn.db", "--json"]);
    let count = |line: &str| -> u64 {
        let stream: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        assert!(stream["stream"].as_str().is_some_and(named), "{line}");
        stream["events"].as_u64().unwrap_or_default()
    };
    let counted: u64 = streams.out.lines().map(count).sum();
    assert_eq!(counted, events as u64, "as many as `inspect` counts");
    assert!(
        streams.err.contains("1 record is of no stream"),
        "{}",
        streams.err
    );
    let state = leftfold(folder.path(), &["state", "torn.db", "order-1", "--json"]).ok();
    let state: serde_json::Value = serde_json::from_str(&state).expect("JSON");
    let problems = state["problems"].as_array().expect("a list");
    assert!(
        problems.iter().any(|p| p["code"] == "row-unreadable"),
        "a stream that may have lost events does not look whole: {problems:?}"
    );
    let nobody = leftfold(folder.path(), &["state", "torn.db", ""]);
    assert_eq!(nobody.code, Some(2), "{}", nobody.err);
    assert!(nobody.err.contains("no state together"), "{}", nobody.err);
    let exported = leftfold(folder.path(), &["export", "torn.db", "-O", "torn.ndjson"]);
    let said = format!("{counted} events, and 1 record of what cannot be read written to");
    assert!(exported.err.contains(&said), "{}", exported.err);
}

#[test]
fn a_database_that_is_piped_in_is_read_like_its_file() {
    let bytes = fs::read(shop().join("shop.db")).expect("the demo is there");
    let (order, _) = doubled();
    let direct = leftfold(shop(), &["state", "shop.db", &order, "--json"]).ok();
    let piped = leftfold_reading(shop(), &["state", "-", &order, "--json"], &bytes);
    assert_eq!(piped.err, "");
    assert_eq!(piped.out, direct);
    let inspected = leftfold_reading(shop(), &["inspect", "-"], &bytes);
    assert!(
        inspected.out.contains("sqlite") && inspected.out.contains("temporary copy"),
        "{}",
        inspected.out
    );
    // Nobody can know what lay beside it.
    for part in [
        "a write-ahead log holds is missing",
        "a rollback journal would undo, never committed, is shown",
    ] {
        assert!(inspected.out.contains(part), "{}", inspected.out);
    }
    assert_eq!(inspected.err, "", "one account, not a hundred problems");
    let cut = leftfold_reading(shop(), &["inspect", "-"], &bytes[..90]).failed();
    assert!(cut.contains("standard input is damaged"), "{cut}");
}

#[cfg(unix)]
#[test]
fn a_pipe_with_a_name_is_read_like_standard_input() {
    let folder = folder();
    let lines = leftfold(shop(), &["export", "shop.db"]).ok();
    let expected = leftfold_reading(shop(), &["inspect", "-", "--json"], lines.as_bytes()).ok();
    let made = std::process::Command::new("mkfifo")
        .arg(folder.path().join("pipe"))
        .status();
    assert!(made.expect("mkfifo runs").success());
    let (pipe, text) = (folder.path().join("pipe"), lines.clone());
    let writer = std::thread::spawn(move || fs::write(pipe, text));
    let read = leftfold(folder.path(), &["inspect", "pipe", "--json"]).ok();
    writer.join().expect("the writer ends").expect("all was taken");
    assert_eq!(read, expected.replace(r#""path":"-""#, r#""path":"pipe""#));
    // What a shell makes of <(command).
    let program = env!("CARGO_BIN_EXE_leftfold");
    write(folder.path(), "a.ndjson", lines);
    let shell = std::process::Command::new("bash")
        .args(["-c", &format!("{program} inspect --json <(cat a.ndjson)")])
        .current_dir(folder.path())
        .output()
        .expect("bash runs");
    let told = String::from_utf8_lossy(&shell.stdout).into_owned();
    assert!(
        shell.status.success() && told.contains(r#""kind":"ndjson""#),
        "{told}"
    );
    assert_eq!(
        told.split_once(r#""kind""#).map(|(_, rest)| rest),
        read.split_once(r#""kind""#).map(|(_, rest)| rest)
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

#[test]
fn a_name_that_is_not_there_is_absent_and_shown_as_a_dash() {
    let folder = folder();
    let kcat = r#"{"topic":"t","partition":0,"offset":5,"tstype":"create","ts":1700000000000,"key":"k-1","payload":"{\"n\":1}"}"#;
    write(folder.path(), "k.ndjson", kcat);
    for args in [
        &["events", "k.ndjson", "--json"][..],
        &["state", "k.ndjson", "t/k-1", "--json"],
        &["blame", "k.ndjson", "t/k-1", "--json"],
        &["history", "k.ndjson", "t/k-1", "/n", "--json"],
        &["diff", "k.ndjson", "t/k-1", "--json"],
    ] {
        let out = leftfold(folder.path(), args).out;
        assert!(
            out.contains("k-1") && !out.contains("\"type\""),
            "{args:?}: {out}"
        );
    }
    let inspected = leftfold(folder.path(), &["inspect", "k.ndjson", "--json"]).ok();
    assert!(
        inspected.contains(r#""types":{},"without_type":1"#),
        "{inspected}"
    );
    let table = leftfold(folder.path(), &["events", "k.ndjson"]).ok();
    assert!(
        table.lines().nth(1).is_some_and(|l| l.contains("  –  ")),
        "{table}"
    );
    let state = leftfold(folder.path(), &["state", "k.ndjson", "t/k-1"]).ok();
    assert!(
        state.starts_with("t/k-1  #t[0]@5 · 2023-11-14T22:13:20.000Z · 1 of 1 event"),
        "{state}"
    );
    // What is absent once stays absent, and is no problem.
    leftfold(folder.path(), &["export", "k.ndjson", "-O", "one.ndjson"]).ok();
    leftfold(folder.path(), &["export", "one.ndjson", "-O", "two.ndjson"]).ok();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("the export is there");
    assert_eq!(read("one.ndjson"), read("two.ndjson"));
    assert!(!read("one.ndjson").contains("problem"));
}

#[test]
fn what_cannot_be_decoded_is_exported_again_with_the_same_reasons() {
    let folder = folder();
    let lines = concat!(
        r#"{"stream":"a-1","type":"T","payload_base64":"BnNrdS0xMgRDBio=","metadata_base64":"/wA=","problem":{"code":"payload-undecodable","message":"bitcode"},"problems":[{"code":"payload-undecodable","message":"bitcode"},{"code":"metadata-undecodable","message":"so too"}]}"#,
        "\n",
        r#"{"stream":"a-1","type":"T","payload_base64":"QCx05+bID2M=","problem":{"code":"payload-encrypted","message":"encrypted"}}"#,
        "\n",
    );
    write(folder.path(), "one.ndjson", lines);
    leftfold(folder.path(), &["export", "one.ndjson", "-O", "two.ndjson"]).ok();
    leftfold(folder.path(), &["export", "two.ndjson", "-O", "three.ndjson"]).ok();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("the export is there");
    let named = lines.replace("{\"stream\"", "{\"source\":\"one.ndjson\",\"stream\"");
    let named = named.replace("\"stream\":\"a-1\",", "\"stream\":\"a-1\",\"category\":\"a\",");
    assert_eq!(read("two.ndjson"), named);
    assert_eq!(read("three.ndjson"), named);
}

#[test]
fn a_file_that_another_program_begins_to_write_while_it_is_exported_is_told() {
    use std::io::{BufRead as _, BufReader, Read as _};
    use std::process::Stdio;

    let folder = folder();
    let path = folder.path().join("busy.db");
    let file = rusqlite::Connection::open(&path).expect("a new file");
    let fill = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
         INSERT INTO order_events SELECT i, 'order-' || (i % 9), i, 'Placed', '{{\"n\":\"{}\"}}', '2026-01-02 03:04:05' FROM n",
        "x".repeat(100)
    );
    file.execute_batch(&format!("PRAGMA journal_mode=WAL; {ORDERS}; {fill}"))
        .expect("it can be written");
    drop(file);
    let mut child = crate::run::program(folder.path(), &["export", "busy.db", "--no-cache"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut out = BufReader::new(child.stdout.take().expect("its output is a pipe"));
    let mut first = String::new();
    out.read_line(&mut first).expect("the output is UTF-8");
    assert!(first.contains("xxx"), "{first}");
    let writer = rusqlite::Connection::open(&path).expect("it can be opened");
    writer
        .execute_batch("UPDATE order_events SET payload = '{}'; PRAGMA wal_checkpoint(TRUNCATE)")
        .expect("a reader keeps no writer waiting");
    let mut rest = String::new();
    out.read_to_string(&mut rest).expect("the output is UTF-8");
    let mut said = String::new();
    let mut err = child.stderr.take().expect("its notes are a pipe");
    err.read_to_string(&mut said).expect("the notes are UTF-8");
    let code = child.wait().expect("it ends").code();
    let told = match code {
        Some(0) => said.contains("busy.db was written to while it was read"),
        _ => said.contains("error[source-changed]"),
    };
    assert!(told, "{code:?}: {said}");
    let once = leftfold(folder.path(), &["export", "busy.db"]);
    assert!(!once.err.contains("was written to"), "{}", once.err);
}

#[test]
fn events_without_a_time_are_told_where_only_times_are_shown() {
    let folder = folder();
    write(
        folder.path(),
        "a.ndjson",
        "{\"stream\":\"a\",\"type\":\"T\",\"time\":\"2026-01-02T03:04:05Z\"}\n{\"stream\":\"a\",\"type\":\"T\",\"time\":\"rubbish\"}\n{\"stream\":\"a\",\"type\":\"T\"}\n",
    );
    let told = leftfold(folder.path(), &["inspect", "a.ndjson", "--json"]).ok();
    assert!(
        told.contains("2 events have no time that can be read"),
        "whatever else they lack: {told}"
    );
    for args in [
        &["events", "a.ndjson", "--order", "time"][..],
        &["events", "a.ndjson", "--from", "2026-01-01T00:00:00Z"],
        &["timeline", "a.ndjson"],
    ] {
        let run = leftfold(folder.path(), args);
        assert!(
            run.err.contains("2 events left out: no time"),
            "{args:?}: {}",
            run.err
        );
    }
    for args in [
        &["events", "a.ndjson"][..],
        &["timeline", "a.ndjson", "--order", "log"],
    ] {
        let run = leftfold(folder.path(), args);
        assert!(!run.err.contains("left out"), "{args:?}: {}", run.err);
    }
}
