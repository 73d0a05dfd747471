//! A `[[comparison]]` of a project file: read, and written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use super::{Check, duration, duration_text, named, read, wrong};
use crate::compare::{
    CorrelatedBy, CorrelatedTexts, Equality, Identity, IdentityBy, Ignored, MirrorOptions, Only,
    ProjectionBy, Tolerance, decimal,
};

/// A comparison that has a name.
#[derive(Clone, Debug)]
pub struct NamedComparison {
    /// What it is called.
    pub name: String,
    /// The left side: a path relative to the project file, a source's name or a topic.
    pub left: PathBuf,
    /// The right side.
    pub right: PathBuf,
    /// How they are compared, as far as every mode asks.
    pub options: MirrorOptions,
    /// How the two sides relate.
    pub mode: Mode,
}

/// How two sides relate.
#[derive(Clone, Debug, Default)]
pub enum Mode {
    /// They hold the same events.
    #[default]
    Mirror,
    /// Their events belong together by a key.
    Correlated(Arc<CorrelatedBy>),
    /// The right one holds states of the left one's streams.
    Projection(Arc<ProjectionBy>),
}

impl Mode {
    /// As it stands in the project file.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Mirror => "mirror",
            Self::Correlated(_) => "correlated",
            Self::Projection(_) => "projection",
        }
    }
}

type Text = Option<Spanned<String>>;

/// How a comparison stands in TOML.
#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table with name, left, right, mode, identity, ignore, metadata, number_tolerance, time_tolerance, \
                 lag_tolerance, settled, compacted, streams, categories and types; left_when, left_key, right_when, right_key, \
                 cardinality, within, skew and equal of correlated ones; projection, table, key, fields, map and within of projections"
)]
pub(super) struct ComparisonEntry {
    name: Spanned<String>,
    left: Spanned<String>,
    right: Spanned<String>,
    mode: Text,
    identity: Text,
    ignore: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    metadata: bool,
    number_tolerance: Option<Spanned<toml::Value>>,
    time_tolerance: Text,
    lag_tolerance: Text,
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
    left_when: Text,
    right_when: Text,
    left_key: Text,
    right_key: Text,
    key: Text,
    cardinality: Text,
    within: Text,
    skew: Text,
    equal: Option<Spanned<Vec<String>>>,
    projection: Text,
    table: Text,
    fields: Option<Spanned<Vec<String>>>,
    map: Option<Spanned<BTreeMap<String, String>>>,
}

