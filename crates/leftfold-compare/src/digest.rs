//! A digest of what a payload says, whatever its spelling.

use jiter::{Jiter, JiterError, Peek};
use leftfold_event::json::{self, JsonError, MAX_DEPTH, Value, significant, unmarked};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::ignored::{Ignored, Place};

/// Digests JSON so that payloads which say the same have the same digest: the order of keys, white space, escapes and a number's spelling
/// do not count, every digit does. What is ignored is left out.
///
/// An object is the sum of its members, so its keys need no sorting. 64 bits: of ten million pairs that differ, one would pass for
/// equal once in a trillion runs.
#[derive(Debug, Default)]
pub struct Digester {
    ignored: Ignored,
    /// The members of the objects that are open, as digests of key and value.
    members: Vec<(u64, u64)>,
    digits: Vec<u8>,
}

const NULL: u64 = 0x9e37_79b9_7f4a_7c15;
const FALSE: u64 = 0xc2b2_ae3d_27d4_eb4f;
const TRUE: u64 = 0x1656_67b1_9e37_79f9;
const STRING: u64 = 1;
const NUMBER: u64 = 2;
const ARRAY: u64 = 0x2545_f491_4f6c_dd1d;
const OBJECT: u64 = 0x27d4_eb2f_1656_67c5;
const ABSENT: u64 = 0x5851_f42d_4c95_7f2d;
const BYTES: u64 = 3;

/// Two digests made one; the order counts.
pub(crate) const fn mix(a: u64, b: u64) -> u64 {
    let product = ((a ^ 0xa076_1d64_78bd_642f) as u128) * ((b ^ 0xe703_7ed1_a0b4_28db) as u128);
    ((product >> 64) as u64 ^ product as u64).wrapping_add(a.rotate_left(17))
}

impl Digester {
    /// A digester that leaves these places out.
    pub fn new(ignored: Ignored) -> Self {
        Self {
            ignored,
            ..Self::default()
        }
    }

    /// The digest of a JSON text; equal to [`Digester::value`] of what it says.
    pub fn json(&mut self, text: &[u8]) -> Result<u64, JsonError> {
        self.members.clear();
        match self.text(text) {
            Ok(digest) => Ok(digest),
            // Half surrogates are marked, and errors worded, in one place.
            Err(()) => json::parse(text).map(|value| self.value(&value)),
        }
    }

    /// The digest of a value.
    pub fn value(&mut self, value: &Value) -> u64 {
        self.members.clear();
        let place = self.ignored.root();
        self.of_value(value, place)
    }

    /// The digest of bytes that are no JSON.
    pub fn bytes(&self, bytes: &[u8]) -> u64 {
        xxh3_64_with_seed(bytes, BYTES)
    }

    /// The digest of no payload at all, which differs from that of null.
    pub const fn absent(&self) -> u64 {
        ABSENT
    }

    fn text(&mut self, text: &[u8]) -> Result<u64, ()> {
        let mut jiter = Jiter::new(unmarked(text));
        let peek = jiter.peek().map_err(drop)?;
        let place = self.ignored.root();
        let digest = self.of_text(&mut jiter, peek, place, 0)?;
        jiter.finish().map_err(drop)?;
        Ok(digest)
    }

