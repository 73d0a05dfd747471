//! Lanes of values: step curves of numbers, bands of everything else, and a tick for each change.

use plotters::prelude::DrawingBackend;
use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use super::Layout;
use crate::chart::{ChartError, ValueLane, Values};
use crate::sheet::{PAD, SMALL, Sheet, shorten};
use crate::theme::mix;

/// Pixels above and below a curve, and of a tick.
const MARGIN: i32 = 4;
const TICK: i32 = 3;
/// So wide a band says what it is; a narrower one than the second is one of several.
const SAYS: i32 = 26;
const NARROW: i32 = 3;

/// What a column holds: how far its values reach, and the last one; `None`: the field is not there.
struct Column {
    x: i32,
    reach: Option<(f64, f64)>,
    last: Option<f64>,
}

/// A stretch of one value; `None`: of several, each too narrow to be told apart.
#[derive(PartialEq, Debug)]
struct Band<'a> {
    from: i32,
    to: i32,
    value: Option<&'a str>,
}

/// The curve of values that begin at these columns, a column each at most.
fn curve(values: &[(i32, Option<f64>)]) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for &(x, value) in values {
        let held = columns.last().and_then(|c| c.last);
        if columns.last().is_none_or(|c| c.x != x) {
            columns.push(Column {
                x,
                reach: held.map(|v| (v, v)),
                last: held,
            });
        }
        let Some(column) = columns.last_mut() else {
            continue;
        };
        if let Some(v) = value {
            column.reach = Some(
                column
                    .reach
                    .map_or((v, v), |(low, high)| (low.min(v), high.max(v))),
            );
        }
        column.last = value;
    }
    columns
}

/// The bands of values that begin at these places, up to `end`.
fn bands<'a>(values: &[(i32, Option<&'a str>)], end: i32, narrow: i32) -> Vec<Band<'a>> {
    let mut out: Vec<Band<'_>> = Vec::new();
    let ends = values.iter().skip(1).map(|v| v.0).chain([end]);
    for (&(from, value), to) in values.iter().zip(ends) {
        let (Some(value), true) = (value, to > from) else {
            continue;
        };
        if to - from >= narrow {
            out.push(Band {
                from,
                to,
                value: Some(value),
            });
            continue;
        }
        match out.last_mut() {
            Some(last) if last.value.is_none() && last.to == from => last.to = to,
            _ => out.push(Band {
                from,
                to,
                value: None,
            }),
        }
    }
    out
}

/// The number of a colour for a value, the same for the same one, and the same as in the window.
fn colour_of(value: &str) -> usize {
    let digest = value
        .chars()
        .fold(0_u32, |digest, c| digest.wrapping_mul(31).wrapping_add(c as u32));
    digest as usize
}

