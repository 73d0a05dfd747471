//! What the integration tests share: databases from SQL text, and a readable account of what a source finds in them.

#![allow(dead_code, reason = "each test binary uses a part of this")]
#![allow(
    clippy::format_push_string,
    reason = "clearer here than writing into a string"
)]

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use leftfold_event::{Cancel, Event, Locator};
use leftfold_source::{EventStore, Header, RawPayload, ndjson, open};

/// An account of a file.
pub(crate) struct Seen {
    /// The best dialect.
    pub(crate) dialect: String,
    /// Everything, one fact a line.
    pub(crate) text: String,
}

/// A database made by running SQL text.
pub(crate) fn database(folder: &Path, name: &str, sql: &str) -> PathBuf {
    let path = folder.join(name);
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .execute_batch(sql)
        .unwrap_or_else(|e| panic!("{name}: {e}"));
    path
}

/// A header, owned.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Head {
    pub(crate) locator: Locator,
    pub(crate) stream: String,
    pub(crate) category: Option<String>,
    pub(crate) kind: String,
    pub(crate) version: Option<i64>,
    pub(crate) position: Option<i64>,
    pub(crate) time: Option<String>,
    pub(crate) also_in: Vec<String>,
    pub(crate) problem: bool,
}

/// All headers of a store.
pub(crate) fn heads(store: &dyn EventStore) -> Vec<Head> {
    let mut heads = Vec::new();
    let mut sink = |h: &Header<'_>| {
        heads.push(Head {
            locator: h.locator,
            stream: h.stream.to_owned(),
            category: h.category.map(str::to_owned),
            kind: h.kind.to_owned(),
            version: h.version,
            position: h.position,
            time: h.time.map(|t| t.to_string()),
            also_in: h.also_in.to_vec(),
            problem: h.problem,
        });
        ControlFlow::Continue(())
    };
    let summary = store.scan(&mut sink, &Cancel::new()).unwrap();
    assert!(summary.complete, "{summary:?}");
    assert_eq!(summary.events, heads.len() as u64);
    heads
}

/// The whole events of these locators, each asked for once.
pub(crate) fn events(store: &dyn EventStore, locators: &[Locator]) -> Vec<Event> {
    let mut events = vec![None; locators.len()];
    let mut next = 0;
    store
        .fetch(locators, &Cancel::new(), &mut |i, e| {
            assert_eq!(i, next, "in the slice's order");
            next += 1;
            events[i] = Some(e);
        })
        .unwrap();
    events.into_iter().map(Option::unwrap).collect()
}

/// The raw payloads of these locators.
pub(crate) fn raws(store: &dyn EventStore, locators: &[Locator]) -> Vec<(String, String)> {
    let mut raws = Vec::new();
    store
        .fetch_raw(locators, &Cancel::new(), &mut |i, kind, raw| {
            assert_eq!(i, raws.len());
            let text = match raw {
                RawPayload::Json(json) => String::from_utf8_lossy(json).into_owned(),
                RawPayload::Absent => "absent".to_owned(),
                RawPayload::Other => "other".to_owned(),
            };
            raws.push((kind.to_owned(), text));
        })
        .unwrap();
    raws
}

/// Reads every store of a database made from SQL text, and holds that the ways of reading agree.
pub(crate) fn read(name: &str, sql: &str) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path(), "events.db", sql);
    let file = open(&path).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut text = String::new();
    for (i, info) in file.stores().iter().enumerate() {
        text += &format!("{} ({:?}) {:?}\n", info.dialect, info.certainty, info.tables);
        for reason in &info.reasons {
            text += &format!("  because {reason}\n");
        }
        for note in &info.notes {
            text += &format!("  note {note}\n");
        }
        text += &format!(
            "  global order {} time {}\n",
            info.has_global_order, info.has_time
        );
        let store = file.store(i).unwrap();
        text += &account(&*store);
        let again = file.store_with(file.mapping(i).unwrap()).unwrap();
        assert_eq!(heads(&*again), heads(&*store), "the mapping alone reads the same");
    }
    Seen {
        dialect: file.stores()[0].dialect.clone(),
        text,
    }
}

/// One line an event, after checking that scan, fetch and raw fetch agree.
pub(crate) fn account(store: &dyn EventStore) -> String {
    let heads = heads(store);
    let locators: Vec<Locator> = heads.iter().map(|h| h.locator).collect();
    let found = events(store, &locators);
    let backward: Vec<Locator> = locators.iter().rev().copied().collect();
    let mut reversed = events(store, &backward);
    reversed.reverse();
    assert_eq!(found, reversed, "the order of asking does not matter");
    let raws = raws(store, &locators);
    let mut text = String::new();
    for ((head, event), (raw_kind, raw)) in heads.iter().zip(&found).zip(&raws) {
        assert_eq!(
            (&head.stream, &head.kind, head.version),
            (&event.stream, &event.kind, event.version)
        );
        assert_eq!(head.time, event.time.map(|t| t.to_string()));
        assert_eq!(head.category, event.category);
        assert_eq!(head.also_in, event.also_in);
        assert_eq!(raw_kind, &event.kind);
        let mut line = String::new();
        ndjson::write_event(event, "", &mut line);
        text += &format!("  {line}\n");
        let value = event.payload.value.as_ref();
        let same = match (value, raw.as_str()) {
            (None, "absent") => event.payload.raw.is_empty(),
            (None, "other") => true,
            (Some(_), "other") => event.payload.encoding == "text",
            (None, _) => !event.problems.is_empty(),
            (Some(value), raw) => leftfold_event::json::parse(raw.as_bytes()).as_ref() == Ok(value),
        };
        assert!(same, "raw {raw} but value {value:?}");
        if !event.time_origin_is_stated() && event.time.is_some() {
            text += "    assumed UTC\n";
        }
        if event.payload.encoding != "json" {
            text += &format!("    payload {}\n", event.payload.encoding);
        }
    }
    text
}

/// A reading aid.
trait TimeOrigin {
    fn time_origin_is_stated(&self) -> bool;
}

impl TimeOrigin for Event {
    fn time_origin_is_stated(&self) -> bool {
        self.time_origin == leftfold_event::TimeZoneOrigin::Stated
    }
}

/// An owner-shared store of a database made from SQL text.
pub(crate) fn store(folder: &Path, sql: &str) -> Arc<dyn EventStore> {
    let path = database(folder, "events.db", sql);
    open(&path).unwrap().store(0).unwrap()
}
