//! Files opened beside SQLite without letting go of its locks.
//!
//! POSIX locks on a file belong to the process, and closing any handle of it lets go of all of them. SQLite knows of its own handles; of
//! others it does not. So there is one handle of a file for all who look into it, and it is closed when nobody holds it any more: whoever
//! reads the file through SQLite holds it, too.

use std::fs::Metadata;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// A file that is open for reading, by places alone: the handle is shared.
#[derive(Clone, Debug)]
pub(crate) struct Held(Arc<imp::Holder>);

impl Held {
    /// Opens a file, or shares the handle there is.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        imp::open(path).map(|holder| Self(Arc::new(holder)))
    }

    /// What the system knows of it.
    pub(crate) fn metadata(&self) -> io::Result<Metadata> {
        self.0.file().metadata()
    }

    /// The handle itself, to ask about: not to read along, for its place is shared.
    #[cfg(unix)]
    pub(crate) fn handle(&self) -> &std::fs::File {
        self.0.file()
    }

    /// Reads from a place until the buffer is full or the file ends; returns how many bytes that were.
    pub(crate) fn read_up_to(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        let mut n = 0;
        while n < buffer.len() {
            match imp::read_at(self.0.file(), &mut buffer[n..], at + n as u64) {
                Ok(0) => break,
                Ok(more) => n += more,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(n)
    }

    /// Fills the buffer from a place.
    pub(crate) fn read_exact(&self, buffer: &mut [u8], at: u64) -> io::Result<()> {
        if self.read_up_to(buffer, at)? < buffer.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }
}

#[cfg(unix)]
mod imp {
    use std::collections::BTreeMap;
    use std::fs::{self, File, Metadata};
    use std::io;
    use std::os::unix::fs::{FileExt as _, MetadataExt as _};
    use std::path::Path;
    use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

    /// Device and inode.
    type FileId = (u64, u64);

    /// The open files.
    static OPEN: Mutex<BTreeMap<FileId, Slot>> = Mutex::new(BTreeMap::new());

    /// A file that somebody holds.
    struct Slot {
        file: Arc<File>,
        /// Handles that turned out to be of a file that was open already: they are closed with it.
        spare: Vec<File>,
        holders: usize,
    }

    /// One of those who hold a file. Its own share of the handle goes first, so that the last one closes it under the table's lock:
    /// until then nobody else can have opened the file anew, and locked it.
    #[derive(Debug)]
    pub(super) struct Holder {
        file: Arc<File>,
        _claim: Claim,
    }

    #[derive(Debug)]
    struct Claim(FileId);

    fn id_of(meta: &Metadata) -> FileId {
        (meta.dev(), meta.ino())
    }

    fn table() -> MutexGuard<'static, BTreeMap<FileId, Slot>> {
        // Each change is one insertion or removal.
        OPEN.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn open(path: &Path) -> io::Result<Holder> {
        let mut table = table();
        let known = id_of(&fs::metadata(path)?);
        if let Some(slot) = table.get_mut(&known) {
            return Ok(slot.holder(known));
        }
        let file = File::open(path)?;
        // Another file may have taken the name since.
        let id = id_of(&file.metadata()?);
        if let Some(slot) = table.get_mut(&id) {
            slot.spare.push(file);
            return Ok(slot.holder(id));
        }
        let slot = Slot {
            file: Arc::new(file),
            spare: Vec::new(),
            holders: 0,
        };
        Ok(table.entry(id).or_insert(slot).holder(id))
    }

    impl Slot {
        fn holder(&mut self, id: FileId) -> Holder {
            self.holders += 1;
            Holder {
                file: Arc::clone(&self.file),
                _claim: Claim(id),
            }
        }
    }

    impl Holder {
        pub(super) fn file(&self) -> &File {
            &self.file
        }
    }

    impl Drop for Claim {
        fn drop(&mut self) {
            let mut table = table();
            if let Some(slot) = table.get_mut(&self.0) {
                slot.holders -= 1;
                if slot.holders == 0 {
                    table.remove(&self.0);
                }
            }
        }
    }

    pub(super) fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        file.read_at(buffer, at)
    }
}

/// Elsewhere a lock belongs to its handle.
#[cfg(not(unix))]
mod imp {
    use std::fs::File;
    use std::io;
    use std::path::Path;

    #[derive(Debug)]
    pub(super) struct Holder(File);

    pub(super) fn open(path: &Path) -> io::Result<Holder> {
        File::open(path).map(Holder)
    }

    impl Holder {
        pub(super) fn file(&self) -> &File {
            &self.0
        }
    }

    pub(super) fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(file, buffer, at)
    }
}
