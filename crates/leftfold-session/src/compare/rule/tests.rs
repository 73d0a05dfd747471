use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use leftfold_compare::Status;
use leftfold_event::{Cancel, Progress};
use leftfold_replay::Projections;
use proptest::prelude::*;

use super::{BATCH, History, KEPT, LiveRule, Only, Polled, Rule, RuleKind, Ruled, Tail, check_rule};
use crate::compare::Shown;
use crate::session::Session;

const SECOND: i64 = 1_000_000_000;

fn of_kind(kind: RuleKind) -> Rule {
    Rule {
        name: "r".to_owned(),
        source: None,
        only: Only::default(),
        projection: None,
        kind,
    }
}

fn condition(when: Option<&str>, check: &str) -> Rule {
    of_kind(RuleKind::check(when, check).unwrap())
}

fn followed(within: Option<i64>) -> Rule {
    let kind = RuleKind::expect(
        "type == 'Paid'",
        "type == 'Told'",
        "payload.order",
        within.map(|s| s * SECOND),
    );
    of_kind(kind.unwrap())
}

/// One event as a line: stream, type, second and payload.
fn line(stream: &str, kind: &str, second: u32, payload: &str) -> String {
    format!(
        "{{\"stream\":\"{stream}\",\"category\":\"{}\",\"type\":\"{kind}\",\"time\":\"2026-01-01T00:{:02}:{:02}Z\",\"payload\":{payload}}}\n",
        stream.split('-').next().unwrap(),
        second / 60,
        second % 60
    )
}

fn ruled_with(rule: &Rule, lines: &str, projections: &Projections) -> Ruled {
    let session = Session::new(None, Arc::new(|_| ()));
    let opened = session.open_lines(Path::new("-"), &mut lines.as_bytes()).unwrap();
    let source = session.source(opened.id).unwrap();
    let snapshot = source.wait_ready(&mut |_| ()).unwrap();
    let history = History {
        log: &snapshot.log,
        store: &*source.store,
        projections,
    };
    check_rule(rule, history, &Cancel::new(), &Progress::new()).unwrap()
}

fn ruled(rule: &Rule, lines: &str) -> Ruled {
    ruled_with(rule, lines, &Projections::default())
}

/// Violations: stream, status, second of the beginning.
fn told(ruled: &Ruled) -> Vec<String> {
    let start = 1_767_225_600;
    ruled
        .shown
        .iter()
        .map(|s| {
            let at = s.since.map(|t| t / SECOND - start).unwrap_or_default();
            format!("{} {} at {at}", s.stream, s.status.as_str())
        })
        .collect()
}

