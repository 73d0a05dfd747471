//! A history with some of its fields hidden: stands before the store, so that nothing to the right of it sees them.

use std::ops::ControlFlow;
use std::sync::Arc;

use leftfold_event::json::parse_noting;
use leftfold_event::{Cancel, Event, Locator, Timestamp};
use leftfold_source::capture::Mark;
use leftfold_source::{
    EventStore, HeaderSink, Identity, RawPayload, ScanSummary, SourceError, StoreInfo, Whole, WholePayload,
    WholeSink,
};

use super::{Masks, hidden_bytes};

/// A history over another one.
pub(crate) struct Masked {
    base: Arc<dyn EventStore>,
    masks: Masks,
}

impl Masked {
    /// The history with what is to be hidden; the history itself where that is nothing.
    pub(crate) fn over(base: Arc<dyn EventStore>, masks: &Masks) -> Arc<dyn EventStore> {
        if masks.is_empty() {
            return base;
        }
        Arc::new(Self {
            base,
            masks: masks.clone(),
        })
    }

    /// A payload's JSON with what is to be hidden; `None`: that is nothing.
    fn json(&self, text: &[u8]) -> Option<Vec<u8>> {
        if !self.masks.reach("payload") {
            return None;
        }
        match parse_noting(text) {
            Ok((mut value, twice)) => {
                if self.masks.covers(&["payload"]) {
                    value = super::sign(&value);
                } else if !self.masks.walk(&["payload"], &mut value) && twice.is_none() {
                    return None;
                }
                Some(value.to_string().into_bytes())
            }
            // Whoever reads it says what is wrong with it.
            Err(_) => Some(Vec::new()),
        }
    }
}

/// Stands between the store and whoever takes its events.
struct Between<'a> {
    masked: &'a Masked,
    sink: &'a mut dyn WholeSink,
}

impl WholeSink for Between<'_> {
    fn push(&mut self, whole: &Whole<'_>) -> ControlFlow<()> {
        let masks = &self.masked.masks;
        let (text, value, bytes);
        let payload = match whole.payload {
            WholePayload::Json(json) => match self.masked.json(json) {
                None => whole.payload,
                // Text that is no JSON after all, of which no field can be told from another.
                Some(hidden) if hidden.is_empty() => {
                    bytes = hidden_bytes(json);
                    WholePayload::Bytes(&bytes)
                }
                Some(hidden) => {
                    text = hidden;
                    WholePayload::Json(&text)
                }
            },
            WholePayload::Value(shown) => {
                let mut shown = shown.clone();
                masks.hide_state(&mut shown);
                value = shown;
                WholePayload::Value(&value)
            }
            WholePayload::Bytes(raw) if masks.reach("payload") => {
                bytes = hidden_bytes(raw);
                WholePayload::Bytes(&bytes)
            }
            WholePayload::Bytes(_) | WholePayload::Absent => whole.payload,
        };
        self.sink.push(&Whole { payload, ..*whole })
    }

    fn start_over(&mut self) {
        self.sink.start_over();
    }
}

impl EventStore for Masked {
    fn info(&self) -> &StoreInfo {
        self.base.info()
    }

    fn identity(&self) -> Result<Identity, SourceError> {
        self.base.identity()
    }

    fn estimate(&self) -> Option<u64> {
        self.base.estimate()
    }

    fn let_go(&self) {
        self.base.let_go();
    }

    fn counts_versions(&self) -> bool {
        self.base.counts_versions()
    }

    fn in_parts(&self) -> bool {
        self.base.in_parts()
    }

    fn parts(&self) -> Result<Vec<(String, i32)>, SourceError> {
        self.base.parts()
    }

    fn ended_parts(&self) -> Result<Vec<u32>, SourceError> {
        self.base.ended_parts()
    }

    fn folds(&self) -> Result<Vec<(String, &'static str)>, SourceError> {
        self.base.folds()
    }

    fn holds_since(&self) -> Result<Option<Timestamp>, SourceError> {
        self.base.holds_since()
    }

    fn locate(&self, position: &str) -> Result<Option<Locator>, SourceError> {
        self.base.locate(position)
    }

    fn hidden(&self) -> &[String] {
        self.masks.names()
    }

    fn unhidden(&self) -> Option<&dyn EventStore> {
        Some(&*self.base)
    }

    fn scan(&self, sink: &mut dyn HeaderSink, cancel: &Cancel) -> Result<ScanSummary, SourceError> {
        self.base.scan(sink, cancel)
    }

    fn scan_since(
        &self,
        since: &Mark,
        sink: &mut dyn HeaderSink,
        cancel: &Cancel,
    ) -> Result<Option<ScanSummary>, SourceError> {
        self.base.scan_since(since, sink, cancel)
    }

    fn fetch(
        &self,
        locators: &[Locator],
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, Event),
    ) -> Result<(), SourceError> {
        self.base.fetch(locators, cancel, &mut |i, mut event| {
            self.masks.hide(&mut event);
            visit(i, event);
        })
    }

    fn scan_whole(&self, sink: &mut dyn WholeSink, cancel: &Cancel) -> Result<ScanSummary, SourceError> {
        let mut between = Between { masked: self, sink };
        self.base.scan_whole(&mut between, cancel)
    }

    fn fetch_raw(
        &self,
        locators: &[Locator],
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, &str, RawPayload<'_>),
    ) -> Result<(), SourceError> {
        self.base
            .fetch_raw(locators, cancel, &mut |i, kind, payload| match payload {
                RawPayload::Json(text) => match self.json(text) {
                    None => visit(i, kind, payload),
                    Some(text) if text.is_empty() => visit(i, kind, RawPayload::Other),
                    Some(text) => visit(i, kind, RawPayload::Json(&text)),
                },
                RawPayload::Absent | RawPayload::Other => visit(i, kind, payload),
            })
    }
}
