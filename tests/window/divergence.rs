//! How a divergence is shown: head to head, as known at the playhead, overlaid, as states, by stream and time, as lengths; and the other
//! side offered.

use leftfold_demo::DemoOptions;
use leftfold_event::{Cancel, Progress};
use leftfold_window_tests::Window;

const SHIFT_I: &str = "\u{E008}i\u{E000}";
const DOWN: &str = "\u{E015}";
const RIGHT: &str = "\u{E014}";
const ENTER: &str = "\u{E007}";

/// Whether both sides' events stand beside the findings.
const HEAD_TO_HEAD: &str = "
    const many = (hand) =>
        Number(document.querySelector(`[data-testid=side-${hand}]`)?.dataset.stretches ?? 0) > 20;
    return many('left') && many('right');";

async fn compared(window: &Window) {
    window.click("demo-compare").await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("24,000"))
        .await;
    window
        .wait_text("compare-verdict", "a verdict", |t| t.contains("They differ"))
        .await;
    window
        .wait_script(HEAD_TO_HEAD, "both sides stand head to head")
        .await;
}

/// The number of the finding that is looked at: its place among all of the list.
async fn place(window: &Window) -> String {
    window.text("finding-place").await
}

#[tokio::test]
async fn a_divergence_is_shown_in_every_way_by_keys() {
    let mut window = Window::open_sized("divergence", &[], (1440, 900)).await;
    compared(&window).await;
    // The first one that is certain is looked at, and gone back to.
    let first = window
        .wait_text("finding-place", "a finding", |t| {
            t.chars().next().is_some_and(|c| c.is_ascii_digit())
        })
        .await;
    window
        .wait_text("compare-first", "the first finding", |t| t.starts_with("First: "))
        .await;
    window.picture("head-to-head").await;
    window.keys("n").await;
    window
        .wait_text("finding-place", "the next", |t| t != first)
        .await;
    window.keys(SHIFT_I).await;
    window
        .wait_text("finding-place", "the first again", |t| t == first)
        .await;

    // A conflict, overlaid and as the states it leads to.
    for category in [
        "missing",
        "extra",
        "duplicate",
        "reordered",
        "late",
        "placement",
        "version-collision",
        "undecodable",
    ] {
        if !window.all(&format!("category-{category}")).await.is_empty() {
            window.click(&format!("category-{category}")).await;
        }
    }
    window.keys("n").await;
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=finding-evidence] tr.differs').length > 0",
            "what differs is marked",
        )
        .await;
    window.keys("y").await;
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=evidence-overlaid] li.left, [data-testid=evidence-overlaid] li.right').length > 0",
            "what one side says alone is signed",
        )
        .await;
    window.picture("overlaid").await;
    window.keys("y").await;
    window
        .wait_text("states-summary", "states", |t| {
            t.contains("differ") || t.contains("the same")
        })
        .await;
    window.keys("y").await;
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=evidence-states-overlaid] li').length > 0",
            "the states as one document",
        )
        .await;
    window.picture("states-overlaid").await;
    window.click("evidence-as-state").await;
    window.find("states-summary").await;
    let of_conflicts = place(&window).await;
    for category in [
        "missing",
        "extra",
        "duplicate",
        "reordered",
        "late",
        "placement",
        "version-collision",
        "undecodable",
    ] {
        if !window.all(&format!("category-{category}")).await.is_empty() {
            window.click(&format!("category-{category}")).await;
        }
    }
    window
        .wait_text("finding-place", "its place among all", |t| {
            t != of_conflicts && !t.starts_with('–')
        })
        .await;
    window.picture("states").await;

    // The map: from cell to cell, and to what is there.
    window.keys("i").await;
    // How wide it is is known a moment later, and with it how many columns there are: another map, in which one begins anew.
    window
        .wait_script(
            "const grid = document.querySelector('[data-testid=map-grid]');
             const cells = [...(grid?.querySelectorAll('[role=gridcell]') ?? [])];
             const cell = cells.find((c) => !c.id.endsWith('-0'));
             if (cells.length < 5 || cell === undefined) return false;
             const room = Number(grid.querySelector('[data-testid=map-cells]').getAttribute('width'));
             const column = (Number(cell.getAttribute('x')) - 1.5) / Number(cell.id.split('-').at(-1));
             if (Math.round(room / column) !== Math.floor(room / 11)) return false;
             grid.focus();
             return true;",
            "a map",
        )
        .await;
    let before = place(&window).await;
    let grid = window.client.active_element().await.unwrap();
    for key in [DOWN, DOWN, RIGHT, ENTER] {
        grid.send_keys(key).await.unwrap();
    }
    window
        .wait_text("finding-place", "another finding", |t| t != before)
        .await;
    window.picture("map").await;
    window.click("map-as-table").await;
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=map-table] tbody tr').length > 5",
            "streams with their findings counted",
        )
        .await;
    window.picture("streams").await;

    // The lag.
    window.keys("i").await;
    window
        .wait_text("lag-most", "streams in disagreement", |t| t.contains("at once"))
        .await;
    window.picture("lag").await;

    // Both sides at the playhead, then as known there: fewer findings than in the end.
    window.keys("i").await;
    window
        .wait_text("at-playhead", "both sides", |t| t.contains("shop"))
        .await;
    window.keys("i").await;
    let all = window
        .wait_text("finding-place", "the list again", |t| t.contains(" of "))
        .await;
    window.keys("k").await;
    window
        .wait_text("compare-until", "a moment", |t| t.starts_with("As known at"))
        .await;
    let total = |t: &str| t.rsplit(' ').next().map(str::to_owned);
    let of_all = total(&all);
    window
        .wait_text("finding-place", "fewer findings", |t| total(t) != of_all)
        .await;
    window.picture("as-known").await;
    window.keys("k").await;
    window
        .wait_text("finding-place", "all findings", |t| total(t) == of_all)
        .await;
    window.close().await;
}

