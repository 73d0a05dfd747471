//! A comparison's section.

use leftfold_event::Cancel;
use leftfold_report::{
    Axis, Converging, Count, Disagreeing, Fact, HeadToHead, HeatBy, HeatMap, Panel, Section, SideFacts,
    StreamRow, Strip,
};
use leftfold_session::compare::{
    Category, Compared, Findings, Hand, LENGTHS, MirrorOptions, Series, Shown, Status, StreamFindings, extent,
};
use leftfold_session::duration_text;

use super::{Made, Making, Verdict, fact, heat, related, side_facts};
use crate::compare::Made as Comparison;
use crate::compare::sides::{Done, STATUSES};
use crate::failure::Outcome;
use crate::finding::{Length, event_cell, time};
use crate::front::Front;
use crate::style::{clean, counted, grouped, named};

/// Parts of the time that series have: more than a picture has pixels, so that fitting shows no pattern of its own.
const PARTS: u32 = 4000;

impl Making {
    pub(super) fn comparison(&self, front: &mut Front, done: &Done) -> Outcome<Made> {
        let found = done.compared.found();
        let cancel = front.interrupt.cancel.clone();
        let (tone, verdict) = done.compared.in_words(&cancel)?;
        let Verdict(tone) = tone.into();
        let known = found.known_until();
        let differs = found.findings().iter().any(|f| f.is_certain(known));
        let mut section = Section {
            name: clean(&done.asked.name).into_owned(),
            kind: "comparison",
            verdict: capital(&verdict),
            tone,
            counts: counts(found),
            ..Section::default()
        };
        self.findings(&mut section, &done.compared, &cancel)?;
        match &done.compared {
            Comparison::Mirror(compared) => self.mirror(&mut section, done, compared, &cancel)?,
            Comparison::Correlated(found) => self.correlated(&mut section, done, found, &cancel)?,
            Comparison::Projection(projected) => self.projected(&mut section, done, projected, &cancel)?,
        }
        Ok(Made::checked(section, differs))
    }

    /// Findings with their evidence.
    fn findings(&self, section: &mut Section, compared: &Comparison, cancel: &Cancel) -> Outcome {
        let found = compared.found();
        let all: Vec<u32> = (0..found.findings().len() as u32).collect();
        let shown_count = all.len().min(self.count);
        let shown = found.shown(&all[..shown_count], cancel)?;
        for (number, shown) in all.iter().zip(&shown) {
            section
                .findings
                .push(related::row(compared, *number, shown, cancel)?);
        }
        section.findings_note = left_out(all.len() - shown_count, "finding");
        Ok(())
    }

    /// What of a comparison is told where both sides should hold the same events.
    fn mirror(&self, section: &mut Section, done: &Done, compared: &Compared, cancel: &Cancel) -> Outcome {
        let streams = compared.streams_with_findings();
        let rows = &streams[..streams.len().min(self.count)];
        let firsts: Vec<u32> = rows.iter().map(|s| s.first).collect();
        let firsts = compared.shown(&firsts, cancel)?;
        section.known = known(done, done.asked.options.lag_tolerance);
        section.sides = [Hand::Left, Hand::Right]
            .map(|hand| side(done, compared, hand))
            .into();
        section.panels = compared
            .series(PARTS)
            .map_or_else(Vec::new, |series| panels(compared, series, &streams));
        section.streams = rows
            .iter()
            .zip(firsts)
            .map(|(row, first)| StreamRow {
                name: clean(named(compared.stream_name(row.stream))).into_owned(),
                common: grouped(compared.comparison.streams[row.stream as usize].common.into()),
                ..stream_row(row, &first)
            })
            .collect();
        section.streams_note = left_out(streams.len() - rows.len(), "stream");
        section.how = how(done, compared);
        Ok(())
    }
}

/// A stream or a key with what its first finding is.
pub(super) fn stream_row(row: &StreamFindings, first: &Shown) -> StreamRow {
    StreamRow {
        status: row.status.as_str().to_owned(),
        findings: grouped(row.findings.into()),
        first: clean(&format!("{} {}", first.category.as_str(), event_cell(first)))
            .trim_end()
            .to_owned(),
        since: first.since.map(time).unwrap_or_default(),
        ..StreamRow::default()
    }
}

