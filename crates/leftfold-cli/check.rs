//! `check`: whether the comparisons and rules of a project file hold.

mod follow;
mod junit;
mod lines;
mod sarif;
mod text;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Seek as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use leftfold_event::{Point, Progress};
use leftfold_log::Axis;
use leftfold_session::compare::{
    Finding, Findings, History, Rule, RuleKind, RuleTold, Ruled, Shown, Status, check_rule_at, told_of_rule,
};
use leftfold_session::project::{FILE_NAME, Project};
use leftfold_session::{Check, Mode, NamedComparison, StatedCheck, duration_text, nearest_names, output};

use crate::args::SourceArgs;
use crate::compare::{self, CHUNK, DIFFERS};
use crate::document::Document;
use crate::export;
use crate::failure::{Failure, Outcome};
use crate::finding::time;
use crate::front::Front;
use crate::input::{self, Opened};
use crate::style::{counted, grouped};
use crate::topic;
use text::as_text;

pub(crate) const CHECK: &str = "\
Examples:
  leftfold check                                        everything that leftfold.toml here states
  leftfold check 'stock never below zero' -c 20
  leftfold check --format junit -O report.xml --force   or --format sarif
  leftfold check --project . --json | jq -r 'select(.result).check'
  leftfold check --at 2026-11-20T19:10:00Z              as it was known then
  leftfold check --follow --source kafka://localhost:9092/orders --json

