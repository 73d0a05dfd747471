//! Fields of states that masks hide, under whatever names a fold has put them: with them nothing is compared, and of rows that should hold them
//! nothing is shown.

use std::collections::BTreeSet;

use leftfold_compare::RowFields;
use leftfold_event::json::{Object, Value};
use leftfold_event::{Cancel, Progress};
use leftfold_replay::Path;

use super::by::ProjectionBy;
use super::matching::{Told, plain};
use super::rows::{Rows, RowsFrom};
use crate::compare::rule::History;
use crate::compare::streams::{over_streams, projection_of};
use crate::error::SessionError;
use crate::masks::holds_sign;

/// Whether masks may hide something of either side.
pub(super) fn may_be(history: History<'_>, rows: &Rows) -> bool {
    let theirs = rows.folded.as_ref().map(|folded| folded.source.store.hidden());
    !history.store.hidden().is_empty() || theirs.is_some_and(|names| !names.is_empty())
}

/// What of the states is hidden.
#[derive(Default)]
pub(super) struct Hidden {
    /// Columns that are compared, by number.
    columns: BTreeSet<usize>,
    /// Fields that are hidden, or hold what is.
    fields: BTreeSet<String>,
}

/// Whether a place is hidden in a value, by itself or with what it stands in, or holds what is.
fn is_hidden(place: &Path, value: &Value) -> bool {
    let mut way = Path::root();
    let mut tokens = place.tokens().iter();
    loop {
        match way.find(value) {
            None => return false,
            Some(Value::String(_)) => return way.find(value).is_some_and(holds_sign),
            Some(_) => {}
        }
        match tokens.next() {
            Some(token) => way.push(token.clone()),
            None => return way.find(value).is_some_and(holds_sign),
        }
    }
}

/// What of these streams' states is hidden, at any time.
pub(super) fn in_states(
    history: History<'_>,
    (streams, number): (&[u32], Option<usize>),
    len: &(dyn Fn(u32) -> usize + Sync),
    compared: &RowFields,
    cancel: &Cancel,
) -> Result<Hidden, SessionError> {
    let columns = compared.columns.as_deref().unwrap_or_default();
    let found = over_streams(history, streams, cancel, &Progress::new(), |stream, events| {
        let projection = projection_of(history, stream, number)?;
        let mut state = projection.initial();
        let mut hidden = Hidden::default();
        events.read(0..len(stream), cancel, &mut |_, step| {
            let _ = projection.apply(&mut state, &step);
            for (i, column) in columns.iter().enumerate() {
                if !hidden.columns.contains(&i) && is_hidden(&column.in_state, &state) {
                    hidden.columns.insert(i);
                }
            }
            for (name, value) in state.as_object().into_iter().flat_map(Object::iter) {
                if !hidden.fields.contains(name) && holds_sign(value) {
                    hidden.fields.insert(name.to_owned());
                }
            }
        })?;
        Ok(hidden)
    })?;
    let mut all = Hidden::default();
    for (_, hidden) in found {
        all.columns.extend(hidden.columns);
        all.fields.extend(hidden.fields);
    }
    Ok(all)
}

impl Hidden {
    /// Takes the columns out that are hidden, of what is compared and of the rows. Those that were asked for by name are refused.
    pub(super) fn leave_out(
        self,
        by: &ProjectionBy,
        rows: &mut Rows,
        fields: &mut RowFields,
        told: &mut Told,
    ) -> Result<(), SessionError> {
        let mut hidden = self.columns;
        // All of both is compared: no mask is about states, or it would be refused.
        let Some(columns) = fields.columns.take() else {
            return Ok(());
        };
        for (i, column) in columns.iter().enumerate() {
            if rows.rows.iter().any(|row| is_hidden(&column.in_row, &row.fields)) {
                hidden.insert(i);
            }
        }
        let names: BTreeSet<String> = (told.compared.iter().enumerate())
            .filter(|(i, _)| hidden.contains(i))
            .map(|(_, (name, _))| name.clone())
            .collect();
        if let Some(name) = names.iter().find(|name| by.fields.contains(name)) {
            return Err(refused(name));
        }
        let mut kept = Vec::with_capacity(columns.len());
        for (i, column) in columns.into_iter().enumerate() {
            if !hidden.contains(&i) {
                kept.push(column);
            }
        }
        if let (true, Some(name)) = (kept.is_empty(), names.first()) {
            return Err(refused(name));
        }
        fields.columns = Some(kept);
        told.compared.retain(|(name, _)| !names.contains(name));
        if matches!(rows.from, RowsFrom::Table { .. }) {
            // A row may hold in the clear what the history hides.
            let of_states: BTreeSet<String> = self.fields.iter().map(|name| plain(name)).collect();
            let compared = |name: &str| told.compared.iter().any(|(column, _)| column == name);
            let is_shown =
                |name: &str| !names.contains(name) && (compared(name) || !of_states.contains(&plain(name)));
            for row in &mut rows.rows {
                if let Value::Object(object) = std::mem::take(&mut row.fields) {
                    let object: Object = object.into_iter().filter(|(name, _)| is_shown(name)).collect();
                    row.fields = Value::Object(object);
                }
            }
        }
        told.hidden.extend(names);
        Ok(())
    }
}

pub(super) fn refused(column: &str) -> SessionError {
    let why = format!(
        "masks hide what {column:?} would be compared with, or a part of it: lift the masks (--no-masks), or say which other columns are compared (--fields)"
    );
    SessionError::new("masked", why).with("field", column)
}
