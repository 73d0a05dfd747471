//! The only places that write SQL text: names are quoted here, values are always bound.

/// A name as a quoted identifier.
pub(super) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
