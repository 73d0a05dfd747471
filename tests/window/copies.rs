//! Picking, copying, links, columns, finding and causes in the real window. What is on the clipboard is pasted into a field and read there.

use leftfold_window_tests::Window;
use serde_json::{Value, json};

use crate::{demo, filtered};

const CONTROL: &str = "\u{E009}";
const SHIFT: &str = "\u{E008}";
const ALT: &str = "\u{E00A}";
const UP: &str = "\u{E000}";
const DOWN_ARROW: &str = "\u{E015}";
const ENTER: &str = "\u{E007}";
const ESCAPE: &str = "\u{E00C}";
const TAB: &str = "\u{E004}";

async fn open(name: &str, path: &str, size: (u32, u32)) -> Window {
    let window = Window::open_sized(name, &[path], size).await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("24,000"))
        .await;
    window
        .wait_script(
            "const count = document.querySelector('[aria-rowcount]')?.getAttribute('aria-rowcount');
             return document.querySelectorAll('[data-testid=event-row]').length > 5
                && document.querySelector(`[data-testid=event-row][aria-rowindex='${count}']`) !== null
                && document.querySelectorAll('[data-testid=state-row]').length > 0",
            "the last rows and a state are shown",
        )
        .await;
    window
}

/// What the system's clipboard holds: pasted by keys into a field of the page's own.
async fn clipboard(window: &Window) -> String {
    window
        .script(
            "const field = document.createElement('textarea');
             field.id = 'paste-here';
             document.body.append(field);
             field.focus();",
            vec![],
        )
        .await;
    let field = window
        .client
        .find(fantoccini::Locator::Css("#paste-here"))
        .await
        .unwrap();
    field.send_keys(&format!("{CONTROL}v{UP}")).await.unwrap();
    window
        .wait_script(
            "return document.getElementById('paste-here').value !== ''",
            "something is pasted",
        )
        .await;
    let text = window
        .script(
            "const field = document.getElementById('paste-here');
             const { value } = field;
             field.remove();
             return value;",
            vec![],
        )
        .await;
    text.as_str().unwrap().to_owned()
}

