//! Expressions of a mapping: a column, a place inside a JSON column, a template, a constant, or the first that is there.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::mapping::Condition;

/// Where a value of an event comes from.
///
/// In TOML: `"column"`, `"{type}-{id}"` (a template), `{ column = "data", at = "/type" }`, `{ constant = "order" }`,
/// `{ first-of = [ … ] }`. In a template `{data@/type}` points into a JSON column.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(into = "Raw")]
pub enum Expression {
    /// A column, or a part of its value.
    Column(ColumnExpression),
    /// Text with columns in it. NULL where one of them is NULL.
    Template {
        /// Its pieces in order.
        pieces: Vec<Piece>,
        /// NULL unless all of these hold.
        when: Vec<Condition>,
    },
    /// Always the same text.
    Constant(String),
    /// The first that is not NULL.
    FirstOf(Vec<Expression>),
}

/// A column, or a part of its value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnExpression {
    /// The column: of the main table, or `alias.column` of a join.
    pub column: String,
    /// A JSON pointer into its value.
    pub at: Option<String>,
    /// Only the text after the first of these.
    pub after: Option<String>,
    /// Then only the text before the last of these; NULL where there is none.
    pub before: Option<String>,
    /// NULL unless all of these hold.
    pub when: Vec<Condition>,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Text as it stands.
    Text(String),
    /// A column's value, or a place inside it.
    Column {
        /// The column.
        column: String,
        /// A JSON pointer into it.
        at: Option<String>,
    },
}

impl Expression {
    /// A column as it is.
    pub fn column(name: impl Into<String>) -> Self {
        Self::Column(ColumnExpression {
            column: name.into(),
            ..ColumnExpression::default()
        })
    }

    /// A template from its text (`{stream}-{aggregate_id}`; `{{` and `}}` stand for braces).
    pub fn template(text: &str) -> Result<Self, ExpressionError> {
        Ok(Self::Template {
            pieces: pieces(text)?,
            when: Vec::new(),
        })
    }

    /// From a text alone: a template where braces stand in it, else a column.
    pub fn of_text(text: String) -> Result<Self, ExpressionError> {
        Raw::Text(text).try_into()
    }

    /// Every column named in it, in order, with repeats.
    pub fn columns(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.collect(&mut names);
        names
    }

    fn collect<'a>(&'a self, names: &mut Vec<&'a str>) {
        match self {
            Self::Column(c) => {
                names.push(&c.column);
                names.extend(c.when.iter().map(|w| w.column.as_str()));
            }
            Self::Template { pieces, when } => {
                names.extend(pieces.iter().filter_map(|p| match p {
                    Piece::Text(_) => None,
                    Piece::Column { column, .. } => Some(column.as_str()),
                }));
                names.extend(when.iter().map(|w| w.column.as_str()));
            }
            Self::Constant(_) => {}
            Self::FirstOf(all) => all.iter().for_each(|e| e.collect(names)),
        }
    }

    /// The same with every column renamed; an alternative whose column has no new name falls away. `None` when nothing
    /// is left.
    pub fn renamed(&self, rename: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        let conditions = |when: &[Condition]| -> Option<Vec<Condition>> {
            when.iter()
                .map(|w| {
                    Some(Condition {
                        column: rename(&w.column)?,
                        ..w.clone()
                    })
                })
                .collect()
        };
        Some(match self {
            Self::Column(c) => Self::Column(ColumnExpression {
                column: rename(&c.column)?,
                when: conditions(&c.when)?,
                ..c.clone()
            }),
            Self::Template { pieces, when } => Self::Template {
                pieces: pieces
                    .iter()
                    .map(|p| match p {
                        Piece::Text(_) => Some(p.clone()),
                        Piece::Column { column, at } => Some(Piece::Column {
                            column: rename(column)?,
                            at: at.clone(),
                        }),
                    })
                    .collect::<Option<_>>()?,
                when: conditions(when)?,
            },
            Self::Constant(_) => self.clone(),
            Self::FirstOf(all) => {
                let mut left: Vec<_> = all.iter().filter_map(|e| e.renamed(rename)).collect();
                match left.len() {
                    0 => return None,
                    1 => left.remove(0),
                    _ => Self::FirstOf(left),
                }
            }
        })
    }
}

