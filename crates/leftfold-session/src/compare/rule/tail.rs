//! The events of a history that grows, as they come.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::ControlFlow;
use std::sync::Arc;

use leftfold_event::{Cancel, Event, Locator};
use leftfold_source::capture::Mark;
use leftfold_source::{Ends, EventStore, Header, Identity, SourceError};

use crate::error::SessionError;

/// Events read at a time.
const CHUNK: usize = 4096;

/// What came since it was looked last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polled {
    /// Nothing.
    Nothing,
    /// So many events, which were handed on; none where only more is known of how far everything has come.
    More(u64),
    /// What was there before is there no longer as it was: the history was written anew. Nothing was handed on; the next look begins from the
    /// beginning.
    Rewritten,
}

/// Takes pieces of what has come: events, and where they are found again.
pub type Take<'t> = dyn FnMut(&Tail, &[Event], &[Locator]) -> Result<(), SessionError> + 't;

/// A history that is read on from where it was read to. Captures and lines are read from there; of other files the headers are read
/// again, and events only where they are new.
pub struct Tail {
    store: Arc<dyn EventStore>,
    identity: Option<Identity>,
    /// Whether that was what was read: nobody wrote while it was looked.
    undisturbed: bool,
    mark: Option<Mark>,
    /// Events handed on, and a digest of where they stand, for sources without a mark.
    seen: u64,
    digest: u64,
    /// Where the log ends, as of the last look.
    ends: Ends,
    /// The latest time of each part, with a row of it.
    latest: HashMap<i64, (i64, i64)>,
    /// How many events each stream has, where that is their version.
    versions: Option<HashMap<String, i64>>,
}

/// What is there when all headers are read again.
enum Again {
    /// What was handed on, and more.
    GoesOn(Option<Mark>),
    /// Another history.
    IsAnother,
}

impl Tail {
    /// Before the first event.
    pub fn new(store: Arc<dyn EventStore>) -> Self {
        let versions = store.counts_versions().then(HashMap::new);
        Self {
            store,
            identity: None,
            undisturbed: false,
            mark: None,
            seen: 0,
            digest: 0,
            ends: Ends::default(),
            latest: HashMap::new(),
            versions,
        }
    }

    /// Where the events are.
    pub fn store(&self) -> &dyn EventStore {
        &*self.store
    }

    /// Whether it was read to its end once.
    pub fn is_read(&self) -> bool {
        self.identity.is_some()
    }

    /// How many events were handed on.
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// Up to when everything has come, in nanoseconds: the earliest of its parts' latest times.
    pub fn known_until(&self) -> Option<i64> {
        let mut by_end: HashMap<u32, i64> = HashMap::new();
        for &(time, row) in self.latest.values() {
            let latest = by_end.entry(self.ends.of_row(row)).or_insert(time);
            *latest = time.max(*latest);
        }
        leftfold_source::known_until(by_end.into_iter())
    }

    /// Hands on what has come, in the order of the log: pieces of events with where they are found again. While another program keeps the
    /// file to itself, nothing has.
    pub fn poll(&mut self, cancel: &Cancel, take: &mut Take<'_>) -> Result<Polled, SessionError> {
        let before = (self.seen, self.identity.clone());
        let mut polled = self.look(cancel, take);
        if polled.is_ok() && (self.seen, &self.identity) != (before.0, &before.1) {
            let ends = Ends::of(&*self.store)?;
            if ends != self.ends && matches!(polled, Ok(Polled::Nothing)) {
                // No event more, but more is known: a topic was deleted.
                polled = Ok(Polled::More(0));
            }
            self.ends = ends;
        }
        self.store.let_go();
        let before = before.0;
        match polled {
            Err(e) if matches!(e.code, "source-locked" | "source-changed") => {
                if self.seen == before {
                    return Ok(Polled::Nothing);
                }
                // Half of it was handed on, and where the other half begins is not known.
                *self = Self::new(Arc::clone(&self.store));
                Ok(Polled::Rewritten)
            }
            polled => polled,
        }
    }

