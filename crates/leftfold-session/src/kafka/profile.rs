//! How one connects: what was entered, on top of a profile of the project file.

use std::path::Path;

use leftfold_kafka::Settings;

use crate::Session;
use crate::dto::{KafkaProfileDto, KafkaSettingsDto};
use crate::error::SessionError;
use crate::project::{FILE_NAME, Project};

/// What was entered as settings.
pub(crate) fn settings_of(entered: &KafkaSettingsDto, session: &Session) -> Result<Settings, SessionError> {
    let mut settings = match &entered.profile {
        Some(name) => named(name, session)?,
        None => Settings::new(),
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
    Ok(settings)
}

fn named(name: &str, session: &Session) -> Result<Settings, SessionError> {
    for folder in session.project_folders() {
        if let Some(project) = Project::of_folder(folder)?
            && let Some(settings) = project.kafka(name)?
        {
            return Ok(settings);
        }
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
            let (settings, problem) = match project.kafka(name) {
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
