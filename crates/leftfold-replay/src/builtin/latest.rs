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
    value: Value,
    /// The last payload's text where it is newer than `value`.
    text: Option<Vec<u8>>,
    members: Vec<Member>,
}

impl Fold for LatestFold {
    fn start(&mut self, state: Value) {
        self.value = state;
        self.text = None;
    }

    fn push(&mut self, step: &Step<'_>) -> Result<(), HandlerError> {
        if let StepPayload::Json(bytes) = step.payload
            && scan(bytes, &mut self.members).is_some()
        {
            let text = self.text.get_or_insert_default();
            text.clear();
            text.extend_from_slice(bytes);
            return Ok(());
        }
        Latest.apply(&mut self.value, step)?;
        self.text = None;
        Ok(())
    }

    fn state(&self) -> Value {
        match &self.text {
            // What the scanner accepts the parser accepts; were it not so, the text would be shown.
            Some(text) => {
                json::parse(text).unwrap_or_else(|_| String::from_utf8_lossy(text).into_owned().into())
            }
            None => self.value.clone(),
        }
    }
}
