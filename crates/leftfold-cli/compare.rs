//! `compare`: where two histories part.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{fmt, thread};

use clap::{Args, ValueEnum};
use leftfold_event::json::{self, Value};
use leftfold_event::{Event, Point, Progress, Timestamp};
use leftfold_session::compare::{
    Category, Compared, Equality, Finding, Hand, Identity, IdentityBy, Ignored, MirrorOptions, Only, Shown,
    Status, Tolerance, Verdict, compare_mirror,
};
use leftfold_session::{Session, write_event};

use crate::args::SourceArgs;
use crate::document::{Document, list, number, shown as on_one_line, stated};
use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::input;
use crate::style::{Tone, clean, counted, grouped, named, shorten};
use crate::table::{Column, Table};

pub(crate) const COMPARE: &str = "\
Examples:
  leftfold compare shop.db shop-mirror.ndjson           (`leftfold demo --mirror` writes both)
  leftfold compare shop.db shop-mirror.ndjson --category missing --json
  leftfold compare shop.db shop-mirror.ndjson --only-category stock --ignore /reason
  leftfold compare shop.db kafka://localhost:9092/orders --lag-tolerance 5s --settled

Events are known by their ids where both sides share them, else by stream and version, else by what they say; --identity decides.
JSON is compared by what it says: the order of keys, spacing, escapes and a number's spelling do not count, every digit does.
An event that one side lacks is pending while it is younger than the lag tolerance, by the time up to which both sides are known, and a \
divergence after that; one that came later than that is `late`, and healed.

A FINDING is one of missing (the left side has it, the right one has not), extra (the other way round), duplicate, conflict (the same event says \
something else), reordered, late, version-collision, placement (in another stream).
With --json one finding a line: {category, status, stream, version, left, right, fields: [{path, left, right}], since, ...}, events as in \
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
    /// The right side
    pub(crate) right: PathBuf,
    /// Which history of the left side, where it holds several: its number in `inspect`
    #[arg(long, value_name = "N")]
    pub(crate) left_store: Option<usize>,
    /// Which history of the right side
    #[arg(long, value_name = "N")]
    pub(crate) right_store: Option<usize>,
    /// What events are known by on both sides
    #[arg(long, value_name = "WHAT", default_value = "auto")]
    pub(crate) identity: IdentityArg,
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
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) time_tolerance: Option<i64>,
    /// How much later an event may be on the other side
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "30s")]
    pub(crate) lag_tolerance: i64,
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
    /// Show only findings of these kinds; may be repeated
    #[arg(long, value_name = "FINDING", value_parser = category, value_delimiter = ',')]
    pub(crate) category: Vec<Category>,
    /// Show at most so many findings (with --json all, unless given)
    #[arg(short, long, value_name = "N")]
    pub(crate) count: Option<usize>,
    /// As NDJSON: one finding a line, then the summary
    #[arg(long)]
    pub(crate) json: bool,
}

/// A length of time: `30s`, `500ms`, `2m`.
pub(crate) fn duration(text: &str) -> Result<i64, String> {
    match Point::parse(&format!("-{}", text.trim())) {
        Ok(Point::BeforeEnd { nanos }) => Ok(nanos),
        _ => Err(format!(
            "{text:?} is no length of time: write 30s (ns, us, ms, s, m, h or d)"
        )),
    }
}

fn moment(text: &str) -> Result<Point, String> {
    match Point::parse(text) {
        Ok(point @ (Point::Time(_) | Point::BeforeEnd { .. })) => Ok(point),
        _ => Err(format!(
            "{text:?} is no time: write 2026-11-20T14:32:07Z, or -15m"
        )),
    }
}

/// What a comparison of two histories can find.
const KINDS: [Category; 8] = [
    Category::Missing,
    Category::Extra,
    Category::Duplicate,
    Category::Conflict,
    Category::Reordered,
    Category::Late,
    Category::VersionCollision,
    Category::Placement,
];

fn category(text: &str) -> Result<Category, String> {
    KINDS.into_iter().find(|k| k.as_str() == text).ok_or_else(|| {
        let all: Vec<&str> = KINDS.into_iter().map(Category::as_str).collect();
        format!("{text:?} is no kind of finding; there are {}", all.join(", "))
    })
}

/// Findings shown unless a number is given.
const SHOWN: usize = 20;

