//! What the times of a history are worth: whether their zone is stated, and how finely they are written.

use leftfold_event::{Cancel, Event, Locator, TimeZoneOrigin};
use leftfold_log::Axis;

use crate::error::SessionError;
use crate::source::OpenSource;

/// Events looked at, spread over the time axis.
const LOOKED_AT: u32 = 64;

/// Facts about the recorded times of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeFacts {
    /// `stated`, `assumed UTC`, or `mixed` where some values state a zone and others do not; of up to 64 events spread over the
    /// history.
    pub zone: &'static str,
    /// The finest unit a time of the whole history is written in: `1s`, `1ms`, `1us`, `100ns`, `1ns`, ….
    pub resolution: String,
}

impl OpenSource {
    /// What the recorded times are worth; `None` where no event has one.
    pub fn time_facts(&self, cancel: &Cancel) -> Result<Option<TimeFacts>, SessionError> {
        let snapshot = self.snapshot();
        let log = &snapshot.log;
        let timed = log.order(Axis::Time);
        let total = timed.len();
        if total == 0 {
            return Ok(None);
        }
        let n = total.min(LOOKED_AT);
        let spread = (0..n).map(|i| u64::from(i) * u64::from(total - 1) / u64::from((n - 1).max(1)));
        let mut locators: Vec<Locator> = spread
            .filter_map(|rank| timed.get(rank as u32))
            .map(|ordinal| log.locator(ordinal))
            .collect();
        locators.sort_unstable();
        let (mut stated, mut assumed) = (false, false);
        self.store.fetch(&locators, cancel, &mut |_, event: Event| {
            let is_stated = event.time_origin == TimeZoneOrigin::Stated;
            stated |= event.time.is_some() && is_stated;
            assumed |= event.time.is_some() && !is_stated;
        })?;
        let zone = match (stated, assumed) {
            (true, true) => "mixed",
            (true, false) => "stated",
            _ => "assumed UTC",
        };
        Ok(Some(TimeFacts {
            zone,
            resolution: resolution(log.time_digits()),
        }))
    }
}

/// The unit of the last of these digits of a second: `1s`, `100ms`, `1us`, ….
pub fn resolution(digits: u8) -> String {
    let digits = digits.min(9);
    let (unit, below) = match digits {
        0 => ("s", 0),
        1..=3 => ("ms", 3 - digits),
        4..=6 => ("us", 6 - digits),
        _ => ("ns", 9 - digits),
    };
    format!("1{}{unit}", "0".repeat(usize::from(below)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resolution_is_the_unit_of_the_last_digit() {
        let all: Vec<String> = (0..=9).map(resolution).collect();
        assert_eq!(
            all,
            [
                "1s", "100ms", "10ms", "1ms", "100us", "10us", "1us", "100ns", "10ns", "1ns"
            ]
        );
    }
}
