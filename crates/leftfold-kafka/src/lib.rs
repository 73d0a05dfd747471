//! Kafka topics read without a trace, and captures of them.
//!
//! Nothing here joins a consumer group, commits an offset, produces a record or makes a topic: partitions are read by
//! librdkafka's simple consumer, which knows no groups at all. [`capture()`] writes what it reads to a file; [`Reader`] hands records
//! to whoever takes them.

mod browse;
mod capture;
mod check;
mod cluster;
mod error;
mod keyring;
mod keys;
mod native;
mod own;
mod pause;
mod piece;
mod range;
mod reader;
mod registry;
mod schemas;
mod settings;
mod tail;
mod translate;

pub use browse::{Sample, TopicFacts, sample};
pub use capture::{Captured, Request, Told, capture};
pub use check::{Outcome, Part, Step, check, check_with};
pub use cluster::{Cluster, Partition, Topic};
pub use error::KafkaError;
pub use keyring::{forget_secret, keep_secret};
pub use leftfold_source::capture::{CaptureError, DecoderError, Decoders, Reading, RecordMapping};
pub use pause::Pause;
pub use piece::Piece;
pub use range::{Bound, From, Range, RangeError, Until};
pub use reader::{Reader, Sink, Taken};
pub use settings::{Settings, in_keyring, may_be_written};
pub use tail::{Batch, tail};
