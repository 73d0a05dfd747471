//! One side of a comparison, taken from its source.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use leftfold_compare::{Content, Digester, Equality, Facts, Side, SideBuilder};
use leftfold_event::{Cancel, Event, Locator, Progress, category_of};
use leftfold_replay::matches_pattern;
use leftfold_source::{Ends, EventStore, Unreadable, Whole, WholePayload, WholeSink};

use super::parts::stated_part;
use crate::error::SessionError;

// What a source says of its ends is handed on as it is.
const _: () = assert!(leftfold_source::NO_END == leftfold_compare::NO_END);

/// Events between two looks at the cancel flag.
const LOOK_EVERY: u64 = 1024;

/// Which events of a side are compared. What is empty leaves nothing out.
#[derive(Clone, Debug, Default)]
pub struct Only {
    /// Streams, as patterns in which `*` stands for any text.
    pub streams: Vec<String>,
    /// Categories.
    pub categories: Vec<String>,
    /// Event types.
    pub types: Vec<String>,
}

impl Only {
    /// Whether a stream is among them.
    pub(crate) fn has_stream(&self, stream: &str, category: &str) -> bool {
        (self.streams.is_empty() || self.streams.iter().any(|p| matches_pattern(p, stream)))
            && (self.categories.is_empty() || self.categories.iter().any(|c| c == category))
    }

    /// Whether events of a type are among them.
    pub(crate) fn has_type(&self, kind: &str) -> bool {
        self.types.is_empty() || self.types.iter().any(|t| t == kind)
    }

    pub(crate) fn keeps(&self, stream: &str, kind: &str) -> bool {
        self.has_type(kind) && self.has_stream(stream, category_of(stream).unwrap_or_default())
    }

    /// Whether nothing is left out.
    pub fn is_all(&self) -> bool {
        self.streams.is_empty() && self.categories.is_empty() && self.types.is_empty()
    }
}

/// What a side is called: its file's name.
pub(crate) fn called(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |n| n.to_string_lossy().into_owned(),
    )
}

/// How a side is taken.
#[derive(Clone, Copy)]
pub(crate) struct How<'a> {
    pub(crate) equality: &'a Equality,
    /// Whether ids that are small numbers count.
    pub(crate) trusting: bool,
    /// The numbers that both sides have for the parts of this one.
    pub(crate) parts: Option<&'a [u16]>,
}

fn new_builder(how: How<'_>) -> SideBuilder {
    let ignored = &how.equality.ignored;
    let mut builder = SideBuilder::new(Digester::new(ignored.clone()), ignored.kind);
    if how.trusting {
        builder = builder.trusting_ids();
    }
    match how.parts {
        Some(parts) => builder.with_parts(parts.to_vec()),
        None => builder,
    }
}

/// A side while it is taken.
struct Taking<'t> {
    builder: SideBuilder,
    how: How<'t>,
    locators: Vec<Locator>,
    only: Option<&'t Only>,
    by_lane: bool,
    ends: Ends,
    seen: u64,
    full: bool,
    progress: &'t Progress,
    cancel: &'t Cancel,
}

impl WholeSink for Taking<'_> {
    fn push(&mut self, whole: &Whole<'_>) -> ControlFlow<()> {
        self.seen += 1;
        if self.seen.is_multiple_of(LOOK_EVERY) {
            self.progress.set_done(self.seen);
            if self.cancel.is_cancelled() {
                return ControlFlow::Break(());
            }
        }
        let lane = if self.by_lane {
            (whole.locator.row >> 48) as u32
        } else {
            0
        };
        let time = whole.time.map(|t| t.nanos);
        if self
            .only
            .is_some_and(|only| !only.keeps(whole.stream, whole.kind))
        {
            self.builder.pass_over(lane, time);
            return ControlFlow::Continue(());
        }
        if !self.by_lane {
            self.builder.next_is_in(whole.partition.and_then(stated_part));
        }
        let taken = self.builder.take(&Facts {
            stream: whole.stream,
            kind: whole.kind,
            id: whole.id.map(str::as_bytes),
            version: whole.version,
            time,
            lane,
            content: match whole.payload {
                WholePayload::Json(text) => Content::Json(text),
                WholePayload::Value(value) => Content::Value(value),
                WholePayload::Bytes(bytes) => Content::Bytes(bytes),
                WholePayload::Absent => Content::Absent,
            },
        });
        if !taken {
            self.full = true;
            return ControlFlow::Break(());
        }
        self.locators.push(whole.locator);
        ControlFlow::Continue(())
    }

    fn start_over(&mut self) {
        self.builder = new_builder(self.how).ending(self.ends.by_part());
        self.locators.clear();
        self.seen = 0;
    }
}

