//! Tables of aligned columns that fit the terminal.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use crate::style::{Paint, Tone, clean, grouped, shorten};

/// Blanks between two columns.
const GAP: usize = 2;

/// How a column looks.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) title: String,
    pub(crate) right: bool,
    pub(crate) tone: Tone,
    /// How narrow the terminal may make it; text that must stay whole has `usize::MAX`.
    pub(crate) least: usize,
}

impl Column {
    pub(crate) fn left(title: &'static str, tone: Tone, least: usize) -> Self {
        Self {
            title: title.to_owned(),
            right: false,
            tone,
            least,
        }
    }

    pub(crate) fn right(title: &'static str, tone: Tone) -> Self {
        Self {
            title: title.to_owned(),
            right: true,
            tone,
            least: usize::MAX,
        }
    }
}

/// Rows under a heading. The widths come from the first rows; later ones may stand out.
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
    widths: Option<Vec<usize>>,
}

impl Table {
    pub(crate) fn new(columns: Vec<Column>) -> Self {
        Self {
            columns,
            rows: Vec::new(),
            widths: None,
        }
    }

    /// The same with the rows' numbers before them, counted from 1.
    pub(crate) fn numbered(mut self, numbers: &[u32]) -> Self {
        self.columns.insert(0, Column::right("n", Tone::Dim));
        for (row, n) in self.rows.iter_mut().zip(numbers) {
            row.insert(0, grouped(u64::from(*n) + 1));
        }
        self
    }

    /// Adds a row: one cell a column. What a terminal would obey is escaped.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows
            .push(cells.into_iter().map(|c| clean(&c).into_owned()).collect());
    }

    /// Writes the rows added since the last time; before the first ones, the heading.
    pub(crate) fn write(
        &mut self,
        out: &mut dyn Write,
        paint: Paint,
        width: Option<usize>,
    ) -> io::Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let widths = match self.widths.take() {
            Some(widths) => widths,
            None => {
                let widths = self.fit(width);
                let titles: Vec<String> = self.columns.iter().map(|c| c.title.clone()).collect();
                self.line(out, paint, &widths, &titles, true)?;
                widths
            }
        };
        for row in &self.rows {
            self.line(out, paint, &widths, row, false)?;
        }
        self.rows.clear();
        self.widths = Some(widths);
        Ok(())
    }

    /// As wide as the cells are; where that is wider than the terminal, columns give way from the right, each down to its
    /// least.
    fn fit(&self, width: Option<usize>) -> Vec<usize> {
        let natural = |i: usize| self.rows.iter().map(|r| r[i].width()).max().unwrap_or(0);
        let mut widths: Vec<usize> = self
            .columns
            .iter()
            .enumerate()
            .map(|(i, c)| natural(i).max(c.title.width()))
            .collect();
        let Some(room) = width else { return widths };
        let total = |widths: &[usize]| widths.iter().sum::<usize>() + GAP * (widths.len() - 1);
        for i in (0..widths.len()).rev() {
            let over = total(&widths).saturating_sub(room);
            let least = self.columns[i].least.min(widths[i]);
            widths[i] -= over.min(widths[i] - least);
        }
        widths
    }

    fn line(
        &self,
        out: &mut dyn Write,
        paint: Paint,
        widths: &[usize],
        cells: &[String],
        heading: bool,
    ) -> io::Result<()> {
        let mut line = String::new();
        let last = self.columns.len() - 1;
        for (i, (column, cell)) in self.columns.iter().zip(cells).enumerate() {
            let cell = if column.least == usize::MAX {
                cell.as_str().into()
            } else {
                shorten(cell, widths[i])
            };
            let blanks = " ".repeat(widths[i].saturating_sub(cell.width()));
            let painted = paint.with(if heading { Tone::Dim } else { column.tone }, &cell);
            match (column.right, i == last) {
                (true, _) => line.extend([blanks.as_str(), &painted]),
                (false, true) => line.push_str(&painted),
                (false, false) => line.extend([&*painted, &blanks]),
            }
            if i < last {
                line.push_str("  ");
            }
        }
        writeln!(out, "{}", line.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(width: Option<usize>) -> String {
        let mut table = Table::new(vec![
            Column::right("n", Tone::Plain),
            Column::left("stream", Tone::Plain, 4),
            Column::left("payload", Tone::Plain, 8),
        ]);
        table.row(vec!["1".into(), "订单-1".into(), "{\"a\":1}".into()]);
        table.row(vec![
            "200".into(),
            "order-17".into(),
            "{\"a\":\"a longer text\"}".into(),
        ]);
        let mut out = Vec::new();
        table.write(&mut out, Paint::new(false), width).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn wide_characters_stay_aligned() {
        let expected =
            "  n  stream    payload\n  1  订单-1    {\"a\":1}\n200  order-17  {\"a\":\"a longer text\"}\n";
        assert_eq!(shown(None), expected);
    }

    #[test]
    fn a_narrow_terminal_shortens_the_last_columns_first() {
        let expected = "  n  stream  payload\n  1  订单-1  {\"a\":1}\n200  order…  {\"a\":\"a…\n";
        assert_eq!(shown(Some(21)), expected);
    }
}
