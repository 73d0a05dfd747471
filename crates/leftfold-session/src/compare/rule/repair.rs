//! What would make a rule hold, and what is left after that: events that undo others, and events that have to follow. Nothing is sent.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use leftfold_compare::{Action, Category, Status, Unrepaired};
use leftfold_event::{Cancel, Event, Locator, Progress, Timestamp};
use leftfold_log::{Axis, LaneBy, Log, index};
use leftfold_source::EventStore;

use super::{History, Rule, RuleKind, Ruled, STATE, check_rule};
use crate::compare::mended::Mended;
use crate::compare::repair::making::{partner_of, undoing};
use crate::compare::repair::unfit::{Tries, Unfit};
use crate::compare::repair::{
    About, After, EventPlan, Planned, Remaining, RemainsBecause, Target, remaining,
};
use crate::compare::shown::Shown;
use crate::compensate::Templates;
use crate::error::SessionError;

/// What such a plan may hold: first what is undone, then what is sent.
const ACTIONS: &[Action] = &[Action::Compensate, Action::Send];

/// How often the rule is checked again: undoing one event may show that the next one violates it, too.
const ROUNDS: usize = 64;

/// A plan for a history that violates a rule, applied to a copy in memory until nothing more can be done.
pub struct RuleRepair {
    steps: Vec<Step>,
    unrepaired: Vec<(Category, Unrepaired)>,
    unfit: Vec<Unfit>,
    /// What is found after it.
    pub after: After,
}

struct Step {
    about: About,
    /// The event that is undone; `None`: one is sent that has to follow.
    undone: Option<Event>,
    made: Event,
    target: Target,
}

/// What a plan has come to so far.
struct Course<'r> {
    rule: &'r Rule,
    templates: &'r Templates,
    steps: Vec<Step>,
    undone: HashSet<Locator>,
    /// Events that one was sent for.
    sent_for: HashSet<Locator>,
    /// Violations about which nothing can be done, by their events.
    left_alone: BTreeMap<Locator, Unrepaired>,
    tries: [Tries; 2],
}

/// Makes a plan for the violations of a rule. `store` is the history's own.
pub fn rule_repair(
    rule: &Rule,
    history: History<'_>,
    store: &Arc<dyn EventStore>,
    ruled: &Ruled,
    templates: &Templates,
    cancel: &Cancel,
) -> Result<RuleRepair, SessionError> {
    let now = history.log.all().extent(Axis::Time).map(|(_, last)| last);
    let mut course = Course {
        rule,
        templates,
        steps: Vec::new(),
        undone: HashSet::new(),
        sent_for: HashSet::new(),
        left_alone: BTreeMap::new(),
        tries: [
            Tries::new("compensate", &templates.compensate),
            Tries::new("partner", &templates.partner),
        ],
    };
    course.go_on(history.log, &ruled.shown, true);
    let unrepaired: Vec<(Category, Unrepaired)> = ruled
        .shown
        .iter()
        .filter_map(|shown| Some((shown.category, course.unrepaired(history.log, shown)?)))
        .collect();
    let checked = |mended: &Mended| {
        let (log, scanned) = index(mended, cancel, &Progress::new(), &mut |_| ());
        scanned?;
        if cancel.is_cancelled() {
            return Err(SessionError::cancelled());
        }
        let again = History {
            log: &log,
            store: mended,
            projections: history.projections,
        };
        let found = check_rule(rule, again, cancel, &Progress::new())?;
        Ok((log, found))
    };
    let mut after = None;
    let mut done = 0;
    for _ in 0..ROUNDS {
        if course.steps.len() == done {
            break;
        }
        done = course.steps.len();
        let (log, found) = checked(&course.applied_to(store, now))?;
        course.go_on(&log, &found.shown, false);
        // A state that does not hold is one violation, behind which other events hide: what is undone is left out to find these.
        let still = course.still_violated(&log, &found.shown);
        if !still.is_empty() {
            let (log, mut found) = checked(&course.without(store))?;
            found.shown.retain(|shown| still.contains(&shown.stream));
            course.go_on(&log, &found.shown, false);
        }
        after = Some(course.told(&log, &found));
    }
    let met = |kind: &str| Some(history.log.names(LaneBy::Type).key(kind).is_some());
    let [undoings, partners] = &course.tries;
    let mut unfit = undoings.unfit("that violates the rule and is undone", &met);
    if matches!(rule.kind, RuleKind::Expect { .. }) {
        unfit.extend(partners.unfit("that violates the rule", &met));
    }
    Ok(RuleRepair {
        after: after.unwrap_or_else(|| course.told(history.log, ruled)),
        steps: course.steps,
        unrepaired,
        unfit,
    })
}

