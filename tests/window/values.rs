//! A field of a stream's state has a lane of its own, with what it holds at the playhead; a range is measured and becomes a filter.

use leftfold_window_tests::Window;

use crate::bookmarks::go_to;
use crate::{demo, filtered};

const SHIFT_H: &str = "\u{E008}h\u{E000}";
const SHIFT_F: &str = "\u{E008}f\u{E000}";

/// Pins a field of the state, as a click on its history does, and gives it a lane.
pub(crate) async fn watch(window: &Window, stream: &str, field: &str, lanes: usize) {
    go_to(window, stream).await;
    window
        .wait_text("inspector-stream", "the stream", |t| t == stream)
        .await;
    window.click("tab-state").await;
    let script = format!(
        "const row = [...document.querySelectorAll('[data-testid=state-row]')].find((r) => r.innerText.startsWith('{field}:'));
         if (!row) return false;
         (row.querySelector('.value') ?? row).click();
         return true;"
    );
    window.wait_script(&script, "the field is there").await;
    window.keys(SHIFT_H).await;
    window
        .wait_script(
            &format!(
                "return document.querySelectorAll('[data-testid=value-lane]').length === {lanes}
                    && document.querySelectorAll('[data-testid=value-here]').length === {lanes}"
            ),
            "the field has a lane",
        )
        .await;
}

#[tokio::test]
async fn values_of_fields_are_lanes_and_are_told_in_full_at_the_playhead() {
    let folder = tempfile::tempdir().unwrap();
    let path = demo(folder.path());
    let mut window = Window::open("values", &[path.to_str().unwrap()]).await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("24,000"))
        .await;
    window.find("event-row").await;
    watch(&window, "stock-SKU-0007", "available", 1).await;
    watch(&window, "order-10595", "status", 2).await;
    watch(&window, "stock-SKU-0001", "price", 3).await;
    window.click("tab-state").await;
    // The incident of the day: fewer than none are left.
    window.keys("/").await;
    let editor = window.client.active_element().await.unwrap();
    editor
        .send_keys("category == 'stock' && payload.available < 0\u{E007}")
        .await
        .unwrap();
    window
        .wait_text("filter-count", "one event", |t| t.starts_with("1 of"))
        .await;
    // The rows before the filter stand there until its own have come.
    filtered(&window).await;
    window.click("event-row").await;
    window.client
        .execute(
            "document.querySelector('[data-testid=event-row]').dispatchEvent(new MouseEvent('dblclick', { bubbles: true }));",
            vec![],
        )
        .await
        .unwrap();
    window
        .wait_script(
            "const here = [...document.querySelectorAll('[data-testid=value-here]')].map((e) => e.innerText);
             const row = [...document.querySelectorAll('[data-testid=state-row]')].find((r) => r.innerText.startsWith('available'));
             return here[0]?.startsWith('-') === true && row !== undefined && row.innerText.includes(here[0]);",
            "the lane says at the playhead what the state says",
        )
        .await;
    window.click("filter-clear").await;
    window
        .wait_text("filter-count", "all", |t| t.starts_with("24,000"))
        .await;
    window.picture("lanes").await;
    // A range across the middle of the day: measured, then filtered by.
    let canvas = window.find("timeline-canvas").await;
    crate::drag(&window, &canvas, &[(0.45, 0.05), (0.5, 0.05), (0.6, 0.05)]).await;
    let events = window
        .wait_text("measure-events", "what stands in the range", |t| {
            t.ends_with("events")
        })
        .await;
    window.find("measure-rate").await;
    window.picture("range").await;
    window.keys(SHIFT_F).await;
    let count = events.trim_end_matches(" events").to_owned();
    window
        .wait_text("filter-count", "as many as were counted", |t| {
            t == format!("{count} of 24,000")
        })
        .await;
    window.keys(SHIFT_F).await;
    window
        .wait_text("filter-count", "all again", |t| t.starts_with("24,000"))
        .await;
    // Zoomed in, dark, in a small window and in Chinese.
    window.keys("wwww").await;
    window.click("theme-switch").await;
    window.client.set_window_size(1000, 700).await.unwrap();
    window.click("language-switch").await;
    window.picture("small-dark-zh").await;
    window.close().await;
}