/// What is not shown, in a sentence.
pub(super) fn left_out(n: usize, what: &str) -> String {
    match n {
        0 => String::new(),
        n => format!(
            "{} left out here; -c shows more.",
            counted(n as u64, &format!("more {what}"))
        ),
    }
}

pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().collect::<String>());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

/// As known when; `lag` is how long what a side lacks is pending, in nanoseconds.
pub(super) fn known(done: &Done, lag: i64) -> String {
    let lag = duration_text(lag);
    match (done.at, done.compared.found().known_until()) {
        (Some(at), _) => format!("As known at {}: what came later had not come.", time(at)),
        (None, Some(until)) => format!(
            "As known at {}, up to which both sides reach; what either side lacked for less than {lag} by then is pending.",
            time(until)
        ),
        (None, None) => "Both sides are taken for complete: nothing is pending.".to_owned(),
    }
}

fn side(done: &Done, compared: &Compared, hand: Hand) -> SideFacts {
    let taken = compared.side(hand);
    let mut facts = vec![
        fact("events", grouped(taken.side.events().into())),
        fact("streams", grouped(taken.side.streams().len() as u64)),
    ];
    match extent(&taken.side) {
        Some((first, last)) => {
            facts.extend([fact("first event", time(first)), fact("last event", time(last))]);
        }
        None => facts.push(fact("times", "no event has one")),
    }
    for lost in taken.unreadable.iter().take(5) {
        facts.push(fact("unreadable", lost.to_string()));
    }
    side_facts(
        hand.as_str(),
        &taken.name,
        &done.paths[hand as usize],
        &taken.store().info().title,
        facts,
    )
}

fn counts(found: &dyn Findings) -> Vec<Count> {
    let number = |n: u32| if n == 0 { String::new() } else { grouped(n.into()) };
    found
        .counts()
        .iter()
        .map(|count| Count {
            category: count.category.as_str().to_owned(),
            by_status: STATUSES.map(|s| number(count.by_status[s as usize])),
        })
        .collect()
}

fn how(done: &Done, compared: &Compared) -> Vec<Fact> {
    let (options, comparison) = (&done.asked.options, &compared.comparison);
    let mut facts = vec![
        fact("mode", "mirror: both sides should hold the same events"),
        fact(
            "identity",
            format!("{}: {}", comparison.identity.as_str(), comparison.identity_reason),
        ),
        fact("paired", counted(comparison.paired.into(), "event")),
    ];
    facts.extend(stated(options));
    facts.push(fact(
        "metadata",
        if options.equality.metadata {
            "compared"
        } else {
            "not compared"
        },
    ));
    let compacted: Vec<&str> = ["left", "right"]
        .into_iter()
        .zip(options.compacted)
        .filter_map(|(hand, is)| is.then_some(hand))
        .collect();
    if !compacted.is_empty() {
        facts.push(fact("compacted", compacted.join(", ")));
    }
    if comparison.shifted > 0 {
        facts.push(fact(
            "shifted",
            format!(
                "in {} the versions are shifted: events there are known by what they say",
                counted(comparison.shifted.into(), "stream")
            ),
        ));
    }
    let convergence = &comparison.convergence;
    if let (Some(p50), Some(p95), Some(longest)) = (
        convergence.quantile(0.5),
        convergence.quantile(0.95),
        convergence.longest(),
    ) {
        facts.push(fact(
            "time to converge",
            format!(
                "median {}, 95 % within {}, longest {}",
                Length(p50),
                Length(p95),
                Length(longest)
            ),
        ));
    }
    facts
}

