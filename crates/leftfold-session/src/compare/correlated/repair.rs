//! What would give events that belong together the partners they should have, and what is left after that. Nothing is sent.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use leftfold_compare::{
    Action, Category, Conflicts, Finding, Hand, Plan, PlanFitting, Status, Step, Unrepaired, plan_correlated,
};
use leftfold_event::{Cancel, Event, Progress, Timestamp};
use leftfold_source::EventStore;

use super::{Correlated, compare_correlated};
use crate::compare::findings::Findings as _;
use crate::compare::mended::Mended;
use crate::compare::repair::making::{partner_of, undoing};
use crate::compare::repair::unfit::{Tries, Unfit};
use crate::compare::repair::{
    About, After, EventPlan, Planned, Remaining, RemainsBecause, Target, remaining,
};
use crate::compensate::Templates;
use crate::error::SessionError;

/// Events read at a time.
const CHUNK: usize = 4096;

/// A plan for one side of what belongs together, with what it needs to be written.
pub struct CorrelatedRepair<'c> {
    found: &'c Correlated,
    /// The plan.
    pub plan: Plan,
    templates: Templates,
    unfit: Vec<Unfit>,
}

impl<'c> CorrelatedRepair<'c> {
    /// Makes a plan that lets the side that is not `right` have what belongs to the one that is.
    pub fn plan(
        found: &'c Correlated,
        right: Hand,
        conflicts: Conflicts,
        templates: Templates,
        cancel: &Cancel,
    ) -> Result<Self, SessionError> {
        let confirmed = || {
            let all = found.findings().iter();
            all.filter(|f| found.status(f) == Status::Confirmed)
        };
        let of = |finding: &Finding, hand: Hand| match hand {
            Hand::Left => finding.left,
            Hand::Right => finding.right,
        };
        let fitting =
            |hand: Hand, fits: &mut dyn FnMut(&Event) -> bool| -> Result<HashSet<u32>, SessionError> {
                let mut asked: Vec<u32> = confirmed().filter_map(|f| of(f, hand)).collect();
                asked.sort_unstable();
                asked.dedup();
                let mut all = HashSet::new();
                for chunk in asked.chunks(CHUNK) {
                    let wanted: Vec<Option<u32>> = chunk.iter().copied().map(Some).collect();
                    let events = found.events_at(hand, &wanted, cancel)?;
                    let pairs = chunk.iter().zip(events);
                    all.extend(
                        pairs
                            .filter(|(_, event)| event.as_ref().is_some_and(&mut *fits))
                            .map(|(ordinal, _)| *ordinal),
                    );
                    if cancel.is_cancelled() {
                        return Err(SessionError::cancelled());
                    }
                }
                Ok(all)
            };
        let mut undoings = Tries::new("compensate", &templates.compensate);
        let undone = fitting(right.other(), &mut |e| {
            undoings.note(&templates.compensate, e);
            undoing(&templates.compensate, e).is_some()
        })?;
        let mut partners = Tries::new("partner", &templates.partner);
        let partner = fitting(right, &mut |e| {
            partners.note(&templates.partner, e);
            partner_of(&templates.partner, e, 0).is_some()
        })?;
        let mut unfit = undoings.unfit("that is too much or says something else", &|_| None);
        unfit.extend(partners.unfit("of a finding", &|_| None));
        let plan = plan_correlated(
            found.findings(),
            &|f| found.status(f),
            right,
            conflicts,
            &PlanFitting {
                undone: &|event| undone.contains(&event),
                partner: &|event| partner.contains(&event),
            },
        );
        Ok(Self {
            found,
            plan,
            templates,
            unfit,
        })
    }

    /// The events of these steps, in their order; and for each how many steps before it are about the same one.
    fn events(&self, steps: &[Step], cancel: &Cancel) -> Result<Vec<Event>, SessionError> {
        let hand = |step: &Step| {
            if step.action == Action::Send {
                self.plan.right
            } else {
                self.plan.right.other()
            }
        };
        let mut events = Vec::with_capacity(steps.len());
        for run in steps.chunk_by(|a, b| hand(a) == hand(b)) {
            let Some(first) = run.first() else { continue };
            let wanted: Vec<Option<u32>> = run.iter().map(|s| Some(s.event)).collect();
            let read = self.found.events_at(hand(first), &wanted, cancel)?;
            events.extend(read.into_iter().map(Option::unwrap_or_default));
        }
        if cancel.is_cancelled() {
            return Err(SessionError::cancelled());
        }
        Ok(events)
    }

    /// The events that are made for others, in the order of the plan.
    fn made(&self, cancel: &Cancel) -> Result<Vec<Event>, SessionError> {
        let sends: Vec<Step> = self.sends().copied().collect();
        let mut made = Vec::with_capacity(sends.len());
        let mut several: HashMap<u32, usize> = HashMap::new();
        for chunk in sends.chunks(CHUNK) {
            for (step, cause) in chunk.iter().zip(self.events(chunk, cancel)?) {
                let n = several.entry(step.event).or_default();
                made.extend(partner_of(&self.templates.partner, &cause, *n));
                *n += 1;
            }
        }
        Ok(made)
    }

    /// The topic of what takes part on the side that is repaired; by what key an event goes there that is nowhere yet is not known.
    fn topic(&self, cancel: &Cancel) -> Result<Target, SessionError> {
        let wrong = self.plan.right.other();
        let first = self.found.places(wrong).first().copied();
        let event = self.found.events_at(wrong, &[first], cancel)?.pop().flatten();
        let target = event.as_ref().map(Target::of).unwrap_or_default();
        Ok(Target {
            topic: target.topic,
            key: None,
        })
    }

