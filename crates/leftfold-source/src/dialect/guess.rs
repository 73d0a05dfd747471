//! A ranked guess for tables no dialect knows: by the columns' names and contents.

use crate::StoreInfo;
use crate::mapping::Mapping;
use crate::shape::TableShape;

/// The guess for a table with its score, if it looks like events at all. Beside a known store more is asked for.
pub(super) fn guess(_table: &TableShape, _beside_known: bool) -> Option<(StoreInfo, Mapping, u32)> {
    None
}
