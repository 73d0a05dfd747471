//! Rules on a history that grows.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use leftfold_event::{Cancel, Event, Locator, ProblemCode};
use leftfold_session::compare::{LiveRule, Polled, Rule, RuleKind, Ruled, Shown, Tail};
use leftfold_session::{Projections, SessionError};

use super::said::Said;
use super::waiting::{Waiting, ended, first_line, is_to_come};
use super::{CheckArgs, LOOK, say};
use crate::check::{Judged, lines};
use crate::compare::{self, Store};
use crate::document::{Document, number};
use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::input;
use crate::style::{counted, grouped, shorten};

/// Unreadable rows or lines told of one by one.
const NOTED: u64 = 5;

/// Characters of one that are told.
const BEGINNING: usize = 40;

/// A history with the rules on it.
pub(super) struct Watched {
    pub(super) source: PathBuf,
    /// The file to look at.
    path: PathBuf,
    pub(super) name: String,
    /// `None`: there is nothing to read yet.
    reading: Option<Reading>,
    pub(super) rules: Vec<OnRule>,
    /// Events there were when a topic had been read to its end first.
    goal: u64,
    pub(super) read: bool,
    waiting: Waiting,
    /// Rows or lines that cannot be read, as far as it was read.
    unreadable: u64,
    pub(super) next: Instant,
}

/// How far a history is read, and what its streams are folded by.
struct Reading {
    projections: Projections,
    tail: Tail,
}

/// A rule with what was said of it.
pub(super) struct OnRule {
    pub(super) check: usize,
    rule: Arc<Rule>,
    /// `None`: its history is yet to come.
    live: Option<LiveRule>,
    pub(super) said: Said,
    failure_told: bool,
}

impl Watched {
    /// A history, and the file where it is or will be.
    pub(super) fn new(source: PathBuf, (path, goal): (PathBuf, u64)) -> Self {
        let name = input::find(&path).map_or_else(|_| path.clone(), |named| named.path);
        let name = name.file_name().unwrap_or(name.as_os_str());
        Self {
            source,
            name: name.to_string_lossy().into_owned(),
            path,
            reading: None,
            rules: Vec::new(),
            goal,
            read: false,
            waiting: Waiting::default(),
            unreadable: 0,
            next: Instant::now(),
        }
    }

    /// One more rule on it.
    pub(super) fn add(&mut self, check: usize, rule: &Arc<Rule>) -> Outcome {
        let projections = self.reading.as_ref().map(|reading| &reading.projections);
        if let Some(reading) = &self.reading {
            rule.refuse_hidden(reading.tail.store())?;
        }
        let live = projections.map(|projections| LiveRule::new(Arc::clone(rule), projections));
        self.rules.push(OnRule {
            check,
            rule: Arc::clone(rule),
            live: live.transpose()?,
            said: Said::default(),
            failure_told: false,
        });
        Ok(())
    }

    /// Opens it if it is there. What is wrong with it is told before one waits for it.
    pub(super) fn open(&mut self, front: &mut Front) -> Outcome {
        if self.reading.is_some() {
            return Ok(());
        }
        let session = input::session(front);
        let opened = match first_line(&self.path) {
            Ok(()) => compare::history(front, &session, &self.path, None),
            Err(failure) => Err(failure),
        };
        let (store, projections): (Store, _) = match opened {
            Ok(opened) => opened,
            Err(failure) if is_to_come(&self.path, &failure, &session) => {
                self.waiting.tell(front, failure);
                return Ok(());
            }
            Err(failure) if self.waiting.may_pass(&failure) => return Ok(()),
            Err(failure) => return Err(failure),
        };
        for on in &mut self.rules {
            on.rule.refuse_hidden(&*store)?;
            on.live = Some(LiveRule::new(Arc::clone(&on.rule), &projections)?);
        }
        self.waiting = Waiting::default();
        self.reading = Some(Reading {
            projections,
            tail: Tail::new(store),
        });
        Ok(())
    }

