//! Histories at the edges: none, one event, one instant, no category, very many lanes, names that would be obeyed where they are shown.

use std::path::{Path, PathBuf};

use leftfold_window_tests::Window;
use serde_json::json;

/// Events as the envelope that `leftfold export` writes.
fn history(folder: &Path, name: &str, events: impl Iterator<Item = serde_json::Value>) -> PathBuf {
    let path = folder.join(name);
    let lines: Vec<String> = events.map(|e| e.to_string()).collect();
    std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    path
}

fn event(n: u32, stream: &str, version: u32, time: &str) -> serde_json::Value {
    json!({ "position": n.to_string(), "stream": stream, "version": version, "type": format!("Type{}", n % 3), "time": time, "payload": { "n": n } })
}

async fn open(name: &str, path: &Path, events: &str) -> Window {
    let window = Window::open(name, &[path.to_str().unwrap()]).await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with(events))
        .await;
    window
}

async fn shows_a_state(window: &Window) {
    window.find("event-row").await;
    window.wait_text("state-tree", "a state", |t| !t.is_empty()).await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=timeline-canvas]').getAttribute('aria-busy') === 'false'",
            "the timeline is drawn",
        )
        .await;
}

#[tokio::test]
async fn a_store_without_events_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("empty.db");
    let full = crate::demo(folder.path());
    std::fs::copy(full, &path).unwrap();
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch("DELETE FROM event_sourcery_events").unwrap();
    drop(db);
    let mut window = open("no-events", &path, "0").await;
    window.find("empty-store").await;
    window.picture("empty").await;
    window.close().await;
}

#[tokio::test]
async fn one_event_is_a_history() {
    let folder = tempfile::tempdir().unwrap();
    let one = std::iter::once(event(1, "cart-1", 1, "2026-11-20T10:00:00Z"));
    let path = history(folder.path(), "one.ndjson", one);
    let mut window = open("one-event", &path, "1").await;
    shows_a_state(&window).await;
    window.picture("end").await;
    window.keys("\u{E011}").await;
    window
        .wait_text("playhead-time", "before it", |t| t.contains("before"))
        .await;
    window.keys("\u{E014}").await;
    window
        .wait_text("playhead-time", "at it", |t| t.contains("10:00:00"))
        .await;
    window.click("axis-log").await;
    window
        .wait_text("playhead-time", "its place", |t| t.starts_with('e'))
        .await;
    window
        .wait_script(
            "const box = (id) => document.querySelector(`[data-testid=${id}]`).getBoundingClientRect();
             const [flag, canvas] = [box('playhead-flag'), box('timeline-canvas')];
             const place = (flag.left + flag.width / 2 - canvas.left) / canvas.width;
             return place > 0.4 && place < 0.6;",
            "it stands in the middle",
        )
        .await;
    window.picture("log").await;
    window.close().await;
}

#[tokio::test]
async fn events_of_one_instant_are_told_apart_by_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let all = (1..=40).map(|n| {
        event(
            n,
            &format!("cart-{}", n % 4),
            n.div_ceil(4),
            "2026-11-20T10:00:00Z",
        )
    });
    let path = history(folder.path(), "instant.ndjson", all);
    let mut window = open("one-instant", &path, "40").await;
    shows_a_state(&window).await;
    window.picture("end").await;
    let at_end = window.text("inspector-version").await;
    window.keys("\u{E012}").await;
    window.keys("\u{E012}").await;
    window
        .wait_text(
            "inspector-version",
            "an earlier version of the same instant",
            |t| t != at_end,
        )
        .await;
    window.picture("stepped").await;
    window.close().await;
}

#[tokio::test]
async fn three_thousand_streams_without_a_category_are_lanes_by_type_and_can_be_lanes_by_stream() {
    let folder = tempfile::tempdir().unwrap();
    let all = (0..6000_u32).map(|n| {
        let stream = format!(
            "{:08x}-89ab-4cde-8f01-{:012x}",
            (n % 3000).wrapping_mul(2_654_435_761),
            n % 3000
        );
        let time = format!("2026-11-20T10:{:02}:{:02}Z", n / 600, n / 10 % 60);
        let mut event = event(n, &stream, n / 3000 + 1, &time);
        event["category"] = json!("");
        event
    });
    let path = history(folder.path(), "uuids.ndjson", all);
    let mut window = open("no-category", &path, "6,000").await;
    shows_a_state(&window).await;
    window
        .wait_text("no-category", "a reason", |t| t.contains("no category"))
        .await;
    let lanes = window.texts("lane-row").await;
    assert_eq!(lanes.len(), 3, "{lanes:?}");
    window.picture("by-type").await;
    window.click("lanes-stream").await;
    window.find("lanes-below").await;
    window.picture("by-stream").await;
    window.close().await;
}

/// What is seen, what a tooltip says and what is read aloud, where a character in it would be obeyed.
const OBEYED: &str = r"
    const obeyed = /(?![\t\n\r])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;
    const said = [...document.querySelectorAll('*')].flatMap((e) => [
        e.getAttribute('title'), e.getAttribute('aria-label'), e.getAttribute('data-whole'),
        ...[...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data),
    ]);
    return said.filter((text) => text !== null && obeyed.test(text)).map(encodeURIComponent).join(' | ');";

#[tokio::test]
async fn a_name_that_would_turn_the_text_after_it_is_shown_with_what_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    let all = (0..30_u32).map(|n| {
        let mut event = event(
            n,
            "order-\u{202e}gpj.exe",
            n + 1,
            &format!("2026-11-20T10:00:{n:02}Z"),
        );
        event["type"] = json!(format!("Pla\u{2066}ced{}", n % 2));
        event["id"] = json!(format!("id\u{200f}{n}"));
        event["causation_id"] = json!(format!("id\u{200f}{}", n.saturating_sub(1)));
        event["payload"] =
            json!({ "na\u{202e}me": format!("va\u{202d}lue {n}"), "deep": { "\u{85}": ["\u{2028}"] } });
        event
    });
    let path = history(folder.path(), "turned.ndjson", all);
    let mut window = open("turned", &path, "30").await;
    shows_a_state(&window).await;
    for tab in [
        "tab-state",
        "tab-event",
        "tab-raw",
        "tab-history",
        "tab-diff",
        "tab-causes",
    ] {
        window.click(tab).await;
        crate::frames(&window).await;
        let obeyed = window.script(OBEYED, vec![]).await;
        assert_eq!(obeyed, json!(""), "{tab}");
        window.picture(tab).await;
    }
    // Lanes by stream, and the streams to go to.
    window.click("lanes-stream").await;
    window.keys("\u{E009}p\u{E000}").await;
    window
        .wait_script(
            "return [...document.querySelectorAll('[role=option]')].some((o) => o.textContent.includes('gpj'))",
            "the stream is offered",
        )
        .await;
    assert_eq!(
        window.script(OBEYED, vec![]).await,
        json!(""),
        "lanes and streams"
    );
    window.picture("streams").await;
    window.keys("\u{E00C}").await;
    let rows = window.texts("event-row").await;
    assert!(
        rows.iter().any(|row| row.contains("Pla\\u{2066}ced1")),
        "{rows:?}"
    );
    window.close().await;
}
