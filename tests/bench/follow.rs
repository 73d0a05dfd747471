//! Frames of the real window while it follows a topic at full rate, against the same window at rest in the same run.

use std::time::{Duration, Instant};

use leftfold_window_tests::Window;
use serde_json::json;

use crate::Outcome;
use crate::files::Files;
use crate::kafka::Rig;
use crate::scrub::until;
use crate::stats::brief;
use crate::table::{Row, Table};

const TOPIC: &str = "bench-followed";

/// Records a second that come while the window is watched.
const RATE: u32 = 20_000;

/// How long frames are counted.
const WATCHED: Duration = Duration::from_secs(5);

/// What was seen of a window's frames.
struct Frames {
    a_second: f64,
    /// The longest time between two, in milliseconds.
    longest: f64,
}

async fn frames(window: &Window) -> Outcome<Frames> {
    let count = "
        const seen = { n: 0, longest: 0, last: performance.now(), since: performance.now(), on: true };
        window.__frames = seen;
        const frame = (now) => {
            seen.n += 1;
            seen.longest = Math.max(seen.longest, now - seen.last);
            seen.last = now;
            if (seen.on) requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);";
    window.script(count, vec![]).await;
    // What is measured is this long.
    tokio::time::sleep(WATCHED).await;
    let read = "const s = window.__frames; s.on = false;
        return { a: s.n * 1000 / (performance.now() - s.since), longest: s.longest };";
    let said = window.script(read, vec![]).await;
    let number = |name: &str| said[name].as_f64().ok_or("the window counts no frames");
    Ok(Frames {
        a_second: number("a")?,
        longest: number("longest")?,
    })
}

async fn write(window: &Window, id: &str, text: &str) -> Outcome {
    let field = window.find(id).await;
    field.clear().await?;
    field.send_keys(text).await?;
    Ok(())
}

/// How many events the window says there are.
async fn events(window: &Window) -> u64 {
    let text = window.text("status-events").await;
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

/// The row about following.
pub(crate) fn measure(files: &Files, table: &mut Table) -> Outcome {
    let rig = Rig::start(files)?;
    rig.make_topic(TOPIC)?;
    rig.produce(TOPIC, 10_000, 233, None)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (still, growing, came) = runtime.block_on(async {
        let window = Window::open_as_user("bench-follow", &[], (1600, 900)).await;
        window.find("demo-button").await;
        window.click("welcome-kafka").await;
        write(&window, "kafka-servers", rig.brokers()).await?;
        window.click("kafka-connect").await;
        let check = format!("topic-check-{TOPIC}");
        window.find(&check).await;
        let scroll = "document.querySelector(`[data-testid=\"${arguments[0]}\"]`).scrollIntoView({ block: 'center' });";
        window.script(scroll, vec![json!(check)]).await;
        window.click(&check).await;
        let path = window.home().join("followed.leftfold");
        write(&window, "capture-path", &path.display().to_string()).await?;
        window.click("capture-start").await;
        let all = "const e = document.querySelector('[data-testid=status-events]'); return !!e && e.innerText.startsWith('10,000 ');";
        until(&window, "the first records", all).await?;
        window.find("event-row").await;
        let still = frames(&window).await?;
        let seconds = WATCHED.as_secs() * 2 + 5;
        let mut producer = rig.producer(TOPIC, u64::from(RATE) * seconds, 233, Some(RATE)).spawn()?;
        let started = Instant::now();
        while events(&window).await < 10_000 + u64::from(RATE) {
            if started.elapsed() > Duration::from_secs(30) {
                return Err("no record comes".into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let before = events(&window).await;
        let growing = frames(&window).await?;
        let came = events(&window).await - before;
        producer.kill()?;
        producer.wait()?;
        window.close().await;
        Ok::<_, Box<dyn std::error::Error>>((still, growing, came))
    })?;
    let share = growing.a_second / still.a_second;
    table.add(Row {
        what: format!(
            "the window while it follows a topic: {} records a second came",
            brief(came as f64 / WATCHED.as_secs_f64())
        ),
        value: format!(
            "{} frames/s, longest {} ms",
            brief(growing.a_second),
            brief(growing.longest)
        ),
        peer: format!(
            "at rest: {} frames/s, longest {} ms",
            brief(still.a_second),
            brief(still.longest)
        ),
        ratio: format!("{}×", brief(share)),
        target: "60 frames/s, as at rest".into(),
        met: Some(share > 0.95),
        runs: "1".into(),
    });
    Ok(())
}
