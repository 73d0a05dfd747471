//! What ends a run early, and how it is told.

use std::fmt::Display;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use leftfold_demo::DemoError;
use leftfold_report::ChartError;
use leftfold_session::{LinesError, SessionError};

/// Why a run ended early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something is wrong: what, where and what to do.
    Message(String),
    /// Whoever read the output has had enough.
    BrokenPipe,
    /// The user has had enough.
    Cancelled,
}

pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self::Message(message.into())
    }

    /// Something about a file.
    pub(crate) fn about(path: &Path, reason: impl Display) -> Self {
        Self::Message(format!("{}: {reason}", path.display()))
    }

    /// Tells it on standard error; the run's exit code.
    pub(crate) fn tell(&self) -> ExitCode {
        match self {
            Self::Message(message) => {
                eprintln!("leftfold: {message}");
                ExitCode::from(2)
            }
            // As a shell reports a program ended by SIGPIPE or SIGINT; the first is no failure of ours.
            Self::BrokenPipe => ExitCode::SUCCESS,
            Self::Cancelled => {
                eprintln!("leftfold: cancelled");
                ExitCode::from(130)
            }
        }
    }
}

impl From<SessionError> for Failure {
    fn from(e: SessionError) -> Self {
        if e.code == "cancelled" {
            Self::Cancelled
        } else {
            Self::Message(e.message)
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

/// An error of writing to standard output; one about a file is told by [`Failure::about`].
impl From<io::Error> for Failure {
    fn from(e: io::Error) -> Self {
        match e.kind() {
            io::ErrorKind::BrokenPipe => Self::BrokenPipe,
            _ => Self::Message(format!("cannot write the output: {e}")),
        }
    }
}

impl From<DemoError> for Failure {
    fn from(e: DemoError) -> Self {
        match e {
            DemoError::Cancelled => Self::Cancelled,
            DemoError::Write(e) => e.into(),
            DemoError::Exists { path } => Self::about(
                &path,
                "there is such a file already: choose another name with -O, or say --force",
            ),
            e => Self::new(e.to_string()),
        }
    }
}

impl From<ChartError> for Failure {
    fn from(e: ChartError) -> Self {
        Self::new(e.to_string())
    }
}
