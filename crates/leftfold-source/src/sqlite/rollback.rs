//! What an interrupted transaction left half done, undone in a temporary copy: the file and its rollback journal stay as they are.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use leftfold_event::Cancel;
use rusqlite::{Connection, OpenFlags};

use super::access::{Access, DiskState, Header, sidecar};
use super::writer;
use crate::SourceError;
use crate::held::Held;
use crate::temporary::TemporaryFolder;

/// Bytes copied between two looks at the cancel flag: a slow disk gives them in well under 50 ms.
const PART: usize = 1 << 20;

/// What a journal ends with that names a super-journal.
const SUPER_MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

/// The longest name of a super-journal that is believed.
const LONGEST_NAME: u32 = 64 << 10;

/// A copy of a database in which its hot journal was rolled back.
#[derive(Debug)]
pub(super) struct RolledBack {
    folder: TemporaryFolder,
    /// What lay on disk when the copy was made.
    pub(super) of: String,
    /// Bytes copied.
    pub(super) bytes: u64,
    /// Whether the transaction was under way when the copy was made: another program held a lock.
    pub(super) under_way: bool,
}

impl RolledBack {
    /// Copies and rolls back; `name` is what the user calls the file. `tick` is called with the bytes copied so far.
    pub(super) fn make(
        path: &Path,
        name: &Path,
        cancel: &Cancel,
        tick: &mut dyn FnMut(u64),
    ) -> Result<Self, SourceError> {
        let cannot = |e: &dyn std::fmt::Display| SourceError::NotRolledBack {
            path: name.to_owned(),
            reason: format!(
                "it is rolled back in a temporary copy, and none can be made: {e}; TMPDIR names another folder for it, \
                 or open the file once with the program that writes it"
            ),
        };
        let before = DiskState::look(path).map_err(|e| cannot(&e))?;
        let folder = TemporaryFolder::new().map_err(|e| cannot(&e))?;
        let mut copy = Copy {
            cancel,
            tick,
            bytes: 0,
        };
        let mut rolled_back = Self {
            folder,
            of: before.rolled_back_key(),
            bytes: 0,
            under_way: writer::is_writing(path),
        };
        let to = rolled_back.path();
        for suffix in ["", "-wal", "-journal"] {
            let from = sidecar(path, suffix);
            if suffix == "-wal" && !from.exists() {
                continue;
            }
            match copy.file(&from, &sidecar(&to, suffix)) {
                Ok(true) => {}
                Ok(false) => return Err(SourceError::Cancelled),
                Err(e) => return Err(cannot(&e)),
            }
        }
        rolled_back.bytes = copy.bytes;
        let after = DiskState::look(path).map_err(|e| cannot(&e))?;
        if after.rolled_back_key() != rolled_back.of {
            return Err(SourceError::Locked {
                path: name.to_owned(),
                reason: "it changed while it was copied; try again".to_owned(),
            });
        }
        let journal = sidecar(&to, "-journal");
        cut_super_journal(&journal).map_err(|e| cannot(&e))?;
        // A damaged database is for its readers to tell; whether the journal is gone says whether it was rolled back.
        let read = roll_back(&to);
        if DiskState::look(&to).is_ok_and(|d| d.has_journal()) {
            let why = read
                .err()
                .map_or_else(|| "its journal stays hot".to_owned(), |e| e.to_string());
            return Err(cannot(&why));
        }
        Ok(rolled_back)
    }

    /// The copy.
    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join("copy.db")
    }

    /// How the copy is read: nobody else writes it.
    pub(super) fn access(&self) -> Access {
        let logged = DiskState::look(&self.path()).is_ok_and(|d| d.has_log());
        if logged {
            Access::PrivateLog
        } else {
            Access::Immutable
        }
    }

    /// The copy's header and size.
    pub(super) fn header(&self) -> Option<(Header, u64)> {
        let file = Held::open(&self.path()).ok()?;
        let mut head = [0_u8; 100];
        let n = file.read_up_to(&mut head, 0).ok()?;
        Some((Header::read(&head[..n])?, file.metadata().ok()?.len()))
    }
}

