//! What a correlated comparison names that no event of a side has: fields that partners should agree in, types that should take part.

use std::collections::BTreeSet;

use leftfold_compare::{Correlation, Hand, Part};
use leftfold_event::Cancel;
use leftfold_log::LaneBy;

use super::Taken;
use super::by::CorrelatedBy;
use super::taking::{NAMED, name_fields};
use crate::alike::{did_you_mean, nearest};
use crate::error::SessionError;
use crate::view::nothing::Fields;

/// Paired events whose fields are named.
const LOOKED_AT: usize = 1024;

/// Names proposed for one that is not there.
const PROPOSED: usize = 3;

/// An error where partners should agree in a field that not one paired event of a side has: neither that they agree nor that they do not
/// would say anything.
pub(super) fn refuse_absent_fields(
    by: &CorrelatedBy,
    sides: &[Taken; 2],
    parts: &[Vec<Part>; 2],
    found: &Correlation,
    cancel: &Cancel,
) -> Result<(), SessionError> {
    if by.equal.is_empty() || found.pairs.is_empty() {
        return Ok(());
    }
    for hand in [Hand::Left, Hand::Right] {
        let side = hand as usize;
        let mut paired: Vec<u32> = found.pairs.iter().map(|(l, r)| [*l, *r][side]).collect();
        paired.sort_unstable();
        paired.dedup();
        for (i, equal) in by.equal.iter().enumerate() {
            let has = |part: &Part| {
                part.values.get(i).is_some_and(Option::is_some) && paired.binary_search(&part.ordinal).is_ok()
            };
            if parts[side].iter().any(has) {
                continue;
            }
            paired.truncate(LOOKED_AT);
            let events = sides[side].taking_part(&paired, cancel)?;
            let (mut names, mut fields) = (BTreeSet::new(), Fields::default());
            for event in &events {
                name_fields(event, &mut names);
                fields.take_event(event);
            }
            let field = &equal.fields[side];
            let near: Vec<String> = field.ways().iter().flat_map(|way| fields.near(way)).collect();
            let listed: Vec<&str> = names.iter().map(String::as_str).take(NAMED).collect();
            let more = if names.len() > listed.len() { ", …" } else { "" };
            return Err(SessionError::new(
                "filter-fails",
                format!(
                    "equal: {:?}: none of the paired events of {} ({} side) has {}; they have {}{more}{}",
                    equal.text(),
                    sides[side].name,
                    hand.as_str(),
                    field.text(),
                    listed.join(", "),
                    did_you_mean(&near)
                ),
            )
            .with("key", "equal"));
        }
    }
    Ok(())
}

impl CorrelatedBy {
    /// Types that say which events of a side take part and are not among these, each with those it is near to, in sentences.
    pub fn unknown_types(&self, hand: Hand, known: &BTreeSet<String>) -> Vec<String> {
        let Some(when) = &self.sides[hand as usize].when else {
            return Vec::new();
        };
        let names = when.mentions().names.into_iter();
        names
            .filter(|(by, name)| *by == LaneBy::Type && !known.contains(name))
            .map(|(_, name)| {
                let near = nearest(&name, known.iter().map(String::as_str), PROPOSED);
                let near: Vec<String> = near.iter().map(|n| format!("{n:?}")).collect();
                format!("no event is of type {name:?}{}", did_you_mean(&near))
            })
            .collect()
    }
}
