//! Exact sums of JSON numbers.

use std::fmt;
use std::str::FromStr;

use bigdecimal::BigDecimal;
use leftfold_event::json::{Number, Value};

use super::action::ActionError;

/// Numbers with more digits, before or after the point, are refused: their sum would fill the memory.
const MAX_DIGITS: i64 = 1000;

/// `held ± by`, exactly and with the finer of both scales. Text that is a number counts as one; the sum is text when
/// what was there is, or when nothing was there and `by` is text.
pub(super) fn sum(held: Option<&Value>, by: &Value, minus: bool) -> Result<Value, ActionError> {
    let (by_text, by_is_text) = digits(by)?;
    let (held_text, is_text) = match held {
        Some(v) => digits(v)?,
        None => ("0", by_is_text),
    };
    let total = match small(held_text).zip(small(by_text)) {
        Some((a, b)) => a.plus(if minus { b.negated() } else { b }).to_string(),
        None => {
            let (a, b) = (decimal(held_text)?, decimal(by_text)?);
            (if minus { a - b } else { a + b }).to_plain_string()
        }
    };
    if is_text {
        return Ok(total.into());
    }
    Number::parse(&total)
        .map(Value::Number)
        .ok_or(ActionError::NotANumber(total))
}

fn digits(value: &Value) -> Result<(&str, bool), ActionError> {
    match value {
        Value::Number(n) => Ok((n.as_str(), false)),
        Value::String(s) if Number::parse(s).is_some() => Ok((s, true)),
        other => Err(ActionError::NotANumber(other.to_string())),
    }
}

/// A number of few digits: `units` times ten to the power of minus `scale`.
#[derive(Clone, Copy)]
struct Small {
    units: i128,
    scale: u32,
}

/// Most numbers: no exponent and at most 18 digits, so that sums cannot overflow even when one is scaled up.
fn small(text: &str) -> Option<Small> {
    if text.len() > 18 {
        return None;
    }
    let (mut units, mut scale, mut after_point) = (0_i128, 0, false);
    for b in text.bytes() {
        match b {
            b'0'..=b'9' => {
                units = units * 10 + i128::from(b - b'0');
                scale += u32::from(after_point);
            }
            b'.' => after_point = true,
            b'-' => {}
            _ => return None,
        }
    }
    Some(Small {
        units: if text.starts_with('-') { -units } else { units },
        scale,
    })
}

impl Small {
    const fn negated(self) -> Self {
        Self {
            units: -self.units,
            scale: self.scale,
        }
    }

    fn plus(self, other: Self) -> Self {
        let scale = self.scale.max(other.scale);
        let scaled = |n: Self| n.units * 10_i128.pow(scale - n.scale);
        Self {
            units: scaled(self) + scaled(other),
            scale,
        }
    }
}

impl fmt::Display for Small {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.units < 0 { "-" } else { "" };
        let one = 10_u128.pow(self.scale);
        let units = self.units.unsigned_abs();
        match self.scale as usize {
            0 => write!(f, "{sign}{units}"),
            scale => write!(f, "{sign}{}.{:0scale$}", units / one, units % one),
        }
    }
}

fn decimal(text: &str) -> Result<BigDecimal, ActionError> {
    let refused = || ActionError::TooManyDigits(text.chars().take(40).collect());
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent = exponent.parse::<i64>().map_err(|_| refused())?;
    if mantissa.len() as i64 > MAX_DIGITS || exponent.abs() > MAX_DIGITS {
        return Err(refused());
    }
    BigDecimal::from_str(text).map_err(|_| refused())
}

#[cfg(test)]
mod tests {
    use super::*;
    use leftfold_event::json;
    use proptest::prelude::*;

    fn add(a: &str, b: &str) -> String {
        let (a, b) = (
            json::parse(a.as_bytes()).unwrap(),
            json::parse(b.as_bytes()).unwrap(),
        );
        sum(Some(&a), &b, false).map_or_else(|e| e.to_string(), |v| v.to_string())
    }

    #[test]
    fn sums_are_exact_and_keep_their_scale() {
        for (a, b, expected) in [
            ("10.10", "0.20", "10.30"),
            ("0.1", "0.2", "0.3"),
            ("0.00", "5", "5.00"),
            ("9007199254740993", "1", "9007199254740994"),
            ("9223372036854775807", "1", "9223372036854775808"),
            (
                "123456789012345678901234567890.01",
                "0.99",
                "123456789012345678901234567891.00",
            ),
            ("1e3", "1", "1001"),
            ("-1", "-2", "-3"),
            ("1.50", "-1.50", "0.00"),
            ("\"10.10\"", "0.20", "\"10.30\""),
        ] {
            assert_eq!(add(a, b), expected, "{a} + {b}");
        }
    }

    #[test]
    fn what_is_no_number_or_too_long_is_refused() {
        assert!(add("true", "1").contains("no number"));
        assert!(add("\"ten\"", "1").contains("no number"));
        assert!(add("1e1000000000", "1").contains("digits"));
        assert!(add("1", "1e-99999999999999999999").contains("digits"));
    }

    proptest! {
        #[test]
        fn short_numbers_add_up_as_long_ones_do(
            a in "-?(0|[1-9][0-9]{0,9})(\\.[0-9]{1,6})?",
            b in "-?(0|[1-9][0-9]{0,9})(\\.[0-9]{1,6})?",
        ) {
            let exact = decimal(&a).unwrap() + decimal(&b).unwrap();
            prop_assert_eq!(add(&a, &b), exact.to_plain_string());
        }

        #[test]
        fn money_adds_up_as_cents_do(a in -10_000_000_i64..10_000_000, b in -10_000_000_i64..10_000_000) {
            let money = |c: i64| format!("{}{}.{:02}", if c < 0 { "-" } else { "" }, c.abs() / 100, c.abs() % 100);
            prop_assert_eq!(add(&money(a), &money(b)), money(a + b));
        }
    }
}
