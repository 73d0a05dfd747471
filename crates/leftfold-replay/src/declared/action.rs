//! The actions of a handler, and the places and values they name.

use std::borrow::Cow;
use std::fmt;

use compact_str::CompactString;
use leftfold_event::json::{self, Object, Value};

use super::decimal;
use crate::builtin::merge_patch;
use crate::patch::kind_of;
use crate::path::{Edits, Path, PathError, child};
use crate::scan::{Member, Top, scan};
use crate::step::{HandlerError, Step, StepPayload};

/// What the actions of one event see.
pub(super) struct Facts<'a> {
    pub(super) step: &'a Step<'a>,
    pub(super) payload: PayloadView<'a>,
}

/// A payload to look into; only what is asked for is built.
pub(super) enum PayloadView<'a> {
    Absent,
    Value(Cow<'a, Value>),
    /// Text that the scanner accepted, and its members.
    Members(&'a [u8], Vec<Member>),
}

impl<'a> PayloadView<'a> {
    /// Looks at a payload; bad JSON is found here, wherever it is.
    pub(super) fn new(payload: StepPayload<'a>) -> Result<Self, HandlerError> {
        if let StepPayload::Json(text) = payload {
            let mut members = Vec::with_capacity(16);
            if scan(text, &mut members) == Some(Top::Object) {
                return Ok(Self::Members(text, members));
            }
        }
        Ok(payload.decode()?.map_or(Self::Absent, Self::Value))
    }

    fn at(&self, path: &Path) -> Option<Cow<'_, Value>> {
        let (text, members) = match self {
            Self::Absent => return None,
            Self::Value(value) => return path.find(value).map(Cow::Borrowed),
            Self::Members(text, members) => (*text, members),
        };
        let Some((first, rest)) = path.tokens().split_first() else {
            return json::parse(text).ok().map(Cow::Owned);
        };
        // A key given twice has its last value, as for the parser. What the scanner accepts parses.
        let member = members
            .iter()
            .rfind(|m| text[m.key_range()] == *first.as_bytes())?;
        let value = json::parse(&text[member.value_range()]).ok()?;
        let mut here = &value;
        if rest.is_empty() {
            return Some(Cow::Owned(value));
        }
        for token in rest {
            here = child(here, token)?;
        }
        Some(Cow::Owned(here.clone()))
    }
}