#[tokio::test]
async fn a_divergence_fits_small_and_large_windows_in_both_languages() {
    let mut window = Window::open_sized("divergence-fits", &[], (1920, 1080)).await;
    compared(&window).await;
    let fits = "return document.documentElement.scrollWidth <= window.innerWidth
        && document.documentElement.scrollHeight <= window.innerHeight;";
    // Dark and English, then light and Chinese.
    window.click("theme-switch").await;
    for (size, name) in [((1920, 1080), "large"), ((1000, 700), "small")] {
        window.client.set_window_size(size.0, size.1).await.unwrap();
        window.wait_script(HEAD_TO_HEAD, "both sides").await;
        window.keys("y").await;
        window.wait_script(fits, "nothing sticks out").await;
        window.picture(&format!("{name}-list")).await;
        for tab in ["map", "lag", "playhead", "list"] {
            window.keys("i").await;
            window.wait_script(fits, "nothing sticks out").await;
            if tab != "list" {
                window.picture(&format!("{name}-{tab}")).await;
            }
        }
        if name == "large" {
            window.click("theme-switch").await;
            window.click("language-switch").await;
            window
                .wait_text("compare-verdict", "Chinese", |t| t.contains("两侧不同"))
                .await;
        }
    }
    window.keys("m").await;
    window.click("compare-more").await;
    window.picture("small-form").await;
    window.close().await;
}

#[tokio::test]
async fn the_other_side_is_offered_among_the_files_opened_before() {
    let folder = tempfile::tempdir().unwrap();
    let mirror = folder.path().join("warehouse-copy.ndjson");
    let file = std::fs::File::create(&mirror).unwrap();
    let (cancel, progress) = (Cancel::new(), Progress::new());
    leftfold_demo::write_mirror(file, &DemoOptions::default(), &cancel, &progress).unwrap();
    let window = Window::open("candidates", &[mirror.to_str().unwrap()]).await;
    window
        .wait_text("status-events", "the copy's events", |t| t.starts_with('2'))
        .await;
    let mut window = window.again().await;
    // The list of files opened before moves what stands above it when it comes.
    window.find("recent-item").await;
    window.click("demo-compare").await;
    window
        .wait_text("compare-verdict", "a verdict", |t| t.contains("They differ"))
        .await;
    window.keys("m").await;
    let offered = window
        .wait_text("compare-candidate", "a candidate", |t| t.contains("ids"))
        .await;
    assert!(offered.contains("warehouse-copy.ndjson"), "{offered}");
    window.click("compare-candidate").await;
    window.picture("offered").await;
    window.click("compare-start").await;
    window
        .wait_text("compare-verdict", "another comparison", |t| {
            t.contains("warehouse-copy")
        })
        .await;
    window.close().await;
}

#[tokio::test]
async fn what_was_under_way_at_a_moment_is_pending_there_and_says_that_it_came() {
    let folder = tempfile::tempdir().unwrap();
    let line = |version: u32, minute: u32, second: u32| {
        let time = format!("2026-01-01T00:{minute:02}:{second:02}Z");
        format!(
            "{{\"stream\":\"order-1\",\"type\":\"T\",\"version\":{version},\"time\":\"{time}\",\"payload\":{{\"n\":{version}}}}}\n"
        )
    };
    let left: String = (1..=10).map(|n| line(n, n, 0)).collect();
    // The fifth comes ten seconds later to the other side: no finding in the end.
    let right: String = (1..=10)
        .map(|n| line(n, n, if n == 5 { 10 } else { 0 }))
        .collect();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("left.ndjson"), left).unwrap();
    std::fs::write(path("right.ndjson"), right).unwrap();
    let source = path("left.ndjson").display().to_string();
    let mut window = Window::open("under-way", &[&source]).await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("10"))
        .await;
    window.keys("m").await;
    let right = window.find("compare-path").await;
    right.clear().await.unwrap();
    right
        .send_keys(&path("right.ndjson").display().to_string())
        .await
        .unwrap();
    window.click("compare-more").await;
    let moment = window.find("compare-known-at").await;
    moment.send_keys("2026-01-01T00:05:05Z").await.unwrap();
    window.click("compare-start").await;
    window
        .wait_text("compare-awaited", "what was under way", |t| {
            t == "1 event was under way."
        })
        .await;
    window
        .wait_text("finding-place", "it is the only finding", |t| t == "1 of 1")
        .await;
    window
        .wait_text("finding-awaited", "that it came", |t| {
            t == "came within the lag tolerance"
        })
        .await;
    window
        .wait_text("finding-evidence", "it was missing, and pending", |t| {
            t.contains("Missing") && t.contains("pending")
        })
        .await;
    window.picture("pending").await;
    window.close().await;
}
