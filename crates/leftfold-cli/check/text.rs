//! The outcome of checks for a person.

use std::io::Write as _;

use leftfold_session::compare::Shown;

use super::{Done, results};
use crate::failure::Outcome;
use crate::finding::{self, event_cell, time};
use crate::front::Front;
use crate::style::{Paint, Tone, clean, counted, grouped, named};
use crate::table::{Column, Table};

/// One finding on one line.
pub(super) fn line(shown: &Shown) -> String {
    let since = shown.since.map(|t| format!(", since {}", time(t)));
    let event = event_cell(shown);
    format!(
        "{} ({}) in {}{}{}{}: {}",
        shown.category.as_str(),
        shown.status.as_str(),
        clean(named(shown.place())),
        if event.is_empty() { "" } else { ", " },
        clean(&event),
        since.unwrap_or_default(),
        clean(&finding::what(shown))
    )
}

/// What all came to, in a sentence.
pub(super) fn in_words(all: &[Done]) -> (Tone, String) {
    let (violated, errors) = (results(all, "violated"), results(all, "error"));
    let checks = counted(all.len() as u64, "check");
    match (violated, errors) {
        (0, 0) => {
            let idle = match all.iter().filter(|d| d.idle().is_some()).count() as u64 {
                0 => String::new(),
                n => format!(", {} of no event", counted(n, "rule")),
            };
            (Tone::Good, format!("{checks}: everything holds{idle}"))
        }
        (n, 0) => (Tone::Bad, format!("{checks}: {} violated", grouped(n))),
        (n, e) => (
            Tone::Bad,
            format!(
                "{checks}: {} violated, {} could not be checked",
                grouped(n),
                grouped(e)
            ),
        ),
    }
}

pub(super) fn as_text(front: &Front, all: &[Done], on_terminal: bool, out: &mut Vec<u8>) -> Outcome {
    // A file has neither colours nor a width.
    let (paint, width) = if on_terminal {
        (front.paint, front.width)
    } else {
        (Paint::new(false), None)
    };
    let mut table = Table::new(vec![
        Column::left("check", Tone::Title, 16),
        Column::left("result", Tone::Notice, usize::MAX),
        Column::right("findings", Tone::Number),
        Column::right("streams", Tone::Number),
        Column::left("since", Tone::Dim, usize::MAX),
        Column::left("first event", Tone::Plain, 12),
    ]);
    for done in all {
        let idle = done.idle().map(|idle| format!(", {}", idle.what));
        let result = format!("{}{}", done.result(), idle.unwrap_or_default());
        let mut row = vec![done.name.clone(), result];
        match &done.judged {
            Ok(judged) => {
                let pending = match judged.pending {
                    0 => String::new(),
                    n => format!(" and {} pending", grouped(n)),
                };
                let first = judged.first.as_ref();
                let gone = match judged.gone {
                    0 => String::new(),
                    n => format!(" and {} gone", grouped(n)),
                };
                row.extend([
                    format!("{}{gone}{pending}", grouped(judged.certain)),
                    grouped(judged.streams),
                    first.and_then(|f| f.since).map(time).unwrap_or_default(),
                    first
                        .map(|f| format!("{} {}", named(f.place()), event_cell(f)))
                        .unwrap_or_default(),
                ]);
            }
            Err(_) => row.resize(6, String::new()),
        }
        table.row(row);
    }
    table.write(out, paint, width)?;
    for done in all {
        let Ok(judged) = &done.judged else { continue };
        if judged.shown.is_empty() {
            continue;
        }
        writeln!(out)?;
        writeln!(
            out,
            "{}  {}",
            paint.with(Tone::Title, &clean(&done.name)),
            paint.with(Tone::Dim, &clean(&done.about))
        )?;
        finding::table(judged.shown.iter())
            .numbered(&judged.numbers)
            .write(out, paint, width)?;
        if let Some(more) = judged
            .certain
            .checked_sub(judged.shown.len() as u64)
            .filter(|n| *n > 0)
        {
            let line = format!("… and {} more; -c N shows more, --json all", grouped(more));
            writeln!(out, "{}", paint.with(Tone::Dim, &line))?;
        }
    }
    let (tone, words) = in_words(all);
    writeln!(out)?;
    writeln!(out, "{}", paint.with(tone, &words))?;
    Ok(())
}
