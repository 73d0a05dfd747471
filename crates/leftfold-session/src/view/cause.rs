//! What caused an event, up to the root, and what it caused: events that name each other by their ids.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

use leftfold_event::Cancel;

use super::View;
use crate::dto::{CauseEndDto, CausesDto, EffectDto, EffectsDto, RowDto};
use crate::error::SessionError;

/// Events read at once, first and at most. A cause mostly stands a few events before what it caused.
const CHUNK: (u32, u32) = (256, 8192);

/// The most causes that are told one after the other, and the most effects.
const MOST: usize = 1000;

impl View {
    /// What led to an event: its cause, that one's cause and so on, and why it ends there.
    pub fn causes_of(&self, ordinal: u32, cancel: &Cancel) -> Result<CausesDto, SessionError> {
        let (mut chain, mut seen, mut at) = (Vec::new(), HashSet::from([ordinal]), ordinal);
        let end = loop {
            let event = self.event(at, cancel)?;
            let Some(id) = event.causation_id else {
                break CauseEndDto::Root;
            };
            if event.id.is_some_and(|own| same(&own.to_string(), &id)) {
                break CauseEndDto::Itself;
            }
            if chain.len() == MOST {
                break CauseEndDto::Bounded;
            }
            let Some(row) = self.cause_of(at, cancel)? else {
                break CauseEndDto::Missing { id };
            };
            if !seen.insert(row.ordinal) {
                break CauseEndDto::Cycle { ordinal: row.ordinal };
            }
            at = row.ordinal;
            chain.push(row);
        };
        Ok(CausesDto { chain, end })
    }

    /// What an event led to, and what that led to: each after what caused it, a thousand at most. Reads the history once, calling `tick` with
    /// the number of events looked at.
    pub fn effects_below(
        &self,
        ordinal: u32,
        cancel: &Cancel,
        tick: &mut dyn FnMut(u32),
    ) -> Result<EffectsDto, SessionError> {
        // What names which id, as 12 bytes each: effects may stand before their causes, so all have to be known.
        let mut named: Vec<(u64, u32)> = Vec::new();
        let all: Vec<u32> = (0..self.log.events()).collect();
        for chunk in all.chunks(CHUNK.1 as usize) {
            self.events(chunk, cancel, &mut |ordinal, event| {
                if let Some(cause) = event.causation_id {
                    named.push((digest(&cause), ordinal));
                }
            })?;
            tick(chunk[0] + chunk.len() as u32);
        }
        drop(all);
        named.sort_unstable();
        let (mut found, mut seen) = (Vec::new(), HashSet::from([ordinal]));
        let (mut waiting, mut next, mut more) = (vec![ordinal], 0, false);
        while let Some(parent) = waiting.get(next).copied() {
            next += 1;
            let Some(id) = self.event(parent, cancel)?.id.map(|id| id.to_string()) else {
                continue;
            };
            let hash = digest(&id);
            let from = named.partition_point(|(h, _)| *h < hash);
            let candidates: Vec<u32> = named[from..]
                .iter()
                .take_while(|(h, _)| *h == hash)
                .map(|(_, o)| *o)
                .filter(|o| *o != parent)
                .take(MOST + 1)
                .collect();
            let mut children = Vec::new();
            self.events(&candidates, cancel, &mut |o, event| {
                if event.causation_id.is_some_and(|cause| same(&cause, &id)) {
                    children.push(o);
                }
            })?;
            for child in children {
                if found.len() == MOST {
                    more = true;
                    break;
                }
                let again = !seen.insert(child);
                found.push((child, parent, again));
                if !again {
                    waiting.push(child);
                }
            }
        }
        let ordinals: Vec<u32> = found.iter().map(|(o, ..)| *o).collect();
        let rows = self.rows_of(&ordinals, cancel)?;
        let effect = |(row, (_, parent, again)): (RowDto, (u32, u32, bool))| EffectDto { row, parent, again };
        Ok(EffectsDto {
            effects: rows.into_iter().zip(found).map(effect).collect(),
            more,
        })
    }

    /// The event that another one names as its cause; `None` when it names none, or none with that id is stored here (a
    /// command's id, for instance). Reads backwards from it, then what follows it, since clocks and logs may disagree.
    pub fn cause_of(&self, ordinal: u32, cancel: &Cancel) -> Result<Option<RowDto>, SessionError> {
        let Some(id) = self.event(ordinal, cancel)?.causation_id else {
            return Ok(None);
        };
        let found = match self.search(&id, 0..ordinal, true, cancel)? {
            Some(found) => Some(found),
            None => self.search(&id, ordinal + 1..self.log.events(), false, cancel)?,
        };
        Ok(self.rows_of(found.as_slice(), cancel)?.pop())
    }

