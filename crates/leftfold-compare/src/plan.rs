//! What would make one side say what the other one says: events to send again, to pass over, or to undo.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::comparison::Comparison;
use crate::finding::{Category, Finding, Hand, Status};
use crate::side::{Identity, Side};

/// What is done about an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// It is passed over: who reads the history takes it for not there.
    Skip,
    /// Another event undoes it.
    Compensate,
    /// It is sent once more.
    ReSend,
    /// One that was never there is sent: it belongs to this one, by a template.
    Send,
}

impl Action {
    /// All of them, in the order in which they are done.
    pub const ALL: [Self; 4] = [Self::Skip, Self::Compensate, Self::ReSend, Self::Send];

    /// As it stands in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Compensate => "compensate",
            Self::ReSend => "re-send",
            Self::Send => "send",
        }
    }
}

/// What is done about an event that says something else than it should.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Conflicts {
    /// It is undone and sent again where a template fits, else sent again in its place (passed over and sent again, where events are known
    /// by nothing but what they say).
    #[default]
    Auto,
    /// It is undone and sent again; nothing is done where no template fits.
    Compensate,
    /// It is sent again in its place: who reads the history takes the last event of an identity.
    ReSend,
}

/// Why nothing is done about a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Unrepaired {
    /// It may still come.
    Pending,
    /// It is over.
    Healed,
    /// The other side no longer holds what is so old, or never did.
    OutOfCoverage,
    /// Everything is there: no event changes an order.
    Order,
    /// It is the side that is right that says so twice.
    OnTheRightSide,
    /// No template fits the event, and one was asked for.
    NoTemplate,
    /// An event should belong to it, and no template says which.
    NoPartnerTemplate,
    /// No event would change it.
    NoEvent,
    /// It is as of the place that all rows are as of: who writes them goes on from there.
    AsOfPlace,
}

impl Unrepaired {
    /// As it stands in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Healed => "healed",
            Self::OutOfCoverage => "out-of-coverage",
            Self::Order => "order",
            Self::OnTheRightSide => "on-the-right-side",
            Self::NoTemplate => "no-template",
            Self::NoPartnerTemplate => "no-partner-template",
            Self::NoEvent => "no-event",
            Self::AsOfPlace => "as-of-place",
        }
    }

    /// In a sentence.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Pending => "it may still come: sent now, it could be there twice",
            Self::Healed => "it came late or holds again, so nothing is left to do",
            Self::OutOfCoverage => "the other side is not expected to hold it",
            Self::Order => "all events are there, and no event changes their order",
            Self::OnTheRightSide => "it is the side that is taken for right that says so twice: decide there",
            Self::NoTemplate => "no template fits the event",
            Self::NoPartnerTemplate => "an event should belong to it, and no [[partner]] says which",
            Self::NoEvent => "no event would change it",
            Self::AsOfPlace => {
                "it is as of the place that all rows are as of: who writes them goes on from there"
            }
        }
    }
}

/// One thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// What.
    pub action: Action,
    /// The finding it is about, by its number.
    pub finding: u32,
    /// The event: of the side that is right where it is sent again or gets a partner, else of the side that is repaired.
    pub event: u32,
    /// The event of the repaired side whose place it takes.
    pub replaces: Option<u32>,
    /// Whether it will stand behind events of its stream that come after it on the side that is right.
    pub behind: bool,
}

/// What would make one side say what the other one says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The side that is right.
    pub right: Hand,
    /// First what is passed over or undone, as the findings stand, then what is sent, in the order of the log it is from.
    pub steps: Vec<Step>,
    /// Findings about which nothing is done, by number, and why.
    pub unrepaired: Vec<(u32, Unrepaired)>,
}

/// What a plan makes of the side that it repairs, as who obeys it sees that: what is passed over or undone is not there, what is sent
/// stands at the end of the log or in the place of what it replaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Events of the repaired side that are not there any more, ascending.
    pub without: Vec<u32>,
    /// Events of the repaired side, ascending, and those of the other one that stand in their places.
    pub replaced: Vec<(u32, u32)>,
    /// Events of the other side that stand at the end, ascending.
    pub appended: Vec<u32>,
}

/// The events of the side that is not right that would be passed over or undone: those for which a template may fit. Ascending.
pub fn wrong_events(comparison: &Comparison, right: Hand) -> Vec<u32> {
    let confirmed = comparison
        .findings
        .iter()
        .filter(|f| comparison.status(f) == Status::Confirmed);
    let mut events: Vec<u32> = confirmed
        .filter(|f| !matches!(f.category, Category::Reordered | Category::Late))
        .filter_map(|f| of(f, right.other()))
        .collect();
    events.sort_unstable();
    events.dedup();
    events
}

fn of(finding: &Finding, hand: Hand) -> Option<u32> {
    match hand {
        Hand::Left => finding.left,
        Hand::Right => finding.right,
    }
}

