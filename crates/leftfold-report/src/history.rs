//! A part of one history as one HTML file: what happened when, what was marked, and what the states became.

use askama::Template;

use crate::chart::TimelineChart;
use crate::drawing::timeline_svg;
use crate::language::{Language, Words};
use crate::page::{Fact, FieldRow, ReportError};
use crate::theme::Theme;

/// A report on a history. As of a [`Page`](crate::Page), whoever fills it makes control and direction characters visible.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HistoryPage {
    /// What it is of.
    pub title: String,
    /// What made it, and its version.
    pub tool: String,
    /// What its words are in.
    pub language: Language,
    /// When it was made, where that is to be told.
    pub made: Option<String>,
    /// Where the history is from, and which part of it this is.
    pub facts: Vec<Fact>,
    /// When how much happened, drawn for both grounds whatever its theme.
    pub chart: Option<TimelineChart>,
    /// Places that were marked, in their order.
    pub moments: Vec<Moment>,
    /// How many events there are of each type.
    pub types: Vec<Fact>,
    /// Streams that have events in this part, those with most first.
    pub streams: Vec<StreamChange>,
    /// What of the streams is left out.
    pub streams_note: String,
    /// The events.
    pub events: Vec<EventLine>,
    /// What of the events is left out.
    pub events_note: String,
}

/// A marked place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// What was noted there.
    pub note: String,
    /// When it is.
    pub time: String,
    /// The last event up to there, in a few words; empty where there is none.
    pub event: String,
    /// What that event changed in its stream's state, and what set the values before it.
    pub changes: Vec<FieldRow>,
    /// Changes that are left out.
    pub more_changes: usize,
    /// What could not be told of the state, in sentences.
    pub problems: Vec<String>,
    /// The event and the state after it, as JSON.
    pub evidence: Vec<Fact>,
}

/// What a part of the history made of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamChange {
    /// The stream.
    pub name: String,
    /// How many events it has in this part.
    pub events: String,
    /// From which state to which: a field each, with the event that set it.
    pub changes: Vec<FieldRow>,
    /// Changes that are left out.
    pub more_changes: usize,
}

/// An event in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventLine {
    /// When it happened.
    pub time: String,
    /// Where it lies in its source.
    pub position: String,
    /// Its stream.
    pub stream: String,
    /// Its version there.
    pub version: String,
    /// Its type.
    pub kind: String,
    /// What it says, or its beginning.
    pub payload: String,
}

#[derive(Template)]
#[template(path = "history.html")]
struct HistoryTemplate<'a> {
    page: &'a HistoryPage,
    words: &'static Words,
    /// Light and dark.
    drawn: Option<[String; 2]>,
}

/// The report as an HTML document of its own. The same page gives the same bytes.
///
/// # Errors
/// [`ReportError::Chart`] where the chart cannot be drawn.
pub fn history_html(page: &HistoryPage) -> Result<String, ReportError> {
    let draw = |chart: &TimelineChart, theme| {
        timeline_svg(&TimelineChart {
            theme,
            ..chart.clone()
        })
    };
    let drawn = match &page.chart {
        Some(chart) => Some([draw(chart, Theme::Light)?, draw(chart, Theme::Dark)?]),
        None => None,
    };
    Ok(HistoryTemplate {
        page,
        words: page.language.words(),
        drawn,
    }
    .render()?)
}
