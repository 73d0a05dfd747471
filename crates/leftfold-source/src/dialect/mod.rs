//! Known layouts, each a data file, and the guess for everything else.

mod checks;
mod detect;
mod evidence;
mod file;
mod guess;
mod inner;
mod roles;
mod streams;

pub use detect::{Candidate, Detected, detect};
pub(crate) use detect::{Detection, detection};
pub(crate) use guess::mapping_by_guess;
