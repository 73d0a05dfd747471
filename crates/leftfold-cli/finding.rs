//! A finding, for a person and for machines.

use std::fmt;

use leftfold_event::json::{self, Value};
use leftfold_event::{Event, Timestamp};
use leftfold_session::compare::{Category, FieldDifference, Hand, OfRow, Shown};
use leftfold_session::write_event;

use crate::document::{Document, list, number, position, shown as on_one_line, stated};
use crate::failure::{Failure, Outcome};
use crate::style::{Tone, named, shorten};
use crate::table::{Column, Table};

/// One finding for machines.
pub(crate) fn document(sides: [&str; 2], shown: &Shown) -> Outcome<Document> {
    let event = |event: &Option<Event>, hand: Hand| -> Outcome<Option<Value>> {
        let Some(event) = event else { return Ok(None) };
        let mut text = String::new();
        write_event(event, sides[hand as usize], &mut text);
        let read = json::parse(text.as_bytes());
        read.map(Some)
            .map_err(|e| Failure::new("internal", format!("an event is no JSON: {e}")))
    };
    let version = shown
        .left
        .as_ref()
        .and_then(|e| e.version)
        .or_else(|| shown.right.as_ref().and_then(|e| e.version));
    let of_row = shown.of_row.as_deref();
    let blame = |i: usize| of_row.and_then(|row| row.blame.get(i)?.as_ref());
    let blame_right = |i: usize| of_row.and_then(|row| row.blame_right.get(i)?.as_ref());
    let fields = shown.fields.iter().enumerate().map(|(i, field)| {
        let line = difference(field).maybe("blame", blame(i).map(blamed));
        Value::from(line.maybe("blame_right", blame_right(i).map(blamed)))
    });
    let at_place = of_row.and_then(|row| row.at_place.as_deref());
    let at_place = at_place.map(|fields| list(fields.iter().map(|f| Value::from(difference(f)))));
    let of_hand = if shown.left.is_some() {
        Hand::Left
    } else {
        Hand::Right
    };
    Ok(Document::new()
        .with("category", shown.category.as_str())
        .with("status", shown.status.as_str())
        .maybe("stream", stated(&shown.stream))
        .maybe("key", shown.key.as_deref())
        .maybe("version", version.map(number))
        .maybe("left", event(&shown.left, Hand::Left)?)
        .maybe("right", event(&shown.right, Hand::Right)?)
        .maybe("of", event(&shown.of, of_hand)?)
        .maybe("row", of_row.and_then(|row| row.row.clone()))
        .maybe("behind", of_row.and_then(|row| row.behind).map(number))
        .maybe("fields", (!shown.fields.is_empty()).then(|| list(fields)))
        .maybe("at_place", at_place)
        .maybe("since", shown.since.map(time))
        .maybe("healed", shown.healed.map(time))
        .maybe("message", shown.message.as_deref()))
}

/// A place at which two sides differ.
fn difference(field: &FieldDifference) -> Document {
    Document::new()
        .with("path", field.path.as_str())
        .maybe("left", field.left.clone())
        .maybe("right", field.right.clone())
}

/// The event that last changed a field.
fn blamed(event: &Event) -> Document {
    Document::new()
        .maybe("version", event.version.map(number))
        .maybe("type", stated(&event.kind))
        .maybe("time", event.time.map(|t| t.to_string()))
        .maybe("position", event.position.as_deref().map(position))
}

/// A moment as text, with no more digits than it has.
pub(crate) fn time(nanos: i64) -> String {
    let mut digits = 9;
    let mut rest = nanos.unsigned_abs();
    while digits > 0 && rest.is_multiple_of(10) {
        rest /= 10;
        digits -= 1;
    }
    let digits = match digits {
        0 => 0,
        1..=3 => 3,
        4..=6 => 6,
        _ => 9,
    };
    Timestamp { nanos, digits }.to_string()
}

/// A length of time in seconds, every digit of it.
pub(crate) fn seconds(nanos: i64) -> Value {
    let (whole, rest) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
    let text = format!("{whole}.{:09}", rest.unsigned_abs());
    let text = text.trim_end_matches('0').trim_end_matches('.');
    json::parse(text.as_bytes()).unwrap_or_default()
}

