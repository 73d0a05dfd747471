//! README's pictures: the incident of the demo's day, light and dark, and the demo beside its mirror. `make pictures` puts them where README has them.

use leftfold_window_tests::Window;

use crate::compare::OTHERS;
use crate::demo;
use crate::values::watch;

#[tokio::test]
async fn the_incident_is_shown_in_both_themes() {
    let folder = tempfile::tempdir().unwrap();
    let path = demo(folder.path());
    let path = path.to_str().unwrap();
    let arguments = [path, "--stream", "stock-SKU-0007", "--at", "v59"];
    let mut window = Window::open("readme", &arguments).await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("24,000"))
        .await;
    window.find("event-row").await;
    window
        .wait_text("inspector-stream", "the stream", |t| t == "stock-SKU-0007")
        .await;
    watch(&window, "stock-SKU-0007", "available", 1).await;
    window.click("tab-state").await;
    window
        .wait_script(
            "const flag = document.querySelector('[data-testid=playhead-flag]');
             return flag.innerText.startsWith('19:07:04.976') && document.querySelector('[data-testid=value-here]').innerText === '-1'
                 && document.querySelector('[data-testid=state-tree]').innerText.includes('-1');",
            "fewer than none are left",
        )
        .await;
    window.picture("window-light").await;
    // From the system's theme, which is the light one here, to dark.
    window.click("theme-switch").await;
    window
        .wait_script(
            "return document.documentElement.dataset.theme === 'dark'",
            "it is dark",
        )
        .await;
    window.picture("window-dark").await;
    window.close().await;
}

#[tokio::test]
async fn a_conflict_is_shown_with_what_set_each_value() {
    let mut window = Window::open("readme", &[]).await;
    window.click("demo-compare").await;
    window
        .wait_text("compare-verdict", "a verdict", |t| t.contains("They differ"))
        .await;
    window
        .wait_text("finding-place", "a finding", |t| {
            t.chars().next().is_some_and(|c| c.is_ascii_digit())
        })
        .await;
    // The first conflict, among all that was found.
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
    for category in OTHERS {
        window.click(&format!("category-{category}")).await;
    }
    window.click("evidence-as-state").await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=finding-evidence]').innerText.includes('set by')
                 && document.querySelector('[data-testid=finding-row][aria-selected=true]') !== null
                 && document.querySelector('[data-testid=event-row].now') !== null
                 && document.querySelector('[data-testid=timeline-canvas]').getAttribute('aria-busy') === 'false';",
            "both states are there, and the event on the left",
        )
        .await;
    window.picture("window-compare").await;
    window.close().await;
}
