//! The log against brute force, and filters against events in memory.

use std::ops::ControlFlow;

use leftfold_event::{Cancel, Event, Locator, Payload, Progress, Timestamp};
use leftfold_source::{
    Certainty, EventStore, Header, HeaderSink, Identity, RawPayload, ScanSummary, SourceError, StoreInfo,
};
use proptest::prelude::*;

use crate::{Axis, Filter, FilterRun, LaneBy, Log, LogBuilder, Place, boundaries, cache};

/// Events in memory, offered as a source offers them.
struct Memory {
    info: StoreInfo,
    events: Vec<Event>,
    /// Whether payloads can be had as bytes; else only as whole events.
    gives_bytes: bool,
}

impl Memory {
    fn new(mut events: Vec<Event>) -> Self {
        for (i, event) in events.iter_mut().enumerate() {
            event.position = Some(i.to_string());
        }
        let info = StoreInfo {
            dialect: "memory".into(),
            title: "Memory".into(),
            certainty: Certainty::Certain,
            reasons: vec![],
            tables: vec![],
            notes: vec![],
            has_time: true,
            has_global_order: true,
            warnings: Vec::new(),
            time_digits: None,
        };
        Self {
            info,
            events,
            gives_bytes: true,
        }
    }

    fn log(&self) -> Log {
        let mut builder = LogBuilder::new();
        let scanned = self.scan(&mut builder, &Cancel::new());
        assert!(scanned.is_ok_and(|s| s.complete));
        builder.finish()
    }
}

impl EventStore for Memory {
    fn info(&self) -> &StoreInfo {
        &self.info
    }

    fn identity(&self) -> Result<Identity, SourceError> {
        Ok(Identity {
            path: None,
            fingerprint: format!("memory {}", self.events.len()),
        })
    }

    fn estimate(&self) -> Option<u64> {
        None
    }

    fn scan(&self, sink: &mut dyn HeaderSink, _: &Cancel) -> Result<ScanSummary, SourceError> {
        for (i, event) in self.events.iter().enumerate() {
            let header = Header {
                locator: Locator {
                    row: i as i64,
                    item: 0,
                },
                stream: &event.stream,
                category: event.category.as_deref(),
                kind: &event.kind,
                version: event.version,
                position: Some(i as i64),
                time: event.time,
                valid_time: None,
                also_in: &event.also_in,
                problem: !event.problems.is_empty(),
            };
            if sink.push(&header) == ControlFlow::Break(()) {
                return Ok(ScanSummary {
                    events: i as u64,
                    complete: false,
                    ..ScanSummary::default()
                });
            }
        }
        Ok(ScanSummary {
            events: self.events.len() as u64,
            complete: true,
            ..ScanSummary::default()
        })
    }

    fn fetch(
        &self,
        locators: &[Locator],
        _: &Cancel,
        visit: &mut dyn FnMut(usize, Event),
    ) -> Result<(), SourceError> {
        for (i, l) in locators.iter().enumerate() {
            visit(i, self.events[l.row as usize].clone());
        }
        Ok(())
    }

