//! Payloads that can be read only with their schema: Avro, Protobuf, and JSON in a registry's framing. No I/O.
//!
//! A [`Written`] schema is one as its registry or a file has it; a [`Schema`] is one made ready to decode with. [`framed`] takes apart
//! the framing of Confluent's registry: a zero byte, the schema's number in four bytes, and the rest; [`of_header`] does so with the
//! headers that newer serialisers put beside the payload instead.

mod avro;
mod files;
mod framing;
mod number;
mod protobuf;
mod schema;
mod set;

pub use files::{imports, of_descriptor_set};
pub use framing::{KEY_HEADER, SchemaId, VALUE_HEADER, framed, of_header};
pub use schema::{Decoded, Kind, Schema, SchemaError, Use, Written};
pub use set::Schemas;

/// How deep a payload may nest before it is refused.
pub const MAX_DEPTH: usize = 128;

/// Values a payload may hold beyond its bytes' number before it is refused: some take no bytes at all.
const MAX_EMPTY: usize = 1 << 20;