#[test]
fn a_state_that_does_not_hold_is_one_violation_until_it_holds_again() {
    let lines = [
        line("stock-1", "Listed", 0, r#"{"name":"lamp"}"#),
        line("stock-1", "Counted", 1, r#"{"available":1}"#),
        line("stock-1", "Reserved", 2, r#"{"available":-1}"#),
        line("stock-2", "Counted", 3, r#"{"available":-5}"#),
        line("stock-1", "Renamed", 4, r#"{"name":"a lamp"}"#),
        line("stock-1", "Received", 5, r#"{"available":7}"#),
    ]
    .concat();
    let found = ruled(&condition(None, "state.available >= 0"), &lines);
    assert_eq!(told(&found), ["stock-1 healed at 2", "stock-2 confirmed at 3"]);
    assert_eq!(found.shown[0].healed.map(|t| t % (60 * SECOND)), Some(5 * SECOND));
    assert_eq!((found.violations, found.streams, found.events), (2, 2, 6));
    // Before the first count there is nothing to be judged.
    assert_eq!((found.judged, found.failed), (5, 0));
}

#[test]
fn what_an_event_that_is_singled_out_lacks_violates_the_rule() {
    let lines = [
        line("order-1", "Placed", 0, "{}"),
        line("order-1", "Paid", 1, r#"{"paid":true}"#),
        line("order-1", "Shipped", 2, r#"{"paid":false}"#),
        line("order-2", "Placed", 3, "{}"),
        line("order-2", "Shipped", 4, "{}"),
        line("order-2", "Shipped", 5, "{}"),
    ]
    .concat();
    let found = ruled(
        &condition(Some("type == 'Shipped'"), "before.paid == true"),
        &lines,
    );
    assert_eq!(told(&found), ["order-2 confirmed at 4", "order-2 confirmed at 5"]);
    assert_eq!((found.judged, found.streams), (3, 1));
    let after = ruled(
        &condition(Some("type == 'Shipped'"), "state.paid == true"),
        &lines,
    );
    assert_eq!(after.violations, 3);
    let of_state = condition(Some("has(before.paid) && type == 'Shipped'"), "before.paid");
    assert_eq!(ruled(&of_state, &lines).violations, 0);
}

#[test]
fn a_rule_is_about_what_it_says() {
    let lines = [
        line("stock-1", "A", 0, r#"{"n":-1}"#),
        line("stock-2", "B", 1, r#"{"n":-1}"#),
        line("order-1", "A", 2, r#"{"n":-1}"#),
    ]
    .concat();
    let with = |only: Only| {
        let rule = Rule {
            only,
            ..condition(None, "payload.n >= 0")
        };
        told(&ruled(&rule, &lines)).len()
    };
    let one = |text: &str| vec![text.to_owned()];
    assert_eq!(with(Only::default()), 3);
    assert_eq!(
        with(Only {
            categories: one("stock"),
            ..Only::default()
        }),
        2
    );
    assert_eq!(
        with(Only {
            streams: one("*-1"),
            ..Only::default()
        }),
        2
    );
    assert_eq!(
        with(Only {
            types: one("B"),
            ..Only::default()
        }),
        1
    );
}

#[test]
fn a_rule_sees_the_state_through_the_projection_it_names() {
    let projections = Projections::from_toml(
        "[[projection]]\nname = 'sum'\n[[projection.on]]\ntype = 'A'\ndo = [{ increment = '/sum', from = '/n' }]\n",
    )
    .unwrap();
    let lines = [
        line("s-1", "A", 0, r#"{"n":1}"#),
        line("s-1", "A", 1, r#"{"n":1}"#),
    ]
    .concat();
    let rule = Rule {
        projection: Some("sum".to_owned()),
        ..condition(None, "state.sum < 2")
    };
    assert_eq!(
        told(&ruled_with(&rule, &lines, &projections)),
        ["s-1 confirmed at 1"]
    );
    let latest = Rule {
        projection: Some("latest".to_owned()),
        ..condition(None, "!has(state.a)")
    };
    let lines = [
        line("s-1", "A", 0, r#"{"a":1}"#),
        line("s-1", "A", 1, r#"{"b":1}"#),
    ]
    .concat();
    let found = ruled(&latest, &lines);
    assert_eq!(told(&found), ["s-1 healed at 0"]);
    let session = Session::new(None, Arc::new(|_| ()));
    let opened = session.open_lines(Path::new("-"), &mut lines.as_bytes()).unwrap();
    let source = session.source(opened.id).unwrap();
    let snapshot = source.wait_ready(&mut |_| ()).unwrap();
    let nowhere = Rule {
        projection: Some("latset".to_owned()),
        ..condition(None, "true")
    };
    let history = History {
        log: &snapshot.log,
        store: &*source.store,
        projections: &Projections::default(),
    };
    let error = check_rule(&nowhere, history, &Cancel::new(), &Progress::new()).unwrap_err();
    assert_eq!(error.code, "no-such-projection");
    let cancel = Cancel::new();
    cancel.cancel();
    let error = check_rule(&latest, history, &cancel, &Progress::new()).unwrap_err();
    assert_eq!(error.code, "cancelled");
}

#[test]
fn a_stream_longer_than_what_is_read_at_once_is_judged_as_one() {
    let lines: String = (0..BATCH + 10)
        .map(|i| {
            let n = if (BATCH - 5..BATCH + 5).contains(&i) {
                -1
            } else {
                1
            };
            line("s-1", "A", 0, &format!("{{\"n\":{n},\"i\":{i}}}"))
        })
        .collect();
    let found = ruled(&condition(None, "state.n > 0"), &lines);
    assert_eq!(told(&found), ["s-1 healed at 0"]);
    let first = found.shown[0].left.as_ref().and_then(|e| e.payload.value.clone());
    let place = first.and_then(|p| p.get("i").map(ToString::to_string));
    assert_eq!(place, Some((BATCH - 5).to_string()));
    let each = ruled(&condition(None, "payload.n > 0"), &lines);
    assert_eq!(each.violations, 10);
    // All of them count, and the first ten thousand are kept.
    let all = ruled(&condition(None, "payload.n > 1"), &lines);
    assert_eq!((all.violations as usize, all.shown.len()), (BATCH + 10, KEPT));
}

#[test]
fn a_rule_that_fails_for_some_events_says_so_and_one_that_fails_for_all_is_of_no_use() {
    let lines = [
        line("s-1", "A", 0, r#"{"n":1}"#),
        line("s-1", "A", 1, r#"{"n":"x"}"#),
        line("s-1", "A", 2, r#"{"n":-1}"#),
        line("s-1", "B", 3, r#"{"n":1}"#),
    ]
    .concat();
    let some = ruled(&condition(None, "payload.n > 0"), &lines);
    assert_eq!((some.failed, some.violations, some.judged), (1, 1, 3));
    assert!(some.first_failure.as_ref().is_some_and(|w| w.contains("a text")));
    assert!(!some.is_unusable());
    assert!(ruled(&condition(None, "payload.n"), &lines).is_unusable());
    // Other events are none it is about; that it fails for those it is about remains.
    assert!(ruled(&condition(Some("type == 'B'"), "payload.n"), &lines).is_unusable());
    assert!(!ruled(&condition(Some("payload.n > 7"), "true"), &lines).is_unusable());
    assert!(ruled(&condition(Some("payload.n + 1"), "true"), &lines).is_unusable());
    assert!(!ruled(&condition(None, "payload.nowhere > 1"), &lines).is_unusable());
}

#[test]
fn an_event_is_followed_by_a_later_one_of_the_same_key_in_time() {
    let paid = |order: u32, second: u32| {
        line(
            &format!("payment-{order}"),
            "Paid",
            second,
            &format!("{{\"order\":{order}}}"),
        )
    };
    let said = |order: u32, second: u32| {
        line(
            &format!("order-{order}"),
            "Told",
            second,
            &format!("{{\"order\":{order}}}"),
        )
    };
    let lines = [
        said(1, 0), // before its payment: follows nothing
        paid(1, 10),
        paid(2, 11),
        paid(3, 12),
        said(2, 13),
        said(3, 60),
        paid(2, 12), // late in the log; told at 13
        paid(4, 70),
        line("x-1", "X", 80, "{}"),
    ]
    .concat();
    let found = ruled(&followed(Some(30)), &lines);
    assert_eq!(
        told(&found),
        [
            "payment-1 confirmed at 10",
            "payment-3 healed at 12",
            "payment-4 pending at 70"
        ]
    );
    assert_eq!((found.violations, found.pending, found.streams), (2, 1, 2));
    assert_eq!(found.judged, 5);
    let late = &found.shown[1];
    assert_eq!(late.healed.zip(late.since).map(|(h, s)| h - s), Some(48 * SECOND));
    assert_eq!(late.right.as_ref().map(|e| e.kind.as_str()), Some("Told"));
    assert!(late.message.as_ref().is_some_and(|m| m.contains("within 30s")));
    // Without a deadline it may follow as long as the history goes on.
    let ever = ruled(&followed(None), &lines);
    assert_eq!(
        told(&ever),
        ["payment-1 pending at 10", "payment-4 pending at 70"]
    );
    assert_eq!((ever.violations, ever.pending), (0, 2));
    let complete = |within| {
        let rule = followed(within);
        Rule {
            kind: rule.kind.settled(true),
            ..rule
        }
    };
    let ever = ruled(&complete(None), &lines);
    assert_eq!(
        told(&ever),
        ["payment-1 confirmed at 10", "payment-4 confirmed at 70"]
    );
    assert!(ever.shown.iter().all(|s| s.status == Status::Confirmed));
    assert_eq!(ruled(&complete(Some(30)), &lines).pending, 0);
}

#[test]
fn numbers_are_one_key_however_they_are_spelled_and_so_are_uuids() {
    let id = "01a1f9af-e4cb-768e-8f9b-c0fad67a1d26";
    let lines = [
        line("p-1", "Paid", 0, r#"{"order":10.10}"#),
        line("o-1", "Told", 1, r#"{"order":10.1}"#),
        line("p-2", "Paid", 2, &format!("{{\"order\":\"{id}\"}}")),
        line(
            "o-2",
            "Told",
            3,
            &format!("{{\"order\":\"{}\"}}", id.replace('-', "")),
        ),
        line("p-3", "Paid", 4, r#"{"order":10.01}"#),
        line("clock", "Ticked", 50, "{}"),
    ]
    .concat();
    assert_eq!(told(&ruled(&followed(Some(30)), &lines)), ["p-3 confirmed at 4"]);
}

#[test]
fn without_times_the_log_tells_what_follows_and_no_event_follows_itself() {
    let one = |kind: &str, order: u32| {
        format!("{{\"stream\":\"s-{order}\",\"type\":\"{kind}\",\"payload\":{{\"order\":{order}}}}}\n")
    };
    let lines = [one("Paid", 1), one("Told", 1), one("Told", 2), one("Paid", 2)].concat();
    let found = ruled(&followed(Some(30)), &lines);
    assert_eq!(told(&found), ["s-2 confirmed at 0"]);
    let kind = RuleKind::expect("type == 'Paid'", "type == 'Paid'", "payload.order", None).unwrap();
    assert_eq!(ruled(&of_kind(kind.settled(true)), &lines).violations, 2);
    let all = [
        line("s-1", "Paid", 0, r#"{"order":1}"#),
        line("s-1", "Paid", 0, r#"{"order":1}"#),
    ]
    .concat();
    let kind = RuleKind::expect("type == 'Paid'", "type == 'Paid'", "payload.order", None).unwrap();
    assert_eq!(ruled(&of_kind(kind.settled(true)), &all).violations, 0);
}

/// What a rule says of lines that come in pieces, by what it says as (stream, second), sorted; and how many events wait in the end.
fn followed_in_pieces(rule: Rule, lines: &[String], pieces: &[usize]) -> (Vec<(String, i64)>, LiveRule) {
    let mut live = LiveRule::new(Arc::new(rule), &Projections::default()).unwrap();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let session = Session::new(None, Arc::new(|_| ()));
    file.write_all(lines[0].as_bytes()).unwrap();
    let (store, _) = session.history(file.path(), 0, None).unwrap();
    let mut tail = Tail::new(store);
    let mut found = Vec::new();
    let mut next = 1;
    let mut pieces = pieces.iter().cycle();
    loop {
        let polled = tail.poll(&Cancel::new(), &mut |_, events, locators| {
            found.extend(live.take(events, locators));
            Ok(())
        });
        assert!(matches!(polled.unwrap(), Polled::More(_)));
        assert_eq!(tail.seen(), next as u64);
        found.extend(
            live.settle(tail.known_until(), tail.store(), &Cancel::new())
                .unwrap(),
        );
        if next == lines.len() {
            break;
        }
        let end = lines.len().min(next + pieces.next().unwrap());
        file.write_all(lines[next..end].concat().as_bytes()).unwrap();
        next = end;
    }
    let mut said: Vec<_> = found
        .iter()
        .map(|s| (s.stream.clone(), s.since.unwrap() / SECOND))
        .collect();
    said.sort();
    (said, live)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_history_that_comes_in_pieces_violates_what_it_violates_at_once(
        events in prop::collection::vec((0_u32..4, 0_u32..3, 0_u32..12), 1..60),
        pieces in prop::collection::vec(1_usize..9, 1..5),
    ) {
        let mut second = 0;
        let lines: Vec<String> = events
            .iter()
            .map(|(stream, kind, later)| {
                second += later;
                let kind = ["Paid", "Told", "Counted"][*kind as usize];
                line(&format!("s-{stream}"), kind, second, &format!("{{\"order\":{},\"n\":{}}}", stream % 2, i64::from(*later) - 3))
            })
            .collect();
        let all = lines.concat();
        let sorted = |found: &Ruled, pick: &dyn Fn(&Shown) -> bool| {
            let said = found.shown.iter().filter(|s| pick(s));
            let mut said: Vec<_> = said.map(|s| (s.stream.clone(), s.since.unwrap() / SECOND)).collect();
            said.sort();
            said
        };
        for check in ["state.n >= 0", "payload.n >= 0"] {
            let at_once = ruled(&condition(None, check), &all);
            let (said, live) = followed_in_pieces(condition(None, check), &lines, &pieces);
            prop_assert_eq!(said, sorted(&at_once, &|_| true));
            prop_assert_eq!(live.ruled().violations, at_once.violations);
            prop_assert_eq!(live.ruled().streams, at_once.streams);
            let healed = at_once.shown.iter().filter(|s| s.status == Status::Healed).count() as u64;
            prop_assert_eq!(live.healed(), healed);
        }
        let at_once = ruled(&followed(Some(10)), &all);
        let known = 1_767_225_600 + i64::from(second);
        let (said, live) = followed_in_pieces(followed(Some(10)), &lines, &pieces);
        // At the deadline itself something may still come.
        let is_over = |s: &Shown| s.status != Status::Pending && s.since.unwrap() / SECOND + 10 < known;
        prop_assert_eq!(&said, &sorted(&at_once, &is_over));
        let healed = at_once.shown.iter().filter(|s| s.status == Status::Healed).count() as u64;
        prop_assert_eq!(live.healed(), healed);
        prop_assert_eq!(live.waiting(), at_once.violations + at_once.pending - said.len() as u64);
        let (said, live) = followed_in_pieces(followed(None), &lines, &pieces);
        prop_assert!(said.is_empty());
        prop_assert_eq!(live.waiting(), ruled(&followed(None), &all).pending);
    }
}
