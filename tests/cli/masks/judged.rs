//! What would be judged, compared or blamed by what is hidden.

use std::path::Path;

use rusqlite::Connection;

use super::{MASKS, all_of, files, names, project};
use crate::run::{folder, leftfold, write};

#[test]
fn states_that_may_hold_what_is_hidden_are_not_called_equal() {
    let folder = folder();
    files(folder.path());
    let sides = [
        "compare",
        "store.db",
        "store.db",
        "--mode",
        "projection",
        "--table",
        "orders",
        "--key",
        "id",
    ];
    let run = leftfold(folder.path(), &sides);
    assert_eq!((run.code, run.out.as_str()), (Some(2), ""));
    // What is beside a payload is in no state.
    let why = "may hold what masks hide (payload.card.number, payload.pin, *.email)";
    assert!(
        run.err.contains("error[masked]") && run.err.contains(why),
        "{}",
        run.err
    );
}

#[test]
fn hidden_fields_are_still_compared() {
    let folder = folder();
    files(folder.path());
    let run = leftfold(
        folder.path(),
        &["compare", "left.ndjson", "right.ndjson", "--json"],
    );
    let categories: Vec<String> = run
        .out
        .lines()
        .filter_map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
            Some(format!(
                "{} {}",
                line["category"].as_str()?,
                line["left"]["position"]
            ))
        })
        .collect();
    // The card of the seventh differs, and nothing else of it.
    assert!(categories.iter().any(|c| c.ends_with(" 7")), "{categories:?}");
    assert_eq!(categories.len(), 3, "{categories:?}");
    let field = r#"{"path":"/card/number","left":"•••text","right":"•••text"}"#;
    assert!(run.out.contains(field), "{}", run.out);
}

#[test]
fn what_would_be_judged_by_hidden_fields_is_refused() {
    let folder = folder();
    files(folder.path());
    for args in [
        &[
            "events",
            "left.ndjson",
            "-f",
            "payload.card.number == \"4111-hush-1111\"",
        ][..],
        &[
            "compare",
            "left.ndjson",
            "right.ndjson",
            "--mode",
            "correlated",
            "--left-key",
            "payload.pin",
            "--right-key",
            "payload.pin",
        ],
    ] {
        let failed = leftfold(folder.path(), &[args, &["-q"]].concat()).failed();
        assert!(
            failed.contains("error[masked]") && failed.contains("no-masks"),
            "{failed}"
        );
    }
    let rule = project(MASKS)
        + "\n[[rule]]\nname = \"cards\"\nsource = \"left.ndjson\"\ncheck = \"state.card.number != 'x'\"\n";
    write(folder.path(), "leftfold.toml", rule);
    let run = leftfold(folder.path(), &["check", "cards"]);
    assert_eq!(run.code, Some(2), "{}{}", run.out, run.err);
    assert!(
        format!("{}{}", run.out, run.err).contains("payload.card.number"),
        "{}{}",
        run.out,
        run.err
    );
    assert_eq!(
        leftfold(folder.path(), &["check", "cards", "--no-masks"]).code,
        Some(0)
    );
}

/// A source of which a mapping takes a part of a column, with something to be hidden in that part and beside it.
fn mapped(folder: &Path) {
    let line = |n: u32, inside: &str| {
        format!(
            "{{\"s\":\"o-1\",\"t\":\"Placed\",\"n\":{n},\"p\":{{\"card\":{{\"number\":{n}{inside}}},\"email\":\"beside@example.org\"}}}}\n"
        )
    };
    let lines = line(1, ",\"email\":\"within@example.org\"") + &line(2, "");
    write(folder, "mapped.ndjson", lines);
    write(
        folder,
        "leftfold.toml",
        "masks = [\"*.email\"]\n\n[[source]]\nname = \"part\"\npath = \"mapped.ndjson\"\n\n[source.mapping]\nstream = \"s\"\n\
         type = \"t\"\nposition = \"n\"\npayload = { column = \"p\", at = \"/card\" }\n",
    );
}