    fn of_text(&mut self, jiter: &mut Jiter<'_>, peek: Peek, place: Place, depth: usize) -> Result<u64, ()> {
        let fail = |_: JiterError| ();
        if depth > MAX_DEPTH {
            return Err(());
        }
        Ok(match peek {
            Peek::Null => {
                jiter.known_null().map_err(fail)?;
                NULL
            }
            Peek::True | Peek::False => of_bool(jiter.known_bool(peek).map_err(fail)?),
            Peek::String => of_string(jiter.known_str().map_err(fail)?),
            Peek::Array => {
                let mut digest = ARRAY;
                let mut next = jiter.known_array().map_err(fail)?;
                let mut index = 0;
                while let Some(peek) = next {
                    match self.element(place, index) {
                        Some(below) => digest = mix(digest, self.of_text(jiter, peek, below, depth + 1)?),
                        None => jiter.known_skip(peek).map_err(fail)?,
                    }
                    index += 1;
                    next = jiter.array_step().map_err(fail)?;
                }
                digest
            }
            Peek::Object => {
                let open = self.members.len();
                let mut next = jiter
                    .known_object()
                    .map_err(fail)?
                    .map(|key| self.member(place, key));
                while let Some((key, below)) = next {
                    let peek = jiter.peek().map_err(fail)?;
                    match below {
                        Some(below) => {
                            let value = self.of_text(jiter, peek, below, depth + 1)?;
                            self.members.push((key, value));
                        }
                        None => jiter.known_skip(peek).map_err(fail)?,
                    }
                    next = jiter.next_key().map_err(fail)?.map(|key| self.member(place, key));
                }
                self.object(open)
            }
            _ => {
                let bytes = jiter.next_number_bytes().map_err(fail)?;
                match std::str::from_utf8(bytes) {
                    Ok(text) if text.bytes().last().is_some_and(|b| b.is_ascii_digit()) => self.number(text),
                    // NaN and Infinity, which JSON has not.
                    _ => return Err(()),
                }
            }
        })
    }

    fn of_value(&mut self, value: &Value, place: Place) -> u64 {
        match value {
            Value::Null => NULL,
            Value::Bool(b) => of_bool(*b),
            Value::String(text) => of_string(text),
            Value::Number(number) => self.number(number.as_str()),
            Value::Array(items) => {
                let mut digest = ARRAY;
                for (index, item) in items.iter().enumerate() {
                    if let Some(below) = self.element(place, index) {
                        digest = mix(digest, self.of_value(item, below));
                    }
                }
                digest
            }
            Value::Object(object) => {
                let open = self.members.len();
                for (key, value) in object.iter() {
                    if let (key, Some(below)) = self.member(place, key) {
                        let value = self.of_value(value, below);
                        self.members.push((key, value));
                    }
                }
                self.object(open)
            }
        }
    }

    /// The digest of a key, and where its value is; `None`: left out.
    fn member(&self, place: Place, key: &str) -> (u64, Option<Place>) {
        let below = if place.is_plain() {
            Some(place)
        } else {
            self.ignored.step(place, key)
        };
        (xxh3_64(key.as_bytes()), below)
    }

    fn element(&self, place: Place, index: usize) -> Option<Place> {
        if place.is_plain() {
            return Some(place);
        }
        let mut text = [0; 20];
        self.ignored.step(place, decimal(index, &mut text))
    }

    /// The object whose members are those from `open` on. Of a key that stands twice the last counts.
    fn object(&mut self, open: usize) -> u64 {
        let (mut sum, mut n) = (0_u64, 0_u64);
        let mut keys = 0_u64;
        for (i, (key, value)) in self.members[open..].iter().enumerate() {
            // A bit a key tells in most objects that no key stands twice; only else are they looked through.
            let bit = 1 << (key % 64);
            if keys & bit != 0
                && let Some((_, before)) = self.members[open..open + i].iter().rev().find(|(k, _)| k == key)
            {
                sum = sum.wrapping_sub(mix(*key, *before));
                n -= 1;
            }
            keys |= bit;
            sum = sum.wrapping_add(mix(*key, *value));
            n += 1;
        }
        self.members.truncate(open);
        mix(OBJECT.wrapping_add(n), sum)
    }

    fn number(&mut self, text: &str) -> u64 {
        let (negative, power) = significant(text, &mut self.digits);
        mix(
            xxh3_64_with_seed(&self.digits, NUMBER + u64::from(negative) * 8),
            power as u64,
        )
    }
}

const fn of_bool(b: bool) -> u64 {
    if b { TRUE } else { FALSE }
}

fn of_string(text: &str) -> u64 {
    xxh3_64_with_seed(text.as_bytes(), STRING)
}

