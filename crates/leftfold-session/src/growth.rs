//! Lets a source that is open grow with the capture it reads.

use std::sync::Arc;

use leftfold_event::Cancel;
use leftfold_log::{Grown, LaneBy, Log, index_again, index_since};
use leftfold_source::ScanSummary;

use crate::error::SessionError;
use crate::filter::FilterTask;
use crate::session::with_found;
use crate::source::{Changed, IndexState, OpenSource, Snapshot, lock, new_replay};

impl OpenSource {
    /// Takes in what a capture that is being written has got since, if anything; whether it did. What is shown until then stays, and is
    /// replaced at once, filters too: lanes keep their keys, and events move, for the log's order is by partition and offset.
    ///
    /// Only what is new is read, unless it changed what the records before it mean.
    pub(crate) fn grow(&self, cancel: &Cancel) -> Result<bool, SessionError> {
        let before = self.snapshot();
        if before.state != IndexState::Ready {
            return Ok(false);
        }
        let identity = self.store.identity()?;
        let same = before.identity.as_ref() == Some(&identity);
        let filters: Vec<_> = lock(&self.filters).values().cloned().collect();
        let behind = |f: &Arc<FilterTask>| {
            let matches = f.matches();
            matches.done && matches.error.is_none() && !Arc::ptr_eq(&matches.log, &before.log)
        };
        if same && !filters.iter().any(behind) {
            return Ok(false);
        }
        let since = match &before.mark {
            _ if same => Some(Grown {
                summary: ScanSummary {
                    unreadable: before.unreadable.clone(),
                    mark: before.mark.clone(),
                    ..ScanSummary::default()
                },
                ..Grown::nothing(&before.log)
            }),
            Some(mark) => index_since(&*self.store, &before.log, mark, cancel)?,
            None => None,
        };
        let (log, summary, growth) = match since {
            Some(grown) => (grown.log, grown.summary, Some(grown.growth)),
            None => match index_again(&*self.store, &before.log, cancel)? {
                Some((log, summary)) => (Arc::new(log), summary, None),
                None => return Ok(false),
            },
        };
        let mut matches = Vec::new();
        for filter in filters {
            let grown = growth.as_ref().map(|growth| (&before.log, growth));
            if let Some(now) = filter.over(&log, grown, &*self.store, cancel)? {
                matches.push((filter, now));
            }
        }
        for (filter, now) in matches {
            filter.take(now);
            (self.on_change)(Changed::Filter {
                source: self.id,
                filter: filter.id,
            });
        }
        // What was replayed stays right for streams that have the events they had.
        let replay = match growth {
            Some(growth) if growth.only_extends_streams() && !has_new_categories(&before.log, &log) => {
                Arc::clone(&before.replay)
            }
            _ => Arc::new(new_replay(&with_found(
                self.projections.clone(),
                &self.store.folds()?,
            ))),
        };
        Ok(self.publish(Snapshot {
            unreadable: summary.unreadable,
            identity: Some(identity),
            mark: summary.mark,
            ..Snapshot::new(log, IndexState::Ready, replay)
        }))
    }
}

/// Whether events of further categories came: they may ask for another fold.
fn has_new_categories(before: &Log, now: &Log) -> bool {
    before.names(LaneBy::Category).len() != now.names(LaneBy::Category).len()
}
