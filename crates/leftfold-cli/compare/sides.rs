//! Two histories compared for what follows from their findings: a report, a plan, a witness.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use leftfold_event::Point;
use leftfold_session::NamedComparison;
use leftfold_session::compare::{Compared, Hand, Status};

use super::relate::RelateArgs;
use super::{CompareArgs, HowArgs, Made, asked, make};
use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::input;
use crate::style::{Tone, clean, counted};
use crate::topic;

/// How certain findings can be, in the order in which that is told.
pub(crate) const STATUSES: [Status; 4] = super::STATUSES;

/// Two histories.
#[derive(Debug, Args)]
pub(crate) struct SidesArgs {
    /// The left side: a file, a capture, a topic, `-` or a name from leftfold.toml
    pub(crate) left: PathBuf,
    /// The right side; without it, LEFT is the name of a comparison in leftfold.toml, and what is said beside it counts before what stands there
    pub(crate) right: Option<PathBuf>,
}

/// A comparison that was made.
pub(crate) struct Done {
    /// What was asked for.
    pub(crate) asked: NamedComparison,
    /// What came of it.
    pub(crate) compared: Made,
    /// The moment it went back to.
    pub(crate) at: Option<i64>,
    /// The files that were read.
    pub(crate) paths: [PathBuf; 2],
}

/// Compares two sides as `compare` does with the same arguments.
pub(crate) fn done(
    front: &mut Front,
    both: (&Path, Option<&Path>),
    relate: &RelateArgs,
    how: &HowArgs,
) -> Outcome<Done> {
    let asked = wanted(both, relate, how)?;
    made(front, asked, how)
}

/// Makes a comparison as it was asked for.
pub(crate) fn made(front: &mut Front, asked: NamedComparison, how: &HowArgs) -> Outcome<Done> {
    let stores = [how.left_store, how.right_store];
    let mut done = of(front, asked, stores, how.at.as_ref())?;
    done.at = done.compared.go_back_to(how.at.as_ref());
    done.compared.note(front, &done.asked.options)?;
    Ok(done)
}

/// A name as a shell takes it.
pub(super) fn shell_word(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    if !name.is_empty() && name.chars().all(is_plain) {
        return name.to_owned();
    }
    format!("'{}'", name.replace('\'', "'\\''"))
}

/// What is to be compared, as the arguments say it.
pub(crate) fn wanted(
    (left, right): (&Path, Option<&Path>),
    relate: &RelateArgs,
    how: &HowArgs,
) -> Outcome<NamedComparison> {
    let both = [Some(left), right];
    if both.iter().all(|p| p.is_some_and(|p| p.as_os_str() == "-")) {
        return Err(Failure::new(
            "usage",
            "standard input can be one side only: give the other one a file",
        ));
    }
    asked(&CompareArgs {
        left: left.to_owned(),
        right: right.map(Path::to_owned),
        relate: relate.clone(),
        how: how.clone(),
        category: Vec::new(),
        status: Vec::new(),
        streams: false,
        count: None,
        save: None,
        suggest: false,
        json: false,
    })
}

/// Makes a comparison that a project file or the arguments state, and tells what of its sides cannot be read.
pub(crate) fn of(
    front: &mut Front,
    asked: NamedComparison,
    stores: [Option<usize>; 2],
    at: Option<&Point>,
) -> Outcome<Done> {
    let left = topic::resolved(front, &asked.left)?;
    let right = topic::resolved(front, &asked.right)?;
    let session = input::session(front);
    let compared = make(front, &session, &asked, ([&left, &right], stores), at)?;
    let found = compared.found();
    for (name, unreadable) in found.names().into_iter().zip(found.unreadable()) {
        for lost in unreadable.iter().take(5) {
            front.note(format!("{name}: {lost}"));
        }
    }
    let path = |source: &Path| input::find(source).map_or_else(|_| source.to_owned(), |named| named.path);
    Ok(Done {
        paths: [path(&left), path(&right)],
        asked,
        compared,
        at: None,
    })
}

/// What is compared.
pub(crate) fn heading(front: &mut Front, compared: &Compared) -> Outcome {
    let paint = front.paint;
    for (hand, mark) in [(Hand::Left, "left "), (Hand::Right, "right")] {
        let side = compared.side(hand);
        let events = counted(side.side.events().into(), "event");
        let streams = counted(side.side.streams().len() as u64, "stream");
        writeln!(
            front.out,
            "{} {}  {}",
            paint.with(Tone::Dim, mark),
            paint.with(Tone::Title, &clean(&side.name)),
            paint.with(Tone::Dim, &format!("{events} in {streams}"))
        )?;
    }
    writeln!(front.out)?;
    Ok(())
}
