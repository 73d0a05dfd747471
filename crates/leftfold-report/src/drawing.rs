//! The chart drawn by plotters, the same for every backend.

mod folds;
mod values;

use std::fs;
use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, DrawingBackend};
use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use crate::chart::{ChartError, Heights, Lane, TimelineChart};
use crate::density::{fit, grouped, height};
use crate::language::Language;
use crate::ruler::{exact, fitting_ticks, span};
use crate::sheet::{
    DENSE, LANE_NAME, PAD, Picture, SMALL, Sheet, TITLE, check_font, failed, png, shorten, svg, text_width,
};
use crate::theme::{Palette, mix};

const LEAST_LANE: i32 = 22;
const MARK_ROW: i32 = 16;
const MOST_MARK_ROWS: usize = 4;
/// Of a value at the right end so much is shown.
const LONGEST_HERE: i32 = 90;

/// The chart as an SVG document.
///
/// # Errors
/// [`ChartError::Size`] outside 320 × 80 to 16000 × 16000 pixels; [`ChartError::Draw`].
pub fn timeline_svg(chart: &TimelineChart) -> Result<String, ChartError> {
    svg(&Layout::new(chart, 1)?)
}

/// The chart as a PNG file's bytes, two pixels for each of the chart's. Its own words are English in every language: the font that
/// is part of the program has no others.
///
/// # Errors
/// As [`timeline_svg`].
pub fn timeline_png_bytes(chart: &TimelineChart) -> Result<Vec<u8>, ChartError> {
    let language = Language::English;
    let chart = TimelineChart {
        language,
        ..chart.clone()
    };
    png(&Layout::new(&chart, DENSE)?)
}

/// How many columns the chart has room for: a lane with as many bins is drawn bin by bin, and none covers two columns of its neighbours.
/// What its lanes' bins are makes no difference, as long as they add up to as much.
///
/// # Errors
/// As [`timeline_svg`].
pub fn plot_columns(chart: &TimelineChart) -> Result<u32, ChartError> {
    Layout::new(chart, 1).map(|layout| layout.columns())
}

/// Writes the chart as a PNG file, over one that may be there.
///
/// # Errors
/// As [`timeline_svg`], and [`ChartError::Io`].
pub fn timeline_png(chart: &TimelineChart, path: &Path) -> Result<(), ChartError> {
    let bytes = timeline_png_bytes(chart)?;
    fs::write(path, bytes).map_err(|e| ChartError::Io {
        path: path.to_owned(),
        reason: e.to_string(),
    })
}

/// Where everything goes, in pixels of the picture.
struct Layout<'a> {
    chart: &'a TimelineChart,
    palette: &'static Palette,
    /// Pixels of the picture for each of the chart's.
    scale: i32,
    width: i32,
    height: i32,
    /// The lanes' left and right edge.
    left: i32,
    right: i32,
    /// The first lane's upper edge, and each lane's height.
    top: i32,
    lane: i32,
    mark_rows: Vec<Option<usize>>,
    ruler: i32,
}

impl Picture for Layout<'_> {
    fn size(&self) -> (u32, u32) {
        (self.width as u32, self.height as u32)
    }

    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Result<(), ChartError> {
        let sheet = Sheet {
            area,
            scale: self.scale,
        };
        area.fill(&self.palette.ground).map_err(failed)?;
        self.head(&sheet)?;
        self.draw_ruler(&sheet)?;
        self.draw_mark_lines(&sheet)?;
        let peak = self.peak();
        for (i, lane) in self.chart.lanes.iter().enumerate() {
            self.draw_lane(&sheet, i, lane, peak)?;
        }
        for (i, lane) in self.chart.values.iter().enumerate() {
            self.draw_values(&sheet, i, lane)?;
        }
        self.draw_folds(&sheet)?;
        self.draw_marks(&sheet)?;
        self.draw_playhead(&sheet)?;
        area.present().map_err(failed)
    }
}

