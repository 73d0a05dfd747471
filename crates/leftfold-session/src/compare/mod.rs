//! Comparisons of two histories: sides taken from their sources, findings with their evidence.

mod found;
mod mirror;
mod rule;
mod shown;
mod side;
mod task;
#[cfg(test)]
mod task_tests;

pub use leftfold_compare::{
    Category, Convergence, Coverage, Equality, FieldDifference, Finding, Hand, Identity, IdentityBy, Ignored,
    IgnoredError, Status, StreamPair, Tolerance, Verdict, decimal,
};
pub use mirror::{Compared, Counted, MirrorOptions, compare_mirror};
pub use rule::{History, Rule, RuleKind, Ruled, check_rule};
pub use shown::Shown;
pub use side::{Only, TakenSide};
pub use task::ComparisonTask;
pub(crate) use task::{Comparisons, RightSide};

// What follows from findings.
mod mended;
mod repair;
mod series;
mod witness;

pub use leftfold_compare::{Action, Conflicts, Plan, Step, Template, Unrepaired};
pub use repair::{After, Planned, Remaining, RemainsBecause, Repair, Target};
pub use rule::{RuleWitness, rule_witness};
pub use series::{LENGTHS, Series, StreamFindings, extent};
pub use witness::{Witness, witness};
