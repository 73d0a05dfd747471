//! Files written by the real event-sourcing libraries, against what those libraries read back from them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed assumption fails the test"
)]

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use leftfold_event::json::{self, Value};
use leftfold_event::{Cancel, Event, EventId, Locator};
use leftfold_source::{Certainty, Header, RawPayload, open};

/// The folder of the fixtures, made by their own script (fast when all is there).
fn fixtures() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let made = Command::new("bash")
            .arg(root.join("tests/fixtures/make.sh"))
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "tests/fixtures/make.sh failed:\n{}",
            String::from_utf8_lossy(&made.stderr)
        );
        root.join("target/fixtures")
    })
}

/// How a library's own account is compared with ours.
struct Expectation {
    name: &'static str,
    dialect: &'static str,
    /// The stream's full name from the library's line.
    stream: fn(&Value) -> String,
    /// The event type from the library's.
    kind: fn(&str) -> &str,
    /// Whether our log order is the library's.
    ordered: bool,
    payload: PayloadIs,
}

#[derive(Clone, Copy, PartialEq)]
enum PayloadIs {
    Equal,
    /// Inside the type's tag, or beside a tag field.
    Tagged,
    /// Encrypted: said so, bytes kept.
    Encrypted,
    /// In no open form: bytes as the truth has them.
    Bytes,
    /// XML read into a value; the texts of its leaves are compared.
    Xml,
}

fn text<'a>(line: &'a Value, key: &str) -> &'a str {
    line.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn plain(line: &Value) -> String {
    text(line, "stream").to_owned()
}

fn with_category(line: &Value) -> String {
    if text(line, "category").is_empty() {
        return plain(line);
    }
    format!("{}-{}", text(line, "category"), text(line, "stream"))
}

fn with_tenant(line: &Value) -> String {
    let tenant = text(line, "tenant");
    let separator = if tenant.is_empty() { "" } else { "/" };
    format!(
        "{tenant}{separator}{}-{}",
        text(line, "category"),
        text(line, "stream")
    )
}

fn same(kind: &str) -> &str {
    kind
}

fn after_colon(kind: &str) -> &str {
    kind.split_once(':').map_or(kind, |(_, k)| k)
}

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        name: "eventsourcing-plain",
        dialect: "eventsourcing",
        stream: plain,
        kind: after_colon,
        ordered: true,
        payload: PayloadIs::Equal,
    },
    Expectation {
        name: "eventsourcing-compressed",
        dialect: "eventsourcing",
        stream: plain,
        kind: after_colon,
        ordered: true,
        payload: PayloadIs::Equal,
    },
    Expectation {
        name: "eventsourcing-encrypted",
        dialect: "eventsourcing",
        stream: plain,
        kind: after_colon,
        ordered: true,
        payload: PayloadIs::Encrypted,
    },
    Expectation {
        name: "event-sourcery",
        dialect: "event-sourcery",
        stream: with_category,
        kind: same,
        ordered: true,
        payload: PayloadIs::Equal,
    },
    Expectation {
        name: "emmett",
        dialect: "emmett",
        stream: plain,
        kind: same,
        ordered: true,
        payload: PayloadIs::Equal,
    },
    Expectation {
        name: "emmett-killed",
        dialect: "emmett",
        stream: plain,
        kind: same,
        ordered: true,
        payload: PayloadIs::Equal,
    },
    Expectation {
        name: "evtstore",
        dialect: "evtstore",
        stream: with_category,
        kind: same,
        ordered: true,
        payload: PayloadIs::Equal,
    },
    Expectation {
        name: "resolve",
        dialect: "resolve",
        stream: plain,
        kind: same,
        ordered: true,
        payload: PayloadIs::Equal,
    },
    Expectation {
        name: "pekko-jdbc",
        dialect: "pekko-jdbc",
        stream: plain,
        kind: same,
        ordered: true,
        payload: PayloadIs::Equal,
    },
    Expectation {
        name: "cqrs-es",
        dialect: "cqrs-es",
        stream: with_category,
        kind: same,
        ordered: false,
        payload: PayloadIs::Tagged,
    },
    Expectation {
        name: "evento",
        dialect: "evento",
        stream: with_tenant,
        kind: same,
        ordered: true,
        payload: PayloadIs::Bytes,
    },
    Expectation {
        name: "axon-4-jdbc",
        dialect: "axon-4",
        stream: with_category,
        kind: same,
        ordered: true,
        payload: PayloadIs::Equal,
    },
    Expectation {
        name: "axon-4-jdbc-xml",
        dialect: "axon-4",
        stream: with_category,
        kind: same,
        ordered: true,
        payload: PayloadIs::Xml,
    },
];

