//! A rule on a history that grows: events are taken as they come, and each violation is told once.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use leftfold_compare::{Category, Status};
use leftfold_event::{Cancel, Event, Locator, category_of};
use leftfold_log::{Evaluation, Expression};
use leftfold_replay::Projections;
use leftfold_source::EventStore;
use rayon::prelude::*;

use super::condition::{Course, Judge, Reads, named};
use super::follower::{Judged, Role, expected, is_about, note_hidden, roles};
use super::{BEFORE, Rule, RuleKind, Ruled, STATE};
use crate::compare::Shown;
use crate::error::SessionError;
use crate::masks::refuse_met;

/// How long what may follow an event is kept after its time, where the rule states no deadline: an event that is stamped earlier may still come.
const KEPT_FOR: i64 = 60_000_000_000;

/// Keys that are kept before it is looked whether some can be forgotten.
const MANY_KEYS: usize = 4096;

/// A rule with all that has to be known of the past to judge what comes: a state for each stream where the rule is about states, and of rules
/// about what follows the events that still wait.
pub struct LiveRule {
    rule: Arc<Rule>,
    how: How,
    ruled: Ruled,
    violated: HashSet<String>,
    healed: u64,
}

enum How {
    Condition(Box<Conditions>),
    Expectation(Box<Expectations>),
}

impl LiveRule {
    /// Before the first event.
    pub fn new(rule: Arc<Rule>, projections: &Projections) -> Result<Self, SessionError> {
        let how = match &rule.kind {
            RuleKind::Check { .. } => How::Condition(Box::new(Conditions {
                projections: projections.clone(),
                named: named(&rule, projections)?,
                alone: Course::default(),
                courses: HashMap::new(),
            })),
            RuleKind::Expect { .. } => How::Expectation(Box::default()),
        };
        Ok(Self {
            rule,
            how,
            ruled: Ruled::default(),
            violated: HashSet::new(),
            healed: 0,
        })
    }

    /// The rule.
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// Refuses what was judged by something that a mask hides.
    pub fn refuse_hidden(&self) -> Result<(), SessionError> {
        refuse_met(self.ruled.hidden.as_deref(), &self.rule.called())
    }

    /// Takes the next events, in the order of their log, and says what they violate at once.
    pub fn take(&mut self, events: &[Event], locators: &[Locator]) -> Vec<Shown> {
        let found = match (&mut self.how, &self.rule.kind) {
            (How::Condition(conditions), RuleKind::Check { when, check }) => {
                let judge = Judge {
                    rule: &self.rule,
                    when: when.as_ref(),
                    check,
                    projections: &conditions.projections,
                    named: conditions.named,
                    moment: None,
                    asked: Vec::new(),
                    reads: Reads::of(when.as_ref(), check),
                };
                let taken = (&mut self.ruled, &mut self.healed);
                take_all(
                    &judge,
                    &mut conditions.courses,
                    &mut conditions.alone,
                    events,
                    taken,
                )
            }
            (
                How::Expectation(expectations),
                RuleKind::Expect {
                    when,
                    expect,
                    by,
                    within,
                    ..
                },
            ) => {
                let all = (events, locators);
                self.healed += expectations.take(
                    &self.rule,
                    [when, expect, by.as_ref()],
                    *within,
                    all,
                    &mut self.ruled,
                );
                Vec::new()
            }
            // A rule keeps its kind.
            _ => Vec::new(),
        };
        self.count(&found);
        found
    }

    /// Judges what waits, now that everything up to `known` has come, in nanoseconds: whose deadline has passed. Evidence is read from the store.
    pub fn settle(
        &mut self,
        known: Option<i64>,
        store: &dyn EventStore,
        cancel: &Cancel,
    ) -> Result<Vec<Shown>, SessionError> {
        let (How::Expectation(expectations), RuleKind::Expect { expect, within, .. }) =
            (&mut self.how, &self.rule.kind)
        else {
            return Ok(Vec::new());
        };
        let Some(known) = known else { return Ok(Vec::new()) };
        let late = expectations.overdue(known);
        self.healed += late.iter().filter(|l| l.effect.is_some()).count() as u64;
        expectations.forget(known.saturating_sub(within.unwrap_or(KEPT_FOR)));
        let found = evidence(&late, expect, *within, store, cancel)?;
        self.ruled.violations += found.len() as u64;
        let untimed = late.iter().filter(|l| l.effect.is_none() && l.cause.untimed);
        self.ruled.untimed += untimed.count() as u64;
        self.count(&found);
        Ok(found)
    }

    fn count(&mut self, found: &[Shown]) {
        for shown in found {
            if !self.violated.contains(&shown.stream) {
                self.violated.insert(shown.stream.clone());
            }
            if self.ruled.shown.is_empty() {
                self.ruled.shown.push(shown.clone());
            }
        }
        self.ruled.streams = self.violated.len() as u64;
    }

