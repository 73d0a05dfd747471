//! `witness`: the smallest history that still shows a finding, as files and a test.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use leftfold_event::Event;
use leftfold_session::compare::{
    History, MirrorOptions, ProjectionWitness, Row, Rule, RuleWitness, Status, Witness, correlated_is_shown,
    correlated_witness, projection_is_shown, projection_witness, rule_witness, witness,
};
use leftfold_session::project::{FILE_NAME, Project};
use leftfold_session::{Check, Mode, NamedComparison, output, save_comparison, write_event};

use crate::args::SourceArgs;
use crate::check;
use crate::compare::relate::RelateArgs;
use crate::compare::{HowArgs, Made, make, sides};
use crate::document::{Document, list, number};
use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::input;
use crate::style::{clean, counted};
use crate::topic;

pub(crate) const WITNESS: &str = "\
Examples:
  leftfold witness shop.db shop-mirror.ndjson --finding 12 -O lost    then lost/test.sh ends with 1 as long as they differ
  leftfold witness copy --finding 1 -O first --json
  leftfold witness --rule 'stock never below zero' --finding 1 -O oversold

The number of a finding stands before it in `leftfold compare` and `leftfold check`; it is the same here with the same options. What is not needed to show the \
finding is left out, event by event, beginning with the finding's streams; a file keeps at least one event, and as many as it \
takes to be as certain. The outcome is read back and looked at before it is written.

In the folder: left.ndjson and right.ndjson (for a rule history.ndjson), leftfold.toml with the comparison or the rule, test.sh for a build \
server (LEFTFOLD names another program). `leftfold check` does the same there.
With --mode correlated it is the events of the finding's key on both sides, and where it takes them those up to which both sides are known. With --mode projection it is \
events of the finding's stream and, as right.ndjson, its row as a line of states in the form that the state has, with the fields that differ alone where that is enough; another \
stream with its row is taken along where the row or the stream is missing.
With --json one line {folder, finding, category, status, events: {left, right} | {history}, rows, others}.";

#[derive(Debug, Args)]
pub(crate) struct WitnessArgs {
    /// The left side, as in `compare`, or the name of a comparison in leftfold.toml
    #[arg(required_unless_present = "rule")]
    pub(crate) left: Option<PathBuf>,
    /// The right side
    pub(crate) right: Option<PathBuf>,
    /// Which finding: its number in `leftfold compare` or `leftfold check`
    #[arg(short = 'n', long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) finding: u32,
    /// A finding of this rule in leftfold.toml, instead of a comparison's
    #[arg(long, value_name = "NAME", conflicts_with = "left")]
    pub(crate) rule: Option<String>,
    /// What the rule is checked on, where it names no source
    #[arg(long, value_name = "SOURCE", requires = "rule")]
    pub(crate) source: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) relate: RelateArgs,
    #[command(flatten)]
    pub(crate) how: HowArgs,
    /// The folder to write to; it is made
    #[arg(short = 'O', visible_short_alias = 'o', long, value_name = "FOLDER")]
    pub(crate) output: PathBuf,
    /// Replace files that are there
    #[arg(long)]
    pub(crate) force: bool,
    /// As one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// The script beside them.
const SCRIPT: &str = "\
#!/bin/sh
# Ends with 0 when nothing differs and no rule is violated, with 1 as long as something is.
cd \"$(dirname \"$0\")\" || exit 2
exec \"${LEFTFOLD:-leftfold}\" check \"$@\"
";

