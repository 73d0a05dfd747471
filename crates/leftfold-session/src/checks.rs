//! What `leftfold check` looks at: the comparisons and rules that a project file states.

use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use leftfold_event::Point;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};
use toml::Spanned;

use crate::compare::{
    Equality, Identity, IdentityBy, Ignored, MirrorOptions, Only, Rule, RuleKind, Tolerance, decimal,
};
use crate::error::SessionError;
use crate::project::{edit, escape, line_of, toml_error};

/// A comparison that has a name.
#[derive(Clone, Debug)]
pub struct NamedComparison {
    /// What it is called.
    pub name: String,
    /// The left side: a path relative to the project file, a source's name or a topic.
    pub left: PathBuf,
    /// The right side.
    pub right: PathBuf,
    /// How they are compared.
    pub options: MirrorOptions,
}

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

/// How a comparison stands in TOML.
#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table with name, left, right, mode, identity, ignore, metadata, number_tolerance, time_tolerance, \
                 lag_tolerance, settled, compacted, streams, categories and types"
)]
struct ComparisonEntry {
    name: Spanned<String>,
    left: Spanned<String>,
    right: Spanned<String>,
    mode: Option<Spanned<String>>,
    identity: Option<Spanned<String>>,
    ignore: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    metadata: bool,
    number_tolerance: Option<Spanned<toml::Value>>,
    time_tolerance: Option<Spanned<String>>,
    lag_tolerance: Option<Spanned<String>>,
    #[serde(default)]
    settled: bool,
    #[serde(default)]
    compacted: Vec<Spanned<String>>,
    #[serde(default)]
    streams: Vec<String>,
    #[serde(default)]
    categories: Vec<String>,
    #[serde(default)]
    types: Vec<String>,
}

