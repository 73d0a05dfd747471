//! What a front end looks at: one snapshot of a source, through a filter or not, and the questions it can ask.

use std::ops::Deref;
use std::sync::Arc;

use leftfold_event::json::Value;
use leftfold_event::{Cancel, Event, Point};
use leftfold_log::{Axis, LaneBy, Log, Place, Selection};
use leftfold_replay::{Direction, Path, StreamReplay};
use leftfold_source::ndjson;

use crate::dto::{
    AxisInfoDto, BlameDto, ChangeDto, ChangeKindDto, DiffDto, ErrorDto, EventDto, GapDto, HistoryEntryDto,
    Int, LaneDto, LanesDto, RowDto, RowsDto, StateDto, StreamDto, StreamsDto,
};
use crate::error::SessionError;
use crate::filter::Matches;
use crate::history::LogStream;
use crate::source::{OpenSource, Snapshot};

/// The most rows one answer carries.
const MAX_ROWS: u32 = 1000;

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
        offset: u32,
        limit: u32,
        cancel: &Cancel,
    ) -> Result<RowsDto, SessionError> {
        let order = self.order(axis);
        let offset = offset.min(order.len());
        let ordinals = order.range(offset, offset.saturating_add(limit.min(MAX_ROWS)));
        Ok(RowsDto {
            generation: self.generation(),
            total: order.len(),
            offset,
            rows: self.rows_of(&ordinals, cancel)?,
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

    /// Whole events, in the order of the ordinals.
    pub fn events(
        &self,
        ordinals: &[u32],
        cancel: &Cancel,
        visit: &mut dyn FnMut(u32, Event),
    ) -> Result<(), SessionError> {
        let locators: Vec<_> = ordinals.iter().map(|o| self.log.locator(*o)).collect();
        self.source
            .store
            .fetch(&locators, cancel, &mut |i, event| visit(ordinals[i], event))?;
        Ok(())
    }

    fn event(&self, ordinal: u32, cancel: &Cancel) -> Result<Event, SessionError> {
        if ordinal >= self.log.events() {
            return Err(SessionError::new(
                "no-such-event",
                format!("there is no event number {ordinal}"),
            ));
        }
        let mut found = None;
        self.events(&[ordinal], cancel, &mut |_, event| found = Some(event))?;
        found.ok_or_else(|| {
            SessionError::new("no-such-event", format!("event number {ordinal} cannot be read"))
        })
    }

    fn row(&self, ordinal: u32, event: &Event) -> RowDto {
        let (preview, preview_complete) = preview(event);
        let log = &self.log;
        RowDto {
            ordinal,
            position: event.position.clone().unwrap_or_else(|| ordinal.to_string()),
            stream: event.stream.clone(),
            stream_key: log.lane(LaneBy::Stream, ordinal),
            category: event.category.clone(),
            category_key: log.lane(LaneBy::Category, ordinal),
            version: event.version.map(Int),
            kind: event.kind.clone(),
            type_key: log.lane(LaneBy::Type, ordinal),
            time_nanos: event.time.map(|t| Int(t.nanos)),
            time: event.time.map(|t| t.to_string()),
            preview,
            preview_complete,
            problem: !event.problems.is_empty(),
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
            cause_ordinal: None,
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

    /// The place of a point as a user writes it. `v7` needs a stream.
    pub fn resolve(&self, axis: Axis, stream: Option<u32>, point: &Point) -> Result<Place, SessionError> {
        let nowhere = |what: String| SessionError::new("no-such-point", what);
        let at_event = |ordinal: u32| {
            let coord = self.log.coord(axis, ordinal);
            let coord =
                coord.ok_or_else(|| nowhere("that event has no time: use the log order".to_owned()))?;
            Ok(Place {
                axis,
                coord,
                ordinal: Some(ordinal),
            })
        };
        let (first, last) = self.log.extent(axis).unwrap_or((0, 0));
        match point {
            Point::Start => Ok(Place {
                axis,
                coord: first.saturating_sub(1),
                ordinal: None,
            }),
            Point::End => Ok(Place {
                axis,
                coord: last,
                ordinal: None,
            }),
            Point::Version(version) => {
                let stream = stream.ok_or_else(|| nowhere(format!("v{version} needs a stream")))?;
                let events = self.log.stream_events(stream);
                let found = events
                    .iter()
                    .rev()
                    .find(|o| self.log.version(**o) == Some(*version));
                found.map_or_else(
                    || {
                        let name = self.log.names(LaneBy::Stream).get(stream);
                        let range = match (events.first(), events.last()) {
                            (Some(a), Some(b)) => {
                                let v =
                                    |o: &u32| self.log.version(*o).map_or("?".to_owned(), |v| v.to_string());
                                format!("; it has v{} to v{}", v(a), v(b))
                            }
                            _ => String::new(),
                        };
                        Err(nowhere(format!("{name} has no version {version}{range}")))
                    },
                    |o| at_event(*o),
                )
            }
            Point::Position(text) => {
                let by_number = text.parse().ok().and_then(|p| self.log.at_position(p));
                // A store without a log order shows ordinals as positions.
                let by_ordinal = || {
                    text.parse()
                        .ok()
                        .filter(|o: &u32| self.log.position(0).is_none() && *o < self.log.events())
                };
                by_number
                    .or_else(by_ordinal)
                    .map_or_else(|| Err(nowhere(format!("there is no position {text}"))), at_event)
            }
            Point::Time(time) => Ok(self.at_time(axis, time.nanos)),
            Point::BeforeEnd { nanos } => {
                let (_, last) = self
                    .log
                    .extent(Axis::Time)
                    .ok_or_else(|| nowhere("no event has a time".to_owned()))?;
                Ok(self.at_time(axis, last.saturating_sub(*nanos)))
            }
        }
    }

    /// The place of a point on the timeline it speaks of: a moment in event time, anything else in log order.
    pub fn place(&self, stream: Option<u32>, point: &Point) -> Result<Place, SessionError> {
        let axis = match point {
            Point::Time(_) | Point::BeforeEnd { .. } => Axis::Time,
            _ => Axis::Log,
        };
        if axis == Axis::Time && self.log.extent(Axis::Time).is_none() {
            return Err(SessionError::new(
                "no-such-point",
                "no event has a time: say a version or a position",
            ));
        }
        self.resolve(axis, stream, point)
    }

    fn at_time(&self, axis: Axis, nanos: i64) -> Place {
        let place = Place {
            axis: Axis::Time,
            coord: nanos,
            ordinal: None,
        };
        if axis == Axis::Time {
            return place;
        }
        // In log order: after the last event recorded by then.
        let rank = self.log.rank(&place);
        let last = rank
            .checked_sub(1)
            .and_then(|r| self.log.order(Axis::Time).get(r));
        Place {
            axis,
            coord: last.map_or(-1, i64::from),
            ordinal: None,
        }
    }

    /// A stream's replay under a projection (by name; `None`: the configured one).
    fn replay<T>(
        &self,
        stream: u32,
        projection: Option<&str>,
        ask: impl FnOnce(&StreamReplay<'_>, &LogStream<'_>) -> Result<T, SessionError>,
    ) -> Result<T, SessionError> {
        let names = self.log.names(LaneBy::Stream);
        if stream as usize >= names.len() {
            return Err(SessionError::new(
                "no-such-stream",
                format!("there is no stream number {stream}"),
            ));
        }
        let projections = self.snapshot.replay.projections();
        let number = match projection {
            Some(name) => projections.find(name).ok_or_else(|| {
                let known: Vec<&str> = projections.names().collect();
                let message = format!("there is no projection {name:?}; there are: {}", known.join(", "));
                SessionError::new("no-such-projection", message)
            })?,
            None => {
                let category = self.log.category_of_stream(stream);
                let category = category.map_or("", |c| self.log.names(LaneBy::Category).get(c));
                projections.of_stream(names.get(stream), category)
            }
        };
        let history = LogStream::new(&self.log, &*self.source.store, stream);
        let replay = self.snapshot.replay.stream(stream, number, &history)?;
        ask(&replay, &history)
    }

    /// A stream's state at a place.
    pub fn state(
        &self,
        stream: u32,
        place: &Place,
        projection: Option<&str>,
        cancel: &Cancel,
    ) -> Result<StateDto, SessionError> {
        let included = self.log.included(stream, place);
        self.replay(stream, projection, |replay, history| {
            let before = replay.state_at(included.saturating_sub(1), cancel)?;
            let after = replay.state_at(included, cancel)?;
            let ordinals = history.ordinals();
            let last = included.checked_sub(1).map(|i| ordinals[i]);
            let last_row = last
                .map(|o| self.rows_of(&[o], cancel))
                .transpose()?
                .and_then(|mut rows| rows.pop());
            let mut changes = leftfold_replay::changes(&before.state, &after.state);
            // The first event fills the empty state; that the state is no longer empty is no change to read about.
            changes.retain(|c| !c.path.tokens().is_empty() || changes_whole(&before.state, &after.state));
            let late =
                |o: &u32| place.axis == Axis::Time && self.log.time(*o).is_some_and(|t| t > place.coord);
            Ok(StateDto {
                stream: self.log.names(LaneBy::Stream).get(stream).to_owned(),
                stream_key: stream,
                included: included as u32,
                length: ordinals.len() as u32,
                last: last_row,
                next: ordinals.get(included).copied(),
                projection: replay.projection().name().to_owned(),
                state: after.state.to_string(),
                before: before.state.to_string(),
                changes: changes.iter().map(change_dto).collect(),
                blame: self.blame_of(replay, ordinals, included, cancel)?,
                problems: after
                    .problems
                    .iter()
                    .map(|(i, p)| ErrorDto {
                        code: p.code.as_str().to_owned(),
                        message: format!("{}: {}", self.event_label(ordinals[*i]), p.message),
                    })
                    .collect(),
                time_disorder: ordinals[..included].iter().any(late),
            })
        })
    }

    fn event_label(&self, ordinal: u32) -> String {
        let kind = self
            .log
            .names(LaneBy::Type)
            .get(self.log.lane(LaneBy::Type, ordinal));
        self.log
            .version(ordinal)
            .map_or_else(|| format!("event {ordinal} {kind}"), |v| format!("v{v} {kind}"))
    }

    fn blame_of(
        &self,
        replay: &StreamReplay<'_>,
        ordinals: &[u32],
        included: usize,
        cancel: &Cancel,
    ) -> Result<Vec<BlameDto>, SessionError> {
        let places = replay.blame(included, cancel)?;
        let mut fields = Vec::with_capacity(places.len());
        for place in places {
            let Some(event) = place.event else { continue };
            let ordinal = ordinals[event];
            let log = &self.log;
            let time = log.time(ordinal).map(|nanos| {
                leftfold_event::Timestamp {
                    nanos,
                    digits: log.time_digits(),
                }
                .to_string()
            });
            fields.push(BlameDto {
                path: place.path.to_string(),
                ordinal,
                version: log.version(ordinal).map(Int),
                kind: log
                    .names(LaneBy::Type)
                    .get(log.lane(LaneBy::Type, ordinal))
                    .to_owned(),
                time,
            });
        }
        Ok(fields)
    }

    /// The difference of a stream's state between two places.
    pub fn diff(
        &self,
        stream: u32,
        from: &Place,
        to: &Place,
        projection: Option<&str>,
        cancel: &Cancel,
    ) -> Result<DiffDto, SessionError> {
        let (a, b) = (self.log.included(stream, from), self.log.included(stream, to));
        self.replay(stream, projection, |replay, _| {
            let difference = replay.diff(a, b, cancel)?;
            Ok(DiffDto {
                stream: self.log.names(LaneBy::Stream).get(stream).to_owned(),
                patch: leftfold_replay::patch::to_value(&difference.patch).to_string(),
                changes: difference.changes.iter().map(change_dto).collect(),
                from_state: replay.state_at(a, cancel)?.state.to_string(),
                to_state: replay.state_at(b, cancel)?.state.to_string(),
            })
        })
    }

    /// The values a path has held, oldest first, at most the latest `limit`.
    pub fn history(
        &self,
        stream: u32,
        path: &str,
        limit: u32,
        projection: Option<&str>,
        cancel: &Cancel,
    ) -> Result<Vec<HistoryEntryDto>, SessionError> {
        let path = parse_path(path)?;
        self.replay(stream, projection, |replay, history| {
            let ordinals = history.ordinals();
            let mut changes = replay.history(&path, 0..ordinals.len(), cancel)?;
            let first = changes.len().saturating_sub(limit.min(MAX_ROWS) as usize);
            let changes = changes.split_off(first);
            let events: Vec<u32> = changes.iter().map(|c| ordinals[c.event]).collect();
            let rows = self.rows_of(&events, cancel)?;
            let entry = |(row, c): (RowDto, leftfold_replay::PathChange)| HistoryEntryDto {
                row,
                before: c.before.map(|v| v.to_string()),
                after: c.after.map(|v| v.to_string()),
            };
            Ok(rows.into_iter().zip(changes).map(entry).collect())
        })
    }

    /// The next or previous event of a stream that changes a path.
    pub fn next_change(
        &self,
        stream: u32,
        path: &str,
        place: &Place,
        forward: bool,
        projection: Option<&str>,
        cancel: &Cancel,
    ) -> Result<Option<RowDto>, SessionError> {
        let path = parse_path(path)?;
        let included = self.log.included(stream, place);
        self.replay(stream, projection, |replay, history| {
            // Backwards from a change means the one before it, not the one shown.
            let found = if forward {
                replay.next_change(&path, included, Direction::Forward, cancel)?
            } else {
                replay.next_change(&path, included.saturating_sub(1), Direction::Backward, cancel)?
            };
            let ordinals = found.map(|i| vec![history.ordinals()[i]]).unwrap_or_default();
            Ok(self.rows_of(&ordinals, cancel)?.pop())
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

    /// Streams whose name holds a text, ignoring ASCII case: the exact name first, then prefixes, then the others.
    pub fn streams(&self, query: &str, offset: u32, limit: u32) -> StreamsDto {
        let names = self.log.names(LaneBy::Stream);
        let wanted = query.to_ascii_lowercase();
        let rank = |name: &str| {
            let name = name.to_ascii_lowercase();
            match name.find(&wanted) {
                Some(0) if name.len() == wanted.len() => Some(0_u8),
                Some(0) => Some(1),
                Some(_) => Some(2),
                None => None,
            }
        };
        let mut found: Vec<(u8, &str, u32)> = names
            .iter()
            .filter_map(|(key, name)| rank(name).map(|r| (r, name, key)))
            .collect();
        let total = found.len() as u32;
        let (from, to) = (
            offset as usize,
            offset.saturating_add(limit.min(MAX_ROWS)) as usize,
        );
        if found.len() > to {
            // Only the asked-for window needs an order.
            found.select_nth_unstable(to);
            found.truncate(to);
        }
        found.sort_unstable();
        let categories = self.log.names(LaneBy::Category);
        let dto = |&(_, name, key): &(u8, &str, u32)| StreamDto {
            key,
            name: name.to_owned(),
            category: self
                .log
                .category_of_stream(key)
                .map(|c| categories.get(c).to_owned()),
            events: self.log.stream_events(key).len() as u32,
        };
        StreamsDto {
            streams: found.iter().skip(from).map(dto).collect(),
            total,
        }
    }

    /// The key of a stream by its full name.
    pub fn stream_key(&self, name: &str) -> Result<u32, SessionError> {
        self.log.names(LaneBy::Stream).key(name).ok_or_else(|| {
            let like = |text: &str| -> Vec<String> {
                self.streams(text, 0, 3)
                    .streams
                    .into_iter()
                    .map(|s| s.name)
                    .collect()
            };
            let (near, alike) = (
                like(name),
                like(&format!("{}-", leftfold_event::category_of(name))),
            );
            let hint = match () {
                () if !near.is_empty() => format!("; did you mean {}?", near.join(", ")),
                () if !alike.is_empty() => format!("; there are streams such as {}", alike.join(", ")),
                () => String::new(),
            };
            SessionError::new("no-such-stream", format!("there is no stream {name:?}{hint}"))
        })
    }
}

fn parse_path(text: &str) -> Result<Path, SessionError> {
    Path::parse(text).ok_or_else(|| {
        SessionError::new(
            "path-syntax",
            format!("{text:?} is no path: write a JSON pointer such as /items/0/price"),
        )
    })
}

/// Whether a state was replaced as a whole, rather than filled or emptied.
fn changes_whole(before: &Value, after: &Value) -> bool {
    !matches!(
        (before, after),
        (Value::Object(_), Value::Object(_)) | (Value::Array(_), Value::Array(_))
    )
}

fn change_dto(change: &leftfold_replay::Change) -> ChangeDto {
    let kind = match (&change.before, &change.after) {
        (None, _) => ChangeKindDto::Added,
        (_, None) => ChangeKindDto::Removed,
        _ => ChangeKindDto::Changed,
    };
    ChangeDto {
        path: change.path.to_string(),
        kind,
        before: change.before.as_ref().map(ToString::to_string),
        after: change.after.as_ref().map(ToString::to_string),
    }
}

fn problem_dto(problem: &leftfold_event::Problem) -> ErrorDto {
    ErrorDto {
        code: problem.code.as_str().to_owned(),
        message: problem.message.clone(),
    }
}

/// The start of a payload as text, and whether it is all of it.
fn preview(event: &Event) -> (String, bool) {
    let payload = &event.payload;
    let cut = |text: &str| match text.char_indices().nth(PREVIEW) {
        Some((end, _)) => (text[..end].to_owned(), false),
        None => (text.to_owned(), true),
    };
    if payload.encoding == "json"
        && let Ok(text) = std::str::from_utf8(&payload.raw)
    {
        return cut(text);
    }
    if let Some(value) = &payload.value {
        return cut(&value.to_string());
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
