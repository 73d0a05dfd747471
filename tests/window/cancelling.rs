//! What runs is stopped, and the window says so and goes on.

use std::fmt::Write as _;
use std::path::Path;

use leftfold_window_tests::Window;

const SHIFT_R: &str = "\u{E008}r\u{E000}";

const PROJECT: &str = "
[[rule]]
name = 'never below'
check = 'state.n >= 0'
";

/// So many events that looking through them takes longer than pressing a button.
const MANY: u32 = 100_000;

/// Lines of a history of so many events; every hundredth says something else where it `differs`.
fn write_lines(path: &Path, events: u32, differs: bool) {
    let mut lines = String::new();
    for n in 0..events {
        let (stream, version) = (n % 500, n / 500 + 1);
        let said = n + u32::from(differs && n.is_multiple_of(100));
        let (minute, second, milli) = (n / 60_000 % 60, n / 1000 % 60, n % 1000);
        writeln!(
            lines,
            "{{\"stream\":\"s-{stream}\",\"version\":{version},\"type\":\"Counted\",\
             \"time\":\"2026-01-01T00:{minute:02}:{second:02}.{milli:03}Z\",\"payload\":{{\"n\":{said}}}}}"
        )
        .unwrap();
    }
    std::fs::write(path, lines).unwrap();
}

/// Begins what a form asks for with this button, waits until it runs, and stops it.
async fn stopped(window: &Window, button: &str) {
    // The page itself presses the button as soon as it can be met: a driver's questions may come too late. The form stays a moment, in case
    // it is refused, and behind it nothing can be pressed; what is only being opened is given up and not stopped, and nothing is said of it.
    let stop = "
        const of = (id) => document.querySelector(`[data-testid=${id}]`);
        window.stopped = false;
        const look = setInterval(() => {
            const [button, told] = [of('compare-cancel'), of('compare-progress')?.innerText ?? 'Opening'];
            if (button === null || told.startsWith('Opening') || document.querySelector('dialog[open]') !== null) return;
            const box = button.getBoundingClientRect();
            if (!button.contains(document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2))) return;
            clearInterval(look);
            button.click();
            window.stopped = true;
        }, 5);";
    window.script(stop, vec![]).await;
    window.click(button).await;
    window
        .wait_script("return window.stopped", "it runs, and is stopped")
        .await;
    let told = window
        .wait_text("compare-cancelled", "that it was stopped", |t| !t.is_empty())
        .await;
    assert!(told.contains("cancelled"), "{told}");
    window
        .wait_script(
            "return document.querySelector('[data-testid=compare-progress]') === null
                && document.querySelector('[data-testid=compare-cancel]') === null
                && document.querySelector('[data-testid=compare-verdict]') === null
                && document.querySelectorAll('[data-testid=finding-row]').length === 0",
            "nothing runs, and nothing half found looks like a verdict",
        )
        .await;
}

/// Begins a comparison, and stops it.
async fn compare_with(window: &Window, path: &Path) {
    window.keys("m").await;
    let field = window.find("compare-path").await;
    field.clear().await.unwrap();
    field.send_keys(path.to_str().unwrap()).await.unwrap();
    stopped(window, "compare-start").await;
}

#[tokio::test]
async fn a_comparison_and_a_check_that_run_are_stopped_and_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    write_lines(&at("many.ndjson"), MANY, false);
    write_lines(&at("copy.ndjson"), MANY, true);
    std::fs::write(at("leftfold.toml"), PROJECT).unwrap();
    let many = at("many.ndjson");
    let mut window = Window::open_sized("cancelling", &[many.to_str().unwrap()], (1440, 900)).await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("100,000"))
        .await;

    compare_with(&window, &at("copy.ndjson")).await;
    window.picture("comparison").await;

    window.keys(SHIFT_R).await;
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=stated-rule]').length === 1",
            "the rule is listed",
        )
        .await;
    stopped(&window, "rules-start").await;
    window.picture("check").await;

    // What was stopped holds back nothing.
    window.click("compare-close").await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=findings]') === null",
            "nothing of it is left",
        )
        .await;
    window.close().await;
}