    /// What came of it so far. Of the violations only the first is in it; `pending` are the events that still wait.
    pub fn ruled(&self) -> &Ruled {
        &self.ruled
    }

    /// How many events still wait for what has to follow them.
    pub fn waiting(&self) -> u64 {
        match &self.how {
            How::Condition(_) => 0,
            How::Expectation(expectations) => expectations.waiting,
        }
    }

    /// How many violations healed, those too that had not when they were told.
    pub fn healed(&self) -> u64 {
        self.healed
    }

    /// How many streams and keys are kept in mind.
    pub fn kept(&self) -> usize {
        match &self.how {
            How::Condition(conditions) => conditions.courses.len(),
            How::Expectation(expectations) => expectations.keys.len(),
        }
    }
}

/// What a rule about states has to know.
struct Conditions {
    projections: Projections,
    named: Option<usize>,
    /// For a rule that is about no state: one for all streams.
    alone: Course,
    courses: HashMap<String, Course>,
}

fn take_all(
    judge: &Judge<'_>,
    courses: &mut HashMap<String, Course>,
    alone: &mut Course,
    events: &[Event],
    (ruled, healed): (&mut Ruled, &mut u64),
) -> Vec<Shown> {
    let evaluation = Evaluation::new();
    let of_states = judge.uses(STATE) || judge.uses(BEFORE);
    let mut found = Vec::new();
    for event in events {
        let category = category(event);
        if !judge.rule.only.has_stream(&event.stream, category) {
            continue;
        }
        let course = if !of_states {
            &mut *alone
        } else if courses.contains_key(&event.stream) {
            let Some(course) = courses.get_mut(&event.stream) else {
                continue;
            };
            course
        } else {
            courses
                .entry(event.stream.clone())
                .or_insert_with(|| judge.begin(&event.stream, category))
        };
        let was_open = course.open.is_some();
        judge.go_on(course, [(None, event)], &evaluation);
        *healed += u64::from(was_open && course.open.is_none());
        // What was told is kept no longer; only that it has not healed.
        course.open = course.open.map(|_| usize::MAX);
        let mut of_event = std::mem::take(&mut course.found);
        found.append(&mut of_event.shown);
        ruled.add(of_event);
    }
    found
}

fn category(event: &Event) -> &str {
    let stated = event.category.as_deref();
    stated.or_else(|| category_of(&event.stream)).unwrap_or_default()
}

/// An event that waits for another one to follow it.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    number: u64,
    time: Option<i64>,
    locator: Locator,
    /// Whether something has followed of which nothing tells when it came.
    untimed: bool,
}

/// What is known of a key.
#[derive(Debug, Default)]
struct OfKey {
    waiting: Vec<Waiting>,
    /// What may follow, by time.
    effects: Vec<(i64, Locator)>,
    /// The times of what was told because nothing had followed it: what comes now heals it.
    unfollowed: Vec<i64>,
}

impl OfKey {
    /// What follows a moment first.
    fn after(&self, time: i64, but: Locator) -> Option<(i64, Locator)> {
        let from = self.effects.partition_point(|(t, _)| *t < time);
        self.effects[from..].iter().find(|(_, l)| *l != but).copied()
    }
}

/// What a rule about what follows has to know.
#[derive(Default)]
struct Expectations {
    keys: HashMap<String, OfKey>,
    /// By deadline: which key waits, and the number of the event that does.
    due: BTreeMap<(i64, u64), String>,
    next: u64,
    waiting: u64,
    /// How many keys there were when those were last forgotten that say nothing any more.
    looked_at: usize,
}

/// An event that nothing followed in time, and what followed it too late.
struct Late {
    cause: Waiting,
    effect: Option<(i64, Locator)>,
}

impl Expectations {
    /// Takes events; how many violations they heal.
    fn take(
        &mut self,
        rule: &Rule,
        expressions: [&Expression; 3],
        within: Option<i64>,
        (events, locators): (&[Event], &[Locator]),
        ruled: &mut Ruled,
    ) -> u64 {
        let mut healed = 0;
        let judged: Vec<Judged> = events
            .par_iter()
            .map_init(Evaluation::new, |evaluation, event| {
                roles(expressions, event, evaluation)
            })
            .collect();
        note_hidden(expressions, events, &judged, ruled);
        for ((event, locator), judged) in events.iter().zip(locators).zip(judged) {
            let Some([cause, effect]) = ruled.count_roles(judged, is_about(rule, event)) else {
                continue;
            };
            let time = event.time.map(|t| t.nanos);
            if let Role::Keyed(key) = effect {
                healed += self.follows(key, (time, *locator), within, &mut ruled.timeless);
            }
            if let Role::Keyed(key) = cause {
                self.waits(key, time, *locator, within);
            }
        }
        healed
    }

