//! Numbers as JSON, with all their digits.

use leftfold_event::json::{Number, Value};
use num_bigint::BigInt;

/// A 64-bit float in its shortest spelling; what JSON has no number for is its name.
pub(crate) fn double(x: f64) -> Value {
    float_text(x.is_finite(), &format!("{x:?}"))
}

/// A 32-bit float in its own shortest spelling, which is shorter than that of the same number in 64 bits.
pub(crate) fn float(x: f32) -> Value {
    float_text(x.is_finite(), &format!("{x:?}"))
}

fn float_text(finite: bool, text: &str) -> Value {
    if finite && let Some(number) = Number::parse(text) {
        return Value::Number(number);
    }
    Value::from(match text {
        "inf" => "Infinity",
        "-inf" => "-Infinity",
        other => other,
    })
}

/// A decimal: a two's-complement number, the highest byte first, of which `scale` digits stand behind the point.
pub(crate) fn decimal(unscaled: &[u8], scale: usize) -> Value {
    let number = BigInt::from_signed_bytes_be(unscaled);
    let (sign, digits) = (number.sign(), number.magnitude().to_string());
    let mut text = String::with_capacity(digits.len() + scale + 3);
    if sign == num_bigint::Sign::Minus {
        text.push('-');
    }
    if digits.len() > scale {
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        text.push_str(whole);
        if scale > 0 {
            text.push('.');
            text.push_str(fraction);
        }
    } else {
        text.push_str("0.");
        text.extend(std::iter::repeat_n('0', scale - digits.len()));
        text.push_str(&digits);
    }
    Number::parse(&text).map_or_else(|| Value::from(text.as_str()), Value::Number)
}

/// Bytes as base64.
pub(crate) fn bytes(raw: &[u8]) -> Value {
    use base64::Engine as _;
    Value::from(base64::engine::general_purpose::STANDARD.encode(raw))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_keeps_every_digit() {
        let text = |unscaled: &[u8], scale| decimal(unscaled, scale).to_string();
        assert_eq!(text(&[0x07, 0xe2], 2), "20.18");
        assert_eq!(text(&[0xf8, 0x17], 2), "-20.25");
        assert_eq!(text(&[5], 2), "0.05");
        assert_eq!(text(&[0xff], 3), "-0.001");
        assert_eq!(text(&[10], 1), "1.0");
        assert_eq!(text(&[], 2), "0.00");
        assert_eq!(text(&[7], 0), "7");
        assert_eq!(text(&[0x7f; 16], 10), "16947396313317327396019049076.0135540607");
    }

    #[test]
    fn a_float_is_spelled_as_short_as_it_can_be() {
        assert_eq!(float(0.1).to_string(), "0.1");
        assert_eq!(double(0.1 + 0.2).to_string(), "0.30000000000000004");
        assert_eq!(double(f64::NAN).to_string(), "\"NaN\"");
        assert_eq!(double(f64::NEG_INFINITY).to_string(), "\"-Infinity\"");
        assert_eq!(double(1e300).to_string(), "1e300");
    }
}
