//! What was found, in whichever way: two histories compared in one of three modes, or rules checked over one.

use leftfold_compare::{Category, Finding, Hand, Status};
use leftfold_log::LaneBy;

use super::checked::Checked;
use super::correlated::Correlated;
use super::findings::Findings;
use super::mirror::Compared;
use super::projection::Projected;
use crate::error::SessionError;

/// What was found.
pub(crate) enum Made {
    Mirror(Box<Compared>),
    Correlated(Box<Correlated>),
    Projection(Box<Projected>),
    Rules(Box<Checked>),
}

impl Made {
    /// As any of them.
    pub(super) fn of(&self) -> &dyn Findings {
        match self {
            Self::Mirror(compared) => &**compared,
            Self::Correlated(correlated) => &**correlated,
            Self::Projection(projected) => &**projected,
            Self::Rules(checked) => &**checked,
        }
    }

    /// A finding by its number, also of those that were under way at some moment.
    pub(super) fn finding(&self, number: u32) -> Option<Finding> {
        match self {
            Self::Mirror(compared) => compared.finding(number),
            _ => self.of().findings().get(number as usize).copied(),
        }
    }

    /// Both sides' events, where both hold the same ones.
    pub(super) fn mirror(&self) -> Result<&Compared, SessionError> {
        match self {
            Self::Mirror(compared) => Ok(compared),
            _ => Err(SessionError::new(
                "nothing-to-compare",
                "the two sides do not hold the same streams: there are no two states of one stream to compare",
            )),
        }
    }

    /// What findings are listed under: the categories or, of rules, their names.
    pub(super) fn kinds(&self) -> Vec<String> {
        match self {
            Self::Rules(checked) => checked.rules().iter().map(|r| r.category.clone()).collect(),
            _ => Category::ALL.iter().map(|c| c.as_str().to_owned()).collect(),
        }
    }

    /// Under which of these a finding is listed.
    pub(super) fn kind(&self, number: u32, finding: &Finding) -> usize {
        match self {
            Self::Rules(checked) => checked.rule_of(number),
            _ => finding.category as usize,
        }
    }

    /// The name of what a finding is in: a stream or, where events are correlated, a key.
    pub(super) fn name(&self, finding: &Finding) -> &str {
        match self {
            Self::Mirror(compared) => compared.stream_name(finding.stream),
            Self::Correlated(correlated) => correlated.key(finding),
            Self::Projection(projected) => projected.place(finding),
            Self::Rules(checked) => checked.stream_name(finding.stream),
        }
    }

    /// The number of the stream (or key, or row without a stream) that a finding is counted for.
    pub(super) fn subject(&self, finding: &Finding) -> u32 {
        match self {
            Self::Projection(projected) => projected.subject(finding),
            Self::Mirror(_) | Self::Correlated(_) | Self::Rules(_) => finding.stream,
        }
    }

    /// How many streams (or keys, or streams and rows without one) there are.
    pub(super) fn subjects(&self) -> u32 {
        match self {
            Self::Mirror(compared) => compared.comparison.streams.len() as u32,
            Self::Correlated(correlated) => correlated.keys().iter().sum(),
            Self::Projection(projected) => projected.compared().iter().sum::<u64>() as u32,
            Self::Rules(checked) => checked.streams(),
        }
    }

    /// Events of the left and the right side.
    pub(super) fn events(&self) -> [u32; 2] {
        match self {
            Self::Mirror(compared) => [compared.left.side.events(), compared.right.side.events()],
            Self::Correlated(correlated) => {
                [Hand::Left, Hand::Right].map(|hand| correlated.took(hand).events as u32)
            }
            Self::Projection(projected) => [projected.held()[0] as u32, 0],
            Self::Rules(checked) => [checked.events(), 0],
        }
    }

    /// Pairs of events, or rows that have a stream.
    pub(super) fn paired(&self) -> u32 {
        match self {
            Self::Mirror(compared) => compared.comparison.paired,
            Self::Correlated(correlated) => correlated.paired() as u32,
            Self::Projection(projected) => {
                let matched = projected.matching().streams.iter().flatten().count();
                matched as u32
            }
            Self::Rules(_) => 0,
        }
    }

    /// The latest time of both sides.
    pub(super) fn latest(&self) -> Option<i64> {
        match self {
            Self::Mirror(compared) => compared.left.side.latest().max(compared.right.side.latest()),
            Self::Correlated(correlated) => correlated.latest(),
            Self::Projection(projected) => projected.extent().map(|(_, last)| last),
            Self::Rules(checked) => checked.known_until(),
        }
    }

