//! The values of a field along an axis are those that the state has at each place.

use std::path::Path;
use std::sync::Arc;

use leftfold_event::Cancel;
use leftfold_log::{Axis, LaneBy, Place};
use proptest::prelude::*;

use crate::dto::Int;
use crate::{Session, View};

/// A history of these lines.
fn view(lines: &str) -> View {
    let session = Session::new(None, Arc::new(|_| ()));
    let opened = session
        .open_lines(Path::new("-"), &mut lines.as_bytes())
        .expect("lines in memory can be opened");
    let source = session.source(opened.id).expect("it is open");
    source.wait_ready(&mut |_| ()).expect("it can be indexed");
    source.view(None).expect("it can be looked at")
}

/// Events of two streams, each with a value or none, and perhaps with a time in seconds.
fn history(events: &[(u8, Option<u8>, Option<u8>)]) -> String {
    let line = |(stream, time, value): &(u8, Option<u8>, Option<u8>)| {
        let time = time.map_or(String::new(), |t| {
            format!(",\"time\":\"1970-01-01T00:00:{t:02}Z\"")
        });
        let value = value.map_or("null".to_owned(), |v| v.to_string());
        format!("{{\"stream\":\"s-{stream}\",\"type\":\"T\"{time},\"payload\":{{\"n\":{value}}}}}\n")
    };
    events.iter().map(line).collect::<Vec<_>>().concat()
}

fn value_of(state: &str) -> Option<String> {
    let state: serde_json::Value = serde_json::from_str(state).expect("a state is JSON");
    state.get("n").map(ToString::to_string)
}

proptest! {
    #[test]
    fn what_is_watched_is_what_the_state_holds_at_every_place(
        events in prop::collection::vec(
            (0_u8..2, prop::option::weighted(0.8, 0_u8..8), prop::option::weighted(0.8, 0_u8..3)), 1..20,
        ),
    ) {
        let view = view(&history(&events));
        let cancel = Cancel::new();
        for (key, _) in view.log().names(LaneBy::Stream).iter() {
            for axis in [Axis::Time, Axis::Log] {
                let watched = view.watch(key, "/n", axis, None, &cancel).expect("the path can be read");
                let places: Vec<(i64, u32)> = watched.coords.iter().map(|c| c.0).zip(watched.places).collect();
                prop_assert!(places.is_sorted_by(|a, b| a < b), "{:?}", places);
                let moments = (-1..21_i64).map(|step| {
                    let coord = if axis == Axis::Time { step * 1_000_000_000 } else { step };
                    Place { axis, coord, ordinal: None }
                });
                let at_events = (0..events.len() as u32).filter_map(|o| {
                    let coord = view.coord(axis, o)?;
                    Some(Place { axis, coord, ordinal: Some(o) })
                });
                for place in moments.chain(at_events) {
                    let state = view.state(key, &place, None, &cancel).expect("every place has a state");
                    let at = places.partition_point(|p| *p <= (place.coord, place.ordinal.unwrap_or(u32::MAX)));
                    let told = at.checked_sub(1).and_then(|i| watched.values[i].clone());
                    prop_assert_eq!(told, value_of(&state.state), "at {:?}", place);
                }
            }
        }
    }
}

#[test]
fn a_number_is_told_with_all_its_digits_and_of_a_long_text_the_beginning() {
    let long = "ж".repeat(400);
    let lines = format!(
        "{{\"stream\":\"s\",\"type\":\"T\",\"payload\":{{\"n\":12345678901234567890.1234500}}}}\n\
         {{\"stream\":\"s\",\"type\":\"T\",\"payload\":{{\"n\":\"{long}\"}}}}\n"
    );
    let watched = view(&lines)
        .watch(0, "/n", Axis::Log, None, &Cancel::new())
        .expect("the path can be read");
    let values: Vec<&str> = watched.values.iter().flatten().map(String::as_str).collect();
    assert_eq!(values[0], "12345678901234567890.1234500");
    assert!(values[1].ends_with('…') && values[1].len() < 520, "{}", values[1]);
    assert_eq!((watched.ordinals, watched.total), (vec![0, 1], 2));
}

#[test]
fn valid_times_stand_beside_the_events_that_have_one() {
    let lines = "{\"stream\":\"s\",\"type\":\"T\",\"time\":\"1970-01-01T00:00:05Z\",\"valid_time\":\"1970-01-01T00:00:01.000000002Z\"}\n\
                 {\"stream\":\"s\",\"type\":\"T\",\"time\":\"1970-01-01T00:00:06Z\"}\n";
    let found = view(lines)
        .valid_times(&[1, 0, 7], &Cancel::new())
        .expect("the events can be read");
    assert_eq!(found, [None, Some(Int(1_000_000_002)), None]);
}
