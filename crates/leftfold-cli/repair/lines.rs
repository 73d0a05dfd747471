//! The lines of a plan, for a producer or for whoever writes the rows.

use std::io::Write;

use leftfold_event::json::{self, Value};
use leftfold_event::{Cancel, Event, EventId};
use leftfold_session::compare::{About, EventPlan, Hand, Planned, RowAt, RowStep};
use leftfold_session::{SessionError, write_event};

use crate::document::{Document, number, position, stated};
use crate::failure::{Failure, Outcome};
use crate::finding::time;

/// What a plan is for.
pub(super) struct Place<'a> {
    /// The sides by name, left and right.
    pub(super) names: [&'a str; 2],
    /// The one that is repaired.
    pub(super) wrong: Hand,
    /// Its table.
    pub(super) table: Option<&'a str>,
}

impl Place<'_> {
    fn document(&self) -> Document {
        Document::new()
            .with("side", self.wrong.as_str())
            .with("source", self.names[self.wrong as usize])
    }
}

/// Writes a plan of events.
pub(super) fn events(
    plan: &dyn EventPlan,
    place: &Place<'_>,
    out: &mut dyn Write,
    cancel: &Cancel,
) -> Outcome {
    events_at(
        plan,
        &|| place.document(),
        &|hand| place.names[hand as usize],
        out,
        cancel,
    )
}

/// Writes a plan of events for what `to` says; `source` is where an event of a side is from.
pub(super) fn events_at<'s>(
    plan: &dyn EventPlan,
    to: &dyn Fn() -> Document,
    source: &dyn Fn(Hand) -> &'s str,
    out: &mut dyn Write,
    cancel: &Cancel,
) -> Outcome {
    let mut failed = None;
    let written = plan.steps(cancel, &mut |planned| {
        let from = planned.from.map_or("", source);
        let line = line(&planned, to(), from).and_then(|line| Ok(line.print(out)?));
        line.map_err(|e| {
            failed = Some(e);
            SessionError::cancelled()
        })
    });
    match failed {
        Some(e) => Err(e),
        None => Ok(written?),
    }
}

fn because(about: &About) -> Document {
    Document::new()
        .maybe("finding", about.number.map(|n| number(n + 1)))
        .with("category", about.category.as_str())
        .with("status", about.status.as_str())
        .maybe("since", about.since.map(time))
}

/// One line of a plan of events.
fn line(planned: &Planned, to: Document, source: &str) -> Outcome<Document> {
    let to = to
        .maybe("stream", stated(&planned.event.stream))
        .maybe("topic", planned.target.topic.clone())
        .maybe("key", planned.target.key.clone());
    let document = Document::new()
        .with("action", planned.action.as_str())
        .with("because", because(&planned.about))
        .with("to", to)
        .maybe("behind", planned.behind.then_some(true))
        .maybe("undoes", planned.undone.as_ref().map(reference));
    let mut text = String::new();
    write_event(&planned.event, source, &mut text);
    let event = json::parse(text.as_bytes())
        .map_err(|e| Failure::new("internal", format!("an event is no JSON: {e}")))?;
    Ok(match event {
        // What a store calls as the plan does would take its place.
        Value::Object(members) => {
            members
                .into_iter()
                .fold(document, |document, (name, value)| match name.as_str() {
                    "action" | "because" | "to" | "behind" | "undoes" => {
                        document.with(&format!("extra_{name}"), value)
                    }
                    name => document.with(name, value),
                })
        }
        _ => document,
    })
}

/// What an event is found by.
fn reference(event: &Event) -> Document {
    Document::new()
        .maybe("stream", stated(&event.stream))
        .maybe("version", event.version.map(number))
        .maybe("position", event.position.as_deref().map(position))
        .maybe("id", event.id.as_ref().map(EventId::to_string))
        .maybe("type", stated(&event.kind))
}

/// Where the row stands that a step is about, so that another one that holds the same is left alone.
fn at(to: Document, at: Option<&RowAt>) -> Document {
    match at {
        None => to,
        Some(RowAt::RowId(number)) => to.with("rowid", Value::from(*number)),
        Some(RowAt::PrimaryKey(key)) => to.with("primary_key", key.clone()),
        Some(RowAt::Line(line)) => to.with("line", number(*line)),
    }
}

/// Writes a plan of rows: those of a table as `row`, others as the `state` that a snapshot has.
pub(super) fn rows(steps: &[RowStep], place: &Place<'_>, out: &mut dyn Write) -> Outcome {
    for step in steps {
        let of = if place.table.is_some() { "row" } else { "state" };
        let line = Document::new()
            .with("action", step.action.as_str())
            .with("because", because(&step.about))
            .with(
                "to",
                at(place.document().maybe("table", place.table), step.at.as_ref()),
            )
            .maybe("stream", stated(&step.stream))
            .with("key", step.key.as_str())
            .with(of, step.row.clone());
        line.print(out)?;
    }
    Ok(())
}
