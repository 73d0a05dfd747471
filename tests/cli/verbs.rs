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
