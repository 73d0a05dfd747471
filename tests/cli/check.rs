//! What `check` says of the comparisons and rules of a project file, and how comparisons get there.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::run::{Run, folder, leftfold, leftfold_reading, shop, write};

/// The project file that the README shows for the demo.
pub(crate) fn of_readme() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(path).expect("the README is there");
    let start = readme.find("[[comparison]]").expect("it shows a comparison");
    let text = &readme[start..];
    text[..text.find("```").expect("the block ends")].to_owned()
}

/// The demo, its copy and the README's project file.
fn demo() -> tempfile::TempDir {
    let folder = folder();
    leftfold(folder.path(), &["demo", "--events", "3000", "--mirror"]).ok();
    write(folder.path(), "leftfold.toml", of_readme());
    folder
}

fn lines(run: &Run) -> Vec<Value> {
    run.out
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect()
}

/// The line of each check, by name.
fn of<'l>(lines: &'l [Value], check: &str) -> &'l Value {
    lines
        .iter()
        .find(|l| l["check"] == check && l.get("result").is_some())
        .expect("each check has a line")
}

/// A folder with one history `h.ndjson` and this project file.
fn project(events: &[&str], text: &str) -> tempfile::TempDir {
    let folder = folder();
    let lines: Vec<String> = events.iter().map(|e| format!("{{{e}}}\n")).collect();
    write(folder.path(), "h.ndjson", lines.concat());
    write(folder.path(), "leftfold.toml", text);
    folder
}

#[test]
fn the_file_of_the_readme_finds_what_went_wrong_in_the_demo() {
    let demo = demo();
    let run = leftfold(demo.path(), &["check", "--json"]);
    assert_eq!(run.code, Some(1), "{}", run.err);
    let all = lines(&run);
    assert_eq!(
        all.last(),
        Some(&serde_json::json!({"summary": {"checks": 4, "ok": 1, "violated": 3, "error": 0}}))
    );
    let copy = of(&all, "copy");
    assert_eq!(copy["result"], "violated");
    assert_eq!(copy["summary"]["verdict"], "never");
    assert_eq!(of(&all, "paid before it is shipped")["result"], "ok");
    let found = |check: &str| -> Vec<&Value> {
        all.iter()
            .filter(|l| l["check"] == check && l.get("category").is_some())
            .collect()
    };
    // Lamps that were promised twice, until new ones came.
    let stock = found("stock never below zero");
    assert_eq!(stock.len(), 1, "{stock:?}");
    assert_eq!(stock[0]["stream"], "stock-SKU-0007");
    assert_eq!(
        (&stock[0]["category"], &stock[0]["status"]),
        (&Value::from("rule"), &Value::from("healed"))
    );
    assert_eq!(stock[0]["left"]["payload"]["available"], -1);
    assert_eq!(stock[0]["left"]["source"], "shop.db");
    // The payment that its order was never told of.
    let lost = found("a captured payment reaches its order");
    let streams: Vec<&Value> = lost.iter().map(|l| &l["stream"]).collect();
    let told = leftfold(
        demo.path(),
        &["events", "shop.db", "--type", "OrderExpired", "--json"],
    )
    .ok();
    let expired: Value = serde_json::from_str(told.lines().next().expect("one")).expect("JSON");
    let order = expired["stream"].as_str().unwrap_or_default();
    assert_eq!(streams, [&Value::from(order.replace("order", "payment"))]);
    assert_eq!(lost[0]["category"], "deadline");
    let compared = leftfold(demo.path(), &["compare", "copy", "--json"]);
    assert_eq!(compared.out.lines().count() - 1, found("copy").len());
}

#[test]
fn what_a_reader_sees_is_a_line_for_each_check_and_the_first_findings() {
    let demo = demo();
    let run = leftfold(demo.path(), &["check", "-c", "2"]);
    assert_eq!(run.code, Some(1));
    insta::assert_snapshot!(run.out);
    let one = leftfold(demo.path(), &["check", "paid before it is shipped"]).ok();
    assert!(one.contains("1 check: everything holds"), "{one}");
    let wrong = leftfold(demo.path(), &["check", "stock never below zer"]).failed();
    assert!(
        wrong.contains("did you mean \"stock never below zero\""),
        "{wrong}"
    );
}

