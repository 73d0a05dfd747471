//! A ranked guess for tables no dialect knows: by the columns' names and contents.

use leftfold_event::json;

use super::roles::{Part, Role, best, said};
use crate::expression::{ColumnExpression, Expression, Piece};
use crate::mapping::{Mapping, PayloadMapping, TimeMapping};
use crate::shape::{ColumnShape, RowKey, Sample, TableShape, folded};
use crate::{Certainty, StoreInfo};

/// Parts of names of tables that hold no events, though their columns may look so.
const NOT_EVENTS: &[&str] = &[
    "snapshot",
    "checkpoint",
    "migration",
    "token",
    "projection",
    "readmodel",
    "schemahistory",
    "outboxlock",
];

/// Gives each role the column that fits it best.
struct Picker<'t> {
    table: &'t TableShape,
    taken: Vec<&'t str>,
    reasons: Vec<(u32, String)>,
    score: u32,
}

impl<'t> Picker<'t> {
    fn pick(&mut self, role: Role) -> Option<&'t ColumnShape> {
        // The row number is the order of writing, whatever it is called.
        let number = self
            .table
            .integer_key()
            .filter(|k| role == Role::Position && !self.taken.contains(k));
        let part = match number.and_then(|k| self.table.column(k)) {
            Some(column) => Part { column, fit: 10 },
            None => best(role, self.table, &self.taken)?,
        };
        self.score += part.fit;
        self.reasons.push((
            part.fit,
            format!("{} looks like the {}", part.column.name, said(role)),
        ));
        self.taken.push(&part.column.name);
        Some(part.column)
    }
}

/// The guess for a table with its score, if it looks like events at all. Beside a known store more is asked for.
pub(super) fn guess(table: &TableShape, beside_known: bool) -> Option<(StoreInfo, Mapping, u32)> {
    let name = folded(&table.name);
    if table.key == RowKey::None || name.ends_with("streams") || NOT_EVENTS.iter().any(|n| name.contains(n)) {
        return None;
    }
    let mut picker = Picker {
        table,
        taken: Vec::new(),
        reasons: Vec::new(),
        score: 0,
    };
    // The surest roles choose first: what they take is no longer free for the others.
    let mut pick = |role: Role| picker.pick(role);
    let payload = pick(Role::Payload);
    let stream = pick(Role::Stream);
    let kind = pick(Role::Kind);
    let stream_kind = pick(Role::StreamKind);
    let version = pick(Role::Version);
    let time = pick(Role::Time);
    let valid_time = pick(Role::ValidTime);
    let metadata = pick(Role::Metadata);
    let position = pick(Role::Position);
    let id = pick(Role::Id);
    let correlation = pick(Role::Correlation);
    let causation = pick(Role::Causation);
    let Picker {
        mut reasons,
        mut score,
        ..
    } = picker;
    let inner_kind = kind.is_none().then(|| payload.and_then(inner_type)).flatten();
    if let (Some(pointer), Some(p)) = (&inner_kind, payload) {
        score += 20;
        reasons.push((20, format!("the JSON in {} holds a type at {pointer}", p.name)));
    }
    // An event is at least something of a type in a stream, or at a time, with content.
    // One row a stream is a list of streams, or of their latest states.
    let lone_key = |c: &ColumnShape| {
        c.primary_key == 1 && table.columns.iter().filter(|c| c.primary_key > 0).count() == 1
    };
    if stream.is_some_and(lone_key) {
        return None;
    }
    let has_kind = kind.is_some() || inner_kind.is_some();
    let parts = [
        stream.is_some(),
        has_kind,
        payload.is_some(),
        version.is_some() || time.is_some(),
    ];
    let present = parts.iter().filter(|p| **p).count();
    if ["event", "journal", "message", "log", "history"]
        .iter()
        .any(|n| name.contains(n))
    {
        score += 25;
        reasons.push((25, format!("the table is called {}", table.name)));
    }
    let enough = if beside_known {
        present == 4 && score >= 120
    } else {
        present >= 3 && score >= 90
    };
    if !enough || !has_kind || (stream.is_none() && payload.is_none()) {
        return None;
    }
    reasons.sort_by_key(|(fit, _)| std::cmp::Reverse(*fit));
    let column = |c: Option<&ColumnShape>| c.map(|c| Expression::column(&c.name));
    let position = position.filter(|p| increasing(p));
    let order = position.iter().map(|p| p.name.clone()).collect();
    let mapping = Mapping {
        table: table.name.clone(),
        stream: stream_expression(stream, stream_kind),
        stream_optional: stream.is_none_or(|c| !c.not_null),
        category: column(stream_kind),
        kind: column(kind).or_else(|| {
            let at = inner_kind.clone();
            payload.map(|p| {
                Expression::Column(ColumnExpression {
                    column: p.name.clone(),
                    at,
                    ..ColumnExpression::default()
                })
            })
        }),
        version: column(version),
        position: column(position),
        id: column(id).or_else(|| column(position)),
        time: time.map(time_mapping),
        valid_time: valid_time.map(time_mapping),
        payload: payload.map(|p| PayloadMapping::column(&p.name)),
        metadata: metadata.map(|p| PayloadMapping::column(&p.name)),
        correlation: column(correlation).or_else(|| inside(metadata, &["correlation_id", "correlationId"])),
        causation: column(causation).or_else(|| inside(metadata, &["causation_id", "causationId"])),
        order,
        ..Mapping::default()
    };
    let mut notes =
        vec!["This layout is not known: look at the mapping, and change what is wrong.".to_owned()];
    if mapping.time.is_none() {
        notes.push("No column looks like the time of an event.".to_owned());
    }
    if mapping.version.is_none() {
        notes.push("No column looks like the version of an event in its stream.".to_owned());
    }
    let info = StoreInfo {
        dialect: "guess".to_owned(),
        title: format!("{} (guess)", table.name),
        certainty: Certainty::Guess,
        reasons: reasons.into_iter().map(|(_, r)| r).collect(),
        tables: vec![table.name.clone()],
        notes,
        has_time: mapping.time.is_some(),
        has_global_order: mapping.position.is_some(),
        time_digits: None,
    };
    Some((info, mapping, score))
}

