//! The state of a finding's stream just after its event, on both sides: where the two differ, and what set that.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use leftfold_compare::{Finding, Hand};
use leftfold_event::{Cancel, category_of};
use leftfold_log::Place;
use leftfold_replay::{
    BlamedState, Limits, Projections, Replay, ReplayError, Step, StreamHistory, monotonic_clock,
};

use super::aligned::Alignment;
use super::found::Found;
use super::mirror::Compared;
use super::side::TakenSide;
use crate::dto::{FindingStatesDto, Int, SetByDto, SideStateDto, StateFieldDto, SyncDto};
use crate::error::SessionError;
use crate::history::{in_chunks, step_of};
use crate::source::lock;

/// Most places of one answer.
const MOST_FIELDS: usize = 500;

/// Bytes of checkpoints a side may keep.
const CHECKPOINTS: usize = 32 << 20;

/// A replay for one side of a comparison.
pub(super) fn side_replay(projections: &Projections) -> Replay {
    let limits = Limits {
        bytes: CHECKPOINTS,
        ..Limits::default()
    };
    Replay::new(projections.clone(), limits, monotonic_clock())
}

/// The events of one stream of a side.
struct SideStream<'a> {
    side: &'a TakenSide,
    ordinals: &'a [u32],
}

impl StreamHistory for SideStream<'_> {
    fn len(&self) -> usize {
        self.ordinals.len()
    }

    fn read(
        &self,
        range: Range<usize>,
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, Step<'_>),
    ) -> Result<(), ReplayError> {
        in_chunks(range, cancel, |some| {
            let first = some.start;
            self.side
                .events(&self.ordinals[some], cancel, &mut |i, event| {
                    visit(first + i, step_of(&event));
                })
                .map_err(|e| match e.code {
                    "cancelled" => ReplayError::Cancelled,
                    _ => ReplayError::History(Box::new(e)),
                })
        })
    }
}

/// A stream of a side up to a point.
#[derive(Clone, Copy)]
struct Upto {
    hand: Hand,
    stream: u32,
    events: usize,
}

/// Such a stream's state.
struct Folded<'f> {
    upto: Upto,
    ordinals: &'f [u32],
    projection: String,
    blamed: BlamedState,
}

impl Found {
    /// Ends the replay that is under way, and begins another one.
    pub(crate) fn begin_replay(&self) -> Cancel {
        let cancel = Cancel::new();
        std::mem::replace(&mut *lock(&self.replaying), cancel.clone()).cancel();
        cancel
    }

    /// The states of a finding's stream just after its event.
    pub(crate) fn states(
        &self,
        number: u32,
        known_at: Option<Int>,
        projection: Option<&str>,
        cancel: &Cancel,
    ) -> Result<FindingStatesDto, SessionError> {
        let two = self.two()?;
        // Of one that had not begun: the states as they were by then.
        let known = self.known_as_of(known_at).finding(number);
        let in_the_end = || self.made.finding(number);
        let Some(finding) = known.map(|(finding, _)| finding).or_else(in_the_end) else {
            return Err(SessionError::new(
                "no-such-finding",
                format!("there is no finding {number}"),
            ));
        };
        let upto = [Hand::Left, Hand::Right].map(|hand| {
            two.upto(&finding, hand).map(|upto| match known_at {
                Some(at) => two.by_then(upto, at.0),
                None => upto,
            })
        });
        two.states(upto, projection, cancel)
    }

    /// The states of a stream of the open source on both sides, at a place of the left one.
    pub(crate) fn states_beside(
        &self,
        name: &str,
        (place, sync): (&Place, SyncDto),
        projection: Option<&str>,
        cancel: &Cancel,
    ) -> Result<FindingStatesDto, SessionError> {
        let two = self.two()?;
        let [left, right] = self.included_beside(two.compared, name, place, sync)?;
        let upto = |hand, at: Option<(u32, usize)>| at.map(|(stream, events)| Upto { hand, stream, events });
        two.states(
            [upto(Hand::Left, left), upto(Hand::Right, right)],
            projection,
            cancel,
        )
    }

