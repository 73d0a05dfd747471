//! Where in the log an event is: the store's position or, where it has none, the place in log order.

use leftfold_event::json::Value;
use leftfold_session::dto::RowDto;

use crate::document;
use crate::style::Tone;
use crate::table::Column;

/// As `--at` takes it: `#1234` or `e1234`.
pub(crate) fn point(row: &RowDto) -> String {
    row.position
        .as_ref()
        .map_or_else(|| format!("e{}", row.ordinal), |p| format!("#{p}"))
}

/// In a column of positions.
pub(crate) fn cell(row: &RowDto) -> String {
    row.position
        .clone()
        .unwrap_or_else(|| format!("e{}", row.ordinal))
}

/// The column, for a history that states positions or does not.
pub(crate) fn column(stated: bool) -> Column {
    Column::right(if stated { "position" } else { "place" }, Tone::Dim)
}

/// For machines: what the store states, or nothing.
pub(crate) fn value(row: &RowDto) -> Option<Value> {
    row.position.as_deref().map(document::position)
}