#[test]
fn a_report_for_a_build_server_has_a_test_case_for_each_check() {
    let demo = demo();
    let args = ["check", "--format", "junit", "-O", "report.xml"];
    let run = leftfold(demo.path(), &args);
    assert_eq!((run.code, run.out.as_str()), (Some(1), ""), "{}", run.err);
    let xml = fs::read_to_string(demo.path().join("report.xml")).expect("it is written");
    assert!(xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"leftfold\" tests=\"4\" failures=\"3\" errors=\"0\">"));
    for part in [
        "<testcase classname=\"comparison\" name=\"copy\">",
        "<testcase classname=\"rule\" name=\"paid before it is shipped\"/>",
        "<failure type=\"violation\" message=\"1 finding in 1 stream, first in stock-SKU-0007 since 2026-11-20T",
        "state.available &gt;= 0 does not hold",
    ] {
        assert!(xml.contains(part), "{part}: {xml}");
    }
    assert_eq!(xml.matches("<testcase ").count(), 4);
    // What is there already is replaced only when asked for, and what is looked at never.
    assert_eq!(leftfold(demo.path(), &args).code_told(), "output-exists");
    assert_eq!(
        leftfold(
            demo.path(),
            &["check", "--format", "junit", "-O", "report.xml", "--force"]
        )
        .code,
        Some(1)
    );
    let source = ["check", "-O", "shop-mirror.ndjson", "--force"];
    assert_eq!(leftfold(demo.path(), &source).code_told(), "output-is-source");
}

