//! What ends a run early, and how it is told.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use leftfold_demo::DemoError;
use leftfold_report::{ChartError, ReportError};
use leftfold_session::{LinesError, SessionError};

use crate::document::Document;
use crate::interrupt::INTERRUPTED;
use crate::style::clean;

/// Why a run ended early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something is wrong.
    Error {
        /// Stable across releases.
        code: Cow<'static, str>,
        /// What, where and what to do.
        message: String,
        /// Lines that a person sees below the message, safe for a terminal.
        below: Vec<String>,
    },
    /// Whoever read the output has had enough.
    BrokenPipe,
    /// The user has had enough.
    Cancelled,
}

pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    pub(crate) fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::Error {
            code: code.into(),
            message: message.into(),
            below: Vec::new(),
        }
    }

    /// Something about a file.
    pub(crate) fn about(code: &'static str, path: &Path, reason: impl Display) -> Self {
        Self::new(code, format!("{}: {reason}", path.display()))
    }

    /// A file that cannot be written.
    pub(crate) fn unwritable(path: &Path, reason: &io::Error) -> Self {
        Self::about("output-failed", path, reason)
    }

    /// A file that is there already.
    pub(crate) fn exists(path: &Path) -> Self {
        let reason = "there is such a file already: choose another name with -O, or say --force";
        Self::about("output-exists", path, reason)
    }

    /// Tells it on standard error, as one JSON object or in words; the run's exit code.
    pub(crate) fn tell(&self, json: bool) -> ExitCode {
        let (code, message, below, exit) = match self {
            Self::Error { code, message, below } => (&**code, message.as_str(), below.as_slice(), 2),
            // As a shell reports a program ended by SIGPIPE or SIGINT; the first is no failure of ours.
            Self::BrokenPipe => return ExitCode::SUCCESS,
            Self::Cancelled => ("cancelled", "cancelled", [].as_slice(), INTERRUPTED),
        };
        tell(code, message, below, json);
        ExitCode::from(exit)
    }
}

/// Tells an error on standard error.
pub(crate) fn tell(code: &str, message: &str, below: &[String], json: bool) {
    // Nobody is left to tell when standard error cannot be written.
    if json {
        let error = Document::new().with("code", code).with("message", message);
        drop(Document::new().with("error", error).print(&mut io::stderr()));
        return;
    }
    let mut err = io::stderr().lock();
    drop(writeln!(err, "leftfold: error[{code}]: {}", clean(message)));
    for line in below {
        drop(writeln!(err, "{line}"));
    }
}

impl From<SessionError> for Failure {
    fn from(e: SessionError) -> Self {
        if e.code == "cancelled" {
            Self::Cancelled
        } else {
            Self::new(e.code, e.message)
        }
    }
}

impl From<LinesError> for Failure {
    fn from(e: LinesError) -> Self {
        match e {
            LinesError::Session(e) => e.into(),
            LinesError::Write(e) => e.into(),
        }
    }
}

/// An error of writing to standard output; one about a file is told by [`Failure::unwritable`].
impl From<io::Error> for Failure {
    fn from(e: io::Error) -> Self {
        match e.kind() {
            io::ErrorKind::BrokenPipe => Self::BrokenPipe,
            _ => Self::new("output-failed", format!("cannot write the output: {e}")),
        }
    }
}

impl From<DemoError> for Failure {
    fn from(e: DemoError) -> Self {
        match e {
            DemoError::Cancelled => Self::Cancelled,
            DemoError::Write(e) => e.into(),
            DemoError::Exists { path } => Self::exists(&path),
            e @ DemoError::Events { .. } => Self::new(e.code(), e.to_string()),
            e => Self::new("output-failed", e.to_string()),
        }
    }
}

impl From<ReportError> for Failure {
    fn from(e: ReportError) -> Self {
        match e {
            ReportError::Chart(e) => e.into(),
            e => Self::new("report-failed", e.to_string()),
        }
    }
}

impl From<ChartError> for Failure {
    fn from(e: ChartError) -> Self {
        let code = match e {
            ChartError::Io { .. } => "output-failed",
            _ => "chart-failed",
        };
        Self::new(code, e.to_string())
    }
}
