//! Events held in memory as an event history: small ones, taken out of others.

use std::ops::ControlFlow;
use std::sync::Arc;

use leftfold_event::{Cancel, Event, EventId, Locator, Problem, ProblemCode};

use crate::{
    Certainty, EventStore, Header, HeaderSink, Identity, RawPayload, ScanSummary, SourceError, StoreInfo,
    Whole, WholePayload, WholeSink,
};

/// Events in memory, in log order. An event's locator is its place among them.
pub struct MemoryStore {
    events: Vec<Arc<Event>>,
    info: StoreInfo,
    counts_versions: bool,
}

impl MemoryStore {
    /// These events. `counts_versions`: whether an event without a version has its place in its stream for one.
    pub fn new(events: Vec<Arc<Event>>, counts_versions: bool) -> Self {
        let info = StoreInfo {
            dialect: "memory".to_owned(),
            title: "events in memory".to_owned(),
            certainty: Certainty::Certain,
            reasons: Vec::new(),
            tables: Vec::new(),
            notes: Vec::new(),
            warnings: Vec::new(),
            has_time: events.iter().any(|e| e.time.is_some()),
            has_global_order: true,
            time_digits: None,
        };
        Self {
            events,
            info,
            counts_versions,
        }
    }

    fn all(&self) -> impl Iterator<Item = (Locator, &Event)> {
        let place = |row: usize| Locator {
            row: row as i64,
            item: 0,
        };
        self.events.iter().enumerate().map(move |(i, e)| (place(i), &**e))
    }

    fn event(&self, locator: Locator) -> Option<&Event> {
        let place = usize::try_from(locator.row).ok()?;
        self.events.get(place).map(|e| &**e)
    }

    fn summary(events: u64, flow: ControlFlow<()>) -> ScanSummary {
        ScanSummary {
            events,
            complete: flow.is_continue(),
            ..ScanSummary::default()
        }
    }
}

/// Events between two looks at the cancel flag.
const LOOK_EVERY: u64 = 512;

impl EventStore for MemoryStore {
    fn info(&self) -> &StoreInfo {
        &self.info
    }

    fn identity(&self) -> Result<Identity, SourceError> {
        Ok(Identity {
            path: None,
            fingerprint: "memory".to_owned(),
        })
    }

    fn estimate(&self) -> Option<u64> {
        Some(self.events.len() as u64)
    }

    fn counts_versions(&self) -> bool {
        self.counts_versions
    }

    fn scan(&self, sink: &mut dyn HeaderSink, cancel: &Cancel) -> Result<ScanSummary, SourceError> {
        let (mut seen, mut flow) = (0, ControlFlow::Continue(()));
        for (locator, event) in self.all() {
            if seen % LOOK_EVERY == 0 && cancel.is_cancelled() {
                flow = ControlFlow::Break(());
            } else {
                flow = sink.push(&Header {
                    stream: &event.stream,
                    category: event.category.as_deref(),
                    kind: &event.kind,
                    version: event.version,
                    position: event.position.as_deref().and_then(|p| p.parse().ok()),
                    time: event.time,
                    valid_time: event.valid_time,
                    also_in: &event.also_in,
                    problem: !event.problems.is_empty(),
                    ..Header::at(locator)
                });
            }
            if flow.is_break() {
                break;
            }
            seen += 1;
        }
        Ok(Self::summary(seen, flow))
    }

    fn fetch(
        &self,
        locators: &[Locator],
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, Event),
    ) -> Result<(), SourceError> {
        for (i, locator) in locators.iter().enumerate() {
            if (i as u64).is_multiple_of(LOOK_EVERY) && cancel.is_cancelled() {
                return Err(SourceError::Cancelled);
            }
            let gone = || Event {
                problems: vec![Problem::new(ProblemCode::RowUnreadable, "there is no such event")],
                ..Event::default()
            };
            visit(i, self.event(*locator).cloned().unwrap_or_else(gone));
        }
        Ok(())
    }

    fn scan_whole(&self, sink: &mut dyn WholeSink, cancel: &Cancel) -> Result<ScanSummary, SourceError> {
        let (mut seen, mut flow) = (0, ControlFlow::Continue(()));
        for (locator, event) in self.all() {
            if seen % LOOK_EVERY == 0 && cancel.is_cancelled() {
                flow = ControlFlow::Break(());
            } else {
                let id = event.id.as_ref().map(EventId::to_string);
                flow = sink.push(&Whole::of(event, locator, id.as_deref()));
            }
            if flow.is_break() {
                break;
            }
            seen += 1;
        }
        Ok(Self::summary(seen, flow))
    }

    fn fetch_raw(
        &self,
        locators: &[Locator],
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, &str, RawPayload<'_>),
    ) -> Result<(), SourceError> {
        for (i, locator) in locators.iter().enumerate() {
            if (i as u64).is_multiple_of(LOOK_EVERY) && cancel.is_cancelled() {
                return Err(SourceError::Cancelled);
            }
            let Some(event) = self.event(*locator) else {
                visit(i, "", RawPayload::Other);
                continue;
            };
            // The stored text may be more than the value, which may have been taken out of a wrapping.
            let payload = match WholePayload::of(&event.payload) {
                WholePayload::Absent => RawPayload::Absent,
                _ => RawPayload::Other,
            };
            visit(i, &event.kind, payload);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use leftfold_event::{Payload, Timestamp};

    use super::*;

    #[test]
    fn events_come_back_as_they_were_given() {
        let event = |n: i64| {
            Arc::new(Event {
                stream: "s".to_owned(),
                kind: "E".to_owned(),
                position: Some(n.to_string()),
                time: Some(Timestamp::from_nanos(n)),
                payload: Payload::from_json(format!("{{\"n\":{n}}}").into_bytes()).0,
                ..Event::default()
            })
        };
        let events: Vec<_> = (0..3).map(event).collect();
        let store = MemoryStore::new(events.clone(), false);
        let mut headers = Vec::new();
        let summary = store
            .scan(
                &mut |h: &Header<'_>| {
                    headers.push((h.locator, h.position));
                    ControlFlow::Continue(())
                },
                &Cancel::new(),
            )
            .unwrap();
        assert_eq!((summary.events, summary.complete), (3, true));
        let locators: Vec<Locator> = headers.iter().rev().map(|h| h.0).collect();
        let mut fetched = Vec::new();
        store
            .fetch(&locators, &Cancel::new(), &mut |_, e| fetched.push(e))
            .unwrap();
        fetched.reverse();
        assert!(fetched.iter().zip(&events).all(|(a, b)| *a == **b));
        let mut raw = Vec::new();
        let visit =
            &mut |_, kind: &str, p: RawPayload<'_>| raw.push((kind.to_owned(), p == RawPayload::Other));
        store.fetch_raw(&locators[..1], &Cancel::new(), visit).unwrap();
        assert_eq!(raw, [("E".to_owned(), true)]);
    }
}
