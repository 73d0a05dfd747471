//! Damage in a joined table hides no event: those whose partner is lost come without it, and say so.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use common::events;
use leftfold_event::{Cancel, Event, Locator, ProblemCode};
use leftfold_source::{Header, RawPayload, ScanSummary, SourceFile};
use rusqlite::Connection;

const PAGE: usize = 1024;
const STREAMS: i64 = 300;

const MAPPING: &str = "table = 'happened'\nstream = 's.name'\nversion = 'version'\ntype = 'kind'\nposition = 'n'\npayload = { column = 'body' }\n";
const BY_NUMBER: &str = "joins = [{ alias = 's', table = 'streams', left = 'stream', right = 'id' }]";
const BY_NAME: &str = "joins = [{ alias = 's', table = 'streams', left = 'code', right = 'code' }]";

/// So many events of 300 streams, whose names stand in a table of their own.
fn table(folder: &Path, rows: i64) -> PathBuf {
    let path = folder.join("a.db");
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(&format!(
            "PRAGMA page_size={PAGE};
             CREATE TABLE streams (id INTEGER PRIMARY KEY, code TEXT UNIQUE, name TEXT);
             CREATE TABLE happened (n INTEGER PRIMARY KEY, stream INTEGER, code TEXT, version INTEGER, kind TEXT, body TEXT);
             BEGIN;
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {STREAMS})
             INSERT INTO streams SELECT i, 'code-' || i || '-of-some-length', 'order-' || i FROM n;
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
             INSERT INTO happened SELECT i, 1 + i % {STREAMS}, 'code-' || (1 + i % {STREAMS}) || '-of-some-length', 1 + i / {STREAMS}, 'T', '{{\"row\":' || i || '}}' FROM n;
             COMMIT;"
        ))
        .unwrap();
    path
}

fn root(path: &Path, name: &str) -> usize {
    let connection = Connection::open(path).unwrap();
    connection
        .query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = ?1",
            [name],
            |r| r.get::<_, i64>(0),
        )
        .unwrap() as usize
        - 1
}

/// The leaves below a page.
fn leaves(path: &Path, page: usize) -> Vec<usize> {
    let bytes = fs::read(path).unwrap();
    let bytes = &bytes[page * PAGE..(page + 1) * PAGE];
    assert_eq!(bytes[0], 0x05, "a page that leads to others");
    let cells = u16::from_be_bytes([bytes[3], bytes[4]]);
    let mut pages: Vec<usize> = (0..usize::from(cells))
        .map(|i| {
            let at = usize::from(u16::from_be_bytes([bytes[12 + 2 * i], bytes[13 + 2 * i]]));
            u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize - 1
        })
        .collect();
    pages.push(u32::from_be_bytes(bytes[8..12].try_into().unwrap()) as usize - 1);
    pages
}

fn overwrite(path: &Path, page: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[page * PAGE..(page + 1) * PAGE].fill(0);
    fs::write(path, bytes).unwrap();
}

struct Seen {
    summary: ScanSummary,
    events: Vec<Event>,
}

/// Everything of the file, after checking that the ways of reading agree.
fn seen(path: &Path, join: &str) -> Seen {
    let mapping = toml::from_str(&format!("{MAPPING}{join}")).unwrap();
    let store = SourceFile::open_unmapped(path)
        .unwrap()
        .store_with(&mapping)
        .unwrap();
    let mut locators: Vec<Locator> = Vec::new();
    let mut heads = Vec::new();
    let mut sink = |h: &Header<'_>| {
        locators.push(h.locator);
        heads.push((h.stream.to_owned(), h.problem));
        ControlFlow::Continue(())
    };
    let summary = store.scan(&mut sink, &Cancel::new()).unwrap();
    assert!(summary.complete);
    let events = events(&*store, &locators);
    for ((stream, problem), event) in heads.iter().zip(&events) {
        assert_eq!((stream, *problem), (&event.stream, !event.problems.is_empty()));
    }
    let alone = common::events(&*store, &locators[locators.len() / 2..][..1]);
    assert_eq!(alone[0], events[locators.len() / 2], "one alone is the same");
    let mut payloads = Vec::new();
    let mut take = |_: usize, _: &str, raw: RawPayload<'_>| match raw {
        RawPayload::Json(json) => payloads.push(json.to_vec()),
        _ => payloads.push(Vec::new()),
    };
    store.fetch_raw(&locators, &Cancel::new(), &mut take).unwrap();
    assert!(events.iter().map(|e| &e.payload.raw).eq(&payloads));
    Seen { summary, events }
}

