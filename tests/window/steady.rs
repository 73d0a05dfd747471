//! Nothing jumps and nothing covers what one looks at, in the smallest window there is: a pinned field, the filter bar, the range, valid times.

use leftfold_window_tests::Window;
use serde_json::Value;

use crate::{INSPECTED, demo};

/// Where a part lies: left, top, right, bottom.
async fn place(window: &Window, selector: &str) -> [f64; 4] {
    let script = "
        const b = document.querySelector(arguments[0]).getBoundingClientRect();
        return [b.left, b.top, b.right, b.bottom];";
    let found = window.script(script, vec![Value::from(selector)]).await;
    [0, 1, 2, 3].map(|i| found[i].as_f64().unwrap())
}

const TREE: &str = "[data-testid=state-tree]";
const BAR: &str = "section.list > .bar";
const TIMELINE: &str = "[data-testid=timeline-canvas]";

/// Waits until the list, the inspector and its state are those of the last event on an axis: as long as they are of another stream, they may
/// change under the keys.
async fn is_at_end(window: &Window, axis: &str) {
    let script = format!(
        "{INSPECTED}
         const now = document.querySelector('[data-testid=event-row].now');
         return document.querySelector('[data-testid=axis-{axis}]').getAttribute('aria-pressed') === 'true'
             && now !== null && now.querySelectorAll('[role=gridcell]')[1].title === name
             && document.querySelector('[data-testid=state-tree]')?.getAttribute('aria-label').includes(name) === true;"
    );
    window
        .wait_script(&script, &format!("all is at the end, on the axis of {axis}"))
        .await;
}

#[tokio::test]
async fn what_is_pinned_filtered_or_measured_moves_and_covers_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = demo(folder.path());
    let mut window = Window::open_sized("steady", &[path.to_str().unwrap()], (1000, 700)).await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("24,000"))
        .await;
    window.find("state-row").await;
    is_at_end(&window, "time").await;
    // A bar of one line: what stands in it has one middle.
    let [_, _, _, field] = place(&window, "[data-testid=filter-input]").await;
    let [_, switch, ..] = place(&window, "[data-testid=follow]").await;
    assert!(switch < field, "the switches stand beside the field");
    let [_, top, ..] = place(&window, TREE).await;
    let bar = place(&window, BAR).await;
    for (axis, what) in [("time", "english"), ("log", "chinese")] {
        window.click(&format!("axis-{axis}")).await;
        is_at_end(&window, axis).await;
        if what == "chinese" {
            window.click("language-switch").await;
        }
        // A field is pinned, by key in the tree.
        window
            .script(
                "document.querySelector('[data-testid=state-tree]').focus();",
                vec![],
            )
            .await;
        window.keys_to_focus("p").await;
        window.find("state-pinned").await;
        window.find("next-change").await;
        let [_, now, ..] = place(&window, TREE).await;
        assert!(
            (now - top).abs() < 0.5,
            "the state does not move: {top} and {now}"
        );
        let [_, _, right, _] = place(&window, "[data-testid=state-pinned]").await;
        let [_, _, last, _] = place(&window, "[data-testid=watch-field]").await;
        assert!(last <= right, "what is told of the field fits");
        window.keys_to_focus("p").await;
        // A range and valid times are told of below the panels.
        window.keys_to_focus("r").await;
        window.keys_to_focus("\u{E008}x\u{E000}").await;
        let [_, _, _, bottom] = place(&window, TIMELINE).await;
        window.find("measure-events").await;
        for id in ["measure", "valid-times"] {
            window.find(id).await;
            let [left, over, right, _] = place(&window, &format!("[data-testid={id}]")).await;
            assert!(over >= bottom, "{id} covers no lane");
            assert!(left >= 0.0 && right <= 1000.0, "{id} is whole: {left} to {right}");
        }
        window.picture(what).await;
        let after = place(&window, BAR).await;
        assert!(
            (bar[1] - after[1]).abs() < 0.5 && (bar[3] - after[3]).abs() < 0.5,
            "{bar:?} and {after:?}"
        );
        window.keys_to_focus("r").await;
        window.keys_to_focus("\u{E008}x\u{E000}").await;
    }
    window.click("language-switch").await;
    // The field that is written in stands out.
    window.keys_to_focus("/").await;
    let ring = "
        const field = document.activeElement.closest('.field');
        const style = getComputedStyle(field);
        return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;";
    window.wait_script(ring, "the filter has a ring").await;
    window.picture("filter").await;
    window.close().await;
}
