//! What a front end looks at: one snapshot of a source, through a filter or not, and the questions it can ask.

mod brief;
mod cause;
mod fields;
mod missing;
pub(crate) mod nothing;
mod point;
/// At most so many of a log's ordinals, from its first to its last.
pub(crate) fn spread(events: u32, most: u32) -> Vec<u32> {
    let n = events.min(most);
    let at =
        |i: u32| u64::from(i) * u64::from(events.saturating_sub(1)) / u64::from(n.saturating_sub(1).max(1));
    (0..n).map(|i| at(i) as u32).collect()
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test's own steps end it when they fail")]
mod point_tests;
mod state;
mod streams;
mod watch;
#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test's own steps end it when they fail")]
mod watch_tests;

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use leftfold_event::{Cancel, Event, category_of};
use leftfold_log::{Axis, LaneBy, Log, Place, Selection};
use leftfold_source::ndjson;

use crate::dto::{
    AxisInfoDto, ErrorDto, EventDto, GapDto, Int, LaneDto, LanesDto, ReachedDto, RowDto, RowsDto,
};
use crate::error::SessionError;
use crate::filter::Matches;
use crate::source::{IndexState, OpenSource, Snapshot};

pub(crate) use missing::Gaps;
pub use state::StateAlone;

/// The most rows one answer carries.
const MAX_ROWS: u32 = 1000;

/// The most fields that come along with each.
const MAX_FIELDS: usize = 16;

/// Characters of a payload a list shows.
const PREVIEW: usize = 240;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Bytes of a stored payload one answer carries.
const RAW_BYTES: usize = 64 << 10;

/// One snapshot of a source, seen through a filter or not.
pub struct View {
    source: Arc<OpenSource>,
    snapshot: Arc<Snapshot>,
    log: Arc<Log>,
    matches: Option<Arc<Matches>>,
}

impl OpenSource {
    /// The newest snapshot, through a filter if one is given.
    pub fn view(self: &Arc<Self>, filter: Option<u32>) -> Result<View, SessionError> {
        let matches = filter
            .map(|id| self.filter(id))
            .transpose()?
            .map(|task| task.matches());
        let snapshot = self.snapshot();
        let log = matches
            .as_ref()
            .map_or_else(|| Arc::clone(&snapshot.log), |m| Arc::clone(&m.log));
        Ok(View {
            source: Arc::clone(self),
            snapshot,
            log,
            matches,
        })
    }
}

impl Deref for View {
    type Target = Selection;

    fn deref(&self) -> &Selection {
        self.matches
            .as_ref()
            .map_or_else(|| self.log.all(), |m| &m.selection)
    }
}

impl View {
    /// The log behind it.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Whether the source is still being read, so that these are not all events.
    pub(crate) fn is_being_read(&self) -> bool {
        matches!(self.snapshot.state, IndexState::Reading)
    }

    /// The snapshot's generation.
    pub fn generation(&self) -> u32 {
        self.snapshot.generation
    }

    /// The source.
    pub fn source(&self) -> &OpenSource {
        &self.source
    }

    /// The lanes of a kind, most events first.
    pub fn lanes_dto(&self, by: LaneBy, limit: u32) -> LanesDto {
        let counts = self.lane_counts(by);
        let names = self.log.names(by);
        let lane = |&(key, events): &(u32, u32)| LaneDto {
            key,
            name: names.get(key).to_owned(),
            events,
        };
        LanesDto {
            lanes: counts.iter().take(limit as usize).map(lane).collect(),
            total: counts.len() as u32,
        }
    }

    /// How far an axis reaches; its gaps are those of the whole log.
    pub fn axis_info(&self, axis: Axis) -> AxisInfoDto {
        let (from, to) = self.log.extent(axis).unwrap_or((0, 0));
        let gap = |g: &leftfold_log::Gap| GapDto {
            from: Int(g.from),
            to: Int(g.to),
        };
        AxisInfoDto {
            from: Int(from),
            to: Int(to),
            events: self.order(axis).len(),
            gaps: self.log.gaps(axis).iter().map(gap).collect(),
        }
    }

    /// Density as the contract's bytes.
    pub fn density_bytes(
        &self,
        axis: Axis,
        by: LaneBy,
        lanes: &[u32],
        from: i64,
        to: i64,
        columns: u32,
    ) -> Result<Vec<u8>, SessionError> {
        let rows = lanes.len().max(1) as u64;
        if rows * u64::from(columns) > 4_000_000 {
            return Err(SessionError::new(
                "too-much",
                "more than four million counts asked for at once",
            ));
        }
        let density = self.density(axis, by, lanes, from, to, columns);
        let head = [self.generation(), rows as u32, columns, density.max];
        Ok(head
            .iter()
            .chain(&density.counts)
            .flat_map(|n| n.to_le_bytes())
            .collect())
    }

    /// Marks as the contract's bytes.
    pub fn marks_bytes(
        &self,
        axis: Axis,
        by: LaneBy,
        lanes: &[u32],
        from: i64,
        to: i64,
        limit: u32,
    ) -> Vec<u8> {
        let Some(marks) = self.marks(axis, by, lanes, from..to, limit as usize) else {
            return [self.generation(), u32::MAX]
                .iter()
                .flat_map(|n| n.to_le_bytes())
                .collect();
        };
        let mut out = Vec::with_capacity(8 + marks.len() * 16);
        out.extend(self.generation().to_le_bytes());
        out.extend((marks.len() as u32).to_le_bytes());
        for (coord, ..) in &marks {
            out.extend(coord.to_le_bytes());
        }
        for (_, ordinal, _) in &marks {
            out.extend(ordinal.to_le_bytes());
        }
        for (.., lane) in &marks {
            out.extend(lane.to_le_bytes());
        }
        out
    }

    /// A window of the event list.
    pub fn rows(
        &self,
        axis: Axis,
        (offset, limit): (u32, u32),
        fields: &[String],
        cancel: &Cancel,
    ) -> Result<RowsDto, SessionError> {
        let order = self.order(axis);
        let offset = offset.min(order.len());
        let ordinals = order.range(offset, offset.saturating_add(limit.min(MAX_ROWS)));
        let fields = &fields[..fields.len().min(MAX_FIELDS)];
        let (mut rows, mut texts) = (Vec::with_capacity(ordinals.len()), Vec::new());
        self.events(&ordinals, cancel, &mut |ordinal, event| {
            rows.push(self.row(ordinal, &event));
            if !fields.is_empty() {
                texts.push(fields.iter().map(|f| fields::field_of(&event, f)).collect());
            }
        })?;
        Ok(RowsDto {
            generation: self.generation(),
            total: order.len(),
            offset,
            rows,
            fields: texts,
        })
    }

    /// These events as rows.
    pub fn rows_of(&self, ordinals: &[u32], cancel: &Cancel) -> Result<Vec<RowDto>, SessionError> {
        let mut rows = Vec::with_capacity(ordinals.len());
        self.events(ordinals, cancel, &mut |ordinal, event| {
            rows.push(self.row(ordinal, &event));
        })?;
        Ok(rows)
    }

    /// How many events of the list lie at or before a place, and the last of them unless there are as many as are `known`.
    pub fn reached(
        &self,
        place: &Place,
        known: Option<u32>,
        cancel: &Cancel,
    ) -> Result<ReachedDto, SessionError> {
        let rank = self.rank(place);
        let last = rank.checked_sub(1).filter(|_| known != Some(rank));
        let ordinals = last.map_or_else(Vec::new, |last| self.order(place.axis).range(last, rank));
        let row = self.rows_of(&ordinals, cancel)?.pop();
        Ok(ReachedDto { rank, row })
    }

    /// Whole events, in the order of the ordinals.
    pub fn events(
        &self,
        ordinals: &[u32],
        cancel: &Cancel,
        visit: &mut dyn FnMut(u32, Event),
    ) -> Result<(), SessionError> {
        let locators: Vec<_> = ordinals.iter().map(|o| self.log.locator(*o)).collect();
        self.source.store.fetch(&locators, cancel, &mut |i, mut event| {
            // The index takes a category that the store does not state from the stream's name; so does what is shown.
            if event.category.is_none() {
                event.category = category_of(&event.stream).map(str::to_owned);
            }
            // So it does a version that is the place in the stream.
            if event.version.is_none() {
                event.version = self.log.version(ordinals[i]);
            }
            visit(ordinals[i], event);
        })?;
        Ok(())
    }

    fn event(&self, ordinal: u32, cancel: &Cancel) -> Result<Event, SessionError> {
        if ordinal >= self.log.events() {
            return Err(SessionError::new(
                "no-such-event",
                format!("there is no event e{ordinal}"),
            ));
        }
        let mut found = None;
        self.events(&[ordinal], cancel, &mut |_, event| found = Some(event))?;
        found.ok_or_else(|| SessionError::new("no-such-event", format!("event e{ordinal} cannot be read")))
    }

    fn row(&self, ordinal: u32, event: &Event) -> RowDto {
        let log = &self.log;
        RowDto {
            stream_key: log.lane(LaneBy::Stream, ordinal),
            category_key: log.lane(LaneBy::Category, ordinal),
            type_key: log.lane(LaneBy::Type, ordinal),
            ..row_of(event, ordinal)
        }
    }

    /// One event, whole.
    pub fn event_dto(&self, ordinal: u32, cancel: &Cancel) -> Result<EventDto, SessionError> {
        let event = self.event(ordinal, cancel)?;
        let mut json = String::new();
        ndjson::write_event(&event, &self.source.name(), &mut json);
        let raw = &event.payload.raw;
        Ok(EventDto {
            row: self.row(ordinal, &event),
            id: event.id.as_ref().map(ToString::to_string),
            time_assumed_utc: event.time_origin == leftfold_event::TimeZoneOrigin::AssumedUtc,
            valid_time: event.valid_time.map(|t| t.to_string()),
            correlation_id: event.correlation_id.clone(),
            causation_id: event.causation_id.clone(),
            also_in: event.also_in.clone(),
            payload: event.payload.value.as_ref().map(ToString::to_string),
            metadata: event.metadata.value.as_ref().map(ToString::to_string),
            payload_encoding: event.payload.encoding.to_owned(),
            payload_base64: base64(&raw[..raw.len().min(RAW_BYTES)]),
            payload_bytes: Int(raw.len() as i64),
            extra: event
                .extra
                .iter()
                .map(|(k, v)| (k.clone(), v.to_string()))
                .collect(),
            problems: event.problems.iter().map(problem_dto).collect(),
            json: json.trim_end().to_owned(),
        })
    }

    /// The next or previous event of a lane, or of all.
    pub fn step_row(
        &self,
        place: &Place,
        lane: Option<(LaneBy, u32)>,
        forward: bool,
        cancel: &Cancel,
    ) -> Result<Option<RowDto>, SessionError> {
        let ordinals: Vec<u32> = self.step(place, lane, forward).into_iter().collect();
        Ok(self.rows_of(&ordinals, cancel)?.pop())
    }
}

/// An event of no index as a row; its ordinal is its place among others like it.
pub(crate) fn row_of(event: &Event, ordinal: u32) -> RowDto {
    let (preview, preview_complete) = preview(event);
    RowDto {
        ordinal,
        position: event.position.clone(),
        stream: event.stream.clone(),
        stream_key: 0,
        category: event.category.clone(),
        category_key: 0,
        version: event.version.map(Int),
        kind: event.kind.clone(),
        type_key: 0,
        time_nanos: event.time.map(|t| Int(t.nanos)),
        time: event.time.map(|t| t.to_string()),
        preview,
        preview_complete,
        problem: !event.problems.is_empty(),
    }
}

fn problem_dto(problem: &leftfold_event::Problem) -> ErrorDto {
    ErrorDto {
        code: problem.code.as_str().to_owned(),
        message: problem.message.clone(),
        params: BTreeMap::new(),
    }
}

/// The start of a payload as text, and whether it is all of it; of a row that cannot be read, why.
fn preview(event: &Event) -> (String, bool) {
    let payload = &event.payload;
    let cut = |text: &str| match text.char_indices().nth(PREVIEW) {
        Some((end, _)) => (text[..end].to_owned(), false),
        None => (text.to_owned(), true),
    };
    // Where there is nothing to show, why there is nothing.
    let lost = |p: &&leftfold_event::Problem| p.code == leftfold_event::ProblemCode::RowUnreadable;
    if payload.encoding.is_empty()
        && let Some(problem) = event.problems.iter().find(lost)
    {
        return cut(&problem.message);
    }
    if payload.encoding == "json"
        && let Ok(text) = std::str::from_utf8(&payload.raw)
    {
        return cut(text);
    }
    if let Some(value) = &payload.value {
        return cut(&value.to_string());
    }
    if payload.encoding == "text"
        && let Ok(text) = std::str::from_utf8(&payload.raw)
    {
        return cut(text);
    }
    let shown = payload.raw.len().min(48);
    let mut hex = String::with_capacity(shown * 2);
    for byte in &payload.raw[..shown] {
        hex.push(char::from(HEX[usize::from(byte >> 4)]));
        hex.push(char::from(HEX[usize::from(byte & 15)]));
    }
    (hex, shown == payload.raw.len())
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
