//! Two histories whose events are not the same but belong together, by a key: orders and their invoices.

mod by;
mod kinds;
mod nowhere;
mod repair;
mod taking;
mod witness;

use std::path::Path;
use std::sync::Arc;
use std::thread;

use leftfold_compare::{
    Category, CorrelatedSettings, Correlation, FieldDifference, Finding, Hand, Part, Status, Verdict,
    both_known, correlate, quantile,
};
use leftfold_event::{Cancel, Event, Names, Progress};
use leftfold_log::Evaluation;
use leftfold_source::{EventStore, Unreadable};

use super::findings::{Findings, verdict_of};
use super::mirror::MirrorOptions;
use super::shown::Shown;
use crate::checks::duration_text;
use crate::error::SessionError;
use taking::Taken;

pub use by::{CorrelatedBy, CorrelatedTexts, Equal, SideBy};
pub use repair::CorrelatedRepair;
pub use taking::Took;
pub use witness::{correlated_is_shown, correlated_witness};

/// Two histories compared by what belongs together.
pub struct Correlated {
    sides: [Taken; 2],
    /// The keys by number, of both sides.
    keys: Names,
    parts: [Vec<Part>; 2],
    by: Arc<CorrelatedBy>,
    options: MirrorOptions,
    settings: CorrelatedSettings,
    /// The moment it went back to.
    moment: Option<i64>,
    known_until: Option<i64>,
    found: Correlation,
}

/// Reads both sides at once, then compares them. `progress` is told of events: of the left side, of the right. Of the options, what
/// events are known by and compaction are not used. It is an error where a key, or what takes part, can be said of no event at all.
pub fn compare_correlated(
    left: (&Path, Arc<dyn EventStore>),
    right: (&Path, Arc<dyn EventStore>),
    by: &Arc<CorrelatedBy>,
    options: MirrorOptions,
    cancel: &Cancel,
    progress: [&Progress; 2],
) -> Result<Correlated, SessionError> {
    by.refuse_hidden(0, &*left.1)?;
    by.refuse_hidden(1, &*right.1)?;
    let since = |store: &dyn EventStore| store.holds_since().map(|t| t.map(|t| t.nanos));
    let held = [since(&*left.1)?, since(&*right.1)?];
    let take = |side: (&Path, Arc<dyn EventStore>), hand: Hand| {
        let progress = progress[hand as usize];
        Taken::take(side.0, side.1, (by, hand), &options.only, cancel, progress)
    };
    let (left, right) = thread::scope(|scope| {
        let other = scope.spawn(|| take(right, Hand::Right));
        let left = take(left, Hand::Left);
        let right = other
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (left, right)
    });
    let (mut left, mut right) = (left?, right?);
    for (hand, side) in [(Hand::Left, &left), (Hand::Right, &right)] {
        side.refuse_unusable(by, hand)?;
    }
    let mut keys = std::mem::take(&mut left.keys);
    let theirs = std::mem::take(&mut right.keys);
    let numbers: Vec<u32> = theirs.iter().map(|(_, key)| keys.intern(key).0).collect();
    let mut parts = [std::mem::take(&mut left.parts), std::mem::take(&mut right.parts)];
    for part in &mut parts[1] {
        part.key = numbers[part.key as usize];
    }
    let settings = CorrelatedSettings {
        cardinality: by.cardinality,
        deadline: by.within,
        skew: by.skew,
        lag_tolerance: options.lag_tolerance,
        since: held,
        equality: options.equality.clone(),
        fields: by.equal.iter().map(|e| e.text().to_owned()).collect(),
    };
    let known_until = known([&left, &right], options.settled, None);
    if cancel.is_cancelled() {
        return Err(SessionError::cancelled());
    }
    let [ours, theirs] = &mut parts;
    let found = correlate(ours, theirs, &settings);
    let sides = [left, right];
    nowhere::refuse_absent_fields(by, &sides, &parts, &found, cancel)?;
    Ok(Correlated {
        sides,
        keys,
        parts,
        by: Arc::clone(by),
        options,
        settings,
        moment: None,
        known_until,
        found,
    })
}

/// Up to when both sides are known; `None`: everything is. With a moment, as of then.
fn known([left, right]: [&Taken; 2], settled: bool, moment: Option<i64>) -> Option<i64> {
    if settled && moment.is_none() {
        return None;
    }
    both_known([left, right].map(|side| side.watermark(moment, settled)), moment)
}

