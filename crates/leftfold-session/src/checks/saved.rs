//! Comparisons and rules written into a project file.

use std::path::{Path, PathBuf};

use super::{COMPARISON, NamedComparison, RULE, comparison, rule};
use crate::compare::Rule;
use crate::error::SessionError;
use crate::project::{edit, escape};

/// Saves a comparison in a folder's project file, in place of one of the same name. Everything else in that file stays as it is. Says where.
pub fn save_comparison(folder: &Path, comparison: &NamedComparison) -> Result<PathBuf, SessionError> {
    save(
        folder,
        COMPARISON,
        &comparison.name,
        comparison::entry(comparison),
    )
}

/// Saves a rule as [`save_comparison`] does a comparison.
pub(crate) fn save_rule(folder: &Path, rule: &Rule) -> Result<PathBuf, SessionError> {
    save(folder, RULE, &rule.name, rule::entry(rule))
}

/// What would be written, as it will stand there.
pub(crate) fn stated_text(stated: Result<&NamedComparison, &Rule>) -> String {
    let (key, mut table) = match stated {
        Ok(comparison) => (COMPARISON, comparison::entry(comparison)),
        Err(rule) => (RULE, rule::entry(rule)),
    };
    escape(&mut table);
    let mut list = toml_edit::ArrayOfTables::new();
    list.push(table);
    let mut document = toml_edit::DocumentMut::new();
    document[key] = toml_edit::Item::ArrayOfTables(list);
    document.to_string().trim_start().to_owned()
}

fn save(folder: &Path, key: &str, name: &str, mut table: toml_edit::Table) -> Result<PathBuf, SessionError> {
    escape(&mut table);
    edit(folder, |document| {
        let called = |t: &toml_edit::Table| t.get("name").and_then(toml_edit::Item::as_str) == Some(name);
        let (other, taken) = match key {
            RULE => (COMPARISON, "a comparison is called so already"),
            _ => (RULE, "a rule is called so already"),
        };
        let others = document.get(other).and_then(toml_edit::Item::as_array_of_tables);
        if others.is_some_and(|others| others.iter().any(called)) {
            return Err(taken);
        }
        let own = document
            .entry(key)
            .or_insert(toml_edit::Item::ArrayOfTables(toml_edit::ArrayOfTables::new()))
            .as_array_of_tables_mut()
            .ok_or(match key {
                RULE => "`rule` is no list of tables there ([[rule]])",
                _ => "`comparison` is no list of tables there ([[comparison]])",
            })?;
        let place = own.iter().position(called);
        match place.and_then(|i| own.get_mut(i)) {
            Some(old) => {
                *table.decor_mut() = old.decor().clone();
                table.set_position(old.position());
                *old = table;
            }
            None => own.push(table),
        }
        Ok(())
    })
}
