//! Where each stream parts: its first finding that is certain, or else its first one.

use std::collections::BTreeMap;

use leftfold_session::compare::{Finding, Findings, Shown, Status};

use super::{CHUNK, Made};
use crate::document::{Document, number, stated};
use crate::failure::Outcome;
use crate::finding::{self, event_cell, time, what};
use crate::front::Front;
use crate::style::{Tone, grouped, named};
use crate::table::{Column, Table};

/// A stream in which something was found.
struct Parted {
    /// The finding that says where, by its number.
    first: u32,
    /// How many findings it has.
    findings: u32,
    /// Events in common before it; in mirrors only.
    common: Option<u32>,
}

/// The streams of these findings, in the order of their first ones.
fn parted(made: &Made, numbers: &[u32]) -> Vec<Parted> {
    let found = made.found();
    let known = found.known_until();
    let all = found.findings();
    let confirmed = |f: &Finding| f.status(known) == Status::Confirmed;
    let mut by_stream: BTreeMap<u32, Parted> = BTreeMap::new();
    for n in numbers {
        let finding = &all[*n as usize];
        let common = match made {
            Made::Mirror(compared) => {
                let pair = compared.comparison.streams.get(finding.stream as usize);
                pair.map(|pair| pair.common)
            }
            _ => None,
        };
        let stream = by_stream.entry(finding.stream).or_insert(Parted {
            first: *n,
            findings: 0,
            common,
        });
        stream.findings += 1;
        if confirmed(finding) && !confirmed(&all[stream.first as usize]) {
            stream.first = *n;
        }
    }
    let mut streams: Vec<Parted> = by_stream.into_values().collect();
    streams.sort_by_key(|s| s.first);
    streams
}

fn each(
    front: &mut Front,
    found: &dyn Findings,
    streams: &[Parted],
    visit: &mut dyn FnMut(&mut Front, &Parted, &Shown) -> Outcome,
) -> Outcome {
    let cancel = front.interrupt.cancel.clone();
    for chunk in streams.chunks(CHUNK) {
        let numbers: Vec<u32> = chunk.iter().map(|s| s.first).collect();
        for (stream, shown) in chunk.iter().zip(found.shown(&numbers, &cancel)?) {
            visit(front, stream, &shown)?;
        }
    }
    Ok(())
}

/// One stream a line: `{stream, common, findings, first: a finding}`.
pub(super) fn as_json(front: &mut Front, made: &Made, numbers: &[u32], most: usize) -> Outcome {
    let mut streams = parted(made, numbers);
    streams.truncate(most);
    let names = made.found().names();
    each(front, made.found(), &streams, &mut |front, stream, shown| {
        let first = finding::numbered(stream.first).and(finding::document(names, shown)?);
        Document::new()
            .maybe("stream", stated(&shown.stream))
            .maybe("common", stream.common.map(number))
            .with("findings", number(stream.findings))
            .with("first", first)
            .print(&mut front.out)?;
        Ok(())
    })
}

/// As a table; how many streams there are.
pub(super) fn as_text(front: &mut Front, made: &Made, numbers: &[u32], most: usize) -> Outcome<usize> {
    let mut streams = parted(made, numbers);
    let all = streams.len();
    streams.truncate(most);
    let mut table = Table::new(vec![
        Column::left("stream", Tone::Title, 10),
        Column::right("in common", Tone::Number),
        Column::right("findings", Tone::Number),
        Column::right("first", Tone::Dim),
        Column::left("finding", Tone::Notice, usize::MAX),
        Column::left("status", Tone::Plain, usize::MAX),
        Column::left("since", Tone::Dim, usize::MAX),
        Column::left("event", Tone::Plain, 12),
        Column::left("what", Tone::Dim, 10),
    ]);
    each(front, made.found(), &streams, &mut |_, stream, shown| {
        let n = |n: Option<u32>| n.map(|n| grouped(n.into())).unwrap_or_default();
        table.row(vec![
            named(&shown.stream).to_owned(),
            n(stream.common),
            n(Some(stream.findings)),
            n(Some(stream.first + 1)),
            shown.category.as_str().to_owned(),
            shown.status.as_str().to_owned(),
            shown.since.map(time).unwrap_or_default(),
            event_cell(shown),
            what(shown),
        ]);
        Ok(())
    })?;
    table.write(&mut front.out, front.paint, front.width)?;
    Ok(all)
}
