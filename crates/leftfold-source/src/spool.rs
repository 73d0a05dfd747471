//! What can be read only once (standard input, a pipe), kept in a temporary file that nobody else sees.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use leftfold_event::Cancel;

use crate::SourceError;
use crate::temporary::TemporaryFolder;

/// Bytes copied at a time.
const BUFFER: usize = 256 << 10;

/// The most bytes without the end of a line. What has none is no NDJSON, and may never end (`/dev/zero`).
const LONGEST_LINE: u64 = 64 << 20;

/// What a SQLite database begins with: it has no lines.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// Input that can be read only once, whole in a temporary file without a name: it is gone with the program, however that ends.
#[derive(Clone, Debug)]
pub(crate) struct Spool {
    file: Arc<File>,
    len: u64,
}

impl Spool {
    /// Takes everything a reader gives, calling `tick` with the number of bytes so far. `name` stands in errors.
    pub(crate) fn fill(
        name: &Path,
        reader: &mut dyn Read,
        cancel: &Cancel,
        tick: &mut dyn FnMut(u64),
    ) -> Result<Self, SourceError> {
        let failed = |e: &io::Error| SourceError::Read {
            path: name.to_owned(),
            reason: e.to_string(),
        };
        let mut file = tempfile::tempfile().map_err(|e| {
            failed(&io::Error::new(
                e.kind(),
                format!("no temporary file to keep it in: {e}; TMPDIR names another folder"),
            ))
        })?;
        let mut buffer = vec![0_u8; BUFFER];
        let mut len = 0_u64;
        let mut head: Vec<u8> = Vec::with_capacity(SQLITE.len());
        let mut line = 0_u64;
        loop {
            if cancel.is_cancelled() {
                return Err(SourceError::Cancelled);
            }
            let n = match reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(failed(&e)),
            };
            file.write_all(&buffer[..n]).map_err(|e| failed(&e))?;
            len += n as u64;
            head.extend(buffer[..n].iter().take(SQLITE.len() - head.len()));
            line = match memchr::memrchr(b'\n', &buffer[..n]) {
                Some(last) => (n - last - 1) as u64,
                None => line + n as u64,
            };
            if line > LONGEST_LINE && head != SQLITE {
                return Err(SourceError::NotADatabase {
                    path: name.to_owned(),
                    reason: format!("no line ends within {} MiB", LONGEST_LINE >> 20),
                });
            }
            tick(len);
        }
        Ok(Self {
            file: Arc::new(file),
            len,
        })
    }

    /// Its size in bytes.
    pub(crate) const fn len(&self) -> u64 {
        self.len
    }

    /// Reads it from the start, with a place of its own.
    pub(crate) fn reader(&self) -> SpoolReader {
        SpoolReader {
            spool: self.clone(),
            at: 0,
        }
    }

    /// A copy with a name, for readers that open files by name, and the folder it goes with.
    pub(crate) fn named(&self) -> io::Result<(TemporaryFolder, PathBuf)> {
        let folder = TemporaryFolder::new()?;
        let path = folder.path().join("piped.db");
        io::copy(&mut self.reader(), &mut File::create_new(&path)?)?;
        Ok((folder, path))
    }
}

/// A place in a [`Spool`].
pub(crate) struct SpoolReader {
    spool: Spool,
    at: u64,
}

impl Read for SpoolReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        let n = std::os::unix::fs::FileExt::read_at(&*self.spool.file, buffer, self.at)?;
        #[cfg(windows)]
        let n = std::os::windows::fs::FileExt::seek_read(&*self.spool.file, buffer, self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}

impl Seek for SpoolReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.spool.len.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = place.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "before the start"))?;
        Ok(self.at)
    }
}

/// Whether a path names something that can be read only once: a pipe, a character device, a socket.
pub fn is_read_once(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir())
}

/// Opens what can be read only once; waits until somebody writes to it.
pub fn open_once(path: &Path) -> io::Result<Box<dyn Read>> {
    match File::open(path) {
        Ok(file) => Ok(Box::new(file)),
        // A socket is not opened but connected to.
        #[cfg(unix)]
        Err(e) => match std::os::unix::net::UnixStream::connect(path) {
            Ok(socket) => Ok(Box::new(socket)),
            Err(_) => Err(e),
        },
        #[cfg(not(unix))]
        Err(e) => Err(e),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_of_a_spool_keep_their_own_places() {
        let mut ticks = Vec::new();
        let spool = Spool::fill(Path::new("-"), &mut &b"abcdef"[..], &Cancel::new(), &mut |n| {
            ticks.push(n);
        });
        let Ok(spool) = spool else { panic!("{spool:?}") };
        assert_eq!((spool.len(), ticks), (6, vec![6]));
        let (mut one, mut other) = (spool.reader(), spool.reader());
        let mut two = [0; 2];
        assert_eq!(one.seek(SeekFrom::End(-2)).ok(), Some(4));
        assert!(one.read_exact(&mut two).is_ok() && two == *b"ef");
        assert!(other.read_exact(&mut two).is_ok() && two == *b"ab");
        let cancelled = Cancel::new();
        cancelled.cancel();
        let stopped = Spool::fill(Path::new("-"), &mut &b"abc"[..], &cancelled, &mut |_| ());
        assert!(matches!(stopped, Err(SourceError::Cancelled)), "{stopped:?}");
    }
}