    fn look(&mut self, cancel: &Cancel, take: &mut Take<'_>) -> Result<Polled, SessionError> {
        let identity = self.store.identity()?;
        if self.identity.as_ref() == Some(&identity) {
            return Ok(Polled::Nothing);
        }
        let mut new: Vec<Locator> = Vec::new();
        let mark = self.mark.clone().unwrap_or_default();
        let mut push = |header: &Header<'_>| {
            new.push(header.locator);
            ControlFlow::Continue(())
        };
        let since = self.store.scan_since(&mark, &mut push, cancel)?;
        // What is appended between the two is read already, and the next look sees a file that was written to. Whoever writes as much as there
        // was just then is not noticed.
        let ends = since
            .as_ref()
            .and_then(|summary| summary.mark.as_ref()?.end_of_lines());
        let undisturbed = ends.is_none() || self.store.identity()? == identity;
        let mark = match since {
            Some(summary) if summary.complete => {
                if new.is_empty() && self.is_other_text(&identity, summary.mark.as_ref()) {
                    *self = Self::new(Arc::clone(&self.store));
                    return Ok(Polled::Rewritten);
                }
                summary.mark
            }
            Some(_) => return Err(SessionError::cancelled()),
            // Of lines a mark that does not fit is enough: another text may have as many lines of the same lengths.
            None if mark.end_of_lines().is_some() => {
                *self = Self::new(Arc::clone(&self.store));
                return Ok(Polled::Rewritten);
            }
            None => match self.again(&mut new, cancel)? {
                Again::GoesOn(mark) => mark,
                Again::IsAnother => return Ok(Polled::Rewritten),
            },
        };
        let before = self.seen;
        for chunk in new.chunks(CHUNK) {
            if cancel.is_cancelled() {
                return Err(SessionError::cancelled());
            }
            let mut events = Vec::with_capacity(chunk.len());
            self.store
                .fetch(chunk, cancel, &mut |_, event| events.push(event))?;
            self.note(&mut events, chunk);
            take(self, &events, chunk)?;
        }
        self.mark = mark;
        self.undisturbed = undisturbed;
        self.identity = Some(identity);
        Ok(match self.seen - before {
            0 => Polled::Nothing,
            n => Polled::More(n),
        })
    }

    /// Whether a file of lines that was written to, and is as long as it was, is another text: nobody appended anything.
    fn is_other_text(&self, identity: &Identity, mark: Option<&Mark>) -> bool {
        let end = mark.and_then(Mark::end_of_lines);
        if !self.undisturbed || end.is_none() || end != self.mark.as_ref().and_then(Mark::end_of_lines) {
            return false;
        }
        let length = identity
            .path
            .as_ref()
            .and_then(|path| std::fs::metadata(path).ok());
        length.map(|m| m.len()) == end
    }

    /// Reads all headers, and passes over those of events that were handed on.
    fn again(&mut self, new: &mut Vec<Locator>, cancel: &Cancel) -> Result<Again, SessionError> {
        new.clear();
        let (mut seen, mut digest) = (0, 0);
        let before = (self.seen, self.digest);
        let mut same = true;
        let summary = self.store.scan(
            &mut |header: &Header<'_>| {
                let is_new = seen >= before.0;
                seen += 1;
                if is_new {
                    new.push(header.locator);
                } else {
                    digest = with(digest, header.locator, header.time.map(|t| t.nanos));
                    if seen == before.0 && digest != before.1 {
                        same = false;
                        return ControlFlow::Break(());
                    }
                }
                ControlFlow::Continue(())
            },
            cancel,
        )?;
        if cancel.is_cancelled() {
            return Err(SessionError::cancelled());
        }
        if summary.changed {
            return Err(SourceError::Changed {
                path: self
                    .identity
                    .as_ref()
                    .and_then(|i| i.path.clone())
                    .unwrap_or_default(),
            }
            .into());
        }
        if !same || seen < before.0 {
            let store = Arc::clone(&self.store);
            *self = Self::new(store);
            return Ok(Again::IsAnother);
        }
        Ok(Again::GoesOn(summary.mark))
    }

    /// Keeps of events that are handed on what is asked for later, and numbers them where the log does.
    fn note(&mut self, events: &mut [Event], locators: &[Locator]) {
        let in_parts = self.store.in_parts();
        for (event, locator) in events.iter_mut().zip(locators) {
            let time = event.time.map(|t| t.nanos);
            self.seen += 1;
            self.digest = with(self.digest, *locator, time);
            if let Some(time) = time {
                let part = if in_parts { locator.row >> 48 } else { 0 };
                let (latest, _) = self.latest.entry(part).or_insert((time, locator.row));
                *latest = time.max(*latest);
            }
            if let Some(versions) = &mut self.versions
                && event.version.is_none()
                && !event.stream.is_empty()
            {
                if !versions.contains_key(&event.stream) {
                    versions.insert(event.stream.clone(), 0);
                }
                if let Some(count) = versions.get_mut(&event.stream) {
                    *count += 1;
                    event.version = Some(*count);
                }
            }
        }
    }
}

