//! What is odd about a history: from its index, and from reading some of its events whole.

use leftfold_event::{Cancel, Event, Locator, ProblemCode};
use leftfold_log::{Axis, LaneBy, Log};

use crate::dto::{Int, OddityDto};
use crate::error::SessionError;
use crate::source::{OpenSource, Snapshot};

/// Events read whole to see whether their payloads can be read: all of a short history; of a longer one half are the first.
const LOOKED_AT: u32 = 1_024;

/// Events read between two looks at how much that was.
const AT_ONCE: usize = 64;

/// Stored bytes after which no more is read.
const ENOUGH_BYTES: usize = 32 << 20;

/// Something odd about a history. Not wrong by itself: worth a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oddity {
    /// Stable across releases: `unreadable`, `header-problem`, `payload-problem`, `without-time`, `time-inexact`, `time-disorder`, `version-repeated`,
    /// `version-gap`, `version-late-start`.
    pub code: &'static str,
    /// How many events (or streams, where the message says so).
    pub count: u64,
    /// The first of them, and how a person would find it.
    pub first: Option<(u32, String)>,
    /// How many events were looked at, where that was not all: there are at least `count`.
    pub looked_at: Option<u32>,
    /// What, and where the first of it is.
    pub message: String,
}

impl From<Oddity> for OddityDto {
    fn from(oddity: Oddity) -> Self {
        let (first, label) = oddity.first.unzip();
        Self {
            code: oddity.code.to_owned(),
            count: Int(oddity.count as i64),
            first,
            label,
            looked_at: oddity.looked_at,
            message: oddity.message,
        }
    }
}

/// What reading events whole has shown.
struct Looked {
    /// Whether the log has parts with orders of their own (partitions), told by the upper bits of the rows.
    by_lane: bool,
    /// How many were read.
    events: u32,
    /// Those of them whose payload or metadata cannot be read, ascending.
    unread: Vec<u32>,
    /// Those of them whose time holds less than the store's text.
    inexact: Vec<u32>,
}

impl OpenSource {
    /// What is odd about the history, worst first. One pass over the index, and up to 1,024 events read whole: only then is
    /// it known whether a payload can be read.
    pub fn oddities(&self, cancel: &Cancel) -> Result<Vec<Oddity>, SessionError> {
        let snapshot = self.snapshot();
        let looked = self.look(&snapshot.log, cancel)?;
        Ok(snapshot.oddities(&looked))
    }

    fn look(&self, log: &Log, cancel: &Cancel) -> Result<Looked, SessionError> {
        let mut looked = Looked {
            by_lane: self.store.in_parts(),
            events: 0,
            unread: Vec::new(),
            inexact: Vec::new(),
        };
        let mut bytes = 0;
        for ordinals in looked_at(log.events()).chunks(AT_ONCE) {
            let locators: Vec<Locator> = ordinals.iter().map(|&o| log.locator(o)).collect();
            self.store.fetch(&locators, cancel, &mut |i, event: Event| {
                let Some(&ordinal) = ordinals.get(i) else { return };
                looked.events += 1;
                bytes += event.payload.raw.len() + event.metadata.raw.len();
                // What stands for a row that cannot be read at all is told of as that.
                let known = || log.problems().binary_search(&ordinal).is_ok();
                let unread = event.problems.iter().any(|p| match p.code {
                    ProblemCode::PayloadUndecodable
                    | ProblemCode::PayloadEncrypted
                    | ProblemCode::MetadataUndecodable => true,
                    ProblemCode::RowUnreadable => !known(),
                    _ => false,
                });
                if unread {
                    looked.unread.push(ordinal);
                }
                if event.problems.iter().any(|p| p.code == ProblemCode::TimeInexact) {
                    looked.inexact.push(ordinal);
                }
            })?;
            if bytes >= ENOUGH_BYTES {
                break;
            }
        }
        Ok(looked)
    }
}

/// Which events are read whole, ascending: all, or the first ones and then some spread over the rest.
fn looked_at(events: u32) -> Vec<u32> {
    if events <= LOOKED_AT {
        return (0..events).collect();
    }
    let first = LOOKED_AT / 2;
    let rest = u64::from(events - first);
    let spread = (1..=u64::from(LOOKED_AT - first))
        .map(|i| first + (i * rest / u64::from(LOOKED_AT - first)) as u32 - 1);
    (0..first).chain(spread).collect()
}

