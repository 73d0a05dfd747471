//! What two sides that should hold the same events come to, for a person and for machines.

use std::io::Write as _;

use leftfold_session::compare::{Compared, Hand, MirrorOptions, Verdict};

use super::agreement::agreement;
use super::{SHARES, counted_findings, verdict};
use crate::document::{Document, number, stated};
use crate::failure::{Failure, Outcome};
use crate::finding::{Length, seconds, time};
use crate::front::Front;
use crate::style::{Tone, clean, counted, grouped, named};

/// Says what of the sides makes a verdict worth little.
pub(super) fn check_sides(front: &mut Front, options: &MirrorOptions, compared: &Compared) -> Outcome {
    let sides = [Hand::Left, Hand::Right].map(|hand| (hand, compared.side(hand)));
    let narrowed = !options.only.is_all();
    if narrowed && sides.iter().all(|(_, side)| side.side.events() == 0) {
        return Err(Failure::new(
            "no-such-lane",
            "no event of either side is in the streams, categories and types that are to be compared; `leftfold streams` lists them",
        ));
    }
    for (hand, side) in sides {
        let (events, known) = (side.side.events(), side.side.having(compared.comparison.identity));
        if events == 0 {
            front.note(format!(
                "{}: the {} side holds no event to compare",
                side.name,
                hand.as_str()
            ));
        } else if known < events {
            front.note(format!(
                "{}: {} of {} have no {}; these are known by what they say",
                side.name,
                grouped(u64::from(events - known)),
                counted(events.into(), "event"),
                compared.comparison.identity.as_str()
            ));
        }
    }
    if let Some(note) = &compared.parts.note {
        front.note(note);
    }
    let lags = &compared.comparison.lags;
    if let Some(least) = lags
        .first()
        .filter(|least| **least > options.lag_tolerance && lags.len() > 1)
    {
        front.note(format!(
            "every event was recorded {} or more apart on the two sides: other clocks or time zones? (--lag-tolerance says how much is well)",
            Length(*least)
        ));
    }
    let some = sides.iter().all(|(_, side)| side.side.events() > 0);
    if some && !options.settled && compared.comparison.known_until.is_none() {
        front.note(
            "a side has no times: what it lacks is taken for a divergence at once, and nothing is pending",
        );
    }
    if compared.comparison.shifted > 0 {
        front.note(format!(
            "in {} the versions are shifted against each other: events there are known by what they say (--identity version forbids that)",
            counted(compared.comparison.shifted.into(), "stream")
        ));
    }
    Ok(())
}

/// What a comparison comes to, for machines.
pub(crate) fn summary(compared: &Compared) -> Document {
    let comparison = &compared.comparison;
    let streams = &comparison.streams;
    let with = |pick: &dyn Fn(&leftfold_session::compare::StreamPair) -> bool| {
        number(streams.iter().filter(|s| pick(s)).count() as u64)
    };
    let first = comparison.first().map(|first| {
        let finding = &comparison.findings[first.finding as usize];
        Document::new()
            .with("category", finding.category.as_str())
            .maybe("stream", stated(compared.stream_name(first.stream)))
            .with("common", number(streams[first.stream as usize].common))
            .maybe("time", finding.since.map(time))
    });
    let mut lag = Document::new();
    for (name, share) in SHARES {
        lag = lag.maybe(name, comparison.lag(share).map(seconds));
    }
    let document = Document::new()
        .with("mode", "mirror")
        .with("left", compared.left.name.as_str())
        .with("right", compared.right.name.as_str());
    verdict(comparison.verdict(), document)
        .with("identity", comparison.identity.as_str())
        .with("identity_reason", comparison.identity_reason.as_str())
        .with(
            "events",
            Document::new()
                .with("left", number(compared.left.side.events()))
                .with("right", number(compared.right.side.events()))
                .with("paired", number(comparison.paired)),
        )
        .with(
            "streams",
            Document::new()
                .with("both", with(&|s| s.left.is_some() && s.right.is_some()))
                .with("left_only", with(&|s| s.right.is_none()))
                .with("right_only", with(&|s| s.left.is_none()))
                .with("differing", with(&|s| s.differs)),
        )
        .with("findings", counted_findings(compared))
        .maybe("first", first)
        .maybe("known_until", comparison.known_until.map(time))
        .with("lag", lag)
        .and(agreement(compared))
}

/// What was compared, and how.
pub(super) fn head(front: &mut Front, compared: &Compared) -> Outcome {
    let (paint, comparison) = (front.paint, &compared.comparison);
    for (hand, mark) in [(Hand::Left, "left "), (Hand::Right, "right")] {
        let side = compared.side(hand);
        writeln!(
            front.out,
            "{} {}  {}",
            paint.with(Tone::Dim, mark),
            paint.with(Tone::Title, &clean(&side.name)),
            paint.with(
                Tone::Dim,
                &format!(
                    "{} in {}",
                    counted(side.side.events().into(), "event"),
                    counted(side.side.streams().len() as u64, "stream")
                )
            )
        )?;
    }
    let known = match comparison.known_until {
        Some(until) => format!("; both known until {}", time(until)),
        None => String::new(),
    };
    let line = format!(
        "events are known by their {} ({}){known}",
        comparison.identity.as_str(),
        comparison.identity_reason
    );
    writeln!(front.out, "{}", paint.with(Tone::Dim, &line))?;
    Ok(())
}

/// The verdict in a sentence.
pub(super) fn in_words(compared: &Compared) -> (Tone, String) {
    let comparison = &compared.comparison;
    let streams = comparison.streams.iter().filter(|s| s.differs).count() as u64;
    match comparison.verdict() {
        Verdict::AlwaysEqual => (Tone::Good, "always equal".to_owned()),
        Verdict::EventuallyEqual { within } => (
            Tone::Good,
            format!(
                "eventually equal: no stream stayed different for longer than {}{}",
                Length(within),
                comparison.lag(1.0).map_or_else(String::new, |lag| format!(
                    ", no event came later than {}",
                    Length(lag)
                ))
            ),
        ),
        Verdict::Undecided => {
            let ends = [Hand::Left, Hand::Right].map(|hand| compared.latest(hand));
            let behind = match ends {
                [Some(l), Some(r)] if l != r => format!(
                    "; the {} side ends {} before the other (--settled, if both are complete)",
                    if l < r { "left" } else { "right" },
                    Length(l.abs_diff(r).min(i64::MAX as u64) as i64)
                ),
                _ => String::new(),
            };
            (
                Tone::Notice,
                format!("undecided: of what differs it cannot be known yet whether it is late{behind}"),
            )
        }
        Verdict::Never => {
            let first = comparison.first().map(|first| {
                let finding = &comparison.findings[first.finding as usize];
                let since = finding.since.map(|t| format!(" at {}", time(t)));
                format!(
                    "; first in {}{}, after {} in common",
                    clean(named(compared.stream_name(first.stream))),
                    since.unwrap_or_default(),
                    counted(comparison.streams[first.stream as usize].common.into(), "event")
                )
            });
            (
                Tone::Bad,
                format!(
                    "never equal: they differ in {} of {}{}",
                    grouped(streams),
                    counted(comparison.streams.len() as u64, "stream"),
                    first.unwrap_or_default()
                ),
            )
        }
    }
}
