//! Compares the states of streams with rows that should hold them: a read model's table, a snapshot.

use std::borrow::Cow;

use leftfold_event::json::{self, Number, Object, Value};
use leftfold_event::{Cancel, Timestamp};
use leftfold_replay::{Path, Projection, ReplayError, StreamHistory};

use crate::equality::{Equality, FieldDifference};
use crate::finding::{Category, Finding};
use crate::snapshot::Fit;

/// A value of a row and the place in the state that it should be equal to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Where it is in the state.
    pub in_state: Path,
    /// Where it is in the row.
    pub in_row: Path,
}

/// What of a state is compared with what of a row.
#[derive(Clone, Debug, Default)]
pub struct RowFields {
    /// Which places; `None`: all of both.
    pub columns: Option<Vec<Column>>,
    /// Whether the row comes from a table, which has no booleans, and may keep JSON, decimals and times as text.
    pub of_table: bool,
    /// When two values are equal. Places that are left out are the state's.
    pub equality: Equality,
}

impl RowFields {
    /// Where a state and its row differ, by the state's places. A null is as good as nothing.
    pub fn differences(&self, state: &Value, row: &Value) -> Vec<FieldDifference> {
        let Some(columns) = &self.columns else {
            return self.equality.value_differences(state, row);
        };
        let mut found = Vec::new();
        for column in columns {
            self.column(column, state, row, &mut found);
        }
        found
    }

    /// Where in a row that is which is at this place of a state.
    pub fn in_row(&self, in_state: &Path) -> Path {
        let columns = self.columns.iter().flatten();
        let column = columns
            .filter(|c| c.in_state.holds(in_state))
            .max_by_key(|c| c.in_state.tokens().len());
        let Some(column) = column else {
            return in_state.clone();
        };
        let below = &in_state.tokens()[column.in_state.tokens().len()..];
        Path::from([column.in_row.tokens(), below].concat())
    }

    /// Whether they differ nowhere.
    pub fn fits(&self, state: &Value, row: &Value) -> bool {
        let Some(columns) = &self.columns else {
            return state == row || self.equality.value_differences(state, row).is_empty();
        };
        let mut found = Vec::new();
        columns.iter().all(|column| {
            self.column(column, state, row, &mut found);
            found.is_empty()
        })
    }

    /// What a row of a table says in the columns that are compared, in the form that this state has, by the columns' names.
    pub fn as_state_has_them(&self, state: &Value, row: &Value) -> Value {
        let mut fields = Object::default();
        for column in self.columns.iter().flatten() {
            let (Some(name), Some(own)) = (column.in_row.tokens().first(), column.in_row.find(row)) else {
                continue;
            };
            let value = match column.in_state.find(state) {
                Some(there) => as_state_has_it(there, own).into_owned(),
                None => own.clone(),
            };
            fields.insert(name.as_str(), value);
        }
        Value::Object(fields)
    }

    fn column(&self, column: &Column, state: &Value, row: &Value, found: &mut Vec<FieldDifference>) {
        let there = |value: Option<&'_ Value>| value.is_some_and(|v| *v != Value::Null);
        let (l, r) = (column.in_state.find(state), column.in_row.find(row));
        match (l.filter(|_| there(l)), r.filter(|_| there(r))) {
            (None, None) => {}
            (Some(l), Some(r)) if l == r => {}
            (Some(l), Some(r)) if self.of_table => {
                let r = as_state_has_it(l, r);
                self.equality
                    .differences_at(&column.in_state, Some(l), Some(&r), found);
            }
            (l, r) => self.equality.differences_at(&column.in_state, l, r, found),
        }
    }
}

