//! Comparisons of two histories: sides taken from their sources, findings with their evidence.

mod mirror;
mod side;

pub use leftfold_compare::{
    Category, Convergence, Coverage, Equality, FieldDifference, Finding, Hand, Identity, IdentityBy, Ignored,
    IgnoredError, Status, StreamPair, Tolerance, Verdict, decimal,
};
pub use mirror::{Compared, Counted, MirrorOptions, Shown, compare_mirror};
pub use side::{Only, TakenSide};
