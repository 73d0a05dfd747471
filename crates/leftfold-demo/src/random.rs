//! Chance from a seed: the same on every machine and in every release.

use uuid::Uuid;

/// SplitMix64 (Steele, Lea and Flood, 2014). Written out here, because a library's generator may change its sequence
/// between releases, and the demo's bytes are a promise.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    /// A sequence that depends on the seed, on what it is for, and on which one of those it is.
    pub(crate) fn new(seed: u64, purpose: u64, index: u64) -> Self {
        let mut mixed = Self(seed ^ purpose.wrapping_mul(0xd6e8_feb8_6659_fd93));
        let start = mixed.next();
        let mut c = Self(start ^ index.wrapping_mul(0xa076_1d64_78bd_642f));
        c.next();
        c
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`, close enough to uniform for a story. `n` of 0 gives 0.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }

    /// A number from `low` up to but not including `high`.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low).max(0) as u64) as i64
    }

    /// True this many times in a hundred.
    pub(crate) fn percent(&mut self, n: u64) -> bool {
        self.below(100) < n
    }

    /// An index below `n` that favours small ones: the first of 100 comes up ten times in a hundred.
    pub(crate) fn popular(&mut self, n: u64) -> u64 {
        let u = self.next() >> 32;
        let squared = (u * u) >> 32;
        (squared * n) >> 32
    }
}

/// A version 7 UUID: time-ordered, so that a store's index over ids grows at its end.
pub(crate) fn uuid_at(micros: i64, chance: &mut Chance) -> Uuid {
    let millis = micros.div_euclid(1000) as u64;
    let tail = (u128::from(chance.next()) << 64) | u128::from(chance.next());
    let bits = (u128::from(millis) << 80) | (tail >> 48);
    Uuid::from_u128((bits & !(0xf << 76) & !(0b11 << 62)) | (0x7 << 76) | (0b10 << 62))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_never_changes_between_releases() {
        let mut c = Chance::new(1, 2, 3);
        assert_eq!(
            [c.next(), c.below(1000), c.popular(1000)],
            [2_834_340_841_202_630_836, 301, 250]
        );
    }

    #[test]
    fn ids_are_version_7_and_carry_their_time() {
        let id = uuid_at(1_763_596_800_123_456, &mut Chance::new(1, 2, 3));
        assert_eq!(id.get_version_num(), 7);
        assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
        assert_eq!(id.as_u128() >> 80, 1_763_596_800_123);
    }
}
