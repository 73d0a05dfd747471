//! Reads a range of some partitions and hands the records on, until the range ends or for ever.

use std::time::{Duration, Instant};

use leftfold_event::Cancel;
use leftfold_source::capture::{Headers, Record};
use rdkafka::error::RDKafkaErrorCode as Code;

use crate::cluster::{Cluster, Partition, Topic};
use crate::error::KafkaError;
use crate::native::{Message, SimpleConsumer};
use crate::range::{From, Range, Until};

/// How long one look for records waits for a whole batch.
const WAIT: Duration = Duration::from_millis(50);

/// How long a read goes on trying while no record and no end comes.
const STALLED: Duration = Duration::from_mins(5);

/// How often a read without an end looks for new partitions and topics.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// How long a topic is not there until it is gone.
const GONE: Duration = Duration::from_secs(4);

/// How often it is asked whether the topics still are what they were.
const SAME_STILL: Duration = Duration::from_secs(2);

/// How long nothing comes before the taker is told why.
const QUIET: Duration = Duration::from_secs(3);

/// A stretch of one partition to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its topic, by its number in the list the pieces were made from.
    pub topic: usize,
    /// The topic's name.
    pub name: String,
    /// The partition.
    pub partition: i32,
    /// The broker that led it when the range was looked up.
    pub leader: Option<i32>,
    /// The first offset there when the range was looked up.
    pub low: i64,
    /// The one after the last.
    pub high: i64,
    /// The offset to begin with.
    pub start: i64,
    /// The offset to end before; `None`: it has no end.
    pub stop: Option<i64>,
    /// Records of an earlier time are passed over where the piece has an end: times may stand out of order.
    pub since: Option<i64>,
}

impl Piece {
    /// `topic[partition]`.
    pub fn place(&self) -> String {
        format!("{}[{}]", self.name, self.partition)
    }

    /// A stretch of a partition. `follow`: it has no end, unless the range has one.
    pub(crate) fn of(
        cluster: &Cluster,
        (number, topic): (usize, &Topic),
        partition: Partition,
        range: &Range,
        follow: bool,
        cancel: &Cancel,
    ) -> Result<Self, KafkaError> {
        let Partition {
            number: id,
            low,
            high,
        } = partition;
        let at = |ms| cluster.offset_at(&topic.name, id, ms, cancel);
        let start = match range.from {
            From::Beginning => low,
            From::End => high,
            From::Offset(offset) => offset.max(low),
            From::Last(n) => high.saturating_sub(n).max(low),
            From::Time(ms) => at(ms)?.unwrap_or(high),
        };
        let stop = match range.until {
            Some(Until::Time(ms)) => at(ms)?.or_else(|| (!follow).then_some(high)),
            // Who follows waits for what is not written yet.
            Some(Until::Offset(n)) => Some(if follow { n } else { n.min(high) }),
            None if follow => None,
            None => Some(high),
        };
        Ok(Self {
            topic: number,
            name: topic.name.clone(),
            partition: id,
            leader: topic.leaders.get(&id).copied(),
            low,
            high,
            start,
            stop,
            since: match range.from {
                From::Time(ms) => Some(ms),
                _ => None,
            },
        })
    }

    /// The whole of a partition that was found later, without an end.
    fn found(
        cluster: &Cluster,
        (number, topic): (usize, &Topic),
        id: i32,
        since: Option<i64>,
        cancel: &Cancel,
    ) -> Result<Self, KafkaError> {
        let Partition { low, high, .. } = cluster.partition(&topic.name, id, cancel)?;
        Ok(Self {
            topic: number,
            name: topic.name.clone(),
            partition: id,
            leader: topic.leaders.get(&id).copied(),
            low,
            high,
            start: low,
            stop: None,
            since,
        })
    }

    /// At most so many records are left, counted from an offset.
    fn left(&self, next: i64) -> u64 {
        let end = self.stop.unwrap_or(self.high);
        u64::try_from(end.saturating_sub(next)).unwrap_or(0)
    }
}

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

    /// Nothing comes, and why.
    fn waiting(&mut self, why: &str);

    /// A partition was found that was not there when the read began: its piece comes behind those there are, with the start the
    /// taker leaves it.
    fn found(&mut self, piece: &mut Piece, topic: &Topic) -> Result<(), KafkaError>;

    /// Asked between batches: whether to read on now. Who says no waits a moment first, and is asked again.
    fn goes_on(&mut self, _cancel: &Cancel) -> Result<bool, KafkaError> {
        Ok(true)
    }
}

