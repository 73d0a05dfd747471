//! What was known at a moment. Statuses are functions of a time, so that no second comparison is needed.

use leftfold_compare::{Category, Finding, Hand, Status, Verdict};

use super::findings::Counted;
use super::mirror::Compared;
use super::shown::Shown;
use crate::dto::{FindingCountDto, Int, KnownDto, VerdictDto};

/// A comparison as known at a moment; without one, in the end. Findings keep their numbers.
#[derive(Clone, Copy)]
pub(super) struct Known<'c> {
    compared: &'c Compared,
    at: Option<i64>,
}

impl<'c> Known<'c> {
    pub(super) fn at(compared: &'c Compared, at: Option<Int>) -> Self {
        Self {
            compared,
            at: at.map(|at| at.0),
        }
    }

    /// Up to when both sides are known.
    pub(super) fn until(&self) -> Option<i64> {
        let end = self.compared.comparison.known_until;
        match self.at {
            None => end,
            Some(at) => Some(end.map_or(at, |end| end.min(at))),
        }
    }

    /// A finding as it was, and how certain; `None`: it had not begun.
    pub(super) fn finding(&self, number: u32) -> Option<(Finding, Status)> {
        let finding = self.compared.comparison.findings.get(number as usize)?;
        let finding = match self.at {
            None => *finding,
            Some(at) => finding.at(at, self.earlier(finding))?,
        };
        Some((finding, finding.status(self.until())))
    }

    /// All that had begun.
    fn findings(&self) -> impl Iterator<Item = (u32, Finding, Status)> {
        let all = self.compared.comparison.findings.len() as u32;
        (0..all).filter_map(|number| {
            let (finding, status) = self.finding(number)?;
            Some((number, finding, status))
        })
    }

    /// The side on which the event of a finding was first.
    fn earlier(&self, finding: &Finding) -> Hand {
        let (left, right) = (&self.compared.left.side, &self.compared.right.side);
        match (finding.left, finding.right) {
            (Some(l), Some(r)) if right.time(r) < left.time(l) => Hand::Right,
            _ => Hand::Left,
        }
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

    /// How many there are, by category; those that do not occur are left out.
    pub(super) fn counts(&self) -> Vec<FindingCountDto> {
        let mut counts = Category::ALL.map(|category| Counted {
            category,
            by_status: [0; 4],
        });
        for (_, finding, status) in self.findings() {
            counts[finding.category as usize].by_status[status as usize] += 1;
        }
        let occur = counts.into_iter().filter(|c| c.by_status != [0; 4]);
        occur.map(|count| count_dto(&count)).collect()
    }

    fn verdict(&self, counts: &[FindingCountDto]) -> (VerdictDto, Option<Int>) {
        let Some(at) = self.at else {
            return verdict_dto(self.compared.comparison.verdict());
        };
        let skew = Category::ClockSkew.as_str();
        let certain = counts.iter().any(|c| c.confirmed > 0 && c.category != skew);
        let open = counts.iter().any(|c| c.pending > 0);
        verdict_dto(match (certain, open) {
            (true, _) => Verdict::Never,
            (_, true) => Verdict::Undecided,
            _ => match self.compared.comparison.convergence.at(at).longest() {
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
        let mut differing = vec![false; self.compared.comparison.streams.len()];
        for (_, finding, status) in self.findings() {
            differing[finding.stream as usize] |= status == Status::Confirmed;
        }
        KnownDto {
            verdict,
            within,
            counts,
            first: self.findings().find_map(certain),
            streams_differing: differing.iter().filter(|d| **d).count() as u32,
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

fn count_dto(count: &Counted) -> FindingCountDto {
    let n = |status: Status| count.by_status[status as usize];
    FindingCountDto {
        category: count.category.as_str().to_owned(),
        pending: n(Status::Pending),
        confirmed: n(Status::Confirmed),
        healed: n(Status::Healed),
        out_of_coverage: n(Status::OutOfCoverage),
    }
}
