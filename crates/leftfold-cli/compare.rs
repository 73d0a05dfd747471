//! `compare`: where two histories part.

mod agreement;
mod correlated;
mod made;
pub(crate) mod mirror;
pub(crate) mod projection;
pub(crate) mod relate;
pub(crate) mod sides;
mod streams;
mod suggest;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use leftfold_event::{Point, Progress};
use leftfold_session::compare::{
    Category, Compared, Finding, Findings, Identity, IdentityBy, Ignored, MirrorOptions, Status, Verdict,
    compare_mirror,
};
use leftfold_session::project::Project;
use leftfold_session::{Mode, NamedComparison, Projections, Session, save_comparison};

use crate::args::SourceArgs;
use crate::document::{Document, number};
use crate::failure::{Failure, Outcome};
use crate::finding::{self, seconds};
use crate::front::Front;
use crate::input;
use crate::kept::{Answer, Kept};
use crate::style::{Tone, grouped};
use crate::topic;
use relate::RelateArgs;

pub(crate) use made::{Made, make};

pub(crate) const COMPARE: &str = "\
Examples:
  leftfold compare shop.db shop-mirror.ndjson           (`leftfold demo --mirror` writes both)
  leftfold compare shop.db shop-mirror.ndjson --category missing --json
  leftfold compare shop.db shop-mirror.ndjson --only-category stock --ignore /reason
  leftfold compare shop.db kafka://localhost:9092/orders --lag-tolerance 5s --settled
  leftfold compare shop.db shop-mirror.ndjson --ignore /reason --save copy
  leftfold compare copy                                 (as leftfold.toml says it; `leftfold check` runs all of them)
  leftfold compare shop.db shop-mirror.ndjson --mode correlated --key id --within 30s
  leftfold compare shop.db shop-mirror.ndjson --suggest
  leftfold compare shop.db shop-mirror.ndjson --mode projection --only-category order

Events are known by their ids where both sides share them, else by stream and version, else by what they say; --identity decides.
JSON is compared by what it says: the order of keys, spacing, escapes and a number's spelling do not count, every digit does.
An event that one side lacks is pending while it is younger than the lag tolerance, by the time up to which both sides are known, and a \
divergence after that; one that came later than that is `late`, and healed.

--mode correlated pairs events that are not the same but belong together, by a key, in the order of time: --left-when 'type == \
\"OrderPlaced\"' --left-key $.orderId --right-when 'type == \"PaymentRequested\"' --right-key /orderId --within 5s --equal '$.total = $.amount'. \
What has no partner is missing, or deadline where --within says how soon; extra, cardinality, conflict and clock-skew (an effect stamped before its \
cause: told, and no divergence) are the others.
--mode projection folds the left side and compares each stream's state with its row: of a table (--table carts --key cart_id), of NDJSON lines \
{\"stream\", \"state\"} as `leftfold state --json` writes them, or of another history's states. It says which place of the log the rows fit best. A row that fits \
an earlier place is behind: pending, then late (all of them where that place is further behind the end than --within); one that fits none is a field-mismatch, with the event that last set each field. missing: \
a stream without a row; extra: a row without a stream.

A FINDING is one of missing (the left side has it, the right one has not), extra (the other way round), duplicate, conflict (the same event says \
something else), reordered, late, version-collision, placement (in another stream or partition), undecodable (one side cannot read it), deadline, cardinality, clock-skew, field-mismatch.
--suggest reads both sides once and says what they have in common, by which fields their events may belong together, and how to compare them; of a \
right side of tables, which table holds states, by which key, and which of its columns are which fields.
The number before a finding is what `leftfold witness --finding` takes; `leftfold report` with the same options makes a page of them.
With --json one finding a line: {number, category, status, stream, version, left, right, fields: [{path, left, right}], since, ...}, events as in \
`leftfold events --json`; then one line {\"summary\": {...}}.
Exit codes: 0 nothing differs for certain, 1 something does or did for longer than the lag tolerance, 2 error.";

/// What sides a comparison expects of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum IdentityArg {
    /// What both sides share: ids, else versions, else contents
    Auto,
    /// The store's ids
    Id,
    /// Stream and version
    Version,
    /// What they say
    Content,
}

