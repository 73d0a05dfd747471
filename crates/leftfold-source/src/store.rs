//! What every source offers to the log: headers in log order, and events by locator.

use std::ops::ControlFlow;
use std::path::PathBuf;

use leftfold_event::json::Value;
use leftfold_event::{Cancel, Event, EventId, Locator, Payload, Timestamp};

use crate::capture::Mark;
use crate::lost::LostRows;

/// How sure a dialect is that it reads a table rightly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// A ranked guess from the columns' names and contents; shown to the user for confirmation.
    Guess,
    /// The columns fit a known layout, but some fact could not be verified.
    Likely,
    /// The columns and their contents fit a known layout.
    Certain,
}

/// One event history found in a source.
#[derive(Clone, Debug, PartialEq)]
pub struct StoreInfo {
    /// The dialect's name as in its data file (`emmett`, `axon-4`), `guess` or `mapping`.
    pub dialect: String,
    /// What a person calls it (`Emmett (SQLite)`).
    pub title: String,
    /// How sure that is.
    pub certainty: Certainty,
    /// Why this dialect, best reason first, in sentences.
    pub reasons: Vec<String>,
    /// The tables it reads, events first.
    pub tables: Vec<String>,
    /// What the reader should know (assumed zone, no global order, hidden system streams), in sentences.
    pub notes: Vec<String>,
    /// What is wrong with the file as it lies there (damaged, an interrupted transaction), in sentences: for every reader to know,
    /// whatever is asked for. `notes` repeats them.
    pub warnings: Vec<String>,
    /// Whether the store states a recorded time for its events at all.
    pub has_time: bool,
    /// Whether the store states an order over all streams; otherwise the order shown is the rows'.
    pub has_global_order: bool,
    /// Digits of the second the store's times have, if that is fixed by the store.
    pub time_digits: Option<u8>,
}

/// What indexing needs of one event; borrowed from the source's buffers for the time of one call.
#[derive(Clone, Copy, Debug)]
pub struct Header<'a> {
    /// Where to find the event again.
    pub locator: Locator,
    /// The stream's full name.
    pub stream: &'a str,
    /// The kind of aggregate, where the store states it; `None`: take it from the stream's name.
    pub category: Option<&'a str>,
    /// The event type; empty where unreadable.
    pub kind: &'a str,
    /// The version, where the store has one.
    pub version: Option<i64>,
    /// The store's number in the log, where it has one; ascending in a scan unless the store's order says otherwise.
    pub position: Option<i64>,
    /// The recorded time, where known.
    pub time: Option<Timestamp>,
    /// The effective time, where the store tells it apart and it differs.
    pub valid_time: Option<Timestamp>,
    /// Further streams the event belongs to.
    pub also_in: &'a [String],
    /// Whether anything of the header could not be read.
    pub problem: bool,
}

impl Header<'_> {
    /// The header of an event of which nothing but its place is known.
    pub const fn at(locator: Locator) -> Self {
        Self {
            locator,
            stream: "",
            category: None,
            kind: "",
            version: None,
            position: None,
            time: None,
            valid_time: None,
            also_in: &[],
            problem: false,
        }
    }
}

/// Takes the headers of a scan, in the store's log order.
pub trait HeaderSink {
    /// One event. `Break` ends the scan early (then [`ScanSummary::complete`] is false).
    fn push(&mut self, header: &Header<'_>) -> ControlFlow<()>;
}

impl<F: FnMut(&Header<'_>) -> ControlFlow<()>> HeaderSink for F {
    fn push(&mut self, header: &Header<'_>) -> ControlFlow<()> {
        self(header)
    }
}

/// How a scan ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScanSummary {
    /// Events handed to the sink.
    pub events: u64,
    /// False when the sink or a cancel ended it early.
    pub complete: bool,
    /// What could not be read at all, in sentences: one for each kind of trouble, with how much, the first place and the last.
    pub unreadable: Vec<Unreadable>,
    /// The rows behind that. Each stretch was handed to the sink as one event with a problem, at its place.
    pub lost: Vec<LostRows>,
    /// Whether another program wrote the file meanwhile, where no lock keeps what was handed on of one moment: read it again.
    pub changed: bool,
    /// How far it got, where [`EventStore::scan_since`] can go on from there.
    pub mark: Option<Mark>,
}

