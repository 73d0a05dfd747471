//! Captures topics to a file, going on where an earlier run got to.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use leftfold_event::Cancel;
use leftfold_source::capture::{
    CaptureWriter, Decoders, Durable, Headers, Outcome, Reading, Record, RecordMapping, RunStart,
};

use crate::cluster::{Cluster, Topic};
use crate::error::KafkaError;
use crate::keys::KeyLook;
use crate::pause::Pause;
use crate::piece::Piece;
use crate::range::{From, Range};
use crate::reader::{Reader, Sink, Taken, Watch};
use crate::schemas::SchemaBook;
use crate::settings::Settings;

mod partitions;
mod provenance;

use partitions::{made_anew, sort_out, take_in, which};
use provenance::{described, now, settings};

/// Records and bytes between two commits, and the time after which something is committed at the latest.
const COMMIT_RECORDS: u64 = 100_000;
const COMMIT_BYTES: u64 = 16 << 20;
const COMMIT_AFTER: Duration = Duration::from_millis(250);

/// The same once the end was reached: what comes then is to be seen coming.
const COMMIT_AT_END: Duration = Duration::from_millis(200);

/// What to capture.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// How to connect.
    pub settings: Settings,
    /// The topics.
    pub topics: Vec<String>,
    /// These partitions only; empty: all of them.
    pub partitions: Vec<i32>,
    /// Which records.
    pub range: Range,
    /// At most so many records.
    pub count: Option<u64>,
    /// Go on when the end is reached.
    pub follow: bool,
    /// How keys and values are to be read; kept in the capture.
    pub decoders: Decoders,
    /// Where streams, types, versions and ids are found in the records; kept in the capture. `None`: as it was kept, or by themselves.
    pub mapping: Option<Arc<RecordMapping>>,
    /// Lets another thread hold the capture and let it go on.
    pub pause: Pause,
    /// The program and its version, for the capture's provenance.
    pub tool: String,
}

impl Request {
    /// How the records are understood, before any schema is there.
    pub fn reading(&self) -> Reading {
        Reading {
            decoders: self.decoders.clone(),
            mapping: self.mapping.clone(),
            ..Reading::default()
        }
    }

    /// Refuses what no topic can answer.
    pub(crate) fn check(&self) -> Result<(), KafkaError> {
        self.range
            .check()
            .map_err(|e| KafkaError::Property(e.to_string()))
    }

    /// What a read of this request looks for while it goes on.
    pub(crate) fn watch(&self) -> Watch {
        Watch {
            topics: self.topics.clone(),
            partitions: self.partitions.clone(),
        }
    }
}

/// What is told of a partition that is new; nothing of a topic's that was made anew, once that was told. `known`: whether there is another
/// partition of the same topic already.
pub(crate) fn found(piece: &Piece, known: bool) -> Option<String> {
    match piece.incarnation {
        1 => Some(format!(
            "{} is new: it is read from its beginning, offset {}",
            piece.place(),
            piece.low
        )),
        number => (!known).then(|| made_anew(&piece.name, number)),
    }
}

/// What a capture tells on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// How far it is.
    Progress {
        /// Records and bytes of this run.
        written: Durable,
        /// Records left, at most.
        left: u64,
    },
    /// Something the reader should know, in a sentence.
    Note(String),
    /// Nothing comes, and why; it holds until records come again.
    Waiting(String),
    /// It ends by an error: so much of this run is in the file.
    Kept(Durable),
}

/// What a capture got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Captured {
    /// Records and bytes of this run, all durable.
    pub durable: Durable,
    /// Whether all that was asked for is there.
    pub complete: bool,
}

