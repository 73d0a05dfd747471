//! What goes wrong on the way is survived, or told.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::rig::{Rig, assert_same, captured, leftfold, program, rig, rig_alone};

/// Makes a topic of one partition and writes numbered records of some hundred bytes: NAME FROM TO.
const WRITE: &str = r#"
import sys
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic
address = {"bootstrap.servers": sys.argv[1]}
name, first, end = sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
admin = AdminClient(address)
if first == 0:
    admin.create_topics([NewTopic(name, 1, 1)])[name].result(60)
producer = Producer(address | {"linger.ms": 50, "queue.buffering.max.messages": 2000000})
for i in range(first, end):
    producer.produce(name, f'{{"n":{i},"text":"{"x" * 200}"}}', str(i % 97), partition=0)
    if i % 10000 == 0:
        producer.poll(0)
assert producer.flush(60) == 0
"#;

/// Deletes a topic and waits until it is gone: NAME.
const DELETE: &str = r#"
import sys, time
from confluent_kafka.admin import AdminClient
admin = AdminClient({"bootstrap.servers": sys.argv[1]})
admin.delete_topics([sys.argv[2]])[sys.argv[2]].result(60)
while sys.argv[2] in admin.list_topics(timeout=30).topics:
    time.sleep(0.05)
"#;

/// Gives a topic a second partition and writes numbered records to it: NAME FROM TO.
const WIDEN: &str = r#"
import sys
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewPartitions
address = {"bootstrap.servers": sys.argv[1]}
name, first, end = sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
admin = AdminClient(address)
admin.create_partitions([NewPartitions(name, 2)])[name].result(60)
producer = Producer(address)
for i in range(first, end):
    producer.produce(name, f'{{"n":{i}}}', str(i), partition=1)
assert producer.flush(60) == 0
"#;

/// Removes the records before an offset: NAME OFFSET.
const CUT: &str = r#"
import sys
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient
admin = AdminClient({"bootstrap.servers": sys.argv[1]})
place = TopicPartition(sys.argv[2], 0, int(sys.argv[3]))
list(admin.delete_records([place]).values())[0].result(60)
"#;

/// A topic of this process alone.
fn own(name: &str) -> String {
    format!("{name}-{}", std::process::id())
}

/// The numbers in a capture, in order.
fn numbers(path: &Path) -> Vec<i64> {
    let number = |value: Option<Vec<u8>>| {
        let value: serde_json::Value =
            serde_json::from_slice(&value.unwrap_or_default()).expect("a record is JSON");
        value["n"].as_i64().expect("a record has a number")
    };
    captured(path).into_iter().map(|r| number(r.value)).collect()
}

fn capture(rig: &Rig, folder: &Path, topic: &str) -> crate::rig::Run {
    leftfold(
        folder,
        &["capture", "-b", rig.brokers(), "-t", topic, "o.leftfold"],
    )
}

/// Begins to capture so many records of topics into `o.leftfold`, and waits until it writes.
fn following(rig: &Rig, folder: &Path, topic: &str, count: &str) -> Child {
    let args = [
        "capture",
        "-b",
        rig.brokers(),
        "-t",
        topic,
        "-c",
        count,
        "--follow",
        "o.leftfold",
    ];
    let run = program(folder, &args)
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let path = folder.join("o.leftfold");
    let end = Instant::now() + Duration::from_mins(1);
    while !fs::metadata(&path).is_ok_and(|m| m.len() > 4096) && Instant::now() < end {
        std::thread::yield_now();
    }
    run
}

/// What a run that ends well has said.
fn said(mut run: Child) -> String {
    let status = run.wait().expect("it ends");
    let mut said = String::new();
    run.stderr
        .take()
        .expect("it was piped")
        .read_to_string(&mut said)
        .expect("it is text");
    assert!(status.success(), "{said}");
    said
}

/// How often a capture is killed.
const KILLS: u32 = 50;

/// Milliseconds until the next kill: seeded, so that a failure can be had again, and spread over a whole run.
fn moments() -> impl Iterator<Item = u64> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    std::iter::repeat_with(move || {
        // Xorshift, Marsaglia 2003.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        20 + state % 600
    })
}

