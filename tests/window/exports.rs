//! What is seen, written to files by keys: events, states, a page and a picture; refused, replaced, and of a part only.

use std::fs;
use std::path::Path;

use leftfold_window_tests::Window;

use crate::demo;
use crate::lanes::menu;
use crate::values::watch;

const CTRL_E: &str = "\u{E009}e\u{E000}";
const ENTER: &str = "\u{E007}";

/// Chooses what is written in the open form, begins, and waits until it is done.
async fn write(window: &Window, choices: &[&str], path: &Path) {
    window.find("export-form").await;
    for choice in choices {
        window.click(choice).await;
    }
    let field = window.find("export-path").await;
    field.clear().await.unwrap();
    field.send_keys(path.to_str().unwrap()).await.unwrap();
    field.send_keys(ENTER).await.unwrap();
}

async fn done(window: &Window) {
    window
        .wait_script(
            "return document.querySelector('[data-testid=export-form]') === null",
            "it is written",
        )
        .await;
}

#[tokio::test]
async fn what_is_seen_is_written_as_events_states_a_page_and_a_picture() {
    let folder = tempfile::tempdir().unwrap();
    let path = demo(folder.path());
    let file = |name: &str| folder.path().join(name);
    let mut window = Window::open_sized("exports", &[path.to_str().unwrap()], (1440, 900)).await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("24,000"))
        .await;

    window.keys(CTRL_E).await;
    window.find("export-form").await;
    let suggested = window
        .script(
            "return document.querySelector('[data-testid=export-path]').value",
            vec![],
        )
        .await;
    assert_eq!(suggested.as_str(), file("shop.ndjson").to_str());
    window.picture("form").await;
    write(&window, &["export-events", "export-as-csv"], &file("events.csv")).await;
    done(&window).await;
    let table = fs::read_to_string(file("events.csv")).unwrap();
    assert_eq!(table.lines().count(), 24_001);
    assert!(table.starts_with("time,position,stream,category,version,type,"));

    // A file that is there is replaced only when that is said; the source never is.
    window.keys(CTRL_E).await;
    write(&window, &["export-as-ndjson"], &file("events.csv")).await;
    window
        .wait_text("export-problem", "it exists", |t| t.contains("exists"))
        .await;
    assert_eq!(fs::read_to_string(file("events.csv")).unwrap(), table);
    window.client.set_window_size(1000, 700).await.unwrap();
    window.picture("exists-small").await;
    window.client.set_window_size(1440, 900).await.unwrap();
    window.click("export-replace").await;
    window.click("export-start").await;
    done(&window).await;
    let lines = fs::read_to_string(file("events.csv")).unwrap();
    assert!(lines.starts_with("{\"source\":\"shop.db\"") && lines.lines().count() == 24_000);
    let before = fs::read(&path).unwrap();
    window.keys(CTRL_E).await;
    write(&window, &["export-events"], &path).await;
    window
        .wait_text("export-problem", "the source", |t| t.contains("source itself"))
        .await;
    assert_eq!(fs::read(&path).unwrap(), before);

    // States, of what a filter keeps.
    write(&window, &["export-states"], &file("states.ndjson")).await;
    done(&window).await;
    let states = fs::read_to_string(file("states.ndjson")).unwrap();
    assert_eq!(states.lines().count(), 4_889);
    assert!(
        states
            .lines()
            .all(|l| l.starts_with("{\"stream\":\"") && l.contains(",\"state\":{"))
    );

    // A page and a picture of what is in view.
    window.keys("wwwww").await;
    window.keys(CTRL_E).await;
    write(&window, &["export-page", "export-range-view"], &file("page.html")).await;
    done(&window).await;
    let page = fs::read_to_string(file("page.html")).unwrap();
    let events: usize = page
        .split("<dt>events</dt><dd>")
        .nth(1)
        .and_then(|rest| rest.split('<').next()?.replace(',', "").parse().ok())
        .unwrap();
    assert!((1..20_000).contains(&events), "{events} events are in view");
    window.keys(CTRL_E).await;
    write(
        &window,
        &["export-picture", "export-as-png"],
        &file("picture.png"),
    )
    .await;
    done(&window).await;
    assert!(fs::read(file("picture.png")).unwrap().starts_with(b"\x89PNG"));
    // Nothing half written is left.
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "events.csv",
            "page.html",
            "picture.png",
            "shop.db",
            "states.ndjson"
        ]
    );
    window.close().await;
}

#[tokio::test]
async fn an_exported_picture_is_of_what_the_window_shows() {
    let folder = tempfile::tempdir().unwrap();
    let path = demo(folder.path());
    let file = |name: &str| folder.path().join(name);
    let mut window = Window::open_sized("as-seen", &[path.to_str().unwrap()], (1440, 900)).await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("24,000"))
        .await;
    window.find("event-row").await;
    watch(&window, "stock-SKU-0007", "available", 1).await;
    let held = window.text("value-here").await;
    menu(&window, "order").await;
    window.click("lane-colour-5").await;
    window.click("language-switch").await;
    window
        .wait_script(
            "return document.documentElement.lang === 'zh-CN'",
            "it is Chinese",
        )
        .await;
    let colours = window
        .script(
            "return [...document.querySelectorAll('[data-testid=lane-row] i')].map((e) => getComputedStyle(e).backgroundColor);",
            vec![],
        )
        .await;
    window.picture("window").await;
    window.keys(CTRL_E).await;
    write(&window, &["export-picture", "export-as-svg"], &file("seen.svg")).await;
    done(&window).await;
    let svg = fs::read_to_string(file("seen.svg")).unwrap();
    assert!(svg.contains("24,000 个事件"), "it speaks the window's language");
    for text in ["available", "stock-SKU-0007", held.as_str()] {
        assert!(svg.contains(text), "{text}");
    }
    let colours = colours.as_array().unwrap();
    assert_eq!(colours.len(), 4);
    for colour in colours {
        let parts = colour.as_str().unwrap();
        let parts = parts.trim_start_matches("rgb(").trim_end_matches(')').split(", ");
        let rgb = parts.fold(0, |rgb, part| rgb << 8 | part.parse::<u32>().unwrap());
        let hex = format!("{rgb:06X}");
        assert!(svg.contains(&format!("#{hex}")), "{colour}");
    }
    // The demo's day has hours without events, which are folded.
    window.keys(CTRL_E).await;
    write(&window, &["export-as-png"], &file("seen.png")).await;
    done(&window).await;
    window.keys(CTRL_E).await;
    write(&window, &["export-page"], &file("seen.html")).await;
    done(&window).await;
    let page = fs::read_to_string(file("seen.html")).unwrap();
    assert!(page.contains("<html lang=\"zh-CN\">") && page.contains("数据源仅被读取"));
    let pictures = leftfold_window_tests::build_folder().join("screenshots");
    fs::copy(file("seen.png"), pictures.join("as-seen-exported.png")).unwrap();
    window.close().await;
}