/// What is written.
struct Files {
    /// Histories by their files' names, and what their events say they come from.
    histories: Vec<(&'static str, String, Vec<Arc<Event>>)>,
    /// Rows, as lines of states.
    rows: Vec<Row>,
    project: String,
}

pub(crate) fn run(front: &mut Front, args: &WitnessArgs) -> Outcome {
    let (files, document, told) = match &args.rule {
        Some(name) => of_rule(front, args, name)?,
        None => of_comparison(front, args)?,
    };
    write(&args.output, &files)?;
    if args.json {
        return Ok(document.print(&mut front.out)?);
    }
    let path = |name: &str| clean(&args.output.join(name).to_string_lossy()).into_owned();
    for (name, _, events) in &files.histories {
        writeln!(
            front.out,
            "{}  {}",
            path(name),
            counted(events.len() as u64, "event")
        )?;
    }
    if !files.rows.is_empty() {
        let rows = counted(files.rows.len() as u64, "row");
        writeln!(front.out, "{}  {rows}", path(BOTH[1]))?;
    }
    writeln!(front.out, "{}", path(FILE_NAME))?;
    writeln!(front.out, "{}  {told}", path("test.sh"))?;
    Ok(())
}

fn check_folder(args: &WitnessArgs, names: &[&str], sources: &[PathBuf]) -> Outcome {
    for name in names.iter().chain(&[FILE_NAME, "test.sh"]) {
        let target = args.output.join(name);
        for source in sources {
            output::refuse_source(&target, source)?;
        }
        if target.symlink_metadata().is_ok() && !args.force {
            return Err(Failure::exists(&target));
        }
    }
    Ok(())
}

const BOTH: [&str; 2] = ["left.ndjson", "right.ndjson"];
const ONE: &str = "history.ndjson";

/// What is written, the line for machines, and what the script is for.
type Found = (Files, Document, String);

fn of_comparison(front: &mut Front, args: &WitnessArgs) -> Outcome<Found> {
    let left = args.left.clone().unwrap_or_default();
    check_folder(args, &BOTH, &[])?;
    let both = (left.as_path(), args.right.as_deref());
    let asked = sides::wanted(both, &args.relate, &args.how)?;
    let done = sides::made(front, asked, &args.how)?;
    check_folder(args, &BOTH, &done.paths)?;
    let cancel = front.interrupt.cancel.clone();
    let progress = [leftfold_event::Progress::new()];
    let number_of = args.finding - 1;
    let found = match &done.compared {
        Made::Mirror(compared) => {
            let work = || witness(compared, number_of, done.at, &cancel);
            Least::Events(front.watch("looking for less", &progress, work)?)
        }
        Made::Correlated(correlated) => {
            let work = || correlated_witness(correlated, number_of, &cancel);
            Least::Events(front.watch("looking for less", &progress, work)?)
        }
        Made::Projection(projected) => {
            let work = || projection_witness(projected, &done.asked.options, number_of, &cancel);
            Least::Rows(front.watch("looking for less", &progress, work)?)
        }
    };
    let names = done.compared.found().names().map(str::to_owned);
    let status = found.status();
    let what = format!(
        "finding {} of {} against {}: {} ({})",
        args.finding,
        names[0],
        names[1],
        found.category(),
        status[1].as_str()
    );
    let mut files = found.files(&names);
    let folder = temporary()?;
    let named = NamedComparison {
        name: "witness".to_owned(),
        left: BOTH[0].into(),
        right: BOTH[1].into(),
        options: found.options().clone(),
        mode: match &found {
            Least::Events(_) => done.asked.mode.clone(),
            Least::Rows(small) => Mode::Projection(Arc::clone(&small.by)),
        },
    };
    if let Least::Rows(_) = &found {
        let path = folder.path().join(FILE_NAME);
        let stated = projections(front, &done)?;
        fs::write(&path, stated).map_err(|e| Failure::unwritable(&path, &e))?;
    }
    save_comparison(folder.path(), &named)?;
    let stated = fs::read_to_string(folder.path().join(FILE_NAME))
        .map_err(|e| Failure::unwritable(folder.path(), &e))?;
    files.project = format!("{}{stated}", comment(&what));
    write(folder.path(), &files)?;
    is_shown(front, folder.path(), &named, &found)?;
    note_status(front, status);
    if found.others() > 0 {
        front.note(format!(
            "{} of the small histories beside it cannot be left out",
            counted(found.others() as u64, "other finding")
        ));
    }
    let document = Document::new()
        .with("folder", args.output.to_string_lossy().into_owned())
        .with("finding", number(args.finding))
        .with("category", found.category())
        .with("status", status[1].as_str())
        .with("events", found.counts())
        .maybe("rows", found.rows().map(number))
        .with("others", number(found.others() as u64))
        .with("files", list(BOTH));
    let told = match status[1] {
        Status::Confirmed | Status::Healed => "exit code 1 as long as they differ",
        Status::Pending => "exit code 0: what is pending may still come",
        Status::OutOfCoverage => "exit code 0: it is not expected there",
    };
    Ok((files, document, told.to_owned()))
}

/// The projections that the left side's streams are folded by, as they are stated.
fn projections(front: &Front, done: &sides::Done) -> Outcome<String> {
    let stated = input::session(front).stated_projections(&done.paths[0])?;
    if let Some(stated) = stated {
        return Ok(stated);
    }
    // What was received is a file of ours: the project of the current folder speaks for it.
    let received = done.asked.left.symlink_metadata().is_err();
    let project = Project::of_folder(Path::new("."))?.filter(|_| received);
    Ok(project
        .map(|p| p.projections_alone())
        .transpose()?
        .unwrap_or_default())
}

/// The least that shows a finding of a comparison.
enum Least {
    /// Events of both sides.
    Events(Witness),
    /// Events, and rows beside them.
    Rows(ProjectionWitness),
}

impl Least {
    fn category(&self) -> &'static str {
        match self {
            Self::Events(small) => small.category.as_str(),
            Self::Rows(small) => small.category.as_str(),
        }
    }

