//! What a table looks like: its columns and a few of its values. All that detection looks at.

use std::fmt;

/// A table and a few of its rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableShape {
    /// Its name.
    pub name: String,
    /// Its columns, in the table's order.
    pub columns: Vec<ColumnShape>,
    /// How a row is addressed.
    pub key: RowKey,
    /// An upper bound of the number of rows, where it is cheap to have.
    pub rows_at_most: Option<u64>,
    /// The columns of every unique index and of the primary key, each in its order.
    pub unique: Vec<Vec<String>>,
    /// The names of the indexes over all rows.
    pub indexes: Vec<String>,
}

/// A column and a few of its values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnShape {
    /// Its name.
    pub name: String,
    /// Its type as declared; may be empty.
    pub declared: String,
    /// Whether it is declared NOT NULL.
    pub not_null: bool,
    /// Its place in the primary key, from 1; 0 when outside.
    pub primary_key: u32,
    /// Whether its value is computed when read (a virtual generated column); such a column is never read.
    pub computed: bool,
    /// Its values in the first rows and, in a longer table, the last ones.
    pub samples: Vec<Sample>,
}

/// How a row is addressed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RowKey {
    /// By its row number, under this unshadowed name (`rowid`, `_rowid_` or `oid`).
    RowId(&'static str),
    /// By its primary key alone (`WITHOUT ROWID`), these columns in order.
    Columns(Vec<String>),
    /// Not at all.
    #[default]
    None,
}

/// A value of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Sample {
    /// NULL.
    Null,
    /// An integer.
    Integer(i64),
    /// A float.
    Real(f64),
    /// Text; `true` when it was cut.
    Text(String, bool),
    /// Bytes; `true` when they were cut.
    Blob(Vec<u8>, bool),
}

/// A short text for a person.
impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("NULL"),
            Self::Integer(n) => write!(f, "{n}"),
            Self::Real(x) => write!(f, "{x}"),
            Self::Text(t, cut) => {
                let short: String = t.chars().take(120).collect();
                write!(
                    f,
                    "{short}{}",
                    if *cut || short.len() < t.len() { "…" } else { "" }
                )
            }
            Self::Blob(b, cut) => match std::str::from_utf8(b) {
                Ok(t) if !b.is_empty() => Self::Text(t.to_owned(), *cut).fmt(f),
                _ => {
                    for byte in b.iter().take(24) {
                        write!(f, "{byte:02x}")?;
                    }
                    f.write_str(if *cut || b.len() > 24 { "…" } else { "" })
                }
            },
        }
    }
}

impl TableShape {
    /// The column that goes by this name: exactly, else ignoring case and underscores.
    pub fn column(&self, name: &str) -> Option<&ColumnShape> {
        self.columns.iter().find(|c| c.name == name).or_else(|| {
            let wanted = folded(name);
            self.columns.iter().find(|c| folded(&c.name) == wanted)
        })
    }

    /// The names of its columns that are never read.
    pub fn computed(&self) -> impl Iterator<Item = &str> {
        self.columns
            .iter()
            .filter(|c| c.computed)
            .map(|c| c.name.as_str())
    }

    /// What a reader should know of columns that are never read, as a sentence.
    pub(crate) fn computed_note(&self) -> Option<String> {
        let names: Vec<&str> = self.computed().collect();
        match &names[..] {
            [] => None,
            [only] => Some(format!(
                "The virtual generated column {only} is not read: that could run code of the file's author."
            )),
            all => Some(format!(
                "The virtual generated columns {} are not read: that could run code of the file's author.",
                all.join(", ")
            )),
        }
    }

    /// The column that is the row number (`INTEGER PRIMARY KEY`), if there is one.
    pub fn integer_key(&self) -> Option<&str> {
        if !matches!(self.key, RowKey::RowId(_)) {
            return None;
        }
        let mut keys = self.columns.iter().filter(|c| c.primary_key > 0);
        match (keys.next(), keys.next()) {
            (Some(c), None) if c.declared.eq_ignore_ascii_case("integer") => Some(&c.name),
            _ => None,
        }
    }
}

/// A name without case, underscores, dashes and spaces: `aggregate_identifier` and `aggregateIdentifier` are one.
pub(crate) fn folded(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, '_' | '-' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}
