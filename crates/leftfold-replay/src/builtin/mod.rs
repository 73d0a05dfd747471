//! The folds that are always there.

mod debezium;
mod json_patch;
mod latest;
mod merge;
mod merge_fold;

pub use debezium::Debezium;
pub use json_patch::JsonPatch;
pub use latest::Latest;
pub use merge::{Merge, merge_patch};
