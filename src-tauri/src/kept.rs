//! What is kept between runs: preferences, recent files and connections, in the user's configuration folder. No secrets.

use std::path::{Path, PathBuf};
use std::{fs, io};

use leftfold_session::dto::{KafkaRememberedDto, RecentDto};
use serde::{Deserialize, Serialize};

/// How many recent files are remembered.
const RECENT: usize = 12;

/// How many connections are remembered.
const CONNECTIONS: usize = 8;

/// The file of connections.
const CONNECTIONS_FILE: &str = "connections.json";

/// The files in the user's configuration folder. Without such a folder nothing is kept and nothing fails.
pub(crate) struct Kept {
    folder: Option<PathBuf>,
}

#[derive(Serialize, Deserialize)]
struct Recent {
    path: String,
    opened: String,
}

impl Kept {
    /// In the user's configuration folder.
    pub(crate) fn of_user() -> Self {
        Self {
            folder: directories::ProjectDirs::from("", "", "leftfold").map(|d| d.config_dir().to_owned()),
        }
    }

    fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.folder.as_ref()?.join(name)).ok()
    }

    fn write(&self, name: &str, text: &str) -> io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        fs::create_dir_all(folder)?;
        let temporary = folder.join(format!("{name}.{}.tmp", std::process::id()));
        fs::write(&temporary, text)?;
        fs::rename(&temporary, folder.join(name))
    }

    /// The UI's preferences as it saved them, if they are JSON at all.
    pub(crate) fn preferences(&self) -> Option<String> {
        self.read("window.json")
            .filter(|text| serde_json::from_str::<serde_json::Value>(text).is_ok())
    }

    /// Keeps the UI's preferences.
    pub(crate) fn save_preferences(&self, json: &str) -> io::Result<()> {
        self.write("window.json", json)
    }

    fn recent_list(&self) -> Vec<Recent> {
        // A damaged list is an empty one: it is a convenience, not data.
        self.read("recent.json")
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default()
    }

    /// Files opened before, latest first.
    pub(crate) fn recent(&self) -> Vec<RecentDto> {
        let dto = |r: Recent| {
            let path = Path::new(&r.path);
            let name = path
                .file_name()
                .map_or_else(|| r.path.clone(), |n| n.to_string_lossy().into_owned());
            RecentDto {
                exists: path.exists(),
                name,
                path: r.path.clone(),
                opened: r.opened,
            }
        };
        self.recent_list().into_iter().map(dto).collect()
    }

    /// Remembers a file as the latest.
    pub(crate) fn remember(&self, path: &str, opened: String) -> io::Result<()> {
        let mut list = self.recent_list();
        list.retain(|r| r.path != path);
        list.insert(
            0,
            Recent {
                path: path.to_owned(),
                opened,
            },
        );
        list.truncate(RECENT);
        self.write("recent.json", &serde_json::to_string_pretty(&list)?)
    }

    /// Connections made before, latest first.
    pub(crate) fn connections(&self) -> Vec<KafkaRememberedDto> {
        self.read(CONNECTIONS_FILE)
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default()
    }

    fn write_connections(&self, list: &[KafkaRememberedDto]) -> io::Result<()> {
        self.write(CONNECTIONS_FILE, &serde_json::to_string_pretty(list)?)
    }

    /// Remembers a connection as the latest, in place of one to the same place by the same user.
    pub(crate) fn remember_connection(&self, connection: KafkaRememberedDto) -> io::Result<()> {
        let mut list = self.connections();
        list.retain(|other| !is_same(other, &connection));
        list.insert(0, connection);
        list.truncate(CONNECTIONS);
        self.write_connections(&list)
    }

    /// Forgets a connection; the others.
    pub(crate) fn forget_connection(&self, at: usize) -> io::Result<Vec<KafkaRememberedDto>> {
        let mut list = self.connections();
        if at < list.len() {
            list.remove(at);
        }
        self.write_connections(&list)?;
        Ok(list)
    }

    /// Forgets the files opened before.
    pub(crate) fn clear_recent(&self) -> io::Result<()> {
        self.write("recent.json", "[]")
    }
}

fn is_same(a: &KafkaRememberedDto, b: &KafkaRememberedDto) -> bool {
    fn said<'c>(c: &'c KafkaRememberedDto, name: &str) -> Option<&'c str> {
        let found = c.properties.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }
    (&a.profile, &a.servers, &a.file) == (&b.profile, &b.servers, &b.file)
        && ["security.protocol", "sasl.username"]
            .iter()
            .all(|name| said(a, name) == said(b, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_connection_comes_first_and_only_once() {
        let folder = std::env::temp_dir().join(format!("leftfold-connections-{}", std::process::id()));
        let kept = Kept {
            folder: Some(folder.clone()),
        };
        let connection = |servers: &str, user: &str, registry: &str| KafkaRememberedDto {
            servers: servers.to_owned(),
            registry: registry.to_owned(),
            properties: vec![("sasl.username".to_owned(), user.to_owned())],
            ..KafkaRememberedDto::default()
        };
        for (servers, user, registry) in [
            ("a", "al", ""),
            ("b", "al", ""),
            ("a", "bo", ""),
            ("a", "al", "r"),
        ] {
            kept.remember_connection(connection(servers, user, registry))
                .unwrap();
        }
        let wanted = [
            connection("a", "al", "r"),
            connection("a", "bo", ""),
            connection("b", "al", ""),
        ];
        assert_eq!(kept.connections(), wanted);
        assert_eq!(
            kept.forget_connection(1).unwrap(),
            [wanted[0].clone(), wanted[2].clone()]
        );
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn the_latest_file_comes_first_and_only_once() {
        let folder = std::env::temp_dir().join(format!("leftfold-kept-{}", std::process::id()));
        let kept = Kept {
            folder: Some(folder.clone()),
        };
        for path in ["/a", "/b", "/a"] {
            kept.remember(path, "2026-11-20T00:00:00Z".into()).unwrap();
        }
        let paths: Vec<String> = kept.recent().into_iter().map(|r| r.path).collect();
        assert_eq!(paths, ["/a", "/b"]);
        fs::write(folder.join("recent.json"), "{damaged").unwrap();
        assert!(kept.recent().is_empty());
        fs::remove_dir_all(folder).unwrap();
    }
}
