//! Lanes are arranged by hand: moved, pinned, named, coloured, grouped, by the pointer and by keys.

use fantoccini::actions::{InputSource as _, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use leftfold_window_tests::Window;
use serde_json::{Value, json};

use crate::demo;

const ENTER: &str = "\u{E007}";
const ALT_DOWN: &str = "\u{E00A}\u{E015}\u{E000}";

async fn order(window: &Window) -> Vec<String> {
    let script =
        "return [...document.querySelectorAll('[data-testid=lane-row]')].map((e) => e.dataset.lane);";
    let names = window.script(script, vec![]).await;
    serde_json::from_value(names).unwrap()
}

async fn wait_order(window: &Window, wanted: &[&str]) {
    let script = format!(
        "return JSON.stringify([...document.querySelectorAll('[data-testid=lane-row]')].map((e) => e.dataset.lane)) === {}",
        Value::String(json!(wanted).to_string())
    );
    window
        .wait_script(&script, &format!("the lanes are {wanted:?}"))
        .await;
}

/// Asks for the menu of a lane where it stands.
pub(crate) async fn menu(window: &Window, lane: &str) {
    let script = "const row = document.querySelector(`[data-lane=\"${arguments[0]}\"]`);
        const box = row.getBoundingClientRect();
        row.dispatchEvent(new PointerEvent('contextmenu', { bubbles: true, cancelable: true, clientX: box.left + 60, clientY: box.bottom }));";
    window.script(script, vec![json!(lane)]).await;
    window.find("lane-menu").await;
}

#[tokio::test]
async fn lanes_are_moved_pinned_named_coloured_and_grouped() {
    let folder = tempfile::tempdir().unwrap();
    let path = demo(folder.path());
    let mut window = Window::open("lanes", &[path.to_str().unwrap()]).await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("24,000"))
        .await;
    window.find("lane-row").await;
    let first = order(&window).await;
    let names: Vec<&str> = first.iter().map(String::as_str).collect();
    let [a, b, c, d] = names[..] else {
        panic!("four lanes: {names:?}")
    };
    // By the pointer: the first lane goes below the third.
    let list = window
        .client
        .find(fantoccini::Locator::Css("aside ul"))
        .await
        .unwrap();
    let (_, _, _, height) = list.rectangle().await.unwrap();
    let row = |i: f64| (0.4, (i * 24.0 + 12.0) / height);
    crate::drag(&window, &list, &[row(0.0), row(1.0), row(2.0)]).await;
    wait_order(&window, &[b, c, a, d]).await;
    let shown = window.all("lane-row").await;
    assert_eq!(
        shown[2].attr("aria-pressed").await.unwrap().as_deref(),
        Some("true"),
        "a drag is no click"
    );
    // By keys, on the lane that has the focus.
    window
        .script(
            "document.querySelector('[data-testid=lane-row]').focus();",
            vec![],
        )
        .await;
    window.keys_to_focus(ALT_DOWN).await;
    wait_order(&window, &[c, b, a, d]).await;
    // It has the focus still, and moves on.
    window.keys_to_focus(ALT_DOWN).await;
    wait_order(&window, &[c, a, b, d]).await;
    window.keys_to_focus("\u{E00A}\u{E013}\u{E000}").await;
    wait_order(&window, &[c, b, a, d]).await;
    menu(&window, d).await;
    window.picture("menu").await;
    window.click("lane-pinLane").await;
    wait_order(&window, &[d, c, b, a]).await;
    menu(&window, c).await;
    window.click("lane-renameLane").await;
    window.find("lane-name").await;
    // What is written takes the place of the name, which is selected.
    window.keys_to_focus("Bestand").await;
    window.keys_to_focus(ENTER).await;
    window
        .wait_script(
            "return [...document.querySelectorAll('[data-testid=lane-row]')].some((e) => e.innerText.includes('Bestand'))",
            "it has the name",
        )
        .await;
    menu(&window, c).await;
    window.click("lane-colour-5").await;
    menu(&window, a).await;
    window.click("lane-groupLane").await;
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=lane-row]').length === 3",
            "two are one",
        )
        .await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=timeline-canvas]').getAttribute('aria-busy') === 'false'",
            "the counts are there",
        )
        .await;
    window.picture("arranged").await;
    // Undo takes the group back.
    window.keys("\u{E009}z\u{E000}").await;
    wait_order(&window, &[d, c, b, a]).await;
    menu(&window, a).await;
    window.click("lane-resetLanes").await;
    wait_order(&window, &[a, b, c, d]).await;
    window.close().await;
}

