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
    write(folder.path(), "leftfold.toml", "[[source]]\nnmae = 'a'\n");
    let said = leftfold(folder.path(), &["events", "a.ndjson"]).failed();
    assert!(
        said.contains("leftfold.toml") && said.contains("nmae") && said.contains('2'),
        "{said}"
    );
}

#[test]
fn what_is_piped_in_must_be_lines_of_json() {
    let sqlite = fs::read(shop().join("shop.db")).expect("the demo is there");
    let said = leftfold_reading(shop(), &["inspect", "-"], &sqlite).failed();
    assert!(said.contains("standard input"), "{said}");
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
    for target in ["shop.db", "./shop.db", "shop.db-wal", "shop.db-journal"] {
        let said = leftfold(folder.path(), &["export", "shop.db", "-O", target, "--force"]).failed();
        assert!(said.contains("the source itself"), "{target}: {said}");
    }
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
