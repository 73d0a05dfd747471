//! From what the user named to an indexed history.

use std::env;
use std::fs;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use leftfold_event::{Cancel, Point};
use leftfold_log::{Axis, LaneBy, Place};
use leftfold_session::dto::{CertaintyDto, InspectDto, MappingDto, StoreDto};
use leftfold_session::project::Project;
use leftfold_session::{OpenSource, Session, SessionError, Snapshot, View, mapping, nearest_names};

use crate::args::SourceArgs;
use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::style::{clean, counted, grouped};

/// Unreadable rows or lines told of one by one.
const NOTED: usize = 5;

/// What stands for standard input.
const STDIN: &str = "-";

/// A source the user named, found.
pub(crate) struct Named {
    /// Where its data is; `-` for standard input.
    pub(crate) path: PathBuf,
    /// The mapping that goes with the name.
    pub(crate) mapping: Option<MappingDto>,
    /// What leftfold.toml calls it.
    pub(crate) name: Option<String>,
}

impl Named {
    /// Whether it can be read only once: standard input, a pipe.
    pub(crate) fn is_stream(&self) -> bool {
        self.is_stdin() || leftfold_session::is_read_once(&self.path)
    }

    pub(crate) fn is_stdin(&self) -> bool {
        is_stdin(&self.path)
    }
}

/// Whether a source is standard input.
pub(crate) fn is_stdin(source: &Path) -> bool {
    source.as_os_str() == STDIN
}

/// A history with its complete index.
pub(crate) struct Opened {
    pub(crate) source: Arc<OpenSource>,
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) store: StoreDto,
}

impl Drop for Opened {
    /// Lets the index be kept for the next time: the answer was given without waiting for that.
    fn drop(&mut self) {
        self.source.finish_indexing();
    }
}

/// A session as the command line uses it.
pub(crate) fn session(front: &Front) -> Session {
    let cache = if front.cache {
        Session::default_cache_folder()
    } else {
        None
    };
    let mut session = Session::new(cache, Arc::new(|_| ()));
    if !front.masks {
        session = session.without_masks();
    }
    match env::current_dir() {
        Ok(folder) => session.in_project(folder),
        Err(_) => session,
    }
}

/// Says what is hidden, if anything.
pub(crate) fn note_hidden(front: &mut Front, hidden: &[String]) {
    if !hidden.is_empty() {
        front.hid = true;
        let names: Vec<String> = hidden.iter().map(|name| clean(name).into_owned()).collect();
        front.note(format!(
            "hidden by masks: {} (--no-masks shows it)",
            names.join(", ")
        ));
    }
}

/// A file of this name, or the source that leftfold.toml in the current folder calls so.
pub(crate) fn find(source: &Path) -> Outcome<Named> {
    if source.as_os_str() == STDIN || source.symlink_metadata().is_ok() {
        return Ok(Named {
            path: source.to_owned(),
            mapping: None,
            name: None,
        });
    }
    let project = Project::of_folder(Path::new("."))?;
    let Some(project) = project else {
        return Err(Failure::about(
            "source-unopenable",
            source,
            format!("there is no such file{}", near(source)),
        ));
    };
    let text = source.to_string_lossy();
    match project.source(&text)? {
        Some(named) => Ok(Named {
            path: project.folder.join(&named.path).components().collect(),
            mapping: named.mapping.as_ref().map(mapping::to_dto),
            name: Some(text.into_owned()),
        }),
        None => {
            let sources = project.file.sources.iter().map(|s| s.name.as_str());
            let names: Vec<&str> = sources.filter(|name| !name.is_empty()).collect();
            let known = if names.is_empty() {
                "no source".to_owned()
            } else {
                names.join(", ")
            };
            Err(Failure::about(
                "source-unopenable",
                source,
                format!(
                    "there is no such file{}; leftfold.toml here names {known}",
                    near(source)
                ),
            ))
        }
    }
}

/// The file in the same folder that is named most like one that is not there, as a question.
fn near(missing: &Path) -> String {
    let folder = missing.parent().filter(|p| !p.as_os_str().is_empty());
    let entries = fs::read_dir(folder.unwrap_or(Path::new(".")))
        .into_iter()
        .flatten();
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|e| e.path().is_file())
        .filter_map(|e| e.file_name().into_string().ok())
        .collect();
    names.sort();
    let name = missing
        .file_name()
        .map(|n| n.to_string_lossy())
        .unwrap_or_default();
    let nearest = nearest_names(&name, names.iter().map(String::as_str), 1);
    let found = nearest
        .first()
        .map(|n| folder.map_or_else(|| PathBuf::from(n), |f| f.join(n)));
    found.map_or_else(String::new, |path| {
        format!("; did you mean {}?", clean(&path.to_string_lossy()))
    })
}

