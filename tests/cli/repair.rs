//! What `repair` plans, and what is left after that.

use std::fs;

use serde_json::{Value, json};

use crate::run::{Run, folder, leftfold, write};

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

fn event(id: &str, version: u32, kind: &str, payload: &Value) -> Value {
    json!({ "stream": "order-1", "version": version, "id": id, "type": kind, "time": format!("2026-01-01T00:00:0{version}Z"), "payload": payload })
}

/// `left.ndjson` and `right.ndjson` of these events.
fn two(left: &[Value], right: &[Value]) -> tempfile::TempDir {
    let folder = folder();
    for (name, events) in [("left.ndjson", left), ("right.ndjson", right)] {
        let lines: Vec<String> = events.iter().map(|e| format!("{e}\n")).collect();
        write(folder.path(), name, lines.concat());
    }
    folder
}

/// Four events of which the right side lacks one, has one twice, one that says something else, and one too many.
fn faulty() -> tempfile::TempDir {
    let plain = |n: u32| event(&format!("id-{n}"), n, "Paid", &json!({ "amount": n }));
    let left: Vec<Value> = (1..=4).map(plain).collect();
    let mut right = vec![left[0].clone(), left[0].clone(), left[2].clone()];
    right.push(event("id-4", 4, "Paid", &json!({ "amount": 99.10 })));
    right.push(event("id-x", 5, "Paid", &json!({ "amount": 5 })));
    let folder = two(&left, &right);
    // A number as nobody's library would write it.
    let path = folder.path().join("right.ndjson");
    let text = fs::read_to_string(&path)
        .expect("the file")
        .replace("99.1}", "99.10}");
    fs::write(path, text).expect("the file");
    folder
}

fn actions(plan: &[Value]) -> Vec<String> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    plan.iter()
        .map(|l| {
            format!(
                "{} {} for {}",
                text(&l["action"]),
                text(&l["id"]),
                text(&l["because"]["category"])
            )
        })
        .collect()
}

