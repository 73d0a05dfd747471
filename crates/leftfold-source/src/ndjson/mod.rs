//! Lines of JSON: one event a line, read and written; kcat's `-J` lines are read, too.

mod kcat;
mod line;
mod mapped;
mod slow;
mod store;
mod write;

pub use kcat::write_kcat;
pub use line::parse_line;
pub use store::{NdjsonStore, from_reader};
pub use write::write_event;

pub(crate) use line::Fields;
pub(crate) use mapped::LineMapping;
