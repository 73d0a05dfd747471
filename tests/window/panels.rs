//! The panels agree with each other and with the playhead, whatever was done.

use leftfold_window_tests::Window;

use crate::{INSPECTED, LIST_IS_THERE, demo};

const END: &str = "\u{E010}";
const HOME: &str = "\u{E011}";
const ENTER: &str = "\u{E007}";
const LEFT: &str = "\u{E012}";

const FOLLOWS: &str =
    "return document.querySelector('[data-testid=follow]').getAttribute('aria-pressed') === 'true';";

async fn open_demo(name: &str, folder: &std::path::Path) -> Window {
    let path = demo(folder);
    let window = Window::open(name, &[path.to_str().unwrap()]).await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("24,000"))
        .await;
    window
        .wait_script(
            "return document.querySelector('.row.now') !== null",
            "the list follows",
        )
        .await;
    window
}

#[tokio::test]
async fn a_filter_that_leaves_one_event_shows_it_wherever_the_list_stood() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = open_demo("one-left", folder.path()).await;
    // The list has followed the playhead to its end.
    window.keys(END).await;
    window
        .wait_script(
            "return [...document.querySelectorAll('[data-testid=event-row]')].some((r) => r.dataset.ordinal === '23999')",
            "the last event is in sight",
        )
        .await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=event-list]').scrollTop > 1000",
            "the bar stands below",
        )
        .await;
    // With the last event its stream is inspected, a moment later.
    window
        .wait_script(
            &format!(
                "{INSPECTED}
                 const now = document.querySelector('[data-ordinal=\"23999\"].now');
                 return now !== null && now.querySelectorAll('[role=gridcell]')[1].title === name;"
            ),
            "the last event's stream is inspected",
        )
        .await;
    let name = format!("{INSPECTED} return name;");
    let name = name.as_str();
    let inspected = window.script(name, vec![]).await;
    assert!(inspected.as_str().is_some_and(|n| n.contains('-')), "{inspected}");
    window.keys("/").await;
    let editor = window.client.active_element().await.unwrap();
    editor
        .send_keys("category == 'stock' && payload.available < 0")
        .await
        .unwrap();
    editor.send_keys(ENTER).await.unwrap();
    window
        .wait_text("filter-count", "one event", |t| t.starts_with("1 of"))
        .await;
    window
        .wait_script(
            "const rows = document.querySelectorAll('[data-testid=event-row]');
             return rows.length === 1 && rows[0].textContent.includes('stock-SKU-0007')
                && rows[0].getBoundingClientRect().top < innerHeight;",
            "the one event is in sight",
        )
        .await;
    crate::frames(&window).await;
    assert_eq!(
        window.script(name, vec![]).await,
        inspected,
        "the inspector stays"
    );
    window.wait_script(FOLLOWS, "it still follows").await;
    window.picture("filtered").await;
    window.close().await;
}

#[tokio::test]
async fn the_list_follows_until_the_reader_takes_its_bar_in_hand() {
    let folder = tempfile::tempdir().unwrap();
    let window = open_demo("bar", folder.path()).await;
    window.keys(END).await;
    let below = "return document.querySelector('[data-testid=event-list]').scrollTop > 1000";
    window.wait_script(below, "the bar stands below").await;
    // A scroll that is nobody's: the bar goes back to the rows.
    window
        .script(
            "document.querySelector('[data-testid=event-list]').scrollTop = 0;",
            vec![],
        )
        .await;
    crate::frames(&window).await;
    window.wait_script(below, "the bar is put back").await;
    window.wait_script(FOLLOWS, "it follows").await;
    let list = window.find("event-list").await;
    let (_, _, w, h) = list.rectangle().await.unwrap();
    // Near its right edge, beside the border that moves.
    let right = 1.0 - 3.0 / w;
    crate::drag(
        &window,
        &list,
        &[(right, 1.0 - 10.0 / h), (right, 0.5), (right, 0.3)],
    )
    .await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=follow]').getAttribute('aria-pressed') === 'false';",
            "it no longer follows",
        )
        .await;
    window
        .wait_script(
            "const row = document.querySelector('[data-testid=event-row]');
             return row !== null && Number(row.dataset.ordinal) < 20000;",
            "the rows are where the bar is",
        )
        .await;
    window.close().await;
}

