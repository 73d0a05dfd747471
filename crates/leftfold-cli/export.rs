//! `export`: events as NDJSON.

use std::fs;
use std::path::Path;

use leftfold_session::output;

use crate::args::ExportArgs;
use crate::events;
use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::input;
use crate::style::counted;

pub(crate) fn run(front: &mut Front, args: &ExportArgs) -> Outcome {
    let target = args.output.as_deref().filter(|o| o.as_os_str() != "-");
    let named = input::find(&args.source.source)?;
    if let Some(target) = target {
        check_target(target, &named.path, args.force)?;
    }
    let opened = input::open(front, &args.source)?;
    let view = opened.filtered(front, args.which.filter.as_deref(), None)?;
    let ordinals = events::chosen(&view, &args.which, &front.interrupt.cancel)?;
    let mut bar = front.progress("writing");
    let total = ordinals.len() as u64;
    let cancel = front.interrupt.cancel.clone();
    let mut tick = |done| bar.set(done, Some(total));
    let Some(target) = target else {
        view.write_lines(&ordinals, &mut front.out, &cancel, &mut tick)?;
        drop(bar);
        input::note_written(front, &opened);
        return Ok(());
    };
    let write = || output::write_whole(target, |out| view.write_lines(&ordinals, out, &cancel, &mut tick));
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
