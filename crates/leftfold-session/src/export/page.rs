//! A part of a history as a page to hand over: bookmarks with the states there, what became of which stream, and the events.

use std::collections::BTreeMap;

use leftfold_event::{Cancel, terminal};
use leftfold_log::{Axis, LaneBy, Place};
use leftfold_report::{EventLine, Fact, FieldRow, HistoryPage, Language, Moment, StreamChange};

use crate::dto::{BlameDto, ChangeDto, RowDto, StateDto};
use crate::error::SessionError;
use crate::view::View;

/// Characters of a value and of whole JSON that are shown.
const VALUE: usize = 400;
const WHOLE: usize = 8000;

/// Fields of one change that are shown.
const FIELDS: usize = 20;

/// A marked place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bookmark {
    /// Where.
    pub place: Place,
    /// Whose state is shown there; `None`: that of the stream of the last event up to there.
    pub stream: Option<u32>,
    /// What was noted.
    pub note: String,
}

/// What of a history a page shows.
#[derive(Clone, Debug)]
pub struct PageOf<'a> {
    /// The timeline it goes along.
    pub axis: Axis,
    /// The first coordinate, and the last one; both are shown.
    pub range: (i64, i64),
    /// Marked places.
    pub bookmarks: &'a [Bookmark],
    /// The projection; `None`: the configured one of each stream.
    pub projection: Option<&'a str>,
    /// At most so many events, the first ones.
    pub events: u32,
    /// At most so many streams, those with most events.
    pub streams: u32,
    /// How the events were chosen, where they were.
    pub filter: Option<&'a str>,
    /// What its words are in.
    pub language: Language,
}

/// The text as a page may show it: what a terminal or an editor obeys is written as escapes.
pub(super) fn shown(text: &str) -> String {
    terminal::visible(text).into_owned()
}

/// The text, or its beginning and how much is left out.
fn bounded(text: &str, room: usize, language: Language) -> String {
    match text.char_indices().nth(room) {
        Some((end, _)) => shown(&text[..end]) + &language.characters(text.chars().count()),
        None => shown(text),
    }
}

fn fact(name: &str, value: impl AsRef<str>) -> Fact {
    Fact {
        name: name.to_owned(),
        value: shown(value.as_ref()),
    }
}

/// An event in a few words: `order-7 v3 OrderPaid`.
fn in_words(row: &RowDto) -> String {
    let version = row.version.map(|v| format!("v{}", v.0));
    let words = [Some(row.stream.clone()), version, Some(row.kind.clone())];
    let words: Vec<String> = words.into_iter().flatten().filter(|w| !w.is_empty()).collect();
    words.join(" ")
}

/// Changes with the event that set the value after each.
fn fields(changes: &[ChangeDto], blame: &[BlameDto], language: Language) -> (Vec<FieldRow>, usize) {
    let set_by: BTreeMap<&str, &BlameDto> = blame.iter().map(|b| (b.path.as_str(), b)).collect();
    let words = |b: &BlameDto| {
        let version = b.version.map(|v| format!("v{} ", v.0)).unwrap_or_default();
        let time = b.time.as_deref().map(|t| format!(", {t}")).unwrap_or_default();
        shown(&format!("{version}{}{time}", b.kind))
    };
    let rows = changes.iter().take(FIELDS).map(|c| FieldRow {
        path: shown(if c.path.is_empty() {
            language.words().whole
        } else {
            &c.path
        }),
        left: c.before.as_deref().map(|v| bounded(v, VALUE, language)),
        right: c.after.as_deref().map(|v| bounded(v, VALUE, language)),
        blame: set_by.get(c.path.as_str()).map(|b| words(b)).unwrap_or_default(),
        ..FieldRow::default()
    });
    (rows.collect(), changes.len().saturating_sub(FIELDS))
}