/// A side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum HandArg {
    /// The first one named
    Left,
    /// The second one named
    Right,
}

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// The left side: a file, a capture, a topic, `-` or a name from leftfold.toml
    pub(crate) left: PathBuf,
    /// The right side; without it, LEFT is the name of a comparison in leftfold.toml, and what is said beside it counts before what stands there
    pub(crate) right: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) relate: RelateArgs,
    #[command(flatten)]
    pub(crate) how: HowArgs,
    /// Show only findings of these kinds; may be repeated
    #[arg(long, value_name = "FINDING", value_parser = category, value_delimiter = ',')]
    pub(crate) category: Vec<Category>,
    /// Show only findings that are so certain: pending, confirmed, healed or out-of-coverage; may be repeated
    #[arg(long, value_name = "STATUS", value_parser = status, value_delimiter = ',')]
    pub(crate) status: Vec<Status>,
    /// Show where each stream parts first, in place of all findings
    #[arg(long)]
    pub(crate) streams: bool,
    /// Show at most so many findings (with --json all, unless given)
    #[arg(short, long, value_name = "N")]
    pub(crate) count: Option<usize>,
    /// Write the comparison to leftfold.toml in the current folder, under this name
    #[arg(long, value_name = "NAME", requires = "right")]
    pub(crate) save: Option<String>,
    /// Compare nothing: say what the two have in common, by which fields their events may belong together, and how to compare them
    #[arg(long, conflicts_with_all = ["streams", "save", "count", "category", "status"])]
    pub(crate) suggest: bool,
    /// As NDJSON: one finding a line, then the summary
    #[arg(long)]
    pub(crate) json: bool,
}

/// How two histories are compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub(crate) struct HowArgs {
    /// Which history of the left side, where it holds several: its number in `inspect`
    #[arg(long, value_name = "N")]
    pub(crate) left_store: Option<usize>,
    /// Which history of the right side
    #[arg(long, value_name = "N")]
    pub(crate) right_store: Option<usize>,
    /// What events are known by on both sides (default: auto)
    #[arg(long, value_name = "WHAT")]
    pub(crate) identity: Option<IdentityArg>,
    /// A place that does not count: a JSON pointer into the payload (* is any key or element), or `type`; may be repeated
    #[arg(long, value_name = "PATH")]
    pub(crate) ignore: Vec<String>,
    /// Compare the metadata, too
    #[arg(long)]
    pub(crate) metadata: bool,
    /// Numbers that are no further apart are equal
    #[arg(long, value_name = "N")]
    pub(crate) number_tolerance: Option<String>,
    /// Times that are no further apart are equal: in payloads, and the events' own, which are compared only with this
    #[arg(long, value_name = "TIME", value_parser = leftfold_session::duration)]
    pub(crate) time_tolerance: Option<i64>,
    /// How much later an event may be on the other side (default: 30s)
    #[arg(long, value_name = "TIME", value_parser = leftfold_session::duration)]
    pub(crate) lag_tolerance: Option<i64>,
    /// Both sides are complete: nothing is pending
    #[arg(long, conflicts_with = "at")]
    pub(crate) settled: bool,
    /// What was known at that time (or -15m: so long before the last event): what came later had not come
    #[arg(long, value_name = "TIME", value_parser = moment, allow_hyphen_values = true)]
    pub(crate) at: Option<Point>,
    /// A side that keeps only the last event of each stream (a compacted topic); may be repeated
    #[arg(long, value_name = "SIDE")]
    pub(crate) compacted: Vec<HandArg>,
    /// Compare only these streams (* is any text); may be repeated
    #[arg(long, value_name = "PATTERN")]
    pub(crate) only_stream: Vec<String>,
    /// Compare only streams of these categories; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) only_category: Vec<String>,
    /// Compare only events of these types; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) only_type: Vec<String>,
}