/// Opens the history the user means and waits for its index.
pub(crate) fn open(front: &mut Front, args: &SourceArgs) -> Outcome<Opened> {
    let session = session(front);
    open_in(front, &session, args)
}

/// The same in a session that opens more.
pub(crate) fn open_in(front: &mut Front, session: &Session, args: &SourceArgs) -> Outcome<Opened> {
    let named = find(&args.source)?;
    if let (Some(mapping), None, None) = (&named.mapping, args.store, &args.table) {
        prepare(front, session, &named)?;
        let opened = session.open(&named.path, 0, Some(mapping))?;
        return indexed(front, session, opened.id);
    }
    let inspected = inspect(front, session, &named)?;
    let store = choose(front, &inspected, args)?;
    let opened = session.open(&named.path, store.index, None)?;
    indexed(front, session, opened.id)
}

/// What a source holds. What can be read only once is read now, whole.
pub(crate) fn inspect(front: &Front, session: &Session, named: &Named) -> Outcome<InspectDto> {
    if named.is_stream() {
        let mut bar = front.progress("reading, bytes");
        let mut input: Box<dyn Read> = if named.is_stdin() {
            Box::new(io::stdin().lock())
        } else {
            let opened = leftfold_session::open_once(&named.path);
            opened.map_err(|e| Failure::about("source-unopenable", &named.path, e))?
        };
        let cancel = &front.interrupt.cancel;
        session.receive(&named.path, &mut *input, cancel, &mut |n| bar.set(n, None))?;
    } else {
        prepare(front, session, named)?;
    }
    Ok(session.inspect(&named.path)?)
}

/// An interrupted transaction is rolled back in a copy, which may take a while.
fn prepare(front: &Front, session: &Session, named: &Named) -> Outcome {
    let mut bar = front.progress("copying, bytes");
    let cancel = &front.interrupt.cancel;
    Ok(session.prepare(&named.path, cancel, &mut |n| bar.set(n, None))?)
}

/// Why a file without any history cannot be used.
pub(crate) fn no_store(file: &InspectDto) -> Failure {
    match &file.problem {
        Some(problem) => Failure::new(problem.code.clone(), problem.message.as_str()),
        None => Failure::new("source-no-events", format!("{} holds no events", file.path)),
    }
}

/// The history asked for is not among those of a file: which there are, and which tables hold none.
pub(crate) fn no_such_store(file: &InspectDto, args: &SourceArgs) -> Failure {
    let wanted = match (args.store, &args.table) {
        (Some(n), _) => format!("there is no history {n}"),
        (None, Some(table)) if file.tables.iter().any(|t| t.name == *table) => {
            format!("no history is in table {table:?}")
        }
        (None, Some(table)) => format!("there is no table {table:?}"),
        (None, None) => "there is no history".to_owned(),
    };
    let one = |(i, s): (usize, &StoreDto)| format!("{} {} ({})", i + 1, s.title, s.tables.join(", "));
    let histories: Vec<String> = file.stores.iter().enumerate().map(one).collect();
    let read = |name: &str| file.stores.iter().any(|s| s.tables.iter().any(|t| t == name));
    let others: Vec<&str> = file
        .tables
        .iter()
        .map(|t| t.name.as_str())
        .filter(|name| !read(name))
        .collect();
    let others = if others.is_empty() {
        String::new()
    } else {
        format!("; other tables: {}", others.join(", "))
    };
    Failure::new(
        "no-such-store",
        format!(
            "{}: {wanted}; there are: {}{others}",
            file.path,
            histories.join("; ")
        ),
    )
}

/// The history of a file the user means, saying what had to be decided.
pub(crate) fn choose<'a>(
    front: &mut Front,
    file: &'a InspectDto,
    args: &SourceArgs,
) -> Outcome<&'a StoreDto> {
    let stores = &file.stores;
    let Some(best) = stores.first() else {
        return Err(no_store(file));
    };
    let chosen = match (args.store, &args.table) {
        (Some(n), _) => n.checked_sub(1).and_then(|i| stores.get(i)),
        (None, Some(table)) => stores.iter().find(|s| s.tables.first() == Some(table)),
        (None, None) => Some(best),
    };
    let chosen = chosen.ok_or_else(|| no_such_store(file, args))?;
    if args.store.is_none() && args.table.is_none() && stores.len() > 1 {
        let (count, title) = (counted(stores.len() as u64, "history"), &best.title);
        front.note(format!(
            "{} holds {count}: reading {title} ({}); --store or --table chooses",
            file.path,
            best.tables.join(", ")
        ));
    }
    if chosen.certainty == CertaintyDto::Guess {
        front.note(guessed(chosen));
    }
    Ok(chosen)
}

