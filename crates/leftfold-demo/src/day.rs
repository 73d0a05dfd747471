//! When orders come in over the day.

/// Microseconds in a second.
pub(crate) const SECOND: i64 = 1_000_000;
/// Microseconds in a minute.
pub(crate) const MINUTE: i64 = 60 * SECOND;

/// Microseconds since the day's start, from its clock.
pub(crate) const fn clock(hour: i64, minute: i64) -> i64 {
    (hour * 60 + minute) * MINUTE
}

/// When the flash sale opens.
pub(crate) const SALE: i64 = clock(19, 0);

/// When more lamps come, after the last one was sold twice.
pub(crate) const LAMPS_ARRIVE: i64 = clock(20, 15);

/// How busy the shop is: minute of the day and weight, linear in between. From one o'clock to half past five nothing
/// happens at all; the sale at seven in the evening is a step.
const CURVE: &[(u32, u32)] = &[
    (5, 30),
    (50, 10),
    (60, 0),
    (330, 0),
    (360, 10),
    (480, 60),
    (630, 100),
    (720, 90),
    (760, 42),
    (800, 48),
    (840, 90),
    (990, 118),
    (1110, 95),
    (1139, 105),
    (1140, 700),
    (1144, 900),
    (1152, 330),
    (1170, 120),
    (1260, 80),
    (1380, 20),
    (1410, 0),
];

/// The curve, summed up minute by minute.
#[derive(Clone, Debug)]
pub(crate) struct DayCurve {
    /// The weight of all minutes before each minute; the last entry is the whole day's.
    before: Vec<u64>,
}

impl DayCurve {
    pub(crate) fn new() -> Self {
        let mut before = vec![0];
        let mut sum = 0;
        for minute in 0..1440 {
            sum += u64::from(weight(minute));
            before.push(sum);
        }
        Self { before }
    }

    /// When the `k`th of `n` arrivals comes, `k` and the jitter in 1/65536 together; ascending in both.
    pub(crate) fn arrival(&self, k: u64, jitter: u64, n: u64) -> i64 {
        let total = self.before[1440];
        let place = u128::from((k << 16) | (jitter & 0xffff)) * u128::from(total);
        let whole = u128::from(n.max(1)) << 16;
        let target = (place / whole) as u64;
        // The minute whose weight holds the target; minutes of no weight hold none.
        let minute = self
            .before
            .partition_point(|&b| b <= target)
            .saturating_sub(1)
            .min(1439);
        let width = (self.before[minute + 1] - self.before[minute]).max(1);
        let into = place.saturating_sub(u128::from(self.before[minute]) * whole);
        let micros = into * MINUTE as u128 / (u128::from(width) * whole);
        minute as i64 * MINUTE + (micros as i64).min(MINUTE - 1)
    }
}

fn weight(minute: u32) -> u32 {
    let next = CURVE.partition_point(|&(m, _)| m <= minute);
    if next == 0 || next == CURVE.len() {
        return 0;
    }
    let ((m0, w0), (m1, w1)) = (CURVE[next - 1], CURVE[next]);
    (w0 * (m1 - minute) + w1 * (minute - m0)) / (m1 - m0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_night_is_silent_lunch_is_slow_and_the_sale_is_a_burst() {
        let curve = DayCurve::new();
        let mut per_quarter = [0_u32; 96];
        let mut last = 0;
        for k in 0..20_000 {
            let t = curve.arrival(k, 7, 20_000);
            assert!(t >= last, "arrival {k} comes before the one before it");
            last = t;
            per_quarter[(t / (15 * MINUTE)) as usize] += 1;
        }
        assert!(per_quarter[4..22].iter().all(|&n| n == 0));
        let (morning, lunch, sale) = (per_quarter[43], per_quarter[51], per_quarter[76]);
        assert!(lunch < morning * 6 / 10, "{lunch} {morning}");
        assert!(sale > morning * 4, "{sale} {morning}");
    }
}