impl<'a> Layout<'a> {
    fn new(chart: &'a TimelineChart, dense: u32) -> Result<Self, ChartError> {
        check_font()?;
        let size = |height: u32| ChartError::Size {
            width: chart.width,
            height,
        };
        let fits = (320..=16_000).contains(&chart.width) && (80..=16_000).contains(&chart.height);
        let rows = chart.lanes.len() + chart.values.len();
        if !fits || rows > 700 {
            return Err(size(chart.height.max(rows as u32 * LEAST_LANE as u32)));
        }
        let scale = dense as i32;
        let width = chart.width as i32 * scale;
        let fields = chart.values.iter();
        let names = fields.clone().flat_map(|v| {
            let stream = text_width(&v.stream, SMALL * scale);
            [text_width(&v.name, LANE_NAME * scale), stream]
        });
        let lanes = chart.lanes.iter();
        let names = names.chain(lanes.clone().map(|l| text_width(&l.name, LANE_NAME * scale)));
        let names = names.max().unwrap_or(0);
        // A long value gives way to the plot, too.
        let held = fields.map(|v| text_width(&v.here, SMALL * scale).min(LONGEST_HERE * scale));
        let counts = lanes.map(|l| text_width(&count(l), SMALL * scale));
        let counts = held.chain(counts).max().unwrap_or(0);
        let mut layout = Self {
            chart,
            palette: chart.theme.palette(),
            scale,
            width,
            height: chart.height as i32 * scale,
            // A long name gives way to the plot.
            left: PAD * scale + names.min(width / 4) + 24 * scale,
            right: width - PAD * scale - counts - 10 * scale,
            top: 0,
            lane: 0,
            mark_rows: Vec::new(),
            ruler: 0,
        };
        layout.mark_rows = layout.place_marks();
        let labels = layout.mark_rows.iter().flatten().max().map_or(0, |m| m + 1) as i32;
        layout.ruler = (PAD + TITLE + 26 + labels * MARK_ROW) * scale;
        layout.top = layout.ruler + 22 * scale;
        let lanes = rows.max(1) as i32;
        layout.lane = ((layout.height - layout.top - PAD * scale) / lanes)
            .max(LEAST_LANE * scale)
            .min(64 * scale);
        layout.height = layout.height.max(layout.top + layout.lane * lanes + PAD * scale);
        if layout.height > 16_000 * scale {
            return Err(size((layout.height / scale) as u32));
        }
        Ok(layout)
    }

    fn bottom(&self) -> i32 {
        let rows = self.chart.lanes.len() + self.chart.values.len();
        self.top + self.lane * rows.max(1) as i32
    }

    /// One of the chart's pixels each, so that SVG and PNG show the same.
    fn columns(&self) -> u32 {
        ((self.right - self.left) / self.scale).max(1) as u32
    }

    /// The greatest count of a column of any lane.
    fn peak(&self) -> u64 {
        let lanes = self.chart.lanes.iter();
        let columns = lanes.flat_map(|lane| fit(&lane.counts, self.columns()));
        columns.max().unwrap_or(0)
    }

    /// Where a point of the axis lies.
    fn x(&self, at: i64) -> Option<i32> {
        self.chart
            .line()
            .place(at, (self.right - self.left) as u32)
            .map(|x| self.left + x as i32)
    }

    /// The left end of a label that wants to be centred at `x`, kept inside the picture.
    fn beside(&self, x: i32, width: i32) -> i32 {
        (x - width / 2).clamp(
            PAD * self.scale,
            (self.width - PAD * self.scale - width).max(PAD * self.scale),
        )
    }

    /// A row for each mark's label so that none covers another; `None` past the last row: its line stays.
    fn place_marks(&self) -> Vec<Option<usize>> {
        let mut ends = [i32::MIN; MOST_MARK_ROWS];
        let mut order: Vec<usize> = (0..self.chart.marks.len()).collect();
        order.sort_by_key(|&i| self.chart.marks[i].at);
        let mut rows = vec![None; self.chart.marks.len()];
        for i in order {
            let mark = &self.chart.marks[i];
            let Some(x) = self.x(mark.at) else { continue };
            let width = text_width(&mark.label, SMALL * self.scale);
            let start = self.beside(x, width);
            if let Some(row) = ends.iter().position(|&end| start > end) {
                ends[row] = start + width + 10 * self.scale;
                rows[i] = Some(row);
            }
        }
        rows
    }