/// Why an expression cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionError {
    /// Not exactly one of the four forms.
    #[error("give one of column (with at, after, before, when), template, constant or first-of")]
    Form,
    /// A brace without its partner, or an empty name.
    #[error(
        "the template {0:?} has a brace without its partner or an empty name; write {{{{ and }}}} for braces"
    )]
    Template(String),
    /// A pointer that does not start with `/`.
    #[error("{0:?} is no JSON pointer: it starts with /")]
    Pointer(String),
}

/// How an expression stands in TOML or JSON.
#[derive(Serialize)]
#[serde(untagged)]
enum Raw {
    Text(String),
    Table(Box<RawTable>),
}

impl<'de> Deserialize<'de> for Expression {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_or_table(
            deserializer,
            "a column's name, a template such as \"{kind}-{id}\", or a table with column, template, constant or first-of",
            |text| Raw::Text(text).try_into(),
            |table: RawTable| Raw::Table(Box::new(table)).try_into(),
        )
    }
}

/// Reads a value that is written as a text alone or as a table.
pub(crate) fn text_or_table<'de, D, T, Table, E>(
    deserializer: D,
    expected: &'static str,
    of_text: fn(String) -> Result<T, E>,
    of_table: fn(Table) -> Result<T, E>,
) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    Table: Deserialize<'de>,
    E: fmt::Display,
{
    deserializer.deserialize_any(TextOrTable {
        expected,
        of_text,
        of_table,
    })
}

struct TextOrTable<T, Table, E> {
    expected: &'static str,
    of_text: fn(String) -> Result<T, E>,
    of_table: fn(Table) -> Result<T, E>,
}

impl<'de, T, Table: Deserialize<'de>, E: fmt::Display> Visitor<'de> for TextOrTable<T, Table, E> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<F: serde::de::Error>(self, text: &str) -> Result<T, F> {
        (self.of_text)(text.to_owned()).map_err(F::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        let table = Table::deserialize(MapAccessDeserializer::new(map))?;
        (self.of_table)(table).map_err(serde::de::Error::custom)
    }
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct RawTable {
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    constant: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_of: Option<Vec<Expression>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    when: Vec<Condition>,
}

impl TryFrom<Raw> for Expression {
    type Error = ExpressionError;

    fn try_from(raw: Raw) -> Result<Self, ExpressionError> {
        let raw = match raw {
            Raw::Text(text) if text.contains(['{', '}']) => return Self::template(&text),
            Raw::Text(text) => return Ok(Self::column(text)),
            Raw::Table(table) => *table,
        };
        let parts = raw.at.is_some() || raw.after.is_some() || raw.before.is_some();
        match (raw.column, raw.template, raw.constant, raw.first_of) {
            (Some(column), None, None, None) => {
                check_pointer(raw.at.as_deref())?;
                let RawTable {
                    at,
                    after,
                    before,
                    when,
                    ..
                } = RawTable {
                    at: raw.at,
                    after: raw.after,
                    before: raw.before,
                    when: raw.when,
                    ..RawTable::default()
                };
                Ok(Self::Column(ColumnExpression {
                    column,
                    at,
                    after,
                    before,
                    when,
                }))
            }
            (None, Some(template), None, None) if !parts => Ok(Self::Template {
                pieces: pieces(&template)?,
                when: raw.when,
            }),
            (None, None, Some(constant), None) if !parts && raw.when.is_empty() => {
                Ok(Self::Constant(constant))
            }
            (None, None, None, Some(all)) if !parts && raw.when.is_empty() && !all.is_empty() => {
                Ok(Self::FirstOf(all))
            }
            _ => Err(ExpressionError::Form),
        }
    }
}

impl From<Expression> for Raw {
    fn from(expression: Expression) -> Self {
        let table = |t| Self::Table(Box::new(t));
        match expression {
            Expression::Column(c) => {
                let plain = c.at.is_none() && c.after.is_none() && c.before.is_none() && c.when.is_empty();
                if plain && !c.column.contains(['{', '}']) {
                    return Self::Text(c.column);
                }
                table(RawTable {
                    column: Some(c.column),
                    at: c.at,
                    after: c.after,
                    before: c.before,
                    when: c.when,
                    ..RawTable::default()
                })
            }
            Expression::Template { pieces, when } => {
                let text = template_text(&pieces);
                if when.is_empty() && text.contains('{') {
                    return Self::Text(text);
                }
                table(RawTable {
                    template: Some(text),
                    when,
                    ..RawTable::default()
                })
            }
            Expression::Constant(c) => table(RawTable {
                constant: Some(c),
                ..RawTable::default()
            }),
            Expression::FirstOf(all) => table(RawTable {
                first_of: Some(all),
                ..RawTable::default()
            }),
        }
    }
}

