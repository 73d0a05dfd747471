//! `latest`: the state is the last payload.

use std::borrow::Cow;

use leftfold_event::json::{self, Value};

use crate::projection::{Fold, Projection};
use crate::scan::{Member, scan};
use crate::step::{HandlerError, Step, StepPayload};

/// The state is the last event's payload; `null` before the first event and after one without payload.
#[derive(Clone, Copy, Debug, Default)]
pub struct Latest;

impl Projection for Latest {
    fn name(&self) -> &'static str {
        "latest"
    }

    fn initial(&self) -> Value {
        Value::Null
    }

    fn apply(&self, state: &mut Value, step: &Step<'_>) -> Result<(), HandlerError> {
        *state = step.payload.decode()?.map_or(Value::Null, Cow::into_owned);
        Ok(())
    }

    fn fold<'a>(&'a self) -> Box<dyn Fold + 'a> {
        Box::new(LatestFold::default())
    }
}

/// Keeps the last text and builds its value only when asked.
#[derive(Default)]
struct LatestFold {
    last: LastText,
    members: Vec<Member>,
}

impl Fold for LatestFold {
    fn start(&mut self, state: Value) {
        self.last.set_value(state);
    }

    fn push(&mut self, step: &Step<'_>) -> Result<(), HandlerError> {
        match step.payload {
            StepPayload::Json(text) if scan(text, &mut self.members).is_some() => self.last.set_text(text),
            payload => self
                .last
                .set_value(payload.decode()?.map_or(Value::Null, Cow::into_owned)),
        }
        Ok(())
    }

    fn state(&self) -> Value {
        self.last.value()
    }
}

/// A value, or the JSON text of one that is not built yet.
#[derive(Default)]
pub(super) struct LastText {
    value: Value,
    text: Vec<u8>,
    is_text: bool,
}

impl LastText {
    pub(super) fn set_value(&mut self, value: Value) {
        self.value = value;
        self.is_text = false;
    }

    /// Takes text that the scanner accepted.
    pub(super) fn set_text(&mut self, text: &[u8]) {
        self.text.clear();
        self.text.extend_from_slice(text);
        self.is_text = true;
    }

    pub(super) fn value(&self) -> Value {
        if !self.is_text {
            return self.value.clone();
        }
        // What the scanner accepts the parser accepts; were it not so, the text would be shown.
        json::parse(&self.text).unwrap_or_else(|_| String::from_utf8_lossy(&self.text).into_owned().into())
    }
}
