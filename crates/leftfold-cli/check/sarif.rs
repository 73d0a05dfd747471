//! The outcome of checks as SARIF 2.1.0 (OASIS): a rule for each check, a result for each finding.

use std::fmt::Write as _;

use leftfold_event::json::Value;
use leftfold_session::compare::{Shown, Status};

use super::text::line;
use super::{Done, Judged, results};
use crate::document::{Document, list, number, position, stated};
use crate::finding::time;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

pub(super) fn document(all: &[Done]) -> Document {
    let driver = Document::new()
        .with("name", "Leftfold")
        .with("version", env!("CARGO_PKG_VERSION"))
        .with("rules", list(all.iter().map(rule)));
    let found = all.iter().enumerate().flat_map(|(index, done)| {
        let shown: &[Shown] = match &done.judged {
            Ok(judged) => &judged.shown,
            Err(_) => &[],
        };
        shown.iter().map(move |shown| result(done, index, shown))
    });
    let invocation = Document::new()
        .with("executionSuccessful", results(all, "error") == 0)
        .with(
            "toolExecutionNotifications",
            list(all.iter().filter_map(notification)),
        );
    let run = Document::new()
        .with("tool", Document::new().with("driver", driver))
        .with("invocations", list([invocation]))
        .with("results", list(found));
    Document::new()
        .with("$schema", SCHEMA)
        .with("version", "2.1.0")
        .with("runs", list([run]))
}

fn message(text: &str) -> Document {
    Document::new().with("text", text)
}

fn rule(done: &Done) -> Document {
    let summary = |judged: &Judged| Value::from(judged.summary.clone());
    let properties = Document::new()
        .with("kind", if done.is_rule { "rule" } else { "comparison" })
        .with("result", done.result())
        .maybe("summary", done.judged.as_ref().ok().map(summary));
    Document::new()
        .with("id", done.name.as_str())
        .with("shortDescription", message(&done.name))
        .maybe("fullDescription", stated(&done.about).map(message))
        .with("defaultConfiguration", Document::new().with("level", "error"))
        .with("properties", properties)
}

/// What kept a check from being run, or its results from being complete.
fn notification(done: &Done) -> Option<Document> {
    let (level, text) = match (&done.judged, done.error()) {
        (_, Some((_, text))) => ("error", format!("{}: {text}", done.name)),
        (Ok(Judged { idle: Some(idle), .. }), _) => ("note", format!("{}: {}", done.name, idle.note)),
        (Ok(judged), _) => {
            let all = judged.certain + judged.pending;
            let more = all.checked_sub(judged.shown.len() as u64).filter(|n| *n > 0)?;
            ("note", format!("{}: {more} more results are left out", done.name))
        }
        (Err(_), None) => return None,
    };
    let about = Document::new().with("id", done.name.as_str());
    Some(
        Document::new()
            .with("level", level)
            .with("message", message(&text))
            .with("associatedRule", about),
    )
}

fn result(done: &Done, index: usize, shown: &Shown) -> Document {
    // Anything but a failure has no level.
    let (kind, level) = match shown.status {
        Status::Confirmed => ("fail", "error"),
        Status::Healed => ("fail", "warning"),
        Status::Pending => ("open", "none"),
        Status::OutOfCoverage => ("notApplicable", "none"),
    };
    let event = shown.event();
    let version = event.and_then(|e| e.version);
    let place = if shown.left.is_some() {
        &done.places[0]
    } else {
        &done.places[1]
    };
    let artifact = Document::new().with("uri", uri(place));
    let logical = stated(&shown.stream).map(|stream| {
        list([Document::new()
            .with("fullyQualifiedName", stream)
            .with("kind", "stream")])
    });
    let location = Document::new()
        .with(
            "physicalLocation",
            Document::new().with("artifactLocation", artifact),
        )
        .maybe("logicalLocations", logical);
    let told = version.map_or_else(String::new, |v| v.to_string());
    let fingerprint = format!("{}/{}/{told}", shown.category.as_str(), shown.place());
    let properties = Document::new()
        .with("category", shown.category.as_str())
        .with("status", shown.status.as_str())
        .maybe("stream", stated(&shown.stream))
        .maybe("key", shown.key.as_deref())
        .maybe("version", version.map(number))
        .maybe(
            "position",
            event.and_then(|e| e.position.as_ref()).map(|p| position(p)),
        )
        .maybe("type", event.and_then(|e| stated(&e.kind)))
        .maybe("id", event.and_then(|e| e.id.as_ref()).map(ToString::to_string))
        .maybe("since", shown.since.map(time))
        .maybe("healed", shown.healed.map(time));
    Document::new()
        .with("ruleId", done.name.as_str())
        .with("ruleIndex", number(index as u64))
        .with("kind", kind)
        .with("level", level)
        .with("message", message(&line(shown)))
        .with("locations", list([location]))
        .with(
            "partialFingerprints",
            Document::new().with("leftfoldFinding/v1", fingerprint.as_str()),
        )
        .with("properties", properties)
}

/// A path as a URI reference, a topic as it is written.
fn uri(place: &str) -> String {
    let is_uri = place.contains("://");
    let path = if cfg!(windows) && !is_uri {
        place.replace('\\', "/")
    } else {
        place.to_owned()
    };
    let mut out = String::new();
    match path.as_bytes() {
        _ if is_uri => {}
        [b'/', ..] => out.push_str("file://"),
        // C:/…
        [_, b':', ..] => out.push_str("file:///"),
        _ => {}
    }
    for byte in path.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"-._~/,+@".contains(&byte);
        // A colon in a relative path would make its beginning a scheme.
        if plain || byte == b':' && (is_uri || out.starts_with("file:")) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn a_place_is_a_uri_reference() {
        assert_eq!(uri("shop.db"), "shop.db");
        assert_eq!(uri("my data/größe.db"), "my%20data/gr%C3%B6%C3%9Fe.db");
        assert_eq!(uri("/data/shop.db"), "file:///data/shop.db");
        assert_eq!(uri("odd:name.db"), "odd%3Aname.db");
        assert_eq!(uri("kafka://h:9092/orders"), "kafka://h:9092/orders");
    }
}