leftfold.toml:
  [[comparison]]                        # as `leftfold compare`, which writes one with --save
  name = \"copy\"
  left = \"shop.db\"                      # a file, the name of a [[source]], kafka://HOST:PORT/TOPIC
  right = \"shop-mirror.ndjson\"
  lag_tolerance = \"30s\"                 # further: mode, identity, ignore, metadata, settled,
                                        # number_tolerance, time_tolerance, streams, categories,
                                        # types, compacted = [\"right\"]
  [[comparison]]                        # different events that belong together
  name = \"an order's payment is requested\"
  mode = \"correlated\"
  left = \"shop.db\"
  right = \"shop.db\"
  left_when = 'type == \"OrderPlaced\"'
  right_when = 'type == \"PaymentRequested\"'
  key = \"payload.orderId\"               # or left_key and right_key
  within = \"5s\"                         # further: cardinality = \"1:1\", skew,
                                        # equal = [\"payload.total = payload.amount\"]
  [[comparison]]                        # states against a table, lines of states, a history
  name = \"orders table\"
  mode = \"projection\"
  left = \"shop.db\"
  right = \"read.db\"
  table = \"orders\"
  key = \"order_id\"                      # further: projection, fields = [\"total\"],
                                        # map = { paid = \"/paidAmount\" }, within = \"5m\"
  [[rule]]                              # a condition: on the event, `state` after it, `before` it
  name = \"stock never below zero\"
  source = \"shop.db\"                    # without it: the one that --source names
  categories = [\"stock\"]                # further: streams, types, projection
  check = \"state.available >= 0\"
  [[rule]]
  name = \"paid before it is shipped\"
  when = 'type == \"OrderShipped\"'       # which events; without it all of them
  check = 'before.status == \"paid\"'
  [[rule]]                              # an event that another one has to follow
  name = \"a captured payment reaches its order\"
  when = 'type == \"PaymentCaptured\" && category == \"payment\"'
  expect = 'type == \"PaymentCaptured\" && category == \"order\"'
  by = \"correlation_id\"                 # what both share
  within = \"30s\"                        # without it: pending for good, unless settled = true says that the history is complete

Expressions are CEL over the event, as in filters (`leftfold events --help`). A state that does not hold is one violation until it holds \
again. A condition on a field that is not there is passed over; with `when` it does not hold. A field that is nowhere is an error of the rule; that there is no event it is \
about is told beside its `ok`.
With --json one finding a line, as in `leftfold compare --json`, with {\"check\": NAME}; then one line {\"check\", \"result\", \"summary\"} of \
each check (result: ok, violated, error), and one {\"summary\": {...}} of all.
With --follow rules see each event once, as it comes: captures, topics and lines are read on from where they were read to; of other files the \
headers are read again, at most half of the time. Comparisons are made anew when a side has grown, at most once a second, and what is new in them is said. A \
deadline has passed when the source has events later than it; of a topic, all of its partitions that hold events. What was said and heals is \
counted in the end, not said again; what was said and is in the source no longer, because it was written anew, is `gone`, and named. A file that is not there yet, in \
a folder that is, or in which nothing is yet, is waited for. A topic is kept in a temporary file meanwhile.
Exit codes: 0 everything holds, 1 something differs or is violated (or was, and healed or is gone), 2 something could not be checked.";

/// How the outcome is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For a person
    Text,
    /// A line of JSON for each finding and each check
    Ndjson,
    /// JUnit XML: a test case for each check
    Junit,
    /// SARIF 2.1.0: a rule for each check, a result for each finding
    Sarif,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Only the comparisons and rules of these names
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<String>,
    /// What rules are checked on that name no source: a file, a capture, a topic, `-` or a name from leftfold.toml
    #[arg(long, value_name = "SOURCE")]
    pub(crate) source: Option<PathBuf>,
    /// The folder of leftfold.toml (default: the current one)
    #[arg(long, value_name = "FOLDER")]
    pub(crate) project: Option<PathBuf>,
    /// How to write the outcome (default: text)
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// Where to write (default: standard output)
    #[arg(short = 'O', long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace a file that exists; never a source
    #[arg(long)]
    pub(crate) force: bool,
    /// As text, show at most so many findings of each check
    #[arg(short, long, value_name = "N", default_value_t = 5)]
    pub(crate) count: usize,
    /// The same as --format ndjson
    #[arg(long, conflicts_with = "format")]
    pub(crate) json: bool,
    /// What was known at that time (or -15m: so long before a source's last event): what came later had not come
    #[arg(long, value_name = "TIME", value_parser = compare::moment, allow_hyphen_values = true, conflicts_with = "follow")]
    pub(crate) at: Option<Point>,
    /// Go on while the sources grow, and say each finding once, when it is certain; Ctrl-C ends it
    #[arg(long, conflicts_with_all = ["output", "force"])]
    pub(crate) follow: bool,
}

impl CheckArgs {
    fn format(&self) -> Format {
        match self.format {
            _ if self.json => Format::Ndjson,
            Some(format) => format,
            None => Format::Text,
        }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.format() == Format::Ndjson
    }

    /// Findings of one check whose evidence is kept for the report.
    fn kept(&self) -> usize {
        match self.format() {
            Format::Text => self.count,
            Format::Ndjson => 0,
            Format::Junit => 20,
            Format::Sarif => 1000,
        }
    }
}

/// A check that was run.
struct Done {
    name: String,
    is_rule: bool,
    /// What it looks at, in a few words.
    about: String,
    /// Where its sides (or its only side) are.
    places: [String; 2],
    judged: Outcome<Judged>,
}

/// What a check found.
struct Judged {
    /// Findings that are certain, healed ones too.
    certain: u64,
    /// Those that were said while it went on, and that its sides no longer have.
    gone: u64,
    /// Those that may still heal.
    pending: u64,
    /// Streams in which something is certain.
    streams: u64,
    /// The first that is certain.
    first: Option<Shown>,
    /// As many as are to be shown, and their numbers among all.
    shown: Vec<Shown>,
    numbers: Vec<u32>,
    /// That it says nothing, and why, where there is no event it is about.
    idle: Option<Idle>,
    /// For machines.
    summary: Document,
}

/// Why a rule says nothing.
struct Idle {
    /// In a few words.
    what: &'static str,
    /// With what in it is nowhere.
    note: String,
}

impl Idle {
    fn of(told: &RuleTold) -> Option<Self> {
        let what = told.idle?;
        let note = std::iter::once(what).chain(told.notes.iter().map(String::as_str));
        Some(Self {
            what,
            note: note.collect::<Vec<_>>().join("; "),
        })
    }
}

impl Done {
    /// What it comes to, in a word.
    fn result(&self) -> &'static str {
        match &self.judged {
            Ok(judged) if judged.certain == 0 && judged.gone == 0 => "ok",
            Ok(_) => "violated",
            Err(_) => "error",
        }
    }

    /// Why it says nothing, where it does not.
    fn idle(&self) -> Option<&Idle> {
        self.judged.as_ref().ok()?.idle.as_ref()
    }

    /// Code and message of what kept it from being checked.
    fn error(&self) -> Option<(&str, &str)> {
        match &self.judged {
            Err(Failure::Error { code, message, .. }) => Some((code.as_ref(), message.as_str())),
            _ => None,
        }
    }
}

