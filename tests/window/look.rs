//! Every screen in two sizes, both themes and both languages: nothing is cut off, and a picture of each for a person to look at.

use std::path::{Path, PathBuf};

use leftfold_window_tests::Window;

use crate::files::drag_event;
use crate::{demo, nothing_wrong};

const END: &str = "\u{E010}";
const ESCAPE: &str = "\u{E00C}";
const CONTROL_K: &str = "\u{E009}k\u{E000}";

/// Files that lead to the screens.
struct Files {
    demo: PathBuf,
    unknown: PathBuf,
    wrong: PathBuf,
    empty: PathBuf,
    two: PathBuf,
}

/// Tables of cqrs-es, whose form is known; without a row and with some.
fn two_stores(folder: &Path, name: &str, tables: &[(&str, u32)]) -> PathBuf {
    let path = folder.join(name);
    let connection = rusqlite::Connection::open(&path).unwrap();
    for (table, rows) in tables {
        connection
            .execute_batch(&format!(
                "CREATE TABLE {table}(aggregate_type TEXT, aggregate_id TEXT, sequence INTEGER, event_type TEXT, event_version TEXT,
                     payload TEXT, metadata TEXT, PRIMARY KEY(aggregate_type, aggregate_id, sequence));
                 WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n <= {rows})
                 INSERT INTO {table}
                 SELECT 'account', 'a' || (n % 3), n / 3 + 1, 'Opened', '1.0', json_object('n', n), '{{}}' FROM i WHERE n <= {rows};"
            ))
            .unwrap();
    }
    path
}

fn files(folder: &Path) -> Files {
    let unknown = folder.join("home-made.db");
    rusqlite::Connection::open(&unknown)
        .unwrap()
        .execute_batch(
            "CREATE TABLE journal(n INTEGER PRIMARY KEY, entity_id TEXT, event_type TEXT, occurred_at TEXT, body TEXT);
             WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 50)
             INSERT INTO journal
             SELECT n, 'cart-' || (n % 5), CASE n % 2 WHEN 0 THEN 'Added' ELSE 'Removed' END,
                    strftime('%Y-%m-%dT%H:%M:%SZ', 1700000000 + n * 60, 'unixepoch'), json_object('n', n) FROM i;",
        )
        .unwrap();
    let wrong = folder.join("notes.pdf");
    std::fs::write(&wrong, "%PDF-1.7 not events").unwrap();
    Files {
        demo: demo(folder),
        unknown,
        wrong,
        empty: two_stores(folder, "empty.db", &[("events", 0)]),
        two: two_stores(folder, "two.db", &[("events", 30), ("other_events", 60)]),
    }
}

/// Nothing is wider or higher than the window.
/// Texts that are cut without a sign of it.
const CUT: &str = "return [...document.querySelectorAll('body *')].filter((e) => {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim() !== '');
    const s = getComputedStyle(e);
    return own && s.visibility !== 'hidden' && e.getClientRects().length > 0 && e.scrollWidth > e.clientWidth + 1
        && ['hidden', 'clip'].includes(s.overflowX) && s.textOverflow !== 'ellipsis';
}).map((e) => `${e.className}: ${e.textContent}`);";

async fn fits(window: &Window, what: &str) {
    nothing_wrong(window, CUT, &format!("{what}: texts are cut without a sign")).await;
    let script = "const e = document.documentElement; return e.scrollWidth <= innerWidth && e.scrollHeight <= innerHeight;";
    window
        .wait_script(script, &format!("{what} is not cut off"))
        .await;
}

/// What must be readable of a history in any size.
async fn is_readable(window: &Window, what: &str) {
    let script = "
        const box = (e) => e.getBoundingClientRect();
        const wrong = [];
        const rows = [...document.querySelectorAll('[data-testid=event-row]')];
        if (rows.length < 4) wrong.push('there are few rows');
        for (const row of rows) {
            const cells = [...row.querySelectorAll('[role=gridcell]')];
            const [time, stream, version] = cells;
            if (time.scrollWidth > time.clientWidth + 1) wrong.push('a time is cut: ' + time.textContent);
            if (version.scrollWidth > version.clientWidth + 1) wrong.push('a version is cut: ' + version.textContent);
            const id = stream.title.slice(-4);
            if (!stream.textContent.endsWith(id) || stream.scrollWidth > stream.clientWidth + 1) wrong.push('an id is cut: ' + stream.textContent);
            if (cells.length < 5 || box(cells[4]).width < 45) wrong.push('a payload has no room');
        }
        const flag = document.querySelector('[data-testid=playhead-flag]');
        for (const mark of document.querySelectorAll('[data-testid=ruler-mark]')) {
            if (!flag || getComputedStyle(mark).visibility === 'hidden') continue;
            const [a, b] = [box(mark), box(flag)];
            if (a.left < b.right && b.left < a.right) wrong.push('the flag covers ' + mark.textContent);
        }
        const tabs = [...document.querySelectorAll('[role=tab]')];
        for (const [i, tab] of tabs.entries()) {
            if (tab.scrollWidth > tab.clientWidth + 1) wrong.push('a tab is cut: ' + tab.textContent);
            if (i > 0 && box(tab).left < box(tabs[i - 1]).right - 1) wrong.push('tabs overlap: ' + tab.textContent);
        }
        return [...new Set(wrong)].slice(0, 6);";
    nothing_wrong(window, script, what).await;
}

