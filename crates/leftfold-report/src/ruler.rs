//! Ticks at steps people count in.

use chrono::{DateTime, Datelike, Months, NaiveDate, Timelike, Utc};

use crate::chart::Axis;
use crate::density::grouped;
use crate::language::Language;
use crate::line::{Line, Stretch};

const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const MOST_TICKS: u32 = 24;

/// A place on the axis and what stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tick {
    pub(crate) at: i64,
    pub(crate) label: String,
}

/// The distance between two ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Nanos(i64),
    Months(u32),
}

/// As many ticks as have room for their labels: `width` measures a label, and `gap` is kept between two.
pub(crate) fn fitting_ticks(line: Line<'_>, room: u32, gap: u32, width: impl Fn(&str) -> u32) -> Vec<Tick> {
    // Labels may be centred or begin at their tick; the wider one decides for both.
    let fit = |a: &Tick, b: &Tick| {
        let apart = line.place(b.at, room).unwrap_or(room) - line.place(a.at, room).unwrap_or(0);
        width(&a.label).max(width(&b.label)) + gap <= apart
    };
    let mut counts = (2..=MOST_TICKS).rev();
    if line.gaps().next().is_none() {
        return counts
            .map(|n| ticks(line.axis, n))
            .find(|ticks| ticks.windows(2).all(|pair| fit(&pair[0], &pair[1])))
            .unwrap_or_default();
    }
    // Those of one stretch fit each other; of those on both sides of a fold the later ones give way.
    let each = counts.find_map(|n| {
        let stretches: Vec<Vec<Tick>> = line
            .stretches(room)
            .iter()
            .map(|s| stretch_ticks(line, *s, n))
            .collect();
        let all_fit = |ticks: &Vec<Tick>| ticks.windows(2).all(|pair| fit(&pair[0], &pair[1]));
        stretches.iter().all(all_fit).then_some(stretches)
    });
    let mut out: Vec<Tick> = Vec::new();
    for mut tick in each.into_iter().flatten().flatten() {
        // Behind a fold nothing on the way says that it is another day.
        if let Axis::Time { from, .. } = line.axis {
            let day = |at: i64| at.div_euclid(DAY);
            let is_new = day(out.last().map_or(from, |last| last.at)) != day(tick.at);
            if is_new && tick.label.contains(':') {
                let date = DateTime::from_timestamp_nanos(tick.at).format("%m-%d");
                tick.label = format!("{date} {}", tick.label);
            }
        }
        if out.last().is_none_or(|last| fit(last, &tick)) {
            out.push(tick);
        }
    }
    out
}

/// The ticks of a part of a folded line, at the step that gives all of it at most so many.
fn stretch_ticks(line: Line<'_>, stretch: Stretch, most: u32) -> Vec<Tick> {
    let (from, to) = (stretch.from, stretch.to.saturating_add(1));
    let part = match line.axis {
        Axis::Time { .. } => Axis::Time { from, to },
        Axis::Log { .. } => Axis::Log { from, to },
    };
    ticks_over(part, line.length(), most)
}

/// At most `most` ticks, at the finest step that allows it.
pub(crate) fn ticks(axis: Axis, most: u32) -> Vec<Tick> {
    let (from, to) = axis.ends();
    ticks_over(axis, i128::from(to) - i128::from(from), most)
}

/// Those of an axis, at the finest step of which so long a line has at most so many.
fn ticks_over(axis: Axis, length: i128, most: u32) -> Vec<Tick> {
    let (from, to) = axis.ends();
    let most = i128::from(most.max(1));
    if length <= 0 {
        return Vec::new();
    }
    match axis {
        Axis::Log { .. } => {
            let step = decimal_steps(1)
                .find(|&s| length / i128::from(s) < most)
                .unwrap_or(i64::MAX);
            multiples(from, to, step)
                .map(|at| Tick {
                    at,
                    label: grouped(i128::from(at)),
                })
                .collect()
        }
        Axis::Time { .. } => {
            let step = time_steps().find(|s| length / i128::from(s.at_least()) < most);
            step.map_or_else(Vec::new, |step| time_ticks(from, to, step))
        }
    }
}

impl Step {
    fn at_least(self) -> i64 {
        match self {
            Self::Nanos(n) => n,
            Self::Months(n) => i64::from(n) * 28 * DAY,
        }
    }
}

/// 1, 2, 5, 10, 20, 50, … from a power of ten on.
fn decimal_steps(first: i64) -> impl Iterator<Item = i64> {
    std::iter::successors(Some(first), |p| p.checked_mul(10))
        .flat_map(|p| [Some(p), p.checked_mul(2), p.checked_mul(5)])
        .flatten()
}

fn time_steps() -> impl Iterator<Item = Step> {
    let fine = decimal_steps(1).take_while(|&n| n < SECOND);
    let clock = [1, 2, 5, 10, 15, 30].map(|n| n * SECOND).into_iter();
    let clock = clock.chain([1, 2, 5, 10, 15, 30].map(|n| n * MINUTE));
    let clock = clock
        .chain([1, 2, 3, 6, 12].map(|n| n * HOUR))
        .chain([1, 2, 7, 14].map(|n| n * DAY));
    let calendar = [1, 3, 6, 12, 24, 60, 120, 240, 600, 1200].map(Step::Months);
    fine.chain(clock).map(Step::Nanos).chain(calendar)
}

fn multiples(from: i64, to: i64, step: i64) -> impl Iterator<Item = i64> {
    let first = from
        .div_euclid(step)
        .checked_add(i64::from(from.rem_euclid(step) != 0));
    std::iter::successors(first.and_then(|n| n.checked_mul(step)), move |at| {
        at.checked_add(step)
    })
    .take_while(move |at| *at < to)
}

