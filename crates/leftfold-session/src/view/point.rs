//! Points as users write them, as places on an axis.

use leftfold_event::Point;
use leftfold_log::{Axis, LaneBy, Place};

use super::View;
use crate::error::SessionError;

impl View {
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
}