    fn status(&self) -> [Status; 2] {
        match self {
            Self::Events(small) => small.status,
            Self::Rows(small) => small.status,
        }
    }

    fn others(&self) -> usize {
        match self {
            Self::Events(small) => small.others,
            Self::Rows(small) => small.others,
        }
    }

    fn options(&self) -> &MirrorOptions {
        match self {
            Self::Events(small) => &small.options,
            Self::Rows(small) => &small.options,
        }
    }

    /// How many events there are of each side that has some.
    fn counts(&self) -> Document {
        let of = |events: &[Arc<Event>]| number(events.len() as u64);
        match self {
            Self::Events(small) => Document::new()
                .with("left", of(&small.left))
                .with("right", of(&small.right)),
            Self::Rows(small) => Document::new().with("left", of(&small.events)),
        }
    }

    fn rows(&self) -> Option<u64> {
        match self {
            Self::Events(_) => None,
            Self::Rows(small) => Some(small.rows.len() as u64),
        }
    }

    /// What is written, but for the project file.
    fn files(&self, names: &[String; 2]) -> Files {
        let mut files = Files {
            histories: Vec::new(),
            rows: Vec::new(),
            project: String::new(),
        };
        let left = match self {
            Self::Events(small) => &small.left,
            Self::Rows(small) => &small.events,
        };
        files.histories.push((BOTH[0], names[0].clone(), left.clone()));
        match self {
            Self::Events(small) => files
                .histories
                .push((BOTH[1], names[1].clone(), small.right.clone())),
            Self::Rows(small) => files.rows.clone_from(&small.rows),
        }
        files
    }
}

fn temporary() -> Outcome<tempfile::TempDir> {
    tempfile::tempdir().map_err(|e| {
        Failure::new(
            "no-temporary-folder",
            format!("no temporary folder can be made: {e}"),
        )
    })
}

