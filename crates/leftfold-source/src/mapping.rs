//! How a table's columns become events: structured data, never SQL, made by a dialect, a guess or the user.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::expression::{Expression, text_or_table};

/// A table read as events. A dialect makes one, a guess makes one, a user may edit and save one (TOML).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "a table of keys such as stream and type"
)]
pub struct Mapping {
    /// The table whose rows are the events. Empty where lines of NDJSON are.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub table: String,
    /// The stream's full name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<Expression>,
    /// Whether events outside any stream are normal here: then a missing name is the empty name, not a problem.
    #[serde(skip_serializing_if = "is_default")]
    pub stream_optional: bool,
    /// The kind of aggregate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<Expression>,
    /// The event type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<Expression>,
    /// The place in the stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<Expression>,
    /// The place in the store's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Expression>,
    /// The event's identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Expression>,
    /// When it was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<TimeMapping>,
    /// When it is effective.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_time: Option<TimeMapping>,
    /// What happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<PayloadMapping>,
    /// What surrounds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<PayloadMapping>,
    /// What ties a workflow together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation: Option<Expression>,
    /// The direct cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub causation: Option<Expression>,
    /// Further streams the event belongs to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also_in: Vec<Expression>,
    /// Names of streams not to show, among an event's several streams; `*` at the end stands for anything.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hidden_streams: Vec<String>,
    /// The log order: columns of the main table, ascending. Empty: the rows' own order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<String>,
    /// Which rows are events.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Condition>,
    /// Rows that each hold several events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explode: Option<Explode>,
    /// Tables joined to the main one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub joins: Vec<Join>,
    /// Further facts by name. Columns used nowhere are added under their own names.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "facts")]
    pub extra: BTreeMap<String, Expression>,
}

/// Further facts: a table, and an error that says how it is written.
fn facts<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, Expression>, D::Error> {
    struct Facts;
    impl<'de> serde::de::Visitor<'de> for Facts {
        type Value = BTreeMap<String, Expression>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("further facts by name: extra = { shown_as = \"column\" }")
        }

        fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            Deserialize::deserialize(serde::de::value::MapAccessDeserializer::new(map))
        }
    }
    deserializer.deserialize_any(Facts)
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A table joined to the main one by the equality of two columns. Rows without a partner stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with alias, table, left and right")]
pub struct Join {
    /// The name its columns are addressed by: `alias.column`.
    pub alias: String,
    /// The table.
    pub table: String,
    /// The column of the main table, or `alias.column` of an earlier join.
    pub left: String,
    /// The column of the joined table.
    pub right: String,
    /// Whether several rows may join one event (it is in several streams): the first that is not hidden names the
    /// event's stream, the others go to `also_in`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub many: bool,
    /// With `many`: the joined table's columns that order those rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<String>,
}

/// A test of one column's value. Exactly one of the tests is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table with column and one of is, not and null"
)]
pub struct Condition {
    /// The column.
    pub column: String,
    /// Equal to this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<Scalar>,
    /// Not equal to this (NULL is not equal to anything).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not: Option<Scalar>,
    /// NULL (`true`) or not NULL (`false`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub null: Option<bool>,
}

/// A constant a column is compared with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a text, a whole number, true or false")]
pub enum Scalar {
    /// A truth value, stored by SQLite as 0 or 1.
    Bool(bool),
    /// A number.
    Integer(i64),
    /// A text.
    Text(String),
}

/// A time and how it is written. In TOML a column's name will do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimeMapping {
    /// Where it is.
    pub from: Expression,
    /// How it is written.
    #[serde(default, skip_serializing_if = "is_default")]
    pub format: TimeFormat,
    /// A second column with the part below the second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fraction: Option<Fraction>,
}

/// The part of a time below the second, kept in a column of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with column and digits")]
pub struct Fraction {
    /// The column.
    pub column: String,
    /// Its unit: 3 for milliseconds, 6, 9.
    pub digits: u8,
}

