//! The states of one history's streams against rows that should hold them: a read model's table, a snapshot, another history's states.

mod by;
mod compensated;
mod evidence;
mod hidden;
mod matching;
mod near;
mod place;
mod repair;
mod rows;
mod witness;

use std::collections::HashSet;
use std::sync::Arc;

use leftfold_compare::{
    Category, Course, FieldDifference, Finding, Fit, RowFields, Standing, Verdict, best_place_of_rows, judge,
    stretches,
};
use leftfold_event::json::Value;
use leftfold_event::{Cancel, Event, Progress};
use leftfold_log::{Axis, LaneBy, Log, Place};
use leftfold_replay::{BlameTree, Path, ReplayError, StreamHistory};
use leftfold_source::Unreadable;
use rayon::prelude::*;

use super::findings::{Findings, verdict_of};
use super::mirror::MirrorOptions;
use super::rule::History;
use super::shown::Shown;
use super::streams::{named, over_streams, projection_of};
use crate::error::SessionError;
use crate::source::{OpenSource, Snapshot};
use matching::{Had, choose_fields, match_rows, places_asked, spread, unknown_columns};
use place::Places;

pub use by::ProjectionBy;
pub use compensated::HistoryRepair;
pub use matching::{Matching, Told};
pub(in crate::compare) use matching::{id_in, plain};
pub use place::AsOf;
pub use repair::{RowAction, RowAt, RowStep, RowsRepair};
pub use rows::{Row, RowPlace, Rows, RowsFrom, states_of};
pub use witness::{ProjectionWitness, projection_is_shown, projection_witness};

/// States by which it is found out which column is which field.
const SAMPLED: usize = 1000;

/// A stream, a row, or both.
#[derive(Clone, Copy, Debug, Default)]
struct Subject {
    stream: Option<u32>,
    row: Option<u32>,
    /// Events of the stream that count.
    len: usize,
    /// How many of these the row lacks, where it is as the state once was.
    behind: Option<u64>,
}

/// States compared with rows.
pub struct Projected {
    name: String,
    source: Arc<OpenSource>,
    snapshot: Arc<Snapshot>,
    by: Arc<ProjectionBy>,
    number: Option<usize>,
    rows: Rows,
    matching: Matching,
    fields: RowFields,
    told: Told,
    places: Places,
    as_of: Option<AsOf>,
    moment: Option<i64>,
    known_until: Option<i64>,
    /// The streams with their rows, the rows without a stream and, at the end, further rows of streams that have one.
    subjects: Vec<Subject>,
    /// How many of these are further rows.
    again: usize,
    findings: Vec<Finding>,
}

/// Refuses to compare states of which something is hidden, unless it is said which fields are compared: signs are all alike.
fn refuse_hidden(hidden: &[String], by: &ProjectionBy) -> Result<(), SessionError> {
    // What is beside a payload is in no state.
    let of_states: Vec<&str> = hidden
        .iter()
        .map(String::as_str)
        .filter(|name| name.starts_with("payload") || name.starts_with('*'))
        .collect();
    if of_states.is_empty() || !by.fields.is_empty() {
        return Ok(());
    }
    let why = format!(
        "states may hold what masks hide ({}), which cannot be compared: lift the masks (--no-masks), or say which columns are compared (--fields)",
        of_states.join(", ")
    );
    Err(SessionError::new("masked", why))
}