/// Where the names of the first lanes stand in the timeline, in the page.
async fn names_at(window: &Window) -> Vec<(f64, f64)> {
    let script = "
        const box = document.querySelector('[data-testid=timeline-canvas]').getBoundingClientRect();
        const lanes = document.querySelectorAll('[data-testid=lane-row][aria-pressed=true]').length;
        // Below the ruler; above the whole and the room between.
        const height = Math.min(64, (box.height - 38 - 38 - 10) / lanes);
        return [...Array(lanes).keys()].map((i) => [box.left + 50, box.top + 38 + height * (i + 0.5)]);";
    serde_json::from_value(window.script(script, vec![]).await).unwrap()
}

/// Takes what is at the first place and moves it to the others, with the button held down in the end.
async fn take(window: &Window, places: &[(f64, f64)]) {
    let to = |(x, y): (f64, f64)| PointerAction::MoveTo {
        duration: Some(std::time::Duration::from_millis(60)),
        x,
        y,
    };
    let mut mouse = MouseActions::new("mouse".to_owned())
        .then(to(places[0]))
        .then(PointerAction::Down {
            button: MOUSE_BUTTON_LEFT,
        });
    for place in &places[1..] {
        mouse = mouse.then(to(*place));
    }
    window.client.perform_actions(mouse).await.unwrap();
}

async fn let_go(window: &Window) {
    let up = PointerAction::Up {
        button: MOUSE_BUTTON_LEFT,
    };
    let mouse = MouseActions::new("mouse".to_owned()).then(up);
    window.client.perform_actions(mouse).await.unwrap();
}

#[tokio::test]
async fn lanes_are_dragged_on_the_timeline_and_several_are_drawn_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = demo(folder.path());
    let mut window = Window::open("lanes-dragged", &[path.to_str().unwrap()]).await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("24,000"))
        .await;
    window.find("lane-row").await;
    let first = order(&window).await;
    let names: Vec<&str> = first.iter().map(String::as_str).collect();
    let [a, b, c, d] = names[..] else {
        panic!("four lanes: {names:?}")
    };
    let at = names_at(&window).await;
    let (x, y) = at[2];
    // Below the third: a line says where it will stand.
    take(&window, &[at[0], at[1], (x, y + 12.0)]).await;
    window.find("lane-drop").await;
    window.picture("drop").await;
    let_go(&window).await;
    wait_order(&window, &[b, c, a, d]).await;
    // Esc lets go of it where it was, and nothing comes of the release.
    take(&window, &[at[0], at[1], at[2]]).await;
    window.find("lane-drop").await;
    window.keys_to_focus("\u{E00C}").await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=lane-drop]') === null",
            "it is given up",
        )
        .await;
    let_go(&window).await;
    assert_eq!(order(&window).await, [b, c, a, d]);
    // And it is undone as every move is.
    window.keys_to_focus("\u{E009}z\u{E000}").await;
    wait_order(&window, &[a, b, c, d]).await;
    // Three are picked by key and drawn as one.
    for lane in [0, 1, 3] {
        let script = format!("document.querySelectorAll('[data-testid=lane-row]')[{lane}].focus();");
        window.script(&script, vec![]).await;
        window.keys_to_focus("\u{E008}l\u{E000}").await;
    }
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=lane-picked]').length === 3",
            "three are picked",
        )
        .await;
    window.picture("picked").await;
    window.keys_to_focus("\u{E008}g\u{E000}").await;
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=lane-row]').length === 2 && document.querySelector('[data-testid=lane-picked]') === null",
            "three are one",
        )
        .await;
    assert_eq!(order(&window).await, [&format!("{a} + {b} + {d}"), c]);
    window.close().await;
}
