//! What the fuzz targets do with their input. Each takes any bytes and fails by panicking.
//!
//! `cargo fuzz run NAME` looks for new inputs; the tests of this crate replay the stored ones, and some made of them.
#![allow(clippy::missing_panics_doc, reason = "a fuzz target reports by panicking")]
#![allow(
    clippy::panic,
    clippy::expect_used,
    reason = "a fuzz target tells what it found by panicking"
)]

mod detect;
mod filter;
mod project;
mod read;
mod schema;

pub use detect::detect;
pub use filter::filter;
pub use project::project;
pub use read::{decode, json, ndjson, time};
pub use schema::{avro, binary, framing, protobuf};

/// A target.
pub type Target = fn(&[u8]);

/// Every target by name, as its folder in the corpus is called.
pub const TARGETS: &[(&str, Target)] = &[
    ("avro", avro),
    ("binary", binary),
    ("decode", decode),
    ("detect", detect),
    ("filter", filter),
    ("framing", framing),
    ("json", json),
    ("ndjson", ndjson),
    ("project", project),
    ("protobuf", protobuf),
    ("time", time),
];
