//! Comparisons of other modes, rules, and both sides at the playhead: set up from the project file and by hand, walked through by keys.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use leftfold_window_tests::Window;

use crate::demo;

const ENTER: &str = "\u{E007}";
const SHIFT_R: &str = "\u{E008}r\u{E000}";

const PROJECT: &str = r#"
[[comparison]]
name = "an order is paid"
mode = "correlated"
left = "shop.db"
right = "shop.db"
left_when = 'type == "OrderPlaced"'
right_when = 'type == "PaymentCaptured" && category == "order"'
key = "correlation_id"
within = "60s"

[[comparison]]
name = "of another file"
left = "other.db"
right = "shop.db"

[[rule]]
name = "stock never below zero"
source = "shop.db"
categories = ["stock"]
check = "state.available >= 0"

[[rule]]
name = "a captured payment reaches its order"
when = 'type == "PaymentCaptured" && category == "payment"'
expect = 'type == "PaymentCaptured" && category == "order"'
by = "correlation_id"
within = "30s"

[[rule]]
name = "of another history"
source = "other.db"
check = "true"

[[rule]]
name = "written wrong"
check = "stat.available >= 0"
"#;

/// What the sizes of a window must hold without anything sticking out.
const FITS: &str = "return document.documentElement.scrollWidth <= window.innerWidth
    && document.documentElement.scrollHeight <= window.innerHeight;";

/// Whether the playhead's event is the one the chosen finding is about.
const AGREES: &str = "
    const chosen = document.querySelector('[data-testid=finding-row][aria-selected=true]');
    const marked = document.querySelector('[data-testid=event-row].now');
    return chosen !== null && marked !== null;";

/// The demo with a project file beside it.
fn shop(folder: &Path) -> PathBuf {
    let path = demo(folder);
    std::fs::write(folder.join("leftfold.toml"), PROJECT).unwrap();
    path
}

async fn opened(name: &str, path: &Path, events: &str) -> Window {
    let window = Window::open_sized(name, &[path.to_str().unwrap()], (1440, 900)).await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with(events))
        .await;
    window
}

/// Takes a picture in the small size, in the other theme and language, and comes back.
async fn small(window: &mut Window, what: &str) {
    window.client.set_window_size(1000, 700).await.unwrap();
    // Dark.
    window.click("theme-switch").await;
    window.click("language-switch").await;
    window.wait_script(FITS, "nothing sticks out").await;
    window.picture(what).await;
    window.click("language-switch").await;
    window.click("theme-switch").await;
    window.click("theme-switch").await;
    window.client.set_window_size(1440, 900).await.unwrap();
}

async fn place(window: &Window) -> String {
    window
        .wait_text("finding-place", "a finding", |t| {
            t.chars().next().is_some_and(|c| c.is_ascii_digit())
        })
        .await
}

#[tokio::test]
async fn events_that_belong_together_are_compared_as_the_project_file_states_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = shop(folder.path());
    let mut window = opened("correlated", &path, "24,000").await;
    window.keys("m").await;
    window
        .wait_text("saved-comparison", "a saved comparison", |t| t.contains("paid"))
        .await;
    window.click("saved-comparison").await;
    window.find("mode-correlated").await;
    window.picture("form").await;
    // A dialog keeps the rest of the window out of reach.
    window.client.set_window_size(1000, 700).await.unwrap();
    window.wait_script(FITS, "nothing sticks out").await;
    window.picture("form-small").await;
    window.client.set_window_size(1440, 900).await.unwrap();
    window.click("compare-start").await;
    window
        .wait_text("compare-verdict", "a verdict on keys", |t| {
            t.contains("keys are affected")
        })
        .await;
    let first = place(&window).await;
    window
        .wait_text("correlated-keys", "what took part", |t| {
            t.contains("keys on both sides")
        })
        .await;
    window.wait_script(AGREES, "list and playhead agree").await;
    window
        .wait_text("finding-said", "what was expected", |t| {
            t.contains("PaymentCaptured")
        })
        .await;
    window.picture("first").await;
    window.keys("n").await;
    window
        .wait_text("finding-place", "the second finding", |t| t != first)
        .await;
    // The strip, and the ways to look at it.
    window
        .wait_script(
            "return Number(document.querySelector('[data-testid=finding-strip]').dataset.tiles) > 0",
            "the findings stand along the axis",
        )
        .await;
    window.keys("i").await;
    window.find("finding-map").await;
    window.picture("map").await;
    window.keys("i").await;
    window
        .wait_text("lag-pairs", "lags of pairs", |t| t.contains("pairs"))
        .await;
    window.picture("lag").await;
    // The partner of the playhead's event.
    window.keys("i").await;
    window.keys("z").await;
    window
        .wait_text("beside-right", "a partner", |t| t.contains("PaymentCaptured"))
        .await;
    window.picture("playhead").await;
    window.keys("i").await;
    small(&mut window, "list-small").await;
    // What is wrong with a key is told where it is written.
    window.keys("m").await;
    window.find("mode-correlated").await;
    let script = "
        const field = document.querySelector('[data-testid=compare-leftKey]');
        field.value = 'nosuchname.x';
        field.dispatchEvent(new Event('input', { bubbles: true }));";
    window.script(script, vec![]).await;
    window
        .client
        .active_element()
        .await
        .unwrap()
        .send_keys(ENTER)
        .await
        .unwrap();
    window
        .wait_text("compare-refused", "why it was refused", |t| {
            t.contains("left_key")
        })
        .await;
    window.picture("refused").await;
    window.close().await;
}