/// A number in decimal, without allocating.
fn decimal(mut n: usize, text: &mut [u8; 20]) -> &str {
    let mut at = text.len();
    loop {
        at -= 1;
        text[at] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            break;
        }
    }
    // Only digits were written.
    std::str::from_utf8(&text[at..]).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use leftfold_replay::patch::same_value;
    use proptest::prelude::*;

    use super::*;

    fn digest(text: &str) -> u64 {
        Digester::default().json(text.as_bytes()).unwrap()
    }

    #[test]
    fn spelling_does_not_count_and_every_digit_does() {
        assert_eq!(
            digest(r#"{"a":1,"b":[2]}"#),
            digest("{ \"b\" : [2.0],\n\"a\":1e0 }")
        );
        assert_eq!(digest("10.10"), digest("10.1"));
        assert_eq!(digest("-0"), digest("0.0"));
        assert_eq!(digest(r#""\u00e9\/""#), digest("\"é/\""));
        assert_ne!(digest("9007199254740993"), digest("9007199254740992"));
        assert_ne!(digest("1"), digest("10"));
        assert_ne!(digest("1"), digest("\"1\""));
        assert_ne!(digest("[1,2]"), digest("[2,1]"));
        assert_ne!(digest("null"), digest("{}"));
        assert_ne!(digest("[]"), digest("{}"));
        assert_ne!(digest(r#"{"a":{"b":1}}"#), digest(r#"{"b":{"a":1}}"#));
        assert_ne!(digest(r#"{"a":1,"b":2}"#), digest(r#"{"a":2,"b":1}"#));
    }

    #[test]
    fn of_a_key_that_stands_twice_the_last_counts() {
        assert_eq!(digest(r#"{"a":1,"b":0,"a":2}"#), digest(r#"{"b":0,"a":2}"#));
        assert_eq!(digest(r#"{"a":1,"a":2,"a":3}"#), digest(r#"{"a":3}"#));
    }

    #[test]
    fn what_is_ignored_is_left_out() {
        let ignored = Ignored::parse(["/at", "/lines/*/id"]).unwrap();
        let mut digester = Digester::new(ignored);
        let mut of = |text: &str| digester.json(text.as_bytes()).unwrap();
        assert_eq!(
            of(r#"{"at":1,"lines":[{"id":1,"n":2}]}"#),
            of(r#"{"lines":[{"n":2}],"at":[{}]}"#)
        );
        assert_ne!(of(r#"{"lines":[{"n":2}]}"#), of(r#"{"lines":[{"n":3}]}"#));
        assert_ne!(of(r#"{"x":{"at":1}}"#), of(r#"{"x":{"at":2}}"#));
    }

    #[test]
    fn what_is_no_json_has_no_digest() {
        for text in ["", "{", "NaN", "[1,]", "1 2", "-"] {
            assert!(Digester::default().json(text.as_bytes()).is_err(), "{text}");
        }
        // Half a surrogate pair is no other text.
        assert_ne!(digest(r#""\ud800""#), digest("\"\u{fffd}\""));
        assert_ne!(digest(r#""\ud800""#), digest(r#""\ud801""#));
        assert_eq!(digest(r#""\uD800""#), digest(r#""\ud800""#));
    }

    fn value() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            any::<bool>().prop_map(|b| b.to_string()),
            (-30_i64..30, 0_u32..3).prop_map(|(n, e)| if e == 0 {
                n.to_string()
            } else {
                format!("{n}.0e{e}")
            }),
            "[ab]{0,2}".prop_map(|s| format!("{s:?}")),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(|v| format!("[{}]", v.join(", "))),
                prop::collection::vec(("[abc]", inner), 0..4).prop_map(|members| {
                    let members: Vec<_> = members.iter().map(|(k, v)| format!("{k:?}:{v}")).collect();
                    format!("{{{}}}", members.join(","))
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn digests_agree_exactly_where_values_do(a in value(), b in value()) {
            let (x, y) = (json::parse(a.as_bytes()).unwrap(), json::parse(b.as_bytes()).unwrap());
            prop_assert_eq!(digest(&a) == digest(&b), same_value(&x, &y), "{} and {}", a, b);
        }

        #[test]
        fn a_text_and_its_value_have_one_digest(text in value()) {
            let value = json::parse(text.as_bytes()).unwrap();
            prop_assert_eq!(digest(&text), Digester::default().value(&value));
        }
    }
}
