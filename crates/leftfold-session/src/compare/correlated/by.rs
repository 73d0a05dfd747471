//! How two histories belong together, as it is stated: which events take part, by what key, how many, how soon, and what is equal.

use leftfold_compare::Cardinality;
use leftfold_log::Expression;

use crate::compare::field::{Field, expression};
use crate::error::SessionError;
use crate::masks::Masks;
use leftfold_source::EventStore;

/// How two histories belong together, as it was written. Pairs are of the left and the right side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CorrelatedTexts {
    /// Which events take part: CEL; `None`: all.
    pub when: [Option<String>; 2],
    /// What partners share.
    pub key: [Option<String>; 2],
    /// How many belong to one: `1:1`, which it is unless stated, `1:0..1`, `1:1..`.
    pub cardinality: Option<String>,
    /// How long after the left event its partners may take, in nanoseconds.
    pub within: Option<i64>,
    /// How far before the left event its partners may be stamped, in nanoseconds.
    pub skew: Option<i64>,
    /// What is equal: `LEFT = RIGHT`, or one field that both sides have.
    pub equal: Vec<String>,
}

/// Which events of a side take part, and by what.
#[derive(Debug)]
pub struct SideBy {
    /// Which; `None`: all.
    pub when: Option<Expression>,
    /// What they share with their partners.
    pub key: Field,
}

/// Two fields that are to be equal.
#[derive(Debug)]
pub struct Equal {
    text: String,
    /// Of the left and the right side.
    pub fields: [Field; 2],
}

/// How two histories belong together.
#[derive(Debug)]
pub struct CorrelatedBy {
    /// As it was written.
    pub texts: CorrelatedTexts,
    /// The left and the right side.
    pub sides: [SideBy; 2],
    /// How many belong to one.
    pub cardinality: Cardinality,
    /// How long after the left event its partners may take, in nanoseconds.
    pub within: Option<i64>,
    /// How far before the left event its partners may be stamped, in nanoseconds.
    pub skew: i64,
    /// What is equal.
    pub equal: Vec<Equal>,
}

/// The keys of a project file for either side, by what they state.
const WHEN: [&str; 2] = ["left_when", "right_when"];
const KEY: [&str; 2] = ["left_key", "right_key"];

impl CorrelatedTexts {
    /// Compiles what was written. An error has the project file's key for it as its parameter `key`.
    pub fn read(self) -> Result<CorrelatedBy, SessionError> {
        let side = |hand: usize| {
            let when = self.when[hand].as_deref().map(expression).transpose();
            let key = self.key[hand].as_deref().ok_or_else(|| {
                let why = "say what partners share: payload.orderId, stream, id, key, correlation_id, …";
                SessionError::new("filter-syntax", why)
            });
            Ok::<_, SessionError>(SideBy {
                when: when.map_err(|e| about(WHEN[hand], &e))?,
                key: key.and_then(Field::parse).map_err(|e| about(KEY[hand], &e))?,
            })
        };
        let cardinality = match self.cardinality.as_deref() {
            None => Cardinality::default(),
            Some(text) => Cardinality::parse(text).ok_or_else(|| {
                let why = format!(
                    "{text:?} is none: write 1:1, 1:0..1, 1:1.. or 0..1:1 (a right event may stand alone)"
                );
                about("cardinality", &SessionError::new("filter-syntax", why))
            })?,
        };
        let equal = self.equal.iter().map(|text| Equal::parse(text));
        Ok(CorrelatedBy {
            sides: [side(0)?, side(1)?],
            cardinality,
            within: self.within,
            skew: self.skew.unwrap_or(0),
            equal: equal.collect::<Result<_, _>>().map_err(|e| about("equal", &e))?,
            texts: self,
        })
    }
}

fn about(key: &str, e: &SessionError) -> SessionError {
    let message = format!("{key}: {}", e.message);
    SessionError::new(e.code, message).with("key", key)
}

