//! What `repair` plans for events that belong together, for rows that should be states, and for rules.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::projection::{history, table};
use crate::run::{Run, folder, leftfold, write};

/// The plan's lines and the summary.
fn lines(run: &Run) -> (Vec<Value>, Value) {
    let mut lines: Vec<Value> = run
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect();
    assert!(!lines.is_empty(), "{}", run.err);
    let summary = lines.pop().expect("the last line is the summary")["summary"].take();
    (lines, summary)
}

fn planned(folder: &Path, args: &[&str]) -> (Vec<Value>, Value) {
    lines(&leftfold(folder, &[&["repair"], args, &["--json"]].concat()))
}

/// What each step does, about which kind of finding, and to what.
fn steps(plan: &[Value]) -> Vec<String> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    plan.iter()
        .map(|l| {
            let what = if l["type"].is_null() {
                &l["key"]
            } else {
                &l["type"]
            };
            format!(
                "{} {} for {}",
                text(&l["action"]),
                text(what),
                text(&l["because"]["category"])
            )
        })
        .collect()
}

fn event(id: &str, second: u32, stream: &str, kind: &str, payload: &Value) -> String {
    let line = json!({ "stream": stream, "id": id, "type": kind, "time": format!("2026-01-01T00:00:{second:02}Z"), "payload": payload });
    format!("{line}\n")
}

/// Four orders, and the invoices for them: one is not there, one is there twice, one says something else, and one is for nobody.
fn invoices(within: &str) -> tempfile::TempDir {
    let folder = folder();
    let order = |n: u32| {
        let of = json!({ "order": n, "total": n * 10 });
        event(&format!("o{n}"), n, &format!("order-{n}"), "Placed", &of)
    };
    write(
        folder.path(),
        "orders.ndjson",
        (1..=4).map(order).collect::<String>(),
    );
    let invoice = |id: &str, n: u32, second: u32, amount: u32| {
        let of = json!({ "order": n, "amount": amount });
        event(id, second, &format!("invoice-{id}"), "Invoiced", &of)
    };
    let invoices = [
        invoice("i1", 1, 1, 10),
        invoice("i1b", 1, 2, 10),
        invoice("i3", 3, 3, 31),
        invoice("i4", 4, 4, 40),
        invoice("i9", 9, 9, 90),
    ];
    write(folder.path(), "invoices.ndjson", invoices.concat());
    write(
        folder.path(),
        "leftfold.toml",
        format!(
            "[[comparison]]\nname = 'invoices'\nleft = 'orders.ndjson'\nright = 'invoices.ndjson'\nmode = 'correlated'\nkey = '$.order'\n\
             equal = ['$.total = $.amount']\nsettled = true\n{within}\n\
             [[partner]]\ntype = 'Placed'\nwith = 'Invoiced'\nstream = 'invoice-of-{{stream}}'\n\
             payload = {{ order = '{{payload@/order}}', amount = '{{payload@/total}}' }}\n"
        ),
    );
    folder
}

#[test]
fn what_belongs_together_gets_the_partners_it_lacks_and_loses_those_that_are_too_many() {
    let folder = invoices("");
    let before = fs::read(folder.path().join("invoices.ndjson")).expect("the file");
    let (plan, summary) = planned(folder.path(), &["invoices"]);
    assert_eq!(
        steps(&plan),
        [
            "skip Invoiced for cardinality",
            "skip Invoiced for conflict",
            "skip Invoiced for extra",
            "send Invoiced for missing",
            "send Invoiced for conflict"
        ]
        .map(str::to_owned)
    );
    let sent = &plan[3];
    assert_eq!(
        (&sent["stream"], &sent["payload"], &sent["causation_id"]),
        (
            &json!("invoice-of-order-2"),
            &json!({ "order": 2, "amount": 20 }),
            &json!("o2")
        )
    );
    assert!(sent.get("time").is_none() && sent["id"].is_string(), "{sent}");
    assert_eq!(
        sent["to"],
        json!({ "side": "right", "source": "invoices.ndjson", "stream": "invoice-of-order-2" })
    );
    assert_eq!(
        summary["actions"],
        json!({ "skip": 3, "compensate": 0, "send": 2 })
    );
    assert_eq!(summary["before"]["mode"], "correlated");
    assert_eq!(summary["after"], json!({ "findings": 0, "remaining": [] }));
    assert_eq!(
        fs::read(folder.path().join("invoices.ndjson")).expect("the file"),
        before
    );
    // The same again, so that a plan can be sent twice.
    assert_eq!(planned(folder.path(), &["invoices"]).0, plan);
}

