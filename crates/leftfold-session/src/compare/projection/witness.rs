//! The smallest history, and the rows beside it, that still show that a row is not the state it should be.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use leftfold_compare::{Category, FieldDifference, Finding, Status};
use leftfold_event::{Cancel, Event, Progress};
use leftfold_log::{LaneBy, index};
use leftfold_replay::{Path as Place, Projections};
use leftfold_source::MemoryStore;

use super::rows::{Row, Rows, RowsFrom};
use super::{Projected, ProjectionBy, Subject, compare_projection, places_of};
use crate::compare::findings::Findings as _;
use crate::compare::mirror::MirrorOptions;
use crate::compare::witness::{least_of, no_such_finding, no_witness};
use crate::error::SessionError;
use crate::source::OpenSource;

/// How many events of the stream on either side of the finding's own are tried, one after the other.
const WINDOWS: [usize; 6] = [0, 4, 32, 256, 4096, 100_000];

/// Other streams of which one is tried as the one that has a row.
const BESIDE: usize = 3;

/// A part of a history and of the rows that shows a finding.
pub struct ProjectionWitness {
    /// What is left of the history, in the order of its log.
    pub events: Vec<Arc<Event>>,
    /// The rows, by the names of their streams, in the form that states have.
    pub rows: Vec<Row>,
    /// How they are compared.
    pub by: Arc<ProjectionBy>,
    /// How they are compared, as any comparison is.
    pub options: MirrorOptions,
    /// The finding's number among those of the two.
    pub number: u32,
    /// What it is.
    pub category: Category,
    /// How certain it was, and is here.
    pub status: [Status; 2],
    /// Findings there are beside it.
    pub others: usize,
}

/// Something that may be left out.
#[derive(Clone)]
enum Item {
    Event(u32, Arc<Event>),
    /// A row, by its number, in the form that its state has.
    Row(u32, Row),
}

/// What a smaller history has to show.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    /// The finding, as certain as it was, and no other one.
    Alone,
    /// The finding, as certain as it was.
    Same,
    /// The finding.
    Any,
}

/// The smallest history with its rows that shows a finding: events of its stream, its row, and where it takes one another stream that has a
/// row. Fields that do not differ are left out where that shows it, too.
///
/// # Errors
/// `no-such-finding`; `no-witness` where the finding depends on what the sides hold as a whole; `cancelled`.
pub fn projection_witness(
    found: &Projected,
    options: &MirrorOptions,
    number: u32,
    cancel: &Cancel,
) -> Result<ProjectionWitness, SessionError> {
    let all = found.findings();
    let finding = *all
        .get(number as usize)
        .ok_or_else(|| no_such_finding(number, all.len()))?;
    let fields = found.shown(&[number], cancel)?.pop().map(|s| s.fields);
    let wanted = Wanted {
        found,
        finding,
        fields: fields.unwrap_or_default(),
        status: found.status(&finding),
        cancel,
    };
    let mut ways = vec![options.clone()];
    if wanted.status == Status::Confirmed {
        // What makes it certain may lie in what is known of the sources as a whole.
        ways.push(MirrorOptions {
            settled: true,
            ..options.clone()
        });
    }
    let compared = wanted.ways_to_compare();
    for level in [Level::Alone, Level::Same, Level::Any] {
        for (by, options) in compared.iter().flat_map(|by| ways.iter().map(move |o| (by, o))) {
            let mut tried = BTreeSet::new();
            for window in WINDOWS {
                for beside in wanted.beside() {
                    let (ordinals, rows) = wanted.around(window, beside);
                    if !tried.insert((ordinals.clone(), rows.clone())) {
                        continue;
                    }
                    let items = wanted.items(&ordinals, &rows)?;
                    if let Some(least) = wanted.least(&items, by, options, level)? {
                        return Ok(least);
                    }
                }
            }
        }
    }
    Err(no_witness(
        found.source.store.hidden().is_empty(),
        "no part of the history and the rows shows this finding: it depends on what both hold as a whole",
    ))
}

/// Whether a comparison of a witness's history and rows, read from files, shows the same.
pub fn projection_is_shown(witness: &ProjectionWitness, read: &Projected) -> bool {
    let projections = read.snapshot.replay.projections();
    let small = compare_small(
        &witness.events,
        witness.rows.clone(),
        (&witness.by, &witness.options),
        projections,
        &Cancel::new(),
    );
    let Ok(small) = small else { return false };
    let Some(wanted) = small.findings().get(witness.number as usize) else {
        return false;
    };
    read.findings().iter().any(|found| {
        (found.category, found.left) == (wanted.category, wanted.left)
            && read.place(found) == small.place(wanted)
            && read.status(found) == witness.status[1]
    })
}

/// What is to be shown, and of what.
struct Wanted<'a> {
    found: &'a Projected,
    finding: Finding,
    fields: Vec<FieldDifference>,
    status: Status,
    cancel: &'a Cancel,
}

