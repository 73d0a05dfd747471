//! Replays the stored inputs of every fuzz target, and inputs made of them by chance that is the same in every run.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::path::{Path, PathBuf};

use leftfold_fuzz::{TARGETS, Target};

const MUTATIONS: usize = 400;

/// Pieces that mean something to one reader or another.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\u0000",
    ",",
    ":",
    "null",
    "-0",
    "1e999",
    "9223372036854775808",
    "\u{feff}",
    "\u{1F600}",
    "\n",
    "\0",
    "---\n",
    "<a>",
    "&#0;",
    "&&",
    "||",
    "payload.",
    "find('",
    "has(",
    "()",
    ".all(x, ",
    "table ",
    "column ",
    "text ",
    "2026-11-20T23:59:60",
    "-99:99",
    "[[source]]\n",
    "mapping = ",
    "{{",
    "\r",
    "\u{80}",
    "!ruby/object:A ",
];

struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end.max(1)
    }
}

fn corpus(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus").join(name);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|f| (f.clone(), std::fs::read(f).unwrap()))
        .collect()
}

fn mutated(seeds: &[(PathBuf, Vec<u8>)], chance: &mut Chance) -> Vec<u8> {
    let mut data = seeds[chance.below(seeds.len())].1.clone();
    for _ in 0..=chance.below(4) {
        let at = chance.below(data.len() + 1);
        let to = (at + 1 + chance.below(16)).min(data.len()).max(at);
        match chance.below(6) {
            0 => drop(data.drain(at..to)),
            1 => data.insert(at, chance.below(256) as u8),
            2 => drop(data.splice(at..at, PIECES[chance.below(PIECES.len())].bytes())),
            3 => {
                let again = data[at..to].to_vec();
                drop(data.splice(at..at, again));
            }
            4 => {
                let other = &seeds[chance.below(seeds.len())].1;
                data.truncate(at);
                data.extend_from_slice(&other[chance.below(other.len() + 1)..]);
            }
            _ => {
                if let Some(byte) = data.get_mut(at) {
                    *byte ^= 1 << chance.below(8);
                }
            }
        }
    }
    data
}

/// Runs a target; a failure is told with its input.
fn run(target: Target, data: &[u8], what: &str) {
    let survived = std::panic::catch_unwind(|| target(data)).is_ok();
    assert!(survived, "{what} fails on {:?}", String::from_utf8_lossy(data));
}

#[test]
fn every_stored_input_is_taken() {
    for (name, target) in TARGETS {
        let files = corpus(name);
        assert!(files.len() > 3, "{name} has too few inputs");
        for (path, data) in files {
            run(*target, &data, &path.display().to_string());
        }
    }
}

#[test]
fn inputs_made_of_the_stored_ones_are_taken() {
    for (name, target) in TARGETS {
        let (seeds, mut chance) = (corpus(name), Chance(1));
        for _ in 0..MUTATIONS {
            run(*target, &mutated(&seeds, &mut chance), name);
        }
    }
}
