//! Every dialect reads a file with its own schema, its traps included.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::read;
use leftfold_source::{SourceFile, open};

/// Reads every SQL file of a folder and compares the account with the one stored.
fn hold(folder: &str, dialect: impl Fn(&str) -> String) {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut names: Vec<String> = std::fs::read_dir(format!("{root}/tests/{folder}"))
        .unwrap()
        .map(|e| {
            e.unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    assert!(!names.is_empty());
    for name in names {
        let sql = std::fs::read_to_string(format!("{root}/tests/{folder}/{name}.sql")).unwrap();
        let seen = read(&name, &sql);
        let expected = format!("{root}/tests/expected/{name}.expected");
        if std::env::var_os("LEFTFOLD_BLESS").is_some() {
            std::fs::write(&expected, &seen.text).unwrap();
        }
        let wanted = std::fs::read_to_string(&expected).unwrap_or_default();
        assert_eq!(
            seen.text, wanted,
            "{name}: set LEFTFOLD_BLESS to accept after reading the difference"
        );
        assert_eq!(seen.dialect, dialect(&name));
    }
}

#[test]
fn every_dialect_is_recognised_and_reads_its_rows() {
    hold("schema-faithful", str::to_owned);
}

#[test]
fn a_layout_nobody_listed_is_read_by_guess() {
    hold("home-made", |_| "guess".to_owned());
}

#[test]
fn the_layouts_of_further_libraries_are_read_by_guess_alone() {
    hold("no-dialect", |_| "guess".to_owned());
}

#[test]
fn a_table_of_things_is_no_history_but_its_mapping_is_offered() {
    let folder = tempfile::tempdir().unwrap();
    let sql = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, email TEXT, created_at TEXT, type TEXT, version INTEGER, data TEXT);
        INSERT INTO users VALUES (1, 'Ann', 'a@x', '2026-01-02 03:04:05', 'admin', 1, '{}'), (2, 'Ann', 'b@x', '2026-01-02 03:04:06', 'guest', 3, '{}'), (3, 'Bo', 'c@x', '2026-01-02 03:04:06', 'guest', 1, '{}');
        CREATE TABLE carts (cart_id TEXT UNIQUE, type TEXT, version INTEGER, data TEXT);
        INSERT INTO carts VALUES ('c1', 'open', 3, '{}'), ('c2', 'open', 1, '{}');";
    let path = common::database(folder.path(), "users.db", sql);
    let error = open(&path).err().unwrap();
    assert_eq!(error.code(), "source-no-events");
    let text = error.to_string();
    for part in [
        "users comes near (",
        "type looks like the event type",
        "but no column names a stream",
        "carts",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let file = SourceFile::open_unmapped(&path).unwrap();
    let users = file
        .candidates()
        .iter()
        .find(|c| c.mapping.table == "users")
        .unwrap();
    assert_eq!(common::heads(&*file.store_with(&users.mapping).unwrap()).len(), 3);
}