/// A place as a comparison states it.
fn text(place: &Place) -> String {
    if place.tokens().is_empty() {
        "$".to_owned()
    } else {
        place.to_string()
    }
}

impl Wanted<'_> {
    fn subject(&self) -> Subject {
        let subjects = &self.found.subjects;
        subjects
            .get(self.finding.stream as usize)
            .copied()
            .unwrap_or_default()
    }

    /// The stream of a row, or what it is known by where it has none.
    fn name_of(&self, row: u32) -> String {
        let names = self.found.log().names(LaneBy::Stream);
        let stream = self.found.matching.streams.get(row as usize).copied().flatten();
        let key = || self.found.rows.rows.get(row as usize).map(|r| r.key.clone());
        stream.map_or_else(|| key().unwrap_or_default(), |s| names.get(s).to_owned())
    }

    /// How it may be compared: only the fields that differ; all that were.
    fn ways_to_compare(&self) -> Vec<Arc<ProjectionBy>> {
        let whole = &self.found.by;
        let of = |pairs: Vec<(Place, Place)>| {
            let moved = pairs.iter().filter(|(in_state, in_row)| in_state != in_row);
            Arc::new(ProjectionBy {
                projection: whole.projection.clone(),
                table: None,
                key: None,
                fields: pairs.iter().map(|(_, in_row)| text(in_row)).collect(),
                map: moved
                    .map(|(in_state, in_row)| (text(in_row), in_state.clone()))
                    .collect(),
                within: whole.within,
            })
        };
        let differing: Vec<(Place, Place)> = places_of(&self.fields)
            .into_iter()
            .map(|at| (at.clone(), self.found.fields.in_row(&at)))
            .collect();
        let columns = self.found.fields.columns.iter().flatten();
        let all: Vec<(Place, Place)> = columns.map(|c| (c.in_state.clone(), c.in_row.clone())).collect();
        let mut ways = Vec::new();
        if !differing.is_empty() {
            ways.push(of(differing));
        }
        ways.push(of(all));
        ways
    }

    /// Other streams that are as their rows, which may be taken along: none; the shortest ones of the same category, then of any.
    fn beside(&self) -> Vec<Option<Subject>> {
        let log = self.found.log();
        let found: BTreeSet<u32> = self.found.findings().iter().map(|f| f.stream).collect();
        let own = self.subject();
        let category = own.stream.map(|s| log.category_of_stream(s));
        let subjects = (0_u32..).zip(&self.found.subjects);
        let mut right: Vec<(bool, usize, Subject)> = subjects
            .filter(|(number, s)| s.row.is_some() && s.stream.is_some() && !found.contains(number))
            .filter_map(|(_, s)| {
                let of = log.category_of_stream(s.stream?);
                Some((category.is_some_and(|c| c != of), s.len, *s))
            })
            .collect();
        right.sort_by_key(|(other, len, s)| (*other, *len, s.stream));
        let shortest = right.into_iter().take(BESIDE).map(|(_, _, s)| Some(s));
        std::iter::once(None).chain(shortest).collect()
    }

    /// So many of the stream's events around those that the finding is about, its rows, and another stream with its row.
    fn around(&self, window: usize, beside: Option<Subject>) -> (BTreeSet<u32>, BTreeSet<u32>) {
        let log = self.found.log();
        let own = self.subject();
        let (mut ordinals, mut rows) = (BTreeSet::new(), BTreeSet::new());
        if let Some(stream) = own.stream {
            let events = log.stream_events(stream);
            let events = &events[..own.len.min(events.len())];
            let at = self.finding.left.and_then(|o| events.binary_search(&o).ok());
            let at = at.unwrap_or_else(|| events.len().saturating_sub(1));
            let to = at.saturating_add(window + 1).min(events.len());
            ordinals.extend(&events[at.saturating_sub(window).min(to)..to]);
            let streams = (0_u32..).zip(&self.found.matching.streams);
            if self.finding.category == Category::Duplicate {
                rows.extend(
                    streams
                        .filter(|(_, s)| **s == Some(stream))
                        .map(|(row, _)| row)
                        .take(1),
                );
            }
        }
        rows.extend(own.row);
        if let Some(beside) = beside {
            let events = beside.stream.map_or(&[][..], |s| log.stream_events(s));
            ordinals.extend(&events[..beside.len.min(events.len())]);
            rows.extend(beside.row);
        }
        (ordinals, rows)
    }

    fn items(&self, ordinals: &BTreeSet<u32>, rows: &BTreeSet<u32>) -> Result<Vec<Item>, SessionError> {
        let ordinals: Vec<u32> = ordinals.iter().copied().collect();
        let events = self.found.history().read(&ordinals, self.cancel)?;
        let events = ordinals.into_iter().zip(events);
        let items = events.map(|(ordinal, event)| Item::Event(ordinal, Arc::new(event)));
        let mut items: Vec<Item> = items.collect();
        for row in rows {
            items.extend(self.small_row(*row)?.map(|small| Item::Row(*row, small)));
        }
        Ok(items)
    }

    /// The least of these that shows it; `None` where all of them do not.
    fn least(
        &self,
        items: &[Item],
        by: &Arc<ProjectionBy>,
        options: &MirrorOptions,
        level: Level,
    ) -> Result<Option<ProjectionWitness>, SessionError> {
        let by_stream = |all: &[Item]| -> Vec<Vec<Item>> {
            let mut groups: BTreeMap<String, Vec<Item>> = BTreeMap::new();
            for item in all {
                let stream = match item {
                    Item::Event(_, event) => event.stream.clone(),
                    Item::Row(_, row) => row.key.clone(),
                };
                groups.entry(stream).or_default().push(item.clone());
            }
            groups.into_values().collect()
        };
        let place = |item: &Item| match item {
            Item::Event(ordinal, _) => (0, *ordinal),
            Item::Row(row, _) => (1, *row),
        };
        least_of(items, by_stream, place, |some| {
            self.shown(some, by, options, level)
        })
    }

    /// A row by its stream's name, in the form that its state has.
    fn small_row(&self, row: u32) -> Result<Option<Row>, SessionError> {
        let Some(own) = self.found.rows.rows.get(row as usize) else {
            return Ok(None);
        };
        let stream = self.found.matching.streams.get(row as usize).copied().flatten();
        let fields = match (&self.found.rows.from, stream) {
            (RowsFrom::Table { .. }, stream) => {
                let state = stream.map(|s| self.found.state_of(s, self.cancel)).transpose()?;
                self.found
                    .fields
                    .as_state_has_them(&state.unwrap_or_default(), &own.fields)
            }
            (RowsFrom::States | RowsFrom::History, _) => own.fields.clone(),
        };
        Ok(Some(Row {
            key: self.name_of(row),
            fields,
            place: None,
        }))
    }

    /// What these alone show, if it is the finding.
    fn shown(
        &self,
        items: &[Item],
        by: &Arc<ProjectionBy>,
        options: &MirrorOptions,
        level: Level,
    ) -> Result<Option<ProjectionWitness>, SessionError> {
        if self.cancel.is_cancelled() {
            return Err(SessionError::cancelled());
        }
        let (mut events, mut ordinals, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        for item in items {
            match item {
                Item::Event(ordinal, event) => {
                    ordinals.push(*ordinal);
                    events.push(Arc::clone(event));
                }
                Item::Row(_, row) => rows.push(row.clone()),
            }
        }
        // A file without a line is neither a history nor a snapshot.
        if events.is_empty() || rows.is_empty() {
            return Ok(None);
        }
        let projections = self.found.snapshot.replay.projections();
        let small = match compare_small(&events, rows.clone(), (by, options), projections, self.cancel) {
            Ok(small) => small,
            Err(e) if e.code == "cancelled" => return Err(e),
            // What is left is nothing that could be compared.
            Err(_) => return Ok(None),
        };
        let findings = small.findings();
        let back = |ordinal: Option<u32>| ordinal.and_then(|o| ordinals.get(o as usize).copied());
        let is_it = |found: &Finding| {
            found.category == self.finding.category
                && small.place(found) == self.place()
                && (level == Level::Any
                    || small.status(found) == self.status && back(found.left) == self.finding.left)
        };
        let Some(number) = findings.iter().position(is_it) else {
            return Ok(None);
        };
        if level == Level::Alone && findings.len() > 1 {
            return Ok(None);
        }
        // The same fields, with the same values on both sides.
        let told = small.shown(&[number as u32], self.cancel)?.pop();
        if told.is_none_or(|told| told.fields != self.fields) {
            return Ok(None);
        }
        Ok(Some(ProjectionWitness {
            number: number as u32,
            category: self.finding.category,
            status: [self.status, small.status(&findings[number])],
            others: findings.len() - 1,
            options: options.clone(),
            by: Arc::clone(by),
            events,
            rows,
        }))
    }

    /// What the finding is in, as a small comparison calls it.
    fn place(&self) -> String {
        let own = self.subject();
        match (own.stream, own.row) {
            (Some(stream), _) => self.found.log().names(LaneBy::Stream).get(stream).to_owned(),
            (None, Some(row)) => self.name_of(row),
            (None, None) => String::new(),
        }
    }
}

/// Compares a small history with rows.
fn compare_small(
    events: &[Arc<Event>],
    rows: Vec<Row>,
    (by, options): (&Arc<ProjectionBy>, &MirrorOptions),
    projections: &Projections,
    cancel: &Cancel,
) -> Result<Projected, SessionError> {
    let store = Arc::new(MemoryStore::new(events.to_vec(), false));
    let (log, scanned) = index(&*store, cancel, &Progress::new(), &mut |_| ());
    scanned?;
    let source = OpenSource::of_log(Path::new("left"), store, log, projections.clone());
    let snapshot = source.snapshot();
    compare_projection(
        (source, snapshot),
        Rows::of_states("right", rows),
        by,
        options,
        None,
        cancel,
        &Progress::new(),
    )
}