/// Waits until the system's clipboard holds what fits: what is copied is there a little after it was asked for, and what is said of it may be said
/// already of what was copied before.
async fn copied(window: &Window, what: &str, fits: impl Fn(&str) -> bool) -> String {
    let started = std::time::Instant::now();
    loop {
        let text = clipboard(window).await;
        if fits(&text) {
            return text;
        }
        assert!(
            started.elapsed().as_secs() < 30,
            "{what} is never copied; it is {text}"
        );
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

async fn click_row(window: &Window, at: usize, keys: &str) {
    let script = "const row = document.querySelectorAll('[data-testid=event-row]')[arguments[0]];
        row.dispatchEvent(new MouseEvent('click', {
            bubbles: true, ctrlKey: arguments[1] === 'ctrl', shiftKey: arguments[1] === 'shift',
        }));
        return Number(row.dataset.ordinal);";
    window.script(script, vec![json!(at), json!(keys)]).await;
}

/// Tells the window that it is walked through by keys, as whoever presses Tab does.
async fn focus(window: &Window, id: &str) -> fantoccini::elements::Element {
    window.keys(TAB).await;
    window
        .script(
            "document.querySelector(`[data-testid=\"${arguments[0]}\"]`).focus();",
            vec![json!(id)],
        )
        .await;
    window.client.active_element().await.unwrap()
}

#[tokio::test]
async fn what_is_picked_is_on_the_clipboard_as_json_csv_and_link() {
    let folder = tempfile::tempdir().unwrap();
    let path = demo(folder.path());
    let mut window = open("copies", path.to_str().unwrap(), (1440, 900)).await;
    click_row(&window, 2, "").await;
    click_row(&window, 5, "shift").await;
    click_row(&window, 3, "ctrl").await;
    window
        .wait_text("picked-count", "three", |t| t == "3 events picked")
        .await;
    window.picture("picked").await;
    window.keys(&format!("{CONTROL}c{UP}")).await;
    window
        .wait_text("notice", "said", |t| t == "3 events copied")
        .await;
    let text = clipboard(&window).await;
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 3, "{text}");
    for line in &lines {
        assert!(
            line["stream"].is_string() && line["payload"].is_object() && line["time"].is_string(),
            "{line}"
        );
    }
    window.click("picked-copy").await;
    window.picture("menu").await;
    window.click("picked-copy-csv").await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=picked-copy-csv]') === null",
            "the menu is closed",
        )
        .await;
    let csv = copied(&window, "the table", |t| t.starts_with("source,position,stream,")).await;
    assert_eq!(csv.trim_end().lines().count(), 4, "{csv}");
    window.keys(&format!("{CONTROL}l{UP}")).await;
    window.wait_text("notice", "said", |t| t == "Link copied").await;
    let link = clipboard(&window).await;
    assert!(link.starts_with("leftfold://open?source=/"), "{link}");
    // All of the list is more than is copied at once only beyond a hundred thousand.
    window.keys(&format!("{CONTROL}a{UP}")).await;
    window
        .wait_text("picked-count", "all", |t| t == "24,000 events picked")
        .await;
    window.keys(&format!("{CONTROL}c{UP}")).await;
    window
        .wait_text("notice", "all are copied", |t| t == "24,000 events copied")
        .await;
    window.keys(ESCAPE).await;
    // By keys alone: a row, and three below it.
    let list = focus(&window, "event-list").await;
    list.send_keys(DOWN_ARROW).await.unwrap();
    list.send_keys(&format!("{SHIFT}{DOWN_ARROW}{DOWN_ARROW}{DOWN_ARROW}{UP}"))
        .await
        .unwrap();
    window
        .wait_text("picked-count", "four", |t| t == "4 events picked")
        .await;
    window.keys(ESCAPE).await;
    // A field of the state, and the state.
    let tree = focus(&window, "state-tree").await;
    tree.send_keys(&format!("{CONTROL}c{UP}")).await.unwrap();
    window.wait_text("notice", "said", |t| t == "Copied").await;
    let field = clipboard(&window).await;
    assert!(serde_json::from_str::<Value>(&field).is_ok(), "{field}");
    window.click("state-copy").await;
    window.click("state-copy-json").await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=state-copy-json]') === null",
            "the menu is closed",
        )
        .await;
    let state = copied(&window, "the state", |t| t.contains("\"projection\"")).await;
    let state: Value = serde_json::from_str(&state).unwrap();
    assert_eq!(state["projection"], "merge");
    assert!(
        state["state"].is_object() && state["problems"] == json!([]),
        "{state}"
    );
    window.close().await;
}

#[tokio::test]
async fn a_copied_link_opens_the_window_where_it_was_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = demo(folder.path());
    let window = open("link-made", path.to_str().unwrap(), (1440, 900)).await;
    window.keys("/").await;
    let editor = window.client.active_element().await.unwrap();
    editor.send_keys("category == \"order\"").await.unwrap();
    editor.send_keys(ENTER).await.unwrap();
    window
        .wait_text("filter-count", "a part", |t| t.contains(" of 24,000"))
        .await;
    filtered(&window).await;
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=event-row]').length > 5
                && document.querySelector('[data-testid=event-row].now') !== null",
            "rows are shown, and the list follows",
        )
        .await;
    window
        .script(
            "const row = document.querySelectorAll('[data-testid=event-row]')[3];
             row.dispatchEvent(new MouseEvent('dblclick', { bubbles: true }));
             row.dispatchEvent(new MouseEvent('click', { bubbles: true }));",
            vec![],
        )
        .await;
    window
        .wait_script(
            "return document.querySelector('.row.selected.now') !== null",
            "the playhead is on the row",
        )
        .await;
    crate::frames(&window).await;
    let at = window.text("playhead-time").await;
    let stream = window.text("inspector-stream").await;
    window.keys(&format!("{CONTROL}l{UP}")).await;
    window.wait_text("notice", "said", |t| t == "Link copied").await;
    let link = clipboard(&window).await;
    window.close().await;
    let mut window = Window::open("link-opened", &[&link]).await;
    window
        .wait_text("filter-count", "the same filter", |t| t.contains(" of 24,000"))
        .await;
    window
        .wait_text("playhead-time", "the same moment", |t| t == at)
        .await;
    window
        .wait_text("inspector-stream", "the same stream", |t| t == stream)
        .await;
    window.picture("opened").await;
    window.close().await;
}

