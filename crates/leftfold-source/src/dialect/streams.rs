//! Which column names the stream, and which one counts its events: chosen together, by name and by the rows.

use super::checks::looks;
use super::evidence::{Counting, counting, is_called_id, is_unique, unique_with};
use super::file::Look;
use super::roles::{Part, Role, exact_role, fitting, free};
use crate::shape::{ColumnShape, RowKey, Sample, TableShape, folded};

/// A column that is called like a stream comes before one that only behaves like one.
const NAMED: i32 = 100;

/// Names of the thing itself, folded: its stream, though where another column names that they are its kind.
const PLAIN: &[&str] = &["entity", "aggregate"];

/// The same for names that are common elsewhere too: only the rows or an index make streams of them.
const SUPPORTED: &[&str] = &["item", "object"];

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
            let named = is_called(PLAIN, column) || is_called(SUPPORTED, column);
            let speaks = ((called || named) && (found.rises() || index.is_some()))
                || found.is_steady()
                || found.is_whole()
                || pair;
            // Where no row contradicts, a plain name is enough beside a version.
            let told = match told {
                Some(told) if speaks && evidence > 0 => told,
                None if is_called(PLAIN, column) => format!("{} looks like the stream", column.name),
                _ => continue,
            };
            let score = match () {
                () if pair => 40,
                () if named => 30,
                () => 15,
            };
            let choice = Choice {
                stream: Some(column),
                version: Some(version.column),
                score: score + version.fit,
                reasons: vec![(25, told), by_version(version)],
            };
            // A name with a number in it is one of several things of a kind; without, it may be the kind.
            let by_name = match () {
                () if named && names_one(column) => 30,
                () if called => 20,
                () if named => 10,
                () => 0,
            };
            offer(version.fit as i32 + evidence + by_name, choice);
        }
        let alone = Choice {
            stream: None,
            version: Some(version.column),
            score: version.fit,
            reasons: vec![by_version(version)],
        };
        offer(version.fit as i32 - NAMED, alone);
    }
    for column in free(table, taken).filter(|c| is_called(PLAIN, c) && names_one(c) && !is_unique(table, c)) {
        let choice = Choice {
            stream: Some(column),
            version: None,
            score: 20,
            reasons: vec![(20, format!("{} looks like the stream", column.name))],
        };
        offer(0, choice);
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

fn is_called(names: &[&str], column: &ColumnShape) -> bool {
    names.contains(&folded(&column.name).as_str())
}

/// Whether most values of a column have a digit in them, as the names of single things do.
fn names_one(column: &ColumnShape) -> bool {
    let there = column.samples.iter().filter(|s| **s != Sample::Null);
    let single = there.clone().filter(|s| match s {
        Sample::Text(t, _) => t.contains(|c: char| c.is_ascii_digit()),
        _ => true,
    });
    let (single, all) = (single.count(), there.count());
    all > 0 && single * 2 > all
}

/// Why no column is taken for the stream: what is missing, as a clause.
pub(super) fn why_none(table: &TableShape, taken: &[&str]) -> String {
    let versions: Vec<&ColumnShape> = fitting(Role::Version, table, taken)
        .map(|v| v.column)
        .filter(|v| !counts_the_table(table, v))
        .collect();
    let Some(version) = versions.first() else {
        return "no column names a stream, and none counts its events".to_owned();
    };
    let rising = versions.iter().find_map(|v| {
        let repeats = |c: &&ColumnShape| may_be_stream(table, c, v) && counting(&[*c], v).rises();
        free(table, taken).find(repeats).map(|c| (c, v))
    });
    if let Some((column, version)) = rising {
        return format!(
            "no column names a stream for certain: where {} repeats, {} rises, but too few rows show that",
            column.name, version.name
        );
    }
    if version.samples.len() < 2 {
        return format!(
            "no column names a stream for certain, and there are too few rows to see for which one {} rises",
            version.name
        );
    }
    format!(
        "no column names a stream, and none repeats with a rising {}",
        version.name
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
        && (is_called(PLAIN, column)
            || matches!(exact_role(&column.name), None | Some(Role::Id | Role::Position)))
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
