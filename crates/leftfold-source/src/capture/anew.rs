//! Topics that were deleted and made anew under their names: each of them is another log, and has places of its own in a capture.

use std::borrow::Cow;
use std::fmt;

/// What stands between a topic's name and its number. No topic's name in Kafka holds it.
const MARK: char = '~';

/// A topic as one of those that had its name, told by the order in which they were captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incarnation<'t> {
    /// The name that all of them have.
    pub topic: &'t str,
    /// 1 for the first one that was captured, 2 for the one that came in its place …
    pub number: u32,
}

impl<'t> Incarnation<'t> {
    /// As a capture stores it: `orders`, and `orders~2` for the one that came in its place.
    pub fn of_stored(stored: &'t str) -> Self {
        let later = stored.rsplit_once(MARK).and_then(|(topic, number)| {
            let digits = number.bytes().all(|b| b.is_ascii_digit()) && !number.starts_with('0');
            let number = number.parse().ok().filter(|n| digits && *n > 1)?;
            Some(Self { topic, number })
        });
        later.unwrap_or(Self {
            topic: stored,
            number: 1,
        })
    }

    /// What a capture stores, and positions begin with.
    pub fn stored(&self) -> Cow<'t, str> {
        match self.number {
            0 | 1 => Cow::Borrowed(self.topic),
            _ => Cow::Owned(self.to_string()),
        }
    }
}

impl fmt::Display for Incarnation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.topic)?;
        if self.number > 1 {
            write!(f, "{MARK}{}", self.number)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_incarnation_is_read_as_it_is_stored() {
        for (stored, topic, number) in [
            ("orders", "orders", 1),
            ("orders~2", "orders", 2),
            ("orders~17", "orders", 17),
            ("orders~1", "orders~1", 1),
            ("orders~02", "orders~02", 1),
            ("orders~", "orders~", 1),
            ("orders~+2", "orders~+2", 1),
        ] {
            let found = Incarnation::of_stored(stored);
            assert_eq!(found, Incarnation { topic, number }, "{stored}");
            assert_eq!(found.stored(), stored);
        }
    }
}
