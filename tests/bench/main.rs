//! Measures Leftfold against its targets and its peers on this machine, and prints a Markdown table.

mod compare;
mod files;
mod follow;
mod grow;
mod kafka;
mod memory;
mod open;
mod query;
mod replay;
mod scrub;
mod stats;
mod table;

use std::error::Error;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use files::Files;
use table::Table;

/// What every measurement may fail with.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Measures Leftfold against its targets and its peers, and prints a Markdown table.
///
/// Files are made once below target/bench and kept. LEFTFOLD_BENCH_EVENTS states the size of the large one (10000000).
#[derive(Parser)]
#[command(name = "leftfold-bench")]
struct Arguments {
    /// Only these measurements.
    #[arg(value_enum)]
    only: Vec<Part>,
    /// How often the long measurements are repeated; the median counts.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Measure the real window even when its release build is not there (then that is an error).
    #[arg(long)]
    window: bool,
    #[command(subcommand)]
    child: Option<Child>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Opening and indexing against the sqlite3 shell, reopening, growth.
    Open,
    /// How soon cancelled work stops.
    Cancel,
    /// Memory of a process that has opened the large file.
    Memory,
    /// Density of a window.
    Density,
    /// A stream's state at a place.
    State,
    /// Folding whole histories against the libraries that wrote them.
    Replay,
    /// Taking new records into a capture that is open.
    Grow,
    /// Capturing a topic, against kcat.
    Kafka,
    /// Comparing two files, against the sqlite3 shell.
    Compare,
    /// Following a topic in the real window.
    Follow,
    /// Scrubbing in the real window.
    Window,
}

/// What this program runs itself as, to measure in a process of its own.
#[derive(Subcommand)]
enum Child {
    /// Opens FILE and prints the memory taken, as JSON.
    #[command(hide = true)]
    Opened { file: PathBuf, cache: Option<PathBuf> },
    /// Captures TOPIC to OUT and prints time and memory, as JSON.
    #[command(hide = true)]
    Captured {
        brokers: String,
        topic: String,
        out: PathBuf,
    },
    /// Compares LEFT and RIGHT and prints time and memory, as JSON.
    #[command(hide = true)]
    Compared { left: PathBuf, right: PathBuf },
    /// Scrubs FILE in the real window and prints the samples, as JSON.
    #[command(hide = true)]
    Scrubbed { file: PathBuf, events: u32 },
}

fn main() -> Outcome {
    let arguments = Arguments::parse();
    match &arguments.child {
        Some(Child::Opened { file, cache }) => return memory::opened(file, cache.as_deref()),
        Some(Child::Captured { brokers, topic, out }) => return kafka::captured(brokers, topic, out),
        Some(Child::Compared { left, right }) => return compare::compared(left, right),
        Some(Child::Scrubbed { file, events }) => return scrub::scrubbed(file, *events),
        None => {}
    }
    let wanted = |part| arguments.only.is_empty() || arguments.only.contains(&part);
    let files = Files::new()?;
    let mut table = Table::default();
    if wanted(Part::Open) {
        open::measure(&files, arguments.runs, &mut table)?;
    }
    if wanted(Part::Cancel) {
        open::cancel(&files, &mut table)?;
    }
    if wanted(Part::Memory) {
        memory::measure(&files, &mut table)?;
    }
    if wanted(Part::Density) {
        query::density(&files, &mut table)?;
    }
    if wanted(Part::State) {
        query::state(&files, &mut table)?;
    }
    if wanted(Part::Replay) {
        replay::measure(&files, arguments.runs, &mut table)?;
    }
    if wanted(Part::Grow) {
        grow::measure(&files, arguments.runs, &mut table)?;
    }
    if wanted(Part::Kafka) {
        kafka::measure(&files, arguments.runs, &mut table)?;
    }
    if wanted(Part::Follow) {
        follow::measure(&files, &mut table)?;
    }
    if wanted(Part::Compare) {
        compare::measure(&files, arguments.runs, &mut table)?;
    }
    if wanted(Part::Window) {
        scrub::measure(&files, arguments.window, &mut table)?;
    }
    println!("{}", table.markdown());
    Ok(())
}
