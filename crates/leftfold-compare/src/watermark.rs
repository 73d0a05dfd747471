//! Up to when a history is known, in the end or as of a moment: no further than what has come says.

use crate::side::NO_END;

/// Stands for "none" in columns of times.
const NONE: i64 = i64::MIN;

/// Events of one block at most.
const BLOCK: u32 = 1024;

/// Some events that follow each other in the log and count towards one end.
#[derive(Clone, Copy, Debug)]
struct Block {
    from: u32,
    len: u32,
    end: u32,
    earliest: i64,
    latest: i64,
}

/// The extremes of a column of times, block by block, and towards which end each block counts. Logs are ordered by time but for a few events,
/// so that a moment falls into few blocks.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    blocks: Vec<Block>,
    len: u32,
    timed: bool,
}

/// How far a side is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watermark {
    /// Nothing of it had come.
    Empty,
    /// Its events have no times.
    Timeless,
    /// Up to this moment, in nanoseconds.
    Until(i64),
}

impl Marks {
    /// Takes notice of the next event of the column: its time, and the end it counts towards or [`NO_END`].
    pub fn push(&mut self, end: u32, time: Option<i64>) {
        let at = self.len;
        self.len = self.len.saturating_add(1);
        self.timed |= time.is_some();
        let fitting = self
            .blocks
            .last_mut()
            .filter(|block| block.end == end && block.len < BLOCK);
        let block = match fitting {
            Some(block) => block,
            None => {
                self.blocks.push(Block {
                    from: at,
                    len: 0,
                    end,
                    earliest: i64::MAX,
                    latest: NONE,
                });
                let Some(block) = self.blocks.last_mut() else {
                    return;
                };
                block
            }
        };
        block.len += 1;
        if let Some(time) = time {
            block.earliest = block.earliest.min(time);
            block.latest = block.latest.max(time);
        }
    }

    /// Tells the latest time of every end that there is by a moment. `times` is the column that was taken notice of.
    fn each_by(&self, times: &[i64], moment: i64, tell: &mut dyn FnMut(u32, i64)) {
        for block in &self.blocks {
            let latest = if block.latest <= moment {
                block.latest
            } else if block.earliest > moment {
                NONE
            } else {
                let from = block.from as usize;
                let column = times.get(from..from + block.len as usize).unwrap_or_default();
                let by_then = column.iter().copied().filter(|time| *time <= moment);
                by_then.max().unwrap_or(NONE)
            };
            if latest != NONE {
                tell(block.end, latest);
            }
        }
    }

    /// Bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.blocks.capacity() * size_of::<Block>()
    }
}

/// How far some events say that their side is known by a moment: the earliest of the latest times towards each end; where nothing can
/// follow, the latest. Of columns with their marks.
pub fn watermark(columns: &[(&Marks, &[i64])], moment: i64) -> Watermark {
    if columns.iter().all(|(marks, _)| marks.len == 0) {
        return Watermark::Empty;
    }
    if !columns.iter().any(|(marks, _)| marks.timed) {
        return Watermark::Timeless;
    }
    let mut open: Vec<(u32, i64)> = Vec::new();
    let mut ended: Option<i64> = None;
    for (marks, times) in columns {
        marks.each_by(times, moment, &mut |end, time| {
            if end == NO_END {
                ended = ended.max(Some(time));
                return;
            }
            match open.binary_search_by_key(&end, |(e, _)| *e) {
                Ok(at) => {
                    if let Some((_, latest)) = open.get_mut(at) {
                        *latest = time.max(*latest);
                    }
                }
                Err(at) => open.insert(at, (end, time)),
            }
        });
    }
    let open = open.into_iter().map(|(_, latest)| latest).min();
    open.or(ended).map_or(Watermark::Empty, Watermark::Until)
}

/// The latest time of all in some columns.
pub(crate) fn latest(columns: &[(&Marks, &[i64])]) -> Option<i64> {
    let blocks = columns.iter().flat_map(|(marks, _)| &marks.blocks);
    blocks.map(|block| block.latest).filter(|t| *t != NONE).max()
}

impl Watermark {
    /// The same of a side that is complete and whose last event is of this time: nothing of it is to come any more.
    #[must_use]
    pub fn of_complete(self, last: Option<i64>, moment: i64) -> Self {
        match (self, last) {
            (Self::Until(_), Some(last)) if last <= moment => Self::Until(moment),
            _ => self,
        }
    }
}

/// Up to when two sides are known; `None`: everything is. With a moment, as of then.
pub fn both_known([left, right]: [Watermark; 2], moment: Option<i64>) -> Option<i64> {
    use Watermark::{Empty, Timeless, Until};
    match (left, right) {
        (Until(l), Until(r)) => Some(l.min(r)),
        // An empty side is as far as the other one is: what should have come by then has not.
        (Until(known), Empty) | (Empty, Until(known)) => Some(known),
        // A side without a single time says nothing of how far it is.
        (Timeless | Empty, _) | (_, Timeless) => moment,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marks(events: &[(u32, Option<i64>)]) -> (Marks, Vec<i64>) {
        let mut marks = Marks::default();
        for (end, time) in events {
            marks.push(*end, *time);
        }
        (marks, events.iter().map(|(_, t)| t.unwrap_or(NONE)).collect())
    }

    proptest! {
        #[test]
        fn a_watermark_is_what_the_events_by_then_say(
            steps in prop::collection::vec((0_u32..3, prop_oneof![8 => Just(Some(7_i64)), 1 => (-2000_i64..2000).prop_map(Some), 1 => Just(None)]), 0..4000),
            switch in 1_u32..2000,
            moment in -3000_i64..30_000,
        ) {
            let mut now = 0;
            let events: Vec<(u32, Option<i64>)> = (0_u32..).zip(&steps).map(|(i, (_, step))| {
                now += 7;
                ((i / switch) % 3, step.map(|s| now + s))
            }).collect();
            let (marks, times) = marks(&events);
            let by_then = |end: u32| {
                let own = events.iter().filter(|(e, t)| *e == end && t.is_some_and(|t| t <= moment));
                own.filter_map(|(_, t)| *t).max()
            };
            let known = (0..3).filter_map(by_then).min();
            let expected = match known {
                _ if events.is_empty() => Watermark::Empty,
                _ if events.iter().all(|(_, t)| t.is_none()) => Watermark::Timeless,
                Some(known) => Watermark::Until(known),
                None => Watermark::Empty,
            };
            prop_assert_eq!(watermark(&[(&marks, &times)], moment), expected);
        }
    }

    #[test]
    fn a_part_that_nothing_follows_holds_back_nobody_at_any_moment() {
        let (marks, times) = marks(&[
            (0, Some(10)),
            (0, Some(90)),
            (NO_END, Some(20)),
            (NO_END, Some(30)),
        ]);
        let at = |moment| watermark(&[(&marks, &times)], moment);
        assert_eq!(at(5), Watermark::Empty);
        assert_eq!(at(25), Watermark::Until(10));
        assert_eq!(at(90), Watermark::Until(90));
    }

    #[test]
    fn a_complete_side_is_known_at_any_moment_behind_its_end() {
        let (marks, times) = marks(&[(0, Some(10)), (0, Some(90))]);
        let at =
            |moment| watermark(&[(&marks, &times)], moment).of_complete(latest(&[(&marks, &times)]), moment);
        assert_eq!(at(50), Watermark::Until(10));
        assert_eq!(at(200), Watermark::Until(200));
    }
}
