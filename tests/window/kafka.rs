//! A real broker's topics, captured and followed in the window.

use std::path::Path;

use fantoccini::Locator;
use leftfold_window_tests::Window;
use serde_json::json;

use crate::broker::{Rig, rig};
use crate::nothing_wrong;

const ESCAPE: &str = "\u{E00C}";

/// Writes into a field as a person would, in place of what is there.
pub(crate) async fn write(window: &Window, id: &str, text: &str) {
    let field = window.find(id).await;
    field.clear().await.unwrap();
    field.send_keys(text).await.unwrap();
}

/// Writes where a capture is to lie, when what is suggested for the chosen topics stands there: that would come between.
pub(crate) async fn write_path(window: &Window, path: &Path) {
    window
        .wait_script(
            "return (document.querySelector('[data-testid=capture-path]')?.value ?? '') !== ''",
            "a path is suggested",
        )
        .await;
    write(window, "capture-path", &path.display().to_string()).await;
}

/// Clicks something of the list of topics, which may have to be scrolled.
pub(crate) async fn click_topic(window: &Window, id: &str) {
    window.find(id).await;
    let script =
        "document.querySelector(`[data-testid=\"${arguments[0]}\"]`).scrollIntoView({ block: 'center' });";
    window.script(script, vec![json!(id)]).await;
    window.click(id).await;
}

pub(crate) async fn choose(window: &Window, id: &str, value: &str) {
    window.find(id).await.select_by_value(value).await.unwrap();
}

/// Nothing of the page is outside the window, and no button or label is cut.
pub(crate) async fn fits(window: &Window, what: &str) {
    let script = "
        const e = document.documentElement;
        const wrong = e.scrollWidth > innerWidth || e.scrollHeight > innerHeight ? ['the page'] : [];
        for (const b of document.querySelectorAll('button, label, h1, h2, dt')) {
            const box = b.getBoundingClientRect();
            if (box.width === 0 || b.classList.contains('cut')) continue;
            if (box.right > innerWidth + 1 || b.scrollWidth > b.clientWidth + 1 && getComputedStyle(b).display !== 'inline')
                wrong.push(b.textContent.trim());
        }
        return wrong;";
    nothing_wrong(window, script, what).await;
}

pub(crate) async fn connect(window: &Window, rig: &Rig) {
    // The welcome screen is laid out anew when its lists come.
    window.find("demo-button").await;
    window.click("welcome-kafka").await;
    write(window, "kafka-servers", rig.brokers()).await;
    window.click("kafka-connect").await;
    window.find("topic-orders").await;
}

/// Records of a topic made for a test: `n` more of them, numbered on.
fn produce(rig: &Rig, topic: &str, from: u32, n: u32) {
    let script = "
import sys, json
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic
servers, topic, first, n = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
admin = AdminClient({'bootstrap.servers': servers})
if topic not in admin.list_topics(timeout=20).topics:
    for made in admin.create_topics([NewTopic(topic, 2, 1)]).values():
        made.result()
producer = Producer({'bootstrap.servers': servers})
for i in range(first, first + n):
    value = json.dumps({'type': 'Counted', 'n': i})
    producer.produce(topic, key=f'counter-{i % 5}', value=value, partition=i % 2, timestamp=1700000000000 + i * 1000)
producer.flush(20)
";
    rig.python(script, &[topic, &from.to_string(), &n.to_string()]);
}

/// Takes a topic made for a test away again: others may use the same broker.
pub(crate) fn remove(rig: &Rig, topic: &str) {
    let script = "
import sys
from confluent_kafka.admin import AdminClient
admin = AdminClient({'bootstrap.servers': sys.argv[1]})
for gone in admin.delete_topics([sys.argv[2]]).values():
    gone.result()
";
    rig.python(script, &[topic]);
}