/// A comment for a project file, on one line whatever it holds.
fn comment(what: &str) -> String {
    let escaped: String = what
        .chars()
        .map(|c| {
            if leftfold_event::terminal::is_obeyed(c) {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect();
    format!("# The smallest history that shows it: {escaped}\n")
}

fn note_status(front: &mut Front, [was, is]: [Status; 2]) {
    if was != is {
        front.note(format!(
            "it is {} here and was {}: that depends on what the histories hold beside it",
            is.as_str(),
            was.as_str()
        ));
    }
}

/// Reads the files back and compares them as anybody would.
fn is_shown(front: &mut Front, folder: &Path, named: &NamedComparison, found: &Least) -> Outcome {
    let session = input::session(front);
    let [left, right] = BOTH.map(|name| folder.join(name));
    let read = make(front, &session, named, ([&left, &right], [None; 2]), None)?;
    let shown = match (found, &read, &named.mode) {
        (Least::Events(found), Made::Mirror(read), _) => found.is_shown_by(read),
        (Least::Events(found), Made::Correlated(read), Mode::Correlated(by)) => {
            correlated_is_shown(found, by, read)
        }
        (Least::Rows(found), Made::Projection(read), _) => projection_is_shown(found, read),
        _ => false,
    };
    if shown {
        return Ok(());
    }
    Err(Failure::new(
        "no-witness",
        "written as NDJSON and read back, the small histories no longer show the finding: it depends on how the sources hold their events",
    ))
}

fn of_rule(front: &mut Front, args: &WitnessArgs, name: &str) -> Outcome<Found> {
    check_folder(args, &[ONE], &[])?;
    let project = Project::of_folder(Path::new("."))?.ok_or_else(|| {
        Failure::new(
            "project-file",
            format!("there is no {FILE_NAME} here, which would state the rule"),
        )
    })?;
    let stated = check::chosen(&project, &[name.to_owned()])?;
    let rule = match stated.first().map(|s| &s.check) {
        Some(Ok(Check::Rule(rule))) => Arc::clone(rule),
        Some(Err(why)) => return Err(project.wrong(why).into()),
        _ => {
            let why = format!("{name:?} is a comparison: leave out --rule");
            return Err(Failure::new("usage", why));
        }
    };
    let source = rule
        .source
        .as_ref()
        .map(PathBuf::from)
        .or_else(|| args.source.clone());
    let source = source
        .ok_or_else(|| Failure::new("usage", "the rule names no source: say which one with --source"))?;
    let resolved = topic::resolved(front, &source)?;
    let path = input::find(&resolved).map_or_else(|_| resolved.clone(), |named| named.path);
    check_folder(args, &[ONE], &[path])?;
    let session = input::session(front);
    let opened = input::open_in(front, &session, &of(&resolved))?;
    let (ruled, _) = check::ruled(front, &rule, &opened, None)?;
    let history = History {
        log: &opened.snapshot.log,
        store: &*opened.source.store,
        projections: opened.snapshot.replay.projections(),
    };
    let cancel = front.interrupt.cancel.clone();
    let progress = [leftfold_event::Progress::new()];
    let work = || rule_witness(&rule, history, &ruled, args.finding - 1, &cancel);
    let found = front.watch("looking for less", &progress, work)?;
    let origin = opened.source.name();
    let what = format!("finding {} of the rule {name} on {origin}", args.finding);
    let files = Files {
        histories: vec![(ONE, origin, found.events.clone())],
        rows: Vec::new(),
        project: format!("{}{}", comment(&what), project.with_rule_alone(name, ONE)?),
    };
    let folder = temporary()?;
    write(folder.path(), &files)?;
    rule_is_violated(front, folder.path(), &rule, &found)?;
    note_status(front, found.status);
    let document = Document::new()
        .with("folder", args.output.to_string_lossy().into_owned())
        .with("finding", number(args.finding))
        .with(
            "category",
            ruled.shown[args.finding as usize - 1].category.as_str(),
        )
        .with("status", found.status[1].as_str())
        .with(
            "events",
            Document::new().with("history", number(found.events.len() as u64)),
        )
        .with("files", list([ONE]));
    let told = match found.status[1] {
        Status::Confirmed | Status::Healed => "exit code 1 as long as the rule is violated",
        _ => "exit code 0: what is pending may still come",
    };
    Ok((files, document, told.to_owned()))
}

fn of(source: &Path) -> SourceArgs {
    SourceArgs {
        source: source.to_owned(),
        store: None,
        table: None,
    }
}

/// Reads the file back and checks the rule as anybody would.
fn rule_is_violated(front: &mut Front, folder: &Path, rule: &Rule, found: &RuleWitness) -> Outcome {
    let session = input::session(front);
    let opened = input::open_in(front, &session, &of(&folder.join(ONE)))?;
    let (read, _) = check::ruled(front, rule, &opened, None)?;
    let violated = read.shown.get(found.number as usize);
    if violated.is_some_and(|v| v.status == found.status[1]) {
        return Ok(());
    }
    Err(Failure::new(
        "no-witness",
        "written as NDJSON and read back, the small history no longer violates the rule: it depends on how the source holds its events",
    ))
}

fn write(folder: &Path, files: &Files) -> Outcome {
    fs::create_dir_all(folder).map_err(|e| Failure::unwritable(folder, &e))?;
    for (name, source, events) in &files.histories {
        output::write_whole(&folder.join(name), |out| {
            let mut line = String::new();
            for event in events {
                line.clear();
                write_event(event, source, &mut line);
                line.push('\n');
                out.write_all(line.as_bytes())?;
            }
            Ok(())
        })?;
    }
    if !files.rows.is_empty() {
        output::write_whole(&folder.join(BOTH[1]), |out| {
            for row in &files.rows {
                let line = Document::new()
                    .with("stream", row.key.as_str())
                    .with("state", row.fields.clone());
                line.print(out)?;
            }
            Ok(())
        })?;
    }
    let text = |name: &str, text: &str| {
        output::write_whole(&folder.join(name), |out| Ok(out.write_all(text.as_bytes())?))
    };
    text(FILE_NAME, &files.project)?;
    let script = folder.join("test.sh");
    text("test.sh", SCRIPT)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let is = fs::metadata(&script).map_err(|e| Failure::unwritable(&script, &e))?;
        // Whoever may read it may run it.
        let mode = is.permissions().mode();
        let permissions = fs::Permissions::from_mode(mode | (mode & 0o444) >> 2);
        fs::set_permissions(&script, permissions).map_err(|e| Failure::unwritable(&script, &e))?;
    }
    Ok(())
}
