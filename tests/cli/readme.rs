//! What the README shows on the demo runs as it stands there.
#![cfg(unix)]

use std::fs;
use std::path::Path;

use crate::check::of_readme;
use crate::run::{folder, shell, write};

/// What needs a broker, a window or files of one's own.
const ELSEWHERE: &[&str] = &[
    "kafka:",
    " -b ",
    ".leftfold",
    "leftfold open",
    "orders.db",
    "leftfold capture",
    "leftfold topics",
];

/// The commands of the README, each on one line, in their order.
fn commands() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(path).expect("the README is there");
    let blocks = readme.split("```").skip(1).step_by(2);
    let joined: String = blocks
        .map(|block| block.replace("\\\n", " "))
        .collect::<Vec<_>>()
        .join("\n");
    let lines = joined.lines().filter(|l| l.starts_with("leftfold "));
    lines
        .filter(|l| !ELSEWHERE.iter().any(|part| l.contains(part)))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_command_that_the_readme_shows_on_the_demo_does_what_it_should() {
    let folder = folder();
    write(folder.path(), "leftfold.toml", of_readme());
    let commands = commands();
    assert!(commands.len() > 20, "{commands:?}");
    for command in commands {
        let run = shell(folder.path(), &command);
        let said = &run.err;
        assert!(
            matches!(run.code, Some(0 | 1)),
            "{command}: {:?} {said}",
            run.code
        );
        assert!(!said.contains("error["), "{command}: {said}");
        assert!(
            !run.out.is_empty() || [" -O ", " > ", "--html"].iter().any(|way| command.contains(way)),
            "{command} says nothing"
        );
    }
}
