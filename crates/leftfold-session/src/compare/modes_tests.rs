//! Comparisons of other modes and rules, and the two sides at a playhead, as the window asks for them.

use std::fs;

use super::task_tests::{Two, line, options};
use crate::commands;
use crate::contract::{
    BesideArgs, CheckStartArgs, ConvergenceArgs, FindingArgs, FindingHeatArgs, FindingStatesArgs,
    FindingsArgs, RulesArgs, SavedComparisonsArgs, StatesBesideArgs,
};
use crate::dto::{
    AxisDto, CompareOptionsDto, ComparisonDto, ComparisonStateDto, CorrelatedOptionsDto, FindingDto,
    FindingListDto, FindingStatusDto, Int, ModeDto, PlaceDto, ProjectionOptionsDto, RuleDto, SetByDto,
    SyncDto, VerdictDto,
};

/// 2026-01-01T00:00:00Z in nanoseconds.
const MIDNIGHT: i64 = 1_767_225_600_000_000_000;
const SECOND: i64 = 1_000_000_000;

fn event(stream: &str, version: u32, kind: &str, second: u32, payload: &str) -> String {
    format!(
        r#"{{"stream":"{stream}","version":{version},"id":"{stream}@{version}","type":"{kind}","time":"2026-01-01T00:{:02}:{:02}Z","payload":{payload}}}"#,
        second / 60,
        second % 60
    )
}

fn every(known_at: Option<i64>) -> FindingListDto {
    FindingListDto {
        hidden_categories: Vec::new(),
        hidden_statuses: Vec::new(),
        grouped: true,
        known_at: known_at.map(Int),
    }
}

fn findings(two: &Two, comparison: u32, list: FindingListDto) -> Vec<FindingDto> {
    let args = FindingsArgs {
        comparison,
        list,
        offset: 0,
        limit: 100,
    };
    commands::findings(&two.session, args).unwrap().findings
}

fn done(two: &Two, begun: &ComparisonDto) -> ComparisonDto {
    let done = two.done(begun.id);
    assert_eq!(done.state, ComparisonStateDto::Done, "{:?}", done.error);
    done
}

fn correlated() -> CorrelatedOptionsDto {
    CorrelatedOptionsDto {
        left_when: "type == 'OrderPlaced'".to_owned(),
        right_when: String::new(),
        left_key: "payload.order".to_owned(),
        right_key: "payload.for".to_owned(),
        cardinality: String::new(),
        within: "5s".to_owned(),
        skew: String::new(),
        equal: vec!["payload.total = payload.amount".to_owned()],
    }
}

