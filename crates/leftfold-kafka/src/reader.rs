//! Reads a range of some partitions and hands the records on, until the range ends or for ever.

use std::sync::Arc;
use std::time::{Duration, Instant};

use leftfold_event::Cancel;
use leftfold_source::capture::{Headers, Record};
use rdkafka::error::RDKafkaErrorCode as Code;

use crate::cluster::{Cluster, Partition, Topic};
use crate::error::KafkaError;
use crate::native::{Message, SimpleConsumer};
use crate::piece::Piece;

mod watch;

pub(crate) use watch::Watch;

use watch::Gone;

/// How long one look for records waits for a whole batch.
const WAIT: Duration = Duration::from_millis(50);

/// How long a read goes on trying while no record and no end comes.
const STALLED: Duration = Duration::from_mins(5);

/// How often a read without an end, to which nothing comes, asks after its topics.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// How long nothing comes before the taker is told why.
const QUIET: Duration = Duration::from_secs(3);

/// How long nothing comes of what is known to be there before the taker is told so, without a reason.
const SILENT: Duration = Duration::from_secs(5);

/// What the taker says of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Go on.
    More,
    /// That was enough.
    Enough,
}

/// Takes what is read.
pub trait Sink {
    /// A record of one of the pieces, by its number.
    fn record(
        &mut self,
        piece: usize,
        offset: i64,
        record: &Record<'_>,
        headers: &mut Headers,
    ) -> Result<Taken, KafkaError>;

    /// Everything of a piece before this offset was seen.
    fn seen(&mut self, piece: usize, next: i64);

    /// Offsets that are gone when they were to be read: the piece goes on at `next`.
    fn gap(&mut self, piece: usize, next: i64, reason: &str) -> Result<(), KafkaError>;

    /// Called between batches, at least ten times a second: at most `left` records are left to read.
    fn tick(&mut self, left: u64) -> Result<Taken, KafkaError>;

    /// Everything of a piece before this offset is of the topic that it was made for, for certain.
    fn certain(&mut self, _piece: usize, _next: i64) {}

    /// A piece's topic was deleted, so that nothing follows; or it is there after all.
    fn deleted(&mut self, _piece: usize, _is_gone: bool) -> Result<(), KafkaError> {
        Ok(())
    }

    /// Something happened to a topic, in a sentence.
    fn told(&mut self, _what: &str) {}

    /// Nothing comes, and why.
    fn waiting(&mut self, why: &str);

    /// A partition was found that was not there when the read began, or is of a topic that was made anew: its piece comes behind those there
    /// are, with the start the taker leaves it.
    fn found(&mut self, piece: &mut Piece, topic: &Topic) -> Result<(), KafkaError>;

    /// Asked between batches: whether to read on now. Who says no waits a moment first, and is asked again.
    fn goes_on(&mut self, _cancel: &Cancel) -> Result<bool, KafkaError> {
        Ok(true)
    }
}

/// How far a piece is.
struct Progress {
    /// The consumer's number of its topic.
    topic: usize,
    next: i64,
    done: bool,
    /// Its topic was made anew since: what is there now is another piece's.
    retired: bool,
}

/// Reads pieces.
pub struct Reader<'c> {
    first: &'c Cluster,
    /// The connection that has taken its place.
    renewed: Option<Arc<Cluster>>,
    pieces: Vec<Piece>,
    consumer: SimpleConsumer<'c>,
    progress: Vec<Progress>,
    /// The piece of the message before: records come in runs.
    last: usize,
    /// The topics' numbers as the consumer has them.
    topics: Vec<(String, usize)>,
    watch: Option<(Watch, Instant)>,
    /// Topics by name, with the broker's identities of them.
    ids: Vec<(String, String)>,
    /// Where the pieces stood when the topics were the same for certain.
    seen_until: Vec<i64>,
    /// Topics that were not there at the latest look.
    gone: Vec<Gone>,
    /// Pieces that something happened to which the next look at the topics explains.
    unclear: Vec<usize>,
}

