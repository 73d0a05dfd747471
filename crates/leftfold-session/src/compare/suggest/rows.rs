//! Which table holds the states of a history's streams: which column says whose a row is, and which are fields of the states.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use leftfold_compare::{Column, Equality, RowFields};
use leftfold_event::json::Value;
use leftfold_event::{Cancel, Progress};
use leftfold_log::LaneBy;
use leftfold_replay::Path as Place;
use leftfold_source::SourceFile;

use super::{FEWEST, SHARE};
use crate::compare::field::key_text;
use crate::compare::projection::{id_in, plain};
use crate::compare::rule::History;
use crate::compare::streams::{over_streams, projection_of};
use crate::error::SessionError;
use crate::session::Session;

/// Rows of a table that are looked at: its first ones.
const ROWS: usize = 5000;

/// States that are folded to find out which column is which field.
const STATES: usize = 200;

/// Places of a state that are looked at, and how deep they may lie.
const PLACES: usize = 200;
const DEEP: usize = 3;

/// What a file of rows may have to do with a history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowsSuggestion {
    /// Tables of which rows are of streams, the likeliest first.
    pub tables: Vec<TableSuggestion>,
}

/// A table whose rows are of streams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSuggestion {
    /// Its name.
    pub table: String,
    /// The column that says whose state a row is.
    pub key: String,
    /// The category of the streams, where the column holds what stands behind it in their names.
    pub category: Option<String>,
    /// Whether rows are of streams of several categories as well, so that the category has to be said.
    pub ambiguous: bool,
    /// Rows that were looked at, the table's first ones, and those of them whose stream there is.
    pub rows: [usize; 2],
    /// Whether there are more rows.
    pub is_sample: bool,
    /// Columns that are fields of the states: where in the state, and in how many rows both are equal, of so many.
    pub columns: Vec<(String, String, [usize; 2])>,
    /// Columns that are no field.
    pub other: Vec<String>,
}

impl TableSuggestion {
    /// Columns whose places have to be said, because they are called otherwise there.
    pub fn mapped(&self) -> impl Iterator<Item = (&str, &str)> {
        let columns = self.columns.iter();
        columns
            .filter(|(column, place, _)| {
                place
                    .strip_prefix('/')
                    .is_none_or(|field| plain(field) != plain(column))
            })
            .map(|(column, place, _)| (column.as_str(), place.as_str()))
    }
}

/// Which rows are of which streams: by whole names, or by what stands behind a category.
struct Found {
    streams: Vec<Option<u32>>,
    category: Option<String>,
    ambiguous: bool,
}

impl Found {
    fn rows(&self) -> usize {
        self.streams.iter().flatten().count()
    }
}

/// The streams of a history by what rows may be known by.
struct Known<'h> {
    history: History<'h>,
    /// By category: what stands behind it.
    by_id: BTreeMap<u32, HashMap<&'h str, u32>>,
}

impl<'h> Known<'h> {
    fn of(history: History<'h>) -> Self {
        let log = history.log;
        let (names, categories) = (log.names(LaneBy::Stream), log.names(LaneBy::Category));
        let mut by_id: BTreeMap<u32, HashMap<&str, u32>> = BTreeMap::new();
        for (stream, name) in names.iter() {
            if let Some(category) = log.category_of_stream(stream)
                && let Some(id) = id_in(name, categories.get(category))
            {
                by_id.entry(category).or_default().insert(id, stream);
            }
        }
        Self { history, by_id }
    }

