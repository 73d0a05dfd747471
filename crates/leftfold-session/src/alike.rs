//! Names that are like one that is not there.

/// How alike two names must be, of 1, to be taken for each other.
const ALIKE: f64 = 0.7;

/// The names most like one, best first, ties by name; at most `limit`. Case does not count.
pub fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>, limit: usize) -> Vec<&'n str> {
    let wanted = name.to_lowercase();
    let length = wanted.chars().count();
    let mut near: Vec<(f64, &str)> = known
        .into_iter()
        .filter(|known| !known.is_empty() && may_be_alike(length, known.chars().count()))
        .map(|known| {
            (
                strsim::normalized_damerau_levenshtein(&known.to_lowercase(), &wanted),
                known,
            )
        })
        .filter(|(alike, _)| *alike >= ALIKE)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    near.truncate(limit);
    near.into_iter().map(|(_, name)| name).collect()
}

/// Whether texts of these lengths can be alike at all: so many names need no closer look.
fn may_be_alike(a: usize, b: usize) -> bool {
    a.min(b) as f64 >= ALIKE * a.max(b) as f64
}

/// `; did you mean a or b?`, or nothing.
pub(crate) fn did_you_mean(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("; did you mean {one}?"),
        [first @ .., last] => format!("; did you mean {} or {last}?", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_by_a_letter_or_two_are_near_and_others_are_not() {
        let known = ["stock", "order", "payment", "review", "Stock-1"];
        assert_eq!(nearest("stok", known, 3), ["stock"]);
        assert_eq!(nearest("ORDRE", known, 3), ["order"]);
        assert_eq!(nearest("stock1", known, 3), ["Stock-1", "stock"]);
        assert_eq!(nearest("zebra", known, 3), [""; 0]);
        assert_eq!(nearest("", ["", "a"], 3), [""; 0]);
    }
}
