//! Reports of what belongs together by a key and of states and rows, and of a project that states such comparisons.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::correlated::{BOTH, two};
use crate::projection::{AS_OF_SIX, history, table};
use crate::run::{folder, leftfold, write};

/// The page that a run writes, and the run's code.
fn page(folder: &Path, args: &[&str]) -> (String, Option<i32>) {
    let run = leftfold(
        folder,
        &[&["report"], args, &["-O", "page.html", "--force"]].concat(),
    );
    assert!(run.err.contains("page.html written"), "{}", run.err);
    let page = fs::read_to_string(folder.join("page.html")).expect("it is written");
    (page, run.code)
}

#[track_caller]
fn has(page: &str, parts: &[&str]) {
    let lacks: Vec<&&str> = parts.iter().filter(|p| !page.contains(**p)).collect();
    let body = page.split("<main>").nth(1).unwrap_or(page);
    let (head, sources) = (body.get(..4000), body.find("<h3>How").map(|at| &body[at..]));
    assert!(lacks.is_empty(), "{lacks:#?} not in {head:?} … {sources:?}");
}

/// One order without an invoice, one with two, one of which says something else.
fn orders() -> tempfile::TempDir {
    two(
        &[("a<b>", 0, "5"), ("b", 1, "6"), ("c", 2, "7")],
        &[("b", 3, "6.5"), ("b", 4, "6"), ("c", 5, "7")],
    )
}

#[test]
fn what_belongs_together_is_reported_by_key_with_both_events() {
    let folder = orders();
    let with = [
        &BOTH[..],
        &["--mode", "correlated", "--within", "5s", "--settled"],
    ]
    .concat();
    let (html, code) = page(folder.path(), &with);
    assert_eq!(code, Some(1));
    has(
        &html,
        &[
            "They do not belong together for 2 of 3 keys; first a&#60;b&#62; in order-a&#60;b&#62;",
            "Both sides are taken for complete",
            "Findings by key and time",
            "<h3>Keys with findings</h3>",
            "<tr><td>deadline</td>",
            "order-b → invoice-0",
            "OrderPlaced → InvoiceSent",
            "<code>/total = payload.amount</code></td><td><code>6</code></td><td><code>6.5</code>",
            "correlated: events that belong together by a key",
            "type == &#34;OrderPlaced&#34;, by $.orderId",
            "<dt>cardinality</dt><dd>1:1, left to right</dd>",
            "<dt>within</dt><dd>5s</dd>",
            "2 on both sides, 1 on the left alone, 0 on the right alone",
            "<dt>take part</dt><dd>3</dd>",
            "invoices.ndjson",
        ],
    );
    for absent in ["in common", "Events of both sides", "<b>", "set by"] {
        assert!(!html.contains(absent), "{absent}");
    }
    let svg = leftfold(
        folder.path(),
        &[&["report"], &with[..], &["-O", "map.svg"]].concat(),
    );
    assert_eq!(svg.code, Some(1), "{}", svg.err);
    let svg = fs::read_to_string(folder.path().join("map.svg")).expect("it is written");
    assert!(svg.contains("Findings by key and time"));
}

#[test]
fn rows_are_reported_with_their_states_and_who_set_what_differs() {
    let folder = folder();
    history(folder.path());
    let mut rows = AS_OF_SIX;
    rows[0].2 = 560;
    drop(table(folder.path(), &rows));
    let mode = [
        "log.ndjson",
        "read.db",
        "--mode",
        "projection",
        "--table",
        "carts",
    ];
    let (html, code) = page(folder.path(), &mode);
    assert_eq!(code, Some(1));
    has(
        &html,
        &[
            "Rows and states differ for 1 of 4; first in cart-1",
            "The table is as of event ",
            "Findings by stream and time",
            "<h3>Streams with findings</h3>",
            "<th>state</th><th>row</th><th>set by</th>",
            "<code>/totalCents</code></td><td><code>550</code></td><td><code>560</code></td>",
            "ItemAdded #3</td></tr>",
            "at the place that the rows are as of these differ: /totalCents",
            "at the place that the rows are as of nothing differs",
            "no row: 1 event behind",
            "<summary>row and state</summary>",
            "the first event that the row lacks",
            "projection: each stream&#39;s state should be its row",
            "<dt>table</dt><dd>carts</dd>",
            "<dt>not compared</dt><dd>seen_at</dd>",
            "<dt>compared</dt><dd>status, total_cents = /totalCents, gift, items</dd>",
        ],
    );
    assert!(!html.contains("Events of both sides"), "{html}");
    // As known at a moment before the fault there is none.
    let (then, code) = page(
        folder.path(),
        &[&mode[..], &["--at", "2026-01-01T00:00:01Z"]].concat(),
    );
    assert_eq!(code, Some(1));
    has(
        &then,
        &["As known at 2026-01-01T00:00:01Z: what came later does not count"],
    );
}

