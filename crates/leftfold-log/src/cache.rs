//! The index of a file, kept beside the user's cache: written once, read in a fraction of a scan, checked in full.
//!
//! Layout (little endian): 16 bytes magic and version, 8 bytes xxh3 of everything after, then the fingerprint of the source
//! and the columns, each with its length. Postings are built anew; that is faster than reading them.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use leftfold_source::Identity;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::columns::{IntColumn, Positions};
use crate::log::{Columns, Log, VersionColumn};
use leftfold_event::Names;

/// Changes with every change of the layout, and of what is read into it.
const MAGIC: &[u8; 16] = b"leftfold-index\x00\x04";

/// How the name of a file ends that is not written whole yet.
const TEMPORARY: &str = "tmp";

/// Bytes read at a time.
const PART: usize = 1 << 18;

/// Nobody writes an index for that long.
const ABANDONED: Duration = Duration::from_hours(1);

/// The file of a source's index inside a cache folder.
pub fn path_of(folder: &Path, identity: &Identity) -> PathBuf {
    let name = identity
        .path
        .as_ref()
        .map_or(0, |p| xxh3_64(p.as_os_str().as_encoded_bytes()));
    let mapping = identity
        .fingerprint
        .split_once(" | ")
        .map_or(0, |(_, m)| xxh3_64(m.as_bytes()));
    folder.join(format!("{name:016x}-{mapping:016x}.index"))
}

/// Reads an index back; `None` when there is none, it is another source's or an older state's, or it is damaged.
pub fn load(path: &Path, identity: &Identity) -> Option<Log> {
    let file = File::open(path).ok()?;
    let left = file.metadata().ok()?.len();
    let mut reader = Reader {
        file,
        left,
        hash: Xxh3::new(),
    };
    let mut head = [0; 24];
    reader.fill(&mut head)?;
    reader.hash.reset();
    let log = (&head[..16] == MAGIC).then(|| reader.log(identity)).flatten();
    if log.is_none() {
        tracing::debug!(path = %path.display(), "index cache is damaged, of another state or another version; it will be built anew");
    }
    // What the columns hold counts only now: nothing was done with them but to read them.
    let whole = reader.left == 0 && head[16..24] == reader.hash.digest().to_le_bytes();
    log.filter(|_| whole).map(Log::new)
}

/// Writes an index beside the others, in one step: readers see the old file or the new one.
pub fn store(path: &Path, identity: &Identity, log: &Log) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(folder)?;
    sweep(folder);
    let temporary = path.with_extension(format!("{}.{TEMPORARY}", std::process::id()));
    let written = write_file(&temporary, identity, log).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The error that matters is the first one.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Removes what programs that were ended while they wrote have left.
