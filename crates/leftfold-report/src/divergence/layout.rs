//! Where everything of a divergence's picture goes, and how it is drawn.

use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, DrawingBackend};
use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use super::{
    BARS, CURVE, Converging, Disagreeing, DivergenceChart, GAP, HEAD, HeadToHead, HeatMap, LANE, LEAST_MARK,
    MOST_ROWS, Panel, ROW, RULER, STRIP, Strip,
};
use crate::chart::{Axis, ChartError};
use crate::density::{fit, grouped, height};
use crate::line::Line;
use crate::ruler::fitting_ticks;
use crate::sheet::{LANE_NAME, PAD, Picture, SMALL, Sheet, TITLE, check_font, failed, shorten, text_width};
use crate::theme::{Palette, mix};

/// Where everything goes, in pixels of the picture.
pub(super) struct Layout<'a> {
    chart: &'a DivergenceChart,
    palette: &'static Palette,
    scale: i32,
    width: i32,
    height: i32,
    /// The plots' left and right edge.
    left: i32,
    right: i32,
}

impl<'a> Layout<'a> {
    pub(super) fn new(chart: &'a DivergenceChart, dense: u32) -> Result<Self, ChartError> {
        check_font()?;
        let s = dense as i32;
        let rows = |p: &Panel| matches!(p, Panel::HeatMap(map) if map.rows.len() > MOST_ROWS);
        let content: i32 = chart.panels.iter().map(|p| HEAD + p.content() + GAP).sum();
        let title = if chart.title.is_some() { TITLE + GAP } else { 0 };
        let height = PAD + title + content;
        if !(320..=16_000).contains(&chart.width) || height > 16_000 || chart.panels.iter().any(rows) {
            return Err(ChartError::Size {
                width: chart.width,
                height: height as u32,
            });
        }
        let width = chart.width as i32 * s;
        let names = chart.panels.iter().flat_map(|p| match p {
            Panel::HeadToHead(h) => h.names.iter().map(String::as_str).collect::<Vec<_>>(),
            Panel::HeatMap(map) => map.rows.iter().map(|(name, _)| name.as_str()).collect(),
            _ => Vec::new(),
        });
        let widest = names.map(|n| text_width(n, LANE_NAME * s)).max().unwrap_or(0);
        Ok(Self {
            chart,
            palette: chart.theme.palette(),
            scale: s,
            width,
            height: height * s,
            // A long name gives way to the plot.
            left: PAD * s + widest.clamp(40 * s, width / 4) + 12 * s,
            right: width - PAD * s - 48 * s,
        })
    }

    fn x(&self, axis: Axis, at: i64) -> Option<i32> {
        let room = (self.right - self.left) as u32;
        axis.place(at, room).map(|x| self.left + x as i32)
    }

    fn ruler<B: DrawingBackend>(
        &self,
        sheet: &Sheet<'_, B>,
        axis: Axis,
        y: i32,
        bottom: i32,
    ) -> Result<(), ChartError> {
        let s = self.scale;
        let width = |label: &str| text_width(label, SMALL * s) as u32;
        sheet.bar(
            (self.left, y + RULER * s),
            (self.right, bottom),
            self.palette.panel,
        )?;
        for tick in fitting_ticks(
            Line::plain(axis),
            (self.right - self.left) as u32,
            20 * s as u32,
            width,
        ) {
            let Some(x) = self.x(axis, tick.at) else { continue };
            sheet.bar((x, y + (RULER - 4) * s), (x + s, bottom), self.palette.line)?;
            let wide = text_width(&tick.label, SMALL * s);
            let start = (x - wide / 2).clamp(PAD * s, (self.width - PAD * s - wide).max(PAD * s));
            sheet.text(&tick.label, start, y + 7 * s, SMALL, self.palette.dim, HPos::Left)?;
        }
        Ok(())
    }

    /// How many of the chart's pixels the plot is wide.
    fn columns(&self) -> u32 {
        ((self.right - self.left) / self.scale).max(1) as u32
    }

    /// A name at the left edge, its middle at `y`.
    fn name<B: DrawingBackend>(
        &self,
        sheet: &Sheet<'_, B>,
        name: &str,
        y: i32,
        size: i32,
    ) -> Result<(), ChartError> {
        let room = self.left - (PAD + 12) * self.scale;
        let name = shorten(name, size * self.scale, room);
        sheet.text(&name, PAD * self.scale, y, size, self.palette.text, HPos::Left)
    }

