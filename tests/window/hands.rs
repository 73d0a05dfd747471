//! What hands do on the timeline: the minimap, folds, snapping; and what there is for those who use no mouse, see no pictures, or want nothing to move.

use fantoccini::actions::{
    InputSource as _, KeyAction, KeyActions, MOUSE_BUTTON_LEFT, MouseActions, PointerAction, WheelAction,
    WheelActions,
};
use leftfold_window_tests::Window;
use serde_json::{Value, json};

use crate::bookmarks::{go_to, mark};
use crate::demo;

const CONTROL_Z: &str = "\u{E009}z\u{E000}";
const ESCAPE: &str = "\u{E00C}";
const TAB: &str = "\u{E004}";

async fn open(name: &str, folder: &tempfile::TempDir) -> Window {
    let path = demo(folder.path());
    let window = Window::open(name, &[path.to_str().unwrap()]).await;
    ready(&window).await;
    window
}

async fn ready(window: &Window) {
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

/// What the ruler says: what of the axis is in sight.
async fn ruler(window: &Window) -> Vec<String> {
    window.texts("ruler-mark").await
}

/// Waits until the ruler says something else, or the same again.
async fn wait_ruler(window: &Window, what: &str, fits: impl Fn(&[String]) -> bool) -> Vec<String> {
    let started = std::time::Instant::now();
    loop {
        let now = ruler(window).await;
        if fits(&now) {
            return now;
        }
        assert!(started.elapsed().as_secs() < 20, "{what}; it says {now:?}");
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    }
}

#[tokio::test]
async fn the_minimap_is_a_handle_of_what_is_in_sight_and_gaps_unfold() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = open("minimap", &folder).await;
    let whole = ruler(&window).await;
    // Hours without events take their room, and give it back.
    window.keys("g").await;
    wait_ruler(&window, "the gap takes its room", |now| now != whole).await;
    window.picture("unfolded").await;
    window.keys("g").await;
    wait_ruler(&window, "it is folded again", |now| now == whole).await;
    window.keys("wwwww").await;
    let near = wait_ruler(&window, "it is nearer", |now| now != whole).await;
    let playhead = window.text("playhead-time").await;
    let canvas = window.find("timeline-canvas").await;
    let (_, _, _, height) = canvas.rectangle().await.unwrap();
    let inside = 1.0 - 23.0 / height;
    crate::drag(&window, &canvas, &[(0.6, inside), (0.45, inside), (0.35, inside)]).await;
    let there = wait_ruler(&window, "another part is in sight", |now| now != near).await;
    assert!(there != whole, "{there:?}");
    window.picture("dragged").await;
    // Only what is in sight was moved, and that can be taken back.
    assert_eq!(window.text("playhead-time").await, playhead);
    window.keys(CONTROL_Z).await;
    wait_ruler(&window, "what was in sight before", |now| now != there).await;
    window.close().await;
}

/// Clicks at a place of the page.
async fn click_at(window: &Window, x: f64, y: f64) {
    let mouse = MouseActions::new("mouse".to_owned())
        .then(PointerAction::MoveTo { duration: None, x, y })
        .then(PointerAction::Down {
            button: MOUSE_BUTTON_LEFT,
        })
        .then(PointerAction::Up {
            button: MOUSE_BUTTON_LEFT,
        });
    window.client.perform_actions(mouse).await.unwrap();
}

#[tokio::test]
async fn what_is_near_the_pointer_is_meant_unless_it_is_to_be_taken_exactly() {
    let folder = tempfile::tempdir().unwrap();
    let window = open("snapping", &folder).await;
    go_to(&window, "#12000").await;
    let meant = window.text("playhead-time").await;
    mark(&window, "here").await;
    let place = window
        .script(
            "const mark = document.querySelector('[data-testid=bookmark-mark]').getBoundingClientRect();
             const canvas = document.querySelector('[data-testid=timeline-canvas]').getBoundingClientRect();
             return [mark.left + mark.width / 2, canvas.top + 60];",
            vec![],
        )
        .await;
    let (x, y) = (place[0].as_f64().unwrap(), place[1].as_f64().unwrap());
    let elsewhere = async || {
        window.keys("\u{E011}").await;
        window
            .wait_text("playhead-time", "the beginning", |t| t.contains("before"))
            .await;
    };
    elsewhere().await;
    click_at(&window, x + 4.0, y).await;
    window
        .wait_text("playhead-time", "the moment that was marked", |t| t == meant)
        .await;
    elsewhere().await;
    let beginning = window.text("playhead-time").await;
    click_at(&window, x + 30.0, y).await;
    let far = window
        .wait_text("playhead-time", "another moment", |t| t != beginning)
        .await;
    assert_ne!(far, meant);
    elsewhere().await;
    let hold = KeyActions::new("keyboard".to_owned()).then(KeyAction::Down { value: '\u{E009}' });
    window.client.perform_actions(hold).await.unwrap();
    click_at(&window, x + 4.0, y).await;
    let exact = window
        .wait_text("playhead-time", "the place itself", |t| t != beginning)
        .await;
    window.client.release_actions().await.unwrap();
    assert_ne!(exact, meant);
    window.close().await;
}