#[test]
fn a_deadline_that_was_missed_stays_missed_and_is_told_so() {
    let folder = invoices("within = '5s'");
    let (_, summary) = planned(folder.path(), &["invoices"]);
    assert_eq!(
        summary["after"],
        json!({ "findings": 2, "remaining": [{ "category": "deadline", "findings": 2, "why": "too-late" }] })
    );
    let text = leftfold(folder.path(), &["repair", "invoices"]).out;
    assert!(
        text.contains("What would give invoices.ndjson what belongs to orders.ndjson; nothing is sent")
            && text.contains("comes after its deadline"),
        "{text}"
    );
}

#[test]
fn without_a_template_for_it_nothing_is_invented_and_a_wrong_template_is_noticed() {
    let folder = invoices("");
    // One that makes no partner: its key is another one.
    write(
        folder.path(),
        "wrong.toml",
        "[[partner]]\ntype = 'Placed'\nwith = 'Invoiced'\npayload = { order = 'x' }\n\
         [[compensate]]\ntype = 'Invoiced'\nwith = 'Cancelled'\npayload = { order = '{payload@/amount}' }\n",
    );
    let (plan, summary) = planned(folder.path(), &["invoices", "--template", "wrong.toml"]);
    assert_eq!(plan[0]["type"], "Cancelled");
    let unforeseen = summary["after"]["remaining"].as_array().expect("a list");
    assert!(
        unforeseen.iter().any(|r| r["why"] == "unforeseen"),
        "{unforeseen:?}"
    );
    let only = "[[compensate]]\ntype = 'Invoiced'\nwith = 'Cancelled'\n";
    write(folder.path(), "only.toml", only);
    let (plan, summary) = planned(folder.path(), &["invoices", "--template", "only.toml"]);
    assert_eq!(
        steps(&plan),
        [
            "compensate Cancelled for cardinality",
            "compensate Cancelled for extra"
        ]
        .map(str::to_owned)
    );
    let left = json!([
        { "category": "missing", "findings": 1, "why": "no-partner-template" },
        { "category": "conflict", "findings": 1, "why": "no-partner-template" }
    ]);
    assert_eq!(
        (&summary["unrepaired"], &summary["after"]["remaining"]),
        (&left, &left)
    );
    // The other way about, the order without an invoice is too much, and one is lacking.
    let (plan, _) = planned(
        folder.path(),
        &["invoices", "--from", "right", "--template", "only.toml"],
    );
    assert_eq!(steps(&plan), ["skip Placed for missing".to_owned()]);
}