#[tokio::test]
async fn another_window_has_a_source_of_its_own_and_lets_go_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = demo(folder.path());
    let window = open("windows", path.to_str().unwrap(), (1440, 900)).await;
    let first = window.client.window().await.unwrap();
    window.keys(&format!("{CONTROL}{SHIFT}n{UP}")).await;
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
    window.find("welcome").await;
    window.click("demo-button").await;
    window
        .wait_text("status-events", "the demo's events", |t| t.starts_with("24,000"))
        .await;
    window.keys("\u{E011}").await;
    window
        .wait_text("playhead-time", "before the first", |t| t.contains("before"))
        .await;
    // The first one stays where it was, and works on when the other is gone.
    window.client.close_window().await.unwrap();
    window.client.switch_to_window(first).await.unwrap();
    assert!(!window.text("playhead-time").await.contains("before"));
    window.keys("\u{E011}").await;
    window
        .wait_text("playhead-time", "before the first", |t| t.contains("before"))
        .await;
    window.close().await;
}

#[tokio::test]
async fn columns_are_chosen_moved_sized_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = demo(folder.path());
    let mut window = open("columns", path.to_str().unwrap(), (1440, 900)).await;
    let columns =
        "return [...document.querySelectorAll('[data-testid=column]')].map((c) => c.dataset.column);";
    window.keys(&format!("{SHIFT}c{UP}")).await;
    let field = window.find("column-field").await;
    field.send_keys("total").await.unwrap();
    field.send_keys(ENTER).await.unwrap();
    field.send_keys("correlation_id").await.unwrap();
    field.send_keys(ENTER).await.unwrap();
    window.picture("form").await;
    window.click("columns-close").await;
    let expected = json!([
        "time",
        "stream",
        "version",
        "type",
        "payload.total",
        "correlation_id",
        "payload"
    ]);
    assert_eq!(window.script(columns, vec![]).await, expected);
    window
        .wait_script(
            "return [...document.querySelectorAll('[role=gridcell][data-column=correlation_id]')].some((c) => c.textContent.length > 10)",
            "rows bring the correlation",
        )
        .await;
    window.picture("fields").await;
    // By keys: the first to the right, wider, and one hidden.
    let head = focus_first_column(&window).await;
    head.send_keys(&format!("{ALT}\u{E014}{UP}")).await.unwrap();
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=column]')[1].dataset.column === 'time'
                && document.activeElement.dataset.column === 'time'",
            "it moved, and has the focus still",
        )
        .await;
    let width = "return document.querySelectorAll('[data-testid=column]')[1].getBoundingClientRect().width;";
    let before = window.script(width, vec![]).await.as_f64().unwrap();
    let head = window.client.active_element().await.unwrap();
    head.send_keys(&format!("{SHIFT}\u{E014}\u{E014}{UP}"))
        .await
        .unwrap();
    crate::frames(&window).await;
    let after = window.script(width, vec![]).await.as_f64().unwrap();
    assert!((after - before - 32.0).abs() < 2.0, "{before} became {after}");
    // By the pointer: the edge.
    let handle = window.all("column-size").await.remove(1);
    let (x, y, w, h) = handle.rectangle().await.unwrap();
    let body = window
        .client
        .find(fantoccini::Locator::Css("body"))
        .await
        .unwrap();
    let (_, _, bw, bh) = body.rectangle().await.unwrap();
    let at = |dx: f64| ((x + w / 2.0 + dx) / bw, (y + h / 2.0) / bh);
    crate::drag(&window, &body, &[at(0.0), at(20.0), at(40.0)]).await;
    crate::frames(&window).await;
    let dragged = window.script(width, vec![]).await.as_f64().unwrap();
    assert!((dragged - after - 40.0).abs() < 6.0, "{after} became {dragged}");
    let kept = window.script(columns, vec![]).await;
    window.click("home").await;
    window.click("recent-item").await;
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=column]').length > 5",
            "the columns are as they were",
        )
        .await;
    assert_eq!(window.script(columns, vec![]).await, kept);
    // How wide the list is is known a frame after it is there.
    window
        .wait_answer(width, "the column is as wide as it was", |now| {
            (now.as_f64().unwrap() - dragged).abs() < 2.0
        })
        .await;
    window.picture("kept").await;
    window.close().await;
}

