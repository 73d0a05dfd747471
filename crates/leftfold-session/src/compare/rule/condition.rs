//! Conditions on events and on the states before and after them.

use std::sync::atomic::{AtomicBool, Ordering};

use leftfold_compare::{Category, Status};
use leftfold_event::json::Value;
use leftfold_event::{Cancel, Event, Progress};
use leftfold_log::{Evaluation, Expression, LaneBy};
use leftfold_replay::Projection;
use rayon::prelude::*;

use super::nowhere::is_there;
use super::{BATCH, BEFORE, History, KEPT, Rule, Ruled, STATE};
use crate::compare::Shown;
use crate::error::SessionError;
use crate::history::step_of;

pub(super) fn over_all(
    rule: &Rule,
    when: Option<&Expression>,
    check: &Expression,
    history: History<'_>,
    cancel: &Cancel,
    progress: &Progress,
) -> Result<Ruled, SessionError> {
    let log = history.log;
    let judge = Judge {
        rule,
        when,
        check,
        history,
        named: rule
            .projection
            .as_deref()
            .map(|name| named(rule, name, history))
            .transpose()?,
        asked: check.mentions().fields.into_iter().map(Asked::new).collect(),
    };
    let streams = history.streams(&rule.only);
    let sizes = streams.iter().map(|s| log.stream_events(*s).len() as u64);
    progress.set_total(sizes.sum());
    let mut ruled = Ruled::default();
    let mut done = 0;
    for batch in batches(history, &streams) {
        let found = match batch[..] {
            [stream] => vec![judge.long_stream(stream, cancel)?],
            _ => judge.streams(&batch, cancel)?,
        };
        for found in found {
            ruled.add(found);
        }
        done += batch
            .iter()
            .map(|s| log.stream_events(*s).len() as u64)
            .sum::<u64>();
        progress.set_done(done);
    }
    let nowhere = judge.asked.into_iter().filter(|a| !a.is_seen());
    ruled.nowhere = nowhere.map(|a| a.way).collect();
    Ok(ruled)
}

/// The number of the projection that a rule names.
fn named(rule: &Rule, name: &str, history: History<'_>) -> Result<usize, SessionError> {
    history.projections.find(name).ok_or_else(|| {
        let known: Vec<&str> = history.projections.names().collect();
        SessionError::new(
            "no-such-projection",
            format!(
                "rule {:?}: there is no projection {name:?}; there are {}",
                rule.name,
                known.join(", ")
            ),
        )
    })
}

/// Streams in runs of so many events that reading them at once pays; a stream longer than that stands alone.
pub(super) fn batches(history: History<'_>, streams: &[u32]) -> Vec<Vec<u32>> {
    let mut batches: Vec<Vec<u32>> = Vec::new();
    let mut events = usize::MAX;
    for &stream in streams {
        let n = history.log.stream_events(stream).len();
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

struct Judge<'a> {
    rule: &'a Rule,
    when: Option<&'a Expression>,
    check: &'a Expression,
    history: History<'a>,
    /// The projection that the rule names.
    named: Option<usize>,
    /// The fields that the condition asks for.
    asked: Vec<Asked>,
}

/// A field that a condition asks for, and whether any event or state has it.
struct Asked {
    way: Vec<String>,
    seen: AtomicBool,
}

impl Asked {
    fn new(way: Vec<String>) -> Self {
        Self {
            way,
            seen: AtomicBool::new(false),
        }
    }

    fn is_seen(&self) -> bool {
        // Nothing else depends on it: seen twice is as good as once.
        self.seen.load(Ordering::Relaxed)
    }
}

/// How far a stream has come.
struct Course<'a> {
    projection: Option<&'a dyn Projection>,
    state: Option<Value>,
    /// The violation that has not healed, among those found; past them where it is no longer kept.
    open: Option<usize>,
    found: Ruled,
}

/// What is said of one event.
enum Said {
    /// The rule is not about it.
    Aside,
    Holds,
    Violated,
    /// What it asks for is not there.
    Lacks,
    /// An expression cannot be evaluated; whether it is the condition itself.
    Fails(String, bool),
}