#[test]
fn killed_at_fifty_moments_a_capture_goes_on_without_loss_or_doubles() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (topic, path) = (own("killed"), folder.path().join("o.leftfold"));
    let count = 300_000;
    rig.python(WRITE, &[&topic, "0", &count.to_string()]);
    let whole = || assert_eq!(numbers(&path), (0..count).collect::<Vec<i64>>());
    let (mut kills, mut before) = (0, 0);
    for wait in moments() {
        let mut run = program(
            folder.path(),
            &["capture", "-b", rig.brokers(), "-t", &topic, "o.leftfold"],
        )
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs");
        // Behind the fiftieth kill it may come to its end.
        let end = (kills < KILLS).then(|| Instant::now() + Duration::from_millis(wait));
        let done = loop {
            if let Some(status) = run.try_wait().expect("it can be asked") {
                break Some(status);
            }
            if end.is_some_and(|end| Instant::now() >= end) {
                run.kill().expect("it can be killed");
                run.wait().expect("it ends");
                break None;
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let Some(status) = done else {
            kills += 1;
            if path.exists() {
                // Whatever is there is whole and readable, and nothing of it is lost later.
                let there = committed(&path);
                assert!(there >= before, "kill {kills}: {before} records, then {there}");
                before = there;
            }
            continue;
        };
        assert!(status.success(), "kill {kills}");
        whole();
        if kills >= KILLS {
            break;
        }
        // It came to its end before it was killed often enough: once more from the beginning.
        fs::remove_file(&path).expect("it is there");
        before = 0;
    }
    assert!(
        !folder.path().join("o.leftfold-wal").exists(),
        "a log is left beside the file"
    );
}

/// The number of records in a capture whose writer was ended by force: the first ones, without a hole, up to where it says it goes on.
fn committed(path: &Path) -> i64 {
    let aside = tempfile::tempdir().expect("a temporary folder");
    // The log goes along; the original is left as the crash left it.
    for ending in ["", "-wal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        if Path::new(&name).exists() {
            let copy = aside.path().join(format!("o.leftfold{ending}"));
            fs::copy(name, copy).expect("it can be copied");
        }
    }
    let connection =
        rusqlite::Connection::open(aside.path().join("o.leftfold")).expect("a capture is a SQLite file");
    let next = connection.query_row("SELECT next FROM partitions", [], |row| row.get(0));
    // Killed before the partition was taken in.
    let next = match next {
        Err(rusqlite::Error::QueryReturnedNoRows) => 0,
        next => next.expect("it has partitions"),
    };
    let (count, last): (i64, Option<i64>) = connection
        .query_row("SELECT count(*), max(\"offset\") FROM records", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .expect("it has records");
    assert_eq!((count, last.map_or(0, |l| l + 1)), (next, next));
    count
}

/// Captures in a file system of 24 MB until that is full, gives it room, and captures again: PROGRAM CAPTURE…, the file being the last.
const LITTLE_ROOM: &str = r#"
mkdir room && mount -t tmpfs -o size=24m tmpfs room || exit 90
cd room
"$@" 2>../first; echo $? >../first-code
"$1" inspect o.leftfold >../inspected 2>&1 || exit 91
mount -o remount,size=400m . || exit 92
"$@" 2>../second || exit 93
cp o.leftfold ..; ls >../names
"#;

/// Runs a script of the shell with the program's own command line behind it.
fn script(text: &str, around: &[&str], rig: &Rig, folder: &Path, topic: &str) -> crate::rig::Run {
    let args = ["capture", "-b", rig.brokers(), "-t", topic, "o.leftfold"];
    let inner = program(folder, &args);
    let mut command = std::process::Command::new(around[0]);
    command.args(&around[1..]).args(["sh", "-c", text, "sh"]);
    command.arg(inner.get_program()).args(inner.get_args());
    command.current_dir(folder).stdin(Stdio::null());
    for (name, value) in inner.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    command.output().expect("the shell runs").into()
}

#[test]
fn on_a_full_disk_a_capture_stays_whole_says_so_and_goes_on_when_there_is_room() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let topic = own("full");
    rig.python(WRITE, &[&topic, "0", "200000"]);
    let done = script(LITTLE_ROOM, &["unshare", "-rm"], rig, folder.path(), &topic);
    let said = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap_or_default();
    if said("first-code").is_empty() {
        // No file system of its own can be had here; the next test holds without one.
        eprintln!("not tried: {}", done.err);
        return;
    }
    assert_eq!(done.code, Some(0), "{} {}", done.err, said("second"));
    assert_eq!(said("first-code").trim(), "2", "{}", said("first"));
    let first = said("first");
    assert!(
        first.contains("error[capture-disk-full]") && first.contains("free some room"),
        "{first}"
    );
    assert_eq!(said("names").trim(), "o.leftfold");
    let path = folder.path().join("o.leftfold");
    assert_eq!(numbers(&path), (0..200_000).collect::<Vec<i64>>());
}