/// Fields of a mapping that say most about it.
const TELLING: &[&str] = &["stream", "version", "type", "time", "payload"];

/// What was guessed of a layout, in one line; `inspect` has the reasons.
fn guessed(store: &StoreDto) -> String {
    let of = |name: &&str| {
        let field = store.mapping.fields.iter().find(|f| f.field == **name)?;
        let stated = !field.expression.is_empty() && !field.expression.starts_with('(');
        stated.then(|| format!("{name} {}", field.expression))
    };
    let fields: Vec<String> = TELLING.iter().filter_map(of).collect();
    let fields = if fields.is_empty() {
        String::new()
    } else {
        format!(" ({})", fields.join(", "))
    };
    let what = if store.tables.is_empty() {
        store.title.clone()
    } else {
        store.tables.join(", ")
    };
    format!("the layout of {what} is a guess{fields}; `inspect` says why, `mapping show` prints it to change")
}

/// The history the user means, without indexing it.
pub(crate) fn choose_only(front: &mut Front, named: &Named, args: &SourceArgs) -> Outcome<StoreDto> {
    let session = session(front);
    let inspected = inspect(front, &session, named)?;
    let asked = |table: &String| inspected.stores.iter().any(|s| s.tables.first() == Some(table));
    if (inspected.stores.is_empty() || args.table.as_ref().is_some_and(|t| !asked(t)))
        && let Some(start) = start(front, &session, &inspected, &named.path, args.table.as_deref())?
    {
        return Ok(start);
    }
    let chosen = choose(front, &inspected, args)?.clone();
    Ok(match &named.mapping {
        Some(mapping) if args.store.is_none() && args.table.is_none() => StoreDto {
            mapping: mapping.clone(),
            ..chosen
        },
        _ => chosen,
    })
}

/// The table asked for, or in a file without events the one that comes nearest, with a mapping to start from.
fn start(
    front: &mut Front,
    session: &Session,
    file: &InspectDto,
    path: &Path,
    table: Option<&str>,
) -> Outcome<Option<StoreDto>> {
    let found = match table {
        Some(table) => session.start_of_mapping(path, table)?,
        None => {
            let nearest = session.candidates(path)?.into_iter().next();
            match (nearest, &file.tables[..]) {
                (None, [only]) => session.start_of_mapping(path, &only.name)?,
                (nearest, _) => nearest,
            }
        }
    };
    if let Some(found) = &found {
        let against = found.notes.last().map_or("", String::as_str);
        front.note(format!(
            "{} is not taken for a history ({against}): this mapping is only a start",
            found.tables.join(", ")
        ));
    }
    Ok(found)
}

/// Waits for the index of a source that was opened, and says what of it cannot be read.
pub(crate) fn indexed(front: &mut Front, session: &Session, id: u32) -> Outcome<Opened> {
    let opened = ready(front, session, id)?;
    for warning in &opened.source.warnings {
        front.note(warning);
    }
    note_hidden(front, opened.source.store.hidden());
    note_unreadable(front, &opened);
    Ok(opened)
}

/// Says how many events have no place on the time axis, where only what has one is shown.
pub(crate) fn note_untimed(front: &mut Front, view: &View) {
    let untimed = view.order(Axis::Log).len() - view.order(Axis::Time).len();
    if untimed > 0 {
        front.note(format!(
            "{} left out: no time that can be read; in log order (`--order log`) they are there",
            counted(untimed.into(), "event")
        ));
    }
}

/// Says that the source was written to since it was indexed: not all that was read afterwards need be of one moment.
pub(crate) fn note_written(front: &mut Front, opened: &Opened) {
    if opened.source.is_stale() {
        front.note(format!(
            "{} was written to while it was read: newer events are left out, and of those that were changed or deleted some may be as they were \
             before and some as after; run it again for one moment",
            opened.source.path.display()
        ));
    }
}

/// Says what cannot be read: the first few, and how many more.
fn note_unreadable(front: &mut Front, opened: &Opened) {
    let unreadable = &opened.snapshot.unreadable;
    for lost in unreadable.iter().take(NOTED) {
        front.note(lost);
    }
    if let Some(more) = unreadable.len().checked_sub(NOTED).filter(|n| *n > 0) {
        front.note(format!(
            "and {} more of this kind; `leftfold inspect` lists them",
            grouped(more as u64)
        ));
    }
}

