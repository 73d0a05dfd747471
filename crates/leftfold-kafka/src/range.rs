//! Which records, in kcat's words: `-o beginning|end|N|-N|s@MS|e@MS`.

use std::str::FromStr;

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

/// Which records of each partition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// Where it begins.
    pub from: From,
    /// It ends before the first record of this time (milliseconds since 1970) or later.
    pub until: Option<i64>,
}

/// Why a text is no range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RangeError {
    /// It has none of the forms.
    #[error(
        "{0:?} is no offset: write beginning, end, 100 (an offset), -100 (the last hundred of each partition), s@1700000000000 (from \
         this time in ms) or e@1700000000000 (up to this time, exclusive)"
    )]
    Unreadable(String),
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
    Until(i64),
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
        Ok(match text {
            "beginning" => Self::From(From::Beginning),
            "end" => Self::From(From::End),
            "stored" => return Err(RangeError::Stored),
            _ => {
                if let Some(ms) = text.strip_prefix("s@") {
                    Self::From(From::Time(number(ms)?))
                } else if let Some(ms) = text.strip_prefix("e@") {
                    Self::Until(number(ms)?)
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
    /// Of all that was said, the last of each kind counts.
    pub fn of(bounds: &[Bound]) -> Self {
        let mut range = Self::default();
        for bound in bounds {
            match bound {
                Bound::From(from) => range.from = *from,
                Bound::Until(ms) => range.until = Some(*ms),
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
            ("e@1700000000000", Bound::Until(1_700_000_000_000)),
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
            "99999999999999999999",
        ] {
            assert_eq!(
                text.parse::<Bound>(),
                Err(RangeError::Unreadable(text.to_owned()))
            );
        }
        assert_eq!("stored".parse::<Bound>(), Err(RangeError::Stored));
    }
}