/// A digest with one more event.
fn with(digest: u64, locator: Locator, time: Option<i64>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (digest, locator, time).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::sync::Mutex;

    use leftfold_source::{HeaderSink, RawPayload, ScanSummary, StoreInfo};

    use super::*;
    use crate::session::Session;

    /// A file of lines to which another program appends once it was asked what it is, and before it is read.
    struct Appended {
        base: Arc<dyn EventStore>,
        append: Mutex<Option<Box<dyn FnOnce() + Send>>>,
    }

    impl EventStore for Appended {
        fn info(&self) -> &StoreInfo {
            self.base.info()
        }

        fn identity(&self) -> Result<Identity, SourceError> {
            self.base.identity()
        }

        fn estimate(&self) -> Option<u64> {
            self.base.estimate()
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
            if let Some(append) = self.append.lock().unwrap().take() {
                append();
            }
            self.base.scan_since(since, sink, cancel)
        }

        fn fetch(
            &self,
            locators: &[Locator],
            cancel: &Cancel,
            visit: &mut dyn FnMut(usize, Event),
        ) -> Result<(), SourceError> {
            self.base.fetch(locators, cancel, visit)
        }

        fn fetch_raw(
            &self,
            locators: &[Locator],
            cancel: &Cancel,
            visit: &mut dyn FnMut(usize, &str, RawPayload<'_>),
        ) -> Result<(), SourceError> {
            self.base.fetch_raw(locators, cancel, visit)
        }
    }

    #[test]
    fn lines_appended_while_it_is_looked_are_not_taken_for_another_text() {
        let line = |n: u32| format!("{{\"stream\":\"s\",\"type\":\"T\",\"payload\":{{\"n\":{n}}}}}\n");
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(line(1).as_bytes()).unwrap();
        let session = Session::new(None, Arc::new(|_| ()));
        let (base, _) = session.history(file.path(), 0, None).unwrap();
        let mut appending = file.reopen().unwrap();
        let text = [line(1), line(2)].concat();
        let append: Box<dyn FnOnce() + Send> =
            Box::new(move || appending.write_all(text.as_bytes()).unwrap());
        let mut tail = Tail::new(Arc::new(Appended {
            base,
            append: Mutex::new(Some(append)),
        }));
        let mut poll = || tail.poll(&Cancel::new(), &mut |_, _, _| Ok(())).unwrap();
        assert_eq!(poll(), Polled::More(2));
        assert_eq!(poll(), Polled::Nothing);
        // Who writes as much as there was writes another text.
        std::fs::write(file.path(), [line(3), line(4)].concat()).unwrap();
        assert_eq!(poll(), Polled::Rewritten);
    }
}
