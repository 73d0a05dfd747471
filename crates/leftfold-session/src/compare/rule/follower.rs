//! Events that another one has to follow.

use std::collections::HashMap;

use leftfold_compare::{Category, Status};
use leftfold_event::json::Value;
use leftfold_event::{Cancel, Event, Progress};
use leftfold_log::{Axis, Evaluation, Expression, LaneBy};
use rayon::prelude::*;

use super::{BATCH, History, KEPT, Rule, Ruled};
use crate::checks::duration_text;
use crate::compare::Shown;
use crate::error::SessionError;

/// The keys of an event as a cause and as an effect; or why it cannot be judged, and whether it was its key that failed.
type Judged = Result<[Role; 2], (String, bool)>;

/// What an event is to a rule: nothing, or a cause or an effect, which may lack its key.
enum Role {
    Aside,
    Keyless,
    Keyed(String),
}

/// An event that has to be followed, or may follow.
#[derive(Clone, Copy)]
struct Taking {
    ordinal: u32,
    key: u32,
    time: Option<i64>,
}

/// Events that may follow, by key: those with a time by it, then the places of all of them.
#[derive(Default)]
struct Effects {
    timed: Vec<(i64, u32)>,
    untimed: Vec<u32>,
    all: Vec<u32>,
}

/// What follows an event.
enum Follows {
    Nothing,
    /// An event, later by so many nanoseconds where both have a time.
    After(u32, Option<i64>),
}

impl Effects {
    /// What follows first: by time, or by place in the log where a time is missing.
    fn after(&self, cause: &Taking) -> Follows {
        let later = |places: &[u32]| {
            let next = places.partition_point(|o| *o <= cause.ordinal);
            places.get(next).copied()
        };
        let Some(time) = cause.time else {
            return later(&self.all).map_or(Follows::Nothing, |o| Follows::After(o, None));
        };
        let from = self.timed.partition_point(|(t, _)| *t < time);
        // An event does not follow itself.
        let first = self.timed[from..].iter().find(|(_, o)| *o != cause.ordinal);
        match (first, later(&self.untimed)) {
            (Some((t, o)), _) => Follows::After(*o, Some(t - time)),
            (None, Some(o)) => Follows::After(o, None),
            (None, None) => Follows::Nothing,
        }
    }
}

/// A violation, before its evidence is read.
struct Late {
    cause: Taking,
    /// What follows, too late.
    effect: Option<(u32, i64)>,
    status: Status,
}

pub(super) fn over_all(
    rule: &Rule,
    expressions: [&Expression; 3],
    within: Option<i64>,
    history: History<'_>,
    cancel: &Cancel,
    progress: &Progress,
) -> Result<Ruled, SessionError> {
    let log = history.log;
    let mut ruled = Ruled::default();
    let (causes, effects) = taking(rule, expressions, history, &mut ruled, (cancel, progress))?;
    let known = log.all().extent(Axis::Time).map(|(_, last)| last);
    let mut late: Vec<Late> = causes
        .into_iter()
        .filter_map(|cause| {
            let follows = effects
                .get(&cause.key)
                .map_or(Follows::Nothing, |e| e.after(&cause));
            match (follows, within) {
                (Follows::After(effect, Some(later)), Some(within)) if later > within => Some(Late {
                    cause,
                    effect: Some((effect, later)),
                    status: Status::Healed,
                }),
                (Follows::After(..), _) => None,
                (Follows::Nothing, _) => {
                    let due = cause.time.and_then(|t| t.checked_add(within?));
                    let pending = due.zip(known).is_some_and(|(due, known)| due > known);
                    Some(Late {
                        cause,
                        effect: None,
                        status: if pending {
                            Status::Pending
                        } else {
                            Status::Confirmed
                        },
                    })
                }
            }
        })
        .collect();
    late.sort_by_key(|l| (l.cause.time.is_none(), l.cause.time, l.cause.ordinal));
    ruled.pending = late.iter().filter(|l| l.status == Status::Pending).count() as u64;
    ruled.violations = late.len() as u64 - ruled.pending;
    let mut streams: Vec<u32> = late
        .iter()
        .filter(|l| l.status != Status::Pending)
        .map(|l| log.lane(LaneBy::Stream, l.cause.ordinal))
        .collect();
    streams.sort_unstable();
    streams.dedup();
    ruled.streams = streams.len() as u64;
    late.truncate(KEPT);
    ruled.shown = shown(&late, expressions[1], within, history, cancel)?;
    Ok(ruled)
}

