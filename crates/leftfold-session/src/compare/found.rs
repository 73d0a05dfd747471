//! What a comparison found, as a front end walks through it: lists, places on the axes of the left side, evidence.

use std::sync::{Arc, Mutex};

use leftfold_compare::{Convergence, FieldDifference, Finding, Identity, Status};
use leftfold_event::{Cancel, Event, category_of};
use leftfold_log::{Axis, Log, Place};
use leftfold_replay::Replay;

use super::aligned::Alignment;
use super::density::{Standing, columns_of};
use super::known::{Known, UnderWayThen};
use super::made::Made;
use super::partners::Partners;
use super::shown::Shown;
use super::states::side_replay;
use crate::dto::{
    ComparisonSummaryDto, FieldDifferenceDto, FindingDto, FindingEvidenceDto, FindingListDto,
    FindingStatusDto, FindingsDto, IdentityDto, Int, KnownDto, RowDto, SpanDto,
};
use crate::error::SessionError;
use crate::source::{OpenSource, lock};
use crate::view::{View, row_of};

/// Most findings of one answer: the events of each are read.
const MOST_FINDINGS: u32 = 500;

/// Most unreadable rows that are named.
const MOST_UNREADABLE: usize = 5;

/// What a comparison of an open source found.
pub(crate) struct Found {
    pub(super) source: Arc<OpenSource>,
    pub(super) made: Made,
    /// What findings are listed under.
    kinds: Vec<String>,
    /// When streams disagreed, where the comparison does not tell it itself.
    convergence: Option<Convergence>,
    /// Which events belong together, once that is asked for.
    pub(super) partners: Mutex<Option<Arc<Partners>>>,
    /// Where the left events stand in the index, by its generation.
    pub(super) aligned: Mutex<Option<(u32, Arc<Alignment>)>>,
    /// Where the events stand: of the left side in time, in log order, of the right side likewise.
    pub(super) standing: Mutex<[Standing; 4]>,
    /// Of the left side, of the right one.
    pub(super) replays: [Replay; 2],
    /// Ends what they are asked.
    pub(super) replaying: Mutex<Cancel>,
    /// The list asked for last, which is asked for again with every page.
    list: Mutex<Option<(FindingListDto, Arc<Vec<u32>>)>>,
    /// Where the findings stand, by the index generation that says so.
    places: Mutex<Option<Arc<Places>>>,
    /// What was under way at the moment asked about last, and where that stands.
    under_way: Mutex<Option<(Int, UnderWayThen)>>,
    under_way_stands: Mutex<Option<(StandsAs, Arc<Stretch>)>>,
}

/// Coordinates and numbers of findings, ascending.
type Stretch = Vec<(i64, u32)>;

/// By which moment, index generation and axis findings stand where they do.
type StandsAs = (Option<i64>, u32, Axis);

/// What of a stretch lies in a span.
fn between(stretch: &[(i64, u32)], from: i64, to: i64) -> &[(i64, u32)] {
    let start = stretch.partition_point(|(c, _)| *c < from);
    let end = stretch.partition_point(|(c, _)| *c < to).max(start);
    &stretch[start..end]
}

/// Where findings stand on the axes: coordinates and numbers, ascending.
pub(super) struct Places {
    generation: u32,
    time: Vec<(i64, u32)>,
    log: Vec<(i64, u32)>,
    /// By number: in log order.
    at_log: Vec<u32>,
    /// By number.
    at_time: Vec<Option<i64>>,
}

/// Which findings a list holds.
pub(super) struct Kept {
    categories: Vec<bool>,
    statuses: [bool; 4],
}

impl Kept {
    pub(super) fn of(list: &FindingListDto, kinds: &[String]) -> Self {
        let shown = |kind: &String| !list.hidden_categories.contains(kind);
        let mut statuses = [true; 4];
        for status in &list.hidden_statuses {
            statuses[Status::from(*status) as usize] = false;
        }
        Self {
            categories: kinds.iter().map(shown).collect(),
            statuses,
        }
    }

    pub(super) fn has(&self, kind: usize, status: Status) -> bool {
        self.categories[kind] && self.statuses[status as usize]
    }
}

