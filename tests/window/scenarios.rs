//! What a user does in the window, done in the real window.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed assumption fails the test"
)]

mod bookmarks;
#[path = "../kafka/broker.rs"]
#[allow(
    dead_code,
    clippy::expect_used,
    reason = "shared with the tests of the command line, which need all of it; a test's own steps end it when they fail"
)]
mod broker;
mod cancelling;
mod compare;
mod copies;
mod divergence;
mod exports;
mod files;
mod hands;
mod kafka;
mod kafka_running;
mod lanes;
mod look;
mod modes;
mod odd;
mod panels;
mod pictures;
mod saving;
mod start;
mod steady;
mod values;
mod walk;

use std::path::{Path, PathBuf};

use fantoccini::actions::{InputSource as _, MouseActions, PointerAction};
use fantoccini::elements::Element;
use leftfold_demo::{DemoOptions, write_sqlite};
use leftfold_event::{Cancel, Progress};
use leftfold_window_tests::Window;
use serde_json::json;

/// The demo's day as a file of this folder.
pub(crate) fn demo(folder: &Path) -> PathBuf {
    let path = folder.join("shop.db");
    write_sqlite(&path, &DemoOptions::default(), &Cancel::new(), &Progress::new()).unwrap();
    path
}

/// Moves the pointer to parts of an element (0 to 1 each way) with the button down from the first place on.
pub(crate) async fn drag(window: &Window, element: &Element, places: &[(f64, f64)]) {
    let (x, y, w, h) = element.rectangle().await.unwrap();
    let to = |(u, v): (f64, f64)| PointerAction::MoveTo {
        duration: Some(std::time::Duration::from_millis(60)),
        x: x + u * w,
        y: y + v * h,
    };
    let mut mouse = MouseActions::new("mouse".to_owned()).then(to(places[0]));
    mouse = mouse.then(PointerAction::Down {
        button: fantoccini::actions::MOUSE_BUTTON_LEFT,
    });
    for place in &places[1..] {
        mouse = mouse.then(to(*place));
    }
    mouse = mouse.then(PointerAction::Up {
        button: fantoccini::actions::MOUSE_BUTTON_LEFT,
    });
    window.client.perform_actions(mouse).await.unwrap();
}

/// Waits until a filter has looked through all, and the list and the lanes hold what it keeps: until then rows and counts are those before.
pub(crate) async fn filtered(window: &Window) {
    let script = "
        const number = (text) => Number((text ?? '').replace(/[^0-9]/g, ''));
        const told = document.querySelector('[data-testid=filter-count]').innerText;
        const list = document.querySelector('[data-testid=event-list]');
        const lanes = [...document.querySelectorAll('[data-testid=lane-row] .count')];
        const kept = number(told.split(' of ')[0]);
        return told.includes(' of ') && document.querySelector('.field [role=progressbar]') === null
            && number(list.getAttribute('aria-rowcount')) === kept && list.querySelector('.waiting') === null
            && lanes.reduce((sum, lane) => sum + number(lane.title), 0) === kept;";
    window
        .wait_script(script, "the list holds what the filter keeps")
        .await;
}

/// Waits until a script finds nothing wrong: what has just come is laid out a little later.
pub(crate) async fn nothing_wrong(window: &Window, script: &str, what: &str) {
    window
        .wait_answer(script, &format!("nothing is wrong, {what}"), |wrong| {
            *wrong == json!([])
        })
        .await;
}

/// The whole name of the stream that is inspected: how much of it is written depends on the room there is.
pub(crate) const INSPECTED: &str = "
    const name = (() => {
        const stream = document.querySelector('[data-testid=inspector-stream]');
        return stream?.title || stream?.querySelector('[title]')?.title || '';
    })();";

/// Whether the row at the playhead is the last one that is not after it.
pub(crate) const LIST_IS_THERE: &str = "
    const flag = document.querySelector('[data-testid=playhead-flag]').textContent.replace(/\\s/g, '');
    const rows = [...document.querySelectorAll('[data-testid=event-row]')];
    const time = (row) => row.querySelector('[role=gridcell]').textContent.replace(/\\s/g, '');
    const now = rows.findIndex((row) => row.classList.contains('now'));
    const there = now >= 0 && now + 1 < rows.length && time(rows[now]) <= flag && time(rows[now + 1]) >= flag;";

