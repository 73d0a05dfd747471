//! Findings by stream (or key) and time.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use leftfold_report::{Axis, HeatBy, HeatMap, Panel, Strip};
use leftfold_session::compare::Status;

use crate::style::{clean, named};

/// Columns and most rows.
pub(super) const COLUMNS: u32 = 120;
pub(super) const ROWS: usize = 30;

/// When findings of which stream began, and how certain they are, from the first time to the last; `None` where none has a time.
pub(super) fn map<'n>(
    found: impl Iterator<Item = (&'n str, i64, Status)>,
    (from, last): (i64, i64),
    by: HeatBy,
) -> Option<Panel> {
    let span = (i128::from(last) + 1 - i128::from(from)).max(1);
    let mut rows: BTreeMap<&str, Strip> = BTreeMap::new();
    for (name, since, status) in found {
        // What was due after the last event stands at the end.
        let since = since.clamp(from, last.max(from));
        let column = (i128::from(since) - i128::from(from)) * i128::from(COLUMNS) / span;
        let row = rows
            .entry(name)
            .or_insert_with(|| Strip::of_bins(COLUMNS as usize));
        let row = match status {
            Status::Confirmed => &mut row.confirmed,
            Status::Pending => &mut row.pending,
            Status::Healed => &mut row.healed,
            Status::OutOfCoverage => continue,
        };
        if let Some(n) = usize::try_from(column).ok().and_then(|c| row.get_mut(c)) {
            *n += 1;
        }
    }
    if rows.is_empty() {
        return None;
    }
    let mut all: Vec<(&str, Strip)> = rows.into_iter().collect();
    // Those with the most first; of equally many the first by name.
    all.sort_by_key(|(_, counts)| Reverse(counts.total()));
    let more = all.len().saturating_sub(ROWS) as u64;
    all.truncate(ROWS);
    Some(Panel::HeatMap(HeatMap {
        axis: Axis::Time {
            from,
            to: last.max(from.saturating_add(1)),
        },
        rows: all
            .into_iter()
            .map(|(name, counts)| (clean(named(name)).into_owned(), counts))
            .collect(),
        more,
        by,
    }))
}
