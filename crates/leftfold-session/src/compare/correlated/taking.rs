//! What of a side takes part, taken in one pass over it: batches of events are judged on all cores.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use leftfold_compare::{Finding, Hand, Marks, Part, Watermark, watermark};
use leftfold_event::json::{Object, Value};
use leftfold_event::{Cancel, Event, EventId, Locator, Names, Payload, Progress};
use leftfold_log::Evaluation;
use leftfold_source::{Ends, EventStore, Header, Unreadable, Whole, WholePayload, WholeSink};
use rayon::prelude::*;

use super::by::CorrelatedBy;
use super::kinds::Kinds;
use crate::compare::field::{key_text, shared};
use crate::compare::side::{Only, called};
use crate::error::SessionError;
use crate::masks::{holds_sign, met, refuse_met};

/// Events judged together.
const BATCH: usize = 4096;

/// Events without a key whose fields are named.
const LOOKED_AT: u64 = 1024;

/// Names that are told where none fits.
pub(super) const NAMED: usize = 12;

/// Types remembered as long as nothing takes part.
const TYPES: usize = 256;

/// What a side gave, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Took {
    /// Events read.
    pub events: u64,
    /// Those that take part.
    pub taking_part: u64,
    /// Those that would, but have no key.
    pub keyless: u64,
    /// Those for which an expression could not be evaluated.
    pub failed: u64,
    /// Why, for the first of them.
    pub first_failure: Option<String>,
    /// Names of fields that events without a key have, the first thousand of them looked at; of the first 256 types where nothing takes part.
    pub names: BTreeSet<String>,
}

/// A side: what takes part, with the way back to its events.
pub(super) struct Taken {
    pub(super) name: String,
    pub(super) took: Took,
    pub(super) parts: Vec<Part>,
    /// The keys by number.
    pub(super) keys: Names,
    pub(super) unreadable: Vec<Unreadable>,
    store: Arc<dyn EventStore>,
    /// Where the events that take part are, by place in the log, ascending.
    places: Vec<(u32, Locator)>,
    /// Up to when it is known, by all of its events.
    marks: (Marks, Vec<i64>),
    /// The last event by time, whether it takes part or not.
    pub(super) last: Option<Last>,
}

/// An event that says up to when its side is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Last {
    /// Its place in the log.
    pub(super) ordinal: u32,
    /// In nanoseconds.
    pub(super) time: i64,
    locator: Locator,
}

/// What comes of an event.
enum Judged {
    Aside,
    Keyless,
    Part(String, Vec<Option<Value>>),
    Failed(String),
    /// A mask hides something of what it would be judged by.
    Hidden(String),
}

/// A side while it is read. Events of a batch keep their memory for the next one.
struct Taking<'t> {
    by: &'t CorrelatedBy,
    hand: Hand,
    only: &'t Only,
    ends: Ends,
    cancel: &'t Cancel,
    progress: &'t Progress,
    batch: Vec<(u32, Locator, Event)>,
    used: usize,
    took: Took,
    parts: Vec<Part>,
    keys: Names,
    places: Vec<(u32, Locator)>,
    marks: (Marks, Vec<i64>),
    last: Option<Last>,
    full: bool,
    /// Whether anything may be hidden by masks.
    masked: bool,
    /// What it would be judged by though a mask hides something of it.
    hidden: Option<String>,
}