impl Snapshot {
    fn oddities(&self, looked: &Looked) -> Vec<Oddity> {
        let log = &*self.log;
        let mut found: Vec<Oddity> = self
            .unreadable
            .iter()
            .map(|what| Oddity {
                code: "unreadable",
                count: what.rows,
                first: None,
                looked_at: None,
                message: what.message.clone(),
            })
            .collect();
        // Events of which it was said already why.
        let told_of: u64 = self.unreadable.iter().map(|u| u.marked).sum();
        let named = |o: &&u32| {
            let mut names = [LaneBy::Stream, LaneBy::Type].into_iter();
            names.any(|by| !name(log, by, **o).is_empty())
                || log.version(**o).is_some()
                || log.time(**o).is_some()
        };
        // What lacks nothing but its time is told of as that.
        let odd: Vec<u32> = log
            .problems()
            .iter()
            .copied()
            .filter(|o| !lacks_time_alone(log, *o))
            .collect();
        let count = (odd.len() as u64).saturating_sub(told_of);
        if let Some(&first) = odd.iter().find(named).or(odd.first())
            && count > 0
        {
            let label = label(log, first);
            let message = told(
                count,
                "event has a part",
                "events have a part",
                "that is missing or cannot be read",
                &label,
            );
            found.push(Oddity {
                code: "header-problem",
                count,
                first: Some((first, label)),
                looked_at: None,
                message,
            });
        }
        found.extend(looked.oddity(log, "payload-problem", &looked.unread, UNREAD));
        let timed = log.order(Axis::Time).len();
        // All that are not on the axis, whatever else they lack; what stands for rows that cannot be read is no event.
        let placeholders: u64 = self.unreadable.iter().map(|u| u.events).sum();
        let count = u64::from(log.events() - timed).saturating_sub(placeholders);
        if timed > 0 && count > 0 {
            let (event, they) = if count == 1 {
                ("event has", "it is")
            } else {
                ("events have", "they are")
            };
            let message = format!("{count} {event} no time that can be read: {they} not on the time axis");
            found.push(Oddity {
                code: "without-time",
                count,
                first: None,
                looked_at: None,
                message,
            });
        }
        found.extend(looked.oddity(log, "time-inexact", &looked.inexact, INEXACT));
        found.extend(time_disorder(log, looked.by_lane));
        found.extend(versions(log));
        found
    }
}

fn name(log: &Log, by: LaneBy, ordinal: u32) -> &str {
    log.names(by).get(log.lane(by, ordinal))
}

/// Whether the time is all that is missing of an event.
fn lacks_time_alone(log: &Log, ordinal: u32) -> bool {
    !log.order(Axis::Time).is_empty()
        && log.time(ordinal).is_none()
        && log.version(ordinal).is_some()
        && [LaneBy::Stream, LaneBy::Type]
            .into_iter()
            .all(|by| !name(log, by, ordinal).is_empty())
}