/// How many of a word there are.
fn results(all: &[Done], result: &str) -> u64 {
    all.iter().filter(|d| d.result() == result).count() as u64
}

fn is_certain(status: Status) -> bool {
    matches!(status, Status::Confirmed | Status::Healed)
}

/// Where the outcome goes: it is written to its file whole, at the end.
enum Sink {
    Out,
    Spool(File),
}

impl Sink {
    fn put(&mut self, front: &mut Front, bytes: &[u8]) -> Outcome {
        match self {
            Self::Out => front.out.write_all(bytes)?,
            Self::Spool(file) => file.write_all(bytes)?,
        }
        Ok(())
    }
}

pub(crate) fn run(front: &mut Front, args: &CheckArgs) -> Outcome<ExitCode> {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let target = args
        .output
        .as_deref()
        .filter(|o| o.as_os_str() != "-")
        .map(absolute);
    // A name or a topic is no path.
    let source = args.source.as_deref();
    let source = source.map(|s| if s.exists() { absolute(s) } else { s.to_owned() });
    if let Some(folder) = &args.project {
        // What a project file names lies relative to it.
        std::env::set_current_dir(folder).map_err(|e| Failure::about("project-file", folder, e))?;
    }
    let project = Project::of_folder(Path::new("."))?;
    let Some(project) = project else {
        let folder = args.project.as_deref().unwrap_or(Path::new("."));
        let why = format!("there is no {FILE_NAME} here; `leftfold check --help` shows one");
        return Err(Failure::about("project-file", folder, why));
    };
    let chosen = chosen(&project, &args.names)?;
    if source.is_some() && !chosen.iter().any(|check| takes_a_source(check)) {
        let why = "--source is for rules that name no source, and none of these is one: leave it out, or take `source = …` out of the rule";
        return Err(Failure::new("usage", why));
    }
    if args.follow {
        return follow::run(front, args, &project, (&chosen, source.as_deref()));
    }
    if let Some(target) = &target {
        for named in chosen.iter().flat_map(|c| sources(c, source.as_deref())) {
            let path = input::find(named).map_or_else(|_| named.to_owned(), |n| n.path);
            output::refuse_source(target, &path)?;
        }
        export::check_target(target, Path::new(FILE_NAME), args.force)?;
    }
    let mut sink =
        match &target {
            Some(_) => Sink::Spool(tempfile::tempfile().map_err(|e| {
                Failure::new("no-temporary-file", format!("no temporary file can be made: {e}"))
            })?),
            None => Sink::Out,
        };
    let mut running = Running {
        args,
        project: &project,
        source,
        opened: Vec::new(),
        topics: Vec::new(),
    };
    let mut all = Vec::new();
    for stated in chosen {
        let done = running.check(front, stated, &mut sink)?;
        if args.is_json() {
            sink.put(front, &lines::of_check(&done)?)?;
        }
        all.push(done);
    }
    let mut report = Vec::new();
    match args.format() {
        Format::Text => as_text(front, &all, target.is_none(), &mut report)?,
        Format::Ndjson => lines::of_all(&all).print(&mut report)?,
        Format::Junit => junit::write(&all, &mut report)?,
        Format::Sarif => sarif::document(&all).print(&mut report)?,
    }
    sink.put(front, &report)?;
    if let (Some(target), Sink::Spool(mut file)) = (&target, sink) {
        let interrupt = front.interrupt.clone();
        interrupt.careful(|| {
            output::write_whole(target, |out| {
                file.rewind()?;
                Ok(io::copy(&mut file, out)?)
            })
        })?;
        front.note(format!("{} written", target.display()));
    }
    front.out.flush()?;
    let errors: Vec<&Done> = all.iter().filter(|d| d.judged.is_err()).collect();
    for done in &errors {
        if let Some((code, message)) = done.error() {
            Failure::new(code.to_owned(), format!("{}: {message}", done.name)).tell(args.is_json());
        }
    }
    Ok(match results(&all, "violated") {
        _ if !errors.is_empty() => ExitCode::from(2),
        0 => ExitCode::SUCCESS,
        _ => ExitCode::from(DIFFERS),
    })
}