impl<'c> Reader<'c> {
    /// Makes ready to read these pieces.
    pub fn new(cluster: &'c Cluster, pieces: Vec<Piece>) -> Result<Self, KafkaError> {
        let consumer = SimpleConsumer::new(cluster, cluster.native());
        let mut reader = Self {
            first: cluster,
            renewed: None,
            pieces: Vec::new(),
            consumer,
            progress: Vec::new(),
            last: 0,
            topics: Vec::new(),
            watch: None,
            ids: Vec::new(),
            seen_until: Vec::new(),
            gone: Vec::new(),
            unclear: Vec::new(),
        };
        for piece in pieces {
            reader.add(piece)?;
        }
        Ok(reader)
    }

    /// The same, looking for new partitions and topics as long as it has no end.
    #[must_use]
    pub fn watching(mut self, watch: Watch, topics: &[Topic]) -> Self {
        let known = |t: &Topic| Some((t.name.clone(), t.id.clone()?));
        self.ids = topics.iter().filter_map(known).collect();
        self.seen_until = self.progress.iter().map(|p| p.next).collect();
        Self {
            watch: Some((watch, Instant::now())),
            ..self
        }
    }

    /// The connection.
    fn cluster(&self) -> &Cluster {
        self.renewed.as_deref().unwrap_or(self.first)
    }

    /// Goes on through a new connection, from where every piece stands. A client of librdkafka holds a topic that was made anew for the old one:
    /// what it says of its leader is taken for outdated, as a new topic begins to count its leaders anew, and then nothing is read at all.
    fn renew(&mut self) -> Result<(), KafkaError> {
        let cluster = Arc::new(self.first.again()?);
        self.consumer = SimpleConsumer::keeping(&cluster);
        self.renewed = Some(cluster);
        self.topics.clear();
        for i in 0..self.pieces.len() {
            if self.progress[i].retired {
                continue;
            }
            let name = self.pieces[i].name.clone();
            self.progress[i].topic = self.number_of(&name)?;
            if !self.progress[i].done {
                self.start(i)?;
            }
        }
        Ok(())
    }

    /// The consumer's number of a topic.
    fn number_of(&mut self, name: &str) -> Result<usize, KafkaError> {
        if let Some((_, topic)) = self.topics.iter().find(|(n, _)| n == name) {
            return Ok(*topic);
        }
        let topic = self.consumer.topic(name).ok_or_else(|| KafkaError::NoTopic {
            topic: name.to_owned(),
            near: String::new(),
        })?;
        self.topics.push((name.to_owned(), topic));
        Ok(topic)
    }

    fn add(&mut self, piece: Piece) -> Result<(), KafkaError> {
        let topic = self.number_of(&piece.name)?;
        self.progress.push(Progress {
            topic,
            next: piece.start,
            done: piece.stop.is_some_and(|stop| piece.start >= stop),
            retired: false,
        });
        self.pieces.push(piece);
        Ok(())
    }

    /// The pieces.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Records left at most, as far as the ends were known when the read began.
    fn left(&self) -> u64 {
        let pieces = self.pieces.iter().zip(&self.progress);
        pieces
            .filter(|(_, p)| !p.done)
            .map(|(piece, p)| piece.left(p.next))
            .sum()
    }

    /// Reads to the end of every piece, or until the taker has enough or a cancel: true when nothing is left to read.
    pub fn run(&mut self, sink: &mut dyn Sink, cancel: &Cancel) -> Result<bool, KafkaError> {
        let whole = self.read(sink, cancel)?;
        self.look_last(sink)?;
        Ok(whole)
    }

