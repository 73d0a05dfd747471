//! Where two histories part, since when, and why.
//!
//! A [`Side`] holds what comparing needs of every event of one history, in columns: its stream, what it is known by, a digest of what it
//! says, and when it was recorded. [`mirror()`] pairs the events of two sides and gives [`Finding`]s; evidence is read afterwards, for
//! the findings that are looked at. Nothing here does I/O: what has to be read comes through [`Evidence`].

mod align;
mod comparison;
mod convergence;
mod correlated;
mod digest;
mod drift;
mod equality;
mod finding;
mod fingerprint;
mod identity;
mod ignored;
mod lone;
mod mirror;
mod projection;
mod sequence;
mod side;
mod snapshot;
mod watermark;
mod witness;

pub use comparison::{Comparison, First, StreamPair};
pub use convergence::{Awaited, Convergence, UnderWay, Verdict, quantile};
pub use correlated::{Cardinality, CorrelatedSettings, Correlation, Part, correlate};
pub use digest::Digester;
pub use drift::{Change, Drift, FieldKind, Shapes};
pub use equality::{Equality, FieldDifference, Tolerance, decimal};
pub use finding::{Category, Finding, Hand, Status};
pub use fingerprint::{Fingerprint, chain, first_difference};
pub use ignored::{Ignored, IgnoredError};
pub use mirror::{CompareError, Coverage, Evidence, IdentityBy, MirrorSettings, known_until, mirror};
pub use projection::{Column, Course, RowFields, Standing, Stretch, judge, stretches};
pub use sequence::{Gap, gaps};
pub use side::{Content, Facts, Identity, NO_END, Side, SideBuilder};
pub use snapshot::{Fit, Fitting, best_place, best_place_of_rows};
pub use watermark::{Marks, Watermark, both_known, watermark};
pub use witness::smallest;

mod compensation;
mod plan;
mod related_plan;

pub use compensation::{Template, TemplateError, Unfilled};
pub use convergence::Interval;
pub use plan::{Action, Conflicts, Plan, Repaired, Step, Unrepaired, plan, wrong_events};
pub use related_plan::{Fitting as PlanFitting, plan_correlated};