    fn find(&self, keys: &[Option<String>], table: &str) -> Found {
        let log = self.history.log;
        let names = log.names(LaneBy::Stream);
        let whole = |key: &Option<String>| names.key(key.as_deref()?);
        let mut best = Found {
            streams: keys.iter().map(whole).collect(),
            category: None,
            ambiguous: false,
        };
        let fitting = |ids: &HashMap<&str, u32>| {
            keys.iter()
                .flatten()
                .filter(|key| ids.contains_key(key.as_str()))
                .count()
        };
        let counts: Vec<(u32, usize)> = self.by_id.iter().map(|(c, ids)| (*c, fitting(ids))).collect();
        let most = counts.iter().map(|(_, n)| *n).max().unwrap_or(0);
        if most <= best.rows() {
            return best;
        }
        let categories = log.names(LaneBy::Category);
        let tied: Vec<u32> = counts
            .iter()
            .filter(|(_, n)| *n == most)
            .map(|(c, _)| *c)
            .collect();
        // A table of orders is of the category order.
        let table = plain(table);
        let is_named = |c: &u32| {
            let category = plain(categories.get(*c));
            !category.is_empty() && table.contains(&category)
        };
        let named: Vec<u32> = tied.iter().copied().filter(is_named).collect();
        let category = if let [one] = named[..] { one } else { tied[0] };
        let ids = &self.by_id[&category];
        let of_id = |key: &Option<String>| ids.get(key.as_deref()?).copied();
        best.streams = keys.iter().map(of_id).collect();
        best.category = Some(categories.get(category).to_owned());
        best.ambiguous = tied.len() > 1 && named.len() != 1;
        best
    }
}

impl Session {
    /// Whether a file is one of tables that hold no history, or has this table, whose rows may be states of streams.
    pub fn has_rows(&self, path: &Path, table: Option<&str>) -> Result<bool, SessionError> {
        let file = self.file(path)?;
        let tables = file.tables();
        match table {
            None => Ok(!tables.is_empty() && file.stores().is_empty()),
            Some(table) if tables.iter().any(|t| t.name == table) => Ok(true),
            Some(table) => {
                let known: Vec<&str> = tables.iter().map(|t| t.name.as_str()).collect();
                let known = if known.is_empty() {
                    "none".to_owned()
                } else {
                    known.join(", ")
                };
                Err(SessionError::new(
                    "source-mapping",
                    format!(
                        "{}: there is no table {table:?}; there are {known}",
                        path.display()
                    ),
                ))
            }
        }
    }

    /// Looks through the first rows of a file's tables, or of one of them, for those that may be states of a history's streams.
    pub fn suggest_rows(
        &self,
        path: &Path,
        history: History<'_>,
        table: Option<&str>,
        cancel: &Cancel,
        progress: &Progress,
    ) -> Result<RowsSuggestion, SessionError> {
        suggest_rows(history, &*self.file(path)?, table, cancel, progress)
    }
}

fn suggest_rows(
    history: History<'_>,
    file: &SourceFile,
    table: Option<&str>,
    cancel: &Cancel,
    progress: &Progress,
) -> Result<RowsSuggestion, SessionError> {
    let known = Known::of(history);
    let mut found = Vec::new();
    for shape in file.tables() {
        if table.is_some_and(|table| table != shape.name) {
            continue;
        }
        let (mut rows, mut more) = (Vec::new(), false);
        // What is behind them is passed over.
        file.rows(&shape.name, cancel, &mut |_, row| {
            if rows.len() < ROWS {
                rows.push(Value::Object(row));
                progress.set_done(progress.done() + 1);
            } else {
                more = true;
            }
        })?;
        let columns: Vec<&str> = shape
            .columns
            .iter()
            .filter(|c| !c.computed)
            .map(|c| c.name.as_str())
            .collect();
        let mut best: Option<(&str, Found)> = None;
        for column in &columns {
            let key = |row: &Value| row.get(column).filter(|v| **v != Value::Null).map(key_text);
            let keys: Vec<Option<String>> = rows.iter().map(key).collect();
            let of_column = known.find(&keys, &shape.name);
            if best
                .as_ref()
                .is_none_or(|(_, best)| best.rows() < of_column.rows())
            {
                best = Some((column, of_column));
            }
        }
        let Some((key, of_key)) = best else { continue };
        // A few rows are of streams by chance where ids are small numbers.
        if of_key.rows() < FEWEST.min(rows.len())
            || of_key.rows() * 100 < rows.len() * SHARE
            || rows.is_empty()
        {
            continue;
        }
        let others: Vec<&str> = columns.iter().copied().filter(|c| *c != key).collect();
        let (columns, other) = fields(history, &rows, &of_key, &others, cancel)?;
        found.push(TableSuggestion {
            table: shape.name.clone(),
            key: key.to_owned(),
            rows: [rows.len(), of_key.rows()],
            category: of_key.category,
            ambiguous: of_key.ambiguous,
            is_sample: more,
            columns,
            other,
        });
    }
    if cancel.is_cancelled() {
        return Err(SessionError::cancelled());
    }
    // Most fields first; then most rows.
    found.sort_by_key(|t: &TableSuggestion| std::cmp::Reverse((t.columns.len(), t.rows[1])));
    Ok(RowsSuggestion { tables: found })
}

