//! Rules on a topic that grows.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::broker::rig;
use crate::rig::program;

/// How long a file that has to come is waited for.
const PATIENCE: Duration = Duration::from_mins(5);

/// Writes events to a topic of two partitions: each is `PARTITION KEY MILLISECONDS VALUE`.
const WRITE: &str = r#"
import sys
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic
address, name, new = {"bootstrap.servers": sys.argv[1]}, sys.argv[2], sys.argv[3] == "new"
if new:
    admin = AdminClient(address)
    admin.create_topics([NewTopic(name, 2, 1)])[name].result(300)
producer = Producer(address | {"enable.idempotence": True})
for line in sys.argv[4:]:
    partition, key, ms, value = line.split(" ", 3)
    producer.produce(name, value, key, int(partition), timestamp=int(ms))
assert producer.flush(300) == 0
"#;

#[test]
fn rules_on_a_topic_say_what_is_violated_as_it_comes_and_wait_for_the_slowest_partition() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let topic = format!("ruled-{}", std::process::id());
    let second = 1_700_000_000_000_u64;
    let at = |partition: u32, key: &str, seconds: u64, value: &str| {
        format!("{partition} {key} {} {value}", second + seconds * 1000)
    };
    let produce = |new: &str, lines: &[String]| {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        rig.python(WRITE, &[&[&topic, new], &lines[..]].concat());
    };
    produce(
        "new",
        &[
            at(0, "stock-1", 0, r#"{"type":"Counted","available":-1}"#),
            at(1, "order-1", 1, r#"{"type":"Told","order":1}"#),
            at(0, "payment-1", 0, r#"{"type":"Paid","order":1}"#),
        ],
    );
    let rules = "[[rule]]\nname = 'stock'\ncheck = 'state.available >= 0'\n[[rule]]\nname = 'told'\nwhen = 'type == \"Paid\"'\n\
                 expect = 'type == \"Told\"'\nby = 'payload.order'\nwithin = '30s'\n";
    std::fs::write(folder.path().join("leftfold.toml"), rules).expect("a file");
    let source = format!("kafka://{}/{topic}", rig.brokers());
    let temporary = folder.path().join("temporary");
    std::fs::create_dir(&temporary).expect("a folder");
    let begun = || {
        let args = ["check", "--follow", "--json", "--source", &source];
        let mut command = program(folder.path(), &args);
        command.env("TMPDIR", &temporary).stdout(Stdio::piped());
        let mut run = command.spawn().expect("the program runs");
        let lines = BufReader::new(run.stdout.take().expect("its output is piped")).lines();
        (run, lines)
    };
    let (mut run, mut lines) = begun();
    let mut next = || -> Value {
        let line = lines.next().expect("a line comes").expect("it is text");
        serde_json::from_str(&line).expect("every line is JSON")
    };
    let first = next();
    assert_eq!(
        (&first["check"], &first["stream"]),
        (&"stock".into(), &"stock-1".into())
    );
    assert_eq!(first["left"]["position"], format!("{topic}[0]@0"));
    // One partition is past the deadline, the other one is not: only the second payment after that says so.
    produce("", &[at(0, "payment-2", 10, r#"{"type":"Paid","order":2}"#)]);
    produce("", &[at(0, "clock", 100, r#"{"type":"Ticked"}"#)]);
    produce(
        "",
        &[at(0, "stock-2", 101, r#"{"type":"Counted","available":-5}"#)],
    );
    assert_eq!(next()["stream"], "stock-2");
    produce("", &[at(1, "clock", 90, r#"{"type":"Ticked"}"#)]);
    let late = next();
    assert_eq!(
        (&late["check"], &late["stream"]),
        (&"told".into(), &"payment-2".into())
    );
    assert_eq!(
        (&late["category"], &late["status"]),
        (&"deadline".into(), &"confirmed".into())
    );
    let stopped = |run: &mut Child| -> Duration {
        let pid = run.id().to_string();
        let began = Instant::now();
        let sent = std::process::Command::new("kill").args(["-INT", &pid]).status();
        assert!(sent.expect("kill is there").success());
        assert_eq!(run.wait().expect("it ends").code(), Some(1));
        began.elapsed()
    };
    let mut took_each = vec![stopped(&mut run)];
    let rest: Vec<Value> = [next(), next(), next()].into();
    assert_eq!(rest[0]["summary"]["violations"], 2);
    assert_eq!(rest[1]["summary"]["violations"], 1);
    assert_eq!(rest[2]["summary"]["violated"], 2);
    // 50 ms, and something for a machine that does other things too: of a few times the quickest counts.
    for _ in 0..4 {
        let (mut run, mut lines) = begun();
        // Until it has said all, one of the rules may not have been judged, and that is told by another code.
        for _ in 0..3 {
            lines.next().expect("a line comes").expect("it is text");
        }
        took_each.push(stopped(&mut run));
    }
    took_each.sort_unstable();
    assert!(took_each[0] < Duration::from_millis(500), "{took_each:?}");
    assert!(took_each[4] < Duration::from_secs(10), "{took_each:?}");
    assert_eq!(
        std::fs::read_dir(&temporary).expect("a folder").count(),
        0,
        "nothing is left behind"
    );
}

#[test]
fn a_capture_that_another_run_writes_is_followed_too() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let topic = format!("captured-and-ruled-{}", std::process::id());
    let counted = |n: u64, available: i64| {
        format!(
            "0 stock-{n} {} {{\"type\":\"Counted\",\"available\":{available}}}",
            1_700_000_000_000_u64 + n
        )
    };
    rig.python(WRITE, &[&topic, "new", &counted(1, 5)]);
    let args = [
        "capture",
        "-b",
        rig.brokers(),
        "-t",
        &topic,
        "grown.leftfold",
        "--follow",
    ];
    let mut capture = program(folder.path(), &args).spawn().expect("the program runs");
    let file = folder.path().join("grown.leftfold");
    let began = Instant::now();
    // There is nothing to wait on but the file itself.
    while !file.exists() && began.elapsed() < PATIENCE {
        std::thread::yield_now();
    }
    let rule = "[[rule]]\nname = 'stock'\nsource = 'grown.leftfold'\ncheck = 'state.available >= 0'\n";
    std::fs::write(folder.path().join("leftfold.toml"), rule).expect("a file");
    let mut run = program(folder.path(), &["check", "--follow", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut lines = BufReader::new(run.stdout.take().expect("its output is piped")).lines();
    let mut next = || -> Value {
        let line = lines.next().expect("a line comes").expect("it is text");
        serde_json::from_str(&line).expect("every line is JSON")
    };
    for n in 2..5 {
        rig.python(WRITE, &[&topic, "", &counted(n, -1)]);
        let found = next();
        assert_eq!(found["stream"], format!("stock-{n}"));
        assert_eq!(found["left"]["version"], 1);
    }
    for id in [run.id(), capture.id()] {
        let sent = std::process::Command::new("kill")
            .args(["-INT", &id.to_string()])
            .status();
        assert!(sent.expect("kill is there").success());
    }
    assert_eq!(run.wait().expect("it ends").code(), Some(1));
    assert!(capture.wait().is_ok());
    assert_eq!(next()["summary"]["violations"], 3);
}

const DELETE: &str = r#"
import sys
from confluent_kafka.admin import AdminClient
admin = AdminClient({"bootstrap.servers": sys.argv[1]})
admin.delete_topics([sys.argv[2]])[sys.argv[2]].result(300)
"#;

#[test]
fn a_topic_that_is_deleted_no_longer_holds_back_the_deadlines_of_the_others() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [stays, goes] = ["stays", "goes"].map(|what| format!("{what}-{}", std::process::id()));
    let at = |partition: u32, key: &str, seconds: u64, value: &str| {
        format!(
            "{partition} {key} {} {value}",
            1_700_000_000_000_u64 + seconds * 1000
        )
    };
    let ticked = r#"{"type":"Ticked"}"#;
    let of_goes = [at(0, "a", 1, ticked), at(1, "b", 1, ticked)];
    rig.python(WRITE, &[&goes, "new", &of_goes[0], &of_goes[1]]);
    let of_stays = [
        at(0, "payment-1", 0, r#"{"type":"Paid","order":1}"#),
        at(0, "clock", 100, ticked),
        at(1, "clock", 100, ticked),
    ];
    rig.python(WRITE, &[&stays, "new", &of_stays[0], &of_stays[1], &of_stays[2]]);
    let rule = "[[rule]]\nname = 'told'\nwhen = 'type == \"Paid\"'\nexpect = 'type == \"Told\"'\nby = 'payload.order'\nwithin = '30s'\n";
    std::fs::write(folder.path().join("leftfold.toml"), rule).expect("a file");
    let args = [
        "capture",
        "-b",
        rig.brokers(),
        "-t",
        &stays,
        "-t",
        &goes,
        "both.leftfold",
        "--follow",
    ];
    let mut capture = program(folder.path(), &args)
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut told = BufReader::new(capture.stderr.take().expect("a pipe")).lines();
    let file = folder.path().join("both.leftfold");
    let began = Instant::now();
    let records = || {
        let held = rusqlite::Connection::open_with_flags(&file, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY);
        let count = |db: rusqlite::Connection| db.query_row("SELECT count(*) FROM records", [], |r| r.get(0));
        held.and_then(count).unwrap_or(0_i64)
    };
    // There is nothing to wait on but the file itself.
    while records() < 5 && began.elapsed() < PATIENCE {
        std::thread::yield_now();
    }
    let mut run = program(
        folder.path(),
        &["check", "--follow", "--json", "--source", "both.leftfold"],
    )
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()
    .expect("the program runs");
    let mut notes = BufReader::new(run.stderr.take().expect("a pipe")).lines();
    let mut lines = BufReader::new(run.stdout.take().expect("its output is piped")).lines();
    assert!(
        notes.any(|note| note.is_ok_and(|note| note.contains("followed from here"))),
        "it is read"
    );
    // Both partitions of the one are long past the deadline; those of the other one never will be.
    rig.python(DELETE, &[&goes]);
    assert!(
        told.any(|line| line.is_ok_and(|line| line.contains(&format!("{goes} was deleted")))),
        "it is noticed"
    );
    let line = lines.next().expect("a line comes").expect("it is text");
    let late: Value = serde_json::from_str(&line).expect("every line is JSON");
    assert_eq!(
        (&late["check"], &late["category"], &late["status"]),
        (&"told".into(), &"deadline".into(), &"confirmed".into())
    );
    for id in [run.id(), capture.id()] {
        let sent = std::process::Command::new("kill")
            .args(["-INT", &id.to_string()])
            .status();
        assert!(sent.expect("kill is there").success());
    }
    assert_eq!(run.wait().expect("it ends").code(), Some(1));
    assert!(capture.wait().is_ok());
    // At rest the same.
    let at_rest = program(folder.path(), &["check", "--json", "--source", "both.leftfold"]).output();
    let at_rest = at_rest.expect("the program runs");
    assert_eq!(at_rest.status.code(), Some(1));
    let said = String::from_utf8_lossy(&at_rest.stdout);
    assert!(said.contains("\"violations\":1,"), "{said}");
}
