//! The statements over one table: the same columns, by different places.

use rusqlite::types::Value as SqlValue;

/// A statement's parts. Key columns come first, then the interned ones.
#[derive(Clone, Debug)]
pub(super) struct Select {
    /// How a row is addressed: `t.rowid`, or the key's columns.
    pub(super) keys: Vec<String>,
    pub(super) columns: Vec<String>,
    pub(super) from: String,
    /// ` WHERE …` over `params`, or nothing.
    pub(super) filter: String,
    pub(super) params: Vec<SqlValue>,
    /// The log order; empty for the order of the keys.
    pub(super) order: Vec<String>,
    pub(super) many_order: Vec<String>,
}

/// A joined table.
#[derive(Clone, Debug)]
pub(super) struct Joined {
    pub(super) table: String,
    /// Its column that is compared.
    pub(super) right: String,
    /// Lists what that is compared with.
    pub(super) lefts: String,
    /// Lists the rows of the events with one of these.
    pub(super) concerned: String,
}

impl Select {
    /// All events in log order.
    pub(super) fn in_log_order(&self) -> (String, &[SqlValue]) {
        (
            self.text(
                &self.filter,
                if self.order.is_empty() {
                    &self.keys
                } else {
                    &self.order
                },
            ),
            &self.params,
        )
    }

    /// The keys of all events, in key order.
    pub(super) fn keys_alone(&self) -> (String, &[SqlValue]) {
        let bare = Self {
            columns: Vec::new(),
            ..self.clone()
        };
        (bare.text(&self.filter, &self.keys), &self.params)
    }

    /// The events whose row number is at least the last parameter, in row order.
    pub(super) fn starting_at_row(&self) -> String {
        let at = self.params.len() + 1;
        let key = &self.keys[0];
        let filter = if self.filter.is_empty() {
            format!(" WHERE {key} >= ?{at}")
        } else {
            format!("{} AND {key} >= ?{at}", self.filter)
        };
        self.text(&filter, &self.keys)
    }

    /// The filter's values.
    pub(super) fn params(&self) -> &[SqlValue] {
        &self.params
    }

    /// The rows from `?1` to `?2`, filtered or not.
    pub(super) fn between(&self) -> String {
        let key = &self.keys[0];
        self.text(&format!(" WHERE {key} BETWEEN ?1 AND ?2"), &self.keys)
    }

    /// The row `?1`.
    pub(super) fn one(&self) -> String {
        let key = &self.keys[0];
        self.text(&format!(" WHERE {key} = ?1"), &[])
    }

    /// The rows from a key on, in key order; the key's values are the last parameters.
    pub(super) fn starting_at_key(&self) -> String {
        let marks: Vec<String> = (1..=self.keys.len())
            .map(|i| format!("?{}", self.params.len() + i))
            .collect();
        let test = format!("({}) >= ({})", self.keys.join(", "), marks.join(", "));
        let filter = if self.filter.is_empty() {
            format!(" WHERE {test}")
        } else {
            format!("{} AND {test}", self.filter)
        };
        self.text(&filter, &self.keys)
    }

    fn text(&self, filter: &str, order: &[String]) -> String {
        let columns: Vec<&str> = self
            .keys
            .iter()
            .chain(&self.columns)
            .map(String::as_str)
            .collect();
        let order: Vec<&str> = order.iter().chain(&self.many_order).map(String::as_str).collect();
        let order = if order.is_empty() {
            String::new()
        } else {
            format!(" ORDER BY {}", order.join(", "))
        };
        format!("SELECT {} FROM {}{filter}{order}", columns.join(", "), self.from)
    }
}