/// The events that lack their stream; all have all the rest.
fn unjoined(seen: &Seen, rows: i64) -> u64 {
    assert_eq!(seen.events.len() as i64, rows);
    assert_eq!(seen.summary.lost, []);
    let mut without = 0;
    for (i, event) in seen.events.iter().enumerate() {
        let n = i as i64 + 1;
        assert_eq!(event.payload.raw, format!("{{\"row\":{n}}}").as_bytes());
        assert_eq!((event.version, event.kind.as_str()), (Some(1 + n / STREAMS), "T"));
        if event.stream.is_empty() {
            let [problem] = &event.problems[..] else {
                panic!("{:?}", event.problems)
            };
            assert_eq!(problem.code, ProblemCode::NameUnreadable);
            assert!(problem.message.contains("in the table streams"), "{problem:?}");
            without += 1;
        } else {
            assert_eq!(event.stream, format!("order-{}", 1 + n % STREAMS));
        }
    }
    without
}

#[test]
fn behind_a_joined_tables_damaged_root_all_rows_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = table(folder.path(), 2_000);
    overwrite(&path, root(&path, "streams"));
    for join in [BY_NUMBER, BY_NAME] {
        let seen = seen(&path, join);
        assert_eq!(unjoined(&seen, 2_000), 0, "{:?}", seen.summary);
        assert_eq!(seen.summary.unreadable, []);
    }
}

#[test]
fn an_index_of_a_joined_table_may_be_damaged_and_nothing_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let path = table(folder.path(), 2_000);
    overwrite(&path, root(&path, "sqlite_autoindex_streams_1"));
    let seen = seen(&path, BY_NAME);
    assert_eq!(unjoined(&seen, 2_000), 0, "{:?}", seen.summary);
}

#[test]
fn events_whose_partner_is_lost_come_without_it_and_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = table(folder.path(), 2_000);
    let leaves = leaves(&path, root(&path, "streams"));
    overwrite(&path, leaves[leaves.len() / 2]);
    for join in [BY_NUMBER, BY_NAME] {
        let seen = seen(&path, join);
        let without = unjoined(&seen, 2_000);
        assert!((20..500).contains(&without), "{without}");
        let [told] = &seen.summary.unreadable[..] else {
            panic!("{:?}", seen.summary)
        };
        assert_eq!(
            (told.rows, told.events, told.marked),
            (without, 0, without),
            "{told:?}"
        );
        let begins = format!("{without} events are shown without what belongs to them in the table streams");
        assert!(told.message.starts_with(&begins), "{told:?}");
    }
}

#[test]
fn no_event_is_given_up_where_all_partners_are_lost() {
    const ROWS: i64 = 11_000;
    let folder = tempfile::tempdir().unwrap();
    let path = table(folder.path(), ROWS);
    let root = root(&path, "streams");
    let leaves = leaves(&path, root);
    for page in leaves.into_iter().chain([root]) {
        overwrite(&path, page);
    }
    let seen = seen(&path, BY_NUMBER);
    assert_eq!(unjoined(&seen, ROWS), ROWS as u64);
}

#[test]
fn a_damaged_page_of_the_events_and_one_of_what_joins_them_lose_what_stood_there_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = table(folder.path(), 2_000);
    let joined = leaves(&path, root(&path, "streams"));
    let main = leaves(&path, root(&path, "happened"));
    overwrite(&path, joined[joined.len() / 2]);
    overwrite(&path, main[main.len() / 2]);
    let seen = seen(&path, BY_NUMBER);
    let [lost] = &seen.summary.lost[..] else {
        panic!("{:?}", seen.summary)
    };
    let rows = lost.rows.at_least();
    assert!((5..100).contains(&rows), "{lost:?}");
    assert_eq!(seen.events.len() as u64, 2_000 - rows + 1);
    let named = seen.events.iter().filter(|e| !e.stream.is_empty()).count();
    assert!(named > 1_500, "{named}");
}