/// The checks of these names, or all.
pub(crate) fn chosen<'p>(project: &'p Project, names: &[String]) -> Outcome<Vec<&'p StatedCheck>> {
    let all = &project.file.checks;
    if all.is_empty() {
        let why = "it states no [[comparison]] and no [[rule]]; `leftfold check --help` shows some";
        return Err(project.wrong(why).into());
    }
    if names.is_empty() {
        return Ok(all.iter().collect());
    }
    for name in names {
        if !all.iter().any(|c| c.name == *name) {
            let known: Vec<&str> = all.iter().map(|c| c.name.as_str()).collect();
            let hint = match nearest_names(name, known.iter().copied(), 1)[..] {
                [] => format!("there are: {}", known.join(", ")),
                [near, ..] => format!("did you mean {near:?}?"),
            };
            let why = format!("there is no comparison and no rule {name:?} in {FILE_NAME}; {hint}");
            return Err(Failure::new("no-such-check", why));
        }
    }
    Ok(all.iter().filter(|c| names.contains(&c.name)).collect())
}

/// What a check reads.
fn sources<'c>(stated: &'c StatedCheck, fallback: Option<&'c Path>) -> Vec<&'c Path> {
    match &stated.check {
        Ok(Check::Comparison(c)) => vec![c.left.as_path(), c.right.as_path()],
        Ok(Check::Rule(rule)) => rule
            .source
            .as_deref()
            .map(Path::new)
            .or(fallback)
            .into_iter()
            .collect(),
        Err(_) => Vec::new(),
    }
}

/// Whether it is a rule that leaves open what it is about.
fn takes_a_source(stated: &StatedCheck) -> bool {
    matches!(&stated.check, Ok(Check::Rule(rule)) if rule.source.is_none())
}

/// What checks share while they run.
struct Running<'a> {
    args: &'a CheckArgs,
    project: &'a Project,
    /// What rules are checked on that name no source.
    source: Option<PathBuf>,
    /// Histories by what they are called.
    opened: Vec<(PathBuf, Opened)>,
    /// Topics that were read, and where to.
    topics: Vec<(PathBuf, PathBuf)>,
}

