//! What is kept between runs: preferences, recent files and connections, in the user's configuration folder. No secrets.

use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{fs, io};

use leftfold_session::dto::{KafkaRememberedDto, RecentDto};
use serde::{Deserialize, Serialize};

/// How many recent files are remembered.
const RECENT: usize = 12;

/// How many connections are remembered.
const CONNECTIONS: usize = 8;

/// Of so many sources it is kept what was seen of them; beyond that those go that were not opened for longest.
const SEEN: usize = 200;

/// Where that lies.
const SEEN_FOLDER: &str = "seen";

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

/// What was seen of a store of a file; of which one stands in it, because its name is a digest.
#[derive(Serialize, Deserialize)]
struct Seen {
    path: String,
    store: u32,
    text: String,
}

/// The file of what was seen of a store: the digest (FNV-1a) is the same in every build.
fn workspace_name(path: &str, store: u32) -> String {
    let bytes = path.bytes().chain([0]).chain(store.to_le_bytes());
    let digest = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |digest, byte| {
        (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{SEEN_FOLDER}/{digest:016x}.json")
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
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let temporary = folder.join(format!("{name}.{}.tmp", std::process::id()));
        fs::write(&temporary, text)?;
        fs::rename(&temporary, path)
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

    /// What was seen of a store of a file, as the UI saved it.
    pub(crate) fn workspace(&self, path: &str, store: u32) -> Option<String> {
        let name = workspace_name(path, store);
        let read: Seen = serde_json::from_str(&self.read(&name)?).ok()?;
        // Two files may fall on one name.
        let text = (read.path == path && read.store == store).then_some(read.text)?;
        self.touch(&name);
        Some(text)
    }

    /// Keeps what is seen of a store of a file.
    pub(crate) fn save_workspace(&self, path: &str, store: u32, json: &str) -> io::Result<()> {
        // Half a text never takes the place of a whole one.
        serde_json::from_str::<serde::de::IgnoredAny>(json)?;
        let text = serde_json::to_string(&Seen {
            path: path.to_owned(),
            store,
            text: json.to_owned(),
        })?;
        let name = workspace_name(path, store);
        let is_new = self
            .folder
            .as_ref()
            .is_some_and(|folder| !folder.join(&name).exists());
        self.write(&name, &text)?;
        if is_new {
            self.clear_seen()?;
        }
        Ok(())
    }

    /// Notes that what was seen of a source was used: looked at and left as it is, it would seem to be as old as its last change.
    #[expect(clippy::disallowed_methods, reason = "a front end reads the clock")]
    fn touch(&self, name: &str) {
        let Some(folder) = &self.folder else { return };
        let noted = fs::File::options()
            .append(true)
            .open(folder.join(name))
            .and_then(|file| file.set_modified(SystemTime::now()));
        if let Err(e) = noted {
            tracing::debug!(error = %e, "what was seen of a source could not be noted as used");
        }
    }

    /// Forgets what was seen of the sources that were not opened for longest, where there are too many.
    fn clear_seen(&self) -> io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let mut files = Vec::new();
        for entry in fs::read_dir(folder.join(SEEN_FOLDER))? {
            let entry = entry?;
            // Another window may just have taken it away, here or below.
            if let Ok(used) = entry.metadata().and_then(|m| m.modified()) {
                files.push((used, entry.path()));
            }
        }
        files.sort_unstable_by(|a, b| b.cmp(a));
        for (_, path) in files.into_iter().skip(SEEN) {
            match fs::remove_file(path) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
                _ => {}
            }
        }
        Ok(())
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
    fn what_is_seen_is_kept_for_each_store_and_damage_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept {
            folder: Some(folder.path().to_owned()),
        };
        assert_eq!(kept.workspace("/a.db", 0), None);
        let json = r#"{"at":"1795161600000000001","big":123456789012345678901234567890.50}"#;
        kept.save_workspace("/a.db", 0, json).unwrap();
        kept.save_workspace("/a.db", 1, "{}").unwrap();
        assert_eq!(kept.workspace("/a.db", 0).as_deref(), Some(json));
        assert_eq!(kept.workspace("/a.db", 1).as_deref(), Some("{}"));
        assert_eq!(kept.workspace("/b.db", 0), None);
        assert!(kept.save_workspace("/a.db", 0, "{half").is_err());
        assert_eq!(kept.workspace("/a.db", 0).as_deref(), Some(json));
        let file = folder.path().join(workspace_name("/a.db", 0));
        // A name that another file's digest falls on is that file's.
        fs::write(
            &file,
            fs::read_to_string(&file).unwrap().replace("/a.db", "/c.db"),
        )
        .unwrap();
        assert_eq!(kept.workspace("/a.db", 0), None);
        fs::write(&file, "{damaged").unwrap();
        assert_eq!(kept.workspace("/a.db", 0), None);
    }

    #[test]
    fn of_the_sources_that_were_not_opened_for_longest_nothing_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept {
            folder: Some(folder.path().to_owned()),
        };
        let name = |i: usize| format!("/{i}.db");
        let long_ago = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
        for i in 0..SEEN {
            kept.save_workspace(&name(i), 0, "{}").unwrap();
            fs::File::options()
                .append(true)
                .open(folder.path().join(workspace_name(&name(i), 0)))
                .unwrap()
                .set_modified(long_ago + std::time::Duration::from_secs(i as u64))
                .unwrap();
        }
        // The oldest is opened again; what is saved again takes no other's place.
        assert!(kept.workspace(&name(0), 0).is_some());
        kept.save_workspace(&name(3), 0, "{}").unwrap();
        assert!(kept.workspace(&name(1), 0).is_some());
        fs::File::options()
            .append(true)
            .open(folder.path().join(workspace_name(&name(1), 0)))
            .unwrap()
            .set_modified(long_ago)
            .unwrap();
        kept.save_workspace("/new.db", 0, "{}").unwrap();
        kept.save_workspace("/newer.db", 0, "{}").unwrap();
        let left = fs::read_dir(folder.path().join(SEEN_FOLDER)).unwrap().count();
        assert_eq!(left, SEEN);
        for (i, there) in [(0, true), (1, false), (2, false), (3, true), (4, true)] {
            let path = folder.path().join(workspace_name(&name(i), 0));
            assert_eq!(path.exists(), there, "{i}");
        }
        assert!(kept.workspace("/new.db", 0).is_some());
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