impl Equal {
    fn parse(text: &str) -> Result<Self, SessionError> {
        if sides(text).is_none()
            && let Some((left, right)) = doubled(text)
        {
            return Err(SessionError::new(
                "filter-syntax",
                format!(
                    "{:?}: write one =, as in '{} = {}'; a condition that both sides have stands in parentheses",
                    text.trim(),
                    left.trim(),
                    right.trim()
                ),
            ));
        }
        let (left, right) = sides(text).unwrap_or((text, text));
        Ok(Self {
            text: text.trim().to_owned(),
            fields: [Field::parse(left)?, Field::parse(right)?],
        })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Both sides of the first `=` that is no part of another operator and stands in no text.
fn sides(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let mut quote = None;
    for (i, byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(q), b) if q == *b && bytes[i - 1] != b'\\' => quote = None,
            (None, b'=') => {
                let before = i.checked_sub(1).map(|b| bytes[b]);
                let after = bytes.get(i + 1);
                if after != Some(&b'=') && !before.is_some_and(|b| b"=!<>".contains(&b)) {
                    return Some((&text[..i], &text[i + 1..]));
                }
            }
            _ => {}
        }
    }
    None
}

/// Both sides of a `==` that stands in no parentheses and in no text, where both are fields of events: what was meant is `=`.
fn doubled(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let (mut quote, mut depth) = (None, 0_usize);
    for (i, byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(q), b) if q == *b && bytes[i - 1] != b'\\' => quote = None,
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b')' | b']' | b'}') => depth = depth.saturating_sub(1),
            (None, b'=') if depth == 0 && bytes.get(i + 1) == Some(&b'=') => {
                let (left, right) = (&text[..i], &text[i + 2..]);
                let is_field = |side: &str| Field::parse(side).is_ok_and(|f| f.is_of_event());
                return (is_field(left) && is_field(right)).then_some((left, right));
            }
            _ => {}
        }
    }
    None
}

impl CorrelatedBy {
    /// How many belong to one, as it was written.
    pub fn cardinality_text(&self) -> &str {
        self.texts.cardinality.as_deref().unwrap_or("1:1")
    }

    /// Refuses to find out what belongs together by fields that are hidden.
    pub(super) fn refuse_hidden(&self, hand: usize, store: &dyn EventStore) -> Result<(), SessionError> {
        let side = &self.sides[hand];
        let mut reads = side.key.reads();
        reads.extend(side.when.iter().flat_map(leftfold_log::Expression::reads));
        reads.extend(self.equal.iter().flat_map(|e| e.fields[hand].reads()));
        Masks::refuse(store.hidden(), &reads, "the comparison")
    }

    /// Every field of a side, the key first.
    pub(super) fn is_scanned(&self, hand: usize) -> bool {
        let side = &self.sides[hand];
        side.key.is_scanned()
            && side.when.as_ref().is_none_or(crate::compare::field::is_scanned)
            && self.equal.iter().all(|e| e.fields[hand].is_scanned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_equal_is_split_where_it_says_so() {
        assert_eq!(sides("$.amount = $.total"), Some(("$.amount ", " $.total")));
        assert_eq!(
            sides("payload.a == 1 = payload.b >= 2"),
            Some(("payload.a == 1 ", " payload.b >= 2"))
        );
        assert_eq!(
            sides("payload.a + '=' = payload.b"),
            Some(("payload.a + '=' ", " payload.b"))
        );
        assert_eq!(sides("payload.a"), None);
    }

    #[test]
    fn two_fields_with_a_doubled_sign_between_them_are_told_to_have_one() {
        for text in [
            "$.total == $.amount",
            "payload.total == payload.amount",
            "/total==/amount",
        ] {
            let told = Equal::parse(text).unwrap_err().message;
            assert!(told.contains("write one ="), "{text}: {told}");
        }
        for text in [
            "payload.total == 1",
            "(payload.total == payload.amount)",
            "payload.a == 1 = payload.b == 1",
            "'a == b' = payload.b",
        ] {
            assert!(Equal::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_key() {
        let full = || CorrelatedTexts {
            key: [Some("id".to_owned()), Some("$.id".to_owned())],
            ..CorrelatedTexts::default()
        };
        assert!(full().read().is_ok());
        let key = |texts: CorrelatedTexts| texts.read().unwrap_err().params["key"].clone();
        let mut texts = full();
        texts.when[1] = Some("typ == 'A'".to_owned());
        assert_eq!(key(texts), "right_when");
        let mut texts = full();
        texts.key[0] = None;
        assert_eq!(key(texts), "left_key");
        let mut texts = full();
        texts.cardinality = Some("2:1".to_owned());
        assert_eq!(key(texts), "cardinality");
        let mut texts = full();
        texts.equal = vec!["amount = total".to_owned()];
        assert_eq!(key(texts), "equal");
    }
}
