//! A stream's state at a place: what it is, what set it, how it came about.

use std::sync::Arc;

use leftfold_event::json::Value;
use leftfold_event::{Cancel, Problem};
use leftfold_log::filter::{Read, ReadFor, ReadStep};
use leftfold_log::{Axis, LaneBy, Place};
use leftfold_replay::{Blamed, Direction, Path, StreamReplay};

use super::brief::{LONG, in_brief};
use super::{MAX_ROWS, View};
use crate::dto::{
    BlameDto, ChangeDto, ChangeKindDto, DiffDto, ErrorDto, HistoryEntryDto, Int, RowDto, StateDto,
};
use crate::error::SessionError;
use crate::history::LogStream;
use crate::masks::{Masks, holds_sign, refuse_met};

/// A stream's state at a place, with its last event and what could not be folded.
pub struct StateAlone {
    /// The stream's name.
    pub stream: String,
    /// The last event in it; `None`: there is none yet.
    pub last: Option<RowDto>,
    /// The projection's name.
    pub projection: String,
    /// The state.
    pub state: Arc<Value>,
    /// Events that are missing, and those that could not be folded.
    pub problems: Vec<ErrorDto>,
}

/// Of the events that could not be folded, so many of the latest are told one by one, besides the first.
const LATEST_UNFOLDED: usize = 3;

impl View {
    /// A stream's replay under a projection (by name; `None`: the configured one).
    pub(super) fn replay<T>(
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
                    .with("name", name)
                    .with("known", known.join(", "))
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

    /// A stream's state at a place, with everything that could not be folded.
    pub fn state(
        &self,
        stream: u32,
        place: &Place,
        projection: Option<&str>,
        cancel: &Cancel,
    ) -> Result<StateDto, SessionError> {
        self.state_telling(
            stream,
            place,
            projection,
            true,
            |problems| Box::new(problems.iter()),
            cancel,
        )
    }

    /// A stream's state at a place and nothing more than that: neither what set it nor what changed.
    pub fn state_alone(
        &self,
        stream: u32,
        place: &Place,
        projection: Option<&str>,
        cancel: &Cancel,
    ) -> Result<StateAlone, SessionError> {
        let included = self.log.included(stream, place);
        self.replay(stream, projection, |replay, history| {
            let at = replay.state_at(included, cancel)?;
            let ordinals = history.ordinals();
            let last = included.checked_sub(1).and_then(|i| ordinals.get(i));
            let last = last
                .map(|o| self.rows_of(&[*o], cancel))
                .transpose()?
                .and_then(|mut rows| rows.pop())
                .map(|row| as_seen_from(stream, row));
            let unfolded = at.problems.iter().map(|(i, p)| self.unfolded(ordinals[*i], p));
            Ok(StateAlone {
                stream: self.log.names(LaneBy::Stream).get(stream).to_owned(),
                last,
                projection: replay.projection().name().to_owned(),
                problems: self
                    .missing(stream, included)
                    .into_iter()
                    .chain(unfolded)
                    .collect(),
                state: at.state,
            })
        })
    }

    fn unfolded(&self, ordinal: u32, problem: &Problem) -> ErrorDto {
        let label = self.event_label(ordinal);
        ErrorDto {
            code: problem.code.as_str().to_owned(),
            message: format!("{label}: {}", problem.message),
            params: [("event".to_owned(), label)].into(),
        }
    }

    /// A stream's state at a place, for who looks: of what could not be folded the first and the latest. There may be as many as there are
    /// events, and nobody reads them all. The state before the last event is told only `with_before`.
    pub fn state_in_brief(
        &self,
        stream: u32,
        place: &Place,
        projection: Option<&str>,
        with_before: bool,
        cancel: &Cancel,
    ) -> Result<StateDto, SessionError> {
        let mut state = self.state_telling(
            stream,
            place,
            projection,
            with_before,
            |problems| Box::new(ends_of(problems)),
            cancel,
        )?;
        if state.blame.len() > LONG
            && let Ok(value) = leftfold_event::json::parse(state.state.as_bytes())
        {
            state.blame = in_brief(state.blame, &value);
        }
        Ok(state)
    }

    fn state_telling(
        &self,
        stream: u32,
        place: &Place,
        projection: Option<&str>,
        with_before: bool,
        told: for<'p> fn(&'p [Unfolded]) -> Box<dyn Iterator<Item = &'p Unfolded> + 'p>,
        cancel: &Cancel,
    ) -> Result<StateDto, SessionError> {
        let included = self.log.included(stream, place);
        self.replay(stream, projection, |replay, history| {
            let replayed = replay.blamed_state(included, cancel)?;
            let (before, after) = (replayed.before, replayed.at);
            let ordinals = history.ordinals();
            let last = included.checked_sub(1).map(|i| ordinals[i]);
            let last_row = last
                .map(|o| self.rows_of(&[o], cancel))
                .transpose()?
                .and_then(|mut rows| rows.pop())
                .map(|row| as_seen_from(stream, row));
            let mut changes = leftfold_replay::changes(&before, &after.state);
            // Before a stream's first event there is no value that could have changed.
            for whole in changes
                .iter_mut()
                .filter(|c| included == 1 && c.path.tokens().is_empty())
            {
                whole.before = whole.before.take().filter(|before| *before != Value::Null);
            }
            changes.retain(|c| c.before.is_some() || c.after.is_some());
            Ok(StateDto {
                stream: self.log.names(LaneBy::Stream).get(stream).to_owned(),
                stream_key: stream,
                included: included as u32,
                length: ordinals.len() as u32,
                last: last_row,
                next: ordinals.get(included).copied(),
                projection: replay.projection().name().to_owned(),
                state: after.state.to_string(),
                before: with_before.then(|| before.to_string()),
                changes: read_changes(changes, &before, &after.state),
                blame: self.blame_rows(stream, replayed.blame, ordinals),
                unfolded: after.problems.len() as u32,
                problems: told(&after.problems)
                    .map(|(i, p)| self.unfolded(ordinals[*i], p))
                    .collect(),
                missing: self.missing(stream, included),
                time_disorder: self.later_than(stream, place).next().is_some(),
            })
        })
    }