fn number(text: &str) -> u64 {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

#[tokio::test]
async fn a_topic_is_browsed_captured_and_shown() {
    let rig = rig().0;
    let mut window = Window::open("kafka", &[]).await;
    // The welcome screen is laid out anew when its lists come.
    window.find("demo-button").await;
    window.click("welcome-kafka").await;
    fits(&window, "before a connection").await;
    window.picture("before").await;
    write(&window, "kafka-servers", rig.brokers()).await;
    window.click("kafka-check").await;
    window
        .wait_script(
            "return ['properties', 'network', 'topics'].every((part) =>
                document.querySelector(`[data-testid=kafka-step-${part}]`)?.dataset.outcome === 'works')",
            "the connection is tried and works",
        )
        .await;
    window.picture("tested").await;
    window.click("kafka-connect").await;
    window.find("topic-orders").await;
    write(&window, "topic-search", "orders av").await;
    assert_eq!(
        window.texts("topic").await.len(),
        1,
        "orders-avro alone fits both words"
    );
    write(&window, "topic-search", "orders").await;
    click_topic(&window, "topic-orders").await;
    window
        .wait_text("topic-at-most", "a bound", |t| t.contains("at most 4,305"))
        .await;
    window
        .wait_text("topic-sample", "a decoded sample", |t| {
            t.contains("order-") && t.contains("orderId")
        })
        .await;
    click_topic(&window, "topic-check-orders").await;
    let path = window.home().join("orders.leftfold");
    window
        .wait_script(
            "return document.querySelector('[data-testid=capture-path]').value.endsWith('/orders.leftfold')",
            "a path is suggested",
        )
        .await;
    write_path(&window, &path).await;
    window.click("capture-follow").await;
    fits(&window, "a topic").await;
    window.picture("topic").await;
    window.click("capture-start").await;
    window
        .wait_text("status-events", "all records", |t| t.starts_with("4,305"))
        .await;
    window
        .wait_text("capture-state", "captured", |t| t == "Captured")
        .await;
    assert_eq!(window.text("capture-records").await, "4,305 records");
    window.find("event-row").await;
    window.wait_text("state-tree", "a state", |t| !t.is_empty()).await;
    window.picture("captured").await;
    is_alone(&path).await;
    window.click("capture-dismiss").await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=capture-strip]') === null",
            "the strip goes",
        )
        .await;
    // Its history is open as any other: with a mark of being whole.
    window
        .wait_script(
            "return document.querySelector('[data-testid=reindex]') === null",
            "nothing is to be read again",
        )
        .await;
    window.close().await;
}

#[tokio::test]
async fn how_records_are_read_is_shown_and_chosen_by_topic() {
    let rig = rig().0;
    let mut window = Window::open("reading", &[]).await;
    window.find("demo-button").await;
    window.click("welcome-kafka").await;
    write(&window, "kafka-servers", rig.brokers()).await;
    write(&window, "kafka-registry", rig.fact("registry")).await;
    window.click("kafka-connect").await;
    window.find("topic-orders").await;
    click_topic(&window, "topic-orders-avro").await;
    let forms = "return [...document.querySelectorAll('[data-testid=sample-decoded]')].map((e) => e.textContent.trim())";
    window
        .wait_script(
            &format!("const all = (() => {{ {forms} }})(); return all.length > 3 && all.every((f) => f === 'avro');"),
            "every record's form is shown",
        )
        .await;
    let reason = "return document.querySelector('[data-testid=sample-decoded]').title";
    let reason = window.script(reason, vec![]).await;
    assert!(reason.as_str().unwrap().contains("schema"), "{reason}");
    window
        .find("read-as")
        .await
        .find(Locator::Css("summary"))
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
    fits(&window, "the ways to read").await;
    window.picture("found").await;
    write(&window, "read-stream", "o/{payload@/orderId}\u{E007}").await;
    window
        .wait_text("topic-sample", "streams from the payload", |t| {
            t.contains("o/order-")
        })
        .await;
    // What cannot be read that way says why, record by record.
    choose(&window, "read-value", "json").await;
    window
        .wait_text("sample-problem", "the reason", |t| t.contains("your choice"))
        .await;
    fits(&window, "what cannot be read so").await;
    window.picture("chosen").await;
    write(&window, "read-version", "nonsense {\u{E007}").await;
    window
        .wait_text("sample-error", "what is wrong", |t| !t.is_empty())
        .await;
    window.find("read-version").await.clear().await.unwrap();
    write(&window, "read-version", "payload/version\u{E007}").await;
    choose(&window, "read-value", "").await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=sample-problem]') === null
                && document.querySelector('[data-testid=topic-sample]') !== null",
            "all is read again",
        )
        .await;
    click_topic(&window, "topic-check-orders-avro").await;
    let path = window.home().join("avro.leftfold");
    write_path(&window, &path).await;
    window.click("capture-follow").await;
    window.click("capture-start").await;
    window
        .wait_text("capture-state", "captured", |t| t == "Captured")
        .await;
    window
        .wait_text("event-list", "streams as was said", |t| t.contains("o/order-"))
        .await;
    window.close().await;
}

