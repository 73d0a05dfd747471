//! Comparisons of two histories: sides taken from their sources, findings with their evidence.

mod correlated;
mod mirror;
mod rule;
mod shown;
mod side;

pub use correlated::{Correlated, CorrelatedOptions, EqualField, ReadSide, SideOf, compare_correlated};
pub use leftfold_compare::{
    Cardinality, Category, Convergence, CorrelatedSettings, Coverage, Equality, FieldDifference, Finding,
    Hand, Identity, IdentityBy, Ignored, IgnoredError, Status, StreamPair, Tolerance, Verdict, decimal,
};
pub use mirror::{Compared, Counted, MirrorOptions, compare_mirror};
pub use rule::{History, Rule, RuleKind, Ruled, check_rule};
pub use shown::Shown;
pub use side::{Only, TakenSide};
