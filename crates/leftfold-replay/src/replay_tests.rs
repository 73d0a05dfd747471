//! Properties of replays: whatever way one comes to a point, the state there is the same.

use std::sync::Mutex;
use std::time::Duration;

use leftfold_event::json::Value;
use leftfold_event::{Cancel, ProblemCode};
use proptest::prelude::*;

use crate::builtin::merge_patch;
use crate::path::Path;
use crate::replay::{Direction, Limits, Replay};
use crate::set::Projections;
use crate::step::{ReplayError, Step, StepPayload, StreamHistory};
use crate::testing::{Texts, merges};

/// A replay whose clock goes on by the given steps, over and over.
fn replay(costs: Vec<u64>, bytes: usize) -> Replay {
    let turn = Mutex::new((0_usize, Duration::ZERO));
    let clock = move || {
        let mut turn = turn.lock().unwrap();
        turn.0 += 1;
        let step = costs.get(turn.0 % costs.len().max(1)).copied().unwrap_or(0);
        turn.1 += Duration::from_micros(step);
        turn.1
    };
    let limits = Limits {
        bytes,
        checkpoint_after: Duration::from_micros(500),
    };
    Replay::new(Projections::default(), limits, Box::new(clock))
}

/// States and failed events by the plainest fold there is: text of every state, the initial one first.
fn by_hand(projection: usize, history: &Texts) -> (Vec<String>, Vec<usize>) {
    let projections = Projections::default();
    let projection = projections.get(projection).unwrap();
    let mut state = projection.initial();
    let (mut states, mut failed) = (vec![state.to_string()], Vec::new());
    for (i, (kind, text)) in history.0.iter().enumerate() {
        if projection
            .apply(&mut state, &Step::new(kind, StepPayload::Json(text.as_bytes())))
            .is_err()
        {
            failed.push(i);
        }
        states.push(state.to_string());
    }
    (states, failed)
}

fn texts(payloads: &[&str]) -> Texts {
    Texts(
        payloads
            .iter()
            .map(|p| ("E".to_owned(), (*p).to_owned()))
            .collect(),
    )
}

