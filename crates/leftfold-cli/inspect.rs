//! `inspect`: what a source is and what it holds.

use std::io::Write as _;

use leftfold_event::json::Value;
use leftfold_log::{Axis, LaneBy};
use leftfold_session::dto::{CertaintyDto, InspectDto};
use leftfold_session::{Oddity, Session, TimeFacts};

use crate::args::InspectArgs;
use crate::document::{Document, list, number};
use crate::failure::Outcome;
use crate::front::Front;
use crate::input::{self, Opened};
use crate::style::{Tone, clean, counted, grouped, wrapped};

/// Columns of the names at the left.
const LABEL: usize = 14;

/// Event types shown to a person.
const TYPES_SHOWN: usize = 30;

pub(crate) fn run(front: &mut Front, args: &InspectArgs) -> Outcome {
    let session = input::session(front);
    let named = input::find(&args.source.source)?;
    let file = input::inspect(front, &session, &named)?;
    let stores = open_all(front, &session, &named, &file, args)?;
    let (path, kind) = (file.path, file.kind);
    if args.json {
        let cancel = &front.interrupt.cancel;
        let facts = |store: &Opened| Ok((store.source.time_facts(cancel)?, store.source.oddities(cancel)?));
        let facts = stores
            .iter()
            .map(|(_, s)| facts(s))
            .collect::<Outcome<Vec<_>>>()?;
        let stores = stores
            .iter()
            .zip(facts)
            .map(|((_, store), (facts, oddities))| store_document(store, facts, oddities));
        let document = Document::new()
            .with("path", path)
            .with("kind", kind)
            .with("stores", list(stores));
        document.print(&mut front.out)?;
        return Ok(());
    }
    let title = front.paint.with(Tone::Title, &clean(&path)).into_owned();
    writeln!(
        front.out,
        "{title}  {kind}, {}",
        counted(stores.len() as u64, "history")
    )?;
    for (number, store) in &stores {
        print_store(front, *number, store)?;
    }
    Ok(())
}

/// The histories asked for (all of them, unless one is chosen), each with its number.
fn open_all(
    front: &mut Front,
    session: &Session,
    named: &input::Named,
    file: &InspectDto,
    args: &InspectArgs,
) -> Outcome<Vec<(usize, Opened)>> {
    if file.stores.is_empty() {
        return Err(input::no_store(file));
    }
    let wanted = |(i, store): &(usize, &leftfold_session::dto::StoreDto)| match (
        args.source.store,
        &args.source.table,
    ) {
        (Some(n), _) => n == i + 1,
        (None, Some(table)) => store.tables.first() == Some(table),
        (None, None) => true,
    };
    let mut opened = Vec::new();
    for (i, store) in file.stores.iter().enumerate().filter(wanted) {
        let source = session.open(&named.path, store.index, None)?;
        // What cannot be read stands in the account itself.
        opened.push((i + 1, input::ready(front, session, source.id)?));
    }
    if opened.is_empty() {
        return Err(input::no_such_store(file, &args.source));
    }
    Ok(opened)
}

fn certainty(certainty: CertaintyDto) -> &'static str {
    match certainty {
        CertaintyDto::Guess => "guess",
        CertaintyDto::Likely => "likely",
        CertaintyDto::Certain => "certain",
    }
}

/// Records in the list that stand for rows or lines nobody can read: they are no events, and have no names.
fn placeholders(store: &Opened) -> u32 {
    let all: u64 = store.snapshot.unreadable.iter().map(|u| u.events).sum();
    // There is no more of them than of records, which are fewer than 2^32.
    all.min(store.snapshot.log.events().into()) as u32
}

/// How many events there are, and how many streams.
fn sizes(store: &Opened) -> (u32, usize) {
    let events = store.snapshot.log.events() - placeholders(store);
    (events, counts(store, LaneBy::Stream).len())
}

/// Names of a kind and their counts, most events first, ties by name.
fn counts(store: &Opened, by: LaneBy) -> Vec<(&str, u32)> {
    let log = &store.snapshot.log;
    let names = log.names(by);
    let unread = placeholders(store);
    let mut counts: Vec<(&str, u32)> = log
        .lane_counts(by)
        .iter()
        .map(|&(key, n)| (names.get(key), n))
        .map(|(name, n)| {
            (
                name,
                if name.is_empty() {
                    n.saturating_sub(unread)
                } else {
                    n
                },
            )
        })
        .filter(|(_, n)| *n > 0)
        .collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    counts
}

/// The first and last recorded time.
fn times(store: &Opened) -> Option<[String; 2]> {
    let log = &store.snapshot.log;
    let text = |nanos| {
        leftfold_event::Timestamp {
            nanos,
            digits: log.time_digits(),
        }
        .to_string()
    };
    log.extent(Axis::Time)
        .map(|(first, last)| [text(first), text(last)])
}

