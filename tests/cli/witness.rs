//! The smallest history of a finding, as anybody would use it.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::run::{Run, folder, leftfold, program, write};

fn json(run: Run) -> Value {
    serde_json::from_str(&run.ok()).expect("it is JSON")
}

fn demo() -> tempfile::TempDir {
    let folder = folder();
    leftfold(folder.path(), &["demo", "--events", "3000", "--mirror"]).ok();
    write(folder.path(), "leftfold.toml", crate::check::of_readme());
    folder
}

/// What a comparison finds: `--json` lines without the summary.
fn found(folder: &Path, args: &[&str]) -> Vec<Value> {
    let out = leftfold(folder, &[&["compare"], args, &["--json"]].concat()).out;
    let lines = out.lines().map(|l| serde_json::from_str(l).expect("JSON"));
    let mut lines: Vec<Value> = lines.collect();
    lines.pop();
    lines
}

/// The exit code of the script in a folder.
#[cfg(unix)]
fn script(folder: &Path) -> Option<i32> {
    let template = program(folder, &[]);
    let mut script = Command::new(folder.join("test.sh"));
    for (name, value) in template.get_envs() {
        match value {
            Some(value) => script.env(name, value),
            None => script.env_remove(name),
        };
    }
    script.env("LEFTFOLD", env!("CARGO_BIN_EXE_leftfold"));
    script.output().expect("the script runs").status.code()
}

#[test]
#[cfg(unix)]
fn each_kind_of_the_demos_findings_is_shown_by_a_few_events_and_a_test_that_fails() {
    let demo = demo();
    let all = found(demo.path(), &["shop.db", "shop-mirror.ndjson"]);
    let mut kinds: Vec<&Value> = all.iter().map(|f| &f["category"]).collect();
    kinds.sort_by_key(ToString::to_string);
    kinds.dedup();
    assert!(kinds.len() >= 6, "{kinds:?}");
    for kind in kinds {
        let finding = all.iter().find(|f| f["category"] == *kind).expect("one of it");
        let number = finding["number"].to_string();
        let target = format!("witness-{number}");
        let args = [
            "witness",
            "shop.db",
            "shop-mirror.ndjson",
            "--finding",
            &number,
            "-O",
            &target,
            "--json",
        ];
        let told = json(leftfold(demo.path(), &args));
        assert_eq!((&told["category"], &told["status"]), (kind, &finding["status"]));
        let events = &told["events"];
        let most = events["left"].as_u64().max(events["right"].as_u64());
        assert!(most.is_some_and(|n| n <= 3), "{kind}: {events}");
        let small = demo.path().join(&target);
        let again = found(&small, &["left.ndjson", "right.ndjson"]);
        let same = again.iter().any(|f| {
            ["category", "status", "stream", "version", "since"]
                .iter()
                .all(|key| f[*key] == finding[*key])
        });
        assert!(same, "{kind}: {again:?}");
        assert_eq!(
            again.len() as u64,
            1 + told["others"].as_u64().unwrap_or_default()
        );
        let certain = finding["status"] != "pending";
        assert_eq!(script(&small), Some(i32::from(certain)), "{kind}");
        // It is a test: with both sides alike it is content.
        fs::copy(small.join("left.ndjson"), small.join("right.ndjson")).expect("the same on both sides");
        assert_eq!(script(&small), Some(0), "{kind}");
    }
}

#[test]
fn what_was_known_then_is_shown_as_it_was_then() {
    let demo = demo();
    let at = ["--at", "2026-11-20T14:10:00Z"];
    let all = found(
        demo.path(),
        &[&["shop.db", "shop-mirror.ndjson"], &at[..]].concat(),
    );
    let missing = all
        .iter()
        .find(|f| f["category"] == "missing" && f["status"] == "pending")
        .expect("what was late had not come");
    let number = missing["number"].to_string();
    let args = [
        "witness",
        "shop.db",
        "shop-mirror.ndjson",
        "-n",
        &number,
        "-O",
        "then",
        "--json",
    ];
    let told = json(leftfold(demo.path(), &[&args[..], &at[..]].concat()));
    assert_eq!(
        (&told["category"], &told["status"]),
        (&missing["category"], &missing["status"])
    );
}

