//! Whether a file is worth comparing with an open source: what of it that has, too.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use leftfold_event::{Cancel, Event, Locator, category_of};
use leftfold_log::{LaneBy, Log};
use leftfold_source::{EventStore, Header};

use crate::Session;
use crate::dto::{LikenessDto, SharedDto};
use crate::error::SessionError;
use crate::source::OpenSource;

/// Most events looked at of a file.
const LOOKED_AT: usize = 20_000;

/// The longest that looking at them takes.
const PATIENCE: Duration = Duration::from_millis(300);

/// Most events whose ids are read.
const IDS: usize = 64;

/// Events between two looks at the clock.
const CLOCK_EVERY: usize = 256;

/// What each kind of sharing counts; together, with the dialect, 100.
const WEIGHTS: [(Kind, u32); 5] = [
    (Kind::Ids, 40),
    (Kind::Streams, 30),
    (Kind::Types, 12),
    (Kind::Categories, 8),
    (Kind::Times, 8),
];

/// What the same dialect counts.
const DIALECT: u32 = 2;

#[derive(Clone, Copy)]
enum Kind {
    Ids,
    Streams,
    Types,
    Categories,
    Times,
}

/// What the first events of a file say.
#[derive(Default)]
struct Looked {
    streams: BTreeSet<String>,
    categories: BTreeSet<String>,
    types: BTreeSet<String>,
    times: Vec<i64>,
    /// Those with a version: where they are, stream and version.
    versioned: Vec<(Locator, String, i64)>,
    events: usize,
}

fn look(store: &dyn EventStore, cancel: &Cancel) -> Result<Looked, SessionError> {
    let mut looked = Looked::default();
    let begun = Instant::now();
    store.scan(
        &mut |header: &Header<'_>| {
            looked.events += 1;
            if !looked.streams.contains(header.stream) {
                looked.streams.insert(header.stream.to_owned());
                let category = header.category.or_else(|| category_of(header.stream));
                looked.categories.extend(category.map(str::to_owned));
            }
            if !looked.types.contains(header.kind) {
                looked.types.insert(header.kind.to_owned());
            }
            looked.times.extend(header.time.map(|t| t.nanos));
            if let Some(version) = header.version {
                looked
                    .versioned
                    .push((header.locator, header.stream.to_owned(), version));
            }
            let late = looked.events.is_multiple_of(CLOCK_EVERY) && begun.elapsed() > PATIENCE;
            if looked.events >= LOOKED_AT || late {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        },
        cancel,
    )?;
    Ok(looked)
}

fn shared<'n>(names: impl ExactSizeIterator<Item = &'n String>, log: &Log, by: LaneBy) -> SharedDto {
    let of = names.len() as u32;
    let there = names.filter(|name| log.names(by).key(name).is_some());
    SharedDto {
        shared: there.count() as u32,
        of,
    }
}

/// An id as one compares it: a UUID is the same with hyphens and without.
fn plain(event: &Event) -> Option<String> {
    let id = event.id.as_ref()?.to_string();
    let is_counted = id.len() <= 12 && id.bytes().all(|b| b.is_ascii_digit());
    // A row's number says nothing of the event elsewhere.
    (!is_counted).then(|| id.replace('-', "").to_ascii_lowercase())
}

/// Whether events of one stream and version have one id on both sides.
fn shared_ids(
    looked: &Looked,
    theirs: &dyn EventStore,
    source: &OpenSource,
    log: &Log,
    cancel: &Cancel,
) -> Result<SharedDto, SessionError> {
    let names = log.names(LaneBy::Stream);
    let both = looked.versioned.iter().filter_map(|(locator, stream, version)| {
        let key = names.key(stream)?;
        let events = log.stream_events(key);
        // Versions nearly always ascend by one.
        let first = log.version_in(key, *events.first()?)?;
        let at = usize::try_from(version.checked_sub(first)?).ok()?;
        let ordinal = *events.get(at)?;
        (log.version_in(key, ordinal) == Some(*version)).then(|| (*locator, log.locator(ordinal)))
    });
    let both: Vec<(Locator, Locator)> = both.collect();
    let step = both.len().div_ceil(IDS).max(1);
    let mut picked: Vec<(Locator, Locator)> = both.into_iter().step_by(step).collect();
    picked.sort_unstable();
    let read = |store: &dyn EventStore, locators: &[Locator]| -> Result<Vec<Option<String>>, SessionError> {
        let mut ids = Vec::with_capacity(locators.len());
        store.fetch(locators, cancel, &mut |_, event| ids.push(plain(&event)))?;
        Ok(ids)
    };
    let here: Vec<Locator> = picked.iter().map(|(_, own)| *own).collect();
    let there: Vec<Locator> = picked.iter().map(|(their, _)| *their).collect();
    let (here, there) = (read(&*source.store, &here)?, read(theirs, &there)?);
    let mut found = SharedDto { shared: 0, of: 0 };
    for ids in here.into_iter().zip(there) {
        if let (Some(own), Some(their)) = ids {
            found.of += 1;
            found.shared += u32::from(own == their);
        }
    }
    Ok(found)
}

