//! Two histories that should hold the same events.

use std::path::Path;
use std::sync::Arc;
use std::thread;

use leftfold_compare::{
    Category, CompareError, Comparison, Convergence, Coverage, Equality, Evidence, FieldDifference, Finding,
    Hand, Identity, IdentityBy, MirrorSettings, Verdict, known_until, mirror,
};
use leftfold_event::json::Value;
use leftfold_event::{Cancel, Event, Progress};
use leftfold_source::{EventStore, Unreadable};

use super::findings::Findings;
use super::parts::Parts;
use super::shown::Shown;
use super::side::{How, Only, TakenSide};
use crate::error::SessionError;
use crate::masks::Masks;

/// How two histories are compared.
#[derive(Clone, Debug)]
pub struct MirrorOptions {
    /// What events are known by.
    pub by: IdentityBy,
    /// When two events say the same.
    pub equality: Equality,
    /// How much later an event may be on the other side, in nanoseconds.
    pub lag_tolerance: i64,
    /// Whether both sides are complete, so that nothing is pending.
    pub settled: bool,
    /// Whether a side keeps only the last event of a stream: left, right.
    pub compacted: [bool; 2],
    /// Which events are compared.
    pub only: Only,
}

impl Default for MirrorOptions {
    fn default() -> Self {
        Self {
            by: IdentityBy::Auto,
            equality: Equality::default(),
            lag_tolerance: 30_000_000_000,
            settled: false,
            compacted: [false; 2],
            only: Only::default(),
        }
    }
}

/// A comparison with the way back to the events it is about.
pub struct Compared {
    /// The left side.
    pub left: TakenSide,
    /// The right side.
    pub right: TakenSide,
    /// How it was compared.
    pub options: MirrorOptions,
    /// What was found.
    pub comparison: Comparison,
    /// Which partitions the sides are of.
    pub parts: Parts,
    /// The moment it went back to.
    moment: Option<i64>,
}

/// Reads both sides at once, then compares them. `progress` is told of events: of the left side, of the right.
pub fn compare_mirror(
    left: (&Path, Arc<dyn EventStore>),
    right: (&Path, Arc<dyn EventStore>),
    options: MirrorOptions,
    cancel: &Cancel,
    progress: [&Progress; 2],
) -> Result<Compared, SessionError> {
    let since = |store: &dyn EventStore| store.holds_since().map(|t| t.map(|t| t.nanos));
    let held = [since(&*left.1)?, since(&*right.1)?];
    let trusting = options.by == IdentityBy::Fixed(Identity::Id);
    let mut parts = Parts::of(&*left.1, &*right.1)?;
    let take = |(path, store): (&Path, Arc<dyn EventStore>), hand: Hand, progress: &Progress| {
        let how = How {
            equality: &options.equality,
            trusting,
            parts: parts.numbers[hand as usize].as_deref(),
        };
        TakenSide::take(path, store, how, &options.only, cancel, progress)
    };
    let (left, right) = thread::scope(|scope| {
        let other = scope.spawn(|| take(right, Hand::Right, progress[1]));
        let left = take(left, Hand::Left, progress[0]);
        let right = other
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (left, right)
    });
    let (mut left, mut right) = (left?, right?);
    parts.settle([&mut left.side, &mut right.side]);
    let coverage = |i: usize| Coverage {
        since: held[i],
        compacted: options.compacted[i],
    };
    let settings = MirrorSettings {
        by: options.by,
        equality: options.equality.clone(),
        lag_tolerance: options.lag_tolerance,
        settled: options.settled,
        coverage: [coverage(0), coverage(1)],
    };
    let both = Both {
        left: &left,
        right: &right,
    };
    let comparison = mirror(&left.side, &right.side, &settings, &both, cancel).map_err(|e| match e {
        CompareError::Cancelled => SessionError::cancelled(),
        CompareError::Evidence { hand, source } => match source.downcast::<SessionError>() {
            Ok(e) => *e,
            Err(source) => SessionError::new(
                "source-read",
                format!("the {} side cannot be read: {source}", hand.as_str()),
            ),
        },
        e => SessionError::new("internal", e.to_string()),
    })?;
    Ok(Compared {
        left,
        right,
        options,
        comparison,
        parts,
        moment: None,
    })
}

/// Which event of a finding is read.
type Pick<'a> = &'a dyn Fn(&Finding) -> Option<u32>;

struct Both<'a> {
    left: &'a TakenSide,
    right: &'a TakenSide,
}

