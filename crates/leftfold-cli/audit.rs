//! `audit`: what one history tells against itself: shapes that drift, versions that are missing or claimed twice, clocks that are wrong.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use leftfold_event::Progress;
use leftfold_log::LaneBy;
use leftfold_session::compare::{Category, Shown};
use leftfold_session::{Audit, AuditFinding, AuditOptions};

use crate::args::SourceArgs;
use crate::compare::{CHUNK, DIFFERS};
use crate::document::{Document, number};
use crate::failure::Outcome;
use crate::finding::{self, Length, event_cell, time};
use crate::front::Front;
use crate::input::{self, Opened};
use crate::style::{Tone, counted, grouped, named};
use crate::table::{Column, Table};

pub(crate) const AUDIT: &str = "\
Examples:
  leftfold audit shop.db
  leftfold audit shop.db --only drift --json | jq -r .message
  leftfold audit shop.db --only clocks --skew 250ms

drift: a field of an event type becomes of another kind (schema-drift; null is none, and all numbers are one), is in every event from some time on and \
was in none before, or the other way round.
versions: a stream skips versions (version-gap), or two of its events claim one (version-collision, or duplicate where they say the same).
clocks: an event is stamped before one that it follows in its stream, or before the event that it names as its cause (clock-skew).
With --json one finding a line: {category, stream, version, left: the event, of: the one before it, path, message, since}; then {\"summary\": {...}}.
Exit codes: 0, 1 when a field changed its kind or versions are missing or claimed twice, 2 error. Clocks, and fields that came or went, are told only.";

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Report {
    /// Fields that change their kind, come or go
    Drift,
    /// Versions that are missing or claimed twice
    Versions,
    /// Effects that are stamped before their causes
    Clocks,
}

#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// Only these reports (may be repeated)
    #[arg(long, value_name = "REPORT", value_delimiter = ',')]
    pub(crate) only: Vec<Report>,
    /// How far before its cause an event may be stamped
    #[arg(long, value_name = "TIME", value_parser = leftfold_session::duration, default_value = "0s")]
    pub(crate) skew: i64,
    /// Show at most so many findings of each kind (20; with --json all, unless given)
    #[arg(short, long, value_name = "N")]
    pub(crate) count: Option<usize>,
    /// As NDJSON: one finding a line, then the summary
    #[arg(long)]
    pub(crate) json: bool,
}

/// Findings of each kind shown unless a number is given.
const SHOWN: usize = 20;

pub(crate) fn run(front: &mut Front, args: &AuditArgs) -> Outcome<ExitCode> {
    let opened = input::open(front, &args.source)?;
    let wanted = |report| args.only.is_empty() || args.only.contains(&report);
    let options = AuditOptions {
        drift: wanted(Report::Drift),
        versions: wanted(Report::Versions),
        clocks: wanted(Report::Clocks),
        skew: args.skew,
    };
    let cancel = front.interrupt.cancel.clone();
    let progress = [Progress::new()];
    let work = || opened.source.audit(options, &cancel, &progress[0]);
    let audit = front.watch("reading, events", &progress, work)?;
    if audit.shapeless > 0 {
        front.note(format!(
            "{} no shape: no JSON, or not to be read",
            if audit.shapeless == 1 {
                "1 payload has".to_owned()
            } else {
                format!("{} payloads have", grouped(audit.shapeless))
            }
        ));
    }
    if options.clocks && !audit.names_causes {
        front.note("no event names its cause (causation_id): clocks are compared within streams only");
    }
    for (_, findings) in by_category(&audit) {
        let most = args.count.unwrap_or(if args.json { usize::MAX } else { SHOWN });
        let mut table = new_table();
        for chunk in findings[..findings.len().min(most)].chunks(CHUNK) {
            for shown in opened.source.audit_shown(chunk, &cancel)? {
                if args.json {
                    document(&opened.source.name(), &shown)?.print(&mut front.out)?;
                } else {
                    table.row(row(&shown));
                }
            }
        }
        let (paint, width) = (front.paint, front.width);
        if !args.json {
            table.write(&mut front.out, paint, width)?;
            if findings.len() > most {
                writeln!(
                    front.out,
                    "… {} more (-c)",
                    grouped((findings.len() - most) as u64)
                )?;
            }
            clocks(front, &opened, findings)?;
            writeln!(front.out)?;
        }
    }
    if args.json {
        Document::new()
            .with("summary", summary(&audit))
            .print(&mut front.out)?;
    } else {
        writeln!(front.out, "{}", verdict(&audit))?;
    }
    Ok(if audit.fails() {
        ExitCode::from(DIFFERS)
    } else {
        ExitCode::SUCCESS
    })
}

