//! What is mistyped, and what is told of it.

use crate::run::{folder, leftfold, shop, write};

#[test]
fn a_filter_that_keeps_nothing_tells_the_names_that_are_nowhere() {
    let cases: &[(&str, &str)] = &[
        (
            "payload.avaliable < 0",
            "payload.avaliable; did you mean payload.available",
        ),
        (
            "category == \"stok\"",
            "there is no category \"stok\"; did you mean \"stock\"?",
        ),
        (
            "type == 'OrderPlcaed'",
            "no event is of type \"OrderPlcaed\"; did you mean \"OrderPlaced\"?",
        ),
        (
            "stream in ['stok-SKU-0007']",
            "there is no stream \"stok-SKU-0007\"; did you mean \"stock-SKU-",
        ),
        (
            "metadata.corelation_id == 'x'",
            "metadata.corelation_id; did you mean metadata.correlation_id",
        ),
    ];
    for (filter, told) in cases {
        for verb in ["events", "timeline", "streams"] {
            let run = leftfold(shop(), &[verb, "shop.db", "-f", filter]);
            assert_eq!((run.code, run.out.as_str()), (Some(0), ""), "{verb} {filter}");
            assert!(run.err.contains(told), "{verb} {filter}: {}", run.err);
            let json = leftfold(shop(), &[verb, "shop.db", "-f", filter, "--json"]);
            assert!(
                json.err.starts_with("{\"note\":{\"message\":"),
                "{verb} {filter}: {}",
                json.err
            );
        }
    }
    let rare = leftfold(
        shop(),
        &["events", "shop.db", "-f", "payload.available < -1000000"],
    );
    assert_eq!(rare.err, "leftfold: no event matches, of 3,000 events\n");
}

#[test]
fn a_mistyped_stream_is_told_with_those_nearest_to_it() {
    for verb in [
        &["state", "shop.db", "stok-SKU-0007"][..],
        &["blame", "shop.db", "stok-SKU-0007"],
        &["diff", "shop.db", "stok-SKU-0007"],
        &["history", "shop.db", "stok-SKU-0007", "/available"],
        &["events", "shop.db", "--stream", "stok-SKU-0007"],
        &["event", "shop.db", "v1", "--stream", "stok-SKU-0007"],
    ] {
        let said = leftfold(shop(), verb).failed();
        assert!(said.contains("did you mean stock-SKU-0007"), "{verb:?}: {said}");
    }
}

#[test]
fn a_table_that_is_not_there_is_told_with_those_that_are() {
    for verb in ["events", "inspect"] {
        let said = leftfold(shop(), &[verb, "shop.db", "--table", "nope"]).failed();
        for name in ["there is no table \"nope\"", "event_sourcery_events"] {
            assert!(said.contains(name), "{verb}: {said}");
        }
    }
}

#[test]
fn a_guessed_layout_is_told_in_one_short_line() {
    let folder = folder();
    let file = rusqlite::Connection::open(folder.path().join("a.db")).expect("a new file");
    file.execute_batch(
        "CREATE TABLE my_events (id INTEGER PRIMARY KEY, stream_id TEXT, version INTEGER, event_type TEXT, payload TEXT, created_at TEXT,
           UNIQUE (stream_id, version));
         INSERT INTO my_events VALUES (1, 'a-1', 1, 'T', '{\"n\":1}', '2026-11-20T10:00:00Z'),
           (2, 'a-1', 2, 'T', '{\"n\":2}', '2026-11-20T10:00:01Z'), (3, 'b-1', 1, 'T', '{\"n\":2}', '2026-11-20T10:00:01Z');",
    )
    .expect("the table can be written");
    drop(file);
    let run = leftfold(folder.path(), &["events", "a.db"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert_eq!(run.err.lines().count(), 1, "{}", run.err);
    for part in [
        "my_events",
        "a guess",
        "stream stream_id",
        "`mapping show`",
        "`inspect`",
    ] {
        assert!(run.err.contains(part), "{part}: {}", run.err);
    }
    assert!(run.err.chars().count() < 220, "{}", run.err);
    let quiet = leftfold(folder.path(), &["events", "a.db", "-q"]);
    assert_eq!(quiet.err, "");
}

#[test]
fn a_mark_in_the_list_is_explained() {
    let folder = folder();
    write(
        folder.path(),
        "a.ndjson",
        "{\"stream\":\"a-1\",\"type\":\"T\"}\n{broken\n",
    );
    let run = leftfold(folder.path(), &["events", "a.ndjson"]);
    assert!(run.out.contains("! "), "{}", run.out);
    assert!(
        run.err
            .contains("! marks 1 event with a problem; `leftfold event` says which"),
        "{}",
        run.err
    );
}

#[test]
fn what_is_counted_agrees_with_its_number() {
    let folder = folder();
    write(
        folder.path(),
        "one.ndjson",
        "{\"stream\":\"a-1\",\"version\":5,\"type\":\"T\",\"time\":\"2026-11-20T10:00:00Z\",\"payload\":{}}\n",
    );
    for args in [
        &["inspect", "one.ndjson"][..],
        &["timeline", "one.ndjson"],
        &["state", "one.ndjson", "a-1"],
        &["streams", "one.ndjson"],
        &["event", "one.ndjson", "e0"],
    ] {
        let run = leftfold(folder.path(), args);
        let said = format!("{}{}", run.out, run.err);
        assert_eq!(run.code, Some(0), "{said}");
        let words: Vec<&str> = said.split_whitespace().collect();
        for pair in words.windows(2) {
            let plural =
                pair[1].ends_with('s') && ["events", "streams", "histories", "bytes"].contains(&pair[1]);
            assert!(!(pair[0] == "1" && plural), "{args:?}: {said}");
        }
    }
}

#[test]
fn an_oddity_of_an_event_without_a_stream_has_no_hole_in_its_sentence() {
    let folder = folder();
    write(
        folder.path(),
        "a.ndjson",
        "{\"type\":\"T\",\"time\":\"noon\",\"payload\":{}}\n{\"type\":\"U\",\"payload\":{}}\n",
    );
    let out = leftfold(folder.path(), &["inspect", "a.ndjson", "--json"]).ok();
    let told: serde_json::Value = serde_json::from_str(&out).expect("one JSON document");
    let oddities = told["stores"][0]["oddities"].as_array().expect("a list");
    assert!(!oddities.is_empty(), "{out}");
    for oddity in oddities {
        let message = oddity["message"].as_str().expect("a sentence");
        assert!(!message.contains("  "), "{message:?}");
    }
}
