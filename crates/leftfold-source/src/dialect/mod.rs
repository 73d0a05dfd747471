//! Known layouts, each a data file, and the guess for everything else.

mod checks;
mod detect;
mod file;
mod guess;
mod roles;

pub use detect::{Detected, detect};
