//! Places of states that are near to one that is nowhere.

use std::collections::{BTreeSet, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};

use leftfold_event::json::{Object, Value};
use leftfold_event::{Cancel, Progress};
use leftfold_replay::Path;

use super::by::{ProjectionBy, place};
use super::matching::plain;
use super::rows::{Rows, RowsFrom};
use crate::alike::{did_you_mean, nearest};
use crate::compare::rule::History;
use crate::compare::streams::{over_streams, projection_of};
use crate::error::SessionError;

/// Places remembered.
const PLACES: usize = 20_000;

/// Places proposed.
const PROPOSED: usize = 3;

/// Fields of states on their way that are looked at, of all streams together.
const LOOKED_AT: usize = 50_000_000;

/// Items of a list whose places are remembered.
const ITEMS: usize = 4;

/// Every place that there is in these values, as pointers.
pub(super) fn places_in<'v>(values: impl Iterator<Item = &'v Value>) -> BTreeSet<String> {
    let mut places = BTreeSet::new();
    for value in values {
        take(value, &mut Vec::new(), &mut places);
    }
    places
}

fn take(value: &Value, way: &mut Vec<String>, places: &mut BTreeSet<String>) {
    let mut below = |key: String, value: &Value| {
        if places.len() >= PLACES {
            return;
        }
        way.push(key);
        places.insert(pointer(way));
        take(value, way, places);
        way.pop();
    };
    match value {
        Value::Object(object) => object.iter().for_each(|(key, v)| below(key.to_owned(), v)),
        Value::Array(items) => {
            let items = items.iter().take(ITEMS).enumerate();
            items.for_each(|(i, v)| below(i.to_string(), v));
        }
        _ => {}
    }
}

fn pointer(way: &[String]) -> String {
    Path::from(way.iter().map(|key| key.as_str().into()).collect::<Vec<_>>()).to_string()
}

/// What is near to a place: of a like name, or of the same name elsewhere; as `; did you mean …?`, or nothing.
pub(super) fn hint(place: &Path, places: &BTreeSet<String>) -> String {
    let text = place.to_string();
    let mut near: Vec<String> = nearest(&text, places.iter().map(String::as_str), PROPOSED)
        .into_iter()
        .map(str::to_owned)
        .collect();
    if let Some(last) = place.tokens().last() {
        let own = pointer(&[last.to_string()]);
        let moved = places.iter().filter(|p| p.ends_with(&own) && !near.contains(p));
        let moved: Vec<String> = moved.take(PROPOSED.saturating_sub(near.len())).cloned().collect();
        near.extend(moved);
    }
    did_you_mean(&near)
}

/// The places among these that a state of one of these streams had at any time.
pub(super) fn had_by_any<'p>(
    asked: Vec<&'p Path>,
    history: History<'_>,
    streams: &[u32],
    number: Option<usize>,
    len: &(dyn Fn(u32) -> usize + Sync),
    cancel: &Cancel,
) -> Result<Vec<&'p Path>, SessionError> {
    if asked.is_empty() {
        return Ok(asked);
    }
    let seen: Vec<AtomicBool> = asked.iter().map(|_| AtomicBool::new(false)).collect();
    over_streams(history, streams, cancel, &Progress::new(), |stream, events| {
        // Nothing else depends on it: seen twice is as good as once.
        if seen.iter().all(|s| s.load(Ordering::Relaxed)) {
            return Ok(());
        }
        let projection = projection_of(history, stream, number)?;
        let mut state = projection.initial();
        events.read(0..len(stream).min(events.len()), cancel, &mut |_, step| {
            let _ = projection.apply(&mut state, &step);
            for (path, seen) in asked.iter().zip(&seen) {
                if !seen.load(Ordering::Relaxed) && path.find(&state).is_some() {
                    seen.store(true, Ordering::Relaxed);
                }
            }
        })
    })?;
    let had = asked.into_iter().zip(seen);
    Ok(had
        .filter(|(_, s)| s.load(Ordering::Relaxed))
        .map(|(p, _)| p)
        .collect())
}

/// The fields of these names, however they are spelled, that states of these streams had at any time; and whether all states were looked at.
pub(super) fn fields_once(
    names: &BTreeSet<String>,
    history: History<'_>,
    streams: &[u32],
    number: Option<usize>,
    len: &(dyn Fn(u32) -> usize + Sync),
    cancel: &Cancel,
) -> Result<(BTreeSet<String>, bool), SessionError> {
    if names.is_empty() {
        return Ok((BTreeSet::new(), true));
    }
    // Each stream has its own share, so that what is seen does not depend on which is done first.
    let events: usize = streams.iter().map(|s| len(*s)).sum();
    let of_event = (LOOKED_AT / events.max(1)).max(1);
    let of_streams = over_streams(history, streams, cancel, &Progress::new(), |stream, events| {
        let projection = projection_of(history, stream, number)?;
        let mut state = projection.initial();
        let end = len(stream).min(events.len());
        let (mut fields, mut left) = (BTreeSet::new(), of_event.saturating_mul(end));
        let mut known: HashSet<String> = HashSet::new();
        let mut all = true;
        events.read(0..end, cancel, &mut |_, step| {
            let _ = projection.apply(&mut state, &step);
            for (key, _) in state.as_object().into_iter().flat_map(Object::iter) {
                if left == 0 {
                    all = false;
                    return;
                }
                left -= 1;
                if known.contains(key) {
                    continue;
                }
                known.insert(key.to_owned());
                if names.contains(&plain(key)) {
                    fields.insert(key.to_owned());
                }
            }
        })?;
        Ok((fields, all))
    })?;
    let all = of_streams.iter().all(|(_, (_, all))| *all);
    let fields = of_streams.into_iter().flat_map(|(_, (fields, _))| fields);
    Ok((fields.collect(), all))
}

/// An error where places of the right side are named that no row has. (What a table has no column for is told where it is read.)
pub(super) fn refuse_unknown_places(rows: &Rows, by: &ProjectionBy) -> Result<(), SessionError> {
    if matches!(rows.from, RowsFrom::Table { .. }) || rows.rows.is_empty() {
        return Ok(());
    }
    for (text, _) in &by.map {
        let path = place(text)?;
        if !rows.rows.iter().any(|row| path.find(&row.fields).is_some()) {
            let places = places_in(rows.rows.iter().map(|row| &row.fields));
            let hint = hint(&path, &places);
            let why = format!("map: no row of {} has {path}{hint}", rows.name);
            return Err(SessionError::new("path-syntax", why).with("key", "map"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use leftfold_event::json;

    use super::*;

    #[test]
    fn a_place_that_is_nowhere_is_near_to_one_of_a_like_name_or_of_its_name_elsewhere() {
        let state = json::parse(br#"{"paidAmount":1,"sum":{"net":2},"items":[{"sku":"a"}]}"#).unwrap();
        let places = places_in(std::iter::once(&state));
        let near = |text: &str| hint(&Path::parse(text).unwrap(), &places);
        assert_eq!(near("/paidAmont"), "; did you mean /paidAmount?");
        assert_eq!(near("/net"), "; did you mean /sum/net?");
        assert_eq!(near("/sku"), "; did you mean /items/0/sku?");
        assert_eq!(near("/zebra"), "");
    }
}
