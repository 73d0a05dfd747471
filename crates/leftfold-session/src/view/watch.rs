//! The values of a field along an axis, for a lane of its own.

use leftfold_event::Cancel;
use leftfold_log::{Axis, Log};

use super::state::parse_path;
use super::{MAX_ROWS, View};
use crate::dto::{Int, WatchDto};
use crate::error::SessionError;

/// The most changes one answer carries.
const MOST: usize = 200_000;

/// Bytes of a value that are told: every number is told whole, of a long text or structure the beginning.
const VALUE: usize = 512;

impl View {
    /// Every value that a path of a stream's state has held, by where it holds on an axis.
    pub fn watch(
        &self,
        stream: u32,
        path: &str,
        axis: Axis,
        projection: Option<&str>,
        cancel: &Cancel,
    ) -> Result<WatchDto, SessionError> {
        let path = parse_path(path)?;
        self.replay(stream, projection, |replay, history| {
            let ordinals = history.ordinals();
            let changes = replay.history(&path, 0..ordinals.len(), cancel)?;
            let places = places(&self.log, ordinals, axis);
            let mut told = WatchDto {
                coords: Vec::new(),
                places: Vec::new(),
                ordinals: Vec::new(),
                values: Vec::new(),
                total: 0,
            };
            for change in changes {
                // What no moment includes stands nowhere on the axis.
                let Some((at, place)) = places[change.event] else {
                    continue;
                };
                let value = change.after.map(|v| shortened(v.to_string()));
                told.total += 1;
                // What takes effect at one place is seen as its outcome alone.
                if (told.coords.last(), told.places.last()) == (Some(&Int(at)), Some(&place)) {
                    told.coords.pop();
                    told.places.pop();
                    told.ordinals.pop();
                    told.values.pop();
                }
                // Back to what it was before that place: nothing was to be seen.
                if told.values.last() == Some(&value) {
                    continue;
                }
                told.coords.push(Int(at));
                told.places.push(place);
                told.ordinals.push(ordinals[change.event]);
                told.values.push(value);
            }
            let left_out = told.coords.len().saturating_sub(MOST);
            told.coords.drain(..left_out);
            told.places.drain(..left_out);
            told.ordinals.drain(..left_out);
            told.values.drain(..left_out);
            Ok(told)
        })
    }

    /// The valid times of events, as far as they have any.
    pub fn valid_times(&self, ordinals: &[u32], cancel: &Cancel) -> Result<Vec<Option<Int>>, SessionError> {
        let known = self.log.len();
        let asked: Vec<u32> = ordinals
            .iter()
            .copied()
            .filter(|o| *o < known)
            .take(MAX_ROWS as usize)
            .collect();
        let locators: Vec<_> = asked.iter().map(|o| self.log.locator(*o)).collect();
        let mut found = std::collections::HashMap::new();
        self.source.store.fetch(&locators, cancel, &mut |i, event| {
            if let Some(time) = event.valid_time {
                found.insert(asked[i], time.nanos);
            }
        })?;
        Ok(ordinals.iter().map(|o| found.get(o).copied().map(Int)).collect())
    }
}

/// From which place on the state includes each event of a stream: on the time axis the earliest of it and those behind it, because the state at
/// a moment is the one after the last event recorded by then.
fn places(log: &Log, ordinals: &[u32], axis: Axis) -> Vec<Option<(i64, u32)>> {
    if axis == Axis::Log {
        return ordinals.iter().map(|o| Some((i64::from(*o), *o))).collect();
    }
    let mut places = vec![None; ordinals.len()];
    let mut earliest: Option<(i64, u32)> = None;
    for (place, ordinal) in places.iter_mut().zip(ordinals).rev() {
        let own = log.time(*ordinal).map(|time| (time, *ordinal));
        earliest = match (earliest, own) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        *place = earliest;
    }
    places
}

fn shortened(mut text: String) -> String {
    if text.len() > VALUE {
        let end = (0..=VALUE).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}
