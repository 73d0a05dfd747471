//! What shows that a row is not the state it should be.

use leftfold_compare::{Category, FieldDifference, Finding};
use leftfold_event::json::Value;
use leftfold_event::{Cancel, Event};
use leftfold_log::LaneBy;
use leftfold_replay::{Path, StreamHistory as _};

use super::{Projected, Subject, blame, history_of, length, places_of, projection_of};
use crate::compare::Findings as _;
use crate::compare::shown::{OfRow, Shown};
use crate::error::SessionError;
use crate::history::LogStream;

/// A finding with its row, what differs, and the events that are to blame.
pub(super) fn of(projected: &Projected, finding: &Finding, cancel: &Cancel) -> Result<Shown, SessionError> {
    let log = &projected.snapshot.log;
    let subject = projected
        .subjects
        .get(finding.stream as usize)
        .copied()
        .unwrap_or_default();
    let row = subject.row.map(|r| &projected.rows.rows[r as usize].fields);
    let stream = subject.stream.map_or("", |s| log.names(LaneBy::Stream).get(s));
    let mut shown = Shown {
        since: finding.since,
        healed: finding.healed,
        key: subject.row.map(|_| projected.key(finding).to_owned()),
        message: message(finding, &subject),
        ..Shown::new(finding.category, projected.status(finding), stream.to_owned())
    };
    let mut of_row = OfRow {
        row: row.cloned(),
        behind: subject.behind,
        ..OfRow::default()
    };
    let is_mismatch = matches!(finding.category, Category::FieldMismatch | Category::Late);
    let mut blamed: Vec<Option<u32>> = Vec::new();
    if let (Some(stream), Some(row), true) = (subject.stream, row, is_mismatch) {
        let events = LogStream::new(log, &*projected.source.store, stream);
        let (history, len) = (projected.history(), subject.len);
        shown.fields = projected
            .fields
            .differences(&state_at(projected, stream, &events, len, cancel)?, row);
        let places = places_of(&shown.fields);
        let asked = |_: &Value| places.clone();
        let by = blame(history, stream, projected.number, (&events, len), &asked, cancel)?;
        blamed = by.into_iter().map(|i| i.map(|i| events.ordinals()[i])).collect();
        (of_row.blame_right, of_row.blamed_at_right) = blame_right(projected, &subject, &places, cancel)?;
        of_row.at_place = at_place(projected, stream, &events, &subject, row, cancel)?;
    }
    let mut wanted: Vec<u32> = blamed.iter().copied().flatten().chain(finding.left).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let events = projected.history().read(&wanted, cancel)?;
    let event = |ordinal: u32| -> Option<Event> {
        let at = wanted.binary_search(&ordinal).ok()?;
        events.get(at).cloned()
    };
    shown.left = finding.left.and_then(event);
    of_row.blame = blamed.iter().map(|o| o.and_then(event)).collect();
    of_row.blamed_at = blamed;
    shown.of_row = Some(Box::new(of_row));
    Ok(shown)
}

/// Events, and where they stand in their index.
type Blamed = (Vec<Option<Event>>, Vec<Option<u32>>);

/// The event of the right side that last changed each of these places of the left side's state, where the row is the state of a history;
/// else nothing.
fn blame_right(
    projected: &Projected,
    subject: &Subject,
    places: &[Path],
    cancel: &Cancel,
) -> Result<Blamed, SessionError> {
    let row = subject.row.and_then(|r| projected.rows.rows.get(r as usize));
    let (Some(row), Some(folded)) = (row, &projected.rows.folded) else {
        return Ok(Blamed::default());
    };
    let history = history_of(&folded.source, &folded.snapshot);
    let Some(stream) = history.log.names(LaneBy::Stream).key(&row.key) else {
        return Ok(Blamed::default());
    };
    let events = LogStream::new(history.log, history.store, stream);
    let len = length(history.log, stream, folded.moment);
    let in_row: Vec<Path> = places.iter().map(|at| projected.fields.in_row(at)).collect();
    let asked = |_: &Value| in_row.clone();
    let by = blame(history, stream, folded.number, (&events, len), &asked, cancel)?;
    let ordinals: Vec<Option<u32>> = by.into_iter().map(|i| i.map(|i| events.ordinals()[i])).collect();
    let mut wanted: Vec<u32> = ordinals.iter().copied().flatten().collect();
    wanted.sort_unstable();
    wanted.dedup();
    let read = history.read(&wanted, cancel)?;
    let event = |ordinal: u32| read.get(wanted.binary_search(&ordinal).ok()?).cloned();
    Ok((ordinals.iter().map(|o| o.and_then(event)).collect(), ordinals))
}

fn message(finding: &Finding, subject: &Subject) -> Option<String> {
    let events = |n: u64| {
        if n == 1 {
            "1 event".to_owned()
        } else {
            format!("{n} events")
        }
    };
    let behind = subject.behind.map(events);
    Some(match finding.category {
        Category::Missing => match behind {
            Some(n) => format!("no row: {n} behind"),
            None => "no row".to_owned(),
        },
        Category::Extra if subject.stream.is_none() => "a row of no stream".to_owned(),
        Category::Extra => match behind {
            Some(n) => format!("the stream's state is gone; the row is {n} behind"),
            None => "the stream's state is gone".to_owned(),
        },
        Category::Duplicate => "a second row of this stream".to_owned(),
        _ => behind.map(|n| format!("{n} behind"))?,
    })
}

/// The state that a finding's row should hold.
pub(super) fn state(
    projected: &Projected,
    finding: &Finding,
    cancel: &Cancel,
) -> Result<Option<Value>, SessionError> {
    let subject = projected.subjects.get(finding.stream as usize);
    let Some(stream) = subject.and_then(|s| s.stream) else {
        return Ok(None);
    };
    Ok(Some(state_of(projected, stream, cancel)?).filter(|s| *s != Value::Null))
}

/// The state of a stream in the end.
pub(super) fn state_of(projected: &Projected, stream: u32, cancel: &Cancel) -> Result<Value, SessionError> {
    let log = &projected.snapshot.log;
    let events = LogStream::new(log, &*projected.source.store, stream);
    let len = length(log, stream, projected.moment);
    state_at(projected, stream, &events, len, cancel)
}

pub(super) fn state_at(
    projected: &Projected,
    stream: u32,
    events: &LogStream<'_>,
    len: usize,
    cancel: &Cancel,
) -> Result<Value, SessionError> {
    let projection = projection_of(projected.history(), stream, projected.number)?;
    let mut fold = projection.fold();
    events.read(0..len, cancel, &mut |_, step| {
        let _ = fold.push(&step);
    })?;
    Ok(fold.state())
}

/// Where the row differs from the state at the place that all rows fit best; `None` where that is the state in the end, or none was there.
fn at_place(
    projected: &Projected,
    stream: u32,
    events: &LogStream<'_>,
    subject: &Subject,
    row: &Value,
    cancel: &Cancel,
) -> Result<Option<Vec<FieldDifference>>, SessionError> {
    let Some(as_of) = &projected.as_of else {
        return Ok(None);
    };
    let then = projected
        .places
        .included(as_of, events.ordinals())
        .min(subject.len);
    if then == subject.len || then == 0 {
        return Ok(None);
    }
    let state = state_at(projected, stream, events, then, cancel)?;
    Ok(Some(projected.fields.differences(&state, row)))
}