/// Makes a plan. `sides`: left and right, `right` the one of them that is right; `undone` says for which events of the other side there is an event that undoes them.
pub fn plan(
    comparison: &Comparison,
    (right, sides): (Hand, [&Side; 2]),
    conflicts: Conflicts,
    undone: &dyn Fn(u32) -> bool,
) -> Plan {
    let (side, other) = (sides[right as usize], sides[right.other() as usize]);
    let mut plan = Plan {
        right,
        steps: Vec::new(),
        unrepaired: Vec::new(),
    };
    let mut sent = Vec::new();
    // What the side that is right has and the other one has not, at its place.
    let mut absent: FxHashSet<u32> = FxHashSet::default();
    for (number, finding) in comparison.findings.iter().enumerate() {
        let number = number as u32;
        let (true_event, wrong) = (of(finding, right), of(finding, right.other()));
        let step = |action, event| Step {
            action,
            finding: number,
            event,
            replaces: None,
            behind: false,
        };
        let undo = |event| {
            step(
                if undone(event) {
                    Action::Compensate
                } else {
                    Action::Skip
                },
                event,
            )
        };
        let lone = finding.left.is_none() || finding.right.is_none();
        if let (true, Some(event)) = (lone, true_event) {
            absent.insert(event);
        }
        match comparison.status(finding) {
            Status::Pending => plan.unrepaired.push((number, Unrepaired::Pending)),
            Status::Healed => plan.unrepaired.push((number, Unrepaired::Healed)),
            Status::OutOfCoverage => plan.unrepaired.push((number, Unrepaired::OutOfCoverage)),
            Status::Confirmed => match (finding.category, true_event, wrong) {
                (Category::Missing | Category::Extra, Some(event), None) => {
                    sent.push(step(Action::ReSend, event));
                }
                // Two events of the same version, one on each side.
                (Category::VersionCollision, Some(event), None) if finding.of.is_none() => {
                    sent.push(step(Action::ReSend, event));
                }
                (
                    Category::Missing
                    | Category::Extra
                    | Category::Duplicate
                    | Category::VersionCollision
                    | Category::Undecodable,
                    None,
                    Some(event),
                ) => plan.steps.push(undo(event)),
                (Category::Duplicate | Category::VersionCollision, Some(_), None) => {
                    plan.unrepaired.push((number, Unrepaired::OnTheRightSide));
                }
                // What the side that is right cannot read cannot be sent.
                (Category::Undecodable, Some(event), Some(_)) if side.is_unread(event) => {
                    plan.unrepaired.push((number, Unrepaired::NoEvent));
                }
                (Category::Conflict | Category::Undecodable, Some(event), Some(wrong)) => {
                    let can = undone(wrong);
                    match conflicts {
                        Conflicts::Auto | Conflicts::Compensate if can => {
                            plan.steps.push(step(Action::Compensate, wrong));
                            absent.insert(event);
                            sent.push(step(Action::ReSend, event));
                        }
                        Conflicts::Compensate => plan.unrepaired.push((number, Unrepaired::NoTemplate)),
                        // Without an identity, nobody can know which event it takes the place of; what cannot be read at all has none.
                        _ if comparison.identity == Identity::Content || other.is_garbled(wrong) => {
                            plan.steps.push(step(Action::Skip, wrong));
                            absent.insert(event);
                            sent.push(step(Action::ReSend, event));
                        }
                        Conflicts::Auto | Conflicts::ReSend => sent.push(Step {
                            replaces: Some(wrong),
                            ..step(Action::ReSend, event)
                        }),
                    }
                }
                (Category::Placement, Some(event), Some(wrong)) => {
                    plan.steps.push(undo(wrong));
                    absent.insert(event);
                    sent.push(step(Action::ReSend, event));
                }
                (Category::Reordered | Category::Late, ..) => {
                    plan.unrepaired.push((number, Unrepaired::Order));
                }
                _ => plan.unrepaired.push((number, Unrepaired::NoEvent)),
            },
        }
    }
    sent.sort_unstable_by_key(|s| (s.event, s.finding));
    let mut last_there: FxHashMap<u32, Option<u32>> = FxHashMap::default();
    for step in &mut sent {
        let stream = side.stream_of(step.event);
        let last = last_there.entry(stream).or_insert_with(|| {
            let events = side.stream_events(stream).iter().rev();
            events.copied().find(|e| !absent.contains(e))
        });
        step.behind = step.replaces.is_none() && last.is_some_and(|last| last > step.event);
    }
    plan.steps.extend(sent);
    plan
}

impl Plan {
    /// How many of its steps do this.
    pub fn count(&self, action: Action) -> usize {
        self.steps.iter().filter(|s| s.action == action).count()
    }

    /// What it makes of the side that it repairs.
    pub fn repaired(&self) -> Repaired {
        let mut repaired = Repaired::default();
        for step in &self.steps {
            match (step.action, step.replaces) {
                (Action::Skip | Action::Compensate, _) => repaired.without.push(step.event),
                (Action::ReSend, Some(place)) => repaired.replaced.push((place, step.event)),
                (Action::ReSend, None) => repaired.appended.push(step.event),
                // What it is has to be made first.
                (Action::Send, _) => {}
            }
        }
        repaired.without.sort_unstable();
        repaired.without.dedup();
        repaired.replaced.sort_unstable();
        repaired.appended.sort_unstable();
        repaired.appended.dedup();
        repaired
    }
}
