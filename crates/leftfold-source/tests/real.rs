//! Files the real libraries wrote, against what the libraries themselves read back from them.
//!
//! The files come from `tests/fixtures/make.sh`, which the whole-program tests run first; without them this says so.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use common::{account, events, heads};
use leftfold_event::Event;
use leftfold_event::json::{Value, parse};
use leftfold_source::open;

fn fixtures() -> PathBuf {
    std::env::var_os("LEFTFOLD_FIXTURES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/fixtures"),
        PathBuf::from,
    )
}

/// A field of a truth line as text; empty when absent or null.
fn text(truth: &Value, name: &str) -> String {
    match truth.get(name) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(s)) => s.to_string(),
        Some(other) => other.to_string(),
    }
}

/// The stream's name by the rule of the dialects: the kind before the id where the store keeps them apart.
fn stream(dialect: &str, truth: &Value) -> String {
    let (kind, id, tenant) = (
        text(truth, "category"),
        text(truth, "stream"),
        text(truth, "tenant"),
    );
    let name = if kind.is_empty() {
        id
    } else {
        format!("{kind}-{id}")
    };
    if dialect == "evento" && !tenant.is_empty() {
        format!("{tenant}/{name}")
    } else {
        name
    }
}

/// The payload without its tag, as the dialect takes it off.
fn untagged(payload: &Value, kind: &str) -> Value {
    match payload {
        Value::Object(o) if o.len() == 1 && o.get(kind).is_some() => o.get(kind).unwrap().clone(),
        Value::String(s) if s == kind => Value::Object(leftfold_event::json::Object::new()),
        other => other.clone(),
    }
}

fn same_event(name: &str, dialect: &str, event: &Event, truth: &Value) {
    let at = format!("{name}: {truth}");
    assert_eq!(event.stream, stream(dialect, truth), "{at}");
    let kind = text(truth, "type");
    assert_eq!(event.kind, kind.rsplit(':').next().unwrap(), "{at}");
    assert_eq!(
        event.version.map(|v| v.to_string()).unwrap_or_default(),
        text(truth, "version"),
        "{at}"
    );
    if !text(truth, "id").is_empty() {
        // SQLAlchemy stores a UUID as hex without dashes, and as stored it is shown.
        let plain = |id: &str| id.replace('-', "");
        assert_eq!(
            plain(&event.id.as_ref().unwrap().to_string()),
            plain(&text(truth, "id")),
            "{at}"
        );
    }
    if !text(truth, "position").is_empty() {
        assert_eq!(
            event.position.clone().unwrap_or_default(),
            text(truth, "position"),
            "{at}"
        );
    }
    if !text(truth, "time").is_empty() && !name.contains("encrypted") {
        assert_eq!(event.time.unwrap().to_string(), text(truth, "time"), "{at}");
    }
    if dialect != "axon-4" {
        for (ours, field) in [
            (&event.correlation_id, "correlation_id"),
            (&event.causation_id, "causation_id"),
        ] {
            if truth.get(field).is_some() {
                assert_eq!(ours.clone().unwrap_or_default(), text(truth, field), "{at}");
            }
        }
    }
    let payload = truth.get("payload").unwrap();
    match event.payload.encoding {
        "" => assert!(
            *payload == Value::Null && text(truth, "payload_base64").is_empty(),
            "{at}"
        ),
        "encrypted" => assert!(name.contains("encrypted"), "{at}"),
        "xml" => assert!(name.contains("xml"), "{at}"),
        "bytes" => {
            let raw = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &event.payload.raw);
            assert_eq!(raw, text(truth, "payload_base64"), "{at}");
        }
        _ => assert_eq!(
            event.payload.value.as_ref(),
            Some(&untagged(payload, &event.kind)),
            "{at}"
        ),
    }
    if dialect == "axon-4" {
        let metadata = truth.get("metadata").unwrap();
        assert_eq!(event.metadata.value.as_ref(), Some(metadata), "{at}");
        assert_eq!(
            event.correlation_id.clone().unwrap_or_default(),
            text(metadata, "traceId"),
            "{at}"
        );
        assert_eq!(
            event.causation_id.clone().unwrap_or_default(),
            text(metadata, "correlationId"),
            "{at}"
        );
    }
}

#[test]
fn what_the_libraries_read_back_is_what_is_read_here() {
    let folder = fixtures();
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("no {}: run tests/fixtures/make.sh first", folder.display());
        return;
    };
    let mut names: Vec<String> = entries
        .filter_map(|e| {
            e.unwrap()
                .file_name()
                .to_string_lossy()
                .strip_suffix(".truth.ndjson")
                .map(str::to_owned)
        })
        .collect();
    names.sort();
    for name in names {
        let path = folder.join(format!("{name}.db"));
        let before: Vec<_> = ["", "-wal", "-shm"]
            .map(|s| fs::read(format!("{}{s}", path.display())).ok())
            .into();
        let file = open(&path).unwrap_or_else(|e| panic!("{e}"));
        let info = &file.stores()[0];
        assert!(name.starts_with(&info.dialect), "{name} was taken for {info:?}");
        assert_eq!(format!("{:?}", info.certainty), "Certain", "{name}: {info:?}");
        assert_eq!(file.stores().len(), 1, "{name}: {:?}", file.stores());
        let dialect = info.dialect.clone();
        let store = file.store(0).unwrap();
        let heads = heads(&*store);
        let found = events(&*store, &heads.iter().map(|h| h.locator).collect::<Vec<_>>());
        account(&*store);
        let lines = fs::read_to_string(folder.join(format!("{name}.truth.ndjson"))).unwrap();
        let truths: Vec<Value> = lines.lines().map(|l| parse(l.as_bytes()).unwrap()).collect();
        assert_eq!(found.len(), truths.len(), "{name}");
        if dialect == "cqrs-es" {
            // The library reads no order over all streams.
            let by_place: BTreeMap<_, _> = found.iter().map(|e| ((e.stream.clone(), e.version), e)).collect();
            for truth in &truths {
                let version = truth.get("version").and_then(|v| v.to_string().parse().ok());
                same_event(
                    &name,
                    &dialect,
                    by_place[&(stream(&dialect, truth), version)],
                    truth,
                );
            }
        } else {
            for (event, truth) in found.iter().zip(&truths) {
                same_event(&name, &dialect, event, truth);
            }
        }
        let after: Vec<_> = ["", "-wal", "-shm"]
            .map(|s| fs::read(format!("{}{s}", path.display())).ok())
            .into();
        assert!(before == after, "{name} was changed by reading it");
        println!("{name}: {} events as {dialect}", found.len());
    }
}
