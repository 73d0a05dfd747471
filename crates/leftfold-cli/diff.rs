//! `diff`: what changed in a stream's state between two points.

use std::io::Write as _;
use std::process::ExitCode;

use leftfold_event::Cancel;
use leftfold_session::View;
use leftfold_session::dto::{ChangeDto, ChangeKindDto, RowDto};

use crate::args::DiffArgs;
use crate::document::{Document, number, shown, stated, value};
use crate::failure::Outcome;
use crate::front::Front;
use crate::input::{self, At};
use crate::later::Later;
use crate::place;
use crate::state::{event_line, note_problems};
use crate::style::{Tone, clean, named};

/// As diff(1) has it.
const DIFFERS: u8 = 1;

pub(crate) fn run(front: &mut Front, args: &DiffArgs) -> Outcome<ExitCode> {
    let opened = input::open(front, &args.stream.source)?;
    let view = opened.view()?;
    let stream = view.stream_key(&args.stream.stream)?;
    let cancel = front.interrupt.cancel.clone();
    let (from, to) = (
        input::at(&view, stream, &args.from, &cancel)?,
        input::at(&view, stream, &args.to, &cancel)?,
    );
    let diff = view.diff(
        stream,
        &from.place,
        &to.place,
        args.stream.projection.as_deref(),
        &cancel,
    )?;
    let hides = [&diff.from_state, &diff.to_state].map(|state| value(state).map(|v| view.hides_of(&v)));
    let hides = hides.into_iter().collect::<Outcome<Vec<bool>>>()?.contains(&true);
    if hides {
        front.note("what masks hide is not compared: whether it differs is not told (--no-masks tells it)");
    }
    let last = if from.last > to.last { &from } else { &to };
    let projection = args.stream.projection.as_deref();
    let problems = view.state(stream, &last.place, projection, &cancel)?.problems;
    note_problems(front, &problems);
    let later = [
        Later::of(&view, stream, &from, &cancel)?,
        Later::of(&view, stream, &to, &cancel)?,
    ];
    for end in &later {
        end.note(front);
    }
    let (from, to) = (end(&view, &from, &cancel)?, end(&view, &to, &cancel)?);
    if args.json {
        let document = Document::new()
            .maybe("stream", stated(&diff.stream))
            .with("from", later[0].told(end_document(from.as_ref())))
            .with("to", later[1].told(end_document(to.as_ref())))
            .with("patch", value(&diff.patch)?);
        document.print(&mut front.out)?;
    } else {
        let words = |end: &Option<RowDto>| {
            end.as_ref()
                .map_or_else(|| "before its first event".to_owned(), event_line)
        };
        let paint = front.paint;
        writeln!(
            front.out,
            "{}",
            paint.with(Tone::Title, &clean(named(&diff.stream)))
        )?;
        writeln!(
            front.out,
            "{}",
            paint.with(Tone::Bad, &format!("--- {}", words(&from)))
        )?;
        writeln!(
            front.out,
            "{}",
            paint.with(Tone::Good, &format!("+++ {}", words(&to)))
        )?;
        if diff.changes.is_empty() {
            let none = if hides {
                "no difference in what masks do not hide"
            } else {
                "no difference"
            };
            writeln!(front.out, "{}", paint.with(Tone::Dim, none))?;
        }
        for change in &diff.changes {
            print(front, change)?;
        }
    }
    Ok(if diff.changes.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(DIFFERS)
    })
}

/// The last event included at an end.
fn end(view: &View, at: &At, cancel: &Cancel) -> Outcome<Option<RowDto>> {
    let ordinals: Vec<u32> = at.last.into_iter().collect();
    Ok(view.rows_of(&ordinals, cancel)?.pop())
}

/// Which event that is; of nothing, nothing is said.
pub(crate) fn end_document(row: Option<&RowDto>) -> Document {
    let Some(row) = row else { return Document::new() };
    Document::new()
        .maybe("version", row.version.map(|v| number(v.0)))
        .maybe("position", place::value(row))
        .maybe("time", row.time.as_deref())
        .maybe("type", stated(&row.kind))
}

fn print(front: &mut Front, change: &ChangeDto) -> Outcome {
    let paint = front.paint;
    let text = |json: &Option<String>| -> Outcome<String> {
        json.as_deref()
            .map_or_else(|| Ok(String::new()), |t| value(t).map(|v| shown(&v)))
    };
    let (before, after) = (text(&change.before)?, text(&change.after)?);
    let path = if change.path.is_empty() {
        "(all)".into()
    } else {
        clean(&change.path)
    };
    let line = match change.kind {
        ChangeKindDto::Added => paint.with(Tone::Good, &format!("+ {path}  {after}")).into_owned(),
        ChangeKindDto::Removed => paint.with(Tone::Bad, &format!("- {path}  {before}")).into_owned(),
        ChangeKindDto::Changed => {
            let (before, after) = (paint.with(Tone::Bad, &before), paint.with(Tone::Good, &after));
            format!(
                "{}  {before} → {after}",
                paint.with(Tone::Notice, &format!("~ {path}"))
            )
        }
    };
    writeln!(front.out, "{line}")?;
    Ok(())
}