impl Running<'_> {
    fn check(&mut self, front: &mut Front, stated: &StatedCheck, sink: &mut Sink) -> Outcome<Done> {
        let fallback = self.source.clone();
        let mut places = sources(stated, fallback.as_deref()).into_iter().map(place);
        let places = [(); 2].map(|()| places.next().unwrap_or_default());
        let judged = match &stated.check {
            Ok(Check::Comparison(comparison)) => self.comparison(front, comparison, sink),
            Ok(Check::Rule(rule)) => self.rule(front, rule, sink),
            Err(why) => Err(self.project.wrong(why).into()),
        };
        if let Err(ended @ (Failure::Cancelled | Failure::BrokenPipe)) = judged {
            return Err(ended);
        }
        Ok(Done {
            name: stated.name.clone(),
            is_rule: stated.is_rule,
            about: about(stated, &places),
            places,
            judged,
        })
    }

    /// The file to read for a source; a topic is read once.
    fn resolved(&mut self, front: &mut Front, source: &Path) -> Outcome<PathBuf> {
        if let Some((_, path)) = self.topics.iter().find(|(topic, _)| topic == source) {
            return Ok(path.clone());
        }
        let path = topic::resolved(front, source)?;
        if path != source {
            self.topics.push((source.to_owned(), path.clone()));
        }
        Ok(path)
    }

    fn comparison(
        &mut self,
        front: &mut Front,
        stated: &NamedComparison,
        sink: &mut Sink,
    ) -> Outcome<Judged> {
        let left = self.resolved(front, &stated.left)?;
        let right = self.resolved(front, &stated.right)?;
        let session = input::session(front);
        let at = self.args.at.as_ref();
        let mut made = compare::make(front, &session, stated, ([&left, &right], [None; 2]), at)?;
        made.go_back_to(at);
        made.note(front, &stated.options)?;
        let found = made.found();
        note_unreadable(front, &stated.name, found);
        let known = found.known_until();
        let certain: Vec<u32> = numbers(found, &|f| f.is_certain(known));
        let cancel = front.interrupt.cancel.clone();
        if self.args.is_json() {
            for chunk in numbers(found, &|_| true).chunks(CHUNK) {
                let shown = found.shown(chunk, &cancel)?;
                sink.put(
                    front,
                    &lines::of_findings(&stated.name, found.names(), chunk[0], &shown)?,
                )?;
            }
        }
        let wanted = match self.args.format() {
            Format::Sarif => numbers(found, &|f| {
                f.is_certain(known) || f.status(known) == Status::Pending
            }),
            _ => certain.clone(),
        };
        let kept = wanted.len().min(self.args.kept());
        let streams: BTreeSet<u32> = certain
            .iter()
            .map(|n| found.findings()[*n as usize].stream)
            .collect();
        Ok(Judged {
            numbers: wanted[..kept].to_vec(),
            certain: certain.len() as u64,
            gone: 0,
            pending: numbers(found, &|f| f.status(known) == Status::Pending).len() as u64,
            streams: streams.len() as u64,
            first: found.shown(&certain[..certain.len().min(1)], &cancel)?.pop(),
            shown: found.shown(&wanted[..kept], &cancel)?,
            idle: None,
            summary: made.summary(&cancel)?,
        })
    }

    fn rule(&mut self, front: &mut Front, rule: &Rule, sink: &mut Sink) -> Outcome<Judged> {
        let source = rule
            .source
            .as_ref()
            .map(PathBuf::from)
            .or_else(|| self.source.clone());
        let source = source.ok_or_else(|| {
            Failure::new(
                "usage",
                "it names no source: say which one with --source, or write source = \"…\" there",
            )
        })?;
        let at = self.args.at.clone();
        let opened = self.open(front, &source)?;
        let name = opened.source.name();
        let moment = moment_in(opened, at.as_ref());
        let (ruled, told) = ruled(front, rule, opened, moment)?;
        if self.args.is_json() {
            for (first, chunk) in (0..).step_by(CHUNK).zip(ruled.shown.chunks(CHUNK)) {
                let found = lines::of_findings(&rule.name, [&name; 2], first, chunk)?;
                sink.put(front, &found)?;
            }
        }
        let idle = Idle::of(&told);
        let summary = lines::of_rule(&ruled, &name, idle.as_ref().map(|i| i.note.as_str()));
        let summary = summary.maybe("at", moment.map(time));
        Ok(self.judged(ruled, idle, summary))
    }

    fn judged(&self, ruled: Ruled, idle: Option<Idle>, summary: Document) -> Judged {
        let with_pending = self.args.format() == Format::Sarif;
        let first = ruled.shown.iter().find(|s| is_certain(s.status)).cloned();
        let (numbers, shown) = (0..)
            .zip(ruled.shown)
            .filter(|(_, s)| with_pending || is_certain(s.status))
            .take(self.args.kept())
            .unzip();
        Judged {
            numbers,
            certain: ruled.violations,
            gone: 0,
            pending: ruled.pending,
            streams: ruled.streams,
            first,
            shown,
            idle,
            summary,
        }
    }

    /// The history of a source with its index, which several rules share.
    fn open(&mut self, front: &mut Front, source: &Path) -> Outcome<&Opened> {
        let at = match self.opened.iter().position(|(called, _)| called == source) {
            Some(at) => at,
            None => {
                let args = SourceArgs {
                    source: self.resolved(front, source)?,
                    store: None,
                    table: None,
                };
                let session = input::session(front);
                let opened = input::open_in(front, &session, &args)?;
                self.opened.push((source.to_owned(), opened));
                self.opened.len() - 1
            }
        };
        Ok(&self.opened[at].1)
    }
}

/// The moment that is meant of a history, in nanoseconds.
pub(crate) fn moment_in(opened: &Opened, at: Option<&Point>) -> Option<i64> {
    let last = || opened.snapshot.log.all().extent(Axis::Time).map(|(_, last)| last);
    match at? {
        Point::Time(time) => Some(time.nanos),
        Point::BeforeEnd { nanos } => last().map(|last| last.saturating_sub(*nanos)),
        _ => None,
    }
}

