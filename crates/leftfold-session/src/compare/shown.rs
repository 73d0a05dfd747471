//! A finding with its evidence, whatever kind of comparison or rule it is of.

use leftfold_compare::{Category, FieldDifference, Status};
use leftfold_event::Event;

/// A finding with its evidence.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What it is.
    pub category: Category,
    /// How certain it is.
    pub status: Status,
    /// The stream it is in; empty where it is in none.
    pub stream: String,
    /// The event of the left (or only) side, whole.
    pub left: Option<Event>,
    /// The event of the right side.
    pub right: Option<Event>,
    /// The event of the same side that it repeats.
    pub of: Option<Event>,
    /// Where the two say something else.
    pub fields: Vec<FieldDifference>,
    /// When it began, in nanoseconds since 1970.
    pub since: Option<i64>,
    /// When it healed.
    pub healed: Option<i64>,
    /// What category and evidence do not say, in a sentence.
    pub message: Option<String>,
}

impl Shown {
    /// The event that shows it.
    pub fn event(&self) -> Option<&Event> {
        self.left.as_ref().or(self.right.as_ref())
    }
}
