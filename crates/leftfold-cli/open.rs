//! `open`: starts the window, with a source or what a link asks for.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use leftfold_event::Point;
use leftfold_session::dto::OpenAtStart;
use leftfold_session::{SessionError, check_filter, link};

use crate::args::{OpenArgs, SourceArgs};
use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::input;

const WINDOW: &str = "leftfold-desktop";

pub(crate) fn run(front: &mut Front, args: &OpenArgs) -> Outcome<ExitCode> {
    let mut command: Vec<OsString> = Vec::new();
    if let Some(source) = &args.source {
        let open = asked(source, args)?;
        let named = Path::new(&open.path);
        let path = if is_demo(named) {
            named.as_os_str().to_owned()
        } else {
            // A path need not be text; one in a link is.
            let named = if is_link(source) { named } else { source };
            let path = checked(front, named)?;
            there(front, named, &open)?;
            path
        };
        if is_link(source) {
            let path = path.to_string_lossy().into_owned();
            command.push(link::write(&OpenAtStart { path, ..open }).into());
        } else {
            command.push(path);
            for (name, value) in [("--at", open.at), ("--stream", open.stream)] {
                command.extend(value.into_iter().flat_map(|v| [name.into(), OsString::from(v)]));
            }
        }
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

/// What is to be opened: a link's source and place, or what the arguments say. These go before what a link says.
fn asked(source: &Path, args: &OpenArgs) -> Outcome<OpenAtStart> {
    let text = source.to_string_lossy();
    let open = if link::is_link(&text) {
        link::read(&text)?
    } else {
        OpenAtStart {
            path: text.into_owned(),
            ..OpenAtStart::default()
        }
    };
    if let Some(at) = &args.at {
        Point::parse(at).map_err(SessionError::from)?;
    }
    Ok(OpenAtStart {
        at: args.at.clone().or(open.at),
        stream: args.stream.clone().or(open.stream),
        ..open
    })
}

fn is_link(source: &Path) -> bool {
    link::is_link(&source.to_string_lossy())
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

/// Looks whether what the window is to begin with is there: said here, where it was typed. Of a file with several histories the window asks which
/// one is meant, unless that is said.
fn there(front: &mut Front, source: &Path, open: &OpenAtStart) -> Outcome {
    if let Some(filter) = &open.filter
        && let Some(wrong) = check_filter(filter).error
    {
        return Err(Failure::new(
            "filter-syntax",
            format!("the filter cannot be used: {}", wrong.message),
        ));
    }
    if open.stream.is_none() && open.at.is_none() && open.projection.is_none() {
        return Ok(());
    }
    let named = input::find(source)?;
    let unsaid = open.table.is_none() && named.mapping.is_none();
    if unsaid && input::session(front).inspect(&named.path)?.stores.len() != 1 {
        return Ok(());
    }
    let given = SourceArgs {
        source: source.to_owned(),
        store: None,
        table: open.table.clone(),
    };
    let opened = input::open(front, &given)?;
    let view = opened.view()?;
    let stream = open
        .stream
        .as_deref()
        .map(|name| view.stream_key(name))
        .transpose()?;
    let cancel = front.interrupt.cancel.clone();
    if let (Some(stream), Some(projection)) = (stream, &open.projection) {
        let start = view.place(Some(stream), &Point::Start, &cancel)?;
        view.state(stream, &start, Some(projection), &cancel)?;
    }
    if let Some(at) = &open.at {
        let point = Point::parse(at).map_err(SessionError::from)?;
        // A version without a stream is one of the stream that the window begins with.
        if stream.is_some() || !matches!(point, Point::Version(_)) {
            view.place(stream, &point, &cancel)?;
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
