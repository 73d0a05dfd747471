//! Values that need a schema, or are in a binary form, decoded to what their writers wrote.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use leftfold_event::json::{self, Value};

use crate::rig::{Rig, Run, leftfold, rig, rig_alone};

/// What the writers wrote, by place: the form, the value if it can be decoded, and the schema's name or number.
struct Truth {
    form: Option<String>,
    decoded: Option<Value>,
    schema: Option<Value>,
    note: String,
}

fn truth(rig: &Rig, topic: &str) -> BTreeMap<String, Truth> {
    let text =
        fs::read_to_string(rig.folder.join(format!("truth/{topic}.ndjson"))).expect("the truth is there");
    let line = |line: &str| {
        let value = json::parse(line.as_bytes()).expect("the truth is JSON");
        let get = |name: &str| value.get(name).cloned();
        let text = |name: &str| get(name).and_then(|v| v.as_str().map(str::to_owned));
        let place = format!(
            "{topic}[{}]@{}",
            get("partition").unwrap_or_default(),
            get("offset").unwrap_or_default()
        );
        let truth = Truth {
            form: text("format"),
            decoded: get("decoded"),
            schema: get("schema"),
            note: text("note").unwrap_or_default(),
        };
        (place, truth)
    };
    text.lines()
        // A double's infinity, as Python spells it, is no JSON.
        .filter(|l| !l.contains("Infinity"))
        .map(line)
        .collect()
}

/// Whether a value is what was written. The truth has decimals as text, because Python's JSON has no other way to keep their digits.
fn same(ours: &Value, truth: &Value) -> bool {
    match (ours, truth) {
        (Value::Number(a), Value::Number(b)) => a.same_value(b),
        (Value::Number(a), Value::String(b)) => a.as_str() == b.as_str(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|t| same(v, t)))
        }
        (a, b) => a == b,
    }
}

fn capture(rig: &Rig, folder: &Path, topic: &str, more: &[&str]) -> Run {
    let out = format!("{topic}.leftfold");
    let args = [&["capture", "-b", rig.brokers(), "-t", topic, &out], more].concat();
    leftfold(folder, &args)
}

fn events(folder: &Path, topic: &str) -> Vec<Value> {
    let lines = leftfold(folder, &["events", &format!("{topic}.leftfold"), "--json"]).ok();
    let line = |l: &str| json::parse(l.as_bytes()).expect("every line is JSON");
    lines.lines().map(line).collect()
}

fn text<'v>(event: &'v Value, name: &str) -> &'v str {
    event.get(name).and_then(Value::as_str).unwrap_or_default()
}

#[track_caller]
fn assert_decoded(rig: &Rig, folder: &Path, topic: &str) -> usize {
    let truth = truth(rig, topic);
    let mut decoded = 0;
    for event in events(folder, topic) {
        let place = text(&event, "position");
        let truth = &truth[place];
        match &truth.decoded {
            Some(wanted) => {
                let payload = event.get("payload").unwrap_or_else(|| panic!("{event}"));
                assert!(
                    same(payload, wanted),
                    "{place} ({}): {payload}\nwanted {wanted}",
                    truth.note
                );
                decoded += 1;
            }
            None => assert!(
                event.get("payload_base64").is_some()
                    && text(event.get("problem").expect("a problem"), "code") == "payload-undecodable",
                "{} ({})",
                event,
                truth.note
            ),
        }
        if let Some(schema) = &truth.schema {
            let ours = event
                .get("schema")
                .unwrap_or_else(|| panic!("no schema: {event}"));
            assert_eq!(ours.get("id"), schema.get("id"), "{event}");
            if let Some(message) = schema.get("message") {
                assert_eq!(ours.get("name"), Some(message), "{event}");
            }
        }
    }
    decoded
}

#[test]
fn avro_protobuf_and_json_schema_are_decoded_to_what_was_written() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    for topic in ["orders-avro", "orders-protobuf", "orders-jsonschema"] {
        capture(rig, folder.path(), topic, &["-r", rig.fact("registry")]).ok();
        assert!(assert_decoded(rig, folder.path(), topic) > 50, "{topic}");
        let state = leftfold(
            folder.path(),
            &["state", &format!("{topic}.leftfold"), "order-4", "--json"],
        )
        .ok();
        let state = json::parse(state.as_bytes()).expect("state gives JSON");
        assert!(
            state.get("state").is_some_and(|s| s.get("version").is_some()),
            "{state}"
        );
        let told = leftfold(folder.path(), &["inspect", &format!("{topic}.leftfold")]).ok();
        assert!(
            told.contains("schemas of the registry http://127.0.0.1"),
            "{told}"
        );
    }
}

