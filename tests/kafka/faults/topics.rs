//! Topics that are deleted, made anew or widened while they are read.

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::{DELETE, WIDEN, WRITE, begun, capture, ended_by, following, interrupted, numbers, own, said};
use crate::rig::{Rig, captured, leftfold, program, rig, rig_alone};

/// The topics and offsets of a capture's records, in its order.
fn places(path: &Path) -> Vec<(String, i64)> {
    captured(path).into_iter().map(|r| (r.topic, r.offset)).collect()
}

/// So many records of a topic from its beginning.
fn from_beginning(topic: &str, count: i64) -> impl Iterator<Item = (String, i64)> {
    (0..count).map(|offset| (topic.to_owned(), offset))
}

#[test]
fn a_topic_deleted_and_made_anew_is_told_and_captured_beside_the_old_one() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (topic, path) = (own("anew"), folder.path().join("o.leftfold"));
    let later = format!("{topic}~2");
    rig.python(WRITE, &[&topic, "0", "100"]);
    capture(rig, folder.path(), &topic).ok();
    rig.python(DELETE, &[&topic]);
    // Longer than before, so that its end alone tells nothing.
    rig.python(WRITE, &[&topic, "0", "500"]);
    let run = capture(rig, folder.path(), &topic);
    assert!(
        run.err.contains("made anew") && run.err.contains(&later),
        "{}",
        run.err
    );
    run.ok();
    let wanted: Vec<_> = from_beginning(&topic, 100)
        .chain(from_beginning(&later, 500))
        .collect();
    assert_eq!(places(&path), wanted);
    // It goes on with the new one, and says nothing twice.
    rig.python(WRITE, &[&topic, "500", "600"]);
    let run = capture(rig, folder.path(), &topic);
    assert!(!run.err.contains("made anew"), "{}", run.err);
    run.ok();
    let wanted: Vec<_> = from_beginning(&topic, 100)
        .chain(from_beginning(&later, 600))
        .collect();
    assert_eq!(places(&path), wanted);
    // Both are one history: one place means one event, and the topic is called what it is called.
    let told = leftfold(folder.path(), &["inspect", "o.leftfold"]).ok();
    assert!(
        told.contains(&format!("positions of the new one begin with {later}")),
        "{told}"
    );
    for place in [
        format!("{topic}[0]@7"),
        format!("{later}[0]@7"),
        format!("{later}[0]@599"),
    ] {
        let said = leftfold(
            folder.path(),
            &["event", "o.leftfold", &format!("#{place}"), "--json"],
        )
        .ok();
        let whole: serde_json::Value = serde_json::from_str(&said).expect("it is JSON");
        let event = &whole["event"];
        assert_eq!(event["position"], place.as_str());
        assert_eq!(event["topic"], topic.as_str());
        let incarnation = place.contains('~').then_some(2);
        assert_eq!(
            event.get("incarnation").and_then(serde_json::Value::as_i64),
            incarnation,
            "{said}"
        );
    }
}

/// Waits until so many records are in a capture that is being written.
fn until_there(path: &Path, records: usize) {
    let end = Instant::now() + Duration::from_mins(5);
    while numbers(path).len() < records {
        assert!(Instant::now() < end, "{records} records do not come");
        std::thread::yield_now();
    }
}

/// Deletes a topic and makes it anew at once, with numbered records: NAME END.
const REMAKE: &str = r#"
import sys
from confluent_kafka import KafkaException, Producer, TopicCollection
from confluent_kafka.admin import AdminClient, NewTopic
address = {"bootstrap.servers": sys.argv[1]}
name, end = sys.argv[2], int(sys.argv[3])
admin = AdminClient(address)
def known_by():
    return str(admin.describe_topics(TopicCollection([name]))[name].result(300).topic_id)
before = known_by()
admin.delete_topics([name])[name].result(300)
while True:
    try:
        admin.create_topics([NewTopic(name, 1, 1)])[name].result(300)
        break
    except Exception as e:
        if "exist" not in str(e):
            raise
# A broker that has not heard of it yet would take the records into the old one.
while True:
    try:
        if known_by() != before:
            break
    except KafkaException:
        pass
producer = Producer(address | {"enable.idempotence": True})
for i in range(end):
    producer.produce(name, f'{{"n":{i}}}', str(i), partition=0)
assert producer.flush(300) == 0
"#;

/// Begins to follow topics into `o.leftfold`.
fn endless(rig: &Rig, folder: &Path, topics: &[&str]) -> Child {
    let mut args = vec!["capture", "-b", rig.brokers(), "--follow", "o.leftfold"];
    for topic in topics {
        args.extend(["-t", topic]);
    }
    begun(folder, &args)
}