    fn two(&self) -> Result<Two<'_>, SessionError> {
        Ok(Two {
            found: self,
            compared: self.made.mirror()?,
        })
    }
}

/// Two histories of the same streams.
#[derive(Clone, Copy)]
struct Two<'f> {
    found: &'f Found,
    compared: &'f Compared,
}

impl<'f> Two<'f> {
    /// The states of a stream after so many events of either side, and what set that in which they differ.
    fn states(
        self,
        [left, right]: [Option<Upto>; 2],
        projection: Option<&str>,
        cancel: &Cancel,
    ) -> Result<FindingStatesDto, SessionError> {
        let fold = |upto: Option<Upto>| upto.map(|u| self.fold(u, projection, cancel)).transpose();
        let (left, right) = (fold(left)?, fold(right)?);
        let mut differences = match (&left, &right) {
            (Some(l), Some(r)) => {
                let equality = &self.compared.options.equality;
                equality.value_differences(&l.blamed.at.state, &r.blamed.at.state)
            }
            _ => Vec::new(),
        };
        let differing = differences.len() as u32;
        differences.truncate(MOST_FIELDS);
        let paths: Vec<&str> = differences.iter().map(|d| d.path.as_str()).collect();
        let mut left_by = self.set_by(left.as_ref(), &paths, cancel)?;
        let mut right_by = self.set_by(right.as_ref(), &paths, cancel)?;
        let fields = differences.iter().map(|d| StateFieldDto {
            left: d.left.as_ref().map(ToString::to_string),
            right: d.right.as_ref().map(ToString::to_string),
            left_by: left_by.remove(&d.path).filter(|_| d.left.is_some()),
            right_by: right_by.remove(&d.path).filter(|_| d.right.is_some()),
            path: d.path.clone(),
        });
        Ok(FindingStatesDto {
            fields: fields.collect(),
            differing,
            left: left.map(|l| self.side_state(&l, cancel)).transpose()?,
            right: right.map(|r| self.side_state(&r, cancel)).transpose()?,
        })
    }

    /// How much of a side's stream a finding's state is after; `None`: the side has no such stream.
    fn upto(self, finding: &Finding, hand: Hand) -> Option<Upto> {
        let side = &self.compared.side(hand).side;
        let own = match hand {
            Hand::Left => finding.left,
            Hand::Right => finding.right,
        };
        if let Some(ordinal) = own {
            return Some(Upto {
                hand,
                stream: side.stream_of(ordinal),
                events: side.place(ordinal) as usize + 1,
            });
        }
        let pair = self.compared.comparison.streams.get(finding.stream as usize)?;
        let stream = match hand {
            Hand::Left => pair.left?,
            Hand::Right => pair.right?,
        };
        let (_, ordinal) = finding.event()?;
        Some(Upto {
            hand,
            stream,
            events: self.in_common_before(hand, stream, ordinal),
        })
    }

    /// The same without what had not been recorded by a moment: up to the last event that had been.
    fn by_then(self, upto: Upto, at: i64) -> Upto {
        let side = &self.compared.side(upto.hand).side;
        let events = &side.stream_events(upto.stream)[..upto.events];
        let is_later = |o: &u32| side.time(*o).is_some_and(|t| t > at);
        let known = events.iter().rposition(|o| !is_later(o));
        Upto {
            events: known.map_or(0, |place| place + 1),
            ..upto
        }
    }

    /// After how many events of a stream the last one comes that the other side has before this event, too.
    fn in_common_before(self, hand: Hand, stream: u32, other: u32) -> usize {
        let side = &self.compared.side(hand).side;
        let others = &self.compared.side(hand.other()).side;
        let by = self.compared.comparison.identity;
        let events = side.stream_events(stream);
        // What is there more than once says nothing of places.
        let mut places: HashMap<u64, Option<usize>> = HashMap::with_capacity(events.len());
        for (place, ordinal) in events.iter().enumerate() {
            let known = places.entry(side.key(*ordinal, by)).or_insert(Some(place));
            if *known != Some(place) {
                *known = None;
            }
        }
        let before = &others.stream_events(others.stream_of(other))[..others.place(other) as usize];
        let common = before
            .iter()
            .rev()
            .find_map(|ordinal| places.get(&others.key(*ordinal, by)).copied().flatten());
        if let Some(place) = common {
            return place + 1;
        }
        let Some(time) = others.time(other) else {
            return 0;
        };
        let by_then = events
            .iter()
            .rposition(|o| side.time(*o).is_some_and(|t| t < time));
        by_then.map_or(0, |place| place + 1)
    }

