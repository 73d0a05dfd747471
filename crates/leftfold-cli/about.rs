//! What the program says about itself: completions and manual pages.

use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ColorChoice, CommandFactory as _};
use clap_complete::Shell;

use crate::args::Arguments;
use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::style::clean;

/// The colours of help, which is shown before the arguments are understood.
pub(crate) fn help_colour(given: &[OsString]) -> ColorChoice {
    let says = |what: &str| {
        given
            .iter()
            .any(|a| a.to_str() == Some(&format!("--color={what}")))
            || given.windows(2).any(|w| w[0] == "--color" && w[1] == what)
    };
    match () {
        () if says("never") => ColorChoice::Never,
        () if says("always") => ColorChoice::Always,
        () => ColorChoice::Auto,
    }
}

/// The verb among what was given, before it is understood.
fn verb_of(given: &[OsString]) -> Option<String> {
    let command = Arguments::command();
    let mut words = given.iter().skip(1).filter_map(|a| a.to_str());
    words
        .find(|word| command.find_subcommand(word).is_some())
        .map(str::to_owned)
}

/// Where an option belongs that a verb does not have.
fn belongs(verb: &str, option: &str) -> Option<&'static str> {
    Some(match (verb, option) {
        ("history", "--at" | "--from" | "--to") => {
            "history tells every value a field has held; `state … --at POINT --path PATH` tells the one at a point, \
             `diff … --from POINT --to POINT` what changed between two"
        }
        ("state" | "blame", "--from" | "--to") => {
            "a state is at one point (--at); `diff` takes --from and --to"
        }
        ("diff", "--at") => "a difference is between two points: --from and --to",
        ("events" | "export" | "streams" | "timeline", "--at") => "--from and --to say which events",
        ("state" | "blame" | "diff" | "history", "--filter") => {
            "a stream's state is of all its events; `events` and `export` take filters"
        }
        _ => return None,
    })
}

/// How the verb that was given is used.
fn usage(given: &[OsString]) -> Option<String> {
    let mut command = Arguments::command();
    command.build();
    let mut here = &mut command;
    for word in given.iter().skip(1).filter_map(|a| a.to_str()) {
        if here.find_subcommand(word).is_some() {
            here = here.find_subcommand_mut(word)?;
        }
    }
    Some(here.render_usage().to_string())
}

/// Takes away clap's tip that an option was meant as a value, which it never is here, and says where the option belongs. How the
/// verb is used is said as its help says it: clap puts in the option that it takes for the nearest.
pub(crate) fn mend_tips(error: &clap::Error, given: &[OsString], below: &mut Vec<String>) {
    // A file in place of a verb: the verb is what is missing.
    if error.kind() == ErrorKind::InvalidSubcommand
        && let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand)
        && Path::new(word).is_file()
    {
        below.retain(|line| !line.trim_start().starts_with("tip:"));
        let tip = format!(
            "  tip: `leftfold inspect {word}` says what it holds, `leftfold open {word}` opens the window"
        );
        below.insert(1.min(below.len()), tip);
        return;
    }
    if error.kind() != ErrorKind::UnknownArgument {
        return;
    }
    let option = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(option)) => option.split('=').next().unwrap_or_default(),
        _ => return,
    };
    let verb = verb_of(given);
    let hint = verb.as_deref().and_then(|verb| belongs(verb, option));
    let is_tip = |line: &String| line.trim_start().starts_with("tip:");
    let as_value = |line: &String| is_tip(line) && line.contains("as a value");
    below.retain(|line| !(as_value(line) || hint.is_some() && is_tip(line)));
    if let Some(hint) = hint {
        below.insert(1.min(below.len()), format!("  tip: {hint}"));
    }
    if let (Some(line), Some(usage)) = (
        below.iter_mut().find(|line| line.starts_with("Usage:")),
        usage(given),
    ) {
        *line = usage;
    }
    // What stood around a tip that is gone.
    below.dedup_by(|a, b| a.is_empty() && b.is_empty());
}

pub(crate) fn completions(front: &mut Front, shell: Shell) -> Outcome {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "leftfold", &mut text);
    front.out.write_all(&text)?;
    Ok(())
}

/// A command's page and those of its verbs.
fn pages(command: &clap::Command) -> usize {
    1 + command.get_subcommands().map(pages).sum::<usize>()
}

pub(crate) fn manual(front: &mut Front, folder: Option<&Path>) -> Outcome {
    let Some(folder) = folder else {
        clap_mangen::Man::new(Arguments::command()).render(&mut front.out)?;
        return Ok(());
    };
    fs::create_dir_all(folder).map_err(|e| Failure::unwritable(folder, &e))?;
    clap_mangen::generate_to(Arguments::command(), folder).map_err(|e| Failure::unwritable(folder, &e))?;
    let pages = pages(&Arguments::command());
    let folder = folder.display().to_string();
    writeln!(front.out, "{pages} pages in {}", clean(&folder))?;
    Ok(())
}
