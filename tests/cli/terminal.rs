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
    // What script(1) runs commands by; not everybody's shell takes what is quoted here.
    command
        .env("SHELL", "/bin/sh")
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
#[cfg(target_os = "linux")]
fn a_picture_is_not_poured_into_a_terminal() {
    for format in ["--svg", "--png"] {
        let run = on_a_terminal(shop(), &["timeline", "shop.db", format, "-"], &[]);
        assert_eq!(run.code, Some(2), "{}", run.out.len());
        assert!(
            run.out.contains("error[usage]") && run.out.contains("pipe it"),
            "{}",
            run.out
        );
    }
}

#[test]
#[cfg(target_os = "linux")]
fn the_digits_of_a_time_are_never_cut() {
    let folder = folder();
    let lines: Vec<String> = (1..=4)
        .map(|day| {
            format!(
                "{{\"stream\":\"a-1\",\"type\":\"SomethingOfALongNameHappened\",\"time\":\"2026-11-0{day}T10:00:00.12345678{day}Z\",\"payload\":{{\"n\":{day},\"text\":\"{}\"}}}}\n",
                "x".repeat(200)
            )
        })
        .collect();
    crate::run::write(folder.path(), "days.ndjson", lines.concat());
    let verbs: [&[&str]; 4] = [
        &["events", "days.ndjson"],
        &["history", "days.ndjson", "a-1", "/n"],
        &["blame", "days.ndjson", "a-1"],
        &["streams", "days.ndjson"],
    ];
    for args in verbs {
        let out = on_a_terminal(folder.path(), args, &[("COLUMNS", "80")]).ok();
        assert!(out.contains("2026-11-04T10:00:00.123456784Z"), "{args:?}: {out}");
    }
}

