//! `events --follow`: events of topics as they come.

use std::io::Write as _;
use std::path::Path;

use leftfold_event::{Cancel, Event, Progress};
use leftfold_kafka::{Batch, KafkaError, Taken, Told, tail};
use leftfold_log::{Filter, FilterRun, index};
use leftfold_session::{SessionError, write_event, write_kcat};

use crate::args::{EventsArgs, OrderBy, Which};
use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::input;
use crate::style::{Tone, named};
use crate::table::{Column, Table};

pub(crate) fn run(front: &mut Front, args: &EventsArgs) -> Outcome {
    if args.which.order != OrderBy::Log {
        return Err(Failure::new(
            "usage",
            "--follow shows events in the order in which they come: leave --order out",
        ));
    }
    let bounds: Vec<_> = args.offsets.iter().map(|o| o.of_topic()).collect();
    let request = args.kafka.request(&bounds, None, true)?;
    let filter = match &args.which.filter {
        Some(text) => Some(Filter::parse(text).map_err(SessionError::from)?),
        None => None,
    };
    let masks = input::session(front).masks_of(Path::new(""))?;
    input::note_hidden(front, masks.names());
    if let Some(filter) = &filter {
        masks.refuse_filter(filter)?;
    }
    let cancel = front.interrupt.cancel.clone();
    let interrupt = front.interrupt.clone();
    let mut left = args.count.unwrap_or(u32::MAX);
    let mut table = Table::new(vec![
        Column::left("position", Tone::Dim, 12),
        Column::left("time", Tone::Plain, 12),
        Column::left("stream", Tone::Key, 12),
        Column::left("type", Tone::Plain, 12),
        Column::left("payload", Tone::Dim, 12),
    ]);
    let mut failed = None;
    let (paint, width) = (front.paint, front.width);
    let note = front.noter();
    let out = &mut front.out;
    let mut notes = |told| match told {
        Told::Note(text) => note(&text),
        Told::Waiting(why) => note(&format!("waiting: {why}")),
        Told::Progress { .. } | Told::Kept(_) => {}
    };
    let mut take = |batch: &Batch| -> Result<Taken, KafkaError> {
        let kept = match kept(batch, filter.as_ref(), &args.which, &cancel) {
            Ok(kept) => kept,
            Err(e) => {
                failed = Some(e);
                return Ok(Taken::Enough);
            }
        };
        let mut lines = String::new();
        for event in kept {
            if left == 0 {
                break;
            }
            left -= 1;
            let mut event = event.clone();
            masks.hide(&mut event);
            let event = &event;
            if args.kcat {
                write_kcat(event, &mut lines);
                lines.push('\n');
            } else if args.json {
                write_event(event, event.category.as_deref().unwrap_or_default(), &mut lines);
                lines.push('\n');
            } else {
                table.row(row(event));
            }
        }
        let written = table
            .write(out, paint, width)
            .and_then(|()| out.write_all(lines.as_bytes()))
            .and_then(|()| out.flush());
        if let Err(e) = written {
            failed = Some(e.into());
            return Ok(Taken::Enough);
        }
        Ok(if left == 0 { Taken::Enough } else { Taken::More })
    };
    let ended = interrupt.careful(|| tail(&request, &cancel, &mut notes, &mut take));
    if let Some(failure) = failed {
        return Err(failure);
    }
    // To follow ends in no other way.
    match ended {
        Err(KafkaError::Cancelled) | Ok(()) => Ok(()),
        Err(e) => Err(e.into()),
    }
}

/// The events of a batch that are asked for.
fn kept<'b>(
    batch: &'b Batch,
    filter: Option<&Filter>,
    which: &Which,
    cancel: &Cancel,
) -> Outcome<Vec<&'b Event>> {
    let wanted = |names: &[String], name: &str| names.is_empty() || names.iter().any(|n| n == name);
    let of_which = |event: &&Event| {
        wanted(&which.stream, &event.stream)
            && wanted(&which.kind, &event.kind)
            && wanted(&which.category, event.category.as_deref().unwrap_or_default())
    };
    let Some(filter) = filter else {
        return Ok(batch.events().iter().filter(of_which).collect());
    };
    let (log, scanned) = index(batch, cancel, &Progress::new(), &mut |_| ());
    scanned.map_err(SessionError::from)?;
    let kept = FilterRun::new(filter, &log)
        .run(batch, cancel, &Progress::new())
        .map_err(SessionError::from)?;
    Ok(kept
        .into_iter()
        .filter_map(|o| batch.events().get(o as usize))
        .filter(of_which)
        .collect())
}

fn row(event: &Event) -> Vec<String> {
    let payload = match (&event.payload.value, event.problems.first()) {
        (Some(value), _) => value.to_string(),
        (None, Some(problem)) => format!("! {}", problem.message),
        (None, None) => String::new(),
    };
    vec![
        event.position.clone().unwrap_or_default(),
        event.time.map(|t| t.to_string()).unwrap_or_default(),
        named(&event.stream).to_owned(),
        named(&event.kind).to_owned(),
        payload.chars().take(400).collect(),
    ]
}