#[test]
fn of_a_column_that_a_mapping_takes_a_part_of_the_rest_is_neither_shown_nor_found() {
    let folder = folder();
    mapped(folder.path());
    for args in [
        &["events", "part"][..],
        &["events", "part", "--json"],
        &["event", "part", "#2"],
        &["event", "part", "#2", "--raw"],
        &["export", "part"],
        &["timeline", "part", "--html", "t.html"],
    ] {
        let before = names(folder.path());
        let run = leftfold(folder.path(), args);
        let said = all_of(folder.path(), &run, &before);
        assert_eq!(run.code, Some(0), "{said}");
        assert!(!said.contains("@example.org"), "{args:?}: {said}");
    }
    let found = |text: &str| {
        let find = format!("find(\"{text}\")");
        leftfold(folder.path(), &["events", "part", "--json", "-f", &find]).ok()
    };
    assert_eq!(
        (found("beside@"), found("within@")),
        (String::new(), String::new())
    );
    assert_eq!(found("number").lines().count(), 2);
}

/// A user in each event, of whom the e-mail address is hidden wherever it stands, and a card that a projection calls otherwise.
fn renamed(folder: &Path) {
    let line = |n: u32, kind: &str| {
        format!(
            "{{\"stream\":\"u-1\",\"type\":\"{kind}\",\"id\":\"i{n}\",\"position\":{n},\"time\":\"2026-01-01T00:00:{n:02}Z\",\"payload\":{{\"n\":{n},\
             \"user\":{{\"id\":1,\"email\":\"e{n}@x\"}},\"card\":{{\"number\":\"{n}\"}},\"plain\":{{\"id\":1}}}}}}\n"
        )
    };
    write(folder, "u.ndjson", line(1, "Placed") + &line(2, "Paid"));
    write(
        folder,
        "leftfold.toml",
        "masks = [\"*.email\", \"payload.card.number\"]\n\n[[projection]]\nname = \"cp\"\ncategories = \"u\"\n\n[[projection.on]]\ntype = \"*\"\n\
         do = [{ set = \"/cc\", from = \"/card/number\" }, { set = \"/n\", from = \"/n\" }, { set = \"/who\", from = \"/user\" }]\n\n\
         [[rule]]\nname = \"cc\"\nsource = \"u.ndjson\"\ncheck = \"state.cc == '1'\"\n\n\
         [[rule]]\nname = \"who\"\nsource = \"u.ndjson\"\ncheck = \"state.who == before.who\"\nwhen = \"type == 'Paid'\"\n\n\
         [[rule]]\nname = \"two\"\nsource = \"u.ndjson\"\ncheck = \"payload.user == payload.user\"\n\n\
         [[rule]]\nname = \"by\"\nsource = \"u.ndjson\"\nwhen = \"type == 'Placed'\"\nexpect = \"type == 'Paid'\"\nby = \"payload.user\"\n\n\
         [[rule]]\nname = \"plain\"\nsource = \"u.ndjson\"\ncheck = \"state.n == payload.n && payload.plain == payload.plain\"\n\n\
         [[rule]]\nname = \"by-plain\"\nsource = \"u.ndjson\"\nwhen = \"type == 'Placed'\"\nexpect = \"type == 'Paid'\"\nby = \"payload.plain\"\n",
    );
}

#[test]
fn what_is_judged_by_a_sign_is_refused_wherever_a_fold_or_an_object_has_taken_it() {
    let folder = folder();
    renamed(folder.path());
    let correlated = |key: &str, equal: &str| {
        let sides = ["compare", "u.ndjson", "u.ndjson", "--mode", "correlated"];
        let by = ["--left-key", key, "--right-key", key, "--equal", equal];
        leftfold(folder.path(), &[&sides[..], &by].concat())
    };
    let mut refused = vec![
        (correlated("payload.user", "payload.n"), "payload.user"),
        (correlated("/user", "payload.n"), "/user"),
        (correlated("id", "payload.user"), "payload.user"),
        (
            leftfold(
                folder.path(),
                &["events", "u.ndjson", "-f", "payload.user in [{'id': 1}]"],
            ),
            "payload.user",
        ),
    ];
    for (rule, way) in [
        ("cc", "state.cc"),
        ("who", "who"),
        ("two", "payload.user"),
        ("by", "payload.user"),
    ] {
        refused.push((leftfold(folder.path(), &["check", rule]), way));
    }
    for (run, way) in refused {
        let said = format!("{}{}", run.out, run.err);
        assert_eq!(run.code, Some(2), "{said}");
        assert!(said.contains(way) && said.contains("no-masks"), "{said}");
    }
    for run in [
        correlated("payload.plain", "payload.n"),
        leftfold(folder.path(), &["check", "plain"]),
        leftfold(folder.path(), &["check", "by-plain"]),
        leftfold(folder.path(), &["check", "two", "--no-masks"]),
    ] {
        assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    }
}

