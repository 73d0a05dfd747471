//! `report`: a comparison, or all that a project file checks, as one HTML file or as a picture.

mod comparison;
mod heat;
mod related;
mod rule;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use leftfold_event::{Event, Point};
use leftfold_report::{
    CheckResult, DivergenceChart, Fact, FieldRow, FindingRow, Page, Section, SideFacts, Tone,
    divergence_png_bytes, divergence_svg, html,
};
use leftfold_session::compare::{FieldDifference, OfRow, Shown};
use leftfold_session::project::{FILE_NAME, Project};
use leftfold_session::{Check, Mode, NamedComparison, StatedCheck, output, write_event};

use crate::args::Theme;
use crate::check;
use crate::compare::relate::RelateArgs;
use crate::compare::{DIFFERS, HowArgs, sides};
use crate::export::check_target;
use crate::failure::{Failure, Outcome};
use crate::finding::{event_cell, in_words, time, what};
use crate::front::Front;
use crate::style::{self, clean, counted, grouped, named};

pub(crate) const REPORT: &str = "\
Examples:
  leftfold report shop.db shop-mirror.ndjson -O report.html
  leftfold report copy --at 2026-11-20T14:10:00Z -O then.html      a comparison of leftfold.toml, as known then
  leftfold report shop.db shop-mirror.ndjson -O picture.svg        the charts alone; or .png
  leftfold report shop.db shop-mirror.ndjson --mode projection -O states.html     states against states; every --mode of compare
  leftfold report --project . -O report.html                       every comparison and rule of leftfold.toml, as `leftfold check`
  leftfold report --project . --at 2026-11-20T19:10:00Z -O then.html               the same as known then
  leftfold report --project . --check 'stock never below zero' -O stock.html

The options are those of `leftfold compare`, every --mode too; with --project leftfold.toml states them. An HTML report is one file without scripts, which loads nothing: the verdict and its time, charts, \
findings by kind, streams (or keys) with their first divergence, findings with their evidence, how it was compared and where it is from. It follows the \
reader's dark or light setting, and prints. Findings and streams past -c are left out, and it says so. The same sources give the same bytes: \
no time is in it but that of --made.
In the strip between the two sides of a mirror, and in the chart of findings by stream or key, what is confirmed is solid, what is pending hatched, what healed an outline.
Exit codes: 0 nothing differs and nothing is violated, 1 something does or is, 2 error, or something could not be checked; with --project as \
`leftfold check`.";

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// The left side, as in `compare`, or the name of a comparison in leftfold.toml
    #[arg(required_unless_present = "project")]
    pub(crate) left: Option<PathBuf>,
    /// The right side
    pub(crate) right: Option<PathBuf>,
    /// Everything that the leftfold.toml of this folder states, instead of one comparison
    #[arg(long, value_name = "FOLDER", conflicts_with = "left")]
    pub(crate) project: Option<PathBuf>,
    /// Of a project only the comparison or rule of this name; may be repeated
    #[arg(long, value_name = "NAME", requires = "project")]
    pub(crate) check: Vec<String>,
    /// What rules are checked on that name no source
    #[arg(long, value_name = "SOURCE", requires = "project")]
    pub(crate) source: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) relate: RelateArgs,
    #[command(flatten)]
    pub(crate) how: HowArgs,
    /// Where to write: a name in .html, .svg or .png; `-` for HTML on standard output
    #[arg(short = 'O', visible_short_alias = 'o', long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Replace a file that exists; never a source
    #[arg(long)]
    pub(crate) force: bool,
    /// Show at most so many findings with their evidence, and as many streams
    #[arg(short, long, value_name = "N", default_value_t = 200)]
    pub(crate) count: usize,
    /// When it was made, to be told in the report
    #[arg(long, value_name = "TIME", value_parser = made)]
    pub(crate) made: Option<String>,
    /// A picture's colours; a report follows its reader's
    #[arg(long, value_name = "THEME", default_value = "light")]
    pub(crate) theme: Theme,
}

pub(crate) fn made(text: &str) -> Result<String, String> {
    match Point::parse(text) {
        Ok(Point::Time(time)) => Ok(time.to_string()),
        _ => Err(format!("{text:?} is no time: write 2026-11-20T14:32:07Z")),
    }
}

/// What is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Html,
    Svg,
    Png,
}

