//! Prints how many events a second each fold replays on one core, from memory, and how long a warm jump takes.
//!
//! `cargo run --release -p leftfold-replay --example replay_speed`

use std::error::Error;
use std::ops::Range;
use std::time::{Duration, Instant};

use leftfold_event::Cancel;
use leftfold_replay::{
    FoldSink, Folded, Limits, Projections, Replay, ReplayError, Step, StepPayload, StreamHistory, WholeFold,
    monotonic_clock,
};

const STREAMS: usize = 100_000;
const EVENTS_A_STREAM: usize = 10;
const ROUNDS: usize = 3;

const DECLARED: &str = r#"
[[projection]]
name = "declared"
[[projection.on]]
type = "OrderChanged"
do = [
  { set = "/status", from = "/status" },
  { increment = "/total", from = "/total" },
  { increment = "/by/{/status}" },
]
"#;

/// Payload texts, one after the other.
struct Texts {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Texts {
    fn new(payload: impl Fn(usize, usize) -> String) -> Self {
        let (mut text, mut ends) = (Vec::new(), Vec::new());
        for stream in 0..STREAMS {
            for event in 0..EVENTS_A_STREAM {
                text.extend_from_slice(payload(stream, event).as_bytes());
                ends.push(text.len());
            }
        }
        Self { text, ends }
    }

    fn payload(&self, i: usize) -> &[u8] {
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        &self.text[start..self.ends[i]]
    }
}

impl StreamHistory for Texts {
    fn len(&self) -> usize {
        self.ends.len()
    }

    fn read(
        &self,
        range: Range<usize>,
        _: &Cancel,
        visit: &mut dyn FnMut(usize, Step<'_>),
    ) -> Result<(), ReplayError> {
        for i in range {
            visit(i, Step::new("OrderChanged", StepPayload::Json(self.payload(i))));
        }
        Ok(())
    }
}

/// About 167 bytes, six flat keys.
fn flat(stream: usize, event: usize) -> String {
    let statuses = ["placed", "paid", "packed", "shipped", "delivered", "returned"];
    let n = stream * 31 + event;
    format!(
        r#"{{"orderId":"order-{stream:07}","status":"{}","total":{}.{:02},"customer":"customer-{:06}","note":"step {event} of the way, lane {}","changedAt":"2026-11-20T14:{:02}:{:02}.482113Z"}}"#,
        statuses[n % statuses.len()],
        n % 9000,
        n % 100,
        n % 50_000,
        n % 12,
        n % 60,
        event,
    )
}

fn nested(stream: usize, event: usize) -> String {
    format!(
        r#"{{"orderId":"order-{stream:07}","address":{{"street":"Lane {event}","zip":"{:05}"}},"lines":[{{"sku":"a{event}","n":1}}],"customer":{{"id":{stream},"rank":{event}}}}}"#,
        stream % 99_999
    )
}

fn patch(stream: usize, event: usize) -> String {
    format!(
        r#"[{{"op":"add","path":"/status","value":"step {event}"}},{{"op":"add","path":"/n{event}","value":{stream}}}]"#
    )
}

fn change(stream: usize, event: usize) -> String {
    let row = flat(stream, event);
    format!(r#"{{"before":null,"after":{row},"op":"u","ts_ms":1700000000000}}"#)
}

#[derive(Default)]
struct Count {
    streams: usize,
    problems: usize,
}

impl FoldSink for Count {
    fn stream(&mut self, folded: Folded) {
        self.streams += 1;
        self.problems += folded.problems.len();
    }
}

fn whole(what: &str, set: &Projections, name: &str, texts: &Texts) {
    let Some(projection) = set.find(name).and_then(|n| set.get(n)) else {
        return;
    };
    let mut best = f64::MAX;
    let mut count = Count::default();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let mut fold = WholeFold::new(projection.as_ref(), Count::default());
        for i in 0..texts.ends.len() {
            let step = Step::new("OrderChanged", StepPayload::Json(texts.payload(i)));
            fold.push((i / EVENTS_A_STREAM) as u32, &step);
        }
        count = fold.finish();
        best = best.min(start.elapsed().as_secs_f64());
    }
    let events = texts.ends.len();
    println!(
        "{what:28} {:6.2} M events/s   {} bytes a payload, {} streams, {} problems",
        events as f64 / best / 1e6,
        texts.text.len() / events,
        count.streams,
        count.problems
    );
}

/// Jumps about one stream of a million events, after a first visit to its end.
fn jumps(texts: &Texts) -> Result<(), Box<dyn Error>> {
    let replay = Replay::new(Projections::default(), Limits::default(), monotonic_clock());
    let stream = replay.stream(0, Projections::DEFAULT, texts)?;
    let cancel = Cancel::new();
    let start = Instant::now();
    stream.state_at(texts.len(), &cancel)?;
    println!(
        "one stream of {} events: cold {:?}, {} bytes kept",
        texts.len(),
        start.elapsed(),
        replay.bytes()
    );
    let mut at = 1;
    let mut times = Vec::new();
    for _ in 0..2000 {
        at = at * 48_271 % 2_147_483_647;
        let start = Instant::now();
        stream.state_at(at % texts.len(), &cancel)?;
        times.push(start.elapsed());
    }
    times.sort();
    let of = |share: usize| {
        times
            .get(times.len() * share / 100)
            .copied()
            .unwrap_or(Duration::ZERO)
    };
    println!("warm state_at: p50 {:?}, p99 {:?}", of(50), of(99));
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let set = Projections::from_toml(DECLARED)?;
    println!("{EVENTS_A_STREAM} events a stream, best of {ROUNDS}");
    let texts = Texts::new(flat);
    whole("merge", &set, "merge", &texts);
    whole("latest", &set, "latest", &texts);
    whole("declared, 3 actions", &set, "declared", &texts);
    whole("merge, nested objects", &set, "merge", &Texts::new(nested));
    whole("json-patch, 2 operations", &set, "json-patch", &Texts::new(patch));
    whole("debezium", &set, "debezium", &Texts::new(change));
    jumps(&texts)
}
