//! A ranked guess for tables no dialect knows: by the columns' names and contents.

use super::checks::plausible;
use super::evidence::{changed_in_place, is_unique};
use super::inner::{Inner, KIND_IN_METADATA, KIND_IN_PAYLOAD, TIME_IN_METADATA, TIME_IN_PAYLOAD};
use super::roles::{Part, Role, best, holds_json, holds_plain_text, is_julian_day, said};
use super::streams::{choose, why_none};
use crate::expression::{ColumnExpression, Expression, Piece};
use crate::mapping::{Mapping, PayloadFormat, PayloadMapping, TimeFormat, TimeMapping};
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
    "command",
];

/// Words in the names of tables of events.
const EVENTISH: &[&str] = &["event", "journal", "message", "log", "history", "happening"];

/// A table read as events, if it were some.
pub(super) struct Guess {
    pub(super) info: StoreInfo,
    pub(super) mapping: Mapping,
    pub(super) score: u32,
    /// What speaks against its being events at all, as a clause; `None`: nothing.
    pub(super) against: Option<String>,
    /// Whether a table that is not taken for events comes near enough to be named.
    pub(super) near: bool,
}

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
        Some(self.take(role, &part))
    }

    /// The payload goes by its name, else by being JSON.
    fn pick_payload(&mut self) -> Option<&'t ColumnShape> {
        let part =
            best(Role::Payload, self.table, &self.taken).or_else(|| holds_json(self.table, &self.taken))?;
        Some(self.take(Role::Payload, &part))
    }

    fn take(&mut self, role: Role, part: &Part<'t>) -> &'t ColumnShape {
        self.because(
            part.fit,
            format!("{} looks like the {}", part.column.name, said(role)),
        );
        self.taken.push(&part.column.name);
        part.column
    }

    fn pick_streams(&mut self) -> [Option<&'t ColumnShape>; 2] {
        let choice = choose(self.table, &self.taken);
        self.score += choice.score;
        self.reasons.extend(choice.reasons);
        let chosen = [choice.stream, choice.version];
        self.taken
            .extend(chosen.iter().flatten().map(|c| c.name.as_str()));
        chosen
    }

    fn because(&mut self, fit: u32, reason: String) {
        self.score += fit;
        self.reasons.push((fit, reason));
    }
}

/// The columns by role.
struct Parts<'t> {
    payload: Option<&'t ColumnShape>,
    stream: Option<&'t ColumnShape>,
    version: Option<&'t ColumnShape>,
    kind: Option<&'t ColumnShape>,
    stream_kind: Option<&'t ColumnShape>,
    time: Option<&'t ColumnShape>,
    valid_time: Option<&'t ColumnShape>,
    metadata: Option<&'t ColumnShape>,
    position: Option<&'t ColumnShape>,
    id: Option<&'t ColumnShape>,
    correlation: Option<&'t ColumnShape>,
    causation: Option<&'t ColumnShape>,
    inner_kind: Option<Expression>,
    inner_time: Option<Expression>,
    envelope: bool,
}

/// How a table would be read as events. `None` when its rows cannot be found again. Beside a known store more is asked for.
pub(super) fn guess(table: &TableShape, beside_known: bool) -> Option<Guess> {
    let name = folded(&table.name);
    if table.key == RowKey::None {
        return None;
    }
    let called_otherwise = name.ends_with("streams") || NOT_EVENTS.iter().any(|n| name.contains(n));
    let mut picker = Picker {
        table,
        taken: Vec::new(),
        reasons: Vec::new(),
        score: 0,
    };
    // The surest roles choose first: what they take is no longer free for the others.
    let payload = picker.pick_payload();
    let [stream, version] = picker.pick_streams();
    let mut parts = Parts {
        payload,
        stream,
        version,
        kind: picker.pick(Role::Kind),
        stream_kind: picker.pick(Role::StreamKind),
        time: picker.pick(Role::Time),
        valid_time: picker.pick(Role::ValidTime),
        metadata: picker.pick(Role::Metadata),
        position: picker.pick(Role::Position),
        id: picker.pick(Role::Id),
        correlation: picker.pick(Role::Correlation),
        causation: picker.pick(Role::Causation),
        inner_kind: None,
        inner_time: None,
        envelope: false,
    };
    look_inside(&mut parts, &mut picker);
    if EVENTISH.iter().any(|n| name.contains(n)) {
        picker.because(25, format!("the table is called {}", table.name));
    }
    let against = if called_otherwise {
        Some("its name speaks of something else than events".to_owned())
    } else {
        against(table, &parts, picker.score, beside_known)
    };
    let near = !called_otherwise && is_candidate(&parts);
    let mut reasons = picker.reasons;
    if parts.stream.is_none() {
        reasons.push((
            0,
            "no column names a stream: the events would stand in one stream without a name".to_owned(),
        ));
    }
    reasons.sort_by_key(|(fit, _)| std::cmp::Reverse(*fit));
    let mapping = mapping(table, &parts);
    let info = StoreInfo {
        dialect: "guess".to_owned(),
        title: format!("{} (guess)", table.name),
        certainty: Certainty::Guess,
        reasons: reasons.into_iter().map(|(_, r)| r).collect(),
        tables: vec![table.name.clone()],
        notes: notes(table, &mapping),
        warnings: Vec::new(),
        has_time: mapping.time.is_some(),
        has_global_order: mapping.position.is_some(),
        time_digits: None,
    };
    Some(Guess {
        info,
        mapping,
        score: picker.score,
        against,
        near,
    })
}