/// Captures topics to a file: a new one, or one that an earlier run has begun. Whatever ends it, what was read before the last commit is
/// in the file, and running it again goes on from there.
pub fn capture(
    request: &Request,
    out: &Path,
    cancel: &Cancel,
    tell: &mut dyn FnMut(Told),
) -> Result<Captured, KafkaError> {
    request.check()?;
    let cluster = Cluster::connect(&request.settings)?;
    let left_out: Vec<&str> = request.settings.left_out().collect();
    if !left_out.is_empty() {
        tell(Told::Note(format!(
            "left out, since Leftfold joins no consumer group: {}",
            left_out.join(", ")
        )));
    }
    let named = request.settings.registry()?;
    let url = named.as_ref().map(|r| r.urls.join(","));
    let mut schemas = SchemaBook::new(named)?;
    let topics = cluster.topics(&request.topics, cancel)?;
    let pieces = pieces(&cluster, request, &topics, cancel)?;
    // Only now is it known that there is something to write.
    let mut writer = CaptureWriter::open(out)?;
    // What earlier runs were told counts as long as nothing else is said.
    schemas.read_by(writer.decoders()?.then(&request.decoders));
    let begun = match &url {
        Some(url) => writer.set_fact("registry", url).map_err(KafkaError::from),
        None => Ok(()),
    };
    match begun.and_then(|()| begin(&cluster, request, &topics, pieces, &mut writer, tell)) {
        Ok((pieces, ids)) => {
            let stretches = (pieces, ids, &topics[..]);
            run(&cluster, request, stretches, (writer, schemas), cancel, tell)
        }
        Err(e) => {
            writer.finish(&now(), &Outcome::Failed(e.code().to_owned()))?;
            Err(e)
        }
    }
}

/// The stretches asked for.
pub(crate) fn pieces(
    cluster: &Cluster,
    request: &Request,
    topics: &[Topic],
    cancel: &Cancel,
) -> Result<Vec<Piece>, KafkaError> {
    let mut pieces = Vec::new();
    for (number, topic) in topics.iter().enumerate() {
        for wanted in &request.partitions {
            if !topic.partitions.contains(wanted) {
                return Err(KafkaError::NoPartition {
                    topic: topic.name.clone(),
                    partition: *wanted,
                    count: topic.partitions.len(),
                });
            }
        }
        for id in &topic.partitions {
            if request.partitions.is_empty() || request.partitions.contains(id) {
                let partition = cluster.partition(&topic.name, *id, cancel)?;
                pieces.push(Piece::of(
                    cluster,
                    (number, topic),
                    partition,
                    &request.range,
                    request.follow,
                    cancel,
                )?);
            }
        }
    }
    Ok(pieces)
}

/// Checks that the capture is of these topics, and begins a run: the pieces from where they are to be read on, with their ids.
fn begin(
    cluster: &Cluster,
    request: &Request,
    topics: &[Topic],
    mut pieces: Vec<Piece>,
    writer: &mut CaptureWriter,
    tell: &mut dyn FnMut(Told),
) -> Result<(Vec<Piece>, Vec<i64>), KafkaError> {
    if let Some(ours) = cluster.id() {
        match writer.fact("cluster_id")? {
            Some(theirs) if theirs != ours => {
                return Err(KafkaError::OtherCluster {
                    path: writer.path().to_owned(),
                    theirs,
                    ours,
                });
            }
            Some(_) => {}
            None => writer.set_fact("cluster_id", &ours)?,
        }
    }
    if writer.fact("created")?.is_none() {
        writer.set_fact("source", "kafka")?;
        writer.set_fact("created", &now())?;
        writer.set_fact("tool", &request.tool)?;
    }
    let isolation = if request.settings.is_uncommitted() {
        "read_uncommitted"
    } else {
        "read_committed"
    };
    match writer.fact("isolation")? {
        // What is in the file would be of one kind in part and of the other in part, and nothing would say which.
        Some(before) if before != isolation => {
            return Err(KafkaError::Property(format!(
                "{} was read with isolation.level={before}: go on with that, or choose another name for the capture",
                writer.path().display()
            )));
        }
        Some(_) => {}
        None => writer.set_fact("isolation", isolation)?,
    }
    writer.begin_run(&RunStart {
        started: now(),
        tool: request.tool.clone(),
        request: described(request),
        settings: settings(&request.settings),
    })?;
    writer.set_decoders(&request.decoders)?;
    if let Some(mapping) = &request.mapping {
        writer.set_mapping(mapping)?;
    }
    tell_nothing(&pieces, &request.range, tell);
    tell_what_stays(writer, topics, &pieces, &request.range, tell);
    let mut ids = Vec::new();
    for piece in &mut pieces {
        ids.push(take_in(
            piece,
            &topics[piece.topic],
            &request.range,
            writer,
            tell,
        )?);
    }
    // From here on the file says what it is, whatever happens.
    writer.commit()?;
    Ok((pieces, ids))
}

