//! Whether sample values look as a layout says they do.

use leftfold_event::json::{self, Value, unmarked};

use super::file::{Check, Look};
use crate::decode::{looks_encrypted, read_integer_time, read_text_time, unpack};
use crate::mapping::TimeFormat;
use crate::shape::{ColumnShape, Sample};

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Most values look as they should.
    Holds,
    /// They do not.
    Fails,
    /// There is no value to look at.
    Unknown,
}

/// Whether at least half of the column's values look as the check says: one bad row does not make another store of it.
pub(super) fn outcome(check: &Check, column: &ColumnShape) -> Outcome {
    let values = || column.samples.iter().filter(|s| **s != Sample::Null);
    let fitting = values()
        .filter(|s| {
            check
                .looks
                .iter()
                .any(|look| looks(*look, s, check.at.as_deref()))
        })
        .count();
    match values().count() {
        0 => Outcome::Unknown,
        all if fitting * 2 >= all => Outcome::Holds,
        _ => Outcome::Fails,
    }
}

/// Whether a value looks so.
pub(super) fn looks(look: Look, sample: &Sample, at: Option<&str>) -> bool {
    let bytes = bytes(sample);
    let text = bytes.and_then(|b| std::str::from_utf8(b).ok());
    match look {
        Look::Json => is_json(sample),
        Look::JsonWith => {
            let plain = bytes.map(|b| unpack(b).map_or_else(|| b.to_vec(), |(inner, _)| inner));
            let value = plain.and_then(|b| json::parse(&b).ok());
            // A value that was cut cannot be looked into.
            let cut = matches!(sample, Sample::Text(_, true) | Sample::Blob(_, true));
            value
                .as_ref()
                .and_then(|v| v.pointer(at.unwrap_or_default()))
                .is_some_and(|v| *v != Value::Null)
                || cut
        }
        Look::Packed => {
            bytes.is_some_and(|b| matches!(b, [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] | [0x1f, 0x8b, ..]))
        }
        Look::Yaml => text.is_some_and(|t| t.starts_with("---")),
        Look::Xml => text.is_some_and(|t| t.trim_start().starts_with('<')),
        Look::Encrypted => bytes.is_some_and(looks_encrypted),
        Look::Binary => bytes.is_some() && text.is_none(),
        Look::IsoTime => text
            .is_some_and(|t| t.len() >= 10 && t.contains('-') && read_text_time(t, TimeFormat::Iso).is_ok()),
        Look::EpochMilliseconds => plausible(sample, TimeFormat::Milliseconds),
        Look::EpochSeconds => plausible(sample, TimeFormat::Seconds),
        Look::DotnetTicks => plausible(sample, TimeFormat::DotnetTicks),
        Look::Counter => matches!(sample, Sample::Integer(n) if *n >= 0),
        Look::Topic => text.is_some_and(|t| {
            t.split_once(':')
                .is_some_and(|(m, c)| !m.is_empty() && !c.is_empty())
        }),
        Look::Text => matches!(sample, Sample::Text(..)),
    }
}

fn bytes(sample: &Sample) -> Option<&[u8]> {
    match sample {
        Sample::Text(t, _) => Some(t.as_bytes()),
        Sample::Blob(b, _) => Some(b),
        _ => None,
    }
}

/// Whether a value is JSON, or the beginning of what may be.
pub(super) fn is_json(sample: &Sample) -> bool {
    match sample {
        Sample::Integer(_) | Sample::Real(_) => true,
        Sample::Null => false,
        Sample::Text(t, true) => matches!(opening(t.as_bytes()), Some(b'{' | b'[' | b'"')),
        Sample::Blob(b, true) => matches!(opening(b), Some(b'{' | b'[')),
        Sample::Text(t, false) => json::parse(t.as_bytes()).is_ok(),
        Sample::Blob(b, false) => json::parse(b).is_ok(),
    }
}

/// What a text begins with, behind white space and a byte order mark.
pub(super) fn opening(text: &[u8]) -> Option<u8> {
    unmarked(text).trim_ascii_start().first().copied()
}

/// A number that is a time between 1990 and 2100 in this unit.
pub(super) fn plausible(sample: &Sample, format: TimeFormat) -> bool {
    let n = match sample {
        Sample::Integer(n) => *n,
        Sample::Real(x) => *x as i64,
        Sample::Text(t, _) => match t.parse() {
            Ok(n) => n,
            Err(_) => return false,
        },
        _ => return false,
    };
    let years = 631_152_000_000_000_000..4_102_444_800_000_000_000;
    read_integer_time(n, format).is_ok_and(|t| years.contains(&t.time.nanos))
}