impl View {
    /// The page of a part of this view, without its chart.
    ///
    /// # Errors
    /// An unknown projection, events that cannot be read, or a cancel.
    pub fn page(&self, of: &PageOf<'_>, cancel: &Cancel) -> Result<HistoryPage, SessionError> {
        let ordinals = self.ordinals_in(of.axis, of.range);
        let log = self.log();
        let mut by_stream: BTreeMap<u32, u32> = BTreeMap::new();
        let mut by_type: BTreeMap<u32, u32> = BTreeMap::new();
        for ordinal in &ordinals {
            *by_stream.entry(log.lane(LaneBy::Stream, *ordinal)).or_default() += 1;
            *by_type.entry(log.lane(LaneBy::Type, *ordinal)).or_default() += 1;
        }
        let most_first = |by: LaneBy, counts: BTreeMap<u32, u32>| {
            let names = log.names(by);
            let mut counts: Vec<(u32, u32)> = counts.into_iter().collect();
            counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| names.get(a.0).cmp(names.get(b.0))));
            counts
        };
        let streams = most_first(LaneBy::Stream, by_stream);
        let types = most_first(LaneBy::Type, by_type);
        let mut moments = Vec::with_capacity(of.bookmarks.len());
        for bookmark in of.bookmarks {
            moments.push(self.moment(bookmark, of, cancel)?);
        }
        let mut changed = Vec::new();
        for (stream, events) in streams.iter().take(of.streams as usize) {
            changed.push(self.stream_change(*stream, *events, of, cancel)?);
        }
        let shown_events = &ordinals[..ordinals.len().min(of.events as usize)];
        let rows = self.rows_of(shown_events, cancel)?;
        Ok(HistoryPage {
            title: shown(&self.source().name()),
            tool: format!("leftfold {}", env!("CARGO_PKG_VERSION")),
            language: of.language,
            made: None,
            facts: self.facts(of, ordinals.len() as u64),
            chart: None,
            moments,
            types: types
                .iter()
                .map(|(kind, n)| {
                    let name = log.names(LaneBy::Type).get(*kind);
                    fact(
                        if name.is_empty() { "–" } else { name },
                        of.language.count(u64::from(*n)),
                    )
                })
                .collect(),
            streams: changed,
            streams_note: match streams.len().saturating_sub(of.streams as usize) {
                0 => String::new(),
                more => of.language.streams_left_out(more as u64),
            },
            events: rows.iter().map(event_line).collect(),
            events_note: match ordinals.len() - shown_events.len() {
                0 => String::new(),
                more => of.language.events_left_out(more as u64),
            },
        })
    }

    /// The events of a range of an axis, in its order; both ends are in it.
    pub fn ordinals_in(&self, axis: Axis, (from, to): (i64, i64)) -> Vec<u32> {
        let rank = |coord: i64| {
            self.rank(&Place {
                axis,
                coord,
                ordinal: None,
            })
        };
        let before = from.checked_sub(1).map_or(0, rank);
        self.order(axis).range(before, rank(to).max(before))
    }

    fn facts(&self, of: &PageOf<'_>, events: u64) -> Vec<Fact> {
        let moment = |coord: i64| match of.axis {
            Axis::Time => leftfold_event::Timestamp {
                nanos: coord,
                digits: self.log().time_digits(),
            }
            .to_string(),
            Axis::Log => format!("e{coord}"),
        };
        let words = of.language.words();
        let mut facts = vec![
            fact(words.path, self.source().path.display().to_string()),
            fact(words.from, moment(of.range.0)),
            fact(words.to, moment(of.range.1)),
            fact(words.event_count, of.language.count(events)),
        ];
        let hidden = self.source().store.hidden();
        if !hidden.is_empty() {
            facts.push(fact(words.hidden, hidden.join(", ")));
        }
        facts.extend(of.filter.map(|text| fact(words.filter, text)));
        facts.extend(of.projection.map(|name| fact(words.projection, name)));
        facts
    }

    fn moment(&self, bookmark: &Bookmark, of: &PageOf<'_>, cancel: &Cancel) -> Result<Moment, SessionError> {
        let (place, language) = (&bookmark.place, of.language);
        let words = language.words();
        let log = self.log();
        let last = match bookmark.stream {
            Some(stream) => {
                let included = log.included(stream, place);
                included.checked_sub(1).map(|i| log.stream_events(stream)[i])
            }
            None => {
                let rank = log.all().rank(place);
                rank.checked_sub(1)
                    .and_then(|r| log.all().order(place.axis).get(r))
            }
        };
        let note = if bookmark.note.trim().is_empty() {
            words.no_note.to_owned()
        } else {
            shown(&bookmark.note)
        };
        let Some(ordinal) = last else {
            return Ok(Moment {
                note,
                time: words.before_the_first.to_owned(),
                ..Moment::default()
            });
        };
        let event = self.event_dto(ordinal, cancel)?;
        let time = match (place.axis, &event.row.time) {
            (Axis::Time, _) => leftfold_event::Timestamp {
                nanos: place.coord,
                digits: log.time_digits(),
            }
            .to_string(),
            (Axis::Log, Some(time)) => time.clone(),
            (Axis::Log, None) => format!("e{ordinal}"),
        };
        // A moment of which nobody said whose it is: what happened last before it need have nothing to do with it.
        let is_bare = bookmark.stream.is_none()
            && place.axis == Axis::Time
            && log.time(ordinal).is_some_and(|own| own != place.coord);
        if is_bare {
            return Ok(Moment {
                note,
                time,
                event: language.last_before(&shown(&in_words(&event.row))),
                ..Moment::default()
            });
        }
        let stream = bookmark.stream.unwrap_or(log.lane(LaneBy::Stream, ordinal));
        let state = self.state_in_brief(stream, place, of.projection, false, cancel)?;
        let (changes, more_changes) = fields(&state.changes, &state.blame, language);
        Ok(Moment {
            note,
            time,
            event: shown(&in_words(&event.row)),
            changes,
            more_changes,
            problems: problems(&state, language),
            evidence: vec![
                Fact {
                    name: words.event.to_owned(),
                    value: bounded(&event.json, WHOLE, language),
                },
                Fact {
                    name: language.state_of(&shown(&state.stream), &shown(&state.projection)),
                    value: bounded(&state.state, WHOLE, language),
                },
            ],
        })
    }

    fn stream_change(
        &self,
        stream: u32,
        events: u32,
        of: &PageOf<'_>,
        cancel: &Cancel,
    ) -> Result<StreamChange, SessionError> {
        let at = |coord: i64| Place {
            axis: of.axis,
            coord,
            ordinal: None,
        };
        let (from, to) = (at(of.range.0.saturating_sub(1)), at(of.range.1));
        let difference = self.diff(stream, &from, &to, of.projection, cancel)?;
        let after = self.state_in_brief(stream, &to, of.projection, false, cancel)?;
        let (changes, more_changes) = fields(&difference.changes, &after.blame, of.language);
        let name = self.log().names(LaneBy::Stream).get(stream);
        Ok(StreamChange {
            name: shown(if name.is_empty() { "–" } else { name }),
            events: of.language.count_events(u64::from(events)),
            changes,
            more_changes,
        })
    }
}

fn problems(state: &StateDto, language: Language) -> Vec<String> {
    let all = state.missing.iter().chain(&state.problems);
    all.map(|p| bounded(&p.message, VALUE, language)).collect()
}

fn event_line(row: &RowDto) -> EventLine {
    let more = if row.preview_complete { "" } else { "…" };
    EventLine {
        time: row.time.clone().unwrap_or_default(),
        position: shown(row.position.as_deref().unwrap_or_default()),
        stream: shown(&row.stream),
        version: row.version.map(|v| v.0.to_string()).unwrap_or_default(),
        kind: shown(&row.kind),
        payload: format!("{}{more}", shown(&row.preview)),
    }
}