/// A table's value in the form that the state has, where it means the same.
fn as_state_has_it<'r>(state: &Value, row: &'r Value) -> Cow<'r, Value> {
    let as_state = || Cow::Owned(state.clone());
    match (state, row) {
        (Value::Bool(_), Value::Number(n)) => match n.as_i64() {
            Some(0) => Cow::Owned(Value::Bool(false)),
            Some(1) => Cow::Owned(Value::Bool(true)),
            _ => Cow::Borrowed(row),
        },
        (Value::Number(_), Value::String(text)) => match Number::parse(text) {
            Some(number) => Cow::Owned(Value::Number(number)),
            None => Cow::Borrowed(row),
        },
        (Value::String(text), Value::Number(n)) => match Number::parse(text) {
            Some(number) if number.same_value(n) => as_state(),
            _ => Cow::Borrowed(row),
        },
        (Value::Object(_) | Value::Array(_), Value::String(text)) => match json::parse(text.as_bytes()) {
            Ok(value) => Cow::Owned(value),
            Err(_) => Cow::Borrowed(row),
        },
        (Value::String(a), Value::String(b)) => match (Timestamp::parse(a), Timestamp::parse(b)) {
            (Ok((a, _)), Ok((b, _))) if a.nanos == b.nanos => as_state(),
            _ => Cow::Borrowed(row),
        },
        _ => Cow::Borrowed(row),
    }
}

/// A stretch of a stream in which its state equals a row: after its first `from` events, until just before there were `until` of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Events there are when it begins; 0: before the stream is there.
    pub from: usize,
    /// Events there are when it ends; `None`: it lasts.
    pub until: Option<usize>,
}

/// Where a stream's state was that of a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
    /// In order.
    pub stretches: Vec<Stretch>,
    /// The state in the end; `None`: null, or there never was one.
    pub end: Option<Value>,
}

/// Folds the first `len` events of a stream and says where its state equals the row; `None` is no row, which is right where the state is
/// null or the stream not there yet. Events that cannot be applied change nothing.
pub fn stretches(
    history: &dyn StreamHistory,
    len: usize,
    projection: &dyn Projection,
    row: Option<&Value>,
    fields: &RowFields,
    cancel: &Cancel,
) -> Result<Course, ReplayError> {
    let mut state = projection.initial();
    let mut course = Course::default();
    let mut since = row.is_none().then_some(0);
    history.read(0..len, cancel, &mut |i, step| {
        let _ = projection.apply(&mut state, &step);
        let fits = match row {
            None => state == Value::Null,
            Some(row) => state != Value::Null && fields.fits(&state, row),
        };
        match (fits, since) {
            (true, None) => since = Some(i + 1),
            (false, Some(from)) => {
                since = None;
                course.stretches.push(Stretch {
                    from,
                    until: Some(i + 1),
                });
            }
            _ => {}
        }
    })?;
    if let Some(from) = since {
        course.stretches.push(Stretch { from, until: None });
    }
    course.end = Some(state).filter(|s| len > 0 && *s != Value::Null);
    Ok(course)
}

/// A row, a stream, or both, and where the one was the state of the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// Its number, which is told as a finding's stream.
    pub number: u32,
    /// Whether there is a row.
    pub has_row: bool,
    /// Whether the stream has a state in the end.
    pub has_state: bool,
    /// Where they fit, by places in the log.
    pub fits: Vec<Fit>,
    /// The event that set last what differs in the end, by its place in the log, where they fit nowhere.
    pub blamed: Option<u32>,
}

