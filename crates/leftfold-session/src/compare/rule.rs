//! Rules: what has to hold for every event, for every state, or between events that belong together.

mod condition;
mod follower;
mod live;
mod nowhere;
mod repair;
mod tail;
#[cfg(test)]
mod tests;
mod witness;

use leftfold_event::{Cancel, Event, Progress};
use leftfold_log::filter::Read;
use leftfold_log::{Expression, LaneBy, Log};
use leftfold_replay::Projections;
use leftfold_source::EventStore;

pub(in crate::compare) use follower::KnownUntil;
pub use live::LiveRule;
pub use nowhere::{RuleTold, told_of_rule};
pub use repair::{RuleRepair, rule_repair};
pub use tail::{Polled, Tail, Take};
pub use witness::{RuleWitness, rule_witness};

use super::shown::Shown;
use super::side::Only;
use crate::error::SessionError;
use crate::masks::{Masks, refuse_met};

/// Streams in runs of so many events that reading them at once pays; a stream longer than that stands alone, one without events is left out.
pub(super) fn batches(history: History<'_>, streams: &[u32]) -> Vec<Vec<u32>> {
    condition::batches(history, streams)
}

/// Whether an event is stamped later than a moment.
fn is_later(event: &Event, moment: Option<i64>) -> bool {
    moment.is_some_and(|moment| event.time.is_some_and(|t| t.nanos > moment))
}

/// Whether an event has a payload that cannot be read.
fn is_unread(event: &Event) -> bool {
    event.payload.value.is_none() && !event.payload.raw.is_empty()
}

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

impl Rule {
    /// Refuses a rule that would be judged by fields that are hidden: its outcome would be about the signs in their place.
    pub fn refuse_hidden(&self, store: &dyn EventStore) -> Result<(), SessionError> {
        let all: Vec<&Expression> = match &self.kind {
            RuleKind::Check { when, check } => when.iter().chain([check]).collect(),
            RuleKind::Expect { when, expect, by, .. } => vec![when, expect, by],
        };
        let reads: Vec<Read> = all.iter().flat_map(|e| e.reads()).collect();
        Masks::refuse(store.hidden(), &reads, &self.called())
    }

    fn called(&self) -> String {
        format!("the rule {:?}", self.name)
    }
}

/// What has to hold.
#[derive(Debug)]
pub enum RuleKind {
    /// At each event for which `when` holds, `check` has to: an event that lacks what it asks for violates it. Without `when`, what is
    /// not there (yet) is passed over.
    Check {
        /// Which events; `None`: all.
        when: Option<Expression>,
        /// The condition, over the event, `state` after it and `before` it.
        check: Expression,
    },
    /// Each event for which `when` holds has to be followed by one for which `expect` holds. One event may follow several. What nothing has
    /// followed is pending until its deadline has passed; without a deadline, unless the history is said to be complete.
    Expect {
        /// Which events.
        when: Expression,
        /// What has to follow.
        expect: Expression,
        /// What both share.
        by: Box<Expression>,
        /// How soon, in nanoseconds.
        within: Option<i64>,
        /// Whether the history is complete, so that nothing is to follow any more.
        settled: bool,
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
            by: Box::new(expression("by", by, &[])?),
            within,
            settled: false,
        })
    }

    /// The same for a history that is complete or, if it is not, may go on.
    #[must_use]
    pub fn settled(mut self, complete: bool) -> Self {
        if let Self::Expect { settled, .. } = &mut self {
            *settled = complete;
        }
        self
    }
}

fn expression(key: &str, text: &str, beside: &[&str]) -> Result<Expression, SessionError> {
    Expression::parse(text, beside)
        .map_err(|e| SessionError::new(e.code, format!("{key}: {}", e.message)).with("key", key))
}

/// What a rule found.
#[derive(Debug, Default)]
pub struct Ruled {
    /// Violations with their evidence, by the time they began; the first ten thousand.
    pub shown: Vec<Shown>,
    /// How many violations there are, healed ones too.
    pub violations: u64,
    /// How many may still be none.
    pub pending: u64,
    /// How many streams have a violation.
    pub streams: u64,
    /// Events looked at.
    pub events: u64,
    /// Events that the rule is about: `when` holds for them.
    pub about: u64,
    /// Those of them that lack something it asks for.
    pub lacking: u64,
    /// Fields that a condition asks for and no event or state has, as the keys that lead to them.
    pub nowhere: Vec<Vec<String>>,
    /// Events that may follow others, and those of them that have what both share.
    pub following: [u64; 2],
    /// Events of which it could be said whether the rule holds.
    pub judged: u64,
    /// Events for which an expression could not be evaluated.
    pub failed: u64,
    /// Those of them that the rule is about.
    failed_at_last: u64,
    /// Events whose payload cannot be read, of which it is not known for that whether the rule is about them or holds.
    pub unread: u64,
    /// Events that have a deadline and are followed only by such as have no time: whether these came in time, nothing tells, so that it is not taken for granted.
    pub untimed: u64,
    /// Events that have a deadline but no time, and are followed: whether in time, nothing tells.
    pub timeless: u64,
    /// Why, for the first of them.
    pub first_failure: Option<String>,
    /// What it was judged by though a mask hides something of it.
    hidden: Option<String>,
}