#[test]
fn columns_whose_fields_are_hidden_are_not_compared_nor_shown_in_the_clear() {
    let folder = folder();
    renamed(folder.path());
    let rows = Connection::open(folder.path().join("rm.db")).expect("a database");
    rows.execute_batch(
        "CREATE TABLE users(id TEXT PRIMARY KEY, n INTEGER, cc TEXT, email TEXT);
         INSERT INTO users VALUES ('u-1', 7, '4333-hush', 'hush@x');",
    )
    .expect("a table");
    let compare = |rest: &[&str]| {
        let sides = ["compare", "u.ndjson", "rm.db", "--mode", "projection", "--json"];
        leftfold(folder.path(), &[&sides[..], rest].concat())
    };
    // One field is asked for, of those that are another the row's own value is not shown.
    let run = compare(&["--fields", "n", "--projection", "cp"]);
    assert_eq!(run.code, Some(1), "{}{}", run.out, run.err);
    assert!(
        run.out.contains("\"n\"") && !run.out.contains("hush"),
        "{}",
        run.out
    );
    // Two of three may be left out.
    let run = compare(&[
        "--map",
        "email=/user/email",
        "--fields",
        "n",
        "--projection",
        "merge",
    ]);
    assert_eq!(run.code, Some(1), "{}{}", run.out, run.err);
    assert!(
        !run.out.contains("/user/email") && !run.out.contains("hush@"),
        "{}",
        run.out
    );
    assert!(run.err.contains("as masks hide it: email"), "{}", run.err);
    for asked in [
        &["--fields", "cc", "--projection", "cp"][..],
        &[
            "--fields",
            "email",
            "--map",
            "email=/user/email",
            "--projection",
            "merge",
        ],
        &[
            "--fields",
            "n",
            "--fields",
            "cc",
            "--map",
            "cc=/user",
            "--projection",
            "merge",
        ],
    ] {
        let run = compare(asked);
        let said = format!("{}{}", run.out, run.err);
        assert_eq!(run.code, Some(2), "{asked:?}: {said}");
        assert!(said.contains("masked") && !said.contains("hush"), "{said}");
    }
    let run = compare(&["--fields", "cc", "--projection", "cp", "--no-masks"]);
    assert!(run.out.contains("4333-hush"), "{}{}", run.out, run.err);
}

#[test]
fn what_changed_a_hidden_field_is_not_told_wrongly() {
    let folder = folder();
    renamed(folder.path());
    for args in [
        &[
            "history",
            "u.ndjson",
            "u-1",
            "/card/number",
            "--projection",
            "merge",
        ][..],
        &["history", "u.ndjson", "u-1", "/user", "--projection", "merge"],
        &["history", "u.ndjson", "u-1", "/cc", "--projection", "cp"],
        &[
            "blame",
            "u.ndjson",
            "u-1",
            "--path",
            "/card/number",
            "--projection",
            "merge",
        ],
        &["blame", "u.ndjson", "u-1", "--path", "/who", "--projection", "cp"],
    ] {
        let failed = leftfold(folder.path(), &[args, &["-q"]].concat()).failed();
        assert!(
            failed.contains("error[masked]") && failed.contains("no-masks"),
            "{args:?}: {failed}"
        );
    }
    for args in [
        &["history", "u.ndjson", "u-1", "", "--projection", "cp"][..],
        &["blame", "u.ndjson", "u-1", "--projection", "cp"],
        &["diff", "u.ndjson", "u-1", "--projection", "cp"],
    ] {
        let run = leftfold(folder.path(), args);
        assert!(
            run.err.contains("masks hide") && run.err.contains("not told"),
            "{args:?}: {}",
            run.err
        );
    }
    // The plain field beside them is told as ever.
    let plain = leftfold(
        folder.path(),
        &["history", "u.ndjson", "u-1", "/n", "--json", "--projection", "cp"],
    );
    assert!(plain.ok().contains("\"changes_in_all\":2"), "two values");
    // Of two states that differ in the hidden field alone.
    let line = |n: u32| {
        format!(
            "{{\"stream\":\"v-1\",\"type\":\"T\",\"id\":\"i{n}\",\"position\":{n},\"payload\":{{\"email\":\"e{n}@x\"}}}}\n"
        )
    };
    write(folder.path(), "v.ndjson", line(1) + &line(2));
    let run = leftfold(
        folder.path(),
        &["diff", "v.ndjson", "v-1", "--from", "#1", "--to", "#2"],
    );
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    assert!(
        run.out.contains("no difference in what masks do not hide"),
        "{}",
        run.out
    );
}
