//! Leftfold on the command line.

mod about;
mod args;
mod audit;
mod blame;
mod capture;
mod check;
mod clock;
mod compare;
mod demo;
mod diff;
mod document;
mod event;
mod events;
mod export;
mod failure;
mod finding;
mod follow;
mod front;
mod history;
mod input;
mod inspect;
mod interrupt;
mod kafka;
mod kept;
mod later;
mod mapping;
mod open;
mod path;
mod place;
mod repair;
mod report;
mod secret;
mod state;
mod streams;
mod style;
mod table;
mod timeline;
mod topic;
mod topics;
mod witness;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};

use crate::args::{Arguments, MappingVerb, Verb};
use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::style::clean;

fn main() -> ExitCode {
    let arguments = match parse(std::env::args_os()) {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    let json = arguments.verb.json();
    let mut front = Front::new(&arguments);
    let done = run(&mut front, arguments.verb);
    // What was found so far is shown even when the run failed later.
    let flushed = front.out.flush().map_err(Failure::from);
    match done.and_then(|code| flushed.map(|()| code)) {
        Ok(code) => code,
        Err(failure) => failure.tell(json),
    }
}

/// The arguments, or what to exit with after help or an error was shown.
fn parse(given: impl Iterator<Item = OsString>) -> Result<Arguments, ExitCode> {
    let given: Vec<OsString> = given.collect();
    let json = given.iter().any(|a| a == "--json");
    let parsed = Arguments::command()
        .color(about::help_colour(&given))
        .try_get_matches_from(&given)
        .and_then(|matches| Arguments::from_arg_matches(&matches));
    parsed.map_err(|e| {
        if e.use_stderr() && e.kind() != clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
            let text = e.render().to_string();
            let mut lines = text.strip_prefix("error: ").unwrap_or(&text).trim_end().lines();
            let message = lines.next().unwrap_or_default();
            let mut below: Vec<String> = lines.map(|line| clean(line).into_owned()).collect();
            about::mend_tips(&e, &given, &mut below);
            failure::tell("usage", message, &below, json);
            return ExitCode::from(2);
        }
        match e.print().map_err(Failure::from) {
            Ok(()) => ExitCode::from(u8::try_from(e.exit_code()).unwrap_or(2)),
            Err(failure) => failure.tell(json),
        }
    })
}

fn run(front: &mut Front, mut verb: Verb) -> Outcome<ExitCode> {
    topic::resolve(front, &mut verb)?;
    match verb {
        Verb::Inspect(args) => inspect::run(front, &args)?,
        Verb::Streams(args) => streams::run(front, &args)?,
        Verb::Events(args) => events::run(front, &args)?,
        Verb::Event(args) => event::run(front, &args)?,
        Verb::Timeline(args) => timeline::run(front, &args)?,
        Verb::State(args) => state::run(front, &args)?,
        Verb::Diff(args) => return diff::run(front, &args),
        Verb::Compare(args) => return compare::run(front, &args),
        Verb::Check(args) => return check::run(front, &args),
        Verb::Audit(args) => return audit::run(front, &args),
        Verb::Report(args) => return report::run(front, &args),
        Verb::Repair(args) => return repair::run(front, &args),
        Verb::Witness(args) => witness::run(front, &args)?,
        Verb::Blame(args) => blame::run(front, &args)?,
        Verb::History(args) => history::run(front, &args)?,
        Verb::Export(args) => export::run(front, &args)?,
        Verb::Capture(args) => capture::run(front, &args)?,
        Verb::Topics(args) => topics::run(front, &args)?,
        Verb::Secret(args) => secret::run(front, &args)?,
        Verb::Demo(args) => demo::run(front, &args)?,
        Verb::Open(args) => return open::run(front, &args),
        Verb::Mapping(MappingVerb::Show(args)) => mapping::show(front, &args)?,
        Verb::Completions { shell } => about::completions(front, shell)?,
        Verb::Man { folder } => about::manual(front, folder.as_deref())?,
    }
    Ok(ExitCode::SUCCESS)
}
