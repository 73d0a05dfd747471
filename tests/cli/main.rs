//! The whole program, as a user runs it.
#![allow(clippy::expect_used, reason = "a test's own steps end it when they fail")]

mod audit;
mod check;
mod compare;
mod correlated;
mod errors;
mod kept;
mod lists;
mod mapping;
mod mistyped;
mod names;
mod points;
mod programs;
mod projection;
mod readonly;
mod repair;
mod report;
mod report_modes;
mod run;
mod sources;
mod terminal;
mod verbs;
mod witness;
