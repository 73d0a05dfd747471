//! The project file: `leftfold.toml` beside the data, meant for git; mappings, projections, comparisons and rules by name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use leftfold_replay::Projections;
use leftfold_source::Mapping;
use serde::Deserialize;

use crate::checks::{self, Check, NamedComparison, StatedCheck};
use crate::decode::DecodeEntry;
use crate::error::SessionError;
use crate::masks::Masks;

mod written;

pub(crate) use written::{edit, escape, save_profile};
pub use written::{mapping_text, save_mapping};

/// The file's name.
pub const FILE_NAME: &str = "leftfold.toml";

/// What a project file says.
#[derive(Clone, Debug, Default)]
pub struct ProjectFile {
    /// Sources by name.
    pub sources: Vec<ProjectSource>,
    /// Sources that cannot be used: they break nothing but themselves.
    pub broken: Vec<BrokenSource>,
    /// Comparisons, then rules, each as far as it can be used.
    pub checks: Vec<StatedCheck>,
    /// Connections to clusters by name: properties by librdkafka's names.
    pub(crate) kafka: BTreeMap<String, toml::Table>,
    /// Fields that are hidden, as they were written.
    pub masks: Vec<String>,
}

/// How the file stands in TOML. Unknown keys are refused, so that a typing error is not silently nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a table")]
struct RawFile<Source> {
    source: Vec<Source>,
    /// Projections, as the replay reads them.
    #[serde(rename = "projection")]
    _projections: Vec<toml::Value>,
    comparison: Vec<toml::Value>,
    rule: Vec<toml::Value>,
    /// Templates of events that undo others, as a plan reads them.
    #[serde(rename = "compensate")]
    _compensate: Vec<toml::Value>,
    #[serde(rename = "partner")]
    _partner: Vec<toml::Value>,
    kafka: BTreeMap<String, toml::Table>,
    masks: Vec<String>,
}

impl<Source> Default for RawFile<Source> {
    fn default() -> Self {
        Self {
            source: Vec::new(),
            _projections: Vec::new(),
            comparison: Vec::new(),
            rule: Vec::new(),
            _compensate: Vec::new(),
            _partner: Vec::new(),
            kafka: BTreeMap::new(),
            masks: Vec::new(),
        }
    }
}

/// A `[[source]]` that cannot be used.
#[derive(Clone, Debug)]
pub struct BrokenSource {
    /// Its name and its path as far as they can be read.
    said: ProjectSource,
    /// What is wrong, with the line where it is known.
    pub why: String,
}

/// A named source.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "a table with name, path, mapping and decode"
)]
pub struct ProjectSource {
    /// Its name; usable in place of a path. Empty where none is given.
    pub name: String,
    /// Its path, relative to the project file.
    pub path: PathBuf,
    /// How its table is read, where no dialect fits or another reading is wanted.
    pub mapping: Option<Mapping>,
    /// How a capture's keys and values are read, whatever it says itself.
    pub decode: Vec<DecodeEntry>,
}

