//! The same day as a second data centre received it: a copy with faults of every kind planted in it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{BufWriter, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use leftfold_event::{Cancel, Progress};

use crate::clock_text::ClockText;
use crate::day::{MINUTE, SALE, SECOND, clock};
use crate::payload::put;
use crate::random::Chance;
use crate::shop::{self, Row, RowSink};
use crate::{DemoError, DemoOptions};

/// What was done to the copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What a comparison calls it.
    pub category: &'static str,
    /// How many events (or rows) it is about.
    pub events: u64,
    /// Why, in a sentence.
    pub what: &'static str,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MirrorSummary {
    /// Events (or rows) written.
    pub events: u64,
    /// What is wrong with them, in the order of the day.
    pub faults: Vec<Fault>,
}

/// What is planted, in the order of the day. `pending` is what comes after the copy's end.
const PLANTED: [(&str, &str); 10] = [
    (
        "extra",
        "somebody tried a script against production before breakfast",
    ),
    ("reordered", "a retry overtook the event before it"),
    (
        "version-collision",
        "the other centre took an order's change for itself, under a version that was taken here",
    ),
    (
        "late",
        "the line between the data centres was down for twelve minutes",
    ),
    ("conflict", "a release rounded amounts for a quarter of an hour"),
    ("placement", "a client wrote order numbers with a zero too many"),
    (
        "missing",
        "a consumer was restarted in the rush of the sale, and skipped what it had in hand",
    ),
    ("duplicate", "what it had acknowledged but not stored came twice"),
    (
        "undecodable",
        "a proxy cut off what it forwarded in the middle of its payloads",
    ),
    ("pending", "the copy was taken before these arrived"),
];

const EXTRA: usize = 0;
const REORDERED: usize = 1;
const COLLISION: usize = 2;
const LATE: usize = 3;
const CONFLICT: usize = 4;
const PLACEMENT: usize = 5;
const MISSING: usize = 6;
const DUPLICATE: usize = 7;
const UNDECODABLE: usize = 8;
const PENDING: usize = 9;

/// Changes that the other centre takes for itself, and payloads that are cut off.
const COLLISIONS: u64 = 2;
const CUT_OFF: u64 = 3;

/// When the line is down, and the quarter of an hour of the wrong release.
const DOWN: (i64, i64) = (clock(14, 5), clock(14, 17));
const RELEASE: (i64, i64) = (clock(16, 0), clock(16, 15));
/// When the copy ends.
const END: i64 = clock(23, 10);

/// Writes the copy as NDJSON: the same events as [`crate::write_ndjson`] with these options gives, stamped when they arrived, with faults.
///
/// # Errors
/// [`DemoError::Events`] for a number of events outside the bounds; [`DemoError::Cancelled`]; [`DemoError::Write`].
pub fn write_mirror<W: Write>(
    out: W,
    options: &DemoOptions,
    cancel: &Cancel,
    progress: &Progress,
) -> Result<MirrorSummary, DemoError> {
    let mut copy = Copy {
        out: BufWriter::with_capacity(1 << 16, out),
        start: options.start.nanos / 1_000,
        seed: options.seed,
        arriving: BinaryHeap::new(),
        clock: ClockText::default(),
        taken: 0,
        written: 0,
        faults: [0; PLANTED.len()],
        held: None,
        held_since: 0,
    };
    shop::run(options, &mut copy, cancel, progress)?;
    copy.release_held();
    copy.write_until(i64::MAX)?;
    copy.out.flush().map_err(DemoError::Write)?;
    Ok(MirrorSummary {
        events: copy.written,
        faults: PLANTED
            .iter()
            .zip(copy.faults)
            .filter(|(_, events)| *events > 0)
            .map(|(&(category, what), events)| Fault {
                category,
                events,
                what,
            })
            .collect(),
    })
}

/// An event on its way: when it arrives, a number that keeps equal times apart, and its line without position and time.
type Arriving = Reverse<(i64, u64, String, String)>;

