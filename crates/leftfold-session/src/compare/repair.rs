//! What would make one side of a comparison say what the other one says, and what is left after that. Nothing is sent.

pub(super) mod making;
pub(super) mod unfit;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use leftfold_compare::{
    Action, Category, Conflicts, Hand, Plan, Side, Status, Template, Unrepaired, plan, wrong_events,
};
use leftfold_event::json::Value;
use leftfold_event::{Cancel, Event, EventId, Progress};

use super::field::shared;
use super::findings::Findings as _;
use super::mended::Mended;
use super::mirror::{Compared, compare_mirror};
use crate::error::SessionError;
use making::undoing;
use unfit::Tries;

pub use unfit::Unfit;

/// Events read at a time.
const CHUNK: usize = 4096;

/// A plan of events to send, to pass over or to undo, of whatever comparison or rule.
pub trait EventPlan {
    /// What such a plan may hold, in the order in which it is done.
    fn actions(&self) -> &'static [Action];

    /// What each step does, and about which kind of finding.
    fn planned(&self) -> Vec<(Action, Category)>;

    /// Findings about which nothing is done: how many of each kind, and why.
    fn unrepaired(&self) -> Vec<Remaining>;

    /// Templates that made nothing, or not all they could have, and why.
    fn unfit(&self) -> Vec<Unfit>;

    /// Hands on the steps with their events, in the order in which they are to be done.
    fn steps(
        &self,
        cancel: &Cancel,
        visit: &mut dyn FnMut(Planned) -> Result<(), SessionError>,
    ) -> Result<(), SessionError>;
}

/// A plan for one side of a mirror, with what it needs to be written.
pub struct Repair<'c> {
    compared: &'c Compared,
    /// The plan.
    pub plan: Plan,
    templates: Vec<Template>,
    unfit: Vec<Unfit>,
}

/// What a step of a plan is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The finding's number, counted from 0; `None`: it is one that a plan's own steps bring about.
    pub number: Option<u32>,
    /// What it is.
    pub category: Category,
    /// How certain it is.
    pub status: Status,
    /// When it began, in nanoseconds.
    pub since: Option<i64>,
}

/// One step of a plan, with its event.
pub struct Planned {
    /// What is done.
    pub action: Action,
    /// The finding it is about.
    pub about: About,
    /// Whether it will stand behind events of its stream that come after it on the side that is right.
    pub behind: bool,
    /// The event to send or to pass over; for one that is undone, the event that undoes it.
    pub event: Event,
    /// The event that is undone.
    pub undone: Option<Event>,
    /// Where the event is: a side, or nowhere yet.
    pub from: Option<Hand>,
    /// Where it goes.
    pub target: Target,
}

/// Where an event goes, as far as that is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Target {
    /// The topic.
    pub topic: Option<Value>,
    /// The record's key.
    pub key: Option<Value>,
}

/// What a comparison finds after a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After {
    /// How many findings there are, healed and pending ones, too.
    pub findings: u64,
    /// How many there are of each kind, and why; by category.
    pub remaining: Vec<Remaining>,
}

/// Findings that remain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remaining {
    /// What they are.
    pub category: Category,
    /// Why.
    pub why: RemainsBecause,
    /// How many.
    pub findings: u64,
}

/// Why something is still found after a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RemainsBecause {
    /// Nothing was planned about it.
    Unrepaired(Unrepaired),
    /// What is sent again stands behind later events of its stream.
    Behind,
    /// What is sent comes after its deadline.
    TooLate,
    /// What is sent is stamped later than what follows it, which is there already.
    AfterItsEffect,
    /// What is sent undoes it; that it was so stays in the log.
    Undone,
    /// The event is undone and stays in the log, where the rule looks at it alone.
    InTheLog,
    /// What is sent does not make the rule hold again.
    StillViolated,
    /// An event of the plan violates the rule itself.
    OfThePlan,
    /// The plan did not foresee it.
    Unforeseen,
}

