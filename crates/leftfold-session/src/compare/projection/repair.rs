//! What would make rows the states they should be: rows to write or to delete, as of the place of the log that all rows are as of. Nothing
//! is written.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use leftfold_compare::{Category, Column, Finding, Status, Unrepaired};
use leftfold_event::json::{Number, Object, Value};
use leftfold_event::{Cancel, Progress};
use leftfold_log::LaneBy;
use leftfold_replay::Path;

use super::evidence::state_at;
use super::matching::id_in;
use super::rows::{Row, RowPlace, Rows};
use super::{Projected, Subject, compare_projection};
use crate::compare::findings::Findings as _;
use crate::compare::mirror::MirrorOptions;
use crate::compare::repair::{About, After, Remaining, RemainsBecause, remaining};
use crate::error::SessionError;
use crate::history::LogStream;

/// What is done about a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowAction {
    /// It is taken out.
    Delete,
    /// It is written, in place of one of the same key.
    Upsert,
}

impl RowAction {
    /// All of them, in the order in which they are done.
    pub const ALL: [Self; 2] = [Self::Delete, Self::Upsert];

    /// As it stands in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delete => "delete",
            Self::Upsert => "upsert",
        }
    }
}

/// Where a row stands that is written or deleted.
#[derive(Clone, Debug, PartialEq)]
pub enum RowAt {
    /// The row of a table by its row number.
    RowId(i64),
    /// The row of a table without row numbers, by what its primary key says.
    PrimaryKey(Value),
    /// A line, counted from 1.
    Line(u64),
}

impl RowAt {
    fn of(row: &Row) -> Option<Self> {
        Some(match row.place.as_ref()? {
            RowPlace::RowId(number) => Self::RowId(*number),
            RowPlace::PrimaryKey(columns) => {
                let mut key = Object::default();
                for column in columns.iter() {
                    key.insert(
                        column.as_str(),
                        row.fields.get(column).cloned().unwrap_or_default(),
                    );
                }
                Self::PrimaryKey(Value::Object(key))
            }
            RowPlace::Line(number) => Self::Line(*number),
        })
    }
}

/// One row to write or to delete.
#[derive(Clone, Debug)]
pub struct RowStep {
    /// What is done.
    pub action: RowAction,
    /// The finding it is about.
    pub about: About,
    /// The stream whose state it is; empty where it is of none.
    pub stream: String,
    /// What says whose state it is.
    pub key: String,
    /// The row as it should be or, where it is deleted, as it is.
    pub row: Value,
    /// Where the row stands that it is about, if its store says so.
    pub at: Option<RowAt>,
    /// The row it is about, by its number; `None`: there is none yet.
    place: Option<u32>,
}

/// A plan for rows, with what it needs to be tried.
pub struct RowsRepair<'p> {
    found: &'p Projected,
    options: MirrorOptions,
    /// What is done, in order.
    pub steps: Vec<RowStep>,
    unrepaired: Vec<(u32, Unrepaired)>,
    /// Streams whose rows are as of the place that all rows are as of, or will be, and have events after it.
    behind: BTreeSet<String>,
}

impl<'p> RowsRepair<'p> {
    /// Makes a plan: rows as of the place of the log that most of them are as of; with `to_end`, or where there is no such place, as of its end.
    ///
    /// # Errors
    /// `nothing-to-compare` where the rows are states of another history, of which no row can be written; `cancelled`.
    pub fn plan(
        found: &'p Projected,
        options: &MirrorOptions,
        to_end: bool,
        cancel: &Cancel,
    ) -> Result<Self, SessionError> {
        if found.rows.folded.is_some() {
            return Err(SessionError::new(
                "nothing-to-compare",
                "the right side is a history, folded: it has no rows that could be written",
            ));
        }
        let mut repair = Self {
            found,
            options: options.clone(),
            steps: Vec::new(),
            unrepaired: Vec::new(),
            behind: BTreeSet::new(),
        };
        for (number, finding) in (0_u32..).zip(found.findings()) {
            if cancel.is_cancelled() {
                return Err(SessionError::cancelled());
            }
            let why = match found.status(finding) {
                Status::Pending if !to_end => Some(Unrepaired::Pending),
                Status::Healed => Some(Unrepaired::Healed),
                Status::OutOfCoverage => Some(Unrepaired::OutOfCoverage),
                Status::Pending | Status::Confirmed => repair.take(number, finding, to_end, cancel)?,
            };
            repair.unrepaired.extend(why.map(|why| (number, why)));
        }
        repair.steps.sort_by_key(|s| (s.action, s.about.number));
        Ok(repair)
    }