impl Layout<'_> {
    /// Where each value begins to hold, in the picture; what holds before the axis's first point begins there.
    fn placed<T: Copy>(&self, values: impl Iterator<Item = (i64, T)>) -> Vec<(i32, T)> {
        let (from, to) = self.chart.axis.ends();
        let mut out: Vec<(i32, T)> = Vec::new();
        for (at, value) in values {
            if at > to {
                break;
            }
            let x = self.x(at.max(from)).unwrap_or(self.left);
            if at < from {
                out.clear();
            }
            out.push((x, value));
        }
        out
    }

    pub(super) fn draw_values<B: DrawingBackend>(
        &self,
        sheet: &Sheet<'_, B>,
        i: usize,
        lane: &ValueLane,
    ) -> Result<(), ChartError> {
        let s = self.scale;
        let top = self.top + self.lane * (self.chart.lanes.len() + i) as i32;
        let bottom = top + self.lane;
        let colour = self.palette.accent;
        let middle = top + self.lane / 2;
        // The stream stands below the field where there is room for two lines.
        let half = if self.lane >= 34 * s { 8 * s } else { 0 };
        self.draw_name(sheet, &lane.name, middle - half, colour)?;
        if half > 0 {
            let stream = shorten(&lane.stream, SMALL * s, self.left - PAD * s - 24 * s);
            let (x, dim) = (PAD * s + 14 * s, self.palette.dim);
            sheet.text(&stream, x, middle + half, SMALL, dim, HPos::Left)?;
        }
        self.draw_right(sheet, &lane.here, middle)?;
        sheet.bar((self.left, bottom - s), (self.right, bottom), self.palette.line)?;
        let changes: Vec<i64> = match &lane.values {
            Values::Numbers(numbers) => {
                let placed = self.placed(numbers.iter().copied());
                self.draw_curve(sheet, &placed, (top, bottom), colour)?;
                numbers.iter().map(|v| v.0).collect()
            }
            Values::Texts(texts) => {
                let placed = self.placed(texts.iter().map(|(at, text)| (*at, text.as_deref())));
                self.draw_bands(sheet, &placed, (top, bottom))?;
                texts.iter().map(|v| v.0).collect()
            }
        };
        let mut last = i32::MIN;
        for x in changes.into_iter().filter_map(|at| self.x(at)) {
            let x = (x - self.left) / s * s + self.left;
            if x != last {
                sheet.bar(
                    (x, bottom - (TICK + 1) * s),
                    (x + s, bottom - s),
                    self.palette.dim,
                )?;
            }
            last = x;
        }
        Ok(())
    }

    /// Where what is known ends: right of it all is still to come.
    fn now(&self) -> i32 {
        self.chart
            .playhead
            .and_then(|at| self.x(at))
            .unwrap_or(self.right)
    }

    fn draw_curve<B: DrawingBackend>(
        &self,
        sheet: &Sheet<'_, B>,
        placed: &[(i32, Option<f64>)],
        (top, bottom): (i32, i32),
        colour: RGBColor,
    ) -> Result<(), ChartError> {
        let s = self.scale;
        let numbers = placed.iter().filter_map(|p| p.1);
        let (least, most) = numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| {
            (a.min(v), b.max(v))
        });
        let (low, high) = (bottom - (TICK + MARGIN) * s, top + MARGIN * s);
        let y = |v: f64| {
            if most > least {
                low - ((v - least) / (most - least) * f64::from(low - high)).round() as i32
            } else {
                i32::midpoint(low, high)
            }
        };
        // Where nought lies between the values, it is drawn: what is below it is what one looks for.
        if least < 0.0 && most > 0.0 {
            sheet.bar((self.left, y(0.0)), (self.right, y(0.0) + s), self.palette.line)?;
        }
        // A column is one of the chart's pixels.
        let pixels: Vec<(i32, Option<f64>)> = placed
            .iter()
            .map(|(x, v)| ((x - self.left) / s * s + self.left, *v))
            .collect();
        let columns = curve(&pixels);
        let now = self.now();
        let future = mix(colour, self.palette.panel, 38);
        let ends = columns.iter().skip(1).map(|c| c.x).chain([self.right]);
        for (column, end) in columns.iter().zip(ends) {
            if let Some((low, high)) = column.reach {
                let shown = if column.x <= now { colour } else { future };
                sheet.bar((column.x, y(high)), (column.x + s, y(low) + s), shown)?;
            }
            let Some(last) = column.last else { continue };
            let level = y(last);
            for (from, to, shown) in [(column.x, end.min(now), colour), (column.x.max(now), end, future)] {
                if to > from {
                    sheet.bar((from, level), (to, level + s), shown)?;
                }
            }
        }
        Ok(())
    }

    fn draw_bands<B: DrawingBackend>(
        &self,
        sheet: &Sheet<'_, B>,
        placed: &[(i32, Option<&str>)],
        (top, bottom): (i32, i32),
    ) -> Result<(), ChartError> {
        let s = self.scale;
        let (top, bottom) = (top + 3 * s, bottom - (TICK + 3) * s);
        let now = self.now();
        for band in bands(placed, self.right, NARROW * s) {
            let (colour, share) = match band.value {
                Some(value) => (self.palette.lane(colour_of(value)), 24),
                None => (self.palette.dim, 50),
            };
            let end = (band.to - s).max(band.from + s);
            let faint = mix(colour, self.palette.panel, share);
            sheet.bar((band.from, top), (end, bottom), faint)?;
            let edge = if band.from <= now {
                colour
            } else {
                mix(colour, self.palette.panel, 38)
            };
            sheet.bar((band.from, top), ((band.from + 2 * s).min(end), bottom), edge)?;
            let Some(value) = band.value.filter(|_| end - band.from >= SAYS * s) else {
                continue;
            };
            let text = shorten(value, SMALL * s, end - band.from - 10 * s);
            let (x, y) = (band.from + 6 * s, i32::midpoint(top, bottom));
            let ink = if band.from <= now {
                self.palette.text
            } else {
                self.palette.dim
            };
            sheet.text(&text, x, y, SMALL, ink, HPos::Left)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_keeps_the_least_and_the_greatest_of_what_it_holds() {
        let columns = curve(&[
            (0, Some(5.0)),
            (7, Some(1.0)),
            (7, Some(9.0)),
            (7, Some(4.0)),
            (9, None),
        ]);
        let told: Vec<_> = columns.iter().map(|c| (c.x, c.reach, c.last)).collect();
        assert_eq!(
            told,
            [
                (0, Some((5.0, 5.0)), Some(5.0)),
                (7, Some((1.0, 9.0)), Some(4.0)),
                (9, Some((4.0, 4.0)), None)
            ]
        );
    }

    #[test]
    fn narrow_bands_are_one_and_no_field_is_none() {
        let values = [
            (0, None),
            (10, Some("a")),
            (20, Some("b")),
            (21, Some("c")),
            (22, Some("d")),
        ];
        let band = |from, to, value| Band { from, to, value };
        assert_eq!(
            bands(&values, 40, 3),
            [
                band(10, 20, Some("a")),
                band(20, 22, None),
                band(22, 40, Some("d"))
            ]
        );
    }
}
