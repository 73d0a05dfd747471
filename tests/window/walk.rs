//! The uses of DESIGN.md, walked by the keyboard alone: nothing is clicked, nothing is given the focus by a script. Each ends on what it is
//! for, and wherever a step ends the focus is on something.
//!
//! A fork of the history is not there yet; what stands for *What if* is what an event did to the state, by two points.

use std::path::Path;

use leftfold_demo::{DemoOptions, Incident, write_mirror, write_sqlite};
use leftfold_event::{Cancel, Progress};
use leftfold_window_tests::Window;
use serde_json::json;

use crate::INSPECTED;

const ENTER: &str = "\u{E007}";
const ESCAPE: &str = "\u{E00C}";
const TAB: &str = "\u{E004}";
const SHIFT_TAB: &str = "\u{E008}\u{E004}\u{E000}";
const SPACE: &str = " ";
const HOME: &str = "\u{E011}";
const UP: &str = "\u{E013}";
const RIGHT: &str = "\u{E014}";
const DOWN: &str = "\u{E015}";
const BACKSPACE: &str = "\u{E003}";

/// With Control, Alt or Shift.
fn ctrl(key: &str) -> String {
    format!("\u{E009}{key}\u{E000}")
}
fn alt(key: &str) -> String {
    format!("\u{E00A}{key}\u{E000}")
}
fn shift(key: &str) -> String {
    format!("\u{E008}{key}\u{E000}")
}

/// More parts than can be gone to by Tab in any screen.
const PARTS: usize = 150;

/// What has the focus: its test id, else its role or what it is.
async fn focus(window: &Window) -> String {
    let script = "
        const at = document.activeElement;
        if (at === null || at === document.body) return 'nothing';
        return at.dataset.testid ?? at.closest('[data-testid]')?.dataset.testid ?? at.getAttribute('role') ?? at.tagName;";
    let at = window.script(script, vec![]).await;
    at.as_str().unwrap_or_default().to_owned()
}

/// Waits until something with this test id has the focus.
async fn at(window: &Window, id: &str) {
    let script = format!(
        "const at = document.activeElement;
         return at !== document.body && at?.closest('[data-testid]')?.dataset.testid === '{id}';"
    );
    window
        .wait_script(&script, &format!("the focus is on {id:?}"))
        .await;
}

/// Goes by Tab to what has this test id.
async fn tab_to(window: &Window, id: &str, key: &str) {
    let mut seen = Vec::new();
    for _ in 0..PARTS {
        window.keys_to_focus(key).await;
        let here = focus(window).await;
        if here == id {
            return;
        }
        seen.push(here);
    }
    panic!("Tab never came to {id:?}: {seen:?}");
}

/// Writes in the field that has the focus, in place of what stands there.
async fn write_over(window: &Window, text: &str) {
    let length = window
        .script("return document.activeElement.value.length", vec![])
        .await;
    window.keys_to_focus("\u{E010}").await;
    for _ in 0..length.as_u64().unwrap_or_default() {
        window.keys_to_focus(BACKSPACE).await;
    }
    window.keys_to_focus(text).await;
    let script = format!("return document.activeElement.value === {}", json!(text));
    window
        .wait_script(&script, &format!("the field says {text:?}"))
        .await;
}

/// Does what the palette finds first for a text.
async fn palette(window: &Window, keys: &str, text: &str, finds: &str) {
    window.keys_to_focus(keys).await;
    at(window, "palette-input").await;
    window.keys_to_focus(text).await;
    window
        .wait_script(
            &format!(
                "return (document.querySelector('[data-testid=palette-item][aria-selected=true]')?.innerText ?? '').includes({})",
                json!(finds)
            ),
            &format!("the palette finds {finds:?}"),
        )
        .await;
    window.keys_to_focus(ENTER).await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=palette]') === null",
            "the palette is closed",
        )
        .await;
}

/// The demo's day, and what went wrong in it.
fn day(folder: &Path) -> (std::path::PathBuf, Vec<Incident>) {
    let path = folder.join("shop.db");
    let summary = write_sqlite(&path, &DemoOptions::default(), &Cancel::new(), &Progress::new()).unwrap();
    (path, summary.incidents)
}

fn incident<'a>(all: &'a [Incident], name: &str) -> &'a Incident {
    all.iter().find(|i| i.name == name).unwrap()
}

