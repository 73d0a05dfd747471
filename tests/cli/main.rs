//! The whole program, as a user runs it.

mod errors;
mod programs;
mod readonly;
mod run;
mod sources;
mod terminal;
mod verbs;
