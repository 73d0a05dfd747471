//! What `leftfold check` looks at: the comparisons and rules that a project file states.

mod comparison;
mod rule;
mod saved;

use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use leftfold_event::Point;
use serde::de;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use toml::Spanned;

use crate::compare::Rule;
use crate::project::{line_of, toml_error};
use comparison::ComparisonEntry;
use rule::RuleEntry;

pub use comparison::{Mode, NamedComparison};
pub use saved::save_comparison;
pub(crate) use saved::{save_rule, stated_text};

/// What is checked.
#[derive(Clone, Debug)]
pub enum Check {
    /// Two histories.
    Comparison(Arc<NamedComparison>),
    /// One.
    Rule(Arc<Rule>),
}

/// A `[[comparison]]` or a `[[rule]]` of a project file.
#[derive(Clone, Debug)]
pub struct StatedCheck {
    /// Its name; where it has none, which one it is.
    pub name: String,
    /// Whether it is a rule.
    pub is_rule: bool,
    /// What it says, or why it cannot be used, with the line.
    pub check: Result<Check, String>,
}

/// A text that says something wrong: where, and what.
fn wrong<T>(at: &Spanned<T>, text: &str, why: impl fmt::Display) -> String {
    format!("line {}: {why}", line_of(text, at.span().start))
}

/// Reads a key's text, or says what is wrong with it.
fn read<T>(
    key: &str,
    stated: Option<&Spanned<String>>,
    text: &str,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Result<Option<T>, String> {
    stated
        .map(|s| read(s.get_ref()).map_err(|why| wrong(s, text, format!("{key}: {why}"))))
        .transpose()
}

fn named(name: &Spanned<String>, text: &str) -> Result<String, String> {
    match name.get_ref().trim() {
        "" => Err(wrong(name, text, "name: give it a name")),
        _ => Ok(name.get_ref().clone()),
    }
}

/// The comparisons, then the rules of a project file's text, each as far as it can be used.
pub(crate) fn stated(text: &str, comparisons: &[toml::Value], rules: &[toml::Value]) -> Vec<StatedCheck> {
    let one = |key: &'static str, number: usize, value: &toml::Value| {
        let is_rule = key == RULE;
        let name = value.get("name").and_then(toml::Value::as_str);
        StatedCheck {
            name: match name.filter(|n| !n.trim().is_empty()) {
                Some(name) => name.to_owned(),
                None => format!("[[{key}]] {}", number + 1),
            },
            is_rule,
            check: if is_rule {
                nth::<RuleEntry>(text, key, number).and_then(|e| e.check(text))
            } else {
                nth::<ComparisonEntry>(text, key, number).and_then(|e| e.check(text))
            },
        }
    };
    let comparisons = comparisons.iter().enumerate().map(|(i, v)| one(COMPARISON, i, v));
    let rules = rules.iter().enumerate().map(|(i, v)| one(RULE, i, v));
    let mut all: Vec<StatedCheck> = comparisons.chain(rules).collect();
    let mut names = BTreeSet::new();
    for stated in &mut all {
        if !names.insert(stated.name.clone()) {
            let why = format!(
                "two are called {:?}: give one of them another name, or remove it",
                stated.name
            );
            stated.check = Err(why);
        }
    }
    all
}

const COMPARISON: &str = "comparison";
const RULE: &str = "rule";

/// Reads one of a list of tables and passes over everything else, so that an error is about that one and knows its line.
fn nth<T: DeserializeOwned>(text: &str, key: &'static str, number: usize) -> Result<T, String> {
    let of = PhantomData;
    let found = toml::Deserializer::parse(text).and_then(|d| Nth { key, number, of }.deserialize(d));
    found.map_err(|e| toml_error(&e, text))
}

struct Nth<T> {
    key: &'static str,
    number: usize,
    of: PhantomData<T>,
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Nth<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Nth<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<String>()? {
            if key == self.key {
                let of = PhantomData;
                found = map.next_value_seed(InList(Nth { of, ..self }))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        found.ok_or_else(|| de::Error::missing_field(self.key))
    }
}

struct InList<T>(Nth<T>);

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for InList<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for InList<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of tables")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<T>, A::Error> {
        for _ in 0..self.0.number {
            list.next_element::<IgnoredAny>()?;
        }
        let found = list.next_element()?;
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(found)
    }
}

