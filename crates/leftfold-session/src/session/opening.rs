//! What is being opened: seen, and given up.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use leftfold_event::Cancel;

use super::Session;
use crate::dto::{Int, OpeningDto};
use crate::error::SessionError;
use crate::source::lock;

/// A file that is being opened, and the temporary copy made of it if it needs one.
pub(super) struct Opening {
    path: PathBuf,
    cancel: Cancel,
    copied: AtomicU64,
    total: u64,
}

impl Session {
    /// Opens a file where it can be seen and given up. The one opened before is given up: nobody waits for it any more.
    pub(crate) fn opening_of<T>(
        &self,
        path: &Path,
        open: impl FnOnce(&Cancel, &mut dyn FnMut(u64)) -> Result<T, SessionError>,
    ) -> Result<T, SessionError> {
        let size = |path: &Path| std::fs::metadata(path).map_or(0, |m| m.len());
        let journal = |path: &Path| {
            let mut name = path.as_os_str().to_owned();
            name.push("-journal");
            PathBuf::from(name)
        };
        let opening = Arc::new(Opening {
            path: path.to_owned(),
            cancel: Cancel::new(),
            copied: AtomicU64::new(0),
            total: size(path) + size(&journal(path)),
        });
        if let Some(before) = lock(&self.opening).replace(Arc::clone(&opening)) {
            before.cancel.cancel();
        }
        let outcome = open(&opening.cancel, &mut |bytes| {
            opening.copied.store(bytes, Ordering::Relaxed);
        });
        let mut slot = lock(&self.opening);
        if slot.as_ref().is_some_and(|now| Arc::ptr_eq(now, &opening)) {
            *slot = None;
        }
        outcome
    }

    /// What is being opened.
    pub fn opening(&self) -> Option<OpeningDto> {
        let opening = lock(&self.opening).clone()?;
        Some(OpeningDto {
            path: opening.path.display().to_string(),
            copied: Int(opening.copied.load(Ordering::Relaxed) as i64),
            total: Int(opening.total as i64),
        })
    }

    /// Gives up what is being opened.
    pub fn cancel_opening(&self) {
        if let Some(opening) = lock(&self.opening).as_ref() {
            opening.cancel.cancel();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_being_opened_can_be_seen_and_given_up() {
        let session = Session::new(None, Arc::new(|_| ()));
        assert_eq!(session.opening(), None);
        let path = Path::new("/nowhere/a.db");
        let outcome = session.opening_of(path, |cancel, tick| {
            tick(7);
            let seen = session.opening().map(|o| (o.path, o.copied));
            assert_eq!(seen, Some(("/nowhere/a.db".to_owned(), Int(7))));
            assert!(!cancel.is_cancelled());
            session.cancel_opening();
            assert!(cancel.is_cancelled());
            Ok(())
        });
        assert_eq!(outcome, Ok(()));
        assert_eq!(session.opening(), None);
    }

    #[test]
    fn whoever_opens_another_file_has_given_the_first_one_up() {
        let session = Session::new(None, Arc::new(|_| ()));
        let outcome = session.opening_of(Path::new("/nowhere/a.db"), |first, _| {
            session.opening_of(Path::new("/nowhere/b.db"), |second, _| {
                assert!(first.is_cancelled() && !second.is_cancelled());
                Ok(())
            })
        });
        assert_eq!(outcome, Ok(()));
    }
}
