//! What the rows say by themselves: whether one column counts up within the values of another.

use std::collections::BTreeMap;

use crate::shape::{ColumnShape, Sample, TableShape, folded};

/// Bytes of a value that tell it from others.
const TELLING: usize = 64;

/// How a column counts within the values of others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counting {
    /// Values that stand in any row.
    pub(super) values: usize,
    /// Those of them whose first number is the smallest there is among them all, 0 or 1.
    pub(super) from_start: usize,
    /// Values that stand in several rows.
    pub(super) repeated: usize,
    /// Steps from one row of a value to its next that go up.
    pub(super) up: usize,
    /// Those of them that go up by exactly one.
    pub(super) by_one: usize,
    /// Steps that do not go up.
    pub(super) not_up: usize,
    /// Rows whose number the same value had before.
    pub(super) twice: usize,
}

impl Counting {
    /// Whether something repeats, and always with a larger number.
    pub(super) fn rises(&self) -> bool {
        self.up > 0 && self.not_up == 0
    }

    /// Whether the numbers go up one by one in several values: that is hardly chance.
    pub(super) fn is_steady(&self) -> bool {
        self.rises() && self.repeated > 1 && self.by_one * 2 >= self.up
    }

    /// Whether the numbers begin anew with each of several values and go up without a gap: few rows show that, too.
    pub(super) fn is_whole(&self) -> bool {
        self.rises() && self.values > 1 && self.from_start == self.values && self.by_one == self.up
    }
}

/// Counts within each combination of values of `keys`. Rows where a key or the number is missing say nothing.
pub(super) fn counting(keys: &[&ColumnShape], number: &ColumnShape) -> Counting {
    let mut last: BTreeMap<Vec<Vec<u8>>, Vec<i64>> = BTreeMap::new();
    for (row, value) in number.samples.iter().enumerate() {
        let key: Option<Vec<_>> = keys
            .iter()
            .map(|k| k.samples.get(row).and_then(telling))
            .collect();
        if let (Some(key), Some(n)) = (key, integer(value)) {
            last.entry(key).or_default().push(n);
        }
    }
    let mut found = Counting::default();
    let start = last.values().filter_map(|n| n.first().copied()).min();
    found.values = last.len();
    for numbers in last.values() {
        found.repeated += usize::from(numbers.len() > 1);
        let first = numbers.first().copied();
        found.from_start += usize::from(first == start && matches!(first, Some(0 | 1)));
        for (i, step) in numbers.windows(2).enumerate() {
            found.up += usize::from(step[1] > step[0]);
            found.by_one += usize::from(step[0].checked_add(1) == Some(step[1]));
            found.not_up += usize::from(step[1] <= step[0]);
            found.twice += usize::from(numbers[..=i].contains(&step[1]));
        }
    }
    found
}

/// Whether no two rows can have the same value here: the only column of the key or of a unique index.
pub(super) fn is_unique(table: &TableShape, column: &ColumnShape) -> bool {
    let alone = column.primary_key == 1 && table.columns.iter().filter(|c| c.primary_key > 0).count() == 1;
    alone
        || table
            .unique
            .iter()
            .any(|u| matches!(&u[..], [only] if *only == column.name))
}

/// A unique index or key over both columns, as the list of its columns.
pub(super) fn unique_with<'t>(
    table: &'t TableShape,
    one: &ColumnShape,
    other: &ColumnShape,
) -> Option<&'t [String]> {
    let has = |u: &[String], c: &ColumnShape| u.contains(&c.name);
    table
        .unique
        .iter()
        .find(|u| has(u, one) && has(u, other))
        .map(|u| &u[..])
}

/// Whether a column is called like an identifier.
pub(super) fn is_called_id(column: &ColumnShape) -> bool {
    let name = folded(&column.name);
    ["id", "key", "guid", "ref", "identifier"]
        .iter()
        .any(|e| name.ends_with(e))
}

/// Names of columns of rows that are changed in place, as events never are.
const CHANGED_IN_PLACE: &[&str] = &[
    "updatedat",
    "modifiedat",
    "changedat",
    "deletedat",
    "updatedon",
    "modifiedon",
    "lastmodified",
    "email",
    "password",
    "passwordhash",
];

/// The column that tells that rows are changed in place.
pub(super) fn changed_in_place(table: &TableShape) -> Option<&ColumnShape> {
    table
        .columns
        .iter()
        .find(|c| CHANGED_IN_PLACE.contains(&folded(&c.name).as_str()))
}

fn telling(sample: &Sample) -> Option<Vec<u8>> {
    let short = |b: &[u8]| b[..b.len().min(TELLING)].to_vec();
    match sample {
        Sample::Null => None,
        Sample::Integer(n) => Some(n.to_be_bytes().to_vec()),
        Sample::Real(x) => Some(x.to_be_bytes().to_vec()),
        Sample::Text(t, _) => Some(short(t.as_bytes())),
        Sample::Blob(b, _) => Some(short(b)),
    }
}

fn integer(sample: &Sample) -> Option<i64> {
    match sample {
        Sample::Integer(n) => Some(*n),
        Sample::Text(t, false) => t.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(samples: &[Sample]) -> ColumnShape {
        ColumnShape {
            samples: samples.to_vec(),
            ..ColumnShape::default()
        }
    }

    #[test]
    fn a_version_counts_up_within_its_stream() {
        let text = |t: &str| Sample::Text(t.to_owned(), false);
        let stream = column(&[text("a"), text("b"), text("a"), text("b"), Sample::Null]);
        let version = column(&[1, 1, 2, 2, 9].map(Sample::Integer));
        let found = counting(&[&stream], &version);
        assert!(found.rises() && found.is_steady(), "{found:?}");
        assert!(found.is_whole(), "{found:?}");
        let constant = column(&[text("x"), text("x"), text("x"), text("x"), text("x")]);
        let found = counting(&[&constant], &version);
        assert_eq!((found.rises(), found.twice), (false, 2));
        assert!(
            !counting(&[&version], &version).rises(),
            "nothing repeats with another number"
        );
    }

    #[test]
    fn few_rows_count_where_every_value_begins_anew_and_misses_no_number() {
        let text = |t: &str| Sample::Text(t.to_owned(), false);
        let stream = column(&["a", "a", "b", "a"].map(text));
        let whole = |numbers: [i64; 4]| {
            let version = column(&numbers.map(Sample::Integer));
            counting(&[&stream], &version).is_whole()
        };
        assert!(whole([1, 2, 1, 3]));
        assert!(!whole([1, 2, 3, 4]), "a number of the whole table goes on");
        assert!(!whole([1, 2, 1, 4]), "a number is missing");
        assert!(!whole([1, 2, 1, 2]), "a number stands twice");
    }
}
