//! Before there is a window: the display, the screen's size, the size kept from the last time.

use std::process::Command;

use leftfold_window_tests::{Window, application};
use serde_json::{Value, json};

/// What the program says and how it ends, with these settings of the display.
fn run_with(display: &[(&str, &str)]) -> (Option<i32>, String) {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(application());
    command
        .env("HOME", home.path())
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .envs(display.iter().copied());
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_display_that_cannot_be_reached_is_an_error_that_says_what_to_do() {
    let (code, said) = run_with(&[("DISPLAY", ":7777")]);
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("the display cannot be reached (DISPLAY=:7777)"),
        "{said}"
    );
    assert!(
        said.contains("leftfold --help") && !said.contains("panicked"),
        "{said}"
    );
    let (code, said) = run_with(&[]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("there is no display"), "{said}");
}

/// Waits until the page has a size that fits: it is laid out a little after it is there.
async fn wait_size(window: &Window, what: &str, fits: impl Fn(u64, u64) -> bool) {
    window
        .wait_answer("return [innerWidth, innerHeight];", what, |answer| {
            let of = |i: usize| answer[i].as_u64().unwrap();
            fits(of(0), of(1))
        })
        .await;
}

#[tokio::test]
async fn the_window_fits_the_screen_it_opens_on() {
    let window = Window::open_on("screen", &[], (1024, 600), None).await;
    window.find("welcome").await;
    wait_size(&window, "it fits and uses the screen", |width, height| {
        (1000..=1024).contains(&width) && (540..=600).contains(&height)
    })
    .await;
    window.close().await;
    // A size from a larger screen is cut to this one; one that fits is taken.
    let large = r#"{"window":{"width":2500,"height":1400}}"#;
    let window = Window::open_on("screen-kept", &[], (1366, 768), Some(large)).await;
    window.find("welcome").await;
    wait_size(&window, "it fits the screen", |width, height| {
        (1200..=1366).contains(&width) && (600..=768).contains(&height)
    })
    .await;
    window.close().await;
    let fitting = r#"{"window":{"width":1200,"height":720}}"#;
    let window = Window::open_on("screen-again", &[], (1600, 1000), Some(fitting)).await;
    window.find("welcome").await;
    wait_size(&window, "it has the size that was kept", |width, height| {
        (width, height) == (1200, 720)
    })
    .await;
    window.close().await;
}

#[tokio::test]
async fn the_windows_size_is_kept() {
    let window = Window::open_on("size", &[], (1700, 1100), None).await;
    // Before the preferences have been read no size is one to keep.
    window.find("demo-button").await;
    window.client.set_window_size(1111, 777).await.unwrap();
    let kept = window.home().join("config/leftfold/window.json");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        let json: Value = std::fs::read_to_string(&kept)
            .ok()
            .and_then(|t| serde_json::from_str(&t).ok())
            .unwrap_or_default();
        if json["window"] == json!({ "width": 1111, "height": 777 }) {
            break;
        }
        assert!(
            std::time::Instant::now() < deadline,
            "the size was never kept: {json}"
        );
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    window.close().await;
}

#[tokio::test]
async fn a_second_start_opens_its_file_in_a_window_of_the_first() {
    let folder = tempfile::tempdir().unwrap();
    crate::demo(folder.path());
    let window = Window::open("second-start", &[]).await;
    window.find("welcome").await;
    let first = window.client.window().await.unwrap();
    // By a path of the folder it is started in, which is another one.
    let ended = window
        .start_once_more(folder.path(), &["shop.db", "--at", "v1"])
        .await;
    assert!(ended.success(), "{ended}");
    let started = std::time::Instant::now();
    let second = loop {
        let all = window.client.windows().await.unwrap();
        if let Some(other) = all.into_iter().find(|w| *w != first) {
            break other;
        }
        assert!(started.elapsed().as_secs() < 30, "no other window came");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    window.client.switch_to_window(second).await.unwrap();
    window
        .wait_text("status-events", "the file", |t| t.starts_with("24,000"))
        .await;
    // The first one stays as it is.
    window.client.close_window().await.unwrap();
    window.client.switch_to_window(first).await.unwrap();
    window.find("welcome").await;
    window.close().await;
}
