//! Connections that can read plain tables and nothing else, pooled per file.

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use leftfold_event::Cancel;
use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization, TransactionOperation};
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::access::{Access, DiskState, Handles, Header, uri};
use super::btree::Pages;
use super::rollback::RolledBack;
use super::survey::Survey;
use crate::SourceError;
use crate::temporary::TemporaryFolder;

/// Connections kept open between calls.
const POOL: usize = 4;

/// The largest single value read; larger ones are refused by SQLite with a clear error.
const MAX_VALUE: i32 = 512 << 20;

/// VM instructions between two looks at the cancel flag: well under a millisecond.
const CANCEL_EVERY: i32 = 5_000;

/// One database file and its open connections.
pub(crate) struct Database {
    path: PathBuf,
    /// Whether the file is read past what its header promises (it is truncated or its schema is damaged).
    lenient: bool,
    pool: Mutex<Vec<Pooled>>,
    /// Our own copy of what was piped in, and what it goes by: removed with the database.
    copy: Option<(Arc<TemporaryFolder>, PathBuf)>,
    /// The copy that stands for a file beside which a hot journal lies.
    rolled_back: Mutex<Option<Arc<RolledBack>>>,
    /// What a walk over the damaged file has shown, for one state of it.
    survey: Mutex<Option<(String, Arc<Survey>)>>,
}

/// A connection kept for later.
struct Pooled {
    key: String,
    connection: Connection,
    /// Closed behind the connection.
    _handles: Handles,
}

/// The copy that stands for a file beside which a hot journal lies.
pub(crate) struct Copied {
    /// Bytes copied.
    pub(crate) bytes: u64,
    /// Whether the transaction was under way, not interrupted.
    pub(crate) under_way: bool,
    /// What the copy's header says.
    pub(crate) header: Header,
    /// The copy's size.
    pub(crate) len: u64,
}

/// A connection borrowed from the pool.
pub(crate) struct Lease<'d> {
    database: &'d Database,
    connection: Option<Connection>,
    key: String,
    access: Access,
    /// The files it may have locks on.
    handles: Handles,
    /// What it reads, if that is not the file itself.
    rolled_back: Option<Arc<RolledBack>>,
}