/// What a read without an end looks for while it goes on.
#[derive(Clone, Debug)]
pub struct Watch {
    /// Names and patterns of topics.
    pub topics: Vec<String>,
    /// These partitions only; empty: all of them.
    pub partitions: Vec<i32>,
}

/// How far a piece is.
struct Progress {
    /// The consumer's number of its topic.
    topic: usize,
    next: i64,
    done: bool,
}

/// Reads pieces.
pub struct Reader<'c> {
    cluster: &'c Cluster,
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
    /// A topic that was not there at the latest look, and since when.
    gone: Option<(String, Instant)>,
}

impl<'c> Reader<'c> {
    /// Makes ready to read these pieces.
    pub fn new(cluster: &'c Cluster, pieces: Vec<Piece>) -> Result<Self, KafkaError> {
        let consumer = SimpleConsumer::new(cluster, cluster.native());
        let mut reader = Self {
            cluster,
            pieces: Vec::new(),
            consumer,
            progress: Vec::new(),
            last: 0,
            topics: Vec::new(),
            watch: None,
            ids: Vec::new(),
            seen_until: Vec::new(),
            gone: None,
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

    fn add(&mut self, piece: Piece) -> Result<(), KafkaError> {
        let known = self.topics.iter().find(|(name, _)| *name == piece.name);
        let topic = match known.map(|(_, t)| *t) {
            Some(topic) => topic,
            None => {
                let topic = self
                    .consumer
                    .topic(&piece.name)
                    .ok_or_else(|| KafkaError::NoTopic {
                        topic: piece.name.clone(),
                        near: String::new(),
                    })?;
                self.topics.push((piece.name.clone(), topic));
                topic
            }
        };
        self.progress.push(Progress {
            topic,
            next: piece.start,
            done: piece.stop.is_some_and(|stop| piece.start >= stop),
        });
        self.pieces.push(piece);
        Ok(())
    }

    /// Looks for partitions and topics that are not read yet; why that cannot be done now, in which case it is done again later.
    fn look_again(&mut self, sink: &mut dyn Sink, cancel: &Cancel) -> Result<Option<String>, KafkaError> {
        let Some((watch, looked)) = &mut self.watch else {
            return Ok(None);
        };
        if looked.elapsed() < SAME_STILL {
            return Ok(None);
        }
        *looked = Instant::now();
        let watch = watch.clone();
        let topics = match self.cluster.topics(&watch.topics, cancel) {
            Ok(topics) => topics,
            Err(KafkaError::NoTopic { topic, .. }) if !topic.starts_with('^') => {
                return self.is_gone(topic).map(|()| None);
            }
            Err(e) => return Ok(Some(e.to_string())),
        };
        self.gone = None;
        self.still_the_same(&topics)?;
        if self.pieces.iter().any(|p| p.stop.is_some()) {
            return Ok(None);
        }
        let since = self.pieces.iter().find_map(|p| p.since);
        for topic in &topics {
            for id in topic.partitions.iter().copied() {
                let known = self
                    .pieces
                    .iter()
                    .any(|p| p.name == topic.name && p.partition == id);
                if known || !(watch.partitions.is_empty() || watch.partitions.contains(&id)) {
                    continue;
                }
                let same = self.pieces.iter().find(|p| p.name == topic.name);
                let next = self.pieces.iter().map(|p| p.topic + 1).max().unwrap_or(0);
                let number = same.map_or(next, |p| p.topic);
                let Ok(mut piece) = Piece::found(self.cluster, (number, topic), id, since, cancel) else {
                    continue;
                };
                sink.found(&mut piece, topic)?;
                self.add(piece)?;
                self.start(self.pieces.len() - 1)?;
            }
        }
        Ok(None)
    }

    /// A topic is not there. A broker that has just started may not know it yet: it is gone when it is not there for a while.
    fn is_gone(&mut self, topic: String) -> Result<(), KafkaError> {
        let (name, since) = self.gone.get_or_insert_with(|| (topic.clone(), Instant::now()));
        if *name != topic {
            self.gone = Some((topic, Instant::now()));
        } else if since.elapsed() > GONE {
            return Err(KafkaError::TopicChanged {
                topic,
                what: "it was deleted while it was read".to_owned(),
            });
        }
        Ok(())
    }

    /// A topic that was made anew under its name is another one: what was read since the last look may be of either.
    fn still_the_same(&mut self, topics: &[Topic]) -> Result<(), KafkaError> {
        for topic in topics {
            let Some(now) = &topic.id else { continue };
            match self.ids.iter().find(|(name, _)| *name == topic.name) {
                None => self.ids.push((topic.name.clone(), now.clone())),
                Some((_, then)) if then == now => {}
                Some(_) => {
                    let places = self.pieces.iter().zip(&self.seen_until);
                    let from: Vec<String> = places
                        .filter(|(piece, _)| piece.name == topic.name)
                        .map(|(piece, next)| format!("{} of {}", next, piece.place()))
                        .collect();
                    return Err(KafkaError::TopicChanged {
                        topic: topic.name.clone(),
                        what: format!(
                            "it was deleted and made anew under the same name while it was read; records from offset {} on may be of the new one",
                            from.join(", ")
                        ),
                    });
                }
            }
        }
        self.seen_until.clear();
        self.seen_until.extend(self.progress.iter().map(|p| p.next));
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
        let mut looked = heard;
        while self.progress.iter().any(|p| !p.done) {
            if sink.tick(self.left())? == Taken::Enough || cancel.is_cancelled() {
                return Ok(false);
            }
            if !sink.goes_on(cancel)? {
                // What was asked for already waits in librdkafka's queue, which is bounded.
                self.cluster.serve();
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
                    self.cluster.serve();
                }
                None => {
                    if let Some(lasting) = self.cluster.lasting_trouble() {
                        return Err(lasting);
                    }
                    if heard.elapsed() > STALLED && self.pieces.iter().all(|p| p.stop.is_some()) {
                        let why = self.cluster.trouble();
                        return Err(why.unwrap_or_else(|| {
                            KafkaError::Unreachable(format!("nothing came for {} seconds", STALLED.as_secs()))
                        }));
                    }
                    if heard.elapsed() > LOOK_AGAIN && looked.elapsed() > LOOK_AGAIN {
                        let waiting = self.progress.iter().position(|p| !p.done);
                        if let Some(piece) = waiting.map(|i| &self.pieces[i]) {
                            self.cluster.look_after(&piece.name);
                        }
                        looked = Instant::now();
                    }
                    if heard.elapsed() > QUIET
                        && !told
                        && let Some(why) = self.cluster.trouble()
                    {
                        sink.waiting(&why.to_string());
                        told = true;
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
        let fits = |i: usize| progress[i].topic == topic && pieces[i].partition == partition;
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
        let changed = |what: &str| KafkaError::TopicChanged {
            topic: name.clone(),
            what: what.to_owned(),
        };
        match code {
            Code::AutoOffsetReset | Code::OffsetOutOfRange => {
                // What is there now tells what happened.
                let now = self
                    .cluster
                    .partition(&name, self.pieces[piece].partition, &Cancel::new())?;
                let next = self.progress[piece].next;
                if now.low > next {
                    sink.gap(
                        piece,
                        now.low,
                        "the broker had removed them (retention) before they were read",
                    )?;
                    self.finish(piece);
                    let place = &mut self.progress[piece];
                    place.next = now.low;
                    place.done = self.pieces[piece].stop.is_some_and(|stop| now.low >= stop);
                    if !self.progress[piece].done {
                        self.start(piece)?;
                    }
                    Ok(())
                } else if now.high < next {
                    Err(changed(
                        "it ends before what was read already: it was deleted and made anew, or cut",
                    ))
                } else {
                    // Between the two the log has moved under us: try again.
                    self.finish(piece);
                    self.progress[piece].done = false;
                    self.start(piece)
                }
            }
            Code::TopicAuthorizationFailed => Err(KafkaError::Forbidden(format!(
                "the broker does not let us read the topic {name:?}"
            ))),
            Code::UnknownTopicOrPartition
            | Code::UnknownTopic
            | Code::UnknownPartition
            | Code::UnknownTopicId => Err(changed("it was deleted while it was read")),
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
                reason: self.cluster.mask(text),
            }),
        }
    }
}