/// An event as a person would find it.
fn label(log: &Log, ordinal: u32) -> String {
    let stream = name(log, LaneBy::Stream, ordinal);
    let version = log.version(ordinal).map(|v| format!("v{v}"));
    let place = log
        .position(ordinal)
        .map_or_else(|| format!("e{ordinal}"), |p| format!("#{p}"));
    let named: Vec<&str> = [stream, version.as_deref().unwrap_or_default()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    if named.is_empty() {
        place
    } else {
        format!("{} ({place})", named.join(" "))
    }
}

/// `1 event carries …: which`, `2 events carry …; the first is which`.
fn told(count: u64, one: &str, many: &str, what: &str, first: &str) -> String {
    if count == 1 {
        format!("1 {one} {what}: {first}")
    } else {
        format!("{count} {many} {what}; the first is {first}")
    }
}

/// What is told of one such event, and of several.
type Words = [&'static str; 2];

const UNREAD: Words = [
    "event has a payload or metadata that cannot be read",
    "events have a payload or metadata that cannot be read",
];
const INEXACT: Words = [
    "event has a time written with more than is kept (a leap second, or digits behind the nanosecond)",
    "events have a time written with more than is kept (a leap second, or digits behind the nanosecond)",
];

impl Looked {
    /// What is to be told of some of the events that were read. Only of a short history are all such events known.
    fn oddity(&self, log: &Log, code: &'static str, found: &[u32], [one, many]: Words) -> Option<Oddity> {
        let ordinal = *found.first()?;
        let first = label(log, ordinal);
        let count = found.len() as u64;
        let what = if count == 1 { one } else { many };
        let message = match (self.events == log.events(), count) {
            (true, 1) => format!("1 {what}: {first}"),
            (true, _) => format!("{count} {what}; the first is {first}"),
            (false, _) => format!(
                "at least {count} {what}, of {} looked at; the first of those is {first}",
                self.events
            ),
        };
        Some(Oddity {
            code,
            count,
            first: Some((ordinal, first)),
            looked_at: (self.events != log.events()).then_some(self.events),
            message,
        })
    }
}

fn time_disorder(log: &Log, by_lane: bool) -> Option<Oddity> {
    if log.is_time_ordered() {
        return None;
    }
    let (mut latest, mut count, mut first) = (i64::MIN, 0_u64, None);
    let mut lane = 0;
    for ordinal in 0..log.events() {
        let Some(time) = log.time(ordinal) else { continue };
        let own = if by_lane {
            log.locator(ordinal).row >> 48
        } else {
            0
        };
        if own != lane {
            (lane, latest) = (own, i64::MIN);
        }
        if time < latest {
            count += 1;
            first = first.or(Some(ordinal));
        }
        latest = latest.max(time);
    }
    let ordinal = first?;
    let first = label(log, ordinal);
    let message = told(
        count,
        "event carries",
        "events carry",
        "an earlier time than one before in the log",
        &first,
    );
    Some(Oddity {
        code: "time-disorder",
        count,
        first: Some((ordinal, first)),
        looked_at: None,
        message,
    })
}

#[derive(Default)]
struct Seen {
    count: u64,
    first: Option<u32>,
}

impl Seen {
    fn at(&mut self, ordinal: u32) {
        self.count += 1;
        self.first = Some(self.first.map_or(ordinal, |f| f.min(ordinal)));
    }

    fn oddity(&self, log: &Log, code: &'static str, [one, many, what]: [&str; 3]) -> Option<Oddity> {
        let ordinal = self.first?;
        let label = label(log, ordinal);
        let message = told(self.count, one, many, what, &label);
        Some(Oddity {
            code,
            count: self.count,
            first: Some((ordinal, label)),
            looked_at: None,
            message,
        })
    }
}

/// Versions that repeat, skip numbers, or begin late.
fn versions(log: &Log) -> Vec<Oddity> {
    let (mut repeated, mut gaps, mut late) = (Seen::default(), Seen::default(), Seen::default());
    for stream in 0..log.names(LaneBy::Stream).len() as u32 {
        let mut before: Option<i64> = None;
        for &ordinal in log.stream_events(stream) {
            // An event that belongs to several streams counts its version in its own.
            if log.lane(LaneBy::Stream, ordinal) != stream {
                continue;
            }
            let Some(version) = log.version(ordinal) else {
                continue;
            };
            match before {
                None if version > 1 => late.at(ordinal),
                Some(b) if version <= b => repeated.at(ordinal),
                Some(b) if version > b + 1 => gaps.at(ordinal),
                _ => {}
            }
            before = Some(before.map_or(version, |b| b.max(version)));
        }
    }
    let told = [
        repeated.oddity(
            log,
            "version-repeated",
            ["event has", "events have", "a version its stream already had"],
        ),
        gaps.oddity(
            log,
            "version-gap",
            ["event skips", "events skip", "a version of its stream"],
        ),
        late.oddity(
            log,
            "version-late-start",
            ["stream begins", "streams begin", "later than at version 0 or 1"],
        ),
    ];
    told.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_history_is_looked_at_whole_and_a_long_one_from_its_first_to_its_last_event() {
        assert_eq!(looked_at(299), (0..299).collect::<Vec<_>>());
        for events in [LOOKED_AT + 1, 5_000, u32::MAX] {
            let looked = looked_at(events);
            assert_eq!(looked.len(), LOOKED_AT as usize);
            assert!(looked.is_sorted_by(|a, b| a < b));
            assert_eq!((looked[0], looked.last().copied()), (0, Some(events - 1)));
        }
    }
}