/// Whether a column counts up from row to row, so that it can be the log order.
fn increasing(column: &ColumnShape) -> bool {
    let mut numbers = column.samples.iter().map(|s| match s {
        Sample::Integer(n) => Some(*n),
        _ => None,
    });
    let Some(Some(mut last)) = numbers.next() else {
        return column.primary_key > 0;
    };
    numbers.all(|n| n.is_some_and(|n| std::mem::replace(&mut last, n) < n))
}

/// The pointer to a type inside JSON payloads that have one in every sample.
fn inner_type(payload: &ColumnShape) -> Option<String> {
    let values: Vec<_> = payload
        .samples
        .iter()
        .filter_map(|s| match s {
            Sample::Text(t, false) => json::parse(t.as_bytes()).ok(),
            Sample::Blob(b, false) => json::parse(b).ok(),
            _ => None,
        })
        .collect();
    [
        "/type",
        "/eventType",
        "/event_type",
        "/$type",
        "/kind",
        "/name",
        "/@type",
    ]
    .iter()
    .find(|p| {
        !values.is_empty()
            && values
                .iter()
                .all(|v| v.pointer(p).is_some_and(|v| v.as_str().is_some()))
    })
    .map(|p| (*p).to_owned())
}

/// The stream's name: with its kind before it, unless the kind is in it already.
fn stream_expression(stream: Option<&ColumnShape>, kind: Option<&ColumnShape>) -> Option<Expression> {
    let stream = stream?;
    let Some(kind) = kind else {
        return Some(Expression::column(&stream.name));
    };
    let inside = stream
        .samples
        .iter()
        .zip(&kind.samples)
        .all(|(s, k)| match (s, k) {
            (Sample::Text(s, _), Sample::Text(k, _)) => s.to_lowercase().starts_with(&k.to_lowercase()),
            _ => false,
        });
    if inside && !stream.samples.is_empty() {
        return Some(Expression::column(&stream.name));
    }
    let column = |name: &str| Piece::Column {
        column: name.to_owned(),
        at: None,
    };
    let pieces = vec![
        column(&kind.name),
        Piece::Text("-".to_owned()),
        column(&stream.name),
    ];
    Some(Expression::FirstOf(vec![
        Expression::Template {
            pieces,
            when: Vec::new(),
        },
        Expression::column(&stream.name),
    ]))
}

fn time_mapping(column: &ColumnShape) -> TimeMapping {
    TimeMapping {
        from: Expression::column(&column.name),
        format: crate::mapping::TimeFormat::Auto,
        fraction: None,
    }
}

/// The first of these keys of a JSON column.
fn inside(column: Option<&ColumnShape>, keys: &[&str]) -> Option<Expression> {
    let column = column?;
    let all = keys
        .iter()
        .map(|k| {
            Expression::Column(ColumnExpression {
                column: column.name.clone(),
                at: Some(format!("/{k}")),
                ..ColumnExpression::default()
            })
        })
        .collect();
    Some(Expression::FirstOf(all))
}
