//! Templates that made nothing, or not all they could have: none is dropped without a word.

use std::collections::BTreeMap;

use leftfold_compare::Template;
use leftfold_event::Event;

/// A template that does not fit, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// `compensate` or `partner`.
    pub kind: &'static str,
    /// The type of the events that it is for.
    pub of: String,
    /// The type of what it would have made.
    pub with: String,
    /// Why, in words.
    pub why: String,
}

/// What became of templates of one kind.
pub(in crate::compare) struct Tries {
    kind: &'static str,
    all: Vec<Tried>,
}

#[derive(Clone, Default)]
struct Tried {
    of: String,
    with: String,
    used: u64,
    /// Events that an earlier template fitted.
    passed_over: u64,
    /// Events that lack a place it asks for, by that.
    lacking: BTreeMap<String, u64>,
}

impl Tries {
    pub(in crate::compare) fn new(kind: &'static str, templates: &[Template]) -> Self {
        let tried = |t: &Template| Tried {
            of: t.of.clone(),
            with: t.with.clone(),
            ..Tried::default()
        };
        Self {
            kind,
            all: templates.iter().map(tried).collect(),
        }
    }

    /// Takes notice of an event for which one of these templates, the ones it was made of, is looked for.
    pub(in crate::compare) fn note(&mut self, templates: &[Template], event: &Event) {
        let mut fitted = false;
        for (template, tried) in templates.iter().zip(&mut self.all) {
            if template.of != event.kind {
                continue;
            }
            if fitted {
                tried.passed_over += 1;
                continue;
            }
            let filled = template
                .stream_for(event)
                .map(|_| ())
                .and(template.fill(event).map(|_| ()));
            match filled {
                Ok(()) => {
                    tried.used += 1;
                    fitted = true;
                }
                Err(unfilled) => *tried.lacking.entry(unfilled.place).or_default() += 1,
            }
        }
    }

    /// Those that do not fit. `wanted`: which events one was looked for, in words; `is_met`: whether there is any event of a type, where that is known.
    pub(in crate::compare) fn unfit(
        &self,
        wanted: &str,
        is_met: &dyn Fn(&str) -> Option<bool>,
    ) -> Vec<Unfit> {
        let all = self.all.iter();
        all.filter_map(|tried| {
            let events = |n: u64| match n {
                1 => "1 event has".to_owned(),
                n => format!("{n} events have"),
            };
            let lacking: Vec<String> = tried
                .lacking
                .iter()
                .map(|(place, n)| format!("{} no {place}", events(*n)))
                .collect();
            let why = match (lacking.is_empty(), tried.used, tried.passed_over) {
                (false, ..) => lacking.join(", "),
                (true, 1.., _) => return None,
                (true, 0, 1..) => "an earlier template fits all events of this type".to_owned(),
                (true, 0, 0) if is_met(&tried.of) == Some(false) => {
                    "there is no event of this type".to_owned()
                }
                (true, 0, 0) => format!("no event {wanted} is of this type"),
            };
            Some(Unfit {
                kind: self.kind,
                of: tried.of.clone(),
                with: tried.with.clone(),
                why,
            })
        })
        .collect()
    }
}
