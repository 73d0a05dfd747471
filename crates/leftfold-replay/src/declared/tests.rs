//! What declared projections do, and what is said of wrong ones.

use leftfold_event::json::{self, Value};
use leftfold_event::{Problem, ProblemCode, Timestamp};
use proptest::prelude::*;

use super::{Declared, Folds, from_toml};
use crate::projection::Projection;
use crate::step::{HandlerError, Step, StepPayload};

const ORDER: &str = r#"
[sources.x]
path = "somewhere else in the file"

[[projection]]
name = "order"
categories = ["order"]
initial = { total = 0.00, lines = [], big = 9_007_199_254_740_993 }

[[projection.on]]
type = ["ItemAdded", "ItemGiven"]
do = [
  { append = "/lines", from = "" },
  { increment = "/total", from = "/price", optional = true },
  { increment = "/counts/{/sku}" },
]

[[projection.on]]
type = "Item*"
do = [{ set = "/last", event = "type" }]

[[projection.on]]
type = "ItemRemoved"
do = [
  { remove = "/lines/[sku=/sku]" },
  { decrement = "/total", from = "/price" },
]

[[projection.on]]
type = "Repriced"
do = [{ set = "/lines/[sku=/sku]/price", from = "/price" }, { merge = "/meta", from = "/meta", optional = true }]

[[projection.on]]
type = "Renamed"
do = [
  { move = "/last", to = "/was/last" },
  { set = "/at", event = "time" },
  { set = "/version", event = "version", optional = true },
]

[[projection]]
name = "customers"
streams = "customer-*"
fold = "debezium"
"#;

fn order() -> Declared {
    match from_toml(ORDER).unwrap().swap_remove(0).folds {
        Folds::Handlers(declared) => declared,
        Folds::Builtin(name) => panic!("{name}"),
    }
}

fn run(events: &[(&str, &str)]) -> (String, Vec<String>) {
    let order = order();
    let mut state = order.initial();
    let mut problems = Vec::new();
    for (kind, payload) in events {
        let mut step = Step::new(kind, StepPayload::Json(payload.as_bytes()));
        step.time = Timestamp::from_units(1_700_000_000_123, 3);
        let before = state.to_string();
        if let Err(e) = order.apply(&mut state, &step) {
            assert_eq!(state.to_string(), before, "a failed event changes nothing");
            problems.push(e.to_string());
        }
    }
    (state.to_string(), problems)
}

#[test]
fn declarations_name_their_streams_and_folds() {
    let all = from_toml(ORDER).unwrap();
    assert_eq!(all.len(), 2);
    assert!(all[0].scope.covers("order-1", "order") && !all[0].scope.covers("stock-1", "stock"));
    assert!(all[1].scope.covers("customer-1", "customer"));
    assert_eq!(all[1].folds, Folds::Builtin("debezium".into()));
    assert_eq!(from_toml("[rules]\na = 1").unwrap(), []);
}