impl Found {
    pub(crate) fn new(source: Arc<OpenSource>, made: Made) -> Self {
        Self {
            replays: [(); 2].map(|()| side_replay(&source.projections)),
            source,
            kinds: made.kinds(),
            convergence: match &made {
                Made::Mirror(_) => None,
                _ => Some(Convergence::of_findings(made.of().findings())),
            },
            made,
            partners: Mutex::default(),
            aligned: Mutex::default(),
            replaying: Mutex::default(),
            standing: Mutex::default(),
            list: Mutex::default(),
            places: Mutex::default(),
            under_way: Mutex::default(),
            under_way_stands: Mutex::default(),
        }
    }

    /// As known at a moment; without one, in the end.
    pub(super) fn known_as_of(&self, at: Option<Int>) -> Known<'_> {
        let Some(at) = at else {
            return Known::at(&self.made, None, None);
        };
        let mut then = lock(&self.under_way);
        let known = match &*then {
            Some((of, under_way)) if *of == at => Some(Arc::clone(under_way)),
            _ => None,
        };
        let known = Known::at(&self.made, Some(at), known);
        *then = Some((at, Arc::clone(known.under_way())));
        known
    }

    /// What it came to, as known at a moment.
    pub(crate) fn known(&self, at: Int) -> KnownDto {
        self.known_as_of(Some(at)).dto()
    }

    /// When streams disagreed.
    pub(super) fn convergence_of_all(&self) -> Option<&Convergence> {
        match &self.made {
            Made::Mirror(compared) => Some(&compared.comparison.convergence),
            _ => self.convergence.as_ref(),
        }
    }

    /// Whether a list holds a finding.
    pub(super) fn is_kept(&self, kept: &Kept, number: u32, (finding, status): (Finding, Status)) -> bool {
        kept.has(self.made.kind(number, &finding), status)
    }

    /// Which findings a list holds.
    pub(super) fn kept(&self, list: &FindingListDto) -> Kept {
        Kept::of(list, &self.kinds)
    }

    /// What it comes to.
    pub(crate) fn summary(&self) -> ComparisonSummaryDto {
        let made = &self.made;
        let KnownDto {
            verdict,
            within,
            counts,
            awaited: _,
            first,
            streams_differing,
            known_until,
        } = Known::at(made, None, None).dto();
        let lost = made.of().unreadable().into_iter().zip(made.of().names());
        let unreadable = lost.flat_map(|(lost, name)| {
            let some = lost.iter().take(MOST_UNREADABLE);
            some.map(move |lost| format!("{name}: {lost}"))
        });
        let known_by = match made {
            Made::Mirror(compared) => Some(&compared.comparison),
            _ => None,
        };
        let [left_events, right_events] = made.events();
        ComparisonSummaryDto {
            verdict,
            within,
            identity: known_by.map(|c| match c.identity {
                Identity::Id => IdentityDto::Id,
                Identity::Version => IdentityDto::Version,
                Identity::Content => IdentityDto::Content,
            }),
            identity_reason: known_by.map_or_else(String::new, |c| c.identity_reason.clone()),
            left_events,
            right_events,
            paired: made.paired(),
            streams: made.subjects(),
            streams_differing,
            counts,
            first,
            known_until,
            aligned: self.alignment().is_known(),
            unreadable: unreadable.collect(),
            correlated: made.correlated_summary(),
            projection: made.projection_summary(),
            rules: made.rule_summaries(),
        }
    }

    /// The numbers of a list's findings, in its order.
    pub(super) fn numbers(&self, list: &FindingListDto) -> Arc<Vec<u32>> {
        if let Some((of, numbers)) = &*lock(&self.list)
            && of == list
        {
            return Arc::clone(numbers);
        }
        let kept = self.kept(list);
        let known = self.known_as_of(list.known_at);
        let listed = known.numbers().filter_map(|number| {
            let (finding, status) = known.finding(number)?;
            let kind = self.made.kind(number, &finding);
            kept.has(kind, status).then_some((kind, finding, number))
        });
        // Findings are numbered in their order; what was under way has its place among them.
        let merging = !known.under_way().is_empty();
        let numbers: Vec<u32> = match (list.grouped, merging) {
            (false, false) => listed.map(|(.., number)| number).collect(),
            (true, false) => sorted(listed.map(|(kind, f, number)| ((kind, f.stream), number))),
            (false, true) => sorted(listed.map(|(_, f, number)| (f.order(), number))),
            (true, true) => sorted(listed.map(|(kind, f, number)| ((kind, f.stream, f.order()), number))),
        };
        let numbers = Arc::new(numbers);
        *lock(&self.list) = Some((list.clone(), Arc::clone(&numbers)));
        numbers
    }

    /// A part of a list.
    pub(crate) fn page(
        &self,
        list: &FindingListDto,
        offset: u32,
        limit: u32,
        cancel: &Cancel,
    ) -> Result<FindingsDto, SessionError> {
        let numbers = self.numbers(list);
        let total = numbers.len() as u32;
        let offset = offset.min(total);
        let end = offset.saturating_add(limit.min(MOST_FINDINGS)).min(total);
        let numbers = &numbers[offset as usize..end as usize];
        let shown = self.made.of().shown(numbers, cancel)?;
        let known = self.known_as_of(list.known_at);
        let places = self.places()?;
        Ok(FindingsDto {
            total,
            offset,
            findings: numbers
                .iter()
                .zip(shown)
                .map(|(number, mut shown)| {
                    known.narrow(*number, &mut shown);
                    self.dto(*number, &shown, &known, &places)
                })
                .collect::<Result<_, _>>()?,
        })
    }

    /// One finding with its events whole, as known at a moment.
    pub(crate) fn evidence(
        &self,
        number: u32,
        known_at: Option<Int>,
        cancel: &Cancel,
    ) -> Result<FindingEvidenceDto, SessionError> {
        let Some(mut shown) = self.made.of().shown(&[number], cancel)?.pop() else {
            return Err(no_such_finding(number));
        };
        let known = self.known_as_of(known_at);
        known.narrow(number, &mut shown);
        let payload = |event: &Option<Event>| Some(event.as_ref()?.payload.value.as_ref()?.to_string());
        Ok(FindingEvidenceDto {
            finding: self.dto(number, &shown, &known, &*self.places()?)?,
            left_payload: payload(&shown.left),
            right_payload: payload(&shown.right),
            of_payload: payload(&shown.of),
            row: self.made.row_evidence(number, &shown, cancel)?,
        })
    }

    /// The place in a list of the finding nearest to a coordinate.
    pub(crate) fn near(
        &self,
        list: &FindingListDto,
        axis: Axis,
        coord: i64,
    ) -> Result<Option<u32>, SessionError> {
        let kept = self.kept(list);
        let places = self.places()?;
        let on_axis = places.on(axis);
        let known = self.known_as_of(list.known_at);
        let is_kept = |(_, number): &&(i64, u32)| {
            let found = known.finding(*number);
            found.is_some_and(|found| self.is_kept(&kept, *number, found))
        };
        let under_way = self.under_way_on(axis, &known)?;
        let at = on_axis.partition_point(|(c, _)| *c < coord);
        let after = on_axis[at..].iter().find(is_kept);
        let before = on_axis[..at].iter().rev().find(is_kept);
        let distance = |place: &&(i64, u32)| place.0.abs_diff(coord);
        let others = under_way.iter().filter(is_kept);
        let nearest = before.into_iter().chain(after).chain(others).min_by_key(distance);
        Ok(nearest.and_then(|(_, number)| self.place_in(list, *number)))
    }

    /// The place of a finding in a list.
    pub(crate) fn place_in(&self, list: &FindingListDto, number: u32) -> Option<u32> {
        let place = self.numbers(list).iter().position(|n| *n == number)?;
        Some(place as u32)
    }

    /// Counts by column and status, as the contract's bytes.
    pub(crate) fn tiles(
        &self,
        list: &FindingListDto,
        axis: Axis,
        spans: &[SpanDto],
    ) -> Result<Vec<u8>, SessionError> {
        let columns = columns_of(spans)?;
        let kept = self.kept(list);
        let places = self.places()?;
        let on_axis = places.on(axis);
        let known = self.known_as_of(list.known_at);
        let under_way = self.under_way_on(axis, &known)?;
        let mut counts = vec![[0_u32; 4]; columns];
        let mut first = 0;
        for span in spans {
            let (from, to) = (span.from.0, span.to.0);
            let (length, width) = (i128::from(to) - i128::from(from), i128::from(span.columns));
            let others = between(&under_way, from, to);
            for (coord, number) in between(on_axis, from, to).iter().chain(others) {
                let Some((finding, status)) = known.finding(*number) else {
                    continue;
                };
                if !self.is_kept(&kept, *number, (finding, status)) {
                    continue;
                }
                let column = (i128::from(*coord) - i128::from(from)) * width / length.max(1);
                if let Some(count) = counts.get_mut(first + column as usize) {
                    count[status as usize] += 1;
                }
            }
            first += span.columns as usize;
        }
        Ok(counts.iter().flatten().flat_map(|n| n.to_le_bytes()).collect())
    }

    /// When a finding's event was: of the left one, by the index where the comparison itself keeps no times.
    fn time_of(&self, finding: &Finding, log: &Log, alignment: &Alignment) -> Option<i64> {
        let in_index = || log.time(alignment.ordinal(finding.left?)?);
        self.made.time(finding).or_else(in_index).or(finding.since)
    }

    /// Where the findings stand, by the index as it is.
    pub(super) fn places(&self) -> Result<Arc<Places>, SessionError> {
        let view = self.source.view(None)?;
        let mut known = lock(&self.places);
        if let Some(places) = &*known
            && places.generation == view.generation()
        {
            return Ok(Arc::clone(places));
        }
        let alignment = self.alignment();
        let findings = self.made.of().findings();
        let mut places = Places {
            generation: view.generation(),
            time: Vec::with_capacity(findings.len()),
            log: Vec::with_capacity(findings.len()),
            at_log: Vec::with_capacity(findings.len()),
            at_time: Vec::with_capacity(findings.len()),
        };
        for (number, finding) in findings.iter().enumerate() {
            let number = number as u32;
            let (time, ordinal) = self.stands(finding, &view, &alignment);
            places.at_time.push(time);
            if let Some(time) = time {
                places.time.push((time, number));
            }
            places.log.push((i64::from(ordinal), number));
            places.at_log.push(ordinal);
        }
        places.time.sort_unstable();
        places.log.sort_unstable();
        let places = Arc::new(places);
        *known = Some(Arc::clone(&places));
        Ok(places)
    }

    /// Where a finding stands: in time, and in log order.
    fn stands(&self, finding: &Finding, view: &View, alignment: &Alignment) -> (Option<i64>, u32) {
        let time = self.time_of(finding, view.log(), alignment);
        let ordinal = finding
            .left
            .and_then(|left| alignment.ordinal(left))
            .or_else(|| last_before(view, time?))
            .or_else(|| alignment.ordinal(self.made.last_of_stream(finding)?))
            .unwrap_or(0);
        (time, ordinal)
    }

    /// Where stands what was under way: coordinates and numbers, ascending.
    pub(super) fn under_way_on(&self, axis: Axis, known: &Known<'_>) -> Result<Arc<Stretch>, SessionError> {
        if known.under_way().is_empty() {
            return Ok(Arc::default());
        }
        let view = self.source.view(None)?;
        let stands_as = (known.moment(), view.generation(), axis);
        if let Some((of, stretch)) = &*lock(&self.under_way_stands)
            && *of == stands_as
        {
            return Ok(Arc::clone(stretch));
        }
        let alignment = self.alignment();
        let numbers = known.under_way().iter();
        let on_axis = numbers.filter_map(|number| {
            let (finding, _) = known.finding(*number)?;
            let (time, ordinal) = self.stands(&finding, &view, &alignment);
            let coord = match axis {
                Axis::Time => time?,
                Axis::Log => i64::from(ordinal),
            };
            Some((coord, *number))
        });
        let mut stretch: Stretch = on_axis.collect();
        stretch.sort_unstable();
        let stretch = Arc::new(stretch);
        *lock(&self.under_way_stands) = Some((stands_as, Arc::clone(&stretch)));
        Ok(stretch)
    }

    fn dto(
        &self,
        number: u32,
        shown: &Shown,
        known: &Known<'_>,
        places: &Places,
    ) -> Result<FindingDto, SessionError> {
        let Some(finding) = self.made.finding(number) else {
            return Err(no_such_finding(number));
        };
        let alignment = self.alignment();
        let (at_time, at_log) = match places.at_log.get(number as usize) {
            Some(at_log) => (places.at_time.get(number as usize).copied().flatten(), *at_log),
            // What was under way stands where it was seen first.
            None => {
                let as_known = known.finding(number).map_or(finding, |(as_known, _)| as_known);
                self.stands(&as_known, &self.source.view(None)?, &alignment)
            }
        };
        let in_index = |left: u32| alignment.ordinal(left).unwrap_or(left);
        let of = finding
            .of
            .map(|of| if finding.left.is_some() { in_index(of) } else { of });
        let row = |event: &Option<Event>, ordinal: Option<u32>| -> Option<RowDto> {
            let mut row = row_of(event.as_ref()?, ordinal?);
            if row.category.is_none() {
                row.category = category_of(&row.stream).map(str::to_owned);
            }
            Some(row)
        };
        Ok(FindingDto {
            number,
            awaited: known.is_awaited(number),
            category: match self.made {
                Made::Rules(_) => self.kinds[self.made.kind(number, &finding)].clone(),
                _ => shown.category.as_str().to_owned(),
            },
            status: shown.status.into(),
            stream: shown.stream.clone(),
            key: shown.key.clone(),
            message: shown.message.clone(),
            left: row(&shown.left, finding.left.map(in_index)),
            right: row(&shown.right, finding.right),
            of: row(&shown.of, of),
            fields: shown.fields.iter().map(FieldDifferenceDto::from).collect(),
            since: shown.since.map(Int),
            healed: shown.healed.map(Int),
            at_time: at_time.map(Int),
            at_log: Int(i64::from(at_log)),
        })
    }
}

