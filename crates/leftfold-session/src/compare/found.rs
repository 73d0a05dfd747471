//! What a comparison found, as a front end walks through it: lists, places on the axes of the left side, evidence.

use std::sync::{Arc, Mutex};

use leftfold_compare::{Category, FieldDifference, Finding, Hand, Identity, Status, Verdict};
use leftfold_event::{Cancel, Event, category_of};
use leftfold_log::{Axis, Place};

use super::findings::Findings as _;
use super::mirror::Compared;
use super::shown::Shown;
use crate::dto::{
    ComparisonSummaryDto, FieldDifferenceDto, FindingCountDto, FindingDto, FindingEvidenceDto,
    FindingListDto, FindingStatusDto, FindingsDto, IdentityDto, Int, RowDto, SpanDto, VerdictDto,
};
use crate::error::SessionError;
use crate::source::{IndexState, OpenSource, lock};
use crate::view::{View, row_of};

/// Most findings of one answer: the events of each are read.
const MOST_FINDINGS: u32 = 500;

/// Most columns of one answer.
const MOST_COLUMNS: u32 = 100_000;

/// Most unreadable rows that are named.
const MOST_UNREADABLE: usize = 5;

/// What a comparison of an open source found.
pub(crate) struct Found {
    source: Arc<OpenSource>,
    compared: Compared,
    /// The list asked for last, which is asked for again with every page.
    list: Mutex<Option<(FindingListDto, Arc<Vec<u32>>)>>,
    /// Where the findings stand, by the index generation that says so.
    places: Mutex<Option<Arc<Places>>>,
}

/// Where findings stand on the axes: coordinates and numbers, ascending.
struct Places {
    generation: u32,
    time: Vec<(i64, u32)>,
    log: Vec<(i64, u32)>,
    /// By number: in log order.
    at_log: Vec<u32>,
}

/// Which findings a list holds.
struct Kept {
    categories: [bool; Category::ALL.len()],
    statuses: [bool; 4],
}

impl Kept {
    fn of(list: &FindingListDto) -> Self {
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

    fn has(&self, category: Category, status: Status) -> bool {
        self.categories[category as usize] && self.statuses[status as usize]
    }
}

impl Found {
    pub(crate) fn new(source: Arc<OpenSource>, compared: Compared) -> Self {
        Self {
            source,
            compared,
            list: Mutex::default(),
            places: Mutex::default(),
        }
    }

    /// Whether the left events are those of the index.
    fn is_aligned(&self) -> bool {
        let snapshot = self.source.snapshot();
        snapshot.state == IndexState::Ready && snapshot.log.events() == self.compared.left.side.events()
    }

    /// What it comes to.
    pub(crate) fn summary(&self) -> ComparisonSummaryDto {
        let compared = &self.compared;
        let comparison = &compared.comparison;
        let (verdict, within) = match comparison.verdict() {
            Verdict::AlwaysEqual => (VerdictDto::AlwaysEqual, None),
            Verdict::EventuallyEqual { within } => (VerdictDto::EventuallyEqual, Some(Int(within))),
            Verdict::Undecided => (VerdictDto::Undecided, None),
            Verdict::Never => (VerdictDto::Never, None),
        };
        let counts = compared.counts().into_iter().map(|count| {
            let n = |status: Status| count.by_status[status as usize];
            FindingCountDto {
                category: count.category.as_str().to_owned(),
                pending: n(Status::Pending),
                confirmed: n(Status::Confirmed),
                healed: n(Status::Healed),
                out_of_coverage: n(Status::OutOfCoverage),
            }
        });
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
            streams_differing: comparison.streams.iter().filter(|s| s.differs).count() as u32,
            counts: counts.collect(),
            first: comparison.first().map(|first| first.finding),
            known_until: comparison.known_until.map(Int),
            aligned: self.is_aligned(),
            unreadable: unreadable.collect(),
        }
    }

    /// The numbers of a list's findings, in its order.
    fn numbers(&self, list: &FindingListDto) -> Arc<Vec<u32>> {
        if let Some((of, numbers)) = &*lock(&self.list)
            && of == list
        {
            return Arc::clone(numbers);
        }
        let kept = Kept::of(list);
        let comparison = &self.compared.comparison;
        let findings = &comparison.findings;
        let mut numbers: Vec<u32> = (0..findings.len() as u32)
            .filter(|n| {
                let finding = &findings[*n as usize];
                kept.has(finding.category, comparison.status(finding))
            })
            .collect();
        if list.grouped {
            numbers.sort_unstable_by_key(|n| {
                let finding = &findings[*n as usize];
                (finding.category as usize, finding.stream, *n)
            });
        }
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
        let places = self.places()?;
        Ok(FindingsDto {
            total,
            offset,
            findings: numbers
                .iter()
                .zip(&shown)
                .map(|(number, shown)| self.dto(*number, shown, &places))
                .collect(),
        })
    }

    /// One finding with its events whole.
    pub(crate) fn evidence(&self, number: u32, cancel: &Cancel) -> Result<FindingEvidenceDto, SessionError> {
        let shown = self.compared.shown(&[number], cancel)?;
        let Some(shown) = shown.first() else {
            return Err(SessionError::new(
                "no-such-finding",
                format!("there is no finding {number}"),
            ));
        };
        let payload = |event: &Option<Event>| Some(event.as_ref()?.payload.value.as_ref()?.to_string());
        Ok(FindingEvidenceDto {
            finding: self.dto(number, shown, &*self.places()?),
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
        let comparison = &self.compared.comparison;
        let is_kept = |(_, number): &&(i64, u32)| {
            let finding = &comparison.findings[*number as usize];
            kept.has(finding.category, comparison.status(finding))
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
        let columns: u64 = spans.iter().map(|s| u64::from(s.columns)).sum();
        if columns > u64::from(MOST_COLUMNS) {
            return Err(SessionError::new(
                "too-much",
                format!("more than {MOST_COLUMNS} columns asked for at once"),
            ));
        }
        let kept = Kept::of(list);
        let places = self.places()?;
        let on_axis = places.on(axis);
        let comparison = &self.compared.comparison;
        let mut counts = vec![[0_u32; 4]; columns as usize];
        let mut first = 0;
        for span in spans {
            let (from, to) = (span.from.0, span.to.0);
            let start = on_axis.partition_point(|(c, _)| *c < from);
            let end = on_axis.partition_point(|(c, _)| *c < to).max(start);
            let (length, width) = (i128::from(to) - i128::from(from), i128::from(span.columns));
            for (coord, number) in &on_axis[start..end] {
                let finding = &comparison.findings[*number as usize];
                let status = comparison.status(finding);
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
    fn places(&self) -> Result<Arc<Places>, SessionError> {
        let view = self.source.view(None)?;
        let mut known = lock(&self.places);
        if let Some(places) = &*known
            && places.generation == view.generation()
        {
            return Ok(Arc::clone(places));
        }
        let aligned = self.is_aligned();
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
                .filter(|_| aligned)
                .or_else(|| last_before(&view, time?))
                .or_else(|| self.last_of_stream(finding.stream).filter(|_| aligned))
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
            left: row(&shown.left, finding.left),
            right: row(&shown.right, finding.right),
            of: row(&shown.of, finding.of),
            fields: shown.fields.iter().map(FieldDifferenceDto::from).collect(),
            since: shown.since.map(Int),
            healed: shown.healed.map(Int),
            at_time: self.time_of(&finding).map(Int),
            at_log: Int(places.at_log.get(number as usize).map_or(0, |o| i64::from(*o))),
        }
    }
}

impl Places {
    fn on(&self, axis: Axis) -> &[(i64, u32)] {
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
