//! `debezium`: change events of a database row.

use leftfold_event::json::Value;

use crate::patch::kind_of;
use crate::projection::Projection;
use crate::step::{HandlerError, Step};

/// The row a Debezium change stream describes: `after` of the last create, update or snapshot read; `null` when it is
/// deleted, truncated, or not yet there. The envelope may be wrapped under `payload` (the JSON converter with
/// schemas). Tombstones (no payload, or `null`) delete; messages (`op` `m`) change nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Debezium;

impl Projection for Debezium {
    fn name(&self) -> &'static str {
        "debezium"
    }

    fn initial(&self) -> Value {
        Value::Null
    }

    fn apply(&self, state: &mut Value, step: &Step<'_>) -> Result<(), HandlerError> {
        let Some(payload) = step.payload.decode()? else {
            *state = Value::Null;
            return Ok(());
        };
        let mut envelope = payload.as_ref();
        if envelope.get("op").is_none()
            && let Some(inner) = envelope.get("payload")
        {
            envelope = inner;
        }
        if matches!(envelope, Value::Null) {
            *state = Value::Null;
            return Ok(());
        }
        let form = |text: String| Err(HandlerError::Form(text));
        let Value::Object(change) = envelope else {
            return form(format!(
                "no Debezium change event: {} instead of an object",
                kind_of(envelope)
            ));
        };
        match change.get("op").and_then(Value::as_str) {
            Some("c" | "u" | "r") => match change.get("after") {
                Some(after) => *state = after.clone(),
                None => return form("the Debezium change event has no \"after\"".to_owned()),
            },
            Some("d" | "t") => *state = Value::Null,
            Some("m") => {}
            Some(op) => {
                return form(format!(
                    "unknown Debezium operation {op:?}: c, u, d, r, t or m is expected"
                ));
            }
            None => return form("no Debezium change event: \"op\" is missing".to_owned()),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::StepPayload;

    #[test]
    fn the_row_follows_its_changes() {
        let mut state = Debezium.initial();
        for (payload, expected) in [
            (
                r#"{"before":null,"after":{"id":1,"v":"10.10"},"op":"c"}"#,
                Ok(r#"{"id":1,"v":"10.10"}"#),
            ),
            (
                r#"{"schema":{},"payload":{"before":null,"after":{"id":1,"v":2},"op":"u"}}"#,
                Ok(r#"{"id":1,"v":2}"#),
            ),
            (r#"{"op":"x"}"#, Err("unknown Debezium operation \"x\"")),
            (r#"{"op":"u"}"#, Err("no \"after\"")),
            (r#"{"id":1}"#, Err("\"op\" is missing")),
            ("7", Err("a number instead of an object")),
            (r#"{"op":"m","message":{}}"#, Ok(r#"{"id":1,"v":2}"#)),
            (r#"{"before":{"id":1},"after":null,"op":"d"}"#, Ok("null")),
            (r#"{"after":{"id":1},"op":"r"}"#, Ok(r#"{"id":1}"#)),
            ("null", Ok("null")),
        ] {
            let before = state.clone();
            let result = Debezium.apply(&mut state, &Step::new("", StepPayload::Json(payload.as_bytes())));
            match (result, expected) {
                (Ok(()), Ok(expected)) => assert_eq!(state.to_string(), expected, "{payload}"),
                (Err(e), Err(part)) => {
                    assert!(e.to_string().contains(part), "{payload}: {e}");
                    assert_eq!(state, before, "{payload}");
                }
                (got, _) => panic!("{payload}: {got:?}"),
            }
        }
        state = Value::from(true);
        assert_eq!(
            Debezium.apply(&mut state, &Step::new("", StepPayload::Absent)),
            Ok(())
        );
        assert_eq!(state, Value::Null);
    }
}
