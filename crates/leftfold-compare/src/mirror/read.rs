//! Reads the pairs whose digests differ, and tells what of them really differs.

use leftfold_event::{Cancel, Event};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{CompareError, Evidence, Mirroring};
use crate::align::Lone;
use crate::comparison::Comparison;
use crate::finding::{Category, Finding, Hand};
use crate::side::Side;

/// What two events that may be a conflict turn out to be.
enum Read {
    /// Two that have nothing to do with each other.
    Apart,
    /// One that can be read on one side only.
    Undecodable,
    /// One that says something else at these places, or at none.
    Differ(Vec<String>),
}

/// Whether an event has a payload that could not be read.
fn is_unread(event: &Event) -> bool {
    event.payload.value.is_none() && !event.payload.raw.is_empty()
}

/// Pairs read at a time.
const READ_AT_ONCE: usize = 4096;

impl Mirroring<'_> {
    /// Reads the pairs whose digests differ, and keeps as conflicts those that really say something else. Findings that are `gone` already
    /// are taken away with the others.
    pub(super) fn read(
        &self,
        comparison: &mut Comparison,
        to_read: &[(u32, bool)],
        mut gone: Vec<u32>,
        evidence: &dyn Evidence,
        cancel: &Cancel,
    ) -> Result<(), CompareError> {
        let mut numbers: FxHashMap<String, u32> = FxHashMap::default();
        let mut split = Vec::new();
        for chunk in to_read.chunks(READ_AT_ONCE) {
            let events = |hand, pick: &dyn Fn(&Finding) -> Option<u32>| {
                let mut ordinals: Vec<(u32, usize)> = chunk
                    .iter()
                    .enumerate()
                    .filter_map(|(i, (n, _))| Some((pick(&comparison.findings[*n as usize])?, i)))
                    .collect();
                ordinals.sort_unstable();
                let asked: Vec<u32> = ordinals.iter().map(|(o, _)| *o).collect();
                let mut read: Vec<Option<Event>> = Vec::new();
                read.resize_with(chunk.len(), || None);
                evidence.read(hand, &asked, cancel, &mut |i, event| {
                    read[ordinals[i].1] = Some(event);
                })?;
                Ok::<_, CompareError>(read)
            };
            let left = events(Hand::Left, &|f| f.left)?;
            let right = events(Hand::Right, &|f| f.right)?;
            if cancel.is_cancelled() {
                return Err(CompareError::Cancelled);
            }
            let compared: Vec<Read> = left
                .par_iter()
                .zip(&right)
                .zip(chunk)
                .map(|((l, r), (_, guessed))| {
                    let (Some(l), Some(r)) = (l, r) else {
                        return Read::Apart;
                    };
                    // A type may lie in the payload, too.
                    let has_no_kind = |e: &Event| is_unread(e) && e.kind.is_empty();
                    let unread = is_unread(l) != is_unread(r);
                    if unread && (has_no_kind(l) || has_no_kind(r)) {
                        return Read::Undecodable;
                    }
                    // Two events of different types that only their place brings together are two events.
                    if *guessed && l.kind != r.kind {
                        return Read::Apart;
                    }
                    if unread {
                        return Read::Undecodable;
                    }
                    let found = self.settings.equality.differences(l, r);
                    Read::Differ(found.into_iter().map(|d| d.path).collect())
                })
                .collect();
            for ((number, _), paths) in chunk.iter().zip(compared) {
                match paths {
                    Read::Apart => split.push(*number),
                    Read::Undecodable => {
                        comparison.findings[*number as usize].category = Category::Undecodable;
                    }
                    Read::Differ(paths) if paths.is_empty() => gone.push(*number),
                    Read::Differ(paths) => {
                        let from = comparison.fields.len() as u32;
                        for path in paths {
                            let next = comparison.paths.len() as u32;
                            let number = *numbers.entry(path).or_insert_with_key(|path| {
                                comparison.paths.push(path.clone());
                                next
                            });
                            comparison.fields.push(number);
                        }
                        comparison.findings[*number as usize].fields = (from, comparison.fields.len() as u32);
                    }
                }
            }
        }
        for number in split {
            let finding = comparison.findings[number as usize];
            let one = |hand: Hand, side: &Side, ordinal: Option<u32>, key: Option<u32>| {
                let ordinal = ordinal?;
                let events = side.stream_events(key?);
                let at = events.partition_point(|o| *o < ordinal) as u32;
                Some(self.of_lone(hand, finding.stream, &Lone { at, of: None }, events, true))
            };
            let pair = comparison.streams[finding.stream as usize];
            comparison
                .findings
                .extend(one(Hand::Left, self.left, finding.left, pair.left));
            comparison
                .findings
                .extend(one(Hand::Right, self.right, finding.right, pair.right));
            gone.push(number);
        }
        gone.sort_unstable();
        let mut number = 0;
        comparison.findings.retain(|_| {
            let stays = gone.binary_search(&number).is_err();
            number += 1;
            stays
        });
        Ok(())
    }
}
