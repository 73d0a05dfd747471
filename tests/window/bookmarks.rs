//! Bookmarks, the way back, undo of the view; and that a window that was killed shows all of it again.

use leftfold_window_tests::Window;
use serde_json::{Value, json};

use crate::{INSPECTED, demo, filtered};

const ENTER: &str = "\u{E007}";
const ESCAPE: &str = "\u{E00C}";
const BACKSPACE: &str = "\u{E003}";
const CONTROL_B: &str = "\u{E009}b\u{E000}";
const CONTROL_Z: &str = "\u{E009}z\u{E000}";
const SHIFT_B: &str = "\u{E008}b\u{E000}";

/// The event the list shows at the playhead.
const NOW: &str = "return document.querySelector('[data-testid=event-row].now')?.dataset.ordinal ?? null;";

/// Goes to a stream, or to the event at a point, as a reader does; waits until it is there.
pub(crate) async fn go_to(window: &Window, point: &str) {
    let is_stream = point.contains('-');
    let before = if is_stream {
        Value::Null
    } else {
        window
            .wait_answer(NOW, "the list follows", |now| !now.is_null())
            .await
    };
    window.keys("\u{E009}p\u{E000}").await;
    let input = window.find("palette-input").await;
    input.send_keys(point).await.unwrap();
    window
        .wait_script(
            &format!(
                "return (document.querySelector('[data-testid=palette-item][aria-selected=true]')?.innerText ?? '').includes({})",
                json!(point)
            ),
            "the palette finds the way there",
        )
        .await;
    window
        .client
        .active_element()
        .await
        .unwrap()
        .send_keys(ENTER)
        .await
        .unwrap();
    window
        .wait_script(
            "return document.querySelector('[data-testid=palette]') === null",
            "the palette is gone",
        )
        .await;
    // What is pressed before that is about where one was.
    if is_stream {
        let script = format!("{INSPECTED} return name === {};", json!(point));
        window.wait_script(&script, "the stream is inspected").await;
    } else {
        window
            .wait_answer(NOW, "the list shows the event", |now| {
                !now.is_null() && *now != before
            })
            .await;
    }
}

/// Sets a bookmark with a note where one is.
pub(crate) async fn mark(window: &Window, note: &str) {
    window.keys(CONTROL_B).await;
    let text = window.find("bookmark-text").await;
    if !note.is_empty() {
        text.send_keys(note).await.unwrap();
    }
    text.send_keys(ENTER).await.unwrap();
    window
        .wait_script(
            "return document.querySelector('[data-testid=bookmark-note]') === null",
            "the note is kept",
        )
        .await;
}

/// What is to be seen, as text: what must be there again.
async fn seen(window: &Window) -> Value {
    window
        .script(
            "const texts = (id) => [...document.querySelectorAll(`[data-testid=${id}]`)].map((e) => e.innerText.trim());
             const one = (id) => document.querySelector(`[data-testid=${id}]`)?.innerText.trim() ?? '';
             const pressed = (id) => document.querySelector(`[data-testid=${id}]`)?.getAttribute('aria-pressed');
             const marks = [...document.querySelectorAll('[data-testid=bookmark-mark]')]
                 .map((e) => [e.title, Math.round(e.getBoundingClientRect().left)]);
             const lanes = [...document.querySelectorAll('[data-testid=lane-row]')]
                 .map((e) => [e.innerText.trim(), e.getAttribute('aria-pressed'), getComputedStyle(e.querySelector('i')).backgroundColor]);
             const ruler = texts('ruler-mark');
             return { ruler, marks, lanes, playhead: one('playhead-time'), filter: one('filter-count'), stream: one('inspector-stream'),
                      log: pressed('axis-log'), points: texts('point-A') };",
            vec![],
        )
        .await
}

async fn open(name: &str, path: &str) -> Window {
    let window = Window::open(name, &[path]).await;
    is_there(&window).await;
    window
}

async fn is_there(window: &Window) {
    window
        .wait_text("status-events", "all events", |t| t.starts_with("24,000"))
        .await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=timeline-canvas]')?.getAttribute('aria-busy') === 'false'",
            "the counts are there",
        )
        .await;
    window.find("event-row").await;
}

