//! Scrubbing in the real window: from the input to the frame in which cursor, density and state are painted. The window
//! measures itself when its address ends in `#measure`.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use fantoccini::actions::{
    Actions, InputSource as _, KeyAction, KeyActions, MOUSE_BUTTON_LEFT, MouseActions, PointerAction,
    WheelAction, WheelActions,
};
use leftfold_log::{Axis, LaneBy};
use leftfold_window_tests::Window;
use serde_json::{Value, json};

use crate::Outcome;
use crate::files::{Files, open};
use crate::open::cached;
use crate::stats::{Chance, brief, percentile, spread};
use crate::table::{Row, Table};

const MOVES: usize = 300;
const STEPS: usize = 100;
const WHEEL: usize = 160;
/// Between two inputs: somewhat slower than the screen, as a hand is.
const PACE: Duration = Duration::from_millis(20);
/// How long the window may take to show all events.
const PATIENCE: Duration = Duration::from_mins(2);
/// WebDriver's names of the left arrow and of Shift.
const LEFT: char = '\u{E012}';
const SHIFT: char = '\u{E008}';
/// The demo's longest stream: its state is what most have to wait for.
const STREAM: &str = "stock-SKU-0001";

/// Runs a script until its answer is true.
pub(crate) async fn until(window: &Window, what: &str, script: &str) -> Outcome {
    let started = Instant::now();
    while window.script(script, vec![]).await != json!(true) {
        if started.elapsed() > PATIENCE {
            return Err(format!("the window never showed {what}").into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// Milliseconds of the samples taken since the last call.
pub(crate) async fn samples(window: &Window) -> Vec<f64> {
    let taken = "return window.__leftfold.perf.samples.splice(0).map((s) => s.took);";
    let list = window.script(taken, vec![]).await;
    list.as_array()
        .map(|l| l.iter().filter_map(Value::as_f64).collect())
        .unwrap_or_default()
}

/// Scrubs over the timeline.
pub(crate) async fn drag(window: &Window) -> Outcome {
    let canvas = window.find("timeline-canvas").await;
    drag_over(window, canvas.rectangle().await?).await
}

/// Back and forth over a part of the window.
async fn drag_over(window: &Window, (x, y, w, h): (f64, f64, f64, f64)) -> Outcome {
    let to = |part: f64| PointerAction::MoveTo {
        duration: Some(PACE),
        x: x + w * part,
        y: y + h * 0.5,
    };
    let mut mouse = MouseActions::new("mouse".to_owned()).then(to(0.3));
    mouse = mouse.then(PointerAction::Down {
        button: MOUSE_BUTTON_LEFT,
    });
    let mut chance = Chance(3);
    let mut part = 0.3;
    for _ in 0..MOVES {
        // Back and forth in strides of up to a twentieth, as somebody does who looks for something.
        part = f64::clamp(
            part + (chance.below(1001) as f64 / 1000.0 - 0.5) / 10.0,
            0.15,
            0.95,
        );
        mouse = mouse.then(to(part));
    }
    mouse = mouse.then(PointerAction::Up {
        button: MOUSE_BUTTON_LEFT,
    });
    window.client.perform_actions(mouse).await?;
    Ok(())
}

/// Brings a tenth of the log into sight.
async fn wheel_in(window: &Window) -> Outcome {
    let (x, y, w, h) = window.find("timeline-canvas").await.rectangle().await?;
    let mut wheel = WheelActions::new("wheel".to_owned());
    for _ in 0..4 {
        wheel.push(WheelAction::Scroll {
            duration: None,
            x: (x + w * 0.6) as i64,
            y: (y + h * 0.5) as i64,
            delta_x: 0,
            delta_y: -320,
        });
        wheel.push(WheelAction::Pause { duration: PACE });
    }
    window.client.perform_actions(wheel).await?;
    Ok(())
}

/// Turns the wheel over the middle of the timeline: by so much each time, back and forth in turns of eight.
async fn wheel(window: &Window, by: i64, pans: bool) -> Outcome {
    let (x, y, w, h) = window.find("timeline-canvas").await.rectangle().await?;
    let mut wheel = WheelActions::new("wheel".to_owned());
    for n in 0..WHEEL {
        let forth = n / 8 % 2 == 0;
        wheel.push(WheelAction::Scroll {
            duration: None,
            x: (x + w * 0.6) as i64,
            y: (y + h * 0.5) as i64,
            delta_x: 0,
            delta_y: if forth { -by } else { by },
        });
        wheel.push(WheelAction::Pause { duration: PACE });
    }
    if !pans {
        window.client.perform_actions(wheel).await?;
        return Ok(());
    }
    let mut keys = KeyActions::new("keys".to_owned()).then(KeyAction::Down { value: SHIFT });
    for _ in 1..2 * WHEEL {
        keys = keys.then(KeyAction::Pause {
            duration: Duration::ZERO,
        });
    }
    let keys = keys.then(KeyAction::Up { value: SHIFT });
    window
        .client
        .perform_actions(Actions::from(keys).and(wheel))
        .await?;
    Ok(())
}

async fn step(window: &Window) -> Outcome {
    let mut keys = KeyActions::new("keys".to_owned());
    for _ in 0..STEPS {
        keys = keys
            .then(KeyAction::Down { value: LEFT })
            .then(KeyAction::Up { value: LEFT })
            .then(KeyAction::Pause { duration: PACE });
    }
    window.client.perform_actions(Actions::from(keys)).await?;
    Ok(())
}

/// Counts the frames from now on, and those in which a row of the list had not come.
const BLANKS: &str = "
    const seen = (window.__blanks = { frames: 0, blank: 0 });
    const look = () => {
        seen.frames++;
        if (document.querySelector('[data-testid=event-list] .waiting') !== null) seen.blank++;
        if (!seen.ended) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);";

/// The place in the log of the list's first row.
async fn first_row(window: &Window) -> Outcome<i64> {
    let script = "return Number(document.querySelector('[data-testid=event-row]')?.dataset.ordinal ?? NaN);";
    let said = window.script(script, vec![]).await;
    said.as_i64().ok_or_else(|| "the list has no row".into())
}

/// Scrolls the list by the wheel, some fourteen rows each time, over rows that were never seen; says how many went by, too.
async fn scroll(window: &Window) -> Outcome<Value> {
    // Rows follow one another in the log there.
    window.click("axis-log").await;
    until(
        window,
        "the list in log order",
        "return document.querySelector('[data-testid=axis-log]').getAttribute('aria-pressed') === 'true' \
             && document.querySelector('[data-testid=event-list] .waiting') === null",
    )
    .await?;
    let before = first_row(window).await?;
    window.script(BLANKS, vec![]).await;
    let (x, y, w, h) = window.find("event-list").await.rectangle().await?;
    let mut wheel = WheelActions::new("wheel".to_owned());
    for n in 1..=2 * WHEEL as i64 {
        // WebKit's driver takes a turn for where the wheel stands, and a pause for its way back.
        wheel.push(WheelAction::Scroll {
            duration: Some(PACE),
            x: (x + w * 0.5) as i64,
            y: (y + h * 0.5) as i64,
            delta_x: 0,
            delta_y: -300 * n,
        });
    }
    window.client.perform_actions(wheel).await?;
    let mut seen = window
        .script("window.__blanks.ended = true; return window.__blanks;", vec![])
        .await;
    seen["rows"] = json!(before - first_row(window).await?);
    Ok(seen)
}

/// Leaves nothing of the window but its web view, in which a move of the pointer moves one line and writes so many lines of
/// text: what any picture costs there that follows the pointer. It is measured as the window measures itself.
const FLOOR: &str = "
    document.body.innerHTML = '<div style=\"position:fixed;top:0;left:0;width:2px;height:60%;background:red\"></div>' +
        '<pre style=\"position:fixed;top:10%;left:40%;width:50%;height:85%;margin:0;font-size:11.5px;contain:strict\"></pre>';
    const [line, text] = document.body.children;
    const samples = (window.__floor = []);
    let count = 0;
    window.onpointermove = (event) => {
        line.style.transform = `translateX(${event.clientX}px)`;
        count++;
        const row = (_, i) => `${count * 7919 + i} OrderPlaced order-${count + i} {\"total\": \"${count}.${i}\", \"status\": \"placed\"}\n`;
        if (arguments[0] > 0) text.textContent = Array.from({ length: arguments[0] }, row).join('');
        requestAnimationFrame(() => {
            const channel = new MessageChannel();
            channel.port1.onmessage = () => samples.push(performance.now() - event.timeStamp);
            channel.port2.postMessage(null);
        });
    };";

/// What the web view itself takes from a move to the picture of it.
async fn floor(window: &Window, lines: u32) -> Outcome<Vec<f64>> {
    window.script(FLOOR, vec![json!(lines)]).await;
    for _ in 0..2 {
        window.script("window.__floor.length = 0;", vec![]).await;
        drag_over(window, (120.0, 100.0, 1000.0, 400.0)).await?;
    }
    let list = window.script("return window.__floor;", vec![]).await;
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(list.iter().filter_map(Value::as_f64).collect())
}

/// In the child: opens the window, scrubs, prints the samples.
pub(crate) fn scrubbed(file: &Path, events: u32) -> Outcome {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let path = file.to_str().ok_or("a path that is no text")?;
            let window = Window::open_as_user("bench", &[path, "--stream", STREAM], (1600, 900)).await;
            window
                .script("location.hash = 'measure'; location.reload();", vec![])
                .await;
            let all = format!(
                "const e = document.querySelector('[data-testid=status-events]'); \
             return !!window.__leftfold && !!e && e.innerText.replaceAll(/[^0-9]/g, '').includes('{events}');"
            );
            until(&window, "all events", &all).await?;
            window.find("lane-row").await;
            window.click("lanes-type").await;
            // What the first move opens for the first time is not scrubbing.
            drag(&window).await?;
            window.find("inspector-stream").await;
            let lanes = window.all("lane-row").await.len();
            samples(&window).await;
            drag(&window).await?;
            let pointer = samples(&window).await;
            step(&window).await?;
            let keys = samples(&window).await;
            wheel(&window, 200, false).await?;
            let zooms = samples(&window).await;
            // Closer, so that there is somewhere to go.
            wheel_in(&window).await?;
            samples(&window).await;
            wheel(&window, 120, true).await?;
            let pans = samples(&window).await;
            let memory = window.resident_megabytes();
            let scrolled = scroll(&window).await?;
            let line = floor(&window, 0).await?;
            let text = floor(&window, 40).await?;
            window.close().await;
            println!(
                "{}",
                json!({ "pointer": pointer, "keys": keys, "zooms": zooms, "pans": pans, "scrolled": scrolled, "memory": memory, "lanes": lanes, "line": line, "text": text })
            );
            Ok(())
        })
}

/// The rows about the window.
pub(crate) fn measure(files: &Files, wanted: bool, table: &mut Table) -> Outcome {
    let desktop = files.root.join("target/release/leftfold-desktop");
    if !desktop.exists() {
        let why = format!("{} is not built", desktop.display());
        if wanted {
            return Err(why.into());
        }
        table.note("Not measured: the window, whose release build is not there.");
        return Ok(());
    }
    let large = files.demo(files.events)?;
    cached(files, &large)?;
    let opening = open(&large, Some(&files.cache()))?;
    let log = opening.until_ready()?.log.clone();
    let types = log.lane_counts(LaneBy::Type).len();
    debug_assert!(log.extent(Axis::Time).is_some(), "the demo has times");
    let output = Command::new(std::env::current_exe()?)
        .arg("scrubbed")
        .arg(&large)
        .arg(log.events().to_string())
        .env("LEFTFOLD_DESKTOP", &desktop)
        .env("LEFTFOLD_CACHE_DIR", files.cache())
        .output()?;
    let Ok(said) = serde_json::from_slice::<Value>(&output.stdout) else {
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        if wanted {
            return Err(error.into());
        }
        table.note(format!("Not measured: the window: {error}"));
        return Ok(());
    };
    // Every sample is kept, for whoever asks where the time goes.
    let kept = files.root.join("target/bench/window-samples.json");
    std::fs::write(&kept, &output.stdout)?;
    table.note(format!(
        "Every sample of the window, in milliseconds: {}",
        kept.strip_prefix(&files.root).unwrap_or(&kept).display()
    ));
    let lanes = said["lanes"].as_u64().unwrap_or_default();
    let took = |name: &str| -> Vec<f64> {
        let list = said[name].as_array().map(Vec::as_slice).unwrap_or_default();
        list.iter().filter_map(Value::as_f64).collect()
    };
    for (name, what) in [
        ("pointer", "pointer moves with the button down"),
        ("keys", "steps by key"),
        ("zooms", "zooms by the wheel"),
        ("pans", "pans by the wheel"),
    ] {
        let took = took(name);
        let mut row = Row {
            what: format!(
                "window, {} events, {lanes} lanes of {types} types: input to painted, {what}",
                log.events()
            ),
            runs: format!("{} inputs answered", took.len()),
            target: "p95 ≤ 16.7 ms".into(),
            ..Row::default()
        };
        if took.is_empty() {
            row.value = "the window took no samples".into();
        } else {
            row.value = spread(&took);
            row.met = Some(percentile(&took, 95.0) <= 16.7);
        }
        table.add(row);
    }
    let scrolled = &said["scrolled"];
    let (frames, blank, rows) = (&scrolled["frames"], &scrolled["blank"], &scrolled["rows"]);
    table.add(Row {
        what: format!(
            "window: frames in which a row had not come, while the list is scrolled by the wheel over {rows} rows"
        ),
        runs: format!("{frames} frames"),
        value: blank.to_string(),
        target: "0".into(),
        met: Some(*blank == json!(0) && rows.as_i64().is_some_and(|n| n > 1000)),
        ..Row::default()
    });
    let (own, web) = (said["memory"][0].as_f64(), said["memory"][1].as_f64());
    if let (Some(own), Some(web)) = (own, web) {
        table.add(Row {
            what: format!(
                "the window's process, {} events, after all of that (its web view's: {} MB)",
                log.events(),
                brief(web)
            ),
            value: format!("{} MB", brief(own)),
            target: "≤ 700 MB".into(),
            met: Some(own <= 700.0),
            runs: "1".into(),
            ..Row::default()
        });
    }
    for (name, what) in [
        ("line", "one line moved"),
        ("text", "one line moved, 40 lines of text written"),
    ] {
        let took = took(name);
        table.add(Row {
            what: format!(
                "the same web view with nothing else in it, a move of the pointer to painted, {what}"
            ),
            runs: format!("{} inputs answered", took.len()),
            value: spread(&took),
            target: "what no window goes below".into(),
            ..Row::default()
        });
    }
    Ok(())
}