#[test]
#[cfg(unix)]
fn a_rules_violation_is_shown_by_the_events_that_it_takes_and_the_rule_stands_beside_them() {
    let demo = demo();
    let args = [
        "witness",
        "--rule",
        "stock never below zero",
        "--finding",
        "1",
        "-O",
        "oversold",
        "--json",
    ];
    let told = json(leftfold(demo.path(), &args));
    assert_eq!(
        (&told["category"], &told["status"]),
        (&Value::from("rule"), &Value::from("healed"))
    );
    assert!(
        told["events"]["history"].as_u64().is_some_and(|n| n <= 2),
        "{told}"
    );
    let small = demo.path().join("oversold");
    assert_eq!(script(&small), Some(1));
    let project = fs::read_to_string(small.join("leftfold.toml")).expect("the project file");
    assert_eq!(project.matches("[[").count(), 1, "{project}");
    assert!(project.contains("source = \"history.ndjson\""), "{project}");
    let late = [
        "witness",
        "--rule",
        "a captured payment reaches its order",
        "-n",
        "1",
        "-O",
        "lost",
        "--json",
    ];
    let told = json(leftfold(demo.path(), &late));
    assert_eq!(told["status"], "confirmed");
    assert!(
        told["events"]["history"].as_u64().is_some_and(|n| n <= 2),
        "{told}"
    );
    assert_eq!(script(&demo.path().join("lost")), Some(1));
}

#[test]
fn what_cannot_be_shown_is_told() {
    let demo = demo();
    let with = |args: &[&str]| leftfold(demo.path(), &[&["witness"], args].concat());
    let sides = ["shop.db", "shop-mirror.ndjson"];
    let beyond = with(&[&sides[..], &["-n", "5000", "-O", "w"]].concat()).failed();
    assert!(beyond.contains("numbered from 1 to"), "{beyond}");
    assert!(!demo.path().join("w").exists());
    write(demo.path(), "left.ndjson", "not ours");
    let there = with(&[&sides[..], &["-n", "1", "-O", "."]].concat());
    assert_eq!(there.code_told(), "output-exists");
    let wrong = with(&["--rule", "copy", "-n", "1", "-O", "w"]).failed();
    assert!(wrong.contains("is a comparison"), "{wrong}");
    let own = [
        "left.ndjson",
        "shop-mirror.ndjson",
        "-n",
        "1",
        "-O",
        ".",
        "--force",
    ];
    write(
        demo.path(),
        "left.ndjson",
        "{\"stream\":\"s\",\"type\":\"T\",\"time\":\"2026-11-20T00:00:00Z\",\"payload\":1}\n",
    );
    fs::remove_file(demo.path().join("leftfold.toml")).expect("it is there");
    assert_eq!(with(&own).code_told(), "output-is-source");
}