#[tokio::test]
async fn a_tail_grows_while_one_looks_and_a_pause_skips_nothing() {
    let rig = rig().0;
    let topic = format!("counted-{}", std::process::id());
    produce(rig, &topic, 0, 40);
    let mut window = Window::open("kafka-live", &[]).await;
    connect(&window, rig).await;
    click_topic(&window, &format!("topic-check-{topic}")).await;
    let path = window.home().join("live.leftfold");
    write_path(&window, &path).await;
    window.click("capture-start").await;
    window
        .wait_text("status-events", "the first records", |t| t.starts_with("40 "))
        .await;
    window.wait_text("capture-state", "live", |t| t == "Live").await;
    // The playhead stands at the end, and goes along with it.
    produce(rig, &topic, 40, 10);
    window
        .wait_text("status-events", "ten more", |t| t.starts_with("50 "))
        .await;
    let at_49 = "2023-11-14 22:14:09";
    window
        .wait_text("playhead-time", "the end", |t| t.contains(at_49))
        .await;
    // An event is selected, and the log order chosen: what comes stands between the others.
    let rows = "return [...document.querySelectorAll('[data-testid=event-row]')].map((r) => r.innerText)";
    window
        .wait_text("event-list", "rows", |t| t.contains("counter-"))
        .await;
    assert!(window.script(rows, vec![]).await.as_array().unwrap().len() > 5);
    window.click("axis-log").await;
    // Its version may become another one: its stream lies in both partitions, and versions count along the log.
    let is_49 = "return document.querySelector('[data-testid=event-row][aria-selected=true]')?.innerText.includes('\"n\": 49') ?? false";
    window
        .wait_script(
            "const rows = [...document.querySelectorAll('[data-testid=event-row]')];
             const last = rows.find((r) => r.dataset.ordinal === '49');
             last?.click();
             return last !== undefined",
            "the last event of the second partition is selected",
        )
        .await;
    window.wait_script(is_49, "it is selected").await;
    window.picture("live").await;
    // Paused, nothing comes; then nothing was skipped.
    window.click("capture-pause").await;
    window
        .wait_text("capture-state", "paused", |t| t == "Paused")
        .await;
    produce(rig, &topic, 50, 20);
    let settled = number(&window.text("capture-records").await);
    assert!(settled <= 70, "{settled}");
    window.picture("paused").await;
    window.keys("u").await;
    window
        .wait_text("status-events", "all records", |t| t.starts_with("70 "))
        .await;
    window
        .wait_text("capture-state", "live again", |t| t == "Live")
        .await;
    // What the strip says and what the index holds are told one after the other.
    window
        .wait_text("capture-records", "all of them", |t| number(t) == 70)
        .await;
    // The selected event is the same one, though it is another one in the log's order: ten came before it.
    window
        .wait_script(
            "const row = document.querySelector('[data-testid=event-row][aria-selected=true]');
             return row !== null && row.innerText.includes('\"n\": 49') && row.dataset.ordinal === '59';",
            "the selection stays with its event",
        )
        .await;
    // The connection screen stands before what is open, and goes again.
    window.click("top-kafka").await;
    window.find("kafka-screen").await;
    window.keys(ESCAPE).await;
    window.find("event-list").await;
    window.click("capture-stop").await;
    window
        .wait_text("capture-state", "stopped", |t| t == "Stopped")
        .await;
    window.picture("stopped").await;
    assert_eq!(count(&path), 70);
    is_alone(&path).await;
    window.close().await;
    remove(rig, &topic);
}

