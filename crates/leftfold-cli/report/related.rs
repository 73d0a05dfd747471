//! What is told of comparisons in which the sides do not hold the same events: of what belongs together by a key, and of states and rows.

use leftfold_event::Cancel;
use leftfold_event::json::Value;
use leftfold_report::{Fact, FindingRow, HeatBy, Section, StreamRow};
use leftfold_session::compare::{
    Correlated, Equal, Finding, Findings, Hand, Projected, RowsFrom, Shown, Status, streams_with_findings,
};
use leftfold_session::duration_text;

use super::comparison::{capital, known, left_out, stated, stream_row};
use super::{EVENT, Making, bounded, fact, finding_row, heat, side_facts};
use crate::compare::projection::{columns, known_by, of_table, place};
use crate::compare::sides::Done;
use crate::compare::{Made as Comparison, SHARES};
use crate::failure::Outcome;
use crate::finding::{Length, in_words, time};
use crate::style::{clean, counted, grouped, named};

/// A finding of a comparison as the report shows it.
pub(super) fn row(compared: &Comparison, number: u32, shown: &Shown, cancel: &Cancel) -> Outcome<FindingRow> {
    let names = compared.found().names();
    Ok(match compared {
        Comparison::Mirror(_) => finding_row(number, shown, names, ["left", "right"]),
        Comparison::Correlated(_) => {
            let mut row = finding_row(number, shown, names, ["left", "right"]);
            // They are two events, which may be of two streams.
            if let (Some(left), Some(right)) = (&shown.left, &shown.right) {
                row.stream = clean(&pair(named(&left.stream), named(&right.stream))).into_owned();
                row.event = clean(&pair(&in_words(left), &in_words(right))).into_owned();
            }
            row
        }
        Comparison::Projection(projected) => {
            let of_row = shown.of_row.as_deref();
            let event = match of_row.and_then(|row| row.behind) {
                Some(_) => "the first event that the row lacks",
                None => "the last event that set what differs",
            };
            let mut row = finding_row(number, shown, names, [event, "right"]);
            let finding = projected.findings().get(number as usize);
            let state = match finding {
                Some(finding) => projected.state(finding, cancel)?,
                None => None,
            };
            let whole = |name: &str, value: &Value| Fact {
                name: name.to_owned(),
                value: clean(&bounded(&value.to_string(), EVENT)).into_owned(),
            };
            let values = [
                ("state", state.as_ref()),
                ("row", of_row.and_then(|row| row.row.as_ref())),
            ];
            let values = values
                .into_iter()
                .filter_map(|(name, value)| Some(whole(name, value?)));
            row.evidence.splice(0..0, values);
            row
        }
    })
}

/// Both, or what they are both.
fn pair(left: &str, right: &str) -> String {
    if left == right {
        left.to_owned()
    } else {
        format!("{left} → {right}")
    }
}

/// The time from the first of both to the last.
fn span(extents: [Option<(i64, i64)>; 2]) -> Option<(i64, i64)> {
    let all = || extents.iter().flatten();
    Some((all().map(|e| e.0).min()?, all().map(|e| e.1).max()?))
}

fn extent_facts(extent: Option<(i64, i64)>) -> Vec<Fact> {
    match extent {
        Some((first, last)) => vec![fact("first event", time(first)), fact("last event", time(last))],
        None => vec![fact("times", "no event has one")],
    }
}

/// Findings that are drawn: what each is called, and when it began.
fn began<'f>(
    found: &'f dyn Findings,
    called: impl Fn(&'f Finding) -> &'f str,
) -> impl Iterator<Item = (&'f str, i64, Status)> {
    let expected = found
        .findings()
        .iter()
        .filter(|f| found.status(f) != Status::OutOfCoverage);
    expected.filter_map(move |f| Some((called(f), f.since?, found.status(f))))
}

impl Making {
    /// Where findings are, by key or stream, with the first of each.
    fn places(
        &self,
        section: &mut Section,
        found: &dyn Findings,
        called: &dyn Fn(&Shown) -> String,
        cancel: &Cancel,
    ) -> Outcome {
        let all = streams_with_findings(found);
        let rows = &all[..all.len().min(self.count)];
        let firsts: Vec<u32> = rows.iter().map(|s| s.first).collect();
        let firsts = found.shown(&firsts, cancel)?;
        let rows = rows.iter().zip(firsts).map(|(row, first)| StreamRow {
            name: clean(&called(&first)).into_owned(),
            ..stream_row(row, &first)
        });
        section.streams = rows.collect();
        let what = if section.by_key { "key" } else { "stream" };
        section.streams_note = left_out(all.len() - section.streams.len(), what);
        Ok(())
    }

    /// What of a comparison is told where events belong together by a key.
    pub(super) fn correlated(
        &self,
        section: &mut Section,
        done: &Done,
        found: &Correlated,
        cancel: &Cancel,
    ) -> Outcome {
        section.by_key = true;
        let by = found.by();
        section.known = known(done, by.within.unwrap_or(done.asked.options.lag_tolerance));
        let called = |first: &Shown| first.key.clone().unwrap_or_default();
        self.places(section, found, &called, cancel)?;
        section.sides = [Hand::Left, Hand::Right]
            .map(|hand| {
                let took = found.took(hand);
                let mut facts = vec![
                    fact("events", grouped(took.events)),
                    fact("take part", grouped(took.taking_part)),
                ];
                for (name, n) in [("without a key", took.keyless), ("not judged", took.failed)] {
                    if n > 0 {
                        facts.push(fact(name, grouped(n)));
                    }
                }
                if let Some(why) = &took.first_failure {
                    facts.push(fact("the first not judged", why));
                }
                facts.extend(extent_facts(found.extent(hand)));
                for lost in found.unreadable()[hand as usize].iter().take(5) {
                    facts.push(fact("unreadable", lost.to_string()));
                }
                let place = hand as usize;
                let (name, path) = (found.names()[place], &done.paths[place]);
                side_facts(hand.as_str(), name, path, found.read_as(hand), facts)
            })
            .into();
        let times = span([Hand::Left, Hand::Right].map(|hand| found.extent(hand)));
        let map = times.and_then(|times| heat::map(began(found, |f| found.key(f)), times, HeatBy::Key));
        section.panels.extend(map);
        section.how = how_correlated(done, found);
        Ok(())
    }

