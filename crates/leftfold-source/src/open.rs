//! Opens a file: finds out what it is, and which event histories it holds.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use leftfold_event::Cancel;
use leftfold_event::json::Object;

use crate::capture::{CaptureStore, Decoders, is_capture, is_ours};
use crate::dialect::{Candidate, Detection, detection};
use crate::held::Held;
use crate::mapping::Mapping;
use crate::shape::TableShape;
use crate::spool::{Spool, is_read_once, open_once};
use crate::sqlite::{
    Access, Copied, Database, FileHeader, SqliteStore, View, find_samples, read_shapes, read_up_to,
    read_views, table_rows, virtual_tables, whole_pages,
};
use crate::{Certainty, EventStore, SourceError, StoreInfo, decode, ndjson};

/// What kind of file a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SourceKind {
    /// A SQLite database.
    Sqlite,
    /// Lines of JSON.
    Ndjson,
    /// A capture of Leftfold.
    Capture,
}

impl SourceKind {
    /// The kind as it stands in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Ndjson => "ndjson",
            Self::Capture => "capture",
        }
    }
}

/// An opened file and the event histories found in it.
pub struct SourceFile {
    path: PathBuf,
    kind: SourceKind,
    content: Content,
    infos: Vec<StoreInfo>,
}

enum Content {
    Sqlite {
        database: Arc<Database>,
        /// The state of the file before it was looked into; `None`: its path does not stand for it.
        looked_at: Option<String>,
        tables: Vec<TableShape>,
        detection: Detection,
        /// What of the file is never read.
        unread: Box<Unread>,
        notes: Vec<String>,
        warnings: Vec<String>,
    },
    Ndjson(Arc<ndjson::NdjsonStore>),
    Capture(Arc<CaptureStore>),
}

/// What is said of a database that was piped in.
const PIPED: &str = "The database was piped in and is read from a temporary copy, without what lies beside the original: what a \
                     write-ahead log holds is missing, and what a rollback journal would undo, never committed, is shown. \
                     Name the file itself where there may be one.";

/// Opens a file. An error says what is wrong with it and what to do; a file without any table that looks like events
/// is an error, too ([`SourceFile::open_unmapped`] opens it all the same).
pub fn open(path: &Path) -> Result<SourceFile, SourceError> {
    let file = SourceFile::open_unmapped(path)?;
    match file.problem() {
        Some(problem) => Err(problem),
        None => Ok(file),
    }
}

impl SourceFile {
    /// Opens a file even when no table looks like events, for the user to map one.
    pub fn open_unmapped(path: &Path) -> Result<Self, SourceError> {
        Self::open_unmapped_with(path, &Cancel::new(), &mut |_| ())
    }

    /// The same, which may be cancelled. Where bytes must be copied first (a pipe, an interrupted transaction that is to be rolled
    /// back), `tick` is called with their number so far.
    pub fn open_unmapped_with(
        path: &Path,
        cancel: &Cancel,
        tick: &mut dyn FnMut(u64),
    ) -> Result<Self, SourceError> {
        let unopenable = |reason: String| SourceError::Unopenable {
            path: path.to_owned(),
            reason,
        };
        let meta = fs::metadata(path).map_err(|e| unopenable(e.to_string()))?;
        if meta.is_dir() {
            return Err(unopenable("this is a folder; name a file in it".to_owned()));
        }
        if is_read_once(path) {
            let mut reader = open_once(path).map_err(|e| unopenable(e.to_string()))?;
            return Self::from_reader(path, &mut *reader, cancel, tick);
        }
        let real = fs::canonicalize(path).map_err(|e| unopenable(e.to_string()))?;
        if is_ours(&meta) {
            return Self::capture(path, Database::new(real), cancel, tick);
        }
        let mut head = vec![0_u8; 64 << 10];
        let n = Held::open(&real)
            .and_then(|file| file.read_up_to(&mut head, 0))
            .map_err(|e| unopenable(e.to_string()))?;
        head.truncate(n);
        if let Some(header) = FileHeader::read(&head) {
            if is_capture(&head) {
                return Self::capture(path, Database::new(real), cancel, tick);
            }
            let size = (header, meta.len());
            return Self::sqlite(path, Database::new(real), size, cancel, tick);
        }
        not_sqlite(path, &head, meta.len())?;
        Ok(Self::ndjson(path, ndjson::NdjsonStore::open(&real)?))
    }

