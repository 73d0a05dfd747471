//! When streams (or keys, or rows) disagreed and for how long, for machines.

use leftfold_session::compare::{Findings, LENGTHS};

use super::SHARES;
use crate::document::{Document, list, number};
use crate::finding::{seconds, time};

/// Equal parts of the time in which they disagreed.
const PARTS: u32 = 60;

/// How long they disagreed, and how many did over time: of any comparison.
pub(super) fn agreement(found: &dyn Findings) -> Document {
    let convergence = found.convergence();
    let mut lengths = Document::new()
        .with("healed", number(convergence.healed() as u64))
        .with("open", number(convergence.open() as u64));
    for (name, share) in SHARES {
        lengths = lengths.maybe(name, convergence.quantile(share).map(seconds));
    }
    let counts = convergence.histogram(&LENGTHS);
    let bounds = LENGTHS.into_iter().map(Some).chain([None]);
    let classes = bounds.zip(counts).map(|(bound, count)| {
        Document::new()
            .maybe("up_to", bound.map(seconds))
            .with("count", number(count))
    });
    if convergence.healed() > 0 {
        lengths = lengths.with("lengths", list(classes));
    }
    let document = Document::new().with("time_to_converge", lengths);
    let Some(from) = convergence.intervals.first().map(|i| i.from) else {
        return document;
    };
    let moments = convergence.intervals.iter().map(|i| i.to.unwrap_or(i.from));
    let to = moments.chain(found.known_until()).max().unwrap_or(from);
    // The last moment is in the last part.
    let to = to.max(from).saturating_add(1);
    let series = convergence.series(from, to, PARTS);
    document.with(
        "disagreeing",
        Document::new()
            .with("from", time(from))
            .with("to", time(to - 1))
            .with("most", list(series.into_iter().map(number))),
    )
}