pub(crate) fn moment(text: &str) -> Result<Point, String> {
    match Point::parse(text) {
        Ok(point @ (Point::Time(_) | Point::BeforeEnd { .. })) => Ok(point),
        _ => Err(format!(
            "{text:?} is no time: write 2026-11-20T14:32:07Z, or -15m"
        )),
    }
}

/// What a comparison can find.
const KINDS: [Category; 13] = [
    Category::Missing,
    Category::Extra,
    Category::Duplicate,
    Category::Conflict,
    Category::Reordered,
    Category::Late,
    Category::VersionCollision,
    Category::Placement,
    Category::Undecodable,
    Category::FieldMismatch,
    Category::Deadline,
    Category::Cardinality,
    Category::ClockSkew,
];

fn category(text: &str) -> Result<Category, String> {
    KINDS.into_iter().find(|k| k.as_str() == text).ok_or_else(|| {
        let all: Vec<&str> = KINDS.into_iter().map(Category::as_str).collect();
        format!("{text:?} is no kind of finding; there are {}", all.join(", "))
    })
}

fn status(text: &str) -> Result<Status, String> {
    STATUSES.into_iter().find(|s| s.as_str() == text).ok_or_else(|| {
        let all = STATUSES.map(Status::as_str);
        format!("{text:?} is no status; there are {}", all.join(", "))
    })
}

/// Findings shown unless a number is given.
const SHOWN: usize = 20;

/// Findings whose evidence is read at a time.
pub(crate) const CHUNK: usize = 512;

/// As diff(1) has it.
pub(crate) const DIFFERS: u8 = 1;

/// A right side without events may hold states.
fn may_be_rows(failure: Failure) -> Failure {
    match failure {
        Failure::Error { code, message, below } if code == "source-no-events" => Failure::Error {
            code,
            message: format!(
                "{message}; if its rows are states, say --mode projection, and --suggest tells what fits"
            ),
            below,
        },
        other => other,
    }
}

pub(crate) fn run(front: &mut Front, args: &CompareArgs) -> Outcome<ExitCode> {
    let both = [Some(&args.left), args.right.as_ref()];
    if both.iter().all(|p| p.is_some_and(|p| p.as_os_str() == "-")) {
        return Err(Failure::new(
            "usage",
            "standard input can be one side only: give the other one a file",
        ));
    }
    if args.suggest {
        suggest::run(front, args)?;
        return Ok(ExitCode::SUCCESS);
    }
    let asked = asked(args)?;
    let left = topic::resolved(front, &asked.left)?;
    let right = topic::resolved(front, &asked.right)?;
    let session = input::session(front);
    let stores = [args.how.left_store, args.how.right_store];
    let mut kept = None;
    let mut made = if matches!(asked.mode, Mode::Mirror) {
        let sides = (
            side(front, &session, &left, stores[0])?,
            side(front, &session, &right, stores[1]).map_err(may_be_rows)?,
        );
        if args.save.is_none() {
            let question = question(&asked, args);
            kept = Kept::of(front, [&*sides.0, &*sides.1], &question);
        }
        if let Some(answer) = kept.as_ref().and_then(Kept::get) {
            for note in &answer.notes {
                front.note(note);
            }
            front.out.write_all(answer.out.as_bytes())?;
            return Ok(ExitCode::from(answer.code));
        }
        if kept.is_some() {
            front.keep();
        }
        let options = asked.options.clone();
        Made::Mirror(Box::new(compare(
            front,
            (&left, sides.0),
            (&right, sides.1),
            options,
        )?))
    } else {
        let places = ([left.as_path(), right.as_path()], stores);
        make(front, &session, &asked, places, args.how.at.as_ref())?
    };
    if args.save.is_some() {
        let there = Project::of_folder(Path::new("."))?;
        let replaced = there.is_some_and(|p| matches!(p.comparison(&asked.name), Ok(Some(_))));
        let path = save_comparison(Path::new("."), &asked)?;
        let instead = if replaced {
            ", in place of the one of that name"
        } else {
            ""
        };
        front.note(format!(
            "{:?} is saved in {}{instead}",
            asked.name,
            path.display()
        ));
    }
    made.go_back_to(args.how.at.as_ref());
    made.note(front, &asked.options)?;
    let found = made.found();
    for (name, unreadable) in found.names().into_iter().zip(found.unreadable()) {
        for lost in unreadable.iter().take(5) {
            front.note(format!("{name}: {lost}"));
        }
    }
    if args.json {
        as_json(front, args, &made)?;
    } else {
        as_text(front, args, &made)?;
    }
    let code = if made.found().first().is_some() {
        DIFFERS
    } else {
        0
    };
    if let Some(kept) = kept
        && let Some((notes, out)) = front.said()
    {
        kept.put(&Answer { code, notes, out });
    }
    Ok(ExitCode::from(code))
}