async fn open(window: &Window, path: &Path, id: &str) {
    drag_event(window, "drop", path).await;
    window.find(id).await;
}

/// All screens in one theme and language; the pictures' names end in `look`.
async fn walk(window: &mut Window, files: &Files, look: &str) {
    window.click("home").await;
    window.find("demo-button").await;
    window.find("recent-item").await;
    fits(window, "the welcome screen").await;
    window.picture(&format!("welcome-{look}")).await;
    open(window, &files.wrong, "error-screen").await;
    fits(window, "the error").await;
    window.picture(&format!("error-{look}")).await;
    open(window, &files.unknown, "mapping-screen").await;
    window
        .wait_text("mapping-preview", "a preview", |t| t.contains("cart-"))
        .await;
    fits(window, "the mapping").await;
    window.picture(&format!("mapping-{look}")).await;
    open(window, &files.empty, "empty-store").await;
    fits(window, "the empty store").await;
    window.picture(&format!("empty-{look}")).await;
    open(window, &files.two, "store-row").await;
    fits(window, "the choice of a store").await;
    window.picture(&format!("choose-{look}")).await;
    open(window, &files.demo, "event-list").await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("24,000"))
        .await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=axis-time]').getAttribute('aria-pressed') === 'true'",
            "a store without times leaves the axis of the next one alone",
        )
        .await;
    // What was seen of it the last time is seen again: this walk begins at its end.
    window.keys(END).await;
    window.find("event-row").await;
    window.wait_text("state-tree", "a state", |t| !t.is_empty()).await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=timeline-canvas]').getAttribute('aria-busy') === 'false'",
            "the counts are there",
        )
        .await;
    is_readable(window, &format!("the end, {look}")).await;
    window
        .wait_script(
            "const bottom = (e) => e.getBoundingClientRect().bottom;
             const list = document.querySelector('[data-testid=event-list]');
             const last = document.querySelector('[data-ordinal=\"23999\"]');
             const bar = list.scrollHeight - list.clientHeight - list.scrollTop;
             return last !== null && bar < 2 && Math.abs(bottom(last) - bottom(list)) <= 1;",
            "the last row stands at the list's lower border",
        )
        .await;
    window.picture(&format!("demo-{look}")).await;
    let canvas = window.find("timeline-canvas").await;
    // At once to where it is to stand: the list follows to the places on the way, too.
    crate::drag(window, &canvas, &[(0.62, 0.5), (0.62, 0.5)]).await;
    window
        .wait_script(
            "return document.querySelector('.row.now') !== null && document.querySelectorAll('.row.future').length > 2",
            "the list follows",
        )
        .await;
    is_readable(window, &format!("in the middle, {look}")).await;
    window.click_nth("event-row", 3).await;
    window.keys("c").await;
    window.keys("\u{E012}\u{E012}\u{E012}").await;
    window.find("diff-list").await;
    fits(window, "the difference").await;
    window.picture(&format!("diff-{look}")).await;
    window.keys(ESCAPE).await;
    window.find("state-before").await;
    // The steps gave the selection up. What comes behind the playhead is not what its state is of.
    let later = window.all("event-row").await.len() - 3;
    window.click_nth("event-row", later).await;
    window.find("inspector-aside").await;
    window.picture(&format!("state-{look}")).await;
    for tab in ["event", "raw"] {
        window.click(&format!("tab-{tab}")).await;
        fits(window, tab).await;
        window.picture(&format!("{tab}-{look}")).await;
    }
    window.click("tab-state").await;
    window.click("inspector-go").await;
    // The state of that event is there when nothing is told of it any more.
    window
        .wait_script(
            "const row = document.querySelector('[data-testid=state-row]');
             if (row === null || document.querySelector('[data-testid=inspector-aside]') !== null) return false;
             row.focus();
             return true;",
            "the state at that event",
        )
        .await;
    let row = window.client.active_element().await.unwrap();
    row.send_keys("h").await.unwrap();
    window.find("history-table").await;
    fits(window, "the history of a field").await;
    window.picture(&format!("history-{look}")).await;
    window.click("tab-state").await;
    window.click("lanes-stream").await;
    window.find("lanes-below").await;
    fits(window, "the lanes of streams").await;
    window.picture(&format!("lanes-{look}")).await;
    window.click("lanes-category").await;
    window.keys(CONTROL_K).await;
    window.find("palette-item").await;
    fits(window, "the palette").await;
    window.picture(&format!("palette-{look}")).await;
    window.keys(ESCAPE).await;
    window.keys("?").await;
    window.find("help-sheet").await;
    fits(window, "the keys").await;
    window.picture(&format!("keys-{look}")).await;
    window.keys(ESCAPE).await;
    window.keys("/").await;
    let editor = window.client.active_element().await.unwrap();
    editor.send_keys("type == 'Nothing'\u{E007}").await.unwrap();
    window
        .wait_text("filter-count", "no match", |t| t.starts_with("0 "))
        .await;
    fits(window, "the empty list").await;
    window.picture(&format!("nothing-{look}")).await;
    window.click("filter-clear").await;
    window.find("event-row").await;
}

