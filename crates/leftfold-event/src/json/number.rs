//! Numbers as they were written.

use compact_str::CompactString;

use super::{Value, parse};

/// A number's own text, valid JSON. Equality is equality of the text: `10.10` and `10.1` differ (see
/// [`Number::same_value`]).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Number(pub(super) CompactString);

impl Number {
    /// The text, every digit of it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A number from its text, if that is valid JSON.
    pub fn parse(text: &str) -> Option<Self> {
        match parse(text.as_bytes()) {
            Ok(Value::Number(n)) if n.0.len() == text.len() => Some(n),
            _ => None,
        }
    }

    /// The value as an integer, when it is written as one that fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }

    /// The nearest float, for drawing only.
    pub fn as_f64(&self) -> f64 {
        self.0.parse().unwrap_or(f64::NAN)
    }

    /// Whether both stand for the same value however spelt: `10.10`, `10.1` and `1.01e1` do; 9007199254740993 and
    /// 9007199254740992 do not.
    pub fn same_value(&self, other: &Self) -> bool {
        self.0 == other.0 || canonical(&self.0) == canonical(&other.0)
    }
}

macro_rules! number_from {
    ($($t:ty),*) => {$(
        impl From<$t> for Number {
            fn from(n: $t) -> Self {
                Self(compact_str::format_compact!("{n}"))
            }
        }
        impl From<$t> for Value {
            fn from(n: $t) -> Self {
                Self::Number(n.into())
            }
        }
    )*};
}
number_from!(i64, u64, i32, u32);

/// Sign, significant digits without zeros at either end, and the power of ten of the last digit. Zero has no digits.
fn canonical(text: &str) -> (bool, Vec<u8>, i64) {
    let mut digits = Vec::new();
    let (negative, power) = significant(text, &mut digits);
    (negative, digits, power)
}

/// Takes a number's text apart into what makes its value: whether it is negative, its significant digits without zeros at
/// either end (in `digits`, cleared first), and the power of ten of the last of them. Zero has no digits, no sign and power 0, so
/// that numbers are of one value exactly when all three are the same, however they are spelt.
pub fn significant(text: &str, digits: &mut Vec<u8>) -> (bool, i64) {
    digits.clear();
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |t| (true, t));
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, 0), |(m, e)| {
        (
            m,
            e.parse::<i64>().unwrap_or(if e.starts_with('-') {
                i64::MIN / 2
            } else {
                i64::MAX / 2
            }),
        )
    });
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    digits.extend(whole.bytes().chain(fraction.bytes()).skip_while(|d| *d == b'0'));
    let kept = digits.iter().rposition(|d| *d != b'0').map_or(0, |last| last + 1);
    if kept == 0 {
        digits.clear();
        return (false, 0);
    }
    let trailing = digits.len() - kept;
    digits.truncate(kept);
    let power = exponent
        .saturating_sub(fraction.len() as i64)
        .saturating_add(trailing as i64);
    (negative, power)
}