#[test]
fn what_does_not_fit_its_schema_keeps_its_bytes_and_says_why() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = capture(rig, folder.path(), "broken", &["-r", rig.fact("registry")]);
    assert!(run.err.contains("the registry does not have it"), "{}", run.err);
    run.ok();
    assert_eq!(assert_decoded(rig, folder.path(), "broken"), 2);
    let events = events(folder.path(), "broken");
    let why = |i: usize| text(events[i].get("problem").expect("a problem"), "message").to_owned();
    assert!(why(1).contains("schema 2147483643"), "{}", why(1));
    assert!(why(2).contains("cut short"), "{}", why(2));
    assert!(why(3).contains("2 bytes are left over"), "{}", why(3));
    assert!(why(4).contains("no branch 6"), "{}", why(4));
    assert!(why(5).contains("are left"), "{}", why(5));
}

#[test]
fn messagepack_and_cbor_are_told_by_their_bytes() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    capture(rig, folder.path(), "odd", &[]).ok();
    let truth = truth(rig, "odd");
    let mut found = BTreeMap::new();
    for event in events(folder.path(), "odd") {
        let Some(truth) = truth.get(text(&event, "position")) else {
            continue;
        };
        let form = truth.form.as_deref().unwrap_or_default();
        if form != "msgpack" && form != "cbor" {
            continue;
        }
        let payload = event.get("payload").unwrap_or_else(|| panic!("{event}"));
        if let Some(wanted) = &truth.decoded {
            assert!(same(payload, wanted), "{payload}\nwanted {wanted}");
        }
        *found.entry(form.to_owned()).or_insert(0) += 1;
    }
    assert_eq!(
        found.into_iter().collect::<Vec<_>>(),
        [("cbor".to_owned(), 2), ("msgpack".to_owned(), 1)]
    );
}

#[test]
fn schemas_are_added_by_a_later_run_and_read_without_the_registry() {
    let (rig, _alone) = rig_alone();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = capture(rig, folder.path(), "orders-avro", &[]);
    assert!(run.err.contains("-r URL"), "{}", run.err);
    run.ok();
    let undecoded = events(folder.path(), "orders-avro");
    assert!(undecoded.iter().all(|e| e.get("payload_base64").is_some()));
    let told = leftfold(folder.path(), &["inspect", "orders-avro.leftfold"]).ok();
    assert!(told.contains("is lacking: no registry was named"), "{told}");
    capture(rig, folder.path(), "orders-avro", &["-r", rig.fact("registry")]).ok();
    rig.control("pause", "registry");
    let decoded = assert_decoded(rig, folder.path(), "orders-avro");
    rig.control("resume", "registry");
    assert_eq!(decoded, undecoded.len());
}

#[test]
fn the_registrys_doors_are_told_apart() {
    let (rig, _calm) = rig();
    let (guarded, tls, ca) = (
        rig.fact("registry_guarded"),
        rig.fact("registry_tls"),
        rig.fact("ca"),
    );
    let trusting = format!("schema.registry.ssl.ca.location={ca}");
    let login = "schema.registry.basic.auth.user.info=${RIG_LOGIN}";
    let cases = [
        (vec!["-r", guarded, "-X", login], "alice:alice-secret", ""),
        (vec!["-r", tls, "-X", &trusting], "", ""),
        (vec!["-r", guarded], "", "refuses the login (401"),
        (
            vec!["-r", guarded, "-X", login],
            "alice:wrong-secret",
            "refuses the login (401",
        ),
        (vec!["-r", tls], "", "cannot be reached"),
        (vec!["-r", "http://127.0.0.1:9"], "", "cannot be reached"),
    ];
    for (flags, secret, lacking) in cases {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut args = vec!["capture", "-b", rig.brokers(), "-t", "orders-avro", "a.leftfold"];
        args.extend(&flags);
        let run: Run = crate::rig::program(folder.path(), &args)
            .env("RIG_LOGIN", secret)
            .output()
            .expect("the program runs")
            .into();
        assert_eq!(run.code, Some(0), "{flags:?}: {}", run.err);
        assert_eq!(
            run.err.contains("is lacking"),
            !lacking.is_empty(),
            "{flags:?}: {}",
            run.err
        );
        assert!(
            run.err.contains(lacking) && !run.err.contains("-secret"),
            "{flags:?}: {}",
            run.err
        );
        let bytes = fs::read(folder.path().join("a.leftfold")).expect("the capture is there");
        assert!(
            !bytes.windows(12).any(|w| w == b"alice-secret"),
            "the password is in the file"
        );
    }
}

