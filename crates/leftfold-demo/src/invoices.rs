//! What another service made of the day's orders: an invoice for each, with faults planted in them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{BufWriter, Write};

use leftfold_event::{Cancel, Progress};

use crate::clock_text::ClockText;
use crate::day::{SECOND, clock};
use crate::mirror::{Fault, MirrorSummary, rounded};
use crate::payload::put;
use crate::random::Chance;
use crate::shop::{self, Row, RowSink};
use crate::{DemoError, DemoOptions};

/// What is planted, as a comparison calls it that expects an invoice within half a minute.
const PLANTED: [(&str, &str); 5] = [
    (
        "extra",
        "somebody wrote an invoice by hand, for an order there is not",
    ),
    (
        "deadline, healed",
        "printing was held up over lunch, and these came minutes later",
    ),
    ("conflict", "a release rounded amounts for a quarter of an hour"),
    ("deadline", "a worker died with these in hand, and nobody noticed"),
    ("cardinality", "what it had sent but not noted was sent again"),
];

const EXTRA: usize = 0;
const HELD_UP: usize = 1;
const ROUNDED: usize = 2;
const LOST: usize = 3;
const TWICE: usize = 4;

/// When printing is held up, when amounts are rounded, and when the worker dies.
const LUNCH: (i64, i64) = (clock(12, 0), clock(12, 30));
const RELEASE: (i64, i64) = (clock(16, 0), clock(16, 15));
const DEATH: (i64, i64) = (clock(19, 2), clock(19, 4));

/// Writes the invoices as NDJSON: `InvoiceSent` of streams `invoice-N`, by the orders that [`crate::write_ndjson`] with these options gives.
///
/// # Errors
/// [`DemoError::Events`] for a number of events outside the bounds; [`DemoError::Cancelled`]; [`DemoError::Write`].
pub fn write_invoices<W: Write>(
    out: W,
    options: &DemoOptions,
    cancel: &Cancel,
    progress: &Progress,
) -> Result<MirrorSummary, DemoError> {
    let mut invoices = Invoices {
        out: BufWriter::with_capacity(1 << 16, out),
        start: options.start.nanos / 1_000,
        seed: options.seed,
        arriving: BinaryHeap::new(),
        clock: ClockText::default(),
        taken: 0,
        written: 0,
        faults: [0; PLANTED.len()],
    };
    shop::run(options, &mut invoices, cancel, progress)?;
    invoices.write_until(i64::MAX)?;
    invoices.out.flush().map_err(DemoError::Write)?;
    let planted = PLANTED.iter().zip(invoices.faults);
    Ok(MirrorSummary {
        events: invoices.written,
        faults: planted
            .filter(|(_, events)| *events > 0)
            .map(|(&(category, what), events)| Fault {
                category,
                events,
                what,
            })
            .collect(),
    })
}

/// An invoice on its way: when it is sent, a number that keeps equal times apart, its payload.
type Arriving = Reverse<(i64, u64, String)>;

struct Invoices<W: Write> {
    out: BufWriter<W>,
    /// Microseconds since the epoch at which the day starts.
    start: i64,
    seed: u64,
    arriving: BinaryHeap<Arriving>,
    clock: ClockText,
    taken: u64,
    written: u64,
    faults: [u64; PLANTED.len()],
}

impl<W: Write> Invoices<W> {
    fn send(&mut self, at: i64, payload: String) {
        self.taken += 1;
        self.arriving.push(Reverse((at, self.taken, payload)));
    }

    fn write_until(&mut self, time: i64) -> Result<(), DemoError> {
        while let Some(Reverse((at, ..))) = self.arriving.peek()
            && *at <= time
            && let Some(Reverse((at, _, payload))) = self.arriving.pop()
        {
            self.written += 1;
            let n = self.written;
            let mut line = String::with_capacity(payload.len() + 160);
            put!(
                line,
                r#"{{"source":"billing","position":{n},"stream":"invoice-{n}","category":"invoice","version":1,"type":"InvoiceSent","time":""#
            );
            self.clock.append(&mut line, at, 'T');
            put!(line, r#"Z","payload":{payload}}}"#);
            line.push('\n');
            self.out.write_all(line.as_bytes()).map_err(DemoError::Write)?;
        }
        Ok(())
    }
}

/// An order's total, as it is written in its payload.
pub(crate) fn total(payload: &str) -> Option<&str> {
    let key = "\"total\":";
    let from = payload.find(key)? + key.len();
    let length = payload[from..].find(|c: char| !c.is_ascii_digit() && c != '.')?;
    Some(&payload[from..from + length])
}

impl<W: Write> RowSink for Invoices<W> {
    fn row(&mut self, row: &Row<'_>) -> Result<(), DemoError> {
        self.write_until(row.time)?;
        if row.kind != "OrderPlaced" {
            return Ok(());
        }
        let Some(total) = total(row.payload) else {
            return Ok(());
        };
        let mut chance = Chance::new(self.seed, 91, row.stream_number);
        let of_day = row.time - self.start;
        let within = |(from, to): (i64, i64)| (from..to).contains(&of_day);
        let mut at = row.time + chance.between(SECOND / 5, 8 * SECOND);
        let mut payload = format!(
            r#"{{"order":{{"id":"order-{}"}},"amount":{total},"currency":"EUR"}}"#,
            row.stream
        );
        if self.faults[EXTRA] == 0 && of_day > clock(9, 0) {
            self.faults[EXTRA] = 1;
            let by_hand = r#"{"order":{"id":"order-by-hand"},"amount":1.00,"currency":"EUR"}"#;
            self.send(at, by_hand.to_owned());
        }
        if within(LUNCH) && chance.percent(20) {
            self.faults[HELD_UP] += 1;
            at += chance.between(60 * SECOND, 600 * SECOND);
        } else if within(RELEASE) {
            let wrong = format!(r#"{{"total":{total},"x":0}}"#);
            if let Some(amount) = rounded(&wrong).as_deref().and_then(crate::invoices::total) {
                self.faults[ROUNDED] += 1;
                payload = payload.replace(&format!("\"amount\":{total}"), &format!("\"amount\":{amount}"));
            }
        } else if within(DEATH) && chance.percent(25) {
            if chance.percent(60) {
                self.faults[LOST] += 1;
                return Ok(());
            }
            self.faults[TWICE] += 1;
            self.send(at + SECOND, payload.clone());
        }
        self.send(at, payload);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_planted_and_the_same_seed_gives_the_same_bytes() {
        let write = || {
            let mut out = Vec::new();
            let options = DemoOptions::default();
            let summary = write_invoices(&mut out, &options, &Cancel::new(), &Progress::new()).unwrap();
            (out, summary)
        };
        let (bytes, summary) = write();
        assert_eq!(
            summary.faults.iter().map(|f| f.category).collect::<Vec<_>>(),
            PLANTED.map(|(c, _)| c)
        );
        assert_eq!(write(), (bytes, summary));
    }
}
