//! What rows that should hold states come to, for a person and for machines.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use leftfold_event::json::Value;
use leftfold_event::{Cancel, Point, Progress};
use leftfold_log::Axis;
use leftfold_session::compare::{
    AsOf, Findings as _, Projected, ProjectionBy, Rows, RowsFrom, Shown, Verdict, compare_projection,
    states_of,
};
use leftfold_session::{NamedComparison, Session, duration_text};

use super::agreement::agreement;
use super::{counted_findings, verdict};
use crate::args::SourceArgs;
use crate::document::{Document, list, number, position, stated};
use crate::failure::Outcome;
use crate::finding::{Length, seconds, time};
use crate::front::Front;
use crate::input::{self, Opened};
use crate::style::{Tone, clean, counted, grouped, named};

/// Reads the rows, then folds the history and compares them.
pub(super) fn make(
    front: &mut Front,
    session: &Session,
    asked: &NamedComparison,
    by: &Arc<ProjectionBy>,
    ([left, right], stores): ([&Path; 2], [Option<usize>; 2]),
    at: Option<&Point>,
) -> Outcome<Projected> {
    let cancel = front.interrupt.cancel.clone();
    let opened = open(front, session, left, stores[0])?;
    let (source, snapshot) = (Arc::clone(&opened.source), Arc::clone(&opened.snapshot));
    let last = snapshot.log.all().extent(Axis::Time).map(|(_, last)| last);
    let moment = match (at, last) {
        (Some(Point::Time(at)), _) => Some(at.nanos),
        (Some(Point::BeforeEnd { nanos }), Some(last)) => Some(last.saturating_sub(*nanos)),
        _ => None,
    };
    let rows = rows(front, session, asked, by, (right, stores[1]), moment)?;
    let progress = [Progress::new()];
    let work = || {
        compare_projection(
            (source, snapshot),
            rows,
            by,
            &asked.options,
            moment,
            &cancel,
            &progress[0],
        )
    };
    Ok(front.watch("folding, events", &progress, work)?)
}

fn open(front: &mut Front, session: &Session, path: &Path, store: Option<usize>) -> Outcome<Opened> {
    let args = SourceArgs {
        source: path.to_owned(),
        store,
        table: None,
    };
    input::open_in(front, session, &args)
}

/// The right side's rows; where it is a history, the states of its streams.
fn rows(
    front: &mut Front,
    session: &Session,
    asked: &NamedComparison,
    by: &Arc<ProjectionBy>,
    (path, store): (&Path, Option<usize>),
    moment: Option<i64>,
) -> Outcome<Rows> {
    let named = input::find(path)?;
    let cancel = front.interrupt.cancel.clone();
    if named.is_stream() {
        input::inspect(front, session, &named)?;
    }
    if by.table.is_some() || store.is_none() && named.mapping.is_none() {
        let progress = [Progress::new()];
        let work = || session.rows(&named.path, by, &cancel, &progress[0]);
        if let Some(rows) = front.watch("reading rows", &progress, work)? {
            return Ok(rows);
        }
    }
    let opened = open(front, session, path, store)?;
    let (source, snapshot) = (Arc::clone(&opened.source), Arc::clone(&opened.snapshot));
    let progress = [Progress::new()];
    let work = || {
        states_of(
            &named.path,
            (source, snapshot),
            by,
            (&asked.options.only, moment),
            &cancel,
            &progress[0],
        )
    };
    Ok(front.watch("folding the right side, events", &progress, work)?)
}

/// Says what makes a verdict worth little.
pub(super) fn note(front: &mut Front, projected: &Projected) {
    let (rows, told) = (projected.rows(), projected.told());
    if !told.left_out.is_empty() {
        front.note(format!(
            "not compared, as no state{} has a field of that name: {} (--map says where a column is)",
            if told.some_unseen {
                " that was looked at"
            } else {
                ""
            },
            told.left_out.join(", ")
        ));
    }
    if !told.hidden.is_empty() {
        front.note(format!(
            "not compared, as masks hide it: {} (--no-masks compares it)",
            told.hidden.join(", ")
        ));
    }
    if rows.keyless > 0 {
        front.note(format!(
            "{}: {} without a key left out",
            rows.name,
            counted(rows.keyless, "row")
        ));
    }
    let unknown = projected.as_of().filter(|a| !a.is_end && a.time_behind.is_none());
    if let (Some(_), Some(_)) = (projected.within(), unknown) {
        front.note("how far the rows are behind in time is not known: events have no time");
    }
    if projected.moment().is_some() && !matches!(projected.rows().from, RowsFrom::History) {
        front.note(format!(
            "{}: its rows are as they are now, the states as they were at that time: what has changed since is told as a difference",
            rows.name
        ));
    }
    let outside = projected.matching().outside;
    if outside > 0 {
        front.note(format!(
            "{}: {} left out, of streams that are not to be compared",
            rows.name,
            counted(outside, "row")
        ));
    }
}

