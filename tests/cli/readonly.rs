//! No verb changes anything beside the source.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use xxhash_rust::xxh3::xxh3_128;

use crate::run::{doubled, folder, leftfold, shop, write};

/// Every file of a folder: its content's hash and when it was changed.
fn listing(folder: &Path) -> BTreeMap<String, (u128, SystemTime)> {
    let entry = |path: &Path| {
        let changed = fs::metadata(path)
            .and_then(|m| m.modified())
            .expect("the file is there");
        (xxh3_128(&fs::read(path).expect("the file can be read")), changed)
    };
    fs::read_dir(folder)
        .expect("the folder is there")
        .map(|e| e.expect("the folder can be read").path())
        .map(|p| {
            (
                p.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                entry(&p),
            )
        })
        .collect()
}

fn every_verb(folder: &Path, source: &str) {
    let (order, _) = doubled();
    let verbs: &[&[&str]] = &[
        &["inspect", source],
        &["events", source, "-f", "find(\"lamp\")", "--order", "time"],
        &["timeline", source, "--by", "type"],
        &["state", source, &order],
        &["diff", source, &order, "--from", "v1"],
        &["blame", source, &order],
        &["history", source, &order, "/status"],
        &["export", source],
        &["mapping", "show", source],
        &["compare", source, source],
        &["repair", source, source],
        &["report", source, source, "-O", "-"],
        &["open", source],
    ];
    let before = listing(folder);
    for verb in verbs {
        for cache in [&["--no-cache"][..], &[]] {
            let run = leftfold(folder, &[verb, cache].concat());
            let expected = match verb[0] {
                "diff" => 1,
                "open" => 2,
                _ => 0,
            };
            assert_eq!(run.code, Some(expected), "{verb:?}: {}", run.err);
            assert_eq!(listing(folder), before, "{verb:?}");
        }
    }
}

#[test]
fn a_file_at_rest_is_left_as_it_was() {
    let folder = folder();
    fs::copy(shop().join("shop.db"), folder.path().join("a b#?%.db")).expect("a copy");
    every_verb(folder.path(), "a b#?%.db");
}

#[test]
fn a_file_with_a_log_that_another_program_writes_is_left_as_it_was() {
    let folder = folder();
    let path = folder.path().join("live.db");
    fs::copy(shop().join("shop.db"), &path).expect("a copy");
    let writer = rusqlite::Connection::open(&path).expect("the copy opens");
    writer
        .pragma_update(None, "journal_mode", "WAL")
        .expect("it can log ahead");
    let (order, _) = doubled();
    writer
        .execute_batch("PRAGMA wal_autocheckpoint = 0; UPDATE event_sourcery_events SET name = name || '' WHERE id = 3000")
        .expect("it can be written");
    assert!(folder.path().join("live.db-wal").exists());
    every_verb(folder.path(), "live.db");
    // And what stands in the log alone is seen.
    writer
        .execute_batch("UPDATE event_sourcery_events SET name = 'Renamed' WHERE id = 3000")
        .expect("it can be written");
    let last = leftfold(folder.path(), &["events", "live.db", "-o", "-1", "--json"]).ok();
    assert!(last.contains("\"type\":\"Renamed\""), "{order} {last}");
}

#[test]
fn a_file_of_lines_is_left_as_it_was() {
    let folder = folder();
    let lines = leftfold(shop(), &["export", "shop.db"]).ok();
    write(folder.path(), "shop.ndjson", lines);
    let before = listing(folder.path());
    for verb in ["inspect", "events", "timeline", "export"] {
        leftfold(folder.path(), &[verb, "shop.ndjson"]).ok();
        assert_eq!(listing(folder.path()), before, "{verb}");
    }
}

#[test]
fn an_index_is_kept_whole_however_short_the_question_was() {
    let folder = folder();
    let cache = folder.path().join("cache");
    let asked = crate::run::program(shop(), &["state", "shop.db", "stock-SKU-0007", "--at", "v1"])
        .env("LEFTFOLD_CACHE_DIR", &cache)
        .output()
        .expect("it starts");
    assert!(asked.status.success());
    let kept: Vec<_> = fs::read_dir(&cache)
        .expect("the cache is there")
        .map(|e| e.expect("it can be read").path())
        .collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert!(kept[0].extension().is_some_and(|e| e == "index"), "{kept:?}");
}

#[test]
fn the_cache_changes_no_answer() {
    let folder = folder();
    fs::copy(shop().join("shop.db"), folder.path().join("shop.db")).expect("a copy");
    let ask = |cache: &[&str]| {
        leftfold(
            folder.path(),
            &[&["inspect", "shop.db", "--json"], cache].concat(),
        )
        .ok()
    };
    let without = ask(&["--no-cache"]);
    let (first, second) = (ask(&[]), ask(&[]));
    assert_eq!(first, without);
    assert_eq!(second, without);
}