/// Something of a source that could not be read at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// What and where, in a sentence.
    pub message: String,
    /// Rows or lines it is about, at least.
    pub rows: u64,
    /// Events that were handed to the sink in their stead, each with a problem.
    pub events: u64,
    /// Events that have a problem because of it: those in its stead, and others.
    pub marked: u64,
}

impl Unreadable {
    /// Trouble that is about no certain rows.
    pub fn of_the_whole(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            rows: 1,
            events: 0,
            marked: 0,
        }
    }
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

/// A payload as it lies in the store, for replaying fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawPayload<'a> {
    /// Plain JSON text that needs no unwrapping.
    Json(&'a [u8]),
    /// The event has no payload.
    Absent,
    /// Anything else: use [`EventStore::fetch`].
    Other,
}

/// An event with what it is known by and what it says; borrowed for the time of one call.
#[derive(Clone, Copy, Debug)]
pub struct Whole<'a> {
    /// Where to find the event again.
    pub locator: Locator,
    /// The stream's full name.
    pub stream: &'a str,
    /// The event type.
    pub kind: &'a str,
    /// The store's identity of it, as text.
    pub id: Option<&'a str>,
    /// The version that the store states.
    pub version: Option<i64>,
    /// The recorded time, where known.
    pub time: Option<Timestamp>,
    /// The partition that the record itself states, where the log is not read by partitions.
    pub partition: Option<i32>,
    /// What it says.
    pub payload: WholePayload<'a>,
}

impl<'a> Whole<'a> {
    /// What a whole event is known by and says. `id` is its id as text.
    pub fn of(event: &'a Event, locator: Locator, id: Option<&'a str>) -> Self {
        Self {
            locator,
            stream: &event.stream,
            kind: &event.kind,
            id,
            version: event.version,
            time: event.time,
            partition: partition(event),
            payload: WholePayload::of(&event.payload),
        }
    }
}

/// The partition of a topic that an event states to be from.
fn partition(event: &Event) -> Option<i32> {
    let fact = |wanted: &str| event.extra.iter().find(|(name, _)| name == wanted);
    fact("topic")?.1.as_str()?;
    fact("partition")?.1.to_string().parse().ok()
}

