//! What a rule names that is nowhere in its history, and that there is no event it is about.

use leftfold_event::json::Value;
use leftfold_event::{Cancel, Event, Progress};
use leftfold_log::{Expression, LaneBy, Mentions, record_value};

use super::{BEFORE, History, Rule, RuleKind, Ruled, STATE};
use crate::alike::did_you_mean;
use crate::compare::streams::{named, over_streams, projection_of};
use crate::error::SessionError;
use crate::view::nothing::{Fields, told_of_name, written};
use crate::view::spread;

/// Events looked at for the fields that there are, spread over the log.
const LOOKED_AT: u32 = 4000;

/// Events fetched at a time.
const CHUNK: usize = 500;

/// Streams whose states are looked at for their fields, spread over all.
const STREAMS: usize = 200;

/// Events folded of each of these.
const FOLDED: usize = 4096;

/// Fields told where none is near.
const NAMED: usize = 8;

/// What is told of a rule beside its violations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleTold {
    /// Why nothing can be concluded from it: what it asks for is nowhere.
    pub error: Option<String>,
    /// That it says nothing, in a few words: there is no event it is about, or none it could be judged on.
    pub idle: Option<&'static str>,
    /// Names in it that nothing in the history has, in sentences.
    pub notes: Vec<String>,
}

/// Whether a value beside or of an event has a field.
pub(super) fn is_there(way: &[String], event: &Event, state: Option<&Value>) -> bool {
    let Some((root, keys)) = way.split_first() else {
        return false;
    };
    let has = |value: &Value| {
        let found = keys.iter().try_fold(value, |value, key| value.get(key));
        found.is_some()
    };
    match root.as_str() {
        STATE | BEFORE => state.is_some_and(has),
        "payload" => event.payload.value.as_ref().is_some_and(has),
        "metadata" => event.metadata.value.as_ref().is_some_and(has),
        other => record_value(other, event).is_some_and(|value| has(&value)),
    }
}

/// What is to be told of a rule that was checked on a history with this outcome. Looks at a sample of events and states, and only where
/// something that the rule asks for is not there.
pub fn told_of_rule(
    rule: &Rule,
    history: History<'_>,
    ruled: &Ruled,
    cancel: &Cancel,
) -> Result<RuleTold, SessionError> {
    let looking = Looking {
        rule,
        history,
        cancel,
    };
    let mut told = looking.told(ruled)?;
    told.notes.extend(ruled.unread_in_words());
    told.notes.extend(ruled.untimed_in_words());
    Ok(told)
}

struct Looking<'a> {
    rule: &'a Rule,
    history: History<'a>,
    cancel: &'a Cancel,
}