/// A length of time for a person.
pub(crate) struct Length(pub(crate) i64);

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.0;
        match n {
            0..1_000 => write!(f, "{n} ns"),
            1_000..1_000_000 => write!(f, "{} us", n / 1_000),
            1_000_000..1_000_000_000 => write!(f, "{} ms", n / 1_000_000),
            1_000_000_000..120_000_000_000 => {
                let tenths = n / 100_000_000;
                write!(f, "{}.{} s", tenths / 10, tenths % 10)
            }
            120_000_000_000..7_200_000_000_000 => {
                write!(f, "{} min {} s", n / 60_000_000_000, n / 1_000_000_000 % 60)
            }
            _ => write!(f, "{} h {} min", n / 3_600_000_000_000, n / 60_000_000_000 % 60),
        }
    }
}

/// Columns of a value that are shown.
const VALUE_WIDTH: usize = 60;

/// Which event it is about.
pub(crate) fn event_cell(shown: &Shown) -> String {
    let text = shown.event().map(in_words).unwrap_or_default();
    // Events that belong together are of two histories: the right one's place is none of the left one.
    let is_right = shown.left.is_none() && shown.key.is_some() && shown.of_row.is_none();
    if is_right && !text.is_empty() {
        format!("right {text}")
    } else {
        text
    }
}

/// An event in a few words.
pub(crate) fn in_words(event: &Event) -> String {
    let version = event.version.map(|v| format!("v{v}"));
    let kind = stated(&event.kind).map(str::to_owned);
    let place = event.position.as_ref().map(|p| format!("#{p}"));
    [version, kind, place]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Findings under a heading, as a person reads them.
pub(crate) fn table<'s>(found: impl Iterator<Item = &'s Shown> + Clone) -> Table {
    // A key that is the stream's name says nothing more.
    let keyed = found
        .clone()
        .any(|f| f.key.as_ref().is_some_and(|key| *key != f.stream));
    let mut columns = vec![
        Column::left("finding", Tone::Notice, usize::MAX),
        Column::left("status", Tone::Plain, usize::MAX),
        Column::left("since", Tone::Dim, usize::MAX),
        Column::left("stream", Tone::Title, 10),
        Column::left("event", Tone::Plain, 12),
        Column::left("what", Tone::Dim, 10),
    ];
    if keyed {
        columns.insert(3, Column::left("key", Tone::Key, 10));
    }
    let mut table = Table::new(columns);
    for finding in found {
        let mut row = vec![
            finding.category.as_str().to_owned(),
            finding.status.as_str().to_owned(),
            finding.since.map(time).unwrap_or_default(),
            named(&finding.stream).to_owned(),
            event_cell(finding),
            what(finding),
        ];
        if keyed {
            row.insert(3, finding.key.clone().unwrap_or_default());
        }
        table.row(row);
    }
    table
}

/// A place and what both sides have there.
fn both(field: &FieldDifference) -> String {
    let side = |v: &Option<Value>| {
        let text = v.as_ref().map_or_else(|| "nothing".to_owned(), on_one_line);
        shorten(&text, VALUE_WIDTH).into_owned()
    };
    // Two expressions need a mark behind them.
    let mark = if field.path.contains(' ') { ":" } else { "" };
    format!(
        "{}{mark} {} → {}",
        field.path,
        side(&field.left),
        side(&field.right)
    )
}

/// What is wrong with a row, and who set what it should be.
fn what_of_row(shown: &Shown, of_row: &OfRow) -> String {
    let by = |event: &Event| {
        let version = event.version.map(|v| format!("v{v}"));
        let place = event.position.as_ref().map(|p| format!("#{p}"));
        let parts = [version, stated(&event.kind).map(str::to_owned), place];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        parts.join(" ")
    };
    let fields = shown.fields.iter().enumerate().map(|(i, field)| {
        let of = |blame: &[Option<Event>], hand: &str| {
            let event = blame.get(i).and_then(Option::as_ref);
            event.map(|e| format!("{hand} set by {}", by(e)))
        };
        let set = [of(&of_row.blame, "left"), of(&of_row.blame_right, "right")];
        let set: Vec<String> = set.into_iter().flatten().collect();
        let set = if set.is_empty() {
            String::new()
        } else {
            format!(" ({})", set.join(", "))
        };
        format!("{}{set}", both(field))
    });
    let fields: Vec<String> = fields.collect();
    match &shown.message {
        Some(message) if fields.is_empty() => message.clone(),
        Some(message) => format!("{message}: {}", fields.join(", ")),
        None => fields.join(", "),
    }
}