/// Which events have to be followed, and which may follow.
fn taking(
    rule: &Rule,
    [when, expect, by]: [&Expression; 3],
    history: History<'_>,
    ruled: &mut Ruled,
    (cancel, progress): (&Cancel, &Progress),
) -> Result<(Vec<Taking>, HashMap<u32, Effects>), SessionError> {
    let log = history.log;
    progress.set_total(u64::from(log.events()));
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut causes = Vec::new();
    let mut effects: HashMap<u32, Effects> = HashMap::new();
    let all: Vec<u32> = (0..log.events()).collect();
    for chunk in all.chunks(BATCH) {
        let events = history.read(chunk, cancel)?;
        let judged: Vec<Judged> = events
            .par_iter()
            .map_init(Evaluation::new, |evaluation, event| {
                let mut keys = [Role::Aside, Role::Aside];
                for (key, which) in keys.iter_mut().zip([when, expect]) {
                    if which.holds(evaluation, event, &[]).map_err(|why| (why, false))? == Some(true) {
                        let value = by.value(evaluation, event, &[]).map_err(|why| (why, true))?;
                        *key = value.map_or(Role::Keyless, |v| Role::Keyed(text_of(&v)));
                    }
                }
                Ok(keys)
            })
            .collect();
        for ((ordinal, event), judged) in chunk.iter().zip(&events).zip(judged) {
            ruled.events += 1;
            let mut keys = match judged {
                Ok(keys) => keys,
                Err((why, at_last)) => {
                    ruled.fail(why, at_last);
                    continue;
                }
            };
            if !is_about(rule, event) {
                keys[0] = Role::Aside;
            }
            let is = |role: &Role| u64::from(!matches!(role, Role::Aside));
            let is_keyed = |role: &Role| u64::from(matches!(role, Role::Keyed(_)));
            ruled.about += is(&keys[0]);
            ruled.lacking += is(&keys[0]) - is_keyed(&keys[0]);
            ruled.following[0] += is(&keys[1]);
            ruled.following[1] += is_keyed(&keys[1]);
            let [cause, effect] = keys.map(|role| {
                let Role::Keyed(key) = role else { return None };
                let next = numbers.len() as u32;
                Some(Taking {
                    ordinal: *ordinal,
                    key: *numbers.entry(key).or_insert(next),
                    time: event.time.map(|t| t.nanos),
                })
            });
            if let Some(cause) = cause {
                ruled.judged += 1;
                causes.push(cause);
            }
            if let Some(effect) = effect {
                let of_key = effects.entry(effect.key).or_default();
                of_key.all.push(effect.ordinal);
                match effect.time {
                    Some(time) => of_key.timed.push((time, effect.ordinal)),
                    None => of_key.untimed.push(effect.ordinal),
                }
            }
        }
        progress.set_done(ruled.events);
    }
    for of_key in effects.values_mut() {
        of_key.timed.sort_unstable();
    }
    Ok((causes, effects))
}

fn is_about(rule: &Rule, event: &Event) -> bool {
    let category = event.category.as_deref().unwrap_or_default();
    rule.only.has_stream(&event.stream, category) && rule.only.has_type(&event.kind)
}

/// Violations with their evidence.
fn shown(
    late: &[Late],
    expect: &Expression,
    within: Option<i64>,
    history: History<'_>,
    cancel: &Cancel,
) -> Result<Vec<Shown>, SessionError> {
    let mut ordinals: Vec<u32> = late
        .iter()
        .flat_map(|l| [Some(l.cause.ordinal), l.effect.map(|(o, _)| o)])
        .flatten()
        .collect();
    ordinals.sort_unstable();
    ordinals.dedup();
    let events = history.read(&ordinals, cancel)?;
    let event = |ordinal: u32| {
        let at = ordinals.binary_search(&ordinal).ok()?;
        events.get(at).cloned()
    };
    let soon = within.map_or_else(String::new, |w| format!(" within {}", duration_text(w)));
    Ok(late
        .iter()
        .map(|l| {
            let left = event(l.cause.ordinal);
            let category = if within.is_some() {
                Category::Deadline
            } else {
                Category::Missing
            };
            let stream = left.as_ref().map(|e| e.stream.clone()).unwrap_or_default();
            Shown {
                left,
                right: l.effect.and_then(|(o, _)| event(o)),
                since: l.cause.time,
                healed: l
                    .effect
                    .and_then(|(_, later)| l.cause.time.map(|t| t.saturating_add(later))),
                message: Some(format!("{} is expected to follow{soon}", expect.text())),
                ..Shown::new(category, l.status, stream)
            }
        })
        .collect())
}

/// A key's text: a text is itself, anything else its JSON.
fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