    fn read(&mut self, sink: &mut dyn Sink, cancel: &Cancel) -> Result<bool, KafkaError> {
        for i in 0..self.pieces.len() {
            if self.progress[i].done {
                sink.seen(i, self.progress[i].next);
            } else {
                self.start(i)?;
            }
        }
        let mut headers = Headers::new();
        let mut heard = Instant::now();
        let mut told = false;
        let mut told_silent = false;
        let mut looked = heard;
        while self.is_endless() || self.progress.iter().any(|p| !p.done) {
            if sink.tick(self.left())? == Taken::Enough || cancel.is_cancelled() {
                return Ok(false);
            }
            if !sink.goes_on(cancel)? {
                // What was asked for already waits in librdkafka's queue, which is bounded.
                self.cluster().serve();
                heard = Instant::now();
                continue;
            }
            let no_look = self.look_again(sink, cancel)?;
            if let Some(why) = no_look.filter(|_| !told && !cancel.is_cancelled()) {
                sink.waiting(&why);
                told = true;
            }
            match self.batch(sink, &mut headers)? {
                Some(Taken::Enough) => return Ok(false),
                Some(Taken::More) => {
                    heard = Instant::now();
                    told = false;
                    told_silent = false;
                    self.cluster().serve();
                }
                None => {
                    if let Some(lasting) = self.cluster().lasting_trouble() {
                        return Err(lasting);
                    }
                    if heard.elapsed() > STALLED && self.pieces.iter().all(|p| p.stop.is_some()) {
                        let why = self.cluster().trouble();
                        return Err(why.unwrap_or_else(|| {
                            KafkaError::Unreachable(format!("nothing came for {} seconds", STALLED.as_secs()))
                        }));
                    }
                    if heard.elapsed() > LOOK_AGAIN && looked.elapsed() > LOOK_AGAIN {
                        let waiting = self.progress.iter().position(|p| !p.done);
                        if let Some(piece) = waiting.map(|i| &self.pieces[i]) {
                            self.cluster().look_after(&piece.name);
                        }
                        looked = Instant::now();
                    }
                    if heard.elapsed() > QUIET
                        && !told
                        && let Some(why) = self.cluster().trouble()
                    {
                        sink.waiting(&why.to_string());
                        told = true;
                    }
                    if heard.elapsed() > SILENT && !told && !told_silent && self.left() > 0 {
                        sink.waiting("no record comes, and the end is not reached");
                        told_silent = true;
                    }
                }
            }
        }
        sink.tick(0)?;
        Ok(true)
    }

    fn start(&mut self, piece: usize) -> Result<(), KafkaError> {
        let (topic, partition) = (self.progress[piece].topic, self.pieces[piece].partition);
        self.consumer
            .start(topic, partition, self.progress[piece].next)
            .map_err(|code| KafkaError::Read {
                place: self.pieces[piece].place(),
                reason: code.to_string(),
            })
    }

    fn finish(&mut self, piece: usize) {
        self.progress[piece].done = true;
        self.consumer
            .stop(self.progress[piece].topic, self.pieces[piece].partition);
    }

    /// The piece a message belongs to.
    fn piece_of(
        pieces: &[Piece],
        progress: &[Progress],
        last: usize,
        message: &Message<'_>,
    ) -> Option<usize> {
        let topic = message.topic()?;
        let partition = message.partition();
        let fits =
            |i: usize| !progress[i].done && progress[i].topic == topic && pieces[i].partition == partition;
        if fits(last) {
            return Some(last);
        }
        (0..pieces.len()).find(|i| fits(*i))
    }

