//! What is kept of a connection: for the next start of the window, and as a profile of the user's own project file. Secrets are in neither.

use std::path::PathBuf;

use leftfold_kafka::{Settings, in_keyring, may_be_written};

use crate::Session;
use crate::dto::{KafkaProfilePlanDto, KafkaRememberedDto, KafkaSettingsDto};
use crate::error::SessionError;
use crate::project::{self, FILE_NAME, Project};

/// What was entered, without its secrets; references to them are none.
pub(crate) fn without_secrets(entered: &KafkaSettingsDto) -> KafkaRememberedDto {
    let may = |line: &str| match line.split_once('=') {
        Some((name, value)) => may_be_written(name.trim(), value.trim()),
        None => line.trim().starts_with('#'),
    };
    let lines: Vec<&str> = entered.text.0.lines().filter(|line| may(line)).collect();
    let properties = entered.properties.iter().map(|(name, value)| (name, &value.0));
    // A login in a URL is a secret; where the registry is, is none.
    let registry = match entered.registry.split_once("://") {
        Some((scheme, rest)) if !may_be_written("", &entered.registry) => {
            format!(
                "{scheme}://{}",
                rest.split_once('@').map_or(rest, |(_, place)| place)
            )
        }
        _ => entered.registry.clone(),
    };
    KafkaRememberedDto {
        profile: entered.profile.clone(),
        servers: entered.servers.clone(),
        registry,
        file: entered.file.clone(),
        text: lines.join("\n"),
        properties: properties
            .filter(|(name, value)| may_be_written(name, value))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    }
}

/// A profile's lines in the project file, and the environment variables that stand for secrets which are nowhere yet.
fn lines_of(name: &str, settings: &Settings, in_ring: &[(String, String)]) -> (String, Vec<String>) {
    let upper = |text: &str| -> String {
        let one = |c: char| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_uppercase()
            } else {
                '_'
            }
        };
        text.chars().map(one).collect()
    };
    let mut variables = Vec::new();
    let mut text = format!("[kafka.{name}]\n");
    for (property, shown) in settings.shown() {
        let value = if let Some((_, kept)) = in_ring.iter().find(|(of, _)| of == property) {
            in_keyring(kept)
        } else if settings.get(property) == Some(shown) && may_be_written(property, shown) {
            shown.to_owned()
        } else {
            let variable = format!("{}_{}", upper(name), upper(property));
            variables.push(variable.clone());
            format!("${{{variable}}}")
        };
        let bare = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let key = if property.chars().all(bare) && !property.split('.').any(str::is_empty) {
            property.to_owned()
        } else {
            toml_edit::Value::from(property).to_string()
        };
        text.extend([&key, " = ", &toml_edit::Value::from(value).to_string(), "\n"]);
    }
    (text, variables)
}

impl Session {
    /// The folder a profile is saved in: the user's configuration.
    fn own_folder(&self) -> Result<PathBuf, SessionError> {
        let folder = self.config_folder().map(ToOwned::to_owned);
        folder.ok_or_else(|| {
            SessionError::new(
                "not-kept",
                "the system names no folder for a user's configuration",
            )
        })
    }

