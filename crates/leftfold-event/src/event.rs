//! An event as read from its source, and the points of a history one can ask about.

use std::fmt;

use crate::json::{self, Value};
use crate::timestamp::{TimeError, TimeZoneOrigin, Timestamp};

/// One immutable fact, as complete as its source has it. What the source does not have is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Event {
    /// The full name of the stream, `category-id` where the store keeps the two apart.
    pub stream: String,
    /// The kind of aggregate: stated by the store, or the part of the stream's name that says it ([`crate::category_of`]).
    pub category: Option<String>,
    /// The place in the stream, as the store counts it (from 0 or 1).
    pub version: Option<i64>,
    /// The place in the source's log as the store writes it: a number, or `topic[partition]@offset`.
    pub position: Option<String>,
    /// The store's identity of the event.
    pub id: Option<EventId>,
    /// The event type.
    pub kind: String,
    /// When it was recorded.
    pub time: Option<Timestamp>,
    /// Whether `time`'s zone was stated or assumed.
    pub time_origin: TimeZoneOrigin,
    /// When it is effective, where the store tells that apart from the recorded time.
    pub valid_time: Option<Timestamp>,
    /// What happened.
    pub payload: Payload,
    /// What surrounds it.
    pub metadata: Payload,
    /// What ties the events of one workflow together.
    pub correlation_id: Option<String>,
    /// The direct cause: an event's or a command's id.
    pub causation_id: Option<String>,
    /// Other streams this same event belongs to, in the store's order.
    pub also_in: Vec<String>,
    /// Further facts of the store (partition, offset, tenant, payload revision), by name, in a stable order.
    pub extra: Vec<(String, Value)>,
    /// What could not be read, and why. Empty for a healthy event.
    pub problems: Vec<Problem>,
}

/// Payload or metadata: the bytes as the store holds them, and what they mean if that is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Payload {
    /// The stored bytes, unchanged. Empty when the store has none.
    pub raw: Vec<u8>,
    /// The decoded value. `None` when absent or undecodable (then a [`Problem`] says why); JSON's `null` is a value.
    pub value: Option<Value>,
    /// How `value` was read from `raw`: `json`, `zlib+json`, `yaml`, `xml`, `text`, `bytes`, `encrypted`; without a value
    /// `text` or `bytes` say what `raw` looks like. `""` if absent: a payload of no bytes has an encoding, none at all has none.
    pub encoding: &'static str,
}

impl Payload {
    /// No payload at all.
    pub const fn absent() -> Self {
        Self {
            raw: Vec::new(),
            value: None,
            encoding: "",
        }
    }

    /// Bytes that are not decoded: legible ones are `text`, others `bytes`.
    pub fn undecoded(raw: Vec<u8>) -> Self {
        let legible = |text: &str| !text.chars().any(|c| c.is_control() && !c.is_whitespace());
        let encoding = match std::str::from_utf8(&raw) {
            Ok(text) if !text.is_empty() && legible(text) => "text",
            _ => "bytes",
        };
        Self {
            raw,
            value: None,
            encoding,
        }
    }

    /// A payload that is JSON text. On bad JSON the bytes are kept and the problem is returned beside them; a key that stands
    /// twice is a problem, too, with the value there all the same.
    pub fn from_json(raw: Vec<u8>) -> (Self, Option<Problem>) {
        match json::parse_noting(&raw) {
            Ok((value, twice)) => (
                Self {
                    raw,
                    value: Some(value),
                    encoding: "json",
                },
                twice.map(|key| Problem::duplicate_key(&key)),
            ),
            Err(e) => {
                let problem = Problem::new(ProblemCode::PayloadUndecodable, e.to_string());
                (Self::undecoded(raw), Some(problem))
            }
        }
    }
}

/// An event's identity.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EventId {
    /// Text, or a number as the store writes it.
    Text(String),
    /// Bytes that are no text; shown as hex, as a UUID when 16 long.
    Bytes(Vec<u8>),
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(t) => f.write_str(t),
            Self::Bytes(b) => {
                for (i, byte) in b.iter().enumerate() {
                    if b.len() == 16 && matches!(i, 4 | 6 | 8 | 10) {
                        f.write_str("-")?;
                    }
                    write!(f, "{byte:02x}")?;
                }
                Ok(())
            }
        }
    }
}

