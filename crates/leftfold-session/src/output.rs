//! Files that are written: whole or not at all, and never the source.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::SessionError;
use crate::lines::LinesError;

/// Bytes collected before they are written.
const BUFFER: usize = 256 << 10;

/// What SQLite calls the files of one database.
const OWN: &[&str] = &["", "-wal", "-shm", "-journal"];

/// Refuses to write to the source or to the files that belong to it, under whatever name: by another path, a symbolic link
/// or a hard link.
pub fn refuse_source(target: &Path, source: &Path) -> Result<(), SessionError> {
    let real = fs::canonicalize(source).unwrap_or_else(|_| source.to_owned());
    let own = |base: &Path| OWN.iter().map(|suffix| beside(base, suffix)).collect::<Vec<_>>();
    let same = |own: &PathBuf| {
        // A file that does not exist yet is known by its folder and its name.
        is_same_file(own, target).unwrap_or_else(|_| place(own).is_some_and(|own| place(target) == Some(own)))
    };
    if own(source).iter().chain(&own(&real)).any(same) {
        let message = format!(
            "{}: that is the source itself, which is only ever read: choose another name",
            target.display()
        );
        return Err(SessionError::new("output-is-source", message));
    }
    Ok(())
}

/// Known by device and inode, and not by opening both: who opens a file that this program is writing lets go of its locks.
#[cfg(unix)]
fn is_same_file(a: &Path, b: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let (a, b) = (fs::metadata(a)?, fs::metadata(b)?);
    Ok((a.dev(), a.ino()) == (b.dev(), b.ino()))
}

#[cfg(not(unix))]
fn is_same_file(a: &Path, b: &Path) -> io::Result<bool> {
    same_file::is_same_file(a, b)
}

/// The real folder of a path, and its name in it.
fn place(path: &Path) -> Option<PathBuf> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    let folder = fs::canonicalize(folder.unwrap_or(Path::new("."))).ok()?;
    Some(folder.join(path.file_name()?))
}

/// The path with something appended to its last part.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut text = OsString::from(path);
    text.push(suffix);
    text.into()
}

/// Writes a file through a temporary one beside it, so that nobody sees half of it under its name; a device or a pipe is
/// written to directly. An existing file is replaced.
pub fn write_whole<T>(
    target: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<T, LinesError>,
) -> Result<T, SessionError> {
    let failed = |e: &io::Error| {
        // Not the name it has while it is written, which the temporary file's errors tell.
        let told = e.to_string();
        let reason = told.split(" at path ").next().unwrap_or(&told);
        SessionError::new("output-failed", format!("{}: {reason}", target.display()))
    };
    let told = |e: LinesError| match e {
        LinesError::Session(e) => e,
        LinesError::Write(e) => failed(&e),
    };
    if fs::metadata(target).is_ok_and(|m| !m.is_file()) {
        let file = File::options().write(true).open(target).map_err(|e| failed(&e))?;
        let mut out = BufWriter::with_capacity(BUFFER, file);
        let written = write(&mut out).map_err(told)?;
        out.flush().map_err(|e| failed(&e))?;
        return Ok(written);
    }
    // What a symbolic link leads to is replaced, not the link.
    let target = fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
    let folder = target.parent().filter(|p| !p.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".leftfold-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // As any new file; the user's mask takes from it.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let unfinished = builder
        .tempfile_in(folder.unwrap_or(Path::new(".")))
        .map_err(|e| failed(&e))?;
    let mut out = BufWriter::with_capacity(BUFFER, unfinished);
    let written = write(&mut out).map_err(told)?;
    let unfinished = out.into_inner().map_err(|e| failed(e.error()))?;
    unfinished.persist(&target).map_err(|e| failed(&e.error))?;
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_refused_under_every_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["a.db", "a.db-wal", "other"] {
            fs::write(path(name), name).unwrap();
        }
        fs::hard_link(path("a.db"), path("hard")).unwrap();
        fs::hard_link(path("a.db-wal"), path("hard-wal")).unwrap();
        let mut refused = vec![
            "a.db",
            "./a.db",
            "hard",
            "a.db-wal",
            "a.db-shm",
            "a.db-journal",
            "hard-wal",
        ];
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(path("a.db"), path("soft")).unwrap();
            std::os::unix::fs::symlink(folder.path(), path("same")).unwrap();
            refused.extend(["soft", "same/a.db", "same/a.db-shm"]);
        }
        for name in &refused {
            assert!(refuse_source(&path(name), &path("a.db")).is_err(), "{name}");
        }
        #[cfg(unix)]
        assert!(refuse_source(&path("a.db-wal"), &path("soft")).is_err());
        for name in ["other", "new", "a.db2", "b-wal"] {
            assert_eq!(refuse_source(&path(name), &path("a.db")), Ok(()), "{name}");
        }
    }

    #[test]
    fn what_fails_on_the_way_leaves_everything_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("out");
        fs::write(&target, "before").unwrap();
        let failed = write_whole::<()>(&target, &mut |out: &mut dyn Write| {
            out.write_all(b"half")?;
            Err(SessionError::cancelled().into())
        });
        assert_eq!(failed, Err(SessionError::cancelled()));
        assert_eq!(fs::read(&target).unwrap(), b"before");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        write_whole(&target, |out| Ok(out.write_all(b"after")?)).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"after");
    }

    #[test]
    fn a_file_that_cannot_be_written_is_called_by_its_own_name() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("no/such/out");
        let failed = write_whole(&target, |out| Ok(out.write_all(b"x")?)).unwrap_err();
        assert!(failed.message.contains("no/such/out: "), "{failed}");
        assert!(
            !failed.message.contains(".part") && !failed.message.contains("at path"),
            "{failed}"
        );
    }

    #[test]
    #[cfg(unix)]
    fn a_link_stays_a_link_and_a_device_a_device() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, "before").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        write_whole(&link, |out| Ok(out.write_all(b"after")?)).unwrap();
        assert_eq!(fs::read(&real).unwrap(), b"after");
        assert!(link.is_symlink());
        write_whole(Path::new("/dev/null"), |out| Ok(out.write_all(b"gone")?)).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