impl Taking<'_> {
    /// Takes notice of an event; `None`: there are more than can be counted.
    fn see(&mut self, locator: Locator, time: Option<i64>) -> Option<u32> {
        let ordinal = u32::try_from(self.took.events).ok().filter(|o| *o < u32::MAX)?;
        self.took.events += 1;
        // Each partition of a topic has an end of its own.
        self.marks.0.push(self.ends.of_row(locator.row), time);
        self.marks.1.push(time.unwrap_or(i64::MIN));
        if let Some(time) = time.filter(|t| self.last.is_none_or(|last| *t >= last.time)) {
            self.last = Some(Last {
                ordinal,
                time,
                locator,
            });
        }
        Some(ordinal)
    }

    fn judge(
        by: &CorrelatedBy,
        (hand, masked): (Hand, bool),
        evaluation: &Evaluation,
        event: &mut Event,
    ) -> Judged {
        let side = &by.sides[hand as usize];
        let read = |event: &mut Event| {
            if event.payload.value.is_none() && event.payload.encoding == UNREAD {
                event.payload = Payload::from_json(std::mem::take(&mut event.payload.raw)).0;
            }
        };
        if let Some(when) = &side.when {
            if when.uses("payload") {
                read(event);
            }
            if masked && let Some(way) = met(&when.reads(), event, &[]) {
                return Judged::Hidden(way);
            }
            match when.holds(evaluation, event, &[]) {
                Ok(Some(true)) => {}
                Ok(_) => return Judged::Aside,
                Err(why) => return Judged::Failed(format!("{}: {why}", when.text())),
            }
        }
        read(event);
        let key = match side.key.value(evaluation, event) {
            Ok(Some(key)) if masked && holds_sign(&key) => {
                return Judged::Hidden(side.key.text().to_owned());
            }
            Ok(Some(key)) => shared(key_text(&key)),
            Ok(None) => return Judged::Keyless,
            Err(why) => return Judged::Failed(format!("{}: {why}", side.key.text())),
        };
        let mut values = Vec::with_capacity(by.equal.len());
        for equal in &by.equal {
            let field = &equal.fields[hand as usize];
            match field.value(evaluation, event) {
                Ok(Some(value)) if masked && holds_sign(&value) => {
                    return Judged::Hidden(field.text().to_owned());
                }
                Ok(value) => values.push(value),
                Err(why) => return Judged::Failed(format!("{}: {why}", field.text())),
            }
        }
        Judged::Part(key, values)
    }

    /// Judges what is in the batch, and empties it.
    fn flush(&mut self) -> ControlFlow<()> {
        let (by, hand) = (self.by, (self.hand, self.masked));
        let judged: Vec<Judged> = self.batch[..self.used]
            .par_iter_mut()
            .map_init(Evaluation::new, |evaluation, (_, _, event)| {
                Self::judge(by, hand, evaluation, event)
            })
            .collect();
        for (i, judged) in judged.into_iter().enumerate() {
            let (ordinal, locator, event) = &self.batch[i];
            match judged {
                Judged::Aside => {
                    if self.took.taking_part + self.took.keyless == 0 {
                        name_type(&event.kind, &mut self.took.names);
                    }
                }
                Judged::Keyless => {
                    if self.took.keyless == 0 {
                        self.took.names.clear();
                    }
                    self.took.keyless += 1;
                    if self.took.keyless <= LOOKED_AT {
                        name_fields(event, &mut self.took.names);
                    }
                }
                Judged::Failed(why) => {
                    self.took.failed += 1;
                    self.took.first_failure.get_or_insert(why);
                }
                Judged::Hidden(way) => {
                    self.hidden = Some(way);
                    return ControlFlow::Break(());
                }
                Judged::Part(key, values) => {
                    self.took.taking_part += 1;
                    self.places.push((*ordinal, *locator));
                    self.parts.push(Part {
                        key: self.keys.intern(&key).0,
                        time: event.time.map(|t| t.nanos),
                        ordinal: *ordinal,
                        values,
                    });
                }
            }
        }
        self.used = 0;
        self.progress.set_done(self.took.events);
        if self.cancel.is_cancelled() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

/// Says of a payload that it is JSON text which was not read yet.
const UNREAD: &str = "json";

impl WholeSink for Taking<'_> {
    fn push(&mut self, whole: &Whole<'_>) -> ControlFlow<()> {
        let Some(ordinal) = self.see(whole.locator, whole.time.map(|t| t.nanos)) else {
            self.full = true;
            return ControlFlow::Break(());
        };
        if !self.only.keeps(whole.stream, whole.kind) {
            return ControlFlow::Continue(());
        }
        if self.batch.len() == self.used {
            self.batch.push((0, whole.locator, Event::default()));
        }
        let (at, locator, event) = &mut self.batch[self.used];
        (*at, *locator) = (ordinal, whole.locator);
        event.stream.clear();
        event.stream.push_str(whole.stream);
        event.kind.clear();
        event.kind.push_str(whole.kind);
        event.id = whole.id.map(|id| EventId::Text(id.to_owned()));
        event.version = whole.version;
        event.time = whole.time;
        let mut raw = std::mem::take(&mut event.payload.raw);
        raw.clear();
        let (value, encoding) = match whole.payload {
            WholePayload::Json(text) => {
                raw.extend_from_slice(text);
                (None, UNREAD)
            }
            WholePayload::Value(value) => (Some(value.clone()), UNREAD),
            WholePayload::Bytes(bytes) => {
                raw.extend_from_slice(bytes);
                (None, "bytes")
            }
            WholePayload::Absent => (None, ""),
        };
        event.payload = Payload { raw, value, encoding };
        self.used += 1;
        if self.used == BATCH {
            return self.flush();
        }
        ControlFlow::Continue(())
    }

    fn start_over(&mut self) {
        self.used = 0;
        self.took = Took::default();
        self.parts.clear();
        self.keys = Names::new();
        self.places.clear();
        self.marks = Default::default();
        self.last = None;
    }
}