#[test]
fn values_without_framing_are_read_by_the_users_own_schemas_and_by_headers() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kafka/schemas/v1");
    for name in ["OrderPaid.avsc", "order.proto"] {
        fs::copy(here.join(name), folder.path().join(name)).expect("the schema is there");
    }
    let by = |text: &str| format!("bare:value={text}");
    let (avro, protobuf) = (by("avro:OrderPaid.avsc"), by("protobuf:order.proto#OrderPlaced"));
    let truth = truth(rig, "bare");
    let decoded = |events: &[Value], form: &str, by_header: bool| {
        let mut decoded = 0;
        for event in events {
            let truth = &truth[text(event, "position")];
            if truth.form.as_deref() == Some(form)
                && truth.schema.is_some() == by_header
                && let Some(wanted) = &truth.decoded
            {
                let payload = event.get("payload").unwrap_or_else(|| panic!("{event}"));
                assert!(same(payload, wanted), "{payload}\nwanted {wanted}");
                decoded += 1;
            }
        }
        decoded
    };
    let run = capture(rig, folder.path(), "bare", &["-s", &avro, "-s", "key=auto"]);
    assert!(
        !run.err.contains("registry"),
        "what is chosen names no schemas: {}",
        run.err
    );
    run.ok();
    let found = events(folder.path(), "bare");
    assert_eq!(decoded(&found, "avro", false), 12);
    assert_eq!(
        text(&found[0], "decoded_by"),
        "avro: your choice bare:value=avro:OrderPaid.avsc"
    );
    assert_eq!(text(&found[0], "type"), "OrderPaid");
    // A Protobuf value is none of Avro's: its bytes are kept, and the reason.
    let other = &found[12];
    assert!(
        other.get("payload_base64").is_some() && other.get("problem").is_some(),
        "{other}"
    );

    // Another choice on what was captured already; it is kept, and the files are not needed any more.
    capture(rig, folder.path(), "bare", &["-s", &protobuf]).ok();
    fs::remove_file(folder.path().join("order.proto")).expect("the schema can be removed");
    let found = events(folder.path(), "bare");
    assert_eq!(decoded(&found, "protobuf", false), 8);
    let told = leftfold(folder.path(), &["event", "bare.leftfold", "#bare[0]@12"]).ok();
    assert!(
        told.contains("protobuf: your choice bare:value=protobuf:order.proto#shop.OrderPlaced"),
        "{told}"
    );
    let told = leftfold(folder.path(), &["inspect", "bare.leftfold"]).ok();
    assert!(told.contains("It says how its records are read"), "{told}");

    // For reading only, by the project file; keys in Avro, too.
    fs::write(folder.path().join("key.avsc"), "\"string\"").expect("a schema");
    fs::write(
        folder.path().join("leftfold.toml"),
        "[[source]]\npath = 'bare.leftfold'\n[[source.decode]]\nas = 'avro'\nfile = 'OrderPaid.avsc'\ntopic = 'bare'\n\
         [[source.decode]]\npart = 'key'\nas = 'avro'\nfile = 'key.avsc'\n",
    )
    .expect("the project file");
    let found = events(folder.path(), "bare");
    assert_eq!(decoded(&found, "avro", false), 12);
    assert_eq!(text(&found[0], "stream"), "order-0");

    // Schemas that headers name come from the registry; a GUID is one that this registry does not know.
    fs::remove_file(folder.path().join("leftfold.toml")).expect("the project file");
    let args = ["-s", "bare:value=auto", "-r", rig.fact("registry")];
    let run = capture(rig, folder.path(), "bare", &args);
    run.ok();
    let run = leftfold(
        folder.path(),
        &[
            &["capture", "-b", rig.brokers(), "-t", "bare", "named.leftfold"],
            &args[2..],
        ]
        .concat(),
    );
    assert!(
        run.err
            .contains("89791b62-0034-4d7e-8f11-a2b3c4d5e6f7 is lacking")
            && run.err.contains("by GUID"),
        "{}",
        run.err
    );
    run.ok();
    let lines = leftfold(folder.path(), &["events", "named.leftfold", "--json"]).ok();
    let found: Vec<Value> = lines
        .lines()
        .map(|l| json::parse(l.as_bytes()).expect("every line is JSON"))
        .collect();
    assert_eq!(decoded(&found, "avro", true), 4);
    assert!(text(&found[20], "decoded_by").contains("the header __value_schema_id names schema "));
    let why = text(found[24].get("problem").expect("a problem"), "message");
    assert!(why.contains("89791b62-0034-4d7e-8f11-a2b3c4d5e6f7"), "{why}");
}