/// How a table would be read if it were one of events.
pub(crate) fn mapping_by_guess(table: &TableShape) -> Option<Mapping> {
    guess(table, false).map(|g| g.mapping)
}

/// Types, times and an envelope inside JSON columns, where no column has them.
fn look_inside(parts: &mut Parts<'_>, picker: &mut Picker<'_>) {
    let inside = [
        (parts.payload, KIND_IN_PAYLOAD, TIME_IN_PAYLOAD),
        (parts.metadata, KIND_IN_METADATA, TIME_IN_METADATA),
    ];
    for (column, kinds, times) in inside {
        let Some(column) = column else { continue };
        let inner = Inner::of(column);
        let name = &column.name;
        if parts.kind.is_none()
            && parts.inner_kind.is_none()
            && let Some(at) = inner.kind(kinds)
        {
            picker.because(20, format!("the JSON in {name} holds a type at {at}"));
            parts.inner_kind = Some(at_pointer(name, at));
        }
        if parts.time.is_none()
            && parts.inner_time.is_none()
            && let Some(at) = inner.time(times)
        {
            picker.because(10, format!("the JSON in {name} holds a time at {at}"));
            parts.inner_time = Some(at_pointer(name, at));
        }
        if kinds == KIND_IN_PAYLOAD && parts.metadata.is_none() && inner.is_envelope() {
            picker.because(5, format!("the JSON in {name} holds headers beside the payload"));
            parts.envelope = true;
        }
    }
}

/// Why a table is not taken for events.
fn against(table: &TableShape, parts: &Parts<'_>, score: u32, beside_known: bool) -> Option<String> {
    let has_kind = parts.kind.is_some() || parts.inner_kind.is_some();
    let has_time = parts.time.is_some() || parts.inner_time.is_some();
    // One row a stream is a list of streams, or of their latest states.
    if let Some(stream) = parts.stream.filter(|s| is_unique(table, s)) {
        return Some(format!(
            "{} is different in every row: that is a list of streams or of their latest states",
            stream.name
        ));
    }
    // The kind of stream is free for the stream itself, as long as nothing else is.
    let kept = [parts.payload, parts.kind, parts.time, parts.metadata];
    let taken: Vec<&str> = kept.iter().flatten().map(|c| c.name.as_str()).collect();
    let no_stream = parts.stream.is_none().then(|| match changed_in_place(table) {
        Some(column) => format!(
            "no column names a stream, and {} speaks of rows that are changed in place",
            column.name
        ),
        None => why_none(table, &taken),
    });
    if !has_kind {
        let no_kind = "no column names an event type";
        return Some(no_stream.map_or(no_kind.to_owned(), |s| format!("{no_kind}, {s}")));
    }
    if let Some(no_stream) = no_stream {
        let name = folded(&table.name);
        let called = name.contains("event") || name.contains("journal");
        let in_place = changed_in_place(table).is_some();
        if in_place || !(called && parts.payload.is_some() && has_time) || beside_known {
            return Some(no_stream);
        }
    }
    // An event is at least something of a type in a stream, or at a time, with content.
    let present = [
        parts.stream.is_some(),
        has_kind,
        parts.payload.is_some(),
        parts.version.is_some() || has_time,
    ];
    let present = present.iter().filter(|p| **p).count();
    let enough = if beside_known {
        present == 4 && score >= 120
    } else {
        present >= 3 && score >= 90
    };
    (!enough).then(|| {
        let mut missing = Vec::new();
        if parts.payload.is_none() {
            missing.push("a payload");
        }
        if parts.version.is_none() {
            missing.push("a version");
        }
        if !has_time {
            missing.push("a time");
        }
        match &missing[..] {
            [] => "its columns are called too little like those of events".to_owned(),
            missing => format!("no column holds {}", missing.join(", ")),
        }
    })
}

/// Whether a table that is not taken for events comes near enough to be named.
fn is_candidate(parts: &Parts<'_>) -> bool {
    let content = parts.payload.is_some() || parts.version.is_some();
    let kind = parts.kind.is_some() || parts.inner_kind.is_some();
    (kind || parts.stream.is_some()) && (content || parts.time.is_some())
}