/// Remembers a type.
fn name_type(kind: &str, names: &mut BTreeSet<String>) {
    if names.len() < TYPES && !names.contains(kind) {
        names.insert(kind.to_owned());
    }
}

/// The names by which fields of an event are asked for.
pub(super) fn name_fields(event: &Event, names: &mut BTreeSet<String>) {
    let mut below = |root: &str, value: Option<&Value>| {
        let members = value
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(Object::iter);
        for (key, _) in members.take(64) {
            if names.len() < 256 {
                names.insert(format!("{root}.{key}"));
            }
        }
    };
    below("payload", event.payload.value.as_ref());
    below("metadata", event.metadata.value.as_ref());
    let beside = [
        ("correlation_id", event.correlation_id.is_some()),
        ("id", event.id.is_some()),
        ("stream", !event.stream.is_empty()),
    ];
    names.extend(
        beside
            .iter()
            .filter(|(_, is)| *is)
            .map(|(name, _)| (*name).to_owned()),
    );
}

impl Taken {
    /// Reads a side once, and what takes part a second time where it is asked for what a scan does not give.
    pub(super) fn take(
        path: &Path,
        store: Arc<dyn EventStore>,
        (by, hand): (&CorrelatedBy, Hand),
        only: &Only,
        cancel: &Cancel,
        progress: &Progress,
    ) -> Result<Self, SessionError> {
        progress.set_total(store.estimate().unwrap_or(0));
        let mut taking = Taking {
            by,
            hand,
            only,
            ends: Ends::of(&*store)?,
            cancel,
            progress,
            batch: Vec::new(),
            used: 0,
            took: Took::default(),
            parts: Vec::new(),
            keys: Names::new(),
            places: Vec::new(),
            marks: Default::default(),
            last: None,
            full: false,
            masked: !store.hidden().is_empty(),
            hidden: None,
        };
        let (unreadable, complete) = if by.is_scanned(hand as usize) {
            let summary = store.scan_whole(&mut taking, cancel)?;
            (summary.unreadable, summary.complete)
        } else {
            taking.scan_then_fetch(&*store)?
        };
        let ended = taking.flush().is_break();
        refuse_met(taking.hidden.as_deref(), "the comparison")?;
        if taking.full {
            return Err(SessionError::new(
                "too-much",
                format!("{} holds more events than can be compared (2^32)", path.display()),
            ));
        }
        if ended || !complete || cancel.is_cancelled() {
            return Err(SessionError::cancelled());
        }
        Ok(Self {
            name: called(path),
            took: taking.took,
            parts: taking.parts,
            keys: taking.keys,
            unreadable,
            places: taking.places,
            marks: taking.marks,
            last: taking.last,
            store,
        })
    }

    /// How it is read, in words.
    pub(super) fn read_as(&self) -> &str {
        &self.store.info().title
    }

    /// The same store, to be read once more.
    pub(super) fn store_again(&self) -> Arc<dyn EventStore> {
        Arc::clone(&self.store)
    }

    /// Where an event that takes part is found again.
    pub(super) fn locator(&self, ordinal: u32) -> Option<Locator> {
        let at = self.places.binary_search_by_key(&ordinal, |(o, _)| *o).ok()?;
        Some(self.places[at].1)
    }

    /// How far it is known, as of a moment or in the end; `complete`: nothing follows its last event.
    pub(super) fn watermark(&self, moment: Option<i64>, complete: bool) -> Watermark {
        let (marks, times) = &self.marks;
        let mark = watermark(&[(marks, times)], moment.unwrap_or(i64::MAX));
        match moment {
            Some(moment) if complete => mark.of_complete(self.latest(), moment),
            _ => mark,
        }
    }

    /// The latest time of all.
    pub(super) fn latest(&self) -> Option<i64> {
        self.last.map(|last| last.time)
    }

    /// An error where of all events that could take part not one can be used.
    pub(super) fn refuse_unusable(&self, by: &CorrelatedBy, hand: Hand) -> Result<(), SessionError> {
        let (took, side) = (&self.took, &by.sides[hand as usize]);
        if took.taking_part > 0 {
            return Ok(());
        }
        let which = format!("{} ({} side)", self.name, hand.as_str());
        if took.keyless > 0 {
            let wanted = side.key.text().replacen('$', "payload", 1);
            let names: Vec<&str> = took.names.iter().map(String::as_str).collect();
            let near = crate::alike::nearest(&wanted, names.iter().copied(), 1);
            let near = near
                .first()
                .map_or_else(String::new, |n| format!("; did you mean {n}?"));
            let some = &names[..names.len().min(NAMED)];
            let more = if names.len() > some.len() { ", …" } else { "" };
            return Err(SessionError::new(
                "filter-fails",
                format!(
                    "{which}: none of the events that take part ({}) has the key {}; they have {}{more}{near}",
                    took.keyless,
                    side.key.text(),
                    some.join(", ")
                ),
            ));
        }
        match &took.first_failure {
            Some(why) => Err(SessionError::new(
                "filter-fails",
                format!(
                    "{which}: of no event it can be said whether it takes part, {} tried: {why}",
                    took.failed
                ),
            )),
            None => Ok(()),
        }
    }