    fn head<B: DrawingBackend>(&self, sheet: &Sheet<'_, B>) -> Result<(), ChartError> {
        let s = self.scale;
        let all: u64 = self.chart.lanes.iter().map(Lane::total).sum();
        let language = self.chart.language;
        let events = format!(
            "{} · {} · {}",
            language.count_events(all),
            span(self.chart.axis, language),
            language.heights(self.chart.heights)
        );
        let room = self.width - 3 * PAD * s - text_width(&events, SMALL * s);
        let title = shorten(&self.chart.title, TITLE * s, room);
        sheet.text(
            &title,
            PAD * s,
            (PAD + TITLE / 2) * s,
            TITLE,
            self.palette.text,
            HPos::Left,
        )?;
        sheet.text(
            &events,
            self.width - PAD * s,
            (PAD + TITLE / 2) * s,
            SMALL,
            self.palette.dim,
            HPos::Right,
        )
    }

    fn draw_ruler<B: DrawingBackend>(&self, sheet: &Sheet<'_, B>) -> Result<(), ChartError> {
        let s = self.scale;
        let ground = (self.left, self.top);
        sheet.bar(ground, (self.right, self.bottom()), self.palette.panel)?;
        let room = (self.right - self.left) as u32;
        let width = |label: &str| text_width(label, SMALL * s) as u32;
        let mut taken: Vec<(i32, i32)> = self
            .folded()
            .iter()
            .map(|f| (f.start, f.start + f.width))
            .collect();
        taken.extend(self.flag().map(|f| (f.start, f.start + f.width)));
        for tick in fitting_ticks(self.chart.line(), room, 20 * s as u32, width) {
            let Some(x) = self.x(tick.at) else { continue };
            sheet.bar((x, self.top - 4 * s), (x + s, self.bottom()), self.palette.line)?;
            let width = text_width(&tick.label, SMALL * s);
            let start = self.beside(x, width);
            let is_taken =
                |&(left, right): &(i32, i32)| start < right + 8 * s && start + width > left - 8 * s;
            if taken.iter().any(is_taken) {
                continue;
            }
            sheet.text(
                &tick.label,
                start,
                self.ruler + 8 * s,
                SMALL,
                self.palette.dim,
                HPos::Left,
            )?;
        }
        Ok(())
    }

    fn draw_lane<B: DrawingBackend>(
        &self,
        sheet: &Sheet<'_, B>,
        i: usize,
        lane: &Lane,
        peak: u64,
    ) -> Result<(), ChartError> {
        let s = self.scale;
        let base = self.top + self.lane * (i as i32 + 1);
        let colour = self.palette.lane(lane.colour);
        let middle = base - self.lane / 2;
        self.draw_name(sheet, &lane.name, middle, colour)?;
        self.draw_right(sheet, &count(lane), middle)?;
        sheet.bar((self.left, base - s), (self.right, base), self.palette.line)?;

        let fitted = fit(&lane.counts, self.columns());
        let (most, root) = match self.chart.heights {
            Heights::OfLane => (fitted.iter().copied().max().unwrap_or(0), false),
            Heights::Linear => (peak, false),
            Heights::Root => (peak, true),
        };
        let full = (self.lane - 6 * s).max(s) as u32;
        let heights: Vec<i32> = fitted
            .iter()
            .map(|&n| height(n, most, full, root).max(u32::from(n > 0) * s as u32) as i32)
            .collect();
        let split = self
            .chart
            .playhead
            .map_or(heights.len(), |at| self.columns_until(at, heights.len()));
        let future = mix(colour, self.palette.panel, 38);
        for (range, colour) in [(0..split, colour), (split..heights.len(), future)] {
            self.draw_runs(
                sheet,
                &heights[range.clone()],
                range.start as i32,
                base - s,
                colour,
            )?;
        }
        Ok(())
    }

    /// The name of what is right of it, with its colour before it.
    fn draw_name<B: DrawingBackend>(
        &self,
        sheet: &Sheet<'_, B>,
        name: &str,
        y: i32,
        colour: RGBColor,
    ) -> Result<(), ChartError> {
        let s = self.scale;
        sheet.bar((PAD * s, y - 4 * s), (PAD * s + 8 * s, y + 4 * s), colour)?;
        let room = self.left - PAD * s - 24 * s;
        let name = shorten(name, LANE_NAME * s, room);
        let text = self.palette.text;
        sheet.text(&name, PAD * s + 14 * s, y, LANE_NAME, text, HPos::Left)
    }

