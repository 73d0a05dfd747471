//! Which records, in kcat's words: `-o beginning|end|N|-N|s@MS|e@MS`, and `-o ..N` for an end by offset.

use std::str::FromStr;

use chrono::Utc;
use leftfold_event::{Point, Timestamp};

/// Where a read begins in each partition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum From {
    /// The first record that is there.
    #[default]
    Beginning,
    /// Behind the last record.
    End,
    /// This offset.
    Offset(i64),
    /// This many before the end.
    Last(i64),
    /// The first record of this time (milliseconds since 1970) or later.
    Time(i64),
}

/// Where a read ends in each partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Before this offset.
    Offset(i64),
    /// Before the first record of this time (milliseconds since 1970) or later.
    Time(i64),
}

/// Which records of each partition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// Where it begins.
    pub from: From,
    /// Where it ends; `None`: with what is there.
    pub until: Option<Until>,
}

/// Why a text is no range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RangeError {
    /// It has none of the forms.
    #[error(
        "{0:?} is no offset: write beginning, end, 100 (an offset), -100 (the last hundred of each partition), s@TIME or e@TIME (from or \
         up to a time: milliseconds since 1970, 2026-11-20T19:00:00Z, or -15m before now; the end is exclusive) or ..200 (up to this offset, exclusive)"
    )]
    Unreadable(String),
    /// It ends where it begins, or before.
    #[error(
        "nothing lies from {0} up to {1} (exclusive): the range ends before it begins; say the earlier place as the beginning"
    )]
    Reversed(String, String),
    /// Offsets kept by a consumer group are none of ours.
    #[error(
        "\"stored\" is the place of a consumer group; Leftfold is in none: write beginning, end, an offset or a time"
    )]
    Stored,
}

/// One `-o`: a beginning or an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Where to begin.
    From(From),
    /// Where to end.
    Until(Until),
}

impl FromStr for Bound {
    type Err = RangeError;

    fn from_str(text: &str) -> Result<Self, RangeError> {
        let wrong = || RangeError::Unreadable(text.to_owned());
        let number = |t: &str| -> Result<i64, RangeError> {
            let digits = !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
            if digits {
                t.parse().map_err(|_| wrong())
            } else {
                Err(wrong())
            }
        };
        // Milliseconds as kcat has them; a time as it is written; or so long ago.
        let time = |t: &str| -> Result<i64, RangeError> {
            let ms = match number(t) {
                Ok(ms) => ms,
                Err(_) if t.starts_with('@') => return Err(wrong()),
                Err(_) => match Point::parse(t) {
                    Ok(Point::Time(time)) => time.nanos.div_euclid(1_000_000),
                    Ok(Point::BeforeEnd { nanos }) => Utc::now().timestamp_millis() - nanos / 1_000_000,
                    _ => return Err(wrong()),
                },
            };
            if ms < 0 { Err(wrong()) } else { Ok(ms) }
        };
        Ok(match text {
            "beginning" => Self::From(From::Beginning),
            "end" => Self::From(From::End),
            "stored" => return Err(RangeError::Stored),
            _ => {
                if let Some(ms) = text.strip_prefix("s@") {
                    Self::From(From::Time(time(ms)?))
                } else if let Some(ms) = text.strip_prefix("e@") {
                    Self::Until(Until::Time(time(ms)?))
                } else if let Some(n) = text.strip_prefix("..") {
                    Self::Until(Until::Offset(number(n)?))
                } else if let Some(n) = text.strip_prefix('-') {
                    Self::From(From::Last(number(n)?))
                } else {
                    Self::From(From::Offset(number(text)?))
                }
            }
        })
    }
}

impl Range {
    /// Refuses what can hold no record of any topic: an end that is not behind the beginning.
    pub fn check(&self) -> Result<(), RangeError> {
        let time =
            |ms: i64| Timestamp::from_units(ms, 3).map_or_else(|| format!("{ms} ms"), |t| t.to_string());
        match (self.from, self.until) {
            (From::Offset(from), Some(Until::Offset(until))) if until <= from => Err(RangeError::Reversed(
                format!("offset {from}"),
                format!("offset {until}"),
            )),
            (From::Time(from), Some(Until::Time(until))) if until <= from => {
                Err(RangeError::Reversed(time(from), time(until)))
            }
            _ => Ok(()),
        }
    }

    /// Of all that was said, the last of each kind counts.
    pub fn of(bounds: &[Bound]) -> Self {
        let mut range = Self::default();
        for bound in bounds {
            match bound {
                Bound::From(from) => range.from = *from,
                Bound::Until(until) => range.until = Some(*until),
            }
        }
        range
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_read_as_kcat_reads_them() {
        for (text, wanted) in [
            ("beginning", Bound::From(From::Beginning)),
            ("end", Bound::From(From::End)),
            ("17", Bound::From(From::Offset(17))),
            ("-17", Bound::From(From::Last(17))),
            ("s@1700000000000", Bound::From(From::Time(1_700_000_000_000))),
            ("e@1700000000000", Bound::Until(Until::Time(1_700_000_000_000))),
            ("..17", Bound::Until(Until::Offset(17))),
        ] {
            assert_eq!(text.parse(), Ok(wanted), "{text}");
        }
        for text in [
            "",
            "-",
            "s@",
            "e@x",
            "--1",
            "+1",
            "1.5",
            "s@-1",
            "s@v7",
            "e@-15 lightyears",
            "..",
            "..-1",
            "99999999999999999999",
        ] {
            assert_eq!(
                text.parse::<Bound>(),
                Err(RangeError::Unreadable(text.to_owned()))
            );
        }
        assert_eq!(
            "s@2023-11-14T22:13:20Z".parse(),
            Ok(Bound::From(From::Time(1_700_000_000_000)))
        );
        let ago = |text: &str| match text.parse() {
            Ok(Bound::Until(Until::Time(ms))) => Utc::now().timestamp_millis() - ms,
            other => panic!("{other:?}"),
        };
        assert!((900_000..960_000).contains(&ago("e@-15m")));
        assert_eq!("stored".parse::<Bound>(), Err(RangeError::Stored));
    }

    #[test]
    fn a_range_that_ends_before_it_begins_is_refused() {
        let check = |bounds: [&str; 2]| Range::of(&bounds.map(|b| b.parse().unwrap())).check();
        for good in [
            ["5", "..6"],
            ["s@5", "e@6"],
            ["end", "..6"],
            ["-5", "..1"],
            ["s@5", "..1"],
        ] {
            assert_eq!(check(good), Ok(()), "{good:?}");
        }
        for reversed in [
            ["6", "..5"],
            ["6", "..6"],
            ["s@6000", "e@5000"],
            ["s@6000", "e@6000"],
        ] {
            let said = check(reversed).unwrap_err().to_string();
            assert!(said.contains("ends before it begins"), "{said}");
        }
        let said = check(["s@6000", "e@5000"]).unwrap_err().to_string();
        assert!(
            said.contains("1970-01-01T00:00:06") && said.contains("1970-01-01T00:00:05"),
            "{said}"
        );
    }
}