const PROJECT: &str = r#"
[[comparison]]
name = "invoices"
mode = "correlated"
left = "orders.ndjson"
right = "invoices.ndjson"
left_when = 'type == "OrderPlaced"'
left_key = "$.orderId"
right_key = "correlation_id"
settled = true
[[comparison]]
name = "carts"
mode = "projection"
left = "log.ndjson"
right = "read.db"
[[comparison]]
name = "the same"
left = "orders.ndjson"
right = "orders.ndjson"
[[rule]]
name = "about nothing"
source = "orders.ndjson"
when = 'type == "Nothing"'
check = 'false'
"#;

fn all_modes(project: &str) -> tempfile::TempDir {
    let folder = orders();
    history(folder.path());
    drop(table(folder.path(), &AS_OF_SIX));
    write(folder.path(), "leftfold.toml", project);
    folder
}

/// How many checks hold, are violated and could not be checked, as `check` says.
fn checked(folder: &Path) -> ([u64; 3], Option<i32>) {
    let run = leftfold(folder, &["check", "--json"]);
    let last = run.out.lines().last().expect("a summary");
    let summary: Value = serde_json::from_str(last).expect("it is JSON");
    let n = |key: &str| summary["summary"][key].as_u64().unwrap_or_default();
    ([n("ok"), n("violated"), n("error")], run.code)
}

#[test]
fn a_projects_report_says_of_every_check_what_check_says() {
    let folder = all_modes(PROJECT);
    let (html, code) = page(folder.path(), &["--project", "."]);
    assert_eq!((checked(folder.path()), code), (([3, 1, 0], Some(1)), Some(1)));
    has(
        &html,
        &[
            "3 of 4 checks hold: 1 violated",
            "<td class=\"kind bad\">✗ violated</td><td>They do not belong together for 2 of 3 keys",
            "<td class=\"kind good\">✓ ok</td><td>Undecided: the rows are only behind",
            "<td class=\"kind good\">✓ ok</td><td>Always equal.",
            "<td class=\"kind good\">✓ ok</td><td>It holds: there is no event it is about.",
        ],
    );
    for (name, code) in [("carts", 0), ("invoices", 1)] {
        let (html, told) = page(folder.path(), &["--project", ".", "--check", name]);
        assert_eq!(told, Some(code), "{html}");
        let (_, told) = page(folder.path(), &[name]);
        assert_eq!(told, Some(code), "{name} by its name alone");
    }
}

#[test]
fn what_cannot_be_checked_says_why_and_is_not_said_not_to_hold() {
    let gone = PROJECT
        .replace("read.db", "gone.db")
        .replace("settled = true", "settled = 3");
    let folder = all_modes(&gone);
    let (html, code) = page(folder.path(), &["--project", "."]);
    assert_eq!((checked(folder.path()), code), (([2, 0, 2], Some(2)), Some(2)));
    has(
        &html,
        &[
            "<p class=\"verdict notice\"><span aria-hidden=\"true\">?</span> 2 of 4 checks hold: 2 could not be checked",
            "<td class=\"kind notice\">? not checked</td><td>could not be checked: gone.db",
            "could not be checked: ./leftfold.toml: line 10",
        ],
    );
    assert!(!html.contains('✗'), "{html}");
}

#[test]
fn options_of_a_comparison_are_refused_where_the_project_states_it() {
    let folder = all_modes(PROJECT);
    for option in ["--settled", "--mode=correlated"] {
        let run = leftfold(
            folder.path(),
            &["report", "--project", ".", option, "-O", "x.html"],
        );
        assert!(run.failed().contains("leftfold.toml"), "{option}");
    }
    let wrong = ["report", "a", "b", "--table", "t", "-O", "x.html"];
    let said = leftfold(folder.path(), &wrong).failed();
    assert!(said.contains("--table belongs to --mode projection"), "{said}");
}

