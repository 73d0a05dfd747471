//! Topics as a source of any verb: read into a temporary capture, which is removed when the run ends.

use std::path::{Path, PathBuf};

use leftfold_kafka::{Request, Told, capture};

use crate::args::{EventsArgs, Verb};
use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::kafka::KafkaArgs;

/// What a SOURCE begins with that is a topic.
const SCHEME: &str = "kafka://";

/// Whether a SOURCE is a topic: `kafka://HOST:PORT/TOPIC`, `kafka://PROFILE/TOPIC`.
pub(crate) fn is_topic(source: &Path) -> bool {
    source.to_str().is_some_and(|s| s.starts_with(SCHEME))
}

/// What `kafka://HOST:PORT,HOST:PORT/TOPIC,TOPIC` says.
fn parse(source: &str) -> Outcome<KafkaArgs> {
    let rest = source.strip_prefix(SCHEME).unwrap_or(source);
    match rest.split_once('/') {
        Some((brokers, topics)) if !brokers.is_empty() && !topics.is_empty() => Ok(KafkaArgs {
            brokers: Some(brokers.to_owned()),
            topics: topics.split(',').map(str::to_owned).collect(),
            ..KafkaArgs::default()
        }),
        _ => Err(Failure::new(
            "usage",
            format!("{source:?} names no topic: write kafka://HOST:PORT/TOPIC, or kafka://PROFILE/TOPIC"),
        )),
    }
}

/// Puts a temporary capture in place of a topic that a verb is to read.
pub(crate) fn resolve(front: &mut Front, verb: &mut Verb) -> Outcome {
    let source = match verb {
        Verb::Events(args) => {
            named_by_source(args)?;
            if args.follow {
                return Ok(());
            }
            if args.kafka.is_given() {
                let bounds: Vec<_> = args.offsets.iter().map(|o| o.of_topic()).collect();
                // What a filter leaves out does not count.
                let count = args.count.filter(|_| !args.which.is_given()).map(u64::from);
                let request = args.kafka.request(&bounds, count, false)?;
                args.source.source = Some(take(front, &request)?);
            }
            match &mut args.source.source {
                Some(source) => source,
                None => return Ok(()),
            }
        }
        Verb::Inspect(args) => &mut args.source.source,
        Verb::Streams(args) => &mut args.source.source,
        Verb::Audit(args) => &mut args.source.source,
        Verb::Event(args) => &mut args.source.source,
        Verb::Timeline(args) => &mut args.source.source,
        Verb::State(args) => &mut args.stream.source.source,
        Verb::Diff(args) => &mut args.stream.source.source,
        Verb::Blame(args) => &mut args.stream.source.source,
        Verb::History(args) => &mut args.stream.source.source,
        Verb::Export(args) => &mut args.source.source,
        _ => return Ok(()),
    };
    if is_topic(source) {
        *source = of_source(front, source)?;
    }
    Ok(())
}

/// A SOURCE that is a topic is the same as its brokers and topics in kcat's flags, beside which the others stand.
fn named_by_source(args: &mut EventsArgs) -> Outcome {
    match &args.source.source {
        Some(source) if is_topic(source) => {
            let named = parse(&source.to_string_lossy())?;
            args.kafka.brokers = named.brokers;
            args.kafka.topics = named.topics;
            args.source.source = None;
        }
        Some(source) => {
            let flag = args
                .kafka
                .of_topics()
                .or_else(|| args.follow.then_some("--follow"));
            if let Some(flag) = flag {
                let why = format!(
                    "{flag} is for topics (-b and -t, or kafka://…), and {} is none",
                    source.display()
                );
                return Err(Failure::new("usage", why));
            }
        }
        None => {}
    }
    Ok(())
}

/// The file to read for a source: for a topic, a temporary capture of it as it is now.
pub(crate) fn resolved(front: &mut Front, source: &Path) -> Outcome<PathBuf> {
    if is_topic(source) {
        of_source(front, source)
    } else {
        Ok(source.to_owned())
    }
}

/// The capture of a SOURCE that is a topic, as it is now.
fn of_source(front: &mut Front, source: &Path) -> Outcome<PathBuf> {
    let text = source.to_string_lossy();
    let args = parse(&text)?;
    take(front, &args.request(&[], None, false)?)
}

/// Reads what is asked for into a temporary capture.
fn take(front: &mut Front, request: &Request) -> Outcome<PathBuf> {
    let made = tempfile::Builder::new().prefix("leftfold-").tempdir();
    let folder = made.map_err(|e| {
        Failure::new(
            "no-temporary-folder",
            format!("no temporary folder can be made: {e}"),
        )
    })?;
    // What the events say they come from.
    let path = folder
        .path()
        .join(request.topics.first().map_or("topic", String::as_str));
    // Whoever ends the run twice over leaves nothing behind, either.
    front.interrupt.remove_at_end(folder.path());
    let cancel = front.interrupt.cancel.clone();
    let interrupt = front.interrupt.clone();
    let mut bar = front.progress("reading");
    let mut notes = Vec::new();
    let captured = interrupt.careful(|| {
        capture(request, &path, &cancel, &mut |told| match told {
            Told::Note(note) => notes.push(note),
            Told::Progress { written, left } => bar.set(written.records, Some(written.records + left)),
        })
    });
    drop(bar);
    for note in notes {
        front.note(note);
    }
    if !captured?.complete {
        return Err(Failure::Cancelled);
    }
    // Nothing of it is to be kept for a next time.
    front.cache = false;
    front.topics.push(folder);
    Ok(path)
}
