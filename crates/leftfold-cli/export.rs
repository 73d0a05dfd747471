//! `export`: events as NDJSON.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;

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
    let ordinals = events::chosen(&view, &args.which)?;
    let mut bar = front.progress("writing");
    let total = ordinals.len() as u64;
    let cancel = front.interrupt.cancel.clone();
    let mut tick = |done| bar.set(done, Some(total));
    let Some(target) = target else {
        view.write_lines(&ordinals, &mut front.out, &cancel, &mut tick)?;
        return Ok(());
    };
    // Whole or not at all: a reader never sees half an export under its name.
    let unfinished = beside(target, ".part");
    let failed = |e: std::io::Error| Failure::about(target, e);
    let mut file = BufWriter::with_capacity(256 << 10, File::create(&unfinished).map_err(failed)?);
    let written = match view.write_lines(&ordinals, &mut file, &cancel, &mut tick) {
        Ok(written) => file.flush().map_err(failed).map(|()| written),
        Err(leftfold_session::LinesError::Write(e)) => Err(failed(e)),
        Err(e) => Err(e.into()),
    };
    drop((bar, file));
    let written = written.and_then(|n| fs::rename(&unfinished, target).map_err(failed).map(|()| n));
    match written {
        Ok(written) => {
            front.note(format!(
                "{} written to {}",
                counted(written.into(), "event"),
                target.display()
            ));
            Ok(())
        }
        Err(failure) => {
            // What cannot be removed was not made.
            drop(fs::remove_file(&unfinished));
            Err(failure)
        }
    }
}

/// What SQLite calls the files of one database.
const OWN: &[&str] = &["", "-wal", "-shm", "-journal"];

/// The path with something appended to its last part.
fn beside(path: &Path, suffix: &str) -> std::path::PathBuf {
    let mut text = OsString::from(path);
    text.push(suffix);
    text.into()
}

/// Refuses the source and the files that belong to it, and other files unless they may be replaced.
pub(crate) fn check_target(target: &Path, source: &Path, force: bool) -> Outcome {
    let real = fs::canonicalize(target);
    // A file that does not exist yet has no real path: its folder has.
    let place = |path: &Path| {
        let folder = path
            .parent()
            .filter(|p| !p.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        Some(fs::canonicalize(folder).ok()?.join(path.file_name()?))
    };
    let same = |own: &Path| {
        fs::canonicalize(own).is_ok_and(|o| real.as_ref().is_ok_and(|r| *r == o))
            || place(own) == place(target)
    };
    let source = fs::canonicalize(source).unwrap_or_else(|_| source.to_owned());
    if OWN.iter().any(|suffix| same(&beside(&source, suffix))) {
        return Err(Failure::about(
            target,
            "that is the source itself, which is only ever read: choose another name",
        ));
    }
    if target.is_dir() {
        return Err(Failure::about(target, "this is a folder: name a file in it"));
    }
    if real.is_ok() && !force {
        return Err(Failure::about(
            target,
            "there is such a file already: choose another name, or say --force",
        ));
    }
    Ok(())
}
