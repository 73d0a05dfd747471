//! Where events come from: SQLite files and NDJSON, read without a trace.
//!
//! A source says what it holds ([`StoreInfo`]), streams the headers of all its events once ([`EventStore::scan`]) for the
//! log to index, and finds whole events again by [`leftfold_event::Locator`] ([`EventStore::fetch`]).

mod store;

pub use store::{
    Certainty, EventStore, Header, HeaderSink, Identity, RawPayload, ScanSummary, SourceError, StoreInfo,
};