    /// What of a comparison is told where rows should hold states.
    pub(super) fn projected(
        &self,
        section: &mut Section,
        done: &Done,
        projected: &Projected,
        cancel: &Cancel,
    ) -> Outcome {
        let as_of = place(projected, cancel)?;
        let known = match (done.at, projected.known_until()) {
            (Some(at), _) => format!("As known at {}: what came later does not count.", time(at)),
            (None, Some(until)) => format!(
                "As known at {}; what a row lacked for less than {} by then is pending.",
                time(until),
                duration_text(done.asked.options.lag_tolerance)
            ),
            (None, None) => "The rows are taken for up to date: nothing is pending.".to_owned(),
        };
        section.known = format!("{} {known}", clean(&capital(&as_of)));
        let called = |first: &Shown| first.place().to_owned();
        self.places(section, projected, &called, cancel)?;
        let [left, right] = projected.names();
        let [events, streams] = projected.held();
        let mut facts = vec![fact("events", grouped(events)), fact("streams", grouped(streams))];
        facts.extend(extent_facts(projected.extent()));
        let rows = projected.rows();
        let read_as = match &rows.from {
            RowsFrom::Table { .. } => "a table of SQLite",
            RowsFrom::States => "lines of states",
            RowsFrom::History => "a history, folded",
        };
        let mut of_rows = Vec::new();
        if let Some(table) = of_table(projected) {
            of_rows.push(fact("table", table));
        }
        of_rows.push(fact("rows", grouped(rows.rows.len() as u64)));
        if rows.keyless > 0 {
            of_rows.push(fact("without a key", grouped(rows.keyless)));
        }
        let outside = projected.matching().outside;
        if outside > 0 {
            of_rows.push(fact("of other streams", grouped(outside)));
        }
        of_rows.push(fact("as of", &as_of));
        section.sides = vec![
            side_facts("left", left, &done.paths[0], projected.read_as(), facts),
            side_facts("right", right, &done.paths[1], read_as, of_rows),
        ];
        if let Some(times) = projected.extent() {
            let map = heat::map(began(projected, |f| projected.place(f)), times, HeatBy::Stream);
            section.panels.extend(map);
        }
        section.how = how_projected(done, projected, &as_of);
        Ok(())
    }
}

fn how_correlated(done: &Done, found: &Correlated) -> Vec<Fact> {
    let by = found.by();
    let mut facts = vec![fact("mode", "correlated: events that belong together by a key")];
    for (name, side) in ["left", "right"].into_iter().zip(&by.sides) {
        let which = side.when.as_ref().map_or("all events", |w| w.text());
        facts.push(fact(name, format!("{which}, by {}", side.key.text())));
    }
    facts.push(fact(
        "cardinality",
        format!("{}, left to right", by.cardinality_text()),
    ));
    if let Some(within) = by.within {
        facts.push(fact("within", duration_text(within)));
    }
    if by.skew != 0 {
        facts.push(fact("skew", duration_text(by.skew)));
    }
    if !by.equal.is_empty() {
        let equal: Vec<&str> = by.equal.iter().map(Equal::text).collect();
        facts.push(fact("equal", equal.join("; ")));
    }
    let [both, left, right] = found.keys();
    facts.push(fact(
        "keys",
        format!(
            "{} on both sides, {} on the left alone, {} on the right alone",
            grouped(both.into()),
            grouped(left.into()),
            grouped(right.into())
        ),
    ));
    facts.push(fact("paired", counted(found.paired() as u64, "pair")));
    let lag = |share: f64| found.lag(share).map(|lag| Length(lag).to_string());
    let lags: Vec<String> = SHARES
        .into_iter()
        .filter_map(|(name, share)| Some(format!("{name} {}", lag(share)?)))
        .collect();
    if !lags.is_empty() {
        facts.push(fact("from left to right", lags.join(", ")));
    }
    facts.extend(stated(&done.asked.options));
    facts
}

fn how_projected(done: &Done, projected: &Projected, as_of: &str) -> Vec<Fact> {
    let (matching, told) = (projected.matching(), projected.told());
    let [streams, alone] = projected.compared();
    let mut facts = vec![
        fact("mode", "projection: each stream's state should be its row"),
        fact(
            "folded by",
            projected.projection().unwrap_or("each stream's own projection"),
        ),
        fact("rows are known by", known_by(projected)),
    ];
    if let Some(key) = &projected.by().key {
        facts.push(fact("key", key));
    }
    let categories: Vec<&str> = matching.categories.iter().map(|c| named(c)).collect();
    if !categories.is_empty() {
        facts.push(fact("categories", categories.join(", ")));
    }
    let columns = columns(projected);
    facts.push(fact(
        "compared",
        if columns.is_empty() {
            "the states whole".to_owned()
        } else {
            columns.join(", ")
        },
    ));
    if !told.left_out.is_empty() {
        facts.push(fact("not compared", told.left_out.join(", ")));
    }
    facts.push(fact("streams", grouped(streams)));
    if alone > 0 {
        facts.push(fact("rows of no stream", grouped(alone)));
    }
    facts.push(fact("as of", as_of));
    facts.extend(stated(&done.asked.options));
    facts
}
