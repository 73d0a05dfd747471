//! How one connects: what was entered, on top of a profile of the project file.

use std::path::Path;
use std::sync::Arc;

use leftfold_kafka::{Decoders, RecordMapping, Settings};
use leftfold_source::Mapping;

use crate::Session;
use crate::decode::DECODE;
use crate::dto::{KafkaProfileDto, KafkaSettingsDto};
use crate::error::SessionError;
use crate::project::{FILE_NAME, Project};

/// A connection and how what comes by it is read.
#[derive(Clone, Debug, Default)]
pub struct KafkaProfile {
    /// How to connect.
    pub settings: Settings,
    /// How keys and values are read.
    pub decoders: Decoders,
    /// Where streams, types, versions and ids are found.
    pub mapping: Option<Arc<RecordMapping>>,
}

/// What was entered, on top of its profile.
pub(crate) fn profile_of(
    entered: &KafkaSettingsDto,
    session: &Session,
) -> Result<KafkaProfile, SessionError> {
    let KafkaProfile {
        mut settings,
        decoders,
        mapping,
    } = match &entered.profile {
        Some(name) => named(name, session)?,
        None => KafkaProfile::default(),
    };
    if !entered.file.trim().is_empty() {
        settings.read_file(Path::new(entered.file.trim()))?;
    }
    for line in entered.text.0.lines().map(str::trim) {
        if !line.is_empty() && !line.starts_with('#') {
            settings.set_pair(line)?;
        }
    }
    for (name, value) in &entered.properties {
        settings.set(name, &value.0);
    }
    if !entered.servers.trim().is_empty() {
        settings.set("bootstrap.servers", entered.servers.trim());
    }
    if !entered.registry.trim().is_empty() {
        settings.set_registry(entered.registry.trim());
    }
    Ok(KafkaProfile {
        settings,
        decoders,
        mapping,
    })
}

impl Session {
    /// The connection of a profile; `None`: no project file that is looked into has one of this name.
    pub fn kafka_profile(&self, name: &str) -> Result<Option<KafkaProfile>, SessionError> {
        for folder in self.project_folders() {
            if let Some(project) = Project::of_folder(folder)?
                && let Some(settings) = project.kafka(name)?
            {
                return Ok(Some(KafkaProfile {
                    settings,
                    decoders: project.kafka_decoders(name)?,
                    mapping: project.kafka_mapping(name)?,
                }));
            }
        }
        Ok(None)
    }
}

/// The key of a connection that says where facts are found.
const MAPPING: &str = "mapping";

impl Session {
    /// The names of the connections in the project files that are looked into, sorted.
    pub fn kafka_profile_names(&self) -> Vec<String> {
        let folders = self.project_folders();
        let projects = folders.filter_map(|folder| Project::of_folder(folder).ok().flatten());
        let mut names: Vec<String> = projects
            .flat_map(|p| p.kafka_names().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        names.sort();
        names.dedup();
        names
    }
}

fn named(name: &str, session: &Session) -> Result<KafkaProfile, SessionError> {
    if let Some(profile) = session.kafka_profile(name)? {
        return Ok(profile);
    }
    let message = format!("no profile is called {name:?}: {FILE_NAME} has no [kafka.{name}]");
    Err(SessionError::new("kafka-no-profile", message))
}

/// The profiles of all project files that are looked into. One that cannot be used says why.
pub(crate) fn all(session: &Session) -> Vec<KafkaProfileDto> {
    let mut profiles: Vec<KafkaProfileDto> = Vec::new();
    for folder in session.project_folders() {
        let file = folder.join(FILE_NAME).display().to_string();
        let project = match Project::of_folder(folder) {
            Ok(Some(project)) => project,
            Ok(None) => continue,
            Err(e) => {
                tracing::warn!(error = %e, "a project file cannot be read");
                continue;
            }
        };
        for name in project.kafka_names() {
            // The first one of a name is the one that is used.
            if profiles.iter().any(|p| p.name == name) {
                continue;
            }
            let found = project
                .kafka_decoders(name)
                .and_then(|_| project.kafka_mapping(name))
                .and_then(|_| project.kafka(name));
            let (settings, problem) = match found {
                Ok(settings) => (settings.unwrap_or_default(), None),
                Err(e) => (Settings::new(), Some(e.into())),
            };
            let shown = settings.shown();
            profiles.push(KafkaProfileDto {
                name: name.to_owned(),
                file: file.clone(),
                servers: settings.get("bootstrap.servers").unwrap_or_default().to_owned(),
                properties: shown.map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
                problem,
            });
        }
    }
    profiles
}

impl Project {
    /// The names of the connections to clusters: `[kafka.NAME]`.
    pub fn kafka_names(&self) -> impl Iterator<Item = &str> {
        self.file.kafka.keys().map(String::as_str)
    }

    /// Where the connection of a name says that streams, types, versions and ids are found: `[kafka.NAME.mapping]`.
    pub(crate) fn kafka_mapping(&self, name: &str) -> Result<Option<Arc<RecordMapping>>, SessionError> {
        let Some(value) = self.file.kafka.get(name).and_then(|t| t.get(MAPPING)) else {
            return Ok(None);
        };
        let wrong = |why: String| self.wrong(&format!("[kafka.{name}.mapping]: {why}"));
        let mapping: Mapping = value
            .clone()
            .try_into()
            .map_err(|e: toml::de::Error| wrong(crate::project::toml_error(&e, "")))?;
        let mapping = RecordMapping::new(&mapping).map_err(|e| wrong(e.to_string()))?;
        Ok(Some(Arc::new(mapping)))
    }

