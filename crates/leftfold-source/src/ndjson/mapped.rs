//! Lines read through a mapping: a column is a key of the line, or a JSON pointer into it.

use bumpalo::Bump;
use bumpalo::collections::String as BumpString;
use leftfold_event::{Event, EventId, Payload, Problem, ProblemCode, Timestamp};

use super::line::Fields;
use crate::cell::Cell;
use crate::decode::{PayloadReader, Pointer, ReadTime, TimeOf, TimeRead, of_metadata, read_time, taken};
use crate::expression::{ColumnExpression, Expression, Piece, cut};
use crate::mapping::{Condition, Mapping, PayloadFormat, PayloadMapping, Scalar, TimeMapping};
use crate::{Header, RawPayload, SourceError};

/// A place in a line: a key, or what a pointer points at.
#[derive(Clone, Debug)]
struct Place {
    name: String,
    pointer: Option<Pointer>,
    at: Option<Pointer>,
}

impl Place {
    fn new(column: &str, at: Option<&str>) -> Self {
        Self {
            name: column.to_owned(),
            pointer: column.starts_with('/').then(|| Pointer::new(column)),
            at: at.map(Pointer::new),
        }
    }

    /// The key of the line it is in.
    fn key(&self) -> String {
        match self.pointer {
            Some(_) => {
                let first = self.name[1..].split('/').next().unwrap_or_default();
                leftfold_event::json::unescape_token(first)
            }
            None => self.name.clone(),
        }
    }

    /// The JSON text there, before `at`.
    fn slice<'l>(&self, fields: &Fields<'l>) -> Option<&'l [u8]> {
        match &self.pointer {
            Some(pointer) => pointer.slice(fields.line()),
            None => fields.get(&[self.name.as_str()]),
        }
    }

    fn cell<'l>(&self, fields: &Fields<'l>, bump: &'l Bump) -> Cell<'l> {
        let Some(slice) = self.slice(fields) else {
            return Cell::Null;
        };
        let cell = Pointer::new("").cell(slice, bump);
        match (&self.at, cell) {
            (None, cell) => cell,
            // JSON inside a text.
            (Some(at), Cell::Text(text)) => at.cell(text.as_bytes(), bump),
            (Some(at), _) => at.cell(slice, bump),
        }
    }
}

#[derive(Clone, Debug)]
enum Compiled {
    Place {
        place: Place,
        after: Option<String>,
        before: Option<String>,
        when: Vec<Condition>,
    },
    Template {
        pieces: Vec<CompiledPiece>,
        when: Vec<Condition>,
    },
    Constant(String),
    FirstOf(Vec<Compiled>),
}

#[derive(Clone, Debug)]
enum CompiledPiece {
    Text(String),
    Place(Place),
}

impl Compiled {
    fn new(expression: &Expression) -> Self {
        match expression {
            Expression::Column(ColumnExpression {
                column,
                at,
                after,
                before,
                when,
            }) => Self::Place {
                place: Place::new(column, at.as_deref()),
                after: after.clone(),
                before: before.clone(),
                when: when.clone(),
            },
            Expression::Template { pieces, when } => Self::Template {
                pieces: pieces
                    .iter()
                    .map(|p| match p {
                        Piece::Text(text) => CompiledPiece::Text(text.clone()),
                        Piece::Column { column, at } => {
                            CompiledPiece::Place(Place::new(column, at.as_deref()))
                        }
                    })
                    .collect(),
                when: when.clone(),
            },
            Expression::Constant(text) => Self::Constant(text.clone()),
            Expression::FirstOf(all) => Self::FirstOf(all.iter().map(Self::new).collect()),
        }
    }

    fn eval<'l>(&'l self, fields: &Fields<'l>, bump: &'l Bump) -> Cell<'l> {
        match self {
            Self::Constant(text) => Cell::Text(text),
            Self::FirstOf(all) => all
                .iter()
                .map(|e| e.eval(fields, bump))
                .find(|c| !c.is_null())
                .unwrap_or(Cell::Null),
            Self::Place { when, .. } | Self::Template { when, .. } if !hold(when, fields, bump) => Cell::Null,
            Self::Place {
                place, after, before, ..
            } => {
                let cell = place.cell(fields, bump);
                if after.is_none() && before.is_none() {
                    return cell;
                }
                cell.name(bump)
                    .and_then(|t| cut(t, after.as_deref(), before.as_deref()))
                    .map_or(Cell::Null, Cell::Text)
            }
            Self::Template { pieces, .. } => {
                let mut out = BumpString::new_in(bump);
                for piece in pieces {
                    match piece {
                        CompiledPiece::Text(text) => out.push_str(text),
                        CompiledPiece::Place(place) => match place.cell(fields, bump).name(bump) {
                            Some(name) => out.push_str(name),
                            None => return Cell::Null,
                        },
                    }
                }
                Cell::Text(out.into_bump_str())
            }
        }
    }
}