fn time_ticks(from: i64, to: i64, step: Step) -> Vec<Tick> {
    match step {
        Step::Nanos(n) => multiples(from, to, n)
            .map(|at| Tick {
                at,
                label: label(at, n),
            })
            .collect(),
        Step::Months(n) => {
            let first = DateTime::from_timestamp_nanos(from).date_naive();
            let month = first.month0() / n * n;
            let year = if n >= 12 {
                first.year().div_euclid((n / 12) as i32) * (n / 12) as i32
            } else {
                first.year()
            };
            let start = NaiveDate::from_ymd_opt(year, if n >= 12 { 1 } else { month + 1 }, 1);
            let dates = std::iter::successors(start, |d| d.checked_add_months(Months::new(n)));
            dates
                .filter_map(|d| Some((d, d.and_hms_opt(0, 0, 0)?.and_utc().timestamp_nanos_opt()?)))
                .skip_while(|(_, at)| *at < from)
                .take_while(|(_, at)| *at < to)
                .map(|(d, at)| Tick {
                    at,
                    label: d.format(if n >= 12 { "%Y" } else { "%Y-%m" }).to_string(),
                })
                .collect()
        }
    }
}

/// As much of the time as the step moves; at midnight, month and day.
fn label(at: i64, step: i64) -> String {
    let t: DateTime<Utc> = DateTime::from_timestamp_nanos(at);
    if step >= DAY {
        return t.format("%Y-%m-%d").to_string();
    }
    if at.rem_euclid(DAY) == 0 && step >= SECOND {
        return t.format("%m-%d").to_string();
    }
    if step >= MINUTE {
        return t.format("%H:%M").to_string();
    }
    if step >= SECOND {
        return t.format("%H:%M:%S").to_string();
    }
    // Below a second the minute no longer moves much: seconds and the digits that do.
    let digits = (1..=9).find(|d| step % 10_i64.pow(9 - d) == 0).unwrap_or(9) as usize;
    let fraction = format!("{:09}", t.nanosecond() % 1_000_000_000);
    format!("{}.{}", t.format("%H:%M:%S"), &fraction[..digits])
}

/// A point of the axis with all its digits.
pub(crate) fn exact(axis: Axis, at: i64) -> String {
    match axis {
        Axis::Log { .. } => format!("#{}", grouped(i128::from(at))),
        Axis::Time { .. } => {
            let text = DateTime::from_timestamp_nanos(at)
                .format("%Y-%m-%d %H:%M:%S%.9f")
                .to_string();
            // Zeros at the end are no digits anybody measured, as far as a nanosecond count can tell.
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
    }
}

/// The axis in words.
pub(crate) fn span(axis: Axis, language: Language) -> String {
    let (from, to) = axis.ends();
    match axis {
        Axis::Log { .. } => {
            language.in_log_order(&exact(axis, from), &exact(axis, to.saturating_sub(1).max(from)))
        }
        Axis::Time { .. } => language.in_time(&exact(axis, from), &exact(axis, to)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(from: &str, to: &str, most: u32) -> Vec<String> {
        let nanos = |t: &str| {
            DateTime::parse_from_rfc3339(t)
                .ok()
                .and_then(|t| t.timestamp_nanos_opt())
                .unwrap_or(0)
        };
        ticks(
            Axis::Time {
                from: nanos(from),
                to: nanos(to),
            },
            most,
        )
        .into_iter()
        .map(|t| t.label)
        .collect()
    }

    #[test]
    fn a_day_is_ruled_by_hours() {
        assert_eq!(
            labels("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z", 9),
            [
                "11-20", "03:00", "06:00", "09:00", "12:00", "15:00", "18:00", "21:00"
            ]
        );
    }

    #[test]
    fn steps_follow_the_range_from_nanoseconds_to_centuries() {
        assert_eq!(
            labels("2026-11-20T14:32:07.482Z", "2026-11-20T14:32:07.484Z", 3),
            ["14:32:07.482", "14:32:07.483"]
        );
        assert_eq!(
            labels(
                "2026-11-20T14:32:07.000000001Z",
                "2026-11-20T14:32:07.000000004Z",
                4
            ),
            ["14:32:07.000000001", "14:32:07.000000002", "14:32:07.000000003"]
        );
        assert_eq!(
            labels("2026-11-20T14:31:50Z", "2026-11-20T14:33:10Z", 3),
            ["14:32:00", "14:32:30", "14:33:00"]
        );
        assert_eq!(
            labels("2026-01-15T00:00:00Z", "2026-05-15T00:00:00Z", 6),
            ["2026-02", "2026-03", "2026-04", "2026-05"]
        );
        assert_eq!(
            labels("1970-01-01T00:00:00Z", "2026-01-01T00:00:00Z", 7),
            ["1970", "1980", "1990", "2000", "2010", "2020"]
        );
    }

    #[test]
    fn no_range_gives_more_ticks_than_fit() {
        for shift in 0..62 {
            for axis in [
                Axis::Time {
                    from: 12_345,
                    to: 12_345 + (1 << shift),
                },
                Axis::Log {
                    from: 3,
                    to: 3 + (1 << shift),
                },
            ] {
                let n = ticks(axis, 8).len();
                assert!(n <= 9, "{n} ticks over 2^{shift}");
            }
        }
        assert!(
            ticks(
                Axis::Time {
                    from: i64::MIN,
                    to: i64::MAX
                },
                8
            )
            .len()
                <= 9
        );
        assert_eq!(ticks(Axis::Time { from: 5, to: 5 }, 8), []);
    }
}