impl Ruled {
    /// Whether the rule says nothing because its expressions fail wherever they are asked.
    pub fn is_unusable(&self) -> bool {
        self.failed > 0 && (self.failed == self.events || self.judged == 0 && self.failed_at_last > 0)
    }

    /// How many events a rule may be about for all that is known of them, in a sentence.
    pub fn unread_in_words(&self) -> Option<String> {
        match self.unread {
            0 => None,
            1 => Some(
                "1 event has a payload that cannot be read: it is not known what the rule says of it"
                    .to_owned(),
            ),
            n => Some(format!(
                "{n} events have payloads that cannot be read: it is not known what the rule says of them"
            )),
        }
    }

    /// How many events are followed only by such as have no time, in a sentence.
    pub fn untimed_in_words(&self) -> Option<String> {
        let untimed = match self.untimed {
            0 => None,
            1 => Some("1 event is followed only by one that has no time".to_owned()),
            n => Some(format!("{n} events are followed only by such as have no time")),
        };
        let untimed = untimed.map(|which| format!("{which}: that is not taken for being in time"));
        let timeless = match self.timeless {
            0 => None,
            1 => Some("1 event has no time".to_owned()),
            n => Some(format!("{n} events have no time")),
        };
        let timeless =
            timeless.map(|which| format!("{which}: that something follows is known, and not how soon"));
        match (untimed, timeless) {
            (Some(untimed), Some(timeless)) => Some(format!("{untimed}; {timeless}")),
            (one, other) => one.or(other),
        }
    }

    fn fail(&mut self, why: String, at_last: bool) {
        self.failed += 1;
        self.failed_at_last += u64::from(at_last);
        self.first_failure.get_or_insert(why);
    }

    /// What another part of the history adds.
    fn add(&mut self, other: Self) {
        self.violations += other.violations;
        self.pending += other.pending;
        self.streams += other.streams;
        self.events += other.events;
        self.about += other.about;
        self.lacking += other.lacking;
        self.judged += other.judged;
        self.failed += other.failed;
        self.failed_at_last += other.failed_at_last;
        self.unread += other.unread;
        self.untimed += other.untimed;
        self.timeless += other.timeless;
        self.first_failure = self.first_failure.take().or(other.first_failure);
        self.hidden = self.hidden.take().or(other.hidden);
        self.shown.extend(other.shown);
        // Only the first ones are kept, whichever stream they come from.
        if self.shown.len() > 2 * KEPT {
            self.settle();
        }
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
    check_rule_at(rule, history, None, cancel, progress)
}

/// The same as of a moment, in nanoseconds: what is stamped later had not come.
pub fn check_rule_at(
    rule: &Rule,
    history: History<'_>,
    moment: Option<i64>,
    cancel: &Cancel,
    progress: &Progress,
) -> Result<Ruled, SessionError> {
    rule.refuse_hidden(history.store)?;
    let mut ruled = match &rule.kind {
        RuleKind::Check { when, check } => {
            let expressions = (when.as_ref(), check);
            condition::over_all(rule, expressions, (history, moment), cancel, progress)?
        }
        RuleKind::Expect {
            when,
            expect,
            by,
            within,
            settled,
        } => {
            let soon = (*within, *settled);
            let expressions = [when, expect, by.as_ref()];
            follower::over_all(rule, expressions, soon, (history, moment), (cancel, progress))?
        }
    };
    refuse_met(ruled.hidden.as_deref(), &rule.called())?;
    ruled.settle();
    Ok(ruled)
}

impl History<'_> {
    /// The streams that a rule is about.
    pub(super) fn streams(&self, only: &Only) -> Vec<u32> {
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

    /// Events with their versions, in the order of these ordinals, which ascend.
    pub(super) fn read(&self, ordinals: &[u32], cancel: &Cancel) -> Result<Vec<Event>, SessionError> {
        let locators: Vec<_> = ordinals.iter().map(|o| self.log.locator(*o)).collect();
        let mut events = Vec::with_capacity(ordinals.len());
        self.store.fetch(&locators, cancel, &mut |i, mut event| {
            let stream = self.log.lane(LaneBy::Stream, ordinals[i]);
            event.version = event.version.or_else(|| self.log.version_in(stream, ordinals[i]));
            events.push(event);
        })?;
        if cancel.is_cancelled() {
            return Err(SessionError::cancelled());
        }
        Ok(events)
    }
}