/// Checks a rule on a history, as of a moment if one is given, and tells what of it could not be judged.
pub(crate) fn ruled(
    front: &mut Front,
    rule: &Rule,
    opened: &Opened,
    moment: Option<i64>,
) -> Outcome<(Ruled, RuleTold)> {
    let snapshot = &opened.snapshot;
    let history = History {
        log: &snapshot.log,
        store: &*opened.source.store,
        projections: snapshot.replay.projections(),
    };
    let cancel = front.interrupt.cancel.clone();
    let progress = [Progress::new()];
    let work = || check_rule_at(rule, history, moment, &cancel, &progress[0]);
    let ruled = front.watch("checking, events", &progress, work)?;
    let name = opened.source.name();
    let failed = ruled.first_failure.as_deref().map(|why| {
        format!(
            "{}: it could not be judged for {}: {why}",
            rule.name,
            counted(ruled.failed, "event")
        )
    });
    if let Some(told) = failed {
        if ruled.is_unusable() {
            let why = format!(
                "it could not be judged for any event, {} in all: {}",
                grouped(ruled.failed),
                ruled.first_failure.unwrap_or_default()
            );
            return Err(Failure::new("filter-fails", why));
        }
        front.note(told);
    }
    let work = || told_of_rule(rule, history, &ruled, &cancel);
    let told = front.watch("looking for what is not there", &[Progress::new()], work)?;
    if let Some(why) = told.error {
        return Err(Failure::new("filter-fails", why));
    }
    if let Some(what) = told.idle {
        front.note(format!("{}: there is {what} in {name}", rule.name));
    }
    for note in &told.notes {
        front.note(format!("{}: {note}", rule.name));
    }
    if ruled.pending > 0 && follow::waits_without_end(rule) {
        front.note(format!(
            "{}: nothing has followed {} yet, and it has no deadline: write within = \"…\", or settled = true if the history is complete",
            rule.name,
            counted(ruled.pending, "event")
        ));
    }
    Ok((ruled, told))
}

/// Says what of the sides of a comparison cannot be read.
fn note_unreadable(front: &mut Front, name: &str, found: &dyn Findings) {
    for (unreadable, side) in found.unreadable().into_iter().zip(["left", "right"]) {
        for lost in unreadable.iter().take(5) {
            front.note(format!("{name}, {side}: {lost}"));
        }
    }
}

/// The findings that are picked, by number.
fn numbers(found: &dyn Findings, pick: &dyn Fn(&Finding) -> bool) -> Vec<u32> {
    let findings = found.findings().iter().enumerate();
    findings.filter(|(_, f)| pick(f)).map(|(i, _)| i as u32).collect()
}

/// Where a source is: its path, or the topic.
pub(crate) fn place(source: &Path) -> String {
    let path = match input::find(source) {
        Ok(named) if !topic::is_topic(source) => named.path,
        _ => source.to_owned(),
    };
    path.to_string_lossy().into_owned()
}

/// What a check looks at, in a few words.
pub(crate) fn about(stated: &StatedCheck, places: &[String; 2]) -> String {
    match &stated.check {
        Ok(Check::Comparison(c)) => {
            let mode = match &c.mode {
                Mode::Mirror => "",
                other => &format!(", {}", other.as_str()),
            };
            format!("{} against {}{mode}", places[0], places[1])
        }
        Ok(Check::Rule(rule)) => match &rule.kind {
            RuleKind::Check { when: None, check } => check.text().to_owned(),
            RuleKind::Check {
                when: Some(when),
                check,
            } => format!("{}, when {}", check.text(), when.text()),
            RuleKind::Expect {
                when,
                expect,
                by,
                within,
                settled: _,
            } => {
                let soon = within.map_or_else(String::new, |w| format!(" within {}", duration_text(w)));
                format!(
                    "{}, followed by {}{soon}, by {}",
                    when.text(),
                    expect.text(),
                    by.text()
                )
            }
        },
        Err(_) => String::new(),
    }
}
