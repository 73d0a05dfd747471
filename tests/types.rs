//! The window's types are those of the boundary.

use std::fs;
use std::path::Path;

#[test]
fn the_generated_types_of_the_window_are_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/src/ipc/contract.ts");
    let there = fs::read_to_string(&path).unwrap_or_default();
    let expected = leftfold_session::contract::typescript();
    if there == expected {
        return;
    }
    let first = there.lines().zip(expected.lines()).position(|(a, b)| a != b);
    let line = first.unwrap_or_else(|| there.lines().count().min(expected.lines().count())) + 1;
    panic!(
        "{} differs from the boundary from line {line} on: run `make types`",
        path.display()
    );
}
