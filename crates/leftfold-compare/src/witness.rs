//! The smallest history that still shows something.

/// Leaves out what is not needed: of these items, a subset in the same order for which `shows` still holds, and from which no single item
/// can be left out. `shows` has to hold for all of them.
///
/// Source: delta debugging (ddmin), Zeller and Hildebrandt, 2002. At most O(n²) questions, O(log n) where one item alone shows it.
pub fn smallest<T: Clone>(items: &[T], mut shows: impl FnMut(&[T]) -> bool) -> Vec<T> {
    let mut kept = items.to_vec();
    let mut parts = 2;
    while kept.len() >= 2 {
        let size = kept.len().div_ceil(parts);
        let mut smaller = None;
        for start in (0..kept.len()).step_by(size) {
            let end = kept.len().min(start + size);
            if end - start < kept.len() && shows(&kept[start..end]) {
                smaller = Some((kept[start..end].to_vec(), 2));
                break;
            }
            let rest: Vec<T> = kept[..start].iter().chain(&kept[end..]).cloned().collect();
            if parts > 2 && shows(&rest) {
                smaller = Some((rest, parts - 1));
                break;
            }
        }
        match smaller {
            Some((items, next)) => {
                kept = items;
                parts = next.max(2);
            }
            None if parts < kept.len() => parts = (parts * 2).min(kept.len()),
            None => break,
        }
    }
    if kept.len() == 1 && shows(&[]) {
        kept.clear();
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_kept_shows_it_and_nothing_of_it_can_go(n in 1_usize..40, needed in prop::collection::btree_set(0_usize..40, 0..5)) {
            let items: Vec<usize> = (0..n).collect();
            let needed: Vec<usize> = needed.into_iter().filter(|i| *i < n).collect();
            let shows = |some: &[usize]| needed.iter().all(|i| some.contains(i));
            prop_assert_eq!(smallest(&items, shows), needed.clone());
        }
    }

    #[test]
    fn one_of_many_is_found_with_few_questions() {
        let items: Vec<u32> = (0..1024).collect();
        let mut asked = 0;
        let kept = smallest(&items, |some| {
            asked += 1;
            some.contains(&700)
        });
        assert_eq!(kept, [700]);
        assert!(asked < 40, "{asked}");
    }
}
