//! Answers kept between runs: what a comparison said, as long as neither side nor what was asked has changed.

use std::env;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use leftfold_session::{EventStore, Session};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use crate::front::Front;

/// Answers kept at most; the oldest ones go.
const MOST: usize = 64;

/// Bytes of an answer that is kept, at most.
pub(crate) const MOST_BYTES: usize = 8 << 20;

/// What was answered.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Answer {
    /// What the program exits with.
    pub(crate) code: u8,
    /// What was said apart from the output.
    pub(crate) notes: Vec<String>,
    /// The output.
    pub(crate) out: String,
}

/// Where the answer to one question is kept.
pub(crate) struct Kept {
    path: PathBuf,
}

impl Kept {
    /// The place for a question about these histories. `None`: nothing is kept, because that is not wanted, a history has no file, or
    /// it cannot be told whether one has changed.
    pub(crate) fn of(front: &Front, stores: [&dyn EventStore; 2], asked: &str) -> Option<Self> {
        let folder = Session::default_cache_folder().filter(|_| front.cache)?;
        let mut question = String::new();
        for store in stores {
            let identity = store.identity().ok()?;
            let path = identity.path?;
            question.push_str(&path.canonicalize().ok()?.to_string_lossy());
            question.push('\0');
            question.push_str(&identity.fingerprint);
            question.push('\0');
            question.push_str(&store.hidden().join("\n"));
            question.push('\0');
        }
        // Another program may answer otherwise, and so may another terminal look.
        let program = env::current_exe().ok()?;
        let about = fs::metadata(program).ok()?;
        let made = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        let look = format!(
            "{}\0{}\0{:?}\0{:?}\0",
            about.len(),
            made.as_nanos(),
            front.width,
            front.paint
        );
        question.push_str(&look);
        question.push_str(asked);
        let name = format!("{:032x}.json", xxh3_128(question.as_bytes()));
        Some(Self {
            path: folder.join("verdicts").join(name),
        })
    }

    /// The answer, if there is one.
    pub(crate) fn get(&self) -> Option<Answer> {
        serde_json::from_slice(&fs::read(&self.path).ok()?).ok()
    }

    /// Keeps an answer, as far as that can be done: the next run does without.
    pub(crate) fn put(&self, answer: &Answer) {
        drop(self.write(answer));
    }

    fn write(&self, answer: &Answer) -> std::io::Result<()> {
        let Some(folder) = self.path.parent() else {
            return Ok(());
        };
        fs::create_dir_all(folder)?;
        make_room(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&serde_json::to_vec(answer)?)?;
        file.persist(&self.path)?;
        Ok(())
    }
}

/// Removes the oldest answers above so many.
fn make_room(folder: &Path) -> std::io::Result<()> {
    let mut all: Vec<_> = fs::read_dir(folder)?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.metadata().ok()?.modified().ok()?, entry.path()))
        })
        .collect();
    all.sort();
    let over = (all.len() + 1).saturating_sub(MOST);
    for (_, path) in all.into_iter().take(over) {
        fs::remove_file(path)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_kept_whole_and_the_oldest_ones_make_room() {
        let folder = tempfile::tempdir().unwrap();
        let kept = |n: usize| Kept {
            path: folder.path().join("verdicts").join(format!("{n:03}.json")),
        };
        let answer = |n: usize| Answer {
            code: 1,
            notes: vec![format!("note {n}")],
            out: "line\n".repeat(n),
        };
        assert!(kept(0).get().is_none());
        for n in 0..MOST + 3 {
            kept(n).put(&answer(n));
            assert_eq!(kept(n).get(), Some(answer(n)));
        }
        let left = fs::read_dir(folder.path().join("verdicts")).unwrap().count();
        assert_eq!(left, MOST);
        // What is broken counts for nothing.
        fs::write(&kept(MOST).path, "{").unwrap();
        assert!(kept(MOST).get().is_none());
    }
}
