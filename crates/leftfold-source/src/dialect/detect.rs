//! Finds which tables of a file hold events, and how to read them.

use std::collections::BTreeSet;

use super::checks::{Outcome, outcome};
use super::file::{Dialect, DialectJoin, dialects};
use super::guess::{self, Guess};
use crate::expression::Expression;
use crate::mapping::{Condition, Fraction, Join, Mapping, PayloadMapping, TimeMapping};
use crate::shape::{RowKey, TableShape, folded};
use crate::{Certainty, StoreInfo};

/// A table found to hold events, and how to read it.
#[derive(Clone, Debug, PartialEq)]
pub struct Detected {
    /// What it is, and why.
    pub info: StoreInfo,
    /// How it is read.
    pub mapping: Mapping,
    /// How well it fits; only comparable within one file.
    score: u32,
}

/// A table that is not taken for events, though it comes near.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// What speaks for it.
    pub info: StoreInfo,
    /// How it would be read: a start for a mapping made by hand.
    pub mapping: Mapping,
    /// What speaks against it, as a clause.
    pub against: String,
}

/// What is found in a file's tables.
#[derive(Clone, Debug, Default)]
pub(crate) struct Detection {
    /// The tables that hold events, best first.
    pub(crate) found: Vec<Detected>,
    /// Those that come near, nearest first.
    pub(crate) candidates: Vec<Candidate>,
    /// All others whose rows can be found again: how each would be read if it were events after all.
    pub(crate) others: Vec<Candidate>,
}

/// Every table that holds events, best first. Pure: looks at nothing but the shapes.
pub fn detect(tables: &[TableShape]) -> Vec<Detected> {
    detection(tables).found
}

/// The same with the tables that come near.
pub(crate) fn detection(tables: &[TableShape]) -> Detection {
    let (mut found, known) = by_dialect(tables);
    let beside_known = !found.is_empty();
    let (mut candidates, mut others) = (Vec::new(), Vec::new());
    for guess in tables
        .iter()
        .filter(|t| !known.contains(&t.name))
        .filter_map(|t| guess::guess(t, beside_known))
    {
        let Guess {
            info,
            mapping,
            score,
            against,
            near,
        } = guess;
        match against {
            None => found.push(Detected { info, mapping, score }),
            Some(against) => {
                let candidate = Candidate {
                    info,
                    mapping,
                    against,
                };
                if near {
                    candidates.push((score, candidate));
                } else {
                    others.push(candidate);
                }
            }
        }
    }
    found.sort_by(|a, b| {
        (b.info.certainty, b.score)
            .cmp(&(a.info.certainty, a.score))
            .then_with(|| a.mapping.table.cmp(&b.mapping.table))
    });
    candidates.sort_by(|(a, x), (b, y)| b.cmp(a).then_with(|| x.mapping.table.cmp(&y.mapping.table)));
    Detection {
        found,
        candidates: candidates.into_iter().map(|(_, c)| c).collect(),
        others,
    }
}

/// The tables that dialects know: as events; and by name those known as anything, look-alikes and neighbours included.
fn by_dialect(tables: &[TableShape]) -> (Vec<Detected>, BTreeSet<String>) {
    let mut found = Vec::new();
    let mut known = BTreeSet::new();
    for table in tables {
        let mut best: Option<Detected> = None;
        for dialect in dialects() {
            if !has_columns(table, &dialect.columns, &dialect.absent) {
                continue;
            }
            if dialect.not_tables.iter().any(|p| matches_name(p, &table.name)) {
                known.insert(table.name.clone());
                continue;
            }
            if let Some(candidate) = fit(dialect, table, tables)
                && best.as_ref().is_none_or(|b| candidate.score > b.score)
            {
                best = Some(candidate);
            }
        }
        if let Some(best) = best {
            known.extend(best.info.tables.iter().cloned());
            found.push(best);
        }
    }
    (found, known)
}

fn has_columns(table: &TableShape, columns: &[String], absent: &[String]) -> bool {
    columns.iter().all(|c| table.column(c).is_some()) && absent.iter().all(|c| table.column(c).is_none())
}

