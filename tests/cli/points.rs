//! Points: positions as the store writes them, places in log order, and what is no point.

use crate::run::{folder, leftfold, leftfold_reading, write};

/// Two records of a topic as kcat -J prints them.
const KCAT: &str = r#"{"topic":"orders","partition":0,"offset":5,"tstype":"create","ts":1700000000000,"broker":0,"key":"o-1","payload":"{\"n\":1}"}
{"topic":"orders","partition":3,"offset":5,"tstype":"create","ts":1700000001000,"broker":0,"key":"o-1","payload":"{\"n\":2}"}
"#;

/// Events that state neither a position nor a version.
const BARE: &str = r#"{"stream":"a-1","type":"T","payload":{"n":1}}
{"stream":"b-1","type":"T","payload":{"n":2}}
{"stream":"a-1","type":"U","payload":{"n":3}}
"#;

#[test]
fn a_position_in_kafkas_form_is_found_as_it_is_shown() {
    let at = |point: &str| {
        let args = ["state", "-", "orders/o-1", "--at", point, "--json"];
        leftfold_reading(folder().path(), &args, KCAT.as_bytes()).ok()
    };
    let first = at("#orders[0]@5");
    assert!(
        first.contains(r#""position":"orders[0]@5""#) && first.contains(r#""state":{"n":1}"#),
        "{first}"
    );
    assert!(at("#orders[3]@5").contains(r#""state":{"n":2}"#));
    let args = ["events", "-", "--from", "#orders[3]@5", "--json"];
    let from = leftfold_reading(folder().path(), &args, KCAT.as_bytes()).ok();
    assert_eq!(from.lines().count(), 1, "{from}");
    let args = ["state", "-", "orders/o-1", "--at", "#orders[1]@5"];
    let none = leftfold_reading(folder().path(), &args, KCAT.as_bytes()).failed();
    assert!(none.contains("orders[1]@5"), "{none}");
    let hint = |point: &str| {
        let args = ["state", "-", "orders/o-1", "--at", point];
        leftfold_reading(folder().path(), &args, KCAT.as_bytes()).failed()
    };
    let both = "there is no position \"5\"; did you mean '#orders[0]@5' or '#orders[3]@5'?";
    assert!(hint("#5").contains(both), "{}", hint("#5"));
    let form = "there is no position \"17\"; positions here are written like '#orders[0]@5'";
    assert!(hint("#17").contains(form), "{}", hint("#17"));
}

#[test]
fn a_history_without_positions_invents_none() {
    let folder = folder();
    write(folder.path(), "bare.ndjson", BARE);
    for args in [
        &["events", "bare.ndjson", "--json"][..],
        &["state", "bare.ndjson", "a-1", "--json"],
        &["blame", "bare.ndjson", "a-1", "--json"],
        &["history", "bare.ndjson", "a-1", "/n", "--json"],
        &["diff", "bare.ndjson", "a-1", "--json"],
    ] {
        let out = leftfold(folder.path(), args);
        assert!(out.out.contains("a-1"), "{args:?}: {}", out.err);
        for unknown in ["position", "version", "\"time\""] {
            assert!(!out.out.contains(unknown), "{args:?}: {}", out.out);
        }
    }
    let state = leftfold(folder.path(), &["state", "bare.ndjson", "a-1"]).ok();
    assert!(state.starts_with("a-1  U · e2 · "), "{state}");
    let table = leftfold(folder.path(), &["events", "bare.ndjson"]).ok();
    assert!(
        table
            .lines()
            .nth(2)
            .is_some_and(|l| l.trim_start().starts_with("e1  b-1")),
        "{table}"
    );
}

#[test]
fn an_event_without_a_position_is_named_by_its_place_in_log_order() {
    let folder = folder();
    write(folder.path(), "bare.ndjson", BARE);
    let state = |point: &str| {
        leftfold(
            folder.path(),
            &["state", "bare.ndjson", "a-1", "--at", point, "--json"],
        )
    };
    assert!(state("e0").ok().contains(r#""state":{"n":1}"#));
    assert!(state("e1").ok().contains(r#""state":{"n":1}"#));
    assert!(state("e2").ok().contains(r#""state":{"n":3}"#));
    let failed =
        |point: &str| leftfold(folder.path(), &["state", "bare.ndjson", "a-1", "--at", point]).failed();
    let beyond = failed("e3");
    assert!(
        beyond.contains("e3") && beyond.contains("the last is e2"),
        "{beyond}"
    );
    let position = failed("#1");
    assert!(
        position.contains("states no positions") && position.contains("say e1"),
        "{position}"
    );
    let version = failed("v1");
    assert!(
        version.contains("state no versions") && !version.contains("v?"),
        "{version}"
    );
}

#[test]
fn a_position_is_the_stores_own_where_it_has_positions() {
    let folder = folder();
    let lines: Vec<String> = [7, 5, 9]
        .iter()
        .map(|n| {
            format!("{{\"position\":{n},\"stream\":\"a-1\",\"type\":\"T\",\"payload\":{{\"n\":{n}}}}}\n")
        })
        .collect();
    write(folder.path(), "own.ndjson", lines.concat());
    let state = |point: &str| {
        leftfold(
            folder.path(),
            &["state", "own.ndjson", "a-1", "--at", point, "--json"],
        )
    };
    assert!(state("#5").ok().contains(r#""position":5,"#));
    assert!(state("e0").ok().contains(r#""position":7,"#));
    let missing = leftfold(folder.path(), &["state", "own.ndjson", "a-1", "--at", "#1"]).failed();
    assert!(missing.contains("there is no position \"1\""), "{missing}");
}

#[test]
fn what_is_no_point_is_told_with_what_is_one() {
    let folder = folder();
    write(folder.path(), "bare.ndjson", BARE);
    for point in ["", "inf", "nan", "1e400", "-inf", "noon", "e", "#", "-15"] {
        let said = leftfold(folder.path(), &["state", "bare.ndjson", "a-1", "--at", point]).failed();
        assert!(
            said.contains(&format!("{point:?} is no point")) && said.contains("v7") && said.contains("e1234"),
            "{said}"
        );
    }
    let said = leftfold(
        folder.path(),
        &["state", "bare.ndjson", "a-1", "--at", "3000-01-01"],
    )
    .failed();
    assert!(said.contains("1677 to 2262"), "{said}");
    let said = leftfold(
        folder.path(),
        &["state", "bare.ndjson", "a-1", "--at", "2026-11-20"],
    )
    .failed();
    assert!(said.contains("no event has a time"), "{said}");
}

/// A stream whose second event carries a later time than its third.
const SKEWED: &str = r#"{"stream":"a-1","version":1,"position":11,"type":"T","time":"2026-11-20T10:00:00Z","payload":{"n":1}}
{"stream":"a-1","version":2,"position":12,"type":"Late","time":"2026-11-20T10:00:05Z","payload":{"n":2}}
{"stream":"a-1","version":3,"position":13,"type":"T","time":"2026-11-20T10:00:03Z","payload":{"n":3}}
{"stream":"a-1","version":4,"position":14,"type":"T","time":"2026-11-20T10:00:09Z","payload":{"n":4}}
"#;

#[test]
fn a_state_at_a_moment_names_the_events_it_includes_though_they_carry_a_later_time() {
    let folder = folder();
    write(folder.path(), "skewed.ndjson", SKEWED);
    let at = "2026-11-20T10:00:04Z";
    let later = r#""later":[{"version":2,"position":12,"time":"2026-11-20T10:00:05Z","type":"Late"}],"later_in_all":1"#;
    for args in [
        &["state", "skewed.ndjson", "a-1", "--at", at][..],
        &["blame", "skewed.ndjson", "a-1", "--at", at],
        &["diff", "skewed.ndjson", "a-1", "--to", at],
        &["diff", "skewed.ndjson", "a-1", "--from", at],
    ] {
        let plain = leftfold(folder.path(), args);
        assert!(
            plain.err.contains("a later time") && plain.err.contains("v2 Late · #12 · 2026-11-20T10:00:05Z"),
            "{args:?}: {}",
            plain.err
        );
        let json = leftfold(folder.path(), &[args, &["--json"]].concat());
        assert!(json.out.contains(later), "{args:?}: {}", json.out);
        assert!(
            json.err.contains(r#"{"note":{"message":"1 event "#),
            "{args:?}: {}",
            json.err
        );
    }
    for point in ["v3", "2026-11-20T10:00:05Z", "start", "end"] {
        let quiet = leftfold(
            folder.path(),
            &["state", "skewed.ndjson", "a-1", "--at", point, "--json"],
        );
        assert!(
            !quiet.out.contains("later") && quiet.err.is_empty(),
            "{point}: {} {}",
            quiet.out,
            quiet.err
        );
    }
}

#[test]
fn a_bare_number_is_refused_with_the_ways_to_write_what_it_may_mean() {
    let folder = folder();
    write(folder.path(), "skewed.ndjson", SKEWED);
    let at = |point: &str| {
        leftfold(
            folder.path(),
            &["state", "skewed.ndjson", "a-1", "--at", point, "--json"],
        )
    };
    let said = leftfold(folder.path(), &["state", "skewed.ndjson", "a-1", "--at", "3"]).failed();
    for way in ["v3", "#3", "e3", "@3"] {
        assert!(said.contains(way), "{said}");
    }
    assert!(at("v3").ok().contains(r#""state":{"n":3}"#));
    assert!(at("@3").ok().contains(r#""state":{}"#) || at("@3").ok().contains(r#""state":null"#));
    assert!(at("1795168801").ok().contains(r#""version":1,"#));
    assert!(at("1795168801000").ok().contains(r#""version":1,"#));
}
