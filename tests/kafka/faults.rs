//! What goes wrong on the way is survived, or told.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::rig::{Rig, assert_same, captured, leftfold, program, rig, rig_alone};

mod topics;

/// Makes a topic of one partition and writes numbered records of some hundred bytes: NAME FROM TO.
/// A producer that tries a batch again may write it twice or after its followers; an idempotent one does neither,
/// so a topic holds the numbers in their order whatever the broker goes through.
const WRITE: &str = r#"
import sys
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic
address = {"bootstrap.servers": sys.argv[1]}
name, first, end = sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
admin = AdminClient(address)
if first == 0:
    admin.create_topics([NewTopic(name, 1, 1)])[name].result(300)
producer = Producer(address | {"linger.ms": 50, "queue.buffering.max.messages": 2000000, "enable.idempotence": True})
for i in range(first, end):
    producer.produce(name, f'{{"n":{i},"text":"{"x" * 200}"}}', str(i % 97), partition=0)
    if i % 10000 == 0:
        producer.poll(0)
assert producer.flush(300) == 0
"#;

/// Deletes a topic and waits until it is gone: NAME.
const DELETE: &str = r#"
import sys, time
from confluent_kafka.admin import AdminClient
admin = AdminClient({"bootstrap.servers": sys.argv[1]})
admin.delete_topics([sys.argv[2]])[sys.argv[2]].result(300)
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
admin.create_partitions([NewPartitions(name, 2)])[name].result(300)
producer = Producer(address | {"enable.idempotence": True})
for i in range(first, end):
    producer.produce(name, f'{{"n":{i}}}', str(i), partition=1)
assert producer.flush(300) == 0
"#;

/// Removes the records before an offset: NAME OFFSET.
const CUT: &str = r#"
import sys
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient
admin = AdminClient({"bootstrap.servers": sys.argv[1]})
place = TopicPartition(sys.argv[2], 0, int(sys.argv[3]))
list(admin.delete_records([place]).values())[0].result(300)
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

/// Each number is there once, in its order; what is not is named, not the whole list.
fn assert_numbered(path: &Path, count: i64) {
    let found = numbers(path);
    let odd = found.iter().zip(0..).find(|(found, wanted)| *found != wanted);
    assert!(odd.is_none(), "at {odd:?} of {}", found.len());
    assert_eq!(found.len() as i64, count, "records");
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
    begun(folder, &args)
}

/// Begins to capture, and waits until something is written.
fn begun(folder: &Path, args: &[&str]) -> Child {
    let mut run = program(folder, args)
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let path = folder.join("o.leftfold");
    let end = Instant::now() + Duration::from_mins(5);
    // One that ends instead says why where its end is looked at.
    while !fs::metadata(&path).is_ok_and(|m| m.len() > 4096)
        && run.try_wait().expect("it can be asked").is_none()
    {
        assert!(Instant::now() < end, "nothing is written");
        std::thread::yield_now();
    }
    run
}

/// What a run that ends well has said.
fn said(mut run: Child) -> String {
    let mut said = String::new();
    // While it runs: it may have more to say than a pipe holds.
    run.stderr
        .take()
        .expect("it was piped")
        .read_to_string(&mut said)
        .expect("it is text");
    let status = run.wait().expect("it ends");
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
    let whole = || assert_numbered(&path, count);
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
    shell(text, around, folder, &args)
}

/// Runs a script of the shell with a command line of the program behind it.
fn shell(text: &str, around: &[&str], folder: &Path, args: &[&str]) -> crate::rig::Run {
    let inner = program(folder, args);
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
    assert_numbered(&path, 200_000);
}

/// Reads a topic directly where temporary files have 1 MB: PROGRAM ARGUMENT….
const LITTLE_TEMPORARY_ROOM: &str = r#"
mkdir room && mount -t tmpfs -o size=1m tmpfs room || exit 90
export TMPDIR=$PWD/room
"$@" >out 2>said; echo $? >code
ls room >left
"#;

