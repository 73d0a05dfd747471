//! What a comparison found, as a front end walks through it: lists, places on the axes of the left side, evidence.

use std::sync::{Arc, Mutex};

use leftfold_compare::{Category, FieldDifference, Finding, Hand, Identity, Status};
use leftfold_event::{Cancel, Event, category_of};
use leftfold_log::{Axis, Place};
use leftfold_replay::Replay;

use super::aligned::Alignment;
use super::density::{Standing, columns_of};
use super::findings::Findings as _;
use super::known::Known;
use super::mirror::Compared;
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
    pub(super) compared: Compared,
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
}

/// Where findings stand on the axes: coordinates and numbers, ascending.
pub(super) struct Places {
    generation: u32,
    time: Vec<(i64, u32)>,
    log: Vec<(i64, u32)>,
    /// By number: in log order.
    at_log: Vec<u32>,
}

/// Which findings a list holds.
pub(super) struct Kept {
    categories: [bool; Category::ALL.len()],
    statuses: [bool; 4],
}

impl Kept {
    pub(super) fn of(list: &FindingListDto) -> Self {
        let shown = |c: Category| !list.hidden_categories.iter().any(|name| name == c.as_str());
        let mut statuses = [true; 4];
        for status in &list.hidden_statuses {
            statuses[Status::from(*status) as usize] = false;
        }
        Self {
            categories: Category::ALL.map(shown),
            statuses,
        }
    }

    pub(super) fn has(&self, category: Category, status: Status) -> bool {
        self.categories[category as usize] && self.statuses[status as usize]
    }
}

impl Found {
    pub(crate) fn new(source: Arc<OpenSource>, compared: Compared) -> Self {
        Self {
            replays: [(); 2].map(|()| side_replay(&source.projections)),
            source,
            compared,
            aligned: Mutex::default(),
            replaying: Mutex::default(),
            standing: Mutex::default(),
            list: Mutex::default(),
            places: Mutex::default(),
        }
    }

    /// What it came to, as known at a moment.
    pub(crate) fn known(&self, at: Int) -> KnownDto {
        Known::at(&self.compared, Some(at)).dto()
    }

    /// What it comes to.
    pub(crate) fn summary(&self) -> ComparisonSummaryDto {
        let compared = &self.compared;
        let comparison = &compared.comparison;
        let KnownDto {
            verdict,
            within,
            counts,
            first,
            streams_differing,
            known_until,
        } = Known::at(compared, None).dto();
        let unreadable = [Hand::Left, Hand::Right].into_iter().flat_map(|hand| {
            let side = compared.side(hand);
            let lost = side.unreadable.iter().take(MOST_UNREADABLE);
            lost.map(move |lost| format!("{}: {lost}", side.name))
        });
        ComparisonSummaryDto {
            verdict,
            within,
            identity: match comparison.identity {
                Identity::Id => IdentityDto::Id,
                Identity::Version => IdentityDto::Version,
                Identity::Content => IdentityDto::Content,
            },
            identity_reason: comparison.identity_reason.clone(),
            left_events: compared.left.side.events(),
            right_events: compared.right.side.events(),
            paired: comparison.paired,
            streams: comparison.streams.len() as u32,
            streams_differing,
            counts,
            first,
            known_until,
            aligned: self.alignment().is_known(),
            unreadable: unreadable.collect(),
        }
    }

