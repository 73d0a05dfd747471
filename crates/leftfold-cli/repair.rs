//! `repair`: what would make one side of a comparison say what the other one says. It sends nothing.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use leftfold_event::json::{self, Value};
use leftfold_event::{Event, EventId, Progress};
use leftfold_session::compare::Findings as _;
use leftfold_session::compare::{
    Action, After, Category, Compared, Conflicts, Hand, Planned, Remaining, Repair, Template,
};
use leftfold_session::project::Project;
use leftfold_session::{Mode, SessionError, output, templates, write_event};

use crate::compare::relate::RelateArgs;
use crate::compare::sides::{self, SidesArgs};
use crate::compare::{self, DIFFERS, HandArg, HowArgs, Made};
use crate::document::{Document, list, number, position, stated};
use crate::export::check_target;
use crate::failure::{Failure, Outcome};
use crate::finding::time;
use crate::front::Front;
use crate::style::{Tone, clean, counted, grouped};
use crate::table::{Column, Table};

pub(crate) const REPAIR: &str = "\
Examples:
  leftfold repair shop.db shop-mirror.ndjson                    what would be done, and what is left after that
  leftfold repair shop.db shop-mirror.ndjson -O plan.ndjson     the plan for a producer
  leftfold repair copy --from right --json                      the right side is right: a plan for the left one
  leftfold repair copy --settled --conflicts re-send
  leftfold repair copy -O - -q | jq -c 'select(.action == \"re-send\")'

Nothing is sent and no source is written to. The plan says of each event what to do:
  skip        who reads the history passes it over: it is doubled, or too much
  compensate  another event undoes it, where a template says which
  re-send     it is sent once more, as the right side has it
What is pending, late, out of coverage or in another order is left as it is, and told. Then the plan is applied to a copy in memory, as who \
obeys it sees that (what is passed over or undone is not there, what is re-sent stands at the end, or in the place of the event of \
the same identity), and both sides are compared once more.