struct Copy<W: Write> {
    out: BufWriter<W>,
    /// Microseconds since the epoch at which the day starts.
    start: i64,
    seed: u64,
    arriving: BinaryHeap<Arriving>,
    clock: ClockText,
    taken: u64,
    written: u64,
    faults: [u64; PLANTED.len()],
    /// An event that waits to be overtaken by two of its stream: stream, how many are still to pass, the event.
    held: Option<(u64, u8, (i64, String, String))>,
    /// When that one happened.
    held_since: i64,
}

impl<W: Write> Copy<W> {
    fn count(&mut self, fault: usize) {
        self.faults[fault] += 1;
    }

    fn send(&mut self, arrival: i64, before: String, after: String) {
        if arrival - self.start > END {
            self.count(PENDING);
            return;
        }
        self.taken += 1;
        self.arriving.push(Reverse((arrival, self.taken, before, after)));
    }

    fn release_held(&mut self) {
        if let Some((_, left, (arrival, before, after))) = self.held.take() {
            if left < 2 {
                self.count(REORDERED);
            }
            if arrival - self.held_since > 30 * SECOND {
                self.count(LATE);
            }
            self.send(arrival, before, after);
        }
    }

    /// Writes what has arrived by then.
    fn write_until(&mut self, time: i64) -> Result<(), DemoError> {
        while let Some(Reverse((arrival, ..))) = self.arriving.peek()
            && *arrival <= time
            && let Some(Reverse((arrival, _, before, after))) = self.arriving.pop()
        {
            self.written += 1;
            let mut line = String::with_capacity(before.len() + after.len() + 64);
            put!(
                line,
                r#"{{"source":"mirror","position":{},{before},"time":""#,
                self.written
            );
            self.clock.append(&mut line, arrival, 'T');
            put!(line, r#"Z",{after}}}"#);
            line.push('\n');
            self.out.write_all(line.as_bytes()).map_err(DemoError::Write)?;
        }
        Ok(())
    }
}

impl<W: Write> RowSink for Copy<W> {
    fn row(&mut self, row: &Row<'_>) -> Result<(), DemoError> {
        // The order of events that take the same way is kept: a stream's way is always of one length.
        self.write_until(row.time)?;
        let lag = Chance::new(self.seed, 71, row.stream_number).between(40_000, 1_400_000);
        let mut chance = Chance::new(self.seed, 72, row.position);
        let of_day = row.time - self.start;
        let within = |(from, to): (i64, i64)| (from..to).contains(&of_day);
        let category = row.category.name();
        let mut stream = format!("{category}-{}", row.stream);
        let mut payload = row.payload.to_owned();
        let mut arrival = row.time + lag;
        let mut doubled = false;
        let plain = self
            .held
            .as_ref()
            .is_none_or(|(held, ..)| *held != row.stream_number);
        if within(DOWN) {
            arrival = self.start + DOWN.1 + lag;
            if arrival - row.time > 30 * SECOND {
                self.count(LATE);
            }
        } else if within((SALE + 2 * MINUTE, SALE + 4 * MINUTE)) && plain && chance.percent(3) {
            if chance.percent(60) {
                self.count(MISSING);
                return Ok(());
            }
            self.count(DUPLICATE);
            doubled = true;
        } else if within(RELEASE) && plain {
            if let Some(rounded) = rounded(&payload) {
                payload = rounded;
                self.count(CONFLICT);
            }
        } else if category == "order" && plain && within((clock(17, 0), clock(17, 30))) && chance.percent(1) {
            stream = format!("{category}-0{}", row.stream);
            self.count(PLACEMENT);
        }
        let mut before = String::new();
        put!(
            before,
            r#""stream":"{stream}","category":"{category}","version":{},"id":"{}","type":"{}""#,
            row.version,
            row.id,
            row.kind
        );
        let mut after = String::new();
        let is_order = plain && category == "order" && row.version > 1;
        if is_order && of_day > clock(21, 0) && self.faults[UNDECODABLE] < CUT_OFF {
            self.count(UNDECODABLE);
            let half = STANDARD.encode(&payload.as_bytes()[..payload.len() / 2]);
            put!(after, r#""payload_base64":"{half}""#);
        } else {
            put!(after, r#""payload":{payload}"#);
        }
        put!(after, r#","correlation_id":"{}""#, row.correlation);
        if let Some(cause) = row.causation {
            put!(after, r#","causation_id":"{cause}""#);
        }
        if self.faults[EXTRA] < 3 && of_day > clock(7, 30) && category == "order" && row.version == 1 {
            self.count(EXTRA);
            let mut odd = String::new();
            let n = self.faults[EXTRA];
            put!(
                odd,
                r#""stream":"order-test-{n}","category":"order","version":1,"id":"00000000-0000-4000-8000-00000000000{n}","type":"OrderPlaced""#
            );
            self.send(arrival, odd, r#""payload":{"note":"please ignore"}"#.to_owned());
        }
        if is_order && of_day > clock(12, 0) && self.faults[COLLISION] < COLLISIONS {
            self.count(COLLISION);
            let mut own = String::new();
            let n = self.faults[COLLISION];
            put!(
                own,
                r#""stream":"{stream}","category":"order","version":{},"id":"00000000-0000-4000-8000-00000000010{n}","type":"OrderNoteWritten""#,
                row.version
            );
            self.send(
                arrival + 200_000,
                own,
                r#""payload":{"note":"leave it at the door"}"#.to_owned(),
            );
        }
        // A stock level hears of every order, so two more events of its stream come soon.
        if self.held.is_none()
            && self.faults[REORDERED] < 6
            && of_day > clock(10, 0)
            && category == "stock"
            && row.version > 3
        {
            self.held = Some((row.stream_number, 2, (arrival, before, after)));
            self.held_since = row.time;
            return Ok(());
        }
        if doubled {
            self.send(arrival + 700_000, before.clone(), after.clone());
        }
        self.send(arrival, before, after);
        if let Some((held, left, late)) = &mut self.held
            && *held == row.stream_number
        {
            *left -= 1;
            late.0 = late.0.max(arrival);
            if *left == 0 {
                self.release_held();
            }
        }
        Ok(())
    }
}

/// The payload with its amount rounded, where it has one with cents.
pub(crate) fn rounded(payload: &str) -> Option<String> {
    let key = ["\"capturedAmount\":", "\"total\":"]
        .into_iter()
        .find(|key| payload.contains(key))?;
    let from = payload.find(key)? + key.len();
    let to = from + payload[from..].find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (whole, cents) = payload[from..to].split_once('.')?;
    let whole: u64 = whole.parse().ok()?;
    let up = u64::from(cents.as_bytes().first().is_some_and(|d| *d >= b'5'));
    cents
        .bytes()
        .any(|d| d != b'0')
        .then(|| format!("{}{}{}", &payload[..from], whole + up, &payload[to..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mirror(options: &DemoOptions) -> (Vec<u8>, MirrorSummary) {
        let mut out = Vec::new();
        let summary = write_mirror(&mut out, options, &Cancel::new(), &Progress::new()).unwrap();
        (out, summary)
    }

    #[test]
    fn every_fault_is_planted_and_the_same_seed_gives_the_same_bytes() {
        let options = DemoOptions::default();
        let (bytes, summary) = mirror(&options);
        let planted: Vec<&str> = summary.faults.iter().map(|f| f.category).collect();
        assert_eq!(planted, PLANTED.map(|(category, _)| category));
        assert_eq!(mirror(&options), (bytes, summary));
    }

    #[test]
    fn amounts_are_rounded_to_the_nearest() {
        assert_eq!(
            rounded(r#"{"total":12.50,"x":1}"#).as_deref(),
            Some(r#"{"total":13,"x":1}"#)
        );
        assert_eq!(rounded(r#"{"total":12.49}"#).as_deref(), Some(r#"{"total":12}"#));
        assert_eq!(rounded(r#"{"total":12.00}"#), None);
        assert_eq!(rounded(r#"{"qty":2}"#), None);
    }
}