/// Where a source finds an event again: a row, and the item in it when a row holds several events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Locator {
    /// The source's row number (SQLite rowid, line offset, …).
    pub row: i64,
    /// The event's index among the events of that row.
    pub item: u32,
}

/// Something about one event that could not be read. Problems are data: the event is shown with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind of trouble, stable across releases.
    pub code: ProblemCode,
    /// What, where and what to do, for a person.
    pub message: String,
}

impl Problem {
    /// A problem with its explanation.
    pub fn new(code: ProblemCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// A key stands twice in one JSON object.
    pub fn duplicate_key(key: &str) -> Self {
        let message =
            format!("the key {key:?} stands twice in one object: the last value counts, the text keeps both");
        Self::new(ProblemCode::DuplicateKey, message)
    }
}

/// The kinds of [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProblemCode {
    /// The payload's bytes are in no form that can be decoded.
    PayloadUndecodable,
    /// The payload is encrypted; the bytes are shown as they are.
    PayloadEncrypted,
    /// The metadata cannot be decoded.
    MetadataUndecodable,
    /// The time is missing though the store has a column for it, or is in no known form.
    TimeUnreadable,
    /// The time is there, but the store's text says more than it holds: a leap second, digits behind the nanosecond.
    TimeInexact,
    /// The version is no integer.
    VersionUnreadable,
    /// The stream or type is missing or of a kind that is no name.
    NameUnreadable,
    /// The row itself cannot be read (a damaged page, for instance).
    RowUnreadable,
    /// A JSON object names a key twice: the last value counts, the text keeps both.
    DuplicateKey,
    /// A projection's handler failed at this event.
    HandlerFailed,
}

impl ProblemCode {
    /// The code as it stands in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PayloadUndecodable => "payload-undecodable",
            Self::PayloadEncrypted => "payload-encrypted",
            Self::MetadataUndecodable => "metadata-undecodable",
            Self::TimeUnreadable => "time-unreadable",
            Self::TimeInexact => "time-inexact",
            Self::VersionUnreadable => "version-unreadable",
            Self::NameUnreadable => "name-unreadable",
            Self::RowUnreadable => "row-unreadable",
            Self::DuplicateKey => "json-duplicate-key",
            Self::HandlerFailed => "handler-failed",
        }
    }
}

/// A point of a history, as a user writes it (`--at`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Point {
    /// `v7`: after the stream's event of that version.
    Version(i64),
    /// `#1234`, `#orders[3]@17`: after the event at that position of the log, as the store writes positions.
    Position(String),
    /// `e1234`: after the event with that many before it in log order, whether or not the store has positions.
    Ordinal(u32),
    /// After every event recorded up to and including this moment.
    Time(Timestamp),
    /// `-15m`: this long before the last event's time.
    BeforeEnd {
        /// Nanoseconds before the end, positive.
        nanos: i64,
    },
    /// `start`: before the first event.
    Start,
    /// `end`: after the last event.
    End,
}

/// Why a text is no point.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PointError {
    /// It has none of the forms.
    #[error(
        "{0:?} is no point: write v7 (version), #1234 (position), e1234 (place in log order, from 0), a time \
         (2026-11-20T14:32:07Z, 1700000000), -15m (ns, us, ms, s, m, h or d), start or end"
    )]
    Unreadable(String),
    /// It is a length of time in a unit there is not.
    #[error("{unit:?} is no unit of {text:?}: write ns, us, ms, s, m, h or d")]
    Unit {
        /// The unit.
        unit: String,
        /// The whole text.
        text: String,
    },
    /// It is a length of time past what 64 bits of nanoseconds hold.
    #[error("{0:?} is longer than the 292 years that can be counted in nanoseconds")]
    TooLong(String),
    /// It is a bare number that could be anything.
    #[error(
        "{0:?} alone says too little: write v{0} for the version, #{0} for the position, e{0} for the place in log order, or \
         @{0} for a time in seconds since 1970"
    )]
    Bare(String),
    /// It is a time that cannot be used.
    #[error("{0}")]
    Time(TimeError),
}