    /// Plans what is done about a finding, or says why nothing is.
    fn take(
        &mut self,
        number: u32,
        finding: &Finding,
        to_end: bool,
        cancel: &Cancel,
    ) -> Result<Option<Unrepaired>, SessionError> {
        let found = self.found;
        let Some(subject) = found.subjects.get(finding.stream as usize).copied() else {
            return Ok(Some(Unrepaired::NoEvent));
        };
        let own = subject.row.and_then(|r| found.rows.rows.get(r as usize));
        let log = found.log();
        let stream = subject.stream.map_or("", |s| log.names(LaneBy::Stream).get(s));
        let key = own.map_or_else(|| self.key_of(subject), |row| row.key.clone());
        let step = |action, row: Value| RowStep {
            action,
            about: About {
                number: Some(number),
                category: finding.category,
                status: found.status(finding),
                since: finding.since,
            },
            stream: stream.to_owned(),
            key: key.clone(),
            row,
            at: own.and_then(RowAt::of),
            place: subject.row,
        };
        let gone = |own: Option<&Row>| own.map(|row| step(RowAction::Delete, row.fields.clone()));
        let (Some(number_of), true) = (subject.stream, finding.category != Category::Duplicate) else {
            self.steps.extend(gone(own));
            return Ok(None);
        };
        let events = LogStream::new(log, &*found.source.store, number_of);
        let then = match &found.as_of {
            Some(as_of) if !to_end => found.places.included(as_of, events.ordinals()).min(subject.len),
            _ => subject.len,
        };
        let state = if then == 0 {
            Value::Null
        } else {
            state_at(found, number_of, &events, then, cancel)?
        };
        let fits = match own {
            None => state == Value::Null,
            Some(row) => state != Value::Null && found.fields.fits(&state, &row.fields),
        };
        if then < subject.len {
            self.behind.insert(stream.to_owned());
        }
        if fits {
            return Ok(Some(Unrepaired::AsOfPlace));
        }
        let planned = if state == Value::Null {
            gone(own)
        } else {
            Some(step(RowAction::Upsert, self.row_of(subject, own, &state)))
        };
        self.steps.extend(planned);
        Ok(None)
    }

    /// What a row of a stream is known by that is not there yet.
    fn key_of(&self, subject: Subject) -> String {
        let log = self.found.log();
        let Some(stream) = subject.stream else {
            return String::new();
        };
        let name = log.names(LaneBy::Stream).get(stream);
        let category = log.category_of_stream(stream);
        let category = category.map_or("", |c| log.names(LaneBy::Category).get(c));
        let id = id_in(name, category).filter(|_| self.found.matching.by_id);
        id.unwrap_or(name).to_owned()
    }

    /// A row that says what a state says: what is compared, and what else the row has already.
    fn row_of(&self, subject: Subject, own: Option<&Row>, state: &Value) -> Value {
        let fields = &self.found.fields;
        let Some(columns) = &fields.columns else {
            return state.clone();
        };
        let mut row = own.map_or_else(|| self.begun(subject), |row| row.fields.clone());
        for Column { in_state, in_row } in columns {
            let value = in_state.find(state).cloned().unwrap_or_default();
            let value = if fields.of_table {
                as_a_table_has_it(value, self.said_in(own, in_row))
            } else {
                value
            };
            set(&mut row, in_row, value);
        }
        row
    }

    /// What the row says in a column, or the first one that says something there.
    fn said_in<'r>(&'r self, own: Option<&'r Row>, column: &Path) -> Option<&'r Value> {
        let rows = own.into_iter().chain(&self.found.rows.rows);
        rows.filter_map(|row| column.find(&row.fields))
            .find(|value| **value != Value::Null)
    }

