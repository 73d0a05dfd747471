//! Scrubbing in the real window: from the input to the frame in which cursor, density and state are painted. The window
//! measures itself when its address ends in `#measure`.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use fantoccini::actions::{
    Actions, InputSource as _, KeyAction, KeyActions, MOUSE_BUTTON_LEFT, MouseActions, PointerAction,
};
use leftfold_log::{Axis, LaneBy};
use leftfold_window_tests::Window;
use serde_json::{Value, json};

use crate::Outcome;
use crate::files::{Files, open};
use crate::open::cached;
use crate::stats::{Chance, percentile, spread};
use crate::table::{Row, Table};

const MOVES: usize = 300;
const STEPS: usize = 100;
/// Between two inputs: somewhat slower than the screen, as a hand is.
const PACE: Duration = Duration::from_millis(20);
/// How long the window may take to show all events.
const PATIENCE: Duration = Duration::from_mins(2);
/// WebDriver's name of the right arrow.
const RIGHT: char = '\u{E014}';

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
async fn samples(window: &Window) -> Vec<f64> {
    let taken = "return window.__leftfold.perf.samples.splice(0).map((s) => s.took);";
    let list = window.script(taken, vec![]).await;
    list.as_array()
        .map(|l| l.iter().filter_map(Value::as_f64).collect())
        .unwrap_or_default()
}

async fn drag(window: &Window) -> Outcome {
    let canvas = window.find("timeline-canvas").await;
    let (x, y, w, h) = canvas.rectangle().await?;
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

async fn step(window: &Window) -> Outcome {
    let mut keys = KeyActions::new("keys".to_owned());
    for _ in 0..STEPS {
        keys = keys
            .then(KeyAction::Down { value: RIGHT })
            .then(KeyAction::Up { value: RIGHT })
            .then(KeyAction::Pause { duration: PACE });
    }
    window.client.perform_actions(Actions::from(keys)).await?;
    Ok(())
}

/// In the child: opens the window, scrubs, prints the samples.
pub(crate) fn scrubbed(file: &Path, events: u32) -> Outcome {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let path = file.to_str().ok_or("a path that is no text")?;
            let window = Window::open_as_user("bench", &[path], (1600, 900)).await;
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
            // A stream is chosen by the first move; what that opens for the first time is not scrubbing.
            drag(&window).await?;
            window.find("inspector-stream").await;
            let lanes = window.all("lane-row").await.len();
            samples(&window).await;
            drag(&window).await?;
            let pointer = samples(&window).await;
            step(&window).await?;
            let keys = samples(&window).await;
            window.close().await;
            println!("{}", json!({ "pointer": pointer, "keys": keys, "lanes": lanes }));
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
    for (name, what) in [
        ("pointer", "pointer moves with the button down"),
        ("keys", "steps by key"),
    ] {
        let list = said[name].as_array().map(Vec::as_slice).unwrap_or_default();
        let took: Vec<f64> = list.iter().filter_map(Value::as_f64).collect();
        let lanes = said["lanes"].as_u64().unwrap_or_default();
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
    Ok(())
}
