//! Comparisons of two histories: sides taken from their sources, findings with their evidence.

mod found;
mod mended;
mod mirror;
mod repair;
mod rule;
mod series;
mod shown;
mod side;
mod task;
#[cfg(test)]
mod task_tests;
mod witness;

pub use leftfold_compare::{Action, Conflicts, Interval, Plan, Step, Template, Unrepaired};
pub use leftfold_compare::{
    Category, Convergence, Coverage, Equality, FieldDifference, Finding, Hand, Identity, IdentityBy, Ignored,
    IgnoredError, Status, StreamPair, Tolerance, Verdict, decimal,
};
pub use mirror::{Compared, Counted, MirrorOptions, compare_mirror};
pub use repair::{After, Planned, Remaining, RemainsBecause, Repair, Target};
pub use rule::{History, Rule, RuleKind, RuleWitness, Ruled, check_rule, rule_witness};
pub use series::{LENGTHS, Series, StreamFindings, extent};
pub use shown::Shown;
pub use side::{Only, TakenSide};
pub use task::ComparisonTask;
pub(crate) use task::{Comparisons, RightSide};
pub use witness::{Witness, witness};