#[test]
fn where_a_file_may_not_grow_a_capture_stays_whole_and_goes_on_when_it_may() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (topic, path) = (own("limited"), folder.path().join("o.leftfold"));
    rig.python(WRITE, &[&topic, "0", "200000"]);
    // Without the trap the first write over the limit would end it as a kill does.
    let limited = "trap '' XFSZ; exec prlimit --fsize=30000000 \"$@\"";
    let run = script(limited, &["env"], rig, folder.path(), &topic);
    assert_eq!(run.refused(), "capture-write", "{}", run.err);
    assert!(run.err.contains("largest size of a file"), "{}", run.err);
    let there = committed(&path);
    assert!(there > 0 && there < 200_000, "{there}");
    capture(rig, folder.path(), &topic).ok();
    assert_eq!(numbers(&path), (0..200_000).collect::<Vec<i64>>());
}

#[test]
fn a_broker_that_is_killed_and_comes_back_costs_no_record() {
    let (rig, _alone) = rig_alone();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let topic = own("restarted");
    rig.python(WRITE, &[&topic, "0", "200000"]);
    // Once it writes, the broker goes.
    let run = following(rig, folder.path(), &topic, "250000");
    rig.control("kill", "broker");
    rig.control("start", "broker");
    rig.python(WRITE, &[&topic, "200000", "250000"]);
    said(run);
    let path = folder.path().join("o.leftfold");
    // A producer that tries again may write them in another order: each is there once.
    let mut found = numbers(&path);
    found.sort_unstable();
    assert!(
        found == (0..250_000).collect::<Vec<i64>>(),
        "{} records",
        found.len()
    );
}

#[test]
fn a_topic_deleted_and_made_anew_is_told_and_not_mixed() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let topic = own("anew");
    rig.python(WRITE, &[&topic, "0", "100"]);
    capture(rig, folder.path(), &topic).ok();
    rig.python(DELETE, &[&topic]);
    // Longer than before, so that its end alone tells nothing.
    rig.python(WRITE, &[&topic, "0", "500"]);
    let run = capture(rig, folder.path(), &topic);
    assert_eq!(run.refused(), "kafka-topic-changed");
    assert_eq!(
        numbers(&folder.path().join("o.leftfold")),
        (0..100).collect::<Vec<i64>>()
    );
}

/// Waits until so many records are in a capture that is being written; for a minute at most.
fn until_there(path: &Path, records: usize) {
    let end = Instant::now() + Duration::from_mins(1);
    while numbers(path).len() < records && Instant::now() < end {
        std::thread::yield_now();
    }
}

#[test]
fn a_topic_made_anew_while_it_is_followed_ends_the_capture() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let topic = own("anew-live");
    rig.python(WRITE, &[&topic, "0", "10"]);
    let run = following(rig, folder.path(), &topic, "1000");
    let path = folder.path().join("o.leftfold");
    until_there(&path, 10);
    rig.python(DELETE, &[&topic]);
    rig.python(WRITE, &[&topic, "0", "60"]);
    let ended = run.wait_with_output().expect("the program ends by itself");
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(2), "{said}");
    assert!(said.contains("error[kafka-topic-changed]"), "{said}");
    assert!(
        said.contains("made anew") && said.contains("records from offset "),
        "{said}"
    );
}

#[test]
fn a_topic_deleted_while_it_is_followed_ends_the_capture_and_what_was_read_is_kept() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let topic = own("gone-live");
    rig.python(WRITE, &[&topic, "0", "10"]);
    let run = following(rig, folder.path(), &topic, "1000");
    let path = folder.path().join("o.leftfold");
    until_there(&path, 10);
    rig.python(DELETE, &[&topic]);
    let ended = run.wait_with_output().expect("the program ends by itself");
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(2), "{said}");
    assert!(
        said.contains("error[kafka-topic-changed]") && said.contains("deleted while it was read"),
        "{said}"
    );
    assert_eq!(numbers(&path), (0..10).collect::<Vec<i64>>());
}