#[test]
fn handlers_run_in_the_order_they_are_written() {
    let (state, problems) = run(&[
        ("ItemAdded", r#"{"sku":"a","price":10.10}"#),
        ("ItemAdded", r#"{"sku":"b","price":0.20}"#),
        ("ItemGiven", r#"{"sku":"b"}"#),
        ("Unknown", "{not json, but nobody asks"),
        (
            "Repriced",
            r#"{"sku":"b","price":7,"meta":{"by":"ann","x":null}}"#,
        ),
        ("ItemRemoved", r#"{"sku":"a","price":10.10}"#),
        ("Renamed", "{}"),
    ]);
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(
        state,
        r#"{"total":0.20,"lines":[{"sku":"b","price":7},{"sku":"b"}],"big":9007199254740993,"counts":{"a":1,"b":2},"meta":{"by":"ann"},"was":{"last":"ItemRemoved"},"at":"2023-11-14T22:13:20.123Z"}"#
    );
}

#[test]
fn an_event_that_does_not_fit_is_a_problem_and_changes_nothing() {
    let (_, problems) = run(&[
        ("ItemAdded", r#"{"sku":"a","price":"ten"}"#),
        ("ItemAdded", r#"{"sku":["a"],"price":1}"#),
        ("ItemAdded", "{"),
        ("ItemRemoved", r#"{"sku":"zz","price":1}"#),
        ("Renamed", "{}"),
        ("ItemRemoved", "{}"),
    ]);
    let expected = [
        r#"action 2 at "/total": "ten" is no number"#,
        r#"action 3 at "/counts/{/sku}": the payload's "/sku" is an array: a key is a string or a number"#,
        "not JSON at byte 1: EOF while parsing an object",
        r#"action 1 at "/lines/[sku=/sku]": no element has the "sku" "zz""#,
        r#"action 1 at "/last": "/last" does not exist"#,
        r#"action 1 at "/lines/[sku=/sku]": the payload has nothing at "/sku""#,
    ];
    assert_eq!(problems, expected);
}

#[test]
fn an_unreadable_payload_stays_the_problem_it_is() {
    let problem = Problem::new(ProblemCode::PayloadEncrypted, "encrypted");
    let step = Step::new("ItemAdded", StepPayload::Unreadable(&problem));
    let result = order().apply(&mut Value::Null, &step);
    assert_eq!(result.map_err(HandlerError::into_problem), Err(problem));
}

#[test]
fn what_is_wrong_is_named_with_its_key_and_place() {
    let on = |action: &str| {
        format!("[[projection]]\nname = \"p\"\n[[projection.on]]\ntype = \"T\"\ndo = [{action}]\n")
    };
    for (text, expected) in [
        (
            "projection = 1".to_owned(),
            "line 1, column 14: projection: an array is expected, not a number",
        ),
        (
            "[[projection]]\nname = 1".to_owned(),
            "line 2, column 8: projection[0].name: a string is expected, not a number",
        ),
        (
            "[[projection]]\n".to_owned(),
            "line 1, column 1: projection[0]: name is missing",
        ),
        (
            "[[projection]]\nnmae = 1".to_owned(),
            "line 2, column 1: projection[0].nmae: unknown key; known are name,",
        ),
        (
            "[[projection]]\nname = \"p\"\nfold = \"mrege\"".to_owned(),
            "line 3, column 8: projection[0].fold: there is no fold \"mrege\"",
        ),
        (
            "[[projection]]\nname = \"merge\"\nfold = \"merge\"".to_owned(),
            "another projection is named \"merge\"",
        ),
        (
            "[[projection]]\nname = \"p\"\non = []\ninitial = { a = nan }".to_owned(),
            "projection[0].initial.a: nan is no JSON number",
        ),
        (
            on("{ set = \"/a\" }"),
            "line 5, column 7: projection[0].on[0].do[0]: from, value or event is missing",
        ),
        (
            on("{ set = \"a\", value = 1 }"),
            "line 5, column 15: projection[0].on[0].do[0].set: \"a\" is no place",
        ),
        (on("{ set = \"/a/{b}\", value = 1 }"), "\"/a/{b}\" is no place"),
        (
            on("{ set = \"/a\", from = \"b\" }"),
            "do[0].from: \"b\" is no JSON pointer",
        ),
        (
            on("{ set = \"/a\", remove = \"/b\" }"),
            "do[0].remove: only one of set",
        ),
        (
            on("{ set = \"/a\", from = \"\", value = 1 }"),
            "do[0].value: only one of from, value and event",
        ),
        (
            on("{ set = \"/a\", event = \"day\" }"),
            "do[0].event: \"day\" is no fact",
        ),
        (
            on("{ remove = \"/a\", value = 1 }"),
            "do[0].value: means nothing with \"remove\"",
        ),
        (
            on("{ set = \"/a\", value = 1, to = \"/b\" }"),
            "do[0].to: means nothing with \"set\"",
        ),
        (on("{ move = \"/a\" }"), "do[0]: to is missing"),
        (on("{ }"), "do[0]: a verb (set, increment, …) is missing"),
        ("[[projection]".to_owned(), "line 1, column 1"),
    ] {
        let message = from_toml(&text).unwrap_err().to_string();
        assert!(
            message.contains(expected),
            "{text}\n  gave: {message}\n  not:  {expected}"
        );
    }
}

fn step() -> impl Strategy<Value = (String, String)> {
    let kind = prop_oneof![
        Just("ItemAdded"),
        Just("ItemGiven"),
        Just("ItemRemoved"),
        Just("Repriced"),
        Just("Renamed")
    ];
    let payload = prop_oneof![
        8 => ("[a-c]", 0_u32..500).prop_map(|(sku, price)| format!("{{\"sku\":\"{sku}\",\"price\":{price}.5,\"meta\":{{\"{sku}\":1}}}}")),
        1 => Just("{}".to_owned()),
        1 => Just("[1".to_owned()),
        1 => Just(r#"{"sku":{},"price":1}"#.to_owned()),
    ];
    (kind.prop_map(str::to_owned), payload)
}

proptest! {
    #[test]
    fn failures_leave_no_trace_and_no_line_goes_uncounted(steps in prop::collection::vec(step(), 0..40)) {
        let events: Vec<_> = steps.iter().map(|(k, p)| (k.as_str(), p.as_str())).collect();
        // `run` asserts after every failed event that the state is what it was.
        let (state, _) = run(&events);
        let state = json::parse(state.as_bytes()).unwrap();
        let Some(Value::Array(lines)) = state.get("lines") else { return Err(TestCaseError::fail("lines")) };
        let counted: i64 = state.get("counts").and_then(Value::as_object).map_or(0, |o| {
            o.iter().filter_map(|(_, v)| match v { Value::Number(n) => n.as_i64(), _ => None }).sum()
        });
        prop_assert!(lines.len() as i64 <= counted);
    }
}
