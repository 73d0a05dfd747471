//! The parts know only what stands on their left.
#![allow(clippy::expect_used, reason = "a test's own steps end it when they fail")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What each crate of ours may use of ours, directly. The front ends stand last.
const MAY_USE: &[(&str, &[&str])] = &[
    ("leftfold-event", &[]),
    ("leftfold-schema", &["leftfold-event"]),
    ("leftfold-source", &["leftfold-event", "leftfold-schema"]),
    // The log reads what a source offers (`EventStore`): in the direction in which data flows.
    ("leftfold-log", &["leftfold-event", "leftfold-source"]),
    ("leftfold-replay", &["leftfold-event"]),
    (
        "leftfold-kafka",
        &["leftfold-event", "leftfold-schema", "leftfold-source"],
    ),
    (
        "leftfold-compare",
        &["leftfold-event", "leftfold-log", "leftfold-replay"],
    ),
    ("leftfold-report", &["leftfold-event", "leftfold-compare"]),
    ("leftfold-demo", &["leftfold-event"]),
    (
        "leftfold-session",
        &[
            "leftfold-event",
            "leftfold-source",
            "leftfold-kafka",
            "leftfold-log",
            "leftfold-replay",
            "leftfold-compare",
            "leftfold-report",
        ],
    ),
];

/// What the dependencies of a crate, near and far, must not contain.
const WITHOUT: &[(&str, &[&str])] = &[
    ("leftfold-event", &["tokio", "rdkafka", "rusqlite"]),
    ("leftfold-schema", &["tokio", "rdkafka", "rusqlite"]),
    // Whoever only reads files builds without librdkafka.
    ("leftfold-source", &["tokio", "rdkafka"]),
    ("leftfold-log", &["tokio", "rdkafka"]),
    ("leftfold-replay", &["tokio", "rdkafka", "rusqlite"]),
    ("leftfold-compare", &["tokio", "rdkafka", "rusqlite"]),
    ("leftfold", &["tauri", "wry", "tao", "webkit2gtk", "gtk"]),
    (
        "leftfold-session",
        &["tauri", "wry", "tao", "webkit2gtk", "gtk", "clap", "indicatif"],
    ),
];

/// The packages of the build and what each depends on outside its tests, by name.
struct Graph {
    ours: BTreeSet<String>,
    uses: BTreeMap<String, BTreeSet<String>>,
    names: BTreeMap<String, String>,
}

/// The platform this runs on: what other platforms need would have to be fetched first.
fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.lines()
        .find_map(|l| l.strip_prefix("host: "))
        .expect("rustc names its host")
        .to_owned()
}

fn graph() -> Graph {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--filter-platform",
            &host(),
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "cargo metadata: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let items = |v: &Value| v.as_array().cloned().unwrap_or_default();
    let names: BTreeMap<String, String> = items(&metadata["packages"])
        .iter()
        .map(|p| (text(&p["id"]), text(&p["name"])))
        .collect();
    let ours = items(&metadata["workspace_members"]).iter().map(text).collect();
    let mut uses = BTreeMap::new();
    for node in items(&metadata["resolve"]["nodes"]) {
        let wanted = |dep: &&Value| items(&dep["dep_kinds"]).iter().any(|k| k["kind"] != "dev");
        let deps = items(&node["deps"]);
        uses.insert(
            text(&node["id"]),
            deps.iter().filter(wanted).map(|d| text(&d["pkg"])).collect(),
        );
    }
    Graph { ours, uses, names }
}

impl Graph {
    fn id(&self, name: &str) -> Option<&String> {
        self.ours.iter().find(|id| self.names[*id] == name)
    }

    fn all_below(&self, id: &str) -> BTreeSet<&str> {
        let (mut seen, mut open) = (BTreeSet::new(), vec![id]);
        while let Some(next) = open.pop() {
            for used in self.uses.get(next).into_iter().flatten() {
                if seen.insert(used.as_str()) {
                    open.push(used);
                }
            }
        }
        seen.into_iter().map(|id| self.names[id].as_str()).collect()
    }
}

#[test]
fn every_crate_uses_only_what_stands_on_its_left() {
    let graph = graph();
    let mut looked_at = 0;
    for (name, may) in MAY_USE {
        // Some are still to come.
        let Some(id) = graph.id(name) else { continue };
        looked_at += 1;
        for used in graph.uses[id].iter().filter(|u| graph.ours.contains(*u)) {
            let used = &graph.names[used];
            assert!(may.contains(&used.as_str()), "{name} must not use {used}");
        }
    }
    assert!(looked_at >= 7, "only {looked_at} crates were found");
}

#[test]
fn nothing_uses_the_front_ends() {
    let graph = graph();
    for front in ["leftfold", "leftfold-desktop"] {
        let id = graph.id(front).expect("both front ends are in the workspace");
        for (user, uses) in &graph.uses {
            assert!(!uses.contains(id), "{} uses {front}", graph.names[user]);
        }
    }
}

#[test]
fn replay_needs_no_runtime_and_the_command_line_no_web_view() {
    let graph = graph();
    for (name, without) in WITHOUT {
        let Some(id) = graph.id(name) else { continue };
        let below = graph.all_below(id);
        assert!(!below.is_empty(), "{name} depends on nothing at all?");
        for unwanted in *without {
            assert!(!below.contains(unwanted), "{name} reaches {unwanted}");
        }
    }
}

#[test]
fn only_the_windows_ipc_folder_imports_the_shell() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/src");
    let (mut importing, mut open) = (Vec::new(), vec![sources.clone()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("the window's sources are there") {
            let path = entry.expect("the folder can be read").path();
            if path.is_dir() {
                open.push(path);
            } else if fs::read_to_string(&path).is_ok_and(|text| text.contains("@tauri-apps/")) {
                importing.push(path.strip_prefix(&sources).expect("below the folder").to_owned());
            }
        }
    }
    importing.sort();
    assert!(
        !importing.is_empty(),
        "nothing imports the shell: is this test looking at the right folder?"
    );
    let outside: Vec<_> = importing.iter().filter(|p| !p.starts_with("ipc")).collect();
    assert!(outside.is_empty(), "outside ui/src/ipc: {outside:?}");
}
