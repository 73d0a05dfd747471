//! Captures: Leftfold's own files of records taken from Kafka, SQLite databases by the name of `NAME.leftfold`.
//!
//! A capture holds the records as they lay in the topic, every byte of them, with where they come from; what they mean is found
//! out when they are read. The schema is plain and meant to be read by others, too: see `schema.sql` beside this file, and
//! `sqlite3 orders.leftfold 'SELECT topic, partition, "offset", CAST(key AS TEXT), CAST(value AS TEXT) FROM records'`.
//!
//! A record's row number says its place, so that a record cannot be there twice and the rows stand by topic, partition and
//! offset, whatever the order in which they came.

mod anew;
mod behind;
mod changes;
mod checkpoints;
mod decoders;
mod envelope;
mod error;
mod fetch;
mod form;
#[cfg(test)]
mod full_tests;
mod headers;
mod integer;
mod make;
mod mapped;
mod mark;
mod ours;
mod payload;
mod record;
mod scan;
mod schema_files;
mod schemas;
mod store;
mod stream;
mod waiting;
mod why;
mod writer;

pub use anew::Incarnation;
pub use decoders::{Bound, Choice, Decoder, DecoderError, Decoders, Part, ReadAs, Reading};
pub use error::CaptureError;
pub use headers::Headers;
pub use integer::keys_like_integers;
pub use mapped::RecordMapping;
pub use mark::Mark;
pub use ours::is_being_written;
pub(crate) use ours::is_ours;
pub use record::{At, Record, TimestampKind, event_of};
pub(crate) use store::CaptureStore;
pub use writer::{CaptureWriter, CapturedPartition, Durable, Outcome, RunStart, Sorted, Watermarks, settle};

/// "LFLD" in the header of the file, where SQLite keeps the application's id.
pub const APPLICATION_ID: u32 = 0x4C46_4C44;

/// The format written and the newest one read.
pub const FORMAT: u32 = 1;

/// Bits of a record's id that are its offset.
const OFFSET_BITS: u32 = 48;

/// The largest offset a capture can hold.
pub const MAX_OFFSET: i64 = (1 << OFFSET_BITS) - 1;

/// The most partitions a capture can hold.
pub const MAX_PARTITIONS: i64 = (1 << 15) - 1;

/// The id of a record: its partition's id and its offset. Both are checked where they enter.
const fn record_id(partition: i64, offset: i64) -> i64 {
    partition << OFFSET_BITS | offset
}

/// The partition's id and the offset of a record.
const fn place_of(id: i64) -> (i64, i64) {
    (id >> OFFSET_BITS, id & MAX_OFFSET)
}

/// Whether the first bytes of a file are those of a capture.
pub(crate) fn is_capture(head: &[u8]) -> bool {
    head.get(68..72) == Some(&APPLICATION_ID.to_be_bytes())
}
