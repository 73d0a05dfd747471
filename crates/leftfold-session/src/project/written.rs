//! What is written into a project file: mappings, profiles; everything else in it stays as it is.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use leftfold_event::terminal::is_obeyed;
use leftfold_source::Mapping;

use super::FILE_NAME;
use crate::error::SessionError;

/// Saves a mapping under a name in the project file beside the data, keeping everything else in that file as it is; where
/// that folder cannot be written, in `fallback`. Says where.
pub fn save_mapping(
    data: &Path,
    name: &str,
    mapping: &Mapping,
    fallback: Option<&Path>,
) -> Result<PathBuf, SessionError> {
    let beside = data.parent().unwrap_or(Path::new("."));
    let file_name = data.file_name().map(PathBuf::from).unwrap_or_default();
    match write_mapping(beside, name, &file_name, mapping) {
        Ok(path) => Ok(path),
        Err(first) => {
            let Some(folder) = fallback else { return Err(first) };
            let absolute = fs::canonicalize(data).unwrap_or_else(|_| data.to_owned());
            fs::create_dir_all(folder)
                .map_err(|_| first.clone())
                .and_then(|()| write_mapping(folder, name, &absolute, mapping))
                .map_err(|_| first)
        }
    }
}

/// A mapping as the lines that state it in a project file.
pub fn mapping_text(name: &str, data: &Path, mapping: &Mapping) -> Result<String, SessionError> {
    let mut sources = toml_edit::ArrayOfTables::new();
    sources.push(entry(name, data, mapping)?);
    let mut document = toml_edit::DocumentMut::new();
    document["source"] = toml_edit::Item::ArrayOfTables(sources);
    Ok(document.to_string())
}

/// A source's table in the project file.
fn entry(name: &str, data: &Path, mapping: &Mapping) -> Result<toml_edit::Table, SessionError> {
    let failed = |e: &dyn std::fmt::Display| SessionError::new("project-file", e.to_string());
    let text = toml::to_string(mapping).map_err(|e| failed(&e))?;
    let parsed: toml_edit::DocumentMut = text.parse().map_err(|e: toml_edit::TomlError| failed(&e))?;
    let mut stated = parsed.as_table().clone();
    stated.set_implicit(false);
    let mut source = toml_edit::Table::new();
    source["name"] = toml_edit::value(name);
    source["path"] = toml_edit::value(data.to_string_lossy().into_owned());
    source["mapping"] = toml_edit::Item::Table(stated);
    escape(&mut source);
    Ok(source)
}

/// Writes what an editor or a terminal would obey in names from the data as escapes; TOML asks that of the first 32 only.
pub(crate) fn escape(table: &mut toml_edit::Table) {
    for (_, item) in table.iter_mut() {
        match item {
            toml_edit::Item::Table(table) => escape(table),
            toml_edit::Item::Value(value) => escape_value(value),
            _ => {}
        }
    }
}

fn escape_value(value: &mut toml_edit::Value) {
    match value {
        toml_edit::Value::Array(array) => array.iter_mut().for_each(escape_value),
        toml_edit::Value::InlineTable(table) => table.iter_mut().for_each(|(_, v)| escape_value(v)),
        toml_edit::Value::String(text) if text.value().contains(is_obeyed) => {
            let mut quoted = String::from("\"");
            for c in text.value().chars() {
                match c {
                    '"' | '\\' => quoted.extend(['\\', c]),
                    c if is_obeyed(c) => drop(write!(quoted, "\\u{:04X}", u32::from(c))),
                    c => quoted.push(c),
                }
            }
            quoted.push('"');
            if let Ok(escaped) = quoted.parse() {
                *value = escaped;
            }
        }
        _ => {}
    }
}

