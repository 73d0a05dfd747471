//! Bad input: what is wrong, where, and what to do.

use std::fs;

use crate::run::{folder, leftfold, leftfold_reading, shop, write};

#[test]
fn a_source_that_cannot_be_read_says_why() {
    let folder = folder();
    let here = folder.path();
    let whole = fs::read(shop().join("shop.db")).expect("the demo is there");
    write(here, "empty", "");
    write(here, "text.txt", "just some words\n");
    write(here, "head.db", &whole[..60]);
    write(here, "zip.db", b"PK\x03\x04 and so on");
    fs::create_dir(here.join("folder")).expect("a folder");
    rusqlite::Connection::open(here.join("bare.db"))
        .and_then(|c| c.execute_batch("CREATE TABLE settings (k TEXT, v TEXT)"))
        .expect("a database without events");
    rusqlite::Connection::open(here.join("tableless.db"))
        .and_then(|c| c.execute_batch("CREATE TABLE t (a); DROP TABLE t"))
        .expect("a database without tables");
    let cases = [
        ("missing.db", "no such file"),
        ("folder", "this is a folder"),
        ("empty", "the file is empty"),
        ("text.txt", "just some words"),
        ("head.db", "60 bytes are left"),
        ("zip.db", "ZIP"),
        ("bare.db", "settings"),
        ("tableless.db", "no table at all"),
    ];
    for (name, why) in cases {
        for args in [
            &["inspect", name][..],
            &["events", name],
            &["state", name, "a-1"],
            &["timeline", name],
            &["export", name],
        ] {
            let said = leftfold(here, args).failed();
            assert!(said.contains(name) && said.contains(why), "{args:?}: {said}");
        }
    }
}

#[test]
fn a_truncated_file_shows_what_is_left_and_says_so() {
    let folder = folder();
    let whole = fs::read(shop().join("shop.db")).expect("the demo is there");
    write(folder.path(), "half.db", &whole[..whole.len() / 2 / 4096 * 4096]);
    let half = leftfold(folder.path(), &["inspect", "half.db", "--json"]);
    match half.code {
        Some(0) => assert!(half.out.contains("shorter than its header says"), "{}", half.out),
        _ => assert!(half.failed().contains("shorter than its header says")),
    }
}