/// A file's size, time and content, and what lies in its folder.
fn trace(path: &Path) -> Vec<(String, u64, std::time::SystemTime, u64)> {
    let stem = path.file_name().unwrap().to_string_lossy().into_owned();
    let mut list: Vec<_> = std::fs::read_dir(path.parent().unwrap())
        .unwrap()
        .map(|e| e.unwrap())
        .filter(|e| e.file_name().to_string_lossy().starts_with(&stem))
        .map(|e| {
            let meta = e.metadata().unwrap();
            let hash = xxhash_rust::xxh3::xxh3_64(&std::fs::read(e.path()).unwrap());
            (
                e.file_name().to_string_lossy().into_owned(),
                meta.len(),
                meta.modified().unwrap(),
                hash,
            )
        })
        .collect();
    list.sort();
    list
}

fn read(expectation: &Expectation) -> (Vec<Event>, Vec<Value>) {
    let path = fixtures().join(format!("{}.db", expectation.name));
    let before = trace(&path);
    let file = open(&path).unwrap_or_else(|e| panic!("{}: {e}", expectation.name));
    let info = &file.stores()[0];
    assert_eq!(
        info.dialect, expectation.dialect,
        "{}: {:?}",
        expectation.name, info.reasons
    );
    assert_eq!(
        info.certainty,
        Certainty::Certain,
        "{}: {:?}",
        expectation.name,
        info.notes
    );
    let store = file.store(0).unwrap();
    let mut locators: Vec<Locator> = Vec::new();
    let mut headers = Vec::new();
    let summary = store
        .scan(
            &mut |h: &Header<'_>| {
                locators.push(h.locator);
                headers.push((h.stream.to_owned(), h.kind.to_owned(), h.version, h.time));
                ControlFlow::Continue(())
            },
            &Cancel::new(),
        )
        .unwrap();
    assert!(
        summary.complete && summary.unreadable.is_empty(),
        "{}: {summary:?}",
        expectation.name
    );
    let mut events = Vec::new();
    store
        .fetch(&locators, &Cancel::new(), &mut |_, event| events.push(event))
        .unwrap();
    for (event, header) in events.iter().zip(&headers) {
        let fetched = (
            event.stream.clone(),
            event.kind.clone(),
            event.version,
            event.time,
        );
        assert_eq!(&fetched, header, "{}: scan and fetch agree", expectation.name);
    }
    store
        .fetch_raw(&locators, &Cancel::new(), &mut |i, kind, raw| {
            assert_eq!(
                kind, events[i].kind,
                "{}: scan and raw fetch agree",
                expectation.name
            );
            if let RawPayload::Json(bytes) = raw {
                assert_eq!(
                    Some(json::parse(bytes).unwrap()),
                    events[i].payload.value,
                    "{}",
                    expectation.name
                );
            }
        })
        .unwrap();
    drop((store, file));
    assert_eq!(trace(&path), before, "{}: nothing was written", expectation.name);
    let truth = std::fs::read(fixtures().join(format!("{}.truth.ndjson", expectation.name))).unwrap();
    let truth = truth
        .split(|b| *b == b'\n')
        .filter(|l| !l.is_empty())
        .map(|l| json::parse(l).unwrap())
        .collect();
    (events, truth)
}

/// Every leaf's text, sorted: what two readings of XML must share.
fn leaves(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|v| leaves(v, out)),
        Value::Object(o) => o.iter().for_each(|(_, v)| leaves(v, out)),
        Value::String(s) => out.push(s.to_string()),
        Value::Null => {}
        other => out.push(other.to_string()),
    }
}

