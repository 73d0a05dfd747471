//! What would make one side of a comparison say what the other one says, and what is left after that. Nothing is sent.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use leftfold_compare::{
    Action, Category, Conflicts, Finding, Hand, Plan, Side, Status, Step, Template, Unrepaired, plan,
    wrong_events,
};
use leftfold_event::json::Value;
use leftfold_event::{Cancel, Event, EventId, Payload, Progress};
use uuid::Uuid;

use super::findings::Findings as _;
use super::mended::Mended;
use super::mirror::{Compared, compare_mirror};
use crate::error::SessionError;

/// Events read at a time.
const CHUNK: usize = 4096;

/// Under this, the ids of events that undo others are made: the same plan gives the same ids, so that it can be sent twice.
const NAMESPACE: Uuid = Uuid::from_u128(0x6c65_6674_666f_6c64_2d63_6f6d_7065_6e73);

/// A plan with what it needs to be written.
pub struct Repair {
    /// The plan.
    pub plan: Plan,
    templates: Vec<Template>,
}

/// One step of a plan, with its event.
pub struct Planned {
    /// The step.
    pub step: Step,
    /// The finding it is about.
    pub finding: Finding,
    /// The event to send again or to pass over; for one that is undone, the event that undoes it.
    pub event: Event,
    /// The event that is undone.
    pub undone: Option<Event>,
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
    /// The plan did not foresee it.
    Unforeseen,
}

impl RemainsBecause {
    /// As it stands in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unrepaired(why) => why.as_str(),
            Self::Behind => "behind",
            Self::Unforeseen => "unforeseen",
        }
    }

    /// In a sentence.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Unrepaired(why) => why.in_words(),
            Self::Behind => "an event that is sent again stands behind later ones of its stream",
            Self::Unforeseen => "the plan did not foresee it: look at it before you send anything",
        }
    }
}

impl Repair {
    /// Makes a plan that lets the side that is not `right` say what the one that is says.
    pub fn plan(
        compared: &Compared,
        right: Hand,
        conflicts: Conflicts,
        templates: Vec<Template>,
        cancel: &Cancel,
    ) -> Result<Self, SessionError> {
        let mut undone: HashSet<u32> = HashSet::new();
        if !templates.is_empty() {
            let side = compared.side(right.other());
            for chunk in wrong_events(&compared.comparison, right).chunks(CHUNK) {
                side.events(chunk, cancel, &mut |i, event| {
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
            (right, &compared.side(right).side),
            conflicts,
            &|event| undone.contains(&event),
        );
        Ok(Self { plan, templates })
    }

    /// Hands on the steps with their events, in the order in which they are to be done.
    pub fn steps<E: From<SessionError>>(
        &self,
        compared: &Compared,
        cancel: &Cancel,
        visit: &mut dyn FnMut(Planned) -> Result<(), E>,
    ) -> Result<(), E> {
        let (from, to) = (
            compared.side(self.plan.right),
            compared.side(self.plan.right.other()),
        );
        let mut targets = Targets::default();
        for run in self
            .plan
            .steps
            .chunk_by(|a, b| (a.action == Action::ReSend) == (b.action == Action::ReSend))
        {
            for chunk in run.chunks(CHUNK) {
                let sent = chunk.first().is_some_and(|s| s.action == Action::ReSend);
                let side = if sent { from } else { to };
                let events = read(side, &chunk.iter().map(|s| s.event).collect::<Vec<_>>(), cancel)?;
                for (step, event) in chunk.iter().zip(events) {
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
                        step: *step,
                        finding,
                        event,
                        undone,
                        target,
                    })?;
                }
            }
        }
        Ok(())
    }

    /// Compares again with the plan applied to a copy in memory, as who obeys it sees that: what is passed over or undone is not there,
    /// what is sent again stands at the end of the log or in the place of what it replaces.
    pub fn after(
        &self,
        compared: &Compared,
        cancel: &Cancel,
        progress: [&Progress; 2],
    ) -> Result<After, SessionError> {
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
        Ok(self.told(compared, &again))
    }

    /// What is still found, and why.
    fn told(&self, compared: &Compared, again: &Compared) -> After {
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
        let mut counts: BTreeMap<(Category, RemainsBecause), u64> = BTreeMap::new();
        for finding in &again.comparison.findings {
            let stream = again.stream_name(finding.stream);
            let why = foreseen.get(&(finding.category, stream)).copied();
            let why = why.unwrap_or(match again.comparison.status(finding) {
                // Once something is sent, more is known.
                Status::Pending => RemainsBecause::Unrepaired(Unrepaired::Pending),
                _ => RemainsBecause::Unforeseen,
            });
            *counts.entry((finding.category, why)).or_default() += 1;
        }
        After {
            findings: again.comparison.findings.len() as u64,
            remaining: counts
                .into_iter()
                .map(|((category, why), findings)| Remaining {
                    category,
                    why,
                    findings,
                })
                .collect(),
        }
    }

    /// Findings about which nothing is done: how many of each kind, and why.
    pub fn unrepaired(&self, compared: &Compared) -> Vec<Remaining> {
        let mut counts: BTreeMap<(Category, Unrepaired), u64> = BTreeMap::new();
        for (number, why) in &self.plan.unrepaired {
            let category = compared.comparison.findings[*number as usize].category;
            *counts.entry((category, *why)).or_default() += 1;
        }
        counts
            .into_iter()
            .map(|((category, why), findings)| Remaining {
                category,
                why: RemainsBecause::Unrepaired(why),
                findings,
            })
            .collect()
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

/// The event that undoes another one, by the first template that fits.
fn undoing(templates: &[Template], wrong: &Event) -> Option<Event> {
    let (template, value) = templates
        .iter()
        .filter(|t| t.of == wrong.kind)
        .find_map(|t| Some((t, t.fill(wrong).ok()?)))?;
    let id = wrong.id.as_ref().map(EventId::to_string);
    let place = format!(
        "{}\n{}\n{}\n{}",
        id.as_deref().unwrap_or_default(),
        wrong.stream,
        wrong.position.as_deref().unwrap_or_default(),
        template.with
    );
    let raw = value.to_string().into_bytes();
    Some(Event {
        stream: wrong.stream.clone(),
        category: wrong.category.clone(),
        id: Some(EventId::Text(
            Uuid::new_v5(&NAMESPACE, place.as_bytes()).to_string(),
        )),
        kind: template.with.clone(),
        payload: Payload {
            raw,
            value: Some(value),
            encoding: "json",
        },
        correlation_id: wrong.correlation_id.clone(),
        causation_id: id,
        ..Event::default()
    })
}

impl Target {
    fn of(event: &Event) -> Self {
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