fn store_document(store: &Opened, facts: Option<TimeFacts>, oddities: Vec<Oddity>) -> Document {
    let dto = &store.store;
    let (events, streams) = sizes(store);
    let by_name = |by| -> Value {
        Value::Object(
            counts(store, by)
                .into_iter()
                .filter(|(name, _)| !name.is_empty())
                .map(|(name, n)| (name, number(n)))
                .collect(),
        )
    };
    let without = |by| {
        let nameless = counts(store, by).into_iter().find(|(name, _)| name.is_empty());
        nameless.map(|(_, n)| number(n))
    };
    let [first, last] = times(store).map_or([None, None], |[a, b]| [Some(a), Some(b)]);
    let oddity = |o: Oddity| {
        Document::new()
            .with("code", o.code)
            .with("count", number(o.count))
            .with("message", o.message)
    };
    let strings = |texts: &[String]| list(texts.iter().map(String::as_str));
    Document::new()
        .with("dialect", dto.dialect.as_str())
        .with("title", dto.title.as_str())
        .with("certainty", certainty(dto.certainty))
        .with("reasons", strings(&dto.reasons))
        .with("tables", strings(&dto.tables))
        .with("events", number(events))
        .with("streams", number(streams as u64))
        .with("categories", by_name(LaneBy::Category))
        .maybe("without_category", without(LaneBy::Category))
        .with("types", by_name(LaneBy::Type))
        .maybe("without_type", without(LaneBy::Type))
        .maybe("first_time", first)
        .maybe("last_time", last)
        .maybe("time", facts.map(times_document))
        .with("notes", strings(&dto.notes))
        .with("oddities", list(oddities.into_iter().map(oddity)))
}

/// Whether times state their zone, and how finely they are written.
fn times_document(facts: TimeFacts) -> Document {
    Document::new()
        .with("zone", facts.zone)
        .with("resolution", facts.resolution)
}

fn print_store(front: &mut Front, number: usize, store: &Opened) -> Outcome {
    let (dto, paint) = (&store.store, front.paint);
    let (events, streams) = sizes(store);
    let sure = match dto.certainty {
        CertaintyDto::Certain => paint.with(Tone::Good, "certain"),
        CertaintyDto::Likely => paint.with(Tone::Notice, "likely"),
        CertaintyDto::Guess => paint.with(Tone::Notice, "a guess"),
    };
    let out = &mut front.out;
    let tables = if dto.tables.is_empty() {
        String::new()
    } else {
        format!(" in {}", dto.tables.join(", "))
    };
    writeln!(out)?;
    writeln!(
        out,
        "{} {}{}",
        paint.with(Tone::Dim, &format!("{number}.")),
        paint.with(Tone::Title, &clean(&dto.title)),
        clean(&tables)
    )?;
    let label = |name: &str| {
        paint
            .with(Tone::Dim, &format!("   {name:<0$}", LABEL - 3))
            .into_owned()
    };
    writeln!(out, "{}{sure}", label("layout"))?;
    let width = front.width;
    let told = |text: &str| wrapped(&clean(text), width, LABEL);
    for reason in &dto.reasons {
        writeln!(out, "{}{}", label(""), told(reason))?;
    }
    writeln!(
        out,
        "{}{} in {}",
        label("events"),
        grouped(events.into()),
        counted(streams as u64, "stream")
    )?;
    if let Some([first, last]) = times(store) {
        writeln!(out, "{}{first} to {last}", label("time"))?;
        if let Some(facts) = store.source.time_facts(&front.interrupt.cancel)? {
            let zone = match facts.zone {
                "stated" => "stated",
                "mixed" => "stated by some, assumed UTC for the others",
                other => other,
            };
            writeln!(out, "{}zone {zone}; resolution {}", label(""), facts.resolution)?;
        }
    }
    let categories = counts(store, LaneBy::Category);
    print_counts(out, &label("categories"), &label(""), &categories)?;
    print_counts(out, &label("types"), &label(""), &counts(store, LaneBy::Type))?;
    for (i, note) in dto.notes.iter().enumerate() {
        writeln!(out, "{}{}", label(if i == 0 { "notes" } else { "" }), told(note))?;
    }
    let oddities = store.source.oddities(&front.interrupt.cancel)?;
    for (i, oddity) in oddities.iter().enumerate() {
        let message = told(&oddity.message);
        writeln!(
            out,
            "{}{}",
            label(if i == 0 { "oddities" } else { "" }),
            paint.with(Tone::Notice, &message)
        )?;
    }
    Ok(())
}

fn print_counts(
    out: &mut dyn std::io::Write,
    first: &str,
    rest: &str,
    counts: &[(&str, u32)],
) -> std::io::Result<()> {
    let width = counts
        .iter()
        .map(|(_, n)| grouped((*n).into()).len())
        .max()
        .unwrap_or(0);
    for (i, (name, n)) in counts.iter().take(TYPES_SHOWN).enumerate() {
        let name = if name.is_empty() {
            "(none)".into()
        } else {
            clean(name)
        };
        writeln!(
            out,
            "{}{:>width$}  {name}",
            if i == 0 { first } else { rest },
            grouped((*n).into())
        )?;
    }
    if let Some(more) = counts.len().checked_sub(TYPES_SHOWN).filter(|n| *n > 0) {
        writeln!(
            out,
            "{rest}{:>width$}  and {more} more; --json lists them all",
            ""
        )?;
    }
    Ok(())
}
