//! Sources that are yet to be written: they are waited for.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::mem;
use std::path::Path;

use leftfold_session::Session;

use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::input;

/// What a file that is taken away or written anew between two steps of a look fails with.
const OF_A_MOMENT: &[&str] = &[
    "source-no-events",
    "source-mapping",
    "source-read",
    "source-unopenable",
    "source-not-a-database",
    "source-changed",
];

/// How much of a file is looked through for the end of its first line.
const FIRST: u64 = 64 << 10;

/// What a SQLite file begins with.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// Whether a source is waited for, which is told once.
#[derive(Default)]
pub(super) struct Waiting {
    told: Option<String>,
    /// Whether the last look failed by what may have been a writer in the midst of its work.
    doubted: bool,
}

impl Waiting {
    pub(super) fn tell(&mut self, front: &mut Front, why: Failure) {
        self.doubted = false;
        let Failure::Error { message, .. } = why else {
            return;
        };
        if self.told.as_ref() != Some(&message) {
            front.note(format!("waiting: {message}"));
            self.told = Some(message);
        }
    }

    /// Whether a failure may be over at the next look: what was lacking then is there by now. One that comes twice on end is none of a moment.
    pub(super) fn may_pass(&mut self, failure: &Failure) -> bool {
        let of_a_moment =
            matches!(failure, Failure::Error { code, .. } if OF_A_MOMENT.contains(&code.as_ref()));
        of_a_moment && !mem::replace(&mut self.doubted, true)
    }
}

/// Fails where a file has no whole line yet, by which it could be told what it holds.
pub(super) fn first_line(source: &Path) -> Outcome {
    let named = input::find(source)?;
    match is_begun(&named.path) {
        Ok(false) => {
            let why = "there is nothing in it yet";
            Err(Failure::about("source-no-events", &named.path, why))
        }
        _ => Ok(()),
    }
}

/// The run ended before there was anything to read.
pub(super) fn ended(source: &Path) -> Failure {
    let why = "it was ended before there was anything to read";
    Failure::about("source-no-events", source, why)
}

/// Whether a source cannot be read only because its writer has not begun: there is no such file in a folder that is there, nothing is in it, or it is a
/// database without tables, or without the one that its mapping names.
pub(super) fn is_to_come(source: &Path, failure: &Failure, session: &Session) -> bool {
    let Failure::Error { code, .. } = failure else {
        return false;
    };
    let (path, mapping) =
        input::find(source).map_or_else(|_| (source.to_owned(), None), |n| (n.path, n.mapping));
    let table = mapping.map(|m| m.table);
    match is_begun(&path) {
        Ok(false) => true,
        Ok(true) => session.inspect(&path).is_ok_and(|i| match &table {
            Some(table) => code == "source-mapping" && i.tables.iter().all(|t| t.name != *table),
            None => code == "source-no-events" && i.tables.is_empty(),
        }),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            let folder = path.parent().filter(|f| !f.as_os_str().is_empty());
            folder.unwrap_or(Path::new(".")).is_dir()
        }
        Err(_) => false,
    }
}

/// Whether there is a line in a file, or a database.
fn is_begun(path: &Path) -> io::Result<bool> {
    // What is no file never comes to an end.
    if !fs::metadata(path)?.is_file() {
        return Ok(true);
    }
    let mut first = Vec::new();
    File::open(path)?.take(FIRST).read_to_end(&mut first)?;
    Ok(first.starts_with(SQLITE) || first.contains(&b'\n') || first.len() as u64 == FIRST)
}