/// A length of time: `30s`, `500ms`, `2m`.
pub fn duration(text: &str) -> Result<i64, String> {
    match Point::parse(&format!("-{}", text.trim())) {
        Ok(Point::BeforeEnd { nanos }) => Ok(nanos),
        _ => Err(format!(
            "{text:?} is no length of time: write 30s (ns, us, ms, s, m, h or d)"
        )),
    }
}

/// A length of time as [`duration`] reads it, in the largest unit that divides it.
pub fn duration_text(nanos: i64) -> String {
    const UNITS: &[(i64, &str)] = &[
        (86_400_000_000_000, "d"),
        (3_600_000_000_000, "h"),
        (60_000_000_000, "m"),
        (1_000_000_000, "s"),
        (1_000_000, "ms"),
        (1_000, "us"),
    ];
    if nanos == 0 {
        return "0s".to_owned();
    }
    let unit = UNITS.iter().find(|(length, _)| nanos % length == 0);
    let (length, name) = unit.copied().unwrap_or((1, "ns"));
    format!("{}{name}", nanos / length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::{FILE_NAME, Project, ProjectFile};

    fn checks(text: &str) -> Vec<StatedCheck> {
        ProjectFile::parse(text).unwrap().checks
    }

    /// Why the first check of a text cannot be used.
    fn why(text: &str) -> String {
        checks(text)[0].check.as_ref().unwrap_err().clone()
    }

    #[test]
    fn a_length_of_time_is_written_as_it_is_read() {
        for text in ["30s", "1500ms", "2m", "90s", "1h", "7d", "3us", "1ns", "0s"] {
            assert_eq!(duration_text(duration(text).unwrap()), text);
        }
        assert_eq!(duration_text(duration("120s").unwrap()), "2m");
        assert!(duration("30").is_err() && duration("soon").is_err());
    }

    #[test]
    fn a_comparison_is_saved_as_it_is_read_and_the_rest_of_the_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let before = "# ours\n[[rule]]\nname = \"r\"\ncheck = \"true\" # kept\n";
        std::fs::write(folder.path().join(FILE_NAME), before).unwrap();
        let full = "[[comparison]]\nname = 'all'\nleft = 'a.db'\nright = 'kafka://b:9092/t'\nidentity = 'version'\n\
                    ignore = ['/a/*', 'type']\ncompacted = ['right']\nstreams = ['s-*']\ncategories = ['s']\ntypes = ['T']\n\
                    metadata = true\nnumber_tolerance = 0.01\ntime_tolerance = '2s'\nlag_tolerance = '1m'\nsettled = true\n";
        let Ok(Check::Comparison(comparison)) = &checks(full)[0].check else {
            panic!("it is no comparison")
        };
        for _ in 0..2 {
            save_comparison(folder.path(), comparison).unwrap();
        }
        let text = std::fs::read_to_string(folder.path().join(FILE_NAME)).unwrap();
        assert!(text.starts_with(before), "{text}");
        let project = Project::of_folder(folder.path()).unwrap().unwrap();
        let read = project.comparison("all").unwrap().unwrap();
        assert_eq!(format!("{read:?}"), format!("{comparison:?}"));
        assert_eq!(project.file.checks.len(), 2);
        let rule = NamedComparison {
            name: "r".to_owned(),
            ..(**comparison).clone()
        };
        assert!(save_comparison(folder.path(), &rule).is_err());
    }

    #[test]
    fn comparisons_of_other_modes_are_saved_as_they_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let text = "[[comparison]]\nname = 'c'\nleft = 'a.db'\nright = 'b.db'\nmode = 'correlated'\nleft_when = 'type == \"A\"'\n\
                    key = '$.id'\nright_key = 'correlation_id'\ncardinality = '1:0..1'\nwithin = '30s'\nskew = '5ms'\n\
                    equal = ['$.a = $.b', '$.c']\n\
                    [[comparison]]\nname = 'p'\nleft = 'a.db'\nright = 'b.db'\nmode = 'projection'\nprojection = 'cart'\n\
                    table = 'carts'\nkey = 'cart-{id}'\nfields = ['total']\nmap = { total = '$.sum.total', data = '$' }\nwithin = '5m'\n";
        let stated = checks(text);
        for check in &stated {
            let Ok(Check::Comparison(comparison)) = &check.check else {
                panic!("{:?}", check.check)
            };
            save_comparison(folder.path(), comparison).unwrap();
            let project = Project::of_folder(folder.path()).unwrap().unwrap();
            let read = project.comparison(&check.name).unwrap().unwrap();
            match (&read.mode, &comparison.mode) {
                (Mode::Correlated(read), Mode::Correlated(by)) => assert_eq!(read.texts, by.texts),
                (Mode::Projection(read), Mode::Projection(by)) => assert_eq!(read, by),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn what_is_wrong_with_a_check_is_told_with_its_line_and_breaks_no_other() {
        let good = "\n[[rule]]\nname = 'good'\ncheck = 'true'\n";
        let sides = "[[comparison]]\nname = 'c'\nleft = 'a'\nright = 'b'\n";
        let rule = "[[rule]]\nname = 'r'\nsource = 'a'\n";
        for (start, bad, line, part) in [
            (sides, "lag = '3s'", 5, "unknown key `lag`"),
            (sides, "mode = 'fork'", 5, "write mirror"),
            (sides, "within = '5m'", 5, "belongs to mode = \"correlated\""),
            (sides, "mode = 'projection'\nwithin = 'soon'", 6, "within: "),
            (sides, "left_key = 'id'", 5, "belongs to mode = \"correlated\""),
            (
                sides,
                "identity = 'id'\nmode = 'projection'",
                5,
                "belongs to mode = \"mirror\"",
            ),
            (sides, "mode = 'correlated'", 2, "left_key: say what"),
            (
                sides,
                "mode = 'correlated'\nkey = 'id'\nequal = ['a = b']",
                7,
                "equal: ",
            ),
            (
                sides,
                "mode = 'projection'\nmap = { total = '$.a[0]' }",
                6,
                "map: ",
            ),
            (sides, "identity = 'name'", 5, "content"),
            (sides, "ignore = ['updatedAt']", 5, "JSON pointer"),
            (sides, "lag_tolerance = '30'", 5, "30s"),
            (sides, "number_tolerance = true", 5, "0.01"),
            (sides, "compacted = ['both']", 5, "left or right"),
            (sides, "streams = 's'", 5, "list"),
            (rule, "check = 'stat.x > 0'", 4, "stat"),
            (
                rule,
                "check = 'true'\nwithin = '3s'",
                5,
                "within belongs to expect",
            ),
            (rule, "expect = 'true'", 4, "needs when"),
            (rule, "when = 'true'", 2, "either check"),
            (
                rule,
                "when = 'true'\nexpect = 'state.x == 1'\nby = 'id'",
                5,
                "expect: ",
            ),
            (
                rule,
                "when = 'true'\nexpect = 'true'\nby = 'id'\nwithin = 'soon'",
                7,
                "within: ",
            ),
        ] {
            let text = format!("{start}{bad}\n{good}");
            let told = why(&text);
            assert!(
                told.contains(part) && told.contains(&format!("line {line}: ")),
                "{bad}: {told}"
            );
            let all = checks(&text);
            assert_eq!(all.len(), 2);
            assert!(all[1].check.is_ok(), "{bad}");
            // The second of its list is told with its own line, too.
            let text = format!("{}{start}{bad}\n", if start == sides { sides } else { good });
            let told = checks(&text).pop().unwrap().check.unwrap_err();
            assert!(told.contains("line") || told.contains("two"), "{told}");
        }
        assert!(why("[[comparison]]\nname = 'c'\nleft = 'a'\n").contains("missing key `right`"));
        let nameless = checks("[[rule]]\ncheck = 'true'\n");
        assert_eq!(nameless[0].name, "[[rule]] 1");
    }

    #[test]
    fn two_checks_of_one_name_are_told() {
        let one = "[[rule]]\nname = 'r'\ncheck = 'true'\n";
        let all = checks(&format!("{one}{one}"));
        assert!(all[0].check.is_ok());
        assert!(
            all[1]
                .check
                .as_ref()
                .unwrap_err()
                .contains("two are called \"r\"")
        );
    }
}