proptest! {
    #[test]
    fn forward_backward_and_jumps_agree(
        history in merges(80),
        jumps in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
        costs in prop::collection::vec(0_u64..1000, 1..5),
        bytes in prop_oneof![Just(0_usize), Just(2_000), Just(1 << 20)],
        projection in 0_usize..4,
    ) {
        let (states, failed) = by_hand(projection, &history);
        let replay = replay(costs, bytes);
        let stream = replay.stream(1, projection, &history).unwrap();
        let cancel = Cancel::new();
        let n = history.len();
        let jumps = jumps.iter().map(|j| j.index(n + 1));
        for at in jumps.chain(0..=n).chain((0..=n).rev()) {
            let got = stream.state_at(at, &cancel).unwrap();
            prop_assert_eq!(got.after, at);
            prop_assert_eq!(got.state.to_string(), states[at].as_str());
            let problems: Vec<_> = got.problems.iter().map(|(i, _)| *i).collect();
            let expected: Vec<_> = failed.iter().copied().filter(|i| *i < at).collect();
            prop_assert_eq!(problems, expected);
            prop_assert!(replay.bytes() <= bytes);
        }
    }

    #[test]
    fn blame_is_the_same_from_checkpoints_as_from_the_start(
        history in merges(60),
        jumps in prop::collection::vec(any::<prop::sample::Index>(), 1..20),
        costs in prop::collection::vec(0_u64..1000, 1..5),
        bytes in prop_oneof![Just(0_usize), Just(4_000), Just(1 << 20)],
        projection in 0_usize..4,
    ) {
        let (states, failed) = by_hand(projection, &history);
        let (replay, never) = (replay(costs, bytes), replay(vec![0], 0));
        let stream = replay.stream(1, projection, &history).unwrap();
        let cancel = Cancel::new();
        for jump in jumps {
            let at = jump.index(history.len() + 1);
            let got = stream.blamed_state(at, &cancel).unwrap();
            prop_assert_eq!(got.at.after, at);
            prop_assert_eq!(got.at.state.to_string(), states[at].as_str());
            prop_assert_eq!(got.before.to_string(), states[at.saturating_sub(1)].as_str());
            let problems: Vec<_> = got.at.problems.iter().map(|(i, _)| *i).collect();
            let expected: Vec<_> = failed.iter().copied().filter(|i| *i < at).collect();
            prop_assert_eq!(problems, expected);
            let anew = never.stream(1, projection, &history).unwrap().blame(at, &cancel).unwrap();
            prop_assert_eq!(got.blame, anew);
            prop_assert!(replay.bytes() <= bytes);
        }
    }

    #[test]
    fn changes_of_a_path_are_found_either_way(
        history in merges(60),
        costs in prop::collection::vec(0_u64..1000, 1..5),
        path in prop_oneof![Just(""), Just("/a"), Just("/b/c"), Just("/a/0")],
        from in any::<prop::sample::Index>(),
    ) {
        let replay = replay(costs, 1 << 20);
        let stream = replay.stream(1, Projections::DEFAULT, &history).unwrap();
        let cancel = Cancel::new();
        let path = Path::parse(path).unwrap();
        let n = history.len();
        let at = |i: usize| path.find(&stream.state_at(i, &cancel).unwrap().state).cloned();
        let changing: Vec<_> = (0..n).filter(|i| at(*i) != at(*i + 1)).collect();
        let found = stream.history(&path, 0..n, &cancel).unwrap();
        prop_assert_eq!(found.iter().map(|c| c.event).collect::<Vec<_>>(), changing.clone());
        for change in found {
            prop_assert_eq!(change.before, at(change.event));
            prop_assert_eq!(change.after, at(change.event + 1));
        }
        let from = from.index(n + 1);
        let next = stream.next_change(&path, from, Direction::Forward, &cancel).unwrap();
        prop_assert_eq!(next, changing.iter().copied().find(|i| *i >= from));
        let previous = stream.next_change(&path, from, Direction::Backward, &cancel).unwrap();
        prop_assert_eq!(previous, changing.iter().copied().rfind(|i| *i < from));
    }

    #[test]
    fn a_difference_leads_from_one_state_to_the_other(history in merges(30), a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>()) {
        let replay = replay(vec![400], 1 << 20);
        let stream = replay.stream(1, Projections::DEFAULT, &history).unwrap();
        let cancel = Cancel::new();
        let (a, b) = (a.index(history.len() + 1), b.index(history.len() + 1));
        let mut state = Value::clone(&stream.state_at(a, &cancel).unwrap().state);
        let difference = stream.diff(a, b, &cancel).unwrap();
        prop_assert_eq!(crate::patch::apply(&difference.patch, &mut state), Ok(()));
        prop_assert_eq!(&state, &*stream.state_at(b, &cancel).unwrap().state);
    }

    #[test]
    fn numbers_come_out_as_they_went_in(text in "-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?") {
        let history = texts(&[&format!("{{\"n\":{text}}}"), "{\"m\":1}", &format!("{{\"o\":{{\"n\":{text}}}}}")]);
        let replay = replay(vec![0], 1 << 20);
        let state = replay.stream(1, 0, &history).unwrap().state_at(3, &Cancel::new()).unwrap().state;
        prop_assert_eq!(state.to_string(), format!("{{\"n\":{text},\"m\":1,\"o\":{{\"n\":{text}}}}}"));
        let mut merged = Value::Null;
        merge_patch(&mut merged, Value::clone(&state));
        prop_assert_eq!(merged, Value::clone(&state));
    }
}

