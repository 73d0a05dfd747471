//! The use cases both front ends call; progress, cancellation, DTOs and errors at the boundary.
//!
//! A [`Session`] holds the open sources. A [`View`] of one is a snapshot that answers every question from the same state:
//! rows, density, steps, a stream's state, diff, blame and history.

mod alike;
mod audit;
mod checks;
pub mod commands;
pub mod compare;
pub mod contract;
mod copied;
mod decode;
pub mod dto;
mod error;
pub mod export;
mod filter;
mod growth;
mod history;
mod kafka;
mod kcat;
mod lines;
pub mod link;
pub mod mapping;
mod masks;
mod oddities;
pub mod output;
pub mod project;
mod session;
mod source;
mod times;
mod view;
mod whole;

pub use alike::nearest as nearest_names;
pub use audit::{Audit, AuditFinding, AuditOptions};
pub use checks::{Check, Mode, NamedComparison, StatedCheck, duration, duration_text, save_comparison};
pub use error::{CODES, SessionError};
pub use export::StatesWritten;
pub use filter::{FilterTask, Matches};
pub use history::LogStream;
pub use kafka::{KafkaProfile, record_mapping};
pub use leftfold_replay::Projections;
pub use leftfold_source::ndjson::{write_event, write_kcat};
pub use leftfold_source::{EventStore, is_read_once, open_once, remove_temporary_copies};
pub use lines::LinesError;
pub use masks::Masks;
pub use oddities::Oddity;
pub use session::{Session, check_filter, filter_dto};
pub use source::{Changed, IndexState, OnChange, OpenOptions, OpenSource, Snapshot};
pub use times::{TimeFacts, resolution};
pub use view::{StateAlone, View};
pub use whole::fold_streams;

mod compensate;

pub use compensate::{Templates, templates};
