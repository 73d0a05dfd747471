//! A sheet that shapes and texts are drawn on, the same for every backend, and the pictures made of it.

use std::sync::LazyLock;

use plotters::coord::Shift;
use plotters::prelude::{
    BitMapBackend, DrawingArea, DrawingBackend, IntoDrawingArea, PathElement, Polygon, Rectangle, SVGBackend,
    Text,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, IntoFont, RGBColor, TextStyle, register_font};

use crate::chart::ChartError;

/// What an SVG asks for; measured with the last but one, which is bundled and wider than the first.
const FAMILY: &str = "Inter, DejaVu Sans, sans-serif";
/// A PNG's pixels for each of the chart's.
pub(crate) const DENSE: u32 = 2;

pub(crate) const PAD: i32 = 16;
// Sizes are the height from the highest to the lowest point of a font, as plotters counts: letters of 15, 11 and 12 pixels.
pub(crate) const TITLE: i32 = 18;
pub(crate) const SMALL: i32 = 13;
pub(crate) const LANE_NAME: i32 = 14;

static FONT: LazyLock<bool> =
    LazyLock::new(|| register_font(FAMILY, FontStyle::Normal, dejavu::sans::regular()).is_ok());

/// Refuses to draw without the bundled font.
pub(crate) fn check_font() -> Result<(), ChartError> {
    if *FONT {
        Ok(())
    } else {
        Err(ChartError::Draw("the bundled font cannot be read".into()))
    }
}

/// Something that is drawn on any backend.
pub(crate) trait Picture {
    /// Pixels.
    fn size(&self) -> (u32, u32);

    /// Draws all of it.
    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Result<(), ChartError>;
}

/// A picture as an SVG document.
pub(crate) fn svg(picture: &impl Picture) -> Result<String, ChartError> {
    let mut svg = String::new();
    picture.draw(&SVGBackend::with_string(&mut svg, picture.size()).into_drawing_area())?;
    Ok(svg)
}

/// A picture as a PNG file's bytes.
pub(crate) fn png(picture: &impl Picture) -> Result<Vec<u8>, ChartError> {
    let (width, height) = picture.size();
    let mut pixels = vec![0; width as usize * height as usize * 3];
    picture.draw(&BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area())?;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(&pixels).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

/// Draws plain shapes, whatever the backend.
pub(crate) struct Sheet<'a, B: DrawingBackend> {
    pub(crate) area: &'a DrawingArea<B, Shift>,
    pub(crate) scale: i32,
}

impl<B: DrawingBackend> Sheet<'_, B> {
    /// A filled rectangle; the lower right corner is outside.
    pub(crate) fn bar(
        &self,
        (x0, y0): (i32, i32),
        (x1, y1): (i32, i32),
        colour: RGBColor,
    ) -> Result<(), ChartError> {
        self.area
            .draw(&Rectangle::new([(x0, y0), (x1, y1)], colour.filled()))
            .map_err(failed)
    }

    pub(crate) fn shape(&self, points: Vec<(i32, i32)>, colour: RGBColor) -> Result<(), ChartError> {
        self.area
            .draw(&Polygon::new(points, colour.filled()))
            .map_err(failed)
    }

    /// A filled outline over columns of these heights.
    pub(crate) fn skyline(
        &self,
        heights: &[i32],
        x: i32,
        base: i32,
        colour: RGBColor,
    ) -> Result<(), ChartError> {
        let mut points = vec![(x, base)];
        for (i, &h) in heights.iter().enumerate() {
            let left = x + i as i32 * self.scale;
            // A level stretch needs its ends only.
            if i > 0 && heights[i - 1] == h {
                points.pop();
            } else {
                points.push((left, base - h));
            }
            points.push((left + self.scale, base - h));
        }
        points.push((x + heights.len() as i32 * self.scale, base));
        self.shape(points, colour)
    }

    /// The border of a rectangle, inside it.
    pub(crate) fn frame(
        &self,
        (x0, y0): (i32, i32),
        (x1, y1): (i32, i32),
        colour: RGBColor,
    ) -> Result<(), ChartError> {
        let s = self.scale;
        self.bar((x0, y0), (x1, y0 + s), colour)?;
        self.bar((x0, y1 - s), (x1, y1), colour)?;
        self.bar((x0, y0), (x0 + s, y1), colour)?;
        self.bar((x1 - s, y0), (x1, y1), colour)
    }

    /// A rectangle of oblique lines within a border.
    pub(crate) fn hatched(
        &self,
        (x0, y0): (i32, i32),
        (x1, y1): (i32, i32),
        colour: RGBColor,
    ) -> Result<(), ChartError> {
        let height = y1 - y0;
        let step = 5 * self.scale;
        let mut start = x0 - height;
        while start < x1 {
            let (from, to) = (start.max(x0), (start + height).min(x1));
            let line = [(from, y1 - (from - start)), (to, y1 - (to - start))];
            if from < to {
                let stroke = colour.stroke_width(self.scale as u32);
                self.area
                    .draw(&PathElement::new(line.to_vec(), stroke))
                    .map_err(failed)?;
            }
            start += step;
        }
        self.frame((x0, y0), (x1, y1), colour)
    }

    /// A line of text, its middle at `y`.
    pub(crate) fn text(
        &self,
        text: &str,
        x: i32,
        y: i32,
        size: i32,
        colour: RGBColor,
        side: HPos,
    ) -> Result<(), ChartError> {
        let style = style(size * self.scale)
            .color(&colour)
            .pos(Pos::new(side, VPos::Center));
        // plotters centres a bitmap's text by its whole box, whose empty lower part lifts the letters; SVG centres them itself.
        let drop = if self.scale == DENSE as i32 {
            size * self.scale / 9
        } else {
            0
        };
        self.area
            .draw(&Text::new(text.to_owned(), (x, y + drop), style))
            .map_err(failed)
    }
}

fn style(size: i32) -> TextStyle<'static> {
    (FAMILY, size).into_font().into()
}

pub(crate) fn failed(e: impl std::fmt::Display) -> ChartError {
    ChartError::Draw(e.to_string())
}

pub(crate) fn text_width(text: &str, size: i32) -> i32 {
    let font = (FAMILY, size).into_font();
    // The bundled font measures everything; were it to fail, half a size a letter comes near.
    font.box_size(text)
        .map_or_else(|_| text.chars().count() as i32 * size / 2, |(w, _)| w as i32)
}

/// The text, or as much of its beginning as there is room for.
pub(crate) fn shorten(text: &str, size: i32, room: i32) -> String {
    if text_width(text, size) <= room {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    let fitting = (0..letters.len())
        .rev()
        .map(|n| letters[..n].iter().collect::<String>() + "…");
    fitting
        .into_iter()
        .find(|t| text_width(t, size) <= room)
        .unwrap_or_default()
}
