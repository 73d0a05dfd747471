//! What the program says to shells, and how it starts the window.

use std::fs;

use crate::run::{folder, leftfold, program, shop};

const VERBS: &[&str] = &[
    "inspect",
    "events",
    "timeline",
    "state",
    "diff",
    "blame",
    "history",
    "export",
    "demo",
    "open",
    "mapping",
    "completions",
    "man",
];

#[test]
fn help_names_every_verb_and_each_has_examples() {
    let help = leftfold(shop(), &["--help"]).ok();
    for verb in VERBS {
        assert!(help.contains(&format!("  {verb} ")), "{verb}");
        if *verb != "mapping" {
            let own = leftfold(shop(), &[verb, "--help"]).ok();
            assert!(
                own.contains(&format!("  leftfold {verb}")),
                "{verb} shows no example: {own}"
            );
        }
    }
    assert!(leftfold(shop(), &["--version"]).ok().starts_with("leftfold "));
}

#[test]
fn shells_get_completions_and_man_gets_pages() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(
            leftfold(shop(), &["completions", shell]).ok().contains("blame"),
            "{shell}"
        );
    }
    let page = leftfold(shop(), &["man"]).ok();
    assert!(
        page.contains(".TH leftfold 1") && page.contains("leftfold\\-blame"),
        "{}",
        &page[..400]
    );
    let folder = folder();
    leftfold(folder.path(), &["man", "--folder", "."]).ok();
    for verb in VERBS {
        assert!(
            folder.path().join(format!("leftfold-{verb}.1")).exists(),
            "{verb}"
        );
    }
}

/// The program in a folder of its own, so that no window stands beside it. Another program copies it: a file this one had open
/// for writing could not be started while any of its other tests starts something.
fn alone(folder: &std::path::Path) -> std::path::PathBuf {
    let path = folder.join("leftfold");
    let copied = std::process::Command::new("cp")
        .arg(env!("CARGO_BIN_EXE_leftfold"))
        .arg(&path)
        .status();
    assert!(copied.expect("cp(1) is there").success());
    path
}

#[test]
#[cfg(unix)]
fn open_hands_everything_to_the_window_beside_it() {
    let folder = folder();
    let own = alone(folder.path());
    fs::copy(shop().join("shop.db"), folder.path().join("shop.db")).expect("a copy");
    let open = |args: &[&str], display: bool| {
        let template = program(folder.path(), &[]);
        let mut command = std::process::Command::new(&own);
        command
            .arg("open")
            .args(args)
            .current_dir(folder.path())
            .env("PATH", "/usr/bin:/bin");
        for (name, value) in template.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        if display {
            command.env("DISPLAY", ":99");
        }
        crate::run::Run::from(command.output().expect("it starts"))
    };
    let missing = open(&["shop.db"], true).failed();
    assert!(
        missing.contains("leftfold-desktop") && missing.contains("PATH"),
        "{missing}"
    );
    let script =
        r#"printf '#!/bin/sh\nprintf "%%s|" "$@"\n' > leftfold-desktop && chmod 755 leftfold-desktop"#;
    let written = std::process::Command::new("sh")
        .args(["-c", script])
        .current_dir(folder.path())
        .status();
    assert!(written.expect("sh(1) is there").success());
    let blind = open(&["shop.db"], false).failed();
    assert!(blind.contains("no display"), "{blind}");
    let opened = open(&["shop.db", "--at", "-5m", "--stream", "order-1"], true).ok();
    let path = folder.path().join("shop.db");
    assert_eq!(opened, format!("{}|--at|-5m|--stream|order-1|", path.display()));
    assert_eq!(open(&["demo:shop"], true).ok(), "demo:shop|");
    let wrong = open(&["shop.db", "--at", "noon"], true).failed();
    assert!(wrong.contains("noon"), "{wrong}");
    let unreadable = open(&["nothing.db"], true).failed();
    assert!(unreadable.contains("nothing.db"), "{unreadable}");
}
