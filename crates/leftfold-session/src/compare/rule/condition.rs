//! Conditions on events and on the states before and after them.

use std::sync::atomic::{AtomicBool, Ordering};

use leftfold_compare::{Category, Status};
use leftfold_event::json::Value;
use leftfold_event::{Cancel, Event, Progress};
use leftfold_log::filter::Read;
use leftfold_log::{Evaluation, Expression, LaneBy};
use leftfold_replay::Projections;
use rayon::prelude::*;

use super::nowhere::is_there;
use super::{BATCH, BEFORE, History, KEPT, Rule, Ruled, STATE, is_later, is_unread};
use crate::compare::Shown;
use crate::error::SessionError;
use crate::history::step_of;
use crate::masks::{is_masked, met};

pub(super) fn over_all(
    rule: &Rule,
    (when, check): (Option<&Expression>, &Expression),
    (history, moment): (History<'_>, Option<i64>),
    cancel: &Cancel,
    progress: &Progress,
) -> Result<Ruled, SessionError> {
    let log = history.log;
    let judge = Judge {
        rule,
        when,
        check,
        projections: history.projections,
        named: named(rule, history.projections)?,
        moment,
        asked: check.mentions().fields.into_iter().map(Asked::new).collect(),
        reads: Reads::of(when, check),
    };
    let streams = history.streams(&rule.only);
    let sizes = streams.iter().map(|s| log.stream_events(*s).len() as u64);
    progress.set_total(sizes.sum());
    let mut ruled = Ruled::default();
    let mut done = 0;
    for batch in batches(history, &streams) {
        let found = match batch[..] {
            [stream] => vec![judge.long_stream(history, stream, cancel)?],
            _ => judge.streams(history, &batch, cancel)?,
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

/// The number of the projection that a rule names, if it names one.
pub(super) fn named(rule: &Rule, projections: &Projections) -> Result<Option<usize>, SessionError> {
    let Some(name) = rule.projection.as_deref() else {
        return Ok(None);
    };
    projections.find(name).map(Some).ok_or_else(|| {
        let known: Vec<&str> = projections.names().collect();
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

/// A rule that is a condition, with what it is judged by.
pub(super) struct Judge<'a> {
    pub(super) rule: &'a Rule,
    pub(super) when: Option<&'a Expression>,
    pub(super) check: &'a Expression,
    pub(super) projections: &'a Projections,
    /// The projection that the rule names.
    pub(super) named: Option<usize>,
    /// What is stamped later than this has not come.
    pub(super) moment: Option<i64>,
    /// The fields that the condition asks for.
    pub(super) asked: Vec<Asked>,
    /// What is looked at for signs of what is hidden.
    pub(super) reads: Reads,
}

/// What `when` and the condition read.
pub(super) struct Reads([Vec<Read>; 2]);

impl Reads {
    pub(super) fn of(when: Option<&Expression>, check: &Expression) -> Self {
        Self([when.map(Expression::reads).unwrap_or_default(), check.reads()])
    }
}

/// A field that a condition asks for, and whether any event or state has it.
pub(super) struct Asked {
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
#[derive(Default)]
pub(super) struct Course {
    /// The number of its projection, where a state is asked for.
    projection: Option<usize>,
    state: Option<Value>,
    /// Whether anything so far was hidden by a mask.
    masked: bool,
    /// The violation that has not healed, among those found; past them where it is no longer kept.
    pub(super) open: Option<usize>,
    pub(super) found: Ruled,
}

/// What is said of one event.
enum Said {
    /// The rule is not about it.
    Aside,
    /// Its payload cannot be read, and would say whether the rule is about it or holds.
    Unread,
    Holds,
    Violated,
    /// What it asks for is not there.
    Lacks,
    /// An expression cannot be evaluated; whether it is the condition itself.
    Fails(String, bool),
}

impl Judge<'_> {
    /// Before the first event of a stream.
    pub(super) fn begin(&self, stream: &str, category: &str) -> Course {
        if !self.uses(STATE) && !self.uses(BEFORE) {
            return Course::default();
        }
        let number = self
            .named
            .unwrap_or_else(|| self.projections.of_stream(stream, category));
        let projection = self.projections.get(number);
        Course {
            state: projection.map(|p| p.initial()),
            projection: projection.map(|_| number),
            ..Course::default()
        }
    }

    fn begin_in(&self, history: History<'_>, stream: u32) -> Course {
        let log = history.log;
        let categories = log.names(LaneBy::Category);
        let category = log.category_of_stream(stream).map_or("", |c| categories.get(c));
        self.begin(log.names(LaneBy::Stream).get(stream), category)
    }

    /// Judges streams that are read at once.
    fn streams(
        &self,
        history: History<'_>,
        streams: &[u32],
        cancel: &Cancel,
    ) -> Result<Vec<Ruled>, SessionError> {
        let log = history.log;
        let mut wanted: Vec<(u32, usize)> = streams
            .iter()
            .enumerate()
            .flat_map(|(i, stream)| log.stream_events(*stream).iter().map(move |o| (*o, i)))
            .collect();
        wanted.sort_unstable();
        let ordinals: Vec<u32> = wanted.iter().map(|(o, _)| *o).collect();
        let mut of_streams: Vec<Vec<(u32, Event)>> = Vec::new();
        of_streams.resize_with(streams.len(), Vec::new);
        let events = history.read(&ordinals, cancel)?;
        for ((ordinal, stream), event) in wanted.into_iter().zip(events) {
            of_streams[stream].push((ordinal, event));
        }
        Ok(streams
            .par_iter()
            .zip(of_streams)
            .map_init(Evaluation::new, |evaluation, (stream, events)| {
                let mut course = self.begin_in(history, *stream);
                let placed = events.iter().map(|(ordinal, event)| (Some(*ordinal), event));
                self.go_on(&mut course, placed, evaluation);
                course.found
            })
            .collect())
    }

    /// Judges a stream that is read piece by piece.
    fn long_stream(&self, history: History<'_>, stream: u32, cancel: &Cancel) -> Result<Ruled, SessionError> {
        let mut course = self.begin_in(history, stream);
        let evaluation = Evaluation::new();
        for piece in history.log.stream_events(stream).chunks(BATCH) {
            let events = history.read(piece, cancel)?;
            let placed = piece.iter().map(|o| Some(*o)).zip(&events);
            self.go_on(&mut course, placed, &evaluation);
        }
        Ok(course.found)
    }

    /// Judges a stream's next events. A state that does not hold is one violation until it holds again.
    /// `events`: each with its ordinal, where that is known.
    pub(super) fn go_on<'e>(
        &self,
        course: &mut Course,
        events: impl IntoIterator<Item = (Option<u32>, &'e Event)>,
        evaluation: &Evaluation,
    ) {
        let of_state = self.check.uses(STATE) && self.when.is_none();
        for (ordinal, event) in events {
            if is_later(event, self.moment) {
                continue;
            }
            course.masked |= is_masked(event);
            let said = self.next(course, event, evaluation);
            for asked in self.asked.iter().filter(|a| !a.is_seen()) {
                if is_there(&asked.way, event, course.state.as_ref()) {
                    asked.seen.store(true, Ordering::Relaxed);
                }
            }
            let found = &mut course.found;
            found.about += u64::from(!matches!(
                said,
                Said::Aside | Said::Unread | Said::Fails(_, false)
            ));
            found.unread += u64::from(matches!(said, Said::Unread));
            found.lacking += u64::from(matches!(said, Said::Lacks));
            found.events += u64::from(self.rule.only.has_type(&event.kind));
            let lacks = matches!(said, Said::Lacks);
            match said {
                Said::Aside | Said::Unread => {}
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
                        left: Some(event.clone()),
                        at: [ordinal, None],
                        message: Some(format!("{why}{} does not hold", self.check.text())),
                        ..Shown::new(Category::Rule, Status::Confirmed, stream)
                    });
                }
            }
        }
    }

    /// Folds the next event, and says of it whether the rule holds.
    fn next(&self, course: &mut Course, event: &Event, evaluation: &Evaluation) -> Said {
        let Reads([of_when, of_check]) = &self.reads;
        let mut said = if self.rule.only.has_type(&event.kind) {
            // Most events are none it is about; a state need not be kept for those.
            match self.when.filter(|w| !w.uses(STATE) && !w.uses(BEFORE)) {
                Some(when) => {
                    if course.masked && course.found.hidden.is_none() {
                        course.found.hidden = met(of_when, event, &[]);
                    }
                    about(when.holds(evaluation, event, &[]), event)
                }
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
        let projection = course.projection.and_then(|number| self.projections.get(number));
        if let (Some(projection), Some(state)) = (projection, &mut course.state) {
            // What cannot be folded leaves the state as it was.
            let _ = projection.apply(state, &step_of(event));
        }
        if !wanted {
            return said;
        }
        let beside = [(STATE, course.state.as_ref()), (BEFORE, before.as_ref())];
        if course.masked && course.found.hidden.is_none() {
            course.found.hidden = met(of_when, event, &beside);
        }
        if let Some(when) = self.when.filter(|w| w.uses(STATE) || w.uses(BEFORE)) {
            said = about(when.holds(evaluation, event, &beside), event);
            if !matches!(said, Said::Holds) {
                return said;
            }
        }
        if course.masked && course.found.hidden.is_none() {
            course.found.hidden = met(of_check, event, &beside);
        }
        match self.check.holds(evaluation, event, &beside) {
            Ok(Some(true)) => Said::Holds,
            Ok(Some(false)) => Said::Violated,
            Ok(None) if is_unread(event) && self.check.uses("payload") => Said::Unread,
            Ok(None) => Said::Lacks,
            Err(why) => Said::Fails(why, true),
        }
    }

    /// Whether it asks for this, `state` or `before`.
    pub(super) fn uses(&self, name: &str) -> bool {
        self.check.uses(name) || self.when.is_some_and(|w| w.uses(name))
    }
}

/// Whether a rule is about an event, from what `when` says of it.
fn about(when: Result<Option<bool>, String>, event: &Event) -> Said {
    match when {
        Ok(Some(true)) => Said::Holds,
        Ok(None) if is_unread(event) => Said::Unread,
        Ok(_) => Said::Aside,
        Err(why) => Said::Fails(why, false),
    }
}