async fn opened(name: &str, path: &Path) -> Window {
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

/// The text of a field of the state.
fn field(path: &str) -> String {
    format!("(document.querySelector('[data-testid=state-row][data-path=\"{path}\"]')?.innerText ?? '')")
}

#[tokio::test]
async fn an_incident_is_found_explained_and_handed_over_by_keys() {
    let folder = tempfile::tempdir().unwrap();
    let (path, incidents) = day(folder.path());
    let sold = incident(&incidents, "oversold");
    let mut window = opened("walk-incident", &path).await;
    // To the stream, and to the time of the alert.
    palette(&window, &ctrl("p"), &sold.stream, &sold.stream).await;
    window
        .wait_script(
            &format!(
                "return document.querySelector('[data-testid=inspector-stream]').innerHTML.includes({})",
                json!(sold.stream)
            ),
            "the stream is inspected",
        )
        .await;
    let point = format!("v{}", sold.version);
    palette(&window, &ctrl("k"), &point, &point).await;
    window
        .wait_text("inspector-version", "that event", |t| t.contains(&point))
        .await;
    // Below zero: the field is looked for, and whoever set it last is one key away.
    window
        .wait_script(
            &format!("return {}.includes('-')", field("/available")),
            "it is below zero",
        )
        .await;
    window.keys_to_focus(&ctrl("f")).await;
    at(&window, "find-input").await;
    window.keys_to_focus("available").await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=state-row].current')?.dataset.path === '/available'",
            "the field is found",
        )
        .await;
    window.keys_to_focus(ESCAPE).await;
    at(&window, "state-tree").await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=state-row].focused')?.dataset.path === '/available'",
            "the field has the focus",
        )
        .await;
    window.keys_to_focus(ENTER).await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=event-row].selected') !== null",
            "the event that set it is selected",
        )
        .await;
    // Who caused it.
    window.keys_to_focus(&alt("6")).await;
    at(&window, "causes-tree").await;
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=cause-row][data-kind=cause]').length > 0",
            "there is a cause",
        )
        .await;
    let caused = window.text("inspector-version").await;
    window.picture("causes").await;
    // The tree begins with the first of the causes.
    window.keys_to_focus(HOME).await;
    window.keys_to_focus(ENTER).await;
    window
        .wait_text("inspector-version", "the cause", |t| t != caused)
        .await;
    window.keys_to_focus(BACKSPACE).await;
    window
        .wait_text("inspector-version", "back at the event", |t| t.contains(&point))
        .await;
    // It is marked and noted, and a report of its stream is handed over.
    window.keys_to_focus(&ctrl("b")).await;
    at(&window, "bookmark-text").await;
    window.keys_to_focus("sold twice").await;
    window.keys_to_focus(ENTER).await;
    window.find("bookmark-mark").await;
    assert_ne!(focus(&window).await, "nothing");
    window.keys_to_focus("/").await;
    at(&window, "filter-input").await;
    window
        .keys_to_focus(&format!("stream == '{}'", sold.stream))
        .await;
    window.keys_to_focus(ENTER).await;
    window
        .wait_text("filter-count", "the stream alone", |t| {
            t.contains(" of 24,000") && !t.starts_with("24,000")
        })
        .await;
    // The field is left; the filter stays.
    window.keys_to_focus(ESCAPE).await;
    at(&window, "event-list").await;
    assert!(window.text("filter-count").await.contains(" of 24,000"));
    window.keys_to_focus(&ctrl("e")).await;
    at(&window, "export-start").await;
    tab_to(&window, "export-page", SHIFT_TAB).await;
    window.keys_to_focus(SPACE).await;
    tab_to(&window, "export-path", TAB).await;
    let report = folder.path().join("report.html");
    write_over(&window, report.to_str().unwrap()).await;
    window.keys_to_focus(ENTER).await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=export-form]') === null",
            "it is written",
        )
        .await;
    assert_ne!(focus(&window).await, "nothing");
    let page = std::fs::read_to_string(report).unwrap();
    assert!(
        page.contains("sold twice") && page.contains(&sold.stream),
        "the report holds the note and the stream"
    );
    window.picture("handed-over").await;
    window.close().await;
}