#[test]
fn a_report_as_sarif_has_a_rule_for_each_check_and_a_result_for_each_finding() {
    let demo = demo();
    let run = leftfold(demo.path(), &["check", "--format", "sarif"]);
    assert_eq!(run.code, Some(1));
    let sarif: Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    assert_eq!(rules.len(), 4);
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    let results = run["results"].as_array().expect("results");
    for result in results {
        let index = result["ruleIndex"].as_u64().expect("a number") as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert_eq!(result["kind"] == "fail", result["level"] != "none");
    }
    let stock = results
        .iter()
        .find(|r| r["ruleId"] == "stock never below zero")
        .expect("it is violated");
    assert_eq!(stock["level"], "warning");
    assert_eq!(
        stock["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "shop.db"
    );
    assert_eq!(stock["properties"]["stream"], "stock-SKU-0007");
    assert!(stock["properties"]["version"].is_u64() && stock["properties"]["position"].is_u64());
    assert!(
        stock["message"]["text"]
            .as_str()
            .is_some_and(|t| t.contains("does not hold"))
    );
    let extra = results
        .iter()
        .find(|r| r["properties"]["category"] == "extra")
        .expect("one is too many");
    assert_eq!(
        extra["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "shop-mirror.ndjson"
    );
}

#[test]
fn a_check_that_cannot_be_run_is_an_error_and_stops_no_other() {
    let events = [
        r#""stream":"s-1","type":"A","payload":{"n":1}"#,
        r#""stream":"s-1","type":"A","payload":{"n":"x"}"#,
    ];
    let text = r#"
        [[rule]]
        name = "good"
        source = "h.ndjson"
        check = "payload.n > 0"
        [[rule]]
        name = "mistyped"
        source = "h.ndjson"
        chekc = "true"
        [[rule]]
        name = "fails"
        source = "h.ndjson"
        check = "payload.n"
        [[rule]]
        name = "nowhere"
        source = "nothing.db"
        check = "true"
        [[rule]]
        name = "of no source"
        check = "true"
        [[comparison]]
        name = "same"
        left = "h.ndjson"
        right = "h.ndjson"
    "#;
    let folder = project(&events, text);
    let run = leftfold(folder.path(), &["check", "--json"]);
    assert_eq!(run.code, Some(2));
    let all = lines(&run);
    let said = |check: &str| {
        of(&all, check)["error"]["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(of(&all, "good")["result"], "ok");
    assert_eq!(of(&all, "good")["summary"]["failed"]["events"], 1);
    assert_eq!(of(&all, "same")["result"], "ok");
    assert!(
        said("mistyped").contains("line 9: unknown key `chekc`"),
        "{}",
        said("mistyped")
    );
    assert!(said("fails").contains("any event, 2 in all"), "{}", said("fails"));
    assert!(said("nowhere").contains("nothing.db"));
    assert!(said("of no source").contains("--source"));
    assert!(
        run.err
            .contains(r#"{"note":{"message":"good: it could not be judged for 1 event: "#),
        "{}",
        run.err
    );
    assert_eq!(run.err.matches("{\"error\":").count(), 4, "{}", run.err);
    let given = leftfold(folder.path(), &["check", "of no source", "--source", "h.ndjson"]).ok();
    assert!(given.contains("everything holds"));
    // What would take no notice of it says so, instead of judging something else.
    let other = leftfold(folder.path(), &["check", "good", "--source", "nowhere.ndjson"]).failed();
    assert!(
        other.contains("error[usage]") && other.contains("none of these is one"),
        "{other}"
    );
    let junit = leftfold(folder.path(), &["check", "--format", "junit"]);
    assert!(junit.out.contains("failures=\"0\" errors=\"4\""), "{}", junit.out);
    let sarif = leftfold(folder.path(), &["check", "--format", "sarif"]);
    assert!(
        sarif.out.contains("\"executionSuccessful\":false"),
        "{}",
        sarif.out
    );
    // Other verbs take no notice.
    let streams = leftfold(folder.path(), &["streams", "h.ndjson"]);
    assert_eq!((streams.code, streams.err.as_str()), (Some(0), ""));
}

#[test]
fn nothing_to_check_is_an_error() {
    let empty = folder();
    let none = leftfold(empty.path(), &["check"]).failed();
    assert!(none.contains("there is no leftfold.toml"), "{none}");
    write(empty.path(), "leftfold.toml", "");
    let none = leftfold(empty.path(), &["check"]).failed();
    assert!(
        none.contains("states no [[comparison]] and no [[rule]]"),
        "{none}"
    );
    assert!(
        leftfold(empty.path(), &["check", "--project", "nowhere"])
            .failed()
            .contains("nowhere")
    );
}

#[test]
fn a_project_elsewhere_is_checked_from_where_it_lies() {
    let text = "[[source]]\nname = \"here\"\npath = \"h.ndjson\"\n\
                [[rule]]\nname = \"r\"\nsource = \"here\"\ncheck = \"payload.n > 1\"\n\
                [[rule]]\nname = \"given\"\ncheck = \"payload.n > 1\"\n";
    let there = project(&[r#""stream":"s-1","type":"A","payload":{"n":1}"#], text);
    let here = project(&[r#""stream":"s-1","type":"A","payload":{"n":2}"#], "");
    let path = there.path().to_str().expect("a path");
    let run = leftfold(
        here.path(),
        &[
            "check",
            "--project",
            path,
            "--source",
            "h.ndjson",
            "--json",
            "-O",
            "out.ndjson",
        ],
    );
    assert_eq!(run.code, Some(1), "{}", run.err);
    let out = fs::read_to_string(here.path().join("out.ndjson")).expect("it is written here");
    assert!(out.contains(r#"{"check":"r","result":"violated""#), "{out}");
    assert!(out.contains(r#"{"check":"given","result":"ok""#), "{out}");
    let event = "{\"stream\":\"s-1\",\"type\":\"A\",\"payload\":{\"n\":5}}\n";
    let piped = leftfold_reading(
        there.path(),
        &["check", "given", "--source", "-"],
        event.as_bytes(),
    );
    piped.ok();
}

#[test]
fn what_is_in_a_stream_cannot_command_a_terminal_or_break_a_report() {
    let text = "[[rule]]\nname = \"r\\u001b[2J<&\\\"\"\nsource = \"h.ndjson\"\ncheck = \"payload.n > 1\"\n";
    let event = r#""stream":"s-\u001b[2J\uffff<","type":"A\n","payload":{"n":1}"#;
    let folder = project(&[event], text);
    let text = leftfold(folder.path(), &["check"]);
    assert_eq!(text.code, Some(1));
    assert!(!text.out.contains('\u{1b}'), "{}", text.out);
    let xml = leftfold(folder.path(), &["check", "--format", "junit"]).out;
    assert!(!xml.contains(['\u{1b}', '\u{ffff}']), "{xml}");
    assert!(xml.contains("name=\"r\\u{1b}[2J&lt;&amp;&quot;\""), "{xml}");
    let sarif = leftfold(folder.path(), &["check", "--format", "sarif"]).out;
    let sarif: Value = serde_json::from_str(&sarif).expect("JSON");
    assert_eq!(
        sarif["runs"][0]["results"][0]["properties"]["stream"],
        "s-\u{1b}[2J\u{ffff}<"
    );
}

#[test]
fn a_comparison_is_saved_and_run_by_its_name() {
    let folder = folder();
    fs::copy(shop().join("shop.db"), folder.path().join("a.db")).expect("a copy");
    fs::copy(shop().join("shop.db"), folder.path().join("b.db")).expect("a copy");
    let before = "# ours\n[[rule]]\nname = \"r\" # kept\ncheck = \"true\"\n";
    write(folder.path(), "leftfold.toml", before);
    let saved = leftfold(
        folder.path(),
        &[
            "compare",
            "a.db",
            "b.db",
            "--ignore",
            "/reason",
            "--lag-tolerance",
            "5s",
            "--save",
            "both",
        ],
    );
    assert!(saved.err.contains("\"both\" is saved in"), "{}", saved.err);
    assert!(!saved.err.contains("in place of"), "{}", saved.err);
    let text = fs::read_to_string(folder.path().join("leftfold.toml")).expect("it is there");
    assert!(text.starts_with(before), "{text}");
    assert!(
        text.ends_with(
            "[[comparison]]\nname = \"both\"\nleft = \"a.db\"\nright = \"b.db\"\nmode = \"mirror\"\nignore = [\"/reason\"]\nlag_tolerance = \"5s\"\n"
        ),
        "{text}"
    );
    let named = leftfold(folder.path(), &["compare", "both"]).ok();
    assert_eq!(named, saved.ok());
    // What is said beside the name counts before what stands there.
    let only = leftfold(
        folder.path(),
        &["compare", "both", "--only-category", "stock", "--json"],
    )
    .ok();
    let all = leftfold(folder.path(), &["compare", "both", "--json"]).ok();
    assert!(only != all, "{only}");
    let error = |args: &[&str]| leftfold(folder.path(), args).failed();
    assert!(error(&["compare", "a.db"]).contains("name the other side"));
    assert!(error(&["compare", "boht"]).contains("there are both"));
    assert!(error(&["compare", "both", "--save", "x"]).contains("RIGHT"));
    assert!(error(&["compare", "a.db", "b.db", "--save", "r"]).contains("a rule is called so"));
    assert!(error(&["compare", "a.db", "b.db", "--save", " "]).contains("give it a name"));
    // Whoever saves again under a name is told that something was there.
    let again = leftfold(folder.path(), &["compare", "a.db", "b.db", "--save", "both"]);
    assert!(
        again.err.contains("in place of the one of that name"),
        "{}",
        again.err
    );
}

/// A stock that is below zero from 10 s to 30 s, a payment at 12 s that its order is told of after 40 s, and a copy that lacks an event for 15 s.
fn at_moments() -> tempfile::TempDir {
    let at = |second: u32| format!("\"time\":\"2026-01-01T00:00:{second:02}Z\"");
    let event = |stream: &str, kind: &str, second: u32, payload: &str| {
        format!(
            "\"stream\":\"{stream}\",\"type\":\"{kind}\",\"id\":\"{stream}-{kind}-{second}\",{},\"payload\":{payload}",
            at(second)
        )
    };
    let events = [
        event("stock-1", "Counted", 0, r#"{"n":1}"#),
        event("stock-1", "Sold", 10, r#"{"n":-1}"#),
        event("payment-1", "Paid", 12, r#"{"order":1}"#),
        event("stock-1", "Counted", 30, r#"{"n":5}"#),
        event("clock-1", "Ticked", 44, "{}"),
        event("order-1", "Told", 52, r#"{"order":1}"#),
        event("clock-1", "Ticked", 59, "{}"),
    ];
    let lines: Vec<&str> = events.iter().map(String::as_str).collect();
    let folder = project(
        &lines,
        "[[rule]]\nname = 'stock'\nsource = 'h.ndjson'\ncheck = 'state.n >= 0'\n\
         [[rule]]\nname = 'told'\nsource = 'h.ndjson'\nwhen = 'type == \"Paid\"'\nexpect = 'type == \"Told\"'\n\
         by = 'payload.order'\nwithin = '30s'\n\
         [[comparison]]\nname = 'copy'\nleft = 'h.ndjson'\nright = 'copy.ndjson'\nlag_tolerance = '10s'\n",
    );
    let copy = events.iter().map(|e| {
        let e = if e.contains("Sold") {
            e.replace(&at(10), &at(25))
        } else {
            e.clone()
        };
        format!("{{{e}}}\n")
    });
    write(folder.path(), "copy.ndjson", copy.collect::<String>());
    folder
}

#[test]
fn checks_are_as_known_at_a_moment() {
    let folder = at_moments();
    let at = |second: u32| {
        let time = format!("2026-01-01T00:00:{second:02}Z");
        let run = leftfold(folder.path(), &["check", "--json", "--at", &time]);
        let all = lines(&run);
        let result = |check: &str| {
            let line = of(&all, check);
            let summary = &line["summary"];
            let pending = if check == "copy" {
                &summary["findings"]["pending"]
            } else {
                &summary["pending"]
            };
            (
                line["result"].as_str().expect("a word").to_owned(),
                pending.as_u64().unwrap_or(0),
                summary["healed"].as_u64().unwrap_or(0),
            )
        };
        let told = (result("stock"), result("told"));
        assert_eq!(of(&all, "stock")["summary"]["at"], time);
        (told, of(&all, "copy").clone(), run.code)
    };
    let ok = || ("ok".to_owned(), 0, 0);
    let violated = |healed| ("violated".to_owned(), 0, healed);
    let (told, copy, code) = at(5);
    assert_eq!((told, code), ((ok(), ok()), Some(0)));
    assert_eq!(copy["result"], "ok");
    // Below zero; the payment may still be told, and the copy may still get what it lacks.
    let (told, copy, code) = at(15);
    assert_eq!((told, code), ((violated(0), ("ok".to_owned(), 1, 0)), Some(1)));
    assert_eq!(
        (&copy["result"], &copy["summary"]["lag"]["max"]),
        (&"ok".into(), &0.into())
    );
    let (told, copy, _) = at(45);
    assert_eq!(told, (violated(1), violated(0)));
    assert_eq!(
        (&copy["result"], &copy["summary"]["lag"]["max"]),
        (&"violated".into(), &15.into())
    );
    let (told, ..) = at(55);
    assert_eq!(told, (violated(1), violated(1)));
    // -4s is before the last event; what was not known then is not said.
    let before = leftfold(folder.path(), &["check", "stock", "--json", "--at", "-44s"]);
    assert_eq!(
        of(&lines(&before), "stock")["summary"]["at"],
        "2026-01-01T00:00:15Z"
    );
    let both = leftfold(folder.path(), &["check", "--follow", "--at", "-1s"]);
    assert_eq!(both.code, Some(2));
}

#[test]
fn a_deadline_has_passed_at_a_moment_only_if_what_had_come_by_then_says_so() {
    let folder = project(
        &[
            r#""stream":"p-1","type":"Paid","time":"2026-01-01T10:00:00Z","payload":{"order":1}"#,
            r#""stream":"x-1","type":"X","time":"2026-01-01T10:20:00Z","payload":{}"#,
        ],
        "[[rule]]\nname = 'told'\nsource = 'h.ndjson'\nwhen = 'type == \"Paid\"'\nexpect = 'type == \"Told\"'\nby = 'payload.order'\nwithin = '1m'\n",
    );
    let at = |time: &str| {
        let run = leftfold(
            folder.path(),
            &["check", "--json", "--at", &format!("2026-01-01T{time}Z")],
        );
        let all = lines(&run);
        let summary = &of(&all, "told")["summary"];
        (summary["violations"].as_u64(), summary["pending"].as_u64())
    };
    assert_eq!(at("10:10:00"), (Some(0), Some(1)));
    assert_eq!(at("10:20:00"), (Some(1), None));
    assert_eq!(at("11:00:00"), (Some(1), None));
}

#[test]
fn a_follower_without_a_time_is_not_taken_for_being_in_time() {
    let folder = project(
        &[
            r#""stream":"p-1","type":"Paid","time":"2026-01-01T10:00:00Z","payload":{"order":1}"#,
            r#""stream":"o-1","type":"Told","payload":{"order":1}"#,
            r#""stream":"p-2","type":"Paid","time":"2026-01-01T10:00:00Z","payload":{"order":2}"#,
            r#""stream":"o-2","type":"Told","payload":{"order":2}"#,
            r#""stream":"o-2","type":"Told","time":"2026-01-01T10:00:30Z","payload":{"order":2}"#,
            r#""stream":"x-1","type":"X","time":"2026-01-01T10:20:00Z","payload":{}"#,
        ],
        "[[rule]]\nname = 'told'\nsource = 'h.ndjson'\nwhen = 'type == \"Paid\"'\nexpect = 'type == \"Told\"'\nby = 'payload.order'\nwithin = '1m'\n\
         [[rule]]\nname = 'ever'\nsource = 'h.ndjson'\nwhen = 'type == \"Paid\"'\nexpect = 'type == \"Told\"'\nby = 'payload.order'\n",
    );
    let run = leftfold(folder.path(), &["check", "--json"]);
    let all = lines(&run);
    let summary = &of(&all, "told")["summary"];
    assert_eq!(
        (summary["violations"].as_u64(), summary["untimed"].as_u64()),
        (Some(1), Some(1))
    );
    assert!(
        run.err
            .contains("told: 1 event is followed only by one that has no time"),
        "{}",
        run.err
    );
    // Without a deadline it has followed.
    let ever = &of(&all, "ever")["summary"];
    assert_eq!(
        (ever["violations"].as_u64(), ever["untimed"].as_u64()),
        (Some(0), None)
    );
}

#[test]
fn a_projects_report_is_as_known_at_a_moment_too() {
    let folder = at_moments();
    let report = |at: &str| {
        let args = ["report", "--project", ".", "--at", at, "-O", "r.html", "--force"];
        let run = leftfold(folder.path(), &args);
        let html = fs::read_to_string(folder.path().join("r.html")).expect("it is written");
        (html, run.code)
    };
    let (html, code) = report("2026-01-01T00:00:05Z");
    assert_eq!(code, Some(0));
    assert!(html.contains("3 of 3 checks hold"));
    assert_eq!(
        html.matches("As known at 2026-01-01T00:00:05Z: what came later had not come.")
            .count(),
        3
    );
    let (html, code) = report("2026-01-01T00:00:45Z");
    assert_eq!(code, Some(1));
    assert!(html.contains("0 of 3 checks hold: 3 violated"));
}

#[test]
fn events_that_cannot_be_read_are_told_where_a_rule_may_be_about_them() {
    let time = "\"time\":\"2026-01-01T00:00:00Z\"";
    let cut = "\"payload_base64\":\"/wD/AA==\"";
    let paid = format!("\"stream\":\"p-1\",\"type\":\"Paid\",{time},{cut}");
    let good = format!("\"stream\":\"p-2\",\"type\":\"Paid\",{time},\"payload\":{{\"order\":2,\"n\":1}}");
    let told = format!("\"stream\":\"o-2\",\"type\":\"Told\",{time},\"payload\":{{\"order\":2,\"n\":1}}");
    let other = format!("\"stream\":\"x-1\",\"type\":\"X\",{time},{cut}");
    let folder = project(
        &[&paid, &good, &told, &other],
        "[[rule]]\nname = 'follows'\nsource = 'h.ndjson'\nwhen = 'type == \"Paid\"'\nexpect = 'type == \"Told\"'\n\
         by = 'payload.order'\nwithin = '30s'\n\
         [[rule]]\nname = 'when'\nsource = 'h.ndjson'\nwhen = 'payload.n > 0'\ncheck = 'payload.order > 0'\n\
         [[rule]]\nname = 'plain'\nsource = 'h.ndjson'\ncheck = 'payload.n > 0'\n\
         [[rule]]\nname = 'names'\nsource = 'h.ndjson'\ncheck = 'type != \"Y\"'\n",
    );
    let run = leftfold(folder.path(), &["check", "--json"]);
    let all = lines(&run);
    let unjudged = |check: &str| {
        let summary = &of(&all, check)["summary"];
        [&summary["unread"], &summary["failed"]["events"]].map(Value::as_u64)
    };
    // The key of what has to be followed is not known; conditions on bytes fail.
    assert_eq!(
        ["follows", "when", "plain", "names"].map(unjudged),
        [[Some(1), None], [None, Some(2)], [None, Some(2)], [None, None]],
        "{}",
        run.out
    );
    for told in [
        "follows: 1 event has a payload that cannot be read",
        "when: it could not be judged for 2 events",
        "plain: it could not be judged for 2 events",
    ] {
        assert!(run.err.contains(told), "{}", run.err);
    }
    assert_eq!(run.code, Some(0));
}

#[test]
fn objects_are_one_key_if_they_mean_the_same() {
    let at = |second: u32| format!("\"time\":\"2026-01-01T00:{second:02}:00Z\"");
    let folder = project(
        &[
            &format!(
                "\"stream\":\"p-1\",\"type\":\"Paid\",{},\"payload\":{{\"of\":{{\"shop\":1,\"order\":\"7\"}}}}",
                at(0)
            ),
            &format!(
                "\"stream\":\"o-1\",\"type\":\"Told\",{},\"payload\":{{\"of\":{{ \"order\":\"7\", \"shop\":1.0 }}}}",
                at(1)
            ),
            &format!(
                "\"stream\":\"c-1\",\"type\":\"Ticked\",{},\"payload\":{{}}",
                at(9)
            ),
        ],
        "[[rule]]\nname = 'told'\nsource = 'h.ndjson'\nwhen = 'type == \"Paid\"'\nexpect = 'type == \"Told\"'\nby = 'payload.of'\nwithin = '2m'\n",
    );
    let run = leftfold(folder.path(), &["check"]);
    assert_eq!(run.code, Some(0), "{}", run.out);
    let run = leftfold(
        folder.path(),
        &[
            "compare",
            "h.ndjson",
            "h.ndjson",
            "--mode",
            "correlated",
            "--left-when",
            "type == 'Paid'",
            "--right-when",
            "type == 'Told'",
            "--key",
            "/of",
            "--settled",
        ],
    );
    assert_eq!(run.code, Some(0), "{}", run.out);
}