/// A copy of a file's first bytes, whole pages of a database that was cut within one: SQLite takes the rest of such a page for zeros, and
/// would show rows that nobody wrote.
pub(crate) fn whole_pages(
    path: &Path,
    len: u64,
    cancel: &Cancel,
    tick: &mut dyn FnMut(u64),
) -> Result<(TemporaryFolder, PathBuf), SourceError> {
    let failed = |e: io::Error| SourceError::Read {
        path: path.to_owned(),
        reason: format!(
            "it is cut within a page, and no temporary copy without that page can be made: {e}; TMPDIR names another folder for it"
        ),
    };
    let folder = TemporaryFolder::new().map_err(failed)?;
    let to = folder.path().join("copy.db");
    let mut copy = Copy {
        cancel,
        tick,
        bytes: 0,
    };
    if !copy.file(path, &to).map_err(failed)? {
        return Err(SourceError::Cancelled);
    }
    File::options()
        .write(true)
        .open(&to)
        .and_then(|file| file.set_len(len))
        .map_err(failed)?;
    Ok((folder, to))
}

struct Copy<'c> {
    cancel: &'c Cancel,
    tick: &'c mut dyn FnMut(u64),
    bytes: u64,
}

impl Copy<'_> {
    /// Whether it was copied whole; `false`: cancelled.
    fn file(&mut self, from: &Path, to: &Path) -> io::Result<bool> {
        let (from, mut to) = (Held::open(from)?, File::create_new(to)?);
        let mut part = vec![0; PART];
        let mut at = 0;
        loop {
            if self.cancel.is_cancelled() {
                return Ok(false);
            }
            let n = from.read_up_to(&mut part, at)?;
            if n == 0 {
                return Ok(true);
            }
            to.write_all(&part[..n])?;
            at += n as u64;
            self.bytes += n as u64;
            (self.tick)(self.bytes);
        }
    }
}

/// Opening for writing and reading once rolls back.
fn roll_back(path: &Path) -> rusqlite::Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.query_row("PRAGMA schema_version", [], |_| Ok(()))
}

/// Takes the name of a super-journal off a copied journal. A transaction over several files was committed if its super-journal is
/// gone: then nothing is to be rolled back. If it is there, SQLite would remove it in the end, though it is the user's.
fn cut_super_journal(journal: &Path) -> io::Result<()> {
    let mut file = File::options().read(true).write(true).open(journal)?;
    let Some((name, begin)) = super_journal(&mut file)? else {
        return Ok(());
    };
    let there = fs::symlink_metadata(&name).is_ok();
    file.set_len(if there { begin } else { 0 })
}

/// The super-journal a journal names at its end, and where that begins: page, name, length, checksum, magic.
fn super_journal(file: &mut File) -> io::Result<Option<(PathBuf, u64)>> {
    let len = file.metadata()?.len();
    let Some(at) = len.checked_sub(16) else {
        return Ok(None);
    };
    let mut tail = [0_u8; 16];
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut tail)?;
    let word = |at: usize| u32::from_be_bytes([tail[at], tail[at + 1], tail[at + 2], tail[at + 3]]);
    let (length, sum) = (word(0), word(4));
    if tail[8..] != SUPER_MAGIC || length == 0 || length > LONGEST_NAME {
        return Ok(None);
    }
    let Some(begin) = at.checked_sub(u64::from(length) + 4) else {
        return Ok(None);
    };
    let mut name = vec![0_u8; length as usize];
    file.seek(SeekFrom::Start(begin + 4))?;
    file.read_exact(&mut name)?;
    // The bytes are added as C's plain char, which has a sign on some machines.
    let plain = name.iter().fold(0_u32, |s, b| s.wrapping_add(u32::from(*b)));
    let signed = name
        .iter()
        .fold(0_u32, |s, b| s.wrapping_add_signed(i32::from(b.cast_signed())));
    if name.contains(&0) || (sum != plain && sum != signed) {
        return Ok(None);
    }
    Ok(Some((path_of(name), begin)))
}

#[cfg(unix)]
fn path_of(name: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt as _;
    PathBuf::from(std::ffi::OsString::from_vec(name))
}

#[cfg(not(unix))]
fn path_of(name: Vec<u8>) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(&name).into_owned())
}
