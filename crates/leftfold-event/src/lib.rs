//! The model: events, streams, positions, times and lossless JSON; no I/O.
//!
//! Everything right of this crate (source, log, replay, …) speaks in these types. Nothing here rounds a number,
//! drops a byte or invents a time: what is unknown is `None`, what could not be read is a [`Problem`].

mod cancel;
mod category;
mod event;
pub mod json;
mod names;
pub mod terminal;
mod timestamp;

pub use cancel::{Cancel, Progress};
pub use category::category_of;
pub use event::{Event, EventId, Locator, Payload, Point, PointError, Problem, ProblemCode};
pub use names::Names;
pub use timestamp::{Inexact, TimeError, TimeZoneOrigin, Timestamp};
