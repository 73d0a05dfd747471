//! Prints how many events a second the built-in folds replay on one core, from memory.
//!
//! `cargo run --release -p leftfold-replay --example replay_speed`

use std::time::Instant;

use leftfold_event::json::Value;
use leftfold_replay::{Fold, Projections, Step, StepPayload};

const STREAMS: usize = 100_000;
const EVENTS_A_STREAM: usize = 10;

/// Payloads of about 170 bytes with six flat keys, ten a stream, one after the other.
fn payloads() -> (Vec<u8>, Vec<usize>) {
    let statuses = ["placed", "paid", "packed", "shipped", "delivered", "returned"];
    let (mut text, mut ends) = (Vec::new(), Vec::new());
    for stream in 0..STREAMS {
        for event in 0..EVENTS_A_STREAM {
            let n = stream * 31 + event;
            let payload = format!(
                "{{\"orderId\":\"order-{stream:07}\",\"status\":\"{}\",\"total\":{}.{:02},\"customer\":\"customer-{:06}\",\"note\":\"step {event} of the way, lane {}\",\"changedAt\":\"2026-11-20T14:{:02}:{:02}.482113Z\"}}",
                statuses[n % statuses.len()],
                n % 9000,
                n % 100,
                n % 50_000,
                n % 12,
                n % 60,
                event,
            );
            text.extend_from_slice(payload.as_bytes());
            ends.push(text.len());
        }
    }
    (text, ends)
}

fn replay(name: &str, fold: &mut dyn Fold, initial: &Value, text: &[u8], ends: &[usize]) {
    let start = Instant::now();
    let (mut begin, mut bytes) = (0, 0);
    for stream in ends.chunks(EVENTS_A_STREAM) {
        fold.start(initial.clone());
        for &end in stream {
            let step = Step::new("OrderChanged", StepPayload::Json(&text[begin..end]));
            if let Err(e) = fold.push(&step) {
                eprintln!("{e}");
            }
            begin = end;
        }
        bytes += match fold.state() {
            Value::Object(o) => o.len(),
            _ => 1,
        };
    }
    let seconds = start.elapsed().as_secs_f64();
    let rate = ends.len() as f64 / seconds / 1e6;
    println!(
        "{name:12} {rate:6.2} M events/s   ({} events, {:.3} s, {bytes} keys)",
        ends.len(),
        seconds
    );
}

fn main() {
    let (text, ends) = payloads();
    println!(
        "{} bytes a payload, {EVENTS_A_STREAM} events a stream",
        text.len() / ends.len()
    );
    let set = Projections::default();
    for name in set.names() {
        let Some(projection) = set.find(name).and_then(|n| set.get(n)) else {
            continue;
        };
        if name == "json-patch" || name == "debezium" {
            continue;
        }
        for _ in 0..3 {
            replay(
                name,
                projection.fold().as_mut(),
                &projection.initial(),
                &text,
                &ends,
            );
        }
    }
}