fn count(path: &Path) -> i64 {
    let captured = rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY);
    captured
        .unwrap()
        .query_row("SELECT count(*) FROM records", [], |row| row.get(0))
        .unwrap()
}

/// The files whose names begin with a capture's.
fn beside(path: &Path) -> Vec<String> {
    let name = path.file_name().unwrap().to_str().unwrap();
    let mut names: Vec<String> = std::fs::read_dir(path.parent().unwrap())
        .unwrap()
        .filter_map(|f| f.unwrap().file_name().into_string().ok())
        .filter(|n| n.starts_with(name))
        .collect();
    names.sort();
    names
}

/// Waits until a capture is one file, and nothing lies beside it.
async fn is_alone(path: &Path) {
    let name = path.file_name().unwrap().to_str().unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while beside(path) != [name] {
        assert!(
            std::time::Instant::now() < deadline,
            "left beside it: {:?}",
            beside(path)
        );
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn closing_the_window_ends_a_capture_whole() {
    let rig = rig().0;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.leftfold");
    let window = Window::open("kafka-close", &[]).await;
    connect(&window, rig).await;
    click_topic(&window, "topic-check-orders").await;
    write_path(&window, &path).await;
    window.click("capture-start").await;
    window
        .wait_text("status-events", "all records", |t| t.starts_with("4,305"))
        .await;
    window.wait_text("capture-state", "live", |t| t == "Live").await;
    window.close_as_user();
    is_alone(&path).await;
    let connection = rusqlite::Connection::open(&path).unwrap();
    let outcome: String = connection
        .query_row("SELECT outcome FROM runs", [], |row| row.get(0))
        .unwrap();
    assert_eq!((outcome.as_str(), count(&path)), ("cancelled", 4305));
    window.close().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_connection_is_told_apart() {
    let rig = rig().0;
    let mut window = Window::open("kafka-wrong", &[]).await;
    // The welcome screen is laid out anew when its lists come.
    window.find("demo-button").await;
    window.click("welcome-kafka").await;
    let step = |part: &str| format!("kafka-step-{part}");
    let wait = async |window: &Window, part: &str, outcome: &str| {
        let script = format!(
            "return document.querySelector('[data-testid={}]')?.dataset.outcome === '{outcome}'",
            step(part)
        );
        window.wait_script(&script, &format!("{part} {outcome}")).await;
    };
    // Nobody listens there.
    write(&window, "kafka-servers", "127.0.0.1:1").await;
    window.click("kafka-check").await;
    wait(&window, "network", "fails").await;
    wait(&window, "topics", "notReached").await;
    // A wrong password: the network and TLS work, the login does not.
    write(&window, "kafka-servers", rig.fact("sasl_ssl")).await;
    choose(&window, "kafka-protocol", "SASL_SSL").await;
    choose(&window, "kafka-mechanism", "SCRAM-SHA-256").await;
    write(&window, "kafka-ssl.ca.location", rig.fact("ca")).await;
    write(&window, "kafka-sasl.username", "alice").await;
    write(&window, "kafka-sasl.password", "not-her-secret").await;
    window.click("kafka-check").await;
    wait(&window, "login", "fails").await;
    wait(&window, "tls", "works").await;
    let said = window.text(&step("login")).await;
    assert!(said.contains("refuses the login"), "{said}");
    window.picture("password").await;
    window.click("kafka-connect").await;
    let said = window
        .wait_text("kafka-error", "the login's error", |t| t.contains("kafka-sasl"))
        .await;
    assert!(!said.contains("not-her-secret"), "{said}");
    let html = window
        .client
        .find(Locator::Css("body"))
        .await
        .unwrap()
        .html(true)
        .await
        .unwrap();
    assert!(
        !html.contains("not-her-secret"),
        "a password is in a field's value alone"
    );
    // The right one, and what bob may not read.
    write(&window, "kafka-sasl.username", "bob").await;
    write(&window, "kafka-sasl.password", "bob-secret").await;
    window.click("kafka-connect").await;
    window.find("topic-secret-orders").await;
    click_topic(&window, "topic-secret-orders").await;
    window
        .wait_text("sample-error", "what is not allowed", |t| {
            t.contains("not allowed")
        })
        .await;
    fits(&window, "an error").await;
    window.picture("forbidden").await;
    window.close().await;
}

#[tokio::test]
async fn the_screen_fits_every_size_theme_and_language() {
    let rig = rig().0;
    for (size, look) in [((1000, 700), "small"), ((1920, 1080), "large")] {
        let mut window = Window::open_sized("kafka-look", &[], size).await;
        connect(&window, rig).await;
        click_topic(&window, "topic-check-orders").await;
        click_topic(&window, "topic-check-cdc").await;
        click_topic(&window, "topic-orders").await;
        window
            .wait_text("topic-sample", "a sample", |t| t.contains("order-"))
            .await;
        window.click("kafka-check").await;
        window.find("kafka-steps").await;
        for theme in ["one", "two"] {
            for language in ["en", "zh"] {
                fits(&window, &format!("{look} {theme} {language}")).await;
                window.picture(&format!("{look}-{theme}-{language}")).await;
                window.click("language-switch").await;
            }
            window.click("theme-switch").await;
        }
        window.close().await;
    }
}

/// Every file below a folder, but for the keyring's own, which are encrypted.
fn files_below(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("keyrings") {
            found.extend(files_below(&path));
        } else if path.is_file() {
            found.push(path);
        }
    }
    found
}

#[tokio::test]
async fn a_connection_is_remembered_and_saved_and_its_password_lies_in_the_keyring() {
    let rig = rig().0;
    let mut window = Window::open("kafka-kept", &[]).await;
    window.find("demo-button").await;
    window.click("welcome-kafka").await;
    write(&window, "kafka-servers", rig.fact("sasl_ssl")).await;
    choose(&window, "kafka-protocol", "SASL_SSL").await;
    choose(&window, "kafka-mechanism", "SCRAM-SHA-512").await;
    write(&window, "kafka-ssl.ca.location", rig.fact("ca")).await;
    write(&window, "kafka-sasl.username", "alice").await;
    write(&window, "kafka-sasl.password", "alice-secret").await;
    window.click("kafka-keep").await;
    let name = format!("alice@{}", rig.fact("sasl_ssl"));
    window
        .wait_text("kafka-keep-as", "the name it is kept by", |t| t.contains(&name))
        .await;
    window.picture("to-keep").await;
    window.click("kafka-connect").await;
    window.find("topic-orders").await;
    let reference = format!("${{keyring:{name}}}");
    let holds = |id: &str, value: &str| {
        format!(
            "return document.querySelector('[data-testid=\"{id}\"]')?.value === {}",
            json!(value)
        )
    };
    window
        .wait_script(
            &holds("kafka-sasl.password", &reference),
            "the password lies in the keyring",
        )
        .await;
    window.picture("kept").await;
    // What is remembered stands among the connections made before.
    window.find("kafka-profile").await;
    // The day after, all is entered; the password comes from the keyring.
    let mut window = window.again().await;
    window.find("demo-button").await;
    window.click("welcome-kafka").await;
    window
        .wait_script(
            &holds("kafka-servers", rig.fact("sasl_ssl")),
            "the servers are entered",
        )
        .await;
    for (field, value) in [
        ("kafka-mechanism", "SCRAM-SHA-512"),
        ("kafka-ssl.ca.location", rig.fact("ca")),
        ("kafka-sasl.username", "alice"),
        ("kafka-sasl.password", &reference),
    ] {
        window.wait_script(&holds(field, value), field).await;
    }
    window.picture("remembered").await;
    window.click("kafka-connect").await;
    window.find("topic-orders").await;
    // As a profile: what would be written is shown before.
    window.click("profile-save").await;
    write(&window, "profile-name", "shop").await;
    window
        .wait_text("profile-text", "the profile's lines", |t| {
            t.contains("[kafka.shop]") && t.contains(&reference)
        })
        .await;
    let file = window.home().join("config/leftfold/leftfold.toml");
    assert!(!file.exists(), "nothing is written before it is asked for");
    fits(&window, "a profile to be written").await;
    window.picture("profile").await;
    window.click("profile-write").await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=profile-write]') === null",
            "it is written",
        )
        .await;
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(
        text.contains("[kafka.shop]") && text.contains(&reference),
        "{text}"
    );
    window
        .wait_script(
            "return document.querySelector('[data-testid=kafka-profile] option[value=\"profile:shop\"]') !== null",
            "the profile is listed",
        )
        .await;
    choose(&window, "kafka-profile", "profile:shop").await;
    window.click("kafka-connect").await;
    window
        .wait_script(
            // What has worked stands among the connections made before, with its profile, as soon as it is remembered.
            "return ['profile:shop', 'before:0'].includes(document.querySelector('[data-testid=kafka-profile]').value)
                && document.querySelector('[data-testid=kafka-screen]').innerText.includes('leftfold.toml')
                && document.querySelector('[data-testid=topic-orders]') !== null",
            "the profile connects",
        )
        .await;
    window.picture("by-profile").await;
    for file in files_below(window.home()) {
        let bytes = std::fs::read(&file).unwrap_or_default();
        let secret = b"alice-secret";
        let found = bytes.windows(secret.len()).any(|w| w == secret);
        assert!(!found, "{} holds the password", file.display());
    }
    window.close().await;
}

