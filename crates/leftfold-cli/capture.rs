//! `capture`: topics into one file.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use leftfold_kafka::{Bound, Told, capture};

use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::kafka::{KafkaArgs, bound};
use crate::style::{counted, grouped};

/// How often progress is shown.
const SHOWN_EVERY: Duration = Duration::from_millis(100);

/// What `--help` says behind the arguments.
pub(crate) const CAPTURE: &str = "\
Examples:
  leftfold capture -b localhost:9092 -t orders orders.leftfold
  leftfold capture -b localhost:9092 -t orders -t payments -o s@2026-11-20T19:00:00Z -o e@2026-11-20T20:00:00Z hour.leftfold
  leftfold capture -b localhost:9092 -t orders -o s@-15m lately.leftfold
  leftfold capture -F client.properties -X sasl.password='${KAFKA_PASSWORD}' -t orders -c 1000000 orders.leftfold
  leftfold capture -b localhost:9092 -t orders --follow orders.leftfold
  leftfold capture -b localhost:9092 -t orders -s key=text -s value=avro:orders.avsc orders.leftfold
  leftfold capture -b localhost:9092 -t orders -s orders:value=protobuf:order.proto#shop.Order orders.leftfold
  leftfold state orders.leftfold order-10017

The cluster is only read: no consumer group is joined, no offset committed, no topic made. Committed records are read, unless
-X isolation.level=read_uncommitted is given. Run again with the same file, a capture goes on where it got to (then -o counts only for
partitions that are new). Ctrl-C leaves a file that is usable and can be gone on with. With -s the file keeps how it is to be read, with the schemas; say it again and it counts
from then on (auto: by what is found). With e@, a partition ends at its first record
of that time or later; times out of order may put earlier ones behind it.";

#[derive(Debug, Args)]
pub(crate) struct CaptureArgs {
    #[command(flatten)]
    pub(crate) kafka: KafkaArgs,
    /// Where to begin, or to end: beginning, end, 100 (an offset), -100 (the last hundred of each partition), s@TIME, e@TIME (milliseconds,
    /// RFC 3339 or -15m: before now), ..200 (an offset); ends are exclusive
    #[arg(short, long = "offset", value_name = "OFFSET", value_parser = bound, allow_hyphen_values = true)]
    pub(crate) offsets: Vec<Bound>,
    /// At most this many records
    #[arg(short, long)]
    pub(crate) count: Option<u64>,
    /// End when the end is reached, as it was when the capture began (this is how it is unless --follow is given)
    #[arg(short = 'e', long = "exit", conflicts_with = "follow")]
    pub(crate) exit: bool,
    /// Go on until Ctrl-C
    #[arg(long)]
    pub(crate) follow: bool,
    /// The file to write: a new one, or a capture of the same topics to go on with
    #[arg(value_name = "OUT.leftfold")]
    pub(crate) out: PathBuf,
}

pub(crate) fn run(front: &mut Front, args: &CaptureArgs) -> Outcome {
    let request = args.kafka.request(&args.offsets, args.count, args.follow)?;
    let cancel = front.interrupt.cancel.clone();
    let interrupt = front.interrupt.clone();
    let since = Instant::now();
    let mut shown = Instant::now();
    let mut bar = front.progress("capturing");
    let mut notes = Vec::new();
    let captured = interrupt.careful(|| {
        capture(&request, &args.out, &cancel, &mut |told| match told {
            Told::Note(note) => {
                front.note(&note);
                notes.push(note);
            }
            Told::Kept(durable) if durable.records > 0 => front.note(format!(
                "{} ({}) of this run are kept",
                counted(durable.records, "record"),
                bytes(durable.bytes)
            )),
            Told::Kept(_) => {}
            Told::Waiting(why) => front.note(format!("waiting: {why}")),
            Told::Progress { written, left } => {
                if shown.elapsed() < SHOWN_EVERY {
                    return;
                }
                shown = Instant::now();
                let total = (!args.follow).then_some(written.records + left);
                bar.set(written.records, total);
                bar.say(&format!(
                    "{}, {}",
                    bytes(written.bytes),
                    rate(written.records, since.elapsed())
                ));
            }
        })
    })?;
    drop(bar);
    let durable = captured.durable;
    front.note(format!(
        "{} ({}) in {:.1} s, {}: {}",
        counted(durable.records, "record"),
        bytes(durable.bytes),
        since.elapsed().as_secs_f64(),
        rate(durable.records, since.elapsed()),
        args.out.display()
    ));
    // To follow ends in no other way.
    if captured.complete || args.follow {
        Ok(())
    } else {
        Err(Failure::Cancelled)
    }
}

/// Bytes in the unit that fits.
fn bytes(n: u64) -> String {
    let mut value = n as f64;
    let mut unit = "B";
    for next in ["kB", "MB", "GB", "TB"] {
        if value < 1000.0 {
            break;
        }
        value /= 1000.0;
        unit = next;
    }
    if unit == "B" {
        format!("{n} B")
    } else {
        format!("{value:.1} {unit}")
    }
}

fn rate(records: u64, time: Duration) -> String {
    let seconds = time.as_secs_f64().max(0.001);
    format!("{} records/s", grouped((records as f64 / seconds) as u64))
}
