//! `state`: what a stream looks like at a point.

use std::io::Write as _;

use leftfold_event::json::Value;
use leftfold_session::dto::{ErrorDto, RowDto, StateDto};

use crate::args::StateArgs;
use crate::document::{Document, list, number, pretty, stated, value};
use crate::failure::Outcome;
use crate::front::Front;
use crate::input;
use crate::later::Later;
use crate::style::{Tone, clean, counted, grouped, named};
use crate::{path, place};

/// Events that could not be folded, as shown to a person.
const PROBLEMS_SHOWN: usize = 20;

pub(crate) fn run(front: &mut Front, args: &StateArgs) -> Outcome {
    let opened = input::open(front, &args.stream.source)?;
    let view = opened.view()?;
    let stream = view.stream_key(&args.stream.stream)?;
    let at = input::at(&view, stream, &args.at, &front.interrupt.cancel)?;
    let projection = args.stream.projection.as_deref();
    let state = view.state(stream, &at.place, projection, &front.interrupt.cancel)?;
    let later = Later::of(&view, stream, &at, &front.interrupt.cancel)?;
    let shown = value(&state.state)?;
    let shown = match &args.path {
        None => shown,
        Some(at) => {
            path::check(at)?;
            let found = shown.pointer(at).cloned();
            found.ok_or_else(|| path::nowhere("is", at, &shown))?
        }
    };
    if args.json {
        let problem = |p: &ErrorDto| {
            Document::new()
                .with("code", p.code.as_str())
                .with("message", p.message.as_str())
        };
        let document = Document::new()
            .maybe("stream", stated(&state.stream))
            .maybe(
                "version",
                last(&state).and_then(|r| r.version.map(|v| number(v.0))),
            )
            .maybe("position", last(&state).and_then(place::value))
            .maybe("time", last(&state).and_then(|r| r.time.as_deref()))
            .with("projection", state.projection.as_str())
            .maybe("path", args.path.as_deref())
            .with("state", shown)
            .with("problems", list(all(&state).map(problem)));
        later.told(document).print(&mut front.out)?;
    } else {
        print(front, &state, &shown)?;
    }
    later.note(front);
    Ok(())
}

/// Says that events could not be folded, where the output does not.
pub(crate) fn note_problems(front: &mut Front, problems: &[ErrorDto]) {
    let Some(first) = problems.first() else { return };
    front.note(format!(
        "{} could not be folded and changed nothing; the first: {}; `leftfold state` shows them",
        counted(problems.len() as u64, "event"),
        first.message
    ));
}

/// What the stream lacks, and what could not be folded of it.
fn all(state: &StateDto) -> impl Iterator<Item = &ErrorDto> {
    state.missing.iter().chain(&state.problems)
}

fn last(state: &StateDto) -> Option<&RowDto> {
    state.last.as_ref()
}

/// An event in a line: `v7 OrderPaid · #1234 · 2026-…`, or `e1234` where the store has no positions.
pub(crate) fn event_line(row: &RowDto) -> String {
    let version = row.version.map(|v| format!("v{}", v.0));
    let kind = Some(row.kind.clone()).filter(|k| !k.is_empty());
    let name: Vec<String> = version.into_iter().chain(kind).collect();
    let parts = [Some(name.join(" ")), Some(place::point(row)), row.time.clone()];
    let parts: Vec<String> = parts.into_iter().flatten().filter(|p| !p.is_empty()).collect();
    clean(&parts.join(" · ")).into_owned()
}

fn print(front: &mut Front, state: &StateDto, shown: &Value) -> Outcome {
    let paint = front.paint;
    let after = last(state).map_or_else(|| "before its first event".to_owned(), event_line);
    let head = format!(
        "{after} · {} of {} · {}",
        state.included,
        counted(state.length.into(), "event"),
        clean(&state.projection)
    );
    writeln!(
        front.out,
        "{}  {}",
        paint.with(Tone::Title, &clean(named(&state.stream))),
        paint.with(Tone::Dim, &head)
    )?;
    let mut text = String::new();
    pretty(shown, paint, 0, &mut text);
    writeln!(front.out, "{text}")?;
    for problem in all(state).take(PROBLEMS_SHOWN) {
        let line = format!("! {}", clean(&problem.message));
        writeln!(front.out, "{}", paint.with(Tone::Bad, &line))?;
    }
    if let Some(more) = all(state).count().checked_sub(PROBLEMS_SHOWN).filter(|n| *n > 0) {
        let line = format!("! and {} more; --json lists them all", grouped(more as u64));
        writeln!(front.out, "{}", paint.with(Tone::Bad, &line))?;
    }
    Ok(())
}
