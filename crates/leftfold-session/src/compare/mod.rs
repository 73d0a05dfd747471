//! Comparisons of two histories, in three modes, and rules: sides taken from their sources, findings with their evidence.

mod aligned;
#[cfg(test)]
mod capture_tests;
mod checked;
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
mod made;
mod mirror;
#[cfg(test)]
mod modes_tests;
mod options;
mod partners;
mod parts;
mod projection;
mod rule;
pub(crate) mod saving;
#[cfg(test)]
mod saving_tests;
mod shown;
#[cfg(test)]
mod shown_tests;
mod side;
pub(crate) mod stated;
mod states;
mod streams;
mod suggest;
mod summaries;
mod task;
#[cfg(test)]
mod task_tests;

pub use correlated::{
    Correlated, CorrelatedBy, CorrelatedRepair, CorrelatedTexts, Equal, SideBy, Took, compare_correlated,
    correlated_is_shown, correlated_witness,
};
pub use field::Field;
pub use findings::{Counted, Findings};
pub use leftfold_compare::{
    Category, Convergence, Coverage, Equality, FieldDifference, Finding, Hand, Identity, IdentityBy, Ignored,
    IgnoredError, Status, StreamPair, Tolerance, Verdict, decimal,
};
pub use mirror::{Compared, MirrorOptions, compare_mirror};
pub use parts::Parts;
pub use projection::{
    AsOf, HistoryRepair, Matching, Projected, ProjectionBy, ProjectionWitness, Row, RowAction, RowAt,
    RowPlace, RowStep, Rows, RowsFrom, RowsRepair, Told, compare_projection, projection_is_shown,
    projection_witness, states_of,
};
pub use rule::{History, Rule, RuleKind, Ruled, check_rule, check_rule_at};
pub use shown::{OfRow, Shown};
pub use side::{Only, TakenSide};
pub use task::ComparisonTask;
pub(crate) use task::Comparisons;

// What follows from findings.
mod mended;
mod repair;
#[cfg(test)]
mod repair_tests;
mod series;
mod witness;

pub use leftfold_compare::{Action, Conflicts, Plan, Step, Template, Unrepaired};
pub use repair::{About, After, EventPlan, Planned, Remaining, RemainsBecause, Repair, Target, Unfit};
pub use rule::{
    LiveRule, Polled, RuleRepair, RuleTold, RuleWitness, Tail, Take, rule_repair, rule_witness, told_of_rule,
};
pub use series::{LENGTHS, Series, StreamFindings, extent, streams_with_findings};
pub use suggest::{Delays, KeyPair, Overlap, RowsSuggestion, SideSpan, Suggestion, TableSuggestion, suggest};
pub use witness::{Witness, witness};
