//! While a read goes on: partitions and topics that are new, gone, or made anew under the same name.

use std::time::{Duration, Instant};

use leftfold_event::Cancel;

use super::{Progress, Reader, Sink};
use crate::cluster::Topic;
use crate::error::KafkaError;
use crate::piece::Piece;

/// How long a topic is not there until it is gone.
const GONE: Duration = Duration::from_secs(4);

/// How often it is asked whether the topics still are what they were.
const SAME_STILL: Duration = Duration::from_secs(2);

/// What a read without an end looks for while it goes on.
#[derive(Clone, Debug)]
pub struct Watch {
    /// Names and patterns of topics.
    pub topics: Vec<String>,
    /// These partitions only; empty: all of them.
    pub partitions: Vec<i32>,
}

/// A topic that was not there at the latest look.
pub(super) struct Gone {
    topic: String,
    since: Instant,
    /// Whether that was long enough to call it deleted.
    told: bool,
}

impl Reader<'_> {
    /// Looks for partitions and topics that are not read yet, and for topics that are gone or others now; why that cannot be done now, in
    /// which case it is done again later.
    pub(super) fn look_again(
        &mut self,
        sink: &mut dyn Sink,
        cancel: &Cancel,
    ) -> Result<Option<String>, KafkaError> {
        let Some((watch, looked)) = &mut self.watch else {
            return Ok(None);
        };
        if looked.elapsed() < SAME_STILL {
            return Ok(None);
        }
        *looked = Instant::now();
        let watch = watch.clone();
        // What it has to tell still would pile up.
        self.first.serve();
        let topics = match self.cluster().shortly(|c| c.topics_there(&watch.topics, cancel)) {
            Ok(topics) => topics,
            Err(e) => return Ok(Some(e.to_string())),
        };
        let endless = self.is_endless();
        self.heed_gone(&topics, endless, sink)?;
        self.heed_anew(&topics, endless)?;
        self.note_certain(sink);
        if !endless {
            return Ok(None);
        }
        self.clear_up(&topics, sink, cancel)?;
        let since = self.pieces.iter().find_map(|p| p.since);
        for topic in &topics {
            for id in topic.partitions.iter().copied() {
                let of_it = |(piece, _): &(&Piece, &Progress)| piece.name == topic.name;
                let places = || self.pieces.iter().zip(&self.progress).filter(of_it);
                let known = places().any(|(piece, p)| piece.partition == id && !p.retired);
                if known || !(watch.partitions.is_empty() || watch.partitions.contains(&id)) {
                    continue;
                }
                let next = self.pieces.iter().map(|p| p.topic + 1).max().unwrap_or(0);
                let number = places().next().map_or(next, |(piece, _)| piece.topic);
                let before = places().filter(|(_, p)| p.retired).map(|(p, _)| p.incarnation);
                let incarnation = before.max().map_or(1, |n| n + 1);
                let Ok(piece) = Piece::found(self.cluster(), (number, topic), id, since, cancel) else {
                    continue;
                };
                let mut piece = Piece { incarnation, ..piece };
                sink.found(&mut piece, topic)?;
                self.add(piece)?;
                self.start(self.pieces.len() - 1)?;
            }
        }
        Ok(None)
    }

    /// Whether it goes on until somebody ends it.
    pub(super) fn is_endless(&self) -> bool {
        self.watch.is_some() && !self.pieces.is_empty() && self.pieces.iter().all(|p| p.stop.is_none())
    }

    /// The pieces of a topic that is read now.
    fn pieces_of(&self, topic: &str) -> Vec<usize> {
        let ours = |i: &usize| self.pieces[*i].name == topic && !self.progress[*i].retired;
        (0..self.pieces.len()).filter(ours).collect()
    }

    /// A topic is not there. A broker that has just started may not know it yet: it is gone when it is not there for a while. Who follows
    /// waits for one of its name then.
    fn heed_gone(&mut self, topics: &[Topic], endless: bool, sink: &mut dyn Sink) -> Result<(), KafkaError> {
        let is_there = |name: &str| topics.iter().any(|t| t.name == name);
        let (back, gone) = std::mem::take(&mut self.gone)
            .into_iter()
            .partition(|g| is_there(&g.topic));
        self.gone = gone;
        let mut names: Vec<String> = self.pieces.iter().map(|p| p.name.clone()).collect();
        names.sort();
        names.dedup();
        for topic in names.into_iter().filter(|name| !is_there(name)) {
            if self.gone.iter().all(|g| g.topic != topic) {
                let since = Instant::now();
                self.gone.push(Gone {
                    topic,
                    since,
                    told: false,
                });
            }
        }
        for i in 0..self.gone.len() {
            let gone = &mut self.gone[i];
            if gone.told || gone.since.elapsed() <= GONE {
                continue;
            }
            gone.told = true;
            let topic = gone.topic.clone();
            if !endless {
                let what = "it was deleted while it was read".to_owned();
                return Err(KafkaError::TopicChanged { topic, what });
            }
            for piece in self.pieces_of(&topic) {
                if !self.progress[piece].done {
                    self.finish(piece);
                }
                sink.deleted(piece, true)?;
            }
            sink.told(&format!(
                "{topic} was deleted: what was read of it is kept; if a topic is made under this name, it is read beside it"
            ));
        }
        let back: Vec<Gone> = back;
        for Gone { topic, .. } in back.into_iter().filter(|g| g.told) {
            let then = self.ids.iter().find(|(name, _)| *name == topic);
            let now = topics
                .iter()
                .find(|t| t.name == topic)
                .and_then(|t| t.id.as_ref());
            if then.is_none_or(|(_, id)| Some(id) == now) {
                // It was the broker that did not know it.
                for piece in self.pieces_of(&topic) {
                    self.unclear.push(piece);
                    sink.deleted(piece, false)?;
                }
            }
        }
        Ok(())
    }

    /// A topic that was made anew under its name is another one: what was read since the last look may be of either. Who follows goes on with
    /// it, in pieces of its own.
    fn heed_anew(&mut self, topics: &[Topic], endless: bool) -> Result<(), KafkaError> {
        let mut any = false;
        for topic in topics {
            let Some(now) = &topic.id else { continue };
            let known = self.ids.iter_mut().find(|(name, _)| *name == topic.name);
            let Some((_, then)) = known else {
                self.ids.push((topic.name.clone(), now.clone()));
                continue;
            };
            if then == now {
                continue;
            }
            if !endless {
                return Err(self.made_anew(&topic.name));
            }
            then.clone_from(now);
            any = true;
            for piece in self.pieces_of(&topic.name) {
                if !self.progress[piece].done {
                    self.finish(piece);
                }
                self.progress[piece].retired = true;
            }
        }
        if any {
            self.renew()?;
        }
        Ok(())
    }

    fn made_anew(&self, topic: &str) -> KafkaError {
        let places = self.pieces.iter().zip(&self.seen_until);
        let from: Vec<String> = places
            .filter(|(piece, _)| piece.name == topic)
            .map(|(piece, next)| format!("{} of {}", next, piece.place()))
            .collect();
        KafkaError::TopicChanged {
            topic: topic.to_owned(),
            what: format!(
                "it was deleted and made anew under the same name while it was read; records from offset {} on may be of the new one: run \
                 the same command again, and the new one is read beside it",
                from.join(", ")
            ),
        }
    }

    /// The topics are the same ones: what was read of them is theirs.
    fn note_certain(&mut self, sink: &mut dyn Sink) {
        self.seen_until.clear();
        self.seen_until.extend(self.progress.iter().map(|p| p.next));
        for (i, progress) in self.progress.iter().enumerate() {
            let piece = &self.pieces[i];
            let told = self.ids.iter().any(|(name, _)| *name == piece.name);
            if told && !progress.retired && self.gone.iter().all(|g| g.topic != piece.name) {
                sink.certain(i, progress.next);
            }
        }
    }

    /// Goes on with pieces whose topic is the same one after all.
    fn clear_up(&mut self, topics: &[Topic], sink: &mut dyn Sink, cancel: &Cancel) -> Result<(), KafkaError> {
        for i in std::mem::take(&mut self.unclear) {
            if self.progress[i].retired {
                continue;
            }
            let piece = &self.pieces[i];
            let is_there = topics.iter().any(|t| t.name == piece.name);
            let now = || {
                self.cluster()
                    .partition(&piece.name, piece.partition, cancel)
                    .ok()
            };
            match is_there.then(now).flatten() {
                Some(now) => self.go_on(i, now, sink)?,
                None => self.unclear.push(i),
            }
        }
        Ok(())
    }

    /// At the end: whether the topics are still the same ones, as far as the broker tells that soon.
    pub(super) fn look_last(&mut self, sink: &mut dyn Sink) -> Result<(), KafkaError> {
        if self.watch.is_none() || self.ids.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = self.ids.iter().map(|(name, _)| name.clone()).collect();
        let now = self.cluster().topic_ids(&names);
        let mut same = true;
        for ((name, then), now) in self.ids.iter().zip(now) {
            match now {
                Some(now) if now == *then => {}
                Some(_) if !self.is_endless() => return Err(self.made_anew(name)),
                _ => same = false,
            }
        }
        if same {
            self.note_certain(sink);
        }
        Ok(())
    }
}
