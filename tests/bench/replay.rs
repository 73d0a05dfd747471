//! Folding whole histories, against the libraries that wrote the files.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Instant;

use leftfold_event::json::Value;
use leftfold_event::{Cancel, Locator};
use leftfold_log::{LaneBy, Log};
use leftfold_replay::{FoldSink, Folded, Projections, Step, StepPayload, WholeFold};
use leftfold_session::fold_streams;
use leftfold_source::{EventStore, RawPayload};

use crate::Outcome;
use crate::files::{Files, PEERS, Peer, open};
use crate::stats::{brief, median};
use crate::table::{Row, Table};

/// What a native fold has to reach on one core, in events a second.
const FOLD_TARGET: f64 = 2e6;

#[derive(Default)]
struct Count {
    events: usize,
    problems: usize,
}

impl FoldSink for Count {
    fn stream(&mut self, folded: Folded) {
        self.events += folded.events;
        self.problems += folded.problems.len();
    }
}

/// Seconds to fold every stream of a file, reading included.
fn from_file(
    log: &Log,
    store: &dyn EventStore,
    set: &Projections,
    threads: NonZeroUsize,
) -> Outcome<(Count, f64)> {
    let merge = set.get(Projections::DEFAULT).ok_or("no default projection")?;
    let started = Instant::now();
    let streams = 0..log.names(LaneBy::Stream).len() as u32;
    let count = fold_streams(
        log,
        store,
        streams,
        merge.as_ref(),
        Count::default(),
        threads,
        &Cancel::new(),
    )?;
    Ok((count, started.elapsed().as_secs_f64()))
}

/// A payload kept in memory.
enum Kept {
    Json(Vec<u8>),
    Value(Option<Value>),
}

/// Every event of a file in memory, by stream: stream, type, payload.
fn keep(log: &Log, store: &dyn EventStore) -> Outcome<Vec<(u32, String, Kept)>> {
    let cancel = Cancel::new();
    let mut kept = Vec::with_capacity(log.events() as usize);
    for stream in 0..log.names(LaneBy::Stream).len() as u32 {
        let locators: Vec<Locator> = log
            .stream_events(stream)
            .iter()
            .map(|o| log.locator(*o))
            .collect();
        let mut other = Vec::new();
        store.fetch_raw(&locators, &cancel, &mut |i, kind, raw| {
            let payload = match raw {
                RawPayload::Json(bytes) => Kept::Json(bytes.to_vec()),
                RawPayload::Absent => Kept::Value(None),
                RawPayload::Other => {
                    other.push((i, kept.len()));
                    Kept::Value(None)
                }
            };
            kept.push((stream, kind.to_owned(), payload));
        })?;
        let wanted: Vec<Locator> = other.iter().map(|(i, _)| locators[*i]).collect();
        store.fetch(&wanted, &cancel, &mut |i, event| {
            kept[other[i].1].2 = Kept::Value(event.payload.value);
        })?;
    }
    Ok(kept)
}

/// Seconds to fold what is in memory.
fn bare(kept: &[(u32, String, Kept)], set: &Projections) -> Outcome<f64> {
    let merge = set.get(Projections::DEFAULT).ok_or("no default projection")?;
    let started = Instant::now();
    let mut fold = WholeFold::new(merge.as_ref(), Count::default());
    for (stream, kind, payload) in kept {
        let payload = match payload {
            Kept::Json(bytes) => StepPayload::Json(bytes),
            Kept::Value(Some(value)) => StepPayload::Value(value),
            Kept::Value(None) => StepPayload::Absent,
        };
        fold.push(*stream, &Step::new(kind, payload));
    }
    let count = fold.finish();
    if count.problems > 0 {
        return Err(format!("{} events could not be folded", count.problems).into());
    }
    Ok(started.elapsed().as_secs_f64())
}

/// Seconds to read every payload of a file in the order of the file, doing nothing with it.
fn reading(log: &Log, store: &dyn EventStore) -> Outcome<f64> {
    let locators: Vec<Locator> = (0..log.events()).map(|o| log.locator(o)).collect();
    let started = Instant::now();
    let mut bytes = 0;
    store.fetch_raw(&locators, &Cancel::new(), &mut |_, _, raw| {
        if let RawPayload::Json(text) = raw {
            bytes += text.len();
        }
    })?;
    std::hint::black_box(bytes);
    Ok(started.elapsed().as_secs_f64())
}

/// The rows about replay.
pub(crate) fn measure(files: &Files, runs: u32, table: &mut Table) -> Outcome {
    for peer in PEERS {
        let path = match files.of_peer(peer) {
            Ok(path) => path,
            Err(e) => {
                table.note(format!("Not measured: replay against {}: {e}", peer.name));
                continue;
            }
        };
        against(files, peer, &path, runs, table)?;
    }
    Ok(())
}

fn against(files: &Files, peer: &Peer, path: &Path, runs: u32, table: &mut Table) -> Outcome {
    let opening = open(path, None)?;
    let log = opening.until_ready()?.log.clone();
    let store = &*opening.source.store;
    let set = Projections::default();
    let kept = keep(&log, store)?;
    let cores = std::thread::available_parallelism()?;
    let (mut alone, mut ours, mut theirs, mut folds, mut reads) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs {
        let (count, one_core) = from_file(&log, store, &set, NonZeroUsize::MIN)?;
        let (_, all_cores) = from_file(&log, store, &set, cores)?;
        let (events, peer_seconds) = files.peer_replays(peer, path)?;
        if count.events as u64 != events as u64 || count.problems > 0 {
            let message = format!(
                "{} events and {} problems; {} has {events}",
                count.events, count.problems, peer.name
            );
            return Err(message.into());
        }
        alone.push(events / one_core);
        ours.push(events / all_cores);
        theirs.push(events / peer_seconds);
        folds.push(kept.len() as f64 / bare(&kept, &set)?);
        reads.push(events / reading(&log, store)?);
    }
    let speed = |values: &[f64]| format!("{} k events/s", brief(median(values) / 1e3));
    let mut row = |how: String, ours: &[f64], target: Option<f64>| {
        let ratios: Vec<f64> = ours.iter().zip(&theirs).map(|(o, t)| o / t).collect();
        let ratio = median(&ratios);
        table.add(Row {
            what: format!(
                "replay with reading, merge, {how}, {} events in a file by {}",
                log.events(),
                peer.name
            ),
            value: speed(ours),
            peer: format!("{}: {}", peer.name, speed(&theirs)),
            ratio: format!("{}×", brief(ratio)),
            target: target.map_or_else(String::new, |t| format!("≥ {t}×")),
            met: target.map(|t| ratio >= t),
            runs: format!("{runs} each in turn, median of ratios"),
        });
    };
    row("one core".into(), &alone, None);
    row(format!("{cores} cores"), &ours, Some(peer.target));
    table.add(Row {
        what: "reading their payloads alone, one core: what no replay can pass".into(),
        value: speed(&reads),
        runs: format!("{runs}, median"),
        ..Row::default()
    });
    let decoded = kept.iter().filter(|(.., k)| matches!(k, Kept::Value(_))).count();
    table.add(Row {
        what: format!("the fold alone, from memory, the same events ({decoded} decoded before)"),
        value: speed(&folds),
        target: "≥ 2M events/s".into(),
        met: Some(median(&folds) >= FOLD_TARGET),
        runs: format!("{runs}, median"),
        ..Row::default()
    });
    Ok(())
}
