//! Times in the forms stores write them.

use leftfold_event::json::Value;
use leftfold_event::{Event, Inexact, Problem, ProblemCode, TimeZoneOrigin, Timestamp};

use crate::cell::Cell;
use crate::mapping::TimeFormat;

/// .NET ticks between the years 1900 and 2200: no other unit gives numbers of this size for a plausible time.
const TICKS: std::ops::Range<i64> = 599_266_080_000_000_000..694_000_000_000_000_000;

/// A time as it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadTime {
    /// The moment.
    pub time: Timestamp,
    /// Whether its zone was stated.
    pub origin: TimeZoneOrigin,
    /// What was written beyond it.
    pub inexact: Option<Inexact>,
}

impl ReadTime {
    /// A moment that is all that was written, counted from an epoch.
    const fn counted(time: Timestamp) -> Self {
        Self {
            time,
            origin: TimeZoneOrigin::Stated,
            inexact: None,
        }
    }
}

/// A time, `Ok(None)` where there is none, or why it cannot be read.
pub(crate) type TimeRead = Result<Option<ReadTime>, String>;

/// The two times of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeOf {
    /// When it was recorded.
    Record,
    /// When it is effective.
    Validity,
}

impl TimeOf {
    /// The fact that keeps what was written where the time does not.
    const fn as_written(self) -> &'static str {
        match self {
            Self::Record => "time_text",
            Self::Validity => "valid_time_text",
        }
    }
}

/// The facts that keep a time as it was written.
pub(crate) fn is_as_written(name: &str) -> bool {
    [TimeOf::Record, TimeOf::Validity]
        .iter()
        .any(|of| of.as_written() == name)
}

/// The time that was read. Where it is not all of what was written, the event gets a problem, and keeps what was written.
pub(crate) fn taken(
    read: TimeRead,
    of: TimeOf,
    written: impl FnOnce() -> Value,
    event: &mut Event,
) -> Option<ReadTime> {
    let (code, why) = match &read {
        Ok(Some(ReadTime {
            inexact: Some(inexact),
            ..
        })) => (ProblemCode::TimeInexact, inexact.to_string()),
        Ok(_) => return read.ok().flatten(),
        Err(why) => (ProblemCode::TimeUnreadable, why.clone()),
    };
    let message = match of {
        TimeOf::Record => why,
        TimeOf::Validity => format!("the time it is valid from: {why}"),
    };
    event.problems.push(Problem::new(code, message));
    event.extra.push((of.as_written().to_owned(), written()));
    read.ok().flatten()
}

/// A time from a cell; `Ok(None)` when there is none. The error says what was found.
pub(crate) fn read_time(cell: Cell<'_>, format: TimeFormat) -> TimeRead {
    match cell {
        Cell::Null | Cell::Text("") => Ok(None),
        Cell::Integer(n) => read_integer_time(n, format).map(Some),
        Cell::Real(x) => read_real_time(x, format).map(Some),
        Cell::Text(t) | Cell::Json(t) => read_text_time(t, format).map(Some),
        Cell::Bytes(b) => match std::str::from_utf8(b) {
            Ok(t) => read_text_time(t, format).map(Some),
            Err(_) => Err("bytes where a time should be".to_owned()),
        },
    }
}

/// A time from an integer.
pub fn read_integer_time(n: i64, format: TimeFormat) -> Result<ReadTime, String> {
    let time = match format {
        TimeFormat::Seconds => Timestamp::from_units(n, 0),
        TimeFormat::Milliseconds => Timestamp::from_units(n, 3),
        TimeFormat::Microseconds => Timestamp::from_units(n, 6),
        TimeFormat::Nanoseconds => Timestamp::from_units(n, 9),
        TimeFormat::DotnetTicks => Timestamp::from_dotnet_ticks(n),
        TimeFormat::JulianDay => n
            .checked_sub(2_440_588)
            .and_then(|d| Timestamp::from_units(d.checked_mul(86_400)?.checked_add(43_200)?, 0)),
        TimeFormat::Auto | TimeFormat::Iso if TICKS.contains(&n) => Timestamp::from_dotnet_ticks(n),
        TimeFormat::Auto | TimeFormat::Iso => Timestamp::from_units(n, unit_by_size(n)),
    };
    time.map(ReadTime::counted)
        .ok_or_else(|| format!("{n} is outside the years 1677 to 2262"))
}

/// Digits of the unit a plausible epoch number of this size has: seconds up to 11 digits (the year 5138), and so on.
fn unit_by_size(n: i64) -> u8 {
    match n.unsigned_abs() {
        0..100_000_000_000 => 0,
        100_000_000_000..100_000_000_000_000 => 3,
        100_000_000_000_000..100_000_000_000_000_000 => 6,
        _ => 9,
    }
}

fn read_real_time(x: f64, format: TimeFormat) -> Result<ReadTime, String> {
    // Julian days of the years 1800 to 2200; as seconds these would be the first month of 1970.
    let julian = format == TimeFormat::JulianDay
        || (matches!(format, TimeFormat::Auto | TimeFormat::Iso) && (2_378_496.0..2_524_594.0).contains(&x));
    if julian {
        // A float of this size resolves about 40 µs: milliseconds are what it can state.
        let milliseconds = ((x - 2_440_587.5) * 86_400_000.0).round();
        return Timestamp::from_units(milliseconds as i64, 3)
            .map(ReadTime::counted)
            .ok_or_else(|| format!("{x} is no Julian day"));
    }
    if x.fract() == 0.0 && x.abs() < 9_007_199_254_740_992.0 {
        return read_integer_time(x as i64, format);
    }
    read_decimal(&format!("{x}"), format).ok_or_else(|| format!("{x} is no time"))
}