/// A payload, as far as it can be read.
#[derive(Clone, Copy, Debug)]
pub enum WholePayload<'a> {
    /// JSON text.
    Json(&'a [u8]),
    /// A decoded value.
    Value(&'a Value),
    /// Bytes that are no JSON, or cannot be read.
    Bytes(&'a [u8]),
    /// The event has none.
    Absent,
}

impl<'a> WholePayload<'a> {
    /// What a payload says.
    pub fn of(payload: &'a Payload) -> Self {
        match &payload.value {
            Some(value) => Self::Value(value),
            None if payload.encoding.is_empty() && payload.raw.is_empty() => Self::Absent,
            None => Self::Bytes(&payload.raw),
        }
    }
}

/// Takes the events of a scan with what they say, in the store's log order.
pub trait WholeSink {
    /// One event. `Break` ends the scan early.
    fn push(&mut self, whole: &Whole<'_>) -> ControlFlow<()>;

    /// Everything comes once more from the beginning: what was taken so far does not count.
    fn start_over(&mut self);
}

/// What tells whether a source is still the same: changes whenever its content may have.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The file's canonical path, if there is a file.
    pub path: Option<PathBuf>,
    /// Device, inode, size, modification time, SQLite's change counter, the write-ahead log's header and length, and the
    /// mapping in use, as one text.
    pub fingerprint: String,
}

/// One event history, readable from any thread.
pub trait EventStore: Send + Sync {
    /// What it is.
    fn info(&self) -> &StoreInfo;

    /// What tells whether its content is still the same.
    fn identity(&self) -> Result<Identity, SourceError>;

    /// An upper bound of the number of events, if one is cheap to have (no table scan).
    fn estimate(&self) -> Option<u64>;

    /// Closes what is kept open for later calls, so that whoever writes the file can end; the next call opens it again.
    fn let_go(&self) {}

    /// Whether an event without a version has its place in its stream for one, counted from 1 in log order: in a history that has
    /// streams and no versions at all. The index counts; `fetch` leaves such versions out.
    fn counts_versions(&self) -> bool {
        false
    }

    /// Whether its log is of parts that have an order and an end of their own each (partitions), told apart by the upper 16 bits of the rows.
    fn in_parts(&self) -> bool {
        false
    }

    /// The parts of such a log: topic and partition, by their number less one (numbers begin at 1).
    fn parts(&self) -> Result<Vec<(String, i32)>, SourceError> {
        Ok(Vec::new())
    }

    /// The numbers of those parts to which nothing is added any more, because their topics are gone.
    fn ended_parts(&self) -> Result<Vec<u32>, SourceError> {
        Ok(Vec::new())
    }

    /// Categories whose events ask for another fold than the usual one, by what they look like: the fold's name (`debezium`).
    fn folds(&self) -> Result<Vec<(String, &'static str)>, SourceError> {
        Ok(Vec::new())
    }

    /// From when on it holds everything, where it says that what is older is gone (a topic's retention).
    fn holds_since(&self) -> Result<Option<Timestamp>, SourceError> {
        Ok(None)
    }

    /// Where the event with a position that is no number would stand, for stores that can tell without reading.
    fn locate(&self, _position: &str) -> Result<Option<Locator>, SourceError> {
        Ok(None)
    }

    /// Which fields of its events are hidden, as they were named; none, unless this stands before another store.
    fn hidden(&self) -> &[String] {
        &[]
    }

    /// The store with nothing hidden, for what tells whether two events are equal and shows nothing of them. `None`: this is it.
    fn unhidden(&self) -> Option<&dyn EventStore> {
        None
    }

    /// Hands every event's header to the sink, in log order, from one consistent snapshot.
    ///
    /// Looks at `cancel` often enough to stop within 50 ms. One unreadable row never hides the others.
    fn scan(&self, sink: &mut dyn HeaderSink, cancel: &Cancel) -> Result<ScanSummary, SourceError>;

    /// Hands on the headers of what came since an earlier scan and nothing else, ascending by row, where a source is only ever appended to. `None`: it
    /// cannot be told what came since, or what was handed on before means something else by now: scan the whole. The sink may have got some
    /// headers even so.
    fn scan_since(
        &self,
        _since: &Mark,
        _sink: &mut dyn HeaderSink,
        _cancel: &Cancel,
    ) -> Result<Option<ScanSummary>, SourceError> {
        Ok(None)
    }

    /// Whole events for these locators: `visit(i, event)` is called once for each `locators[i]`, in the order of the
    /// slice. An event that cannot be read comes with a problem; one that is gone comes with `RowUnreadable`.
    ///
    /// Ascending locators are read at close to the speed of a table scan. Works without a scan before it.
    fn fetch(
        &self,
        locators: &[Locator],
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, Event),
    ) -> Result<(), SourceError>;

    /// The lines at which events stand, counted from 1, for these locators in the order of the log; `None`: it is not of lines.
    fn line_numbers(&self, _locators: &[Locator], _cancel: &Cancel) -> Result<Option<Vec<u64>>, SourceError> {
        Ok(None)
    }

    /// Hands every event with what it says to the sink, in log order: for what looks at all of a history once. Unreadable rows come as
    /// events that say nothing.
    fn scan_whole(&self, sink: &mut dyn WholeSink, cancel: &Cancel) -> Result<ScanSummary, SourceError> {
        scan_then_fetch(self, sink, cancel)
    }

    /// Types and payload bytes alone, as fast as the store gives them: `visit(i, kind, payload)` in the slice's order.
    fn fetch_raw(
        &self,
        locators: &[Locator],
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, &str, RawPayload<'_>),
    ) -> Result<(), SourceError>;
}

/// Events fetched at a time.
const CHUNK: usize = 4096;

/// [`EventStore::scan_whole`] in two passes, for stores that have nothing quicker.
pub(crate) fn scan_then_fetch(
    store: &(impl EventStore + ?Sized),
    sink: &mut dyn WholeSink,
    cancel: &Cancel,
) -> Result<ScanSummary, SourceError> {
    let mut locators = Vec::new();
    let mut summary = store.scan(
        &mut |header: &Header<'_>| {
            locators.push(header.locator);
            ControlFlow::Continue(())
        },
        cancel,
    )?;
    for chunk in locators.chunks(CHUNK) {
        if cancel.is_cancelled() {
            return Err(SourceError::Cancelled);
        }
        let mut flow = ControlFlow::Continue(());
        store.fetch(chunk, cancel, &mut |i, event| {
            if flow.is_continue() {
                flow = sink.push(&Whole::of(
                    &event,
                    chunk[i],
                    event.id.as_ref().map(EventId::to_string).as_deref(),
                ));
            }
        })?;
        if flow.is_break() {
            summary.complete = false;
            break;
        }
    }
    Ok(summary)
}