impl RemainsBecause {
    /// As it stands in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unrepaired(why) => why.as_str(),
            Self::Behind => "behind",
            Self::TooLate => "too-late",
            Self::AfterItsEffect => "after-its-effect",
            Self::Undone => "undone",
            Self::InTheLog => "in-the-log",
            Self::StillViolated => "still-violated",
            Self::OfThePlan => "of-the-plan",
            Self::Unforeseen => "unforeseen",
        }
    }

    /// In a sentence.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Unrepaired(why) => why.in_words(),
            Self::Behind => "an event that is sent again stands behind later ones of its stream",
            Self::TooLate => "what is sent now comes after its deadline, and nothing changes that",
            Self::AfterItsEffect => {
                "what is sent now is stamped later than what follows it, which is there already"
            }
            Self::Undone => "what is sent undoes it, so that it has healed; that it was so stays in the log",
            Self::InTheLog => "the event is undone and stays in the log, where the rule looks at it alone",
            Self::StillViolated => "what is sent does not make the rule hold again: look at the template",
            Self::OfThePlan => "an event that the plan sends violates the rule itself: look at the template",
            Self::Unforeseen => "the plan did not foresee it: look at it before you send anything",
        }
    }
}

/// How many there are of each kind, and why.
pub(super) fn remaining<K: Into<RemainsBecause>>(all: impl Iterator<Item = (Category, K)>) -> Vec<Remaining> {
    let mut counts: BTreeMap<(Category, RemainsBecause), u64> = BTreeMap::new();
    for (category, why) in all {
        *counts.entry((category, why.into())).or_default() += 1;
    }
    counts
        .into_iter()
        .map(|((category, why), findings)| Remaining {
            category,
            why,
            findings,
        })
        .collect()
}

impl From<Unrepaired> for RemainsBecause {
    fn from(why: Unrepaired) -> Self {
        Self::Unrepaired(why)
    }
}

impl<'c> Repair<'c> {
    /// Makes a plan that lets the side that is not `right` say what the one that is says.
    pub fn plan(
        compared: &'c Compared,
        right: Hand,
        conflicts: Conflicts,
        templates: Vec<Template>,
        cancel: &Cancel,
    ) -> Result<Self, SessionError> {
        let mut undone: HashSet<u32> = HashSet::new();
        let mut tries = Tries::new("compensate", &templates);
        if !templates.is_empty() {
            let side = compared.side(right.other());
            for chunk in wrong_events(&compared.comparison, right).chunks(CHUNK) {
                side.events(chunk, cancel, &mut |i, event| {
                    tries.note(&templates, &event);
                    if undoing(&templates, &event).is_some() {
                        undone.insert(chunk[i]);
                    }
                })?;
                if cancel.is_cancelled() {
                    return Err(SessionError::cancelled());
                }
            }
        }
        let plan = plan(
            &compared.comparison,
            (
                right,
                [Hand::Left, Hand::Right].map(|hand| &compared.side(hand).side),
            ),
            conflicts,
            &|event| undone.contains(&event),
        );
        Ok(Self {
            compared,
            plan,
            templates,
            unfit: tries.unfit("that is too much or says something else", &|_| None),
        })
    }

