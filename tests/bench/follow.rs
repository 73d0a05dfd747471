//! Frames of the real window while it follows a topic at full rate, against the same window at rest in the same run.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use leftfold_window_tests::Window;
use serde_json::json;

use crate::Outcome;
use crate::files::Files;
use crate::kafka::Rig;
use crate::scrub::{drag, samples, until};
use crate::stats::{brief, percentile, spread};
use crate::table::{Row, Table};

const TOPIC: &str = "bench-followed";

/// Records a second that come while the window is watched.
const RATE: u64 = 20_000;

/// How often a part of a second's records is written.
const BEAT: Duration = Duration::from_millis(20);

/// Streams of the topic.
const STREAMS: u64 = 1_000;

/// How long frames are counted.
const WATCHED: Duration = Duration::from_secs(5);

/// Records of orders, by kcat: `from` is the first one's number.
struct Feed {
    kcat: Child,
    ends: Arc<AtomicBool>,
    /// The number behind the last one.
    writer: JoinHandle<std::io::Result<u64>>,
}

impl Feed {
    fn start(rig: &Rig, mut number: u64) -> Outcome<Self> {
        let mut kcat = Command::new("kcat")
            .args(["-P", "-b", rig.brokers(), "-t", TOPIC, "-K", "\t"])
            .args(["-X", "linger.ms=20"])
            .stdin(Stdio::piped())
            .spawn()?;
        let mut input = kcat.stdin.take().ok_or("kcat takes no records")?;
        let ends = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&ends);
        let writer = std::thread::spawn(move || {
            let mut lines = String::new();
            let mut due = Instant::now();
            while !until.load(Ordering::Relaxed) {
                lines.clear();
                for _ in 0..RATE * BEAT.as_millis() as u64 / 1000 {
                    record(&mut lines, number);
                    number += 1;
                }
                input.write_all(lines.as_bytes())?;
                due += BEAT;
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
            }
            Ok(number)
        });
        Ok(Self { kcat, ends, writer })
    }

    /// Ends it when all is written: how many records there are now.
    fn stop(mut self) -> Outcome<u64> {
        self.ends.store(true, Ordering::Relaxed);
        let next = self.writer.join().map_err(|_| "the records' writer fails")??;
        self.kcat.wait()?;
        Ok(next)
    }
}

/// A record's line: about 230 bytes of JSON behind its key.
fn record(lines: &mut String, number: u64) {
    let (stream, step) = (number % STREAMS, number / STREAMS);
    let kind = [
        "OrderPlaced",
        "ItemAdded",
        "ItemRemoved",
        "OrderPaid",
        "OrderShipped",
    ][step as usize % 5];
    writeln!(
        lines,
        "order-{stream}\t{{\"type\":\"{kind}\",\"orderId\":{stream},\"step\":{step},\"amount\":{}.{:02},\"items\":[{{\"sku\":\"A-{}\",\"quantity\":{}}}],\"customer\":{{\"id\":{},\"name\":\"Customer {}\",\"note\":\"as it was asked for on the telephone\"}}}}",
        number % 997, number % 100, number % 53, step % 7, stream % 91, stream % 91
    )
    .ok();
}

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
    let first = Feed::start(&rig, 0)?;
    // Two seconds of it are there before the window looks.
    std::thread::sleep(Duration::from_secs(2));
    let there = first.stop()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (still, growing, came, (scrubbed_still, scrubbed, meanwhile)) = runtime.block_on(async {
        let window = Window::open_as_user("bench-follow", &[], (1600, 900)).await;
        window.find("demo-button").await;
        // It measures itself, too.
        window
            .script("location.hash = 'measure'; location.reload();", vec![])
            .await;
        until(&window, "its measure", "return !!window.__leftfold").await?;
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
        let all = "const e = document.querySelector('[data-testid=capture-state]'); return !!e && e.innerText === 'Live';";
        until(&window, "the first records", all).await?;
        window.find("event-row").await;
        let still = frames(&window).await?;
        // What was there is all taken in before more comes.
        until(&window, "the first records in the index", &format!("return document.querySelector('[data-testid=status-events]').innerText.replace(/\\D/g, '') === '{there}'")).await?;
        // What the first move opens for the first time is not scrubbing.
        drag(&window).await?;
        samples(&window).await;
        drag(&window).await?;
        let scrubbed_still = samples(&window).await;
        let feed = Feed::start(&rig, there)?;
        let started = Instant::now();
        while events(&window).await < there + RATE {
            if started.elapsed() > Duration::from_secs(30) {
                return Err("no record comes".into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let before = events(&window).await;
        let growing = frames(&window).await?;
        let came = events(&window).await - before;
        samples(&window).await;
        let (before, since) = (events(&window).await, Instant::now());
        drag(&window).await?;
        let scrubbed = samples(&window).await;
        let meanwhile = (events(&window).await - before) as f64 / since.elapsed().as_secs_f64();
        feed.stop()?;
        if came < RATE * WATCHED.as_secs() / 2 {
            return Err(format!("only {came} records came while the window was watched").into());
        }
        window.close().await;
        Ok::<_, Box<dyn std::error::Error>>((still, growing, came, (scrubbed_still, scrubbed, meanwhile)))
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
    table.add(Row {
        what: format!(
            "the same window, scrubbed while {} records a second come: input to painted",
            brief(meanwhile)
        ),
        value: spread(&scrubbed),
        peer: format!("scrubbed while none come: {}", spread(&scrubbed_still)),
        ratio: format!(
            "{}×",
            brief(percentile(&scrubbed, 95.0) / percentile(&scrubbed_still, 95.0))
        ),
        target: "p95 ≤ 16.7 ms".into(),
        met: Some(percentile(&scrubbed, 95.0) <= 16.7),
        runs: format!("{} inputs answered", scrubbed.len()),
    });
    Ok(())
}