impl<'a> Judge<'a> {
    fn begin(&self, stream: u32) -> Course<'a> {
        let log = self.history.log;
        let name = log.names(LaneBy::Stream).get(stream);
        let categories = log.names(LaneBy::Category);
        let category = log.category_of_stream(stream).map_or("", |c| categories.get(c));
        let projections = self.history.projections;
        let number = self
            .named
            .unwrap_or_else(|| projections.of_stream(name, category));
        let projection = projections
            .get(number)
            .filter(|_| self.uses(STATE) || self.uses(BEFORE))
            .map(|p| &**p);
        Course {
            state: projection.map(Projection::initial),
            projection,
            open: None,
            found: Ruled::default(),
        }
    }

    /// Judges streams that are read at once.
    fn streams(&self, streams: &[u32], cancel: &Cancel) -> Result<Vec<Ruled>, SessionError> {
        let log = self.history.log;
        let mut wanted: Vec<(u32, usize)> = streams
            .iter()
            .enumerate()
            .flat_map(|(i, stream)| log.stream_events(*stream).iter().map(move |o| (*o, i)))
            .collect();
        wanted.sort_unstable();
        let ordinals: Vec<u32> = wanted.iter().map(|(o, _)| *o).collect();
        let mut of_streams: Vec<Vec<Event>> = Vec::new();
        of_streams.resize_with(streams.len(), Vec::new);
        let events = self.history.read(&ordinals, cancel)?;
        for ((_, stream), event) in wanted.into_iter().zip(events) {
            of_streams[stream].push(event);
        }
        Ok(streams
            .par_iter()
            .zip(of_streams)
            .map_init(Evaluation::new, |evaluation, (stream, events)| {
                let mut course = self.begin(*stream);
                self.go_on(&mut course, events, evaluation);
                course.found
            })
            .collect())
    }

    /// Judges a stream that is read piece by piece.
    fn long_stream(&self, stream: u32, cancel: &Cancel) -> Result<Ruled, SessionError> {
        let mut course = self.begin(stream);
        let evaluation = Evaluation::new();
        for piece in self.history.log.stream_events(stream).chunks(BATCH) {
            let events = self.history.read(piece, cancel)?;
            self.go_on(&mut course, events, &evaluation);
        }
        Ok(course.found)
    }

    /// Judges a stream's next events. A state that does not hold is one violation until it holds again.
    fn go_on(&self, course: &mut Course<'_>, events: Vec<Event>, evaluation: &Evaluation) {
        let of_state = self.check.uses(STATE) && self.when.is_none();
        for event in events {
            let said = self.next(course, &event, evaluation);
            for asked in self.asked.iter().filter(|a| !a.is_seen()) {
                if is_there(&asked.way, &event, course.state.as_ref()) {
                    asked.seen.store(true, Ordering::Relaxed);
                }
            }
            let found = &mut course.found;
            found.about += u64::from(!matches!(said, Said::Aside | Said::Fails(_, false)));
            found.lacking += u64::from(matches!(said, Said::Lacks));
            found.events += u64::from(self.rule.only.has_type(&event.kind));
            let lacks = matches!(said, Said::Lacks);
            match said {
                Said::Aside => {}
                // Before a state has a field, nothing is wrong with that field.
                Said::Lacks if self.when.is_none() => {}
                Said::Fails(why, at_last) => found.fail(why, at_last),
                Said::Holds => {
                    found.judged += 1;
                    if let Some(i) = course.open.take()
                        && let Some(healed) = found.shown.get_mut(i)
                    {
                        healed.status = Status::Healed;
                        healed.healed = event.time.map(|t| t.nanos);
                    }
                }
                Said::Lacks | Said::Violated => {
                    found.judged += 1;
                    if course.open.is_some() {
                        continue;
                    }
                    found.violations += 1;
                    found.streams = 1;
                    course.open = of_state.then_some(found.shown.len());
                    // A stream may have more of them than are kept of all.
                    if found.shown.len() >= KEPT {
                        continue;
                    }
                    let why = if lacks {
                        "something it asks for is not there: "
                    } else {
                        ""
                    };
                    let stream = event.stream.clone();
                    found.shown.push(Shown {
                        since: event.time.map(|t| t.nanos),
                        left: Some(event),
                        message: Some(format!("{why}{} does not hold", self.check.text())),
                        ..Shown::new(Category::Rule, Status::Confirmed, stream)
                    });
                }
            }
        }
    }

    /// Folds the next event, and says of it whether the rule holds.
    fn next(&self, course: &mut Course<'_>, event: &Event, evaluation: &Evaluation) -> Said {
        let mut said = if self.rule.only.has_type(&event.kind) {
            // Most events are none it is about; a state need not be kept for those.
            match self.when.filter(|w| !w.uses(STATE) && !w.uses(BEFORE)) {
                Some(when) => about(when.holds(evaluation, event, &[])),
                None => Said::Holds,
            }
        } else {
            Said::Aside
        };
        let wanted = matches!(said, Said::Holds);
        let before = course
            .state
            .as_ref()
            .filter(|_| wanted && self.uses(BEFORE))
            .cloned();
        if let (Some(projection), Some(state)) = (course.projection, &mut course.state) {
            // What cannot be folded leaves the state as it was.
            let _ = projection.apply(state, &step_of(event));
        }
        if !wanted {
            return said;
        }
        let beside = [(STATE, course.state.as_ref()), (BEFORE, before.as_ref())];
        if let Some(when) = self.when.filter(|w| w.uses(STATE) || w.uses(BEFORE)) {
            said = about(when.holds(evaluation, event, &beside));
            if !matches!(said, Said::Holds) {
                return said;
            }
        }
        match self.check.holds(evaluation, event, &beside) {
            Ok(Some(true)) => Said::Holds,
            Ok(Some(false)) => Said::Violated,
            Ok(None) => Said::Lacks,
            Err(why) => Said::Fails(why, true),
        }
    }

    fn uses(&self, name: &str) -> bool {
        self.check.uses(name) || self.when.is_some_and(|w| w.uses(name))
    }
}

/// Whether a rule is about an event, from what `when` says of it.
fn about(when: Result<Option<bool>, String>) -> Said {
    match when {
        Ok(Some(true)) => Said::Holds,
        Ok(_) => Said::Aside,
        Err(why) => Said::Fails(why, false),
    }
}
