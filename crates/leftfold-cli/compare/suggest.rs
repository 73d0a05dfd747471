//! `compare --suggest`: what two histories have in common, and how they may be compared.

mod rows;

use std::io::Write as _;
use std::path::Path;

use leftfold_event::Progress;
use leftfold_session::compare::{KeyPair, Overlap, Suggestion, suggest};
use leftfold_session::duration_text;

use super::sides::shell_word;
use super::{CompareArgs, side};
use crate::document::{Document, list, number};
use crate::failure::{Failure, Outcome};
use crate::finding::{Length, seconds, time};
use crate::front::Front;
use crate::input;
use crate::style::{Tone, clean, counted, grouped, named};
use crate::table::{Column, Table};
use crate::topic;

/// Pairs of fields that are shown, and commands that are made of them.
const SHOWN: usize = 8;
const COMMANDS: usize = 3;

pub(super) fn run(front: &mut Front, args: &CompareArgs) -> Outcome {
    let Some(right) = &args.right else {
        return Err(Failure::new(
            "usage",
            "--suggest needs both sides: LEFT and RIGHT",
        ));
    };
    let paths = [
        topic::resolved(front, &args.left)?,
        topic::resolved(front, right)?,
    ];
    let session = input::session(front);
    let names = [args.left.as_path(), right.as_path()];
    if args.how.right_store.is_none()
        && let Some(rows) = rows::look(front, &session, args, &paths)?
    {
        return rows::say(front, args, names, &rows);
    }
    let left = side(front, &session, &paths[0], args.how.left_store)?;
    let other = side(front, &session, &paths[1], args.how.right_store)?;
    let cancel = front.interrupt.cancel.clone();
    let progress = [Progress::new(), Progress::new()];
    let work = || suggest(left, other, &cancel, [&progress[0], &progress[1]]);
    let suggestion = front.watch("reading both sides, events", &progress, work)?;
    let commands = commands(names, &suggestion);
    if args.json {
        return Ok(document(names, &suggestion, &commands).print(&mut front.out)?);
    }
    as_text(front, names, &suggestion, &commands)
}

/// How the two may be compared, as a shell takes it.
fn commands(names: [&Path; 2], suggestion: &Suggestion) -> Vec<String> {
    let [left, right] = names.map(|name| shell_word(&name.to_string_lossy()));
    let start = format!("leftfold compare {left} {right}");
    if suggestion.is_mirror() {
        return vec![start];
    }
    let of_pair = |pair: &KeyPair| {
        let when = |kind: &str| shell_word(&format!("type == {kind:?}"));
        let within = pair.delays.map_or_else(String::new, |delays| {
            format!(" --within {}", duration_text(delays.deadline()))
        });
        format!(
            "{start} --mode correlated --left-when {} --left-key {} --right-when {} --right-key {}{within}",
            when(&pair.types[0]),
            shell_word(&pair.keys[0]),
            when(&pair.types[1]),
            shell_word(&pair.keys[1])
        )
    };
    suggestion.keys.iter().take(COMMANDS).map(of_pair).collect()
}

fn document(names: [&Path; 2], suggestion: &Suggestion, commands: &[String]) -> Document {
    let overlap = |overlap: Overlap| {
        Document::new()
            .with("shared", number(overlap.shared as u64))
            .with("of", number(overlap.of as u64))
            .maybe(
                "sample_of_about",
                overlap.is_sample().then(|| number(overlap.all)),
            )
    };
    let side = |i: usize| {
        let span = &suggestion.sides[i];
        Document::new()
            .with("name", &*names[i].to_string_lossy())
            .with("events", number(span.events))
            .maybe("first_time", span.times.map(|(first, _)| time(first)))
            .maybe("last_time", span.times.map(|(_, last)| time(last)))
    };
    let keys = suggestion.keys.iter().map(|pair| {
        Document::new()
            .with("left_type", pair.types[0].as_str())
            .with("left_key", pair.keys[0].as_str())
            .with("right_type", pair.types[1].as_str())
            .with("right_key", pair.keys[1].as_str())
            .and(overlap(pair.values))
            .maybe(
                "delay",
                pair.delays.map(|delays| {
                    Document::new()
                        .with("p50", seconds(delays.median))
                        .with("p999", seconds(delays.most))
                        .with("of", number(delays.of as u64))
                }),
            )
    });
    Document::new()
        .with("left", side(0))
        .with("right", side(1))
        .with("ids", overlap(suggestion.ids))
        .with("streams", overlap(suggestion.streams))
        .with("types", overlap(suggestion.types))
        .with("same_events", suggestion.is_mirror())
        .with("keys", list(keys))
        .with("commands", list(commands.iter().map(String::as_str)))
}

fn as_text(front: &mut Front, names: [&Path; 2], suggestion: &Suggestion, commands: &[String]) -> Outcome {
    let paint = front.paint;
    for ((name, span), hand) in names.iter().zip(&suggestion.sides).zip(["left ", "right"]) {
        let times = span
            .times
            .map(|(first, last)| format!(", {} to {}", time(first), time(last)));
        writeln!(
            front.out,
            "{} {}  {}{}",
            paint.with(Tone::Dim, hand),
            paint.with(Tone::Title, &clean(&name.to_string_lossy())),
            counted(span.events, "event"),
            times.unwrap_or_default()
        )?;
    }
    let in_common = [
        ("ids", suggestion.ids),
        ("streams", suggestion.streams),
        ("event types", suggestion.types),
    ];
    let in_common = in_common.map(|(what, o)| {
        if !o.is_sample() {
            return format!("{} of {} {what}", o.shared, o.of);
        }
        format!(
            "{} of {} {what} looked at, a sample of about {}",
            grouped(o.shared as u64),
            grouped(o.of as u64),
            grouped(o.all)
        )
    });
    writeln!(front.out, "\nin common: {}", in_common.join(", "))?;
    if !suggestion.keys.is_empty() {
        let mut table = Table::new(vec![
            Column::left("left type", Tone::Plain, 12),
            Column::left("left key", Tone::Key, 12),
            Column::left("right type", Tone::Plain, 12),
            Column::left("right key", Tone::Key, 12),
            Column::right("values in common", Tone::Number),
            Column::right("later, p50", Tone::Number),
            Column::right("p99.9", Tone::Number),
        ]);
        for pair in suggestion.keys.iter().take(SHOWN) {
            table.row(vec![
                named(&pair.types[0]).to_owned(),
                pair.keys[0].clone(),
                named(&pair.types[1]).to_owned(),
                pair.keys[1].clone(),
                format!(
                    "{} of {}{}",
                    pair.values.shared,
                    pair.values.of,
                    if pair.values.is_sample() { " looked at" } else { "" }
                ),
                pair.delays
                    .map(|d| Length(d.median).to_string())
                    .unwrap_or_default(),
                pair.delays
                    .map(|d| Length(d.most).to_string())
                    .unwrap_or_default(),
            ]);
        }
        writeln!(front.out)?;
        table.write(&mut front.out, paint, front.width)?;
    }
    if commands.is_empty() {
        writeln!(
            front.out,
            "\nnothing of one is on the other side: no id, no stream, no value of a field"
        )?;
        return Ok(());
    }
    writeln!(front.out, "\nTry:")?;
    for command in commands {
        writeln!(front.out, "  {}", clean(command))?;
    }
    Ok(())
}