/// A time from text: ISO 8601, or a number as text.
pub fn read_text_time(text: &str, format: TimeFormat) -> Result<ReadTime, String> {
    let text = text.trim();
    if let Ok(n) = text.parse::<i64>()
        && !(format == TimeFormat::Iso && text.len() == 4)
    {
        return read_integer_time(n, format);
    }
    if let Some(time) = read_decimal(text, format) {
        return Ok(time);
    }
    let (time, origin, inexact) = Timestamp::parse_noting(text).map_err(|e| e.to_string())?;
    Ok(ReadTime {
        time,
        origin,
        inexact,
    })
}

/// A decimal count of a unit, digit by digit, so that nothing is rounded; what is finer than a nanosecond is cut off.
fn read_decimal(text: &str, format: TimeFormat) -> Option<ReadTime> {
    let (whole, fraction) = text.split_once('.')?;
    if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let whole_number: i64 = whole.parse().ok()?;
    let unit = match format {
        TimeFormat::Auto | TimeFormat::Iso => unit_by_size(whole_number),
        TimeFormat::Seconds => 0,
        TimeFormat::Milliseconds => 3,
        TimeFormat::Microseconds => 6,
        _ => return None,
    };
    let fraction = fraction.trim_end_matches('0');
    let kept = fraction.get(..usize::from(9 - unit)).unwrap_or(fraction);
    let digits = unit + kept.len() as u8;
    let mut count: i64 = format!("{whole}{kept}").parse().ok()?;
    let inexact = (kept.len() < fraction.len()).then_some(Inexact::Finer);
    // Before the epoch what is cut off lies on the other side, so that a cut time is never the later one.
    if inexact.is_some() && whole.starts_with('-') {
        count = count.checked_sub(1)?;
    }
    Some(ReadTime {
        inexact,
        ..ReadTime::counted(Timestamp::from_units(count, digits)?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn show(cell: Cell<'_>, format: TimeFormat) -> String {
        match read_time(cell, format) {
            Ok(Some(t)) => t.time.to_string(),
            Ok(None) => "none".to_owned(),
            Err(e) => e,
        }
    }

    #[test]
    fn the_size_of_a_number_tells_its_unit() {
        let auto = TimeFormat::Auto;
        assert_eq!(show(Cell::Integer(1_700_000_000), auto), "2023-11-14T22:13:20Z");
        assert_eq!(
            show(Cell::Integer(1_700_000_000_123), auto),
            "2023-11-14T22:13:20.123Z"
        );
        assert_eq!(
            show(Cell::Integer(1_700_000_000_123_456), auto),
            "2023-11-14T22:13:20.123456Z"
        );
        assert_eq!(
            show(Cell::Integer(1_700_000_000_123_456_789), auto),
            "2023-11-14T22:13:20.123456789Z"
        );
        assert_eq!(
            show(Cell::Integer(638_355_968_000_000_001), auto),
            "2023-11-14T22:13:20.0000001Z"
        );
        assert_eq!(
            show(Cell::Real(1_700_000_000.25), auto),
            "2023-11-14T22:13:20.25Z"
        );
        assert_eq!(
            show(Cell::Text("1700000000.123456"), auto),
            "2023-11-14T22:13:20.123456Z"
        );
        assert_eq!(
            show(Cell::Real(2_460_263.425_925_926), auto),
            "2023-11-14T22:13:20.000Z"
        );
        assert_eq!(show(Cell::Text(""), auto), "none");
        assert!(show(Cell::Text("soon"), auto).starts_with("not a time"));
    }

    #[test]
    fn a_count_finer_than_a_nanosecond_is_cut_and_says_so() {
        let read = |text: &str, format| read_text_time(text, format).map(|t| (t.time.to_string(), t.inexact));
        let cut = |time: &str| Ok((time.to_owned(), Some(Inexact::Finer)));
        assert_eq!(
            read("1700000000.1234567899", TimeFormat::Seconds),
            cut("2023-11-14T22:13:20.123456789Z")
        );
        assert_eq!(
            read("1700000000123.4567899", TimeFormat::Milliseconds),
            cut("2023-11-14T22:13:20.123456789Z")
        );
        assert_eq!(
            read("-0.0000000001", TimeFormat::Seconds),
            cut("1969-12-31T23:59:59.999999999Z")
        );
        let whole = "2023-11-14T22:13:20.123456789Z".to_owned();
        assert_eq!(
            read("1700000000.1234567890", TimeFormat::Seconds),
            Ok((whole, None))
        );
    }

    proptest! {
        #[test]
        fn reading_never_panics(n in any::<i64>(), x in any::<f64>(), text in "\\PC{0,30}|[0-9.+-]{0,30}") {
            for format in [TimeFormat::Auto, TimeFormat::Seconds, TimeFormat::DotnetTicks, TimeFormat::JulianDay] {
                let _ = read_time(Cell::Integer(n), format);
                let _ = read_time(Cell::Real(x), format);
                let _ = read_text_time(&text, format);
            }
        }
    }
}
