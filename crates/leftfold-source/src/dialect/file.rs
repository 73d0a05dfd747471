//! The data files of the dialects, read once.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::mapping::Mapping;

/// One layout.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dialect {
    /// Its name, as in `--dialect`.
    pub(super) name: String,
    /// What a person calls it.
    pub(super) title: String,
    /// Columns the events' table must have (case and underscores do not matter).
    pub(super) columns: Vec<String>,
    /// Columns it must not have.
    #[serde(default)]
    pub(super) absent: Vec<String>,
    /// Columns it may have beyond those; others make the match less sure.
    #[serde(default)]
    pub(super) optional: Vec<String>,
    /// The usual names of the table; `*` stands for anything.
    #[serde(default)]
    pub(super) usual_tables: Vec<String>,
    /// Names of tables with the same columns that hold no events.
    #[serde(default)]
    pub(super) not_tables: Vec<String>,
    /// Tables that must stand beside it.
    #[serde(default)]
    pub(super) joins: Vec<DialectJoin>,
    /// What its values look like.
    #[serde(default)]
    pub(super) checks: Vec<Check>,
    /// What a reader should know, in sentences.
    #[serde(default)]
    pub(super) notes: Vec<String>,
    /// Whether the position is an order over all streams.
    #[serde(default = "yes")]
    pub(super) global_order: bool,
    /// Digits of the second the store's times have.
    #[serde(default)]
    pub(super) time_digits: Option<u8>,
    /// Whether every further column names a stream the event is in.
    #[serde(default)]
    pub(super) streams_from_other_columns: bool,
    /// How it is read. `table` is filled in; columns the table has not are left out.
    pub(super) mapping: Mapping,
}

fn yes() -> bool {
    true
}

/// A table beside the events' table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DialectJoin {
    pub(super) alias: String,
    /// Columns it must have.
    pub(super) columns: Vec<String>,
    /// Columns it must not have.
    #[serde(default)]
    pub(super) absent: Vec<String>,
    #[serde(default)]
    pub(super) usual_tables: Vec<String>,
    pub(super) left: String,
    pub(super) right: String,
    #[serde(default)]
    pub(super) many: bool,
    #[serde(default)]
    pub(super) order: Vec<String>,
}

/// What a column's values look like in this layout.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Check {
    pub(super) column: String,
    /// One of these.
    pub(super) looks: Vec<Look>,
    /// Whether the dialect is out of the question otherwise.
    #[serde(default)]
    pub(super) required: bool,
    /// For `looks = ["json-with"]`: the pointer that must be there.
    #[serde(default)]
    pub(super) at: Option<String>,
    /// The reason given when it holds, as a sentence.
    pub(super) says: String,
}

/// What a value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Look {
    /// JSON of any kind.
    Json,
    /// A JSON object with something at a pointer.
    JsonWith,
    /// zlib or gzip.
    Packed,
    /// YAML with its `---`.
    Yaml,
    /// XML.
    Xml,
    /// Random bytes.
    Encrypted,
    /// Bytes that are no text.
    Binary,
    /// ISO 8601 text.
    IsoTime,
    /// A number of milliseconds of a plausible year.
    EpochMilliseconds,
    /// A number of seconds of a plausible year.
    EpochSeconds,
    /// .NET ticks of a plausible year.
    DotnetTicks,
    /// An integer from 0 on.
    Counter,
    /// `module:Class.Event`.
    Topic,
    /// Text.
    Text,
}

/// Name and text of every data file, in the order of their names.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/dialects.rs"));

/// Every dialect, in the order of the data files' names.
pub(super) fn dialects() -> &'static [Dialect] {
    static ALL: LazyLock<Vec<Dialect>> = LazyLock::new(|| {
        // A data file that cannot be read is left out; a test holds that there is none.
        FILES
            .iter()
            .filter_map(|(_, text)| toml::from_str(text).ok())
            .collect()
    });
    &ALL
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_data_file_is_read_and_named_as_its_file() {
        for (name, text) in FILES {
            let dialect: Dialect = toml::from_str(text).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(dialect.name, *name);
        }
        assert_eq!(dialects().len(), FILES.len());
    }
}