#[test]
fn what_was_captured_committed_does_not_go_on_uncommitted_and_a_start_past_the_end_is_refused() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let topic = own("level");
    rig.python(WRITE, &[&topic, "0", "10"]);
    let run = |more: &[&str]| {
        let mut args = vec!["capture", "-b", rig.brokers(), "-t", &topic];
        args.extend(more);
        leftfold(folder.path(), &args)
    };
    run(&["o.leftfold"]).ok();
    let refused = run(&["-X", "isolation.level=read_uncommitted", "o.leftfold"]);
    assert_eq!(refused.refused(), "kafka-property");
    let past = run(&["-o", "9999", "past.leftfold"]);
    assert_eq!(past.refused(), "kafka-read");
    run(&["past.leftfold"]).ok();
    assert_eq!(numbers(&folder.path().join("past.leftfold")).len(), 10);
}

#[test]
fn records_that_were_removed_before_they_were_read_are_told() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let topic = own("cut");
    rig.python(WRITE, &[&topic, "0", "100"]);
    leftfold(
        folder.path(),
        &[
            "capture",
            "-b",
            rig.brokers(),
            "-t",
            &topic,
            "-c",
            "10",
            "o.leftfold",
        ],
    )
    .ok();
    rig.python(CUT, &[&topic, "50"]);
    let run = capture(rig, folder.path(), &topic);
    assert!(run.err.contains("offsets 10 to 49"), "{}", run.err);
    run.ok();
    let wanted: Vec<i64> = (0..10).chain(50..100).collect();
    assert_eq!(numbers(&folder.path().join("o.leftfold")), wanted);
    let told = leftfold(folder.path(), &["inspect", "o.leftfold"]).ok();
    assert!(told.contains("Offsets 10 to 49"), "{told}");
}

#[test]
fn what_is_no_capture_is_left_alone() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("o.leftfold"), "mine").expect("it can be written");
    assert_eq!(
        capture(rig, folder.path(), "orders").refused(),
        "capture-not-ours"
    );
    assert_eq!(
        fs::read(folder.path().join("o.leftfold")).expect("it is there"),
        b"mine"
    );
}

#[test]
fn a_capture_goes_on_with_what_came_since() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let topic = own("grows");
    rig.python(WRITE, &[&topic, "0", "100"]);
    capture(rig, folder.path(), &topic).ok();
    rig.python(WRITE, &[&topic, "100", "150"]);
    capture(rig, folder.path(), &topic).ok();
    assert_eq!(
        numbers(&folder.path().join("o.leftfold")),
        (0..150).collect::<Vec<i64>>()
    );
    // Another topic joins it.
    leftfold(
        folder.path(),
        &["capture", "-b", rig.brokers(), "-t", "odd", "o.leftfold"],
    )
    .ok();
    let odd: Vec<_> = captured(&folder.path().join("o.leftfold"))
        .into_iter()
        .filter(|r| r.topic == "odd")
        .collect();
    assert_same(&odd, &rig.truth("odd", true));
}

#[test]
fn partitions_and_topics_that_come_while_a_capture_follows_are_told_and_read() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let topic = own("widened");
    rig.python(WRITE, &[&topic, "0", "100"]);
    let run = following(rig, folder.path(), &format!("^{topic}"), "350");
    rig.python(WIDEN, &[&topic, "100", "150"]);
    rig.python(WRITE, &[&format!("{topic}-more"), "0", "200"]);
    // It ends when it has all of them, and not otherwise.
    let said = said(run);
    assert!(said.contains(&format!("{topic}[1] is new")), "{said}");
    assert!(said.contains(&format!("{topic}-more[0] is new")), "{said}");
    let mut found = numbers(&folder.path().join("o.leftfold"));
    found.sort_unstable();
    let mut wanted: Vec<i64> = (0..150).chain(0..200).collect();
    wanted.sort_unstable();
    assert_eq!(found, wanted);
}

#[test]
fn a_broker_that_does_not_answer_for_a_minute_costs_no_record() {
    let (rig, _alone) = rig_alone();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let topic = own("silent");
    rig.python(WRITE, &[&topic, "0", "200000"]);
    let mut run = following(rig, folder.path(), &topic, "250000");
    rig.control("pause", "broker");
    // The minute is what is tried: longer than any request is waited for.
    std::thread::sleep(Duration::from_secs(65));
    let still = run.try_wait().expect("it can be asked");
    rig.control("resume", "broker");
    assert!(still.is_none(), "it waits: {still:?}");
    rig.python(WRITE, &[&topic, "200000", "250000"]);
    let told = said(run);
    assert!(told.contains("waiting: "), "a silent broker is told: {told}");
    let path = folder.path().join("o.leftfold");
    assert_eq!(numbers(&path), (0..250_000).collect::<Vec<i64>>());
}
