//! `open`: starts the window.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use leftfold_event::Point;
use leftfold_session::SessionError;

use crate::args::{OpenArgs, SourceArgs};
use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::input;

const WINDOW: &str = "leftfold-desktop";

pub(crate) fn run(front: &mut Front, args: &OpenArgs) -> Outcome<ExitCode> {
    let mut command = Vec::new();
    if let Some(source) = &args.source {
        command.push(if is_demo(source) {
            source.clone().into_os_string()
        } else {
            checked(front, source)?
        });
    }
    if let Some(at) = &args.at {
        Point::parse(at).map_err(SessionError::from)?;
        command.extend(["--at".into(), at.into()]);
    }
    if let Some(source) = args.source.as_deref().filter(|s| !is_demo(s)) {
        there(front, source, args)?;
    }
    if let Some(stream) = &args.stream {
        command.extend(["--stream".into(), stream.into()]);
    }
    let program = find_window().ok_or_else(|| {
        Failure::new(
            "window-missing",
            format!("the window is not installed: {WINDOW} is neither beside this program nor on the PATH"),
        )
    })?;
    if cfg!(target_os = "linux")
        && ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .all(|v| env::var_os(v).is_none_or(|d| d.is_empty()))
    {
        return Err(Failure::new(
            "no-display",
            "there is no display to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set): `leftfold timeline` and \
             `leftfold state` show the same here",
        ));
    }
    let status = Command::new(&program).args(command).status();
    match status {
        Ok(status) if status.success() => Ok(ExitCode::SUCCESS),
        Ok(_) => Ok(ExitCode::from(2)),
        Err(e) => Err(Failure::about(
            "window-failed",
            &program,
            format!("cannot be started: {e}"),
        )),
    }
}

/// `demo:NAME` stands for a demo that the window writes itself.
fn is_demo(source: &Path) -> bool {
    source.to_str().is_some_and(|s| s.starts_with("demo:"))
}

/// The path of a source that can be opened. What cannot is said here, where the user is.
fn checked(front: &Front, source: &Path) -> Outcome<OsString> {
    let named = input::find(source)?;
    if named.is_stream() {
        return Err(Failure::new(
            "usage",
            "the window cannot read standard input or a pipe: write it to a file and open that",
        ));
    }
    input::session(front).inspect(&named.path)?;
    let path =
        std::path::absolute(&named.path).map_err(|e| Failure::about("source-unopenable", &named.path, e))?;
    Ok(path.into_os_string())
}

/// Looks whether the stream and the point are there that the window is to begin with: said here, where they were typed. Of a file with several histories
/// the window asks which one is meant.
fn there(front: &mut Front, source: &Path, args: &OpenArgs) -> Outcome {
    if args.stream.is_none() && args.at.is_none() {
        return Ok(());
    }
    let named = input::find(source)?;
    if named.mapping.is_none() && input::session(front).inspect(&named.path)?.stores.len() != 1 {
        return Ok(());
    }
    let given = SourceArgs {
        source: source.to_owned(),
        store: None,
        table: None,
    };
    let opened = input::open(front, &given)?;
    let view = opened.view()?;
    let stream = args
        .stream
        .as_deref()
        .map(|name| view.stream_key(name))
        .transpose()?;
    if let Some(at) = &args.at {
        let point = Point::parse(at).map_err(SessionError::from)?;
        // A version without a stream is one of the stream that the window begins with.
        if stream.is_some() || !matches!(point, Point::Version(_)) {
            view.place(stream, &point, &front.interrupt.cancel)?;
        }
    }
    Ok(())
}

/// The window's program: beside this one, or on the PATH.
fn find_window() -> Option<PathBuf> {
    let name = format!("{WINDOW}{}", env::consts::EXE_SUFFIX);
    let beside = env::current_exe()
        .ok()
        .and_then(|p| p.parent().map(|folder| folder.join(&name)));
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path)
        .map(|folder| folder.join(&name))
        .collect::<Vec<_>>();
    beside.into_iter().chain(on_path).find(|p| p.is_file())
}