/// Tells that nothing is read because the range ends before it begins, where only the topic tells so.
pub(crate) fn tell_nothing(pieces: &[Piece], range: &Range, tell: &mut dyn FnMut(Told)) {
    let reversed = |piece: &Piece| piece.stop.filter(|stop| *stop < piece.start);
    let some = pieces.iter().find_map(|p| Some((p, reversed(p)?)));
    if range.until.is_some()
        && let Some((piece, stop)) = some
        && pieces.iter().all(|p| p.low == p.high || reversed(p).is_some())
    {
        tell(Told::Note(format!(
            "nothing is read: in every partition the end lies before the beginning, of {} at offset {stop} before {}",
            piece.place(),
            piece.start
        )));
    }
}

/// Tells what of the request says nothing for what the capture holds already.
fn tell_what_stays(
    writer: &CaptureWriter,
    topics: &[Topic],
    pieces: &[Piece],
    range: &Range,
    tell: &mut dyn FnMut(Told),
) {
    let mut others: Vec<&str> = writer
        .partitions()
        .iter()
        .map(|p| p.incarnation().topic)
        .filter(|name| topics.iter().all(|t| t.name != *name))
        .collect();
    others.dedup();
    if !others.is_empty() {
        tell(Told::Note(format!(
            "the capture holds other topics, which stay as they are: {}",
            others.join(", ")
        )));
    }
    let held = |piece: &Piece| {
        let name = &which(writer, &topics[piece.topic]).0;
        let mut known = writer.partitions().iter();
        known.find(|p| p.topic == *name && p.partition == piece.partition)
    };
    let moved = |piece: &&Piece| held(piece).is_some_and(|known| known.next != piece.start);
    if !matches!(range.from, From::Beginning)
        && let Some(piece) = pieces.iter().find(moved)
        && let Some(known) = held(piece)
    {
        tell(Told::Note(format!(
            "the capture goes on where it got to ({} at offset {}): where to begin (-o) says nothing for the partitions it holds",
            piece.place(),
            known.next
        )));
    }
}

fn run(
    cluster: &Cluster,
    request: &Request,
    (pieces, ids, topics): (Vec<Piece>, Vec<i64>, &[Topic]),
    (writer, mut schemas): (CaptureWriter, SchemaBook),
    cancel: &Cancel,
    tell: &mut dyn FnMut(Told),
) -> Result<Captured, KafkaError> {
    schemas.ask_again(&writer);
    for piece in &pieces {
        schemas.take_in(&piece.name);
    }
    let mut keys = KeyLook::default();
    let decoders = writer.decoders()?;
    for piece in &pieces {
        keys.take_in(&piece.name, &decoders);
    }
    let mut sink = CaptureSink {
        writer,
        schemas,
        keys,
        ids,
        range: request.range,
        count: request.count,
        pause: request.pause.clone(),
        committed: Instant::now(),
        unsorted: true,
        has_news: false,
        tell,
    };
    let ended = if request.count == Some(0) {
        Ok(false)
    } else {
        let reader = Reader::new(cluster, pieces);
        reader.and_then(|reader| reader.watching(request.watch(), topics).run(&mut sink, cancel))
    };
    let kept = sink.schemas.finish(&mut sink.writer, cancel, sink.tell);
    for note in sink.keys.notes() {
        (sink.tell)(Told::Note(format!(
            "{note} (run again with the same file, and that counts)"
        )));
    }
    let sorted = sort_out(&mut sink.writer, sink.tell);
    let CaptureSink { writer, tell, .. } = sink;
    let kept = kept.and(sorted.map(|_| ()));
    let ended = ended.and_then(|whole| kept.map(|()| whole));
    match ended {
        Ok(whole) => {
            let complete = whole || !cancel.is_cancelled();
            let outcome = if complete {
                Outcome::Complete
            } else {
                Outcome::Cancelled
            };
            let durable = writer.finish(&now(), &outcome)?;
            Ok(Captured { durable, complete })
        }
        Err(e) => {
            // What could be read is kept; the error says why there is no more.
            let before = writer.durable();
            let finished = writer.finish(&now(), &Outcome::Failed(e.code().to_owned()));
            tell(Told::Kept(*finished.as_ref().unwrap_or(&before)));
            finished?;
            Err(e)
        }
    }
}