    /// Takes everything a reader gives (standard input, a pipe) into a temporary file without a name, and opens that. `name` is what
    /// it goes by; `tick` is called with the bytes read so far. No bytes at all are no events. A SQLite database is copied to a
    /// named temporary file, which is removed when the last of its stores is dropped.
    pub fn from_reader(
        name: &Path,
        reader: &mut dyn Read,
        cancel: &Cancel,
        tick: &mut dyn FnMut(u64),
    ) -> Result<Self, SourceError> {
        let told = if name.as_os_str() == "-" {
            Path::new("standard input")
        } else {
            name
        };
        let spool = Spool::fill(told, reader, cancel, tick)?;
        let failed = |e: std::io::Error| SourceError::Read {
            path: told.to_owned(),
            reason: e.to_string(),
        };
        let mut head = vec![0_u8; 64 << 10];
        let n = read_up_to(&mut spool.reader(), &mut head).map_err(failed)?;
        head.truncate(n);
        if let Some(header) = FileHeader::read(&head) {
            let (folder, real) = spool.named().map_err(failed)?;
            let database = Database::new(real).over_copy(Arc::new(folder), name);
            if is_capture(&head) {
                return Self::capture(name, database, cancel, tick);
            }
            return Self::sqlite(name, database, (header, spool.len()), cancel, tick);
        }
        if !head.is_empty() {
            not_sqlite(told, &head, spool.len())?;
        }
        Ok(Self::ndjson(name, ndjson::NdjsonStore::of_spool(spool, name)?))
    }

    fn ndjson(path: &Path, store: ndjson::NdjsonStore) -> Self {
        let infos = vec![store.info().clone()];
        Self {
            path: path.to_owned(),
            kind: SourceKind::Ndjson,
            content: Content::Ndjson(Arc::new(store)),
            infos,
        }
    }

    fn capture(
        path: &Path,
        database: Database,
        cancel: &Cancel,
        tick: &mut dyn FnMut(u64),
    ) -> Result<Self, SourceError> {
        let mut notes: Vec<String> = database.is_copy().then(|| PIPED.to_owned()).into_iter().collect();
        if let Some(copied) = database.settle(cancel, tick)? {
            notes.push(rolled_back(&copied));
        }
        let store = CaptureStore::open(Arc::new(database), notes)?;
        let infos = vec![store.info().clone()];
        Ok(Self {
            path: path.to_owned(),
            kind: SourceKind::Capture,
            content: Content::Capture(Arc::new(store)),
            infos,
        })
    }