/// `*` at either end, or in the middle, stands for anything; case does not matter.
fn matches_name(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_lowercase(), name.to_lowercase());
    match pattern.split_once('*') {
        None => pattern == name || folded(&pattern) == folded(&name),
        Some((start, end)) => match end.strip_suffix('*') {
            Some(middle) => name.strip_prefix(start).is_some_and(|rest| rest.contains(middle)),
            None => name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end),
        },
    }
}

fn fit(dialect: &Dialect, table: &TableShape, tables: &[TableShape]) -> Option<Detected> {
    if table.key == RowKey::None {
        return None;
    }
    let mut joins = Vec::new();
    for join in &dialect.joins {
        joins.push((join, partner(join, table, tables)?));
    }
    let usual = dialect.usual_tables.iter().any(|p| matches_name(p, &table.name));
    let mut reasons = vec![format!(
        "the table {} has the columns {}",
        table.name,
        dialect
            .columns
            .iter()
            .take(12)
            .cloned()
            .collect::<Vec<_>>()
            .join(", ")
    )];
    let mut sure = true;
    let mut held = 0;
    for check in &dialect.checks {
        let outcome = table
            .column(&check.column)
            .map_or(Outcome::Unknown, |c| outcome(check, c));
        match outcome {
            Outcome::Holds => {
                held += 1;
                reasons.push(check.says.clone());
            }
            Outcome::Fails if check.required => return None,
            Outcome::Fails => {
                sure = false;
                reasons.push(format!(
                    "not as usual in column {}: expected that {}",
                    check.column, check.says
                ));
            }
            // Without a row the columns alone speak.
            Outcome::Unknown => {}
        }
    }
    if usual {
        reasons.insert(1, format!("the table's name is usual for {}", dialect.title));
    }
    let strangers = strangers(dialect, table).len() as u32;
    let mapping = instantiate(dialect, table, &joins)?;
    // A table of another name needs its values to speak for the layout.
    let certain = sure && (usual || (held > 0 && held == dialect.checks.len()));
    let certainty = if certain {
        Certainty::Certain
    } else {
        Certainty::Likely
    };
    let present = dialect
        .optional
        .iter()
        .filter(|c| table.column(c).is_some())
        .count() as u32;
    let size = (dialect.columns.len() + dialect.joins.iter().map(|j| j.columns.len()).sum::<usize>()) as u32;
    let score =
        (size * 10 + present * 5 + u32::from(usual) * 15 + held as u32 * 8).saturating_sub(strangers * 4);
    let score = if certain { score + 50 } else { score };
    let info = StoreInfo {
        dialect: dialect.name.clone(),
        title: dialect.title.clone(),
        certainty,
        reasons,
        tables: std::iter::once(&table.name)
            .chain(joins.iter().map(|(_, t)| &t.name))
            .cloned()
            .collect(),
        notes: notes(dialect, table, &mapping),
        warnings: Vec::new(),
        has_time: mapping.time.is_some(),
        has_global_order: dialect.global_order && has_global_order(table, &mapping),
        time_digits: dialect.time_digits,
    };
    Some(Detected { info, mapping, score })
}

fn has_global_order(table: &TableShape, mapping: &Mapping) -> bool {
    matches!(table.key, RowKey::RowId(_)) || mapping.position.is_some()
}

/// Columns the layout does not speak of.
fn strangers<'t>(dialect: &Dialect, table: &'t TableShape) -> Vec<&'t str> {
    let known: BTreeSet<String> = dialect
        .columns
        .iter()
        .chain(&dialect.optional)
        .map(|c| folded(c))
        .collect();
    table
        .columns
        .iter()
        .map(|c| c.name.as_str())
        .filter(|c| !known.contains(&folded(c)))
        .collect()
}

fn notes(dialect: &Dialect, table: &TableShape, mapping: &Mapping) -> Vec<String> {
    let mut notes = dialect.notes.clone();
    if mapping.time.is_none() && !notes.iter().any(|n| n.contains("time")) {
        notes.push("The store states no time for its events.".to_owned());
    }
    if matches!(table.key, RowKey::Columns(_)) {
        notes.push("The table has no row numbers, so there is no order over all streams: events stand in the order of their key.".to_owned());
    }
    notes.extend(table.computed_note());
    notes
}