fn hold(when: &[Condition], fields: &Fields<'_>, bump: &Bump) -> bool {
    // Shortens the lifetime of what the fields borrow to that of `bump`.
    let fields: &Fields<'_> = fields;
    when.iter().all(|test| {
        let value = Place::new(&test.column, None).cell(fields, bump);
        test.is.as_ref().is_none_or(|s| same(value, s))
            && test.not.as_ref().is_none_or(|s| !same(value, s))
            && test.null.is_none_or(|null| value.is_null() == null)
    })
}

fn same(cell: Cell<'_>, scalar: &Scalar) -> bool {
    match (cell, scalar) {
        (Cell::Text(t), Scalar::Text(u)) => t == u,
        (Cell::Json(t), Scalar::Bool(b)) => t == b.to_string(),
        (cell @ Cell::Json(_), Scalar::Integer(n)) => cell.integer() == Some(*n),
        _ => false,
    }
}

#[derive(Clone, Debug)]
struct Time {
    from: Compiled,
    mapping: TimeMapping,
}

impl Time {
    fn new(mapping: &TimeMapping) -> Self {
        Self {
            from: Compiled::new(&mapping.from),
            mapping: mapping.clone(),
        }
    }

    fn read<'l>(&'l self, fields: &Fields<'l>, bump: &'l Bump) -> TimeRead {
        let read = read_time(self.from.eval(fields, bump), self.mapping.format)?;
        let (Some(fraction), Some(whole)) = (&self.mapping.fraction, read) else {
            return Ok(read);
        };
        let Some(part) = Place::new(&fraction.column, None).cell(fields, bump).integer() else {
            return Ok(read);
        };
        let digits = fraction.digits;
        let joined = Timestamp::from_units(part, digits).and_then(|p| whole.time.nanos.checked_add(p.nanos));
        let nanos = joined.ok_or_else(|| format!("{part} is no part of a second"))?;
        let time = Timestamp { nanos, digits };
        Ok(Some(ReadTime { time, ..whole }))
    }
}

#[derive(Clone, Debug)]
struct Content {
    place: Place,
    reader: PayloadReader,
    /// Whether the JSON text in the line is the payload as it stands.
    plain: bool,
    format: PayloadFormat,
}

impl Content {
    fn new(mapping: &PayloadMapping) -> Self {
        Self {
            place: Place::new(&mapping.column, None),
            reader: PayloadReader::new(mapping),
            plain: *mapping == PayloadMapping::column(&mapping.column),
            format: mapping.format,
        }
    }

    fn read(&self, fields: &Fields<'_>, bump: &Bump, kind: &str) -> (Payload, Option<Problem>) {
        let fields: &Fields<'_> = fields;
        let Some(slice) = self.place.slice(fields) else {
            return (Payload::absent(), None);
        };
        let Cell::Text(text) = Pointer::new("").cell(slice, bump) else {
            return self.reader.read_bytes(slice, kind);
        };
        let (payload, problem) = self.reader.read_bytes(text.as_bytes(), kind);
        // A text may hold JSON; if not, it is a value of JSON itself.
        if payload.value.is_none() && matches!(self.format, PayloadFormat::Auto | PayloadFormat::Json) {
            return self.reader.read_bytes(slice, kind);
        }
        (payload, problem)
    }
}

/// A mapping made ready for lines.
#[derive(Clone, Debug)]
pub(crate) struct LineMapping {
    stream: Option<Compiled>,
    stream_optional: bool,
    category: Option<Compiled>,
    kind: Option<Compiled>,
    version: Option<Compiled>,
    position: Option<Compiled>,
    id: Option<Compiled>,
    time: Option<Time>,
    valid_time: Option<Time>,
    payload: Option<Content>,
    metadata: Option<Content>,
    correlation: Option<Compiled>,
    causation: Option<Compiled>,
    also_in: Vec<Compiled>,
    filters: Vec<Condition>,
    extra: Vec<(String, Compiled)>,
    /// Keys the mapping speaks of.
    used: Vec<String>,
    /// The mapping as text: another one makes another history.
    pub(crate) text: String,
}