async fn focus_first_column(window: &Window) -> fantoccini::elements::Element {
    window.keys(TAB).await;
    window
        .script("document.querySelector('[data-testid=column]').focus();", vec![])
        .await;
    window.client.active_element().await.unwrap()
}

#[tokio::test]
async fn what_is_looked_for_in_a_state_is_found_where_it_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.ndjson");
    let items: Vec<Value> = (0..100_000)
        .map(|i| {
            if i == 77_777 {
                json!({ "needle": i })
            } else {
                json!(i % 10)
            }
        })
        .collect();
    let text = format!("{}needle{}", "x".repeat(5_000_000), "y".repeat(5_000_000));
    let first = json!({ "stream": "big-1", "type": "Made", "id": "i0", "payload": { "items": items, "text": text, "n": 0 } });
    let more: Vec<String> = (1..60)
        .map(|n| {
            let event =
                json!({ "stream": "big-1", "type": "Counted", "id": format!("i{n}"), "payload": { "n": n } });
            format!("{event}\n")
        })
        .collect();
    // What a file is is told by its first lines, which are read to a length.
    let before = json!({ "stream": "big-1", "type": "Begun", "id": "i", "payload": {} });
    std::fs::write(&path, format!("{before}\n{first}\n{}", more.concat())).unwrap();
    let mut window = Window::open("find", &[path.to_str().unwrap()]).await;
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=state-row]').length > 2",
            "the state is shown",
        )
        .await;
    window.keys(&format!("{CONTROL}f{UP}")).await;
    let input = window.find("find-input").await;
    input.send_keys("needle").await.unwrap();
    window.wait_text("find-count", "both", |t| t == "1 of 2").await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=state-row].current')?.dataset.path === '/items/77777/needle'",
            "the first is in sight",
        )
        .await;
    window.picture("first").await;
    input.send_keys(ENTER).await.unwrap();
    window
        .wait_text("find-count", "the second", |t| t == "2 of 2")
        .await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=state-row].current')?.textContent.includes('needle') === true
                && document.querySelector('[data-testid=state-row].current').dataset.path === '/text'",
            "the line of the text is in sight",
        )
        .await;
    window.picture("second").await;
    input.send_keys(ESCAPE).await.unwrap();
    // What a step costs with so large a state: the longest of the frames in between.
    window
        .script(
            "window.longest = 0; window.frames = 0;
             let last = performance.now();
             const look = (now) => { window.longest = Math.max(window.longest, now - last); last = now; window.frames++; requestAnimationFrame(look); };
             requestAnimationFrame(look);",
            vec![],
        )
        .await;
    for step in 1..=10 {
        window.keys("\u{E012}").await;
        // One after the other: what is pressed faster than it is shown is let go.
        let at = format!("{} of 61", 61 - step);
        window
            .wait_text("inspector-version", "a step on", |t| t.contains(&at))
            .await;
    }
    let longest = window.script("return window.longest;", vec![]).await;
    println!("large state: the longest frame while stepping took {longest} ms");
    window.close().await;
}

