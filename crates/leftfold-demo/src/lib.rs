//! A seeded generator of a shop's events over one day, with incidents to find in it.
//!
//! The same options give the same bytes on every machine. Events are handed out one by one: memory holds the open orders and
//! the stock levels only.

mod catalogue;
mod clock_text;
mod day;
mod invoices;
mod mirror;
mod ndjson;
mod order;
mod payload;
mod plan;
mod random;
mod read_model;
mod shop;
mod sqlite;
mod stock;

use std::io;
use std::path::{Path, PathBuf};

use leftfold_event::Timestamp;

pub use invoices::write_invoices;
pub use mirror::{Fault, MirrorSummary, write_mirror};
pub use ndjson::write_ndjson;
pub use read_model::write_read_model;
pub use sqlite::write_sqlite;

/// A story the generator can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What a person calls it.
    pub title: &'static str,
    /// What happens in it.
    pub description: &'static str,
}

/// Every scenario, the default first.
pub const SCENARIOS: &[Scenario] = &[Scenario {
    name: "shop",
    title: "A shop over one day",
    description: "Orders, payments, stock and reviews from midnight to midnight, with a quiet night, a slow lunch hour and a \
                  flash sale at seven in the evening, during which one event is lost, one doubled and one recorded late, \
                  and the last lamp is sold to two customers.",
}];

/// What to generate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoOptions {
    /// Decides over everything that is left to chance.
    pub seed: u64,
    /// How many events, exactly; from 1 000 to 10 000 000 000.
    pub events: u64,
    /// When the day starts. Finer digits than microseconds are dropped.
    pub start: Timestamp,
    /// Whether a file that exists may be replaced.
    pub overwrite: bool,
}

impl Default for DemoOptions {
    /// 24 000 events on 20 November 2026, UTC.
    fn default() -> Self {
        Self {
            seed: 7,
            events: 24_000,
            start: Timestamp {
                nanos: 1_795_132_800_000_000_000,
                digits: 6,
            },
            overwrite: false,
        }
    }
}

/// What was generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoSummary {
    /// Events written.
    pub events: u64,
    /// Streams they belong to.
    pub streams: u64,
    /// What went wrong that day, in the order of time.
    pub incidents: Vec<Incident>,
}

/// Something that went wrong, and where to look for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// `lost`, `doubled`, `late` or `oversold`.
    pub name: &'static str,
    /// What happened, in a sentence.
    pub what: String,
    /// The stream whose state is wrong because of it.
    pub stream: String,
    /// The version of the event that makes it wrong; for the lost event, of the last event before the gap.
    pub version: u32,
    /// Where in the log it shows, counted from 1; for the lost event, where its counterpart stands.
    pub position: u64,
    /// When it happened.
    pub time: Timestamp,
}

/// Why no demo was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoError {
    /// There is such a file already.
    #[error("{path} exists already: choose another name, or say that it may be overwritten")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Too few events for a whole day, or too many to number.
    #[error(
        "{asked} events make no day of the shop: ask for 1000 at least, so that its incidents fit, and 10000000000 at most"
    )]
    Events {
        /// The number asked for.
        asked: u64,
    },
    /// The file cannot be made or named.
    #[error("{path}: {reason}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// SQLite cannot write.
    #[error("{path}: {reason}")]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        reason: String,
    },
    /// The output cannot be written to.
    #[error("cannot write: {0}")]
    Write(#[source] io::Error),
    /// The work was cancelled.
    #[error("cancelled")]
    Cancelled,
}

impl DemoError {
    fn io(path: &Path, error: &io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            reason: error.to_string(),
        }
    }

    /// The same error, about the file that was asked for instead of the one that is written at first.
    fn about(self, path: &Path) -> Self {
        let path = path.to_owned();
        match self {
            Self::Io { reason, .. } => Self::Io { path, reason },
            Self::Sqlite { reason, .. } => Self::Sqlite { path, reason },
            other => other,
        }
    }

    /// The code at the boundary, stable across releases.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Exists { .. } => "demo-exists",
            Self::Events { .. } => "demo-events",
            Self::Io { .. } | Self::Sqlite { .. } | Self::Write(_) => "demo-write",
            Self::Cancelled => "cancelled",
        }
    }
}