/// The table after the eighth event, with one row wrong, one gone, one too many; the ninth makes a cart that it does not know yet.
fn wrong_table(folder: &Path) {
    history(folder);
    let rows = [
        (1, "closed", 551, 0, Some(r#"[{"sku":"x","qty":1}]"#)),
        (3, "open", 70, 0, Some("[]")),
        (9, "open", 0, 0, None),
    ];
    drop(table(folder, &rows));
}

#[test]
fn rows_are_written_as_of_the_place_that_all_are_as_of() {
    let folder = folder();
    wrong_table(folder.path());
    let sides = ["log.ndjson", "read.db", "--mode", "projection", "--settled"];
    let before = fs::read(folder.path().join("read.db")).expect("the table");
    let (plan, summary) = planned(folder.path(), &sides);
    assert_eq!(
        steps(&plan),
        [
            "delete 9 for extra",
            "upsert 2 for missing",
            "upsert 1 for field-mismatch"
        ]
        .map(str::to_owned)
    );
    // What the row says beside what is compared stays; a new one has its key, and JSON as the table keeps it.
    assert_eq!(
        plan[2]["row"],
        json!({ "cart_id": 1, "status": "closed", "total_cents": 550, "gift": 0, "items": "[{\"sku\":\"x\",\"qty\":1}]", "seen_at": "now" })
    );
    assert_eq!(
        plan[1]["row"],
        json!({ "cart_id": 2, "status": "open", "total_cents": 120, "gift": 1, "items": "[{\"sku\":\"y\",\"qty\":2}]" })
    );
    assert_eq!(
        plan[1]["to"],
        json!({ "side": "right", "source": "read.db", "table": "carts" })
    );
    assert_eq!(summary["actions"], json!({ "delete": 1, "upsert": 2 }));
    // The fourth cart is not known there yet: whoever writes the table goes on.
    let left = json!([{ "category": "missing", "findings": 1, "why": "as-of-place" }]);
    assert_eq!(summary["unrepaired"], left);
    assert_eq!(summary["after"], json!({ "findings": 1, "remaining": left }));
    let (plan, summary) = planned(folder.path(), &[&sides[..], &["--to-end"]].concat());
    assert_eq!(plan.len(), 4);
    assert_eq!(summary["after"]["findings"], 0);
    assert_eq!(
        fs::read(folder.path().join("read.db")).expect("the table"),
        before
    );
    let text = leftfold(folder.path(), &[&["repair"], &sides[..]].concat()).out;
    assert!(
        text.contains("the rows of read.db the states of log.ndjson; nothing is written"),
        "{text}"
    );
}

#[test]
fn a_repaired_table_is_what_its_plan_says() {
    let folder = folder();
    wrong_table(folder.path());
    let sides = [
        "log.ndjson",
        "read.db",
        "--mode",
        "projection",
        "--settled",
        "--to-end",
    ];
    let (plan, _) = planned(folder.path(), &sides);
    // Whoever obeys the plan: by the column that is the key.
    let db = rusqlite::Connection::open(folder.path().join("read.db")).expect("the table");
    for step in &plan {
        let row = &step["row"];
        let int = |name: &str| row[name].as_i64();
        db.execute("DELETE FROM carts WHERE cart_id = ?1", [int("cart_id")])
            .expect("a row less");
        if step["action"] == "upsert" {
            db.execute(
                "INSERT INTO carts VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                rusqlite::params![
                    int("cart_id"),
                    row["status"].as_str(),
                    int("total_cents"),
                    int("gift"),
                    row["items"].as_str(),
                    row["seen_at"].as_str()
                ],
            )
            .expect("a row more");
        }
    }
    drop(db);
    let now = leftfold(
        folder.path(),
        &[
            "compare",
            "log.ndjson",
            "read.db",
            "--mode",
            "projection",
            "--settled",
        ],
    );
    assert!(now.ok().contains("every row is its stream's state"));
}

#[test]
fn of_two_rows_that_hold_the_same_one_is_deleted_by_its_own_place() {
    let folder = folder();
    history(folder.path());
    let state = "{\"stream\":\"cart-3\",\"state\":{\"totalCents\":70}}\n";
    write(folder.path(), "states.ndjson", format!("{state}\n{state}"));
    let fields = [
        "--mode",
        "projection",
        "--only-stream",
        "cart-3",
        "--fields",
        "totalCents",
        "--settled",
    ];
    let (plan, summary) = planned(
        folder.path(),
        &[&["log.ndjson", "states.ndjson"], &fields[..]].concat(),
    );
    assert_eq!(steps(&plan), ["delete cart-3 for duplicate"]);
    assert_eq!(plan[0]["to"]["line"], 3);
    assert_eq!(summary["after"]["findings"], 0, "{summary}");

    // A table whose rows are told apart by their row numbers alone.
    let db = rusqlite::Connection::open(folder.path().join("plain.db")).expect("a database");
    db.execute_batch(
        "CREATE TABLE carts (cart TEXT, totalCents INT);
         INSERT INTO carts (rowid, cart, totalCents) VALUES (5, 'cart-3', 70), (9, 'cart-3', 70);",
    )
    .expect("two rows");
    let sides = ["log.ndjson", "plain.db", "--table", "carts", "--key", "cart"];
    let all = [&sides[..], &fields[..]].concat();
    let (plan, summary) = planned(folder.path(), &all);
    assert_eq!(steps(&plan), ["delete cart-3 for duplicate"]);
    assert_eq!(plan[0]["to"]["rowid"], 9);
    assert_eq!(summary["after"]["findings"], 0, "{summary}");
    let deleted = db.execute(
        "DELETE FROM carts WHERE rowid = ?1",
        [plan[0]["to"]["rowid"].as_i64()],
    );
    assert_eq!(deleted, Ok(1));
    drop(db);
    let now = leftfold(folder.path(), &[&["compare"], &all[..]].concat());
    assert!(now.ok().contains("every row is its stream's state"));

    // One without row numbers, by its primary key.
    let db = rusqlite::Connection::open(folder.path().join("keyed.db")).expect("a database");
    db.execute_batch(
        "CREATE TABLE carts (shop TEXT, n INT, cart TEXT, totalCents INT, PRIMARY KEY (shop, n)) WITHOUT ROWID;
         INSERT INTO carts VALUES ('a', 1, 'cart-3', 70), ('a', 2, 'cart-3', 70);",
    )
    .expect("two rows");
    drop(db);
    let sides = ["log.ndjson", "keyed.db", "--table", "carts", "--key", "cart"];
    let (plan, _) = planned(folder.path(), &[&sides[..], &fields[..]].concat());
    assert_eq!(plan[0]["to"]["primary_key"], json!({ "shop": "a", "n": 2 }));
}

#[test]
fn states_in_lines_are_planned_as_lines_of_states() {
    let folder = folder();
    history(folder.path());
    write(
        folder.path(),
        "states.ndjson",
        "{\"stream\":\"cart-1\",\"state\":{\"status\":\"closed\",\"totalCents\":1}}\n",
    );
    let sides = ["log.ndjson", "states.ndjson", "--mode", "projection", "--settled"];
    let fields = ["--only-stream", "cart-1", "--fields", "totalCents"];
    let (plan, summary) = planned(folder.path(), &[&sides[..], &fields].concat());
    assert_eq!(plan[0]["state"], json!({ "status": "closed", "totalCents": 550 }));
    assert_eq!(plan[0]["stream"], "cart-1");
    assert_eq!(summary["after"]["findings"], 0);
}

#[test]
fn where_the_history_is_wrong_the_events_that_set_it_are_undone() {
    let folder = folder();
    history(folder.path());
    let log = fs::read_to_string(folder.path().join("log.ndjson")).expect("the history");
    let wrong = r#"{"stream":"cart-2","type":"Corrected","position":10,"time":"2026-01-01T00:00:09Z","payload":{"totalCents":999}}"#;
    write(folder.path(), "other.ndjson", format!("{log}{wrong}\n"));
    write(
        folder.path(),
        "leftfold.toml",
        "[[compensate]]\ntype = 'Corrected'\nwith = 'CorrectionWithdrawn'\npayload = { of = '{position}' }\n",
    );
    // Of two histories the right one is repaired, unless it is right.
    let mode = ["--mode", "projection", "--settled"];
    // What is right is then as the other one once was.
    for (sides, hand, category) in [
        (["log.ndjson", "other.ndjson"], "left", "field-mismatch"),
        (["other.ndjson", "log.ndjson"], "right", "late"),
    ] {
        let (plan, summary) = planned(folder.path(), &[&sides[..], &mode, &["--from", hand]].concat());
        assert_eq!(
            steps(&plan),
            [format!("compensate CorrectionWithdrawn for {category}")]
        );
        assert_eq!(plan[0]["undoes"]["position"], 10);
        assert_eq!(plan[0]["to"]["source"], "other.ndjson");
        assert_eq!(summary["after"]["findings"], 0, "{hand}: {summary}");
    }
    // Without a template for what set it, it is left and told.
    let (plan, summary) = planned(
        folder.path(),
        &[&["other.ndjson", "log.ndjson"], &mode[..], &["--from", "left"]].concat(),
    );
    assert!(plan.is_empty());
    assert_eq!(summary["unrepaired"][0]["why"], "no-template");
    let refused = leftfold(
        folder.path(),
        &[&["repair", "other.ndjson", "log.ndjson", "--to-end"], &mode[..]].concat(),
    );
    assert_eq!(refused.code_told(), "usage");
}

/// Stock that falls below zero twice, and payments of which one has no shipment.
fn stock() -> tempfile::TempDir {
    let folder = folder();
    let taken = |n: u32, left: i32| {
        event(
            &format!("s{n}"),
            n,
            "stock-a",
            "Reserved",
            &json!({ "left": left }),
        )
    };
    let mut events: Vec<String> = (1..)
        .zip([5, -1, -2, 1])
        .map(|(n, left)| taken(n, left))
        .collect();
    events.push(event("p1", 5, "pay-1", "Paid", &json!({ "order": 1 })));
    events.push(event("p2", 6, "pay-2", "Paid", &json!({ "order": 2 })));
    events.push(event("h1", 7, "ship-1", "Shipped", &json!({ "order": 1 })));
    events.push(taken(8, -3));
    write(folder.path(), "shop.ndjson", events.concat());
    write(
        folder.path(),
        "leftfold.toml",
        "[[rule]]\nname = 'no event below zero'\nsource = 'shop.ndjson'\ntypes = ['Reserved']\ncheck = 'payload.left >= 0'\n\
         [[rule]]\nname = 'stock never below zero'\nsource = 'shop.ndjson'\ncategories = ['stock']\ncheck = 'state.left >= 0'\n\
         [[rule]]\nname = 'shipped'\nsource = 'shop.ndjson'\nwhen = 'type == \"Paid\"'\nexpect = 'type == \"Shipped\"'\n\
         by = 'payload.order'\nsettled = true\n\
         [[compensate]]\ntype = 'Reserved'\nwith = 'Released'\npayload = { of = '{id}' }\n\
         [[partner]]\ntype = 'Paid'\nwith = 'Shipped'\nstream = 'ship-{payload@/order}'\npayload = { order = '{payload@/order}' }\n",
    );
    folder
}

#[test]
fn a_rule_is_checked_again_until_nothing_more_can_be_undone() {
    let folder = stock();
    let (plan, summary) = planned(folder.path(), &["--rule", "no event below zero"]);
    let undone: Vec<&Value> = plan.iter().map(|l| &l["undoes"]["id"]).collect();
    assert_eq!(undone, [&json!("s2"), &json!("s3"), &json!("s8")]);
    assert_eq!(summary["before"]["violations"], 3);
    // Each stays in the log, where the rule looks at it alone.
    assert_eq!(
        summary["after"],
        json!({ "findings": 3, "remaining": [{ "category": "rule", "findings": 3, "why": "in-the-log" }] })
    );
    // A state is below zero until it is not: what has healed is over, and what is not is undone.
    let (plan, summary) = planned(folder.path(), &["--rule", "stock never below zero"]);
    let undone: Vec<&Value> = plan.iter().map(|l| &l["undoes"]["id"]).collect();
    assert_eq!(undone, [&json!("s8")]);
    assert_eq!(
        summary["after"]["remaining"],
        json!([
            { "category": "rule", "findings": 1, "why": "healed" },
            // What the template makes says nothing of what is left.
            { "category": "rule", "findings": 1, "why": "still-violated" }
        ])
    );
    assert_eq!(summary["rule"], "stock never below zero");
}

#[test]
fn undoing_one_event_may_show_that_the_next_violates_a_rule_too() {
    let folder = stock();
    let path = folder.path().join("shop.ndjson");
    let mut text = fs::read_to_string(&path).expect("the history");
    text.push_str(&event("s9", 9, "stock-a", "Reserved", &json!({ "left": -4 })));
    fs::write(&path, text).expect("the history");
    let (plan, summary) = planned(folder.path(), &["--rule", "stock never below zero"]);
    let undone: Vec<&Value> = plan.iter().map(|l| &l["undoes"]["id"]).collect();
    assert_eq!(undone, [&json!("s8"), &json!("s9")]);
    // The second one is none of those that `check` tells.
    assert!(plan[0]["because"]["finding"].is_u64() && plan[1]["because"]["finding"].is_null());
    assert_eq!(summary["after"]["findings"], 2);
}

#[test]
fn what_a_template_makes_is_folded_where_it_would_be_appended() {
    let folder = stock();
    let template = |payload: &str| {
        let text = format!("[[compensate]]\ntype = 'Reserved'\nwith = 'Released'\npayload = {payload}\n");
        write(folder.path(), "t.toml", text);
        planned(
            folder.path(),
            &["--rule", "stock never below zero", "--template", "t.toml"],
        )
    };
    let remaining = |summary: &Value| -> Vec<(String, u64)> {
        let all = summary["after"]["remaining"].as_array().expect("a list");
        all.iter()
            .map(|r| {
                (
                    r["why"].as_str().unwrap_or_default().to_owned(),
                    r["findings"].as_u64().unwrap_or(0),
                )
            })
            .collect()
    };
    let told = |n: u64, why: &str| (why.to_owned(), n);
    // It brings the state back: that it was below zero stays in the log, healed.
    let (plan, summary) = template("{ left = 0 }");
    assert_eq!(plan.len(), 1);
    assert_eq!(remaining(&summary), [told(1, "healed"), told(1, "undone")]);
    assert!(summary.get("unfit").is_none(), "{summary}");
    // It brings nothing back.
    let (_, summary) = template("{ left = -1 }");
    assert_eq!(
        remaining(&summary),
        [told(1, "healed"), told(1, "still-violated")]
    );
}

#[test]
fn templates_that_do_not_fit_are_named_with_the_reason() {
    let folder = stock();
    write(
        folder.path(),
        "t.toml",
        "[[compensate]]\ntype = 'Reserved'\nwith = 'Lacking'\npayload = { x = '{payload@/nowhere}' }\n\
         [[compensate]]\ntype = 'Reserved'\nwith = 'Released'\npayload = { left = 0 }\n\
         [[compensate]]\ntype = 'Reserved'\nwith = 'Later'\n\
         [[compensate]]\ntype = 'Paid'\nwith = 'Refunded'\n\
         [[compensate]]\ntype = 'Never'\nwith = 'Undone'\n",
    );
    let args = ["--rule", "stock never below zero", "--template", "t.toml"];
    let (plan, summary) = planned(folder.path(), &args);
    assert_eq!(plan.len(), 1);
    let unfit: Vec<String> = summary["unfit"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|u| format!("{} {}: {}", u["type"], u["with"], u["why"]).replace('"', ""))
        .collect();
    assert_eq!(
        unfit,
        [
            "Reserved Lacking: 1 event has no payload@/nowhere",
            "Reserved Later: an earlier template fits all events of this type",
            "Paid Refunded: no event that violates the rule and is undone is of this type",
            "Never Undone: there is no event of this type",
        ]
    );
    let text = leftfold(folder.path(), &[&["repair"], &args[..]].concat()).out;
    assert!(
        text.contains("Templates that do not fit") && text.contains("there is no event of this type"),
        "{text}"
    );
}

#[test]
fn what_has_to_follow_is_sent_by_a_template() {
    let folder = stock();
    let run = leftfold(
        folder.path(),
        &["repair", "--rule", "shipped", "-O", "plan.ndjson"],
    );
    assert_eq!(run.code, Some(1));
    assert!(
        run.out
            .contains("What would make the rule shipped hold on shop.ndjson; nothing is sent")
            && run.out.contains("1 finding before, 0 after"),
        "{}",
        run.out
    );
    let plan = fs::read_to_string(folder.path().join("plan.ndjson")).expect("the plan");
    let line: Value = serde_json::from_str(plan.trim()).expect("one line of JSON");
    assert_eq!(
        (&line["action"], &line["type"], &line["stream"], &line["payload"]),
        (
            &json!("send"),
            &json!("Shipped"),
            &json!("ship-2"),
            &json!({ "order": 2 })
        )
    );
    assert_eq!(line["to"], json!({ "source": "shop.ndjson", "stream": "ship-2" }));
    // Without a template nothing is done, and that is told.
    write(
        folder.path(),
        "none.toml",
        "[[compensate]]\ntype = 'Other'\nwith = 'Undone'\n",
    );
    let (plan, summary) = planned(folder.path(), &["--rule", "shipped", "--template", "none.toml"]);
    assert!(plan.is_empty());
    assert_eq!(
        summary["unrepaired"][0]["why"], "no-partner-template",
        "{summary}"
    );
    let over = ["repair", "--rule", "shipped", "-O", "shop.ndjson", "--force"];
    assert_eq!(leftfold(folder.path(), &over).code_told(), "output-is-source");
    let no_rule = ["repair", "--rule", "shiped"];
    assert_eq!(leftfold(folder.path(), &no_rule).code_told(), "no-such-check");
}
