//! Charts and reports: a history's density over time, what two histories differ in, as SVG, PNG, HTML and as text for a terminal.
//!
//! Takes plain numbers and texts and knows nothing of where they come from. The same chart gives the same bytes everywhere: the font
//! is part of the program.

mod chart;
mod density;
mod divergence;
mod drawing;
mod history;
mod language;
mod line;
mod page;
mod ruler;
mod sheet;
mod text;
mod theme;

pub use chart::{Axis, ChartError, Heights, Lane, Mark, TimelineChart, ValueLane, Values};
pub use divergence::{
    Converging, Disagreeing, DivergenceChart, HeadToHead, HeatBy, HeatMap, Panel, Strip,
    divergence_png_bytes, divergence_svg,
};
pub use drawing::{plot_columns, timeline_png, timeline_png_bytes, timeline_svg};
pub use history::{EventLine, HistoryPage, Moment, StreamChange, history_html};
pub use language::{Language, Words};
pub use line::{Folds, Stretch};
pub use page::{
    CheckResult, Count, Fact, FieldRow, FindingRow, Page, ReportError, Section, SideFacts, StreamRow, Tone,
    html,
};
pub use text::timeline_text;
pub use theme::Theme;
