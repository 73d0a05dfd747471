//! The outcome of checks as NDJSON.

use leftfold_event::json::Value;
use leftfold_session::compare::{Ruled, Shown, Status};

use super::{Done, Judged, is_certain, results};
use crate::document::{Document, number, stated};
use crate::failure::Outcome;
use crate::finding::{self, time};

/// Findings of a check, one a line, numbered from `first` on. The sides' names say where their events are from.
pub(super) fn of_findings(check: &str, sides: [&str; 2], first: u32, shown: &[Shown]) -> Outcome<Vec<u8>> {
    let mut out = Vec::new();
    for (n, finding) in (first..).zip(shown) {
        let found = finding::numbered(n).and(finding::document(sides, finding)?);
        Document::new().with("check", check).and(found).print(&mut out)?;
    }
    Ok(out)
}

/// What a rule found, in numbers, and why it says nothing, where it does not.
pub(super) fn of_rule(ruled: &Ruled, source: &str, note: Option<&str>) -> Document {
    let first = ruled.shown.iter().find(|s| is_certain(s.status));
    let healed = ruled.shown.iter().filter(|s| s.status == Status::Healed).count() as u64;
    Document::new()
        .with("mode", "rule")
        .with("source", source)
        .with("events", number(ruled.events))
        .with("judged", number(ruled.judged))
        .maybe("note", note)
        .with("violations", number(ruled.violations))
        .maybe("healed", (healed > 0).then(|| number(healed)))
        .maybe("pending", (ruled.pending > 0).then(|| number(ruled.pending)))
        .with("streams", number(ruled.streams))
        .maybe("first", first.map(first_of))
        .maybe("failed", failures(ruled))
        .maybe("unread", (ruled.unread > 0).then(|| number(ruled.unread)))
        .maybe("untimed", (ruled.untimed > 0).then(|| number(ruled.untimed)))
}

/// For how many events a rule could not be judged, and why not for the first of them.
pub(super) fn failures(ruled: &Ruled) -> Option<Document> {
    let why = ruled.first_failure.as_deref()?;
    Some(
        Document::new()
            .with("events", number(ruled.failed))
            .with("first", why),
    )
}

pub(super) fn first_of(shown: &Shown) -> Document {
    let version = shown.event().and_then(|e| e.version);
    Document::new()
        .with("category", shown.category.as_str())
        .maybe("stream", stated(&shown.stream))
        .maybe("version", version.map(number))
        .maybe("time", shown.since.map(time))
}

/// A check's line.
pub(super) fn of_check(done: &Done) -> Outcome<Vec<u8>> {
    let mut out = Vec::new();
    let document = Document::new()
        .with("check", done.name.as_str())
        .with("result", done.result());
    let summary = |judged: &Judged| Value::from(judged.summary.clone());
    let error = |(code, message): (&str, &str)| Document::new().with("code", code).with("message", message);
    document
        .maybe("summary", done.judged.as_ref().ok().map(summary))
        .maybe("error", done.error().map(error))
        .print(&mut out)?;
    Ok(out)
}

/// The last line.
pub(super) fn of_all(all: &[Done]) -> Document {
    let of = |result: &str| number(results(all, result));
    Document::new().with(
        "summary",
        Document::new()
            .with("checks", number(all.len() as u64))
            .with("ok", of("ok"))
            .with("violated", of("violated"))
            .with("error", of("error")),
    )
}
