//! What lies on disk, and which way of opening leaves it untouched.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::capture::is_ours;
use crate::held::Held;

/// The first 16 bytes of every SQLite database.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// A write-ahead log's own header; nothing is committed in a log that is not longer.
const WAL_HEADER: u64 = 32;

/// What the first 100 bytes of a database say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// Bytes a page has.
    pub(crate) page_size: u64,
    /// Whether the file is in write-ahead-log mode.
    pub(crate) wal: bool,
    /// Counts transactions (in rollback mode).
    pub(crate) change_counter: u32,
    /// Pages the file should have; 0 where the header does not say.
    pub(crate) pages: u64,
}

impl Header {
    /// Reads a header; `None` when these bytes begin no database.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.len() < 100 || !bytes.starts_with(MAGIC) {
            return None;
        }
        let word = |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let page_size = match u16::from_be_bytes([bytes[16], bytes[17]]) {
            1 => 65_536,
            n => u64::from(n),
        };
        let change_counter = word(24);
        // The page count is only valid when it was written together with the change counter.
        let pages = if word(92) == change_counter {
            u64::from(word(28))
        } else {
            0
        };
        Some(Self {
            page_size,
            wal: bytes[18] == 2 || bytes[19] == 2,
            change_counter,
            pages,
        })
    }
}

/// The file beside a database that ends in `suffix` (`-wal`, `-shm`, `-journal`).
pub(crate) fn sidecar(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// How a database is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Read-only with ordinary shared locks: rollback mode.
    Shared,
    /// Read-only without locks and without sidecar files: nothing else can be meant by the bytes of the file alone.
    Immutable,
    /// Read-only along a live writer's write-ahead log, through its shared memory opened read-only.
    LiveLog,
    /// A write-ahead log without usable shared memory: its index is built in our own memory, no lock is taken.
    PrivateLog,
    /// A copy in which the hot journal that lies beside the file was rolled back.
    RolledBack,
}

/// What is on disk: changes whenever an open connection may no longer be right, or the content may have changed.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct DiskState {
    /// Whether the header says write-ahead log.
    wal_mode: bool,
    /// Device, inode, size, modification time, change counter.
    file: String,
    /// Length of the write-ahead log; `None` if there is none.
    wal: Option<u64>,
    /// The log's header, length and modification time.
    wal_state: String,
    /// Whether there is shared memory, and the header of its index.
    shm: Option<Vec<u8>>,
    /// Inode, length, modification time and header of the rollback journal, if one with something in it lies beside the file.
    journal: Option<String>,
    /// Whether this program writes it: then no handle of its files may be closed.
    ours: bool,
}

/// The files a look went into: as long as they are held, another look lets go of no lock on them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Handles(#[allow(dead_code, reason = "held, not used")] Vec<Held>);

impl DiskState {
    /// Looks at the file and what lies beside it.
    pub(crate) fn look(path: &Path) -> std::io::Result<Self> {
        Self::look_holding(path).map(|(state, _)| state)
    }

    /// The same, holding the files.
    pub(crate) fn look_holding(path: &Path) -> std::io::Result<(Self, Handles)> {
        let meta = fs::metadata(path)?;
        if is_ours(&meta) {
            let wal = fs::metadata(sidecar(path, "-wal")).ok();
            let state = Self {
                wal_mode: true,
                file: format!("{} {} {}", inode(&meta), meta.len(), modified(&meta)),
                wal_state: wal
                    .as_ref()
                    .map_or_else(String::new, |m| format!("{} {}", m.len(), modified(m))),
                wal: wal.map(|m| m.len()),
                shm: None,
                journal: None,
                ours: true,
            };
            return Ok((state, Handles::default()));
        }
        let file = Held::open(path)?;
        let mut head = [0_u8; 100];
        let n = file.read_up_to(&mut head, 0)?;
        let header = Header::read(&head[..n]);
        let wal_path = sidecar(path, "-wal");
        let wal = fs::metadata(&wal_path).ok();
        let wal_state = wal.as_ref().map(|m| {
            let mut salts = [0_u8; 32];
            let n = Held::open(&wal_path)
                .and_then(|f| f.read_up_to(&mut salts, 0))
                .unwrap_or(0);
            format!("{:02x?} {} {}", &salts[..n], m.len(), modified(m))
        });
        let shared = Held::open(&sidecar(path, "-shm")).ok();
        let shm = shared.as_ref().map(|f| {
            let mut index = [0_u8; 48];
            let n = f.read_up_to(&mut index, 0).unwrap_or(0);
            index[..n].to_vec()
        });
        let meta = file.metadata()?;
        let counter = header.map_or(0, |h| h.change_counter);
        let state = Self {
            wal_mode: header.is_some_and(|h| h.wal),
            file: format!("{} {} {} {counter}", inode(&meta), meta.len(), modified(&meta)),
            wal: wal.map(|m| m.len()),
            wal_state: wal_state.unwrap_or_default(),
            shm,
            journal: journal_state(&sidecar(path, "-journal")),
            ours: false,
        };
        let handles = std::iter::once(file).chain(shared).collect();
        Ok((state, Handles(handles)))
    }