impl ComparisonEntry {
    pub(super) fn check(self, text: &str) -> Result<Check, String> {
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
            mode: self.mode(text)?,
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

    fn mode(&self, text: &str) -> Result<Mode, String> {
        let mode = self.mode.as_ref().map_or("mirror", |m| m.get_ref());
        let of_correlated = [
            ("left_when", &self.left_when),
            ("right_when", &self.right_when),
            ("left_key", &self.left_key),
            ("right_key", &self.right_key),
            ("cardinality", &self.cardinality),
            ("skew", &self.skew),
        ];
        let of_projection = [("projection", &self.projection), ("table", &self.table)];
        let refuse = |key: &str, of: &str, start: Option<String>| match start {
            Some(line) => Err(format!(
                "{line}{key} belongs to mode = {of:?}, and this is {mode:?}"
            )),
            None => Ok(()),
        };
        if mode != "mirror" {
            refuse("identity", "mirror", line(self.identity.as_ref(), text))?;
            refuse("compacted", "mirror", line(self.compacted.first(), text))?;
            let metadata = self.metadata.then(|| wrong(&self.name, text, ""));
            refuse("metadata", "mirror", metadata)?;
        }
        if mode != "correlated" {
            for (key, stated) in of_correlated {
                refuse(key, "correlated", line(stated.as_ref(), text))?;
            }
            refuse("equal", "correlated", line(self.equal.as_ref(), text))?;
        }
        if mode != "projection" {
            for (key, stated) in of_projection {
                refuse(key, "projection", line(stated.as_ref(), text))?;
            }
            refuse("fields", "projection", line(self.fields.as_ref(), text))?;
            refuse("map", "projection", line(self.map.as_ref(), text))?;
        }
        match (mode, &self.mode) {
            ("mirror", _) => {
                refuse("key", "correlated", line(self.key.as_ref(), text))?;
                refuse("within", "correlated", line(self.within.as_ref(), text))?;
                Ok(Mode::Mirror)
            }
            ("correlated", _) => self.correlated(text),
            ("projection", _) => self.projection(text),
            (_, Some(stated)) => {
                let why = format!("mode: {mode:?} is none: write mirror, correlated or projection");
                Err(wrong(stated, text, why))
            }
            (_, None) => Ok(Mode::Mirror),
        }
    }

    fn correlated(&self, text: &str) -> Result<Mode, String> {
        let said = |stated: &Text| stated.as_ref().map(|s| s.get_ref().clone());
        let key = |own: &Text| said(own).or_else(|| said(&self.key));
        let texts = CorrelatedTexts {
            when: [said(&self.left_when), said(&self.right_when)],
            key: [key(&self.left_key), key(&self.right_key)],
            cardinality: said(&self.cardinality),
            within: read("within", self.within.as_ref(), text, duration)?,
            skew: read("skew", self.skew.as_ref(), text, duration)?,
            equal: self
                .equal
                .as_ref()
                .map(|e| e.get_ref().clone())
                .unwrap_or_default(),
        };
        let by = texts.read().map_err(|e| {
            let own = match e.params.get("key").map(String::as_str) {
                Some("left_when") => &self.left_when,
                Some("right_when") => &self.right_when,
                Some("left_key") => &self.left_key,
                Some("right_key") => &self.right_key,
                Some("cardinality") => &self.cardinality,
                Some("equal") => {
                    return match &self.equal {
                        Some(stated) => wrong(stated, text, e.message),
                        None => e.message,
                    };
                }
                _ => &None,
            };
            match own.as_ref().or(self.key.as_ref()) {
                Some(stated) => wrong(stated, text, e.message),
                None => wrong(&self.name, text, e.message),
            }
        })?;
        Ok(Mode::Correlated(Arc::new(by)))
    }

    fn projection(&self, text: &str) -> Result<Mode, String> {
        let said = |stated: &Text| stated.as_ref().map(|s| s.get_ref().clone());
        let stated = |places: &BTreeMap<String, String>| {
            places
                .iter()
                .map(|(column, place)| (column.clone(), place.clone()))
                .collect()
        };
        let by = ProjectionBy::read(
            said(&self.projection),
            said(&self.table),
            said(&self.key),
            self.fields
                .as_ref()
                .map(|f| f.get_ref().clone())
                .unwrap_or_default(),
            self.map.as_ref().map(|m| stated(m.get_ref())).unwrap_or_default(),
        );
        let by = by.map_err(
            |e| match (e.params.get("key").map(String::as_str), &self.key, &self.map) {
                (Some("key"), Some(stated), _) => wrong(stated, text, e.message),
                (Some("map"), _, Some(stated)) => wrong(stated, text, e.message),
                _ => wrong(&self.name, text, e.message),
            },
        )?;
        let within = read("within", self.within.as_ref(), text, duration)?;
        Ok(Mode::Projection(Arc::new(ProjectionBy { within, ..by })))
    }
}

/// The start of what is told of a key, where it is stated.
fn line<T>(stated: Option<&Spanned<T>>, text: &str) -> Option<String> {
    stated.map(|s| wrong(s, text, ""))
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

/// A comparison's table in the project file: what is as usual is not stated.
pub(super) fn entry(comparison: &NamedComparison) -> toml_edit::Table {
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
    table["mode"] = toml_edit::value(comparison.mode.as_str());
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
    match &comparison.mode {
        Mode::Mirror => {}
        Mode::Correlated(by) => state_correlated(&by.texts, &mut table),
        Mode::Projection(by) => state_projection(by, &mut table),
    }
    table
}

fn state_correlated(texts: &CorrelatedTexts, table: &mut toml_edit::Table) {
    let [left_when, right_when] = &texts.when;
    let [left_key, right_key] = &texts.key;
    let length = |nanos: Option<i64>| nanos.map(duration_text);
    for (key, stated) in [
        ("left_when", left_when.clone()),
        ("left_key", left_key.clone()),
        ("right_when", right_when.clone()),
        ("right_key", right_key.clone()),
        ("cardinality", texts.cardinality.clone()),
        ("within", length(texts.within)),
        ("skew", length(texts.skew)),
    ] {
        if let Some(text) = stated {
            table[key] = toml_edit::value(text);
        }
    }
    if !texts.equal.is_empty() {
        table["equal"] = toml_edit::value(texts.equal.iter().collect::<toml_edit::Array>());
    }
}

fn state_projection(by: &ProjectionBy, table: &mut toml_edit::Table) {
    for (key, stated) in [
        ("projection", &by.projection),
        ("table", &by.table),
        ("key", &by.key),
    ] {
        if let Some(text) = stated {
            table[key] = toml_edit::value(text);
        }
    }
    if !by.fields.is_empty() {
        table["fields"] = toml_edit::value(by.fields.iter().collect::<toml_edit::Array>());
    }
    if !by.map.is_empty() {
        let mut places = toml_edit::InlineTable::new();
        for (column, place) in by.map_texts() {
            places.insert(&column, place.into());
        }
        table["map"] = toml_edit::value(places);
    }
    if let Some(within) = by.within {
        table["within"] = toml_edit::value(duration_text(within));
    }
}
