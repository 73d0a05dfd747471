//! A comparison that was made, in whichever mode.

use std::path::Path;
use std::sync::Arc;

use leftfold_event::{Cancel, Point, Progress};
use leftfold_session::compare::{
    Compared, Correlated, Findings, MirrorOptions, Projected, compare_correlated,
};
use leftfold_session::{Mode, NamedComparison, Session};

use super::{compare, correlated, mirror, projection, side};
use crate::document::Document;
use crate::failure::Outcome;
use crate::front::Front;
use crate::style::Tone;

/// A comparison that was made.
pub(crate) enum Made {
    Mirror(Box<Compared>),
    Correlated(Box<Correlated>),
    Projection(Box<Projected>),
}

/// Makes a comparison of files that are there, with a progress bar. States are compared as they were at a moment, where one is given; other
/// comparisons go back to it afterwards ([`Made::go_back_to`]).
pub(crate) fn make(
    front: &mut Front,
    session: &Session,
    asked: &NamedComparison,
    (paths, stores): ([&Path; 2], [Option<usize>; 2]),
    at: Option<&Point>,
) -> Outcome<Made> {
    let [left, right] = paths;
    match &asked.mode {
        Mode::Mirror => {
            let sides = (
                side(front, session, left, stores[0])?,
                side(front, session, right, stores[1])?,
            );
            let compared = compare(front, (left, sides.0), (right, sides.1), asked.options.clone())?;
            Ok(Made::Mirror(Box::new(compared)))
        }
        Mode::Correlated(by) => {
            let sides = (
                side(front, session, left, stores[0])?,
                side(front, session, right, stores[1])?,
            );
            let cancel = front.interrupt.cancel.clone();
            let progress = [Progress::new(), Progress::new()];
            let work = || {
                compare_correlated(
                    (left, sides.0),
                    (right, sides.1),
                    &Arc::clone(by),
                    asked.options.clone(),
                    &cancel,
                    [&progress[0], &progress[1]],
                )
            };
            let correlated = front.watch("reading both sides, events", &progress, work)?;
            Ok(Made::Correlated(Box::new(correlated)))
        }
        Mode::Projection(by) => {
            let projected = projection::make(front, session, asked, by, (paths, stores), at)?;
            Ok(Made::Projection(Box::new(projected)))
        }
    }
}

impl Made {
    pub(crate) fn found(&self) -> &dyn Findings {
        match self {
            Self::Mirror(compared) => &**compared,
            Self::Correlated(correlated) => &**correlated,
            Self::Projection(projected) => &**projected,
        }
    }

    /// What it comes to, for machines.
    pub(crate) fn summary(&self, cancel: &Cancel) -> Outcome<Document> {
        match self {
            Self::Mirror(compared) => Ok(mirror::summary(compared)),
            Self::Correlated(found) => correlated::summary(found, cancel),
            Self::Projection(projected) => projection::summary(projected, cancel),
        }
    }

    /// Says what makes a verdict worth little.
    pub(crate) fn note(&self, front: &mut Front, options: &MirrorOptions) -> Outcome {
        match self {
            Self::Mirror(compared) => mirror::check_sides(front, options, compared),
            Self::Correlated(found) => correlated::check_sides(front, options, found),
            Self::Projection(projected) => {
                projection::note(front, projected);
                Ok(())
            }
        }
    }

    /// Goes back to what was known at a moment, where it was not made so. The moment, in nanoseconds.
    pub(crate) fn go_back_to(&mut self, at: Option<&Point>) -> Option<i64> {
        let moment = |latest: Option<i64>| match (at?, latest) {
            (Point::Time(at), _) => Some(at.nanos),
            (Point::BeforeEnd { nanos }, Some(latest)) => Some(latest.saturating_sub(*nanos)),
            _ => None,
        };
        match self {
            Self::Mirror(compared) => {
                let latest = compared.left.side.latest().max(compared.right.side.latest());
                let moment = moment(latest)?;
                compared.go_back_to(moment);
                Some(moment)
            }
            Self::Correlated(found) => {
                let moment = moment(found.latest())?;
                found.go_back_to(moment);
                Some(moment)
            }
            Self::Projection(projected) => projected.moment(),
        }
    }

    /// What was compared, and how.
    pub(crate) fn head(&self, front: &mut Front) -> Outcome {
        match self {
            Self::Mirror(compared) => mirror::head(front, compared),
            Self::Correlated(found) => correlated::head(front, found),
            Self::Projection(projected) => projection::head(front, projected),
        }
    }

    /// The verdict in a sentence.
    pub(crate) fn in_words(&self, cancel: &Cancel) -> Outcome<(Tone, String)> {
        match self {
            Self::Mirror(compared) => Ok(mirror::in_words(compared)),
            Self::Correlated(found) => correlated::in_words(found, cancel),
            Self::Projection(projected) => projection::in_words(projected, cancel),
        }
    }
}