fn mapping(table: &TableShape, parts: &Parts<'_>) -> Mapping {
    let column = |c: Option<&ColumnShape>| c.map(|c| Expression::column(&c.name));
    let position = parts.position.filter(|p| increasing(p));
    let payload = |at: Option<&str>| {
        let column = parts.payload?;
        let format = if holds_plain_text(column) {
            PayloadFormat::Text
        } else {
            PayloadFormat::Auto
        };
        Some(PayloadMapping {
            at: at.map(str::to_owned),
            format,
            ..PayloadMapping::column(&column.name)
        })
    };
    let (payload, metadata, in_metadata) = if parts.envelope {
        (
            payload(Some("/payload")),
            payload(Some("/headers")),
            (parts.payload, "/headers"),
        )
    } else {
        let metadata = parts.metadata.map(|p| PayloadMapping::column(&p.name));
        (payload(None), metadata, (parts.metadata, ""))
    };
    let inner_time = || {
        let from = parts.inner_time.clone()?;
        Some(TimeMapping {
            from,
            format: TimeFormat::Auto,
            fraction: None,
        })
    };
    let linked =
        |column_: Option<&ColumnShape>, keys: &[&str]| column(column_).or_else(|| inside(in_metadata, keys));
    Mapping {
        table: table.name.clone(),
        stream: stream_expression(parts.stream, parts.stream_kind),
        stream_optional: parts.stream.is_none_or(|s| outside_by_design(s, parts.version)),
        category: column(parts.stream_kind),
        kind: column(parts.kind).or_else(|| parts.inner_kind.clone()),
        version: column(parts.version),
        position: column(position),
        id: column(parts.id).or_else(|| column(position)),
        time: parts.time.map(time_mapping).or_else(inner_time),
        valid_time: parts.valid_time.map(time_mapping),
        payload,
        metadata,
        correlation: linked(parts.correlation, &["correlation_id", "correlationId"]),
        causation: linked(parts.causation, &["causation_id", "causationId"]),
        order: position.iter().map(|p| p.name.clone()).collect(),
        ..Mapping::default()
    }
}

/// Whether events stand outside any stream by design: those without a stream have no version either. Otherwise a missing
/// stream is told as a missing type is.
fn outside_by_design(stream: &ColumnShape, version: Option<&ColumnShape>) -> bool {
    let Some(version) = version else { return false };
    let rows = stream.samples.iter().zip(&version.samples);
    let mut outside = rows.filter(|(s, _)| **s == Sample::Null).peekable();
    outside.peek().is_some() && outside.all(|(_, v)| *v == Sample::Null)
}

fn notes(table: &TableShape, mapping: &Mapping) -> Vec<String> {
    let mut notes =
        vec!["This layout is not known: look at the mapping, and change what is wrong.".to_owned()];
    if mapping.time.is_none() {
        notes.push("No column looks like the time of an event.".to_owned());
    }
    if mapping.version.is_none() {
        notes.push("No column looks like the version of an event in its stream.".to_owned());
    }
    if mapping.stream.is_none() {
        notes.push("No column names a stream: all events stand in one stream without a name.".to_owned());
    }
    notes.extend(table.computed_note());
    notes
}

fn at_pointer(column: &str, at: &str) -> Expression {
    Expression::Column(ColumnExpression {
        column: column.to_owned(),
        at: Some(at.to_owned()),
        ..ColumnExpression::default()
    })
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
        format: time_format(column),
        fraction: None,
    }
}

/// The unit most numbers of a column are plausible in: alone, a number of 1970 would be taken for one of another unit.
fn time_format(column: &ColumnShape) -> TimeFormat {
    let there: Vec<&Sample> = column.samples.iter().filter(|s| **s != Sample::Null).collect();
    let julian = there.iter().filter(|s| is_julian_day(s)).count();
    if julian * 2 > there.len() {
        return TimeFormat::JulianDay;
    }
    [
        TimeFormat::Seconds,
        TimeFormat::Milliseconds,
        TimeFormat::Microseconds,
        TimeFormat::Nanoseconds,
        TimeFormat::DotnetTicks,
    ]
    .into_iter()
    .find(|format| there.iter().filter(|s| plausible(s, *format)).count() * 2 > there.len())
    .unwrap_or_default()
}

/// The first of these keys of a JSON column, or of the part of it that a pointer names.
fn inside((column, part): (Option<&ColumnShape>, &str), keys: &[&str]) -> Option<Expression> {
    let column = column?;
    let all = keys
        .iter()
        .map(|k| at_pointer(&column.name, &format!("{part}/{k}")))
        .collect();
    Some(Expression::FirstOf(all))
}