/// What was asked, as a text that differs where the answer may.
fn question(asked: &NamedComparison, args: &CompareArgs) -> String {
    let names = [&asked.left, &asked.right];
    let shown = (
        &args.category,
        &args.status,
        args.streams,
        args.count,
        args.json,
        &args.how.at,
    );
    let stores = (args.how.left_store, args.how.right_store);
    format!("{names:?} {stores:?} {:?} {shown:?}", asked.options)
}

/// What is to be compared, and how: as the arguments say, and where they say nothing as the project file does.
fn asked(args: &CompareArgs) -> Outcome<NamedComparison> {
    let mut asked = match &args.right {
        Some(right) => NamedComparison {
            name: args.save.clone().unwrap_or_default(),
            left: args.left.clone(),
            right: right.clone(),
            options: MirrorOptions::default(),
            mode: Mode::Mirror,
        },
        None => (*in_project(&args.left)?).clone(),
    };
    if let Some(name) = &args.save {
        if name.trim().is_empty() {
            return Err(Failure::new("usage", "--save: give it a name"));
        }
        if let Some(side) = [&asked.left, &asked.right]
            .into_iter()
            .find(|s| input::is_stdin(s))
        {
            let why = format!(
                "{} cannot be read again: only files, sources and topics can be saved",
                side.display()
            );
            return Err(Failure::new("usage", why));
        }
    }
    asked.mode = args.relate.over(asked.mode)?;
    refuse_of_mirror(&args.how, &asked.mode)?;
    let (options, args) = (&mut asked.options, &args.how);
    if !args.ignore.is_empty() {
        let stated = options.equality.ignored.texts();
        let places = stated.iter().chain(&args.ignore).map(String::as_str);
        options.equality.ignored =
            Ignored::parse(places).map_err(|e| Failure::new("path-syntax", e.to_string()))?;
    }
    if let Some(text) = &args.number_tolerance {
        let number = leftfold_session::compare::decimal(text)
            .ok_or_else(|| Failure::new("usage", format!("{text:?} is no number: write 0.01")))?;
        if text.trim_start().starts_with('-') {
            return Err(Failure::new(
                "usage",
                "--number-tolerance: a difference is not below 0",
            ));
        }
        options.equality.tolerance.number = Some(number);
    }
    if let Some(identity) = args.identity {
        options.by = match identity {
            IdentityArg::Auto => IdentityBy::Auto,
            IdentityArg::Id => IdentityBy::Fixed(Identity::Id),
            IdentityArg::Version => IdentityBy::Fixed(Identity::Version),
            IdentityArg::Content => IdentityBy::Fixed(Identity::Content),
        };
    }
    let time = &mut options.equality.tolerance.time;
    *time = args.time_tolerance.or(*time);
    options.equality.metadata |= args.metadata;
    options.lag_tolerance = args.lag_tolerance.unwrap_or(options.lag_tolerance);
    options.settled |= args.settled;
    for hand in &args.compacted {
        options.compacted[*hand as usize] = true;
    }
    for (stated, given) in [
        (&mut options.only.streams, &args.only_stream),
        (&mut options.only.categories, &args.only_category),
        (&mut options.only.types, &args.only_type),
    ] {
        if !given.is_empty() {
            stated.clone_from(given);
        }
    }
    Ok(asked)
}