impl Looking<'_> {
    fn told(&self, ruled: &Ruled) -> Result<RuleTold, SessionError> {
        let (rule, looking) = (self.rule, self);
        let mut told = RuleTold::default();
        let when = match &rule.kind {
            RuleKind::Check { when, .. } => when.as_ref(),
            RuleKind::Expect { when, .. } => Some(when),
        };
        if ruled.about == 0 {
            told.idle = Some("no event it is about");
            told.notes = looking.names(when, false);
            if let Some(when) = when {
                told.notes.extend(looking.fields_nowhere(when)?);
            }
            return Ok(told);
        }
        told.notes = looking.names(when, true);
        match &rule.kind {
            RuleKind::Check { when, .. } => looking.condition(when.is_some(), ruled, &mut told)?,
            RuleKind::Expect { expect, by, .. } => looking.follower(expect, by, ruled, &mut told)?,
        }
        if ruled.judged == 0 && ruled.failed == 0 && told.error.is_none() {
            told.idle = Some("no event it could be judged on");
        }
        Ok(told)
    }

    /// Types, categories and streams that the rule names and no event has; only those that are near to one that there is, if so asked.
    fn names(&self, when: Option<&Expression>, near_only: bool) -> Vec<String> {
        let only = &self.rule.only;
        let of_only = [
            (LaneBy::Type, &only.types),
            (LaneBy::Category, &only.categories),
            (LaneBy::Stream, &only.streams),
        ];
        let of_only = of_only
            .into_iter()
            .flat_map(|(by, names)| names.iter().map(move |name| (by, name.clone())))
            .filter(|(by, name)| *by != LaneBy::Stream || !name.contains('*'));
        let of_when = when.map(Expression::mentions).unwrap_or_default().names;
        let mut told = Vec::new();
        for (by, name) in of_only.chain(of_when) {
            if let Some((why, is_near)) = told_of_name(self.history.log, by, &name)
                && (is_near || !near_only)
                && !told.contains(&why)
            {
                told.push(why);
            }
        }
        told
    }

    /// A condition that could be judged nowhere, because a field is nowhere, says nothing: neither that all is well nor that it is not.
    fn condition(&self, has_when: bool, ruled: &Ruled, told: &mut RuleTold) -> Result<(), SessionError> {
        if ruled.lacking == 0 || ruled.nowhere.is_empty() {
            return Ok(());
        }
        let seen = self.seen(&ruled.nowhere)?;
        let lacks_all = ruled.about == ruled.lacking + ruled.failed_at_last;
        let nears: Vec<(String, bool)> = ruled.nowhere.iter().map(|way| hint(&seen, way)).collect();
        let is_near = nears.iter().any(|(_, near)| *near);
        // What `when` singles out may rightly be the first to lack something; a field that is called almost so is mistyped.
        if lacks_all && (!has_when || is_near) {
            let (way, (hint, _)) = ruled
                .nowhere
                .iter()
                .zip(&nears)
                .max_by_key(|(_, (_, near))| *near)
                .map_or((&[][..], &nears[0]), |(way, near)| (way.as_slice(), near));
            told.error = Some(format!(
                "none of the events it is about ({}) has {}{hint}",
                ruled.about,
                written(way)
            ));
            return Ok(());
        }
        for (way, (hint, _)) in ruled.nowhere.iter().zip(&nears).filter(|(_, (_, near))| *near) {
            told.notes.push(format!("no event has {}{hint}", written(way)));
        }
        Ok(())
    }

    fn follower(
        &self,
        expect: &Expression,
        by: &Expression,
        ruled: &Ruled,
        told: &mut RuleTold,
    ) -> Result<(), SessionError> {
        let [following, keyed] = ruled.following;
        let which = match () {
            () if ruled.about == ruled.lacking => Some((ruled.about, "that have to be followed")),
            () if following > 0 && keyed == 0 && ruled.failed_at_last == 0 => {
                Some((following, "that may follow"))
            }
            () => None,
        };
        if let Some((n, which)) = which {
            let ways = by.mentions().fields;
            let seen = self.seen(&ways)?;
            let hint = ways.first().map_or_else(String::new, |way| hint(&seen, way).0);
            let by = by.text();
            told.error = Some(format!("by: none of the events {which} ({n}) has {by}{hint}"));
            return Ok(());
        }
        if ruled.lacking > 0 {
            let (n, by) = (ruled.lacking, by.text());
            told.notes.push(if n == 1 {
                format!("1 event that has to be followed has no {by}: it is left out")
            } else {
                format!("{n} events that have to be followed have no {by}: they are left out")
            });
        }
        if following == 0 {
            for (by, name) in expect.mentions().names {
                told.notes
                    .extend(told_of_name(self.history.log, by, &name).map(|(why, _)| why));
            }
            told.notes.extend(self.fields_nowhere(expect)?);
        }
        Ok(())
    }

    /// Fields of an expression that none of the events and states looked at has.
    fn fields_nowhere(&self, expression: &Expression) -> Result<Vec<String>, SessionError> {
        let Mentions { fields, .. } = expression.mentions();
        if fields.is_empty() {
            return Ok(Vec::new());
        }
        let seen = self.seen(&fields)?;
        let nowhere = fields.iter().filter(|way| !seen.has(&of_state(way)));
        Ok(nowhere
            .map(|way| format!("no event has {}{}", written(way), hint(&seen, way).0))
            .collect())
    }

    /// The fields that there are, as far as these speak of events or of states.
    fn seen(&self, ways: &[Vec<String>]) -> Result<Fields, SessionError> {
        let history = self.history;
        let mut seen = Fields::default();
        let is_of_state = |way: &Vec<String>| way[0] == STATE || way[0] == BEFORE;
        if ways.iter().any(|way| !is_of_state(way)) {
            for chunk in spread(history.log.events(), LOOKED_AT).chunks(CHUNK) {
                for event in history.read(chunk, self.cancel)? {
                    seen.take_event(&event);
                }
            }
        }
        if ways.iter().any(is_of_state) {
            let number = named(history, self.rule.projection.as_deref())?;
            let streams = history.streams(&self.rule.only);
            let step = streams.len().div_ceil(STREAMS).max(1);
            let streams: Vec<u32> = streams.into_iter().step_by(step).collect();
            let states = over_streams(
                history,
                &streams,
                self.cancel,
                &Progress::new(),
                |stream, events| {
                    let projection = projection_of(history, stream, number)?;
                    let mut state = projection.initial();
                    events.read(0..events.len().min(FOLDED), self.cancel, &mut |_, step| {
                        let _ = projection.apply(&mut state, &step);
                    })?;
                    Ok(state)
                },
            )?;
            for (_, state) in states {
                seen.take(&state, &mut vec![STATE.to_owned()]);
            }
        }
        Ok(seen)
    }
}

/// The state before an event has the fields of states.
fn of_state(way: &[String]) -> Vec<String> {
    let mut way = way.to_vec();
    if let Some(root) = way.first_mut().filter(|root| *root == BEFORE) {
        STATE.clone_into(root);
    }
    way
}

/// What is near to a field that is nowhere, or what there is instead; and whether something is near.
fn hint(seen: &Fields, way: &[String]) -> (String, bool) {
    let root = &way[0];
    let in_state = of_state(way);
    if seen.has(&in_state) {
        return ("; other events have it".to_owned(), false);
    }
    let rooted = |name: String| match name.strip_prefix(in_state[0].as_str()) {
        Some(rest) => format!("{root}{rest}"),
        None => name,
    };
    let near: Vec<String> = seen.near(&in_state).into_iter().map(rooted).collect();
    if !near.is_empty() {
        return (did_you_mean(&near), true);
    }
    let below = seen.below(&in_state[0]);
    let told: Vec<String> = below.iter().take(NAMED).cloned().map(rooted).collect();
    let more = if below.len() > told.len() { ", …" } else { "" };
    let hint = if told.is_empty() {
        String::new()
    } else {
        format!("; there are {}{more}", told.join(", "))
    };
    (hint, false)
}
