//! From stored bytes to values: pure functions, safe on any input.

mod binary;
mod json_scan;
mod payload;
mod time;
mod typed_data;
mod unpack;
mod xml;
mod yaml;

pub use binary::{from_cbor, from_msgpack};
pub use payload::{decode, looks_encrypted};
pub use time::{ReadTime, read_integer_time, read_text_time};
pub use unpack::unpack;
pub use xml::from_xml;
pub use yaml::from_yaml;

pub(crate) use json_scan::{Pointer, elements};
pub(crate) use payload::{PayloadReader, inflated, of_metadata, payload_of, raw_json};
pub(crate) use time::{TimeOf, TimeRead, is_as_written, read_time, taken};