    fn sends(&self) -> impl Iterator<Item = &Step> {
        self.plan.steps.iter().filter(|s| s.action == Action::Send)
    }

    /// Compares again with the plan applied to a copy in memory, as who obeys it sees that: what is passed over or undone is not there, what
    /// is sent stands at the end of the log, stamped with the latest time of either side.
    pub fn after(&self, cancel: &Cancel, progress: [&Progress; 2]) -> Result<After, SessionError> {
        let right = self.plan.right;
        let side = |hand: Hand| &self.found.sides[hand as usize];
        let (from, to) = (side(right), side(right.other()));
        let now = self.found.latest().map(Timestamp::from_nanos);
        let mut events = self.made(cancel)?;
        for event in &mut events {
            event.time = now;
        }
        let gone = self.plan.repaired().without;
        let mended = Mended {
            base: to.store_again(),
            without: gone.iter().filter_map(|o| to.locator(*o)).collect(),
            replaced: HashMap::new(),
            appended: (0..events.len() as u32).collect(),
            events,
        };
        let (mended, from): (Arc<dyn EventStore>, _) = (Arc::new(mended), from.store_again());
        let [left, other] = match right {
            Hand::Left => [from, mended],
            Hand::Right => [mended, from],
        };
        let [left_name, other_name] = self.found.names().map(Path::new);
        let again = compare_correlated(
            (left_name, left),
            (other_name, other),
            &self.found.by,
            self.found.options.clone(),
            cancel,
            progress,
        )?;
        Ok(self.told(&again))
    }

    /// What is still found, and why.
    fn told(&self, again: &Correlated) -> After {
        let found = self.found;
        let finding = |number: u32| found.findings().get(number as usize);
        let mut foreseen: BTreeMap<(Category, &str), RemainsBecause> = BTreeMap::new();
        if found.by.within.is_some() {
            for about in self.sends().filter_map(|s| finding(s.finding)) {
                foreseen.insert((Category::Deadline, found.key(about)), RemainsBecause::TooLate);
            }
        }
        if self.plan.right == Hand::Right {
            for about in self.sends().filter_map(|s| finding(s.finding)) {
                foreseen.insert(
                    (Category::ClockSkew, found.key(about)),
                    RemainsBecause::AfterItsEffect,
                );
            }
        }
        for (number, why) in &self.plan.unrepaired {
            if let Some(about) = finding(*number) {
                foreseen
                    .entry((about.category, found.key(about)))
                    .or_insert(RemainsBecause::Unrepaired(*why));
            }
        }
        let left = again.findings().iter().map(|about| {
            let why = foreseen.get(&(about.category, again.key(about))).copied();
            let why = match (why, again.status(about)) {
                // It is still awaited, though something was sent for it.
                (Some(RemainsBecause::TooLate), Status::Confirmed)
                | (None, Status::Confirmed | Status::Healed) => RemainsBecause::Unforeseen,
                (Some(why), _) => why,
                // Once something is sent, more is known.
                (None, Status::Pending) => RemainsBecause::Unrepaired(Unrepaired::Pending),
                (None, Status::OutOfCoverage) => RemainsBecause::Unrepaired(Unrepaired::OutOfCoverage),
            };
            (about.category, why)
        });
        After {
            findings: again.findings().len() as u64,
            remaining: remaining(left),
        }
    }
}

impl EventPlan for CorrelatedRepair<'_> {
    fn actions(&self) -> &'static [Action] {
        &[Action::Skip, Action::Compensate, Action::Send]
    }

    fn planned(&self) -> Vec<(Action, Category)> {
        let all = self.found.findings();
        let steps = self.plan.steps.iter();
        steps
            .filter_map(|s| Some((s.action, all.get(s.finding as usize)?.category)))
            .collect()
    }

    fn unrepaired(&self) -> Vec<Remaining> {
        let all = self.found.findings();
        let left = self.plan.unrepaired.iter();
        remaining(left.filter_map(|(n, why)| Some((all.get(*n as usize)?.category, *why))))
    }

    fn unfit(&self) -> Vec<Unfit> {
        self.unfit.clone()
    }

    fn steps(
        &self,
        cancel: &Cancel,
        visit: &mut dyn FnMut(Planned) -> Result<(), SessionError>,
    ) -> Result<(), SessionError> {
        let wrong = self.plan.right.other();
        let nowhere = self.topic(cancel)?;
        let mut several: HashMap<u32, usize> = HashMap::new();
        for chunk in self.plan.steps.chunks(CHUNK) {
            for (step, event) in chunk.iter().zip(self.events(chunk, cancel)?) {
                let Some(finding) = self.found.findings().get(step.finding as usize) else {
                    continue;
                };
                let made = match step.action {
                    Action::Send => {
                        let n = several.entry(step.event).or_default();
                        *n += 1;
                        partner_of(&self.templates.partner, &event, *n - 1)
                    }
                    Action::Compensate => undoing(&self.templates.compensate, &event),
                    Action::Skip | Action::ReSend => None,
                };
                let undone = step.action == Action::Compensate;
                visit(Planned {
                    action: step.action,
                    about: About {
                        number: Some(step.finding),
                        category: finding.category,
                        status: self.found.status(finding),
                        since: finding.since,
                    },
                    behind: false,
                    from: made.is_none().then_some(wrong),
                    target: match step.action {
                        Action::Send => nowhere.clone(),
                        _ => Target::of(&event),
                    },
                    undone: undone.then(|| event.clone()),
                    event: made.unwrap_or(event),
                })?;
            }
        }
        Ok(())
    }
}
