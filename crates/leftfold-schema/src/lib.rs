//! Payloads that can be read only with their schema: Avro, Protobuf, and JSON in a registry's framing. No I/O.
//!
//! A [`Written`] schema is one as its registry or a file has it; a [`Schema`] is one made ready to decode with. [`framed`] takes apart
//! the framing of Confluent's registry: a zero byte, the schema's number in four bytes, and the rest.

mod avro;
mod framing;
mod number;
mod protobuf;
mod schema;
mod set;

pub use framing::framed;
pub use schema::{Decoded, Kind, Schema, SchemaError, Use, Written};
pub use set::Schemas;

/// How deep a payload may nest before it is refused.
pub const MAX_DEPTH: usize = 128;

/// Values a payload may hold beyond its bytes' number before it is refused: some take no bytes at all.
const MAX_EMPTY: usize = 1 << 20;
