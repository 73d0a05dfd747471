//! How keys and values are to be read, as the project file says it: `[[source.decode]]`, `[[kafka.NAME.decode]]`.

use std::path::{Path, PathBuf};

use leftfold_kafka::Decoders;
use leftfold_source::capture::{Choice, Decoder, Part};
use serde::Deserialize;

use crate::error::SessionError;
use crate::project::Project;

/// One choice: `topic` (all of them without it), `part` (`value` without it), `as`, `file` and `message`.
#[derive(Clone, Debug, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table with topic, part, as, file and message"
)]
pub struct DecodeEntry {
    topic: Option<String>,
    part: Option<String>,
    #[serde(rename = "as")]
    read_as: String,
    file: Option<PathBuf>,
    message: Option<String>,
}

/// What entries say. Files lie relative to the folder.
pub(crate) fn decoders_of(entries: &[DecodeEntry], folder: &Path) -> Result<Decoders, String> {
    let mut decoders = Decoders::new();
    for entry in entries {
        let part = entry.part.as_deref().unwrap_or(Part::Value.name());
        let part = Part::of_name(part).ok_or_else(|| format!("part = {part:?}: write key or value"))?;
        let choice = Choice {
            topic: entry.topic.as_deref(),
            part,
            read_as: &entry.read_as,
            file: entry.file.as_deref(),
            message: entry.message.as_deref(),
        };
        decoders.push(Decoder::new(&choice, folder).map_err(|e| e.to_string())?);
    }
    Ok(decoders)
}

impl Project {
    /// How the project says a capture is to be read. Two sources that both say it, or one that cannot be used, are an error.
    pub fn decoders_of(&self, path: &Path) -> Result<Decoders, SessionError> {
        let mut saying = self.sources_at(path).filter(|s| !s.decode.is_empty());
        let Some(source) = saying.next() else {
            return Ok(Decoders::new());
        };
        if let Some(other) = saying.next() {
            return Err(self.wrong(&format!(
                "the sources {:?} and {:?} both state decoders of {}: remove one of them",
                source.called(),
                other.called(),
                path.display()
            )));
        }
        decoders_of(&source.decode, &self.folder)
            .map_err(|why| self.wrong(&format!("the source {:?}: decode: {why}", source.called())))
    }

    /// How the connection of a name says topics are to be read.
    pub(crate) fn kafka_decoders(&self, name: &str) -> Result<Decoders, SessionError> {
        let wrong = |why: String| self.wrong(&format!("[[kafka.{name}.decode]]: {why}"));
        let Some(value) = self.file.kafka.get(name).and_then(|t| t.get(DECODE)) else {
            return Ok(Decoders::new());
        };
        let entries: Vec<DecodeEntry> = value
            .clone()
            .try_into()
            .map_err(|e: toml::de::Error| wrong(crate::project::toml_error(&e, "")))?;
        decoders_of(&entries, &self.folder).map_err(wrong)
    }
}

/// The key of a connection that is no property.
pub(crate) const DECODE: &str = "decode";

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::project::FILE_NAME;

    const PAID: &str = r#"{"type":"record","name":"Paid","fields":[{"name":"cents","type":"long"}]}"#;

    fn project(text: &str) -> (tempfile::TempDir, Project) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("paid.avsc"), PAID).unwrap();
        fs::write(folder.path().join("a.leftfold"), "").unwrap();
        fs::write(folder.path().join(FILE_NAME), text).unwrap();
        let project = Project::of_folder(folder.path()).unwrap().unwrap();
        (folder, project)
    }

    fn said(decoders: &Decoders) -> Vec<String> {
        decoders.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_source_and_a_connection_say_how_they_are_read() {
        let (folder, project) = project(
            "[kafka.prod]\nbootstrap.servers = 'b:9093'\n[[kafka.prod.decode]]\ntopic = 'orders'\nas = 'avro'\nfile = 'paid.avsc'\n\
             [[kafka.prod.decode]]\npart = 'key'\nas = 'text'\n\
             [[source]]\npath = 'a.leftfold'\n[[source.decode]]\nas = 'msgpack'\n",
        );
        let of_profile = project.kafka_decoders("prod").unwrap();
        assert_eq!(said(&of_profile), ["orders:value=avro:paid.avsc", "key=text"]);
        // What is no property is not handed to librdkafka.
        let settings = project.kafka("prod").unwrap().unwrap();
        assert_eq!(settings.shown().count(), 1);
        let of_file = project.decoders_of(&folder.path().join("a.leftfold")).unwrap();
        assert_eq!(said(&of_file), ["value=msgpack"]);
        assert!(
            project
                .decoders_of(&folder.path().join("paid.avsc"))
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn what_cannot_be_used_says_which_and_why() {
        for (entry, why) in [
            ("as = 'avroo'", "no form \"avroo\""),
            ("part = 'header'\nas = 'avro'", "write key or value"),
            ("as = 'avro'\nfile = 'lost.avsc'", "lost.avsc: "),
            ("az = 'avro'", "unknown key `az`"),
        ] {
            let (_folder, project) = project(&format!(
                "[kafka.prod]\na = 'b'\n[[kafka.prod.decode]]\n{entry}\n"
            ));
            let error = project.kafka_decoders("prod").unwrap_err();
            assert_eq!(error.code, "project-file");
            assert!(
                error.message.contains(why) && error.message.contains("kafka.prod.decode"),
                "{error}"
            );
        }
        let twice = "[[source]]\nname = 'x'\npath = 'a.leftfold'\n[[source.decode]]\nas = 'text'\n";
        let (folder, project) = project(&format!("{twice}{}", twice.replace("'x'", "'y'")));
        let error = project
            .decoders_of(&folder.path().join("a.leftfold"))
            .unwrap_err();
        assert!(error.message.contains("both state decoders"), "{error}");
    }
}