    fn fold(self, upto: Upto, projection: Option<&str>, cancel: &Cancel) -> Result<Folded<'f>, SessionError> {
        let side = self.compared.side(upto.hand);
        let replay = &self.found.replays[usize::from(upto.hand == Hand::Right)];
        let name = side.side.streams().get(upto.stream);
        let projections = replay.projections();
        let number = projection
            .and_then(|name| projections.find(name))
            .unwrap_or_else(|| projections.of_stream(name, category_of(name).unwrap_or_default()));
        let ordinals = side.side.stream_events(upto.stream);
        let history = SideStream { side, ordinals };
        let stream = replay.stream(upto.stream, number, &history)?;
        Ok(Folded {
            upto,
            ordinals,
            projection: stream.projection().name().to_owned(),
            blamed: stream.blamed_state(upto.events, cancel)?,
        })
    }

    /// What set each of these places on a side.
    fn set_by(
        self,
        folded: Option<&Folded<'_>>,
        paths: &[&str],
        cancel: &Cancel,
    ) -> Result<BTreeMap<String, SetByDto>, SessionError> {
        let Some(folded) = folded else {
            return Ok(BTreeMap::new());
        };
        let mut events: HashMap<String, u32> = HashMap::with_capacity(folded.blamed.blame.len());
        for place in &folded.blamed.blame {
            if let Some(ordinal) = place.event.and_then(|i| folded.ordinals.get(i)) {
                events.insert(place.path.to_string(), *ordinal);
            }
        }
        let mut asked: Vec<(u32, &str)> = paths
            .iter()
            .filter_map(|path| Some((*events.get(*path)?, *path)))
            .collect();
        asked.sort_unstable();
        let mut ordinals: Vec<u32> = asked.iter().map(|(ordinal, _)| *ordinal).collect();
        ordinals.dedup();
        let told = self.told(folded.upto.hand, &ordinals, cancel)?;
        let of = |(ordinal, path): &(u32, &str)| {
            let at = ordinals.binary_search(ordinal).ok()?;
            Some(((*path).to_owned(), told.get(at)?.clone()))
        };
        Ok(asked.iter().filter_map(of).collect())
    }

    /// Events of a side in a few words.
    fn told(self, hand: Hand, ordinals: &[u32], cancel: &Cancel) -> Result<Vec<SetByDto>, SessionError> {
        let alignment = match hand {
            Hand::Left => self.found.alignment(),
            Hand::Right => Arc::new(Alignment::Unknown),
        };
        let mut told = Vec::with_capacity(ordinals.len());
        self.compared
            .side(hand)
            .events(ordinals, cancel, &mut |i, event| {
                told.push(SetByDto {
                    kind: event.kind,
                    version: event.version.map(Int),
                    position: event.position,
                    time: event.time.map(|t| t.to_string()),
                    ordinal: alignment.ordinal(ordinals[i]),
                });
            })?;
        Ok(told)
    }

    fn side_state(self, folded: &Folded<'_>, cancel: &Cancel) -> Result<SideStateDto, SessionError> {
        let Upto { hand, stream, events } = folded.upto;
        let last = events.checked_sub(1).and_then(|i| folded.ordinals.get(i));
        let last = last.map(|o| self.told(hand, &[*o], cancel)).transpose()?;
        Ok(SideStateDto {
            stream: self.compared.side(hand).side.streams().get(stream).to_owned(),
            included: events as u32,
            length: folded.ordinals.len() as u32,
            projection: folded.projection.clone(),
            state: folded.blamed.at.state.to_string(),
            last: last.and_then(|mut told| told.pop()),
            problems: folded.blamed.at.problems.iter().count() as u32,
        })
    }
}
