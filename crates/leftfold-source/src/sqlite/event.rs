//! Makes whole events out of rows.

use bumpalo::Bump;
use leftfold_event::json::Value;
use leftfold_event::{Event, EventId, Payload, Problem, ProblemCode};
use rusqlite::Row;

use super::compile::{Compiled, CompiledTime, EventColumns, HeaderColumns};
use super::row::{Item, cell, eval, further, is_hidden, named, stream_named, time};
use crate::cell::Cell;
use crate::decode::{TimeOf, TimeRead, of_metadata, taken};

/// The event of a row; `item` is one of several in it, with its index and their number.
pub(super) fn event(
    columns: &EventColumns,
    row: &Row<'_>,
    bump: &Bump,
    item: Option<(Item<'_>, usize, usize)>,
) -> Event {
    let mut event = Event::default();
    names(&columns.header, row, bump, &mut event);
    numbers(&columns.header, row, bump, &mut event);
    times(&columns.header, row, bump, &mut event);
    if let (Some((item, i, n)), Some(explode)) = (&item, &columns.header.explode) {
        event.version = explode.version(event.version, *i, *n);
        if let Some(kind) = item.kind.name(bump) {
            kind.clone_into(&mut event.kind);
        }
    }
    payloads(columns, row, item.as_ref().map(|(item, ..)| item), &mut event);
    event.id = columns.id.as_ref().and_then(|e| match eval(e, row, bump) {
        Cell::Null => None,
        Cell::Bytes(b) => Some(EventId::Bytes(b.to_vec())),
        other => other.name(bump).map(|t| EventId::Text(t.to_owned())),
    });
    event.correlation_id = linked(columns.correlation.as_ref(), columns, row, bump, &event);
    event.causation_id = linked(columns.causation.as_ref(), columns, row, bump, &event);
    for (name, expression) in &columns.extra {
        let value = eval(expression, row, bump).value(bump);
        if value != Value::Null {
            event.extra.push((name.clone(), value));
        }
    }
    event
}

/// The event of a row of which only what the log wants can be read.
pub(super) fn beginning(columns: &HeaderColumns, row: &Row<'_>, bump: &Bump, item: u32) -> Event {
    let mut event = Event::default();
    names(columns, row, bump, &mut event);
    numbers(columns, row, bump, &mut event);
    times(columns, row, bump, &mut event);
    if item > 0 {
        // Which version this item of the row has stands in what cannot be read.
        event.version = None;
    }
    event
}

fn names(header: &HeaderColumns, row: &Row<'_>, bump: &Bump, event: &mut Event) {
    let mut take = |expression: Option<&Compiled>, name: Option<&str>, what: &str, optional: bool| {
        if name.is_none() && expression.is_some() && !optional {
            event.problems.push(Problem::new(
                ProblemCode::NameUnreadable,
                format!("the {what} is missing"),
            ));
        }
        name.unwrap_or_default().to_owned()
    };
    let stream = stream_named(header.stream.as_ref(), row, bump);
    let stream = take(header.stream.as_ref(), stream, "stream", header.stream_optional);
    let kind = named(header.kind.as_ref(), row, bump);
    let kind = take(header.kind.as_ref(), kind, "event type", false);
    event.category = named(header.category.as_ref(), row, bump).map(str::to_owned);
    further(&header.also_in, row, bump, &stream, &mut event.also_in);
    event.stream = stream;
    event.kind = kind;
}

fn numbers(header: &HeaderColumns, row: &Row<'_>, bump: &Bump, event: &mut Event) {
    if let Some(expression) = &header.version {
        let value = eval(expression, row, bump);
        event.version = value.integer();
        if event.version.is_none() && !value.is_null() {
            let found = value.name(bump).unwrap_or_default().to_owned();
            let message = format!("the version is no integer: {found:?}");
            event
                .problems
                .push(Problem::new(ProblemCode::VersionUnreadable, message));
            event.extra.push(("version".to_owned(), value.value(bump)));
        }
    }
    event.position = named(header.position.as_ref(), row, bump).map(str::to_owned);
}

fn times(header: &HeaderColumns, row: &Row<'_>, bump: &Bump, event: &mut Event) {
    let mut take = |columns: Option<&CompiledTime>, of: TimeOf| {
        let columns = columns?;
        let read: TimeRead = time(columns, row, bump);
        if of == TimeOf::Record && read == Ok(None) && columns.is_own_column() {
            let missing = "the time is missing";
            event
                .problems
                .push(Problem::new(ProblemCode::TimeUnreadable, missing));
        }
        taken(read, of, || eval(&columns.from, row, bump).value(bump), event)
    };
    let recorded = take(header.time.as_ref(), TimeOf::Record);
    let valid = take(header.valid_time.as_ref(), TimeOf::Validity);
    if let Some(read) = recorded {
        event.time = Some(read.time);
        event.time_origin = read.origin;
    }
    event.valid_time = valid
        .map(|read| read.time)
        .filter(|v| event.time.is_none_or(|t| t.nanos != v.nanos));
}

fn payloads(columns: &EventColumns, row: &Row<'_>, item: Option<&Item<'_>>, event: &mut Event) {
    if let Some((index, reader)) = &columns.payload {
        let (payload, problem) = match item {
            Some(item) => item.payload.map_or((Payload::absent(), None), |json| {
                reader.read_bytes(json, &event.kind)
            }),
            None => reader.read(cell(row, *index), &event.kind),
        };
        event.payload = payload;
        event.problems.extend(problem);
    }
    if let Some((index, reader)) = &columns.metadata {
        let (metadata, problem) = reader.read(cell(row, *index), &event.kind);
        event.metadata = metadata;
        event.problems.extend(problem.map(of_metadata));
    }
    // An item's own headers count more than its commit's; both are kept.
    if let Some(json) = item.and_then(|i| i.metadata) {
        let (own, _) = Payload::from_json(json.to_vec());
        if own
            .value
            .as_ref()
            .and_then(Value::as_object)
            .is_some_and(|o| !o.is_empty())
        {
            let commit = std::mem::replace(&mut event.metadata, own);
            if let Some(value) = commit.value {
                event.extra.push(("commit_metadata".to_owned(), value));
            }
        }
    }
}

/// An identifier that may lie in metadata of any form: JSON is read in place, YAML and XML from the decoded value.
fn linked(
    expression: Option<&Compiled>,
    columns: &EventColumns,
    row: &Row<'_>,
    bump: &Bump,
    event: &Event,
) -> Option<String> {
    let expression = expression?;
    if let Some(found) = eval(expression, row, bump).name(bump) {
        return Some(found.to_owned()).filter(|t| !t.is_empty());
    }
    let candidates: &[Compiled] = match expression {
        Compiled::FirstOf(all) => all,
        one => std::slice::from_ref(one),
    };
    candidates.iter().find_map(|c| {
        let Compiled::Column {
            index, at: Some(at), ..
        } = c
        else {
            return None;
        };
        let decoded = [
            (&columns.metadata, &event.metadata),
            (&columns.payload, &event.payload),
        ];
        let (_, payload) = decoded
            .into_iter()
            .find(|(c, _)| c.as_ref().is_some_and(|(i, _)| i == index))?;
        let value = at.value(payload.value.as_ref()?)?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Some(text).filter(|t| !t.is_empty() && t != "null")
    })
}

/// Adds what a further joined row says: another stream of the same event.
pub(super) fn merge_row(
    event: &mut Event,
    columns: &EventColumns,
    row: &Row<'_>,
    bump: &Bump,
    hidden: &[String],
) {
    let Some(name) = stream_named(columns.header.stream.as_ref(), row, bump) else {
        return;
    };
    if is_hidden(hidden, name) || name == event.stream {
        return;
    }
    if event.stream.is_empty() {
        name.clone_into(&mut event.stream);
        event.version = columns
            .header
            .version
            .as_ref()
            .and_then(|e| eval(e, row, bump).integer());
        event.category = named(columns.header.category.as_ref(), row, bump).map(str::to_owned);
    } else if !event.also_in.iter().any(|s| s == name) {
        event.also_in.push(name.to_owned());
    }
}

/// Forgets a first joined row's stream that is not to be shown.
pub(super) fn hide_stream(event: &mut Event, hidden: &[String]) {
    if is_hidden(hidden, &event.stream) {
        event.stream.clear();
        event.version = None;
        event.category = None;
    }
}

/// The event that stands for a row that cannot be read.
pub(super) fn unreadable(why: impl Into<String>) -> Event {
    Event {
        problems: vec![Problem::new(ProblemCode::RowUnreadable, why)],
        ..Event::default()
    }
}