/// Waits for the index of a source that was opened.
pub(crate) fn ready(front: &mut Front, session: &Session, id: u32) -> Outcome<Opened> {
    let source = session.source(id)?;
    let cancel = front.interrupt.cancel.clone();
    let mut bar = front.progress("indexing");
    let snapshot = source.wait_ready(&mut |progress| {
        if cancel.is_cancelled() {
            source.cancel_index();
        }
        bar.set(progress.done(), progress.total());
    })?;
    drop(bar);
    let store = session.status(id)?.store;
    Ok(Opened {
        source,
        snapshot,
        store,
    })
}

impl Opened {
    /// All its events.
    pub(crate) fn view(&self) -> Outcome<View> {
        Ok(self.source.view(None)?)
    }

    /// Its events that a filter keeps; at least the first `enough` of them, if that many will do.
    pub(crate) fn filtered(
        &self,
        front: &mut Front,
        filter: Option<&str>,
        enough: Option<u32>,
    ) -> Outcome<View> {
        let Some(text) = filter else { return self.view() };
        check(text)?;
        let task = self.source.start_filter(text)?;
        let cancel = front.interrupt.cancel.clone();
        let mut bar = front.progress("filtering");
        let matches = task.wait_done(&mut |matches| {
            if cancel.is_cancelled() {
                task.cancel();
            }
            bar.set(u64::from(matches.scanned), Some(u64::from(matches.log.events())));
            match enough {
                Some(n) if matches.selection.len() >= n => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        })?;
        drop(bar);
        if matches.failed > 0 {
            let first = matches.first_failure.as_deref().unwrap_or_default();
            let count = counted(u64::from(matches.failed), "event");
            let told = format!("the filter could not be judged for {count}: {first}");
            if matches.failed == matches.scanned {
                return Err(Failure::new("filter-fails", told));
            }
            front.note(told);
        }
        if matches.done && matches.selection.is_empty() {
            // Nothing is kept: perhaps because something in the filter is mistyped.
            let unknown = self
                .view()?
                .unknown_names(&task.filter, &front.interrupt.cancel)?;
            for name in unknown {
                front.note(name.message);
            }
        }
        Ok(self.source.view(Some(task.id))?)
    }
}

/// Points at what is wrong in a filter.
fn check(text: &str) -> Outcome {
    let Some(error) = leftfold_session::check_filter(text).error else {
        return Ok(());
    };
    // The places are counted in UTF-16 units.
    let units: Vec<u16> = text.encode_utf16().collect();
    let upto = |n: u32| String::from_utf16_lossy(&units[..(n as usize).min(units.len())]);
    let before = unicode_width::UnicodeWidthStr::width(upto(error.start).as_str());
    let marked = unicode_width::UnicodeWidthStr::width(upto(error.end).as_str())
        .saturating_sub(before)
        .max(1);
    let one_line = text.replace(['\n', '\t'], " ");
    Err(Failure::Error {
        code: error.code.into(),
        message: format!("the filter cannot be used: {}", error.message),
        below: vec![
            format!("  {}", clean(&one_line)),
            format!("  {}{}", " ".repeat(before), "^".repeat(marked)),
        ],
    })
}

/// Where a point is, in words and for machines: the last event of the stream included there, if any.
pub(crate) struct At {
    pub(crate) place: Place,
    /// The last event included.
    pub(crate) last: Option<u32>,
}

/// The place of a point in a stream.
pub(crate) fn at(view: &View, stream: u32, point: &Point, cancel: &Cancel) -> Outcome<At> {
    let place = view.place(Some(stream), point, cancel)?;
    let included = view.log().included(stream, &place);
    let last = included
        .checked_sub(1)
        .and_then(|i| view.log().stream_events(stream).get(i).copied());
    Ok(At { place, last })
}

/// The names of a kind that are asked for, as keys. `what` names the kind in the error.
pub(crate) fn keys(view: &View, by: LaneBy, names: &[String], what: &str) -> Outcome<Vec<u32>> {
    let known = view.log().names(by);
    let find = |name: &String| {
        if by == LaneBy::Stream {
            return Ok(view.stream_key(name)?);
        }
        known.key(name).ok_or_else(|| {
            let mut all: Vec<&str> = known.iter().map(|(_, n)| n).filter(|n| !n.is_empty()).collect();
            let near = nearest_names(name, all.iter().copied(), 3);
            let hint = if near.is_empty() {
                all.sort_unstable();
                let more = if all.len() > 20 { ", …" } else { "" };
                all.truncate(20);
                format!("there are: {}{more}", all.join(", "))
            } else {
                format!("did you mean {}?", near.join(" or "))
            };
            Failure::from(SessionError::new(
                "no-such-lane",
                format!("there is no {what} {name:?}; {hint}"),
            ))
        })
    };
    names.iter().map(find).collect()
}
