//! Events that the state at a moment includes though they carry a later time: one after them in the stream was recorded by then.

use leftfold_event::Cancel;
use leftfold_session::View;
use leftfold_session::dto::RowDto;

use crate::diff::end_document;
use crate::document::{Document, list, number};
use crate::failure::Outcome;
use crate::front::Front;
use crate::input::At;
use crate::state::event_line;
use crate::style::counted;

/// Events named one by one, in words and for machines.
const NAMED: usize = 20;

/// The events of one state.
#[derive(Default)]
pub(crate) struct Later {
    /// The first of them.
    rows: Vec<RowDto>,
    /// How many there are.
    total: usize,
}

impl Later {
    /// Those of a stream at a point.
    pub(crate) fn of(view: &View, stream: u32, at: &At, cancel: &Cancel) -> Outcome<Self> {
        let mut ordinals: Vec<u32> = view.later_than(stream, &at.place).collect();
        let total = ordinals.len();
        ordinals.truncate(NAMED);
        let rows = view.rows_of(&ordinals, cancel)?;
        Ok(Self { rows, total })
    }

    /// Says so to the reader.
    pub(crate) fn note(&self, front: &mut Front) {
        let Some(first) = self.rows.first() else { return };
        let (carry, them, which) = if self.total == 1 {
            ("carries", "it", "")
        } else {
            ("carry", "them", "the first is ")
        };
        front.note(format!(
            "{} included here {carry} a later time than the moment asked for, because an event after {them} was recorded by then: \
             {which}{}",
            counted(self.total as u64, "event"),
            event_line(first)
        ));
    }

    /// Says so to machines: `later`, at most twenty events, and `later_in_all`. Nothing where there are none.
    pub(crate) fn told(&self, document: Document) -> Document {
        if self.total == 0 {
            return document;
        }
        let rows = self.rows.iter().map(|row| end_document(Some(row)));
        document
            .with("later", list(rows))
            .with("later_in_all", number(self.total as u64))
    }
}
