//! Rules: what has to hold for every event, for every state, or between events that belong together.

use std::collections::HashMap;

use leftfold_compare::{Cardinality, Category, CorrelatedSettings, Part, Status, correlate};
use leftfold_event::json::Value;
use leftfold_event::{Cancel, Event, Progress};
use leftfold_log::{Evaluation, Expression, LaneBy, Log};
use leftfold_replay::{Projection, Projections};
use leftfold_source::EventStore;
use rayon::prelude::*;

use super::shown::Shown;
use super::side::Only;
use crate::error::SessionError;
use crate::history::step_of;

/// The state after an event, by its name in expressions.
const STATE: &str = "state";

/// The state before it.
const BEFORE: &str = "before";

/// Events read together.
const BATCH: usize = 16 * 1024;

/// Findings of one rule that are kept with their evidence.
const KEPT: usize = 10_000;

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// What it is called.
    pub name: String,
    /// The source it is about, by name or path; `None`: whichever is looked at.
    pub source: Option<String>,
    /// Which streams and events it is about.
    pub only: Only,
    /// The projection whose state it sees; `None`: the one that belongs to the stream.
    pub projection: Option<String>,
    /// What has to hold.
    pub kind: RuleKind,
}

/// What has to hold.
#[derive(Debug)]
pub enum RuleKind {
    /// At each event for which `when` holds, `check` has to.
    Check {
        /// Which events; `None`: all.
        when: Option<Expression>,
        /// The condition, over the event, `state` after it and `before` it.
        check: Expression,
    },
    /// Each event for which `when` holds has to be followed by one for which `expect` holds.
    Expect {
        /// Which events.
        when: Expression,
        /// What has to follow.
        expect: Expression,
        /// What both share.
        by: Expression,
        /// How soon, in nanoseconds.
        within: Option<i64>,
    },
}

impl RuleKind {
    /// A condition on events and states.
    pub fn check(when: Option<&str>, check: &str) -> Result<Self, SessionError> {
        Ok(Self::Check {
            when: when
                .map(|w| expression("when", w, &[STATE, BEFORE]))
                .transpose()?,
            check: expression("check", check, &[STATE, BEFORE])?,
        })
    }

    /// One event that another has to follow.
    pub fn expect(when: &str, expect: &str, by: &str, within: Option<i64>) -> Result<Self, SessionError> {
        Ok(Self::Expect {
            when: expression("when", when, &[])?,
            expect: expression("expect", expect, &[])?,
            by: expression("by", by, &[])?,
            within,
        })
    }
}

fn expression(key: &str, text: &str, beside: &[&str]) -> Result<Expression, SessionError> {
    Expression::parse(text, beside).map_err(|e| SessionError::new(e.code, format!("{key}: {}", e.message)))
}

/// What a rule found.
#[derive(Debug, Default)]
pub struct Ruled {
    /// Violations with their evidence, by the time they began; the first ten thousand.
    pub shown: Vec<Shown>,
    /// How many violations there are.
    pub violations: u64,
    /// How many streams have one.
    pub streams: u64,
    /// Events looked at.
    pub events: u64,
    /// Events for which the rule could not be judged.
    pub failed: u64,
    /// Why, for the first of them.
    pub first_failure: Option<String>,
}

/// What one stream, or one batch, adds.
#[derive(Default)]
struct Found {
    shown: Vec<Shown>,
    violated: bool,
    events: u64,
    failed: u64,
    first_failure: Option<String>,
}

impl Found {
    fn fail(&mut self, why: String) {
        self.failed += 1;
        self.first_failure.get_or_insert(why);
    }
}

impl Ruled {
    fn add(&mut self, found: Found) {
        self.violations += found.shown.len() as u64;
        self.streams += u64::from(found.violated);
        self.events += found.events;
        self.failed += found.failed;
        self.first_failure = self.first_failure.take().or(found.first_failure);
        self.shown.extend(found.shown);
    }

    fn settle(&mut self) {
        self.shown.sort_by(|a, b| {
            (a.since.is_none(), a.since, &a.stream).cmp(&(b.since.is_none(), b.since, &b.stream))
        });
        self.shown.truncate(KEPT);
    }
}