#[tokio::test]
async fn topics_by_pattern_single_partitions_and_both_ends_are_captured() {
    let rig = rig().0;
    let mut window = Window::open_sized("kafka-range", &[], (1000, 700)).await;
    connect(&window, rig).await;
    write(&window, "topic-search", "^orders$|^mirror-[ab]").await;
    window.click("topic-pattern").await;
    click_topic(&window, "topic-orders").await;
    window.click("partition-1").await;
    choose(&window, "capture-from", "offset").await;
    write(&window, "capture-number", "100").await;
    write(&window, "capture-until", "200").await;
    let path = window.home().join("some.leftfold");
    write_path(&window, &path).await;
    fits(&window, "a range").await;
    window.picture("range").await;
    window.click("capture-start").await;
    window
        .wait_text("capture-state", "captured", |t| t == "Captured")
        .await;
    let captured = rusqlite::Connection::open(&path).unwrap();
    let found: String = captured
        .query_row(
            "SELECT group_concat(DISTINCT topic || partition || ' ' || low || '-' || high) FROM
             (SELECT topic, partition, min(\"offset\") AS low, max(\"offset\") AS high FROM records GROUP BY 1, 2)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let mut found: Vec<&str> = found.split(',').collect();
    found.sort_unstable();
    assert_eq!(
        found,
        ["mirror-a1 100-153", "mirror-b1 100-189", "orders1 100-199"]
    );
    window.close().await;
}
