//! Two histories compared for what follows from their findings: a report, a plan, a witness.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use leftfold_event::Point;
use leftfold_session::compare::{Compared, Hand, Status};
use leftfold_session::{Mode, NamedComparison};

use super::mirror::check_sides;
use super::relate::RelateArgs;
use super::{CompareArgs, HowArgs, asked};
use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::input;
use crate::style::{Tone, clean, counted};
use crate::topic;

/// How certain findings can be, in the order in which that is told.
pub(crate) const STATUSES: [Status; 4] = super::STATUSES;

/// What a comparison comes to, in a sentence.
pub(crate) fn in_words(compared: &Compared) -> (Tone, String) {
    super::mirror::in_words(compared)
}

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
    pub(crate) compared: Compared,
    /// The moment it went back to.
    pub(crate) at: Option<i64>,
    /// The files that were read.
    pub(crate) paths: [PathBuf; 2],
}

/// Compares two sides as `compare` does with the same arguments.
pub(crate) fn done(front: &mut Front, (left, right): (&Path, Option<&Path>), how: &HowArgs) -> Outcome<Done> {
    let both = [Some(left), right];
    if both.iter().all(|p| p.is_some_and(|p| p.as_os_str() == "-")) {
        return Err(Failure::new(
            "usage",
            "standard input can be one side only: give the other one a file",
        ));
    }
    let asked = asked(&CompareArgs {
        left: left.to_owned(),
        right: right.map(Path::to_owned),
        relate: RelateArgs::default(),
        how: how.clone(),
        category: Vec::new(),
        status: Vec::new(),
        streams: false,
        count: None,
        save: None,
        json: false,
    })?;
    let mut done = of(front, asked, [how.left_store, how.right_store])?;
    let sides = [&done.compared.left, &done.compared.right];
    let latest = sides.into_iter().filter_map(|s| s.side.latest()).max();
    done.at = match (&how.at, latest) {
        (Some(Point::Time(at)), _) => Some(at.nanos),
        (Some(Point::BeforeEnd { nanos }), Some(latest)) => Some(latest.saturating_sub(*nanos)),
        _ => None,
    };
    if let Some(at) = done.at {
        done.compared.go_back_to(at);
    }
    Ok(done)
}

/// Makes a comparison that a project file or the arguments state.
pub(crate) fn of(front: &mut Front, asked: NamedComparison, stores: [Option<usize>; 2]) -> Outcome<Done> {
    if !matches!(asked.mode, Mode::Mirror) {
        return Err(Failure::new(
            "usage",
            format!(
                "reports, repairs and witnesses are of mirrors; {:?} is {}: `leftfold compare` shows it",
                asked.name,
                asked.mode.as_str()
            ),
        ));
    }
    let left = topic::resolved(front, &asked.left)?;
    let right = topic::resolved(front, &asked.right)?;
    let session = input::session(front);
    let stores = (
        super::side(front, &session, &left, stores[0])?,
        super::side(front, &session, &right, stores[1])?,
    );
    let options = asked.options.clone();
    let compared = super::compare(front, (&left, stores.0), (&right, stores.1), options)?;
    check_sides(front, &asked.options, &compared)?;
    for side in [&compared.left, &compared.right] {
        for lost in side.unreadable.iter().take(5) {
            front.note(format!("{}: {lost}", side.name));
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
