//! A log that has grown is the log of all its events.

use std::collections::BTreeMap;
use std::sync::Arc;

use leftfold_event::{Locator, Timestamp};
use leftfold_source::Header;
use proptest::prelude::*;

use crate::growth::Growth;
use crate::{Axis, LaneBy, Log, LogBuilder, Selection};

/// An event as a store hands it on.
#[derive(Clone, Debug)]
struct Made {
    stream: usize,
    kind: usize,
    time: Option<i64>,
    version: Option<i64>,
    also_in: Vec<String>,
    problem: bool,
    /// Offsets passed over before it.
    hole: i64,
    item: u32,
}

const STREAMS: [&str; 6] = ["", "a-1", "a-2", "b-1", "c", "b-2"];
const KINDS: [&str; 3] = ["Opened", "Closed", ""];
const LANES: [LaneBy; 3] = [LaneBy::Category, LaneBy::Type, LaneBy::Stream];
const AXES: [Axis; 2] = [Axis::Time, Axis::Log];

/// How a store numbers its events.
#[derive(Clone, Copy, Debug)]
enum Numbered {
    Not,
    ByRow,
    Sometimes,
}

#[derive(Clone, Copy, Debug)]
struct Kind {
    counting: bool,
    numbered: Numbered,
    /// Bits of a row that are its place in a partition.
    bits: u32,
}

fn made(kind: Kind) -> impl Strategy<Value = Made> {
    let time = prop_oneof![1 => Just(None), 8 => (0_i64..40).prop_map(Some)];
    let version = prop_oneof![
        4 => (-2_i64..9).prop_map(Some),
        1 => Just(None),
        1 => any::<i64>().prop_map(|v| Some(v.max(-i64::MAX))),
    ];
    let also_in = prop::collection::vec((0..STREAMS.len()).prop_map(|i| format!("t-{i}")), 0..2);
    (
        (0..STREAMS.len(), 0..KINDS.len(), time, version),
        (
            also_in,
            prop::bool::weighted(0.2),
            prop_oneof![5 => Just(0_i64), 1 => 1_i64..5],
            prop_oneof![6 => Just(0_u32), 1 => 1_u32..3],
        ),
    )
        .prop_map(
            move |((stream, name, time, version), (also_in, problem, hole, item))| Made {
                stream,
                kind: name,
                time,
                version: version.filter(|_| !kind.counting),
                also_in: if kind.bits == 20 { also_in } else { Vec::new() },
                problem,
                hole,
                item: if kind.bits == 20 { item } else { 0 },
            },
        )
}

type Events = BTreeMap<(i64, u32), Made>;

fn log_of(known: &Log, events: &Events, kind: Kind, counting: bool) -> LogBuilder {
    let mut builder = LogBuilder::knowing(known);
    if counting {
        builder = builder.counting_versions();
    }
    for ((row, item), event) in events {
        let taken = builder.take(&Header {
            stream: STREAMS[event.stream],
            kind: KINDS[event.kind],
            version: event.version,
            position: match kind.numbered {
                Numbered::Not => None,
                Numbered::ByRow => Some(*row),
                Numbered::Sometimes => (event.kind > 0).then_some(row + event.hole),
            },
            time: event.time.map(|s| Timestamp {
                nanos: s * 1_000_000_000,
                digits: (s % 4) as u8,
            }),
            also_in: &event.also_in,
            problem: event.problem,
            ..Header::at(Locator {
                row: *row,
                item: *item,
            })
        });
        assert!(taken);
    }
    builder
}

fn same_log(grown: &Log, whole: &Log) -> Result<(), TestCaseError> {
    let (a, b) = (grown.columns(), whole.columns());
    prop_assert_eq!(&a.time, &b.time);
    prop_assert_eq!(&a.stream, &b.stream);
    prop_assert_eq!(&a.kind, &b.kind);
    prop_assert_eq!(&a.version, &b.version);
    prop_assert_eq!(&a.row, &b.row);
    prop_assert_eq!(&a.item, &b.item);
    prop_assert_eq!(&a.positions, &b.positions);
    prop_assert_eq!(&a.also_in, &b.also_in);
    prop_assert_eq!(&a.problems, &b.problems);
    prop_assert_eq!(a.time_digits, b.time_digits);
    prop_assert_eq!(&a.stream_category, &b.stream_category);
    for by in LANES {
        prop_assert_eq!(a.names(by).parts(), b.names(by).parts());
    }
    Ok(())
}

fn same_selection(grown: &Selection, whole: &Selection) -> Result<(), TestCaseError> {
    prop_assert_eq!(grown.is_time_ordered(), whole.is_time_ordered());
    for axis in AXES {
        let all = |s: &Selection| s.order(axis).range(0, u32::MAX);
        prop_assert_eq!(all(grown), all(whole));
        for by in LANES {
            let (ours, theirs) = (grown.lanes(by, axis), whole.lanes(by, axis));
            prop_assert_eq!(ours.keys(), theirs.keys());
            let keys: Vec<u32> = (0..ours.keys() as u32).collect();
            for key in &keys {
                prop_assert_eq!(ours.get(*key), theirs.get(*key), "{:?} {:?} {}", axis, by, key);
            }
            let density = |s: &Selection| s.density(axis, by, &keys, -1, 45_000_000_000, 7);
            prop_assert_eq!(density(grown), density(whole));
        }
    }
    Ok(())
}

