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
fn canonical(text: &str) -> (bool, String, i64) {
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
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return (false, String::new(), 0);
    }
    let trailing = digits.len() - digits.trim_end_matches('0').len();
    let power = exponent
        .saturating_sub(fraction.len() as i64)
        .saturating_add(trailing as i64);
    (negative, significant.to_owned(), power)
}
