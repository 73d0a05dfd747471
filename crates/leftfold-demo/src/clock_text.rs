//! Times as text, fast: the date is worked out once a day.

use std::fmt::Write as _;

use chrono::DateTime;

const DAY: i64 = 86_400_000_000;

/// Writes moments given in microseconds since the epoch.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClockText {
    day: i64,
    date: String,
}

impl ClockText {
    /// Appends `YYYY-MM-DD`, the separator, and `HH:MM:SS.ffffff`, in UTC.
    pub(crate) fn append(&mut self, out: &mut String, micros: i64, separator: char) {
        let day = micros.div_euclid(DAY);
        if day != self.day || self.date.is_empty() {
            self.day = day;
            let moment = DateTime::from_timestamp_micros(micros).unwrap_or_default();
            self.date = moment.format("%Y-%m-%d").to_string();
        }
        out.push_str(&self.date);
        out.push(separator);
        let rest = micros.rem_euclid(DAY);
        let seconds = rest / 1_000_000;
        for (part, end) in [
            (seconds / 3600, ':'),
            (seconds / 60 % 60, ':'),
            (seconds % 60, '.'),
        ] {
            out.push(char::from(b'0' + (part / 10) as u8));
            out.push(char::from(b'0' + (part % 10) as u8));
            out.push(end);
        }
        // Writing to a string cannot fail.
        let _ = write!(out, "{:06}", rest % 1_000_000);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_as_chrono_writes_it() {
        let mut text = ClockText::default();
        for micros in [
            0,
            1,
            -1,
            1_763_596_800_000_000,
            1_763_683_199_999_999,
            1_763_683_200_000_001,
        ] {
            let mut out = String::new();
            text.append(&mut out, micros, ' ');
            let want = DateTime::from_timestamp_micros(micros)
                .map(|t| t.format("%Y-%m-%d %H:%M:%S%.6f").to_string());
            assert_eq!(Some(out), want);
        }
    }
}