    /// Something has come that may follow events of this key; how many violations it heals.
    fn follows(
        &mut self,
        key: String,
        (time, locator): (Option<i64>, Locator),
        within: Option<i64>,
        timeless: &mut u64,
    ) -> u64 {
        let of_key = self.keys.entry(key).or_default();
        let told = of_key.unfollowed.len();
        of_key
            .unfollowed
            .retain(|of_cause| time.is_some_and(|time| time < *of_cause));
        let healed = (told - of_key.unfollowed.len()) as u64;
        let before = of_key.waiting.len();
        of_key.waiting.retain_mut(|cause| {
            let (Some(of_cause), Some(time)) = (cause.time, time) else {
                // Whether it came in time, nothing tells.
                cause.untimed = cause.time.is_some() && within.is_some();
                *timeless += u64::from(cause.time.is_none() && within.is_some());
                return cause.untimed;
            };
            let in_time = time >= of_cause && within.is_none_or(|w| time.saturating_sub(of_cause) <= w);
            if in_time && let Some(within) = within {
                self.due.remove(&(of_cause.saturating_add(within), cause.number));
            }
            !in_time
        });
        self.waiting -= (before - of_key.waiting.len()) as u64;
        if let Some(time) = time {
            let at = of_key.effects.partition_point(|(t, _)| *t <= time);
            of_key.effects.insert(at, (time, locator));
        }
        healed
    }

    /// An event has come that something has to follow.
    fn waits(&mut self, key: String, time: Option<i64>, locator: Locator, within: Option<i64>) {
        let of_key = self.keys.entry(key.clone()).or_default();
        let followed = time
            .and_then(|time| Some(of_key.after(time, locator)?.0 - time))
            .is_some_and(|later| within.is_none_or(|within| later <= within));
        if followed {
            return;
        }
        let number = self.next;
        self.next += 1;
        of_key.waiting.push(Waiting {
            number,
            time,
            locator,
            untimed: false,
        });
        self.waiting += 1;
        if let Some(due) = time.and_then(|t| t.checked_add(within?)) {
            self.due.insert((due, number), key);
        }
    }

    /// Those whose deadline has passed, which wait no longer.
    fn overdue(&mut self, known: i64) -> Vec<Late> {
        let mut late = Vec::new();
        // At the deadline itself something may still come.
        while let Some(first) = self.due.first_entry()
            && first.key().0 < known
        {
            let ((_, number), key) = first.remove_entry();
            let Some(of_key) = self.keys.get_mut(&key) else {
                continue;
            };
            let Some(at) = of_key.waiting.iter().position(|w| w.number == number) else {
                continue;
            };
            let cause = of_key.waiting.remove(at);
            self.waiting -= 1;
            let effect = cause.time.and_then(|t| of_key.after(t, cause.locator));
            if effect.is_none() {
                of_key.unfollowed.extend(cause.time);
            }
            late.push(Late { cause, effect });
        }
        late
    }

    /// Forgets what may have followed until a moment, once there is much of it.
    fn forget(&mut self, until: i64) {
        if self.keys.len() < MANY_KEYS.max(self.looked_at * 2) {
            return;
        }
        self.keys.retain(|_, of_key| {
            of_key.effects.retain(|(time, _)| *time >= until);
            !(of_key.effects.is_empty() && of_key.waiting.is_empty() && of_key.unfollowed.is_empty())
        });
        self.looked_at = self.keys.len();
    }
}

/// What nothing followed in time, with its events.
fn evidence(
    late: &[Late],
    expect: &Expression,
    within: Option<i64>,
    store: &dyn EventStore,
    cancel: &Cancel,
) -> Result<Vec<Shown>, SessionError> {
    if late.is_empty() {
        return Ok(Vec::new());
    }
    let mut asked: Vec<Locator> = late
        .iter()
        .flat_map(|l| [Some(l.cause.locator), l.effect.map(|(_, l)| l)])
        .flatten()
        .collect();
    asked.sort_unstable();
    asked.dedup();
    let mut events = Vec::with_capacity(asked.len());
    store.fetch(&asked, cancel, &mut |_, event| events.push(event))?;
    let event = |locator: Locator| {
        let at = asked.binary_search(&locator).ok()?;
        events.get(at).cloned()
    };
    Ok(late
        .iter()
        .map(|l| {
            let left = event(l.cause.locator);
            let status = match l.effect {
                Some(_) => Status::Healed,
                None => Status::Confirmed,
            };
            let stream = left.as_ref().map(|e| e.stream.clone()).unwrap_or_default();
            Shown {
                left,
                right: l.effect.and_then(|(_, locator)| event(locator)),
                since: l.cause.time,
                healed: l.effect.map(|(time, _)| time),
                message: Some(expected(expect, within, l.effect.is_none() && l.cause.untimed)),
                ..Shown::new(Category::Deadline, status, stream)
            }
        })
        .collect())
}
