//! Where the events of a comparison's left side stand in the index of the open source.

use std::sync::Arc;

use super::found::Found;
use super::made::Made;
use crate::source::{IndexState, lock};

/// Where the left events stand in the index.
pub(super) enum Alignment {
    /// Nothing can be said: the index is not complete, or the file has changed since.
    Unknown,
    /// At the ordinals they have here.
    Same,
    /// At these, ascending: some of them were left out of the comparison.
    At(Vec<u32>),
}

impl Alignment {
    /// The ordinal in the index.
    pub(super) fn ordinal(&self, left: u32) -> Option<u32> {
        match self {
            Self::Unknown => None,
            Self::Same => Some(left),
            Self::At(ordinals) => ordinals.get(left as usize).copied(),
        }
    }

    pub(super) fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown)
    }
}

impl Found {
    /// Where the left events stand in the index as it is.
    pub(super) fn alignment(&self) -> Arc<Alignment> {
        let snapshot = self.source.snapshot();
        let mut known = lock(&self.aligned);
        if let Some((generation, alignment)) = &*known
            && *generation == snapshot.generation
        {
            return Arc::clone(alignment);
        }
        let (log, here) = (&snapshot.log, self.made.events()[0]);
        let part = match &self.made {
            Made::Mirror(compared) if self.made.is_of_a_part() => Some(&compared.left),
            _ => None,
        };
        let alignment = Arc::new(if snapshot.state != IndexState::Ready {
            Alignment::Unknown
        } else if log.events() == here {
            Alignment::Same
        } else if let Some(side) = part.filter(|_| log.events() > here) {
            // Both were read in the same order.
            let mut ordinals = Vec::with_capacity(here as usize);
            let mut wanted = side.locators().iter().peekable();
            for ordinal in 0..log.events() {
                if wanted.next_if(|l| **l == log.locator(ordinal)).is_some() {
                    ordinals.push(ordinal);
                }
            }
            if wanted.peek().is_none() {
                Alignment::At(ordinals)
            } else {
                Alignment::Unknown
            }
        } else {
            Alignment::Unknown
        });
        *known = Some((snapshot.generation, Arc::clone(&alignment)));
        alignment
    }
}