pub(crate) fn of_table(projected: &Projected) -> Option<&str> {
    match &projected.rows().from {
        RowsFrom::Table { name, .. } => Some(name),
        RowsFrom::States | RowsFrom::History => None,
    }
}

/// What the right side is called: the table, the snapshot, the other side.
fn what(projected: &Projected) -> &'static str {
    match projected.rows().from {
        RowsFrom::Table { .. } => "the table",
        RowsFrom::States => "the snapshot",
        RowsFrom::History => "the right side",
    }
}

fn first(projected: &Projected, cancel: &Cancel) -> Outcome<Option<Shown>> {
    let number: Vec<u32> = projected.first().into_iter().collect();
    Ok(projected.shown(&number, cancel)?.pop())
}

/// An event of a place, for machines.
fn event_document(projected: &Projected, ordinal: u32, cancel: &Cancel) -> Outcome<Document> {
    let event = projected.event(ordinal, cancel)?;
    Ok(Document::new()
        .maybe("stream", event.as_ref().and_then(|e| stated(&e.stream)))
        .maybe("version", event.as_ref().and_then(|e| e.version).map(number))
        .maybe(
            "position",
            event.as_ref().and_then(|e| e.position.as_deref()).map(position),
        )
        .with("place", number(ordinal))
        .maybe("time", event.as_ref().and_then(|e| e.time).map(|t| t.to_string())))
}

/// How far behind the end a place is, for machines; `None`: it is not.
fn behind_document(as_of: &AsOf) -> Option<Document> {
    (!as_of.is_end).then(|| {
        Document::new()
            .with("events", number(as_of.events_behind))
            .maybe("seconds", as_of.time_behind.map(seconds))
    })
}

/// How far behind the end a place is, in words; nothing where it is not.
fn behind(projected: &Projected, as_of: &AsOf) -> String {
    if as_of.is_end {
        return String::new();
    }
    let time = as_of.time_behind.filter(|t| *t > 0);
    let time = time.map(|t| format!(" and {}", Length(t)));
    let within = projected.within().filter(|w| as_of.is_behind_by_more(Some(*w)));
    let within = within.map(|w| format!(", more than {}", duration_text(w)));
    format!(
        ", {}{} behind the end{}",
        counted(as_of.events_behind, "event"),
        time.unwrap_or_default(),
        within.unwrap_or_default()
    )
}

/// What it comes to, for machines.
pub(super) fn summary(projected: &Projected, cancel: &Cancel) -> Outcome<Document> {
    let [left, right] = projected.names();
    let [streams, alone] = projected.compared();
    let (matching, told) = (projected.matching(), projected.told());
    let place = projected
        .as_of()
        .map(|as_of| -> Outcome<Document> {
            let event =
                |ordinal: Option<u32>| ordinal.map(|o| event_document(projected, o, cancel)).transpose();
            Ok(Document::new()
                .maybe("after", event(as_of.after)?)
                .maybe(
                    "until",
                    event(
                        as_of
                            .last
                            .filter(|last| !as_of.is_end && as_of.after != Some(*last)),
                    )?,
                )
                .with("end", Value::Bool(as_of.is_end))
                .maybe("behind", behind_document(as_of))
                .with("fitting", number(as_of.fitting))
                .with("of", number(as_of.of)))
        })
        .transpose()?;
    let columns = told.compared.iter().map(|(column, at)| {
        Value::from(
            Document::new()
                .with("column", column.as_str())
                .with("path", at.as_str()),
        )
    });
    let first = first(projected, cancel)?.map(|first| {
        Document::new()
            .with("category", first.category.as_str())
            .maybe("key", first.key.as_deref())
            .maybe("stream", stated(&first.stream))
            .maybe("time", first.since.map(time))
    });
    let document = Document::new()
        .with("mode", projected.mode())
        .with("left", left)
        .with("right", right)
        .maybe("table", of_table(projected))
        .maybe("projection", projected.projection())
        .maybe("allowed_behind", projected.within().map(seconds));
    Ok(verdict(projected.verdict(), document)
        .maybe("as_of", place)
        .with(
            "rows",
            Document::new()
                .with("all", number(projected.rows().rows.len() as u64))
                .with("without_stream", number(alone))
                .with("differing", number(projected.differing() as u64)),
        )
        .with("streams", number(streams))
        .with("categories", list(matching.categories.iter().map(String::as_str)))
        .maybe("columns", (!told.compared.is_empty()).then(|| list(columns)))
        .maybe(
            "not_compared",
            (!told.left_out.is_empty()).then(|| list(told.left_out.iter().map(String::as_str))),
        )
        .with("findings", counted_findings(projected))
        .maybe("first", first)
        .maybe("known_until", projected.known_until().map(time))
        .and(agreement(projected)))
}