#[test]
fn a_topic_made_anew_while_it_is_followed_is_told_and_goes_on_beside_the_old_one() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (topic, path) = (own("anew-live"), folder.path().join("o.leftfold"));
    rig.python(WRITE, &[&topic, "0", "10"]);
    let run = endless(rig, folder.path(), &[&topic]);
    until_there(&path, 10);
    // As soon as it can be, and with more records than before: the read may go on in the new one before anybody knows.
    rig.python(REMAKE, &[&topic, "60"]);
    until_last(&path, &format!("{topic}~2"), 59);
    rig.python(REMAKE, &[&topic, "5"]);
    until_last(&path, &format!("{topic}~3"), 4);
    let said = interrupted(run);
    assert!(
        said.contains("made anew") && said.contains(&format!("{topic}~3")),
        "{said}"
    );
    let wanted: Vec<_> = from_beginning(&topic, 10)
        .chain(from_beginning(&format!("{topic}~2"), 60))
        .chain(from_beginning(&format!("{topic}~3"), 5))
        .collect();
    assert_eq!(places(&path), wanted, "{said}");
    // And later, from where it got to.
    rig.python(WRITE, &[&topic, "5", "8"]);
    capture(rig, folder.path(), &topic).ok();
    assert_eq!(places(&path).len(), 10 + 60 + 8);
    // The topics that were before get nothing more, and hold back nothing that is known by now.
    let rule = "[[rule]]\nname = \"answered\"\nsource = \"o.leftfold\"\nwhen = \"payload.n == 2\"\nexpect = \"payload.n == 12345\"\n\
                by = \"stream\"\nwithin = \"1ms\"\n";
    fs::write(folder.path().join("leftfold.toml"), rule).expect("it can be written");
    let run = leftfold(folder.path(), &["check"]);
    let out = String::from_utf8_lossy(&run.out);
    assert_eq!(run.code, Some(1), "{out} {}", run.err);
    assert!(!out.contains("pending"), "{out}");
}

#[test]
fn a_topic_made_anew_after_its_leader_changed_goes_on_too() {
    let (rig, _alone) = rig_alone();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (topic, other) = (own("anew-led"), own("stays-led"));
    let path = folder.path().join("o.leftfold");
    rig.python(WRITE, &[&topic, "0", "10"]);
    rig.python(WRITE, &[&other, "0", "10"]);
    // Its leader is counted anew with each start of a broker, and from nothing with a new topic.
    rig.control("kill", "broker");
    rig.control("start", "broker");
    let run = endless(rig, folder.path(), &[&topic, &other]);
    until_last(&path, &topic, 9);
    until_last(&path, &other, 9);
    rig.python(REMAKE, &[&topic, "60"]);
    until_last(&path, &format!("{topic}~2"), 59);
    rig.python(WRITE, &[&other, "10", "20"]);
    until_last(&path, &other, 19);
    let told = ended_by("-TERM", run);
    let mut found = places(&path);
    found.sort();
    let mut wanted: Vec<_> = from_beginning(&topic, 10)
        .chain(from_beginning(&format!("{topic}~2"), 60))
        .chain(from_beginning(&other, 20))
        .collect();
    wanted.sort();
    assert_eq!(found, wanted, "{told}");
}

/// Waits until an offset of a topic is in a capture that is being written.
fn until_last(path: &Path, topic: &str, offset: i64) {
    let end = Instant::now() + Duration::from_mins(5);
    let there = || path.exists() && places(path).iter().any(|(t, o)| t == topic && *o == offset);
    while !there() {
        assert!(Instant::now() < end, "{topic} does not come");
        std::thread::yield_now();
    }
}

#[test]
fn a_topic_deleted_while_it_is_followed_is_told_and_waited_for_while_others_go_on() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (topic, other) = (own("gone-live"), own("stays-live"));
    let path = folder.path().join("o.leftfold");
    rig.python(WRITE, &[&topic, "0", "10"]);
    rig.python(WRITE, &[&other, "0", "10"]);
    let mut run = endless(rig, folder.path(), &[&topic, &other]);
    until_last(&path, &other, 9);
    until_last(&path, &topic, 9);
    rig.python(DELETE, &[&topic]);
    let mut err = std::io::BufReader::new(run.stderr.take().expect("it was piped"));
    let mut told = String::new();
    while !told.contains("was deleted: what was read of it is kept") {
        let read = std::io::BufRead::read_line(&mut err, &mut told).expect("it is text");
        assert!(read > 0, "it ended: {told}");
    }
    rig.python(WRITE, &[&other, "10", "20"]);
    until_last(&path, &other, 19);
    rig.python(WRITE, &[&topic, "0", "5"]);
    until_last(&path, &format!("{topic}~2"), 4);
    run.stderr = Some(err.into_inner());
    interrupted(run);
    let mut found = places(&path);
    found.sort();
    let mut wanted: Vec<_> = from_beginning(&topic, 10)
        .chain(from_beginning(&other, 20))
        .chain(from_beginning(&format!("{topic}~2"), 5))
        .collect();
    wanted.sort();
    assert_eq!(found, wanted);
}

#[test]
fn a_topic_made_anew_is_told_and_shown_where_it_is_followed_without_a_capture() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let topic = own("anew-tail");
    rig.python(WRITE, &[&topic, "0", "10"]);
    let args = [
        "events",
        "-b",
        rig.brokers(),
        "-t",
        &topic,
        "--follow",
        "-o",
        "beginning",
        "--json",
    ];
    let mut command = program(folder.path(), &args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut run = command.spawn().expect("the program runs");
    let mut lines =
        std::io::BufRead::lines(std::io::BufReader::new(run.stdout.take().expect("it was piped")));
    let mut until = |place: &str| {
        let wanted = format!("\"{place}\"");
        lines
            .by_ref()
            .map_while(Result::ok)
            .any(|line| line.contains(&wanted))
    };
    assert!(until(&format!("{topic}[0]@9")));
    rig.python(REMAKE, &[&topic, "3"]);
    assert!(until(&format!("{topic}~2[0]@2")), "the new one does not come");
    run.kill().expect("it can be killed");
    let ended = run.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(said.contains("made anew"), "{said}");
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
