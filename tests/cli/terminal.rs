//! Pipes, colours, interrupts.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::run::{Run, folder, leftfold, program, shop};

const ESCAPE: char = '\x1b';

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    for args in [
        &["events", "shop.db"][..],
        &["events", "shop.db", "--json"],
        &["export", "shop.db"],
        &["demo", "--ndjson", "-O", "-"],
    ] {
        let mut child = program(shop(), args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut start = [0; 64];
        let mut pipe = child.stdout.take().expect("its output is a pipe");
        pipe.read_exact(&mut start).expect("it says something");
        drop(pipe);
        let ended = child.wait_with_output().expect("it ends");
        assert_eq!(String::from_utf8_lossy(&ended.stderr), "", "{args:?}");
        assert_eq!(ended.status.code(), Some(0), "{args:?}");
    }
}

#[test]
fn a_pipe_gets_colours_only_when_it_asks() {
    for args in [
        &["inspect", "shop.db"][..],
        &["timeline", "shop.db"],
        &["state", "shop.db", "stock-SKU-0007"],
        &["--help"],
    ] {
        assert!(!leftfold(shop(), args).ok().contains(ESCAPE), "{args:?}");
        let coloured = leftfold(shop(), &[args, &["--color", "always"]].concat()).ok();
        assert!(coloured.contains(ESCAPE), "{args:?}");
    }
}

/// The same run with a terminal for its output, by script(1).
#[cfg(target_os = "linux")]
fn on_a_terminal(folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> Run {
    let quoted: Vec<String> = [env!("CARGO_BIN_EXE_leftfold")]
        .iter()
        .chain(args)
        .map(|a| format!("'{a}'"))
        .collect();
    let plain = program(folder, args);
    let mut command = Command::new("script");
    command
        .args(["-qec", &quoted.join(" "), "/dev/null"])
        .current_dir(folder)
        .stdin(Stdio::null());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
        .env("TERM", "xterm-256color")
        .envs(variables.iter().copied());
    command.output().expect("script(1) is there").into()
}

#[test]
#[cfg(target_os = "linux")]
fn a_terminal_gets_colours_unless_it_wants_none() {
    let args = ["state", "shop.db", "stock-SKU-0007"];
    assert!(on_a_terminal(shop(), &args, &[]).ok().contains(ESCAPE));
    for unwanted in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let out = on_a_terminal(shop(), &args, &[unwanted]).ok();
        assert!(
            !out.contains(ESCAPE) && out.contains("SKU-0007"),
            "{unwanted:?}: {out}"
        );
    }
    let never = on_a_terminal(shop(), &[&args[..], &["--color", "never"]].concat(), &[]).ok();
    assert!(!never.contains(ESCAPE));
}

#[test]
fn what_the_data_says_is_no_command_to_the_terminal() {
    let folder = folder();
    let line = "{\"stream\":\"a-\\u001b[2J\",\"type\":\"T\\u0007\",\"payload\":{\"x\\u001b[31m\":\"\\u009b31m\\u202e\"}}\n";
    crate::run::write(folder.path(), "a.ndjson", line);
    let stream = "a-\u{1b}[2J";
    for args in [
        &["events", "a.ndjson"][..],
        &["inspect", "a.ndjson"],
        &["state", "a.ndjson", stream],
        &["blame", "a.ndjson", stream],
        &["timeline", "a.ndjson", "--by", "stream"],
    ] {
        let out = leftfold(folder.path(), args).ok();
        assert!(
            !out.contains(|c: char| c != '\n' && c.is_control()) && !out.contains('\u{202e}'),
            "{args:?}: {out:?}"
        );
    }
}

#[test]
#[cfg(unix)]
fn an_interrupt_ends_the_work_and_leaves_nothing_half_done() {
    let folder = folder();
    let listed = || {
        std::fs::read_dir(folder.path())
            .expect("the folder is there")
            .count()
    };
    let mut child = program(
        folder.path(),
        &["demo", "--ndjson", "--events", "100000000", "-O", "much.ndjson"],
    )
    .stdout(Stdio::null())
    .stderr(Stdio::piped())
    .spawn()
    .expect("it starts");
    let patience = Instant::now() + Duration::from_mins(1);
    while listed() == 0 && Instant::now() < patience {
        std::thread::yield_now();
    }
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("kill(1) is there");
    assert!(sent.success());
    let mut said = String::new();
    child
        .stderr
        .take()
        .expect("its notes are a pipe")
        .read_to_string(&mut said)
        .expect("they are UTF-8");
    assert_eq!(child.wait().expect("it ends").code(), Some(130), "{said}");
    assert_eq!(said, "leftfold: cancelled\n");
    assert_eq!(listed(), 0);
}
