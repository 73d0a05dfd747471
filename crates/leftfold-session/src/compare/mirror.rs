//! Two histories that should hold the same events.

use std::path::Path;
use std::sync::Arc;
use std::thread;

use leftfold_compare::{
    Category, CompareError, Comparison, Coverage, Equality, Evidence, Finding, Hand, Identity, IdentityBy,
    MirrorSettings, Verdict, mirror,
};
use leftfold_event::{Cancel, Event, Progress};
use leftfold_source::{EventStore, Unreadable};

use super::findings::Findings;
use super::shown::Shown;
use super::side::{Only, TakenSide};
use crate::error::SessionError;

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
    let take = |(path, store): (&Path, Arc<dyn EventStore>), progress: &Progress| {
        TakenSide::take(
            path,
            store,
            (&options.equality, trusting),
            &options.only,
            cancel,
            progress,
        )
    };
    let (left, right) = thread::scope(|scope| {
        let other = scope.spawn(|| take(right, progress[1]));
        let left = take(left, progress[0]);
        let right = other
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (left, right)
    });
    let (left, right) = (left?, right?);
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
    })
}

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
        side.events(ordinals, cancel, visit).map_err(|e| {
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
    /// Goes back to what was known at a moment, in nanoseconds.
    pub fn go_back_to(&mut self, moment: i64) {
        self.comparison
            .go_back_to(moment, &self.left.side, &self.right.side);
    }

    /// A side.
    pub fn side(&self, hand: Hand) -> &TakenSide {
        match hand {
            Hand::Left => &self.left,
            Hand::Right => &self.right,
        }
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

    fn read(
        &self,
        hand: Hand,
        findings: &[Finding],
        pick: &dyn Fn(&Finding) -> Option<u32>,
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
        self.side(hand).events(&ordinals, cancel, &mut |i, event| {
            read[asked[i].1] = Some(event);
        })?;
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
        let findings: Vec<Finding> = numbers
            .iter()
            .filter_map(|n| self.comparison.findings.get(*n as usize).copied())
            .collect();
        let of_left = |f: &Finding| f.of.filter(|_| f.left.is_some());
        let of_right = |f: &Finding| f.of.filter(|_| f.left.is_none());
        let mut left = self.read(Hand::Left, &findings, &|f| f.left, cancel)?;
        let mut right = self.read(Hand::Right, &findings, &|f| f.right, cancel)?;
        let mut first_left = self.read(Hand::Left, &findings, &of_left, cancel)?;
        let mut first_right = self.read(Hand::Right, &findings, &of_right, cancel)?;
        Ok(findings
            .into_iter()
            .enumerate()
            .map(|(i, finding)| {
                let (left, right) = (left[i].take(), right[i].take());
                let fields = match (&left, &right) {
                    (Some(l), Some(r))
                        if finding.category == Category::Conflict
                            || finding.category == Category::Placement =>
                    {
                        let mut fields = self.options.equality.differences(l, r);
                        if fields.is_empty() && l.version != r.version {
                            let value = |e: &Event| e.version.map(leftfold_event::json::Value::from);
                            fields.push(leftfold_compare::FieldDifference {
                                path: "version".to_owned(),
                                left: value(l),
                                right: value(r),
                            });
                        }
                        fields
                    }
                    _ => Vec::new(),
                };
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