#[test]
fn each_finding_has_its_step_and_what_a_re_sent_event_stands_behind_is_told() {
    let folder = faulty();
    let run = leftfold(
        folder.path(),
        &["repair", "left.ndjson", "right.ndjson", "--settled", "--json"],
    );
    assert_eq!(run.code, Some(1), "{}", run.err);
    let (plan, summary) = lines(&run);
    assert_eq!(
        actions(&plan),
        [
            "skip id-1 for duplicate",
            "skip id-x for extra",
            "re-send id-2 for missing",
            "re-send id-4 for conflict"
        ]
    );
    assert_eq!(
        (&plan[2]["behind"], &plan[3]["behind"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(
        plan[2]["to"],
        json!({ "side": "right", "source": "right.ndjson", "stream": "order-1" })
    );
    assert_eq!(plan[2]["payload"], json!({ "amount": 2 }));
    assert_eq!(summary["sent"], false);
    assert_eq!(
        summary["actions"],
        json!({ "skip": 2, "compensate": 0, "re-send": 2 })
    );
    assert_eq!(summary["unrepaired"], json!([]));
    assert_eq!(
        summary["after"],
        json!({ "findings": 1, "remaining": [{ "category": "reordered", "findings": 1, "why": "behind" }] })
    );
}

#[test]
fn a_template_undoes_what_is_wrong_with_the_digits_of_the_wrong_event() {
    let folder = faulty();
    write(
        folder.path(),
        "leftfold.toml",
        "[[compensate]]\ntype = 'Paid'\nwith = 'Refunded'\npayload = { of = '{id}', amount = '{payload@/amount}' }\n",
    );
    let args = ["repair", "left.ndjson", "right.ndjson", "--settled", "--json"];
    let (plan, summary) = lines(&leftfold(folder.path(), &args));
    assert_eq!(
        summary["actions"],
        json!({ "skip": 0, "compensate": 3, "re-send": 2 })
    );
    let undone = plan
        .iter()
        .find(|l| l["undoes"]["id"] == "id-4")
        .expect("the conflict is undone");
    assert_eq!(undone["type"], "Refunded");
    assert_eq!(undone["causation_id"], "id-4");
    assert!(
        undone.get("version").is_none() && undone.get("time").is_none(),
        "{undone}"
    );
    // The same again, so that a plan can be sent twice.
    assert_eq!(lines(&leftfold(folder.path(), &args)).0, plan);
    let text = leftfold(folder.path(), &args).out;
    assert!(text.contains(r#"{"amount":99.10,"of":"id-4"}"#), "{text}");
    // One that asks for what the event does not have fits nothing.
    write(
        folder.path(),
        "other.toml",
        "[[compensate]]\ntype = 'Paid'\nwith = 'Refunded'\npayload = { of = '{payload@/currency}' }\n",
    );
    let with = [
        &args[..],
        &["--template", "other.toml", "--conflicts", "compensate"],
    ]
    .concat();
    let (_, summary) = lines(&leftfold(folder.path(), &with));
    assert_eq!(summary["actions"]["compensate"], 0);
    assert_eq!(
        summary["unrepaired"],
        json!([{ "category": "conflict", "findings": 1, "why": "no-template" }])
    );
    write(
        folder.path(),
        "wrong.toml",
        "[[compensate]]\ntype = 'Paid'\nwith = 'R'\npayload = '{oops}'\n",
    );
    let wrong = leftfold(
        folder.path(),
        &[
            "repair",
            "left.ndjson",
            "right.ndjson",
            "--template",
            "wrong.toml",
        ],
    )
    .failed();
    assert!(
        wrong.contains("wrong.toml") && wrong.contains("{oops} is no place"),
        "{wrong}"
    );
}

#[test]
fn what_is_sent_again_goes_where_its_stream_lies_on_the_other_side() {
    let with = |n: u32, topic: &str| {
        let mut event = event(&format!("id-{n}"), n, "Paid", &json!({ "n": n }));
        event["topic"] = topic.into();
        event["key"] = "the key".into();
        event
    };
    let left: Vec<Value> = (1..=3).map(|n| with(n, "orders")).collect();
    let folder = two(&left, &[with(1, "orders-mirror"), with(2, "orders-mirror")]);
    let (plan, _) = lines(&leftfold(
        folder.path(),
        &["repair", "left.ndjson", "right.ndjson", "--settled", "--json"],
    ));
    assert_eq!(plan[0]["to"]["topic"], "orders-mirror");
    assert_eq!(plan[0]["to"]["key"], "the key");
    assert_eq!(plan[0]["topic"], "orders");
}

#[test]
fn the_other_side_may_be_right_and_nothing_is_left_when_what_is_missing_comes_last() {
    let plain = |n: u32| event(&format!("id-{n}"), n, "Paid", &json!({ "n": n }));
    let all: Vec<Value> = (1..=4).map(plain).collect();
    let folder = two(&all[..2], &all);
    let args = [
        "repair",
        "left.ndjson",
        "right.ndjson",
        "--from",
        "right",
        "--settled",
        "--json",
    ];
    let (plan, summary) = lines(&leftfold(folder.path(), &args));
    assert_eq!(
        actions(&plan),
        ["re-send id-3 for extra", "re-send id-4 for extra"]
    );
    assert_eq!(summary["for"], "left.ndjson");
    assert_eq!(summary["after"], json!({ "findings": 0, "remaining": [] }));
    // Without --settled the last second is inside the lag tolerance.
    let (plan, summary) = lines(&leftfold(
        folder.path(),
        &[
            "repair",
            "left.ndjson",
            "right.ndjson",
            "--from",
            "right",
            "--json",
        ],
    ));
    assert_eq!(plan.len(), 0);
    assert_eq!(
        summary["unrepaired"],
        json!([{ "category": "extra", "findings": 2, "why": "pending" }])
    );
}

#[test]
fn the_demos_plan_leaves_what_it_says_and_what_it_says_reads_well() {
    let folder = folder();
    leftfold(folder.path(), &["demo", "--events", "3000", "--mirror"]).ok();
    let before = fs::read(folder.path().join("shop-mirror.ndjson")).expect("the mirror");
    let run = leftfold(
        folder.path(),
        &["repair", "shop.db", "shop-mirror.ndjson", "-o", "plan.ndjson"],
    );
    assert_eq!(run.code, Some(1), "{}", run.err);
    insta::assert_snapshot!(run.out);
    assert!(run.err.contains("nothing was sent"), "{}", run.err);
    // What obeying it on a log that is appended to leaves is told where it is forecast.
    assert!(
        run.err.contains("in a log that is appended to both stay"),
        "{}",
        run.err
    );
    let plan = fs::read_to_string(folder.path().join("plan.ndjson")).expect("the plan");
    assert_eq!(plan.lines().count(), 17);
    // Nothing was done to either side.
    assert_eq!(
        fs::read(folder.path().join("shop-mirror.ndjson")).expect("the mirror"),
        before
    );
    let again = ["repair", "shop.db", "shop-mirror.ndjson", "-O", "plan.ndjson"];
    assert_eq!(leftfold(folder.path(), &again).code_told(), "output-exists");
    let over = [
        "repair",
        "shop.db",
        "shop-mirror.ndjson",
        "-O",
        "shop.db",
        "--force",
    ];
    assert_eq!(leftfold(folder.path(), &over).code_told(), "output-is-source");
    let then = ["repair", "shop.db", "shop-mirror.ndjson", "--at", "-1h"];
    assert_eq!(leftfold(folder.path(), &then).code_told(), "usage");
    // The events of the plan can be read as events.
    let read = leftfold(folder.path(), &["events", "plan.ndjson", "--json"]).ok();
    assert_eq!(read.lines().count(), 17);
    let same = leftfold(folder.path(), &["repair", "shop.db", "shop.db"]).ok();
    assert!(
        same.contains("\nnothing\n") && same.contains("0 findings before, 0 after"),
        "{same}"
    );
}

#[test]
fn an_event_that_is_sent_again_has_its_id_as_the_other_side_writes_ids() {
    let id = |n: u32| format!("01a1f9af-e4cb-768e-8f9b-c0fad67a1d{n:02}");
    let one = |n: u32, id: &str| event(id, n, "Paid", &json!({ "amount": n }));
    let left: Vec<Value> = (1..=3).map(|n| one(n, &id(n).replace('-', ""))).collect();
    let right = [one(1, &id(1)), one(3, &id(3))];
    let folder = two(&left, &right);
    let planned = |sides: [&str; 2]| {
        let run = leftfold(
            folder.path(),
            &["repair", sides[0], sides[1], "--settled", "--json"],
        );
        let line: Value = serde_json::from_str(run.out.lines().next().expect("a line")).expect("JSON");
        line["id"].as_str().map(str::to_owned)
    };
    assert_eq!(planned(["left.ndjson", "right.ndjson"]), Some(id(2)));
}
