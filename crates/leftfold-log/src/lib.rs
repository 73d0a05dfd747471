//! Columns, postings, filters and density over the events of one source.
//!
//! A [`LogBuilder`] takes the headers of a scan and gives immutable [`Log`] snapshots: columns by ordinal (an event's place
//! in log order), postings by stream, type and category in both timelines' orders. Payloads stay with the source.

mod axis;
mod builder;
pub mod cache;
mod columns;
mod density;
pub mod filter;
mod growth;
mod log;
mod postings;
mod scan;
mod selection;
mod time_blocks;

pub use axis::{Axis, Gap, Place};
pub use builder::LogBuilder;
pub use columns::IntColumn;
pub use density::{Density, boundaries};
pub use filter::{
    EXTRA, Evaluation, Expression, Filter, FilterError, FilterRun, Mentions, OF_RECORDS, VARIABLES,
    record_value,
};
pub use growth::Growth;
pub use leftfold_event::Names;
pub use log::{LaneBy, Log};
pub use postings::Postings;
pub use scan::{Grown, index, index_again, index_since};
pub use selection::{Order, Selection};

#[cfg(test)]
mod growth_tests;
#[cfg(test)]
mod tests;