#[test]
fn samples_topics_as_sources_and_those_that_come_are_read_as_chosen() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kafka/schemas/v1");
    fs::copy(here.join("OrderPaid.avsc"), folder.path().join("paid.avsc")).expect("the schema is there");
    let chosen = ["-b", rig.brokers(), "-t", "bare", "-s", "value=avro:paid.avsc"];
    let sample = leftfold(
        folder.path(),
        &[&["topics", "--sample", "99", "--json"], &chosen[..]].concat(),
    )
    .ok();
    assert!(
        sample.contains("\"decoded_by\":\"avro: your choice value=avro:paid.avsc\""),
        "{sample}"
    );
    let sample = leftfold(
        folder.path(),
        &[&["topics", "--sample", "99"], &chosen[..]].concat(),
    )
    .ok();
    assert!(
        sample.contains("decoded by") && sample.contains("avro: your choice"),
        "{sample}"
    );
    let first = |run: Run| json::parse(run.ok().lines().next().unwrap_or_default().as_bytes()).expect("JSON");
    let read = leftfold(
        folder.path(),
        &[&["events", "--json", "-c", "1"], &chosen[..]].concat(),
    );
    assert_eq!(text(&first(read), "type"), "OrderPaid");
    let follow = ["events", "--json", "-c", "1", "--follow", "-o", "beginning"];
    let read = leftfold(folder.path(), &[&follow[..], &chosen[..]].concat());
    assert_eq!(text(&first(read), "type"), "OrderPaid");
    fs::write(
        folder.path().join("leftfold.toml"),
        format!(
            "[kafka.rig]\nbootstrap.servers = '{}'\n[[kafka.rig.decode]]\ntopic = 'bare'\nas = 'avro'\nfile = 'paid.avsc'\n",
            rig.brokers()
        ),
    )
    .expect("the project file");
    let read = leftfold(
        folder.path(),
        &["events", "kafka://rig/bare", "--json", "-c", "1"],
    );
    assert_eq!(text(&first(read), "type"), "OrderPaid");
    for (flag, why) in [
        ("value=avroo", "chooses no decoder"),
        ("value=avro:lost.avsc", "lost.avsc: "),
    ] {
        let run = leftfold(
            folder.path(),
            &["events", "-b", rig.brokers(), "-t", "bare", "-s", flag],
        );
        assert_eq!(run.refused(), "decoder", "{}", run.err);
        assert!(run.err.contains(why), "{}", run.err);
    }
}

#[test]
fn of_cloud_events_with_binary_data_that_nobody_can_read_the_data_is_shown_and_the_rest_is_metadata() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let topic = "cloudevents-structured";
    let said = leftfold(
        folder.path(),
        &["events", "-b", rig.brokers(), "-t", topic, "--json"],
    )
    .ok();
    let mut binary = 0;
    for (line, record) in said.lines().zip(rig.truth(topic, true)) {
        let event: serde_json::Value = serde_json::from_str(line).expect("events are JSON");
        let written: serde_json::Value =
            serde_json::from_slice(record.value.as_deref().expect("it has a value")).expect("it is JSON");
        if event.get("payload_base64").is_none() {
            continue;
        }
        binary += 1;
        assert_eq!(event["position"], record.place());
        assert_eq!(event["payload_base64"], written["data_base64"], "{line}");
        for (name, value) in written.as_object().expect("it is an object") {
            if name != "data_base64" {
                assert_eq!(&event["metadata"][name], value, "{line}");
            }
        }
    }
    assert!(binary > 0);
}
