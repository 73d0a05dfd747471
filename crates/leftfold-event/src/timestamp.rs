//! Moments to the nanosecond that remember how many digits their store really has.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, Utc};

/// Nanoseconds in a second.
const SECOND: i64 = 1_000_000_000;

/// A moment: nanoseconds since 1970-01-01T00:00:00Z, and how many digits of the second its source stated.
///
/// Covers 1677-09-21 to 2262-04-11. `digits` (0 to 9) only says how the time is written, so that a one-second
/// store never shows nine invented zeros; ordering and equality look at `nanos` first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Nanoseconds since the Unix epoch, UTC.
    pub nanos: i64,
    /// Digits of the second the source has: 0 (whole seconds) to 9.
    pub digits: u8,
}

/// Where a time's zone comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum TimeZoneOrigin {
    /// The value itself states an offset (`Z`, `+02:00`) or counts from the epoch.
    Stated,
    /// The value states none; UTC is assumed, and said to be assumed.
    #[default]
    AssumedUtc,
}

/// What a text says of a moment beyond what a [`Timestamp`] holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Inexact {
    /// It names a leap second, which is counted as the first second of the next day, as POSIX does.
    LeapSecond,
    /// It has more than nine digits behind the second; they are cut off.
    Finer,
}

impl fmt::Display for Inexact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LeapSecond => "a leap second is counted as the second after it",
            Self::Finer => "a time of more than nine digits behind the second is cut to the nanosecond",
        })
    }
}

/// Why a text or number is no time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// The text has no form this tool reads.
    #[error("not a time: {0:?}")]
    Unreadable(String),
    /// It has such a form, but a part of it cannot be.
    #[error("{why} in {text:?}")]
    NoSuch {
        /// What there is not.
        why: String,
        /// The text.
        text: String,
    },
    /// The time is outside 1677-09-21 to 2262-04-11.
    #[error("time outside the years 1677 to 2262: {0}")]
    OutOfRange(String),
    /// The text has more than nine digits after the second.
    #[error("time finer than a nanosecond: {0:?}")]
    TooFine(String),
}

impl Timestamp {
    /// A moment in whole nanoseconds, written with nine digits.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self { nanos, digits: 9 }
    }

    /// A moment from a count of `1/10^digits` seconds since the epoch; `None` outside the range or past nine digits.
    pub fn from_units(count: i64, digits: u8) -> Option<Self> {
        let scale = 10_i64.checked_pow(9_u32.checked_sub(u32::from(digits))?)?;
        Some(Self {
            nanos: count.checked_mul(scale)?,
            digits,
        })
    }

    /// A moment from .NET ticks: 100 ns units since 0001-01-01T00:00:00.
    pub fn from_dotnet_ticks(ticks: i64) -> Option<Self> {
        Self::from_units(ticks.checked_sub(621_355_968_000_000_000)?, 7)
    }

    /// Reads RFC 3339, ISO 8601 with a space, and the same without a zone (then UTC is assumed and said so).
    ///
    /// Accepts `YYYY-MM-DD`, `YYYY-MM-DD[T ]HH:MM[:SS[.fffffffff]][ ][Z|UTC|±HH[:]MM|±HH]`. A time finer than a nanosecond is
    /// refused.
    pub fn parse(text: &str) -> Result<(Self, TimeZoneOrigin), TimeError> {
        match Self::parse_noting(text)? {
            (.., Some(Inexact::Finer)) => Err(TimeError::TooFine(shorten(text))),
            (time, origin, _) => Ok((time, origin)),
        }
    }

    /// The same for what a store has: what of the text is not in the moment is said beside it, never refused.
    pub fn parse_noting(text: &str) -> Result<(Self, TimeZoneOrigin, Option<Inexact>), TimeError> {
        let unreadable = || TimeError::Unreadable(shorten(text));
        let no = |why: String| TimeError::NoSuch {
            why,
            text: shorten(text),
        };
        let bytes = text.trim().as_bytes();
        let (year, month, day) = date(bytes).ok_or_else(unreadable)?;
        // Range of the calendar fields is checked by chrono; the arithmetic is ours because it runs once a row.
        let days = days_from_civil(year, month, day).ok_or_else(|| match month {
            1..=12 => no(format!("there is no day {day}")),
            _ => no(format!("there is no month {month}")),
        })?;
        let mut rest = &bytes[10..];
        let (mut seconds, mut fraction, mut digits) = (0_i64, 0_i64, 0_u8);
        let mut origin = TimeZoneOrigin::AssumedUtc;
        let mut inexact = None;
        if let Some((b'T' | b't' | b' ', clock)) = rest.split_first() {
            let (hour, after) = two_digits(clock).ok_or_else(unreadable)?;
            let after = after.strip_prefix(b":").ok_or_else(unreadable)?;
            let (minute, mut after) = two_digits(after).ok_or_else(unreadable)?;
            let mut second = 0;
            if let Some(tail) = after.strip_prefix(b":") {
                (second, after) = two_digits(tail).ok_or_else(unreadable)?;
                if let Some((b'.' | b',', tail)) = after.split_first() {
                    let n = tail.iter().take_while(|b| b.is_ascii_digit()).count();
                    if n == 0 {
                        return Err(unreadable());
                    }
                    // Zeros past the ninth digit lose nothing.
                    if n > 9 && tail[9..n].iter().any(|b| *b != b'0') {
                        inexact = Some(Inexact::Finer);
                    }
                    digits = n.min(9) as u8;
                    for &b in &tail[..usize::from(digits)] {
                        fraction = fraction * 10 + i64::from(b - b'0');
                    }
                    fraction *= 10_i64.pow(9 - u32::from(digits));
                    after = &tail[n..];
                }
            }
            for (what, n, most) in [("hour", hour, 23), ("minute", minute, 59), ("second", second, 60)] {
                if n > most {
                    return Err(no(format!("there is no {what} {n}")));
                }
            }
            seconds = hour * 3600 + minute * 60 + second;
            rest = after;
        }
        let leap = seconds % 60 == 0 && bytes.get(17..19) == Some(b"60");
        let rest = rest.trim_ascii();
        if !rest.is_empty() {
            let rest_text = || String::from_utf8_lossy(rest).into_owned();
            seconds -= offset_seconds(rest)
                .ok_or_else(|| no(format!("{:?} is no zone (Z, +02:00)", rest_text())))?;
            origin = TimeZoneOrigin::Stated;
        }
        // A leap second stands at the end of a day in UTC and, as in POSIX, counts as the first of the next day; elsewhere
        // there is no second 60.
        if leap && seconds % 86_400 != 0 {
            return Err(no(
                "there is no second 60, but at the end of a day in UTC".to_owned()
            ));
        }
        if leap {
            inexact = Some(Inexact::LeapSecond);
        }
        let nanos = i128::from(days * 86_400 + seconds) * i128::from(SECOND) + i128::from(fraction);
        let nanos = i64::try_from(nanos).map_err(|_| TimeError::OutOfRange(shorten(text)))?;
        Ok((Self { nanos, digits }, origin, inexact))
    }

    /// The same moment as a chrono value.
    pub fn to_chrono(self) -> DateTime<Utc> {
        DateTime::from_timestamp_nanos(self.nanos)
    }
}

