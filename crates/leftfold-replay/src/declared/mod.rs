//! Projections written as data in `leftfold.toml`.
//!
//! ```toml
//! [[projection]]
//! name = "order"
//! categories = ["order"]                     # and/or: streams = ["order-*"]; `*` and `?` are wild
//! initial = { lines = [], total = 0.00 }     # {} when not given; numbers keep their digits
//!
//! [[projection.on]]
//! type = "ItemAdded"                         # or a list; patterns allowed; all that match run, in this order
//! do = [
//!   { append = "/lines", from = "" },        # the whole payload
//!   { increment = "/total", from = "/price" },
//!   { increment = "/counts/{/sku}" },        # by 1; the key is the payload's /sku
//!   { set = "/changedAt", event = "time" },
//! ]
//!
//! [[projection.on]]
//! type = "ItemRemoved"
//! do = [
//!   { remove = "/lines/[sku=/sku]" },        # the first element whose sku is the payload's /sku
//!   { decrement = "/total", from = "/price" },
//!   { move = "/note", to = "/earlierNote", optional = true },
//! ]
//!
//! [[projection]]                             # a built-in fold for some streams
//! name = "customers"
//! categories = ["customer"]
//! fold = "debezium"
//! ```
//!
//! An action names one verb and the place in the state it acts on:
//!
//! | verb | does | value |
//! |---|---|---|
//! | `set` | sets the place, making objects on the way | needed |
//! | `increment`, `decrement` | adds exactly, keeping every decimal place (10.10 + 0.20 = 10.30); nothing there counts as 0 | 1 if not given |
//! | `append` | adds to the end of an array, making it if nothing is there | needed |
//! | `merge` | merges as RFC 7396 says | needed |
//! | `remove` | takes the place out | none |
//! | `move` | takes the place out and sets `to` | none |
//!
//! A value is `from` (an RFC 6901 pointer into the payload), `value` (a constant) or `event` (`type`, `version` or
//! `time`). Sums stay strings when the state has one (`"10.10"`), as stores that write decimals as text need it.
//! `optional = true` skips the action when its value or place is not there; else that is the event's problem, and the
//! event changes nothing at all.

mod action;
mod decimal;
mod read;

use leftfold_event::json::Value;

pub use self::read::{Declaration, DeclarationError, DeclarationFault, Folds, from_toml};
use crate::declared::action::{Action, Facts, PayloadView};
use crate::path::Edits;
use crate::projection::Projection;
use crate::set::matches_pattern;
use crate::step::{HandlerError, Step};

/// A declared projection, compiled.
#[derive(Clone, Debug, PartialEq)]
pub struct Declared {
    name: String,
    initial: Value,
    handlers: Vec<Handler>,
}

#[derive(Clone, Debug, PartialEq)]
struct Handler {
    types: Vec<String>,
    actions: Vec<Action>,
}

impl Handler {
    fn handles(&self, kind: &str) -> bool {
        self.types
            .iter()
            .any(|t| t == kind || (t.contains(['*', '?']) && matches_pattern(t, kind)))
    }
}

impl Projection for Declared {
    fn name(&self) -> &str {
        &self.name
    }

    fn initial(&self) -> Value {
        self.initial.clone()
    }

    fn apply(&self, state: &mut Value, step: &Step<'_>) -> Result<(), HandlerError> {
        let mut handlers = self.handlers.iter().filter(|h| h.handles(step.kind)).peekable();
        if handlers.peek().is_none() {
            // An event nobody handles is not looked into.
            return Ok(());
        }
        let facts = Facts {
            step,
            payload: PayloadView::new(step.payload)?,
        };
        let mut edits = Edits::default();
        for handler in handlers {
            for (i, action) in handler.actions.iter().enumerate() {
                if let Err(e) = action.apply(state, &facts, &mut edits) {
                    edits.roll_back(state);
                    return Err(HandlerError::Action {
                        action: i + 1,
                        path: action.target(),
                        reason: e.to_string(),
                    });
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