    /// Compares again with the plan applied to a copy in memory, as who obeys it sees that: what is passed over or undone is not there,
    /// what is sent again stands at the end of the log or in the place of what it replaces.
    pub fn after(&self, cancel: &Cancel, progress: [&Progress; 2]) -> Result<After, SessionError> {
        let compared = self.compared;
        let right = self.plan.right;
        let (from, to) = (compared.side(right), compared.side(right.other()));
        let repaired = self.plan.repaired();
        let mut sent: Vec<u32> = repaired.replaced.iter().map(|(_, e)| *e).collect();
        sent.extend(&repaired.appended);
        sent.sort_unstable();
        sent.dedup();
        let mut events = Vec::with_capacity(sent.len());
        for chunk in sent.chunks(CHUNK) {
            events.extend(read(from, chunk, cancel)?);
        }
        let place = |event: &u32| sent.binary_search(event).unwrap_or_default() as u32;
        let mended = Mended {
            base: to.store_again(),
            without: repaired.without.iter().filter_map(|e| to.locator(*e)).collect(),
            replaced: repaired
                .replaced
                .iter()
                .filter_map(|(at, e)| Some((to.locator(*at)?, place(e))))
                .collect::<HashMap<_, _>>(),
            events,
            appended: repaired.appended.iter().map(place).collect(),
        };
        let names = compared.names().map(Path::new);
        let (mended, from): (Arc<dyn leftfold_source::EventStore>, _) =
            (Arc::new(mended), from.store_again());
        let [left, right_store] = match right {
            Hand::Left => [from, mended],
            Hand::Right => [mended, from],
        };
        let again = compare_mirror(
            (names[0], left),
            (names[1], right_store),
            compared.options.clone(),
            cancel,
            progress,
        )?;
        Ok(self.told(&again))
    }

    /// What is still found, and why.
    fn told(&self, again: &Compared) -> After {
        let compared = self.compared;
        let mut foreseen: BTreeMap<(Category, &str), RemainsBecause> = BTreeMap::new();
        let name = |number: u32| compared.stream_name(compared.comparison.findings[number as usize].stream);
        for step in self.plan.steps.iter().filter(|s| s.behind) {
            foreseen.insert((Category::Reordered, name(step.finding)), RemainsBecause::Behind);
        }
        for (number, why) in &self.plan.unrepaired {
            let category = compared.comparison.findings[*number as usize].category;
            foreseen
                .entry((category, name(*number)))
                .or_insert(RemainsBecause::Unrepaired(*why));
        }
        let left = again.comparison.findings.iter().map(|finding| {
            let stream = again.stream_name(finding.stream);
            let why = foreseen.get(&(finding.category, stream)).copied();
            let why = why.unwrap_or(match again.comparison.status(finding) {
                // Once something is sent, more is known.
                Status::Pending => RemainsBecause::Unrepaired(Unrepaired::Pending),
                _ => RemainsBecause::Unforeseen,
            });
            (finding.category, why)
        });
        After {
            findings: again.comparison.findings.len() as u64,
            remaining: remaining(left),
        }
    }
}

impl EventPlan for Repair<'_> {
    fn actions(&self) -> &'static [Action] {
        &[Action::Skip, Action::Compensate, Action::ReSend]
    }

    fn planned(&self) -> Vec<(Action, Category)> {
        let category = |number: u32| self.compared.comparison.findings[number as usize].category;
        let steps = self.plan.steps.iter();
        steps.map(|s| (s.action, category(s.finding))).collect()
    }

    fn unrepaired(&self) -> Vec<Remaining> {
        let category = |number: u32| self.compared.comparison.findings[number as usize].category;
        remaining(self.plan.unrepaired.iter().map(|(n, why)| (category(*n), *why)))
    }

    fn unfit(&self) -> Vec<Unfit> {
        self.unfit.clone()
    }

    fn steps(
        &self,
        cancel: &Cancel,
        visit: &mut dyn FnMut(Planned) -> Result<(), SessionError>,
    ) -> Result<(), SessionError> {
        let compared = self.compared;
        let (from, to) = (
            compared.side(self.plan.right),
            compared.side(self.plan.right.other()),
        );
        let mut targets = Targets::default();
        let dashed = has_dashed_ids(to, cancel)?;
        for run in self
            .plan
            .steps
            .chunk_by(|a, b| (a.action == Action::ReSend) == (b.action == Action::ReSend))
        {
            for chunk in run.chunks(CHUNK) {
                let sent = chunk.first().is_some_and(|s| s.action == Action::ReSend);
                let side = if sent { from } else { to };
                let events = read(side, &chunk.iter().map(|s| s.event).collect::<Vec<_>>(), cancel)?;
                for (step, mut event) in chunk.iter().zip(events) {
                    if sent && dashed {
                        event.id = event.id.map(with_dashes);
                    }
                    let finding = compared.comparison.findings[step.finding as usize];
                    let target = if sent {
                        targets.of(&event.stream, &to.side, to, cancel)?
                    } else {
                        Target::of(&event)
                    };
                    let undoes = (step.action == Action::Compensate)
                        .then(|| undoing(&self.templates, &event))
                        .flatten();
                    let (event, undone) = match undoes {
                        Some(undoes) => (undoes, Some(event)),
                        None => (event, None),
                    };
                    visit(Planned {
                        action: step.action,
                        about: About {
                            number: Some(step.finding),
                            category: finding.category,
                            status: compared.comparison.status(&finding),
                            since: finding.since,
                        },
                        behind: step.behind,
                        from: match (sent, undone.is_some()) {
                            (true, _) => Some(self.plan.right),
                            // It is nowhere yet.
                            (false, true) => None,
                            (false, false) => Some(self.plan.right.other()),
                        },
                        event,
                        undone,
                        target,
                    })?;
                }
            }
        }
        Ok(())
    }
}

