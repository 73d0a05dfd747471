//! What `check` says of rules that name what is nowhere: neither that all is well nor that something is wrong.

use serde_json::Value;

use crate::run::{Run, folder, leftfold, write};

/// Orders: two that are placed and paid, one of them shipped.
const EVENTS: &[&str] = &[
    r#""stream":"order-1","type":"OrderPlaced","time":"2026-01-01T00:00:00Z","payload":{"orderId":"1","total":5,"lines":[{"qty":1}]}"#,
    r#""stream":"order-2","type":"OrderPlaced","time":"2026-01-01T00:00:01Z","payload":{"orderId":"2","total":7,"lines":[{"qty":2}]}"#,
    r#""stream":"order-1","type":"OrderPaid","time":"2026-01-01T00:00:02Z","payload":{"orderId":"1","paid":5}"#,
    r#""stream":"order-2","type":"OrderPaid","time":"2026-01-01T00:00:03Z","payload":{"orderId":"2","paid":7}"#,
    r#""stream":"order-1","type":"OrderShipped","time":"2026-01-01T00:00:04Z","payload":{"orderId":"1"}"#,
];

/// What `check` says of a rule with these lines, as text and as JSON.
fn checked(rule: &str) -> (Run, Value) {
    let folder = folder();
    let lines: Vec<String> = EVENTS.iter().map(|e| format!("{{{e}}}\n")).collect();
    write(folder.path(), "h.ndjson", lines.concat());
    let text = format!("[[rule]]\nname = \"r\"\nsource = \"h.ndjson\"\n{rule}\n");
    write(folder.path(), "leftfold.toml", text);
    let json = leftfold(folder.path(), &["check", "--json"]);
    let line = json
        .out
        .lines()
        .map(|l| serde_json::from_str::<Value>(l).expect("a line is JSON"))
        .find(|l| l.get("result").is_some())
        .expect("the check has a line");
    (leftfold(folder.path(), &["check"]), line)
}

#[track_caller]
fn refused(rule: &str) -> String {
    let (run, line) = checked(rule);
    assert_eq!(run.code, Some(2), "{}{}", run.out, run.err);
    assert_eq!(line["result"], "error");
    assert!(run.out.contains("could not be checked"), "{}", run.out);
    let told = line["error"]["message"].as_str().unwrap_or_default();
    assert!(run.err.contains(told), "{}", run.err);
    told.to_owned()
}

#[test]
fn a_condition_on_a_field_that_is_nowhere_is_an_error_with_what_is_near() {
    assert_eq!(
        refused("check = 'state.totl > 0'"),
        "none of the events it is about (5) has state.totl; did you mean state.total?"
    );
    assert_eq!(
        refused("types = [\"OrderPlaced\"]\ncheck = 'payload.totall > 0'"),
        "none of the events it is about (2) has payload.totall; did you mean payload.total?"
    );
    assert_eq!(
        refused("check = 'before.totl <= state.total'"),
        "none of the events it is about (5) has before.totl; did you mean before.total?"
    );
    assert_eq!(
        refused("check = 'state.zebra > 0'"),
        "none of the events it is about (5) has state.zebra; there are state.lines, state.orderId, state.paid, state.total"
    );
    // With `when`, too, what is called almost so is mistyped, and no violation.
    assert_eq!(
        refused("when = 'type == \"OrderShipped\"'\ncheck = 'before.padi == 5'"),
        "none of the events it is about (1) has before.padi; did you mean before.paid?"
    );
}

#[test]
fn a_field_that_is_there_for_some_events_is_asked_for_as_before() {
    let (run, line) = checked("check = 'state.paid > 0'");
    assert_eq!((run.code, &line["summary"]["judged"]), (Some(0), &3.into()));
    assert_eq!(line["summary"].get("note"), None);
    // What `when` singles out lacks it: that is a violation, whether other events have it or none has anything like it.
    for field in ["paid", "zebra"] {
        let rule = format!("when = 'type == \"OrderShipped\"'\ncheck = 'payload.{field} == 5'");
        let (run, line) = checked(&rule);
        assert_eq!((run.code, &line["result"]), (Some(1), &"violated".into()));
    }
    // To ask whether something is there is no mistake.
    checked("check = '!has(state.refund)'").0.ok();
    // Where it is only one alternative, it is told beside the outcome.
    let (run, _) = checked("check = 'state.totl > 0 || type == \"OrderPaid\"'");
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(
        run.err
            .contains("r: no event has state.totl; did you mean state.total?"),
        "{}",
        run.err
    );
}

