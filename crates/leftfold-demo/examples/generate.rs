//! Writes the demo: `generate FILE [EVENTS]`, as SQLite, or as NDJSON when the name ends so.

use std::path::Path;

use leftfold_demo::{DemoError, DemoOptions, write_ndjson, write_sqlite};
use leftfold_event::{Cancel, Progress};

fn main() -> Result<(), DemoError> {
    let mut arguments = std::env::args().skip(1);
    let (Some(file), events) = (arguments.next(), arguments.next().and_then(|n| n.parse().ok())) else {
        eprintln!("generate FILE [EVENTS]");
        return Ok(());
    };
    let mut options = DemoOptions {
        overwrite: true,
        ..DemoOptions::default()
    };
    options.events = events.unwrap_or(options.events);
    let path = Path::new(&file);
    let summary = if path.extension().is_some_and(|e| e == "ndjson") {
        let out = std::fs::File::create(path).map_err(DemoError::Write)?;
        write_ndjson(out, &options, &Cancel::new(), &Progress::new())?
    } else {
        write_sqlite(path, &options, &Cancel::new(), &Progress::new())?
    };
    println!("{} events in {} streams", summary.events, summary.streams);
    for i in summary.incidents {
        println!(
            "{} #{} {} v{} {}: {}",
            i.time, i.position, i.stream, i.version, i.name, i.what
        );
    }
    Ok(())
}
