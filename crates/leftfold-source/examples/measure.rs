//! Measures a file: `cargo run --release -p leftfold-source --example measure -- FILE`.

use std::ops::ControlFlow;
use std::time::Instant;

use leftfold_event::{Cancel, Locator};
use leftfold_source::{Header, RawPayload, open};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("name a file")?;
    let start = Instant::now();
    let store = open(path.as_ref())?.store(0)?;
    println!(
        "open      {:8.3} s  {}",
        start.elapsed().as_secs_f64(),
        store.info().title
    );
    let cancel = Cancel::new();
    let mut locators: Vec<Locator> = Vec::new();
    let mut names = 0;
    let start = Instant::now();
    store.scan(
        &mut |h: &Header<'_>| {
            locators.push(h.locator);
            names += h.stream.len() + h.kind.len();
            ControlFlow::Continue(())
        },
        &cancel,
    )?;
    let n = locators.len();
    let say = |what: &str, n: usize, start: Instant| {
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{what} {seconds:8.3} s  {n} events, {:.2} M/s",
            n as f64 / seconds / 1e6
        );
    };
    say("scan     ", n, start);
    println!("          {names} bytes of names");
    for (what, step) in [("raw all  ", 1), ("raw 1/20 ", 20)] {
        let some: Vec<Locator> = locators.iter().step_by(step).copied().collect();
        let start = Instant::now();
        let mut bytes = 0;
        for part in some.chunks(100_000) {
            store.fetch_raw(part, &cancel, &mut |_, kind, raw| {
                bytes += kind.len()
                    + if let RawPayload::Json(json) = raw {
                        json.len()
                    } else {
                        0
                    };
            })?;
        }
        say(what, some.len(), start);
        println!("          {bytes} bytes");
    }
    let mut state = 1_usize;
    let random: Vec<Locator> = (0..200_000.min(n))
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            locators[(state >> 20) % n]
        })
        .collect();
    let start = Instant::now();
    store.fetch_raw(&random, &cancel, &mut |_, _, _| {})?;
    say("raw random", random.len(), start);
    let some: Vec<Locator> = locators.iter().take(1_000_000).copied().collect();
    let start = Instant::now();
    store.fetch(&some, &cancel, &mut |_, event| drop(event))?;
    say("events   ", some.len(), start);
    Ok(())
}