/// A cart's history, and a read model that is three events behind, lacks a cart, has one too many and a wrong total.
fn carts(folder: &Path) -> PathBuf {
    let mut lines = String::new();
    let mut second = 0;
    for version in 1..=3 {
        for cart in 1..=40 {
            second += 1;
            let total = cart * version;
            writeln!(
                lines,
                r#"{{"stream":"cart-{cart}","version":{version},"id":"{cart}@{version}","type":"CartChanged","time":"2026-03-01T10:{:02}:{:02}Z","payload":{{"total":{total},"currency":"EUR","items":{version}}}}}"#,
                second / 60,
                second % 60
            )
            .unwrap();
        }
    }
    let path = folder.join("carts.ndjson");
    std::fs::write(&path, lines).unwrap();
    let read = rusqlite::Connection::open(folder.join("read.db")).unwrap();
    read.execute_batch(
        "CREATE TABLE carts (cart_id INTEGER PRIMARY KEY, total INTEGER, currency TEXT, noted TEXT)",
    )
    .unwrap();
    for cart in 1..=40 {
        let version = if cart > 37 { 2 } else { 3 };
        let total = if cart == 5 { 999 } else { cart * version };
        if cart != 9 {
            read.execute(
                "INSERT INTO carts VALUES (?1, ?2, 'EUR', 'x')",
                rusqlite::params![cart, total],
            )
            .unwrap();
        }
    }
    read.execute("INSERT INTO carts VALUES (77, 1, 'EUR', 'x')", [])
        .unwrap();
    path
}

#[tokio::test]
async fn rows_of_a_read_model_are_compared_with_the_states_and_the_event_to_blame_is_gone_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = carts(folder.path());
    let mut window = opened("projection", &path, "120").await;
    window.keys("m").await;
    window.click("mode-of-projection").await;
    window.find("mode-projection").await;
    for (field, value) in [
        ("path", folder.path().join("read.db").display().to_string()),
        ("table", "carts".to_owned()),
        ("rowKey", "cart-{cart_id}".to_owned()),
    ] {
        let element = window.find(&format!("compare-{field}")).await;
        element.clear().await.unwrap();
        element.send_keys(&value).await.unwrap();
    }
    window.click("compare-settled").await;
    window.picture("form").await;
    window.click("compare-start").await;
    window
        .wait_text("compare-verdict", "a verdict on rows", |t| {
            t.contains("streams and rows")
        })
        .await;
    place(&window).await;
    window
        .wait_text("rows-as-of", "the place they are as of", |t| {
            t.contains("behind the end")
        })
        .await;
    // The wrong total, alone.
    for category in ["missing", "extra", "late"] {
        if !window.all(&format!("category-{category}")).await.is_empty() {
            window.click(&format!("category-{category}")).await;
        }
    }
    window.keys("n").await;
    window
        .wait_text("row-evidence", "the wrong total", |t| t.contains("999"))
        .await;
    window.picture("mismatch").await;
    window
        .wait_text("row-blame", "the event that set it", |t| {
            t.contains("CartChanged v3")
        })
        .await;
    window.click("row-blame").await;
    window
        .wait_script(
            "const now = document.querySelector('[data-testid=event-row].now');
             return now !== null && now.innerText.includes('cart-5') && now.innerText.includes('3');",
            "the playhead stands at the event that is to blame",
        )
        .await;
    // Rows say only what they hold now; there is no second playhead.
    window.keys("z").await;
    window
        .wait_text("notice", "why there is none", |t| {
            t.contains("no second playhead")
        })
        .await;
    window.keys("k").await;
    window
        .wait_text("notice", "why it is not known", |t| {
            t.contains("only what they hold now")
        })
        .await;
    for category in ["missing", "extra", "late"] {
        if !window.all(&format!("category-{category}")).await.is_empty() {
            window.click(&format!("category-{category}")).await;
        }
    }
    small(&mut window, "list-small").await;
    window.keys("i").await;
    window.find("finding-map").await;
    window.picture("map").await;
    window.close().await;
}