    fn total<B: DrawingBackend>(&self, sheet: &Sheet<'_, B>, total: u64, y: i32) -> Result<(), ChartError> {
        let x = self.width - PAD * self.scale;
        sheet.text(&grouped(total.into()), x, y, SMALL, self.palette.dim, HPos::Right)
    }

    fn head_to_head<B: DrawingBackend>(
        &self,
        sheet: &Sheet<'_, B>,
        of: &HeadToHead,
        y: i32,
    ) -> Result<(), ChartError> {
        let s = self.scale;
        let top = y + RULER * s;
        let (strip, below) = (top + LANE * s, top + (LANE + STRIP) * s);
        self.ruler(sheet, of.axis, y, below + LANE * s)?;
        let fitted = of.counts.each_ref().map(|c| fit(c, self.columns()));
        // One scale for both: a side that lacks something is seen to be lower.
        let most = fitted.iter().flatten().copied().max().unwrap_or(0);
        let full = (LANE - 4) * s;
        for (i, columns) in fitted.iter().enumerate() {
            let colour = self.palette.lanes[i];
            let middle = if i == 0 {
                strip - LANE * s / 2
            } else {
                below + LANE * s / 2
            };
            self.name(sheet, &of.names[i], middle, LANE_NAME)?;
            let total = of.counts[i].iter().map(|n| u64::from(*n)).sum();
            self.total(sheet, total, middle)?;
            let heights: Vec<i32> = columns
                .iter()
                .map(|&n| height(n, most, full as u32, false).max(u32::from(n > 0) * s as u32) as i32)
                .collect();
            let base = if i == 0 { strip } else { below };
            let turned: Vec<i32> = heights.iter().map(|h| if i == 0 { *h } else { -*h }).collect();
            let mut column = 0;
            for run in turned.chunk_by(|a, b| (*a == 0) == (*b == 0)) {
                if run[0] != 0 {
                    sheet.skyline(run, self.left + column * s, base, colour)?;
                }
                column += run.len() as i32;
            }
        }
        sheet.bar((self.left, strip), (self.right, below), self.palette.ground)?;
        self.name(sheet, "differs", strip + STRIP * s / 2, SMALL)?;
        let (from, to) = (strip + 2 * s, below - 2 * s);
        // What is most certain is drawn last, over the others.
        self.marks(&of.strip.healed, &mut |x0, x1| {
            sheet.frame((x0, from), (x1, to), self.palette.dim)
        })?;
        self.marks(&of.strip.pending, &mut |x0, x1| {
            sheet.bar((x0, from), (x1, to), self.palette.ground)?;
            sheet.hatched((x0, from), (x1, to), self.palette.playhead)
        })?;
        self.marks(&of.strip.confirmed, &mut |x0, x1| {
            sheet.bar((x0, from), (x1, to), self.palette.bad)
        })
    }

    /// The stretches in which something is, in pixels; what lies nearer than a mark is wide is one stretch.
    fn marks(
        &self,
        counts: &[u32],
        draw: &mut dyn FnMut(i32, i32) -> Result<(), ChartError>,
    ) -> Result<(), ChartError> {
        let (s, mut open) = (self.scale, None::<(i32, i32)>);
        for (column, n) in fit(counts, self.columns()).into_iter().enumerate() {
            if n == 0 {
                continue;
            }
            let x = self.left + column as i32 * s;
            let end = (x + LEAST_MARK * s).min(self.right);
            match &mut open {
                Some((_, until)) if x <= *until => *until = end,
                _ => {
                    if let Some((from, to)) = open.replace((x.min(end - LEAST_MARK * s), end)) {
                        draw(from, to)?;
                    }
                }
            }
        }
        match open {
            Some((from, to)) => draw(from, to),
            None => Ok(()),
        }
    }

