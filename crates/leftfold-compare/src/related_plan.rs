//! What would give events of two histories that belong together the partners they should have.

use rustc_hash::FxHashSet;

use crate::finding::{Category, Finding, Hand, Status};
use crate::plan::{Action, Conflicts, Plan, Step, Unrepaired};

/// For which events of which side a template fits: of the side that is not right what undoes them, of the one that is what they lack.
pub struct Fitting<'a> {
    /// Events of the side that is not right for which there is one that undoes them.
    pub undone: &'a dyn Fn(u32) -> bool,
    /// Events of the side that is right for which the partner can be made that belongs to them.
    pub partner: &'a dyn Fn(u32) -> bool,
}

/// What a finding asks for.
enum Asks {
    /// The event of the side that is right needs a partner.
    Partner(u32),
    /// The event of the other side is too much.
    Undo(u32),
    /// Both have one, and the other side's says something else.
    Other(u32, u32),
    /// It is told, and no event changes it.
    Nothing(Unrepaired),
}

/// Makes a plan. `status` is of each finding, `right` the side that is right. An event that should have a partner gets one by a template; one
/// that is too much is passed over or undone; one that says something else is undone (or passed over), and its partner sent again by a template.
pub fn plan_correlated(
    findings: &[Finding],
    status: &dyn Fn(&Finding) -> Status,
    right: Hand,
    conflicts: Conflicts,
    fitting: &Fitting<'_>,
) -> Plan {
    let mut plan = Plan {
        right,
        steps: Vec::new(),
        unrepaired: Vec::new(),
    };
    let (mut gone, mut sent): (FxHashSet<u32>, Vec<Step>) = Default::default();
    for (number, finding) in (0_u32..).zip(findings) {
        let step = |action, event| Step {
            action,
            finding: number,
            event,
            replaces: None,
            behind: false,
        };
        let undo = |event| {
            let undone = (fitting.undone)(event);
            step(if undone { Action::Compensate } else { Action::Skip }, event)
        };
        let asks = match status(finding) {
            Status::Pending => Asks::Nothing(Unrepaired::Pending),
            Status::Healed => Asks::Nothing(Unrepaired::Healed),
            Status::OutOfCoverage => Asks::Nothing(Unrepaired::OutOfCoverage),
            Status::Confirmed => asked(finding, right),
        };
        let nothing = match asks {
            Asks::Nothing(why) => Some(why),
            Asks::Partner(event) if (fitting.partner)(event) => {
                sent.push(step(Action::Send, event));
                None
            }
            Asks::Partner(_) => Some(Unrepaired::NoPartnerTemplate),
            Asks::Undo(event) => {
                if gone.insert(event) {
                    plan.steps.push(undo(event));
                }
                None
            }
            Asks::Other(own, _) if !(fitting.partner)(own) => Some(Unrepaired::NoPartnerTemplate),
            Asks::Other(_, wrong) if conflicts == Conflicts::Compensate && !(fitting.undone)(wrong) => {
                Some(Unrepaired::NoTemplate)
            }
            Asks::Other(own, wrong) => {
                // One partner of several that is gone already is sent again once.
                if gone.insert(wrong) {
                    plan.steps.push(match conflicts {
                        Conflicts::ReSend => step(Action::Skip, wrong),
                        Conflicts::Auto | Conflicts::Compensate => undo(wrong),
                    });
                    sent.push(step(Action::Send, own));
                }
                None
            }
        };
        plan.unrepaired.extend(nothing.map(|why| (number, why)));
    }
    sent.sort_unstable_by_key(|s| (s.event, s.finding));
    plan.steps.extend(sent);
    plan
}

fn asked(finding: &Finding, right: Hand) -> Asks {
    let (left, other) = (finding.left, finding.right);
    match (finding.category, left, other, right) {
        (Category::Missing | Category::Deadline | Category::Cardinality, Some(event), None, Hand::Left)
        | (Category::Extra, None, Some(event), Hand::Right) => Asks::Partner(event),
        (Category::Missing | Category::Deadline | Category::Cardinality, Some(event), None, Hand::Right)
        | (Category::Extra, None, Some(event), Hand::Left)
        | (Category::Cardinality, Some(_), Some(event), Hand::Left) => Asks::Undo(event),
        (Category::Cardinality, Some(_), Some(_), Hand::Right) => Asks::Nothing(Unrepaired::OnTheRightSide),
        (Category::Conflict, Some(left), Some(other), Hand::Left) => Asks::Other(left, other),
        (Category::Conflict, Some(left), Some(other), Hand::Right) => Asks::Other(other, left),
        _ => Asks::Nothing(Unrepaired::NoEvent),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(category: Category, left: Option<u32>, right: Option<u32>) -> Finding {
        Finding {
            left,
            right,
            ..Finding::new(category, 0)
        }
    }

    /// Steps and what is left, in words, where only the events below ten have templates.
    fn told(findings: &[Finding], right: Hand, conflicts: Conflicts) -> Vec<String> {
        let below = |event: u32| event < 10;
        let fitting = Fitting {
            undone: &below,
            partner: &below,
        };
        let plan = plan_correlated(findings, &|f| f.status(None), right, conflicts, &fitting);
        let steps = plan
            .steps
            .iter()
            .map(|s| format!("{} {}", s.action.as_str(), s.event));
        let left = plan
            .unrepaired
            .iter()
            .map(|(n, why)| format!("{n} {}", why.as_str()));
        steps.chain(left).collect()
    }

    #[test]
    fn each_finding_is_repaired_on_the_side_that_is_not_right() {
        let all = [
            found(Category::Missing, Some(1), None),
            found(Category::Extra, None, Some(2)),
            found(Category::Cardinality, Some(3), Some(4)),
            found(Category::Conflict, Some(5), Some(6)),
            found(Category::ClockSkew, Some(7), Some(8)),
        ];
        assert_eq!(
            told(&all, Hand::Left, Conflicts::Auto),
            [
                "compensate 2",
                "compensate 4",
                "compensate 6",
                "send 1",
                "send 5",
                "4 no-event"
            ]
        );
        assert_eq!(
            told(&all, Hand::Right, Conflicts::ReSend),
            [
                "compensate 1",
                "skip 5",
                "send 2",
                "send 6",
                "2 on-the-right-side",
                "4 no-event"
            ]
        );
    }

    #[test]
    fn without_a_template_nothing_is_invented() {
        let all = [
            found(Category::Deadline, Some(11), None),
            found(Category::Extra, None, Some(12)),
            found(Category::Conflict, Some(13), Some(14)),
            found(Category::Conflict, Some(1), Some(14)),
        ];
        assert_eq!(
            told(&all, Hand::Left, Conflicts::Compensate),
            [
                "skip 12",
                "0 no-partner-template",
                "2 no-partner-template",
                "3 no-template"
            ]
        );
    }

    #[test]
    fn a_partner_of_several_is_sent_again_once() {
        let all = [
            found(Category::Conflict, Some(1), Some(2)),
            found(Category::Conflict, Some(1), Some(3)),
        ];
        assert_eq!(
            told(&all, Hand::Right, Conflicts::Auto),
            ["compensate 1", "send 2"]
        );
    }
}
