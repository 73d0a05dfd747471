//! Events that another one has to follow.

use std::collections::HashMap;

use leftfold_compare::{Category, Marks, Status, Watermark, watermark};
use leftfold_event::{Cancel, Event, Progress};
use leftfold_log::{Evaluation, Expression, LaneBy, Log};
use leftfold_source::Ends;
use rayon::prelude::*;

use super::{BATCH, History, KEPT, Rule, Ruled, is_later, is_unread};
use crate::checks::duration_text;
use crate::compare::Shown;
use crate::compare::field::{key_text, shared};
use crate::error::SessionError;
use crate::masks::{is_masked, met};

/// The keys of an event as a cause and as an effect; or why it cannot be judged, and whether it was its key that failed.
pub(super) type Judged = Result<[Role; 2], (String, bool)>;

/// What an event is to a rule: nothing, or a cause or an effect, which may lack its key.
pub(super) enum Role {
    Aside,
    /// Its payload cannot be read, and would say it.
    Unread,
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
    /// Whether something follows of which nothing tells when it came.
    untimed: bool,
    status: Status,
}

pub(super) fn over_all(
    rule: &Rule,
    expressions: [&Expression; 3],
    (within, settled): (Option<i64>, bool),
    (history, moment): (History<'_>, Option<i64>),
    (cancel, progress): (&Cancel, &Progress),
) -> Result<Ruled, SessionError> {
    let log = history.log;
    let mut ruled = Ruled::default();
    let (causes, effects) = taking(
        rule,
        expressions,
        (history, moment),
        &mut ruled,
        (cancel, progress),
    )?;
    let known = known_until(history, moment)?;
    // What has nothing to follow it in time.
    let awaited = |cause: &Taking| {
        let pending = match within {
            // At an earlier moment it was not complete.
            _ if settled && moment.is_none() => false,
            // Without a deadline what has to follow may come as long as the history goes on.
            None => true,
            Some(within) => {
                let due = cause.time.and_then(|t| t.checked_add(within));
                due.zip(known).is_some_and(|(due, known)| due > known)
            }
        };
        if pending {
            Status::Pending
        } else {
            Status::Confirmed
        }
    };
    let mut timeless = 0;
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
                    untimed: false,
                    status: Status::Healed,
                }),
                // Whether it came in time, nothing tells.
                (Follows::After(_, None), Some(_)) if cause.time.is_some() => Some(Late {
                    cause,
                    effect: None,
                    untimed: true,
                    status: awaited(&cause),
                }),
                (Follows::After(..), _) => {
                    timeless += u64::from(within.is_some() && cause.time.is_none());
                    None
                }
                (Follows::Nothing, _) => Some(Late {
                    cause,
                    effect: None,
                    untimed: false,
                    status: awaited(&cause),
                }),
            }
        })
        .collect();
    late.sort_by_key(|l| (l.cause.time.is_none(), l.cause.time, l.cause.ordinal));
    ruled.pending = late.iter().filter(|l| l.status == Status::Pending).count() as u64;
    ruled.violations = late.len() as u64 - ruled.pending;
    ruled.timeless = timeless;
    let untimed = |l: &&Late| l.untimed && l.status != Status::Pending;
    ruled.untimed = late.iter().filter(untimed).count() as u64;
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

/// Up to when everything has come: the last time of the history or, where it is of parts, the earliest of their last ones. With a moment, as of
/// then.
fn known_until(history: History<'_>, moment: Option<i64>) -> Result<Option<i64>, SessionError> {
    let log = history.log;
    Ok(KnownUntil::of(history)?.as_of(log, moment.unwrap_or(i64::MAX)))
}

/// How far the parts of a history were known, at any moment.
#[derive(Debug)]
pub(in crate::compare) struct KnownUntil(Option<(Marks, Vec<i64>)>);

impl KnownUntil {
    /// Of a history.
    pub(in crate::compare) fn of(history: History<'_>) -> Result<Self, SessionError> {
        if !history.store.in_parts() {
            return Ok(Self(None));
        }
        let (log, ends) = (history.log, Ends::of(history.store)?);
        let mut marks = Marks::default();
        let times = (0..log.events()).map(|ordinal| {
            let time = log.time(ordinal);
            marks.push(ends.of_row(log.locator(ordinal).row), time);
            time.unwrap_or(i64::MIN)
        });
        let times = times.collect();
        Ok(Self(Some((marks, times))))
    }

    /// Up to when everything has come, as of a moment. `log` is the history's.
    pub(in crate::compare) fn as_of(&self, log: &Log, moment: i64) -> Option<i64> {
        match &self.0 {
            None => log.latest_by(moment),
            Some((marks, times)) => match watermark(&[(marks, times)], moment) {
                Watermark::Until(known) => Some(known),
                Watermark::Empty | Watermark::Timeless => None,
            },
        }
    }
}

