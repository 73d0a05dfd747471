//! What events of two sides are known by.

use rustc_hash::FxHashSet;

use crate::mirror::IdentityBy;
use crate::side::{Identity, Side};

/// Ids that are looked for on the other side.
const SAMPLE: u32 = 4096;

/// One in so many of the sampled ids has to be on the other side, too, for ids to mean the same there.
const SHARED: usize = 20;

/// Chooses what events are known by, and says why in a sentence.
pub(crate) fn choose(left: &Side, right: &Side, by: IdentityBy) -> (Identity, String) {
    if let IdentityBy::Fixed(identity) = by {
        return (identity, "you said so".to_owned());
    }
    let (ids, of) = shared_ids(left, right);
    // Where few events have an id, two that say the same and have none would be told apart by nothing.
    let mostly = |side: &Side| side.having(Identity::Id) > side.events() / 2;
    if ids > 0 && ids * SHARED >= of && mostly(left) && mostly(right) {
        return (
            Identity::Id,
            format!("{ids} of {of} ids looked at on the left are on the right, too"),
        );
    }
    // A line that cannot be read states nothing.
    let versioned =
        |side: &Side| side.events() > 0 && side.having(Identity::Version) + side.garbled() == side.events();
    let counted = |side: &Side| side.counted_ids() > side.having(Identity::Id);
    let ids = if of == 0 && (counted(left) || counted(right)) {
        "ids that are small numbers are not trusted"
    } else if of == 0 {
        "events have no ids on both sides"
    } else if ids > 0 && ids * SHARED >= of {
        "most events have no id"
    } else {
        "ids of the left are not on the right"
    };
    if versioned(left) && versioned(right) {
        return (
            Identity::Version,
            format!("{ids}, and all events state their version"),
        );
    }
    (
        Identity::Content,
        format!("{ids}, and not all events state their version"),
    )
}

/// How many of the sampled ids of the left side are on the right, of how many.
fn shared_ids(left: &Side, right: &Side) -> (usize, usize) {
    if left.having(Identity::Id) == 0 || right.having(Identity::Id) == 0 {
        return (0, 0);
    }
    let n = left.events();
    let step = n.div_ceil(SAMPLE).max(1);
    let sample: FxHashSet<u64> = (0..n)
        .step_by(step as usize)
        .map(|o| left.id(o))
        .filter(|id| *id != 0)
        .collect();
    let found: FxHashSet<u64> = (0..right.events())
        .map(|o| right.id(o))
        .filter(|id| sample.contains(id))
        .collect();
    (found.len(), sample.len())
}