/// Findings whose evidence is read at a time.
const CHUNK: usize = 512;

/// As diff(1) has it.
const DIFFERS: u8 = 1;

pub(crate) fn run(front: &mut Front, args: &CompareArgs) -> Outcome<ExitCode> {
    if [&args.left, &args.right].iter().all(|p| p.as_os_str() == "-") {
        return Err(Failure::new(
            "usage",
            "standard input can be one side only: give the other one a file",
        ));
    }
    let options = options(args)?;
    let session = input::session(front);
    let left = side(front, &session, &args.left, args.left_store)?;
    let right = side(front, &session, &args.right, args.right_store)?;
    let mut compared = compare(front, (&args.left, left), (&args.right, right), options)?;
    check_sides(front, args, &compared)?;
    let latest = compared.left.side.latest().max(compared.right.side.latest());
    match (&args.at, latest) {
        (Some(Point::Time(at)), _) => compared.go_back_to(at.nanos),
        (Some(Point::BeforeEnd { nanos }), Some(latest)) => {
            compared.go_back_to(latest.saturating_sub(*nanos))
        }
        _ => {}
    }
    for hand in [Hand::Left, Hand::Right] {
        let side = compared.side(hand);
        for lost in side.unreadable.iter().take(5) {
            front.note(format!("{}: {lost}", side.name));
        }
    }
    if args.json {
        as_json(front, args, &compared)?;
    } else {
        as_text(front, args, &compared)?;
    }
    let certain = |f: &Finding| matches!(compared.comparison.status(f), Status::Confirmed | Status::Healed);
    Ok(if compared.comparison.findings.iter().any(certain) {
        ExitCode::from(DIFFERS)
    } else {
        ExitCode::SUCCESS
    })
}

/// Says what of the sides makes a verdict worth little.
fn check_sides(front: &mut Front, args: &CompareArgs, compared: &Compared) -> Outcome {
    let sides = [Hand::Left, Hand::Right].map(|hand| (hand, compared.side(hand)));
    let narrowed =
        !(args.only_stream.is_empty() && args.only_category.is_empty() && args.only_type.is_empty());
    if narrowed && sides.iter().all(|(_, side)| side.side.events() == 0) {
        return Err(Failure::new(
            "no-such-lane",
            "no event of either side is in the streams, categories and types that are to be compared; `leftfold streams` lists them",
        ));
    }
    for (hand, side) in sides {
        let (events, known) = (side.side.events(), side.side.having(compared.comparison.identity));
        if events == 0 {
            front.note(format!(
                "{}: the {} side holds no event to compare",
                side.name,
                hand.as_str()
            ));
        } else if known < events {
            front.note(format!(
                "{}: {} of {} have no {}; these are known by what they say",
                side.name,
                grouped(u64::from(events - known)),
                counted(events.into(), "event"),
                compared.comparison.identity.as_str()
            ));
        }
    }
    if compared.comparison.shifted > 0 {
        front.note(format!(
            "in {} the versions are shifted against each other: events there are known by what they say (--identity version forbids that)",
            counted(compared.comparison.shifted.into(), "stream")
        ));
    }
    Ok(())
}

fn options(args: &CompareArgs) -> Outcome<MirrorOptions> {
    let ignored = Ignored::parse(args.ignore.iter().map(String::as_str))
        .map_err(|e| Failure::new("path-syntax", e.to_string()))?;
    let number = args.number_tolerance.as_deref().map(|text| {
        leftfold_session::compare::decimal(text)
            .ok_or_else(|| Failure::new("usage", format!("{text:?} is no number: write 0.01")))
    });
    Ok(MirrorOptions {
        by: match args.identity {
            IdentityArg::Auto => IdentityBy::Auto,
            IdentityArg::Id => IdentityBy::Fixed(Identity::Id),
            IdentityArg::Version => IdentityBy::Fixed(Identity::Version),
            IdentityArg::Content => IdentityBy::Fixed(Identity::Content),
        },
        equality: Equality {
            ignored,
            tolerance: Tolerance {
                number: number.transpose()?,
                time: args.time_tolerance,
            },
            metadata: args.metadata,
        },
        lag_tolerance: args.lag_tolerance,
        settled: args.settled,
        compacted: [HandArg::Left, HandArg::Right].map(|h| args.compacted.contains(&h)),
        only: Only {
            streams: args.only_stream.clone(),
            categories: args.only_category.clone(),
            types: args.only_type.clone(),
        },
    })
}