    /// What saving a connection as a profile would write.
    pub(crate) fn plan_profile(
        &self,
        connection: u32,
        name: &str,
    ) -> Result<KafkaProfilePlanDto, SessionError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || !name.chars().all(plain) {
            let message = format!("{name:?} is no profile's name: write letters, digits, - and _");
            return Err(SessionError::new("kafka-profile-name", message));
        }
        let connection = self.kafka().connection(connection)?;
        let folder = self.own_folder()?;
        let (text, variables) = lines_of(name, &connection.settings(), &connection.to_keep());
        let there = Project::of_folder(&folder)?;
        let replaces = there.is_some_and(|p| p.kafka_names().any(|n| n == name));
        let mut before = self.project_folders().filter(|f| *f != folder);
        let shadowed_by = before.find_map(|f| {
            let project = Project::of_folder(f).ok()??;
            let has = project.kafka_names().any(|n| n == name);
            has.then(|| f.join(FILE_NAME).display().to_string())
        });
        Ok(KafkaProfilePlanDto {
            path: folder.join(FILE_NAME).display().to_string(),
            text,
            replaces,
            variables,
            shadowed_by,
        })
    }

    /// Saves a connection as a profile, its secrets that are to go there in the keyring; says where. The rest of the file stays as it is.
    pub(crate) fn save_profile(&self, connection: u32, name: &str) -> Result<String, SessionError> {
        let plan = self.plan_profile(connection, name)?;
        self.kafka().connection(connection)?.keep_secrets()?;
        let folder = self.own_folder()?;
        let path = project::save_profile(&folder, name, &plan.text)?;
        Ok(path.display().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dto::Secret;

    fn entered(properties: &[(&str, &str)]) -> KafkaSettingsDto {
        KafkaSettingsDto {
            profile: None,
            file: String::new(),
            text: Secret("# mine\nclient.id=x\nssl.key.password = hunter22\nnonsense hunter22".to_owned()),
            properties: properties
                .iter()
                .map(|(n, v)| ((*n).to_owned(), Secret((*v).to_owned())))
                .collect(),
            servers: "b:9093".to_owned(),
            registry: "https://al:hunter22@r:8081".to_owned(),
            keyring: Vec::new(),
        }
    }

    #[test]
    fn all_but_secrets_is_remembered() {
        let kept = without_secrets(&entered(&[
            ("sasl.username", "al"),
            ("sasl.password", "hunter22"),
            ("ssl.key.password", "${keyring:key@b:9093}"),
        ]));
        let json = serde_json::to_string(&kept).unwrap();
        assert!(!json.contains("hunter22"), "{json}");
        assert_eq!(kept.text, "# mine\nclient.id=x");
        assert_eq!(kept.registry, "https://r:8081");
        let names: Vec<&str> = kept.properties.iter().map(|(n, _)| n.as_str()).collect();
        assert_eq!(names, ["sasl.username", "ssl.key.password"]);
    }

    #[test]
    fn a_saved_profile_holds_no_secret_and_leaves_the_rest_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let before =
            "# ours\n[kafka.dev] # here\nbootstrap.servers = 'd'\n\n[[source]]\nname = 'a'\npath = 'a.db'\n";
        std::fs::write(folder.path().join(FILE_NAME), before).unwrap();
        let mut settings = Settings::new();
        for (name, value) in [
            ("bootstrap.servers", "b:9093"),
            ("sasl.username", "a\"l"),
            ("sasl.password", "hunter22"),
            ("ssl.key.password", "hunter22"),
            ("ssl.certificate.pem", "${PEM}"),
        ] {
            settings.set(name, value);
        }
        let ring = [("ssl.key.password".to_owned(), "key@b:9093".to_owned())];
        let (text, variables) = lines_of("prod-1", &settings, &ring);
        assert_eq!(variables, ["PROD_1_SASL_PASSWORD"]);
        for _ in 0..2 {
            project::save_profile(folder.path(), "prod-1", &text).unwrap();
        }
        let file = std::fs::read_to_string(folder.path().join(FILE_NAME)).unwrap();
        let (profiles, sources) = before.split_once("\n[[source]]").unwrap();
        assert!(file.starts_with(profiles), "{file}");
        assert!(file.ends_with(&format!("\n[[source]]{sources}")), "{file}");
        assert!(!file.contains("hunter22"), "{file}");
        let project = Project::of_folder(folder.path()).unwrap().unwrap();
        assert_eq!(project.kafka_names().collect::<Vec<_>>(), ["dev", "prod-1"]);
        let read = project.kafka("prod-1").unwrap().unwrap();
        for (name, value) in [
            ("sasl.username", "a\"l"),
            ("sasl.password", "${PROD_1_SASL_PASSWORD}"),
            ("ssl.key.password", "${keyring:key@b:9093}"),
            ("ssl.certificate.pem", "${PEM}"),
        ] {
            assert_eq!(read.get(name), Some(value));
        }
    }

    #[test]
    fn what_else_a_profile_says_outlives_its_replacement() {
        let folder = tempfile::tempdir().unwrap();
        let before = "[kafka.prod]\nbootstrap.servers = 'old'\nclient.id = 'gone'\n\n[kafka.prod.decode]\norders = 'avro'\n";
        std::fs::write(folder.path().join(FILE_NAME), before).unwrap();
        let mut settings = Settings::new();
        settings.set("bootstrap.servers", "new");
        let (text, _) = lines_of("prod", &settings, &[]);
        project::save_profile(folder.path(), "prod", &text).unwrap();
        let file = std::fs::read_to_string(folder.path().join(FILE_NAME)).unwrap();
        assert!(
            file.contains("new") && !file.contains("old") && !file.contains("gone"),
            "{file}"
        );
        assert!(file.contains("[kafka.prod.decode]\norders = 'avro'"), "{file}");
    }
}