/// Which side an event cannot be read on, and why not.
fn undecodable(shown: &Shown) -> String {
    let unread = |event: &&Event| event.payload.value.is_none() && !event.payload.raw.is_empty();
    let (side, event) = match shown.right.as_ref().filter(unread) {
        Some(event) => ("right", Some(event)),
        None => ("left", shown.left.as_ref()),
    };
    let why = event
        .and_then(|e| e.problems.first())
        .map(|p| format!(": {}", p.message));
    format!("cannot be read on the {side}{}", why.unwrap_or_default())
}

/// What is wrong, in a few words.
pub(crate) fn what(shown: &Shown) -> String {
    let at = |event: &Option<Event>| {
        event
            .as_ref()
            .and_then(|e| e.position.clone())
            .map_or_else(String::new, |p| format!(" at #{p}"))
    };
    if let Some(of_row) = &shown.of_row {
        return what_of_row(shown, of_row);
    }
    match shown.category {
        Category::Conflict => {
            let fields: Vec<String> = shown.fields.iter().map(both).collect();
            fields.join(", ")
        }
        Category::Late => match (shown.since, shown.healed) {
            (Some(since), Some(healed)) => {
                let other = |l: &Option<Event>, r: &Option<Event>| {
                    let nanos = |e: &Option<Event>| e.as_ref().and_then(|e| e.time).map(|t| t.nanos);
                    if nanos(l) > nanos(r) { "left" } else { "right" }
                };
                format!(
                    "{} later on the {}",
                    Length(healed.saturating_sub(since)),
                    other(&shown.left, &shown.right)
                )
            }
            _ => String::new(),
        },
        Category::Missing => shown
            .message
            .clone()
            .unwrap_or_else(|| "not on the right".to_owned()),
        Category::Extra => shown
            .message
            .clone()
            .unwrap_or_else(|| "not on the left".to_owned()),
        Category::Duplicate | Category::VersionCollision => {
            let side = if shown.left.is_some() { "left" } else { "right" };
            let again = match shown.category {
                Category::Duplicate => "once more",
                _ => "with another content",
            };
            match at(&shown.of) {
                _ if shown.of.is_none() && shown.category == Category::VersionCollision => {
                    "claims the version of another event of the left".to_owned()
                }
                place if place.is_empty() => format!("on the {side} {again}"),
                place => format!("on the {side} {again}, first{place}"),
            }
        }
        Category::Reordered if at(&shown.left).is_empty() => "at another place of its stream".to_owned(),
        Category::Reordered => format!("left{}, right{}", at(&shown.left), at(&shown.right)),
        Category::Undecodable => undecodable(shown),
        Category::Placement if shown.fields.first().is_some_and(|f| f.path == "partition") => {
            shown.fields.iter().map(both).collect::<Vec<_>>().join(", ")
        }
        Category::Placement => {
            let stream = shown.right.as_ref().map_or("", |e| e.stream.as_str());
            format!("on the right in {}", named(stream))
        }
        Category::Deadline => {
            let expected = shown.message.clone().unwrap_or_default();
            match (shown.since, shown.healed) {
                (Some(since), Some(healed)) => {
                    format!(
                        "{expected}; it came {} later",
                        Length(healed.saturating_sub(since))
                    )
                }
                _ => expected,
            }
        }
        _ => shown.message.clone().unwrap_or_default(),
    }
}

/// The beginning of a finding's line: its number among all that was found, counted from 1.
pub(crate) fn numbered(n: u32) -> Document {
    Document::new().with("number", number(n + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_told() {
        let told = |n: i64| Length(n).to_string();
        assert_eq!(
            [
                told(999),
                told(1_500_000),
                told(1_500_000_000),
                told(180_000_000_000)
            ],
            ["999 ns", "1 ms", "1.5 s", "3 min 0 s"]
        );
        let text = |n| on_one_line(&seconds(n));
        assert_eq!(
            [text(1_500_000_000), text(7), text(2_000_000_000)],
            ["1.5", "0.000000007", "2"]
        );
    }

    #[test]
    fn a_time_has_the_digits_it_needs() {
        assert_eq!(time(1_700_000_000_000_000_000), "2023-11-14T22:13:20Z");
        assert_eq!(time(1_700_000_000_120_000_000), "2023-11-14T22:13:20.120Z");
        assert_eq!(time(1_700_000_000_000_000_001), "2023-11-14T22:13:20.000000001Z");
    }
}
