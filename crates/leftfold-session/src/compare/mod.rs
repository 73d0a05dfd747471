//! Comparisons of two histories, in three modes, and rules: sides taken from their sources, findings with their evidence.

mod aligned;
#[cfg(test)]
mod capture_tests;
pub(crate) mod commands;
mod correlated;
mod density;
mod field;
mod findings;
mod found;
mod heat;
mod known;
mod lengths;
mod likeness;
mod mirror;
mod options;
mod projection;
mod rule;
mod shown;
#[cfg(test)]
mod shown_tests;
mod side;
mod states;
mod streams;
mod task;
#[cfg(test)]
mod task_tests;

pub use correlated::{
    Correlated, CorrelatedBy, CorrelatedTexts, Equal, SideBy, Took, compare_correlated, correlated_is_shown,
    correlated_witness,
};
pub use field::Field;
pub use findings::{Counted, Findings};
pub use leftfold_compare::{
    Category, Convergence, Coverage, Equality, FieldDifference, Finding, Hand, Identity, IdentityBy, Ignored,
    IgnoredError, Status, StreamPair, Tolerance, Verdict, decimal,
};
pub use mirror::{Compared, MirrorOptions, compare_mirror};
pub(crate) use options::mirror_options;
pub use projection::{
    AsOf, Matching, Projected, ProjectionBy, Row, Rows, RowsFrom, Told, compare_projection, states_of,
};
pub use rule::{History, Rule, RuleKind, Ruled, check_rule};
pub use shown::{OfRow, Shown};
pub use side::{Only, TakenSide};
pub use task::ComparisonTask;
pub(crate) use task::{Asked, Comparisons, RightSide};

// What follows from findings.
mod mended;
mod repair;
mod series;
mod witness;

pub use leftfold_compare::{Action, Conflicts, Plan, Step, Template, Unrepaired};
pub use repair::{After, Planned, Remaining, RemainsBecause, Repair, Target};
pub use rule::{RuleTold, RuleWitness, rule_witness, told_of_rule};
pub use series::{LENGTHS, Series, StreamFindings, extent, streams_with_findings};
pub use witness::{Witness, witness};