impl Form {
    fn of(output: &Path) -> Outcome<Self> {
        if output.as_os_str() == "-" {
            return Ok(Self::Html);
        }
        let ending = output
            .extension()
            .map(|e| e.to_string_lossy().to_ascii_lowercase());
        match ending.as_deref() {
            Some("html" | "htm") => Ok(Self::Html),
            Some("svg") => Ok(Self::Svg),
            Some("png") => Ok(Self::Png),
            _ => Err(Failure::new(
                "usage",
                format!("{}: end its name in .html, .svg or .png", output.display()),
            )),
        }
    }
}

pub(crate) fn run(front: &mut Front, args: &ReportArgs) -> Outcome<ExitCode> {
    let form = Form::of(&args.output)?;
    let to_file = args.output.as_os_str() != "-";
    if form != Form::Html && args.project.is_some() {
        let why = "a picture is of one comparison: name its sides, or write an .html";
        return Err(Failure::new("usage", why));
    }
    let but_at = HowArgs {
        at: None,
        ..args.how.clone()
    };
    if args.project.is_some() && (args.relate != RelateArgs::default() || but_at != HowArgs::default()) {
        let why = format!(
            "--project compares as {FILE_NAME} says, and takes --at: state a comparison's options there"
        );
        return Err(Failure::new("usage", why));
    }
    // What a project file names lies relative to it.
    let target = std::path::absolute(&args.output).unwrap_or_else(|_| args.output.clone());
    if to_file {
        check_target(
            &target,
            args.left.as_deref().unwrap_or(Path::new(FILE_NAME)),
            args.force,
        )?;
    }
    let mut making = Making {
        count: args.count,
        sources: Vec::new(),
    };
    let (title, sections) = match &args.project {
        Some(folder) => making.of_project(front, args, folder)?,
        None => {
            let left = args.left.clone().unwrap_or_default();
            let both = (left.as_path(), args.right.as_deref());
            let done = sides::done(front, both, &args.relate, &args.how)?;
            making.sources.extend(done.paths.iter().cloned());
            let [left, right] = done.compared.found().names();
            let title = format!("{} against {}", clean(left), clean(right));
            (title, vec![making.comparison(front, &done)?.0])
        }
    };
    if to_file {
        for source in &making.sources {
            output::refuse_source(&target, source)?;
        }
    }
    let any = |result: CheckResult| sections.iter().any(|s| s.result == result);
    let (failed, differs) = (any(CheckResult::Unchecked), any(CheckResult::Violated));
    let bytes = match form {
        Form::Html => html(&page(title, sections, args.made.clone()))?.into_bytes(),
        Form::Svg | Form::Png => {
            let chart = DivergenceChart {
                title: Some(title),
                panels: sections.into_iter().flat_map(|s| s.panels).collect(),
                width: 1200,
                theme: match args.theme {
                    Theme::Dark => leftfold_report::Theme::Dark,
                    Theme::Light => leftfold_report::Theme::Light,
                },
            };
            if chart.panels.is_empty() {
                return Err(Failure::new(
                    "no-time",
                    "there is nothing to draw: no event, or no finding, has a time",
                ));
            }
            match form {
                Form::Svg => divergence_svg(&chart)?.into_bytes(),
                _ => divergence_png_bytes(&chart)?,
            }
        }
    };
    if to_file {
        output::write_whole(&target, |out| Ok(out.write_all(&bytes)?))?;
        front.note(format!("{} written", args.output.display()));
    } else {
        front.out.write_all(&bytes)?;
    }
    Ok(match (failed, differs) {
        (true, _) => ExitCode::from(2),
        (_, true) => ExitCode::from(DIFFERS),
        _ => ExitCode::SUCCESS,
    })
}

/// A section, of which it is known what it means for the run.
struct Made(Section);

impl Made {
    /// About something that was checked, and whether anything differs or is violated for certain, or was.
    fn checked(section: Section, differs: bool) -> Self {
        let result = if differs {
            CheckResult::Violated
        } else {
            CheckResult::Ok
        };
        Self(Section { result, ..section })
    }
}