#[test]
fn a_known_store_without_events_is_no_error() {
    let folder = folder();
    fs::copy(shop().join("shop.db"), folder.path().join("none.db")).expect("a copy");
    rusqlite::Connection::open(folder.path().join("none.db"))
        .and_then(|c| c.execute_batch("DELETE FROM event_sourcery_events"))
        .expect("the copy can be emptied");
    let inspected = leftfold(folder.path(), &["inspect", "none.db", "--json"]).ok();
    assert!(inspected.contains(r#""events":0"#), "{inspected}");
    let none = leftfold(folder.path(), &["events", "none.db"]);
    assert_eq!((none.code, none.out.as_str()), (Some(0), ""));
    assert!(none.err.contains("no event"), "{}", none.err);
    let drawn = leftfold(folder.path(), &["timeline", "none.db"]);
    assert_eq!(drawn.code, Some(0), "{}", drawn.err);
}

#[test]
fn what_is_asked_for_wrongly_is_told_with_what_there_is() {
    let cases: &[(&[&str], &[&str])] = &[
        (&["events", "shop.db", "-f", "type == "], &["the filter", "^"]),
        (
            &["events", "shop.db", "-f", "tpye == \"a\""],
            &["the filter", "tpye"],
        ),
        (
            &["events", "shop.db", "--from", "yesterday"],
            &["yesterday", "v7", "#1234"],
        ),
        (
            &["state", "shop.db", "stock-SKU-0007", "--at", "v100000"],
            &["stock-SKU-0007", "100000"],
        ),
        (
            &["state", "shop.db", "stock-SKU-0007", "--at", "#999999999"],
            &["999999999"],
        ),
        (
            &["state", "shop.db", "stock-SKU-0007", "--projection", "sum"],
            &["sum", "merge"],
        ),
        (&["state", "shop.db", "stock-SKU"], &["stock-SKU", "did you mean"]),
        (
            &["state", "shop.db", "order-none"],
            &["order-none", "streams such as order-"],
        ),
        (
            &["blame", "shop.db", "stock-SKU-0007", "--path", "sku"],
            &["sku", "JSON pointer"],
        ),
        (
            &["events", "shop.db", "--type", "OrderPlcaed"],
            &["OrderPlcaed", "OrderPlaced"],
        ),
        (&["events", "shop.db", "--category", "ordre"], &["ordre", "order"]),
        (&["events", "shop.db", "-o", "middle"], &["middle", "beginning"]),
        (&["demo", "zoo"], &["zoo", "shop"]),
        (&["demo", "--events", "3", "-O", "new.db"], &["1000"]),
        (&["demo", "-O", "-"], &["--ndjson"]),
        (&["mapping", "show", "-"], &["no mapping"]),
        (&["open", "-"], &["standard input"]),
        (&["look", "shop.db"], &["look", "--help"]),
        (&["state", "shop.db"], &["<STREAM>"]),
    ];
    for (args, words) in cases {
        let said = leftfold(shop(), args).failed();
        for word in *words {
            assert!(said.contains(word), "{args:?} should speak of {word}: {said}");
        }
    }
}

#[test]
fn a_project_file_that_cannot_be_read_is_named_with_its_line() {
    let folder = folder();
    write(folder.path(), "a.ndjson", "{\"stream\":\"a-1\",\"type\":\"T\"}\n");
    write(
        folder.path(),
        "leftfold.toml",
        "[[source]]\nnmae = 'a'\npath = 'a.ndjson'\n",
    );
    let said = leftfold(folder.path(), &["events", "a.ndjson"]).failed();
    assert!(
        said.contains("leftfold.toml") && said.contains("nmae") && said.contains('2'),
        "{said}"
    );
}

#[test]
fn what_is_piped_in_must_be_a_database_or_lines_of_json() {
    let said = leftfold_reading(shop(), &["events", "-"], b"a,b\n1,2\n").failed();
    assert!(said.contains("standard input"), "{said}");
    let nothing = leftfold_reading(shop(), &["events", "-"], b"");
    assert_eq!((nothing.code, nothing.out.as_str()), (Some(0), ""));
}

#[test]
fn an_export_replaces_neither_the_source_nor_what_belongs_to_it() {
    let folder = folder();
    let shop = fs::read(shop().join("shop.db")).expect("the demo is there");
    write(folder.path(), "shop.db", &shop);
    write(folder.path(), "kept", "kept");
    fs::hard_link(folder.path().join("shop.db"), folder.path().join("hard.db")).expect("a hard link");
    let mut names = vec![
        "shop.db",
        "./shop.db",
        "shop.db-wal",
        "shop.db-journal",
        "hard.db",
    ];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("shop.db", folder.path().join("soft.db")).expect("a symbolic link");
        names.push("soft.db");
    }
    for target in names {
        for args in [
            &["export", "shop.db", "-O", target, "--force"][..],
            &["timeline", "shop.db", "--svg", target, "--force"],
            &["timeline", "shop.db", "--png", target, "--force"],
        ] {
            let said = leftfold(folder.path(), args).failed();
            assert!(said.contains("error[output-is-source]"), "{args:?}: {said}");
        }
    }
    fs::remove_file(folder.path().join("hard.db")).expect("the link can be removed");
    drop(fs::remove_file(folder.path().join("soft.db")));
    let said = leftfold(folder.path(), &["export", "shop.db", "-O", "kept"]).failed();
    assert!(said.contains("--force"), "{said}");
    assert_eq!(fs::read(folder.path().join("shop.db")).ok(), Some(shop));
    assert_eq!(
        fs::read(folder.path().join("kept")).ok().as_deref(),
        Some(&b"kept"[..])
    );
    leftfold(folder.path(), &["export", "shop.db", "-O", "kept", "--force"]).ok();
    let names: Vec<_> = fs::read_dir(folder.path())
        .expect("the folder is there")
        .flatten()
        .map(|e| e.file_name())
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[test]
fn every_error_has_a_code() {
    let folder = folder();
    write(folder.path(), "text.txt", "just some words\n");
    write(folder.path(), "zip.db", b"PK\x03\x04 and so on");
    let shop = shop().join("shop.db");
    let shop = shop.to_str().expect("a plain path");
    let cases: &[(&[&str], &str)] = &[
        (&["inspect", "missing.db"], "source-unopenable"),
        (&["inspect", "text.txt"], "source-not-a-database"),
        (&["inspect", "zip.db"], "source-not-a-database"),
        (&["events", shop, "--store", "7"], "no-such-store"),
        (&["events", shop, "-f", "type =="], "filter-syntax"),
        (&["events", shop, "-f", "tpye == 1"], "filter-name"),
        (&["events", shop, "--type", "No"], "no-such-lane"),
        (&["events", shop, "--from", "noon"], "usage"),
        (&["state", shop, "no"], "no-such-stream"),
        (
            &["state", shop, "stock-SKU-0007", "--at", "v99999"],
            "no-such-point",
        ),
        (&["state", shop, "stock-SKU-0007", "--path", "x"], "path-syntax"),
        (&["state", shop, "stock-SKU-0007", "--path", "/x"], "no-such-path"),
        (
            &["state", shop, "stock-SKU-0007", "--projection", "x"],
            "no-such-projection",
        ),
        (&["export", shop, "-O", "text.txt"], "output-exists"),
        (&["export", shop, "-O", shop], "output-is-source"),
        (&["export", shop, "-O", "."], "output-is-folder"),
        (&["export", shop, "-O", "no/such/folder"], "output-failed"),
        (&["mapping", "show", "-"], "no-mapping"),
        (&["demo", "zoo"], "no-such-demo"),
        (&["open", shop, "--at", "noon"], "point-syntax"),
        (&["look"], "usage"),
    ];
    for (args, code) in cases {
        assert_eq!(leftfold(folder.path(), args).code_told(), *code, "{args:?}");
    }
}

#[test]
fn with_json_an_error_is_one_json_object_and_so_is_a_note() {
    for args in [
        &["state", "shop.db", "no", "--json"][..],
        &["inspect", "missing.db", "--json"],
        &["events", "shop.db", "--json", "-f", "type =="],
        &["events", "shop.db", "--json", "--nonsense"],
        &["state", "shop.db", "--json"],
    ] {
        let run = leftfold(shop(), args);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{args:?}");
        let told: serde_json::Value = serde_json::from_str(&run.err).expect("one JSON object");
        let error = told["error"].as_object().expect("an error");
        let keys: Vec<&String> = error.keys().collect();
        assert_eq!(keys, ["code", "message"], "{args:?}");
        assert!(
            error.values().all(|v| v.as_str().is_some_and(|t| !t.is_empty())),
            "{told}"
        );
    }
    let nothing = leftfold(shop(), &["timeline", "shop.db", "-f", "false", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&nothing.err).expect("one JSON object");
    assert!(told["note"]["message"].is_string(), "{told}");
}

#[test]
fn a_filter_that_can_never_be_judged_is_refused() {
    for (filter, code) in [
        ("1", "filter-not-a-condition"),
        ("type", "filter-not-a-condition"),
        ("type == 'A' && version", "filter-not-a-condition"),
        ("1/0 == 1", "filter-fails"),
        ("type.matches('(')", "filter-fails"),
        ("version > 1 and type == 'A'", "filter-syntax"),
    ] {
        for verb in ["events", "timeline", "export"] {
            assert_eq!(
                leftfold(shop(), &[verb, "shop.db", "-f", filter]).code_told(),
                code,
                "{verb} {filter}"
            );
        }
    }
    let said = leftfold(
        shop(),
        &["events", "shop.db", "-f", "type == 'größe' && tpye == 1"],
    )
    .failed();
    let caret = said.lines().last().expect("the place is marked").find('^');
    assert_eq!(caret, Some(2 + "type == 'größe' && ".chars().count()), "{said}");
}

#[test]
fn an_option_of_another_verb_is_told_where_it_belongs() {
    for (args, hint) in [
        (
            &["history", "a.db", "a-1", "/x", "--at", "v3"][..],
            "`state … --at POINT --path PATH`",
        ),
        (
            &["history", "a.db", "a-1", "/x", "--at=v3"],
            "`state … --at POINT --path PATH`",
        ),
        (
            &["state", "a.db", "a-1", "--from", "v3"],
            "`diff` takes --from and --to",
        ),
        (
            &["events", "a.db", "--at", "v3"],
            "--from and --to say which events",
        ),
        (
            &["state", "a.db", "a-1", "--att", "v3"],
            "a similar argument exists: '--at'",
        ),
    ] {
        let said = leftfold(folder().path(), args).failed();
        assert!(
            said.contains(hint) && !said.contains("as a value"),
            "{args:?}: {said}"
        );
        assert_eq!(said.matches("tip:").count(), 1, "{args:?}: {said}");
    }
    let said = leftfold(folder().path(), &["state", "a.db", "a-1", "--zzz"]).failed();
    assert!(!said.contains("tip:") && !said.contains("\n\n\n"), "{said}");
}

#[test]
fn the_usage_below_an_unknown_option_is_that_of_the_verb() {
    for (args, usage) in [
        (&["events", "--at", "2"][..], "leftfold events [OPTIONS] [SOURCE]"),
        (
            &["events", "a.db", "--att", "3"],
            "leftfold events [OPTIONS] [SOURCE]",
        ),
        (&["--at", "3", "inspect"], "leftfold inspect [OPTIONS] <SOURCE>"),
        (
            &["mapping", "show", "a.db", "--at", "3"],
            "leftfold mapping show [OPTIONS] <SOURCE>",
        ),
    ] {
        let said = leftfold(folder().path(), args).failed();
        let line = said.lines().find_map(|line| line.strip_prefix("Usage: "));
        assert_eq!(line, Some(usage), "{args:?}: {said}");
    }
}

#[test]
fn events_a_filter_fails_on_are_counted_and_it_is_an_error_when_all_are() {
    let folder = folder();
    write(
        folder.path(),
        "a.ndjson",
        "{\"stream\":\"a-1\",\"type\":\"T\",\"payload\":{\"x\":1}}\n{\"stream\":\"a-1\",\"type\":\"T\",\"payload\":{\"x\":true}}\n\
         {\"stream\":\"a-1\",\"type\":\"U\",\"payload\":{}}\n",
    );
    let some = leftfold(
        folder.path(),
        &["events", "a.ndjson", "--json", "-f", "payload.x"],
    );
    assert_eq!(
        (some.code, some.out.lines().count()),
        (Some(0), 1),
        "{}",
        some.err
    );
    let told = "the filter could not be judged for 1 event: the filter gives a number, not true or false";
    assert!(some.err.contains(told), "{}", some.err);
    for (filter, why) in [
        ("size(type) > 'a'", "> does not work on a number and a text"),
        ("payload", "the filter gives an object"),
        ("payload.size() > stream", "does not work on"),
    ] {
        let all = leftfold(folder.path(), &["events", "a.ndjson", "-f", filter]).failed();
        let told = "error[filter-fails]: the filter could not be judged for 3 events: ";
        assert!(all.contains(told) && all.contains(why), "{filter}: {all}");
    }
}

#[test]
fn a_mistyped_file_is_told_with_the_one_that_is_there_and_a_file_is_no_verb() {
    let folder = folder();
    fs::copy(shop().join("shop.db"), folder.path().join("shop.db")).expect("a copy");
    let mistyped = leftfold(folder.path(), &["inspect", "shp.db"]).failed();
    assert!(mistyped.contains("did you mean shop.db?"), "{mistyped}");
    let verb = leftfold(folder.path(), &["shop.db"]);
    assert_eq!(verb.code, Some(2));
    assert!(verb.err.contains("`leftfold inspect shop.db`"), "{}", verb.err);
}