/// RFC 3339 in UTC with exactly the digits the source has.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let t = self.to_chrono();
        write!(f, "{}", t.format("%Y-%m-%dT%H:%M:%S"))?;
        let digits = usize::from(self.digits.min(9));
        if digits > 0 {
            let fraction = format!("{:09}", self.nanos.rem_euclid(SECOND));
            write!(f, ".{}", &fraction[..digits])?;
        }
        f.write_str("Z")
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(60).collect()
}

fn date(b: &[u8]) -> Option<(i32, u32, u32)> {
    if b.len() < 10 || b[4] != b'-' || b[7] != b'-' || !b[..4].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let year = b[..4].iter().fold(0_i32, |y, d| y * 10 + i32::from(d - b'0'));
    let (month, _) = two_digits(&b[5..])?;
    let (day, _) = two_digits(&b[8..])?;
    Some((year, month as u32, day as u32))
}

fn two_digits(b: &[u8]) -> Option<(i64, &[u8])> {
    match b {
        [a @ b'0'..=b'9', c @ b'0'..=b'9', rest @ ..] => {
            Some((i64::from(a - b'0') * 10 + i64::from(c - b'0'), rest))
        }
        _ => None,
    }
}

fn offset_seconds(b: &[u8]) -> Option<i64> {
    if b.eq_ignore_ascii_case(b"z") || b.eq_ignore_ascii_case(b"utc") || b.eq_ignore_ascii_case(b"gmt") {
        return Some(0);
    }
    let (sign, rest) = match b.split_first()? {
        (b'+', rest) => (1, rest),
        (b'-', rest) => (-1, rest),
        _ => return None,
    };
    let (hours, rest) = two_digits(rest)?;
    let rest = rest.strip_prefix(b":").unwrap_or(rest);
    let (minutes, rest) = if rest.is_empty() {
        (0, rest)
    } else {
        two_digits(rest)?
    };
    (rest.is_empty() && hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar.
fn days_from_civil(year: i32, month: u32, day: u32) -> Option<i64> {
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    // 719 163 is the day number of 1970-01-01 counted from 0001-01-01 as day 1.
    Some(i64::from(date.num_days_from_ce()) - 719_163)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn show(text: &str) -> String {
        Timestamp::parse(text).map_or_else(|e| e.to_string(), |(t, o)| format!("{t} {o:?}"))
    }

    #[test]
    fn a_time_keeps_the_digits_it_came_with() {
        assert_eq!(show("2026-11-20 14:32:07"), "2026-11-20T14:32:07Z AssumedUtc");
        assert_eq!(
            show("2026-11-20T14:32:07.482113204Z"),
            "2026-11-20T14:32:07.482113204Z Stated"
        );
        assert_eq!(
            show("2026-11-20T14:32:07.10+02:00"),
            "2026-11-20T12:32:07.10Z Stated"
        );
        assert_eq!(show("2026-11-20T14:32:07.1 UTC"), "2026-11-20T14:32:07.1Z Stated");
        assert_eq!(show("2026-11-20"), "2026-11-20T00:00:00Z AssumedUtc");
        assert_eq!(show("1969-12-31T23:59:59.5Z"), "1969-12-31T23:59:59.5Z Stated");
    }

    #[test]
    fn second_sixty_is_a_leap_second_or_no_time() {
        assert_eq!(show("2016-12-31T23:59:60Z"), "2017-01-01T00:00:00Z Stated");
        assert_eq!(show("2016-12-31 23:59:60.5"), "2017-01-01T00:00:00.5Z AssumedUtc");
        assert_eq!(show("2017-01-01T08:59:60+09:00"), "2017-01-01T00:00:00Z Stated");
        for text in [
            "2016-12-31T12:30:60Z",
            "2016-12-31T23:59:60+01:00",
            "2016-12-31T23:59:61Z",
        ] {
            assert!(show(text).starts_with("there is no second 6"), "{text}");
        }
    }

    #[test]
    fn what_a_moment_cannot_hold_is_said_beside_it() {
        let noted = |text: &str| {
            Timestamp::parse_noting(text).map_or_else(|e| e.to_string(), |(t, _, i)| format!("{t} {i:?}"))
        };
        for (text, read) in [
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z Some(LeapSecond)"),
            (
                "2016-12-31T23:59:60.0000000001Z",
                "2017-01-01T00:00:00.000000000Z Some(LeapSecond)",
            ),
            ("2017-01-01T00:00:00Z", "2017-01-01T00:00:00Z None"),
            (
                "2026-11-20T14:32:07.1234567899Z",
                "2026-11-20T14:32:07.123456789Z Some(Finer)",
            ),
            (
                "2026-11-20T14:32:07.1234567890Z",
                "2026-11-20T14:32:07.123456789Z None",
            ),
            (
                "1969-12-31T23:59:59.0000000009Z",
                "1969-12-31T23:59:59.000000000Z Some(Finer)",
            ),
        ] {
            assert_eq!(noted(text), read);
        }
    }

    #[test]
    fn what_is_no_time_says_so() {
        assert!(show("yesterday").starts_with("not a time"));
        for (text, why) in [
            ("2026-13-01", "there is no month 13 in \"2026-13-01\""),
            ("2026-02-30", "there is no day 30 in \"2026-02-30\""),
            ("2026-00-01", "there is no month 0 in"),
            ("2026-11-20T25:00:00Z", "there is no hour 25 in"),
            ("2026-11-20 12:60", "there is no minute 60 in"),
            (
                "2026-11-20T12:00:00+25:00",
                "\"+25:00\" is no zone (Z, +02:00) in",
            ),
            ("2026-11-20T12:00:00 CET", "\"CET\" is no zone"),
            ("2026-11-20x", "\"x\" is no zone"),
            ("2026-11-20T", "not a time"),
            ("2026-1-1", "not a time"),
        ] {
            assert!(show(text).starts_with(why), "{text}: {}", show(text));
        }
        assert!(show("2026-11-20T14:32:07.1234567891Z").starts_with("time finer than"));
        assert!(show("3000-01-01T00:00:00Z").starts_with("time outside"));
    }

    #[test]
    fn ticks_and_units_are_exact() {
        let t =
            Timestamp::from_dotnet_ticks(621_355_968_000_000_000 + 864_000_000_001).map(|t| t.to_string());
        assert_eq!(t.as_deref(), Some("1970-01-02T00:00:00.0000001Z"));
        let t = Timestamp::from_units(1_700_000_000_123, 3).map(|t| t.to_string());
        assert_eq!(t.as_deref(), Some("2023-11-14T22:13:20.123Z"));
        assert_eq!(Timestamp::from_units(i64::MAX, 3), None);
    }

    proptest! {
        #[test]
        fn every_moment_survives_being_written_and_read(nanos in any::<i64>()) {
            let t = Timestamp::from_nanos(nanos);
            prop_assert_eq!(Timestamp::parse(&t.to_string()), Ok((t, TimeZoneOrigin::Stated)));
        }

        #[test]
        fn reading_never_panics(text in "\\PC*") {
            let _ = Timestamp::parse(&text);
        }

        #[test]
        fn rfc_3339_is_read_as_chrono_reads_it(nanos in any::<i64>(), offset in -1439_i32..1440) {
            let Some(zone) = chrono::FixedOffset::east_opt(offset * 60) else { return Ok(()) };
            let text = DateTime::from_timestamp_nanos(nanos).with_timezone(&zone).to_rfc3339();
            let ours = Timestamp::parse(&text).map(|(t, _)| t.nanos);
            prop_assert_eq!(ours, Ok(nanos));
        }
    }
}