impl Evidence for Both<'_> {
    fn read(
        &self,
        hand: Hand,
        ordinals: &[u32],
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, Event),
    ) -> Result<(), CompareError> {
        let side = match hand {
            Hand::Left => self.left,
            Hand::Right => self.right,
        };
        side.unhidden_events(ordinals, cancel, visit).map_err(|e| {
            if e.code == "cancelled" {
                CompareError::Cancelled
            } else {
                CompareError::Evidence {
                    hand,
                    source: Box::new(e),
                }
            }
        })
    }
}

impl Compared {
    /// A finding by its number. Behind the last one come the pairs whose second event came within the tolerance: they are findings only as
    /// known at a moment between the two.
    pub(super) fn finding(&self, number: u32) -> Option<Finding> {
        let findings = &self.comparison.findings;
        let number = number as usize;
        if let Some(finding) = findings.get(number) {
            return Some(*finding);
        }
        let pair = self.comparison.under_way.pairs().get(number - findings.len())?;
        // Streams of both sides have the numbers of the left ones.
        let stream = self.left.side.stream_of(pair.left);
        Some(pair.late(stream, self.options.lag_tolerance))
    }

    /// The numbers of those that were under way at a moment.
    pub(super) fn under_way(&self, moment: i64) -> impl Iterator<Item = u32> {
        let behind = self.comparison.findings.len();
        let at = self.comparison.under_way.at(moment);
        // More than there are numbers for are left out.
        at.filter_map(move |place| u32::try_from(behind + place).ok())
    }

    /// Goes back to what was known at a moment, in nanoseconds.
    pub fn go_back_to(&mut self, moment: i64) {
        let moment = self.moment.map_or(moment, |m| m.min(moment));
        self.moment = Some(moment);
        let sides = (&self.left.side, &self.right.side);
        let how = (self.options.by, self.options.lag_tolerance, self.options.settled);
        self.comparison.go_back_to(moment, sides, how);
    }

    /// Up to when both sides are known as of a moment, in nanoseconds.
    pub(super) fn known_as_of(&self, moment: i64) -> Option<i64> {
        let moment = self.moment.map_or(moment, |m| m.min(moment));
        known_until(
            [&self.left.side, &self.right.side],
            self.options.settled,
            Some(moment),
        )
    }

    /// The latest time of a side, in nanoseconds: as of the moment it went back to, if it did.
    pub fn latest(&self, hand: Hand) -> Option<i64> {
        let side = &self.side(hand).side;
        match self.moment {
            None => side.latest(),
            Some(moment) => {
                let times = (0..side.events()).filter_map(|o| side.time(o));
                times.filter(|time| *time <= moment).max()
            }
        }
    }

    /// A side.
    pub fn side(&self, hand: Hand) -> &TakenSide {
        match hand {
            Hand::Left => &self.left,
            Hand::Right => &self.right,
        }
    }

    /// The partitions that two events are in, where these differ.
    fn partitions(&self, left: u32, right: u32) -> Option<FieldDifference> {
        let (l, r) = (self.left.side.part(left)?, self.right.side.part(right)?);
        let value = |number: u16| self.parts.partition(number).map(|n| Value::from(i64::from(n)));
        (l != r).then(|| FieldDifference {
            path: "partition".to_owned(),
            left: value(l),
            right: value(r),
        })
    }

    /// The name of a stream, by its number.
    pub fn stream_name(&self, number: u32) -> &str {
        match self.comparison.streams.get(number as usize) {
            Some(pair) => match (pair.left, pair.right) {
                (Some(key), _) => self.left.side.streams().get(key),
                (None, Some(key)) => self.right.side.streams().get(key),
                (None, None) => "",
            },
            None => "",
        }
    }

    /// What is hidden on either side.
    fn hidden(&self) -> Result<Masks, SessionError> {
        let of = |hand: Hand| Masks::parse(self.side(hand).store().hidden());
        Ok(of(Hand::Left)?.and(&of(Hand::Right)?))
    }

    fn read(
        &self,
        hand: Hand,
        findings: &[Finding],
        pick: Pick<'_>,
        cancel: &Cancel,
    ) -> Result<Vec<Option<Event>>, SessionError> {
        self.read_as(hand, findings, (pick, false), cancel)
    }

