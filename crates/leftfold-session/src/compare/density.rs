//! How many events of either side stand where on an axis.

use std::sync::Arc;

use leftfold_compare::Hand;
use leftfold_log::Axis;

use super::aligned::Alignment;
use super::found::Found;
use super::made::Made;
use crate::dto::SpanDto;
use crate::error::SessionError;
use crate::source::lock;

/// Most columns of one answer.
pub(super) const MOST_COLUMNS: u32 = 100_000;

/// Where the events of a side stand on an axis, ascending, and the generation of the index that says so.
pub(super) type Standing = Option<(u32, Arc<Vec<i64>>)>;

/// Refuses more columns than one answer carries; how many there are.
pub(super) fn columns_of(spans: &[SpanDto]) -> Result<usize, SessionError> {
    let columns: u64 = spans.iter().map(|s| u64::from(s.columns)).sum();
    if columns > u64::from(MOST_COLUMNS) {
        return Err(SessionError::new(
            "too-much",
            format!("more than {MOST_COLUMNS} columns asked for at once"),
        ));
    }
    Ok(columns as usize)
}

impl Found {
    /// Counts by column, as the contract's bytes.
    pub(crate) fn density(&self, hand: Hand, axis: Axis, spans: &[SpanDto]) -> Result<Vec<u8>, SessionError> {
        let mut bytes = Vec::with_capacity(columns_of(spans)? * 4);
        let standing = match (hand, axis, &*self.alignment()) {
            // Every place of the log holds one event.
            (Hand::Left, Axis::Log, Alignment::Same) if self.made.takes_all() => None,
            _ => Some(self.standing(hand, axis)?),
        };
        let events = i64::from(self.made.events()[hand as usize]);
        let before = |coord: i64| match &standing {
            Some(standing) => standing.partition_point(|c| *c < coord),
            None => coord.clamp(0, events) as usize,
        };
        for span in spans {
            let (from, length) = (span.from.0, i128::from(span.to.0) - i128::from(span.from.0));
            let columns = i128::from(span.columns);
            // A coordinate lies in the column `(coord - from) * columns / length`, so a column begins at the next whole one.
            let begin = |column: i128| {
                let at = (column * length.max(0) + columns - 1) / columns.max(1);
                (i128::from(from) + at) as i64
            };
            let mut last = before(from);
            for column in 1..=columns {
                let here = before(begin(column)).max(last);
                bytes.extend_from_slice(&((here - last) as u32).to_le_bytes());
                last = here;
            }
        }
        Ok(bytes)
    }

    /// Where the events of a side stand, ascending.
    pub(super) fn standing(&self, hand: Hand, axis: Axis) -> Result<Arc<Vec<i64>>, SessionError> {
        // Times do not depend on the index.
        let generation = match axis {
            Axis::Time => 0,
            Axis::Log => self.source.snapshot().generation,
        };
        let slot = usize::from(hand == Hand::Right) * 2 + usize::from(axis == Axis::Log);
        if let Some((of, standing)) = &lock(&self.standing)[slot]
            && *of == generation
        {
            return Ok(Arc::clone(standing));
        }
        let standing = Arc::new(match axis {
            Axis::Time => self.times(hand),
            Axis::Log => self.log_places(hand)?,
        });
        lock(&self.standing)[slot] = Some((generation, Arc::clone(&standing)));
        Ok(standing)
    }

    fn times(&self, hand: Hand) -> Vec<i64> {
        let mut times = match (&self.made, hand) {
            (Made::Projection(_) | Made::Rules(_), Hand::Left) => {
                let snapshot = self.source.snapshot();
                let log = &snapshot.log;
                (0..log.events()).filter_map(|o| log.time(o)).collect()
            }
            (made, _) => made.times(hand),
        };
        times.sort_unstable();
        times
    }

    /// Where the events stand in the log of the left side by their times.
    fn log_places(&self, hand: Hand) -> Result<Vec<i64>, SessionError> {
        let alignment = self.alignment();
        if let (Hand::Left, Alignment::At(ordinals)) = (hand, &*alignment) {
            return Ok(ordinals.iter().map(|o| i64::from(*o)).collect());
        }
        if let (Hand::Left, Alignment::Same, Some(places)) = (hand, &*alignment, self.made.places()) {
            return Ok(places.into_iter().map(i64::from).collect());
        }
        let times = self.standing(hand, Axis::Time)?;
        let view = self.source.view(None)?;
        let log = view.log();
        let mut places = Vec::with_capacity(times.len());
        // Both ascend: the times here, and the latest time up to a place of the log.
        let (mut next, mut latest) = (0, i64::MIN);
        for time in times.iter() {
            while next < log.events() {
                let reached = latest.max(log.time(next).unwrap_or(i64::MIN));
                if reached > *time {
                    break;
                }
                latest = reached;
                next += 1;
            }
            places.push(i64::from(next.saturating_sub(1)));
        }
        Ok(places)
    }
}