/// What has the focus or can have it and has no name, or no place to be seen.
const NAMELESS: &str = "
    const nameOf = (e) => {
        const by = e.getAttribute('aria-labelledby');
        const label = e.labels?.[0]?.textContent ?? e.closest('label')?.textContent;
        const other = by === null ? null : document.getElementById(by)?.textContent;
        return [e.getAttribute('aria-label'), other, label, e.textContent, e.title, e.placeholder].find((t) => (t ?? '').trim() !== '');
    };
    const all = document.querySelectorAll('button, a[href], input, select, textarea, [tabindex], [role=tree], [role=grid], [role=listbox], [role=dialog], [role=slider]');
    return [...all]
        .filter((e) => e.getClientRects().length > 0 && !e.closest('.cm-editor'))
        .filter((e) => e.getAttribute('tabindex') !== '-1' || e.getAttribute('role') !== null)
        .filter((e) => nameOf(e) === undefined)
        .map((e) => e.outerHTML.slice(0, 160));";

#[tokio::test]
async fn whatever_can_be_reached_has_a_name_and_shows_that_it_has_the_focus() {
    let folder = tempfile::tempdir().unwrap();
    let window = open("names", &folder).await;
    let check = async |what: &str| {
        let nameless = window.script(NAMELESS, vec![]).await;
        assert_eq!(nameless, json!([]), "without a name, {what}");
    };
    check("in the window").await;
    // From part to part by Tab, as far as the list; each stop can be seen.
    let mut stops = Vec::new();
    for _ in 0..60 {
        window.keys_to_focus(TAB).await;
        let stop = window
            .script(
                "const e = document.activeElement;
                 if (e === null || e === document.body) return null;
                 const style = getComputedStyle(e);
                 const seen = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none'
                     || e.closest('.cm-editor') !== null;
                 return [e.dataset.testid ?? e.className.toString() ?? e.tagName, seen];",
                vec![],
            )
            .await;
        let Some(name) = stop[0].as_str() else { continue };
        assert_eq!(
            stop[1],
            Value::Bool(true),
            "{name} does not show that it has the focus"
        );
        stops.push(name.to_owned());
    }
    for part in ["home", "timeline-canvas", "tab-state"] {
        assert!(
            stops.iter().any(|s| s == part),
            "{part} cannot be reached by Tab: {stops:?}"
        );
    }
    for (keys, dialog) in [
        ("?", "help-sheet"),
        ("\u{E009}k\u{E000}", "palette"),
        ("\u{E009}e\u{E000}", "export-form"),
        ("m", "compare-form"),
        ("\u{E008}r\u{E000}", "rules-form"),
        ("\u{E008}c\u{E000}", "columns-form"),
        ("\u{E008}b\u{E000}", "bookmark-list"),
        ("o", "lane-menu"),
    ] {
        window.keys(keys).await;
        window.find(dialog).await;
        check(dialog).await;
        window.keys_to_focus(ESCAPE).await;
        window
            .wait_script(
                &format!("return document.querySelector('[data-testid={dialog}]') === null"),
                "it is gone",
            )
            .await;
    }
    window.close().await;
}

#[tokio::test]
async fn nothing_moves_by_itself_where_that_is_not_wanted() {
    let settings = "[Settings]\ngtk-enable-animations=0\n";
    let window = Window::open_with("still", &[("config/gtk-3.0/settings.ini", settings)], &[]).await;
    window.find("demo-button").await;
    let moving = window
        .script(
            "return [matchMedia('(prefers-reduced-motion: reduce)').matches,
                 [...document.querySelectorAll('*')].filter((e) => {
                     const style = getComputedStyle(e);
                     return style.animationName !== 'none' || (style.transitionProperty !== 'none' && style.transitionDuration !== '0s');
                 }).length];",
            vec![],
        )
        .await;
    assert_eq!(moving, json!([true, 0]));
    window.close().await;
}

#[tokio::test]
async fn the_list_goes_where_the_wheel_turns_it_and_stays_there() {
    let folder = tempfile::tempdir().unwrap();
    let window = open("wheel", &folder).await;
    window.click("axis-log").await;
    let first = async || {
        let script = "const first = [...document.querySelectorAll('[data-testid=event-row]')].map((e) => Number(e.dataset.ordinal));
                      return Math.min(...first);";
        window.script(script, vec![]).await.as_f64().unwrap()
    };
    // Until the axis is another one the rows are those of the one before, and then there are none for a moment.
    window
        .wait_script(
            "return document.querySelector('[data-testid=axis-log]').getAttribute('aria-pressed') === 'true'
                && document.querySelector('[data-testid=event-list] .waiting') === null
                && document.querySelector('[data-ordinal=\"23999\"].now') !== null",
            "the last rows are in sight",
        )
        .await;
    let before = first().await;
    let (x, y, w, h) = window.find("event-list").await.rectangle().await.unwrap();
    let mut wheel = WheelActions::new("wheel".to_owned());
    for n in 1..=40 {
        // WebKit's driver takes a turn for where the wheel stands, and a pause for its way back.
        wheel.push(WheelAction::Scroll {
            duration: Some(std::time::Duration::from_millis(20)),
            x: (x + w / 2.0) as i64,
            y: (y + h / 2.0) as i64,
            delta_x: 0,
            delta_y: -300 * n,
        });
    }
    window.client.perform_actions(wheel).await.unwrap();
    let script = format!(
        "const list = document.querySelector('[data-testid=event-list]');
         const rows = [...list.querySelectorAll('[data-testid=event-row]')].map((e) => Number(e.dataset.ordinal));
         const far = {before} - Math.min(...rows);
         return list.querySelector('.waiting') === null && far >= 400 && far < 700;"
    );
    window
        .wait_script(&script, "the rows have come that it was turned to")
        .await;
    crate::frames(&window).await;
    let after = first().await;
    assert!(
        (400.0..700.0).contains(&(before - after)),
        "from {before} to {after}"
    );
    window.close().await;
}