/// What was compared, and how.
pub(super) fn head(front: &mut Front, projected: &Projected) -> Outcome {
    let paint = front.paint;
    let [left, right] = projected.names();
    let [streams, _] = projected.compared();
    let fold = projected.projection().map(|p| format!(" by {p}"));
    let matching = projected.matching();
    let categories: Vec<&str> = matching.categories.iter().filter_map(|c| stated(c)).collect();
    let of = if categories.is_empty() {
        String::new()
    } else {
        format!(" of {}", categories.join(", "))
    };
    let known = known_by(projected);
    let table = of_table(projected).map(|t| format!(" of {t}"));
    let rows = counted(projected.rows().rows.len() as u64, "row");
    for (mark, name, line) in [
        (
            "left ",
            left,
            format!(
                "{}{of}, folded{}",
                counted(streams, "stream"),
                fold.unwrap_or_default()
            ),
        ),
        (
            "right",
            right,
            format!("{rows}{}, known by {known}", table.unwrap_or_default()),
        ),
    ] {
        writeln!(
            front.out,
            "{} {}  {}",
            paint.with(Tone::Dim, mark),
            paint.with(Tone::Title, &clean(name)),
            paint.with(Tone::Dim, &clean(&line))
        )?;
    }
    let columns = columns(projected);
    if !columns.is_empty() {
        let line = format!("compared: {}", columns.join(", "));
        writeln!(front.out, "{}", paint.with(Tone::Dim, &clean(&line)))?;
    }
    let cancel = front.interrupt.cancel.clone();
    let line = place(projected, &cancel)?;
    writeln!(front.out, "{}", paint.with(Tone::Notice, &clean(&line)))?;
    Ok(())
}

/// What rows are known by.
pub(crate) fn known_by(projected: &Projected) -> &'static str {
    if projected.matching().by_id {
        "what stands behind the category"
    } else {
        "the stream's name"
    }
}

/// The columns that are compared, and where they are in the state, where that is not under their names.
pub(crate) fn columns(projected: &Projected) -> Vec<String> {
    let compared = projected.told().compared.iter();
    compared
        .map(|(column, at)| {
            if at.strip_prefix('/') == Some(column) || at == column {
                column.clone()
            } else {
                format!("{column} = {at}")
            }
        })
        .collect()
}

/// Which place of the log the rows are as of, in a sentence.
pub(crate) fn place(projected: &Projected, cancel: &Cancel) -> Outcome<String> {
    let what = what(projected);
    let Some(as_of) = projected.as_of() else {
        return Ok(format!(
            "{what} fits no place of the log: no row is a state that its stream ever had"
        ));
    };
    let fits = |as_of: &AsOf| format!("{} of {} fit", grouped(as_of.fitting), grouped(as_of.of));
    let event = |ordinal: u32| -> Outcome<String> {
        let event = projected.event(ordinal, cancel)?;
        let position = event.as_ref().and_then(|e| e.position.clone());
        let place = position.map_or_else(|| format!("e{ordinal}"), |p| format!("#{p}"));
        let time = event.and_then(|e| e.time).map(|t| format!(" ({t})"));
        Ok(format!("{place}{}", time.unwrap_or_default()))
    };
    if as_of.is_end {
        return Ok(format!("{what} is as of the end of the log: {}", fits(as_of)));
    }
    let Some(after) = as_of.after else {
        return Ok(format!(
            "{what} is as of before the first event{}: {}",
            behind(projected, as_of),
            fits(as_of)
        ));
    };
    let up_to = match as_of.last.filter(|last| *last != after) {
        Some(last) => format!("; as well up to {}", event(last)?),
        None => String::new(),
    };
    Ok(format!(
        "{what} is as of event {}{}: {}{up_to}",
        event(after)?,
        behind(projected, as_of),
        fits(as_of)
    ))
}

/// The verdict in a sentence.
pub(super) fn in_words(projected: &Projected, cancel: &Cancel) -> Outcome<(Tone, String)> {
    Ok(match projected.verdict() {
        Verdict::AlwaysEqual | Verdict::EventuallyEqual { .. } => {
            (Tone::Good, "every row is its stream's state".to_owned())
        }
        Verdict::Undecided => (
            Tone::Notice,
            "undecided: the rows are only behind, and may still follow (--settled, if they should be up to date)".to_owned(),
        ),
        Verdict::Never => {
            let first = first(projected, cancel)?.map(|first| {
                let since = first.since.map(|t| format!(" at {}", time(t)));
                format!("; first in {}{}", clean(named(first.place())), since.unwrap_or_default())
            });
            let [streams, alone] = projected.compared();
            (
                Tone::Bad,
                format!(
                    "rows and states differ for {} of {}{}",
                    grouped(projected.differing() as u64),
                    grouped(streams + alone),
                    first.unwrap_or_default()
                ),
            )
        }
    })
}