fn no_such_finding(number: u32) -> SessionError {
    SessionError::new("no-such-finding", format!("there is no finding {number}"))
}

/// Numbers by what they are to be sorted by.
fn sorted<K: Ord>(listed: impl Iterator<Item = (K, u32)>) -> Vec<u32> {
    let mut listed: Vec<_> = listed.collect();
    listed.sort_unstable();
    listed.into_iter().map(|(_, number)| number).collect()
}

impl Places {
    pub(super) fn on(&self, axis: Axis) -> &[(i64, u32)] {
        match axis {
            Axis::Time => &self.time,
            Axis::Log => &self.log,
        }
    }
}

/// The last event of the index, by time, that is not later than a moment.
pub(super) fn last_before(view: &View, time: i64) -> Option<u32> {
    let rank = view.rank(&Place {
        axis: Axis::Time,
        coord: time,
        ordinal: None,
    });
    view.order(Axis::Time).range(rank.checked_sub(1)?, rank).pop()
}

impl From<Status> for FindingStatusDto {
    fn from(status: Status) -> Self {
        match status {
            Status::Pending => Self::Pending,
            Status::Confirmed => Self::Confirmed,
            Status::Healed => Self::Healed,
            Status::OutOfCoverage => Self::OutOfCoverage,
        }
    }
}

impl From<FindingStatusDto> for Status {
    fn from(status: FindingStatusDto) -> Self {
        match status {
            FindingStatusDto::Pending => Self::Pending,
            FindingStatusDto::Confirmed => Self::Confirmed,
            FindingStatusDto::Healed => Self::Healed,
            FindingStatusDto::OutOfCoverage => Self::OutOfCoverage,
        }
    }
}

impl From<&FieldDifference> for FieldDifferenceDto {
    fn from(field: &FieldDifference) -> Self {
        Self {
            path: field.path.clone(),
            left: field.left.as_ref().map(ToString::to_string),
            right: field.right.as_ref().map(ToString::to_string),
        }
    }
}
