//! Where events come from: SQLite files and NDJSON, read without a trace.
//!
//! A source says what it holds ([`StoreInfo`]), streams the headers of all its events once ([`EventStore::scan`]) for the
//! log to index, and finds whole events again by [`leftfold_event::Locator`] ([`EventStore::fetch`]).

pub mod capture;
mod cell;
pub mod decode;
mod dialect;
mod ends;
mod expression;
mod held;
mod lost;
mod mapping;
mod memory;
pub mod ndjson;
mod open;
mod shape;
mod spool;
mod sqlite;
mod store;
mod temporary;

pub use dialect::{Candidate, Detected, detect};
pub use ends::{Ends, NO_END, known_until};
pub use expression::{ColumnExpression, Expression, ExpressionError, Piece};
pub use lost::{LostRows, RowCount};
pub use mapping::{
    Condition, Explode, Fraction, Join, Mapping, PayloadFormat, PayloadMapping, Scalar, TimeFormat,
    TimeMapping, Unwrap,
};
pub use memory::MemoryStore;
pub use open::{SourceFile, SourceKind, open};
pub use shape::{ColumnShape, RowKey, Sample, TableShape};
pub use spool::{is_read_once, open_once};
pub use store::{
    Certainty, EventStore, Header, HeaderSink, Identity, RawPayload, ScanSummary, SourceError, StoreInfo,
    Unreadable, Whole, WholePayload, WholeSink,
};
pub use temporary::remove_temporary_copies;