/// Why a source cannot be opened or read. Each says what, where and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// No such file, a folder, or no permission.
    #[error("{path}: {reason}")]
    Unopenable {
        /// The file.
        path: PathBuf,
        /// What the system says, and what to do.
        reason: String,
    },
    /// The file is no SQLite database and no NDJSON.
    #[error("{path} is neither a SQLite database nor NDJSON: {reason}")]
    NotADatabase {
        /// The file.
        path: PathBuf,
        /// What its first bytes look like.
        reason: String,
    },
    /// The file looks encrypted (SQLCipher and the like).
    #[error(
        "{path} looks like an encrypted database (SQLCipher?): decrypt a copy first, for example with `sqlcipher_export`"
    )]
    Encrypted {
        /// The file.
        path: PathBuf,
    },
    /// The file is shorter than its header says, or damaged where nothing can be read around it.
    #[error("{path} is damaged: {reason}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite says, where.
        reason: String,
    },
    /// Another program holds an exclusive lock.
    #[error("{path} is locked by another program: {reason}")]
    Locked {
        /// The file.
        path: PathBuf,
        /// What to do.
        reason: String,
    },
    /// A transaction was interrupted, and what it left cannot be rolled back in a copy.
    #[error("{path} has a transaction that was interrupted: {reason}")]
    NotRolledBack {
        /// The file.
        path: PathBuf,
        /// Why not, and what to do.
        reason: String,
    },
    /// No table looks like events.
    #[error("{path} has no table that looks like events: {reason}")]
    NoEvents {
        /// The file.
        path: PathBuf,
        /// The tables it has, and what to do.
        reason: String,
    },
    /// No table looks like events, but a view does.
    #[error("{path} has no table that looks like events: {reason}")]
    OnlyViews {
        /// The file.
        path: PathBuf,
        /// Which views, and what to do.
        reason: String,
    },
    /// A mapping names a table or column that is not there, or an expression that cannot be used.
    #[error("the mapping does not fit: {0}")]
    Mapping(String),
    /// Another program wrote the file while it was read without locks.
    #[error("{path} changed while it was read: another program began to write it; read it again")]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The work was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// Reading failed on the way.
    #[error("{path}: {reason}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What failed, where.
        reason: String,
    },
}

impl SourceError {
    /// The code at the boundary, stable across releases.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unopenable { .. } => "source-unopenable",
            Self::NotADatabase { .. } => "source-not-a-database",
            Self::Encrypted { .. } => "source-encrypted",
            Self::Damaged { .. } => "source-damaged",
            Self::Locked { .. } => "source-locked",
            Self::NotRolledBack { .. } => "source-not-rolled-back",
            Self::NoEvents { .. } => "source-no-events",
            Self::OnlyViews { .. } => "source-only-views",
            Self::Mapping(_) => "source-mapping",
            Self::Changed { .. } => "source-changed",
            Self::Cancelled => "cancelled",
            Self::Read { .. } => "source-read",
        }
    }
}
