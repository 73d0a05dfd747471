//! Points as users write them, as places on an axis.

use std::collections::BTreeSet;

use leftfold_event::{Cancel, Point};
use leftfold_log::{Axis, LaneBy, Place};

use super::{View, spread};
use crate::alike::did_you_mean;
use crate::error::SessionError;

/// Events fetched at a time where a position can only be found by reading.
const CHUNK: usize = 4096;

/// Events looked at for the partitions there are, spread over the log.
const LOOKED_AT: u32 = 4000;

/// Positions proposed for an offset.
const PROPOSED: usize = 3;

impl View {
    /// The place of a point as a user writes it. `v7` needs a stream; a moment in log order is after the stream's last event
    /// recorded by then, without a stream after the log's last one. `cancel` ends the search for a position that is no
    /// number.
    pub fn resolve(
        &self,
        axis: Axis,
        stream: Option<u32>,
        point: &Point,
        cancel: &Cancel,
    ) -> Result<Place, SessionError> {
        let (first, last) = self.log.extent(axis).unwrap_or((0, 0));
        let edge = |coord| Place {
            axis,
            coord,
            ordinal: None,
        };
        match point {
            Point::Start => Ok(edge(first.saturating_sub(1))),
            Point::End => Ok(edge(last)),
            Point::Version(version) => self.at_event(axis, self.of_version(stream, *version, cancel)?),
            Point::Position(text) => self.at_event(axis, self.of_position(text, cancel)?),
            Point::Ordinal(ordinal) => {
                let events = self.log.events();
                if *ordinal >= events {
                    let last = events.checked_sub(1).map(|n| format!("; the last is e{n}"));
                    let last = last.unwrap_or_default();
                    return Err(nowhere(format!("there is no event e{ordinal}{last}")));
                }
                self.at_event(axis, *ordinal)
            }
            Point::Time(time) => Ok(self.at_time(axis, stream, time.nanos)),
            Point::BeforeEnd { nanos } => {
                let (_, last) = self
                    .log
                    .extent(Axis::Time)
                    .ok_or_else(|| nowhere("no event has a time"))?;
                Ok(self.at_time(axis, stream, last.saturating_sub(*nanos)))
            }
        }
    }

    /// The place of a point on the timeline it speaks of: a moment in event time, anything else in log order.
    pub fn place(&self, stream: Option<u32>, point: &Point, cancel: &Cancel) -> Result<Place, SessionError> {
        let axis = match point {
            Point::Time(_) | Point::BeforeEnd { .. } => Axis::Time,
            _ => Axis::Log,
        };
        if axis == Axis::Time && self.log.extent(Axis::Time).is_none() {
            return Err(nowhere("no event has a time: say a version or a position"));
        }
        self.resolve(axis, stream, point, cancel)
    }

    fn at_event(&self, axis: Axis, ordinal: u32) -> Result<Place, SessionError> {
        let coord = self
            .log
            .coord(axis, ordinal)
            .ok_or_else(|| nowhere("that event has no time: use the log order"))?;
        Ok(Place {
            axis,
            coord,
            ordinal: Some(ordinal),
        })
    }

    /// The stream's event of a version: the last one, where a version is there twice.
    fn of_version(&self, stream: Option<u32>, version: i64, cancel: &Cancel) -> Result<u32, SessionError> {
        let stream = stream.ok_or_else(|| nowhere(format!("v{version} needs a stream")))?;
        let events = self.log.stream_events(stream);
        let mut versions = events
            .iter()
            .filter_map(|o| Some((self.log.version_in(stream, *o)?, *o)));
        if let Some((_, found)) = versions.clone().rev().find(|(v, _)| *v == version) {
            return Ok(found);
        }
        let name = self.log.names(LaneBy::Stream).get(stream);
        let (first, last) = (
            versions.clone().map(|(v, _)| v).min(),
            versions.clone().map(|(v, _)| v).max(),
        );
        let near = |found: Option<i64>| found.map(|v| format!("v{v}")).unwrap_or_default();
        let range = match (first, last) {
            (Some(first), Some(last)) if first < version && version < last => {
                let below = versions.clone().map(|(v, _)| v).filter(|v| *v < version).max();
                let above = versions.by_ref().map(|(v, _)| v).filter(|v| *v > version).min();
                format!("; it has {} and {}, and none between", near(below), near(above))
            }
            (Some(first), Some(last)) => format!("; it has v{first} to v{last}"),
            _ => {
                return Err(nowhere(format!(
                    "{name:?} has no version {version}; {}",
                    self.instead_of_version(events, version, cancel)?
                )));
            }
        };
        Err(nowhere(format!("{name:?} has no version {version}{range}")))
    }

    /// What to say of a stream whose events state no versions: what this history has, by the event that would be of that version.
    fn instead_of_version(
        &self,
        events: &[u32],
        version: i64,
        cancel: &Cancel,
    ) -> Result<String, SessionError> {
        let nth = usize::try_from(version).ok().and_then(|n| n.checked_sub(1));
        let meant = nth.and_then(|n| events.get(n));
        let Some(event) = meant.or_else(|| events.last()).copied() else {
            return Ok("it has no events".to_owned());
        };
        let mut ways = vec![format!("e{event}")];
        if self.states_positions(cancel)? {
            let mut position = None;
            self.events(&[event], cancel, &mut |_, event| position = event.position)?;
            ways.extend(position.map(|p| format!("'#{p}'")));
        }
        if self.log.time(event).is_some() {
            ways.push("a time".to_owned());
        }
        let which = match meant {
            Some(_) => format!("number {version}"),
            None => "the last".to_owned(),
        };
        Ok(format!(
            "its events state no versions: for {which} of its {} say {}",
            events.len(),
            ways.join(" or ")
        ))
    }

