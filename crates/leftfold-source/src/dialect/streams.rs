//! Which column names the stream, and which one counts its events: chosen together, by name and by the rows.

use super::checks::looks;
use super::evidence::{Counting, counting, is_called_id, is_unique, unique_with};
use super::file::Look;
use super::roles::{Part, Role, exact_role, fitting, free};
use crate::shape::{ColumnShape, RowKey, Sample, TableShape};

/// A column that is called like a stream comes before one that only behaves like one.
const NAMED: i32 = 100;

/// The chosen columns, and why.
#[derive(Default)]
pub(super) struct Choice<'t> {
    pub(super) stream: Option<&'t ColumnShape>,
    pub(super) version: Option<&'t ColumnShape>,
    pub(super) score: u32,
    pub(super) reasons: Vec<(u32, String)>,
}

/// The stream's column and the version's, among those not taken.
pub(super) fn choose<'t>(table: &'t TableShape, taken: &[&str]) -> Choice<'t> {
    let named: Vec<Part<'t>> = fitting(Role::Stream, table, taken).collect();
    let versions: Vec<Part<'t>> = fitting(Role::Version, table, taken)
        .filter(|v| !counts_the_table(table, v.column))
        .collect();
    let mut best: Option<(i32, Choice<'t>)> = None;
    let mut offer = |rank: i32, choice: Choice<'t>| {
        if best.as_ref().is_none_or(|(r, _)| rank > *r) {
            best = Some((rank, choice));
        }
    };
    for stream in &named {
        let by_name = (
            stream.fit,
            format!("{} looks like the stream", stream.column.name),
        );
        let alone = Choice {
            stream: Some(stream.column),
            version: None,
            score: stream.fit,
            reasons: vec![by_name.clone()],
        };
        offer(NAMED + stream.fit as i32, alone);
        for version in versions.iter().filter(|v| v.column.name != stream.column.name) {
            let (evidence, told) = evidence(table, stream.column, version.column);
            let mut reasons = vec![by_version(version)];
            match told {
                Some(told) if evidence > 0 => reasons.push((stream.fit, told)),
                told => {
                    reasons.push(by_name.clone());
                    reasons.extend(told.map(|t| (0, t)));
                }
            }
            let choice = Choice {
                stream: Some(stream.column),
                version: Some(version.column),
                score: stream.fit + version.fit,
                reasons,
            };
            offer(NAMED + (stream.fit + version.fit) as i32 + evidence, choice);
        }
    }
    for version in &versions {
        for column in free(table, taken).filter(|c| may_be_stream(table, c, version.column)) {
            let found = counting(&[column], version.column);
            let index = unique_with(table, column, version.column);
            let (evidence, told) = evidence(table, column, version.column);
            let called = is_called_id(column);
            // Unique together and as nothing else: that is what a stream and its version are.
            let pair = index.is_some_and(|i| i.len() == 2) && found.twice == 0;
            let speaks = (called && (found.rises() || index.is_some())) || found.is_steady() || pair;
            let Some(told) = told.filter(|_| speaks && evidence > 0) else {
                continue;
            };
            let choice = Choice {
                stream: Some(column),
                version: Some(version.column),
                score: if pair { 40 } else { 15 } + version.fit,
                reasons: vec![(25, told), by_version(version)],
            };
            offer(version.fit as i32 + evidence + i32::from(called) * 20, choice);
        }
        let alone = Choice {
            stream: None,
            version: Some(version.column),
            score: version.fit,
            reasons: vec![by_version(version)],
        };
        offer(version.fit as i32 - NAMED, alone);
    }
    for (stream, version) in unique_pairs(table, taken) {
        let found = counting(&[stream], version);
        if found.twice > 0 || found.not_up > found.up {
            continue;
        }
        let told = format!(
            "{} looks like the stream and {} like its version: together they are unique",
            stream.name, version.name
        );
        let choice = Choice {
            stream: Some(stream),
            version: Some(version),
            score: 45,
            reasons: vec![(25, told)],
        };
        offer(10 + i32::from(found.rises()) * 20, choice);
    }
    best.map(|(_, choice)| choice).unwrap_or_default()
}

/// Columns that a unique index or key over both ties together, the second one counting, though neither is called so.
fn unique_pairs<'t>(table: &'t TableShape, taken: &[&str]) -> Vec<(&'t ColumnShape, &'t ColumnShape)> {
    let usable = |name: &String| free(table, taken).find(|c| c.name == *name);
    let counts = |c: &ColumnShape| {
        let there = c.samples.iter().filter(|s| **s != Sample::Null);
        let counter = there.clone().filter(|s| looks(Look::Counter, s, None)).count();
        let declared = c.declared.to_ascii_uppercase().contains("INT");
        counter == there.count() && (counter > 0 || declared)
    };
    table
        .unique
        .iter()
        .filter_map(|index| match &index[..] {
            [stream, version] => Some((usable(stream)?, usable(version)?)),
            _ => None,
        })
        .filter(|(s, v)| may_be_stream(table, s, v) && exact_role(&v.name).is_none() && counts(v))
        .collect()
}

fn by_version(version: &Part<'_>) -> (u32, String) {
    (
        version.fit,
        format!("{} looks like the version", version.column.name),
    )
}

/// Whether a column counts the rows of the whole table, so that it is no place in a stream.
fn counts_the_table(table: &TableShape, column: &ColumnShape) -> bool {
    table.integer_key() == Some(column.name.as_str()) || is_unique(table, column)
}

/// Whether a column without a stream's name may be one all the same: it is not plainly something else.
fn may_be_stream(table: &TableShape, column: &ColumnShape, version: &ColumnShape) -> bool {
    column.name != version.name
        && !is_unique(table, column)
        && table.integer_key() != Some(column.name.as_str())
        && matches!(exact_role(&column.name), None | Some(Role::Id | Role::Position))
        && matches!(table.key, RowKey::RowId(_) | RowKey::Columns(_))
}

/// How much the rows and the indexes speak for these two columns together, and in which words.
fn evidence(table: &TableShape, stream: &ColumnShape, version: &ColumnShape) -> (i32, Option<String>) {
    let found = with_kind(table, stream, version);
    let (s, v) = (&stream.name, &version.name);
    if found.twice * 4 > found.up + found.not_up {
        return (-60, Some(format!("{v} repeats within the same {s}")));
    }
    match unique_with(table, stream, version) {
        Some(index) => (
            40,
            Some(format!(
                "{s} looks like the stream: a unique index covers {}",
                index.join(", ")
            )),
        ),
        None if found.rises() => (
            30,
            Some(format!("{s} looks like the stream: where it repeats, {v} rises")),
        ),
        None => (0, None),
    }
}

/// Counts within the stream; where numbers stand twice there, within each kind of stream.
fn with_kind(table: &TableShape, stream: &ColumnShape, version: &ColumnShape) -> Counting {
    let found = counting(&[stream], version);
    if found.twice == 0 {
        return found;
    }
    fitting(Role::StreamKind, table, &[&stream.name, &version.name])
        .map(|kind| counting(&[kind.column, stream], version))
        .min_by_key(|c| c.twice)
        .filter(|c| c.twice < found.twice)
        .unwrap_or(found)
}