type Store = Arc<dyn leftfold_session::EventStore>;

/// The history of one side.
pub(crate) fn side(
    front: &mut Front,
    session: &Session,
    path: &Path,
    store: Option<usize>,
) -> Outcome<Store> {
    let named = input::find(path)?;
    if let (Some(mapping), None) = (&named.mapping, store) {
        return Ok(session.history(&named.path, 0, Some(mapping))?.0);
    }
    let inspected = input::inspect(front, session, &named)?;
    let args = SourceArgs {
        source: path.to_owned(),
        store,
        table: None,
    };
    let index = input::choose(front, &inspected, &args)?.index;
    Ok(session.history(&named.path, index, None)?.0)
}

/// Compares with a progress bar.
fn compare(
    front: &mut Front,
    left: (&Path, Store),
    right: (&Path, Store),
    options: MirrorOptions,
) -> Outcome<Compared> {
    let cancel = front.interrupt.cancel.clone();
    let progress = [Progress::new(), Progress::new()];
    let done = AtomicBool::new(false);
    let mut bar = front.progress("reading both sides, events");
    let compared = thread::scope(|scope| {
        let work = scope.spawn(|| {
            let compared = compare_mirror(left, right, options, &cancel, [&progress[0], &progress[1]]);
            done.store(true, Ordering::Release);
            compared
        });
        while !done.load(Ordering::Acquire) && !work.is_finished() {
            let total = progress[0].total().zip(progress[1].total()).map(|(l, r)| l + r);
            bar.set(progress[0].done() + progress[1].done(), total);
            thread::park_timeout(Duration::from_millis(20));
        }
        work.join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    });
    drop(bar);
    Ok(compared?)
}

/// The findings that are to be shown, by number.
fn chosen(args: &CompareArgs, compared: &Compared) -> Vec<u32> {
    let of_kind = |f: &Finding| args.category.is_empty() || args.category.contains(&f.category);
    let findings = compared.comparison.findings.iter().enumerate();
    findings
        .filter(|(_, f)| of_kind(f))
        .map(|(i, _)| i as u32)
        .collect()
}

fn as_json(front: &mut Front, args: &CompareArgs, compared: &Compared) -> Outcome {
    let numbers = chosen(args, compared);
    let count = args.count.unwrap_or(usize::MAX);
    let cancel = front.interrupt.cancel.clone();
    for chunk in numbers[..numbers.len().min(count)].chunks(CHUNK) {
        for finding in compared.shown(chunk, &cancel)? {
            document(compared, &finding)?.print(&mut front.out)?;
        }
    }
    summary(compared).print(&mut front.out)?;
    Ok(())
}

/// One finding for machines.
pub(crate) fn document(compared: &Compared, shown: &Shown) -> Outcome<Document> {
    let event = |event: &Option<Event>, hand: Hand| -> Outcome<Option<Value>> {
        let Some(event) = event else { return Ok(None) };
        let mut text = String::new();
        write_event(event, &compared.side(hand).name, &mut text);
        let read = json::parse(text.as_bytes());
        read.map(Some)
            .map_err(|e| Failure::new("internal", format!("an event is no JSON: {e}")))
    };
    let version = shown
        .left
        .as_ref()
        .and_then(|e| e.version)
        .or_else(|| shown.right.as_ref().and_then(|e| e.version));
    let fields = shown.fields.iter().map(|field| {
        Value::from(
            Document::new()
                .with("path", field.path.as_str())
                .maybe("left", field.left.clone())
                .maybe("right", field.right.clone()),
        )
    });
    let of_hand = if shown.left.is_some() {
        Hand::Left
    } else {
        Hand::Right
    };
    Ok(Document::new()
        .with("category", shown.category.as_str())
        .with("status", shown.status.as_str())
        .maybe("stream", stated(&shown.stream))
        .maybe("version", version.map(number))
        .maybe("left", event(&shown.left, Hand::Left)?)
        .maybe("right", event(&shown.right, Hand::Right)?)
        .maybe("of", event(&shown.of, of_hand)?)
        .maybe("fields", (!shown.fields.is_empty()).then(|| list(fields)))
        .maybe("since", shown.since.map(time))
        .maybe("healed", shown.healed.map(time))
        .maybe("message", shown.message.as_deref()))
}

