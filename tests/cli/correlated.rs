//! What `compare --mode correlated` finds between histories whose events belong together.

use std::path::Path;

use serde_json::Value;

use crate::run::{Run, folder, leftfold, shop, write};

fn lines(run: &Run) -> Vec<Value> {
    run.out
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect()
}

/// The findings of a run in words, its summary and its code.
fn compared(folder: &Path, args: &[&str]) -> (Vec<String>, Value, Option<i32>) {
    let run = leftfold(
        folder,
        &[&["compare"], args, &["--mode", "correlated", "--json"]].concat(),
    );
    let mut all = lines(&run);
    assert!(!all.is_empty(), "{}", run.err);
    let summary = all.pop().expect("a summary")["summary"].take();
    let text = |v: &Value| v.as_str().unwrap_or("-").to_owned();
    let told = all
        .iter()
        .map(|f| {
            format!(
                "{} {} {}",
                text(&f["category"]),
                text(&f["status"]),
                text(&f["key"])
            )
        })
        .collect();
    (told, summary, run.code)
}

/// Orders and invoices: key, seconds, amount.
pub(crate) fn two(orders: &[(&str, u32, &str)], invoices: &[(&str, u32, &str)]) -> tempfile::TempDir {
    let folder = folder();
    let time = |second: &u32| format!("\"time\":\"2026-01-01T00:00:{second:02}Z\"");
    let order = |(n, (key, second, amount)): (usize, &(&str, u32, &str))| {
        let (stream, time) = (format!("\"stream\":\"order-{key}\""), time(second));
        format!(
            "{{{stream},\"type\":\"OrderPlaced\",\"id\":\"o{n}\",{time},\"payload\":{{\"orderId\":\"{key}\",\"total\":{amount}}}}}\n\
             {{{stream},\"type\":\"OrderSeen\",\"id\":\"s{n}\",{time},\"payload\":{{}}}}\n"
        )
    };
    let invoice = |(n, (key, second, amount)): (usize, &(&str, u32, &str))| {
        let time = time(second);
        format!(
            "{{\"stream\":\"invoice-{n}\",\"type\":\"InvoiceSent\",{time},\"correlation_id\":\"{key}\",\"payload\":{{\"amount\":{amount}}}}}\n"
        )
    };
    let left: String = orders.iter().enumerate().map(order).collect();
    let right: String = invoices.iter().enumerate().map(invoice).collect();
    write(folder.path(), "orders.ndjson", left);
    write(folder.path(), "invoices.ndjson", right);
    folder
}

pub(crate) const BOTH: [&str; 10] = [
    "orders.ndjson",
    "invoices.ndjson",
    "--left-when",
    "type == \"OrderPlaced\"",
    "--left-key",
    "$.orderId",
    "--right-key",
    "correlation_id",
    "--equal",
    "/total = payload.amount",
];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    BOTH.iter().copied().chain(more.iter().copied()).collect()
}

#[test]
fn the_demos_lost_and_doubled_payments_are_found_and_nothing_else() {
    let (found, summary, code) = compared(
        shop(),
        &[
            "shop.db",
            "shop.db",
            "--left-when",
            "type == \"PaymentCaptured\" && category == \"payment\"",
            "--right-when",
            "type == \"PaymentCaptured\" && category == \"order\"",
            "--key",
            "correlation_id",
            "--within",
            "30s",
        ],
    );
    let kinds: Vec<&str> = found.iter().filter_map(|f| f.split(' ').next()).collect();
    assert_eq!(
        (kinds, code),
        (vec!["deadline", "cardinality"], Some(1)),
        "{found:?}"
    );
    let pairs = summary["events"]["paired"].as_u64().expect("a number");
    assert_eq!(summary["events"]["left"]["taking_part"], pairs + 1);
    assert_eq!(summary["keys"]["differing"], 2);
}

#[test]
fn what_belongs_together_agrees_within_its_deadline() {
    let folder = two(
        &[("a", 0, "5"), ("b", 1, "6.50")],
        &[("b", 4, "6.5"), ("a", 5, "5")],
    );
    let (found, summary, code) = compared(folder.path(), &with(&["--within", "5s"]));
    assert_eq!((found.len(), code), (0, Some(0)), "{found:?}");
    assert_eq!(summary["verdict"], "always-equal");
    assert_eq!(summary["lag"]["max"], 5);
    let text = leftfold(
        folder.path(),
        &[&["compare"], &with(&["--mode", "correlated"])[..]].concat(),
    )
    .ok();
    assert!(text.contains("everything has what belongs to it"), "{text}");
}

