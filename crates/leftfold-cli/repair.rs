//! `repair`: what would make one side of a comparison say what the other one says, or a rule hold. It sends nothing.

mod lines;
mod rule;
mod told;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use leftfold_event::{Cancel, Progress};
use leftfold_session::compare::{
    Action, Category, Conflicts, CorrelatedRepair, EventPlan, Hand, HistoryRepair, Repair, RowsFrom,
    RowsRepair,
};
use leftfold_session::project::Project;
use leftfold_session::{SessionError, Templates, output, templates};

use crate::compare::relate::RelateArgs;
use crate::compare::{DIFFERS, HandArg, HowArgs, Made, sides};
use crate::document::Document;
use crate::export::check_target;
use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::style::clean;
use told::Outline;

pub(crate) const REPAIR: &str = "\
Examples:
  leftfold repair shop.db shop-mirror.ndjson                    what would be done, and what is left after that
  leftfold repair shop.db shop-mirror.ndjson -O plan.ndjson     the plan for a producer
  leftfold repair copy --from right --json                      the right side is right: a plan for the left one
  leftfold repair copy --settled --conflicts re-send
  leftfold repair copy -O - -q | jq -c 'select(.action == \"re-send\")'
  leftfold repair invoices --template repair.toml               of what belongs together: the partners that are lacking
  leftfold repair shop.db shop-read.db --mode projection --table orders -O rows.ndjson
  leftfold repair --rule 'stock never below zero' --source shop.db