/// Whether a side writes UUIDs with their dashes, by its first event that has an id.
fn has_dashed_ids(side: &super::side::TakenSide, cancel: &Cancel) -> Result<bool, SessionError> {
    let first = (0..side.side.events()).find(|o| side.side.id(*o) != 0);
    let Some(first) = first else { return Ok(false) };
    let event = read(side, &[first], cancel)?.pop();
    let id = event.and_then(|e| e.id).map(|id| id.to_string());
    Ok(id.is_some_and(|id| id.len() == 36 && shared(id.replace('-', "")).eq_ignore_ascii_case(&id)))
}

/// A UUID as a side writes it that has dashes in its own, so that who takes the event knows it by the same text.
fn with_dashes(id: EventId) -> EventId {
    match id {
        EventId::Text(text) if text.len() == 32 => EventId::Text(shared(text)),
        other => other,
    }
}

/// Whole events of a side, in the order of these ordinals, each once for each time it is named.
fn read(
    side: &super::side::TakenSide,
    ordinals: &[u32],
    cancel: &Cancel,
) -> Result<Vec<Event>, SessionError> {
    let mut order: Vec<usize> = (0..ordinals.len()).collect();
    order.sort_by_key(|i| ordinals[*i]);
    let ascending: Vec<u32> = order.iter().map(|i| ordinals[*i]).collect();
    let mut events: Vec<Event> = Vec::new();
    events.resize_with(ordinals.len(), Event::default);
    side.events(&ascending, cancel, &mut |i, event| events[order[i]] = event)?;
    if cancel.is_cancelled() {
        return Err(SessionError::cancelled());
    }
    Ok(events)
}

impl Target {
    /// Where an event lies.
    pub(super) fn of(event: &Event) -> Self {
        let fact = |name: &str| {
            event
                .extra
                .iter()
                .find(|(n, _)| n == name)
                .map(|(_, v)| v.clone())
        };
        Self {
            topic: fact("topic"),
            key: fact("key"),
        }
    }
}

/// Where the events of streams go: to where other events of the stream lie on that side.
#[derive(Default)]
struct Targets {
    known: HashMap<String, Target>,
}

impl Targets {
    fn of(
        &mut self,
        stream: &str,
        side: &Side,
        taken: &super::side::TakenSide,
        cancel: &Cancel,
    ) -> Result<Target, SessionError> {
        if let Some(known) = self.known.get(stream) {
            return Ok(known.clone());
        }
        let neighbour = side.streams().key(stream).map(|key| side.stream_events(key));
        let target = match neighbour.and_then(|events| events.first()) {
            Some(first) => read(taken, &[*first], cancel)?.first().map(Target::of),
            None => None,
        };
        let target = target.unwrap_or_default();
        self.known.insert(stream.to_owned(), target.clone());
        Ok(target)
    }
}
