//! Runs the program and keeps what it said.

use std::fs;
use std::io::Write as _;
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