#[tokio::test]
async fn a_divergence_is_found_where_it_began_by_keys() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = day(folder.path());
    let mirror = folder.path().join("mirror.ndjson");
    let file = std::fs::File::create(&mirror).unwrap();
    write_mirror(file, &DemoOptions::default(), &Cancel::new(), &Progress::new()).unwrap();
    let mut window = opened("walk-divergence", &path).await;
    window.keys_to_focus("m").await;
    at(&window, "compare-path").await;
    write_over(&window, mirror.to_str().unwrap()).await;
    window.keys_to_focus(ENTER).await;
    window
        .wait_text("compare-verdict", "a verdict", |t| t.contains("They differ"))
        .await;
    // Who has begun it finds himself among what was found.
    at(&window, "finding-list").await;
    let first = window
        .wait_text("finding-place", "a finding", |t| {
            t.chars().next().is_some_and(|c| c.is_ascii_digit())
        })
        .await;
    window.keys_to_focus(DOWN).await;
    window
        .wait_text("finding-place", "the next", |t| t != first)
        .await;
    // Digits are the categories' in here: one less is listed.
    let listed = window.text("finding-place").await;
    window.keys_to_focus("1").await;
    window
        .wait_text("finding-place", "fewer findings", |t| {
            t.rsplit(' ').next() != listed.rsplit(' ').next()
        })
        .await;
    window.keys_to_focus("1").await;
    // Where it began, and what is different there.
    window.keys_to_focus(&shift("i")).await;
    window
        .wait_text("finding-place", "the first one", |t| t == first)
        .await;
    let evidence = window
        .wait_text("finding-evidence", "evidence", |t| !t.is_empty())
        .await;
    let began = window.text("compare-first").await;
    assert!(began.starts_with("First: "), "{began}");
    window.picture("began").await;
    // The evidence another way, and back.
    window.keys_to_focus("y").await;
    window
        .wait_text("finding-evidence", "it as states or laid over", |t| t != evidence)
        .await;
    // How long it lasted.
    let on_lag = "
        const tab = document.querySelector('[data-testid=compare-tab-lag]');
        return tab.getAttribute('aria-pressed') === 'true';";
    while window.script(on_lag, vec![]).await != json!(true) {
        let tab =
            "return document.querySelector('[data-testid^=compare-tab-][aria-pressed=true]').dataset.testid;";
        let before = window.script(tab, vec![]).await;
        window.keys_to_focus("i").await;
        let script = format!("{} !== {before}", tab.trim_end_matches(';'));
        window.wait_script(&script, "the next tab").await;
    }
    window
        .wait_text("lag-most", "how many disagreed at once", |t| {
            t.contains("at once")
        })
        .await;
    assert_ne!(focus(&window).await, "nothing");
    window.picture("lasted").await;
    window.close().await;
}

#[tokio::test]
async fn a_rule_is_written_saved_and_checked_by_keys() {
    let folder = tempfile::tempdir().unwrap();
    let (path, incidents) = day(folder.path());
    let sold = incident(&incidents, "oversold");
    let mut window = opened("walk-rules", &path).await;
    window.keys_to_focus(&shift("r")).await;
    // Where there is no rule, one is written.
    at(&window, "rule-check").await;
    window.keys_to_focus("state.available >= 0").await;
    tab_to(&window, "rule-categories", TAB).await;
    window.keys_to_focus("stock").await;
    tab_to(&window, "rule-name", TAB).await;
    window.keys_to_focus("stock never below zero").await;
    window.keys_to_focus(&ctrl("s")).await;
    at(&window, "check-save-name").await;
    window
        .wait_text("check-save-text", "the lines", |t| t.contains("[[rule]]"))
        .await;
    window.keys_to_focus(ENTER).await;
    // With the rules of the file read anew there is one to check.
    window
        .wait_script(
            "return document.querySelector('[data-testid=stated-rule] input:checked') !== null
                && document.activeElement?.dataset?.testid === 'rules-start' && !document.activeElement.disabled",
            "the rule is listed and can be checked",
        )
        .await;
    let project = std::fs::read_to_string(folder.path().join("leftfold.toml")).unwrap();
    assert!(
        project.contains("stock never below zero") && project.contains("state.available >= 0"),
        "{project}"
    );
    window.keys_to_focus(ENTER).await;
    window
        .wait_text("finding-place", "a violation", |t| {
            t.chars().next().is_some_and(|c| c.is_ascii_digit())
        })
        .await;
    at(&window, "finding-list").await;
    // It says of which stream, and the state beside it is the one that violates.
    let rows =
        "return [...document.querySelectorAll('[data-testid=finding-row]')].map((row) => row.innerText);";
    let is_of_it = |row: &serde_json::Value| row.as_str().is_some_and(|text| text.contains(&sold.stream));
    let rows = window
        .wait_answer(rows, "a finding is of the stream", |rows| {
            rows.as_array().unwrap().iter().any(is_of_it)
        })
        .await;
    // What is inspected follows what is chosen, a moment later.
    let follows = format!(
        "{INSPECTED}
         const chosen = document.querySelector('[data-testid=finding-row][aria-selected=true] .stream');
         return name !== '' && chosen?.title.includes(name) === true ? name : null;"
    );
    for _ in rows.as_array().unwrap() {
        let inspected = window
            .wait_answer(&follows, "the finding's stream is inspected", |name| {
                !name.is_null()
            })
            .await;
        if is_of_it(&inspected) {
            break;
        }
        let place = window.text("finding-place").await;
        window.keys_to_focus("n").await;
        window
            .wait_text("finding-place", "the next finding", |t| t != place)
            .await;
    }
    window
        .wait_script(
            &format!("return {}.includes('-')", field("/available")),
            "the state below zero is shown",
        )
        .await;
    assert_ne!(focus(&window).await, "nothing");
    window.picture("violated").await;
    window.close().await;
}

