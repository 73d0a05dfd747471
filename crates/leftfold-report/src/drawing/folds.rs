//! Folded gaps: an end each, and how much lies between.

use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::HPos;

use super::Layout;
use crate::chart::{Axis, ChartError};
use crate::density::grouped;
use crate::sheet::{SMALL, Sheet, text_width};

/// A folded gap: its ends, and what is said of it with that text's left end and width.
pub(super) struct Fold {
    left: i32,
    right: i32,
    label: Option<String>,
    pub(super) start: i32,
    pub(super) width: i32,
}

impl Layout<'_> {
    /// The folded gaps: an end each, and how much lies between where there is room to say it.
    pub(super) fn folded(&self) -> Vec<Fold> {
        let s = self.scale;
        let flag = self.flag();
        let mut taken = i32::MIN;
        let mut out = Vec::new();
        for (from, to) in self.chart.line().gaps() {
            let (Some(left), Some(right)) = (self.x(from), self.x(to)) else {
                continue;
            };
            let length = to.saturating_sub(from);
            let label = match self.chart.axis {
                Axis::Time { .. } => {
                    let language = self.chart.language;
                    language.idle(&language.duration(length))
                }
                Axis::Log { .. } => grouped(i128::from(length)),
            };
            let width = text_width(&label, SMALL * s);
            let start = self.beside(i32::midpoint(left, right), width);
            let is_free = start > taken.saturating_add(8 * s)
                && flag
                    .as_ref()
                    .is_none_or(|f| start + width + 8 * s < f.start || start > f.start + f.width + 8 * s);
            taken = if is_free { start + width } else { taken };
            out.push(Fold {
                left,
                right,
                label: is_free.then_some(label),
                start,
                width: if is_free { width } else { 0 },
            });
        }
        out
    }

    pub(super) fn draw_folds<B: DrawingBackend>(&self, sheet: &Sheet<'_, B>) -> Result<(), ChartError> {
        let s = self.scale;
        // Values go on through a gap: only the lanes of events have nothing there.
        let bottom = self.top + self.lane * self.chart.lanes.len().max(1) as i32;
        for fold in self.folded() {
            let top = self.top - 4 * s;
            let ends = (fold.left, fold.right.max(fold.left + 3 * s));
            sheet.bar((ends.0, top), (ends.1, bottom), self.palette.ground)?;
            for x in [ends.0, ends.1 - s] {
                sheet.bar((x, top), (x + s, bottom), self.palette.dim)?;
            }
            if let Some(label) = &fold.label {
                let y = self.ruler + 8 * s;
                sheet.text(label, fold.start, y, SMALL, self.palette.dim, HPos::Left)?;
            }
        }
        Ok(())
    }
}