fn page(title: String, sections: Vec<Section>, made: Option<String>) -> Page {
    let of = |result: CheckResult| sections.iter().filter(|s| s.result == result).count() as u64;
    let [good, violated, unchecked] =
        [CheckResult::Ok, CheckResult::Violated, CheckResult::Unchecked].map(of);
    let verdict = if sections.len() > 1 {
        let but: Vec<String> = [(violated, "violated"), (unchecked, "could not be checked")]
            .into_iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, what)| format!("{} {what}", grouped(n)))
            .collect();
        let but = if but.is_empty() {
            String::new()
        } else {
            format!(": {}", but.join(", "))
        };
        let all = counted(sections.len() as u64, "check");
        format!("{} of {all} hold{but}", grouped(good))
    } else {
        String::new()
    };
    Page {
        title,
        verdict,
        tone: match (violated, unchecked) {
            (0, 0) => Tone::Good,
            (0, _) => Tone::Notice,
            _ => Tone::Bad,
        },
        tool: format!("leftfold {}", env!("CARGO_PKG_VERSION")),
        made,
        sections,
    }
}

/// What sections share while they are made.
struct Making {
    count: usize,
    /// The files that were read.
    sources: Vec<PathBuf>,
}

impl Making {
    fn of_project(
        &mut self,
        front: &mut Front,
        args: &ReportArgs,
        folder: &Path,
    ) -> Outcome<(String, Vec<Section>)> {
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let fallback = args.source.as_deref();
        let fallback = fallback.map(|s| if s.exists() { absolute(s) } else { s.to_owned() });
        // The file itself may be named, too.
        let folder = match folder.file_name() {
            Some(name) if name == FILE_NAME => folder
                .parent()
                .filter(|p| !p.as_os_str().is_empty())
                .unwrap_or(Path::new(".")),
            _ => folder,
        };
        std::env::set_current_dir(folder).map_err(|e| Failure::about("project-file", folder, e))?;
        let project = Project::of_folder(Path::new("."))?
            .ok_or_else(|| Failure::about("project-file", folder, format!("there is no {FILE_NAME} here")))?;
        let real = std::env::current_dir().unwrap_or_default();
        let title = real
            .file_name()
            .map_or_else(|| FILE_NAME.to_owned(), |n| n.to_string_lossy().into_owned());
        self.sources.push(PathBuf::from(FILE_NAME));
        let at = args.how.at.as_ref();
        let mut sections = Vec::new();
        for stated in check::chosen(&project, &args.check)? {
            let made = match &stated.check {
                Ok(Check::Comparison(comparison)) => self.stated_comparison(front, comparison, at),
                Ok(Check::Rule(rule)) => self.rule(front, stated, rule, (fallback.as_deref(), at)),
                Err(why) => Err(project.wrong(why).into()),
            };
            sections.push(match made {
                Ok(Made(section)) => section,
                Err(Failure::Error { code, message, .. }) => {
                    Failure::new(code, format!("{}: {message}", stated.name)).tell(false);
                    could_not(stated, &message)
                }
                Err(ended) => return Err(ended),
            });
        }
        Ok((format!("{}: comparisons and rules", clean(&title)), sections))
    }

    fn stated_comparison(
        &mut self,
        front: &mut Front,
        stated: &Arc<NamedComparison>,
        at: Option<&Point>,
    ) -> Outcome<Made> {
        let mut done = sides::of(front, (**stated).clone(), [None; 2], at)?;
        done.at = done.compared.go_back_to(at);
        self.sources.extend(done.paths.iter().cloned());
        // As `check` has it.
        if !matches!(stated.mode, Mode::Mirror) {
            done.compared.note(front, &stated.options)?;
        }
        self.comparison(front, &done)
    }
}

/// A section about something that could not be checked.
fn could_not(stated: &StatedCheck, why: &str) -> Section {
    Section {
        name: clean(&stated.name).into_owned(),
        kind: if stated.is_rule { "rule" } else { "comparison" },
        verdict: format!("could not be checked: {}", clean(why)),
        tone: Tone::Notice,
        result: CheckResult::Unchecked,
        ..Section::default()
    }
}

/// Most fields of a conflict that are shown.
const FIELDS: usize = 20;

/// Characters of a value or an event that are shown.
const VALUE: usize = 400;
const EVENT: usize = 4000;

/// The text, or its beginning, and how much is left out.
fn bounded(text: &str, room: usize) -> String {
    match text.char_indices().nth(room) {
        Some((end, _)) => {
            let more = text[end..].chars().count() as u64;
            format!("{}… ({} more)", &text[..end], counted(more, "character"))
        }
        None => text.to_owned(),
    }
}