impl Database {
    /// The database at a canonical path; nothing is opened yet.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self {
            path,
            lenient: false,
            copy: None,
            pool: Mutex::default(),
            rolled_back: Mutex::default(),
            survey: Mutex::default(),
        }
    }

    /// The same, read past what its header promises.
    #[must_use]
    pub(crate) fn read_leniently(self) -> Self {
        Self {
            lenient: true,
            pool: Mutex::default(),
            ..self
        }
    }

    /// The same over our own copy, in this folder, of what was piped in under a name.
    #[must_use]
    pub(crate) fn over_copy(self, folder: Arc<TemporaryFolder>, name: &Path) -> Self {
        Self {
            copy: Some((folder, name.to_owned())),
            ..self
        }
    }

    /// Whether this is our own copy: then no path stands for its content.
    pub(crate) fn is_copy(&self) -> bool {
        self.copy.is_some()
    }

    /// What the user calls it.
    fn name(&self) -> &Path {
        self.copy.as_ref().map_or(&self.path, |(_, name)| name)
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What is on disk now.
    pub(crate) fn disk(&self) -> Result<DiskState, SourceError> {
        self.disk_holding().map(|(state, _)| state)
    }

    fn disk_holding(&self) -> Result<(DiskState, Handles), SourceError> {
        DiskState::look_holding(&self.path).map_err(|e| SourceError::Unopenable {
            path: self.name().to_owned(),
            reason: e.to_string(),
        })
    }

    /// What tells whether the content is still the same.
    pub(crate) fn fingerprint(&self) -> Result<String, SourceError> {
        let disk = self.disk()?;
        // A live writer's journal comes and goes; a hot one is half of the content.
        Ok(if self.copy_is_of(&disk) {
            disk.rolled_back_key()
        } else {
            disk.fingerprint()
        })
    }

    fn copy_is_of(&self, disk: &DiskState) -> bool {
        disk.has_journal()
            && self
                .current_copy()
                .is_some_and(|c| c.of == disk.rolled_back_key())
    }

    fn current_copy(&self) -> Option<Arc<RolledBack>> {
        self.rolled_back
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Where a hot journal lies beside the file: rolls it back in a copy, and returns what is to be known of that. `tick` is called
    /// with the bytes copied so far.
    pub(crate) fn settle(
        &self,
        cancel: &Cancel,
        tick: &mut dyn FnMut(u64),
    ) -> Result<Option<Copied>, SourceError> {
        if !self.disk()?.has_journal() {
            return Ok(None);
        }
        let copy = match self.lease_with(cancel, tick) {
            Ok(lease) => lease.rolled_back.clone(),
            // What is damaged is told by those who read it.
            Err(SourceError::Damaged { .. }) => self.current_copy(),
            Err(e) => return Err(e),
        };
        Ok(copy.and_then(|c| {
            let (header, len) = c.header()?;
            Some(Copied {
                bytes: c.bytes,
                under_way: c.under_way,
                header,
                len,
            })
        }))
    }

    /// A connection that reads the file as it is now.
    pub(crate) fn lease(&self) -> Result<Lease<'_>, SourceError> {
        self.lease_with(&Cancel::new(), &mut |_| ())
    }

    fn lease_with(&self, cancel: &Cancel, tick: &mut dyn FnMut(u64)) -> Result<Lease<'_>, SourceError> {
        let (disk, handles) = self.disk_holding()?;
        let mut last = None;
        for &access in disk.accesses() {
            let key = key_of(&disk, access);
            let rolled_back = match access {
                Access::RolledBack => Some(self.rolled_back(&disk, cancel, tick)?),
                _ => None,
            };
            let pooled = {
                let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
                pool.retain(|p| disk.accesses().iter().any(|&a| p.key == key_of(&disk, a)));
                // Whether a journal has become hot is found out by an open.
                let usable = access != Access::Shared || !disk.has_journal();
                pool.iter()
                    .position(|p| usable && p.key == key)
                    .map(|i| pool.swap_remove(i).connection)
            };
            let opened = match (pooled, &rolled_back) {
                (Some(connection), _) => Ok(connection),
                (None, Some(copy)) => open(&copy.path(), copy.access(), self.lenient),
                (None, None) => open(&self.path, access, self.lenient),
            };
            match opened {
                Ok(connection) => {
                    return Ok(Lease {
                        database: self,
                        connection: Some(connection),
                        key,
                        access,
                        handles,
                        rolled_back,
                    });
                }
                Err(e) => {
                    // A busy file is busy: reading it without locks would read a half-written state. And what SQLite could read
                    // with locks, to find it damaged, has no hot journal.
                    let settled = matches!(
                        e.sqlite_error_code(),
                        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
                    );
                    last = Some(e);
                    if settled {
                        break;
                    }
                }
            }
        }
        Err(last.map_or_else(
            || SourceError::Read {
                path: self.name().to_owned(),
                reason: "no way to open it".to_owned(),
            },
            |e| self.error(&e),
        ))
    }

    /// What a lease without locks reads: another text later says that the file was written meanwhile. Locks keep what is read of one
    /// moment by themselves.
    pub(crate) fn moment(&self, lease: &Lease<'_>) -> Result<Option<String>, SourceError> {
        Ok(match lease.access {
            Access::Shared | Access::LiveLog => None,
            access => Some(self.disk()?.connection_key(access)),
        })
    }

    /// That the file was written while it was read.
    pub(crate) fn changed(&self) -> SourceError {
        SourceError::Changed {
            path: self.name().to_owned(),
        }
    }

    /// Closes the connections kept for later calls.
    pub(crate) fn let_go(&self) {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The copy for what is on disk now.
    fn rolled_back(
        &self,
        disk: &DiskState,
        cancel: &Cancel,
        tick: &mut dyn FnMut(u64),
    ) -> Result<Arc<RolledBack>, SourceError> {
        // Who comes meanwhile waits for the same copy.
        let mut slot = self.rolled_back.lock().unwrap_or_else(PoisonError::into_inner);
        let key = disk.rolled_back_key();
        if let Some(copy) = slot.as_ref().filter(|c| c.of == key) {
            return Ok(Arc::clone(copy));
        }
        let copy = Arc::new(RolledBack::make(&self.path, self.name(), cancel, tick)?);
        *slot = Some(Arc::clone(&copy));
        Ok(copy)
    }

    /// Which pages of the file belong to what. `None`: it cannot be told, as a write-ahead log has some of them, or as the file
    /// changed meanwhile; or it was cancelled.
    pub(super) fn survey(&self, lease: &Lease<'_>, cancel: &Cancel) -> Option<Arc<Survey>> {
        let path = match (lease.access, &lease.rolled_back) {
            (Access::LiveLog | Access::PrivateLog, _) => return None,
            (_, Some(copy)) if copy.access() == Access::PrivateLog => return None,
            (_, Some(copy)) => copy.path(),
            (_, None) => self.path.clone(),
        };
        let mut slot = self.survey.lock().unwrap_or_else(PoisonError::into_inner);
        let content = self.fingerprint().ok()?;
        if let Some((_, survey)) = slot.as_ref().filter(|(of, _)| *of == content) {
            return Some(Arc::clone(survey));
        }
        let survey = Arc::new(Survey::of(Pages::open(&path)?, lease, cancel)?);
        if self.fingerprint().ok()? != content {
            return None;
        }
        *slot = Some((content, Arc::clone(&survey)));
        Some(survey)
    }

    /// An error of SQLite as an error of the source.
    pub(crate) fn error(&self, e: &rusqlite::Error) -> SourceError {
        let path = self.name().to_owned();
        let reason = e.to_string();
        match e.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => SourceError::Locked {
                path,
                reason: format!(
                    "{reason}; close the program that writes it, or wait until it has committed, and try again"
                ),
            },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                SourceError::Damaged { path, reason }
            }
            Some(ErrorCode::OperationInterrupted) => SourceError::Cancelled,
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                SourceError::Unopenable { path, reason }
            }
            _ => SourceError::Read { path, reason },
        }
    }
}