/// Compares the states of a history whose index is complete with rows. With a moment (nanoseconds), events after it do not count. Where the
/// place that the rows are as of is further behind the end than stated, nothing is pending: who follows has stopped. Of the options, what events are known by, types, metadata and compaction are not used.
pub fn compare_projection(
    (source, snapshot): (Arc<OpenSource>, Arc<Snapshot>),
    mut rows: Rows,
    by: &Arc<ProjectionBy>,
    options: &MirrorOptions,
    moment: Option<i64>,
    cancel: &Cancel,
    progress: &Progress,
) -> Result<Projected, SessionError> {
    refuse_hidden(source.store.hidden(), by)?;
    let history = history_of(&source, &snapshot);
    let log = history.log;
    let number = named(history, by.projection.as_deref())?;
    let matching = match_rows(&rows, history, &options.only)?;
    let len = |stream: u32| length(log, stream, moment);
    progress.set_total(
        matching
            .scope
            .iter()
            .map(|s| log.stream_events(*s).len() as u64)
            .sum(),
    );
    let matched: Vec<u32> = matching
        .streams
        .iter()
        .copied()
        .flatten()
        .filter(|s| len(*s) > 0)
        .collect();
    let sample = spread(&matched, SAMPLED);
    let states = over_streams(history, &sample, cancel, &Progress::new(), |stream, events| {
        let projection = projection_of(history, stream, number)?;
        let mut state = projection.initial();
        events.read(0..len(stream), cancel, &mut |_, step| {
            let _ = projection.apply(&mut state, &step);
        })?;
        Ok(state)
    })?;
    let states: Vec<Value> = states.into_iter().map(|(_, state)| state).collect();
    near::refuse_unknown_places(&rows, by)?;
    // What no state of the sample has may be there seldom, or have been there once.
    let asked = places_asked(&rows, by)?;
    let asked: Vec<&Path> = asked
        .iter()
        .filter(|at| !states.is_empty() && !states.iter().any(|s| at.find(s).is_some()))
        .collect();
    let unknown = unknown_columns(&rows, by, &states);
    let (fields, all) = near::fields_once(&unknown, history, &matched, number, &len, cancel)?;
    let had = Had {
        places: near::had_by_any(asked, history, &matched, number, &len, cancel)?,
        fields,
        some_unseen: !all,
    };
    let (mut fields, mut told) = choose_fields(&rows, by, &options.equality, &states, &had)?;
    if hidden::may_be(history, &rows) {
        let mut streams = matching.scope.clone();
        streams.extend(&matched);
        streams.sort_unstable();
        streams.dedup();
        let found = hidden::in_states(history, (&streams, number), &len, &fields, cancel)?;
        found.leave_out(by, &mut rows, &mut fields, &mut told)?;
    }
    told.hidden.extend(rows.hidden.iter().cloned());
    let places = Places::of(log, source.store.in_parts());

    let (mut subjects, again) = subjects(&matching, &len);
    let streams: Vec<u32> = subjects.iter().filter_map(|s| s.stream).collect();
    let row_of = |subject: &Subject| subject.row.map(|r| &rows.rows[r as usize].fields);
    let by_stream: std::collections::HashMap<u32, u32> = subjects
        .iter()
        .zip(0..)
        .filter_map(|(s, i)| Some((s.stream?, i)))
        .collect();
    let courses = over_streams(history, &streams, cancel, progress, |stream, events| {
        let subject = subjects[by_stream[&stream] as usize];
        let projection = projection_of(history, stream, number)?;
        let row = row_of(&subject);
        let course = stretches(events, subject.len, projection, row, &fields, cancel)?;
        let blamed = match (row, course.stretches.is_empty()) {
            (Some(row), true) => {
                let differing = |state: &Value| places_of(&fields.differences(state, row));
                let events = (events, subject.len);
                let blame = blame(history, stream, number, events, &differing, cancel)?;
                blame.into_iter().flatten().max()
            }
            _ => None,
        };
        Ok((course, blamed))
    })?;
    let mut standings: Vec<Standing> = Vec::with_capacity(courses.len());
    for (stream, (course, blamed)) in courses {
        let number = by_stream[&stream];
        let subject = &mut subjects[number as usize];
        let ordinals = log.stream_events(stream);
        subject.behind = behind(&course, subject.len);
        standings.push(Standing {
            number,
            has_row: subject.row.is_some(),
            has_state: course.end.is_some(),
            fits: fits(&course, ordinals, &places),
            blamed: blamed.map(|i| ordinals[i]),
        });
    }
    let fits_of = |with_row: bool| -> Vec<Fit> {
        let of = standings.iter().filter(|s| s.has_row == with_row);
        of.flat_map(|s| s.fits.iter().copied()).collect()
    };
    let best = best_place_of_rows(&fits_of(true), &fits_of(false));
    let counted = standings.iter().filter(|s| s.has_row || s.has_state).count() as u64;
    let as_of = best.map(|fitting| places.as_of(log, &fitting, counted, moment));
    // Who follows no longer is late, whatever its own place explains.
    let stopped = as_of.as_ref().is_some_and(|a| a.is_behind_by_more(by.within));
    let known_until = known_until(log, as_of.as_ref(), options.settled || stopped, moment);
    for standing in &mut standings {
        for fit in &mut standing.fits {
            fit.from = fit.from.map(|rank| places.ordinal(rank));
            fit.until = fit.until.map(|rank| places.ordinal(rank));
        }
    }
    let time = |ordinal: u32| log.time(ordinal);
    let mut findings: Vec<Finding> = standings
        .iter()
        .filter_map(|s| judge(s, &time, options.lag_tolerance, known_until))
        .collect();
    let rows_alone = subjects.iter().zip(0..).filter(|(s, _)| s.stream.is_none());
    findings.extend(rows_alone.map(|(_, number)| Finding::new(Category::Extra, number)));
    let further = again.len();
    for row in again {
        findings.push(Finding::new(Category::Duplicate, subjects.len() as u32));
        subjects.push(row);
    }
    findings.sort_by_key(|f| (f.since.is_none(), f.since, f.stream));
    Ok(Projected {
        name: source.name(),
        by: Arc::clone(by),
        source,
        snapshot,
        number,
        rows,
        matching,
        fields,
        told,
        places,
        as_of,
        moment,
        known_until,
        subjects,
        again: further,
        findings,
    })
}