#[test]
fn saved_comparisons_of_every_mode_have_plans_and_witnesses() {
    let folder = all_modes(PROJECT);
    for name in ["invoices", "carts"] {
        // The first one differs for certain, the second one may only be behind.
        let code = leftfold(folder.path(), &["compare", name]).code;
        assert_ne!(code, Some(2));
        let plan = leftfold(folder.path(), &["repair", name, "--json"]);
        assert_eq!(plan.code, code, "{}", plan.err);
        let summary = plan.out.lines().last().expect("a summary");
        assert!(summary.contains("\"sent\":false"), "{summary}");
        leftfold(folder.path(), &["witness", name, "-n", "1", "-O", name]).ok();
        let check = leftfold(&folder.path().join(name), &["compare", "witness", "--json"]);
        assert!(
            check.out.starts_with("{\"number\":1,"),
            "{}{}",
            check.out,
            check.err
        );
    }
}

/// The findings of a comparison, as `compare --json` tells them.
fn findings(folder: &Path, args: &[&str]) -> Vec<Value> {
    let run = leftfold(folder, &[&["compare"], args, &["--json"]].concat());
    let lines = run.out.lines().map(serde_json::from_str);
    let all: Vec<Value> = lines.collect::<Result<_, _>>().expect("lines of JSON");
    all.into_iter().filter(|f| f.get("category").is_some()).collect()
}

/// Writes a witness of a finding and looks whether the small histories alone show it, as certain; how many events either one holds.
fn witnessed(folder: &Path, args: &[&str], finding: &Value) -> [u64; 2] {
    let number = finding["number"].to_string();
    let end = ["-n", &number, "-O", "w", "--json", "--force"];
    let told = leftfold(folder, &[&["witness"], args, &end[..]].concat()).ok();
    let told: Value = serde_json::from_str(&told).expect("it is JSON");
    assert_eq!(told["others"], 0, "{told}");
    let small = folder.join("w");
    let again = findings(&small, &["witness"]);
    assert_eq!(again.len(), 1, "{again:?}");
    let only = &again[0];
    for key in ["category", "status", "key", "since", "fields"] {
        assert_eq!(only[key], finding[key], "{key} of {only}");
    }
    let project = fs::read_to_string(small.join("leftfold.toml")).expect("a project file");
    assert!(project.contains("mode = \"correlated\""), "{project}");
    let certain = i32::from(finding["status"] != "pending");
    assert_eq!(leftfold(&small, &["check"]).code, Some(certain));
    ["left", "right"].map(|side| told["events"][side].as_u64().unwrap_or_default())
}

#[test]
fn a_witness_of_what_does_not_belong_together_is_the_keys_events_and_how_they_are_compared() {
    let folder = two(
        &[
            ("a", 0, "5"),
            ("b", 1, "6"),
            ("c", 2, "7"),
            ("d", 3, "8"),
            ("f", 4, "1"),
            ("e", 58, "9"),
        ],
        &[
            ("b", 3, "6"),
            ("b", 4, "6"),
            ("c", 5, "7"),
            ("f", 6, "2"),
            ("d", 9, "8"),
            ("x", 10, "1"),
        ],
    );
    for more in [
        &["--within", "5s"][..],
        &["--settled"],
        &["--at", "2026-01-01T00:00:03Z"],
    ] {
        let args = [&BOTH[..], &["--mode", "correlated"], more].concat();
        let all = findings(folder.path(), &args);
        assert!(all.len() >= 3, "{all:?}");
        for finding in &all {
            let [left, right] = witnessed(folder.path(), &args, finding);
            assert!(left <= 3 && right <= 3, "{left} and {right} for {finding}");
        }
    }
}

#[test]
fn the_demos_lost_and_doubled_payments_have_witnesses_of_a_few_events() {
    let folder = folder();
    leftfold(folder.path(), &["demo", "--events", "3000"]).ok();
    let args = [
        "shop.db",
        "shop.db",
        "--mode=correlated",
        "--left-when",
        "type == \"PaymentCaptured\" && category == \"payment\"",
        "--right-when",
        "type == \"PaymentCaptured\" && category == \"order\"",
        "--key=correlation_id",
        "--within=30s",
    ];
    let all = findings(folder.path(), &args);
    assert_eq!(all.len(), 2, "{all:?}");
    for finding in &all {
        let [left, right] = witnessed(folder.path(), &args, finding);
        assert!(left <= 3 && right <= 3, "{left} and {right} for {finding}");
    }
}