impl ProjectSource {
    /// What it is called: its name or, without one, its path.
    pub fn called(&self) -> &str {
        let path = self.path.to_str().unwrap_or_default();
        if self.name.is_empty() { path } else { &self.name }
    }
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
    /// Reads a project file's text. A source, a comparison or a rule that is wrong is put aside; an error of anything else names the key
    /// and the line.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let first = match toml::from_str::<RawFile<ProjectSource>>(text) {
            Ok(file) => {
                return Ok(Self {
                    checks: checks::stated(text, &file.comparison, &file.rule),
                    sources: file.source,
                    kafka: file.kafka,
                    masks: file.masks,
                    broken: Vec::new(),
                });
            }
            Err(e) => e,
        };
        // Only what is wrong in the sources can be put aside.
        let loose: RawFile<toml::Value> = toml::from_str(text)?;
        let mut file = Self {
            checks: checks::stated(text, &loose.comparison, &loose.rule),
            kafka: loose.kafka,
            masks: loose.masks,
            ..Self::default()
        };
        for value in loose.source {
            match value.clone().try_into::<ProjectSource>() {
                Ok(source) => file.sources.push(source),
                Err(e) => {
                    // The first error of the whole knows its line.
                    let why = if file.broken.is_empty() {
                        toml_error(&first, text)
                    } else {
                        toml_error(&e, text)
                    };
                    let text = |key: &str| value.get(key).and_then(toml::Value::as_str).unwrap_or_default();
                    file.broken.push(BrokenSource {
                        said: ProjectSource {
                            name: text("name").to_owned(),
                            path: PathBuf::from(text("path")),
                            ..ProjectSource::default()
                        },
                        why,
                    });
                }
            }
        }
        Ok(file)
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
        let beside = Self::of_data_file(path)?;
        if beside.as_ref().is_some_and(|p| p.names(path)) {
            return Ok(beside);
        }
        for folder in elsewhere {
            if let Some(project) = Self::of_folder(folder)?.filter(|p| p.names(path)) {
                return Ok(Some(project));
            }
        }
        Ok(beside)
    }

    /// The source of this name, if there is one. Two of that name, or one that cannot be used, are an error.
    pub fn source(&self, name: &str) -> Result<Option<&ProjectSource>, SessionError> {
        if name.is_empty() {
            return Ok(None);
        }
        if let Some(broken) = self.file.broken.iter().find(|b| b.said.name == name) {
            return Err(self.wrong(&broken.why));
        }
        let mut named = self.file.sources.iter().filter(|s| s.name == name);
        let first = named.next();
        if named.next().is_some() {
            return Err(self.wrong(&format!(
                "two sources are called {name:?}: give one of them another name, or remove it"
            )));
        }
        Ok(first)
    }

    /// The comparison of this name, if there is one. One that cannot be used is an error.
    pub fn comparison(&self, name: &str) -> Result<Option<Arc<NamedComparison>>, SessionError> {
        let stated = self.file.checks.iter().find(|c| !c.is_rule && c.name == name);
        match stated.map(|c| &c.check) {
            Some(Ok(Check::Comparison(comparison))) => Ok(Some(Arc::clone(comparison))),
            Some(Err(why)) => Err(self.wrong(why)),
            _ => Ok(None),
        }
    }

    /// Whether a source is this data file.
    fn names(&self, path: &Path) -> bool {
        let broken = self.file.broken.iter().map(|b| &b.said);
        fs::canonicalize(path)
            .is_ok_and(|p| self.file.sources.iter().chain(broken).any(|s| self.is_at(s, &p)))
    }

    /// Whether a source is the data file at this canonical path.
    fn is_at(&self, source: &ProjectSource, canonical: &Path) -> bool {
        !source.path.as_os_str().is_empty()
            && fs::canonicalize(self.folder.join(&source.path)).is_ok_and(|p| p == canonical)
    }

    /// The sources that are this data file.
    pub(crate) fn sources_at(&self, path: &Path) -> impl Iterator<Item = &ProjectSource> {
        let canonical = fs::canonicalize(path).ok();
        let is_it = move |s: &&ProjectSource| canonical.as_ref().is_some_and(|c| self.is_at(s, c));
        self.file.sources.iter().filter(is_it)
    }

    /// The mapping the project states for a data file, and what its source is called. Two different ones, or one that cannot be used, are an error.
    pub fn mapping_of(&self, path: &Path) -> Result<Option<(&str, &Mapping)>, SessionError> {
        let Ok(canonical) = fs::canonicalize(path) else {
            return Ok(None);
        };
        if let Some(broken) = self.file.broken.iter().find(|b| self.is_at(&b.said, &canonical)) {
            return Err(self.wrong(&broken.why));
        }
        let mut mapped = self
            .sources_at(path)
            .filter_map(|s| s.mapping.as_ref().map(|m| (s.called(), m)));
        let first = mapped.next();
        if let (Some((one, _)), Some((two, _))) = (first, mapped.next()) {
            let file = path.display();
            return Err(self.wrong(&format!(
                "the sources {one:?} and {two:?} both state a mapping of {file}: remove one of them"
            )));
        }
        Ok(first)
    }

    /// The fields that it hides. A mask that cannot be read is an error: nothing is shown rather than too much.
    pub fn masks(&self) -> Result<Masks, SessionError> {
        Masks::parse(&self.file.masks).map_err(|e| self.wrong(&e.message))
    }

    /// What of the sources cannot be used, in sentences.
    pub fn broken(&self) -> impl Iterator<Item = String> {
        self.file.broken.iter().map(|b| self.wrong(&b.why).message)
    }

    /// An error about the project file.
    pub fn wrong(&self, why: &str) -> SessionError {
        let path = self.folder.join(FILE_NAME);
        SessionError::new("project-file", format!("{}: {why}", path.display()))
    }

    /// What undoes events of which type and what belongs to them, as `[[compensate]]` and `[[partner]]` say it.
    pub fn templates(&self) -> Result<crate::compensate::Templates, SessionError> {
        crate::compensate::templates(&self.text).map_err(|why| self.wrong(&why))
    }

    /// A project file of one rule of this one and of its projections, over another source.
    pub fn with_rule_alone(&self, name: &str, source: &str) -> Result<String, SessionError> {
        let document: toml_edit::DocumentMut = self
            .text
            .parse()
            .map_err(|e: toml_edit::TomlError| self.wrong(&e.to_string()))?;
        let mut alone = toml_edit::DocumentMut::new();
        let rules = document.get("rule").and_then(toml_edit::Item::as_array_of_tables);
        let called = |t: &&toml_edit::Table| t.get("name").and_then(toml_edit::Item::as_str) == Some(name);
        let mut rule = rules
            .and_then(|rules| rules.iter().find(called).cloned())
            .ok_or_else(|| self.wrong(&format!("there is no rule {name:?}")))?;
        rule["source"] = toml_edit::value(source);
        rule.set_position(None);
        let mut list = toml_edit::ArrayOfTables::new();
        list.push(rule);
        alone["rule"] = toml_edit::Item::ArrayOfTables(list);
        if let Some(projections) = document.get("projection") {
            alone["projection"] = projections.clone();
        }
        Ok(alone.to_string())
    }

    /// The projections of this project file alone, as text that another one may begin with; empty where it states none.
    pub fn projections_alone(&self) -> Result<String, SessionError> {
        let document: toml_edit::DocumentMut = self
            .text
            .parse()
            .map_err(|e: toml_edit::TomlError| self.wrong(&e.to_string()))?;
        let mut alone = toml_edit::DocumentMut::new();
        if let Some(projections) = document.get("projection") {
            alone["projection"] = projections.clone();
        }
        Ok(alone.to_string())
    }

    /// The built-in projections and the project's own.
    pub fn projections(&self) -> Result<Projections, SessionError> {
        Projections::from_toml(&self.text).map_err(|e| {
            let path = self.folder.join(FILE_NAME);
            SessionError::new("project-file", format!("{}: {e}", path.display()))
        })
    }
}