/// Columns with their places and in how many rows both are equal; and the columns that are no field.
type Fields = (Vec<(String, String, [usize; 2])>, Vec<String>);

fn fields(
    history: History<'_>,
    rows: &[Value],
    found: &Found,
    columns: &[&str],
    cancel: &Cancel,
) -> Result<Fields, SessionError> {
    let mut row_of: HashMap<u32, &Value> = HashMap::new();
    let matched = found
        .streams
        .iter()
        .zip(rows)
        .filter_map(|(s, row)| Some(((*s)?, row)));
    let step = found.rows().div_ceil(STATES).max(1);
    for (stream, row) in matched.step_by(step) {
        row_of.entry(stream).or_insert(row);
    }
    let mut streams: Vec<u32> = row_of.keys().copied().collect();
    streams.sort_unstable();
    let states = over_streams(history, &streams, cancel, &Progress::new(), |stream, events| {
        let projection = projection_of(history, stream, None)?;
        let mut state = projection.initial();
        events.read(0..events.len(), cancel, &mut |_, step| {
            let _ = projection.apply(&mut state, &step);
        })?;
        Ok(state)
    })?;
    let mut places: BTreeMap<String, Place> = BTreeMap::new();
    for (_, state) in &states {
        leaves(state, &mut Vec::new(), &mut places);
    }
    let mut taken = Fields::default();
    for column in columns {
        let in_row = Place::from(vec![(*column).into()]);
        let having =
            |(stream, _): &&(u32, Value)| row_of[stream].get(column).is_some_and(|v| *v != Value::Null);
        let having: Vec<&(u32, Value)> = states.iter().filter(having).collect();
        let mut best: Option<(bool, usize, &str)> = None;
        for (text, place) in &places {
            let fields = RowFields {
                columns: Some(vec![Column {
                    in_state: place.clone(),
                    in_row: in_row.clone(),
                }]),
                of_table: true,
                equality: Equality::default(),
            };
            let equal = having
                .iter()
                .filter(|(stream, state)| fields.fits(state, row_of[stream]))
                .count();
            let named = text
                .strip_prefix('/')
                .is_some_and(|field| plain(field) == plain(column));
            // A row may be behind, so that not all have to be equal; a name says more than equal values.
            let better = best.is_none_or(|(was_named, most, _)| (named, equal) > (was_named, most));
            if better && (named || equal >= FEWEST && equal * 100 >= having.len() * SHARE * 2) {
                best = Some((named, equal, text));
            }
        }
        match best {
            Some((_, equal, text)) => {
                let both = [equal, having.len()];
                taken.0.push(((*column).to_owned(), text.to_owned(), both));
            }
            None => taken.1.push((*column).to_owned()),
        }
    }
    Ok(taken)
}

/// The places of a state's values, as pointers.
fn leaves(value: &Value, way: &mut Vec<String>, places: &mut BTreeMap<String, Place>) {
    if let Value::Object(members) = value {
        if way.len() >= DEEP {
            return;
        }
        for (key, value) in members.iter() {
            way.push(key.to_owned());
            leaves(value, way, places);
            way.pop();
        }
    }
    if !way.is_empty() && places.len() < PLACES {
        let path = Place::from(way.iter().map(|key| key.as_str().into()).collect::<Vec<_>>());
        places.entry(path.to_string()).or_insert(path);
    }
}