/// Which events have to be followed, and which may follow.
fn taking(
    rule: &Rule,
    expressions: [&Expression; 3],
    (history, moment): (History<'_>, Option<i64>),
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
        let mut events = history.read(chunk, cancel)?;
        let mut chunk = chunk.to_vec();
        if moment.is_some() {
            let later: Vec<bool> = events.iter().map(|e| is_later(e, moment)).collect();
            let mut is_later_one = later.into_iter();
            chunk.retain(|_| is_later_one.next() == Some(false));
            events.retain(|e| !is_later(e, moment));
        }
        let judged: Vec<Judged> = events
            .par_iter()
            .map_init(Evaluation::new, |evaluation, event| {
                roles(expressions, event, evaluation)
            })
            .collect();
        note_hidden(expressions, &events, &judged, ruled);
        for ((ordinal, event), judged) in chunk.iter().zip(&events).zip(judged) {
            let Some(keys) = ruled.count_roles(judged, is_about(rule, event)) else {
                continue;
            };
            let [cause, effect] = keys.map(|role| {
                let Role::Keyed(key) = role else { return None };
                let next = numbers.len() as u32;
                Some(Taking {
                    ordinal: *ordinal,
                    key: *numbers.entry(key).or_insert(next),
                    time: event.time.map(|t| t.nanos),
                })
            });
            causes.extend(cause);
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

/// Notes what these events were judged by though a mask hides something of it.
pub(super) fn note_hidden(
    [when, expect, by]: [&Expression; 3],
    events: &[Event],
    judged: &[Judged],
    ruled: &mut Ruled,
) {
    let mut masked = events.iter().zip(judged).filter(|(e, _)| is_masked(e)).peekable();
    if ruled.hidden.is_some() || masked.peek().is_none() {
        return;
    }
    let (mut which, by) = (when.reads(), by.reads());
    which.extend(expect.reads());
    let is_keyed = |judged: &Judged| {
        let keys = judged.as_ref();
        keys.is_ok_and(|keys| keys.iter().any(|key| matches!(key, Role::Keyed(_))))
    };
    ruled.hidden = masked.find_map(|(event, judged)| {
        met(&which, event, &[]).or_else(|| met(&by, event, &[]).filter(|_| is_keyed(judged)))
    });
}

/// What an event is to a rule with these expressions: which have to be followed, what may follow, and what both share.
pub(super) fn roles([when, expect, by]: [&Expression; 3], event: &Event, evaluation: &Evaluation) -> Judged {
    let mut keys = [Role::Aside, Role::Aside];
    for (key, which) in keys.iter_mut().zip([when, expect]) {
        match which.holds(evaluation, event, &[]).map_err(|why| (why, false))? {
            Some(true) => {
                let value = by.value(evaluation, event, &[]).map_err(|why| (why, true))?;
                *key = match value {
                    Some(value) => Role::Keyed(shared(key_text(&value))),
                    None if is_unread(event) => Role::Unread,
                    None => Role::Keyless,
                };
            }
            None if is_unread(event) => *key = Role::Unread,
            _ => {}
        }
    }
    Ok(keys)
}

impl Ruled {
    /// Counts what an event is to a rule. `None`: it could not be judged.
    pub(super) fn count_roles(&mut self, judged: Judged, is_about: bool) -> Option<[Role; 2]> {
        self.events += 1;
        let mut keys = match judged {
            Ok(keys) => keys,
            Err((why, at_last)) => {
                self.fail(why, at_last);
                return None;
            }
        };
        if !is_about {
            keys[0] = Role::Aside;
        }
        self.unread += u64::from(keys.iter().any(|role| matches!(role, Role::Unread)));
        let is = |role: &Role| u64::from(!matches!(role, Role::Aside | Role::Unread));
        let is_keyed = |role: &Role| u64::from(matches!(role, Role::Keyed(_)));
        self.about += is(&keys[0]);
        self.lacking += is(&keys[0]) - is_keyed(&keys[0]);
        self.judged += is_keyed(&keys[0]);
        self.following[0] += is(&keys[1]);
        self.following[1] += is_keyed(&keys[1]);
        Some(keys)
    }
}

/// What is expected, in a sentence.
pub(super) fn expected(expect: &Expression, within: Option<i64>, untimed: bool) -> String {
    let soon = within.map_or_else(String::new, |w| format!(" within {}", duration_text(w)));
    let untimed = if untimed { "; what follows has no time" } else { "" };
    format!("{} is expected to follow{soon}{untimed}", expect.text())
}

pub(super) fn is_about(rule: &Rule, event: &Event) -> bool {
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
                at: [Some(l.cause.ordinal), l.effect.map(|(o, _)| o)],
                right: l.effect.and_then(|(o, _)| event(o)),
                since: l.cause.time,
                healed: l
                    .effect
                    .and_then(|(_, later)| l.cause.time.map(|t| t.saturating_add(later))),
                message: Some(expected(expect, within, l.untimed)),
                ..Shown::new(category, l.status, stream)
            }
        })
        .collect())
}