/// Orders, and what is billed for them: one in time and equal, one of another amount, one too late, one never, and one for nothing.
fn orders_and_bills() -> (Two, ComparisonDto) {
    let order = |n: u32, second: u32| {
        let payload = format!(r#"{{"order":"o{n}","total":{n}0}}"#);
        event(&format!("order-{n}"), 1, "OrderPlaced", second, &payload)
    };
    let bill = |n: u32, second: u32, amount: u32| {
        let payload = format!(r#"{{"for":"o{n}","amount":{amount}}}"#);
        event(&format!("bill-{n}"), 1, "Billed", second, &payload)
    };
    let two = Two::of(&[
        order(1, 0),
        event("order-1", 2, "OrderShipped", 1, "{}"),
        order(2, 10),
        order(3, 20),
        order(4, 30),
        event("order-4", 2, "OrderShipped", 200, "{}"),
    ]);
    let right = [
        bill(1, 2, 10),
        bill(2, 12, 21),
        bill(3, 50, 30),
        bill(9, 60, 90),
        event("bill-1", 2, "Paid", 200, r#"{"for":"o1","amount":10}"#),
    ];
    let options = CompareOptionsDto {
        only_types: vec!["OrderPlaced".to_owned(), "Billed".to_owned()],
        correlated: Some(correlated()),
        ..options()
    };
    let begun = two.start_with(&right, options);
    let done = done(&two, &begun);
    (two, done)
}

#[test]
fn events_that_belong_together_are_compared_and_each_finding_says_by_which_key() {
    let (two, done) = orders_and_bills();
    assert_eq!(done.mode, ModeDto::Correlated);
    let summary = done.summary.unwrap();
    assert_eq!(summary.verdict, VerdictDto::Never);
    assert!(summary.identity.is_none() && summary.aligned);
    let took = summary.correlated.unwrap();
    assert_eq!((took.keys_both, took.keys_left, took.keys_right), (3, 1, 1));
    assert_eq!((took.left.taking_part, took.right.taking_part), (Int(4), Int(4)));
    let listed = findings(&two, done.id, every(None));
    let told: Vec<(&str, Option<&str>, FindingStatusDto)> = listed
        .iter()
        .map(|f| (f.category.as_str(), f.key.as_deref(), f.status))
        .collect();
    assert_eq!(
        told,
        [
            ("extra", Some("o9"), FindingStatusDto::Confirmed),
            ("conflict", Some("o2"), FindingStatusDto::Confirmed),
            ("deadline", Some("o3"), FindingStatusDto::Healed),
            ("deadline", Some("o4"), FindingStatusDto::Confirmed),
        ]
    );
    let conflict = &listed[1];
    assert_eq!(conflict.fields[0].path, "payload.total = payload.amount");
    assert_eq!(conflict.fields[0].left.as_deref(), Some("20"));
    // Places are those of the index: the third event there.
    assert_eq!(conflict.left.as_ref().unwrap().ordinal, 2);
    assert_eq!(
        (conflict.at_log, conflict.at_time),
        (Int(2), Some(Int(MIDNIGHT + 10 * SECOND)))
    );
    // As known before it came, the late one has no partner.
    let then = findings(&two, done.id, every(Some(MIDNIGHT + 40 * SECOND)));
    let late = then.iter().find(|f| f.key.as_deref() == Some("o3")).unwrap();
    assert_eq!(
        (late.status, late.right.is_none()),
        // Nothing had come on the right that says that its time had passed.
        (FindingStatusDto::Pending, true)
    );
    assert!(then.iter().all(|f| f.key.as_deref() != Some("o9")));
}

#[test]
fn correlated_findings_are_shown_by_key_and_time_and_as_lengths_but_not_as_states() {
    let (two, done) = orders_and_bills();
    let heat = FindingHeatArgs {
        comparison: done.id,
        list: every(None),
        axis: AxisDto::Time,
        columns: 10,
        offset: 0,
        limit: 10,
    };
    let heat = commands::finding_heat(&two.session, heat).unwrap();
    let mut keys: Vec<String> = heat.rows.iter().map(|r| r.stream.clone()).collect();
    keys.sort();
    assert_eq!(keys, ["o2", "o3", "o4", "o9"]);
    let lag = ConvergenceArgs {
        comparison: done.id,
        known_at: None,
        columns: 20,
    };
    let lag = commands::convergence(&two.session, lag).unwrap();
    assert_eq!((lag.to_converge.count, lag.open), (1, 3));
    assert_eq!(lag.lag.longest, Some(Int(30 * SECOND)));
    let states = FindingStatesArgs {
        comparison: done.id,
        number: 0,
        known_at: None,
        projection: None,
    };
    let e = commands::finding_states(&two.session, states).unwrap_err();
    assert_eq!(e.code, "nothing-to-compare");
}

#[test]
fn what_is_wrong_with_a_key_is_told_with_its_field_before_anything_is_read() {
    let two = Two::of(&[line("order-1", 1, 0, "1")]);
    let right = two.file("right.ndjson", &[line("order-1", 1, 0, "1")]);
    let start = |correlated| {
        let args = crate::contract::CompareStartArgs {
            source: two.source,
            right: right.display().to_string(),
            options: CompareOptionsDto {
                correlated: Some(correlated),
                ..options()
            },
        };
        commands::compare_start(&two.session, args).unwrap_err()
    };
    let no_key = CorrelatedOptionsDto {
        right_key: String::new(),
        ..correlated()
    };
    assert_eq!(start(no_key).params["key"], "right_key");
    let no_length = CorrelatedOptionsDto {
        within: "soon".to_owned(),
        ..correlated()
    };
    assert_eq!(start(no_length).params["key"], "within");
}

/// Three carts, and lines of states: one right, one of which a field was changed, one gone.
fn carts() -> (Two, ComparisonDto) {
    carts_with(&[(1, 10), (2, 99)])
}

/// Three carts, and lines of states: cart and total.
fn carts_with(states: &[(u32, u32)]) -> (Two, ComparisonDto) {
    let cart = |n: u32, version: u32, second: u32, total: u32| {
        let payload = format!(r#"{{"total":{total},"currency":"EUR"}}"#);
        event(&format!("cart-{n}"), version, "CartChanged", second, &payload)
    };
    let two = Two::of(&[
        cart(1, 1, 0, 1),
        cart(2, 1, 1, 2),
        cart(3, 1, 2, 3),
        cart(1, 2, 3, 10),
        cart(2, 2, 4, 20),
    ]);
    let state = |n: u32, total: u32| {
        format!(r#"{{"stream":"cart-{n}","state":{{"total":{total},"currency":"EUR"}}}}"#)
    };
    let projection = ProjectionOptionsDto {
        projection: String::new(),
        table: String::new(),
        key: String::new(),
        fields: Vec::new(),
        map: Vec::new(),
        within: String::new(),
    };
    let options = CompareOptionsDto {
        projection: Some(projection),
        settled: true,
        ..options()
    };
    let states: Vec<String> = states.iter().map(|(n, total)| state(*n, *total)).collect();
    let begun = two.start_with(&states, options);
    let done = done(&two, &begun);
    (two, done)
}

#[test]
fn a_stream_with_a_second_row_is_counted_once() {
    let (_, done) = carts_with(&[(1, 10), (2, 99), (2, 20), (2, 20), (3, 3)]);
    let summary = done.summary.unwrap();
    let counts: Vec<(&str, u32)> = summary
        .counts
        .iter()
        .map(|c| (c.category.as_str(), c.confirmed))
        .collect();
    assert_eq!(counts, [("duplicate", 2), ("field-mismatch", 1)]);
    assert_eq!((summary.streams, summary.streams_differing), (3, 1));
    assert_eq!(summary.projection.unwrap().streams, 3);
}

#[test]
fn states_are_compared_with_rows_and_who_changed_what_differs_is_told() {
    let (two, done) = carts();
    assert_eq!(done.mode, ModeDto::Projection);
    let summary = done.summary.unwrap();
    let projection = summary.projection.unwrap();
    assert_eq!((projection.rows, projection.streams), (2, 3));
    assert!(projection.as_of.is_some());
    let listed = findings(&two, done.id, every(None));
    let told: Vec<(&str, &str)> = listed
        .iter()
        .map(|f| (f.category.as_str(), f.stream.as_str()))
        .collect();
    assert_eq!(told, [("missing", "cart-3"), ("field-mismatch", "cart-2")]);
    let args = FindingArgs {
        comparison: done.id,
        number: listed[1].number,
        known_at: None,
    };
    let evidence = commands::finding(&two.session, args).unwrap();
    assert_eq!(evidence.finding.fields[0].path, "/total");
    assert_eq!(evidence.finding.fields[0].right.as_deref(), Some("99"));
    let row = evidence.row.unwrap();
    assert_eq!(row.row.as_deref(), Some(r#"{"total":99,"currency":"EUR"}"#));
    assert_eq!(row.state.as_deref(), Some(r#"{"total":20,"currency":"EUR"}"#));
    let blame = row.blame[0].clone().unwrap();
    assert_eq!((blame.version, blame.ordinal), (Some(Int(2)), Some(4)));
    // There is nothing beside the playhead: rows are no events.
    let args = BesideArgs {
        comparison: done.id,
        place: time(0),
        sync: SyncDto::Time,
    };
    assert_eq!(commands::beside(&two.session, args).unwrap(), None);
}

#[test]
fn where_the_right_side_is_a_history_the_states_of_its_streams_are_compared() {
    let left: Vec<String> = (1..4).map(|n| line(&format!("order-{n}"), 1, n, "1")).collect();
    let two = Two::of(&left);
    // The same states by other events; one stream says something else, one is not there.
    let right = [
        line("order-1", 1, 50, "7"),
        line("order-1", 2, 51, "1"),
        line("order-2", 1, 52, "2"),
    ];
    let options = CompareOptionsDto {
        projection: Some(ProjectionOptionsDto {
            projection: "merge".to_owned(),
            table: String::new(),
            key: String::new(),
            fields: Vec::new(),
            map: Vec::new(),
            within: String::new(),
        }),
        settled: true,
        ..options()
    };
    let begun = two.start_with(&right, options);
    let done = done(&two, &begun);
    let summary = done.summary.unwrap();
    let projection = summary.projection.unwrap();
    assert_eq!((projection.of_history, projection.rows), (true, 2));
    let listed = findings(&two, done.id, every(None));
    let told: Vec<(&str, &str)> = listed
        .iter()
        .map(|f| (f.category.as_str(), f.stream.as_str()))
        .collect();
    assert_eq!(told, [("missing", "order-3"), ("field-mismatch", "order-2")]);
    let args = FindingArgs {
        comparison: done.id,
        number: listed[1].number,
        known_at: None,
    };
    let row = commands::finding(&two.session, args).unwrap().row.unwrap();
    let set = |blame: &[Option<SetByDto>]| {
        let by = blame[0].clone().unwrap();
        (by.version, by.time.is_some())
    };
    assert_eq!(set(&row.blame), (Some(Int(1)), true));
    assert_eq!(set(&row.blame_right), (Some(Int(1)), true));
    assert_eq!(row.blame_right.len(), row.blame.len());
}

fn time(second: i64) -> PlaceDto {
    PlaceDto {
        axis: AxisDto::Time,
        coord: Int(MIDNIGHT + second * SECOND),
        ordinal: None,
    }
}

fn rule(name: &str, check: &str) -> RuleDto {
    RuleDto {
        name: name.to_owned(),
        when: String::new(),
        check: check.to_owned(),
        expect: String::new(),
        by: String::new(),
        within: String::new(),
        settled: false,
        streams: Vec::new(),
        categories: Vec::new(),
        types: Vec::new(),
        projection: String::new(),
    }
}

const PROJECT: &str = r#"
[[source]]
name = "shop"
path = "left.ndjson"

[[rule]]
name = "never below zero"
source = "shop"
check = "state.total >= 0"

[[rule]]
name = "of another file"
source = "other.db"
check = "true"

[[rule]]
name = "broken"
check = "stat.total"

[[comparison]]
name = "copy"
left = "shop"
right = "right.ndjson"
mode = "correlated"
key = "payload.total"
within = "5s"

[[comparison]]
name = "elsewhere"
left = "other.db"
right = "right.ndjson"

[[comparison]]
name = "topic"
left = "left.ndjson"
right = "kafka://b:9092/t"
"#;

/// An order whose total is below zero for a while.
fn below_zero() -> Two {
    let two = Two::of(&[
        line("order-1", 1, 0, "1"),
        line("order-2", 1, 1, "5"),
        line("order-1", 2, 2, "-1"),
        line("order-1", 3, 3, "-2"),
        line("order-1", 4, 4, "3"),
        line("order-2", 2, 5, "-7"),
    ]);
    two.file("leftfold.toml", &[PROJECT.to_owned()]);
    two
}

#[test]
fn rules_of_the_project_file_are_listed_and_those_that_do_not_fit_say_why() {
    let two = below_zero();
    let listed = commands::rules(&two.session, RulesArgs { source: two.source }).unwrap();
    assert!(listed.path.unwrap().ends_with("leftfold.toml"));
    let told: Vec<(&str, Option<&str>, bool)> = listed
        .rules
        .iter()
        .map(|r| (r.name.as_str(), r.elsewhere.as_deref(), r.problem.is_some()))
        .collect();
    assert_eq!(
        told,
        [
            ("never below zero", None, false),
            ("of another file", Some("other.db"), false),
            ("broken", None, true)
        ]
    );
    assert_eq!(listed.rules[0].rule.as_ref().unwrap().check, "state.total >= 0");
}

#[test]
fn violations_of_rules_are_findings_by_rule_and_one_that_cannot_be_checked_breaks_no_other() {
    let two = below_zero();
    let args = CheckStartArgs {
        source: two.source,
        names: vec!["never below zero".to_owned(), "broken".to_owned()],
        written: Some(rule("small", "payload.total < 5")),
    };
    let begun = commands::check_start(&two.session, args).unwrap();
    let done = done(&two, &begun);
    assert_eq!(done.mode, ModeDto::Rules);
    let summary = done.summary.unwrap();
    assert_eq!(
        (summary.verdict, summary.streams_differing),
        (VerdictDto::Never, 2)
    );
    assert_eq!(summary.rules.len(), 3);
    assert_eq!((summary.rules[0].violations, summary.rules[0].streams), (2, 2));
    assert_eq!(summary.rules[0].since, Some(Int(MIDNIGHT + 2 * SECOND)));
    assert!(summary.rules[1].error.is_some());
    let kinds: Vec<(&str, u32, u32)> = summary
        .counts
        .iter()
        .map(|c| (c.category.as_str(), c.confirmed, c.healed))
        .collect();
    assert_eq!(kinds, [("rule:never below zero", 1, 1), ("rule:small", 1, 0)]);
    let listed = findings(&two, done.id, every(None));
    let told: Vec<(&str, &str, u32, FindingStatusDto)> = listed
        .iter()
        .map(|f| {
            let ordinal = f.left.as_ref().unwrap().ordinal;
            (f.category.as_str(), f.stream.as_str(), ordinal, f.status)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("rule:never below zero", "order-1", 2, FindingStatusDto::Healed),
            ("rule:never below zero", "order-2", 5, FindingStatusDto::Confirmed),
            ("rule:small", "order-2", 1, FindingStatusDto::Confirmed),
        ]
    );
    // As known while it was below zero, the first one had not healed and the second had not begun.
    let then = findings(&two, done.id, every(Some(MIDNIGHT + 3 * SECOND)));
    let told: Vec<(u32, FindingStatusDto)> = then.iter().map(|f| (f.number, f.status)).collect();
    assert_eq!(told.len(), 2);
    assert!(
        told.iter()
            .all(|(_, status)| *status == FindingStatusDto::Confirmed)
    );
    let hidden = FindingListDto {
        hidden_categories: vec!["rule:small".to_owned()],
        ..every(None)
    };
    assert_eq!(findings(&two, done.id, hidden).len(), 2);
}

#[test]
fn what_has_to_follow_is_pending_until_its_deadline_or_the_end_of_a_history_that_is_complete() {
    use FindingStatusDto::{Confirmed, Pending};

    let two = below_zero();
    let of = |settled: bool, within: &str| {
        let written = RuleDto {
            when: "payload.total == 5".to_owned(),
            expect: "payload.total == 99".to_owned(),
            by: "stream".to_owned(),
            within: within.to_owned(),
            settled,
            ..rule("paid", "")
        };
        let args = CheckStartArgs {
            source: two.source,
            names: Vec::new(),
            written: Some(written),
        };
        let begun = commands::check_start(&two.session, args).unwrap();
        let done = done(&two, &begun);
        // In the end, at the end, and before it.
        let at = [None, Some(MIDNIGHT + 5 * SECOND), Some(MIDNIGHT + 4 * SECOND)];
        let statuses = at.map(|at| findings(&two, done.id, every(at)).first().map(|f| f.status));
        let rules = done.summary.unwrap().rules;
        (
            statuses.map(Option::unwrap),
            rules[0].violations,
            rules[0].pending,
        )
    };
    for within in ["", "1h"] {
        assert_eq!(of(false, within), ([Pending; 3], 0, 1), "{within}");
        assert_eq!(
            of(true, within),
            ([Confirmed, Confirmed, Pending], 1, 0),
            "{within}"
        );
    }
    assert_eq!(of(false, "2s"), ([Confirmed; 3], 1, 0));
}

#[test]
fn rules_wait_until_a_history_that_is_read_anew_is_whole() {
    let lines: Vec<String> = (0..60_000)
        .map(|i| line(&format!("order-{i}"), 1, i % 3600, "1"))
        .collect();
    let two = Two::of(&lines);
    let again = crate::contract::ReindexArgs { source: two.source };
    commands::reindex(&two.session, again).unwrap();
    let args = CheckStartArgs {
        source: two.source,
        names: Vec::new(),
        written: Some(rule("r", "payload.total > 0")),
    };
    let begun = commands::check_start(&two.session, args).unwrap();
    let summary = done(&two, &begun).summary.unwrap();
    assert_eq!(
        (summary.left_events, summary.verdict),
        (60_000, VerdictDto::AlwaysEqual)
    );
}

#[test]
fn a_rule_that_is_written_wrong_is_refused_with_its_field() {
    let two = below_zero();
    let check = |written: RuleDto| {
        let args = CheckStartArgs {
            source: two.source,
            names: Vec::new(),
            written: Some(written),
        };
        commands::check_start(&two.session, args).unwrap_err()
    };
    assert_eq!(check(rule("r", "stat.x > 0")).params["key"], "check");
    let follower = RuleDto {
        expect: "type == 'A'".to_owned(),
        ..rule("r", "")
    };
    assert_eq!(check(follower).params["key"], "when");
    let nothing = CheckStartArgs {
        source: two.source,
        names: Vec::new(),
        written: None,
    };
    let e = commands::check_start(&two.session, nothing).unwrap_err();
    assert_eq!(e.code, "nothing-to-compare");
}

#[test]
fn saved_comparisons_fill_a_form_where_their_left_side_is_the_open_source() {
    let two = below_zero();
    let args = SavedComparisonsArgs { source: two.source };
    let saved = commands::saved_comparisons(&two.session, args).unwrap();
    let told: Vec<(&str, ModeDto, bool, bool, bool)> = saved
        .iter()
        .map(|s| {
            (
                s.name.as_str(),
                s.mode,
                s.is_here,
                s.options.is_some(),
                s.problem.is_some(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("copy", ModeDto::Correlated, true, true, false),
            ("elsewhere", ModeDto::Mirror, false, false, false),
            ("topic", ModeDto::Mirror, true, false, true),
        ]
    );
    let options = saved[0].options.clone().unwrap();
    let correlated = options.correlated.unwrap();
    assert_eq!(
        (correlated.left_key.as_str(), correlated.within.as_str()),
        ("payload.total", "5s")
    );
    assert!(fs::exists(fs::canonicalize(two.file("right.ndjson", &[])).unwrap()).unwrap());
    assert!(saved[0].right.ends_with("right.ndjson"));
}

/// The right side lags ten seconds behind and lacks the third event.
fn lagging() -> (Two, ComparisonDto) {
    let totals = ["1", "2", "3", "4"];
    let of = |later: u32| -> Vec<String> {
        (0..4)
            .map(|i| line("order-1", i + 1, i * 10 + later, totals[i as usize]))
            .collect()
    };
    let two = Two::of(&of(0));
    let mut right = of(15);
    right.remove(2);
    let begun = two.start_with(&right, options());
    let done = done(&two, &begun);
    (two, done)
}

#[test]
fn on_time_the_right_side_stands_at_the_moment_and_on_alignment_at_the_event_that_belongs_to_the_left_one() {
    let (two, done) = lagging();
    let beside = |second: i64, sync: SyncDto| {
        let args = BesideArgs {
            comparison: done.id,
            place: time(second),
            sync,
        };
        commands::beside(&two.session, args).unwrap().unwrap()
    };
    let version = |row: &Option<crate::dto::RowDto>| row.as_ref().and_then(|r| r.version).map(|v| v.0);
    // By then the right side has only its first event, fifteen seconds late.
    let on_time = beside(20, SyncDto::Time);
    assert_eq!(version(&on_time.right), Some(1));
    // The third event has no partner, so the second one's counts.
    let aligned = beside(20, SyncDto::Alignment);
    assert_eq!(
        (version(&aligned.left), version(&aligned.right)),
        (Some(2), Some(2))
    );
    assert_eq!(aligned.without_partner, 1);
    assert_eq!(aligned.at, Some(Int(MIDNIGHT + 25 * SECOND)));
    let before = beside(-1, SyncDto::Alignment);
    assert_eq!((before.left, before.right, before.at), (None, None, None));
}

#[test]
fn states_at_the_playhead_follow_the_moment_or_the_alignment() {
    let (two, done) = lagging();
    let states = |second: i64, sync: SyncDto| {
        let args = StatesBesideArgs {
            comparison: done.id,
            stream: "order-1".to_owned(),
            place: time(second),
            sync,
            projection: None,
        };
        let states = commands::states_beside(&two.session, args).unwrap();
        (
            states.left.unwrap().state,
            states.right.unwrap().state,
            states.differing,
        )
    };
    let at = |n: u32| format!(r#"{{"total":{n}}}"#);
    assert_eq!(states(10, SyncDto::Time), (at(2), "{}".to_owned(), 1));
    assert_eq!(states(10, SyncDto::Alignment), (at(2), at(2), 0));
    assert_eq!(states(20, SyncDto::Alignment), (at(3), at(2), 1));
    assert_eq!(states(30, SyncDto::Alignment), (at(4), at(4), 0));
}

#[test]
fn of_events_that_belong_together_the_partner_stands_beside_the_playhead() {
    let (two, done) = orders_and_bills();
    let args = BesideArgs {
        comparison: done.id,
        place: time(31),
        sync: SyncDto::Alignment,
    };
    let beside = commands::beside(&two.session, args).unwrap().unwrap();
    // The fourth order was never billed.
    assert_eq!(beside.left.unwrap().stream, "order-3");
    assert_eq!(beside.right.unwrap().stream, "bill-3");
    assert_eq!(
        (beside.at, beside.without_partner),
        (Some(Int(MIDNIGHT + 50 * SECOND)), 1)
    );
}
