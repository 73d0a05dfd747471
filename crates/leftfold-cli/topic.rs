//! Topics as a source of any verb: read into a temporary capture, which is removed when the run ends.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, channel};
use std::thread;
use std::time::{Duration, Instant};

use leftfold_kafka::{CaptureError, KafkaError, Request, Told, capture};
use tempfile::TempDir;

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

/// An error of a read, told as one of a file that the user has not named.
fn no_room(e: KafkaError, folder: &Path) -> Failure {
    let KafkaError::Capture(inner @ (CaptureError::Full { .. } | CaptureError::Write { .. })) = &e else {
        return e.into();
    };
    let what = match inner {
        CaptureError::Write { reason, .. } => reason.clone(),
        _ => "the disk is full".to_owned(),
    };
    Failure::new(
        e.code(),
        format!(
            "{}: {what}. The topic was being read into a temporary file there, which is removed again: free some room, let TMPDIR name a folder \
             with more, read less (-o, -c), or capture the topic to a place of yours (leftfold capture) and read that",
            folder.display()
        ),
    )
}

/// A topic that is captured while it is followed.
pub(crate) struct Followed {
    /// What it is called.
    pub(crate) source: PathBuf,
    /// The temporary capture that grows with it.
    pub(crate) path: PathBuf,
    /// Records it had when its end was reached first.
    pub(crate) records: u64,
    news: Receiver<News>,
}

/// What the capture of a topic tells.
enum News {
    Told(Told),
    Ended(Result<(), KafkaError>),
}

/// How long the end of a capture is waited for, when it was asked to end.
const ENDING: Duration = Duration::from_millis(25);

/// Captures a SOURCE that is a topic into a temporary file, on a thread of its own, until the run is interrupted. Answers when everything is there that there
/// is now.
pub(crate) fn followed(front: &mut Front, source: &Path) -> Outcome<Followed> {
    let request = parse(&source.to_string_lossy())?.request(&[], None, true)?;
    let (folder, path) = temporary(front, &request)?;
    front.cache = false;
    front.topics.push(folder);
    let (tell, news) = channel();
    let cancel = front.interrupt.cancel.clone();
    let (out, heard) = (path.clone(), cancel.clone());
    thread::spawn(move || {
        let ended = capture(&request, &out, &heard, &mut |told| {
            drop(tell.send(News::Told(told)));
        });
        drop(tell.send(News::Ended(ended.map(drop))));
    });
    let mut followed = Followed {
        source: source.to_owned(),
        path,
        records: 0,
        news,
    };
    let mut bar = front.progress("reading");
    loop {
        if cancel.is_cancelled() {
            return Err(Failure::Cancelled);
        }
        match followed.news.recv_timeout(ENDING) {
            Ok(News::Told(Told::Progress { written, left })) => {
                bar.set(written.records, Some(written.records + left));
                if left == 0 {
                    followed.records = written.records;
                    return Ok(followed);
                }
            }
            Ok(News::Told(Told::Note(note))) => front.note(note),
            Ok(News::Told(Told::Waiting(why))) => front.note(format!("waiting: {why}")),
            Ok(News::Ended(ended)) => ended?,
            Ok(News::Told(Told::Kept(_))) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(ended_early(source)),
        }
    }
}

fn ended_early(source: &Path) -> Failure {
    Failure::about("kafka", source, "it is read no further")
}

impl Followed {
    /// Says what is to be known of it, and fails where it has ended.
    pub(crate) fn hear(&mut self, front: &mut Front) -> Outcome {
        loop {
            match self.news.try_recv() {
                Ok(News::Told(Told::Note(note))) => front.note(note),
                Ok(News::Told(Told::Waiting(why))) => front.note(format!("waiting: {why}")),
                Ok(News::Told(Told::Progress { .. } | Told::Kept(_))) => {}
                Ok(News::Ended(ended)) => {
                    ended?;
                    return Err(ended_early(&self.source));
                }
                Err(TryRecvError::Empty) => return Ok(()),
                Err(TryRecvError::Disconnected) => return Err(ended_early(&self.source)),
            }
        }
    }

    /// Waits a moment for the capture to end, which was asked to by then.
    pub(crate) fn stop(&mut self) {
        let until = Instant::now() + ENDING;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            match self.news.recv_timeout(left) {
                Ok(News::Told(_)) => {}
                Ok(News::Ended(_)) | Err(_) => return,
            }
        }
    }
}

/// A temporary folder, and the place in it for the capture of a topic.
fn temporary(front: &Front, request: &Request) -> Outcome<(TempDir, PathBuf)> {
    let made = tempfile::Builder::new().prefix("leftfold-").tempdir();
    let folder = made.map_err(|e| {
        Failure::new(
            "no-temporary-folder",
            format!(
                "no temporary folder can be made in {}: {e}; let TMPDIR name another place",
                std::env::temp_dir().display()
            ),
        )
    })?;
    // What the events say they come from.
    let path = folder
        .path()
        .join(request.topics.first().map_or("topic", String::as_str));
    // Whoever ends the run twice over leaves nothing behind, either.
    front.interrupt.remove_at_end(folder.path());
    Ok((folder, path))
}

/// Reads what is asked for into a temporary capture.
fn take(front: &mut Front, request: &Request) -> Outcome<PathBuf> {
    let (folder, path) = temporary(front, request)?;
    let cancel = front.interrupt.cancel.clone();
    let interrupt = front.interrupt.clone();
    let mut bar = front.progress("reading");
    let mut notes = Vec::new();
    let captured = interrupt.careful(|| {
        capture(request, &path, &cancel, &mut |told| match told {
            Told::Note(note) => notes.push(note),
            Told::Waiting(why) => notes.push(format!("waiting: {why}")),
            // It is removed with its folder.
            Told::Kept(_) => {}
            Told::Progress { written, left } => bar.set(written.records, Some(written.records + left)),
        })
    });
    drop(bar);
    for note in notes {
        front.note(note);
    }
    if !captured.map_err(|e| no_room(e, folder.path()))?.complete {
        return Err(Failure::Cancelled);
    }
    // Nothing of it is to be kept for a next time.
    front.cache = false;
    front.topics.push(folder);
    Ok(path)
}
