//! Whatever is wrong with events that belong together, or with rows, a plan that is obeyed leaves nothing.

use std::path::Path;
use std::sync::Arc;

use leftfold_event::json::parse;
use leftfold_event::{Cancel, Event, EventId, Payload, Progress, Timestamp};
use leftfold_log::index;
use leftfold_replay::Projections;
use leftfold_source::MemoryStore;
use proptest::prelude::*;

use super::findings::Findings as _;
use super::{
    Conflicts, CorrelatedRepair, CorrelatedTexts, EventPlan as _, Hand, MirrorOptions, ProjectionBy, Row,
    Rows, RowsRepair, compare_correlated, compare_projection,
};
use crate::compensate::templates;
use crate::source::OpenSource;

fn event(stream: String, kind: &str, second: usize, payload: String) -> Arc<Event> {
    Arc::new(Event {
        id: Some(EventId::Text(format!("{stream}@{second}"))),
        stream,
        kind: kind.to_owned(),
        time: Some(Timestamp::from_nanos(second as i64 * 1_000_000_000)),
        payload: Payload::from_json(payload.into_bytes()).0,
        ..Event::default()
    })
}

/// What is wrong with what belongs to an order: how many there are, and how many of them say something else; and whether the order is there.
type Fault = (bool, usize, usize);

fn faults() -> impl Strategy<Value = Vec<Fault>> {
    prop::collection::vec((prop::bool::weighted(0.8), 0_usize..4, 0_usize..3), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_belongs_together_does_so_after_its_plan(faults in faults(), by_right in any::<bool>(), skip in any::<bool>()) {
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for (n, (there, invoices, wrong)) in faults.iter().enumerate() {
            if *there {
                left.push(event(format!("order-{n}"), "Placed", n, format!(r#"{{"n":{n},"total":{n}}}"#)));
            }
            for i in 0..*invoices {
                let amount = if i < *wrong { 1000 + i } else { n };
                right.push(event(format!("invoice-{n}-{i}"), "Invoiced", 20 * (i + 1) + n, format!(r#"{{"n":{n},"amount":{amount}}}"#)));
            }
        }
        // Both sides hold something, so that they can be compared.
        left.push(event("order-x".to_owned(), "Placed", 100, r#"{"n":"x","total":1}"#.to_owned()));
        right.push(event("invoice-x".to_owned(), "Invoiced", 101, r#"{"n":"x","amount":1}"#.to_owned()));
        let texts = CorrelatedTexts {
            key: [Some("$.n".to_owned()), Some("$.n".to_owned())],
            equal: vec!["$.total = $.amount".to_owned()],
            ..CorrelatedTexts::default()
        };
        let by = Arc::new(texts.read().unwrap());
        let options = MirrorOptions { settled: true, ..MirrorOptions::default() };
        let store = |events: Vec<Arc<Event>>| Arc::new(MemoryStore::new(events, false));
        let progress = [Progress::new(), Progress::new()];
        let found = compare_correlated(
            (Path::new("orders"), store(left)),
            (Path::new("invoices"), store(right)),
            &by,
            options,
            &Cancel::new(),
            [&progress[0], &progress[1]],
        ).unwrap();
        let stated = templates(
            "[[partner]]\ntype = 'Placed'\nwith = 'Invoiced'\npayload = { n = '{payload@/n}', amount = '{payload@/total}' }\n\
             [[partner]]\ntype = 'Invoiced'\nwith = 'Placed'\npayload = { n = '{payload@/n}', total = '{payload@/amount}' }\n\
             [[compensate]]\ntype = 'Invoiced'\nwith = 'Cancelled'\n",
        ).unwrap();
        let conflicts = if skip { Conflicts::ReSend } else { Conflicts::Auto };
        let hand = if by_right { Hand::Right } else { Hand::Left };
        let plan = CorrelatedRepair::plan(&found, hand, conflicts, stated, &Cancel::new()).unwrap();
        let after = plan.after(&Cancel::new(), [&progress[0], &progress[1]]).unwrap();
        // Where the side that is right says something twice, nobody else can mend that.
        let doubled = plan.unrepaired().iter().map(|r| r.findings).sum::<u64>();
        if hand == Hand::Left {
            prop_assert_eq!((doubled, after.findings), (0, 0), "{:?}", after);
        } else {
            // And an order that is sent now is stamped later than the invoice that is there.
            let foreseen = ["on-the-right-side", "after-its-effect"];
            prop_assert!(after.remaining.iter().all(|r| foreseen.contains(&r.why.as_str())), "{:?}", after);
        }
        prop_assert_eq!(found.findings().is_empty(), plan.plan.steps.is_empty() && doubled == 0);
    }

    #[test]
    fn rows_are_the_states_after_their_plan(lens in prop::collection::vec((0_usize..4, 0_usize..5, any::<bool>()), 1..10), orphans in 0_usize..3) {
        let mut events = Vec::new();
        let mut rows = Vec::new();
        let row = |key: String, n: usize| Row {
            key,
            fields: parse(format!(r#"{{"n":{n}}}"#).as_bytes()).unwrap(),
            place: None,
        };
        for (s, (len, at, doubled)) in lens.iter().enumerate() {
            for n in 1..=*len {
                events.push(event(format!("a-{s}"), "Set", n * 10 + s, format!(r#"{{"n":{n}}}"#)));
            }
            // A row as of some place, of one that never was, or none.
            if *at > 0 {
                rows.push(row(format!("a-{s}"), *at));
                rows.extend(doubled.then(|| row(format!("a-{s}"), *at)));
            }
        }
        events.push(event("a-x".to_owned(), "Set", 99, r#"{"n":1}"#.to_owned()));
        rows.push(row("a-x".to_owned(), 1));
        rows.extend((0..orphans).map(|n| row(format!("gone-{n}"), n)));
        let store = Arc::new(MemoryStore::new(events, true));
        let (log, scanned) = index(&*store, &Cancel::new(), &Progress::new(), &mut |_| ());
        scanned.unwrap();
        let source = OpenSource::of_log(Path::new("log"), store, log, Projections::default());
        let snapshot = source.snapshot();
        let options = MirrorOptions { settled: true, ..MirrorOptions::default() };
        let found = compare_projection(
            (source, snapshot),
            Rows::of_states("rows", rows),
            &Arc::new(ProjectionBy::default()),
            &options,
            None,
            &Cancel::new(),
            &Progress::new(),
        ).unwrap();
        let to_end = RowsRepair::plan(&found, &options, true, &Cancel::new()).unwrap();
        let after = to_end.after(&Cancel::new(), &Progress::new()).unwrap();
        prop_assert_eq!(after.findings, 0, "{:?}", after);
        prop_assert!(to_end.unrepaired().is_empty());
        // As of their own place nothing is left that the plan does not tell.
        let plan = RowsRepair::plan(&found, &options, false, &Cancel::new()).unwrap();
        let after = plan.after(&Cancel::new(), &Progress::new()).unwrap();
        prop_assert!(after.remaining.iter().all(|r| r.why.as_str() == "as-of-place"), "{:?}", after);
    }
}