/// A history as rules and projections see it.
fn history_of<'h>(source: &'h OpenSource, snapshot: &'h Snapshot) -> History<'h> {
    History {
        log: &snapshot.log,
        store: &*source.store,
        projections: snapshot.replay.projections(),
    }
}

/// How many events of a stream count.
fn length(log: &Log, stream: u32, moment: Option<i64>) -> usize {
    match moment {
        None => log.stream_events(stream).len(),
        Some(coord) => log.included(
            stream,
            &Place {
                axis: Axis::Time,
                coord,
                ordinal: None,
            },
        ),
    }
}

/// What is compared: the streams with their rows, then rows without a stream; and rows that there are already.
fn subjects(matching: &Matching, len: &dyn Fn(u32) -> usize) -> (Vec<Subject>, Vec<Subject>) {
    let mut row_of = std::collections::HashMap::new();
    let (mut alone, mut again) = (Vec::new(), Vec::new());
    for (row, stream) in (0_u32..).zip(&matching.streams) {
        let subject = Subject {
            row: Some(row),
            ..Subject::default()
        };
        match stream.filter(|s| len(*s) > 0) {
            None => alone.push(subject),
            Some(stream) if row_of.contains_key(&stream) => again.push(Subject {
                stream: Some(stream),
                len: len(stream),
                ..subject
            }),
            Some(stream) => {
                row_of.insert(stream, row);
            }
        }
    }
    let in_scope: HashSet<u32> = matching.scope.iter().copied().collect();
    let beside = row_of.keys().copied().filter(|s| !in_scope.contains(s));
    let mut streams: Vec<u32> = matching
        .scope
        .iter()
        .copied()
        .chain(beside)
        .filter(|s| len(*s) > 0)
        .collect();
    streams.sort_unstable();
    let mut all: Vec<Subject> = streams
        .into_iter()
        .map(|stream| Subject {
            stream: Some(stream),
            row: row_of.get(&stream).copied(),
            len: len(stream),
            behind: None,
        })
        .collect();
    all.append(&mut alone);
    (all, again)
}