#[tokio::test]
async fn where_it_stops_playing_the_list_and_the_state_are_the_playheads() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = open_demo("agree", folder.path()).await;
    window.keys(HOME).await;
    window
        .wait_text("playhead-time", "before the first event", |t| {
            t.contains("before")
        })
        .await;
    window.keys("v16").await;
    window
        .wait_text("speed", "sixteenfold", |t| t == "16\u{d7}")
        .await;
    // The list comes along while it plays: rows of several places are seen. The page itself looks for that and pauses: by the time a driver
    // has asked it may be at the end, where pressing the button begins anew.
    let pause = "
        const play = document.querySelector('[data-testid=play]');
        const seen = new Set();
        const look = setInterval(() => {
            if (play.getAttribute('aria-pressed') !== 'true') return;
            seen.add(document.querySelector('[data-testid=event-row]')?.dataset.ordinal);
            if (seen.size <= 3) return;
            clearInterval(look);
            play.click();
            window.cameAlong = true;
        }, 5);";
    window.script(pause, vec![]).await;
    window.keys(" ").await;
    window
        .wait_script("return window.cameAlong === true", "the list comes along")
        .await;
    // The row at the playhead is the last one that is not after it; the state is that of its stream, at its version or before.
    let agree = "
        if (!there) return false;
        const stream = document.querySelector('[data-testid=inspector-stream]').textContent.trim();
        const version = /v(\\d+)/.exec(document.querySelector('[data-testid=inspector-version]').textContent)?.[1];
        const own = rows.slice(0, now + 1).filter((row) => row.querySelectorAll('[role=gridcell]')[1].title === stream);
        const last = own.at(-1)?.querySelectorAll('[role=gridcell]')[2].textContent;
        return last === undefined || last === version;";
    let agree = format!("{LIST_IS_THERE}{agree}");
    window
        .wait_script(&agree, "list and state agree with the playhead")
        .await;
    crate::frames(&window).await;
    window.wait_script(&agree, "they stay so").await;
    window.picture("paused").await;
    window.close().await;
}

#[tokio::test]
async fn a_lane_has_the_same_colour_at_every_opening() {
    let folder = tempfile::tempdir().unwrap();
    let window = open_demo("colours", folder.path()).await;
    let colours = "return Object.fromEntries([...document.querySelectorAll('[data-testid=lane-row]')]
        .map((lane) => [lane.dataset.lane, lane.querySelector('i').getAttribute('style')]));";
    window.click("lanes-type").await;
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=lane-row]').length > 8",
            "lanes by type",
        )
        .await;
    let first = window.script(colours, vec![]).await;
    // Again, now from the kept index; and with a filter in force when the lanes are first asked for by another kind.
    window.click("home").await;
    window.click("recent-item").await;
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=lane-row]').length > 8",
            "lanes by type",
        )
        .await;
    window
        .wait_answer(colours, "the lanes have the colours they had", |now| {
            *now == first
        })
        .await;
    window.close().await;
}

#[tokio::test]
async fn the_border_of_the_inspector_moves_by_pointer_and_keys_and_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let window = open_demo("split", folder.path()).await;
    let width = "return document.querySelector('.inspector').clientWidth;";
    let before = window.script(width, vec![]).await.as_f64().unwrap();
    let border = window.find("split-inspector").await;
    let (x, y, _, h) = border.rectangle().await.unwrap();
    let body = window
        .client
        .find(fantoccini::Locator::Css("body"))
        .await
        .unwrap();
    let (_, _, w, all) = body.rectangle().await.unwrap();
    let at = |px: f64| (px / w, (y + h / 2.0) / all);
    crate::drag(&window, &body, &[at(x + 0.5), at(x - 60.0), at(x - 100.0)]).await;
    let dragged = window.script(width, vec![]).await.as_f64().unwrap();
    assert!(dragged > before + 60.0, "{before} became {dragged}");
    // Whoever drags it is done with it: only where one comes by the Tab key are the arrows its own.
    window.keys("\u{E004}").await;
    window
        .script(
            "document.querySelector('[data-testid=split-inspector]').focus();",
            vec![],
        )
        .await;
    let focused = window.client.active_element().await.unwrap();
    focused.send_keys(LEFT).await.unwrap();
    let by_key = window.script(width, vec![]).await.as_f64().unwrap();
    assert!(by_key > dragged + 10.0, "{dragged} became {by_key}");
    window.click("home").await;
    window.click("recent-item").await;
    window.find("split-inspector").await;
    // How wide the window is is known a frame after it is there.
    window
        .wait_answer(width, &format!("it is {by_key} wide again"), |kept| {
            (kept.as_f64().unwrap() - by_key).abs() < 1.0
        })
        .await;
    window.close().await;
}
