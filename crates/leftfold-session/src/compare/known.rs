//! What was known at a moment. Statuses are functions of a time, so that no second comparison is needed.

use std::collections::HashSet;
use std::sync::Arc;

use leftfold_compare::{Category, Finding, Status, Verdict};

use super::findings::verdict_of;
use super::made::Made;
use super::shown::Shown;
use crate::dto::{FindingCountDto, Int, KnownDto, VerdictDto};

/// A comparison as known at a moment; without one, in the end. Findings keep their numbers.
#[derive(Clone)]
pub(super) struct Known<'c> {
    made: &'c Made,
    at: Option<i64>,
    /// Up to when both sides were known.
    until: Option<i64>,
    /// The numbers of what was under way, ascending: its second event came within the tolerance afterwards.
    under_way: UnderWayThen,
}

/// Numbers of what was under way at a moment, ascending.
pub(super) type UnderWayThen = Arc<Vec<u32>>;

impl<'c> Known<'c> {
    /// `under_way` are the numbers of what was, if that was asked for before.
    pub(super) fn at(made: &'c Made, at: Option<Int>, under_way: Option<UnderWayThen>) -> Self {
        let at = at.map(|at| at.0);
        let found_out = || match (made, at) {
            (Made::Mirror(compared), Some(at)) => compared.under_way(at).collect(),
            _ => Vec::new(),
        };
        Self {
            made,
            at,
            under_way: under_way.unwrap_or_else(|| Arc::new(found_out())),
            until: match at {
                None => made.of().known_until(),
                Some(at) => made.known_as_of(at),
            },
        }
    }

    /// Up to when both sides are known.
    pub(super) fn until(&self) -> Option<i64> {
        self.until
    }

    /// A finding as it was, and how certain; `None`: it had not begun.
    pub(super) fn finding(&self, number: u32) -> Option<(Finding, Status)> {
        if self.is_awaited(number) {
            // It was one only until it came.
            self.under_way.binary_search(&number).ok()?;
        }
        let finding = self.made.finding(number)?;
        let finding = match self.at {
            None => finding,
            Some(at) => self.made.at(&finding, at)?,
        };
        Some((finding, finding.status(self.until())))
    }

    /// Whether the second event of what has this number came within the tolerance.
    pub(super) fn is_awaited(&self, number: u32) -> bool {
        number as usize >= self.made.of().findings().len()
    }

    /// The numbers of all findings, and of what was under way.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u32> {
        let all = self.made.of().findings().len() as u32;
        (0..all).chain(self.under_way.iter().copied())
    }

    /// The numbers of what was under way: it came within the tolerance afterwards.
    pub(super) fn under_way(&self) -> &UnderWayThen {
        &self.under_way
    }

    /// The moment; `None`: in the end.
    pub(super) fn moment(&self) -> Option<i64> {
        self.at
    }

    /// All that had begun.
    fn findings(&self) -> impl Iterator<Item = (u32, Finding, Status)> {
        self.numbers().filter_map(|number| {
            let (finding, status) = self.finding(number)?;
            Some((number, finding, status))
        })
    }

    /// Takes from a finding's evidence what was not known yet.
    pub(super) fn narrow(&self, number: u32, shown: &mut Shown) {
        let Some((finding, status)) = self.finding(number) else {
            return;
        };
        shown.category = finding.category;
        shown.status = status;
        shown.healed = finding.healed;
        if finding.left.is_none() {
            shown.left = None;
        }
        if finding.right.is_none() {
            shown.right = None;
        }
    }

    /// How many there are, by what they are listed under; what does not occur is left out.
    pub(super) fn counts(&self) -> Vec<FindingCountDto> {
        let kinds = self.made.kinds();
        let mut counts = vec![[0_u32; 4]; kinds.len()];
        for (number, finding, status) in self.findings() {
            counts[self.made.kind(number, &finding)][status as usize] += 1;
        }
        let occur = kinds.into_iter().zip(counts).filter(|(_, by)| *by != [0; 4]);
        occur.map(|(kind, by)| count_dto(kind, by)).collect()
    }

    fn verdict(&self, counts: &[FindingCountDto]) -> (VerdictDto, Option<Int>) {
        let Some(at) = self.at else {
            return verdict_dto(self.made.of().verdict());
        };
        let Made::Mirror(compared) = self.made else {
            let as_known: Vec<Finding> = self.findings().map(|(_, finding, _)| finding).collect();
            return verdict_dto(verdict_of(&as_known, self.until()));
        };
        let skew = Category::ClockSkew.as_str();
        let certain = counts.iter().any(|c| c.confirmed > 0 && c.category != skew);
        let open = counts.iter().any(|c| c.pending > 0);
        verdict_dto(match (certain, open) {
            (true, _) => Verdict::Never,
            (_, true) => Verdict::Undecided,
            _ => match compared.comparison.convergence.at(at).longest() {
                Some(within) => Verdict::EventuallyEqual { within },
                None => Verdict::AlwaysEqual,
            },
        })
    }

    /// What it came to.
    pub(super) fn dto(&self) -> KnownDto {
        let counts = self.counts();
        let (verdict, within) = self.verdict(&counts);
        let certain = |(number, _, status): (u32, Finding, Status)| {
            matches!(status, Status::Confirmed | Status::Healed).then_some(number)
        };
        let differing: HashSet<u32> = self
            .findings()
            .filter(|(_, finding, status)| self.made.differs(finding, *status))
            .map(|(_, finding, _)| self.made.subject(&finding))
            .collect();
        KnownDto {
            verdict,
            within,
            counts,
            awaited: self.under_way.len() as u32,
            first: self.findings().find_map(certain),
            streams_differing: differing.len() as u32,
            known_until: self.until().map(Int),
        }
    }
}

fn verdict_dto(verdict: Verdict) -> (VerdictDto, Option<Int>) {
    match verdict {
        Verdict::AlwaysEqual => (VerdictDto::AlwaysEqual, None),
        Verdict::EventuallyEqual { within } => (VerdictDto::EventuallyEqual, Some(Int(within))),
        Verdict::Undecided => (VerdictDto::Undecided, None),
        Verdict::Never => (VerdictDto::Never, None),
    }
}

fn count_dto(category: String, by_status: [u32; 4]) -> FindingCountDto {
    let n = |status: Status| by_status[status as usize];
    FindingCountDto {
        category,
        pending: n(Status::Pending),
        confirmed: n(Status::Confirmed),
        healed: n(Status::Healed),
        out_of_coverage: n(Status::OutOfCoverage),
    }
}
