//! The left fold: state at a point, diff, blame and history.
//!
//! A [`Projection`] folds the events of a stream, which a [`StreamHistory`] gives, into a state. A [`Replay`] answers
//! for any stream and any point of it: [`StreamReplay::state_at`], [`StreamReplay::step`], [`StreamReplay::diff`],
//! [`StreamReplay::blame`], [`StreamReplay::next_change`] and [`StreamReplay::history`]. [`WholeFold`] and [`fold_all`]
//! fold whole histories. An event that cannot be applied is a [`leftfold_event::Problem`] beside the state, which stays
//! what it was before that event; nothing here does input or output.
//!
//! Points are prefix lengths: `n` is the state after the stream's first `n` events, 0 the initial state. Events are
//! counted from 0, so event `i` leads from point `i` to point `i + 1`.
//!
//! # Speed
//!
//! `cargo run --release -p leftfold-replay --example replay_speed` prints, on one core of a busy two-core virtual
//! machine, ten events a stream, from memory, each stream's last state built:
//!
//! | fold | payload | M events/s |
//! |---|---|---|
//! | `merge` | 167 bytes, 6 flat keys | 2.7 to 3.3 |
//! | `merge` | 132 bytes, nested objects | 1.1 to 1.3 |
//! | `latest` | 167 bytes | 3.5 to 4.8 |
//! | `debezium` | 222 bytes | 3.2 to 3.3 |
//! | declared, 3 actions | 167 bytes | 0.7 to 0.8 |
//! | `json-patch`, 2 operations | 87 bytes | 0.7 |
//!
//! In one stream of a million merges, `state_at` takes 0.3 s cold; warm, at random points, 0.2 ms at the median and 2 ms
//! at the 99th percentile, which is the spacing of the checkpoints ([`Limits::checkpoint_after`]).

mod align;
mod blame;
pub mod builtin;
mod checkpoint;
pub mod declared;
mod diff;
pub mod patch;
mod path;
mod projection;
mod replay;
#[cfg(test)]
mod replay_tests;
mod scan;
mod set;
mod step;
#[cfg(test)]
mod testing;
mod whole;

pub use blame::{BlameTree, Blamed};
pub use checkpoint::Problems;
pub use diff::{Change, changes, diff};
pub use path::{MAX_STATE_DEPTH, Path, PathError};
pub use projection::{Fold, Projection};
pub use replay::{
    BlamedState, Clock, Difference, Direction, Limits, PathChange, Replay, StateAt, StreamReplay,
    monotonic_clock,
};
pub use set::{Projections, Scope, matches_pattern};
pub use step::{HandlerError, ReplayError, Step, StepPayload, StreamHistory};
pub use whole::{FoldSink, Folded, WholeFold, fold_all};