impl Lease<'_> {
    /// How the file was opened.
    pub(crate) fn access(&self) -> Access {
        self.access
    }

    /// Makes long statements stop soon after `cancel` is raised.
    pub(crate) fn heed(&mut self, cancel: &Cancel) -> Result<(), SourceError> {
        let cancel = cancel.clone();
        let set = self.progress_handler(CANCEL_EVERY, Some(move || cancel.is_cancelled()));
        set.map_err(|e| self.database.error(&e))
    }
}

impl Deref for Lease<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match &self.connection {
            Some(connection) => connection,
            // The connection is taken out in `drop` only.
            None => unreachable!("a lease holds its connection until it is dropped"),
        }
    }
}

impl DerefMut for Lease<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        match &mut self.connection {
            Some(connection) => connection,
            None => unreachable!("a lease holds its connection until it is dropped"),
        }
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else {
            return;
        };
        let clean =
            connection.progress_handler(0, None::<fn() -> bool>).is_ok() && connection.is_autocommit();
        let mut pool = self.database.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if clean && pool.len() < POOL {
            pool.push(Pooled {
                key: std::mem::take(&mut self.key),
                connection,
                _handles: std::mem::take(&mut self.handles),
            });
        }
    }
}

/// What a pooled connection goes by.
fn key_of(disk: &DiskState, access: Access) -> String {
    format!("{access:?} {}", disk.connection_key(access))
}

fn open(path: &Path, access: Access, lenient: bool) -> rusqlite::Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let uri = uri(path, access);
    let connection = if access == Access::PrivateLog {
        // Without locks and in exclusive mode SQLite keeps the log's index in its own memory instead of in an -shm file.
        let vfs = if cfg!(windows) {
            c"win32-none"
        } else {
            c"unix-none"
        };
        Connection::open_with_flags_and_vfs(&uri, flags, vfs)?
    } else {
        Connection::open_with_flags(&uri, flags)?
    };
    harden(connection, access, lenient)
}

fn harden(mut connection: Connection, access: Access, lenient: bool) -> rusqlite::Result<Connection> {
    connection.busy_timeout(Duration::from_secs(1))?;
    let config = [
        (DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_ATTACH_CREATE, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_ATTACH_WRITE, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
        // SQLite reads a truncated file, and past a broken schema entry, only when told that the schema is writable.
        // Nothing can be written all the same: the file is opened read-only and the authorizer allows reads alone.
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, !lenient),
        (DbConfig::SQLITE_DBCONFIG_WRITABLE_SCHEMA, lenient),
    ];
    for (key, on) in config {
        connection.set_db_config(key, on)?;
    }
    for (limit, most) in [
        (Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, 1_000_000),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 200),
        (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
    ] {
        connection.set_limit(limit, most)?;
    }
    if access == Access::PrivateLog {
        pragma(&connection, "PRAGMA locking_mode=EXCLUSIVE")?;
    }
    for sql in [
        "PRAGMA query_only=ON",
        "PRAGMA cell_size_check=ON",
        "PRAGMA cache_size=-16000",
    ] {
        pragma(&connection, sql)?;
    }
    connection.authorizer(Some(|context: AuthContext<'_>| authorize(&context)))?;
    // The first read: tells whether this way of opening works at all.
    pragma(&connection, "SELECT 1 FROM main.sqlite_schema LIMIT 1")?;
    Ok(connection)
}

fn pragma(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    Ok(())
}

/// The pragmas that describe a table.
const DESCRIBING: &[&str] = &["table_xinfo", "index_list", "index_info"];

/// Reads of tables, transactions around them, and the pragmas that describe a table. A read on behalf of a view or a
/// trigger names it as accessor.
fn authorize(context: &AuthContext<'_>) -> Authorization {
    let allowed = match context.action {
        AuthAction::Read { .. } => context.accessor.is_none() && context.database_name == Some("main"),
        AuthAction::Transaction { operation } => {
            matches!(
                operation,
                TransactionOperation::Begin | TransactionOperation::Rollback
            )
        }
        AuthAction::Pragma {
            pragma_name,
            pragma_value,
        } => DESCRIBING.iter().any(|p| pragma_name.eq_ignore_ascii_case(p)) && pragma_value.is_some(),
        // No statement of ours calls a function. SQLite also asks for those in a column's default, which a read never runs;
        // computed columns, whose functions a read would run, are never selected.
        AuthAction::Select | AuthAction::Function { .. } => context.accessor.is_none(),
        _ => false,
    };
    if allowed {
        Authorization::Allow
    } else {
        Authorization::Deny
    }
}