    fn sqlite(
        path: &Path,
        database: Database,
        (header, len): (FileHeader, u64),
        cancel: &Cancel,
        tick: &mut dyn FnMut(u64),
    ) -> Result<Self, SourceError> {
        let mut warnings = Vec::new();
        let piped = database.is_copy().then(|| PIPED.to_owned());
        let (header, len) = match database.settle(cancel, tick)? {
            Some(copied) => {
                warnings.push(rolled_back(&copied));
                (copied.header, copied.len)
            }
            None => (header, len),
        };
        let promised = header.pages.saturating_mul(header.page_size);
        let truncated = promised > len;
        // Nobody else's log or journal is left out of a copy: with one beside it the file is read where it is.
        let alone = || {
            ["-wal", "-journal"]
                .iter()
                .all(|end| !beside(database.path(), end).exists())
        };
        let in_page = len % header.page_size.max(1);
        let database = if truncated && in_page > 0 && alone() {
            let (folder, copy) = whole_pages(database.path(), len - in_page, cancel, tick)?;
            Database::new(copy).over_copy(Arc::new(folder), path)
        } else {
            database
        };
        let mut database = if truncated {
            database.read_leniently()
        } else {
            database
        };
        let looked_at = (!database.is_copy())
            .then(|| database.fingerprint().ok())
            .flatten();
        let mut read = read_all(&database);
        if let (Err(SourceError::Damaged { .. }), false) = (&read, truncated) {
            // A broken entry of the schema hides the others, unless SQLite is told to pass over it.
            database = database.read_leniently();
            if let Ok((tables, access, mut troubles)) = read_all(&database) {
                troubles
                    .push("The schema of the file is damaged: what can still be read is shown.".to_owned());
                read = Ok((tables, access, troubles));
            }
        }
        let short = format!("the file is shorter than its header says: {len} of {promised} bytes");
        let (tables, access, troubles) = match read {
            Ok(read) => read,
            Err(SourceError::Damaged { path, reason }) if truncated => {
                return Err(SourceError::Damaged {
                    path,
                    reason: format!("{short}; {reason}"),
                });
            }
            Err(e) => return Err(e),
        };
        if truncated {
            if tables
                .iter()
                .all(|t| t.columns.iter().all(|c| c.samples.is_empty()))
            {
                return Err(SourceError::Damaged {
                    path: path.to_owned(),
                    reason: short,
                });
            }
            warnings.push(format!(
                "The file is damaged: {short}. Rows in the missing part cannot be shown."
            ));
        }
        warnings.extend(troubles);
        let mut notes = warnings.clone();
        notes.extend(piped);
        if access == Access::PrivateLog {
            notes.push(
                "The write-ahead log beside the file is read along; nothing of it is written back."
                    .to_owned(),
            );
        }
        let detection = detection(&tables);
        let unread = Box::new(Unread::of(&database));
        if !detection.found.is_empty() {
            notes.extend(unread.notes());
        }
        let infos = detection
            .found
            .iter()
            .map(|d| {
                let mut info = d.info.clone();
                info.notes.extend(notes.iter().cloned());
                info.warnings.clone_from(&warnings);
                info
            })
            .collect();
        let content = Content::Sqlite {
            database: Arc::new(database),
            looked_at,
            tables,
            detection,
            unread,
            notes,
            warnings,
        };
        Ok(Self {
            path: path.to_owned(),
            kind: SourceKind::Sqlite,
            content,
            infos,
        })
    }

    /// Whether what was found out about the file still holds: opening it once more would look at every table once more, and copy once more
    /// what an interrupted transaction left. `false` where that cannot be told or costs little.
    pub fn is_current(&self) -> bool {
        match &self.content {
            Content::Sqlite {
                database, looked_at, ..
            } => looked_at.is_some() && database.fingerprint().ok() == *looked_at,
            Content::Ndjson(_) | Content::Capture(_) => false,
        }
    }

    /// The same capture, its keys and values read as the user says, whatever it says itself; `None`: the file is no capture.
    pub fn read_by(&self, decoders: &Decoders) -> Result<Option<Self>, SourceError> {
        let Content::Capture(store) = &self.content else {
            return Ok(None);
        };
        let store = store.read_by(decoders)?;
        Ok(Some(Self {
            path: self.path.clone(),
            kind: self.kind,
            infos: vec![store.info().clone()],
            content: Content::Capture(Arc::new(store)),
        }))
    }

    /// The path it was opened by.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What kind of file it is.
    pub fn kind(&self) -> SourceKind {
        self.kind
    }

    /// The event histories found, best first.
    pub fn stores(&self) -> &[StoreInfo] {
        &self.infos
    }

    /// One of the event histories found, by its place in [`Self::stores`].
    pub fn store(&self, index: usize) -> Result<Arc<dyn EventStore>, SourceError> {
        let missing = || SourceError::Mapping(format!("there is no history number {index} in this file"));
        match &self.content {
            Content::Ndjson(store) if index == 0 => Ok(Arc::clone(store) as Arc<dyn EventStore>),
            Content::Capture(store) if index == 0 => Ok(Arc::<CaptureStore>::clone(store)),
            Content::Ndjson(_) | Content::Capture(_) => Err(missing()),
            Content::Sqlite {
                database,
                tables,
                detection,
                ..
            } => {
                let detected = detection.found.get(index).ok_or_else(missing)?;
                let info = self.infos[index].clone();
                Ok(Arc::new(SqliteStore::new(
                    Arc::clone(database),
                    tables,
                    &detected.mapping,
                    info,
                )?))
            }
        }
    }