#[test]
fn a_failed_event_is_shown_and_the_replay_goes_on() {
    let history = texts(&[
        r#"[{"op":"add","path":"/a","value":1}]"#,
        r#"[{"op":"add","path":"/b","value":1},{"op":"remove","path":"/x"}]"#,
        "{no",
        r#"[{"op":"replace","path":"/a","value":2}]"#,
    ]);
    let replay = replay(vec![0], 1 << 20);
    let json_patch = replay.projections().find("json-patch").unwrap();
    let got = replay
        .stream(1, json_patch, &history)
        .unwrap()
        .state_at(4, &Cancel::new())
        .unwrap();
    assert_eq!(got.state.to_string(), r#"{"a":2}"#);
    let problems: Vec<_> = got
        .problems
        .iter()
        .map(|(i, p)| (*i, p.code, p.message.as_str()))
        .collect();
    assert_eq!(
        problems[0],
        (
            1,
            ProblemCode::HandlerFailed,
            "operation 1: \"/x\" does not exist"
        )
    );
    assert_eq!(
        (problems[1].0, problems[1].1),
        (2, ProblemCode::PayloadUndecodable)
    );
    assert_eq!(problems.len(), 2);
}

#[test]
fn points_beyond_the_end_and_cancelled_work_are_errors() {
    let history = texts(&["{}", "{}"]);
    let replay = replay(vec![0], 1 << 20);
    let stream = replay.stream(1, 0, &history).unwrap();
    let cancel = Cancel::new();
    assert!(matches!(
        stream.state_at(3, &cancel),
        Err(ReplayError::BeyondEnd { asked: 3, len: 2 })
    ));
    assert!(stream.step(2, Direction::Forward, &cancel).unwrap().is_none());
    assert!(stream.step(0, Direction::Backward, &cancel).unwrap().is_none());
    assert_eq!(
        stream
            .step(1, Direction::Backward, &cancel)
            .unwrap()
            .unwrap()
            .after,
        0
    );
    cancel.cancel();
    assert!(matches!(stream.state_at(2, &cancel), Err(ReplayError::Cancelled)));
    assert!(matches!(stream.blame(2, &cancel), Err(ReplayError::Cancelled)));
    assert!(matches!(
        replay.stream(1, 99, &history),
        Err(ReplayError::NoProjection(99))
    ));
}

#[test]
fn a_stream_that_grew_goes_on_from_its_checkpoints_and_a_changed_one_is_forgotten() {
    let replay = replay(vec![0], 1 << 20);
    let cancel = Cancel::new();
    let state = |history: &Texts| {
        let n = history.len();
        replay
            .stream(7, 0, history)
            .unwrap()
            .state_at(n, &cancel)
            .unwrap()
            .state
            .to_string()
    };
    assert_eq!(state(&texts(&[r#"{"a":1}"#])), r#"{"a":1}"#);
    assert_eq!(state(&texts(&[r#"{"a":1}"#, r#"{"b":2}"#])), r#"{"a":1,"b":2}"#);
    replay.forget(7);
    assert_eq!(state(&texts(&[r#"{"a":3}"#, r#"{"b":2}"#])), r#"{"a":3,"b":2}"#);
}

#[test]
fn threads_share_one_replay_and_agree() {
    let history = Texts(
        (0..300_u32)
            .map(|i| ("E".to_owned(), format!("{{\"k{}\":{i}}}", i % 7)))
            .collect(),
    );
    let (states, _) = by_hand(0, &history);
    let replay = replay(vec![300], 20_000);
    std::thread::scope(|scope| {
        for thread in 0..4_usize {
            let (replay, history, states) = (&replay, &history, &states);
            scope.spawn(move || {
                let stream = replay.stream(1, 0, history).unwrap();
                for i in 0..200 {
                    let at = (i * 97 + thread * 31) % 301;
                    assert_eq!(
                        stream.state_at(at, &Cancel::new()).unwrap().state.to_string(),
                        states[at]
                    );
                }
            });
        }
    });
}
