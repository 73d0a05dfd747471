//! How fast a topic is captured: `cargo run --release -p leftfold-kafka --example capture_speed -- BROKERS TOPIC FILE`.
//! Prints seconds, records, and the processor's seconds of this program in user and kernel mode.
#![allow(clippy::expect_used, reason = "it ends with what went wrong")]

use std::path::Path;
use std::time::Instant;

use leftfold_event::Cancel;
use leftfold_kafka::{Request, Settings, capture};

fn main() {
    let mut args = std::env::args().skip(1);
    let mut next = || args.next().expect("BROKERS TOPIC FILE");
    let (brokers, topic, file) = (next(), next(), next());
    let mut settings = Settings::new();
    settings.set("bootstrap.servers", &brokers);
    let request = Request {
        settings,
        topics: vec![topic],
        tool: "capture_speed".to_owned(),
        ..Request::default()
    };
    let since = Instant::now();
    let captured = capture(&request, Path::new(&file), &Cancel::new(), &mut |_| ()).expect("it is captured");
    let seconds = since.elapsed().as_secs_f64();
    let records = captured.durable.records;
    println!(
        "{records} records in {seconds:.2} s: {:.0} k/s; {}",
        records as f64 / seconds / 1e3,
        processor().unwrap_or_default()
    );
}

/// User and system time as Linux tells them, in hundredths of a second.
fn processor() -> Option<String> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut seconds = || fields.next()?.parse::<f64>().ok().map(|n| n / 100.0);
    Some(format!("user {:.2} s, system {:.2} s", seconds()?, seconds()?))
}
