//! `state`: what a stream looks like at a point.

use std::io::Write as _;

use leftfold_event::json::Value;
use leftfold_session::dto::{ErrorDto, RowDto, StateDto};

use crate::args::StateArgs;
use crate::document::{Document, list, number, position, pretty, value};
use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::input;
use crate::style::{Tone, clean, counted};

pub(crate) fn run(front: &mut Front, args: &StateArgs) -> Outcome {
    let opened = input::open(front, &args.stream.source)?;
    let view = opened.view()?;
    let stream = view.stream_key(&args.stream.stream)?;
    let at = input::at(&view, stream, &args.at)?;
    let projection = args.stream.projection.as_deref();
    let state = view.state(stream, &at.place, projection, &front.interrupt.cancel)?;
    let shown = value(&state.state)?;
    let shown = match &args.path {
        None => shown,
        Some(path) => at_path(&shown, path)?,
    };
    if args.json {
        let problem = |p: &ErrorDto| {
            Document::new()
                .with("code", p.code.as_str())
                .with("message", p.message.as_str())
        };
        let document = Document::new()
            .with("stream", state.stream.as_str())
            .maybe(
                "version",
                last(&state).and_then(|r| r.version.map(|v| number(v.0))),
            )
            .maybe("position", last(&state).map(|r| position(&r.position)))
            .maybe("time", last(&state).and_then(|r| r.time.as_deref()))
            .with("projection", state.projection.as_str())
            .maybe("path", args.path.as_deref())
            .with("state", shown)
            .with("problems", list(state.problems.iter().map(problem)));
        return Ok(document.print(&mut front.out)?);
    }
    print(front, &state, &shown)
}

fn last(state: &StateDto) -> Option<&RowDto> {
    state.last.as_ref()
}

/// The value at a pointer.
fn at_path(state: &Value, path: &str) -> Outcome<Value> {
    check_path(path)?;
    state.pointer(path).cloned().ok_or_else(|| {
        let keys: Vec<&str> = state
            .as_object()
            .map(|o| o.iter().map(|(k, _)| k).collect())
            .unwrap_or_default();
        let there = if keys.is_empty() {
            String::new()
        } else {
            format!("; at the top there are: {}", keys.join(", "))
        };
        Failure::new(format!("nothing is at {path} in this state{there}"))
    })
}

/// Refuses what is no JSON pointer.
pub(crate) fn check_path(path: &str) -> Outcome {
    if path.is_empty() || path.starts_with('/') {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{path:?} is no path: write a JSON pointer such as /items/0/price"
    )))
}

/// An event in a line: `v7 OrderPaid · #1234 · 2026-…`.
pub(crate) fn event_line(row: &RowDto) -> String {
    let version = row.version.map(|v| format!("v{} ", v.0)).unwrap_or_default();
    let time = row.time.as_ref().map(|t| format!(" · {t}")).unwrap_or_default();
    clean(&format!("{version}{} · #{}{time}", row.kind, row.position)).into_owned()
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
        paint.with(Tone::Title, &clean(&state.stream)),
        paint.with(Tone::Dim, &head)
    )?;
    let mut text = String::new();
    pretty(shown, paint, 0, &mut text);
    writeln!(front.out, "{text}")?;
    for problem in &state.problems {
        let line = format!("! {}", clean(&problem.message));
        writeln!(front.out, "{}", paint.with(Tone::Bad, &line))?;
    }
    if state.time_disorder {
        front.note("an event included here carries a later time than the point asked for");
    }
    Ok(())
}