/// A moment as text, with no more digits than it has.
fn time(nanos: i64) -> String {
    let mut digits = 9;
    let mut rest = nanos.unsigned_abs();
    while digits > 0 && rest.is_multiple_of(10) {
        rest /= 10;
        digits -= 1;
    }
    let digits = match digits {
        0 => 0,
        1..=3 => 3,
        4..=6 => 6,
        _ => 9,
    };
    Timestamp { nanos, digits }.to_string()
}

/// A length of time in seconds, every digit of it.
fn seconds(nanos: i64) -> Value {
    let (whole, rest) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
    let text = format!("{whole}.{:09}", rest.unsigned_abs());
    let text = text.trim_end_matches('0').trim_end_matches('.');
    json::parse(text.as_bytes()).unwrap_or_default()
}

fn summary(compared: &Compared) -> Document {
    let comparison = &compared.comparison;
    let verdict = comparison.verdict();
    let counts = compared.counts();
    let mut categories = Document::new();
    for count in &counts {
        let mut by_status = Document::new();
        for status in STATUSES {
            let n = count.by_status[status as usize];
            by_status = by_status.maybe(status.as_str(), (n > 0).then(|| number(n)));
        }
        categories = categories.with(count.category.as_str(), by_status);
    }
    let streams = &comparison.streams;
    let with = |pick: &dyn Fn(&leftfold_session::compare::StreamPair) -> bool| {
        number(streams.iter().filter(|s| pick(s)).count() as u64)
    };
    let convergence = &comparison.convergence;
    let first = comparison.first().map(|first| {
        let finding = &comparison.findings[first.finding as usize];
        Document::new()
            .with("category", finding.category.as_str())
            .maybe("stream", stated(compared.stream_name(first.stream)))
            .with("common", number(streams[first.stream as usize].common))
            .maybe("time", finding.since.map(time))
    });
    let mut agreement = Document::new()
        .with("healed", number(convergence.healed() as u64))
        .with("open", number(convergence.open() as u64));
    for (name, share) in SHARES {
        agreement = agreement.maybe(name, convergence.quantile(share).map(seconds));
    }
    let mut lag = Document::new();
    for (name, share) in SHARES {
        lag = lag.maybe(name, comparison.lag(share).map(seconds));
    }
    Document::new().with(
        "summary",
        Document::new()
            .with("mode", "mirror")
            .with("left", compared.left.name.as_str())
            .with("right", compared.right.name.as_str())
            .with("verdict", verdict.as_str())
            .maybe(
                "within",
                match verdict {
                    Verdict::EventuallyEqual { within } => Some(seconds(within)),
                    _ => None,
                },
            )
            .with("identity", comparison.identity.as_str())
            .with("identity_reason", comparison.identity_reason.as_str())
            .with(
                "events",
                Document::new()
                    .with("left", number(compared.left.side.events()))
                    .with("right", number(compared.right.side.events()))
                    .with("paired", number(comparison.paired)),
            )
            .with(
                "streams",
                Document::new()
                    .with("both", with(&|s| s.left.is_some() && s.right.is_some()))
                    .with("left_only", with(&|s| s.right.is_none()))
                    .with("right_only", with(&|s| s.left.is_none()))
                    .with("differing", with(&|s| s.differs)),
            )
            .with("findings", categories)
            .maybe("first", first)
            .maybe("known_until", comparison.known_until.map(time))
            .with("lag", lag)
            .with("time_to_converge", agreement),
    )
}

/// Shares of a distribution that are told.
const SHARES: [(&str, f64); 4] = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0)];

const STATUSES: [Status; 4] = [
    Status::Pending,
    Status::Confirmed,
    Status::Healed,
    Status::OutOfCoverage,
];

/// A length of time for a person.
struct Length(i64);

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.0;
        match n {
            0..1_000 => write!(f, "{n} ns"),
            1_000..1_000_000 => write!(f, "{} us", n / 1_000),
            1_000_000..1_000_000_000 => write!(f, "{} ms", n / 1_000_000),
            1_000_000_000..120_000_000_000 => {
                let tenths = n / 100_000_000;
                write!(f, "{}.{} s", tenths / 10, tenths % 10)
            }
            120_000_000_000..7_200_000_000_000 => {
                write!(f, "{} min {} s", n / 60_000_000_000, n / 1_000_000_000 % 60)
            }
            _ => write!(f, "{} h {} min", n / 3_600_000_000_000, n / 60_000_000_000 % 60),
        }
    }
}