/// A file of lines in the common envelope.
fn lines(folder: &std::path::Path, name: &str, lines: &[String]) -> std::path::PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, lines.concat()).unwrap();
    path
}

#[tokio::test]
async fn valid_times_stand_beside_recorded_times_where_events_stand_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let all: Vec<String> = (0..36)
        .map(|i| {
            let (hour, minute) = (8 + i / 6, (i % 6) * 10);
            // Every third one was recorded hours after it came to hold, and a few know no valid time.
            let valid = match i % 3 {
                0 => format!(",\"valid_time\":\"2026-11-20T{:02}:{minute:02}:00.000000007Z\"", hour - 2),
                1 => format!(",\"valid_time\":\"2026-11-20T{hour:02}:{minute:02}:30Z\""),
                _ => String::new(),
            };
            let kind = ["policy", "claim"][i % 2];
            format!(
                "{{\"stream\":\"{kind}-{}\",\"type\":\"Changed\",\"time\":\"2026-11-20T{hour:02}:{minute:02}:30Z\"{valid},\"payload\":{{\"n\":{i}}}}}\n",
                i % 5
            )
        })
        .collect();
    let path = lines(folder.path(), "policies.ndjson", &all);
    let mut window = Window::open("valid", &[path.to_str().unwrap()]).await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("36 "))
        .await;
    window.find("event-row").await;
    window.keys("\u{E008}x\u{E000}").await;
    window
        .wait_text("valid-times", "how many are valid at another time", |t| {
            t.contains("12 events are valid at another time")
        })
        .await;
    window.picture("beside").await;
    window.keys("x").await;
    window
        .wait_text("valid-times", "where they can be seen", |t| {
            t.contains("on the axis of event time")
        })
        .await;
    window.keys("x\u{E008}x\u{E000}").await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=valid-times]') === null",
            "they are put away",
        )
        .await;
    window.close().await;
}

#[tokio::test]
async fn the_ruler_can_be_read_from_centuries_to_nanoseconds() {
    let folder = tempfile::tempdir().unwrap();
    let times = [
        "1700-01-01T00:00:00Z",
        "1893-05-04T10:00:00Z",
        "2026-12-31T23:59:59.99999999Z",
        "2026-12-31T23:59:59.999999995Z",
        "2027-01-01T00:00:00.000000004Z",
        "2027-01-01T00:00:00.00000007Z",
        "2250-06-01T12:00:00Z",
    ];
    let all: Vec<String> = times
        .iter()
        .enumerate()
        .map(|(i, time)| {
            format!(
                "{{\"stream\":\"s-{}\",\"type\":\"T\",\"time\":\"{time}\"}}\n",
                i % 2
            )
        })
        .collect();
    let path = lines(folder.path(), "ages.ndjson", &all);
    let mut window = Window::open("ruler", &[path.to_str().unwrap()]).await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("7 "))
        .await;
    window.find("event-row").await;
    window.picture("folded").await;
    window.keys("g").await;
    window.picture("centuries").await;
    go_to(&window, "e4").await;
    window.keys("f").await;
    // No two texts of the ruler touch, whatever is in sight, and there are always some.
    let apart = "
        const boxes = [...document.querySelectorAll('[data-testid=ruler-mark]')].map((e) => e.getBoundingClientRect());
        return boxes.length > 1 && boxes.every((box, i) => i === 0 || boxes[i - 1].right < box.left);";
    for step in 0..13 {
        window.wait_script(apart, "the ruler's texts stand apart").await;
        if step % 3 == 0 || step == 12 {
            window.picture(&format!("zoom-{step}")).await;
        }
        window.keys("wwwwwwwwww").await;
    }
    window.close().await;
}