impl LineMapping {
    /// Compiles a mapping; an error names the key that lines have no use for.
    pub(crate) fn new(mapping: &Mapping) -> Result<Self, SourceError> {
        let misfit = |text: &str| Err(SourceError::Mapping(text.to_owned()));
        if !mapping.table.is_empty() {
            return misfit("table: NDJSON has no tables; leave it out");
        }
        if !mapping.joins.is_empty() || mapping.explode.is_some() || !mapping.order.is_empty() {
            return misfit(
                "joins, explode and order are for SQLite; lines of NDJSON stand in their own order",
            );
        }
        if mapping.stream.is_none() && mapping.kind.is_none() {
            return misfit("neither stream nor type is given");
        }
        let one = |e: &Option<Expression>| e.as_ref().map(Compiled::new);
        let mut used = used(mapping);
        used.sort_unstable();
        used.dedup();
        Ok(Self {
            stream: one(&mapping.stream),
            stream_optional: mapping.stream_optional,
            category: one(&mapping.category),
            kind: one(&mapping.kind),
            version: one(&mapping.version),
            position: one(&mapping.position),
            id: one(&mapping.id),
            time: mapping.time.as_ref().map(Time::new),
            valid_time: mapping.valid_time.as_ref().map(Time::new),
            payload: mapping.payload.as_ref().map(Content::new),
            metadata: mapping.metadata.as_ref().map(Content::new),
            correlation: one(&mapping.correlation),
            causation: one(&mapping.causation),
            also_in: mapping.also_in.iter().map(Compiled::new).collect(),
            filters: mapping.filters.clone(),
            extra: mapping
                .extra
                .iter()
                .map(|(k, e)| (k.clone(), Compiled::new(e)))
                .collect(),
            used,
            text: toml::to_string(mapping).map_err(|e| SourceError::Mapping(e.to_string()))?,
        })
    }

    /// Whether a line is an event at all.
    pub(crate) fn takes(&self, fields: &Fields<'_>, bump: &Bump) -> bool {
        hold(&self.filters, fields, bump)
    }