/// How much too early events are stamped, by the categories of what they follow and of themselves; worst first.
fn clocks(front: &mut Front, opened: &Opened, findings: &[AuditFinding]) -> Outcome {
    let log = &opened.snapshot.log;
    let category = |ordinal: u32| {
        log.names(LaneBy::Category)
            .get(log.lane(LaneBy::Category, ordinal))
    };
    let mut pairs: BTreeMap<(&str, &str), (u64, i64)> = BTreeMap::new();
    for finding in findings {
        if let (Some(of), Some(early)) = (finding.of, finding.early) {
            let pair = pairs.entry((category(of), category(finding.event))).or_default();
            *pair = (pair.0 + 1, pair.1.max(early));
        }
    }
    let mut pairs: Vec<_> = pairs.into_iter().collect();
    pairs.sort_by_key(|(names, (_, early))| (std::cmp::Reverse(*early), *names));
    for ((from, to), (n, early)) in pairs {
        writeln!(
            front.out,
            "{} after {}: {} stamped too early, by up to {}",
            named(to),
            named(from),
            counted(n, "event"),
            Length(whole_tenths(early))
        )?;
    }
    Ok(())
}

/// A length that is shown in tenths of seconds, so that none of what it is "up to" is longer than what is shown.
fn whole_tenths(nanos: i64) -> i64 {
    const TENTH: i64 = 100_000_000;
    match nanos {
        0..1_000_000_000 => nanos,
        _ => nanos.saturating_add(TENTH - 1) / TENTH * TENTH,
    }
}

/// The findings of each category.
fn by_category(audit: &Audit) -> impl Iterator<Item = (Category, &[AuditFinding])> {
    let chunks = audit.findings.chunk_by(|a, b| a.category == b.category);
    chunks.filter_map(|some| Some((some.first()?.category, some)))
}

fn new_table() -> Table {
    Table::new(vec![
        Column::left("finding", Tone::Notice, usize::MAX),
        Column::left("time", Tone::Dim, usize::MAX),
        Column::left("stream", Tone::Title, 10),
        Column::left("event", Tone::Plain, 12),
        Column::left("what", Tone::Plain, 20),
    ])
}

fn row(shown: &Shown) -> Vec<String> {
    vec![
        shown.category.as_str().to_owned(),
        shown.since.map(time).unwrap_or_default(),
        named(&shown.stream).to_owned(),
        event_cell(shown),
        shown.message.clone().unwrap_or_default(),
    ]
}

fn document(name: &str, shown: &Shown) -> Outcome<Document> {
    finding::document([name, name], shown)
}

fn summary(audit: &Audit) -> Document {
    let mut counts = Document::new();
    for (category, n) in audit.counts() {
        counts = counts.with(category.as_str(), number(n));
    }
    Document::new()
        .with("events", number(audit.events))
        .with("fails", leftfold_event::json::Value::Bool(audit.fails()))
        .with(
            "names_causes",
            leftfold_event::json::Value::Bool(audit.names_causes),
        )
        .with("without_shape", number(audit.shapeless))
        .with("counts", counts)
}

fn verdict(audit: &Audit) -> String {
    let counts = audit.counts();
    let events = counted(audit.events.into(), "event");
    if counts.is_empty() {
        return format!("{events}: nothing found");
    }
    let counts = counts
        .iter()
        .map(|(c, n)| format!("{} {}", grouped(*n), c.as_str()));
    format!("{events}: {}", counts.collect::<Vec<_>>().join(", "))
}
