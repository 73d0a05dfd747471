//! A verdict that was given once is given again at once, as long as nothing has changed.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::run::{folder, program, shop};

/// Runs the program with a cache of its own: exit code, output, notes.
fn run(folder: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let mut command: Command = program(folder, args);
    command.env("LEFTFOLD_CACHE_DIR", folder.join("cache"));
    let done = command.output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it writes text");
    (done.status.code(), text(done.stdout), text(done.stderr))
}

fn kept(folder: &Path) -> usize {
    fs::read_dir(folder.join("cache/verdicts")).map_or(0, Iterator::count)
}

#[test]
fn the_same_question_has_the_same_answer_and_a_changed_file_another() {
    let folder = folder();
    let path = folder.path();
    fs::copy(shop().join("shop.db"), path.join("a.db")).expect("it can be written");
    let exported = run(path, &["export", "a.db"]).1;
    fs::write(path.join("b.ndjson"), &exported).expect("it can be written");
    let ask = ["compare", "a.db", "b.ndjson", "--json"];
    let first = run(path, &ask);
    assert_eq!(first.0, Some(0), "{}", first.2);
    assert_eq!(kept(path), 1);
    assert_eq!(run(path, &ask), first);
    assert_eq!(kept(path), 1);
    // Other options are another question; so is the same one without a cache, which keeps nothing.
    assert_eq!(run(path, &["compare", "a.db", "b.ndjson"]).0, Some(0));
    assert_eq!(kept(path), 2);
    assert_eq!(
        run(path, &["--no-cache", "compare", "a.db", "b.ndjson", "--settled"]).0,
        Some(0)
    );
    assert_eq!(kept(path), 2);
    // One line less: the answer is not the one that was kept.
    let shorter = exported.lines().skip(1).collect::<Vec<_>>().join("\n");
    fs::write(path.join("b.ndjson"), shorter).expect("it can be written");
    let (code, out, _) = run(path, &ask);
    assert_eq!(code, Some(1));
    assert!(out.contains("\"category\":\"missing\""), "{out}");
    assert_eq!(kept(path), 3);
}

#[test]
fn a_file_that_was_replaced_by_one_as_long_and_as_old_has_an_answer_of_its_own() {
    let folder = folder();
    let path = folder.path();
    let line =
        |n: u32| format!("{{\"stream\":\"a-1\",\"version\":1,\"type\":\"T\",\"payload\":{{\"n\":{n}}}}}\n");
    for name in ["a.ndjson", "b.ndjson"] {
        fs::write(path.join(name), line(1)).expect("it can be written");
    }
    let ask = ["compare", "a.ndjson", "b.ndjson"];
    assert_eq!(run(path, &ask).0, Some(0));
    let then = fs::metadata(path.join("b.ndjson")).and_then(|m| m.modified());
    fs::write(path.join("c.ndjson"), line(2)).expect("it can be written");
    let other = fs::File::options().write(true).open(path.join("c.ndjson"));
    other
        .and_then(|file| file.set_modified(then.expect("it has a time")))
        .expect("its time can be set");
    fs::rename(path.join("c.ndjson"), path.join("b.ndjson")).expect("it can be replaced");
    let (code, out, _) = run(path, &ask);
    assert_eq!(code, Some(1), "{out}");
}

#[test]
fn a_kept_answer_is_what_is_said_without_reading_again() {
    let folder = folder();
    let path = folder.path();
    fs::copy(shop().join("shop.db"), path.join("a.db")).expect("it can be written");
    fs::copy(shop().join("shop.db"), path.join("b.db")).expect("it can be written");
    let ask = ["compare", "a.db", "b.db"];
    run(path, &ask);
    let file = fs::read_dir(path.join("cache/verdicts"))
        .expect("it is there")
        .next()
        .expect("it is there")
        .expect("it is there")
        .path();
    fs::write(
        &file,
        r#"{"code":1,"notes":["from before"],"out":"what was said\n"}"#,
    )
    .expect("it can be written");
    let (code, out, notes) = run(path, &ask);
    assert_eq!((code, out.as_str()), (Some(1), "what was said\n"));
    assert!(notes.contains("from before"), "{notes}");
    // What is broken is not said.
    fs::write(&file, "{").expect("it can be written");
    assert!(run(path, &ask).1.contains("always equal"));
}

#[test]
fn which_history_of_a_file_is_meant_is_part_of_the_question() {
    let folder = folder();
    let path = folder.path();
    let database = rusqlite::Connection::open(path.join("two.db")).expect("it can be made");
    for (table, rows) in [("events", 3), ("other_events", 5)] {
        let sql = format!(
            "CREATE TABLE {table}(aggregate_type TEXT, aggregate_id TEXT, sequence INTEGER, event_type TEXT, event_version TEXT,
                 payload TEXT, metadata TEXT, PRIMARY KEY(aggregate_type, aggregate_id, sequence));
             WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < {rows})
             INSERT INTO {table} SELECT 'account', 'a', n, 'Opened', '1.0', '{{}}', '{{}}' FROM i;"
        );
        database.execute_batch(&sql).expect("it can be filled");
    }
    drop(database);
    let ask = |store: &str| {
        let args = [
            "compare",
            "two.db",
            "two.db",
            "--left-store",
            store,
            "--right-store",
            store,
            "--json",
        ];
        run(path, &args).1
    };
    let (first, second) = (ask("1"), ask("2"));
    assert_ne!(first, second);
    assert_eq!((ask("1"), ask("2")), (first, second));
    assert_eq!(kept(path), 2);
}
