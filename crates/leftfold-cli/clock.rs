//! Times in a table: whole, or without their date where that stands above them once.

use leftfold_event::Timestamp;
use leftfold_session::View;
use leftfold_session::dto::RowDto;

use crate::front::Front;
use crate::style::Tone;
use crate::table::Column;

/// Terminals at least this wide show whole times.
const WIDE: usize = 120;

/// Nanoseconds.
const DAY: i64 = 86_400_000_000_000;

/// How the times of one table are written.
pub(crate) struct Clock {
    day: Option<String>,
}

impl Clock {
    /// Whole times, unless the terminal is narrow and all of these are of one day.
    pub(crate) fn of(front: &Front, mut nanos: impl Iterator<Item = i64>) -> Self {
        if front.width.is_none_or(|w| w >= WIDE) {
            return Self { day: None };
        }
        let day = |nanos: i64| nanos.div_euclid(DAY);
        let first = nanos.next().filter(|first| nanos.all(|n| day(n) == day(*first)));
        Self {
            day: first.map(|nanos| {
                Timestamp { nanos, digits: 0 }
                    .to_string()
                    .chars()
                    .take(10)
                    .collect()
            }),
        }
    }

    /// The column of the times.
    pub(crate) fn column(&self, tone: Tone) -> Column {
        let title = self
            .day
            .as_ref()
            .map_or_else(|| "time".to_owned(), |day| format!("{day} UTC"));
        Column {
            title,
            ..Column::left("", tone, usize::MAX)
        }
    }

    /// A column of times that is called something else.
    pub(crate) fn named(&self, title: &str, tone: Tone) -> Column {
        let mut column = self.column(tone);
        column.title = match &self.day {
            Some(day) => format!("{title}, {day} UTC"),
            None => title.to_owned(),
        };
        column
    }

    /// An event's time.
    pub(crate) fn cell(&self, row: &RowDto) -> String {
        row.time
            .as_deref()
            .map(|time| self.shown(time))
            .unwrap_or_default()
    }

    /// A time as it stands in the table.
    pub(crate) fn shown(&self, time: &str) -> String {
        match time.split_once('T') {
            Some((_, clock)) if self.day.is_some() => clock.trim_end_matches('Z').to_owned(),
            _ => time.to_owned(),
        }
    }

    /// A moment in the digits the store's times have.
    pub(crate) fn text(view: &View, nanos: i64) -> String {
        let digits = view.log().time_digits();
        Timestamp { nanos, digits }.to_string()
    }
}