/// What says which event is which means nothing to the other modes.
fn refuse_of_mirror(args: &HowArgs, mode: &Mode) -> Outcome {
    let given = [
        ("--identity", args.identity.is_some()),
        ("--compacted", !args.compacted.is_empty()),
        ("--metadata", args.metadata),
    ];
    let only_events = [("--only-type", !args.only_type.is_empty())];
    let wrong = match mode {
        Mode::Mirror => None,
        Mode::Correlated(_) => given.iter().find(|(_, is)| *is),
        Mode::Projection(_) => given.iter().chain(&only_events).find(|(_, is)| *is),
    };
    match wrong {
        Some((name, _)) => Err(Failure::new(
            "usage",
            format!("{name} means nothing with --mode {}", mode.as_str()),
        )),
        None => Ok(()),
    }
}

/// The comparison that leftfold.toml in the current folder calls so.
fn in_project(name: &Path) -> Outcome<Arc<NamedComparison>> {
    let project = Project::of_folder(Path::new("."))?;
    let text = name.to_string_lossy();
    if let Some(project) = &project
        && let Some(found) = project.comparison(&text)?
    {
        return Ok(found);
    }
    if name.exists() {
        let why = format!("{}: name the other side, too", name.display());
        return Err(Failure::new("usage", why));
    }
    let checks = project.iter().flat_map(|p| &p.file.checks);
    let names: Vec<&str> = checks.filter(|c| !c.is_rule).map(|c| c.name.as_str()).collect();
    let known = match names[..] {
        [] => "leftfold.toml here states none".to_owned(),
        _ => format!("there are {}", names.join(", ")),
    };
    Err(Failure::new(
        "no-such-check",
        format!("there is no comparison {text:?}: {known}; to compare two histories, name both"),
    ))
}

pub(crate) type Store = Arc<dyn leftfold_session::EventStore>;

/// The history of one side.
pub(crate) fn side(
    front: &mut Front,
    session: &Session,
    path: &Path,
    store: Option<usize>,
) -> Outcome<Store> {
    Ok(history(front, session, path, store)?.0)
}

/// The same with what its streams are folded by.
pub(crate) fn history(
    front: &mut Front,
    session: &Session,
    path: &Path,
    store: Option<usize>,
) -> Outcome<(Store, Projections)> {
    let named = input::find(path)?;
    if let (Some(mapping), None) = (&named.mapping, store) {
        let (store, projections) = session.history(&named.path, 0, Some(mapping))?;
        input::note_hidden(front, store.hidden());
        return Ok((store, projections));
    }
    let inspected = input::inspect(front, session, &named)?;
    let args = SourceArgs {
        source: path.to_owned(),
        store,
        table: None,
    };
    let index = input::choose(front, &inspected, &args)?.index;
    let (store, projections) = session.history(&named.path, index, None)?;
    input::note_hidden(front, store.hidden());
    Ok((store, projections))
}

/// Compares with a progress bar.
pub(crate) fn compare(
    front: &Front,
    left: (&Path, Store),
    right: (&Path, Store),
    options: MirrorOptions,
) -> Outcome<Compared> {
    let cancel = front.interrupt.cancel.clone();
    let progress = [Progress::new(), Progress::new()];
    let work = || compare_mirror(left, right, options, &cancel, [&progress[0], &progress[1]]);
    Ok(front.watch("reading both sides, events", &progress, work)?)
}

/// Shares of a distribution that are told.
pub(crate) const SHARES: [(&str, f64); 4] = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0)];

const STATUSES: [Status; 4] = [
    Status::Pending,
    Status::Confirmed,
    Status::Healed,
    Status::OutOfCoverage,
];

