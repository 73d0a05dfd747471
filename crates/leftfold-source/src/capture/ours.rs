//! The captures this program is writing.
//!
//! Locks on a file belong to the process, and closing any handle of it lets go of all of them: were such a file opened by hand, another
//! program could take the write-ahead log away under the writer. So it is read through SQLite alone, which knows of its own locks.

use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Device and inode.
type FileId = (u64, u64);

static OURS: Mutex<BTreeSet<FileId>> = Mutex::new(BTreeSet::new());

/// Keeps a file among those being written.
#[derive(Debug)]
pub(super) struct Claim(Option<FileId>);

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "elsewhere there is none")]
fn id_of(meta: &Metadata) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt as _;
    Some((meta.dev(), meta.ino()))
}

/// Elsewhere a lock belongs to its handle.
#[cfg(not(unix))]
fn id_of(_: &Metadata) -> Option<FileId> {
    None
}

/// Takes a file among those being written; `None`: it is there already.
pub(super) fn claim(path: &Path) -> std::io::Result<Option<Claim>> {
    let id = id_of(&fs::metadata(path)?);
    let Some(known) = id else {
        return Ok(Some(Claim(None)));
    };
    let new = OURS.lock().unwrap_or_else(PoisonError::into_inner).insert(known);
    Ok(new.then_some(Claim(id)))
}

/// Whether this program is writing the file.
pub(crate) fn is_ours(meta: &Metadata) -> bool {
    id_of(meta).is_some_and(|id| OURS.lock().unwrap_or_else(PoisonError::into_inner).contains(&id))
}

/// Whether this program is writing the capture at a path: then nothing but [`crate::open()`] may open it.
pub fn is_being_written(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| is_ours(&meta))
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some(id) = &self.0 {
            OURS.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        }
    }
}
