//! What each verb answers on the demo.

use std::fs;

use crate::run::{doubled, folder, leftfold, shop, spread};

#[test]
fn inspect_says_what_the_demo_is() {
    let out = leftfold(shop(), &["inspect", "shop.db", "--json"]).ok();
    insta::assert_snapshot!(spread(&out));
}

#[test]
fn inspect_reads_well() {
    insta::assert_snapshot!(leftfold(shop(), &["inspect", "shop.db"]).ok());
}

#[test]
fn state_has_every_digit_of_a_point() {
    let (order, version) = doubled();
    let out = leftfold(
        shop(),
        &[
            "state",
            "shop.db",
            &order,
            "--at",
            &format!("v{version}"),
            "--json",
        ],
    )
    .ok();
    insta::assert_snapshot!(spread(&out));
}

#[test]
fn state_reads_well() {
    let (order, _) = doubled();
    insta::assert_snapshot!(leftfold(shop(), &["state", "shop.db", &order]).ok());
}

#[test]
fn state_shows_one_field_when_asked_for_it() {
    let (order, _) = doubled();
    let out = leftfold(
        shop(),
        &["state", "shop.db", &order, "--path", "/items/0/qty", "--json"],
    )
    .ok();
    assert!(out.contains(r#""path":"/items/0/qty","state":"#), "{out}");
    let missing = leftfold(shop(), &["state", "shop.db", &order, "--path", "/itmes"]).failed();
    assert!(
        missing.contains("/itmes") && missing.contains("items"),
        "{missing}"
    );
}

#[test]
fn diff_shows_what_the_second_payment_did_and_exits_with_one() {
    let (order, version) = doubled();
    let (from, to) = (format!("v{}", version - 1), format!("v{version}"));
    let json = leftfold(
        shop(),
        &["diff", "shop.db", &order, "--from", &from, "--to", &to, "--json"],
    );
    assert_eq!(json.code, Some(1));
    insta::assert_snapshot!("diff_json", spread(&json.out));
    let text = leftfold(shop(), &["diff", "shop.db", &order, "--from", &from, "--to", &to]);
    assert_eq!(text.code, Some(1));
    insta::assert_snapshot!("diff_text", text.out);
}

#[test]
fn diff_of_a_point_with_itself_finds_nothing() {
    let (order, _) = doubled();
    let same = leftfold(
        shop(),
        &["diff", "shop.db", &order, "--from", "end", "--to", "end"],
    )
    .ok();
    assert!(same.ends_with("no difference\n"), "{same}");
}

#[test]
fn blame_names_the_event_of_each_field() {
    let (order, version) = doubled();
    let at = format!("v{version}");
    let json = leftfold(shop(), &["blame", "shop.db", &order, "--at", &at, "--json"]).ok();
    insta::assert_snapshot!("blame_json", spread(&json));
    insta::assert_snapshot!(
        "blame_text",
        leftfold(shop(), &["blame", "shop.db", &order, "--at", &at]).ok()
    );
}

#[test]
fn history_follows_the_last_pieces_to_below_nothing() {
    let minus = leftfold(
        shop(),
        &["events", "shop.db", "-f", "payload.available < 0", "--json"],
    )
    .ok();
    let line = minus.lines().next().expect("the shop oversells");
    let stream = line
        .split(r#""stream":""#)
        .nth(1)
        .and_then(|s| s.split('"').next())
        .expect("a stream");
    let out = leftfold(shop(), &["history", "shop.db", stream, "/available", "--json"]).ok();
    assert!(out.contains(r#""before":0,"after":-1"#), "{out}");
}

#[test]
fn events_can_be_sliced_as_kcat_does() {
    let positions = |args: &[&str]| -> Vec<String> {
        let out = leftfold(shop(), &[&["events", "shop.db", "--json"], args].concat()).ok();
        let position = |l: &str| {
            l.split(r#""position":"#)
                .nth(1)
                .and_then(|p| p.split(',').next())
                .map(str::to_owned)
        };
        out.lines().filter_map(position).collect()
    };
    assert_eq!(positions(&["-c", "3"]), ["1", "2", "3"]);
    assert_eq!(positions(&["-o", "2", "-c", "2"]), ["3", "4"]);
    assert_eq!(positions(&["-o", "-2"]), ["2999", "3000"]);
    assert_eq!(positions(&["-o", "end", "-c", "1"]), ["3000"]);
    assert_eq!(positions(&["--from", "#10", "--to", "#12"]), ["10", "11", "12"]);
    assert_eq!(positions(&["--from", "end"]), [""; 0]);
    assert_eq!(positions(&["--to", "start"]), [""; 0]);
}

#[test]
fn events_are_kept_by_filter_and_by_name_alike() {
    let count = |args: &[&str]| {
        leftfold(shop(), &[&["events", "shop.db", "--json"], args].concat())
            .ok()
            .lines()
            .count()
    };
    let named = count(&["--type", "OrderPlaced"]);
    assert!(named > 0);
    assert_eq!(named, count(&["-f", r#"type == "OrderPlaced""#]));
    assert_eq!(
        named,
        count(&["--category", "order", "--type", "OrderPlaced", "-f", "true"])
    );
    assert_eq!(0, count(&["--category", "payment", "--type", "OrderPlaced"]));
}

#[test]
fn by_time_the_late_event_stands_where_it_happened() {
    let times = |order: &str| -> Vec<String> {
        let out = leftfold(shop(), &["events", "shop.db", "--order", order, "--json"]).ok();
        out.lines()
            .filter_map(|l| Some(l.split(r#""time":""#).nth(1)?.split('"').next()?.to_owned()))
            .collect()
    };
    let (log, time) = (times("log"), times("time"));
    assert!(!log.is_sorted() && time.is_sorted());
    assert_eq!(log.len(), time.len());
}

#[test]
fn timeline_counts_every_event_once() {
    let out = leftfold(shop(), &["timeline", "shop.db", "--json", "--columns", "24"]).ok();
    let sum: u64 = out
        .split(r#""counts":["#)
        .skip(1)
        .flat_map(|rest| rest.split(']').next().unwrap_or_default().split(','))
        .map(|n| n.parse::<u64>().expect("a count"))
        .sum();
    assert_eq!(sum, 3000);
    insta::assert_snapshot!("timeline_text", leftfold(shop(), &["timeline", "shop.db"]).ok());
}

#[test]
fn timeline_draws_pictures_and_replaces_none_unasked() {
    let folder = folder();
    let shop = shop().join("shop.db");
    let source = shop.to_str().expect("a plain path");
    leftfold(
        folder.path(),
        &["timeline", source, "--svg", "a.svg", "--png", "a.png"],
    )
    .ok();
    let svg = fs::read_to_string(folder.path().join("a.svg")).expect("the picture is there");
    assert!(
        svg.starts_with("<svg") && svg.contains("payment"),
        "{}",
        &svg[..200.min(svg.len())]
    );
    let png = fs::read(folder.path().join("a.png")).expect("the picture is there");
    assert!(png.starts_with(b"\x89PNG"));
    let again = leftfold(folder.path(), &["timeline", source, "--svg", "a.svg"]).failed();
    assert!(again.contains("--force"), "{again}");
    leftfold(folder.path(), &["timeline", source, "--svg", "a.svg", "--force"]).ok();
    let itself = leftfold(folder.path(), &["timeline", source, "--png", source, "--force"]).failed();
    assert!(itself.contains("the source itself"), "{itself}");
}

#[test]
fn the_demo_is_the_same_file_for_the_same_seed() {
    let folder = folder();
    let demo = |name: &str, seed: &str| {
        leftfold(
            folder.path(),
            &["demo", "--ndjson", "--events", "1000", "--seed", seed, "-O", name],
        )
        .ok();
        fs::read(folder.path().join(name)).expect("the demo is there")
    };
    let first = demo("a", "1");
    assert_eq!(first, demo("b", "1"));
    assert_ne!(first, demo("c", "2"));
    let again = leftfold(folder.path(), &["demo", "--ndjson", "-O", "a"]).failed();
    assert!(again.contains("--force"), "{again}");
}

#[test]
fn a_path_that_leads_nowhere_is_told_with_those_near_it() {
    let (order, _) = doubled();
    for verb in [
        &["state", "shop.db", &order, "--path", "/statsu"][..],
        &["blame", "shop.db", &order, "--path", "/statsu"],
        &["history", "shop.db", &order, "/statsu"],
    ] {
        let said = leftfold(shop(), verb).failed();
        assert!(
            said.contains("error[no-such-path]") && said.contains("did you mean /status"),
            "{said}"
        );
    }
    let far = leftfold(shop(), &["history", "shop.db", &order, "/zzzzzzzzzzzzzzzz"]).failed();
    assert!(far.contains("at the top there are /orderId, /status"), "{far}");
}

#[test]
fn diff_from_the_start_shows_what_came_to_be() {
    let (order, _) = doubled();
    let diff = leftfold(shop(), &["diff", "shop.db", &order, "--to", "v1"]);
    assert_eq!(diff.code, Some(1));
    let lines: Vec<&str> = diff.out.lines().collect();
    assert_eq!(lines[1], "--- before its first event");
    assert!(lines[3..].iter().all(|l| l.starts_with("+ /")), "{}", diff.out);
}

#[test]
fn a_long_history_says_that_it_is_cut_and_shows_all_when_asked() {
    let folder = folder();
    let lines: Vec<String> = (0..1500)
        .map(|n| format!("{{\"stream\":\"a-1\",\"type\":\"T\",\"payload\":{{\"n\":{n}}}}}\n"))
        .collect();
    crate::run::write(folder.path(), "long.ndjson", lines.concat());
    let history = |more: &[&str]| {
        let run = leftfold(
            folder.path(),
            &[&["history", "long.ndjson", "a-1", "/n"], more].concat(),
        );
        assert_eq!(run.code, Some(0), "{}", run.err);
        (run.out.lines().count() - 2, run.err)
    };
    let (shown, note) = history(&[]);
    assert_eq!(shown, 1000);
    assert!(
        note.contains("the latest 1,000 of 1,500 changes") && note.contains("--all"),
        "{note}"
    );
    assert_eq!(history(&["--limit", "1200"]).0, 1200);
    assert_eq!(history(&["--all"]), (1500, String::new()));
    let json = leftfold(
        folder.path(),
        &["history", "long.ndjson", "a-1", "/n", "--limit", "1", "--json"],
    )
    .ok();
    assert!(json.contains(r#""changes_in_all":1500,"changes":[{"#), "{json}");
}

#[test]
fn a_timeline_ends_one_step_after_its_last_event_in_the_stores_own_digits() {
    let ends = |args: &[&str]| -> (String, String) {
        let out = leftfold(shop(), &[&["timeline", "shop.db", "--json"], args].concat()).ok();
        let told: serde_json::Value = serde_json::from_str(&out).expect("one JSON document");
        let end = |name: &str| told[name].as_str().map_or(told[name].to_string(), str::to_owned);
        (end("from"), end("to"))
    };
    let told = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    assert_eq!(
        ends(&[]),
        told("2026-11-20T00:00:00.001250Z", "2026-11-20T23:39:21.290323Z")
    );
    assert_eq!(ends(&["--order", "log"]), told("0", "3000"));
    assert_eq!(
        ends(&[
            "--from",
            "2026-11-20T12:00:00Z",
            "--to",
            "2026-11-20T12:30:00.123456789Z"
        ]),
        told("2026-11-20T12:00:00.000000Z", "2026-11-20T12:30:00.123457789Z")
    );
    assert_eq!(
        ends(&["--order", "log", "--from", "#11", "--to", "e19"]),
        told("10", "20")
    );
}

#[test]
fn a_picture_and_its_numbers_can_be_had_at_once_and_a_picture_can_be_piped() {
    let folder = folder();
    let shop = shop().join("shop.db");
    let source = shop.to_str().expect("a plain path");
    let both = leftfold(folder.path(), &["timeline", source, "--svg", "a.svg", "--json"]);
    assert!(both.out.starts_with(r#"{"source":"shop.db""#), "{}", both.err);
    let drawn = fs::read_to_string(folder.path().join("a.svg")).expect("the picture is there");
    let piped = leftfold(folder.path(), &["timeline", source, "--svg", "-"]).ok();
    assert!(piped.starts_with("<svg"));
    assert_eq!(piped.lines().count(), drawn.lines().count());
    assert_eq!(
        leftfold(folder.path(), &["timeline", source, "--svg", "-", "--png", "-"]).code_told(),
        "usage"
    );
    assert_eq!(
        fs::read_dir(folder.path()).expect("the folder is there").count(),
        1
    );
}

#[test]
fn events_that_cannot_be_folded_are_told_wherever_a_state_is_asked_about() {
    let projection = ["--projection", "debezium"];
    for verb in ["blame", "diff"] {
        let args = [&[verb, "shop.db", "stock-SKU-0007"][..], &projection].concat();
        let run = leftfold(shop(), &args);
        assert_eq!(run.code, Some(0), "{args:?}: {}", run.err);
        assert!(
            run.err.contains("could not be folded") && run.err.contains("v1 ProductListed"),
            "{args:?}: {}",
            run.err
        );
    }
    let state = leftfold(
        shop(),
        &[&["state", "shop.db", "stock-SKU-0007"][..], &projection].concat(),
    )
    .ok();
    assert_eq!(
        state.lines().filter(|l| l.starts_with("! ")).count(),
        21,
        "{state}"
    );
    assert!(state.ends_with("more; --json lists them all\n"), "{state}");
}

#[test]
fn an_event_tells_what_led_to_it_and_what_it_led_to_as_far_as_that_is_here() {
    let folder = crate::run::folder();
    let line = |id: &str, cause: &str| {
        format!("{{\"stream\":\"s-{id}\",\"type\":\"T\",\"id\":\"{id}\",\"causation_id\":\"{cause}\"}}\n")
    };
    let lines: String = [("a", "command"), ("b", "a"), ("c", "b"), ("d", "c"), ("e", "b")]
        .iter()
        .map(|(id, cause)| line(id, cause))
        .collect();
    crate::run::write(folder.path(), "log.ndjson", lines);
    let args = ["event", "log.ndjson", "e1", "--causes"];
    let told = crate::run::leftfold(folder.path(), &args).ok();
    for part in [
        "← s-a",
        "no event here has the id that is named as its cause: command",
        "led to           → s-c",
        "led to           → → s-d",
        "led to           → s-e",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let json = crate::run::leftfold(folder.path(), &[&args[..], &["--json"]].concat()).ok();
    let json: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(json["causes"][0]["stream"], "s-a");
    assert_eq!(
        json["causes_end"],
        serde_json::json!({ "why": "missing", "id": "command" })
    );
    let steps: Vec<_> = json["led_to"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|e| (&e["place"], &e["steps"]))
        .collect();
    assert_eq!(
        format!("{steps:?}"),
        "[(Number(2), Number(1)), (Number(4), Number(1)), (Number(3), Number(2))]"
    );
}
