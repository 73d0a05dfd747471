//! Every dialect reads a file with its own schema, its traps included.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::read;

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
