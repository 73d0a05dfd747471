//! A comparison and a rule of the forms, saved in the project file and used from there.

use std::fs;

use fantoccini::Locator;
use leftfold_window_tests::Window;

use crate::demo;

const CTRL_S: &str = "\u{E009}s\u{E000}";
const SHIFT_R: &str = "\u{E008}r\u{E000}";
const ESCAPE: &str = "\u{E00C}";

async fn write(window: &Window, id: &str, text: &str) {
    let field = window.find(id).await;
    field.clear().await.unwrap();
    field.send_keys(text).await.unwrap();
}

#[tokio::test]
async fn a_comparison_and_a_rule_are_saved_from_their_forms_and_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = demo(folder.path());
    let project = folder.path().join("leftfold.toml");
    let copy = folder.path().join("copy.db");
    fs::copy(&path, &copy).unwrap();
    let mut window = Window::open_sized("saving", &[path.to_str().unwrap()], (1440, 900)).await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("24,000"))
        .await;

    // A comparison: the lines are shown before they are written.
    window.keys("m").await;
    write(&window, "compare-path", copy.to_str().unwrap()).await;
    write(&window, "compare-ignore", "/updatedAt").await;
    window.find("compare-path").await.send_keys(CTRL_S).await.unwrap();
    window
        .wait_text("check-save-text", "the lines", |t| {
            t.contains("ignore = [\"/updatedAt\"]")
        })
        .await;
    assert!(!project.exists(), "nothing is written before one says so");
    window.picture("lines").await;
    write(&window, "check-save-name", "its copy").await;
    window
        .wait_text("check-save-text", "the name", |t| {
            t.contains("name = \"its copy\"")
        })
        .await;
    // Enter in the name writes it; the comparison does not begin.
    window
        .find("check-save-name")
        .await
        .send_keys("\u{E007}")
        .await
        .unwrap();
    window
        .wait_text("saved-comparison", "the saved comparison", |t| {
            t.contains("its copy")
        })
        .await;
    let text = fs::read_to_string(&project).unwrap();
    assert!(
        text.contains("left = \"shop.db\"") && text.contains("right = \"copy.db\""),
        "{text}"
    );
    window.find("compare-start").await;
    window
        .client
        .active_element()
        .await
        .unwrap()
        .send_keys(ESCAPE)
        .await
        .unwrap();
    window
        .wait_script(
            "return document.querySelector('[data-testid=compare-form]') === null",
            "the form is put away",
        )
        .await;

    // A rule.
    window.keys(SHIFT_R).await;
    // Where there is no rule, one is written: that part opens when it is known that there is none.
    window
        .wait_script(
            "return document.activeElement?.dataset?.testid === 'rule-check'",
            "a rule can be written",
        )
        .await;
    write(&window, "rule-check", "state.available >= 0").await;
    write(&window, "rule-categories", "stock").await;
    window.click("check-save").await;
    write(&window, "check-save-name", "its copy").await;
    // A name is one check's.
    window
        .wait_text("check-save-problem", "taken", |t| t.contains("its copy"))
        .await;
    write(&window, "check-save-name", "never below zero").await;
    window
        .wait_text("check-save-text", "the lines", |t| t.contains("[[rule]]"))
        .await;
    window.client.set_window_size(1000, 700).await.unwrap();
    window.picture("rule-small").await;
    window.client.set_window_size(1440, 900).await.unwrap();
    window.click("check-save-write").await;
    window
        .wait_text("stated-rule", "the rule is the project file's", |t| {
            t.contains("never below zero")
        })
        .await;
    let ticked = window
        .client
        .find(Locator::Css("[data-testid=stated-rule] input:checked"))
        .await;
    assert!(ticked.is_ok(), "it is checked with the others at once");
    window.click("rules-start").await;
    window
        .wait_text("compare-verdict", "what the rule came to", |t| !t.is_empty())
        .await;
    let text = fs::read_to_string(&project).unwrap();
    assert!(
        text.contains("source = \"shop.db\"") && text.contains("[[comparison]]"),
        "{text}"
    );
    window.close().await;
}
