//! The terminal a run talks to: output, notes, progress and colours.

use std::collections::HashSet;
use std::env;
use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use leftfold_event::Progress;
use tempfile::TempDir;

use crate::args::{Arguments, Colour};
use crate::document::Document;
use crate::interrupt::Interrupt;
use crate::kept::MOST_BYTES;
use crate::style::{Paint, clean};

/// Work shorter than this shows no progress.
const SHOW_AFTER: Duration = Duration::from_millis(100);

/// Where a run's output goes, and how it may look.
pub(crate) struct Front {
    pub(crate) out: Output,
    pub(crate) paint: Paint,
    /// The terminal's columns; `None` when the output is no terminal.
    pub(crate) width: Option<usize>,
    pub(crate) interrupt: Interrupt,
    pub(crate) cache: bool,
    /// Whether something was hidden in this run.
    pub(crate) hid: bool,
    /// Whether what leftfold.toml hides is hidden.
    pub(crate) masks: bool,
    /// Temporary captures of topics, removed with this.
    pub(crate) topics: Vec<TempDir>,
    /// Notes that were said, while they are to be kept.
    notes: Option<Vec<String>>,
    /// What was noted once, while the same is not to be noted again, and whether it is.
    noted: HashSet<String>,
    once: bool,
    quiet: bool,
    json: bool,
}

/// The output of a run, and a copy of it while it is to be kept.
pub(crate) struct Output {
    inner: BufWriter<StdoutLock<'static>>,
    copy: Option<Vec<u8>>,
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        if let Some(copy) = &mut self.copy {
            copy.extend_from_slice(&bytes[..n]);
            if copy.len() > MOST_BYTES {
                // Too much to be worth it.
                self.copy = None;
            }
        }
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Front {
    pub(crate) fn new(arguments: &Arguments) -> Self {
        let terminal = io::stdout().is_terminal();
        let unset = |name: &str| env::var_os(name).is_none_or(|v| v.is_empty());
        let dumb = env::var_os("TERM").is_some_and(|t| t == "dumb");
        let colour = match arguments.color {
            Colour::Auto => terminal && unset("NO_COLOR") && !dumb,
            Colour::Always => true,
            Colour::Never => false,
        };
        let width = || terminal_size::terminal_size().map_or(80, |(w, _)| usize::from(w.0));
        Self {
            out: Output {
                inner: BufWriter::with_capacity(64 << 10, io::stdout().lock()),
                copy: None,
            },
            hid: false,
            notes: None,
            noted: HashSet::new(),
            once: false,
            paint: Paint::new(colour),
            width: terminal.then(width),
            interrupt: Interrupt::listen(arguments.verb.json()),
            cache: !arguments.no_cache,
            masks: !arguments.no_masks,
            topics: Vec::new(),
            quiet: arguments.quiet,
            json: arguments.verb.json(),
        }
    }

    /// From here on what is said is kept, to be said again.
    pub(crate) fn keep(&mut self) {
        self.out.copy = Some(Vec::new());
        self.notes = Some(Vec::new());
    }

    /// What was said since; `None`: too much, or no text.
    pub(crate) fn said(&mut self) -> Option<(Vec<String>, String)> {
        let notes = self.notes.take()?;
        let out = String::from_utf8(self.out.copy.take()?).ok()?;
        Some((notes, out))
    }

    /// Something the reader should know, apart from the output; a JSON object of its own where the output is JSON.
    pub(crate) fn note(&mut self, what: impl Display) {
        if self.once && !self.noted.insert(what.to_string()) {
            return;
        }
        if let Some(notes) = &mut self.notes {
            notes.push(what.to_string());
        }
        if self.quiet {
            return;
        }
        // In the order it happens where both go to one terminal.
        drop(self.out.flush());
        self.noter()(&what.to_string());
    }

    /// Does some work that is done again and again: what it notes is told once.
    pub(crate) fn once<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        self.once = true;
        let done = work(self);
        self.once = false;
        done
    }

    /// The same for work that holds the output meanwhile.
    pub(crate) fn noter(&self) -> impl Fn(&str) + use<> {
        let (quiet, json) = (self.quiet, self.json);
        move |what: &str| {
            if quiet {
                return;
            }
            // Nobody is left to tell when standard error is closed.
            if json {
                let note = Document::new().with("message", what);
                drop(Document::new().with("note", note).print(&mut io::stderr()));
            } else {
                drop(writeln!(io::stderr(), "leftfold: {}", clean(what)));
            }
        }
    }

    /// Does some work on a thread of its own, and shows meanwhile how far it is.
    pub(crate) fn watch<T: Send>(
        &self,
        what: &'static str,
        progress: &[Progress],
        work: impl FnOnce() -> T + Send,
    ) -> T {
        let mut bar = self.progress(what);
        thread::scope(|scope| {
            let working = scope.spawn(work);
            while !working.is_finished() {
                let total: Option<u64> = progress.iter().map(Progress::total).sum();
                bar.set(progress.iter().map(Progress::done).sum(), total);
                // Short enough not to be noticed at the end of a short work.
                thread::sleep(Duration::from_millis(5));
            }
            working
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    /// A progress bar of a task, unless standard error is no terminal.
    pub(crate) fn progress(&self, what: &'static str) -> Bar {
        let shown = !self.quiet && io::stderr().is_terminal();
        Bar {
            what,
            drawn: None,
            shown,
            since: Instant::now(),
        }
    }
}

/// A progress bar that shows up once the work takes a while, and is gone when it is done.
pub(crate) struct Bar {
    what: &'static str,
    drawn: Option<ProgressBar>,
    shown: bool,
    since: Instant,
}

impl Bar {
    /// How far the work is; without a total, only how much is done.
    pub(crate) fn set(&mut self, done: u64, total: Option<u64>) {
        if !self.shown || self.since.elapsed() < SHOW_AFTER {
            return;
        }
        let what = self.what;
        let bar = self.drawn.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.set_message(what);
            bar
        });
        let known = "{msg} {wide_bar:.blue} {percent:>3} %  {human_pos} of {human_len}  {eta}";
        let unknown = "{msg} {human_pos}";
        // An estimate below what is done already is none.
        let total = total.filter(|t| *t >= done && *t > 0);
        let template = if total.is_some() { known } else { unknown };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏ "));
        }
        match total {
            Some(total) => bar.set_length(total),
            None => bar.unset_length(),
        }
        bar.set_position(done);
    }
}

impl Bar {
    /// More about how far the work is, beside the bar.
    pub(crate) fn say(&self, more: &str) {
        if let Some(bar) = &self.drawn {
            bar.set_message(format!("{} {more}", self.what));
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = &self.drawn {
            bar.finish_and_clear();
        }
    }
}
