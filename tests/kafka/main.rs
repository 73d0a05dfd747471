//! Leftfold against a real Kafka: what it reads is what was written, and nothing of it stays behind.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test's own steps end it when they fail"
)]

mod broker;
mod browse;
mod captured;
mod clusters;
mod decoded;
mod doors;
mod faults;
mod followed;
mod keyed;
mod listed;
mod mapped;
mod profiles;
mod rig;
mod trace;