/// A side with the way back to its events.
pub struct TakenSide {
    /// What it is called: its file's name.
    pub name: String,
    /// What comparing needs of its events.
    pub side: Side,
    /// What of it could not be read at all.
    pub unreadable: Vec<Unreadable>,
    store: Arc<dyn EventStore>,
    /// Where each event is found again, by ordinal.
    locators: Vec<Locator>,
}

impl TakenSide {
    /// Reads all events of a history once.
    pub(crate) fn take(
        path: &Path,
        store: Arc<dyn EventStore>,
        how: How<'_>,
        only: &Only,
        cancel: &Cancel,
        progress: &Progress,
    ) -> Result<Self, SessionError> {
        progress.set_total(store.estimate().unwrap_or(0));
        let ends = Ends::of(&*store)?;
        let mut taking = Taking {
            builder: new_builder(how).ending(ends.by_part()),
            how,
            locators: Vec::new(),
            only: Some(only).filter(|only| !only.is_all()),
            // Each partition of a topic has an end of its own.
            by_lane: store.in_parts(),
            ends,
            seen: 0,
            full: false,
            progress,
            cancel,
        };
        // Hidden fields are compared, too: of what they hold only digests are kept.
        let summary = store
            .unhidden()
            .unwrap_or(&*store)
            .scan_whole(&mut taking, cancel)?;
        let Taking {
            builder,
            locators,
            seen,
            full,
            ..
        } = taking;
        if full {
            return Err(SessionError::new(
                "too-much",
                format!("{} holds more events than can be compared (2^32)", path.display()),
            ));
        }
        if cancel.is_cancelled() || !summary.complete {
            return Err(SessionError::cancelled());
        }
        progress.set_done(seen);
        Ok(Self {
            name: called(path),
            side: builder.finish(),
            unreadable: summary.unreadable,
            store,
            locators,
        })
    }

    /// The store it was taken from.
    pub fn store(&self) -> &dyn EventStore {
        &*self.store
    }

    /// Where each event is found again, by ordinal.
    pub(crate) fn locators(&self) -> &[Locator] {
        &self.locators
    }

    /// Reads these events, in their order.
    pub fn events(
        &self,
        ordinals: &[u32],
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, Event),
    ) -> Result<(), SessionError> {
        let locators: Vec<Locator> = ordinals
            .iter()
            .filter_map(|o| self.locators.get(*o as usize).copied())
            .collect();
        Ok(self.store.fetch(&locators, cancel, visit)?)
    }

    /// The same with nothing hidden, for what tells whether they are equal and shows nothing of them.
    pub(crate) fn unhidden_events(
        &self,
        ordinals: &[u32],
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, Event),
    ) -> Result<(), SessionError> {
        let locators: Vec<Locator> = ordinals
            .iter()
            .filter_map(|o| self.locators.get(*o as usize).copied())
            .collect();
        let store = self.store.unhidden().unwrap_or(&*self.store);
        Ok(store.fetch(&locators, cancel, visit)?)
    }
}

impl TakenSide {
    /// The same store, to be read once more.
    pub(crate) fn store_again(&self) -> Arc<dyn EventStore> {
        Arc::clone(&self.store)
    }

    /// Where an event is found again.
    pub(crate) fn locator(&self, ordinal: u32) -> Option<Locator> {
        self.locators.get(ordinal as usize).copied()
    }
}