impl Correlated {
    /// Up to when both sides are known as of a moment, in nanoseconds.
    pub(super) fn known_as_of(&self, moment: i64) -> Option<i64> {
        let moment = self.moment.map_or(moment, |m| m.min(moment));
        let [left, right] = &self.sides;
        known([left, right], self.options.settled, Some(moment))
    }

    /// Goes back to what was known at a moment, in nanoseconds: what came later had not come.
    pub fn go_back_to(&mut self, moment: i64) {
        let moment = self.moment.map_or(moment, |m| m.min(moment));
        self.moment = Some(moment);
        self.known_until = self.known_as_of(moment);
        for parts in &mut self.parts {
            parts.retain(|p| p.time.is_none_or(|t| t <= moment));
        }
        let [left, right] = &mut self.parts;
        self.found = correlate(left, right, &self.settings);
    }

    /// What a side gave.
    pub fn took(&self, hand: Hand) -> &Took {
        &self.sides[hand as usize].took
    }

    /// How it was compared.
    pub fn by(&self) -> &CorrelatedBy {
        &self.by
    }

    /// How it was compared, as any comparison is.
    pub fn options(&self) -> &MirrorOptions {
        &self.options
    }

    /// Pairs that were made.
    pub fn paired(&self) -> usize {
        self.found.pairs.len()
    }

    /// How many keys there are: on both sides, on the left alone, on the right alone.
    pub fn keys(&self) -> [u32; 3] {
        self.found.keys
    }

    /// How much later the right one of two partners is stamped than a share of the pairs does not exceed, in nanoseconds.
    pub fn lag(&self, share: f64) -> Option<i64> {
        quantile(&self.found.lags, share)
    }

    /// How much later the right one of two partners is stamped, ascending, in nanoseconds.
    pub(super) fn lags(&self) -> &[i64] {
        &self.found.lags
    }

    /// Pairs by their places in their sides' logs: left, right.
    pub(super) fn pairs(&self) -> &[(u32, u32)] {
        &self.found.pairs
    }

    /// The times of what takes part of a side.
    pub(super) fn times(&self, hand: Hand) -> Vec<i64> {
        self.parts[hand as usize].iter().filter_map(|p| p.time).collect()
    }

    /// The places in its side's log of what takes part, ascending.
    pub(super) fn places(&self, hand: Hand) -> Vec<u32> {
        let mut places: Vec<u32> = self.parts[hand as usize].iter().map(|p| p.ordinal).collect();
        places.sort_unstable();
        places
    }

    /// Times and places of what takes part of a side, by time.
    pub(super) fn timed(&self, hand: Hand) -> Vec<(i64, u32)> {
        let parts = self.parts[hand as usize].iter();
        let mut timed: Vec<(i64, u32)> = parts.filter_map(|p| Some((p.time?, p.ordinal))).collect();
        timed.sort_unstable();
        timed
    }

    /// Events of a side that take part, by their places in its log.
    pub(super) fn events_at(
        &self,
        hand: Hand,
        ordinals: &[Option<u32>],
        cancel: &Cancel,
    ) -> Result<Vec<Option<Event>>, SessionError> {
        self.sides[hand as usize].at(ordinals, cancel)
    }

    /// The latest time of all events.
    pub fn latest(&self) -> Option<i64> {
        self.sides[0].latest().max(self.sides[1].latest())
    }

    /// How a side is read, in words.
    pub fn read_as(&self, hand: Hand) -> &str {
        self.sides[hand as usize].read_as()
    }

    /// The first and the last time of what takes part of a side, in nanoseconds.
    pub fn extent(&self, hand: Hand) -> Option<(i64, i64)> {
        let times = || self.parts[hand as usize].iter().filter_map(|p| p.time);
        Some((times().min()?, times().max()?))
    }

    /// The key of a finding.
    pub fn key(&self, finding: &Finding) -> &str {
        self.keys.get(finding.stream)
    }

    /// What is expected beside an event of a side, in words.
    fn expected(&self, hand: Hand) -> String {
        let other = &self.by.sides[hand.other() as usize];
        let what = match &other.when {
            Some(when) => when.text().to_owned(),
            None => format!("an event on the {}", hand.other().as_str()),
        };
        match (hand, self.by.within) {
            (Hand::Left, Some(within)) => format!("{what} is expected within {}", duration_text(within)),
            _ => format!("{what} is expected"),
        }
    }