#[tokio::test]
async fn the_demo_is_one_click_away_and_shows_its_events_and_a_state() {
    let mut window = Window::open("demo", &[]).await;
    window.find("welcome").await;
    window.picture("welcome").await;
    window.click("demo-button").await;
    window
        .wait_text("status-events", "the demo's events", |t| t.starts_with("24,000"))
        .await;
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=event-row]').length > 5",
            "rows are shown",
        )
        .await;
    window.find("lane-row").await;
    assert_eq!(window.text("source-name").await, "shop.db");
    window.picture("opened").await;
    // A step is one of the stream that is inspected: the first one is offered with the playhead's first answer.
    window
        .wait_text("inspector-version", "a stream", |t| !t.is_empty())
        .await;
    window.keys("\u{E011}").await; // Home
    window.keys("\u{E014}").await; // right
    window.find("inspector-stream").await;
    let state = window.wait_text("state-tree", "a state", |t| !t.is_empty()).await;
    assert!(state.len() > 10, "{state}");
    window.picture("state").await;
    window.close().await;
}

#[tokio::test]
async fn scrubbing_by_keys_and_pointer_moves_the_playhead_and_the_state() {
    let folder = tempfile::tempdir().unwrap();
    let path = demo(folder.path());
    let mut window = Window::open("scrub", &[path.to_str().unwrap()]).await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("24,000"))
        .await;
    let start = window
        .wait_text("playhead-time", "a time", |t| !t.is_empty())
        .await;
    let canvas = window.find("timeline-canvas").await;
    drag(&window, &canvas, &[(0.3, 0.5), (0.5, 0.5), (0.7, 0.5)]).await;
    window
        .wait_text("playhead-time", "another time", |t| t != start && !t.is_empty())
        .await;
    window.picture("dragged").await;
    // By now it says where it was let go, and no place on the way there.
    let dragged = window.text("playhead-time").await;
    window
        .wait_script(&format!("{LIST_IS_THERE} return there;"), "the list follows")
        .await;
    // One of those before the playhead, of a stream that has some steps back from there.
    let choice = window
        .script(
            "const rows = [...document.querySelectorAll('[data-testid=event-row]')];
             const cells = (row) => [...row.querySelectorAll('[role=gridcell]')];
             const at = rows.findLastIndex((row) => !row.classList.contains('future') && Number(cells(row)[2].textContent) > 4);
             return at < 0 ? null : [at, cells(rows[at])[1].title];",
            vec![],
        )
        .await;
    let at = choice[0].as_u64().unwrap() as usize;
    window.click_nth("event-row", at).await;
    window
        .wait_script(
            &format!(
                "{INSPECTED} return name === {0}
                    && document.querySelector('[data-testid=state-tree]')?.getAttribute('aria-label').includes({0}) === true;",
                choice[1]
            ),
            "its stream is inspected",
        )
        .await;
    let version = window
        .wait_text("inspector-version", "a version", |t| !t.is_empty())
        .await;
    // The pointer left the playhead between two events: the first step back is onto the stream's last event before it.
    window.keys("\u{E012}").await;
    let stepped = window
        .wait_text("playhead-time", "an event's time", |t| {
            t != dragged && !t.is_empty()
        })
        .await;
    window.keys("\u{E012}").await;
    window
        .wait_text("inspector-version", "another version", |t| {
            t != version && !t.is_empty()
        })
        .await;
    let stepped = window
        .wait_text("playhead-time", "the previous event's time", |t| t != stepped)
        .await;
    assert!(!stepped.is_empty());
    window.picture("stepped").await;
    // A tab that was clicked keeps no arrows to itself.
    let version = window.text("inspector-version").await;
    window.click("tab-event").await;
    let focused = window.client.active_element().await.unwrap();
    focused.send_keys("\u{E012}").await.unwrap();
    window
        .wait_text("inspector-version", "the version before", |t| {
            t != version && !t.is_empty()
        })
        .await;
    window.find("tab-event").await;
    let stepped = window
        .wait_text("playhead-time", "its time", |t| t != stepped)
        .await;
    window.click("axis-log").await;
    window
        .wait_text("playhead-time", "a place in log order", |t| t != stepped)
        .await;
    window.picture("log-order").await;
    window.close().await;
}

/// Waits for so many frames to be painted.
pub(crate) async fn frames(window: &Window) {
    let ask = "let left = 20; window.framed = false; \
               const frame = () => { if (left-- > 0) requestAnimationFrame(frame); else window.framed = true; }; frame();";
    window.script(ask, vec![]).await;
    window
        .wait_script("return window.framed", "frames are painted")
        .await;
}