#[test]
fn a_direct_read_that_finds_no_room_for_its_temporary_file_says_where_and_what_to_do() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let topic = own("no-room");
    rig.python(WRITE, &[&topic, "0", "20000"]);
    let source = format!("kafka://{}/{topic}", rig.brokers());
    let said = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap_or_default();
    let args = ["streams", &source];
    let done = shell(LITTLE_TEMPORARY_ROOM, &["unshare", "-rm"], folder.path(), &args);
    if said("code").is_empty() {
        // No file system of its own can be had here.
        eprintln!("not tried: {}", done.err);
    } else {
        assert_eq!(said("code").trim(), "2", "{}", said("said"));
        let told = said("said");
        let room = folder.path().join("room");
        for part in [
            "error[capture-disk-full]",
            &*room.to_string_lossy(),
            "the disk is full",
            "TMPDIR",
            "-o",
        ] {
            assert!(told.contains(part), "{part}: {told}");
        }
        assert_eq!(said("left"), "", "nothing is left behind");
    }
    // The same where a file may not grow.
    let limited = "trap '' XFSZ; export TMPDIR=$PWD; exec prlimit --fsize=3000000 \"$@\"";
    let run = shell(limited, &["env"], folder.path(), &args);
    assert_eq!(run.refused(), "capture-write", "{}", run.err);
    assert!(
        run.err.contains("largest size of a file") && run.err.contains("TMPDIR"),
        "{}",
        run.err
    );
    assert!(run.err.contains(&*folder.path().to_string_lossy()), "{}", run.err);
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
    // What it says to have kept is there, and no more.
    let said: String = run
        .err
        .split("of this run are kept")
        .next()
        .unwrap_or_default()
        .to_owned();
    let said = said
        .lines()
        .last()
        .unwrap_or_default()
        .split(" records")
        .next()
        .unwrap_or_default();
    let digits: String = said.chars().filter(char::is_ascii_digit).collect();
    assert_eq!(digits, there.to_string(), "{}", run.err);
    capture(rig, folder.path(), &topic).ok();
    assert_numbered(&path, 200_000);
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
    assert_numbered(&path, 250_000);
}

#[test]
fn a_broker_that_restarts_again_and_again_behind_tls_and_a_login_is_waited_for() {
    let (rig, _alone) = rig_alone();
    let topic = own("behind-tls");
    rig.python(WRITE, &[&topic, "0", "1000"]);
    let clients = ["ssl.conf", "scram-sha-256-alice.conf", "plain-bob.conf"].map(|f| rig.client(f));
    let runs: Vec<(tempfile::TempDir, Child)> = clients
        .iter()
        .map(|client| {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let args = [
                "capture",
                "-F",
                client,
                "-t",
                &topic,
                "-c",
                "2000",
                "--follow",
                "o.leftfold",
            ];
            let run = begun(folder.path(), &args);
            (folder, run)
        })
        .collect();
    // A connection that is cut off in the middle of a handshake looks as a wrong door does.
    for _ in 0..4 {
        rig.control("kill", "broker");
        rig.control("start", "broker");
    }
    rig.python(WRITE, &[&topic, "1000", "2000"]);
    for ((folder, run), client) in runs.into_iter().zip(&clients) {
        said(run);
        let mut found = numbers(&folder.path().join("o.leftfold"));
        found.sort_unstable();
        assert_eq!(found, (0..2000).collect::<Vec<i64>>(), "{client}");
    }
}

/// Ends what follows as Ctrl-C does; what it has said.
fn interrupted(run: Child) -> String {
    ended_by("-INT", run)
}

/// The same as whoever stops a service asks for it, or by another signal.
fn ended_by(signal: &str, run: Child) -> String {
    let pid = run.id().to_string();
    let told = std::process::Command::new("kill").args([signal, &pid]).status();
    assert!(told.expect("kill runs").success());
    said(run)
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
fn a_broker_that_refuses_every_connection_for_a_minute_costs_no_record() {
    let (rig, _alone) = rig_alone();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let topic = own("away");
    rig.python(WRITE, &[&topic, "0", "200000"]);
    let mut run = following(rig, folder.path(), &topic, "250000");
    rig.control("kill", "broker");
    // The minute is what is tried.
    std::thread::sleep(Duration::from_secs(65));
    let still = run.try_wait().expect("it can be asked");
    rig.control("start", "broker");
    assert!(still.is_none(), "it waits: {still:?}");
    rig.python(WRITE, &[&topic, "200000", "250000"]);
    let told = said(run);
    assert!(
        told.contains("waiting: "),
        "a broker that is away is told: {told}"
    );
    assert!(!told.contains("deleted"), "its topic is no other one: {told}");
    let path = folder.path().join("o.leftfold");
    assert_numbered(&path, 250_000);
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
    assert_numbered(&path, 250_000);
}
