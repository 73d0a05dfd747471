//! Comparisons of two histories, in three modes, and rules: sides taken from their sources, findings with their evidence.

#[cfg(test)]
mod capture_tests;
mod correlated;
mod field;
mod findings;
mod found;
mod mirror;
mod projection;
mod rule;
mod shown;
mod side;
mod streams;
mod task;
#[cfg(test)]
mod task_tests;

pub use correlated::{Correlated, CorrelatedBy, CorrelatedTexts, Equal, SideBy, Took, compare_correlated};
pub use field::Field;
pub use findings::{Counted, Findings};
pub use leftfold_compare::{
    Category, Convergence, Coverage, Equality, FieldDifference, Finding, Hand, Identity, IdentityBy, Ignored,
    IgnoredError, Status, StreamPair, Tolerance, Verdict, decimal,
};
pub use mirror::{Compared, MirrorOptions, compare_mirror};
pub use projection::{
    AsOf, Matching, Projected, ProjectionBy, Row, Rows, RowsFrom, Told, compare_projection, states_of,
};
pub use rule::{History, Rule, RuleKind, Ruled, check_rule};
pub use shown::{OfRow, Shown};
pub use side::{Only, TakenSide};
pub use task::ComparisonTask;
pub(crate) use task::{Comparisons, RightSide};