    /// The events that name this one as their cause, in log order. Reads the whole history, calling `tick` with the number of
    /// events looked at; none for an event without an id.
    pub fn effects_of(
        &self,
        ordinal: u32,
        cancel: &Cancel,
        tick: &mut dyn FnMut(u32),
    ) -> Result<Vec<RowDto>, SessionError> {
        let Some(id) = self.event(ordinal, cancel)?.id.map(|id| id.to_string()) else {
            return Ok(Vec::new());
        };
        let all: Vec<u32> = (0..self.log.events()).collect();
        let mut found = Vec::new();
        for chunk in all.chunks(CHUNK.1 as usize) {
            self.events(chunk, cancel, &mut |ordinal, event| {
                if event.causation_id.is_some_and(|cause| same(&cause, &id)) {
                    found.push(ordinal);
                }
            })?;
            tick(chunk[0] + chunk.len() as u32);
        }
        self.rows_of(&found, cancel)
    }

    /// The event with an id among these, the nearest to one end.
    fn search(
        &self,
        id: &str,
        range: std::ops::Range<u32>,
        backwards: bool,
        cancel: &Cancel,
    ) -> Result<Option<u32>, SessionError> {
        let (mut rest, mut size) = (range, CHUNK.0);
        while !rest.is_empty() {
            let chunk = if backwards {
                let from = rest.end.saturating_sub(size).max(rest.start);
                let chunk = from..rest.end;
                rest.end = from;
                chunk
            } else {
                let to = rest.start.saturating_add(size).min(rest.end);
                let chunk = rest.start..to;
                rest.start = to;
                chunk
            };
            let ordinals: Vec<u32> = chunk.collect();
            let mut found = None;
            self.events(&ordinals, cancel, &mut |ordinal, event| {
                let fits = event.id.is_some_and(|own| same(&own.to_string(), id));
                if fits && (backwards || found.is_none()) {
                    found = Some(ordinal);
                }
            })?;
            if found.is_some() {
                return Ok(found);
            }
            size = (size * 2).min(CHUNK.1);
        }
        Ok(None)
    }
}

/// What ids have in common that are the same one.
fn digest(id: &str) -> u64 {
    let bytes = uuid(id).unwrap_or_else(|| id.to_ascii_lowercase().into_bytes());
    BuildHasherDefault::<DefaultHasher>::new().hash_one(bytes)
}

/// Whether two ids are the same one. A UUID is one with hyphens and without: stores keep its digits, metadata its usual form.
fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || uuid(a).is_some_and(|a| uuid(b) == Some(a))
}

