//! A capture that grows while it is open: taking in what is new, against reading it all again.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use leftfold_event::{Cancel, Progress};
use leftfold_log::{Axis, LaneBy, Log, index, index_again, index_since};
use leftfold_source::SourceFile;
use leftfold_source::capture::{CaptureWriter, Headers, Outcome as Ended, Record, TimestampKind};

use crate::Outcome;
use crate::files::Files;
use crate::open::COLUMNS;
use crate::stats::{Chance, brief, median};
use crate::table::{Row, Table};

/// Records that come at a time.
const NEW: u64 = 1_000;

/// Records a stream, about.
const A_STREAM: u64 = 20;

/// A capture that is being written, and where its next records go.
struct Growing {
    writer: CaptureWriter,
    next: Vec<i64>,
    streams: u64,
    written: u64,
    chance: Chance,
}

impl Growing {
    fn new(path: &Path, partitions: i32, streams: u64) -> Outcome<Self> {
        let mut writer = CaptureWriter::open(path)?;
        for partition in 0..partitions {
            writer.add_partition("orders", None, partition, 0)?;
        }
        Ok(Self {
            writer,
            next: vec![0; partitions as usize],
            streams,
            written: 0,
            chance: Chance(7),
        })
    }

    fn write(&mut self, records: u64) -> Outcome {
        let mut headers = Headers::new();
        for _ in 0..records {
            let stream = self.chance.below(self.streams);
            let partition = (stream % self.next.len() as u64) as usize;
            let key = format!("order-{stream}");
            let kind = ["OrderPlaced", "OrderPaid", "OrderShipped"][self.chance.below(3) as usize];
            let value = format!(
                "{{\"type\":\"{kind}\",\"order\":{stream},\"n\":{}}}",
                self.written
            );
            let record = Record {
                timestamp: Some((1_760_000_000_000 + self.written as i64, TimestampKind::Create)),
                key: Some(key.as_bytes()),
                value: Some(value.as_bytes()),
            };
            let offset = &mut self.next[partition];
            self.writer
                .push(partition as i64 + 1, *offset, &record, &mut headers)?;
            *offset += 1;
            self.written += 1;
            if self.written.is_multiple_of(100_000) {
                self.writer.commit()?;
            }
        }
        Ok(self.writer.commit()?)
    }
}

/// What a window asks of a log that has grown.
fn look(log: &Log) -> Outcome {
    for axis in [Axis::Time, Axis::Log] {
        for by in [LaneBy::Category, LaneBy::Type, LaneBy::Stream] {
            let lanes: Vec<u32> = log.lane_counts(by).iter().take(20).map(|l| l.0).collect();
            let (from, to) = log.extent(axis).ok_or("no extent")?;
            log.density(axis, by, &lanes, from, to, COLUMNS);
        }
    }
    Ok(())
}

/// The rows about growing.
pub(crate) fn measure(files: &Files, runs: u32, table: &mut Table) -> Outcome {
    let events = files.events / 2;
    for partitions in [1, 6] {
        let path: PathBuf = files.folder().join(format!("growing-{partitions}.leftfold"));
        let _ = std::fs::remove_file(&path);
        eprintln!("bench: writing {}", path.display());
        let mut growing = Growing::new(&path, partitions, events / A_STREAM)?;
        growing.write(events)?;
        let store = SourceFile::open_unmapped(&path)?.store(0)?;
        let cancel = Cancel::new();
        let (log, summary) = index(&*store, &cancel, &Progress::new(), &mut |_| ());
        let mut mark = summary?.mark.ok_or("the capture has no mark")?;
        let mut log = Arc::new(log);
        look(&log)?;
        let (mut since, mut looked, mut again, mut looked_again) = (vec![], vec![], vec![], vec![]);
        for _ in 0..runs {
            growing.write(NEW)?;
            let started = Instant::now();
            let grown = index_since(&*store, &log, &mark, &cancel)?.ok_or("it cannot grow")?;
            since.push(started.elapsed().as_secs_f64());
            let started = Instant::now();
            look(&grown.log)?;
            looked.push(started.elapsed().as_secs_f64());
            let started = Instant::now();
            let (whole, _) = index_again(&*store, &log, &cancel)?.ok_or("it cannot be read again")?;
            again.push(started.elapsed().as_secs_f64());
            let started = Instant::now();
            look(&whole)?;
            looked_again.push(started.elapsed().as_secs_f64());
            if whole.events() != grown.log.events() {
                return Err("what grew is not the whole".into());
            }
            (log, mark) = (grown.log, grown.summary.mark.ok_or("the capture has no mark")?);
        }
        let took = median(&since);
        table.add(Row {
            what: format!(
                "{NEW} records more into a capture of {events} that is open, partitions: {partitions}"
            ),
            value: format!(
                "{} s, and {} s until lanes and densities are there",
                brief(took),
                brief(median(&looked))
            ),
            peer: format!(
                "reading it all again: {} s and {} s",
                brief(median(&again)),
                brief(median(&looked_again))
            ),
            ratio: format!("{}×", brief(took / median(&again))),
            target: "1 s".into(),
            met: Some(took <= 1.0),
            runs: format!("{runs}, median"),
        });
        growing.writer.finish("2026-01-01T00:00:00Z", &Ended::Complete)?;
        drop(store);
        std::fs::remove_file(&path)?;
    }
    Ok(())
}
