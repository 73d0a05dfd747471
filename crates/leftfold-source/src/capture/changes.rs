//! Which topics hold the changes of a database's rows, as Debezium writes them.

use std::collections::BTreeMap;

use super::envelope::is_row_change;
use super::form::{Form, form};
use super::record::event_of;
use super::store::{COLUMNS, CaptureStore, record_of};
use super::{headers, record_id};
use crate::SourceError;

/// Records of a partition that are looked at.
const LOOKED_AT: u32 = 64;

/// The categories whose first records, as far as they have a value, are changes for the most part (heartbeats and messages about transactions
/// may be among them). In the order of their names.
pub(super) fn categories_of_changes(store: &CaptureStore) -> Result<Vec<String>, SourceError> {
    let places = store.places();
    let lease = store.database.lease()?;
    let fail = |e: &rusqlite::Error| store.database.error(e);
    let sql = format!(
        "SELECT {COLUMNS} FROM main.stored_records WHERE id >= ?1 AND id < ?2 AND value IS NOT NULL ORDER BY id LIMIT {LOOKED_AT}"
    );
    let mut select = lease.prepare(&sql).map_err(|e| fail(&e))?;
    // By category: changes, and others.
    let mut found: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for (partition, topic) in places.topics_by_id() {
        let mut rows = select
            .query([record_id(partition, 0), record_id(partition + 1, 0)])
            .map_err(|e| fail(&e))?;
        // What is damaged is told by those who read it all.
        while let Ok(Some(row)) = rows.next() {
            let Ok((id, record, stored)) = record_of(row) else {
                break;
            };
            let headers = stored.as_deref().map(headers::read).unwrap_or_default();
            let is = is_change(&form(record.value, &headers, topic, places.reading()));
            let category = match places.at(id) {
                Some(at) if places.is_mapped() => {
                    event_of(&record, stored.as_deref(), &at, places.reading()).category
                }
                _ => None,
            };
            let category = category.unwrap_or_else(|| topic.to_string());
            let (changes, others) = found.entry(category).or_default();
            *(if is { changes } else { others }) += 1;
        }
    }
    let of_changes = found
        .into_iter()
        .filter(|(_, (changes, others))| changes > others);
    Ok(of_changes.map(|(category, _)| category).collect())
}

fn is_change(form: &Form<'_>) -> bool {
    match form {
        Form::Object(top) => top.is_row_change(),
        Form::BySchema(by_schema) => match &by_schema.decoded {
            Ok(decoded) => is_row_change(&decoded.value),
            Err(_) => false,
        },
        _ => false,
    }
}
