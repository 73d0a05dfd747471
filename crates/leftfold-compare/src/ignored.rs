//! The places that a comparison leaves out.

use compact_str::CompactString;
use leftfold_replay::Path;

/// Why a text names no place to leave out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IgnoredError {
    /// It is neither a pointer into the payload nor a part of the event.
    #[error(
        "{0:?} names no place: write a JSON pointer into the payload (\"/updatedAt\", \"/lines/*/price\"; * is any key or element), or \
         type"
    )]
    Unreadable(String),
    /// There are more than can be told apart in one word.
    #[error("{0} places to leave out are more than {max} of them", max = Ignored::MAX)]
    TooMany(usize),
}

/// Places that are left out of a comparison: pointers into the payload, in which `*` is any key or element, and parts of the event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ignored {
    paths: Vec<Vec<CompactString>>,
    /// Whether the events' types are left out.
    pub kind: bool,
}

impl Ignored {
    /// The most pointers there may be.
    pub const MAX: usize = 64;

    /// Reads the places.
    pub fn parse<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Self, IgnoredError> {
        let mut ignored = Self::default();
        for text in texts {
            match text {
                "type" => ignored.kind = true,
                "" => return Err(IgnoredError::Unreadable(String::new())),
                pointer => {
                    let path =
                        Path::parse(pointer).ok_or_else(|| IgnoredError::Unreadable(pointer.to_owned()))?;
                    ignored.paths.push(path.tokens().to_vec());
                }
            }
        }
        if ignored.paths.len() > Self::MAX {
            return Err(IgnoredError::TooMany(ignored.paths.len()));
        }
        Ok(ignored)
    }

    /// The places as [`Ignored::parse`] reads them.
    pub fn texts(&self) -> Vec<String> {
        let pointer = |tokens: &Vec<CompactString>| {
            let mut path = Path::root();
            for token in tokens {
                path.push(token.clone());
            }
            path.to_string()
        };
        let kind = self.kind.then(|| "type".to_owned());
        self.paths.iter().map(pointer).chain(kind).collect()
    }

    /// At the payload's root: every pointer may still fit.
    pub(crate) fn root(&self) -> Place {
        let n = self.paths.len();
        Place {
            fitting: if n == Self::MAX { u64::MAX } else { (1 << n) - 1 },
            depth: 0,
        }
    }

    /// One step down; `None` where that place is left out.
    pub(crate) fn step(&self, place: Place, token: &str) -> Option<Place> {
        let mut next = Place {
            fitting: 0,
            depth: place.depth + 1,
        };
        let mut left = place.fitting;
        while left != 0 {
            let i = left.trailing_zeros();
            left &= left - 1;
            let path = &self.paths[i as usize];
            let Some(expected) = path.get(place.depth) else {
                continue;
            };
            if expected == token || expected == "*" {
                if path.len() == next.depth {
                    return None;
                }
                next.fitting |= 1 << i;
            }
        }
        Some(next)
    }
}

/// Where a walk through a payload is: which pointers fit so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    fitting: u64,
    depth: usize,
}

impl Place {
    /// Whether nothing below here can be left out.
    pub(crate) const fn is_plain(self) -> bool {
        self.fitting == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_fits_exactly_or_by_a_star() {
        let ignored = Ignored::parse(["/a/b", "/lines/*/price"]).unwrap();
        let at = |tokens: &[&str]| {
            tokens
                .iter()
                .try_fold(ignored.root(), |place, token| ignored.step(place, token))
        };
        assert!(at(&["a", "b"]).is_none());
        assert!(at(&["a", "c"]).is_some_and(Place::is_plain));
        assert!(at(&["a"]).is_some_and(|p| !p.is_plain()));
        assert!(at(&["lines", "3", "price"]).is_none());
        assert!(at(&["lines", "3", "qty"]).is_some());
    }

    #[test]
    fn what_is_no_place_is_refused() {
        assert!(Ignored::parse(["updatedAt"]).is_err());
        assert!(Ignored::parse([""]).is_err());
        assert!(Ignored::parse(["type"]).unwrap().kind);
        let many: Vec<String> = (0..65).map(|i| format!("/{i}")).collect();
        assert_eq!(
            Ignored::parse(many.iter().map(String::as_str)),
            Err(IgnoredError::TooMany(65))
        );
        assert!(Ignored::parse(many[..64].iter().map(String::as_str)).is_ok());
    }
}