/// Whether a text holds what a terminal would obey.
fn commands_a_terminal(text: &str) -> bool {
    let turns =
        |c: char| matches!(c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.contains(|c: char| (c != '\n' && c.is_control()) || turns(c))
}

#[test]
fn names_in_a_database_are_no_commands_to_the_terminal() {
    const EVIL: &str = "\u{1b}[31mred\u{9b}2J\u{202e}\u{2066}";
    let folder = folder();
    let name = format!("evil{EVIL}.db");
    let file = rusqlite::Connection::open(folder.path().join(&name)).expect("a new file");
    let payload = serde_json::json!({ format!("x{EVIL}"): EVIL, "n": 1 });
    for table in ["one", "two"] {
        file.execute_batch(&format!(
            "CREATE TABLE \"{table}_events{EVIL}\" (id INTEGER PRIMARY KEY, stream_id TEXT, version INTEGER, event_type TEXT, payload TEXT, created_at TEXT);
             INSERT INTO \"{table}_events{EVIL}\" VALUES (1, 'a-{EVIL}', 1, 'T{EVIL}', '{payload}', '2026-11-20T10:00:00Z'),
             (2, 'a-{EVIL}', 2, 'T{EVIL}', '{{\"n\":2}}', '2026-11-20T10:00:01Z'),
             (3, 'a-{EVIL}', 3, 'T{EVIL}', '{{\"n\":3}}', '2026-11-20T10:00:02Z'),
             (4, 'a-{EVIL}', 4, 'T{EVIL}', '{{broken', 'noon{EVIL}');"
        ))
        .expect("the table can be written");
    }
    drop(file);
    let line = serde_json::json!({ "stream": format!("a-{EVIL}"), "version": 2, "type": format!("U{EVIL}"), "time": "2026-11-20T10:00:01Z",
        "payload": { format!("n{EVIL}"): EVIL } });
    let after =
        serde_json::json!({ "stream": "z", "version": 1, "type": "E", "time": "2026-11-21T10:00:01Z" });
    crate::run::write(folder.path(), "other.ndjson", format!("{line}\n{after}\n"));
    let (name, stream) = (name.as_str(), format!("a-{EVIL}"));
    let missing = format!("b-{EVIL}");
    let path = format!("/x{EVIL}");
    let point = format!("#{EVIL}");
    let filter = format!("tpye == \"{EVIL}\"");
    let runs: &[(i32, &[&str])] = &[
        (0, &["inspect", name]),
        (0, &["events", name]),
        (0, &["timeline", name, "--by", "stream"]),
        (0, &["timeline", name, "--by", "type", "--order", "log"]),
        (0, &["state", name, &stream]),
        (1, &["diff", name, &stream]),
        (0, &["blame", name, &stream]),
        (0, &["streams", name]),
        (0, &["event", name, "#4"]),
        (0, &["event", name, "#1", "--effects"]),
        (0, &["history", name, &stream, &path]),
        (0, &["mapping", "show", name]),
        (1, &["compare", name, "other.ndjson", "--identity", "version"]),
        (1, &["repair", name, "other.ndjson", "--identity", "version"]),
        (
            1,
            &["report", name, "other.ndjson", "--identity", "version", "-O", "-"],
        ),
        (
            0,
            &[
                "witness",
                name,
                "other.ndjson",
                "--identity",
                "version",
                "--settled",
                "-n",
                "1",
                "-O",
                "w\u{1b}[2J",
            ],
        ),
        (0, &["export", name, "-O", "out\u{1b}[2J.ndjson"]),
        (
            0,
            &[
                "demo",
                "--events",
                "1000",
                "--ndjson",
                "-O",
                "demo\u{1b}[2J.ndjson",
            ],
        ),
        (2, &["state", name, &missing]),
        (2, &["state", name, &stream, "--at", &point]),
        (2, &["state", name, &stream, "--at", "v9"]),
        (2, &["state", name, &stream, "--path", &format!("/{EVIL}")]),
        (2, &["history", name, &stream, &format!("/{EVIL}")]),
        (2, &["events", name, "--type", EVIL]),
        (2, &["events", name, "-f", &filter]),
        (2, &["events", name, "--table", EVIL]),
        (2, &["events", name, "--store", "9"]),
        (2, &["events", &missing]),
        (2, &["export", name, "-O", name]),
        (2, &["state", name, &stream, EVIL]),
    ];
    for (code, args) in runs {
        let run = leftfold(folder.path(), args);
        assert_eq!(run.code, Some(*code), "{args:?}: {}", run.err);
        assert!(!commands_a_terminal(&run.out), "{args:?}: {:?}", run.out);
        assert!(!commands_a_terminal(&run.err), "{args:?}: {:?}", run.err);
    }
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
    let patience = Instant::now() + Duration::from_mins(5);
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
    assert_eq!(said, "leftfold: error[cancelled]: cancelled\n");
    assert_eq!(listed(), 0);
}

/// Waits until a program listens for Ctrl-C, as the system tells it.
#[cfg(target_os = "linux")]
fn wait_until_it_listens(id: u32) {
    let patience = Instant::now() + Duration::from_mins(5);
    let listens = || {
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let caught = status.lines().find_map(|l| l.strip_prefix("SigCgt:"));
        caught
            .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
            .is_some_and(|mask| mask & 2 != 0)
    };
    while !listens() && Instant::now() < patience {
        std::thread::yield_now();
    }
}

#[test]
#[cfg(target_os = "linux")]
fn an_interrupt_ends_a_wait_for_input_at_once() {
    for (args, told) in [
        (&["events", "-"][..], "leftfold: error[cancelled]: cancelled\n"),
        (
            &["inspect", "-", "--json"],
            "{\"error\":{\"code\":\"cancelled\",\"message\":\"cancelled\"}}\n",
        ),
    ] {
        let child = program(shop(), args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        wait_until_it_listens(child.id());
        let sent = Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .expect("kill(1) is there");
        assert!(sent.success());
        // Its input is never closed: only the interrupt can end it.
        let mut child = child;
        let input = child.stdin.take();
        let run = Run::from(child.wait_with_output().expect("it ends"));
        drop(input);
        assert_eq!(
            (run.code, run.err.as_str(), run.out.as_str()),
            (Some(130), told, ""),
            "{args:?}"
        );
    }
}

#[test]
#[cfg(target_os = "linux")]
fn what_cannot_be_written_is_an_error_and_no_crash() {
    let full = || {
        Stdio::from(
            std::fs::File::options()
                .write(true)
                .open("/dev/full")
                .expect("/dev/full is there"),
        )
    };
    for args in [
        &["events", "shop.db"][..],
        &["events", "shop.db", "--json"],
        &["man"],
        &["--help"],
    ] {
        let run = Run::from(program(shop(), args).stdout(full()).output().expect("it starts"));
        assert_eq!(run.code, Some(2), "{args:?}: {}", run.err);
        assert!(run.err.contains("output-failed"), "{args:?}: {}", run.err);
    }
    let blind = program(shop(), &["state", "shop.db", "none"])
        .stderr(full())
        .output()
        .expect("it starts");
    assert_eq!(blind.status.code(), Some(2));
}

#[test]
#[cfg(target_os = "linux")]
fn progress_is_shown_on_a_terminal_alone() {
    let args = ["demo", "--events", "60000", "--force", "-O", "big.db"];
    let folder = folder();
    let shown = on_a_terminal(folder.path(), &args, &[]);
    assert!(shown.out.contains("writing"), "{}", shown.out);
    let piped = leftfold(folder.path(), &args);
    assert_eq!((piped.code, piped.err.as_str()), (Some(0), ""));
    assert!(!piped.out.contains("writing"));
    let quiet = on_a_terminal(folder.path(), &[&args[..], &["--quiet"]].concat(), &[]);
    assert!(!quiet.out.contains("writing"), "{}", quiet.out);
}
