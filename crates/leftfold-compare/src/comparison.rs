//! What was found between two sides, and what it comes to.

use rustc_hash::FxHashMap;

use crate::convergence::{Convergence, UnderWay, Verdict, quantile};
use crate::finding::{Category, Finding, Hand, Status, in_order};
use crate::mirror::{IdentityBy, known_until, pairs_at};
use crate::side::{Identity, Side};

/// A stream of either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamPair {
    /// Its key on the left side.
    pub left: Option<u32>,
    /// Its key on the right side.
    pub right: Option<u32>,
    /// Events that both sides have in common from the beginning on, in the same order.
    pub common: u32,
    /// Whether something in it is a divergence for certain, and has not healed.
    pub differs: bool,
}

/// Where a comparison's sides part first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct First {
    /// The finding, by its number.
    pub finding: u32,
    /// The stream, by its number.
    pub stream: u32,
}

/// What was found between two sides.
#[derive(Debug)]
pub struct Comparison {
    /// What events were known by.
    pub identity: Identity,
    /// Why, in a sentence.
    pub identity_reason: String,
    /// The streams: the left side's by key, then what only the right side has.
    pub streams: Vec<StreamPair>,
    /// By beginning (what has no time last), then by stream and place. The numbers of findings are places in this.
    pub findings: Vec<Finding>,
    /// Names of the fields that conflicts are about, each once.
    pub paths: Vec<String>,
    /// What the findings' `fields` point into: numbers of `paths`.
    pub fields: Vec<u32>,
    /// Events that have a partner.
    pub paired: u32,
    /// How much later the second of two partners was recorded, for each pair with two times, ascending, in nanoseconds.
    pub lags: Vec<i64>,
    /// Streams in which events were known by what they say, because their versions are shifted.
    pub shifted: u32,
    /// Up to when both sides are known, in nanoseconds; `None`: everything is.
    pub known_until: Option<i64>,
    /// When streams disagreed.
    pub convergence: Convergence,
    /// What was awaited at any moment and came within the tolerance.
    pub under_way: UnderWay,
}

impl Comparison {
    /// The names of the fields a finding is about.
    pub fn fields_of(&self, finding: &Finding) -> impl Iterator<Item = &str> {
        let (from, to) = finding.fields;
        self.fields[from as usize..to as usize]
            .iter()
            .map(|f| self.paths[*f as usize].as_str())
    }

    /// The lag that a share of the pairs does not exceed (0.5: the median), in nanoseconds.
    pub fn lag(&self, share: f64) -> Option<i64> {
        quantile(&self.lags, share)
    }

    /// Goes back to what was known at a moment: what had not begun is left out, what had not healed had not, and of pairs there are those of
    /// which both had come. What came within the tolerance afterwards was awaited then. `by`, `lag_tolerance` and `settled` are what was asked
    /// for when the comparison was made. Both sides are known as far as what had come says.
    pub fn go_back_to(
        &mut self,
        moment: i64,
        (left, right): (&Side, &Side),
        (by, lag_tolerance, settled): (IdentityBy, i64, bool),
    ) {
        let pairs = pairs_at((left, right), (by, self.identity, lag_tolerance), moment);
        (self.paired, self.lags) = (pairs.paired, pairs.lags);
        self.known_until = known_until([left, right], settled, Some(moment));
        let earlier = |f: &Finding| match (f.left, f.right) {
            (Some(l), Some(r)) if right.time(r) < left.time(l) => Hand::Right,
            _ => Hand::Left,
        };
        self.findings = self
            .findings
            .iter()
            .chain(&pairs.under_way)
            .filter_map(|f| f.at(moment, earlier(f)))
            .collect();
        in_order(&mut self.findings);
        self.convergence = self.convergence.at(moment);
        // They are findings now.
        self.under_way = UnderWay::default();
        self.settle(left, right);
    }

    /// Says of each stream whether it differs, and how much of it is in common.
    pub(crate) fn settle(&mut self, left: &Side, right: &Side) {
        let known = self.known_until;
        for stream in &mut self.streams {
            stream.differs = false;
        }
        for finding in &self.findings {
            let stream = &mut self.streams[finding.stream as usize];
            stream.differs |= finding.status(known) == Status::Confirmed;
        }
        let mut places: FxHashMap<u32, u32> = FxHashMap::default();
        for finding in self.findings.iter().filter(|f| f.category != Category::Late) {
            // What is in another stream on one side has a place in that one.
            let own = |side: &Side, stream: Option<u32>, ordinal: Option<u32>| {
                let is_here = |o: &u32| Some(side.stream_of(*o)) == stream;
                ordinal.filter(is_here).map(|o| side.place(o))
            };
            let pair = self.streams[finding.stream as usize];
            let place = own(left, pair.left, finding.left)
                .into_iter()
                .chain(own(right, pair.right, finding.right))
                .min();
            if let Some(place) = place {
                let least = places.entry(finding.stream).or_insert(place);
                *least = place.min(*least);
            }
        }
        // Chains see what is tolerated, and do not see metadata; what was found says where they part. Where nothing was, all is in common.
        for (number, stream) in self.streams.iter_mut().enumerate() {
            let all = match (stream.left, stream.right) {
                (Some(l), Some(r)) => left.stream_events(l).len().min(right.stream_events(r).len()),
                _ => 0,
            };
            stream.common = match places.get(&(number as u32)) {
                Some(place) => *place,
                None => all as u32,
            };
        }
    }

    /// How certain a finding is in the end.
    pub fn status(&self, finding: &Finding) -> Status {
        finding.status(self.known_until)
    }

    /// The first finding that is certain, by the time it began: one that still is, if there is one, else one that has healed.
    pub fn first(&self) -> Option<First> {
        let certain = |f: &Finding| f.is_certain(self.known_until);
        let confirmed = |f: &Finding| certain(f) && self.status(f) == Status::Confirmed;
        let first = self.findings.iter().position(confirmed);
        first
            .or_else(|| self.findings.iter().position(certain))
            .map(|i| First {
                finding: i as u32,
                stream: self.findings[i].stream,
            })
    }

    /// What it comes to.
    pub fn verdict(&self) -> Verdict {
        let (mut confirmed, mut pending) = (false, false);
        for finding in &self.findings {
            match self.status(finding) {
                Status::Confirmed if finding.category != Category::ClockSkew => confirmed = true,
                Status::Pending => pending = true,
                _ => {}
            }
        }
        match (confirmed, pending, self.convergence.longest()) {
            (true, ..) => Verdict::Never,
            (_, true, _) => Verdict::Undecided,
            (.., Some(within)) => Verdict::EventuallyEqual { within },
            _ => Verdict::AlwaysEqual,
        }
    }
}
