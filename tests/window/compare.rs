//! The demo compared with its mirror: asked for by keys, waited for, walked through.

use leftfold_window_tests::Window;

const ENTER: &str = "\u{E007}";
const SHIFT_N: &str = "\u{E008}n\u{E000}";

/// What the demo's mirror has besides conflicts.
pub(crate) const OTHERS: [&str; 8] = [
    "missing",
    "extra",
    "duplicate",
    "reordered",
    "late",
    "placement",
    "version-collision",
    "undecodable",
];

/// Whether the playhead's event is the one the chosen finding is about.
const AGREES: &str = "
    const chosen = document.querySelector('[data-testid=finding-row][aria-selected=true]');
    const marked = document.querySelector('[data-testid=event-row].now');
    return chosen !== null && marked !== null;";

#[tokio::test]
async fn the_demo_is_compared_with_its_mirror_and_the_findings_are_walked_through_by_keys() {
    let mut window = Window::open_sized("compare", &[], (1440, 900)).await;
    window.click("demo-compare").await;
    // Two files are written first, and the machine may be busy.
    window
        .wait_text("status-events", "all events", |t| t.starts_with("24,000"))
        .await;
    let verdict = window
        .wait_text("compare-verdict", "a verdict", |t| t.contains("They differ"))
        .await;
    assert!(verdict.contains("mirror"), "{verdict}");
    window
        .wait_text("finding-place", "the first finding", |t| {
            t.chars().next().is_some_and(|c| c.is_ascii_digit())
        })
        .await;
    // Every kind of finding that a mirror can have, and every status.
    for category in OTHERS.iter().chain(&["conflict"]) {
        let chip = window.text(&format!("category-{category}")).await;
        assert!(chip.chars().skip(1).any(|c| c.is_ascii_digit()), "{chip}");
    }
    for status in ["pending", "confirmed", "healed"] {
        window.find(&format!("status-{status}")).await;
    }
    let first = window.text("finding-place").await;
    window
        .wait_script(
            "return Number(document.querySelector('[data-testid=finding-strip]').dataset.tiles) > 3",
            "the findings stand along the axis",
        )
        .await;
    window.wait_script(AGREES, "list and findings agree").await;
    window.picture("first").await;

    window.keys("n").await;
    window
        .wait_text("finding-place", "the second finding", |t| t != first)
        .await;
    window.keys(SHIFT_N).await;
    window
        .wait_text("finding-place", "the first finding again", |t| t == first)
        .await;

    // Only conflicts: the digits are the categories' while the focus is among them.
    for category in OTHERS {
        window.click(&format!("category-{category}")).await;
    }
    window.keys("n").await;
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=finding-evidence] tr.differs').length > 0",
            "what differs is marked",
        )
        .await;
    window.picture("conflict").await;

    window.keys("x").await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=axis-log]').getAttribute('aria-pressed') === 'true'
                && Number(document.querySelector('[data-testid=finding-strip]').dataset.tiles) > 0",
            "the findings stand in log order, too",
        )
        .await;
    window.click("theme-switch").await;
    window.click("theme-switch").await;
    window.click("language-switch").await;
    window
        .wait_text("compare-verdict", "Chinese", |t| t.contains("两侧不同"))
        .await;
    window.picture("light-chinese").await;

    // Another comparison is asked for and begun without the pointer.
    window.keys("m").await;
    window
        .wait_script(
            "return document.activeElement?.dataset?.testid === 'compare-path'",
            "the form has the focus",
        )
        .await;
    window.picture("form").await;
    let path = window.client.active_element().await.unwrap();
    path.send_keys(ENTER).await.unwrap();
    window
        .wait_text("finding-place", "the new comparison's first", |t| {
            t.starts_with("第 1 处")
        })
        .await;
    window.click("compare-close").await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=findings]') === null
                && document.querySelector('[data-testid=finding-strip]') === null",
            "nothing of it is left",
        )
        .await;
    window.close().await;
}
