//! `debezium`: change events of a database row.

use leftfold_event::json::Value;

use super::latest::LastText;
use crate::patch::kind_of;
use crate::projection::{Fold, Projection};
use crate::scan::{Member, Top, scan};
use crate::step::{HandlerError, Step, StepPayload};

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
        if let Some(row) = row_after(step)? {
            *state = row;
        }
        Ok(())
    }

    fn fold<'a>(&'a self) -> Box<dyn Fold + 'a> {
        Box::new(DebeziumFold::default())
    }
}

/// The row as the event leaves it; `None`: as it was.
fn row_after(step: &Step<'_>) -> Result<Option<Value>, HandlerError> {
    let Some(payload) = step.payload.decode()? else {
        return Ok(Some(Value::Null));
    };
    let mut envelope = payload.as_ref();
    if envelope.get("op").is_none()
        && let Some(inner) = envelope.get("payload")
    {
        envelope = inner;
    }
    let form = |text: String| Err(HandlerError::Form(text));
    let change = match envelope {
        Value::Null => return Ok(Some(Value::Null)),
        Value::Object(change) => change,
        other => {
            return form(format!(
                "no Debezium change event: {} instead of an object",
                kind_of(other)
            ));
        }
    };
    match change.get("op").and_then(Value::as_str) {
        Some("c" | "u" | "r") => match change.get("after") {
            Some(after) => Ok(Some(after.clone())),
            None => form("the Debezium change event has no \"after\"".to_owned()),
        },
        Some("d" | "t") => Ok(Some(Value::Null)),
        Some("m") => Ok(None),
        Some(op) => form(format!(
            "unknown Debezium operation {op:?}: c, u, d, r, t or m is expected"
        )),
        None => form("no Debezium change event: \"op\" is missing".to_owned()),
    }
}

/// Keeps the text of the last `after` and builds its value only when asked.
#[derive(Default)]
struct DebeziumFold {
    last: LastText,
    members: Vec<Member>,
}

impl DebeziumFold {
    /// The text of `after` in an unwrapped create, update or read; everything else goes the long way.
    fn after<'t>(&mut self, text: &'t [u8]) -> Option<&'t [u8]> {
        if scan(text, &mut self.members)? == Top::Other {
            return None;
        }
        // A key given twice has its last value, as for the parser.
        let member = |name: &[u8]| self.members.iter().rfind(|m| text[m.key_range()] == *name);
        let op = &text[member(b"op")?.value_range()];
        let after = member(b"after")?;
        matches!(op, b"\"c\"" | b"\"u\"" | b"\"r\"").then(|| &text[after.value_range()])
    }
}

impl Fold for DebeziumFold {
    fn start(&mut self, state: Value) {
        self.last.set_value(state);
    }

    fn push(&mut self, step: &Step<'_>) -> Result<(), HandlerError> {
        if let StepPayload::Json(text) = step.payload
            && let Some(after) = self.after(text)
        {
            self.last.set_text(after);
        } else if let Some(row) = row_after(step)? {
            self.last.set_value(row);
        }
        Ok(())
    }

    fn state(&self) -> Value {
        self.last.value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::StepPayload;

    #[test]
    fn the_row_follows_its_changes() {
        let mut state = Debezium.initial();
        let mut fold = Debezium.fold();
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
            (
                r#"{"after":{"id":2},"op":"d","after":{"id":3},"op":"u"}"#,
                Ok(r#"{"id":3}"#),
            ),
            (
                r#"{"after":{"id":2},"op":"u","after":{"id":4}}"#,
                Ok(r#"{"id":4}"#),
            ),
            (r#"{"after":{"id":2},"op":"u","x":}"#, Err("not JSON")),
            ("null", Ok("null")),
        ] {
            let before = state.clone();
            let step = Step::new("", StepPayload::Json(payload.as_bytes()));
            let result = Debezium.apply(&mut state, &step);
            assert_eq!(fold.push(&step), result, "{payload}");
            assert_eq!(fold.state().to_string(), state.to_string(), "{payload}");
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
