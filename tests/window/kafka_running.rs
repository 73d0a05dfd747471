//! What the window says of a capture while it runs: how fast, how much is left, and a broker that falls silent; and the door that needs tickets.

use std::path::Path;

use leftfold_window_tests::Window;
use serde_json::json;

use crate::broker::rig;
use crate::kafka::{choose, click_topic, connect, fits, remove, write, write_path};

/// Records of the topic: a window that was built for debugging takes some seconds for them.
const RECORDS: &str = "400000";

/// Makes a topic of one partition and writes records of some hundred bytes: NAME COUNT.
const WRITE: &str = r#"
import sys
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic
address = {"bootstrap.servers": sys.argv[1]}
name, count = sys.argv[2], int(sys.argv[3])
admin = AdminClient(address)
admin.create_topics([NewTopic(name, 1, 1)])[name].result(60)
producer = Producer(address | {"linger.ms": 50, "queue.buffering.max.messages": 2000000})
for i in range(count):
    producer.produce(name, f'{{"type":"Counted","n":{i},"text":"{"x" * 200}"}}', f'counter-{i % 97}', partition=0)
    if i % 10000 == 0:
        producer.poll(0)
assert producer.flush(60) == 0
"#;

#[tokio::test]
async fn a_running_capture_says_its_rate_and_what_is_left_and_a_silent_broker_is_told_and_waited_for() {
    // One window is open at a time: nobody else needs the broker while it is silent.
    let rig = rig().0;
    let topic = format!("running-{}", std::process::id());
    rig.python(WRITE, &[&topic, RECORDS]);
    let mut window = Window::open_sized("kafka-running", &[], (1000, 700)).await;
    connect(&window, rig).await;
    click_topic(&window, &format!("topic-check-{topic}")).await;
    let path = window.home().join("running.leftfold");
    write_path(&window, &path).await;
    // The page itself holds it as soon as it says how fast it is: a driver's questions may come too late.
    let hold = "
        const of = (id) => document.querySelector(`[data-testid=${id}]`);
        const look = setInterval(() => {
            if (!/[1-9]/.test(of('capture-left')?.innerText ?? '') || !/[1-9]/.test(of('capture-rate')?.innerText ?? '')) return;
            clearInterval(look);
            window.__rate = of('capture-rate').innerText;
            of('capture-pause').click();
        }, 5);";
    window.script(hold, vec![]).await;
    window.click("capture-start").await;
    window
        .wait_text("capture-state", "paused", |t| t == "Paused")
        .await;
    let rate = window.script("return window.__rate", vec![]).await;
    assert!(rate.as_str().unwrap().contains("/s"), "{rate}");
    let left = window.text("capture-left").await;
    assert!(left.contains("left"), "paused in the middle: {left}");
    fits(&window, "in the middle").await;
    window.picture("paused").await;
    // While it is held, the broker falls silent; nothing of it is lost.
    rig.control("pause", "broker");
    window.keys("u").await;
    let silent = window
        .wait_text("capture-note", "the silence", |t| t.starts_with("waiting: "))
        .await;
    assert!(
        silent.contains("no broker answers") || silent.contains("no record comes"),
        "{silent}"
    );
    fits(&window, "a silent broker").await;
    window.picture("silent").await;
    rig.control("resume", "broker");
    window
        .wait_text("status-events", "all records", |t| t.starts_with("400,000 "))
        .await;
    window.wait_text("capture-state", "live", |t| t == "Live").await;
    // That it waited is still told, and that it is over.
    window
        .wait_text("capture-note", "the wait is over", |t| t.starts_with("waited "))
        .await;
    window.picture("live").await;
    window.click("capture-stop").await;
    window
        .wait_text("capture-state", "stopped", |t| t == "Stopped")
        .await;
    let numbers = rusqlite::Connection::open_with_flags(&path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)
        .unwrap()
        .query_row(
            "SELECT count(*), count(DISTINCT offset), max(offset) FROM records",
            [],
            |row| {
                Ok(json!([
                    row.get::<_, i64>(0)?,
                    row.get::<_, i64>(1)?,
                    row.get::<_, i64>(2)?
                ]))
            },
        )
        .unwrap();
    assert_eq!(numbers, json!([400_000, 400_000, 399_999]));
    window.close().await;
    remove(rig, &topic);
}

#[tokio::test]
async fn kerberos_opens_its_door_by_a_keytab_and_a_wrong_one_is_told() {
    let rig = rig().0;
    let realm = rig.fact("krb5_config");
    let keytab = Path::new(realm).with_file_name("alice.keytab");
    let folder = tempfile::tempdir().unwrap();
    let tickets = format!("FILE:{}", folder.path().join("tickets").display());
    let among = [("KRB5_CONFIG", realm), ("KRB5CCNAME", &tickets)];
    let mut window = Window::open_among("kafka-kerberos", &among).await;
    window.find("demo-button").await;
    window.click("welcome-kafka").await;
    write(&window, "kafka-servers", rig.fact("gssapi")).await;
    choose(&window, "kafka-protocol", "SASL_PLAINTEXT").await;
    choose(&window, "kafka-mechanism", "GSSAPI").await;
    write(&window, "kafka-sasl.kerberos.principal", "alice@RIG.TEST").await;
    write(&window, "kafka-sasl.kerberos.keytab", "/nowhere/alice.keytab").await;
    window.click("kafka-connect").await;
    window
        .wait_text("kafka-error", "the keytab that is not there", |t| {
            t.contains("keytab")
        })
        .await;
    fits(&window, "a wrong keytab").await;
    window.picture("wrong").await;
    write(&window, "kafka-sasl.kerberos.keytab", keytab.to_str().unwrap()).await;
    window.click("kafka-connect").await;
    window.find("topic-orders").await;
    // The connection is remembered by a name that is longer than its list is wide.
    window.find("kafka-profile").await;
    let scrolls = "const e = document.querySelector('[data-testid=kafka-profile]').closest('.scroll');
        const end = e.getBoundingClientRect().left + e.clientWidth;
        return [...e.querySelectorAll('*')].filter((c) => c.getBoundingClientRect().right > end)
            .map((c) => c.tagName + ' ' + c.className + ' ' + (c.dataset.testid ?? ''));";
    let beside = window.script(scrolls, vec![]).await;
    assert_eq!(beside, json!([]), "nothing is beside the form");
    window.picture("open").await;
    window.close().await;
}