    /// The events of a stream that the state at a moment includes though they carry a later time, in stream order: one that
    /// follows them was recorded by then. None at a place in log order.
    pub fn later_than(&self, stream: u32, place: &Place) -> impl Iterator<Item = u32> + use<'_> {
        let included = self.log.included(stream, place);
        let (axis, moment) = (place.axis, place.coord);
        let late = move |o: &u32| axis == Axis::Time && self.log.time(*o).is_some_and(|t| t > moment);
        self.log.stream_events(stream)[..included]
            .iter()
            .copied()
            .filter(late)
    }

    fn event_label(&self, ordinal: u32) -> String {
        let kind = self
            .log
            .names(LaneBy::Type)
            .get(self.log.lane(LaneBy::Type, ordinal));
        let event = self
            .log
            .version(ordinal)
            .map_or_else(|| format!("e{ordinal}"), |v| format!("v{v}"));
        if kind.is_empty() {
            event
        } else {
            format!("{event} {kind}")
        }
    }

    fn blame_rows(&self, stream: u32, places: Vec<Blamed>, ordinals: &[u32]) -> Vec<BlameDto> {
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
                version: log.version_in(stream, ordinal).map(Int),
                kind: log
                    .names(LaneBy::Type)
                    .get(log.lane(LaneBy::Type, ordinal))
                    .to_owned(),
                time,
            });
        }
        fields
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
            let (from, to) = (
                replay.state_at(a, cancel)?.state,
                replay.state_at(b, cancel)?.state,
            );
            Ok(DiffDto {
                stream: self.log.names(LaneBy::Stream).get(stream).to_owned(),
                patch: leftfold_replay::patch::to_value(&difference.patch).to_string(),
                changes: read_changes(difference.changes, &from, &to),
                from_state: from.to_string(),
                to_state: to.to_string(),
            })
        })
    }

    /// The values a path has held, oldest first, at most the latest `limit`, and never more than one answer carries.
    pub fn history(
        &self,
        stream: u32,
        path: &str,
        limit: u32,
        projection: Option<&str>,
        cancel: &Cancel,
    ) -> Result<Vec<HistoryEntryDto>, SessionError> {
        let (_, changes) = self.changes_of(stream, path, Some(limit.min(MAX_ROWS)), projection, cancel)?;
        Ok(changes)
    }

    /// Refuses to tell what changed a place of a state that masks hide, or that holds what they hide in one of these values: signs are all alike. Of
    /// the whole state whoever shows it tells that.
    pub fn refuse_hidden(&self, path: &str, values: &[&Value]) -> Result<(), SessionError> {
        let hidden = self.source.store.hidden();
        let path = parse_path(path)?;
        if hidden.is_empty() || path.tokens().is_empty() {
            return Ok(());
        }
        let step = |token: &str| match token.parse::<usize>() {
            Ok(_) => ReadStep::Item,
            Err(_) => ReadStep::Name(token.to_owned()),
        };
        let below = path.tokens().iter().map(|token| step(token));
        let read = Read {
            steps: std::iter::once(ReadStep::Name("payload".to_owned()))
                .chain(below)
                .collect(),
            used: ReadFor::Presence,
        };
        let asked = format!("what changed {path}");
        Masks::refuse(hidden, &[read], &asked)?;
        let met = values.iter().any(|value| holds_sign(value));
        refuse_met(met.then(|| path.to_string()).as_deref(), &asked)
    }

    /// Whether masks hide something of a state.
    pub fn hides_of(&self, state: &Value) -> bool {
        !self.source.store.hidden().is_empty() && holds_sign(state)
    }

    /// How many values a path has held, and the latest of them (`None`: all), oldest first.
    pub fn changes_of(
        &self,
        stream: u32,
        path: &str,
        latest: Option<u32>,
        projection: Option<&str>,
        cancel: &Cancel,
    ) -> Result<(u32, Vec<HistoryEntryDto>), SessionError> {
        let asked = path;
        let path = parse_path(path)?;
        self.replay(stream, projection, |replay, history| {
            let ordinals = history.ordinals();
            let mut changes = replay.history(&path, 0..ordinals.len(), cancel)?;
            let values = changes.iter().flat_map(|c| [c.before.as_ref(), c.after.as_ref()]);
            let values: Vec<&Value> = values.flatten().collect();
            self.refuse_hidden(asked, &values)?;
            let total = changes.len();
            let first = latest.map_or(0, |n| total.saturating_sub(n as usize));
            let changes = changes.split_off(first);
            let events: Vec<u32> = changes.iter().map(|c| ordinals[c.event]).collect();
            let rows = self.rows_of(&events, cancel)?;
            let entry = |(row, c): (RowDto, leftfold_replay::PathChange)| HistoryEntryDto {
                row: as_seen_from(stream, row),
                before: c.before.map(|v| v.to_string()),
                after: c.after.map(|v| v.to_string()),
            };
            // A stream has fewer events than 2^32, and at most one change of a path each.
            Ok((total as u32, rows.into_iter().zip(changes).map(entry).collect()))
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
}

/// An event that could not be folded, by its index in the stream, and why.
type Unfolded = (usize, Arc<Problem>);

/// The first and the latest, in order.
fn ends_of<T>(problems: &[T]) -> impl Iterator<Item = &T> {
    let latest = problems.len().saturating_sub(LATEST_UNFOLDED).max(1);
    problems.iter().take(1).chain(problems.iter().skip(latest))
}

/// A row in the list of a stream's events: one whose own stream is another has no version here.
fn as_seen_from(stream: u32, row: RowDto) -> RowDto {
    let version = row.version.filter(|_| row.stream_key == stream);
    RowDto { version, ..row }
}

pub(super) fn parse_path(text: &str) -> Result<Path, SessionError> {
    Path::parse(text).ok_or_else(|| {
        SessionError::new(
            "path-syntax",
            format!("{text:?} is no path: write a JSON pointer such as /items/0/price"),
        )
    })
}

/// Changes as one reads them. The first event fills the empty state; that the state is no longer empty is no change to read
/// about.
fn read_changes(mut changes: Vec<leftfold_replay::Change>, before: &Value, after: &Value) -> Vec<ChangeDto> {
    // A state of null holds nothing that could be removed.
    let nothing = |c: &leftfold_replay::Change| c.before == Some(Value::Null) && c.after.is_none();
    changes.retain(|c| !c.path.tokens().is_empty() || (changes_whole(before, after) && !nothing(c)));
    changes.iter().map(change_dto).collect()
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

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use leftfold_event::Cancel;
    use leftfold_log::{Axis, Place};

    use crate::Session;
    use crate::dto::ChangeKindDto;

    #[test]
    fn of_many_events_that_cannot_be_folded_the_first_and_the_latest_are_told_and_all_are_counted() {
        let lines = "{\"stream\":\"a\",\"type\":\"T\",\"payload_base64\":\"/w==\"}\n".repeat(5000);
        let told = |included: u32| {
            let session = Session::new(None, Arc::new(|_| ()));
            let opened = session
                .open_lines(Path::new("-"), &mut lines.as_bytes())
                .expect("lines in memory can be opened");
            let source = session.source(opened.id).expect("it is open");
            source.wait_ready(&mut |_| ()).expect("it can be indexed");
            let view = source.view(None).expect("it can be looked at");
            let place = Place {
                axis: Axis::Log,
                coord: i64::from(included) - 1,
                ordinal: None,
            };
            let stream = view.stream_key("a").expect("it is there");
            let state = view
                .state_in_brief(stream, &place, None, false, &Cancel::new())
                .expect("it can be folded");
            let whole = view.state(stream, &place, None, &Cancel::new());
            assert_eq!(whole.expect("it can be folded").problems.len(), included as usize);
            let events: Vec<String> = state.problems.iter().map(|p| p.params["event"].clone()).collect();
            (state.unfolded, events.join(" "))
        };
        assert_eq!(told(1), (1, "e0 T".to_owned()));
        assert_eq!(told(4), (4, "e0 T e1 T e2 T e3 T".to_owned()));
        assert_eq!(told(5000), (5000, "e0 T e4997 T e4998 T e4999 T".to_owned()));
    }

    #[test]
    fn of_long_lists_the_latest_change_is_told_and_not_that_of_each_member() {
        let list: Vec<String> = (0..1500).map(|i| format!("{{\"n\":{i}}}")).collect();
        let lines = format!(
            "{{\"stream\":\"a\",\"type\":\"T\",\"payload\":{{\"list\":[{}],\"x~y\":{{\"b\":1}}}}}}\n{{\"stream\":\"a\",\"type\":\"U\",\"payload\":{{\"x~y\":{{\"b\":2}}}}}}\n",
            list.join(",")
        );
        let session = Session::new(None, Arc::new(|_| ()));
        let opened = session
            .open_lines(Path::new("-"), &mut lines.as_bytes())
            .expect("lines in memory can be opened");
        let source = session.source(opened.id).expect("it is open");
        source.wait_ready(&mut |_| ()).expect("it can be indexed");
        let view = source.view(None).expect("it can be looked at");
        let place = Place {
            axis: Axis::Log,
            coord: 1,
            ordinal: Some(1),
        };
        let stream = view.stream_key("a").expect("it is there");
        let whole = view
            .state(stream, &place, None, &Cancel::new())
            .expect("it can be folded");
        assert!(whole.blame.len() > 1500);
        let brief = view
            .state_in_brief(stream, &place, None, false, &Cancel::new())
            .expect("it can be folded");
        assert_eq!(brief.before, None, "nobody asked for it");
        let both = view.state_in_brief(stream, &place, None, true, &Cancel::new());
        assert_eq!(both.expect("it can be folded").before, whole.before);
        assert!(whole.before.is_some_and(|text| text.contains("{\"b\":1}")));
        let mut told: Vec<(&str, u32)> = brief.blame.iter().map(|b| (&*b.path, b.ordinal)).collect();
        told.sort_unstable();
        told.retain(|(path, _)| !path.is_empty());
        assert_eq!(told, [("/list", 0), ("/x~0y", 1), ("/x~0y/b", 1)]);
    }

    /// The changes of the events of one stream under `latest`, by event: path and kind.
    fn changes(payloads: &[&str]) -> Vec<Vec<(String, ChangeKindDto)>> {
        let mut lines = String::new();
        for payload in payloads {
            lines.extend(["{\"stream\":\"a\",\"type\":\"T\",\"payload\":", payload, "}\n"]);
        }
        let session = Session::new(None, Arc::new(|_| ()));
        let opened = session
            .open_lines(Path::new("-"), &mut lines.as_bytes())
            .expect("lines in memory can be opened");
        let source = session.source(opened.id).expect("it is open");
        source.wait_ready(&mut |_| ()).expect("it can be indexed");
        let view = source.view(None).expect("it can be looked at");
        let stream = view.stream_key("a").expect("it is there");
        (0..payloads.len() as u32)
            .map(|ordinal| {
                let place = Place {
                    axis: Axis::Log,
                    coord: ordinal.into(),
                    ordinal: Some(ordinal),
                };
                let state = view
                    .state(stream, &place, Some("latest"), &Cancel::new())
                    .expect("it can be folded");
                state.changes.into_iter().map(|c| (c.path, c.kind)).collect()
            })
            .collect()
    }

    #[test]
    fn nothing_is_removed_where_nothing_was() {
        use ChangeKindDto::{Added, Changed, Removed};
        let told = |path: &str, kind| vec![(path.to_owned(), kind)];
        assert_eq!(
            changes(&["{\"n\":1}", "{\"n\":2}"]),
            [told("/n", Added), told("/n", Changed)]
        );
        assert_eq!(changes(&["5", "6"]), [told("", Added), told("", Changed)]);
        assert_eq!(changes(&["null"]), [[]]);
        assert_eq!(
            changes(&["{\"n\":1}", "null", "{\"m\":1}"])[1..],
            [
                vec![("/n".to_owned(), Removed), (String::new(), Added)],
                told("/m", Added)
            ]
        );
    }
}