/// What is looked at.
#[derive(Clone, Copy)]
pub struct History<'a> {
    /// Its index.
    pub log: &'a Log,
    /// Its events.
    pub store: &'a dyn EventStore,
    /// Its projections.
    pub projections: &'a Projections,
}

/// Looks whether a rule holds over all of a history. The outcome does not depend on the number of threads.
pub fn check_rule(
    rule: &Rule,
    history: History<'_>,
    cancel: &Cancel,
    progress: &Progress,
) -> Result<Ruled, SessionError> {
    let mut ruled = match &rule.kind {
        RuleKind::Check { when, check } => conditions(rule, when.as_ref(), check, history, cancel, progress)?,
        RuleKind::Expect {
            when,
            expect,
            by,
            within,
        } => followers(rule, [when, expect, by], *within, history, cancel, progress)?,
    };
    ruled.settle();
    Ok(ruled)
}

impl<'a> History<'a> {
    /// The streams that a rule is about.
    fn streams(&self, only: &Only) -> Vec<u32> {
        let categories = self.log.names(LaneBy::Category);
        self.log
            .names(LaneBy::Stream)
            .iter()
            .filter(|(key, name)| {
                let category = self
                    .log
                    .category_of_stream(*key)
                    .map_or("", |c| categories.get(c));
                only.has_stream(name, category)
            })
            .map(|(key, _)| key)
            .collect()
    }

    /// Streams in runs of so many events that reading them at once pays.
    fn batches(&self, streams: &[u32]) -> Vec<Vec<u32>> {
        let mut batches: Vec<Vec<u32>> = Vec::new();
        let mut events = usize::MAX;
        for &stream in streams {
            let n = self.log.stream_events(stream).len();
            if n == 0 {
                continue;
            }
            match batches.last_mut() {
                Some(batch) if events.saturating_add(n) <= BATCH => {
                    events += n;
                    batch.push(stream);
                }
                _ => {
                    events = n;
                    batches.push(vec![stream]);
                }
            }
        }
        batches
    }

    /// The events of these streams, stream by stream, read in the order of the file.
    fn read(&self, streams: &[u32], cancel: &Cancel) -> Result<Vec<Vec<Event>>, SessionError> {
        let mut wanted: Vec<(u32, usize, usize)> = Vec::new();
        let mut read: Vec<Vec<Option<Event>>> = Vec::new();
        for (i, &stream) in streams.iter().enumerate() {
            let events = self.log.stream_events(stream);
            wanted.extend(
                events
                    .iter()
                    .enumerate()
                    .map(|(place, ordinal)| (*ordinal, i, place)),
            );
            let mut of_stream = Vec::new();
            of_stream.resize_with(events.len(), || None);
            read.push(of_stream);
        }
        wanted.sort_unstable();
        let locators: Vec<_> = wanted.iter().map(|(o, ..)| self.log.locator(*o)).collect();
        self.store.fetch(&locators, cancel, &mut |i, mut event| {
            let (ordinal, stream, place) = wanted[i];
            event.version = event
                .version
                .or_else(|| self.log.version_in(streams[stream], ordinal));
            read[stream][place] = Some(event);
        })?;
        Ok(read
            .into_iter()
            .map(|events| events.into_iter().flatten().collect())
            .collect())
    }
}