    /// How much later the second of two partners was recorded, ascending, in nanoseconds.
    pub(super) fn lags(&self) -> &[i64] {
        match self {
            Self::Mirror(compared) => &compared.comparison.lags,
            Self::Correlated(correlated) => correlated.lags(),
            Self::Projection(_) | Self::Rules(_) => &[],
        }
    }

    /// The times of a side's events, as far as they take part.
    pub(super) fn times(&self, hand: Hand) -> Vec<i64> {
        match self {
            Self::Mirror(compared) => {
                let side = &compared.side(hand).side;
                (0..side.events()).filter_map(|o| side.time(o)).collect()
            }
            Self::Correlated(correlated) => correlated.times(hand),
            // There it is the index's, if of any side.
            Self::Projection(_) | Self::Rules(_) => Vec::new(),
        }
    }

    /// The time of an event of either side, as far as the comparison itself knows it.
    pub(super) fn time(&self, finding: &Finding) -> Option<i64> {
        match self {
            Self::Mirror(compared) => {
                let left = finding.left.and_then(|o| compared.left.side.time(o));
                let right = || finding.right.and_then(|o| compared.right.side.time(o));
                left.or_else(right)
            }
            _ => None,
        }
    }

    /// The last event of a finding's stream on the left side.
    pub(super) fn last_of_stream(&self, finding: &Finding) -> Option<u32> {
        match self {
            Self::Mirror(compared) => {
                let pair = compared.comparison.streams.get(finding.stream as usize)?;
                compared.left.side.stream_events(pair.left?).last().copied()
            }
            Self::Projection(projected) => {
                let log = projected.log();
                let stream = log.names(LaneBy::Stream).key(projected.place(finding))?;
                log.stream_events(stream).last().copied()
            }
            Self::Correlated(_) | Self::Rules(_) => None,
        }
    }

    /// The side on which the event of a finding was first.
    pub(super) fn earlier(&self, finding: &Finding) -> Hand {
        match (self, finding.left, finding.right) {
            (Self::Mirror(compared), Some(l), Some(r))
                if compared.right.side.time(r) < compared.left.side.time(l) =>
            {
                Hand::Right
            }
            _ => Hand::Left,
        }
    }

    /// A finding as it was at a moment; `None`: it had not begun.
    pub(super) fn at(&self, finding: &Finding, moment: i64) -> Option<Finding> {
        let as_was = finding.at(moment, self.earlier(finding))?;
        // What came too late to belong together had not come.
        let not_yet = finding.healed.is_some() && as_was.healed.is_none();
        Some(match self {
            Self::Mirror(_) => as_was,
            _ if not_yet => Finding {
                right: None,
                ..as_was
            },
            _ => as_was,
        })
    }

    /// Up to when both sides are known as of a moment: as far as what had come by then says.
    pub(super) fn known_as_of(&self, moment: i64) -> Option<i64> {
        match self {
            Self::Mirror(compared) => compared.known_as_of(moment),
            Self::Correlated(correlated) => correlated.known_as_of(moment),
            Self::Projection(projected) => {
                let then = projected.log().latest_by(moment).unwrap_or(moment);
                Some(projected.known_until().map_or(then, |end| end.min(then)))
            }
            Self::Rules(checked) => checked.known_as_of(moment),
        }
    }

    /// Whether a finding of this status makes its stream one that differs.
    pub(super) fn differs(&self, finding: &Finding, status: Status) -> bool {
        let was = status == Status::Healed;
        match self {
            Self::Correlated(_) | Self::Projection(_) if finding.category == Category::ClockSkew => false,
            Self::Correlated(_) => {
                status == Status::Confirmed || was && finding.category == Category::Deadline
            }
            Self::Mirror(_) | Self::Projection(_) => status == Status::Confirmed,
            Self::Rules(_) => status == Status::Confirmed || was,
        }
    }

    /// Whether nothing of either side was looked at.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Mirror(_) => self.events() == [0, 0],
            Self::Correlated(correlated) => {
                [Hand::Left, Hand::Right].map(|hand| correlated.took(hand).taking_part) == [0, 0]
            }
            Self::Projection(_) | Self::Rules(_) => false,
        }
    }

    /// Whether only a part of the left side's events was taken.
    pub(super) fn is_of_a_part(&self) -> bool {
        match self {
            Self::Mirror(compared) => !compared.options.only.is_all(),
            _ => false,
        }
    }

    /// Whether every event of the left side takes part.
    pub(super) fn takes_all(&self) -> bool {
        !matches!(self, Self::Correlated(_))
    }

    /// Where the left events that take part stand in the index, ascending, where these are not all.
    pub(super) fn places(&self) -> Option<Vec<u32>> {
        match self {
            Self::Correlated(correlated) => Some(correlated.places(Hand::Left)),
            _ => None,
        }
    }
}