/// A finding as the report shows it.
fn finding_row(number: u32, shown: &Shown, sides: [&str; 2], hands: [&str; 2]) -> FindingRow {
    let event_json = |event: &Event, source: &str| {
        let mut text = String::new();
        write_event(event, source, &mut text);
        clean(&bounded(&text, EVENT)).into_owned()
    };
    let evidence = [
        (hands[0], &shown.left, sides[0]),
        (hands[1], &shown.right, sides[1]),
        (
            "first",
            &shown.of,
            if shown.left.is_some() { sides[0] } else { sides[1] },
        ),
    ];
    let value = |v: &leftfold_event::json::Value| clean(&bounded(&v.to_string(), VALUE)).into_owned();
    let of_row = shown.of_row.as_deref();
    let blame = |i: usize| of_row.and_then(|row| row.blame.get(i)?.as_ref());
    let blame_right = |i: usize| of_row.and_then(|row| row.blame_right.get(i)?.as_ref());
    let key = shown.key.as_deref().filter(|key| *key != shown.stream);
    let stream = if shown.stream.is_empty() && key.is_some() {
        ""
    } else {
        named(&shown.stream)
    };
    FindingRow {
        number: grouped(u64::from(number) + 1),
        category: shown.category.as_str().to_owned(),
        status: shown.status.as_str().to_owned(),
        since: shown.since.map(time).unwrap_or_default(),
        healed: shown.healed.map(time).unwrap_or_default(),
        key: clean(key.unwrap_or_default()).into_owned(),
        stream: clean(stream).into_owned(),
        event: clean(&event_cell(shown)).into_owned(),
        what: clean(&bounded(&what(shown), VALUE)).into_owned(),
        fields: shown
            .fields
            .iter()
            .take(FIELDS)
            .enumerate()
            .map(|(i, f)| FieldRow {
                path: clean(&f.path).into_owned(),
                left: f.left.as_ref().map(value),
                right: f.right.as_ref().map(value),
                blame: blame(i)
                    .map(|e| clean(&in_words(e)).into_owned())
                    .unwrap_or_default(),
                blame_right: blame_right(i)
                    .map(|e| clean(&in_words(e)).into_owned())
                    .unwrap_or_default(),
            })
            .collect(),
        note: clean(&of_row.map_or_else(String::new, |row| note(shown, row))).into_owned(),
        of_row: of_row.is_some(),
        more_fields: shown.fields.len().saturating_sub(FIELDS),
        evidence: evidence
            .into_iter()
            .filter_map(|(name, event, source)| {
                Some(Fact {
                    name: name.to_owned(),
                    value: event_json(event.as_ref()?, source),
                })
            })
            .collect(),
    }
}

/// What is to be known of a row beside what differs: how far it is behind, and what it says at the place that all rows fit best.
fn note(shown: &Shown, row: &OfRow) -> String {
    // Without fields the message is told as what is wrong.
    let behind = shown.message.as_ref().filter(|_| !shown.fields.is_empty());
    let paths = |fields: &[FieldDifference]| {
        let paths: Vec<&str> = fields.iter().take(FIELDS).map(|f| f.path.as_str()).collect();
        let more = if fields.len() > FIELDS { ", …" } else { "" };
        format!("{}{more}", paths.join(", "))
    };
    let at_place = row.at_place.as_deref().map(|fields| match fields {
        [] => "at the place that the rows are as of nothing differs".to_owned(),
        fields => format!(
            "at the place that the rows are as of these differ: {}",
            paths(fields)
        ),
    });
    let parts: Vec<String> = behind.cloned().into_iter().chain(at_place).collect();
    parts.join("; ")
}

fn fact(name: &str, value: impl AsRef<str>) -> Fact {
    Fact {
        name: name.to_owned(),
        value: clean(value.as_ref()).into_owned(),
    }
}

/// Where a history is from.
fn side_facts(hand: &str, name: &str, path: &Path, kind: &str, facts: Vec<Fact>) -> SideFacts {
    let mut all = vec![fact("path", path.to_string_lossy()), fact("read as", kind)];
    all.extend(facts);
    SideFacts {
        hand: hand.to_owned(),
        name: clean(name).into_owned(),
        facts: all,
    }
}

impl From<style::Tone> for Verdict {
    fn from(tone: style::Tone) -> Self {
        Self(match tone {
            style::Tone::Good => Tone::Good,
            style::Tone::Bad => Tone::Bad,
            _ => Tone::Notice,
        })
    }
}

/// A report's tone, from a terminal's.
struct Verdict(Tone);
