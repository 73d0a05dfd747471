//! What the program says about itself: completions and manual pages.

use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::Path;

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