#[tokio::test]
async fn causes_and_effects_are_a_tree_that_can_be_walked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("caused.ndjson");
    let line = |id: &str, cause: &str, stream: &str| {
        let mut event = json!({ "stream": stream, "type": format!("Type{}", id.to_uppercase()), "id": id, "payload": {} });
        if !cause.is_empty() {
            event["causation_id"] = json!(cause);
        }
        format!("{event}\n")
    };
    let lines: String = [
        ("a", "", "order-1"),
        ("b", "a", "payment-1"),
        ("c", "b", "stock-1"),
        ("d", "b", "mail-1"),
        ("e", "d", "mail-1"),
        ("x", "y", "loop-1"),
        ("y", "x", "loop-1"),
        ("z", "nowhere", "lone-1"),
    ]
    .iter()
    .map(|(id, cause, stream)| line(id, cause, stream))
    .collect();
    std::fs::write(&path, lines).unwrap();
    let mut window = Window::open("causes", &[path.to_str().unwrap()]).await;
    window
        .wait_text("status-events", "all events", |t| t.starts_with("8 "))
        .await;
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=event-row]').length === 8",
            "the events are shown",
        )
        .await;
    let rows = "return [...document.querySelectorAll('[data-testid=cause-row]')]
        .map((r) => `${r.getAttribute('aria-level')} ${r.dataset.ordinal} ${r.dataset.kind}`).join('|');";
    let shown = |expected: &str| {
        format!(
            "{} === {}",
            rows.trim_end_matches(';'),
            serde_json::to_string(expected).unwrap()
        )
    };
    click_row(&window, 1, "").await;
    window.keys(&format!("{ALT}6{UP}")).await;
    window
        .wait_script(
            &shown("1 0 cause|2 1 self|3 2 effect|3 3 effect|4 4 effect"),
            "root, event and effects are shown",
        )
        .await;
    window
        .wait_text("causes-end", "where it began", |t| t.contains("Here it began"))
        .await;
    window.picture("tree").await;
    // Going to one of them keeps the tree.
    window.click_nth("cause-row", 4).await;
    window
        .wait_text("inspector-stream", "its stream", |t| t == "mail-1")
        .await;
    window
        .wait_script(
            &shown("1 0 cause|2 1 self|3 2 effect|3 3 effect|4 4 effect"),
            "the tree stays",
        )
        .await;
    click_row(&window, 6, "").await;
    window
        .wait_text("causes-end", "a cycle", |t| t.contains("they cause each other"))
        .await;
    window.picture("cycle").await;
    click_row(&window, 7, "").await;
    window
        .wait_text("causes-end", "what is missing", |t| t.contains("nowhere"))
        .await;
    window.picture("missing").await;
    window.close().await;
}

#[tokio::test]
async fn the_same_in_a_small_dark_window_and_in_chinese() {
    let folder = tempfile::tempdir().unwrap();
    let path = demo(folder.path());
    let preferences = r#"{"theme":"dark","language":"zh"}"#;
    let arguments = [path.to_str().unwrap()];
    let mut window = Window::open_on("lists-small", &arguments, (1200, 900), Some(preferences)).await;
    window.client.set_window_size(1000, 700).await.unwrap();
    window
        .wait_text("status-events", "all events", |t| t.starts_with("24,000"))
        .await;
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=event-row]').length > 5
                && document.querySelectorAll('[data-testid=state-row]').length > 0",
            "rows and a state are shown",
        )
        .await;
    click_row(&window, 1, "").await;
    click_row(&window, 4, "shift").await;
    window.keys(&format!("{CONTROL}f{UP}")).await;
    let input = window.find("find-input").await;
    input.send_keys("a").await.unwrap();
    window.picture("find").await;
    window.keys(&format!("{ALT}6{UP}")).await;
    window.find("causes-tree").await;
    window.picture("causes").await;
    window.keys(&format!("{SHIFT}c{UP}")).await;
    window.find("column-field").await;
    window.picture("columns").await;
    window.close().await;
}

