//! Opens a file: finds out what it is, and which event histories it holds.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::dialect::{Detected, detect};
use crate::mapping::Mapping;
use crate::shape::TableShape;
use crate::sqlite::{Access, Database, FileHeader, SqliteStore, read_shapes, read_up_to};
use crate::{Certainty, EventStore, SourceError, StoreInfo, decode, ndjson};

/// What kind of file a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SourceKind {
    /// A SQLite database.
    Sqlite,
    /// Lines of JSON.
    Ndjson,
}

impl SourceKind {
    /// The kind as it stands in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Ndjson => "ndjson",
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
        tables: Vec<TableShape>,
        found: Vec<Detected>,
        notes: Vec<String>,
    },
    Ndjson(Arc<dyn EventStore>),
}

/// Opens a file. An error says what is wrong with it and what to do; a file without any table that looks like events
/// is an error, too ([`SourceFile::open_unmapped`] opens it all the same).
pub fn open(path: &Path) -> Result<SourceFile, SourceError> {
    let file = SourceFile::open_unmapped(path)?;
    if file.infos.is_empty() {
        return Err(file.no_events());
    }
    Ok(file)
}

impl SourceFile {
    /// Opens a file even when no table looks like events, for the user to map one.
    pub fn open_unmapped(path: &Path) -> Result<Self, SourceError> {
        let unopenable = |reason: String| SourceError::Unopenable {
            path: path.to_owned(),
            reason,
        };
        let meta = fs::metadata(path).map_err(|e| unopenable(e.to_string()))?;
        if meta.is_dir() {
            return Err(unopenable("this is a folder; name a file in it".to_owned()));
        }
        let real = fs::canonicalize(path).map_err(|e| unopenable(e.to_string()))?;
        let mut file = File::open(&real).map_err(|e| unopenable(e.to_string()))?;
        let mut head = vec![0_u8; 64 << 10];
        let n = read_up_to(&mut file, &mut head).map_err(|e| unopenable(e.to_string()))?;
        head.truncate(n);
        if let Some(header) = FileHeader::read(&head) {
            return Self::sqlite(path, real, header, meta.len());
        }
        not_sqlite(path, &head, meta.len())?;
        let store: Arc<dyn EventStore> = Arc::new(ndjson::NdjsonStore::open(&real)?);
        let infos = vec![store.info().clone()];
        Ok(Self {
            path: path.to_owned(),
            kind: SourceKind::Ndjson,
            content: Content::Ndjson(store),
            infos,
        })
    }

    fn sqlite(path: &Path, real: PathBuf, header: FileHeader, len: u64) -> Result<Self, SourceError> {
        let mut notes = Vec::new();
        let promised = header.pages.saturating_mul(header.page_size);
        let truncated = promised > len;
        let mut database = Database::new(real.clone(), truncated);
        let mut read = read_all(&database);
        if let (Err(SourceError::Damaged { .. }), false) = (&read, truncated) {
            // A broken entry of the schema hides the others, unless SQLite is told to pass over it.
            database = Database::new(real, true);
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
            notes.push(format!(
                "The file is damaged: {short}. Rows in the missing part cannot be shown."
            ));
        }
        let disk = database.disk()?;
        if disk.has_journal() && access == Access::Immutable {
            notes.push(
                "A rollback journal lies beside the file: a transaction was interrupted. The file is shown as it stands, not rolled back."
                    .to_owned(),
            );
        }
        if access == Access::PrivateLog {
            notes.push(
                "The write-ahead log beside the file is read along; nothing of it is written back."
                    .to_owned(),
            );
        }
        notes.extend(troubles);
        let found = detect(&tables);
        let infos = found
            .iter()
            .map(|d| {
                let mut info = d.info.clone();
                info.notes.extend(notes.iter().cloned());
                info
            })
            .collect();
        let content = Content::Sqlite {
            database: Arc::new(database),
            tables,
            found,
            notes,
        };
        Ok(Self {
            path: path.to_owned(),
            kind: SourceKind::Sqlite,
            content,
            infos,
        })
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
            Content::Ndjson(store) if index == 0 => Ok(Arc::clone(store)),
            Content::Ndjson(_) => Err(missing()),
            Content::Sqlite {
                database,
                tables,
                found,
                ..
            } => {
                let detected = found.get(index).ok_or_else(missing)?;
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

    /// A table read through a mapping of the user.
    pub fn store_with(&self, mapping: &Mapping) -> Result<Arc<dyn EventStore>, SourceError> {
        let Content::Sqlite {
            database,
            tables,
            notes,
            ..
        } = &self.content
        else {
            return Err(SourceError::Mapping("NDJSON needs no mapping".to_owned()));
        };
        let info = StoreInfo {
            dialect: "mapping".to_owned(),
            title: format!("Your mapping of {}", mapping.table),
            certainty: Certainty::Certain,
            reasons: vec!["the mapping says so".to_owned()],
            tables: std::iter::once(&mapping.table)
                .chain(mapping.joins.iter().map(|j| &j.table))
                .cloned()
                .collect(),
            notes: notes.clone(),
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

    /// Every plain table with its columns and sample values, for the mapping screen. Empty for NDJSON.
    pub fn tables(&self) -> &[TableShape] {
        match &self.content {
            Content::Sqlite { tables, .. } => tables,
            Content::Ndjson(_) => &[],
        }
    }

    /// How one of the histories is read, as a mapping to edit. `None` for NDJSON or past the end.
    pub fn mapping(&self, index: usize) -> Option<&Mapping> {
        match &self.content {
            Content::Sqlite { found, .. } => found.get(index).map(|d| &d.mapping),
            Content::Ndjson(_) => None,
        }
    }

    fn no_events(&self) -> SourceError {
        let names: Vec<&str> = self.tables().iter().map(|t| t.name.as_str()).collect();
        let reason = match names.len() {
            0 => "it has no table at all".to_owned(),
            n => {
                let shown = names.iter().take(12).copied().collect::<Vec<_>>().join(", ");
                let more = if n > 12 {
                    format!(" and {} more", n - 12)
                } else {
                    String::new()
                };
                format!("it has {shown}{more}; map one of them in leftfold.toml or in the window")
            }
        };
        SourceError::NoEvents {
            path: self.path.clone(),
            reason,
        }
    }
}

fn read_all(database: &Database) -> Result<(Vec<TableShape>, Access, Vec<String>), SourceError> {
    let lease = database.lease()?;
    let (tables, troubles) = read_shapes(&lease).map_err(|e| database.error(&e))?;
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