/// What opens over the window and beside the state, in one theme and language.
async fn forms(window: &mut Window, look: &str) {
    for (keys, id) in [
        ("m", "compare-form"),
        ("\u{E008}r\u{E000}", "rules-form"),
        ("\u{E009}e\u{E000}", "export-form"),
        ("\u{E008}c\u{E000}", "columns-form"),
        ("\u{E009}b\u{E000}", "bookmark-note"),
        ("\u{E008}b\u{E000}", "bookmark-list"),
        ("o", "lane-menu"),
    ] {
        window.keys(keys).await;
        window.find(id).await;
        fits(window, id).await;
        window.picture(&format!("{id}-{look}")).await;
        window.keys_to_focus(ESCAPE).await;
        window
            .wait_script(
                &format!("return document.querySelector('[data-testid={id}]') === null"),
                "it is gone",
            )
            .await;
    }
    // A stream of which there is something to compare.
    crate::bookmarks::go_to(window, "stock-SKU-0007").await;
    window.keys(END).await;
    window.click("tab-causes").await;
    window.find("causes-end").await;
    window
        .wait_text("causes-end", "what its causes are", |t| !t.is_empty())
        .await;
    fits(window, "causes and effects").await;
    window.picture(&format!("causes-{look}")).await;
    window.click("tab-diff").await;
    window.find("diff-list").await;
    window.keys("y").await;
    window.find("diff-beside").await;
    fits(window, "the difference, side by side").await;
    window.picture(&format!("beside-{look}")).await;
    window.keys("y").await;
    window.find("diff-overlaid").await;
    fits(window, "the difference, overlaid").await;
    window.picture(&format!("overlaid-{look}")).await;
    window.keys("y").await;
    window.find("diff-list").await;
    window.click("tab-state").await;
}

async fn look(name: &str, size: (u32, u32)) {
    let folder = tempfile::tempdir().unwrap();
    let files = files(folder.path());
    let mut window = Window::open_sized(&format!("look-{name}"), &[files.demo.to_str().unwrap()], size).await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("24,000"))
        .await;
    for language in ["en", "zh"] {
        for _ in 0..2 {
            // The system's theme, which is the light one here, and dark.
            let theme = "return document.documentElement.dataset.theme;";
            let theme = window.script(theme, vec![]).await;
            let theme = theme.as_str().unwrap().to_owned();
            walk(&mut window, &files, &format!("{theme}-{language}")).await;
            forms(&mut window, &format!("{theme}-{language}")).await;
            window.click("theme-switch").await;
        }
        // From dark over light to the system's again.
        window.click("theme-switch").await;
        if language == "en" {
            window.click("language-switch").await;
        }
    }
    window.close().await;
}

#[tokio::test]
async fn every_screen_fits_a_small_window() {
    look("small", (1000, 700)).await;
}

#[tokio::test]
async fn every_screen_fits_a_large_window() {
    look("large", (1920, 1080)).await;
}