    /// One batch; `None`: nothing came.
    fn batch(&mut self, sink: &mut dyn Sink, headers: &mut Headers) -> Result<Option<Taken>, KafkaError> {
        let Self {
            pieces,
            progress,
            consumer,
            last,
            ..
        } = self;
        let mut came = None;
        let mut enough = false;
        let mut finished = Vec::new();
        let mut happened = Vec::new();
        {
            let messages = consumer.poll(WAIT);
            for message in messages.iter() {
                let Some(i) = Self::piece_of(pieces, progress, *last, &message) else {
                    continue;
                };
                *last = i;
                let (piece, place) = (&pieces[i], &mut progress[i]);
                if place.done {
                    continue;
                }
                came = Some(Taken::More);
                let offset = message.offset();
                match message.error() {
                    None => {
                        if piece.stop.is_some_and(|stop| offset >= stop) {
                            // Whatever lay between was holes.
                            place.next = place.next.max(piece.stop.unwrap_or(offset));
                            place.done = true;
                        } else if offset >= place.next {
                            let record = message.record();
                            // What comes while one follows is kept, whatever time it states: nobody could have it later.
                            let early = piece.stop.is_some()
                                && piece
                                    .since
                                    .is_some_and(|since| record.timestamp.is_some_and(|(ms, _)| ms < since));
                            if !early {
                                message.headers(headers);
                                enough = sink.record(i, offset, &record, headers)? == Taken::Enough;
                            }
                            place.next = offset + 1;
                            place.done = piece.stop.is_some_and(|stop| place.next >= stop);
                        }
                    }
                    Some((Code::PartitionEOF, _)) => {
                        // All that can be read was read; behind it are only markers and open transactions.
                        place.next = place.next.max(offset);
                        place.done = piece.stop.is_some();
                    }
                    Some((code, text)) => {
                        happened.push((i, code, text));
                        continue;
                    }
                }
                sink.seen(i, place.next);
                if place.done {
                    finished.push(i);
                }
                if enough {
                    break;
                }
            }
        }
        for piece in finished {
            self.finish(piece);
        }
        if enough {
            return Ok(Some(Taken::Enough));
        }
        for (piece, code, text) in happened {
            self.happened(piece, code, &text, sink)?;
        }
        Ok(came)
    }

    /// Something happened to a partition other than a record or its end.
    fn happened(
        &mut self,
        piece: usize,
        code: Code,
        text: &str,
        sink: &mut dyn Sink,
    ) -> Result<(), KafkaError> {
        let name = self.pieces[piece].name.clone();
        let place = self.pieces[piece].place();
        match code {
            Code::AutoOffsetReset | Code::OffsetOutOfRange => {
                // What is there now tells what happened.
                let partition = self.pieces[piece].partition;
                let now = self.cluster().partition(&name, partition, &Cancel::new());
                let endless = self.is_endless();
                match now {
                    // The next look at the topics tells whether it is another one.
                    Ok(now) if endless && now.high < self.progress[piece].next => {
                        self.unclear.push(piece);
                        Ok(())
                    }
                    Err(_) if endless => {
                        self.unclear.push(piece);
                        Ok(())
                    }
                    now => self.go_on(piece, now?, sink),
                }
            }
            Code::TopicAuthorizationFailed => Err(KafkaError::Forbidden(format!(
                "the broker does not let us read the topic {name:?}"
            ))),
            Code::UnknownTopicOrPartition
            | Code::UnknownTopic
            | Code::UnknownPartition
            | Code::UnknownTopicId => {
                if self.is_endless() {
                    self.unclear.push(piece);
                    return Ok(());
                }
                Err(KafkaError::TopicChanged {
                    topic: name,
                    what: "it was deleted while it was read".to_owned(),
                })
            }
            // librdkafka tries again by itself.
            Code::BrokerTransportFailure
            | Code::AllBrokersDown
            | Code::LeaderNotAvailable
            | Code::NotLeaderForPartition
            | Code::OperationTimedOut
            | Code::RequestTimedOut => {
                tracing::debug!(place, ?code, text, "a partition waits");
                Ok(())
            }
            _ => Err(KafkaError::Read {
                place,
                reason: self.cluster().mask(text),
            }),
        }
    }

    /// Starts a piece again where the log is now: behind what is gone, or where it stood.
    fn go_on(&mut self, piece: usize, now: Partition, sink: &mut dyn Sink) -> Result<(), KafkaError> {
        let next = self.progress[piece].next;
        if now.high < next {
            return Err(KafkaError::TopicChanged {
                topic: self.pieces[piece].name.clone(),
                what: "it ends before what was read already: it was cut, or deleted and made anew; capture it to another file"
                    .to_owned(),
            });
        }
        self.finish(piece);
        let mut from = next;
        if now.low > next {
            let reason = "the broker had removed them (retention) before they were read";
            sink.gap(piece, now.low, reason)?;
            from = now.low;
        }
        let place = &mut self.progress[piece];
        place.next = from;
        place.done = self.pieces[piece].stop.is_some_and(|stop| from >= stop);
        if self.progress[piece].done {
            return Ok(());
        }
        self.start(piece)
    }
}
