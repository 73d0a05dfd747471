//! The chart in a terminal.

use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::chart::{Lane, TimelineChart};
use crate::density::{fit, grouped, height};
use crate::ruler::{exact, fitting_ticks, span};

const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Terminal colours, so that the terminal's own palette decides: blue, green, yellow, magenta.
const LANES: [u8; 4] = [34, 32, 33, 35];
const DIM: u8 = 2;
const BOLD: u8 = 1;
const RED: u8 = 31;
const AMBER: u8 = 93;
const LEAST_COLUMNS: usize = 40;
const LONGEST_NAME: usize = 24;

/// The chart as lines of text, `columns` wide (at least 40): a row of blocks for each lane, the lane's count at the right,
/// the ruler below, and marks and playhead by their exact place.
pub fn timeline_text(chart: &TimelineChart, columns: usize, colour: bool) -> String {
    let columns = columns.max(LEAST_COLUMNS);
    let names: Vec<String> = chart
        .lanes
        .iter()
        .map(|l| shorten(&l.name, LONGEST_NAME.min(columns / 4)))
        .collect();
    let counts: Vec<String> = chart
        .lanes
        .iter()
        .map(|l| grouped(i128::from(l.total())))
        .collect();
    let name_width = names.iter().map(|n| n.width()).max().unwrap_or(0);
    let count_width = counts.iter().map(String::len).max().unwrap_or(0);
    let plot = columns.saturating_sub(name_width + count_width + 4).max(8);
    let page = Page {
        chart,
        colour,
        name_width,
        plot,
    };

    let mut out = String::new();
    let all: u64 = chart.lanes.iter().map(Lane::total).sum();
    let _ = writeln!(out, "{}", page.paint(BOLD, &chart.title));
    let summary = format!(
        "{} · {}",
        chart.language.count_events(all),
        span(chart.axis, chart.language)
    );
    let _ = writeln!(out, "{}\n", page.paint(DIM, &summary));
    for (i, lane) in chart.lanes.iter().enumerate() {
        let space = " ".repeat(name_width - names[i].width());
        let bars = page.bars(lane, LANES[i % LANES.len()]);
        let _ = writeln!(
            out,
            "{}{space}  {bars}  {}",
            names[i],
            page.paint(DIM, &format!("{:>count_width$}", counts[i]))
        );
    }
    page.ruler(&mut out);
    page.points(&mut out);
    out
}

struct Page<'a> {
    chart: &'a TimelineChart,
    colour: bool,
    name_width: usize,
    plot: usize,
}

impl Page<'_> {
    fn paint(&self, code: u8, text: &str) -> String {
        if self.colour && !text.is_empty() {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    fn column(&self, at: i64) -> Option<usize> {
        self.chart
            .axis
            .place(at, self.plot as u32)
            .map(|c| (c as usize).min(self.plot - 1))
    }

    fn bars(&self, lane: &Lane, code: u8) -> String {
        let fitted = fit(&lane.counts, self.plot as u32);
        let most = fitted.iter().copied().max().unwrap_or(0);
        let blocks: Vec<char> = fitted
            .iter()
            .map(|&n| BLOCKS[height(n, most, 8, false) as usize])
            .collect();
        let split = self
            .chart
            .playhead
            .and_then(|at| self.column(at))
            .map_or(blocks.len(), |c| c + 1);
        let (past, future) = blocks.split_at(split);
        self.paint(code, &past.iter().collect::<String>())
            + &self.paint(DIM, &future.iter().collect::<String>())
    }

    fn ruler(&self, out: &mut String) {
        let indent = " ".repeat(self.name_width + 2);
        let mut line = vec!['─'; self.plot];
        let mut labels = String::new();
        for tick in fitting_ticks(self.chart.line(), self.plot as u32, 2, |label| label.len() as u32) {
            let Some(column) = self.column(tick.at) else {
                continue;
            };
            line[column] = '┴';
            // The last label moves left rather than past the edge; one that would touch another is left out.
            let start = column.min(self.plot.saturating_sub(tick.label.len()));
            let used = labels.chars().count();
            if start >= used + usize::from(used > 0) {
                labels.extend(std::iter::repeat_n(' ', start - used));
                labels.push_str(&tick.label);
            }
        }
        for (place, sign) in self.signs() {
            line[place] = sign;
        }
        let _ = writeln!(
            out,
            "{indent}{}",
            self.paint(DIM, &line.iter().collect::<String>())
        );
        let _ = writeln!(out, "{indent}{}", self.paint(DIM, &labels));
    }

    /// Where marks and the playhead stand on the ruler.
    fn signs(&self) -> Vec<(usize, char)> {
        let marks = self
            .chart
            .marks
            .iter()
            .filter_map(|m| Some((self.column(m.at)?, '◆')));
        let playhead = self.chart.playhead.and_then(|at| Some((self.column(at)?, '▲')));
        marks.chain(playhead).collect()
    }

    /// Marks and playhead in words.
    fn points(&self, out: &mut String) {
        let axis = self.chart.axis;
        let mut marks: Vec<_> = self.chart.marks.iter().collect();
        marks.sort_by_key(|m| m.at);
        if !marks.is_empty() || self.chart.playhead.is_some() {
            out.push('\n');
        }
        for mark in marks {
            let _ = writeln!(
                out,
                "{} {}  {}",
                self.paint(RED, "◆"),
                exact(axis, mark.at),
                mark.label
            );
        }
        if let Some(at) = self.chart.playhead {
            let _ = writeln!(out, "{} {}  playhead", self.paint(AMBER, "▲"), exact(axis, at));
        }
    }
}

/// The text, or its beginning and an ellipsis, in at most `room` columns.
fn shorten(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let mut used = 1;
    let fits = |c: &char| {
        used += c.width().unwrap_or(0);
        used <= room
    };
    text.chars().take_while(fits).chain(['…']).collect()
}
