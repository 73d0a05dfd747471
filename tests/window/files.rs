//! The ways to a file and back: recent, dropped, locked, too long to wait for.

use std::path::{Path, PathBuf};

use leftfold_demo::{DemoOptions, write_sqlite};
use leftfold_event::{Cancel, Progress};
use leftfold_window_tests::{Window, build_folder};
use serde_json::json;

use crate::demo;

#[tokio::test]
async fn a_file_opened_before_is_offered_and_opens_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = demo(folder.path());
    let mut window = Window::open("recent", &[path.to_str().unwrap()]).await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("24,000"))
        .await;
    window.click("home").await;
    window.find("welcome").await;
    let offered = window
        .wait_text("recent-item", "the file", |t| t.contains("shop.db"))
        .await;
    assert!(offered.contains("shop.db"), "{offered}");
    window.picture("offered").await;
    window.click("recent-item").await;
    window
        .wait_text("status-events", "all events again", |t| t.starts_with("24,000"))
        .await;
    assert_eq!(window.text("source-name").await, "shop.db");
    window.click("home").await;
    window.find("recent-item").await;
    assert_eq!(
        window.all("recent-item").await.len(),
        1,
        "one file is offered once"
    );
    window.close().await;
}

/// Hands the window what the shell hands it when the system reports a drag: neither WebDriver nor the virtual display's driver
/// can drag a file in from another program, so the call that Tauri's own event delivery makes in the page is made here.
pub(crate) async fn drag_event(window: &Window, kind: &str, path: &Path) {
    let script = "
        const [event, payload] = arguments;
        const own = Object.getOwnPropertyNames(window);
        const listeners = own.map((name) => window[name]).find((o) => o && typeof o === 'object' && o[event] && !(o instanceof Window));
        const deliver = own.map((name) => window[name]).find((f) => typeof f === 'function' && /runCallback\\(listener\\.handlerId/.test(String(f)));
        if (!listeners || !deliver) return false;
        deliver({ event, payload }, Object.getOwnPropertyNames(listeners[event]).map(Number));
        return true;";
    let payload = json!({ "paths": [path], "position": { "x": 400, "y": 300 } });
    let event = json!(format!("tauri://drag-{kind}"));
    // It listens a little after it is there: the program is asked for that.
    let started = std::time::Instant::now();
    while window.script(script, vec![event.clone(), payload.clone()]).await != json!(true) {
        assert!(
            started.elapsed().as_secs() < 30,
            "the window listens for drag-{kind}"
        );
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    }
}

#[tokio::test]
async fn a_file_dropped_on_the_window_opens() {
    let folder = tempfile::tempdir().unwrap();
    let path = demo(folder.path());
    let mut window = Window::open("drop", &[]).await;
    window.find("demo-button").await;
    drag_event(&window, "enter", &path).await;
    window.find("drop-here").await;
    window.picture("over").await;
    drag_event(&window, "drop", &path).await;
    window
        .wait_text("source-name", "the dropped file's name", |t| t == "shop.db")
        .await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("24,000"))
        .await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=drop-here]') === null",
            "nothing hangs over the window any more",
        )
        .await;
    window.close().await;
}

#[tokio::test]
async fn a_file_that_another_program_locks_says_so_and_opens_when_it_is_free() {
    let folder = tempfile::tempdir().unwrap();
    let path = demo(folder.path());
    // The window is another process: this one's lock stops it.
    let holder = rusqlite::Connection::open(&path).unwrap();
    holder.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let mut window = Window::open("locked", &[path.to_str().unwrap()]).await;
    let code = window.wait_text("error-code", "a code", |t| !t.is_empty()).await;
    assert_eq!(code, "source-locked");
    let screen = window.text("error-screen").await;
    assert!(screen.contains("shop.db"), "{screen}");
    window.picture("locked").await;
    // Still locked: trying again says the same again.
    window.click("error-retry").await;
    window
        .wait_text("error-code", "the same code", |t| t == "source-locked")
        .await;
    holder.execute_batch("ROLLBACK").unwrap();
    window.click("error-retry").await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("24,000"))
        .await;
    window.close().await;
}

/// Three million events: the demo's day, again and again on the days after it. Written once, below the build folder.
fn long_history() -> PathBuf {
    const DAYS: u32 = 125;
    let path = build_folder().join("window-tests").join("long.db");
    if path.exists() {
        return path;
    }
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    let options = DemoOptions {
        overwrite: true,
        ..DemoOptions::default()
    };
    write_sqlite(&temporary, &options, &Cancel::new(), &Progress::new()).unwrap();
    let db = rusqlite::Connection::open(&temporary).unwrap();
    let indexes: Vec<String> = db
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = 'event_sourcery_events'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    for index in indexes {
        db.execute_batch(&format!("DROP INDEX \"{index}\"")).unwrap();
    }
    db.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN")
        .unwrap();
    for day in 1..DAYS {
        db.execute(
            "INSERT INTO event_sourcery_events
             SELECT id + 24000 * ?1, version + 10000 * ?1, printf('%032x', id + 24000 * ?1), name, '{}', event_context,
                    date('2026-11-20', ?1 || ' days') || substr(created_at, 11), db_stream_id
             FROM event_sourcery_events WHERE id <= 24000",
            [day],
        )
        .unwrap();
    }
    db.execute_batch("COMMIT").unwrap();
    drop(db);
    std::fs::rename(&temporary, &path).unwrap();
    path
}

fn count(text: &str) -> u32 {
    let digits: String = text
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(|c| c.is_ascii_digit() || *c == ',')
        .filter(char::is_ascii_digit)
        .collect();
    digits.parse().unwrap_or(0)
}

#[tokio::test]
async fn a_long_history_can_be_stopped_and_what_was_read_can_be_used() {
    let path = long_history();
    let mut window = Window::open("long", &[path.to_str().unwrap()]).await;
    // Something is there while the rest is being read.
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=event-row]').length > 5",
            "rows are shown while the file is read",
        )
        .await;
    window.find("cancel-index").await;
    window.picture("reading").await;
    window.click("cancel-index").await;
    window.find("reindex").await;
    let stopped = window
        .wait_text("status-events", "a count that is no progress", |t| {
            count(t) > 0 && !t.contains("reading")
        })
        .await;
    let read = count(&stopped);
    assert!(read < 3_000_000, "it was stopped on the way: {stopped}");
    // The playhead, the list and the states work on what is there. A step is one of the stream that is inspected.
    window
        .wait_text("inspector-version", "a stream", |t| !t.is_empty())
        .await;
    window.keys("\u{E011}").await;
    window
        .wait_text("playhead-time", "before the first event", |t| {
            t.contains("before")
        })
        .await;
    window.click("step-forward").await;
    window.wait_text("state-tree", "a state", |t| !t.is_empty()).await;
    window.picture("stopped").await;
    assert_eq!(
        count(&window.text("status-events").await),
        read,
        "nothing goes on in secret"
    );
    // Reading again begins anew.
    window.click("reindex").await;
    window.find("cancel-index").await;
    window.close().await;
}
