//! What two sides whose events belong together come to, for a person and for machines.

use std::io::Write as _;

use leftfold_event::Cancel;
use leftfold_session::compare::{Correlated, Findings as _, Hand, MirrorOptions, Shown, Verdict};
use leftfold_session::duration_text;

use super::agreement::agreement;
use super::{SHARES, counted_findings, verdict};
use crate::document::{Document, number, stated};
use crate::failure::{Failure, Outcome};
use crate::finding::{Length, seconds, time};
use crate::front::Front;
use crate::style::{Tone, clean, counted, grouped, named};

/// Types told where nothing takes part.
const NAMED: usize = 12;

const SIDES: [(Hand, &str); 2] = [(Hand::Left, "left "), (Hand::Right, "right")];

/// Says what of the sides makes a verdict worth little.
pub(super) fn check_sides(front: &mut Front, options: &MirrorOptions, found: &Correlated) -> Outcome {
    if SIDES.iter().all(|(hand, _)| found.took(*hand).taking_part == 0) {
        let narrowed = if options.only.is_all() {
            ""
        } else {
            " in the streams, categories and types that are to be compared"
        };
        let mut unknown: Vec<String> = Vec::new();
        for ((hand, _), name) in SIDES.iter().zip(found.names()) {
            let types = found.by().unknown_types(*hand, &found.took(*hand).names);
            unknown.extend(types.into_iter().map(|told| format!("; {name}: {told}")));
        }
        return Err(Failure::new(
            "no-such-lane",
            format!(
                "no event of either side takes part{narrowed}{}; `leftfold inspect` lists the types",
                unknown.concat()
            ),
        ));
    }
    for (hand, name) in [Hand::Left, Hand::Right].into_iter().zip(found.names()) {
        let took = found.took(hand);
        if took.is_empty() {
            let types: Vec<&str> = took.names.iter().map(String::as_str).take(NAMED).collect();
            let more = if took.names.len() > types.len() {
                ", …"
            } else {
                ""
            };
            let types = if types.is_empty() {
                String::new()
            } else {
                format!("; there are {}{more}", types.join(", "))
            };
            let unknown = found.by().unknown_types(hand, &took.names);
            let unknown: Vec<String> = unknown.iter().map(|told| format!("; {told}")).collect();
            front.note(format!(
                "{name}: of {} on the {} side none takes part{types}{}",
                counted(took.events, "event"),
                hand.as_str(),
                unknown.concat()
            ));
        }
        if took.keyless > 0 {
            front.note(format!(
                "{name}: {} that would take part {} left out: no {}",
                counted(took.keyless, "event"),
                if took.keyless == 1 { "is" } else { "are" },
                found.by().sides[hand as usize].key.text()
            ));
        }
        if let Some(why) = &took.first_failure {
            front.note(format!(
                "{name}: {} could not be judged: {why}",
                counted(took.failed, "event")
            ));
        }
    }
    Ok(())
}

/// The first finding that is certain, with its evidence.
fn first(found: &Correlated, cancel: &Cancel) -> Outcome<Option<Shown>> {
    let number: Vec<u32> = found.first().into_iter().collect();
    Ok(found.shown(&number, cancel)?.pop())
}

/// What it comes to, for machines.
pub(super) fn summary(found: &Correlated, cancel: &Cancel) -> Outcome<Document> {
    let [left, right] = found.names();
    let (by, options) = (found.by(), found.options());
    let mut lag = Document::new();
    for (name, share) in SHARES {
        lag = lag.maybe(name, found.lag(share).map(seconds));
    }
    let events = |hand: Hand| {
        let took = found.took(hand);
        Document::new()
            .with("all", number(took.events))
            .with("taking_part", number(took.taking_part))
            .maybe("without_key", (took.keyless > 0).then(|| number(took.keyless)))
            .maybe("failed", (took.failed > 0).then(|| number(took.failed)))
    };
    let [both, left_only, right_only] = found.keys();
    let first = first(found, cancel)?.map(|first| {
        Document::new()
            .with("category", first.category.as_str())
            .maybe("key", first.key.as_deref())
            .maybe("stream", stated(&first.stream))
            .maybe("time", first.since.map(time))
    });
    let document = Document::new()
        .with("mode", found.mode())
        .with("left", left)
        .with("right", right);
    Ok(verdict(found.verdict(), document)
        .with("cardinality", by.cardinality_text())
        .maybe("deadline", by.within.map(seconds))
        .with("lag_tolerance", seconds(options.lag_tolerance))
        .with(
            "events",
            Document::new()
                .with("left", events(Hand::Left))
                .with("right", events(Hand::Right))
                .with("paired", number(found.paired() as u64)),
        )
        .with(
            "keys",
            Document::new()
                .with("both", number(both))
                .with("left_only", number(left_only))
                .with("right_only", number(right_only))
                .with("differing", number(found.differing() as u64)),
        )
        .with("findings", counted_findings(found))
        .maybe("first", first)
        .maybe("known_until", found.known_until().map(time))
        .with("lag", lag)
        .and(agreement(found)))
}

/// What was compared, and how.
pub(super) fn head(front: &mut Front, found: &Correlated) -> Outcome {
    let paint = front.paint;
    for ((hand, mark), name) in SIDES.into_iter().zip(found.names()) {
        let (took, side) = (found.took(hand), &found.by().sides[hand as usize]);
        let which = side.when.as_ref().map_or("", |w| w.text());
        let line = format!(
            "{} of {} take part{}{which}, by {}",
            grouped(took.taking_part),
            counted(took.events, "event"),
            if which.is_empty() { "" } else { ": " },
            side.key.text()
        );
        writeln!(
            front.out,
            "{} {}  {}",
            paint.with(Tone::Dim, mark),
            paint.with(Tone::Title, &clean(name)),
            paint.with(Tone::Dim, &clean(&line))
        )?;
    }
    let by = found.by();
    let within = by.within.map(|w| format!(" within {}", duration_text(w)));
    let known = found
        .known_until()
        .map(|until| format!("; both known until {}", time(until)));
    let line = format!(
        "{} left to right{}, {}{}",
        by.cardinality_text(),
        within.unwrap_or_default(),
        counted(found.paired() as u64, "pair"),
        known.unwrap_or_default()
    );
    writeln!(front.out, "{}", paint.with(Tone::Dim, &clean(&line)))?;
    Ok(())
}

/// The verdict in a sentence.
pub(super) fn in_words(found: &Correlated, cancel: &Cancel) -> Outcome<(Tone, String)> {
    Ok(match found.verdict() {
        Verdict::AlwaysEqual => (Tone::Good, "everything has what belongs to it".to_owned()),
        Verdict::EventuallyEqual { within } => (
            Tone::Good,
            format!(
                "everything has what belongs to it in the end; the latest came after {}",
                Length(within)
            ),
        ),
        Verdict::Undecided => (
            Tone::Notice,
            "undecided: what is lacking may still come (--settled, if both sides are complete)".to_owned(),
        ),
        Verdict::Never => {
            let first = first(found, cancel)?.map(|first| {
                let since = first.since.map(|t| format!(" at {}", time(t)));
                format!(
                    "; first {} in {}{}",
                    clean(first.key.as_deref().unwrap_or_default()),
                    clean(named(&first.stream)),
                    since.unwrap_or_default()
                )
            });
            let keys: u32 = found.keys().iter().sum();
            (
                Tone::Bad,
                format!(
                    "they do not belong together for {} of {}{}",
                    grouped(found.differing() as u64),
                    counted(keys.into(), "key"),
                    first.unwrap_or_default()
                ),
            )
        }
    })
}