/// The options that comparisons of every mode have.
pub(super) fn stated(options: &MirrorOptions) -> Vec<Fact> {
    let mut facts = vec![fact("lag tolerance", duration_text(options.lag_tolerance))];
    if options.settled {
        facts.push(fact("settled", "both sides are taken for complete"));
    }
    let ignored = options.equality.ignored.texts();
    facts.push(fact(
        "ignored",
        if ignored.is_empty() {
            "nothing".to_owned()
        } else {
            ignored.join(", ")
        },
    ));
    if let Some(number) = &options.equality.tolerance.number {
        facts.push(fact("number tolerance", number.to_plain_string()));
    }
    if let Some(time) = options.equality.tolerance.time {
        facts.push(fact("time tolerance", duration_text(time)));
    }
    for (name, only) in [
        ("only streams", &options.only.streams),
        ("only categories", &options.only.categories),
        ("only types", &options.only.types),
    ] {
        if !only.is_empty() {
            facts.push(fact(name, only.join(", ")));
        }
    }
    facts
}

fn panels(compared: &Compared, series: Series, streams: &[StreamFindings]) -> Vec<Panel> {
    // The chart's end is written on it: the last moment there is an event, not the first after it.
    let axis = Axis::Time {
        from: series.from,
        to: series.to.saturating_sub(1).max(series.from.saturating_add(1)),
    };
    let names = compared.names().map(|n| clean(n).into_owned());
    let found = !compared.comparison.findings.is_empty();
    let [pending, confirmed, healed, _] = series.by_status;
    let mut panels = vec![Panel::HeadToHead(HeadToHead {
        axis,
        names,
        counts: series.events,
        strip: Strip {
            confirmed,
            pending,
            healed,
        },
    })];
    if series.disagreeing.iter().any(|n| *n > 0) {
        panels.push(Panel::Disagreeing(Disagreeing {
            axis,
            counts: series.disagreeing,
        }));
        panels.push(Panel::Converging(converging(&series.lengths, series.open)));
    }
    if found {
        // Those with the most to see, in the order of the table.
        let mut rows: Vec<&StreamFindings> = streams.iter().collect();
        rows.truncate(heat::ROWS);
        let keys: Vec<u32> = rows.iter().map(|r| r.stream).collect();
        let counts = compared.findings_over_time(&keys, (series.from, series.to), heat::COLUMNS);
        let named = keys
            .iter()
            .map(|k| clean(named(compared.stream_name(*k))).into_owned());
        let strips = counts.into_iter().map(|[pending, confirmed, healed, _]| Strip {
            confirmed,
            pending,
            healed,
        });
        let rows: Vec<(String, Strip)> = named.zip(strips).collect();
        if !rows.is_empty() {
            panels.push(Panel::HeatMap(HeatMap {
                axis,
                more: (streams.len() - rows.len()) as u64,
                rows,
                by: HeatBy::Stream,
            }));
        }
    }
    panels
}

/// Lengths from the first that occurs to the last.
fn converging(lengths: &[u32], open: u32) -> Converging {
    let label = |i: usize| match LENGTHS.get(i) {
        Some(length) => format!("≤ {}", duration_text(*length)),
        None => format!("> {}", duration_text(LENGTHS[LENGTHS.len() - 1])),
    };
    let first = lengths.iter().position(|n| *n > 0).unwrap_or(0);
    let last = lengths.iter().rposition(|n| *n > 0).map_or(first, |l| l + 1);
    Converging {
        bars: (first..last).map(|i| (label(i), lengths[i])).collect(),
        open,
    }
}

/// What a category and a status come to, for a rule's findings.
pub(super) fn counted_by(found: impl Iterator<Item = (Category, Status)>) -> Vec<Count> {
    let mut counts: Vec<(Category, [u64; 4])> = Vec::new();
    for (category, status) in found {
        let at = match counts.iter().position(|(c, _)| *c == category) {
            Some(at) => at,
            None => {
                counts.push((category, [0; 4]));
                counts.len() - 1
            }
        };
        counts[at].1[status as usize] += 1;
    }
    let number = |n: u64| if n == 0 { String::new() } else { grouped(n) };
    counts
        .into_iter()
        .map(|(category, by_status)| Count {
            category: category.as_str().to_owned(),
            by_status: by_status.map(number),
        })
        .collect()
}