/// The findings of a projection, one of each kind, with the witness of each read back, and what its script says.
#[cfg(unix)]
fn witnesses_of_rows(folder: &Path, args: &[&str]) -> Vec<(String, Value, Option<i32>)> {
    let all = found(folder, args);
    let mut kinds: Vec<&Value> = all.iter().map(|f| &f["category"]).collect();
    kinds.sort_by_key(ToString::to_string);
    kinds.dedup();
    kinds
        .into_iter()
        .map(|kind| {
            let finding = all.iter().find(|f| f["category"] == *kind).expect("one of it");
            let number = finding["number"].to_string();
            let target = format!("witness-{number}");
            let own = ["--finding", &number, "-O", &target, "--json"];
            let told = json(leftfold(folder, &[&["witness"], args, &own[..]].concat()));
            assert_eq!((&told["category"], &told["status"]), (kind, &finding["status"]));
            let small = folder.join(&target);
            let again = found(&small, &["witness"]);
            let place =
                |f: &Value| [&f["category"], &f["stream"], &f["key"], &f["fields"]].map(Value::to_string);
            let there = again
                .iter()
                .find(|f| f["category"] == *kind)
                .expect("it is shown");
            // Which event set a field has another place there.
            let plain = |f: &Value| {
                let mut f = f.clone();
                for field in f["fields"].as_array_mut().into_iter().flatten() {
                    field.as_object_mut().expect("a field").remove("blame");
                }
                f["key"] = Value::Null;
                place(&f)
            };
            assert_eq!(plain(there), plain(finding));
            (kind.as_str().unwrap_or_default().to_owned(), told, script(&small))
        })
        .collect()
}

#[test]
#[cfg(unix)]
fn a_row_that_is_not_the_state_is_shown_by_the_events_it_takes_and_the_row() {
    let folder = folder();
    crate::projection::history(folder.path());
    // The total of the second cart is wrong, the third one is behind, one has no row, and a row is of no cart.
    let rows = [
        (1, "closed", 550, 0, Some(r#"[{"sku":"x","qty":1}]"#)),
        (2, "open", 121, 1, Some(r#"[{"sku":"y","qty":2}]"#)),
        (3, "open", 0, 0, None),
        (9, "open", 0, 0, None),
    ];
    drop(crate::projection::table(folder.path(), &rows));
    let args = ["log.ndjson", "read.db", "--mode", "projection", "--settled"];
    let told = witnesses_of_rows(folder.path(), &args);
    let counts: Vec<(&str, &Value, &Value, Option<i32>)> = told
        .iter()
        .map(|(kind, told, code)| (kind.as_str(), &told["events"]["left"], &told["rows"], *code))
        .collect();
    let n = |n: u32| Value::from(n);
    // Where row or stream is missing the first cart comes along, whose state takes all its three events.
    assert_eq!(
        counts,
        [
            ("extra", &n(3), &n(2), Some(1)),
            ("field-mismatch", &n(1), &n(1), Some(1)),
            ("late", &n(2), &n(1), Some(1)),
            ("missing", &n(4), &n(1), Some(1)),
        ]
    );
}

#[test]
#[cfg(unix)]
fn a_witness_of_a_projection_of_ones_own_has_it_in_its_project_file() {
    let folder = folder();
    let event = |n: u32, stream: &str, qty: u32| {
        format!(
            "{{\"stream\":\"{stream}\",\"type\":\"Added\",\"position\":{n},\"time\":\"2026-01-01T00:00:{n:02}Z\",\"payload\":{{\"qty\":{qty}}}}}\n"
        )
    };
    let events = [("stock-a", 3), ("stock-a", 4), ("stock-b", 1), ("stock-a", 5)];
    let lines = (1..).zip(events).map(|(n, (stream, qty))| event(n, stream, qty));
    write(folder.path(), "log.ndjson", lines.collect::<String>());
    write(
        folder.path(),
        "states.ndjson",
        "{\"stream\":\"stock-a\",\"state\":{\"n\":11}}\n{\"stream\":\"stock-b\",\"state\":{\"n\":1}}\n",
    );
    write(
        folder.path(),
        "leftfold.toml",
        "[[projection]]\nname = 'stock'\ncategories = ['stock']\ninitial = { n = 0 }\n[[projection.on]]\ntype = 'Added'\ndo = [{ increment = '/n', from = '/qty' }]\n",
    );
    let args = ["log.ndjson", "states.ndjson", "--mode", "projection", "--settled"];
    let told = witnesses_of_rows(folder.path(), &args);
    // The sum is all three's.
    assert_eq!(
        (told[0].0.as_str(), &told[0].1["events"]["left"], told[0].2),
        ("field-mismatch", &Value::from(3), Some(1))
    );
}