/// What is wrong with a TOML text and in which line, on one line.
pub(crate) fn toml_error(e: &toml::de::Error, text: &str) -> String {
    let place = e
        .span()
        .map(|span| format!("line {}: ", line_of(text, span.start)));
    let message = in_toml_words(&e.message().trim_end().replace('\n', "; "));
    format!("{}{message}", place.unwrap_or_default())
}

/// The line in which a byte of a text lies.
pub(crate) fn line_of(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|b| *b == b'\n').count()
}

/// The parser's message in the words of the file, not of the program.
fn in_toml_words(message: &str) -> String {
    const WORDS: &[(&str, &str)] = &[
        ("unknown field ", "unknown key "),
        ("missing field ", "missing key "),
        ("duplicate field ", "twice the key "),
        ("unknown variant ", "unknown value "),
        ("invalid type: ", "found "),
        ("invalid value: ", "found "),
        ("invalid length ", "wrong length "),
        ("found map", "found a table"),
        ("found sequence", "found a list"),
        ("found string ", "found the text "),
        ("found integer ", "found the number "),
        ("found floating point ", "found the number "),
        ("found boolean ", "found "),
        ("expected a sequence", "expected a list ([[…]])"),
        ("expected a map", "expected a table"),
        ("expected a string", "expected a text"),
        ("expected a boolean", "expected true or false"),
        ("expected u8", "expected a small number"),
    ];
    WORDS.iter().fold(message.to_owned(), |text, (theirs, ours)| {
        text.replace(theirs, ours)
    })
}

#[cfg(test)]
mod tests {
    use leftfold_event::terminal::is_obeyed;

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
        assert_eq!(project.mapping_of(&data), Ok(Some(("mine", &mapping))));
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
        let project = Project::of_folder(folder.path()).unwrap().unwrap();
        let told: Vec<String> = project.broken().collect();
        assert!(told[0].contains("nmae") && told[0].contains("line 2"), "{told:?}");
    }

    /// A project of two data files with this text, and what it says of the mapping of the first.
    fn told(text: &str) -> (String, bool) {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.db", "b.db"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        fs::write(folder.path().join(FILE_NAME), text).unwrap();
        let project = Project::of_folder(folder.path()).unwrap().unwrap();
        let of = |name: &str| project.mapping_of(&folder.path().join(name)).map(|m| m.is_some());
        (of("a.db").unwrap_err().message, of("b.db").unwrap())
    }

    #[test]
    fn a_source_that_is_wrong_breaks_no_other() {
        let good = "[[source]]\nname = 'b'\npath = 'b.db'\n[source.mapping]\ntable = 't'\nstream = 's'\n";
        for (bad, part) in [
            ("strem = 's'", "unknown key `strem`"),
            ("stream = 3", "a column's name"),
            ("payload = 3", "a column's name"),
            (
                "time = { from = 'a', format = 'fortnights' }",
                "unknown value `fortnights`",
            ),
            ("payload = { at = '/a' }", "missing key `column`"),
            ("stream = '{a'", "brace"),
        ] {
            let text = format!(
                "[[source]]\nname = 'a'\npath = 'a.db'\n[source.mapping]\ntable = 't'\n{bad}\n{good}"
            );
            let (told, other) = told(&text);
            assert!(told.contains(part) && told.contains("line 6"), "{told}");
            for word in ["variant", "struct", "untagged", "field `", "Raw", "map,"] {
                assert!(!told.contains(word), "{told}");
            }
            assert!(other, "{bad}");
        }
    }

    #[test]
    fn two_sources_of_one_name_or_two_mappings_of_one_file_are_told() {
        let one = "[[source]]\nname = 'a'\npath = 'a.db'\n[source.mapping]\ntable = 't'\nstream = 's'\n";
        let (told, _) = told(&format!("{one}{}", one.replace("name = 'a'", "name = 'c'")));
        assert!(told.contains("\"a\" and \"c\" both state a mapping"), "{told}");
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE_NAME), format!("{one}{one}")).unwrap();
        let project = Project::of_folder(folder.path()).unwrap().unwrap();
        let error = project.source("a").unwrap_err();
        assert!(
            error.message.contains("two sources are called \"a\""),
            "{}",
            error.message
        );
    }
}