/// What a standing comes to; `None`: the row is the stream's state in the end. `time` is of an event.
///
/// A row that fits an earlier place is behind: pending, while the first event that it lacks is younger than the lag tolerance by the time up to
/// which both sides are known; `late` after that. One that fits nowhere is a mismatch.
pub fn judge(
    standing: &Standing,
    time: &dyn Fn(u32) -> Option<i64>,
    lag_tolerance: i64,
    known: Option<i64>,
) -> Option<Finding> {
    let last = standing.fits.last();
    if last.is_some_and(|fit| fit.until.is_none()) {
        return None;
    }
    let category = match (standing.has_row, standing.has_state) {
        (true, true) => Category::FieldMismatch,
        (true, false) => Category::Extra,
        (false, true) => Category::Missing,
        (false, false) => return None,
    };
    let left = last.map_or(standing.blamed, |fit| fit.until);
    let since = left.and_then(time);
    let mut finding = Finding {
        left,
        since,
        due: since
            .filter(|_| last.is_some())
            .map(|s| s.saturating_add(lag_tolerance)),
        ..Finding::new(category, standing.number)
    };
    let is_pending = finding.due.zip(known).is_some_and(|(due, known)| due > known);
    if category == Category::FieldMismatch && last.is_some() && !is_pending {
        finding.category = Category::Late;
    }
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        json::parse(text.as_bytes()).unwrap()
    }

    fn of_table(columns: &[(&str, &str)]) -> RowFields {
        let path = |text: &str| Path::parse(text).unwrap();
        RowFields {
            columns: Some(
                columns
                    .iter()
                    .map(|(state, row)| Column {
                        in_state: path(state),
                        in_row: path(row),
                    })
                    .collect(),
            ),
            of_table: true,
            equality: Equality::default(),
        }
    }

    #[test]
    fn a_table_says_the_same_in_its_own_forms() {
        let state = value(
            r#"{"paid":true,"total":12.50,"id":"17","lines":[{"n":1.0}],"at":"2026-11-20T14:00:00Z","gone":null,"name":"Ada"}"#,
        );
        let fields = of_table(&[
            ("/paid", "/paid"),
            ("/total", "/total"),
            ("/id", "/id"),
            ("/lines", "/lines"),
            ("/at", "/at"),
            ("/gone", "/gone"),
            ("/never", "/never"),
            ("/name", "/customer"),
        ]);
        let row = value(
            r#"{"paid":1,"total":"12.5","id":17,"lines":"[{\"n\":1}]","at":"2026-11-20 14:00:00","gone":null,"never":null,"customer":"Ada"}"#,
        );
        assert_eq!(fields.differences(&state, &row), []);
        assert!(fields.fits(&state, &row));
        let row = value(r#"{"paid":0,"total":"12.51","id":18,"lines":"[{\"n\":2}]","at":"x","never":1}"#);
        let places: Vec<String> = fields
            .differences(&state, &row)
            .into_iter()
            .map(|d| d.path)
            .collect();
        assert_eq!(
            places,
            ["/paid", "/total", "/id", "/lines/0/n", "/at", "/never", "/name"]
        );
    }

    fn fit(from: Option<u32>, until: Option<u32>) -> Fit {
        Fit { from, until }
    }

    #[test]
    fn what_fits_an_earlier_place_is_behind_and_what_fits_none_is_wrong() {
        let told = |standing: Standing, known: Option<i64>| {
            let standing = Standing {
                has_row: true,
                has_state: true,
                ..standing
            };
            judge(&standing, &|o| Some(i64::from(o) * 10), 30, known)
                .map(|f| (f.category.as_str(), f.status(known).as_str(), f.left))
        };
        let fits = |fits: &[Fit]| Standing {
            fits: fits.to_vec(),
            blamed: Some(7),
            ..Standing::default()
        };
        assert_eq!(told(fits(&[fit(Some(1), None)]), Some(100)), None);
        let behind = fits(&[fit(None, Some(1)), fit(Some(2), Some(8))]);
        assert_eq!(
            told(behind.clone(), Some(100)),
            Some(("field-mismatch", "pending", Some(8)))
        );
        assert_eq!(
            told(behind.clone(), Some(110)),
            Some(("late", "confirmed", Some(8)))
        );
        assert_eq!(told(behind, None), Some(("late", "confirmed", Some(8))));
        assert_eq!(
            told(fits(&[]), Some(0)),
            Some(("field-mismatch", "confirmed", Some(7)))
        );
    }

    #[test]
    fn a_stream_without_a_row_and_a_row_without_a_state_are_told_apart() {
        let told = |has_row, has_state| {
            let standing = Standing {
                has_row,
                has_state,
                fits: vec![fit(None, Some(0))],
                ..Standing::default()
            };
            judge(&standing, &|_| None, 0, None).map(|f| f.category.as_str())
        };
        assert_eq!(told(false, true), Some("missing"));
        assert_eq!(told(true, false), Some("extra"));
        assert_eq!(told(false, false), None);
    }
}