    /// What indexing needs of a line.
    pub(crate) fn header<'l>(
        &'l self,
        fields: &Fields<'l>,
        bump: &'l Bump,
        also: &'l mut Vec<String>,
    ) -> Header<'l> {
        let name = |e: &'l Option<Compiled>| e.as_ref().and_then(|e| e.eval(fields, bump).name(bump));
        let (stream, kind) = (name(&self.stream), name(&self.kind));
        let mut problem = stream.is_none() && self.stream.is_some() && !self.stream_optional;
        problem |= kind.is_none() && self.kind.is_some();
        let mut moment =
            |time: &'l Option<Time>| match time.as_ref().map_or(Ok(None), |t| t.read(fields, bump)) {
                Ok(read) => read.map(|r| r.time),
                Err(_) => {
                    problem = true;
                    None
                }
            };
        let (time, valid_time) = (moment(&self.time), moment(&self.valid_time));
        let version = self.version.as_ref().map_or(Cell::Null, |e| e.eval(fields, bump));
        problem |= version.integer().is_none() && !version.is_null();
        *also = self.also_in(fields, bump, stream.unwrap_or_default());
        Header {
            stream: stream.unwrap_or_default(),
            category: name(&self.category),
            kind: kind.unwrap_or_default(),
            version: version.integer(),
            position: self
                .position
                .as_ref()
                .and_then(|e| e.eval(fields, bump).integer()),
            time,
            valid_time: valid_time.filter(|v| time.is_none_or(|t| t.nanos != v.nanos)),
            also_in: also,
            problem,
            ..Header::at(leftfold_event::Locator { row: 0, item: 0 })
        }
    }

    fn also_in<'l>(&'l self, fields: &Fields<'l>, bump: &'l Bump, stream: &str) -> Vec<String> {
        let mut also: Vec<String> = Vec::new();
        for name in self
            .also_in
            .iter()
            .filter_map(|e| e.eval(fields, bump).name(bump))
        {
            if name != stream && !also.iter().any(|a| a == name) {
                also.push(name.to_owned());
            }
        }
        also
    }

    /// A line as an event.
    pub(crate) fn event<'l>(&'l self, fields: &Fields<'l>, bump: &'l Bump) -> Event {
        let name = |e: &'l Option<Compiled>| {
            let cell = e.as_ref()?.eval(fields, bump);
            cell.name(bump).map(str::to_owned)
        };
        let mut event = Event {
            category: name(&self.category),
            position: name(&self.position),
            id: name(&self.id).map(EventId::Text),
            correlation_id: name(&self.correlation),
            causation_id: name(&self.causation),
            ..Event::default()
        };
        let mut problem = |code, text: String| event.problems.push(Problem::new(code, text));
        let (stream, kind) = (name(&self.stream), name(&self.kind));
        if stream.is_none() && self.stream.is_some() && !self.stream_optional {
            problem(ProblemCode::NameUnreadable, "the stream is missing".to_owned());
        }
        if kind.is_none() && self.kind.is_some() {
            problem(
                ProblemCode::NameUnreadable,
                "the event type is missing".to_owned(),
            );
        }
        let version = self.version.as_ref().map_or(Cell::Null, |e| e.eval(fields, bump));
        if version.integer().is_none() && !version.is_null() {
            let found = version.name(bump).unwrap_or_default();
            problem(
                ProblemCode::VersionUnreadable,
                format!("the version is no integer: {found:?}"),
            );
        }
        let mut moment = |time: &'l Option<Time>, of: TimeOf| {
            let time = time.as_ref()?;
            let written = || time.from.eval(fields, bump).value(bump);
            taken(time.read(fields, bump), of, written, &mut event)
        };
        let recorded = moment(&self.time, TimeOf::Record);
        let valid = moment(&self.valid_time, TimeOf::Validity);
        event.stream = stream.unwrap_or_default();
        event.kind = kind.unwrap_or_default();
        event.version = version.integer();
        if event.version.is_none() && !version.is_null() {
            event.extra.push(("version".to_owned(), version.value(bump)));
        }
        if let Some(read) = recorded {
            (event.time, event.time_origin) = (Some(read.time), read.origin);
        }
        event.valid_time = valid
            .map(|read| read.time)
            .filter(|v| event.time.is_none_or(|t| t.nanos != v.nanos));
        event.also_in = self.also_in(fields, bump, &event.stream);
        self.contents(fields, bump, &mut event);
        event
    }

    fn contents<'l>(&'l self, fields: &Fields<'l>, bump: &'l Bump, event: &mut Event) {
        let (payload, problem) = match &self.payload {
            Some(content) => content.read(fields, bump, &event.kind),
            None => Payload::from_json(fields.line().to_vec()),
        };
        event.payload = payload;
        event.problems.extend(problem);
        if let Some(content) = &self.metadata {
            let (metadata, problem) = content.read(fields, bump, &event.kind);
            event.metadata = metadata;
            event.problems.extend(problem.map(of_metadata));
        }
        for (name, expression) in &self.extra {
            let cell = expression.eval(fields, bump);
            if !cell.is_null() {
                event.extra.push((name.clone(), cell.value(bump)));
            }
        }
        // Where the whole line is the payload, nothing of it is lost.
        if self.payload.is_some() {
            for (key, value) in fields.others(&self.used) {
                event.extra.push((key, value));
            }
        }
    }

    /// Type and payload text, as far as the line gives them without decoding.
    pub(crate) fn raw<'l>(&'l self, fields: &Fields<'l>, bump: &'l Bump) -> (&'l str, RawPayload<'l>) {
        let kind = self.kind.as_ref().and_then(|e| e.eval(fields, bump).name(bump));
        let payload = match &self.payload {
            None => RawPayload::Json(fields.line()),
            Some(content) => match content.place.slice(fields) {
                None => RawPayload::Absent,
                Some(json) if content.plain && !json.starts_with(b"\"") => RawPayload::Json(json),
                Some(_) => RawPayload::Other,
            },
        };
        (kind.unwrap_or_default(), payload)
    }
}

/// The keys of a line that a mapping speaks of.
fn used(mapping: &Mapping) -> Vec<String> {
    let expressions = [
        &mapping.stream,
        &mapping.category,
        &mapping.kind,
        &mapping.version,
        &mapping.position,
        &mapping.id,
        &mapping.correlation,
        &mapping.causation,
    ];
    let times = [&mapping.time, &mapping.valid_time].into_iter().flatten();
    let contents = [&mapping.payload, &mapping.metadata].into_iter().flatten();
    let mut columns: Vec<&str> = Vec::new();
    for expression in expressions.into_iter().flatten().chain(&mapping.also_in) {
        columns.extend(expression.columns());
    }
    for time in times {
        columns.extend(time.from.columns());
        columns.extend(time.fraction.as_ref().map(|f| f.column.as_str()));
    }
    columns.extend(contents.map(|c| c.column.as_str()));
    columns.extend(mapping.filters.iter().map(|f| f.column.as_str()));
    // Of an object that is only pointed into the rest would be lost.
    let whole = |c: &&&str| c.strip_prefix('/').is_none_or(|rest| !rest.contains('/'));
    columns
        .iter()
        .filter(whole)
        .map(|c| Place::new(c, None).key())
        .collect()
}