fn write_mapping(folder: &Path, name: &str, data: &Path, mapping: &Mapping) -> Result<PathBuf, SessionError> {
    let source = entry(name, data, mapping)?;
    edit(folder, |document| {
        let sources = document
            .entry("source")
            .or_insert(toml_edit::Item::ArrayOfTables(toml_edit::ArrayOfTables::new()))
            .as_array_of_tables_mut()
            .ok_or("`source` is no list of tables there ([[source]])")?;
        let same = |t: &toml_edit::Table| t.get("name").and_then(toml_edit::Item::as_str) == Some(name);
        let place = sources.iter().position(same);
        match place {
            Some(i) => {
                if let Some(old) = sources.get_mut(i) {
                    *old = source;
                }
            }
            None => sources.push(source),
        }
        Ok(())
    })
}

/// What a profile has beside properties: kept when its properties are written anew.
const NO_PROPERTY: &[&str] = &["decode"];

/// Saves a profile, given as the lines that state it, in a folder's project file, in place of one of the same name. Everything else in that file
/// stays as it is. Says where.
pub(crate) fn save_profile(folder: &Path, name: &str, lines: &str) -> Result<PathBuf, SessionError> {
    let failed = |e: &dyn std::fmt::Display| SessionError::new("project-file", e.to_string());
    let mut stated: toml_edit::DocumentMut = lines.parse().map_err(|e: toml_edit::TomlError| failed(&e))?;
    let profile = stated
        .get_mut("kafka")
        .and_then(|k| k.as_table_like_mut()?.remove(name));
    let Some(toml_edit::Item::Table(mut profile)) = profile else {
        return Err(failed(&format!("[kafka.{name}] is not stated")));
    };
    escape(&mut profile);
    fs::create_dir_all(folder)
        .map_err(|e| SessionError::new("not-kept", format!("{}: {e}", folder.display())))?;
    edit(folder, |document| {
        let has_text = !document.is_empty();
        let mut implicit = toml_edit::Table::new();
        implicit.set_implicit(true);
        let profiles = document
            .entry("kafka")
            .or_insert(toml_edit::Item::Table(implicit))
            .as_table_mut()
            .ok_or("`kafka` is no table there")?;
        // Behind the other profiles; one that is replaced stays where it was.
        profile.set_position(None);
        if let Some(old) = profiles.get(name).and_then(toml_edit::Item::as_table) {
            profile.set_position(old.position());
            *profile.decor_mut() = old.decor().clone();
            for key in NO_PROPERTY {
                if let Some(kept) = old.get(key) {
                    profile.insert(key, kept.clone());
                }
            }
        } else if has_text {
            profile.decor_mut().set_prefix("\n");
        }
        profiles.insert(name, toml_edit::Item::Table(profile));
        Ok(())
    })
}

/// Changes the project file of a folder, in one step: a reader sees the old file or the new one.
pub(crate) fn edit(
    folder: &Path,
    change: impl FnOnce(&mut toml_edit::DocumentMut) -> Result<(), &'static str>,
) -> Result<PathBuf, SessionError> {
    let path = folder.join(FILE_NAME);
    let failed =
        |e: &dyn std::fmt::Display| SessionError::new("project-file", format!("{}: {e}", path.display()));
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => String::new(),
        Err(e) => return Err(failed(&e)),
    };
    let mut document: toml_edit::DocumentMut = text.parse().map_err(|e: toml_edit::TomlError| failed(&e))?;
    // Comments alone are what ends an empty document: what is added would stand before them.
    let mut comments = String::new();
    if document.is_empty() && !text.is_empty() {
        comments = format!("{}\n", text.trim_end());
        document = toml_edit::DocumentMut::new();
    }
    change(&mut document).map_err(|e| failed(&e))?;
    let temporary = folder.join(format!(".{FILE_NAME}.{}", std::process::id()));
    fs::write(&temporary, format!("{comments}{document}"))
        .and_then(|()| fs::rename(&temporary, &path))
        .map_err(|e| {
            let _ = fs::remove_file(&temporary);
            failed(&e)
        })?;
    Ok(path)
}
