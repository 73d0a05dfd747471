//! `check`: whether the comparisons and rules of a project file hold.

mod junit;
mod lines;
mod sarif;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Seek as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use leftfold_event::Progress;
use leftfold_session::compare::{
    Finding, Findings, History, Rule, RuleKind, RuleTold, Ruled, Shown, Status, check_rule, told_of_rule,
};
use leftfold_session::project::{FILE_NAME, Project};
use leftfold_session::{Check, Mode, NamedComparison, StatedCheck, duration_text, nearest_names, output};

use crate::args::SourceArgs;
use crate::compare::{self, CHUNK, DIFFERS};
use crate::document::Document;
use crate::export;
use crate::failure::{Failure, Outcome};
use crate::finding::{self, event_cell, time};
use crate::front::Front;
use crate::input::{self, Opened};
use crate::style::{Tone, clean, counted, grouped, named};
use crate::table::{Column, Table};
use crate::topic;

pub(crate) const CHECK: &str = "\
Examples:
  leftfold check                                        everything that leftfold.toml here states
  leftfold check 'stock never below zero' -c 20
  leftfold check --source shop.db --format junit -O report.xml --force
  leftfold check --project . --json | jq -r 'select(.result).check'

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
  within = \"30s\"

Expressions are CEL over the event, as in filters (`leftfold events --help`). A state that does not hold is one violation until it holds \
again. A condition on a field that is not there is passed over; with `when` it does not hold. A field that is nowhere is an error of the rule; that there is no event it is \
about is told beside its `ok`.
With --json one finding a line, as in `leftfold compare --json`, with {\"check\": NAME}; then one line {\"check\", \"result\", \"summary\"} of \
each check (result: ok, violated, error), and one {\"summary\": {...}} of all.
Exit codes: 0 everything holds, 1 something differs or is violated (or was, and healed), 2 something could not be checked.";

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
            Ok(judged) if judged.certain == 0 => "ok",
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
        let made = compare::make(front, &session, stated, ([&left, &right], [None; 2]), None)?;
        if !matches!(stated.mode, Mode::Mirror) {
            made.note(front, &stated.options)?;
        }
        let found = made.found();
        for (unreadable, name) in found.unreadable().into_iter().zip(["left", "right"]) {
            for lost in unreadable.iter().take(5) {
                front.note(format!("{}, {name}: {lost}", stated.name));
            }
        }
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
        let opened = self.open(front, &source)?;
        let name = opened.source.name();
        let (ruled, told) = ruled(front, rule, opened)?;
        if self.args.is_json() {
            for (first, chunk) in (0..).step_by(CHUNK).zip(ruled.shown.chunks(CHUNK)) {
                let found = lines::of_findings(&rule.name, [&name; 2], first, chunk)?;
                sink.put(front, &found)?;
            }
        }
        let idle = Idle::of(&told);
        let summary = lines::of_rule(&ruled, &name, idle.as_ref().map(|i| i.note.as_str()));
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

/// Checks a rule on a history, and tells what of it could not be judged.
pub(crate) fn ruled(front: &mut Front, rule: &Rule, opened: &Opened) -> Outcome<(Ruled, RuleTold)> {
    let snapshot = &opened.snapshot;
    let history = History {
        log: &snapshot.log,
        store: &*opened.source.store,
        projections: snapshot.replay.projections(),
    };
    let cancel = front.interrupt.cancel.clone();
    let progress = [Progress::new()];
    let work = || check_rule(rule, history, &cancel, &progress[0]);
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
    Ok((ruled, told))
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

/// One finding on one line.
fn line(shown: &Shown) -> String {
    let since = shown.since.map(|t| format!(", since {}", time(t)));
    let event = event_cell(shown);
    format!(
        "{} ({}) in {}{}{}{}: {}",
        shown.category.as_str(),
        shown.status.as_str(),
        clean(named(shown.place())),
        if event.is_empty() { "" } else { ", " },
        clean(&event),
        since.unwrap_or_default(),
        clean(&finding::what(shown))
    )
}

/// What all came to, in a sentence.
fn in_words(all: &[Done]) -> (Tone, String) {
    let (violated, errors) = (results(all, "violated"), results(all, "error"));
    let checks = counted(all.len() as u64, "check");
    match (violated, errors) {
        (0, 0) => {
            let idle = match all.iter().filter(|d| d.idle().is_some()).count() as u64 {
                0 => String::new(),
                n => format!(", {} of no event", counted(n, "rule")),
            };
            (Tone::Good, format!("{checks}: everything holds{idle}"))
        }
        (n, 0) => (Tone::Bad, format!("{checks}: {} violated", grouped(n))),
        (n, e) => (
            Tone::Bad,
            format!(
                "{checks}: {} violated, {} could not be checked",
                grouped(n),
                grouped(e)
            ),
        ),
    }
}

fn as_text(front: &Front, all: &[Done], on_terminal: bool, out: &mut Vec<u8>) -> Outcome {
    // A file has neither colours nor a width.
    let (paint, width) = if on_terminal {
        (front.paint, front.width)
    } else {
        (crate::style::Paint::new(false), None)
    };
    let mut table = Table::new(vec![
        Column::left("check", Tone::Title, 16),
        Column::left("result", Tone::Notice, usize::MAX),
        Column::right("findings", Tone::Number),
        Column::right("streams", Tone::Number),
        Column::left("since", Tone::Dim, usize::MAX),
        Column::left("first event", Tone::Plain, 12),
    ]);
    for done in all {
        let idle = done.idle().map(|idle| format!(", {}", idle.what));
        let result = format!("{}{}", done.result(), idle.unwrap_or_default());
        let mut row = vec![done.name.clone(), result];
        match &done.judged {
            Ok(judged) => {
                let pending = match judged.pending {
                    0 => String::new(),
                    n => format!(" and {} pending", grouped(n)),
                };
                let first = judged.first.as_ref();
                row.extend([
                    format!("{}{pending}", grouped(judged.certain)),
                    grouped(judged.streams),
                    first.and_then(|f| f.since).map(time).unwrap_or_default(),
                    first
                        .map(|f| format!("{} {}", named(f.place()), event_cell(f)))
                        .unwrap_or_default(),
                ]);
            }
            Err(_) => row.resize(6, String::new()),
        }
        table.row(row);
    }
    table.write(out, paint, width)?;
    for done in all {
        let Ok(judged) = &done.judged else { continue };
        if judged.shown.is_empty() {
            continue;
        }
        writeln!(out)?;
        writeln!(
            out,
            "{}  {}",
            paint.with(Tone::Title, &clean(&done.name)),
            paint.with(Tone::Dim, &clean(&done.about))
        )?;
        finding::table(judged.shown.iter())
            .numbered(&judged.numbers)
            .write(out, paint, width)?;
        if let Some(more) = judged
            .certain
            .checked_sub(judged.shown.len() as u64)
            .filter(|n| *n > 0)
        {
            let line = format!("… and {} more; -c N shows more, --json all", grouped(more));
            writeln!(out, "{}", paint.with(Tone::Dim, &line))?;
        }
    }
    let (tone, words) = in_words(all);
    writeln!(out)?;
    writeln!(out, "{}", paint.with(tone, &words))?;
    Ok(())
}