Templates stand in leftfold.toml, or in the file that --template names:
  [[compensate]]
  type = \"PaymentCaptured\"                 # of the event that is wrong
  with = \"PaymentReversed\"                 # of the event that undoes it
  payload = { reverses = \"{id}\", amount = \"{payload@/capturedAmount}\", reason = \"doubled, see {stream}\" }
Places are {id}, {stream}, {category}, {version}, {type}, {time}, {position}, {correlation_id}, {causation_id}, {payload}, {metadata}, or \
a JSON pointer into one of the last two. A template that asks for what the event lacks does not fit.

A line of the plan: {action, because: {finding, category, status, since}, to: {side, source, stream, topic, key}, behind, undoes, ...the event as in \
`leftfold events --json`}; `behind` where it will stand behind later events of its stream; `undoes` is the event that a compensation undoes. \
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
    #[command(flatten)]
    pub(crate) sides: SidesArgs,
    #[command(flatten)]
    pub(crate) how: HowArgs,
    /// Which side is right; the plan is for the other one
    #[arg(long, value_name = "SIDE", default_value = "left")]
    pub(crate) from: HandArg,
    /// A TOML file with `[[compensate]]`, in place of those of leftfold.toml in the current folder
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

pub(crate) fn run(front: &mut Front, args: &RepairArgs) -> Outcome<ExitCode> {
    if args.how.at.is_some() {
        let why = "a plan is made of what is known now: what came since --at would be sent once more";
        return Err(Failure::new("usage", why));
    }
    let right = match args.from {
        HandArg::Left => Hand::Left,
        HandArg::Right => Hand::Right,
    };
    let templates = stated_templates(args.template.as_deref())?;
    let target = args.output.as_deref().filter(|o| o.as_os_str() != "-");
    let to_output = args.output.is_some() && target.is_none();
    let both = (args.sides.left.as_path(), args.sides.right.as_deref());
    if let Some(target) = target {
        check_target(target, both.0, args.force)?;
    }
    let asked = sides::wanted(both, &RelateArgs::default(), &args.how)?;
    let of = "a repair plan is made where both sides should hold the same events";
    if !matches!(asked.mode, Mode::Mirror) {
        return Err(sides::not_of(&asked, of));
    }
    let done = sides::made(front, asked, &args.how)?;
    if let Some(target) = target {
        for path in &done.paths {
            output::refuse_source(target, path)?;
        }
    }
    let Made::Mirror(compared) = &done.compared else {
        return Err(sides::not_of(&done.asked, of));
    };
    let cancel = front.interrupt.cancel.clone();
    let repair = Repair::plan(compared, right, args.conflicts.into(), templates, &cancel)?;
    let progress = [Progress::new(), Progress::new()];
    let again = || repair.after(compared, &cancel, [&progress[0], &progress[1]]);
    let after = front.watch("comparing again, events", &progress, again)?;
    match target {
        Some(target) => {
            let interrupt = front.interrupt.clone();
            interrupt.careful(|| {
                output::write_whole(target, |out| {
                    write_plan(&repair, compared, out, &cancel).map_err(|e| match e {
                        Failure::Cancelled => SessionError::cancelled().into(),
                        e => io::Error::other(told(&e)).into(),
                    })
                })
            })?;
        }
        None if to_output || args.json => write_plan(&repair, compared, &mut front.out, &cancel)?,
        None => {}
    }
    if args.json {
        let summary = summary(&repair, compared, &after);
        Document::new().with("summary", summary).print(&mut front.out)?;
    } else if !to_output {
        as_text(front, &repair, compared, &after, target)?;
    }
    Ok(if compared.comparison.first().is_some() {
        ExitCode::from(DIFFERS)
    } else {
        ExitCode::SUCCESS
    })
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
fn stated_templates(file: Option<&Path>) -> Outcome<Vec<Template>> {
    let Some(file) = file else {
        return Ok(match Project::of_folder(Path::new("."))? {
            Some(project) => project.templates()?,
            None => Vec::new(),
        });
    };
    let text = fs::read_to_string(file).map_err(|e| Failure::about("project-file", file, e))?;
    let found = templates(&text).map_err(|why| Failure::about("project-file", file, why))?;
    if found.is_empty() {
        return Err(Failure::about(
            "project-file",
            file,
            "it states no [[compensate]]; `leftfold repair --help` shows one",
        ));
    }
    Ok(found)
}

fn write_plan(
    repair: &Repair,
    compared: &Compared,
    out: &mut dyn Write,
    cancel: &leftfold_event::Cancel,
) -> Outcome {
    repair.steps(compared, cancel, &mut |planned| {
        Ok::<_, Failure>(line(repair, compared, &planned)?.print(out)?)
    })
}

/// One line of the plan.
fn line(repair: &Repair, compared: &Compared, planned: &Planned) -> Outcome<Document> {
    let (right, wrong) = (repair.plan.right, repair.plan.right.other());
    let names = compared.names();
    let finding = &planned.finding;
    let because = Document::new()
        .with("finding", number(planned.step.finding + 1))
        .with("category", finding.category.as_str())
        .with("status", compared.comparison.status(finding).as_str())
        .maybe("since", finding.since.map(time));
    let to = Document::new()
        .with("side", wrong.as_str())
        .with("source", names[wrong as usize])
        .maybe("stream", stated(&planned.event.stream))
        .maybe("topic", planned.target.topic.clone())
        .maybe("key", planned.target.key.clone());
    let source = match planned.step.action {
        Action::ReSend => names[right as usize],
        Action::Skip => names[wrong as usize],
        // It is nowhere yet.
        Action::Compensate => "",
    };
    let document = Document::new()
        .with("action", planned.step.action.as_str())
        .with("because", because)
        .with("to", to)
        .maybe("behind", planned.step.behind.then_some(true))
        .maybe("undoes", planned.undone.as_ref().map(reference));
    let mut text = String::new();
    write_event(&planned.event, source, &mut text);
    let event = json::parse(text.as_bytes())
        .map_err(|e| Failure::new("internal", format!("an event is no JSON: {e}")))?;
    Ok(match event {
        // What a store calls as the plan does would take its place.
        Value::Object(members) => {
            members
                .into_iter()
                .fold(document, |document, (name, value)| match name.as_str() {
                    "action" | "because" | "to" | "behind" | "undoes" => {
                        document.with(&format!("extra_{name}"), value)
                    }
                    name => document.with(name, value),
                })
        }
        _ => document,
    })
}

/// What an event is found by.
fn reference(event: &Event) -> Document {
    Document::new()
        .maybe("stream", stated(&event.stream))
        .maybe("version", event.version.map(number))
        .maybe("position", event.position.as_deref().map(position))
        .maybe("id", event.id.as_ref().map(EventId::to_string))
        .maybe("type", stated(&event.kind))
}

fn remaining(all: &[Remaining]) -> Value {
    list(all.iter().map(|r| {
        Document::new()
            .with("category", r.category.as_str())
            .with("findings", number(r.findings))
            .with("why", r.why.as_str())
    }))
}

fn summary(repair: &Repair, compared: &Compared, after: &After) -> Document {
    let mut actions = Document::new();
    for action in Action::ALL {
        actions = actions.with(action.as_str(), number(repair.plan.count(action) as u64));
    }
    Document::new()
        .with("right", repair.plan.right.as_str())
        .with("for", compared.names()[repair.plan.right.other() as usize])
        .with("sent", false)
        .with("actions", actions)
        .with("unrepaired", remaining(&repair.unrepaired(compared)))
        .with("before", compare::mirror::summary(compared))
        .with(
            "after",
            Document::new()
                .with("findings", number(after.findings))
                .with("remaining", remaining(&after.remaining)),
        )
}

/// Steps by action and category of finding.
fn by_action(repair: &Repair, compared: &Compared, action: Action) -> Vec<(Category, u64)> {
    let of = |category: Category| {
        let steps = repair.plan.steps.iter().filter(|s| s.action == action);
        let is = |s: &&leftfold_session::compare::Step| {
            compared.comparison.findings[s.finding as usize].category == category
        };
        (category, steps.filter(is).count() as u64)
    };
    Category::ALL
        .into_iter()
        .map(of)
        .filter(|(_, n)| *n > 0)
        .collect()
}

fn as_text(
    front: &mut Front,
    repair: &Repair,
    compared: &Compared,
    after: &After,
    target: Option<&Path>,
) -> Outcome {
    sides::heading(front, compared)?;
    let (paint, width) = (front.paint, front.width);
    let names = compared.names();
    let (right, wrong) = (repair.plan.right, repair.plan.right.other());
    let title = format!(
        "What would make {} say what {} says; nothing is sent",
        clean(names[wrong as usize]),
        clean(names[right as usize])
    );
    writeln!(front.out, "{}", paint.with(Tone::Title, &title))?;
    if repair.plan.steps.is_empty() {
        writeln!(front.out, "nothing")?;
    } else {
        let mut table = Table::new(vec![
            Column::left("action", Tone::Notice, usize::MAX),
            Column::right("events", Tone::Number),
            Column::left("because of", Tone::Plain, 12),
        ]);
        for action in Action::ALL {
            let parts = by_action(repair, compared, action);
            if parts.is_empty() {
                continue;
            }
            let told: Vec<String> = parts
                .iter()
                .map(|(category, n)| format!("{} {}", grouped(*n), category.as_str()))
                .collect();
            table.row(vec![
                action.as_str().to_owned(),
                grouped(repair.plan.count(action) as u64),
                told.join(", "),
            ]);
        }
        table.write(&mut front.out, paint, width)?;
    }
    let left_alone = repair.unrepaired(compared);
    if !left_alone.is_empty() {
        writeln!(front.out)?;
        writeln!(front.out, "{}", paint.with(Tone::Title, "Left as it is"))?;
        why_table(&left_alone).write(&mut front.out, paint, width)?;
    }
    let before = compared.comparison.findings.len() as u64;
    writeln!(front.out)?;
    let line = format!(
        "Applied to a copy in memory: {} before, {} after",
        counted(before, "finding"),
        grouped(after.findings)
    );
    writeln!(front.out, "{}", paint.with(Tone::Title, &line))?;
    if !after.remaining.is_empty() {
        why_table(&after.remaining).write(&mut front.out, paint, width)?;
    }
    let steps = counted(repair.plan.steps.len() as u64, "step");
    match target {
        Some(target) => front.note(format!("{}: {steps}; nothing was sent", target.display())),
        None if repair.plan.steps.is_empty() => {}
        None => {
            writeln!(front.out)?;
            let line = format!("{steps}; -O plan.ndjson writes the plan");
            writeln!(front.out, "{}", paint.with(Tone::Dim, &line))?;
        }
    }
    Ok(())
}

fn why_table(rows: &[Remaining]) -> Table {
    let mut table = Table::new(vec![
        Column::left("finding", Tone::Notice, usize::MAX),
        Column::right("n", Tone::Number),
        Column::left("why", Tone::Plain, 20),
    ]);
    for row in rows {
        table.row(vec![
            row.category.as_str().to_owned(),
            grouped(row.findings),
            row.why.in_words().to_owned(),
        ]);
    }
    table
}