    /// The connection of a name, if there is one. The file is meant for git: a secret must be a reference to the environment or the keyring.
    pub fn kafka(&self, name: &str) -> Result<Option<Settings>, SessionError> {
        let Some(table) = self.file.kafka.get(name) else {
            return Ok(None);
        };
        let mut settings = Settings::new();
        let wrong = |why: String| self.wrong(&format!("[kafka.{name}]: {why}"));
        for (property, value) in properties(table).map_err(wrong)? {
            settings.set(&property, &value);
        }
        // What must be hidden is a secret and no reference.
        let secret = settings
            .shown()
            .find(|(name, value)| settings.get(name) != Some(value));
        if let Some((property, _)) = secret {
            return Err(wrong(format!(
                "{property} holds a secret, and this file is no place for one: write \"${{NAME}}\" and set the environment variable NAME, or \"${{keyring:NAME}}\" and keep it with `leftfold secret NAME`"
            )));
        }
        Ok(Some(settings))
    }
}

/// Properties by their names: `ssl.ca.location` may be a key in quotes, or tables in each other, which is what TOML makes of dots.
fn properties(table: &toml::Table) -> Result<Vec<(String, String)>, String> {
    let mut found = Vec::new();
    for (name, value) in table {
        match value {
            toml::Value::Array(_) if name == DECODE => {}
            toml::Value::Table(_) if name == MAPPING => {}
            toml::Value::Table(inner) => {
                let inner = properties(inner)?;
                found.extend(
                    inner
                        .into_iter()
                        .map(|(rest, value)| (format!("{name}.{rest}"), value)),
                );
            }
            toml::Value::String(text) => found.push((name.clone(), text.clone())),
            toml::Value::Integer(n) => found.push((name.clone(), n.to_string())),
            toml::Value::Boolean(b) => found.push((name.clone(), b.to_string())),
            _ => {
                return Err(format!(
                    "{name} is neither a text, a whole number, true nor false"
                ));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn project(text: &str) -> Project {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE_NAME), text).unwrap();
        Project::of_folder(folder.path()).unwrap().unwrap()
    }

    #[test]
    fn a_profile_has_librdkafkas_names_however_toml_nests_them() {
        let project = project(
            "[kafka.prod]\nbootstrap.servers = 'b:9093'\nsecurity.protocol = 'SASL_SSL'\nsasl.password = '${KAFKA_PASSWORD}'\n\
             'ssl.ca.location' = 'ca.pem'\nsocket.keepalive.enable = true\nfetch.wait.max.ms = 50\n[kafka.dev]\nbootstrap.servers = 'd'\n",
        );
        assert_eq!(project.kafka_names().collect::<Vec<_>>(), ["dev", "prod"]);
        let settings = project.kafka("prod").unwrap().unwrap();
        for (name, value) in [
            ("bootstrap.servers", "b:9093"),
            ("sasl.password", "${KAFKA_PASSWORD}"),
            ("ssl.ca.location", "ca.pem"),
            ("socket.keepalive.enable", "true"),
            ("fetch.wait.max.ms", "50"),
        ] {
            assert_eq!(settings.get(name), Some(value));
        }
        assert!(project.kafka("other").unwrap().is_none());
    }

    #[test]
    fn a_secret_in_a_profile_is_refused_and_not_repeated() {
        for line in [
            "sasl.password = 'hunter22'",
            "ssl.key.pem = 'hunter22'",
            "schema.registry.url = 'http://al:hunter22@r'",
        ] {
            let project = project(&format!(
                "[kafka.prod]\n{line}\n[kafka.dev]\nbootstrap.servers = 'd'\n"
            ));
            let error = project.kafka("prod").unwrap_err();
            assert_eq!(error.code, "project-file");
            assert!(
                error.message.contains("holds a secret") && error.message.contains("${NAME}"),
                "{error}"
            );
            assert!(!error.message.contains("hunter22"), "{error}");
            assert!(project.kafka("dev").unwrap().is_some());
        }
    }

    #[test]
    fn what_is_entered_goes_before_the_file_and_secrets_do_not_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("client.conf");
        fs::write(&file, "bootstrap.servers=f:1\nclient.id=f\n").unwrap();
        let session = Session::new(None, std::sync::Arc::new(|_| ())).in_project(folder.path().to_owned());
        let entered = KafkaSettingsDto {
            profile: None,
            file: file.display().to_string(),
            text: crate::dto::Secret("# a remark\n\nclient.id = t\nsasl.password=hunter22".to_owned()),
            properties: vec![(
                "security.protocol".to_owned(),
                crate::dto::Secret("SSL".to_owned()),
            )],
            servers: "s:1".to_owned(),
            registry: String::new(),
            keyring: Vec::new(),
        };
        let settings = profile_of(&entered, &session).unwrap().settings;
        assert_eq!(settings.get("bootstrap.servers"), Some("s:1"));
        assert_eq!(settings.get("security.protocol"), Some("SSL"));
        let dto = session.kafka_connect(&entered).unwrap();
        let json = serde_json::to_string(&dto).unwrap();
        assert!(!json.contains("hunter22"), "{json}");
        assert!(!format!("{entered:?}{}", serde_json::to_string(&entered).unwrap()).contains("hunter22"));
        let unknown = KafkaSettingsDto {
            profile: Some("nobody".to_owned()),
            ..entered
        };
        assert_eq!(
            profile_of(&unknown, &session).unwrap_err().code,
            "kafka-no-profile"
        );
    }
}
