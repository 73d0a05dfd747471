//! Moments mean the same on both timelines, late events and all.

use std::path::Path;
use std::sync::Arc;

use leftfold_event::{Cancel, Point, Timestamp};
use leftfold_log::{Axis, LaneBy};
use proptest::prelude::*;

use crate::{Session, View};

/// A history of these events, each of a stream and perhaps with a time in seconds.
fn view(events: &[(u8, Option<u8>)]) -> View {
    let line = |(stream, time): &(u8, Option<u8>)| {
        let time = time.map_or(String::new(), |t| {
            format!(",\"time\":\"1970-01-01T00:00:{t:02}Z\"")
        });
        format!("{{\"stream\":\"s-{stream}\",\"type\":\"T\"{time}}}\n")
    };
    let lines = events.iter().map(line).collect::<Vec<_>>().concat();
    let session = Session::new(None, Arc::new(|_| ()));
    let opened = session
        .open_lines(Path::new("-"), &mut lines.as_bytes())
        .expect("lines in memory can be opened");
    let source = session.source(opened.id).expect("it is open");
    source.wait_ready(&mut |_| ()).expect("it can be indexed");
    source.view(None).expect("it can be looked at")
}

fn moment(seconds: u8) -> Point {
    Point::Time(Timestamp {
        nanos: i64::from(seconds) * 1_000_000_000,
        digits: 0,
    })
}

proptest! {
    #[test]
    fn a_moment_includes_a_streams_events_up_to_its_last_one_recorded_by_then(
        events in prop::collection::vec((0_u8..3, prop::option::weighted(0.8, 0_u8..8)), 1..24), at in 0_u8..9,
    ) {
        let view = view(&events);
        for (key, name) in view.log().names(LaneBy::Stream).iter() {
            let own: Vec<Option<u8>> =
                events.iter().filter(|(s, _)| name == format!("s-{s}")).map(|(_, time)| *time).collect();
            let expected = own.iter().rposition(|t| t.is_some_and(|t| t <= at)).map_or(0, |i| i + 1);
            for axis in [Axis::Time, Axis::Log] {
                let place = view.resolve(axis, Some(key), &moment(at), &Cancel::new()).expect("every moment has a place");
                prop_assert_eq!(view.log().included(key, &place), expected, "{} {:?}", name, axis);
            }
        }
    }

    #[test]
    fn without_a_stream_a_moment_in_log_order_is_after_the_last_event_recorded_by_then(
        events in prop::collection::vec((0_u8..3, prop::option::weighted(0.8, 0_u8..8)), 1..24), at in 0_u8..9,
    ) {
        let view = view(&events);
        let expected = events.iter().rposition(|(_, t)| t.is_some_and(|t| t <= at)).map_or(-1, |i| i as i64);
        let place = view.resolve(Axis::Log, None, &moment(at), &Cancel::new()).expect("every moment has a place");
        prop_assert_eq!(place.coord, expected);
    }

    #[test]
    fn a_place_reaches_as_many_events_as_its_rank_and_the_last_of_them_unless_that_is_known(
        events in prop::collection::vec((0_u8..3, prop::option::weighted(0.8, 0_u8..8)), 1..24), at in 0_u8..9,
    ) {
        let view = view(&events);
        for axis in [Axis::Time, Axis::Log] {
            let place = view.resolve(axis, None, &moment(at), &Cancel::new()).expect("every moment has a place");
            let reached = view.reached(&place, None, &Cancel::new()).expect("it can be read");
            prop_assert_eq!(reached.rank, view.rank(&place));
            let listed = view.rows(axis, (0, reached.rank), &[], &Cancel::new()).expect("it can be read");
            prop_assert_eq!(reached.row.as_ref(), listed.rows.last());
            let known = view.reached(&place, Some(reached.rank), &Cancel::new()).expect("it can be read");
            prop_assert_eq!((known.rank, known.row), (reached.rank, None));
        }
    }
}
