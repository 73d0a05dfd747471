//! Which partition of a capture a piece is, and what the capture has of it.

use leftfold_source::capture::{CaptureWriter, CapturedPartition, Incarnation, Sorted, Watermarks};

use super::Told;
use crate::cluster::Topic;
use crate::error::KafkaError;
use crate::piece::Piece;
use crate::range::{From, Range};

/// What is told of a topic that was made anew.
pub(super) fn made_anew(topic: &str, number: u32) -> String {
    let later = Incarnation { topic, number };
    format!(
        "{topic} was deleted and made anew under the same name: what was read of the old one is kept, and the new one is read beside it, \
         from its beginning; its positions begin with {later}"
    )
}

/// What a topic is called in a capture, which one of its name it is, and whether the capture holds something of it.
pub(super) fn which(writer: &CaptureWriter, topic: &Topic) -> (String, u32, bool) {
    let of_name = |p: &&CapturedPartition| p.incarnation().topic == topic.name;
    let held = || writer.partitions().iter().filter(of_name);
    let latest = held().max_by_key(|p| p.incarnation().number);
    let (number, known) = match (latest, &topic.id) {
        (None, _) => (1, false),
        (Some(latest), Some(id)) if latest.topic_id.as_ref().is_some_and(|then| then != id) => {
            let same = held().find(|p| p.topic_id.as_ref() == Some(id));
            match same {
                Some(same) => (same.incarnation().number, true),
                None => (latest.incarnation().number + 1, false),
            }
        }
        // Who is not told whether it is the same one takes it for that.
        (Some(latest), _) => (latest.incarnation().number, true),
    };
    let topic = Incarnation {
        topic: &topic.name,
        number,
    };
    (topic.stored().into_owned(), number, known)
}

/// Takes a piece into the capture, from where it is to be read on; its id.
pub(super) fn take_in(
    piece: &mut Piece,
    topic: &Topic,
    range: &Range,
    writer: &mut CaptureWriter,
    tell: &mut dyn FnMut(Told),
) -> Result<i64, KafkaError> {
    let (name, number, held) = which(writer, topic);
    piece.incarnation = number;
    let known = writer
        .partitions()
        .iter()
        .find(|p| p.topic == name && p.partition == piece.partition)
        .cloned();
    let id = match known {
        Some(known) => {
            writer.deleted(known.id, false)?;
            resume(piece, &known, topic, writer, tell)?;
            known.id
        }
        None if number > 1 => {
            if !held {
                tell(Told::Note(made_anew(&topic.name, number)));
            }
            // Where a read is to begin was said of the first one.
            piece.start = piece.low;
            let id = writer.add_partition(&name, topic.id.as_deref(), piece.partition, piece.start)?;
            if let Some(earlier) = before(writer, id)
                && earlier.next > piece.high
            {
                // Had its last record been of this one, this one would reach as far.
                writer.certain(earlier.id, earlier.next);
            }
            id
        }
        None => {
            if let From::Offset(asked) = range.from
                && asked > piece.high
            {
                return Err(KafkaError::Read {
                    place: piece.place(),
                    reason: format!(
                        "it ends at offset {}, before the {asked} that was asked for",
                        piece.high
                    ),
                });
            }
            if let From::Offset(asked) = range.from
                && asked < piece.low
            {
                tell(Told::Note(format!(
                    "{} begins at offset {}: what lay before is gone",
                    piece.place(),
                    piece.low
                )));
            }
            writer.add_partition(&name, topic.id.as_deref(), piece.partition, piece.start)?
        }
    };
    writer.set_watermarks(
        id,
        Watermarks {
            low: piece.low,
            high: piece.high,
            start: piece.start,
            stop: piece.stop,
            leader: piece.leader,
        },
    )?;
    Ok(id)
}

/// The partition of the same number of the topic that was there before the one of this partition.
fn before(writer: &CaptureWriter, id: i64) -> Option<CapturedPartition> {
    let later = writer.partition(id)?;
    let of_it = |p: &&CapturedPartition| {
        p.partition == later.partition
            && p.incarnation().topic == later.incarnation().topic
            && p.incarnation().number < later.incarnation().number
    };
    let earlier = writer.partitions().iter().filter(of_it);
    earlier.max_by_key(|p| p.incarnation().number).cloned()
}

/// Sorts the records that came while a topic was made anew, once the new one was read as far; whether some are still to be sorted.
pub(super) fn sort_out(writer: &mut CaptureWriter, tell: &mut dyn FnMut(Told)) -> Result<bool, KafkaError> {
    let mut left = false;
    let later = writer.partitions().iter().filter(|p| p.incarnation().number > 1);
    let later: Vec<(i64, i64)> = later.map(|p| (p.id, p.next)).collect();
    for (id, reached) in later {
        let Some(earlier) = before(writer, id).filter(|p| p.certain < p.next) else {
            continue;
        };
        if reached < earlier.next {
            left = true;
            continue;
        }
        let place = format!("{}[{}]", earlier.topic, earlier.partition);
        let note = match writer.sort_out(earlier.id, id)? {
            Some(Sorted::Later(n @ 1..)) => format!(
                "the last records that had come in {place} were of the new topic, where they stand now alone: {n}"
            ),
            Some(Sorted::Alike) => format!(
                "{place} and the new topic hold the same records: whether those from offset {} on were read of the old or the new one cannot \
                 be told, and both keep theirs",
                earlier.certain
            ),
            _ => continue,
        };
        tell(Told::Note(note));
    }
    Ok(left)
}

/// Lets a piece go on where the capture has got to.
fn resume(
    piece: &mut Piece,
    known: &CapturedPartition,
    topic: &Topic,
    writer: &mut CaptureWriter,
    tell: &mut dyn FnMut(Told),
) -> Result<(), KafkaError> {
    let changed = |what: String| KafkaError::TopicChanged {
        topic: topic.name.clone(),
        what,
    };
    if known.next > piece.high {
        return Err(changed(format!(
            "{} ends at offset {}, before the {} that were captured: it was cut, or deleted and made anew; capture it to another file",
            piece.place(),
            piece.high,
            known.next
        )));
    }
    // It is the same one still, so all of it is its own.
    writer.certain(known.id, known.next);
    if known.next < piece.low {
        let reason = "the broker had removed them (retention) before they were read";
        tell(Told::Note(format!(
            "offsets {} to {} of {} are missing: {reason}",
            known.next,
            piece.low - 1,
            piece.place()
        )));
        writer.gap(known.id, piece.low, reason)?;
    }
    piece.start = known.next.max(piece.low);
    Ok(())
}
