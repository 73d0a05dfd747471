//! `leftfold compare --suggest`: what two histories, or a history and a table, have in common.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::run::{Run, folder, leftfold};

#[test]
fn what_two_histories_have_in_common_is_said_with_the_commands_that_compare_them() {
    let folder = folder();
    leftfold(
        folder.path(),
        &["demo", "--events", "3000", "--mirror", "--invoices"],
    )
    .ok();
    let suggested = |right: &str| -> Value {
        let told = leftfold(
            folder.path(),
            &["compare", "shop.db", right, "--suggest", "--json"],
        )
        .ok();
        serde_json::from_str(&told).expect("JSON")
    };
    let mirror = suggested("shop-mirror.ndjson");
    assert_eq!(
        (&mirror["same_events"], &mirror["commands"][0]),
        (
            &true.into(),
            &"leftfold compare shop.db shop-mirror.ndjson".into()
        )
    );
    assert!(mirror["ids"]["shared"].as_u64().expect("a number") > 900);
    let invoices = suggested("shop-billing.ndjson");
    assert_eq!(
        (&invoices["same_events"], &invoices["ids"]["shared"]),
        (&false.into(), &0.into())
    );
    let keys = invoices["keys"].as_array().expect("a list");
    let placed = keys
        .iter()
        .find(|k| k["left_type"] == "OrderPlaced")
        .expect("it is found");
    assert_eq!(
        (&placed["left_key"], &placed["right_type"], &placed["right_key"]),
        (&"/orderId".into(), &"InvoiceSent".into(), &"/order/id".into())
    );
    // What is suggested can be run as it stands there.
    let commands = invoices["commands"].as_array().expect("a list");
    let of_placed = commands
        .iter()
        .filter_map(Value::as_str)
        .find(|c| c.contains("OrderPlaced"))
        .expect("a command");
    assert_eq!(
        of_placed,
        "leftfold compare shop.db shop-billing.ndjson --mode correlated --left-when 'type == \"OrderPlaced\"' --left-key /orderId --right-when 'type == \"InvoiceSent\"' --right-key /order/id --within 15m"
    );
    let text = leftfold(
        folder.path(),
        &["compare", "shop.db", "shop-billing.ndjson", "--suggest"],
    )
    .ok();
    assert!(
        text.contains("in common: 0 of ") && text.contains("/order/id"),
        "{text}"
    );
    let other = "{\"stream\":\"x\",\"type\":\"Y\",\"payload\":{\"n\":\"z\"}}\n";
    fs::write(folder.path().join("other.ndjson"), other).expect("a file");
    let nothing = leftfold(
        folder.path(),
        &["compare", "shop.db", "other.ndjson", "--suggest"],
    )
    .ok();
    assert!(
        nothing.contains("nothing of one is on the other side"),
        "{nothing}"
    );
    assert!(
        leftfold(folder.path(), &["compare", "shop.db", "--suggest"])
            .failed()
            .contains("both sides")
    );
}

/// What `--suggest --json` says, and what the first command it proposes comes to.
fn suggested(folder: &Path, left: &str, right: &str) -> (Value, Run) {
    let told = leftfold(folder, &["compare", left, right, "--suggest", "--json"]).ok();
    let told: Value = serde_json::from_str(&told).expect("JSON");
    let command = told["commands"][0].as_str().expect("a command");
    // As a shell reads it.
    let script = format!("set -- {command}; shift; printf '%s\\n' \"$@\"");
    let words = std::process::Command::new("sh").args(["-c", &script]).output();
    let words = String::from_utf8(words.expect("a shell").stdout).expect("text");
    let words: Vec<&str> = words.lines().collect();
    let run = leftfold(folder, &words);
    (told, run)
}

#[test]
fn a_table_of_states_is_suggested_with_its_key_and_the_places_of_its_columns() {
    let folder = folder();
    leftfold(folder.path(), &["demo", "--events", "3000", "--read-model"]).ok();
    let (told, run) = suggested(folder.path(), "shop.db", "shop-read.db");
    let table = &told["tables"][0];
    assert_eq!(
        (
            &table["table"],
            &table["key"],
            &table["category"],
            &table["first_rows_only"]
        ),
        (
            &"orders".into(),
            &"order_id".into(),
            &"order".into(),
            &false.into()
        )
    );
    let places: Vec<(&str, &str)> = table["columns"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|c| Some((c["column"].as_str()?, c["place"].as_str()?)))
        .collect();
    assert_eq!(
        places,
        [
            ("status", "/status"),
            ("total", "/total"),
            ("currency", "/currency"),
            ("paid", "/paidAmount")
        ]
    );
    // Most rows are right, so the command that is proposed finds few that are not.
    assert_eq!(run.code, Some(1), "{}", run.err);
    assert!(run.out.contains("field-mismatch  4 confirmed"), "{}", run.out);
    let text = leftfold(
        folder.path(),
        &["compare", "shop.db", "shop-read.db", "--suggest"],
    )
    .ok();
    assert!(
        text.contains("265 of 266 rows are of streams: order_id holds what stands behind"),
        "{text}"
    );
    let wrong = [
        "compare",
        "shop.db",
        "shop-read.db",
        "--suggest",
        "--table",
        "order",
    ];
    assert!(
        leftfold(folder.path(), &wrong)
            .failed()
            .contains("there are orders")
    );
}

