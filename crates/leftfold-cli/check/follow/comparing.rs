//! Two histories that are compared anew when one has grown.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use leftfold_session::NamedComparison;
use leftfold_session::compare::{Findings, Shown, Status};

use super::said::Said;
use super::waiting::{Waiting, ended, first_line, is_to_come};
use super::{COMPARE, CheckArgs, LOOK, say};
use crate::check::{Judged, is_certain, note_unreadable, numbers};
use crate::compare::{self, CHUNK};
use crate::document::number;
use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::input;

/// Two histories that are compared anew when one has grown.
pub(super) struct Comparing {
    pub(super) check: usize,
    pub(super) stated: Arc<NamedComparison>,
    paths: [PathBuf; 2],
    stamps: Option<[Stamp; 2]>,
    pub(super) said: Said,
    pub(super) last: Option<Judged>,
    waiting: Waiting,
    pub(super) next: Instant,
}

/// What tells that a file was written to: size and time of it and of the log beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Stamp([Option<(u64, Option<SystemTime>)>; 2]);

impl Stamp {
    fn of(path: &Path) -> Self {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        Self([path, Path::new(&log)].map(|path| {
            let meta = fs::metadata(path).ok()?;
            Some((meta.len(), meta.modified().ok()))
        }))
    }
}

impl Comparing {
    /// A comparison, and the files where its sides are or will be.
    pub(super) fn new(check: usize, stated: &Arc<NamedComparison>, paths: [PathBuf; 2]) -> Self {
        Self {
            check,
            stated: Arc::clone(stated),
            paths,
            stamps: None,
            said: Said::default(),
            last: None,
            waiting: Waiting::default(),
            next: Instant::now(),
        }
    }

    /// Compares anew if a side was written to, and says what is new and certain.
    pub(super) fn look(&mut self, front: &mut Front, args: &CheckArgs) -> Outcome {
        let began = Instant::now();
        let stamps = [&self.paths[0], &self.paths[1]].map(|path| {
            let named = input::find(path).map_or_else(|_| path.clone(), |named| named.path);
            Stamp::of(&named)
        });
        if self.stamps.as_ref() == Some(&stamps) {
            self.next = began + LOOK;
            return Ok(());
        }
        // What is said of a side once need not be said each time it has grown.
        let compared = front.once(|front| self.compare(front, args));
        match compared {
            Ok(()) => {
                self.waiting = Waiting::default();
                self.stamps = Some(stamps);
            }
            // It is being written: another time.
            Err(Failure::Error { code, .. }) if matches!(&*code, "source-locked" | "source-changed") => {}
            Err(failure) => {
                let session = input::session(front);
                if self.paths.iter().any(|path| is_to_come(path, &failure, &session)) {
                    self.waiting.tell(front, failure);
                } else if !self.waiting.may_pass(&failure) {
                    return Err(failure);
                }
                self.next = Instant::now() + LOOK;
                return Ok(());
            }
        }
        self.next = Instant::now() + COMPARE.max(began.elapsed());
        Ok(())
    }

    fn compare(&mut self, front: &mut Front, args: &CheckArgs) -> Outcome {
        for path in &self.paths {
            first_line(path)?;
        }
        let session = input::session(front);
        let paths = ([self.paths[0].as_path(), self.paths[1].as_path()], [None; 2]);
        let made = compare::make(front, &session, &self.stated, paths, None)?;
        if self.last.is_none() {
            made.note(front, &self.stated.options)?;
        }
        let cancel = front.interrupt.cancel.clone();
        let found = made.found();
        note_unreadable(front, &self.stated.name, found);
        let known = found.known_until();
        let certain = numbers(found, &|f| f.is_certain(known));
        let before = self.said.look_anew();
        let said = self.say_certain(front, args, found, &certain);
        if said.is_err() {
            self.said.are_there(before);
        }
        let first = said?;
        let mut streams: Vec<u32> = certain
            .iter()
            .map(|n| found.findings()[*n as usize].stream)
            .collect();
        streams.sort_unstable();
        streams.dedup();
        let is_first = self.last.is_none();
        let gone = self.said.gone();
        self.last = Some(Judged {
            certain: certain.len() as u64,
            gone,
            pending: numbers(found, &|f| f.status(known) == Status::Pending).len() as u64,
            streams: streams.len() as u64,
            first: first.filter(|f| is_certain(f.status)),
            shown: Vec::new(),
            numbers: Vec::new(),
            idle: None,
            summary: made
                .summary(&cancel)?
                .maybe("gone", (gone > 0).then(|| number(gone))),
        });
        if is_first {
            front.note(format!("{}: compared, and followed from here", self.stated.name));
        }
        Ok(())
    }

    /// Says what is certain and was not said yet; the first of all that is certain.
    fn say_certain(
        &mut self,
        front: &mut Front,
        args: &CheckArgs,
        found: &dyn Findings,
        certain: &[u32],
    ) -> Outcome<Option<Shown>> {
        let cancel = front.interrupt.cancel.clone();
        let mut first = None;
        for chunk in certain.chunks(CHUNK) {
            for shown in found.shown(chunk, &cancel)? {
                if self.said.is_new(&shown) {
                    let n = self.said.count - 1;
                    say(front, args, &self.stated.name, (found.names(), n), &shown)?;
                }
                first.get_or_insert(shown);
            }
        }
        Ok(first)
    }

    /// What came of it.
    pub(super) fn judged(&mut self, front: &mut Front) -> Outcome<Judged> {
        if let Some(gone) = self.said.gone_in_words() {
            front.note(format!("{}: {gone}", self.stated.name));
        }
        let [left, right] = &self.paths;
        let path = if first_line(left).is_err() { left } else { right };
        self.last.take().ok_or_else(|| ended(path))
    }
}