    /// The numbers of a list's findings, in its order.
    pub(super) fn numbers(&self, list: &FindingListDto) -> Arc<Vec<u32>> {
        if let Some((of, numbers)) = &*lock(&self.list)
            && of == list
        {
            return Arc::clone(numbers);
        }
        let kept = Kept::of(list);
        let known = Known::at(&self.compared, list.known_at);
        let all = self.compared.comparison.findings.len() as u32;
        let listed = (0..all).filter_map(|number| {
            let (finding, status) = known.finding(number)?;
            kept.has(finding.category, status)
                .then_some((finding.category as usize, finding.stream, number))
        });
        let numbers: Vec<u32> = if list.grouped {
            let mut listed: Vec<_> = listed.collect();
            listed.sort_unstable();
            listed.into_iter().map(|(.., number)| number).collect()
        } else {
            listed.map(|(.., number)| number).collect()
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
        let shown = self.compared.shown(numbers, cancel)?;
        let known = Known::at(&self.compared, list.known_at);
        let places = self.places()?;
        Ok(FindingsDto {
            total,
            offset,
            findings: numbers
                .iter()
                .zip(shown)
                .map(|(number, mut shown)| {
                    known.narrow(*number, &mut shown);
                    self.dto(*number, &shown, &places)
                })
                .collect(),
        })
    }

    /// One finding with its events whole, as known at a moment.
    pub(crate) fn evidence(
        &self,
        number: u32,
        known_at: Option<Int>,
        cancel: &Cancel,
    ) -> Result<FindingEvidenceDto, SessionError> {
        let Some(mut shown) = self.compared.shown(&[number], cancel)?.pop() else {
            return Err(SessionError::new(
                "no-such-finding",
                format!("there is no finding {number}"),
            ));
        };
        Known::at(&self.compared, known_at).narrow(number, &mut shown);
        let payload = |event: &Option<Event>| Some(event.as_ref()?.payload.value.as_ref()?.to_string());
        Ok(FindingEvidenceDto {
            finding: self.dto(number, &shown, &*self.places()?),
            left_payload: payload(&shown.left),
            right_payload: payload(&shown.right),
            of_payload: payload(&shown.of),
        })
    }

    /// The place in a list of the finding nearest to a coordinate.
    pub(crate) fn near(
        &self,
        list: &FindingListDto,
        axis: Axis,
        coord: i64,
    ) -> Result<Option<u32>, SessionError> {
        let kept = Kept::of(list);
        let places = self.places()?;
        let on_axis = places.on(axis);
        let known = Known::at(&self.compared, list.known_at);
        let is_kept = |(_, number): &&(i64, u32)| {
            let found = known.finding(*number);
            found.is_some_and(|(finding, status)| kept.has(finding.category, status))
        };
        let at = on_axis.partition_point(|(c, _)| *c < coord);
        let after = on_axis[at..].iter().find(is_kept);
        let before = on_axis[..at].iter().rev().find(is_kept);
        let distance = |place: &&(i64, u32)| place.0.abs_diff(coord);
        let nearest = before.into_iter().chain(after).min_by_key(distance);
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
        let kept = Kept::of(list);
        let places = self.places()?;
        let on_axis = places.on(axis);
        let known = Known::at(&self.compared, list.known_at);
        let mut counts = vec![[0_u32; 4]; columns];
        let mut first = 0;
        for span in spans {
            let (from, to) = (span.from.0, span.to.0);
            let start = on_axis.partition_point(|(c, _)| *c < from);
            let end = on_axis.partition_point(|(c, _)| *c < to).max(start);
            let (length, width) = (i128::from(to) - i128::from(from), i128::from(span.columns));
            for (coord, number) in &on_axis[start..end] {
                let Some((finding, status)) = known.finding(*number) else {
                    continue;
                };
                if !kept.has(finding.category, status) {
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

    fn time_of(&self, finding: &Finding) -> Option<i64> {
        let left = finding.left.and_then(|o| self.compared.left.side.time(o));
        let right = || finding.right.and_then(|o| self.compared.right.side.time(o));
        left.or_else(right).or(finding.since)
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
        let findings = &self.compared.comparison.findings;
        let mut places = Places {
            generation: view.generation(),
            time: Vec::with_capacity(findings.len()),
            log: Vec::with_capacity(findings.len()),
            at_log: Vec::with_capacity(findings.len()),
        };
        for (number, finding) in findings.iter().enumerate() {
            let number = number as u32;
            let time = self.time_of(finding);
            if let Some(time) = time {
                places.time.push((time, number));
            }
            let ordinal = finding
                .left
                .and_then(|left| alignment.ordinal(left))
                .or_else(|| last_before(&view, time?))
                .or_else(|| alignment.ordinal(self.last_of_stream(finding.stream)?))
                .unwrap_or(0);
            places.log.push((i64::from(ordinal), number));
            places.at_log.push(ordinal);
        }
        places.time.sort_unstable();
        places.log.sort_unstable();
        let places = Arc::new(places);
        *known = Some(Arc::clone(&places));
        Ok(places)
    }

    fn last_of_stream(&self, stream: u32) -> Option<u32> {
        let pair = self.compared.comparison.streams.get(stream as usize)?;
        self.compared.left.side.stream_events(pair.left?).last().copied()
    }

    fn dto(&self, number: u32, shown: &Shown, places: &Places) -> FindingDto {
        let finding = self.compared.comparison.findings[number as usize];
        let alignment = self.alignment();
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
        FindingDto {
            number,
            category: shown.category.as_str().to_owned(),
            status: shown.status.into(),
            stream: shown.stream.clone(),
            left: row(&shown.left, finding.left.map(in_index)),
            right: row(&shown.right, finding.right),
            of: row(&shown.of, of),
            fields: shown.fields.iter().map(FieldDifferenceDto::from).collect(),
            since: shown.since.map(Int),
            healed: shown.healed.map(Int),
            at_time: self.time_of(&finding).map(Int),
            at_log: Int(places.at_log.get(number as usize).map_or(0, |o| i64::from(*o))),
        }
    }
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
fn last_before(view: &View, time: i64) -> Option<u32> {
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