fn conditions(
    rule: &Rule,
    when: Option<&Expression>,
    check: &Expression,
    history: History<'_>,
    cancel: &Cancel,
    progress: &Progress,
) -> Result<Ruled, SessionError> {
    let named = match &rule.projection {
        Some(name) => Some(history.projections.find(name).ok_or_else(|| {
            let known: Vec<&str> = history.projections.names().collect();
            SessionError::new(
                "no-such-projection",
                format!(
                    "rule {:?}: there is no projection {name:?}; there are {}",
                    rule.name,
                    known.join(", ")
                ),
            )
        })?),
        None => None,
    };
    let folds = [Some(check), when]
        .into_iter()
        .flatten()
        .any(|e| e.uses(STATE) || e.uses(BEFORE));
    let log = history.log;
    let streams = history.streams(&rule.only);
    progress.set_total(streams.iter().map(|s| log.stream_events(*s).len() as u64).sum());
    let categories = log.names(LaneBy::Category);
    let mut ruled = Ruled::default();
    for batch in history.batches(&streams) {
        if cancel.is_cancelled() {
            return Err(SessionError::cancelled());
        }
        let events = history.read(&batch, cancel)?;
        let found: Vec<Found> = batch
            .par_iter()
            .zip(events)
            .map_init(Evaluation::new, |evaluation, (stream, events)| {
                let name = log.names(LaneBy::Stream).get(*stream);
                let category = log.category_of_stream(*stream).map_or("", |c| categories.get(c));
                let number = named.unwrap_or_else(|| history.projections.of_stream(name, category));
                let projection = history.projections.get(number).filter(|_| folds);
                let judge = Judge {
                    rule,
                    when,
                    check,
                    evaluation,
                };
                judge.stream(events, projection.map(|p| &**p))
            })
            .collect();
        for found in found {
            ruled.add(found);
        }
        progress.set_done(ruled.events);
    }
    Ok(ruled)
}

struct Judge<'a> {
    rule: &'a Rule,
    when: Option<&'a Expression>,
    check: &'a Expression,
    evaluation: &'a Evaluation,
}

impl Judge<'_> {
    /// Judges every event of a stream. A state that does not hold is one violation until it holds again.
    fn stream(&self, events: Vec<Event>, projection: Option<&dyn Projection>) -> Found {
        let mut found = Found::default();
        let mut state = projection.map(Projection::initial);
        let of_state = self.check.uses(STATE) && self.when.is_none();
        let mut open: Option<usize> = None;
        for event in events {
            found.events += 1;
            let before = state.clone().filter(|_| self.uses(BEFORE));
            if let (Some(projection), Some(state)) = (projection, &mut state) {
                // What cannot be folded leaves the state as it was.
                let _ = projection.apply(state, &step_of(&event));
            }
            let holds = self.holds(&event, state.as_ref(), before.as_ref());
            match holds {
                Err(why) => found.fail(why),
                Ok(None) => {}
                Ok(Some(true)) => {
                    if let Some(i) = open.take() {
                        let healed: &mut Shown = &mut found.shown[i];
                        healed.status = Status::Healed;
                        healed.healed = event.time.map(|t| t.nanos);
                    }
                }
                Ok(Some(false)) if open.is_some() => {}
                Ok(Some(false)) => {
                    found.violated = true;
                    open = of_state.then_some(found.shown.len());
                    found.shown.push(Shown {
                        category: Category::Rule,
                        status: Status::Confirmed,
                        stream: event.stream.clone(),
                        since: event.time.map(|t| t.nanos),
                        left: Some(event),
                        right: None,
                        of: None,
                        fields: Vec::new(),
                        healed: None,
                        message: Some(format!("{} does not hold", self.check.text())),
                    });
                }
            }
        }
        found
    }

    fn uses(&self, name: &str) -> bool {
        self.check.uses(name) || self.when.is_some_and(|w| w.uses(name))
    }

    /// Whether the condition holds; `None` where the event is none it is about, or lacks what it asks for.
    fn holds(
        &self,
        event: &Event,
        state: Option<&Value>,
        before: Option<&Value>,
    ) -> Result<Option<bool>, String> {
        if !self.rule.only.has_type(&event.kind) {
            return Ok(None);
        }
        let beside = [(STATE, state), (BEFORE, before)];
        if let Some(when) = self.when
            && when.holds(self.evaluation, event, &beside)? != Some(true)
        {
            return Ok(None);
        }
        self.check.holds(self.evaluation, event, &beside)
    }
}

/// An event that takes part in a rule between events.
struct Taking {
    ordinal: u32,
    key: String,
    time: Option<i64>,
}