    /// A new row with what it is known by, as far as the key is of one column.
    fn begun(&self, subject: Subject) -> Value {
        let mut row = Object::default();
        let key = self.key_of(subject);
        let column = self.found.rows.key.as_ref().and_then(|k| k.column_of(&key));
        if let Some((column, text)) = column {
            let like = self.found.rows.rows.first().and_then(|r| r.fields.get(column));
            row.insert(column, as_a_table_has_it(Value::from(text), like));
        }
        Value::Object(row)
    }

    /// Compares again with the plan applied to a copy of the rows in memory.
    pub fn after(&self, cancel: &Cancel, progress: &Progress) -> Result<After, SessionError> {
        let found = self.found;
        let changed: BTreeMap<u32, &RowStep> =
            self.steps.iter().filter_map(|s| Some((s.place?, s))).collect();
        let kept = (0_u32..)
            .zip(&found.rows.rows)
            .filter_map(|(place, row)| match changed.get(&place) {
                None => Some(row.clone()),
                Some(step) if step.action == RowAction::Upsert => Some(Row {
                    key: row.key.clone(),
                    fields: step.row.clone(),
                    place: row.place.clone(),
                }),
                Some(_) => None,
            });
        let new = self.steps.iter().filter(|s| s.place.is_none()).map(|s| Row {
            key: s.key.clone(),
            fields: s.row.clone(),
            place: None,
        });
        let rows = Rows {
            rows: kept.chain(new).collect(),
            ..found.rows.clone()
        };
        let again = compare_projection(
            (Arc::clone(&found.source), Arc::clone(&found.snapshot)),
            rows,
            &found.by,
            &self.options,
            found.moment,
            cancel,
            progress,
        )?;
        Ok(self.told(&again))
    }

    /// What is still found, and why.
    fn told(&self, again: &Projected) -> After {
        let found = self.found;
        let mut foreseen: BTreeMap<&str, Unrepaired> = BTreeMap::new();
        for (number, why) in &self.unrepaired {
            if let Some(finding) = found.findings().get(*number as usize) {
                foreseen.insert(found.place(finding), *why);
            }
        }
        let left = again.findings().iter().map(|finding| {
            let place = again.place(finding);
            let why = match foreseen.get(place) {
                Some(why) => RemainsBecause::Unrepaired(*why),
                None if self.behind.contains(place) => RemainsBecause::Unrepaired(Unrepaired::AsOfPlace),
                None => match again.status(finding) {
                    Status::Pending => RemainsBecause::Unrepaired(Unrepaired::Pending),
                    _ => RemainsBecause::Unforeseen,
                },
            };
            (finding.category, why)
        });
        After {
            findings: again.findings().len() as u64,
            remaining: remaining(left),
        }
    }

    /// Findings about which nothing is done: how many of each kind, and why.
    pub fn unrepaired(&self) -> Vec<Remaining> {
        let all = self.found.findings();
        let left = self.unrepaired.iter();
        remaining(left.filter_map(|(n, why)| Some((all.get(*n as usize)?.category, *why))))
    }
}

/// A state's value in the form that tables keep, and `like` another one of its column: there are no booleans, what is no plain value is JSON
/// text, and decimals may be text.
fn as_a_table_has_it(value: Value, like: Option<&Value>) -> Value {
    match (value, like) {
        (Value::Bool(is), _) => Value::from(i64::from(is)),
        (value @ (Value::Object(_) | Value::Array(_)), _) => Value::from(value.to_string()),
        (number @ Value::Number(_), Some(Value::String(_))) => Value::from(number.to_string()),
        (Value::String(text), Some(Value::Number(_))) => match Number::parse(&text) {
            Some(number) => Value::Number(number),
            None => Value::String(text),
        },
        (plain, _) => plain,
    }
}

/// Puts a value where it belongs, with the objects on the way.
fn set(row: &mut Value, at: &Path, value: Value) {
    let mut here = row;
    for token in at.tokens() {
        if !matches!(here, Value::Object(_)) {
            *here = Value::Object(Object::default());
        }
        let Value::Object(object) = here else { return };
        if object.get(token).is_none() {
            object.insert(token.as_str(), Value::Null);
        }
        let Some(next) = object.get_mut(token) else { return };
        here = next;
    }
    *here = value;
}
