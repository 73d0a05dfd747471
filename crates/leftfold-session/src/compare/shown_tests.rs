//! How the window shows a divergence: as known at a moment, narrowed, by stream and time, as states, beside other files.

use super::task_tests::{Two, all, line, options};
use crate::commands;
use crate::contract::{
    CancelStatesArgs, ComparisonKnownArgs, ConvergenceArgs, FindingArgs, FindingHeatArgs, FindingNearArgs,
    FindingPlaceArgs, FindingStatesArgs, FindingTilesArgs, FindingsArgs, LikenessArgs, SideDensityArgs,
};
use crate::dto::{
    AxisDto, CompareOptionsDto, ComparisonDto, ComparisonStateDto, FindingDto, FindingListDto,
    FindingStatusDto, HandDto, Int, SharedDto, SpanDto, VerdictDto,
};

/// 2026-01-01T00:00:00Z.
const MIDNIGHT: i64 = 1_767_225_600_000_000_000;
const SECOND: i64 = 1_000_000_000;

const fn at(second: i64) -> Int {
    Int(MIDNIGHT + second * SECOND)
}

/// An event with this payload, and a time of its own.
fn event(stream: &str, version: u32, second: u32, payload: &str) -> String {
    line(stream, version, second, "0").replace(r#"{"total":0}"#, payload)
}

/// One stream whose second event comes a minute late and whose last one never does; the other is whole.
fn late() -> (Vec<String>, Vec<String>) {
    let left: Vec<String> = (0..10)
        .map(|i| line("order-1", i + 1, i * 30, "1"))
        .chain((0..10).map(|i| line("basket-2", i + 1, i * 30 + 1, "1")))
        .collect();
    let mut right = left.clone();
    right[1] = line("order-1", 2, 90, "1");
    right.remove(9);
    right.push(line("clock-3", 1, 600, "1"));
    let mut left = left;
    left.push(line("clock-3", 1, 600, "1"));
    (left, right)
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

fn compared(left: &[String], right: &[String], options: CompareOptionsDto) -> (Two, ComparisonDto) {
    let two = Two::of(left);
    let id = two.start_with(right, options).id;
    let done = two.done(id);
    (two, done)
}

#[test]
fn what_is_healed_in_the_end_was_missing_until_it_came() {
    let (left, right) = late();
    let (two, done) = compared(&left, &right, options());
    let id = done.id;
    let said = |second: i64| {
        let list = FindingListDto {
            known_at: Some(at(second)),
            ..all(false)
        };
        let found = findings(&two, id, list);
        found
            .iter()
            .map(|f| (f.category.clone(), f.status, f.right.is_some()))
            .collect::<Vec<_>>()
    };
    let finding = |category: &str, status, whole| (category.to_owned(), status, whole);
    assert_eq!(said(29), []);
    assert_eq!(said(31), [finding("missing", FindingStatusDto::Pending, false)]);
    assert_eq!(said(80), [finding("missing", FindingStatusDto::Confirmed, false)]);
    assert_eq!(said(90), [finding("late", FindingStatusDto::Healed, true)]);
    assert_eq!(said(599).len(), 2);

    let known = |second| {
        let args = ComparisonKnownArgs {
            comparison: id,
            known_at: at(second),
        };
        commands::comparison_known(&two.session, args).unwrap()
    };
    assert_eq!(known(29).verdict, VerdictDto::AlwaysEqual);
    assert_eq!(known(80).awaited, 0);
    assert_eq!(known(31).verdict, VerdictDto::Undecided);
    assert_eq!(
        (known(80).verdict, known(80).streams_differing),
        (VerdictDto::Never, 1)
    );
    assert_eq!(known(90).within, Some(Int(60 * SECOND)));
    assert_eq!(known(90).first, Some(0));
    // A time no finding had begun by has no evidence of the other side's event.
    let args = FindingArgs {
        comparison: id,
        number: 0,
        known_at: Some(at(80)),
    };
    let evidence = commands::finding(&two.session, args).unwrap();
    assert!(evidence.right_payload.is_none() && evidence.left_payload.is_some());
    // Nor had its state then seen what came later.
    let included = |known_at| {
        let args = FindingStatesArgs {
            comparison: id,
            number: 0,
            known_at,
            projection: None,
        };
        let states = commands::finding_states(&two.session, args).unwrap();
        [states.left, states.right].map(|side| side.map(|s| s.included))
    };
    assert_eq!(included(Some(at(80))), [Some(2), Some(1)]);
    assert_eq!(included(None), [Some(2), Some(2)]);
    // Before it began both had the first event.
    assert_eq!(included(Some(at(10))), [Some(1), Some(1)]);
    // The end is what it was.
    assert_eq!(done.summary.unwrap().verdict, VerdictDto::Never);
}

#[test]
fn what_comes_within_the_tolerance_was_under_way_until_it_came() {
    let (left, mut right) = late();
    right[4] = line("order-1", 5, 130, "1");
    let (two, done) = compared(&left, &right, options());
    let known = |second| {
        let args = ComparisonKnownArgs {
            comparison: done.id,
            known_at: at(second),
        };
        let known = commands::comparison_known(&two.session, args).unwrap();
        (known.awaited, known.verdict)
    };
    assert_eq!(known(119), (0, VerdictDto::EventuallyEqual));
    assert_eq!(known(120), (1, VerdictDto::Undecided));
    assert_eq!(known(129), (1, VerdictDto::Undecided));
    assert_eq!(known(130), (0, VerdictDto::EventuallyEqual));

    // Until then it is a finding like any other: listed by when it began, placed, counted, shown.
    let list = |known_at, grouped| FindingListDto {
        known_at,
        ..all(grouped)
    };
    let told = |known_at, grouped| {
        let found = findings(&two, done.id, list(known_at, grouped));
        let of = |f: &FindingDto| {
            (
                f.category.clone(),
                f.status,
                f.awaited,
                f.at_log,
                f.right.is_some(),
            )
        };
        found.iter().map(of).collect::<Vec<_>>()
    };
    let late = ("late".to_owned(), FindingStatusDto::Healed, false, Int(1), true);
    let awaited = (
        "missing".to_owned(),
        FindingStatusDto::Pending,
        true,
        Int(4),
        false,
    );
    assert_eq!(told(at(129).into(), false), [late.clone(), awaited.clone()]);
    assert_eq!(told(at(129).into(), true), [awaited, late]);
    assert_eq!(told(at(130).into(), false).len(), 1);
    assert!(told(None, false).iter().all(|(.., awaited, _, _)| !awaited));

    let number = findings(&two, done.id, list(at(129).into(), true))[0].number;
    let evidence = |known_at| {
        let args = FindingArgs {
            comparison: done.id,
            number,
            known_at,
        };
        let evidence = commands::finding(&two.session, args).unwrap();
        let FindingDto { category, status, .. } = evidence.finding;
        (
            category,
            status,
            evidence.left_payload.is_some(),
            evidence.right_payload.is_some(),
        )
    };
    assert_eq!(
        evidence(at(129).into()),
        ("missing".to_owned(), FindingStatusDto::Pending, true, false)
    );
    assert_eq!(
        evidence(at(131).into()),
        ("late".to_owned(), FindingStatusDto::Healed, true, true)
    );
    let place = |known_at| {
        let args = FindingPlaceArgs {
            comparison: done.id,
            list: list(known_at, true),
            number,
        };
        commands::finding_place(&two.session, args).unwrap()
    };
    assert_eq!((place(at(129).into()), place(at(130).into())), (Some(0), None));
    let near = |known_at| {
        let args = FindingNearArgs {
            comparison: done.id,
            list: list(known_at, true),
            axis: AxisDto::Time,
            coord: at(119),
        };
        commands::finding_near(&two.session, args).unwrap()
    };
    assert_eq!((near(at(129).into()), near(at(130).into())), (Some(0), Some(0)));
    let heat = |known_at| {
        let args = FindingHeatArgs {
            comparison: done.id,
            list: list(known_at, true),
            axis: AxisDto::Time,
            columns: 10,
            offset: 0,
            limit: 10,
        };
        let heat = commands::finding_heat(&two.session, args).unwrap();
        heat.rows.iter().map(|row| row.pending).sum::<u32>()
    };
    assert_eq!((heat(at(129).into()), heat(at(130).into())), (1, 0));
    let tiles = |known_at| {
        let args = FindingTilesArgs {
            comparison: done.id,
            list: list(known_at, true),
            axis: AxisDto::Log,
            spans: vec![SpanDto {
                from: Int(4),
                to: Int(5),
                columns: 1,
            }],
        };
        commands::finding_tiles(&two.session, args).unwrap().0[0]
    };
    assert_eq!((tiles(at(129).into()), tiles(at(130).into())), (1, 0));
}

#[test]
fn what_the_other_side_had_first_stands_where_it_was_seen_first() {
    let (mut left, right) = late();
    left[4] = line("order-1", 5, 130, "1");
    let (two, done) = compared(&left, &right, options());
    let list = FindingListDto {
        known_at: at(125).into(),
        ..all(false)
    };
    let found = findings(&two, done.id, list.clone());
    let of = |f: &FindingDto| {
        (
            f.category.clone(),
            f.awaited,
            f.at_time,
            f.left.is_some(),
            f.right.is_some(),
        )
    };
    // After the one that healed at 90; its own left event comes only at 130.
    assert_eq!(
        found.iter().map(of).collect::<Vec<_>>()[1],
        ("extra".to_owned(), true, Some(at(120)), false, true)
    );
    let tiles = |from, to, axis| {
        let args = FindingTilesArgs {
            comparison: done.id,
            list: list.clone(),
            axis,
            spans: vec![SpanDto { from, to, columns: 1 }],
        };
        commands::finding_tiles(&two.session, args).unwrap().0[0]
    };
    assert_eq!(tiles(at(120), at(121), AxisDto::Time), 1);
    assert_eq!(tiles(at(121), at(140), AxisDto::Time), 0);
    let Int(log) = found[1].at_log;
    assert_eq!(tiles(Int(log), Int(log + 1), AxisDto::Log), 1);
}

#[test]
fn the_moment_that_was_asked_for_is_told_when_both_sides_are_known() {
    let (left, right) = late();
    let with = |known_at: &str| CompareOptionsDto {
        known_at: Some(known_at.to_owned()),
        ..options()
    };
    let (two, done) = compared(&left, &right, with("-5m"));
    assert_eq!(done.known_at, Some(at(300)));
    let again = two.start_with(&right, with("2026-01-01T00:01:20Z")).id;
    assert_eq!(two.done(again).known_at, Some(at(80)));
}

#[test]
fn a_part_of_the_history_is_compared_and_still_found_in_the_index() {
    let (left, mut right) = late();
    right[13] = line("basket-2", 5, 121, "9");
    let only = CompareOptionsDto {
        only_categories: vec!["basket".to_owned()],
        ..options()
    };
    let (two, done) = compared(&left, &right, only);
    let summary = done.summary.unwrap();
    assert_eq!((summary.left_events, summary.aligned), (10, true));
    let found = findings(&two, done.id, all(false));
    assert_eq!(found.len(), 1);
    let row = found[0].left.as_ref().unwrap();
    assert_eq!((row.ordinal, found[0].at_log), (14, Int(14)));

    let none = CompareOptionsDto {
        only_types: vec!["NoSuch".to_owned()],
        ..options()
    };
    let nothing = two.done(two.start_with(&right, none).id);
    assert_eq!(nothing.state, ComparisonStateDto::Failed);
    assert_eq!(nothing.error.unwrap().code, "nothing-to-compare");
}

#[test]
fn what_is_within_a_tolerance_is_no_conflict() {
    let left = [line("order-1", 1, 0, "1.00"), line("order-1", 2, 1, "5")];
    let right = [line("order-1", 1, 0, "1.004"), line("order-1", 2, 1, "6")];
    let confirmed = |number: Option<&str>| {
        let with = CompareOptionsDto {
            number_tolerance: number.map(str::to_owned),
            ..options()
        };
        let (_, done) = compared(&left, &right, with);
        done.summary
            .unwrap()
            .counts
            .iter()
            .map(|c| c.confirmed)
            .sum::<u32>()
    };
    assert_eq!([confirmed(None), confirmed(Some("0.01"))], [2, 1]);
    let two = Two::of(&left);
    let args = crate::contract::CompareStartArgs {
        source: two.source,
        right: two.file("right.ndjson", &right).display().to_string(),
        options: CompareOptionsDto {
            number_tolerance: Some("about one".to_owned()),
            ..options()
        },
    };
    let refused = commands::compare_start(&two.session, args.clone()).unwrap_err();
    assert_eq!(refused.code, "number-syntax");
    let args = crate::contract::CompareStartArgs {
        options: CompareOptionsDto {
            known_at: Some("v7".to_owned()),
            ..options()
        },
        ..args
    };
    let refused = commands::compare_start(&two.session, args).unwrap_err();
    assert_eq!(refused.code, "point-syntax");
}

#[test]
fn both_sides_are_counted_by_columns_on_either_axis() {
    let (left, right) = late();
    let (two, done) = compared(&left, &right, options());
    let counts = |hand, axis, spans: &[(i64, i64, u32)]| {
        let span = |&(from, to, columns): &(i64, i64, u32)| SpanDto {
            from: Int(from),
            to: Int(to),
            columns,
        };
        let args = SideDensityArgs {
            comparison: done.id,
            hand,
            axis,
            spans: spans.iter().map(span).collect(),
        };
        let bytes = commands::side_density(&two.session, args).unwrap().0;
        bytes
            .chunks_exact(4)
            .map(|c| u32::from_le_bytes([c[0], c[1], c[2], c[3]]))
            .collect::<Vec<u32>>()
    };
    let whole = [(at(0).0, at(601).0, 1)];
    assert_eq!(counts(HandDto::Left, AxisDto::Time, &whole), [21]);
    assert_eq!(counts(HandDto::Right, AxisDto::Time, &whole), [20]);
    let parts = [(at(0).0, at(60).0, 2), (at(60).0, at(120).0, 2)];
    assert_eq!(counts(HandDto::Left, AxisDto::Time, &parts), [2, 2, 2, 2]);
    assert_eq!(counts(HandDto::Right, AxisDto::Time, &parts), [2, 1, 2, 3]);
    // Whatever the cut, nothing is counted twice or left out.
    let odd: u32 = counts(HandDto::Left, AxisDto::Time, &[(at(0).0, at(601).0, 7)])
        .iter()
        .sum();
    assert_eq!(odd, 21);
    assert_eq!(counts(HandDto::Left, AxisDto::Log, &[(0, 21, 3)]), [7, 7, 7]);
    let log: u32 = counts(HandDto::Right, AxisDto::Log, &[(0, 21, 21)]).iter().sum();
    assert_eq!(log, 20);
}

#[test]
fn findings_are_told_by_stream_and_time_the_streams_with_the_most_first() {
    let (left, mut right) = late();
    for version in [3, 4, 5] {
        right[8 + version as usize] = line("basket-2", version, (version - 1) * 30 + 1, "9");
    }
    let (two, done) = compared(&left, &right, options());
    let heat = |list, limit| {
        let args = FindingHeatArgs {
            comparison: done.id,
            list,
            axis: AxisDto::Time,
            columns: 4,
            offset: 0,
            limit,
        };
        commands::finding_heat(&two.session, args).unwrap()
    };
    let whole = heat(all(true), 10);
    assert_eq!((whole.streams, whole.without_place), (2, 0));
    let rows: Vec<(&str, u32, u32)> = whole
        .rows
        .iter()
        .map(|r| (r.stream.as_str(), r.confirmed, r.healed))
        .collect();
    assert_eq!(rows, [("basket-2", 3, 0), ("order-1", 1, 1)]);
    assert_eq!(whole.from, at(30));
    for row in &whole.rows {
        let cells: u32 = row.cells.iter().map(|c| c.count).sum();
        assert_eq!(cells, row.confirmed + row.healed + row.pending);
        assert!(row.cells.windows(2).all(|w| w[0].column < w[1].column));
    }
    assert_eq!(whole.rows[1].cells[0].status, FindingStatusDto::Healed);
    assert_eq!(whole.rows[1].first_at, Some(at(30)));
    // The first finding of a cell can be gone to.
    let args = FindingPlaceArgs {
        comparison: done.id,
        list: all(true),
        number: whole.rows[1].cells[0].first,
    };
    assert!(commands::finding_place(&two.session, args).unwrap().is_some());
    let some = heat(all(true), 1);
    assert_eq!((some.rows.len(), some.streams), (1, 2));
    let healed = FindingListDto {
        hidden_statuses: vec![FindingStatusDto::Confirmed],
        ..all(true)
    };
    let narrowed = heat(healed, 10);
    assert_eq!(narrowed.streams, 1);
    // The map stays where it is.
    assert_eq!((narrowed.from, narrowed.to), (whole.from, whole.to));
}

#[test]
fn disagreements_are_told_over_time_and_by_length() {
    let (left, right) = late();
    let (two, done) = compared(&left, &right, options());
    let told = |known_at| {
        let args = ConvergenceArgs {
            comparison: done.id,
            known_at,
            columns: 20,
        };
        commands::convergence(&two.session, args).unwrap()
    };
    let end = told(None);
    assert_eq!((end.from, end.to), (at(0), Int(at(600).0 + 1)));
    assert_eq!((end.most, end.open, end.to_converge.count), (1, 1, 1));
    assert_eq!(end.most_at, Some(at(30)));
    assert_eq!(end.to_converge.median, Some(Int(60 * SECOND)));
    assert_eq!(end.to_converge.classes.len(), 1);
    assert_eq!(end.lag.longest, Some(Int(60 * SECOND)));
    assert_eq!(end.disagreeing.len(), 20);
    assert_eq!(&end.disagreeing[..4], [1, 1, 1, 0]);
    assert_eq!(end.disagreeing.last(), Some(&1));
    let then = told(Some(at(80)));
    assert_eq!((then.open, then.to_converge.count), (1, 0));
    assert!(then.disagreeing.len() < 5, "{:?}", then.disagreeing);
}

#[test]
fn the_most_streams_that_disagreed_at_once_do_not_depend_on_how_time_is_cut() {
    // Three streams come a minute late one after the other, the last two together for ten seconds.
    let times = [0, 100, 150];
    let stream = |i: usize| format!("order-{i}");
    let mut left: Vec<String> = times
        .iter()
        .enumerate()
        .map(|(i, t)| line(&stream(i), 1, *t, "1"))
        .collect();
    let mut right: Vec<String> = times
        .iter()
        .enumerate()
        .map(|(i, t)| line(&stream(i), 1, t + 60, "1"))
        .collect();
    for side in [&mut left, &mut right] {
        side.push(line("clock-9", 1, 900, "1"));
    }
    let (two, done) = compared(&left, &right, options());
    for columns in [1, 2, 7, 900] {
        let args = ConvergenceArgs {
            comparison: done.id,
            known_at: None,
            columns,
        };
        let told = commands::convergence(&two.session, args).unwrap();
        assert_eq!((told.most, told.most_at), (2, Some(at(150))));
        assert_eq!(told.disagreeing.iter().max(), Some(&2));
        if columns == 900 {
            let first = |n| told.disagreeing.iter().filter(|c| **c == n).count();
            // 60 s alone, 50 s alone, 10 s together, 50 s alone; parts at an edge count for both.
            assert!((9..=12).contains(&first(2)), "{}", first(2));
            assert!((157..=163).contains(&first(1)), "{}", first(1));
        }
    }
}

#[test]
fn states_after_a_finding_differ_where_events_set_something_else() {
    let left = [
        event("order-1", 1, 0, r#"{"status":"open","total":10}"#),
        event("order-1", 2, 1, r#"{"total":12}"#),
        event("order-1", 3, 2, r#"{"status":"paid"}"#),
        event("order-1", 4, 3, r#"{"note":"x"}"#),
    ];
    let right = [
        left[0].clone(),
        event("order-1", 2, 1, r#"{"total":13}"#),
        left[3].clone(),
    ];
    let settled = CompareOptionsDto {
        settled: true,
        ..options()
    };
    let (two, done) = compared(&left, &right, settled);
    let found = findings(&two, done.id, all(false));
    let states = |category: &str| {
        let number = found.iter().find(|f| f.category == category).unwrap().number;
        let args = FindingStatesArgs {
            comparison: done.id,
            number,
            known_at: None,
            projection: None,
        };
        commands::finding_states(&two.session, args).unwrap()
    };
    let conflict = states("conflict");
    let fields: Vec<_> = conflict
        .fields
        .iter()
        .map(|f| (f.path.as_str(), f.left.as_deref(), f.right.as_deref()))
        .collect();
    assert_eq!(fields, [("/total", Some("12"), Some("13"))]);
    let by = conflict.fields[0].left_by.as_ref().unwrap();
    assert_eq!((by.version, by.ordinal), (Some(Int(2)), Some(1)));
    assert_eq!(conflict.fields[0].right_by.as_ref().unwrap().ordinal, None);
    let left = conflict.left.unwrap();
    assert_eq!(
        (left.included, left.length, left.projection.as_str()),
        (2, 4, "merge")
    );
    assert_eq!(left.last.unwrap().version, Some(Int(2)));

    // The right side lacks the third event: its state is that after what both have before it.
    let missing = states("missing");
    let right = missing.right.unwrap();
    assert_eq!((right.included, right.length), (2, 3));
    let status = missing.fields.iter().find(|f| f.path == "/status").unwrap();
    assert_eq!(
        (status.left.as_deref(), status.right.as_deref()),
        (Some("\"paid\""), Some("\"open\""))
    );
    assert_eq!(status.left_by.as_ref().unwrap().version, Some(Int(3)));
    assert_eq!(status.right_by.as_ref().unwrap().version, Some(Int(1)));
}

#[test]
fn a_stream_that_one_side_has_not_got_has_a_state_on_the_other() {
    let left = [line("order-1", 1, 0, "1")];
    let right = [line("order-1", 1, 0, "1"), line("basket-1", 1, 1, "7")];
    let settled = CompareOptionsDto {
        settled: true,
        ..options()
    };
    let (two, done) = compared(&left, &right, settled);
    let args = FindingStatesArgs {
        comparison: done.id,
        number: findings(&two, done.id, all(false))[0].number,
        known_at: None,
        projection: None,
    };
    let states = commands::finding_states(&two.session, args).unwrap();
    assert!(states.left.is_none() && states.fields.is_empty());
    assert_eq!(states.right.unwrap().state, r#"{"total":7}"#);
}

#[test]
fn a_mirror_is_likely_and_another_history_is_not() {
    let (left, right) = late();
    let left: Vec<String> = left.iter().map(|l| l.replace('@', "-at-")).collect();
    let right: Vec<String> = right.iter().map(|l| l.replace('@', "-at-")).collect();
    let two = Two::of(&left);
    let likeness = |name: &str, lines: &[String]| {
        let args = LikenessArgs {
            source: two.source,
            path: two.file(name, lines).display().to_string(),
        };
        commands::likeness(&two.session, args).unwrap()
    };
    let mirror = likeness("mirror.ndjson", &right).unwrap();
    assert_eq!(mirror.streams, SharedDto { shared: 3, of: 3 });
    assert_eq!(mirror.ids, SharedDto { shared: 20, of: 20 });
    assert_eq!((mirror.same_dialect, mirror.score), (true, 100));
    let others: Vec<String> = (0..5)
        .map(|i| line("visit-7", i + 1, i, "1").replace("OrderChanged", "Visited"))
        .collect();
    let other = likeness("other.ndjson", &others).unwrap();
    assert_eq!(other.score, 0, "{other:?}");
    // A file is no other side of itself.
    let args = LikenessArgs {
        source: two.source,
        path: two.file("left.ndjson", &left).display().to_string(),
    };
    assert_eq!(commands::likeness(&two.session, args).unwrap(), None);
}

#[test]
fn a_replay_that_nobody_waits_for_is_given_up() {
    let left: Vec<String> = (0..60_000)
        .map(|i| line("order-1", i + 1, i % 3600, &i.to_string()))
        .collect();
    let mut right = left.clone();
    right[59_999] = line("order-1", 60_000, 2399, "7");
    let settled = CompareOptionsDto {
        settled: true,
        ..options()
    };
    let (two, done) = compared(&left, &right, settled);
    let number = findings(&two, done.id, all(false))[0].number;
    let states = || {
        let args = FindingStatesArgs {
            comparison: done.id,
            number,
            known_at: None,
            projection: None,
        };
        commands::finding_states(&two.session, args)
    };
    let cancelled = std::thread::scope(|scope| {
        let replay = scope.spawn(states);
        while !replay.is_finished() {
            commands::cancel_states(&two.session, CancelStatesArgs { comparison: done.id }).unwrap();
        }
        replay.join().unwrap()
    });
    assert_eq!(cancelled.unwrap_err().code, "cancelled");
    // What comes after that is answered.
    assert_eq!(states().unwrap().differing, 1);
}