Nothing is sent and no source is written to. The plan says of each event what to do:
  skip        who reads the history passes it over: it is doubled, or too much
  compensate  another event undoes it, where a template says which
  re-send     it is sent once more, as the right side has it
  send        the event is sent that should belong to it (--mode correlated), or follow it (a rule's expect), where a template says which
and of rows that are not the states they should be (--mode projection): upsert, delete.
What is pending, late, out of coverage or in another order is left as it is, and told. Then the plan is applied to a copy in memory, as who \
obeys it sees that (what is passed over or undone is not there, what is re-sent stands at the end, or in the place of the event of \
the same identity), and both sides are compared once more.

Templates stand in leftfold.toml, or in the file that --template names:
  [[compensate]]
  type = \"PaymentCaptured\"                 # of the event that is wrong
  with = \"PaymentReversed\"                 # of the event that undoes it
  payload = { reverses = \"{id}\", amount = \"{payload@/capturedAmount}\", reason = \"doubled, see {stream}\" }
Places are {id}, {stream}, {category}, {version}, {type}, {time}, {position}, {correlation_id}, {causation_id}, {payload}, {metadata}, or \
a JSON pointer into one of the last two. A template that asks for what the event lacks does not fit. Partners have templates of their own, \
which are filled from the event that lacks one:
  [[partner]]
  type = \"OrderPlaced\"                     # of the event that is there
  with = \"InvoiceIssued\"                   # of the event that should belong to it
  stream = \"invoice-{payload@/orderId}\"    # where it is another one
  payload = { orderId = \"{payload@/orderId}\", amount = \"{payload@/total}\" }
Of partners that say something else the wrong one is undone, and the right one sent. In memory what is sent is stamped with the latest time \
there is: who has missed a deadline has missed it.

Rows are planned as of the place of the log that all rows are as of, so that whoever writes them can go on from there (--to-end: as of the end of the log); a \
row has what is compared in the form that tables keep, and what else it says already. With --from right the rows are right, and the events \
that set what differs are undone by templates; so they are where the right side is a history, of whichever is wrong.
Of a rule the events that violate it are undone or, with `expect`, what has to follow is sent; the rule is checked again until nothing more can be done.

A line of the plan: {action, because: {finding, category, status, since}, to: {side, source, stream, topic, key}, behind, undoes, ...the event as in \
`leftfold events --json`}; of rows {action, because, to: {side, source, table}, stream, key, row | state}; `behind` where it will stand behind later events of its stream; `undoes` is the event that a compensation undoes. \
The ids of compensations are the same each time, so that a plan can be sent twice.
With --json the plan's lines (unless -O names a file), then one line {\"summary\": {...}}.
Exit codes: 0 nothing differs for certain, 1 something does or did, 2 error.";

/// What is done about an event that says something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ConflictsArg {
    /// Undo it and send it again where a template fits, else send it again in its place
    Auto,
    /// Undo it and send it again; without a template do nothing
    Compensate,
    /// Send it again in its place: who reads takes the last of an identity
    ReSend,
}

#[derive(Debug, Args)]
pub(crate) struct RepairArgs {
    /// The left side: a file, a capture, a topic, `-` or a name from leftfold.toml
    #[arg(required_unless_present = "rule")]
    pub(crate) left: Option<PathBuf>,
    /// The right side; without it, LEFT is the name of a comparison in leftfold.toml, and what is said beside it counts before what stands there
    pub(crate) right: Option<PathBuf>,
    /// What would make this rule of leftfold.toml hold, instead of a comparison
    #[arg(long, value_name = "NAME", conflicts_with = "left")]
    pub(crate) rule: Option<String>,
    /// What the rule is checked on, where it names no source
    #[arg(long, value_name = "SOURCE", requires = "rule")]
    pub(crate) source: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) relate: RelateArgs,
    #[command(flatten)]
    pub(crate) how: HowArgs,
    /// Which side is right; the plan is for the other one
    #[arg(long, value_name = "SIDE", default_value = "left")]
    pub(crate) from: HandArg,
    /// Rows as of the end of the log, not of the place that most of them are as of
    #[arg(long)]
    pub(crate) to_end: bool,
    /// A TOML file with `[[compensate]]` and `[[partner]]`, in place of those of leftfold.toml in the current folder
    #[arg(long, value_name = "FILE")]
    pub(crate) template: Option<PathBuf>,
    /// What to do about an event that says something else
    #[arg(long, value_name = "WHAT", default_value = "auto")]
    pub(crate) conflicts: ConflictsArg,
    /// Where to write the plan, `-` for standard output (default: nowhere; with --json standard output)
    #[arg(short = 'O', visible_short_alias = 'o', long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace a file that exists; never a source
    #[arg(long)]
    pub(crate) force: bool,
    /// As NDJSON: the plan's lines, then the summary
    #[arg(long)]
    pub(crate) json: bool,
}

/// A plan, whatever it is of.
enum Plan<'c> {
    Mirror(Repair<'c>),
    Correlated(CorrelatedRepair<'c>),
    History(HistoryRepair<'c>),
    Rows(RowsRepair<'c>),
}

pub(crate) fn run(front: &mut Front, args: &RepairArgs) -> Outcome<ExitCode> {
    if args.how.at.is_some() {
        let why = "a plan is made of what is known now: what came since --at would be sent once more";
        return Err(Failure::new("usage", why));
    }
    let templates = stated_templates(args.template.as_deref())?;
    match &args.rule {
        Some(name) => rule::run(front, args, name, &templates),
        None => of_comparison(front, args, templates),
    }
}

fn of_comparison(front: &mut Front, args: &RepairArgs, templates: Templates) -> Outcome<ExitCode> {
    let right = match args.from {
        HandArg::Left => Hand::Left,
        HandArg::Right => Hand::Right,
    };
    let left = args.left.clone().unwrap_or_default();
    let both = (left.as_path(), args.right.as_deref());
    if let Some(target) = target(args) {
        check_target(target, both.0, args.force)?;
    }
    let asked = sides::wanted(both, &args.relate, &args.how)?;
    let done = sides::made(front, asked, &args.how)?;
    refuse_sources(args, &done.paths)?;
    refuse_hidden(front)?;
    let cancel = front.interrupt.cancel.clone();
    let (options, conflicts) = (&done.asked.options, args.conflicts.into());
    let plan = match &done.compared {
        Made::Mirror(found) => Plan::Mirror(Repair::plan(
            found,
            right,
            conflicts,
            templates.compensate,
            &cancel,
        )?),
        Made::Correlated(found) => Plan::Correlated(CorrelatedRepair::plan(
            found, right, conflicts, templates, &cancel,
        )?),
        Made::Projection(found) => {
            let of_history = matches!(found.rows().from, RowsFrom::History);
            let progress = [Progress::new()];
            if of_history || right == Hand::Right {
                let work = || HistoryRepair::plan(found, options, right, templates, &cancel);
                Plan::History(front.watch("planning", &progress, work)?)
            } else {
                let work = || RowsRepair::plan(found, options, args.to_end, &cancel);
                Plan::Rows(front.watch("planning", &progress, work)?)
            }
        }
    };
    if args.to_end && !matches!(plan, Plan::Rows(_)) {
        let why = "--to-end is for rows that are written anew: with --mode projection, from the left side";
        return Err(Failure::new("usage", why));
    }
    let progress = [Progress::new(), Progress::new()];
    let again = || match &plan {
        Plan::Mirror(plan) => plan.after(&cancel, [&progress[0], &progress[1]]),
        Plan::Correlated(plan) => plan.after(&cancel, [&progress[0], &progress[1]]),
        Plan::History(plan) => plan.after(&cancel, &progress[0]),
        Plan::Rows(plan) => plan.after(&cancel, &progress[0]),
    };
    let after = front.watch("comparing again, events", &progress, again)?;
    let found = done.compared.found();
    let names = found.names();
    let (wrong, source) = (names[right.other() as usize], names[right as usize]);
    let (wrong_name, right_name) = (clean(wrong), clean(source));
    let title = match &plan {
        Plan::Mirror(_) => {
            format!("What would make {wrong_name} say what {right_name} says; nothing is sent")
        }
        Plan::Correlated(_) => {
            format!("What would give {wrong_name} what belongs to {right_name}; nothing is sent")
        }
        Plan::History(_) => {
            format!(
                "What would undo in {wrong_name} that its states are not those of {right_name}; nothing is sent"
            )
        }
        Plan::Rows(_) => {
            format!("What would make the rows of {wrong_name} the states of {right_name}; nothing is written")
        }
    };
    let place = lines::Place {
        names: [names[0], names[1]],
        wrong: right.other(),
        table: match &done.compared {
            Made::Projection(found) => crate::compare::projection::of_table(found),
            _ => None,
        },
    };
    let facts = Document::new()
        .with("right", right.as_str())
        .with("for", wrong)
        .with("sent", leftfold_event::json::Value::Bool(false));
    let mut outline = Outline {
        title,
        facts,
        actions: Vec::new(),
        steps: 0,
        unrepaired: Vec::new(),
        unfit: Vec::new(),
        before: (found.findings().len() as u64, done.compared.summary(&cancel)?),
        after,
    };
    let events = match &plan {
        Plan::Mirror(plan) => Some(plan as &dyn EventPlan),
        Plan::Correlated(plan) => Some(plan as &dyn EventPlan),
        Plan::History(plan) => Some(plan as &dyn EventPlan),
        Plan::Rows(plan) => {
            outline.of_rows(plan);
            None
        }
    };
    if let Some(plan) = events {
        outline.of_events(plan);
        if plan.planned().contains(&(Action::ReSend, Category::Conflict)) {
            front.note(
                "an event that is sent again in place of another one replaces it only for who keeps the latest of each identity; in a log that is appended to both stay",
            );
        }
    }
    write(front, args, &|out, cancel| match (&plan, events) {
        (Plan::Rows(rows), _) => lines::rows(&rows.steps, &place, out),
        (_, Some(plan)) => lines::events(plan, &place, out, cancel),
        (_, None) => Ok(()),
    })?;
    if args.json {
        outline.print_json(front)?;
    } else if !is_to_output(args) {
        match &done.compared {
            Made::Mirror(compared) => sides::heading(front, compared)?,
            other => {
                other.head(front)?;
                writeln!(front.out)?;
            }
        }
        outline.print_text(front, target(args))?;
    }
    Ok(code(found.first().is_some()))
}

/// The file to write to.
fn target(args: &RepairArgs) -> Option<&Path> {
    args.output.as_deref().filter(|o| o.as_os_str() != "-")
}

fn is_to_output(args: &RepairArgs) -> bool {
    args.output.is_some() && target(args).is_none()
}

/// Refuses where something is hidden.
fn refuse_hidden(front: &Front) -> Outcome {
    if front.hid {
        let why = "a plan is for a producer, which would send the signs that stand in place of what masks hide: lift them (--no-masks)";
        return Err(Failure::new("masked", why));
    }
    Ok(())
}

fn refuse_sources(args: &RepairArgs, sources: &[PathBuf]) -> Outcome {
    if let Some(target) = target(args) {
        for source in sources {
            output::refuse_source(target, source)?;
        }
    }
    Ok(())
}

fn code(differs: bool) -> ExitCode {
    if differs {
        ExitCode::from(DIFFERS)
    } else {
        ExitCode::SUCCESS
    }
}

/// Writes the plan's lines where they are wanted, if anywhere.
fn write(
    front: &mut Front,
    args: &RepairArgs,
    lines: &dyn Fn(&mut dyn Write, &Cancel) -> Outcome,
) -> Outcome {
    let cancel = front.interrupt.cancel.clone();
    match target(args) {
        Some(target) => {
            let interrupt = front.interrupt.clone();
            interrupt.careful(|| {
                output::write_whole(target, |out| {
                    lines(out, &cancel).map_err(|e| match e {
                        Failure::Cancelled => SessionError::cancelled().into(),
                        e => io::Error::other(told(&e)).into(),
                    })
                })
            })?;
        }
        None if is_to_output(args) || args.json => lines(&mut front.out, &cancel)?,
        None => {}
    }
    Ok(())
}

fn told(failure: &Failure) -> String {
    match failure {
        Failure::Error { message, .. } => message.clone(),
        _ => "the run was ended".to_owned(),
    }
}

impl From<ConflictsArg> for Conflicts {
    fn from(arg: ConflictsArg) -> Self {
        match arg {
            ConflictsArg::Auto => Self::Auto,
            ConflictsArg::Compensate => Self::Compensate,
            ConflictsArg::ReSend => Self::ReSend,
        }
    }
}

/// The templates of a file, or those of the project file.
fn stated_templates(file: Option<&Path>) -> Outcome<Templates> {
    let Some(file) = file else {
        return Ok(match Project::of_folder(Path::new("."))? {
            Some(project) => project.templates()?,
            None => Templates::default(),
        });
    };
    let text = fs::read_to_string(file).map_err(|e| Failure::about("project-file", file, e))?;
    let found = templates(&text).map_err(|why| Failure::about("project-file", file, why))?;
    if found.is_empty() {
        return Err(Failure::about(
            "project-file",
            file,
            "it states neither [[compensate]] nor [[partner]]; `leftfold repair --help` shows one",
        ));
    }
    Ok(found)
}
