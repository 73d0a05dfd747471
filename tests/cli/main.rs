//! The whole program, as a user runs it.
#![allow(clippy::expect_used, reason = "a test's own steps end it when they fail")]

mod audit;
mod check;
mod compare;
mod correlated;
mod errors;
mod exports;
mod follow;
mod kept;
mod known_at;
mod lists;
mod mapping;
mod masks;
mod mistyped;
mod names;
mod points;
mod programs;
mod projection;
mod readme;
mod readonly;
mod repair;
mod repair_modes;
mod report;
mod report_modes;
mod run;
mod sources;
mod suggest;
mod terminal;
mod verbs;
mod witness;