fn followers(
    rule: &Rule,
    [when, expect, by]: [&Expression; 3],
    within: Option<i64>,
    history: History<'_>,
    cancel: &Cancel,
    progress: &Progress,
) -> Result<Ruled, SessionError> {
    let log = history.log;
    progress.set_total(u64::from(log.events()));
    let mut ruled = Ruled::default();
    let (mut causes, mut effects): (Vec<Taking>, Vec<Taking>) = (Vec::new(), Vec::new());
    let all: Vec<u32> = (0..log.events()).collect();
    for chunk in all.chunks(BATCH) {
        if cancel.is_cancelled() {
            return Err(SessionError::cancelled());
        }
        let locators: Vec<_> = chunk.iter().map(|o| log.locator(*o)).collect();
        let mut events = Vec::with_capacity(chunk.len());
        history
            .store
            .fetch(&locators, cancel, &mut |_, event| events.push(event))?;
        let judged: Vec<Result<[Option<String>; 2], String>> = events
            .par_iter()
            .map_init(Evaluation::new, |evaluation, event| {
                let mut keys = [None, None];
                for (key, which) in keys.iter_mut().zip([when, expect]) {
                    if which.holds(evaluation, event, &[])? == Some(true) {
                        *key = by.value(evaluation, event, &[])?.map(|v| text_of(&v));
                    }
                }
                Ok(keys)
            })
            .collect();
        for ((ordinal, event), judged) in chunk.iter().zip(&events).zip(judged) {
            ruled.events += 1;
            match judged {
                Ok([cause, effect]) => {
                    let taking = |key| Taking {
                        ordinal: *ordinal,
                        key,
                        time: event.time.map(|t| t.nanos),
                    };
                    let about = rule
                        .only
                        .has_stream(&event.stream, event.category.as_deref().unwrap_or_default());
                    causes.extend(cause.filter(|_| about).map(taking));
                    effects.extend(effect.map(taking));
                }
                Err(why) => {
                    ruled.failed += 1;
                    ruled.first_failure.get_or_insert(why);
                }
            }
        }
        progress.set_done(ruled.events);
    }
    let mut keys: HashMap<String, u32> = HashMap::new();
    let mut parts = |all: Vec<Taking>| -> Vec<Part> {
        all.into_iter()
            .map(|t| {
                let next = keys.len() as u32;
                Part {
                    key: *keys.entry(t.key).or_insert(next),
                    time: t.time,
                    ordinal: t.ordinal,
                    values: Vec::new(),
                }
            })
            .collect()
    };
    let (left, right) = (parts(causes), parts(effects));
    let known = left.iter().chain(&right).filter_map(|p| p.time).max();
    let latest = log
        .all()
        .extent(leftfold_log::Axis::Time)
        .map(|(_, last)| last)
        .max(known);
    let found = correlate(
        left,
        right,
        &CorrelatedSettings {
            cardinality: Cardinality {
                least: 1,
                most: None,
                orphans: true,
            },
            deadline: within,
            ..CorrelatedSettings::default()
        },
    );
    let violated: Vec<_> = found
        .findings
        .iter()
        .filter(|f| f.category != Category::ClockSkew)
        .collect();
    ruled.violations = violated.len() as u64;
    let mut streams: Vec<u32> = violated
        .iter()
        .filter_map(|f| Some(log.lane(LaneBy::Stream, f.left?)))
        .collect();
    streams.sort_unstable();
    streams.dedup();
    ruled.streams = streams.len() as u64;
    for finding in violated.into_iter().take(KEPT) {
        let ordinals: Vec<u32> = finding.left.into_iter().chain(finding.right).collect();
        let locators: Vec<_> = ordinals.iter().map(|o| log.locator(*o)).collect();
        let mut events = Vec::with_capacity(2);
        history
            .store
            .fetch(&locators, cancel, &mut |_, event| events.push(event))?;
        let mut events = events.into_iter();
        let left = events.next();
        ruled.shown.push(Shown {
            category: finding.category,
            status: finding.status(latest),
            stream: left.as_ref().map(|e| e.stream.clone()).unwrap_or_default(),
            left,
            right: events.next(),
            of: None,
            fields: Vec::new(),
            since: finding.since,
            healed: finding.healed,
            message: Some(format!("{} is expected to follow", expect.text())),
        });
    }
    Ok(ruled)
}

/// A key's text: a text is itself, anything else its JSON.
fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