#[tokio::test]
async fn states_of_two_histories_name_the_event_that_set_a_field_on_each_side() {
    let folder = tempfile::tempdir().unwrap();
    let path = carts(folder.path());
    // Another service's history of the carts: one has one event more, which set another total.
    let mut other = std::fs::read_to_string(&path).unwrap();
    other.push_str(
        r#"{"stream":"cart-5","version":4,"id":"5@4","type":"TotalCorrected","time":"2026-03-01T10:03:00Z","payload":{"total":16}}"#,
    );
    let right = folder.path().join("other.ndjson");
    std::fs::write(&right, other).unwrap();
    let mut window = opened("two-histories", &path, "120").await;
    window.keys("m").await;
    window.click("mode-of-projection").await;
    window.find("mode-projection").await;
    let element = window.find("compare-path").await;
    element.clear().await.unwrap();
    element.send_keys(&right.display().to_string()).await.unwrap();
    window.click("compare-settled").await;
    window.click("compare-start").await;
    window.find("compare-verdict").await;
    place(&window).await;
    // One cart differs: the next finding is the same again.
    window.keys("n").await;
    window
        .wait_text("row-evidence", "the other total", |t| {
            t.contains("15") && t.contains("16")
        })
        .await;
    window
        .wait_text("row-blame", "who set it here", |t| t.contains("CartChanged v3"))
        .await;
    window
        .wait_text("row-blame-right", "who set it there", |t| {
            t.contains("TotalCorrected v4")
        })
        .await;
    window.picture("both").await;
    window.close().await;
}