/// Where a stream's state equals its row, by ranks of places.
fn fits(course: &Course, ordinals: &[u32], places: &Places) -> Vec<Fit> {
    let rank = |events: usize| events.checked_sub(1).map(|i| places.rank(ordinals[i]));
    course
        .stretches
        .iter()
        .map(|stretch| Fit {
            from: rank(stretch.from),
            until: stretch.until.and_then(rank),
        })
        .collect()
}

/// How many events a row lacks that is as the state once was.
fn behind(course: &Course, len: usize) -> Option<u64> {
    let until = course.stretches.last()?.until?;
    Some((len + 1 - until) as u64)
}

/// The places of fields that differ.
fn places_of(differences: &[FieldDifference]) -> Vec<Path> {
    // They are written as they are read.
    let path = |d: &FieldDifference| Path::parse(&d.path).unwrap_or_default();
    differences.iter().map(path).collect()
}

/// The index of the event that last changed each of the places that are asked for of the state in the end.
fn blame(
    history: History<'_>,
    stream: u32,
    number: Option<usize>,
    (events, len): (&dyn StreamHistory, usize),
    asked: &dyn Fn(&Value) -> Vec<Path>,
    cancel: &Cancel,
) -> Result<Vec<Option<usize>>, ReplayError> {
    let projection = projection_of(history, stream, number)?;
    let mut state = projection.initial();
    let mut tree = BlameTree::new(&state);
    events.read(0..len, cancel, &mut |i, step| {
        let _ = projection.apply_with_blame(&mut state, &mut tree, i, &step);
    })?;
    let places = tree.places(&state);
    let of = |path: &Path| {
        // What is not there any more, or never was, is for the one who changed what it would be in.
        let nearest = places.iter().filter(|b| b.path.holds(path));
        nearest.max_by_key(|b| b.path.tokens().len())?.event
    };
    Ok(asked(&state).iter().map(of).collect())
}

/// Up to when both sides are known: the history by its last event, the rows by the place that they are as of.
fn known_until(log: &Log, as_of: Option<&AsOf>, settled: bool, moment: Option<i64>) -> Option<i64> {
    if settled {
        return None;
    }
    let last = log.latest_by(moment.unwrap_or(i64::MAX))?;
    Some(as_of.and_then(|a| a.time).map_or(last, |t| t.min(last)))
}