impl Point {
    /// Reads `v7`, `#1234`, `e1234`, an RFC 3339 time, an epoch (seconds, or milliseconds, microseconds, nanoseconds by its
    /// length; a fraction is allowed on seconds), `-15m` (units `ns us ms s m h d`), `start` or `end`. An epoch before 1973 stands
    /// after `@`: `@7`; a bare `7` is more likely to mean a version or a position, and is refused.
    pub fn parse(text: &str) -> Result<Self, PointError> {
        let wrong = || PointError::Unreadable(text.to_owned());
        let t = text.trim();
        match t {
            "end" => return Ok(Self::End),
            "start" => return Ok(Self::Start),
            _ => {}
        }
        if let Some(n) = t.strip_prefix('v') {
            return n.parse().map(Self::Version).map_err(|_| wrong());
        }
        if let Some(n) = t.strip_prefix('e') {
            return digits(n)
                .and_then(|n| n.parse().ok())
                .map(Self::Ordinal)
                .ok_or_else(wrong);
        }
        if let Some(p) = t.strip_prefix('#') {
            return if p.is_empty() {
                Err(wrong())
            } else {
                Ok(Self::Position(p.to_owned()))
            };
        }
        if let Some(rest) = t.strip_prefix('-') {
            let split = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
            let n: i64 = match rest[..split].parse() {
                Ok(n) => n,
                Err(_) if split > 0 => return Err(PointError::TooLong(t.to_owned())),
                Err(_) => return Err(wrong()),
            };
            let unit = match &rest[split..] {
                "ns" => 1,
                "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
                "ms" => 1_000_000,
                "s" => 1_000_000_000,
                "m" => 60_000_000_000,
                "h" => 3_600_000_000_000,
                "d" => 86_400_000_000_000,
                unit if split > 0 => {
                    return Err(PointError::Unit {
                        unit: unit.to_owned(),
                        text: t.to_owned(),
                    });
                }
                _ => return Err(wrong()),
            };
            return n
                .checked_mul(unit)
                .map(|nanos| Self::BeforeEnd { nanos })
                .ok_or_else(|| PointError::TooLong(t.to_owned()));
        }
        if let Some(seconds) = t.strip_prefix('@') {
            return epoch(seconds).map(Self::Time).ok_or_else(wrong);
        }
        if t.bytes().all(|b| b.is_ascii_digit() || b == b'.') && t.bytes().any(|b| b.is_ascii_digit()) {
            let whole = t.split('.').next().unwrap_or(t);
            let is_small = whole.is_empty() || whole.parse::<i64>().is_ok_and(|n| n < LEAST_BARE_EPOCH);
            return match epoch(t) {
                Some(_) if is_small && whole == t => Err(PointError::Bare(t.to_owned())),
                Some(time) if !is_small => Ok(Self::Time(time)),
                _ => Err(wrong()),
            };
        }
        Timestamp::parse(t)
            .map(|(time, _)| Self::Time(time))
            .map_err(|e| match e {
                TimeError::Unreadable(_) => wrong(),
                e => PointError::Time(e),
            })
    }
}

/// The least number that is taken for a time without `@` before it: 3 March 1973 in seconds.
const LEAST_BARE_EPOCH: i64 = 100_000_000;

/// The text, if it is digits alone: `parse` would take a sign.
fn digits(text: &str) -> Option<&str> {
    text.bytes().all(|b| b.is_ascii_digit()).then_some(text)
}

