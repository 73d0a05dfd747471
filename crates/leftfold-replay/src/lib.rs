//! The left fold: state at a point, diff, blame and history.

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
    Clock, Difference, Direction, Limits, PathChange, Replay, StateAt, StreamReplay, monotonic_clock,
};
pub use set::{Projections, Scope, matches_pattern};
pub use step::{HandlerError, ReplayError, Step, StepPayload, StreamHistory};
pub use whole::{FoldSink, Folded, WholeFold, fold_all};