/// The findings that are to be shown, by number.
fn chosen(args: &CompareArgs, found: &dyn Findings) -> Vec<u32> {
    let known = found.known_until();
    let of_kind = |f: &Finding| args.category.is_empty() || args.category.contains(&f.category);
    let so_certain = |f: &Finding| args.status.is_empty() || args.status.contains(&f.status(known));
    let findings = found.findings().iter().enumerate();
    findings
        .filter(|(_, f)| of_kind(f) && so_certain(f))
        .map(|(i, _)| i as u32)
        .collect()
}

fn as_json(front: &mut Front, args: &CompareArgs, made: &Made) -> Outcome {
    let found = made.found();
    let numbers = chosen(args, found);
    let count = args.count.unwrap_or(usize::MAX);
    let cancel = front.interrupt.cancel.clone();
    if args.streams {
        streams::as_json(front, made, &numbers, count)?;
    }
    let listed = if args.streams { 0 } else { numbers.len().min(count) };
    for chunk in numbers[..listed].chunks(CHUNK) {
        for (n, finding) in chunk.iter().zip(found.shown(chunk, &cancel)?) {
            let document = finding::document(found.names(), &finding)?;
            finding::numbered(*n).and(document).print(&mut front.out)?;
        }
    }
    Document::new()
        .with("summary", made.summary(&cancel)?)
        .print(&mut front.out)?;
    Ok(())
}

fn as_text(front: &mut Front, args: &CompareArgs, made: &Made) -> Outcome {
    let paint = front.paint;
    let found = made.found();
    made.head(front)?;
    writeln!(front.out)?;
    let numbers = chosen(args, found);
    let most = args.count.unwrap_or(SHOWN);
    let (all, shown_count) = if args.streams {
        let all = streams::as_text(front, made, &numbers, most)?;
        (all, all.min(most))
    } else {
        (numbers.len(), numbers.len().min(most))
    };
    if shown_count > 0 && !args.streams {
        let cancel = front.interrupt.cancel.clone();
        let shown = found.shown(&numbers[..shown_count], &cancel)?;
        let mut table = finding::table(shown.iter()).numbered(&numbers);
        table.write(&mut front.out, paint, front.width)?;
    }
    if all > shown_count {
        let more = grouped((all - shown_count) as u64);
        let line = format!("… and {more} more; -c N shows more, --json all");
        writeln!(front.out, "{}", paint.with(Tone::Dim, &line))?;
    }
    if !numbers.is_empty() {
        writeln!(front.out)?;
    }
    for count in &found.counts() {
        let parts: Vec<String> = STATUSES
            .into_iter()
            .filter(|s| count.by_status[*s as usize] > 0)
            .map(|s| format!("{} {}", grouped(count.by_status[s as usize].into()), s.as_str()))
            .collect();
        writeln!(
            front.out,
            "{}  {}",
            paint.with(Tone::Notice, count.category.as_str()),
            parts.join(", ")
        )?;
    }
    let (tone, verdict) = made.in_words(&front.interrupt.cancel)?;
    writeln!(front.out, "{}", paint.with(tone, &verdict))?;
    Ok(())
}

/// How many findings there are of each kind and status, for machines.
fn counted_findings(found: &dyn Findings) -> Document {
    let mut categories = Document::new();
    for count in &found.counts() {
        let mut by_status = Document::new();
        for status in STATUSES {
            let n = count.by_status[status as usize];
            by_status = by_status.maybe(status.as_str(), (n > 0).then(|| number(n)));
        }
        categories = categories.with(count.category.as_str(), by_status);
    }
    categories
}

/// The verdict and the longest difference that healed, for machines.
fn verdict(verdict: Verdict, document: Document) -> Document {
    document.with("verdict", verdict.as_str()).maybe(
        "within",
        match verdict {
            Verdict::EventuallyEqual { within } => Some(seconds(within)),
            _ => None,
        },
    )
}
