//! Events that would undo what made a history's states other than they should be, where the history is what is wrong. Nothing is sent.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use leftfold_compare::{Action, Category, Finding, Hand, Status, Unrepaired};
use leftfold_event::{Cancel, Event, Locator, Progress};
use leftfold_log::{LaneBy, index};

use super::rows::{Folded, states_of};
use super::{Projected, compare_projection};
use crate::compare::findings::Findings as _;
use crate::compare::mended::Mended;
use crate::compare::mirror::MirrorOptions;
use crate::compare::repair::making::undoing;
use crate::compare::repair::unfit::{Tries, Unfit};
use crate::compare::repair::{
    About, After, EventPlan, Planned, Remaining, RemainsBecause, Target, remaining,
};
use crate::compensate::Templates;
use crate::error::SessionError;
use crate::source::OpenSource;

/// Findings whose events are read together.
const CHUNK: usize = 1024;

/// A plan for the history that is wrong, with what it needs to be written and tried.
pub struct HistoryRepair<'p> {
    found: &'p Projected,
    options: MirrorOptions,
    wrong: Hand,
    templates: Templates,
    /// The events that are undone, each with the finding it is about.
    steps: Vec<(u32, Locator, Event)>,
    unrepaired: Vec<(u32, Unrepaired)>,
    unfit: Vec<Unfit>,
}

impl<'p> HistoryRepair<'p> {
    /// Makes a plan: where a state differs from what is right, the events that set what differs are undone, if templates fit them all.
    ///
    /// # Errors
    /// `nothing-to-compare` where the side that is wrong is no history; `cancelled`.
    pub fn plan(
        found: &'p Projected,
        options: &MirrorOptions,
        right: Hand,
        templates: Templates,
        cancel: &Cancel,
    ) -> Result<Self, SessionError> {
        let wrong = right.other();
        let history = match (wrong, &found.rows.folded) {
            (Hand::Left, _) => found.log(),
            (Hand::Right, Some(folded)) => &folded.snapshot.log,
            (Hand::Right, None) => {
                return Err(SessionError::new(
                    "nothing-to-compare",
                    "the right side holds rows: there are no events that could be undone",
                ));
            }
        };
        let (mut steps, mut unrepaired) = (Vec::new(), Vec::new());
        let mut tries = Tries::new("compensate", &templates.compensate);
        let mut undone: BTreeSet<Locator> = BTreeSet::new();
        let mut asked: Vec<u32> = Vec::new();
        for (number, finding) in (0_u32..).zip(found.findings()) {
            match not_asked(finding, found.status(finding)) {
                Some(why) => unrepaired.push((number, why)),
                None => asked.push(number),
            }
        }
        for chunk in asked.chunks(CHUNK) {
            for (number, shown) in chunk.iter().zip(found.shown(chunk, cancel)?) {
                let of_row = shown.of_row.unwrap_or_default();
                let (events, at) = match wrong {
                    Hand::Left => (of_row.blame, of_row.blamed_at),
                    Hand::Right => (of_row.blame_right, of_row.blamed_at_right),
                };
                let set: Vec<(u32, Event)> = at
                    .into_iter()
                    .zip(events)
                    .filter_map(|(at, event)| Some((at?, event?)))
                    .collect();
                for (_, event) in &set {
                    tries.note(&templates.compensate, event);
                }
                if set.is_empty() {
                    unrepaired.push((*number, Unrepaired::NoEvent));
                } else if set
                    .iter()
                    .any(|(_, e)| undoing(&templates.compensate, e).is_none())
                {
                    unrepaired.push((*number, Unrepaired::NoTemplate));
                } else {
                    let new = set.into_iter().map(|(at, event)| (history.locator(at), event));
                    steps.extend(
                        new.filter(|(locator, _)| undone.insert(*locator))
                            .map(|(locator, event)| (*number, locator, event)),
                    );
                }
            }
        }
        Ok(Self {
            found,
            options: options.clone(),
            wrong,
            unfit: tries.unfit("that set what differs", &|kind| {
                Some(history.names(LaneBy::Type).key(kind).is_some())
            }),
            templates,
            steps,
            unrepaired,
        })
    }