/// One change of the state.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Action {
    pub(super) verb: Verb,
    pub(super) target: Place,
    /// Skip the action where its value or its place is not there.
    pub(super) optional: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verb {
    Set(Source),
    Increment { by: Source, minus: bool },
    Append(Source),
    Merge(Source),
    Remove,
    Move { to: Place },
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Source {
    Payload(Path),
    Constant(Value),
    Type,
    Version,
    Time,
}

/// A place in the state; some of its steps may depend on the payload.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) text: String,
    pub(super) steps: Vec<PlaceStep>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum PlaceStep {
    /// A key or index.
    Key(CompactString),
    /// `{/pointer}`: the key the payload has there.
    Payload(Path),
    /// `[member=/pointer]`: the first element whose member is what the payload has there.
    Element { member: CompactString, is: Path },
}

/// Why an action does not fit.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(super) enum ActionError {
    #[error("the payload has nothing at {0:?}")]
    NoValue(String),
    #[error("the event has no {0}")]
    NoFact(&'static str),
    #[error("the payload's {path:?} is {kind}: a key is a string or a number")]
    NotAKey { path: String, kind: &'static str },
    #[error("no element has the {member:?} {value}")]
    NoElement { member: String, value: String },
    #[error("it is {0}, not an array")]
    NotAnArray(&'static str),
    #[error("{0} is no number")]
    NotANumber(String),
    #[error("{0} has too many digits to add")]
    TooManyDigits(String),
    #[error(transparent)]
    Path(#[from] PathError),
}

impl ActionError {
    /// Whether something is not there (as against: is there and does not fit).
    const fn is_absence(&self) -> bool {
        matches!(
            self,
            Self::NoValue(_) | Self::NoFact(_) | Self::NoElement { .. } | Self::Path(PathError::Missing(_))
        )
    }
}

impl Action {
    /// The place as it was written.
    pub(super) fn target(&self) -> String {
        self.target.text.clone()
    }

    /// Applies the action; the edits know how to take it back.
    pub(super) fn apply(
        &self,
        state: &mut Value,
        facts: &Facts<'_>,
        edits: &mut Edits,
    ) -> Result<(), ActionError> {
        match self.try_apply(state, facts, edits) {
            Err(e) if self.optional && e.is_absence() => Ok(()),
            result => result,
        }
    }

    fn try_apply(&self, state: &mut Value, facts: &Facts<'_>, edits: &mut Edits) -> Result<(), ActionError> {
        // The value first: where it is missing, an optional action leaves no made parents behind.
        match &self.verb {
            Verb::Set(source) => {
                let value = source.value(facts)?.into_owned();
                let at = self.target.resolve(state, facts)?;
                put(state, &at, value, edits)?;
            }
            Verb::Increment { by, minus } => {
                let by = by.value(facts)?;
                let at = self.target.resolve(state, facts)?;
                let total = decimal::sum(at.find(state), &by, *minus)?;
                put(state, &at, total, edits)?;
            }
            Verb::Append(source) => {
                let value = source.value(facts)?.into_owned();
                let mut at = self.target.resolve(state, facts)?;
                match at.find(state) {
                    None => put(state, &at, Value::Array(vec![value]), edits)?,
                    Some(Value::Array(_)) => {
                        at.push("-");
                        edits.add(state, &at, value)?;
                    }
                    Some(other) => return Err(ActionError::NotAnArray(kind_of(other))),
                }
            }
            Verb::Merge(source) => {
                let patch = source.value(facts)?.into_owned();
                let at = self.target.resolve(state, facts)?;
                let mut value = at.find(state).cloned().unwrap_or_default();
                merge_patch(&mut value, patch);
                put(state, &at, value, edits)?;
            }
            Verb::Remove => {
                let at = self.target.resolve(state, facts)?;
                edits.remove(state, &at)?;
            }
            Verb::Move { to } => {
                let at = self.target.resolve(state, facts)?;
                let value = at
                    .find(state)
                    .cloned()
                    .ok_or_else(|| PathError::Missing(at.to_string()))?;
                edits.remove(state, &at)?;
                let to = to.resolve(state, facts)?;
                put(state, &to, value, edits)?;
            }
        }
        Ok(())
    }
}

impl Source {
    fn value<'a>(&'a self, facts: &'a Facts<'_>) -> Result<Cow<'a, Value>, ActionError> {
        match self {
            Self::Payload(path) => facts
                .payload
                .at(path)
                .ok_or_else(|| ActionError::NoValue(path.to_string())),
            Self::Constant(value) => Ok(Cow::Borrowed(value)),
            Self::Type => Ok(Cow::Owned(facts.step.kind.into())),
            Self::Version => facts
                .step
                .version
                .map(|v| Cow::Owned(v.into()))
                .ok_or(ActionError::NoFact("version")),
            Self::Time => {
                let time = facts.step.time.map(|t| Cow::Owned(t.to_string().into()));
                time.ok_or(ActionError::NoFact("time"))
            }
        }
    }
}

impl Place {
    /// The path this place is for an event.
    fn resolve(&self, state: &Value, facts: &Facts<'_>) -> Result<Path, ActionError> {
        let at_payload = |path: &Path| {
            facts
                .payload
                .at(path)
                .ok_or_else(|| ActionError::NoValue(path.to_string()))
        };
        let mut at = Path::root();
        for step in &self.steps {
            match step {
                PlaceStep::Key(key) => at.push(key.clone()),
                PlaceStep::Payload(path) => match at_payload(path)?.as_ref() {
                    Value::String(s) => at.push(s.clone()),
                    Value::Number(n) => at.push(n.as_str()),
                    other => {
                        return Err(ActionError::NotAKey {
                            path: path.to_string(),
                            kind: kind_of(other),
                        });
                    }
                },
                PlaceStep::Element { member, is } => {
                    let value = at_payload(is)?;
                    let found = match at.find(state) {
                        Some(Value::Array(a)) => a.iter().position(|e| e.get(member) == Some(value.as_ref())),
                        Some(other) => return Err(ActionError::NotAnArray(kind_of(other))),
                        None => None,
                    };
                    let absent = || ActionError::NoElement {
                        member: member.to_string(),
                        value: value.to_string(),
                    };
                    at.push(compact_str::format_compact!("{}", found.ok_or_else(absent)?));
                }
            }
        }
        Ok(at)
    }
}

/// Sets a place, making objects on the way where nothing is; an array's element is replaced.
fn put(state: &mut Value, at: &Path, value: Value, edits: &mut Edits) -> Result<(), PathError> {
    if at.find(state).is_some() {
        return edits.replace(state, at, value);
    }
    let tokens = at.tokens();
    let mut here = &*state;
    for (n, token) in tokens.iter().enumerate() {
        match child(here, token) {
            Some(next) => here = next,
            // A step into an array that has no such element: `add` says what is wrong, or appends.
            None if matches!(here, Value::Array(_)) => break,
            None => {
                // Everything from here on is made at once.
                let made = tokens[n + 1..].iter().rev().fold(value, |inner, token| {
                    Value::Object(Object::from_iter([(token.clone(), inner)]))
                });
                return edits.add(state, &Path::from(tokens[..=n].to_vec()), made);
            }
        }
    }
    edits.add(state, at, value)
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
