//! `export`: events, or the states of their streams, as NDJSON or as a table.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;

use leftfold_log::{Axis, LaneBy};
use leftfold_session::{StatesWritten, View, output};

use crate::args::ExportArgs;
use crate::events;
use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::input::{self, Opened};
use crate::style::counted;

pub(crate) fn run(front: &mut Front, args: &ExportArgs) -> Outcome {
    let target = args.output.as_deref().filter(|o| o.as_os_str() != "-");
    let named = input::find(&args.source.source)?;
    if let Some(target) = target {
        check_target(target, &named.path, args.force)?;
    }
    let opened = input::open(front, &args.source)?;
    let view = opened.filtered(front, args.which.filter.as_deref(), None)?;
    if args.states {
        return states(front, args, &opened, &view, target);
    }
    let ordinals = events::chosen(&view, &args.which, &front.interrupt.cancel)?;
    let mut bar = front.progress("writing");
    let total = ordinals.len() as u64;
    let cancel = front.interrupt.cancel.clone();
    let mut tick = |done| bar.set(done, Some(total));
    let mut write_to = |out: &mut dyn Write| {
        if args.csv {
            view.write_csv(&ordinals, out, &cancel, &mut tick)
        } else {
            view.write_lines(&ordinals, out, &cancel, &mut tick)
        }
    };
    let Some(target) = target else {
        write_to(&mut front.out)?;
        drop(bar);
        input::note_written(front, &opened);
        return Ok(());
    };
    let write = || output::write_whole(target, &mut write_to);
    let written = front.interrupt.careful(write)?;
    drop(bar);
    input::note_written(front, &opened);
    let lost: u64 = opened.snapshot.unreadable.iter().map(|u| u.events).sum();
    // Of some of the events it is not known how many of these are among them.
    let lost = if total == u64::from(view.log().events()) {
        lost
    } else {
        0
    };
    let also = if lost > 0 {
        format!(", and {} of what cannot be read", counted(lost, "record"))
    } else {
        String::new()
    };
    front.note(format!(
        "{}{also} written to {}",
        counted(u64::from(written) - lost, "event"),
        target.display()
    ));
    Ok(())
}

/// The states of the streams that have events that were asked for, each after its last event up to a point.
fn states(
    front: &mut Front,
    args: &ExportArgs,
    opened: &Opened,
    view: &View,
    target: Option<&Path>,
) -> Outcome {
    let cancel = front.interrupt.cancel.clone();
    let place = match &args.at {
        None => view.end_of(Axis::Log),
        Some(point) => view.place(None, point, &cancel)?,
    };
    let asked: BTreeSet<u32> = events::chosen(view, &args.which, &cancel)?
        .into_iter()
        .map(|o| view.log().lane(LaneBy::Stream, o))
        .collect();
    let mut streams = view.streams_until(&place);
    streams.retain(|s| asked.contains(s));
    let mut bar = front.progress("folding");
    let total = streams.len() as u64;
    let mut tick = |done| bar.set(done, Some(total));
    let mut write_to = |out: &mut dyn Write| {
        let (what, projection) = ((&streams[..], &place), args.projection.as_deref());
        view.write_states(what, projection, args.csv, out, &cancel, &mut tick)
    };
    let Some(target) = target else {
        let written = write_to(&mut front.out)?;
        drop(bar);
        input::note_written(front, opened);
        note_whole(front, written);
        return Ok(());
    };
    let written = front
        .interrupt
        .careful(|| output::write_whole(target, &mut write_to))?;
    drop(bar);
    input::note_written(front, opened);
    let states = counted(u64::from(written.states), "state");
    front.note(format!("{states} written to {}", target.display()));
    note_whole(front, written);
    Ok(())
}

fn note_whole(front: &mut Front, written: StatesWritten) {
    if written.whole {
        front.note(
            "these states have too many fields for a column each: each stands whole in the column state, as JSON; --category, --stream or --projection give fewer",
        );
    }
}

/// Refuses the source and the files that belong to it, and other files unless they may be replaced.
pub(crate) fn check_target(target: &Path, source: &Path, force: bool) -> Outcome {
    output::refuse_source(target, source)?;
    let Ok(there) = fs::metadata(target) else {
        return Ok(());
    };
    if there.is_dir() {
        return Err(Failure::about(
            "output-is-folder",
            target,
            "this is a folder: name a file in it",
        ));
    }
    // A device or a pipe is written to, not replaced.
    if there.is_file() && !force {
        return Err(Failure::exists(target));
    }
    Ok(())
}