/// Builds what a front end may have asked for.
fn look(selection: &Selection, at: u8) {
    for (i, by) in LANES.into_iter().enumerate() {
        if at & 1 << i != 0 {
            selection.lanes(by, Axis::Log);
        }
        if at & 8 << i != 0 {
            selection.lanes(by, Axis::Time);
        }
    }
    if at & 64 != 0 {
        selection.order(Axis::Time);
    }
}

fn keeps(event: &Made) -> bool {
    event.kind == 0 || event.time.is_some_and(|t| t % 3 == 0)
}

fn kept(events: &Events) -> Vec<u32> {
    let kept = events.values().enumerate().filter(|(_, e)| keeps(e));
    kept.map(|(i, _)| i as u32).collect()
}

fn same_growth(growth: &Growth, before: &Log, now: &Log) -> Result<(), TestCaseError> {
    prop_assert_eq!(before.events() + growth.events(), now.events());
    let places: Vec<u32> = (0..before.events()).map(|o| growth.place(o)).collect();
    prop_assert_eq!(&growth.moved(&(0..before.events()).collect::<Vec<_>>()), &places);
    for (old, place) in places.iter().enumerate() {
        prop_assert_eq!(before.locator(old as u32), now.locator(*place));
        let recounted = before.version(old as u32) != now.version(*place);
        prop_assert_eq!(recounted, growth.recounted().contains(place));
    }
    let new: Vec<u32> = (0..now.events()).filter(|o| !places.contains(o)).collect();
    prop_assert_eq!(growth.new_events().collect::<Vec<_>>(), new);
    if growth.only_extends_streams() {
        for (key, _) in before.names(LaneBy::Stream).iter() {
            let had: Vec<u32> = before
                .stream_events(key)
                .iter()
                .map(|o| growth.place(*o))
                .collect();
            prop_assert!(now.stream_events(key).starts_with(&had));
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn what_grew_is_what_a_scan_of_the_whole_would_give(
        (kind, batches) in (
            any::<bool>(),
            prop_oneof![Just(Numbered::Not), Just(Numbered::ByRow), Just(Numbered::Sometimes)],
            prop_oneof![Just(20_u32), Just(48)],
        ).prop_flat_map(|(counting, numbered, bits)| {
            let kind = Kind { counting, numbered, bits };
            let batch = prop::collection::vec((0_i64..3, made(kind)), 0..12);
            let batches = prop::collection::vec((batch, any::<u8>()), 1..6);
            (Just(kind), batches)
        })
    ) {
        let (mut log, mut events) = (Log::empty(), Events::new());
        let mut selection = log.select(Vec::new());
        let mut next = [0_i64; 3];
        for (batch, looks) in batches {
            look(&log, looks);
            look(&selection, looks.rotate_left(3));
            let mut new = Events::new();
            for (partition, event) in batch {
                let at = &mut next[partition as usize];
                *at += event.hole;
                let row = (partition + 1) << kind.bits | *at;
                new.insert((row, event.item), event);
                *at += 1;
            }
            events.extend(new.clone());
            let added: Vec<u32> = {
                let places = events.iter().enumerate();
                places.filter(|(_, (at, e))| new.contains_key(at) && keeps(e)).map(|(i, _)| i as u32).collect()
            };
            let whole = log_of(&log, &events, kind, kind.counting).finish();
            let Some((grown, growth)) = log_of(&log, &new, kind, false).finish_onto(&log, kind.counting) else {
                return Err(TestCaseError::fail("they cannot be brought together"));
            };
            let now = grown.select_grown(&selection, &growth, &added);
            // The next batch meets what was built by then and no more.
            let again = log_of(&log, &new, kind, false).finish_onto(&log, kind.counting);
            let untouched = again.map_or_else(Log::empty, |(log, _)| log);
            let selected = untouched.select_grown(&selection, &growth, &added);
            same_log(&grown, &whole)?;
            same_selection(&grown, &whole)?;
            same_growth(&growth, &log, &grown)?;
            let since = grown.growth_since(&log);
            same_growth(&since, &log, &grown)?;
            prop_assert!(grown.continues(&log) && !whole.continues(&log));
            same_selection(&now, &whole.select(kept(&events)))?;
            (log, selection) = (untouched, selected);
        }
    }
}

#[test]
fn rows_that_are_there_already_are_not_taken_twice() {
    let kind = Kind {
        counting: false,
        numbered: Numbered::Not,
        bits: 48,
    };
    let event = Made {
        stream: 1,
        kind: 0,
        time: None,
        version: None,
        also_in: Vec::new(),
        problem: false,
        hole: 0,
        item: 0,
    };
    let events: Events = [((1, 0), event.clone()), ((2, 0), event)].into();
    let log = Arc::new(log_of(&Log::empty(), &events, kind, false).finish());
    assert!(
        log_of(&log, &events, kind, false)
            .finish_onto(&log, false)
            .is_none()
    );
}

#[test]
fn versions_that_a_store_states_are_not_counted_on() {
    let kind = Kind {
        counting: false,
        numbered: Numbered::Not,
        bits: 48,
    };
    let event = |version| Made {
        stream: 1,
        kind: 0,
        time: None,
        version,
        also_in: Vec::new(),
        problem: false,
        hole: 0,
        item: 0,
    };
    let log = log_of(&Log::empty(), &[((1, 0), event(Some(7)))].into(), kind, false).finish();
    let grown =
        |version| log_of(&log, &[((2, 0), event(version))].into(), kind, false).finish_onto(&log, true);
    assert!(grown(None).is_none() && grown(Some(8)).is_none());
}
