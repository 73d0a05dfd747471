//! Runs the program and keeps what it said.

#[cfg(unix)]
use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
#[cfg(unix)]
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

/// What a run said.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("the output is UTF-8"),
            err: String::from_utf8(output.stderr).expect("the notes are UTF-8"),
        }
    }
}

impl Run {
    /// The output of a run that went well.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{}{}", self.out, self.err);
        self.out
    }

    /// The message of a run that failed, which says nothing on standard output.
    #[track_caller]
    pub(crate) fn failed(self) -> String {
        assert_eq!(self.code, Some(2), "{}{}", self.out, self.err);
        assert_eq!(self.out, "");
        assert!(self.err.starts_with("leftfold: error["), "{}", self.err);
        self.err
    }

    /// The code of a run that failed.
    #[track_caller]
    pub(crate) fn code_told(self) -> String {
        let said = self.failed();
        let told = said.split(['[', ']']).nth(1).map(str::to_owned);
        told.expect("the error has a code")
    }
}

fn home() -> &'static Path {
    static HOME: OnceLock<TempDir> = OnceLock::new();
    HOME.get_or_init(|| tempfile::tempdir().expect("a temporary folder"))
        .path()
}

/// The program, in a folder, with a home of its own.
pub(crate) fn program(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leftfold"));
    command.args(args).current_dir(folder).stdin(Stdio::null());
    for variable in [
        "NO_COLOR",
        "CLICOLOR_FORCE",
        "COLUMNS",
        "DISPLAY",
        "WAYLAND_DISPLAY",
    ] {
        command.env_remove(variable);
    }
    command
        .env("HOME", home())
        .env("XDG_CONFIG_HOME", home().join("config"));
    command.env("LEFTFOLD_CACHE_DIR", home().join("cache"));
    command
}

pub(crate) fn leftfold(folder: &Path, args: &[&str]) -> Run {
    program(folder, args).output().expect("the program starts").into()
}

/// How long a command that is shown to readers may take, in seconds: one that never ends is told by its name.
#[cfg(unix)]
const PATIENCE: &str = "300";

/// A command as a shell takes it, with its comments, pipes and quotes. One that follows is ended with Ctrl-C as soon as it has read all that
/// the folder's project file is about.
#[cfg(unix)]
pub(crate) fn shell(folder: &Path, command: &str) -> Run {
    let bin = Path::new(env!("CARGO_BIN_EXE_leftfold"))
        .parent()
        .expect("a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let follows = command.contains("--follow");
    // In the shell's place the program hears the signal itself.
    let command = if follows {
        format!("exec {command}")
    } else {
        command.to_owned()
    };
    let mut shell = Command::new("timeout");
    if follows {
        // Else it hands a signal on twice, to its child and to all of its group; the second Ctrl-C ends the program where it is.
        shell.arg("--foreground");
    }
    shell.args([PATIENCE, "sh", "-ec", &command]);
    let template = program(folder, &[]);
    for (name, value) in template.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
        .current_dir(folder)
        .stdin(Stdio::null())
        .env("HOME", folder)
        .env("PATH", format!("{}:{path}", bin.display()));
    if !follows {
        return shell.output().expect("timeout(1) is there").into();
    }
    let mut child = shell
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("timeout(1) is there");
    let mut notes = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut err = String::new();
    let project = fs::read_to_string(folder.join("leftfold.toml")).expect("what is followed is said there");
    let sources: BTreeSet<&str> = project.lines().filter(|l| l.starts_with("source = ")).collect();
    let followed = sources.len() + project.matches("[[comparison]]").count();
    while err.matches("followed from here").count() < followed {
        let read = notes.read_line(&mut err).expect("notes are text");
        assert!(read > 0, "{command} ended before it followed anything: {err}");
    }
    // timeout(1) hands the signal on.
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(sent.expect("kill(1) is there").success());
    std::thread::scope(|scope| {
        // It may have more to say than a pipe holds.
        let rest = scope.spawn(move || notes.read_to_string(&mut err).map(|_| err));
        let mut run = Run::from(child.wait_with_output().expect("it ends"));
        run.err = rest.join().expect("it is read").expect("notes are text");
        run
    })
}

/// The same, with something on standard input.
pub(crate) fn leftfold_reading(folder: &Path, args: &[&str], input: &[u8]) -> Run {
    let mut child = program(folder, args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut pipe = child.stdin.take().expect("its input is a pipe");
    std::thread::scope(|scope| {
        // A program that refuses its input closes it early.
        scope.spawn(move || drop(pipe.write_all(input)));
        child.wait_with_output().expect("the program ends").into()
    })
}

/// A folder with `shop.db`: the demo in three thousand events. Nobody writes into it.
pub(crate) fn shop() -> &'static Path {
    static SHOP: OnceLock<TempDir> = OnceLock::new();
    let folder = SHOP.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        leftfold(folder.path(), &["demo", "--events", "3000"]).ok();
        folder
    });
    folder.path()
}

/// An order whose payment is told to it twice, and the version of the second telling.
pub(crate) fn doubled() -> (String, i64) {
    let told = leftfold(
        shop(),
        &[
            "events",
            "shop.db",
            "--type",
            "PaymentCaptured",
            "--category",
            "order",
            "--json",
        ],
    )
    .ok();
    let field = |line: &str, name: &str| -> String {
        let start = line.find(&format!("\"{name}\":")).expect("the field is there") + name.len() + 3;
        line[start..]
            .trim_start_matches('"')
            .split(['"', ','])
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let mut streams: Vec<(String, i64)> = told
        .lines()
        .map(|l| {
            (
                field(l, "stream"),
                field(l, "version").parse().expect("a version"),
            )
        })
        .collect();
    streams.sort();
    let twice = streams
        .windows(2)
        .find(|w| w[0].0 == w[1].0)
        .expect("one order is paid twice");
    twice[1].clone()
}

/// A folder of one's own.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Writes a file into a folder.
pub(crate) fn write(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, content).expect("the file can be written");
    path
}

/// One JSON document on a line, a field a line, every character kept.
pub(crate) fn spread(json: &str) -> String {
    json.replace(",\"", ",\n\"").replace("},{", "},\n{")
}