    fn message(&self, finding: &Finding, [left, right]: [Option<&Event>; 2]) -> Option<String> {
        let time = |event: Option<&Event>| event.and_then(|e| e.time).map(|t| t.nanos);
        match finding.category {
            Category::Missing | Category::Deadline => Some(self.expected(Hand::Left)),
            Category::Extra => {
                let alone = format!("no partner on the left for right {}", called(right?));
                Some(match &self.by.sides[Hand::Left as usize].when {
                    Some(_) => format!("{alone}: {}", self.expected(Hand::Right)),
                    None => alone,
                })
            }
            Category::Cardinality if finding.right.is_none() => Some(format!(
                "{}, {} in all",
                self.expected(Hand::Left),
                self.by.cardinality_text()
            )),
            Category::Cardinality => Some(format!(
                "one too many on the right, {}: {}",
                called(right?),
                self.by.cardinality_text()
            )),
            Category::ClockSkew => {
                let before = time(left)?.checked_sub(time(right)?)?;
                Some(format!(
                    "stamped {} before what it follows",
                    duration_text(before)
                ))
            }
            _ => None,
        }
    }

    /// What two partners say in fields that differ.
    fn differences(&self, finding: &Finding, left: &Event, right: &Event) -> Vec<FieldDifference> {
        let (from, to) = finding.fields;
        let evaluation = Evaluation::new();
        let value = |equal: &Equal, hand: Hand, event: &Event| {
            equal.fields[hand as usize]
                .value(&evaluation, event)
                .ok()
                .flatten()
        };
        self.found.differing[from as usize..to as usize]
            .iter()
            .filter_map(|n| self.by.equal.get(*n as usize))
            .map(|equal| FieldDifference {
                path: equal.text().to_owned(),
                left: value(equal, Hand::Left, left),
                right: value(equal, Hand::Right, right),
            })
            .collect()
    }
}

/// Which event it is: its stream, and its version, place, id or time.
fn called(event: &Event) -> String {
    let stream = (!event.stream.is_empty()).then(|| event.stream.clone());
    let version = event.version.map(|v| format!("v{v}"));
    let kind = (!event.kind.is_empty()).then(|| event.kind.clone());
    let place = match (&event.position, &event.id) {
        (Some(position), _) => Some(format!("#{position}")),
        (None, Some(id)) => Some(format!("id {id}")),
        (None, None) => event.time.map(|t| format!("at {t}")),
    };
    let parts: Vec<String> = [stream, version, kind, place].into_iter().flatten().collect();
    parts.join(" ")
}

impl Findings for Correlated {
    fn mode(&self) -> &'static str {
        "correlated"
    }

    fn names(&self) -> [&str; 2] {
        [&self.sides[0].name, &self.sides[1].name]
    }

    fn findings(&self) -> &[Finding] {
        &self.found.findings
    }

    fn known_until(&self) -> Option<i64> {
        self.known_until
    }

    /// What came too late did not belong together by its deadline.
    fn is_differing(&self, finding: &Finding) -> bool {
        match (self.status(finding), finding.category) {
            (_, Category::ClockSkew) => false,
            (Status::Healed, Category::Deadline) | (Status::Confirmed, _) => true,
            _ => false,
        }
    }

    fn verdict(&self) -> Verdict {
        verdict_of(&self.found.findings, self.known_until)
    }

    fn unreadable(&self) -> [&[Unreadable]; 2] {
        [&self.sides[0].unreadable, &self.sides[1].unreadable]
    }

    fn shown(&self, numbers: &[u32], cancel: &Cancel) -> Result<Vec<Shown>, SessionError> {
        let findings: Vec<Finding> = numbers
            .iter()
            .filter_map(|n| self.found.findings.get(*n as usize).copied())
            .collect();
        let mut left = self.sides[0].events(&findings, |f| f.left, cancel)?;
        let mut right = self.sides[1].events(&findings, |f| f.right, cancel)?;
        Ok(findings
            .into_iter()
            .enumerate()
            .map(|(i, finding)| {
                let (left, right) = (left[i].take(), right[i].take());
                let fields = match (&left, &right) {
                    (Some(l), Some(r)) if finding.category == Category::Conflict => {
                        self.differences(&finding, l, r)
                    }
                    _ => Vec::new(),
                };
                let stream = left.as_ref().or(right.as_ref()).map(|e| e.stream.clone());
                Shown {
                    message: self.message(&finding, [left.as_ref(), right.as_ref()]),
                    key: Some(self.key(&finding).to_owned()),
                    left,
                    right,
                    fields,
                    since: finding.since,
                    healed: finding.healed,
                    ..Shown::new(
                        finding.category,
                        self.status(&finding),
                        stream.unwrap_or_default(),
                    )
                }
            })
            .collect())
    }
}