fn epoch(text: &str) -> Option<Timestamp> {
    if let Some((whole, fraction)) = text.split_once('.') {
        if fraction.is_empty() || fraction.len() > 9 {
            return None;
        }
        let digits = fraction.len() as u8;
        let count = format!("{whole}{fraction}").parse().ok()?;
        return Timestamp::from_units(count, digits);
    }
    let digits = match text.len() {
        ..=11 => 0,
        12..=14 => 3,
        15..=17 => 6,
        _ => 9,
    };
    Timestamp::from_units(text.parse().ok()?, digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_read_as_they_are_written() {
        assert_eq!(Point::parse("v7"), Ok(Point::Version(7)));
        assert_eq!(Point::parse("#1234"), Ok(Point::Position("1234".into())));
        assert_eq!(
            Point::parse("#orders[3]@17"),
            Ok(Point::Position("orders[3]@17".into()))
        );
        assert_eq!(Point::parse("e0"), Ok(Point::Ordinal(0)));
        assert_eq!(Point::parse("end"), Ok(Point::End));
        assert_eq!(
            Point::parse("-15m"),
            Ok(Point::BeforeEnd {
                nanos: 900_000_000_000
            })
        );
        for text in [
            "1700000000",
            "1700000000.000",
            "1700000000000",
            "@1700000000",
            "2023-11-14T22:13:20Z",
            "2023-11-14 22:13:20",
        ] {
            let Ok(Point::Time(t)) = Point::parse(text) else {
                panic!("{text}")
            };
            assert_eq!(t.nanos, 1_700_000_000_000_000_000, "{text}");
        }
        for text in [
            "",
            " ",
            "v",
            "#",
            "e",
            "e+5",
            "e-5",
            "e1.5",
            "e4294967296",
            "-15",
            "-y",
            "tomorrow",
            "v1.5",
            "inf",
            "nan",
            "1e400",
            "-inf",
            "1.",
            "7.5",
            ".5",
            "@",
            "@noon",
        ] {
            assert_eq!(Point::parse(text), Err(PointError::Unreadable(text.into())));
        }
        let told = |text: &str| Point::parse(text).map_err(|e| e.to_string());
        for (text, why) in [
            (
                "-15y",
                "\"y\" is no unit of \"-15y\": write ns, us, ms, s, m, h or d",
            ),
            (
                "-3w",
                "\"w\" is no unit of \"-3w\": write ns, us, ms, s, m, h or d",
            ),
            ("2026-13-01", "there is no month 13 in \"2026-13-01\""),
            (
                "2026-11-20T14:61:00Z",
                "there is no minute 61 in \"2026-11-20T14:61:00Z\"",
            ),
        ] {
            assert_eq!(told(text), Err(why.into()));
        }
        assert!(told("-300000d").is_err_and(|e| e.contains("longer than the 292 years")));
        assert!(told("-99999999999999999999s").is_err_and(|e| e.contains("longer than the 292 years")));
        let far = Point::parse("3000-01-01T00:00:00Z").map_err(|e| e.to_string());
        assert_eq!(
            far,
            Err("time outside the years 1677 to 2262: 3000-01-01T00:00:00Z".into())
        );
    }

    #[test]
    fn a_small_number_alone_is_no_time() {
        for text in ["0", "7", "1234", "99999999", "0000000007"] {
            assert_eq!(Point::parse(text), Err(PointError::Bare(text.into())));
        }
        let told = Point::parse("7").map_err(|e| e.to_string());
        for hint in ["v7 ", "#7 ", "e7 ", "@7 "] {
            assert!(told.as_ref().is_err_and(|e| e.contains(hint)), "{told:?}");
        }
        let time = |nanos, digits| Ok(Point::Time(Timestamp { nanos, digits }));
        assert_eq!(Point::parse("@7"), time(7_000_000_000, 0));
        assert_eq!(Point::parse("@7.5"), time(7_500_000_000, 1));
        assert_eq!(Point::parse("@-1"), time(-1_000_000_000, 0));
        assert_eq!(Point::parse("100000000"), time(100_000_000_000_000_000, 0));
    }

    #[test]
    fn sixteen_bytes_show_as_a_uuid() {
        assert_eq!(
            EventId::Bytes((0..16).collect()).to_string(),
            "00010203-0405-0607-0809-0a0b0c0d0e0f"
        );
        assert_eq!(EventId::Bytes(vec![255, 1]).to_string(), "ff01");
    }
}