    /// A table, or the lines of NDJSON, read through a mapping of the user.
    pub fn store_with(&self, mapping: &Mapping) -> Result<Arc<dyn EventStore>, SourceError> {
        let (database, tables, notes, warnings) = match &self.content {
            Content::Ndjson(store) => return Ok(Arc::new(store.mapped(mapping)?)),
            Content::Capture(store) => return Ok(Arc::new(store.mapped(mapping)?)),
            Content::Sqlite {
                database,
                tables,
                notes,
                warnings,
                ..
            } => (database, tables, notes, warnings),
        };
        let computed = tables.iter().find(|t| t.name == mapping.table);
        let info = StoreInfo {
            dialect: "mapping".to_owned(),
            title: format!("Your mapping of {}", mapping.table),
            certainty: Certainty::Certain,
            reasons: vec!["the mapping says so".to_owned()],
            tables: std::iter::once(&mapping.table)
                .chain(mapping.joins.iter().map(|j| &j.table))
                .cloned()
                .collect(),
            notes: notes
                .iter()
                .cloned()
                .chain(computed.and_then(TableShape::computed_note))
                .collect(),
            warnings: warnings.clone(),
            has_time: mapping.time.is_some(),
            has_global_order: mapping.position.is_some() || !mapping.order.is_empty(),
            time_digits: None,
        };
        Ok(Arc::new(SqliteStore::new(
            Arc::clone(database),
            tables,
            mapping,
            info,
        )?))
    }

    /// Hands on every row of a plain table as an object of its columns, with its row number where it has one. A damaged page is an error here: part of a table proves nothing.
    pub fn rows(
        &self,
        table: &str,
        cancel: &Cancel,
        visit: &mut dyn FnMut(Option<i64>, Object),
    ) -> Result<(), SourceError> {
        let missing = || SourceError::Mapping(format!("there is no table {table:?} in this file"));
        match &self.content {
            Content::Sqlite { database, tables, .. } => {
                let shape = tables.iter().find(|t| t.name == table).ok_or_else(missing)?;
                table_rows(database, shape, cancel, visit)
            }
            Content::Ndjson(_) | Content::Capture(_) => Err(missing()),
        }
    }

    /// Every plain table with its columns and sample values, for the mapping screen. Empty for NDJSON.
    pub fn tables(&self) -> &[TableShape] {
        match &self.content {
            Content::Sqlite { tables, .. } => tables,
            Content::Ndjson(_) | Content::Capture(_) => &[],
        }
    }

    /// How one of the histories is read, as a mapping to edit. `None` for NDJSON or past the end.
    pub fn mapping(&self, index: usize) -> Option<&Mapping> {
        match &self.content {
            Content::Sqlite { detection, .. } => detection.found.get(index).map(|d| &d.mapping),
            Content::Ndjson(_) | Content::Capture(_) => None,
        }
    }

    /// The tables that come near to holding events, nearest first. Empty for NDJSON.
    pub fn candidates(&self) -> &[Candidate] {
        match &self.content {
            Content::Sqlite { detection, .. } => &detection.candidates,
            Content::Ndjson(_) | Content::Capture(_) => &[],
        }
    }

    /// How any table of a SQLite file would be read as events, as a start for a mapping made by hand; with what speaks against
    /// it, if anything does. `None` where there is no such table, or its rows cannot be found again. Foreign lines of NDJSON
    /// are the table without a name.
    pub fn start_of_mapping(&self, table: &str) -> Option<(&StoreInfo, &Mapping, Option<&str>)> {
        let detection = match &self.content {
            Content::Sqlite { detection, .. } => detection,
            Content::Ndjson(store) => {
                let start = store.start_of_mapping().filter(|_| table.is_empty())?;
                return Some((store.info(), start, None));
            }
            Content::Capture(_) => return None,
        };
        let found = detection.found.iter().find(|d| d.mapping.table == table);
        let mut rest = detection.candidates.iter().chain(&detection.others);
        match found {
            Some(found) => Some((&found.info, &found.mapping, None)),
            None => rest
                .find(|c| c.mapping.table == table)
                .map(|c| (&c.info, &c.mapping, Some(c.against.as_str()))),
        }
    }