/// How a time is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeFormat {
    /// By what is found: ISO text, or a number whose size tells its unit.
    #[default]
    Auto,
    /// ISO 8601 text.
    Iso,
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Milliseconds,
    /// Microseconds since 1970.
    Microseconds,
    /// Nanoseconds since 1970.
    Nanoseconds,
    /// 100 ns since the year 1, as .NET counts.
    DotnetTicks,
    /// Julian day numbers, as SQLite's `julianday()` gives.
    JulianDay,
}

/// A payload or metadata and how it is written. In TOML a column's name will do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PayloadMapping {
    /// The column.
    pub column: String,
    /// A JSON pointer to the part that counts; where it points nowhere, the whole counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// How it is written.
    #[serde(default, skip_serializing_if = "is_default")]
    pub format: PayloadFormat,
    /// Wrapping to take off.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unwrap: Unwrap,
    /// Whether bytes in no known form are most likely encrypted.
    #[serde(default, skip_serializing_if = "is_default")]
    pub may_be_encrypted: bool,
    /// Why bytes of a binary form cannot be shown, for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binary: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TimeTable {
    from: Expression,
    #[serde(default)]
    format: TimeFormat,
    fraction: Option<Fraction>,
}

impl<'de> Deserialize<'de> for TimeMapping {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_or_table(
            deserializer,
            "a column's name, or a table with from and format",
            |text| {
                Expression::of_text(text).map(|from| Self {
                    from,
                    format: TimeFormat::Auto,
                    fraction: None,
                })
            },
            |table: TimeTable| {
                Ok(Self {
                    from: table.from,
                    format: table.format,
                    fraction: table.fraction,
                })
            },
        )
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PayloadTable {
    column: String,
    at: Option<String>,
    #[serde(default)]
    format: PayloadFormat,
    #[serde(default)]
    unwrap: Unwrap,
    #[serde(default)]
    may_be_encrypted: bool,
    binary: Option<String>,
}

impl<'de> Deserialize<'de> for PayloadMapping {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_or_table(
            deserializer,
            "a column's name, or a table with column, at and format",
            |text| Ok::<_, std::convert::Infallible>(Self::column(text)),
            |table: PayloadTable| {
                Ok(Self {
                    column: table.column,
                    at: table.at,
                    format: table.format,
                    unwrap: table.unwrap,
                    may_be_encrypted: table.may_be_encrypted,
                    binary: table.binary,
                })
            },
        )
    }
}

impl PayloadMapping {
    /// A column whose form is found out value by value.
    pub fn column(name: impl Into<String>) -> Self {
        Self {
            column: name.into(),
            at: None,
            format: PayloadFormat::Auto,
            unwrap: Unwrap::Nothing,
            may_be_encrypted: false,
            binary: None,
        }
    }
}

/// How a payload is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PayloadFormat {
    /// By what is found: JSON, zlib or gzip over JSON, YAML with its `---`, XML, maps in MessagePack and CBOR, text, bytes.
    #[default]
    Auto,
    /// JSON.
    Json,
    /// Plain text.
    Text,
    /// JSON under zlib or gzip.
    Zlib,
    /// YAML, Ruby's tags included.
    Yaml,
    /// XML as XStream writes it.
    Xml,
    /// MessagePack.
    Msgpack,
    /// CBOR.
    Cbor,
    /// Bytes in no open form.
    Bytes,
}

/// What wraps a payload's value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unwrap {
    /// Nothing.
    #[default]
    Nothing,
    /// `{"_type_": …, "_data_": value}` around single values, at any depth.
    TypedData,
    /// `{"Type": value}` with the event's type as the only key, or the bare text `"Type"`.
    TypeTag,
}

/// Rows that hold an array of events each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with items and payload")]
pub struct Explode {
    /// Pointers to the array in the payload column, tried in turn; `""` is the whole.
    pub items: Vec<String>,
    /// Pointers to the payload in an item.
    pub payload: Vec<String>,
    /// Pointers to the metadata in an item.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metadata: Vec<String>,
    /// Pointers to the event type in an item.
    #[serde(rename = "type", default, skip_serializing_if = "Vec::is_empty")]
    pub kind: Vec<String>,
    /// Whether the row's version is that of its last event; otherwise of its first.
    #[serde(default, skip_serializing_if = "is_default")]
    pub version_is_last: bool,
}