#[test]
fn a_rule_that_is_about_no_event_says_so_in_the_outcome_itself() {
    let rule = "when = 'type == \"OrderShiped\"'\ncheck = 'state.paid > 0'";
    let (run, line) = checked(rule);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.out.contains("ok, no event it is about"), "{}", run.out);
    let near = "no event is of type \"OrderShiped\"; did you mean \"OrderShipped\"?";
    assert!(run.err.contains(near), "{}", run.err);
    assert_eq!(line["result"], "ok");
    assert_eq!(line["summary"]["judged"], 0);
    assert_eq!(line["summary"]["note"], format!("no event it is about; {near}"));
    for (rule, near) in [
        (
            "categories = [\"ordre\"]\ncheck = 'true'",
            "there is no category \"ordre\"; did you mean \"order\"?",
        ),
        (
            "streams = [\"order-3\"]\ncheck = 'true'",
            "there is no stream \"order-3\"; did you mean \"order-1\" or \"order-2\"?",
        ),
        (
            "when = 'payload.totl > 100'\ncheck = 'true'",
            "no event has payload.totl; did you mean payload.total?",
        ),
        (
            "when = 'type == \"OrderPlacd\"'\nexpect = 'type == \"OrderPaid\"'\nby = \"payload.orderId\"",
            "no event is of type \"OrderPlacd\"; did you mean \"OrderPlaced\" or \"OrderPaid\"?",
        ),
        (
            "when = 'payload.total > 100'\ncheck = 'true'",
            "no event it is about",
        ),
    ] {
        let (run, line) = checked(rule);
        assert_eq!(run.code, Some(0), "{rule}: {}", run.err);
        let note = line["summary"]["note"].as_str().unwrap_or_default();
        assert!(
            note.contains("no event it is about") && note.contains(near),
            "{note}"
        );
        assert!(run.out.contains("ok, no event it is about"), "{}", run.out);
    }
}

#[test]
fn build_servers_are_told_that_a_rule_is_about_no_event() {
    let folder = folder();
    write(folder.path(), "h.ndjson", format!("{{{}}}\n", EVENTS[0]));
    write(
        folder.path(),
        "leftfold.toml",
        "[[rule]]\nname = \"r\"\nsource = \"h.ndjson\"\ntypes = [\"OrderPlacd\"]\ncheck = 'true'\n",
    );
    let junit = leftfold(folder.path(), &["check", "--format", "junit"]).ok();
    assert!(
        junit.contains("<system-out>ok, no event it is about; no event is of type"),
        "{junit}"
    );
    let sarif = leftfold(folder.path(), &["check", "--format", "sarif"]).ok();
    let sarif: Value = serde_json::from_str(&sarif).expect("JSON");
    let told = &sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(told["level"], "note");
    assert!(
        told["message"]["text"]
            .as_str()
            .is_some_and(|t| t.contains("no event it is about")),
        "{told}"
    );
}

#[test]
fn what_events_that_follow_each_other_should_share_and_have_not_is_an_error() {
    let rule = |by: &str, expect: &str| {
        format!("when = 'type == \"OrderPlaced\"'\nexpect = 'type == \"{expect}\"'\nby = \"{by}\"")
    };
    assert_eq!(
        refused(&rule("payload.ordrId", "OrderPaid")),
        "by: none of the events that have to be followed (2) has payload.ordrId; did you mean payload.orderId?"
    );
    assert_eq!(
        refused(&rule("payload.total", "OrderPaid")),
        "by: none of the events that may follow (2) has payload.total; other events have it"
    );
    let complete = format!("{}\nsettled = true", rule("payload.orderId", "OrderPayed"));
    let (run, line) = checked(&complete);
    assert_eq!((run.code, &line["result"]), (Some(1), &"violated".into()));
    assert!(
        run.err
            .contains("no event is of type \"OrderPayed\"; did you mean"),
        "{}",
        run.err
    );
    checked(&rule("payload.orderId", "OrderPaid")).0.ok();
}