#[tokio::test]
async fn playing_moves_the_playhead_until_it_is_paused() {
    let folder = tempfile::tempdir().unwrap();
    let path = demo(folder.path());
    let mut window = Window::open("play", &[path.to_str().unwrap()]).await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("24,000"))
        .await;
    window.keys("\u{E011}").await; // Home
    let start = window
        .wait_text("playhead-time", "before the first event", |t| {
            t.contains("before")
        })
        .await;
    window.keys("v16").await;
    window.wait_text("speed", "sixteenfold", |t| t == "16×").await;
    // The page itself notes what is said: it may be at the end before a driver asks twice.
    let note = "
        window.said = [];
        const look = () => {
            const text = document.querySelector('[data-testid=playhead-time]')?.innerText ?? '';
            if (text !== arguments[0] && text !== window.said.at(-1)) window.said.push(text);
        };
        setInterval(look, 5);";
    window.script(note, vec![json!(start)]).await;
    window.keys(" ").await;
    window
        .wait_script(
            "return window.said.length > 2 && window.said.every((time, i) => i === 0 || time > window.said[i - 1])",
            "it says later and later times",
        )
        .await;
    window.picture("playing").await;
    window.click("play").await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=play]').getAttribute('aria-pressed') === 'false'",
            "it is paused",
        )
        .await;
    let stands = window.text("playhead-time").await;
    frames(&window).await;
    assert_eq!(window.text("playhead-time").await, stands);
    window.close().await;
}

#[tokio::test]
async fn the_timeline_is_never_blank_while_the_axis_changes() {
    let folder = tempfile::tempdir().unwrap();
    let path = demo(folder.path());
    let window = Window::open("axis", &[path.to_str().unwrap()]).await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("24,000"))
        .await;
    // How many of the lanes' pixels are painted, looked at in every frame.
    let watch = "
        const canvas = document.querySelector('.timeline canvas');
        const painted = () => {
            const { data } = canvas.getContext('2d').getImageData(120, 40, canvas.width - 140, canvas.height - 100);
            let n = 0;
            for (let i = 3; i < data.length; i += 4) if (data[i] > 0) n++;
            return n;
        };
        window.leastPainted = Infinity;
        window.painted = painted;
        const frame = () => { window.leastPainted = Math.min(window.leastPainted, painted()); requestAnimationFrame(frame); };
        if (painted() < 5000) return false;
        frame();
        return true;";
    window.wait_script(watch, "the lanes are painted").await;
    for axis in ["log", "time", "log"] {
        window.click(&format!("axis-{axis}")).await;
        let other = if axis == "log" { "e" } else { "Z" };
        window
            .wait_text("playhead-time", "a place on the other axis", |t| {
                t.starts_with('e') == (other == "e") && !t.is_empty()
            })
            .await;
        frames(&window).await;
    }
    let least = window.script("return window.leastPainted;", vec![]).await;
    assert!(
        least.as_f64().unwrap() > 3000.0,
        "the lanes had {least} painted pixels at least"
    );
    window.close().await;
}

#[tokio::test]
async fn a_filter_narrows_the_list_and_says_where_it_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let path = demo(folder.path());
    let mut window = Window::open("filter", &[path.to_str().unwrap()]).await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("24,000"))
        .await;
    let all = window
        .wait_text("filter-count", "a count", |t| t.contains("24,000"))
        .await;
    window.keys("/").await;
    let typed = "category == 'stock' && payload.available < 0";
    window
        .client
        .active_element()
        .await
        .unwrap()
        .send_keys(typed)
        .await
        .unwrap();
    window
        .client
        .active_element()
        .await
        .unwrap()
        .send_keys("\u{E007}")
        .await
        .unwrap();
    window
        .wait_text("filter-count", "a smaller count", |t| {
            t != all && t.starts_with('1') && t.contains("24,000")
        })
        .await;
    window.picture("filtered").await;
    window
        .client
        .active_element()
        .await
        .unwrap()
        .send_keys(" &&")
        .await
        .unwrap();
    window.find("filter-error").await;
    window.picture("wrong").await;
    window.click("filter-clear").await;
    window.keys("/").await;
    let editor = window.client.active_element().await.unwrap();
    editor.send_keys("category == 'stok'\u{E007}").await.unwrap();
    window
        .wait_text("filter-hint", "what was meant", |t| t.contains("stock"))
        .await;
    window.picture("hint").await;
    window.click("filter-proposed").await;
    window
        .wait_text("filter-count", "the stock's events", |t| {
            t.starts_with("8,877 of")
        })
        .await;
    window.close().await;
}

