//! The project file: `leftfold.toml` beside the data, meant for git; mappings and projections by name.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use leftfold_event::terminal::is_obeyed;
use leftfold_replay::Projections;
use leftfold_source::Mapping;
use serde::Deserialize;

use crate::error::SessionError;

/// The file's name.
pub const FILE_NAME: &str = "leftfold.toml";

/// What a project file says. Unknown keys are refused, so that a typing error is not silently nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProjectFile {
    /// Sources by name.
    #[serde(rename = "source")]
    pub sources: Vec<ProjectSource>,
    /// Projections, as the replay reads them.
    #[serde(rename = "projection")]
    projections: Vec<toml::Value>,
}

/// A named source.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProjectSource {
    /// Its name; usable in place of a path.
    pub name: String,
    /// Its path, relative to the project file.
    pub path: PathBuf,
    /// How its table is read, where no dialect fits or another reading is wanted.
    pub mapping: Option<Mapping>,
}

/// A project file and where it is.
#[derive(Clone, Debug)]
pub struct Project {
    /// The folder it is in.
    pub folder: PathBuf,
    /// What it says.
    pub file: ProjectFile,
    text: String,
}

impl ProjectFile {
    /// Reads a project file's text. An error names the key and the line.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}

impl Project {
    /// The project file of a folder; `None` when there is none.
    pub fn of_folder(folder: &Path) -> Result<Option<Self>, SessionError> {
        let path = folder.join(FILE_NAME);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => {
                return Err(SessionError::new(
                    "project-file",
                    format!("{}: {e}", path.display()),
                ));
            }
        };
        let wrong = |e: toml::de::Error| {
            let why = toml_error(&e, &text);
            SessionError::new("project-file", format!("{}: {why}", path.display()))
        };
        Ok(Some(Self {
            folder: folder.to_owned(),
            file: ProjectFile::parse(&text).map_err(wrong)?,
            text,
        }))
    }

    /// The project file that belongs to a data file: the one in its folder.
    pub fn of_data_file(path: &Path) -> Result<Option<Self>, SessionError> {
        let folder = path
            .parent()
            .filter(|p| !p.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        Self::of_folder(folder)
    }

    /// The project file that speaks for a data file: the one in its folder or else, of these folders', the first that names
    /// the file.
    pub fn for_data_file<'a>(
        path: &Path,
        elsewhere: impl Iterator<Item = &'a Path>,
    ) -> Result<Option<Self>, SessionError> {
        if let Some(beside) = Self::of_data_file(path)? {
            return Ok(Some(beside));
        }
        for folder in elsewhere {
            if let Some(project) = Self::of_folder(folder)?.filter(|p| p.source_at(path).is_some()) {
                return Ok(Some(project));
            }
        }
        Ok(None)
    }

    /// The source of this name.
    pub fn source(&self, name: &str) -> Option<&ProjectSource> {
        self.file.sources.iter().find(|s| s.name == name)
    }

    /// The source that is this data file.
    fn source_at(&self, path: &Path) -> Option<&ProjectSource> {
        let wanted = fs::canonicalize(path).ok()?;
        let same =
            |s: &&ProjectSource| fs::canonicalize(self.folder.join(&s.path)).is_ok_and(|p| p == wanted);
        self.file.sources.iter().find(same)
    }

    /// The mapping the project states for a data file.
    pub fn mapping_of(&self, path: &Path) -> Option<(&str, &Mapping)> {
        let source = self.source_at(path)?;
        source.mapping.as_ref().map(|m| (source.name.as_str(), m))
    }

    /// The built-in projections and the project's own.
    pub fn projections(&self) -> Result<Projections, SessionError> {
        Projections::from_toml(&self.text).map_err(|e| {
            let path = self.folder.join(FILE_NAME);
            SessionError::new("project-file", format!("{}: {e}", path.display()))
        })
    }
}

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

