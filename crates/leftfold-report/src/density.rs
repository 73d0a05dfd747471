//! Bins fitted to the columns there are, losing no event.

/// The counts added up into `columns` columns, or spread over them when there are fewer bins than columns: a bin is then
/// shown at full height in each column it covers.
pub(crate) fn fit(counts: &[u32], columns: u32) -> Vec<u64> {
    let (bins, columns) = (counts.len(), columns as usize);
    if bins == 0 {
        return vec![0; columns];
    }
    if bins <= columns {
        return (0..columns)
            .map(|c| u64::from(counts[c * bins / columns]))
            .collect();
    }
    let mut fitted = vec![0; columns];
    for (i, &n) in counts.iter().enumerate() {
        fitted[i * columns / bins] += u64::from(n);
    }
    fitted
}

/// How high `count` stands, of `full`, when `most` fills it: at least one where there is anything at all. `root`: by square roots.
pub(crate) fn height(count: u64, most: u64, full: u32, root: bool) -> u32 {
    if count == 0 {
        return 0;
    }
    let most = most.max(1);
    let scaled = if root {
        ((count as f64 / most as f64).sqrt() * f64::from(full)) as u32
    } else {
        (u128::from(count) * u128::from(full) / u128::from(most)) as u32
    };
    scaled.clamp(1, full.max(1))
}

/// A number with a comma between groups of three digits.
pub(crate) fn grouped(n: i128) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::from(if n < 0 { "-" } else { "" });
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;

    #[test]
    fn a_single_event_among_millions_is_still_seen() {
        for root in [false, true] {
            assert_eq!(height(1, 5_000_000, 40, root), 1);
            assert_eq!(height(0, 5_000_000, 40, root), 0);
            assert_eq!(height(5_000_000, 5_000_000, 40, root), 40);
        }
        assert_eq!(height(250, 1000, 40, true), 20);
    }

    #[test]
    fn numbers_are_grouped_by_three() {
        assert_eq!(
            [0, 999, 1_000, 1_204_331, -12_345].map(grouped),
            ["0", "999", "1,000", "1,204,331", "-12,345"]
        );
    }

    proptest! {
        #[test]
        fn narrowing_keeps_every_event(counts in prop::collection::vec(any::<u32>(), 1..400), columns in 1_u32..200) {
            let fitted = fit(&counts, columns);
            prop_assert_eq!(fitted.len(), columns as usize);
            if counts.len() >= columns as usize {
                prop_assert_eq!(fitted.iter().sum::<u64>(), counts.iter().map(|&n| u64::from(n)).sum::<u64>());
            }
        }
    }
}