#[tokio::test]
async fn what_an_event_changed_is_seen_between_two_points_by_keys() {
    let folder = tempfile::tempdir().unwrap();
    let (path, incidents) = day(folder.path());
    let sold = incident(&incidents, "oversold");
    let mut window = opened("walk-points", &path).await;
    palette(&window, &ctrl("p"), &sold.stream, &sold.stream).await;
    let before = format!("v{}", sold.version - 1);
    palette(&window, &ctrl("k"), &before, &before).await;
    window
        .wait_text("inspector-version", "the event before", |t| t.contains(&before))
        .await;
    window.keys_to_focus("c").await;
    window.find("point-A").await;
    window.keys_to_focus(RIGHT).await;
    window
        .wait_text("inspector-version", "the event", |t| {
            t.contains(&format!("v{}", sold.version))
        })
        .await;
    window.keys_to_focus("c").await;
    window.find("point-B").await;
    window
        .wait_text("diff-list", "what changed", |t| {
            t.contains("available") && t.contains('-')
        })
        .await;
    window.picture("points").await;
    window.keys_to_focus(ESCAPE).await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=point-A]') === null",
            "the points are gone",
        )
        .await;
    window.close().await;
}

#[tokio::test]
async fn a_room_is_shown_what_went_wrong_in_the_demo_by_keys() {
    let mut window = Window::open("walk-training", &[]).await;
    window.find("demo-button").await;
    tab_to(&window, "demo-compare", TAB).await;
    window.keys_to_focus(ENTER).await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("24,000"))
        .await;
    window
        .wait_text("compare-verdict", "a verdict", |t| t.contains("They differ"))
        .await;
    window
        .wait_text("finding-place", "a finding", |t| {
            t.chars().next().is_some_and(|c| c.is_ascii_digit())
        })
        .await;
    // The button is gone; the focus is not.
    window
        .wait_script(
            "return document.activeElement !== document.body",
            "the focus has a place",
        )
        .await;
    // The keys, for the room.
    window.keys_to_focus("?").await;
    window.find("help-sheet").await;
    window.keys_to_focus(ESCAPE).await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=help-sheet]') === null && document.activeElement !== document.body",
            "the help is closed, and the focus has a place",
        )
        .await;
    // The day is played, faster than it was.
    window.keys_to_focus(HOME).await;
    let start = window
        .wait_text("playhead-time", "the beginning", |t| !t.is_empty())
        .await;
    window.keys_to_focus("v99").await;
    window.keys_to_focus(SPACE).await;
    window
        .wait_text("playhead-time", "it plays", |t| t != start)
        .await;
    window.keys_to_focus(SPACE).await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=play]').getAttribute('aria-pressed') === 'false'",
            "it stands",
        )
        .await;
    // What was doubled, alone: from the findings' switches the others are put out.
    window.keys_to_focus(&shift("m")).await;
    if window.all("finding-list").await.is_empty() {
        window.keys_to_focus(&shift("m")).await;
    }
    at(&window, "finding-list").await;
    let chips =
        "return [...document.querySelectorAll('[data-testid^=category-]')].map((e) => e.dataset.testid);";
    let chips = window.script(chips, vec![]).await;
    let names: Vec<String> = serde_json::from_value(chips).unwrap();
    assert!(names.iter().any(|n| n == "category-duplicate"), "{names:?}");
    for (i, name) in names.iter().enumerate() {
        if name != "category-duplicate" {
            window.keys_to_focus(&(i + 1).to_string()).await;
        }
    }
    window
        .wait_script(
            "return [...document.querySelectorAll('[data-testid^=category-]')].every((e) => (e.getAttribute('aria-pressed') === 'true') === (e.dataset.testid === 'category-duplicate'))",
            "one category is listed",
        )
        .await;
    at(&window, "finding-list").await;
    window.keys_to_focus(HOME).await;
    window
        .wait_text("finding-evidence", "the doubled event", |t| {
            t.to_lowercase().contains("duplicate") || t.to_lowercase().contains("twice")
        })
        .await;
    window.keys_to_focus(UP).await;
    at(&window, "finding-list").await;
    window.picture("doubled").await;
    window.close().await;
}
