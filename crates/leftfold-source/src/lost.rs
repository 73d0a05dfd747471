//! Rows that no event could be made of: where they stood, and how many they were as far as that can be known.

use std::fmt;

use leftfold_event::json::{Object, Value};

use crate::Unreadable;

/// A stretch of rows that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostRows {
    /// The first row number of the stretch.
    pub first: i64,
    /// The last row number of the stretch; `None`: to the end of the table, wherever that was.
    pub last: Option<i64>,
    /// How many rows stood there.
    pub rows: RowCount,
    /// What SQLite says.
    pub why: String,
}

/// A number of rows, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowCount {
    /// Exactly so many.
    Exactly(u64),
    /// Not fewer than the first, not more than the second.
    Between(u64, u64),
    /// Not fewer.
    AtLeast(u64),
}

impl RowCount {
    /// Not fewer than these.
    pub const fn at_least(self) -> u64 {
        match self {
            Self::Exactly(n) | Self::Between(n, _) | Self::AtLeast(n) => n,
        }
    }

    /// Not more than these, if that is known.
    pub const fn at_most(self) -> Option<u64> {
        match self {
            Self::Exactly(n) | Self::Between(_, n) => Some(n),
            Self::AtLeast(_) => None,
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let least = self.at_least().saturating_add(other.at_least());
        match (self.at_most(), other.at_most()) {
            (Some(a), Some(b)) if a.saturating_add(b) == least => Self::Exactly(least),
            (Some(a), Some(b)) => Self::Between(least, a.saturating_add(b)),
            _ => Self::AtLeast(least),
        }
    }
}

/// `24 rows`, `at least 1 and at most 24 rows`, `at least 1 row`.
impl fmt::Display for RowCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = |n: u64| if n == 1 { "row" } else { "rows" };
        match self {
            Self::Exactly(n) => write!(f, "{n} {}", rows(*n)),
            Self::Between(0, most) => write!(f, "at most {most} {}", rows(*most)),
            Self::AtLeast(0) => f.write_str("an unknown number of rows"),
            Self::Between(least, most) => write!(f, "at least {least} and at most {most} rows"),
            Self::AtLeast(n) => write!(f, "at least {n} {}", rows(*n)),
        }
    }
}

impl LostRows {
    /// Where they stood: `row 7`, `rows 7 to 12`, `the rows from 7 on`.
    pub fn place(&self) -> String {
        match self.last {
            Some(last) if last == self.first => format!("row {last}"),
            Some(last) => format!("rows {} to {last}", self.first),
            None => format!("the rows from {} on", self.first),
        }
    }

    /// What a person is told of it.
    pub fn message(&self) -> String {
        if self.last == Some(self.first) {
            return format!("{} cannot be read: {}", self.place(), self.why);
        }
        format!("{} cannot be read ({}): {}", self.place(), self.rows, self.why)
    }

    /// For machines: `{"from": 7, "to": 12, "rows": 6}`, or `"rows_at_least"` and `"rows_at_most"`.
    pub fn fact(&self) -> Value {
        let mut fact = Object::new();
        fact.insert("from", Value::from(self.first));
        if let Some(last) = self.last {
            fact.insert("to", Value::from(last));
        }
        if let RowCount::Exactly(n) = self.rows {
            fact.insert("rows", Value::from(n));
        } else {
            fact.insert("rows_at_least", Value::from(self.rows.at_least()));
            if let Some(n) = self.rows.at_most() {
                fact.insert("rows_at_most", Value::from(n));
            }
        }
        Value::Object(fact)
    }
}

/// All of them in one sentence, with the first place and the last; `None` when there are none.
pub(crate) fn summary(lost: &[LostRows]) -> Option<Unreadable> {
    let all = lost.iter().map(|l| l.rows).reduce(RowCount::plus)?;
    Some(Unreadable {
        message: sentence(lost, all)?,
        rows: all.at_least(),
        events: lost.len() as u64,
        marked: lost.len() as u64,
    })
}

fn sentence(lost: &[LostRows], all: RowCount) -> Option<String> {
    let (first, last) = (lost.first()?, lost.last()?);
    if lost.len() == 1 {
        return Some(first.message());
    }
    Some(format!(
        "{all} cannot be read, in {} places; the first: {}; the last: {}: {}",
        lost.len(),
        first.place(),
        last.place(),
        last.why
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost(first: i64, last: Option<i64>, rows: RowCount) -> LostRows {
        LostRows {
            first,
            last,
            rows,
            why: "torn".to_owned(),
        }
    }

    #[test]
    fn many_places_make_one_sentence() {
        let summary = |lost: &[LostRows]| summary(lost).map(|u| u.message);
        assert_eq!(summary(&[]), None);
        let one = lost(7, Some(7), RowCount::Exactly(1));
        assert_eq!(
            summary(std::slice::from_ref(&one)).as_deref(),
            Some("row 7 cannot be read: torn")
        );
        let gap = lost(10, Some(14), RowCount::Exactly(5));
        assert_eq!(
            summary(&[one.clone(), gap]).as_deref(),
            Some("6 rows cannot be read, in 2 places; the first: row 7; the last: rows 10 to 14: torn")
        );
        let sparse = lost(20, Some(29), RowCount::Between(1, 10));
        let end = lost(40, None, RowCount::AtLeast(1));
        assert_eq!(one.rows.plus(sparse.rows), RowCount::Between(2, 11));
        let text = summary(&[one, sparse, end]).unwrap_or_default();
        assert!(
            text.starts_with("at least 3 rows cannot be read, in 3 places"),
            "{text}"
        );
        assert!(text.contains("the last: the rows from 40 on"), "{text}");
    }
}
