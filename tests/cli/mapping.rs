//! Mappings: printed as a start, put into leftfold.toml, told of when they are wrong.

use std::fs;
use std::path::Path;

use crate::run::{folder, leftfold, write};

const HAPPENINGS: &str = "CREATE TABLE happenings (id INTEGER PRIMARY KEY, plant TEXT, rev INTEGER, what TEXT, details TEXT, happened_at TEXT, UNIQUE (plant, rev));
    INSERT INTO happenings VALUES (1, 'basil-1', 1, 'sown', '{\"pot\":3}', '2026-03-01 08:00:00'), (2, 'basil-1', 2, 'watered', 'oops', '2026-03-01 08:00:01'),
    (3, 'basil-1', 3, 'moved', '{\"pot\":4}', '2026-03-01 08:00:02');";

fn database(path: &Path, sql: &str) {
    let file = rusqlite::Connection::open(path).expect("a new file");
    file.execute_batch(sql).expect("it can be written");
}

#[test]
fn a_hobby_table_opens_at_once() {
    let folder = folder();
    database(&folder.path().join("plants.db"), HAPPENINGS);
    let state = leftfold(folder.path(), &["state", "plants.db", "basil-1", "--json"]).ok();
    assert!(state.contains(r#""version":3"#), "{state}");
}

#[test]
fn a_payload_that_is_no_json_is_skipped_by_the_fold_and_told() {
    let folder = folder();
    database(&folder.path().join("plants.db"), HAPPENINGS);
    let state = leftfold(
        folder.path(),
        &["state", "plants.db", "basil-1", "--at", "v2", "--json"],
    )
    .ok();
    assert!(
        state.contains(r#""state":{"pot":3}"#) && state.contains("payload-undecodable"),
        "{state}"
    );
    let list = leftfold(folder.path(), &["events", "plants.db"]).ok();
    assert!(list.contains("oops"), "shown as the text it is: {list}");
}

#[test]
fn every_table_has_a_mapping_to_start_from() {
    let folder = folder();
    let sql = "CREATE TABLE colours (shade TEXT, word TEXT); INSERT INTO colours VALUES ('red', 'rot');";
    database(&folder.path().join("a.db"), &format!("{HAPPENINGS} {sql}"));
    let shown = leftfold(folder.path(), &["mapping", "show", "a.db", "--table", "colours"]);
    assert!(shown.err.contains("only a start"), "{}", shown.err);
    let text = shown.ok();
    for part in [
        "table = \"colours\"",
        "# The columns of colours: shade, word",
        "#   stream = \"COLUMN\"",
        "#   type = ",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let filled = text.replace("#   stream = \"COLUMN\"", "stream = \"shade\"");
    write(folder.path(), "leftfold.toml", filled);
    let events = leftfold(folder.path(), &["events", "a.db", "--json"]).ok();
    assert!(events.contains(r#""stream":"red""#), "{events}");
}

#[test]
fn a_mapped_table_is_one_history_and_a_path_elsewhere_works_from_here() {
    let folder = folder();
    fs::create_dir(folder.path().join("data")).expect("a folder");
    database(&folder.path().join("data/plants.db"), HAPPENINGS);
    let shown = leftfold(folder.path(), &["mapping", "show", "data/plants.db"]).ok();
    assert!(shown.contains("path = \"data/plants.db\""), "{shown}");
    write(folder.path(), "leftfold.toml", shown);
    for source in ["plants", "data/plants.db"] {
        let told = leftfold(folder.path(), &["inspect", source]).ok();
        assert!(told.contains("1 history"), "{source}: {told}");
    }
}

#[test]
fn one_bad_source_breaks_no_other_file_of_the_folder() {
    let folder = folder();
    for name in ["good.db", "bad.db"] {
        database(&folder.path().join(name), HAPPENINGS);
    }
    write(
        folder.path(),
        "leftfold.toml",
        "[[source]]\nname = 'bad'\npath = 'bad.db'\n[source.mapping]\ntable = 'happenings'\nstraem = 'plant'\n",
    );
    leftfold(folder.path(), &["events", "good.db"]).ok();
    for source in ["bad", "bad.db"] {
        let told = leftfold(folder.path(), &["events", source]).failed();
        assert!(
            told.contains("unknown key `straem`") && told.contains("line 6"),
            "{told}"
        );
    }
}

#[test]
fn two_sources_of_one_name_are_told() {
    let folder = folder();
    database(&folder.path().join("a.db"), HAPPENINGS);
    let one = "[[source]]\nname = 'plants'\npath = 'a.db'\n";
    write(folder.path(), "leftfold.toml", format!("{one}{one}"));
    let told = leftfold(folder.path(), &["events", "plants"]).failed();
    assert!(told.contains("two sources are called \"plants\""), "{told}");
}

#[test]
fn foreign_lines_are_a_guess_until_a_mapping_says_what_is_what() {
    let folder = folder();
    let lines = "{\"user\":\"ann-1\",\"event\":\"login\",\"at\":\"2026-01-02T03:04:05Z\",\"ip\":\"::1\"}\n{\"user\":\"bo-2\",\"event\":\"login\",\"at\":\"2026-01-02T03:04:06Z\"}\n";
    write(folder.path(), "logins.ndjson", lines);
    let told = leftfold(folder.path(), &["inspect", "logins.ndjson", "--json"]).ok();
    assert!(
        told.contains(r#""certainty":"guess""#) && told.contains("none of the keys"),
        "{told}"
    );
    let first = leftfold(folder.path(), &["events", "logins.ndjson", "--json", "-c", "1"]).ok();
    assert!(
        first.contains(r#""payload":{"user":"ann-1","event":"login""#),
        "{first}"
    );
    let shown = leftfold(folder.path(), &["mapping", "show", "logins.ndjson"]).ok();
    assert!(
        shown.contains("type = \"event\"") && shown.contains("#   stream ="),
        "{shown}"
    );
    let filled = shown.replace("[source.mapping]\n", "[source.mapping]\nstream = \"user\"\n");
    write(folder.path(), "leftfold.toml", filled);
    let mapped = leftfold(
        folder.path(),
        &["events", "logins.ndjson", "--json", "--stream", "bo-2"],
    )
    .ok();
    assert!(
        mapped.contains(r#""category":"bo""#) && mapped.contains(r#""type":"login""#),
        "{mapped}"
    );
    assert!(
        leftfold(folder.path(), &["inspect", "logins.ndjson"])
            .ok()
            .contains("1 history")
    );
}

#[test]
fn a_stream_without_a_kind_in_its_name_has_no_category() {
    let folder = folder();
    let line = |stream: &str| format!("{{\"stream\":\"{stream}\",\"type\":\"T\",\"payload\":{{}}}}\n");
    let lines = [
        line("6f1c0b1e-0000-4000-8000-0123456789ab"),
        line("6f1c0b1e-0000-4000-8000-0123456789ac"),
        line("order-6f1c0b1e-0000-4000-8000-0123456789ab"),
        line("order/1002"),
        line("shopping_cart"),
    ];
    write(folder.path(), "a.ndjson", lines.concat());
    let events = leftfold(folder.path(), &["events", "a.ndjson", "--json"]).ok();
    let categories: Vec<bool> = events
        .lines()
        .map(|l| l.contains(r#""category":"order""#))
        .collect();
    assert_eq!(categories, [false, false, true, true, false], "{events}");
    assert_eq!(events.matches("category").count(), 2, "{events}");
    for (filter, matched) in [
        ("category == \"order\"", 2),
        ("category == null", 3),
        ("category != null", 2),
        ("category == null && payload == {}", 3),
        ("category.startsWith(\"o\") && version == null", 2),
    ] {
        let run = leftfold(folder.path(), &["events", "a.ndjson", "--json", "-f", filter]);
        assert_eq!(
            run.out.lines().count(),
            matched,
            "{filter}: {}{}",
            run.out,
            run.err
        );
    }
    let lanes = leftfold(
        folder.path(),
        &["timeline", "a.ndjson", "--by", "category", "--json"],
    )
    .ok();
    assert!(lanes.contains(r#""lanes_in_all":2"#), "{lanes}");
}

#[test]
fn what_never_ends_and_what_is_empty_say_so() {
    let folder = folder();
    let endless = leftfold(folder.path(), &["inspect", "/dev/zero"]).failed();
    assert!(endless.contains("no line ends within 64 MiB"), "{endless}");
    let empty = leftfold(folder.path(), &["inspect", "/dev/null"]);
    assert!(
        empty.out.contains("it is empty") && !empty.out.contains("certain"),
        "{}{}",
        empty.out,
        empty.err
    );
}
