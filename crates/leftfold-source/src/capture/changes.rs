//! Which topics hold the changes of a database's rows, as Debezium writes them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::form::{Form, form};
use super::store::{COLUMNS, CaptureStore, record_of};
use super::{headers, record_id};
use crate::SourceError;

/// Records of a partition that are looked at.
const LOOKED_AT: u32 = 16;

/// The topics whose first records, as far as they have a value, are all changes. In the order of their names.
pub(super) fn topics_of_changes(store: &CaptureStore) -> Result<Vec<Arc<str>>, SourceError> {
    let places = store.places();
    let lease = store.database.lease()?;
    let fail = |e: &rusqlite::Error| store.database.error(e);
    let sql = format!(
        "SELECT {COLUMNS} FROM main.stored_records WHERE id >= ?1 AND id < ?2 AND value IS NOT NULL ORDER BY id LIMIT {LOOKED_AT}"
    );
    let mut select = lease.prepare(&sql).map_err(|e| fail(&e))?;
    let mut found: BTreeMap<Arc<str>, bool> = BTreeMap::new();
    for (id, topic) in places.topics_by_id() {
        let mut rows = select
            .query([record_id(id, 0), record_id(id + 1, 0)])
            .map_err(|e| fail(&e))?;
        // What is damaged is told by those who read it all.
        while let Ok(Some(row)) = rows.next() {
            let Ok((_, record, stored)) = record_of(row) else {
                break;
            };
            let headers = stored.as_deref().map(headers::read).unwrap_or_default();
            let is = is_change(&form(record.value, &headers, topic, places.reading()));
            *found.entry(Arc::clone(topic)).or_insert(true) &= is;
        }
    }
    Ok(found
        .into_iter()
        .filter(|(_, all)| *all)
        .map(|(topic, _)| topic)
        .collect())
}

fn is_change(form: &Form<'_>) -> bool {
    match form {
        Form::Object(top) => top.change().is_some(),
        Form::BySchema(by_schema) => match &by_schema.decoded {
            Ok(decoded) => super::envelope::change_of(&decoded.value).is_some(),
            Err(_) => false,
        },
        _ => false,
    }
}