    /// Why it holds no event history; `None`: it holds one.
    pub fn problem(&self) -> Option<SourceError> {
        self.infos.is_empty().then(|| self.no_events())
    }

    fn no_events(&self) -> SourceError {
        let names: Vec<&str> = self.tables().iter().map(|t| t.name.as_str()).collect();
        let reason = match names.len() {
            0 => "it has no table at all".to_owned(),
            n => {
                let near: String = self.candidates().iter().take(NEAREST).map(near).collect();
                let shown = names.iter().take(12).copied().collect::<Vec<_>>().join(", ");
                let more = if n > 12 {
                    format!(" and {} more", n - 12)
                } else {
                    String::new()
                };
                let computed = not_read(self.tables());
                let unread = match &self.content {
                    Content::Sqlite { unread, .. } => unread.told(),
                    _ => String::new(),
                };
                format!(
                    "{computed}{unread}{near}it has {shown}{more}; if one of them does hold events, `leftfold mapping show FILE --table TABLE` \
                     prints how it would be read: put that into leftfold.toml and set right what is wrong"
                )
            }
        };
        let path = self.path.clone();
        match &self.content {
            Content::Sqlite { unread, .. } if !unread.views.is_empty() => SourceError::OnlyViews {
                path,
                reason: of_views(&unread.views),
            },
            _ => SourceError::NoEvents { path, reason },
        }
    }
}

/// The file of this ending beside another.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// What is said of a file whose hot journal was rolled back.
fn rolled_back(Copied { bytes, under_way, .. }: &Copied) -> String {
    if *under_way {
        return format!(
            "Another program is writing the file just now. Shown is what was committed last, its transaction rolled back in a temporary copy of {bytes} bytes; the file stays as it is."
        );
    }
    format!(
        "A rollback journal lies beside the file: a transaction was interrupted. Shown is what was before it, rolled back in a temporary copy of {bytes} bytes; the file stays as it is."
    )
}

/// What is said of columns whose values are computed when read: they may be just those that are missed.
fn not_read(tables: &[TableShape]) -> String {
    let names: Vec<String> = tables
        .iter()
        .flat_map(|t| t.computed().map(|c| format!("{}.{c}", t.name)))
        .collect();
    match &names[..] {
        [] => String::new(),
        [only] => format!(
            "the virtual generated column {only} is not read, as that could run code of the file's author; "
        ),
        all => {
            let shown = all.iter().take(12).cloned().collect::<Vec<_>>().join(", ");
            let more = match all.len().saturating_sub(12) {
                0 => String::new(),
                n => format!(" and {n} more"),
            };
            format!(
                "the virtual generated columns {shown}{more} are not read, as that could run code of the file's author; "
            )
        }
    }
}

/// What is said of views that look like events.
fn of_views(views: &[String]) -> String {
    let names: Vec<String> = views.iter().map(|v| format!("`{v}`")).collect();
    let (look, do_with) = match names.len() {
        1 => ("view", "looks like an event table; views are not run: export it"),
        _ => ("views", "look like event tables; views are not run: export one"),
    };
    format!(
        "{look} {} {do_with} to a table (`CREATE TABLE … AS SELECT * FROM …` in a copy) or to NDJSON, or map the table behind it",
        names.join(", ")
    )
}

/// What of a file is never read, because reading it would run what its author wrote.
#[derive(Default)]
struct Unread {
    /// Views whose columns look like events.
    views: Vec<String>,
    /// Views whose columns cannot be known, with the reason.
    hidden: Vec<(String, String)>,
    /// Virtual tables, with the module that answers for them.
    virtual_tables: Vec<(String, String)>,
}

