//! Why a capture cannot be written.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why a capture cannot be written. What was committed before stays.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaptureError {
    /// A file of this name is there and is no capture.
    #[error("{path}: {reason}; choose another name")]
    NotACapture {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        reason: String,
    },
    /// Written by a newer Leftfold.
    #[error(
        "{path} is a capture of format {found}; this program writes format {known}: use a newer one, or choose another name"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The format found.
        found: u32,
        /// The newest one known.
        known: u32,
    },
    /// Another program writes it.
    #[error("{path} is being written by another program: wait for it, or choose another name")]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// No room is left.
    #[error(
        "{path}: the disk is full; what was read before is kept: free some room and run the same again, it goes on from there"
    )]
    Full {
        /// The file.
        path: PathBuf,
    },
    /// The record's place is beyond what the format can hold.
    #[error("{path}: {what} is beyond what a capture can hold")]
    OutOfRange {
        /// The file.
        path: PathBuf,
        /// What is too large.
        what: String,
    },
    /// Anything else the system or SQLite says.
    #[error("{path}: {reason}")]
    Write {
        /// The file.
        path: PathBuf,
        /// What is said.
        reason: String,
    },
}

impl CaptureError {
    /// The code at the boundary, stable across releases.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotACapture { .. } => "capture-not-ours",
            Self::Newer { .. } => "capture-newer",
            Self::Busy { .. } => "capture-busy",
            Self::Full { .. } => "capture-disk-full",
            Self::OutOfRange { .. } => "capture-out-of-range",
            Self::Write { .. } => "capture-write",
        }
    }

    pub(super) fn of(path: &Path, e: &rusqlite::Error) -> Self {
        let path = path.to_owned();
        match e.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path },
            Some(ErrorCode::DiskFull) => Self::Full { path },
            // SQLite knows of full disks only.
            Some(ErrorCode::SystemIoFailure) => Self::Write {
                path,
                reason: format!(
                    "{e}: the system refuses to write; a quota or the largest size of a file may be reached, or the disk is failing; what \
                     was read before is kept, and running the same again goes on from there"
                ),
            },
            _ => Self::Write {
                path,
                reason: e.to_string(),
            },
        }
    }
}