#[tokio::test]
async fn rules_of_the_project_file_are_checked_and_a_violation_is_gone_to_by_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = shop(folder.path());
    let mut window = opened("rules", &path, "24,000").await;
    window.keys(SHIFT_R).await;
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=stated-rule]').length === 4",
            "the rules are listed",
        )
        .await;
    let stated = window.texts("stated-rule").await;
    assert!(stated[2].contains("is about other.db"), "{stated:?}");
    assert!(stated[3].contains("line "), "{stated:?}");
    window.picture("form").await;
    window
        .wait_script(
            "return document.activeElement?.dataset?.testid === 'rules-start'",
            "one can begin",
        )
        .await;
    window.keys_to_focus(ENTER).await;
    window
        .wait_text("compare-verdict", "a verdict on rules", |t| {
            t.contains("violation")
        })
        .await;
    let first = place(&window).await;
    window.wait_script(AGREES, "list and playhead agree").await;
    window.picture("first").await;
    window.keys("n").await;
    window
        .wait_text("finding-place", "the second violation", |t| t != first)
        .await;
    window.wait_script(AGREES, "list and playhead agree again").await;
    window.keys("i").await;
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=rule-outcome]').length === 2",
            "what each rule came to",
        )
        .await;
    let outcomes = window.texts("rule-outcome").await;
    assert!(outcomes.iter().any(|o| o.contains("violation")), "{outcomes:?}");
    window.picture("outcomes").await;
    small(&mut window, "outcomes-small").await;
    // As known at the playhead.
    window.keys("i").await;
    window.keys("i").await;
    window.keys("i").await;
    window.keys("k").await;
    window
        .wait_text("compare-until", "a moment", |t| t.starts_with("As known at"))
        .await;
    window.keys("k").await;

    // One that is written by hand: refused first, then checked.
    window.keys(SHIFT_R).await;
    window.click("rule-write").await;
    let check = window.find("rule-check").await;
    check.send_keys("stat.available > 2").await.unwrap();
    check.send_keys(ENTER).await.unwrap();
    window
        .wait_text("rules-refused", "what is wrong", |t| t.contains("check:"))
        .await;
    window.picture("refused").await;
    let check = window.find("rule-check").await;
    check.clear().await.unwrap();
    check.send_keys("payload.qty < 2").await.unwrap();
    window.find("rule-name").await.send_keys("few").await.unwrap();
    window.find("rule-check").await.send_keys(ENTER).await.unwrap();
    window
        .wait_script(
            "return document.querySelector('[data-testid=\"category-rule:few\"]') !== null",
            "its violations are listed",
        )
        .await;
    window.picture("written").await;
    // What has to follow without a deadline is awaited, unless the history is said to be complete.
    window.keys(SHIFT_R).await;
    window.click("rule-kind-expect").await;
    for (field, text) in [
        ("rule-when", "payload.qty < 2"),
        ("rule-expect", "type == \"Never\""),
        ("rule-by", "stream"),
    ] {
        let field = window.find(field).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }
    window.picture("follows").await;
    window.find("rule-by").await.send_keys(ENTER).await.unwrap();
    let awaited = "const of = (id) => document.querySelector(`[data-testid=\"${id}\"]`);
        return of('rules-form') === null && of('category-rule:few') !== null && of('status-pending') !== null;";
    window.wait_script(awaited, "it is awaited").await;
    window.picture("awaited").await;
    window.keys(SHIFT_R).await;
    window.click("rule-settled").await;
    window.find("rule-by").await.send_keys(ENTER).await.unwrap();
    let lacking = "const of = (id) => document.querySelector(`[data-testid=\"${id}\"]`);
        return of('rules-form') === null && of('category-rule:few') !== null && of('status-pending') === null;";
    window.wait_script(lacking, "it is lacking").await;
    window.click("compare-close").await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=findings]') === null",
            "nothing of it is left",
        )
        .await;
    window.close().await;
}

#[tokio::test]
async fn both_sides_stand_at_one_time_or_at_events_that_belong_together() {
    let mut window = Window::open_sized("sync", &[], (1440, 900)).await;
    window.click("demo-compare").await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("24,000"))
        .await;
    window
        .wait_text("compare-verdict", "a verdict", |t| t.contains("They differ"))
        .await;
    place(&window).await;
    // The first finding is of a stream that only the mirror has: that one has no state here.
    window.click("compare-tab-playhead").await;
    window
        .wait_text("at-playhead", "the stream of the mirror", |t| {
            t.contains("order-test-1")
        })
        .await;
    window.click("compare-tab-list").await;
    for category in crate::compare::OTHERS {
        window.click(&format!("category-{category}")).await;
    }
    window.keys("n").await;
    window
        .wait_text("inspector-stream", "a stream that both have", |t| {
            !t.starts_with("order-test")
        })
        .await;
    window.click("compare-tab-playhead").await;
    window
        .wait_text("beside-left", "the left event", |t| t.contains('v'))
        .await;
    window
        .wait_text("states-summary", "states at one time", |t| !t.is_empty())
        .await;
    assert!(
        window.all("right-playhead").await.is_empty(),
        "both stand at one time"
    );
    window.picture("time").await;
    window.keys("z").await;
    window.find("right-playhead").await;
    // The partner is the same event of the same stream. Both are those of the time before until the answer is there.
    window
        .wait_script(
            "const event = (side) => document.querySelector(`[data-testid=beside-${side}]`).innerText.trim()
                 .split('\\n').at(-1).split(' · ')[0];
             return event('right').includes('v') && event('left') === event('right');",
            "the partner is the same event",
        )
        .await;
    let left = window.text("beside-left").await;
    let event = |text: &str| {
        let text = text.lines().last().unwrap_or_default().to_owned();
        text.split(" · ").next().unwrap_or_default().to_owned()
    };
    window
        .wait_text("states-summary", "states on alignment", |t| !t.is_empty())
        .await;
    window.picture("alignment").await;
    // It follows the playhead.
    window.keys("\u{E014}").await;
    window
        .wait_text("beside-left", "the next event", |t| event(t) != event(&left))
        .await;
    small(&mut window, "alignment-small").await;
    window.keys("z").await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=right-playhead]') === null",
            "both stand at one time again",
        )
        .await;
    window.close().await;
}