/// What is wrong with a TOML text and in which line, on one line.
pub(crate) fn toml_error(e: &toml::de::Error, text: &str) -> String {
    let line = |at: usize| 1 + text.bytes().take(at).filter(|b| *b == b'\n').count();
    let place = e.span().map(|span| format!("line {}: ", line(span.start)));
    let message = e.message().trim_end().replace('\n', "; ");
    format!("{}{message}", place.unwrap_or_default())
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
fn escape(table: &mut toml_edit::Table) {
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
    let path = folder.join(FILE_NAME);
    let failed =
        |e: &dyn std::fmt::Display| SessionError::new("project-file", format!("{}: {e}", path.display()));
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => String::new(),
        Err(e) => return Err(failed(&e)),
    };
    let mut document: toml_edit::DocumentMut = text.parse().map_err(|e: toml_edit::TomlError| failed(&e))?;
    let source = entry(name, data, mapping).map_err(|e| failed(&e.message))?;
    let sources = document
        .entry("source")
        .or_insert(toml_edit::Item::ArrayOfTables(toml_edit::ArrayOfTables::new()))
        .as_array_of_tables_mut()
        .ok_or_else(|| failed(&"`source` is no list of tables there ([[source]])"))?;
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
    // In one step: a reader sees the old file or the new one.
    let temporary = folder.join(format!(".{FILE_NAME}.{}", std::process::id()));
    fs::write(&temporary, document.to_string())
        .and_then(|()| fs::rename(&temporary, &path))
        .map_err(|e| {
            let _ = fs::remove_file(&temporary);
            failed(&e)
        })?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_mapping_is_found_again_and_the_rest_of_the_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("my data.db");
        fs::write(&data, "x").unwrap();
        let before = "# ours\n[[source]]\nname = \"other\"\npath = \"other.db\" # kept\n";
        fs::write(folder.path().join(FILE_NAME), before).unwrap();
        let mapping: Mapping = toml::from_str("table = 't'\nstream = 'a'\n[payload]\ncolumn = 'p'").unwrap();
        for _ in 0..2 {
            save_mapping(&data, "mine", &mapping, None).unwrap();
        }
        let text = fs::read_to_string(folder.path().join(FILE_NAME)).unwrap();
        assert!(text.starts_with(before), "{text}");
        let project = Project::of_data_file(&data).unwrap().unwrap();
        assert_eq!(project.mapping_of(&data), Some(("mine", &mapping)));
        assert_eq!(project.file.sources.len(), 2);
    }

    #[test]
    fn names_a_terminal_would_obey_are_escaped_and_read_back() {
        let evil = "t\"\\\u{1b}[2J\n\u{9b}\u{202e}";
        let mapping = Mapping {
            table: evil.to_owned(),
            ..toml::from_str("table = 't'\nstream = 'a'").unwrap()
        };
        let text = mapping_text(evil, Path::new(evil), &mapping).unwrap();
        assert!(!text.contains(|c| c != '\n' && is_obeyed(c)), "{text:?}");
        let read = ProjectFile::parse(&text).unwrap();
        assert_eq!(read.sources[0].name, evil);
        assert_eq!(read.sources[0].mapping, Some(mapping));
    }

    #[test]
    fn a_project_file_elsewhere_speaks_for_the_data_it_names_and_for_no_other() {
        let (ours, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (named, other) = (data.path().join("named.db"), data.path().join("other.db"));
        fs::write(&named, "x").unwrap();
        fs::write(&other, "x").unwrap();
        let text = format!("[[source]]\nname = 'a'\npath = '{}'\n", named.display());
        fs::write(ours.path().join(FILE_NAME), text).unwrap();
        let found = |path: &Path| {
            Project::for_data_file(path, std::iter::once(ours.path()))
                .unwrap()
                .is_some()
        };
        assert!(found(&named));
        assert!(!found(&other));
    }

    #[test]
    fn a_typing_error_in_the_project_file_is_told_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE_NAME), "[[source]]\nnmae = 'x'\n").unwrap();
        let error = Project::of_folder(folder.path()).unwrap_err();
        assert!(
            error.message.contains("nmae") && error.message.contains('2'),
            "{}",
            error.message
        );
    }
}