fn sweep(folder: &Path) {
    let left = |entry: &fs::DirEntry| {
        let old = entry.metadata().and_then(|m| m.modified());
        let age = old.ok().and_then(|at| at.elapsed().ok());
        entry.path().extension().is_some_and(|e| e == TEMPORARY) && age.is_some_and(|age| age > ABANDONED)
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(left) {
        // What another program removes at the same time is gone, too.
        let _ = fs::remove_file(entry.path());
    }
}

fn write_file(path: &Path, identity: &Identity, log: &Log) -> io::Result<()> {
    let mut writer = Writer {
        file: io::BufWriter::with_capacity(1 << 20, File::create(path)?),
        hash: Xxh3::new(),
    };
    writer.file.write_all(MAGIC)?;
    writer.file.write_all(&[0; 8])?;
    writer.blob(identity.fingerprint.as_bytes())?;
    writer.columns(log.raw_columns())?;
    let hash = writer.hash.digest();
    let mut file = writer.file.into_inner().map_err(io::IntoInnerError::into_error)?;
    io::Seek::seek(&mut file, io::SeekFrom::Start(16))?;
    file.write_all(&hash.to_le_bytes())
}

struct Writer {
    file: io::BufWriter<File>,
    hash: Xxh3,
}

impl Writer {
    fn blob(&mut self, bytes: &[u8]) -> io::Result<()> {
        for part in [&(bytes.len() as u64).to_le_bytes()[..], bytes] {
            self.hash.update(part);
            self.file.write_all(part)?;
        }
        Ok(())
    }

    fn numbers<T: bytemuck::NoUninit>(&mut self, numbers: &[T]) -> io::Result<()> {
        self.blob(bytemuck::cast_slice(numbers))
    }

    fn int_column(&mut self, column: &IntColumn) -> io::Result<()> {
        match column {
            IntColumn::Run { base, len } => self.numbers(&[0, *base, i64::from(*len)]),
            IntColumn::Narrow { base, deltas } => {
                self.numbers(&[1, *base])?;
                self.numbers(deltas)
            }
            IntColumn::Wide(values) => {
                self.numbers(&[2_i64])?;
                self.numbers(values)
            }
        }
    }

    fn names(&mut self, names: &Names) -> io::Result<()> {
        let (text, ends) = names.parts();
        self.blob(text.as_bytes())?;
        self.numbers(ends)
    }

    fn columns(&mut self, columns: &Columns) -> io::Result<()> {
        self.numbers(&columns.time)?;
        self.numbers(&columns.stream)?;
        self.numbers(&columns.kind)?;
        match &columns.version {
            VersionColumn::Narrow(v) => {
                self.numbers(&[0_u8])?;
                self.numbers(v)?;
            }
            VersionColumn::Wide(v) => {
                self.numbers(&[1_u8])?;
                self.numbers(v)?;
            }
        }
        self.int_column(&columns.row)?;
        self.numbers(&columns.item)?;
        match &columns.positions {
            Positions::Rows => self.numbers(&[0_u8])?,
            Positions::Absent => self.numbers(&[1_u8])?,
            Positions::Stated(column) => {
                self.numbers(&[2_u8])?;
                self.int_column(column)?;
            }
        }
        self.names(&columns.streams)?;
        self.names(&columns.kinds)?;
        self.names(&columns.categories)?;
        self.numbers(&columns.stream_category)?;
        let also: Vec<u32> = columns.also_in.iter().flat_map(|(s, o)| [*s, *o]).collect();
        self.numbers(&also)?;
        self.numbers(&columns.problems)?;
        self.numbers(&[columns.time_digits])
    }
}

/// Reads each column straight to its place, and hashes it on the way: a file of hundreds of megabytes is never held twice.
struct Reader {
    file: File,
    /// Bytes of the file that are not read yet.
    left: u64,
    hash: Xxh3,
}

impl Reader {
    fn fill(&mut self, to: &mut [u8]) -> Option<()> {
        self.left = self.left.checked_sub(to.len() as u64)?;
        // In parts that stay in the processor's cache until they are hashed.
        for part in to.chunks_mut(PART) {
            self.file.read_exact(part).ok()?;
            self.hash.update(part);
        }
        Some(())
    }

    fn numbers<T: bytemuck::AnyBitPattern + bytemuck::NoUninit>(&mut self) -> Option<Vec<T>> {
        let mut length = [0; 8];
        self.fill(&mut length)?;
        let length = u64::from_le_bytes(length);
        let size = size_of::<T>();
        // A damaged length asks for no more memory than the file could fill.
        if length > self.left || !length.is_multiple_of(size as u64) {
            return None;
        }
        let mut numbers = vec![T::zeroed(); usize::try_from(length).ok()? / size];
        self.fill(bytemuck::cast_slice_mut(&mut numbers))?;
        Some(numbers)
    }

    fn byte(&mut self) -> Option<u8> {
        match *self.numbers::<u8>()?.as_slice() {
            [byte] => Some(byte),
            _ => None,
        }
    }

    /// The columns, if the index is of that state of that source.
    fn log(&mut self, identity: &Identity) -> Option<Columns> {
        if self.numbers::<u8>()? != identity.fingerprint.as_bytes() {
            return None;
        }
        self.columns()
    }

    fn int_column(&mut self) -> Option<IntColumn> {
        let head = self.numbers::<i64>()?;
        Some(match *head.as_slice() {
            [0, base, len] => IntColumn::Run {
                base,
                len: u32::try_from(len).ok()?,
            },
            [1, base] => IntColumn::Narrow {
                base,
                deltas: self.numbers()?,
            },
            [2] => IntColumn::Wide(self.numbers()?),
            _ => return None,
        })
    }

    fn names(&mut self) -> Option<Names> {
        let text = String::from_utf8(self.numbers()?).ok()?;
        Names::from_parts(text, self.numbers()?)
    }

    fn columns(&mut self) -> Option<Columns> {
        let time = self.numbers()?;
        let stream: Vec<u32> = self.numbers()?;
        let kind: Vec<u32> = self.numbers()?;
        let version = match self.byte()? {
            0 => VersionColumn::Narrow(self.numbers()?),
            1 => VersionColumn::Wide(self.numbers()?),
            _ => return None,
        };
        let row = self.int_column()?;
        let item = self.numbers()?;
        let positions = match self.byte()? {
            0 => Positions::Rows,
            1 => Positions::Absent,
            2 => Positions::Stated(self.int_column()?),
            _ => return None,
        };
        let streams = self.names()?;
        let kinds = self.names()?;
        let categories = self.names()?;
        let stream_category = self.numbers()?;
        let also_in = self
            .numbers::<u32>()?
            .chunks_exact(2)
            .map(|p| (p[0], p[1]))
            .collect();
        let problems = self.numbers()?;
        let time_digits = self.byte()?;
        Some(Columns {
            time,
            stream,
            kind,
            version,
            row,
            item,
            positions,
            streams,
            kinds,
            categories,
            stream_category,
            also_in,
            problems,
            time_digits,
            time_blocks: OnceLock::new(),
        })
    }
}