impl Course<'_> {
    /// Whether the rule is about a state that may hold again.
    fn is_of_states(&self) -> bool {
        matches!(&self.rule.kind, RuleKind::Check { when: None, check } if check.uses(STATE))
    }

    /// The streams in which what is sent has undone nothing so far.
    fn still_violated(&self, log: &Log, found: &[Shown]) -> HashSet<String> {
        if !self.is_of_states() {
            return HashSet::new();
        }
        let is_undone = |shown: &&Shown| {
            let locator = shown.at[0].map(|o| log.locator(o));
            shown.status == Status::Confirmed && locator.is_some_and(|l| self.undone.contains(&l))
        };
        found.iter().filter(is_undone).map(|s| s.stream.clone()).collect()
    }

    /// Plans something for each of these violations, where a template fits.
    fn go_on(&mut self, log: &Log, found: &[Shown], first: bool) {
        let templates = self.templates;
        let follows = matches!(self.rule.kind, RuleKind::Expect { .. });
        for (number, shown) in (0_u32..).zip(found) {
            let (Some(ordinal), Some(event), Status::Confirmed) = (shown.at[0], &shown.left, shown.status)
            else {
                continue;
            };
            let locator = log.locator(ordinal);
            // What the plan itself sends is no place to plan anything for, and nothing is planned twice.
            let planned = self.sent_for.contains(&locator)
                || self.undone.contains(&locator)
                || self.left_alone.contains_key(&locator);
            if Mended::is_ours(locator) || planned {
                continue;
            }
            let [undoings, partners] = &mut self.tries;
            if follows {
                partners.note(&templates.partner, event);
            }
            let partner = follows
                .then(|| partner_of(&templates.partner, event, 0))
                .flatten();
            let about = About {
                number: first.then_some(number),
                category: shown.category,
                status: shown.status,
                since: shown.since,
            };
            if let Some(made) = partner {
                self.sent_for.insert(locator);
                self.steps.push(Step {
                    about,
                    undone: None,
                    made,
                    target: Target::default(),
                });
                continue;
            }
            undoings.note(&templates.compensate, event);
            if let Some(made) = undoing(&templates.compensate, event) {
                self.undone.insert(locator);
                self.steps.push(Step {
                    about,
                    undone: Some(event.clone()),
                    made,
                    target: Target::of(event),
                });
            } else {
                let why = if follows {
                    Unrepaired::NoPartnerTemplate
                } else {
                    Unrepaired::NoTemplate
                };
                self.left_alone.insert(locator, why);
            }
        }
    }

    /// Why nothing is done about a violation, if nothing is.
    fn unrepaired(&self, log: &Log, shown: &Shown) -> Option<Unrepaired> {
        match (shown.status, shown.at[0]) {
            (Status::Pending, _) => Some(Unrepaired::Pending),
            (Status::Healed, _) => Some(Unrepaired::Healed),
            (Status::OutOfCoverage, _) => Some(Unrepaired::OutOfCoverage),
            (Status::Confirmed, Some(ordinal)) => self.left_alone.get(&log.locator(ordinal)).copied(),
            (Status::Confirmed, None) => Some(Unrepaired::NoEvent),
        }
    }

    /// The history as it is once the plan was obeyed: what is sent stands at its end, first what undoes others, stamped with the latest time there is.
    fn applied_to(&self, store: &Arc<dyn EventStore>, now: Option<i64>) -> Mended {
        let in_turn = ACTIONS
            .iter()
            .flat_map(|action| self.steps.iter().filter(move |s| s.action() == *action));
        let stamped = in_turn.map(|step| Event {
            time: now.map(Timestamp::from_nanos),
            ..step.made.clone()
        });
        Mended {
            base: Arc::clone(store),
            without: HashSet::new(),
            replaced: HashMap::new(),
            events: stamped.collect(),
            appended: (0..self.steps.len() as u32).collect(),
        }
    }

    /// The history as if what is undone had never been.
    fn without(&self, store: &Arc<dyn EventStore>) -> Mended {
        Mended {
            base: Arc::clone(store),
            without: self.undone.clone(),
            replaced: HashMap::new(),
            events: Vec::new(),
            appended: Vec::new(),
        }
    }

    /// What is found, and why.
    fn told(&self, log: &Log, found: &Ruled) -> After {
        let left = found.shown.iter().map(|shown| {
            let locator = shown.at[0].map(|o| log.locator(o));
            let is = |of: &HashSet<Locator>| locator.is_some_and(|l| of.contains(&l));
            let why = match shown.status {
                _ if locator.is_some_and(Mended::is_ours) => RemainsBecause::OfThePlan,
                Status::Healed if is(&self.sent_for) => RemainsBecause::TooLate,
                Status::Healed if is(&self.undone) => RemainsBecause::Undone,
                Status::Confirmed if is(&self.undone) && self.is_of_states() => RemainsBecause::StillViolated,
                Status::Confirmed if is(&self.undone) => RemainsBecause::InTheLog,
                _ => match self.unrepaired(log, shown) {
                    Some(why) => RemainsBecause::Unrepaired(why),
                    None => RemainsBecause::Unforeseen,
                },
            };
            (shown.category, why)
        });
        After {
            findings: found.violations + found.pending,
            remaining: remaining(left),
        }
    }
}

impl EventPlan for RuleRepair {
    fn actions(&self) -> &'static [Action] {
        ACTIONS
    }

    fn planned(&self) -> Vec<(Action, Category)> {
        let steps = self.steps.iter();
        steps.map(|s| (s.action(), s.about.category)).collect()
    }

    fn unrepaired(&self) -> Vec<Remaining> {
        remaining(self.unrepaired.iter().copied())
    }

    fn unfit(&self) -> Vec<Unfit> {
        self.unfit.clone()
    }

    fn steps(
        &self,
        cancel: &Cancel,
        visit: &mut dyn FnMut(Planned) -> Result<(), SessionError>,
    ) -> Result<(), SessionError> {
        // First what is undone, then what is sent.
        for action in self.actions() {
            for step in self.steps.iter().filter(|s| s.action() == *action) {
                if cancel.is_cancelled() {
                    return Err(SessionError::cancelled());
                }
                visit(Planned {
                    action: *action,
                    about: step.about.clone(),
                    behind: false,
                    event: step.made.clone(),
                    undone: step.undone.clone(),
                    from: None,
                    target: step.target.clone(),
                })?;
            }
        }
        Ok(())
    }
}

impl Step {
    fn action(&self) -> Action {
        if self.undone.is_some() {
            Action::Compensate
        } else {
            Action::Send
        }
    }
}
