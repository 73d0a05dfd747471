//! A report as one HTML file: no scripts, nothing loaded, everything from the data escaped.

use askama::Template;

use crate::chart::ChartError;
use crate::divergence::{DivergenceChart, Panel, divergence_svg};
use crate::theme::Theme;

/// A report. Its texts come from data that may say anything; what a reader's terminal or browser would obey in them is to be told by
/// whoever fills it (control and direction characters), what HTML would is escaped here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// What it is of.
    pub title: String,
    /// What all of it comes to, in a sentence; empty where there is only one section, which says it.
    pub verdict: String,
    /// Good, notice or bad.
    pub tone: Tone,
    /// What made it, and its version.
    pub tool: String,
    /// When it was made, where that is to be told: without it the same input gives the same bytes.
    pub made: Option<String>,
    /// What was compared and checked.
    pub sections: Vec<Section>,
}

/// How good something is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing is wrong.
    Good,
    /// Nothing is certain.
    #[default]
    Notice,
    /// Something is wrong.
    Bad,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Notice => "notice",
            Self::Bad => "bad",
        }
    }

    /// Beside the colour, so that nothing is told by it alone.
    const fn mark(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Notice => "?",
            Self::Bad => "✗",
        }
    }
}

/// What a check comes to in a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CheckResult {
    /// It holds.
    #[default]
    Ok,
    /// Something differs or is violated for certain, or was.
    Violated,
    /// It could not be checked.
    Unchecked,
}

impl CheckResult {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Violated => "violated",
            Self::Unchecked => "not checked",
        }
    }

    const fn tone(self) -> Tone {
        match self {
            Self::Ok => Tone::Good,
            Self::Violated => Tone::Bad,
            Self::Unchecked => Tone::Notice,
        }
    }
}

/// One thing that was compared or checked. What it does not have is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    /// What it is called.
    pub name: String,
    /// What kind of thing it is: comparison, rule.
    pub kind: &'static str,
    /// What it comes to, in a sentence.
    pub verdict: String,
    /// Good, notice or bad.
    pub tone: Tone,
    /// What it comes to in a word, as told where there are several.
    pub result: CheckResult,
    /// As known when.
    pub known: String,
    /// Where its histories are from.
    pub sides: Vec<SideFacts>,
    /// How many findings there are of each kind.
    pub counts: Vec<Count>,
    /// What is drawn.
    pub panels: Vec<Panel>,
    /// Streams with findings, or keys.
    pub streams: Vec<StreamRow>,
    /// Whether these are keys that both sides share.
    pub by_key: bool,
    /// What of the streams is left out.
    pub streams_note: String,
    /// Findings with their evidence.
    pub findings: Vec<FindingRow>,
    /// What of the findings is left out.
    pub findings_note: String,
    /// How it was compared or what was checked.
    pub how: Vec<Fact>,
}

impl Section {
    fn counts_common(&self) -> bool {
        self.streams.iter().any(|s| !s.common.is_empty())
    }
}

/// Something by its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fact {
    /// What.
    pub name: String,
    /// What it is.
    pub value: String,
}

/// Where a history is from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SideFacts {
    /// Which side.
    pub hand: String,
    /// What it is called.
    pub name: String,
    /// Path, kind, events, first and last time.
    pub facts: Vec<Fact>,
}

/// How many findings there are of a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// What they are.
    pub category: String,
    /// Pending, confirmed, healed, out of coverage.
    pub by_status: [String; 4],
}

/// A stream with findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamRow {
    /// Its name.
    pub name: String,
    /// How certain its findings are.
    pub status: String,
    /// How many findings it has.
    pub findings: String,
    /// Events that both sides have in common from its beginning on; empty where that is not counted.
    pub common: String,
    /// What its first divergence is.
    pub first: String,
    /// When that began.
    pub since: String,
}

/// A finding with its evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindingRow {
    /// Its number.
    pub number: String,
    /// What it is.
    pub category: String,
    /// How certain it is.
    pub status: String,
    /// When it began.
    pub since: String,
    /// When it healed.
    pub healed: String,
    /// What both sides are known by together; empty where that is the stream.
    pub key: String,
    /// The stream.
    pub stream: String,
    /// The event, or both, in a few words.
    pub event: String,
    /// What is wrong, in a few words.
    pub what: String,
    /// Where the two events say something else.
    pub fields: Vec<FieldRow>,
    /// Fields that are left out.
    pub more_fields: usize,
    /// What is to be known beside the fields, in a sentence.
    pub note: String,
    /// Whole events as JSON, or a row and a state, with what they are called.
    pub evidence: Vec<Fact>,
    /// Whether there are a row and a state among them.
    pub of_row: bool,
}

impl FindingRow {
    fn has_blame_right(&self) -> bool {
        self.fields.iter().any(|f| !f.blame_right.is_empty())
    }

    fn has_blame(&self) -> bool {
        self.fields.iter().any(|f| !f.blame.is_empty())
    }
}

/// A place where two events say something else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldRow {
    /// Where.
    pub path: String,
    /// What the left one says; `None`: nothing.
    pub left: Option<String>,
    /// What the right one says.
    pub right: Option<String>,
    /// The event that set it last; empty where that is not known.
    pub blame: String,
    /// The same of the right side, where that is a history.
    pub blame_right: String,
}

/// Why a report cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A chart cannot be drawn.
    #[error(transparent)]
    Chart(#[from] ChartError),
    /// The page cannot be written.
    #[error("the report cannot be written: {0}")]
    Page(#[from] askama::Error),
}

/// A panel, drawn for both grounds.
struct Drawn {
    heading: &'static str,
    light: String,
    dark: String,
}

#[derive(Template)]
#[template(path = "report.html")]
struct ReportTemplate<'a> {
    page: &'a Page,
    /// By section.
    drawn: Vec<Vec<Drawn>>,
}

/// Pixels of a chart in a report.
const WIDTH: u32 = 1100;

/// The report as an HTML document of its own. The same page gives the same bytes.
///
/// # Errors
/// [`ReportError::Chart`] where a panel cannot be drawn.
pub fn html(page: &Page) -> Result<String, ReportError> {
    let draw = |panel: &Panel, theme| {
        divergence_svg(&DivergenceChart {
            title: None,
            panels: vec![panel.clone()],
            width: WIDTH,
            theme,
        })
    };
    let drawn = page
        .sections
        .iter()
        .map(|section| {
            let panels = section.panels.iter().map(|panel| {
                Ok(Drawn {
                    heading: panel.heading(),
                    light: draw(panel, Theme::Light)?,
                    dark: draw(panel, Theme::Dark)?,
                })
            });
            panels.collect::<Result<Vec<_>, ChartError>>()
        })
        .collect::<Result<Vec<_>, ChartError>>()?;
    Ok(ReportTemplate { page, drawn }.render()?)
}