    /// Takes in what has come, and says what it violates.
    pub(super) fn look(&mut self, front: &mut Front, args: &CheckArgs, cancel: &Cancel) -> Outcome {
        let began = Instant::now();
        self.open(front)?;
        if let Some(mut reading) = self.reading.take() {
            let read = self.read_on(&mut reading, front, args, cancel);
            self.reading = Some(reading);
            read?;
        }
        // At most half of the time is spent with looking.
        self.next = Instant::now() + LOOK.max(began.elapsed());
        Ok(())
    }

    fn read_on(
        &mut self,
        Reading { projections, tail }: &mut Reading,
        front: &mut Front,
        args: &CheckArgs,
        cancel: &Cancel,
    ) -> Outcome {
        let mut failed = None;
        let (rules, name, unreadable) = (&mut self.rules, &self.name, &mut self.unreadable);
        // The parts of a log that has some are read one after the other: what is overdue is known when all were.
        let in_turn = !tail.store().in_parts();
        let polled = tail.poll(cancel, &mut |tail, events, locators| {
            for event in events {
                note_unreadable(front, name, unreadable, event);
            }
            for on in rules.iter_mut() {
                let mut found = on.take(events, locators)?;
                if in_turn {
                    found.extend(on.settle(tail, cancel)?);
                }
                if let Err(e) = on.say(front, args, name, found) {
                    failed = Some(e);
                    return Err(SessionError::cancelled());
                }
            }
            Ok(())
        });
        if let Some(failed) = failed {
            return Err(failed);
        }
        let polled = match polled.map_err(Failure::from) {
            Ok(polled) => polled,
            // It was taken away, or is just written anew.
            Err(failure) if is_to_come(&self.path, &failure, &input::session(front)) => {
                self.waiting.tell(front, failure);
                return Ok(());
            }
            Err(failure) if self.waiting.may_pass(&failure) => return Ok(()),
            Err(failure) => return Err(failure),
        };
        self.waiting = Waiting::default();
        match polled {
            Polled::Nothing => {}
            Polled::More(_) if in_turn || tail.seen() < self.goal => {}
            Polled::More(_) => {
                for on in &mut self.rules {
                    let found = on.settle(tail, cancel)?;
                    on.say(front, args, &self.name, found)?;
                }
            }
            Polled::Rewritten => {
                front.note(format!(
                    "{} was written anew: it is read from its beginning, and what was said is not said again",
                    self.name
                ));
                for on in &mut self.rules {
                    on.live = Some(LiveRule::new(Arc::clone(&on.rule), projections)?);
                    drop(on.said.look_anew());
                }
                self.read = false;
                self.unreadable = 0;
            }
        }
        if !self.read && tail.seen() >= self.goal && tail.is_read() {
            self.read = true;
            let events = counted(tail.seen(), "event");
            front.note(format!("{}: {events} read, and followed from here", self.name));
            for on in self.rules.iter().filter(|on| is_settled(&on.rule)) {
                front.note(format!(
                    "{}: settled is for a history that is complete: what has not followed yet is pending as long as more may come",
                    on.rule.name
                ));
            }
        }
        Ok(())
    }

    /// Says in the end what was not said on the way.
    pub(super) fn end(&self, front: &mut Front) {
        if let Some(more) = self.unreadable.checked_sub(NOTED).filter(|n| *n > 0) {
            front.note(format!(
                "{}: and {} more that cannot be read",
                self.name,
                grouped(more)
            ));
        }
        for on in &self.rules {
            let ruled = on.live.as_ref().map(LiveRule::ruled);
            let unread = ruled.and_then(Ruled::unread_in_words);
            let untimed = ruled.and_then(Ruled::untimed_in_words);
            for note in unread.into_iter().chain(untimed) {
                front.note(format!("{}: {note}", on.rule.name));
            }
            if let Some(gone) = on.said.gone_in_words() {
                front.note(format!("{}: {gone}", on.rule.name));
            }
        }
    }