impl Unread {
    fn of(database: &Database) -> Self {
        let Ok(lease) = database.lease() else {
            return Self::default();
        };
        let mut unread = Self {
            virtual_tables: virtual_tables(&lease).unwrap_or_default(),
            ..Self::default()
        };
        for View { shape, hidden } in read_views(&lease).unwrap_or_default() {
            match hidden {
                Some(why) => unread.hidden.push((shape.name, why)),
                None if detection(std::slice::from_ref(&shape)).found.is_empty() => {}
                None => unread.views.push(shape.name),
            }
        }
        unread
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for view in &self.views {
            notes.push(format!(
                "The view {view} was not read: it looks like an event table, but views are not run."
            ));
        }
        for (view, why) in &self.hidden {
            notes.push(format!(
                "The view {view} was not read: views are not run, and its columns are not known without it ({why})."
            ));
        }
        for (table, module) in &self.virtual_tables {
            notes.push(format!(
                "The virtual table {table} was not read: its rows come from code (the module {module}), which is not run."
            ));
        }
        notes
    }

    /// The same of what might be missed where no table looks like events.
    fn told(&self) -> String {
        let views = self.hidden.iter().map(|(view, why)| {
            format!("the view {view} is not run, and its columns are not known without it ({why}); ")
        });
        let tables = self.virtual_tables.iter().map(|(table, module)| {
            format!(
                "the virtual table {table} is not read, as its rows come from code (the module {module}); "
            )
        });
        views.chain(tables).take(NEAREST).collect()
    }
}

/// Candidates named in an error.
const NEAREST: usize = 3;

/// A candidate in words, as the beginning of a sentence.
fn near(candidate: &Candidate) -> String {
    let reasons = candidate.info.reasons.iter().filter(|r| r.contains("looks like"));
    let reasons: Vec<&str> = reasons.take(5).map(String::as_str).collect();
    format!(
        "{} comes near ({}), but {}; ",
        candidate.mapping.table,
        reasons.join(", "),
        candidate.against
    )
}

fn read_all(database: &Database) -> Result<(Vec<TableShape>, Access, Vec<String>), SourceError> {
    let lease = database.lease()?;
    let (mut tables, troubles) = read_shapes(&lease).map_err(|e| database.error(&e))?;
    find_samples(database, &lease, &mut tables);
    Ok((tables, lease.access(), troubles))
}

/// First bytes of other files people try to open.
const OTHERS: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "a ZIP archive: unpack it first"),
    (b"\x1f\x8b", "gzip data: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "Zstandard data: unpack it first"),
    (b"PAR1", "a Parquet file"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"Obj\x01", "an Avro file"),
    (b"DUCK", "a DuckDB file"),
    (b"** This file contains an SQLite", "an SQLite archive header"),
];

/// Refuses what is neither SQLite nor NDJSON, saying what it looks like.
fn not_sqlite(path: &Path, head: &[u8], len: u64) -> Result<(), SourceError> {
    let refuse = |reason: &str| {
        Err(SourceError::NotADatabase {
            path: path.to_owned(),
            reason: reason.to_owned(),
        })
    };
    if head.is_empty() {
        return refuse("the file is empty");
    }
    if head.starts_with(b"SQLite format 3\0") {
        let reason = format!("only {len} bytes are left of the database");
        return Err(SourceError::Damaged {
            path: path.to_owned(),
            reason,
        });
    }
    if let Some((_, what)) = OTHERS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return refuse(&format!("it is {what}"));
    }
    let text = head
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(head)
        .trim_ascii_start();
    if text.first() == Some(&b'{') {
        return Ok(());
    }
    if text.first() == Some(&b'[') {
        return refuse("it is one JSON array; make lines of its items first: jq -c '.[]' FILE > FILE.ndjson");
    }
    // An encrypted database has the size of whole pages and looks random from its first byte on.
    if len >= 512 && len.is_multiple_of(512) && decode::looks_encrypted(&head[..head.len().min(4096)]) {
        return Err(SourceError::Encrypted {
            path: path.to_owned(),
        });
    }
    match std::str::from_utf8(&text[..text.len().min(40)]) {
        Ok(start) => refuse(&format!("it begins with {start:?}")),
        Err(_) => {
            let start: Vec<String> = head.iter().take(8).map(|b| format!("{b:02x}")).collect();
            refuse(&format!("it begins with the bytes {}", start.join(" ")))
        }
    }
}