/// The text after the first `after` and before the last `before`; `None` where the latter is missing.
pub(crate) fn cut<'t>(text: &'t str, after: Option<&str>, before: Option<&str>) -> Option<&'t str> {
    let text = after
        .and_then(|mark| text.split_once(mark))
        .map_or(text, |(_, rest)| rest);
    match before {
        Some(mark) => text.rsplit_once(mark).map(|(first, _)| first),
        None => Some(text),
    }
}

/// The text of the expression, as it stands in TOML for the simple forms.
impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Column(c) => {
                f.write_str(&c.column)?;
                c.at.as_ref().map_or(Ok(()), |at| write!(f, "@{at}"))
            }
            Self::Template { pieces, .. } => f.write_str(&template_text(pieces)),
            Self::Constant(c) => write!(f, "{c:?}"),
            Self::FirstOf(all) => {
                for (i, e) in all.iter().enumerate() {
                    write!(f, "{}{e}", if i > 0 { " or " } else { "" })?;
                }
                Ok(())
            }
        }
    }
}

fn check_pointer(at: Option<&str>) -> Result<(), ExpressionError> {
    match at {
        Some(p) if !p.is_empty() && !p.starts_with('/') => Err(ExpressionError::Pointer(p.to_owned())),
        _ => Ok(()),
    }
}

fn pieces(text: &str) -> Result<Vec<Piece>, ExpressionError> {
    let wrong = || ExpressionError::Template(text.to_owned());
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(i) = rest.find(['{', '}']) {
        plain.push_str(&rest[..i]);
        let brace = &rest[i..=i];
        rest = &rest[i + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            plain.push_str(brace);
            rest = after;
            continue;
        }
        if brace == "}" {
            return Err(wrong());
        }
        let (name, after) = rest.split_once('}').ok_or_else(wrong)?;
        rest = after;
        let (column, at) = name.split_once('@').map_or((name, None), |(c, at)| (c, Some(at)));
        check_pointer(at)?;
        if column.is_empty() || column.contains('{') {
            return Err(wrong());
        }
        if !plain.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
        }
        pieces.push(Piece::Column {
            column: column.to_owned(),
            at: at.map(str::to_owned),
        });
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    Ok(pieces)
}

fn template_text(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(t) => text.push_str(&t.replace('{', "{{").replace('}', "}}")),
            Piece::Column { column, at } => {
                text.push('{');
                text.push_str(column);
                if let Some(at) = at {
                    text.push('@');
                    text.push_str(at);
                }
                text.push('}');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Expression {
        toml::from_str::<std::collections::BTreeMap<String, Expression>>(&format!("e = {text}"))
            .unwrap()
            .remove("e")
            .unwrap()
    }

    #[test]
    fn the_forms_survive_being_written_and_read() {
        for text in [
            r#""stream_id""#,
            r#""{a}-{b@/x/y}""#,
            r#""{{literal}} {a}""#,
            r#"{ column = "data", at = "/type", after = ":" }"#,
            r#"{ constant = "order" }"#,
            r#"{ first-of = ["a", "{b}-{c}"] }"#,
            r#"{ template = "{a}/{b}", when = [{ column = "a", not = "default" }] }"#,
            r#"{ template = "no columns" }"#,
            r#"{ column = "odd{name" }"#,
        ] {
            let once = read(text);
            let written = toml::to_string(&std::collections::BTreeMap::from([("e", &once)])).unwrap();
            let again: std::collections::BTreeMap<String, Expression> = toml::from_str(&written).unwrap();
            assert_eq!(again["e"], once, "{text} became {written}");
        }
    }

    #[test]
    fn broken_templates_are_refused() {
        for text in ["{a", "a}", "{}", "{a{b}", "{a@x}"] {
            assert!(Expression::template(text).is_err(), "{text}");
        }
    }
}