#[test]
fn each_way_not_to_belong_together_has_a_name_of_its_own() {
    let folder = two(
        &[
            ("late", 0, "1"),
            ("gone", 0, "1"),
            ("other", 0, "1"),
            ("soon", 40, "1"),
            ("twice", 1, "1"),
            ("skew", 9, "1"),
        ],
        &[
            ("late", 20, "1"),
            ("other", 1, "2"),
            ("twice", 1, "1"),
            ("twice", 2, "1"),
            ("nobody", 3, "1"),
            ("skew", 8, "1"),
            ("late", 41, "1"),
        ],
    );
    let (mut found, summary, code) = compared(
        folder.path(),
        &with(&["--within", "5s", "--lag-tolerance", "10s"]),
    );
    found.sort();
    assert_eq!(
        found,
        [
            "cardinality confirmed twice",
            "cardinality pending late",
            "clock-skew confirmed skew",
            "conflict confirmed other",
            "deadline confirmed gone",
            "deadline healed late",
            "deadline pending soon",
            "extra confirmed nobody",
        ]
    );
    assert_eq!(code, Some(1));
    assert_eq!(summary["known_until"], "2026-01-01T00:00:40Z");
    // Skew is told, and no divergence; what came too late is one.
    assert_eq!(summary["keys"]["differing"], 5);
    let args = with(&["--within", "5s", "--lag-tolerance", "10s", "--mode", "correlated"]);
    let text = leftfold(folder.path(), &[&["compare"], &args[..]].concat()).out;
    for part in [
        "do not belong together for 5 of 7 keys",
        "one too many on the right, invoice-3 InvoiceSent at 2026-01-01T00:00:02Z: 1:1",
        "right InvoiceSent ",
        "no partner on the left for right invoice-4 InvoiceSent at 2026-01-01T00:00:03Z: type == \"OrderPlaced\" is expected",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_field_that_no_paired_event_has_is_an_error_and_no_conflict() {
    let folder = two(&[("a", 0, "5"), ("b", 1, "6")], &[("a", 1, "5"), ("b", 2, "6")]);
    let compared = |more: &[&str]| {
        let keys = ["--left-key", "/orderId", "--right-key", "correlation_id"];
        let sides = ["compare", "orders.ndjson", "invoices.ndjson"];
        let args = [&sides[..], &["--mode", "correlated"], &keys, more].concat();
        leftfold(folder.path(), &args)
    };
    let told = compared(&["--equal", "$.total = $.amonut"]).failed();
    assert!(
        told.contains("none of the paired events of invoices.ndjson (right side) has $.amonut; they have")
            && told.contains("did you mean payload.amount?"),
        "{told}"
    );
    let told = compared(&["--equal", "payload.totl = /amount"]).failed();
    assert!(
        told.contains("orders.ndjson (left side) has payload.totl") && told.contains("payload.total?"),
        "{told}"
    );
    // Neither side has it: that is no agreement.
    let told = compared(&["--equal", "$.discount"]).failed();
    assert!(told.contains("has $.discount"), "{told}");
    let told = compared(&["--equal", "$.total == $.amount"]).failed();
    assert!(told.contains("write one =, as in '$.total = $.amount'"), "{told}");
    compared(&["--equal", "$.total = $.amount"]).ok();
}

#[test]
fn what_should_take_part_and_is_nowhere_is_told_with_what_is_near() {
    let folder = two(&[("a", 0, "5")], &[("a", 1, "5")]);
    let args = [
        "compare",
        "orders.ndjson",
        "invoices.ndjson",
        "--mode",
        "correlated",
        "--left-when",
        "type == \"OrderPlacd\"",
        "--left-key",
        "/orderId",
        "--right-key",
        "correlation_id",
        "--settled",
    ];
    let run = leftfold(folder.path(), &args);
    assert_eq!(run.code, Some(1), "{}", run.err);
    assert!(
        run.err.contains(
            "of 2 events on the left side none takes part; there are OrderPlaced, OrderSeen; no event is of type \"OrderPlacd\"; did you \
             mean \"OrderPlaced\"?"
        ),
        "{}",
        run.err
    );
    let none = [&args[..], &["--right-when", "type == \"InvoiceSnt\""]].concat();
    let told = leftfold(folder.path(), &none).failed();
    assert!(
        told.contains("did you mean \"OrderPlaced\"?") && told.contains("did you mean \"InvoiceSent\"?"),
        "{told}"
    );
}

#[test]
fn a_uuid_is_one_key_however_either_side_writes_it() {
    let (dashed, plain) = (
        "01a1f9af-e4cb-768e-8f9b-c0fad67a1d26",
        "01A1F9AFE4CB768E8F9BC0FAD67A1D26",
    );
    let folder = two(&[(dashed, 0, "5")], &[(plain, 1, "5")]);
    let (found, summary, _) = compared(folder.path(), &with(&[]));
    assert_eq!(
        (found.len(), &summary["events"]["paired"]),
        (0, &1.into()),
        "{found:?}"
    );
}

#[test]
fn a_mere_skew_of_clocks_is_told_and_no_divergence() {
    let folder = two(&[("a", 9, "5")], &[("a", 8, "5")]);
    let (found, summary, code) = compared(folder.path(), &with(&[]));
    assert_eq!(
        (found, code),
        (vec!["clock-skew confirmed a".to_owned()], Some(0))
    );
    assert_eq!(summary["verdict"], "always-equal");
    let (found, ..) = compared(folder.path(), &with(&["--skew", "1s"]));
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn what_was_known_then_is_what_had_come_by_then() {
    let folder = two(
        &[("a", 0, "5"), ("c", 15, "5"), ("b", 50, "5")],
        &[("c", 15, "5"), ("a", 40, "5"), ("b", 51, "5")],
    );
    let at = |moment: &str| {
        let args = ["--within", "10s", "--at", moment];
        compared(folder.path(), &with(&args)).0
    };
    assert_eq!(at("2026-01-01T00:00:05Z"), ["deadline pending a"]);
    // Until something comes again, nothing says that its time has passed.
    assert_eq!(at("2026-01-01T00:00:14Z"), ["deadline pending a"]);
    assert_eq!(at("2026-01-01T00:00:20Z"), ["deadline confirmed a"]);
    assert_eq!(at("2026-01-01T00:00:45Z"), ["deadline healed a"]);
}

#[test]
fn a_key_that_no_event_has_is_an_error_that_names_the_fields() {
    let folder = two(&[("a", 0, "5")], &[("a", 1, "5")]);
    let wrong = |more: &[&str]| {
        leftfold(
            folder.path(),
            &[
                &[
                    "compare",
                    "orders.ndjson",
                    "invoices.ndjson",
                    "--mode",
                    "correlated",
                ],
                more,
            ]
            .concat(),
        )
    };
    let told = wrong(&["--left-key", "payload.orderid", "--right-key", "id"]).failed();
    assert!(told.contains("did you mean payload.orderId?"), "{told}");
    let told = wrong(&[
        "--key",
        "correlation_id",
        "--left-when",
        "type == \"Nothing\"",
        "--right-when",
        "type == \"No\"",
    ])
    .failed();
    assert!(told.contains("no event of either side takes part"), "{told}");
    let told = wrong(&["--left-key", "/orderId"]).failed();
    assert!(told.contains("--right-key: say what partners share"), "{told}");
    let told = wrong(&["--key", "id", "--table", "x"]).failed();
    assert!(told.contains("--table belongs to --mode projection"), "{told}");
    let run = wrong(&["--left-key", "/orderId", "--right-key", "correlation_id"]);
    assert!(
        run.err
            .contains("1 event that would take part is left out: no /orderId"),
        "{}",
        run.err
    );
}

#[test]
fn a_project_file_states_it_and_check_runs_it() {
    let folder = two(&[("a", 0, "5")], &[("a", 1, "6")]);
    let save = leftfold(
        folder.path(),
        &[
            &["compare"],
            &with(&["--mode", "correlated", "--save", "billed"])[..],
        ]
        .concat(),
    );
    assert_eq!(save.code, Some(1), "{}", save.err);
    let again = leftfold(folder.path(), &["compare", "billed", "--json"]);
    let run = leftfold(folder.path(), &["check", "--json"]);
    assert_eq!(run.code, Some(1), "{}", run.err);
    let all = lines(&run);
    let conflict = &all[0];
    assert_eq!(
        (&conflict["check"], &conflict["category"]),
        (&"billed".into(), &"conflict".into())
    );
    assert_eq!(conflict["fields"][0]["path"], "/total = payload.amount");
    assert_eq!(
        (&conflict["fields"][0]["left"], &conflict["fields"][0]["right"]),
        (&5.into(), &6.into())
    );
    assert_eq!(all[1]["summary"], lines(&again)[1]["summary"]);
    let text = leftfold(folder.path(), &["check"]);
    assert!(
        text.out
            .contains("orders.ndjson against invoices.ndjson, correlated"),
        "{}",
        text.out
    );
}

#[test]
fn a_check_that_nothing_takes_part_in_is_an_error_and_not_well() {
    let folder = two(&[("a", 0, "5")], &[("a", 1, "5")]);
    write(
        folder.path(),
        "leftfold.toml",
        "[[comparison]]\nname = \"idle\"\nmode = \"correlated\"\nleft = \"orders.ndjson\"\nright = \"invoices.ndjson\"\n\
         left_when = 'type == \"Nothing\"'\nright_when = 'type == \"Neither\"'\nkey = \"id\"\n",
    );
    let run = leftfold(folder.path(), &["check"]);
    assert_eq!(run.code, Some(2), "{}{}", run.out, run.err);
    assert!(
        run.err.contains("idle: no event of either side takes part"),
        "{}",
        run.err
    );
}

#[test]
fn how_many_keys_disagreed_over_time_and_for_how_long_is_in_the_summary() {
    let folder = crate::run::folder();
    let line = |kind: &str, key: u32, second: u32| {
        format!(
            "{{\"stream\":\"s-{key}\",\"type\":\"{kind}\",\"time\":\"2026-01-01T00:{:02}:{:02}Z\",\"payload\":{{\"id\":{key}}}}}\n",
            second / 60,
            second % 60
        )
    };
    let lines = |kind: &str, all: &[(u32, u32)]| -> String {
        all.iter()
            .map(|(key, second)| line(kind, *key, *second))
            .collect()
    };
    // In time; 60 s; 20 s; never. The last moment is in the last part, so that what begins at 30 s is in the third one.
    let left = lines("A", &[(1, 0), (2, 0), (3, 30), (4, 40), (9, 600)]);
    let right = lines("B", &[(1, 1), (3, 50), (2, 60), (9, 600)]);
    crate::run::write(folder.path(), "left.ndjson", left);
    crate::run::write(folder.path(), "right.ndjson", right);
    let args = [
        "compare",
        "left.ndjson",
        "right.ndjson",
        "--mode",
        "correlated",
        "--key",
        "$.id",
        "--within",
        "5s",
        "--json",
    ];
    let run = crate::run::leftfold(folder.path(), &args);
    let last: serde_json::Value =
        serde_json::from_str(run.out.lines().last().expect("a line")).expect("JSON");
    let (lengths, over_time) = (
        &last["summary"]["time_to_converge"],
        &last["summary"]["disagreeing"],
    );
    assert_eq!(
        (&lengths["healed"], &lengths["open"], &lengths["max"]),
        (&2.into(), &1.into(), &60.into())
    );
    let up_to = |seconds: u32| {
        lengths["lengths"]
            .as_array()
            .expect("a list")
            .iter()
            .find(|c| c["up_to"] == seconds)
            .expect("a class")["count"]
            .clone()
    };
    assert_eq!((up_to(10), up_to(60), up_to(600)), (0.into(), 2.into(), 0.into()));
    let most: Vec<u64> = over_time["most"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|n| n.as_u64().expect("a number"))
        .collect();
    assert_eq!((most.len(), &most[..7]), (60, &[1, 1, 2, 3, 3, 2, 1][..]));
    assert_eq!(
        (most[59], &over_time["from"], &over_time["to"]),
        (1, &"2026-01-01T00:00:00Z".into(), &"2026-01-01T00:10:00Z".into())
    );
}
