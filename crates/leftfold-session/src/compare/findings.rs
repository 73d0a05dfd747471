//! What front ends ask of a comparison, whatever its mode.

use leftfold_compare::{Category, Convergence, Finding, Status, Verdict};
use leftfold_event::Cancel;
use leftfold_source::Unreadable;

use super::shown::Shown;
use crate::error::SessionError;

/// How many findings there are of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// What they are.
    pub category: Category,
    /// How many are pending, confirmed, healed, out of coverage.
    pub by_status: [u32; 4],
}

/// A comparison that was made.
pub trait Findings {
    /// Its mode, as it stands in JSON.
    fn mode(&self) -> &'static str;

    /// What the sides are called.
    fn names(&self) -> [&str; 2];

    /// All findings, by beginning; what has no time last.
    fn findings(&self) -> &[Finding];

    /// Up to when both sides are known, in nanoseconds; `None`: everything is.
    fn known_until(&self) -> Option<i64>;

    /// What it comes to.
    fn verdict(&self) -> Verdict;

    /// Findings with their evidence, in the order of these numbers.
    fn shown(&self, numbers: &[u32], cancel: &Cancel) -> Result<Vec<Shown>, SessionError>;

    /// What of either side could not be read at all.
    fn unreadable(&self) -> [&[Unreadable]; 2];

    /// When streams (or keys, or rows) disagreed, and for how long.
    fn convergence(&self) -> Convergence {
        Convergence::of_findings(self.findings())
    }

    /// How certain a finding is in the end.
    fn status(&self, finding: &Finding) -> Status {
        finding.status(self.known_until())
    }

    /// The number of the first finding that is certain.
    fn first(&self) -> Option<u32> {
        let known = self.known_until();
        let place = self.findings().iter().position(|f| f.is_certain(known))?;
        Some(place as u32)
    }

    /// Whether a finding makes its stream (or key, or row) one that differs: it is confirmed.
    fn is_differing(&self, finding: &Finding) -> bool {
        self.status(finding) == Status::Confirmed && finding.category != Category::ClockSkew
    }

    /// How many streams (or keys, or rows) differ.
    fn differing(&self) -> usize {
        let mut streams: Vec<u32> = self
            .findings()
            .iter()
            .filter(|f| self.is_differing(f))
            .map(|f| f.stream)
            .collect();
        streams.sort_unstable();
        streams.dedup();
        streams.len()
    }

    /// How many findings there are, by category, in the order of [`Category::ALL`]; those that do not occur are left out.
    fn counts(&self) -> Vec<Counted> {
        let mut counts: Vec<Counted> = Category::ALL
            .into_iter()
            .map(|category| Counted {
                category,
                by_status: [0; 4],
            })
            .collect();
        for finding in self.findings() {
            let status = self.status(finding);
            if let Some(count) = counts.iter_mut().find(|c| c.category == finding.category) {
                count.by_status[status as usize] += 1;
            }
        }
        counts.retain(|c| c.by_status != [0; 4]);
        counts
    }
}

/// The verdict on findings that heal one by one.
pub(crate) fn verdict_of(findings: &[Finding], known: Option<i64>) -> Verdict {
    let mut pending = false;
    let mut within: Option<i64> = None;
    for finding in findings.iter().filter(|f| f.category != Category::ClockSkew) {
        match finding.status(known) {
            Status::Confirmed => return Verdict::Never,
            Status::Pending => pending = true,
            Status::Healed => {
                let lasted = finding
                    .healed
                    .zip(finding.since)
                    .map(|(to, from)| to.saturating_sub(from));
                within = within.max(lasted);
            }
            Status::OutOfCoverage => {}
        }
    }
    match (pending, within) {
        (true, _) => Verdict::Undecided,
        (false, Some(within)) => Verdict::EventuallyEqual { within },
        (false, None) => Verdict::AlwaysEqual,
    }
}