/// A UUID's digits in lower case.
fn uuid(text: &str) -> Option<Vec<u8>> {
    let hyphens = text.len() == 36 && [8, 13, 18, 23].iter().all(|at| text.as_bytes()[*at] == b'-');
    let digits: Vec<u8> = text
        .bytes()
        .filter(|b| !(hyphens && *b == b'-'))
        .map(|b| b.to_ascii_lowercase())
        .collect();
    (digits.len() == 32 && digits.iter().all(u8::is_ascii_hexdigit)).then_some(digits)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use leftfold_event::Cancel;

    use crate::dto::{CauseEndDto, EffectDto};
    use crate::{Session, View};

    /// A thousand events, each caused by the one seven before it; the last two by a later one and by none that is here.
    fn view() -> View {
        let mut lines = String::new();
        for i in 0..1000_u32 {
            let cause = match i {
                0..7 => String::new(),
                998 => ",\"causation_id\":\"ID-999\"".to_owned(),
                999 => ",\"causation_id\":\"a-command\"".to_owned(),
                _ => format!(",\"causation_id\":\"id-{}\"", i - 7),
            };
            let stream = i % 5;
            let line = format!("{{\"stream\":\"s-{stream}\",\"type\":\"T\",\"id\":\"id-{i}\"{cause}}}\n");
            lines.push_str(&line);
        }
        let session = Session::new(None, Arc::new(|_| ()));
        let opened = session
            .open_lines(Path::new("-"), &mut lines.as_bytes())
            .expect("lines in memory can be opened");
        let source = session.source(opened.id).expect("it is open");
        source.wait_ready(&mut |_| ()).expect("it can be indexed");
        source.view(None).expect("it can be looked at")
    }

    #[test]
    fn a_cause_is_found_before_an_event_or_after_it_and_what_is_not_here_is_said_to_be_so() {
        let view = view();
        let cause = |ordinal| {
            let row = view
                .cause_of(ordinal, &Cancel::new())
                .expect("the lines can be read");
            row.map(|row| row.ordinal)
        };
        assert_eq!(cause(900), Some(893));
        assert_eq!(cause(998), Some(999));
        assert_eq!((cause(3), cause(999)), (None, None));
    }

    #[test]
    fn the_effects_of_an_event_are_those_that_name_it() {
        let view = view();
        let effects = |ordinal| -> Vec<u32> {
            let rows = view.effects_of(ordinal, &Cancel::new(), &mut |_| ());
            let rows = rows.expect("the lines can be read");
            rows.iter().map(|row| row.ordinal).collect()
        };
        assert_eq!(effects(893), [900]);
        assert_eq!(effects(999), [998]);
        assert_eq!(effects(995), [0; 0]);
    }

    fn view_of(lines: &str) -> View {
        let session = Session::new(None, Arc::new(|_| ()));
        let opened = session
            .open_lines(Path::new("-"), &mut lines.as_bytes())
            .expect("lines in memory can be opened");
        let source = session.source(opened.id).expect("it is open");
        source.wait_ready(&mut |_| ()).expect("it can be indexed");
        source.view(None).expect("it can be looked at")
    }

    /// Events by id and the id of their cause.
    fn chain(events: &[(&str, &str)]) -> View {
        let line = |(id, cause): &(&str, &str)| {
            let cause = if cause.is_empty() {
                String::new()
            } else {
                format!(",\"causation_id\":\"{cause}\"")
            };
            format!("{{\"stream\":\"s\",\"type\":\"T\",\"id\":\"{id}\"{cause}}}\n")
        };
        view_of(&events.iter().map(line).collect::<String>())
    }

    fn causes(view: &View, ordinal: u32) -> (Vec<u32>, CauseEndDto) {
        let told = view
            .causes_of(ordinal, &Cancel::new())
            .expect("the lines can be read");
        (told.chain.iter().map(|row| row.ordinal).collect(), told.end)
    }

    /// Each effect, what caused it, and whether it was told before.
    fn effects(view: &View, ordinal: u32) -> (Vec<(u32, u32, bool)>, bool) {
        let told = view
            .effects_below(ordinal, &Cancel::new(), &mut |_| ())
            .expect("the lines can be read");
        let effect = |e: &EffectDto| (e.row.ordinal, e.parent, e.again);
        (told.effects.iter().map(effect).collect(), told.more)
    }

    #[test]
    fn causes_are_told_up_to_the_root_and_effects_down_to_the_last_wherever_they_stand() {
        // 3 stands before its cause, 1; 0 ← 2 ← 1 ← 3.
        let view = chain(&[
            ("a", ""),
            ("c", "b"),
            ("b", "A"),
            ("d", "c"),
            ("e", "a"),
            ("x", "nowhere"),
        ]);
        assert_eq!(causes(&view, 3), (vec![1, 2, 0], CauseEndDto::Root));
        assert_eq!(causes(&view, 0), (vec![], CauseEndDto::Root));
        let missing = CauseEndDto::Missing { id: "nowhere".into() };
        assert_eq!(causes(&view, 5), (vec![], missing));
        let below = vec![(2, 0, false), (4, 0, false), (1, 2, false), (3, 1, false)];
        assert_eq!(effects(&view, 0), (below, false));
        assert_eq!(effects(&view, 3), (vec![], false));
    }

    #[test]
    fn who_causes_each_other_is_told_and_ends() {
        let view = chain(&[("a", "c"), ("b", "a"), ("c", "b"), ("own", "own")]);
        assert_eq!(causes(&view, 1), (vec![0, 2], CauseEndDto::Cycle { ordinal: 1 }));
        let round = vec![(2, 1, false), (0, 2, false), (1, 0, true)];
        assert_eq!(effects(&view, 1), (round, false));
        assert_eq!(causes(&view, 3), (vec![], CauseEndDto::Itself));
        assert_eq!(effects(&view, 3), (vec![], false));
    }

    #[test]
    fn more_than_a_thousand_are_told_as_such() {
        let lines: Vec<String> = (0..1500)
            .map(|i| {
                format!(
                    "{{\"stream\":\"s\",\"type\":\"T\",\"id\":\"i{i}\",\"causation_id\":\"i{}\"}}\n",
                    i - 1
                )
            })
            .collect();
        let view = view_of(&lines.concat());
        let (chain, end) = causes(&view, 1400);
        assert_eq!((chain.len(), end), (1000, CauseEndDto::Bounded));
        let (below, more) = effects(&view, 100);
        assert_eq!((below.len(), more), (1000, true));
        assert_eq!(below[999], (1100, 1099, false));
    }

    #[test]
    fn looking_for_effects_can_be_cancelled() {
        let cancel = Cancel::new();
        cancel.cancel();
        let error = view()
            .effects_below(1, &cancel, &mut |_| ())
            .expect_err("it is cancelled");
        assert_eq!(error.code, "cancelled");
    }

    #[test]
    fn a_uuid_is_the_same_one_with_its_hyphens_and_without() {
        let (plain, usual) = (
            "01a1fa5aeafe74118364b1b6a50fe6ce",
            "01A1FA5A-eafe-7411-8364-b1b6a50fe6ce",
        );
        assert!(super::same(plain, usual) && super::same(usual, plain));
        assert!(!super::same(plain, &usual.replace("ce", "cf")));
        assert!(!super::same("a-b", "ab") && !super::same("", "-"));
        assert!(!super::same("01a1fa5ae-afe-7411-8364-b1b6a50fe6ce", plain));
    }

    #[test]
    fn a_search_that_is_cancelled_says_so() {
        let cancel = Cancel::new();
        cancel.cancel();
        let error = view().cause_of(900, &cancel).expect_err("it is cancelled");
        assert_eq!(error.code, "cancelled");
    }
}