    /// The ways to open it, best first. SQLite itself tells a hot journal from a live writer's, by the locks; without locks the
    /// file alone must not be read where there is a journal.
    pub(crate) fn accesses(&self) -> &'static [Access] {
        if self.ours {
            return &[Access::LiveLog];
        }
        let bare = self.journal.is_none();
        match (self.has_log(), self.shm.is_some()) {
            (true, true) if bare => &[Access::LiveLog, Access::PrivateLog],
            (true, true) => &[Access::LiveLog, Access::PrivateLog, Access::RolledBack],
            (true, false) if bare => &[Access::PrivateLog],
            (true, false) => &[Access::PrivateLog, Access::RolledBack],
            // An ordinary open would make -wal and -shm, or open the empty log and make -shm.
            (false, _) if self.wal_mode || self.wal.is_some() => {
                if bare {
                    &[Access::Immutable]
                } else {
                    &[Access::RolledBack]
                }
            }
            (false, _) if bare => &[Access::Shared, Access::Immutable],
            (false, _) => &[Access::Shared, Access::RolledBack],
        }
    }

    /// Whether a rollback journal with content lies beside the file.
    pub(crate) fn has_journal(&self) -> bool {
        self.journal.is_some()
    }

    /// Whether a write-ahead log with content lies beside the file.
    pub(crate) fn has_log(&self) -> bool {
        self.wal.is_some_and(|len| len > WAL_HEADER)
    }

    /// All of it as one text.
    pub(crate) fn fingerprint(&self) -> String {
        format!(
            "{} | wal {} | shm {:02x?}",
            self.file,
            self.wal_state,
            self.shm.as_deref().unwrap_or_default()
        )
    }

    /// The same with the journal, which counts where it is hot.
    pub(crate) fn rolled_back_key(&self) -> String {
        let journal = self.journal.as_deref().unwrap_or_default();
        format!("{} | journal {journal}", self.fingerprint())
    }

    /// What must stay the same for a connection opened so to go on being right.
    pub(crate) fn connection_key(&self, access: Access) -> String {
        match access {
            // These follow the file by themselves, as long as the kind of access stays right.
            Access::Shared | Access::LiveLog => format!("{:?}", self.accesses().first()),
            Access::Immutable | Access::PrivateLog => self.fingerprint(),
            Access::RolledBack => self.rolled_back_key(),
        }
    }
}

/// Reads until the buffer is full or the file ends.
pub(crate) fn read_up_to(file: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut n = 0;
    while n < buffer.len() {
        match file.read(&mut buffer[n..])? {
            0 => break,
            more => n += more,
        }
    }
    Ok(n)
}

fn modified(meta: &fs::Metadata) -> u128 {
    meta.modified()
        .ok()
        .and_then(|t| t.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |d| d.as_nanos())
}

#[cfg(unix)]
fn inode(meta: &fs::Metadata) -> String {
    use std::os::unix::fs::MetadataExt;
    format!("{}:{}", meta.dev(), meta.ino())
}

#[cfg(not(unix))]
fn inode(_: &fs::Metadata) -> String {
    String::new()
}

/// A journal whose header is zeroed or that is empty was committed.
fn journal_state(path: &Path) -> Option<String> {
    let file = Held::open(path).ok()?;
    let mut head = [0_u8; 28];
    let n = file.read_up_to(&mut head, 0).ok()?;
    if n < 8 || head[..8] == [0; 8] {
        return None;
    }
    let meta = file.metadata().ok()?;
    let (inode, changed) = (inode(&meta), modified(&meta));
    Some(format!("{inode} {} {changed} {:02x?}", meta.len(), &head[..n]))
}

/// The `file:` URI of a path, every byte outside a small safe set escaped.
pub(crate) fn uri(path: &Path, access: Access) -> String {
    use std::fmt::Write as _;
    #[cfg(unix)]
    let bytes = std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).to_vec();
    #[cfg(not(unix))]
    let bytes = format!("/{}", path.to_string_lossy().replace('\\', "/")).into_bytes();
    let mut uri = String::from("file:");
    for b in bytes {
        if b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'_' | b'-') {
            uri.push(char::from(b));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(uri, "%{b:02X}");
        }
    }
    uri.push_str(match access {
        Access::Shared | Access::PrivateLog => "?mode=ro",
        Access::Immutable | Access::RolledBack => "?mode=ro&immutable=1",
        Access::LiveLog => "?mode=ro&readonly_shm=1",
    });
    uri
}