fn as_text(front: &mut Front, args: &CompareArgs, compared: &Compared) -> Outcome {
    let (paint, comparison) = (front.paint, &compared.comparison);
    for (hand, mark) in [(Hand::Left, "left "), (Hand::Right, "right")] {
        let side = compared.side(hand);
        writeln!(
            front.out,
            "{} {}  {}",
            paint.with(Tone::Dim, mark),
            paint.with(Tone::Title, &clean(&side.name)),
            paint.with(
                Tone::Dim,
                &format!(
                    "{} in {}",
                    counted(side.side.events().into(), "event"),
                    counted(side.side.streams().len() as u64, "stream")
                )
            )
        )?;
    }
    let known = match comparison.known_until {
        Some(until) => format!("; both known until {}", time(until)),
        None => String::new(),
    };
    let line = format!(
        "events are known by their {} ({}){known}",
        comparison.identity.as_str(),
        comparison.identity_reason
    );
    writeln!(front.out, "{}", paint.with(Tone::Dim, &line))?;
    writeln!(front.out)?;
    let numbers = chosen(args, compared);
    let shown_count = numbers.len().min(args.count.unwrap_or(SHOWN));
    if shown_count > 0 {
        let mut table = Table::new(vec![
            Column::left("finding", Tone::Notice, usize::MAX),
            Column::left("status", Tone::Plain, usize::MAX),
            Column::left("since", Tone::Dim, usize::MAX),
            Column::left("stream", Tone::Title, 10),
            Column::left("event", Tone::Plain, 12),
            Column::left("what", Tone::Dim, 10),
        ]);
        let cancel = front.interrupt.cancel.clone();
        for finding in compared.shown(&numbers[..shown_count], &cancel)? {
            table.row(vec![
                finding.category.as_str().to_owned(),
                finding.status.as_str().to_owned(),
                finding.since.map(time).unwrap_or_default(),
                named(&finding.stream).to_owned(),
                event_cell(&finding),
                what(&finding),
            ]);
        }
        table.write(&mut front.out, paint, front.width)?;
    }
    if numbers.len() > shown_count {
        let more = grouped((numbers.len() - shown_count) as u64);
        let line = format!("… and {more} more; -c N shows more, --json all");
        writeln!(front.out, "{}", paint.with(Tone::Dim, &line))?;
    }
    if !numbers.is_empty() {
        writeln!(front.out)?;
    }
    let counts = compared.counts();
    for count in &counts {
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
    let (tone, verdict) = in_words(compared);
    writeln!(front.out, "{}", paint.with(tone, &verdict))?;
    Ok(())
}

/// Which event it is about.
fn event_cell(shown: &Shown) -> String {
    let Some(event) = shown.left.as_ref().or(shown.right.as_ref()) else {
        return String::new();
    };
    let version = event.version.map(|v| format!("v{v}"));
    let kind = stated(&event.kind).map(str::to_owned);
    let place = event.position.as_ref().map(|p| format!("#{p}"));
    [version, kind, place]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Columns of a value that are shown.
const VALUE_WIDTH: usize = 60;

/// What is wrong, in a few words.
fn what(shown: &Shown) -> String {
    let at = |event: &Option<Event>| {
        event
            .as_ref()
            .and_then(|e| e.position.clone())
            .map_or_else(String::new, |p| format!(" at #{p}"))
    };
    match shown.category {
        Category::Conflict => {
            let fields: Vec<String> = shown
                .fields
                .iter()
                .map(|f| {
                    let side = |v: &Option<Value>| {
                        let text = v.as_ref().map_or_else(|| "nothing".to_owned(), on_one_line);
                        shorten(&text, VALUE_WIDTH).into_owned()
                    };
                    format!("{} {} → {}", f.path, side(&f.left), side(&f.right))
                })
                .collect();
            fields.join(", ")
        }
        Category::Late => match (shown.since, shown.healed) {
            (Some(since), Some(healed)) => {
                let other = |l: &Option<Event>, r: &Option<Event>| {
                    let nanos = |e: &Option<Event>| e.as_ref().and_then(|e| e.time).map(|t| t.nanos);
                    if nanos(l) > nanos(r) { "left" } else { "right" }
                };
                format!(
                    "{} later on the {}",
                    Length(healed.saturating_sub(since)),
                    other(&shown.left, &shown.right)
                )
            }
            _ => String::new(),
        },
        Category::Missing => "not on the right".to_owned(),
        Category::Extra => "not on the left".to_owned(),
        Category::Duplicate | Category::VersionCollision => {
            let side = if shown.left.is_some() { "left" } else { "right" };
            let again = match shown.category {
                Category::Duplicate => "once more",
                _ => "with another content",
            };
            match at(&shown.of) {
                place if place.is_empty() => format!("on the {side} {again}"),
                place => format!("on the {side} {again}, first{place}"),
            }
        }
        Category::Reordered if at(&shown.left).is_empty() => "at another place of its stream".to_owned(),
        Category::Reordered => format!("left{}, right{}", at(&shown.left), at(&shown.right)),
        Category::Placement => {
            let stream = shown.right.as_ref().map_or("", |e| e.stream.as_str());
            format!("on the right in {}", named(stream))
        }
        _ => shown.message.clone().unwrap_or_default(),
    }
}

/// The verdict in a sentence.
fn in_words(compared: &Compared) -> (Tone, String) {
    let comparison = &compared.comparison;
    let streams = comparison.streams.iter().filter(|s| s.differs).count() as u64;
    match comparison.verdict() {
        Verdict::AlwaysEqual => (Tone::Good, "always equal".to_owned()),
        Verdict::EventuallyEqual { within } => (
            Tone::Good,
            format!(
                "eventually equal: no stream stayed different for longer than {}{}",
                Length(within),
                comparison.lag(1.0).map_or_else(String::new, |lag| format!(
                    ", no event came later than {}",
                    Length(lag)
                ))
            ),
        ),
        Verdict::Undecided => {
            let ends = [Hand::Left, Hand::Right].map(|hand| compared.side(hand).side.latest());
            let behind = match ends {
                [Some(l), Some(r)] if l != r => format!(
                    "; the {} side ends {} before the other (--settled, if both are complete)",
                    if l < r { "left" } else { "right" },
                    Length(l.abs_diff(r).min(i64::MAX as u64) as i64)
                ),
                _ => String::new(),
            };
            (
                Tone::Notice,
                format!("undecided: of what differs it cannot be known yet whether it is late{behind}"),
            )
        }
        Verdict::Never => {
            let first = comparison.first().map(|first| {
                let finding = &comparison.findings[first.finding as usize];
                let since = finding.since.map(|t| format!(" at {}", time(t)));
                format!(
                    "; first in {}{}, after {} in common",
                    clean(named(compared.stream_name(first.stream))),
                    since.unwrap_or_default(),
                    counted(comparison.streams[first.stream as usize].common.into(), "event")
                )
            });
            (
                Tone::Bad,
                format!(
                    "never equal: they differ in {} of {}{}",
                    grouped(streams),
                    counted(comparison.streams.len() as u64, "stream"),
                    first.unwrap_or_default()
                ),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_and_told() {
        assert_eq!(duration("30s"), Ok(30_000_000_000));
        assert_eq!(duration(" 500ms"), Ok(500_000_000));
        assert!(duration("30").is_err() && duration("soon").is_err());
        let told = |n: i64| Length(n).to_string();
        assert_eq!(
            [
                told(999),
                told(1_500_000),
                told(1_500_000_000),
                told(180_000_000_000)
            ],
            ["999 ns", "1 ms", "1.5 s", "3 min 0 s"]
        );
        let text = |n| on_one_line(&seconds(n));
        assert_eq!(
            [text(1_500_000_000), text(7), text(2_000_000_000)],
            ["1.5", "0.000000007", "2"]
        );
    }

    #[test]
    fn a_time_has_the_digits_it_needs() {
        assert_eq!(time(1_700_000_000_000_000_000), "2023-11-14T22:13:20Z");
        assert_eq!(time(1_700_000_000_120_000_000), "2023-11-14T22:13:20.120Z");
        assert_eq!(time(1_700_000_000_000_000_001), "2023-11-14T22:13:20.000000001Z");
    }
}
