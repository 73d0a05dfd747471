//! A finding with its evidence, whatever kind of comparison or rule it is of.

use leftfold_compare::{Category, FieldDifference, Status};
use leftfold_event::Event;
use leftfold_event::json::Value;

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
    /// What the two sides are known by together, where it is not the stream.
    pub key: Option<String>,
    /// What is to be known of a row that should hold a state.
    pub of_row: Option<Box<OfRow>>,
    /// Of a rule: where its events stand in the index, the left one's and the right one's.
    pub at: [Option<u32>; 2],
}

/// A row that should hold a state.
#[derive(Clone, Debug, Default)]
pub struct OfRow {
    /// The row; `None`: there is none.
    pub row: Option<Value>,
    /// How many events of the stream it lacks, where it is as the stream's state once was.
    pub behind: Option<u64>,
    /// The event that last changed each field that differs, in the order of [`Shown::fields`].
    pub blame: Vec<Option<Event>>,
    /// The same of the right side, where the row is the state of a history; empty where it is not.
    pub blame_right: Vec<Option<Event>>,
    /// Where the left ones stand in the index.
    pub blamed_at: Vec<Option<u32>>,
    /// Where the right ones stand in theirs.
    pub blamed_at_right: Vec<Option<u32>>,
    /// Where the row differs from the state at the place that the table is as of, unless that is the end.
    pub at_place: Option<Vec<FieldDifference>>,
}

impl Shown {
    /// A finding of which nothing is known but what it is, how certain, and where.
    pub fn new(category: Category, status: Status, stream: String) -> Self {
        Self {
            category,
            status,
            stream,
            left: None,
            right: None,
            of: None,
            fields: Vec::new(),
            since: None,
            healed: None,
            message: None,
            key: None,
            of_row: None,
            at: [None; 2],
        }
    }

    /// Where it is: its stream or, in none, its key.
    pub fn place(&self) -> &str {
        match &self.key {
            Some(key) if self.stream.is_empty() => key,
            _ => &self.stream,
        }
    }

    /// The event that shows it.
    pub fn event(&self) -> Option<&Event> {
        self.left.as_ref().or(self.right.as_ref())
    }
}
