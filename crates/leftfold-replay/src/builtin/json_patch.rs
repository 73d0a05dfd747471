//! `json-patch`: every payload is an RFC 6902 patch.

use leftfold_event::json::{Object, Value};

use crate::patch;
use crate::projection::Projection;
use crate::step::{HandlerError, Step};

/// Applies every payload, an array of RFC 6902 operations, as a whole or not at all. Begins with `{}`; an event
/// without payload changes nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct JsonPatch;

impl Projection for JsonPatch {
    fn name(&self) -> &'static str {
        "json-patch"
    }

    fn initial(&self) -> Value {
        Value::Object(Object::new())
    }

    fn apply(&self, state: &mut Value, step: &Step<'_>) -> Result<(), HandlerError> {
        if let Some(payload) = step.payload.decode()? {
            patch::apply(&patch::parse(&payload)?, state)?;
        }
        Ok(())
    }
}