struct CaptureSink<'t> {
    writer: CaptureWriter,
    /// The schemas that the records name.
    schemas: SchemaBook,
    /// What the keys look like.
    keys: KeyLook,
    /// The capture's ids of the pieces.
    ids: Vec<i64>,
    range: Range,
    count: Option<u64>,
    pause: Pause,
    committed: Instant,
    /// Whether there may be records of which it is not certain of which topic they are.
    unsorted: bool,
    /// Whether something was kept that is no record and is to be seen soon.
    has_news: bool,
    tell: &'t mut dyn FnMut(Told),
}

impl Sink for CaptureSink<'_> {
    fn record(
        &mut self,
        piece: usize,
        offset: i64,
        record: &Record<'_>,
        headers: &mut Headers,
    ) -> Result<Taken, KafkaError> {
        self.writer.push(self.ids[piece], offset, record, headers)?;
        self.schemas.look(piece, record, headers, &mut self.writer)?;
        self.keys.look(piece, record);
        let enough = self.count.is_some_and(|n| self.writer.written().records >= n);
        Ok(if enough { Taken::Enough } else { Taken::More })
    }

    fn seen(&mut self, piece: usize, next: i64) {
        self.writer.seen(self.ids[piece], next);
    }

    fn gap(&mut self, piece: usize, next: i64, reason: &str) -> Result<(), KafkaError> {
        (self.tell)(Told::Note(format!("records are missing: {reason}")));
        Ok(self.writer.gap(self.ids[piece], next, reason)?)
    }

    fn found(&mut self, piece: &mut Piece, topic: &Topic) -> Result<(), KafkaError> {
        if piece.incarnation == 1
            && let Some(note) = found(piece, false)
        {
            (self.tell)(Told::Note(note));
        }
        self.unsorted = true;
        let id = take_in(piece, topic, &self.range, &mut self.writer, self.tell)?;
        self.ids.push(id);
        self.schemas.take_in(&piece.name);
        let decoders = self.writer.decoders()?;
        self.keys.take_in(&piece.name, &decoders);
        Ok(())
    }

    fn tick(&mut self, left: u64) -> Result<Taken, KafkaError> {
        self.schemas.keep(&mut self.writer, Duration::ZERO, self.tell)?;
        if self.unsorted {
            self.unsorted = sort_out(&mut self.writer, self.tell)?;
        }
        let (written, durable) = (self.writer.written(), self.writer.durable());
        let (records, bytes) = (written.records - durable.records, written.bytes - durable.bytes);
        let after = if left == 0 { COMMIT_AT_END } else { COMMIT_AFTER };
        // A schema may come after its records were committed.
        let any = records > 0 || self.schemas.has_news() || self.has_news;
        if records >= COMMIT_RECORDS || bytes >= COMMIT_BYTES || (any && self.committed.elapsed() >= after) {
            self.writer.commit()?;
            self.schemas.committed();
            self.has_news = false;
            self.committed = Instant::now();
        }
        (self.tell)(Told::Progress { written, left });
        Ok(Taken::More)
    }

    fn certain(&mut self, piece: usize, next: i64) {
        self.writer.certain(self.ids[piece], next);
    }

    fn deleted(&mut self, piece: usize, is_gone: bool) -> Result<(), KafkaError> {
        self.has_news = true;
        Ok(self.writer.deleted(self.ids[piece], is_gone)?)
    }

    fn told(&mut self, what: &str) {
        (self.tell)(Told::Note(what.to_owned()));
    }

    fn waiting(&mut self, why: &str) {
        (self.tell)(Told::Waiting(why.to_owned()));
    }

    fn goes_on(&mut self, cancel: &Cancel) -> Result<bool, KafkaError> {
        if !self.pause.is_set() {
            return Ok(true);
        }
        if self.writer.written() != self.writer.durable() {
            // Whoever pauses wants to look at what is there.
            self.writer.commit()?;
            self.committed = Instant::now();
        }
        Ok(self.pause.wait(cancel))
    }
}