    /// The events of these ordinals, which ascend, as far as they take part.
    pub(super) fn taking_part(&self, ordinals: &[u32], cancel: &Cancel) -> Result<Vec<Event>, SessionError> {
        let place = |ordinal: &u32| {
            let at = self.places.binary_search_by_key(ordinal, |(o, _)| *o).ok()?;
            Some(self.places[at].1)
        };
        let locators: Vec<Locator> = ordinals.iter().filter_map(place).collect();
        let mut events = Vec::with_capacity(locators.len());
        self.store
            .fetch(&locators, cancel, &mut |_, event| events.push(event))?;
        Ok(events)
    }

    /// The events of findings, in their order.
    pub(super) fn events(
        &self,
        findings: &[Finding],
        pick: impl Fn(&Finding) -> Option<u32>,
        cancel: &Cancel,
    ) -> Result<Vec<Option<Event>>, SessionError> {
        let ordinals: Vec<Option<u32>> = findings.iter().map(pick).collect();
        self.at(&ordinals, cancel)
    }

    /// The events at these places in the log, in their order: those that take part, and the last of all.
    pub(super) fn at(
        &self,
        ordinals: &[Option<u32>],
        cancel: &Cancel,
    ) -> Result<Vec<Option<Event>>, SessionError> {
        let mut asked: Vec<(u32, usize)> = ordinals
            .iter()
            .enumerate()
            .filter_map(|(i, o)| Some(((*o)?, i)))
            .collect();
        asked.sort_unstable();
        let place = |(ordinal, i): (u32, usize)| {
            let last = || self.last.filter(|last| last.ordinal == ordinal);
            match self.places.binary_search_by_key(&ordinal, |(o, _)| *o) {
                Ok(at) => Some((self.places[at].1, i)),
                Err(_) => Some((last()?.locator, i)),
            }
        };
        let found: Vec<(Locator, usize)> = asked.into_iter().filter_map(place).collect();
        let locators: Vec<Locator> = found.iter().map(|(l, _)| *l).collect();
        let mut events: Vec<Option<Event>> = Vec::new();
        events.resize_with(ordinals.len(), || None);
        self.store.fetch(&locators, cancel, &mut |i, event| {
            events[found[i].1] = Some(event);
        })?;
        Ok(events)
    }
}

impl Taking<'_> {
    /// Finds the events first, then fetches them whole.
    fn scan_then_fetch(&mut self, store: &dyn EventStore) -> Result<(Vec<Unreadable>, bool), SessionError> {
        let mut found: Vec<(u32, Locator)> = Vec::new();
        let cancel = self.cancel;
        let when = self.by.sides[self.hand as usize].when.as_ref();
        let mut kinds = when.and_then(Kinds::of);
        let summary = store.scan(
            &mut |header: &Header<'_>| {
                let Some(ordinal) = self.see(header.locator, header.time.map(|t| t.nanos)) else {
                    self.full = true;
                    return ControlFlow::Break(());
                };
                let is_asked = self.only.keeps(header.stream, header.kind);
                if is_asked && kinds.as_mut().is_none_or(|kinds| kinds.may_take_part(header)) {
                    found.push((ordinal, header.locator));
                } else if found.is_empty() {
                    name_type(header.kind, &mut self.took.names);
                }
                ControlFlow::Continue(())
            },
            cancel,
        )?;
        if self.full {
            return Ok((Vec::new(), false));
        }
        for chunk in found.chunks(BATCH) {
            let locators: Vec<Locator> = chunk.iter().map(|(_, l)| *l).collect();
            self.batch.clear();
            store.fetch(&locators, cancel, &mut |i, event| {
                self.batch.push((chunk[i].0, chunk[i].1, event));
            })?;
            self.used = self.batch.len();
            if self.flush().is_break() {
                return Ok((Vec::new(), false));
            }
        }
        Ok((summary.unreadable, summary.complete))
    }
}

impl Took {
    /// Whether nothing takes part, though there are events.
    pub fn is_empty(&self) -> bool {
        self.taking_part == 0 && self.events > 0
    }
}