    /// The event at a position, where the store can tell without reading.
    pub(crate) fn at_position_text(&self, text: &str) -> Option<u32> {
        if let Some(place) = self.source.store.locate(text).ok()? {
            return self.log.at_row(place.row);
        }
        // A position that is a number is in the index.
        let number = text.parse::<i64>().ok().filter(|n| n.to_string() == text)?;
        self.log.at_position(number)
    }

    /// The event at a position as the store writes it.
    fn of_position(&self, text: &str, cancel: &Cancel) -> Result<u32, SessionError> {
        let number = text.parse::<i64>().ok();
        if let Some(place) = self.source.store.locate(text)? {
            let missing = || nowhere(format!("there is no position {text:?}"));
            return self.log.at_row(place.row).ok_or_else(missing);
        }
        let found = match number.and_then(|n| self.log.at_position(n)) {
            // A position that is a number is in the index.
            None if number.is_none_or(|n| n.to_string() != text) => self.read_for_position(text, cancel)?,
            found => found,
        };
        if let Some(found) = found {
            return Ok(found);
        }
        Err(nowhere(if self.states_positions(cancel)? {
            format!(
                "there is no position {text:?}{}",
                self.position_meant(text, cancel)?
            )
        } else {
            format!(
                "there is no position {text:?}: this history states no positions; say e{} for the event with that many before it \
                 in log order",
                number.unwrap_or(5).max(0)
            )
        }))
    }

    /// The first event whose position is this text, among those whose position is no number.
    fn read_for_position(&self, text: &str, cancel: &Cancel) -> Result<Option<u32>, SessionError> {
        let unnumbered: Vec<u32> = (0..self.log.events())
            .filter(|o| self.log.position(*o).is_none())
            .collect();
        for chunk in unnumbered.chunks(CHUNK) {
            let mut found = None;
            self.events(chunk, cancel, &mut |ordinal, event| {
                if found.is_none() && event.position.as_deref() == Some(text) {
                    found = Some(ordinal);
                }
            })?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// What to write instead, where positions are Kafka's and an offset alone was written: `orders[3]@17` for `17`.
    fn position_meant(&self, offset: &str, cancel: &Cancel) -> Result<String, SessionError> {
        let mut partitions = BTreeSet::new();
        let mut example = None;
        for chunk in spread(self.log.events(), LOOKED_AT).chunks(CHUNK) {
            self.events(chunk, cancel, &mut |_, event| {
                let Some(position) = event.position else { return };
                if let Some((partition, _)) = position.rsplit_once('@')
                    && partition.ends_with(']')
                {
                    partitions.insert(partition.to_owned());
                    example.get_or_insert(position);
                }
            })?;
        }
        let Some(example) = example else {
            return Ok(String::new());
        };
        let (mut there, mut to_read) = (Vec::new(), BTreeSet::new());
        for partition in partitions {
            let text = format!("{partition}@{offset}");
            match self.source.store.locate(&text)? {
                Some(place) if self.log.at_row(place.row).is_some() => there.push(text),
                Some(_) => {}
                None => {
                    to_read.insert(text);
                }
            }
        }
        if !to_read.is_empty() {
            let all: Vec<u32> = (0..self.log.events()).collect();
            for chunk in all.chunks(CHUNK) {
                self.events(chunk, cancel, &mut |_, event| {
                    there.extend(event.position.filter(|p| to_read.remove(p)));
                })?;
                if there.len() >= PROPOSED || to_read.is_empty() {
                    break;
                }
            }
        }
        there.sort_unstable();
        there.truncate(PROPOSED);
        let quoted: Vec<String> = there.into_iter().map(|p| format!("'#{p}'")).collect();
        Ok(if quoted.is_empty() {
            format!("; positions here are written like '#{example}'")
        } else {
            did_you_mean(&quoted)
        })
    }

    /// Whether the store states positions: numbers, or texts of its own such as `orders[3]@17`.
    pub fn states_positions(&self, cancel: &Cancel) -> Result<bool, SessionError> {
        if self.log.has_positions() || self.log.events() == 0 {
            return Ok(self.log.has_positions());
        }
        let mut stated = false;
        self.events(&[0], cancel, &mut |_, event| stated = event.position.is_some())?;
        Ok(stated)
    }

    fn at_time(&self, axis: Axis, stream: Option<u32>, nanos: i64) -> Place {
        let moment = Place {
            axis: Axis::Time,
            coord: nanos,
            ordinal: None,
        };
        if axis == Axis::Time {
            return moment;
        }
        let coord = match stream {
            Some(stream) => {
                let events = self.log.stream_events(stream);
                match self.log.included(stream, &moment).checked_sub(1) {
                    Some(last) => i64::from(events[last]),
                    None => events.first().map_or(-1, |first| i64::from(*first) - 1),
                }
            }
            None => (0..self.log.events())
                .rev()
                .find(|o| self.log.time(*o).is_some_and(|t| t <= nanos))
                .map_or(-1, i64::from),
        };
        Place {
            axis,
            coord,
            ordinal: None,
        }
    }
}

fn nowhere(what: impl Into<String>) -> SessionError {
    SessionError::new("no-such-point", what)
}