/// How much of a file's history an open source has, too; `None`: it is the same file, or holds no events.
pub(super) fn likeness(
    session: &Session,
    source: &OpenSource,
    path: &Path,
    cancel: &Cancel,
) -> Result<Option<LikenessDto>, SessionError> {
    if same_file::is_same_file(path, &source.path).unwrap_or(false) {
        return Ok(None);
    }
    let (store, dto, _) = session.most_certain(path, cancel, &mut |_| ())?;
    let looked = look(&*store, cancel)?;
    if looked.events == 0 {
        return Ok(None);
    }
    let snapshot = source.snapshot();
    let log = &*snapshot.log;
    let (earliest, latest) = log
        .all()
        .extent(leftfold_log::Axis::Time)
        .unwrap_or((i64::MAX, i64::MIN));
    let within = looked.times.iter().filter(|t| (earliest..=latest).contains(*t));
    let mut likeness = LikenessDto {
        path: path.display().to_string(),
        title: dto.title,
        same_dialect: store.info().dialect == source.store.info().dialect,
        streams: shared(looked.streams.iter(), log, LaneBy::Stream),
        categories: shared(looked.categories.iter(), log, LaneBy::Category),
        types: shared(looked.types.iter(), log, LaneBy::Type),
        ids: shared_ids(&looked, &*store, source, log, cancel)?,
        times: SharedDto {
            shared: within.count() as u32,
            of: looked.times.len() as u32,
        },
        score: 0,
    };
    likeness.score = score(&likeness);
    Ok(Some(likeness))
}

fn score(likeness: &LikenessDto) -> u32 {
    let of = |kind| match kind {
        Kind::Ids => likeness.ids,
        Kind::Streams => likeness.streams,
        Kind::Types => likeness.types,
        Kind::Categories => likeness.categories,
        Kind::Times => likeness.times,
    };
    // Histories of one time are no reason to compare them.
    if [likeness.ids, likeness.streams, likeness.types]
        .iter()
        .all(|s| s.shared == 0)
    {
        return 0;
    }
    // Without versions no ids were looked at: then names alone decide.
    let weighed = WEIGHTS.map(|(kind, weight)| {
        let SharedDto { shared, of } = of(kind);
        let points = u64::from(weight) * u64::from(shared) / u64::from(of.max(1));
        if matches!(kind, Kind::Ids) && of == 0 {
            (0, 0)
        } else {
            (points as u32, weight)
        }
    });
    let (points, most) = weighed
        .into_iter()
        .fold((0, 0), |(points, most), (p, m)| (points + p, most + m));
    let dialect = if likeness.same_dialect { DIALECT } else { 0 };
    points * (100 - DIALECT) / most.max(1) + dialect
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_history_counts_a_hundred_and_another_one_next_to_nothing() {
        let all = SharedDto { shared: 4, of: 4 };
        let none = SharedDto { shared: 0, of: 4 };
        let with = |s: SharedDto, ids: SharedDto, same_dialect| LikenessDto {
            path: String::new(),
            title: String::new(),
            same_dialect,
            streams: s,
            categories: s,
            types: s,
            ids,
            times: s,
            score: 0,
        };
        assert_eq!(score(&with(all, all, true)), 100);
        assert_eq!(score(&with(all, SharedDto { shared: 0, of: 0 }, true)), 100);
        assert_eq!(score(&with(none, none, false)), 0);
        // Other ids speak against a mirror.
        assert!(score(&with(all, none, true)) < 70);
    }
}
