//! The projections of a session: the built-in ones and the declared ones.

use std::sync::Arc;

use leftfold_event::json::Value;

use crate::blame::BlameTree;
use crate::builtin::{Debezium, JsonPatch, Latest, Merge};
use crate::declared::{DeclarationError, Folds, from_toml};
use crate::projection::{Fold, Projection};
use crate::step::{HandlerError, Step};

/// Projections by number and name. The number of a projection stays what it is while the set lives.
#[derive(Clone)]
pub struct Projections {
    all: Vec<Arc<dyn Projection>>,
    rules: Vec<(Scope, usize)>,
}

/// The streams a projection is meant for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Categories, as patterns with `*` and `?`.
    pub categories: Vec<String>,
    /// Full names of streams, as patterns with `*` and `?`.
    pub streams: Vec<String>,
}

impl Scope {
    /// Whether it covers this stream. A scope without any pattern covers none.
    pub fn covers(&self, stream: &str, category: &str) -> bool {
        self.categories.iter().any(|p| matches_pattern(p, category))
            || self.streams.iter().any(|p| matches_pattern(p, stream))
    }
}

impl Default for Projections {
    /// The built-in ones: `merge` (number 0), `latest`, `json-patch`, `debezium`.
    fn default() -> Self {
        let all: Vec<Arc<dyn Projection>> = vec![
            Arc::new(Merge),
            Arc::new(Latest),
            Arc::new(JsonPatch),
            Arc::new(Debezium),
        ];
        Self {
            all,
            rules: Vec::new(),
        }
    }
}

impl Projections {
    /// The number of `merge`, which applies where nothing else is configured.
    pub const DEFAULT: usize = 0;

    /// The built-in ones and those a project file declares, assigned in its order.
    pub fn from_toml(text: &str) -> Result<Self, DeclarationError> {
        let mut set = Self::default();
        for declaration in from_toml(text)? {
            let number = match declaration.folds {
                Folds::Builtin(fold) => {
                    // Reading has checked that there is such a fold.
                    let fold = Arc::clone(&set.all[set.find(&fold).unwrap_or(Self::DEFAULT)]);
                    set.add(Arc::new(Renamed {
                        name: declaration.name,
                        fold,
                    }))
                }
                Folds::Handlers(declared) => set.add(Arc::new(declared)),
            };
            set.assign(declaration.scope, number);
        }
        Ok(set)
    }

    /// Adds a projection and returns its number.
    pub fn add(&mut self, projection: Arc<dyn Projection>) -> usize {
        self.all.push(projection);
        self.all.len() - 1
    }

    /// Uses the projection of this number for the streams of the scope, unless an earlier assignment covers them.
    pub fn assign(&mut self, scope: Scope, number: usize) {
        self.rules.push((scope, number));
    }

    /// The projection of this number.
    pub fn get(&self, number: usize) -> Option<&Arc<dyn Projection>> {
        self.all.get(number)
    }

    /// The number of the projection of this name.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.all.iter().position(|p| p.name() == name)
    }

    /// The number of the projection configured for a stream: the first assignment that covers it, else `merge`.
    pub fn of_stream(&self, stream: &str, category: &str) -> usize {
        let rule = self
            .rules
            .iter()
            .find(|(scope, _)| scope.covers(stream, category));
        rule.map_or(Self::DEFAULT, |(_, number)| *number)
    }

    /// All names, by number.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|p| p.name())
    }
}

/// A built-in projection under the name a project file gives it.
struct Renamed {
    name: String,
    fold: Arc<dyn Projection>,
}

impl Projection for Renamed {
    fn name(&self) -> &str {
        &self.name
    }

    fn initial(&self) -> Value {
        self.fold.initial()
    }

    fn apply(&self, state: &mut Value, step: &Step<'_>) -> Result<(), HandlerError> {
        self.fold.apply(state, step)
    }

    fn apply_with_blame(
        &self,
        state: &mut Value,
        blame: &mut BlameTree,
        event: usize,
        step: &Step<'_>,
    ) -> Result<(), HandlerError> {
        self.fold.apply_with_blame(state, blame, event, step)
    }

    fn fold<'a>(&'a self) -> Box<dyn Fold + 'a> {
        self.fold.fold()
    }
}

/// Whether the text fits a pattern in which `*` stands for any text and `?` for one character.
pub fn matches_pattern(pattern: &str, text: &str) -> bool {
    let (p, t): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut i, mut j) = (0, 0);
    // Where to take up again: after the last `*`, and one character further in the text.
    let mut again: Option<(usize, usize)> = None;
    while j < t.len() {
        match p.get(i) {
            Some('*') => {
                again = Some((i + 1, j));
                i += 1;
            }
            Some(c) if *c == '?' || *c == t[j] => (i, j) = (i + 1, j + 1),
            _ => match again {
                Some((after, from)) => {
                    again = Some((after, from + 1));
                    (i, j) = (after, from + 1);
                }
                None => return false,
            },
        }
    }
    p[i..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_file_names_do() {
        for (pattern, text, fits) in [
            ("order", "order", true),
            ("order-*", "order-42", true),
            ("*-4?", "order-42", true),
            ("*a*b*", "xxaxxbxx", true),
            ("*", "", true),
            ("order-?", "order-", false),
            ("*ab", "aab", true),
            ("ordér?", "ordérs", true),
            ("", "x", false),
        ] {
            assert_eq!(matches_pattern(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn a_project_file_assigns_its_projections_by_name() {
        let text = "[[projection]]\nname = \"rows\"\ncategories = \"row\"\nfold = \"debezium\"\n\
                    [[projection]]\nname = \"n\"\nstreams = \"n-*\"\n\
                    [[projection.on]]\ntype = \"*\"\ndo = [{ increment = \"/n\" }]";
        let set = Projections::from_toml(text).unwrap();
        let names: Vec<_> = set.names().collect();
        assert_eq!(names, ["merge", "latest", "json-patch", "debezium", "rows", "n"]);
        assert_eq!((set.of_stream("row-1", "row"), set.of_stream("n-1", "n")), (4, 5));
        assert_eq!(set.get(4).unwrap().initial(), Value::Null);
        assert!(Projections::from_toml("[[projection]]").is_err());
    }

    #[test]
    fn merge_applies_where_nothing_is_configured() {
        let mut set = Projections::default();
        assert_eq!(set.find("merge"), Some(Projections::DEFAULT));
        let latest = set.find("latest").unwrap();
        set.assign(
            Scope {
                categories: vec!["stock".into()],
                streams: vec![],
            },
            latest,
        );
        set.assign(
            Scope {
                categories: vec!["*".into()],
                streams: vec![],
            },
            3,
        );
        assert_eq!(set.of_stream("stock-1", "stock"), latest);
        assert_eq!(set.of_stream("order-1", "order"), 3);
        assert_eq!(Projections::default().of_stream("order-1", "order"), 0);
    }
}