fn check_payload(name: &str, how: PayloadIs, event: &Event, line: &Value) {
    let label = format!("{name}: {} v{:?} {}", event.stream, event.version, event.kind);
    let expected = line.get("payload").cloned().unwrap_or_default();
    let problem = event.problems.first().map(|p| p.code.as_str());
    match how {
        PayloadIs::Equal => assert_eq!(event.payload.value, Some(expected), "{label}"),
        PayloadIs::Tagged => {
            let value = event.payload.value.clone().expect(&label);
            let inside = expected.get(&event.kind).cloned();
            let bare = expected.as_str() == Some(&event.kind);
            assert!(
                value == expected || Some(&value) == inside.as_ref() || bare,
                "{label}: {value} is not {expected}"
            );
        }
        PayloadIs::Encrypted => {
            assert_eq!(
                (event.payload.value.as_ref(), problem),
                (None, Some("payload-encrypted")),
                "{label}"
            );
            assert!(!event.payload.raw.is_empty(), "{label}");
        }
        PayloadIs::Bytes => {
            use base64::Engine as _;
            let stored = base64::engine::general_purpose::STANDARD.encode(&event.payload.raw);
            assert_eq!(stored, text(line, "payload_base64"), "{label}");
            assert_eq!(event.payload.value, None, "{label}");
        }
        PayloadIs::Xml => {
            assert_eq!(event.payload.encoding, "xml", "{label}");
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            leaves(event.payload.value.as_ref().expect(&label), &mut ours);
            leaves(&expected, &mut theirs);
            ours.retain(|t| !t.is_empty());
            theirs.retain(|t| !t.is_empty());
            let missing: Vec<_> = theirs.iter().filter(|t| !ours.contains(t)).collect();
            assert!(missing.is_empty(), "{label}: {missing:?} are not among {ours:?}");
        }
    }
}

#[test]
fn every_library_s_file_is_read_as_the_library_reads_it() {
    for expectation in EXPECTATIONS {
        let name = expectation.name;
        let (events, truth) = read(expectation);
        assert_eq!(
            events.len(),
            truth.len(),
            "{name}: as many events as the library counts"
        );
        let key =
            |stream: &str, version: Option<i64>, kind: &str| (stream.to_owned(), version, kind.to_owned());
        let expected: Vec<_> = truth
            .iter()
            .map(|line| {
                let version = line.get("version").and_then(|v| match v {
                    Value::Number(n) => n.as_i64(),
                    _ => None,
                });
                let stream = if line.get("stream").is_some() {
                    (expectation.stream)(line)
                } else {
                    String::new()
                };
                key(&stream, version, (expectation.kind)(text(line, "type")))
            })
            .collect();
        let ours: Vec<_> = events
            .iter()
            .map(|e| key(&e.stream, e.version, &e.kind))
            .collect();
        if expectation.ordered {
            for (i, (our, their)) in ours.iter().zip(&expected).enumerate() {
                assert_eq!(our, their, "{name}: event {i} of the log");
            }
        }
        let mut by_key: BTreeMap<_, Vec<&Event>> = BTreeMap::new();
        for (k, event) in ours.into_iter().zip(&events) {
            by_key.entry(k).or_default().push(event);
        }
        for (i, (k, line)) in expected.iter().zip(&truth).enumerate() {
            let event = if expectation.ordered {
                &events[i]
            } else {
                let found = by_key
                    .get(k)
                    .unwrap_or_else(|| panic!("{name}: {k:?} is missing"));
                found[0]
            };
            check_payload(name, expectation.payload, event, line);
            if let Some(id) = line.get("id").and_then(Value::as_str) {
                let ours = event.id.as_ref().map(EventId::to_string).unwrap_or_default();
                assert_eq!(ours.replace('-', ""), id.replace('-', ""), "{name}: {k:?}");
            }
            for (field, ours) in [
                ("correlation_id", &event.correlation_id),
                ("causation_id", &event.causation_id),
            ] {
                if let Some(theirs) = line.get(field).and_then(Value::as_str) {
                    assert_eq!(ours.as_deref(), Some(theirs), "{name}: {field} of {k:?}");
                }
            }
            // An encrypted payload hides the time in it.
            let readable = expectation.payload != PayloadIs::Encrypted;
            if let Some(time) = line.get("time").and_then(Value::as_str).filter(|_| readable) {
                let theirs = leftfold_event::Timestamp::parse(time).unwrap().0.nanos;
                assert_eq!(event.time.map(|t| t.nanos), Some(theirs), "{name}: time of {k:?}");
            }
        }
    }
}

#[test]
fn the_log_left_by_a_killed_writer_is_read_along_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    for suffix in ["", "-wal"] {
        let from = fixtures().join(format!("emmett-killed.db{suffix}"));
        std::fs::copy(from, folder.path().join(format!("copied.db{suffix}"))).unwrap();
    }
    let path = folder.path().join("copied.db");
    let before = trace(&path);
    let file = open(&path).unwrap();
    let mut events = 0;
    let store = file.store(0).unwrap();
    store
        .scan(
            &mut |_: &Header<'_>| {
                events += 1;
                ControlFlow::Continue(())
            },
            &Cancel::new(),
        )
        .unwrap();
    drop((store, file));
    assert_eq!(events, 299, "six of them stand in the write-ahead log alone");
    assert_eq!(trace(&path), before, "nothing was written, no -shm was made");
}