#[tokio::test]
async fn the_language_changes_without_a_restart_and_is_kept() {
    let mut window = Window::open("language", &[]).await;
    window.find("welcome").await;
    // What is chosen before the preferences have been read is not kept.
    window.find("demo-button").await;
    let english = window.text("welcome").await;
    window.click("language-switch").await;
    let chinese = window
        .wait_text("welcome", "Chinese", |t| t.contains("事件"))
        .await;
    assert_ne!(english, chinese);
    window.picture("chinese").await;
    window.click("demo-button").await;
    window
        .wait_text("status-events", "the demo's events", |t| t.starts_with("24,000"))
        .await;
    window.picture("chinese-demo").await;
    let kept = window.home().join("config/leftfold/window.json");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !std::fs::read_to_string(&kept).is_ok_and(|t| t.contains("zh")) {
        assert!(
            std::time::Instant::now() < deadline,
            "the language was never kept"
        );
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    window.close().await;
}

#[tokio::test]
async fn what_is_no_event_file_says_what_it_is_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.pdf");
    std::fs::write(&path, "%PDF-1.7 not events").unwrap();
    let mut window = Window::open("error", &[path.to_str().unwrap()]).await;
    let screen = window
        .wait_text("error-screen", "an error", |t| !t.is_empty())
        .await;
    assert!(screen.contains("PDF"), "{screen}");
    assert!(window.text("error-code").await.contains("source-not-a-database"));
    window.picture("not-a-database").await;
    window.click("error-home").await;
    window.find("welcome").await;
    window.close().await;
}

#[tokio::test]
async fn a_table_nobody_can_guess_opens_through_a_mapping_made_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("home-made.db");
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch(
        "CREATE TABLE things_that_happened(n INTEGER PRIMARY KEY, about TEXT, what TEXT, happened TEXT, body TEXT);
         WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 50)
         INSERT INTO things_that_happened
         SELECT n, 'cart-' || (n % 5), CASE n % 2 WHEN 0 THEN 'Added' ELSE 'Removed' END,
                strftime('%Y-%m-%dT%H:%M:%SZ', 1700000000 + n * 60, 'unixepoch'), json_object('n', n) FROM i;",
    )
    .unwrap();
    drop(db);
    let before = std::fs::read(&path).unwrap();
    let mut window = Window::open("mapping", &[path.to_str().unwrap()]).await;
    window.find("mapping-screen").await;
    window.picture("nothing-guessed").await;
    for (field, column) in [
        ("stream", "about"),
        ("type", "what"),
        ("time", "happened"),
        ("payload", "body"),
    ] {
        // Some of it may be known already.
        let input = window.find(&format!("mapping-{field}")).await;
        input.clear().await.unwrap();
        input.send_keys(column).await.unwrap();
    }
    window
        .wait_text("mapping-preview", "a preview", |t| t.contains("cart-"))
        .await;
    window.picture("mapped").await;
    window.click("mapping-open").await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("50"))
        .await;
    window.picture("opened").await;
    assert_eq!(std::fs::read(&path).unwrap(), before, "the file is as it was");
    let beside: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(beside, ["home-made.db"], "nothing was written beside it");
    window.close().await;
}

#[tokio::test]
async fn the_command_line_can_open_the_window_at_a_stream_and_a_point() {
    let folder = tempfile::tempdir().unwrap();
    let path = demo(folder.path());
    let arguments = [
        path.to_str().unwrap(),
        "--stream",
        "stock-SKU-0007",
        "--at",
        "v59",
    ];
    let mut window = Window::open("at", &arguments).await;
    window
        .wait_text("inspector-version", "version 59", |t| t.contains("v59"))
        .await;
    // Until the window's fonts are there, a name may be measured by others and shortened.
    window
        .wait_text("inspector-stream", "the stream", |t| t == "stock-SKU-0007")
        .await;
    let state = window
        .wait_text("state-tree", "the oversold state", |t| t.contains("-1"))
        .await;
    assert!(state.contains("StockReserved"), "{state}");
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=event-row]').length > 5",
            "rows are shown",
        )
        .await;
    window.picture("oversold").await;
    window.click("theme-switch").await;
    window.picture("oversold-other-theme").await;
    // The reservation was caused by the order that was placed.
    window.click("tab-event").await;
    window.click("event-cause").await;
    window
        .wait_text("inspector-stream", "the order that caused it", |t| {
            t == "order-11671"
        })
        .await;
    window
        .wait_text("event-facts", "the cause", |t| t.contains("OrderPlaced"))
        .await;
    window.picture("cause").await;
    for tab in ["diff", "event", "history", "raw"] {
        window.click(&format!("tab-{tab}")).await;
        window.picture(&format!("tab-{tab}")).await;
    }
    window.keys("?").await;
    window.picture("help").await;
    window.close().await;
}
