//! Makes a new capture, and opens one to be written.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::{APPLICATION_ID, CaptureError, FORMAT};
use crate::sqlite::read_up_to;

const SCHEMA: &str = include_str!("schema.sql");

/// Bytes of a page. Records are some hundred bytes and come in order: the larger a page, the fewer writes.
pub(super) const PAGE: u32 = 32 << 10;

/// How the name of a capture ends that is being made.
const NEW: &str = ".new";

/// How a capture is opened to be written.
pub(super) const FLAGS: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE
    .union(OpenFlags::SQLITE_OPEN_NO_MUTEX)
    .union(OpenFlags::SQLITE_OPEN_CREATE);

/// The first bytes of a file.
pub(super) fn head_of(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut head = vec![0_u8; 100];
    let n = read_up_to(&mut File::open(path)?, &mut head)?;
    head.truncate(n);
    Ok(head)
}

/// Makes an empty capture under another name and gives it its own when it is whole: who is ended meanwhile leaves no half of one
/// under the name that the next run would go on with.
pub(super) fn make(path: &Path) -> Result<(), CaptureError> {
    let beside = |ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let new = beside(NEW);
    let write = |e: std::io::Error| CaptureError::Write {
        path: path.to_owned(),
        reason: e.to_string(),
    };
    // Left by a run that was ended here.
    for left in [&new, &beside(&format!("{NEW}-journal"))] {
        match fs::remove_file(left) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(write(e)),
            _ => {}
        }
    }
    let made = Connection::open_with_flags(&new, FLAGS).and_then(|mut connection| {
        connection.pragma_update(None, "page_size", PAGE)?;
        create(&mut connection)?;
        connection.close().map_err(|(_, e)| e)
    });
    let made = made
        .map_err(|e| CaptureError::of(path, &e))
        .and_then(|()| name(&new, path).map_err(write));
    // Gone when it was renamed; and of two errors the first one matters.
    let _ = fs::remove_file(&new);
    made
}

/// Gives a file its name, if nobody else has taken it: what another run began meanwhile stays, and is gone on with.
fn name(new: &Path, path: &Path) -> std::io::Result<()> {
    match fs::hard_link(new, path) {
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists && fs::metadata(path)?.len() > 0 => Ok(()),
        // An empty file, or a file system that knows no links.
        Err(_) => fs::rename(new, path),
        Ok(()) => Ok(()),
    }
}

/// Opens a capture to be written.
pub(super) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, FLAGS)?;
    connection.busy_timeout(Duration::from_millis(500))?;
    // A log beside the file while it is written: others may read meanwhile, and a crash loses nothing that was committed.
    connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0))?;
    // The log is synced before its pages go into the file, and the file before the log is written from its beginning: a power cut may lose
    // the commits since the last checkpoint, never more; where to go on is told by what is there.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.query_row("PRAGMA wal_autocheckpoint = 0", [], |_| Ok(()))?;
    connection.pragma_update(None, "cache_size", -32_000)?;
    Ok(connection)
}

fn create(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(SCHEMA)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", FORMAT)?;
    transaction.commit()
}
