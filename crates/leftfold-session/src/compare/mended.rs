//! A history as it would be after a plan: the store's own events without some, with others in their places, and some more at the end.

use std::ops::ControlFlow;
use std::sync::Arc;

use std::collections::{HashMap, HashSet};

use leftfold_event::{Cancel, Event, EventId, Locator, Timestamp};
use leftfold_source::{
    EventStore, Header, HeaderSink, Identity, RawPayload, ScanSummary, SourceError, StoreInfo, Whole,
    WholePayload, WholeSink,
};

/// The item number of what is not the store's own: no row holds so many events.
const OURS: u32 = u32::MAX;

/// A history over another one. Nothing is written: it is what a reader would see.
pub(super) struct Mended {
    pub(super) base: Arc<dyn EventStore>,
    /// What is not there any more.
    pub(super) without: HashSet<Locator>,
    /// What stands in the place of something: a place in `events`.
    pub(super) replaced: HashMap<Locator, u32>,
    /// What is not the store's own.
    pub(super) events: Vec<Event>,
    /// Which of these stand at the end, in this order.
    pub(super) appended: Vec<u32>,
}

fn ours(place: u32) -> Locator {
    // In the first partition, where the store tells partitions apart.
    Locator {
        row: i64::from(place),
        item: OURS,
    }
}

impl Mended {
    /// Whether an event is none of the store's own.
    pub(super) fn is_ours(locator: Locator) -> bool {
        locator.item == OURS
    }

    fn event(&self, locator: Locator) -> Option<&Event> {
        (locator.item == OURS).then(|| self.events.get(locator.row as usize))?
    }

    fn push_header(&self, place: u32, sink: &mut dyn HeaderSink) -> ControlFlow<()> {
        let Some(event) = self.events.get(place as usize) else {
            return ControlFlow::Continue(());
        };
        sink.push(&Header {
            stream: &event.stream,
            category: event.category.as_deref(),
            kind: &event.kind,
            version: event.version,
            time: event.time,
            valid_time: event.valid_time,
            also_in: &event.also_in,
            problem: !event.problems.is_empty(),
            ..Header::at(ours(place))
        })
    }

    fn push(&self, place: u32, sink: &mut dyn WholeSink) -> ControlFlow<()> {
        let Some(event) = self.events.get(place as usize) else {
            return ControlFlow::Continue(());
        };
        let id = event.id.as_ref().map(EventId::to_string);
        sink.push(&Whole::of(event, ours(place), id.as_deref()))
    }
}

/// Stands between the store and whoever takes its events.
struct Between<'a> {
    mended: &'a Mended,
    sink: &'a mut dyn WholeSink,
}

impl WholeSink for Between<'_> {
    fn push(&mut self, whole: &Whole<'_>) -> ControlFlow<()> {
        if self.mended.without.contains(&whole.locator) {
            return ControlFlow::Continue(());
        }
        match self.mended.replaced.get(&whole.locator) {
            Some(place) => self.mended.push(*place, self.sink),
            None => self.sink.push(whole),
        }
    }

    fn start_over(&mut self) {
        self.sink.start_over();
    }
}

impl EventStore for Mended {
    fn info(&self) -> &StoreInfo {
        self.base.info()
    }

    fn identity(&self) -> Result<Identity, SourceError> {
        let base = self.base.identity()?;
        Ok(Identity {
            path: None,
            fingerprint: format!("mended {}", base.fingerprint),
        })
    }

    fn estimate(&self) -> Option<u64> {
        Some(self.base.estimate()? + self.appended.len() as u64)
    }

    fn counts_versions(&self) -> bool {
        self.base.counts_versions()
    }

    fn in_parts(&self) -> bool {
        self.base.in_parts()
    }

    fn ended_parts(&self) -> Result<Vec<u32>, SourceError> {
        self.base.ended_parts()
    }

    fn holds_since(&self) -> Result<Option<Timestamp>, SourceError> {
        self.base.holds_since()
    }

    fn scan(&self, sink: &mut dyn HeaderSink, cancel: &Cancel) -> Result<ScanSummary, SourceError> {
        let mut between = |header: &Header<'_>| {
            if self.without.contains(&header.locator) {
                return ControlFlow::Continue(());
            }
            match self.replaced.get(&header.locator) {
                Some(place) => self.push_header(*place, sink),
                None => sink.push(header),
            }
        };
        let mut summary = self.base.scan(&mut between, cancel)?;
        // What comes later would be another history's.
        summary.mark = None;
        for place in &self.appended {
            if !summary.complete || self.push_header(*place, sink).is_break() {
                summary.complete = false;
                break;
            }
            summary.events += 1;
        }
        Ok(summary)
    }

    fn scan_whole(&self, sink: &mut dyn WholeSink, cancel: &Cancel) -> Result<ScanSummary, SourceError> {
        let mut between = Between { mended: self, sink };
        let mut summary = self.base.scan_whole(&mut between, cancel)?;
        for place in &self.appended {
            if !summary.complete || self.push(*place, sink).is_break() {
                summary.complete = false;
                break;
            }
            summary.events += 1;
        }
        Ok(summary)
    }

    fn fetch(
        &self,
        locators: &[Locator],
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, Event),
    ) -> Result<(), SourceError> {
        // In runs, so that the store's own are read together.
        let mut start = 0;
        for run in locators.chunk_by(|a, b| (a.item == OURS) == (b.item == OURS)) {
            match run.first().map(|l| l.item) {
                Some(OURS) => {
                    for (i, locator) in run.iter().enumerate() {
                        visit(start + i, self.event(*locator).cloned().unwrap_or_default());
                    }
                }
                _ => self
                    .base
                    .fetch(run, cancel, &mut |i, event| visit(start + i, event))?,
            }
            start += run.len();
        }
        Ok(())
    }

    fn fetch_raw(
        &self,
        locators: &[Locator],
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, &str, RawPayload<'_>),
    ) -> Result<(), SourceError> {
        self.fetch(locators, cancel, &mut |i, event| {
            let payload = match WholePayload::of(&event.payload) {
                WholePayload::Absent => RawPayload::Absent,
                _ => RawPayload::Other,
            };
            visit(i, &event.kind, payload);
        })
    }
}