impl Projected {
    fn history(&self) -> History<'_> {
        history_of(&self.source, &self.snapshot)
    }

    /// The index of the left side.
    pub(super) fn log(&self) -> &Log {
        &self.snapshot.log
    }

    /// The right side.
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// How rows and streams were matched.
    pub fn matching(&self) -> &Matching {
        &self.matching
    }

    /// What is compared of a row.
    pub fn told(&self) -> &Told {
        &self.told
    }

    /// The place of the log that the rows fit best; `None` where none fits anywhere.
    pub fn as_of(&self) -> Option<&AsOf> {
        self.as_of.as_ref()
    }

    /// How far the place that the rows are as of may be behind the end of the history, in nanoseconds.
    pub fn within(&self) -> Option<i64> {
        self.by.within
    }

    /// The moment after which events do not count, in nanoseconds.
    pub fn moment(&self) -> Option<i64> {
        self.moment
    }

    /// How the left side is read, in words.
    pub fn read_as(&self) -> &str {
        &self.source.store.info().title
    }

    /// Events and streams of the left side.
    pub fn held(&self) -> [u64; 2] {
        let log = &self.snapshot.log;
        [log.events().into(), log.names(LaneBy::Stream).len() as u64]
    }

    /// The first and the last time of the left side, in nanoseconds.
    pub fn extent(&self) -> Option<(i64, i64)> {
        self.snapshot.log.all().extent(Axis::Time)
    }

    /// The state that a finding's row should hold; `None` where there is no stream, or no state.
    pub fn state(&self, finding: &Finding, cancel: &Cancel) -> Result<Option<Value>, SessionError> {
        evidence::state(self, finding, cancel)
    }

    /// The state of a stream in the end.
    fn state_of(&self, stream: u32, cancel: &Cancel) -> Result<Value, SessionError> {
        evidence::state_of(self, stream, cancel)
    }

    /// An event of the history.
    pub fn event(&self, ordinal: u32, cancel: &Cancel) -> Result<Option<Event>, SessionError> {
        Ok(self.history().read(&[ordinal], cancel)?.pop())
    }

    /// How it was compared.
    pub fn by(&self) -> &ProjectionBy {
        &self.by
    }

    /// The projection that was named.
    pub fn projection(&self) -> Option<&str> {
        self.by.projection.as_deref()
    }

    /// How many streams are compared, and rows that have none.
    pub fn compared(&self) -> [u64; 2] {
        let all = self.subjects.len() - self.again;
        let streams = self.subjects.iter().take(all);
        let streams = streams.filter(|s| s.stream.is_some()).count();
        [streams as u64, (all - streams) as u64]
    }

    /// The number of what a finding is counted for: a stream differs once, however many rows it has.
    pub(super) fn subject(&self, finding: &Finding) -> u32 {
        let first = self.subjects.len() - self.again;
        let further = self.subjects.get(finding.stream as usize);
        let further = further.filter(|_| finding.stream as usize >= first);
        // Those that come first and have a stream are in the order of streams.
        let of_streams = self.subjects.get(..first).unwrap_or_default();
        let of_streams = of_streams
            .split_at(of_streams.partition_point(|s| s.stream.is_some()))
            .0;
        let own = further.and_then(|s| of_streams.binary_search_by_key(&s.stream, |s| s.stream).ok());
        own.map_or(finding.stream, |i| i as u32)
    }

    /// The stream of a finding or, where there is none, the key of its row.
    pub fn place(&self, finding: &Finding) -> &str {
        let stream = self.subjects.get(finding.stream as usize).and_then(|s| s.stream);
        stream.map_or_else(
            || self.key(finding),
            |s| self.snapshot.log.names(LaneBy::Stream).get(s),
        )
    }

    /// The key of a finding's row, or its stream's name.
    pub fn key(&self, finding: &Finding) -> &str {
        let subject = self.subjects.get(finding.stream as usize);
        match subject.map(|s| (s.row, s.stream)) {
            Some((Some(row), _)) => &self.rows.rows[row as usize].key,
            Some((None, Some(stream))) => self.snapshot.log.names(LaneBy::Stream).get(stream),
            _ => "",
        }
    }
}

impl Findings for Projected {
    fn mode(&self) -> &'static str {
        "projection"
    }

    fn names(&self) -> [&str; 2] {
        [&self.name, &self.rows.name]
    }

    fn findings(&self) -> &[Finding] {
        &self.findings
    }

    fn known_until(&self) -> Option<i64> {
        self.known_until
    }

    fn verdict(&self) -> Verdict {
        verdict_of(&self.findings, self.known_until)
    }

    fn differing(&self) -> usize {
        let differing = self.findings.iter().filter(|f| self.is_differing(f));
        let subjects: HashSet<u32> = differing.map(|f| self.subject(f)).collect();
        subjects.len()
    }

    fn unreadable(&self) -> [&[Unreadable]; 2] {
        // What the index could not read is told where the source is opened.
        [&[], &[]]
    }

    fn shown(&self, numbers: &[u32], cancel: &Cancel) -> Result<Vec<Shown>, SessionError> {
        numbers
            .par_iter()
            .filter_map(|n| self.findings.get(*n as usize))
            .map(|finding| evidence::of(self, finding, cancel))
            .collect()
    }
}