    /// What the shapes in the strip mean, at the right of a heading.
    fn legend<B: DrawingBackend>(
        &self,
        sheet: &Sheet<'_, B>,
        mut right: i32,
        y: i32,
    ) -> Result<i32, ChartError> {
        let s = self.scale;
        for (i, label) in ["healed", "pending", "confirmed"].into_iter().enumerate() {
            sheet.text(label, right, y, SMALL, self.palette.dim, HPos::Right)?;
            right -= text_width(label, SMALL * s) + 6 * s;
            let (from, to) = ((right - 16 * s, y - 6 * s), (right, y + 6 * s));
            match i {
                0 => sheet.frame(from, to, self.palette.dim)?,
                1 => sheet.hatched(from, to, self.palette.playhead)?,
                _ => sheet.bar(from, to, self.palette.bad)?,
            }
            right -= 16 * s + 14 * s;
        }
        Ok(right)
    }

    fn disagreeing<B: DrawingBackend>(
        &self,
        sheet: &Sheet<'_, B>,
        of: &Disagreeing,
        y: i32,
    ) -> Result<(), ChartError> {
        let s = self.scale;
        let base = y + (RULER + CURVE) * s;
        self.ruler(sheet, of.axis, y, base)?;
        let columns = self.columns();
        // Not how many together: the most of each pixel.
        let bins = of.counts.len();
        let mut most_of = vec![0_u32; columns as usize];
        for (i, &n) in of.counts.iter().enumerate() {
            let first = i * columns as usize / bins;
            let last = ((i + 1) * columns as usize / bins)
                .max(first + 1)
                .min(columns as usize);
            for column in &mut most_of[first..last] {
                *column = (*column).max(n);
            }
        }
        let most = most_of.iter().max().copied().unwrap_or(0);
        let full = ((CURVE - 8) * s) as u32;
        let heights: Vec<i32> = most_of
            .iter()
            .map(|&n| height(n.into(), most.into(), full, false) as i32)
            .collect();
        let mut column = 0;
        for run in heights.chunk_by(|a, b| (*a == 0) == (*b == 0)) {
            if run[0] != 0 {
                sheet.skyline(run, self.left + column * s, base, self.palette.bad)?;
            }
            column += run.len() as i32;
        }
        sheet.bar((self.left, base - s), (self.right, base), self.palette.line)?;
        let label =
            |text: &str, y: i32| sheet.text(text, self.left - 8 * s, y, SMALL, self.palette.dim, HPos::Right);
        if most > 0 {
            label(&grouped(most.into()), base - full as i32)?;
        }
        label("0", base - 4 * s)
    }

    fn converging<B: DrawingBackend>(
        &self,
        sheet: &Sheet<'_, B>,
        of: &Converging,
        y: i32,
    ) -> Result<(), ChartError> {
        let s = self.scale;
        let base = y + (BARS - 22) * s;
        sheet.bar((self.left, y), (self.right, base), self.palette.panel)?;
        let n = of.bars.len() as i32 + 1;
        let most = of
            .bars
            .iter()
            .map(|(_, n)| *n)
            .chain([of.open])
            .max()
            .unwrap_or(0);
        let step = (self.right - self.left) / n;
        let full = ((BARS - 22 - 22) * s) as u32;
        let open = ("not yet".to_owned(), of.open);
        for (i, (name, count)) in of.bars.iter().chain([&open]).enumerate() {
            let middle = self.left + step * i as i32 + step / 2;
            let half = (step * 3 / 8).max(2 * s);
            let up = height((*count).into(), most.into(), full, false)
                .max(u32::from(*count > 0) * 2 * s as u32) as i32;
            let (from, to) = ((middle - half, base - up), (middle + half, base));
            if *count > 0 {
                if i + 1 == n as usize {
                    sheet.hatched(from, to, self.palette.bad)?;
                } else {
                    sheet.bar(from, to, self.palette.lanes[0])?;
                }
                sheet.text(
                    &grouped((*count).into()),
                    middle,
                    base - up - 9 * s,
                    SMALL,
                    self.palette.text,
                    HPos::Center,
                )?;
            }
            let name = shorten(name, SMALL * s, step - 4 * s);
            sheet.text(
                &name,
                middle,
                base + 11 * s,
                SMALL,
                self.palette.dim,
                HPos::Center,
            )?;
        }
        sheet.bar((self.left, base - s), (self.right, base), self.palette.line)
    }

