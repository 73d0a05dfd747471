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
}
