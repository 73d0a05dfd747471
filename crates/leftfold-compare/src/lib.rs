//! Where two histories part, since when, and why.
//!
//! A [`Side`] holds what comparing needs of every event of one history, in columns: its stream, what it is known by, a digest of what it
//! says, and when it was recorded. [`mirror()`] pairs the events of two sides and gives [`Finding`]s; evidence is read afterwards, for
//! the findings that are looked at. Nothing here does I/O: what has to be read comes through [`Evidence`].

mod align;
mod convergence;
mod correlated;
mod digest;
mod equality;
mod finding;
mod fingerprint;
mod identity;
mod ignored;
mod mirror;
mod sequence;
mod side;
mod snapshot;
mod witness;

pub use convergence::{Convergence, Verdict};
pub use correlated::{Cardinality, CorrelatedSettings, Correlation, Part, correlate};
pub use digest::Digester;
pub use equality::{Equality, FieldDifference, Tolerance, decimal};
pub use finding::{Category, Finding, Hand, Status};
pub use fingerprint::{Fingerprint, chain, first_difference};
pub use ignored::{Ignored, IgnoredError};
pub use mirror::{
    CompareError, Comparison, Coverage, Evidence, First, IdentityBy, MirrorSettings, StreamPair, mirror,
};
pub use sequence::{Gap, gaps};
pub use side::{Content, Facts, Identity, Side, SideBuilder};
pub use snapshot::{Fit, Fitting, best_place};
pub use witness::smallest;

mod compensation;
mod plan;

pub use compensation::{Template, TemplateError, Unfilled};
pub use convergence::Interval;
pub use plan::{Action, Conflicts, Plan, Repaired, Step, Unrepaired, plan, wrong_events};