    fn fetch_raw(
        &self,
        locators: &[Locator],
        _: &Cancel,
        visit: &mut dyn FnMut(usize, &str, RawPayload<'_>),
    ) -> Result<(), SourceError> {
        for (i, l) in locators.iter().enumerate() {
            let event = &self.events[l.row as usize];
            let raw = if self.gives_bytes {
                RawPayload::Json(&event.payload.raw)
            } else {
                RawPayload::Other
            };
            visit(i, &event.kind, raw);
        }
        Ok(())
    }
}

fn event(stream: &str, version: i64, kind: &str, time: Option<i64>, payload: &str) -> Event {
    Event {
        stream: stream.into(),
        version: Some(version),
        kind: kind.into(),
        time: time.map(Timestamp::from_nanos),
        payload: Payload::from_json(payload.as_bytes().to_vec()).0,
        ..Event::default()
    }
}

fn any_events() -> impl Strategy<Value = Vec<Event>> {
    let one = (
        0_u8..4,
        0_u8..3,
        prop::option::weighted(0.9, -50_i64..50),
        any::<bool>(),
    );
    prop::collection::vec(one, 0..60).prop_map(|rows| {
        let with = |(i, (stream, kind, time, also)): (usize, (u8, u8, Option<i64>, bool))| {
            let mut e = event(
                &format!("c{}-{stream}", stream % 2),
                i as i64,
                &format!("k{kind}"),
                time,
                "{}",
            );
            if also && stream == 0 {
                e.also_in.push("c1-9".into());
            }
            e
        };
        rows.into_iter().enumerate().map(with).collect()
    })
}

/// `(coordinate, ordinal)` of the events on an axis, in its order.
fn on_axis(events: &[Event], axis: Axis) -> Vec<(i64, u32)> {
    let coord = |(i, e): (usize, &Event)| match axis {
        Axis::Log => Some((i as i64, i as u32)),
        Axis::Time => e.time.map(|t| (t.nanos, i as u32)),
    };
    let mut list: Vec<_> = events.iter().enumerate().filter_map(coord).collect();
    list.sort_unstable();
    list
}

proptest! {
    #[test]
    fn density_counts_what_a_pass_over_the_events_counts(
        events in any_events(), from in -60_i64..60, width in 0_i64..100, columns in 1_u32..40, time in any::<bool>(),
        kept in any::<u64>(),
    ) {
        let axis = if time { Axis::Time } else { Axis::Log };
        let log = Memory::new(events.clone()).log();
        let to = from + width;
        let edge = boundaries(from, to, columns);
        let ordinals: Vec<u32> = (0..events.len() as u32).filter(|o| kept >> (o % 64) & 1 == 1).collect();
        let selected = log.select(ordinals.clone());
        for (selection, keeps) in [(log.all(), None), (&selected, Some(&ordinals))] {
            for by in [LaneBy::Category, LaneBy::Type, LaneBy::Stream] {
                let keys: Vec<u32> = (0..log.names(by).len() as u32).collect();
                let density = selection.density(axis, by, &keys, from, to, columns);
                for (row, key) in keys.iter().enumerate() {
                    for c in 0..columns {
                        let name = log.names(by).get(*key);
                        let inside = on_axis(&events, axis).into_iter().filter(|(x, o)| {
                            let e = &events[*o as usize];
                            let lane = match by {
                                LaneBy::Category => e.stream.split('-').next() == Some(name),
                                LaneBy::Type => e.kind == name,
                                LaneBy::Stream => e.stream == name || e.also_in.iter().any(|s| s == name),
                            };
                            lane && edge(c) <= *x && *x < edge(c + 1) && keeps.is_none_or(|k| k.contains(o))
                        });
                        let counted = density.counts[row * columns as usize + c as usize];
                        prop_assert_eq!(counted as usize, inside.count(), "{} column {}", name, c);
                    }
                }
            }
        }
        let total: u32 = log.density(axis, LaneBy::Type, &[], from, to, columns).counts.iter().sum();
        let expected = on_axis(&events, axis).iter().filter(|(x, _)| from <= *x && *x < to).count();
        prop_assert_eq!(total as usize, expected);
    }

    #[test]
    fn steps_visit_every_event_of_an_axis_in_order(events in any_events(), time in any::<bool>()) {
        let axis = if time { Axis::Time } else { Axis::Log };
        let log = Memory::new(events.clone()).log();
        let expected: Vec<u32> = on_axis(&events, axis).into_iter().map(|(_, o)| o).collect();
        let mut place = Place { axis, coord: i64::MIN + 1, ordinal: Some(0) };
        let mut seen = Vec::new();
        while let Some(o) = log.step(&place, None, true) {
            seen.push(o);
            place = Place { axis, coord: log.coord(axis, o).unwrap_or_default(), ordinal: Some(o) };
            prop_assert_eq!(log.rank(&place), seen.len() as u32);
        }
        prop_assert_eq!(&seen, &expected);
        let mut back: Vec<u32> = expected.last().copied().into_iter().collect();
        while let Some(o) = log.step(&place, None, false) {
            back.push(o);
            place = Place { axis, coord: log.coord(axis, o).unwrap_or_default(), ordinal: Some(o) };
        }
        back.reverse();
        prop_assert_eq!(back, expected);
    }

    #[test]
    fn a_stream_at_a_moment_ends_with_its_last_event_recorded_by_then(events in any_events(), at in -60_i64..60) {
        let log = Memory::new(events).log();
        let place = Place { axis: Axis::Time, coord: at, ordinal: None };
        for (stream, _) in log.names(LaneBy::Stream).iter() {
            let ordinals = log.stream_events(stream);
            let expected = ordinals.iter().rposition(|o| log.time(*o).is_some_and(|t| t <= at)).map_or(0, |i| i + 1);
            prop_assert_eq!(log.included(stream, &place), expected);
        }
    }

    #[test]
    fn an_index_comes_back_from_its_cache(events in any_events()) {
        let store = Memory::new(events);
        let (log, identity) = (store.log(), store.identity().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let path = cache::path_of(folder.path(), &identity);
        cache::store(&path, &identity, &log).unwrap();
        let again = cache::load(&path, &identity).unwrap();
        prop_assert_eq!(again.events(), log.events());
        for o in 0..log.events() {
            prop_assert_eq!((again.time(o), again.version(o), again.position(o)), (log.time(o), log.version(o), log.position(o)));
            prop_assert_eq!(again.locator(o), log.locator(o));
        }
        for by in [LaneBy::Category, LaneBy::Type, LaneBy::Stream] {
            prop_assert_eq!(again.lanes(by, Axis::Time), log.lanes(by, Axis::Time));
            prop_assert!(again.names(by).iter().eq(log.names(by).iter()));
        }
    }

    #[test]
    fn reading_a_filter_never_panics(text in "\\PC{0,60}") {
        let _ = Filter::parse(&text);
    }
}

#[test]
fn a_damaged_or_foreign_cache_is_not_believed() {
    let store = Memory::new(vec![
        event("a-1", 1, "k", Some(1), "{}"),
        event("a-2", 1, "k", None, "{}"),
    ]);
    let identity = store.identity().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = cache::path_of(folder.path(), &identity);
    assert!(cache::load(&path, &identity).is_none());
    cache::store(&path, &identity, &store.log()).unwrap();
    let whole = std::fs::read(&path).unwrap();
    let other = Identity {
        path: None,
        fingerprint: "memory 3".into(),
    };
    assert!(cache::load(&path, &identity).is_some() && cache::load(&path, &other).is_none());
    for i in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[i] ^= 0x40;
        std::fs::write(&path, &damaged).unwrap();
        assert!(cache::load(&path, &identity).is_none(), "byte {i} was changed");
        std::fs::write(&path, &whole[..i]).unwrap();
        assert!(cache::load(&path, &identity).is_none(), "cut at {i}");
    }
}

fn kept(filter: &str) -> String {
    kept_and_failed(filter, four_events()).0
}

fn four_events() -> Vec<Event> {
    vec![
        event(
            "order-1",
            1,
            "OrderPlaced",
            Some(1_000),
            r#"{"total":129.90,"items":[{"sku":"SKU-7"}]}"#,
        ),
        event(
            "order-1",
            2,
            "PaymentCaptured",
            Some(2_000),
            r#"{"amount":54,"note":"Refund later"}"#,
        ),
        event(
            "stock-7",
            1,
            "StockReserved",
            None,
            r#"{"available":-1,"big":9007199254740993}"#,
        ),
        event("stock-7", 2, "StockReserved", Some(4_000), "not json"),
    ]
}

/// What a filter keeps, or what is wrong with it; and what it says it failed on.
fn kept_and_failed(filter: &str, events: Vec<Event>) -> (String, Option<String>) {
    let mut store = Memory::new(events);
    let log = store.log();
    let filter = match Filter::parse(filter) {
        Ok(filter) => filter,
        Err(e) => return (format!("{}..{}: {}", e.start, e.end, e.message), None),
    };
    let judged = |store: &Memory| {
        let mut run = FilterRun::new(&filter, &log);
        while run.step(store, &Cancel::new()).unwrap() {}
        let (failed, first) = run.failures();
        (run.kept().to_vec(), failed, first.map(str::to_owned))
    };
    let from_bytes = judged(&store);
    store.gives_bytes = false;
    assert_eq!(
        from_bytes,
        judged(&store),
        "{filter:?} from bytes and from whole events"
    );
    (format!("{:?}", from_bytes.0), from_bytes.2)
}

#[test]
fn a_field_of_nothing_is_absent_and_no_failure() {
    let events = || {
        [
            "null",
            "",
            r#"{"a":null}"#,
            r#"{"a":{"b":null}}"#,
            r#"{"a":{"b":{"c":1}},"n":null}"#,
        ]
        .iter()
        .enumerate()
        .map(|(i, payload)| event("a-1", i as i64 + 1, "T", None, payload))
        .collect::<Vec<_>>()
    };
    for (filter, expected) in [
        ("payload.a.b.c == 1", "[4]"),
        ("payload.a.b.c > 0 || payload.n > 1", "[4]"),
        ("payload['a']['b'].c == 1", "[4]"),
        ("!(payload.a.b.c == 2)", "[4]"),
        ("has(payload.a)", "[2, 3, 4]"),
        ("!has(payload.a)", "[0, 1]"),
        ("has(payload.a.b.c)", "[4]"),
        ("!has(payload.a.b.c)", "[0, 1, 2, 3]"),
        ("has(payload.a.b) && payload.a.b == null", "[3]"),
        ("[1].exists(i, has(payload.a.b.c) && payload.a.b.c == i)", "[4]"),
        ("payload.n.startsWith('x') || version == 1", "[0]"),
        ("payload == null", "[0, 1]"),
        ("payload.n", "[]"),
    ] {
        let answer = kept_and_failed(filter, events());
        assert_eq!(answer, (expected.to_owned(), None), "{filter}");
    }
}

#[test]
fn further_facts_and_those_of_records_can_be_asked_for() {
    use leftfold_event::json::parse;
    let with = |payload: &str, extra: &[(&str, &str)]| {
        let mut event = event("o-1", 1, "T", None, payload);
        event.extra = extra
            .iter()
            .map(|(name, json)| ((*name).to_owned(), parse(json.as_bytes()).expect("it is JSON")))
            .collect();
        event
    };
    let events = || {
        vec![
            with(
                "{}",
                &[
                    ("topic", "\"orders\""),
                    ("partition", "3"),
                    ("offset", "17"),
                    ("key", "\"o-1\""),
                    ("headers", r#"["trace-id","x","t",null,"n","1","n","2"]"#),
                ],
            ),
            with(
                "{}",
                &[
                    ("topic", "\"orders\""),
                    ("partition", "0"),
                    ("offset", "5"),
                    ("key_base64", "\"/w==\""),
                ],
            ),
            with("{}", &[("tenant", "\"acme\""), ("rev", "{\"n\":2}")]),
            with("{}", &[]),
        ]
    };
    for (filter, expected) in [
        ("topic == 'orders'", "[0, 1]"),
        ("topic == 'orders' && partition == 3 && offset >= 17", "[0]"),
        ("offset > 0", "[0, 1]"),
        ("key == 'o-1'", "[0]"),
        ("key == null", "[2, 3]"),
        ("headers['trace-id'] == 'x'", "[0]"),
        ("has(headers.t) && headers.t == null", "[0]"),
        ("headers.n[1] == '2'", "[0]"),
        ("!has(headers.t)", "[1, 2, 3]"),
        ("extra.tenant == 'acme' && extra.rev.n == 2", "[2]"),
        ("has(extra.topic)", "[0, 1]"),
        ("extra.offset == offset", "[0, 1]"),
        ("extra == null", "[3]"),
    ] {
        assert_eq!(
            kept_and_failed(filter, events()),
            (expected.to_owned(), None),
            "{filter}"
        );
    }
    let (wrong, _) = kept_and_failed("headers", events());
    assert!(
        wrong.contains("this is an object") && wrong.contains("headers."),
        "{wrong}"
    );
    let (wrong, _) = kept_and_failed("offset > null", events());
    assert!(wrong.contains("nothing is more or less than null"), "{wrong}");
}

#[test]
fn filters_keep_what_they_say() {
    for (filter, expected) in [
        ("", "[0, 1, 2, 3]"),
        ("type == 'OrderPlaced'", "[0]"),
        ("category == 'stock' && version > 1", "[3]"),
        ("stream.startsWith('order-')", "[0, 1]"),
        (
            "type in ['OrderPlaced', 'StockReserved'] && !(stream == 'order-1')",
            "[2, 3]",
        ),
        ("payload.total > 100", "[0]"),
        ("payload.total == 129.9 || payload.amount == 54", "[0, 1]"),
        ("payload.big == 9007199254740993", "[2]"),
        ("payload.big == 9007199254740992", "[]"),
        ("has(payload.amount) && payload.amount < 100", "[1]"),
        ("payload.items.exists(i, i.sku == 'SKU-7')", "[0]"),
        (
            "payload.total > 100 || (type == 'StockReserved' && payload.available < 0)",
            "[0, 2]",
        ),
        ("type == 'PaymentCaptured' && size(payload) == 2", "[1]"),
        ("'items' in payload && payload['items'][0].sku == 'SKU-7'", "[0]"),
        ("payload.items.all(payload, payload.sku == 'SKU-7')", "[0]"),
        ("stream == category + '-7' && payload.available == -1.0", "[2]"),
        ("version == size(type) - 12 || metadata.x == 1", "[2]"),
        ("find('refund')", "[1]"),
        ("find('REFUND') || find('not json')", "[1, 3]"),
        ("!find('refund')", "[0, 2, 3]"),
        ("time >= '1970-01-01T00:00:00.000002Z'", "[1, 3]"),
        ("time < timestamp('1970-01-01T00:00:00.000002Z')", "[0]"),
        ("!(time < timestamp('1970-01-01T00:00:00.000002Z'))", "[1, 3]"),
        ("2 <= version", "[1, 3]"),
        ("position == 2", "[2]"),
        ("true", "[0, 1, 2, 3]"),
        ("version == 1 || payload.nowhere == 1", "[0, 2]"),
    ] {
        assert_eq!(kept(filter), expected, "{filter}");
    }
}

#[test]
fn a_valid_time_is_compared_as_a_time_is() {
    let events = || {
        let mut events = four_events();
        let at = |nanos| Some(Timestamp::from_nanos(nanos));
        events[0].valid_time = at(9_000);
        events[2].valid_time = at(1_500);
        events
    };
    // Where the store states none, an event is effective when it was recorded: 9000, 2000, 1500, 4000.
    for (filter, expected) in [
        ("valid_time >= '1970-01-01T00:00:00.000002Z'", "[0, 1, 3]"),
        ("'1970-01-01T00:00:00.000002Z' > valid_time", "[2]"),
        ("valid_time == timestamp('1970-01-01T00:00:00.000002Z')", "[1]"),
        (
            "!(valid_time <= '1970-01-01T00:00:00.000002Z') && type != 'OrderPlaced'",
            "[3]",
        ),
        (
            "valid_time > '1970-01-01T00:00:00.000002Z' || payload.amount == 54",
            "[0, 1, 3]",
        ),
        ("valid_time != time", "[0, 2]"),
    ] {
        assert_eq!(
            kept_and_failed(filter, events()),
            (expected.to_owned(), None),
            "{filter}"
        );
    }
    assert!(
        !Filter::parse("valid_time > '2026-01-01'")
            .unwrap()
            .is_index_only()
    );
    // Of an event without any time nothing is known.
    assert_eq!(kept("valid_time != '2026-01-01'"), "[0, 1, 3]");
    assert!(kept("valid_time > 7").contains("a time is compared with a time"));
}

#[test]
fn a_wrong_filter_says_what_and_where() {
    for (filter, place, says) in [
        ("typ == 'a'", "0..3", "there is no name \"typ\""),
        ("type == ", "5..7", "expected a value after \"==\""),
        (
            "payload.a && refnd('x')",
            "13..",
            "there is no function \"refnd\"",
        ),
        ("find(type)", "", "find takes one text"),
        ("time > 'yesterday'", "7..18", "not a time"),
        ("size(find('a')) > 0", "", "find(\"text\") stands by itself"),
    ] {
        let answer = kept(filter);
        assert!(
            answer.starts_with(place) && answer.contains(says),
            "{filter} gave {answer}"
        );
    }
}

#[test]
fn a_filter_nested_without_end_is_refused_and_does_not_end_the_program() {
    let nest = |open: &str, inner: &str, close: &str, n: usize| {
        format!("{}{inner}{}", open.repeat(n), close.repeat(n))
    };
    for n in [30, 37, 40, 60, 200, 2000] {
        for text in [
            nest("(", "true", ")", n),
            nest("[", "", "]", n) + " == []",
            nest("!(", "true", ")", n),
            nest("(true || ", "true", ")", n),
            "true ? true : ".repeat(n) + "true",
            "!".repeat(n) + "true",
            "payload".to_owned() + &".a".repeat(n) + " == 1",
            "-".repeat(n) + "1 == 1",
            "1 + ".repeat(n) + "1 == 1",
        ] {
            if let Ok(filter) = Filter::parse(&text) {
                let store = Memory::new(vec![event("a-1", 1, "k", None, "{}")]);
                let log = store.log();
                assert!(
                    FilterRun::new(&filter, &log)
                        .run(&store, &Cancel::new(), &Progress::new())
                        .is_ok()
                );
            } else {
                assert!(n > 30, "thirty levels are fine: {text}");
            }
        }
    }
}

#[test]
fn a_filter_reports_what_it_could_not_decide() {
    let store = Memory::new(vec![
        event("a-1", 1, "k", None, r#"{"n":"text"}"#),
        event("a-1", 2, "k", None, r#"{"n":3}"#),
    ]);
    let log = store.log();
    let filter = Filter::parse("payload.n > 2").unwrap();
    let mut run = FilterRun::new(&filter, &log);
    while run.step(&store, &Cancel::new()).unwrap() {}
    assert_eq!(
        (run.kept(), run.scanned(), run.failures().0),
        (&[1_u32][..], 2, 1)
    );
    assert!(run.failures().1.is_some());
}

#[test]
fn stepping_back_from_between_two_events_gives_the_last_one_included() {
    let times = [0, 10, 20];
    let log = Memory::new(
        times
            .iter()
            .map(|t| event("a-1", 1, "k", Some(*t), "{}"))
            .collect(),
    )
    .log();
    let back = |coord, ordinal| {
        log.step(
            &Place {
                axis: Axis::Time,
                coord,
                ordinal,
            },
            None,
            false,
        )
    };
    assert_eq!(
        (
            back(15, None),
            back(10, None),
            back(10, Some(1)),
            back(5, None),
            back(0, None)
        ),
        (Some(1), Some(0), Some(0), Some(0), None)
    );
    let lane = Some((LaneBy::Stream, 0));
    let place = Place {
        axis: Axis::Time,
        coord: 20,
        ordinal: Some(1),
    };
    assert_eq!(
        log.step(&place, lane, false),
        Some(1),
        "an event at the same moment is not the one stood on"
    );
}

#[test]
fn gaps_are_the_long_empty_stretches() {
    let times = [0, 10, 20, 1000, 1010, 1020, 5000, 5001];
    let log = Memory::new(
        times
            .iter()
            .map(|t| event("a-1", 1, "k", Some(*t), "{}"))
            .collect(),
    )
    .log();
    let gaps: Vec<(i64, i64)> = log.gaps(Axis::Time).iter().map(|g| (g.from, g.to)).collect();
    assert_eq!(gaps, [(1020, 5000), (20, 1000)]);
}

#[test]
fn the_index_stays_within_forty_bytes_an_event() {
    let streams = 50_000;
    let events = (0..500_000_i64).map(|i| {
        let stream = (i * 7919) % streams;
        (
            format!("order-{stream}"),
            i / streams + 1,
            format!("Type{}", i % 12),
            1_700_000_000_000_000_000 + i * 1_000_000,
        )
    });
    let mut builder = LogBuilder::new();
    for (i, (stream, version, kind, time)) in events.enumerate() {
        let header = Header {
            locator: Locator {
                row: i as i64 + 1,
                item: 0,
            },
            stream: &stream,
            category: None,
            kind: &kind,
            version: Some(version),
            position: Some(i as i64 + 1),
            time: Some(Timestamp::from_nanos(time)),
            valid_time: None,
            also_in: &[],
            problem: false,
        };
        assert!(builder.take(&header));
    }
    let log = builder.finish();
    for by in [LaneBy::Category, LaneBy::Type, LaneBy::Stream] {
        log.lanes(by, Axis::Time);
    }
    let bytes = log.heap_bytes() as f64 / f64::from(log.events());
    assert!(bytes <= 40.0, "{bytes:.1} bytes an event");
}
