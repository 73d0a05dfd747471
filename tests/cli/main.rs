//! The whole program, as a user runs it.

use std::process::Command;

#[test]
fn help_names_every_verb() {
    let output = Command::new(env!("CARGO_BIN_EXE_leftfold"))
        .arg("--help")
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8_lossy(&output.stdout);
    for verb in [
        "inspect", "events", "timeline", "state", "diff", "blame", "history", "export", "demo", "open",
    ] {
        assert!(text.contains(&format!("  {verb} ")), "{verb}");
    }
}