/// How a rule stands in TOML.
#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table with name, source, streams, categories, types, projection, when and check, or with when, expect, by and within"
)]
struct RuleEntry {
    name: Spanned<String>,
    source: Option<String>,
    #[serde(default)]
    streams: Vec<String>,
    #[serde(default)]
    categories: Vec<String>,
    #[serde(default)]
    types: Vec<String>,
    projection: Option<Spanned<String>>,
    when: Option<Spanned<String>>,
    check: Option<Spanned<String>>,
    expect: Option<Spanned<String>>,
    by: Option<Spanned<String>>,
    within: Option<Spanned<String>>,
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

impl ComparisonEntry {
    fn check(self, text: &str) -> Result<Check, String> {
        if let Some(mode) = self.mode.as_ref().filter(|m| m.get_ref() != MIRROR) {
            let why = format!(
                "mode = {:?} is not there yet: write mode = \"mirror\"",
                mode.get_ref()
            );
            return Err(wrong(mode, text, why));
        }
        let by = read("identity", self.identity.as_ref(), text, |t| {
            identity(t).ok_or_else(|| format!("{t:?} is none: write auto, id, version or content"))
        })?;
        let ignored = match &self.ignore {
            Some(places) => Ignored::parse(places.get_ref().iter().map(String::as_str))
                .map_err(|e| wrong(places, text, format!("ignore: {e}")))?,
            None => Ignored::default(),
        };
        let number =
            match &self.number_tolerance {
                Some(stated) => Some(digits(stated.get_ref()).and_then(|t| decimal(&t)).ok_or_else(
                    || {
                        let why = format!(
                            "number_tolerance: {} is no number: write \"0.01\"",
                            stated.get_ref()
                        );
                        wrong(stated, text, why)
                    },
                )?),
                None => None,
            };
        let mut compacted = [false; 2];
        for side in &self.compacted {
            match side.get_ref().as_str() {
                "left" => compacted[0] = true,
                "right" => compacted[1] = true,
                other => {
                    let why = format!("compacted: {other:?} is no side: write left or right");
                    return Err(wrong(side, text, why));
                }
            }
        }
        for side in [&self.left, &self.right] {
            if side.get_ref().is_empty() {
                return Err(wrong(
                    side,
                    text,
                    "a side is empty: name a file, a source or a topic",
                ));
            }
        }
        let usual = MirrorOptions::default();
        Ok(Check::Comparison(Arc::new(NamedComparison {
            name: named(&self.name, text)?,
            options: MirrorOptions {
                by: by.unwrap_or(usual.by),
                equality: Equality {
                    ignored,
                    tolerance: Tolerance {
                        number,
                        time: read("time_tolerance", self.time_tolerance.as_ref(), text, duration)?,
                    },
                    metadata: self.metadata,
                },
                lag_tolerance: read("lag_tolerance", self.lag_tolerance.as_ref(), text, duration)?
                    .unwrap_or(usual.lag_tolerance),
                settled: self.settled,
                compacted,
                only: Only {
                    streams: self.streams,
                    categories: self.categories,
                    types: self.types,
                },
            },
            left: self.left.into_inner().into(),
            right: self.right.into_inner().into(),
        })))
    }
}

impl RuleEntry {
    fn check(self, text: &str) -> Result<Check, String> {
        let refuse = |stated: Option<&Spanned<String>>, key: &str, with: &str, without: &str| match stated {
            Some(s) => Err(wrong(
                s,
                text,
                format!("{key} belongs to {with}, not to {without}"),
            )),
            None => Ok(()),
        };
        let said = |stated: &Option<Spanned<String>>| stated.as_ref().map(|s| s.get_ref().clone());
        let kind = match (&self.check, &self.expect) {
            (Some(check), None) => {
                refuse(self.by.as_ref(), "by", "expect", "check")?;
                refuse(self.within.as_ref(), "within", "expect", "check")?;
                RuleKind::check(said(&self.when).as_deref(), check.get_ref())
            }
            (None, Some(expect)) => {
                refuse(self.projection.as_ref(), "projection", "check", "expect")?;
                let (Some(when), Some(by)) = (&self.when, &self.by) else {
                    let why = "expect needs when (which events are to be followed) and by (what both share)";
                    return Err(wrong(expect, text, why));
                };
                let within = read("within", self.within.as_ref(), text, duration)?;
                RuleKind::expect(when.get_ref(), expect.get_ref(), by.get_ref(), within)
            }
            _ => {
                let why = "a rule has either check, or when, expect and by";
                return Err(wrong(&self.name, text, why));
            }
        };
        let kind = kind.map_err(|e| {
            let stated = match e.params.get("key").map(String::as_str) {
                Some("when") => &self.when,
                Some("expect") => &self.expect,
                Some("by") => &self.by,
                _ => &self.check,
            };
            match stated {
                Some(stated) => wrong(stated, text, e.message),
                None => e.message,
            }
        })?;
        Ok(Check::Rule(Arc::new(Rule {
            name: named(&self.name, text)?,
            source: self.source,
            only: Only {
                streams: self.streams,
                categories: self.categories,
                types: self.types,
            },
            projection: self.projection.map(Spanned::into_inner),
            kind,
        })))
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
const MIRROR: &str = "mirror";

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

/// What events are known by, by its name.
fn identity(text: &str) -> Option<IdentityBy> {
    Some(match text {
        "auto" => IdentityBy::Auto,
        "id" => IdentityBy::Fixed(Identity::Id),
        "version" => IdentityBy::Fixed(Identity::Version),
        "content" => IdentityBy::Fixed(Identity::Content),
        _ => return None,
    })
}

/// A number's text, whether it is written as a number or as a text.
fn digits(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(n) => Some(n.to_string()),
        toml::Value::Float(n) => Some(n.to_string()),
        _ => None,
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

/// Saves a comparison in a folder's project file, in place of one of the same name. Everything else in that file stays as it is. Says where.
pub fn save_comparison(folder: &Path, comparison: &NamedComparison) -> Result<PathBuf, SessionError> {
    let mut table = entry(comparison);
    escape(&mut table);
    edit(folder, |document| {
        let called =
            |t: &toml_edit::Table| t.get("name").and_then(toml_edit::Item::as_str) == Some(&comparison.name);
        let rules = document.get(RULE).and_then(toml_edit::Item::as_array_of_tables);
        if rules.is_some_and(|rules| rules.iter().any(called)) {
            return Err("a rule is called so already");
        }
        let comparisons = document
            .entry(COMPARISON)
            .or_insert(toml_edit::Item::ArrayOfTables(toml_edit::ArrayOfTables::new()))
            .as_array_of_tables_mut()
            .ok_or("`comparison` is no list of tables there ([[comparison]])")?;
        let place = comparisons.iter().position(called);
        match place.and_then(|i| comparisons.get_mut(i)) {
            Some(old) => {
                *table.decor_mut() = old.decor().clone();
                table.set_position(old.position());
                *old = table;
            }
            None => comparisons.push(table),
        }
        Ok(())
    })
}

/// A comparison's table in the project file: what is as usual is not stated.
fn entry(comparison: &NamedComparison) -> toml_edit::Table {
    let MirrorOptions {
        by,
        equality,
        lag_tolerance,
        settled,
        compacted,
        only,
    } = &comparison.options;
    let path = |path: &Path| toml_edit::value(path.to_string_lossy().into_owned());
    let mut table = toml_edit::Table::new();
    table["name"] = toml_edit::value(&comparison.name);
    table["left"] = path(&comparison.left);
    table["right"] = path(&comparison.right);
    table["mode"] = toml_edit::value(MIRROR);
    if let IdentityBy::Fixed(identity) = by {
        table["identity"] = toml_edit::value(identity.as_str());
    }
    let mut list = |key: &str, texts: Vec<String>| {
        if !texts.is_empty() {
            table[key] = toml_edit::value(texts.into_iter().collect::<toml_edit::Array>());
        }
    };
    list("ignore", equality.ignored.texts());
    let sides = ["left", "right"].into_iter().zip(compacted);
    list(
        "compacted",
        sides.filter(|(_, is)| **is).map(|(s, _)| s.to_owned()).collect(),
    );
    list("streams", only.streams.clone());
    list("categories", only.categories.clone());
    list("types", only.types.clone());
    if equality.metadata {
        table["metadata"] = toml_edit::value(true);
    }
    if let Some(number) = &equality.tolerance.number {
        table["number_tolerance"] = toml_edit::value(number.to_plain_string());
    }
    if let Some(time) = equality.tolerance.time {
        table["time_tolerance"] = toml_edit::value(duration_text(time));
    }
    table["lag_tolerance"] = toml_edit::value(duration_text(*lag_tolerance));
    if *settled {
        table["settled"] = toml_edit::value(true);
    }
    table
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
    fn what_is_wrong_with_a_check_is_told_with_its_line_and_breaks_no_other() {
        let good = "\n[[rule]]\nname = 'good'\ncheck = 'true'\n";
        let sides = "[[comparison]]\nname = 'c'\nleft = 'a'\nright = 'b'\n";
        let rule = "[[rule]]\nname = 'r'\nsource = 'a'\n";
        for (start, bad, line, part) in [
            (sides, "lag = '3s'", 5, "unknown key `lag`"),
            (sides, "mode = 'fork'", 5, "not there yet"),
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