#[tokio::test]
async fn a_window_that_is_killed_shows_everything_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = demo(folder.path());
    let path = path.to_str().unwrap();
    let mut window = open("killed", path).await;
    go_to(&window, "#12000").await;
    mark(&window, "the double sale, ask the stock team").await;
    window.keys("wwww").await;
    go_to(&window, "#12100").await;
    mark(&window, "").await;
    window.keys("c").await;
    window.find("point-A").await;
    // The second lane goes to the top, and another one out of sight.
    let lane = window.all("lane-row").await.remove(1);
    let name = lane.attr("data-lane").await.unwrap().unwrap();
    window
        .script(
            "document.querySelectorAll('[data-testid=lane-row]')[1].focus();",
            vec![],
        )
        .await;
    window.keys_to_focus("\u{E00A}\u{E013}\u{E000}").await;
    window
        .wait_script(
            &format!(
                "return document.querySelector('[data-testid=lane-row]').dataset.lane === {}",
                json!(name)
            ),
            "the lane is moved",
        )
        .await;
    window.keys("3").await;
    window.keys("/").await;
    let editor = window.client.active_element().await.unwrap();
    editor.send_keys("category != 'review'\u{E007}").await.unwrap();
    filtered(&window).await;
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=bookmark-mark]').length === 2",
            "both bookmarks are in sight",
        )
        .await;
    let before = seen(&window).await;
    window.picture("before").await;
    // What was done last is on the disk a moment later.
    let kept = window.home().join("config/leftfold/seen");
    let started = std::time::Instant::now();
    let on_disk = || {
        let files = std::fs::read_dir(&kept).into_iter().flatten().flatten();
        files
            .filter_map(|f| std::fs::read_to_string(f.path()).ok())
            .any(|text| text.contains("category != 'review'") && text.contains("the double sale"))
    };
    while !on_disk() {
        assert!(started.elapsed().as_secs() < 30, "it is never kept");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let mut window = window.killed(&[path]).await;
    is_there(&window).await;
    window
        .wait_text("filter-count", "the filter", |t| t.contains(" of "))
        .await;
    window.find("point-A").await;
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=bookmark-mark]').length === 2",
            "the bookmarks are there",
        )
        .await;
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        let after = seen(&window).await;
        if after == before {
            break;
        }
        assert!(
            std::time::Instant::now() < deadline,
            "before: {before}\nafter: {after}"
        );
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    window.picture("after").await;
    window.close().await;
}

#[tokio::test]
async fn what_was_changed_just_before_the_window_closed_is_there_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = demo(folder.path());
    let path = path.to_str().unwrap();
    let window = open("closed", path).await;
    go_to(&window, "#12000").await;
    let cross = window.hand_on_cross();
    mark(&window, "seen at the last moment").await;
    // The theme is a preference, and is kept by itself.
    window.click("theme-switch").await;
    cross.close();
    window.ended().await;
    let mut window = window.again_with(&[path]).await;
    is_there(&window).await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=bookmark-mark]')?.title.includes('seen at the last moment')",
            "the bookmark is there",
        )
        .await;
    window
        .wait_script(
            "return document.documentElement.dataset.theme === 'dark'",
            "the theme is there",
        )
        .await;
    window.picture("after").await;
    window.close().await;
}

#[tokio::test]
async fn a_window_whose_page_does_not_answer_closes_all_the_same() {
    let window = Window::open("unanswered", &[]).await;
    window.find("demo-button").await;
    // What the page says does not arrive any more.
    window
        .script("window.fetch = () => new Promise(() => {});", vec![])
        .await;
    window.close_as_user();
    window.ended().await;
}

#[tokio::test]
async fn bookmarks_are_a_ribbon_a_list_and_a_key_away() {
    let folder = tempfile::tempdir().unwrap();
    let path = demo(folder.path());
    let mut window = open("bookmarks", path.to_str().unwrap()).await;
    for (point, note) in [
        ("#6000", "first orders of the morning"),
        ("#12000", "the double sale"),
        ("#18000", ""),
    ] {
        go_to(&window, point).await;
        mark(&window, note).await;
    }
    window.keys(ESCAPE).await;
    window.picture("ruler").await;
    let last = window.text("playhead-time").await;
    window.keys(",").await;
    let middle = window
        .wait_text("playhead-time", "the bookmark before", |t| t != last)
        .await;
    window
        .wait_text(
            "inspector-stream",
            "the stream of the event that was marked",
            |t| t == "order-10595",
        )
        .await;
    window.keys(SHIFT_B).await;
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=bookmark-item]').length === 3",
            "all are listed",
        )
        .await;
    window.picture("list").await;
    window
        .find("bookmark-search")
        .await
        .send_keys("morning\u{E007}")
        .await
        .unwrap();
    let first = window
        .wait_text("playhead-time", "the first bookmark", |t| t != middle)
        .await;
    // Back to where one was, and forward again.
    window.keys(BACKSPACE).await;
    window
        .wait_text("playhead-time", "the place before", |t| t == middle)
        .await;
    window.keys("\u{E008}\u{E003}\u{E000}").await;
    window
        .wait_text("playhead-time", "the place ahead", |t| t == first)
        .await;
    window.keys(CONTROL_B).await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=bookmark-text]')?.value === 'first orders of the morning'",
            "its note is there",
        )
        .await;
    window.picture("note").await;
    window.click("bookmark-delete").await;
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=bookmark-mark]').length === 2",
            "it is gone",
        )
        .await;
    // A view is put back as it was.
    let marks = "return [...document.querySelectorAll('[data-testid=ruler-mark]')].map((e) => e.innerText).join(' ');";
    let before = window.script(marks, vec![]).await;
    window.keys("www").await;
    window
        .wait_script(
            &marks.replace("return ", &format!("return {before} !== ")),
            "it is zoomed",
        )
        .await;
    window.keys(CONTROL_Z).await;
    window
        .wait_script(
            &marks.replace("return ", &format!("return {before} === ")),
            "the view is as it was",
        )
        .await;
    window.click("theme-switch").await;
    window.click("theme-switch").await;
    window.client.set_window_size(1000, 700).await.unwrap();
    window.keys(SHIFT_B).await;
    window.find("bookmark-item").await;
    window.picture("small-light").await;
    window.close().await;
}