    fn heat_map<B: DrawingBackend>(
        &self,
        sheet: &Sheet<'_, B>,
        of: &HeatMap,
        y: i32,
    ) -> Result<(), ChartError> {
        let s = self.scale;
        let top = y + RULER * s;
        self.ruler(sheet, of.axis, y, top + ROW * s * of.rows.len().max(1) as i32)?;
        let most = of
            .rows
            .iter()
            .flat_map(|(_, c)| &c.confirmed)
            .max()
            .copied()
            .unwrap_or(0);
        for (i, (name, counts)) in of.rows.iter().enumerate() {
            let row = top + ROW * s * i as i32;
            let middle = row + ROW * s / 2;
            self.name(sheet, name, middle, SMALL)?;
            self.total(sheet, counts.total(), middle)?;
            self.cells(sheet, counts, row, most)?;
            sheet.bar(
                (self.left, row + ROW * s - s),
                (self.right, row + ROW * s),
                self.palette.line,
            )?;
        }
        Ok(())
    }

    /// A row's findings by time, each cell in the shape of the worst that is in it, as in the strip.
    fn cells<B: DrawingBackend>(
        &self,
        sheet: &Sheet<'_, B>,
        counts: &Strip,
        row: i32,
        most: u32,
    ) -> Result<(), ChartError> {
        let s = self.scale;
        let bins = counts.confirmed.len().max(1) as i32;
        let edge = |bin: i32| self.left + (self.right - self.left) * bin / bins;
        let (top, bottom) = (row + s, row + (ROW - 1) * s);
        let cell = |bin: usize| {
            let x0 = edge(bin as i32);
            let x1 = edge(bin as i32 + 1).max(x0 + LEAST_MARK * s).min(self.right);
            ((x0, top), (x1, bottom))
        };
        for (bin, &confirmed) in counts.confirmed.iter().enumerate() {
            let of = |counts: &[u32]| counts.get(bin).is_some_and(|n| *n > 0);
            let (from, to) = cell(bin);
            if confirmed > 0 {
                sheet.bar(from, to, self.shade(confirmed, most))?;
            } else if of(&counts.pending) {
                sheet.hatched(from, to, self.palette.playhead)?;
            } else if of(&counts.healed) {
                sheet.frame(from, to, self.palette.dim)?;
            }
        }
        Ok(())
    }

    /// Stronger the more there are: by their binary digits, so that one among thousands is seen.
    fn shade(&self, n: u32, most: u32) -> RGBColor {
        let digits = |n: u32| u32::BITS - n.leading_zeros();
        let share = 35 + 65 * digits(n) / digits(most).max(1);
        mix(self.palette.bad, self.palette.panel, share.min(100))
    }
}

impl Picture for Layout<'_> {
    fn size(&self) -> (u32, u32) {
        (self.width as u32, self.height as u32)
    }

    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Result<(), ChartError> {
        let s = self.scale;
        let sheet = Sheet { area, scale: s };
        area.fill(&self.palette.ground).map_err(failed)?;
        let mut y = PAD * s;
        if let Some(title) = &self.chart.title {
            let title = shorten(title, TITLE * s, self.width - 2 * PAD * s);
            sheet.text(
                &title,
                PAD * s,
                y + TITLE * s / 2,
                TITLE,
                self.palette.text,
                HPos::Left,
            )?;
            y += (TITLE + GAP) * s;
        }
        for panel in &self.chart.panels {
            let middle = y + HEAD * s / 2 - 4 * s;
            let mut right = self.width - PAD * s;
            if matches!(panel, Panel::HeadToHead(_) | Panel::HeatMap(_)) {
                right = self.legend(&sheet, right, middle)?;
            }
            let heading = text_width(panel.heading(), LANE_NAME * s) + 2 * PAD * s;
            sheet.text(
                panel.heading(),
                PAD * s,
                middle,
                LANE_NAME,
                self.palette.text,
                HPos::Left,
            )?;
            let note = shorten(&panel.note(), SMALL * s, right - heading);
            sheet.text(&note, right, middle, SMALL, self.palette.dim, HPos::Right)?;
            let content = y + HEAD * s;
            match panel {
                Panel::HeadToHead(of) => self.head_to_head(&sheet, of, content)?,
                Panel::Disagreeing(of) => self.disagreeing(&sheet, of, content)?,
                Panel::Converging(of) => self.converging(&sheet, of, content)?,
                Panel::HeatMap(of) => self.heat_map(&sheet, of, content)?,
            }
            y = content + (panel.content() + GAP) * s;
        }
        area.present().map_err(failed)
    }
}