#[test]
fn names_are_keys_before_numbers_and_amounts_never_are() {
    let folder = folder();
    let event = |stream: String, kind: &str, second: u32, payload: String| {
        format!(
            "{{\"stream\":\"{stream}\",\"type\":\"{kind}\",\"time\":\"2026-01-01T00:{:02}:{:02}Z\",\"payload\":{payload}}}\n",
            second / 60,
            second % 60
        )
    };
    // Each order has an amount that its invoice has, too; one invoice is lacking.
    let orders = (0..60).map(|n| {
        let paid = event(
            format!("order-{n}"),
            "OrderPaid",
            n * 3 + 1,
            format!("{{\"paid\":{}.5}}", n * 7),
        );
        event(
            format!("order-{n}"),
            "OrderPlaced",
            n * 3,
            format!("{{\"total\":{}.5,\"seen\":{n}}}", n * 7),
        ) + &paid
    });
    fs::write(folder.path().join("orders.ndjson"), orders.collect::<String>()).expect("a file");
    let invoices = (1..60).map(|n| {
        let payload = format!(
            "{{\"order\":{{\"ref\":\"order-{n}\"}},\"amount\":{}.5,\"seen\":{n}}}",
            n * 7
        );
        event(format!("invoice-{}", n + 500), "InvoiceSent", n * 3 + 2, payload)
    });
    fs::write(
        folder.path().join("invoices.ndjson"),
        invoices.collect::<String>(),
    )
    .expect("a file");
    let told = leftfold(
        folder.path(),
        &[
            "compare",
            "orders.ndjson",
            "invoices.ndjson",
            "--suggest",
            "--json",
        ],
    )
    .ok();
    let told: Value = serde_json::from_str(&told).expect("JSON");
    let keys = told["keys"].as_array().expect("a list");
    let first = &keys[0];
    assert_eq!(
        (&first["left_key"], &first["right_key"]),
        (&"stream".into(), &"/order/ref".into()),
        "{told}"
    );
    for pair in keys {
        let of = [&pair["left_key"], &pair["right_key"]];
        assert!(
            of.iter()
                .all(|k| !["/total", "/paid", "/amount"].contains(&k.as_str().unwrap_or_default())),
            "{pair}"
        );
    }
}

#[test]
fn keys_that_lack_what_stands_before_the_others_ids_are_suggested_as_an_expression() {
    let folder = folder();
    let event = |stream: String, kind: &str, payload: String| {
        format!(
            "{{\"stream\":\"{stream}\",\"type\":\"{kind}\",\"time\":\"2026-01-01T00:00:00Z\",\"payload\":{payload}}}\n"
        )
    };
    let orders = (1000..1040).map(|n| event(format!("order-{n}"), "OrderPlaced", "{}".to_owned()));
    fs::write(folder.path().join("orders.ndjson"), orders.collect::<String>()).expect("a file");
    let paid = (1000..1040).map(|n| {
        event(
            format!("pay-{}", n * 7),
            "Paid",
            format!("{{\"order\":{{\"id\":{n}}}}}"),
        )
    });
    fs::write(folder.path().join("paid.ndjson"), paid.collect::<String>()).expect("a file");
    let (told, run) = suggested(folder.path(), "orders.ndjson", "paid.ndjson");
    let pair = &told["keys"][0];
    assert_eq!(
        (&pair["left_key"], &pair["right_key"], &pair["shared"]),
        (
            &"stream".into(),
            &"'order-' + string(payload.order.id)".into(),
            &40.into()
        )
    );
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    assert!(run.out.contains("40 pairs"), "{}", run.out);
    let (told, _) = suggested(folder.path(), "paid.ndjson", "orders.ndjson");
    assert_eq!(told["keys"][0]["left_key"], "'order-' + string(payload.order.id)");
}

#[test]
fn numbers_of_a_sample_are_said_to_be_of_one() {
    let folder = folder();
    let line = |i: u32| {
        format!("{{\"stream\":\"s-{i}\",\"type\":\"E\",\"id\":\"event-number-{i}\",\"payload\":{{}}}}\n")
    };
    let lines = |n: u32| (0..n).map(line).collect::<String>();
    fs::write(folder.path().join("few.ndjson"), lines(500)).expect("a file");
    fs::write(folder.path().join("many.ndjson"), lines(5000)).expect("a file");
    let suggest = |left: &str, right: &str, json: bool| {
        let args = ["compare", left, right, "--suggest", "--json"];
        leftfold(folder.path(), &args[..if json { 5 } else { 4 }]).ok()
    };
    let all: Value = serde_json::from_str(&suggest("few.ndjson", "few.ndjson", true)).expect("JSON");
    assert_eq!(all["ids"], serde_json::json!({"shared": 500, "of": 500}));
    let some: Value = serde_json::from_str(&suggest("many.ndjson", "many.ndjson", true)).expect("JSON");
    assert_eq!(
        (&some["ids"]["shared"], &some["ids"]["of"]),
        (&1024.into(), &1024.into())
    );
    let about = some["ids"]["sample_of_about"]
        .as_u64()
        .expect("it says of how many");
    assert!((4000..6000).contains(&about), "{about}");
    let text = suggest("many.ndjson", "many.ndjson", false);
    assert!(
        text.contains("1,024 of 1,024 ids looked at, a sample of about "),
        "{text}"
    );
}