/// The joined table: the one with the columns whose name has most in common with the events' table.
fn partner<'t>(join: &DialectJoin, main: &TableShape, tables: &'t [TableShape]) -> Option<&'t TableShape> {
    let common = |t: &TableShape| {
        t.name
            .chars()
            .zip(main.name.chars())
            .take_while(|(a, b)| a.eq_ignore_ascii_case(b))
            .count()
    };
    tables
        .iter()
        .filter(|t| t.name != main.name && has_columns(t, &join.columns, &join.absent))
        .max_by_key(|t| {
            (
                join.usual_tables.iter().any(|p| matches_name(p, &t.name)),
                common(t),
                std::cmp::Reverse(t.name.clone()),
            )
        })
}

/// The dialect's mapping with the real names of the table's columns. What names a column the table has not is left out.
fn instantiate(
    dialect: &Dialect,
    table: &TableShape,
    joins: &[(&DialectJoin, &TableShape)],
) -> Option<Mapping> {
    let rename = |name: &str| -> Option<String> {
        if let Some(column) = table.column(name) {
            return Some(column.name.clone());
        }
        if name == "rowid" && matches!(table.key, RowKey::RowId(_)) {
            return Some(name.to_owned());
        }
        let (alias, column) = name.split_once('.')?;
        let (_, joined) = joins.iter().find(|(j, _)| j.alias == alias)?;
        Some(format!("{alias}.{}", joined.column(column)?.name))
    };
    let m = &dialect.mapping;
    let expression = |e: &Option<Expression>| e.as_ref().and_then(|e| e.renamed(&rename));
    let time = |t: &Option<TimeMapping>| {
        let t = t.as_ref()?;
        let fraction = t.fraction.as_ref().and_then(|f| {
            Some(Fraction {
                column: rename(&f.column)?,
                ..f.clone()
            })
        });
        Some(TimeMapping {
            from: t.from.renamed(&rename)?,
            fraction,
            format: t.format,
        })
    };
    let payload = |p: &Option<PayloadMapping>| {
        let p = p.as_ref()?;
        Some(PayloadMapping {
            column: rename(&p.column)?,
            ..p.clone()
        })
    };
    let mut mapping = Mapping {
        table: table.name.clone(),
        stream: expression(&m.stream),
        stream_optional: m.stream_optional,
        category: expression(&m.category),
        kind: expression(&m.kind),
        version: expression(&m.version),
        position: expression(&m.position),
        id: expression(&m.id),
        time: time(&m.time),
        valid_time: time(&m.valid_time),
        payload: payload(&m.payload),
        metadata: payload(&m.metadata),
        correlation: expression(&m.correlation),
        causation: expression(&m.causation),
        also_in: m.also_in.iter().filter_map(|e| e.renamed(&rename)).collect(),
        hidden_streams: m.hidden_streams.clone(),
        order: m.order.iter().filter_map(|c| rename(c)).collect(),
        filters: m
            .filters
            .iter()
            .filter_map(|f| {
                Some(Condition {
                    column: rename(&f.column)?,
                    ..f.clone()
                })
            })
            .collect(),
        explode: m.explode.clone(),
        joins: joins
            .iter()
            .map(|(j, t)| {
                Some(Join {
                    alias: j.alias.clone(),
                    table: t.name.clone(),
                    left: rename(&j.left)?,
                    right: t.column(&j.right)?.name.clone(),
                    many: j.many,
                    order: j
                        .order
                        .iter()
                        .filter_map(|c| Some(t.column(c)?.name.clone()))
                        .collect(),
                })
            })
            .collect::<Option<_>>()?,
        extra: m
            .extra
            .iter()
            .filter_map(|(k, e)| Some((k.clone(), e.renamed(&rename)?)))
            .collect(),
    };
    if dialect.streams_from_other_columns {
        let streams: Vec<Expression> = strangers(dialect, table)
            .into_iter()
            .filter(|c| !c.contains(['{', '}', '@']))
            .filter_map(|c| Expression::template(&format!("{c}-{{{c}}}")).ok())
            .collect();
        if streams.is_empty() {
            return None;
        }
        mapping.stream = Some(Expression::FirstOf(streams.clone()));
        mapping.also_in = streams;
    }
    Some(mapping)
}