#[tokio::test]
async fn what_is_hidden_is_nowhere_in_the_window_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cards.ndjson");
    let lines: Vec<String> = (0..40)
        .map(|n| {
            let event = json!({
                "stream": format!("order-{}", n % 4), "type": "Placed", "id": format!("i{n}"), "time": format!("2026-01-01T00:00:{n:02}Z"),
                "payload": { "card": { "number": "4111-hush-1111" }, "email": "hush@example.org", "total": n },
            });
            format!("{event}\n")
        })
        .collect();
    std::fs::write(&path, lines.concat()).unwrap();
    let masks = "masks = [\"payload.card.number\", \"*.email\"]\n";
    std::fs::write(folder.path().join("leftfold.toml"), masks).unwrap();
    let mut window = Window::open("masks", &[path.to_str().unwrap()]).await;
    window
        .wait_text("status-masks", "both masks", |t| t.contains("2 masks"))
        .await;
    let hushed = "return !document.documentElement.outerHTML.includes('hush')
        && document.body.textContent.includes('•••');";
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=event-row]').length > 5
                && document.querySelectorAll('[data-testid=state-row]').length > 1",
            "rows and a state are shown",
        )
        .await;
    for tab in ["tab-state", "tab-event", "tab-raw", "tab-history", "tab-diff"] {
        window.click(tab).await;
        crate::frames(&window).await;
        window.wait_script(hushed, tab).await;
        window.picture(tab).await;
    }
    click_row(&window, 1, "").await;
    window.keys(&format!("{CONTROL}c{UP}")).await;
    window
        .wait_text("notice", "said", |t| t == "1 event copied")
        .await;
    let text = clipboard(&window).await;
    assert!(text.contains("•••text") && !text.contains("hush"), "{text}");
    // What is hidden, and which file says so.
    window.click("status-masks").await;
    let listed = window
        .wait_text("mask-list", "the masks", |t| t.contains("*.email"))
        .await;
    assert!(
        listed.contains("payload.card.number")
            && listed.contains(folder.path().join("leftfold.toml").to_str().unwrap()),
        "{listed}"
    );
    window.picture("listed").await;
    // It is shown in this window only after a question, with a sign; and what is copied is what is seen.
    window.click("masks-lift").await;
    window.find("masks-ask").await;
    window.wait_script(hushed, "nothing is shown yet").await;
    window.click("masks-show").await;
    window.find("status-masks-lifted").await;
    window
        .wait_script(
            "return document.querySelector('[data-testid=event-list]')?.textContent.includes('hush') === true",
            "the values are shown",
        )
        .await;
    window.picture("lifted").await;
    click_row(&window, 1, "").await;
    window.keys(&format!("{CONTROL}c{UP}")).await;
    window
        .wait_text("notice", "said", |t| t == "1 event copied")
        .await;
    let text = copied(&window, "what is seen", |t| t.contains("hush")).await;
    assert!(!text.contains("•••"), "{text}");
    // The day after it is masked again.
    let window = window.again_with(&[path.to_str().unwrap()]).await;
    window
        .wait_text("status-masks", "both masks", |t| t.contains("2 masks"))
        .await;
    window
        .wait_script(
            "return document.querySelectorAll('[data-testid=event-row]').length > 5",
            "rows are shown",
        )
        .await;
    window.wait_script(hushed, "the values are hidden").await;
    window.close().await;
}