    /// What came of a rule.
    pub(super) fn judged(&self, on: &OnRule) -> Outcome<Judged> {
        match &on.live {
            Some(live) if self.read || on.said.count > 0 => on.judged(live, &self.name),
            _ => Err(ended(&self.path)),
        }
    }
}

/// Says of an event that it is none that can be read, of the first few.
fn note_unreadable(front: &mut Front, name: &str, unreadable: &mut u64, event: &Event) {
    let problems = &mut event.problems.iter();
    let Some(why) = problems.find(|p| p.code == ProblemCode::RowUnreadable) else {
        return;
    };
    *unreadable += 1;
    if *unreadable <= NOTED {
        let raw = String::from_utf8_lossy(&event.payload.raw);
        let begins = match &*shorten(&raw, BEGINNING) {
            "" => String::new(),
            begins => format!(", which begins with {begins:?},"),
        };
        front.note(format!(
            "{name}: a row or line{begins} cannot be read: {}",
            why.message
        ));
    }
}

impl OnRule {
    fn take(&mut self, events: &[Event], locators: &[Locator]) -> Result<Vec<Shown>, SessionError> {
        let Some(live) = &mut self.live else {
            return Ok(Vec::new());
        };
        let found = live.take(events, locators);
        live.refuse_hidden()?;
        Ok(found)
    }

    fn settle(&mut self, tail: &Tail, cancel: &Cancel) -> Result<Vec<Shown>, SessionError> {
        let Some(live) = &mut self.live else {
            return Ok(Vec::new());
        };
        live.settle(tail.known_until(), tail.store(), cancel)
    }

    fn say(&mut self, front: &mut Front, args: &CheckArgs, source: &str, found: Vec<Shown>) -> Outcome {
        for shown in found {
            if self.said.is_new(&shown) {
                say(
                    front,
                    args,
                    &self.rule.name,
                    ([source; 2], self.said.count - 1),
                    &shown,
                )?;
            }
        }
        let ruled = self.live.as_ref().map(LiveRule::ruled);
        if let Some(why) = ruled
            .and_then(|r| r.first_failure.as_ref())
            .filter(|_| !self.failure_told)
        {
            self.failure_told = true;
            front.note(format!(
                "{}: it could not be judged for an event: {why}",
                self.rule.name
            ));
        }
        Ok(())
    }

    /// What came of it.
    fn judged(&self, live: &LiveRule, source: &str) -> Outcome<Judged> {
        let ruled: &Ruled = live.ruled();
        if ruled.is_unusable() {
            let why = format!(
                "it could not be judged for any event, {} in all: {}",
                grouped(ruled.failed),
                ruled.first_failure.as_deref().unwrap_or_default()
            );
            return Err(Failure::new("filter-fails", why));
        }
        let (healed, waiting, gone) = (live.healed(), live.waiting(), self.said.gone());
        let summary = Document::new()
            .with("mode", "rule")
            .with("source", source)
            .with("events", number(ruled.events))
            .with("judged", number(ruled.judged))
            .with("violations", number(ruled.violations))
            .maybe("healed", (healed > 0).then(|| number(healed)))
            .maybe("gone", (gone > 0).then(|| number(gone)))
            .maybe("pending", (waiting > 0).then(|| number(waiting)))
            .with("streams", number(ruled.streams))
            .maybe("first", ruled.shown.first().map(lines::first_of))
            .maybe("failed", lines::failures(ruled))
            .maybe("unread", (ruled.unread > 0).then(|| number(ruled.unread)))
            .maybe("untimed", (ruled.untimed > 0).then(|| number(ruled.untimed)));
        Ok(Judged {
            certain: ruled.violations,
            gone,
            pending: waiting,
            streams: ruled.streams,
            first: ruled.shown.first().cloned(),
            shown: Vec::new(),
            numbers: Vec::new(),
            idle: None,
            summary,
        })
    }
}

fn is_settled(rule: &Rule) -> bool {
    matches!(rule.kind, RuleKind::Expect { settled: true, .. })
}