    /// What stands at the right end.
    fn draw_right<B: DrawingBackend>(
        &self,
        sheet: &Sheet<'_, B>,
        text: &str,
        y: i32,
    ) -> Result<(), ChartError> {
        let right = self.width - PAD * self.scale;
        let text = shorten(text, SMALL * self.scale, right - self.right - 8 * self.scale);
        sheet.text(&text, right, y, SMALL, self.palette.dim, HPos::Right)
    }

    /// How many of the columns lie before a point.
    fn columns_until(&self, at: i64, columns: usize) -> usize {
        let (from, to) = self.chart.axis.ends();
        let place = self
            .chart
            .line()
            .place(at.clamp(from, to.max(from)), columns as u32);
        place.map_or(columns, |p| p as usize)
    }

    /// One filled outline for each unbroken run of columns.
    fn draw_runs<B: DrawingBackend>(
        &self,
        sheet: &Sheet<'_, B>,
        heights: &[i32],
        first: i32,
        base: i32,
        colour: RGBColor,
    ) -> Result<(), ChartError> {
        let mut column = 0;
        while column < heights.len() {
            let end = heights[column..]
                .iter()
                .position(|&h| h == 0)
                .map_or(heights.len(), |n| column + n);
            if end > column {
                sheet.skyline(
                    &heights[column..end],
                    self.left + (first + column as i32) * self.scale,
                    base,
                    colour,
                )?;
            }
            column = end + 1;
        }
        Ok(())
    }

    /// Behind the lanes, so that no mark hides what it points at.
    fn draw_mark_lines<B: DrawingBackend>(&self, sheet: &Sheet<'_, B>) -> Result<(), ChartError> {
        for x in self.chart.marks.iter().filter_map(|m| self.x(m.at)) {
            let faint = mix(self.palette.mark, self.palette.panel, 60);
            sheet.bar((x, self.top), (x + self.scale, self.bottom()), faint)?;
        }
        Ok(())
    }

    fn draw_marks<B: DrawingBackend>(&self, sheet: &Sheet<'_, B>) -> Result<(), ChartError> {
        let s = self.scale;
        for (mark, row) in self.chart.marks.iter().zip(&self.mark_rows) {
            let Some(x) = self.x(mark.at) else { continue };
            let tip = [
                (x - 4 * s, self.top - 6 * s),
                (x + 5 * s, self.top - 6 * s),
                (x, self.top),
            ];
            sheet.shape(tip.to_vec(), self.palette.mark)?;
            if let Some(row) = row {
                let width = text_width(&mark.label, SMALL * s);
                let y = self.ruler - (*row as i32 * MARK_ROW + MARK_ROW / 2) * s;
                sheet.text(
                    &mark.label,
                    self.beside(x, width),
                    y,
                    SMALL,
                    self.palette.mark,
                    HPos::Left,
                )?;
            }
        }
        Ok(())
    }

    fn flag(&self) -> Option<Flag> {
        let at = self.chart.playhead?;
        let x = self.x(at)?;
        let label = exact(self.chart.axis, at);
        let width = text_width(&label, SMALL * self.scale);
        let start = self.beside(x, width);
        Some(Flag {
            label,
            x,
            start,
            width,
        })
    }

    fn draw_playhead<B: DrawingBackend>(&self, sheet: &Sheet<'_, B>) -> Result<(), ChartError> {
        let s = self.scale;
        let Some(Flag {
            label,
            x,
            start,
            width,
        }) = self.flag()
        else {
            return Ok(());
        };
        sheet.bar(
            (x - s / 2, self.ruler + 8 * s),
            (x - s / 2 + 2 * s, self.bottom()),
            self.palette.playhead,
        )?;
        let (y, half) = (self.ruler + 8 * s, 9 * s);
        sheet.bar(
            (start - 6 * s, y - half),
            (start + width + 6 * s, y + half),
            self.palette.playhead,
        )?;
        sheet.text(&label, start, y, SMALL, self.palette.on_playhead, HPos::Left)
    }
}

/// The playhead's label: what it says, its place on the axis, and its own left end and width.
struct Flag {
    label: String,
    x: i32,
    start: i32,
    width: i32,
}

fn count(lane: &Lane) -> String {
    grouped(i128::from(lane.total()))
}
