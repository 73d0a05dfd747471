//! Folders for copies of databases, which do not outlive the program.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Those that are there now.
static ALL: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn all() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    // The set is whole whatever happened to the thread that held it.
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A folder only its owner may look into, removed when this is dropped.
#[derive(Debug)]
pub(crate) struct TemporaryFolder {
    path: PathBuf,
}

impl TemporaryFolder {
    /// A new one, where the system keeps temporary files.
    pub(crate) fn new() -> io::Result<Self> {
        let mut all = all();
        let path = tempfile::Builder::new().prefix("leftfold-").tempdir()?.keep();
        all.insert(path.clone());
        Ok(Self { path })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // Nobody is left to tell.
        drop(fs::remove_dir_all(&self.path));
        all().remove(&self.path);
    }
}

/// Removes the temporary copies of databases, for a program that ends without dropping what it has open.
pub fn remove_temporary_copies() {
    for folder in std::mem::take(&mut *all()) {
        // Nobody is left to tell.
        drop(fs::remove_dir_all(folder));
    }
}
