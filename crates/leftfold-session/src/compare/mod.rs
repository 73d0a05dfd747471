//! Comparisons of two histories: sides taken from their sources, findings with their evidence.

mod aligned;
pub(crate) mod commands;
mod density;
mod found;
mod heat;
mod known;
mod lengths;
mod likeness;
mod mirror;
mod options;
mod rule;
mod shown;
#[cfg(test)]
mod shown_tests;
mod side;
mod states;
mod task;
#[cfg(test)]
mod task_tests;

pub use leftfold_compare::{
    Category, Convergence, Coverage, Equality, FieldDifference, Finding, Hand, Identity, IdentityBy, Ignored,
    IgnoredError, Status, StreamPair, Tolerance, Verdict, decimal,
};
pub use mirror::{Compared, Counted, MirrorOptions, compare_mirror};
pub(crate) use options::mirror_options;
pub use rule::{History, Rule, RuleKind, Ruled, check_rule};
pub use shown::Shown;
pub use side::{Only, TakenSide};
pub use task::ComparisonTask;
pub(crate) use task::{Asked, Comparisons, RightSide};