    fn read_as(
        &self,
        hand: Hand,
        findings: &[Finding],
        (pick, unhidden): (Pick<'_>, bool),
        cancel: &Cancel,
    ) -> Result<Vec<Option<Event>>, SessionError> {
        let mut asked: Vec<(u32, usize)> = findings
            .iter()
            .enumerate()
            .filter_map(|(i, f)| Some((pick(f)?, i)))
            .collect();
        asked.sort_unstable();
        let ordinals: Vec<u32> = asked.iter().map(|(o, _)| *o).collect();
        let mut read: Vec<Option<Event>> = Vec::new();
        read.resize_with(findings.len(), || None);
        let mut take = |i: usize, event: Event| read[asked[i].1] = Some(event);
        if unhidden {
            self.side(hand).unhidden_events(&ordinals, cancel, &mut take)?;
        } else {
            self.side(hand).events(&ordinals, cancel, &mut take)?;
        }
        Ok(read)
    }
}

impl Findings for Compared {
    fn mode(&self) -> &'static str {
        "mirror"
    }

    fn names(&self) -> [&str; 2] {
        [&self.left.name, &self.right.name]
    }

    fn findings(&self) -> &[Finding] {
        &self.comparison.findings
    }

    fn known_until(&self) -> Option<i64> {
        self.comparison.known_until
    }

    fn convergence(&self) -> Convergence {
        self.comparison.convergence.clone()
    }

    fn verdict(&self) -> Verdict {
        self.comparison.verdict()
    }

    fn unreadable(&self) -> [&[Unreadable]; 2] {
        [&self.left.unreadable, &self.right.unreadable]
    }

    fn differing(&self) -> usize {
        self.comparison.streams.iter().filter(|s| s.differs).count()
    }

    fn shown(&self, numbers: &[u32], cancel: &Cancel) -> Result<Vec<Shown>, SessionError> {
        let findings: Vec<Finding> = numbers.iter().filter_map(|n| self.finding(*n)).collect();
        let of_left = |f: &Finding| f.of.filter(|_| f.left.is_some());
        let of_right = |f: &Finding| f.of.filter(|_| f.left.is_none());
        let mut left = self.read(Hand::Left, &findings, &|f| f.left, cancel)?;
        let mut right = self.read(Hand::Right, &findings, &|f| f.right, cancel)?;
        let masks = self.hidden()?;
        // What differs is found out by the whole events; their values are hidden after that.
        let mut whole = [Vec::new(), Vec::new()];
        if !masks.is_empty() {
            let of_conflict =
                |f: &Finding| f.category == Category::Conflict || f.category == Category::Placement;
            let pick_left = |f: &Finding| f.left.filter(|_| of_conflict(f));
            let pick_right = |f: &Finding| f.right.filter(|_| of_conflict(f));
            whole = [
                self.read_as(Hand::Left, &findings, (&pick_left, true), cancel)?,
                self.read_as(Hand::Right, &findings, (&pick_right, true), cancel)?,
            ];
        }
        let mut first_left = self.read(Hand::Left, &findings, &of_left, cancel)?;
        let mut first_right = self.read(Hand::Right, &findings, &of_right, cancel)?;
        Ok(findings
            .into_iter()
            .enumerate()
            .map(|(i, finding)| {
                let (left, right) = (left[i].take(), right[i].take());
                let mut fields = match (&left, &right) {
                    (Some(l), Some(r))
                        if finding.category == Category::Conflict
                            || finding.category == Category::Placement =>
                    {
                        let mut fields = match (
                            whole[0].get(i).and_then(Option::as_ref),
                            whole[1].get(i).and_then(Option::as_ref),
                        ) {
                            (Some(l), Some(r)) => self.options.equality.differences(l, r),
                            _ => self.options.equality.differences(l, r),
                        };
                        for field in &mut fields {
                            masks.hide_difference(field);
                        }
                        if fields.is_empty() && l.version != r.version {
                            let value = |e: &Event| e.version.map(Value::from);
                            fields.push(FieldDifference {
                                path: "version".to_owned(),
                                left: value(l),
                                right: value(r),
                            });
                        }
                        fields
                    }
                    _ => Vec::new(),
                };
                if finding.category == Category::Placement
                    && let (Some(l), Some(r)) = (finding.left, finding.right)
                    && let Some(difference) = self.partitions(l, r)
                {
                    fields.insert(0, difference);
                }
                let stream = self.stream_name(finding.stream).to_owned();
                Shown {
                    of: first_left[i].take().or_else(|| first_right[i].take()),
                    left,
                    right,
                    fields,
                    since: finding.since,
                    healed: finding.healed,
                    ..Shown::new(finding.category, self.comparison.status(&finding), stream)
                }
            })
            .collect())
    }
}