    /// Compares again with the plan applied to a copy in memory, as who obeys it sees that: what is undone is not there.
    pub fn after(&self, cancel: &Cancel, progress: &Progress) -> Result<After, SessionError> {
        let found = self.found;
        let left = Folded {
            source: Arc::clone(&found.source),
            snapshot: Arc::clone(&found.snapshot),
            number: found.number,
            moment: found.moment,
        };
        let mut rows = found.rows.clone();
        let wrong = match (self.wrong, rows.folded.clone()) {
            (Hand::Right, Some(folded)) => folded,
            _ => left.clone(),
        };
        let mended = Arc::new(Mended {
            base: Arc::clone(&wrong.source.store),
            without: self.steps.iter().map(|(_, locator, _)| *locator).collect(),
            replaced: HashMap::new(),
            events: Vec::new(),
            appended: Vec::new(),
        });
        let (log, scanned) = index(&*mended, cancel, progress, &mut |_| ());
        scanned?;
        if cancel.is_cancelled() {
            return Err(SessionError::cancelled());
        }
        let projections = wrong.snapshot.replay.projections().clone();
        let source = OpenSource::of_log(&wrong.source.path, mended, log, projections);
        let snapshot = source.snapshot();
        let mut history = (left.source, left.snapshot);
        if self.wrong == Hand::Right {
            let only = (&self.options.only, wrong.moment);
            let path = source.path.clone();
            let name = rows.name;
            rows = states_of(&path, (source, snapshot), &found.by, only, cancel, progress)?;
            rows.name = name;
        } else {
            history = (source, snapshot);
        }
        let again = compare_projection(
            history,
            rows,
            &found.by,
            &self.options,
            found.moment,
            cancel,
            progress,
        )?;
        Ok(self.told(&again))
    }

    fn told(&self, again: &Projected) -> After {
        let found = self.found;
        let mut foreseen: BTreeMap<(Category, &str), Unrepaired> = BTreeMap::new();
        for (number, why) in &self.unrepaired {
            if let Some(finding) = found.findings().get(*number as usize) {
                foreseen.insert((finding.category, found.place(finding)), *why);
            }
        }
        let left = again.findings().iter().map(|finding| {
            let why = foreseen.get(&(finding.category, again.place(finding)));
            let why = match (why, again.status(finding)) {
                (Some(why), _) => RemainsBecause::Unrepaired(*why),
                (None, Status::Pending) => RemainsBecause::Unrepaired(Unrepaired::Pending),
                (None, _) => RemainsBecause::Unforeseen,
            };
            (finding.category, why)
        });
        After {
            findings: again.findings().len() as u64,
            remaining: remaining(left),
        }
    }

    fn about(&self, number: u32) -> Option<About> {
        let finding = self.found.findings().get(number as usize)?;
        Some(About {
            number: Some(number),
            category: finding.category,
            status: self.found.status(finding),
            since: finding.since,
        })
    }
}

/// Why nothing is asked of a finding, if nothing is.
fn not_asked(finding: &Finding, status: Status) -> Option<Unrepaired> {
    match (status, finding.category) {
        (Status::Pending, _) => Some(Unrepaired::Pending),
        (Status::Healed, _) => Some(Unrepaired::Healed),
        (Status::OutOfCoverage, _) => Some(Unrepaired::OutOfCoverage),
        (Status::Confirmed, Category::FieldMismatch | Category::Late) => None,
        // A state that is not there, or should not be, was set by no one event.
        (Status::Confirmed, _) => Some(Unrepaired::NoEvent),
    }
}

impl EventPlan for HistoryRepair<'_> {
    fn actions(&self) -> &'static [Action] {
        &[Action::Compensate]
    }

    fn planned(&self) -> Vec<(Action, Category)> {
        let steps = self.steps.iter();
        steps
            .filter_map(|(number, ..)| Some((Action::Compensate, self.about(*number)?.category)))
            .collect()
    }

    fn unrepaired(&self) -> Vec<Remaining> {
        let left = self.unrepaired.iter();
        remaining(left.filter_map(|(n, why)| Some((self.about(*n)?.category, *why))))
    }

    fn unfit(&self) -> Vec<Unfit> {
        self.unfit.clone()
    }

    fn steps(
        &self,
        cancel: &Cancel,
        visit: &mut dyn FnMut(Planned) -> Result<(), SessionError>,
    ) -> Result<(), SessionError> {
        for (number, _, wrong) in &self.steps {
            if cancel.is_cancelled() {
                return Err(SessionError::cancelled());
            }
            if let (Some(about), Some(event)) =
                (self.about(*number), undoing(&self.templates.compensate, wrong))
            {
                visit(Planned {
                    action: Action::Compensate,
                    about,
                    behind: false,
                    event,
                    target: Target::of(wrong),
                    undone: Some(wrong.clone()),
                    from: None,
                })?;
            }
        }
        Ok(())
    }
}
